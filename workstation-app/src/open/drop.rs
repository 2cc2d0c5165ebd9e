//! Which files were dropped on the window, and is one hovering over it?

use std::path::PathBuf;

/// The files dropped in this frame.
pub fn dropped_files(ctx: &egui::Context) -> Vec<PathBuf> {
    ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect())
}

/// Whether a file hovers over the window.
pub fn is_hovering(ctx: &egui::Context) -> bool {
    ctx.input(|input| !input.raw.hovered_files.is_empty())
}
