//! What is known of a recording before it is heard: is it true?

#[path = "audio_analysis/call.rs"]
mod call;
#[path = "audio_analysis/growing.rs"]
mod growing;
#[path = "audio_analysis/picture.rs"]
mod picture;
#[path = "audio_analysis/quick.rs"]
mod quick;
