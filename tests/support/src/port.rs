//! Which port of this machine is free for a test, and stays so while its server is down?

use std::net::{Ipv4Addr, TcpListener};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process;

use crate::{Outcome, fail};

// Below the ports that Linux gives to outgoing connections (from 32768), and above those of
// common services.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port that no other test of this machine takes before this is dropped.
///
/// A server that is stopped and started again finds its port free: what reserves it is a name in
/// the kernel (an abstract socket), which is gone with its process.
pub struct Port {
    number: u16,
    _reservation: UnixListener,
}

impl Port {
    /// Reserves a port of 127.0.0.1 that nobody listens on.
    pub fn reserve() -> Outcome<Port> {
        // Tests that run at the same time begin to look at different places.
        let start = process::id() as u16;
        for number in (0..COUNT).map(|it| FIRST + start.wrapping_add(it) % COUNT) {
            let name = SocketAddr::from_abstract_name(format!("a port of the tests: {number}"))?;
            let Ok(reservation) = UnixListener::bind_addr(&name) else { continue };
            if TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() {
                return Ok(Port { number, _reservation: reservation });
            }
        }
        fail!("every port from {FIRST} on is taken")
    }

    /// Its number.
    pub fn number(&self) -> u16 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserved_port_is_not_given_twice_and_can_be_listened_on() -> Outcome {
        let (one, two) = (Port::reserve()?, Port::reserve()?);
        assert_ne!(one.number(), two.number());
        TcpListener::bind((Ipv4Addr::LOCALHOST, one.number()))?;
        Ok(())
    }
}
