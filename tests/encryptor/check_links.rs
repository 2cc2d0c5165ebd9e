//! Does `check` see what a listener meets: what the web server makes of a link, and how far the newest
//! call came?

mod checked;
mod common;
mod site;

use checked::{Checked, Told};
use site::{IP, bare, link};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use support::dialer::Spool;
use support::recording_log::Row;
use support::site::{Site as Script, reply};
use support::speech::Format;
use support::tls::Authority;
use support::web_server::{Site as WebSite, WebServer};
use support::{Failure, Outcome, ensure};

const NAME: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3";

const HOUR: u32 = 3600;

/// The lines that the snippet's end shows.
const LOGIN: &str = "<Location \"/RECORDINGS/\">\nAuthType Basic\nAuthName \"Recordings\"\n\
                     AuthUserFile FOLDER/passwords\nRequire valid-user\n</Location>\n";

fn snippet() -> Outcome<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../installer/apache");
    Ok(fs::read_to_string(folder.join("callseal.conf"))?)
}

fn now() -> Outcome<u32> {
    Ok(u32::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}

/// A dialer whose spool Apache serves.
struct Served {
    checked: Checked,
    server: WebServer,
}

impl Served {
    fn new(before: &str, after: &str) -> Outcome<Served> {
        let web = WebSite::new()?;
        web.password_file("6666", "secret")?;
        let recordings = web.recordings();
        let folder = recordings.parent().ok_or_else(|| Failure::new("no folder"))?;
        let checked = Checked::over(Spool::in_folder(folder)?)?;
        checked.spool().set("VARserver_ip", "127.0.0.1")?;
        let server = web.apache(before, after)?;
        Ok(Served { checked, server })
    }

    /// As it should be.
    fn well() -> Outcome<Served> {
        Served::new("", &(snippet()? + LOGIN))
    }

    /// A call that began some time ago and was compressed.
    fn call(&self, age_secs: u32) -> Outcome {
        self.checked.spool().put(Format::Mp3, NAME, b"what was said")?;
        self.checked.site.database.insert(Row {
            recording_id: 7,
            server_ip: "127.0.0.1",
            filename: bare(NAME).as_bytes(),
            location: &link("127.0.0.1", "MP3", NAME),
            start_epoch: now()? - age_secs,
        })
    }

    /// The call is sealed, and its row leads to this server's port.
    fn sealed_call(&self, age_secs: u32) -> Outcome<String> {
        self.call(age_secs)?;
        self.checked.site.run(0)?;
        let link = self.link(&format!("GPG/{NAME}.pgp"));
        self.checked.site.database.set_location(7, &link)?;
        Ok(link)
    }

    fn link(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/RECORDINGS/{path}", self.server.port())
    }

    fn url(&self, link: &str, code: i32) -> Outcome<Told> {
        self.checked.check(&["--url", link], code)
    }
}

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
    told.is_about(&["web-open", "web-type", "web-index"])?;
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
    let asked: Vec<String> = script.seen().into_iter().map(|it| it.path).collect();
    assert_eq!(asked.iter().filter(|it| it.contains("trap")).count(), 0, "{asked:?}");
    assert_eq!(asked.iter().filter(|it| *it == "/loop/x.pgp").count(), 1, "{asked:?}");
    let told = checked.check(&["--url", "ftp://127.0.0.1/x.pgp"], 1)?;
    told.says("web-link", "warning", "no link to a recording")
}

#[test]
fn the_newest_call_is_followed_to_its_link() -> Outcome {
    let served = Served::well()?;
    served.sealed_call(60)?;
    let told = served.checked.check(&["--last"], 0)?;
    told.is_about(&[])?;
    told.says("last-call", "ok", bare(NAME))?;
    told.says("last-sealed", "ok", "for exactly the recipients asked for")?;
    told.says("last-journal", "ok", "sealed by this program")?;
    told.says("last-row", "ok", "names the sealed file")?;
    told.says("web-auth", "ok", "asks for a login")
}

