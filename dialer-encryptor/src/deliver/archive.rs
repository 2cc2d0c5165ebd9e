//! What can be asked of the archive's server, so that no question waits for ever?

use super::deadline::Deadline;
use super::settings::Server;
use super::trouble::{Trouble, absent, is_unknown, trouble};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use suppaftp::rustls::ClientConfig;
use suppaftp::types::{FileType, Response};
use suppaftp::{Encoding, FtpError, Mode, RustlsConnector, RustlsFtpStream, Status};
use zeroize::Zeroizing;

/// A file is given this much time for its octets, above [`Server::wait`].
const SLOWEST_OCTETS_PER_SEC: u64 = 8192;

/// Names at the server are octets; here each one is a character, so that none changes on its way.
#[derive(Debug)]
struct Octets;

impl Encoding for Octets {
    fn decode(&self, octets: &[u8]) -> String {
        as_text(octets)
    }

    fn encode(&self, text: &str) -> io::Result<Vec<u8>> {
        text.chars()
            .map(|it| u8::try_from(u32::from(it)).map_err(|_| io::ErrorKind::InvalidInput.into()))
            .collect()
    }
}

/// Octets as the connection takes them: each one a character.
#[must_use]
pub fn as_text(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}

/// How the server can be asked for a file's SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    /// `HASH`, of draft-bryan-ftpext-hash.
    Hash,
    /// `XSHA256`
    XSha256,
}

/// A connection that is logged in, in the folder that the date folders are in.
pub struct Archive {
    ftp: RustlsFtpStream,
    deadline: Deadline,
    wait: Duration,
    hash: Option<Hash>,
    made: HashSet<String>,
}

impl Archive {
    /// Connects and logs in.
    ///
    /// # Errors
    /// When that fails or takes too long.
    pub fn connect(server: &Server) -> Result<Self, Trouble> {
        let Some(trust) = &server.trust else { return Self::connect_with(server, None) };
        let [first, second] = &trust.versions;
        match Self::connect_with(server, Some(first)) {
            Err(Trouble::Lost(text)) if text.to_lowercase().contains("protocol") => {
                Self::connect_with(server, Some(second))
            }
            result => result,
        }
    }

    fn connect_with(server: &Server, tls: Option<&Arc<ClientConfig>>) -> Result<Self, Trouble> {
        let wait = server.wait;
        let stream = reach(server).map_err(|error| Trouble::Lost(error.to_string()))?;
        let lost = |error: io::Error| Trouble::Lost(error.to_string());
        let is_new = stream.peer_addr().map_err(lost)?.is_ipv6();
        let deadline = Deadline::new().map_err(lost)?;
        deadline.sockets().add(&stream).map_err(lost)?;
        // The greeting, TLS, the login, the folder, and what it can do.
        let (ftp, hash) = deadline.within(wait * 3, || {
            let mut ftp = RustlsFtpStream::connect_with_stream(stream).map_err(trouble)?;
            ftp.set_encoding(Octets);
            // What the server says of its own address is not to be trusted, and often wrong.
            ftp.set_passive_nat_workaround(true);
            ftp.set_mode(if is_new { Mode::ExtendedPassive } else { Mode::Passive });
            let sockets = deadline.sockets();
            ftp = ftp.passive_stream_builder(move |address| {
                let stream = open(&address, wait).map_err(FtpError::ConnectionError)?;
                sockets.add(&stream).map_err(FtpError::ConnectionError)?;
                Ok(stream)
            });
            if server.is_active {
                ftp = ftp.active_mode(wait);
            }
            if let Some(config) = tls {
                let connector = RustlsConnector::from(Arc::clone(config));
                ftp = ftp.into_secure(connector, &server.host).map_err(trouble)?;
            }
            log_in(&mut ftp, server)?;
            let hash = what_hash(&mut ftp);
            Ok((ftp, hash))
        })?;
        Ok(Self { ftp, deadline, wait, hash, made: HashSet::new() })
    }

    fn ask<T>(
        &mut self,
        question: impl FnOnce(&mut RustlsFtpStream) -> Result<T, FtpError>,
    ) -> Result<T, Trouble> {
        let ftp = &mut self.ftp;
        self.deadline.within(self.wait, || question(ftp)).map_err(trouble)
    }

