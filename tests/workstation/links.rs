//! Does a link bring its recording, send nobody's password elsewhere, and say why when it fails?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "asked.rs"]
mod asked;
#[path = "common.rs"]
mod common;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use asked::{alone, answer, checked, finish, message, program, text};
use common::{PASSPHRASE, data_folder_with};
use serde_json::Value;
use support::Outcome;
use support::site::{Request, Site, reply};
use tempfile::TempDir;
use workstation_app::texts::{self, FailureKind};

const RECORDING: &str = "gpg22-cv25519.pgp";
const ASKS: &str = "WWW-Authenticate: Basic realm=\"CONTACT-CENTER-ADMIN\"";

fn sealed() -> Vec<u8> {
    fs::read(message(RECORDING)).unwrap()
}

fn desk() -> TempDir {
    data_folder_with(&["cv25519.secret.pgp"])
}

/// The exit code and the answer for a link.
fn check(desk: &Path, link: &str) -> (Option<i32>, Value) {
    checked(desk, Path::new(link), PASSPHRASE)
}

/// As `asked::program`, by a shell that opens descriptors for it or watches it: `script` runs it as
/// `"$0" "$@"`.
fn by_shell(desk: &Path, script: &str, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_workstation-app")]).args(arguments);
    finish(&mut alone(command, desk), input)
}

fn check_signed_in(desk: &Path, link: &str, password: &str) -> (Option<i32>, Value) {
    let file = desk.join("password");
    fs::write(&file, password).unwrap();
    let script = format!("exec \"$0\" \"$@\" 3< '{}'", file.display());
    let arguments = ["--check", link, "--passphrase-fd", "0", "--json"];
    let login = ["--http-user", "6666", "--http-password-fd", "3"];
    answer(&by_shell(desk, &script, &[&arguments[..], &login].concat(), PASSPHRASE))
}

fn says(answer: &Value, kind: FailureKind) -> bool {
    answer["message"].as_str().unwrap().starts_with(texts::words(kind).title)
}

#[test]
fn a_link_opens_as_the_file_does() -> Outcome {
    let desk = desk();
    let site = Site::start(Box::new(|_, _| reply("200 OK", &[], &sealed())))?;
    let of_file = checked(desk.path(), &message(RECORDING), PASSPHRASE).1;
    let link = site.link("/RECORDINGS/MP3/20260101-093012_5551234567-all.mp3.pgp");
    let encoded = link.replace(':', "%3A").replace('/', "%2F");
    for link in [link.clone(), format!("callseal:{link}"), format!("CALLSEAL:{encoded}")] {
        let (code, answer) = check(desk.path(), &link);
        assert_eq!((code, &answer["sha256"]), (Some(0), &of_file["sha256"]), "{answer}");
        assert_eq!(answer["file"], Value::from(link));
    }
    let agent = site.seen()[0].header("user-agent").unwrap().to_owned();
    assert!(agent.starts_with("Callseal/"), "{agent}");
    Ok(())
}

#[test]
fn a_password_is_sent_to_the_site_that_asked_and_to_no_other() -> Outcome {
    let desk = desk();
    let archive = Site::start(Box::new(|_, _| reply("200 OK", &[], &sealed())))?;
    let place = format!("Location: {}", archive.link("/RECORDINGS/call.mp3.pgp"));
    let pages = Site::start(Box::new(move |request, _| match request.header("authorization") {
        Some("Basic NjY2NjpzZWNyZXQ=") => reply("302 Found", &[&place], b""),
        _ => reply("401 Unauthorized", &[ASKS], b"<html>who are you</html>"),
    }))?;
    let link = pages.link("/vicidial/recording_log_redirect.php?recording_id=7&lead_id=9");
    let (code, answer) = check_signed_in(desk.path(), &link, "secret\n");
    assert_eq!(code, Some(0), "{answer}");
    assert_eq!(pages.seen().len(), 2);
    let at_archive = archive.seen();
    assert_eq!(at_archive.len(), 1);
    assert_eq!(
        (at_archive[0].header("authorization"), at_archive[0].header("referer")),
        (None, None)
    );
    assert!(!answer.to_string().contains("secret"), "{answer}");
    Ok(())
}

