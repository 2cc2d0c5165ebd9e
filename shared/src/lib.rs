//! What both ends of Callseal agree on: recording names, recipients, sealing, proving, opening.
//!
//! The dialer uses [`certs`] and [`recipient`] to decide whom a recording is sealed for,
//! [`encrypt`] to seal it and [`verify`] to prove what was sealed. The workstation uses
//! [`decrypt`] to open it. Nothing here knows a window, a database or a network.

mod armor;
pub mod backup;
mod bounds;
pub mod care;
pub mod certs;
pub mod chance;
mod child;
pub mod copies;
pub mod date;
pub mod decrypt;
pub mod encrypt;
mod engine_rpgp;
mod engine_sequoia;
mod extend;
mod framing;
pub mod gnupg;
mod gnupg_aead;
mod gnupg_home;
mod gnupg_keys;
mod gnupg_listing;
mod inside;
mod key_about;
mod key_files;
pub mod keybox;
mod keyring;
mod last_resort;
pub mod limits;
mod merging;
pub mod new_key;
mod opener;
pub mod protect;
pub mod readers;
pub mod recipient;
pub mod recording;
mod refusal;
mod refusals;
mod revocation;
mod revoke;
pub mod secret;
mod secret_key;
mod seipd;
mod session;
mod sniff;
mod spec;
mod unlock;
mod usable;
pub mod verify;
mod version5;

/// The product's name as people read it; crates and binaries keep their folder names.
pub const PRODUCT: &str = "Callseal";
