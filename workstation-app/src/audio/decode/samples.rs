//! Which 16-bit sample is meant by the sample of another size?
//!
//! The answer is sox's, to the bit: everything goes to 32 bits first and from there to 16, halves
//! are rounded up, and what does not fit is cut to the largest value.

/// How plain samples are written in a WAV file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// 8 bits, 128 is silence.
    U8,
    /// 16 bits.
    S16,
    /// 24 bits.
    S24,
    /// 32 bits.
    S32,
    /// 32 bits, 1.0 is full scale.
    F32,
    /// 64 bits, 1.0 is full scale.
    F64,
    /// G.711, North America and Japan.
    MuLaw,
    /// G.711, elsewhere.
    ALaw,
}

impl Encoding {
    /// Short name of the codec.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::U8 => "pcm_u8",
            Self::S16 => "pcm_s16le",
            Self::S24 => "pcm_s24le",
            Self::S32 => "pcm_s32le",
            Self::F32 => "pcm_f32le",
            Self::F64 => "pcm_f64le",
            Self::MuLaw => "pcm_mulaw",
            Self::ALaw => "pcm_alaw",
        }
    }

    /// Octets of one sample.
    pub(super) fn octets(self) -> usize {
        match self {
            Self::U8 | Self::MuLaw | Self::ALaw => 1,
            Self::S16 => 2,
            Self::S24 => 3,
            Self::S32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Whether a zero octet is as far from silence as can be, so that a row of them is no sound but
    /// a hole that a disk or a download has left.
    pub(super) fn is_loud_at_zero(self) -> bool {
        matches!(self, Self::U8 | Self::MuLaw | Self::ALaw)
    }

    /// Appends the samples in `octets` to `samples`; an incomplete last one is left out.
    pub(super) fn decode(self, octets: &[u8], samples: &mut Vec<i16>) {
        match self {
            Self::U8 => samples.extend(octets.iter().map(|octet| from_u8(*octet))),
            Self::MuLaw => samples.extend(octets.iter().map(|octet| from_mu_law(*octet))),
            Self::ALaw => samples.extend(octets.iter().map(|octet| from_a_law(*octet))),
            Self::S16 => extend(samples, octets, i16::from_le_bytes),
            Self::S24 => extend(samples, octets, |[low, middle, high]| {
                from_wide(i32::from_le_bytes([0, low, middle, high]))
            }),
            Self::S32 => extend(samples, octets, |four| from_wide(i32::from_le_bytes(four))),
            Self::F32 => {
                extend(samples, octets, |four| from_float(f64::from(f32::from_le_bytes(four))));
            }
            Self::F64 => extend(samples, octets, |eight| from_float(f64::from_le_bytes(eight))),
        }
    }
}

fn extend<const OCTETS: usize>(
    samples: &mut Vec<i16>,
    octets: &[u8],
    convert: impl Fn([u8; OCTETS]) -> i16,
) {
    let (whole, _) = octets.as_chunks::<OCTETS>();
    samples.extend(whole.iter().map(|sample| convert(*sample)));
}

/// From full scale 1.0: to the nearest of 32 bits, halves away from zero, and then as
/// [`from_wide`]. What is not a number is silence.
pub(super) fn from_float(value: f64) -> i16 {
    let scaled = value * 2_147_483_648.0;
    // Casting cuts off the fraction and keeps within the range.
    from_wide(if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 } as i32)
}

fn from_wide(value: i32) -> i16 {
    i16::try_from((i64::from(value) + (1 << 15)) >> 16).unwrap_or(i16::MAX)
}

fn from_u8(octet: u8) -> i16 {
    (i16::from(octet) - 128) << 8
}

// ITU-T G.711: inverted octets of a sign, three bits for the segment and four within it.
fn from_mu_law(octet: u8) -> i16 {
    let octet = !octet;
    let segment = (octet >> 4) & 7;
    let magnitude = (((i16::from(octet & 0x0F) << 3) + 0x84) << segment) - 0x84;
    if octet & 0x80 == 0 { magnitude } else { -magnitude }
}

// The same with every other bit inverted, and a linear first segment.
fn from_a_law(octet: u8) -> i16 {
    let octet = octet ^ 0x55;
    let segment = (octet >> 4) & 7;
    let within = (i16::from(octet & 0x0F) << 4) + 8;
    let magnitude = if segment == 0 { within } else { (within + 0x100) << (segment - 1) };
    if octet & 0x80 == 0 { -magnitude } else { magnitude }
}
