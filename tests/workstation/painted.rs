//! Does every screen fit its window, in both themes and at every size, and can it be read?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Theme, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use shared::decrypt::Problem;
use shared::secret::Passphrase;
use workstation_app::audio::overview::Overview;
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::player::{Playback, SoundFault};
use workstation_app::keys::KeyCard;
use workstation_app::message::{Event, Recording, Seal, Stage};
use workstation_app::settings::{Settings, ThemeChoice};
use workstation_app::state::{Action, AppState};
use workstation_app::texts::{Failure, FailureKind};
use workstation_app::ui::passphrase::TypedGuard;
use workstation_app::ui::{self, View, theme};

const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
const WINDOW: Vec2 = theme::WINDOW_SIZE;

fn card() -> KeyCard {
    KeyCard {
        owner: "Anna Berger <anna.berger@example.com>".to_owned(),
        fingerprint: "37B4853EFE40F7A6C9E83384D0810CE0A01B03C5".to_owned(),
        key_ids: vec!["D0810CE0A01B03C5".to_owned()],
        expires: None,
    }
}

fn recording() -> Recording {
    let mut pcm = Pcm::new(1, 8000);
    let samples: Vec<i16> = (0..8000 * 90)
        .map(|index: i32| ((index % 97 - 48) * (index / 4000 % 7) * 80) as i16)
        .collect();
    pcm.append(&samples);
    let overview = Arc::new(Overview::of(&pcm));
    let opened_by = Some("Anna Berger".to_owned());
    Recording {
        pcm: Arc::new(pcm),
        overview,
        opened_by,
        is_damaged: false,
        may_be_altered: false,
        signed_by: Vec::new(),
    }
}

fn with_file() -> AppState {
    let mut state = AppState::new(Settings::default());
    let now = Instant::now();
    state.apply(Event::Keys { held: vec![card()], damaged: Vec::new() }, now);
    state.act(Action::Open(vec![PathBuf::from(CALL)]), now);
    state
}

fn locked() -> AppState {
    let mut state = with_file();
    let generation = state.generation();
    let seal = Seal {
        sealed_to: vec!["D0810CE0A01B03C5".to_owned()],
        by_passphrase: false,
        opened_by: vec![card()],
    };
    state.apply(Event::Located { generation, seal }, Instant::now());
    state
}

fn opening() -> AppState {
    let mut state = locked();
    let generation = state.generation();
    let passphrase = Passphrase::new(b"x".to_vec().into());
    let long_ago = Instant::now().checked_sub(Duration::from_secs(2)).unwrap();
    state.act(Action::Unlock(passphrase), long_ago);
    state.apply(Event::Progress { generation, stage: Stage::Decoding(0.4) }, Instant::now());
    state
}

fn failed(mut state: AppState, problem: Problem) -> AppState {
    let generation = state.generation();
    let failure = Failure::new(FailureKind::Problem(problem), "the details of it");
    let sealed_to = vec!["AAAABBBBCCCCDDDD".to_owned()];
    state.apply(Event::Failed { generation, failure, sealed_to }, Instant::now());
    state
}

fn listening(fault: Option<SoundFault>) -> AppState {
    let mut state = opening();
    let generation = state.generation();
    state.apply(Event::Ready { generation, recording: recording() }, Instant::now());
    let position = Duration::from_secs(31);
    let playback = Playback { position, is_playing: true, has_ended: false, fault };
    state.apply(Event::Playback(playback), Instant::now());
    state
}

fn every_screen() -> Vec<(&'static str, AppState)> {
    let mut with_notice = listening(None);
    let message = "The key of somebody has no passphrase. Set one first and export it again.";
    let import_failed = Event::ImportFailed { message: message.to_owned(), generation: None };
    with_notice.apply(import_failed, Instant::now());
    vec![
        ("empty", AppState::new(Settings::default())),
        ("locked", locked()),
        ("wrong passphrase", failed(opening(), Problem::WrongPassphrase)),
        ("opening", opening()),
        ("listening", listening(None)),
        ("listening without a device", listening(Some(SoundFault::NoDevice))),
        ("listening with a notice", with_notice),
        ("no key", failed(with_file(), Problem::NoKey)),
        ("damaged", failed(with_file(), Problem::Damaged)),
        ("forged", failed(with_file(), Problem::NoIntegrity)),
    ]
}

struct Shown {
    state: AppState,
    view: Option<View>,
    now: Instant,
}

fn painted(state: AppState, theme: Theme, size: Vec2, scale: f32) -> Harness<'static, Shown> {
    let shown = Shown { state, view: None, now: Instant::now() };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_pixels_per_point(scale)
        .with_context_setup(|ctx| theme::install(ctx, ThemeChoice::System))
        .with_theme(theme)
        .build_ui_state(
            |ui, shown: &mut Shown| {
                let view = shown.view.get_or_insert_with(|| View::new(TypedGuard::default()));
                ui::show(ui, &shown.state, view, shown.now);
            },
            shown,
        );
    harness.run_steps(4);
    harness
}

