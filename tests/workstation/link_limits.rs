//! Does a fetch end by itself, whatever a server does with its time?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::thread;
use std::time::{Duration, Instant};

use support::site::Site;
use support::{Outcome, ensure};
use workstation_app::link::Link;
use workstation_app::link::fetch::{FetchError, Fetched, fetch_within};
use workstation_app::link::login::Logins;
use workstation_app::link::pace::Limits;
use workstation_app::texts::{Failure, FailureKind};

/// As patient as a test can be.
const LIMITS: Limits = Limits {
    silence: Duration::from_millis(1500),
    pace_interval: Duration::from_secs(3),
    pace_octets: 100,
};

/// However the machine is busy.
const MARGIN: Duration = Duration::from_secs(10);

fn fetch(address: &str, limits: Limits) -> Result<Fetched, FetchError> {
    let link = Link::parse(address).unwrap();
    let begun = Instant::now();
    // A fetch without an end is a failure, and not a test without one.
    let mut watch = |_| {
        let is_endless = begun.elapsed() > 3 * MARGIN;
        if is_endless { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    fetch_within(limits, &link, &Logins::default(), &mut watch)
}

fn failure(address: &str) -> Outcome<Failure> {
    match fetch(address, LIMITS) {
        Err(FetchError::Failed(failure)) => Ok(failure),
        other => Err(support::Failure::new(format!("{other:?}"))),
    }
}

/// A server that says `head` to each request, and then an `x` every `pause` for ever. Its threads end
/// with the client's interest.
fn slow_server(head: &'static str, pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/a.pgp", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || drip(stream, head, pause));
        }
    });
    address
}

fn drip(mut stream: TcpStream, head: &str, pause: Duration) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    stream.write_all(head.as_bytes())?;
    loop {
        thread::sleep(pause);
        stream.write_all(b"x")?;
    }
}

const BODY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
const NEVER: Duration = Duration::from_secs(3600);

#[test]
fn a_server_that_says_nothing_does_not_answer() -> Outcome {
    for (name, head, pause) in [
        ("nothing at all", "", NEVER),
        ("a line for ever", "HTTP/1.1 200 OK\r\nX-Slow: ", Duration::from_millis(300)),
    ] {
        let begun = Instant::now();
        let failure = failure(&slow_server(head, pause))?;
        assert_eq!(failure.kind, FailureKind::LinkSilent, "{name}: {failure:?}");
        ensure!(begun.elapsed() >= LIMITS.silence, "{name}: given up after {:?}", begun.elapsed());
        ensure!(begun.elapsed() < LIMITS.silence + MARGIN, "{name}: {:?}", begun.elapsed());
    }
    Ok(())
}

#[test]
fn a_server_that_stops_in_the_middle_is_given_up() -> Outcome {
    // Each of five tries waits for the silence to be too long.
    let failure = failure(&slow_server(BODY, NEVER))?;
    let kinds = [FailureKind::LinkBroken, FailureKind::LinkSlow];
    ensure!(kinds.contains(&failure.kind), "{failure:?}");
    Ok(())
}

#[test]
fn octets_that_drip_in_one_by_one_are_given_up() -> Outcome {
    let begun = Instant::now();
    let failure = failure(&slow_server(BODY, Duration::from_millis(200)))?;
    assert_eq!(failure.kind, FailureKind::LinkSlow, "{failure:?}");
    ensure!(begun.elapsed() >= LIMITS.pace_interval, "after {:?}", begun.elapsed());
    ensure!(begun.elapsed() < LIMITS.pace_interval + MARGIN, "after {:?}", begun.elapsed());
    Ok(())
}

#[test]
fn octets_that_come_one_a_connection_are_given_up() -> Outcome {
    let site = Site::start(Box::new(|request, _| {
        let range = request.header("range").unwrap_or("bytes=0-");
        let start: usize = range.trim_matches(|it: char| !it.is_ascii_digit()).parse().unwrap();
        let (status, range) = if request.header("range").is_some() {
            ("206 Partial Content", format!("Content-Range: bytes {start}-9999/10000\r\n"))
        } else {
            ("200 OK", String::new())
        };
        let length = 10_000 - start;
        format!("HTTP/1.1 {status}\r\nETag: \"one\"\r\n{range}Content-Length: {length}\r\n\r\nx")
            .into_bytes()
    }))?;
    let begun = Instant::now();
    let failure = failure(&site.link("/a.pgp"))?;
    assert_eq!(failure.kind, FailureKind::LinkSlow, "{failure:?}");
    ensure!(begun.elapsed() < LIMITS.pace_interval + MARGIN, "after {:?}", begun.elapsed());
    // It did go on for as long as there was hope.
    ensure!(site.seen().len() > 4, "only {} requests", site.seen().len());
    Ok(())
}

#[test]
fn a_slow_server_that_keeps_the_pace_is_waited_for() -> Outcome {
    // Three hundred octets, and three times as long as the pace is looked at.
    let limits = Limits { pace_interval: Duration::from_millis(500), pace_octets: 5, ..LIMITS };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}/a.pgp", listener.local_addr()?);
    let server = thread::spawn(move || -> std::io::Result<()> {
        let (mut stream, _) = listener.accept()?;
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n")?;
        for _ in 0..30 {
            thread::sleep(Duration::from_millis(50));
            stream.write_all(&[b'x'; 10])?;
        }
        Ok(())
    });
    let Ok(fetched) = fetch(&address, limits) else { support::fail!("it was given up") };
    assert_eq!(fetched.octets.len(), 300);
    drop(server.join());
    Ok(())
}

#[test]
fn nobody_waits_much_longer_than_a_minute_for_a_server_that_crawls() {
    let usual = Limits::USUAL;
    assert!(usual.silence + usual.pace_interval <= Duration::from_secs(90), "{usual:?}");
    // A recording of ten minutes by telephone takes a quarter of an hour and comes.
    assert!(usual.pace_octets <= 100_000, "{usual:?}");
}
