//! Does a web server with the snippet of `installer/` hand sealed recordings out as what they are,
//! and nothing else? Debian's own Apache and nginx.

use std::fs;
use std::path::{Path, PathBuf};

use support::process::{output_of, tool};
use support::web_server::{Answer, Site, WebServer};
use support::{Outcome, ensure};

const PGP: &str = "application/pgp-encrypted";

/// As the dialer's scripts and ours name them, and as a template of VICIdial's may have it: each
/// part between two dots means something to Apache.
const RECORDINGS: [&str; 6] = [
    "20260101-093012_5551234567_SALES_agent01-all.mp3.pgp",
    "20260101-093012_5551234567_SALES_agent01-all.mp3.gpg",
    "20260101-093012_5551234567_SALES_agent01-all.wav.gpg.gpg",
    "20260101-093012_Ann Example & Sons; 100%-all.gsm.pgp",
    "20260101-093012_www.example.var.de-all.ogg.gpg",
    "20260101-093012_index.html.gz-all.mp3.gpg",
];

/// Ways to a recording that was not sealed yet, and to one that is not finished.
const DENIED: [&str; 9] = [
    "ORIG/2026-01-01/plain-all.mp3",
    "ORIG/",
    "ORIG",
    "/ORIG/2026-01-01/plain-all.mp3",
    "./ORIG/2026-01-01/plain-all.mp3",
    "GPG/../ORIG/2026-01-01/plain-all.mp3",
    "GPG/%2e%2e/%4fRIG/2026-01-01/plain-all.mp3",
    "ORIG/2026-01-01/sealed-all.mp3.pgp",
    ".sealing/unfinished.mp3.pgp",
];

fn installer(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../installer").join(name)
}

fn apache_snippet() -> Outcome<String> {
    Ok(fs::read_to_string(installer("apache/callseal.conf"))?)
}

/// The snippet with its one edit: the folder.
fn nginx_snippet() -> Outcome<String> {
    let snippet = fs::read_to_string(installer("nginx/callseal.conf"))?;
    assert_eq!(snippet.matches("EDIT").count(), 1);
    Ok(snippet.replace("/var/spool/asterisk/monitorDONE", "FOLDER/monitorDONE"))
}

fn message() -> Outcome<Vec<u8>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/openpgp");
    Ok(fs::read(fixtures.join("messages/gpg22-cv25519.pgp"))?)
}

/// A spool with sealed recordings, and with plain ones where a dialer leaves them.
fn spool() -> Outcome<Site> {
    let site = Site::new()?;
    let recordings = site.recordings();
    for name in RECORDINGS {
        fs::write(recordings.join("GPG").join(name), message()?)?;
    }
    for name in [
        "ORIG/2026-01-01/plain-all.mp3",
        "ORIG/2026-01-01/sealed-all.mp3.pgp",
        ".sealing/unfinished.mp3.pgp",
        "MP3/waits-all.mp3",
    ] {
        fs::write(recordings.join(name), b"plain")?;
    }
    Ok(site)
}

fn percent_encoded(name: &str) -> String {
    let octets = name.bytes().map(|it| match it {
        it if it.is_ascii_alphanumeric() || b"-._/".contains(&it) => char::from(it).to_string(),
        it => format!("%{it:02X}"),
    });
    octets.collect()
}

fn recording(server: &WebServer, name: &str, more: &[&str]) -> Outcome<Answer> {
    server.get(&format!("/RECORDINGS/GPG/{}", percent_encoded(name)), more)
}

