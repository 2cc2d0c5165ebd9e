//! Do the jobs of the crontab get into each other's way?

use super::configuration::Dialer;
use super::finding::Findings;
use super::jobs::{DELIVER, Jobs, WATCH, formats, is_on};
use super::plaintext::age;
use crate::cli::Suffix;
use crate::crontab::{Job, Line, running};
use crate::format::Format;
use crate::plaintext::PlaintextFolder;
use clap::ValueEnum;

/// A backlog that is older will meet the purge unless somebody looks.
const OLD_SECS: u64 = 3 * 86_400;

/// Looks at the jobs together.
pub fn look(dialer: &Dialer, jobs: &Jobs, left: &[PlaintextFolder], findings: &mut Findings) {
    if let Some(number) = running::stock_encrypt() {
        let what = format!("The stock script of step 2 runs right now, as process {number}.");
        findings.note("stock-running", what, "Wait until it has ended before this program seals.");
    }
    if !jobs.is_known {
        return;
    }
    ours(jobs, findings);
    stock_encrypt(jobs, findings);
    unclear(jobs, findings);
    delivery(dialer, jobs, findings);
    compress(dialer, jobs, findings);
    purge(dialer, jobs, left, findings);
}

fn numbers(lines: &[&Line]) -> String {
    let numbers: Vec<String> = lines.iter().map(|line| number(line)).collect();
    let word = if numbers.len() == 1 { "line" } else { "lines" };
    format!("{word} {}", numbers.join(" and "))
}

/// Which crontab it is goes without saying for the one that was asked for, or one's own.
fn number(line: &Line) -> String {
    let elsewhere = line.elsewhere.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    format!("{}{elsewhere}", line.number)
}

fn seals(job: Job) -> bool {
    matches!(job, Job::Seal | Job::Watch)
}

fn ours(jobs: &Jobs, findings: &mut Findings) {
    let lines = jobs.of(seals);
    let is_service = is_on(WATCH);
    if lines.is_empty() && is_service {
        return findings.ok("crontab", "Sealing is started by a service.");
    }
    if is_service {
        let what = format!("A service and {} of the crontab both seal.", numbers(&lines));
        findings.note("service-twice", what, "One of them is enough; they wait for each other.");
    }
    if lines.is_empty() {
        return findings.warn(
            "crontab-none",
            "Nothing starts the sealing: no active line of the crontab, and no service.",
            "Run dialer-encryptor install, or switch the service on.",
        );
    }
    findings.ok("crontab", format!("Sealing is started by {} of the crontab.", numbers(&lines)));
    for format in Format::value_variants() {
        let same: Vec<&Line> =
            lines.iter().copied().filter(|line| formats(line).contains(format)).collect();
        if same.len() > 1 {
            findings.warn(
                "crontab-twice",
                format!("Two jobs seal {}: {} of the crontab.", format.name(), numbers(&same)),
                "Keep one of them: the lines may differ in whom they seal for, and whichever comes \
                 first decides.",
            );
        }
    }
}

fn stock_encrypt(jobs: &Jobs, findings: &mut Findings) {
    let stock = jobs.of(|job| job == Job::StockEncrypt);
    if stock.is_empty() {
        return;
    }
    findings.problem(
        "stock-encrypt",
        format!(
            "The stock AST_CRON_audio_2_encrypt.pl is still active: {} of the crontab. It deletes \
             recordings also where gpg failed.",
            numbers(&stock)
        ),
        "Put a # before that line; dialer-encryptor install does it for you.",
    );
}

fn unclear(jobs: &Jobs, findings: &mut Findings) {
    for line in jobs.of(|job| matches!(job, Job::Unclear(_))) {
        let Job::Unclear(mention) = line.job else { continue };
        findings.warn(
            "crontab-unclear",
            format!(
                "{} of the crontab names {} in a form that is not understood, and may start it: {}",
                capital(&numbers(&[line])),
                mention.name(),
                line.text
            ),
            "Write it so that the line names it once, as the program that it starts, or put a # \
             before it.",
        );
    }
}

fn capital(text: &str) -> String {
    text.replacen("line", "Line", 1)
}

