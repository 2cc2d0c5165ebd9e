//! What do the system's log and standard error keep of what was done, and what not?

mod common;
mod site;
mod watcher;

use common::{Dialer, call};
use site::Site;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use support::process::{Background, finish, guarded_tool, wait_for};
use support::speech::Format;
use support::{Outcome, ensure};
use watcher::{WAIT, Watcher, watching};

/// A socket where the system's log would be.
struct Log {
    socket: UnixDatagram,
    settings: PathBuf,
}

impl Log {
    fn of(dialer: &Dialer) -> Outcome<Log> {
        let path = dialer.spool.path().join("log");
        let socket = UnixDatagram::bind(&path)?;
        socket.set_nonblocking(true)?;
        let settings = dialer.spool.path().join("log.toml");
        fs::write(&settings, format!("[log]\nsocket = \"{}\"\n", path.display()))?;
        Ok(Log { socket, settings })
    }

    fn messages(&self) -> Vec<String> {
        let mut room = [0; 8192];
        let mut messages = Vec::new();
        while let Ok(count) = self.socket.recv(&mut room) {
            let text = String::from_utf8_lossy(room.get(..count).unwrap_or_default());
            messages.push(text.into_owned());
        }
        messages
    }

    fn run(&self, dialer: &Dialer) -> Command {
        let mut command = dialer.command();
        command.arg("--config").arg(&self.settings);
        command
    }
}

#[test]
fn the_systems_log_gets_one_line_of_a_good_run_and_none_of_an_idle_one() -> Outcome {
    let dialer = Dialer::new()?;
    let log = Log::of(&dialer)?;
    dialer.fill(3)?;
    let run = finish(&mut log.run(&dialer))?.expect_code(0)?;
    assert_eq!((run.text().as_str(), run.stderr.as_str()), ("", ""));
    let messages = log.messages();
    ensure!(messages.len() == 1, "{messages:?}");
    let first = messages.first().map_or("", String::as_str);
    ensure!(first.starts_with("<30>dialer-encryptor["), "{first}");
    ensure!(first.contains("]: 3 sealed, 0 finished from before, 0 busy, 0 failed, "), "{first}");
    finish(&mut log.run(&dialer))?.expect_code(0)?;
    assert_eq!(log.messages(), Vec::<String>::new());
    Ok(())
}

#[test]
fn what_fails_is_an_error_in_it_with_its_name_escaped() -> Outcome {
    let dialer = Dialer::new()?;
    let log = Log::of(&dialer)?;
    let name = [b"a\n<0>kernel: \x1b[2J\xff".as_slice(), &[b'x'; 230], b".mp3"].concat();
    dialer.spool.put(Format::Mp3, OsStr::from_bytes(&name), b"words")?;
    finish(&mut log.run(&dialer))?.expect_code(1)?;
    let messages = log.messages();
    let error = messages.iter().find(|it| it.starts_with("<27>dialer-encryptor["));
    ensure!(error.is_some(), "{messages:?}");
    for message in &messages {
        let is_plain = message.chars().all(|it| !it.is_control());
        ensure!(is_plain && message.contains(">dialer-encryptor["), "{message:?}");
    }
    Ok(())
}

#[test]
fn no_secret_of_the_configuration_is_in_any_log() -> Outcome {
    const SECRET: &str = "hunter2-hunter2";
    let mut site = Site::new()?;
    let dialer = &site.dialer;
    dialer.spool.set("VARDB_pass", SECRET)?;
    dialer.spool.set("VARFTP_pass", SECRET)?;
    let log = Log::of(dialer)?;
    dialer.fill(2)?;
    let all = |more: &[&str]| -> Outcome<String> {
        let mut command = site.command();
        let run = finish(command.arg("--config").arg(&log.settings).args(more))?;
        let line = fs::read_to_string(dialer.spool.logs().join("callseal.log"))?;
        Ok([run.text(), run.stderr, line, log.messages().join("\n")].concat())
    };
    let refused = all(&["--debugX"])?;
    ensure!(refused.contains("Access denied"), "{refused}");
    ensure!(!refused.contains(SECRET), "{refused}");
    site.database.stop()?;
    Ok(())
}

