//! What must hold for any names, links and settings that a dialer meets?

use crate::{memory, shown};
use dialer_encryptor::cli::{self, Suffix};
use dialer_encryptor::config::Config;
use dialer_encryptor::format::Format;
use dialer_encryptor::location::{self, Own, Target};
use dialer_encryptor::naming::sealed_name;
use shared::recording::{RecordingName, escaped};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

const SERVER: &str = "10.0.0.1";

/// A name can be shown, sealed under, linked to and found again, whatever octets it is made of.
pub fn names(octets: &[u8]) {
    let name = OsStr::from_bytes(octets);
    look_at(name);
    assert!(shown::is_safe(&escaped(octets)), "{:?}", escaped(octets));
    let is_recording = Format::Mp3.is_recording(name) || Format::Wav.is_recording(name);
    for (suffix, number) in [(Suffix::Pgp, 1), (Suffix::Gpg, 2), (Suffix::Pgp, 9_999)] {
        let Ok(sealed) = sealed_name(name, suffix, number) else {
            assert!(octets.len() > 240, "there is room");
            continue;
        };
        assert!(sealed.len() <= 255 && sealed.as_bytes().ends_with(suffix.text().as_bytes()));
        look_at(&sealed);
        assert!(!is_recording || !Format::Mp3.is_recording(&sealed), "it would be sealed again");
        if octets.contains(&b'/') {
            continue;
        }
        let own = Own { server_ip: SERVER, archive: None };
        let link = location::of_sealed(&sealed, SERVER, number == 2);
        assert!(link.bytes().all(|octet| octet.is_ascii_graphic()), "{link}");
        assert_eq!(own.target(link.as_bytes()), Target::Sealed(sealed));
        if let Some(row) = location::row_name(name).filter(|_| number == 1) {
            assert!(location::is_file_of(link.as_bytes(), row), "{link}");
        }
    }
    links(octets);
}

/// What a name tells is part of it, safe to show, and the same under every ending.
fn look_at(name: &OsStr) {
    let recording = RecordingName::from_file_name(name);
    assert!(shown::is_safe(&recording.shown()), "{:?}", recording.shown());
    let facts = recording.facts();
    // An agent's name may have an underscore, and the number may stand between its parts.
    let told = [&facts.number, &facts.campaign, &facts.agent].into_iter().flatten();
    for part in told.flat_map(|fact| fact.split('_')) {
        assert!(recording.shown().contains(part), "{part:?} is not in {name:?}");
    }
    if let Some(start) = facts.start {
        assert!((1..=12).contains(&start.month) && (0..24).contains(&start.hour));
    }
    for ending in [".pgp", ".gpg", ".gpg.gpg", ".asc"] {
        let mut sealed = name.to_os_string();
        sealed.push(ending);
        assert_eq!(RecordingName::from_file_name(&sealed), recording, "{sealed:?}");
    }
}

fn links(link: &[u8]) {
    for archive in [None, Some("http://10.0.0.9/archive"), Some("")] {
        let own = Own { server_ip: SERVER, archive };
        if let Target::Sealed(file) = own.target(link) {
            assert!(
                own.is_at(link, &Path::new("GPG").join(&file))
                    || file.as_bytes().contains(&b'/')
                    || file.is_empty()
            );
        }
    }
    let _ = (location::row_name(OsStr::from_bytes(link)), location::is_file_of(link, b"a"));
}

/// Settings are understood or refused in words that can be shown. The octets are the text of
/// `astguiclient.conf`, of `dialer.toml` and the flags, with a zero octet between them.
pub fn settings(octets: &[u8]) {
    let mut parts = octets.splitn(3, |octet| *octet == 0);
    let mut part = || parts.next().unwrap_or_default();
    let folder = memory::folder();
    let (conf, toml) = (folder.path().join("conf"), folder.path().join("toml"));
    fs::write(&conf, part()).unwrap();
    fs::write(&toml, part()).unwrap();
    let flags = part().split(|octet| *octet == b'\n').filter(|flag| !flag.is_empty());
    let mut words = vec![OsString::from("dialer-encryptor")];
    words.extend(flags.map(|flag| OsString::from_vec(flag.to_vec())));
    // Those of the fuzzer cannot name other files, since a flag that is given twice is an error.
    words.extend(["--conf".into(), conf.into(), "--config".into(), toml.into()]);
    let Ok(cli) = cli::parse(words) else { return };
    // A command takes the flags behind it, those that name the files of this run included.
    if cli.command.is_some() {
        return;
    }
    match Config::read(&cli.seal) {
        Ok(config) => assert!(is_sound(&config), "{config:?}"),
        Err(error) => {
            let shown = error.to_string();
            assert!(shown::is_safe(&shown), "{shown:?}");
        }
    }
}

fn is_sound(config: &Config) -> bool {
    config.spool.is_absolute()
        && !config.state_dir.starts_with(&config.spool)
        && !config.formats.is_empty()
        && !config.recipients.is_empty()
        && config.pace.nice <= 19
        && (1..=64).contains(&config.pace.jobs)
        && config.pace.octets_per_sec.is_none_or(|rate| rate.is_finite() && rate > 0.0)
        && config.sealed_as.mode & 0o400 != 0
        && !format!("{config:?}").contains("swordfish")
}
