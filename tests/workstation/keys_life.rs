//! Is a key made, brought, changed, backed up and given up without any other program, and does every
//! gpg agree with what comes out?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "common.rs"]
mod common;

#[path = "keys_life/brought.rs"]
mod brought;
#[path = "keys_life/commands.rs"]
mod commands;
#[path = "keys_life/copies.rs"]
mod copies;
#[path = "keys_life/desk.rs"]
mod desk;
#[path = "keys_life/extended.rs"]
mod extended;
#[path = "keys_life/from_gnupg.rs"]
mod from_gnupg;
#[path = "keys_life/hostile.rs"]
mod hostile;
#[path = "keys_life/kept.rs"]
mod kept;
#[path = "keys_life/made.rs"]
mod made;
#[path = "keys_life/maintained.rs"]
mod maintained;
#[path = "keys_life/phrases.rs"]
mod phrases;
