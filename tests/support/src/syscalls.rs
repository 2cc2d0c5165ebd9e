//! Which system calls did a program make, with which octets, in the order in which they returned?

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Context;
use crate::process::tool;
use crate::{Failure, Outcome, fail};

/// Every call that can change a file or a folder. A leading `?` allows for machines without it.
pub const WRITE_SIDE: [&str; 40] = [
    "?open",
    "openat",
    "openat2",
    "?creat",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "pwritev2",
    "sendfile",
    "splice",
    "copy_file_range",
    "io_uring_setup",
    "fsync",
    "fdatasync",
    "sync",
    "syncfs",
    "sync_file_range",
    "?truncate",
    "ftruncate",
    "fallocate",
    "?rename",
    "?renameat",
    "renameat2",
    "?link",
    "linkat",
    "?symlink",
    "symlinkat",
    "?unlink",
    "unlinkat",
    "?rmdir",
    "?mkdir",
    "mkdirat",
    "?mknod",
    "mknodat",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchownat",
    "utimensat",
];

/// Calls that reach for another machine, ask it and hear it.
pub const NETWORK: [&str; 6] = ["connect", "sendto", "sendmsg", "recvfrom", "recvmsg", "shutdown"];

/// Calls that say which descriptor is which file, and where in it the next write goes.
pub const DESCRIPTORS: [&str; 7] = ["close", "?dup", "?dup2", "dup3", "fcntl", "lseek", "mmap"];

/// Puts a program under strace with its arguments and its environment. `calls` are those to be
/// seen, with every octet; the trace goes to `file`. More options can be added with `more`.
pub fn traced(program: &Command, calls: &[&str], more: &[&str], file: &Path) -> Outcome<Command> {
    let mut strace = tool("strace")?;
    strace.args(["-f", "-qq", "-y", "-xx", "-s", "1048576", "-e", "signal=none"]);
    strace.arg("-e").arg(format!("trace={}", calls.join(","))).args(more).arg("-o").arg(file);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    strace.arg("--").arg(program.get_program()).args(program.get_args());
    Ok(strace)
}

/// One call that returned, or that the program did not outlive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syscall {
    /// Which thread made it.
    pub thread: u32,
    /// Its name.
    pub name: String,
    /// Its arguments as the trace spells them.
    pub arguments: Vec<String>,
    /// What it returned; none if the program was killed in it.
    pub result: Option<i64>,
    /// Whether the trace says that it was tampered with.
    pub is_injected: bool,
}

impl Syscall {
    /// Whether it changed, or could have changed, a file or a folder: an `open` that only reads
    /// does not.
    #[must_use]
    pub fn is_write_side(&self) -> bool {
        match self.name.as_str() {
            "open" | "openat" => {
                let flags = self.arguments.get(self.path_place() + 1).map_or("", String::as_str);
                ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|it| flags.contains(it))
            }
            name => WRITE_SIDE.iter().any(|it| it.trim_start_matches('?') == name),
        }
    }

    /// Whether it was about a socket that may lead to another machine.
    #[must_use]
    pub fn is_network(&self) -> bool {
        NETWORK.contains(&self.name.as_str())
            && !self.arguments.iter().any(|it| it.contains("AF_UNIX"))
    }

    /// Which files it was about: descriptors' paths and names, readable, in their order.
    #[must_use]
    pub fn about(&self) -> String {
        let readable = |it: &String| {
            let hexadecimal = it.split_once('<').or_else(|| it.split_once('"'))?.1;
            let octets = unescaped(hexadecimal).ok()?;
            Some(String::from_utf8_lossy(&octets).into_owned())
        };
        let has_data = ["write", "send", "recv"].iter().any(|it| self.name.contains(it));
        let is_data = |place: usize| has_data && place > 0;
        let shown = self.arguments.iter().enumerate().filter(|(place, _)| !is_data(*place));
        shown.filter_map(|(_, it)| readable(it)).collect::<Vec<_>>().join(" ")
    }

    /// The octets of a string among the arguments.
    pub fn octets(&self, place: usize) -> Outcome<Vec<u8>> {
        match self.arguments.get(place).and_then(|it| it.strip_prefix('"')?.strip_suffix('"')) {
            Some(hexadecimal) => unescaped(hexadecimal),
            None => fail!("{}: no whole string at place {place}: {:?}", self.name, self.arguments),
        }
    }

    /// The path or name among the arguments.
    pub fn path(&self, place: usize) -> Outcome<String> {
        Ok(String::from_utf8(self.octets(place)?)?)
    }

    /// A plain number, or that of a descriptor; none for `AT_FDCWD` and names of flags.
    #[must_use]
    pub fn number(&self, place: usize) -> Option<i64> {
        self.arguments.get(place)?.split('<').next()?.parse().ok()
    }

    /// Whether the flags at a place hold this one.
    #[must_use]
    pub fn has_flag(&self, place: usize, flag: &str) -> bool {
        self.arguments.get(place).is_some_and(|it| it.split('|').any(|one| one == flag))
    }

    /// Where the first path stands: after a folder's descriptor, if there is one.
    #[must_use]
    pub fn path_place(&self) -> usize {
        usize::from(self.arguments.first().is_none_or(|it| !it.starts_with('"')))
    }

    fn parse(thread: u32, text: &str) -> Option<Syscall> {
        let (call, result) = text.rsplit_once(" = ")?;
        let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
        let returned = result.split([' ', '<']).next()?;
        Some(Syscall {
            thread,
            name: name.to_owned(),
            arguments: arguments.split(", ").map(str::to_owned).collect(),
            // An address that mmap returned is not needed as a number.
            result: if returned.starts_with("0x") { Some(0) } else { returned.parse().ok() },
            is_injected: result.contains("(INJECTED)"),
        })
    }
}

