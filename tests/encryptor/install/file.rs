//! Is a crontab in a file changed in one step, with its owner, its permissions and every octet?

use crate::common::encryptor;
use crate::site::{STEP_2, STOCK, Site, without_digests};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use support::dialer::names_in;
use support::process::{finish, tool};
use support::{Outcome, ensure};

/// There and back, and what stood there between.
fn round(site: &Site, file: &Path, more: &[&str]) -> Outcome<String> {
    let before = fs::read(file)?;
    site.run("install", file, &[&["--yes"], more].concat())?.expect_code(0)?;
    let between = fs::read(file)?;
    ensure!(between != before, "nothing was changed");
    site.run("uninstall", file, &["--yes"])?.expect_code(0)?;
    let after = fs::read(file)?;
    ensure!(after == before, "{} became {}", before.escape_ascii(), after.escape_ascii());
    Ok(without_digests(&String::from_utf8_lossy(&between)))
}

#[test]
fn odd_crontabs_come_back_octet_for_octet() -> Outcome {
    let site = Site::new()?;
    let step = STEP_2.trim_end();
    for text in [
        STOCK.as_bytes().to_vec(),
        step.as_bytes().to_vec(),
        format!("{step}\r\n# \u{fffd}\r\n{step}").into_bytes(),
        [b"# \xFF\xFE\n", step.as_bytes(), b" >/dev/null 2>&1 % in\\%put\n\n\n"].concat(),
        format!("@reboot cd /tmp && nice -n 5 /usr/bin/perl -w {}\n# end", &step[15..])
            .into_bytes(),
        format!("\t{step} -t\n{STEP_2}{STEP_2}").into_bytes(),
    ] {
        let file = site.file(&text)?;
        let between = round(&site, &file, &[])?;
        let lines = between.lines().filter(|line| line.contains(&site.ours_with(" --GPG")));
        assert_eq!(lines.count(), between.matches("#callseal").count(), "{between}");
    }
    Ok(())
}

#[test]
fn a_last_line_without_an_end_gets_one_so_that_cron_runs_ours() -> Outcome {
    let site = Site::new()?;
    let file = site.file("# nothing of step 2 here")?;
    let flags = ["--format", "mp3", "--recipient", "a@example.com"];
    let between = round(&site, &file, &flags)?;
    assert!(between.starts_with("# nothing of step 2 here\n#callseal-added-last# "), "{between}");
    ensure!(between.ends_with(" --recipient a@example.com\n"), "{between}");
    Ok(())
}

#[test]
fn owner_and_permissions_stay_and_nothing_lies_beside() -> Outcome {
    if !support::root::is_root() {
        return support::root::again("file::owner_and_permissions_stay_and_nothing_lies_beside");
    }
    let site = Site::new()?;
    let folder = site.spool.path().join("cron.d");
    fs::create_dir(&folder)?;
    let file = folder.join("vicidial");
    fs::write(&file, format!("SHELL=/bin/sh\n{}", STEP_2.replace("* /", "* asterisk /")))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640))?;
    std::os::unix::fs::chown(&file, Some(1), Some(2))?;
    site.run("install", &file, &["--yes"])?.expect_code(0)?;
    let about = fs::metadata(&file)?;
    assert_eq!((about.mode() & 0o7777, about.uid(), about.gid()), (0o640, 1, 2));
    assert_eq!(names_in(&folder)?, ["vicidial"]);
    let text = fs::read_to_string(&file)?;
    let line = format!("\n1-59/3 * * * * asterisk {} --GPG --MP3 ", site.ours_with(""));
    assert!(text.contains(&line), "the user stays before the command: {text}");
    fs::write(&file, "# empty\n")?;
    let flags = ["--yes", "--format", "mp3", "--recipient", "a@example.com"];
    site.run("install", &file, &flags)?.expect_code(0)?;
    let text = fs::read_to_string(&file)?;
    ensure!(text.contains("\n1-59/3 * * * * root /"), "{text}");
    Ok(())
}

#[test]
fn a_crontab_of_the_system_is_known_by_its_relative_name() -> Outcome {
    let site = Site::new()?;
    let folder = site.spool.path().join("cron.d");
    fs::create_dir(&folder)?;
    let file = folder.join("vicidial");
    fs::write(&file, STEP_2.replace("* /", "* root /"))?;
    let mut command = site.command("install", &["--yes", "--crontab", "vicidial"])?;
    finish(command.current_dir(&folder))?.expect_code(0)?;
    let text = fs::read_to_string(&file)?;
    ensure!(
        text.contains(&format!("\n1-59/3 * * * * root {} --GPG", site.ours_with(""))),
        "{text}"
    );
    Ok(())
}

