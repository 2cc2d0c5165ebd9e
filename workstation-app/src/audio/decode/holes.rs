//! Which octets are zeros that a disk or a download has left where sound was?

use std::ops::Range;

/// Whether a row of at least `length` zeros goes over an end of `part` of `octets`.
pub(super) fn reach_into(octets: &[u8], part: Range<usize>, length: usize) -> bool {
    let reaches_over = |inner: usize, outer: usize| inner > 0 && inner + outer >= length;
    let before = |at: usize| zeros(octets.get(..at).unwrap_or_default().iter().rev(), length);
    let after = |at: usize| zeros(octets.get(at..).unwrap_or_default().iter(), length);
    !part.is_empty()
        && (reaches_over(after(part.start), before(part.start))
            || reaches_over(before(part.end), after(part.end)))
}

fn zeros<'a>(octets: impl Iterator<Item = &'a u8>, most: usize) -> usize {
    octets.take(most).take_while(|octet| **octet == 0).count()
}
