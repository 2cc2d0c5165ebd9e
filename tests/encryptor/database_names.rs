//! Is every name only data to the database, and found as it is?

mod common;
mod site;

use site::{EPOCH, IP, Site, link, sealed_link};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use support::recording_log::Row;
use support::speech::Format;
use support::{Outcome, ensure};

/// What other sites' and systems' tables are declared as.
const CHARACTER_SETS: [&str; 3] = ["latin1", "utf8mb3", "utf8mb4"];

/// A link that no run of ours ever writes.
const UNTOUCHED: &str = "http://10.10.10.15/RECORDINGS/MP3/untouched-all.mp3";

fn put(site: &Site, name: &[u8]) -> Outcome {
    let file = [name, b"-all.mp3"].concat();
    site.dialer.spool.put(Format::Mp3, OsStr::from_bytes(&file), name).map(drop)
}

fn row(site: &Site, recording_id: u32, filename: &[u8]) -> Outcome {
    let start_epoch = EPOCH;
    site.database.insert(Row {
        recording_id,
        server_ip: IP,
        filename,
        location: UNTOUCHED,
        start_epoch,
    })
}

/// The octets that a link names, if it is one that any browser takes.
fn named_by(location: &str) -> Outcome<Vec<u8>> {
    let prefix = link(IP, "GPG", "");
    ensure!(location.starts_with(&prefix), "not ours: {location}");
    let mut rest = location.bytes().skip(prefix.len());
    let mut octets = Vec::new();
    while let Some(octet) = rest.next() {
        let digits: Vec<u8> = if octet == b'%' { rest.by_ref().take(2).collect() } else { vec![] };
        let is_plain = octet.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&octet);
        ensure!(is_plain || octet == b'%', "{octet:#x} in {location}");
        octets.push(match digits.as_slice() {
            [] => octet,
            digits => u8::from_str_radix(&String::from_utf8_lossy(digits), 16)?,
        });
    }
    Ok(octets)
}

fn assert_names(site: &Site, recording_id: u32, name: &[u8]) -> Outcome {
    let expected = [name, b"-all.mp3.pgp"].concat();
    let found = named_by(&site.database.location(recording_id)?)?;
    let shown = String::from_utf8_lossy(&expected);
    ensure!(found == expected, "row {recording_id} names {found:?} instead of {shown:?}");
    Ok(())
}

#[test]
fn a_name_that_looks_like_a_statement_changes_only_its_own_row() -> Outcome {
    let site = Site::new()?;
    let names: [&[u8]; 20] = [
        b"$(touch pwned)",
        b"`touch pwned`",
        b"a'b",
        b"a\"b",
        b"a;b&c",
        b"a\\b c",
        b"a\\",
        b"a\nb",
        b"a\tb",
        b"x' OR '1'='1",
        b"x'; UPDATE recording_log SET location='gone'; -- ",
        b"') OR 1=1 #",
        b"%",
        b"_",
        b"?",
        b"a?b=c#d",
        b"100%25",
        b"\\' OR 1=1 -- ",
        b":name",
        b"NULL",
    ];
    row(&site, 1000, b"untouched")?;
    for (recording_id, name) in (1..).zip(names) {
        put(&site, name)?;
        row(&site, recording_id, name)?;
    }
    site.run(0)?;
    for (recording_id, name) in (1..).zip(names) {
        assert_names(&site, recording_id, name)?;
    }
    assert_eq!(site.database.location(1000)?, UNTOUCHED);
    assert!(!site.dialer.spool.path().join("pwned").exists());
    Ok(())
}

#[test]
fn a_name_in_any_encoding_breaks_no_batch() -> Outcome {
    for set in CHARACTER_SETS {
        let site = Site::new()?;
        site.database.sql(format!("ALTER TABLE recording_log CONVERT TO CHARACTER SET {set}"))?;
        let strange: [&[u8]; 6] = [
            b"\xFF\xFE",
            b"caf\xE9",
            "caf\u{e9}".as_bytes(),
            "\u{202E}3pm".as_bytes(),
            "\u{65e5}\u{672c}".as_bytes(),
            "\u{1F4DE}".as_bytes(),
        ];
        for name in strange {
            put(&site, name)?;
        }
        for (recording_id, name) in [(1, "0_first-all.mp3"), (2, "z_last-all.mp3")] {
            site.record(recording_id, name)?;
        }
        row(&site, 3, b"untouched")?;
        let report = site.run(0)?;
        assert_eq!((report.count("sealed")?, report.count("rows_without")?), (8, 6), "{set}");
        let links =
            [sealed_link("0_first-all.mp3"), sealed_link("z_last-all.mp3"), UNTOUCHED.into()];
        assert_eq!(site.database.locations()?, links, "{set}");
    }
    Ok(())
}

