//! What is small while it is sealed and huge once it is open?

use std::io::{self, Read};

use support::gnupg::GnupgHome;
use support::sealing::{self, Container, Sealer, compression};
use support::{Outcome, ensure};

use super::measured::{Workstation, shell};

const GIBIBYTE: u32 = 1 << 30;
const CONTAINERS: [Container; 3] = [Container::Mdc, Container::Aead, Container::GnupgOcb];

#[test]
fn a_gibibyte_of_zeros_that_gpg_compressed_is_too_large() -> Outcome {
    let workstation = Workstation::new()?;
    let home = GnupgHome::new()?;
    home.import(&std::fs::read(sealing::certificate_path())?)?;
    for kind in ["zip", "zlib", "bzip2"] {
        let script = format!(
            "head --bytes=1G /dev/zero | gpg --homedir \"$1\" --batch --quiet --trust-model always \
             --compress-algo {kind} --recipient cv25519@field.example --encrypt >\"$1/bomb.pgp\""
        );
        shell(&script, home.path())?;
        let bomb = home.path().join("bomb.pgp");
        ensure!(bomb.metadata()?.len() < u64::from(GIBIBYTE) / 700, "{kind} is no bomb");
        workstation.expect_file(kind, &bomb, "too-large")?;
    }
    Ok(())
}

#[test]
fn bombs_are_too_large_in_every_container() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    for by in [compression::ZIP, compression::ZLIB, compression::BZIP2] {
        let bomb = sealing::compressed_zeros(by, GIBIBYTE / 4)?;
        for container in CONTAINERS {
            let what = format!("compression {by} in {container:?}");
            workstation.expect(&what, &sealer.message(container, &bomb)?, "too-large")?;
        }
    }
    Ok(())
}

#[test]
fn what_is_compressed_again_and_again_is_refused() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    let mut bomb = sealing::compressed_zeros(compression::ZIP, GIBIBYTE / 4)?;
    for _ in 0..2 {
        bomb = sealing::compressed(compression::ZIP, &mut bomb.as_slice())?;
    }
    for container in CONTAINERS {
        let message = sealer.message(container, &bomb)?;
        ensure!(message.len() < 4096, "{} octets are no bomb", message.len());
        workstation.expect("three deep", &message, "too-large")?;
    }
    for _ in 0..16 {
        bomb = sealing::compressed(compression::ZIP, &mut bomb.as_slice())?;
    }
    for container in CONTAINERS {
        workstation.expect("19 deep", &sealer.message(container, &bomb)?, "damaged")?;
    }
    Ok(())
}

#[test]
fn thousands_of_packets_inside_each_other_are_damage() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    // The innermost first: a packet to the end of the data needs no length.
    let deep = [b"\xA3\x00".repeat(100_000), sealing::literal(b"x")].concat();
    for container in CONTAINERS {
        workstation.expect("nested", &sealer.message(container, &deep)?, "damaged")?;
    }
    Ok(())
}

#[test]
fn a_message_sealed_again_and_again_is_too_large() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    for containers in [CONTAINERS.repeat(2), vec![Container::Mdc; 40]] {
        let mut message = sealer.message(Container::Mdc, &sealing::literal(b"x"))?;
        for container in containers {
            message = sealer.message(container, &sealing::literal(&message))?;
        }
        workstation.expect("sealed often", &message, "too-large")?;
    }
    Ok(())
}

#[test]
fn a_seal_that_makes_the_next_one_look_large_gains_nothing() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    // Ciphertext of zeros, which the outer seal compresses, stands for the size that a bomb may have.
    let bomb = sealing::compressed_zeros(compression::BZIP2, GIBIBYTE / 2)?;
    let inner = sealer.padded_message(&bomb, 60 << 20)?;
    let outer = sealing::compressed_literal(compression::ZIP, &inner)?;
    let message = sealer.message(Container::Mdc, &outer)?;
    ensure!(message.len() < 1 << 20, "{} octets are no bomb", message.len());
    workstation.expect("padded", &message, "too-large")?;
    let bomb = sealing::compressed_zeros(compression::BZIP2, 50 << 20)?;
    let inner = sealer.padded_message(&bomb, 50 << 20)?;
    let outer = sealing::compressed_literal(compression::ZIP, &inner)?;
    workstation.expect("half each", &sealer.message(Container::GnupgOcb, &outer)?, "too-large")
}

#[test]
fn lengths_inside_a_seal_that_lie_are_damage() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    for tag in [2, 4, 8, 11, 18, 60, 63] {
        let head = [0xC0 | tag, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        let lying = [&head[..], &[1; 100]].concat();
        for container in CONTAINERS {
            let what = format!("packet {tag} in {container:?}");
            workstation.expect(&what, &sealer.message(container, &lying)?, "damaged")?;
        }
    }
    Ok(())
}

#[test]
fn what_is_just_not_too_large_takes_no_more_than_it_is() -> Outcome {
    let (workstation, sealer) = (Workstation::new()?, Sealer::new()?);
    let mut zeros = Vec::new();
    io::repeat(0).take(60 << 20).read_to_end(&mut zeros)?;
    let packets = sealing::compressed_literal(compression::BZIP2, &zeros)?;
    for container in CONTAINERS {
        let message = sealer.message(container, &packets)?;
        workstation.expect("60 MiB", &message, "unsupported-audio")?;
    }
    Ok(())
}
