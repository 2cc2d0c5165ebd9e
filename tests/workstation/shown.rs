//! What do the tests of the window's pictures have in common: its states, a harness that paints
//! them, and what must be true of each picture.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Rect, Theme, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use shared::decrypt::Problem;
use shared::secret::Passphrase;
use workstation_app::audio::overview::Overview;
use workstation_app::audio::pcm::Pcm;
use workstation_app::audio::play::{Playback, SoundFault};
use workstation_app::keys::KeyCard;
use workstation_app::message::{Event, Ready, Recording, Seal, Stage};
use workstation_app::settings::{Settings, ThemeChoice};
use workstation_app::state::{Action, AppState};
use workstation_app::texts::{Failure, FailureKind};
use workstation_app::ui::passphrase::TypedGuard;
use workstation_app::ui::{self, View, theme};

pub const CALL: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
pub const WINDOW: Vec2 = theme::WINDOW_SIZE;

pub fn card() -> KeyCard {
    KeyCard {
        owner: "Anna Berger <anna.berger@example.com>".to_owned(),
        fingerprint: "37B4853EFE40F7A6C9E83384D0810CE0A01B03C5".to_owned(),
        key_ids: vec!["D0810CE0A01B03C5".to_owned()],
        expires: None,
        ..KeyCard::default()
    }
}

pub fn recording() -> Recording {
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

pub fn with_file() -> AppState {
    let mut state = AppState::new(Settings::default());
    let now = Instant::now();
    state.apply(Event::Keys { held: vec![card()], damaged: Vec::new() }, now);
    state.act(Action::Open(vec![PathBuf::from(CALL).into()]), now);
    state
}

pub fn locked() -> AppState {
    let mut state = with_file();
    let generation = state.generation();
    let seal = Seal {
        sealed_to: vec!["D0810CE0A01B03C5".to_owned()],
        by_passphrase: false,
        opened_by: vec![card()],
        ready: Ready::Nothing,
    };
    state.apply(
        Event::Located { generation, seal, name: OsString::new(), digest: [7; 32] },
        Instant::now(),
    );
    state
}

pub fn opening() -> AppState {
    let mut state = locked();
    let generation = state.generation();
    let passphrase = Passphrase::new(b"x".to_vec().into());
    let long_ago = Instant::now()
        .checked_sub(Duration::from_secs(2))
        .expect("a clock that has run for seconds");
    state.act(Action::Unlock(Some(passphrase)), long_ago);
    state.apply(Event::Progress { generation, stage: Stage::Decoding(0.4) }, Instant::now());
    state
}

/// With a failure, and whom the recording is sealed for where that was read.
pub fn failed(mut state: AppState, kind: FailureKind, detail: &str) -> AppState {
    let generation = state.generation();
    let failure = Failure::new(kind, detail).about_file(&[0xA5; 8156]);
    let is_sealed = matches!(kind, FailureKind::Problem(Problem::NoKey | Problem::UnsupportedKey));
    let sealed_to = if is_sealed { vec!["AAAABBBBCCCCDDDD".to_owned()] } else { Vec::new() };
    state.apply(Event::Failed { generation, failure, sealed_to }, Instant::now());
    state
}

pub fn listening(fault: Option<SoundFault>) -> AppState {
    listening_to(recording(), fault)
}

/// With everything that can be said of a recording that is heard.
pub fn with_every_remark() -> AppState {
    let owners = ["Sam Supervisor <sam@example.com>", "Olga Officer <olga@example.com>"];
    let signed_by = owners.map(str::to_owned).to_vec();
    let marked = Recording { is_damaged: true, may_be_altered: true, signed_by, ..recording() };
    listening_to(marked, Some(SoundFault::DeviceLost))
}

fn listening_to(recording: Recording, fault: Option<SoundFault>) -> AppState {
    let mut state = opening();
    let generation = state.generation();
    state.apply(Event::Ready { generation, recording }, Instant::now());
    let position = Duration::from_secs(31);
    let playback = Playback { position, is_playing: true, has_ended: false, fault };
    state.apply(Event::Playback(playback), Instant::now());
    state
}

/// A window that paints one state.
pub type PaintedHarness = Harness<'static, Shown>;

/// A state as it is painted.
pub struct Shown {
    state: AppState,
    view: Option<View>,
    now: Instant,
}

pub fn painted(state: AppState, theme: Theme, size: Vec2, scale: f32) -> PaintedHarness {
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
pub fn assert_fits(harness: &PaintedHarness, name: &str, size: Vec2) {
    let window = Rect::from_min_size(egui::Pos2::ZERO, size).expand(0.5);
    let mut controls: Vec<(String, Rect)> = Vec::new();
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

/// Share of the picture that is not its background, and how many colours it has.
pub fn ink(image: &image::RgbaImage, background: egui::Color32) -> (f32, usize) {
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
