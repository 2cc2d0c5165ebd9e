//! What is said on the screens around a recording?

use super::text::texts;

texts! {
    LISTEN_TO_A_RECORDING: "Listen to a sealed recording", "Escuche una grabación cifrada";
    DROP_OR_CHOOSE: "Drop it on this window, or choose it", "Suéltela en esta ventana o elíjala";
    OPEN_A_RECORDING: "Open a recording…", "Abrir una grabación…";
    PASTE_THE_LINK: "or paste the link to one here", "o pegue aquí el enlace a una";
    LINK_TO_A_RECORDING: "Link to a recording", "Enlace a una grabación";
    NO_KEY_YET: "This workstation holds no key yet, and recordings are sealed for one", "Este puesto aún no tiene ninguna llave, y las grabaciones se cifran para una";
    BRING_OR_MAKE_KEY: "Bring or make your key…", "Importar o crear su llave…";
    KEYS_ELLIPSIS: "Keys…", "Llaves…";
    KEY_OF: "Key of {owner}", "Llave de {owner}";
    KEY_OF_AND_ONE_MORE: "Key of {owner}, and 1 more", "Llave de {owner} y 1 más";
    KEY_OF_AND_MORE: "Key of {owner}, and {count} more", "Llave de {owner} y {count} más";
    DROP_TO_OPEN: "Drop it to open it", "Suéltela para abrirla";
    CANCEL: "Cancel", "Cancelar";
    READING_THE_FILE: "Reading the file", "Leyendo el archivo";
    UNLOCKING_THE_RECORDING: "Unlocking the recording", "Desbloqueando la grabación";
    PREPARING_THE_SOUND: "Preparing the sound", "Preparando el sonido";
    FETCHING_FROM: "Fetching from {host}", "Obteniendo de {host}";
    FETCHING_MUCH: "Fetching from {host}: {done} MB", "Obteniendo de {host}: {done} MB";
    FETCHING_OF: "Fetching from {host}: {done} of {total} MB", "Obteniendo de {host}: {done} de {total} MB";
    FETCHING_MUCH_SPEED: "Fetching from {host}: {done} MB, {speed} MB/s", "Obteniendo de {host}: {done} MB a {speed} MB/s";
    FETCHING_OF_SPEED: "Fetching from {host}: {done} of {total} MB, {speed} MB/s", "Obteniendo de {host}: {done} de {total} MB, {speed} MB/s";
    YES_OPEN_THEM: "Yes, open them", "Sí, abrirlas";
    NO_DO_NOT: "No", "No";
    PASSPHRASE: "Passphrase", "Frase de contraseña";
    OPEN: "Open", "Abrir";
    CAMPAIGN: "Campaign {name}", "Campaña {name}";
    AGENT: "Agent {name}", "Agente {name}";
    OWN_PASSPHRASE: "Sealed with a passphrase of its own", "Cifrada con una frase de contraseña propia";
    SEALED_FOR: "Sealed for {keys}", "Cifrada para {keys}";
    NOT_NOW: "Not now", "Ahora no";
    DISMISS: "Dismiss", "Descartar";
    BRING_YOUR_KEY: "Bring your key…", "Importar su llave…";
    OPEN_ANOTHER_RECORDING: "Open another recording…", "Abrir otra grabación…";
    TRY_AGAIN: "Try again", "Volver a intentarlo";
    THIS_WORKSTATION_HOLDS: "This workstation holds", "Este puesto tiene";
    ONE_MORE_IN_DETAILS: "and 1 more, which the details name", "y 1 más, que está en los detalles";
    MORE_IN_DETAILS: "and {count} more, which the details name", "y {count} más, que están en los detalles";
    SIGNED_BY: "Signed by {owners}", "Firmada por {owners}";
    OPENED_WITH_KEY: "Opened with the key of {owner}, in memory only", "Abierta con la llave de {owner}, solo en memoria";
    OPENED_WITH_PASSPHRASE: "Opened with its own passphrase, in memory only", "Abierta con su propia frase de contraseña, solo en memoria";
    /// `what` is the field, in small letters.
    SHOW_WHILE_HELD: "Show the {what} while held", "Mostrar mientras se mantiene pulsado: {what}";
    HOLD_TO_SHOW: "Hold to show", "Mantener pulsado para mostrar";
    SIGN_IN_NAME: "Name", "Usuario";
    PASSWORD: "Password", "Contraseña";
    KEEP_SIGN_IN: "Keep this sign-in in the keychain of this computer", "Guardar este inicio de sesión en el llavero de este equipo";
    SIGN_IN: "Sign in", "Iniciar sesión";
    SIGN_IN_REFUSED: "That name and password were refused; type them again", "Ese usuario y esa contraseña fueron rechazados; escríbalos otra vez";
    /// A sign-in name that the web has no way to send.
    NAME_WITH_COLON: "A sign-in name cannot hold a colon (:). Give the name alone.", "Un nombre de usuario no puede llevar dos puntos (:). Escriba solo el nombre.";
    LOCKED: "Locked", "Bloqueado";
    LOCKED_IDLE: "Locked, because nobody used this window", "Bloqueado, porque nadie usaba esta ventana";
    LOCKED_SCREEN: "Locked together with the screen", "Bloqueado junto con la pantalla";
    LOCKED_SLEEP: "Locked, because the computer went to sleep", "Bloqueado, porque el equipo se suspendió";
    LOCKED_OTHER_USER: "Locked, because another user was at work", "Bloqueado, porque trabajaba otro usuario";
    ONE_MINUTE: "1 minute", "1 minuto";
    MINUTES: "{minutes} minutes", "{minutes} minutos";
    ONE_HOUR: "1 hour", "1 hora";
    HOURS: "{hours} hours", "{hours} horas";
    HOURS_AND_MINUTES: "{hours} h {minutes} min", "{hours} h {minutes} min";
    SHORT_SECONDS: "{seconds} s", "{seconds} s";
    SHORT_MINUTES: "{minutes} min", "{minutes} min";
    SHORT_HOURS: "{hours} h", "{hours} h";
    DIALOG_KEYS: "Keys", "Llaves";
    DIALOG_OPEN: "Open a recording", "Abrir una grabación";
    DIALOG_RECORDINGS: "Sealed recordings", "Grabaciones cifradas";
    DIALOG_BRING_KEY: "Bring your key", "Importar su llave";
    DIALOG_BACKUP: "Choose the backup", "Elegir la copia de seguridad";
    DIALOG_ALL_FILES: "All files", "Todos los archivos";
    DIALOG_SAVE_BACKUP: "Save the backup of your key", "Guardar la copia de seguridad de su llave";
    DIALOG_SAVE_CERTIFICATE: "Save the certificate", "Guardar el certificado";
}
