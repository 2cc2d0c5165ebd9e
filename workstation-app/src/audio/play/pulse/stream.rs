//! How is a recording played through a connection to a sound server?
//!
//! The server holds half a second in advance, so that no other program's work makes a gap. A pause,
//! a jump, another loudness write over what is not played yet, so that they are heard at once.

use std::num::NonZero;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pulseaudio::protocol::{Command, LatencyParams, PlaybackLatency, PulseError, SampleSpec};

use super::connection::{Connection, LinkError, Message};
use super::format::{frame_octets, push_frame, stream_spec};
use super::opening::{ANSWER_LIMIT, QUEUE_MS, chosen_device, create, device_info};
use crate::audio::play::choice::Choice;
use crate::audio::play::output::MakeVoice;
use crate::audio::play::voice::Voice;

/// What is taken for playing before this much later is not written over: the server takes a period
/// at a time, and the new samples need some time to get there.
const REACTION_MS: u64 = 30;
/// How often the server is asked where it is.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// The same while it has not begun to play.
const START_INTERVAL: Duration = Duration::from_millis(20);
/// After this long without an answer it is not known what has been played since the last one.
const SILENCE_LIMIT: Duration = Duration::from_millis(300);
/// The time in which the server must say where it is before anything else is seen to.
const CHANGE_LIMIT: Duration = Duration::from_millis(60);
/// Samples go in pieces that fit into the server's own blocks.
const PIECE_OCTETS: usize = 32_768;
/// The first of what is written over goes ahead in a piece this long: made in a moment, it is there
/// in time where a busy machine keeps the rest waiting.
const FIRST_PIECE_MS: u64 = 50;
/// A fade has been played by then: the reaction, a period, the fade itself.
const LEAVING_TIME: Duration = Duration::from_millis(70);

/// Where the server was, and when.
#[derive(Clone, Copy)]
struct Moment {
    played: u64,
    at: Instant,
    is_running: bool,
}

/// A stream of samples to a server's device.
pub struct Stream {
    connection: Connection,
    choice: Arc<Choice>,
    voice: Voice,
    channel: u32,
    spec: SampleSpec,
    /// Octets the server has asked for and not got; less than none after writing over.
    wanted: i64,
    /// Number of the question that is not answered yet.
    asked: Option<u32>,
    moment: Option<Moment>,
    read: u64,
    /// An order has come that the server was too slow for.
    is_change_due: bool,
}

impl Stream {
    /// Begins to play through `connection`, at the rate of the device that was chosen, or else of
    /// the default.
    pub fn begin(
        mut connection: Connection,
        choice: Arc<Choice>,
        make_voice: MakeVoice<'_>,
    ) -> Result<Self, LinkError> {
        let chosen = chosen_device(&mut connection, &choice)?;
        let (spec, stream) = create(&mut connection, chosen)?;
        choice.found(chosen.is_some());
        let voice = make_voice(rate_of(spec)).map_err(|_| LinkError::Silent)?;
        Ok(Self {
            voice: with_past(voice, spec),
            connection,
            choice,
            channel: stream.channel,
            spec,
            wanted: i64::from(stream.requested_bytes),
            asked: None,
            moment: None,
            read: 0,
            is_change_due: false,
        })
    }

    /// What the person's side shares with it.
    pub fn voice(&self) -> &Voice {
        &self.voice
    }

    /// Plays until the server or the listener leaves.
    pub fn run(&mut self) {
        let end = self.play();
        if let Err(LinkError::GivenUp) = end {
            // Too late to wait for anything, but not to be heard fading.
            let _ = self.fade_away();
            return;
        }
        // What is only guessed to have been played is played again rather than lost.
        let played = self.moment.map_or(0, |moment| moment.played);
        self.voice.lost_after(played);
    }

    fn play(&mut self) -> Result<(), LinkError> {
        loop {
            self.fill()?;
            self.look()?;
            self.connection.wait(Instant::now() + self.look_interval())?;
            while let Some(message) = self.connection.next_message() {
                self.heed(message)?;
            }
            if self.voice.has_new_orders() || self.is_change_due {
                self.change()?;
            }
            self.report();
        }
    }

