//! What is remembered, forgotten and cleared away besides the recordings themselves?

use super::key_steps::KeyStep;
use super::{AppState, Effect, HostScreen, Locked, Place, ProblemScreen, Screen, SignInScreen};
use crate::desk::Desk;
use crate::locking::Habits;
use crate::message::Command;
use crate::open::source::Source;
use crate::settings::Settings;

impl AppState {
    /// The person changed the settings.
    pub(super) fn change_settings(&mut self, settings: Settings) -> Vec<Effect> {
        let old = std::mem::replace(&mut self.settings, settings);
        let mut effects = self.change_desk(&old.desk);
        if !self.settings.offers_downloads {
            self.offered.clear();
        }
        let habits = Habits::of(&self.settings);
        effects.extend([
            Effect::SaveSettings,
            Effect::WatchDownloads,
            Effect::Send(Command::Habits(habits)),
        ]);
        effects
    }

    fn change_desk(&mut self, old: &Desk) -> Vec<Effect> {
        let desk = self.settings.desk.clone();
        let mut effects = Vec::new();
        if (desk.hides_numbers, &desk.name_template) != (old.hides_numbers, &old.name_template) {
            let pending = self.pending.iter_mut().map(|pending| &mut pending.selected);
            for selected in pending.chain(&mut self.selected) {
                selected.call.read_again(&desk);
            }
        }
        if desk.device != old.device {
            effects.push(Effect::SetDevice(desk.device.clone()));
        }
        if desk.hearing() != old.hearing() {
            effects.push(Effect::SetHearing(self.hearing()));
        }
        if desk.silence_rule() != old.silence_rule() {
            effects.extend(self.treat());
        }
        effects
    }

    /// Links of this site are asked about again, and its sign-in too.
    pub(super) fn forget_site(&mut self, site: String) -> Vec<Effect> {
        self.settings.hosts.retain(|host| *host != site);
        self.settings.kept.retain(|kept| *kept != site);
        vec![Effect::SaveSettings, Effect::Send(Command::ForgetSite { site })]
    }

    /// What the keychain keeps for this site is refused by now: it is asked again.
    pub(super) fn forget_sign_in(&mut self, site: &str) -> Vec<Effect> {
        self.settings.kept.retain(|kept| kept != site);
        let site = site.to_owned();
        vec![Effect::SaveSettings, Effect::Send(Command::ForgetSite { site })]
    }

    /// Goes to a part of the window, or back from it. What asks for words gets the focus again.
    pub(super) fn show(&mut self, place: Place) -> Vec<Effect> {
        self.place = if self.place == place { Place::Recording } else { place };
        self.attempt += 1;
        let now = self.attempt;
        // The view of keys begins at its list.
        self.keys = self.keys.at(KeyStep::List, now);
        match &mut self.screen {
            Screen::Locked(Locked { attempt, .. })
            | Screen::SignIn(SignInScreen { attempt, .. })
            | Screen::Host(HostScreen { attempt, .. })
            | Screen::Problem(ProblemScreen { attempt, .. }) => *attempt = now,
            Screen::Empty | Screen::Opening(_) | Screen::Listening(_) => {}
        }
        // Devices come and go: they are looked for whenever somebody looks at them.
        if self.place == Place::Settings { vec![Effect::AskDevices] } else { Vec::new() }
    }

    /// A recording was heard to its end: its sealed file may go, if the person wants that.
    pub(super) fn heard(&mut self) -> Vec<Effect> {
        let Some(selected) = &self.selected else { return Vec::new() };
        // Another one may be on its way already.
        self.queue.mark_heard(&selected.source);
        match &selected.source {
            Source::File(path) if self.settings.removes_heard => {
                let (path, digest) = (path.clone(), selected.digest);
                vec![Effect::Send(Command::Remove { path, digest })]
            }
            Source::File(_) | Source::Link(_) => Vec::new(),
        }
    }
}
