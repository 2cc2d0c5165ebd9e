//! How are GnuPG's keys listed and taken over from the command line?

use std::ffi::OsString;

use serde_json::json;
use shared::date;
use shared::recording::escaped;
use shared::secret::Passphrase;

use super::Context;
use super::reply::Stop;
use crate::keys::from_gnupg::{self, Candidate, TakeOverError};
use crate::texts;

impl Context<'_> {
    pub(super) fn list_gnupg(&self) -> Result<(), Stop> {
        for candidate in from_gnupg::list(self.store).map_err(Stop::could_not_run)? {
            self.tell(&candidate);
        }
        Ok(())
    }

    fn tell(&self, candidate: &Candidate) {
        let Candidate { key, stays, is_held } = candidate;
        if self.reply.is_json() {
            return self.reply.object(json!({
                "ok": true,
                "owner": key.owner,
                "fingerprint": key.fingerprint,
                "created": key.created.map(date::iso),
                "expires": key.expires.map(date::iso),
                "held": is_held,
                "can_be_taken_over": stays.is_none(),
                "reason": stays,
            }));
        }
        let remark = match (stays, is_held) {
            (Some(reason), _) => reason.as_str(),
            (None, true) => "Held here already.",
            (None, false) => "Can be taken over.",
        };
        crate::say(&format!("{}  {}\n  {remark}\n", key.owner, key.fingerprint));
    }

    /// Those that are named; without any, all that can be.
    pub(super) fn take_over(
        &mut self,
        names: &[OsString],
        passphrase: &Passphrase,
    ) -> Result<(), Stop> {
        let listed = from_gnupg::list(self.store).map_err(Stop::could_not_run)?;
        let mut chosen: Vec<&Candidate> = Vec::new();
        if names.is_empty() {
            chosen.extend(listed.iter().filter(|it| it.stays.is_none()));
        }
        for name in names {
            match one_of(&listed, &name.to_string_lossy()) {
                Ok(candidate) => chosen.push(candidate),
                Err(message) => self.reply.refuse(None, &message),
            }
        }
        for candidate in chosen {
            self.take_one(candidate, passphrase);
        }
        Ok(())
    }

    fn take_one(&mut self, candidate: &Candidate, passphrase: &Passphrase) {
        let Candidate { key, stays, .. } = candidate;
        let outcome = match stays {
            Some(reason) => Err(reason.clone()),
            None => from_gnupg::take_over(self.store, &key.fingerprint, passphrase)
                .map_err(|error: TakeOverError| error.to_string()),
        };
        match outcome {
            Ok(card) => self.reply.kept(&card, self.now),
            Err(reason) => {
                self.reply.refuse(Some(&key.owner), &format!("{}: {reason}", key.owner));
            }
        }
    }
}

/// The one key that a fingerprint or an address names.
fn one_of<'a>(listed: &'a [Candidate], name: &str) -> Result<&'a Candidate, String> {
    let digits: String = name.split_whitespace().collect();
    let is_named = |candidate: &&Candidate| {
        let key = &candidate.key;
        let address = key.owner.rsplit_once('<').map_or(key.owner.as_str(), |(_, it)| it);
        key.fingerprint.eq_ignore_ascii_case(&digits)
            || address.trim_end_matches('>').eq_ignore_ascii_case(name)
    };
    let named: Vec<&Candidate> = listed.iter().filter(is_named).collect();
    match named.as_slice() {
        [one] => Ok(one),
        several => Err(texts::not_one_of_gnupg(&escaped(name.as_bytes()), several.len())),
    }
}
