//! What stands before the facts in the folded details? The facts themselves, and technical causes,
//! are in English: who is asked for help looks for these words.

use super::text::texts;

texts! {
    DETAIL_PROBLEM: "Problem: {word}", "Problema: {word}";
    DETAIL_CAUSE: "Cause: {cause}", "Causa: {cause}";
    DETAIL_OWN_PASSPHRASE: "Sealed with a passphrase", "Cifrada con una frase de contraseña";
    DETAIL_HELD_FINGERPRINT: "Held: {fingerprint} of {owner}", "En este puesto: {fingerprint} de {owner}";
    DETAIL_FILE: "File: {name}", "Archivo: {name}";
    DETAIL_UNNAMED: "Sealed for a key that is not named", "Cifrada para una llave que no se nombra";
    DETAIL_SEALED_FOR: "Sealed for key {key}", "Cifrada para la llave {key}";
    DETAIL_HELD_NONE: "Held: none", "En este puesto: ninguna";
    DETAIL_HELD_KEY: "Held: key {ids} of {owner}", "En este puesto: llave {ids} de {owner}";
    DETAIL_PROGRAM: "Program: {product} {version}, {system}", "Programa: {product} {version}, {system}";
    DETAIL_READ: "Read {octets} bytes", "Leídos {octets} bytes";
    DETAIL_READ_CUT_OFF: "Read {octets} bytes, then the file ends", "Leídos {octets} bytes, y ahí termina el archivo";
    DETAIL_BEGINS_WITH: "Begins with {octets}", "Empieza por {octets}";
    DETAIL_FETCHED_FROM: "Fetched from {host}", "Obtenida de {host}";
    DETAILS: "Details", "Detalles";
    DETAILS_COPIED: "Details copied", "Detalles copiados";
    COPY_DETAILS: "Copy details", "Copiar detalles";
}
