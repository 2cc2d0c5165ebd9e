//! A dialer with a crontab: a file, or root's own in a place of its own.

use crate::common::encryptor;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::dialer::{Spool, names_in};
use support::process::{Finished, finish, finish_with_input, tool};
use support::{Failure, Outcome};

/// A stock crontab, as the installer of VICIdial leaves it on a dialer that encrypts.
pub const STOCK: &str = include_str!("../../fixtures/crontab/root");

/// The line of step 2 in it.
pub const STEP_2: &str = "1-59/3 * * * * /usr/share/astguiclient/AST_CRON_audio_2_encrypt.pl --GPG \
    --MP3 --recipients=RECIPIENT --run-check\n";

pub struct Site {
    pub spool: Spool,
}

impl Site {
    pub fn new() -> Outcome<Site> {
        let site = Site { spool: Spool::new()? };
        fs::create_dir(site.own_folder())?;
        // The crontab program, not this one, decides who may enter.
        fs::set_permissions(site.own_folder(), fs::Permissions::from_mode(0o1730))?;
        Ok(site)
    }

    /// A file with this crontab.
    pub fn file(&self, text: impl AsRef<[u8]>) -> Outcome<PathBuf> {
        let path = self.spool.path().join("crontab");
        fs::write(&path, text)?;
        Ok(path)
    }

    fn own_folder(&self) -> PathBuf {
        self.spool.path().join("crontabs")
    }

    /// A command for which crontabs stand in a folder of this test, and only its own processes run, so
    /// that nothing of this machine is read or changed. Who is not root is root in a namespace of their own.
    pub fn apart(&self, program: &Path) -> Outcome<Command> {
        let mut command = tool("unshare")?;
        let is_root = finish(tool("id")?.arg("-u"))?.text().trim() == "0";
        command.args(if is_root { &[][..] } else { &["--map-root-user"] });
        // Another test may run what looks like the stock script.
        command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
        command.args([
            "--",
            "sh",
            "-c",
            "mount --bind \"$0\" /var/spool/cron/crontabs && exec \"$@\"",
        ]);
        command.arg(self.own_folder()).arg(program);
        Ok(command)
    }

    /// The crontab of another user.
    pub fn set_of(&self, user: &str, text: &str) -> Outcome {
        Ok(fs::write(self.own_folder().join(user), text)?)
    }

    /// Root's crontab, as the real program tells it.
    pub fn own(&self) -> Outcome<Vec<u8>> {
        let finished = finish(self.apart(tool("crontab")?.get_program().as_ref())?.arg("-l"))?;
        Ok(finished.expect_code(0)?.stdout)
    }

    /// Writes root's crontab by the real program.
    pub fn set_own(&self, text: impl AsRef<[u8]>) -> Outcome {
        let mut command = self.apart(tool("crontab")?.get_program().as_ref())?;
        finish_with_input(command.arg("-"), text.as_ref())?.expect_code(0).map(drop)
    }

    /// `install` or `uninstall` with the places of this test.
    pub fn command(&self, name: &str, more: &[&str]) -> Outcome<Command> {
        Ok(self.with_places(self.apart(encryptor())?, name, more))
    }

    /// The same, for a program that was named otherwise.
    pub fn with_places(&self, mut command: Command, name: &str, more: &[&str]) -> Command {
        command.arg(name);
        if name == "install" {
            command.arg("--conf").arg(self.spool.conf());
        }
        command.arg("--state-dir").arg(self.spool.state()).args(more);
        command
    }

    /// `install` or `uninstall` of root's own crontab.
    pub fn run_own(&self, name: &str, more: &[&str]) -> Outcome<Finished> {
        finish(&mut self.command(name, more)?)
    }

    /// `install` or `uninstall` of a file.
    pub fn run(&self, name: &str, file: &Path, more: &[&str]) -> Outcome<Finished> {
        let file = file.display().to_string();
        finish(&mut self.command(name, &[&["--crontab", &file], more].concat())?)
    }

    /// What stands in the line of ours before the flags of the stock line.
    pub fn ours_with(&self, more: &str) -> String {
        let (conf, state) = (self.spool.conf(), self.spool.state());
        format!(
            "{} --conf {} --state-dir {}{more}",
            encryptor().display(),
            conf.display(),
            state.display()
        )
    }

    /// The copies that were kept, in order.
    pub fn copies(&self) -> Outcome<Vec<Vec<u8>>> {
        if !self.spool.state().exists() {
            return Ok(Vec::new());
        }
        let names = names_in(&self.spool.state())?;
        let copies = names.iter().filter(|name| name.starts_with("crontab-"));
        copies
            .map(|name| {
                let path = self.spool.state().join(name);
                let mode = fs::metadata(&path)?.permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "a copy may hold passwords");
                fs::read(path).map_err(Failure::from)
            })
            .collect()
    }
}

/// A crontab without the digests in its marks, so that they can be compared by eye.
pub fn without_digests(text: &str) -> String {
    let line = |line: &str| match line.split_once("#callseal-").and_then(|(before, it)| {
        let (mark, rest) = it.split_once(' ')?;
        let (digest, rest) = rest.split_once('#')?;
        (digest.len() == 16).then(|| format!("{before}#callseal-{mark}#{rest}"))
    }) {
        Some(bare) => bare,
        None => line.to_string(),
    };
    text.split_inclusive('\n').map(line).collect()
}
