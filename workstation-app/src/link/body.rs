//! How is the body of an answer taken in, and taken up again where the connection broke?

use std::ffi::OsString;
use std::time::{Duration, Instant};

use reqwest::header::{
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE,
    LAST_MODIFIED, RANGE,
};
use reqwest::{Response, StatusCode};
use shared::decrypt::Problem;
use shared::limits::MESSAGE_OCTETS;
use shared::secret::append_wiped;
use url::Url;
use zeroize::Zeroizing;

use super::fault;
use super::fetch::{Errand, FetchError, Fetched};
use super::file_name_of;
use crate::texts::{Failure, FailureKind};

/// More is taken when it comes, not because a server says that it will.
const ROOM_OCTETS: u64 = 4 << 20;
/// So many breaks without one octet in between mean that nothing more comes.
const MOST_BREAKS: u32 = 4;
/// How long to wait after the first break; twice as long after the second.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Over which time the speed is counted.
const SPEED_INTERVAL: Duration = Duration::from_millis(500);

/// What is held of a body, and what must not have changed when more of it is asked for.
struct Body {
    held: Zeroizing<Vec<u8>>,
    total: Option<u64>,
    versions: Versions,
}

/// What tells one version of a file from another.
#[derive(Clone)]
struct Versions {
    tag: Option<HeaderValue>,
    changed: Option<HeaderValue>,
}

impl Body {
    fn begin(response: &Response) -> Result<Self, Failure> {
        let headers = response.headers();
        if let Some(coding) = headers.get(CONTENT_ENCODING)
            && coding != "identity"
        {
            let detail = "the server sends it compressed, although nobody asked for that";
            return Err(Failure::new(FailureKind::LinkServer, detail));
        }
        let total = response.content_length();
        check_size(total.unwrap_or_default())?;
        let room = total.unwrap_or_default().min(ROOM_OCTETS);
        let held = Zeroizing::new(Vec::with_capacity(usize::try_from(room).unwrap_or_default()));
        Ok(Self { held, total, versions: Versions::of(headers) })
    }

    /// What asks for the rest (RFC 9110 section 13.1.5); nothing where it must begin anew.
    fn rest(&self) -> Option<HeaderMap> {
        let validator = self.versions.validator().filter(|_| !self.held.is_empty())?;
        let range = HeaderValue::from_str(&format!("bytes={}-", self.held.len())).ok()?;
        Some(HeaderMap::from_iter([(RANGE, range), (IF_RANGE, validator)]))
    }

    /// Whether an answer goes on where this ends.
    fn is_continued_by(&self, response: &Response) -> bool {
        let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
        let start = format!("bytes {}-", self.held.len());
        let end = self.total.map(|total| format!("/{total}")).unwrap_or_default();
        response.status() == StatusCode::PARTIAL_CONTENT
            && self.versions.allow(&Versions::of(response.headers()))
            && range.is_some_and(|range| range.starts_with(&start) && range.ends_with(&end))
    }

    /// How the octets of one answer end: well, or too early.
    fn check_end(&self) -> Result<Result<(), String>, Failure> {
        let held = self.held.len() as u64;
        match self.total {
            Some(total) if held < total => Ok(Err(format!("{held} of {total} octets"))),
            Some(total) if held > total => {
                let detail = format!("{held} octets came, the server spoke of {total}");
                Err(Failure::new(FailureKind::LinkServer, detail))
            }
            _ => Ok(Ok(())),
        }
    }
}

impl Versions {
    fn of(headers: &HeaderMap) -> Self {
        let header = |name| headers.get(name).cloned();
        Self { tag: header(ETAG), changed: header(LAST_MODIFIED) }
    }

    /// What `If-Range` takes; a weak tag does not tell two versions apart to the octet.
    fn validator(&self) -> Option<HeaderValue> {
        let strong = self.tag.clone().filter(|tag| !tag.as_bytes().starts_with(b"W/"));
        strong.or_else(|| self.changed.clone())
    }

    /// Whether what came later may belong to the same file: what it says must have been said before.
    fn allow(&self, later: &Self) -> bool {
        (later.tag.is_none() || later.tag == self.tag)
            && (later.changed.is_none() || later.changed == self.changed)
    }
}

