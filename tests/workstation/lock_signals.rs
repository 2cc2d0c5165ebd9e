//! Is the program told when the person leaves the computer, whoever sends that, and by nobody in
//! whose session it does not run? And does a bus that is away, dies or hangs do no harm?
//!
//! Each test runs itself again as the program that listens, on buses of the test's own.

use std::fs;
use std::io::{BufRead, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use support::logind::Logind;
use support::message_bus::MessageBus;
use support::process::{Background, wait_for};
use support::said::Said;
use support::{Failure, Outcome, ensure};
use workstation_app::lock_signals::{LockReason, watch};

/// Set for the run that listens.
const INSIDE: &str = "CALLSEAL_TEST_LISTENS";
/// How long wiping takes there, in milliseconds.
const WIPE_MSECS: u64 = 500;
const WAIT: Duration = Duration::from_secs(10);
/// A bus that is asked for again and again is found within this.
const COME_BACK: Duration = Duration::from_secs(20);

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// What happens to the program that listens.
enum Happening {
    Left(LockReason),
    /// Standard input has ended.
    End,
}

/// Says every reason it is told, until its input ends.
fn listen() -> Outcome {
    let (sender, happenings) = channel();
    wait_for_the_end_of_input(sender.clone());
    let watch = watch(move |reason| drop(sender.send(Happening::Left(reason))));
    say("begins");
    for happening in happenings {
        match happening {
            Happening::Left(reason) => {
                say(&format!("{reason:?}"));
                if reason == LockReason::Suspend {
                    thread::sleep(Duration::from_millis(WIPE_MSECS));
                    say("wiped");
                    watch.wiped();
                }
            }
            Happening::End => break,
        }
    }
    let begun = Instant::now();
    drop(watch);
    ensure!(begun.elapsed() < Duration::from_millis(300), "the end took {:?}", begun.elapsed());
    // It says that it ends a moment before it has ended.
    wait_for("the end of the thread", Duration::from_millis(500), || {
        let is_left = names_of_threads()?.iter().any(|name| name.contains("lock signals"));
        Ok((!is_left).then_some(()))
    })?;
    say("ends");
    Ok(())
}

fn wait_for_the_end_of_input(sender: Sender<Happening>) {
    thread::spawn(move || {
        let _ = std::io::stdin().lock().lines().count();
        sender.send(Happening::End)
    });
}

fn names_of_threads() -> Outcome<Vec<String>> {
    let threads = fs::read_dir("/proc/self/task")?.flatten();
    Ok(threads.filter_map(|it| fs::read_to_string(it.path().join("comm")).ok()).collect())
}

/// Past what the test harness keeps for itself.
fn say(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// The program that listens, seen from outside.
struct Listener {
    program: Background,
    said: Said,
}

impl Listener {
    fn start(test: &str, system: &str, session: &str) -> Outcome<Listener> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--exact", test, "--nocapture"]).env(INSIDE, "1");
        command.env("DBUS_SYSTEM_BUS_ADDRESS", system).env("DBUS_SESSION_BUS_ADDRESS", session);
        command.env("XDG_SESSION_ID", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut program = Background::start(&mut command)?;
        let output = program.child().stderr.take();
        let said = Said::by(output.ok_or_else(|| Failure::new("no standard error"))?);
        said.wait_for("begins", 1, WAIT)?;
        Ok(Listener { program, said })
    }

    /// On a system's bus alone.
    fn of_logind(test: &str, bus: &MessageBus) -> Outcome<Listener> {
        Listener::start(test, &bus.address(), "unix:path=/nonexistent/bus")
    }

    fn reasons(&self) -> Vec<String> {
        self.said.lines().into_iter().filter(|it| it != "begins" && it != "wiped").collect()
    }

    /// Waits until exactly these were told, in this order.
    fn expect(&self, reasons: &[&str]) -> Outcome {
        let told = || Ok((self.reasons().len() >= reasons.len()).then_some(()));
        let outcome = wait_for(&format!("{reasons:?}"), WAIT, told);
        ensure!(self.reasons() == reasons, "{:?} instead of {reasons:?}", self.reasons());
        outcome
    }

    /// Ends it, which it does at once, without an error and without a word more.
    fn end(mut self) -> Outcome {
        let before = self.reasons();
        drop(self.program.child().stdin.take());
        let status = self.program.wait(WAIT)?;
        let after = self.reasons();
        ensure!(status.success(), "{status}: {after:?}");
        let (last, others) = after.split_last().ok_or_else(|| Failure::new("no words"))?;
        ensure!(last == "ends" && others == before, "{after:?} after {before:?}");
        Ok(())
    }
}

#[test]
fn a_locked_or_left_session_is_told_however_it_is_found_and_another_one_is_not() -> Outcome {
    if is_inside() {
        return listen();
    }
    let test = "a_locked_or_left_session_is_told_however_it_is_found_and_another_one_is_not";
    for way in ["process", "name", "screen"] {
        let bus = MessageBus::new()?;
        let mut logind = Logind::start(&bus, way, "open")?;
        let listener = Listener::of_logind(test, &bus)?;
        logind.wait_until_held(1)?;
        for foreign in ["lock 2", "change 2 LockedHint true", "change 2 Active false"] {
            logind.tell(foreign)?;
        }
        for harmless in ["change 1 LockedHint false", "change 1 Active true", "sleep false"] {
            logind.tell(harmless)?;
        }
        logind.tell("lock 1")?;
        listener.expect(&["ScreenLock"])?;
        logind.tell("change 1 Active false")?;
        listener.expect(&["ScreenLock", "UserSwitch"])?;
        logind.tell("change 1 LockedHint true")?;
        listener.expect(&["ScreenLock", "UserSwitch", "ScreenLock"])?;
        listener.end()?;
    }
    Ok(())
}

#[test]
fn sleep_waits_until_everything_is_wiped_each_time() -> Outcome {
    if is_inside() {
        return listen();
    }
    let bus = MessageBus::new()?;
    let mut logind = Logind::start(&bus, "process", "open")?;
    let listener = Listener::of_logind("sleep_waits_until_everything_is_wiped_each_time", &bus)?;
    for night in 1..=2 {
        logind.wait_until_held(night)?;
        let begun = Instant::now();
        logind.tell("sleep true")?;
        listener.expect(&vec!["Suspend"; night])?;
        ensure!(logind.released() < night, "sleep did not wait");
        logind.wait_until_released(night)?;
        let waited = begun.elapsed();
        ensure!(waited >= Duration::from_millis(WIPE_MSECS), "slept after {waited:?}");
        ensure!(waited < Duration::from_millis(2 * WIPE_MSECS), "slept after {waited:?}");
        listener.said.wait_for("wiped", night, WAIT)?;
        logind.tell("sleep false")?;
    }
    logind.wait_until_held(3)?;
    listener.end()?;
    logind.wait_until_released(3)
}

/// Speaks to `listener` as logind does, without being it.
fn speak_as_logind(bus: &MessageBus, listener: &Listener) -> Outcome {
    let name = bus.name_of(listener.program.id())?;
    let manager = ["/org/freedesktop/login1", "org.freedesktop.login1.Manager.PrepareForSleep"];
    bus.send(Some(&name), &[manager.as_slice(), &["boolean:true"]].concat())?;
    let session = "/org/freedesktop/login1/session/_31";
    bus.send(Some(&name), &[session, "org.freedesktop.login1.Session.Lock"])?;
    // Nonsense must not end the listening.
    bus.send(Some(&name), &[session, "org.freedesktop.DBus.Properties.PropertiesChanged"])?;
    let comings = ["/org/freedesktop/DBus", "org.freedesktop.DBus.NameOwnerChanged", "int32:5"];
    bus.send(Some(&name), &comings)
}

#[test]
fn another_program_of_the_system_cannot_speak_for_logind() -> Outcome {
    if is_inside() {
        return listen();
    }
    let bus = MessageBus::new()?;
    let mut logind = Logind::start(&bus, "process", "open")?;
    let test = "another_program_of_the_system_cannot_speak_for_logind";
    let listener = Listener::of_logind(test, &bus)?;
    logind.wait_until_held(1)?;
    speak_as_logind(&bus, &listener)?;
    logind.tell("change 1 Active false")?;
    listener.expect(&["UserSwitch"])?;
    listener.end()
}

/// Sends a signal until it is heard: nothing else says that the session's bus is listened to.
fn send_until_told(bus: &MessageBus, listener: &Listener, signal: &[&str]) -> Outcome {
    let before = listener.reasons().len();
    wait_for("the listener", COME_BACK, || {
        bus.send(None, signal)?;
        thread::sleep(Duration::from_millis(200));
        Ok((listener.reasons().len() > before).then_some(()))
    })
}

#[test]
fn the_screen_saver_of_each_desktop_is_told_when_it_comes_and_not_when_it_goes() -> Outcome {
    if is_inside() {
        return listen();
    }
    let test = "the_screen_saver_of_each_desktop_is_told_when_it_comes_and_not_when_it_goes";
    let bus = MessageBus::new()?;
    let listener = Listener::start(test, "unix:path=/nonexistent/bus", &bus.address())?;
    let gnome = "org.gnome.ScreenSaver.ActiveChanged";
    send_until_told(&bus, &listener, &["/org/gnome/ScreenSaver", gnome, "boolean:true"])?;
    thread::sleep(Duration::from_millis(500));
    let mut count = listener.reasons().len();
    for desktop in ["freedesktop", "gnome", "mate", "cinnamon", "xfce"] {
        let path = format!("/org/{desktop}/ScreenSaver");
        let signal = format!("org.{desktop}.ScreenSaver.ActiveChanged");
        for harmless in ["boolean:false", "uint32:1", "string:true"] {
            bus.send(None, &[&path, &signal, harmless])?;
        }
        let other = format!("org.{desktop}.ScreenSaver.SessionIdleChanged");
        bus.send(None, &[&path, &other, "boolean:true"])?;
        bus.send(None, &[&path, &signal, "boolean:true"])?;
        count += 1;
        listener.expect(&vec!["ScreenLock"; count])?;
    }
    listener.end()
}

#[test]
fn without_any_bus_nothing_is_told_and_nothing_hangs() -> Outcome {
    if is_inside() {
        return listen();
    }
    let test = "without_any_bus_nothing_is_told_and_nothing_hangs";
    for address in ["unix:path=/nonexistent/bus", "nonsense", "unix:path=/dev/null"] {
        let listener = Listener::start(test, address, address)?;
        thread::sleep(Duration::from_millis(700));
        listener.end()?;
    }
    Ok(())
}

#[test]
fn a_bus_that_hangs_holds_nothing_up_and_is_listened_to_once_it_goes_on() -> Outcome {
    if is_inside() {
        return listen();
    }
    let test = "a_bus_that_hangs_holds_nothing_up_and_is_listened_to_once_it_goes_on";
    let bus = MessageBus::new()?;
    let mut logind = Logind::start(&bus, "process", "open")?;
    bus.hang()?;
    let listener = Listener::start(test, &bus.address(), &bus.address())?;
    thread::sleep(Duration::from_millis(300));
    listener.end()?;

    let listener = Listener::start(test, &bus.address(), &bus.address())?;
    // Longer than an answer is waited for.
    thread::sleep(Duration::from_secs(6));
    bus.go_on()?;
    wait_for("logind to be asked", COME_BACK, || {
        logind.tell("lock 1")?;
        thread::sleep(Duration::from_millis(200));
        Ok((!listener.reasons().is_empty()).then_some(()))
    })?;
    bus.hang()?;
    let ended = listener.end();
    bus.go_on()?;
    ended
}

#[test]
fn a_bus_that_died_and_a_logind_that_was_started_again_are_heard_again() -> Outcome {
    if is_inside() {
        return listen();
    }
    let test = "a_bus_that_died_and_a_logind_that_was_started_again_are_heard_again";
    let mut bus = MessageBus::new()?;
    let mut logind = Logind::start(&bus, "process", "open")?;
    let listener = Listener::of_logind(test, &bus)?;
    logind.wait_until_held(1)?;
    drop(logind);
    logind = Logind::start(&bus, "process", "open")?;
    logind.wait_until_held(1)?;
    logind.tell("lock 1")?;
    listener.expect(&["ScreenLock"])?;

    bus.kill()?;
    drop(logind);
    bus.start_again()?;
    logind = Logind::start(&bus, "process", "open")?;
    wait_for("the lock of sleep", COME_BACK, || Ok(logind.wait_until_held(1).ok()))?;
    logind.tell("change 1 Active false")?;
    listener.expect(&["ScreenLock", "UserSwitch"])?;

    // What was missed meanwhile is told late rather than never, and once.
    bus.kill()?;
    drop(logind);
    bus.start_again()?;
    let logind = Logind::start(&bus, "process", "locked")?;
    wait_for("the lock of sleep", COME_BACK, || Ok(logind.wait_until_held(1).ok()))?;
    listener.expect(&["ScreenLock", "UserSwitch", "ScreenLock"])?;
    listener.end()
}

#[test]
fn a_logind_that_comes_late_is_heard() -> Outcome {
    if is_inside() {
        return listen();
    }
    let bus = MessageBus::new()?;
    let listener = Listener::of_logind("a_logind_that_comes_late_is_heard", &bus)?;
    thread::sleep(Duration::from_millis(500));
    let mut logind = Logind::start(&bus, "process", "locked")?;
    logind.wait_until_held(1)?;
    // Locked before anybody was there to leave: no news.
    logind.tell("change 1 Active false")?;
    listener.expect(&["UserSwitch"])?;
    listener.end()
}
