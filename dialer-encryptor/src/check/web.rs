//! What does the web server make of a link?

use super::ask::{Answer, Login, ask, folder_of, split_login};
use super::finding::Findings;
use shared::decrypt::{Problem, inspect};
use shared::recording::escaped;

/// What a sealed recording may be called without any browser trying to play it.
const GOOD_TYPES: [&str; 3] =
    ["application/pgp-encrypted", "application/octet-stream", "application/forcedownload"];

const SNIPPET: &str = "Put installer/apache/callseal.conf beside VICIdial's lines (or \
                       installer/nginx/callseal.conf) and restart the web server.";

/// Asks for a link as a browser would, and for the folder that it is in.
pub fn look(link: &str, is_https_wanted: bool, findings: &mut Findings) {
    let Some((bare, login)) = split_login(link) else {
        let what = format!("That is no link to a recording: {}.", shown(link));
        return findings.warn("web-link", what, "Give one that begins with http:// or https://.");
    };
    if bare.starts_with("http://") && is_https_wanted {
        findings.warn(
            "web-mixed",
            format!("{} is http, though links are to be https.", shown(&bare)),
            "Send such links on: Redirect permanent /RECORDINGS/ https://…, as \
             installer/apache/callseal.conf shows. A page that came by https cannot fetch them.",
        );
    } else if bare.starts_with("http://") {
        findings.note(
            "web-http",
            format!("{} goes over the network in clear.", shown(&bare)),
            "Serve recordings by https and write such links (--https): whatever pages come by \
             https, their browsers refuse a download by http.",
        );
    }
    let open = match ask(&bare, None) {
        Ok(answer) => answer,
        Err(why) => {
            let what = format!("The web server does not answer ({why}): {}.", shown(&bare));
            let todo = "Check that it runs, that the address in the link is right from here, and \
                        its certificate.";
            return findings.warn("web-unreachable", what, todo);
        }
    };
    match (open.status, &login) {
        (401, None) => {
            findings.ok("web-auth", "The web server asks for a login before it gives the file.");
            let what = "What it gives after the login could not be seen.";
            let todo = "Put the login into the link: http://USER:PASSWORD@…";
            findings.note("web-content", what, todo);
        }
        (401, Some(login)) => {
            findings.ok("web-auth", "The web server asks for a login before it gives the file.");
            with_login(&bare, login, findings);
        }
        _ => {
            if open.is_file() {
                opened_to_all(findings);
            }
            served(&bare, &open, findings);
        }
    }
    index(&bare, login.as_ref(), findings);
    unsealed(&bare, login.as_ref(), findings);
}

fn shown(link: &str) -> String {
    escaped(link.chars().take(300).collect::<String>().as_bytes())
}

fn opened_to_all(findings: &mut Findings) {
    findings.warn(
        "web-open",
        "The web server gives the file to everybody who knows the link, without a login.",
        "Ask for one: installer/apache/callseal.conf shows the lines at its end. What is sealed \
         stays sealed, but the names tell who was called when.",
    );
}

fn with_login(link: &str, login: &Login, findings: &mut Findings) {
    match ask(link, Some(login)) {
        Ok(answer) if answer.status == 401 => {
            let what = "The web server refuses the login of the link.";
            findings.warn("web-login", what, "Check user and password.");
        }
        Ok(answer) => served(link, &answer, findings),
        Err(why) => {
            let what = format!("The web server does not answer to the login ({why}).");
            findings.warn("web-unreachable", what, "Look into its log of errors.");
        }
    }
}

