//! Do sealing and delivery get along: their rows, their journal, the files that both know?

mod archive;
mod common;
mod site;

use archive::ADDRESS;
use site::{IP, Report, Site, link, report, sealed_link};
use std::fs;
use support::dialer::names_in;
use support::process::{finish, tool};
use support::speech::Format;
use support::syscalls::{self, DESCRIPTORS, NETWORK, Syscall, WRITE_SIDE};
use support::tls::Authority;
use support::vsftpd::{FOLDER, PASSWORD, USER, Vsftpd};
use support::{Outcome, ensure};

/// The folder of the day that the calls of a site began on.
fn day(site: &Site) -> Outcome<String> {
    let rows = site.database.sql("SELECT DISTINCT DATE(start_time) FROM recording_log")?;
    Ok(rows.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Lets a site know of the archive.
fn archive_of(site: &Site, server: &Vsftpd) -> Outcome {
    let spool = &site.dialer.spool;
    spool.set("VARHTTP_path", ADDRESS)?;
    spool.set("VARFTP_host", "127.0.0.1")?;
    spool.set("VARFTP_port", &server.port().to_string())?;
    spool.set("VARFTP_user", USER)?;
    spool.set("VARFTP_pass", PASSWORD)?;
    spool.set("VARFTP_dir", FOLDER)
}

fn deliver(site: &Site, code: i32) -> Outcome<Report> {
    report(&mut archive::command(&site.dialer.spool), code)
}

#[test]
fn what_was_sealed_is_delivered_at_once_and_sealing_lets_its_rows_be() -> Outcome {
    let (site, server) = (Site::new()?, Vsftpd::new()?);
    archive_of(&site, &server)?;
    let calls = site.fill(5)?;
    site.run(0)?;
    // Young as they are, the journal knows that they are complete.
    assert_eq!(deliver(&site, 0)?.count("delivered")?, 5);
    let day = day(&site)?;
    let links: Vec<String> =
        calls.iter().map(|(name, _)| format!("{ADDRESS}/{day}/{name}.pgp")).collect();
    assert_eq!(site.database.locations()?, links);
    for (name, octets) in &calls {
        let there = server.path(&day).join(format!("{name}.pgp"));
        assert!(site.dialer.home.decrypt(&there, "")? == *octets, "{name}");
    }
    site.assert_nothing_more()?;
    assert_eq!(site.database.locations()?, links);
    Ok(())
}

#[test]
fn rows_that_still_wait_for_sealing_go_straight_to_the_archive() -> Outcome {
    let (mut site, server) = (Site::new()?, Vsftpd::new()?);
    archive_of(&site, &server)?;
    site.wait_at_most(2)?;
    let calls = site.fill(3)?;
    site.database.stop()?;
    site.run(1)?;
    assert_eq!(deliver(&site, 1)?.count("delivered")?, 0);
    site.database.start_again()?;
    assert_eq!(deliver(&site, 0)?.count("rows_changed")?, 3);
    let day = day(&site)?;
    let links: Vec<String> =
        calls.iter().map(|(name, _)| format!("{ADDRESS}/{day}/{name}.pgp")).collect();
    assert_eq!(site.database.locations()?, links);
    let report = site.run(0)?;
    assert_eq!((report.stderr.as_str(), report.count("rows_waiting")?), ("", 0));
    assert_eq!(site.database.locations()?, links);
    Ok(())
}

#[test]
fn two_calls_of_one_name_whose_rows_wait_are_left_until_sealing_has_told_them_apart() -> Outcome {
    let (mut site, server) = (Site::new()?, Vsftpd::new()?);
    archive_of(&site, &server)?;
    site.wait_at_most(2)?;
    let name = "twice-all.mp3";
    site.record(1, name)?;
    site.database.stop()?;
    site.run(1)?;
    site.dialer.spool.put(Format::Mp3, name, b"what was said in the second call")?;
    site.run(1)?;
    site.database.start_again()?;
    site.row(2, IP, name)?;
    assert_eq!(site.dialer.spool.sealed_names()?, ["twice-all.mp3.pgp", "twice-all~2.mp3.pgp"]);
    let report = deliver(&site, 0)?;
    assert_eq!((report.count("delivered")?, report.count("busy")?), (0, 2));
    site.run(0)?;
    assert_eq!(
        site.database.locations()?,
        [sealed_link(name), link(IP, "GPG", "twice-all~2.mp3.pgp")]
    );
    assert_eq!(deliver(&site, 0)?.count("delivered")?, 2);
    let day = day(&site)?;
    let links = ["twice-all.mp3.pgp", "twice-all~2.mp3.pgp"];
    assert_eq!(site.database.locations()?, links.map(|it| format!("{ADDRESS}/{day}/{it}")));
    Ok(())
}

#[test]
fn a_row_that_the_compress_step_writes_late_is_put_right_a_minute_later() -> Outcome {
    let (site, server) = (Site::new()?, Vsftpd::new()?);
    archive_of(&site, &server)?;
    let calls = site.fill(2)?;
    site.run(0)?;
    deliver(&site, 0)?;
    let links = site.database.locations()?;
    let Some((name, _)) = calls.first() else { support::fail!("no calls") };
    site.database.set_location(1, &link(IP, "MP3", name))?;
    site.database.set_location(2, "http://elsewhere.example.com/moved-on.mp3")?;
    assert_eq!(deliver(&site, 0)?.count("rows_changed")?, 0);
    let run = archive::command(&site.dialer.spool);
    let mut later = tool("faketime")?;
    later.args(["-f", "+2m"]).arg(run.get_program()).args(run.get_args());
    assert_eq!(report(&mut later, 0)?.count("rows_changed")?, 1);
    let now = site.database.locations()?;
    assert_eq!(now.first(), links.first());
    assert_eq!(now.last().map(String::as_str), Some("http://elsewhere.example.com/moved-on.mp3"));
    // Once is enough.
    site.database.listen()?;
    report(&mut later, 0)?;
    assert_eq!(site.database.runs_of("SELECT")?.len(), 0);
    Ok(())
}

#[test]
fn an_archive_at_the_dialers_own_address_is_told_from_its_spool() -> Outcome {
    let (site, server) = (Site::new()?, Vsftpd::new()?);
    archive_of(&site, &server)?;
    let own = format!("http://{IP}/RECORDINGS/archive");
    site.dialer.spool.set("VARHTTP_path", &own)?;
    let calls = site.fill(2)?;
    site.run(0)?;
    deliver(&site, 0)?;
    site.assert_nothing_more()?;
    let day = day(&site)?;
    let links: Vec<String> =
        calls.iter().map(|(name, _)| format!("{own}/{day}/{name}.pgp")).collect();
    assert_eq!(site.database.locations()?, links);
    Ok(())
}

#[test]
fn nothing_of_a_delivery_ever_stands_in_the_folder_that_the_stock_step_reads() -> Outcome {
    let (site, server) = (Site::new()?, Vsftpd::new()?);
    archive_of(&site, &server)?;
    site.fill(3)?;
    report(site.command().arg("--suffix=gpg"), 0)?;
    let before = names_in(&site.dialer.spool.sealed())?;
    let trace = site.dialer.spool.path().join("trace");
    let run = archive::command(&site.dialer.spool);
    finish(&mut syscalls::traced(&run, &WRITE_SIDE, &[], &trace)?)?.expect_code(0)?;
    let gpg = site.dialer.spool.sealed().display().to_string();
    let made = syscalls::read(&trace)?.into_iter().filter(|call| {
        call.is_write_side() && call.name.starts_with("open") && call.about().contains(&gpg)
    });
    assert_eq!(made.count(), 0);
    assert_eq!(names_in(&site.dialer.spool.done().join("FTP"))?, before);
    assert_eq!(server.files()?.len(), 3);
    Ok(())
}

#[test]
fn what_moved_is_durable_before_the_journal_says_so_and_moves_after_the_row() -> Outcome {
    let (site, server) = (Site::new()?, Vsftpd::new()?);
    archive_of(&site, &server)?;
    site.fill(2)?;
    site.run(0)?;
    let trace = site.dialer.spool.path().join("trace");
    let run = archive::command(&site.dialer.spool);
    let seen: Vec<&str> = WRITE_SIDE.into_iter().chain(NETWORK).chain(DESCRIPTORS).collect();
    finish(&mut syscalls::traced(&run, &seen, &[], &trace)?)?.expect_code(0)?;
    let calls = syscalls::read(&trace)?;
    let places = |is_it: &dyn Fn(&Syscall) -> bool| -> Vec<usize> {
        (0..).zip(&calls).filter(|(_, call)| is_it(call)).map(|(place, _)| place).collect()
    };
    let says = |call: &Syscall, text: &str| {
        call.name == "sendto"
            && call.octets(1).is_ok_and(|it| String::from_utf8_lossy(&it).contains(text))
    };
    let moves = places(&|call| call.name == "renameat2");
    let synced = |folder: &'static str| {
        places(&move |call| call.name == "fsync" && call.about().ends_with(folder))
    };
    let wal = places(&|call| call.name == "pwrite64" && call.about().ends_with("-wal"));
    let renames = places(&|call| says(call, "RNTO "));
    // The statement is prepared once; its values go with each change.
    let updates = places(&|call| says(call, &format!("{ADDRESS}/")));
    let (Some(first_move), Some(last_move)) = (moves.first(), moves.last()) else {
        support::fail!("nothing was moved");
    };
    assert_eq!((moves.len(), renames.len(), updates.len()), (2, 2, 2));
    let all_before = |places: &[usize], end: &usize| places.iter().all(|place| place < end);
    assert!(updates.first().is_some_and(|first| all_before(&renames, first)));
    assert!(all_before(&updates, first_move));
    let ftp = synced("/FTP").into_iter().find(|place| place > last_move);
    let gpg = synced("/GPG").into_iter().find(|place| place > last_move);
    let (Some(ftp), Some(gpg)) = (ftp, gpg) else { support::fail!("the folders were not synced") };
    assert!(ftp < gpg, "first where they are, then where they are not any more");
    let is_between = |place: &usize, from: &usize, to: &usize| from < place && place < to;
    assert!(!wal.iter().any(|place| is_between(place, first_move, &gpg)), "said too early");
    assert!(wal.iter().any(|place| place > &gpg));
    let (Some(last_rename), Some(first_update)) = (renames.last(), updates.first()) else {
        support::fail!("no renames");
    };
    // That they stand there is written down before a row says so, and that they will, before that.
    assert!(wal.iter().any(|place| is_between(place, last_rename, first_update)));
    let uploads = places(&|call| says(call, "STOR "));
    let (Some(last_upload), Some(first_rename)) = (uploads.last(), renames.first()) else {
        support::fail!("no uploads");
    };
    assert!(wal.iter().any(|place| is_between(place, last_upload, first_rename)));
    assert!(wal.iter().any(|place| uploads.first().is_some_and(|first| place < first)));
    Ok(())
}

#[test]
fn a_server_that_speaks_only_the_newest_tls_is_understood() -> Outcome {
    let authority = Authority::new()?;
    let folder = tempfile::tempdir()?;
    let conf = folder.path().join("openssl.cnf");
    fs::write(
        &conf,
        "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = newest\n[newest]\n\
         MinProtocol = TLSv1.3\n",
    )?;
    let server = Vsftpd::with_environment(
        &authority,
        "require_ssl_reuse=NO",
        &[("OPENSSL_CONF", conf.as_path())],
    )?;
    let older = tool("openssl")?
        .args(["s_client", "-starttls", "ftp", "-tls1_2", "-connect"])
        .arg(format!("127.0.0.1:{}", server.port()))
        .output()?;
    ensure!(!older.status.success(), "the server speaks TLS 1.2");
    let site = Site::new()?;
    archive_of(&site, &server)?;
    let ca = authority.certificate().display().to_string();
    site.configure(&format!("[deliver]\ntls = true\nca = {ca:?}\n"))?;
    site.fill(5)?;
    site.run(0)?;
    assert_eq!(deliver(&site, 0)?.count("delivered")?, 5);
    Ok(())
}
