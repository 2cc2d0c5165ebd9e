//! What must hold for any octets that claim to be keys or certificates?

use super::held;
use crate::{memory, shown};
use sequoia_openpgp::cert::Cert;
use shared::certs::{Certificates, SecretKey, owner};
use shared::decrypt::Rules;
use shared::keybox;
use shared::recipient::{Recipient, Spec};
use std::fs;
use support::sealing;

/// A key that can be read can be written and read again, and is the same key then.
pub fn keys(octets: &[u8]) {
    let Ok(keys) = SecretKey::read_all(octets) else { return };
    assert!(!keys.is_empty(), "no key is a failure");
    for key in keys {
        assert!(shown::is_safe(&key.owner()), "{:?}", key.owner());
        assert!(!key.key_ids().is_empty(), "a key that opens nothing");
        let _ = (key.created(), key.expires(), key.is_protected());
        let written = key.to_octets().unwrap();
        let again = SecretKey::read_all(&written).unwrap();
        let again = again.first().unwrap();
        assert_eq!(again.fingerprint(), key.fingerprint());
        assert_eq!(again.is_protected(), key.is_protected());
    }
}

/// A key that unlocks opens what was sealed for it and nothing else; one that does not is an error.
pub fn unlock(octets: &[u8]) {
    opens(octets);
}

/// Whether a key is in there that opens what is sealed for the first one held.
pub fn opens(octets: &[u8]) -> bool {
    let Ok(keys) = SecretKey::read_all(octets) else { return false };
    let message = held::sealer().hidden_message(&sealing::literal(held::SHORT)).unwrap();
    let opened = held::open(&message, &keys, Rules::default());
    if let Ok(opened) = &opened {
        assert_eq!(*opened.data, held::SHORT);
    }
    opened.is_ok()
}

/// Certificates and recipients: no certificate is sealed for under somebody else's name.
pub fn certificates(octets: &[u8]) {
    let mut certificates = Certificates::default();
    certificates.add(octets, "here");
    look_at(&certificates);
}

/// The same in the files of a GnuPG home, which also know keyboxes and the agent's keys.
pub fn gnupg_home(octets: &[u8]) {
    for block in keybox::keyblocks(octets) {
        assert!(block.len() <= octets.len());
    }
    let home = memory::folder();
    fs::create_dir(home.path().join("private-keys-v1.d")).unwrap();
    fs::write(home.path().join("pubring.kbx"), octets).unwrap();
    fs::write(home.path().join("private-keys-v1.d/A.key"), octets).unwrap();
    let mut certificates = Certificates::default();
    drop(certificates.add_gnupg_home(home.path()));
    look_at(&certificates);
}

fn look_at(certificates: &Certificates) {
    for problem in &certificates.problems {
        assert!(shown::is_safe(problem), "{problem:?}");
    }
    for cert in certificates.iter() {
        assert!(!cert.is_tsk(), "a secret key was kept");
        assert!(shown::is_safe(&owner(cert)), "{:?}", owner(cert));
        found(&cert.fingerprint().to_hex(), certificates, cert);
        for key in cert.keys() {
            found(&key.key().keyid().to_hex(), certificates, cert);
        }
        for id in cert.userids() {
            let address = id.userid().email().ok().flatten();
            address.inspect(|address| found(address, certificates, cert));
        }
    }
}

fn found(asked: &str, certificates: &Certificates, cert: &Cert) {
    let Ok(spec) = Spec::parse(asked) else { return };
    match Recipient::find(&spec, certificates) {
        Ok(recipient) => {
            assert!(shown::is_safe(recipient.owner()));
            if matches!(spec, Spec::Fingerprint(_)) {
                assert_eq!(recipient.fingerprint(), cert.fingerprint().to_hex());
            }
        }
        Err(error) => assert!(shown::is_safe(&error.to_string()), "{error}"),
    }
}
