//! Does anything go to the database in clear, or to a server that is not the one it says it is?

mod common;
mod site;

use site::{Report, Site};
use std::path::Path;
use support::mariadb::MariaDb;
use support::tls::Authority;
use support::wire::{Cut, Wire};
use support::{Outcome, ensure};

/// A site whose dialer connects through a wire that is listened to.
struct Tapped {
    site: Site,
    wire: Wire,
}

impl Tapped {
    fn new(database: MariaDb) -> Outcome<Tapped> {
        let site = Site::with(database)?;
        let wire = Wire::new(site.database.port(), Cut::Never)?;
        site.point_at(wire.port())?;
        Ok(Tapped { site, wire })
    }

    /// A run that is told to use TLS, with this authority.
    fn run(&self, ca: &Path, code: i32) -> Outcome<Report> {
        self.site.configure(&format!("[database]\ntls = true\nca = \"{}\"\n", ca.display()))?;
        self.site.run(code)
    }

    /// What the dialer has sent that tells something: its user, its table, its calls.
    fn told(&self) -> Vec<&'static str> {
        let sent = self.wire.sent();
        let words = ["cron", "recording_log", "5551234567", "RECORDINGS"];
        let is_there = |word: &&str| sent.windows(word.len()).any(|it| it == word.as_bytes());
        words.into_iter().filter(is_there).collect()
    }
}

#[test]
fn with_tls_the_rows_are_linked_and_nothing_is_sent_in_clear() -> Outcome {
    let authority = Authority::new()?;
    let tapped = Tapped::new(MariaDb::with_tls(&authority)?)?;
    tapped.site.database.sql("ALTER USER cron REQUIRE SSL")?;
    let calls = tapped.site.fill(5)?;
    tapped.run(&authority.certificate(), 0)?;
    tapped.site.assert_linked(&calls)?;
    assert_eq!(tapped.told(), Vec::<&str>::new());
    ensure!(tapped.wire.sent().len() > 500, "the wire was not used");
    Ok(())
}

#[test]
fn without_tls_the_wire_tells_everything() -> Outcome {
    let tapped = Tapped::new(MariaDb::new()?)?;
    let calls = tapped.site.fill(5)?;
    tapped.site.run(0)?;
    tapped.site.assert_linked(&calls)?;
    assert_eq!(tapped.told().len(), 4);
    Ok(())
}

/// Nothing told, everything sealed, every row waiting.
fn assert_refused(tapped: &Tapped, ca: &Path) -> Outcome {
    let calls = tapped.site.fill(5)?;
    let report = tapped.run(ca, 1)?;
    assert_eq!(report.count("rows_waiting")?, 5);
    assert!(report.stderr.contains("database"), "{}", report.stderr);
    assert_eq!(tapped.told(), Vec::<&str>::new());
    tapped.site.dialer.assert_all_sealed(&calls)
}

#[test]
fn a_server_that_another_authority_vouches_for_is_told_nothing() -> Outcome {
    let tapped = Tapped::new(MariaDb::with_tls(&Authority::new()?)?)?;
    assert_refused(&tapped, &Authority::new()?.certificate())
}

#[test]
fn a_server_without_tls_is_told_nothing() -> Outcome {
    let tapped = Tapped::new(MariaDb::new()?)?;
    assert_refused(&tapped, &Authority::new()?.certificate())
}

#[test]
fn a_user_who_must_use_tls_and_does_not_is_refused_by_the_server() -> Outcome {
    let tapped = Tapped::new(MariaDb::with_tls(&Authority::new()?)?)?;
    tapped.site.database.sql("ALTER USER cron REQUIRE SSL")?;
    let calls = tapped.site.fill(2)?;
    let report = tapped.site.run(1)?;
    assert!(report.stderr.contains("Access denied"), "{}", report.stderr);
    assert_eq!(report.count("rows_waiting")?, 2);
    tapped.site.dialer.assert_all_sealed(&calls)
}
