//! What has a program in the background said so far, line by line?

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::process::wait_for;
use crate::{Outcome, fail};

/// The lines of a program's standard output.
pub struct Said {
    lines: Arc<Mutex<Vec<String>>>,
}

impl Said {
    /// Collects from now on, until the program ends.
    pub fn by(output: impl Read + Send + 'static) -> Said {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let collected = Arc::clone(&lines);
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                collected.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        });
        Said { lines }
    }

    /// Everything so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until so many lines are this one.
    pub fn wait_for(&self, line: &str, count: usize, timeout: Duration) -> Outcome {
        let what = format!("\"{line}\", {count} times");
        let outcome = wait_for(&what, timeout, || {
            let found = self.lines().iter().filter(|it| *it == line).count();
            Ok((found >= count).then_some(()))
        });
        match outcome {
            Ok(()) => Ok(()),
            Err(failure) => fail!("{failure}; it said {:?}", self.lines()),
        }
    }
}