fn delivery(dialer: &Dialer, jobs: &Jobs, findings: &mut Findings) {
    let stock = jobs.of(|job| job == Job::StockDeliver);
    let own = jobs.of(|job| job == Job::Deliver);
    let is_timed = is_on(DELIVER);
    if !stock.is_empty() && !own.is_empty() {
        findings.warn(
            "deliver-twice",
            format!(
                "The stock step 3 and deliver are both active: {} of the crontab. They take the \
                 same files from each other.",
                numbers(&[stock.as_slice(), &own].concat())
            ),
            "Keep one of them.",
        );
    }
    if !stock.is_empty() && dialer.suffix == Suffix::Pgp {
        findings.warn(
            "stock-deliver",
            format!(
                "The stock step 3 ({} of the crontab) looks up rows of names that end in .gpg \
                 only: what ends in .pgp is uploaded, and its link in the web pages stays dead.",
                numbers(&stock)
            ),
            "Use dialer-encryptor deliver in its place, or seal with --suffix gpg.",
        );
    }
    let plain: Vec<&Line> = stock.iter().copied().filter(|line| !says(line, "--gpg")).collect();
    if !plain.is_empty() {
        findings.warn(
            "deliver-plain",
            format!(
                "The stock step 3 runs without --GPG ({} of the crontab): it uploads recordings \
                 before they are sealed.",
                numbers(&plain)
            ),
            "Add --GPG to it in place of the format.",
        );
    }
    if !stock.is_empty() && own.is_empty() && is_timed {
        findings.warn(
            "deliver-twice",
            format!(
                "The stock step 3 ({} of the crontab) and {DELIVER} are both active. They take the \
                 same files from each other.",
                numbers(&stock)
            ),
            "Keep one of them.",
        );
    }
    if stock.is_empty() && own.is_empty() && !is_timed && dialer.has_archive {
        findings.note(
            "no-deliver",
            "No job delivers to the archive, though VARFTP_host names one.",
            "Nothing, if recordings stay on the dialer; else run dialer-encryptor install.",
        );
    }
}

fn says(line: &Line, flag: &str) -> bool {
    line.arguments.iter().any(|word| word.eq_ignore_ascii_case(flag))
}

fn compress(dialer: &Dialer, jobs: &Jobs, findings: &mut Findings) {
    for line in jobs.of(|job| job == Job::StockCompress) {
        let made = Format::value_variants()
            .iter()
            .filter(|format| says(line, &format!("--{}", format.name())));
        for format in made.filter(|format| !dialer.formats.contains(format)) {
            findings.warn(
                "compress-format",
                format!(
                    "Line {} of the crontab compresses to {}, which nothing here seals.",
                    line.number,
                    format.name()
                ),
                format!("Seal that format too: --format {}.", format.name()),
            );
        }
        if says(line, "--file-sorting") {
            findings.note(
                "file-sorting",
                format!(
                    "Line {} of the crontab sorts recordings into folders of days.",
                    line.number
                ),
                "Nothing: those are sealed too.",
            );
        }
    }
}

fn purge(dialer: &Dialer, jobs: &Jobs, left: &[PlaintextFolder], findings: &mut Findings) {
    let sealed_from =
        |name: &str| dialer.formats.iter().any(|format| format.folder().unwrap_or(".") == name);
    let waiting = left.iter().filter(|folder| sealed_from(&folder.name));
    let oldest = waiting.filter_map(|folder| folder.tally.oldest_age_secs).max().unwrap_or(0);
    for line in jobs.of(|job| matches!(job, Job::Purge { .. })) {
        let Job::Purge { days } = line.job else { continue };
        let after = days.map_or("some time".to_string(), |days| format!("{days} days"));
        let what = format!(
            "Line {} of the crontab deletes what is older than {after}, sealed or not.",
            line.number
        );
        let limit = days.map_or(OLD_SECS, |days| OLD_SECS.min(u64::from(days) * 43_200));
        if oldest > limit {
            findings.warn(
                "purge",
                format!("{what} The oldest recording that waits is {}.", age(oldest)),
                "Find out why it waits before the purge takes it, and put a # before that line \
                 until then.",
            );
        } else {
            let todo = "Nothing, as long as nothing waits that long; leave GPG out of it if no \
                        archive keeps the sealed ones.";
            findings.note("purge", what, todo);
        }
    }
}
