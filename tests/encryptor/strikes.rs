//! Strikes one call after the other of runs that are otherwise the same, and collects what is
//! wrong with what followed.

use crate::common::{Dialer, call};
use crate::scenes::Scene;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;
use support::dialer::Spool;
use support::inject::{Fault, Point};
use support::invariant::{Recording, broken, unfinished};
use support::process::{Finished, finish};
use support::proof::Proof;
use support::speech::Format;
use support::syscalls::{self, NETWORK, Syscall};
use support::{Failure, Outcome, ensure};

/// More of them would only wait for each other.
const RUNS_AT_ONCE: usize = 2;

/// How many runs, by call, fault and exit code; none for a run that was killed.
type Codes = BTreeMap<(String, Fault, Option<i32>), usize>;

/// Whether runs make their calls in the same order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// One job: the very call that was meant is struck.
    Same,
    /// Several: whatever call has that number in its thread is struck, if there is one.
    Any,
}

/// What every struck run needs, made once.
pub struct Rig {
    order: Order,
    dialer: Dialer,
    recordings: Vec<Recording>,
    proof: Mutex<Proof>,
    problems: Mutex<Vec<String>>,
    codes: Mutex<Codes>,
    /// How many runs did not make the call that was to be struck.
    missed: AtomicUsize,
}

impl Rig {
    pub fn with(recordings: usize, order: Order) -> Outcome<Rig> {
        Ok(Rig {
            order,
            dialer: Dialer::new()?,
            recordings: (0..recordings).map(call).collect(),
            proof: Mutex::default(),
            problems: Mutex::default(),
            codes: Mutex::default(),
            missed: AtomicUsize::new(0),
        })
    }

    fn spool(&self, scene: &impl Scene) -> Outcome<Spool> {
        let spool = Spool::new()?;
        for (name, octets) in &self.recordings {
            spool.put(Format::Mp3, name, octets)?;
        }
        scene.prepare(&self.dialer, &spool, &self.recordings)?;
        Ok(spool)
    }

    /// Where a run can be struck, as one without faults shows: at the calls that `is_meant` picks
    /// out of the `traced` ones.
    pub fn points(
        &self,
        scene: &impl Scene,
        traced: &[&str],
        is_meant: fn(&Syscall) -> bool,
    ) -> Outcome<Vec<Point>> {
        let spool = self.spool(scene)?;
        let trace = spool.path().join("trace");
        let run = scene.command(&self.dialer, &spool);
        finish(&mut syscalls::traced(&run, traced, &[], &trace)?)?.expect_code(0)?;
        let calls = syscalls::read(&trace)?;
        let points = Point::all(&calls, spool.path(), is_meant);
        let count = calls.iter().filter(|it| is_meant(it)).count();
        assert!(points.len() == count || self.order == Order::Any, "not in one thread");
        Ok(points)
    }

