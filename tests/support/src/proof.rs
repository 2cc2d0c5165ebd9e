//! Do many sealed files open to what was sealed? One gpg opens all of them.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use crate::Outcome;
use crate::gnupg::GnupgHome;

/// More would not fit into one command line.
const FILES_AT_ONCE: usize = 500;

/// Sealed files that are still to be opened.
#[derive(Default)]
pub struct Proof {
    /// What each is to open to, and where it was found first.
    claims: HashMap<Vec<u8>, (Vec<u8>, String)>,
    /// What cannot be true of one file.
    wrong: Vec<String>,
}

impl Proof {
    /// Says that these octets, found at `place`, open to `plain`. The same octets are opened once.
    pub fn claim(&mut self, sealed: Vec<u8>, plain: &[u8], place: &str) {
        let (claimed, first) =
            self.claims.entry(sealed).or_insert_with(|| (plain.to_vec(), place.to_owned()));
        if claimed != plain {
            self.wrong.push(format!("{place}: the sealed file is that of another at {first}"));
        }
    }

    /// How many different sealed files there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.claims.len()
    }

    /// Opens all of them by gpg, and says which did not open to what was claimed.
    pub fn wrong(mut self, home: &GnupgHome) -> Outcome<Vec<String>> {
        let folder = tempfile::tempdir()?;
        let claims: Vec<_> = self.claims.into_iter().collect();
        let path = |number: usize| folder.path().join(format!("{number}.pgp"));
        for (number, (sealed, _)) in claims.iter().enumerate() {
            fs::write(path(number), sealed)?;
        }
        let files: Vec<PathBuf> = (0..claims.len()).map(path).collect();
        for some in files.chunks(FILES_AT_ONCE) {
            home.decrypt_beside(some)?;
        }
        for ((_, (plain, place)), file) in claims.iter().zip(&files) {
            if fs::read(file.with_extension("")).ok().as_ref() != Some(plain) {
                self.wrong.push(format!("{place}: gpg does not open it to the recording"));
            }
        }
        Ok(self.wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gnupg::Algorithm;

    #[test]
    fn a_damaged_and_a_swapped_file_are_named_and_the_others_are_not() -> Outcome {
        let home = GnupgHome::new()?;
        let owner = home.generate("Paul Proof", Algorithm::Curve25519, "", "0")?;
        let (one, two) = (home.encrypt(b"1", &[&owner], &[])?, home.encrypt(b"2", &[&owner], &[])?);
        let mut proof = Proof::default();
        let torso = one.split_at(one.len() / 2).0.to_vec();
        for (sealed, plain, place) in [
            (&one, b"1", "good"),
            (&two, b"1", "swapped"),
            (&torso, b"1", "torn"),
            (&one, b"2", "x"),
        ] {
            proof.claim(sealed.clone(), plain, place);
        }
        assert_eq!(proof.count(), 3);
        let mut wrong = proof.wrong(&home)?;
        wrong.sort();
        let places: Vec<&str> = wrong.iter().filter_map(|it| it.split(':').next()).collect();
        assert_eq!(places, ["swapped", "torn", "x"]);
        Ok(())
    }
}
