//! What a person may choose, and which sites are known.

use egui::{Align, ComboBox, Label, Layout, RichText, Role, Ui, WidgetInfo};

use super::theme;
use super::widgets::{self, Emphasis, button, centred_card, muted, row_from_right, text_button};
use super::{desk_settings, icons};
use crate::locking::{IDLE_CHOICES_MINUTES, KEEP_CHOICES_MINUTES, in_words};
use crate::settings::{LanguageChoice, Settings};
use crate::state::{Action, AppState, Place};
use crate::texts;

/// Paints them in place of whatever is open.
pub fn show(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    centred_card(ui, "settings", |ui| {
        ui.label(RichText::new("Settings").font(theme::large()));
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
        let done = button(ui, Emphasis::Main, icons::CHECK_CIRCLE, "Done", width);
        if done.on_hover_text("Esc").clicked() {
            actions.push(Action::Show(Place::Settings));
        }
    });
}

/// How often the passphrase is asked, as far as the administrator leaves a choice.
fn unlocking(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    let (mut settings, policy) = (state.settings.clone(), state.policy);
    ui.label(RichText::new("Passphrase").font(theme::strong()));
    let kept = settings.keep_unlocked_minutes.min(policy.keep_unlocked_minutes);
    let words = |minutes: u32| match minutes {
        0 => "For every recording".to_owned(),
        minutes => format!("Once in {}", in_words(minutes)),
    };
    if policy.keep_unlocked_minutes == 0 {
        let words = "It is asked for every recording: your administrator has decided so";
        ui.add(Label::new(muted(ui, words)).wrap());
    } else {
        let allowed = |minutes: &u32| *minutes <= policy.keep_unlocked_minutes;
        let choices = KEEP_CHOICES_MINUTES.into_iter().filter(allowed);
        let chosen = choice(ui, "Ask for it", kept, choices, words);
        settings.keep_unlocked_minutes = chosen.unwrap_or(settings.keep_unlocked_minutes);
    }
    let idle = settings.idle_minutes.min(policy.idle_minutes);
    let allowed = |minutes: &u32| *minutes <= policy.idle_minutes;
    let choices = IDLE_CHOICES_MINUTES.into_iter().filter(allowed);
    let chosen = choice(ui, "Lock when unused for", idle, choices, in_words);
    settings.idle_minutes = chosen.unwrap_or(settings.idle_minutes);
    if policy.allow_passphrase_in_keychain {
        let words = "Keep the passphrase in the keychain of this computer";
        ui.checkbox(&mut settings.keeps_passphrase, words);
    } else {
        let words = "The keychain keeps no passphrase: your administrator has decided so";
        ui.add(Label::new(muted(ui, words)).wrap());
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
            }
        });
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
    ui.label(RichText::new("Downloads").font(theme::strong()));
    ui.checkbox(&mut settings.offers_downloads, "Offer new recordings in my Downloads folder");
    let words = "Remove a sealed file from there once it was heard to its end";
    ui.checkbox(&mut settings.removes_heard, words);
    if settings != state.settings {
        actions.push(Action::Settings(settings));
    }
}

fn sites(ui: &mut Ui, state: &AppState, actions: &mut Vec<Action>) {
    ui.label(RichText::new("Where recordings come from").font(theme::strong()));
    let mut sites: Vec<&String> = state.settings.hosts.iter().chain(&state.settings.kept).collect();
    sites.sort();
    sites.dedup();
    if sites.is_empty() {
        ui.label(muted(ui, "No site yet. It is asked when a web page hands over a link."));
    }
    for site in sites {
        row_from_right(ui, |ui| {
            let forget = text_button(ui, icons::CROSS, "Forget", false);
            if forget.on_hover_text(format!("Ask again about {site}")).clicked() {
                actions.push(Action::ForgetSite(site.clone()));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let is_kept = state.settings.kept.contains(site);
                let words = if is_kept { format!("{site}, sign-in kept") } else { site.clone() };
                ui.add(Label::new(words).truncate());
            });
        });
    }
}
