//! Do sealed files get to the archive whole, under the right date, and does each row name them there?

mod archive;
mod common;
mod site;

use archive::{ADDRESS, Archive, DAY, archived, octets_of, put};
use site::{IP, link};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use support::process::{finish, output_of, tool};
use support::tls::Authority;
use support::vsftpd::Vsftpd;
use support::{Outcome, ensure};

#[test]
fn sealed_files_get_to_the_archive_and_their_rows_name_them_there() -> Outcome {
    let archive = Archive::new()?;
    let files = archive.fill(45)?;
    let report = archive.run(&[], 0)?;
    assert_eq!((report.count("delivered")?, report.count("rows_changed")?), (45, 45));
    assert_eq!(report.stderr, "");
    archive.assert_delivered(&files)?;
    // A run that finds nothing to do asks nobody.
    archive.database.listen()?;
    let said = archive.server.said()?;
    let again = archive.run(&[], 0)?;
    assert_eq!((again.count("delivered")?, again.stderr.as_str()), (0, ""));
    assert_eq!(archive.server.said()?, said);
    let log = fs::read_to_string(archive.spool.logs().join("callseal.log"))?;
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(log.contains("deliver: 45 delivered"), "{log}");
    Ok(())
}

#[test]
fn sealed_files_get_there_over_tls_whether_the_server_wants_sessions_resumed_or_not() -> Outcome {
    for reuse in ["require_ssl_reuse=YES", "require_ssl_reuse=NO"] {
        let authority = Authority::new()?;
        let archive = Archive::with(Vsftpd::with_tls(&authority, reuse)?)?;
        let ca = authority.certificate();
        archive
            .configure(&format!("[deliver]\ntls = true\nca = {:?}\n", ca.display().to_string()))?;
        let files = archive.fill(25)?;
        let report = archive.run(&[], 0)?;
        assert_eq!(report.stderr, "");
        archive.assert_delivered(&files)?;
        let said = archive.server.said()?;
        assert_eq!(said.matches("\"AUTH TLS\"").count(), 1, "one connection");
        assert_eq!(said.matches("\"STOR ").count(), 25);
    }
    Ok(())
}

#[test]
fn a_server_that_nobody_vouches_for_gets_nothing_and_no_password() -> Outcome {
    let (one, other) = (Authority::new()?, Authority::new()?);
    let archive = Archive::with(Vsftpd::with_tls(&one, "")?)?;
    let ca = other.certificate().display().to_string();
    archive.configure(&format!("[deliver]\ntls = true\nca = {ca:?}\n"))?;
    let files = archive.fill(2)?;
    let report = archive.run(&[], 1)?;
    assert!(report.stderr.contains("certificate"), "{}", report.stderr);
    assert!(!archive.server.said()?.contains("\"USER "));
    archive.assert_untouched(&files)?;
    // A server without TLS gets no password either, where TLS is asked for.
    let plain = Archive::new()?;
    plain.configure(&format!("[deliver]\ntls = true\nca = {ca:?}\n"))?;
    let files = plain.fill(2)?;
    plain.run(&[], 1)?;
    assert!(!plain.server.said()?.contains("\"USER "));
    plain.assert_untouched(&files)
}

#[test]
fn the_date_folder_is_the_day_of_the_call_in_each_of_the_stock_ways() -> Outcome {
    let ways = [
        ("--GPG", "2025-12-31/"),
        ("--NODATEDIR", ""),
        ("--YMDdatedir", "2025/12/31/"),
        ("--YearYMDdatedir", "2025/2025-12-31/"),
    ];
    for (flag, folder) in ways {
        let archive = Archive::new()?;
        archive.seal(1, "a-all.mp3.pgp")?;
        archive.start(1, "2025-12-31 23:59:59")?;
        let flags = if flag == "--GPG" { vec![] } else { vec![flag] };
        archive.run(&flags, 0)?;
        assert_eq!(archive.server.files()?, [format!("{folder}a-all.mp3.pgp")]);
        assert_eq!(archive.database.location(1)?, format!("{ADDRESS}/{folder}a-all.mp3.pgp"));
        assert_eq!(archive.moved()?, ["a-all.mp3.pgp"]);
    }
    Ok(())
}

