//! What does logind say to a program? The little of it that matters for locking, on whatever bus
//! `DBUS_SYSTEM_BUS_ADDRESS` names.
//!
//! Its first argument is the way by which the caller's session is found: `process`, `name` (session
//! `1`) or `screen` (the session with the user's screen). Session `1` is the caller's, `2` is
//! another; the second argument says how session `1` is at the beginning: `open` or `locked`.
//! Commands come on standard input, one a line: `lock 1`, `change 1 LockedHint true` and
//! `sleep true`. On standard output it says `ready` and, of each lock of sleep, `held` and
//! `released`.

use std::collections::HashMap;
use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;

use support::{Outcome, fail};
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::{OwnedFd, OwnedObjectPath, Value};
use zbus::{fdo, interface};

const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            drop(writeln!(io::stderr(), "{failure}"));
            ExitCode::FAILURE
        }
    }
}

fn serve() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, state] = arguments.as_slice() else { fail!("a way and a state") };
    let (way, is_locked) = (way.clone(), state == "locked");
    let connection = Builder::system()?
        .serve_at(PATH, Manager { way })?
        .serve_at(format!("{PATH}/user/_1"), User)?
        .serve_at(session_path("1"), Session { is_locked })?
        .serve_at(session_path("2"), Session { is_locked: false })?
        .name("org.freedesktop.login1")?
        .build()?;
    say("ready");
    for line in io::stdin().lock().lines() {
        obey(&connection, &line?)?;
    }
    Ok(())
}

fn say(line: &str) {
    let mut output = io::stdout().lock();
    // Who asked for nothing may have gone.
    drop(writeln!(output, "{line}").and_then(|()| output.flush()));
}

fn session_path(session: &str) -> String {
    format!("{PATH}/session/_3{session}")
}

fn obey(connection: &Connection, line: &str) -> Outcome {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["lock", session] => {
            connection.emit_signal(NOBODY, session_path(session), SESSION, "Lock", &())?;
        }
        ["sleep", begins] => {
            let begins: bool = begins.parse()?;
            connection.emit_signal(NOBODY, PATH, MANAGER, "PrepareForSleep", &begins)?;
        }
        ["change", session, name, value] => {
            let changes = HashMap::from([(*name, Value::from(value.parse::<bool>()?))]);
            let body = (SESSION, changes, Vec::<&str>::new());
            let interface = "org.freedesktop.DBus.Properties";
            let path = session_path(session);
            connection.emit_signal(NOBODY, path, interface, "PropertiesChanged", &body)?;
        }
        _ => fail!("unknown command: {line}"),
    }
    Ok(())
}

const NOBODY: Option<&str> = None;

struct Manager {
    way: String,
}

impl Manager {
    fn own_session(&self, way: &str) -> fdo::Result<OwnedObjectPath> {
        if self.way == way {
            return object_path(&session_path("1"));
        }
        Err(fdo::Error::Failed("there is no such session".to_owned()))
    }
}

fn object_path(path: &str) -> fdo::Result<OwnedObjectPath> {
    OwnedObjectPath::try_from(path).map_err(|error| fdo::Error::Failed(error.to_string()))
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    #[zbus(name = "GetSessionByPID")]
    fn get_session_by_pid(&self, process: u32) -> fdo::Result<OwnedObjectPath> {
        if process < 2 {
            return Err(fdo::Error::InvalidArgs("no process of a user".to_owned()));
        }
        self.own_session("process")
    }

    fn get_session(&self, name: &str) -> fdo::Result<OwnedObjectPath> {
        if name != "1" {
            return Err(fdo::Error::InvalidArgs(name.to_owned()));
        }
        self.own_session("name")
    }

    fn get_user(&self, _user: u32) -> fdo::Result<OwnedObjectPath> {
        object_path(&format!("{PATH}/user/_1"))
    }

    fn list_inhibitors(&self) -> Vec<(String, String, String, String, u32, u32)> {
        Vec::new()
    }

    fn inhibit(&self, what: &str, _who: &str, _why: &str, mode: &str) -> fdo::Result<OwnedFd> {
        if (what, mode) != ("sleep", "delay") {
            return Err(fdo::Error::AccessDenied(format!("{what} {mode}")));
        }
        let (mut ours, theirs) =
            io::pipe().map_err(|error| fdo::Error::Failed(error.to_string()))?;
        say("held");
        std::thread::spawn(move || {
            // Comes back when every holder has let go.
            drop(ours.read(&mut [0]));
            say("released");
        });
        Ok(std::os::fd::OwnedFd::from(theirs).into())
    }
}

struct User;

#[interface(name = "org.freedesktop.login1.User")]
impl User {
    #[zbus(property)]
    fn display(&self) -> (String, OwnedObjectPath) {
        ("1".to_owned(), object_path(&session_path("1")).unwrap_or_default())
    }
}

struct Session {
    is_locked: bool,
}

#[interface(name = "org.freedesktop.login1.Session")]
impl Session {
    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        self.is_locked
    }

    #[zbus(property)]
    fn active(&self) -> bool {
        true
    }
}
