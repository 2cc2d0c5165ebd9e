//! Is what comes beside the program right: the manual, the completions, the rotation of its log?

mod common;

use common::encryptor;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::dialer::names_in;
use support::process::{finish, output_of, tool};
use support::{Failure, Outcome, ensure};
use tempfile::TempDir;

const COMMANDS: [&str; 8] =
    ["check", "completions", "deliver", "install", "manual", "status", "uninstall", "watch"];

fn pages() -> Outcome<(TempDir, Vec<PathBuf>)> {
    let folder = tempfile::tempdir()?;
    let man1 = folder.path().join("man/man1");
    let finished = finish(Command::new(encryptor()).arg("manual").arg(&man1))?.expect_code(0)?;
    assert_eq!((finished.text(), finished.stderr), (String::new(), String::new()));
    let names = names_in(&man1)?;
    let expected: Vec<String> = std::iter::once("dialer-encryptor.1".to_string())
        .chain(COMMANDS.map(|name| format!("dialer-encryptor-{name}.1")))
        .collect();
    let mut sorted = expected.clone();
    sorted.sort();
    assert_eq!(names, sorted);
    Ok((folder, names.iter().map(|name| man1.join(name)).collect()))
}

/// A page as a person reads it.
fn read(page: &Path) -> Outcome<String> {
    let text = output_of(tool("mandoc")?.args(["-T", "utf8", "-O", "width=200"]).arg(page))?;
    // A letter printed twice over itself is bold.
    let text = String::from_utf8(text)?;
    let mut plain = String::new();
    for letter in text.chars() {
        if letter == '\u{8}' {
            plain.pop();
        } else {
            plain.push(letter);
        }
    }
    Ok(plain)
}

#[test]
fn every_page_is_written_and_mandoc_finds_no_fault() -> Outcome {
    let (_folder, pages) = pages()?;
    for page in pages {
        let mut mandoc = tool("mandoc")?;
        // Style is left to the generator; what is wrong is not.
        let finished = finish(mandoc.args(["-T", "lint", "-W", "warning"]).arg(&page))?;
        assert_eq!((finished.code, finished.text()), (Some(0), String::new()));
        assert_eq!(fs::metadata(&page)?.permissions().mode() & 0o777, 0o644);
        let text = read(&page)?;
        for heading in ["NAME", "SYNOPSIS", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
            ensure!(text.contains(&format!("\n{heading}\n")), "no {heading} in {}", page.display());
        }
    }
    Ok(())
}

#[test]
fn every_flag_that_help_names_is_in_the_manual_and_the_stock_ones_too() -> Outcome {
    let (folder, _) = pages()?;
    let man1 = folder.path().join("man/man1");
    let own = read(&man1.join("dialer-encryptor.1"))?;
    for stock in ["--GPG", "--MP3", "--recipients=A---B", "--run-check", "-t, --test", "--debugX"] {
        ensure!(own.contains(stock), "no {stock} in the manual");
    }
    for name in COMMANDS {
        let page = read(&man1.join(format!("dialer-encryptor-{name}.1")))?;
        let help = output_of(Command::new(encryptor()).args([name, "--help"]))?;
        let help = String::from_utf8(help)?;
        for flag in help.split_whitespace().filter(|word| word.starts_with("--")) {
            let flag = flag.trim_end_matches([',', ':', ';', '.', ']']);
            ensure!(page.contains(flag), "{flag} of {name} is not in its page");
        }
    }
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_made_is_told() -> Outcome {
    let finished = finish(Command::new(encryptor()).args(["manual", "/dev/null/man1"]))?;
    let words = "The manual cannot be written (Not a directory";
    assert!(finished.stderr.starts_with(words), "{}", finished.stderr);
    finished.expect_code(2).map(drop)
}

fn completions(shell: &str) -> Outcome<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("completions");
    let text = output_of(Command::new(encryptor()).args(["completions", shell]))?;
    fs::write(&path, text)?;
    Ok((folder, path))
}

/// What bash offers at the end of a line.
fn offered(words: &[&str]) -> Outcome<Vec<String>> {
    let (_folder, file) = completions("bash")?;
    output_of(tool("bash")?.arg("-n").arg(&file))?;
    let script = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                  f=$(complete -p dialer-encryptor | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \
                  \"$f\" dialer-encryptor \"${@: -1}\" \"${@: -2:1}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut bash = tool("bash")?;
    bash.args(["--norc", "-c", script, "bash"]).arg(file).arg("dialer-encryptor").args(words);
    let text = String::from_utf8(output_of(&mut bash)?)?;
    Ok(text.lines().map(String::from).collect())
}

#[test]
fn bash_completes_commands_flags_and_values() -> Outcome {
    let commands = offered(&[""])?;
    for name in COMMANDS {
        ensure!(commands.iter().any(|it| it == name), "{name} is not offered: {commands:?}");
    }
    assert_eq!(offered(&["sta"])?, ["status"]);
    assert_eq!(offered(&["status", "--prom"])?, ["--prometheus"]);
    assert_eq!(offered(&["status", "--format", "g"])?, ["gsm", "gsw"]);
    Ok(())
}

#[test]
fn every_shell_gets_its_completions() -> Outcome {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (_folder, file) = completions(shell)?;
        ensure!(fs::read_to_string(file)?.contains("dialer-encryptor"), "nothing for {shell}");
    }
    Ok(())
}

#[test]
fn logrotate_turns_the_log_over_and_the_next_run_begins_a_new_one() -> Outcome {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../installer/dialer/callseal.logrotate");
    let text = fs::read_to_string(shipped)?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("callseal.log");
    let (user, group) = (name(&["-un"])?, name(&["-gn"])?);
    let here = text
        .replace("/var/log/astguiclient/callseal.log", &log.display().to_string())
        .replace("su root root", &format!("su {user} {group}"));
    let conf = folder.path().join("callseal");
    fs::write(&conf, here)?;
    fs::set_permissions(&conf, fs::Permissions::from_mode(0o644))?;
    let rotate = |more: &[&str]| -> Outcome<String> {
        let mut logrotate = tool("logrotate")?;
        let state = folder.path().join("state");
        let finished = finish(logrotate.args(more).arg("-s").arg(state).arg(&conf))?;
        Ok(finished.expect_code(0)?.stderr)
    };
    assert_eq!(rotate(&[])?, "", "a log that is missing is no fault");
    for run in ["first\n", "second\n"] {
        fs::write(&log, run)?;
        let said = rotate(&["-d"])?;
        ensure!(!said.contains("error") && fs::read_to_string(&log)? == run, "{said}");
        // Two of one name would need two different seconds.
        rotate(&["-f"])?;
        ensure!(!log.exists(), "the next run makes it");
        std::thread::sleep(std::time::Duration::from_millis(1100));
    }
    let names = names_in(folder.path())?;
    let turned: Vec<&String> = names.iter().filter(|it| it.starts_with("callseal.log-")).collect();
    assert_eq!(turned.len(), 2, "{names:?}");
    ensure!(turned.first().is_some_and(|it| it.ends_with(".gz")), "{names:?}");
    Ok(())
}

fn name(flags: &[&str]) -> Outcome<String> {
    let text = output_of(tool("id")?.args(flags))?;
    String::from_utf8(text).map(|it| it.trim().to_string()).map_err(Failure::from)
}
