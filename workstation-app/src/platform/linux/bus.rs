//! How is a message bus listened to, whether it is away, hangs or comes back?

use std::convert::Infallible;
use std::future::Future;
use std::io::{Error, ErrorKind};
use std::time::Duration;

use async_io::Timer;
use futures_lite::StreamExt as _;
use futures_lite::future::or;
use zbus::connection::Builder;
use zbus::fdo::DBusProxy;
use zbus::{Address, Connection, MatchRule, Message, MessageStream};

/// A bus that does not answer for so long hangs.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// A bus that went away may be back at once; one that was never there is asked for seldom.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What is done with one bus.
pub trait Listener {
    /// Where the bus is.
    fn address(&self) -> zbus::Result<Address>;
    /// Asks for what is to be heard. Called again with each new connection.
    async fn begin(&mut self, connection: &Connection) -> zbus::Result<()>;
    /// Takes what came: also what was not asked for, since everybody may send everything.
    async fn take(&mut self, connection: &Connection, message: &Message) -> zbus::Result<()>;
}

/// Listens without end. What goes wrong is a reason to try again later, and for nothing else.
pub async fn keep_listening(mut listener: impl Listener) -> Infallible {
    let mut pause = SHORTEST_PAUSE;
    loop {
        if let Ok(connection) = connect(listener.address()).await {
            pause = SHORTEST_PAUSE;
            // Comes back with an error only: the bus is gone, or says nonsense.
            let _ = listen(&connection, &mut listener).await;
        }
        Timer::after(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Hears of these signals from now on.
pub async fn ask_for(connection: &Connection, signals: MatchRule<'_>) -> zbus::Result<()> {
    Ok(DBusProxy::new(connection).await?.add_match_rule(signals).await?)
}

// Without a thread of the library's own, which nobody could end.
async fn connect(address: zbus::Result<Address>) -> zbus::Result<Connection> {
    let builder = Builder::address(address?)?.method_timeout(ANSWER_LIMIT);
    in_time(builder.internal_executor(false).build()).await
}

async fn listen(connection: &Connection, listener: &mut impl Listener) -> zbus::Result<()> {
    let mut messages = MessageStream::from(connection);
    let work = async {
        in_time(listener.begin(connection)).await?;
        while let Some(message) = messages.next().await {
            listener.take(connection, &message?).await?;
        }
        Ok(())
    };
    let drive = async {
        loop {
            connection.executor().tick().await;
        }
    };
    or(work, drive).await
}

async fn in_time<T>(work: impl Future<Output = zbus::Result<T>>) -> zbus::Result<T> {
    let too_late = async {
        Timer::after(ANSWER_LIMIT).await;
        Err(Error::from(ErrorKind::TimedOut).into())
    };
    or(work, too_late).await
}
