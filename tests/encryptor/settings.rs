//! Does `/etc/callseal/dialer.toml` say what a run does, and is a mistake in it found?

mod common;

use common::{Dialer, encryptor};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::Command;
use support::gnupg::Algorithm;
use support::process::{finish, tool};
use support::speech::Format;
use support::{Failure, Outcome, ensure};

/// Writes the file for a dialer: what every run needs, and `more`.
fn settings(dialer: &Dialer, more: &str) -> Outcome<PathBuf> {
    let path = dialer.spool.path().join("dialer.toml");
    let text = format!(
        "formats = [\"mp3\"]\nrecipients = [\"{}\"]\ncerts = [\"{}\"]\ngnupg_home = \"\"\n\
         state_dir = \"{}\"\n{more}",
        dialer.listener,
        dialer.spool.path().join("certs").display(),
        dialer.spool.state().display(),
    );
    let certs = dialer.spool.path().join("certs");
    fs::create_dir_all(&certs)?;
    fs::copy(&dialer.certs, certs.join("listener.asc"))?;
    fs::write(&path, text)?;
    Ok(path)
}

/// A run that takes everything else from the file.
fn run(dialer: &Dialer, more: &str) -> Outcome<Command> {
    let mut command = Command::new(encryptor());
    command.arg("--conf").arg(dialer.spool.conf()).arg("--config").arg(settings(dialer, more)?);
    Ok(command)
}

const OFFLINE: &str = "[database]\nenabled = false\n";

#[test]
fn a_run_needs_no_flags_beside_the_file() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(2)?;
    finish(&mut run(&dialer, OFFLINE)?)?.expect_code(0)?;
    dialer.assert_all_sealed(&calls)
}

#[test]
fn an_unknown_key_is_refused_with_its_line() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(1)?;
    let finished = finish(&mut run(&dialer, "[pace]\njob = 2\n")?)?.expect_code(2)?;
    let words = "A setting cannot be used: unknown field `job`, expected one of `nice`, `io`, \
                 `jobs`, `rate_mib_per_sec`. Correct line 7 of ";
    assert!(finished.stderr.starts_with(words), "{}", finished.stderr);
    for (wrong, place) in [
        ("suffix = \"zip\"\n", "Correct line 6 of "),
        ("[pace]\nnice = 20\n", "Correct the setting nice."),
        ("[pace]\njobs = 0\n", "Correct the setting jobs."),
        ("[pace]\nrate_mib_per_sec = -1.0\n", "Correct the setting rate."),
        ("[sealed_files]\nmode = \"0888\"\n", "Correct the setting mode."),
        ("[sealed_files]\nowner = \"no such user\"\n", "Correct the setting owner."),
    ] {
        let finished = finish(&mut run(&dialer, wrong)?)?.expect_code(2)?;
        assert!(finished.stderr.contains(place), "{wrong}: {}", finished.stderr);
    }
    assert_eq!(dialer.waiting()?.len(), 1);
    Ok(())
}

#[test]
fn flags_win_over_the_file() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(3)?;
    let mut command = run(&dialer, &format!("suffix = \"pgp\"\nmax_files = 1\n{OFFLINE}"))?;
    finish(command.args(["--suffix", "gpg", "--max-files", "2"]))?.expect_code(0)?;
    let sealed = dialer.spool.sealed_names()?;
    assert!(sealed.len() == 2 && sealed.iter().all(|it| it.ends_with(".gpg")), "{sealed:?}");
    Ok(())
}