fn assert_download(answer: &Answer, what: &str) -> Outcome {
    assert_eq!(answer.header("content-type"), PGP, "{what}");
    assert_eq!(answer.header("content-disposition"), "attachment", "{what}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    ensure!(answer.header("content-encoding").is_empty(), "{what}: said to be compressed");
    Ok(())
}

/// What holds with either server.
fn assert_serves_recordings_alone(server: &WebServer) -> Outcome {
    for name in RECORDINGS {
        let whole = recording(server, name, &[])?;
        assert_eq!(whole.status, 200, "{name}: {}", server.log());
        assert_download(&whole, name)?;
        assert!(whole.body == message()?, "{name}: other octets than those of the file");

        let part = recording(server, name, &["--range", "1000-1999"])?;
        assert_eq!(part.status, 206, "{name}");
        assert_download(&part, name)?;
        assert_eq!(Some(part.body.as_slice()), message()?.get(1000..2000), "{name}");
    }
    for path in DENIED {
        let answer = server.get(&format!("/RECORDINGS/{path}"), &[])?;
        assert_eq!(answer.status, 404, "{path}");
    }
    for folder in ["", "GPG/", "MP3/"] {
        let answer = server.get(&format!("/RECORDINGS/{folder}"), &[])?;
        assert_eq!(answer.status, 403, "{folder}");
    }
    // A sealed recording never answers to the name of a plain one.
    let unsealed = "20260101-093012_5551234567_SALES_agent01-all.mp3";
    assert_eq!(recording(server, unsealed, &[])?.status, 404);
    // A page that says what is wrong is no download.
    let missing = recording(server, "none-all.mp3.pgp", &[])?;
    assert_eq!((missing.status, missing.header("content-disposition")), (404, ""));
    // What waits to be sealed is heard as before, unless the administrator says otherwise.
    assert_eq!(server.get("/RECORDINGS/MP3/waits-all.mp3", &[])?.status, 200);
    Ok(())
}

fn assert_nothing_else_at_all(server: &WebServer) -> Outcome {
    assert_eq!(server.get("/RECORDINGS/MP3/waits-all.mp3", &[])?.status, 404);
    assert_eq!(server.get("/RECORDINGS/ORIG/2026-01-01/sealed-all.mp3.pgp", &[])?.status, 404);
    for name in RECORDINGS {
        let answer = recording(server, name, &[])?;
        assert_eq!(answer.status, 200, "{name}");
        assert_download(&answer, name)?;
    }
    Ok(())
}

fn assert_not_root(server: &WebServer) -> Outcome {
    let users = server.workers()?;
    ensure!(!users.is_empty(), "nobody answers");
    if rustix::process::geteuid().is_root() {
        let expected = output_of(tool("id")?.args(["--user", "www-data"]))?;
        let expected: u32 = String::from_utf8_lossy(&expected).trim().parse()?;
        assert!(users.iter().all(|user| *user == expected), "{users:?}");
    }
    Ok(())
}

#[test]
fn without_the_snippet_apache_calls_a_sealed_recording_audio_and_shows_what_is_not_sealed()
-> Outcome {
    let server = spool()?.apache("", "")?;
    let said = |name: &str| -> Outcome<(u16, String)> {
        let answer = recording(&server, name, &[])?;
        Ok((answer.status, answer.header("content-type").to_owned()))
    };
    let name = "20260101-093012_5551234567_SALES_agent01-all";
    assert_eq!(said(&format!("{name}.mp3.gpg"))?, (200, "audio/mpeg".to_owned()));
    assert_eq!(said(&format!("{name}.wav.gpg.gpg"))?, (200, "audio/x-wav".to_owned()));
    assert_eq!(said(&format!("{name}.mp3"))?.0, 200, "a sealed one under a plain name");
    assert_eq!(said("20260101-093012_www.example.var.de-all.ogg.gpg")?.0, 500);
    assert_eq!(server.get("/RECORDINGS/GPG/", &[])?.status, 200);
    assert_eq!(server.get("/RECORDINGS/ORIG/2026-01-01/plain-all.mp3", &[])?.body, b"plain");
    Ok(())
}

#[test]
fn apache_serves_sealed_recordings_as_downloads_wherever_the_snippet_stands() -> Outcome {
    let snippet = apache_snippet()?;
    for (before, after) in [("", snippet.as_str()), (snippet.as_str(), "")] {
        let server = spool()?.apache(before, after)?;
        assert_serves_recordings_alone(&server)?;
        assert_not_root(&server)?;
    }
    Ok(())
}

#[test]
fn nginx_serves_sealed_recordings_as_downloads() -> Outcome {
    // As far as nginx knows, these names may be anything.
    let kinds = "types { text/plain pgp gpg; audio/mpeg mp3; }\n";
    let server = spool()?.nginx(&(kinds.to_owned() + &nginx_snippet()?))?;
    assert_serves_recordings_alone(&server)?;
    assert_not_root(&server)
}

#[test]
fn an_administrator_can_have_nothing_served_that_is_not_sealed() -> Outcome {
    let (apache, nginx) = (apache_snippet()?, nginx_snippet()?);
    let (apache_line, nginx_line) = ("#RedirectMatch", "#location");
    assert_eq!((apache.matches(apache_line).count(), nginx.matches(nginx_line).count()), (1, 1));
    let server = spool()?.apache("", &apache.replace(apache_line, "RedirectMatch"))?;
    assert_nothing_else_at_all(&server)?;
    let server = spool()?.nginx(&nginx.replace(nginx_line, "location"))?;
    assert_nothing_else_at_all(&server)
}

#[test]
fn a_login_opens_recordings_and_nothing_that_is_denied() -> Outcome {
    let site = spool()?;
    let passwords = site.password_file("6666", "secret")?;
    let login = format!(
        "<Location \"/RECORDINGS/\">\nAuthType Basic\nAuthName \"CONTACT-CENTER-ADMIN\"\n\
         AuthUserFile {}\nRequire valid-user\n</Location>\n",
        passwords.display()
    );
    let server = site.apache("", &(apache_snippet()? + &login))?;
    for name in RECORDINGS {
        let refused = recording(&server, name, &[])?;
        assert_eq!((refused.status, refused.header("content-disposition")), (401, ""), "{name}");
        let wrong = recording(&server, name, &["--user", "6666:other"])?;
        assert_eq!(wrong.status, 401, "{name}");
        let answer = recording(&server, name, &["--user", "6666:secret"])?;
        assert_eq!(answer.status, 200, "{name}");
        assert_download(&answer, name)?;
    }
    for path in DENIED {
        let path = format!("/RECORDINGS/{path}");
        assert_eq!(server.get(&path, &["--user", "6666:secret"])?.status, 404, "{path}");
    }
    Ok(())
}
