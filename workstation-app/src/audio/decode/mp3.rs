//! How does an MP3 file become samples, from the source's first to its last?

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use zeroize::Zeroizing;

use super::DecodeError;
use super::floats;
use super::lame::{Description, Proof};
use super::main_data::MainData;
use super::mpeg::{Found, Frames, Header};
use super::sink::{Shape, Sink};
use crate::audio::pcm::make_room;

/// Short name of the codec.
const NAME: &str = "mp3";

/// Decodes an MP3 file, or several in a row, and says which codec it is of.
pub(super) fn decode(octets: &[u8], sink: &mut Sink<'_>) -> Result<&'static str, DecodeError> {
    let mut stream = Stream::new()?;
    let mut frames = Frames::new(octets);
    let mut done = 0;
    while let Some(found) = frames.next() {
        let passed = octets.get(done..frames.octets_done()).unwrap_or_default();
        done = frames.octets_done();
        match found {
            Found::Frame(header, frame) => match Description::parse(header, frame) {
                Some(description) => stream.begin(description, header, sink)?,
                None => {
                    stream.prove(passed, sink);
                    stream.frame(header, frame, sink)?;
                }
            },
            Found::Damage => {
                sink.note_damage();
                stream.prove(passed, sink);
                stream.interrupt();
            }
        }
        sink.progress(done)?;
    }
    stream.end(sink);
    Ok(NAME)
}

/// Frames of one encoder's run.
struct Stream {
    decoder: Box<dyn AudioDecoder>,
    shape: Option<Shape>,
    main_data: MainData,
    samples: Zeroizing<Vec<i16>>,
    frame_count: u64,
    /// Samples of each channel so far.
    sample_count: u64,
    /// As promised by the describing frame.
    expected_frames: Option<u64>,
    proof: Proof,
    /// The samples of the source, if that is known, and where the silence after it ends.
    source: Option<(std::ops::Range<u64>, u64)>,
}

impl Stream {
    fn new() -> Result<Self, DecodeError> {
        Ok(Self {
            decoder: decoder()?,
            shape: None,
            main_data: MainData::default(),
            samples: Zeroizing::default(),
            frame_count: 0,
            sample_count: 0,
            expected_frames: None,
            proof: Proof::default(),
            source: None,
        })
    }

    /// A describing frame: whatever follows is another run.
    fn begin(
        &mut self,
        description: Description,
        header: Header,
        sink: &mut Sink<'_>,
    ) -> Result<(), DecodeError> {
        self.end(sink);
        self.decoder = decoder()?;
        self.main_data.reset();
        (self.frame_count, self.sample_count) = (0, 0);
        self.expected_frames = description.frame_count;
        self.proof = Proof::new(description, header.octets);
        let total = description.frame_count.unwrap_or(0) * header.sample_count() as u64;
        self.source = description
            .source(total)
            .map(|(start, length)| (start..start.saturating_add(length), total));
        Ok(())
    }

    /// Some encoders count the describing frame, so one may be missing.
    fn end(&mut self, sink: &mut Sink<'_>) {
        let is_short = self.expected_frames.is_some_and(|it| self.frame_count + 1 < it);
        if is_short || !self.proof.is_complete() {
            sink.note_damage();
        }
    }

    fn prove(&mut self, octets: &[u8], sink: &mut Sink<'_>) {
        if !self.proof.is_kept_by(octets) {
            sink.note_damage();
        }
    }

    /// Something is missing, and with it the beginning of what follows.
    fn interrupt(&mut self) {
        self.decoder.reset();
        self.main_data.reset();
    }

    fn frame(
        &mut self,
        header: Header,
        frame: &[u8],
        sink: &mut Sink<'_>,
    ) -> Result<(), DecodeError> {
        let shape = Shape::new(header.channel_count, header.rate_hz)?;
        if self.shape.replace(shape).is_some_and(|before| before != shape) {
            // The decoder takes frames of one kind only.
            self.decoder = decoder()?;
            self.main_data.reset();
        }
        if self.main_data.check(header, frame).is_none() {
            sink.note_damage();
        }
        self.samples.clear();
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, frame);
        match self.decoder.decode_ref(&packet) {
            Ok(GenericAudioBufferRef::F32(buffer)) => floats::interleave(buffer, &mut self.samples),
            // Silence keeps the time of what follows.
            _ => {
                sink.note_damage();
                let count = header.sample_count() * header.channel_count;
                make_room(&mut self.samples, count);
                self.samples.resize(count, 0);
            }
        }
        self.give(shape, sink)
    }

    /// Hands on what is the source's.
    fn give(&mut self, shape: Shape, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
        let channel_count = shape.channel_count();
        let start = self.sample_count;
        let end = start + (self.samples.len() / channel_count) as u64;
        (self.frame_count, self.sample_count) = (self.frame_count + 1, end);
        let (source, rest) = match self.source.clone() {
            Some((source, silence_end)) => (source, silence_end..u64::MAX),
            None => (0..u64::MAX, u64::MAX..u64::MAX),
        };
        for kept in [source, rest] {
            let from = kept.start.clamp(start, end) - start;
            let to = kept.end.clamp(start, end) - start;
            let range = from as usize * channel_count..(to as usize * channel_count);
            sink.take(shape, self.samples.get(range).unwrap_or_default())?;
        }
        Ok(())
    }
}

fn decoder() -> Result<Box<dyn AudioDecoder>, DecodeError> {
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_MP3);
    symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
        .map_err(|error| DecodeError::NotAudio(error.to_string()))
}
