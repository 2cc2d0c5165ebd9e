//! Is a server believed that the system's certificates vouch for, no other, and a proxy asked?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "asked.rs"]
mod asked;
#[path = "common.rs"]
mod common;

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use asked::{alone, answer, checked, finish, message, program, text};
use common::{PASSPHRASE, data_folder_with};
use serde_json::Value;
use support::port::Port;
use support::process::{Background, guarded_tool, wait_for};
use support::site::{Site, reply};
use support::tls::Authority;
use support::web_server::{self, WebServer};
use support::{Outcome, ensure};
use workstation_app::texts::{self, FailureKind};

const RECORDING: &str = "gpg22-cv25519.pgp";
const WAIT: Duration = Duration::from_secs(20);

/// `--check` of a link in this environment.
fn check(link: &str, environment: &[(&str, &str)]) -> (Option<i32>, Value) {
    let desk = data_folder_with(&["cv25519.secret.pgp"]);
    if environment.is_empty() {
        return checked(desk.path(), Path::new(link), PASSPHRASE);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_workstation-app"));
    command.args(["--check", link, "--passphrase-fd", "0", "--json"]);
    let mut command = alone(command, desk.path());
    command.envs(environment.iter().copied());
    answer(&finish(&mut command, PASSPHRASE))
}

/// openssl's server, which serves the files of a folder.
fn serve(folder: &Path, authority: &Authority, port: &Port) -> Outcome<Background> {
    let mut openssl = guarded_tool("openssl")?;
    openssl.args(["s_server", "-WWW", "-quiet", "-accept"]);
    openssl.arg(format!("127.0.0.1:{}", port.number()));
    let (certificate, key) = authority.server();
    openssl.arg("-cert").arg(certificate).arg("-key").arg(key).current_dir(folder);
    openssl.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let server = Background::start(&mut openssl)?;
    wait_for("openssl's server", WAIT, || {
        Ok(TcpStream::connect(("127.0.0.1", port.number())).is_ok().then_some(()))
    })?;
    Ok(server)
}

#[test]
fn only_a_server_that_the_systems_certificates_vouch_for_is_believed() -> Outcome {
    let (folder, authority, port) = (tempfile::tempdir()?, Authority::new()?, Port::reserve()?);
    fs::copy(message(RECORDING), folder.path().join("call.mp3.pgp"))?;
    let _server = serve(folder.path(), &authority, &port)?;
    let link = format!("https://127.0.0.1:{}/call.mp3.pgp", port.number());

    let (code, refused) = check(&link, &[]);
    assert_eq!(code, Some(2), "{refused}");
    let title = texts::words(FailureKind::LinkCertificate).title;
    assert!(refused.to_string().contains(title), "{refused}");

    let certificate = authority.certificate();
    let trusted = [("SSL_CERT_FILE", certificate.to_str().unwrap())];
    let (code, opened) = check(&link, &trusted);
    assert_eq!(code, Some(0), "{opened}");
    // The name must be the right one as well.
    let other = link.replace("127.0.0.1", "127.0.0.2");
    let (code, _) = check(&other, &trusted);
    assert_eq!(code, Some(2));
    Ok(())
}

#[test]
fn the_proxy_of_the_system_is_asked_and_no_name_is_looked_up_past_it() -> Outcome {
    let proxy =
        Site::start(Box::new(|_, _| reply("200 OK", &[], &fs::read(message(RECORDING)).unwrap())))?;
    let link = "http://archive.invalid/RECORDINGS/call.mp3.pgp";
    let (code, _) = check(link, &[]);
    assert_eq!(code, Some(2), "there is no such host");
    let (code, opened) = check(link, &[("http_proxy", &proxy.link(""))]);
    assert_eq!(code, Some(0), "{opened}");
    let asked: Vec<String> = proxy.seen().into_iter().map(|request| request.path).collect();
    assert_eq!(asked, [link]);
    Ok(())
}

#[test]
fn a_proxy_that_wants_a_sign_in_is_named_also_on_the_way_to_an_https_server() -> Outcome {
    let proxy = Site::start(Box::new(|_, _| reply("407 Proxy Authentication Required", &[], b"")))?;
    let title = texts::words(FailureKind::LinkProxy).title;
    for (scheme, asked) in
        [("http", "http://archive.invalid/a.pgp"), ("https", "archive.invalid:443")]
    {
        let environment = [(format!("{scheme}_proxy"), proxy.link(""))];
        let environment =
            environment.each_ref().map(|(name, value)| (name.as_str(), value.as_str()));
        let (code, refused) = check(&format!("{scheme}://archive.invalid/a.pgp"), &environment);
        assert_eq!(code, Some(2), "{refused}");
        ensure!(refused.to_string().contains(title), "{scheme}: {refused}");
        ensure!(proxy.seen().iter().any(|it| it.path == asked), "{scheme}: {:?}", proxy.seen());
    }
    Ok(())
}

/// nginx, which leads everybody on to `place`, by https; whoever asks for `/asks` after a sign-in.
fn nginx_by_https(authority: &Authority, port: &Port, place: &str) -> Outcome<WebServer> {
    let (certificate, key) = authority.server();
    web_server::Site::new()?.nginx(&format!(
        "listen 127.0.0.1:{} ssl;\nssl_certificate {};\nssl_certificate_key {};\n\
         location = /asks {{ if ($http_authorization = \"\") {{\n\
         add_header WWW-Authenticate 'Basic realm=\"CONTACT-CENTER-ADMIN\"' always; return 401; }}\n\
         return 302 {place}; }}\n\
         location / {{ return 302 {place}; }}\n",
        port.number(),
        certificate.display(),
        key.display(),
    ))
}

/// `--check` of a link with a password, trusting `authority`.
fn check_signed_in(link: &str, authority: &Authority) -> Outcome<Output> {
    let desk = data_folder_with(&["cv25519.secret.pgp"]);
    let password = desk.path().join("password");
    fs::write(&password, "secret")?;
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec \"$0\" \"$@\" 3< '{}'", password.display())]);
    command.arg(env!("CARGO_BIN_EXE_workstation-app"));
    command.args(["--check", link, "--passphrase-fd", "0", "--json"]);
    command.args(["--http-user", "6666", "--http-password-fd", "3"]);
    let mut command = alone(command, desk.path());
    command.env("SSL_CERT_FILE", authority.certificate());
    Ok(finish(&mut command, PASSPHRASE))
}

