//! What is said of keys, in the window and on the command line?

use std::fmt::Display;
use std::path::Path;

use super::text::texts;
use super::{shown, words};
use crate::failure::FailureKind;

texts! {
    /// There is no key at all.
    NO_KEY_HELD: "This workstation holds no key yet", "Este puesto aún no tiene ninguna llave";
    /// A key of gpg 1.4, as a remark.
    SIGNED_IN_AN_OLD_WAY: "it is signed in an old way that is no longer believed, extend it", "está firmada de una forma antigua que ya no se acepta, prolónguela";
    OPENED_BY_GNUPG: "{kind} is opened by the GnuPG of this computer", "{kind} se abre con el GnuPG de este equipo";
    ONLY_BY_GNUPG: "{kind} is opened by GnuPG only, which is not installed here", "{kind} solo se abre con GnuPG, que no está instalado aquí";
    /// A file in the store that is no key.
    KEY_FILE_DAMAGED: "A key file on this workstation is damaged and was left as it is. Move it elsewhere, then bring the key again: {name}", "Un archivo de llave de este puesto está dañado y se dejó como está. Muévalo a otro lugar e importe la llave otra vez: {name}";
    /// A key file that would be overwritten by the import of its key.
    KEY_IN_THE_WAY: "A damaged key file stands in the way and was left untouched. Move it elsewhere, then bring the key again: {path}", "Un archivo de llave dañado estorba y no se tocó. Muévalo a otro lugar e importe la llave otra vez: {path}";
    /// The store stood open.
    KEYS_STOOD_OPEN: "Others on this computer could read your key files; they are closed again. Change the passphrases if you do not trust everybody who works here: {folder}", "Otros en este equipo podían leer sus archivos de llaves; ya están cerrados de nuevo. Cambie las frases de contraseña si no confía en todos los que trabajan aquí: {folder}";
    /// Copies of a key that another passphrase opens.
    OTHER_PASSPHRASES_STAY: "Another copy or part of this key has another passphrase, which stays. Change that one too, with the passphrase that it has.", "Otra copia o parte de esta llave tiene otra frase de contraseña, que sigue igual. Cámbiela también, con la frase que tiene.";
    PASSPHRASE_CHANGED: "The passphrase was changed. Old backups keep the old one: make a new backup.", "Se cambió la frase de contraseña. Las copias de seguridad anteriores conservan la antigua: haga una nueva.";
    /// A key that its thief could use.
    KEY_WITHOUT_PASSPHRASE: "The key of {owner} has no passphrase, so anybody who copies the file could use it. Set one first (in Kleopatra: Change Passphrase; with gpg: gpg --change-passphrase), export the key again and bring that file.", "La llave de {owner} no tiene frase de contraseña, así que quien copie el archivo podría usarla. Póngale una primero (en Kleopatra: Cambiar frase de contraseña; con gpg: gpg --change-passphrase), exporte la llave otra vez e importe ese archivo.";
    /// The store cannot be written.
    KEYS_NOT_KEPT: "The key could not be kept ({cause}). Check that this folder can be written and has space: {folder}", "No se pudo guardar la llave ({cause}). Compruebe que se puede escribir en esta carpeta y que hay espacio: {folder}";
    /// The store cannot be read.
    KEYS_NOT_READ: "{title} ({cause}). Check that this folder can be opened: {folder}", "{title} ({cause}). Compruebe que se puede abrir esta carpeta: {folder}";
    NOT_BROUGHT_EITHER: "{reason} Not brought either: {count} more of this file.", "{reason} Tampoco se importaron otras de este archivo: {count}.";
    TOO_MANY_KEYS: "This file holds more than {most} keys, and no more were taken. Export those that you need on their own and bring that file.", "Este archivo tiene más de {most} llaves y no se tomaron más. Exporte aparte las que necesita e importe ese archivo.";
    /// A certificate cannot be written.
    CERTIFICATE_NOT_SAVED: "The certificate was not saved ({cause}). Choose a folder that can be written and has space: {path}", "No se guardó el certificado ({cause}). Elija una carpeta en la que se pueda escribir y que tenga espacio: {path}";
    KEYS_EXPOSED: "Others on this computer can read your keys, and the folder cannot be closed to them ({cause}). Let your administrator make it yours alone: {folder}", "Otros en este equipo pueden leer sus llaves, y no se les puede cerrar la carpeta ({cause}). Pida a su administrador que sea solo suya: {folder}";
    KEY_FILE_IS_LINK: "The key file is a link to another place, and was left untouched. Put the file itself there, then try again: {path}", "El archivo de la llave es un enlace a otro lugar y no se tocó. Ponga allí el archivo mismo y vuelva a intentarlo: {path}";
    TOO_MANY_COPIES: "The key of {owner} is here already in several copies, each protected in its own way. Make a backup, then remove the key here and bring what you need again.", "La llave de {owner} ya está aquí en varias copias, cada una protegida a su manera. Haga una copia de seguridad, elimine la llave de aquí e importe otra vez lo que necesite.";
    NOW_HOLDS: "This workstation now holds the key of {owners}", "Este puesto tiene ahora la llave de {owners}";
    NOW_HOLDS_BUT: "This workstation now holds the key of {owners}. {refused}", "Este puesto tiene ahora la llave de {owners}. {refused}";
    /// What the key's owner is told when it is too late.
    EXPIRED: "The key of {owner} expired on {day}: its recordings still open, new ones are not sealed for it. Extend it and give the new certificate to your administrator.", "La llave de {owner} caducó el {day}: sus grabaciones se siguen abriendo, pero las nuevas no se cifran para ella. Prolónguela y entregue el nuevo certificado a su administrador.";
    EXPIRES_WITHIN_A_DAY: "The key of {owner} expires within a day, on {day}. Extend it and give the new certificate to your administrator before that day.", "La llave de {owner} caduca en menos de un día, el {day}. Prolónguela y entregue antes el nuevo certificado a su administrador.";
    EXPIRES_TOMORROW: "The key of {owner} expires tomorrow, on {day}. Extend it and give the new certificate to your administrator before that day.", "La llave de {owner} caduca mañana, el {day}. Prolónguela y entregue antes el nuevo certificado a su administrador.";
    EXPIRES_IN_DAYS: "The key of {owner} expires in {days} days, on {day}. Extend it and give the new certificate to your administrator before that day.", "La llave de {owner} caduca en {days} días, el {day}. Prolónguela y entregue antes el nuevo certificado a su administrador.";
    VERY_EASY_TO_GUESS: "Very easy to guess", "Muy fácil de adivinar";
    EASY_TO_GUESS: "Easy to guess", "Fácil de adivinar";
    GUESSED_BY_A_THIEF: "Can be guessed by a thief of the key", "Quien robe la llave puede adivinarla";
    STRONG: "Strong", "Fuerte";
    VERY_STRONG: "Very strong", "Muy fuerte";
    USE_SIX_WORDS: "Use six words that have nothing to do with each other", "Use seis palabras que no tengan nada que ver entre sí";
    PHRASE_EMPTY: "The passphrase is empty. Choose one, or take the words that are offered.", "La frase de contraseña está vacía. Elija una o tome las palabras que se ofrecen.";
    PHRASE_WEAK: "The passphrase is too easy to guess. Make it longer, or use six words that have nothing to do with each other.", "La frase de contraseña es demasiado fácil de adivinar. Hágala más larga o use seis palabras que no tengan nada que ver entre sí.";
    PHRASE_UNUSABLE: "The passphrase is too long or has a line break. Take one of at most 255 letters.", "La frase de contraseña es demasiado larga o tiene un salto de línea. Use una de 255 letras como máximo.";
}

