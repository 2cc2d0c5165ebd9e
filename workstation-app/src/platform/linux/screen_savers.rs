//! What do the desktops' screen savers say? Many lock the screen and tell logind nothing.
//!
//! Every program of the session may send these signals, which can do no more than lock.

use std::rc::Rc;

use zbus::message::Type;
use zbus::{Address, Connection, MatchRule, Message};

use super::bus::{Listener, ask_for};
use crate::lock_signals::{LockReason, Teller};

/// KDE and most others, GNOME, MATE, Cinnamon, Xfce.
const INTERFACES: [&str; 5] = [
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.xfce.ScreenSaver",
];
const MEMBER: &str = "ActiveChanged";

/// Listens to all of them.
pub struct ScreenSavers {
    teller: Rc<Teller>,
}

impl ScreenSavers {
    /// Tells `teller`.
    pub fn new(teller: Rc<Teller>) -> Self {
        Self { teller }
    }
}

impl Listener for ScreenSavers {
    fn address(&self) -> zbus::Result<Address> {
        Address::session()
    }

    async fn begin(&mut self, connection: &Connection) -> zbus::Result<()> {
        for interface in INTERFACES {
            let signals = MatchRule::builder().msg_type(Type::Signal).interface(interface)?;
            ask_for(connection, signals.member(MEMBER)?.build()).await?;
        }
        Ok(())
    }

    async fn take(&mut self, _connection: &Connection, message: &Message) -> zbus::Result<()> {
        let header = message.header();
        let interface = header.interface().map(|name| name.as_str()).unwrap_or_default();
        let is_asked_for = header.message_type() == Type::Signal
            && header.member().is_some_and(|member| member.as_str() == MEMBER)
            && INTERFACES.contains(&interface);
        if is_asked_for && message.body().deserialize().is_ok_and(|is_active: bool| is_active) {
            self.teller.tell(LockReason::ScreenLock);
        }
        Ok(())
    }
}
