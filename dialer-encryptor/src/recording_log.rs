//! Which statements does `recording_log` get? Prepared ones: look-ups by name and by number, and a
//! change of one row by its number, if it still says what it said.

use crate::database::Down;
use mysql::prelude::Queryable;
use mysql::{Conn, Value, from_row_opt};
use std::error::Error as _;
use std::io::{self, ErrorKind};

/// How many names or numbers go into one query.
pub const BATCH: usize = 500;

/// More rows than this for one batch of names are no recordings of ours.
const MOST_ROWS: usize = BATCH * 40;

/// Lists in queries are filled up to one of these, so that few statements are prepared.
const LIST_SIZES: [usize; 4] = [1, 10, 100, BATCH];

/// A row of `recording_log`, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// `recording_id`.
    pub id: u64,
    /// `server_ip`.
    pub server_ip: Vec<u8>,
    /// `filename`.
    pub filename: Vec<u8>,
    /// `location`.
    pub location: Option<Vec<u8>>,
    /// The day of `start_time`, as `2026-01-31`; anything where the column holds no date.
    pub start_date: Option<Vec<u8>>,
}

/// A change of one row's location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// `recording_id`.
    pub row: u64,
    /// What the row must still say.
    pub old: Option<Vec<u8>>,
    /// What it says afterwards.
    pub new: String,
}

/// What became of a [`Move`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// The row says so now.
    Done,
    /// The row said something else, or is gone.
    Changed,
    /// The server refuses this row, and says why.
    Refused(String),
    /// Not tried: the database went away.
    Untried,
}

/// Names with other characters than ASCII are rare: for those the connection takes on the table's
/// own characters, so that octets are compared with octets. Where the table cannot hold one of
/// them, it refuses the whole list, and each is asked for alone.
pub(crate) fn named(connection: &mut Conn, names: Vec<Vec<u8>>) -> Result<Vec<Row>, Down> {
    let failed = |error| down(&error);
    if names.iter().all(|name| name.is_ascii()) {
        let rows = select(connection, "filename", names.clone()).map_err(failed)?;
        // One name with more rows than that would hide those of the others.
        let is_cut = rows.len() >= MOST_ROWS && names.len() > 1;
        return if is_cut { one_by_one(connection, names) } else { Ok(rows) };
    }
    match speak_as_the_table(connection) {
        // Characters that no connection can have: UCS-2, say.
        Err(error) if is_about_characters(&error) => {}
        result => result.map_err(failed)?,
    }
    match select(connection, "filename", names.clone()) {
        Err(error) if is_about_characters(&error) => {}
        result => return result.map_err(failed),
    }
    let (plain, strange): (Vec<_>, Vec<_>) = names.into_iter().partition(|it| it.is_ascii());
    let mut rows = select(connection, "filename", plain).map_err(failed)?;
    rows.extend(one_by_one(connection, strange)?);
    Ok(rows)
}

fn one_by_one(connection: &mut Conn, names: Vec<Vec<u8>>) -> Result<Vec<Row>, Down> {
    let mut rows = Vec::new();
    for name in names {
        match select(connection, "filename", vec![name]) {
            Ok(found) => rows.extend(found),
            Err(error) if is_about_characters(&error) => {}
            Err(error) => return Err(down(&error)),
        }
    }
    Ok(rows)
}

fn speak_as_the_table(connection: &mut Conn) -> mysql::Result<()> {
    let set: Option<Option<String>> = connection.exec_first(
        "SELECT character_set_name FROM information_schema.columns WHERE table_schema = DATABASE() \
         AND table_name = 'recording_log' AND column_name = 'filename'",
        (),
    )?;
    let is_a_word = |set: &String| set.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    match set.flatten().filter(is_a_word) {
        Some(set) => connection.query_drop(format!("SET NAMES {set}")),
        None => Ok(()),
    }
}

/// A column that may be NULL.
type Text = Option<Vec<u8>>;

