//! How is GSM 06.10 decoded, in frames of 33 octets or, inside a WAV file, in blocks of 65?

use oxideav_gsm::{
    DecoderState, FRAME_SAMPLES, GSM_BYTE_FRAME_LEN, GSM_BYTE_FRAME_MAGIC, MSGSM_BLOCK_LEN,
    UnpackedFrame,
};

use super::DecodeError;
use super::holes;
use super::sink::{Shape, Sink};

const RATE_HZ: u32 = 8000;
/// So many frames in a row that begin as they must are no accident (one in 16 million).
const SURE_FRAMES: usize = 6;
/// So many are none even where there are a million places to begin.
const FOUND_FRAMES: usize = 12;
/// How far into a file they are looked for.
const SEARCH_OCTETS: usize = 1 << 20;
/// So many zeros in a row no encoder writes, not even for silence.
const HOLE_OCTETS: usize = 8;
/// Frames or blocks between two looks at whether to go on: some seconds of sound.
const PROGRESS_FRAMES: usize = 128;
/// The end of the first frame of a block, which shares an octet with the second.
const HALF_BLOCK_OCTETS: usize = 33;

/// Name of the codec in frames of its own.
const NAME: &str = "gsm";
/// Name of the codec in a WAV file.
const WAVE_NAME: &str = "gsm_ms";

/// Whether `octets` begin with raw GSM: every frame opens with the nibble 0xD, an MP3 frame never.
pub(super) fn begins(octets: &[u8]) -> bool {
    let frame_count = octets.len() / GSM_BYTE_FRAME_LEN;
    let is_whole = octets.len().is_multiple_of(GSM_BYTE_FRAME_LEN);
    let run = run_length(octets, SURE_FRAMES);
    run == SURE_FRAMES || (run == frame_count && (run > 3 || (run > 0 && is_whole)))
}

/// Whether there is raw GSM near the beginning of `octets`.
pub(super) fn is_inside(octets: &[u8]) -> bool {
    (0..octets.len().min(SEARCH_OCTETS))
        .filter_map(|start| octets.get(start..))
        .any(|rest| run_length(rest, FOUND_FRAMES) == FOUND_FRAMES)
}

fn is_first(octet: u8) -> bool {
    octet >> 4 == GSM_BYTE_FRAME_MAGIC
}

/// How many frames in a row begin as they must, counted up to `enough`.
fn run_length(octets: &[u8], enough: usize) -> usize {
    octets
        .chunks_exact(GSM_BYTE_FRAME_LEN)
        .take(enough)
        .take_while(|frame| frame.first().is_some_and(|octet| is_first(*octet)))
        .count()
}

/// Decodes raw GSM. What is no frame is passed over to where frames go on.
pub(super) fn decode_raw(octets: &[u8], sink: &mut Sink<'_>) -> Result<&'static str, DecodeError> {
    let shape = Shape::new(1, RATE_HZ)?;
    let mut decoder = DecoderState::new();
    let mut at = 0;
    for count in 1_usize.. {
        let Some(rest) = octets.get(at..).filter(|rest| !rest.is_empty()) else { break };
        let Some(frame) = next_frame(rest) else {
            sink.note_damage();
            let Some(skipped) = next_run(rest) else { break };
            decoder.reset();
            // Silence for lost frames keeps the time of what follows.
            if at > 0 && skipped.is_multiple_of(GSM_BYTE_FRAME_LEN) {
                for _ in 0..skipped / GSM_BYTE_FRAME_LEN {
                    sink.take(shape, &[0; FRAME_SAMPLES])?;
                }
            }
            at += skipped;
            continue;
        };
        if holes::reach_into(octets, at..at + GSM_BYTE_FRAME_LEN, HOLE_OCTETS) {
            sink.note_damage();
            sink.take(shape, &[0; FRAME_SAMPLES])?;
        } else {
            sink.take(shape, &decoder.decode_frame(&frame))?;
        }
        at += GSM_BYTE_FRAME_LEN;
        if count.is_multiple_of(PROGRESS_FRAMES) {
            sink.progress(at)?;
        }
    }
    Ok(NAME)
}

fn next_frame(octets: &[u8]) -> Option<UnpackedFrame> {
    UnpackedFrame::from_gsm_byte_frame(octets.get(..GSM_BYTE_FRAME_LEN)?).ok()
}

/// Where frames go on after something that is none. Damage rarely changes the number of octets, so
/// the places where they would have gone on are looked at first.
fn next_run(octets: &[u8]) -> Option<usize> {
    let is_sure = |start: &usize| {
        let rest = octets.get(*start..).unwrap_or_default();
        let possible = (rest.len() / GSM_BYTE_FRAME_LEN).min(SURE_FRAMES);
        possible > 0 && run_length(rest, SURE_FRAMES) == possible
    };
    let near = SURE_FRAMES * GSM_BYTE_FRAME_LEN;
    (GSM_BYTE_FRAME_LEN..near.min(octets.len()))
        .step_by(GSM_BYTE_FRAME_LEN)
        .find(is_sure)
        .or_else(|| (1..octets.len()).find(is_sure))
}

/// Decodes the blocks of a WAV file, two frames in each.
pub(super) fn decode_blocks(
    octets: &[u8],
    shape: Shape,
    sink: &mut Sink<'_>,
) -> Result<&'static str, DecodeError> {
    let mut decoder = DecoderState::new();
    for (index, block) in octets.chunks(MSGSM_BLOCK_LEN).enumerate() {
        let start = index * MSGSM_BLOCK_LEN;
        let is_hole = holes::reach_into(octets, start..start + block.len(), HOLE_OCTETS);
        // A single octet fills up the chunk; sloppy writers count it.
        if (2..MSGSM_BLOCK_LEN).contains(&block.len()) || (is_hole && block.len() > 1) {
            sink.note_damage();
        }
        if block.len() == MSGSM_BLOCK_LEN && is_hole {
            sink.take(shape, &[0; 2 * FRAME_SAMPLES])?;
        } else {
            for frame in frames_of(block) {
                sink.take(shape, &decoder.decode_frame(&frame))?;
            }
        }
        if index.is_multiple_of(PROGRESS_FRAMES) {
            sink.progress(start)?;
        }
    }
    Ok(WAVE_NAME)
}

/// The frames of a block: one or none if it is cut off.
fn frames_of(block: &[u8]) -> impl Iterator<Item = UnpackedFrame> {
    let mut whole = [0; MSGSM_BLOCK_LEN];
    for (to, from) in whole.iter_mut().zip(block) {
        *to = *from;
    }
    let count = match block.len() {
        MSGSM_BLOCK_LEN => 2,
        HALF_BLOCK_OCTETS.. => 1,
        _ => 0,
    };
    let pair = UnpackedFrame::pair_from_msgsm_block(&whole).ok();
    pair.into_iter().flat_map(|(first, second)| [first, second]).take(count)
}
