//! How is the next recording opened before anybody asks for it, so that nobody waits for it then?
//!
//! Only with a key that is unlocked, and only while nothing else is to be done. Nothing is asked and
//! nothing is told: what fails here fails again when it is opened, and then it is told.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use sha2::{Digest as _, Sha256};
use shared::decrypt::{Envelope, Opened};

use super::hearing::Begun;
use super::{Brought, Worker};
use crate::audio::pcm::Pcm;
use crate::link::fetch::fetch;
use crate::link::host_of;
use crate::message::{Command, Recording};
use crate::open;
use crate::open::source::Source;
use crate::opening::{decode_audio, locate};

/// More samples than these octets hold are not kept for later: an hour and three quarters of both
/// sides.
const MOST_OCTETS: usize = 200 << 20;

/// A recording that is open and waits to be asked for. It lives with the keys: what forgets them
/// forgets it.
pub struct Ahead {
    /// SHA-256 of the sealed recording: a file that has changed is another one.
    pub digest: [u8; 32],
    /// It, decoded as a whole.
    pub recording: Recording,
    /// What came from a link need not be fetched again.
    pub(super) fetched: Option<(Source, Brought)>,
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Ahead({:?})", self.recording.pcm)
    }
}

/// What the window has asked for, as it comes: a command that interrupts is not lost.
pub(super) struct Inbox<'a> {
    commands: &'a Receiver<Command>,
    /// What came while something was opened ahead.
    next: Option<Command>,
    is_closed: bool,
}

impl<'a> Inbox<'a> {
    pub(super) fn new(commands: &'a Receiver<Command>) -> Self {
        Self { commands, next: None, is_closed: false }
    }

    /// Whether there is nothing to do.
    pub(super) fn is_idle(&mut self) -> bool {
        if self.next.is_none() {
            match self.commands.try_recv() {
                Ok(command) => self.next = Some(command),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => self.is_closed = true,
            }
        }
        self.next.is_none() && !self.is_closed
    }

    /// What interrupted, if anything did.
    pub(super) fn take(&mut self) -> Option<Command> {
        self.next.take()
    }
}

impl Worker {
    /// Opens `source` ahead. Returns whether it is done with it: it is not if something else came.
    pub(super) fn open_ahead(&self, source: &Source, inbox: &mut Inbox<'_>) -> bool {
        let departures = self.unlocking.departures();
        let mut may_go_on = || {
            self.unlocking.lock_if_due();
            let is_unlocked = self.unlocking.until().is_some();
            is_unlocked && self.unlocking.departures() == departures && inbox.is_idle()
        };
        // What fails is told when it is opened.
        let _ = self.try_ahead(source, &mut may_go_on);
        inbox.is_idle()
    }

    fn try_ahead(&self, source: &Source, may_go_on: &mut dyn FnMut() -> bool) -> Option<()> {
        if !may_go_on() || self.has_fetched(source) {
            return None;
        }
        let brought = self.bring_ahead(source, may_go_on)?;
        let held = self.held_keys().ok()?;
        let (envelope, _) = locate(&brought.octets, &held).ok()?;
        let digest: [u8; 32] = Sha256::digest(&*brought.octets).into();
        if self.unlocking.with(|keys| keys.has_ahead(&digest)) || !may_go_on() {
            return None;
        }
        self.unlocking.with(|keys| keys.forget_ahead());
        let opened = self
            .unlocking
            .with(|keys| keys.open_ahead(held, &envelope, &brought.octets))
            .filter(|_| may_go_on())?;
        let recording = self.decode_ahead(&opened, may_go_on)?;
        let is_link = matches!(source, Source::Link(_));
        let fetched = is_link.then(|| (source.clone(), brought));
        self.keep_ahead(&envelope, Ahead { digest, recording, fetched });
        Some(())
    }

    fn keep_ahead(&self, envelope: &Envelope, ahead: Ahead) {
        self.unlocking.with(|keys| keys.keep_ahead(envelope, ahead));
    }

    fn bring_ahead(&self, source: &Source, may_go_on: &mut dyn FnMut() -> bool) -> Option<Brought> {
        let link = match source {
            Source::File(path) => {
                let octets = open::read_file(path).ok()?;
                return Some(Brought { octets, name: Default::default(), host: None });
            }
            Source::Link(link) => link,
        };
        let mut watch =
            |_| if may_go_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
        let fetched = fetch(link, &self.logins, &mut watch).ok()?;
        let host = Some(host_of(&fetched.address));
        Some(Brought { octets: fetched.octets, name: fetched.file_name, host })
    }

    fn decode_ahead(
        &self,
        opened: &Opened,
        may_go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Recording> {
        let mut watch = |_, pcm: Option<&Arc<Pcm>>| {
            let is_small = pcm.is_none_or(|pcm| octets_of(pcm) <= MOST_OCTETS);
            if is_small && may_go_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let decoded = decode_audio(&opened.data, &mut watch).ok()??;
        let mut begun = Begun::new(&decoded.pcm);
        let overview = begun.overview(true, may_go_on)?;
        let is_small = octets_of(&decoded.pcm) <= MOST_OCTETS;
        is_small.then(|| self.facts(opened).recording(&begun, overview, decoded.is_damaged))
    }

    fn has_fetched(&self, source: &Source) -> bool {
        self.unlocking.with(|keys| {
            let ahead = keys.ahead_mut().and_then(|ahead| ahead.fetched.as_ref());
            ahead.is_some_and(|(fetched, _)| fetched == source)
        })
    }

    /// What was fetched ahead, if it was this.
    pub(super) fn fetched_ahead(&self, source: &Source) -> Option<Brought> {
        self.unlocking.with(|keys| {
            let ahead = keys.ahead_mut()?;
            let (_, brought) = ahead.fetched.take_if(|(fetched, _)| fetched == source)?;
            Some(brought)
        })
    }
}

fn octets_of(pcm: &Pcm) -> usize {
    pcm.frame_count() * usize::from(pcm.channel_count()) * 2
}
