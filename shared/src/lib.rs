//! What both ends of Callseal agree on: recording names, recipients, sealing, proving, opening.
//!
//! The dialer uses [`certs`] and [`recipient`] to decide whom a recording is sealed for,
//! [`encrypt`] to seal it and [`verify`] to prove what was sealed. The workstation uses
//! [`decrypt`] to open it. Nothing here knows a window, a database or a network.

pub mod certs;
pub mod decrypt;
pub mod encrypt;
mod engine_rpgp;
mod engine_sequoia;
mod framing;
pub mod keybox;
pub mod limits;
pub mod recipient;
pub mod recording;
pub mod secret;
mod seipd;
mod session;
mod sniff;
mod unlock;
pub mod verify;

/// The product's name as people read it; crates and binaries keep their folder names.
pub const PRODUCT: &str = "Callseal";