    /// How long a file is; none where there is none.
    ///
    /// # Errors
    /// When the server does not tell.
    pub fn size(&mut self, path: &str) -> Result<Option<u64>, Trouble> {
        match self.ask(|ftp| Ok(ftp.size(path))) {
            Ok(Ok(octets)) => u64::try_from(octets)
                .map(Some)
                .map_err(|_| Trouble::Refused("it tells no size".to_string())),
            Ok(Err(FtpError::UnexpectedResponse(answer))) if is_unknown(answer.status) => {
                Err(Trouble::Unable(
                    "it does not tell how long a file is (SIZE), by which an upload is proven; let \
                     it, or use another server"
                        .to_string(),
                ))
            }
            Ok(Err(error)) => absent(error).map(|()| None),
            Err(trouble) => Err(trouble),
        }
    }

    /// Whether anything stands under this name, be it a file that may not be looked at.
    ///
    /// # Errors
    /// When the server does not tell.
    pub fn is_taken(&mut self, path: &str) -> Result<bool, Trouble> {
        let rename = format!("RNFR {path}");
        // What may be renamed is there; nothing is renamed.
        let asked = self.ask(|ftp| Ok(ftp.custom_command(rename, &[Status::RequestFilePending])));
        match asked? {
            Ok(_) => Ok(true),
            Err(error) => absent(error).map(|()| false),
        }
    }

    /// Makes the folders that lead to a path.
    ///
    /// # Errors
    /// When the connection is lost. One that is there already cannot be told from one that may not
    /// be made; the upload tells.
    pub fn make_folders(&mut self, path: &str) -> Result<(), Trouble> {
        for (end, _) in path.match_indices('/') {
            let folder = path.get(..end).unwrap_or_default().to_string();
            if folder.is_empty() || self.made.contains(&folder) {
                continue;
            }
            match self.ask(|ftp| ftp.mkdir(&folder)) {
                Ok(()) | Err(Trouble::Refused(_)) => self.made.insert(folder),
                Err(trouble) => return Err(trouble),
            };
        }
        Ok(())
    }

    /// Uploads `octets` octets under a new name.
    ///
    /// # Errors
    /// Something of it may be there then.
    pub fn upload(
        &mut self,
        path: &str,
        source: &mut impl Read,
        octets: u64,
    ) -> Result<(), Trouble> {
        let limit = self.wait * 2 + Duration::from_secs(octets / SLOWEST_OCTETS_PER_SEC);
        let (ftp, sockets, wait) = (&mut self.ftp, self.deadline.sockets(), self.wait);
        self.deadline.within(limit, || {
            let mut stream = ftp.put_with_stream(path).map_err(trouble)?;
            let socket = stream.get_ref().get_ref();
            // One that the server opened has no end of its own yet.
            let prepared = bounded(socket, wait).and_then(|()| sockets.add(socket));
            prepared.map_err(|error| Trouble::Lost(error.to_string()))?;
            let copied = copy(source, &mut stream);
            sockets.release();
            // The server's own words tell more than a pipe that broke.
            let finished = stream.finish().map_err(trouble);
            match (copied, finished) {
                (Err(Trouble::Local(text)), _) => Err(Trouble::Local(text)),
                (_, Err(trouble)) => Err(trouble),
                (copied, Ok(())) => copied,
            }
        })
    }

