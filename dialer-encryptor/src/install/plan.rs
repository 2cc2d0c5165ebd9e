//! Which lines of a crontab are changed, and to what? Computed alone, so that it can be shown before
//! it is done, and taken back octet for octet.

use super::line::Ours;
use super::refusal::Refusal;
use crate::crontab::job::{Known, jobs};
use crate::crontab::{Entry, Job, entries, shown};

/// Begins a line that `install` commented out.
pub const MARK: &[u8] = b"#callseal# ";

/// The same, where the last line of the file had no end.
pub const MARK_NO_END: &[u8] = b"#callseal-no-newline# ";

/// Stands before a line that takes the place of none.
pub const ADDED: &[u8] = b"#callseal+# The next line was added by dialer-encryptor install\n";

/// The same, where the last line of the file had no end.
pub const ADDED_NO_END: &[u8] =
    b"#callseal+no-newline# The next line was added by dialer-encryptor install\n";

/// The schedule of step 2 in a stock crontab.
const SCHEDULE: &[u8] = b"1-59/3 * * * * ";

/// What becomes of a crontab.
#[derive(Debug, Default)]
pub struct Plan {
    /// All of it, as it will be.
    pub octets: Vec<u8>,
    /// What changes, in order.
    pub changes: Vec<Change>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// A line that changes.
#[derive(Debug)]
pub struct Change {
    /// Its number, from 1 on, before the change.
    pub number: usize,
    /// What goes.
    pub old: Vec<u8>,
    /// What comes.
    pub new: Vec<u8>,
}

/// What is to be done with lines of step 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step3 {
    /// They stay: they find the rows of `.gpg` files.
    Keep,
    /// They become `deliver`.
    Switch,
}

/// The crontab with this program in it.
///
/// # Errors
/// When a line cannot be changed.
pub fn install(
    text: &[u8],
    has_user_field: bool,
    ours: &Ours,
    step_3: Step3,
) -> Result<Plan, Refusal> {
    let mut plan = Plan::default();
    let mut entries = entries(text, has_user_field).into_iter().peekable();
    let mut is_sealed = false;
    for (number, line) in (1..).zip(text.split_inclusive(|octet| *octet == b'\n')) {
        let entry = entries.next_if(|entry| entry.number == number);
        let Some(entry) = entry.filter(|entry| entry.is_active) else {
            plan.octets.extend_from_slice(line);
            continue;
        };
        let known = jobs(entry.command);
        is_sealed |=
            known.iter().any(|it| matches!(it.job, Job::StockEncrypt | Job::Seal | Job::Watch));
        match switched(&entry, &known, step_3, &mut plan.notes) {
            Some(jobs) => plan.switch(&entry, ours, &jobs)?,
            None => plan.octets.extend_from_slice(line),
        }
    }
    if !is_sealed {
        plan.add(text, has_user_field, ours);
    }
    Ok(plan)
}

/// Which jobs of a line this program takes over; none if it stays as it is.
fn switched(
    entry: &Entry<'_>,
    known: &[Known],
    step_3: Step3,
    notes: &mut Vec<String>,
) -> Option<Vec<Job>> {
    let stays_so = |it: &&Known| it.job == Job::StockDeliver && !is_taken(it, step_3);
    notes.extend(known.iter().filter(stays_so).map(|it| stays(entry, it)));
    let taken = known.iter().filter(|it| is_taken(it, step_3)).map(|it| it.job);
    let mut jobs: Vec<Job> = taken.collect();
    jobs.dedup();
    (!jobs.is_empty()).then_some(jobs)
}

/// Whether this program takes a stock script's place.
#[must_use]
pub fn is_taken(known: &Known, step_3: Step3) -> bool {
    match known.job {
        Job::StockEncrypt => true,
        Job::StockDeliver => step_3 == Step3::Switch && is_replaced(known),
        _ => false,
    }
}

