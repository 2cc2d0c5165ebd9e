//! Which files were dropped on the window, and is one hovering over it?

use super::source::Source;

/// The files dropped in this frame.
pub fn dropped_files(ctx: &egui::Context) -> Vec<Source> {
    ctx.input(|input| {
        let files = input.raw.dropped_files.iter();
        files.map(|file| Source::of_file(file.path().to_owned())).collect()
    })
}

/// Whether a file hovers over the window.
pub fn is_hovering(ctx: &egui::Context) -> bool {
    ctx.input(|input| !input.raw.hovered_files.is_empty())
}
