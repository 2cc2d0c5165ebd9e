//! What is a link, and which addresses are none that this program follows?

pub mod fetch;
pub mod keychain;
pub mod login;
pub mod pace;

mod body;
mod fault;

use std::ffi::OsString;
use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

/// Longer ones are no links to recordings.
const ADDRESS_OCTETS: usize = 8 << 10;

/// What this program's own links begin with; the address follows as it is.
const OWN_SCHEME: &str = "callseal:";

/// What links begin with, own ones and others.
const SCHEMES: [&str; 3] = [OWN_SCHEME, "http:", "https:"];

/// The address of a recording: http or https, without a name or password in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    address: Url,
    is_own: bool,
}

/// Why a text is no link that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It does not parse.
    #[error("{}", crate::texts::LINK_MALFORMED)]
    Malformed,
    /// Neither http nor https.
    #[error("{}", crate::texts::LINK_SCHEME)]
    Scheme,
    /// A name or password stands in it.
    #[error("{}", crate::texts::LINK_USERINFO)]
    Userinfo,
    /// Far too long.
    #[error("{}", crate::texts::LINK_TOO_LONG)]
    TooLong,
}

impl Link {
    /// Whether a text means to be a link: only then is [`parse`](Self::parse) worth asking.
    pub fn is_meant(text: &str) -> bool {
        let text = text.trim_start();
        let begins = |scheme: &&str| {
            text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        SCHEMES.iter().any(begins)
    }

    /// Reads a link; line breaks and blanks around it do not matter, within it they do.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if text.len() > ADDRESS_OCTETS {
            return Err(LinkError::TooLong);
        }
        let own = text
            .get(..OWN_SCHEME.len())
            .filter(|start| start.eq_ignore_ascii_case(OWN_SCHEME))
            .and_then(|_| text.get(OWN_SCHEME.len()..));
        let address = match own {
            Some(wrapped) => parse_address(&unwrapped(wrapped)?)?,
            None => parse_address(text)?,
        };
        Ok(Self { address, is_own: own.is_some() })
    }

    /// Where it leads.
    pub fn address(&self) -> &Url {
        &self.address
    }

    /// It came through the program's own scheme, which any web page may call.
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// The host, with its port where that is not the usual one.
    pub fn host(&self) -> String {
        host_of(&self.address)
    }

    /// The name of the file that it seems to lead to; empty where it does not say.
    pub fn file_name(&self) -> OsString {
        file_name_of(&self.address)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_own { OWN_SCHEME } else { "" };
        write!(formatter, "{scheme}{}", self.address)
    }
}

/// Host and port of an address, as a person reads them.
pub(crate) fn host_of(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    match address.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The last part of the path, decoded. A page (`*.php`) is no name of a recording.
pub(crate) fn file_name_of(address: &Url) -> OsString {
    let last = address.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let octets: Vec<u8> = percent_decode_str(last).collect();
    let name = String::from_utf8_lossy(&octets).into_owned();
    if name.ends_with(".php") { OsString::new() } else { OsString::from(name) }
}

/// Browsers hand on `callseal:https://…` as it is, or with its signs encoded.
fn unwrapped(wrapped: &str) -> Result<String, LinkError> {
    let wrapped = wrapped.trim_start_matches('/');
    let is_encoded =
        wrapped.get(..8).is_some_and(|start| start.to_ascii_lowercase().contains("%3a"));
    if !is_encoded {
        return Ok(wrapped.to_owned());
    }
    let decoded = percent_decode_str(wrapped).decode_utf8().map_err(|_| LinkError::Malformed)?;
    Ok(decoded.into_owned())
}

/// Reads an address that is followed, a link's or a redirect's.
pub(crate) fn parse_address(text: &str) -> Result<Url, LinkError> {
    // The parser would silently leave some of them out.
    if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Err(LinkError::Malformed);
    }
    let address = Url::parse(text).map_err(|_| LinkError::Malformed)?;
    check_address(&address)?;
    Ok(address)
}

/// The rules for every address: http or https, a host, nobody's name in it.
pub(crate) fn check_address(address: &Url) -> Result<(), LinkError> {
    if !matches!(address.scheme(), "http" | "https") {
        return Err(LinkError::Scheme);
    }
    if !address.username().is_empty() || address.password().is_some() {
        return Err(LinkError::Userinfo);
    }
    if address.host_str().is_none_or(str::is_empty) {
        return Err(LinkError::Malformed);
    }
    Ok(())
}
