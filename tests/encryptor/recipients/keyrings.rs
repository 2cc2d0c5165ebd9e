//! Where do certificates come from, and where do they not?

use crate::common::encryptor;
use crate::site::{Site, fixture};
use std::fs;
use support::Outcome;
use support::process::{finish, tool};
use support::speech::Format;

#[test]
fn a_database_of_keyboxd_is_named_where_somebody_is_missing() -> Outcome {
    let site = Site::new()?;
    let home = site.dialer.spool.path().join("home");
    fs::create_dir_all(home.join("public-keys.d"))?;
    let database = home.join("public-keys.d/pubring.db");
    fs::write(&database, "SQLite format 3")?;
    let mut command = site.dialer.command();
    command.arg("--gnupg-home").arg(&home).args(["--recipient", "boss@x.org"]);
    let words = format!(
        "Recipient 'boss@x.org' is unknown: no certificate here matches. Import the certificate or \
         name its file with --certs, and check the spelling.\nNot read: {}: the database of \
         GnuPG's keyboxd is not read. Export the certificates and name their file with --certs.",
        database.display()
    );
    site.assert_refused(&mut command, &words)
}

#[test]
fn no_network_is_tried_for_somebody_unknown_and_no_program_is_looked_for() -> Outcome {
    let site = Site::new()?;
    let trace = site.dialer.spool.path().join("trace");
    let program = site.command(&["nobody@example.org"]);
    let mut strace = tool("strace")?;
    strace.args(["-f", "-qq", "-e", "trace=%network,execve", "-o"]).arg(&trace).arg("--");
    strace.arg(program.get_program()).args(program.get_args());
    let finished = finish(strace.env_clear().env("PATH", ""))?.expect_code(2)?;
    assert!(finished.stderr.starts_with("Recipient 'nobody@example.org' is unknown"));
    let calls = fs::read_to_string(&trace)?;
    // The system's log is on this machine.
    let is_log =
        |call: &&str| call.contains("(AF_UNIX, ") || call.contains("sun_path=\"/dev/log\"");
    let others = calls.lines().filter(|call| !is_log(call)).count();
    assert_eq!(others, 1, "the program's own start and nothing else: {calls}");
    assert!(calls.contains("execve(") && !calls.contains("AF_INET"), "{calls}");
    Ok(())
}

#[test]
fn whatever_is_damaged_in_a_keybox_the_listener_behind_it_is_sealed_for() -> Outcome {
    let site = Site::new()?;
    let whole = fs::read(site.home().path().join("pubring.kbx"))?;
    let other = fs::read(fixture("keyrings/gpg24.pubring.kbx"))?;
    let (header, blobs) = other.split_at(32);
    let (_, listeners) = whole.split_at(32);
    let folder = site.dialer.spool.path().join("home");
    fs::create_dir(&folder)?;
    let mut state = 0x2545_F491_u32;
    for round in 0..60 {
        let mut damaged = blobs.to_vec();
        for _ in 0..=round % 7 {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            // Not in the length of the first blob: what lies about that ends the list.
            let at = 8 + state as usize % 790;
            damaged.iter_mut().skip(at).take(1).for_each(|octet| *octet = (state >> 24) as u8);
        }
        fs::write(folder.join("pubring.kbx"), [header, &damaged, listeners].concat())?;
        let mut command = site.dialer.spool.command(encryptor(), Format::Mp3);
        command.arg("--gnupg-home").arg(&folder).args(["--recipient", &site.dialer.listener]);
        finish(command.arg("--dry-run"))?.expect_code(0)?;
    }
    Ok(())
}
