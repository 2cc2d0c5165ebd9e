//! Does `check` see jobs of the crontab that get into each other's way, and what lies around because
//! of them?

mod checked;
mod common;
mod site;

use checked::{Checked, OURS};
use std::fs;
use std::time::{Duration, SystemTime};
use support::speech::Format;
use support::{Outcome, ensure};

const DAY: Duration = Duration::from_secs(86_400);

const NAME: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3";

const STOCK: &str = "* * * * * /usr/share/astguiclient/AST_CRON_audio_";

#[test]
fn jobs_that_get_into_each_others_way_are_named() -> Outcome {
    let checked = Checked::new()?;
    let spool = checked.spool();
    let told = |lines: &str, code: i32| {
        checked.crontab(lines)?;
        checked.check(&[], code)
    };
    told("", 1)?.says("crontab-none", "warning", "Nothing starts the sealing")?;
    let both = told(&format!("{OURS}{STOCK}2_encrypt.pl --GPG --MP3 --recipients=x\n"), 2)?;
    both.says("stock-encrypt", "problem", "line 2 of the crontab")?;
    both.is_about(&["stock-encrypt"])?;
    let off = told(&format!("{OURS}#{STOCK}2_encrypt.pl --GPG --MP3 --recipients=x\n"), 0)?;
    off.is_about(&[])?;
    let script = "/x/AST_CRON_audio_2_encrypt.pl --GPG --MP3 --recipients=x";
    let unclear = told(&format!("{OURS}* * * * * screen -dm {script}\n"), 1)?;
    unclear.says("crontab-unclear", "warning", "Line 2 of the crontab names the stock script")?;
    unclear.is_about(&["crontab-unclear"])?;
    let twice = told(&format!("{OURS}{OURS}"), 1)?;
    twice.says("crontab-twice", "warning", "lines 1 and 2")?;

    let step3 = format!("{OURS}{STOCK}3_ftp.pl --GPG --run-check\n");
    let dead = told(&step3, 1)?;
    dead.says("stock-deliver", "warning", "its link in the web pages stays dead")?;
    dead.says("stock-deliver", "warning", "--suffix gpg")?;
    dead.is_about(&["stock-deliver"])?;
    checked.check(&["--suffix", "gpg"], 1)?.is_about(&["crontab-differs"])?;
    let plain = told(&format!("{OURS}{STOCK}3_ftp.pl --MP3\n"), 1)?;
    plain.says("deliver-plain", "warning", "before they are sealed")?;
    let deliver = "* * * * * dialer-encryptor deliver\n";
    told(&format!("{step3}{deliver}"), 1)?.says("deliver-twice", "warning", "lines 2 and 3")?;
    spool.set("VARFTP_host", "10.0.0.4")?;
    told(OURS, 0)?.says("no-deliver", "note", "VARFTP_host")?;

    let sorted = told(&format!("{OURS}{STOCK}2_compress.pl --MP3 --file-sorting\n"), 0)?;
    sorted.says("file-sorting", "note", "those are sealed too")?;
    let other = told(&format!("{OURS}{STOCK}2_compress.pl --GSM\n"), 1)?;
    other.says("compress-format", "warning", "compresses to gsm, which nothing here seals")
}

#[test]
fn a_backlog_that_the_purge_will_meet_is_told_in_time() -> Outcome {
    let checked = Checked::new()?;
    let purge = "24 0 * * * /usr/bin/find /var/spool/asterisk/monitorDONE -maxdepth 2 -type f \
                 -mtime +7 -print | xargs rm -f\n";
    checked.crontab(format!("{OURS}{purge}"))?;
    let told = checked.check(&[], 0)?;
    told.says("purge", "note", "deletes what is older than 7 days, sealed or not")?;
    let waiting = checked.spool().put(Format::Mp3, NAME, b"x")?;
    let file = fs::File::options().write(true).open(&waiting)?;
    file.set_modified(SystemTime::now() - 5 * DAY)?;
    let told = checked.check(&[], 1)?;
    told.says("purge", "warning", "The oldest recording that waits is 5 days old")?;
    told.says("waiting", "warning", "should have been sealed by now")?;
    ensure!(waiting.exists(), "the recording was touched");
    Ok(())
}

