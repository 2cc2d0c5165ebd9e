//! Whom is a message sealed for, what is in it, and what does it sound like? For the window and for
//! `--check`; a fault of an engine or a decoder ends in a message, never in a crash.

use std::panic::{AssertUnwindSafe, catch_unwind};

use shared::certs::SecretKey;
use shared::decrypt::{self, Envelope, Opened, Opener, Problem, Rules};
use shared::gnupg::Gnupg;
use shared::secret::Passphrase;

use crate::audio::decode::{DecodeError, Decoded, Watch, decode_growing};
use crate::keys::KeyCard;
use crate::message::{Ready, Seal};
use crate::texts::{Failure, FailureKind};

/// Says whom a message is sealed for; a failure if no held key and no passphrase can open it.
pub fn locate(
    octets: &[u8],
    held: &[SecretKey],
) -> Result<(Envelope, Seal), (Failure, Vec<String>)> {
    let failed = |error| Failure::from(&error).about_file(octets);
    let envelope = decrypt::inspect(octets).map_err(|error| (failed(error), Vec::new()))?;
    let mut opened_by: Vec<KeyCard> =
        envelope.keys_for(held).into_iter().map(KeyCard::of).collect();
    // Copies of one key are one to a person.
    opened_by.dedup_by(|copy, card| copy.fingerprint == card.fingerprint);
    if opened_by.is_empty() && !envelope.by_passphrase {
        opened_by = keys_of_gnupg(&envelope);
    }
    let (sealed_to, by_passphrase) = (envelope.sealed_to.clone(), envelope.by_passphrase);
    let seal = Seal { sealed_to, by_passphrase, opened_by, ready: Ready::Nothing };
    if seal.opened_by.is_empty() && !seal.by_passphrase {
        return Err((failed(envelope.no_key()), envelope.sealed_to));
    }
    Ok((envelope, seal))
}

/// Keys on cards and of kinds that only GnuPG knows, where it is installed and holds one that fits.
fn keys_of_gnupg(envelope: &Envelope) -> Vec<KeyCard> {
    let keys = Gnupg::installed().map(|gnupg| gnupg.special_keys()).unwrap_or_default();
    let fitting = keys.into_iter().filter(|key| envelope.sealed_to.contains(&key.key_id));
    fitting.map(KeyCard::of_gnupg).collect()
}

/// What opens messages with these keys, with the GnuPG of this computer behind it.
pub fn opener(held: Vec<SecretKey>, rules: Rules) -> Opener {
    Opener::new(held, rules).asking(Gnupg::installed())
}

/// Opens a message. A fault of the engine ends in a message, not in a crash.
pub fn open_message(
    opener: &mut Opener,
    octets: &[u8],
    passphrase: Option<&Passphrase>,
) -> Result<Opened, Failure> {
    catch_unwind(AssertUnwindSafe(|| opener.open(octets, passphrase)))
        .map_err(|_| Failure::new(FailureKind::Problem(Problem::Damaged), "the reader gave up"))
        .and_then(|opened| opened.map_err(|error| Failure::from(&error)))
        .map_err(|failure| failure.about_file(octets))
}

/// Decodes what was opened; `None` if `watch` stopped it.
pub fn decode_audio(octets: &[u8], watch: &mut Watch<'_>) -> Result<Option<Decoded>, Failure> {
    let unsupported =
        |detail: String| Failure::new(FailureKind::Problem(Problem::UnsupportedAudio), detail);
    match catch_unwind(AssertUnwindSafe(|| decode_growing(octets, watch))) {
        Ok(Ok(decoded)) => Ok(Some(decoded)),
        Ok(Err(DecodeError::Stopped)) => Ok(None),
        Ok(Err(error @ DecodeError::TooLong)) => {
            Err(Failure::new(FailureKind::Problem(Problem::TooLarge), error.to_string()))
        }
        Ok(Err(error @ DecodeError::NotAudio(_))) => {
            Err(Failure::new(FailureKind::NoSound, error.to_string()))
        }
        Ok(Err(error)) => Err(unsupported(error.to_string())),
        Err(_) => Err(unsupported("the decoder gave up".to_owned())),
    }
}
