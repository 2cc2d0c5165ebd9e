//! A run that was traced with every octet, and replayed on a model of a disk: at every call the
//! model says what a machine may find when it has power again, and the real program has to make
//! good what it finds.

use crate::common::{Dialer, call};
use crate::scenes::Scene;
use crate::site::sealed_link;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use support::crash::{CRASHES, Crash, Left};
use support::dialer::Spool;
use support::disk::Disk;
use support::invariant::{Recording, unfinished};
use support::process::finish;
use support::proof::Proof;
use support::replay::Replay;
use support::speech::Format;
use support::syscalls::{self, DESCRIPTORS, NETWORK, Syscall, WRITE_SIDE};
use support::{Outcome, ensure};

/// A run that was traced from its first call to its last.
pub struct Traced<S> {
    scene: S,
    dialer: Dialer,
    spool: Spool,
    pub recordings: Vec<Recording>,
    /// The disk before the run.
    before: Disk,
    calls: Vec<Syscall>,
    /// Which rows were told to change by which calls.
    changes: Vec<(usize, String)>,
    /// What the run left in `GPG`; gpg opens each of them to its recording.
    sealed: BTreeMap<String, Vec<u8>>,
}

impl<S: Scene> Traced<S> {
    /// Traces a run over three recordings.
    pub fn run(scene: S) -> Outcome<Self> {
        Self::run_over((0..3).map(call).collect(), scene)
    }

    /// Traces a run over these recordings.
    pub fn run_over(recordings: Vec<Recording>, scene: S) -> Outcome<Self> {
        let dialer = Dialer::new()?;
        let path = dialer.spool.path().canonicalize()?;
        let (root, keep, trace) = (path.join("spool"), path.join("keep"), path.join("trace"));
        fs::create_dir(&keep)?;
        let spool = Spool::in_folder(&root)?;
        for (name, octets) in &recordings {
            spool.put(Format::Mp3, name, octets)?;
        }
        scene.prepare(&dialer, &spool, &recordings)?;
        let before = Disk::of(&root, ".mp3", &keep)?;
        let traced = [WRITE_SIDE.as_slice(), &DESCRIPTORS, &NETWORK].concat();
        let run = scene.command(&dialer, &spool);
        finish(&mut syscalls::traced(&run, &traced, &[], &trace)?)?.expect_code(0)?;
        let calls = syscalls::read(&trace)?;
        // The model knows every call that matters if it ends up with what the folder holds.
        let mut replay = Replay::new(before.clone(), &root);
        calls.iter().try_for_each(|it| replay.apply(it))?;
        replay.disk.shown().expect_in(&root)?;
        let sealed = sealed(&dialer, &spool, &recordings)?;
        let changes = changes(&calls, &recordings)?;
        Ok(Traced { scene, dialer, spool, recordings, before, calls, changes, sealed })
    }

