//! See `listening::audio`; everything that does not begin as Ogg is left to the others.
#![no_main]
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|octets: &[u8]| -> Corpus {
    if !octets.starts_with(b"OggS") {
        return Corpus::Reject;
    }
    fuzz::listening::audio(octets);
    Corpus::Keep
});
