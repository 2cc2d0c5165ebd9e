//! What is known of a recording before it is heard: is it true?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "audio_analysis/call.rs"]
mod call;
#[path = "audio_analysis/growing.rs"]
mod growing;
#[path = "audio_analysis/long.rs"]
mod long;
#[path = "audio_analysis/picture.rs"]
mod picture;
#[path = "audio_analysis/sides.rs"]
mod sides;
#[path = "audio_analysis/silence.rs"]
mod silence;
#[path = "audio_analysis/speech.rs"]
mod speech;
