//! Does the keyboard reach every control, is each one named, and is it seen where the keyboard is?

use std::collections::{BTreeMap, BTreeSet};

use egui::accesskit::{Action, Role};
use egui::epaint::Shape;
use egui::{Key, Rect, Theme};
use egui_kittest::kittest::{NodeT, Queryable};

use crate::shown::{PaintedHarness, WINDOW, listening, painted};
use crate::shown_all::every_screen;

/// More than any screen has.
const MOST_CONTROLS: usize = 80;

/// What a control is for a screen reader.
#[derive(Clone, Debug, PartialEq)]
struct Control {
    id: u128,
    name: String,
    role: Role,
    rect: Rect,
}

fn controls(harness: &PaintedHarness) -> Vec<Control> {
    harness
        .root()
        .query_all_by(|node| node.data().supports_action(Action::Focus) && !node.is_disabled())
        .map(|node| control(&node))
        .collect()
}

fn control(node: &egui_kittest::Node<'_>) -> Control {
    let rect = node.rect();
    let node = node.accesskit_node();
    let name = node.label().unwrap_or_default();
    Control { id: node.id().into(), name, role: node.role(), rect }
}

fn focused(harness: &PaintedHarness) -> Option<Control> {
    harness.root().query_all_by(|node| node.is_focused()).map(|node| control(&node)).next()
}

fn tab(harness: &mut PaintedHarness) {
    harness.key_press(Key::Tab);
    harness.run_steps(3);
}

/// Every control that Tab comes to, in its order, until it comes round.
fn round(harness: &mut PaintedHarness) -> Vec<Control> {
    let mut seen: Vec<Control> = Vec::new();
    for _ in 0..MOST_CONTROLS {
        tab(harness);
        let Some(control) = focused(harness) else { continue };
        if seen.iter().any(|known| known.id == control.id) {
            break;
        }
        seen.push(control);
    }
    seen
}

#[test]
fn every_control_has_a_name_and_a_role() {
    for (screen, state) in every_screen() {
        let harness = painted(state, Theme::Light, WINDOW, 1.0);
        let controls = controls(&harness);
        assert!(!controls.is_empty(), "{screen}");
        for control in controls {
            let has_words = control.name.chars().any(char::is_alphanumeric);
            assert!(has_words, "{screen}: {control:?}");
            let is_known = !matches!(control.role, Role::Unknown | Role::GenericContainer);
            assert!(is_known, "{screen}: {control:?}");
        }
    }
}

#[test]
fn tab_comes_to_every_control_and_round_again() {
    for (screen, state) in every_screen() {
        let mut harness = painted(state, Theme::Light, WINDOW, 1.0);
        let reached: BTreeSet<String> =
            round(&mut harness).into_iter().map(|control| control.name).collect();
        let all: BTreeSet<String> =
            controls(&harness).into_iter().map(|control| control.name).collect();
        assert_eq!(reached, all, "{screen}");
    }
}

#[test]
fn tab_goes_down_the_listening_desk_from_the_bar_to_the_switches() {
    let mut harness = painted(listening(None), Theme::Light, WINDOW, 1.0);
    let names: Vec<String> = round(&mut harness).into_iter().map(|control| control.name).collect();
    let at = |name: &str| names.iter().position(|known| known == name);
    let order = ["Settings", "Position", "Slower", "5 seconds back", "Pause", "5 seconds on"];
    let places: Vec<Option<usize>> = order.iter().map(|name| at(name)).collect();
    assert!(places.iter().all(Option::is_some), "{order:?} of {names:?}");
    let round: Vec<Option<usize>> = {
        // The walk may begin anywhere.
        let first = places.iter().flatten().min().copied();
        let at = places.iter().position(|place| *place == first).unwrap_or_default();
        [places.get(at..), places.get(..at)].into_iter().flatten().flatten().copied().collect()
    };
    assert!(round.is_sorted(), "{order:?} of {names:?}");
}

/// What is painted at a control and close around it, wherever it was scrolled to.
fn look(harness: &PaintedHarness, place: Rect) -> Vec<String> {
    let mut look = Vec::new();
    for clipped in &harness.output().shapes {
        let rect = clipped.shape.visual_bounding_rect().intersect(clipped.clip_rect);
        if place.expand(8.0).contains_rect(rect) {
            describe(&clipped.shape, &mut look);
        }
    }
    look
}

fn describe(shape: &Shape, look: &mut Vec<String>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| describe(shape, look)),
        Shape::Rect(it) => {
            look.push(format!("{:?} {:?} {:?}", it.rect.size().round(), it.fill, it.stroke));
        }
        Shape::Circle(it) => look.push(format!("{} {:?} {:?}", it.radius, it.fill, it.stroke)),
        Shape::Text(it) => {
            look.push(format!("{} {:?}", it.galley.text(), it.override_text_color));
        }
        other => look.push(format!("{:?}", std::mem::discriminant(other))),
    }
}

#[test]
fn it_is_seen_which_control_has_the_focus() {
    for theme in [Theme::Light, Theme::Dark] {
        for (screen, state) in every_screen() {
            let mut harness = painted(state, theme, WINDOW, 1.0);
            let mut with: BTreeMap<u128, Vec<String>> = BTreeMap::new();
            let mut without = with.clone();
            for _ in 0..=round(&mut harness).len() {
                tab(&mut harness);
                let focused = focused(&harness);
                for control in controls(&harness) {
                    let has_focus = focused.as_ref().is_some_and(|it| it.id == control.id);
                    let looks = if has_focus { &mut with } else { &mut without };
                    looks.insert(control.id, look(&harness, control.rect));
                }
            }
            assert!(!with.is_empty(), "{screen}");
            for control in controls(&harness) {
                let (with, without) = (with.get(&control.id), without.get(&control.id));
                assert!(with.is_some() && with != without, "{screen} {theme:?}: {control:?}");
            }
        }
    }
}
