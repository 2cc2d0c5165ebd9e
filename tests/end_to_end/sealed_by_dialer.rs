//! Does the real GnuPG open what the real encryptor seals, octet for octet?

use std::fs;
use std::path::{Path, PathBuf};

use support::Outcome;
use support::dialer::{Spool, names_in};
use support::gnupg::{Algorithm, GnupgHome};
use support::speech::{Format, Studio, conversation, file_name};

const PASSPHRASE: &str = "open the recording";

fn encryptor() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_dialer-encryptor"))
}

struct Listener {
    home: GnupgHome,
    fingerprint: String,
}

impl Listener {
    fn new(owner: &str, algorithm: Algorithm) -> Outcome<Listener> {
        let home = GnupgHome::new()?;
        let fingerprint = home.generate(owner, algorithm, PASSPHRASE, "1y")?;
        Ok(Listener { home, fingerprint })
    }
}

fn certificates(spool: &Spool, listeners: &[Listener]) -> Outcome<PathBuf> {
    let folder = spool.path().join("certs");
    fs::create_dir_all(&folder)?;
    for listener in listeners {
        let file = folder.join(format!("{}.asc", listener.fingerprint));
        fs::write(file, listener.home.certificate(&listener.fingerprint)?)?;
    }
    Ok(folder)
}

/// Puts `count` recordings of a format into the spool and returns their names and octets.
fn put_calls(spool: &Spool, format: Format, count: usize) -> Outcome<Vec<(String, Vec<u8>)>> {
    let studio = Studio::new()?;
    let mut calls = Vec::new();
    for number in 1..=count {
        let (name, octets) =
            (file_name(number, format), studio.recording(&conversation(number), format)?);
        spool.put(format, &name, &octets)?;
        calls.push((name, octets));
    }
    Ok(calls)
}

fn seal_and_open(format: Format, count: usize, listeners: &[Listener]) -> Outcome {
    let spool = Spool::new()?;
    let calls = put_calls(&spool, format, count)?;
    let certs = certificates(&spool, listeners)?;
    let recipients: Vec<&str> = listeners.iter().map(|it| it.fingerprint.as_str()).collect();
    spool.seal(encryptor(), format, &certs, &recipients)?.expect_code(0)?;

    let expected: Vec<String> = calls.iter().map(|(name, _)| format!("{name}.pgp")).collect();
    assert_eq!(spool.sealed_names()?, expected);
    assert_eq!(names_in(&spool.inbox(format))?, Vec::<String>::new(), "plaintext was left");
    for (name, octets) in &calls {
        let sealed = spool.sealed().join(format!("{name}.pgp"));
        for listener in listeners {
            let opened = listener.home.decrypt(&sealed, PASSPHRASE)?;
            assert!(opened == *octets, "{name} came back as {} octets", opened.len());
        }
    }
    Ok(())
}

#[test]
fn every_format_opens_for_a_curve25519_key() -> Outcome {
    let listener = [Listener::new("Sam Supervisor", Algorithm::Curve25519)?];
    for format in Format::ALL {
        seal_and_open(format, 2, &listener)?;
    }
    Ok(())
}

#[test]
fn each_of_three_recipients_opens_every_format() -> Outcome {
    let listeners = [
        Listener::new("Sam Supervisor", Algorithm::Curve25519)?,
        Listener::new("Olga Officer", Algorithm::Rsa3072)?,
        Listener::new("Ann Agent", Algorithm::Curve25519)?,
    ];
    for format in Format::ALL {
        seal_and_open(format, 1, &listeners)?;
    }
    Ok(())
}

#[test]
fn an_rsa_key_alone_opens_an_mp3() -> Outcome {
    seal_and_open(Format::Mp3, 1, &[Listener::new("Olga Officer", Algorithm::Rsa3072)?])
}

#[test]
fn a_message_is_what_gnupg_of_any_age_reads() -> Outcome {
    let listener = [Listener::new("Sam Supervisor", Algorithm::Curve25519)?];
    let spool = Spool::new()?;
    let calls = put_calls(&spool, Format::Mp3, 1)?;
    let certs = certificates(&spool, &listener)?;
    let recipients: Vec<&str> = listener.iter().map(|it| it.fingerprint.as_str()).collect();
    spool.seal(encryptor(), Format::Mp3, &certs, &recipients)?.expect_code(0)?;
    for (name, _) in &calls {
        let packets = listener
            .iter()
            .map(|it| it.home.packets(&spool.sealed().join(format!("{name}.pgp"))))
            .collect::<Outcome<String>>()?;
        assert_eq!(packets.matches(":pubkey enc packet: version 3").count(), 1, "{packets}");
        assert_eq!(packets.matches("mdc_method: 2").count(), 1, "{packets}");
        assert!(!packets.contains("aead"), "{packets}");
    }
    Ok(())
}
