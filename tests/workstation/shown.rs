//! What do the tests of the window's pictures have in common: its states, a harness that paints
//! them, and what must be true of each picture.

#![expect(dead_code, reason = "every test file uses its own part of this")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Rect, Theme, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, HarnessBuilder};
use shared::decrypt::Problem;
use shared::secret::Passphrase;
use workstation_app::audio::analysis::Overview;
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

/// A minute and a half of two people who talk: a pause, words said at once, a stretch that is muted.
pub fn recording() -> Recording {
    let mut pcm = Pcm::new(2, 8000);
    let samples: Vec<i16> =
        (0..8000 * 90).flat_map(|frame| [said(frame, 0), said(frame, 1)]).collect();
    pcm.append(&samples);
    recording_of(pcm)
}

/// What is made of samples.
pub fn recording_of(pcm: Pcm) -> Recording {
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

/// Who says something in which half second.
const TURNS: [(&[u32], i32); 2] = [
    (
        &[
            1, 2, 3, 4, 5, 6, 12, 13, 14, 15, 16, 17, 18, 40, 41, 42, 43, 60, 61, 62, 63, 64, 65,
            66, 100, 101, 102, 103, 104, 105, 106, 107, 108, 140, 141, 142, 143, 144, 145, 170,
            171, 172,
        ],
        9000,
    ),
    (
        &[
            7, 8, 9, 10, 11, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 44, 45, 46, 47, 48, 49, 50,
            65, 66, 67, 68, 69, 70, 71, 72, 109, 110, 111, 112, 113, 114, 146, 147, 148, 149, 150,
            151, 173, 174,
        ],
        3500,
    ),
];

/// Muted from here on, for ten half seconds.
const MUTED_FROM: u32 = 120;

/// A sample of one of them, the agent first: syllables of a hum with some noise, over the noise of the line.
pub fn said(frame: u32, who: usize) -> i16 {
    let half_second = frame / 4000;
    if (MUTED_FROM..MUTED_FROM + 10).contains(&half_second) {
        return 0;
    }
    let noise = (frame.wrapping_mul(2_654_435_761) >> 16) as i32 % 64 - 32;
    let Some((turns, loudness)) = TURNS.get(who) else { return 0 };
    if !turns.contains(&half_second) {
        return noise as i16;
    }
    let second = f64::from(frame) / 8000.0;
    let syllable = (second * 4.3 * std::f64::consts::PI).sin().abs().powf(0.6);
    let word = 0.55 + 0.45 * (second * 1.7 + who as f64).sin();
    let hum = (second * 2.0 * std::f64::consts::PI * if who == 0 { 130.0 } else { 210.0 }).sin();
    (hum * syllable * word * f64::from(*loudness)) as i16 + noise as i16
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

pub fn listening_to(recording: Recording, fault: Option<SoundFault>) -> AppState {
    let mut state = opening();
    let generation = state.generation();
    state.apply(Event::Ready { generation, recording }, Instant::now());
    let position = Duration::from_secs(31);
    let playback =
        Playback { position, is_playing: true, fault, levels: [0.5, 0.3], ..Playback::default() };
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
    painted_by(Harness::builder(), state, theme, size, scale)
}

/// The same where names hold letters that the window's fonts do not have.
pub fn painted_with_any_letters(state: AppState, size: Vec2, scale: f32) -> PaintedHarness {
    painted_by(Harness::builder().allow_missing_glyphs(), state, Theme::Light, size, scale)
}

fn painted_by(
    builder: HarnessBuilder<Shown>,
    state: AppState,
    theme: Theme,
    size: Vec2,
    scale: f32,
) -> PaintedHarness {
    let shown = Shown { state, view: None, now: Instant::now() };
    let mut harness = builder
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
