//! Does the system's keychain keep a sign-in, and give it back to nobody but its site? GNOME's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Stdio;

use shared::secret::Passphrase;
use support::process::{finish, guarded_tool, output_of, tool};
use support::{Outcome, ensure};
use workstation_app::link::keychain;
use workstation_app::link::login::Login;

/// In a session of its own this test runs itself, with the keychain unlocked.
const INSIDE: &str = "CALLSEAL_TEST_INSIDE_SESSION";
const SITE: &str = "https://pbx.example:8443";

fn login() -> Login {
    let password = Passphrase::new("pässwörd: 日本\n".as_bytes().to_vec().into());
    Login { name: "6666".to_owned(), password }
}

/// Runs one of these tests again, within a session bus and an unlocked keychain of its own.
fn in_a_session(name: &str, script: &str) -> Outcome {
    let home = tempfile::tempdir()?;
    let own = std::env::current_exe()?;
    let mut session = guarded_tool("dbus-run-session")?;
    session.args(["--", "sh", "-euc", script]).arg(own).arg(name);
    session.env("HOME", home.path()).env("XDG_RUNTIME_DIR", home.path()).env(INSIDE, "1");
    session.env("XDG_DATA_HOME", home.path()).env_remove("DISPLAY").stdin(Stdio::null());
    finish(&mut session)?.expect_code(0).map(drop)
}

const UNLOCKED: &str =
    "printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null
     \"$0\" --exact \"$1\" --nocapture";
const NONE_THERE: &str = "\"$0\" --exact \"$1\" --nocapture";

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

#[test]
fn what_is_kept_comes_back_for_its_own_site_until_it_is_forgotten() -> Outcome {
    if !is_inside() {
        return in_a_session(
            "what_is_kept_comes_back_for_its_own_site_until_it_is_forgotten",
            UNLOCKED,
        );
    }
    assert!(keychain::recall(SITE).is_none());
    keychain::keep(SITE, &login()).unwrap();
    // Another program of the same user sees where it belongs.
    let mut search = tool("secret-tool")?;
    search.args(["search", "--all", "service", "Callseal", "username", SITE]);
    let seen = String::from_utf8_lossy(&output_of(&mut search)?).into_owned();
    ensure!(seen.contains("6666"), "the keychain does not hold it: {seen}");

    let known = keychain::recall(SITE).unwrap();
    assert_eq!((known.name.as_str(), known.password.expose()), ("6666", login().password.expose()));
    for other in ["http://pbx.example:8443", "https://pbx.example", "https://pbx.example:8443/"] {
        assert!(keychain::recall(other).is_none(), "{other}");
    }
    keychain::forget(SITE);
    assert!(keychain::recall(SITE).is_none());
    Ok(())
}

#[test]
fn where_there_is_no_keychain_that_is_said_and_nothing_hangs() -> Outcome {
    if !is_inside() {
        let empty = tempfile::tempdir()?;
        assert!(Path::new(empty.path()).exists());
        return in_a_session(
            "where_there_is_no_keychain_that_is_said_and_nothing_hangs",
            // No service file is found, so that the bus starts no keychain.
            &format!("unset XDG_DATA_HOME; export XDG_DATA_DIRS=/nonexistent; {NONE_THERE}"),
        );
    }
    assert!(keychain::keep(SITE, &login()).is_err());
    assert!(keychain::recall(SITE).is_none());
    Ok(())
}
