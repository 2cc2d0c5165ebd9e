//! What happens to a delivery when the archive or the database fails? Nothing is lost, no row is
//! wrong, and the next run goes on.

mod archive;
mod common;
mod site;

use archive::{Archive, DAY, archived, octets_of, put};
use site::{IP, Report, link};
use std::fs;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;
use support::ftp_server::{FtpServer, Twist};
use support::process::{Background, output_of, tool, wait_for};
use support::recording_log::Against;
use support::vsftpd::Vsftpd;
use support::{Outcome, ensure};

/// A dialer whose archive is one that fails on purpose.
fn against(
    files: u32,
    script: impl Fn(&str, usize) -> Twist + Send + Sync + 'static,
) -> Outcome<(Archive, FtpServer, Vec<String>)> {
    let archive = Archive::new()?;
    archive.configure("[deliver]\nwait_secs = 1\n[database]\nwait_secs = 2\n")?;
    let (server, files) = again(&archive, files, script)?;
    Ok((archive, server, files))
}

/// The same with a dialer that is there already.
fn again(
    archive: &Archive,
    files: u32,
    script: impl Fn(&str, usize) -> Twist + Send + Sync + 'static,
) -> Outcome<(FtpServer, Vec<String>)> {
    archive.clear()?;
    let server = FtpServer::start(Box::new(script))?;
    archive.spool.set("VARFTP_port", &server.port().to_string())?;
    Ok((server, archive.fill(files)?))
}

/// Back to the good server, where the next run delivers all.
fn assert_mended(archive: &Archive, files: &[String]) -> Outcome<Report> {
    archive.spool.set("VARFTP_port", &archive.server.port().to_string())?;
    let report = archive.run(&[], 0)?;
    archive.assert_delivered(files)?;
    Ok(report)
}

#[test]
fn a_server_that_is_down_or_refuses_the_login_gets_nothing() -> Outcome {
    let mut archive = Archive::new()?;
    let files = archive.fill(30)?;
    archive.server.stop()?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("the archive at 127.0.0.1"), "{}", report.stderr);
    assert_eq!(report.stderr.lines().count(), 2, "{}", report.stderr);
    archive.assert_untouched(&files)?;
    archive.server.start_again()?;
    archive.server.refuse_logins(true)?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("refuses the login"), "{}", report.stderr);
    assert!(!report.stderr.contains("1234"), "{}", report.stderr);
    assert_eq!(archive.server.said()?.matches("\"PASS ").count(), 1, "asked once a run");
    archive.assert_untouched(&files)?;
    archive.server.refuse_logins(false)?;
    archive.run(&[], 0)?;
    archive.assert_delivered(&files)
}

#[test]
fn a_folder_that_is_not_there_is_named() -> Outcome {
    let archive = Archive::new()?;
    let files = archive.fill(2)?;
    let report = archive.run(&["--ftp-dir=ELSEWHERE"], 1)?;
    assert!(report.stderr.contains("VARFTP_dir"), "{}", report.stderr);
    archive.assert_untouched(&files)
}

#[test]
fn a_server_that_accepts_and_never_answers_costs_seconds_once_a_run() -> Outcome {
    let archive = Archive::new()?;
    archive.configure("[deliver]\nwait_secs = 1\n")?;
    let files = archive.fill(60)?;
    let silent = TcpListener::bind("127.0.0.1:0")?;
    archive.spool.set("VARFTP_port", &silent.local_addr()?.port().to_string())?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("no answer in time"), "{}", report.stderr);
    silent.set_nonblocking(true)?;
    let connections = std::iter::from_fn(|| silent.accept().ok()).count();
    assert_eq!(connections, 1);
    archive.assert_untouched(&files)?;
    assert_mended(&archive, &files).map(drop)
}

#[test]
fn a_server_that_falls_silent_at_any_question_ends_the_run_after_one_more_try() -> Outcome {
    let verbs =
        ["USER", "PASS", "TYPE", "CWD", "FEAT", "SIZE", "RNFR", "PASV", "STOR", "RNTO", "MKD"];
    let (archive, ..) = against(0, |_, _| Twist::None)?;
    for verb in verbs {
        let is_it = move |line: &str| line.split(' ').next() == Some(verb);
        let (server, files) =
            again(
                &archive,
                40,
                move |line, _| if is_it(line) { Twist::Silence } else { Twist::None },
            )?;
        // A server that does not tell what it offers is not needed to.
        let report = archive.run(&[], 1)?;
        assert!(report.json.get("server_down").is_some_and(|it| it.is_string()), "{verb}");
        ensure!(server.count("USER") <= 2, "{verb}: {} logins", server.count("USER"));
        archive.assert_untouched(&files)?;
        assert_mended(&archive, &files)?;
    }
    Ok(())
}

#[test]
fn a_server_that_answers_an_octet_at_a_time_ends_the_run_as_one_that_is_silent() -> Outcome {
    let (archive, server, files) =
        against(30, |line, _| if line.starts_with("RNFR") { Twist::Drip } else { Twist::None })?;
    let report = archive.run(&[], 1)?;
    assert!(report.json.get("server_down").is_some_and(|it| it.is_string()), "{}", report.json);
    assert_eq!(server.count("USER"), 2);
    archive.assert_untouched(&files)?;
    assert_mended(&archive, &files).map(drop)
}

