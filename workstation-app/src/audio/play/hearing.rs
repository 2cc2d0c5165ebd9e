//! How is a recording to sound?

use std::ops::Range;
use std::time::Duration;

/// The slowest and the fastest that it can be played.
pub const SPEEDS: std::ops::RangeInclusive<f32> = 0.5..=4.0;

/// Which side of a call is heard. A recording with one channel has no sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Each on its ear.
    #[default]
    Both,
    /// The left channel, on both ears.
    Left,
    /// The right channel, on both ears.
    Right,
    /// Both on both ears.
    Mixed,
}

/// How a recording is to sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Hearing {
    /// 1 is as recorded; the pitch stays. Within [`SPEEDS`].
    pub speed: f32,
    /// Leaves out what the treatment calls silence.
    pub skips_silence: bool,
    /// Both sides equally loud, as the treatment says.
    pub is_levelled: bool,
    /// Only the band that a telephone carries.
    pub is_band_limited: bool,
    /// Which side is heard.
    pub side: Side,
    /// The ears are exchanged.
    pub is_swapped: bool,
    /// Played over and over, from its beginning to its end.
    pub repeated: Option<Range<Duration>>,
}

impl Default for Hearing {
    fn default() -> Self {
        Self {
            speed: 1.0,
            skips_silence: false,
            is_levelled: false,
            is_band_limited: false,
            side: Side::Both,
            is_swapped: false,
            repeated: None,
        }
    }
}
