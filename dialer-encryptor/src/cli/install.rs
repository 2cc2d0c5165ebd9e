//! Which flags do the commands take that set the dialer up: `install`, `uninstall`, `manual`,
//! `completions`?

use std::path::PathBuf;

/// What `install` is told.
#[derive(Debug, clap::Args)]
pub struct Install {
    /// A crontab file instead of root's own
    #[arg(long, value_name = "FILE")]
    pub crontab: Option<PathBuf>,
}

/// What `uninstall` is told.
#[derive(Debug, clap::Args)]
pub struct Uninstall {
    /// A crontab file instead of root's own
    #[arg(long, value_name = "FILE")]
    pub crontab: Option<PathBuf>,
}

/// Where the manual pages go.
#[derive(Debug, clap::Args)]
pub struct Manual {
    /// The folder, such as /usr/local/share/man/man1
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// For which shell.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}
