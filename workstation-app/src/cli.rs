//! Which flags does the program take?

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::keys::command::args::KeysArgs;

use crate::link::login::Login;
use crate::texts;

/// Opens sealed call recordings and plays them. They are decrypted in memory only; nothing is
/// written to disk.
#[derive(Debug, Parser)]
#[command(name = "workstation-app", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// What is to be done without a window
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Recordings to open in the window: files, or links (http://, https://, callseal:)
    #[arg(value_name = "RECORDING", conflicts_with_all = ["check", "import_key"])]
    pub recordings: Vec<OsString>,

    /// Say whether this workstation can open each RECORDING, file or link, without a window and
    /// without playing it; the passphrase is read once, and keys stay unlocked from the first to the
    /// last
    #[arg(long, value_name = "RECORDING", num_args = 1.., conflicts_with = "import_key")]
    pub check: Vec<OsString>,

    /// Read the passphrase for --check from this open descriptor, to its end
    #[arg(long, value_name = "N", requires = "check")]
    pub passphrase_fd: Option<u32>,

    /// Sign in with this name at the site of the first link of --check that asks for one; a site that a
    /// redirect leads to does not get it
    #[arg(long, value_name = "NAME", requires = "check", requires = "http_password_fd",
          value_parser = sign_in_name)]
    pub http_user: Option<String>,

    /// Read the password for --http-user from this open descriptor, to its end
    #[arg(long, value_name = "N", requires = "http_user")]
    pub http_password_fd: Option<u32>,

    /// Print the result of --check as JSON, one object in one line for each file
    #[arg(long, requires = "check")]
    pub json: bool,

    /// Import the secret keys in FILE, still protected by their passphrase, without a window
    #[arg(long, value_name = "FILE")]
    pub import_key: Option<PathBuf>,

    /// Keep keys and settings in this folder [env: CALLSEAL_DATA_DIR]
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
}

/// What is done without a window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make, bring, keep and remove the keys that open recordings
    #[command(after_help = EXIT_CODES)]
    Keys(KeysArgs),
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 the recording cannot be opened here or something was refused of a key, 2 could \
not run: no such file, a server that did not send it, no passphrase, or an administrator's policy that \
is broken.";

fn sign_in_name(name: &str) -> Result<String, &'static str> {
    if Login::can_send(name) { Ok(name.to_owned()) } else { Err(texts::NAME_WITH_COLON.get()) }
}

impl Cli {
    /// The folder of keys and settings: the flag, the environment, the platform's own.
    pub fn data_folder(&self) -> Option<PathBuf> {
        let given = self.data_dir.clone().or_else(|| {
            std::env::var_os("CALLSEAL_DATA_DIR").filter(|value| !value.is_empty()).map(Into::into)
        });
        given.or_else(|| {
            let name = shared::PRODUCT.to_lowercase();
            crate::platform::default_data_folder().map(|folder| folder.join(name))
        })
    }
}
