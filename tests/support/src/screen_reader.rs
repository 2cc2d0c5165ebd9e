//! What does a screen reader find in a window? Over the desktop's accessibility bus (AT-SPI), as Orca
//! reads it, on a bus of the test's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::OwnedObjectPath;

use crate::message_bus::MessageBus;
use crate::process::{Background, guarded_tool, wait_for};
use crate::{Outcome, fail};

const WAIT: Duration = Duration::from_secs(30);

/// Where Debian and others keep what starts the bus.
const LAUNCHERS: [&str; 2] =
    ["/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher"];

/// More than any window has.
const MOST_CONTROLS: usize = 1000;

/// Nobody knows what it is.
pub const INVALID: u32 = 0;
/// A box to tick.
pub const CHECK_BOX: u32 = 7;
/// A window.
pub const FRAME: u32 = 23;
/// A field whose text is not shown.
pub const PASSWORD: u32 = 40;
/// A button.
pub const BUTTON: u32 = 43;
/// A slider.
pub const SLIDER: u32 = 51;
/// A control of some kind.
pub const UNKNOWN: u32 = 67;

/// A desktop's session with a screen reader.
pub struct ScreenReader {
    bus: Connection,
    // Ended in this order, before the folder of their sockets goes.
    _launcher: Background,
    session: MessageBus,
    _folder: TempDir,
}

/// One control, as a screen reader knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// What it is called.
    pub name: String,
    /// What is said besides.
    pub description: String,
    /// What it is, as AtspiRole counts it.
    pub role: u32,
    /// Whether the keyboard can come there.
    pub is_focusable: bool,
    /// Whether it is there now.
    pub has_focus: bool,
    /// What a slider shows.
    pub value: Option<f64>,
    place: (String, OwnedObjectPath),
}

impl ScreenReader {
    /// Starts the session.
    pub fn new() -> Outcome<ScreenReader> {
        let folder = tempfile::Builder::new().prefix("reader").tempdir_in("/tmp")?;
        let session = MessageBus::new()?;
        let launcher = start_launcher(&session, folder.path())?;
        let connection = Builder::address(session.address().as_str())?.build()?;
        let address = wait_for("the accessibility bus", WAIT, || Ok(address(&connection).ok()))?;
        let bus = Builder::address(address.as_str())?.build()?;
        Ok(ScreenReader { bus, _launcher: launcher, session, _folder: folder })
    }

    /// Lets a program be read.
    pub fn dress(&self, command: &mut Command) {
        command.env("DBUS_SESSION_BUS_ADDRESS", self.session.address());
    }

    /// Every control of every window that is there now.
    pub fn controls(&self) -> Outcome<Vec<Control>> {
        let root = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root")?;
        let mut open = vec![("org.a11y.atspi.Registry".to_owned(), root)];
        let mut controls = Vec::new();
        while let Some(place) = open.pop() {
            // A window may close, and a control go, while they are looked at.
            let Ok(children) = self.children(&place) else { continue };
            open.extend(children.into_iter().rev());
            controls.extend(self.control(place).ok());
            if controls.len() > MOST_CONTROLS {
                fail!("more than {MOST_CONTROLS} controls");
            }
        }
        Ok(controls)
    }

    /// Waits for a control of this name. The line above a field may be called as the field is.
    pub fn wait_for(&self, name: &str) -> Outcome<Control> {
        wait_for(&format!("the control \"{name}\""), WAIT, || {
            let is_it = |control: &Control| control.name == name && control.is_focusable;
            Ok(self.controls()?.into_iter().find(is_it))
        })
    }

    /// Does what a control is for, as a person does who cannot see it.
    pub fn press(&self, control: &Control) -> Outcome {
        let is_done: bool = self.proxy(&control.place, "Action")?.call("DoAction", &(0_i32,))?;
        if !is_done {
            fail!("{control:?} does nothing");
        }
        Ok(())
    }

    /// Moves a slider.
    pub fn set_value(&self, control: &Control, value: f64) -> Outcome {
        Ok(self.proxy(&control.place, "Value")?.set_property("CurrentValue", value)?)
    }

    /// Gives a control the keyboard.
    pub fn focus(&self, control: &Control) -> Outcome {
        let is_done: bool = self.proxy(&control.place, "Component")?.call("GrabFocus", &())?;
        if !is_done {
            fail!("{control:?} takes no focus");
        }
        Ok(())
    }

    fn proxy<'a>(
        &self,
        place: &'a (String, OwnedObjectPath),
        interface: &str,
    ) -> Outcome<Proxy<'a>> {
        let interface = format!("org.a11y.atspi.{interface}");
        Ok(Proxy::new(&self.bus, place.0.as_str(), &place.1, interface)?)
    }

    fn children(
        &self,
        place: &(String, OwnedObjectPath),
    ) -> Outcome<Vec<(String, OwnedObjectPath)>> {
        Ok(self.proxy(place, "Accessible")?.call("GetChildren", &())?)
    }

    fn control(&self, place: (String, OwnedObjectPath)) -> Outcome<Control> {
        let accessible = self.proxy(&place, "Accessible")?;
        let states: Vec<u32> = accessible.call("GetState", &())?;
        let has = |bit: u32| {
            states.get((bit / 32) as usize).is_some_and(|word| word & (1 << (bit % 32)) != 0)
        };
        let value = self.proxy(&place, "Value")?.get_property("CurrentValue").ok();
        let name = accessible.get_property("Name")?;
        let description = accessible.get_property("Description").unwrap_or_default();
        let role = accessible.call("GetRole", &())?;
        drop(accessible);
        Ok(Control {
            name,
            description,
            role,
            // AtspiStateType: FOCUSABLE and FOCUSED.
            is_focusable: has(11),
            has_focus: has(12),
            value,
            place,
        })
    }
}

fn start_launcher(session: &MessageBus, folder: &Path) -> Outcome<Background> {
    let found = LAUNCHERS.iter().map(PathBuf::from).find(|path| path.is_file());
    let Some(launcher) = found else {
        fail!("at-spi-bus-launcher is missing: run tests/run, which installs what it needs")
    };
    let mut command = guarded_tool("env")?;
    command.arg(launcher).arg("--launch-immediately");
    command.env("DBUS_SESSION_BUS_ADDRESS", session.address());
    command.env("XDG_RUNTIME_DIR", folder).env("HOME", folder).env("GSETTINGS_BACKEND", "memory");
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("AT_SPI_BUS_ADDRESS");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Background::start(&mut command)
}

/// Says that a screen reader is there, and asks where controls are read.
fn address(session: &Connection) -> Outcome<String> {
    let place = ("org.a11y.Bus", "/org/a11y/bus");
    let status = Proxy::new(session, place.0, place.1, "org.a11y.Status")?;
    status.set_property("IsEnabled", true)?;
    let bus = Proxy::new(session, place.0, place.1, "org.a11y.Bus")?;
    Ok(bus.call("GetAddress", &())?)
}
