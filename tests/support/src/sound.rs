//! What really comes out of the sound device?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::Outcome;
pub use crate::capture::Capture;
use crate::process::{Background, finish, guarded_tool, output_of, tool, wait_for};

/// The device's rate, as in most computers.
pub const DEVICE_HZ: u32 = 48_000;

const START_WAIT: Duration = Duration::from_secs(10);

/// A sound device that goes nowhere but keeps real time.
#[derive(Clone, Copy, Debug)]
pub struct Sink {
    /// What the server calls it.
    pub name: &'static str,
    /// Frames a second.
    pub rate_hz: u32,
    /// One is mono, two are left and right, six are 5.1.
    pub channel_count: usize,
    /// As the server writes it: `s16le`, `float32le`.
    pub format: &'static str,
}

impl Sink {
    /// Stereo with 16 bits at 48 kHz, as most computers have it.
    pub const USUAL: Sink =
        Sink { name: "callseal", rate_hz: DEVICE_HZ, channel_count: 2, format: "s16le" };

    /// The module's arguments that make it.
    fn arguments(&self) -> String {
        let Sink { name, rate_hz, channel_count, format } = self;
        let usual = format!("sink_name={name} rate={rate_hz} channels={channel_count}");
        // Left and right first, as on two channels; the server's own order is another.
        let map = "channel_map=front-left,front-right,front-center,lfe,rear-left,rear-right";
        let map = if *channel_count == 6 { map } else { "" };
        format!("{usual} format={format} {map}").trim_end().to_owned()
    }

    /// How the server names what it is sent in.
    pub fn spec(&self) -> String {
        format!("{} {}ch {}Hz", self.format, self.channel_count, self.rate_hz)
    }
}

/// A program's sound on its way to a device, as the server lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SoundStream {
    /// Number of the device.
    pub sink: String,
    /// Format, channels and rate in which it is sent.
    pub spec: String,
    /// How the server converts it: `copy` or `n/a` if it does not.
    pub resample_method: String,
}

/// A PulseAudio server of its own.
pub struct SoundServer {
    // Ended before its folder goes.
    server: Background,
    folder: TempDir,
    captures: AtomicUsize,
}

impl SoundServer {
    /// Starts a server with the usual device on a socket of its own; works for root, too.
    pub fn new() -> Outcome<SoundServer> {
        SoundServer::with(&[Sink::USUAL])
    }

    /// Starts a server with these devices, or none; the first is the default.
    pub fn with(sinks: &[Sink]) -> Outcome<SoundServer> {
        let folder = tempfile::Builder::new().prefix("snd").tempdir_in("/tmp")?;
        SoundServer::in_folder(folder, sinks)
    }

    /// The folder of a server that is to be started later; its socket is not there yet.
    pub fn prepared() -> Outcome<TempDir> {
        Ok(tempfile::Builder::new().prefix("snd").tempdir_in("/tmp")?)
    }

    /// As [`with`](Self::with), in a folder from [`prepared`](Self::prepared).
    pub fn in_folder(folder: TempDir, sinks: &[Sink]) -> Outcome<SoundServer> {
        let server = start(folder.path(), sinks)?;
        let mut sound = SoundServer { server, folder, captures: AtomicUsize::new(0) };
        sound.wait_until_ready()?;
        Ok(sound)
    }

    /// Kills the server as a crash does; its socket stays behind.
    pub fn kill(&mut self) -> Outcome {
        self.server.signal("KILL")?;
        self.server.wait(START_WAIT).map(drop)
    }

    /// Starts it anew on the same socket after [`kill`](Self::kill).
    pub fn start_again(&mut self, sinks: &[Sink]) -> Outcome {
        self.server = start(self.folder.path(), sinks)?;
        self.wait_until_ready()
    }

    /// Stops the server where it stands: its socket accepts and nobody answers.
    pub fn hang(&self) -> Outcome {
        self.server.signal("STOP")
    }

    /// Lets it go on after [`hang`](Self::hang).
    pub fn go_on(&self) -> Outcome {
        self.server.signal("CONT")
    }

