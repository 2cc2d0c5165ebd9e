//! What comes to be opened, in which order, and what must be asked before it is fetched?

use std::path::PathBuf;
use std::time::Instant;

use super::key_steps::KeyStep;
use super::{AppState, Effect, HostScreen, Notice, Pending, Place, Screen, Selected, SignInScreen};
use crate::call::CallCard;
use crate::desk::Desk;
use crate::link::login::{Login, Question, site_of};
use crate::message::Command;
use crate::open::source::Source;
use crate::queue::MOST_ITEMS;
use crate::texts;

/// More than anybody listens to in a day.
const MOST_OFFERED: usize = 500;

impl AppState {
    /// Opens the first one now; the others wait.
    pub(super) fn open(&mut self, sources: Vec<Source>, now: Instant) -> Vec<Effect> {
        let mut sources = sources.into_iter();
        let Some(first) = sources.next() else { return Vec::new() };
        self.notice = None;
        let effects = self.read(first, now);
        self.wait(sources);
        effects
    }

    /// The same for what another start hands over: who is typing goes on typing, and a second click
    /// on the same recording is none.
    pub(super) fn arrived(&mut self, sources: Vec<Source>, now: Instant) -> Vec<Effect> {
        let mut sources = sources;
        sources.retain(|source| !self.is_open(source) && !self.queue.is_waiting(source));
        let is_at_keys = self.place == Place::Keys && self.keys.step != KeyStep::List;
        let is_screen_busy = match self.screen {
            Screen::Empty | Screen::Problem(_) | Screen::Listening(_) => {
                self.is_typing || self.pending.is_some()
            }
            Screen::Locked(_) | Screen::Opening(_) | Screen::Host(_) | Screen::SignIn(_) => true,
        };
        let mut effects = vec![Effect::Raise];
        if is_at_keys || is_screen_busy {
            self.wait(sources.into_iter());
        } else {
            effects.extend(self.open(sources, now));
        }
        effects
    }

    /// The list has an end, and nobody should believe that what is beyond it is in there.
    fn wait(&mut self, sources: impl Iterator<Item = Source>) {
        let left_out = self.queue.wait(sources);
        if left_out > 0 {
            let text = texts::desk::LEFT_OUT.with(&[("count", &left_out), ("most", &MOST_ITEMS)]);
            self.notice = Some(Notice { is_bad: true, text });
        }
    }

    /// Opens the next one.
    pub(super) fn next(&mut self, now: Instant) -> Vec<Effect> {
        match self.queue.next().map(|item| item.source.clone()) {
            Some(source) => self.read(source, now),
            None => Vec::new(),
        }
    }

    fn is_open(&self, source: &Source) -> bool {
        let open = self.pending.as_ref().map(|pending| &pending.selected);
        let is_shown = !matches!(self.screen, Screen::Empty | Screen::Problem(_));
        let open = open.or_else(|| self.selected.as_ref().filter(|_| is_shown));
        open.is_some_and(|selected| selected.source == *source)
    }

    /// Reads a file or fetches a link, unless its host must be asked about first.
    pub(super) fn read(&mut self, source: Source, now: Instant) -> Vec<Effect> {
        self.generation += 1;
        // Whatever is asked about it must be seen.
        self.place = Place::Recording;
        self.offered.retain(|offered| *offered != source);
        self.queue.open(&source);
        if let Source::Link(link) = &source
            && self.must_ask_host(&source)
        {
            let host = link.host();
            return self.ask_host(source, host);
        }
        let selected = Selected::of(source.clone(), card(&source, &self.settings.desk));
        self.pending = Some(Pending { selected, since: now, received: None });
        vec![Effect::Send(Command::Open { generation: self.generation, source })]
    }

    /// Has the next one opened ahead, or no longer, once what is heard is all there: nobody who goes
    /// through a list waits then. Without an unlocked key the worker could only ask.
    pub(super) fn look_ahead(&mut self) -> Vec<Effect> {
        let is_settled = self.pending.is_none()
            && matches!(&self.screen, Screen::Listening(it) if it.recording.overview.is_complete());
        let is_open = self.unlocked_until.is_some();
        if !is_open {
            // What was open ahead went with the keys.
            self.ahead = None;
        }
        if !is_open || !is_settled {
            return Vec::new();
        }
        let next = self.queue.next().map(|item| item.source.clone());
        let next = next.filter(|source| !self.must_ask_host(source));
        if next == self.ahead {
            return Vec::new();
        }
        self.ahead = next.clone();
        vec![Effect::Send(match next {
            Some(source) => Command::Prefetch { source },
            None => Command::ForgetPrefetched,
        })]
    }

