//! From a sealed message to its octets: integrity first, everything in memory.
//!
//! Two engines stand behind one function. sequoia reads what is current; rPGP decrypts what sequoia
//! does not (GnuPG's own AEAD packets, Blowfish). Nothing is returned before the integrity of the
//! whole message was proven. For the few kinds of keys that neither engine knows, and for cards, the
//! GnuPG of this computer is asked, where there is one.

use crate::bounds::{self, Inside};
use crate::certs::SecretKey;
use crate::decrypt::{self, Envelope, Integrity, OpenError, Opened, Problem, Rules};
use crate::framing::{Container, Outline};
use crate::gnupg::Gnupg;
use crate::inside::{self, BodyError, Content, Room};
use crate::last_resort::Asked;
use crate::limits;
use crate::refusals::Refusals;
use crate::secret::Passphrase;
use crate::session::{Candidate, Found, HIDDEN, Unlocked, Unlocker};
use crate::{engine_rpgp, engine_sequoia, sniff};
use sequoia_openpgp::types::SymmetricAlgorithm;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Instant;

/// Opens messages with held keys, and keeps those unlocked that may stay so.
#[derive(Debug, Default)]
pub struct Opener {
    held: Vec<SecretKey>,
    rules: Rules,
    gnupg: Option<Gnupg>,
    refusals: RefCell<Refusals>,
    unlocked: Unlocked,
    keeps_unlocked: bool,
}

impl Opener {
    /// With these keys, which are locked, and what the administrator allows.
    #[must_use]
    pub fn new(held: Vec<SecretKey>, rules: Rules) -> Self {
        Self { held, rules, ..Self::default() }
    }

    /// Lets each key stay unlocked once a passphrase has unlocked it, until [`lock`](Self::lock).
    #[must_use]
    pub fn keep_unlocked(mut self) -> Self {
        self.keeps_unlocked = true;
        self
    }

    /// Asks this GnuPG for what cannot be opened without it.
    #[must_use]
    pub fn asking(mut self, gnupg: Option<Gnupg>) -> Self {
        self.gnupg = gnupg;
        self
    }

    /// Forgets every unlocked key and wipes it, and every passphrase that was refused.
    pub fn lock(&mut self) {
        self.unlocked.clear();
        self.refusals.get_mut().clear();
    }

    /// Whether some key is unlocked now.
    #[must_use]
    pub fn is_unlocked(&self) -> bool {
        !self.unlocked.is_empty()
    }

    /// Whether a key that is unlocked may open this message.
    #[must_use]
    pub fn is_unlocked_for(&self, envelope: &Envelope) -> bool {
        let named = |id: &String| *id == HIDDEN || self.unlocked.holds(&self.held, id);
        self.is_unlocked() && envelope.sealed_to.iter().any(named)
    }

    /// Opens a message with whichever held key fits, or with the passphrase alone; through several
    /// seals where it was sealed several times. Without a passphrase, keys that are unlocked
    /// already are used; with one, it must unlock by itself.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong. No plaintext is released unless its integrity was proven,
    /// or the rules allow messages that cannot prove it.
    pub fn open(
        &mut self,
        message: &[u8],
        passphrase: Option<&Passphrase>,
    ) -> Result<Opened, OpenError> {
        let started = Instant::now();
        let mut unlocker = Unlocker::new(&self.held, passphrase, &self.unlocked);
        let mut opened = self.layers(message, &mut unlocker)?;
        opened.unlock_time = unlocker.time;
        opened.decrypt_time = started.elapsed().saturating_sub(unlocker.time);
        if self.keeps_unlocked {
            unlocker.keep_in(&mut self.unlocked);
        }
        Ok(opened)
    }

    fn layers(&self, message: &[u8], unlocker: &mut Unlocker<'_>) -> Result<Opened, OpenError> {
        let mut room = Room::of(message);
        let mut opened = self.layer(message, room, unlocker)?;
        for _ in 1..limits::NESTED_SEALS {
            if is_sealed(&opened.data) {
                room = room.inside(&opened.data);
                let inner = self.layer(&opened.data, room, unlocker)?;
                opened = inside_of(opened, inner);
            } else if let Some(content) = self.packed(&opened.data, room) {
                opened.data = content.data;
                opened.signed_by.extend(content.signed_by);
            } else {
                return Ok(opened);
            }
        }
        if is_sealed(&opened.data) {
            let detail = format!("sealed more than {} times", limits::NESTED_SEALS);
            return Err(OpenError::new(Problem::TooLarge, detail));
        }
        Ok(opened)
    }

    /// What was signed or packed first and sealed then.
    fn packed(&self, data: &[u8], room: Room) -> Option<Content> {
        let binary = decrypt::binary(data).ok()?;
        if !matches!(sniff::packed(&binary), sniff::Content::Signed | sniff::Content::Packed) {
            return None;
        }
        let room = room.inside(data);
        let limit = bounds::check(&*binary, room).ok()?.limit;
        let room = Room { limit, ..room };
        inside::read(&*binary, &self.held, room).ok()
    }

