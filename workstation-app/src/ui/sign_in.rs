//! The site asks for a name and a password: where they go, and whether others can read them.

use egui::{Key, Label, RichText, TextEdit, Ui, Vec2};

use super::theme::{self, Palette};
use super::widgets::{self, Emphasis, badge, button, centred_card, checkbox, marked};
use super::{View, icons, secret_field};
use crate::link::login::{Login, Question};
use crate::state::{Action, SignInScreen};
use crate::texts;

/// What is typed besides the password.
#[derive(Debug, Default)]
pub struct SignInText {
    /// For which site: scheme, host and port.
    site: String,
    name: String,
    is_kept: bool,
}

/// Paints the question.
pub fn show(ui: &mut Ui, sign_in: &SignInScreen, view: &mut View, actions: &mut Vec<Action>) {
    let is_new = view.attempt != sign_in.attempt;
    view.attempt = sign_in.attempt;
    let question = &sign_in.question;
    if view.sign_in.site != question.site {
        // What was typed and ticked for one site is not meant for another.
        view.sign_in = SignInText { site: question.site.clone(), ..SignInText::default() };
    }
    centred_card(ui, "sign in", |ui| {
        heading(ui, question);
        ui.label(RichText::new(texts::SIGN_IN_NAME).font(theme::strong()));
        let name = name_field(ui, &mut view.sign_in.name, is_new);
        ui.label(RichText::new(texts::PASSWORD).font(theme::strong()));
        let password =
            secret_field::show(ui, &mut view.passphrase, &texts::PASSWORD, question.is_wrong);
        if is_new && !view.sign_in.name.is_empty() {
            password.request_focus();
        }
        view.passphrase.set_wanted(password.has_focus());
        let is_entered = |field: &egui::Response| {
            field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
        };
        let (is_name_entered, is_password_entered) = (is_entered(&name), is_entered(&password));
        let words = texts::KEEP_SIGN_IN.get();
        checkbox(ui, &mut view.sign_in.is_kept, words);
        remarks(ui, question, &view.sign_in.name);
        ui.add_space(theme::GAP);
        let width = ui.available_width();
        let go = button(ui, Emphasis::Main, icons::LOCK_KEY, &texts::SIGN_IN, width);
        if go.on_hover_text(texts::ENTER_KEY).clicked() || is_name_entered || is_password_entered {
            let typed = view.sign_in.name.trim().to_owned();
            if typed.is_empty() || !Login::can_send(&typed) {
                name.request_focus();
            } else if view.passphrase.is_empty() {
                password.request_focus();
            } else {
                let login = Login { name: typed, password: view.passphrase.take_passphrase() };
                let is_kept = view.sign_in.is_kept;
                actions.push(Action::SignIn { login, is_kept });
            }
        }
    });
}

fn heading(ui: &mut Ui, question: &Question) {
    let palette = Palette::of(ui);
    badge(ui, icons::KEY, palette.accent_text, palette.accent_soft);
    ui.vertical_centered(|ui| {
        let words = RichText::new(texts::sign_in(&question.host)).font(theme::large());
        ui.add(Label::new(words).wrap());
        if !question.realm.is_empty() {
            let realm = shared::recording::escaped(question.realm.as_bytes());
            ui.add(Label::new(RichText::new(realm).color(palette.muted)).wrap());
        }
    });
    ui.add_space(theme::GAP);
    widgets::rule(ui);
    ui.add_space(theme::GAP);
}

fn name_field(ui: &mut Ui, name: &mut String, is_new: bool) -> egui::Response {
    let field = TextEdit::singleline(name)
        .id(ui.make_persistent_id("name"))
        .char_limit(200)
        .min_size(Vec2::new(0.0, theme::CONTROL_HEIGHT))
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(f32::INFINITY);
    let field = ui.add(field);
    field.widget_info(|| {
        let mut info = egui::WidgetInfo::new(egui::Role::TextInput);
        info.label = Some(texts::SIGN_IN_NAME.into());
        info
    });
    if is_new {
        field.request_focus();
    }
    field
}

fn remarks(ui: &mut Ui, question: &Question, name: &str) {
    let palette = Palette::of(ui);
    if !Login::can_send(name) {
        marked(ui, icons::WARNING_CIRCLE, &texts::NAME_WITH_COLON, palette.bad);
    }
    if question.is_wrong {
        marked(ui, icons::WARNING_CIRCLE, &texts::SIGN_IN_REFUSED, palette.bad);
    }
    if question.is_open {
        marked(ui, icons::WARNING_CIRCLE, &texts::OPEN_SIGN_IN, palette.bad);
    }
}