/// Every label and control lies inside the window, and controls do not lie on each other.
fn assert_fits(harness: &Harness<'_, Shown>, name: &str, size: Vec2) {
    let window = egui::Rect::from_min_size(egui::Pos2::ZERO, size).expand(0.5);
    let mut controls: Vec<(String, egui::Rect)> = Vec::new();
    for node in harness.root().query_all_by(|node| node.label().is_some()) {
        let label = node.accesskit_node().label().unwrap_or_default();
        let rect = node.rect();
        assert!(
            rect.left() >= window.left() && rect.right() <= window.right(),
            "{name}: {label}: {rect}"
        );
        if node.accesskit_node().role() == Role::Button {
            controls.push((label, rect));
        }
    }
    assert!(controls.len() >= 2, "{name}: {controls:?}");
    for (index, (label, rect)) in controls.iter().enumerate() {
        for (other_label, other) in controls.iter().skip(index + 1) {
            let both = rect.shrink(1.0).intersect(other.shrink(1.0));
            assert!(!both.is_positive(), "{name}: {label} lies on {other_label}");
        }
    }
}

#[test]
fn every_screen_fits_the_smallest_and_the_usual_window() {
    for size in [theme::WINDOW_MIN_SIZE, WINDOW, Vec2::new(1920.0, 1080.0)] {
        for (name, state) in every_screen() {
            let harness = painted(state, Theme::Light, size, 1.0);
            assert_fits(&harness, &format!("{name} at {size}"), size);
        }
    }
}

#[test]
fn a_window_at_twice_the_zoom_still_fits_in_width() {
    let size = theme::WINDOW_MIN_SIZE / 2.0;
    for (name, state) in [("locked", locked()), ("no key", failed(with_file(), Problem::NoKey))] {
        let harness = painted(state, Theme::Light, size, 2.0);
        assert_fits(&harness, name, size);
    }
}

/// Share of the picture that is not its background, and how many colours it has.
fn ink(image: &image::RgbaImage, background: egui::Color32) -> (f32, usize) {
    let [r, g, b, _] = background.to_array();
    let mut colours = std::collections::HashSet::new();
    let mut other = 0_u32;
    for pixel in image.pixels() {
        let [pr, pg, pb, _] = pixel.0;
        colours.insert(pixel.0);
        other += u32::from(pr.abs_diff(r) > 2 || pg.abs_diff(g) > 2 || pb.abs_diff(b) > 2);
    }
    (other as f32 / (image.width() * image.height()) as f32, colours.len())
}

#[test]
fn every_screen_is_painted_light_and_dark_at_100_and_200_percent() {
    // Where somebody wants to look at them.
    let kept = std::env::var_os("CALLSEAL_SCREENS").map(PathBuf::from);
    for (name, state_maker) in every_screen().iter().map(|(name, _)| *name).zip(0..) {
        for (theme, palette) in [(Theme::Light, theme::LIGHT), (Theme::Dark, theme::DARK)] {
            for scale in [1.0, 2.0] {
                let Some((_, state)) = every_screen().into_iter().nth(state_maker) else {
                    continue;
                };
                let mut harness = painted(state, theme, WINDOW, scale);
                let picture = harness.render().unwrap();
                let size = WINDOW * scale;
                assert_eq!((picture.width(), picture.height()), (size.x as u32, size.y as u32));
                let (share, colours) = ink(&picture, palette.background);
                assert!(share > 0.1 && share < 0.9, "{name} {theme:?} {scale}: {share} painted");
                assert!(colours > 50, "{name} {theme:?} {scale}: {colours} colours");
                if let Some(folder) = &kept {
                    let file = format!("{name} {theme:?} {scale}.png").replace(' ', "-");
                    picture.save(folder.join(file)).unwrap();
                }
            }
        }
    }
}

/// Relative luminance and contrast as WCAG 2 defines them.
fn contrast(left: egui::Color32, right: egui::Color32) -> f32 {
    let luminance = |colour: egui::Color32| {
        let channel = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
    };
    let (left, right) = (luminance(left), luminance(right));
    (left.max(right) + 0.05) / (left.min(right) + 0.05)
}

#[test]
fn text_is_readable_on_everything_it_stands_on() {
    for (name, palette) in [("light", theme::LIGHT), ("dark", theme::DARK)] {
        for (what, text, ground) in [
            ("text on the window", palette.text, palette.background),
            ("text on a card", palette.text, palette.surface),
            ("text on a button", palette.text, palette.raised_hover),
            ("muted on the window", palette.muted, palette.background),
            ("muted on a card", palette.muted, palette.surface),
            ("text on the main button", palette.on_accent, palette.accent),
            ("text on it under the pointer", palette.on_accent, palette.accent_hover),
            ("what went wrong on a card", palette.bad, palette.surface),
            ("what went wrong on the window", palette.bad, palette.background),
            ("a bad notice", palette.bad, palette.bad_soft),
            ("a good notice", palette.good, palette.good_soft),
        ] {
            let ratio = contrast(text, ground);
            assert!(ratio >= 4.5, "{name}, {what}: {ratio}");
        }
        // Edges of controls need less.
        assert!(contrast(palette.line_strong, palette.surface) >= 3.0, "{name}");
        assert!(contrast(palette.accent_text, palette.wave_rest) >= 1.9, "{name}: heard and not");
    }
}

#[test]
fn the_picture_and_the_loudness_answer_a_screen_reader() {
    let harness = painted(listening(None), Theme::Light, WINDOW, 1.0);
    let position = harness.get_by_role_and_label(Role::Slider, "Position in seconds");
    assert_eq!(position.accesskit_node().numeric_value().map(f64::round), Some(31.0));
    assert!(harness.query_by_role_and_label(Role::Slider, "Volume").is_some());
    assert!(harness.query_by_label("0:31").is_some() && harness.query_by_label("1:30").is_some());
}
