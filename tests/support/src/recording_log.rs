//! What stands in `recording_log`, and who else holds it?

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::process::Stdio;

use crate::mariadb::MariaDb;
use crate::process::Background;
use crate::{Failure, Outcome, ensure};

/// The table with VICIdial's columns, and the user that its scripts come as.
pub(crate) const CREATE: &str = "
CREATE DATABASE asterisk DEFAULT CHARACTER SET latin1;
USE asterisk;
CREATE TABLE recording_log (
    recording_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    channel VARCHAR(100),
    server_ip VARCHAR(15),
    extension VARCHAR(100),
    start_time DATETIME,
    start_epoch INT UNSIGNED,
    end_time DATETIME,
    end_epoch INT UNSIGNED,
    length_in_sec MEDIUMINT UNSIGNED,
    length_in_min DOUBLE(8,2),
    filename VARCHAR(100),
    location VARCHAR(255),
    lead_id INT UNSIGNED,
    user VARCHAR(20),
    vicidial_id VARCHAR(20),
    INDEX (filename), INDEX (lead_id), INDEX (user), INDEX (vicidial_id), INDEX (start_time)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;
CREATE USER cron IDENTIFIED BY '1234';
GRANT SELECT, INSERT, UPDATE ON asterisk.recording_log TO cron;
";

/// A row as the dialer that made the recording wrote it.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The primary key.
    pub recording_id: u32,
    /// The dialer's `VARserver_ip`.
    pub server_ip: &'a str,
    /// The recording's name without `-all` and its ending, octet for octet.
    pub filename: &'a [u8],
    /// The link that the web pages show.
    pub location: &'a str,
    /// When the call began.
    pub start_epoch: u32,
}

impl MariaDb {
    /// Adds one row; a name that is too long is cut, as VICIdial's own insert has it.
    pub fn insert(&self, row: Row<'_>) -> Outcome {
        self.insert_all(&[row])
    }

    /// Adds rows in one statement.
    pub fn insert_all(&self, rows: &[Row<'_>]) -> Outcome {
        let mut insert = "INSERT INTO recording_log (recording_id, channel, server_ip, extension, \
            start_time, start_epoch, length_in_sec, filename, location, lead_id, user, vicidial_id) \
            VALUES "
            .to_owned();
        for (number, row) in rows.iter().enumerate() {
            let separator = if number > 0 { ", " } else { "" };
            write!(
                insert,
                "{separator}({id}, 'Local/8600051@default', {ip}, '8309', \
                 FROM_UNIXTIME({epoch}), {epoch}, 60, {name}, {location}, {id}, 'agent01', '')",
                id = row.recording_id,
                ip = quoted(row.server_ip.as_bytes()),
                epoch = row.start_epoch,
                name = quoted(row.filename),
                location = quoted(row.location.as_bytes()),
            )?;
        }
        self.sql(insert).map(drop)
    }

    /// The link of one row.
    pub fn location(&self, recording_id: u32) -> Outcome<String> {
        let question = "SELECT location FROM recording_log WHERE recording_id = ";
        let rows = self.sql(format!("{question}{recording_id}"))?;
        let first = rows.into_iter().next().and_then(|row| row.into_iter().next());
        first.ok_or_else(|| Failure::new(format!("there is no row {recording_id}")))
    }

    /// The links of all rows, in the order of their keys.
    pub fn locations(&self) -> Outcome<Vec<String>> {
        let rows = self.sql("SELECT location FROM recording_log ORDER BY recording_id")?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Somebody else sets a row's link.
    pub fn set_location(&self, recording_id: u32, location: &str) -> Outcome {
        let location = quoted(location.as_bytes());
        let change = format!("UPDATE recording_log SET location = {location}");
        self.sql(format!("{change} WHERE recording_id = {recording_id}")).map(drop)
    }

    /// Holds the table against everybody else until the lock is dropped.
    pub fn lock_table(&self, against: Against) -> Outcome<TableLock> {
        let mut client = self.client()?;
        client.args(["--unbuffered", "asterisk"]);
        client.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut client = Background::start(&mut client)?;
        let (input, output) = (client.child().stdin.take(), client.child().stdout.take());
        let (Some(mut input), Some(output)) = (input, output) else {
            return Err(Failure::new("the client has no streams"));
        };
        let kind = if against == Against::Writers { "READ" } else { "WRITE" };
        writeln!(input, "LOCK TABLES recording_log {kind};\nSELECT 'locked';")?;
        input.flush()?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        ensure!(line == "locked\n", "the table was not locked: {line:?}");
        // The server frees the table when its client is gone; while its input stands open it waits.
        client.child().stdin = Some(input);
        Ok(TableLock { client })
    }
}

/// Whom a lock keeps out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// Who wants to change something; the others read.
    Writers,
    /// Everybody.
    Everybody,
}

/// A client that holds the table.
pub struct TableLock {
    client: Background,
}

impl Drop for TableLock {
    fn drop(&mut self) {
        drop(self.client.child().kill());
    }
}

/// A text in hexadecimal, so that nothing in it means anything to the server.
fn quoted(octets: &[u8]) -> String {
    let digits: Vec<String> = octets.iter().map(|it| format!("{it:02X}")).collect();
    format!("x'{}'", digits.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Finished, finish, output_of, tool};
    use crate::tls::Authority;
    use std::process::Command;
    use std::time::{Duration, Instant};

    fn row(recording_id: u32, filename: &[u8]) -> Row<'_> {
        let location = "http://10.10.10.15/RECORDINGS/MP3/x-all.mp3";
        Row {
            recording_id,
            server_ip: "10.10.10.15",
            filename,
            location,
            start_epoch: 1_767_258_000,
        }
    }

