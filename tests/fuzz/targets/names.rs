//! See `dialer::names`.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzz::dialer::names(octets));