    fn must_ask_host(&self, source: &Source) -> bool {
        matches!(source, Source::Link(link)
            if link.is_own() && !self.settings.hosts.contains(&site_of(link.address())))
    }

    fn ask_host(&mut self, source: Source, host: String) -> Vec<Effect> {
        let call = card(&source, &self.settings.desk);
        self.pending = None;
        self.selected = Some(Selected::of(source, call));
        self.attempt += 1;
        self.screen = Screen::Host(HostScreen { host, attempt: self.attempt });
        vec![Effect::Silence]
    }

    /// The person says that recordings come from there.
    pub(super) fn trust_host(&mut self, now: Instant) -> Vec<Effect> {
        let (Screen::Host(_), Some(selected)) = (&self.screen, &self.selected) else {
            return Vec::new();
        };
        let source = selected.source.clone();
        if let Source::Link(link) = &source {
            self.settings.hosts.push(site_of(link.address()));
        }
        self.screen = Screen::Empty;
        let mut effects = vec![Effect::SaveSettings];
        effects.extend(self.read(source, now));
        effects
    }

    /// The site asks who wants to know; what the keychain keeps is not asked again.
    pub(super) fn ask_sign_in(&mut self, question: Question) -> Vec<Effect> {
        if !question.is_wrong && self.settings.kept.contains(&question.site) {
            let generation = self.generation;
            return vec![Effect::Send(Command::Recall { generation, question })];
        }
        let is_stale = question.is_wrong && self.settings.kept.contains(&question.site);
        let mut effects = if is_stale { self.forget_sign_in(&question.site) } else { Vec::new() };
        effects.extend(self.show_sign_in(question));
        effects
    }

    /// The site took the sign-in, and the keychain keeps it.
    pub(super) fn sign_in_kept(&mut self, site: String) -> Vec<Effect> {
        if self.settings.kept.contains(&site) {
            return Vec::new();
        }
        self.settings.kept.push(site);
        vec![Effect::SaveSettings]
    }

    /// The keychain has answered.
    pub(super) fn recalled(
        &mut self,
        question: Question,
        is_known: bool,
        now: Instant,
    ) -> Vec<Effect> {
        match self.pending.take() {
            Some(pending) if is_known => self.read(pending.selected.source, now),
            pending => {
                self.pending = pending;
                self.show_sign_in(question)
            }
        }
    }

    fn show_sign_in(&mut self, question: Question) -> Vec<Effect> {
        self.take_pending();
        self.attempt += 1;
        self.screen = Screen::SignIn(SignInScreen { question, attempt: self.attempt });
        vec![Effect::Silence]
    }

    /// The person has answered.
    pub(super) fn sign_in(&mut self, login: Login, is_kept: bool, now: Instant) -> Vec<Effect> {
        let (Screen::SignIn(screen), Some(selected)) = (&self.screen, &self.selected) else {
            return Vec::new();
        };
        let (site, source) = (screen.question.site.clone(), selected.source.clone());
        self.screen = Screen::Empty;
        let mut effects = vec![Effect::Send(Command::SignIn { site, login, is_kept })];
        effects.extend(self.read(source, now));
        effects
    }

    /// A text that was pasted or typed as a link.
    pub(super) fn open_text(&mut self, text: &str, now: Instant) -> Vec<Effect> {
        let source = Source::of_argument(text.trim().as_ref());
        match source {
            Ok(source @ Source::Link(_)) => self.open(vec![source], now),
            Ok(Source::File(_)) => self.refuse_text(texts::NO_LINK_SCHEME),
            Err(error) => self.refuse_text(error),
        }
    }

    fn refuse_text(&mut self, cause: impl std::fmt::Display) -> Vec<Effect> {
        self.notice = Some(Notice { is_bad: true, text: texts::no_link(cause) });
        Vec::new()
    }

    /// A recording was downloaded: it is offered, unless the browser has handed it over already.
    pub(super) fn downloaded(&mut self, path: PathBuf) -> Vec<Effect> {
        let source = Source::File(path);
        let is_known = self.is_open(&source)
            || self.queue.is_waiting(&source)
            || self.offered.contains(&source);
        if self.settings.offers_downloads && !is_known {
            self.offered.push(source);
            self.offered.truncate(MOST_OFFERED);
        }
        Vec::new()
    }

    /// Opens what was offered.
    pub(super) fn open_offered(&mut self, now: Instant) -> Vec<Effect> {
        let offered = std::mem::take(&mut self.offered);
        self.open(offered, now)
    }
}

/// What the name says; the host where a link has none.
pub(super) fn card(source: &Source, desk: &Desk) -> CallCard {
    let mut call = CallCard::of_name(&source.file_name(), desk);
    if let (Source::Link(link), true) = (source, call.is_nameless()) {
        call.call_it(link.host());
    }
    call
}
