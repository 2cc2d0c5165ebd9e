//! What would go wrong on this dialer?
//!
//! Each part looks at one question and goes on whatever the others found. Nothing is changed: one
//! small test file is written beside the sealed ones, proven, and removed.

mod configuration;
mod finding;
mod folders;
mod message;
mod recipients;
mod report;
mod space;
mod state;
mod web_user;

use crate::cli::Check;
use configuration::Dialer;
use finding::{Finding, Findings};
use std::process::ExitCode;

/// Does it, and gives the exit code.
#[must_use]
pub fn command(asked: &Check) -> ExitCode {
    let findings = look(asked);
    // Whoever closed the pipe has seen enough.
    let _ = report::print(&findings, asked.seal.json);
    ExitCode::from(finding::exit_code(&findings))
}

fn look(asked: &Check) -> Vec<Finding> {
    let mut findings = Findings::default();
    let dialer = Dialer::read(&asked.seal, &mut findings);
    folders::look(&dialer, &mut findings);
    web_user::look(&dialer, &mut findings);
    space::look(&dialer, &mut findings);
    state::look(&dialer, &mut findings);
    let recipients = recipients::look(&dialer, &mut findings);
    message::look(&dialer, &recipients, &mut findings);
    findings.sorted()
}