#[test]
fn the_program_is_written_as_it_was_called_since_an_upgrade_goes_behind_the_link() -> Outcome {
    let site = Site::new()?;
    let path = site.spool.path();
    let (program, link) = (path.join("dialer-encryptor-1.2.0"), path.join("bin/dialer-encryptor"));
    fs::create_dir(path.join("bin"))?;
    fs::copy(encryptor(), &program)?;
    std::os::unix::fs::symlink(&program, &link)?;
    let file = site.file(STEP_2)?;
    let before = fs::read(&file)?;
    let whole = format!("\n1-59/3 * * * * {} --conf ", link.display());
    for called in ["bin/dialer-encryptor", "dialer-encryptor"] {
        let mut command = site.apart(tool("env")?.get_program().as_ref())?;
        command.arg(format!("PATH={}:/bin", path.join("bin").display())).arg(called);
        let mut command = site.with_places(command, "install", &["--yes", "--crontab", "crontab"]);
        finish(command.current_dir(path))?.expect_code(0)?;
        let text = fs::read_to_string(&file)?;
        ensure!(text.contains(&whole), "{text}");
        let again = finish(&mut command)?.expect_code(0)?.text();
        ensure!(again.ends_with("nothing to do.\n"), "{again}");
        site.run("uninstall", &file, &["--yes"])?.expect_code(0)?;
        assert_eq!(fs::read(&file)?, before);
    }
    Ok(())
}

#[test]
fn step_3_is_switched_unless_the_suffix_is_gpg() -> Outcome {
    let site = Site::new()?;
    let step_3 =
        "2-59/3 * * * * /usr/share/astguiclient/AST_CRON_audio_3_ftp.pl --GPG --ftp-validate\n";
    let plain = "2-59/3 * * * * /usr/share/astguiclient/AST_CRON_audio_3_ftp.pl --MP3\n";
    let step_4 = "2-59/3 * * * * /usr/share/astguiclient/AST_CRON_audio_4_ftp2.pl --GPG\n";
    let file = site.file(format!("{STEP_2}{step_3}{plain}{step_4}"))?;
    let deliver = format!(
        "{} --GPG --ftp-validate\n",
        site.ours_with("").replacen(" --conf", " deliver --conf", 1)
    );
    let switched = round(&site, &file, &[])?;
    assert!(
        switched.contains(&format!("#callseal-off# {step_3}2-59/3 * * * * {deliver}")),
        "{switched}"
    );
    ensure!(switched.contains(&format!("\n{plain}{step_4}")), "others stay: {switched}");
    for flags in [&["--suffix", "gpg"][..], &["--keep-step-3"]] {
        let kept = round(&site, &file, flags)?;
        ensure!(kept.contains(&format!("\n{step_3}{plain}")), "{flags:?}: {kept}");
    }
    let shown = site.run("install", &file, &["--suffix", "gpg"])?.expect_code(0)?.text();
    let words =
        "Line 2 (AST_CRON_audio_3_ftp.pl) stays as it is. It finds the rows of .gpg files only";
    assert!(shown.starts_with(words), "{shown}");
    let asked = round(&site, &file, &["--suffix", "gpg", "--deliver"])?;
    ensure!(asked.contains(&deliver), "{asked}");
    Ok(())
}

#[test]
fn relative_paths_are_written_whole_since_cron_stands_elsewhere() -> Outcome {
    let site = Site::new()?;
    let file = site.file(STEP_2)?;
    let between = round(&site, &file, &["--certs", "certs", "--gnupg-home", "home"])?;
    let here = std::env::current_dir()?;
    let here = here.display();
    let words = format!(" --certs {here}/certs --gnupg-home {here}/home --GPG ");
    ensure!(between.contains(&words), "{between}");
    Ok(())
}

#[test]
fn a_password_in_the_crontab_is_not_printed() -> Outcome {
    let site = Site::new()?;
    let step_3 = "2-59/3 * * * * /x/AST_CRON_audio_3_ftp.pl --GPG --ftp-pass=hidden\n";
    let file = site.file(format!("{STEP_2}{step_3}"))?;
    let shown = site.run("install", &file, &["--yes"])?.expect_code(0)?;
    ensure!(!shown.text().contains("hidden"), "{}", shown.text());
    assert!(shown.text().contains("--ftp-pass=…"), "{}", shown.text());
    assert!(fs::read_to_string(&file)?.matches("--ftp-pass=hidden").count() == 2);
    Ok(())
}

#[test]
fn the_line_that_is_written_seals_when_a_shell_runs_it() -> Outcome {
    use crate::common::Dialer;
    let dialer = Dialer::new()?;
    let calls = dialer.fill(2)?;
    let site = Site { spool: dialer.spool };
    site.spool.set("VARDB_server", "127.0.0.1")?;
    let toml = site.spool.path().join("with space %.toml");
    fs::write(&toml, "[database]\nenabled = false\n")?;
    fs::create_dir(site.spool.path().join("crontabs"))?;
    let file = site.file(STEP_2.replace("RECIPIENT", &dialer.listener))?;
    let (toml, certs) = (toml.display().to_string(), dialer.certs.display().to_string());
    let flags = ["--yes", "--config", &toml, "--certs", &certs, "--gnupg-home", "/no-home"];
    site.run("install", &file, &flags)?.expect_code(0)?;
    let text = fs::read_to_string(&file)?;
    let command = text.lines().last().and_then(|line| line.strip_prefix("1-59/3 * * * * "));
    // What cron does before it hands the line to the shell.
    let command = command.unwrap_or_default().replace("\\%", "%");
    finish(tool("sh")?.args(["-c", &command]))?.expect_code(0)?;
    assert_eq!(site.spool.sealed_names()?.len(), calls.len());
    Ok(())
}
