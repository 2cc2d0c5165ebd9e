//! Does the administrator's policy hold, can nobody but root write it, and does a broken one open
//! nothing? The real place, in a mount namespace of each test's own.

#[path = "common.rs"]
mod common;

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{
    PASSPHRASE, TestDevice, data_folder_with, drop_file, fixture, recording_named, sources,
};
use egui::accesskit::Role;
use egui::{Event as Input, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use serde_json::Value;
use shared::decrypt::Problem;
use support::digest::sha256;
use support::process::{Finished, finish_with_input, tool, wait_for};
use support::{Outcome, ensure, fail};
use workstation_app::app::App;
use workstation_app::state::Screen;
use workstation_app::texts::{self, FailureKind};

const KEYS: [&str; 2] = ["cv25519.secret.pgp", "rsa3072.secret.asc"];
const ORDINARY: &str = "gpg22-cv25519.pgp";
const WITHOUT_INTEGRITY: [&str; 3] = [
    "gpg14-no-integrity-3DES.pgp",
    "gpg14-no-integrity-AES256.pgp",
    "gpg14-no-integrity-CAST5.pgp",
];
const ALLOWED: &str = "echo 'allow_without_integrity = true' >$F";
const FILE: &str = "/etc/callseal/policy.toml";
/// Says to a test program that it runs in a namespace of its own.
const INSIDE: &str = "/etc/namespace-of-a-test";

/// A shell with an empty /etc that nobody else sees, which runs `setup` and then its arguments.
fn namespace(setup: &str) -> Outcome<Command> {
    let mut command = if std::fs::metadata("/proc/self")?.uid() == 0 {
        tool("unshare")?
    } else {
        let mut sudo = tool("sudo")?;
        sudo.args(["-n", "unshare"]);
        sudo
    };
    let script = format!(
        "umask 022; mount -t tmpfs -o mode=755 none /etc; touch {INSIDE}; mkdir /etc/callseal\n\
         D=/etc/callseal F={FILE}\n{setup}\nexec \"$@\""
    );
    command.args(["--mount", "sh", "-euc", &script, "sh"]);
    Ok(command)
}

fn message(name: &str) -> PathBuf {
    fixture("messages").join(name)
}

fn check_in(mut command: Command, data: &Path, name: &str) -> Outcome<Finished> {
    command.arg(env!("CARGO_BIN_EXE_workstation-app")).arg("--data-dir").arg(data);
    command.arg("--check").arg(message(name)).args(["--passphrase-fd", "0", "--json"]);
    finish_with_input(&mut command, PASSPHRASE.as_bytes())
}

/// What `--check` answers under the policy that `setup` makes.
fn checked(setup: &str, data: &Path, name: &str, code: i32) -> Outcome<Value> {
    let finished = check_in(namespace(setup)?, data, name)?.expect_code(code)?;
    Ok(serde_json::from_slice(&finished.stdout)?)
}

fn text<'a>(json: &'a Value, key: &str) -> &'a str {
    json.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[test]
fn without_a_policy_nothing_opens_that_may_have_been_altered() -> Outcome {
    let data = data_folder_with(&KEYS);
    for setup in ["", "rmdir $D", ": >$F"] {
        for name in WITHOUT_INTEGRITY {
            let json = checked(setup, data.path(), name, 1)?;
            assert_eq!(text(&json, "problem"), "no-integrity", "{json}");
            assert_eq!(json.get("sha256"), Some(&Value::Null), "{json}");
            // The administrator who is asked finds the key and the place.
            let detail = text(&json, "detail");
            assert!(detail.contains("allow_without_integrity") && detail.contains(FILE), "{json}");
        }
        checked(setup, data.path(), ORDINARY, 0)?;
    }
    Ok(())
}

#[test]
fn where_the_policy_allows_it_they_open_and_are_marked() -> Outcome {
    let data = data_folder_with(&KEYS);
    let plain = sha256(&std::fs::read(fixture("plain.mp3"))?)?;
    for name in WITHOUT_INTEGRITY {
        let json = checked(ALLOWED, data.path(), name, 0)?;
        assert_eq!(text(&json, "integrity"), "none", "{json}");
        assert_eq!(text(&json, "sha256"), plain, "{json}");
        assert!(text(&json, "message").contains(texts::WITHOUT_INTEGRITY.get()), "{json}");
    }
    let json = checked(ALLOWED, data.path(), ORDINARY, 0)?;
    assert_eq!(text(&json, "integrity"), "mdc");
    assert!(!text(&json, "message").contains(texts::WITHOUT_INTEGRITY.get()), "{json}");
    Ok(())
}