#[test]
fn the_second_site_that_asks_does_not_get_the_first_ones_password() -> Outcome {
    let desk = desk();
    let thief = Site::start(Box::new(|_, _| reply("401 Unauthorized", &[ASKS], b"")))?;
    let place = format!("Location: {}", thief.link("/call.mp3.pgp"));
    let pages = Site::start(Box::new(move |request, _| match request.header("authorization") {
        Some(_) => reply("302 Found", &[&place], b""),
        None => reply("401 Unauthorized", &[ASKS], b""),
    }))?;
    let (code, answer) = check_signed_in(desk.path(), &pages.link("/r.php"), "secret");
    assert_eq!(code, Some(2), "{answer}");
    assert!(says(&answer, FailureKind::LinkSignInElsewhere), "{answer}");
    assert_eq!(passwords_seen(&thief), 0);
    Ok(())
}

fn passwords_seen(site: &Site) -> usize {
    site.seen().iter().filter_map(|it| it.header("authorization")).count()
}

#[test]
fn a_site_that_a_redirect_leads_to_gets_no_password_even_if_it_is_the_first_that_asks() -> Outcome {
    let desk = desk();
    let thief = Site::start(Box::new(|_, _| reply("401 Unauthorized", &[ASKS], b"")))?;
    let named = thief.link("").replace("127.0.0.1", "localhost");
    let place = format!("Location: {named}/call.mp3.pgp");
    let pages = Site::start(Box::new(move |_, _| reply("302 Found", &[&place], b"")))?;
    let (code, answer) = check_signed_in(desk.path(), &pages.link("/r.php"), "secret");
    assert_eq!(code, Some(2), "{answer}");
    assert!(says(&answer, FailureKind::LinkSignInElsewhere), "{answer}");
    // Whoever is asked for a password must read who asks.
    let message = answer["message"].as_str().unwrap();
    assert!(message.contains(&named) && message.contains(&pages.link("")), "{message}");
    assert_eq!((thief.seen().len(), passwords_seen(&thief), passwords_seen(&pages)), (1, 0, 0));
    Ok(())
}

#[test]
fn a_password_that_goes_out_by_http_is_warned_about_once() -> Outcome {
    let desk = desk();
    let site = Site::start(Box::new(|request, _| match request.header("authorization") {
        Some(_) => reply("200 OK", &[], &sealed()),
        None => reply("401 Unauthorized", &[ASKS], b""),
    }))?;
    let (one, other) = (site.link("/a.pgp"), site.link("/b.pgp"));
    fs::write(desk.path().join("password"), "secret")?;
    let script = format!("exec \"$0\" \"$@\" 3< '{}'", desk.path().join("password").display());
    let arguments = ["--check", &one, &other, "--passphrase-fd", "0"];
    let login = ["--http-user", "6666", "--http-password-fd", "3"];
    let output = by_shell(desk.path(), &script, &[&arguments[..], &login].concat(), PASSPHRASE);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr).trim(), texts::sent_in_the_open(&site.link("")));
    // Where nobody asks nothing is sent, and nothing said.
    let open = Site::start(Box::new(|_, _| reply("200 OK", &[], &sealed())))?;
    let arguments = ["--check", &open.link("/a.pgp"), "--passphrase-fd", "0"];
    let output = by_shell(desk.path(), &script, &[&arguments[..], &login].concat(), PASSPHRASE);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    Ok(())
}

