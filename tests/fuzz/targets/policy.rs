//! See `listening::policy`.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzz::listening::policy(octets));
