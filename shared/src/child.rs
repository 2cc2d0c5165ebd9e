//! How is a helper program run so that it can neither hang nor flood this one?

use crate::secret::{ReadError, read_wiped};
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use zeroize::Zeroizing;

/// How often a program that has closed its output is looked at until it ends.
const LOOK_INTERVAL: Duration = Duration::from_millis(5);

/// What it says on standard error is kept up to here, in octets.
const ERROR_OCTETS: u64 = 64 << 10;

/// What a program gave back.
pub(crate) struct Answer {
    pub(crate) is_success: bool,
    /// All of it; only how much it was where it was far more than expected.
    pub(crate) output: Result<Zeroizing<Vec<u8>>, usize>,
    /// The beginning of it.
    pub(crate) errors: Zeroizing<Vec<u8>>,
}

/// How much may come back, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) expected: usize,
    pub(crate) limit: u64,
    pub(crate) time: Duration,
}

/// Runs `command`, hands it `input` one piece after the other, and takes what it gives back through
/// pipes only. Whatever takes too long is killed.
///
/// # Errors
/// When it cannot be started, gives too much, or is not done in time.
pub(crate) fn run(
    command: &mut Command,
    input: &[&[u8]],
    bounds: Bounds,
) -> Result<Answer, ReadError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(ReadError::Source)?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(mut stdout), Some(stderr)) = pipes else {
        return Err(ReadError::Source(io::Error::other("no pipes")));
    };
    let child = Mutex::new(child);
    let (child, time) = (&child, bounds.time);
    let (done, is_done) = channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            // A program that stops listening says why by itself.
            let _ = input.iter().try_for_each(|part| stdin.write_all(part));
        });
        let errors = scope.spawn(move || head_of(stderr));
        let guard = scope.spawn(move || kill_if_late(child, &is_done, time));
        let output = match read_wiped(&mut stdout, bounds.expected, bounds.limit) {
            Err(ReadError::Longer(octets)) => Ok(Err(octets)),
            other => other.map(Ok),
        };
        if output.is_err() {
            kill(child);
        }
        let status = ended(child);
        drop(done);
        let errors = errors.join().unwrap_or_default();
        if guard.join().unwrap_or(true) {
            return Err(ReadError::Source(io::ErrorKind::TimedOut.into()));
        }
        let is_success = status.map_err(ReadError::Source)?.success();
        Ok(Answer { is_success, output: output?, errors })
    })
}

/// Reads to the end and keeps the beginning.
fn head_of(mut source: impl Read) -> Zeroizing<Vec<u8>> {
    let mut head = Zeroizing::new(Vec::with_capacity(ERROR_OCTETS as usize));
    let _ = source.by_ref().take(ERROR_OCTETS).read_to_end(&mut head);
    let _ = io::copy(&mut source, &mut io::sink());
    head
}

fn kill_if_late(child: &Mutex<Child>, is_done: &Receiver<()>, time: Duration) -> bool {
    let is_late = is_done.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if is_late {
        kill(child);
    }
    is_late
}

fn ended(child: &Mutex<Child>) -> io::Result<ExitStatus> {
    loop {
        // Unlocked in between, so that it can be killed.
        if let Some(status) = locked(child).try_wait()? {
            return Ok(status);
        }
        thread::sleep(LOOK_INTERVAL);
    }
}

fn kill(child: &Mutex<Child>) {
    // Fails only where it has ended already.
    let _ = locked(child).kill();
}

fn locked(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::time::Instant;

    fn shell(script: &str, limit: u64, time: Duration) -> Result<Answer, ReadError> {
        let bounds = Bounds { expected: 10, limit, time };
        run(Command::new("sh").args(["-c", script]), &[b"one ", b"two"], bounds)
    }

    #[test]
    fn what_goes_in_comes_out() {
        let answer = shell("cat; echo said >&2; exit 3", 100, Duration::from_secs(20)).unwrap();
        assert_eq!(answer.output.unwrap().as_slice(), b"one two");
        assert_eq!((answer.errors.as_slice(), answer.is_success), (&b"said\n"[..], false));
    }

    #[test]
    fn whoever_hangs_or_floods_is_killed() {
        let started = Instant::now();
        let late = shell("exec sleep 60", 100, Duration::from_millis(200));
        assert!(
            matches!(late, Err(ReadError::Source(error)) if error.kind() == io::ErrorKind::TimedOut)
        );
        let quiet = shell("exec >&- 2>&-; exec sleep 60", 100, Duration::from_millis(200));
        assert!(quiet.is_err());
        let flood = shell("exec yes", 1 << 20, Duration::from_secs(60));
        assert!(matches!(flood, Err(ReadError::TooLarge)));
        let noise = shell("yes >&2 & sleep 0.2; kill $!", 100, Duration::from_secs(20)).unwrap();
        assert_eq!(noise.errors.len() as u64, ERROR_OCTETS);
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