    fn wait_until_ready(&mut self) -> Outcome {
        wait_for("the sound server", START_WAIT, || {
            self.server.still_running()?;
            let answer = finish(self.client(tool("pactl")?).arg("info"))?;
            Ok((answer.code == Some(0)).then_some(()))
        })
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

    fn pactl(&self, arguments: &[&str]) -> Outcome<String> {
        let octets = output_of(self.client(tool("pactl")?).env("LC_ALL", "C").args(arguments))?;
        Ok(String::from_utf8_lossy(&octets).into_owned())
    }

    /// Plugs a device in; gives the number to unplug it by.
    pub fn plug_in(&self, sink: &Sink) -> Outcome<String> {
        let arguments = sink.arguments();
        let mut command = vec!["load-module", "module-null-sink"];
        command.extend(arguments.split(' '));
        Ok(self.pactl(&command)?.trim().to_owned())
    }

    /// Plugs a device in that people know by another name than the server.
    pub fn plug_in_named(&self, sink: &Sink, name: &str) -> Outcome<String> {
        let arguments = sink.arguments();
        let described = format!("sink_properties=device.description={name}");
        let mut command = vec!["load-module", "module-null-sink"];
        command.extend(arguments.split(' '));
        command.push(&described);
        Ok(self.pactl(&command)?.trim().to_owned())
    }

    /// Lets the server put a dummy in the place of devices that are not there, as desktops do.
    pub fn plug_in_dummy(&self) -> Outcome {
        self.pactl(&["load-module", "module-always-sink"]).map(drop)
    }

    /// Unplugs a device by its number.
    pub fn unplug(&self, module: &str) -> Outcome {
        self.pactl(&["unload-module", module]).map(drop)
    }

    /// Makes a device the one that programs play to. Recorders of the one before follow, too, unless
    /// they are [bound](Self::bind_recorders) to theirs.
    pub fn make_default(&self, sink: &Sink) -> Outcome {
        self.pactl(&["set-default-sink", sink.name]).map(drop)
    }

    /// Lets recorders stay where they are when another device becomes the default.
    pub fn bind_recorders(&self, sink: &Sink) -> Outcome {
        self.pactl(&["set-default-source", &format!("{}.monitor", sink.name)]).map(drop)
    }

    /// Puts a device to sleep or wakes it.
    pub fn suspend(&self, sink: &Sink, is_asleep: bool) -> Outcome {
        self.pactl(&["suspend-sink", sink.name, if is_asleep { "1" } else { "0" }]).map(drop)
    }

    /// What plays now.
    pub fn streams(&self) -> Outcome<Vec<SoundStream>> {
        let list = self.pactl(&["list", "sink-inputs"])?;
        let after = |part: &str, name: &str| {
            let value = part.lines().find_map(|line| line.trim().strip_prefix(name));
            value.unwrap_or_default().trim().to_owned()
        };
        let parts = list.split("Sink Input #").skip(1);
        let stream = |part: &str| SoundStream {
            sink: after(part, "Sink:"),
            spec: after(part, "Sample Specification:"),
            resample_method: after(part, "Resample method:"),
        };
        Ok(parts.map(stream).collect())
    }

    /// Number of programs that hold a connection under this name.
    pub fn clients_named(&self, name: &str) -> Outcome<usize> {
        let wanted = format!("application.name = \"{name}\"");
        Ok(self.pactl(&["list", "clients"])?.matches(&wanted).count())
    }

    /// Starts to record what comes out of the usual device, as one channel of 16 bits.
    pub fn record(&self) -> Outcome<Capture> {
        let mono = Sink { channel_count: 1, format: "s16le", ..Sink::USUAL };
        self.record_in(&mono, "--latency-msec=50", &[])
    }

    /// Starts to record what comes out of a device, in its own rate and channels, as floats.
    pub fn record_all_of(&self, sink: &Sink) -> Outcome<Capture> {
        let as_it_is = Sink { format: "float32le", ..*sink };
        self.record_in(&as_it_is, "--latency-msec=10", &["--no-remap"])
    }

    fn record_in(&self, sink: &Sink, latency: &str, more: &[&str]) -> Outcome<Capture> {
        let number = self.captures.fetch_add(1, Ordering::Relaxed);
        let file = self.folder.path().join(format!("capture-{number}.raw"));
        let mut parec = self.client(guarded_tool("parec")?);
        parec.arg(format!("--device={}.monitor", sink.name)).arg("--raw").arg(latency).args(more);
        parec.arg(format!("--format={}", sink.format)).arg(format!("--rate={}", sink.rate_hz));
        parec.arg(format!("--channels={}", sink.channel_count));
        parec.stdin(Stdio::null()).stdout(fs::File::create(&file)?).stderr(Stdio::null());
        let capture = Capture::start(Background::start(&mut parec)?, file, *sink);
        // Nobody listened until now: the device has taken two seconds of silence in advance, and the
        // recorder would wait for their end. Asleep, it forgets them.
        if !capture.begins_within(Duration::from_millis(120))? && self.streams()?.is_empty() {
            self.suspend(sink, true)?;
            self.suspend(sink, false)?;
        }
        capture.wait_for_begin()
    }

    /// Plays a file through the server with its own player, to the end.
    pub fn play_file(&self, file: &Path) -> Outcome {
        output_of(self.client(tool("paplay")?).arg(file)).map(drop)
    }
}

fn start(folder: &Path, sinks: &[Sink]) -> Outcome<Background> {
    let mut command = guarded_tool("pulseaudio")?;
    private(&mut command, folder);
    command.args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"]);
    // As on a desktop, the server goes before the programs that play, where it may.
    command.args(["--disallow-exit=yes", "--realtime=yes", "--high-priority=yes"]);
    for sink in sinks {
        command.args(["-L", &format!("module-null-sink {}", sink.arguments())]);
    }
    // Last: a program that finds the socket finds the devices, too.
    let socket = socket_in(folder);
    let socket = format!("auth-anonymous=1 socket={}", socket.display());
    command.args(["-L", &format!("module-native-protocol-unix {socket}")]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Background::start(&mut command)
}

/// Where the server in a folder listens.
pub fn socket_in(folder: &Path) -> PathBuf {
    folder.join("native")
}

fn private(command: &mut Command, folder: &Path) {
    command.env("XDG_RUNTIME_DIR", folder).env("PULSE_RUNTIME_PATH", folder);
    command.env("PULSE_COOKIE", folder.join("cookie")).env("PULSE_STATE_PATH", folder);
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
