//! What does the real window do on a desktop: where it stands, and what becomes of a heard download?

#[path = "common.rs"]
mod common;
#[path = "window/desk.rs"]
mod desk;
#[path = "window/hand_over.rs"]
mod hand_over;
#[path = "window/heard.rs"]
mod heard;
#[path = "window/one_window.rs"]
mod one_window;