#[test]
fn the_example_can_be_installed_as_it_is_and_allows_nothing() -> Outcome {
    let data = data_folder_with(&KEYS);
    let example = fixture("../../../assets/docs/policy.toml");
    let setup = format!("cat '{}' >$F", example.display());
    checked(&setup, data.path(), ORDINARY, 0)?;
    let json = checked(&setup, data.path(), "gpg14-no-integrity-AES256.pgp", 1)?;
    assert_eq!(text(&json, "problem"), "no-integrity");
    Ok(())
}

/// `broken` follows on a policy that could be trusted; `place` is what the details must say, with
/// FILE and FOLDER for their paths.
fn assert_broken(broken: &str, place: &str, data: &Path) -> Outcome {
    let place = place.replace("FILE", FILE).replace("FOLDER", "/etc/callseal");
    let setup = format!("echo '# none' >$F\n{broken}");
    let finished = check_in(namespace(&setup)?, data, ORDINARY)?.expect_code(2)?;
    let json: Value = serde_json::from_slice(&finished.stdout)?;
    let words = texts::words(FailureKind::Policy);
    for said in [text(&json, "message"), finished.stderr.trim()] {
        assert!(said.starts_with(words.title) && said.contains(words.advice), "{broken}: {said}");
        assert!(said.contains(&place), "{broken}: {said}");
    }
    assert!(text(&json, "detail").contains(&place), "{json}");
    assert_eq!(json.get("ok"), Some(&Value::Bool(false)));
    for key in ["sha256", "key", "codec", "problem"] {
        assert_eq!(json.get(key), Some(&Value::Null), "{broken}: {key}");
    }
    Ok(())
}

#[test]
fn a_policy_that_is_not_understood_opens_nothing() -> Outcome {
    let data = data_folder_with(&KEYS);
    for (broken, place) in [
        ("echo 'allow_all = true' >>$F", "line 2 of FILE: unknown key allow_all"),
        ("echo '[allow]' >>$F", "line 2 of FILE: unknown key allow"),
        (
            "echo 'allow_without_integrity = \"true\"' >>$F",
            "line 2 of FILE: allow_without_integrity must be true or false",
        ),
        (
            "echo allow_without_integrity=1 >>$F",
            "line 2 of FILE: allow_without_integrity must be true or false",
        ),
        ("echo allow_without_integrity >>$F", "line 2 of FILE: "),
        ("echo '<html>' >>$F", "line 2 of FILE: "),
        ("printf 'a\\377b' >>$F", "line 2 of FILE: not written in UTF-8"),
        ("head -c 65536 /dev/zero | tr '\\0' '#' >>$F", "FILE is larger than 64 KiB"),
    ] {
        assert_broken(broken, place, data.path())?;
    }
    Ok(())
}

#[test]
fn a_policy_that_a_user_could_have_written_opens_nothing() -> Outcome {
    let data = data_folder_with(&KEYS);
    for (broken, place) in [
        ("chmod 646 $F", "FILE can be written by others than root (mode 646)"),
        ("chmod 664 $F", "FILE can be written by others than root (mode 664)"),
        ("chown 1000 $F", "FILE belongs to user 1000, not to root"),
        ("chmod 775 $D", "FOLDER can be written by others than root (mode 775)"),
        ("chmod 1777 $D", "FOLDER can be written by others than root (mode 1777)"),
        ("chown 1000 $D", "FOLDER belongs to user 1000, not to root"),
        // Links lead to where nobody looks who may write.
        ("mv $F /etc/other; ln -s /etc/other $F", "FILE is a link"),
        ("rm $F; ln -s /nowhere $F", "FILE is a link"),
        ("mv $D /etc/other; ln -s other $D", "FOLDER is not a folder, or a link"),
    ] {
        assert_broken(broken, place, data.path())?;
    }
    Ok(())
}