pub(crate) fn select<T: Into<Value> + Clone>(
    connection: &mut Conn,
    column: &str,
    list: Vec<T>,
) -> mysql::Result<Vec<Row>> {
    let Some(last) = list.last().cloned() else { return Ok(Vec::new()) };
    let size = LIST_SIZES.into_iter().find(|size| *size >= list.len()).unwrap_or(list.len());
    let marks = vec!["?"; size].join(",");
    let query = format!(
        "SELECT recording_id, server_ip, filename, LEFT(location, 1024), \
         LEFT(start_time, 10) FROM recording_log \
         WHERE {column} IN ({marks}) ORDER BY recording_id DESC LIMIT {MOST_ROWS}"
    );
    let values: Vec<Value> =
        list.into_iter().chain(std::iter::repeat(last)).take(size).map(Into::into).collect();
    type Columns = (u64, Text, Text, Text, Text);
    let rows: Vec<mysql::Row> = connection.exec(query, values)?;
    // A row that is none of VICIdial's (another kind of number) is none of a recording.
    let rows = rows.into_iter().filter_map(|row| from_row_opt::<Columns>(row).ok());
    let row = |(id, server_ip, filename, location, start_date): Columns| Row {
        id,
        server_ip: server_ip.unwrap_or_default(),
        filename: filename.unwrap_or_default(),
        location,
        start_date,
    };
    Ok(rows.map(row).collect())
}

/// One after the other; what the server has against one row stops no other, and what it has
/// against all of them ends the attempt.
pub(crate) fn change(connection: &mut Conn, moves: Vec<Move>) -> (Vec<Moved>, Option<Down>) {
    let query = "UPDATE recording_log SET location = ? WHERE recording_id = ? AND location <=> ?";
    let mut ended = None;
    let mut one = |it: Move| {
        if ended.is_some() {
            return Moved::Untried;
        }
        match connection.exec_drop(query, (it.new, it.row, it.old)) {
            Ok(()) if connection.affected_rows() == 1 => Moved::Done,
            Ok(()) => Moved::Changed,
            Err(mysql::Error::MySqlError(error)) if is_about_the_row(error.code) => {
                Moved::Refused(error.message)
            }
            Err(error) => {
                ended = Some(down(&error));
                Moved::Untried
            }
        }
    };
    let moved = moves.into_iter().map(&mut one).collect();
    (moved, ended)
}

/// Collations that cannot be compared, and characters that cannot be converted.
fn is_about_characters(error: &mysql::Error) -> bool {
    let mysql::Error::MySqlError(error) = error else { return false };
    matches!(error.code, 1231 | 1267 | 1270 | 1271 | 1300 | 1366 | 3854 | 3988)
}

/// Errors that another row, or a later attempt, need not meet are those of the row itself:
/// its data, or what a trigger says (<https://mariadb.com/kb/en/mariadb-error-codes/>). Those of
/// the server, the table and the rights are the others.
fn is_about_the_row(code: u16) -> bool {
    !matches!(code,
        126 | 127 | 134 | 144 | 145
        | 1015..=1045 | 1047 | 1049 | 1053 | 1054 | 1077..=1081 | 1105 | 1114 | 1129 | 1130
        | 1142 | 1143 | 1146 | 1152..=1161 | 1184 | 1189 | 1190 | 1194 | 1195 | 1198 | 1203
        | 1205 | 1206 | 1213 | 1223 | 1226 | 1227 | 1290 | 1317 | 1356 | 1412 | 1449 | 1459 | 1598 | 1615
        | 1792 | 1836 | 1927 | 1969 | 2000..=2999 | 3024 | 4031)
}

/// The reason without what names a customer: queries are not part of the server's messages, and
/// the driver's name no data.
pub(crate) fn down(error: &mysql::Error) -> Down {
    Down(match error {
        mysql::Error::MySqlError(error) => format!("{} (error {})", error.message, error.code),
        mysql::Error::IoError(error) => words(error),
        // What the connection said stands within.
        mysql::Error::CodecError(error) => {
            let within = error.source().and_then(|it| it.downcast_ref::<io::Error>());
            within.map_or_else(|| error.to_string(), words)
        }
        mysql::Error::DriverError(error) => error.to_string(),
        other => other.to_string(),
    })
}

/// What a socket says whose time is over means nothing to whoever reads it.
fn words(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::WouldBlock => "no answer in time".to_string(),
        // Ours, and not the system's, which says more.
        ErrorKind::TimedOut if error.raw_os_error().is_none() => "no answer in time".to_string(),
        _ => error.to_string(),
    }
}
