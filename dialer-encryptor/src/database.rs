//! How is the database reached, so that nothing there can stop the sealing?
//!
//! The connection lives in a thread of its own, and every question has an end: the sockets time
//! out, the server gives up waiting for a locked table, and whoever asked waits no longer than
//! twice that. A server that accepts and never answers costs seconds, never a run.

use crate::config::Database as Settings;
use mysql::prelude::Queryable;
use mysql::{Conn, OptsBuilder, SslOpts, Value};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

/// How many names or numbers go into one query.
pub const BATCH: usize = 500;

/// More rows than this for one batch of names are no recordings of ours.
const MOST_ROWS: usize = BATCH * 40;

/// Lists in queries are filled up to one of these, so that few statements are prepared.
const LIST_SIZES: [usize; 4] = [1, 10, 100, BATCH];

/// Where servers of the usual distributions listen for `localhost`.
const SOCKETS: [&str; 3] =
    ["/run/mysqld/mysqld.sock", "/run/mysql/mysql.sock", "/var/lib/mysql/mysql.sock"];

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

/// Why the database cannot be used now, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Down(pub String);

enum Ask {
    Named(Vec<Vec<u8>>),
    Numbered(Vec<u64>),
    Move(Vec<Move>),
}

enum Answer {
    Rows(Vec<Row>),
    Moved(Vec<Moved>, Option<Down>),
}

/// A connection that was made.
#[derive(Debug)]
pub struct Database {
    questions: SyncSender<Ask>,
    answers: Receiver<Result<Answer, Down>>,
    patience: Duration,
}

impl Database {
    /// Connects and logs in.
    ///
    /// # Errors
    /// When that fails or takes too long.
    pub fn connect(settings: &Settings) -> Result<Self, Down> {
        let (questions, asked) = mpsc::sync_channel(1);
        let (answer, answers) = mpsc::sync_channel(1);
        let every = candidates(settings);
        let work = move || serve(every, &asked, &answer);
        thread::Builder::new()
            .name("database".to_string())
            .spawn(work)
            .map_err(|error| Down(error.to_string()))?;
        let database = Self { questions, answers, patience: settings.wait * 2 };
        // The first answer, to no question, is that of the login.
        database.wait().map(|_| database)
    }

    /// The rows of these names; at most [`BATCH`] in one query.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn named(&self, names: Vec<Vec<u8>>) -> Result<Vec<Row>, Down> {
        self.rows(Ask::Named(names))
    }

    /// The rows of these numbers; at most [`BATCH`] in one query.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn numbered(&self, ids: Vec<u64>) -> Result<Vec<Row>, Down> {
        self.rows(Ask::Numbered(ids))
    }

    /// Changes rows, each if it still says what it said; and what ended the attempt, if something
    /// did. Without an answer in time nobody knows which were changed, and none counts as such.
    #[must_use]
    pub fn change(&self, moves: Vec<Move>) -> (Vec<Moved>, Option<Down>) {
        let untried = vec![Moved::Untried; moves.len()];
        match self.ask(Ask::Move(moves)) {
            Ok(Answer::Moved(moved, down)) => (moved, down),
            Ok(Answer::Rows(_)) => (untried, None),
            Err(down) => (untried, Some(down)),
        }
    }

    fn rows(&self, ask: Ask) -> Result<Vec<Row>, Down> {
        match self.ask(ask)? {
            Answer::Rows(rows) => Ok(rows),
            Answer::Moved(..) => Ok(Vec::new()),
        }
    }

    fn ask(&self, ask: Ask) -> Result<Answer, Down> {
        self.questions.send(ask).map_err(|_| Down("the connection was lost".to_string()))?;
        self.wait()
    }

    fn wait(&self) -> Result<Answer, Down> {
        self.answers.recv_timeout(self.patience).unwrap_or_else(|error| {
            Err(Down(match error {
                RecvTimeoutError::Timeout => format!("no answer in {:?}", self.patience),
                RecvTimeoutError::Disconnected => "the connection was lost".to_string(),
            }))
        })
    }
}

/// The thread: connects, then answers until it fails or nobody asks any more.
fn serve(
    every: Vec<OptsBuilder>,
    asked: &Receiver<Ask>,
    answer: &SyncSender<Result<Answer, Down>>,
) {
    let mut reached = Err(Down("no address".to_string()));
    for options in every {
        reached = Conn::new(options).map_err(|error| down(&error));
        if reached.is_ok() {
            break;
        }
    }
    let mut connection = match reached {
        Ok(connection) => connection,
        Err(error) => return drop(answer.send(Err(error))),
    };
    let mut last = answer.send(Ok(Answer::Rows(Vec::new())));
    while let (Ok(()), Ok(ask)) = (last, asked.recv()) {
        let result = match ask {
            Ask::Named(names) => named(&mut connection, names).map(Answer::Rows),
            Ask::Numbered(ids) => {
                let rows = select(&mut connection, "recording_id", ids);
                rows.map(Answer::Rows).map_err(|error| down(&error))
            }
            Ask::Move(moves) => {
                let (moved, down) = change(&mut connection, moves);
                Ok(Answer::Moved(moved, down))
            }
        };
        last = answer.send(result);
    }
}

