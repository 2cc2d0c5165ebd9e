//! Do Prometheus and Nagios get what they expect?

use crate::exposition::samples;
use crate::site::{LATELY, Site, now};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use support::dialer::names_in;
use support::process::{Background, finish, tool};
use support::{Failure, Outcome, ensure};

fn metrics(site: &Site, code: i32) -> Outcome<BTreeMap<String, f64>> {
    samples(&finish(&mut site.command(&["--prometheus"]))?.expect_code(code)?.text())
}

fn value(metrics: &BTreeMap<String, f64>, name: &str) -> Outcome<i64> {
    let found = metrics.get(&format!("callseal_{name}")).copied();
    let value = found.ok_or_else(|| Failure::new(format!("no {name} in {metrics:?}")))?;
    #[expect(clippy::cast_possible_truncation, reason = "counts and times of a test")]
    Ok(value as i64)
}

#[test]
fn the_metrics_of_a_healthy_dialer_are_all_there() -> Outcome {
    let site = Site::healthy()?;
    let found = metrics(&site, 0)?;
    for (name, expected) in [
        ("up", 1),
        ("problems{severity=\"critical\"}", 0),
        ("backlog_recordings{format=\"mp3\"}", 1),
        ("backlog_bytes{format=\"mp3\"}", 13),
        ("last_run_exit_code{kind=\"seal mp3\"}", 0),
        ("last_run_done{kind=\"seal mp3\"}", 3),
        ("rows_waiting", 0),
        ("rows_set_aside", 0),
        ("plaintext_files{folder=\"ORIG\"}", 0),
        ("plaintext_files{folder=\"MP3\"}", 1),
    ] {
        assert_eq!(value(&found, name)?, expected, "{name}");
    }
    let now = now()?;
    for (name, at) in [
        ("written_timestamp_seconds", now),
        ("last_success_timestamp_seconds{kind=\"seal mp3\"}", now - LATELY),
        ("last_run_timestamp_seconds{kind=\"seal mp3\"}", now - LATELY),
    ] {
        assert!((at - value(&found, name)?).abs() < 60, "{name}");
    }
    assert!((60..120).contains(&value(&found, "backlog_oldest_seconds{format=\"mp3\"}")?));
    Ok(())
}

#[test]
fn the_metrics_go_bad_on_failure_and_when_nothing_runs() -> Outcome {
    let site = Site::new()?;
    let never = metrics(&site, 0)?;
    assert_eq!(value(&never, "last_success_timestamp_seconds{kind=\"seal\"}")?, 0);
    assert_eq!(value(&never, "problems{severity=\"critical\"}")?, 1);
    site.ran("deliver", 0, 20)?;
    let unsealed = metrics(&site, 0)?;
    assert_eq!(value(&unsealed, "last_success_timestamp_seconds{kind=\"seal\"}")?, 0);
    site.ran("seal mp3", 1, 20)?;
    let failed = metrics(&site, 0)?;
    assert_eq!(value(&failed, "last_success_timestamp_seconds{kind=\"seal mp3\"}")?, 0);
    assert_eq!(value(&failed, "last_run_exit_code{kind=\"seal mp3\"}")?, 1);
    assert_eq!(value(&failed, "last_run_failed{kind=\"seal mp3\"}")?, 2);
    fs::remove_file(site.spool.conf())?;
    let blind = metrics(&site, 2)?;
    assert_eq!(value(&blind, "up")?, 0);
    assert!(blind.len() < 10, "nothing is made up: {blind:?}");
    Ok(())
}

#[test]
fn a_kind_of_any_letters_is_a_value_that_prometheus_reads() -> Outcome {
    let site = Site::healthy()?;
    site.ran("seal \"\\\n{}", 0, 5)?;
    metrics(&site, 0).map(drop)
}