#[test]
fn a_password_given_by_https_never_follows_to_a_server_by_http() -> Outcome {
    let (authority, port) = (Authority::new()?, Port::reserve()?);
    let asks = "WWW-Authenticate: Basic realm=\"CONTACT-CENTER-ADMIN\"";
    let archive = Site::start(Box::new(move |request, _| match request.path.as_str() {
        "/asks.pgp" => reply("401 Unauthorized", &[asks], b""),
        _ => reply("200 OK", &[], &fs::read(message(RECORDING)).unwrap()),
    }))?;
    let passwords =
        || archive.seen().iter().filter(|it| it.header("authorization").is_some()).count();

    // The https site asks, gets it, and leads on to one that does not ask.
    let server = nginx_by_https(&authority, &port, &archive.link("/call.mp3.pgp"))?;
    let link = format!("https://127.0.0.1:{}", port.number());
    let output = check_signed_in(&format!("{link}/asks"), &authority)?;
    assert_eq!(answer(&output).0, Some(0), "{}", text(&output.stdout));
    assert_eq!((archive.seen().len(), passwords(), text(&output.stderr).as_str()), (1, 0, ""));
    drop(server);

    // It leads on to one that asks: at once, or after it was given the password itself.
    let server = nginx_by_https(&authority, &port, &archive.link("/asks.pgp"))?;
    for path in ["/", "/asks"] {
        let output = check_signed_in(&format!("{link}{path}"), &authority)?;
        let (code, refused) = answer(&output);
        assert_eq!((code, passwords()), (Some(2), 0), "{path}: {refused}");
        let title = texts::words(FailureKind::LinkSignInElsewhere).title;
        ensure!(refused.to_string().contains(title), "{path}: {refused}");
    }
    drop(server);
    Ok(())
}

#[test]
fn a_password_needs_a_name_and_a_descriptor_that_can_be_read() -> Outcome {
    let desk = data_folder_with(&["cv25519.secret.pgp"]);
    let link = "http://127.0.0.1:9/a.pgp";
    for (arguments, expected) in [
        (vec!["--check", link, "--http-user", "6666"], "--http-password-fd"),
        (vec!["--check", link, "--http-password-fd", "3"], "--http-user"),
        (vec!["--http-user", "6666", "--http-password-fd", "3"], "--check"),
        (
            vec!["--check", link, "--http-user", "6666", "--http-password-fd", "77"],
            "The sign-in password could not be read from descriptor 77",
        ),
        (
            vec!["--check", link, "--http-user", "66:66", "--http-password-fd", "3"],
            &texts::NAME_WITH_COLON,
        ),
        (
            [
                &["--check", link, "--passphrase-fd", "0", "--http-user", "6666"][..],
                &["--http-password-fd", "0"],
            ]
            .concat(),
            "cannot both come from descriptor 0",
        ),
    ] {
        let output = program(desk.path(), &arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let complaint = text(&output.stderr);
        ensure!(complaint.contains(expected), "{arguments:?}: {complaint}");
    }
    Ok(())
}
