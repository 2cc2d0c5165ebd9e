//! Is there a connection to the archive? One for the run; one that is lost is made once more.

use super::archive::Archive;
use super::settings::Server;
use super::trouble::Trouble;

/// After so many files in a row that the server had no means for, it is left alone.
const MOST_UNABLE: usize = 3;

/// The connection, made when it is first needed.
pub struct Line<'a> {
    server: &'a Server,
    state: State,
    may_reconnect: bool,
    was_lost: bool,
    unable_in_a_row: usize,
    exhausted: Option<String>,
}

enum State {
    /// Not tried yet, or lost.
    None,
    Up(Box<Archive>),
    Down(String),
}

impl<'a> Line<'a> {
    /// No connection yet.
    #[must_use]
    pub fn new(server: &'a Server) -> Self {
        Self {
            server,
            state: State::None,
            may_reconnect: true,
            was_lost: false,
            unable_in_a_row: 0,
            exhausted: None,
        }
    }

    /// Why the server is not used any more in this run, if so.
    #[must_use]
    pub fn down(&self) -> Option<&str> {
        match &self.state {
            State::Down(reason) => Some(reason),
            State::None | State::Up(_) => self.exhausted.as_deref(),
        }
    }

    /// Whether the server has no means for more files; what is there already can still be asked for.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.exhausted.is_some()
    }

    /// Whether a connection was lost since this was last asked, and another one can be had.
    pub fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.was_lost) && self.down().is_none()
    }

    /// Whether there is a connection right now.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    /// Asks the server something; connects where that is needed.
    ///
    /// # Errors
    /// The server's, or why there is none.
    pub fn ask<T>(
        &mut self,
        question: impl FnOnce(&mut Archive) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        if let State::None = self.state {
            self.state = match Archive::connect(self.server) {
                Ok(archive) => State::Up(Box::new(archive)),
                Err(trouble) => State::Down(trouble.text().to_string()),
            };
        }
        let archive = match &mut self.state {
            State::Up(archive) => archive,
            State::Down(reason) => return Err(Trouble::Lost(reason.clone())),
            State::None => return Err(Trouble::Lost("there is no connection".to_string())),
        };
        let answer = question(archive);
        if let Err(Trouble::Lost(reason)) = &answer {
            self.state = if std::mem::take(&mut self.may_reconnect) {
                self.was_lost = true;
                State::None
            } else {
                State::Down(reason.clone())
            };
        }
        answer
    }

    /// What became of a file as a whole: a server that is full is not asked for each file again.
    pub fn note(&mut self, outcome: &Result<(), Trouble>) {
        match outcome {
            Ok(()) => self.unable_in_a_row = 0,
            Err(Trouble::Unable(reason)) => {
                self.unable_in_a_row += 1;
                if self.unable_in_a_row >= MOST_UNABLE {
                    self.exhausted = Some(reason.clone());
                }
            }
            Err(_) => {}
        }
    }

    /// Says goodbye, where there is somebody to say it to.
    pub fn leave(self) {
        if let State::Up(archive) = self.state {
            archive.leave();
        }
    }
}