    fn fade_away(&mut self) -> Result<(), LinkError> {
        self.connection.stay();
        let is_heard = self.moment.is_some_and(|moment| moment.is_running);
        if is_heard && !self.voice.controls().is_running() {
            if self.voice.has_new_orders() || self.is_change_due {
                self.change()?;
            }
            std::thread::sleep(LEAVING_TIME);
            // Where the fade ended is where another device goes on.
            self.report();
        }
        self.connection.tell(&Command::DeletePlaybackStream(self.channel)).map(drop)
    }

    /// Gives the server what it asked for.
    fn fill(&mut self) -> Result<(), LinkError> {
        let octets = usize::try_from(self.wanted).unwrap_or(0);
        self.send(None, octets / frame_octets(self.spec))
    }

    /// Sends so many frames, from the octet `at` of the stream on or after the last ones.
    fn send(&mut self, mut at: Option<u64>, frames: usize) -> Result<(), LinkError> {
        let size = frame_octets(self.spec);
        let mut left = frames;
        let first = usize::try_from(self.frames(FIRST_PIECE_MS)).unwrap_or(usize::MAX);
        while left > 0 {
            let most = PIECE_OCTETS / size;
            let count = left.min(if at.is_some() { most.min(first) } else { most });
            let (voice, spec) = (&mut self.voice, self.spec);
            self.connection.send_samples(self.channel, at.take(), count * size, |octets| {
                for _ in 0..count {
                    push_frame(octets, voice.next_frame(), spec);
                }
            })?;
            self.wanted = self.wanted.saturating_sub_unsigned((count * size) as u64);
            left -= count;
        }
        Ok(())
    }

    /// Writes over what was sent and is not played yet.
    fn change(&mut self) -> Result<(), LinkError> {
        // Until it is done: the wait for an answer may end in other ways.
        self.is_change_due = true;
        let (question, asked) = (self.question(), Instant::now());
        let latency = match self.connection.ask::<PlaybackLatency>(&question, CHANGE_LIMIT) {
            Err(LinkError::Silent) => return Ok(()),
            answer => answer?,
        };
        self.is_change_due = false;
        self.learn(&latency);
        let size = frame_octets(self.spec) as u64;
        let given = self.voice.given();
        // A server that is slow to answer is slow to take what it gets, too.
        let slow_ms = u64::try_from(2 * asked.elapsed().as_millis()).unwrap_or(0);
        self.voice.take_back(self.read.div_ceil(size) + self.frames(REACTION_MS + slow_ms));
        let first = self.voice.given();
        let frames = usize::try_from(given.saturating_sub(first)).unwrap_or(0);
        self.send(Some(first * size), frames)
    }

    fn look(&mut self) -> Result<(), LinkError> {
        let interval = self.look_interval();
        let is_due = self.moment.is_none_or(|moment| moment.at.elapsed() >= interval);
        if is_due && self.asked.is_none() {
            let question = self.question();
            self.asked = Some(self.connection.tell(&question)?);
        }
        Ok(())
    }

    fn look_interval(&self) -> Duration {
        if self.moment.is_some_and(|moment| moment.is_running) {
            LOOK_INTERVAL
        } else {
            START_INTERVAL
        }
    }

    fn question(&self) -> Command {
        let now = std::time::SystemTime::now();
        Command::GetPlaybackLatency(LatencyParams { channel: self.channel, now })
    }

    fn heed(&mut self, message: Message) -> Result<(), LinkError> {
        match message {
            Message::Reply(number, octets) if self.asked == Some(number) => {
                self.asked = None;
                let latency = self.connection.parse::<PlaybackLatency>(&octets)?;
                self.learn(&latency);
            }
            Message::Refusal(number, error) if self.asked == Some(number) => {
                return Err(LinkError::Refused(error));
            }
            Message::Event(event) => self.heed_event(*event)?,
            _ => {}
        }
        Ok(())
    }

