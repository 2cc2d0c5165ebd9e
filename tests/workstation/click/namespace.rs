//! Where does a browser find the test's policy and hosts, and nobody else? In a mount and process
//! namespace, in which whatever it starts ends with it.

use std::path::Path;
use std::process::Command;

use support::Outcome;
use support::process::tool;

/// Hosts that are this machine, and are not called so: by http nothing of theirs is trusted.
const HOSTS: &str = "127.0.0.1 localhost vicidial.example dialer1.vicidial.example elsewhere.test";

const SETUP: &str = "\
umask 022
mount -t proc proc /proc
mount -t tmpfs -o mode=755 none \"$1\"
mkdir -p \"$(dirname \"$1/$2\")\"
if [ -n \"$3\" ]; then cp \"$3\" \"$1/$2\"; fi
echo \"$4\" >\"$5/hosts\"
mount --bind \"$5/hosts\" /etc/hosts
shift 5
exec \"$@\"
";

/// Where a browser looks for its policy.
pub struct PolicyPlace {
    /// A folder of its package, which the namespace has empty.
    pub folder: &'static str,
    /// The file below it.
    pub file: &'static str,
}

/// The same command as root in a namespace. Root's own environment is not its.
pub fn command(
    inner: &Command,
    place: &PolicyPlace,
    policy: Option<&Path>,
    home: &Path,
) -> Outcome<Command> {
    let mut command = if rustix::process::geteuid().is_root() {
        tool("unshare")?
    } else {
        let mut sudo = tool("sudo")?;
        sudo.args(["-n", "unshare"]);
        sudo
    };
    command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", SETUP, "sh"]);
    command.args([place.folder, place.file]).arg(policy.unwrap_or(Path::new("")));
    command.arg(HOSTS).arg(home).arg("env");
    for (name, _) in inner.get_envs().filter(|(_, value)| value.is_none()) {
        command.arg("-u").arg(name);
    }
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            let mut setting = name.to_owned();
            setting.push("=");
            setting.push(value);
            command.arg(setting);
        }
    }
    command.arg(inner.get_program()).args(inner.get_args());
    Ok(command)
}
