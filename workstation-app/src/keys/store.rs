//! Where are keys kept? One file a key, still protected by its passphrase, in a private folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use shared::certs::{KeyError, SecretKey};

use crate::platform;
use crate::texts;

/// No key file comes near this; what is larger is something else.
const KEY_FILE_OCTETS: u64 = 4 << 20;

/// How often one key is kept, each time with another passphrase.
const MOST_COPIES: usize = 5;

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
    /// A file with this key's name holds something else.
    #[error("{}", texts::key_in_the_way(path))]
    InTheWay {
        /// Which.
        path: PathBuf,
    },
    /// The same key came with a new passphrase again and again.
    #[error(
        "The key of {owner} is here already, several times with different passphrases. Ask your \
         administrator to remove those that are no longer used."
    )]
    TooManyCopies {
        /// Whose.
        owner: String,
    },
    /// The key cannot be written out.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Everything found in the store.
#[derive(Default)]
pub struct Held {
    /// Keys that can be used.
    pub keys: Vec<SecretKey>,
    /// Files that cannot be read as keys; they stay where they are.
    pub damaged: Vec<PathBuf>,
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

    /// Reads all keys, by file name. One damaged file does not hide the others.
    pub fn load(&self) -> Result<Held, StoreError> {
        let mut held = Held::default();
        for path in self.key_files()? {
            match read_key_file(&path) {
                Some(keys) => held.keys.extend(keys),
                None => held.damaged.push(path),
            }
        }
        Ok(held)
    }

    /// Keeps `key` beside what is held of it already: nothing that opens recordings today is lost,
    /// whatever the file that was brought holds. A damaged file is never overwritten.
    pub fn save(&self, key: &SecretKey) -> Result<(), StoreError> {
        let fingerprint = key.fingerprint();
        for number in 1..=MOST_COPIES {
            let path = self.folder.join(copy_name(&fingerprint, number));
            if !path.exists() {
                return self.write(&path, key);
            }
            let Some(held) = held_copy(&path, &fingerprint) else {
                return Err(StoreError::InTheWay { path });
            };
            if let Some(merged) = held.merged_with(key) {
                return self.write(&path, &merged);
            }
        }
        Err(StoreError::TooManyCopies { owner: key.owner() })
    }

    fn write(&self, path: &Path, key: &SecretKey) -> Result<(), StoreError> {
        self.publish(path, &key.to_octets()?)
            .map_err(|source| StoreError::Write { folder: self.folder.clone(), source })
    }

    fn publish(&self, path: &Path, octets: &[u8]) -> std::io::Result<()> {
        platform::create_private_folder(&self.folder)?;
        // tempfile creates with mode 0600, which the rename keeps.
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.folder)?;
        file.write_all(octets)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        platform::sync_folder(&self.folder)
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

fn held_copy(path: &Path, fingerprint: &str) -> Option<SecretKey> {
    read_key_file(path)?.into_iter().find(|key| key.fingerprint() == fingerprint)
}

/// A second copy is one with another passphrase: the first may be the one that still opens.
fn copy_name(fingerprint: &str, number: usize) -> String {
    match number {
        1 => format!("{fingerprint}.pgp"),
        _ => format!("{fingerprint}-{number}.pgp"),
    }
}