#[test]
fn a_policy_that_cannot_be_read_opens_nothing() -> Outcome {
    let data = data_folder_with(&KEYS);
    for (broken, place) in [
        // Whoever waits for a pipe waits without end.
        ("rm $F; mkfifo $F", "FILE is not a file"),
        ("rm $F; mkdir $F", "FILE is not a file"),
        ("rm $F; cp -a /dev/zero $F", "FILE is not a file"),
        ("rm -r $D; echo >$D", "FOLDER is not a folder"),
        // Root without its capabilities reads what a user reads.
        (
            "chmod 0 $F; set -- setpriv --inh-caps=-all --bounding-set=-all -- \"$@\"",
            "FILE cannot be read: Permission denied",
        ),
        (
            "chmod 0 $D; set -- setpriv --inh-caps=-all --bounding-set=-all -- \"$@\"",
            "FOLDER cannot be read: Permission denied",
        ),
    ] {
        assert_broken(broken, place, data.path())?;
    }
    Ok(())
}

#[test]
fn nothing_of_the_user_takes_the_place_of_the_policy() -> Outcome {
    let data = data_folder_with(&KEYS);
    let name = "gpg14-no-integrity-AES256.pgp";
    let allow = "allow_without_integrity = true\n";
    let home = tempfile::tempdir()?;
    for folder in [".", "callseal", ".config/callseal", "etc/callseal", ".callseal"] {
        let folder = home.path().join(folder);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("policy.toml"), allow)?;
    }
    std::fs::write(data.path().join("policy.toml"), allow)?;
    let mut command = namespace(&format!("cd '{}'", home.path().display()))?;
    command.arg("env");
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "TMPDIR"] {
        command.arg(format!("{variable}={}", home.path().display()));
    }
    let file = home.path().join("policy.toml");
    for variable in ["CALLSEAL_POLICY", "CALLSEAL_POLICY_FILE", "POLICY"] {
        command.arg(format!("{variable}={}", file.display()));
    }
    command.args(["ALLOW_WITHOUT_INTEGRITY=true", "CALLSEAL_ALLOW_WITHOUT_INTEGRITY=1"]);
    let finished = check_in(command, data.path(), name)?.expect_code(1)?;
    let json: Value = serde_json::from_slice(&finished.stdout)?;
    assert_eq!(text(&json, "problem"), "no-integrity", "{json}");

    for flag in ["--policy", "--config", "--allow-without-integrity"] {
        let mut command = namespace("")?;
        command.arg(env!("CARGO_BIN_EXE_workstation-app")).arg(flag).arg(&file);
        let finished = finish_with_input(&mut command, b"")?.expect_code(2)?;
        ensure!(finished.stderr.contains("unexpected argument"), "{flag}: {}", finished.stderr);
    }
    Ok(())
}

fn policy_is(text: &str) -> Outcome {
    // Never the machine's own.
    ensure!(Path::new(INSIDE).exists(), "this is not a namespace of its own");
    Ok(std::fs::write(FILE, text)?)
}