#[test]
fn a_required_recipient_cannot_be_left_out() -> Outcome {
    let dialer = Dialer::new()?;
    let escrow = dialer.home.generate("Esther Escrow", Algorithm::Curve25519, "", "0")?;
    let required = format!("required_recipients = [\"{escrow}\"]\n{OFFLINE}");
    dialer.fill(1)?;
    // Its certificate is missing: nothing is sealed for the other one alone.
    let mut command = run(&dialer, &required)?;
    let finished = finish(command.args(["--recipient", &dialer.listener]))?.expect_code(2)?;
    assert!(finished.stderr.starts_with(&format!("Recipient '{escrow}' is unknown")));
    assert_eq!(dialer.waiting()?.len(), 1);

    let mut command = run(&dialer, &required)?;
    let certs = dialer.spool.path().join("certs");
    fs::write(certs.join("escrow.asc"), dialer.home.certificate(&escrow)?)?;
    finish(command.args(["--recipient", &dialer.listener]))?.expect_code(0)?;
    for name in dialer.spool.sealed_names()? {
        let packets = dialer.home.packets(&dialer.spool.sealed().join(name))?;
        assert_eq!(packets.matches(":pubkey enc packet:").count(), 2, "{packets}");
    }
    Ok(())
}

#[test]
fn sealed_files_get_the_mode_and_owner_asked_for() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(1)?;
    // Everybody may give a file to the own group; only root to others.
    let own = fs::metadata(dialer.spool.path())?;
    let more = format!(
        "[sealed_files]\nmode = \"0640\"\nowner = \"{}\"\ngroup = \"{}\"\n{OFFLINE}",
        own.uid(),
        own.gid()
    );
    finish(&mut run(&dialer, &more)?)?.expect_code(0)?;
    for name in dialer.spool.sealed_names()? {
        let sealed = fs::metadata(dialer.spool.sealed().join(name))?;
        assert_eq!(sealed.permissions().mode() & 0o777, 0o640);
        assert_eq!((sealed.uid(), sealed.gid()), (own.uid(), own.gid()));
    }
    Ok(())
}

/// How far this test itself stands back, which what it starts inherits.
fn own_nice() -> Outcome<i32> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name in brackets may hold anything; the nice value is the 17th field after it.
    let (_, fields) = stat.rsplit_once(')').ok_or_else(|| Failure::new("no status"))?;
    let nice = fields.split_whitespace().nth(16).ok_or_else(|| Failure::new("no nice value"))?;
    Ok(nice.parse()?)
}

#[test]
fn a_run_takes_the_cpu_and_the_disk_last_unless_told_otherwise() -> Outcome {
    let dialer = Dialer::new()?;
    let pace = "[pace]\nnice = 3\nio = \"best-effort\"\n";
    let own = own_nice()?;
    for (more, nice, disk) in [
        ("", 19, "IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0)"),
        (pace, 3, "IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7)"),
    ] {
        dialer.fill(1)?;
        let trace = dialer.spool.path().join("trace");
        let run = run(&dialer, &format!("{more}{OFFLINE}"))?;
        let mut strace = tool("strace")?;
        strace.args(["-f", "-qq", "-e", "trace=setpriority,ioprio_set,clone,clone3", "-o"]);
        strace.arg(&trace).arg("--").arg(run.get_program()).args(run.get_args());
        finish(&mut strace)?.expect_code(0)?;
        let trace = fs::read_to_string(&trace)?;
        let place = |text: &str| {
            trace.find(text).ok_or_else(|| Failure::new(format!("{text} is missing in {trace}")))
        };
        // Relative to what it was started with, and no further than the system goes.
        let cpu = format!("setpriority(PRIO_PROCESS, 0, {})", (own + nice).min(19));
        let lowered = place(&cpu)?.max(place(disk)?);
        // Threads inherit what was set before they were made.
        let first_thread = trace.find("clone").unwrap_or(usize::MAX);
        ensure!(lowered < first_thread, "a thread was started before: {trace}");
    }
    Ok(())
}

