//! What gains by being taken for a long recording of silence?

use std::io::{self, Read};

use support::Outcome;
use support::sealing::{self, Container, Sealer, compression};

use super::measured::Workstation;

const GIBIBYTE: u32 = 1 << 30;
const CONTAINERS: [Container; 3] = [Container::Mdc, Container::Aead, Container::GnupgOcb];

/// The head of a WAV file that says how long it is, and so many zeros.
fn wave(said: u32, zeros: u32, by: u8) -> Outcome<Vec<u8>> {
    let wave = [b"RIFF", &said.to_le_bytes()[..], b"WAVEfmt "].concat();
    let octets = 6 + 16 + zeros;
    let head = [&[0xCB, 0xFF], &octets.to_be_bytes()[..], b"b\0\0\0\0\0", &wave].concat();
    sealing::compressed(by, &mut head.chain(io::repeat(0).take(zeros.into())))
}

#[test]
fn a_bomb_that_says_it_is_a_long_recording_is_too_large() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    let quarter = GIBIBYTE / 4;
    for (said, zeros) in [
        // Shorter and longer than it says, and longer than any silence.
        (quarter, quarter + (1 << 20)),
        (quarter + (1 << 20), quarter),
        (GIBIBYTE, GIBIBYTE),
        (u32::MAX, quarter),
        (0, quarter),
    ] {
        // The count does not depend on the container, and each of them takes seconds.
        let containers = if said == 0 { &CONTAINERS[..] } else { &CONTAINERS[..1] };
        for container in containers.iter().copied() {
            let bomb = sealer.message(container, &wave(said, zeros, compression::BZIP2)?)?;
            workstation.expect(&format!("{said} {zeros}"), &bomb, "too-large")?;
        }
    }
    Ok(())
}
