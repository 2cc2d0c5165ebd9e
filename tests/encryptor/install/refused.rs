//! Is what must not be refused, with its reason, and left as it is?

use crate::site::{STEP_2, Site};
use std::fs;
use std::path::Path;
use support::process::{finish, tool};
use support::{Outcome, ensure};

fn assert_refused(site: &Site, file: &Path, name: &str, more: &[&str], words: &str) -> Outcome {
    let before = fs::read(file)?;
    let finished = site.run(name, file, &[&["--yes"], more].concat())?.expect_code(2)?;
    assert!(finished.stderr.contains(words), "{words}: {}", finished.stderr);
    assert!(finished.stderr.ends_with("\nNothing was changed.\n"), "{}", finished.stderr);
    assert_eq!((fs::read(file)?, finished.text()), (before, String::new()));
    assert_eq!(site.copies()?, Vec::<Vec<u8>>::new());
    Ok(())
}

#[test]
fn both_encryptors_are_never_left_active() -> Outcome {
    let site = Site::new()?;
    site.set_own(STEP_2)?;
    let file = site.file(STEP_2)?;
    let words = "Line 1 of another crontab starts the stock script of step 2, and both must not run. \
                 Change that one first, without --crontab. It is Root's crontab: 1-59/3 ";
    assert_refused(&site, &file, "install", &[], words)?;
    site.set_own("")?;
    let own = "* * * * * dialer-encryptor --format wav\n";
    let both = site.file(format!("{own}{STEP_2}"))?;
    let words = "The crontab would start both the stock script of step 2 and this program.";
    assert_refused(&site, &both, "install", &[], words)?;
    let file = site.file(STEP_2)?;
    site.run("install", &file, &["--yes"])?.expect_code(0)?;
    for by_hand in [own, "* * * * * /opt/dialer-encryptor-1.2.0 --format wav\n"] {
        let file = site.file([&fs::read(&file)?, by_hand.as_bytes()].concat())?;
        let before = fs::read(&file)?;
        let finished = site.run("uninstall", &file, &["--yes"])?.expect_code(2)?;
        ensure!(finished.stderr.starts_with(words), "{}", finished.stderr);
        assert_eq!(fs::read(&file)?, before);
        fs::write(&file, before.strip_suffix(by_hand.as_bytes()).unwrap_or_default())?;
    }
    Ok(())
}

#[test]
fn a_stock_line_that_cannot_be_changed_is_named() -> Outcome {
    let site = Site::new()?;
    let script = "/x/AST_CRON_audio_2_encrypt.pl --GPG --MP3";
    let file = site.file(format!("\n* * * * * sh -c '{script}'\n"))?;
    let words = "Line 2 starts the stock script within the quotes of another shell.";
    assert_refused(&site, &file, "install", &[], words)
}

#[test]
fn a_line_that_is_not_understood_is_named_and_never_passed_over() -> Outcome {
    let site = Site::new()?;
    let script = "/x/AST_CRON_audio_2_encrypt.pl --GPG --MP3 --recipients=a";
    for command in [
        format!("flock -n /tmp/l -c \"{script}\""),
        format!("screen -dmS enc {script}"),
        format!("/usr/bin/perl5.30.0 {script}"),
        format!("O=$({script})"),
        "sh -c '/x/ast_cron_audio_2_ENCRYPT.pl;'".to_string(),
    ] {
        let file = site.file(format!("{STEP_2}\n1 * * * * {command}\n"))?;
        let words = "Line 3 names the stock script of step 2 in a form that is not understood";
        assert_refused(&site, &file, "install", &[], words)?;
    }
    let ours = "* * * * * screen -dm dialer-encryptor --format mp3\n";
    let file = site.file(format!("{STEP_2}{ours}"))?;
    assert_refused(&site, &file, "install", &[], "Line 2 names this program in a form")?;
    let file = site.file(format!("{STEP_2}* * * * * screen /x/AST_CRON_audio_3_ftp.pl --GPG\n"))?;
    assert_refused(&site, &file, "install", &[], "put a # before it, or say --keep-step-3: ")?;
    site.run("install", &file, &["--keep-step-3"])?.expect_code(0)?;
    site.set_own(format!("* * * * * cpulimit -l 20 -- {script}\n"))?;
    let file = site.file(STEP_2)?;
    let words = "Line 1 of another crontab names the stock script of step 2";
    assert_refused(&site, &file, "install", &[], words)
}

