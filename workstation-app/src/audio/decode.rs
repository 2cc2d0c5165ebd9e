//! Which audio is this, and what are its samples? The content decides, never the name.

use std::io::Cursor;
use std::ops::ControlFlow;

use shared::limits::DECODED_OCTETS;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as AudioError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use zeroize::Zeroizing;

use super::pcm::Pcm;

/// A decoded recording.
#[derive(Debug)]
pub struct Decoded {
    /// The samples.
    pub pcm: Pcm,
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
    /// More samples than this program keeps in memory.
    #[error("the audio is longer than {} MiB of samples", DECODED_OCTETS >> 20)]
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
    if let Some(name) = unsupported_kind(octets) {
        return Err(DecodeError::Unsupported(name));
    }
    let (mut reader, mut decoder) = open_stream(octets)?;
    let mut sink = Sink::default();
    let is_cut_off = pump(octets, reader.as_mut(), decoder.as_mut(), &mut sink, progress)?;
    let codec = decoder.codec_info().short_name.to_owned();
    let is_damaged = sink.has_bad_packets || is_cut_off || is_wave_cut_off(octets);
    match sink.pcm {
        Some(pcm) if pcm.frame_count() > 0 => Ok(Decoded { pcm, codec, is_damaged }),
        _ => Err(DecodeError::NotAudio("no sample could be decoded".to_owned())),
    }
}

type Stream<'a> = (Box<dyn FormatReader + 'a>, Box<dyn AudioDecoder>);

fn open_stream(octets: &[u8]) -> Result<Stream<'_>, DecodeError> {
    let source =
        MediaSourceStream::new(Box::new(Cursor::new(octets)), MediaSourceStreamOptions::default());
    let reader = symphonia::default::get_probe()
        .probe(&Hint::new(), source, FormatOptions::default(), MetadataOptions::default())
        .map_err(not_audio)?;
    let track = reader.default_track(TrackType::Audio);
    let Some(CodecParameters::Audio(parameters)) =
        track.and_then(|track| track.codec_params.as_ref())
    else {
        return Err(DecodeError::NotAudio("no audio track".to_owned()));
    };
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(not_audio)?;
    Ok((reader, decoder))
}

fn not_audio(error: AudioError) -> DecodeError {
    DecodeError::NotAudio(error.to_string())
}

/// Feeds every packet through the decoder. True when the stream broke off before its end.
fn pump(
    octets: &[u8],
    reader: &mut dyn FormatReader,
    decoder: &mut dyn AudioDecoder,
    sink: &mut Sink,
    progress: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<bool, DecodeError> {
    let mut consumed: usize = 0;
    let mut last = Box::default();
    loop {
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(is_half_a_frame_left(octets, &last)),
            Err(_) => return Ok(true),
        };
        consumed = consumed.saturating_add(packet.data.len());
        match decoder.decode(&packet) {
            Ok(buffer) => {
                let spec = buffer.spec();
                let shape = (spec.channels().count(), spec.rate());
                buffer.copy_to_vec_interleaved::<i16>(&mut sink.packet);
                sink.take(shape)?;
            }
            // A bad packet is skipped, a bad stream ends.
            Err(AudioError::DecodeError(_)) => sink.has_bad_packets = true,
            Err(_) => return Ok(true),
        }
        if progress(consumed as f32 / octets.len().max(1) as f32).is_break() {
            return Err(DecodeError::Stopped);
        }
        last = packet.data;
    }
}

/// Whether another MP3 frame begins after the last whole one: the reader takes that for the end.
fn is_half_a_frame_left(octets: &[u8], last: &[u8]) -> bool {
    if last.is_empty() || octets.starts_with(b"RIFF") {
        return false;
    }
    let end = octets.windows(last.len()).rposition(|window| window == last);
    end.and_then(|at| octets.get(at + last.len()..)).is_some_and(|rest| match rest {
        [0xFF] => true,
        [0xFF, second, ..] => second & 0xE0 == 0xE0,
        _ => false,
    })
}

#[derive(Default)]
struct Sink {
    pcm: Option<Pcm>,
    packet: Zeroizing<Vec<i16>>,
    has_bad_packets: bool,
}

impl Sink {
    fn take(&mut self, (channel_count, rate_hz): (usize, u32)) -> Result<(), DecodeError> {
        if self.packet.is_empty() || channel_count == 0 {
            return Ok(());
        }
        if channel_count > 2 {
            return Err(DecodeError::Unsupported("multichannel"));
        }
        let channel_count = u16::try_from(channel_count).unwrap_or(1);
        let pcm = self.pcm.get_or_insert_with(|| Pcm::new(channel_count, rate_hz));
        // A frame of another shape in the middle of a file is damage, not music.
        if pcm.channel_count() != channel_count || pcm.rate_hz() != rate_hz {
            self.has_bad_packets = true;
            return Ok(());
        }
        let octets = (pcm.samples().len() + self.packet.len()).saturating_mul(2) as u64;
        if octets > DECODED_OCTETS {
            return Err(DecodeError::TooLong);
        }
        pcm.append(&self.packet);
        Ok(())
    }
}

/// Names audio that is recognized and not played in this version.
fn unsupported_kind(octets: &[u8]) -> Option<&'static str> {
    if octets.starts_with(b"OggS") {
        return Some("Ogg Vorbis");
    }
    match wave_format(octets) {
        Some(0x31) => return Some("GSM 6.10 (in a WAV file)"),
        Some(0x02 | 0x11) => return Some("ADPCM (in a WAV file)"),
        _ => {}
    }
    is_raw_gsm(octets).then_some("GSM 6.10")
}

const GSM_FRAME_OCTETS: usize = 33;

// Every 33-octet frame of raw GSM begins with the nibble 0xD; an MP3 frame never does.
fn is_raw_gsm(octets: &[u8]) -> bool {
    octets.len() >= GSM_FRAME_OCTETS
        && octets
            .chunks_exact(GSM_FRAME_OCTETS)
            .take(64)
            .all(|frame| frame.first().is_some_and(|first| first >> 4 == 0xD))
}

fn wave_format(octets: &[u8]) -> Option<u16> {
    let format = wave_chunk(octets, b"fmt ")?.1;
    Some(u16::from_le_bytes(format.get(..2)?.try_into().ok()?))
}

/// A WAV file whose header promises more samples than there are.
fn is_wave_cut_off(octets: &[u8]) -> bool {
    wave_chunk(octets, b"data")
        .is_some_and(|(promised, data)| promised != u32::MAX && promised as usize > data.len())
}

/// The length a chunk's header gives, and as much of its content as there is.
fn wave_chunk<'a>(octets: &'a [u8], wanted: &[u8; 4]) -> Option<(u32, &'a [u8])> {
    if !octets.starts_with(b"RIFF") || octets.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut rest = octets.get(12..)?;
    loop {
        let (header, content) = rest.split_at_checked(8)?;
        let promised = u32::from_le_bytes(header.get(4..)?.try_into().ok()?);
        let length = promised as usize;
        if header.starts_with(wanted) {
            return Some((promised, content.get(..length).unwrap_or(content)));
        }
        // Chunks are padded to an even length.
        rest = content.get(length.checked_add(length & 1)?..)?;
    }
}