#[test]
fn a_call_is_told_where_it_stuck() -> Outcome {
    let served = Served::well()?;
    let told = |code: i32| served.checked.check(&["--last"], code);
    told(1)?.says("last-call", "warning", "no finished call of this dialer (127.0.0.1)")?;
    // Not taken by step 1 yet.
    let monitor = served.checked.spool().path().join("monitor");
    served.checked.spool().set("PATHmonitor", &monitor.to_string_lossy())?;
    fs::create_dir(&monitor)?;
    fs::write(monitor.join(format!("{}-in.wav", bare(NAME))), b"x")?;
    served.call(2 * HOUR)?;
    let inbox = served.checked.spool().inbox(Format::Mp3).join(NAME);
    fs::rename(&inbox, served.checked.spool().path().join(NAME))?;
    told(1)?.says("last-stuck", "warning", "Step 1 did not take it")?;
    fs::rename(served.checked.spool().path().join(NAME), &inbox)?;
    fs::remove_dir_all(&monitor)?;
    // Young, it only waits.
    let database = &served.checked.site.database;
    database.sql(format!("UPDATE recording_log SET start_epoch = {}", now()? - 60))?;
    told(0)?.says("last-stuck", "note", "Wait: the steps run")?;
    database.sql(format!("UPDATE recording_log SET start_epoch = {}", now()? - HOUR))?;
    let stuck = told(1)?;
    stuck.says("last-stuck", "warning", "It is not sealed: it stands in ")?;
    stuck.says("last-stuck", "warning", &format!("MP3/{NAME}"))?;
    // Sealed, and its row was never changed.
    let mut run = served.checked.site.command();
    site::report(run.arg("--no-database"), 0)?;
    let late = told(1)?;
    late.says("last-row", "warning", "its row still says http://127.0.0.1/RECORDINGS/MP3/")?;
    late.is_about(&["last-row"])?;
    // A link that leads nowhere.
    let nowhere = Script::start(Box::new(|_, _| reply("404 Not Found", &[], b"")))?;
    database.set_location(7, &nowhere.link(&format!("/RECORDINGS/GPG/{NAME}.pgp")))?;
    let dead = told(1)?;
    dead.says("last-row", "ok", "names the sealed file")?;
    dead.says("web-missing", "warning", "(404)")?;
    dead.is_about(&["web-missing"])?;
    // Half a file.
    let file = served.checked.spool().sealed().join(format!("{NAME}.pgp"));
    let octets = fs::read(&file)?;
    fs::write(&file, octets.get(..octets.len() / 2).unwrap_or_default())?;
    told(2)?.says("last-sealed", "problem", "no whole message")?;
    // For somebody else.
    let home = support::gnupg::GnupgHome::new()?;
    let other = home.generate("Otto Other", support::gnupg::Algorithm::Curve25519, "", "0")?;
    fs::write(&file, home.encrypt(b"x", &[&other], &[])?)?;
    told(1)?.says("last-sealed", "warning", "not for the recipients asked for now")?;
    // And no file at all.
    fs::remove_file(&file)?;
    told(1)?.says("last-missing", "warning", "No file of it is on this dialer")?;
    database.sql(format!("UPDATE recording_log SET start_epoch = {}", now()? - 100 * HOUR))?;
    told(1)?.says("last-call", "warning", "4 days old")
}

#[test]
fn rows_may_hold_anything() -> Outcome {
    let checked = Checked::new()?;
    for (id, name, location) in [
        (1, b"../../../../etc/passwd".as_slice(), "http://10.10.10.15/RECORDINGS/GPG/../../x"),
        (2, b"\x1B[31m\xFF'; DROP TABLE x", "http://10.10.10.15/RECORDINGS/GPG/%2e%2e%2fx%00%1b"),
        (3, b"a/b", "javascript:\u{1b}alert(1)"),
        (4, &[b'x'; 100], "http://10.10.10.15/RECORDINGS/GPG/.."),
    ] {
        checked.site.database.insert(Row {
            recording_id: id,
            server_ip: IP,
            filename: name,
            location,
            start_epoch: now()? - HOUR,
        })?;
        let told = checked.check(&["--last", "--url", "x"], 1)?;
        told.says("last-missing", "warning", "No file of it is on this dialer")?;
        ensure!(!told.text().contains("root:"), "{}", told.text());
    }
    Ok(())
}
