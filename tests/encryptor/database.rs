//! Does each row of `recording_log` name the sealed file of its recording, and no other row change?

mod common;
mod site;

use site::{IP, Site, link, report, sealed_link};
use std::process::Command;
use support::Outcome;
use support::process::finish;

#[test]
fn the_newest_row_of_this_dialer_is_taken_before_those_of_others() -> Outcome {
    let site = Site::new()?;
    let (ours, gateways, nobodys) = ("1_ours-all.mp3", "2_gateways-all.mp3", "3_nobodys-all.mp3");
    let other = "10.10.10.16";
    for (recording_id, server_ip, name) in
        [(1, IP, ours), (2, IP, ours), (3, other, ours), (4, other, gateways), (5, other, gateways)]
    {
        site.row(recording_id, server_ip, name)?;
    }
    // What a gateway made stands under its address, and lies here.
    for recording_id in [4, 5] {
        site.database.set_location(recording_id, &link(IP, "MP3", gateways))?;
    }
    for name in [ours, gateways, nobodys] {
        site.put(name)?;
    }
    let report = site.run(0)?;
    assert_eq!(
        site.database.locations()?,
        [
            link(IP, "MP3", ours),
            sealed_link(ours),
            link(other, "MP3", ours),
            link(IP, "MP3", gateways),
            sealed_link(gateways),
        ]
    );
    assert_eq!((report.count("sealed")?, report.count("rows_without")?), (3, 1));
    assert_eq!((report.count("rows_waiting")?, report.count("rows_set_aside")?), (0, 0));
    assert_eq!(site.dialer.waiting()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_row_that_has_no_link_yet_gets_one_and_what_another_dialer_serves_is_left_to_it() -> Outcome {
    let site = Site::new()?;
    let names = ["1-all.mp3", "2-all.mp3", "3-all.mp3"];
    for (recording_id, name) in (1..).zip(names) {
        site.put(name)?;
        site.row(recording_id, if recording_id == 3 { "10.10.10.16" } else { IP }, name)?;
    }
    site.database.set_location(1, "")?;
    site.database.sql("UPDATE recording_log SET location = NULL WHERE recording_id = 2")?;
    site.run(0)?;
    let theirs = link("10.10.10.16", "MP3", "3-all.mp3");
    let links = [sealed_link("1-all.mp3"), sealed_link("2-all.mp3"), theirs];
    assert_eq!(site.database.locations()?, links);
    Ok(())
}

#[test]
fn the_link_says_https_where_it_is_asked_for_and_ends_as_the_file_does() -> Outcome {
    let site = Site::new()?;
    let flags = ["--https", "--HTTPS", "--suffix=gpg"];
    for (recording_id, flag) in (1..).zip(flags) {
        let name = format!("{recording_id}-all.mp3");
        site.record(recording_id, &name)?;
        report(site.command().arg(flag), 0)?;
    }
    assert_eq!(
        site.database.locations()?,
        [
            format!("https://{IP}/RECORDINGS/GPG/1-all.mp3.pgp"),
            format!("https://{IP}/RECORDINGS/GPG/2-all.mp3.pgp"),
            format!("http://{IP}/RECORDINGS/GPG/3-all.mp3.gpg"),
        ]
    );
    Ok(())
}

#[test]
fn a_gateway_recording_is_found_by_its_name_without_the_ending() -> Outcome {
    let site = Site::new()?;
    site.record(1, "20260101-093012_5551234567.mp3")?;
    // A dot inside belongs to the name.
    site.record(2, "20260101-093012_v1.5-all.mp3")?;
    site.run(0)?;
    let links = ["20260101-093012_5551234567.mp3", "20260101-093012_v1.5-all.mp3"].map(sealed_link);
    assert_eq!(site.database.locations()?, links);
    Ok(())
}

#[test]
fn a_setting_that_is_missing_is_named_and_nothing_is_touched() -> Outcome {
    for key in ["VARserver_ip", "VARDB_server", "VARDB_database", "VARDB_user", "VARDB_pass"] {
        let dialer = site::dialer_at(9, IP)?;
        dialer.fill(1)?;
        dialer.spool.unset(key)?;
        let finished = finish(&mut site::command(&dialer))?.expect_code(2)?;
        assert!(finished.stderr.contains(key), "{key}: {}", finished.stderr);
        assert_eq!(finished.stderr.lines().count(), 1, "{}", finished.stderr);
        assert_eq!((dialer.waiting()?.len(), dialer.spool.sealed_names()?.len()), (1, 0));
    }
    Ok(())
}

#[test]
fn the_server_of_this_machine_is_reached_by_its_name_too() -> Outcome {
    let site = Site::new()?;
    site.dialer.spool.set("VARDB_server", "localhost")?;
    site.record(1, "1-all.mp3")?;
    site.run(0)?;
    assert_eq!(site.database.location(1)?, sealed_link("1-all.mp3"));
    Ok(())
}

#[test]
fn two_calls_of_one_name_have_a_row_each() -> Outcome {
    let site = Site::new()?;
    let name = "20260101-093012_5551234567_SALES-all.mp3";
    site.record(1, name)?;
    site.run(0)?;
    assert_eq!(site.database.location(1)?, sealed_link(name));
    site.row(2, IP, name)?;
    site.dialer.spool.put(support::speech::Format::Mp3, name, b"another call of that name")?;
    site.run(0)?;
    let second = name.replace("-all.mp3", "-all~2.mp3");
    assert_eq!(site.database.locations()?, [sealed_link(name), sealed_link(&second)]);
    Ok(())
}

#[test]
fn the_row_of_a_second_call_is_not_given_to_the_first() -> Outcome {
    let site = Site::new()?;
    let name = "20260101-093012_5551234567_SALES-all.mp3";
    site.record(1, name)?;
    site.run(0)?;
    // The second call is there, its recording is still being compressed.
    site.row(2, IP, name)?;
    site.run(0)?;
    assert_eq!(site.database.locations()?, [sealed_link(name), link(IP, "MP3", name)]);
    site.dialer.spool.put(support::speech::Format::Mp3, name, b"another call of that name")?;
    site.run(0)?;
    let second = name.replace("-all.mp3", "-all~2.mp3");
    assert_eq!(site.database.locations()?, [sealed_link(name), sealed_link(&second)]);
    Ok(())
}

#[test]
fn what_the_stock_compress_step_writes_late_is_put_right_by_the_next_run() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(3)?;
    site.run(0)?;
    for (recording_id, (name, _)) in (1..).zip(&calls).skip(1) {
        site.database.set_location(recording_id, &link(IP, "MP3", name))?;
    }
    site.run(0)?;
    site.assert_linked(&calls)?;
    // And a row that has gone on to the archive meanwhile stays there.
    let archived = "http://archive/2026-01-01/20260101-000000_x-all.mp3.pgp";
    site.database.set_location(1, archived)?;
    site.run(0)?;
    assert_eq!(site.database.location(1)?, archived);
    Ok(())
}

#[test]
fn two_dialers_with_one_name_each_change_their_own_row() -> Outcome {
    let site = Site::new()?;
    let other_ip = "10.10.10.16";
    let other = site::dialer_at(site.database.port(), other_ip)?;
    let calls = site.fill(30)?;
    for (recording_id, (name, _)) in (101..).zip(&calls) {
        site.row(recording_id, other_ip, name)?;
    }
    other.fill(30)?;
    // Both at the same time.
    let spawned = |command: &mut Command| command.stdout(std::process::Stdio::null()).spawn();
    let (mut here, mut there) =
        (spawned(&mut site.command())?, spawned(&mut site::command(&other))?);
    assert!(here.wait()?.success() && there.wait()?.success());
    let expected: Vec<String> = [IP, other_ip]
        .iter()
        .flat_map(|ip| calls.iter().map(|(name, _)| link(ip, "GPG", &format!("{name}.pgp"))))
        .collect();
    assert_eq!(site.database.locations()?, expected);
    Ok(())
}

#[test]
fn without_the_database_it_is_not_asked() -> Outcome {
    let site = Site::new()?;
    let calls = site.fill(2)?;
    site.database.listen()?;
    for flag in ["--dry-run", "--no-database"] {
        finish(site.command().arg(flag))?.expect_code(0)?;
    }
    assert_eq!(site.database.asked_by("cron")?, []);
    assert_eq!(site.database.location(1)?, link(IP, "MP3", calls.first().map_or("", |it| &it.0)));
    Ok(())
}
