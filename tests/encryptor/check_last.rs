//! Does `check --last` tell how far the newest call came?

mod checked;
mod common;
mod served;
mod site;

use checked::Checked;
use served::{NAME, Served, now};
use site::{IP, bare, link};
use std::fs;
use support::recording_log::Row;
use support::site::{Site as Script, reply};
use support::speech::Format;
use support::{Outcome, ensure};

const HOUR: u32 = 3600;

#[test]
fn the_newest_call_is_followed_to_its_link() -> Outcome {
    let served = Served::well()?;
    served.sealed_call(60)?;
    let told = served.checked.check(&["--last"], 0)?;
    told.is_about(&[])?;
    told.says("last-call", "ok", bare(NAME))?;
    told.says("last-sealed", "ok", "for exactly the recipients asked for")?;
    told.says("last-journal", "ok", "sealed by this program")?;
    told.says("last-row", "ok", "names the sealed file")?;
    told.says("web-auth", "ok", "asks for a login")
}

#[test]
fn a_call_is_told_where_it_stuck() -> Outcome {
    let served = Served::well()?;
    let told = |code: i32| served.checked.check(&["--last"], code);
    told(1)?.says("last-call", "warning", "no finished call of this dialer (127.0.0.1)")?;
    // Not taken by step 1 yet.
    let monitor = served.checked.spool().path().join("monitor");
    served.checked.spool().set("PATHmonitor", &monitor.to_string_lossy())?;
    fs::create_dir(&monitor)?;
    fs::write(monitor.join(format!("{}-in.wav", bare(NAME))), b"x")?;
    served.call(2 * HOUR)?;
    let inbox = served.checked.spool().inbox(Format::Mp3).join(NAME);
    fs::rename(&inbox, served.checked.spool().path().join(NAME))?;
    told(1)?.says("last-stuck", "warning", "Step 1 did not take it")?;
    fs::rename(served.checked.spool().path().join(NAME), &inbox)?;
    fs::remove_dir_all(&monitor)?;
    // Young, it only waits.
    let database = &served.checked.site.database;
    database.sql(format!("UPDATE recording_log SET start_epoch = {}", now()? - 60))?;
    told(0)?.says("last-stuck", "note", "Wait: the steps run")?;
    database.sql(format!("UPDATE recording_log SET start_epoch = {}", now()? - HOUR))?;
    let stuck = told(1)?;
    stuck.says("last-stuck", "warning", "It is not sealed: it stands in ")?;
    stuck.says("last-stuck", "warning", &format!("MP3/{NAME}"))?;
    // Sealed, and its row was never changed.
    let mut run = served.checked.site.command();
    site::report(run.arg("--no-database"), 0)?;
    let late = told(1)?;
    late.says("last-row", "warning", "its row still says http://127.0.0.1/RECORDINGS/MP3/")?;
    late.is_about(&["last-row"])?;
    // Delivered, and its row was never changed either: what the stock step 3 makes of .pgp.
    let file = served.checked.spool().sealed().join(format!("{NAME}.pgp"));
    let delivered = served.checked.spool().done().join(format!("FTP/{NAME}.pgp"));
    database.set_location(7, &link("127.0.0.1", "GPG", &format!("{NAME}.pgp")))?;
    fs::rename(&file, &delivered)?;
    told(1)?.says("last-row", "warning", "but its row still leads to this dialer")?;
    fs::rename(&delivered, &file)?;
    // A link that leads nowhere.
    let nowhere = Script::start(Box::new(|_, _| reply("404 Not Found", &[], b"")))?;
    database.set_location(7, &nowhere.link(&format!("/RECORDINGS/GPG/{NAME}.pgp")))?;
    let dead = told(1)?;
    dead.says("last-row", "ok", "names the sealed file")?;
    dead.says("web-missing", "warning", "(404)")?;
    dead.is_about(&["web-missing"])?;
    // Half a file.
    let octets = fs::read(&file)?;
    fs::write(&file, octets.get(..octets.len() / 2).unwrap_or_default())?;
    told(2)?.says("last-sealed", "problem", "no whole message")?;
    // For somebody else.
    let home = support::gnupg::GnupgHome::new()?;
    let other = home.generate("Otto Other", support::gnupg::Algorithm::Curve25519, "", "0")?;
    fs::write(&file, home.encrypt(b"x", &[&other], &[])?)?;
    told(1)?.says("last-sealed", "warning", "not for the recipients asked for now")?;
    // And no file at all.
    fs::remove_file(&file)?;
    told(1)?.says("last-missing", "warning", "No file of it is on this dialer")?;
    database.sql(format!("UPDATE recording_log SET start_epoch = {}", now()? - 100 * HOUR))?;
    told(1)?.says("last-call", "warning", "4 days old")
}

#[test]
fn rows_may_hold_anything() -> Outcome {
    let checked = Checked::new()?;
    for (id, name, location) in [
        (1, b"../../../../etc/passwd".as_slice(), "http://10.10.10.15/RECORDINGS/GPG/../../x"),
        (2, b"\x1B[31m\xFF'; DROP TABLE x", "http://10.10.10.15/RECORDINGS/GPG/%2e%2e%2fx%00%1b"),
        (3, b"a/b", "javascript:\u{1b}alert(1)"),
        (4, &[b'x'; 100], "http://10.10.10.15/RECORDINGS/GPG/.."),
    ] {
        checked.site.database.insert(Row {
            recording_id: id,
            server_ip: IP,
            filename: name,
            location,
            start_epoch: now()? - HOUR,
        })?;
        let told = checked.check(&["--last", "--url", "x"], 1)?;
        told.says("last-missing", "warning", "No file of it is on this dialer")?;
        ensure!(!told.text().contains("root:"), "{}", told.text());
    }
    Ok(())
}
