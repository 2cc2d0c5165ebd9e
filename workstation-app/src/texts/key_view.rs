//! What stands on the pages of the view of keys?

use super::text::texts;

texts! {
    KEYS: "Keys", "Llaves";
    KEYS_ADVICE: "Recordings are sealed for a key, and open with it", "Las grabaciones se cifran para una llave y se abren con ella";
    DONE: "Done", "Listo";
    BACK: "Back", "Volver";
    FACT_MADE: "made {day}", "creada el {day}";
    FACT_WITHDRAWN: "withdrawn", "revocada";
    FACT_VALID_UNTIL: "valid until {day}", "válida hasta el {day}";
    FACT_ENDLESS: "valid without end", "válida sin fin";
    OPENS_RECORDINGS: "Opens recordings: yes", "Abre grabaciones: sí";
    OPENS_NO_RECORDINGS: "Opens recordings: no", "Abre grabaciones: no";
    GET_YOUR_KEY: "Get your key", "Consiga su llave";
    ANOTHER_KEY: "Another key", "Otra llave";
    MAKE_A_KEY: "Make a key…", "Crear una llave…";
    BRING_FROM_FILE: "Bring a key from a file…", "Importar una llave de un archivo…";
    TAKE_OVER_FROM_GNUPG: "Take over from Kleopatra or GnuPG…", "Tomar de Kleopatra o GnuPG…";
    WITHDRAWN: "Withdrawn", "Revocada";
    WITHOUT_END: "Without end", "Sin fin";
    /// Before a value.
    LABEL_FINGERPRINT: "Fingerprint:", "Huella:";
    LABEL_KIND: "Kind:", "Tipo:";
    LABEL_MADE: "Made:", "Creada el:";
    LABEL_VALID_UNTIL: "Valid until:", "Válida hasta:";
    CERTIFICATE_ELLIPSIS: "Certificate…", "Certificado…";
    BACK_UP_ELLIPSIS: "Back up…", "Hacer copia…";
    TEST_BACKUP_ELLIPSIS: "Test a backup…", "Probar una copia…";
    EXTEND_ELLIPSIS: "Extend…", "Prolongar…";
    NEW_PASSPHRASE_ELLIPSIS: "New passphrase…", "Cambiar la frase…";
    WITHDRAW_ELLIPSIS: "Withdraw…", "Revocar…";
    REMOVE_ELLIPSIS: "Remove from this computer…", "Eliminar de este equipo…";
    /// What must be typed before a key is forgotten.
    WORD_REMOVE: "remove", "eliminar";
    /// The same before one is withdrawn without its passphrase.
    WORD_WITHDRAW: "withdraw", "revocar";
    NEW_PASSPHRASE_FOR: "New passphrase for the key of {owner}", "Nueva frase de contraseña para la llave de {owner}";
    PRESENT_PASSPHRASE: "Present passphrase", "Frase de contraseña actual";
    CHANGE_PASSPHRASE: "Change the passphrase", "Cambiar la frase de contraseña";
    EXTEND_KEY_OF: "Extend the key of {owner}", "Prolongar la llave de {owner}";
    EXTEND_ADVICE: "Your administrator needs the new certificate afterwards", "Después, su administrador necesita el nuevo certificado";
    ONE_YEAR: "1 year", "1 año";
    YEARS: "{years} years", "{years} años";
    VALID_FROM_NOW_FOR: "Valid from now for", "Válida a partir de ahora durante";
    EXTEND: "Extend", "Prolongar";
    TEST_A_BACKUP: "Test a backup", "Probar una copia de seguridad";
    PASSPHRASE_OF_BACKUP: "Passphrase of the backup", "Frase de contraseña de la copia";
    TEST_IT: "Test it", "Probarla";
    WITHDRAW_KEY_OF: "Withdraw the key of {owner}?", "¿Revocar la llave de {owner}?";
    WITHDRAW_ADVICE: "For a key that others may have got hold of, or that is replaced. This cannot be undone: nothing new is sealed for it any more. Recordings of before still open.", "Para una llave que otros pueden tener o que se reemplaza. Esto no se puede deshacer: ya nada nuevo se cifra para ella. Las grabaciones anteriores se siguen abriendo.";
    PASSPHRASE_FORGOTTEN: "I do not know it any more", "Ya no la recuerdo";
    WITHDRAW_FOR_GOOD: "Withdraw it for good", "Revocarla definitivamente";
    TYPE_WORD: "Type \"{word}\" to go on", "Escriba \"{word}\" para continuar";
    WORD_NOT_TYPED: "Nothing was done. Type the word {word} if you want to go on.", "No se hizo nada. Escriba la palabra {word} si quiere continuar.";
    REMOVE_KEY_OF: "Remove the key of {owner}?", "¿Eliminar la llave de {owner}?";
    REMOVE_ADVICE: "Recordings that are sealed for it open here no more. Without a backup they open nowhere, ever.", "Las grabaciones cifradas para ella ya no se abrirán aquí. Sin una copia de seguridad no se abrirán nunca en ningún lugar.";
    REMOVE_IT: "Remove it from this computer", "Eliminarla de este equipo";
    KEYS_OF_GNUPG: "Keys of Kleopatra and GnuPG", "Llaves de Kleopatra y GnuPG";
    KEYS_OF_GNUPG_ADVICE: "Choose the one that your recordings are sealed for. It stays where it is, and a copy of it comes here.", "Elija la llave para la que están cifradas sus grabaciones. Se queda donde está, y aquí llega una copia.";
    GNUPG_HOLDS_NONE: "They hold no key with its secret part. Bring a key from a file, or make one.", "No tienen ninguna llave con su parte secreta. Importe una llave de un archivo o cree una.";
    HELD_HERE_ALREADY: "{owner}  ·  held here already", "{owner}  ·  ya está aquí";
    TAKE_OVER_KEY_OF: "Take over the key of {owner}", "Tomar la llave de {owner}";
    TAKE_OVER_ADVICE: "With the passphrase that it has in Kleopatra or GnuPG. It keeps that passphrase here.", "Con la frase de contraseña que tiene en Kleopatra o GnuPG. Aquí conserva esa frase.";
    TAKE_IT_OVER: "Take it over", "Tomarla";
    SAVE_CERTIFICATE: "Save the certificate…", "Guardar el certificado…";
    BACK_UP_NOW: "Back up the key now…", "Hacer ahora la copia de seguridad…";
    FINGERPRINT: "Fingerprint", "Huella";
    COMPARE_FINGERPRINT: "Compare it with your administrator, aloud or by telephone camera", "Compárela con su administrador, en voz alta o con la cámara del teléfono";
    KEY_IS_READY: "Your key is ready", "Su llave está lista";
    KEY_IS_READY_ADVICE: "Give its certificate to your dialer's administrator, and back the key up now: without it no recording that is sealed for it ever opens again", "Entregue su certificado al administrador del marcador y haga ahora una copia de seguridad: sin la llave, ninguna grabación cifrada para ella se abrirá nunca más";
    KEY_IS_EXTENDED: "The key is valid for longer", "La llave vale por más tiempo";
    KEY_IS_EXTENDED_ADVICE: "Give the new certificate to your dialer's administrator, who must replace the old one", "Entregue el nuevo certificado al administrador del marcador, que debe reemplazar el anterior";
    KEY_IS_WITHDRAWN: "The key is withdrawn", "La llave está revocada";
    KEY_IS_WITHDRAWN_ADVICE: "Give the certificate to your dialer's administrator, so that nothing new is sealed for it; recordings of before still open", "Entregue el certificado al administrador del marcador, para que ya nada nuevo se cifre para ella; las grabaciones anteriores se siguen abriendo";
    THE_CERTIFICATE: "The certificate", "El certificado";
    THE_CERTIFICATE_ADVICE: "Your dialer's administrator needs it; it opens nothing, so anybody may have it", "El administrador del marcador lo necesita; no abre nada, así que cualquiera puede tenerlo";
    FINGERPRINT_AS_QR: "The fingerprint as a QR code", "La huella como código QR";
    MAKE_YOUR_KEY: "Make your key", "Cree su llave";
    MAKE_YOUR_KEY_ADVICE: "Recordings that are sealed for it open with it and its passphrase", "Las grabaciones cifradas para ella se abren con ella y su frase de contraseña";
    YOUR_NAME: "Your name", "Su nombre";
    /// An example of a name.
    YOUR_NAME_HINT: "Anna Berger", "Ana Pérez";
    YOUR_ADDRESS: "Your work address", "Su correo del trabajo";
    /// An example of an address.
    YOUR_ADDRESS_HINT: "anna.berger@example.com", "ana.perez@example.com";
    FOR_AN_OLD_DIALER: "For an old dialer whose gpg is 1.4 or 2.0 (RSA 3072)", "Para un marcador antiguo con gpg 1.4 o 2.0 (RSA 3072)";
    VALID_FOR_TWO_YEARS: "It is valid for 2 years and can be extended", "Vale por 2 años y se puede prolongar";
    MAKE_THE_KEY: "Make the key", "Crear la llave";
    NOT_THE_SAME: "The two new passphrases are not the same. Type the second one again.", "Las dos frases de contraseña nuevas no son iguales. Escriba otra vez la segunda.";
    NEW_PASSPHRASE: "New passphrase", "Nueva frase de contraseña";
    NEW_PASSPHRASE_AGAIN: "New passphrase again", "Repita la nueva frase de contraseña";
    WRITE_WORDS_DOWN: "Write these words down now", "Anote ahora estas palabras";
    OFFER_SIX_WORDS: "Offer me six words", "Ofrecerme seis palabras";
    STRENGTH: "Strength: {words}", "Seguridad: {words}";
    STRENGTH_AND_ADVICE: "Strength: {words}. {advice}", "Seguridad: {words}. {advice}";
    WORKING_WITH_KEY: "Working with the key", "Trabajando con la llave";
    KEY_TAKEN_OVER: "The key of {owner} opens recordings here now", "La llave de {owner} ya abre grabaciones aquí";
    CERTIFICATE_SAVED: "The certificate was saved as {path}", "El certificado se guardó como {path}";
    BACKUP_SAVED: "The backup was saved as {path}. Keep a copy where this computer's thief would not find it.", "La copia de seguridad se guardó como {path}. Guarde otra donde no la encuentre quien robe este equipo.";
    KEY_REMOVED: "The key was removed from this computer", "La llave se eliminó de este equipo";
}
