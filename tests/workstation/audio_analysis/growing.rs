//! Samples that are read while more are decoded.

use std::sync::Arc;
use std::thread;

use workstation_app::audio::pcm::{Pcm, Recorder};

#[test]
fn a_reader_sees_every_sample_once_it_is_counted_and_never_another() {
    const FRAMES: usize = 700_000;
    let sample = |number: usize| (number * 31 % 65_521) as u16 as i16;
    let mut recorder = Recorder::new(2, 8000);
    let pcm = Arc::clone(recorder.pcm());
    let reader = thread::spawn(move || {
        let (mut frame, mut samples, mut looks) = (0, [0; 5000], 0);
        loop {
            let is_complete = pcm.is_complete();
            let there = pcm.frame_count();
            let count = pcm.read(frame, &mut samples);
            assert!(
                count.is_multiple_of(2) && (count == samples.len() || frame + count / 2 >= there)
            );
            for (offset, found) in samples[..count].iter().enumerate() {
                assert_eq!(*found, sample(frame * 2 + offset), "sample {}", frame * 2 + offset);
            }
            frame += count / 2;
            looks += 1;
            if is_complete && frame == pcm.frame_count() {
                return (frame, looks);
            }
        }
    });
    let all: Vec<i16> = (0..FRAMES * 2).map(sample).collect();
    for piece in all.chunks(1154) {
        recorder.append(piece);
    }
    let pcm = recorder.finish();
    assert_eq!(reader.join().unwrap().0, FRAMES);
    assert_eq!((pcm.frame_count(), pcm.is_complete()), (FRAMES, true));
    assert_eq!(*pcm.samples(), all);
}

#[test]
fn reading_ends_where_the_recording_ends_and_keeps_frames_whole() {
    let mut pcm = Pcm::new(2, 8000);
    pcm.append(&[1, 2, 3, 4, 5, 6]);
    let mut samples = [9; 5];
    assert_eq!((pcm.read(0, &mut samples), samples), (4, [1, 2, 3, 4, 9]));
    assert_eq!(pcm.read(2, &mut samples), 2);
    assert_eq!(pcm.read(3, &mut samples) + pcm.read(usize::MAX, &mut samples), 0);
    assert_eq!(pcm.read(0, &mut []), 0);
    let mut pieces = Vec::new();
    assert_eq!(
        pcm.each_piece(1, |piece| {
            pieces.extend_from_slice(piece);
            true
        }),
        3
    );
    assert_eq!(pieces, [3, 4, 5, 6]);
}

#[test]
fn a_recorder_that_is_gone_leaves_what_it_had() {
    let mut recorder = Recorder::new(1, 8000);
    recorder.append(&[7; 100]);
    let pcm = Arc::clone(recorder.pcm());
    assert!(!pcm.is_complete());
    drop(recorder);
    assert!(pcm.is_complete());
    assert_eq!(*pcm.samples(), [7; 100]);
}
