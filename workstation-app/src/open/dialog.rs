//! How does a person pick a file without the window standing still?

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use crate::message::{Event, Wake};
use crate::texts;

/// Nobody closes a dialog this fast: none was shown.
const NO_DIALOG_LIMIT: Duration = Duration::from_millis(150);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A sealed recording.
    Recording,
    /// A file with a secret key.
    Key,
    /// A copy of a key.
    Backup,
    /// Where a certificate is to be saved.
    SaveCertificate,
    /// Where a copy of a key is to be saved.
    SaveBackup,
}

/// Shows the desktop's own dialog on a thread of its own; the answer comes as an [`Event`].
/// Returns false if no thread could be started.
pub fn ask(wanted: Wanted, events: SyncSender<Event>, wake: Wake) -> bool {
    start(wanted, events, wake, move || (show(wanted), None))
}

/// The same for a file that is to be written. A desktop without dialogs gets it in the documents of
/// its user, under a name that is free.
pub fn ask_to_save(wanted: Wanted, name: String, events: SyncSender<Event>, wake: Wake) -> bool {
    start(wanted, events, wake, move || (show_to_save(wanted, &name), free_place(&name)))
}

fn start(
    wanted: Wanted,
    events: SyncSender<Event>,
    wake: Wake,
    show: impl FnOnce() -> (Option<PathBuf>, Option<PathBuf>) + Send + 'static,
) -> bool {
    std::thread::Builder::new()
        .name("dialog".to_owned())
        .spawn(move || {
            let asked = Instant::now();
            let (picked, otherwise) = show();
            let is_missing = picked.is_none() && asked.elapsed() < NO_DIALOG_LIMIT;
            let picked = picked.or(otherwise.filter(|_| is_missing));
            let is_missing = is_missing && picked.is_none();
            // The window may have been closed meanwhile.
            let _ = events.send(Event::DialogClosed { wanted, picked, is_missing });
            wake();
        })
        .is_ok()
}

fn show(wanted: Wanted) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    let keys: (&str, &[&str]) = (&texts::DIALOG_KEYS, &["asc", "pgp", "gpg", "key"]);
    let (title, (kind, endings)) = match wanted {
        Wanted::Recording => {
            let endings: &[&str] = &["pgp", "gpg", "asc"];
            (texts::DIALOG_OPEN, (&*texts::DIALOG_RECORDINGS, endings))
        }
        Wanted::Key => (texts::DIALOG_BRING_KEY, keys),
        Wanted::Backup => (texts::DIALOG_BACKUP, keys),
        Wanted::SaveCertificate | Wanted::SaveBackup => return None,
    };
    let dialog = dialog.set_title(title).add_filter(kind, endings);
    dialog.add_filter(texts::DIALOG_ALL_FILES, &["*"]).pick_file()
}

fn show_to_save(wanted: Wanted, name: &str) -> Option<PathBuf> {
    let title = match wanted {
        Wanted::SaveBackup => texts::DIALOG_SAVE_BACKUP,
        _ => texts::DIALOG_SAVE_CERTIFICATE,
    };
    rfd::FileDialog::new().set_title(title).set_file_name(name).save_file()
}

/// In the user's documents, else at home: `NAME`, else `NAME` with a number before its ending.
fn free_place(name: &str) -> Option<PathBuf> {
    let folder = dirs::document_dir().filter(|folder| folder.is_dir()).or_else(dirs::home_dir)?;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "asc"));
    let numbered = (2..100).map(|number| format!("{stem}-{number}.{ending}"));
    let names = std::iter::once(name.to_owned()).chain(numbered);
    names.map(|name| folder.join(name)).find(|path| !path.exists())
}
