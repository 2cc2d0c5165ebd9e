//! Which window stands in front, and does it have the keys? As the window manager says it.

use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

use crate::process::{output_of, tool, wait_for};
use crate::screen::Screen;
use crate::{Failure, Outcome};

const WAIT: Duration = Duration::from_secs(30);

/// The window in front.
#[derive(Debug)]
pub struct Front {
    /// What its title bar says.
    pub title: String,
    /// By which a desktop finds its desktop file.
    pub class: String,
    /// The process that owns it.
    pub process: u32,
    /// Whether it has the keys, and nothing lies over it.
    pub has_keys_and_top: bool,
}

struct Looker {
    connection: RustConnection,
    root: Window,
}

impl Looker {
    fn new(screen: &Screen) -> Outcome<Looker> {
        let (connection, number) = x11rb::connect(Some(screen.display()))?;
        let root = connection.setup().roots.get(number).map(|it| it.root);
        let root = root.ok_or_else(|| Failure::new("a server without a screen"))?;
        Ok(Looker { connection, root })
    }

    fn property(&self, window: Window, name: &str) -> Outcome<Vec<u8>> {
        let atom = self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom;
        let any = AtomEnum::ANY;
        Ok(self.connection.get_property(false, window, atom, any, 0, 1024)?.reply()?.value)
    }

    fn windows(&self, window: Window, name: &str) -> Outcome<Vec<Window>> {
        let octets = self.property(window, name)?;
        let numbers = octets.chunks_exact(4).filter_map(|it| it.try_into().ok());
        Ok(numbers.map(u32::from_ne_bytes).collect())
    }

    fn front(&self) -> Outcome<Option<Front>> {
        let active = self.windows(self.root, "_NET_ACTIVE_WINDOW")?.first().copied();
        let Some(window) = active.filter(|it| *it != 0) else { return Ok(None) };
        let top = self.windows(self.root, "_NET_CLIENT_LIST_STACKING")?.last().copied();
        let focus = self.connection.get_input_focus()?.reply()?.focus;
        let text = |name| Ok::<_, Failure>(String::from_utf8(self.property(window, name)?)?);
        // The class is the second of two texts, each with a zero at its end.
        let class = text("WM_CLASS")?.split('\0').nth(1).unwrap_or_default().to_owned();
        let process = self.windows(window, "_NET_WM_PID")?.first().copied().unwrap_or_default();
        let has_keys_and_top = focus == window && top == Some(window);
        Ok(Some(Front { title: text("_NET_WM_NAME")?, class, process, has_keys_and_top }))
    }
}

/// Waits until a window manager says that it is there: what was shown before it does not come to the
/// front.
pub fn wait_for_manager(screen: &Screen) -> Outcome {
    let looker = Looker::new(screen)?;
    wait_for("the window manager", WAIT, || {
        let check = looker.windows(looker.root, "_NET_SUPPORTING_WM_CHECK")?;
        Ok((!check.is_empty()).then_some(()))
    })
}

impl Front {
    /// The window in front, if there is one.
    pub fn of(screen: &Screen) -> Outcome<Option<Front>> {
        Looker::new(screen)?.front()
    }

    /// Waits until a window of this class with this in its title is in front and has the keys.
    pub fn wait_for(screen: &Screen, class: &str, title: &str) -> Outcome<Front> {
        let looker = Looker::new(screen)?;
        let what = format!("a window of {class} in front, titled {title}");
        wait_for(&what, WAIT, || {
            // A window may go while it is looked at.
            let front = looker.front().unwrap_or_default();
            Ok(front
                .filter(|it| it.class == class && it.title.contains(title) && it.has_keys_and_top))
        })
    }
}

/// Types into whatever has the keys, as a keyboard does.
pub fn type_blindly(screen: &Screen, text: &str) -> Outcome {
    let mut command = tool("xdotool")?;
    screen.show(&mut command);
    output_of(command.args(["type", "--delay", "30", "--", text])).map(drop)
}

/// Presses a key for whatever has the keys, by its X name.
pub fn press_blindly(screen: &Screen, key: &str) -> Outcome {
    let mut command = tool("xdotool")?;
    screen.show(&mut command);
    output_of(command.args(["key", "--", key])).map(drop)
}

/// Holds a key down, or lets it go.
pub fn hold_blindly(screen: &Screen, key: &str, is_down: bool) -> Outcome {
    let mut command = tool("xdotool")?;
    screen.show(&mut command);
    let action = if is_down { "keydown" } else { "keyup" };
    output_of(command.args([action, "--", key])).map(drop)
}

/// Clicks with the first button of the mouse.
pub fn click_at(screen: &Screen, x: u32, y: u32) -> Outcome {
    let mut command = tool("xdotool")?;
    screen.show(&mut command);
    let (x, y) = (x.to_string(), y.to_string());
    output_of(command.args(["mousemove", "--sync", &x, &y, "click", "1"])).map(drop)
}