#[test]
fn every_failure_of_a_link_has_its_own_words() -> Outcome {
    let desk = desk();
    let site = Site::start(Box::new(|request, _| fail_on_purpose(request)))?;
    for (path, code, kind) in [
        ("/401", 2, FailureKind::LinkSignIn),
        ("/digest", 2, FailureKind::LinkSignInKind),
        ("/403", 2, FailureKind::LinkForbidden),
        ("/404", 2, FailureKind::LinkNotFound),
        ("/407", 2, FailureKind::LinkProxy),
        ("/500", 2, FailureKind::LinkServer),
        ("/206", 2, FailureKind::LinkServer),
        ("/round", 2, FailureKind::LinkServer),
        ("/nowhere", 2, FailureKind::LinkServer),
        ("/to-a-file", 2, FailureKind::LinkServer),
        ("/to-somebody", 2, FailureKind::LinkServer),
        ("/compressed", 2, FailureKind::LinkServer),
        ("/no-http", 2, FailureKind::LinkUnreachable),
        ("/page", 1, FailureKind::LinkPage),
        ("/empty", 1, FailureKind::LinkEmpty),
        ("/plain", 1, FailureKind::LinkPlainAudio),
        ("/short", 1, FailureKind::LinkBroken),
        ("/huge", 1, FailureKind::Problem(shared::decrypt::Problem::TooLarge)),
    ] {
        let (exit_code, answer) = check(desk.path(), &site.link(path));
        assert_eq!(exit_code, Some(code), "{path}: {answer}");
        assert!(says(&answer, kind), "{path}: {answer}");
        assert_eq!(answer["ok"], Value::Bool(false));
    }
    Ok(())
}

fn fail_on_purpose(request: &Request) -> Vec<u8> {
    match request.path.as_str() {
        "/401" => reply("401 Unauthorized", &[ASKS], b"<html>"),
        "/digest" => reply("401 Unauthorized", &["WWW-Authenticate: Digest realm=\"x\""], b""),
        "/403" => reply("403 Forbidden", &[], b"<html>"),
        "/404" => reply("404 Not Found", &[], b"<html>"),
        "/407" => reply("407 Proxy Authentication Required", &[], b""),
        "/500" => reply("500 Internal Server Error", &[], b""),
        "/206" => reply("206 Partial Content", &["Content-Range: bytes 5-9/10"], b"12345"),
        "/round" => reply("302 Found", &["Location: /round"], b""),
        "/nowhere" => reply("302 Found", &[], b""),
        "/to-a-file" => reply("302 Found", &["Location: file:///etc/passwd"], b""),
        "/to-somebody" => reply("302 Found", &["Location: http://a:b@127.0.0.1/"], b""),
        "/compressed" => reply("200 OK", &["Content-Encoding: gzip"], b"123"),
        "/page" => reply("200 OK", &[], b"<!DOCTYPE html><html><body>Sign in</body></html>"),
        "/empty" => reply("200 OK", &[], b""),
        "/plain" => reply("200 OK", &[], &fs::read(message("bad-plain-mp3.pgp")).unwrap()),
        "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nshort".to_vec(),
        "/huge" => b"HTTP/1.1 200 OK\r\nContent-Length: 600000000\r\n\r\n".to_vec(),
        _ => b"this is no HTTP\r\n\r\n".to_vec(),
    }
}

#[test]
fn nobody_there_and_no_link_are_told_apart() {
    let desk = desk();
    // Bound, then given back: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (code, answer) = check(desk.path(), &format!("http://127.0.0.1:{port}/a.pgp"));
    assert_eq!(code, Some(2));
    assert!(says(&answer, FailureKind::LinkUnreachable), "{answer}");
    for link in [
        "http://user:secret@127.0.0.1/a.pgp",
        "callseal:file:///etc/passwd",
        "callseal:--check",
        "callseal:ftp://host/a.pgp",
        "callseal:callseal:http://host/a",
        "http://",
        "https://a b/c",
    ] {
        let (code, answer) = check(desk.path(), link);
        assert_eq!(code, Some(2), "{link}: {answer}");
        assert!(says(&answer, FailureKind::LinkBad), "{link}: {answer}");
        let in_window = program(desk.path(), &[link], "");
        assert_eq!(in_window.status.code(), Some(2), "{link}");
        assert!(text(&in_window.stderr).contains("no link that can be opened"), "{link}");
    }
}

