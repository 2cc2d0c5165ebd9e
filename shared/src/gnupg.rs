//! What can the GnuPG of this computer open that nothing else here can?
//!
//! Asked only for keys that cannot be used in this process: those on cards, and kinds that neither
//! engine knows (ElGamal, brainpool, GnuPG's version 5, Kyber). The recording comes back through a
//! pipe, and is believed only if GnuPG succeeded and says that the integrity is proven: with
//! `ignore-mdc-error` in its configuration it succeeds for a changed message too.

use crate::certs::SecretKey;
use crate::child::{self, Answer, Bounds};
use crate::gnupg_listing;
use crate::inside::Room;
use crate::recording::escaped;
use crate::secret::{Passphrase, ReadError};
use pgp::composed::PlainSessionKey;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use zeroize::Zeroizing;

pub use crate::gnupg_keys::{ExportError, GnupgKey, Stays};
pub use crate::gnupg_listing::SpecialKey;

/// A card with a slow reader takes seconds, a person who must touch it some more.
const DECRYPT_TIME: Duration = Duration::from_secs(60);

/// For everything that touches no secret.
pub(crate) const LOOK_TIME: Duration = Duration::from_secs(15);

/// More keys than anybody lists.
pub(crate) const LISTING_OCTETS: u64 = 16 << 20;

/// GPG_ERR_BAD_PASSPHRASE, GPG_ERR_BAD_PIN, and GPG_ERR_NO_PASSPHRASE (nothing was typed), in the
/// lower half of an error code.
const BAD_PASSPHRASE: [u32; 3] = [11, 87, 177];

/// The program, and whose keys it uses.
#[derive(Debug, Clone)]
pub struct Gnupg {
    program: PathBuf,
    home: Option<PathBuf>,
}

/// Why GnuPG did not open a message.
#[derive(Debug)]
pub(crate) enum AskError {
    /// Not this passphrase or PIN.
    WrongPassphrase,
    /// It holds no key for it either, as far as it says.
    NoKey {
        /// Whether it looked for one at all.
        is_asked: bool,
    },
    /// It does not vouch for what came out.
    Damaged,
    /// It holds far more than was expected, and this is what its body opens with.
    Longer(PlainSessionKey),
    /// It holds more than the limit.
    TooLarge,
    /// It could not be run, or not in time.
    Failed(String),
}

