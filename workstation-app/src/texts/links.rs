//! What is said of links, sign-ins and downloads?

use std::fmt::Display;

use super::text::texts;

texts! {
    /// Why a text that was pasted is no link.
    NO_LINK: "That is no link that can be opened: {cause}. Copy it again from the page of recordings.", "Eso no es un enlace que se pueda abrir: {cause}. Cópielo otra vez de la página de grabaciones.";
    NO_LINK_SCHEME: "it does not begin with http:// or https://", "no empieza por http:// ni por https://";
    LINK_MALFORMED: "the address cannot be understood", "la dirección no se entiende";
    LINK_SCHEME: "only http and https addresses are opened", "solo se abren direcciones http y https";
    LINK_USERINFO: "the address holds a sign-in name or password", "la dirección lleva un usuario o una contraseña";
    LINK_TOO_LONG: "the address is too long", "la dirección es demasiado larga";
    /// The keychain did not take a sign-in.
    SIGN_IN_NOT_KEPT: "This computer's keychain did not take the sign-in ({cause}). You are signed in until this window is closed.", "El llavero de este equipo no guardó el inicio de sesión ({cause}). Su sesión sigue abierta hasta que cierre esta ventana.";
    /// Nothing needs to be typed.
    KEPT_IN_KEYCHAIN: "This computer's keychain keeps the passphrase: press Open, or type another", "El llavero de este equipo guarda la frase de contraseña: pulse Abrir o escriba otra";
    /// The keychain did not take a passphrase.
    PASSPHRASE_NOT_KEPT: "This computer's keychain did not take the passphrase ({cause}). It will be asked for the next recording.", "El llavero de este equipo no guardó la frase de contraseña ({cause}). Se le pedirá para la próxima grabación.";
    /// A heard download is gone.
    SEALED_FILE_REMOVED: "The sealed file was removed from your downloads.", "El archivo cifrado se eliminó de sus descargas.";
    /// A heard download could not be removed.
    SEALED_FILE_STAYS: "The sealed file could not be removed from your downloads ({cause}). Remove it there.", "El archivo cifrado no se pudo eliminar de sus descargas ({cause}). Elimínelo allí.";
    /// The folder of downloads cannot be watched.
    NOT_WATCHED: "Your downloads cannot be watched ({cause}). Open new recordings by hand.", "No se pueden vigilar sus descargas ({cause}). Abra a mano las grabaciones nuevas.";
    NO_SUCH_FOLDER: "there is no such folder", "esa carpeta no existe";
    JUST_DOWNLOADED: "Just downloaded: {heading}", "Recién descargada: {heading}";
    MANY_DOWNLOADED: "{count} recordings were downloaded", "Se descargaron {count} grabaciones";
    /// A sign-in over a connection that others can read.
    OPEN_SIGN_IN: "This connection is not protected: others on the network could read the password.", "Esta conexión no está protegida: otros en la red podrían leer la contraseña.";
    /// Where a name and a password are wanted.
    SIGN_IN_TO: "Sign in to {host}", "Iniciar sesión en {host}";
    /// The first link of a host that a web page handed over.
    HOST_QUESTION: "Open recordings from {host}?", "¿Abrir grabaciones de {host}?";
    /// What speaks for and against.
    HOST_ADVICE: "A web page asked for it. Say yes only if that is where your recordings are.", "Lo pidió una página web. Diga que sí solo si sus grabaciones están allí.";
    /// The same where it is asked for by http.
    OPEN_HOST: "The way there is not protected (http): others on the network see what is asked for.", "El camino no está protegido (http): otros en la red ven lo que se pide.";
}

/// Why a text that was pasted is no link.
pub fn no_link(cause: impl Display) -> String {
    NO_LINK.with(&[("cause", &cause)])
}

/// The keychain did not take a sign-in.
pub fn not_kept(cause: impl Display) -> String {
    SIGN_IN_NOT_KEPT.with(&[("cause", &cause)])
}

/// The keychain did not take a passphrase.
pub fn passphrase_not_kept(cause: impl Display) -> String {
    PASSPHRASE_NOT_KEPT.with(&[("cause", &cause)])
}

/// A heard download could not be removed.
pub fn sealed_file_stays(cause: impl Display) -> String {
    SEALED_FILE_STAYS.with(&[("cause", &cause)])
}

/// The folder of downloads cannot be watched.
pub fn not_watched(cause: impl Display) -> String {
    NOT_WATCHED.with(&[("cause", &cause)])
}

/// Recordings that were downloaded meanwhile.
pub fn offered(headings: &[String]) -> String {
    match headings {
        [heading] => JUST_DOWNLOADED.with(&[("heading", heading)]),
        headings => MANY_DOWNLOADED.with(&[("count", &headings.len())]),
    }
}

/// Where a name and a password are wanted.
pub fn sign_in(host: &str) -> String {
    SIGN_IN_TO.with(&[("host", &host)])
}

/// The first link of a host that a web page handed over.
pub fn host_question(host: &str) -> String {
    HOST_QUESTION.with(&[("host", &host)])
}
