//! How does an Ogg file become samples, from the source's first to its last?

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::well_known::CODEC_ID_VORBIS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use zeroize::Zeroizing;

use super::DecodeError;
use super::ogg::{Found, Page, Pages};
use super::packets::Packets;
use super::sink::{Shape, Sink};
use super::{floats, vorbis_setup};

/// Short name of the codec.
const NAME: &str = "vorbis";

/// Decodes an Ogg file, or several in a row, and says which codec it is of.
pub(super) fn decode(octets: &[u8], sink: &mut Sink<'_>) -> Result<&'static str, DecodeError> {
    let mut stream: Option<Stream> = None;
    let mut other = None;
    let mut pages = Pages::new(octets);
    while let Some(found) = pages.next() {
        match found {
            Found::Page(page) => {
                if page.is_first {
                    other = name_of_other(page.first_packet());
                }
                if page.is_first && other.is_none() && is_next(stream.as_ref(), &page) {
                    end(stream.as_ref(), sink);
                    stream = Some(Stream::new(page.serial));
                }
                if let Some(stream) = stream.as_mut().filter(|it| it.serial == page.serial) {
                    stream.page(&page, sink)?;
                }
            }
            Found::CutOff(page) => {
                sink.note_damage();
                let is_next =
                    |it: &&mut Stream| it.serial == page.serial && it.packets.expects(&page);
                if let Some(stream) = stream.as_mut().filter(is_next) {
                    stream.page(&page, sink)?;
                }
            }
            Found::Damage => sink.note_damage(),
        }
        sink.progress(pages.octets_done())?;
    }
    end(stream.as_ref(), sink);
    match (stream.and_then(|stream| stream.failure), other) {
        (Some(failure), _) if sink.is_empty() => Err(failure),
        (None, Some(name)) if sink.is_empty() => Err(DecodeError::Unsupported(name)),
        _ => Ok(NAME),
    }
}

/// Whether a stream follows another, instead of standing beside it.
fn is_next(last: Option<&Stream>, page: &Page<'_>) -> bool {
    last.is_none_or(|last| last.has_begun || last.serial == page.serial)
}

/// What begins with this packet if it is not Vorbis.
fn name_of_other(packet: &[u8]) -> Option<&'static str> {
    let names: [(&[u8], _); 5] = [
        (b"OpusHead", "Opus"),
        (b"Speex   ", "Speex"),
        (b"\x7FFLAC", "FLAC"),
        (b"fLaC", "FLAC"),
        (b"\x01vorbis", ""),
    ];
    let name = names.iter().find(|(start, _)| packet.starts_with(start)).map(|(_, name)| *name);
    name.or(Some("Ogg of a rare kind")).filter(|name| !name.is_empty())
}

/// A stream whose last page is missing is cut off.
fn end(stream: Option<&Stream>, sink: &mut Sink<'_>) {
    if stream.is_some_and(|stream| !stream.has_ended) {
        sink.note_damage();
    }
}

struct Stream {
    serial: u32,
    packets: Packets,
    identification: Vec<u8>,
    decoder: Option<(Box<dyn AudioDecoder>, Shape)>,
    /// Why there is no decoder.
    failure: Option<DecodeError>,
    samples: Zeroizing<Vec<i16>>,
    /// Samples of the stream before this page; unknown after a gap.
    position: Option<u64>,
    /// A page with sound was seen.
    has_begun: bool,
    has_ended: bool,
}

impl Stream {
    fn new(serial: u32) -> Self {
        Self {
            serial,
            packets: Packets::default(),
            identification: Vec::new(),
            decoder: None,
            failure: None,
            samples: Zeroizing::default(),
            position: Some(0),
            has_begun: false,
            has_ended: false,
        }
    }

    fn page(&mut self, page: &Page<'_>, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
        if self.has_ended {
            return Ok(());
        }
        let mut packets = std::mem::take(&mut self.packets);
        if !packets.open(page) {
            sink.note_damage();
            self.interrupt();
        }
        self.samples.clear();
        packets.take_from(page, &mut |packet| self.packet(packet, sink));
        self.packets = packets;
        self.has_ended = page.is_last;
        self.give(page, sink)
    }

    /// Something is missing: what follows has no beginning to be added to.
    fn interrupt(&mut self) {
        self.position = None;
        if let Some((decoder, _)) = &mut self.decoder {
            decoder.reset();
        }
    }

    fn packet(&mut self, packet: &[u8], sink: &mut Sink<'_>) {
        match packet.first() {
            Some(1) => self.identification = packet.to_vec(),
            Some(5) if self.decoder.is_none() => match make_decoder(&self.identification, packet) {
                Ok(decoder) => self.decoder = Some(decoder),
                Err(failure) => self.failure = Some(failure),
            },
            Some(kind) if kind & 1 == 0 => self.sound(packet, sink),
            // Titles, and the empty packets of a pause.
            _ => {}
        }
    }

    fn sound(&mut self, packet: &[u8], sink: &mut Sink<'_>) {
        let Some((decoder, _)) = &mut self.decoder else {
            sink.note_damage();
            return;
        };
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
        match decoder.decode_ref(&packet) {
            Ok(GenericAudioBufferRef::F32(buffer)) => floats::interleave(buffer, &mut self.samples),
            _ => {
                sink.note_damage();
                self.interrupt();
            }
        }
    }

    /// Hands on the samples of a page, which says where they end: a first page may begin with
    /// samples that are none of the source's, and a last page end with them.
    fn give(&mut self, page: &Page<'_>, sink: &mut Sink<'_>) -> Result<(), DecodeError> {
        let Some((_, shape)) = &self.decoder else { return Ok(()) };
        let channel_count = shape.channel_count();
        let count = (self.samples.len() / channel_count) as u64;
        let mut kept = 0..count;
        if let (Some(end), true) = (page.position, count > 0) {
            match self.position {
                Some(start) if page.is_last => kept.end = end.saturating_sub(start).min(count),
                Some(0) if !self.has_begun => kept.start = count.saturating_sub(end),
                _ => {}
            }
            self.position = Some(end);
        } else {
            self.position = self.position.map(|start| start.saturating_add(count));
        }
        self.has_begun |= count > 0;
        let range = kept.start as usize * channel_count..kept.end as usize * channel_count;
        sink.take(*shape, self.samples.get(range).unwrap_or_default())
    }
}

fn make_decoder(
    identification: &[u8],
    setup: &[u8],
) -> Result<(Box<dyn AudioDecoder>, Shape), DecodeError> {
    let broken = |what: &str| DecodeError::NotAudio(format!("a Vorbis stream with {what}"));
    vorbis_setup::check(setup).ok_or_else(|| broken("an impossible setup"))?;
    let rate = identification.get(12..).and_then(|rest| rest.first_chunk().copied());
    let channel_count = identification.get(11).copied().unwrap_or_default();
    let shape = Shape::new(usize::from(channel_count), rate.map_or(0, u32::from_le_bytes))?;
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(CODEC_ID_VORBIS);
    parameters.with_extra_data([identification, setup].concat().into_boxed_slice());
    let options = AudioDecoderOptions::default().gapless(true);
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &options)
        .map_err(|error| broken(&error.to_string()))?;
    Ok((decoder, shape))
}