/// What the answer is, once it is more than the wish for a login.
fn served(link: &str, answer: &Answer, findings: &mut Findings) {
    let at = shown(link);
    match answer.status {
        200 | 206 => content(answer, findings),
        300..=399 if answer.location == link.replacen("http://", "https://", 1) => findings.note(
            "web-redirect",
            format!("The web server sends on to https: {}.", answer.location),
            "Look at that one: dialer-encryptor check --url with it.",
        ),
        300..=399 => findings.warn(
            "web-redirect",
            format!("The web server sends on to another address: {}.", answer.location),
            "Check that one: dialer-encryptor check --url with it. If it is a login page, browsers \
             save that page under the recording's name.",
        ),
        403 => findings.warn(
            "web-forbidden",
            format!("The web server may not give the file (403): {at}."),
            "See what web-user says, and what the server's configuration allows.",
        ),
        404 | 410 => findings.warn(
            "web-missing",
            format!("The web server has no such file ({}): {at}.", answer.status),
            "Check that the file is in GPG, and that Alias /RECORDINGS/ leads to PATHDONEmonitor.",
        ),
        status => findings.warn(
            "web-answer",
            format!("The web server answers {status} in place of the file: {at}."),
            "Look into its log of errors.",
        ),
    }
}

fn content(answer: &Answer, findings: &mut Findings) {
    match inspect(&answer.head).err().map(|error| error.problem()) {
        Some(Problem::NotPgpHtml) => {
            return findings.warn(
                "web-login-page",
                "The web server gives a web page in place of the file, such as a login page: \
                 browsers save it under the recording's name.",
                "Let the server ask for the login itself (401), or let the link lead to the file.",
            );
        }
        Some(Problem::NotPgpAudio) => {
            return findings.warn(
                "web-plain",
                "The web server gives plain audio: this recording is not sealed.",
                "Seal that folder, and see what plaintext says.",
            );
        }
        Some(Problem::NotPgpEmpty | Problem::NotPgpUnknown) => {
            return findings.warn(
                "web-content",
                "What the web server gives is no sealed recording.",
                "Open the link yourself and see what it is.",
            );
        }
        // The head of a message, or a whole one.
        _ => findings.ok("web-content", "The web server gives a sealed recording."),
    }
    kind(answer, findings);
}

fn kind(answer: &Answer, findings: &mut Findings) {
    let kind = answer.kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind.starts_with("audio/") || kind.starts_with("video/") {
        let what = format!("It calls the sealed file {kind}: browsers try to play it and fail.");
        findings.warn("web-type", what, SNIPPET);
    } else if GOOD_TYPES.contains(&kind.as_str()) {
        findings.ok("web-type", format!("It calls the file {kind}, which browsers download."));
    } else if answer.is_attachment {
        findings.ok("web-type", "It calls the file a download.");
    } else {
        let what = format!(
            "It calls the sealed file {}.",
            if kind.is_empty() { "nothing" } else { &kind }
        );
        findings.warn("web-type", format!("{what} Browsers may show it as text."), SNIPPET);
    }
}

/// Whether the folder tells the names of all calls.
fn index(link: &str, login: Option<&Login>, findings: &mut Findings) {
    let Some(folder) = folder_of(link) else { return };
    let Ok(answer) = ask(&folder, login) else { return };
    let text = String::from_utf8_lossy(&answer.head).to_lowercase();
    let is_list = text.contains("index of")
        || (text.contains("href=") && [".pgp", ".gpg", ".mp3"].iter().any(|it| text.contains(it)));
    if answer.is_file() && is_list {
        findings.warn(
            "web-index",
            format!("The web server lists the whole folder: {}.", shown(&folder)),
            format!("Take Indexes away from its Options. {SNIPPET}"),
        );
    } else {
        findings.ok("web-index", "The web server does not list the folder.");
    }
}

/// Whether recordings that were never sealed can be fetched from `ORIG`, beside the sealed ones.
fn unsealed(link: &str, login: Option<&Login>, findings: &mut Findings) {
    let alias = "/RECORDINGS/";
    let Some((host, _)) = link.split_once(alias) else { return };
    let Ok(answer) = ask(&format!("{host}{alias}ORIG/"), login) else { return };
    let todo = format!("{SNIPPET} It refuses ORIG, and .sealing with it.");
    match answer.status {
        200 | 206 => {
            let what = "The web server shows ORIG, where recordings stand that are not sealed.";
            findings.warn("web-orig", what, todo);
        }
        403 => {
            let what = "The web server has ORIG and only refuses to list it: whoever guesses a \
                        name gets that recording, which is not sealed.";
            findings.note("web-orig", what, todo);
        }
        _ => {}
    }
}