#[test]
fn a_name_is_found_by_the_octets_that_the_stock_scripts_wrote() -> Outcome {
    // They say nothing of an encoding, so that octets pass into a latin1 table as they are.
    let site = Site::new()?;
    let names = ["caf\u{e9}", "\u{65e5}\u{672c}", "\u{1F4DE}"].map(str::as_bytes);
    for (recording_id, name) in (1..).zip(names) {
        put(&site, name)?;
        row(&site, recording_id, name)?;
    }
    site.run(0)?;
    for (recording_id, name) in (1..).zip(names) {
        assert_names(&site, recording_id, name)?;
    }
    Ok(())
}

#[test]
fn a_name_that_is_not_utf_8_is_found_by_its_octets() -> Outcome {
    let site = Site::new()?;
    let names: [&[u8]; 2] = [b"caf\xE9", b"\xFF\xFE"];
    for (recording_id, name) in (1..).zip(names) {
        put(&site, name)?;
        row(&site, recording_id, name)?;
    }
    site.run(0)?;
    for (recording_id, name) in (1..).zip(names) {
        assert_names(&site, recording_id, name)?;
    }
    Ok(())
}

#[test]
fn a_name_in_a_table_of_its_own_encoding_is_found() -> Outcome {
    let site = Site::new()?;
    site.database.sql("ALTER TABLE recording_log CONVERT TO CHARACTER SET utf8mb4")?;
    let names = ["caf\u{e9}", "\u{65e5}\u{672c}", "\u{1F4DE}"];
    for (recording_id, name) in (1..).zip(names) {
        put(&site, name.as_bytes())?;
        row(&site, recording_id, name.as_bytes())?;
    }
    site.run(0)?;
    for (recording_id, name) in (1..).zip(names) {
        assert_names(&site, recording_id, name.as_bytes())?;
    }
    Ok(())
}

#[test]
fn names_that_only_the_server_takes_for_the_same_are_told_apart() -> Outcome {
    for set in CHARACTER_SETS {
        let site = Site::new()?;
        site.database.sql(format!("ALTER TABLE recording_log CONVERT TO CHARACTER SET {set}"))?;
        // Case, accents and a space at the end mean nothing to the server's usual comparison.
        let names: [&[u8]; 5] = [b"x_ROBIN", b"x_robin", b"x_Robin ", b"cafe", b"cafe "];
        for (recording_id, name) in (1..).zip(names) {
            put(&site, name)?;
            row(&site, recording_id, name)?;
        }
        // A recording without a row of its own, and a row without a recording.
        put(&site, b"x_roBin")?;
        row(&site, 6, b"CAFE")?;
        let report = site.run(0)?;
        for (recording_id, name) in (1..).zip(names) {
            assert_names(&site, recording_id, name)?;
        }
        assert_eq!(site.database.location(6)?, UNTOUCHED, "{set}");
        assert_eq!(report.count("rows_without")?, 1, "{set}");
    }
    Ok(())
}

#[test]
fn a_name_that_was_cut_is_found_by_its_link() -> Outcome {
    let site = Site::new()?;
    let start = format!("20260101-093012_{}", "x".repeat(84));
    assert_eq!(start.len(), 100);
    let [one, two, three] = ["one", "two", "three"].map(|end| format!("{start}{end}-all.mp3"));
    site.record(1, &one)?;
    site.record(2, &two)?;
    // No row at all, though the first hundred letters are there.
    site.put(&three)?;
    let report = site.run(0)?;
    assert_eq!(report.count("rows_without")?, 1);
    assert_eq!(site.database.locations()?, [one, two].map(|name| sealed_link(&name)));
    Ok(())
}

#[test]
fn a_link_that_does_not_fit_is_set_aside_and_stops_nobody() -> Outcome {
    let site = Site::new()?;
    // Every space takes three letters of a link.
    let wide = format!("a{}b-all.mp3", " ".repeat(80));
    site.record(1, "0_first-all.mp3")?;
    site.record(2, &wide)?;
    site.record(3, "z_last-all.mp3")?;
    let before = site.database.location(2)?;
    let report = site.run(1)?;
    assert_eq!((report.count("sealed")?, report.count("rows_set_aside")?), (3, 1));
    assert!(report.stderr.contains("too long"), "{}", report.stderr);
    let links = [sealed_link("0_first-all.mp3"), before, sealed_link("z_last-all.mp3")];
    assert_eq!(site.database.locations()?, links);
    assert_eq!(site.dialer.waiting()?, Vec::<String>::new());
    site.record(4, "later-all.mp3")?;
    site.run(0)?;
    assert_eq!(site.database.location(4)?, sealed_link("later-all.mp3"));
    Ok(())
}
