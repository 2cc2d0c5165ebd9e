//! Does a click ever get lost, or counted twice, because of the window that it was meant for?

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

use support::front::Front;
use support::process::{Background, output_of, tool, wait_for};
use support::screen::Screen;
use support::{Outcome, ensure};

use crate::common::recording_named;
use crate::desk::{Desk, FIRST, SECOND};

const WAIT: Duration = Duration::from_secs(30);
/// Longer than anybody waits for a window that does not answer.
const PATIENCE: Duration = Duration::from_secs(4);

/// Starts it without a recording.
fn start_empty(desk: &Desk) -> Outcome<Background> {
    let program = Background::start(&mut desk.command(desk.data.path(), &desk.screen))?;
    desk.front("Callseal")?;
    Ok(program)
}

fn title_in_front(desk: &Desk) -> Outcome<String> {
    // A window may go while it is looked at.
    let front = Front::of(&desk.screen).unwrap_or_default();
    Ok(front.map(|front| front.title).unwrap_or_default())
}

/// Closes the window in front as a person does.
fn close(desk: &Desk) -> Outcome {
    support::front::press_blindly(&desk.screen, "alt+F4")
}

#[test]
fn a_window_that_stood_still_does_not_take_what_was_given_up() -> Outcome {
    let desk = Desk::new()?;
    let mut first = start_empty(&desk)?;
    first.signal("STOP")?;
    let mut second = desk.open(SECOND)?;
    let front = desk.front("5559876543");
    first.signal("CONT")?;
    ensure!(front?.process == second.id(), "a hung window was waited for");
    // It has read by now what was sent to it, if it ever does.
    thread::sleep(PATIENCE);
    close(&desk)?;
    ensure!(second.wait(WAIT)?.success(), "the second one did not end well");
    desk.front("Callseal")?;
    assert_eq!(title_in_front(&desk)?, "Callseal", "it was opened twice");
    first.still_running()
}

#[test]
fn a_window_whose_screen_hangs_is_not_trusted_with_a_recording() -> Outcome {
    let desk = Desk::new()?;
    let mut first = start_empty(&desk)?;
    desk.screen.hang()?;
    let second = desk.open(SECOND);
    thread::sleep(PATIENCE);
    // Had it handed over, it would have ended by now.
    let waits = second.and_then(|mut second| second.still_running().map(|()| second));
    desk.screen.go_on()?;
    let mut second = waits?;
    ensure!(desk.front("5559876543")?.process == second.id(), "the hung window has it");
    thread::sleep(PATIENCE);
    close(&desk)?;
    ensure!(second.wait(WAIT)?.success(), "the second one did not end well");
    desk.front("Callseal")?;
    assert_eq!(title_in_front(&desk)?, "Callseal", "it was opened twice");
    first.still_running()
}

/// Something that keeps the program busy while its window is closed: a gpg that takes its time.
fn install_slow_gpg(desk: &Desk, secs: u32) -> Outcome {
    let program = desk.desktop.path("bin/gpg");
    let script = format!("#!/bin/sh\necho >>'{}'\nexec sleep {secs}\n", asked(desk).display());
    fs::write(&program, script)?;
    Ok(fs::set_permissions(program, Permissions::from_mode(0o755))?)
}

fn asked(desk: &Desk) -> std::path::PathBuf {
    desk.desktop.path("gpg-was-asked")
}

#[test]
fn a_click_while_the_window_is_being_closed_opens_a_new_one() -> Outcome {
    let desk = Desk::new()?;
    install_slow_gpg(&desk, 6)?;
    // Sealed for a key that is not held here, so gpg is asked.
    let foreign = recording_named(&desk.desktop.home(), FIRST, "gpg22-rsa3072.pgp");
    let mut first = start_empty(&desk)?;
    let handed = desk.start(desk.data.path(), &foreign)?.wait(WAIT)?;
    ensure!(handed.success(), "the first one took nothing");
    wait_for("gpg to be asked", WAIT, || Ok(asked(&desk).exists().then_some(())))?;
    desk.front("Callseal")?;
    close(&desk)?;
    wait_for("the window to go", WAIT, || Ok(title_in_front(&desk)?.is_empty().then_some(())))?;
    first.still_running()?;

    let second = desk.open(SECOND)?;
    ensure!(desk.front("5559876543")?.process == second.id(), "nobody has it");
    ensure!(first.wait(WAIT)?.success(), "the first one did not end well");
    Ok(())
}

#[test]
fn a_window_on_another_screen_of_the_same_person_is_left_alone() -> Outcome {
    let desk = Desk::new()?;
    let mut first = desk.open(FIRST)?;
    desk.front("5551234567")?;
    let other = Screen::new(1280, 800)?;
    let _manager = desk.desktop.manage(&other)?;
    let mut command = desk.command(desk.data.path(), &other);
    let mut second = Background::start(command.arg(desk.recording(SECOND)))?;
    let front = Front::wait_for(&other, "callseal", "5559876543")?;
    ensure!(front.process == second.id(), "it is shown by another process");
    ensure!(title_in_front(&desk)?.contains("5551234567"), "the first screen shows another call");
    first.still_running()?;
    second.still_running()
}

#[test]
fn a_minimized_window_takes_what_comes_and_shows_itself() -> Outcome {
    let desk = Desk::new()?;
    let first = start_empty(&desk)?;
    let mut minimize = tool("xdotool")?;
    desk.screen.show(&mut minimize);
    output_of(minimize.args(["getactivewindow", "windowminimize"]))?;
    wait_for("the window to go", WAIT, || Ok(title_in_front(&desk)?.is_empty().then_some(())))?;
    // What is hidden paints nothing, and must listen all the same.
    thread::sleep(Duration::from_secs(2));
    desk.hand_over(FIRST)?;
    ensure!(desk.front("5551234567")?.process == first.id(), "another window shows it");
    Ok(())
}

/// Clock ticks, hundredths of a second, that a process has worked.
fn ticks_of(process: u32) -> Outcome<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields = after.split_whitespace().skip(11).take(2);
    Ok(fields.filter_map(|field| field.parse::<u64>().ok()).sum())
}

#[test]
fn a_window_that_can_open_no_more_files_waits_and_listens_again() -> Outcome {
    let desk = Desk::new()?;
    let first = start_empty(&desk)?;
    let socket = desk.socket()?;
    let limit = |files: &str| -> Outcome {
        let mut prlimit = tool("prlimit")?;
        let process = first.id().to_string();
        output_of(prlimit.args(["--pid", &process, &format!("--nofile={files}:4096")])).map(drop)
    };
    limit("4")?;
    // Who knocks now cannot be let in, and waits.
    let knocking = UnixStream::connect(&socket)?;
    thread::sleep(Duration::from_millis(500));
    let before = ticks_of(first.id())?;
    thread::sleep(Duration::from_secs(3));
    let worked = ticks_of(first.id())? - before;
    limit("1024")?;
    drop(knocking);
    ensure!(worked < 30, "it worked {worked} hundredths of a second in three seconds");
    desk.hand_over(FIRST)?;
    desk.front("5551234567").map(drop)
}
