//! Which audio is this, and what are its samples? The content decides, never the name.

mod adpcm;
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
mod packets;
mod riff;
mod samples;
mod sink;
mod tags;
mod vorbis;
mod vorbis_setup;
mod wave;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use self::kind::Kind;
use self::sink::Sink;
use crate::audio::pcm::Pcm;

/// So much is decoded before it is heard, and before damage is damage: what fails earlier is no
/// recording.
pub const FIRST_STRETCH: Duration = Duration::from_secs(2);

/// Looks at the fraction done (0 to 1) and at what can be read of the recording by now; it may stop
/// the work.
pub type Watch<'a> = dyn FnMut(f32, Option<&Arc<Pcm>>) -> ControlFlow<()> + 'a;

/// A decoded recording.
#[derive(Debug)]
pub struct Decoded {
    /// The samples.
    pub pcm: Arc<Pcm>,
    /// Short name of the codec: `mp3`, `pcm_s16le`.
    pub codec: String,
    /// Part of the audio was damaged or cut off; what was there is in `pcm`.
    pub is_damaged: bool,
}

/// Why audio could not be decoded.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DecodeError {
    /// A kind of audio known by name that this version does not play.
    #[error("{0} audio")]
    Unsupported(&'static str),
    /// Nothing that can be recognized as audio, with what the decoder says.
    #[error("no audio was found in it ({0})")]
    NotAudio(String),
    /// More samples than this program keeps in memory for a file of this size.
    #[error("there are more samples in it than fit into memory")]
    TooLong,
    /// The person has gone on to something else.
    #[error("stopped")]
    Stopped,
}

/// Decodes all of `octets`, telling `progress` the fraction done (0 to 1); it may stop the work.
pub fn decode(
    octets: &[u8],
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Decoded, DecodeError> {
    decode_growing(octets, &mut |fraction, _| progress(fraction))
}

/// The same, and what is decoded can be heard meanwhile. It is what comes out in the end, unless the
/// parts of a file differ so that they must be put together anew.
pub fn decode_growing(octets: &[u8], watch: &mut Watch<'_>) -> Result<Decoded, DecodeError> {
    let mut sink = Sink::new(octets.len(), watch);
    sink.progress(0)?;
    let (kind, start) = kind::of(octets)?;
    if start.is_some() {
        sink.note_damage();
    }
    let octets = octets.get(start.unwrap_or(0)..).unwrap_or_default();
    let decoded = match kind {
        Kind::Wave => wave::decode(octets, &mut sink),
        Kind::Ogg => vorbis::decode(octets, &mut sink),
        Kind::Mpeg => mp3::decode(octets, &mut sink),
        Kind::Gsm => gsm::decode_raw(octets, &mut sink),
    };
    let codec = match decoded {
        Err(DecodeError::NotAudio(_) | DecodeError::Unsupported(_)) if sink.is_heard() => {
            sink.note_damage();
            kind.name()
        }
        decoded => decoded?,
    };
    sink.finish(codec)
}
