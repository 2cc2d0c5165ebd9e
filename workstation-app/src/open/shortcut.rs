//! Which link does a file stand for that a browser or a desktop made of one?
//!
//! A link that is dragged to a folder becomes such a file: `.url` on Windows, `.desktop` on Linux,
//! `.webloc` on macOS. Nothing in it is run; the address is read and follows the rules for links.

use std::path::Path;

use crate::link::{Link, LinkError};

/// They hold an address and little more.
const SHORTCUT_OCTETS: u64 = 64 << 10;

/// The link, where `path` is such a file; none for every other one.
pub fn link_in(path: &Path) -> Option<Result<Link, LinkError>> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    if !matches!(extension.as_str(), "url" | "desktop" | "webloc") {
        return None;
    }
    let octets = super::read_limited(path, SHORTCUT_OCTETS).ok()?;
    let text = std::str::from_utf8(&octets).ok()?;
    let address = match extension.as_str() {
        "webloc" => {
            let (_, after) = text.split_once("<string>")?;
            after.split_once("</string>")?.0.replace("&amp;", "&")
        }
        _ => text.lines().find_map(|line| line.trim().strip_prefix("URL="))?.to_owned(),
    };
    Some(Link::parse(&address))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn each_kind_of_shortcut_leads_to_its_link_and_no_other_file_does() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let address = "https://pbx.example/RECORDINGS/a.pgp?x=1&y=2";
        for (name, text) in [
            ("a.url", "[InternetShortcut]\r\nURL=https://pbx.example/RECORDINGS/a.pgp?x=1&y=2\r\n"),
            (
                "a.desktop",
                "[Desktop Entry]\nType=Link\nExec=evil\n\
                           URL=https://pbx.example/RECORDINGS/a.pgp?x=1&y=2\n",
            ),
            (
                "a.webloc",
                "<plist><dict><key>URL</key>\
                          <string>https://pbx.example/RECORDINGS/a.pgp?x=1&amp;y=2</string></dict>",
            ),
        ] {
            let link = link_in(&write(name, text)).unwrap().unwrap();
            assert_eq!(link.to_string(), address, "{name}");
        }
        assert!(link_in(&write("a.pgp", "URL=https://pbx.example/")).is_none());
        assert!(link_in(&write("b.desktop", "[Desktop Entry]\nExec=evil\n")).is_none());
        let local = link_in(&write("c.url", "URL=file:///etc/passwd\n")).unwrap();
        assert_eq!(local, Err(LinkError::Scheme));
    }
}
