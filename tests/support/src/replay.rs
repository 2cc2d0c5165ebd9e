//! What does each call of a trace do to the model of a disk?

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::disk::{Disk, Node, ROOT};
use crate::syscalls::Syscall;
use crate::{Failure, Outcome, ensure, fail};

/// The disk under one folder while a program runs; what it does elsewhere is passed over.
#[derive(Clone)]
pub struct Replay {
    /// The disk as it is now.
    pub disk: Disk,
    root: PathBuf,
    descriptors: HashMap<i64, usize>,
    opened: Vec<Opened>,
}

/// What `open` made; duplicated descriptors share it.
#[derive(Clone)]
struct Opened {
    node: Node,
    offset: usize,
    is_append: bool,
    is_mapped_by_design: bool,
}

impl Replay {
    /// Before the program's first call.
    #[must_use]
    pub fn new(disk: Disk, root: &Path) -> Replay {
        Replay { disk, root: root.to_owned(), descriptors: HashMap::new(), opened: Vec::new() }
    }

    /// Does what a call did. A call that failed did nothing. One that could change the disk and is
    /// not known here is a failure, so that nothing goes by unseen.
    pub fn apply(&mut self, call: &Syscall) -> Outcome {
        let Some(result) = call.result.filter(|it| *it >= 0) else { return Ok(()) };
        match call.name.as_str() {
            "open" | "openat" => self.open(call, result),
            "close" | "dup" | "dup2" | "dup3" | "fcntl" => {
                self.descriptor(call, result);
                Ok(())
            }
            "lseek" | "write" | "pwrite64" | "ftruncate" => self.content(call, result),
            "fsync" | "fdatasync" => match self.node(call, 0) {
                Some(node) => self.disk.sync(node),
                None => Ok(()),
            },
            "mkdir" | "mkdirat" | "unlink" | "unlinkat" | "rmdir" => self.name(call),
            "rename" | "renameat" | "renameat2" | "link" | "linkat" => self.two_names(call),
            "fchmod" | "fchmodat" | "fchown" | "fchownat" | "utimensat" => Ok(()),
            "mmap" => self.map(call),
            _ => self.unknown(call),
        }
    }

    fn open(&mut self, call: &Syscall, descriptor: i64) -> Outcome {
        let flags = call.path_place() + 1;
        ensure!(!call.has_flag(flags, "O_TMPFILE"), "the model knows no files without names");
        let Some((folder, name)) = self.place(call, call.path_place())? else {
            self.descriptors.remove(&descriptor);
            return Ok(());
        };
        let node = match self.look(folder, &name) {
            Some(node) => node,
            None if call.has_flag(flags, "O_CREAT") => self.disk.make_file(folder, &name)?,
            None => fail!("the model has no {name}, which was opened"),
        };
        if call.has_flag(flags, "O_TRUNC") {
            self.disk.cut(node, 0)?;
        }
        let is_append = call.has_flag(flags, "O_APPEND");
        // SQLite's index of its write-ahead log; it is made anew when nobody has it open.
        let is_mapped_by_design = name.ends_with(".sqlite-shm");
        self.opened.push(Opened { node, offset: 0, is_append, is_mapped_by_design });
        self.descriptors.insert(descriptor, self.opened.len() - 1);
        Ok(())
    }

    fn descriptor(&mut self, call: &Syscall, result: i64) {
        let old = call.number(0).unwrap_or(-1);
        if call.name == "close" {
            self.descriptors.remove(&old);
        } else if call.name != "fcntl" || call.arguments.iter().any(|it| it.contains("F_DUPFD")) {
            match self.descriptors.get(&old).copied() {
                Some(opened) => self.descriptors.insert(result, opened),
                None => self.descriptors.remove(&result),
            };
        }
    }

    fn content(&mut self, call: &Syscall, result: i64) -> Outcome {
        let found = call.number(0).and_then(|it| self.descriptors.get(&it));
        let Some(opened) = found.and_then(|it| self.opened.get_mut(*it)) else { return Ok(()) };
        let amount = usize::try_from(result)?;
        let argument = |place| -> Outcome<usize> {
            let number = call.number(place).ok_or_else(|| Failure::new("no number"))?;
            Ok(usize::try_from(number)?)
        };
        match call.name.as_str() {
            "lseek" => opened.offset = amount,
            "ftruncate" => self.disk.cut(opened.node, argument(1)?)?,
            _ => {
                let octets = call.octets(1)?;
                let Some(written) = octets.get(..amount) else { fail!("not all octets are there") };
                let is_placed = call.name == "pwrite64";
                let offset = match opened.is_append {
                    true => self.disk.length(opened.node)?,
                    false if is_placed => argument(3)?,
                    false => opened.offset,
                };
                self.disk.write(opened.node, offset, written)?;
                opened.offset = if is_placed { opened.offset } else { offset + amount };
            }
        }
        Ok(())
    }