fn step_until(harness: &mut Harness<'_, App>, wanted: impl Fn(&Screen) -> bool) -> Outcome {
    let started = Instant::now();
    while !wanted(&harness.state().state().screen) {
        let screen = &harness.state().state().screen;
        ensure!(started.elapsed() < Duration::from_secs(20), "stuck: {screen:?}");
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    harness.run_steps(3);
    Ok(())
}

fn is_failed(screen: &Screen, kind: FailureKind) -> bool {
    matches!(screen, Screen::Problem(problem) if problem.failure.kind == kind)
}

fn is_locked(screen: &Screen) -> bool {
    matches!(screen, Screen::Locked(_))
}

fn unlock(harness: &mut Harness<'_, App>) {
    harness.event(Input::Paste(PASSPHRASE.to_owned()));
    harness.step();
    harness.key_press(Key::Enter);
    harness.step();
}

/// Presses the button that helps, which has the focus.
fn try_again(harness: &mut Harness<'_, App>) -> Outcome {
    let button = harness.get_by_role_and_label(Role::Button, "Try again");
    ensure!(button.is_focused(), "the button that helps has no focus");
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    Ok(())
}

fn change_the_policy_under_the_window() -> Outcome {
    let data = data_folder_with(&KEYS);
    let call = "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp";
    let file = recording_named(data.path(), call, "gpg14-no-integrity-AES256.pgp");
    let (folder, files) = (data.path().to_owned(), vec![file.clone()]);
    let allowed = "allow_without_integrity = true\n";

    // Broken: nobody is asked for a passphrase.
    policy_is("\nallow_all = true\n")?;
    let mut harness: Harness<'_, App> =
        Harness::builder().with_size([1024.0, 700.0]).build_eframe(move |creation| {
            App::new(&creation.egui_ctx, &folder, sources(files), Box::new(TestDevice::new()))
        });
    step_until(&mut harness, |screen| is_failed(screen, FailureKind::Policy))?;
    let words = texts::words(FailureKind::Policy);
    assert!(harness.query_by_label(words.title).is_some());
    assert!(harness.query_by_label(words.advice).is_some());
    assert!(harness.query_by_label_contains(FILE).is_none(), "folded at first");
    harness.get_by_role_and_label(Role::Button, "Details").click();
    harness.run_steps(2);
    let place = "line 2 of /etc/callseal/policy.toml: unknown key allow_all";
    assert!(harness.query_by_label_contains(place).is_some());

    // Broken again while the passphrase is typed.
    policy_is(allowed)?;
    harness.get_by_role_and_label(Role::Button, "Try again").focus();
    harness.run_steps(1);
    try_again(&mut harness)?;
    step_until(&mut harness, is_locked)?;
    policy_is("allow_without_integrity = maybe\n")?;
    unlock(&mut harness);
    step_until(&mut harness, |screen| is_failed(screen, FailureKind::Policy))?;

    policy_is(allowed)?;
    try_again(&mut harness)?;
    step_until(&mut harness, is_locked)?;
    unlock(&mut harness);
    step_until(&mut harness, |screen| matches!(screen, Screen::Listening(_)))?;
    assert!(harness.query_by_label(texts::WITHOUT_INTEGRITY.get()).is_some());

    // Not allowed any more: the same recording is refused.
    policy_is("")?;
    drop_file(&mut harness, file);
    step_until(&mut harness, is_locked)?;
    unlock(&mut harness);
    let refused = FailureKind::Problem(Problem::NoIntegrity);
    step_until(&mut harness, |screen| is_failed(screen, refused))
}

/// Checks two files, and breaks the policy while the program waits for the passphrase of the first.
fn change_the_policy_between_two_files() -> Outcome {
    let data = data_folder_with(&KEYS);
    let file = message("gpg14-no-integrity-AES256.pgp");
    policy_is("allow_without_integrity = true\n")?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_workstation-app"));
    command.arg("--data-dir").arg(data.path()).arg("--check").args([&file, &file]);
    command.args(["--json", "--passphrase-fd", "0"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn()?;
    let Some(mut typed) = program.stdin.take() else { fail!("no standard input") };
    typed.write_all(PASSPHRASE.as_bytes())?;
    // What it has taken out of the pipe it asked for, and the rules for the first file stand.
    wait_for("the program to take the passphrase", Duration::from_secs(20), || {
        Ok((rustix::io::ioctl_fionread(&typed)? == 0).then_some(()))
    })?;
    policy_is("allow_without_integrity = maybe\n")?;
    drop(typed);
    let output = program.wait_with_output()?;
    assert_eq!(output.status.code(), Some(2));
    let answers = String::from_utf8_lossy(&output.stdout).into_owned();
    let answers = answers.lines().map(serde_json::from_str);
    let answers: Vec<Value> = answers.collect::<Result<_, _>>()?;
    let opens: Vec<Option<bool>> = answers.iter().map(|it| it.get("ok")?.as_bool()).collect();
    assert_eq!(opens, [Some(true), Some(false)], "{answers:?}");
    Ok(())
}

/// Runs the test of this name again, in a namespace where it may write the policy.
fn in_a_namespace_of_its_own(name: &str, test: fn() -> Outcome) -> Outcome {
    if Path::new(INSIDE).exists() {
        return test();
    }
    let mut command = namespace("")?;
    command.arg(std::env::current_exe()?).args(["--nocapture", "--exact", name]);
    let finished = finish_with_input(&mut command, b"")?.expect_code(0)?;
    ensure!(finished.text().contains("1 passed"), "it did not run: {}", finished.text());
    Ok(())
}

#[test]
fn a_change_holds_for_the_next_recording_without_a_restart() -> Outcome {
    in_a_namespace_of_its_own(
        "a_change_holds_for_the_next_recording_without_a_restart",
        change_the_policy_under_the_window,
    )
}

#[test]
fn a_change_holds_for_the_next_file_of_a_check() -> Outcome {
    in_a_namespace_of_its_own(
        "a_change_holds_for_the_next_file_of_a_check",
        change_the_policy_between_two_files,
    )
}
