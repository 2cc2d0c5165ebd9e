//! What does a link in `recording_log.location` point at, and which one does a sealed file get?

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// The alias that Apache serves `PATHDONEmonitor` under.
const ALIAS: &str = "/RECORDINGS/";

/// The link to a sealed file in `GPG` of the dialer at `server_ip`.
#[must_use]
pub fn of_sealed(file: &OsStr, server_ip: &str, is_https: bool) -> String {
    let scheme = if is_https { "https" } else { "http" };
    format!("{scheme}://{server_ip}{ALIAS}GPG/{}", encoded(file.as_bytes()))
}

/// The link to a file in the archive at `address`; `folder` is its date folder, ending with `/`.
#[must_use]
pub fn of_archived(address: &str, folder: &str, file: &[u8]) -> String {
    format!("{}/{folder}{}", address.trim_end_matches('/'), encoded(file))
}

/// Percent-encodes what a link cannot hold as it is, and what would end it in a web page
/// (RFC 3986 section 2.1). The usual names come out unchanged.
fn encoded(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for octet in octets {
        match octet {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => text.push(char::from(*octet)),
            b'-' | b'.' | b'_' | b'~' | b'+' | b',' | b'@' | b'=' | b':' | b'(' | b')' => {
                text.push(char::from(*octet));
            }
            _ => text.push_str(&format!("%{octet:02X}")),
        }
    }
    text
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let octet = digits.and_then(|it| std::str::from_utf8(it).ok());
        let octet = octet.and_then(|it| u8::from_str_radix(it, 16).ok());
        octets.push(octet.unwrap_or(*first));
        rest = if octet.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    octets
}

/// What a link points at, seen from this dialer.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// Nothing: there is no link yet.
    Nothing,
    /// A recording that this dialer serves, not sealed.
    Recording,
    /// A file in this dialer's `GPG`, by name.
    Sealed(OsString),
    /// A sealed file elsewhere, or anything in the archive: newer than any link of ours.
    Archived,
    /// Something on another host.
    Elsewhere,
}

/// Who this dialer is, to tell its own links from others.
#[derive(Debug, Clone, Copy)]
pub struct Own<'a> {
    /// `VARserver_ip`.
    pub server_ip: &'a str,
    /// `VARHTTP_path`, where it is set.
    pub archive: Option<&'a str>,
}

impl Own<'_> {
    /// Reads a link.
    #[must_use]
    pub fn target(&self, location: &[u8]) -> Target {
        if location.trim_ascii().is_empty() {
            return Target::Nothing;
        }
        let path = self.local_path(location);
        let gpg = path.and_then(|path| path.strip_prefix(b"GPG/"));
        if let Some(file) = gpg.filter(|file| !file.contains(&b'/')) {
            return Target::Sealed(OsString::from_vec(decoded(file)));
        }
        let is_sealed = [&b".pgp"[..], b".gpg", b".asc"].iter().any(|it| location.ends_with(it));
        let archive = self.archive.unwrap_or_default().as_bytes();
        match path {
            _ if is_sealed => Target::Archived,
            Some(_) => Target::Recording,
            None if !archive.is_empty() && location.starts_with(archive) => Target::Archived,
            None => Target::Elsewhere,
        }
    }

    /// Whether a link leads to this dialer's file at `path`, seen from the spool.
    #[must_use]
    pub fn is_at(&self, location: &[u8], path: &Path) -> bool {
        self.local_path(location).is_some_and(|it| decoded(it) == path.as_os_str().as_bytes())
    }

    /// The part behind the alias, if the link is to this dialer.
    fn local_path<'a>(&self, location: &'a [u8]) -> Option<&'a [u8]> {
        let rest =
            location.strip_prefix(b"http://").or_else(|| location.strip_prefix(b"https://"))?;
        let rest = rest.strip_prefix(self.server_ip.as_bytes())?;
        let slash = rest.iter().position(|octet| *octet == b'/')?;
        let (port, path) = rest.split_at(slash);
        let is_port =
            matches!(port, [] | [b':', ..]) && port.iter().skip(1).all(u8::is_ascii_digit);
        path.strip_prefix(ALIAS.as_bytes()).filter(|_| is_port)
    }
}

