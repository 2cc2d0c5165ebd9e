//! Is every recording still there, as itself or as a complete sealed file, and nothing else?

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::dialer::{Spool, names_in};
use crate::proof::Proof;
use crate::speech::Format;

/// A recording's name in its inbox, and its octets.
pub type Recording = (String, Vec<u8>);

/// What is wrong with a spool right after a crash: a recording that is lost, or anything in `GPG`
/// that is not the sealed file of a recording. Sealed files are claimed, for gpg to prove.
pub fn broken(
    spool: &Spool,
    recordings: &[Recording],
    proof: &mut Proof,
    place: &str,
) -> Outcome<Vec<String>> {
    let removing = spool.done().join(".sealing/removing-mp3");
    let mut broken = claimed(spool, recordings, proof, place)?;
    for (name, octets) in recordings {
        let is_plain = |folder: &Path| fs::read(folder.join(name)).is_ok_and(|it| it == *octets);
        let is_sealed = spool.sealed().join(format!("{name}.pgp")).exists();
        if !(is_plain(&spool.inbox(Format::Mp3)) || is_plain(&removing) || is_sealed) {
            broken.push(format!("{place}: {name} is lost"));
        }
    }
    Ok(broken)
}

/// What is wrong with a spool after a run that ended well: plaintext or temporaries that are left,
/// or anything in `GPG` but one sealed file for each recording.
pub fn unfinished(
    spool: &Spool,
    recordings: &[Recording],
    proof: &mut Proof,
    place: &str,
) -> Outcome<Vec<String>> {
    let mut wrong = claimed(spool, recordings, proof, place)?;
    let sealed: BTreeSet<String> = names_in(&spool.sealed())?.into_iter().collect();
    for (name, _) in recordings {
        if !sealed.contains(&format!("{name}.pgp")) {
            wrong.push(format!("{place}: {name} is not sealed"));
        }
    }
    let mut left = Vec::new();
    files_under(&spool.inbox(Format::Mp3), &mut left)?;
    files_under(&spool.done().join(".sealing"), &mut left)?;
    wrong.extend(left.into_iter().map(|file| format!("{place}: {file} was left")));
    Ok(wrong)
}

/// Claims every sealed file in `GPG`, and names whatever else stands there.
fn claimed(
    spool: &Spool,
    recordings: &[Recording],
    proof: &mut Proof,
    place: &str,
) -> Outcome<Vec<String>> {
    let mut others = Vec::new();
    for name in names_in(&spool.sealed())? {
        match recordings.iter().find(|(recording, _)| name == format!("{recording}.pgp")) {
            Some((_, octets)) => {
                proof.claim(
                    fs::read(spool.sealed().join(&name))?,
                    octets,
                    &format!("{place}: {name}"),
                );
            }
            None => others.push(format!("{place}: {name} stands in GPG")),
        }
    }
    Ok(others)
}

fn files_under(folder: &Path, found: &mut Vec<String>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files_under(&entry.path(), found)?;
        } else {
            found.push(entry.path().display().to_string());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_a_foreign_and_a_leftover_file_are_named() -> Outcome {
        let (spool, mut proof) = (Spool::new()?, Proof::default());
        let recordings = [("a.mp3".to_owned(), b"a".to_vec()), ("b.mp3".to_owned(), b"b".to_vec())];
        fs::create_dir_all(spool.done().join(".sealing/removing-mp3"))?;
        let mut check = |expected: &[&str]| -> Outcome {
            assert_eq!(broken(&spool, &recordings, &mut proof, "now")?, expected);
            Ok(())
        };
        check(&["now: a.mp3 is lost", "now: b.mp3 is lost"])?;
        spool.put(Format::Mp3, "a.mp3", b"a")?;
        spool.put(Format::Mp3, "b.mp3", b"not b")?;
        check(&["now: b.mp3 is lost"])?;
        fs::write(spool.done().join(".sealing/removing-mp3/b.mp3"), "b")?;
        check(&[])?;
        fs::write(spool.sealed().join("a~2.mp3.pgp"), "a")?;
        check(&["now: a~2.mp3.pgp stands in GPG"])?;
        let wrong = unfinished(&spool, &recordings, &mut proof, "then")?;
        let counted = |end: &str| wrong.iter().filter(|it| it.ends_with(end)).count();
        assert_eq!((counted("is not sealed"), counted("was left"), wrong.len()), (2, 3, 6));
        Ok(())
    }
}
