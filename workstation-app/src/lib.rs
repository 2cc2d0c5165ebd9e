//! Opens sealed call recordings: asks the passphrase, decrypts in memory, plays.
//!
//! ```text
//!  UI thread (eframe)                     worker thread
//!  app.rs   logic(): drain events         worker.rs  read, decrypt, decode, import
//!           ui():    paint, collect  ──Command──▶
//!  state.rs act(), apply(): pure      ◀──Event───
//!     │                                   dialog thread (one for each open dialog)
//!     │ play, pause, seek                 open/dialog.rs ──Event──▶ UI
//!     ▼
//!  sound thread                           device thread
//!  audio/play/sound.rs opens, watches ─▶ audio/play/voice.rs gives samples, without locks
//! ```
//!
//! A recording takes one straight line: `Open -> read -> Located -> passphrase -> decrypt ->
//! decode -> Ready -> play`. Every answer carries the number of the selection it belongs to; one
//! for a recording that is no longer selected is dropped. Decrypted octets live in the worker
//! until they are decoded, samples in [`audio::pcm::Pcm`] until the recording is closed; both are
//! wiped, and neither is ever written to a file.

pub mod app;
pub mod audio;
pub mod call;
pub mod check;
pub mod cli;
pub mod desk;
pub mod downloads;
pub mod failure;
mod instance;
pub mod keychain;
pub mod keys;
pub mod link;
pub mod listening;
pub mod lock_signals;
pub mod locking;
pub mod marks;
pub mod message;
pub mod open;
pub mod opening;
mod platform;
pub mod policy;
pub mod queue;
pub mod report;
pub mod screen;
pub mod settings;
pub mod shortcuts;
mod stack;
pub mod state;
pub mod texts;
pub mod ui;
pub mod unlocking;
pub mod worker;

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use check::{Checker, Outcome};
use cli::{Cli, Command};
use instance::Claim;
use keys::store::KeyStore;
use open::source::Source;

pub use platform::attach_console;

/// Runs what the flags ask for.
pub fn run(cli: &Cli) -> ExitCode {
    platform::harden_process();
    let Some(data_folder) = cli.data_folder() else {
        complain(texts::NO_DATA_FOLDER);
        return ExitCode::from(2);
    };
    if let Some(Command::Keys(args)) = &cli.command {
        return keys::command::run(args, &data_folder);
    }
    if !cli.check.is_empty() {
        return run_check(&cli.check, &data_folder, cli);
    }
    if let Some(path) = &cli.import_key {
        return run_import(path, &data_folder);
    }
    let sources = match sources(&cli.recordings) {
        Ok(sources) => sources,
        Err(message) => {
            complain(&message);
            return ExitCode::from(2);
        }
    };
    let door = match instance::claim(&data_folder, &sources) {
        Claim::HandedOver => return ExitCode::SUCCESS,
        Claim::First(door) => Some(door),
        Claim::Alone => None,
    };
    match app::run_window(&data_folder, sources, door) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::from(2)
        }
    }
}

fn sources(recordings: &[OsString]) -> Result<Vec<Source>, String> {
    let source = |argument: &OsString| Source::of_argument(argument).map_err(texts::no_link);
    recordings.iter().map(source).collect()
}

fn run_check(recordings: &[OsString], data_folder: &Path, cli: &Cli) -> ExitCode {
    let store = KeyStore::in_folder(data_folder);
    let mut checker = match Checker::new(&store, cli.passphrase_fd) {
        Ok(checker) => checker,
        Err(outcome) => return ExitCode::from(tell(&outcome, cli)),
    };
    if let (Some(name), Some(descriptor)) = (&cli.http_user, cli.http_password_fd)
        && let Err(outcome) = checker.sign_in(name.clone(), descriptor)
    {
        return ExitCode::from(tell(&outcome, cli));
    }
    let answers = recordings.iter().map(|recording| {
        let outcome = checker.check(recording);
        if let Some(warning) = checker.take_warning() {
            complain(&warning);
        }
        tell(&outcome, cli)
    });
    ExitCode::from(answers.max().unwrap_or_default())
}

/// Prints the answer for one file, which is named where there are several, and gives its exit code.
fn tell(outcome: &Outcome, cli: &Cli) -> u8 {
    let (report, exit_code) = (outcome.report(), outcome.exit_code());
    if cli.json {
        say(&format!("{}\n", report.as_json()));
    } else if exit_code != 2 {
        let name = if cli.check.len() > 1 { format!("{}: ", report.file) } else { String::new() };
        say(&format!("{name}{}", report.as_text()));
    }
    if exit_code == 2 {
        complain(&report.message);
    }
    exit_code
}

fn run_import(path: &Path, data_folder: &Path) -> ExitCode {
    let octets = match open::read_file(path) {
        Ok(octets) => octets,
        Err(failure) => {
            let name = shared::recording::escaped(path.as_os_str().as_encoded_bytes());
            complain(&failure.message_about(&name));
            return ExitCode::FAILURE;
        }
    };
    match keys::import(&KeyStore::in_folder(data_folder), &octets) {
        Ok(cards) => {
            for card in cards {
                say(&format!("{}  {}\n", card.owner, card.fingerprint));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

// A reader that has hung up is no failure of ours: the exit code still says what happened.
fn say(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
