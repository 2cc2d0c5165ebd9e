//! From a click on VICIdial's page to the passphrase prompt: do the browser's policies and the
//! userscript of `installer/browser` do what they say? Debian's Chromium and Apache.

#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

#[path = "click/browser.rs"]
mod browser;
#[path = "common.rs"]
mod common;
#[path = "click/files.rs"]
mod files;
#[path = "click/namespace.rs"]
mod namespace;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use browser::Browser;
use common::{PASSPHRASE, data_folder_with, fixture};
use serde_json::{Value, json};
use support::desktop::Desktop;
use support::front::{Front, press_blindly, type_blindly};
use support::process::{Background, wait_for};
use support::screen::Screen;
use support::sound::SoundServer;
use support::web_server::{Site, WebServer};
use support::{Outcome, ensure};

const WAIT: Duration = Duration::from_secs(20);
/// Several times as long as it takes with the policy.
const IN_VAIN: Duration = Duration::from_secs(5);
const TITLE: &str = "ADMINISTRATION: Recordings";
const RECORDING: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3.gpg";

// A browser takes the whole machine as it starts.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn installer(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../installer").join(name)
}

/// As VICIdial has it: a login for the pages, one of which answers with the recording's address on
/// another host.
fn web_server() -> Outcome<WebServer> {
    let site = Site::new()?;
    let message = fixture("messages").join("gpg22-cv25519.pgp");
    fs::copy(message, site.recordings().join("GPG").join(RECORDING))?;
    let passwords = site.password_file("6666", "secret")?;
    let settings = format!(
        "<Location \"/vicidial/\">\nAuthType Basic\nAuthName \"CONTACT-CENTER-ADMIN\"\n\
         AuthUserFile {}\nRequire valid-user\n</Location>\n\
         <Location \"/vicidial/recording_log_redirect.php\">\n\
         RewriteEngine On\n\
         RewriteRule .* http://dialer1.vicidial.example:PORT/RECORDINGS/GPG/{RECORDING} [R=302,QSD]\n\
         </Location>\n",
        passwords.display()
    );
    let snippet = fs::read_to_string(installer("apache/callseal.conf"))?;
    let server = site.apache("", &(snippet + &settings))?;
    let folder = server.site().pages().join("vicidial");
    fs::create_dir(&folder)?;
    let page = include_str!("click/page.html").replace("PORT", &server.port().to_string());
    fs::write(folder.join("admin.html"), page)?;
    // The login is real, also that of the redirect.
    for path in ["/vicidial/admin.html", "/vicidial/recording_log_redirect.php?recording_id=1001"] {
        assert_eq!(server.get(path, &[])?.status, 401);
    }
    Ok(server)
}

