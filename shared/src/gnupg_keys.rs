//! Which secret keys does the GnuPG of this computer hold, and how do they come from there?

use crate::certs::shown_name;
use crate::child::{self, Answer, Bounds};
use crate::gnupg::{Gnupg, LISTING_OCTETS, LOOK_TIME};
use crate::gnupg_listing;
use crate::limits;
use crate::recording::escaped;
use crate::secret::{Passphrase, ReadError};
use std::time::{Duration, SystemTime};
use zeroize::Zeroizing;

/// The agent takes a tenth of a second for each part of a key.
const EXPORT_TIME: Duration = Duration::from_secs(60);

/// A key with its subkeys and names takes some kilobytes.
const EXPORT_EXPECTED: usize = 64 << 10;

/// A secret key that GnuPG holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GnupgKey {
    /// Upper-case hexadecimal.
    pub fingerprint: String,
    /// As the key names them, safe to show.
    pub owner: String,
    /// When it was made.
    pub created: Option<SystemTime>,
    /// When it expires, if it does.
    pub expires: Option<SystemTime>,
    /// Why it stays with GnuPG; `None` if it can be taken over.
    pub stays: Option<Stays>,
}

/// Why a key cannot leave GnuPG, or would be of no use elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stays {
    /// It is on a smart card.
    Card,
    /// No other program knows this kind: `ElGamal`, `version 5`, the name of a curve.
    Kind(String),
    /// What opens recordings is not here.
    Elsewhere,
    /// It has no part that opens recordings.
    CannotOpen,
}

/// Why GnuPG did not give a key. Each text is two sentences.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Not this passphrase.
    #[error(
        "That is not the passphrase that the key has in GnuPG. Type it again; capital letters \
         and blanks count."
    )]
    WrongPassphrase,
    /// The agent takes passphrases from its own window only.
    #[error(
        "GnuPG is set to take passphrases in its own window only. Export the key with Kleopatra \
         or with gpg --export-secret-keys, and bring that file."
    )]
    OwnWindowOnly,
    /// It holds no such key.
    #[error("GnuPG holds no secret key with this fingerprint. Choose one of those it lists.")]
    NotHeld,
    /// Anything else.
    #[error(
        "GnuPG did not hand over the key ({detail}). Export it with Kleopatra or with gpg \
         --export-secret-keys, and bring that file."
    )]
    Failed {
        /// What it said.
        detail: String,
    },
}

impl Gnupg {
    /// Every secret key that it holds.
    ///
    /// # Errors
    /// With its own words when it cannot be asked.
    pub fn keys(&self) -> Result<Vec<GnupgKey>, String> {
        let bounds = Bounds { expected: 1 << 16, limit: LISTING_OCTETS, time: LOOK_TIME };
        let arguments = ["--list-secret-keys", "--with-colons", "--fixed-list-mode"];
        let answer = child::run(self.command().args(arguments), &[], bounds);
        match answer.map_err(|error| unread(&error))? {
            Answer { is_success: true, output: Ok(listing), .. } => Ok(read(&listing)),
            Answer { is_success: true, output: Err(octets), .. } => {
                Err(format!("{octets} octets of list"))
            }
            Answer { errors, .. } => Err(said(&errors)),
        }
    }

    /// One key with its secret parts, protected by `passphrase`. One that has no passphrase there may
    /// come without any.
    ///
    /// # Errors
    /// [`ExportError`] tells a wrong passphrase from everything else.
    pub fn export_secret(
        &self,
        fingerprint: &str,
        passphrase: &Passphrase,
    ) -> Result<Zeroizing<Vec<u8>>, ExportError> {
        let is_fingerprint = |octet: u8| octet.is_ascii_hexdigit();
        if fingerprint.len() != 40 || !fingerprint.bytes().all(is_fingerprint) {
            return Err(ExportError::NotHeld);
        }
        // Exposed: GnuPG is to unlock the key. Its line ends where the input does.
        let typed = passphrase.expose();
        if typed.contains(&b'\n') {
            return Err(ExportError::WrongPassphrase);
        }
        let mut command = self.command();
        command
            .args(["--status-fd", "2", "--pinentry-mode", "loopback", "--passphrase-fd", "0"])
            .args(["--export-secret-keys", fingerprint]);
        let limit = limits::KEY_FILE_OCTETS;
        let bounds = Bounds { expected: EXPORT_EXPECTED, limit, time: EXPORT_TIME };
        let answer = child::run(&mut command, &[typed, b"\n"], bounds)
            .map_err(|error| ExportError::Failed { detail: unread(&error) })?;
        match answer.output {
            // Of a key whose parts have different passphrases it would export some.
            Ok(octets) if answer.is_success && !octets.is_empty() => Ok(octets),
            Err(octets) => Err(ExportError::Failed { detail: format!("{octets} octets") }),
            Ok(_) => Err(refusal(&answer.errors)),
        }
    }
}