    /// Hands on what each crash leaves, before the first call and after each one that changed
    /// something, until `look` has seen enough; `skipped` are calls that the run did not make.
    pub fn each_crash(
        &self,
        skipped: &[usize],
        mut look: impl FnMut(usize, Crash, Left) -> Outcome<bool>,
    ) -> Outcome {
        let mut replay = Replay::new(self.before.clone(), self.spool.path());
        for (number, call) in self.calls.iter().enumerate() {
            if skipped.contains(&number) {
                continue;
            }
            replay.apply(call)?;
            let is_done = call.result.is_some_and(|it| it >= 0);
            let is_change = call.is_write_side() || call.is_network();
            if number > 0 && !(is_change && is_done) {
                continue;
            }
            for crash in CRASHES {
                if !look(number, crash, replay.disk.left(crash))? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The recordings whose rows were changed by the time of a call.
    fn changed(&self, number: usize) -> BTreeSet<String> {
        let changes = self.changes.iter().filter(|(change, _)| *change <= number);
        changes.map(|(_, name)| name.clone()).collect()
    }

    /// What is lost, or stands in `GPG` and should not, or is named by a row and is not there.
    pub fn broken(&self, number: usize, left: &Left) -> Vec<String> {
        let (mut broken, changed) = (Vec::new(), self.changed(number));
        for (path, octets) in &left.files {
            if let Some(name) = path.strip_prefix("/monitorDONE/GPG/")
                && self.sealed.get(name) != Some(octets)
            {
                broken.push(format!("{name} stands in GPG with {} octets", octets.len()));
            }
        }
        for (name, octets) in &self.recordings {
            let is_sealed = left.files.contains_key(&format!("/monitorDONE/GPG/{name}.pgp"));
            let is_plain = ["MP3", ".sealing/removing-mp3"].iter().any(|folder| {
                left.files.get(&format!("/monitorDONE/{folder}/{name}")) == Some(octets)
            });
            if !is_plain && !is_sealed {
                broken.push(format!("{name} is lost"));
            }
            if !is_sealed && changed.contains(name) {
                broken.push(format!("the row of {name} names its sealed file, which is not there"));
            }
        }
        broken
    }

    pub fn place(&self, number: usize, crash: Crash) -> String {
        let call = self.calls.get(number).map_or_else(String::new, |it| {
            format!(
                "{} {}",
                it.name,
                it.about().replace(&self.spool.path().display().to_string(), "")
            )
        });
        format!("power lost after call {number} ({call}), {crash:?} of the rest on the disk")
    }

    /// Every crash in the model, and the next run in what every `step`th different one left.
    pub fn survives(&self, step: usize) -> Outcome<(usize, usize, Vec<String>)> {
        let (mut problems, mut points) = (Vec::new(), BTreeSet::new());
        let mut states: BTreeMap<(Left, BTreeSet<String>), String> = BTreeMap::new();
        self.each_crash(&[], |number, crash, left| {
            points.insert(number);
            let place = || self.place(number, crash);
            let broken = self.broken(number, &left).into_iter();
            problems.extend(broken.map(|it| format!("{}: {it}", place())));
            states.entry((left, self.changed(number))).or_insert_with(place);
            Ok(true)
        })?;
        let mut proof = Proof::default();
        for ((left, changed), place) in states.iter().step_by(step) {
            self.scene.change(&self.recordings, changed)?;
            let wrong = self.next_run(left, &mut proof)?.into_iter();
            problems.extend(wrong.map(|it| format!("{place}: {it}")));
        }
        problems.extend(proof.wrong(&self.dialer.home)?);
        Ok((points.len(), states.len(), problems))
    }

    /// Puts back what was left, and lets the real program go on from there.
    pub fn next_run(&self, left: &Left, proof: &mut Proof) -> Outcome<Vec<String>> {
        left.put_into(self.spool.path())?;
        let finished = finish(&mut self.scene.command(&self.dialer, &self.spool))?;
        let mut problems = unfinished(&self.spool, &self.recordings, proof, "next run")?;
        problems.extend(self.scene.unfinished(&self.recordings)?);
        if finished.code != Some(0) || finished.stderr.contains("panicked") {
            problems.push(format!("exit {:?}, {}", finished.code, finished.stderr));
        }
        Ok(problems)
    }

    /// Which calls synced what; by the end of what they say about it.
    pub fn syncs(&self, is_meant: impl Fn(&str) -> bool) -> Vec<usize> {
        let is_sync = |call: &Syscall| matches!(call.name.as_str(), "fsync" | "fdatasync");
        let meant = |(_, call): &(usize, &Syscall)| is_sync(call) && is_meant(&call.about());
        self.calls.iter().enumerate().filter(meant).map(|(number, _)| number).collect()
    }
}

/// The sealed files of a run that ended well, each opened by gpg.
fn sealed(
    dialer: &Dialer,
    spool: &Spool,
    recordings: &[Recording],
) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let mut proof = Proof::default();
    let mut wrong = unfinished(spool, recordings, &mut proof, "traced run")?;
    wrong.extend(proof.wrong(&dialer.home)?);
    ensure!(wrong.is_empty(), "{wrong:?}");
    let read = |name: String| Ok((name.clone(), fs::read(spool.sealed().join(name))?));
    spool.sealed_names()?.into_iter().map(read).collect()
}

/// Where the run told the database the new link of which recording.
fn changes(calls: &[Syscall], recordings: &[Recording]) -> Outcome<Vec<(usize, String)>> {
    let mut changes = Vec::new();
    for (number, call) in calls.iter().enumerate().filter(|(_, it)| it.name == "sendto") {
        let octets = call.octets(1)?;
        for (name, _) in recordings {
            let link = sealed_link(name);
            if octets.windows(link.len()).any(|it| it == link.as_bytes()) {
                changes.push((number, name.clone()));
            }
        }
    }
    Ok(changes)
}
