//! How does the window come up, and what does it take with it?

use std::path::Path;
use std::sync::{Arc, Mutex};

use eframe::NativeOptions;
use egui::ViewportBuilder;

use super::App;
use crate::audio::play::output::DefaultDevice;
use crate::instance::Door;
use crate::open::handed;
use crate::open::source::Source;
use crate::platform;
use crate::texts;
use crate::ui::theme;

/// Runs the window until it is closed. The second renderer is tried where the first one fails.
pub fn run_window(
    data_folder: &Path,
    sources: Vec<Source>,
    door: Option<Door>,
) -> Result<(), String> {
    let door = Arc::new(Mutex::new(door));
    let opened = Arc::new(Mutex::new(platform::take_over_opened()));
    let mut errors = Vec::new();
    texts::ask_system();
    for renderer in platform::renderers() {
        let (data_folder, sources) = (data_folder.to_owned(), sources.clone());
        let (door, opened) = (Arc::clone(&door), Arc::clone(&opened));
        let options = NativeOptions { renderer, viewport: viewport(), ..NativeOptions::default() };
        let outcome = eframe::run_native(
            "callseal",
            options,
            Box::new(move |creation| {
                let output = Box::new(DefaultDevice::default());
                let mut app = App::new(&creation.egui_ctx, &data_folder, sources, output);
                if let Some(door) = door.lock().ok().and_then(|mut door| door.take()) {
                    door.open(Arc::clone(&app.wake));
                    app.door = Some(door);
                }
                if let Some(opened) = opened.lock().ok().and_then(|mut opened| opened.take()) {
                    handed::forward(opened, app.event_sender.clone(), Arc::clone(&app.wake));
                }
                Ok(Box::new(app))
            }),
        );
        match outcome {
            Ok(()) => return Ok(()),
            Err(error) => errors.push(error.to_string()),
        }
    }
    Err(texts::no_window(&errors))
}

fn viewport() -> ViewportBuilder {
    let icon = eframe::icon_data::from_png_bytes(include_bytes!("../../../assets/icon.png"));
    let viewport = ViewportBuilder::default()
        .with_title(shared::PRODUCT)
        .with_app_id("callseal")
        .with_inner_size(theme::WINDOW_SIZE)
        .with_min_inner_size(theme::WINDOW_MIN_SIZE)
        .with_drag_and_drop(true);
    match icon {
        Ok(icon) => viewport.with_icon(icon),
        Err(_) => viewport,
    }
}
