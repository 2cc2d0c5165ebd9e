//! How does a window show itself and take keys where nobody sits before it?

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt as _, EventMask};
use x11rb::wrapper::ConnectionExt as _;

use crate::failure::Context;
use crate::process::{Background, finish, guarded_tool, output_of, tool, wait_for};
use crate::{Outcome, fail};

const WINDOW_WAIT: Duration = Duration::from_secs(30);

/// An X server of its own on a free display, ended when it is dropped.
pub struct Screen {
    display: String,
    server: Background,
}

impl Screen {
    /// Starts the server.
    pub fn new(width: u32, height: u32) -> Outcome<Screen> {
        let mut command = guarded_tool("Xvfb")?;
        // The server picks a free number itself and says it on descriptor 1.
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-screen", "0"]);
        command.arg(format!("{width}x{height}x24"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Background::start(&mut command)?;
        let number = match server.child().stdout.take() {
            Some(pipe) => first_line(pipe)?,
            None => fail!("Xvfb has no standard output"),
        };
        if number.is_empty() {
            fail!("Xvfb did not start: {:?}", server.stop()?);
        }
        Ok(Screen { display: format!(":{number}"), server })
    }

    /// As `DISPLAY` takes it.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Sends a command's windows to this screen.
    pub fn show(&self, command: &mut Command) {
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY");
    }

    /// Lets the server answer nobody, as one does whose machine hangs.
    pub fn hang(&self) -> Outcome {
        self.server.signal("STOP")
    }

    /// Ends that.
    pub fn go_on(&self) -> Outcome {
        self.server.signal("CONT")
    }

    fn xdotool(&self, arguments: &[&str]) -> Outcome<Command> {
        let mut command = tool("xdotool")?;
        self.show(&mut command);
        command.args(arguments);
        Ok(command)
    }

    /// Waits for a visible window whose title contains `title` and gives it the keys.
    pub fn window(&mut self, title: &str) -> Outcome<Window<'_>> {
        let id = wait_for(&format!("the window \"{title}\""), WINDOW_WAIT, || {
            self.server.still_running()?;
            self.find(title)
        })?;
        // Far from everything, so that no picture shows what the pointer hovers over.
        output_of(&mut self.xdotool(&["mousemove", "10000", "10000"])?)?;
        let window = Window { screen: self, id };
        window.focus()?;
        Ok(window)
    }

    fn find(&self, title: &str) -> Outcome<Option<String>> {
        let mut search = self.xdotool(&["search", "--onlyvisible", "--name", title])?;
        // xdotool ends with 1 while no window matches.
        let found = finish(&mut search)?.text();
        Ok(found.lines().next().map(str::to_owned))
    }

    /// Writes a picture of the whole screen, as PNG.
    pub fn screenshot(&self, file: &Path) -> Outcome {
        picture(self, "root", file)
    }
}

fn picture(screen: &Screen, window: &str, file: &Path) -> Outcome {
    let mut import = tool("import")?;
    import.args(["-display", &screen.display, "-window", window]).arg(file);
    output_of(&mut import).map(drop).context("taking a screenshot")
}

fn first_line(pipe: impl std::io::Read) -> Outcome<String> {
    let mut line = String::new();
    BufReader::new(pipe).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// A window on a screen.
pub struct Window<'a> {
    screen: &'a Screen,
    id: String,
}

impl Window<'_> {
    /// Gives this window the keys: there is no window manager that would.
    pub fn focus(&self) -> Outcome {
        output_of(&mut self.screen.xdotool(&["windowfocus", "--sync", &self.id])?).map(drop)
    }

    /// Types text as a keyboard does.
    pub fn type_text(&self, text: &str) -> Outcome {
        output_of(&mut self.screen.xdotool(&["type", "--delay", "30", "--", text])?).map(drop)
    }

    /// Presses one key, by its X name (`Return`, `space`).
    pub fn press(&self, key: &str) -> Outcome {
        output_of(&mut self.screen.xdotool(&["key", "--", key])?).map(drop)
    }

    /// The title as it stands now.
    pub fn title(&self) -> Outcome<String> {
        let octets = output_of(&mut self.screen.xdotool(&["getwindowname", &self.id])?)?;
        Ok(String::from_utf8_lossy(&octets).trim().to_owned())
    }

    /// Writes a picture of the window, as PNG.
    pub fn screenshot(&self, file: &Path) -> Outcome {
        picture(self.screen, &self.id, file)
    }

    /// Asks the window to close, as its close button does. Debian's xdotool cannot.
    pub fn close(&self) -> Outcome {
        let id: u32 = self.id.parse()?;
        let (connection, _) = x11rb::connect(Some(&self.screen.display))?;
        let protocols = connection.intern_atom(false, b"WM_PROTOCOLS")?.reply()?.atom;
        let delete = connection.intern_atom(false, b"WM_DELETE_WINDOW")?.reply()?.atom;
        let message =
            ClientMessageEvent::new(32, id, protocols, [delete, x11rb::CURRENT_TIME, 0, 0, 0]);
        connection.send_event(false, id, EventMask::NO_EVENT, message)?;
        Ok(connection.sync()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_screens_have_their_own_displays() -> Outcome {
        let first = Screen::new(320, 240)?;
        let second = Screen::new(320, 240)?;
        assert_ne!(first.display(), second.display());
        Ok(())
    }

    #[test]
    fn a_picture_of_the_screen_is_a_png() -> Outcome {
        let screen = Screen::new(320, 240)?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("screen.png");
        screen.screenshot(&file)?;
        assert!(std::fs::read(&file)?.starts_with(b"\x89PNG"));
        Ok(())
    }
}
