//! From decrypted octets to sound: decode, keep in memory, resample, play.

pub mod decode;
pub mod output;
pub mod overview;
pub mod pcm;
pub mod player;
pub mod resample;