impl Errand<'_> {
    /// Takes the body of `response` in, however often the connection breaks as long as more comes.
    pub(super) async fn take(
        &mut self,
        address: Url,
        mut response: Response,
    ) -> Result<Fetched, FetchError> {
        let file_name = file_name(&response, &address);
        let mut body = Body::begin(&response)?;
        let (mut breaks, mut most) = (0, 0);
        self.pace.count(0);
        loop {
            let Err(broken) = self.drain(&mut response, &mut body).await? else { break };
            // What comes again after starting anew is nothing more.
            breaks = if body.held.len() > most { 1 } else { breaks + 1 };
            most = most.max(body.held.len());
            response = self.again(&address, &mut body, &mut breaks, broken).await?;
        }
        Ok(Fetched { octets: body.held, file_name, address })
    }

    /// Takes what comes; the inner error is a connection that broke.
    async fn drain(
        &mut self,
        response: &mut Response,
        body: &mut Body,
    ) -> Result<Result<(), String>, FetchError> {
        let (mut since, mut counted) = (Instant::now(), body.held.len());
        self.received.total = body.total;
        loop {
            match self.unless_stopped(response.chunk()).await? {
                Ok(Some(chunk)) => {
                    check_size(body.held.len() as u64 + chunk.len() as u64)?;
                    append_wiped(&mut body.held, &chunk);
                }
                Ok(None) => return Ok(body.check_end()?),
                Err(error) => return Ok(Err(fault::causes(&error.without_url()))),
            }
            self.received.octets = body.held.len() as u64;
            self.pace.count(self.received.octets);
            if since.elapsed() > SPEED_INTERVAL {
                let octets = (body.held.len() - counted) as f64;
                self.received.octets_per_sec = (octets / since.elapsed().as_secs_f64()) as u64;
                (since, counted) = (Instant::now(), body.held.len());
            }
            self.tell()?;
        }
    }

    /// Asks for the rest, or for all of it again.
    async fn again(
        &mut self,
        address: &Url,
        body: &mut Body,
        breaks: &mut u32,
        mut broken: String,
    ) -> Result<Response, FetchError> {
        loop {
            if *breaks > MOST_BREAKS {
                let detail = format!("{} octets came, then: {broken}", body.held.len());
                return Err(Failure::new(FailureKind::LinkBroken, detail).into());
            }
            let pause = FIRST_PAUSE * 2_u32.pow(*breaks - 1);
            self.unless_stopped(tokio::time::sleep(pause)).await?;
            match self.ask(address, body.rest().unwrap_or_default()).await {
                Ok(response) if body.is_continued_by(&response) => return Ok(response),
                Ok(response) if response.status() == StatusCode::OK => {
                    *body = Body::begin(&response)?;
                    return Ok(response);
                }
                Ok(response) if response.status() == StatusCode::PARTIAL_CONTENT => {
                    // Of another version or place: nothing that is held goes with it.
                    body.held.clear();
                    "another part came than was asked for".clone_into(&mut broken);
                }
                Ok(response) => broken = format!("the server answered {}", response.status()),
                Err(FetchError::Failed(failure)) if failure.kind != FailureKind::LinkSlow => {
                    broken = failure.detail;
                }
                Err(stopped) => return Err(stopped),
            }
            *breaks += 1;
        }
    }
}

fn check_size(octets: u64) -> Result<(), Failure> {
    if octets > MESSAGE_OCTETS {
        let detail = format!("{octets} octets or more, the limit is {MESSAGE_OCTETS}");
        return Err(Failure::new(FailureKind::Problem(Problem::TooLarge), detail));
    }
    Ok(())
}

/// The name that the server gives it, or the address does.
fn file_name(response: &Response, address: &Url) -> OsString {
    let disposition = response.headers().get(CONTENT_DISPOSITION);
    let given = disposition.and_then(|value| value.to_str().ok()).and_then(|value| {
        let (_, name) = value.split_once("filename=")?;
        let name = name
            .strip_prefix('"')
            .map_or_else(|| name.split(';').next(), |quoted| quoted.split('"').next())?;
        name.rsplit(['/', '\\']).next().filter(|name| !name.is_empty())
    });
    given.map_or_else(|| file_name_of(address), OsString::from)
}
