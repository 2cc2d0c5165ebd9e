//! How is told what became of keys: lines or JSON on standard output, what is wrong on standard error?

use std::fmt::Display;
use std::process::ExitCode;
use std::time::SystemTime;

use serde_json::{Value, json};
use shared::date;

use crate::keys::KeyCard;
use crate::keys::expiry::expiry_warning;

/// Why the command ends early.
pub struct Stop {
    message: String,
    code: u8,
}

impl Stop {
    /// It was looked at and is not done: exit code 1.
    pub fn refused(error: impl Display) -> Self {
        Self { message: error.to_string(), code: 1 }
    }

    /// It could not be looked at: exit code 2.
    pub fn could_not_run(error: impl Display) -> Self {
        Self { message: error.to_string(), code: 2 }
    }
}

/// The answers of one run.
pub struct Reply {
    is_json: bool,
    is_refused: bool,
}

impl Reply {
    /// In lines for people, or in JSON for programs.
    pub fn new(is_json: bool) -> Self {
        Self { is_json, is_refused: false }
    }

    /// A key with everything that is known of it.
    pub fn key(&self, card: &KeyCard, now: SystemTime) {
        if self.is_json {
            return self.object(in_json(card, now));
        }
        let opens = if card.opens_recordings { "yes" } else { "no" };
        let made = card.created.map_or_else(String::new, |at| format!(", made {}", date::iso(at)));
        let ends = match (card.is_revoked, card.expires) {
            (true, _) => ", revoked".to_owned(),
            (false, Some(at)) => format!(", expires {}", date::iso(at)),
            (false, None) => ", expires never".to_owned(),
        };
        let remark = card.remark.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
        crate::say(&format!("{}  {}\n", card.owner, card.fingerprint));
        crate::say(&format!(
            "  {}{made}{ends}, opens recordings: {opens}{remark}\n",
            card.algorithm
        ));
        if let Some(warning) = expiry_warning(card, now) {
            crate::complain(&warning);
        }
    }

    /// A key that is held now, or changed.
    pub fn kept(&self, card: &KeyCard, now: SystemTime) {
        if self.is_json {
            self.object(in_json(card, now));
        } else {
            crate::say(&format!("{}  {}\n", card.owner, card.fingerprint));
        }
    }

    /// What was asked for, as it is for people and pipes, with its name in JSON.
    pub fn text(&self, name: &str, text: &str, card: Option<&KeyCard>, now: SystemTime) {
        if !self.is_json {
            return crate::say(text);
        }
        let mut object = card.map_or_else(|| json!({ "ok": true }), |card| in_json(card, now));
        if let Some(object) = object.as_object_mut() {
            object.insert(name.to_owned(), Value::from(text));
        }
        self.object(object);
    }

    /// One object in one line.
    pub fn object(&self, object: Value) {
        crate::say(&format!("{object}\n"));
    }

    /// Whether answers are for programs.
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// What a person should know besides.
    pub fn remark(&self, message: &str) {
        crate::complain(message);
    }

    /// One of several that was not done; the others are.
    pub fn refuse(&mut self, owner: Option<&str>, message: &str) {
        self.is_refused = true;
        if self.is_json {
            self.object(json!({ "ok": false, "owner": owner, "message": message }));
        }
        crate::complain(message);
    }

    /// 0 done, 1 something was refused, 2 could not run.
    pub fn exit_code(&self, outcome: Result<(), Stop>) -> ExitCode {
        match outcome {
            Ok(()) => ExitCode::from(u8::from(self.is_refused)),
            Err(Stop { message, code }) => {
                if self.is_json {
                    self.object(json!({ "ok": false, "message": message }));
                }
                crate::complain(&message);
                ExitCode::from(code)
            }
        }
    }
}

fn in_json(card: &KeyCard, now: SystemTime) -> Value {
    json!({
        "ok": true,
        "owner": card.owner,
        "fingerprint": card.fingerprint,
        "key_ids": card.key_ids,
        "algorithm": card.algorithm,
        "created": card.created.map(date::iso),
        "expires": card.expires.map(date::iso),
        "revoked": card.is_revoked,
        "opens_recordings": card.opens_recordings,
        "remark": card.remark,
        "warning": expiry_warning(card, now),
    })
}
