//! Why is a key not brought, made, changed or backed up? What `shared` says of it in English stands
//! here again, to be said in each language.

use shared::care::CareError;
use shared::certs::KeyError;
use shared::date;
use shared::gnupg::{ExportError, Stays};

use super::shown;
use super::text::texts;

texts! {
    KEY_UNREADABLE: "The file cannot be read ({cause}). Check the path and its permissions: {path}", "No se puede leer el archivo ({cause}). Compruebe la ruta y sus permisos: {path}";
    KEY_TOO_LARGE: "The file is too large to be a key. Choose the file that holds the exported key.", "El archivo es demasiado grande para ser una llave. Elija el archivo que contiene la llave exportada.";
    NO_KEY_IN_FILE: "There is no key in this file. Choose the file that holds the exported secret key.", "En este archivo no hay ninguna llave. Elija el archivo que contiene la llave secreta exportada.";
    RECORDING_NOT_KEY: "This is a sealed recording, not a key. Open it instead of importing it.", "Esto es una grabación cifrada, no una llave. Ábrala en lugar de importarla.";
    CERTIFICATE_ONLY: "This file holds only the public half of the key of {owner}. Export the secret key where it was made and bring that file.", "Este archivo contiene solo la mitad pública de la llave de {owner}. Exporte la llave secreta donde se creó e importe ese archivo.";
    KEY_STUB: "The key of {owner} is only a reference to a smart card or to another file. Export the secret key from where it is kept and bring that file.", "La llave de {owner} es solo una referencia a una tarjeta inteligente o a otro archivo. Exporte la llave secreta de donde está guardada e importe ese archivo.";
    NO_DECRYPTION: "The key of {owner} cannot open recordings: it has no part for decryption. Bring a key that has an encryption subkey.", "La llave de {owner} no puede abrir grabaciones: no tiene parte para descifrar. Importe una llave que tenga una subllave de cifrado.";
    ONLY_GNUPG: "The key of {owner} is of a kind that only GnuPG can use ({kind}). Bring an RSA or Curve25519 key, or leave this one in GnuPG: it is asked where it is installed.", "La llave de {owner} es de un tipo que solo GnuPG puede usar ({kind}). Importe una llave RSA o Curve25519, o deje esta en GnuPG: se le pregunta donde está instalado.";
    KEY_MALFORMED: "The key in this file is damaged ({detail}). Export it again and bring that file.", "La llave de este archivo está dañada ({detail}). Expórtela otra vez e importe ese archivo.";
    CARE_WRONG_PASSPHRASE: "That is not the passphrase of the key of {owner}. Type it again; capital letters and blanks count.", "Esa no es la frase de contraseña de la llave de {owner}. Escríbala otra vez; las mayúsculas y los espacios cuentan.";
    NO_PRIMARY: "The main part of the key of {owner} is not here: it was left on a smart card or at another computer. Do this there, then export the key and bring that file.", "La parte principal de la llave de {owner} no está aquí: se dejó en una tarjeta inteligente o en otro equipo. Hágalo allí, exporte la llave e importe ese archivo.";
    CARE_UNSUPPORTED: "The key of {owner} is of a kind that only GnuPG can change. Change it in Kleopatra or with gpg, then export the key and bring that file.", "La llave de {owner} es de un tipo que solo GnuPG puede cambiar. Cámbiela en Kleopatra o con gpg, exporte la llave e importe ese archivo.";
    CLOCK_IS_WRONG: "The key of {owner} was last changed in the future, as this computer's clock has it. Set the clock, then try again.", "Según el reloj de este equipo, la llave de {owner} se cambió en el futuro. Ajuste el reloj y vuelva a intentarlo.";
    NOT_SOUND: "The key of {owner} is too old or not sound ({detail}). Make a new key and keep this one for the recordings that are sealed for it.", "La llave de {owner} es demasiado antigua o no está sana ({detail}). Cree una llave nueva y conserve esta para las grabaciones cifradas para ella.";
    ALREADY_WITHDRAWN: "The key of {owner} was withdrawn, so that more time is of no use. Make a new key and keep this one for the recordings that are sealed for it.", "La llave de {owner} fue revocada, y darle más tiempo no sirve. Cree una llave nueva y conserve esta para las grabaciones cifradas para ella.";
    ENDLESS: "The key of {owner} never expires, so that it needs no more time. Leave it as it is, or withdraw it if it should end.", "La llave de {owner} no caduca nunca, y no necesita más tiempo. Déjela como está o revóquela si debe terminar.";
    NO_LONGER: "The key of {owner} is valid until {day} already, which is no less. Choose more years.", "La llave de {owner} ya vale hasta el {day}, que no es menos. Elija más años.";
    CARE_FAILED: "The key could not be made or changed ({detail}). Tell your administrator.", "No se pudo crear o cambiar la llave ({detail}). Avise a su administrador.";
    EXPORT_WRONG_PASSPHRASE: "That is not the passphrase that the key has in GnuPG. Type it again; capital letters and blanks count.", "Esa no es la frase de contraseña que la llave tiene en GnuPG. Escríbala otra vez; las mayúsculas y los espacios cuentan.";
    OWN_WINDOW_ONLY: "GnuPG is set to take passphrases in its own window only. Export the key with Kleopatra or with gpg --export-secret-keys, and bring that file.", "GnuPG está configurado para aceptar frases de contraseña solo en su propia ventana. Exporte la llave con Kleopatra o con gpg --export-secret-keys e importe ese archivo.";
    NOT_HELD_BY_GNUPG: "GnuPG holds no secret key with this fingerprint. Choose one of those it lists.", "GnuPG no tiene ninguna llave secreta con esta huella. Elija una de las que muestra.";
    NOT_HANDED_OVER: "GnuPG did not hand over the key ({detail}). Export it with Kleopatra or with gpg --export-secret-keys, and bring that file.", "GnuPG no entregó la llave ({detail}). Expórtela con Kleopatra o con gpg --export-secret-keys e importe ese archivo.";
    NO_GNUPG: "There is no GnuPG on this computer. Bring your key from a file instead.", "En este equipo no hay GnuPG. Importe su llave de un archivo.";
    GNUPG_NOT_LISTED: "GnuPG did not list its keys ({detail}). Export the key with Kleopatra, and bring that file.", "GnuPG no mostró sus llaves ({detail}). Exporte la llave con Kleopatra e importe ese archivo.";
    UNPROTECTED_IN_GNUPG: "The key of {owner} has no passphrase in GnuPG. Type one that protects it here from now on.", "La llave de {owner} no tiene frase de contraseña en GnuPG. Escriba una que la proteja aquí desde ahora.";
    WEAK_FOR_GNUPG: "The key of {owner} has no passphrase in GnuPG, and this one is too easy to guess. Type six words that have nothing to do with each other; they protect it here from now on.", "La llave de {owner} no tiene frase de contraseña en GnuPG, y esta es demasiado fácil de adivinar. Escriba seis palabras que no tengan nada que ver entre sí; la protegerán aquí desde ahora.";
    STAYS_ON_CARD: "It is on a smart card and cannot leave it. Recordings open with it while the card is in its reader: GnuPG is asked.", "Está en una tarjeta inteligente y no puede salir de ella. Las grabaciones se abren con ella mientras la tarjeta está en su lector: se pregunta a GnuPG.";
    STAYS_FOR_ITS_KIND: "It is of a kind that only GnuPG can use ({kind}). Recordings open with it as long as GnuPG is installed.", "Es de un tipo que solo GnuPG puede usar ({kind}). Las grabaciones se abren con ella mientras GnuPG esté instalado.";
    STAYS_ELSEWHERE: "What opens recordings is not at this computer. Export the key where it was made and bring that file.", "Lo que abre grabaciones no está en este equipo. Exporte la llave donde se creó e importe ese archivo.";
    STAYS_USELESS: "It cannot open recordings: it has no part for decryption. Choose another key.", "No puede abrir grabaciones: no tiene parte para descifrar. Elija otra llave.";
    NO_SUCH_KEY_HELD: "This workstation holds no such key. Choose one of those it lists.", "Este puesto no tiene esa llave. Elija una de las que muestra.";
    NOT_SO_MANY_YEARS: "A key is valid for 1 to {most} years. Choose a number between them.", "Una llave vale de 1 a {most} años. Elija un número entre ellos.";
    NO_REVOCATION: "There is no revocation beside the key of {owner}: it was made elsewhere. Type its passphrase to revoke it.", "Junto a la llave de {owner} no hay revocación: se creó en otro lugar. Escriba su frase de contraseña para revocarla.";
    NOT_A_NAME: "This name cannot stand on a key. Use letters, blanks and usual punctuation, without < > ( ) and at most {most} of them.", "Este nombre no puede ir en una llave. Use letras, espacios y puntuación corriente, sin < > ( ) y {most} como máximo.";
    NOT_AN_ADDRESS: "This is no mail address. Write it as in name@example.com.", "Esto no es una dirección de correo. Escríbala como en nombre@example.com.";
    BACKUP_OPENS: "This backup opens your recordings. It holds the key of {key}, and its passphrase is right.", "Esta copia de seguridad abre sus grabaciones. Contiene la llave de {key}, y su frase de contraseña es correcta.";
    /// How a key is told from others of the same owner.
    NAMED_KEY: "{owner}, {fingerprint}", "{owner}, {fingerprint}";
    NAMED_KEY_MADE: "{owner}, made {day}, {fingerprint}", "{owner}, creada el {day}, {fingerprint}";
    BACKUP_OF_OTHER_KEY: "This backup is of another key, that of {key}. Choose the backup of the key that is meant; a key that this workstation does not hold is brought first.", "Esta copia de seguridad es de otra llave, la de {key}. Elija la copia de la llave deseada; una llave que este puesto no tiene se importa primero.";
    BACKUP_OLDER: "This backup is older than the key: it lacks a part that recordings are sealed for. Make a new backup.", "Esta copia de seguridad es más antigua que la llave: le falta una parte para la que se cifran grabaciones. Haga una copia nueva.";
    BACKUP_PARTLY: "This passphrase opens only a part of the backup, and not what is sealed for {keys}. Test it again with the passphrase of that part.", "Esta frase de contraseña abre solo una parte de la copia, y no lo que está cifrado para {keys}. Pruébela otra vez con la frase de esa parte.";
    BACKUP_WRONG_PASSPHRASE: "That is not the passphrase of this backup. Type the one that the key had when the backup was made.", "Esa no es la frase de contraseña de esta copia. Escriba la que tenía la llave cuando se hizo la copia.";
    BACKUP_OTHER_PASSPHRASE: "This backup has another passphrase than the key has now, or it is damaged. Try the passphrase of that time, or make a new backup.", "Esta copia tiene una frase de contraseña distinta de la actual, o está dañada. Pruebe la frase de entonces o haga una copia nueva.";
    BACKUP_DAMAGED: "This backup is damaged: it does not open a recording. Make a new backup.", "Esta copia de seguridad está dañada: no abre ninguna grabación. Haga una copia nueva.";
    BACKUP_UNTESTED: "The passphrase of this backup is right, but of this kind of key only GnuPG can show that it opens recordings. Keep GnuPG installed where you need it.", "La frase de contraseña de esta copia es correcta, pero con este tipo de llave solo GnuPG puede mostrar que abre grabaciones. Mantenga GnuPG instalado donde la necesite.";
    BACKUP_NOT_WRITTEN: "The backup could not be written ({cause}). Name a new file in a folder that can be written: {path}", "No se pudo escribir la copia de seguridad ({cause}). Indique un archivo nuevo en una carpeta en la que se pueda escribir: {path}";
}

