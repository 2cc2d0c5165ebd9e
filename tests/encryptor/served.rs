//! A dialer whose spool a real web server serves.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use crate::checked::{Checked, Told};
use crate::site::{bare, link};
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use support::dialer::Spool;
use support::recording_log::Row;
use support::speech::Format;
use support::web_server::{Site as WebSite, WebServer};
use support::{Failure, Outcome};

pub const NAME: &str = "20260101-093012_5551234567_SALES_agent01-all.mp3";

/// The lines that the snippet's end shows.
pub const LOGIN: &str = "<Location \"/RECORDINGS/\">\nAuthType Basic\nAuthName \"Recordings\"\n\
                     AuthUserFile FOLDER/passwords\nRequire valid-user\n</Location>\n";

pub fn snippet() -> Outcome<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../installer/apache");
    Ok(fs::read_to_string(folder.join("callseal.conf"))?)
}

pub fn now() -> Outcome<u32> {
    Ok(u32::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}

/// A dialer whose spool Apache serves.
pub struct Served {
    pub checked: Checked,
    pub server: WebServer,
}

impl Served {
    pub fn new(before: &str, after: &str) -> Outcome<Served> {
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
    pub fn well() -> Outcome<Served> {
        Served::new("", &(snippet()? + LOGIN))
    }

    /// A call that began some time ago and was compressed.
    pub fn call(&self, age_secs: u32) -> Outcome {
        let file = self.checked.spool().put(Format::Mp3, NAME, b"what was said")?;
        // Still for long enough to be sealed, and not waiting for too long.
        let file = fs::File::options().write(true).open(file)?;
        file.set_modified(SystemTime::now() - Duration::from_secs(60))?;
        self.checked.site.database.insert(Row {
            recording_id: 7,
            server_ip: "127.0.0.1",
            filename: bare(NAME).as_bytes(),
            location: &link("127.0.0.1", "MP3", NAME),
            start_epoch: now()? - age_secs,
        })
    }

    /// The call is sealed, and its row leads to this server's port.
    pub fn sealed_call(&self, age_secs: u32) -> Outcome<String> {
        self.call(age_secs)?;
        self.checked.site.run(0)?;
        let link = self.link(&format!("GPG/{NAME}.pgp"));
        self.checked.site.database.set_location(7, &link)?;
        Ok(link)
    }

    pub fn link(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/RECORDINGS/{path}", self.server.port())
    }

    pub fn url(&self, link: &str, code: i32) -> Outcome<Told> {
        self.checked.check(&["--url", link], code)
    }
}
