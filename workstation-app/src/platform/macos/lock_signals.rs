//! What does macOS say when the person leaves: the screen is locked, the computer goes to sleep,
//! another user takes the screen?
//!
//! It was type-checked and has not run on a Mac yet. Sleep is not held up: macOS says it on the main
//! thread, which is the very one that wipes, and waits for that thread a moment later.

use std::sync::mpsc::{Sender, channel};

use super::cocoa::{Center, Hearing, hear};
use crate::lock_signals::{LockReason, Teller};

/// Hears as long as it is held.
pub struct LockSignals {
    _hearings: [Hearing; 3],
}

/// Hears the session's notifications. `None` where not even a thread is to be had.
pub fn watch_lock_signals(teller: Teller) -> Option<LockSignals> {
    let (sender, reasons) = channel();
    // The main thread must not wait for whoever is told. It ends with the last sender.
    let tell = move || reasons.into_iter().for_each(|reason| teller.tell(reason));
    std::thread::Builder::new().name("lock signals".to_owned()).spawn(tell).ok()?;
    let hearing = |center: Center, reason| hear(&center, Box::new(teller_of(&sender, reason)));
    Some(LockSignals {
        _hearings: [
            hearing(Center::Session("com.apple.screenIsLocked"), LockReason::ScreenLock),
            hearing(Center::Sleep, LockReason::Suspend),
            hearing(Center::UserSwitch, LockReason::UserSwitch),
        ],
    })
}

fn teller_of(sender: &Sender<LockReason>, reason: LockReason) -> impl Fn() + use<> {
    let sender = sender.clone();
    move || {
        // Fails only while the program ends.
        let _ = sender.send(reason);
    }
}
