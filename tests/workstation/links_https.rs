//! Is a server believed that the system's certificates vouch for, no other, and a proxy asked?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "asked.rs"]
mod asked;
#[path = "common.rs"]
mod common;

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use asked::{alone, answer, checked, finish, message, program, text};
use common::{PASSPHRASE, data_folder_with};
use serde_json::Value;
use support::port::Port;
use support::process::{Background, guarded_tool, wait_for};
use support::site::{Site, reply};
use support::tls::Authority;
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
fn a_password_needs_a_name_and_a_descriptor_that_can_be_read() -> Outcome {
    let desk = data_folder_with(&["cv25519.secret.pgp"]);
    let link = "http://127.0.0.1:9/a.pgp";
    for (arguments, expected) in [
        (vec!["--check", link, "--http-user", "6666"], "--http-password-fd"),
        (vec!["--check", link, "--http-password-fd", "3"], "--http-user"),
        (vec!["--http-user", "6666", "--http-password-fd", "3"], "--check"),
        (vec!["--check", link, "--http-user", "6666", "--http-password-fd", "77"], "descriptor 77"),
    ] {
        let output = program(desk.path(), &arguments, "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let complaint = text(&output.stderr);
        ensure!(complaint.contains(expected), "{arguments:?}: {complaint}");
    }
    Ok(())
}
