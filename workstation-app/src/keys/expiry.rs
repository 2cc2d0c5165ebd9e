//! Does a key expire soon, and what is to be done about it?

use std::time::{Duration, SystemTime};

use shared::date;
use shared::recipient::EXPIRY_WARNING_DAYS;

use super::KeyCard;
use crate::texts;

const DAY: Duration = Duration::from_secs(86_400);

/// What the key's owner is told from [`EXPIRY_WARNING_DAYS`] before it expires, in two sentences.
pub fn expiry_warning(card: &KeyCard, now: SystemTime) -> Option<String> {
    if card.is_revoked {
        return None;
    }
    let expires = card.expires?;
    let day = date::iso(expires);
    let Ok(left) = expires.duration_since(now) else {
        return Some(texts::EXPIRED.with(&[("owner", &card.owner), ("day", &day)]));
    };
    let days = left.as_secs() / DAY.as_secs();
    let text = match days {
        EXPIRY_WARNING_DAYS.. => return None,
        0 => texts::EXPIRES_WITHIN_A_DAY,
        1 => texts::EXPIRES_TOMORROW,
        _ => texts::EXPIRES_IN_DAYS,
    };
    Some(text.with(&[("owner", &card.owner), ("days", &days), ("day", &day)]))
}
