//! Who keeps what the program has to say? The system's log, which journald and every syslog read
//! from one socket, and for the service standard error.
//!
//! What cron mails is none of this: see [`crate::report`].

use crate::dialer_toml;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, process};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::Registry;

/// Where every system log of Linux listens (`man 3 syslog`).
const SOCKET: &str = "/dev/log";

/// The facility of background programs (RFC 5424 section 6.2.1).
const DAEMON: u8 = 3 << 3;

/// What this program is called in the log.
const NAME: &str = env!("CARGO_PKG_NAME");

/// Where the log goes.
#[derive(Debug, Clone)]
pub struct Log {
    /// The socket of the system's log; none to leave it alone.
    socket: Option<PathBuf>,
}

impl Log {
    /// As the settings have it.
    #[must_use]
    pub fn of(settings: &dialer_toml::Log) -> Self {
        let socket = settings.socket.clone().unwrap_or_else(|| SOCKET.into());
        Self { socket: (settings.syslog != Some(false)).then_some(socket) }
    }

    fn open(&self) -> Option<SystemLog> {
        self.socket.as_deref().map(SystemLog::at)
    }
}

/// For one run: what it did and what went wrong goes to the system's log, and to standard error
/// what only somebody who asked with `--debugX` wants to read.
pub fn for_run(log: &Log, is_debug: bool) {
    let debug = is_debug.then_some(StandardError { only: Some(Level::DEBUG), is_journal: false });
    begin(log.open(), debug, is_debug);
}

/// For the service. Where standard error is the journal already, nothing is said twice.
pub fn for_service(log: &Log, is_debug: bool) {
    let is_journal = env::var_os("JOURNAL_STREAM").is_some();
    let system = if is_journal { None } else { log.open() };
    begin(system, Some(StandardError { only: None, is_journal }), is_debug);
}

fn begin(system: Option<SystemLog>, error: Option<StandardError>, is_debug: bool) {
    let most = if is_debug { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let layers = Registry::default()
        .with(system.map(|it| it.with_filter(LevelFilter::INFO)))
        .with(error.map(|it| it.with_filter(most)));
    // The first one stays: a program has one log.
    let _ = tracing::subscriber::set_global_default(layers);
}

/// The system's log, which is connected to by the first message.
struct SystemLog {
    path: PathBuf,
    socket: OnceLock<Option<UnixDatagram>>,
}

impl SystemLog {
    fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), socket: OnceLock::new() }
    }

    /// None where nobody listens.
    fn connect(&self) -> Option<UnixDatagram> {
        let socket = UnixDatagram::unbound().ok()?;
        socket.connect(&self.path).ok()?;
        // A log that is stuck stops no recording.
        socket.set_nonblocking(true).ok()?;
        Some(socket)
    }
}

impl<S: Subscriber> Layer<S> for SystemLog {
    /// One message a line, in the form that `syslog(3)` itself sends.
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Some(text) = own(event) else { return };
        let priority = DAEMON | severity(*event.metadata().level());
        for line in text.lines() {
            let message = format!("<{priority}>{NAME}[{}]: {line}", process::id());
            if let Some(socket) = self.socket.get_or_init(|| self.connect()) {
                let _ = socket.send(message.as_bytes());
            }
        }
    }
}

/// Standard error, with the severity in front where the journal reads it (`man 3 sd-daemon`).
struct StandardError {
    only: Option<Level>,
    is_journal: bool,
}

impl<S: Subscriber> Layer<S> for StandardError {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = *event.metadata().level();
        let Some(text) = own(event).filter(|_| self.only.is_none_or(|only| only == level)) else {
            return;
        };
        let mut whole = String::new();
        for line in text.lines() {
            let front = match level {
                _ if self.is_journal => format!("<{}>", severity(level)),
                Level::ERROR => "Error: ".to_string(),
                Level::WARN => "Warning: ".to_string(),
                _ => String::new(),
            };
            whole.push_str(&format!("{front}{line}\n"));
        }
        let _ = std::io::stderr().lock().write_all(whole.as_bytes());
    }
}

/// Severities of RFC 5424 section 6.2.1.
fn severity(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        _ => 7,
    }
}

/// The text of an event, if this program said it: libraries are not asked for their thoughts.
fn own(event: &Event<'_>) -> Option<String> {
    let is_own = event.metadata().target().starts_with(env!("CARGO_CRATE_NAME"));
    let mut text = Text::default();
    event.record(&mut text);
    is_own.then_some(text.0)
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}");
        }
    }
}
