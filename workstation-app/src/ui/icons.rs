//! Which character of the icon fonts is which icon? Adding one means adding it to the font files
//! (assets/fonts/README).

/// Five seconds back.
pub const BACK: &str = "\u{E038}";
/// Five seconds on.
pub const FORWARD: &str = "\u{E036}";
/// Folded.
pub const CARET_RIGHT: &str = "\u{E13A}";
/// Unfolded.
pub const CARET_DOWN: &str = "\u{E136}";
/// Went well.
pub const CHECK_CIRCLE: &str = "\u{E184}";
/// To the clipboard.
pub const COPY: &str = "\u{E1CA}";
/// Show while held.
pub const EYE: &str = "\u{E220}";
/// A file that cannot be opened.
pub const FILE_X: &str = "\u{E23C}";
/// Take a file.
pub const FOLDER: &str = "\u{E256}";
/// A key.
pub const KEY: &str = "\u{E2D6}";
/// Sealed.
pub const LOCK: &str = "\u{E308}";
/// A lock with a key hole.
pub const LOCK_KEY: &str = "\u{E2FE}";
/// One more.
pub const PLUS: &str = "\u{E3D4}";
/// Loud.
pub const SPEAKER_HIGH: &str = "\u{E44A}";
/// Soft.
pub const SPEAKER_LOW: &str = "\u{E44C}";
/// Silent.
pub const SPEAKER_NONE: &str = "\u{E44E}";
/// No device.
pub const SPEAKER_SLASH: &str = "\u{E45A}";
/// Went wrong.
pub const WARNING_CIRCLE: &str = "\u{E4E2}";
/// Audio.
pub const WAVEFORM: &str = "\u{E802}";
/// Close.
pub const CROSS: &str = "\u{E4F6}";
/// Kept safe.
pub const SHIELD: &str = "\u{E40C}";

/// To the beginning.
pub const TO_START: &str = "\u{E5A4}";
/// To the end.
pub const TO_END: &str = "\u{E5A6}";
/// The list of recordings.
pub const LIST: &str = "\u{E2F0}";
/// A moment.
pub const CLOCK: &str = "\u{E19A}";
/// The list of marks.
pub const FLAG_LIST: &str = "\u{E2F0}";
/// A mark.
pub const FLAG: &str = "\u{E244}";
/// Which key does what.
pub const KEYBOARD: &str = "\u{E2D8}";
/// Closer.
pub const ZOOM_IN: &str = "\u{E310}";
/// From further away.
pub const ZOOM_OUT: &str = "\u{E30E}";
/// All of it.
pub const ZOOM_ALL: &str = "\u{E534}";
/// One less.
pub const MINUS: &str = "\u{E32A}";
/// Over and over.
pub const REPEAT: &str = "\u{E3F6}";
/// The agent.
pub const HEADSET: &str = "\u{E584}";
/// The customer.
pub const USER: &str = "\u{E4C2}";
/// Exchange.
pub const SWAP: &str = "\u{E0A0}";
/// The one before.
pub const CARET_LEFT: &str = "\u{E138}";
/// Take away.
pub const TRASH: &str = "\u{E4A6}";

/// Play, in the filled font.
pub const PLAY_FILLED: &str = "\u{E3D0}";
/// Pause, in the filled font.
pub const PAUSE_FILLED: &str = "\u{E39E}";
/// The product's mark, in the filled font.
pub const LOCK_FILLED: &str = "\u{E308}";
