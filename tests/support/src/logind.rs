//! How does a test tell programs that the session is locked or the computer goes to sleep? Through
//! a stand-in for logind, a program of its own on a bus of the test's own.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::binaries::beside;
use crate::message_bus::MessageBus;
use crate::process::Background;
use crate::said::Said;
use crate::{Failure, Outcome};

const WAIT: Duration = Duration::from_secs(10);

/// The stand-in; see `mock-logind` for what it understands.
pub struct Logind {
    program: Background,
    said: Said,
}

impl Logind {
    /// Starts it on a bus; `way` and `state` are its arguments.
    pub fn start(bus: &MessageBus, way: &str, state: &str) -> Outcome<Logind> {
        let mut command = Command::new(beside("mock-logind")?);
        command.args([way, state]).env("DBUS_SYSTEM_BUS_ADDRESS", bus.address());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = Background::start(&mut command)?;
        let output = program.child().stdout.take();
        let said = Said::by(output.ok_or_else(|| Failure::new("no standard output"))?);
        said.wait_for("ready", 1, WAIT)?;
        Ok(Logind { program, said })
    }

    /// Gives it one command.
    pub fn tell(&mut self, command: &str) -> Outcome {
        let input = self.program.child().stdin.as_mut();
        let input = input.ok_or_else(|| Failure::new("no standard input"))?;
        Ok(writeln!(input, "{command}")?)
    }

    /// Waits until so many locks of sleep were taken: whoever took one listens.
    pub fn wait_until_held(&self, count: usize) -> Outcome {
        self.said.wait_for("held", count, WAIT)
    }

    /// Waits until so many of them were let go.
    pub fn wait_until_released(&self, count: usize) -> Outcome {
        self.said.wait_for("released", count, WAIT)
    }

    /// How many locks of sleep were let go.
    pub fn released(&self) -> usize {
        self.said.lines().iter().filter(|line| *line == "released").count()
    }
}
