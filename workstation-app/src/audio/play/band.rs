//! How is a sound narrowed to what a telephone carries?

use biquad::{Biquad, Coefficients, DirectForm2Transposed, Hertz, Type};

const LOWEST_HZ: f32 = 300.0;
const HIGHEST_HZ: f32 = 3400.0;
/// A Butterworth filter is a chain of second orders of these qualities: four orders below, where a
/// hum lies far away, eight above, where hiss begins at once.
const QUALITIES_BELOW: [f32; 2] = [0.541_196, 1.306_563];
const QUALITIES_ABOVE: [f32; 4] = [0.509_796, 0.601_345, 0.899_976, 2.562_915];
/// Quieter than this, a filter rings for nobody, in numbers that processors are slow with.
const NOTHING: f32 = 1e-15;

type Order = DirectForm2Transposed<f32>;

/// The filters of each channel.
pub struct Band {
    channels: Vec<Vec<Order>>,
}

impl Band {
    /// For interleaved samples of this rate, which may be too low to hold one of the bounds.
    pub fn new(rate_hz: u32, channel_count: u16) -> Self {
        let orders = orders(rate_hz);
        Self { channels: vec![orders; usize::from(channel_count.max(1))] }
    }

    /// Filters interleaved samples.
    pub fn run(&mut self, samples: &mut [f32]) {
        let channel_count = self.channels.len();
        for (channel, orders) in self.channels.iter_mut().enumerate() {
            let mut peak = 0.0_f32;
            for sample in samples.iter_mut().skip(channel).step_by(channel_count) {
                *sample = orders.iter_mut().fold(*sample, |sample, order| order.run(sample));
                peak = peak.max(sample.abs());
            }
            if peak < NOTHING {
                orders.iter_mut().for_each(Order::reset_state);
            }
        }
    }

    /// Forgets what is inside.
    pub fn reset(&mut self) {
        self.channels.iter_mut().flatten().for_each(Order::reset_state);
    }
}

fn orders(rate_hz: u32) -> Vec<Order> {
    let below = QUALITIES_BELOW.map(|quality| (Type::HighPass, LOWEST_HZ, quality));
    let above = QUALITIES_ABOVE.map(|quality| (Type::LowPass, HIGHEST_HZ, quality));
    below.into_iter().chain(above).filter_map(|it| order(rate_hz, it)).collect()
}

fn order(rate_hz: u32, (kind, bound_hz, quality): (Type<f32>, f32, f32)) -> Option<Order> {
    let rate_hz = rate_hz as f32;
    // So near to half the rate there is nothing left to filter.
    if bound_hz * 2.2 > rate_hz {
        return None;
    }
    let (rate, bound) = (Hertz::from_hz(rate_hz).ok()?, Hertz::from_hz(bound_hz).ok()?);
    let coefficients = Coefficients::<f32>::from_params(kind, rate, bound, quality).ok()?;
    Some(Order::new(coefficients))
}
