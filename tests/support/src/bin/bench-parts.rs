//! What do the benchmarks need that a shell cannot do well?
//!
//! `fill FOLDER COUNT OCTETS` makes recordings of noise; `copy FROM TO JOBS` is the bound that sealing
//! is measured against: a bare copy of every file with the same care, and nothing else.

use rustix::fs::{Advice, fadvise};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;
use support::{Failure, Outcome, fail};

/// As many files as the encryptor takes together.
const GROUP: usize = 16;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["fill", folder, count, octets] => numbers(count, octets)
            .and_then(|(count, octets)| fill(Path::new(folder), count, octets)),
        ["copy", from, to, jobs] => numbers(jobs, "0")
            .and_then(|(jobs, _)| copy(Path::new(from), Path::new(to), jobs.max(1))),
        _ => Err(Failure::new("fill FOLDER COUNT OCTETS, or copy FROM TO JOBS")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            drop(writeln!(io::stderr(), "{failure}"));
            ExitCode::FAILURE
        }
    }
}

fn numbers(first: &str, second: &str) -> Outcome<(usize, usize)> {
    Ok((first.parse()?, second.parse()?))
}

/// Noise, as incompressible as speech in MP3: no tool gets an advantage from its compression.
fn fill(folder: &Path, count: usize, octets: usize) -> Outcome {
    fs::create_dir_all(folder)?;
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for number in 0..count {
        let name = format!("20260101-{number:06}_5551234567_SALES_agent01-all.mp3");
        let mut file = BufWriter::new(File::create(folder.join(name))?);
        for _ in 0..octets.div_ceil(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            file.write_all(&state.to_le_bytes())?;
        }
        file.flush()?;
    }
    Ok(())
}

/// A file that was copied under a temporary name.
struct Copied {
    source: PathBuf,
    temporary: PathBuf,
}

/// The calls that the encryptor makes, in its order and in as many lanes, around plain octets.
fn copy(from: &Path, to: &Path, jobs: usize) -> Outcome {
    let temporary = to.with_extension("temporary");
    fs::create_dir_all(&temporary)?;
    fs::create_dir_all(to)?;
    let mut names: Vec<PathBuf> =
        fs::read_dir(from)?.map(|it| it.map(|it| it.path())).collect::<Result<_, _>>()?;
    names.sort();
    let mut journal = File::create(to.with_extension("journal"))?;
    let groups = Mutex::new(names.chunks(GROUP));
    let next = || groups.lock().ok().and_then(|mut groups| groups.next());
    let (done, results) = mpsc::sync_channel(0);
    thread::scope(|scope| {
        for _ in 0..jobs {
            let (done, next, temporary) = (done.clone(), &next, &temporary);
            scope.spawn(move || {
                while let Some(group) = next() {
                    if done.send(copy_group(group, temporary)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        for group in results {
            let group = group?;
            // The journal's entry.
            journal.write_all(&[0; 4096])?;
            journal.sync_data()?;
            for one in &group {
                let Some(name) = one.source.file_name() else { fail!("a file without a name") };
                fs::rename(&one.temporary, to.join(name))?;
            }
            File::open(to)?.sync_all()?;
            for one in &group {
                fs::remove_file(&one.source)?;
            }
            File::open(from)?.sync_all()?;
        }
        Ok(())
    })
}

fn copy_group(group: &[PathBuf], temporary: &Path) -> Outcome<Vec<Copied>> {
    let mut copied = Vec::new();
    let mut files = Vec::new();
    for source in group {
        let Some(name) = source.file_name() else { fail!("a file without a name") };
        let target = temporary.join(name);
        let octets = fs::read(source)?;
        let mut file = File::create_new(&target)?;
        file.write_all(&octets)?;
        files.push(file);
        copied.push(Copied { source: source.clone(), temporary: target });
    }
    thread::scope(|scope| {
        let syncs: Vec<_> = files.iter().map(|file| scope.spawn(|| file.sync_all())).collect();
        syncs.into_iter().try_for_each(|sync| match sync.join() {
            Ok(result) => result,
            Err(_) => Err(io::Error::other("a sync was lost")),
        })
    })?;
    drop(files);
    let mut octets = Vec::new();
    for one in &copied {
        let mut file = File::open(&one.temporary)?;
        fadvise(&file, 0, None, Advice::DontNeed).map_err(io::Error::from)?;
        octets.clear();
        file.read_to_end(&mut octets)?;
    }
    Ok(copied)
}
