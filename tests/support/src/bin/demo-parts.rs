//! What does `tests/demo` need that a shell cannot do well?
//!
//! `recordings FOLDER COUNT` fills a dialer's spool with speech; `listen ...` opens one recording in
//! the real window where nobody sits before it, and compares what comes out of the sound device.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use support::correlate::{MATCH, Match, compare, worst};
use support::dialer::Spool;
use support::failure::Context;
use support::screen::Screen;
use support::sound::{DEVICE_HZ, SoundServer};
use support::speech::{Format, Studio, conversation, file_name};
use support::workstation::Workstation;
use support::{Outcome, audio_file, ensure, fail};

const PICTURE_AFTER: Duration = Duration::from_secs(2);
const TAIL_SECS: f64 = 1.5;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut out = std::io::stdout().lock();
    match run(&arguments, &mut out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            drop(writeln!(std::io::stderr(), "{failure}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[OsString], out: &mut impl Write) -> Outcome {
    let words: Vec<&str> = arguments.iter().filter_map(|it| it.to_str()).collect();
    match words.as_slice() {
        ["recordings", folder, count] => recordings(Path::new(folder), count.parse()?),
        ["listen", binary, home, sealed, source, title, passphrase, results] => Listening {
            workstation: Workstation::in_folder(Path::new(binary), Path::new(home)),
            sealed: PathBuf::from(sealed),
            source: PathBuf::from(source),
            title,
            passphrase,
            results: PathBuf::from(results),
        }
        .run(out),
        _ => fail!(
            "usage: demo-parts recordings FOLDER COUNT | \
             listen APP HOME SEALED SOURCE TITLE PASSPHRASE RESULTS"
        ),
    }
}

fn recordings(folder: &Path, count: usize) -> Outcome {
    let (spool, studio) = (Spool::in_folder(folder)?, Studio::new()?);
    for number in 1..=count {
        let call = studio.recording(&conversation(number), Format::Mp3)?;
        spool.put(Format::Mp3, file_name(number, Format::Mp3), &call)?;
    }
    Ok(())
}

struct Listening<'a> {
    workstation: Workstation,
    sealed: PathBuf,
    source: PathBuf,
    title: &'a str,
    passphrase: &'a str,
    results: PathBuf,
}

impl Listening<'_> {
    fn run(&self, out: &mut impl Write) -> Outcome {
        let source = audio_file::decode(&self.source, DEVICE_HZ)?;
        let capture = self.capture(source.len() as f64 / f64::from(DEVICE_HZ))?;
        std::fs::write(self.results.join("heard.raw"), audio_file::octets_of(&capture))?;
        let matches = compare(&source, &capture);
        print(&matches, out)?;
        ensure!(
            worst(&matches) >= MATCH,
            "what came out is not the recording: see the values above"
        );
        Ok(())
    }

    fn capture(&self, source_secs: f64) -> Outcome<Vec<f32>> {
        let (mut screen, sound) = (Screen::new(1100, 720)?, SoundServer::new()?);
        let recorder = sound.record()?;
        let mut app = self.workstation.open(&self.sealed, &screen, &sound)?;
        let window = screen.window(self.title).context("the recording did not show")?;
        thread::sleep(Duration::from_millis(500));
        window.screenshot(&self.results.join("locked.png"))?;
        window.type_text(self.passphrase)?;
        window.press("Return")?;
        let started = recorder.seconds()?;
        thread::sleep(PICTURE_AFTER);
        window.screenshot(&self.results.join("playing.png"))?;
        while recorder.seconds()? < started + source_secs + TAIL_SECS {
            app.still_running().context("the window closed by itself")?;
            thread::sleep(Duration::from_millis(100));
        }
        recorder.samples()
    }
}

fn print(matches: &[Match], out: &mut impl Write) -> Outcome {
    for row in matches.chunks(6) {
        write!(out, "   ")?;
        for it in row {
            write!(out, " {:5.1} s {:.3}", it.at_secs, it.correlation)?;
        }
        writeln!(out)?;
    }
    let count = matches.len();
    writeln!(
        out,
        "    {count} half seconds that are not silence, the worst {:.3}",
        worst(matches)
    )?;
    Ok(())
}