#[test]
fn the_local_folder_has_date_folders_where_they_are_asked_for() -> Outcome {
    let archive = Archive::new()?;
    archive.seal(1, "a-all.mp3.pgp")?;
    fs::remove_dir(archive.spool.done().join("FTP"))?;
    archive.run(&["--YMDdatedir", "--localdatedir", "--ftp-persistent", "--ftp-validate"], 0)?;
    assert!(archive.spool.done().join("FTP/2026/01/01/a-all.mp3.pgp").is_file());
    assert_eq!(archive.waiting()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_file_without_a_row_goes_to_the_folder_of_today() -> Outcome {
    let archive = Archive::new()?;
    archive.put("nobody-all.mp3.pgp")?;
    let today = || -> Outcome<String> {
        Ok(String::from_utf8(output_of(tool("date")?.arg("+%F"))?)?.trim().to_owned())
    };
    let before = today()?;
    let report = archive.run(&[], 0)?;
    assert_eq!(report.count("rows_without")?, 1);
    let there = archive.server.files()?;
    let after = today()?;
    // Midnight may have come in between.
    let expected = [before, after].map(|day| vec![format!("{day}/nobody-all.mp3.pgp")]);
    assert!(expected.contains(&there), "{there:?}");
    Ok(())
}

#[test]
fn of_several_rows_the_one_that_names_the_file_is_changed() -> Outcome {
    let archive = Archive::new()?;
    archive.seal(1, "a-all.mp3.pgp")?;
    archive.seal(2, "a-all~2.mp3.pgp")?;
    archive.database.sql("UPDATE recording_log SET filename = 'a'")?;
    archive.row(3, "a-all.mp3.pgp", "")?;
    archive.run(&[], 0)?;
    let second = archive.database.location(2)?;
    assert_eq!(archive.database.location(1)?, archived("a-all.mp3.pgp"));
    // Without the journal of the sealing nobody knows that this one is a second call of the name.
    assert_eq!(second, link(IP, "GPG", "a-all~2.mp3.pgp"));
    assert_eq!(archive.database.location(3)?, "");
    Ok(())
}

#[test]
fn the_newest_of_the_rows_without_a_link_is_taken_where_none_names_the_file() -> Outcome {
    let archive = Archive::new()?;
    archive.put("a-all.mp3.pgp")?;
    archive.row(1, "a-all.mp3.pgp", &link(IP, "MP3", "a-all.mp3"))?;
    archive.row(2, "a-all.mp3.pgp", &link(IP, "MP3", "a-all.mp3"))?;
    archive.row(3, "a-all.mp3.pgp", "http://archive.example.com/RECORDINGS/x/other.mp3.pgp")?;
    archive.run(&[], 0)?;
    assert_eq!(archive.database.location(1)?, link(IP, "MP3", "a-all.mp3"));
    assert_eq!(archive.database.location(2)?, archived("a-all.mp3.pgp"));
    assert!(archive.database.location(3)?.ends_with("other.mp3.pgp"));
    Ok(())
}

#[test]
fn any_name_gets_there_and_its_link_leads_to_it() -> Outcome {
    let archive = Archive::new()?;
    let names: [&[u8]; 6] = [
        b"a b'\"$(id);&\\-all.mp3.pgp",
        b"caf\xC3\xA9-all.mp3.pgp",
        b"latin\xE9-all.mp3.pgp",
        b"odd\xFF\nline\r-all.mp3.pgp",
        b"%41?#-all.mp3.gpg.gpg",
        b"-rf ~x-all.wav.asc",
    ];
    for name in names {
        put(&archive.spool, OsStr::from_bytes(name))?;
    }
    let report = archive.run(&["--no-database", "--NODATEDIR"], 0)?;
    assert_eq!((report.count("delivered")?, report.stderr.as_str()), (6, ""));
    for name in names {
        let there: Vec<u8> = name
            .iter()
            .map(|it| if matches!(it, b'\n' | b'\r' | 0xFF) { b'_' } else { *it })
            .collect();
        let octets = fs::read(archive.server.path("").join(OsStr::from_bytes(&there)))?;
        assert!(octets == octets_of(&OsStr::from_bytes(name).to_string_lossy()));
        assert!(archive.spool.done().join("FTP").join(OsStr::from_bytes(name)).is_file());
    }
    Ok(())
}

#[test]
fn a_link_is_encoded_as_a_web_page_needs_it() -> Outcome {
    let archive = Archive::new()?;
    let file = "it's 100% \"odd\"-all.mp3.pgp";
    archive.put(file)?;
    let row = "http://10.10.10.15/RECORDINGS/GPG/it%27s%20100%25%20%22odd%22-all.mp3.pgp";
    archive.row(1, file, row)?;
    archive.run(&[], 0)?;
    let expected = format!("{ADDRESS}/{DAY}/it%27s%20100%25%20%22odd%22-all.mp3.pgp");
    assert_eq!(archive.database.location(1)?, expected);
    assert!(archive.server.path(DAY).join(file).is_file());
    Ok(())
}

#[test]
fn what_is_no_sealed_file_of_ours_is_left_alone() -> Outcome {
    let archive = Archive::new()?;
    let gpg = archive.spool.sealed();
    for name in [".hidden-all.mp3.pgp", "plain-all.mp3", "notes.txt", "empty-all.mp3.pgp"] {
        put(&archive.spool, name)?;
    }
    fs::write(gpg.join("empty-all.mp3.pgp"), "")?;
    fs::create_dir(gpg.join("folder.pgp"))?;
    std::os::unix::fs::symlink("/etc/hostname", gpg.join("link.pgp"))?;
    // Still being written, as far as anybody can tell.
    fs::write(gpg.join("young-all.mp3.pgp"), "half")?;
    fs::File::options()
        .write(true)
        .open(gpg.join("empty-all.mp3.pgp"))?
        .set_modified(std::time::SystemTime::UNIX_EPOCH)?;
    put(&archive.spool, "held-all.mp3.pgp")?;
    let holder = fs::File::options().append(true).open(gpg.join("held-all.mp3.pgp"))?;
    let report = archive.run(&[], 1)?;
    drop(holder);
    assert_eq!((report.count("busy")?, report.count("failures")?), (2, 1));
    assert_eq!(archive.server.files()?, Vec::<String>::new());
    assert_eq!(archive.moved()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn flags_win_over_the_configuration_and_are_read_in_any_case() -> Outcome {
    let archive = Archive::new()?;
    archive.seal(1, "a-all.mp3.pgp")?;
    let port = format!("--FTP-Port={}", archive.server.port());
    for key in ["VARFTP_host", "VARFTP_user", "VARFTP_pass", "VARFTP_dir"] {
        archive.spool.set(key, "wrong")?;
    }
    archive.spool.set("VARFTP_port", "1")?;
    let flags = [
        "--ftp-server=127.0.0.1",
        &port,
        "--ftp-login=anonymous",
        "--ftp-pass=hush-hush",
        "--ftp-dir=RECORDINGS",
        "--run-check",
        "--ftp-active",
        "--debugX",
        "--NoDateDir",
    ];
    let report = archive.run(&flags, 0)?;
    assert!(report.stderr.contains("on the command line"), "{}", report.stderr);
    assert!(!report.stderr.contains("hush"), "{}", report.stderr);
    assert_eq!(archive.server.files()?, ["a-all.mp3.pgp"]);
    assert!(archive.server.said()?.contains("\"PORT "));
    Ok(())
}

#[test]
fn limits_leave_the_rest_for_the_next_run_and_a_test_run_touches_nothing() -> Outcome {
    let archive = Archive::new()?;
    let files = archive.fill(30)?;
    let tried = archive.run(&["--test", "--list-limit=5"], 0)?;
    assert_eq!(tried.count("would_deliver")?, 5);
    archive.assert_untouched(&files)?;
    assert!(!archive.spool.state().exists());
    assert_eq!(archive.run(&["--transfer-limit=7"], 0)?.count("delivered")?, 7);
    assert_eq!(archive.run(&["--list-limit=8"], 0)?.count("delivered")?, 8);
    assert_eq!(archive.waiting()?.len(), 15);
    archive.run(&[], 0)?;
    archive.assert_delivered(&files)
}

#[test]
fn what_cannot_be_followed_is_said_and_nothing_is_touched() -> Outcome {
    let archive = Archive::new()?;
    let files = archive.fill(1)?;
    for flag in ["--MP3", "--WAV", "--gsm", "--OGG", "--GSW"] {
        let said = finish(archive.command().arg(flag))?.expect_code(2)?.stderr;
        assert!(said.contains(&flag.to_uppercase()) && said.contains("sealed"), "{said}");
    }
    for key in ["VARFTP_host", "VARFTP_user", "VARFTP_pass", "VARHTTP_path"] {
        let other = Archive::new()?;
        other.fill(1)?;
        other.spool.unset(key)?;
        let said = finish(&mut other.command())?.expect_code(2)?.stderr;
        assert!(said.contains(key), "{said}");
        assert_eq!(other.waiting()?.len(), 1);
    }
    archive.assert_untouched(&files)
}

#[test]
#[expect(clippy::print_stdout, reason = "the number is what a reader of the test run wants")]
fn two_thousand_files_go_in_one_run_over_one_connection() -> Outcome {
    let archive = Archive::new()?;
    // At its usual priority it waits for whatever else this machine does.
    archive.configure("[pace]\nnice = 0\nio = \"best-effort\"\n")?;
    let files = archive.fill(2000)?;
    archive.database.listen()?;
    let run = finish(archive.command().arg("--transfer-limit=5000"))?.expect_code(0)?;
    let result: serde_json::Value = serde_json::from_slice(&run.stdout)?;
    assert_eq!(result.get("delivered"), Some(&2000.into()));
    archive.assert_delivered(&files)?;
    assert_eq!(archive.server.said()?.matches("\"PASS ").count(), 1);
    assert_eq!(archive.database.runs_of("UPDATE")?.len(), 2000);
    let looks = archive.database.runs_of("SELECT")?.len();
    ensure!(looks <= 250, "{looks} look-ups");
    let seconds = result.get("seconds").and_then(serde_json::Value::as_f64);
    println!("2,000 files of 5 KB in {:.1} s, {looks} look-ups", seconds.unwrap_or_default());
    Ok(())
}
