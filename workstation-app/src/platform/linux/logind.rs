//! What does logind say: is our session locked or left, and does the computer go to sleep?
//!
//! elogind speaks the same way. A lock of sleep (a delay, no veto) is held as long as the program
//! runs, and let go once everything is wiped.

use std::rc::Rc;

use zbus::message::Type;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{OwnedFd, OwnedObjectPath, OwnedValue, Value};
use zbus::{Address, Connection, MatchRule, Message, zvariant};

use super::bus::{Listener, ask_for};
use crate::lock_signals::{LockReason, Teller};

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const USER: &str = "org.freedesktop.login1.User";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const BUS: &str = "org.freedesktop.DBus";

/// Listens to logind.
pub struct Logind {
    teller: Rc<Teller>,
    /// Who speaks for logind: on the system's bus everybody may send what looks like its signals.
    owner: Option<OwnedUniqueName>,
    /// The session of the person before this window.
    session: Option<OwnedObjectPath>,
    /// How that session was when logind was last heard.
    known: Known,
    /// Sleep waits as long as this is held.
    sleep_lock: Option<OwnedFd>,
}

#[derive(Clone, Copy)]
struct Known {
    is_locked: bool,
    is_active: bool,
}

impl Logind {
    /// Nothing is known yet: a session that is locked when the program starts is no news.
    pub fn new(teller: Rc<Teller>) -> Self {
        let known = Known { is_locked: true, is_active: false };
        Self { teller, owner: None, session: None, known, sleep_lock: None }
    }

    /// Learns who logind is, which session is ours and whether it was left meanwhile.
    async fn meet(&mut self, connection: &Connection) -> zbus::Result<()> {
        self.sleep_lock = None;
        self.session = None;
        // It is started by this, where it is to be started.
        let reply = call(connection, PATH, MANAGER, "ListInhibitors", &()).await?;
        self.owner = reply.header().sender().map(|sender| sender.to_owned().into());
        self.session = find_session(connection).await;
        self.look(connection).await;
        self.hold_sleep(connection).await;
        Ok(())
    }

    /// Without a lock, sleep simply does not wait.
    async fn hold_sleep(&mut self, connection: &Connection) {
        let what = ("sleep", shared::PRODUCT, "Recordings and keys are being locked", "delay");
        let lock = call(connection, PATH, MANAGER, "Inhibit", &what).await;
        self.sleep_lock = lock.ok().and_then(|reply| reply.body().deserialize().ok());
    }

    /// Whether something was missed while nobody listened.
    async fn look(&mut self, connection: &Connection) {
        let Some(session) = self.session.clone() else { return };
        let is_locked = property(connection, &session, "LockedHint").await.unwrap_or(false);
        let is_active = property(connection, &session, "Active").await.unwrap_or(true);
        let before = std::mem::replace(&mut self.known, Known { is_locked, is_active });
        if is_locked && !before.is_locked {
            self.teller.tell(LockReason::ScreenLock);
        }
        if before.is_active && !is_active {
            self.teller.tell(LockReason::UserSwitch);
        }
    }

    fn take_changes(&mut self, message: &Message) {
        let Ok((interface, changes)) = changes_of(message) else { return };
        if interface != SESSION {
            return;
        }
        for (name, value) in changes {
            match (name.as_str(), bool::try_from(value)) {
                ("LockedHint", Ok(is_locked)) => {
                    self.known.is_locked = is_locked;
                    if is_locked {
                        self.teller.tell(LockReason::ScreenLock);
                    }
                }
                ("Active", Ok(is_active)) => {
                    self.known.is_active = is_active;
                    if !is_active {
                        self.teller.tell(LockReason::UserSwitch);
                    }
                }
                _ => {}
            }
        }
    }

    async fn take_sleep(&mut self, connection: &Connection, begins: bool) {
        if begins {
            self.teller.tell_suspend();
            self.sleep_lock = None;
        } else if self.sleep_lock.is_none() {
            self.hold_sleep(connection).await;
        }
    }
}