/// The part of the recording that a `Range` header asks for, as RFC 9110 section 14.4 wants it
/// answered, and no more than half of what is left.
fn half_of_the_rest(request: &Request, tag: &str) -> Vec<u8> {
    let whole = sealed();
    let start = request
        .header("range")
        .filter(|_| request.header("if-range") == Some(tag))
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok())
        .unwrap_or(0);
    let rest = &whole[start..];
    let part = if rest.len() > 2000 { &rest[..rest.len() / 2] } else { rest };
    let (status, total) = (if start > 0 { "206 Partial Content" } else { "200 OK" }, whole.len());
    let range = format!("Content-Range: bytes {start}-{}/{total}\r\n", total - 1);
    let head = format!(
        "HTTP/1.1 {status}\r\nETag: {tag}\r\n{range}Content-Length: {}\r\n\r\n",
        rest.len()
    );
    [head.as_bytes(), part].concat()
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() -> Outcome {
    let desk = desk();
    let site = Site::start(Box::new(|request, _| half_of_the_rest(request, "\"one\"")))?;
    let (code, answer) = check(desk.path(), &site.link("/a.pgp"));
    assert_eq!(code, Some(0), "{answer}");
    let seen = site.seen();
    assert!(seen.len() >= 3, "{}", seen.len());
    assert!(seen[1..].iter().all(|request| request.header("range").is_some()));
    assert_eq!(answer["sha256"], checked(desk.path(), &message(RECORDING), PASSPHRASE).1["sha256"]);
    Ok(())
}

#[test]
fn a_file_that_changed_meanwhile_is_fetched_anew() -> Outcome {
    let desk = desk();
    let site = Site::start(Box::new(|request, before| match before {
        0 => half_of_the_rest(request, "\"old\""),
        _ if request.header("if-range") == Some("\"old\"") => {
            reply("200 OK", &["ETag: \"new\""], &sealed())
        }
        _ => reply("500 Internal Server Error", &[], b""),
    }))?;
    let (code, answer) = check(desk.path(), &site.link("/a.pgp"));
    assert_eq!(code, Some(0), "{answer}");
    Ok(())
}

#[test]
fn a_part_of_another_version_is_never_put_behind_a_part_of_this_one() -> Outcome {
    let desk = desk();
    let of_file = checked(desk.path(), &message(RECORDING), PASSPHRASE).1;
    // Each lies about what it sends after a break at the half: nothing of it is used, and the whole
    // is fetched anew.
    for (name, lie) in [
        ("another tag", ["ETag: \"two\"", "RANGE"]),
        ("another time", ["Last-Modified: Fri, 02 Jan 2026 09:30:12 GMT", "RANGE"]),
        ("another place", ["ETag: \"one\"", "Content-Range: bytes 7-12233/12234"]),
        ("another length", ["ETag: \"one\"", "Content-Range: bytes HALF-9000/9001"]),
        ("no place", ["ETag: \"one\"", "X-Nothing: 1"]),
    ] {
        let site = Site::start(Box::new(move |request, before| match before {
            0 => cut_off(&["ETag: \"one\"", "Last-Modified: Thu, 01 Jan 2026 09:30:12 GMT"]),
            1 if request.header("range").is_some() => lying_rest(lie),
            _ if request.header("range").is_some() => reply("500 It asks again", &[], b""),
            _ => reply("200 OK", &[], &sealed()),
        }))?;
        let (code, answer) = check(desk.path(), &site.link("/a.pgp"));
        assert_eq!((code, &answer["sha256"]), (Some(0), &of_file["sha256"]), "{name}: {answer}");
        assert_eq!(site.seen().len(), 3, "{name}");
    }
    Ok(())
}

