//! Is every kind of audio that a call centre keeps decoded as sox hears it, and damage told?

#[path = "audio_decode/adpcm.rs"]
mod adpcm;
#[path = "audio_decode/damaged.rs"]
mod damaged;
#[path = "audio_decode/forged.rs"]
mod forged;
#[path = "audio_decode/gsm.rs"]
mod gsm;
#[path = "audio_decode/hostile.rs"]
mod hostile;
#[path = "audio_decode/joined.rs"]
mod joined;
#[path = "audio_decode/mp3.rs"]
mod mp3;
#[path = "audio_decode/named.rs"]
mod named;
#[path = "audio_decode/studio.rs"]
mod studio;
#[path = "audio_decode/tags.rs"]
mod tags;
#[path = "audio_decode/vorbis.rs"]
mod vorbis;
#[path = "audio_decode/wav.rs"]
mod wav;
#[path = "audio_decode/wav_headers.rs"]
mod wav_headers;