/// `deliver` takes the place of step 3 for sealed recordings, not that of step 4.
fn is_replaced(known: &Known) -> bool {
    let is_sealed = known.octets.iter().any(|it| it.eq_ignore_ascii_case(b"--GPG"));
    is_sealed && known.program.starts_with("AST_CRON_audio_3_")
}

fn stays(entry: &Entry<'_>, known: &Known) -> String {
    let (number, program) = (entry.number, &known.program);
    if is_replaced(known) {
        return format!(
            "Line {number} ({program}) stays as it is. It finds the rows of .gpg files only: keep \
             --suffix gpg, or say --deliver."
        );
    }
    format!("Line {number} ({program}) stays as it is. `deliver` does not do what it does.")
}

impl Plan {
    fn switch(&mut self, entry: &Entry<'_>, ours: &Ours, jobs: &[Job]) -> Result<(), Refusal> {
        let line = entry.text;
        let mut command = entry.command.to_vec();
        for job in jobs {
            command = ours.command(&command, *job).ok_or_else(|| Refusal::new(format!(
                "Line {} starts the stock script within the quotes of another shell. Change it by \
                 hand, or take the quotes away: {}",
                entry.number,
                shown(line)
            )))?;
        }
        let mut new = if line.ends_with(b"\n") { MARK.to_vec() } else { MARK_NO_END.to_vec() };
        new.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            new.push(b'\n');
        }
        new.extend_from_slice(entry.schedule);
        new.extend_from_slice(&command);
        new.push(b'\n');
        self.octets.extend_from_slice(&new);
        self.changes.push(Change { number: entry.number, old: line.to_vec(), new });
        Ok(())
    }

    fn add(&mut self, text: &[u8], has_user_field: bool, ours: &Ours) {
        let has_end = text.is_empty() || text.ends_with(b"\n");
        let mut new = if has_end { ADDED.to_vec() } else { ADDED_NO_END.to_vec() };
        new.extend_from_slice(SCHEDULE);
        if has_user_field {
            new.extend_from_slice(b"root ");
        }
        new.extend_from_slice(&ours.own_command());
        new.push(b'\n');
        if !has_end {
            self.octets.push(b'\n');
        }
        self.octets.extend_from_slice(&new);
        let number = text.split_inclusive(|octet| *octet == b'\n').count() + 1;
        self.changes.push(Change { number, old: Vec::new(), new });
    }
}

/// The crontab as it was before [`install`].
#[must_use]
pub fn uninstall(text: &[u8], has_user_field: bool) -> Plan {
    let mut plan = Plan::default();
    let lines: Vec<&[u8]> = text.split_inclusive(|octet| *octet == b'\n').collect();
    let mut number = 0;
    while let Some(line) = lines.get(number) {
        let Some((restored, had_end)) = restored(line) else {
            plan.octets.extend_from_slice(line);
            number += 1;
            continue;
        };
        let next = lines.get(number + 1).filter(|next| is_ours(next, has_user_field));
        let taken = 1 + usize::from(next.is_some());
        let old: Vec<u8> =
            lines.iter().skip(number).take(taken).copied().flatten().copied().collect();
        plan.octets.extend_from_slice(restored);
        number += taken;
        // What others wrote behind it needs the end.
        if !had_end && number >= lines.len() && plan.octets.ends_with(b"\n") {
            plan.octets.pop();
        }
        plan.changes.push(Change { number: number - taken + 1, old, new: restored.to_vec() });
    }
    plan
}

/// What a marked line was, and whether it had an end.
fn restored(line: &[u8]) -> Option<(&[u8], bool)> {
    let added = |mark: &[u8]| line.trim_ascii_end() == mark.trim_ascii_end();
    match line {
        _ if added(ADDED) => Some((&[], true)),
        _ if added(ADDED_NO_END) => Some((&[], false)),
        _ => line
            .strip_prefix(MARK)
            .map(|rest| (rest, true))
            .or_else(|| line.strip_prefix(MARK_NO_END).map(|rest| (rest, false))),
    }
}

