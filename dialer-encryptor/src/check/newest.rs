//! Which call is this dialer's newest? Looked for among the newest rows alone, by their numbers.

use mysql::prelude::Queryable;
use mysql::{Conn, Value, from_row_opt};

/// So many rows are looked at, and no more: hours of the largest sites.
const ROWS: u64 = 20_000;

/// A finished call, as its row has it.
#[derive(Debug, Clone)]
pub struct Call {
    /// `recording_id`
    pub row: u64,
    /// `filename`
    pub name: Vec<u8>,
    /// `location`
    pub location: Vec<u8>,
    /// `start_epoch`
    pub began: i64,
    /// How long ago it began, by the database's clock.
    pub age_secs: u64,
}

/// The newest row of this dialer whose call has ended.
///
/// # Errors
/// The database's.
pub fn newest(connection: &mut Conn, server_ip: &str) -> mysql::Result<Option<Call>> {
    let last: Option<Option<u64>> =
        connection.query_first("SELECT MAX(recording_id) FROM recording_log")?;
    let first = last.flatten().unwrap_or(0).saturating_sub(ROWS);
    let query = "SELECT recording_id, LEFT(filename, 255), LEFT(location, 1024), start_epoch, \
                 UNIX_TIMESTAMP() FROM recording_log FORCE INDEX (PRIMARY) \
                 WHERE recording_id > ? AND server_ip = ? AND filename <> '' AND length_in_sec > 0 \
                 ORDER BY recording_id DESC LIMIT 1";
    let values: Vec<Value> = vec![first.into(), server_ip.as_bytes().into()];
    let row: Option<mysql::Row> = connection.exec_first(query, values)?;
    type Columns = (u64, Option<Vec<u8>>, Option<Vec<u8>>, Option<i64>, i64);
    Ok(row.and_then(|row| from_row_opt::<Columns>(row).ok()).map(|it| {
        let (row, name, location, began, now) = it;
        let began = began.unwrap_or(0);
        Call {
            row,
            name: name.unwrap_or_default(),
            location: location.unwrap_or_default(),
            began,
            age_secs: u64::try_from(now.saturating_sub(began)).unwrap_or(0),
        }
    }))
}
