//! The picture: click, drag, zoom, and what a screen reader hears of it.

use std::time::Duration;

use egui::accesskit::{Action, ActionData, ActionRequest, Role, TreeId};
use egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, Rect, TouchPhase, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use workstation_app::state::desk::Repeat;

use crate::hands::Hands;

fn picture(hands: &Hands) -> Rect {
    hands.window.get_by_role_and_label(Role::Slider, "Position").rect()
}

fn button(hands: &mut Hands, pos: Pos2, pressed: bool, modifiers: Modifiers) {
    hands.window.event(Event::PointerMoved(pos));
    hands.window.event(Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers,
    });
    hands.window.step();
}

fn drag(hands: &mut Hands, from: f32, to: f32, modifiers: Modifiers) {
    let rect = picture(hands);
    let at = |fraction: f32| Pos2::new(rect.left() + fraction * rect.width(), rect.center().y);
    hands.window.event_modifiers(Event::PointerMoved(at(from)), modifiers);
    hands.window.step();
    button(hands, at(from), true, modifiers);
    for step in 1..=5 {
        let fraction = from + (to - from) * step as f32 / 5.0;
        hands.window.event_modifiers(Event::PointerMoved(at(fraction)), modifiers);
        hands.window.step();
    }
    button(hands, at(to), false, modifiers);
    hands.steps();
}

#[test]
fn a_drag_jumps_where_it_is_let_go() {
    let mut hands = Hands::listening();
    hands.pause();
    drag(&mut hands, 0.1, 0.5, Modifiers::NONE);
    assert!((hands.at() - 15.0).abs() < 0.2, "{}", hands.at());
    assert_eq!(hands.listening_now().repeat, Repeat::Off);
}

#[test]
fn a_drag_with_shift_repeats_what_was_drawn() {
    let mut hands = Hands::listening();
    hands.pause();
    drag(&mut hands, 0.8, 0.6, Modifiers::SHIFT);
    let Repeat::Between(range) = &hands.listening_now().repeat else { panic!("no repeat") };
    assert!(
        range.start.abs_diff(Duration::from_secs(18)) < Duration::from_millis(200),
        "{range:?}"
    );
    assert!(range.end.abs_diff(Duration::from_secs(24)) < Duration::from_millis(200), "{range:?}");
    assert!((hands.at() - 18.0).abs() < 0.3, "and begins with it");
}

#[test]
fn the_wheel_looks_closer_at_what_is_under_the_pointer() {
    let mut hands = Hands::listening();
    hands.pause();
    let rect = picture(&hands);
    let pointer = Pos2::new(rect.left() + rect.width() * 0.75, rect.center().y);
    hands.window.event(Event::PointerMoved(pointer));
    hands.steps();
    for _ in 0..12 {
        hands.window.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: Vec2::new(0.0, 40.0),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        hands.steps();
    }
    assert!(hands.has(Role::ScrollBar, "Visible part"));
    // The moment under the pointer stayed there.
    button(&mut hands, pointer, true, Modifiers::NONE);
    button(&mut hands, pointer, false, Modifiers::NONE);
    hands.steps();
    assert!((hands.at() - 22.5).abs() < 0.1, "{}", hands.at());
    // A step to the side is now less than it was.
    let aside = pointer + Vec2::new(-rect.width() * 0.25, 0.0);
    button(&mut hands, aside, true, Modifiers::NONE);
    button(&mut hands, aside, false, Modifiers::NONE);
    hands.steps();
    assert!((17.0..22.4).contains(&hands.at()), "{}", hands.at());
    hands.press(Key::A);
    assert!(!hands.has(Role::ScrollBar, "Visible part"));
}

#[test]
fn buttons_and_keys_zoom_around_what_is_heard() {
    let mut hands = Hands::listening();
    hands.pause();
    hands.click(Role::Button, "Zoom in");
    assert!(hands.has(Role::ScrollBar, "Visible part"));
    hands.click(Role::Button, "Zoom out");
    assert!(!hands.has(Role::ScrollBar, "Visible part"));
    hands.press(Key::I);
    hands.press(Key::I);
    hands.press(Key::O);
    assert!(hands.has(Role::ScrollBar, "Visible part"));
    hands.click(Role::Button, "Show all of it");
    assert!(!hands.has(Role::ScrollBar, "Visible part"));
}

#[test]
fn a_screen_reader_hears_the_time_in_words_and_sets_it() {
    let mut hands = Hands::listening();
    hands.pause();
    hands.press(Key::Home);
    let node = hands.window.get_by_role_and_label(Role::Slider, "Position");
    assert_eq!(node.value().as_deref(), Some("0:00 of 0:30"));
    assert_eq!(node.accesskit_node().max_numeric_value(), Some(30.0));
    let target_node = node.accesskit_node().locate().0;
    let ask = |action, data| {
        Event::AccessKitActionRequest(ActionRequest {
            action,
            target_tree: TreeId::ROOT,
            target_node,
            data,
        })
    };
    hands.window.event(ask(Action::SetValue, Some(ActionData::NumericValue(12.5))));
    hands.steps();
    assert!((hands.at() - 12.5).abs() < 0.05, "{}", hands.at());
    hands.window.event(ask(Action::Increment, None));
    hands.steps();
    assert!((hands.at() - 17.5).abs() < 0.05, "{}", hands.at());
    hands.window.event(ask(Action::Decrement, None));
    hands.steps();
    assert!((hands.at() - 12.5).abs() < 0.05, "{}", hands.at());
    for wrong in [f64::NAN, -5.0, f64::INFINITY] {
        hands.window.event(ask(Action::SetValue, Some(ActionData::NumericValue(wrong))));
        hands.steps();
        assert!((hands.at() - 12.5).abs() < 0.05, "{wrong}");
    }
}
