//! Does systemd take the units, and do they allow the programs little?

mod common;

use common::encryptor;
use std::fs;
use std::path::{Path, PathBuf};
use support::process::{finish, output_of, tool};
use support::{Outcome, ensure};
use tempfile::TempDir;

/// The units with the program that was built, and the manual pages that they name.
struct Units {
    folder: TempDir,
}

impl Units {
    fn new() -> Outcome<Units> {
        let folder = tempfile::tempdir()?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../installer/dialer/systemd");
        for entry in fs::read_dir(source)? {
            let entry = entry?;
            let text = fs::read_to_string(entry.path())?;
            let program = encryptor().to_string_lossy();
            let text = text.replace("=/usr/bin/dialer-encryptor", &format!("={program}"));
            fs::write(folder.path().join(entry.file_name()), text)?;
        }
        let pages = folder.path().join("man/man1");
        fs::create_dir_all(&pages)?;
        output_of(std::process::Command::new(encryptor()).arg("manual").arg(&pages))?;
        Ok(Units { folder })
    }

    fn named(&self, ending: &str) -> Outcome<Vec<PathBuf>> {
        let mut units = Vec::new();
        for entry in fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            units.extend(path.extension().is_some_and(|it| it == ending).then_some(path));
        }
        units.sort();
        Ok(units)
    }

    /// What systemd says of them.
    fn verified(&self, units: &[PathBuf]) -> Outcome<(Option<i32>, String)> {
        let mut analyze = tool("systemd-analyze")?;
        analyze.arg("verify").args(units).env("MANPATH", self.folder.path().join("man"));
        let finished = finish(&mut analyze)?;
        Ok((finished.code, finished.stderr))
    }
}

#[test]
fn systemd_has_nothing_to_say_about_the_units() -> Outcome {
    let units = Units::new()?;
    let every = [units.named("service")?, units.named("timer")?].concat();
    ensure!(every.len() == 5, "{every:?}");
    assert_eq!(units.verified(&every)?, (Some(0), String::new()));
    // A mistake would be seen.
    let path = units.folder.path().join("callseal-watch.service");
    let text = fs::read_to_string(&path)?;
    fs::write(&path, text.replace("ProtectSystem=", "ProtectSytem="))?;
    let said = units.verified(&[path])?.1;
    ensure!(said.contains("ProtectSytem"), "{said}");
    Ok(())
}

#[test]
fn a_user_of_its_own_is_a_change_that_systemd_takes() -> Outcome {
    let units = Units::new()?;
    let service = units.folder.path().join("callseal-watch.service");
    let change = fs::read_to_string(units.folder.path().join("dedicated-user.conf"))?;
    // As systemd puts them together; the user need not be there.
    let text = fs::read_to_string(&service)?;
    fs::write(&service, text + &change.replace("=callseal\n", "=daemon\n"))?;
    assert_eq!(units.verified(&[service])?, (Some(0), String::new()));
    Ok(())
}

#[test]
fn the_services_may_do_little() -> Outcome {
    let units = Units::new()?;
    for service in units.named("service")? {
        let mut analyze = tool("systemd-analyze")?;
        // The least score of 10 that its measure calls more than "OK".
        analyze.args(["security", "--offline=true", "--threshold=30"]).arg(&service);
        let finished = finish(&mut analyze)?;
        let last = finished.text().lines().last().unwrap_or_default().to_owned();
        ensure!(finished.code == Some(0), "{last}");
    }
    Ok(())
}