#[test]
fn a_log_that_nobody_reads_or_that_is_not_there_stops_no_recording() -> Outcome {
    let dialer = Dialer::new()?;
    let log = Log::of(&dialer)?;
    // More messages than a socket keeps: nobody reads them.
    for number in 0..600 {
        let name = format!("{number:03}{}.mp3", "x".repeat(248));
        dialer.spool.put(Format::Mp3, name, b"words")?;
    }
    dialer.fill(3)?;
    finish(&mut log.run(&dialer))?.expect_code(1)?;
    assert_eq!(dialer.spool.sealed_names()?.len(), 3);
    drop(log);
    fs::remove_file(dialer.spool.path().join("log"))?;
    let mut run = dialer.command();
    run.arg("--config").arg(dialer.spool.path().join("log.toml"));
    dialer.spool.put(Format::Mp3, call(9).0, b"words")?;
    finish(&mut run)?.expect_code(1)?;
    assert_eq!(dialer.spool.sealed_names()?.len(), 4);
    Ok(())
}

#[test]
fn a_real_syslog_files_it_under_its_name_and_severity() -> Outcome {
    let dialer = Dialer::new()?;
    let folder = dialer.spool.path();
    let (socket, file) = (folder.join("log"), folder.join("messages"));
    let settings = format!(
        "module(load=\"imuxsock\" SysSock.Use=\"off\")\n\
         input(type=\"imuxsock\" Socket=\"{}\" CreatePath=\"off\")\n\
         template(name=\"t\" type=\"string\" string=\"%programname%|%syslogfacility-text%|\
         %syslogseverity-text%|%msg%\\n\")\n\
         action(type=\"omfile\" file=\"{}\" template=\"t\")\n",
        socket.display(),
        file.display()
    );
    fs::write(folder.join("rsyslog.conf"), settings)?;
    let mut syslog = guarded_tool("rsyslogd")?;
    syslog.arg("-n").arg("-f").arg(folder.join("rsyslog.conf"));
    syslog.arg("-i").arg(folder.join("rsyslog.pid")).stdin(Stdio::null());
    let mut syslog = Background::start(syslog.stdout(Stdio::null()).stderr(Stdio::null()))?;
    wait_for("the log's socket", WAIT, || {
        syslog.still_running()?;
        Ok(socket.exists().then_some(()))
    })?;
    fs::write(folder.join("log.toml"), format!("[log]\nsocket = \"{}\"\n", socket.display()))?;
    dialer.fill(2)?;
    let mut run = dialer.command();
    finish(run.arg("--config").arg(folder.join("log.toml")))?.expect_code(0)?;
    let line = wait_for("the line", WAIT, || {
        let text = fs::read_to_string(&file).unwrap_or_default();
        Ok(text.lines().find(|it| it.contains("sealed")).map(str::to_owned))
    })?;
    ensure!(line.starts_with("dialer-encryptor|daemon|info| 2 sealed, "), "{line}");
    Ok(())
}

#[test]
fn the_service_tells_the_journal_the_severity_and_nobody_twice() -> Outcome {
    let dialer = Dialer::new()?;
    let log = Log::of(&dialer)?;
    dialer.fill(1)?;
    dialer.spool.put(Format::Mp3, format!("{}.mp3", "x".repeat(250)), b"words")?;
    let mut command = watching(&log.run(&dialer), &[]);
    let mut watcher = Watcher::start_in(&dialer, &mut command, "8:1234")?;
    watcher.wait_to_hear("STATUS=1 sealed")?;
    wait_for("an error", WAIT, || Ok(watcher.said()?.contains("<3>").then_some(())))?;
    let said = watcher.said()?;
    ensure!(
        said.contains("<6>1 sealed, ") && said.contains("<3>not sealed, and kept: xxx"),
        "{said}"
    );
    assert_eq!(log.messages(), Vec::<String>::new());
    watcher.stop()
}
