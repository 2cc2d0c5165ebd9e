//! Is a sealed download removed once it was heard to its end, if that is wanted, and nothing else?

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use support::front::{press_blindly, type_blindly};
use support::process::wait_for;
use support::{Outcome, ensure};

use crate::common::{PASSPHRASE, recording_named};
use crate::desk::{Desk, FIRST};

/// The recording takes six seconds.
const WAIT: Duration = Duration::from_secs(40);

/// A desk with a Downloads folder, whose user wants heard downloads removed or not.
fn desk(removes_heard: bool) -> Outcome<Desk> {
    let desk = Desk::new()?;
    fs::create_dir(desk.desktop.home().join("Downloads"))?;
    let settings = format!("{{\"removes_heard\": {removes_heard}}}");
    fs::write(desk.data.path().join("settings.json"), settings)?;
    Ok(desk)
}

/// Opens a recording and listens to its end.
fn hear(desk: &Desk, folder: &Path) -> Outcome {
    let recording = recording_named(folder, FIRST, "gpg22-cv25519.pgp");
    let _window = desk.start(desk.data.path(), &recording)?;
    desk.front("5551234567")?;
    thread::sleep(Duration::from_millis(500));
    type_blindly(&desk.screen, PASSPHRASE)?;
    press_blindly(&desk.screen, "Return")?;
    let streams = || desk.sound.clients_named("Callseal");
    wait_for("the sound", WAIT, || Ok((streams()? > 0).then_some(())))?;
    wait_for("the end of the recording", WAIT, || Ok((streams()? == 0).then_some(())))?;
    thread::sleep(Duration::from_secs(1));
    Ok(())
}

#[test]
fn a_heard_download_goes_if_that_is_wanted() -> Outcome {
    let desk = desk(true)?;
    let downloads = desk.desktop.home().join("Downloads");
    hear(&desk, &downloads)?;
    ensure!(fs::read_dir(&downloads)?.next().is_none(), "it is still there");
    Ok(())
}

#[test]
fn a_heard_download_stays_unless_that_is_wanted_and_a_file_elsewhere_always() -> Outcome {
    for removes_heard in [false, true] {
        let desk = desk(removes_heard)?;
        let home = desk.desktop.home();
        let folder = if removes_heard { home } else { home.join("Downloads") };
        hear(&desk, &folder)?;
        ensure!(folder.join(FIRST).exists(), "it is gone, wanted: {removes_heard}");
    }
    Ok(())
}
