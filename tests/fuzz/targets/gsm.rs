//! See `listening::audio`; raw GSM 06.10, whose frames begin with the same four bits each.
#![no_main]

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let mut octets = octets.to_vec();
    for frame in octets.chunks_mut(33) {
        frame[0] = frame[0] & 0x0F | 0xD0;
    }
    fuzz::listening::audio(&octets);
});
