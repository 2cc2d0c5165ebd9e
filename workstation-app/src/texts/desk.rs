//! The words of the listening desk: the picture, the controls, the queue, the marks, the keys.

use super::text::texts;

texts! {
    NAMELESS: "Recording", "Grabación";
    PLAY: "Play", "Reproducir";
    PAUSE: "Pause", "Pausa";
    BACK_5: "5 seconds back", "Atrás 5 segundos";
    ON_5: "5 seconds on", "Adelante 5 segundos";
    BACK_10: "10 seconds back", "Atrás 10 segundos";
    ON_10: "10 seconds on", "Adelante 10 segundos";
    TO_START: "Go to the beginning", "Ir al principio";
    TO_END: "Go to the end", "Ir al final";
    GO_TO_TIME: "Go to a time", "Ir a un momento";
    /// In the field for a time.
    TIME_HINT: "e.g. 3:12", "p. ej. 3:12";
    /// A label with the key behind it.
    WITH_KEY: "{words} ({key})", "{words} [{key}]";

    SPEED: "Speed", "Velocidad";
    SPEED_VALUE: "Speed {speed}×", "Velocidad {speed}×";
    SLOWER: "Slower", "Más lento";
    FASTER: "Faster", "Más rápido";
    NORMAL_SPEED: "Normal speed", "Velocidad normal";
    LOUDER: "Louder", "Subir el volumen";
    SOFTER: "Softer", "Bajar el volumen";
    VOLUME: "Volume", "Volumen";
    SOUND_OFF: "Sound off", "Silenciar";
    SOUND_ON: "Sound on", "Activar el sonido";

    SKIP_SILENCE: "Skip silence", "Saltar silencios";
    SKIP_SILENCE_HINT: "Leaves out the stretches that are shaded", "Omite los tramos sombreados";
    LEVEL: "Level voices", "Nivelar voces";
    LEVEL_HINT: "Makes both sides equally loud", "Iguala el volumen de ambas partes";
    BAND: "Telephone band", "Banda telefónica";
    BAND_HINT: "Takes away hum and hiss outside of speech", "Quita zumbidos y siseos fuera de la voz";
    SWAP: "Swap ears", "Cambiar oídos";
    SWAP_HINT: "Exchanges left and right", "Intercambia izquierda y derecha";
    BOTH: "Both", "Ambos";
    AGENT: "Agent", "Agente";
    CUSTOMER: "Customer", "Cliente";
    MIXED: "Mixed", "Mezclado";
    BOTH_HINT: "Each side on its own ear", "Cada parte en su oído";
    AGENT_HINT: "The agent alone, on both ears", "Solo el agente, en ambos oídos";
    CUSTOMER_HINT: "The customer alone, on both ears", "Solo el cliente, en ambos oídos";
    MIXED_HINT: "Both sides on both ears", "Ambas partes en ambos oídos";
    REPEAT: "Repeat A–B", "Repetir A–B";
    REPEAT_SET_B: "Set B here", "Fijar B aquí";
    REPEAT_CLEAR: "End repeat", "Terminar repetición";
    REPEAT_HINT: "Once for A, once for B, once more to end; or drag with Shift on the picture", "Una vez para A, otra para B y otra para terminar; o arrastre con Mayús sobre la imagen";

    POSITION: "Position", "Posición";
    /// What a screen reader says of the picture.
    POSITION_VALUE: "{at} of {length}", "{at} de {length}";
    /// While the rest is still being read.
    STILL_READING: "Reading the rest…", "Leyendo el resto…";
    SILENCE: "Silence", "Silencio";
    MUTED: "Muted", "Sin sonido";
    TALK_OVER: "Both speak", "Hablan a la vez";
    ZOOM_IN: "Zoom in", "Acercar";
    ZOOM_OUT: "Zoom out", "Alejar";
    ZOOM_ALL: "Show all of it", "Ver todo";
    VISIBLE_PART: "Visible part", "Parte visible";
    SKIPPED: "{time} of silence left out", "Se omiten {time} de silencio";

    QUEUE: "Recordings", "Grabaciones";
    QUEUE_SHOW: "Show the list of recordings", "Mostrar la lista de grabaciones";
    QUEUE_HIDE: "Hide the list of recordings", "Ocultar la lista de grabaciones";
    NEXT: "Next recording", "Grabación siguiente";
    PREVIOUS: "Previous recording", "Grabación anterior";
    NEXT_WAITING: "Next ({count} waiting)", "Siguiente (esperan {count})";
    LEFT_OUT: "{count} recordings were left out: the list holds {most}. Open them later.", "Se omitieron {count} grabaciones: la lista admite {most}. Ábralas más tarde.";
    TAKE_OUT: "Take out of the list", "Quitar de la lista";
    /// What a screen reader says of a row of the list.
    ROW_OPEN: "{call}, open", "{call}, abierta";
    ROW_HEARD: "{call}, heard", "{call}, escuchada";

    MARKS: "Marks", "Marcas";
    MARKS_SHOW: "Show the marks", "Mostrar las marcas";
    MARKS_HIDE: "Hide the marks", "Ocultar las marcas";
    MARK: "Set a mark", "Poner una marca";
    MARK_TEXT: "Remark at {time}", "Nota en {time}";
    MARK_HINT: "What happens here?", "¿Qué ocurre aquí?";
    MARK_GO: "Go to {time}", "Ir a {time}";
    MARK_REMOVE: "Remove the mark at {time}", "Quitar la marca de {time}";
    MARKS_COPY: "Copy all", "Copiar";
    MARKS_COPIED: "Copied", "Copiadas";
    MARKS_KEPT: "Kept until the window closes, never in a file", "Se guardan hasta cerrar la ventana, nunca en un archivo";
    MARKS_NONE: "No mark yet. Press {key} while you listen.", "Aún no hay marcas. Pulse {key} mientras escucha.";
    MARKS_NONE_KEYLESS: "No mark yet", "Aún no hay marcas";

    KEYS_TITLE: "Keyboard", "Teclado";
    KEYS_ADVICE: "Choose a key to change it; foot pedals send keys, too", "Elija una tecla para cambiarla; los pedales también envían teclas";
    KEY_PLAY: "Play or pause", "Reproducir o pausar";
    KEY_HOLD: "Play while held down", "Oír mientras pulse";
    KEY_REPEAT: "Repeat: A, B, end", "Repetir: A, B, terminar";
    KEY_SIDE: "Both, agent, customer, mixed", "Parte que se oye";
    KEY_MUTE: "Sound off or on", "Silenciar o activar";
    KEY_MARK: "Set a mark", "Poner una marca aquí";
    KEY_HELP: "Show the keys", "Mostrar las teclas";
    KEY_PRESS: "Press a key…", "Pulse una tecla…";
    KEY_NONE: "None", "Ninguna";
    KEY_CHANGE: "{words}: {key}. Change", "{words}: {key}. Cambiar";
    KEYS_RESET: "All keys as they come", "Todas las teclas de fábrica";
    KEYS_FIXED: "Always the same", "Siempre iguales";
    KEY_OPEN: "Open a recording", "Abrir una grabación";
    KEY_CLOSE: "Close the recording", "Cerrar la grabación";
    KEY_LOCK: "Lock now", "Bloquear ahora";
    KEY_KEYS: "Keys for opening recordings", "Llaves para abrir grabaciones";
    KEY_SETTINGS: "Settings", "Ajustes";
    KEY_ESCAPE: "Back, or stop what is being done", "Volver, o detener lo que se hace";
    DONE: "Done", "Listo";

    LISTENING: "Listening", "Escucha";
    DEVICE: "Play through", "Reproducir por";
    DEVICE_DEFAULT: "The computer's default", "El predeterminado del equipo";
    DEVICE_MISSING: "{device} (not connected)", "{device} (no conectado)";
    DEVICE_ELSEWHERE: "{device} is not connected, so the default device plays", "{device} no está conectado; suena el dispositivo predeterminado";
    DEVICES_UNKNOWN: "The devices cannot be listed now", "Ahora no se pueden listar los dispositivos";
    TEST_SOUND: "Play a test sound", "Reproducir un sonido de prueba";
    LEVEL_METER: "Sound level", "Nivel de sonido";
    STEP_BACK: "Step back when playing goes on", "Retroceder al reanudar";
    STEP_BACK_NONE: "Not at all", "Nada";
    SECONDS: "{seconds} s", "{seconds} seg";
    SILENCE_LEVEL: "What counts as silence", "Umbral de silencio";
    SILENCE_AUTO: "Found out from the call", "Según la propia llamada";
    SILENCE_DBFS: "Quieter than {level} dBFS", "Más bajo que {level} dBFS";
    SILENCE_SHORTEST: "Shortest silence to skip", "Silencio más corto que se salta";
    AGENT_CHANNEL: "The agent is on", "El agente está a la";
    LEFT: "The left channel", "Izquierda";
    RIGHT: "The right channel", "Derecha";
    HIDE_NUMBERS: "Hide telephone numbers", "Ocultar los números de teléfono";
    TEMPLATE: "How the dialer names recordings", "Cómo nombra el marcador las grabaciones";
    TEMPLATE_USELESS: "No word of the dialer is in it, so names are guessed", "No contiene ninguna palabra del marcador; los nombres se deducen";
    TEMPLATE_HINT: "Guessed; or e.g. FULLDATE_CUSTPHONE_AGENT", "Se deduce; o p. ej. FULLDATE_CUSTPHONE_AGENT";
}
