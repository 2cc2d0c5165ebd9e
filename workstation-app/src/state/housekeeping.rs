//! What is remembered, forgotten and cleared away besides the recordings themselves?

use super::key_steps::KeyStep;
use super::{AppState, Effect, HostScreen, Locked, Place, ProblemScreen, Screen, SignInScreen};
use crate::locking::Habits;
use crate::message::Command;
use crate::open::source::Source;
use crate::settings::Settings;

impl AppState {
    /// The person changed the settings.
    pub(super) fn change_settings(&mut self, settings: Settings) -> Vec<Effect> {
        self.settings = settings;
        if !self.settings.offers_downloads {
            self.offered.clear();
        }
        let habits = Habits::of(&self.settings);
        vec![Effect::SaveSettings, Effect::WatchDownloads, Effect::Send(Command::Habits(habits))]
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
    pub(super) fn show(&mut self, place: Place) {
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
    }

    /// A recording was heard to its end: its sealed file may go, if the person wants that.
    pub(super) fn heard(&self) -> Vec<Effect> {
        let Some(selected) = &self.selected else { return Vec::new() };
        match &selected.source {
            Source::File(path) if self.settings.removes_heard => {
                let (path, digest) = (path.clone(), selected.digest);
                vec![Effect::Send(Command::Remove { path, digest })]
            }
            Source::File(_) | Source::Link(_) => Vec::new(),
        }
    }
}
