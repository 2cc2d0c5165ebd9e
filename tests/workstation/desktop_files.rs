//! Does a Linux desktop offer the program for sealed recordings, leave other programs their files,
//! and does opening a recording show the passphrase prompt in front?

#[path = "common.rs"]
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use common::{PASSPHRASE, data_folder_with, fixture, recording_named};
use support::desktop::{DESKTOP_FILE, Desktop};
use support::front::{Front, press_blindly, type_blindly};
use support::process::{Background, finish, output_of, tool, wait_for};
use support::screen::Screen;
use support::sound::SoundServer;
use support::{Outcome, ensure};

const KIND: &str = "application/pgp-encrypted";
const SCHEME: &str = "x-scheme-handler/callseal";
const APP_ID: &str = "callseal";
const WAIT: Duration = Duration::from_secs(20);

/// Who else opens sealed files, by the names of their desktop files.
const OTHERS: [&str; 6] = [
    "org.kde.kleopatra.desktop",
    "kleopatra_decryptverifyfiles.desktop",
    "org.kde.kgpg.desktop",
    "gpa.desktop",
    "org.gnome.seahorse.Application.desktop",
    "seahorse-pgp-encrypted.desktop",
];

fn installer() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../installer")
}

fn words(octets: Vec<u8>) -> Outcome<String> {
    Ok(String::from_utf8(octets)?.trim().to_owned())
}

fn gio(desktop: &Desktop, arguments: &[&str]) -> Outcome<String> {
    words(output_of(desktop.command("gio")?.args(arguments))?)
}

/// What a double-click starts, by GLib and by xdg-utils on different desktops.
fn defaults(desktop: &Desktop, kind: &str) -> Outcome<Vec<String>> {
    let listed = gio(desktop, &["mime", kind])?;
    let first = listed.lines().next().unwrap_or_default();
    let mut all = vec![first.rsplit(' ').next().unwrap_or_default().to_owned()];
    for environment in ["GNOME", "KDE", "XFCE", ""] {
        let mut command = desktop.command("xdg-mime")?;
        command.env("XDG_CURRENT_DESKTOP", environment).args(["query", "default", kind]);
        all.push(words(output_of(&mut command)?)?);
    }
    Ok(all)
}

#[test]
fn the_files_are_valid_and_nothing_is_said_about_them() -> Outcome {
    let desktop_file = installer().join("linux").join(DESKTOP_FILE);
    let mut validate = tool("desktop-file-validate")?;
    let finished = finish(validate.arg(&desktop_file))?.expect_code(0)?;
    assert_eq!(finished.text() + &finished.stderr, "");
    let xml = installer().join("linux/callseal.xml");
    let finished = finish(tool("xmllint")?.arg("--noout").arg(xml))?.expect_code(0)?;
    assert_eq!(finished.text() + &finished.stderr, "");

    let text = fs::read_to_string(desktop_file)?;
    for line in [
        "Exec=workstation-app %U",
        "Icon=callseal",
        "StartupWMClass=callseal",
        "MimeType=application/pgp-encrypted;x-scheme-handler/callseal;",
    ] {
        ensure!(text.lines().any(|it| it == line), "{line} is missing");
    }
    Ok(())
}

#[test]
fn it_is_a_candidate_beside_every_other_program_and_the_default_beside_none() -> Outcome {
    let desktop = Desktop::new()?;
    desktop.install(&installer(), Path::new("/bin/true"))?;
    for other in OTHERS {
        desktop.add_program(other, "application/pgp-encrypted;application/pgp-keys;")?;
        let listed = gio(&desktop, &["mime", KIND])?;
        ensure!(listed.contains(DESKTOP_FILE), "{other}: no candidate: {listed}");
        assert_eq!(defaults(&desktop, KIND)?, [other; 5]);
        // Keys are not its business.
        assert!(!gio(&desktop, &["mime", "application/pgp-keys"])?.contains(DESKTOP_FILE));
        // Nothing was chosen in the name of the user.
        assert!(!desktop.home().join(".config/mimeapps.list").exists());
        desktop.remove_program(other)?;
    }
    Ok(())
}