fn unread(error: &ReadError) -> String {
    match error {
        ReadError::TooLarge | ReadError::Longer(_) => "it gave far too much".to_string(),
        ReadError::Source(error) => error.to_string(),
    }
}

/// Its own last line, without the status lines.
fn said(errors: &[u8]) -> String {
    let lines = errors.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
    let mut own = lines.filter(|line| !line.is_empty() && !line.starts_with(b"[GNUPG:]"));
    shown_name(own.next_back().unwrap_or(b"it said nothing"))
}

/// In the C locale, whose words have been the same since GnuPG 2.1.
fn refusal(errors: &[u8]) -> ExportError {
    let text = String::from_utf8_lossy(errors);
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["Bad passphrase", "No passphrase given", "Operation cancelled"]) {
        ExportError::WrongPassphrase
    } else if has(&["setting pinentry mode", "Not supported", "Forbidden"]) {
        ExportError::OwnWindowOnly
    } else if has(&["nothing exported", "not found"]) && !has(&["error receiving"]) {
        ExportError::NotHeld
    } else {
        ExportError::Failed { detail: said(errors) }
    }
}

/// Reads the answer to `--list-secret-keys --with-colons` (GnuPG's doc/DETAILS).
fn read(listing: &[u8]) -> Vec<GnupgKey> {
    let mut keys: Vec<Listed> = Vec::new();
    for line in listing.split(|octet| *octet == b'\n') {
        let fields: Vec<&[u8]> = line.split(|octet| *octet == b':').collect();
        let field = |number: usize| fields.get(number - 1).copied().unwrap_or_default();
        if field(1) == b"sec" {
            keys.push(Listed {
                created: time(field(6)),
                expires: time(field(7)),
                ..Listed::default()
            });
        }
        let Some(key) = keys.last_mut() else { continue };
        match field(1) {
            b"sec" | b"ssb" => key.part(field(4), field(12), field(15), field(17)),
            b"fpr" => key.fingerprint(field(10)),
            b"uid" if key.owner.is_none() => {
                key.owner = Some(shown_name(field(10)).replace("\\x3a", ":"));
            }
            _ => {}
        }
    }
    keys.into_iter().map(Listed::done).collect()
}

fn time(field: &[u8]) -> Option<SystemTime> {
    let seconds = std::str::from_utf8(field).ok()?.parse::<u32>().ok()?;
    (seconds > 0).then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.into()))
}

/// A key while its lines are read.
#[derive(Default)]
struct Listed {
    fingerprint: String,
    owner: Option<String>,
    created: Option<SystemTime>,
    expires: Option<SystemTime>,
    is_usable: bool,
    stays: Option<Stays>,
}

impl Listed {
    fn part(&mut self, algorithm: &[u8], uses: &[u8], place: &[u8], curve: &[u8]) {
        // Capital letters are of the whole key.
        if !uses.contains(&b'e') {
            return;
        }
        let kind = gnupg_listing::special_kind(algorithm, place, curve);
        match (kind, place) {
            (Some(_), [_, _, ..]) => self.stays = Some(Stays::Card),
            (Some(kind), _) => self.stays = Some(Stays::Kind(kind)),
            (None, b"#") => {
                self.stays.get_or_insert(Stays::Elsewhere);
            }
            (None, _) => self.is_usable = true,
        }
    }

    fn fingerprint(&mut self, digits: &[u8]) {
        if digits.len() != 40 {
            self.is_usable = false;
            self.stays = Some(Stays::Kind("version 5".to_string()));
        }
        if self.fingerprint.is_empty() {
            self.fingerprint = escaped(digits);
        }
    }

    fn done(self) -> GnupgKey {
        let stays = match (self.is_usable, self.stays) {
            (true, _) => None,
            (false, stays) => Some(stays.unwrap_or(Stays::CannotOpen)),
        };
        let owner = self.owner.unwrap_or_else(|| self.fingerprint.clone());
        let Self { fingerprint, created, expires, .. } = self;
        GnupgKey { fingerprint, owner, created, expires, stays }
    }
}
