//! How does a link become octets? Straight into memory, past redirects, to whoever may be asked.
//!
//! Redirects are followed here and not by the library: `recording_log_redirect.php` asks for a name
//! and a password and then leads to another host, mostly without https, that must not see them.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::pin::pin;
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, WWW_AUTHENTICATE,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;
use zeroize::Zeroizing;

use super::login::{Logins, Question, basic_realm, site_of};
use super::pace::{Limits, Pace};
use super::{Link, check_address, fault, host_of};
use crate::texts::{Failure, FailureKind};

/// Pages lead on once or twice.
const MOST_REDIRECTS: usize = 10;
/// A host that does not take a call for so long is not there.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long a person waits at most until "Cancel" is noticed.
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// What has come so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Octets.
    pub octets: u64,
    /// Of how many, if the server said so.
    pub total: Option<u64>,
    /// How fast they come.
    pub octets_per_sec: u64,
}

/// What a link brought.
#[derive(Debug)]
pub struct Fetched {
    /// The file; wiped, because it may turn out to be a recording that was never sealed.
    pub octets: Zeroizing<Vec<u8>>,
    /// Its name, as far as the server or the address says one.
    pub file_name: OsString,
    /// The address that it came from in the end.
    pub address: Url,
}

/// Why a link brought nothing.
#[derive(Debug)]
pub enum FetchError {
    /// The person has gone on to something else.
    Stopped,
    /// The site asks who wants to know.
    SignIn(Question),
    /// It failed.
    Failed(Failure),
}

impl From<Failure> for FetchError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Is told what has come, and may stop the rest.
pub type Watch<'a> = dyn FnMut(Received) -> ControlFlow<()> + 'a;

/// Fetches what `link` leads to. Each of `logins` is sent to its own site alone.
///
/// # Errors
/// [`FetchError`].
pub fn fetch(link: &Link, logins: &Logins, watch: &mut Watch<'_>) -> Result<Fetched, FetchError> {
    fetch_within(Limits::USUAL, link, logins, watch)
}

/// The same with limits of one's own.
///
/// # Errors
/// [`FetchError`].
pub fn fetch_within(
    limits: Limits,
    link: &Link,
    logins: &Logins,
    watch: &mut Watch<'_>,
) -> Result<Fetched, FetchError> {
    let internal = |error: &dyn std::error::Error| {
        FetchError::Failed(Failure::new(FailureKind::Internal, fault::causes(error)))
    };
    let client = client(limits).map_err(|error| internal(&error))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| internal(&error))?;
    let pace = Pace::new(limits);
    let mut errand = Errand { client, logins, watch, received: Received::default(), pace };
    let outcome = runtime.block_on(errand.follow(link.address().clone()));
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    outcome
}

fn client(limits: Limits) -> reqwest::Result<Client> {
    // Fails where it is done already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    // What is sealed does not compress, and what is compressed can be a bomb.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Client::builder()
        .user_agent(concat!("Callseal/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_LIMIT)
        .read_timeout(limits.silence)
        .build()
}

/// One link on its way.
pub(super) struct Errand<'a> {
    client: Client,
    logins: &'a Logins,
    watch: &'a mut Watch<'a>,
    pub(super) received: Received,
    pub(super) pace: Pace,
}

impl Errand<'_> {
    async fn follow(&mut self, mut address: Url) -> Result<Fetched, FetchError> {
        for _ in 0..=MOST_REDIRECTS {
            let response = self.ask(&address, HeaderMap::new()).await?;
            let status = response.status();
            if let Some(next) = redirection(&response, &address)? {
                address = next;
            } else if status == StatusCode::UNAUTHORIZED {
                return Err(self.question(&address, &response));
            } else if status == StatusCode::OK {
                return self.take(address, response).await;
            } else {
                return Err(fault::status(status).into());
            }
        }
        let detail = format!("more than {MOST_REDIRECTS} redirects");
        Err(Failure::new(FailureKind::LinkServer, detail).into())
    }

    /// Sends one request, with the login of its own site.
    pub(super) async fn ask(
        &mut self,
        address: &Url,
        headers: HeaderMap,
    ) -> Result<Response, FetchError> {
        let mut request = self.client.get(address.clone()).headers(headers);
        if let Some(header) = self.logins.get(address).and_then(|login| login.header()) {
            request = request.header(AUTHORIZATION, header);
        }
        let response = self.unless_stopped(request.send()).await?;
        response.map_err(|error| fault::connection(error).into())
    }

    /// Waits for `future`, looking up now and then.
    pub(super) async fn unless_stopped<F: Future>(
        &mut self,
        future: F,
    ) -> Result<F::Output, FetchError> {
        let mut future = pin!(future);
        loop {
            if let Ok(output) = tokio::time::timeout(LOOK_INTERVAL, future.as_mut()).await {
                return Ok(output);
            }
            self.tell()?;
        }
    }

    pub(super) fn tell(&mut self) -> Result<(), FetchError> {
        self.pace.keep()?;
        match (self.watch)(self.received) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(FetchError::Stopped),
        }
    }

    fn question(&self, address: &Url, response: &Response) -> FetchError {
        let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter();
        let realm = challenges.filter_map(|value| value.to_str().ok()).find_map(basic_realm);
        let Some(realm) = realm else {
            return fault::status(response.status()).into();
        };
        FetchError::SignIn(Question {
            site: site_of(address),
            host: host_of(address),
            realm,
            is_open: address.scheme() == "http",
            is_wrong: self.logins.get(address).is_some(),
        })
    }
}

/// Where an answer leads on to, if it does.
fn redirection(response: &Response, from: &Url) -> Result<Option<Url>, Failure> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let bad = |detail: String| Failure::new(FailureKind::LinkServer, detail);
    let place = response
        .headers()
        .get(LOCATION)
        // Pages write names as they are, in UTF-8, which a header's `to_str` does not take.
        .and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
        .ok_or_else(|| bad("the server leads on without saying where to".to_owned()))?;
    let address = from.join(place).map_err(|error| bad(format!("a redirect leads to: {error}")))?;
    check_address(&address).map_err(|error| bad(format!("a redirect is refused: {error}")))?;
    Ok(Some(address))
}
