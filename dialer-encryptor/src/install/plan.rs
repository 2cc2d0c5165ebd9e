//! Which lines of a crontab are changed, and to what? Computed alone, so that it can be shown before
//! it is done, and taken back octet for octet.

use super::line::Ours;
use super::mark;
use super::refusal::Refusal;
use crate::crontab::job::{Known, jobs};
use crate::crontab::{Entry, Job, Mention, entries, parse, shown};

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
        let new = mark::switched(line, &[entry.schedule, &command].concat());
        self.octets.extend_from_slice(&new);
        self.changes.push(Change { number: entry.number, old: line.to_vec(), new });
        Ok(())
    }

    fn add(&mut self, text: &[u8], has_user_field: bool, ours: &Ours) {
        let has_end = text.is_empty() || text.ends_with(b"\n");
        let user: &[u8] = if has_user_field { b"root " } else { b"" };
        let new = mark::added(has_end, &[SCHEDULE, user, &ours.own_command()].concat());
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
        let Some(marked) = mark::marked(line) else {
            plan.octets.extend_from_slice(line);
            number += 1;
            continue;
        };
        let next = lines
            .get(number + 1)
            .filter(|next| marked.is_above(next) || is_ours(next, has_user_field));
        let taken = 1 + usize::from(next.is_some());
        let old: Vec<u8> =
            lines.iter().skip(number).take(taken).copied().flatten().copied().collect();
        plan.octets.extend_from_slice(marked.old);
        number += taken;
        // What others wrote behind it needs the end.
        if !marked.had_end && number >= lines.len() && plan.octets.ends_with(b"\n") {
            plan.octets.pop();
        }
        plan.changes.push(Change { number: number - taken + 1, old, new: marked.old.to_vec() });
    }
    plan
}

/// Whether a line that somebody changed since still starts this program, under whatever name, as
/// those do that `install` writes.
fn is_ours(line: &[u8], has_user_field: bool) -> bool {
    let is_job = |job: Job| matches!(job, Job::Seal | Job::Deliver | Job::Unclear(Mention::Ours));
    let is_marked = mark::marked(line).is_some();
    !is_marked && parse(line, has_user_field).iter().any(|it| is_job(it.job))
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
                let lines = parse(&there.octets, has_user_field);
                let is_stock = |job| matches!(job, Job::StockEncrypt | Job::Unclear(_));
                let is_left = |it: &crate::crontab::Line| it.is_active && is_stock(it.job);
                let was_clear = !parse(&text, has_user_field)
                    .iter()
                    .any(|it| matches!(it.job, Job::Unclear(_)));
                assert!(!was_clear || !lines.iter().any(is_left), "{}", text.escape_ascii());
                let back = uninstall(&there.octets, has_user_field);
                assert_eq!(back.octets, text, "{}", text.escape_ascii());
                let twice = install(&there.octets, has_user_field, &ours(), Step3::Switch).unwrap();
                assert_eq!(twice.octets, there.octets, "{}", text.escape_ascii());
            }
        }
        assert!(changed > 20_000, "{changed}");
    }

    #[test]
    fn a_line_of_another_name_goes_with_its_mark_and_remarks_of_others_stay() {
        let text = b"#callseal# 1 * * * * theirs\n1 * * * * /x/AST_CRON_audio_2_encrypt.pl --MP3\n";
        let program = "/opt/sealer".into();
        let ours = Ours { program, common: Vec::new(), seal: Vec::new() };
        let there = install(text, false, &ours, Step3::Keep).unwrap().octets;
        assert!(there.ends_with(b"\n1 * * * * /opt/sealer --MP3\n"), "{}", there.escape_ascii());
        assert_eq!(uninstall(&there, false).octets, text);
        let gone = there.strip_suffix(b"1 * * * * /opt/sealer --MP3\n").unwrap();
        let neighbour = b"1 * * * * /x/backup\n";
        let back = uninstall(&[gone, neighbour].concat(), false).octets;
        assert_eq!(back, [text.as_slice(), neighbour].concat());
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
