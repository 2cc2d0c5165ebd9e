//! Does `check` see what a listener meets: what the web server makes of a link?

mod checked;
mod common;
mod served;
mod site;

use checked::Checked;
use served::{LOGIN, NAME, Served, snippet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use support::site::{Site as Script, reply};
use support::tls::Authority;
use support::{Outcome, ensure};

#[test]
fn a_healthy_link_is_a_download_behind_a_login_without_a_list() -> Outcome {
    let served = Served::well()?;
    let link = served.sealed_call(60)?;
    let with_login = link.replace("http://", "http://6666:secret@");
    let told = served.url(&with_login, 0)?;
    told.is_about(&[])?;
    told.says("web-auth", "ok", "asks for a login")?;
    told.says("web-content", "ok", "gives a sealed recording")?;
    told.says("web-type", "ok", "application/pgp-encrypted")?;
    told.says("web-index", "ok", "does not list")?;
    ensure!(!told.text().contains("web-orig"), "{}", told.text());
    told.says("web-http", "note", "--https")?;
    ensure!(!told.text().contains("secret"), "the password was told: {}", told.text());
    let told = served.url(&link, 0)?;
    told.says("web-content", "note", "could not be seen")?;
    let told = served.checked.check(&["--url", &link, "--https"], 1)?;
    told.says("web-mixed", "warning", "Redirect permanent")?;
    let told = served.url(&link.replace("http://", "http://6666:wrong@"), 1)?;
    told.says("web-login", "warning", "refuses the login")?;
    let missing = with_login.replace(NAME, "other");
    served.url(&missing, 1)?.says("web-missing", "warning", "(404)")?;
    fs::set_permissions(
        served.checked.spool().sealed().join(format!("{NAME}.pgp")),
        fs::Permissions::from_mode(0o600),
    )?;
    served.url(&with_login, 1)?.says("web-forbidden", "warning", "(403)")
}

#[test]
fn vicidials_own_lines_serve_ciphertext_as_audio_to_everybody_with_a_list() -> Outcome {
    let served = Served::new("", "")?;
    served.sealed_call(60)?;
    let gpg = served.checked.spool().sealed();
    fs::copy(gpg.join(format!("{NAME}.pgp")), gpg.join(format!("{NAME}.gpg")))?;
    let told = served.url(&served.link(&format!("GPG/{NAME}.gpg")), 1)?;
    told.says("web-type", "warning", "audio/mpeg")?;
    told.says("web-type", "warning", "installer/apache/callseal.conf")?;
    told.says("web-open", "warning", "without a login")?;
    told.says("web-index", "warning", "lists the whole folder")?;
    told.says("web-orig", "warning", "shows ORIG")?;
    told.is_about(&["web-open", "web-type", "web-index", "web-orig"])?;
    fs::write(served.checked.spool().done().join("FTP/a-all.mp3"), [0xD5; 400])?;
    let told = served.url(&served.link("FTP/a-all.mp3"), 1)?;
    told.says("web-plain", "warning", "not sealed")
}

#[test]
fn over_https_the_servers_certificate_counts() -> Outcome {
    let authority = Authority::new()?;
    let (certificate, key) = authority.server();
    let tls = format!(
        "LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\nSSLEngine on\n\
         SSLCertificateFile {}\nSSLCertificateKeyFile {}\n",
        certificate.display(),
        key.display()
    );
    let served = Served::new(&tls, &(snippet()? + LOGIN))?;
    let link = served.sealed_call(60)?.replace("http://", "https://6666:secret@");
    let told = served.url(&link, 1)?;
    told.says("web-unreachable", "warning", "ertificate")?;
    told.is_about(&["web-unreachable"])?;
    let mut command = served.checked.command();
    command.args(["--url", &link]).env("SSL_CERT_FILE", authority.certificate());
    let told = served.checked.told(&mut command, 0)?;
    told.says("web-content", "ok", "gives a sealed recording")?;
    ensure!(!told.text().contains("web-http"), "{}", told.text());
    Ok(())
}

#[test]
fn pages_redirects_and_hostile_answers_are_told_and_not_followed() -> Outcome {
    let checked = Checked::new()?;
    let script = Script::start(Box::new(|request, _| match request.path.as_str() {
        "/login/x.pgp" => reply("200 OK", &["Content-Type: text/html"], b"<!DOCTYPE html><form>"),
        "/away/x.pgp" => reply("302 Found", &["Location: /trap\u{202e}"], b""),
        "/long/x.pgp" => reply("200 OK", &["Content-Type: audio/\u{202e}"], &vec![b'x'; 30 << 20]),
        "/none/x.pgp" => b"\xFF\x00 this is no HTTP\r\n\r\n".to_vec(),
        "/head/x.pgp" => [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'a'; 4 << 20]].concat(),
        "/escape/x.pgp" => reply("302 Found", &["Location: /trap\x1B[31m"], b""),
        "/loop/x.pgp" => reply("301 Moved", &["Location: /loop/x.pgp"], b""),
        "/broken/x.pgp" => b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\xC1".to_vec(),
        "/up/x.pgp" => reply(
            "301 Moved",
            &[&format!(
                "Location: https://{}/up/x.pgp",
                request.header("host").unwrap_or_default()
            )],
            b"",
        ),
        "/error/x.pgp" => reply("500 Oops", &[], b"oops"),
        _ => reply("404 Not Found", &[], b""),
    }))?;
    for (path, id, words) in [
        ("/login/x.pgp", "web-login-page", "a web page in place of the file"),
        ("/away/x.pgp", "web-redirect", "/trap\\u{202e}"),
        ("/escape/x.pgp", "web-unreachable", "does not answer"),
        ("/loop/x.pgp", "web-redirect", "/loop/x.pgp"),
        ("/long/x.pgp", "web-content", "no sealed recording"),
        ("/none/x.pgp", "web-unreachable", "does not answer"),
        ("/head/x.pgp", "web-unreachable", "does not answer"),
        ("/broken/x.pgp", "web-open", "without a login"),
        ("/error/x.pgp", "web-answer", "answers 500"),
        ("/other/x.pgp", "web-missing", "(404)"),
    ] {
        let told = checked.check(&["--url", &script.link(path)], 1)?;
        told.says(id, "warning", words)?;
    }
    let told = checked.check(&["--url", &script.link("/up/x.pgp")], 0)?;
    told.says("web-redirect", "note", "sends on to https")?;
    let asked: Vec<String> = script.seen().into_iter().map(|it| it.path).collect();
    assert_eq!(asked.iter().filter(|it| it.contains("trap")).count(), 0, "{asked:?}");
    assert_eq!(asked.iter().filter(|it| *it == "/loop/x.pgp").count(), 1, "{asked:?}");
    let told = checked.check(&["--url", "ftp://127.0.0.1/x.pgp"], 1)?;
    told.says("web-link", "warning", "no link to a recording")
}
