//! Real speech at known places: words by espeak-ng, between pauses of every length.

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use support::Outcome;
use support::process::{output_of, tool};
use workstation_app::audio::decode::decode;
use workstation_app::audio::pcm::Pcm;

use crate::call::{LINE_HZ, samples};

/// Men, women, a whisper, another language.
pub const VOICES: [&str; 5] = ["en-us+m3", "en-gb+f3", "es", "en-us+f5", "en-gb+m7"];

/// Said in a call: single words with soft ends and beginnings among them.
const PHRASES: [&str; 8] = [
    "yes",
    "Thank you for calling, how may I help you today?",
    "hello",
    "I promised a refund of forty five dollars on Thursday.",
    "fish",
    "no",
    "Please hold the line, I will look into that for you.",
    "seventh",
];

/// Samples of each phrase.
pub type Phrases = Arc<Vec<Vec<f64>>>;

/// What a voice says, one recording for each phrase.
pub fn phrases(voice: &'static str) -> Phrases {
    static SPOKEN: OnceLock<Mutex<HashMap<&str, Phrases>>> = OnceLock::new();
    let mut spoken = SPOKEN.get_or_init(Mutex::default).lock().unwrap();
    let speak = || Arc::new(PHRASES.iter().map(|words| spoken_by(voice, words).unwrap()).collect());
    Arc::clone(spoken.entry(voice).or_insert_with(speak))
}

fn spoken_by(voice: &str, words: &str) -> Outcome<Vec<f64>> {
    let folder = tempfile::tempdir()?;
    let (loud, line) = (folder.path().join("loud.wav"), folder.path().join("line.wav"));
    output_of(tool("espeak-ng")?.args(["-v", voice, "-s", "160", "-w"]).arg(&loud).arg(words))?;
    let rate = LINE_HZ.to_string();
    let telephone = [
        "sinc", "250-3500", "silence", "1", "0.005", "-60d", "reverse", "silence", "1", "0.005",
        "-60d", "reverse",
    ];
    let mut sox = tool("sox")?;
    sox.args(["-V1", "-v", "0.5"]).arg(&loud).args(["-r", &rate, "-b", "16"]).arg(&line);
    output_of(sox.args(telephone))?;
    Ok(floats(&decoded(&std::fs::read(&line)?)))
}

/// The samples of a file's octets.
pub fn decoded(octets: &[u8]) -> Arc<Pcm> {
    decode(octets, &mut |_| ControlFlow::Continue(())).unwrap().pcm
}

fn floats(pcm: &Pcm) -> Vec<f64> {
    pcm.samples().iter().map(|sample| f64::from(*sample) / 32_768.0).collect()
}

/// RMS below full scale.
pub fn dbfs(sound: &[f64]) -> f64 {
    let energy: f64 = sound.iter().map(|sample| sample * sample).sum();
    10.0 * (energy / sound.len().max(1) as f64).log10()
}

/// The same sound at this level (RMS).
pub fn at_level(sound: &[f64], wanted_dbfs: f64) -> Vec<f64> {
    let factor = 10.0_f64.powf((wanted_dbfs - dbfs(sound)) / 20.0);
    sound.iter().map(|sample| sample * factor).collect()
}

/// What lies under the words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    White,
    Pink,
    Brown,
    /// 50 Hz with its overtones.
    Hum,
    None,
}

pub fn noise(kind: Noise, dbfs: f64, frames: usize) -> Vec<f64> {
    let white = crate::call::noise(-20.0, frames);
    let raw: Vec<f64> = match kind {
        Noise::None => return vec![0.0; frames],
        Noise::White => white,
        Noise::Pink => {
            // Paul Kellet's filter, the economy one.
            let mut memory = [0.0; 3];
            let pink = |white: f64| {
                memory[0] = 0.997_65 * memory[0] + white * 0.099_046;
                memory[1] = 0.963 * memory[1] + white * 0.296_516_4;
                memory[2] = 0.57 * memory[2] + white * 1.052_691_3;
                memory.iter().sum::<f64>() + white * 0.1848
            };
            white.into_iter().map(pink).collect()
        }
        Noise::Brown => {
            let mut memory = 0.0;
            let brown = |white: f64| {
                memory = 0.995 * memory + white;
                memory
            };
            white.into_iter().map(brown).collect()
        }
        Noise::Hum => (0..frames)
            .map(|frame| {
                let turn = std::f64::consts::TAU * 50.0 * frame as f64 / f64::from(LINE_HZ);
                turn.sin() + 0.3 * (2.0 * turn).sin() + 0.2 * (3.0 * turn).sin()
            })
            .collect(),
    };
    at_level(&raw, dbfs)
}

/// Phrases of a voice after pauses of these seconds, over and over: the sound, and where they are.
pub fn spoken(
    voice: &'static str,
    level_dbfs: f64,
    pauses: &[f64],
) -> (Vec<f64>, Vec<Range<usize>>) {
    let phrases = phrases(voice);
    let (mut sound, mut places) = (Vec::new(), Vec::new());
    for (pause, phrase) in pauses.iter().zip(phrases.iter().cycle()) {
        sound.resize(sound.len() + (pause * f64::from(LINE_HZ)) as usize, 0.0);
        let from = sound.len();
        sound.extend(at_level(phrase, level_dbfs));
        places.push(from..sound.len());
    }
    sound.resize(sound.len() + 2 * LINE_HZ as usize, 0.0);
    (sound, places)
}

/// What a recorder makes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Codec {
    Plain,
    Mp3,
    Gsm,
}

pub fn recorded(codec: Codec, lanes: &[Vec<f64>]) -> Arc<Pcm> {
    let plain = crate::call::recording(LINE_HZ, lanes);
    if codec == Codec::Plain {
        return Arc::new(plain);
    }
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("call.wav");
    write_wav(&wav, lanes);
    let out = folder.path().join(if codec == Codec::Gsm { "call.gsm" } else { "call.mp3" });
    if codec == Codec::Gsm {
        output_of(tool("sox").unwrap().arg("-V1").arg(&wav).arg(&out)).unwrap();
    } else {
        let mode = if lanes.len() > 1 { "s" } else { "m" };
        let options = ["-b", "16", "-m", mode, "--silent"];
        output_of(tool("lame").unwrap().args(options).arg(&wav).arg(&out)).unwrap();
    }
    decoded(&std::fs::read(&out).unwrap())
}

fn write_wav(path: &Path, lanes: &[Vec<f64>]) {
    let lanes: Vec<Vec<i16>> = lanes.iter().map(|lane| samples(lane)).collect();
    let frames = lanes[0].len();
    let data: Vec<u8> = (0..frames)
        .flat_map(|frame| lanes.iter().flat_map(move |lane| lane[frame].to_le_bytes()))
        .collect();
    let count = lanes.len() as u32;
    let mut wav = [b"RIFF", &(data.len() as u32 + 36).to_le_bytes()[..], b"WAVEfmt "].concat();
    wav.extend(16_u32.to_le_bytes());
    wav.extend([1_u16.to_le_bytes(), (count as u16).to_le_bytes()].concat());
    wav.extend([LINE_HZ.to_le_bytes(), (LINE_HZ * 2 * count).to_le_bytes()].concat());
    wav.extend([(2 * count as u16).to_le_bytes(), 16_u16.to_le_bytes()].concat());
    wav.extend([b"data", &(data.len() as u32).to_le_bytes()[..]].concat());
    wav.extend(data);
    std::fs::write(path, wav).unwrap();
}
