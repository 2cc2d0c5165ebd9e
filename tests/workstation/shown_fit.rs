//! What stands where in a picture, and is any of it cut off or painted over?

use egui::epaint::{ClippedShape, Shape, TextShape};
use egui::{FullOutput, Pos2, Rect, Vec2};

/// A text as it is painted.
#[derive(Clone, Debug)]
pub struct Painted {
    /// The whole of it, also where not all of it is seen.
    pub text: String,
    /// Where its lines stand.
    pub rows: Vec<Rect>,
    /// What is painted of it.
    pub clip: Rect,
    /// Some of it is left out for lack of room.
    pub is_cut: bool,
}

/// Every text of a picture but icons.
pub fn texts(output: &FullOutput) -> Vec<Painted> {
    let mut texts = Vec::new();
    for ClippedShape { clip_rect, shape, .. } in &output.shapes {
        collect(shape, *clip_rect, &mut texts);
    }
    texts
}

fn collect(shape: &Shape, clip: Rect, texts: &mut Vec<Painted>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, texts)),
        Shape::Text(text) if is_words(text.galley.text()) => texts.push(Painted {
            text: text.galley.text().to_owned(),
            rows: rows(text),
            clip,
            is_cut: text.galley.elided,
        }),
        _ => {}
    }
}

fn rows(text: &TextShape) -> Vec<Rect> {
    let place = text.pos.to_vec2();
    text.galley.rows.iter().map(|row| row.rect_without_leading_space().translate(place)).collect()
}

/// Icons are of the private use area, and the figure in the arrow of a jump belongs to its icon.
fn is_words(text: &str) -> bool {
    let is_icon = |character: char| ('\u{E000}'..='\u{F8FF}').contains(&character);
    !text.is_empty() && !text.chars().all(is_icon) && !matches!(text, "5" | "10")
}

/// Texts that run over their places in width, that are cut although they must be read in full, and
/// that lie on each other.
pub fn faults(
    output: &FullOutput,
    name: &str,
    size: Vec2,
    may_be_cut: impl Fn(&str) -> bool,
) -> Vec<String> {
    let window = Rect::from_min_size(Pos2::ZERO, size).expand(1.0);
    let (mut seen, mut faults) = (Vec::new(), Vec::new());
    for text in texts(output) {
        for row in &text.rows {
            let place = text.clip.intersect(window);
            if !row.intersect(place).is_positive() {
                continue;
            }
            let place = place.expand(1.0).x_range();
            if !place.contains(row.left()) || !place.contains(row.right()) {
                faults.push(format!("{name}: runs over its place: {text:?}"));
            }
            if text.is_cut && !may_be_cut(&text.text) {
                faults.push(format!("{name}: is cut: {text:?}"));
            }
            seen.push((text.text.clone(), row.intersect(text.clip).shrink(1.5)));
        }
    }
    assert!(!seen.is_empty(), "{name}: nothing is painted");
    for (index, (text, row)) in seen.iter().enumerate() {
        let mut others = seen.iter().skip(index + 1);
        let other = others.find(|(_, other)| row.intersect(*other).is_positive());
        faults.extend(other.map(|(other, _)| format!("{name}: {text} {row} lies on {other}")));
    }
    faults
}