#[test]
fn a_line_that_would_not_run_is_not_written() -> Outcome {
    let site = Site::new()?;
    let stock = STEP_2.trim_end();
    let unknown = site.file(format!("{stock} --frobnicate\n"))?;
    let words = "would not run with the flags of line 1. It would say: unexpected argument \
                 '--frobnicate' found.";
    assert_refused(&site, &unknown, "install", &[], words)?;
    let file = site.file(STEP_2.replace(" --recipients=RECIPIENT", ""))?;
    assert_refused(&site, &file, "install", &[], "No recipient was given.")?;
    let file = site.file("# nothing here\n")?;
    let words = "has no line that starts the stock script of step 2, and one that starts this \
                 program would not run with these flags. No format was given.";
    assert_refused(&site, &file, "install", &[], words)?;
    let file = site.file(STEP_2)?;
    assert_refused(&site, &file, "install", &["--format", "wav"], "Leave --format away.")
}

#[test]
fn a_program_that_seals_already_in_another_crontab_is_named() -> Outcome {
    let site = Site::new()?;
    site.set_own("* * * * * dialer-encryptor --format mp3\n")?;
    let file = site.file("# nothing\n")?;
    let flags = ["--format", "mp3", "--recipient", "a@example.com"];
    let words = "This program is started already, by line 1 of Root's crontab.";
    assert_refused(&site, &file, "install", &flags, words)
}

#[test]
fn the_crontabs_of_other_users_are_read() -> Outcome {
    let site = Site::new()?;
    site.set_of("asterisk", &format!("# theirs\n{STEP_2}"))?;
    let file = site.file(STEP_2)?;
    let words = "Line 2 of another crontab starts the stock script of step 2, and both must not run. \
                 Change that one first, by hand with crontab -u asterisk -e. It is the crontab of \
                 the user asterisk: 1-59/3 ";
    assert_refused(&site, &file, "install", &[], words)?;
    let mut check = site.apart(crate::common::encryptor())?;
    let told = finish(check.args(["check", "--json", "--conf"]).arg(site.spool.conf()))?.text();
    ensure!(told.contains("still active: line 2 (user asterisk) of the crontab"), "{told}");
    Ok(())
}

#[test]
fn a_stock_script_that_runs_is_waited_for() -> Outcome {
    let site = Site::new()?;
    let script = site.spool.path().join("AST_CRON_audio_2_encrypt.pl");
    fs::write(&script, "sleep 600; true\n")?;
    let file = site.file(STEP_2)?;
    // All that it started ends with the process namespace.
    let beside = |ours: &[&str]| -> Outcome<support::process::Finished> {
        let mut command = site.apart(tool("sh")?.get_program().as_ref())?;
        command.args(["-c", "sh \"$0\" >/dev/null 2>&1 & \"$@\""]).arg(&script);
        command.arg(crate::common::encryptor()).args(ours);
        finish(command.arg("--conf").arg(site.spool.conf()))
    };
    let path = file.display().to_string();
    let install = ["install", "--crontab", &path];
    beside(&install)?.expect_code(0)?;
    let refused = beside(&[&install[..], &["--yes"]].concat())?.expect_code(2)?;
    let words = "The stock script of step 2 runs right now, as process ";
    ensure!(refused.stderr.starts_with(words), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&file)?, STEP_2);
    let told = beside(&["check", "--crontab", &path])?.text();
    ensure!(told.contains(words), "{told}");
    Ok(())
}

