//! What if the archive changes between two runs, or between two steps of one? No row leads to what is
//! not there, and nobody else's file goes.

mod archive;
mod common;
mod site;

use archive::{Archive, DAY};
use std::fs;
use support::ftp_server::{FtpServer, Twist};
use support::vsftpd::Vsftpd;
use support::{Outcome, ensure};

/// Brings files to the archive whose rows cannot be changed then.
fn uploaded(count: u32) -> Outcome<(Archive, Vec<String>)> {
    let archive = Archive::new()?;
    let files = archive.fill(count)?;
    archive.database.sql("REVOKE UPDATE ON asterisk.recording_log FROM cron")?;
    archive.run(&[], 1)?;
    assert_eq!(archive.server.files()?.len(), files.len(), "they are there by now");
    archive.assert_untouched(&files)?;
    archive.database.sql("GRANT UPDATE ON asterisk.recording_log TO cron")?;
    Ok((archive, files))
}

#[test]
fn what_was_cleared_away_before_its_row_was_changed_is_uploaded_again() -> Outcome {
    let (archive, files) = uploaded(3)?;
    let [_, second, third] = files.as_slice() else { support::fail!("{files:?}") };
    fs::remove_file(archive.server.path(DAY).join(second))?;
    fs::write(archive.server.path(DAY).join(third), "cut off")?;
    let report = archive.run(&[], 0)?;
    assert_eq!(report.count("delivered")?, 2, "{}", report.stderr);
    ensure!(report.stderr.contains("is not at the archive any more"), "{}", report.stderr);
    // Nobody knows whose the short one is: it stays, and ours stands beside it.
    let numbered = format!("{DAY}/{}", third.replace(".mp3", "~2.mp3"));
    ensure!(archive.server.files()?.contains(&numbered), "{:?}", archive.server.files()?);
    for (location, octets) in archive.database.locations()?.iter().zip(&files) {
        let file = location.rsplit('/').next().unwrap_or_default();
        let there = fs::read(archive.server.path(DAY).join(file))?;
        assert!(there == archive::octets_of(octets), "{location}");
    }
    Ok(())
}

#[test]
fn rows_wait_while_the_server_cannot_be_asked_and_go_nowhere_else() -> Outcome {
    let (mut archive, files) = uploaded(2)?;
    archive.server.stop()?;
    archive.run(&[], 1)?;
    archive.assert_untouched(&files)?;
    archive.server.start_again()?;
    archive.run(&[], 0)?;
    archive.assert_delivered(&files)
}

#[test]
fn what_waits_for_its_row_goes_to_the_server_of_today() -> Outcome {
    let (archive, files) = uploaded(2)?;
    let other = Vsftpd::new()?;
    archive.spool.set("VARFTP_port", &other.port().to_string())?;
    archive.run(&[], 0)?;
    let there: Vec<String> = files.iter().map(|file| format!("{DAY}/{file}")).collect();
    assert_eq!(other.files()?, there);
    assert_eq!(archive.moved()?, files);
    Ok(())
}

#[test]
fn a_file_that_is_not_what_was_sent_is_never_removed_under_its_last_name() -> Outcome {
    for answer in ["213 35", "450 not now", "550 gone"] {
        let archive = Archive::new()?;
        let files = archive.fill(1)?;
        // Asked for the free name, the temporary one, and after the renaming.
        let server = FtpServer::start(Box::new(move |line, before| {
            let is_it = line.starts_with("SIZE") && before == 2;
            if is_it { Twist::Say(answer.into()) } else { Twist::None }
        }))?;
        archive.spool.set("VARFTP_port", &server.port().to_string())?;
        archive.run(&[], 1)?;
        archive.assert_untouched(&files)?;
        let said = server.said();
        let is_removal = |it: &&String| it.starts_with("DELE") && !it.contains(".part");
        assert_eq!(said.iter().find(is_removal), None, "{answer}");
        assert_eq!(server.files().len(), 1, "{answer}");
        archive.run(&[], 0)?;
        assert_eq!(archive.waiting()?, Vec::<String>::new());
        let location = archive.database.location(1)?;
        let name = location.rsplit('/').next().unwrap_or_default();
        let sent = server.files().get(&format!("{DAY}/{name}")).cloned();
        assert!(
            sent == Some(files.first().map(|it| archive::octets_of(it)).unwrap_or_default()),
            "{answer}: {location}"
        );
    }
    Ok(())
}

#[test]
fn a_server_that_does_not_tell_lengths_is_named_as_such() -> Outcome {
    let archive = Archive::new()?;
    let files = archive.fill(20)?;
    let server = FtpServer::start(Box::new(|line, _| {
        if line.starts_with("SIZE") { Twist::Say("502 no".into()) } else { Twist::None }
    }))?;
    archive.spool.set("VARFTP_port", &server.port().to_string())?;
    let report = archive.run(&[], 1)?;
    ensure!(report.stderr.contains("how long a file is (SIZE)"), "{}", report.stderr);
    archive.assert_untouched(&files)
}