/// Whether a line starts this program, as those do that `install` writes; somebody may have changed
/// its flags, or commented it out.
fn is_ours(line: &[u8], has_user_field: bool) -> bool {
    let is_job = |it: &Known| matches!(it.job, Job::Seal | Job::Deliver);
    let is_marked = restored(line).is_some();
    !is_marked && entries(line, has_user_field).iter().any(|it| jobs(it.command).iter().any(is_job))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn ours() -> Ours {
        let seal = vec!["--certs".into(), "/c".into()];
        Ours { program: "/usr/local/bin/dialer-encryptor".into(), common: Vec::new(), seal }
    }

    /// Pieces of crontabs, in every order and number that a generator of numbers picks.
    fn crontab(mut seed: u64) -> Vec<u8> {
        const PIECES: [&[u8]; 18] = [
            b"\n", b"\r\n", b"# a remark\n", b"MAILTO=root\n", b"\xFF\xFE\x00 odd\n", b"  \t\n",
            b"1-59/3 * * * * /x/AST_CRON_audio_2_encrypt.pl --GPG --MP3 --recipients=a-team\n",
            b"@reboot /x/AST_CRON_audio_2_encrypt.pl -t --GSM\r\n",
            b"#2-59/3 * * * * /x/AST_CRON_audio_3_ftp.pl --GPG\n",
            b"2-59/3 * * * * /x/AST_CRON_audio_3_ftp.pl --GPG >/dev/null 2>&1\n",
            b"\t5 4 * * * root /x/AST_CRON_audio_2_encrypt.pl --GPG % in\\%put\n",
            b"0 1 * * * /usr/local/bin/dialer-encryptor status --json\n",
            b"1 * * * * /x/AST_CRON_audio_2_compress.pl --MP3; /x/AST_CRON_audio_2_encrypt.pl --MP3\n",
            b"* * * * * AST_CRON_audio_3_newftp.pl", b"1-59/3 * * * * AST_CRON_audio_2_encrypt.pl",
            b"#", b"* * * * * x", b"\r",
        ];
        let mut text = Vec::new();
        for _ in 0..seed % 9 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(seed >> 33).unwrap_or_default() % PIECES.len();
            text.extend_from_slice(PIECES.get(at).unwrap());
        }
        text
    }

    #[test]
    fn what_was_installed_is_taken_back_octet_for_octet() {
        let mut changed = 0;
        for seed in 0..20_000 {
            let text = crontab(seed);
            for has_user_field in [false, true] {
                let there = install(&text, has_user_field, &ours(), Step3::Switch).unwrap();
                changed += usize::from(!there.changes.is_empty());
                let back = uninstall(&there.octets, has_user_field);
                assert_eq!(back.octets, text, "{}", text.escape_ascii());
                let twice = install(&there.octets, has_user_field, &ours(), Step3::Switch).unwrap();
                assert_eq!(twice.octets, there.octets, "{}", text.escape_ascii());
            }
        }
        assert!(changed > 20_000, "{changed}");
    }

    #[test]
    fn what_others_changed_meanwhile_stays() {
        let text = b"1 * * * * /x/AST_CRON_audio_2_encrypt.pl --GPG --MP3";
        let there = install(text, false, &ours(), Step3::Keep).unwrap().octets;
        let edited = [b"MAILTO=me\n", there.as_slice(), b"# theirs\n"].concat();
        let back = uninstall(&edited, false).octets;
        assert_eq!(back, [b"MAILTO=me\n", text.as_slice(), b"\n# theirs\n"].concat());
        let without = there.split(|octet| *octet == b'\n').next().unwrap();
        assert_eq!(uninstall(without, false).octets, text);
        let own = b"0 1 * * * dialer-encryptor --format wav\n";
        let kept = uninstall(&[without, b"\n# between\n", own].concat(), false).octets;
        assert_eq!(kept, [text, b"\n# between\n".as_slice(), own].concat());
    }
}
