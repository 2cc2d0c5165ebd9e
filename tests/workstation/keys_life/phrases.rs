//! Are passphrases offered that nobody guesses, and fingerprints that eye, ear and camera can compare?

use std::collections::BTreeSet;
use std::time::Instant;

use workstation_app::keys::phrase::{check, strength, suggest};
use workstation_app::keys::qr::{modules, spoken};

use crate::desk::typed;

fn suggested() -> String {
    String::from_utf8(suggest().unwrap().expose().to_vec()).unwrap()
}

#[test]
fn six_words_are_offered_and_never_the_same_ones() {
    let phrases: BTreeSet<String> = (0..200).map(|_| suggested()).collect();
    assert_eq!(phrases.len(), 200);
    for phrase in &phrases {
        assert_eq!(phrase.split(' ').count(), 6, "{phrase}");
        assert!(phrase.bytes().all(|octet| octet.is_ascii_lowercase() || b" -".contains(&octet)));
        assert_eq!(check(&typed(phrase), &[]), Ok(()), "{phrase}");
        assert_eq!(strength(&typed(phrase), &[]).score, 4, "{phrase}");
    }
    let words: BTreeSet<&str> = phrases.iter().flat_map(|phrase| phrase.split(' ')).collect();
    assert!(words.len() > 1000, "1200 draws of 7776 words give about 1113: {}", words.len());
}

#[test]
fn strength_is_told_in_words_and_knows_the_owner() {
    assert_eq!(strength(&typed(""), &[]).score, 0);
    assert_eq!(strength(&typed("password"), &[]).words, "Very easy to guess");
    assert!(!strength(&typed("password"), &[]).advice.is_empty());
    let name = "Wolfeschlegelstein";
    let unknown = strength(&typed(name), &[]).score;
    assert!(strength(&typed(name), &["Wolfeschlegelstein <w@x>", name]).score < unknown);
}

#[test]
fn whatever_is_typed_is_measured_at_once() {
    let started = Instant::now();
    for text in [
        "a".repeat(1 << 20),
        "password1!".repeat(100_000),
        "\u{FFFD}".repeat(50_000),
        "qwertz1234".repeat(10),
    ] {
        let _ = strength(&typed(&text), &[&text, &text]);
    }
    let _ = strength(&shared::secret::Passphrase::new(vec![0xFF; 10_000].into()), &[]);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn a_fingerprint_is_grouped_for_the_voice_and_squares_for_the_camera() {
    let fingerprint = "68F51E48A308609CF5849417F06569A703D6E575";
    assert_eq!(spoken(fingerprint), "68F5 1E48 A308 609C F584  9417 F065 69A7 03D6 E575");
    assert_eq!(spoken(""), "");
    let code = modules(fingerprint).unwrap();
    assert_eq!(code.is_dark.len(), code.width * code.width);
    // The three corners that every reader looks for.
    let is_dark = |x: usize, y: usize| code.is_dark[y * code.width + x];
    let last = code.width - 1;
    for (x, y) in [(0, 0), (last, 0), (0, last)] {
        assert!(is_dark(x, y), "{x} {y}");
    }
    assert!(!is_dark(7, 7) && modules("no fingerprint").is_none() && modules("").is_none());
}