    fn layer(
        &self,
        message: &[u8],
        room: Room,
        unlocker: &mut Unlocker<'_>,
    ) -> Result<Opened, OpenError> {
        let binary = decrypt::binary(message)?;
        let outline = decrypt::outline(&binary)?;
        let room = room.for_container(outline.sealed);
        if outline.container == Container::Unprotected && !self.rules.allow_without_integrity {
            let detail = "the message has no integrity protection (packet 9)";
            return Err(OpenError::new(Problem::NoIntegrity, detail));
        }
        let mut outcome = None;
        let mut failure = None;
        let found = unlocker.find(&outline, &mut |candidate| {
            match self.body(&outline, &candidate, room) {
                Ok(content) => {
                    outcome = Some(Opened::new(content, candidate.key, outline.container))
                }
                Err(BodyError::WrongSessionKey) => return ControlFlow::Continue(()),
                Err(error) if candidate.is_checked => failure = Some(error),
                Err(error) => {
                    failure.get_or_insert(error);
                    return ControlFlow::Continue(());
                }
            }
            ControlFlow::Break(())
        });
        match (outcome, failure) {
            (Some(opened), _) => Ok(opened),
            (None, Some(error)) => Err(error.into()),
            (None, None) => {
                let error = without_session_key(&found, &outline);
                let Some(passphrase) = unlocker.passphrase() else { return Err(error) };
                let body = &|candidate: &_| self.body(&outline, candidate, room);
                self.by_gnupg(&found, Asked { outline: &outline, passphrase, room, body, error })
            }
        }
    }

    /// Asks GnuPG with the held keys of kinds that only GnuPG can use; with its own keys only where
    /// no held key fits, since a card counts the wrong ones.
    fn by_gnupg(&self, found: &Found, asked: Asked<'_>) -> Result<Opened, OpenError> {
        let Some(gnupg) = &self.gnupg else { return Err(asked.error) };
        let lent = |key: &&SecretKey| found.unsupported_keys.contains(&key.fingerprint());
        let lent: Vec<&SecretKey> = self.held.iter().filter(lent).collect();
        match asked.error.problem() {
            _ if !lent.is_empty() => asked.with_keys(gnupg, &lent),
            Problem::NoKey | Problem::UnsupportedKey => {
                asked.with_its_own_keys(gnupg, &self.refusals)
            }
            _ => Err(asked.error),
        }
    }

    /// Reads a second time, with room for all of it, what turned out far larger than it looked.
    fn body(
        &self,
        outline: &Outline<'_>,
        candidate: &Candidate,
        room: Room,
    ) -> Result<Content, BodyError> {
        let inside = self.count(outline, candidate, room)?;
        let room = Room { limit: inside.limit, ..room };
        let read = |room| match inside.is_seal {
            // Neither engine takes apart what has no recording in it.
            true => engine_rpgp::raw(outline, &candidate.session_key, candidate.is_checked, room),
            false => self.body_in(outline, candidate, room),
        };
        match read(room) {
            Err(BodyError::Longer(expected)) => read(Room { expected, ..room }),
            decided => decided,
        }
    }

    /// Looks how much is inside before anything takes it apart: what is proven to be whole may still
    /// have been made to keep a reader busy.
    fn count(
        &self,
        outline: &Outline<'_>,
        candidate: &Candidate,
        room: Room,
    ) -> Result<Inside, BodyError> {
        let session_key = &candidate.session_key;
        if outline.container == Container::GnupgAead {
            return engine_sequoia::count(outline, session_key, room);
        }
        match engine_rpgp::unproven(outline, session_key) {
            Ok(packets) => bounds::check(packets, room),
            // Whoever reads it says what is wrong with it.
            Err(_) => Ok(Inside::any(room)),
        }
    }

    /// sequoia first; rPGP for what sequoia does not read.
    fn body_in(
        &self,
        outline: &Outline<'_>,
        candidate: &Candidate,
        room: Room,
    ) -> Result<Content, BodyError> {
        let session_key = &candidate.session_key;
        let algorithm = session_key.sym_algorithm().map(|a| SymmetricAlgorithm::from(u8::from(a)));
        let is_sequoias =
            outline.container != Container::Unprotected && engine_sequoia::is_readable(algorithm);
        if is_sequoias {
            match engine_sequoia::body(outline, algorithm, session_key, &self.held, room) {
                Err(BodyError::Unread(_)) => {}
                decided => return decided,
            }
        }
        engine_rpgp::body(outline, session_key, candidate.is_checked, &self.held, room)
    }
}

/// Whether this is a message again, be it a broken one.
fn is_sealed(data: &[u8]) -> bool {
    match decrypt::inspect(data) {
        Ok(_) => true,
        Err(_) if data.len() as u64 > limits::MESSAGE_OCTETS => false,
        Err(error) => {
            matches!(error.problem(), Problem::Damaged | Problem::Incomplete | Problem::TooLarge)
        }
    }
}

/// What was sealed twice: whoever signed either seal signed it, and the better seal protects both.
fn inside_of(outer: Opened, inner: Opened) -> Opened {
    let mut signed_by = outer.signed_by;
    signed_by.extend(inner.signed_by);
    signed_by.dedup();
    let integrity = match inner.integrity {
        Integrity::None => outer.integrity,
        own => own,
    };
    Opened { signed_by, integrity, ..inner }
}

/// Why no session key opened the body, from what stood in the way.
fn without_session_key(found: &Found, outline: &Outline<'_>) -> OpenError {
    if found.is_damaged || found.has_checked {
        return OpenError::new(Problem::Damaged, "the session key cannot be decrypted");
    }
    if !found.locked.is_empty() {
        let detail =
            format!("the passphrase does not unlock the key of {}", found.locked.join(", "));
        return OpenError::new(Problem::WrongPassphrase, detail);
    }
    if engine_rpgp::is_passphrase_too_costly(outline) {
        let detail = "the way from passphrase to key asks for more memory than is given";
        return OpenError::new(Problem::TooLarge, detail);
    }
    if found.by_passphrase {
        let detail = "the passphrase does not open the message";
        return OpenError::new(Problem::WrongPassphrase, detail);
    }
    if !found.unsupported.is_empty() {
        return OpenError::new(Problem::UnsupportedKey, found.unsupported.join(", "));
    }
    decrypt::envelope(outline).no_key()
}
