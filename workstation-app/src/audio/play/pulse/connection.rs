//! How are messages exchanged with a sound server, without ever waiting too long for it?
//!
//! Every wait ends with its deadline or when the listener wants to leave, whatever the server does:
//! a hung server must not hold a window that is to close.

use std::collections::VecDeque;
use std::io::{Cursor, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use pulseaudio::protocol::{
    self, Command, CommandReply, Descriptor, DescriptorFlags, ProtocolError, PulseError,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use zeroize::Zeroizing;

use super::signal::Signal;

/// Room for what waits to be sent: the server's whole queue and the commands beside it.
const OUTGOING_OCTETS: usize = 4 << 20;
/// No message of a server is longer.
const MESSAGE_OCTETS: usize = 1 << 20;
/// The channel of what is no stream.
const COMMAND_CHANNEL: u32 = u32::MAX;
/// Samples go to a place in the stream, counted from its beginning.
const SEEK_ABSOLUTE: u32 = 1;

/// Why talking to the server ended.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It cannot be reached, or has gone.
    #[error("the sound server cannot be reached")]
    Unreachable(#[from] std::io::Error),
    /// It does not answer.
    #[error("the sound server does not answer")]
    Silent,
    /// It has no device but the one that stands in for none.
    #[error("the sound server has no device")]
    NoDevice,
    /// It says no.
    #[error("the sound server refused: {0:?}")]
    Refused(PulseError),
    /// It said what cannot be understood.
    #[error("the sound server is not understood")]
    NotUnderstood(#[from] ProtocolError),
    /// Nobody wants an answer any more.
    #[error("given up")]
    GivenUp,
}

impl From<rustix::io::Errno> for LinkError {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Unreachable(error.into())
    }
}

/// What the server says.
#[derive(Debug)]
pub enum Message {
    /// Something happened.
    Event(Box<Command>),
    /// The answer to the command of this number.
    Reply(u32, Vec<u8>),
    /// The command of this number is refused.
    Refusal(u32, PulseError),
}

/// A connection that never blocks but in [`wait`](Self::wait) and [`ask`](Self::ask).
pub struct Connection {
    socket: UnixStream,
    signal: Signal,
    version: u16,
    next_number: u32,
    incoming: Vec<u8>,
    /// Holds samples: allocated once, since a growing vector would leave copies behind unwiped.
    outgoing: Zeroizing<Vec<u8>>,
    sent: usize,
    messages: VecDeque<Message>,
}

impl Connection {
    /// Connects to a server's socket.
    pub fn open(path: &Path, signal: Signal) -> Result<Self, LinkError> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket =
            rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
        // A hung server's queue of guests may be full: that is an error here, not a wait.
        rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
        Ok(Self {
            socket: UnixStream::from(socket),
            signal,
            version: protocol::MAX_VERSION,
            next_number: 0,
            incoming: Vec::new(),
            outgoing: Zeroizing::new(Vec::with_capacity(OUTGOING_OCTETS)),
            sent: 0,
            messages: VecDeque::new(),
        })
    }

    /// Takes back the request to leave, for a last word.
    pub fn stay(&self) {
        self.signal.stay();
    }

    /// The version both sides speak from now on.
    pub fn set_version(&mut self, version: u16) {
        self.version = version.min(protocol::MAX_VERSION);
    }

    /// Waits until the server says something, the signal rings, or `deadline`.
    pub fn wait(&mut self, deadline: Instant) -> Result<(), LinkError> {
        self.flush()?;
        let mut interest = PollFlags::IN;
        if self.sent < self.outgoing.len() {
            interest |= PollFlags::OUT;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).ok();
        let mut both = [
            PollFd::new(&self.socket, interest),
            PollFd::new(self.signal.descriptor(), PollFlags::IN),
        ];
        match poll(&mut both, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        self.signal.hush();
        if self.signal.is_leaving() {
            return Err(LinkError::GivenUp);
        }
        self.flush()?;
        self.receive()
    }

    /// What has come, in its order.
    pub fn next_message(&mut self) -> Option<Message> {
        self.messages.pop_front()
    }

    /// Sends a command without waiting for its answer; gives its number.
    pub fn tell(&mut self, command: &Command) -> Result<u32, LinkError> {
        let number = self.next_number;
        self.next_number = self.next_number.wrapping_add(1);
        let mut octets = Vec::new();
        protocol::encode_command_message(&mut octets, number, command, self.version)?;
        self.enqueue(&octets)?;
        self.flush()?;
        Ok(number)
    }

    /// Sends a command and waits for its answer.
    pub fn ask<R: CommandReply>(
        &mut self,
        command: &Command,
        limit: Duration,
    ) -> Result<R, LinkError> {
        let octets = self.answer_to(command, limit)?;
        self.parse(&octets)
    }

    /// What a reply says.
    pub fn parse<R: CommandReply>(&self, octets: &[u8]) -> Result<R, LinkError> {
        let mut reader = Cursor::new(octets);
        Ok(protocol::TagStructReader::new(&mut reader, self.version).read()?)
    }

    fn answer_to(&mut self, command: &Command, limit: Duration) -> Result<Vec<u8>, LinkError> {
        let deadline = Instant::now() + limit;
        let number = self.tell(command)?;
        loop {
            match self.take_answer(number) {
                Some(Message::Reply(_, octets)) => return Ok(octets),
                Some(Message::Refusal(_, error)) => return Err(LinkError::Refused(error)),
                _ if Instant::now() >= deadline => return Err(LinkError::Silent),
                _ => self.wait(deadline)?,
            }
        }
    }

    fn take_answer(&mut self, number: u32) -> Option<Message> {
        let index = self.messages.iter().position(|message| match message {
            Message::Reply(of, _) | Message::Refusal(of, _) => *of == number,
            Message::Event(_) => false,
        })?;
        self.messages.remove(index)
    }

    /// Appends samples for a stream, `write`n into the buffer they are sent from. With `at` they go
    /// to that octet of the stream, over what is there; else they follow the last ones. An error if
    /// so much waits to be sent that there is no room: the server has taken nothing for long.
    pub fn send_samples(
        &mut self,
        channel: u32,
        at: Option<u64>,
        length: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), LinkError> {
        self.outgoing.drain(..self.sent);
        self.sent = 0;
        let needed = protocol::DESCRIPTOR_SIZE + length;
        if self.outgoing.capacity() - self.outgoing.len() < needed {
            return Err(LinkError::Silent);
        }
        let descriptor = Descriptor {
            length: u32::try_from(length).unwrap_or(u32::MAX),
            channel,
            offset: at.unwrap_or(0),
            flags: DescriptorFlags::from_bits_retain(if at.is_some() { SEEK_ABSOLUTE } else { 0 }),
        };
        let mut header = [0; protocol::DESCRIPTOR_SIZE];
        protocol::encode_descriptor(&mut header, &descriptor);
        self.outgoing.extend_from_slice(&header);
        write(&mut self.outgoing);
        self.flush()
    }

    fn enqueue(&mut self, octets: &[u8]) -> Result<(), LinkError> {
        if self.outgoing.capacity() - self.outgoing.len() < octets.len() {
            return Err(LinkError::Silent);
        }
        self.outgoing.extend_from_slice(octets);
        Ok(())
    }

    /// Sends as much as the server takes now.
    fn flush(&mut self) -> Result<(), LinkError> {
        while let Some(rest @ [_, ..]) = self.outgoing.get(self.sent..) {
            match self.socket.write(rest) {
                Ok(count) => self.sent += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.outgoing.clear();
        self.sent = 0;
        Ok(())
    }

    fn receive(&mut self) -> Result<(), LinkError> {
        let mut buffer = [0; 16_384];
        loop {
            match self.socket.read(&mut buffer) {
                Ok(0) => return Err(std::io::Error::from(ErrorKind::ConnectionReset).into()),
                Ok(count) => {
                    self.incoming.extend_from_slice(buffer.get(..count).unwrap_or_default())
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
            self.split()?;
        }
    }

    /// Takes the whole messages out of what has come.
    fn split(&mut self) -> Result<(), LinkError> {
        while self.incoming.len() >= protocol::DESCRIPTOR_SIZE {
            let descriptor = protocol::read_descriptor(&mut self.incoming.as_slice())?;
            let length = descriptor.length as usize;
            if length > MESSAGE_OCTETS {
                return Err(ProtocolError::Invalid("a message without measure".to_owned()).into());
            }
            let end = protocol::DESCRIPTOR_SIZE + length;
            let Some(octets) = self.incoming.get(protocol::DESCRIPTOR_SIZE..end) else { break };
            if descriptor.channel == COMMAND_CHANNEL
                && let Some(message) = understood(octets, self.version)
            {
                self.messages.push_back(message);
            }
            self.incoming.drain(..end);
        }
        Ok(())
    }
}

/// None for what this version of the protocol does not know, which is no reason to stop.
fn understood(octets: &[u8], version: u16) -> Option<Message> {
    let mut reader = Cursor::new(octets);
    match Command::read_tag_prefixed(&mut reader, version).ok()? {
        (number, Command::Reply) => {
            let rest = octets.get(usize::try_from(reader.position()).ok()?..)?;
            Some(Message::Reply(number, rest.to_vec()))
        }
        (number, Command::Error(error)) => Some(Message::Refusal(number, error)),
        (_, event) => Some(Message::Event(Box::new(event))),
    }
}
