//! How do programs speak over a message bus that no other program of this machine is on?

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{Background, guarded_tool, output_of, tool, wait_for};
use crate::{Outcome, fail};

const WAIT: Duration = Duration::from_secs(10);

/// A bus on a socket of its own; it may stand for the system's or for a session's.
pub struct MessageBus {
    // Ended before its folder goes.
    daemon: Background,
    folder: TempDir,
}

impl MessageBus {
    /// Starts it.
    pub fn new() -> Outcome<MessageBus> {
        let folder = tempfile::Builder::new().prefix("bus").tempdir_in("/tmp")?;
        let daemon = start(&folder)?;
        let bus = MessageBus { daemon, folder };
        bus.wait_until_ready()?;
        Ok(bus)
    }

    /// As the usual variables take it.
    pub fn address(&self) -> String {
        address(&self.folder)
    }

    fn wait_until_ready(&self) -> Outcome {
        wait_for("the message bus", WAIT, || Ok(socket(&self.folder).exists().then_some(())))
    }

    /// Kills it as a crash does; its socket stays behind.
    pub fn kill(&mut self) -> Outcome {
        self.daemon.signal("KILL")?;
        self.daemon.wait(WAIT).map(drop)
    }

    /// Starts it anew on the same socket after [`kill`](Self::kill).
    pub fn start_again(&mut self) -> Outcome {
        std::fs::remove_file(socket(&self.folder))?;
        self.daemon = start(&self.folder)?;
        self.wait_until_ready()
    }

    /// Stops it where it stands: its socket accepts and nobody answers.
    pub fn hang(&self) -> Outcome {
        self.daemon.signal("STOP")
    }

    /// Lets it go on after [`hang`](Self::hang).
    pub fn go_on(&self) -> Outcome {
        self.daemon.signal("CONT")
    }

    /// Sends a signal as a program of its own: path, interface with member, values as `boolean:true`.
    pub fn send(&self, to: Option<&str>, signal: &[&str]) -> Outcome {
        let mut command = self.dbus_send()?;
        command.arg("--type=signal");
        if let Some(name) = to {
            command.arg(format!("--dest={name}"));
        }
        output_of(command.args(signal)).map(drop)
    }

    fn dbus_send(&self) -> Outcome<Command> {
        let mut command = tool("dbus-send")?;
        command.arg(format!("--bus={}", self.address()));
        Ok(command)
    }

    fn ask_bus(&self, arguments: &[&str]) -> Outcome<String> {
        let mut command = self.dbus_send()?;
        command.args(["--print-reply=literal", "--dest=org.freedesktop.DBus", "/"]);
        Ok(String::from_utf8(output_of(command.args(arguments))?)?)
    }

    /// The name that the bus has given to a process.
    pub fn name_of(&self, process: u32) -> Outcome<String> {
        let names = self.ask_bus(&["org.freedesktop.DBus.ListNames"])?;
        let method = "org.freedesktop.DBus.GetConnectionUnixProcessID";
        for name in names.split_whitespace().filter(|name| name.starts_with(':')) {
            // Who asks is on the bus, too, and gone again.
            let answer = self.ask_bus(&[method, &format!("string:{name}")]).unwrap_or_default();
            if answer.split_whitespace().last() == Some(&process.to_string()) {
                return Ok(name.to_owned());
            }
        }
        fail!("process {process} is not on the bus: {names}")
    }
}

fn socket(folder: &TempDir) -> PathBuf {
    folder.path().join("bus")
}

fn address(folder: &TempDir) -> String {
    format!("unix:path={}", socket(folder).display())
}

fn start(folder: &TempDir) -> Outcome<Background> {
    // No service starts by itself: this bus knows none.
    let configuration = folder.path().join("bus.conf");
    let text = format!(
        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
         \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n<busconfig>\
         <listen>{}</listen><policy context=\"default\"><allow send_destination=\"*\" \
         eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n",
        address(folder)
    );
    std::fs::write(&configuration, text)?;
    let mut command = guarded_tool("dbus-daemon")?;
    command.arg("--nofork").arg(format!("--config-file={}", configuration.display()));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Background::start(&mut command)
}