#[test]
fn a_line_that_is_cut_anywhere_is_made_once_more_and_all_gets_there() -> Outcome {
    let (archive, ..) = against(0, |_, _| Twist::None)?;
    for verb in ["SIZE", "RNFR", "PASV", "STOR", "RNTO", "MKD"] {
        for twist in [Twist::HangUp, Twist::Vanish] {
            for number in [0, 3] {
                let (is_it, what) =
                    (move |line: &str| line.split(' ').next() == Some(verb), twist.clone());
                let (server, files) = again(&archive, 8, move |line, before| {
                    if is_it(line) && before == number { what.clone() } else { Twist::None }
                })?;
                let place = format!("{verb} {number} {twist:?}");
                let report = archive
                    .run(&[], 0)
                    .map_err(|it| support::Failure::new(format!("{place}: {it}")))?;
                assert_eq!(report.stderr, "", "{place}");
                let there: Vec<(String, Vec<u8>)> =
                    files.iter().map(|it| (format!("{DAY}/{it}"), octets_of(it))).collect();
                assert!(
                    server.files().into_iter().eq(there),
                    "{place}: {:?}",
                    server.files().keys()
                );
                assert_eq!(archive.moved()?, files, "{place}");
                let links: Vec<String> = files.iter().map(|it| archived(it)).collect();
                assert_eq!(archive.database.locations()?, links, "{place}");
            }
        }
    }
    Ok(())
}

#[test]
fn an_upload_that_is_cut_short_leaves_nothing_there_and_the_file_here() -> Outcome {
    let twists = [
        Twist::CutData(1000),
        Twist::Say("452 No space left".into()),
        Twist::Say("552 Quota exceeded".into()),
        Twist::Say("553 Not that name".into()),
        Twist::Say("425 No data connection".into()),
    ];
    for twist in twists {
        let what = twist.clone();
        let (archive, server, files) =
            against(
                12,
                move |line, _| {
                    if line.starts_with("STOR") { what.clone() } else { Twist::None }
                },
            )?;
        let report = archive.run(&[], 1)?;
        assert!(report.count("failures")? >= 3, "{twist:?}: {}", report.json);
        assert_eq!(server.files().len(), 0, "{twist:?}: {:?}", server.files().keys());
        if matches!(&twist, Twist::Say(it) if !it.starts_with("553")) {
            assert_eq!(server.count("STOR"), 3, "a server that has no means is left alone");
        }
        archive.assert_untouched(&files)?;
        assert_mended(&archive, &files)?;
    }
    Ok(())
}

#[test]
fn a_transfer_that_stalls_ends() -> Outcome {
    let (archive, server, files) =
        against(3, |line, _| if line.starts_with("STOR") { Twist::Stall } else { Twist::None })?;
    let report = archive.run(&[], 1)?;
    assert!(report.json.get("server_down").is_some_and(|it| it.is_string()), "{}", report.json);
    assert_eq!(server.count("STOR"), 2);
    archive.assert_untouched(&files)?;
    assert_mended(&archive, &files).map(drop)
}

#[test]
fn a_server_that_has_another_size_than_was_sent_is_not_believed() -> Outcome {
    // Of the temporary file, and of the renamed one.
    for sign in [".part", ".pgp"] {
        let (archive, server, files) = against(2, move |line, _| {
            let is_it = line.starts_with("SIZE") && line.ends_with(sign);
            if is_it { Twist::Say("213 7".into()) } else { Twist::None }
        })?;
        let report = archive.run(&[], 1)?;
        if sign == ".part" {
            assert!(report.stderr.contains("it has 7 of"), "{}", report.stderr);
        }
        assert_eq!(server.files().len(), 0, "{:?}", server.files().keys());
        archive.assert_untouched(&files)?;
        assert_mended(&archive, &files)?;
    }
    // One that does not tell sizes cannot be compared.
    let (archive, _server, files) = against(2, |line, _| {
        if line.starts_with("SIZE") { Twist::Say("502 no".into()) } else { Twist::None }
    })?;
    archive.run(&[], 1)?;
    archive.assert_untouched(&files)
}

#[test]
fn a_digest_is_compared_where_the_server_offers_one() -> Outcome {
    let wrong = "0".repeat(64);
    let (archive, server, files) = against(2, move |line, _| {
        if line == "FEAT" {
            return Twist::Say("211-Features\r\n SIZE\r\n XSHA256\r\n211 End".into());
        }
        if line.starts_with("XSHA256") { Twist::Say(format!("250 {wrong}")) } else { Twist::None }
    })?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("is not what was sent"), "{}", report.stderr);
    assert_eq!(server.files().len(), 0);
    archive.assert_untouched(&files)?;
    let right = support::digest::sha256(&octets_of("000001-all.mp3.pgp"))?.to_uppercase();
    let (archive, server, _) = against(1, move |line, _| {
        if line == "FEAT" {
            return Twist::Say("211-Features\r\n HASH SHA-256*;MD5\r\n211 End".into());
        }
        if line.starts_with("HASH") {
            let answer = format!("213 SHA-256 0-99 {right} name");
            return Twist::Say(answer);
        }
        Twist::None
    })?;
    archive.run(&[], 0)?;
    assert_eq!((server.count("HASH"), server.files().len()), (2, 1));
    Ok(())
}

