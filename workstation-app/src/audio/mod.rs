//! From decrypted octets to sound: decode, keep in memory, resample, play.

mod adpcm;
pub mod controls;
pub mod decode;
pub mod feed;
mod floats;
mod gsm;
mod holes;
mod join;
mod kind;
mod lame;
mod main_data;
mod mp3;
mod mpeg;
mod ogg;
pub mod output;
pub mod overview;
mod packets;
mod past;
pub mod pcm;
pub mod player;
#[cfg(target_os = "linux")]
mod pulse;
pub mod resample;
mod riff;
mod samples;
mod sink;
mod sound;
mod tags;
mod timeline;
pub mod voice;
mod vorbis;
mod vorbis_setup;
mod wave;
