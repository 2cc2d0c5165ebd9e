//! What does a sysadmin read who gets a flag wrong? Exact words and exit codes of the real binary.

mod common;

use common::{Dialer, encryptor};
use std::fs;
use std::process::Command;
use support::Outcome;
use support::process::finish;
use support::speech::Format;

/// Exit 2, nothing on standard output, and these words on standard error.
fn refused(command: &mut Command, words: &str) -> Outcome {
    let finished = finish(command)?.expect_code(2)?;
    assert_eq!(finished.text(), "");
    assert_eq!(finished.stderr, words);
    Ok(())
}

#[test]
fn without_any_argument_it_shows_the_flags_and_fails() -> Outcome {
    let finished = finish(&mut Command::new(encryptor()))?.expect_code(2)?;
    assert!(finished.stderr.contains("--recipient <FINGERPRINT|KEYID|ADDRESS>"));
    Ok(())
}

#[test]
fn what_is_missing_is_named_with_what_to_add() -> Outcome {
    refused(
        Command::new(encryptor()).args(["--conf", "x", "--recipient", "a@b.c"]),
        "No format was given. Add --format mp3 (or wav, gsm, ogg, gsw).\n",
    )?;
    refused(
        Command::new(encryptor()).args(["--GPG", "--MP3"]),
        "No recipient was given. Add --recipient with the full fingerprint of a certificate.\n",
    )?;
    refused(
        Command::new(encryptor()).args([
            "--MP3",
            "--recipients=a@b.c",
            "--no-database",
            "--conf",
            "/no/such\nfile",
        ]),
        "The configuration file cannot be read (No such file or directory (os error 2)). Name it \
         with --conf: /no/such\\u{a}file\n",
    )
}

#[test]
fn a_configuration_without_a_spool_is_refused() -> Outcome {
    let dialer = Dialer::new()?;
    fs::write(dialer.spool.conf(), "PATHlogs => /tmp\n")?;
    let finished = dialer.run()?.expect_code(2)?;
    assert!(finished.stderr.starts_with("The configuration file names no absolute path as PATHDO"));
    Ok(())
}

#[test]
fn a_journal_inside_the_spool_is_refused() -> Outcome {
    let dialer = Dialer::new()?;
    let mut command = dialer.command();
    command.arg("--state-dir").arg(dialer.spool.done().join("state"));
    // The flag stands twice now, which is an error of its own.
    let finished = finish(&mut command)?.expect_code(2)?;
    assert!(finished.stderr.contains("cannot be used multiple times"), "{}", finished.stderr);
    let mut command = Command::new(encryptor());
    command.arg("--conf").arg(dialer.spool.conf()).args(["--format", "mp3", "--no-database"]);
    command.args(["--recipient", &dialer.listener]).arg("--certs").arg(&dialer.certs);
    command.arg("--state-dir").arg(dialer.spool.done().join("state"));
    let finished = finish(&mut command)?.expect_code(2)?;
    assert!(finished.stderr.starts_with("The state folder must not be under PATHDONEmonitor"));
    Ok(())
}

#[test]
fn a_dry_run_names_the_recordings_and_touches_nothing() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(2)?;
    fs::remove_dir(dialer.spool.sealed())?;
    for flag in ["--dry-run", "-t", "--test"] {
        let finished = finish(dialer.command().arg(flag))?.expect_code(0)?;
        let names: Vec<&str> = calls.iter().map(|(name, _)| name.as_str()).collect();
        let text = format!("{}\n2 would be sealed, nothing was touched\n", names.join("\n"));
        assert_eq!(finished.text(), text);
    }
    assert_eq!(dialer.waiting()?.len(), 2);
    assert!(!dialer.spool.sealed().exists() && !dialer.spool.state().exists());
    assert!(!dialer.spool.done().join(".sealing").exists());
    Ok(())
}

#[test]
fn the_stock_spelling_seals_the_same() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(3)?;
    let mut command = Command::new(encryptor());
    command.args(["--GPG", "--MP3", "--debugX", "--Run-Check", "--max-files=100"]);
    command.arg(format!("--recipients={}---{}", dialer.listener, dialer.listener));
    command.arg("--conf").arg(dialer.spool.conf()).arg("--certs").arg(&dialer.certs);
    command.arg("--no-database").arg("--state-dir").arg(dialer.spool.state());
    let finished = finish(&mut command)?.expect_code(0)?;
    assert!(finished.text().starts_with("3 sealed, "), "{}", finished.text());
    dialer.assert_all_sealed(&calls)
}

#[test]
fn cron_hears_nothing_of_a_good_run_and_the_log_has_its_line() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(2)?;
    let finished = dialer.run()?.expect_code(0)?;
    assert_eq!((finished.text().as_str(), finished.stderr.as_str()), ("", ""));
    let log = fs::read_to_string(dialer.spool.logs().join("callseal.log"))?;
    assert!(log.contains(" 2 sealed, 0 finished from before, 0 busy, 0 failed, "), "{log}");
    Ok(())
}

#[test]
fn recipients_come_from_a_gnupg_home_old_and_new_and_no_program_is_run() -> Outcome {
    let dialer = Dialer::new()?;
    for (round, ring) in ["pubring.kbx", "pubring.gpg"].into_iter().enumerate() {
        let home = dialer.spool.path().join(ring.replace('.', "-"));
        fs::create_dir(&home)?;
        if ring == "pubring.kbx" {
            fs::copy(dialer.home.path().join(ring), home.join(ring))?;
        } else {
            // What gpg 1.4 kept: the certificates one after the other, without armor.
            let armored = dialer.home.certificate(&dialer.listener)?;
            let mut dearmor = support::process::tool("gpg")?;
            let binary = support::process::output_with_input(dearmor.arg("--dearmor"), &armored)?;
            fs::write(home.join(ring), binary)?;
        }
        let name = format!("2026010{round}-000000_5551234567-all.mp3");
        dialer.spool.put(Format::Mp3, &name, b"a call")?;
        let mut command = dialer.spool.command(encryptor(), Format::Mp3);
        command.args(["--recipient", &dialer.listener]).arg("--gnupg-home").arg(&home);
        finish(command.env_clear().env("PATH", ""))?.expect_code(0)?;
        assert_eq!(dialer.opened(&format!("{name}.pgp"))?, b"a call");
    }
    Ok(())
}

#[test]
fn json_says_what_was_done() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(2)?;
    let text = finish(dialer.command().arg("--json"))?.expect_code(0)?.text();
    for part in ["\"ok\":true", "\"sealed\":2", "\"failures\":[]", dialer.listener.as_str()] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let mut command = dialer.command();
    let text = finish(command.args(["--recipient", "b@x.y", "--json"]))?.expect_code(2)?.text();
    assert!(text.starts_with("{\"error\":\"Recipient 'b@x.y' is unknown"), "{text}");
    Ok(())
}
