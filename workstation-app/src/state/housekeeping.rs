//! What is remembered, forgotten and cleared away besides the recordings themselves?

use super::{AppState, Effect};
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
        vec![Effect::SaveSettings, Effect::WatchDownloads]
    }

    /// Links of this site are asked about again, and its sign-in too.
    pub(super) fn forget_site(&mut self, site: String) -> Vec<Effect> {
        self.settings.hosts.retain(|host| *host != site);
        self.settings.kept.retain(|kept| *kept != site);
        vec![Effect::SaveSettings, Effect::Send(Command::ForgetSite { site })]
    }

    /// A recording was heard to its end: its sealed file may go, if the person wants that.
    pub(super) fn heard(&self) -> Vec<Effect> {
        let Some(selected) = &self.selected else { return Vec::new() };
        match &selected.source {
            Source::File(path) if self.settings.removes_heard => {
                vec![Effect::Send(Command::Remove { path: path.clone() })]
            }
            Source::File(_) | Source::Link(_) => Vec::new(),
        }
    }
}
