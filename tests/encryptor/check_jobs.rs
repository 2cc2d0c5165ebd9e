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
    let twice = told(&format!("{OURS}{}", OURS.replace("a@x.org", "b@x.org")), 1)?;
    twice.says("crontab-twice", "warning", "lines 1 and 2")?;

    let step3 = format!("{OURS}{STOCK}3_ftp.pl --GPG --run-check\n");
    let dead = told(&step3, 1)?;
    dead.says("stock-deliver", "warning", "its link in the web pages stays dead")?;
    dead.says("stock-deliver", "warning", "--suffix gpg")?;
    dead.is_about(&["stock-deliver"])?;
    checked.check(&["--suffix", "gpg"], 0)?.is_about(&[])?;
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
