//! What does a program write, and where to, seen from outside by its system calls?

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::failure::Context;
use crate::leak::{LONGEST_OCTETS, Leak, Needles};
use crate::process::{output_of, tool};
use crate::{Failure, Outcome, ensure, fail};

/// Every call that brings octets out of a process in its arguments.
const WRITES: [&str; 8] =
    ["write", "pwrite64", "writev", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg"];

/// Calls that bring octets out unseen; none of them may be made.
const UNSEEN: [&str; 7] = [
    "sendfile",
    "splice",
    "vmsplice",
    "copy_file_range",
    "process_vm_writev",
    "io_uring_setup",
    "io_uring_enter",
];

/// Puts a program under strace with its arguments; the trace goes to `file`.
pub fn traced(program: &Command, file: &Path) -> Outcome<Command> {
    let mut strace = strace()?;
    let calls = [WRITES.as_slice(), &UNSEEN, &["connect", "mmap"]].concat().join(",");
    strace.args(["-f", "--seccomp-bpf", "-qq", "-yy", "-xx", "-s", "1048576", "-e"]);
    strace.arg(format!("trace={calls}")).args(["-e", "signal=none", "-o"]).arg(file);
    for (name, value) in program.get_envs() {
        let mut setting = name.to_owned();
        if let Some(value) = value {
            setting.push("=");
            setting.push(value);
        }
        strace.arg("-E").arg(setting);
    }
    strace.arg("--").arg(program.get_program()).args(program.get_args());
    Ok(strace)
}

/// The app keeps its memory from its own user's debuggers, so only root can watch what it writes.
fn strace() -> Outcome<Command> {
    let strace = tool("strace")?;
    if std::fs::metadata("/proc/self")?.uid() == 0 {
        return Ok(strace);
    }
    let user = output_of(tool("id")?.arg("-un"))?;
    let mut sudo = tool("sudo").context("watching system calls needs root or sudo")?;
    sudo.arg("-n").arg(strace.get_program());
    sudo.arg("-u").arg(String::from_utf8_lossy(&user).trim());
    Ok(sudo)
}

/// What a trace says of the octets that left the program.
#[derive(Default)]
pub struct Report {
    /// Write calls to anything but the sound server.
    pub writes: usize,
    /// Octets in those calls.
    pub octets: usize,
    /// Octets that went to the sound server.
    pub sound_octets: usize,
    /// Every leak: what, by which call and descriptor.
    pub leaks: Vec<(Leak, String)>,
    /// Calls that bring octets out without showing them, and mapped files that are gone.
    pub unseen: Vec<String>,
    // The end of what went to each descriptor: a leak may come in pieces.
    ends: HashMap<String, Vec<u8>>,
}

/// Searches a trace for `needles`, and for the very samples that went to the sound server at
/// `sound_socket`, in everything that was written elsewhere.
pub fn search(trace: &Path, mut needles: Needles, sound_socket: &Path) -> Outcome<Report> {
    let mut sound = SoundSockets::new(sound_socket);
    each_call(trace, |call| {
        sound.learn(&call);
        if WRITES.contains(&call.name) && sound.is_target(&call) {
            needles.add_octets(&call.data()?);
        }
        Ok(())
    })?;
    let mut report = Report::default();
    each_call(trace, |call| report.take(&call, &needles, &sound))?;
    ensure!(report.writes > 0, "the trace {} shows no write at all", trace.display());
    Ok(report)
}

impl Report {
    /// What goes into a mapped file makes no call, but it stands in the file.
    fn take_mapped(&mut self, target: &str, needles: &Needles) {
        let path = target.split_once('<').map(|it| it.1.trim_end_matches('>')).unwrap_or_default();
        match std::fs::read(path) {
            Ok(data) => {
                let leak = needles.find_in(&data);
                self.leaks.extend(leak.map(|it| (it, format!("mmap {target}"))));
            }
            Err(error) => self.unseen.push(format!("mmap {target}: {error}")),
        }
    }

    fn take(&mut self, call: &Call<'_>, needles: &Needles, sound: &SoundSockets) -> Outcome {
        if UNSEEN.contains(&call.name) {
            self.unseen.push(format!("{} {}", call.name, call.target()));
        }
        if call.maps_a_file_to_write() {
            self.take_mapped(&call.target(), needles);
        }
        if !WRITES.contains(&call.name) {
            return Ok(());
        }
        let data = call.data()?;
        if sound.is_target(call) {
            self.sound_octets += data.len();
            return Ok(());
        }
        self.writes += 1;
        self.octets += data.len();
        let end = self.ends.entry(call.descriptor().to_owned()).or_default();
        end.extend(data);
        if let Some(leak) = needles.find_in(end) {
            self.leaks.push((leak, format!("{} {}", call.name, call.target())));
        }
        end.drain(..end.len().saturating_sub(LONGEST_OCTETS - 1));
        Ok(())
    }
}

/// The sockets that were connected to the sound server: the one way out that sound may take.
struct SoundSockets {
    path: String,
    descriptors: HashSet<String>,
}

impl SoundSockets {
    fn new(path: &Path) -> SoundSockets {
        SoundSockets { path: path.display().to_string(), descriptors: HashSet::new() }
    }

    fn learn(&mut self, call: &Call<'_>) {
        let is_server = |octets: Vec<u8>| octets == self.path.as_bytes();
        if call.name == "connect" && call.data().is_ok_and(is_server) {
            self.descriptors.extend(call.inode().map(str::to_owned));
        }
    }

    fn is_target(&self, call: &Call<'_>) -> bool {
        call.inode().is_some_and(|inode| self.descriptors.contains(inode))
    }
}

/// One line of the trace.
struct Call<'a> {
    name: &'a str,
    arguments: &'a str,
}

