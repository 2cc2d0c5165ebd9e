//! See `openpgp::keys::gnupg_home`.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzz::openpgp::keys::gnupg_home(octets));
