//! What really comes out of the sound device?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::audio_file::samples_of;
use crate::process::{Background, finish, guarded_tool, output_of, tool, wait_for};
use crate::{Outcome, ensure};

/// The device's rate, as in most computers.
pub const DEVICE_HZ: u32 = 48_000;

const SINK: &str = "callseal";
const START_WAIT: Duration = Duration::from_secs(10);

/// A PulseAudio server of its own whose only device goes nowhere but keeps real time.
pub struct SoundServer {
    // Ended before its folder goes.
    server: Background,
    folder: TempDir,
}

impl SoundServer {
    /// Starts the server on a socket of its own; works for root, too.
    pub fn new() -> Outcome<SoundServer> {
        let folder = tempfile::Builder::new().prefix("snd").tempdir_in("/tmp")?;
        let mut command = guarded_tool("pulseaudio")?;
        private(&mut command, folder.path());
        command.args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"]);
        // As on a desktop, the server goes before the programs that play, where it may.
        command.args(["--disallow-exit=yes", "--realtime=yes", "--high-priority=yes", "-L"]);
        command.arg(format!(
            "module-native-protocol-unix auth-anonymous=1 socket={}",
            socket_in(folder.path()).display()
        ));
        command.args([
            "-L",
            &format!("module-null-sink sink_name={SINK} rate={DEVICE_HZ} channels=2"),
        ]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Background::start(&mut command)?;
        let mut sound = SoundServer { server, folder };
        wait_for("the sound server", START_WAIT, || {
            sound.server.still_running()?;
            let answer = finish(sound.client(tool("pactl")?).arg("info"))?;
            Ok((answer.code == Some(0)).then_some(()))
        })?;
        Ok(sound)
    }

    /// The server's socket.
    pub fn socket(&self) -> PathBuf {
        socket_in(self.folder.path())
    }

    /// Sends a command's sound here.
    pub fn play_through(&self, command: &mut Command) {
        private(command, self.folder.path());
        command.env("PULSE_SERVER", format!("unix:{}", self.socket().display()));
    }

    fn client(&self, mut command: Command) -> Command {
        self.play_through(&mut command);
        command
    }

    /// Starts to record what comes out.
    pub fn record(&self) -> Outcome<Capture> {
        let file = self.folder.path().join("capture.raw");
        let rate = DEVICE_HZ.to_string();
        let mut parec = self.client(guarded_tool("parec")?);
        parec.arg(format!("--device={SINK}.monitor")).args([
            "--format=s16le",
            "--channels=1",
            "--raw",
        ]);
        parec.args(["--rate", &rate, "--latency-msec=50"]);
        parec.stdin(Stdio::null()).stdout(fs::File::create(&file)?).stderr(Stdio::null());
        let mut capture = Capture { recorder: Background::start(&mut parec)?, file };
        // The first octets show that the recorder is connected: nothing is missed after this.
        wait_for("the recorder's first samples", START_WAIT, || {
            capture.recorder.still_running()?;
            Ok((capture.seconds()? > 0.0).then_some(()))
        })?;
        Ok(capture)
    }

    /// Plays a file through the server with its own player, to the end.
    pub fn play_file(&self, file: &Path) -> Outcome {
        output_of(self.client(tool("paplay")?).arg(file)).map(drop)
    }
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join("native")
}

fn private(command: &mut Command, folder: &Path) {
    command.env("XDG_RUNTIME_DIR", folder).env("PULSE_RUNTIME_PATH", folder);
    command.env("PULSE_COOKIE", folder.join("cookie")).env("PULSE_STATE_PATH", folder);
}

/// A recording of the device in progress; it ends when it is dropped.
pub struct Capture {
    recorder: Background,
    file: PathBuf,
}

impl Capture {
    /// How much has been recorded.
    pub fn seconds(&self) -> Outcome<f64> {
        let octets = fs::metadata(&self.file)?.len();
        Ok(octets as f64 / 2.0 / f64::from(DEVICE_HZ))
    }

    /// Everything recorded up to now.
    pub fn samples(&self) -> Outcome<Vec<f32>> {
        Ok(samples_of(&fs::read(&self.file)?))
    }

    /// What came out between two moments of the recording, in seconds.
    pub fn between(&self, from_secs: f64, to_secs: f64) -> Outcome<Vec<f32>> {
        let samples = self.samples()?;
        let at = |secs: f64| (secs * f64::from(DEVICE_HZ)) as usize;
        let piece = samples.get(at(from_secs)..at(to_secs).min(samples.len())).unwrap_or_default();
        ensure!(!piece.is_empty(), "nothing was recorded from {from_secs} s to {to_secs} s");
        Ok(piece.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::{MATCH, compare, worst};
    use crate::speech::{Studio, conversation};

    #[test]
    fn what_is_played_is_what_comes_out() -> Outcome {
        let sound = SoundServer::new()?;
        let studio = Studio::new()?;
        let call = studio.spoken(&conversation(5))?;
        let capture = sound.record()?;
        sound.play_file(&call)?;
        let source = crate::audio_file::decode(&call, DEVICE_HZ)?;
        let matches = compare(&source, &capture.samples()?);
        assert!(matches.len() >= 8 && worst(&matches) >= MATCH, "{matches:?}");
        Ok(())
    }
}