impl<'a> Call<'a> {
    /// `PID name(arguments...`; lines that only end an earlier one have been seen by their start.
    fn parse(line: &'a str) -> Option<Call<'a>> {
        let (before, arguments) = line.split_once('(')?;
        let name = before.split_whitespace().next_back()?;
        (!before.contains('<')).then_some(Call { name, arguments })
    }

    /// The first descriptor as strace resolves it, such as `3<\x2f...>` or `5<UNIX-STREAM:[7->8]>`.
    fn descriptor(&self) -> &'a str {
        let place = if self.name == "mmap" { 4 } else { 0 };
        self.arguments.split(", ").nth(place).unwrap_or_default()
    }

    /// The descriptor with its path readable.
    fn target(&self) -> String {
        let descriptor = self.descriptor();
        match descriptor.split_once('<') {
            Some((number, path)) if path.contains("\\x") => {
                let octets = unescaped(path).unwrap_or_default();
                format!("{number}<{}>", String::from_utf8_lossy(&octets))
            }
            _ => descriptor.to_owned(),
        }
    }

    /// The inode of a socket.
    fn inode(&self) -> Option<&'a str> {
        let (_, inside) = self.descriptor().split_once("UNIX-STREAM:[")?;
        inside.split(|it: char| !it.is_ascii_digit()).next()
    }

    /// Every octet among the arguments, in order.
    fn data(&self) -> Outcome<Vec<u8>> {
        ensure!(!self.hides_its_data(), "the trace shows addresses instead of data: {}", self.name);
        let mut octets = Vec::new();
        let mut parts = self.arguments.split('"');
        // Between quotes stands data, outside of them the rest; the rest after a cut string is `...`.
        while let (Some(_), Some(quoted)) = (parts.next(), parts.next()) {
            octets.extend(unescaped(quoted)?);
        }
        ensure!(!self.arguments.contains("\"..."), "{} wrote more than the trace holds", self.name);
        Ok(octets)
    }

    fn hides_its_data(&self) -> bool {
        let rest = self.arguments.split_once(", ").map(|it| it.1).unwrap_or_default();
        rest.starts_with("0x") || rest.contains("iov_base=0x") || rest.contains("msg_iov=0x")
    }

    /// A shared, writable mapping of a file brings octets to a disk without any call.
    fn maps_a_file_to_write(&self) -> bool {
        let shared = self.arguments.contains("MAP_SHARED") && self.arguments.contains("PROT_WRITE");
        let target = self.target();
        let in_memory = ["</memfd:", "</dev/", "<anon", "-1"].iter().any(|it| target.contains(it));
        self.name == "mmap" && shared && !in_memory
    }
}

fn unescaped(hexadecimal: &str) -> Outcome<Vec<u8>> {
    let digits = hexadecimal.split("\\x").skip(1).map(|it| it.get(..2).unwrap_or(it));
    digits.map(|it| u8::from_str_radix(it, 16).map_err(Failure::from)).collect()
}

