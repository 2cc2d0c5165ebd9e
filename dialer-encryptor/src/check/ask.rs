//! How is a web server asked, so that no answer can harm? One question, no more than some seconds and
//! some kilobytes, and no redirect is followed.

use rustls_native_certs::load_native_certs;
use shared::recording::escaped;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

const WAIT: Duration = Duration::from_secs(10);

/// Enough to tell a sealed recording from a page.
const HEAD_OCTETS: u64 = 16 << 10;

/// Longer links stand in no row.
const LINK_OCTETS: usize = 2048;

/// User and password of a link, as they stand in it.
pub struct Login(Zeroizing<String>);

/// What came back, safe to show but for its head.
#[derive(Debug)]
pub struct Answer {
    /// 200 and the like.
    pub status: u16,
    /// The content type.
    pub kind: String,
    /// Where it sends on to.
    pub location: String,
    /// Whether it is to be saved, not shown.
    pub is_attachment: bool,
    /// The first octets.
    pub head: Vec<u8>,
}

impl Answer {
    /// Whether it is what was asked for.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.status, 200 | 206)
    }
}

/// The link without its login, and the login; none for what is no link.
#[must_use]
pub fn split_login(link: &str) -> Option<(String, Option<Login>)> {
    let (scheme, rest) = link.trim().split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let is_link = matches!(scheme.as_str(), "http" | "https")
        && link.len() <= LINK_OCTETS
        && !rest.contains(|it: char| it.is_control() || it == ' ');
    let (host, path) = rest.split_at(rest.find('/')?);
    let (login, host) = host.rsplit_once('@').map_or((None, host), |(it, host)| (Some(it), host));
    let login = login.map(|it| Login(Zeroizing::new(it.to_string())));
    (is_link && !host.is_empty()).then(|| (format!("{scheme}://{host}{path}"), login))
}

/// The address of the folder that a link's file is in.
#[must_use]
pub fn folder_of(link: &str) -> Option<String> {
    let path = link.split(['?', '#']).next()?;
    let slash = path.rfind('/')?;
    path.get(..=slash).map(str::to_string)
}

/// Asks once, with the login if there is one.
///
/// # Errors
/// Why there is no answer, safe to show.
pub fn ask(link: &str, login: Option<&Login>) -> Result<Answer, String> {
    // Basic authentication is what a browser would do with it; the client takes it from the link.
    let address = Zeroizing::new(match (login, link.split_once("://")) {
        (Some(login), Some((scheme, rest))) => format!("{scheme}://{}@{rest}", *login.0),
        _ => link.to_string(),
    });
    // An error may name the address, with the login in it.
    let failed = |error: ureq::Error| match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => "it is no valid address".to_string(),
        other => cut(&other.to_string()),
    };
    let mut response = agent(link).get(address.as_str()).call().map_err(failed)?;
    let header = |name: &str| {
        let value = response.headers().get(name).map(|it| cut_octets(it.as_bytes()));
        value.unwrap_or_default()
    };
    let (kind, location) = (header("content-type"), header("location"));
    let is_attachment = header("content-disposition").starts_with("attachment");
    let status = response.status().as_u16();
    let mut head = Vec::new();
    // What came before a break is what there is to be looked at.
    let _ = response.body_mut().as_reader().take(HEAD_OCTETS).read_to_end(&mut head);
    Ok(Answer { status, kind, location, is_attachment, head })
}

fn agent(link: &str) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(WAIT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        // The link is asked for as a browser of the site would, and not by a detour.
        .proxy(None);
    if !link.starts_with("https") {
        return config.build().new_agent();
    }
    // What this machine trusts: sites have authorities of their own.
    let trusted = load_native_certs().certs;
    let trusted = trusted.iter().map(|it| Certificate::from_der(it).to_owned()).collect();
    let tls = TlsConfig::builder().root_certs(RootCerts::Specific(Arc::new(trusted))).build();
    config.tls_config(tls).build().new_agent()
}

fn cut(text: &str) -> String {
    cut_octets(text.as_bytes())
}

fn cut_octets(octets: &[u8]) -> String {
    escaped(octets.get(..300).unwrap_or(octets))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_login_is_taken_out_of_the_link() {
        let (bare, login) = split_login("HTTP://me:p@ss@host:80/RECORDINGS/a.pgp").unwrap();
        assert_eq!(bare, "http://host:80/RECORDINGS/a.pgp");
        assert_eq!(login.unwrap().0.as_str(), "me:p@ss");
        assert!(split_login("https://host/a@b.pgp").unwrap().1.is_none());
        for other in ["ftp://host/a", "host/a", "http:///a", "http://host", "http://h/a b", ""] {
            assert!(split_login(other).is_none(), "{other}");
        }
        assert_eq!(folder_of("http://h/a/b.pgp?x=/y").as_deref(), Some("http://h/a/"));
    }
}
