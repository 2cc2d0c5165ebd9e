//! Can `recording_log` be reached, read and changed, and quickly?
//!
//! The questions are asked in a thread of their own, each bounded by the sockets' time; whoever
//! waits for the thread waits no longer than for one answer too many.

use super::configuration::Dialer;
use super::finding::{Finding, Findings, Level};
use crate::config::Database;
use crate::database::{Down, candidates};
use crate::journal::rows::now_ms;
use crate::recording_log::down;
use mysql::Conn;
use mysql::prelude::Queryable;
use shared::recording::escaped;
use std::sync::mpsc;
use std::thread;

/// Clocks that differ by less do not matter.
const CLOCK_SECS: i64 = 60;

/// Looks at the database, and hands the connection to whoever asks on.
pub fn look(dialer: &Dialer, findings: &mut Findings) {
    if dialer.is_offline {
        let what = "recording_log is left alone, as it was asked for: links stay as they are.";
        return findings.note("database", what, "Update the links yourself.");
    }
    let Some(settings) = &dialer.database else { return };
    let asked = with(settings, |connection| Ok(questions(connection)));
    match asked {
        Ok(found) => {
            encryption(settings, &found, findings);
            found.into_iter().for_each(|it| findings.push(it));
        }
        Err(error) => unreachable(settings, &error, findings),
    }
}

/// Connects and does something, within a bounded time.
///
/// # Errors
/// Why it could not be done.
pub fn with<T: Send + 'static>(
    settings: &Database,
    work: impl FnOnce(&mut Conn) -> Result<T, mysql::Error> + Send + 'static,
) -> Result<T, Failure> {
    let every = candidates(settings);
    // The connection, then each question: more than a handful is not asked.
    let patience = settings.wait * 8;
    let (answer, answers) = mpsc::sync_channel(1);
    let ask = move || {
        let mut last = Failure::Other(Down("no address".to_string()));
        for options in every {
            match Conn::new(options) {
                Ok(mut connection) => {
                    let result = work(&mut connection).map_err(|error| Failure::of(&error));
                    return drop(answer.send(result));
                }
                Err(error) => last = Failure::of(&error),
            }
        }
        drop(answer.send(Err(last)));
    };
    let thread = thread::Builder::new().name("database".to_string()).spawn(ask);
    thread.map_err(|error| Failure::Other(Down(error.to_string())))?;
    let no_answer = |_| Err(Failure::Other(Down(format!("no answer in {patience:?}"))));
    answers.recv_timeout(patience).unwrap_or_else(no_answer)
}

/// Why the database did not answer as it should.
#[derive(Debug)]
pub enum Failure {
    /// It refused, with one of its numbers.
    Refused(u16, Down),
    /// It was not there, or said nothing that can be understood.
    Other(Down),
}

impl Failure {
    fn of(error: &mysql::Error) -> Self {
        let words = down(error).0;
        let words = Down(escaped(words.as_bytes()));
        match error {
            mysql::Error::MySqlError(error) => Self::Refused(error.code, words),
            _ => Self::Other(words),
        }
    }

    /// In its own words.
    #[must_use]
    pub fn words(&self) -> &str {
        let (Self::Refused(_, Down(words)) | Self::Other(Down(words))) = self;
        words
    }
}

fn place(settings: &Database) -> String {
    match &settings.socket {
        Some(socket) => crate::error::shown(socket),
        None => format!("{}:{}", escaped(settings.host.as_bytes()), settings.port),
    }
}

fn unreachable(settings: &Database, failure: &Failure, findings: &mut Findings) {
    let (place, words) = (place(settings), failure.words());
    let (id, what, todo) = match failure {
        Failure::Refused(1045 | 1130 | 1698 | 1044, _) => (
            "database-login",
            format!("The database at {place} refuses the login: {words}."),
            "Correct VARDB_user and VARDB_pass, or grant that user access from this dialer.",
        ),
        Failure::Refused(1049, _) => (
            "database-login",
            format!("The database at {place} has no such database: {words}."),
            "Correct VARDB_database.",
        ),
        _ => (
            "database",
            format!("The database at {place} cannot be reached: {words}."),
            "Check VARDB_server, VARDB_port, that the server runs, and the firewalls between.",
        ),
    };
    let waits = "Recordings are sealed all the same, and their links wait in the journal.";
    findings.warn(id, format!("{what} {waits}"), todo);
}

/// A connection in clear is worth a word where it leaves this machine.
fn encryption(settings: &Database, found: &[Finding], findings: &mut Findings) {
    let is_near = settings.socket.is_some()
        || matches!(settings.host.as_str(), "localhost" | "127.0.0.1" | "::1");
    let is_encrypted = found.iter().any(|it| it.id == "database" && it.what.contains("TLS"));
    if !is_near && !is_encrypted {
        findings.note(
            "database-tls",
            format!("What is asked of the database at {} goes there in clear.", place(settings)),
            "Nothing on a network of your own; else set tls = true in [database] of dialer.toml.",
        );
    }
}

