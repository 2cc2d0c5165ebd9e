//! Is the setup of a Vorbis stream one that the decoder can be given?
//!
//! Twenty kilobytes of it can ask for gigabytes of tables, and some of what the format's grammar
//! allows lets the decoder stop the program: an empty code book that is read from, a floor with two
//! points in one place, a floor of the first kind (which no encoder of the last twenty years
//! writes).

use symphonia::core::io::{BitReaderRtl, ReadBitsRtl};

/// All code books of an encoder have a few ten thousand entries together.
const ENTRIES: u32 = 1 << 17;
/// And a few hundred thousand numbers.
const NUMBERS: u32 = 1 << 20;
/// Octets of the packet in front of its bits: a kind and a name.
const NAME_OCTETS: usize = 7;

/// `None` if it asks for too much or for what nobody needs.
pub(super) fn check(packet: &[u8]) -> Option<()> {
    let mut bits = BitReaderRtl::new(packet.get(NAME_OCTETS..)?);
    let (mut entries, mut numbers) = (0_u32, 0_u32);
    for _ in 0..=read(&mut bits, 8)? {
        let book = Book::read(&mut bits)?;
        entries = entries.saturating_add(book.entries);
        numbers = numbers.saturating_add(book.entries.saturating_mul(book.dimensions));
        if entries > ENTRIES || numbers > NUMBERS {
            return None;
        }
        book.pass_numbers(&mut bits)?;
    }
    // A list of which no version has made use.
    for _ in 0..=read(&mut bits, 6)? {
        read(&mut bits, 16)?;
    }
    for _ in 0..=read(&mut bits, 6)? {
        check_floor(&mut bits)?;
    }
    Some(())
}

fn read(bits: &mut BitReaderRtl<'_>, count: u32) -> Option<u32> {
    bits.read_bits_leq32(count).ok()
}

struct Book {
    dimensions: u32,
    entries: u32,
}

impl Book {
    /// Reads the lengths of the code words.
    fn read(bits: &mut BitReaderRtl<'_>) -> Option<Self> {
        let name = read(bits, 24)?;
        let book = Self { dimensions: read(bits, 16)?, entries: read(bits, 24)? };
        if name != 0x56_4342 || book.entries > ENTRIES {
            return None;
        }
        let used = if read(bits, 1)? == 1 {
            book.pass_ordered_lengths(bits)?
        } else {
            book.pass_lengths(bits)?
        };
        (used > 0).then_some(book)
    }

    fn pass_lengths(&self, bits: &mut BitReaderRtl<'_>) -> Option<u32> {
        let is_sparse = read(bits, 1)? == 1;
        let mut used = 0;
        for _ in 0..self.entries {
            if !is_sparse || read(bits, 1)? == 1 {
                read(bits, 5)?;
                used += 1;
            }
        }
        Some(used)
    }

    fn pass_ordered_lengths(&self, bits: &mut BitReaderRtl<'_>) -> Option<u32> {
        let mut length = read(bits, 5)? + 1;
        let mut used: u32 = 0;
        while used < self.entries {
            used =
                used.checked_add(read(bits, u32::BITS - (self.entries - used).leading_zeros())?)?;
            length += 1;
            // Beyond 32 bits there is no code word, and beyond the last entry no entry.
            if used > self.entries || length > 33 {
                return None;
            }
        }
        Some(used)
    }

    fn pass_numbers(&self, bits: &mut BitReaderRtl<'_>) -> Option<()> {
        let kind = read(bits, 4)?;
        if kind == 0 {
            return Some(());
        }
        // The smallest number and the step.
        read(bits, 32)?;
        read(bits, 32)?;
        let number_bits = read(bits, 4)? + 1;
        read(bits, 1)?;
        let count = match kind {
            1 => root(self.entries, self.dimensions)?,
            2 => self.entries.checked_mul(self.dimensions)?,
            _ => return None,
        };
        bits.ignore_bits(count.checked_mul(number_bits)?).ok()
    }
}

/// The largest number that to the power of `dimensions` is at most `entries`.
fn root(entries: u32, dimensions: u32) -> Option<u32> {
    let fits = |number: u32| number.checked_pow(dimensions).is_some_and(|power| power <= entries);
    if dimensions == 0 {
        return None;
    }
    (1..=entries).take_while(|number| fits(*number)).last()
}

/// Passes over a floor made of lines.
fn check_floor(bits: &mut BitReaderRtl<'_>) -> Option<()> {
    if read(bits, 16)? != 1 {
        return None;
    }
    let mut classes = Vec::new();
    for _ in 0..read(bits, 5)? {
        classes.push(read(bits, 4)?);
    }
    let mut dimensions = Vec::new();
    if let Some(highest) = classes.iter().max() {
        for _ in 0..=*highest {
            dimensions.push(read(bits, 3)? + 1);
            let subclass_bits = read(bits, 2)?;
            if subclass_bits > 0 {
                read(bits, 8)?;
            }
            bits.ignore_bits(8 << subclass_bits).ok()?;
        }
    }
    read(bits, 2)?;
    let range_bits = read(bits, 4)?;
    for class in classes {
        for _ in 0..*dimensions.get(class as usize)? {
            // The point 0 is there already, and a second one would have no distance to it.
            if read(bits, range_bits)? == 0 {
                return None;
            }
        }
    }
    Some(())
}
