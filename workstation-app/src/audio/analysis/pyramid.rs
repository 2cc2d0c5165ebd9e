//! What is the largest of many values, between any two places, without looking at each?

/// So many values of one layer are one of the next.
const FAN: usize = 16;

/// Values with the largest of each sixteen, of each 256, and so on.
#[derive(Clone)]
pub(super) struct Pyramid {
    layers: Vec<Vec<u16>>,
}

impl Default for Pyramid {
    fn default() -> Self {
        Self { layers: vec![Vec::new()] }
    }
}

impl Pyramid {
    /// Appends a value.
    pub(super) fn push(&mut self, value: u16) {
        let mut index = self.all().len();
        let mut has_room_above = true;
        for layer in &mut self.layers {
            match layer.get_mut(index) {
                Some(largest) => *largest = value.max(*largest),
                None => layer.push(value),
            }
            has_room_above = layer.len() <= FAN;
            index /= FAN;
        }
        if !has_room_above {
            let top = self.layers.last().map(Vec::as_slice).unwrap_or_default();
            let above = top.chunks(FAN).map(largest_of).collect();
            self.layers.push(above);
        }
    }

    /// The values themselves.
    pub(super) fn all(&self) -> &[u16] {
        self.layers.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// The largest between two places; 0 where there is none.
    pub(super) fn largest(&self, mut from: usize, mut to: usize) -> u16 {
        let mut largest = 0;
        for (number, layer) in self.layers.iter().enumerate() {
            to = to.min(layer.len());
            let (inner_from, inner_to) = (from.div_ceil(FAN), to / FAN);
            if inner_from >= inner_to || number + 1 == self.layers.len() {
                return largest.max(largest_of(layer.get(from..to).unwrap_or_default()));
            }
            let before = layer.get(from..inner_from * FAN).unwrap_or_default();
            let after = layer.get(inner_to * FAN..to).unwrap_or_default();
            largest = largest.max(largest_of(before)).max(largest_of(after));
            (from, to) = (inner_from, inner_to);
        }
        largest
    }
}

fn largest_of(values: &[u16]) -> u16 {
    values.iter().copied().max().unwrap_or(0)
}
