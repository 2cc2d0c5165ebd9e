//! What must hold for any octets that a workstation takes for audio, keys or settings?

use std::ops::ControlFlow;

use crate::{memory, shown};
use workstation_app::audio::analysis::Overview;
use workstation_app::audio::decode::decode;
use workstation_app::keys;
use workstation_app::keys::store::KeyStore;
use workstation_app::policy::{Policy, Source};

/// Audio decodes to sound of one shape, or to an error; nothing that is told of it is made up.
pub fn audio(octets: &[u8]) {
    let mut last = 0.0;
    let mut progress = |fraction: f32| {
        assert!(fraction.is_finite() && fraction >= last, "progress goes back: {fraction}");
        last = fraction;
        ControlFlow::Continue(())
    };
    let Ok(decoded) = decode(octets, &mut progress) else { return };
    let pcm = decoded.pcm;
    assert!(pcm.frame_count() > 0, "silence of no length");
    assert!(matches!(pcm.channel_count(), 1 | 2) && pcm.rate_hz() > 0);
    assert_eq!(pcm.samples().len() % usize::from(pcm.channel_count()), 0, "half a frame");
    assert!(!decoded.codec.is_empty());
    drop(Overview::of(&pcm));
}

/// A file of keys is imported as a whole or not at all, and what was imported is held.
pub fn key_import(octets: &[u8]) {
    let folder = memory::folder();
    let store = KeyStore::in_folder(folder.path());
    let imported = keys::import(&store, octets);
    let held = store.load().unwrap();
    assert!(held.damaged.is_empty(), "what was kept cannot be read");
    match imported {
        Ok(cards) => {
            assert!(!cards.is_empty(), "no key is a failure");
            for card in cards {
                assert!(held.keys.iter().any(|key| key.fingerprint() == card.fingerprint));
                assert!(shown::is_safe(&card.owner) && !card.name().is_empty());
            }
            assert!(held.keys.iter().all(|key| key.is_protected()), "a key lies open");
        }
        Err(error) => {
            assert!(held.keys.is_empty(), "half of it was imported: {error}");
            assert!(shown::is_safe(&error.to_string()), "{error:?}");
        }
    }
    keys::looks_like_key(octets);
}

/// A policy allows only what it says, and what cannot be understood says why on one line.
pub fn policy(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    match Policy::of(&Source::File(text.to_owned())) {
        Ok(policy) => assert!(!policy.allow_without_integrity || text.contains("true")),
        Err(detail) => assert!(shown::is_safe(&detail), "{detail:?}"),
    }
}
