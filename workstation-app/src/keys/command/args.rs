//! Which flags does `workstation-app keys` take?

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::keys::create::DEFAULT_YEARS;

/// `workstation-app keys …`
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// What is to be done.
    #[command(subcommand)]
    pub command: KeysCommand,

    /// Print the result as JSON, one object in one line for each key
    #[arg(long, global = true)]
    pub json: bool,
}

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the keys that this workstation holds
    List {
        /// List those of GnuPG and Kleopatra instead, and which of them can be taken over
        #[arg(long)]
        gnupg: bool,
    },
    /// Make a key; its passphrase comes from --passphrase-fd
    Create {
        /// The owner as colleagues call them
        #[arg(long)]
        name: String,
        /// The owner's work address
        #[arg(long)]
        email: String,
        /// RSA with 3072 bits, where a gpg before 2.1 is in use; otherwise Curve25519
        #[arg(long)]
        rsa: bool,
        /// How long it is valid
        #[arg(long, default_value_t = DEFAULT_YEARS)]
        years: u32,
        /// Where the passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Bring secret keys from files, or take them over from GnuPG
    Import {
        /// Files of keys; with --gnupg addresses or fingerprints, without any every key that can be
        /// taken over
        #[arg(value_name = "FILE", required_unless_present = "gnupg")]
        what: Vec<OsString>,
        /// Take keys over from GnuPG and Kleopatra; their passphrase comes from --passphrase-fd
        #[arg(long)]
        gnupg: bool,
        /// Where the passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Write the certificate of a key to standard output, for the dialer's administrator
    Export {
        /// Address or fingerprint
        key: String,
        /// The secret key instead, still protected by its passphrase
        #[arg(long)]
        secret: bool,
        /// What withdraws the key instead, to be kept elsewhere; a colon keeps it from having an
        /// effect by accident
        #[arg(long, conflicts_with = "secret")]
        revocation: bool,
    },
    /// Back up a key, or test a backup
    Backup {
        /// Address or fingerprint; with --test the backup must be of this key
        #[arg(required_unless_present = "test")]
        key: Option<String>,
        /// Write the key, still protected by its passphrase, to this new file
        #[arg(
            long,
            value_name = "FILE",
            required_unless_present = "test",
            conflicts_with = "test"
        )]
        to: Option<PathBuf>,
        /// Say whether this backup opens the recordings; its passphrase comes from --passphrase-fd
        #[arg(long, value_name = "FILE")]
        test: Option<PathBuf>,
        /// Where the passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Change the passphrase: the present one in the first line of --passphrase-fd, the new one in the
    /// second
    Passphrase {
        /// Address or fingerprint
        key: String,
        /// Where the passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Give a key more time, and write its new certificate to standard output
    Expire {
        /// Address or fingerprint
        key: String,
        /// How many years from now it is valid
        #[arg(long)]
        years: u32,
        /// Where the passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Withdraw a key for good, and write the certificate that says so to standard output; what is
    /// sealed already still opens
    Revoke {
        /// Address or fingerprint
        key: String,
        /// Its fingerprint once more, since this cannot be undone
        #[arg(long, value_name = "FINGERPRINT")]
        yes: String,
        /// Where the passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Remove a key from this workstation; without a backup its recordings are lost
    Delete {
        /// Address or fingerprint
        key: String,
        /// Its fingerprint once more, since this cannot be undone
        #[arg(long, value_name = "FINGERPRINT")]
        yes: String,
    },
}

/// Where a passphrase comes from.
#[derive(Debug, Args)]
pub struct PassphraseArgs {
    /// Read the passphrase from this open descriptor, to its end
    #[arg(long, value_name = "N")]
    pub passphrase_fd: Option<u32>,
}
