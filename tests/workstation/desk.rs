//! Does every control of the listening desk do what it says, by mouse and by key, in the window with
//! its real threads?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;
#[path = "desk/controls.rs"]
mod controls;
#[path = "desk/hands.rs"]
mod hands;
#[path = "desk/keys.rs"]
mod keys;
#[path = "desk/lists.rs"]
mod lists;
#[path = "desk/picture.rs"]
mod picture;
#[path = "desk/settings.rs"]
mod settings;
