//! From decrypted octets to sound: decode, keep in memory, resample, play.

pub mod controls;
pub mod decode;
pub mod feed;
pub mod output;
pub mod overview;
mod past;
pub mod pcm;
pub mod player;
#[cfg(target_os = "linux")]
mod pulse;
pub mod resample;
mod sound;
mod timeline;
pub mod voice;
