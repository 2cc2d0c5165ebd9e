//! How is the database reached, so that nothing there can stop the sealing?
//!
//! The connection lives in a thread of its own, and every question has an end: the sockets time
//! out, the server gives up waiting for a locked table, and whoever asked waits no longer than
//! twice that. A server that accepts and never answers costs seconds, never a run.

use crate::config::Database as Settings;
use crate::recording_log::{Move, Moved, Row, change, down, named, select};
use mysql::{Conn, OptsBuilder, SslOpts};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

/// No answer of a server is longer; a row takes some hundred octets.
const PACKET_OCTETS: usize = 1 << 20;

/// Where servers of the usual distributions listen for `localhost`.
const SOCKETS: [&str; 3] =
    ["/run/mysqld/mysqld.sock", "/run/mysql/mysql.sock", "/var/lib/mysql/mysql.sock"];

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

    /// The rows of these names; at most [`BATCH`](crate::recording_log::BATCH) in one query.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub fn named(&self, names: Vec<Vec<u8>>) -> Result<Vec<Row>, Down> {
        self.rows(Ask::Named(names))
    }

    /// The rows of these numbers; at most [`BATCH`](crate::recording_log::BATCH) in one query.
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
pub(crate) fn candidates(settings: &Settings) -> Vec<OptsBuilder> {
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
        .max_allowed_packet(Some(PACKET_OCTETS))
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
