//! May the web server read what is sealed? Computed from modes, owners and groups along the whole
//! path, since root may read everything and sees nothing by trying.

use super::configuration::Dialer;
use super::finding::Findings;
use crate::error::shown;
use crate::folders::OUTPUT;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Whom web servers run as: Debian, Red Hat, openSUSE, nginx.
const NAMES: [&str; 4] = ["www-data", "apache", "wwwrun", "nginx"];

/// A user of this machine.
#[derive(Debug, PartialEq, Eq)]
struct User {
    name: String,
    number: u32,
    groups: Vec<u32>,
}

/// Who owns something, and who may do what with it.
#[derive(Debug, Clone, Copy)]
struct Access {
    mode: u32,
    owner: u32,
    group: u32,
}

/// Looks at the path to `GPG`, and at what sealed files are given.
pub fn look(dialer: &Dialer, findings: &mut Findings) {
    let Some(spool) = dialer.spool.as_ref().filter(|it| it.is_dir()) else { return };
    // A run makes GPG as its parent is owned, with mode 0755.
    let gpg = spool.join(OUTPUT);
    let there = if gpg.is_dir() { &gpg } else { spool };
    let users = users();
    if users.is_empty() {
        let what = format!("No web server's user is on this dialer ({}).", NAMES.join(", "));
        let todo = "Nothing, if recordings are served by the archive alone.";
        return findings.note("web-user", what, todo);
    }
    selinux(&gpg, findings);
    let closed: Vec<(&User, String)> =
        users.iter().filter_map(|user| Some((user, closed(user, there, dialer)?))).collect();
    for user in users.iter().filter(|user| !closed.iter().any(|(other, _)| other == user)) {
        let what = format!("The web server ({}) can read what is sealed.", user.name);
        findings.ok("web-user", what);
    }
    let is_served = closed.len() < users.len();
    for (user, why) in closed {
        let what = format!("The web server ({}) cannot read what is sealed: {why}", user.name);
        let todo = "Let it through: chmod o+x each folder on the way, and mode 0644, or a group of \
                    the web server's, for sealed files ([sealed_files] in dialer.toml).";
        if is_served {
            findings.note("web-user", what, "Nothing, if the other user is the web server's.");
        } else {
            findings.warn("web-user", what, todo);
        }
    }
}

/// Modes are not all there: Red Hat's systems ask SELinux, too.
fn selinux(gpg: &Path, findings: &mut Findings) {
    if fs::read_to_string("/sys/fs/selinux/enforce").is_ok_and(|it| it.trim() == "1") {
        findings.note(
            "selinux",
            "SELinux is enforced: the web server may be refused whatever the modes say.",
            format!("Look at a real link with --url; ls -Z {} shows the labels.", shown(gpg)),
        );
    }
}

/// What keeps a user from a sealed file in this folder.
fn closed(user: &User, folder: &Path, dialer: &Dialer) -> Option<String> {
    if let Some(folder) = first_closed(user, folder) {
        return Some(format!("it may not go through {}.", shown(&folder)));
    }
    let sealed_as = dialer.sealed_as?;
    let found = fs::metadata(folder).ok()?;
    let file = Access {
        mode: sealed_as.mode,
        owner: sealed_as.owner.unwrap_or(found.uid()),
        group: sealed_as.group.unwrap_or(found.gid()),
    };
    let what = format!(
        "sealed files get mode {:04o}, owner {}, group {}.",
        file.mode, file.owner, file.group
    );
    (!may(user, file, 0o4)).then_some(what)
}

/// The first folder on the way to this one that a user may not go through.
fn first_closed(user: &User, folder: &Path) -> Option<PathBuf> {
    let real = folder.canonicalize().ok()?;
    let mut way: Vec<&Path> = real.ancestors().collect();
    way.reverse();
    let is_closed = |part: &&Path| {
        fs::metadata(part).is_ok_and(|it| {
            let access = Access { mode: it.mode(), owner: it.uid(), group: it.gid() };
            !may(user, access, 0o1)
        })
    };
    way.into_iter().find(is_closed).map(Path::to_path_buf)
}

/// The owner's bits count for the owner alone, then those of the group (`man 7 path_resolution`).
fn may(user: &User, to: Access, bit: u32) -> bool {
    let shift = if user.number == to.owner {
        6
    } else if user.groups.contains(&to.group) {
        3
    } else {
        0
    };
    user.number == 0 || (to.mode >> shift) & bit == bit
}

fn users() -> Vec<User> {
    let read = |file: &str| fs::read(file).unwrap_or_default();
    let (passwd, group) = (read("/etc/passwd"), read("/etc/group"));
    let (passwd, group) = (String::from_utf8_lossy(&passwd), String::from_utf8_lossy(&group));
    NAMES.iter().filter_map(|name| user(name, &passwd, &group)).collect()
}

/// `name:x:number:group:…` and `name:x:number:member,member` (`man 5 passwd`, `man 5 group`).
fn user(name: &str, passwd: &str, group: &str) -> Option<User> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let number = fields.next()?.parse().ok()?;
    let first = fields.next()?.parse().ok()?;
    let of = |line: &str| {
        let mut fields = line.split(':').skip(2);
        let number = fields.next()?.parse::<u32>().ok()?;
        fields.next()?.split(',').any(|member| member == name).then_some(number)
    };
    let groups = std::iter::once(first).chain(group.lines().filter_map(of)).collect();
    Some(User { name: name.to_string(), number, groups })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_owner_the_group_and_the_others_each_have_their_bits() {
        let passwd = "root:x:0:0::/:/bin/sh\nwww-data:x:33:33::/:/x\nbroken:x\n";
        let group = "asterisk:x:500:www-data,other\nwww-data:x:33:\nodd\n";
        let user = user("www-data", passwd, group).unwrap();
        assert_eq!(user.groups, [33, 500]);
        let to = |mode, owner, group| may(&user, Access { mode, owner, group }, 0o4);
        assert!(to(0o644, 0, 0) && !to(0o640, 0, 0) && to(0o640, 0, 500));
        assert!(to(0o400, 33, 0), "its own file");
        assert!(!to(0o044, 33, 0), "the owner has the owner's bits alone");
        assert!(!to(0o604, 0, 500), "a member of the group has the group's bits alone");
    }
}
