//! A recording can be heard: what the call is, its picture, the controls, the lists beside it.

use egui::{Align, Label, Layout, Margin, RichText, TextEdit, Ui, Vec2};

use super::locked::who;
use super::theme::{self, Palette};
use super::transport::{SKIP_SECS, with_key};
use super::waveform::{self, Picture};
use super::widgets::{Emphasis, button, card_frame, icon_button, icon_label, muted};
use super::{View, hearing, icons, notes, queue, remarks, transport};
use crate::call::{CallCard, clock};
use crate::marks::parse_time;
use crate::shortcuts::Shortcut;
use crate::state::desk::{DeskAction, Repeat};
use crate::state::{Action, AppState, Listening, Place};
use crate::texts::desk as words;

const WAVE_MIN_HEIGHT: f32 = 64.0;
const WAVE_MAX_HEIGHT: f32 = 640.0;
/// The line around the card.
const CARD_EDGE: f32 = 1.0;
const WAVE_PADDING: u8 = 8;
const TIMES_HEIGHT: f32 = 8.0 * theme::STEP;
/// The strip that shows which part of the picture is seen.
const STRIP_HEIGHT: f32 = 2.0 * theme::STEP;
/// Narrower windows have room for one list.
const TWO_LISTS: f32 = 1080.0;
const WORDS_WIDTH: f32 = 600.0;
const TIME_FIELD_WIDTH: f32 = 96.0;

/// Paints it.
pub fn show(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let is_narrow = ui.available_width() < TWO_LISTS;
    let has_notes = notes::is_shown(state);
    let has_queue = queue::is_shown(state) && !(is_narrow && has_notes);
    let panel = egui::Frame::new().inner_margin(Margin::same(theme::GROUP as i8));
    let shown = Lists { has_queue, has_notes, is_narrow };
    if has_queue {
        egui::Panel::left("queue")
            .frame(panel.fill(Palette::of(ui).surface))
            .exact_size(if is_narrow { queue::NARROW_WIDTH } else { queue::WIDTH })
            .resizable(false)
            .show(ui, |ui| queue::show(ui, state, actions));
    }
    if has_notes {
        egui::Panel::right("notes")
            .frame(panel.fill(Palette::of(ui).surface))
            .exact_size(if is_narrow { notes::NARROW_WIDTH } else { notes::WIDTH })
            .resizable(false)
            .show(ui, |ui| notes::show(ui, state, view, actions));
    }
    desk(ui, state, listening, shown, view, actions);
}

/// Which lists are seen.
#[derive(Clone, Copy)]
struct Lists {
    has_queue: bool,
    has_notes: bool,
    /// There is room for one of them.
    is_narrow: bool,
}

/// The middle: it takes what room there is, and gives the rest to the picture.
fn desk(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    shown: Lists,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let gap = if theme::is_low(ui) { theme::GAP } else { theme::GROUP };
    let edge = if theme::is_low(ui) { theme::GAP } else { theme::GROUP + theme::GAP };
    let margin = Margin::symmetric(theme::GROUP as i8 + 8, edge as i8);
    let id = ui.make_persistent_id("below the picture");
    let known: Option<f32> = ui.data(|data| data.get_temp(id));
    let room = ui.available_height() - known.unwrap_or(240.0) - edge;
    egui::ScrollArea::vertical().id_salt("listening").auto_shrink(false).show(ui, |ui| {
        let top = ui.cursor().top();
        egui::Frame::new().inner_margin(margin).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            facts(ui, state, shown, actions);
            ui.add_space(gap);
            picture(ui, state, listening, top + room, view, actions);
            let below = ui.cursor().top();
            ui.add_space(gap);
            transport::show(ui, state, listening, actions);
            ui.add_space(gap);
            hearing::show(ui, state, listening, actions);
            ui.add_space(gap);
            remarks::show(ui, &remarks::of(state, listening));
            let measured = ui.cursor().top() - below;
            if known != Some(measured) {
                ui.data_mut(|data| data.insert_temp(id, measured));
                ui.ctx().request_discard("the controls were measured");
            }
        });
    });
}

fn facts(ui: &mut Ui, state: &AppState, shown: Lists, actions: &mut Vec<Action>) {
    let Some(call) = state.call() else { return };
    let palette = Palette::of(ui);
    let size = Vec2::new(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::STEP;
        folds(ui, state, shown, actions);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(Label::new(RichText::new(call.heading()).font(theme::large())).truncate());
            if theme::is_low(ui)
                && let Some(line) = about(call)
            {
                ui.add_space(theme::GAP);
                ui.add(Label::new(RichText::new(line).color(palette.muted)).truncate());
            }
        });
    });
    if !theme::is_low(ui)
        && let Some(line) = about(call)
    {
        ui.add(Label::new(RichText::new(line).color(palette.muted)).truncate());
    }
}

