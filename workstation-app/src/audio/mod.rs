//! From decrypted octets to sound: decode, keep in memory, resample, play.

pub mod analysis;
pub mod decode;
pub mod pcm;
pub mod play;
pub mod resample;
pub mod treatment;
