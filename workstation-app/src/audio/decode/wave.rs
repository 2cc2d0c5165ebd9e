//! What kind of audio does a WAV file hold, and what are its samples?

use zeroize::Zeroizing;

use super::DecodeError;
use super::adpcm::{self, Flavour};
use super::riff::{self, Wave};
use super::samples::Encoding;
use super::sink::{Shape, Sink};
use super::{gsm, holes, mp3};

/// Octets decoded between two looks at whether to go on.
const PROGRESS_OCTETS: usize = 16_384;

/// So many zeros in a row, where zero is loud, are no sound: 64 ms at 8 kHz.
const HOLE_OCTETS: usize = 512;

/// The chunk `fmt `.
#[derive(Clone, Copy, Debug)]
struct Format {
    tag: u16,
    channel_count: u16,
    rate_hz: u32,
    block_octets: u16,
    sample_bits: u16,
}

const PLAIN: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;

/// Decodes a WAV file and says which codec it is of.
pub(super) fn decode(octets: &[u8], sink: &mut Sink<'_>) -> Result<&'static str, DecodeError> {
    let wave = riff::parse(octets)?;
    let format = Format::parse(wave.format)
        .ok_or_else(|| DecodeError::NotAudio("a WAV file without its format".to_owned()))?;
    if wave.is_damaged {
        sink.note_damage();
    }
    match format.tag {
        0x31 => gsm::decode_blocks(wave.data, Shape::new(1, format.rate_hz)?, sink),
        0x02 => adaptive(Flavour::Microsoft, format, &wave, sink),
        0x11 => adaptive(Flavour::Ima, format, &wave, sink),
        0x50 | 0x55 => mp3::decode(wave.data, sink),
        _ => plain(format, &wave, sink),
    }
}

impl Format {
    fn parse(chunk: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u16::from_le_bytes(chunk.get(at..)?.first_chunk().copied()?));
        let mut tag = word(0)?;
        if tag == EXTENSIBLE {
            // The first two octets of the sub-format are the tag of old.
            tag = word(24)?;
        }
        let rate_hz = u32::from_le_bytes(chunk.get(4..)?.first_chunk().copied()?);
        Some(Self {
            tag,
            channel_count: word(2)?,
            rate_hz,
            block_octets: word(12)?,
            // The oldest kind of description ends before them.
            sample_bits: word(14).filter(|bits| *bits <= 64).unwrap_or(0),
        })
    }

    /// How plain samples are written; the octets of a frame count more than the bits of a sample,
    /// which may be fewer than there is room for.
    fn encoding(self) -> Option<Encoding> {
        let channels = self.channel_count.max(1);
        let by_bits = self.sample_bits.div_ceil(8);
        let by_block = self.block_octets / channels;
        let is_block_sound = self.block_octets.is_multiple_of(channels) && by_block >= by_bits;
        let octets = if is_block_sound && by_block > 0 { by_block } else { by_bits };
        match (self.tag, octets) {
            (PLAIN, 1) => Some(Encoding::U8),
            (PLAIN, 2) => Some(Encoding::S16),
            (PLAIN, 3) => Some(Encoding::S24),
            (PLAIN, 4) => Some(Encoding::S32),
            (FLOAT, 4) => Some(Encoding::F32),
            (FLOAT, 8) => Some(Encoding::F64),
            (0x06, 1) => Some(Encoding::ALaw),
            (0x07, 1) => Some(Encoding::MuLaw),
            _ => None,
        }
    }

    fn shape(self) -> Result<Shape, DecodeError> {
        Shape::new(usize::from(self.channel_count), self.rate_hz)
    }
}

fn adaptive(
    flavour: Flavour,
    format: Format,
    wave: &Wave<'_>,
    sink: &mut Sink<'_>,
) -> Result<&'static str, DecodeError> {
    let block_octets = usize::from(format.block_octets);
    adpcm::decode(flavour, wave.data, block_octets, format.shape()?, sink)?;
    Ok(flavour.name())
}

fn plain(
    format: Format,
    wave: &Wave<'_>,
    sink: &mut Sink<'_>,
) -> Result<&'static str, DecodeError> {
    let encoding =
        format.encoding().ok_or(DecodeError::Unsupported(name_of_unsupported(format.tag)))?;
    let shape = format.shape()?;
    let frame_octets = encoding.octets() * shape.channel_count();
    if wave.is_open_ended && !wave.data.len().is_multiple_of(frame_octets) {
        sink.note_damage();
    }
    let step_octets = (PROGRESS_OCTETS / frame_octets).max(1) * frame_octets;
    let mut samples = Zeroizing::new(Vec::with_capacity(step_octets / encoding.octets()));
    let mut done = 0;
    for frames in wave.data.chunks(step_octets) {
        let whole = frames.len() / frame_octets * frame_octets;
        let frames = frames.get(..whole).unwrap_or_default();
        samples.clear();
        encoding.decode(frames, &mut samples);
        if encoding.is_loud_at_zero() && silence_holes(wave.data, done, &mut samples) {
            sink.note_damage();
        }
        sink.take(shape, &samples)?;
        done += frames.len();
        sink.progress(done)?;
    }
    Ok(encoding.name())
}

/// Silences long rows of zeros in `samples`, which begin at the octet `start`; true if there was
/// one. One octet is one sample here.
fn silence_holes(octets: &[u8], start: usize, samples: &mut [i16]) -> bool {
    let now = octets.get(start..start + samples.len()).unwrap_or_default();
    let mut at = 0;
    let mut has_hole = false;
    for run in now.chunk_by(|left, right| (*left == 0) == (*right == 0)) {
        let end = at + run.len();
        if run.first() == Some(&0)
            && holes::reach_into(octets, start + at..start + end, HOLE_OCTETS)
        {
            samples.get_mut(at..end).unwrap_or_default().fill(0);
            has_hole = true;
        }
        at = end;
    }
    has_hole
}

/// The names under which administrators look for these.
fn name_of_unsupported(tag: u16) -> &'static str {
    match tag {
        0x10 | 0x17 => "Dialogic ADPCM (in a WAV file)",
        0x22 => "TrueSpeech (in a WAV file)",
        0x14 | 0x40 | 0x45 | 0x64 | 0x85 => "G.726 (in a WAV file)",
        0x42 | 0x111 | 0x123 | 0xA100 => "G.723.1 (in a WAV file)",
        0x28F | 0x65 => "G.722 (in a WAV file)",
        0x83 | 0x133 | 0xA105 => "G.729 (in a WAV file)",
        0xFF | 0x1600..=0x1610 | 0x706D | 0x4143 => "AAC (in a WAV file)",
        0x160..=0x163 => "Windows Media (in a WAV file)",
        0x674F..=0x6771 => "Vorbis (in a WAV file)",
        0x704F => "Opus (in a WAV file)",
        0xA109 => "Speex (in a WAV file)",
        0xF1AC => "FLAC (in a WAV file)",
        _ => "WAV of a rare kind",
    }
}
