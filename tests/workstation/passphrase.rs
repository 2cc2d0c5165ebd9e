//! Does a typed passphrase leave a copy in memory? Looked for in the process's own memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use common::{TestDevice, data_folder_with, recording_named, sources};
use egui::text::CharIndex;
use egui::{Event, TextBuffer};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use workstation_app::app::App;
use workstation_app::state::Screen;
use workstation_app::ui::passphrase::{CAPACITY_OCTETS, PassphraseText, TypedGuard};

// The scan sees the whole process, so that tests which type must not run at the same time.
static MEMORY: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    MEMORY.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn text() -> PassphraseText {
    PassphraseText::new(TypedGuard::default())
}

fn exposed(text: &mut PassphraseText) -> String {
    // The test compares it.
    String::from_utf8(text.take_passphrase().expose().to_vec()).unwrap()
}

#[test]
fn only_bullets_are_ever_shown_to_egui() {
    let _alone = alone();
    let mut text = text();
    assert_eq!(text.insert_text("pässword", CharIndex(0)), 8);
    assert_eq!(text.as_str(), "\u{2022}".repeat(8));
    text.replace_with("undo");
    assert_eq!(text.as_str(), "\u{2022}".repeat(8));
    assert_eq!(TextBuffer::take(&mut text), "");
    assert!(text.is_empty());
}

#[test]
fn editing_works_in_the_middle_and_on_any_script() {
    let _alone = alone();
    let mut text = text();
    text.insert_text("añßz", CharIndex(0));
    text.insert_text("鍵", CharIndex(2));
    assert_eq!(text.characters().collect::<String>(), "añ鍵ßz");
    text.delete_char_range(CharIndex(1)..CharIndex(3));
    assert_eq!(text.characters().collect::<String>(), "aßz");
    text.delete_char_range(CharIndex(5)..CharIndex(9));
    text.insert_text("!", CharIndex(99));
    assert_eq!(exposed(&mut text), "aßz!");
    assert!(text.is_empty() && text.as_str().is_empty());
}

#[test]
fn the_buffer_never_grows() {
    let _alone = alone();
    let mut text = text();
    assert_eq!(text.insert_text(&"x".repeat(CAPACITY_OCTETS), CharIndex(0)), CAPACITY_OCTETS);
    assert_eq!(text.insert_text("y", CharIndex(0)), 0);
    assert_eq!(exposed(&mut text), "x".repeat(CAPACITY_OCTETS));
}

/// How often `needle`, given with every octet raised by one so that it is not itself found,
/// stands in this process's writable memory.
fn count_in_memory(raised: &[u8]) -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = BufReader::new(File::open("/proc/self/maps").unwrap());
    let mut buffer = vec![0; 1 << 20];
    let mut found = 0;
    for line in maps.lines() {
        let line = line.unwrap();
        let mut parts = line.split_whitespace();
        let (Some(range), Some(mode)) = (parts.next(), parts.next()) else { continue };
        if !mode.starts_with("rw") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let mut at = u64::from_str_radix(start, 16).unwrap();
        let end = u64::from_str_radix(end, 16).unwrap();
        while at < end {
            let length = usize::try_from((end - at).min(1 << 20)).unwrap();
            let Some(chunk) = buffer.get_mut(..length) else { break };
            if memory.read_exact_at(chunk, at).is_err() {
                break;
            }
            found += chunk.windows(raised.len()).filter(|window| is_raised(window, raised)).count();
            // This buffer is memory too, and must not be found with what was read before.
            chunk.fill(0);
            // The last octets of a piece may begin a find that the next one ends.
            let step = if at + length as u64 == end { length } else { length - raised.len() + 1 };
            at += step as u64;
        }
    }
    found
}

fn is_raised(window: &[u8], raised: &[u8]) -> bool {
    window.iter().zip(raised).all(|(found, raised)| found.wrapping_add(1) == *raised)
}

fn typed_characters(raised: &[u8]) -> impl Iterator<Item = String> + '_ {
    raised.iter().map(|octet| char::from(octet - 1).to_string())
}

fn harness(folder: &std::path::Path, recording: std::path::PathBuf) -> Harness<'static, App> {
    let folder = folder.to_owned();
    Harness::builder().with_size([1024.0, 700.0]).build_eframe(move |creation| {
        App::new(&creation.egui_ctx, &folder, sources(vec![recording]), Box::new(TestDevice::new()))
    })
}

fn step_until(harness: &mut Harness<'_, App>, wanted: impl Fn(&Screen) -> bool) {
    let started = Instant::now();
    while !wanted(&harness.state().state().screen) {
        assert!(started.elapsed().as_secs() < 20, "stuck: {:?}", harness.state().state().screen);
        harness.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    harness.step();
}

#[test]
fn a_planted_copy_is_found() {
    let _alone = alone();
    let raised = b"Qmboufe.dpqz.23456";
    let planted: Vec<u8> = raised.iter().map(|octet| octet - 1).collect();
    assert_eq!(count_in_memory(raised), 1);
    drop(planted);
}

#[test]
fn a_typed_passphrase_is_once_in_memory_and_gone_when_given() {
    let _alone = alone();
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let name = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
    let recording = recording_named(data.path(), name, "gpg22-cv25519.pgp");
    let mut harness = harness(data.path(), recording);
    step_until(&mut harness, |screen| matches!(screen, Screen::Locked(_)));
    let field = harness.get_by_role_and_label(egui::Role::PasswordInput, "Passphrase");
    assert!(field.is_focused());
    // "Wrong but memorable phrase", never written here as it is typed.
    let raised = b"Xspoh!cvu!nfnpsbcmf!qisbtf";
    let (first, second) = raised.split_at(13);
    for character in typed_characters(first) {
        harness.event(Event::Text(character));
        harness.step();
    }
    harness.event(Event::Paste(typed_characters(second).collect()));
    harness.step();
    harness.step();
    assert_eq!(count_in_memory(raised), 1, "while it is typed, the field's copy alone");
    harness.key_press(egui::Key::Enter);
    step_until(&mut harness, |screen| matches!(screen, Screen::Locked(locked) if locked.is_wrong));
    harness.step();
    assert_eq!(count_in_memory(raised), 0, "given, refused, gone");
}

#[test]
fn the_right_passphrase_is_gone_when_the_recording_plays() {
    let _alone = alone();
    let data = data_folder_with(&["cv25519.secret.pgp"]);
    let name = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
    let recording = recording_named(data.path(), name, "gpg22-cv25519.pgp");
    let mut harness = harness(data.path(), recording);
    step_until(&mut harness, |screen| matches!(screen, Screen::Locked(_)));
    let raised: Vec<u8> = common::PASSPHRASE.bytes().map(|octet| octet + 1).collect();
    for character in typed_characters(&raised) {
        harness.event(Event::Text(character));
    }
    harness.step();
    harness.key_press(egui::Key::Enter);
    step_until(&mut harness, |screen| matches!(screen, Screen::Listening(_)));
    assert_eq!(count_in_memory(&raised), 0);
}
