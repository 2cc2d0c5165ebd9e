//! On which screen does the person sit? One user may have several: another desktop by VNC or RDP.

use serde::{Deserialize, Serialize};

/// The names of the screen, as far as the system has any. Windows tells sessions apart by the pipe.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Place {
    wayland: String,
    x11: String,
}

impl Place {
    /// Where this process shows its windows.
    pub fn here() -> Self {
        let variable = |name| std::env::var(name).unwrap_or_default();
        Self { wayland: variable("WAYLAND_DISPLAY"), x11: server(&variable("DISPLAY")) }
    }

    /// Whether windows of both are seen together. A desktop of Wayland has a name for X11 as well, and
    /// not every program is told both.
    pub fn is_with(&self, other: &Self) -> bool {
        let is_same = |one: &str, other: &str| !one.is_empty() && one == other;
        is_same(&self.wayland, &other.wayland) || is_same(&self.x11, &other.x11) || self == other
    }
}

/// The server of a display: `:0.1` is another monitor of `:0`.
fn server(display: &str) -> String {
    match display.rsplit_once(':') {
        Some((host, numbers)) => {
            let number = numbers.split('.').next().unwrap_or_default();
            format!("{}:{number}", host.trim_end_matches("unix"))
        }
        None => display.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(wayland: &str, x11: &str) -> Place {
        Place { wayland: wayland.to_owned(), x11: server(x11) }
    }

    #[test]
    fn one_name_in_common_is_the_same_screen() {
        for (one, other) in [
            (place("", ":0"), place("", ":0.0")),
            (place("", ":0.1"), place("", "unix:0")),
            (place("wayland-0", ":0"), place("", ":0")),
            (place("wayland-0", ":0"), place("wayland-0", "")),
            // Neither macOS nor Windows names one.
            (place("", ""), place("", "")),
        ] {
            assert!(one.is_with(&other) && other.is_with(&one), "{one:?} {other:?}");
        }
    }

    #[test]
    fn another_display_is_another_screen() {
        for (one, other) in [
            (place("", ":0"), place("", ":1")),
            (place("", ":1"), place("", ":10")),
            (place("", ":10"), place("", "localhost:10.0")),
            (place("wayland-0", ":0"), place("wayland-1", ":1")),
            (place("wayland-0", ""), place("", ":0")),
            (place("", ":0"), place("", "")),
        ] {
            assert!(!one.is_with(&other) && !other.is_with(&one), "{one:?} {other:?}");
        }
    }
}
