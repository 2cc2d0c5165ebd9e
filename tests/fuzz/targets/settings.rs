//! See `dialer::settings`.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzz::dialer::settings(octets));
