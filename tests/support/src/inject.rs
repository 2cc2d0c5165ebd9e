//! At which calls of a run can a fault be put, and did it strike there?

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use crate::syscalls::{Syscall, read, traced};
use crate::{Outcome, ensure};

/// What happens at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The program is killed right before the call.
    Kill,
    /// The call fails without having done anything, with this error of `errno.h`.
    Error(&'static str),
    /// So do all later calls of its name.
    ErrorFromHere(&'static str),
}

impl Fault {
    /// As a table shows it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Fault::Kill => "KILL".to_owned(),
            Fault::Error(error) => error.to_owned(),
            Fault::ErrorFromHere(error) => format!("{error}..."),
        }
    }

    fn option(self, number: usize) -> String {
        match self {
            Fault::Kill => format!("signal=KILL:when={number}"),
            Fault::Error(error) => format!("error={error}:when={number}"),
            Fault::ErrorFromHere(error) => format!("error={error}:when={number}+"),
        }
    }
}

/// One call of a run: strace counts each kind of call in each thread by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The call's name.
    pub call: String,
    /// Which one of that name in its thread, from 1.
    pub number: usize,
    /// What it is about, the same in every run: without the spool's folder and random names.
    pub about: String,
}

impl Point {
    /// Where a run can be struck: the meant calls that its trace shows, each once. Calls of a
    /// thread that have the same number as earlier ones of another thread are struck with those.
    #[must_use]
    pub fn all(calls: &[Syscall], root: &Path, is_meant: fn(&Syscall) -> bool) -> Vec<Point> {
        let mut counts: HashMap<(u32, &str), usize> = HashMap::new();
        let mut points: Vec<Point> = Vec::new();
        for call in calls {
            let number = counts.entry((call.thread, &call.name)).or_default();
            *number += 1;
            let (name, number) = (call.name.clone(), *number);
            let is_new = !points.iter().any(|it| it.call == name && it.number == number);
            if is_meant(call) && is_new {
                points.push(Point { call: name, number, about: lasting(call, root) });
            }
        }
        points
    }

    /// The program with the fault put at this point.
    pub fn strike(&self, fault: Fault, program: &Command, trace: &Path) -> Outcome<Command> {
        let inject = format!("inject={}:{}", self.call, fault.option(self.number));
        let mut more = vec!["-e", &inject];
        if fault != Fault::Kill {
            // Much faster, but the signal would be dropped.
            more.push("--seccomp-bpf");
        }
        traced(program, &[&self.call], &more, trace)
    }

    /// Whether the fault struck at all, as the run's trace shows; fails if it struck another call
    /// in the spool at `root`, where one is given.
    pub fn is_struck(&self, fault: Fault, trace: &Path, root: Option<&Path>) -> Outcome<bool> {
        let calls = read(trace)?;
        let struck = match fault {
            Fault::Kill => calls.iter().find(|it| it.result.is_none()),
            Fault::Error(_) | Fault::ErrorFromHere(_) => calls.iter().find(|it| it.is_injected),
        };
        let Some(struck) = struck else { return Ok(false) };
        let Some(root) = root else { return Ok(true) };
        let about = lasting(struck, root);
        ensure!(about == self.about, "it struck {} instead of {}", about, self.about);
        Ok(true)
    }
}

/// What a call is about, without what is another one in every run.
fn lasting(call: &Syscall, root: &Path) -> String {
    let about = call.about().replace(&root.display().to_string(), "");
    let words = about.split_inclusive(['/', ' ', '-', '[']).map(|word| {
        let digits = word.bytes().take_while(u8::is_ascii_hexdigit).count();
        let is_random = digits == 32 || word.contains(']');
        if is_random { word.replace(|it: char| it.is_ascii_hexdigit(), "") } else { word.into() }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fail;
    use crate::process::{finish, output_of, tool};
    use crate::syscalls::WRITE_SIDE;

    #[test]
    fn a_fault_strikes_the_very_call_that_the_baseline_showed() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (root, trace) = (folder.path(), folder.path().join("trace"));
        let mut touch = tool("touch")?;
        touch.arg(root.join("mp3-0123456789abcdef0123456789abcdef")).arg(root.join("b"));
        output_of(&mut traced(&touch, &WRITE_SIDE, &[], &trace)?)?;
        let points = Point::all(&read(&trace)?, root, Syscall::is_write_side);
        let made: Vec<&Point> = points.iter().filter(|it| it.call == "openat").collect();
        let [first, second] = made.as_slice() else { fail!("not two files: {points:?}") };
        assert!(first.about.ends_with("/mp3-"), "{}", first.about);
        let all = [Fault::Kill, Fault::Error("EIO"), Fault::ErrorFromHere("ENOSPC")];
        for fault in all {
            std::fs::remove_file(root.join("b"))?;
            let finished = finish(&mut second.strike(fault, &touch, &trace)?)?;
            assert!(second.is_struck(fault, &trace, Some(root))?);
            assert!(first.is_struck(fault, &trace, Some(root)).is_err());
            assert!(!root.join("b").exists());
            let code = if fault == Fault::Kill { None } else { Some(1) };
            assert_eq!(finished.code, code, "{}", finished.stderr);
            std::fs::write(root.join("b"), "")?;
        }
        let missed = Point { number: 1000, ..Point::clone(second) };
        finish(&mut missed.strike(Fault::Kill, &touch, &trace)?)?.expect_code(0)?;
        assert!(!missed.is_struck(Fault::Kill, &trace, Some(root))?);
        Ok(())
    }
}