fn finding(id: &'static str, level: Level, what: impl Into<String>, todo: &str) -> Finding {
    let todo = Some(todo.to_string()).filter(|it| !it.is_empty());
    Finding { id, level, what: what.into(), todo }
}

/// Every question, each whatever the others brought.
fn questions(connection: &mut Conn) -> Vec<Finding> {
    let mut found = vec![reached(connection)];
    let select = "SELECT recording_id, server_ip, filename, location FROM recording_log \
                  WHERE recording_id = 0";
    match connection.query_drop(select) {
        Err(error) => {
            found.push(refused(&error, "read"));
            return found;
        }
        Ok(()) => found.push(finding("row-table", Level::Ok, "recording_log can be read.", "")),
    }
    found.push(update(connection));
    found.push(index(connection));
    found.extend(clock(connection));
    found
}

fn reached(connection: &mut Conn) -> Finding {
    let version: Option<String> = connection.query_first("SELECT VERSION()").unwrap_or_default();
    let version = version.map_or("unknown".to_string(), |it| escaped(it.as_bytes()));
    let cipher: Option<(String, String)> =
        connection.query_first("SHOW STATUS LIKE 'Ssl_cipher'").unwrap_or_default();
    let tls = cipher.filter(|(_, cipher)| !cipher.is_empty());
    let tls = tls.map_or("without encryption".to_string(), |(_, it)| {
        format!("by TLS ({})", escaped(it.as_bytes()))
    });
    let what = format!("The database answers, version {version}, {tls}.");
    finding("database", Level::Ok, what, "")
}

/// An update that changes no row: numbers begin at 1, and no link is these words.
fn update(connection: &mut Conn) -> Finding {
    let query = "UPDATE recording_log SET location = location WHERE recording_id = 0 AND \
                 location <=> 'a question of dialer-encryptor check'";
    match connection.query_drop(query) {
        Ok(()) => finding("row-rights", Level::Ok, "Links in recording_log can be changed.", ""),
        Err(error) => refused(&error, "change"),
    }
}

fn refused(error: &mysql::Error, what: &str) -> Finding {
    let failure = Failure::of(error);
    let words = failure.words();
    let warning = |id, what: String, todo: &str| finding(id, Level::Warning, what, todo);
    match failure {
        Failure::Refused(1142 | 1143, _) => warning(
            "row-rights",
            format!("VARDB_user may not {what} recording_log: {words}. Links stay as they are."),
            "Grant it: GRANT SELECT, UPDATE ON asterisk.recording_log TO that user.",
        ),
        Failure::Refused(1146, _) => warning(
            "row-table",
            format!("There is no recording_log: {words}."),
            "Correct VARDB_database and VARDB_server: VICIdial's own database has the table.",
        ),
        _ => warning(
            "row-rights",
            format!("The database does not let {what} recording_log: {words}."),
            "Ask whoever runs the database; links wait in the journal until then.",
        ),
    }
}

/// Rows are looked up by name: without an index each look-up would read the whole table.
fn index(connection: &mut Conn) -> Finding {
    let query = "SHOW INDEX FROM recording_log WHERE Column_name = 'filename' AND Seq_in_index = 1";
    match connection.query_iter(query).map(|rows| rows.count()) {
        Ok(0) => finding(
            "row-index",
            Level::Warning,
            "recording_log has no index on filename, so that each look-up reads the whole table \
             and holds up the calls.",
            "Add it when nobody calls: ALTER TABLE recording_log ADD INDEX (filename).",
        ),
        Ok(_) => finding("row-index", Level::Ok, "Rows are found by an index on filename.", ""),
        Err(error) => finding(
            "row-index",
            Level::Note,
            format!(
                "It cannot be seen whether filename has an index ({}).",
                Failure::of(&error).words()
            ),
            "Look at SHOW INDEX FROM recording_log as the database's administrator.",
        ),
    }
}

fn clock(connection: &mut Conn) -> Option<Finding> {
    let theirs: i64 = connection.query_first("SELECT UNIX_TIMESTAMP()").ok()??;
    let apart = now_ms() / 1000 - theirs;
    if apart.abs() < CLOCK_SECS {
        let what = "The clocks of the database and of this dialer agree.";
        return Some(finding("clock", Level::Ok, what, ""));
    }
    let (seconds, order) = (apart.abs(), if apart > 0 { "ahead of" } else { "behind" });
    Some(finding(
        "clock",
        Level::Warning,
        format!("This dialer's clock is {seconds} seconds {order} that of the database."),
        "Let both follow the same time server (chrony or ntpd).",
    ))
}