#[test]
fn the_file_is_replaced_in_one_step_and_readable_for_all() -> Outcome {
    let site = Site::healthy()?;
    let folder = site.spool.path().join("collector");
    fs::create_dir(&folder)?;
    let file = folder.join("callseal.prom");
    fs::write(&file, "old")?;
    let asked = site.command(&["--prometheus", &file.display().to_string()]);
    let log = site.spool.path().join("trace");
    let mut strace = tool("strace")?;
    strace.args(["-f", "-y", "-e", "trace=openat,write,fsync,fchmod,rename,renameat,renameat2"]);
    strace.arg("-o").arg(&log).arg("--").arg(asked.get_program()).args(asked.get_args());
    let finished = finish(&mut strace)?.expect_code(0)?;
    assert_eq!((finished.text(), finished.stderr), (String::new(), String::new()));
    let calls = fs::read_to_string(&log)?;
    let at =
        |part: &str| calls.find(part).ok_or_else(|| Failure::new(format!("no {part} in {calls}")));
    let temporary = "callseal.prom.";
    assert!(at("write(")? < at("fsync(")? && at("fsync(")? < at("rename")?, "{calls}");
    ensure!(at(temporary)? < at("rename")?, "{calls}");
    let opened = format!("\"{}\", O_", file.display());
    ensure!(!calls.contains(&opened), "the file itself was opened: {calls}");
    assert_eq!(names_in(&folder)?, ["callseal.prom"]);
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o644);
    samples(&fs::read_to_string(&file)?).map(drop)
}

#[test]
fn whoever_reads_the_file_meanwhile_never_sees_half_of_it() -> Outcome {
    let site = Site::healthy()?;
    let file = site.spool.path().join("callseal.prom");
    let argument = file.display().to_string();
    finish(&mut site.command(&["--prometheus", &argument]))?.expect_code(0)?;
    for _ in 0..5 {
        let mut command = site.command(&["--prometheus", &argument]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut writer = Background::start(&mut command)?;
        while writer.child().try_wait()?.is_none() {
            let seen = samples(&fs::read_to_string(&file)?)?;
            assert_eq!(value(&seen, "rows_set_aside")?, 0, "the last metric");
        }
    }
    Ok(())
}

#[test]
fn a_folder_that_is_not_there_is_told_and_leaves_nothing() -> Outcome {
    let site = Site::healthy()?;
    let asked = ["--prometheus", "/no/such/folder/callseal.prom"];
    let finished = finish(&mut site.command(&asked))?.expect_code(2)?;
    let words = "The metrics cannot be written (No such file or directory";
    assert!(finished.stderr.starts_with(words), "{}", finished.stderr);
    ensure!(!Path::new("/no").exists(), "it was made");
    Ok(())
}

#[test]
fn only_figures_stand_behind_the_bar_of_nagios() -> Outcome {
    let site = Site::healthy()?;
    site.change_journal(
        "UPDATE run SET exit_code = 1, failed = 1, reason = 'a | b' || char(10) || 'c'",
    )?;
    let line = site.nagios(1, &[])?;
    let (words, data) = line.split_once(" | ").ok_or_else(|| Failure::new(&*line))?;
    assert!(words.contains("a / b c"), "{line}");
    for figure in data.split_whitespace() {
        let (name, values) = figure.split_once('=').ok_or_else(|| Failure::new(figure))?;
        ensure!(name.bytes().all(|it| it.is_ascii_lowercase() || it == b'_'), "{figure}");
        let mut values = values.split(';');
        let value = values.next().unwrap_or_default().trim_end_matches('s');
        value.parse::<u64>()?;
        ensure!(values.all(|it| it.is_empty() || it.parse::<u64>().is_ok()), "{figure}");
    }
    Ok(())
}

#[test]
fn two_forms_at_once_and_nonsense_are_refused() -> Outcome {
    let site = Site::healthy()?;
    for flags in [["--json", "--nagios"], ["--warn-age", "soon"], ["--prometheus", "--json"]] {
        finish(&mut site.command(&flags))?.expect_code(2)?;
    }
    Ok(())
}