/// Ways to reach the server. A site whose grants are for `localhost` alone was served by the local
/// socket so far, which is what libmysqlclient takes that name for.
fn candidates(settings: &Settings) -> Vec<OptsBuilder> {
    let socket = |path: &Path| options(settings).socket(path.to_str());
    if let Some(path) = &settings.socket {
        return vec![socket(path)];
    }
    let mut every = vec![options(settings)];
    if settings.host == "localhost" && settings.port == 3306 && !settings.tls {
        let there = SOCKETS.iter().map(Path::new).filter(|path| path.exists());
        every.extend(there.map(socket));
    }
    every
}

fn options(settings: &Settings) -> OptsBuilder {
    let wait = Some(settings.wait);
    let lock_wait_secs = (settings.wait.as_secs() / 2).max(1);
    // The login needs the password as text.
    let password = String::from_utf8_lossy(settings.password.0.expose()).into_owned();
    let tls = settings.tls.then(|| {
        let tls = SslOpts::default();
        settings.ca.clone().map_or(tls.clone(), |ca: PathBuf| tls.with_root_cert_path(Some(ca)))
    });
    OptsBuilder::new()
        .ip_or_hostname(Some(settings.host.clone()))
        .tcp_port(settings.port)
        .user(Some(settings.user.clone()))
        .pass(Some(password))
        .db_name(Some(settings.name.clone()))
        .tcp_connect_timeout(wait)
        .read_timeout(wait)
        .write_timeout(wait)
        .prefer_socket(false)
        .ssl_opts(tls)
        .init(vec![
            // As the stock scripts connect: an octet is a character.
            "SET NAMES latin1".to_string(),
            // A link that does not fit must be an error, not half a link. A lock is not waited for
            // longer than the client waits, or the server would change the row after all.
            format!(
                "SET SESSION sql_mode = 'STRICT_ALL_TABLES', lock_wait_timeout = {lock_wait_secs}"
            ),
        ])
}

/// Names with other characters than ASCII are rare: for those the connection takes on the table's
/// own characters, so that octets are compared with octets. Where the table cannot hold one of
/// them, it refuses the whole list, and each is asked for alone.
fn named(connection: &mut Conn, names: Vec<Vec<u8>>) -> Result<Vec<Row>, Down> {
    let failed = |error| down(&error);
    if names.iter().all(|name| name.is_ascii()) {
        return select(connection, "filename", names).map_err(failed);
    }
    speak_as_the_table(connection).map_err(failed)?;
    match select(connection, "filename", names.clone()) {
        Err(error) if is_about_characters(&error) => {}
        result => return result.map_err(failed),
    }
    let (plain, strange): (Vec<_>, Vec<_>) = names.into_iter().partition(|it| it.is_ascii());
    let mut rows = select(connection, "filename", plain).map_err(failed)?;
    for name in strange {
        match select(connection, "filename", vec![name]) {
            Ok(found) => rows.extend(found),
            Err(error) if is_about_characters(&error) => {}
            Err(error) => return Err(down(&error)),
        }
    }
    Ok(rows)
}

fn speak_as_the_table(connection: &mut Conn) -> mysql::Result<()> {
    let set: Option<String> = connection.exec_first(
        "SELECT character_set_name FROM information_schema.columns WHERE table_schema = DATABASE() \
         AND table_name = 'recording_log' AND column_name = 'filename'",
        (),
    )?;
    let is_a_word = |set: &String| set.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    match set.filter(is_a_word) {
        Some(set) => connection.query_drop(format!("SET NAMES {set}")),
        None => Ok(()),
    }
}

fn select<T: Into<Value> + Clone>(
    connection: &mut Conn,
    column: &str,
    list: Vec<T>,
) -> mysql::Result<Vec<Row>> {
    let Some(last) = list.last().cloned() else { return Ok(Vec::new()) };
    let size = LIST_SIZES.into_iter().find(|size| *size >= list.len()).unwrap_or(list.len());
    let marks = vec!["?"; size].join(",");
    let query = format!(
        "SELECT recording_id, server_ip, filename, location FROM recording_log \
         WHERE {column} IN ({marks}) ORDER BY recording_id DESC LIMIT {MOST_ROWS}"
    );
    let values: Vec<Value> =
        list.into_iter().chain(std::iter::repeat(last)).take(size).map(Into::into).collect();
    type Columns = (u64, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);
    let rows: Vec<Columns> = connection.exec(query, values)?;
    let row = |(id, server_ip, filename, location): Columns| Row {
        id,
        server_ip: server_ip.unwrap_or_default(),
        filename: filename.unwrap_or_default(),
        location,
    };
    Ok(rows.into_iter().map(row).collect())
}

/// One after the other; what the server has against one row stops no other, and what it has
/// against all of them ends the attempt.
fn change(connection: &mut Conn, moves: Vec<Move>) -> (Vec<Moved>, Option<Down>) {
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
    matches!(error.code, 1267 | 1270 | 1271 | 1300 | 1366 | 3854 | 3988)
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
fn down(error: &mysql::Error) -> Down {
    Down(match error {
        mysql::Error::MySqlError(error) => format!("{} (error {})", error.message, error.code),
        mysql::Error::IoError(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            "no answer in time".to_string()
        }
        mysql::Error::IoError(error) => error.to_string(),
        other => other.to_string(),
    })
}
