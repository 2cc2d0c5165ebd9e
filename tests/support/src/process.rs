//! How are other programs run, and how do they surely end?

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Context;
use crate::{Failure, Outcome, fail};

const STOP_WAIT: Duration = Duration::from_secs(3);
const POLL: Duration = Duration::from_millis(10);

/// What a program that ran to its end left behind.
pub struct Finished {
    /// Exit code, or `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output, octet for octet.
    pub stdout: Vec<u8>,
    /// Standard error, as text.
    pub stderr: String,
}

impl Finished {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Fails with everything the program said unless it ended with `code`.
    pub fn expect_code(self, code: i32) -> Outcome<Finished> {
        if self.code == Some(code) {
            return Ok(self);
        }
        fail!("exit {:?} instead of {code}\n{}{}", self.code, self.text(), self.stderr)
    }
}

/// A command for a program that a package must have brought.
pub fn tool(name: &str) -> Outcome<Command> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|it| it.is_file());
    match found {
        Some(path) => Ok(Command::new(path)),
        None => fail!("the program {name} is missing: run tests/run, which installs what it needs"),
    }
}

/// As `tool`, for a program that must not outlive this one, however this one ends.
pub fn guarded_tool(name: &str) -> Outcome<Command> {
    let program = tool(name)?;
    let mut command = tool("setpriv")?;
    command.args(["--pdeathsig", "TERM", "--"]).arg(program.get_program());
    Ok(command)
}

/// Runs to the end and collects everything.
pub fn finish(command: &mut Command) -> Outcome<Finished> {
    finish_with_input(command, b"")
}

/// Runs to the end with `input` as its standard input, and collects everything.
pub fn finish_with_input(command: &mut Command, input: &[u8]) -> Outcome<Finished> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context(&name)?;
    let pipe = child.stdin.take();
    let octets = input.to_vec();
    // A program may answer before it has read everything: feed it beside the reading. One that
    // does not read its input at all breaks the pipe, which says nothing about its result.
    let feeder = thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(&octets)));
    let output = child.wait_with_output().context(&name)?;
    drop(feeder.join());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Finished { code: output.status.code(), stdout: output.stdout, stderr })
}

/// Runs to the end and returns standard output; anything but exit 0 fails with what it said.
pub fn output_of(command: &mut Command) -> Outcome<Vec<u8>> {
    output_with_input(command, b"")
}

/// As `output_of`, with `input` as its standard input.
pub fn output_with_input(command: &mut Command, input: &[u8]) -> Outcome<Vec<u8>> {
    let finished = finish_with_input(command, input)?;
    if finished.code == Some(0) {
        return Ok(finished.stdout);
    }
    let arguments: Vec<&OsStr> = command.get_args().collect();
    let name = command.get_program().to_string_lossy();
    fail!("{name} {arguments:?} ended with {:?}: {}", finished.code, finished.stderr.trim())
}

/// Asks `probe` again and again until it has an answer, and fails with `what` after `timeout`.
pub fn wait_for<T>(
    what: &str,
    timeout: Duration,
    mut probe: impl FnMut() -> Outcome<Option<T>>,
) -> Outcome<T> {
    let start = Instant::now();
    while start.elapsed() < timeout {
        if let Some(answer) = probe()? {
            return Ok(answer);
        }
        thread::sleep(POLL);
    }
    fail!("waited {timeout:?} in vain for {what}")
}

/// A program in the background that ends with its owner.
pub struct Background {
    name: String,
    child: Child,
}

impl Background {
    /// Starts the program; its streams are as the command says.
    pub fn start(command: &mut Command) -> Outcome<Background> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().context(&name)?;
        Ok(Background { name, child })
    }

    /// The process ID.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The running process, for its streams.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Fails if the program has ended already.
    pub fn still_running(&mut self) -> Outcome {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => fail!("{} has ended early: {status}", self.name),
        }
    }

    /// Waits for the program to end by itself.
    pub fn wait(&mut self, timeout: Duration) -> Outcome<ExitStatus> {
        let child = &mut self.child;
        wait_for(&format!("the end of {}", self.name), timeout, || Ok(child.try_wait()?))
    }

    /// Sends a signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) -> Outcome {
        let id = self.child.id().to_string();
        output_of(tool("sh")?.args(["-c", "kill -\"$0\" \"$1\"", name, &id])).map(drop)
    }

    /// Asks the program to end, and ends it if it does not.
    pub fn stop(&mut self) -> Outcome<ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        // SIGTERM first: an X server or a sound server removes its socket and lock then.
        self.signal("TERM")?;
        if let Ok(status) = self.wait(STOP_WAIT) {
            return Ok(status);
        }
        self.child.kill()?;
        self.child.wait().map_err(Failure::from)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let failure = tool("no-such-program").err().map(|it| it.to_string()).unwrap_or_default();
        assert!(failure.contains("no-such-program"), "{failure}");
    }

    #[test]
    fn a_background_program_ends_with_its_owner() -> Outcome {
        let sleeper = Background::start(tool("sleep")?.arg("60"))?;
        let process = std::path::PathBuf::from(format!("/proc/{}", sleeper.id()));
        assert!(process.exists());
        drop(sleeper);
        assert!(!process.exists());
        Ok(())
    }

    #[test]
    fn a_failing_program_is_a_failure_with_its_words() -> Outcome {
        let failure = output_of(tool("ls")?.arg("/no/such/folder")).err();
        let words = failure.map(|it| it.to_string()).unwrap_or_default();
        assert!(words.contains("/no/such/folder"), "{words}");
        Ok(())
    }
}