/// What is wrong with a file of keys.
pub fn key_error(error: &KeyError) -> String {
    match error {
        KeyError::Unreadable { path, source } => {
            KEY_UNREADABLE.with(&[("cause", source), ("path", &shown(path))])
        }
        KeyError::TooLarge => KEY_TOO_LARGE.into(),
        KeyError::NoKey => NO_KEY_IN_FILE.into(),
        KeyError::Recording => RECORDING_NOT_KEY.into(),
        KeyError::CertificateOnly { owner } => CERTIFICATE_ONLY.with(&[("owner", owner)]),
        KeyError::Stub { owner } => KEY_STUB.with(&[("owner", owner)]),
        KeyError::NoDecryption { owner } => NO_DECRYPTION.with(&[("owner", owner)]),
        KeyError::OnlyGnupg { owner, kind } => ONLY_GNUPG.with(&[("owner", owner), ("kind", kind)]),
        KeyError::Malformed { detail } => KEY_MALFORMED.with(&[("detail", detail)]),
        other => other.to_string(),
    }
}

/// Why a key was not made or changed.
pub fn care_error(error: &CareError) -> String {
    let of = |text: super::Text, owner: &String| text.with(&[("owner", owner)]);
    match error {
        CareError::WrongPassphrase { owner } => of(CARE_WRONG_PASSPHRASE, owner),
        CareError::NoPrimary { owner } => of(NO_PRIMARY, owner),
        CareError::Unsupported { owner } => of(CARE_UNSUPPORTED, owner),
        CareError::Clock { owner } => of(CLOCK_IS_WRONG, owner),
        CareError::NotSound { owner, detail } => {
            NOT_SOUND.with(&[("owner", owner), ("detail", detail)])
        }
        CareError::Revoked { owner } => of(ALREADY_WITHDRAWN, owner),
        CareError::Endless { owner } => of(ENDLESS, owner),
        CareError::NoLonger { owner, until } => {
            NO_LONGER.with(&[("owner", owner), ("day", &date::iso(*until))])
        }
        CareError::Failed { detail } => CARE_FAILED.with(&[("detail", detail)]),
        CareError::Key(error) => key_error(error),
        other => other.to_string(),
    }
}

/// Why GnuPG did not give a key.
pub fn export_error(error: &ExportError) -> String {
    match error {
        ExportError::WrongPassphrase => EXPORT_WRONG_PASSPHRASE.into(),
        ExportError::OwnWindowOnly => OWN_WINDOW_ONLY.into(),
        ExportError::NotHeld => NOT_HELD_BY_GNUPG.into(),
        ExportError::Failed { detail } => NOT_HANDED_OVER.with(&[("detail", detail)]),
        other => other.to_string(),
    }
}

/// Why a key stays with GnuPG.
pub fn why_it_stays(stays: &Stays) -> String {
    match stays {
        Stays::Card => STAYS_ON_CARD.into(),
        Stays::Kind(kind) => STAYS_FOR_ITS_KIND.with(&[("kind", kind)]),
        Stays::Elsewhere => STAYS_ELSEWHERE.into(),
        Stays::CannotOpen => STAYS_USELESS.into(),
    }
}
