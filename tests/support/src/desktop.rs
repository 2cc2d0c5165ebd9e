//! How does a desktop find the program for a file or an address? With the files of `installer/linux`
//! installed as a package does it, on a machine of the test's own where nothing else is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::front::wait_for_manager;
use crate::process::{Background, finish, guarded_tool, output_of, tool};
use crate::screen::Screen;
use crate::{Outcome, fail};

/// The name of the program's desktop file.
pub const DESKTOP_FILE: &str = "workstation-app.desktop";

/// The shared data of a machine, and the home of the one user on it.
pub struct Desktop {
    folder: TempDir,
}

impl Desktop {
    /// A machine that knows the usual kinds of files and has no program for any.
    pub fn new() -> Outcome<Desktop> {
        let folder = tempfile::Builder::new().prefix("desktop").tempdir_in("/tmp")?;
        let desktop = Desktop { folder };
        for name in ["share/applications", "share/mime/packages", "bin", "home", "runtime"] {
            fs::create_dir_all(desktop.path(name))?;
        }
        // What every graphical program takes for granted.
        for name in ["glib-2.0", "icons", "themes"] {
            symlink(Path::new("/usr/share").join(name), desktop.path("share").join(name))?;
        }
        let usual = "mime/packages/freedesktop.org.xml";
        fs::copy(Path::new("/usr/share").join(usual), desktop.path("share").join(usual))?;
        Ok(desktop)
    }

    /// A place on this machine.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The user's home.
    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// Installs the program's files, and the program itself under the name that they call.
    pub fn install(&self, installer: &Path, program: &Path) -> Outcome {
        let file = installer.join("linux").join(DESKTOP_FILE);
        fs::copy(file, self.path("share/applications").join(DESKTOP_FILE))?;
        let kinds = installer.join("linux/callseal.xml");
        fs::copy(kinds, self.path("share/mime/packages/callseal.xml"))?;
        symlink(program, self.path("bin/workstation-app"))?;
        self.refresh("update-mime-database", "share/mime")?;
        self.refresh_programs()
    }

    /// Installs a stand-in for the program that writes its arguments, one a line, into a file.
    pub fn install_recorder(&self, installer: &Path) -> Outcome {
        let recorder = self.path("recorder");
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$@\" >'{0}.new'\nmv '{0}.new' '{0}'\n",
            self.path("handed-over").display()
        );
        fs::write(&recorder, script)?;
        output_of(tool("chmod")?.arg("755").arg(&recorder))?;
        self.install(installer, &recorder)
    }

    /// What the stand-in was called with, once it was.
    pub fn handed_over(&self) -> Option<Vec<String>> {
        let arguments = fs::read_to_string(self.path("handed-over")).ok()?;
        Some(arguments.lines().map(str::to_owned).collect())
    }

    /// Installs another program's desktop file.
    pub fn add_program(&self, file_name: &str, kinds: &str) -> Outcome {
        let text = format!(
            "[Desktop Entry]\nType=Application\nName=Another program\nExec=true %F\nMimeType={kinds}\n"
        );
        fs::write(self.path("share/applications").join(file_name), text)?;
        self.refresh_programs()
    }

    /// Takes it away again.
    pub fn remove_program(&self, file_name: &str) -> Outcome {
        fs::remove_file(self.path("share/applications").join(file_name))?;
        self.refresh_programs()
    }

    fn refresh_programs(&self) -> Outcome {
        self.refresh("update-desktop-database", "share/applications")
    }

    /// What a package's trigger does after an installation. Its words are a failure.
    fn refresh(&self, program: &str, folder: &str) -> Outcome {
        let mut command = self.command(program)?;
        let finished = finish(command.arg(self.path(folder)))?.expect_code(0)?;
        if !finished.stderr.is_empty() {
            fail!("{program}: {}", finished.stderr);
        }
        Ok(())
    }

    /// Lets a command see this machine and nothing of the real one's user.
    pub fn dress(&self, command: &mut Command) {
        let system = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{system}", self.path("bin").display()));
        command.env("HOME", self.home()).env("XDG_RUNTIME_DIR", self.path("runtime"));
        command.env("XDG_DATA_DIRS", self.path("share"));
        command.env("XDG_CURRENT_DESKTOP", "GNOME");
        for name in ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_CACHE_HOME"] {
            command.env_remove(name);
        }
        for name in ["DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION", "WAYLAND_DISPLAY", "DISPLAY"] {
            command.env_remove(name);
        }
    }

    /// A program of this machine.
    pub fn command(&self, program: &str) -> Outcome<Command> {
        let mut command = tool(program)?;
        self.dress(&mut command);
        Ok(command)
    }

    /// A program of this machine, with a session bus of its own.
    pub fn in_session(&self, program: &str) -> Outcome<Command> {
        let program = tool(program)?;
        let mut command = tool("dbus-run-session")?;
        self.dress(&mut command);
        command.arg("--").arg(program.get_program());
        Ok(command)
    }

    /// A window manager, without which nothing is in front.
    pub fn manage(&self, screen: &Screen) -> Outcome<Background> {
        // It takes its looks from the real machine.
        let mut command = guarded_tool("openbox")?;
        command.env("HOME", self.home()).env_remove("XDG_CONFIG_HOME");
        screen.show(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let manager = Background::start(&mut command)?;
        wait_for_manager(screen)?;
        Ok(manager)
    }
}
