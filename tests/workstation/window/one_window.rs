//! Is there one window, whoever starts the program again, and never none?

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use support::front::press_blindly;
use support::process::{Background, output_of, tool, wait_for};
use support::{Outcome, ensure};

use crate::common::data_folder_with;
use crate::desk::{Desk, FIRST, SECOND};

const WAIT: Duration = Duration::from_secs(30);

fn signal(process: u32, name: &str) -> Outcome {
    output_of(tool("kill")?.args(["-s", name, &process.to_string()])).map(drop)
}

#[test]
fn a_second_start_brings_the_window_to_the_front_and_its_recording_waits() -> Outcome {
    let desk = Desk::new()?;
    let mut first = desk.open(FIRST)?;
    let window = desk.front("5551234567")?;
    // Another window comes in front of it, from a program with other keys.
    let other = data_folder_with(&["cv25519.secret.pgp"]);
    let _covering = desk.start(other.path(), &desk.recording(SECOND))?;
    ensure!(desk.front("5559876543")?.process != window.process, "it was no other program");

    desk.hand_over(SECOND)?;
    ensure!(desk.front("5551234567")?.process == window.process, "another window is in front");
    press_blindly(&desk.screen, "ctrl+n")?;
    ensure!(desk.front("5559876543")?.process == window.process, "it was not opened here");
    first.still_running()
}

#[test]
fn starts_at_the_same_moment_make_one_window() -> Outcome {
    for _ in 0..3 {
        let desk = Desk::new()?;
        let (mut one, mut other) = (desk.open(FIRST)?, desk.open(SECOND)?);
        // Which of them ends is a matter of chance; that one does is not.
        wait_for("the end of one of the two", WAIT, || {
            let has_ended = |program: &mut Background| program.still_running().is_err();
            Ok((has_ended(&mut one) != has_ended(&mut other)).then_some(()))
        })?;
        let front = desk.front("555")?;
        let waiting = if front.title.contains("5551234567") { "5559876543" } else { "5551234567" };
        press_blindly(&desk.screen, "ctrl+n")?;
        desk.front(waiting)?;
    }
    Ok(())
}

#[test]
fn a_window_that_was_killed_or_hangs_stands_in_nobodys_way() -> Outcome {
    let desk = Desk::new()?;
    let killed = desk.open(FIRST)?;
    let process = desk.front("5551234567")?.process;
    let left = desk.socket()?;
    signal(process, "KILL")?;
    drop(killed);
    ensure!(left.exists(), "nothing was left behind to be in the way");

    let _second = desk.open(SECOND)?;
    let process = desk.front("5559876543")?.process;
    desk.hand_over(FIRST)?;

    signal(process, "STOP")?;
    let _third = desk.open(FIRST)?;
    let front = desk.front("5551234567");
    signal(process, "CONT")?;
    ensure!(front?.process != process, "a hung window was waited for");
    Ok(())
}

/// Knocks as `user` and says what was answered.
fn knock(desk: &Desk, socket: &Path, user: &str) -> Outcome<String> {
    // A door that is shut while one speaks is an answer as well.
    let script = "$SIG{PIPE} = 'IGNORE'; my $door = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die $!; \
                  my $place = qq({\"wayland\":\"\",\"x11\":\"$ARGV[1]\"}); my $now = int(1000 * time); \
                  print $door qq({\"recordings\":[],\"place\":$place,\"sent_ms\":$now}\\n); \
                  $door->flush; print <$door> // q();";
    let mut perl = tool("setpriv")?;
    perl.args([
        "--reuid",
        user,
        "--regid",
        user,
        "--clear-groups",
        "perl",
        "-MIO::Socket::UNIX",
        "-MTime::HiRes=time",
    ]);
    perl.args(["-e", script]).arg(socket).arg(desk.screen.display());
    Ok(String::from_utf8(output_of(&mut perl)?)?)
}

#[test]
fn another_user_is_not_listened_to_even_where_the_door_stands_open() -> Outcome {
    let desk = Desk::new()?;
    let _first = desk.open(FIRST)?;
    desk.front("5551234567")?;
    let socket = desk.socket()?;
    ensure!(fs::metadata(&socket)?.permissions().mode() & 0o077 == 0, "others may knock");
    // As if somebody had opened everything.
    for place in [desk.desktop.path(""), desk.desktop.path("runtime"), socket.clone()] {
        fs::set_permissions(place, Permissions::from_mode(0o777))?;
    }
    let own = output_of(tool("id")?.arg("-u"))?;
    let own = String::from_utf8(own)?;
    assert_eq!(knock(&desk, &socket, own.trim())?, "taken\n");
    // That it could connect at all is shown by its ending well.
    assert_eq!(knock(&desk, &socket, "65534")?, "");
    Ok(())
}
