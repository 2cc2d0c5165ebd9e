//! Can everybody use the window: by keyboard alone, with a screen reader, with weak eyes, with names
//! from anywhere?

#[path = "everyone/contrast.rs"]
mod contrast;
#[path = "everyone/focus.rs"]
mod focus;
#[path = "everyone/motion.rs"]
mod motion;
#[path = "everyone/names.rs"]
mod names;
#[path = "shown.rs"]
mod shown;
#[path = "shown_all.rs"]
mod shown_all;
#[path = "shown_desk.rs"]
mod shown_desk;
#[path = "shown_fit.rs"]
mod shown_fit;
#[path = "shown_keys.rs"]
mod shown_keys;
#[path = "shown_links.rs"]
mod shown_links;
