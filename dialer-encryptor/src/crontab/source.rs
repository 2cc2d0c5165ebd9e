//! Where do crontabs stand, and how are they read? The user's own through the `crontab` program, those
//! of the system from their files; each wait and each length is bounded.

use super::{Crontab, parse};
use shared::recording::escaped;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The longest crontab that is read.
const OCTETS: u64 = 4 << 20;

/// How long the `crontab` program may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is looked whether it has ended.
const POLL: Duration = Duration::from_millis(10);

/// The crontab of the system.
const SYSTEM: &str = "/etc/crontab";

/// The folder of more of them.
const SYSTEM_FOLDER: &str = "/etc/cron.d";

/// Most files of that folder that are read.
const SYSTEM_FILES: usize = 1000;

/// Where a crontab stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The user's own, root's as a rule: `crontab -l`.
    Own,
    /// A file.
    File(PathBuf),
}

/// The crontab in the file that is named; without one the user's own, and those of the system.
///
/// # Errors
/// When one cannot be read, or the `crontab` program does not answer.
pub fn read(named: Option<&Path>) -> io::Result<Vec<Crontab>> {
    if let Some(path) = named {
        return Ok(vec![file(path)?]);
    }
    let mut all: Vec<Crontab> = own()?.into_iter().collect();
    all.extend(system_files()?);
    Ok(all)
}

/// The user's own crontab, empty where there is none yet; `None` where no cron is installed.
///
/// # Errors
/// When the `crontab` program refuses or does not answer.
pub fn own() -> io::Result<Option<Crontab>> {
    let answer = match ask(&["-l"], &[]) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        answer => answer?,
    };
    let is_empty = answer.octets.is_empty() && answer.words.contains("no crontab for");
    if !answer.is_ok && !is_empty {
        return Err(answer.refusal());
    }
    let lines = parse(&answer.octets, false);
    Ok(Some(Crontab { origin: Origin::Own, lines, octets: answer.octets }))
}

/// Puts another crontab in the place of the user's own.
///
/// # Errors
/// When the `crontab` program refuses it or does not answer.
pub fn replace_own(octets: &[u8]) -> io::Result<()> {
    let answer = ask(&["-"], octets)?;
    if answer.is_ok { Ok(()) } else { Err(answer.refusal()) }
}

/// The crontabs of the system that are there.
///
/// # Errors
/// When one cannot be read.
pub fn system_files() -> io::Result<Vec<Crontab>> {
    let mut paths = vec![PathBuf::from(SYSTEM)];
    match fs::read_dir(SYSTEM_FOLDER) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(named(Path::new(SYSTEM_FOLDER), &error)),
        Ok(names) => {
            for name in names.take(SYSTEM_FILES) {
                paths.extend(Some(name?.path()).filter(|path| is_run(path)));
            }
        }
    }
    paths.sort();
    let is_there = |found: &io::Result<Crontab>| {
        !found.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound)
    };
    paths.iter().map(|path| file(path)).filter(is_there).collect()
}

/// Whether cron runs a file of `/etc/cron.d`, as its name says: leftovers of editors and packages are
/// passed over by every cron.
fn is_run(path: &Path) -> bool {
    let name = path.file_name().map(OsStrExt::as_bytes).unwrap_or_default();
    let ends = [b"~".as_slice(), b".rpmsave", b".rpmorig", b".rpmnew", b".dpkg-old", b".dpkg-new"];
    !name.starts_with(b".") && !name.starts_with(b"#") && !ends.iter().any(|it| name.ends_with(it))
}

/// Whether a crontab in this file has a user before the command.
#[must_use]
pub fn has_user_field(path: &Path) -> bool {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let is_in_folder = path.parent().and_then(Path::file_name).is_some_and(|it| it == "cron.d");
    path == Path::new(SYSTEM) || is_in_folder
}

fn file(path: &Path) -> io::Result<Crontab> {
    let octets = octets_of(path).map_err(|error| named(path, &error))?;
    let lines = parse(&octets, has_user_field(path));
    Ok(Crontab { origin: Origin::File(path.to_owned()), lines, octets })
}

/// A pipe or a device under the name of a crontab is not waited for.
fn octets_of(path: &Path) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    bounded(file)
}

fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    from.take(OCTETS + 1).read_to_end(&mut octets)?;
    let is_short = u64::try_from(octets.len()).is_ok_and(|length| length <= OCTETS);
    if is_short { Ok(octets) } else { Err(io::Error::other("it is too long for a crontab")) }
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    let shown = crate::error::shown(path);
    io::Error::new(error.kind(), format!("{error}: {shown}"))
}

/// What the `crontab` program answered.
struct Answer {
    is_ok: bool,
    octets: Vec<u8>,
    words: String,
}

impl Answer {
    fn refusal(&self) -> io::Error {
        io::Error::other(format!("the crontab program says: {}", self.words))
    }
}

/// Runs the `crontab` program, with nothing of this one's surroundings: an `EDITOR` or a `LANG` must
/// not change what it says.
fn ask(flags: &[&str], input: &[u8]) -> io::Result<Answer> {
    let mut child = Command::new("crontab")
        .args(flags)
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let input = input.to_vec();
    let pipe = child.stdin.take();
    // One that ends before it has read everything says why in its own words.
    let feeder = thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(&input)));
    let out = child.stdout.take().map(|pipe| thread::spawn(move || bounded(pipe)));
    let err = child.stderr.take().map(|pipe| thread::spawn(move || bounded(pipe)));
    let is_ok = wait(&mut child)?;
    drop(feeder.join());
    let text = |reader: Option<thread::JoinHandle<io::Result<Vec<u8>>>>| match reader {
        Some(reader) => reader.join().unwrap_or_else(|_| Ok(Vec::new())),
        None => Ok(Vec::new()),
    };
    let (octets, words) = (text(out)?, text(err)?);
    Ok(Answer { is_ok, octets, words: escaped(words.trim_ascii()) })
}

fn wait(child: &mut Child) -> io::Result<bool> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if began.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(ErrorKind::TimedOut, "the crontab program does not answer"));
        }
        thread::sleep(POLL);
    }
}
