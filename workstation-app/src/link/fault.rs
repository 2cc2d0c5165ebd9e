//! What is said of a link that did not bring a recording?

use std::error::Error;

use reqwest::StatusCode;

use crate::texts::{Failure, FailureKind};

/// How deep the causes of an error are followed.
const MOST_CAUSES: usize = 8;

/// Of an answer that is no recording. 401 is a question, not a fault, where it can be answered.
pub fn status(status: StatusCode) -> Failure {
    let kind = match status {
        StatusCode::UNAUTHORIZED => FailureKind::LinkSignInKind,
        StatusCode::FORBIDDEN => FailureKind::LinkForbidden,
        StatusCode::NOT_FOUND | StatusCode::GONE => FailureKind::LinkNotFound,
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => FailureKind::LinkProxy,
        _ => FailureKind::LinkServer,
    };
    Failure::new(kind, format!("the server answered {status}"))
}

/// Of a connection that failed before an answer came.
pub fn connection(error: reqwest::Error) -> Failure {
    // The address is known, and may hold what is nobody's business.
    let error = error.without_url();
    let kind = match &error {
        error if is_certificate(error) => FailureKind::LinkCertificate,
        error if is_refused_by_proxy(error) => FailureKind::LinkProxy,
        error if error.is_timeout() => FailureKind::LinkSilent,
        _ => FailureKind::LinkUnreachable,
    };
    Failure::new(kind, causes(&error))
}

/// A proxy that is asked for a way to an https server answers before any answer of the server. The type
/// of that error is private to the library, so it is told by its words; a test watches over them.
fn is_refused_by_proxy(error: &reqwest::Error) -> bool {
    causes(error).contains("proxy authorization required")
}

/// Every cause, the nearest last.
pub fn causes(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let (Some(cause), true) = (source, texts.len() < MOST_CAUSES) {
        texts.push(cause.to_string());
        source = cause.source();
    }
    texts.dedup();
    texts.join(": ")
}

fn is_certificate(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    for _ in 0..MOST_CAUSES {
        let Some(cause) = source else { return false };
        if let Some(tls) = tls_error(cause) {
            return matches!(tls, rustls::Error::InvalidCertificate(_));
        }
        source = cause.source();
    }
    false
}

/// The TLS error, which may stand inside of I/O errors that do not name it as their source.
fn tls_error<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = cause;
    for _ in 0..MOST_CAUSES {
        if let Some(found) = cause.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        cause = cause.downcast_ref::<std::io::Error>()?.get_ref()?;
    }
    None
}
