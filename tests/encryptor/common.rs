//! What every test of the encryptor stands on: a spool, somebody to seal for, and the binary.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use support::dialer::{Spool, names_in};
use support::gnupg::{Algorithm, GnupgHome};
use support::process::{Finished, finish, tool};
use support::speech::Format;
use support::{Outcome, ensure};

/// The program under test.
pub fn encryptor() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_dialer-encryptor"))
}

/// A dialer with one listener, whose key is not protected, so that gpg opens quickly.
pub struct Dialer {
    pub spool: Spool,
    pub home: GnupgHome,
    pub listener: String,
    pub certs: PathBuf,
}

impl Dialer {
    pub fn new() -> Outcome<Dialer> {
        let (spool, home) = (Spool::new()?, GnupgHome::new()?);
        let listener = home.generate("Lena Listener", Algorithm::Curve25519, "", "0")?;
        let certs = spool.path().join("listener.asc");
        fs::write(&certs, home.certificate(&listener)?)?;
        Ok(Dialer { spool, home, listener, certs })
    }

    /// A run for the listener, to which more flags can be added.
    pub fn command(&self) -> Command {
        self.command_over(&self.spool)
    }

    /// The same over another spool, with one job: every such run makes the same calls in the same
    /// order.
    pub fn steady_command(&self, spool: &Spool) -> Command {
        let mut command = self.command_over(spool);
        command.args(["--jobs", "1"]);
        command
    }

    /// The same over another spool, so that one key does for many.
    pub fn command_over(&self, spool: &Spool) -> Command {
        self.for_listener(spool.command(encryptor(), Format::Mp3))
    }

    /// Adds to a run whom it seals for.
    pub fn for_listener(&self, mut command: Command) -> Command {
        command.arg("--certs").arg(&self.certs).args(["--recipient", &self.listener]);
        // Certificates come from the file alone, whatever the user who runs the tests has.
        command.env("GNUPGHOME", self.spool.path().join("no-gnupg-home"));
        command
    }

    pub fn run(&self) -> Outcome<Finished> {
        finish(&mut self.command())
    }

    /// Seals three recordings of a spool and is killed when the first is removed, the second about
    /// to be and the third still in its inbox.
    pub fn kill_while_removing(&self, spool: &Spool) -> Outcome {
        let run = self.steady_command(spool);
        let mut strace = tool("strace")?;
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=unlinkat"]);
        strace.args(["-e", "inject=unlinkat:signal=KILL:when=2", "--"]);
        finish(strace.arg(run.get_program()).args(run.get_args()))?;
        let waiting = names_in(&spool.inbox(Format::Mp3))?.len();
        let removing = names_in(&spool.done().join(".sealing/removing-mp3"))?.len();
        ensure!(
            (waiting, removing, spool.sealed_names()?.len()) == (1, 1, 3),
            "it was killed elsewhere"
        );
        Ok(())
    }

    /// Puts `count` recordings of different content into the spool.
    pub fn fill(&self, count: usize) -> Outcome<Vec<(String, Vec<u8>)>> {
        let calls: Vec<(String, Vec<u8>)> = (0..count).map(call).collect();
        for (name, octets) in &calls {
            self.spool.put(Format::Mp3, name, octets)?;
        }
        Ok(calls)
    }

    pub fn inbox(&self) -> PathBuf {
        self.spool.inbox(Format::Mp3)
    }

    pub fn waiting(&self) -> Outcome<Vec<String>> {
        names_in(&self.inbox())
    }

    /// What gpg makes of a sealed file.
    pub fn opened(&self, sealed: &str) -> Outcome<Vec<u8>> {
        self.home.decrypt(&self.spool.sealed().join(sealed), "")
    }

    /// Every call is sealed under its own name, opens to its own octets, and nothing else is there.
    pub fn assert_all_sealed(&self, calls: &[(String, Vec<u8>)]) -> Outcome {
        assert_eq!(self.waiting()?, Vec::<String>::new(), "plaintext was left");
        let expected: Vec<String> = calls.iter().map(|(name, _)| format!("{name}.pgp")).collect();
        assert_eq!(self.spool.sealed_names()?, expected);
        for (name, octets) in calls {
            assert!(self.opened(&format!("{name}.pgp"))? == *octets, "{name}");
        }
        assert_eq!(names_in(&self.spool.done().join(".sealing"))?, Vec::<String>::new());
        Ok(())
    }
}

/// A recording that no other number has: 30 KB of noise that only looks like an MP3 at its start.
pub fn call(number: usize) -> (String, Vec<u8>) {
    static NOISE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut state = 0x2545_F491_u32;
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()
        })
        .take(9000)
        .flatten()
        .collect()
    });
    let octets = NOISE.iter().copied().skip(number * 7).take(30_000 + number).collect();
    (format!("20260101-{number:06}_5551234567_SALES_agent01-all.mp3"), octets)
}