    /// The client as a dialer connects, for one statement.
    fn cron(port: u16, statement: &str) -> Outcome<Command> {
        let mut client = tool("mariadb")?;
        client.args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--user=cron"]);
        client.args(["--password=1234", "--connect-timeout=2", "asterisk", "-Be", statement]);
        client.arg(format!("--port={port}"));
        Ok(client)
    }

    fn asked(port: u16, statement: &str) -> Outcome<Finished> {
        finish(&mut cron(port, statement)?)
    }

    #[test]
    fn rows_are_written_read_locked_and_survive_a_restart() -> Outcome {
        let mut server = MariaDb::new()?;
        let name = "it's \"\\\n\t".as_bytes();
        server.insert_all(&[row(1, name), row(2, &[b'x'; 200])])?;
        let rows = server.sql("SELECT filename, LENGTH(filename), user FROM recording_log")?;
        assert_eq!(rows.first(), Some(&vec!["it's \"\\\n\t".into(), "9".into(), "agent01".into()]));
        assert_eq!(rows.get(1).and_then(|it| it.get(1)).map(String::as_str), Some("100"));
        server.stop()?;
        assert!(server.sql("SELECT 1").is_err());
        asked(server.port(), "SELECT 1")?.expect_code(1)?;
        server.start_again()?;
        let lock = server.lock_table(Against::Everybody)?;
        let change = "SET max_statement_time = 0.3; UPDATE recording_log SET location = 'y'";
        asked(server.port(), change)?.expect_code(1)?;
        drop(lock);
        let lock = server.lock_table(Against::Writers)?;
        asked(server.port(), "SELECT * FROM recording_log")?.expect_code(0)?;
        asked(server.port(), change)?.expect_code(1)?;
        drop(lock);
        asked(server.port(), change)?.expect_code(0)?;
        assert_eq!(server.locations()?, ["y", "y"]);
        server.set_location(2, "z")?;
        assert_eq!(server.location(2)?, "z");
        assert!(server.location(3).is_err());
        Ok(())
    }

    #[test]
    fn a_paused_server_does_not_answer() -> Outcome {
        let server = MariaDb::new()?;
        server.pause()?;
        asked(server.port(), "SELECT 1")?.expect_code(1)?;
        server.resume()?;
        asked(server.port(), "SELECT 1")?.expect_code(0)?;
        Ok(())
    }

    #[test]
    fn the_log_tells_what_a_user_has_executed() -> Outcome {
        let server = MariaDb::new()?;
        server.insert(row(7, b"name"))?;
        server.listen()?;
        let prepared = "PREPARE p FROM 'SELECT location FROM recording_log'; EXECUTE p;             UPDATE recording_log SET location = 'a\nb' WHERE recording_id = 7";
        asked(server.port(), prepared)?.expect_code(0)?;
        server.sql("UPDATE recording_log SET location = 'by root'")?;
        assert_eq!(server.runs_of("update")?.len(), 1);
        assert_eq!(server.runs_of("select")?, ["SELECT location FROM recording_log"]);
        server.listen()?;
        assert_eq!(server.asked_by("cron")?, []);
        Ok(())
    }

    #[test]
    fn a_server_with_a_certificate_speaks_tls() -> Outcome {
        let authority = Authority::new()?;
        let server = MariaDb::with_tls(&authority)?;
        server.sql("ALTER USER cron REQUIRE SSL")?;
        finish(cron(server.port(), "SELECT 1")?.arg("--skip-ssl"))?.expect_code(1)?;
        let mut client = cron(server.port(), "SHOW STATUS LIKE 'Ssl_cipher'")?;
        client.arg("--ssl-verify-server-cert").arg("--ssl-ca").arg(authority.certificate());
        let answer = String::from_utf8_lossy(&output_of(&mut client)?).into_owned();
        assert!(answer.contains("TLS_"), "{answer}");
        Ok(())
    }

    #[test]
    fn two_servers_start_side_by_side_in_little_time() -> Outcome {
        drop(MariaDb::new()?);
        let begin = Instant::now();
        let (one, two) = (MariaDb::new()?, MariaDb::new()?);
        assert_ne!(one.port(), two.port());
        assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
        Ok(())
    }
}