    /// Strikes all of them, on as many scenes as run at once, and fails with all that is wrong.
    #[expect(clippy::print_stdout, reason = "the numbers are what a reader of the run wants")]
    pub fn strike_all<S: Scene + Send>(
        self,
        strikes: &[(&Point, Fault)],
        scene: impl Fn() -> Outcome<S>,
    ) -> Outcome {
        let began = Instant::now();
        let scenes: Vec<S> = (0..RUNS_AT_ONCE).map(|_| scene()).collect::<Outcome<_>>()?;
        let next = AtomicUsize::new(0);
        let strike_some = |scene: S| {
            while let Some((point, fault)) = strikes.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.strike(&scene, point, *fault);
            }
        };
        thread::scope(|scope| {
            for scene in scenes {
                scope.spawn(|| strike_some(scene));
            }
        });
        let (counts, missed) = (self.counts()?, self.missed.into_inner());
        let proof = self.proof.into_inner().map_err(poisoned)?;
        let opened = proof.count();
        let mut problems = self.problems.into_inner().map_err(poisoned)?;
        problems.extend(proof.wrong(&self.dialer.home)?);
        println!(
            "{} runs, {missed} of them not struck, {opened} sealed files opened by gpg, {:.0} s\n\
             {counts}",
            strikes.len(),
            began.elapsed().as_secs_f64()
        );
        let most_missed = if self.order == Order::Same { 20 } else { 2 };
        assert!(missed * most_missed <= strikes.len(), "{missed} runs were not struck");
        assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
        Ok(())
    }

    /// A line for each call and fault, with how often the run ended with which exit code.
    fn counts(&self) -> Outcome<String> {
        let mut lines: BTreeMap<(String, Fault), Vec<String>> = BTreeMap::new();
        for ((call, fault, code), count) in self.codes.lock().map_err(poisoned)?.iter() {
            let end = code.map_or("killed".to_owned(), |code| format!("exit {code}"));
            lines.entry((call.clone(), *fault)).or_default().push(format!("{count} {end}"));
        }
        let lines = lines.iter().map(|((call, fault), ends)| {
            format!("  {call:10} {:10} {}", fault.name(), ends.join(", "))
        });
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    /// One fault at one point, and whatever is wrong with what followed.
    fn strike(&self, scene: &impl Scene, point: &Point, fault: Fault) {
        let place = format!("{} {}. {} ({})", fault.name(), point.number, point.call, point.about);
        let problems = self.try_strike(scene, point, fault);
        let problems = problems.unwrap_or_else(|failure| vec![failure.to_string()]);
        if let Ok(mut all) = self.problems.lock() {
            all.extend(problems.into_iter().map(|it| format!("{place}: {it}")));
        }
    }

    fn try_strike(&self, scene: &impl Scene, point: &Point, fault: Fault) -> Outcome<Vec<String>> {
        let spool = self.spool(scene)?;
        let trace = spool.path().join("trace");
        let run = scene.command(&self.dialer, &spool);
        let struck = finish(&mut point.strike(fault, &run, &trace)?)?;
        let is_ended = fault != Fault::Kill || struck.code.is_none();
        let root = (self.order == Order::Same).then_some(spool.path());
        if !(point.is_struck(fault, &trace, root)? && is_ended) {
            // A goodbye may come too late for the end of the program, and an answer in one piece.
            let may_miss = self.order == Order::Any || NETWORK.contains(&point.call.as_str());
            ensure!(may_miss, "the fault did not strike");
            ensure!(struck.code == Some(0), "not struck, and yet: {}", struck.stderr);
            self.missed.fetch_add(1, Ordering::Relaxed);
            return Ok(Vec::new());
        }
        let key = (point.call.clone(), fault, struck.code);
        *self.codes.lock().map_err(poisoned)?.entry(key).or_default() += 1;
        let mut problems = untold(&struck, point, fault, self.order);
        problems.extend(scene.broken(&spool)?);
        problems.extend(self.checked(broken, &spool, "right after")?);
        if struck.code == Some(0) {
            problems.extend(scene.unfinished(&self.recordings)?);
            problems.extend(self.checked(unfinished, &spool, "exit 0")?);
        }
        let again = finish(&mut scene.command(&self.dialer, &spool))?;
        if again.code != Some(0) {
            problems.push(format!("next run: exit {:?}, {}", again.code, again.stderr));
        }
        problems.extend(scene.unfinished(&self.recordings)?);
        problems.extend(self.checked(unfinished, &spool, "next run")?);
        Ok(problems)
    }

    fn checked(&self, check: Check, spool: &Spool, when: &str) -> Outcome<Vec<String>> {
        let mut proof = self.proof.lock().map_err(poisoned)?;
        check(spool, &self.recordings, &mut proof, when)
    }
}

type Check = fn(&Spool, &[Recording], &mut Proof, &str) -> Outcome<Vec<String>>;

/// What a struck run did not say as it should have.
fn untold(struck: &Finished, point: &Point, fault: Fault, order: Order) -> Vec<String> {
    let words = &struck.stderr;
    let mut untold = Vec::new();
    if words.contains("panicked") {
        untold.push(format!("it panicked: {words}"));
    }
    let is_right = match (fault, struck.code) {
        (Fault::Kill, code) => code.is_none(),
        (_, Some(0)) => true,
        // Standard error is written to by the same call, in a thread of its own.
        (Fault::ErrorFromHere(_), Some(1 | 2)) if point.call == "write" => true,
        (_, Some(1 | 2)) if point.call == "write" && order == Order::Any => true,
        (Fault::Error(error) | Fault::ErrorFromHere(error), code) => {
            matches!(code, Some(1 | 2)) && reasons(error).iter().any(|it| words.contains(it))
        }
    };
    if !is_right {
        untold.push(format!("exit {:?} with the words: {words}", struck.code));
    }
    untold
}

/// How the system words an error; SQLite has words of its own, which do not tell errors apart.
fn reasons(error: &str) -> Vec<&'static str> {
    let sqlite = ["unable to open database file", "disk I/O error", "readonly database"];
    match error {
        "ENOSPC" => {
            [&["No space left on device", "database or disk is full"], &sqlite[..]].concat()
        }
        "EIO" => [&["Input/output error"], &sqlite[..]].concat(),
        "EACCES" => [&["Permission denied"], &sqlite[..]].concat(),
        "ECONNRESET" => vec!["Connection reset by peer"],
        "ETIMEDOUT" => vec!["Connection timed out", "connection timeout"],
        _ => Vec::new(),
    }
}

fn poisoned<T>(_: std::sync::PoisonError<T>) -> Failure {
    Failure::new("another thread of this test died")
}
