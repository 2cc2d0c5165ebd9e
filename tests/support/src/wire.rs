//! What does a client send to its server, and when is the line between them cut?

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::Outcome;

/// Where the line is cut: at the first octets of the client that hold this text.
#[derive(Clone, Debug)]
pub enum Cut {
    /// Never.
    Never,
    /// They do not reach the server.
    Before(Vec<u8>),
    /// The server hears them and answers; the answer does not reach the client.
    After(Vec<u8>),
}

/// A port of 127.0.0.1 whose connections go on to a server, until the line is cut for all of them.
pub struct Wire {
    line: Arc<Line>,
    accepting: Option<JoinHandle<()>>,
}

struct Line {
    port: u16,
    server_port: u16,
    cut: Cut,
    is_cut: AtomicBool,
    sent: Mutex<Vec<u8>>,
    ends: Mutex<Vec<TcpStream>>,
}

impl Wire {
    /// A line to the server on this port.
    pub fn new(server_port: u16, cut: Cut) -> Outcome<Wire> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (is_cut, sent, ends) = (AtomicBool::new(false), Mutex::default(), Mutex::default());
        let line = Arc::new(Line { port, server_port, cut, is_cut, sent, ends });
        let accepting = thread::spawn({
            let line = Arc::clone(&line);
            move || line.accept(&listener)
        });
        Ok(Wire { line, accepting: Some(accepting) })
    }

    /// Where a client connects.
    pub fn port(&self) -> u16 {
        self.line.port
    }

    /// Every octet that clients have sent.
    pub fn sent(&self) -> Vec<u8> {
        locked(&self.line.sent).clone()
    }

    /// Whether the line was cut.
    pub fn is_cut(&self) -> bool {
        self.line.is_cut.load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.line.hang_up();
        drop(self.accepting.take().map(JoinHandle::join));
    }
}

impl Line {
    /// Connections are refused as soon as this returns and the listener is gone.
    fn accept(self: &Arc<Line>, listener: &TcpListener) {
        for client in listener.incoming() {
            if self.is_cut.load(Ordering::SeqCst) {
                return;
            }
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, self.server_port));
            if let (Ok(client), Ok(server)) = (client, server) {
                drop(self.join(&client, &server));
            }
        }
    }

    fn join(self: &Arc<Line>, client: &TcpStream, server: &TcpStream) -> Outcome {
        locked(&self.ends).extend([client.try_clone()?, server.try_clone()?]);
        let is_deaf = Arc::new(AtomicBool::new(false));
        let (from, to) = (client.try_clone()?, server.try_clone()?);
        let (line, deaf) = (Arc::clone(self), Arc::clone(&is_deaf));
        thread::spawn(move || line.carry_to_server(from, to, &deaf));
        let (from, to) = (server.try_clone()?, client.try_clone()?);
        let line = Arc::clone(self);
        thread::spawn(move || line.carry_to_client(from, to, &is_deaf));
        Ok(())
    }

    fn carry_to_server(&self, mut from: TcpStream, mut to: TcpStream, is_deaf: &AtomicBool) {
        let mut octets = [0; 16_384];
        while let Ok(length @ 1..) = from.read(&mut octets) {
            let piece = octets.get(..length).unwrap_or_default();
            match &self.cut {
                Cut::Before(text) if self.hears(piece, text) => return self.hang_up(),
                Cut::After(text) if self.hears(piece, text) => {
                    is_deaf.store(true, Ordering::SeqCst)
                }
                _ => locked(&self.sent).extend(piece),
            }
            if to.write_all(piece).is_err() {
                break;
            }
        }
        drop(to.shutdown(Shutdown::Both));
    }

    fn carry_to_client(&self, mut from: TcpStream, mut to: TcpStream, is_deaf: &AtomicBool) {
        let mut octets = [0; 16_384];
        while let Ok(length @ 1..) = from.read(&mut octets) {
            if is_deaf.load(Ordering::SeqCst) {
                return self.hang_up();
            }
            if to.write_all(octets.get(..length).unwrap_or_default()).is_err() {
                break;
            }
        }
        drop(to.shutdown(Shutdown::Both));
    }

    /// Whether the text stands in what was sent now, its beginning perhaps in what came before.
    fn hears(&self, piece: &[u8], text: &[u8]) -> bool {
        let mut sent = locked(&self.sent);
        let start = sent.len().saturating_sub(text.len());
        sent.extend(piece);
        sent.get(start..).unwrap_or_default().windows(text.len()).any(|it| it == text)
    }

    fn hang_up(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for end in locked(&self.ends).drain(..) {
            drop(end.shutdown(Shutdown::Both));
        }
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

/// A thread that died while it held the lock has not broken what it holds.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::wait_for;
    use std::time::Duration;

    /// Sends `words` one by one over a line to a server that answers each with itself, and returns
    /// what came back.
    fn talk(cut: Cut, words: &[&str]) -> Outcome<(String, Vec<u8>)> {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let wire = Wire::new(server.local_addr()?.port(), cut)?;
        let echo = thread::spawn(move || -> Outcome<Vec<u8>> {
            let (mut client, _) = server.accept()?;
            let (mut heard, mut octet) = (Vec::new(), [0]);
            while let Ok(1) = client.read(&mut octet) {
                heard.extend(octet);
                // The line may be cut between the two.
                if client.write_all(&octet).is_err() {
                    break;
                }
            }
            Ok(heard)
        });
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, wire.port()))?;
        let mut answers = String::new();
        for word in words {
            drop(client.write_all(word.as_bytes()));
            let mut answer = vec![0; word.len()];
            if client.read_exact(&mut answer).is_ok() {
                answers += &String::from_utf8_lossy(&answer);
            }
        }
        drop(client);
        if wire.is_cut() {
            let address = (Ipv4Addr::LOCALHOST, wire.port());
            let refused = || Ok(TcpStream::connect(address).is_err().then_some(()));
            wait_for("a refusal", Duration::from_secs(5), refused)?;
        }
        let heard = echo.join().map_err(|_| crate::Failure::new("the server died"))??;
        Ok((answers, heard))
    }

    #[test]
    fn a_line_carries_both_ways_until_it_is_cut() -> Outcome {
        let words = ["one ", "two ", "three"];
        assert_eq!(talk(Cut::Never, &words)?, ("one two three".into(), b"one two three".to_vec()));
        let before = talk(Cut::Before(b"two".to_vec()), &words)?;
        assert_eq!(before, ("one ".into(), b"one ".to_vec()));
        // The server answers octet by octet, and the first answer cuts the line.
        let (answers, heard) = talk(Cut::After(b"two".to_vec()), &words)?;
        assert_eq!(answers, "one ");
        assert!(heard.starts_with(b"one t") && !heard.ends_with(b"three"), "{heard:?}");
        Ok(())
    }
}
