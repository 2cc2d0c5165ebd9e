//! Does everything that fuzzing starts from, and everything that it found, still behave?

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::failure::Context;
use crate::{Outcome, ensure};

/// How long one input may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(20);

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Gives every seed and finding of a fuzz target to the function that the target tries, one by one,
/// and names those over which it panics or takes too long.
pub fn replay(target: &str, property: fn(&[u8])) -> Outcome {
    let mut failures = Vec::new();
    let inputs = inputs(target)?;
    ensure!(!inputs.is_empty(), "{target} has no seeds");
    for input in &inputs {
        let octets = fs::read(input).context(input.display())?;
        let started = Instant::now();
        // The panic's words are on standard error already.
        if catch_unwind(AssertUnwindSafe(|| property(&octets))).is_err() {
            failures.push(format!("{} broke it", input.display()));
        } else if started.elapsed() > PATIENCE {
            failures.push(format!("{} took {:?}", input.display(), started.elapsed()));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

/// The files in the target's own folders, and in those of the fixtures that are named beside it.
pub fn inputs(target: &str) -> Outcome<Vec<PathBuf>> {
    let fuzz = tests().join("fuzz");
    let mut folders = vec![fuzz.join("seeds").join(target), fuzz.join("findings").join(target)];
    let table = fuzz.join("targets.tsv");
    for line in fs::read_to_string(&table).context(table.display())?.lines() {
        let mut columns = line.split('\t');
        if columns.next() == Some(target) {
            // How long its inputs are is between the two.
            folders.extend(columns.skip(1).map(|folder| tests().join("fixtures").join(folder)));
        }
    }
    let mut inputs = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(folder).context(folder.display())? {
            inputs.push(entry?.path());
        }
    }
    inputs.sort();
    Ok(inputs)
}
