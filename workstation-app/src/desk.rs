//! How does the person like to listen? Remembered between two starts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::audio::analysis::SilenceRule;
use crate::audio::play::hearing::{Hearing, SPEEDS, Side};
use crate::shortcuts::KeyMap;

/// The speeds that a menu offers.
pub const SPEED_CHOICES: [f32; 10] = [0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0];
/// What one press of a key changes the speed by.
pub const SPEED_STEP: f32 = 0.1;
/// How quiet silence may be chosen to be, in dBFS.
pub const THRESHOLDS_DBFS: std::ops::RangeInclusive<i32> = -70..=-25;
/// How short a silence that is skipped may be chosen to be.
pub const SHORTEST_MS: std::ops::RangeInclusive<u32> = 300..=10_000;
/// How far playing may be chosen to step back when it goes on.
pub const MOST_STEP_BACK_MS: u32 = 10_000;

/// No device and no template has a longer name.
const MOST_NAME_OCTETS: usize = 400;

/// Something that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Silence is left out.
    SkipSilence,
    /// Both sides are equally loud.
    Level,
    /// Only the band that a telephone carries.
    Band,
    /// The ears are exchanged.
    Swap,
}

/// The remembered values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    /// 1 is as recorded.
    pub speed: f32,
    /// Silence is left out.
    pub skips_silence: bool,
    /// What is quieter than this is silence; none: found out from the call's own noise.
    pub silence_dbfs: Option<i32>,
    /// The shortest silence that is left out.
    pub shortest_silence_ms: u32,
    /// Both sides are equally loud.
    pub is_levelled: bool,
    /// Only the band that a telephone carries.
    pub is_band_limited: bool,
    /// Which side is heard.
    pub side: Side,
    /// The ears are exchanged.
    pub is_swapped: bool,
    /// The agent is the right channel, not the left one.
    pub is_agent_right: bool,
    /// How far playing steps back when it goes on after a pause.
    pub step_back_ms: u32,
    /// The sound device, by its name; none is the system's own choice.
    pub device: Option<String>,
    /// Telephone numbers are not shown.
    pub hides_numbers: bool,
    /// How the dialer builds the names of recordings, in its own words; empty: guessed.
    pub name_template: String,
    /// The list of recordings is shown where there are several.
    pub shows_queue: bool,
    /// The list of marks is shown where there are any.
    pub shows_marks: bool,
    /// Keys that the person has chosen.
    pub keys: KeyMap,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            speed: 1.0,
            skips_silence: false,
            silence_dbfs: None,
            shortest_silence_ms: 1000,
            is_levelled: false,
            is_band_limited: false,
            side: Side::Both,
            is_swapped: false,
            is_agent_right: false,
            step_back_ms: 1000,
            device: None,
            hides_numbers: false,
            name_template: String::new(),
            shows_queue: true,
            shows_marks: true,
            keys: KeyMap::default(),
        }
    }
}

impl Desk {
    /// How a recording is to sound, apart from what is played over and over.
    pub fn hearing(&self) -> Hearing {
        Hearing {
            speed: self.speed,
            skips_silence: self.skips_silence,
            is_levelled: self.is_levelled,
            is_band_limited: self.is_band_limited,
            side: self.side,
            is_swapped: self.is_swapped,
            repeated: None,
        }
    }

    /// What counts as silence.
    pub fn silence_rule(&self) -> SilenceRule {
        SilenceRule {
            threshold_dbfs: self.silence_dbfs.map(|dbfs| dbfs as f32),
            shortest: Duration::from_millis(self.shortest_silence_ms.into()),
        }
    }

    /// Whether a switch is on.
    pub fn is_on(&self, switch: Switch) -> bool {
        match switch {
            Switch::SkipSilence => self.skips_silence,
            Switch::Level => self.is_levelled,
            Switch::Band => self.is_band_limited,
            Switch::Swap => self.is_swapped,
        }
    }

    /// Turns a switch.
    pub fn toggle(&mut self, switch: Switch) {
        let turned = match switch {
            Switch::SkipSilence => &mut self.skips_silence,
            Switch::Level => &mut self.is_levelled,
            Switch::Band => &mut self.is_band_limited,
            Switch::Swap => &mut self.is_swapped,
        };
        *turned = !*turned;
    }

    /// The channel of the agent, or of the customer.
    pub fn side_of(&self, is_agent: bool) -> Side {
        if is_agent == self.is_agent_right { Side::Right } else { Side::Left }
    }

    /// Keeps every value within its range, whoever wrote the file.
    pub fn sound(mut self) -> Self {
        self.speed = nearest_speed(self.speed);
        self.silence_dbfs = self
            .silence_dbfs
            .map(|dbfs| dbfs.clamp(*THRESHOLDS_DBFS.start(), *THRESHOLDS_DBFS.end()));
        self.shortest_silence_ms =
            self.shortest_silence_ms.clamp(*SHORTEST_MS.start(), *SHORTEST_MS.end());
        self.step_back_ms = self.step_back_ms.min(MOST_STEP_BACK_MS);
        self.device = self.device.filter(|name| name.len() <= MOST_NAME_OCTETS);
        if self.name_template.len() > MOST_NAME_OCTETS {
            self.name_template.clear();
        }
        self.keys.forget_strange();
        self
    }
}

/// A speed that can be shown in two figures after the point, within what can be played.
pub fn nearest_speed(speed: f32) -> f32 {
    if !speed.is_finite() {
        return 1.0;
    }
    ((speed * 20.0).round() / 20.0).clamp(*SPEEDS.start(), *SPEEDS.end())
}
