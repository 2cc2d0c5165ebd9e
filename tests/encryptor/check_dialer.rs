//! Does `check` tell a healthy dialer from broken ones, name each break, and change nothing?

mod checked;
mod common;
mod site;

use checked::{Checked, OURS};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::time::{Duration, SystemTime};
use support::gnupg::GnupgHome;
use support::process::{finish, tool};
use support::speech::Format;
use support::{Outcome, ensure};

const DAY: Duration = Duration::from_secs(86_400);

const NAME: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3";

const STOCK: &str = "* * * * * /usr/share/astguiclient/AST_CRON_audio_";

/// A certificate that expired long ago, made by gpg in its own past.
fn expired(checked: &Checked) -> Outcome<String> {
    let home = GnupgHome::new()?;
    let recipe = "Key-Type: EDDSA\nKey-Curve: ed25519\nKey-Usage: sign\nSubkey-Type: ECDH\n\
                  Subkey-Curve: cv25519\nSubkey-Usage: encrypt\nName-Real: Old Olga\n\
                  Expire-Date: 2021-01-01\n";
    let past = ["--faked-system-time", "20200101T000000"];
    let fingerprint = home.generate_by(recipe, "", &past)?;
    let file = checked.site.dialer.certs.with_file_name("expired.asc");
    fs::write(&file, home.certificate(&fingerprint)?)?;
    Ok(fingerprint)
}

#[test]
fn a_healthy_dialer_is_called_so() -> Outcome {
    let checked = Checked::new()?;
    let told = checked.check(&[], 0)?;
    told.is_about(&[])?;
    for (id, words) in [
        ("settings", "A run would seal mp3"),
        ("spool", "monitorDONE"),
        ("gpg-folder", "in one step"),
        ("web-user", "(www-data) can read"),
        ("recipient", "Lena Listener"),
        ("recipient", "never expires; Curve25519, which gpg from 2.1 on opens"),
        ("test-message", "sealed, proven and removed"),
        ("leases", "left alone"),
        ("database", "The database answers"),
        ("row-table", "can be read"),
        ("row-rights", "can be changed"),
        ("row-index", "by an index"),
        ("clock", "agree"),
        ("crontab", "line 1"),
        ("plaintext", "No recording lies around"),
    ] {
        told.says(id, "ok", words)?;
    }
    told.says("recipient", "ok", &checked.site.dialer.listener)?;
    told.says("one-recipient", "note", "Keep a backup of the key")?;
    // A run makes what is missing, and then there is less to say.
    checked.site.record(1, NAME)?;
    checked.site.run(0)?;
    let told = checked.check(&[], 0)?;
    told.is_about(&[])?;
    told.says("journal", "ok", "no link waits in it")
}

#[test]
fn a_person_reads_one_paragraph_a_finding_and_the_worst_last() -> Outcome {
    let checked = Checked::new()?;
    fs::remove_dir_all(checked.spool().sealed())?;
    fs::remove_dir_all(checked.spool().logs())?;
    fs::remove_dir_all(checked.spool().inbox(Format::Mp3))?;
    let run = checked.command();
    let mut command = Command::new(run.get_program());
    command.args(run.get_args().filter(|it| *it != "--json"));
    let text = finish(&mut command)?.expect_code(2)?.text();
    let levels: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|it| ["ok", "note", "warning", "problem"].contains(it))
        .collect();
    let mut sorted = levels.clone();
    sorted.sort_by_key(|it| ["ok", "note", "warning", "problem"].iter().position(|one| one == it));
    assert_eq!(levels, sorted);
    let is_short = |line: &str| line.chars().count() <= 80 || !line.trim().contains(' ');
    ensure!(text.lines().all(is_short), "{text}");
    ensure!(text.contains("\n         To do: Create it"), "{text}");
    let last = "1 problem, 1 warning, 3 notes: recordings are not sealed, or may be lost";
    assert_eq!(text.lines().last(), Some(last), "{text}");
    Ok(())
}

#[test]
fn without_flags_the_lines_of_the_crontab_are_what_is_checked() -> Outcome {
    let checked = Checked::new()?;
    let (dialer, spool) = (&checked.site.dialer, checked.spool());
    let line = |format: &str| {
        format!(
            "* * * * * /usr/local/bin/dialer-encryptor --{format} --recipients={} --certs={} \
             --state-dir={} --conf={}\n",
            dialer.listener,
            dialer.certs.display(),
            spool.state().display(),
            spool.conf().display()
        )
    };
    checked.crontab(line("MP3") + &line("gsm"))?;
    let mut command = Command::new(common::encryptor());
    command.args(["check", "--json", "--crontab"]).arg(spool.path().join("crontab"));
    command.env("GNUPGHOME", spool.path().join("no-gnupg-home"));
    let told = checked.told(&mut command, 0)?;
    told.says("settings", "ok", "A run would seal mp3, gsm")?;
    told.says("format-folder", "ok", "GSM")?;
    checked.crontab(line("MP3").replace("--MP3", "--MP4"))?;
    let told = checked.told(&mut command, 2)?;
    told.says("crontab-line", "problem", "Line 1 of the crontab is not understood")?;
    told.says("recipient", "problem", "No recipient was given")
}