#[test]
fn where_it_is_alone_it_is_the_default_and_links_are_its_own() -> Outcome {
    let desktop = Desktop::new()?;
    assert!(!gio(&desktop, &["mime", KIND])?.contains("Default"));
    desktop.install(&installer(), Path::new("/bin/true"))?;
    for kind in [KIND, SCHEME] {
        assert_eq!(defaults(&desktop, kind)?, [DESKTOP_FILE; 5], "{kind}");
    }
    Ok(())
}

#[test]
fn the_names_that_dialers_give_are_known_for_what_they_are() -> Outcome {
    let desktop = Desktop::new()?;
    desktop.install(&installer(), Path::new("/bin/true"))?;
    let globs = fs::read_to_string(desktop.path("share/mime/globs2"))?;
    for format in ["mp3", "wav", "gsm", "ogg"] {
        for sealed in ["pgp", "gpg", "gpg.gpg"] {
            let name = format!("20260101-093012_555_SALES_agent-all.{format}.{sealed}");
            let file = recording_named(&desktop.home(), &name, "gpg22-cv25519.pgp");
            let file = file.to_string_lossy();
            let kind = gio(&desktop, &["info", "-a", "standard::content-type", &file])?;
            assert!(kind.ends_with(&format!("standard::content-type: {KIND}")), "{name}: {kind}");
            // Longer than *.pgp, which is a message or a key, and stronger.
            let last = name.rsplitn(3, '.').take(2).collect::<Vec<_>>();
            let ending = last.into_iter().rev().collect::<Vec<_>>().join(".");
            ensure!(globs.contains(&format!("80:{KIND}:*.{ending}\n")), "{ending}: {globs}");
        }
    }
    Ok(())
}

#[test]
fn what_is_opened_reaches_the_program_as_one_argument_unchanged() -> Outcome {
    let name = "20260101-093012_Ann's \"Example\" $(id); & 100% ü-all.mp3.pgp";
    let link = "callseal:https://dialer.example:8443/RECORDINGS/GPG/a%20b-all.mp3.pgp?x=1&y=%2F#c";
    for is_link in [false, true] {
        let desktop = Desktop::new()?;
        desktop.install_recorder(&installer())?;
        let file = recording_named(&desktop.home(), name, "gpg22-cv25519.pgp");
        let opened = if is_link { link.to_owned() } else { file.to_string_lossy().into_owned() };
        gio(&desktop, &["open", &opened])?;
        let handed = wait_for("the program to start", WAIT, || Ok(desktop.handed_over()))?;
        assert_eq!(handed, [opened]);
    }
    Ok(())
}

#[test]
fn opening_a_recording_shows_the_passphrase_prompt_in_front_with_the_keys() -> Outcome {
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let desktop = Desktop::new()?;
    desktop.install(&installer(), Path::new(env!("CARGO_BIN_EXE_workstation-app")))?;
    let name = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
    let recording = recording_named(&desktop.home(), name, "gpg22-cv25519.pgp");
    assert!(fixture("keys/cv25519.secret.pgp").is_file());

    let (screen, sound) = (Screen::new(1280, 800)?, SoundServer::new()?);
    let _manager = desktop.manage(&screen)?;
    let mut open = desktop.in_session("gio")?;
    screen.show(&mut open);
    sound.play_through(&mut open);
    open.env("CALLSEAL_DATA_DIR", data.path()).arg("open").arg(&recording);
    // The program takes over the streams of who opens, so that none of them is waited for.
    open.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    ensure!(Background::start(&mut open)?.wait(WAIT)?.success(), "gio could not open it");
    let front = Front::wait_for(&screen, APP_ID, "5551234567")?;
    assert_eq!(sound.clients_named("Callseal")?, 0);

    // No click, no key before it.
    thread::sleep(Duration::from_millis(300));
    type_blindly(&screen, PASSPHRASE)?;
    press_blindly(&screen, "Return")?;
    wait_for("the recording to play", WAIT, || {
        Ok((sound.clients_named("Callseal")? > 0).then_some(()))
    })?;
    // The program was started by the desktop, and ends with its screen.
    let process = PathBuf::from(format!("/proc/{}", front.process));
    assert!(process.exists());
    drop(screen);
    wait_for("the end of the program", WAIT, || Ok((!process.exists()).then_some(())))
}
