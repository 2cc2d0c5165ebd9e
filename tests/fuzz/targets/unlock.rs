//! See `openpgp::keys::unlock`.
#![no_main]
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|octets: &[u8]| -> Corpus {
    if fuzz::is_slow(octets) {
        return Corpus::Reject;
    }
    fuzz::openpgp::keys::unlock(octets);
    Corpus::Keep
});
