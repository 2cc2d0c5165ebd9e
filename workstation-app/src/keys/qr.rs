//! How is a fingerprint compared: by a telephone's camera, and by voice?

use qrcode::{Color, EcLevel, QrCode};

/// The squares of a QR code, row by row; `true` is dark. Whoever paints it leaves four squares of
/// light around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    /// How many squares a row has, and how many rows there are.
    pub width: usize,
    /// All of them.
    pub is_dark: Vec<bool>,
}

/// The fingerprint as telephones know it (`OPENPGP4FPR:`); `None` where it is none.
pub fn modules(fingerprint: &str) -> Option<Modules> {
    let is_hexadecimal = fingerprint.bytes().all(|octet| octet.is_ascii_hexdigit());
    if !is_hexadecimal || !matches!(fingerprint.len(), 40 | 64) {
        return None;
    }
    let text = format!("OPENPGP4FPR:{}", fingerprint.to_ascii_uppercase());
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let is_dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
    Some(Modules { width: code.width(), is_dark })
}

/// The fingerprint in groups of four, with a wider gap in the middle, as it is read aloud.
pub fn spoken(fingerprint: &str) -> String {
    let digits: Vec<char> = fingerprint.chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    let (first, second) = groups.split_at(groups.len().div_ceil(2));
    [first.join(" "), second.join(" ")].join("  ").trim_end().to_owned()
}
