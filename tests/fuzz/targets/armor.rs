//! See `openpgp::messages::armor`.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzz::openpgp::messages::armor(octets));
