//! Where do crontabs stand, and how are they read? The user's own through the `crontab` program, those
//! of the system from their files; each wait and each length is bounded.

use super::{Crontab, parse, users};
use shared::recording::escaped;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// The longest crontab that is read.
const OCTETS: u64 = 4 << 20;

/// How long the `crontab` program may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long the rest of its output may take once it has ended.
const REST: Duration = Duration::from_secs(3);

/// How often it is looked whether it has ended.
const POLL: Duration = Duration::from_millis(10);

/// The crontab of the system.
const SYSTEM: &str = "/etc/crontab";

/// The folder of more of them.
const SYSTEM_FOLDER: &str = "/etc/cron.d";

/// Most files of that folder that are read.
pub(super) const SYSTEM_FILES: usize = 1000;

/// Where a crontab stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The user's own, root's as a rule: `crontab -l`.
    Own,
    /// A file.
    File(PathBuf),
    /// That of another user, who is named by the file.
    User(PathBuf),
}

impl Origin {
    /// The other user whose it is, safe to show.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        match self {
            Self::User(path) => Some(escaped(path.file_name()?.as_bytes())),
            Self::Own | Self::File(_) => None,
        }
    }
}

/// The crontab in the file that is named; without one the user's own, and those of the system.
///
/// # Errors
/// When one cannot be read, or the `crontab` program does not answer.
pub fn read(named: Option<&Path>) -> io::Result<Vec<Crontab>> {
    if let Some(path) = named {
        return Ok(vec![file(path, has_user_field(path))?]);
    }
    let mut all = all()?;
    for crontab in &mut all {
        let elsewhere = match &crontab.origin {
            Origin::Own => None,
            Origin::File(path) => Some(crate::error::shown(path)),
            user => user.user().map(|name| format!("user {name}")),
        };
        crontab.lines.iter_mut().for_each(|line| line.elsewhere.clone_from(&elsewhere));
    }
    Ok(all)
}

/// The user's own crontab, those of the system, and those of other users as far as they may be read.
///
/// # Errors
/// When one cannot be read, or the `crontab` program does not answer.
pub fn all() -> io::Result<Vec<Crontab>> {
    let own = own()?;
    let is_asked = own.is_some() && rustix::process::geteuid().is_root();
    let others = users::others(is_asked.then_some("root"))?;
    Ok(own.into_iter().chain(system_files()?).chain(others).collect())
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
    paths.iter().map(|path| file(path, true)).filter(is_there).collect()
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

fn file(path: &Path, has_user_field: bool) -> io::Result<Crontab> {
    let octets = octets_of(path).map_err(|error| named(path, &error))?;
    let lines = parse(&octets, has_user_field);
    Ok(Crontab { origin: Origin::File(path.to_owned()), lines, octets })
}

/// A pipe or a device under the name of a crontab is not waited for.
pub(super) fn octets_of(path: &Path) -> io::Result<Vec<u8>> {
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

pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
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
    thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(&input)));
    let (out, err) = (child.stdout.take().map(reader), child.stderr.take().map(reader));
    let is_ok = wait(&mut child)?;
    let (octets, words) = (text(out)?, text(err)?);
    Ok(Answer { is_ok, octets, words: escaped(words.trim_ascii()) })
}

/// Reads in a thread of its own.
fn reader(pipe: impl Read + Send + 'static) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    // Nobody waits any longer for what comes too late.
    thread::spawn(move || drop(sender.send(bounded(pipe))));
    receiver
}

/// What was read. The program has ended; what it left behind may hold its output for ever.
fn text(reader: Option<Receiver<io::Result<Vec<u8>>>>) -> io::Result<Vec<u8>> {
    let held = |_| {
        io::Error::new(
            ErrorKind::TimedOut,
            "the crontab program has ended, and something that it started still holds its output",
        )
    };
    reader.map_or(Ok(Vec::new()), |reader| reader.recv_timeout(REST).map_err(held)?)
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