/// What to do with a new key.
pub fn back_it_up(fingerprint: &str) -> String {
    format!(
        "Back the key up now, since nobody can open its recordings without it: workstation-app \
         keys backup {fingerprint} --to FILE. Give its certificate to your administrator: \
         workstation-app keys export {fingerprint}"
    )
}

/// `keys` without a passphrase where one is needed.
pub const KEY_PASSPHRASE_NEEDED: &str = "A passphrase is needed for that. Give it on a \
     descriptor, for example: --passphrase-fd 0 < passphrase-file";

/// `keys passphrase` with one only.
pub const TWO_PASSPHRASES_NEEDED: &str = "Two passphrases are needed for that. Give the present \
     one in the first line and the new one in the second.";

/// What cannot be undone was not confirmed.
pub fn not_confirmed(fingerprint: &str) -> String {
    format!(
        "This cannot be undone, and the fingerprint after --yes is not that of the key. To \
         confirm it: --yes {fingerprint}"
    )
}

/// A name that none or several of GnuPG's keys have.
pub fn not_one_of_gnupg(name: &str, count: usize) -> String {
    format!(
        "GnuPG holds {count} secret keys of '{name}', and one is needed. Name it by its \
         fingerprint: workstation-app keys list --gnupg"
    )
}

/// A file in the store that is no key.
pub fn key_file_damaged(name: &str) -> String {
    KEY_FILE_DAMAGED.with(&[("name", &name)])
}

/// A key file that would be overwritten by the import of its key.
pub fn key_in_the_way(path: &Path) -> String {
    KEY_IN_THE_WAY.with(&[("path", &shown(path))])
}

/// The store stood open.
pub fn keys_stood_open(folder: &Path) -> String {
    KEYS_STOOD_OPEN.with(&[("folder", &shown(folder))])
}

/// A key that its thief could use.
pub fn key_without_passphrase(owner: &str) -> String {
    KEY_WITHOUT_PASSPHRASE.with(&[("owner", &owner)])
}

/// The store cannot be written.
pub fn keys_not_kept(folder: &Path, cause: impl Display) -> String {
    KEYS_NOT_KEPT.with(&[("cause", &cause), ("folder", &shown(folder))])
}

/// A passphrase was changed; `others` copies or parts of the key keep theirs.
pub fn passphrase_changed(others: usize) -> String {
    match others {
        0 => PASSPHRASE_CHANGED.into(),
        _ => format!("{PASSPHRASE_CHANGED} {OTHER_PASSPHRASES_STAY}"),
    }
}

/// Why keys in a file were not kept; empty where nothing was refused.
pub fn not_brought(reasons: &[String]) -> String {
    match reasons {
        [] => String::new(),
        [reason] => reason.clone(),
        [reason, others @ ..] => {
            NOT_BROUGHT_EITHER.with(&[("reason", reason), ("count", &others.len())])
        }
    }
}

/// A certificate cannot be written.
pub fn certificate_not_saved(path: &Path, cause: impl Display) -> String {
    CERTIFICATE_NOT_SAVED.with(&[("cause", &cause), ("path", &shown(path))])
}

/// The store cannot be read.
pub fn keys_not_read(folder: &Path, cause: impl Display) -> String {
    let title = words(FailureKind::KeysUnreadable).title;
    KEYS_NOT_READ.with(&[("title", &title), ("cause", &cause), ("folder", &shown(folder))])
}
