//! Which real parts do the tests and the demo stand on?
//!
//! GnuPG, speech, a dialer's spool and database, a screen and a sound device: each one is real,
//! throw-away and ended with its owner. A part that is missing fails the test by name; nothing is
//! skipped.

pub mod audio_file;
pub mod binaries;
pub mod capture;
pub mod correlate;
pub mod crash;
pub mod desktop;
pub mod dialer;
pub mod digest;
pub mod disk;
pub mod failure;
pub mod front;
pub mod ftp_server;
pub mod general_log;
pub mod gnupg;
pub mod inject;
pub mod invariant;
pub mod leak;
pub mod logind;
pub mod mariadb;
pub mod memory;
pub mod message_bus;
pub mod port;
pub mod process;
pub mod proof;
pub mod recording_log;
pub mod replay;
pub mod root;
pub mod said;
pub mod screen;
pub mod screen_reader;
pub mod sealing;
pub mod secret_numbers;
pub mod seeds;
pub mod site;
pub mod sound;
pub mod spectrum;
pub mod speech;
pub mod syscalls;
pub mod tape;
pub mod tls;
pub mod trace;
pub mod vsftpd;
pub mod web_server;
pub mod wire;
pub mod workstation;

pub use failure::{Failure, Outcome};
