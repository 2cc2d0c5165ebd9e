//! See `openpgp::keys::keys`.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzz::openpgp::keys::keys(octets));