#[test]
fn a_crontab_program_that_leaves_something_running_is_not_waited_for() -> Outcome {
    let site = Site::new()?;
    let program = site.spool.path().join("crontab-program");
    fs::write(&program, "#!/bin/sh\nsleep 600 &\nexit 0\n")?;
    finish(tool("chmod")?.arg("0755").arg(&program))?.expect_code(0)?;
    let mut command = site.apart(tool("sh")?.get_program().as_ref())?;
    let script = "mount --bind \"$0\" \"$1\" && shift && \"$@\"";
    command.args(["-c", script]).arg(&program).arg(tool("crontab")?.get_program());
    command.arg(crate::common::encryptor()).arg("install").arg("--conf").arg(site.spool.conf());
    let finished = finish(&mut command)?.expect_code(2)?;
    ensure!(finished.stderr.contains("still holds its output"), "{}", finished.stderr);
    Ok(())
}

#[test]
fn links_pipes_and_files_that_are_not_there_are_refused() -> Outcome {
    let site = Site::new()?;
    let real = site.file(STEP_2)?;
    let link = site.spool.path().join("link");
    std::os::unix::fs::symlink(&real, &link)?;
    let words = format!("The crontab is a link. Name the file itself: {}", real.display());
    assert_refused(&site, &link, "install", &[], &words)?;
    let pipe = site.spool.path().join("pipe");
    finish(tool("mkfifo")?.arg(&pipe))?.expect_code(0)?;
    let finished = site.run("install", &pipe, &["--yes"])?.expect_code(2)?;
    assert!(finished.stderr.contains("it is no file"), "{}", finished.stderr);
    let finished = site.run("install", Path::new("/no/crontab"), &[])?.expect_code(2)?;
    assert!(finished.stderr.contains("Check the path: /no/crontab"), "{}", finished.stderr);
    Ok(())
}

#[test]
fn the_crontab_of_another_user_is_not_taken_for_roots() -> Outcome {
    if !support::root::is_root() {
        return support::root::again("refused::the_crontab_of_another_user_is_not_taken_for_roots");
    }
    let site = Site::new()?;
    finish(tool("chmod")?.arg("0755").arg(site.spool.path()))?.expect_code(0)?;
    let program = site.spool.path().join("dialer-encryptor");
    fs::copy(crate::common::encryptor(), &program)?;
    let mut command = tool("setpriv")?;
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]);
    let finished = finish(command.arg(program).args(["install", "--yes"]))?.expect_code(2)?;
    let words = "The stock steps stand in root's crontab. Run this as root, or name a file";
    assert!(finished.stderr.starts_with(words), "{}", finished.stderr);
    Ok(())
}

#[test]
fn a_program_of_another_name_is_refused_since_nobody_would_know_it_again() -> Outcome {
    let site = Site::new()?;
    let (file, program) = (site.file(STEP_2)?, site.spool.path().join("sealer"));
    fs::copy(crate::common::encryptor(), &program)?;
    let mut command = std::process::Command::new(program);
    let finished = finish(command.arg("install").arg("--crontab").arg(&file))?.expect_code(2)?;
    assert!(
        finished.stderr.contains("Call the file dialer-encryptor again"),
        "{}",
        finished.stderr
    );
    Ok(())
}

#[test]
fn without_a_copy_nothing_is_changed() -> Outcome {
    let site = Site::new()?;
    let file = site.file(STEP_2)?;
    fs::write(site.spool.state(), "no folder")?;
    let words = "A copy of the crontab cannot be kept (";
    let finished = site.run("install", &file, &["--yes"])?.expect_code(2)?;
    assert!(finished.stderr.starts_with(words), "{}", finished.stderr);
    assert_eq!(fs::read_to_string(&file)?, STEP_2);
    Ok(())
}
