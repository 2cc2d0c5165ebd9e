//! Which device did the person choose, and is it there?

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// The device's name as the person read it; none follows the system's default.
#[derive(Default)]
pub struct Choice {
    name: Mutex<Option<String>>,
    is_elsewhere: AtomicBool,
}

impl Choice {
    /// Another device is chosen, or none.
    pub fn set(&self, name: Option<String>) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
        self.is_elsewhere.store(false, Ordering::Release);
    }

    /// What is chosen.
    pub fn name(&self) -> Option<String> {
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Something plays: through what was chosen, or through the default in its place.
    pub fn found(&self, is_there: bool) {
        self.is_elsewhere.store(!is_there && self.name().is_some(), Ordering::Release);
    }

    /// Whether the default plays in the place of what was chosen.
    pub fn is_elsewhere(&self) -> bool {
        self.is_elsewhere.load(Ordering::Acquire)
    }
}

/// Two devices of one name are numbered, so that either can be chosen.
pub fn told_apart<T>(devices: Vec<(String, T)>) -> Vec<(String, T)> {
    let mut told: Vec<(String, T)> = Vec::with_capacity(devices.len());
    for (name, device) in devices {
        let mut unlike = name.clone();
        let mut number = 2;
        while told.iter().any(|(other, _)| *other == unlike) {
            unlike = format!("{name} ({number})");
            number += 1;
        }
        told.push((unlike, device));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_of_one_name_are_told_apart() {
        let twice = ["Headset", "Speakers", "Headset", "Headset (2)"];
        let told = told_apart(twice.map(|name| (name.to_owned(), ())).to_vec());
        let names: Vec<&str> = told.iter().map(|(name, ())| name.as_str()).collect();
        assert_eq!(names, ["Headset", "Speakers", "Headset (2)", "Headset (2) (2)"]);
    }

    #[test]
    fn who_follows_the_default_is_never_elsewhere() {
        let choice = Choice::default();
        choice.found(false);
        assert!(!choice.is_elsewhere());
        choice.set(Some("Headset".to_owned()));
        choice.found(false);
        assert!(choice.is_elsewhere());
        choice.set(None);
        assert!(!choice.is_elsewhere());
    }
}
