//! What stands in the bar on top and in the settings, and how keys are called?

use std::fmt::Display;

use super::text::{Text, texts};

texts! {
    CLOSE_RECORDING: "Close recording", "Cerrar grabación";
    OPEN_ANOTHER: "Open another…", "Abrir otra…";
    SETTINGS: "Settings", "Ajustes";
    LOCK_NOW: "Lock now", "Bloquear ahora";
    LOCK_NOW_LEFT: "Lock now ({left})", "Bloquear ahora ({left})";
    LOCKS_BY_ITSELF: "{key}. The key locks by itself when the time is over.", "{key}. La llave se bloquea sola cuando termina el tiempo.";
    FOR_EVERY_RECORDING: "For every recording", "Para cada grabación";
    ONCE_IN: "Once in {time}", "Una vez cada {time}";
    MANAGED_PASSPHRASE: "It is asked for every recording: your administrator has decided so", "Se pide para cada grabación: así lo decidió su administrador";
    ASK_FOR_IT: "Ask for it", "Pedirla";
    LOCK_WHEN_UNUSED: "Lock when unused for", "Bloquear si no se usa durante";
    KEEP_PASSPHRASE: "Keep the passphrase in the keychain of this computer", "Guardar la frase de contraseña en el llavero de este equipo";
    MANAGED_KEYCHAIN: "The keychain keeps no passphrase: your administrator has decided so", "El llavero no guarda frases de contraseña: así lo decidió su administrador";
    DOWNLOADS: "Downloads", "Descargas";
    OFFER_DOWNLOADS: "Offer new recordings in my Downloads folder", "Ofrecer las grabaciones nuevas de mi carpeta de descargas";
    REMOVE_HEARD: "Remove a sealed file from there once it was heard to its end", "Eliminar de allí un archivo cifrado tras escucharlo hasta el final";
    WHERE_FROM: "Where recordings come from", "De dónde vienen las grabaciones";
    NO_SITE_YET: "No site yet. It is asked when a web page hands over a link.", "Ningún sitio todavía. Se pregunta cuando una página web entrega un enlace.";
    FORGET: "Forget", "Olvidar";
    ASK_AGAIN_ABOUT: "Ask again about {site}", "Volver a preguntar por {site}";
    SIGN_IN_KEPT: "{site}, sign-in kept", "{site}, inicio de sesión guardado";
    LANGUAGE: "Language", "Idioma";
    LANGUAGE_OF_SYSTEM: "As the system says", "El del sistema";
    /// Whoever cannot read the window's language finds their own.
    ENGLISH: "English", "English";
    /// The same.
    SPANISH: "Español", "Español";
    ENTER_KEY: "Enter", "Intro";
    SHIFT_KEY: "Shift", "Mayús";
    SPACE_KEY: "Space", "Espacio";
    LEFT_KEY: "Left", "←";
    RIGHT_KEY: "Right", "→";
    UP_KEY: "Up", "↑";
    DOWN_KEY: "Down", "↓";
    HOME_KEY: "Home", "Inicio";
    END_KEY: "End", "Fin";
    BACKSPACE_KEY: "Backspace", "Retroceso";
    DELETE_KEY: "Delete", "Supr";
    INSERT_KEY: "Insert", "Insertar";
    PAGE_UP_KEY: "PageUp", "Re Pág";
    PAGE_DOWN_KEY: "PageDown", "Av Pág";
    TAB_KEY: "Tab", "Tab";
}

/// Keys whose names are words.
const KEYS_IN_WORDS: [Text; 15] = [
    ENTER_KEY,
    SHIFT_KEY,
    SPACE_KEY,
    LEFT_KEY,
    RIGHT_KEY,
    UP_KEY,
    DOWN_KEY,
    HOME_KEY,
    END_KEY,
    BACKSPACE_KEY,
    DELETE_KEY,
    INSERT_KEY,
    PAGE_UP_KEY,
    PAGE_DOWN_KEY,
    TAB_KEY,
];

/// Keys as they stand on the keyboard of whoever reads: `Shift+Left` is `Mayús+←`.
pub fn keys_in_words(keys: impl Display) -> String {
    let words: Vec<String> = keys.to_string().split('+').map(key_in_words).collect();
    words.join("+")
}

fn key_in_words(key: &str) -> String {
    let text = KEYS_IN_WORDS.into_iter().find(|text| text.english == key);
    text.map_or_else(|| key.to_owned(), String::from)
}