/// A user with a key before the page of recordings.
struct Desk {
    browser: Browser,
    desktop: Desktop,
    screen: Screen,
    sound: SoundServer,
    server: WebServer,
    _manager: Background,
    _data: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Desk {
    fn new(policy: Option<&Path>, app: Option<&Path>) -> Outcome<Desk> {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let data = data_folder_with(&["cv25519.secret.pgp"]);
        let desktop = Desktop::new()?;
        match app {
            Some(program) => desktop.install(&installer(""), program)?,
            None => desktop.install_recorder(&installer(""))?,
        }
        let (screen, sound) = (Screen::new(1280, 800)?, SoundServer::new()?);
        let manager = desktop.manage(&screen)?;
        let server = web_server()?;
        let mut browser = Browser::start(&desktop, &screen, &sound, policy, data.path())?;
        let address = format!("6666:secret@vicidial.example:{}/vicidial/admin.html", server.port());
        browser.open(&format!("http://{address}"), TITLE)?;
        Front::wait_for(&screen, "Chromium", TITLE)?;
        Ok(Desk {
            browser,
            desktop,
            screen,
            sound,
            server,
            _manager: manager,
            _data: data,
            _turn: turn,
        })
    }

    fn click(&mut self, id: &str) -> Outcome {
        self.browser.click(&self.screen, id)
    }
}

#[test]
fn with_the_policy_one_click_brings_the_prompt_in_front_and_the_passphrase_plays_it() -> Outcome {
    let policy = installer("browser/chromium.json");
    let app = Path::new(env!("CARGO_BIN_EXE_workstation-app"));
    let mut desk = Desk::new(Some(&policy), Some(app))?;
    for link in ["redirect", "direct"] {
        desk.click(link)?;
        let clicked = Instant::now();
        Front::wait_for(&desk.screen, "callseal", "5551234567")?;
        println!("{link}: the prompt stood in front {:?} after the click", clicked.elapsed());
        thread::sleep(Duration::from_millis(500));
        type_blindly(&desk.screen, PASSPHRASE)?;
        press_blindly(&desk.screen, "Return")?;
        wait_for(&format!("the sound after a click on {link}"), WAIT, || {
            Ok((desk.sound.clients_named("Callseal")? > 0).then_some(()))
        })?;
        press_blindly(&desk.screen, "alt+F4")?;
        Front::wait_for(&desk.screen, "Chromium", "")?;
        wait_for("silence", WAIT, || {
            Ok((desk.sound.clients_named("Callseal")? == 0).then_some(()))
        })?;
    }
    Ok(())
}

/// Types into the field that has the keys, once it is shown.
fn type_slowly(desk: &Desk, text: &str, key: &str) -> Outcome {
    thread::sleep(Duration::from_millis(500));
    type_blindly(&desk.screen, text)?;
    press_blindly(&desk.screen, key)
}

#[test]
fn a_callseal_link_asks_for_the_host_once_signs_in_plays_and_leaves_no_file() -> Outcome {
    let policy = installer("browser/chromium.json");
    let app = Path::new(env!("CARGO_BIN_EXE_workstation-app"));
    let mut desk = Desk::new(Some(&policy), Some(app))?;
    desk.browser.evaluate(&fs::read_to_string(installer("browser/callseal.user.js"))?)?;
    // VICIdial's own page, which asks who it is and leads on to another host.
    desk.click("redirect")?;
    Front::wait_for(&desk.screen, "callseal", "Open recordings from vicidial.example")?;
    // "No" has the keys.
    type_slowly(&desk, "", "shift+Tab")?;
    press_blindly(&desk.screen, "Return")?;
    Front::wait_for(&desk.screen, "callseal", "Sign in to vicidial.example")?;
    type_slowly(&desk, "6666", "Tab")?;
    type_slowly(&desk, "secret", "Return")?;
    Front::wait_for(&desk.screen, "callseal", "5551234567")?;
    type_slowly(&desk, PASSPHRASE, "Return")?;
    wait_for("the sound", WAIT, || Ok((desk.sound.clients_named("Callseal")? > 0).then_some(())))?;
    assert_eq!(files_that_hold_a_message(&desk.desktop.home())?, Vec::<PathBuf>::new());
    assert!(!desk.desktop.home().join("Downloads").exists());
    Ok(())
}

/// Files below a folder, the browser's own too, that hold the beginning of the recording.
fn files_that_hold_a_message(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let message = fs::read(fixture("messages").join("gpg22-cv25519.pgp"))?;
    let Some(part) = message.get(200..264) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            found.extend(files_that_hold_a_message(&path)?);
        } else if fs::read(&path).is_ok_and(|octets| octets.windows(64).any(|it| it == part)) {
            found.push(path);
        }
    }
    Ok(found)
}

#[test]
fn without_the_policy_nothing_is_opened_by_a_click_alone() -> Outcome {
    let mut desk = Desk::new(None, None)?;
    for link in ["direct", "callseal"] {
        desk.click(link)?;
        thread::sleep(IN_VAIN);
        ensure!(desk.desktop.handed_over().is_none(), "{link}: {:?}", desk.desktop.handed_over());
    }
    Ok(())
}

#[test]
fn a_page_of_somebody_else_asks_before_it_opens_anything_whatever_the_policy() -> Outcome {
    let mut desk = Desk::new(Some(&installer("browser/chromium.json")), None)?;
    let address = format!("6666:secret@elsewhere.test:{}/vicidial/admin.html", desk.server.port());
    desk.browser.open(&format!("http://{address}"), TITLE)?;
    desk.click("callseal")?;
    thread::sleep(IN_VAIN);
    ensure!(desk.desktop.handed_over().is_none(), "{:?}", desk.desktop.handed_over());
    Ok(())
}

