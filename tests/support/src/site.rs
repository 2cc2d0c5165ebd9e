//! What does a web server send that fails on purpose, and what was it asked for?
//!
//! Real servers do not break a connection where a test wants it, and do not show the headers that
//! came. What a working server does is shown with Apache.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::Outcome;

/// One request, as it came.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The path with its query.
    pub path: String,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Says for each request, and how many of the same path came before it, what is sent: all octets,
/// the status line included; then the connection is closed.
pub type Script = dyn Fn(&Request, usize) -> Vec<u8> + Send + Sync;

/// A server on a free port of 127.0.0.1.
pub struct Site {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    has_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    /// Starts it.
    pub fn start(script: Box<Script>) -> Outcome<Site> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (seen, has_ended) =
            (Arc::<Mutex<Vec<Request>>>::default(), Arc::<AtomicBool>::default());
        let (record, end) = (Arc::clone(&seen), Arc::clone(&has_ended));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Acquire) {
                    break;
                }
                // A client that hangs up is part of the tests.
                let _ = stream.map(|stream| answer(stream, &record, &script));
            }
        });
        Ok(Site { address, seen, has_ended, thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT` and a path.
    pub fn link(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::Release);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, seen: &Mutex<Vec<Request>>, script: &Script) -> Outcome {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut request = Request { path, headers: Vec::new() };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        request.headers.push((name.to_lowercase(), value.to_owned()));
    }
    let before = {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.iter().filter(|other| other.path == request.path).count();
        seen.push(request.clone());
        before
    };
    stream.write_all(&script(&request, before))?;
    // What is in the pipe is sent before the end of it.
    stream.shutdown(Shutdown::Write)?;
    Ok(())
}

/// A whole answer: status (`200 OK`), further header lines, body.
pub fn reply(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for header in headers {
        answer.push_str(header);
        answer.push_str("\r\n");
    }
    answer.push_str("Connection: close\r\n\r\n");
    [answer.as_bytes(), body].concat()
}