    fn name(&mut self, call: &Syscall) -> Outcome {
        let Some((folder, name)) = self.place(call, call.path_place())? else { return Ok(()) };
        if call.name.starts_with("mkdir") {
            self.disk.make_folder(folder, &name).map(drop)
        } else {
            self.disk.unlink(folder, &name).map(drop)
        }
    }

    fn two_names(&mut self, call: &Syscall) -> Outcome {
        let (first, second) = if call.path_place() == 0 { (0, 1) } else { (1, 3) };
        let (from, to) = (self.place(call, first)?, self.place(call, second)?);
        let (Some((from, old)), Some((to, new))) = (from, to) else {
            return self.unknown(call);
        };
        let is_rename = call.name.starts_with("rename");
        ensure!(!call.has_flag(4, "RENAME_EXCHANGE"), "the model knows no exchange");
        let node = match self.look(from, &old) {
            Some(node) => node,
            None => fail!("the model has no {old}, which got another name"),
        };
        if is_rename {
            self.disk.unlink(from, &old)?;
        }
        self.disk.link(node, to, &new)
    }

    /// What is written through a mapping makes no call.
    fn map(&self, call: &Syscall) -> Outcome {
        let found = call.number(4).and_then(|it| self.descriptors.get(&it));
        let Some(opened) = found.and_then(|it| self.opened.get(*it)) else { return Ok(()) };
        let is_written = call.has_flag(2, "PROT_WRITE") && call.has_flag(3, "MAP_SHARED");
        ensure!(!is_written || opened.is_mapped_by_design, "a file is written through a mapping");
        Ok(())
    }

    fn unknown(&self, call: &Syscall) -> Outcome {
        let root = self.root.display().to_string();
        let is_here = call.about().contains(&root)
            || call.number(0).is_some_and(|it| self.descriptors.contains_key(&it));
        ensure!(!is_here, "the model does not know {}: {}", call.name, call.about());
        Ok(())
    }

    fn node(&self, call: &Syscall, place: usize) -> Option<Node> {
        let opened = *self.descriptors.get(&call.number(place)?)?;
        self.opened.get(opened).map(|it| it.node)
    }

    /// The folder and the name that a path means; none outside of the model's folder.
    fn place(&self, call: &Syscall, place: usize) -> Outcome<Option<(Node, String)>> {
        let path = call.path(place)?;
        let (mut folder, rest) = match Path::new(&path).strip_prefix(&self.root) {
            Ok(rest) => (ROOT, rest.to_string_lossy().into_owned()),
            Err(_) if path.starts_with('/') || place == 0 => return Ok(None),
            Err(_) => match self.node(call, place - 1) {
                Some(folder) => (folder, path),
                None => return Ok(None),
            },
        };
        let (folders, name) = rest.rsplit_once('/').unwrap_or(("", &rest));
        for name in folders.split('/').filter(|it| !it.is_empty()) {
            folder = match self.disk.look(folder, name) {
                Some(folder) => folder,
                None => fail!("the model has no folder {name} of {rest}"),
            };
        }
        Ok(Some((folder, name.to_owned())))
    }

    fn look(&self, folder: Node, name: &str) -> Option<Node> {
        if matches!(name, "" | ".") { Some(folder) } else { self.disk.look(folder, name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{output_of, tool};
    use crate::syscalls::{self, DESCRIPTORS, WRITE_SIDE};

    #[test]
    fn after_any_program_the_model_shows_what_the_folder_holds() -> Outcome {
        let folder = tempfile::tempdir()?;
        let (root, keep) = (folder.path().join("root"), folder.path().join("keep"));
        let trace = folder.path().join("trace");
        for made in [&root, &keep] {
            std::fs::create_dir(made)?;
        }
        std::fs::write(root.join("old"), "old")?;
        let mut replay = Replay::new(Disk::of(&root, ".mp3", &keep)?, &root);
        let mut shell = tool("sh")?;
        shell.arg("-c").arg(format!(
            "cd {}; echo 1 > $PWD/a; echo 2 >> $PWD/a; mkdir $PWD/f; mv $PWD/a $PWD/f/b; \
             ln $PWD/f/b $PWD/c; rm $PWD/old; truncate -s 3 $PWD/c; \
             dd if=/dev/zero of=$PWD/d bs=2 seek=3 count=1 status=none; exec 1>$PWD/e; echo x; echo y",
            root.display()
        ));
        let calls = [WRITE_SIDE.as_slice(), &DESCRIPTORS].concat();
        output_of(&mut syscalls::traced(&shell, &calls, &[], &trace)?)?;
        for call in syscalls::read(&trace)? {
            replay.apply(&call)?;
        }
        let shown = replay.disk.shown();
        assert_eq!(shown.files.keys().collect::<Vec<_>>(), ["/c", "/d", "/e", "/f/b"]);
        shown.expect_in(&root)?;
        std::fs::write(root.join("d"), "x")?;
        assert!(shown.expect_in(&root).is_err());
        Ok(())
    }
}