    /// Whether the server has these very octets, as far as it can tell: the length always, their
    /// SHA-256 where it offers that.
    ///
    /// # Errors
    /// When it has not, or does not tell.
    pub fn verify(&mut self, path: &str, octets: u64, sha256: &[u8; 32]) -> Result<(), Trouble> {
        match self.size(path)? {
            Some(size) if size == octets => {}
            Some(size) => {
                return Err(Trouble::Refused(format!("it has {size} of {octets} octets")));
            }
            None => return Err(Trouble::Refused("it does not have it after all".to_string())),
        }
        let Some(hash) = self.hash else { return Ok(()) };
        let question = match hash {
            Hash::Hash => format!("HASH {path}"),
            Hash::XSha256 => format!("XSHA256 {path}"),
        };
        let good = [Status::File, Status::RequestedFileActionOk];
        match self.ask(|ftp| ftp.custom_command(question, &good)) {
            Ok(answer) => compare(&answer, sha256),
            // It was only an offer.
            Err(Trouble::Refused(_)) => {
                self.hash = None;
                Ok(())
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// Gives a file its name.
    ///
    /// # Errors
    /// When the server refuses, or is gone: then nobody knows.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Trouble> {
        self.ask(|ftp| ftp.rename(from, to))
    }

    /// Removes a file; one that is not there is no failure.
    ///
    /// # Errors
    /// When it is there and stays.
    pub fn remove(&mut self, path: &str) -> Result<(), Trouble> {
        match self.ask(|ftp| ftp.rm(path)) {
            Err(Trouble::Refused(text)) => {
                if self.is_taken(path)? {
                    Err(Trouble::Refused(text))
                } else {
                    Ok(())
                }
            }
            result => result,
        }
    }

    /// Says goodbye.
    pub fn leave(mut self) {
        // All that matters was answered before.
        let _ = self.ask(RustlsFtpStream::quit);
    }
}

fn log_in(ftp: &mut RustlsFtpStream, server: &Server) -> Result<(), Trouble> {
    // The login needs the password as text.
    let password = Zeroizing::new(as_text(server.password.0.expose()));
    let refused = |what: &str| {
        let what = what.to_string();
        move |error| match trouble(error) {
            Trouble::Refused(text) | Trouble::Unable(text) => {
                Trouble::Unable(format!("{what}: {text}"))
            }
            other => other,
        }
    };
    ftp.login(as_text(server.user.as_bytes()).as_str(), password.as_str())
        .map_err(refused("it refuses the login"))?;
    ftp.transfer_type(FileType::Binary).map_err(refused("it takes no binary files"))?;
    if !server.folder.is_empty() {
        ftp.cwd(as_text(server.folder.as_bytes()))
            .map_err(refused("it does not let the user into the folder VARFTP_dir"))?;
    }
    Ok(())
}

/// A server that tells nothing of itself offers nothing.
fn what_hash(ftp: &mut RustlsFtpStream) -> Option<Hash> {
    let features = ftp.feat().ok()?;
    let named = |name: &str| features.keys().find(|it| it.eq_ignore_ascii_case(name));
    if let Some(Some(kinds)) = named("HASH").map(|key| features.get(key).cloned().flatten())
        && kinds.to_ascii_uppercase().contains("SHA-256")
        && ftp.opts("HASH", Some("SHA-256")).is_ok()
    {
        return Some(Hash::Hash);
    }
    named("XSHA256").map(|_| Hash::XSha256)
}

/// The digest is the only word of 64 hexadecimal digits in the answer.
fn compare(answer: &Response, sha256: &[u8; 32]) -> Result<(), Trouble> {
    let text = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
    let is_digest = |word: &&str| word.len() == 64 && word.bytes().all(|it| it.is_ascii_hexdigit());
    let expected: String = sha256.iter().map(|octet| format!("{octet:02x}")).collect();
    match text.split_whitespace().find(is_digest) {
        Some(found) if found != expected => {
            Err(Trouble::Refused("what it has is not what was sent".to_string()))
        }
        _ => Ok(()),
    }
}

fn copy(source: &mut impl Read, sink: &mut impl Write) -> Result<(), Trouble> {
    let mut octets = vec![0; 1 << 16];
    loop {
        match source.read(&mut octets) {
            Ok(0) => break,
            Ok(length) => sink
                .write_all(octets.get(..length).unwrap_or_default())
                .map_err(|error| Trouble::Lost(error.to_string()))?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Trouble::Local(error.to_string())),
        }
    }
    sink.flush().map_err(|error| Trouble::Lost(error.to_string()))
}

/// Connects to the first address that answers. Looking up a name has no end of its own, so that it
/// is done by a thread that nobody waits for longer.
fn reach(server: &Server) -> io::Result<TcpStream> {
    let (host, port) = (server.host.clone(), server.port);
    let (send, found) = mpsc::channel();
    thread::Builder::new().name("address".to_string()).spawn(move || {
        let addresses = (host.as_str(), port).to_socket_addrs();
        // Nobody may wait any more.
        let _ = send.send(addresses.map(Iterator::collect::<Vec<SocketAddr>>));
    })?;
    let addresses = found.recv_timeout(server.wait);
    let addresses = addresses.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses.iter().take(4) {
        match open(address, server.wait) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn open(address: &SocketAddr, wait: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(address, wait)?;
    stream.set_nodelay(true)?;
    bounded(&stream, wait)?;
    Ok(stream)
}

fn bounded(stream: &TcpStream, wait: Duration) -> io::Result<()> {
    stream.set_read_timeout(Some(wait))?;
    stream.set_write_timeout(Some(wait))
}
