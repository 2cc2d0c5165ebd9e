//! Is what was typed and ticked for one site ever shown for another, and is it seen what is not
//! protected?

use std::time::Instant;

use egui::accesskit::{Role, Toggled};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use workstation_app::link::login::Question;
use workstation_app::message::Event;
use workstation_app::open::source::Source;
use workstation_app::settings::{Settings, ThemeChoice};
use workstation_app::state::{Action, AppState};
use workstation_app::texts;
use workstation_app::ui::passphrase::TypedGuard;
use workstation_app::ui::{self, View, theme};

const KEEP: &str = "Keep this sign-in in the keychain of this computer";

/// A window, and what was done in it.
struct Window {
    state: AppState,
    view: View,
    actions: Vec<Action>,
}

fn window() -> Harness<'static, Window> {
    let guard = TypedGuard::default();
    let state = AppState::new(Settings::default());
    let window = Window { state, view: View::new(guard.clone()), actions: Vec::new() };
    Harness::builder()
        .with_size(theme::WINDOW_SIZE)
        .with_context_setup(move |ctx| {
            theme::install(ctx, ThemeChoice::System);
            ctx.add_plugin(guard.clone());
        })
        .build_ui_state(
            |ui, window: &mut Window| {
                let now = Instant::now();
                window.actions.extend(ui::show(ui, &window.state, &mut window.view, now));
            },
            window,
        )
}

fn open(harness: &mut Harness<'_, Window>, link: &str) {
    let state = &mut harness.state_mut().state;
    let source = Source::of_argument(link.as_ref()).into_iter().collect();
    state.act(Action::Open(source), Instant::now());
    harness.run_steps(4);
}

/// The site of a link asks who wants to know.
fn ask(harness: &mut Harness<'_, Window>, site: &str, is_wrong: bool) {
    open(harness, &format!("{site}/a.pgp"));
    let question = Question {
        site: site.to_owned(),
        host: site.trim_start_matches("https://").to_owned(),
        realm: "CONTACT-CENTER-ADMIN".to_owned(),
        is_open: false,
        is_wrong,
    };
    let state = &mut harness.state_mut().state;
    let generation = state.generation();
    state.apply(Event::SignIn { generation, question }, Instant::now());
    harness.run_steps(4);
}

fn name(harness: &Harness<'_, Window>) -> String {
    let field = harness.get_by_role_and_label(Role::TextInput, "Name");
    field.accesskit_node().value().unwrap_or_default()
}

fn is_ticked(harness: &Harness<'_, Window>) -> bool {
    harness.get_by_label(KEEP).accesskit_node().toggled() == Some(Toggled::True)
}

fn type_name(harness: &mut Harness<'_, Window>, name: &str) {
    harness.get_by_role_and_label(Role::TextInput, "Name").type_text(name);
    harness.run_steps(3);
}

#[test]
fn what_was_typed_and_ticked_for_a_site_stays_there_for_another_try_and_is_gone_for_another_site() {
    let mut harness = window();
    ask(&mut harness, "https://one.example", false);
    assert!(!is_ticked(&harness));
    type_name(&mut harness, "6666");
    harness.get_by_label(KEEP).click();
    harness.run_steps(3);
    assert_eq!((name(&harness).as_str(), is_ticked(&harness)), ("6666", true));

    ask(&mut harness, "https://one.example", true);
    assert_eq!((name(&harness).as_str(), is_ticked(&harness)), ("6666", true), "the same site");
    for other in ["https://two.example", "https://one.example:444", "http://one.example"] {
        ask(&mut harness, other, false);
        assert_eq!((name(&harness).as_str(), is_ticked(&harness)), ("", false), "{other}");
    }
    ask(&mut harness, "https://one.example", false);
    assert_eq!((name(&harness).as_str(), is_ticked(&harness)), ("", false), "the first one again");
}

#[test]
fn a_name_that_cannot_be_sent_is_said_at_once_and_goes_nowhere() {
    let mut harness = window();
    ask(&mut harness, "https://one.example", false);
    type_name(&mut harness, "6666");
    assert!(harness.query_by_label(texts::NAME_WITH_COLON.get()).is_none());
    type_name(&mut harness, ":7");
    assert!(harness.query_by_label(texts::NAME_WITH_COLON.get()).is_some(), "{}", name(&harness));
    harness.get_by_role_and_label(Role::PasswordInput, "Password").type_text("secret");
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Button, "Sign in").click();
    harness.run_steps(3);
    assert!(harness.state().actions.is_empty(), "{:?}", harness.state().actions);
}

#[test]
fn whether_the_way_to_a_host_is_protected_is_seen_before_it_is_trusted() {
    for (link, is_open) in
        [("callseal:http://pbx.example/a.pgp", true), ("callseal:https://pbx.example/a.pgp", false)]
    {
        let mut harness = window();
        open(&mut harness, link);
        assert!(harness.query_by_label("Yes, open them").is_some(), "{link} is not asked about");
        assert_eq!(harness.query_by_label(texts::OPEN_HOST.get()).is_some(), is_open, "{link}");
    }
}