#[test]
fn a_server_that_forbids_renaming_keeps_nothing() -> Outcome {
    let archive = Archive::with(Vsftpd::with("cmds_denied=RNTO")?)?;
    let files = archive.fill(5)?;
    let report = archive.run(&[], 1)?;
    assert_eq!(report.count("failures")?, 5);
    assert_eq!(archive.server.files()?, Vec::<String>::new());
    archive.assert_untouched(&files)
}

#[test]
fn what_stands_there_already_is_kept_unless_it_is_this_very_file_of_ours() -> Outcome {
    let archive = Archive::new()?;
    let files = archive.fill(2)?;
    fs::create_dir(archive.server.path(DAY))?;
    // Somebody else's, of the same length, or even of the same octets.
    let [one, two] = files.as_slice() else { support::fail!("{files:?}") };
    let there = archive.server.path(DAY);
    let (first, second) = (there.join(one), there.join(two));
    fs::write(&first, octets_of(two))?;
    fs::write(&second, octets_of(two))?;
    let report = archive.run(&[], 0)?;
    assert_eq!(report.count("warnings")?, 2, "{}", report.stderr);
    let numbered = ["000001-all~2.mp3.pgp", "000002-all~2.mp3.pgp"];
    assert_eq!(archive.database.locations()?, numbered.map(archived));
    assert!(fs::read(&first)? == octets_of(two));
    assert!(fs::read(there.join("000001-all~2.mp3.pgp"))? == octets_of(one));
    // The same file once more, as if it had been put back: it is there, and is not sent again.
    put(&archive.spool, one)?;
    archive.database.set_location(1, &link(IP, "GPG", one))?;
    fs::remove_file(&first)?;
    fs::rename(there.join("000001-all~2.mp3.pgp"), &first)?;
    let report = archive.run(&[], 0)?;
    assert_eq!((report.count("already_there")?, report.count("delivered")?), (0, 1));
    put(&archive.spool, one)?;
    archive.database.set_location(1, &link(IP, "GPG", one))?;
    let report = archive.run(&[], 0)?;
    assert_eq!((report.count("already_there")?, report.count("delivered")?), (1, 1));
    assert_eq!(archive.moved()?.len(), 4, "never over another one: {:?}", archive.moved()?);
    Ok(())
}

/// A small disk of its own, which goes with its owner.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Outcome<SmallDisk> {
        let folder = tempfile::tempdir()?;
        let mut mount = tool("mount")?;
        mount.args(["-t", "tmpfs", "-o", "size=64k", "none"]).arg(folder.path());
        output_of(&mut mount)?;
        Ok(SmallDisk(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(tool("umount").map(|mut it| output_of(it.arg("--lazy").arg(self.0.path()))));
    }
}

#[test]
fn a_disk_that_is_full_over_there_costs_nothing_here() -> Outcome {
    if !support::root::is_root() {
        return support::root::again("a_disk_that_is_full_over_there_costs_nothing_here");
    }
    let disk = SmallDisk::new()?;
    let archive = Archive::with(Vsftpd::over(disk.0.path(), "")?)?;
    let files = archive.fill(40)?;
    let report = archive.run(&[], 1)?;
    let there = archive.server.files()?;
    ensure!(!there.is_empty() && there.len() < 40, "{there:?}");
    assert!(there.iter().all(|it| it.ends_with(".pgp")), "{there:?}");
    assert_eq!(report.count("delivered")?, there.len() as u64);
    assert_eq!(archive.waiting()?.len() + archive.moved()?.len(), files.len());
    for (place, file) in archive.moved()?.iter().enumerate() {
        assert!(fs::read(archive.server.path(DAY).join(file))? == octets_of(file));
        assert_eq!(archive.database.location(u32::try_from(place)? + 1)?, archived(file));
    }
    Ok(())
}

#[test]
fn a_second_run_at_the_same_time_ends_at_once() -> Outcome {
    let archive = Archive::new()?;
    archive.configure("[database]\nwait_secs = 20\n")?;
    let files = archive.fill(3)?;
    let lock = archive.database.lock_table(Against::Everybody)?;
    let mut command = archive.command();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = Background::start(&mut command)?;
    wait_for("the first run", Duration::from_secs(20), || {
        let question = "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'cron'";
        Ok((archive.database.sql(question)? == [["1"]]).then_some(()))
    })?;
    let second = archive.run(&["--run-check"], 0)?;
    assert_eq!(second.json.get("locked"), Some(&true.into()));
    drop(lock);
    assert_eq!(first.wait(Duration::from_secs(60))?.code(), Some(0));
    archive.assert_delivered(&files)
}
