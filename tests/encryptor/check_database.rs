//! Does `check` tell apart what a database refuses?

mod checked;
mod common;
mod site;

use checked::Checked;
use site::IP;
use std::process::Command;
use support::dialer::Spool;
use support::mariadb::MariaDb;
use support::process::finish;
use support::recording_log::Against;
use support::tls::Authority;
use support::{Outcome, ensure};

const NAME: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3";

#[test]
fn what_the_database_refuses_is_told_apart() -> Outcome {
    let mut checked = Checked::new()?;
    checked.site.row(1, IP, NAME)?;
    checked.site.database.sql("REVOKE UPDATE ON asterisk.recording_log FROM cron")?;
    let told = checked.check(&[], 1)?;
    told.says("row-rights", "warning", "may not change recording_log")?;
    told.says("row-rights", "warning", "GRANT SELECT, UPDATE")?;
    told.says("row-table", "ok", "can be read")?;
    told.is_about(&["row-rights"])?;
    checked.site.database.sql("GRANT UPDATE ON asterisk.recording_log TO cron")?;

    checked.site.database.sql("ALTER TABLE recording_log DROP INDEX filename")?;
    let told = checked.check(&[], 1)?;
    told.says("row-index", "warning", "ALTER TABLE recording_log ADD INDEX (filename)")?;
    told.is_about(&["row-index"])?;

    checked.site.database.sql("RENAME TABLE recording_log TO away")?;
    let told = checked.check(&[], 1)?;
    told.says("row-table", "warning", "There is no recording_log")
        .or_else(|_| told.says("row-rights", "warning", "may not read recording_log"))?;
    checked.site.database.sql("RENAME TABLE away TO recording_log")?;

    checked.spool().set("VARDB_pass", "4321-secret")?;
    let told = checked.check(&[], 1)?;
    told.says("database-login", "warning", "refuses the login")?;
    told.is_about(&["database-login"])?;
    ensure!(!told.text().contains("4321-secret"), "the password was told");

    checked.site.database.stop()?;
    let told = checked.check(&[], 1)?;
    told.says("database", "warning", "cannot be reached")?;
    told.says("database", "warning", "their links wait in the journal")?;
    told.is_about(&["database"])
}

#[test]
fn clocks_and_connections_are_compared() -> Outcome {
    let authority = Authority::new()?;
    let checked = Checked::with(Spool::new()?, MariaDb::with_tls(&authority)?)?;
    let database = &checked.site.database;
    database.sql("SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() - 600'")?;
    let told = checked.check(&[], 1)?;
    told.says("clock", "warning", "seconds ahead of that of the database")?;
    told.is_about(&["clock"])?;
    database.sql("SET GLOBAL init_connect = ''")?;
    checked.site.configure(&format!(
        "[database]\ntls = true\nca = \"{}\"\n",
        authority.certificate().display()
    ))?;
    checked.check(&[], 0)?.says("database", "ok", "by TLS (")?;
    // Another way to write the address of this machine, which looks like that of another.
    checked.site.configure("")?;
    checked.spool().set("VARDB_server", "127.1")?;
    let told = checked.check(&[], 0)?;
    told.says("database-tls", "note", "goes there in clear")
}

#[test]
fn a_database_that_says_nothing_keeps_nobody_waiting() -> Outcome {
    let checked = Checked::new()?;
    checked.site.wait_at_most(1)?;
    checked.site.database.pause()?;
    let run = checked.command();
    let finished = finish(Command::new(run.get_program()).args(run.get_args()));
    checked.site.database.resume()?;
    let text = finished?.expect_code(1)?.text();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    ensure!(words.contains("no answer in time") && !words.contains("Codec"), "{text}");
    ensure!(text.contains("cannot be reached"), "{text}");
    Ok(())
}

#[test]
fn a_table_that_somebody_holds_is_waited_for_a_moment_only() -> Outcome {
    let checked = Checked::new()?;
    checked.site.wait_at_most(1)?;
    let lock = checked.site.database.lock_table(Against::Writers)?;
    let told = checked.check(&[], 1)?;
    told.says("row-table", "ok", "can be read")?;
    told.says("row-rights", "warning", "Lock wait timeout exceeded")?;
    told.is_about(&["row-rights"])?;
    drop(lock);
    checked.check(&[], 0)?.is_about(&[])
}
