//! See `listening::key_import`.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| fuzz::listening::key_import(octets));
