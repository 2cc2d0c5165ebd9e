//! What may have changed in the folders of recordings, and has somebody asked to stop?
//! (`man 7 inotify`)

use crate::config::Config;
use crate::progress::Progress;
use crate::{folders, sources};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// How long one wait may take: whoever watches the program must hear that it lives.
const MOST: Duration = Duration::from_secs(10);

/// How many octets of events are read at a time.
const EVENTS_OCTETS: usize = 16 << 10;

/// The kernel's events and the signals that end the program.
pub struct Events {
    folders: OwnedFd,
    /// Something stands in it once a signal came.
    signal: UnixStream,
}

impl Events {
    /// Begins to listen; the flag is set by SIGTERM and SIGINT.
    ///
    /// # Errors
    /// When the system has no more room for watches.
    pub fn new() -> io::Result<(Self, Arc<AtomicBool>)> {
        let should_stop = Arc::new(AtomicBool::new(false));
        let (signal, from_handler) = UnixStream::pair()?;
        for number in [SIGTERM, SIGINT] {
            signal_hook::flag::register(number, Arc::clone(&should_stop))?;
            signal_hook::low_level::pipe::register(number, from_handler.try_clone()?)?;
        }
        let folders = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        Ok((Self { folders, signal }, should_stop))
    }

    /// Watches every folder that holds recordings now. One that is watched already stays so; one
    /// that cannot be watched is looked at once a minute with everything else.
    pub fn watch(&self, config: &Config) {
        for format in &config.formats {
            let Ok(base) = folders::open_source(config, *format) else { continue };
            self.watch_folder(&base.path);
            let days = sources::days(&base, *format, config).unwrap_or_default();
            days.iter().for_each(|day| self.watch_folder(&base.path.join(day)));
        }
    }

    fn watch_folder(&self, path: &Path) {
        let what = WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_TO
            | WatchFlags::CREATE
            | WatchFlags::DELETE_SELF
            | WatchFlags::ONLYDIR
            | WatchFlags::DONT_FOLLOW;
        if let Err(error) = inotify::add_watch(&self.folders, path, what) {
            tracing::debug!("not watched: {} ({error})", crate::error::shown(path));
        }
    }

    /// Waits until something changes in a folder, somebody asks to stop, or the time is over.
    ///
    /// # Errors
    /// The system's.
    pub fn wait(&self, time: Duration, progress: &Progress) -> io::Result<()> {
        let began = Instant::now();
        while !progress.should_stop() {
            let left = time.saturating_sub(began.elapsed());
            if left.is_zero() || self.came_within(left.min(MOST))? {
                break;
            }
            progress.tell();
        }
        Ok(())
    }

    fn came_within(&self, time: Duration) -> io::Result<bool> {
        let listened = PollFlags::IN;
        let mut both = [PollFd::new(&self.folders, listened), PollFd::new(&self.signal, listened)];
        let time = Timespec::try_from(time).unwrap_or_default();
        match poll(&mut both, Some(&time)) {
            Ok(0) | Err(Errno::INTR) => Ok(false),
            Ok(_) => self.has_news(),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads every event that waits; what they say is found out by looking. A folder that was made
    /// is watched with the next pass.
    fn has_news(&self) -> io::Result<bool> {
        let mut room = [MaybeUninit::uninit(); EVENTS_OCTETS];
        let mut reader = Reader::new(&self.folders, &mut room);
        let mut has_news = false;
        loop {
            match reader.next() {
                // A file that was only made is still being written.
                Ok(event) => has_news |= !is_made_file(event.events()),
                Err(Errno::WOULDBLOCK) => return Ok(has_news),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn is_made_file(flags: inotify::ReadFlags) -> bool {
    flags.contains(inotify::ReadFlags::CREATE) && !flags.contains(inotify::ReadFlags::ISDIR)
}