#[test]
fn settings_that_are_missing_or_misspelt_hide_nothing_else() -> Outcome {
    let checked = Checked::new()?;
    let expired = expired(&checked)?;
    let file = checked.site.dialer.certs.with_file_name("expired.asc");
    let more = ["--recipient", &expired, "--certs", &file.to_string_lossy()].map(str::to_owned);
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    fs::rename(checked.spool().conf(), checked.spool().path().join("elsewhere.conf"))?;
    checked.site.configure("suffix = \"pgp\"\nrecipient = [\"x\"]\n")?;
    let told = checked.check(&more, 2)?;
    told.says("conf", "problem", "Name it with --conf")?;
    told.says("settings", "problem", "unknown field `recipient`")?;
    told.says("settings", "problem", "line 2 of ")?;
    told.says("recipient", "problem", "expired")?;
    told.says("recipient", "ok", "Lena Listener")?;
    told.is_about(&["settings", "conf", "recipient"])?;

    fs::rename(checked.spool().path().join("elsewhere.conf"), checked.spool().conf())?;
    checked.site.configure("")?;
    checked.spool().unset("VARDB_user")?;
    checked.spool().unset("VARserver_ip")?;
    let told = checked.check(&[], 2)?;
    told.says("database-settings", "problem", "does not say VARserver_ip, VARDB_user")?;
    told.is_about(&["database-settings"])
}

#[test]
fn folders_that_cannot_be_used_are_named() -> Outcome {
    let checked = Checked::new()?;
    let spool = checked.spool();
    // The web server may not go through a folder above.
    fs::set_permissions(spool.path(), Permissions::from_mode(0o700))?;
    let told = checked.check(&[], 1)?;
    told.says("web-user", "warning", "(www-data) cannot read what is sealed")?;
    told.says("web-user", "warning", &spool.path().to_string_lossy())?;
    told.is_about(&["web-user"])?;
    fs::set_permissions(spool.path(), Permissions::from_mode(0o755))?;
    // Nor a file that gets this mode.
    checked.site.configure("[sealed_files]\nmode = \"0640\"\n")?;
    let told = checked.check(&[], 1)?;
    told.says("web-user", "warning", "sealed files get mode 0640")?;
    checked.site.configure("[sealed_files]\nmode = \"0640\"\ngroup = \"www-data\"\n")?;
    checked.check(&[], 0)?.is_about(&[])?;
    checked.site.configure("")?;
    // No run leaves a line.
    fs::remove_dir(spool.logs())?;
    checked.check(&[], 1)?.says("logs", "warning", "PATHlogs")?;
    fs::create_dir(spool.logs())?;
    // Publishing would be copying.
    let other = tempfile::tempdir_in("/dev/shm")?;
    fs::remove_dir(spool.sealed())?;
    symlink(other.path(), spool.sealed())?;
    let told = checked.check(&[], 2)?;
    told.says("file-system", "problem", "another file system")?;
    // A folder of a format, and then the whole spool.
    fs::remove_file(spool.sealed())?;
    fs::remove_dir(spool.inbox(Format::Mp3))?;
    let told = checked.check(&[], 2)?;
    told.says("format-folder", "problem", "does not exist")?;
    told.says("gpg-folder", "note", "the first run makes it")?;
    fs::remove_dir_all(spool.done())?;
    let told = checked.check(&[], 2)?;
    told.says("spool", "problem", "(PATHDONEmonitor) does not exist")?;
    told.is_about(&["spool"])
}

#[test]
fn one_file_system_in_two_places_is_two() -> Outcome {
    let checked = Checked::new()?;
    let gpg = checked.spool().sealed();
    let run = checked.command();
    let mut command = tool("unshare")?;
    // In a view of the file systems that ends with the command.
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command.args(["--mount", "sh", "-c", "mount --bind \"$0\" \"$0\" && exec \"$@\""]).arg(&gpg);
    command.arg(run.get_program()).args(run.get_args());
    command.env("GNUPGHOME", checked.spool().path().join("no-gnupg-home"));
    let told = checked.told(&mut command, 2)?;
    told.says("file-system", "problem", "or another mount")
}

#[test]
fn the_journal_must_be_safe_and_of_this_version() -> Outcome {
    let checked = Checked::new()?;
    checked.site.record(1, NAME)?;
    checked.site.run(0)?;
    let journal = rusqlite::Connection::open(checked.spool().state().join("journal.sqlite"))?;
    let version: i64 = journal.pragma_query_value(None, "user_version", |row| row.get(0))?;
    journal.pragma_update(None, "user_version", version + 1)?;
    drop(journal);
    let told = checked.check(&[], 2)?;
    told.says("journal", "problem", "newer version")?;
    told.is_about(&["journal"])?;
    let inside = checked.spool().done().join("state");
    let run = checked.command();
    let mut command = Command::new(run.get_program());
    let state = checked.spool().state();
    command.args(run.get_args().map(|it| if it == state { inside.as_os_str() } else { it }));
    let told = checked.told(&mut command, 2)?;
    told.says("state-folder", "problem", "must not be under PATHDONEmonitor")?;
    told.is_about(&["state-folder"])
}