#[test]
fn plaintext_is_counted_where_it_lies() -> Outcome {
    let checked = Checked::new()?;
    let done = checked.spool().done();
    fs::create_dir(done.join("ORIG/2026-01-01"))?;
    fs::write(done.join("ORIG/2026-01-01/a-in.wav"), b"x")?;
    fs::write(done.join("ORIG/2026-01-01/a-out.wav"), b"x")?;
    fs::write(done.join("FTP/a-all.mp3"), b"x")?;
    fs::write(done.join("GSM/a-all.gsm"), b"x")?;
    let told = checked.check(&[], 1)?;
    told.says("plaintext", "warning", "2 unsealed recordings, 1 MiB, the oldest 0 seconds old")
        .or_else(|_| told.says("plaintext", "warning", "2 unsealed recordings"))?;
    told.says("plaintext", "warning", "delivered unsealed once")?;
    told.says("plaintext", "warning", "No line seals that folder")?;
    told.is_about(&["plaintext"])
}

#[test]
fn recordings_dated_in_the_future_are_told() -> Outcome {
    let checked = Checked::new()?;
    let waiting = checked.spool().put(Format::Mp3, NAME, b"x")?;
    let file = fs::File::options().write(true).open(&waiting)?;
    file.set_modified(SystemTime::now() + DAY)?;
    let told = checked.check(&[], 1)?;
    told.says("dated-in-future", "warning", "no purge ever takes them")?;
    told.is_about(&["dated-in-future"])
}

#[test]
fn a_line_that_does_something_else_than_what_was_checked_is_told() -> Outcome {
    let checked = Checked::new()?;
    let differs = |flags: &str, words: &str| -> Outcome {
        checked.crontab(OURS.replace("\n", &format!(" {flags}\n")))?;
        let told = checked.check(&[], 1)?;
        told.says("crontab-differs", "warning", words)?;
        told.is_about(&["crontab-differs"])
    };
    checked.check(&[], 0)?.is_about(&[])?;
    differs("--recipient b@x.org", "line 1 of the crontab does: it differs in the recipients.")?;
    differs("--suffix gpg", "it differs in the suffix.")?;
    differs("--no-database", "it differs in whether recording_log is updated.")?;
    differs("--certs /nonexistent/certs", "it differs in the certificates.")?;
    // A line of another format is none that was checked, and does not seal this one.
    let other = "* * * * * /usr/local/bin/dialer-encryptor --mp3 --recipients=a@x.org";
    checked.crontab(format!("{OURS}{other} --format gsm --suffix gpg\n"))?;
    checked.check(&[], 1)?.says("crontab-twice", "warning", "Two jobs seal mp3")?;
    let told = checked.check(&["--format", "ogg"], 1)?;
    told.says("crontab-differs", "warning", "ogg was checked, but no active line")
}

#[test]
fn a_line_that_cannot_seal_is_a_problem() -> Outcome {
    let checked = Checked::new()?;
    let told = |line: &str| {
        checked.crontab(line)?;
        checked.check(&[], 2)
    };
    let path = checked.spool().path().join("dialer-encryptor");
    let line = OURS.replace("/usr/local/bin/dialer-encryptor", &path.display().to_string());
    let gone = told(&line)?;
    gone.says("crontab-program", "problem", "cannot be run (No such file or directory")?;
    gone.is_about(&["crontab-program"])?;
    fs::write(&path, b"no program")?;
    told(&line)?.says("crontab-program", "problem", "(Permission denied")?;
    // Flags that are flags, and that a run refuses.
    let refused = told(&OURS.replace('\n', " --rate=-1\n"))?;
    refused.says("crontab-line", "problem", "Line 1 of the crontab cannot run")?;
    refused.is_about(&["crontab-line"])
}
