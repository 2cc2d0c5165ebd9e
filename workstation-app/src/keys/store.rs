//! Where are keys kept? One file a key, still protected by its passphrase, in a private folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use shared::certs::{KeyError, SecretKey};
use shared::secret::Passphrase;
use zeroize::Zeroizing;

use super::folder::{self, Lock, Remains};
use crate::platform;
use crate::texts;

/// No key file comes near this; what is larger is something else.
const KEY_FILE_OCTETS: u64 = 4 << 20;

/// How often one key is kept, each time with another passphrase.
const MOST_COPIES: usize = 5;

/// How the names of files begin that are not finished.
const TEMPORARY: &str = ".new-";

/// Why a key could not be kept or read. Each text is two sentences.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder or a file in it cannot be written.
    #[error("{}", texts::keys_not_kept(folder, source))]
    Write {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder cannot be listed.
    #[error("{}", texts::keys_not_read(folder, source))]
    Read {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others can read the folder, and it cannot be closed.
    #[error("{}", texts::KEYS_EXPOSED.with(&[("cause", source), ("folder", &texts::shown(folder))]))]
    Exposed {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file with this key's name holds something else.
    #[error("{}", texts::key_in_the_way(path))]
    InTheWay {
        /// Which.
        path: PathBuf,
    },
    /// A file with this key's name is elsewhere.
    #[error("{}", texts::KEY_FILE_IS_LINK.with(&[("path", &texts::shown(path))]))]
    Link {
        /// Which.
        path: PathBuf,
    },
    /// The same key came protected in a new way again and again.
    #[error("{}", texts::TOO_MANY_COPIES.with(&[("owner", owner)]))]
    TooManyCopies {
        /// Whose.
        owner: String,
    },
    /// The key cannot be written out.
    #[error("{}", texts::key_error(.0))]
    Key(#[from] KeyError),
}

/// Everything found in the store.
#[derive(Default)]
pub struct Held {
    /// Keys that can be used.
    pub keys: Vec<SecretKey>,
    /// Files that cannot be read as keys; they stay where they are.
    pub damaged: Vec<PathBuf>,
    /// Folder and files that stood open to others and were closed.
    pub closed: Vec<PathBuf>,
}

/// A file of the store.
pub(super) struct KeyFile {
    pub(super) path: PathBuf,
    pub(super) keys: Vec<SecretKey>,
}

/// The folder of keys.
#[derive(Clone, Debug)]
pub struct KeyStore {
    folder: PathBuf,
}

impl KeyStore {
    /// The store in `data_folder`, which need not exist yet.
    pub fn in_folder(data_folder: &Path) -> Self {
        Self { folder: data_folder.join("keys") }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads all keys, by file name. One damaged file does not hide the others.
    ///
    /// # Errors
    /// When the folder cannot be read, or others can read it and it cannot be closed.
    pub fn load(&self) -> Result<Held, StoreError> {
        let paths = self.key_files()?;
        let mut held = Held::default();
        if self.folder.exists() {
            let exposed = |source| StoreError::Exposed { folder: self.folder.clone(), source };
            held.closed = folder::close(&self.folder, &paths).map_err(exposed)?;
        }
        for path in paths {
            match read_key_file(&path) {
                Some(keys) => held.keys.extend(keys),
                None => held.damaged.push(path),
            }
        }
        Ok(held)
    }

    /// Keeps `key` beside what is held of it already: nothing that opens recordings today is lost,
    /// whatever the file that was brought holds. A damaged file is never overwritten and hinders
    /// nothing: the key comes to lie beside it.
    ///
    /// # Errors
    /// When it cannot be written, or something else stands in the way.
    pub fn save(&self, key: &SecretKey) -> Result<(), StoreError> {
        self.keep(key, |held| held.merged_with(key))
    }

    /// The same where the passphrase of `key` is known: a copy that has the same secrets under it
    /// keeps them, and gets what is new besides.
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub fn save_opened(&self, key: &SecretKey, passphrase: &Passphrase) -> Result<(), StoreError> {
        self.keep(key, |held| held.merged_where_opened(key, passphrase))
    }

    fn keep(
        &self,
        key: &SecretKey,
        merge: impl Fn(&SecretKey) -> Option<SecretKey>,
    ) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        let fingerprint = key.fingerprint();
        for number in 1..=MOST_COPIES {
            let path = self.folder.join(copy_name(&fingerprint, number));
            if folder::is_link(&path) {
                return Err(StoreError::Link { path });
            }
            if !path.exists() {
                return self.write(&path, std::slice::from_ref(key));
            }
            // What is damaged, or holds something that would be lost, is passed over.
            let Some(mut keys) = read_key_file(&path).filter(|_| is_whole(&path)) else { continue };
            let is_it = |held: &&mut SecretKey| held.fingerprint() == fingerprint;
            let Some(held) = keys.iter_mut().find(is_it) else { continue };
            if let Some(merged) = merge(held) {
                *held = merged;
                return self.write(&path, &keys);
            }
        }
        Err(StoreError::TooManyCopies { owner: key.owner() })
    }

    /// Keeps others from changing the folder, which is made where it is not there.
    pub(super) fn lock(&self) -> Result<Lock, StoreError> {
        let locked =
            platform::create_private_folder(&self.folder).and_then(|()| folder::lock(&self.folder));
        let lock = locked.map_err(|source| self.not_written(source))?;
        if lock.is_alone() {
            self.sweep();
        }
        Ok(lock)
    }

    /// Removes what a crash left half written. Nobody else writes now.
    fn sweep(&self) {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for entry in entries {
            if entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes()) {
                let remains = Remains::of(&entry.path());
                // Best effort: what cannot go now goes the next time.
                let _ = std::fs::remove_file(entry.path());
                remains.wipe();
            }
        }
    }

    /// The files that hold this key, to be changed.
    ///
    /// # Errors
    /// When one of them is a link, or holds something besides that would be lost.
    pub(super) fn copies(&self, fingerprint: &str) -> Result<Vec<KeyFile>, StoreError> {
        let mut copies = Vec::new();
        for path in self.key_files()? {
            let Some(keys) = read_key_file(&path) else { continue };
            if !keys.iter().any(|key| key.fingerprint() == fingerprint) {
                continue;
            }
            if folder::is_link(&path) {
                return Err(StoreError::Link { path });
            }
            if !is_whole(&path) {
                return Err(StoreError::InTheWay { path });
            }
            copies.push(KeyFile { path, keys });
        }
        Ok(copies)
    }

    /// Puts keys into the place of what `path` holds, all of it or nothing.
    pub(super) fn write(&self, path: &Path, keys: &[SecretKey]) -> Result<(), StoreError> {
        let mut octets = Zeroizing::new(Vec::new());
        for key in keys {
            shared::secret::append_wiped(&mut octets, &key.to_octets()?);
        }
        self.publish(path, &octets).map_err(|source| self.not_written(source))
    }

    /// Removes a file and wipes what it held.
    pub(super) fn remove(&self, path: &Path) -> Result<(), StoreError> {
        let remains = Remains::of(path);
        let removed = std::fs::remove_file(path).and_then(|()| platform::sync_folder(&self.folder));
        remains.wipe();
        removed.map_err(|source| self.not_written(source))
    }

    /// Keeps what withdraws a key one day beside it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save_revocation(&self, fingerprint: &str, revocation: &str) -> Result<(), StoreError> {
        let _lock = self.lock()?;
        self.publish(&self.revocation_path(fingerprint), revocation.as_bytes())
            .map_err(|source| self.not_written(source))
    }

    /// What withdraws a key, where it was made with the key.
    pub fn revocation(&self, fingerprint: &str) -> Option<Zeroizing<Vec<u8>>> {
        crate::open::read_limited(&self.revocation_path(fingerprint), KEY_FILE_OCTETS).ok()
    }

    pub(super) fn revocation_path(&self, fingerprint: &str) -> PathBuf {
        self.folder.join(format!("{fingerprint}.rev"))
    }

    fn not_written(&self, source: std::io::Error) -> StoreError {
        StoreError::Write { folder: self.folder.clone(), source }
    }

    fn publish(&self, path: &Path, octets: &[u8]) -> std::io::Result<()> {
        platform::create_private_folder(&self.folder)?;
        // tempfile creates with mode 0600, which the rename keeps.
        let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&self.folder)?;
        file.write_all(octets)?;
        file.as_file().sync_all()?;
        let remains = Remains::of(path);
        file.persist(path).map_err(|error| error.error)?;
        platform::sync_folder(&self.folder)?;
        remains.wipe();
        Ok(())
    }

    fn key_files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let failed = |source| StoreError::Read { folder: self.folder.clone(), source };
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "pgp") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

fn read_key_file(path: &Path) -> Option<Vec<SecretKey>> {
    let octets = crate::open::read_limited(path, KEY_FILE_OCTETS).ok()?;
    SecretKey::read_all(&octets).ok().filter(|keys| !keys.is_empty())
}

/// Whether everything in a file can be read, and so written again.
fn is_whole(path: &Path) -> bool {
    crate::open::read_limited(path, KEY_FILE_OCTETS)
        .is_ok_and(|octets| SecretKey::read_each(&octets).iter().all(Result::is_ok))
}

/// A second copy is one with another passphrase: the first may be the one that still opens.
fn copy_name(fingerprint: &str, number: usize) -> String {
    match number {
        1 => format!("{fingerprint}.pgp"),
        _ => format!("{fingerprint}-{number}.pgp"),
    }
}