impl Listener for Logind {
    fn address(&self) -> zbus::Result<Address> {
        Address::system()
    }

    async fn begin(&mut self, connection: &Connection) -> zbus::Result<()> {
        let signals = MatchRule::builder().msg_type(Type::Signal).sender(NAME)?;
        ask_for(connection, signals.path_namespace(PATH)?.build()).await?;
        let comings = MatchRule::builder().msg_type(Type::Signal).sender(BUS)?;
        let comings = comings.member("NameOwnerChanged")?.arg(0, NAME)?.build();
        ask_for(connection, comings).await?;
        // Where there is no logind yet, its coming is waited for.
        let _ = self.meet(connection).await;
        Ok(())
    }

    async fn take(&mut self, connection: &Connection, message: &Message) -> zbus::Result<()> {
        let header = message.header();
        if header.message_type() != Type::Signal {
            return Ok(());
        }
        let member = header.member().map(|member| member.as_str()).unwrap_or_default();
        let sender = header.sender().map(|sender| sender.as_str()).unwrap_or_default();
        if sender == BUS && member == "NameOwnerChanged" {
            let body = message.body();
            let (name, _, owner): (&str, &str, &str) = body.deserialize()?;
            if name == NAME && !owner.is_empty() {
                let _ = self.meet(connection).await;
            }
            return Ok(());
        }
        if self.owner.as_ref().is_none_or(|owner| owner.as_str() != sender) {
            return Ok(());
        }
        let interface = header.interface().map(|name| name.as_str()).unwrap_or_default();
        let is_of_session = header.path() == self.session.as_deref();
        match (interface, member) {
            (MANAGER, "PrepareForSleep") => {
                if let Ok(begins) = message.body().deserialize() {
                    self.take_sleep(connection, begins).await;
                }
            }
            (SESSION, "Lock") if is_of_session => self.teller.tell(LockReason::ScreenLock),
            (PROPERTIES, "PropertiesChanged") if is_of_session => self.take_changes(message),
            _ => {}
        }
        Ok(())
    }
}

/// The session that this program runs in; where it runs beside all sessions, as desktops start
/// programs today, the one that the desktop names or the one with the screen.
async fn find_session(connection: &Connection) -> Option<OwnedObjectPath> {
    let process = std::process::id();
    if let Ok(session) = call(connection, PATH, MANAGER, "GetSessionByPID", &(process,)).await {
        return session.body().deserialize().ok();
    }
    if let Ok(id) = std::env::var("XDG_SESSION_ID")
        && let Ok(session) = call(connection, PATH, MANAGER, "GetSession", &(id,)).await
    {
        return session.body().deserialize().ok();
    }
    let user = rustix::process::getuid().as_raw();
    let user = call(connection, PATH, MANAGER, "GetUser", &(user,)).await.ok()?;
    let user: OwnedObjectPath = user.body().deserialize().ok()?;
    let display = call(connection, user.as_str(), PROPERTIES, "Get", &(USER, "Display")).await;
    let display = display.ok()?;
    let (_, session): (String, OwnedObjectPath) =
        display.body().deserialize::<Value<'_>>().ok()?.try_into().ok()?;
    Some(session)
}

async fn property(connection: &Connection, session: &OwnedObjectPath, name: &str) -> Option<bool> {
    let reply = call(connection, session.as_str(), PROPERTIES, "Get", &(SESSION, name)).await;
    reply.ok()?.body().deserialize::<Value<'_>>().ok()?.try_into().ok()
}

type Changes = std::collections::HashMap<String, OwnedValue>;

fn changes_of(message: &Message) -> zbus::Result<(String, Changes)> {
    let (interface, changes, _): (String, Changes, Vec<String>) = message.body().deserialize()?;
    Ok((interface, changes))
}

async fn call<Body>(
    connection: &Connection,
    path: &str,
    interface: &str,
    method: &str,
    body: &Body,
) -> zbus::Result<Message>
where
    Body: serde::Serialize + zvariant::DynamicType,
{
    connection.call_method(Some(NAME), path, Some(interface), method, body).await
}
