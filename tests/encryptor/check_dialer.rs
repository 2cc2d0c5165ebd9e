//! Does `check` tell a healthy dialer from one whose settings, journal or recipients are broken, and
//! change nothing?

mod checked;
mod common;
mod site;

use checked::Checked;
use std::fs;
use std::process::Command;
use support::gnupg::GnupgHome;
use support::process::finish;
use support::speech::Format;
use support::{Outcome, ensure};

const NAME: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3";

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
    told.is_about(&["crontab-differs", "recipient"])?;
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
    told.is_about(&["secret-key", "expiry", "crontab-differs"])
        .or_else(|_| told.is_about(&["expiry", "secret-key", "crontab-differs"]))
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
