//! See `openpgp::keys::certificates`.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzz::openpgp::keys::certificates(octets));
