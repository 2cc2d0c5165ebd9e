//! Whom is this run for? Everybody asked for, or nobody at all.

use crate::config::Config;
use crate::error::RunError;
use shared::certs::Certificates;
use shared::recipient::{Recipient, Spec};
use std::time::SystemTime;

/// Every recipient asked for, and what is worth a look: what could not be read among the files named
/// by flags, secret keys, and who expires soon.
///
/// # Errors
/// Names each recipient that is missing or not usable.
pub fn find(config: &Config) -> Result<(Vec<Recipient>, Vec<String>), RunError> {
    let mut certificates = Certificates::default();
    for path in &config.certificates {
        certificates.add_path(path)?;
    }
    // What an old keyring holds besides is no news; what was named today is, and a revocation may
    // be among what could not be read.
    let unread =
        certificates.problems.iter().map(|why| format!("A certificate was not read: {why}"));
    let mut warnings: Vec<String> = unread.collect();
    if let Some(home) = &config.gnupg_home {
        certificates.add_gnupg_home(home)?;
    }
    let mut found: Vec<Recipient> = Vec::new();
    let mut refused = Vec::new();
    for asked in &config.recipients {
        match Spec::parse(asked).and_then(|spec| Recipient::find(&spec, &certificates)) {
            // One person named twice is still one recipient.
            Ok(new) if found.iter().any(|one| one.fingerprint() == new.fingerprint()) => {}
            Ok(new) => found.push(new),
            Err(error) => refused.push(error),
        }
    }
    if refused.is_empty() {
        warnings.extend(certificates.secret_key_warnings());
        warnings.extend(found.iter().filter_map(|one| one.expiry_warning(SystemTime::now())));
        return Ok((found, warnings));
    }
    Err(RunError::Recipients { refused, unread: certificates.problems })
}
