//! What do finished calls leave behind on the stack, and how is it overwritten?

use zeroize::Zeroize;

/// More than any call that handles a secret was seen to use.
const DEPTH_OCTETS: usize = 256 << 10;

/// Overwrites what calls that have returned left below the caller: ciphers and curves work there.
/// Called wherever a thread has handled a secret.
#[inline(never)]
pub fn scrub() {
    let mut left = [0_u8; DEPTH_OCTETS];
    left.zeroize();
    // Somebody might read it, as far as the compiler knows.
    std::hint::black_box(&mut left);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fits_into_the_smallest_stack_of_a_thread() {
        // A quarter of what threads get where nothing else is said.
        let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(scrub);
        assert!(thread.is_ok_and(|thread| thread.join().is_ok()));
    }
}
