//! What a person may choose about listening: the device, what silence is, where the agent is.

use egui::{
    Align, ComboBox, CornerRadius, Label, Layout, RichText, Role, TextEdit, Ui, WidgetInfo,
};

use super::icons;
use super::theme;
use super::widgets::{Emphasis, button, checkbox, focus_ring, muted, row_from_right};
use crate::call::template;
use crate::desk::Desk;
use crate::state::desk::DeskAction;
use crate::state::{Action, AppState};
use crate::texts::desk as words;

const STEPS_BACK_MS: [u32; 6] = [0, 500, 1000, 2000, 3000, 5000];
const THRESHOLDS_DBFS: [i32; 8] = [-60, -55, -50, -45, -40, -35, -30, -25];
const SHORTEST_MS: [u32; 6] = [500, 1000, 1500, 2000, 3000, 5000];
const FIELD_WIDTH: f32 = 60.0 * theme::STEP;

/// Paints it.
pub fn show(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.label(RichText::new(words::LISTENING).font(theme::strong()));
    let mut desk = state.settings.desk.clone();
    device(ui, state, &mut desk, actions);
    choose(ui, &words::STEP_BACK, &mut desk.step_back_ms, &STEPS_BACK_MS, |ms| match ms {
        0 => words::STEP_BACK_NONE.into(),
        ms => words::SECONDS.with(&[("seconds", &(f64::from(*ms) / 1000.0))]),
    });
    let levels: Vec<Option<i32>> =
        [None].into_iter().chain(THRESHOLDS_DBFS.into_iter().map(Some)).collect();
    choose(ui, &words::SILENCE_LEVEL, &mut desk.silence_dbfs, &levels, |level| match level {
        None => words::SILENCE_AUTO.into(),
        Some(level) => {
            words::SILENCE_DBFS.with(&[("level", &format!("−{}", level.unsigned_abs()))])
        }
    });
    choose(ui, &words::SILENCE_SHORTEST, &mut desk.shortest_silence_ms, &SHORTEST_MS, |ms| {
        words::SECONDS.with(&[("seconds", &(f64::from(*ms) / 1000.0))])
    });
    choose(ui, &words::AGENT_CHANNEL, &mut desk.is_agent_right, &[false, true], |is_right| {
        if *is_right { words::RIGHT.into() } else { words::LEFT.into() }
    });
    checkbox(ui, &mut desk.hides_numbers, &words::HIDE_NUMBERS);
    name_template(ui, &mut desk);
    if desk != state.settings.desk {
        let mut settings = state.settings.clone();
        settings.desk = desk;
        actions.push(Action::Settings(settings));
    }
}

fn device(ui: &mut Ui, state: &AppState, desk: &mut Desk, actions: &mut Vec<Action>) {
    let known = state.devices.clone().unwrap_or_default();
    let mut choices = vec![None];
    choices.extend(known.iter().cloned().map(Some));
    if desk.device.is_some() && !choices.contains(&desk.device) {
        choices.push(desk.device.clone());
    }
    let chosen = desk.device.clone();
    choose(ui, &words::DEVICE, &mut desk.device, &choices, |device| match device {
        None => words::DEVICE_DEFAULT.into(),
        Some(name) if state.devices.is_some() && !known.contains(name) && chosen.is_some() => {
            words::DEVICE_MISSING.with(&[("device", name)])
        }
        Some(name) => name.clone(),
    });
    row_from_right(ui, |ui| {
        if button(ui, Emphasis::Quiet, icons::SPEAKER_HIGH, &words::TEST_SOUND, 0.0).clicked() {
            actions.push(Action::Desk(DeskAction::TestSound));
        }
    });
    if state.devices.is_none() {
        ui.add(Label::new(muted(ui, words::DEVICES_UNKNOWN)).wrap());
    }
}

fn name_template(ui: &mut Ui, desk: &mut Desk) {
    ui.label(words::TEMPLATE.get());
    let field = TextEdit::singleline(&mut desk.name_template)
        .hint_text(words::TEMPLATE_HINT.get())
        .char_limit(100)
        .desired_width(f32::INFINITY);
    let response =
        ui.add_sized([FIELD_WIDTH.max(ui.available_width()), theme::CONTROL_HEIGHT], field);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(words::TEMPLATE.get()));
    if !desk.name_template.is_empty() && !template::is_useful(&desk.name_template) {
        ui.add(Label::new(muted(ui, words::TEMPLATE_USELESS)).wrap());
    }
}

/// A choice in one line.
fn choose<T: PartialEq + Clone>(
    ui: &mut Ui,
    label: &str,
    current: &mut T,
    choices: &[T],
    words: impl Fn(&T) -> String,
) {
    row_from_right(ui, |ui| {
        let shown = words(current);
        let combo = ComboBox::from_id_salt(label).selected_text(&shown).truncate();
        let combo = combo.show_ui(ui, |ui| {
            for choice in choices {
                if ui.selectable_label(choice == current, words(choice)).clicked() {
                    *current = choice.clone();
                    // By key it stays open otherwise.
                    ui.close();
                }
            }
        });
        let rect = combo.response.rect;
        focus_ring(ui, &combo.response, rect, CornerRadius::same(theme::CORNER));
        combo.response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ComboBox, true, label);
            info.current_text_value = Some(shown.clone());
            info
        });
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(Label::new(label).truncate());
        });
    });
}
