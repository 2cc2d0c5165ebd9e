//! How is something chosen by chance, each choice as likely as every other?

use sequoia_openpgp::crypto::random;

/// A number below `count`, from the system's random source. `None` where that has failed, and for
/// nothing to choose from.
#[must_use]
pub fn below(count: u32) -> Option<u32> {
    // The numbers above the last multiple would favour the first choices.
    let fair = u32::MAX - u32::MAX.checked_rem(count)?;
    loop {
        let mut octets = [0; 4];
        random(&mut octets).ok()?;
        let number = u32::from_le_bytes(octets);
        if number < fair {
            return Some(number % count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_comes_about_as_often_as_every_other() {
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            let number = below(6).and_then(|number| usize::try_from(number).ok());
            let count = number.and_then(|number| counts.get_mut(number));
            assert!(count.map(|count| *count += 1).is_some());
        }
        // Ten standard deviations.
        assert!(counts.iter().all(|count| (9_000..11_000).contains(count)), "{counts:?}");
    }

    #[test]
    fn there_is_no_number_below_none() {
        assert_eq!((below(0), below(1)), (None, Some(0)));
    }
}