#[test]
fn folders_of_days_are_sealed_and_the_oldest_come_first() -> Outcome {
    let dialer = Dialer::new()?;
    let inbox = dialer.inbox();
    for (day, name) in [("2026-01-02", "b"), ("2026-01-01", "c"), ("", "a")] {
        fs::create_dir_all(inbox.join(day))?;
        let name = PathBuf::from(day).join(format!("{name}-all.mp3"));
        dialer.spool.put(Format::Mp3, name, day.as_bytes())?;
    }
    // No folder of a day, and a link to one: left alone.
    fs::create_dir(inbox.join("2026-1-1"))?;
    fs::write(inbox.join("2026-1-1/d-all.mp3"), b"")?;
    std::os::unix::fs::symlink("2026-01-01", inbox.join("2026-01-03"))?;
    let mut command = dialer.command();
    finish(command.args(["--max-files", "1"]))?.expect_code(0)?;
    assert_eq!(dialer.spool.sealed_names()?, ["c-all.mp3.pgp"]);
    dialer.run()?.expect_code(0)?;
    assert_eq!(dialer.spool.sealed_names()?, ["a-all.mp3.pgp", "b-all.mp3.pgp", "c-all.mp3.pgp"]);
    assert_eq!(dialer.opened("b-all.mp3.pgp")?, b"2026-01-02");
    assert!(inbox.join("2026-1-1/d-all.mp3").exists() && inbox.join("2026-01-02").exists());
    assert!(!dialer.spool.done().join(".sealing/removing-mp3-2026-01-02").exists());
    Ok(())
}

#[test]
fn crontab_lines_for_several_formats_run_side_by_side_from_the_first_minute_on() -> Outcome {
    for _ in 0..5 {
        let dialer = Dialer::new()?;
        let calls = dialer.fill(20)?;
        let others = [Format::Gsm, Format::Ogg, Format::Wav];
        let mut runs = Vec::new();
        for format in others {
            for number in 0..10 {
                let name = format!("{number}-all.{}", format.extension());
                dialer.spool.put(format, name, &[number; 3300])?;
            }
            let mut run = dialer.spool.command(encryptor(), format);
            run.args(["--recipient", &dialer.listener]).arg("--certs").arg(&dialer.certs);
            runs.push(run.env("GNUPGHOME", dialer.spool.path().join("none")).spawn()?);
        }
        // All of them make the same journal at the same time.
        dialer.run()?.expect_code(0)?;
        for mut run in runs {
            assert!(run.wait()?.success());
        }
        assert_eq!(dialer.spool.sealed_names()?.len(), calls.len() + 30);
        assert_eq!(dialer.opened("9-all.gsm.pgp")?, [9; 3300]);
    }
    Ok(())
}

#[test]
fn a_warning_that_stays_true_is_mailed_once_a_day_and_logged_every_time() -> Outcome {
    let dialer = Dialer::new()?;
    fs::create_dir(dialer.inbox().join("folder-all.mp3"))?;
    let words = "Warning: This is no regular file and was left alone: folder-all.mp3\n";
    assert_eq!(dialer.run()?.expect_code(0)?.stderr, words);
    assert_eq!(dialer.run()?.expect_code(0)?.stderr, "");
    assert_eq!(finish(dialer.command().arg("--debug"))?.expect_code(0)?.stderr, words);
    let log = fs::read_to_string(dialer.spool.logs().join("callseal.log"))?;
    assert_eq!(log.matches("left alone: folder-all.mp3").count(), 3, "{log}");
    Ok(())
}

#[test]
fn a_run_for_the_database_names_the_setting_that_is_missing() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(1)?;
    let conf = fs::read_to_string(dialer.spool.conf())?;
    for key in ["VARserver_ip", "VARDB_server", "VARDB_database", "VARDB_user", "VARDB_pass"] {
        fs::write(dialer.spool.conf(), conf.replace(key, "OTHER"))?;
        let finished = finish(&mut run(&dialer, "")?)?.expect_code(2)?;
        let words = format!("The configuration file does not say {key}, so that recording_log ");
        assert!(finished.stderr.starts_with(&words), "{}", finished.stderr);
    }
    fs::write(dialer.spool.conf(), conf.replace("VARDB_port => ", "VARDB_port => x"))?;
    let finished = finish(&mut run(&dialer, "")?)?.expect_code(2)?;
    assert!(finished.stderr.contains("VARDB_port"), "{}", finished.stderr);
    assert_eq!(dialer.waiting()?.len(), 1);
    Ok(())
}
