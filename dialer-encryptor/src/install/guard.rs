//! Would a crontab, or two together, start something that must not be started?

use super::line::Ours;
use super::place::{Place, name};
use super::plan::{Step3, is_taken};
use super::refusal::Refusal;
use crate::cli;
use crate::config::Config;
use crate::crontab::job::jobs;
use crate::crontab::running;
use crate::crontab::source::{Origin, all};
use crate::crontab::{Crontab, Job, Line, Mention, entries, parse, shown};
use std::ffi::OsString;

/// Every crontab but the one that is changed.
///
/// # Errors
/// When one cannot be read: it might start the stock script.
pub fn others(place: &Place) -> Result<Vec<Crontab>, Refusal> {
    let unread = |error: std::io::Error| {
        Refusal::new(format!(
            "Another crontab cannot be read ({error}), so that nobody can tell whether it starts \
             the stock script. Run this as root."
        ))
    };
    let mut all = all().map_err(unread)?;
    all.retain(|crontab| !is_same(&crontab.origin, &place.origin));
    Ok(all)
}

fn is_same(one: &Origin, other: &Origin) -> bool {
    match (one, other) {
        (Origin::Own, Origin::Own) => true,
        (Origin::File(one) | Origin::User(one), Origin::File(other) | Origin::User(other)) => {
            one == other || one.canonicalize().ok() == other.canonicalize().ok()
        }
        _ => false,
    }
}

/// Two encryptors on one folder would both delete what they sealed.
///
/// # Errors
/// When another crontab starts the stock script.
pub fn no_stock_encrypt(others: &[Crontab]) -> Result<(), Refusal> {
    for crontab in others {
        if let Some(line) = first(&crontab.lines, starts_stock) {
            let place = name(&crontab.origin);
            let advice = match &crontab.origin {
                Origin::Own => "without --crontab".to_string(),
                user @ Origin::User(_) => {
                    format!("by hand with crontab -u {} -e", user.user().unwrap_or_default())
                }
                Origin::File(path) => format!("with --crontab {}", crate::error::shown(path)),
            };
            return Err(Refusal::new(format!(
                "Line {} of another crontab {} the stock script of step 2, and both must not \
                 run. Change that one first, {advice}. It is {place}: {}",
                line.number,
                if line.job == Job::StockEncrypt { "starts" } else { "names" },
                line.text
            )));
        }
    }
    Ok(())
}

/// A line that may start a script is not passed over because its form is not understood.
///
/// # Errors
/// When there is one.
pub fn all_clear(octets: &[u8], has_user_field: bool, step_3: Step3) -> Result<(), Refusal> {
    let lines = parse(octets, has_user_field);
    let is_meant = |mention: Mention| mention != Mention::StockDeliver || step_3 == Step3::Switch;
    let unclear = lines.iter().find_map(|line| match line.job {
        Job::Unclear(mention) if is_meant(mention) => Some((line, mention)),
        _ => None,
    });
    let Some((line, mention)) = unclear else { return Ok(()) };
    let advice = match mention {
        Mention::StockDeliver => ", or say --keep-step-3",
        Mention::StockEncrypt | Mention::Ours => "",
    };
    Err(Refusal::new(format!(
        "Line {} names {} in a form that is not understood, and may start it. Write it by hand so \
         that the line names it once, as the program that it starts, or put a # before it{advice}: \
         {}",
        line.number,
        mention.name(),
        line.text
    )))
}

/// Where this program seals already, in another crontab.
#[must_use]
pub fn sealed_elsewhere(others: &[Crontab]) -> Option<String> {
    others.iter().find_map(|crontab| {
        let line = first(&crontab.lines, seals)?;
        Some(format!("line {} of {}", line.number, name(&crontab.origin)))
    })
}

/// Also in a form that is not understood.
fn starts_stock(job: Job) -> bool {
    matches!(job, Job::StockEncrypt | Job::Unclear(Mention::StockEncrypt))
}

fn seals(job: Job) -> bool {
    matches!(job, Job::Seal | Job::Watch | Job::Unclear(Mention::Ours))
}

fn first(lines: &[Line], is_meant: impl Fn(Job) -> bool) -> Option<&Line> {
    lines.iter().find(|line| line.is_active && is_meant(line.job))
}

/// What cron has started before goes on beside this program.
///
/// # Errors
/// When the stock script of step 2 runs.
pub fn stock_encrypt_rests() -> Result<(), Refusal> {
    running::stock_encrypt().map_or(Ok(()), |number| {
        Err(Refusal::new(format!(
            "The stock script of step 2 runs right now, as process {number}, and both must not run. \
             Wait until it has ended, and run this once more."
        )))
    })
}

/// A crontab must not start both encryptors.
///
/// # Errors
/// When it does.
pub fn not_both(octets: &[u8], has_user_field: bool) -> Result<(), Refusal> {
    let lines = parse(octets, has_user_field);
    let (stock, ours) = (first(&lines, starts_stock), first(&lines, seals));
    if let (Some(stock), Some(ours)) = (stock, ours) {
        return Err(Refusal::new(format!(
            "The crontab would start both the stock script of step 2 and this program. Take out one \
             of them by hand:\n{}\n{}",
            stock.text, ours.text
        )));
    }
    Ok(())
}

/// Each line that this program is written into can be run: its flags are understood, and the settings
/// are complete. Recipients are looked at by `check`.
///
/// # Errors
/// When one would not run.
pub fn all_run(
    text: &[u8],
    has_user_field: bool,
    ours: &Ours,
    step_3: Step3,
) -> Result<(), Refusal> {
    for entry in entries(text, has_user_field).iter().filter(|entry| entry.is_active) {
        for known in jobs(entry.command).iter().filter(|known| is_taken(known, step_3)) {
            flags(ours.arguments(known)).map_err(|reason| {
                Refusal::new(format!(
                    "This program would not run with the flags of line {}. {reason} The line is: {}",
                    entry.number,
                    shown(entry.text)
                ))
            })?;
        }
    }
    Ok(())
}

/// The added line can be run.
///
/// # Errors
/// When it would not.
pub fn added_runs(place: &Place, ours: &Ours) -> Result<(), Refusal> {
    flags(ours.own_arguments()).map_err(|reason| {
        Refusal::new(format!(
            "{} has no line that starts the stock script of step 2, and one that starts this \
             program would not run with these flags. {reason}",
            place.name()
        ))
    })
}

fn flags(arguments: Vec<OsString>) -> Result<(), String> {
    let words = std::iter::once(OsString::from("dialer-encryptor")).chain(arguments);
    let parsed = cli::parse(words).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        format!("It would say: {}.", first.trim_start_matches("error: "))
    })?;
    match parsed.command {
        None => Config::read(&parsed.seal).map(drop).map_err(|error| error.to_string()),
        Some(_) => Ok(()),
    }
}