impl Gnupg {
    /// The GnuPG that is installed, with the keys of whoever runs this.
    #[must_use]
    pub fn installed() -> Option<Self> {
        let names = [format!("gpg{}", std::env::consts::EXE_SUFFIX)];
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders)
            .chain(usual_folders())
            // A relative folder would be whatever somebody downloaded beside a recording.
            .filter(|folder| folder.is_absolute())
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
            .find(|program| program.is_file())
            .map(|program| Self { program, home: None })
    }

    /// The secret keys that only GnuPG can use.
    #[must_use]
    pub fn special_keys(&self) -> Vec<SpecialKey> {
        let bounds = Bounds { expected: 1 << 16, limit: LISTING_OCTETS, time: LOOK_TIME };
        let arguments = ["--list-secret-keys", "--with-colons", "--fixed-list-mode"];
        match child::run(self.command().args(arguments), &[], bounds) {
            Ok(Answer { is_success: true, output: Ok(listing), .. }) => {
                gnupg_listing::special_keys(&listing)
            }
            _ => Vec::new(),
        }
    }

    /// Opens one seal with whatever secret key GnuPG holds for it.
    ///
    /// # Errors
    /// Whenever GnuPG does not both succeed and vouch for the integrity. Where `is_unprotected`
    /// says that the message has none and may open all the same, success is enough.
    pub(crate) fn decrypt(
        &self,
        message: &[&[u8]],
        passphrase: &Passphrase,
        is_unprotected: bool,
        room: Room,
    ) -> Result<Zeroizing<Vec<u8>>, AskError> {
        // Exposed: GnuPG is to unlock the key. Its line ends where the message begins.
        let typed = passphrase.expose();
        if typed.contains(&b'\n') {
            return Err(AskError::WrongPassphrase);
        }
        let mut command = self.command();
        command
            .args(["--status-fd", "2", "--pinentry-mode", "loopback", "--passphrase-fd", "0"])
            .args(["--log-file", if cfg!(windows) { "NUL" } else { "/dev/null" }])
            .args(["--trust-model", "always", "--skip-verify", "--show-session-key"])
            .arg(format!("--max-output={}", room.limit.saturating_add(1)));
        if self.home.is_none() {
            // Every key of the person's would be tried, and a card locks after three wrong PINs.
            command.arg("--skip-hidden-recipients");
        }
        if is_unprotected {
            command.arg("--ignore-mdc-error");
        }
        command.arg("--decrypt");
        let Room { expected, limit } = room;
        let bounds = Bounds { expected, limit, time: DECRYPT_TIME };
        let answer = child::run(&mut command, &[&[typed, b"\n"], message].concat(), bounds)?;
        match judged(answer, is_unprotected) {
            // The one key that was lent fits: of hidden recipients GnuPG does not say why it failed.
            Err(AskError::NoKey { is_asked: true }) if self.home.is_some() => {
                Err(AskError::WrongPassphrase)
            }
            decided => decided,
        }
    }

    /// Lends GnuPG a held key, still protected by its passphrase, in a folder of its own.
    ///
    /// # Errors
    /// When the folder cannot be made or GnuPG refuses the key.
    pub(crate) fn with_key(&self, key: &SecretKey) -> Result<Lent, AskError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("callseal-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir().map_err(|error| AskError::Failed(error.to_string()))?;
        let gnupg = Self { program: self.program.clone(), home: Some(folder.path().to_owned()) };
        let lent = Lent { gnupg, _folder: folder };
        let octets = key.to_octets().map_err(|error| AskError::Failed(error.to_string()))?;
        let bounds = Bounds { expected: 0, limit: LISTING_OCTETS, time: LOOK_TIME };
        let answer = child::run(lent.gnupg.command().arg("--import"), &[&octets], bounds)?;
        if answer.is_success {
            Ok(lent)
        } else {
            let reason = escaped(&answer.errors);
            Err(AskError::Failed(format!("GnuPG refused the key: {reason}")))
        }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(home) = &self.home {
            command.arg("--homedir").arg(home);
        }
        // Never --quiet: GnuPG would not even say that the passphrase is wrong.
        command.env("LC_ALL", "C").args(["--no-options", "--batch", "--no-tty"]).args([
            "--no-auto-key-locate",
            "--no-auto-key-retrieve",
            "--disable-dirmngr",
            "--no-auto-check-trustdb",
        ]);
        hide_console(&mut command);
        command
    }
}

/// A GnuPG home that holds one key, and is gone when this is dropped.
pub(crate) struct Lent {
    pub(crate) gnupg: Gnupg,
    _folder: tempfile::TempDir,
}

impl Drop for Lent {
    /// Ends the agent that GnuPG started for this home; it would stay a minute by itself.
    fn drop(&mut self) {
        let name = format!("gpgconf{}", std::env::consts::EXE_SUFFIX);
        let program = self.gnupg.program.with_file_name(name);
        for action in [&["--kill", "all"][..], &["--remove-socketdir"]] {
            let Some(home) = &self.gnupg.home else { return };
            let mut command = Command::new(&program);
            command.arg("--homedir").arg(home).args(action);
            hide_console(&mut command);
            let bounds = Bounds { expected: 0, limit: 1 << 16, time: LOOK_TIME };
            // A computer without gpgconf keeps the agent for that minute.
            let _ = child::run(&mut command, &[], bounds);
        }
    }
}

impl From<ReadError> for AskError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::TooLarge,
            ReadError::Longer(_) => Self::TooLarge,
            ReadError::Source(error) => Self::Failed(format!("GnuPG could not be run: {error}")),
        }
    }
}

/// What the status lines (GnuPG's doc/DETAILS) and the exit code say together.
fn judged(answer: Answer, is_unprotected: bool) -> Result<Zeroizing<Vec<u8>>, AskError> {
    let status = Status::read(&answer.errors);
    let is_proven = status.has("GOODMDC") && !status.has("BADMDC");
    let is_sound = status.has("DECRYPTION_OKAY") && !status.has("DECRYPTION_FAILED");
    if answer.is_success && is_sound && (is_proven || is_unprotected) {
        let unheld = |_| match status.session_key() {
            Some(session_key) => AskError::Longer(session_key),
            None => AskError::Failed("GnuPG does not tell the session key".into()),
        };
        return answer.output.map_err(unheld);
    }
    if status.is_bad_passphrase() {
        Err(AskError::WrongPassphrase)
    } else if status.has("DECRYPTION_KEY") {
        Err(AskError::Damaged)
    } else {
        Err(AskError::NoKey { is_asked: status.has("ENC_TO") })
    }
}

/// The status lines, each a keyword and its arguments.
struct Status<'a>(Vec<Vec<&'a str>>);

