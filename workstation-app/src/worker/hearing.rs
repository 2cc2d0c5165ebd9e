//! How is a recording heard while the rest of it is still being decoded?

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::decrypt::{Integrity, Opened};

use super::Worker;
use crate::audio::analysis::{Growing, Overview};
use crate::audio::decode::{Decoded, FIRST_STRETCH};
use crate::audio::pcm::Pcm;
use crate::keys::KeyCard;
use crate::message::{Event, Generation, Recording, Stage};
use crate::opening::decode_audio;
use crate::texts::Failure;

/// What is known of a growing recording is told this often at most.
const GROWN_INTERVAL: Duration = Duration::from_millis(100);

/// Who opened a recording, and what is to be said of it.
pub(super) struct Facts {
    opened_by: Option<String>,
    may_be_altered: bool,
    signed_by: Vec<String>,
}

/// A recording that is heard, or soon will be.
pub(super) struct Begun {
    pcm: Arc<Pcm>,
    growing: Growing,
    /// What is before this frame is known.
    known_frames: usize,
}

impl Begun {
    pub(super) fn new(pcm: &Arc<Pcm>) -> Self {
        let growing = Growing::new(pcm.channel_count(), pcm.rate_hz());
        Self { pcm: Arc::clone(pcm), growing, known_frames: 0 }
    }

    /// What is known by now; `may_go_on` is asked often, and stops it.
    pub(super) fn overview(
        &mut self,
        is_complete: bool,
        mut may_go_on: impl FnMut() -> bool,
    ) -> Option<Arc<Overview>> {
        let growing = &mut self.growing;
        let mut is_stopped = false;
        self.known_frames = self.pcm.each_piece(self.known_frames, |samples| {
            growing.take(samples);
            is_stopped = !may_go_on();
            !is_stopped
        });
        (!is_stopped).then(|| Arc::new(self.growing.overview(is_complete)))
    }
}

impl Worker {
    /// Decodes what was opened. It can be heard as soon as its first stretch is there. Nothing comes of
    /// it once something else is selected, or somebody has left since `departures` were counted.
    pub(super) fn hear(
        &self,
        generation: Generation,
        departures: u64,
        opened: &Opened,
    ) -> Result<(), Failure> {
        let facts = self.facts(opened);
        let mut begun: Option<Begun> = None;
        let mut told = Instant::now();
        let is_left = || self.unlocking.departures() != departures;
        let mut watch = |fraction, pcm: Option<&Arc<Pcm>>| {
            if is_left() {
                return ControlFlow::Break(());
            }
            match (&mut begun, pcm) {
                (Some(begun), _) => self.grow(generation, begun, &mut told),
                (None, Some(pcm)) if pcm.duration() >= FIRST_STRETCH => {
                    begun = self.begin(generation, pcm, &facts);
                    ControlFlow::Continue(())
                }
                _ => self.go_on(generation, &mut told, Stage::Decoding(fraction)),
            }
        };
        let Some(decoded) = decode_audio(&opened.data, &mut watch)? else { return Ok(()) };
        self.complete(generation, begun, &decoded, &facts, || !is_left());
        Ok(())
    }

    pub(super) fn facts(&self, opened: &Opened) -> Facts {
        let opened_by = opened.key.as_ref().and_then(|fingerprint| {
            self.held_keys()
                .unwrap_or_default()
                .iter()
                .find(|key| key.fingerprint() == *fingerprint)
                .map(|key| KeyCard::of(key).name().to_owned())
        });
        Facts {
            opened_by,
            may_be_altered: opened.integrity == Integrity::None,
            signed_by: opened.signed_by.clone(),
        }
    }

    /// The first stretch is there.
    fn begin(&self, generation: Generation, pcm: &Arc<Pcm>, facts: &Facts) -> Option<Begun> {
        let mut begun = Begun::new(pcm);
        let overview = begun.overview(false, || true)?;
        self.tell(Event::Ready { generation, recording: facts.recording(&begun, overview, false) });
        Some(begun)
    }

    /// More is there.
    fn grow(
        &self,
        generation: Generation,
        begun: &mut Begun,
        told: &mut Instant,
    ) -> ControlFlow<()> {
        if !self.is_selected(generation) {
            return ControlFlow::Break(());
        }
        if told.elapsed() > GROWN_INTERVAL
            && let Some(overview) = begun.overview(false, || true)
        {
            *told = Instant::now();
            // A window that is behind looks at the next one.
            let _ = self.events.try_send(Event::Grown { generation, overview, is_damaged: None });
            (self.wake)();
        }
        ControlFlow::Continue(())
    }

    /// All of it is there.
    fn complete(
        &self,
        generation: Generation,
        begun: Option<Begun>,
        decoded: &Decoded,
        facts: &Facts,
        is_there: impl Fn() -> bool,
    ) {
        let Decoded { pcm, is_damaged, .. } = decoded;
        let may_go_on = || is_there() && self.is_selected(generation);
        let (mut heard, is_heard) = match begun.filter(|begun| Arc::ptr_eq(&begun.pcm, pcm)) {
            Some(begun) => (begun, true),
            None => (Begun::new(pcm), false),
        };
        let Some(overview) = heard.overview(true, may_go_on).filter(|_| may_go_on()) else {
            return;
        };
        self.tell(if is_heard {
            Event::Grown { generation, overview, is_damaged: Some(*is_damaged) }
        } else {
            Event::Ready { generation, recording: facts.recording(&heard, overview, *is_damaged) }
        });
    }
}

impl Facts {
    pub(super) fn recording(
        &self,
        begun: &Begun,
        overview: Arc<Overview>,
        is_damaged: bool,
    ) -> Recording {
        Recording {
            pcm: Arc::clone(&begun.pcm),
            overview,
            opened_by: self.opened_by.clone(),
            is_damaged,
            may_be_altered: self.may_be_altered,
            signed_by: self.signed_by.clone(),
        }
    }
}
