//! Are titles and pictures around the sound of an MP3 file passed over?

use support::{Outcome, ensure};

use crate::studio::{CALL, Studio, call, decoded, decoded_whole};

fn id3v1() -> Vec<u8> {
    let mut tag = b"TAGA call of last week".to_vec();
    tag.resize(128, 0);
    tag
}

/// With a picture in it that looks like frames.
fn id3v2(version: u8, footer: bool, padding: usize) -> Vec<u8> {
    let picture = [0xFF, 0xE3, 0x18, 0xC4].repeat(200);
    let size = picture.len() + padding;
    let octet = |shift: usize| (size >> shift & 0x7F) as u8;
    let flags = if footer { 0x10 } else { 0 };
    let rest = [version, 0, flags, octet(21), octet(14), octet(7), octet(0)];
    let mut tag = [b"ID3".as_slice(), &rest, &picture, &vec![0; padding]].concat();
    if footer {
        tag.extend([b"3DI".as_slice(), &rest].concat());
    }
    tag
}

fn ape(has_header: bool) -> Vec<u8> {
    let items = b"\x05\0\0\0\0\0\0\0Title\0Calls";
    let frame = |flags: u32| {
        let size = items.len() as u32 + 32;
        let numbers = [2000_u32, size, 1, flags].map(u32::to_le_bytes).concat();
        [b"APETAGEX".as_slice(), &numbers, &[0; 8]].concat()
    };
    let header = if has_header { frame(0xA000_0000) } else { Vec::new() };
    [header, items.to_vec(), frame(0x8000_0000)].concat()
}

fn lyrics() -> Vec<u8> {
    b"LYRICSBEGININD0000200ETT00005Calls000034LYRICS200".to_vec()
}

#[test]
fn sound_is_the_same_with_every_tag_around_it() -> Outcome {
    let studio = Studio::new()?;
    for options in [["-b", "16"], ["-b", "48"], ["-V", "5"]] {
        let mp3 = studio.lame(&call(CALL, 2.0), CALL, &options)?;
        let plain = decoded_whole(&mp3, "MP3")?;
        let around: [(Vec<u8>, Vec<u8>); 9] = [
            (id3v2(3, false, 0), id3v1()),
            (id3v2(4, true, 0), Vec::new()),
            (id3v2(2, false, 1000), ape(true)),
            ([id3v2(3, false, 7), vec![0; 700]].concat(), [ape(false), id3v1()].concat()),
            ([id3v2(3, false, 0), id3v2(4, false, 0)].concat(), ape(false)),
            (ape(true), [lyrics(), id3v1()].concat()),
            (id3v1(), id3v1()),
            (Vec::new(), vec![0; 100]),
            (Vec::new(), [ape(true), lyrics(), id3v1()].concat()),
        ];
        for (index, (before, after)) in around.into_iter().enumerate() {
            let what = format!("{options:?} with tags {index}");
            let tagged = decoded_whole(&[before, mp3.clone(), after].concat(), &what)?;
            ensure!(*tagged.pcm.samples() == *plain.pcm.samples(), "{what}: {:?}", tagged.pcm);
        }
    }
    Ok(())
}

#[test]
fn tags_that_lame_writes_are_passed_over() -> Outcome {
    let studio = Studio::new()?;
    let samples = call(CALL, 2.0);
    let plain = studio.lame(&samples, CALL, &["-b", "32"])?;
    let plain = decoded_whole(&plain, "MP3")?;
    for kind in ["--id3v1-only", "--id3v2-only", "--add-id3v2", "--pad-id3v2"] {
        let options = ["-b", "32", kind, "--tt", "A call", "--tc", "of last week"];
        let tagged = studio.lame(&samples, CALL, &options)?;
        let tagged = decoded_whole(&tagged, kind)?;
        ensure!(*tagged.pcm.samples() == *plain.pcm.samples(), "{kind}: {:?}", tagged.pcm);
    }
    Ok(())
}

#[test]
fn a_tag_that_lies_about_its_length_hides_no_sound() -> Outcome {
    let studio = Studio::new()?;
    let mp3 = studio.lame(&call(CALL, 5.0), CALL, &["-b", "16"])?;
    let frame_count = decoded(&mp3)?.pcm.frame_count();
    for size in [[0x7F; 4], [0, 0, 0x20, 0], [0, 0, 0x10, 3]] {
        let tag = [b"ID3\x03\0\0".as_slice(), &size].concat();
        let ours = decoded(&[tag, mp3.clone()].concat())?;
        ensure!(ours.pcm.frame_count() == frame_count, "{size:?}: {:?}", ours.pcm);
        ensure!(ours.is_damaged, "{size:?}");
    }
    Ok(())
}
