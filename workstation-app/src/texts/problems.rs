//! Why is a recording not heard, and what is to be done? A title and an advice are one sentence
//! each, without a full stop.

use super::text::texts;

texts! {
    /// Links that a userscript has turned lead the browser itself nowhere without Shift.
    FETCH_IN_BROWSER: "Download it in your browser, where you are signed in (hold Shift and click the link), and open that file", "Descárguela en su navegador, donde ya inició sesión (pulse el enlace con la tecla Mayús), y abra ese archivo";
    NO_SOUND: "There is no sound in this recording", "Esta grabación no tiene sonido";
    NO_SOUND_ADVICE: "Ask your administrator; it opened well, but what was sealed is no audio", "Consulte a su administrador; se abrió bien, pero lo que se cifró no es audio";
    FILE_MISSING: "There is no such file", "Ese archivo no existe";
    FILE_MISSING_ADVICE: "Check where it was saved, or download it again", "Compruebe dónde se guardó o descárguelo otra vez";
    FILE_FORBIDDEN: "You are not allowed to read this file", "Usted no tiene permiso para leer este archivo";
    FILE_FORBIDDEN_ADVICE: "Ask its owner for access, or save a copy that is yours", "Pida acceso a su dueño o guarde una copia que sea suya";
    NOT_A_FILE: "This is not a file", "Esto no es un archivo";
    NOT_A_FILE_ADVICE: "Choose a recording, not a folder or a device", "Elija una grabación, no una carpeta ni un dispositivo";
    FILE_UNREADABLE: "The file could not be read", "No se pudo leer el archivo";
    FILE_UNREADABLE_ADVICE: "Check the disk or network drive that it is on, then try again", "Compruebe el disco o la unidad de red donde está y vuelva a intentarlo";
    POLICY_BROKEN: "The policy of this computer is broken, so no recording opens", "La directiva de este equipo tiene un error y no se abre ninguna grabación";
    POLICY_BROKEN_ADVICE: "Tell your administrator, who finds the place in the details", "Avise a su administrador, que verá en los detalles dónde está";
    KEYS_UNREADABLE: "The keys on this workstation cannot be read", "No se pueden leer las llaves de este puesto";
    KEYS_UNREADABLE_ADVICE: "Tell your administrator, who finds the folder in the details", "Avise a su administrador, que verá la carpeta en los detalles";
    LINK_BAD: "This link cannot be opened", "Este enlace no se puede abrir";
    LINK_BAD_ADVICE: "Copy it again from the page of recordings, or download the file and open that", "Cópielo otra vez de la página de grabaciones, o descargue el archivo y ábralo";
    LINK_UNREACHABLE: "The server cannot be reached", "No hay conexión con el servidor";
    LINK_UNREACHABLE_ADVICE: "Check the network or VPN, then try again", "Compruebe la red o la VPN y vuelva a intentarlo";
    LINK_SILENT: "The server does not answer", "El servidor no responde";
    LINK_SILENT_ADVICE: "Try again in a minute, and tell your administrator if it stays like this", "Vuelva a intentarlo en un minuto y avise a su administrador si sigue así";
    LINK_CERTIFICATE: "The server could not prove that it is the right one", "El servidor no pudo demostrar que es el correcto";
    LINK_CERTIFICATE_ADVICE: "Do not go on; tell your administrator, whose certificate may have expired", "No continúe; avise a su administrador, porque el certificado puede haber caducado";
    LINK_SIGN_IN: "The site wants a sign-in that was not given or was refused", "El sitio pide iniciar sesión, y los datos faltaron o fueron rechazados";
    LINK_SIGN_IN_ADVICE: "Try again with the name and password that you use there", "Vuelva a intentarlo con el usuario y la contraseña que utiliza allí";
    LINK_SIGN_IN_ELSEWHERE: "The link leads on to another site, which wants a sign-in", "El enlace lleva a otro sitio, que pide iniciar sesión";
    LINK_SIGN_IN_ELSEWHERE_ADVICE: "Give that site's own link if the name and password are for it", "Use el enlace de ese otro sitio si el usuario y la contraseña son para él";
    LINK_SIGN_IN_KIND: "The site wants a kind of sign-in that this program does not know", "El sitio pide un tipo de inicio de sesión que este programa no conoce";
    LINK_FORBIDDEN: "You are not allowed to have this recording", "Usted no tiene permiso para esta grabación";
    LINK_FORBIDDEN_ADVICE: "Ask your administrator for access to it", "Pida acceso a su administrador";
    LINK_NOT_FOUND: "There is no such recording on the server", "Esa grabación no está en el servidor";
    LINK_NOT_FOUND_ADVICE: "Open it from the page of recordings again; it may have been moved or deleted", "Ábrala otra vez desde la página de grabaciones; puede que se haya movido o eliminado";
    LINK_SERVER: "The server did not send the recording", "El servidor no envió la grabación";
    LINK_SERVER_ADVICE: "Try again later, and send the details to your administrator if it stays like this", "Vuelva a intentarlo más tarde y envíe los detalles a su administrador si sigue así";
    LINK_PROXY: "The way to the server is closed by a proxy that wants a sign-in", "Un proxy que pide iniciar sesión cierra el paso al servidor";
    LINK_PROXY_ADVICE: "Ask your administrator to let this program through, or download the file and open that", "Pida a su administrador que deje pasar este programa, o descargue el archivo y ábralo";
    LINK_BROKEN: "The connection broke before the recording was complete", "La conexión se cortó antes de que la grabación estuviera completa";
    LINK_BROKEN_ADVICE: "Check the network or VPN, then fetch it again", "Compruebe la red o la VPN y pídala otra vez";
    LINK_SLOW: "The recording comes too slowly", "La grabación llega demasiado despacio";
    LINK_PAGE: "The server sent a web page, not a recording", "El servidor envió una página web, no una grabación";
    LINK_PLAIN_AUDIO: "The server sent a recording that is not sealed", "El servidor envió una grabación sin cifrar";
    LINK_PLAIN_AUDIO_ADVICE: "Hear it in your browser (hold Shift and click the link), and tell your administrator", "Escúchela en su navegador (pulse el enlace con la tecla Mayús) y avise a su administrador";
    LINK_EMPTY: "The server sent an empty file", "El servidor envió un archivo vacío";
    LINK_EMPTY_ADVICE: "Tell your administrator which recording it is: its file may be gone", "Diga a su administrador qué grabación es: puede que su archivo ya no exista";
    INTERNAL: "A fault in this program stopped it", "Un fallo de este programa lo detuvo";
    INTERNAL_ADVICE: "Send the details to your administrator", "Envíe los detalles a su administrador";
    DAMAGED: "This recording is damaged", "Esta grabación está dañada";
    DAMAGED_ADVICE: "Download it again, and tell your administrator if it is still damaged", "Descárguela otra vez y avise a su administrador si sigue dañada";
    INCOMPLETE: "The download is incomplete", "La descarga está incompleta";
    INCOMPLETE_ADVICE: "Download the recording again, and wait until it has finished", "Descargue otra vez la grabación y espere a que termine";
    NO_INTEGRITY: "This recording is not protected against changes", "Esta grabación no está protegida contra cambios";
    NO_INTEGRITY_ADVICE: "Ask your administrator to have it sealed again, or to allow old recordings like it", "Pida a su administrador que la haga cifrar de nuevo o que permita grabaciones antiguas como esta";
    FILE_EMPTY: "The file is empty", "El archivo está vacío";
    FILE_EMPTY_ADVICE: "Download the recording again, and tell your administrator if it is still empty", "Descargue otra vez la grabación y avise a su administrador si sigue vacía";
    WEB_PAGE: "This is a web page, not a recording", "Esto es una página web, no una grabación";
    WEB_PAGE_ADVICE: "Sign in on the site it came from, then download the recording again", "Inicie sesión en el sitio de donde viene y descargue otra vez la grabación";
    PLAIN_AUDIO: "This recording is not sealed", "Esta grabación no está cifrada";
    PLAIN_AUDIO_ADVICE: "Any player opens it; tell your administrator that it was not sealed", "Cualquier reproductor la abre; diga a su administrador que no estaba cifrada";
    UNKNOWN_FILE: "This is not a sealed recording", "Esto no es una grabación cifrada";
    UNKNOWN_FILE_ADVICE: "Check that you chose the right file, or download it again", "Compruebe que eligió el archivo correcto o descárguelo otra vez";
    UNSUPPORTED_KEY: "It is sealed for a kind of key that cannot be used here", "Está cifrada para un tipo de llave que aquí no se puede usar";
    UNSUPPORTED_KEY_ADVICE: "Ask your administrator to seal it for an RSA or Curve25519 key, or to set up GnuPG here", "Pida a su administrador que la cifre para una llave RSA o Curve25519, o que instale GnuPG aquí";
    NO_KEY: "No key here opens this recording", "Ninguna llave de aquí abre esta grabación";
    NO_KEY_ADVICE: "Bring the key that it is sealed for, or ask your administrator to seal it for yours", "Importe la llave para la que está cifrada, o pida a su administrador que la cifre para la suya";
    WRONG_PASSPHRASE: "That is not the passphrase", "Esa no es la frase de contraseña";
    WRONG_PASSPHRASE_ADVICE: "Type it again, and check the keyboard layout and Caps Lock", "Escríbala otra vez y compruebe la distribución del teclado y Bloq Mayús";
    UNSUPPORTED_AUDIO: "This kind of audio cannot be played", "Este tipo de audio no se puede reproducir";
    UNSUPPORTED_AUDIO_ADVICE: "Ask your administrator for it as MP3 or WAV; the recording itself opened well", "Pídala a su administrador como MP3 o WAV; la grabación en sí se abrió bien";
    TOO_LARGE: "This recording is too large to be opened", "Esta grabación es demasiado grande para abrirla";
    TOO_LARGE_ADVICE: "Ask your administrator for it in smaller parts", "Pídala a su administrador en partes más pequeñas";
    /// What is wrong with a recording that is heard all the same: nothing protected it.
    WITHOUT_INTEGRITY: "Sealed without protection against changes: it may have been altered", "Cifrada sin protección contra cambios: puede haber sido alterada";
    /// The same: not all of it is there.
    PART_IS_MISSING: "Part of the audio is damaged or missing", "Una parte del audio está dañada o falta";
    /// The same with how much is there.
    PART_IS_MISSING_LENGTH: "Part of the audio is damaged or missing; {length} of it can be heard", "Una parte del audio está dañada o falta; se pueden oír {length}";
    NO_SOUND_DEVICE: "No sound device was found; it plays as soon as one is connected", "No se encontró ningún dispositivo de sonido; sonará en cuanto conecte uno";
    SOUND_DEVICE_LOST: "The sound device is gone; it plays on as soon as one is connected", "El dispositivo de sonido ya no está; seguirá sonando en cuanto conecte uno";
    /// The desktop has none.
    NO_FILE_DIALOG: "This desktop offers no file dialog. Drop the file on this window, or give its name on the command line.", "Este escritorio no ofrece un diálogo de archivos. Suelte el archivo en esta ventana o dé su nombre en la línea de comandos.";
    NOT_THE_PASSPHRASE_OF_RECORDING: "That is not the passphrase of this recording", "Esa no es la frase de contraseña de esta grabación";
    NOT_THE_PASSPHRASE_OF: "That is not the passphrase of {keys}", "Esa no es la frase de contraseña de {keys}";
    NOT_THE_PASSPHRASE_OF_EITHER: "That is not the passphrase of {keys}, nor this recording's own", "Esa no es la frase de contraseña de {keys} ni la de esta grabación";
    /// Within a sentence.
    THE_KEY_OF: "the key of {owner}", "la llave de {owner}";
    /// Within a sentence.
    THE_KEYS_OF: "the keys of {owners}", "las llaves de {owners}";
}