fn about(call: &CallCard) -> Option<String> {
    let parts: Vec<String> = call.when().into_iter().chain(who(call)).collect();
    (!parts.is_empty()).then(|| parts.join("  ·  "))
}

/// The ways to the lists and to the keys.
fn folds(ui: &mut Ui, state: &AppState, shown: Lists, actions: &mut Vec<Action>) {
    // What is named by its icon alone where there is no room for words.
    let is_wide = ui.available_width() >= WORDS_WIDTH;
    let keys = icon_button(ui, icons::KEYBOARD, &words::KEY_HELP, theme::CONTROL_HEIGHT);
    if keys.on_hover_text(with_key(state, words::KEY_HELP, Shortcut::Help)).clicked() {
        actions.push(Action::Show(Place::Shortcuts));
    }
    if state.marks().is_some_and(|marks| !marks.all().is_empty()) {
        let fold = word_button(ui, is_wide, icons::FLAG_LIST, &words::MARKS);
        if fold.on_hover_text(notes::fold_words(shown.has_notes)).clicked() {
            let mut settings = state.settings.clone();
            settings.desk.shows_marks = !shown.has_notes;
            actions.push(Action::Settings(settings));
        }
    }
    notes::set(ui, state, is_wide, actions);
    if state.queue.items().len() > 1 {
        let label = if shown.has_queue { words::QUEUE_HIDE } else { words::QUEUE_SHOW };
        let fold = word_button(ui, is_wide, icons::LIST, &words::QUEUE);
        if fold.on_hover_text(label.get()).clicked() {
            let mut settings = state.settings.clone();
            settings.desk.shows_queue = !shown.has_queue;
            // Where there is room for one list, it is the one that was asked for.
            settings.desk.shows_marks &= shown.has_queue || !shown.is_narrow;
            actions.push(Action::Settings(settings));
        }
        let hint = with_key(state, words::PREVIOUS, Shortcut::Previous);
        let previous = state.queue.previous().is_some();
        let back = ui.add_enabled_ui(previous, |ui| {
            icon_button(ui, icons::CARET_LEFT, &words::PREVIOUS, theme::CONTROL_HEIGHT)
        });
        if back.inner.on_hover_text(hint).clicked() {
            actions.push(Action::Desk(DeskAction::Previous));
        }
    }
}

/// A button with words where there is room for them.
pub fn word_button(ui: &mut Ui, is_wide: bool, icon: &str, label: &str) -> egui::Response {
    if is_wide {
        button(ui, Emphasis::Bare, icon, label, 0.0)
    } else {
        icon_button(ui, icon, label, theme::CONTROL_HEIGHT)
    }
}

fn picture(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    bottom: f32,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let duration = listening.recording.pcm.duration();
    wave_frame(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        lanes(ui, listening);
        let below = STRIP_HEIGHT + TIMES_HEIGHT + f32::from(WAVE_PADDING) + CARD_EDGE;
        let height =
            (bottom - below - ui.cursor().top()).clamp(WAVE_MIN_HEIGHT, WAVE_MAX_HEIGHT).floor();
        let picture = Picture {
            overview: &listening.recording.overview,
            silences: &listening.silences,
            skips_silence: state.settings.desk.skips_silence,
            marks: state.marks().map(|marks| marks.all()).unwrap_or_default(),
            repeat: &listening.repeat,
            position: listening.playback.position,
            duration,
            jump_count: listening.jump_count,
            is_agent_second: state.settings.desk.is_agent_right,
        };
        let touch = waveform::show(ui, &picture, &mut view.looks, height);
        if let Some(at) = touch.seek {
            actions.push(Action::Seek(at));
        }
        if let Some(range) = touch.repeat {
            actions.push(Action::Desk(DeskAction::RepeatRange(range)));
        }
        if touch.steps != 0 {
            actions.push(Action::Skip(touch.steps * SKIP_SECS));
        }
        waveform::strip(ui, &mut view.looks, duration, STRIP_HEIGHT);
        times(ui, state, listening, view, actions);
    });
}

/// A card with less around it than others: the picture is what matters.
fn wave_frame(ui: &Ui) -> egui::Frame {
    let across = if theme::is_low(ui) { theme::GROUP } else { theme::CARD_PADDING };
    card_frame(ui).inner_margin(Margin {
        left: across as i8,
        right: across as i8,
        top: if theme::is_low(ui) { theme::GAP } else { theme::GROUP } as i8,
        bottom: WAVE_PADDING as i8,
    })
}

