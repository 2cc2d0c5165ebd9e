//! What a person may choose, and which sites are known.

use egui::{Align, ComboBox, CornerRadius, Label, Layout, RichText, Role, Ui, WidgetInfo};

use super::theme;
use super::widgets::{
    self, Emphasis, button, centred_card, checkbox, focus_ring, muted, row_from_right, text_button,
};
use super::{desk_settings, icons};
use crate::locking::{IDLE_CHOICES_MINUTES, KEEP_CHOICES_MINUTES, in_words};
use crate::settings::{LanguageChoice, Settings};
use crate::state::{Action, AppState, Place};
use crate::texts;

/// Paints them in place of whatever is open.
pub fn show(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    centred_card(ui, "settings", |ui| {
        ui.label(RichText::new(texts::SETTINGS).font(theme::large()));
        ui.add_space(theme::GAP);
        unlocking(ui, state, actions);
        ui.add_space(theme::GAP);
        widgets::rule(ui);
        ui.add_space(theme::GAP);
        desk_settings::show(ui, state, actions);
        ui.add_space(theme::GAP);
        widgets::rule(ui);
        ui.add_space(theme::GAP);
        switches(ui, state, actions);
        ui.add_space(theme::GAP);
        widgets::rule(ui);
        ui.add_space(theme::GAP);
        language(ui, state, actions);
        ui.add_space(theme::GAP);
        widgets::rule(ui);
        ui.add_space(theme::GAP);
        sites(ui, state, actions);
        ui.add_space(theme::GROUP);
        let width = ui.available_width();
        let done = button(ui, Emphasis::Main, icons::CHECK_CIRCLE, &texts::DONE, width);
        if done.on_hover_text("Esc").clicked() {
            actions.push(Action::Show(Place::Settings));
        }
    });
}

/// How often the passphrase is asked, as far as the administrator leaves a choice.
fn unlocking(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let (mut settings, policy) = (state.settings.clone(), state.policy);
    ui.label(RichText::new(texts::PASSPHRASE).font(theme::strong()));
    let kept = settings.keep_unlocked_minutes.min(policy.keep_unlocked_minutes);
    let words = |minutes: u32| match minutes {
        0 => texts::FOR_EVERY_RECORDING.into(),
        minutes => texts::ONCE_IN.with(&[("time", &in_words(minutes))]),
    };
    if policy.keep_unlocked_minutes == 0 {
        ui.add(Label::new(muted(ui, texts::MANAGED_PASSPHRASE)).wrap());
    } else {
        let allowed = |minutes: &u32| *minutes <= policy.keep_unlocked_minutes;
        let choices = KEEP_CHOICES_MINUTES.into_iter().filter(allowed);
        let chosen = choice(ui, &texts::ASK_FOR_IT, kept, choices, words);
        settings.keep_unlocked_minutes = chosen.unwrap_or(settings.keep_unlocked_minutes);
    }
    let idle = settings.idle_minutes.min(policy.idle_minutes);
    let allowed = |minutes: &u32| *minutes <= policy.idle_minutes;
    let choices = IDLE_CHOICES_MINUTES.into_iter().filter(allowed);
    let chosen = choice(ui, &texts::LOCK_WHEN_UNUSED, idle, choices, in_words);
    settings.idle_minutes = chosen.unwrap_or(settings.idle_minutes);
    if policy.allow_passphrase_in_keychain {
        checkbox(ui, &mut settings.keeps_passphrase, &texts::KEEP_PASSPHRASE);
    } else {
        ui.add(Label::new(muted(ui, texts::MANAGED_KEYCHAIN)).wrap());
    }
    if settings != state.settings {
        actions.push(Action::Settings(settings));
    }
}

fn language(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let words = |language| match language {
        LanguageChoice::System => texts::LANGUAGE_OF_SYSTEM.into(),
        LanguageChoice::English => texts::ENGLISH.into(),
        LanguageChoice::Spanish => texts::SPANISH.into(),
    };
    let (current, all) = (state.settings.language, LanguageChoice::ALL.into_iter());
    if let Some(language) = choice(ui, &texts::LANGUAGE, current, all, words) {
        actions.push(Action::Settings(Settings { language, ..state.settings.clone() }));
    }
}

/// A choice in one line; what was chosen, if anything was.
pub fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    label: &str,
    current: T,
    choices: impl Iterator<Item = T>,
    words: impl Fn(T) -> String,
) -> Option<T> {
    let mut chosen = None;
    row_from_right(ui, |ui| {
        let shown = ComboBox::from_id_salt(label).selected_text(words(current)).show_ui(ui, |ui| {
            for offered in choices {
                if ui.selectable_label(offered == current, words(offered)).clicked() {
                    chosen = Some(offered);
                }
                ui.close();
            }
        });
        focus_ring(ui, &shown.response, shown.response.rect, CornerRadius::same(theme::CORNER));
        shown.response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ComboBox, true, label);
            info.current_text_value = Some(words(current));
            info
        });
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add(Label::new(label).truncate());
        });
    });
    chosen
}

fn switches(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let mut settings = state.settings.clone();
    ui.label(RichText::new(texts::DOWNLOADS).font(theme::strong()));
    checkbox(ui, &mut settings.offers_downloads, &texts::OFFER_DOWNLOADS);
    checkbox(ui, &mut settings.removes_heard, &texts::REMOVE_HEARD);
    if settings != state.settings {
        actions.push(Action::Settings(settings));
    }
}

fn sites(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.label(RichText::new(texts::WHERE_FROM).font(theme::strong()));
    let mut sites: Vec<&String> = state.settings.hosts.iter().chain(&state.settings.kept).collect();
    sites.sort();
    sites.dedup();
    if sites.is_empty() {
        ui.label(muted(ui, texts::NO_SITE_YET));
    }
    for site in sites {
        row_from_right(ui, |ui| {
            let forget = text_button(ui, icons::CROSS, &texts::FORGET, false);
            if forget.on_hover_text(texts::ASK_AGAIN_ABOUT.with(&[("site", site)])).clicked() {
                actions.push(Action::ForgetSite(site.clone()));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let is_kept = state.settings.kept.contains(site);
                let kept = || texts::SIGN_IN_KEPT.with(&[("site", site)]);
                let words = if is_kept { kept() } else { site.clone() };
                ui.add(Label::new(words).truncate());
            });
        });
    }
}
