//! Does a key expire soon, and what is to be done about it?

use std::time::{Duration, SystemTime};

use shared::date;
use shared::recipient::EXPIRY_WARNING_DAYS;

use super::KeyCard;

const DAY: Duration = Duration::from_secs(86_400);

/// What the key's owner is told from [`EXPIRY_WARNING_DAYS`] before it expires, in two sentences.
pub fn expiry_warning(card: &KeyCard, now: SystemTime) -> Option<String> {
    if card.is_revoked {
        return None;
    }
    let expires = card.expires?;
    let day = date::iso(expires);
    let Ok(left) = expires.duration_since(now) else {
        return Some(format!(
            "The key of {} expired on {day}: its recordings still open, new ones are not sealed \
             for it. Extend it and give the new certificate to your administrator.",
            card.owner
        ));
    };
    let days = left.as_secs() / DAY.as_secs();
    if days >= EXPIRY_WARNING_DAYS {
        return None;
    }
    let when = match days {
        0 => "within a day".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    Some(format!(
        "The key of {} expires {when}, on {day}. Extend it and give the new certificate to your \
         administrator before that day.",
        card.owner
    ))
}