fn each_call(trace: &Path, mut take: impl FnMut(Call<'_>) -> Outcome) -> Outcome {
    let file = File::open(trace).context(format!("opening {}", trace.display()))?;
    for line in BufReader::with_capacity(1 << 20, file).lines() {
        let line = line?;
        if let Some(call) = Call::parse(&line) {
            take(call)?;
        }
    }
    Ok(())
}

/// Fails with every leak and every unseen call of a report.
pub fn expect_clean(report: &Report) -> Outcome {
    if report.leaks.is_empty() && report.unseen.is_empty() {
        return Ok(());
    }
    fail!("plaintext was written: {:?}; not to be seen: {:?}", report.leaks, report.unseen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Vec<u8> {
        (0..200_u32).map(|it| (it * it % 251) as u8).collect()
    }

    fn report_of(script: &str) -> Outcome<Report> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("secret"), secret())?;
        let mut shell = tool("sh")?;
        shell.args(["-c", &format!("cd {}; {script}", folder.path().display())]);
        let trace = folder.path().join("trace");
        output_of(&mut traced(&shell, &trace)?)?;
        let mut needles = Needles::new();
        needles.add_octets(&secret());
        search(&trace, needles, Path::new("/no/sound"))
    }

    #[test]
    fn a_harmless_program_is_clean() -> Outcome {
        let report = report_of("echo hello > harmless")?;
        assert!(report.writes >= 1);
        expect_clean(&report)
    }

    #[test]
    fn a_planted_copy_is_found_with_its_file() -> Outcome {
        let report = report_of("dd if=secret of=planted status=none")?;
        let words = expect_clean(&report).err().map(|it| it.to_string()).unwrap_or_default();
        assert!(words.contains("Octets") && words.contains("/planted>"), "{words}");
        Ok(())
    }

    #[test]
    fn a_planted_copy_in_small_pieces_is_found() -> Outcome {
        let report = report_of("dd if=secret of=planted bs=7 status=none")?;
        assert!(!report.leaks.is_empty());
        Ok(())
    }

    #[test]
    fn a_planted_copy_through_a_pipe_is_found() -> Outcome {
        let report = report_of("dd if=secret status=none | dd of=/dev/null status=none")?;
        assert!(!report.leaks.is_empty());
        Ok(())
    }

    #[test]
    fn a_mapped_file_is_searched_itself() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (mapped, trace) = (folder.path().join("mapped"), folder.path().join("trace"));
        let line = |file: &Path| {
            format!(
                "12 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3<{}>, 0) = 0x7f\n\
                 12 write(1<\\x2f>, \"\\x41\", 1) = 1\n",
                file.display()
            )
        };
        let searched = |content: &[u8]| -> Outcome<Report> {
            std::fs::write(&mapped, content)?;
            let mut needles = Needles::new();
            needles.add_octets(&secret());
            search(&trace, needles, Path::new("/no/sound"))
        };
        std::fs::write(&trace, line(&mapped))?;
        expect_clean(&searched(b"nothing")?)?;
        assert_eq!(searched(&secret())?.leaks.len(), 1);
        std::fs::write(&trace, line(&folder.path().join("gone")))?;
        assert_eq!(searched(b"nothing")?.unseen.len(), 1);
        Ok(())
    }

    #[test]
    fn a_write_without_its_data_is_no_proof() {
        let line = "12 write(3<\\x2f>, 0x7ffe1234, 5) = 5";
        assert!(Call::parse(line).is_some_and(|it| it.data().is_err()));
        let line = "12 writev(3<\\x2f>, [{iov_base=0x7ffe1234, iov_len=5}], 1) = 5";
        assert!(Call::parse(line).is_some_and(|it| it.data().is_err()));
        let line = "12 write(3<\\x2f>, \"\\x41\\x42\"..., 500) = 500";
        assert!(Call::parse(line).is_some_and(|it| it.data().is_err()));
        let line = "12 write(3<\\x2f>, \"\\x41\\x42\", 2 <unfinished ...>";
        assert!(Call::parse(line).is_some_and(|it| it.data().is_ok_and(|it| it == b"AB")));
    }

    #[test]
    fn a_copy_inside_the_kernel_is_not_overlooked() -> Outcome {
        let report = report_of("cp --reflink=never secret planted")?;
        assert!(!report.leaks.is_empty() || !report.unseen.is_empty());
        Ok(())
    }
}
