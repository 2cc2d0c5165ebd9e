//! What does an FTP server do that fails on purpose, and what was it asked for?
//!
//! Real servers do not lie, fall silent or vanish where a test wants it. What a working server does
//! is shown with vsftpd.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::Outcome;

/// What happens at a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Twist {
    /// What a good server does.
    None,
    /// Nothing but this answer.
    Say(String),
    /// Nothing, and no answer ever.
    Silence,
    /// Nothing, and an answer without an end, an octet at a time.
    Drip,
    /// The connection ends, and nothing was done.
    HangUp,
    /// It is done, and the connection ends before the answer.
    Vanish,
    /// The connection that carries the file ends after so many octets; they are kept.
    CutData(usize),
    /// The connection that carries the file is never read from.
    Stall,
}

/// Says what happens at a command, and is told how many of the same verb came before it.
pub type Script = dyn Fn(&str, usize) -> Twist + Send + Sync;

/// A server on a free port of 127.0.0.1 whose files are in memory.
pub struct FtpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    script: Box<Script>,
    files: Mutex<BTreeMap<String, Vec<u8>>>,
    said: Mutex<Vec<String>>,
    has_ended: AtomicBool,
}

impl FtpServer {
    /// Starts it.
    pub fn start(script: Box<Script>) -> Outcome<FtpServer> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (files, said) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { script, files, said, has_ended: AtomicBool::new(false) });
        let thread = thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming().flatten() {
                    if shared.has_ended.load(Ordering::SeqCst) {
                        break;
                    }
                    let shared = Arc::clone(&shared);
                    // A client that hangs up is part of the tests.
                    thread::spawn(move || drop(shared.talk(stream)));
                }
            }
        });
        Ok(FtpServer { address, shared, thread: Some(thread) })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Every command so far.
    pub fn said(&self) -> Vec<String> {
        locked(&self.shared.said).clone()
    }

    /// How many commands of a verb came so far.
    pub fn count(&self, verb: &str) -> usize {
        self.said().iter().filter(|it| it.split(' ').next() == Some(verb)).count()
    }

    /// What it holds, by path.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        locked(&self.shared.files).clone()
    }

    /// Puts a file there.
    pub fn put(&self, path: &str, octets: &[u8]) {
        locked(&self.shared.files).insert(path.to_owned(), octets.to_vec());
    }
}

impl Drop for FtpServer {
    fn drop(&mut self) {
        self.shared.has_ended.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl Shared {
    fn talk(&self, stream: TcpStream) -> Outcome {
        let mut out = stream.try_clone()?;
        let mut lines = BufReader::new(stream);
        let mut data: Option<TcpListener> = None;
        let mut old_name = String::new();
        out.write_all(b"220 ready\r\n")?;
        loop {
            let mut line = Vec::new();
            if lines.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            let line: String = line.iter().copied().map(char::from).collect();
            let line = line.trim_end_matches(['\r', '\n']).to_owned();
            let twist = self.twist(&line);
            match &twist {
                Twist::Silence => return Ok(lines.read_to_end(&mut Vec::new()).map(drop)?),
                Twist::Drip => loop {
                    out.write_all(b"2")?;
                    thread::sleep(Duration::from_millis(200));
                },
                Twist::HangUp => return Ok(out.shutdown(Shutdown::Both)?),
                Twist::Say(answer) => {
                    out.write_all(format!("{answer}\r\n").as_bytes())?;
                    continue;
                }
                _ => {}
            }
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let answer = match verb {
                "PASV" => {
                    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
                    let port = listener.local_addr()?.port();
                    data = Some(listener);
                    format!("227 here (127,0,0,1,{},{})", port / 256, port % 256)
                }
                "STOR" => {
                    out.write_all(b"150 go on\r\n")?;
                    let Some(listener) = data.take() else { return Ok(()) };
                    self.store(rest, &listener, &twist)?
                }
                "RNFR" => {
                    old_name = rest.to_owned();
                    let is_there = locked(&self.files).contains_key(rest);
                    if is_there { "350 to what?".into() } else { "550 not there".to_owned() }
                }
                "RNTO" => {
                    let mut files = locked(&self.files);
                    match files.remove(&old_name) {
                        Some(octets) => {
                            files.insert(rest.to_owned(), octets);
                            "250 done".to_owned()
                        }
                        None => "550 not there".to_owned(),
                    }
                }
                verb => self.answer(verb, rest),
            };
            if twist == Twist::Vanish {
                return Ok(out.shutdown(Shutdown::Both)?);
            }
            out.write_all(format!("{answer}\r\n").as_bytes())?;
        }
    }

    fn twist(&self, line: &str) -> Twist {
        let verb = |line: &str| line.split(' ').next().map(str::to_owned);
        let before = {
            let mut said = locked(&self.said);
            let before = said.iter().filter(|it| verb(it) == verb(line)).count();
            said.push(line.to_owned());
            before
        };
        (self.script)(line, before)
    }

    fn answer(&self, verb: &str, rest: &str) -> String {
        match verb {
            "USER" => "331 password?".to_owned(),
            "PASS" => "230 welcome".to_owned(),
            "TYPE" | "OPTS" => "200 fine".to_owned(),
            "CWD" => "250 fine".to_owned(),
            "MKD" => "257 made".to_owned(),
            "QUIT" => "221 bye".to_owned(),
            "SIZE" => match locked(&self.files).get(rest) {
                Some(octets) => format!("213 {}", octets.len()),
                None => "550 not there".to_owned(),
            },
            "DELE" => match locked(&self.files).remove(rest) {
                Some(_) => "250 gone".to_owned(),
                None => "550 not there".to_owned(),
            },
            _ => "500 what?".to_owned(),
        }
    }

    fn store(&self, path: &str, data: &TcpListener, twist: &Twist) -> Outcome<String> {
        let (mut stream, _) = data.accept()?;
        let mut octets = Vec::new();
        match twist {
            // Buffers of the kernel take some of it.
            Twist::Stall => {
                while !self.has_ended.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(20));
                }
            }
            Twist::CutData(most) => {
                (&mut stream).take(*most as u64).read_to_end(&mut octets)?;
                drop(stream);
            }
            _ => drop(stream.read_to_end(&mut octets)?),
        }
        locked(&self.files).insert(path.to_owned(), octets);
        let is_cut = matches!(twist, Twist::CutData(_));
        Ok(if is_cut { "426 cut off" } else { "226 complete" }.to_owned())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
