//! What does systemd hear of the service? Nothing where there is none. (`man 3 sd_notify`)

use sd_notify::NotifyState;

/// It watches.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// It is alive, which the unit's `WatchdogSec` wants to hear.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How the last pass went, for `systemctl status`.
pub fn status(text: &str) {
    let line = text.lines().next().unwrap_or_default();
    tell(&[NotifyState::Status(line), NotifyState::Watchdog]);
}

/// It finishes the recording in hand.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState<'_>]) {
    // Without systemd, or when it does not listen, there is nobody to tell.
    let _ = sd_notify::notify(states);
}