impl<'a> Status<'a> {
    fn read(errors: &'a [u8]) -> Self {
        let lines = errors.split(|octet| *octet == b'\n').filter_map(|line| {
            let text = std::str::from_utf8(line.strip_prefix(b"[GNUPG:] ")?).ok()?;
            Some(text.split_ascii_whitespace().collect())
        });
        Self(lines.collect())
    }

    fn has(&self, keyword: &str) -> bool {
        self.0.iter().any(|line| line.first() == Some(&keyword))
    }

    /// What the body opens with, by its algorithm's number and in hexadecimal digits.
    fn session_key(&self) -> Option<PlainSessionKey> {
        let line = self.0.iter().find(|line| line.first() == Some(&"SESSION_KEY"))?;
        let (algorithm, digits) = line.get(1)?.split_once(':')?;
        let digit = |octet: &u8| char::from(*octet).to_digit(16).map(|digit| digit as u8);
        let octet = |pair: &[u8]| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        };
        let key: Option<Zeroizing<Vec<u8>>> =
            digits.as_bytes().chunks(2).map(octet).collect::<Option<_>>().map(Zeroizing::new);
        let algorithm = algorithm.parse::<u8>().ok()?;
        Some(PlainSessionKey::V3_4 { sym_alg: algorithm.into(), key: key?.as_slice().into() })
    }

    fn is_bad_passphrase(&self) -> bool {
        self.0.iter().any(|line| match line.as_slice() {
            ["ERROR", "pkdecrypt_failed", code, ..] => {
                code.parse().is_ok_and(|code: u32| BAD_PASSPHRASE.contains(&(code & 0xFFFF)))
            }
            ["BAD_PASSPHRASE", ..] => true,
            _ => false,
        })
    }
}

/// Where GnuPG stands although the search path does not say so.
fn usual_folders() -> Vec<PathBuf> {
    if cfg!(windows) {
        ["ProgramFiles(x86)", "ProgramFiles"]
            .iter()
            .filter_map(std::env::var_os)
            .map(|folder| PathBuf::from(folder).join("GnuPG").join("bin"))
            .collect()
    } else if cfg!(target_os = "macos") {
        // What is started from the Finder has a search path of its own.
        ["/opt/homebrew/bin", "/usr/local/bin", "/usr/local/MacGPG2/bin"].map(PathBuf::from).into()
    } else {
        Vec::new()
    }
}

/// Without this Windows opens a black window for each program.
fn hide_console(command: &mut Command) {
    #[cfg(windows)]
    {
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NO_WINDOW);
    }
    #[cfg(not(windows))]
    let _ = command;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(is_success: bool, status: &str, is_unprotected: bool) -> Option<AskError> {
        let errors = status.as_bytes().to_vec().into();
        let output = Ok(Zeroizing::new(b"plain".to_vec()));
        judged(Answer { is_success, output, errors }, is_unprotected).err()
    }

    const OKAY: &str = "[GNUPG:] DECRYPTION_KEY A B\n[GNUPG:] DECRYPTION_OKAY\n";

    #[test]
    fn nothing_is_believed_without_a_proof_of_integrity() {
        let good = OKAY.to_string() + "[GNUPG:] GOODMDC\n";
        assert!(judge(true, &good, false).is_none());
        assert!(matches!(judge(false, &good, false), Some(AskError::Damaged)));
        assert!(matches!(judge(true, OKAY, false), Some(AskError::Damaged)));
        let spoofed = OKAY.to_string() + "gpg: [GNUPG:] GOODMDC\n";
        assert!(matches!(judge(true, &spoofed, false), Some(AskError::Damaged)));
        let bad = good + "[GNUPG:] BADMDC\n";
        assert!(matches!(judge(true, &bad, false), Some(AskError::Damaged)));
        assert!(judge(true, OKAY, true).is_none());
        assert!(matches!(judge(true, "", true), Some(AskError::NoKey { .. })));
    }

    #[test]
    fn a_wrong_passphrase_is_told_from_everything_else() {
        let status = "[GNUPG:] ERROR pkdecrypt_failed 67108875\n[GNUPG:] DECRYPTION_FAILED\n";
        assert!(matches!(judge(false, status, false), Some(AskError::WrongPassphrase)));
        let status = "[GNUPG:] ERROR pkdecrypt_failed 67108881\n[GNUPG:] DECRYPTION_FAILED\n";
        assert!(matches!(judge(false, status, false), Some(AskError::NoKey { .. })));
    }
}
