//! Does the window say everything in each of its languages, and nothing outside of the table?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "texts/literals.rs"]
mod literals;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use literals::{Literal, code, literals};
use regex_lite::Regex;
use shared::care::CareError;
use shared::certs::KeyError;
use shared::gnupg::ExportError;
use workstation_app::texts::{self, Language, Text, keys_in_words, rows};

/// Names, figures with units, and words that both languages write in the same way.
const SAME_IN_BOTH: [&str; 12] = [
    "NO_DO_NOT",
    "HOURS_AND_MINUTES",
    "SHORT_SECONDS",
    "SHORT_MINUTES",
    "SHORT_HOURS",
    "SHORT_DATE",
    "NAMED_KEY",
    // Languages are called by their own names.
    "ENGLISH",
    "SPANISH",
    "TAB_KEY",
    "ROW_OPEN_PLAIN",
    "POSITION_PLAIN",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// The places for values, sorted: a text may name one twice.
fn places(text: &str) -> Vec<&str> {
    let mut places: Vec<&str> =
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    places.sort_unstable();
    places
}

fn count(text: &str, character: char) -> usize {
    text.matches(character).count()
}

#[test]
fn every_text_is_said_in_both_languages() {
    let rows = rows();
    assert!(rows.len() > 300, "{} rows", rows.len());
    let same: BTreeSet<&str> = rows
        .iter()
        .filter(|(_, text)| text.english == text.spanish)
        .map(|(name, _)| *name)
        .collect();
    let allowed: BTreeSet<&str> = SAME_IN_BOTH.into_iter().collect();
    assert!(same.is_subset(&allowed), "not translated: {:?}", same.difference(&allowed));
}

#[test]
fn a_text_has_the_same_places_and_ends_in_the_same_way_in_both_languages() {
    for (name, Text { english, spanish }) in rows() {
        assert_eq!(places(english), places(spanish), "{name}");
        for text in [english, spanish] {
            assert_eq!(text.trim(), text, "{name}");
            assert!(!text.is_empty() && !text.contains('\n'), "{name}");
            assert!(!text.replace("  ·  ", "").contains("  "), "{name}: two blanks");
            assert!(!text.contains("..."), "{name}: three dots for …");
            assert_eq!(count(text, '('), count(text, ')'), "{name}");
        }
        for end in ['.', '…', '?', ':', '!'] {
            let (left, right) = (english.ends_with(end), spanish.ends_with(end));
            assert_eq!(left, right, "{name} ends with {end} in one language only");
        }
        assert_eq!(count(english, '…'), count(spanish, '…'), "{name}");
        assert_eq!(count(english, '?'), count(spanish, '?'), "{name}");
        assert_eq!(count(spanish, '?'), count(spanish, '¿'), "{name}");
        assert_eq!(count(spanish, '!'), count(spanish, '¡'), "{name}");
    }
}

#[test]
fn spanish_says_usted_and_keeps_to_its_words() {
    // tú and vos, and words that mean something else in the same window.
    let others = "tú tu tus ti contigo vos puedes debes quieres tienes escribe elige pulsa clave \
                  claves fichero ficheros ordenador computadora passphrase backup";
    let others: Vec<&str> = others.split_whitespace().collect();
    for (name, text) in rows() {
        let small = text.spanish.to_lowercase();
        let mut words = small.split(|character: char| !character.is_alphabetic());
        let found = words.find(|word| others.contains(word));
        // gpg's own words stay as they are.
        let is_gpg = text.spanish.contains("gpg --change-passphrase");
        assert!(found.is_none() || is_gpg, "{name}: {found:?}");
    }
}

#[test]
fn a_sentence_begins_as_large_in_both_languages() {
    for (name, Text { english, spanish }) in rows() {
        let first = |text: &str| text.chars().find(|character| character.is_alphabetic());
        let is_large = |text: &str| first(text).map(char::is_uppercase);
        let begins = |text: &str| text.starts_with(|it: char| it == '{' || it.is_numeric());
        let begins_with_place = begins(english) || begins(spanish);
        let is_name_of_day_or_month =
            name.chars().all(char::is_uppercase) && (name.ends_with("DAY") || spanish.len() < 11);
        if !begins_with_place && !is_name_of_day_or_month {
            // An arrow stands on the key in place of its name.
            let spanish_is_large = is_large(spanish).or(is_large(english));
            assert_eq!(is_large(english), spanish_is_large, "{name}: {spanish}");
        }
    }
}

#[test]
fn every_row_of_the_table_is_said_somewhere() {
    let mut said = String::new();
    for file in files_below(&source()) {
        let text = std::fs::read_to_string(&file).unwrap();
        // The line of a row itself says nothing.
        let row = Regex::new(r#"(?m)^ +[A-Z_0-9]+: ".*$"#).unwrap();
        said.push_str(&row.replace_all(&text, ""));
    }
    let words: BTreeSet<&str> =
        said.split(|character: char| !character.is_alphanumeric() && character != '_').collect();
    let unsaid: Vec<&str> =
        rows().into_iter().map(|(name, _)| name).filter(|name| !words.contains(name)).collect();
    assert_eq!(unsaid, Vec::<&str>::new());
}

#[test]
fn whoever_fills_a_text_names_each_of_its_places() {
    let filled = Regex::new(r"(?s)\b([A-Z][A-Z_0-9]+)\s*\.with\(&\[(.*?)\]\)").unwrap();
    let named = Regex::new(r#"\("(\w+)","#).unwrap();
    let rows = rows();
    let mut seen = 0;
    for file in files_below(&source()) {
        let text = std::fs::read_to_string(&file).unwrap();
        for capture in filled.captures_iter(&text) {
            let given: Vec<&str> = named
                .captures_iter(&capture[2])
                .map(|name| name.get(1).unwrap().as_str())
                .collect();
            let all: Vec<&Text> = rows
                .iter()
                .filter(|(name, _)| *name == &capture[1])
                .map(|(_, text)| text)
                .collect();
            assert!(!all.is_empty(), "{}: {}", file.display(), &capture[1]);
            for place in all.iter().flat_map(|text| places(text.english)) {
                let is_given = given.contains(&place);
                assert!(is_given, "{}: {} lacks {place}", file.display(), &capture[1]);
                seen += 1;
            }
        }
    }
    assert!(seen > 80, "{seen}");
}

#[test]
fn no_panel_has_words_of_its_own() {
    let mut found = Vec::new();
    for file in files_below(&source().join("ui")) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        // Names of fonts; icons.
        if matches!(name.as_str(), "theme.rs" | "icons.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let words = literals(&code(&text)).into_iter().filter(Literal::is_read_by_people);
        found.extend(words.map(|literal| format!("{name}: {literal:?}")));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn words_in_a_panel_are_found_wherever_they_stand() {
    for source in [
        r#"ui.label("Hello");"#,
        r#"ui.label("hello");"#,
        r#"button(ui, Emphasis::Main, icons::KEY, "Save it", width);"#,
        r#"let words = format!("{} of them", 3);"#,
        r#"let words = "Two\
            lines";"#,
        r#"heading(ui, "One", "");"#,
        r##"let words = r#"Raw words"#;"##,
        r#"marked(ui, icon, if bad { "Bad" } else { "" }, colour);"#,
        r#"let words = match it { It => "this", _ => "" };"#,
    ] {
        let found = literals(&code(source)).into_iter().filter(Literal::is_read_by_people).count();
        assert!(found > 0, "{source}");
    }
    for source in [
        r#"centred_card(ui, "change passphrase", |ui| {})"#,
        r#"// ui.label("Hello");"#,
        r#"ScrollArea::vertical().id_salt("a list").show(ui, |_| {});"#,
        r#"texts::KEY_OF.with(&[("owner", &owner)])"#,
        r#"let words = format!("{shown}×");"#,
        r#"open.on_hover_text("Ctrl+O")"#,
        r#"#![expect(dead_code, reason = "every test file uses its own part of this")]"#,
    ] {
        let found: Vec<Literal> =
            literals(&code(source)).into_iter().filter(Literal::is_read_by_people).collect();
        assert!(found.is_empty(), "{source}: {found:?}");
    }
}

#[test]
fn what_is_said_of_keys_in_english_is_what_their_library_says() {
    let owner = || "Anna Berger <anna@example.com>".to_owned();
    let (detail, path) = (|| "no packet".to_owned(), || PathBuf::from("/a\u{202E}b"));
    let io = || std::io::Error::other("no disk");
    for error in [
        KeyError::Unreadable { path: path(), source: io() },
        KeyError::TooLarge,
        KeyError::NoKey,
        KeyError::Recording,
        KeyError::CertificateOnly { owner: owner() },
        KeyError::Stub { owner: owner() },
        KeyError::NoDecryption { owner: owner() },
        KeyError::OnlyGnupg { owner: owner(), kind: "Kyber".to_owned() },
        KeyError::Malformed { detail: detail() },
    ] {
        assert_eq!(texts::key_error(&error), error.to_string());
    }
    let until = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_767_225_600);
    for error in [
        CareError::WrongPassphrase { owner: owner() },
        CareError::NoPrimary { owner: owner() },
        CareError::Unsupported { owner: owner() },
        CareError::Clock { owner: owner() },
        CareError::NotSound { owner: owner(), detail: detail() },
        CareError::Revoked { owner: owner() },
        CareError::Endless { owner: owner() },
        CareError::NoLonger { owner: owner(), until },
        CareError::Failed { detail: detail() },
        CareError::Key(KeyError::NoKey),
    ] {
        assert_eq!(texts::care_error(&error), error.to_string());
    }
    for error in [
        ExportError::WrongPassphrase,
        ExportError::OwnWindowOnly,
        ExportError::NotHeld,
        ExportError::Failed { detail: detail() },
    ] {
        assert_eq!(texts::export_error(&error), error.to_string());
    }
}

#[test]
fn the_language_is_that_of_the_system() {
    for (locale, language) in [
        ("es", Language::Spanish),
        ("es-MX", Language::Spanish),
        ("es_AR.UTF-8", Language::Spanish),
        ("es@euro", Language::Spanish),
        ("ES-419", Language::Spanish),
        ("et-EE", Language::English),
        ("en-GB", Language::English),
        ("de_DE.UTF-8", Language::English),
        ("C", Language::English),
        ("", Language::English),
    ] {
        assert_eq!(Language::of_locale(locale), language, "{locale}");
    }
}

#[test]
fn english_keys_are_called_as_they_are_stored() {
    for keys in ["Shift+Left", "Ctrl+K", "Space", "F4", "?", "Ctrl++", "+"] {
        assert_eq!(keys_in_words(keys), keys);
    }
}