/// Whose lane is which.
fn lanes(ui: &mut Ui, listening: &Listening) {
    if listening.recording.overview.lane_count() < 2 || theme::is_low(ui) {
        return;
    }
    let palette = Palette::of(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::STEP;
        for (icon, label, colour) in [
            (icons::HEADSET, words::AGENT, palette.agent),
            (icons::USER, words::CUSTOMER, palette.customer),
        ] {
            icon_label(ui, icon, colour);
            ui.label(RichText::new(label).size(theme::SMALL).color(colour));
            ui.add_space(theme::GAP);
        }
    });
    ui.add_space(theme::STEP);
}

/// Elapsed, what is repeated, how close it is looked at, what remains.
fn times(
    ui: &mut Ui,
    state: &AppState,
    listening: &Listening,
    view: &mut View,
    actions: &mut Vec<Action>,
) {
    let palette = Palette::of(ui);
    let duration = listening.recording.pcm.duration();
    let shown = match &view.looks.drag {
        Some(waveform::Drag::Scrub(at)) => *at,
        _ => listening.playback.position,
    };
    let figures = |time: String| RichText::new(time).font(theme::figures(theme::BODY));
    let size = Vec2::new(ui.available_width(), TIMES_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::STEP;
        let left = format!("−{}", clock(duration.saturating_sub(shown)));
        ui.label(figures(left).color(palette.muted));
        zooms(ui, state, listening, view);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(figures(clock(shown)).color(palette.text));
            ui.label(figures(format!("/ {}", clock(duration))).color(palette.muted));
            if !listening.recording.overview.is_complete() {
                ui.label(muted(ui, words::STILL_READING));
            }
            go_to(ui, state, view, actions);
            if let Repeat::Between(range) = &listening.repeat {
                let words = format!("A {} – B {}", clock(range.start), clock(range.end));
                ui.label(figures(words).color(palette.accent_text));
            }
            if state.settings.desk.skips_silence {
                let left_out = listening.silences.iter().map(|it| it.end - it.start).sum();
                let words = muted(ui, words::SKIPPED.with(&[("time", &clock(left_out))]));
                let galley = egui::WidgetText::from(words).into_galley(
                    ui,
                    Some(egui::TextWrapMode::Extend),
                    f32::INFINITY,
                    egui::TextStyle::Body,
                );
                // Half of it would say nothing; the picture shows it, too.
                if galley.size().x <= ui.available_width() {
                    ui.label(galley);
                }
            }
        });
    });
}

fn zooms(ui: &mut Ui, state: &AppState, listening: &Listening, view: &mut View) {
    let buttons = [
        (icons::ZOOM_ALL, words::ZOOM_ALL, Shortcut::ZoomAll),
        (icons::ZOOM_OUT, words::ZOOM_OUT, Shortcut::ZoomOut),
        (icons::ZOOM_IN, words::ZOOM_IN, Shortcut::ZoomIn),
    ];
    for (icon, label, shortcut) in buttons {
        let response = icon_button(ui, icon, &label, 8.0 * theme::STEP);
        if response.on_hover_text(with_key(state, label, shortcut)).clicked() {
            zoom(shortcut, listening, view);
        }
    }
}

/// Looks closer or from further away, around what is heard.
pub fn zoom(shortcut: Shortcut, listening: &Listening, view: &mut View) {
    let (at, duration) = (listening.playback.position, listening.recording.pcm.duration());
    match shortcut {
        Shortcut::ZoomIn => view.looks.zoom.zoom(1.6, at, duration),
        Shortcut::ZoomOut => view.looks.zoom.zoom(1.0 / 1.6, at, duration),
        _ => view.looks.zoom.reset(),
    }
}

/// A time is typed in place, and gone to with Enter.
fn go_to(ui: &mut Ui, state: &AppState, view: &mut View, actions: &mut Vec<Action>) {
    let Some(typed) = &mut view.go_to else {
        let go = icon_button(ui, icons::CLOCK, &words::GO_TO_TIME, 8.0 * theme::STEP);
        if go.on_hover_text(with_key(state, words::GO_TO_TIME, Shortcut::GoTo)).clicked() {
            view.go_to = Some(String::new());
        }
        return;
    };
    let field = TextEdit::singleline(typed)
        .hint_text(words::TIME_HINT.get())
        .char_limit(12)
        .desired_width(TIME_FIELD_WIDTH);
    let response = ui.add(field);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(words::GO_TO_TIME.get()));
    if response.lost_focus() {
        let time = parse_time(typed);
        let is_entered = ui.input(|input| input.key_pressed(egui::Key::Enter));
        // What is no time stays to be mended.
        if is_entered && time.is_none() && !typed.trim().is_empty() {
            return response.request_focus();
        }
        if let Some(time) = time.filter(|_| is_entered) {
            actions.push(Action::Seek(time));
        }
        view.go_to = None;
    } else if !response.has_focus() {
        response.request_focus();
    }
}