/// The first half of the recording.
fn cut_off(headers: &[&str]) -> Vec<u8> {
    let (whole, half) = (sealed(), sealed().len() / 2);
    let answer = reply("200 OK", headers, &whole);
    answer[..answer.len() - whole.len() + half].to_vec()
}

/// Something else as its second half.
fn lying_rest(headers: [&str; 2]) -> Vec<u8> {
    let (total, half) = (sealed().len(), sealed().len() / 2);
    let headers = headers.map(|header| {
        let range = format!("Content-Range: bytes HALF-{}/{total}", total - 1);
        header.replace("RANGE", &range).replace("HALF", &half.to_string())
    });
    let rest = vec![0xAA; total - half];
    reply("206 Partial Content", &[&headers[0], &headers[1]], &rest)
}

#[test]
fn an_answer_that_stops_before_the_promised_end_is_gone_on_with() -> Outcome {
    let desk = desk();
    let site = Site::start(Box::new(|request, before| match before {
        0 => cut_off(&["ETag: \"one\""]),
        _ => {
            // A part at a time, each answer complete in itself.
            let (whole, range) = (sealed(), request.header("range").unwrap_or_default());
            let start: usize = range[6..range.len() - 1].parse().unwrap();
            let end = (start + 2000).min(whole.len());
            let range = format!("Content-Range: bytes {start}-{}/{}", end - 1, whole.len());
            reply("206 Partial Content", &["ETag: \"one\"", &range], &whole[start..end])
        }
    }))?;
    let (code, answer) = check(desk.path(), &site.link("/a.pgp"));
    assert_eq!(code, Some(0), "{answer}");
    Ok(())
}

#[test]
fn a_redirect_may_write_a_name_as_it_is() -> Outcome {
    let desk = desk();
    let site = Site::start(Box::new(|request, _| match request.path.as_str() {
        "/r.php" => reply("302 Found", &["Location: /RECORDINGS/J\u{fc}rgen-all.mp3.pgp"], b""),
        "/RECORDINGS/J%C3%BCrgen-all.mp3.pgp" => reply("200 OK", &[], &sealed()),
        _ => reply("404 Not Found", &[], b""),
    }))?;
    let (code, answer) = check(desk.path(), &site.link("/r.php"));
    assert_eq!(code, Some(0), "{answer}");
    Ok(())
}

#[test]
fn a_fetch_leaves_no_file_anywhere() -> Outcome {
    let (desk, home) = (desk(), tempfile::tempdir()?);
    let site = Site::start(Box::new(|_, _| reply("200 OK", &[], &sealed())))?;
    let trace = home.path().join("trace");
    let script = format!(
        "exec strace -f -qq -e trace=%file,%desc -e signal=none -o '{}' \"$0\" \"$@\"",
        trace.display()
    );
    let link = site.link("/20260101-093012_5551234567-all.mp3.pgp");
    let arguments = ["--check", &link, "--passphrase-fd", "0", "--json"];
    let (code, answer) = answer(&by_shell(desk.path(), &script, &arguments, PASSPHRASE));
    assert_eq!(code, Some(0), "{answer}");
    let calls = fs::read_to_string(&trace)?;
    let is_written = |line: &&str| {
        ["O_WRONLY", "O_RDWR", "O_CREAT", "memfd_create", "O_TMPFILE"]
            .iter()
            .any(|flag| line.contains(flag))
            && !line.contains("/dev/null")
            && !line.contains(" fcntl(")
            && !line.contains("ENOENT")
    };
    let written: Vec<&str> = calls.lines().filter(is_written).collect();
    assert!(calls.contains("openat("), "nothing was traced");
    assert_eq!(written, Vec::<&str>::new());
    Ok(())
}