#[test]
fn each_recipient_is_looked_at() -> Outcome {
    let checked = Checked::new()?;
    let told = checked.check(&["--recipient", "nobody@example.org"], 2)?;
    told.says("recipient", "problem", "nobody@example.org")?;
    told.says("recipient", "ok", "Lena Listener")?;
    told.says("test-message", "note", "Mend the recipients first")?;
    told.is_about(&["recipient"])?;
    // One that will expire, and the secret key of the first lies there.
    let home = GnupgHome::new()?;
    let soon = home.generate("Sonia Soon", support::gnupg::Algorithm::Rsa3072, "", "10d")?;
    let certs = checked.site.dialer.certs.with_file_name("soon.asc");
    fs::write(&certs, home.certificate(&soon)?)?;
    let secret = checked.site.dialer.certs.with_file_name("secret.asc");
    fs::write(&secret, checked.site.dialer.home.secret_key(&checked.site.dialer.listener, "")?)?;
    let (certs, secret) = (certs.to_string_lossy(), secret.to_string_lossy());
    let told = checked.check(&["--recipient", &soon, "--certs", &certs, "--certs", &secret], 1)?;
    told.says("recipient", "ok", "RSA with 3072 bits, which every gpg from 1.4 on opens")?;
    told.says("recipient", "ok", "in 9 days")?;
    told.says("expiry", "warning", "Sonia Soon")?;
    told.says("secret-key", "warning", &secret)?;
    told.is_about(&["secret-key", "expiry"]).or_else(|_| told.is_about(&["expiry", "secret-key"]))
}

#[test]
fn what_the_database_refuses_is_told_apart() -> Outcome {
    let mut checked = Checked::new()?;
    checked.site.record(1, NAME)?;
    checked.site.database.sql("REVOKE UPDATE ON asterisk.recording_log FROM cron")?;
    let told = checked.check(&[], 1)?;
    told.says("row-rights", "warning", "may not change recording_log")?;
    told.says("row-rights", "warning", "GRANT SELECT, UPDATE")?;
    told.says("row-table", "ok", "can be read")?;
    told.is_about(&["row-rights"])?;
    checked.site.database.sql("GRANT UPDATE ON asterisk.recording_log TO cron")?;

    checked.site.database.sql("ALTER TABLE recording_log DROP INDEX filename")?;
    let told = checked.check(&[], 1)?;
    told.says("row-index", "warning", "ALTER TABLE recording_log ADD INDEX (filename)")?;
    told.is_about(&["row-index"])?;

    checked.site.database.sql("RENAME TABLE recording_log TO away")?;
    let told = checked.check(&[], 1)?;
    told.says("row-table", "warning", "There is no recording_log")
        .or_else(|_| told.says("row-rights", "warning", "may not read recording_log"))?;
    checked.site.database.sql("RENAME TABLE away TO recording_log")?;

    checked.spool().set("VARDB_pass", "4321-secret")?;
    let told = checked.check(&[], 1)?;
    told.says("database-login", "warning", "refuses the login")?;
    told.is_about(&["database-login"])?;
    ensure!(!told.text().contains("4321-secret"), "the password was told");

    checked.site.database.stop()?;
    let told = checked.check(&[], 1)?;
    told.says("database", "warning", "cannot be reached")?;
    told.says("database", "warning", "their links wait in the journal")?;
    told.is_about(&["database"])
}

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

#[test]
fn whatever_stands_in_the_crontab_and_the_settings_is_shown_escaped() -> Outcome {
    let checked = Checked::new()?;
    checked.crontab(b"* * * * * dialer-encryptor --mp3 --\x1B[31m\xFF\n\0\x07\n".as_slice())?;
    checked.site.configure("formats = [\"\\u001b[31m\"]\n")?;
    let told = checked.check(&["--recipient", "\u{1b}]0;x\u{7}"], 2)?;
    told.says("settings", "problem", "formats")
        .or_else(|_| told.says("settings", "problem", "unknown variant"))?;
    let run = checked.command();
    let mut command = Command::new(run.get_program());
    command.args(run.get_args().filter(|it| *it != "--json"));
    command.args(["--recipient", "\u{1b}]0;x\u{7}", "--url", "http://\u{1b}[31m/x"]);
    let text = finish(&mut command)?.expect_code(2)?.text();
    ensure!(!text.chars().any(|it| it.is_control() && it != '\n'), "{text:?}");
    Ok(())
}
