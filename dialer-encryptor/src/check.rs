//! What would go wrong on this dialer?
//!
//! Each part looks at one question and goes on whatever the others found. Nothing is changed: one
//! small test file is written beside the sealed ones, proven, and removed.

mod ask;
mod configuration;
mod crontab;
mod database;
mod finding;
mod folders;
mod jobs;
mod last;
mod line;
mod message;
mod newest;
mod places;
mod plaintext;
mod recipients;
mod report;
mod space;
mod state;
mod web;
mod web_user;

use crate::cli::Check;
use crate::plaintext::left;
use configuration::Dialer;
use finding::{Finding, Findings};
use jobs::Jobs;
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
    let jobs = Jobs::read(asked, &mut findings);
    let line = jobs.seal(&asked.seal, &mut findings);
    let dialer = Dialer::read(line.as_ref().unwrap_or(&asked.seal), &mut findings);
    folders::look(&dialer, &mut findings);
    web_user::look(&dialer, &mut findings);
    space::look(&dialer, &mut findings);
    state::look(&dialer, &mut findings);
    let recipients = recipients::look(&dialer, &mut findings);
    message::look(&dialer, &recipients, &mut findings);
    database::look(&dialer, &mut findings);
    let spool = dialer.spool.as_ref().filter(|it| it.is_dir());
    let left = spool.map(|spool| left(spool)).unwrap_or_default();
    line::look(&asked.seal, &jobs, &mut findings);
    crontab::look(&dialer, &jobs, &left, &mut findings);
    plaintext::look(&dialer, &left, &mut findings);
    if asked.last {
        last::look(&dialer, &recipients, asked.url.is_some(), &mut findings);
    }
    if let Some(link) = &asked.url {
        web::look(link, dialer.is_https, &mut findings);
    }
    findings.sorted()
}