    fn heed_event(&mut self, event: Command) -> Result<(), LinkError> {
        match event {
            Command::Request(request) if request.channel == self.channel => {
                self.wanted = self.wanted.saturating_add(i64::from(request.length));
            }
            Command::PlaybackStreamKilled(channel) if channel == self.channel => {
                return Err(LinkError::Refused(PulseError::Killed));
            }
            Command::PlaybackStreamMoved(moved) if moved.stream_index == self.channel => {
                self.follow(moved.device_index)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The server has moved the stream to another device: its rate may be another, too.
    fn follow(&mut self, device: u32) -> Result<(), LinkError> {
        let spec = stream_spec(device_info(&mut self.connection, Some(device))?.sample_spec);
        self.choice.found(chosen_device(&mut self.connection, &self.choice)? == Some(device));
        if spec == self.spec {
            return Ok(());
        }
        self.ask_what_was_played()?;
        self.connection.tell(&Command::DeletePlaybackStream(self.channel))?;
        let default = device_info(&mut self.connection, None)?;
        // Bound to a device only if the person has chosen one: else it follows the default on.
        let chosen = (default.index != device).then_some(device);
        let (spec, stream) = create(&mut self.connection, chosen)?;
        let voice = self.voice.at_rate(rate_of(spec)).map_err(|_| LinkError::Silent)?;
        self.voice = with_past(voice, spec);
        self.channel = stream.channel;
        self.spec = spec;
        self.wanted = i64::from(stream.requested_bytes);
        (self.asked, self.moment, self.read) = (None, None, 0);
        Ok(())
    }

    /// Moving may have taken its time, in which nothing was played: a guess would lead too far.
    fn ask_what_was_played(&mut self) -> Result<(), LinkError> {
        let latency = self.connection.ask::<PlaybackLatency>(&self.question(), ANSWER_LIMIT)?;
        let before = self.moment.map_or(0, |moment| moment.played);
        self.learn(&latency);
        if let Some(moment) = &mut self.moment {
            // The new device may hold silence in advance that is none of this stream's.
            moment.played = moment.played.max(before);
        }
        self.report();
        Ok(())
    }

    fn learn(&mut self, latency: &PlaybackLatency) {
        let read = u64::try_from(latency.read_offset).unwrap_or(0);
        if read > self.read {
            self.voice.controls().add_progress(read - self.read);
        }
        self.read = read;
        let frames = read / frame_octets(self.spec) as u64;
        let late = latency.sink_usec.saturating_mul(u64::from(self.spec.sample_rate)) / 1_000_000;
        self.moment = Some(Moment {
            played: frames.saturating_sub(late),
            at: Instant::now(),
            is_running: latency.playing,
        });
    }

    /// Tells the person's side what is heard now.
    fn report(&mut self) {
        let Some(moment) = self.moment else { return };
        // What is only guessed to have been played is not counted once there is no answer.
        let is_known = moment.is_running && moment.at.elapsed() < SILENCE_LIMIT;
        let since = if is_known { moment.at.elapsed() } else { Duration::ZERO };
        let since_ms = u64::try_from(since.as_millis()).unwrap_or(0);
        self.voice.report((moment.played + self.frames(since_ms)).min(self.voice.given()));
    }

    fn frames(&self, milliseconds: u64) -> u64 {
        u64::from(self.spec.sample_rate) * milliseconds / 1000
    }
}

fn with_past(mut voice: Voice, spec: SampleSpec) -> Voice {
    // Twice the queue: more is never taken back.
    let frames = u64::from(spec.sample_rate) * QUEUE_MS * 2 / 1000;
    voice.reported_by_device(usize::try_from(frames).unwrap_or(0));
    voice
}

fn rate_of(spec: SampleSpec) -> NonZero<u32> {
    NonZero::new(spec.sample_rate).unwrap_or(NonZero::<u32>::MIN)
}
