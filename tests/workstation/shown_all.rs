//! Which screens does the window have?

use std::time::Instant;

use shared::decrypt::Problem;
use workstation_app::audio::play::SoundFault;
use workstation_app::message::Event;
use workstation_app::settings::Settings;
use workstation_app::state::AppState;
use workstation_app::texts::FailureKind;

use crate::shown::{failed, listening, locked, opening, with_every_remark};
use crate::{shown_desk, shown_keys, shown_links};

/// Each of them by its name.
pub fn every_screen() -> Vec<(&'static str, AppState)> {
    let mut with_notice = listening(None);
    let message = "The key of somebody has no passphrase. Set one first and export it again.";
    let import_failed = Event::ImportFailed { message: message.to_owned(), generation: None };
    with_notice.apply(import_failed, Instant::now());
    let wrong = FailureKind::Problem(Problem::WrongPassphrase);
    let mut screens = vec![
        ("empty", AppState::new(Settings::default())),
        ("locked", locked()),
        ("wrong passphrase", failed(opening(), wrong, "")),
        ("opening", opening()),
        ("listening", listening(None)),
        ("listening without a device", listening(Some(SoundFault::NoDevice))),
        ("listening with a notice", with_notice),
        ("listening with every remark", with_every_remark()),
        ("host", shown_links::host()),
        ("sign in", shown_links::sign_in()),
        ("fetching", shown_links::fetching()),
        ("fetching the next", shown_links::fetching_the_next()),
        ("waiting", shown_links::waiting()),
        ("settings", shown_links::settings()),
    ];
    screens.extend(shown_desk::desks());
    screens.extend(shown_keys::pages());
    screens.extend(shown_keys::locks());
    screens
}