/// The name that `recording_log.filename` holds for a recording: without its ending and `-all`.
/// None where no row can be looked up by it.
#[must_use]
pub fn row_name(recording: &OsStr) -> Option<&[u8]> {
    let octets = recording.as_bytes();
    let dot = octets.iter().rposition(|octet| *octet == b'.')?;
    let stem = octets.get(..dot)?;
    let name = stem.strip_suffix(b"-all").unwrap_or(stem);
    // Rows without a name are none of a recording, and there may be millions.
    (!name.trim_ascii().is_empty()).then_some(name)
}

/// Whether a link's last part is a file of this recording, under whatever ending.
#[must_use]
pub fn is_file_of(location: &[u8], name: &[u8]) -> bool {
    let last = location.rsplit(|octet| *octet == b'/').next().unwrap_or_default();
    let last = decoded(last);
    let rest = last.strip_prefix(name);
    rest.is_some_and(|rest| rest.starts_with(b"-all.") || rest.starts_with(b"."))
}

/// Whether a link's last two parts are this file in a folder `GPG`, on whatever host.
#[must_use]
pub fn is_in_gpg(location: &[u8], file: &OsStr) -> bool {
    let mut parts = location.rsplit(|octet| *octet == b'/');
    let is_file = parts.next().is_some_and(|last| decoded(last) == file.as_bytes());
    is_file && parts.next() == Some(b"GPG")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_stand_in_a_link_as_they_are_and_others_are_encoded() {
        let link = |name: &str| of_sealed(OsStr::new(name), "10.0.0.1", false);
        let usual = "20260101-093012_+15551234567_SALES_agent01-all~2.mp3.pgp";
        assert_eq!(link(usual), format!("http://10.0.0.1/RECORDINGS/GPG/{usual}"));
        assert_eq!(
            link("a b#?%'\".pgp"),
            "http://10.0.0.1/RECORDINGS/GPG/a%20b%23%3F%25%27%22.pgp"
        );
        let odd = OsStr::from_bytes(b"x%\xFF y.pgp");
        let own = Own { server_ip: "10.0.0.1", archive: None };
        let target = own.target(of_sealed(odd, "10.0.0.1", true).as_bytes());
        assert_eq!(target, Target::Sealed(odd.to_os_string()));
    }

    #[test]
    fn links_of_this_dialer_are_told_from_others() {
        // The sample configuration has the archive at the dialer's own address.
        let own = Own { server_ip: "10.0.0.1", archive: Some("http://10.0.0.1") };
        for plain in ["MP3/a-all.mp3", "a-all.wav", "MP3/2026-01-01/a-all.mp3"] {
            let link = format!("http://10.0.0.1/RECORDINGS/{plain}");
            assert_eq!(own.target(link.as_bytes()), Target::Recording, "{link}");
        }
        let day = b"http://10.0.0.1/RECORDINGS/MP3/2026-01-01/a%20b-all.mp3";
        assert!(own.is_at(day, Path::new("MP3/2026-01-01/a b-all.mp3")));
        assert!(!own.is_at(day, Path::new("MP3/a b-all.mp3")));
        assert_eq!(own.target(b" "), Target::Nothing);
        let own = Own { server_ip: "10.0.0.1", archive: Some("http://10.0.0.19/archive") };
        assert_eq!(own.target(b"http://10.0.0.19/archive/a-all.mp3"), Target::Archived);
        assert_eq!(own.target(b"http://10.0.0.19/RECORDINGS/a-all.mp3"), Target::Elsewhere);
        assert_eq!(own.target(b"http://10.0.0.1:x/RECORDINGS/a.mp3"), Target::Elsewhere);
        assert_eq!(own.target(b"https://10.0.0.1:8443/RECORDINGS/a.mp3"), Target::Recording);
        assert_eq!(own.target(b"ftp://x/2026-01-01/a-all.mp3.gpg"), Target::Archived);
    }

    #[test]
    fn a_row_is_named_without_the_ending() {
        assert_eq!(row_name(OsStr::new("20260101_5_x-all.mp3")), Some(&b"20260101_5_x"[..]));
        assert_eq!(row_name(OsStr::new("a.b.wav")), Some(&b"a.b"[..]));
        assert_eq!(row_name(OsStr::new("-all.mp3")), None);
        assert_eq!(row_name(OsStr::from_bytes(b"\xFF-all.mp3")), Some(&b"\xFF"[..]));
        assert!(is_file_of(b"http://x/RECORDINGS/MP3/a%20b-all.mp3", b"a b"));
        assert!(!is_file_of(b"http://x/RECORDINGS/MP3/a-all.mp3", b"a b"));
    }
}