#[test]
fn the_userscript_turns_links_to_recordings_and_a_click_hands_over_their_address() -> Outcome {
    let mut desk = Desk::new(Some(&installer("browser/chromium.json")), None)?;
    let hrefs =
        "Object.fromEntries([...document.links].map(it => [it.id, it.getAttribute('href')]))";
    let before = desk.browser.evaluate(hrefs)?;
    desk.browser.evaluate(&fs::read_to_string(installer("browser/callseal.user.js"))?)?;
    let after = desk.browser.evaluate(hrefs)?;

    let here = format!("callseal:http://vicidial.example:{}", desk.server.port());
    let dialer = format!("callseal:http://dialer1.vicidial.example:{}", desk.server.port());
    let turned = json!({
        "redirect": format!(
            "{here}/vicidial/recording_log_redirect.php?recording_id=1001&lead_id=7&search_archived_data=0"
        ),
        "direct": format!("{dialer}/RECORDINGS/GPG/{RECORDING}"),
        "encoded": format!("{here}/RECORDINGS/GPG/a%20b%2Fc%26d%C3%BC-all.mp3.pgp?x=%2B1&y=2#z"),
        "spaces": format!("{here}/RECORDINGS/GPG/Ann%20Example-all.gsm.gpg"),
        "password": "callseal:https://dialer1.vicidial.example/RECORDINGS/GPG/x-all.mp3.pgp",
        "archive": "callseal:https://archive.vicidial.example/2026-01-01/x-all.wav.gpg.gpg",
    });
    let (Some(turned), Some(before), Some(after)) =
        (turned.as_object(), before.as_object(), after.as_object())
    else {
        return Err(support::Failure::new("no links"));
    };
    for (id, href) in after {
        assert_eq!(href, turned.get(id).unwrap_or(before.get(id).unwrap_or(href)), "{id}");
    }
    assert!(turned.keys().all(|id| after.contains_key(id)) && after.len() > turned.len() + 8);

    // What a page adds later, as the agent's screen does.
    desk.browser.evaluate(
        "document.body.insertAdjacentHTML('beforeend',
             '<a id=later href=\"/RECORDINGS/GPG/later-all.ogg.pgp\">later</a>')",
    )?;
    let later = desk.browser.evaluate("document.getElementById('later').getAttribute('href')")?;
    assert_eq!(later, json!(format!("{here}/RECORDINGS/GPG/later-all.ogg.pgp")));

    // Each says how to have it as before.
    let hints = desk.browser.evaluate(
        "[...document.links].filter(it => it.title.includes('Shift+click')).map(it => it.id)",
    )?;
    let hinted: BTreeSet<&str> =
        hints.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(hinted, turned.keys().map(String::as_str).chain(["later"]).collect());

    desk.click("encoded")?;
    let handed = wait_for("the program to start", WAIT, || Ok(desk.desktop.handed_over()))?;
    assert_eq!(handed, [turned.get("encoded").and_then(|it| it.as_str()).unwrap_or_default()]);
    // It asked for nothing itself.
    assert!(!desk.desktop.home().join("Downloads").exists());
    Ok(())
}

#[test]
fn with_shift_a_turned_link_is_followed_in_the_browser_as_before() -> Outcome {
    let mut desk = Desk::new(Some(&installer("browser/chromium.json")), None)?;
    desk.browser.evaluate(&fs::read_to_string(installer("browser/callseal.user.js"))?)?;
    desk.browser.click_with_shift(&desk.screen, "redirect")?;
    let handed = wait_for("the program to start", WAIT, || Ok(desk.desktop.handed_over()))?;
    // The browser has signed in, was led on, and opened the download, as the policy says.
    let downloaded = desk.desktop.home().join("Downloads").join(RECORDING);
    assert_eq!(handed, [downloaded.to_string_lossy()]);
    assert_eq!(fs::read(&downloaded)?, fs::read(fixture("messages").join("gpg22-cv25519.pgp"))?);
    Ok(())
}