/// Reads a trace. A call that another thread interrupted stands in two lines, and counts where it
/// returned: only then was it done. But `close` counts where it began: another thread may be given
/// the descriptor before it returns.
pub fn read(trace: &Path) -> Outcome<Vec<Syscall>> {
    let text = fs::read_to_string(trace).context(format!("reading {}", trace.display()))?;
    let mut begun: HashMap<u32, String> = HashMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let (thread, rest) = (thread.parse::<u32>()?, rest.trim_start());
        if let Some(start) = rest.strip_suffix("<unfinished ...>") {
            if start.starts_with("close(") {
                calls.extend(Syscall::parse(thread, &format!("{}) = 0", start.trim_end())));
                continue;
            }
            // The arguments end with a blank or, where none was left to show, a comma.
            begun.insert(thread, start.trim_end().trim_end_matches(',').to_owned());
        } else if let Some((_, end)) = rest.split_once(" resumed>") {
            let Some(start) = begun.remove(&thread) else { continue };
            calls.extend(Syscall::parse(thread, &format!("{start}{end}")));
        } else {
            calls.extend(Syscall::parse(thread, rest));
        }
    }
    // What was under way when the program was killed.
    calls.extend(
        begun.into_iter().filter_map(|(thread, it)| Syscall::parse(thread, &format!("{it}) = ?"))),
    );
    Ok(calls)
}

/// `\x41\x42` to `AB`; whatever stands behind the last of them is left out.
fn unescaped(hexadecimal: &str) -> Outcome<Vec<u8>> {
    let digits = hexadecimal.split("\\x").skip(1).map(|it| it.get(..2).unwrap_or(it));
    digits.map(|it| u8::from_str_radix(it, 16).map_err(Failure::from)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ensure;
    use crate::process::output_of;

    #[test]
    fn a_real_trace_shows_names_octets_and_results() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (file, trace) = (folder.path().join("a, b = c) d"), folder.path().join("trace"));
        let mut shell = tool("sh")?;
        shell.arg("-c").arg(format!("printf 'x\\ny' > '{}'", file.display()));
        output_of(&mut traced(&shell, &WRITE_SIDE, &[], &trace)?)?;
        let calls = read(&trace)?;
        let made = calls.iter().position(|it| it.path(1).is_ok_and(|it| it.ends_with(") d")));
        let Some(made) = made.and_then(|it| calls.get(it)) else { fail!("no openat: {calls:?}") };
        ensure!(made.is_write_side() && made.has_flag(2, "O_CREAT"), "{made:?}");
        assert!(made.about().ends_with("a, b = c) d"), "{}", made.about());
        let write = calls.iter().find(|it| it.name == "write");
        let Some(write) = write else { fail!("no write: {calls:?}") };
        assert_eq!((write.octets(1)?.as_slice(), write.result), (&b"x\ny"[..], Some(3)));
        let readers = calls.iter().filter(|it| it.name == "openat" && !it.is_write_side());
        assert!(readers.count() > 0, "the shell reads its libraries");
        Ok(())
    }

    #[test]
    fn a_call_in_two_lines_is_one_where_it_returned() -> Outcome {
        let folder = tempfile::tempdir()?;
        let trace = folder.path().join("trace");
        let lines = "7 fsync(3<\\x2f\\x61> <unfinished ...>\n8 fsync(4<\\x2f\\x62>) = 0\n\
                     8 close(4<\\x2f\\x62> <unfinished ...>\n7 <... fsync resumed>) = ?\n\
                     8 <... close resumed>) = 0\n7 fsync(3<\\x2f\\x61> <unfinished ...>\n\
                     7 <... fsync resumed>) = -1 EIO (Input/output error) (INJECTED)\n\
                     8 +++ killed by SIGKILL +++\n9 unlink(\"\\x63\" <unfinished ...>\n";
        fs::write(&trace, lines)?;
        let calls = read(&trace)?;
        let short: Vec<_> =
            calls.iter().map(|it| (it.thread, it.about(), it.result, it.is_injected)).collect();
        let expected = [
            (8, "/b".to_owned(), Some(0), false),
            (8, "/b".to_owned(), Some(0), false),
            (7, "/a".to_owned(), None, false),
            (7, "/a".to_owned(), Some(-1), true),
            (9, "c".to_owned(), None, false),
        ];
        assert_eq!(short, expected);
        Ok(())
    }
}
