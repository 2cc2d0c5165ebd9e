//! What happens to a recording when something is wrong? Nothing is lost, and it is said.

mod common;

use common::Dialer;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use support::Outcome;
use support::gnupg::Algorithm;
use support::process::finish;
use support::speech::Format;

fn first(calls: &[(String, Vec<u8>)]) -> &(String, Vec<u8>) {
    calls.first().unwrap_or_else(|| unreachable!("every test fills the spool first"))
}

#[test]
fn one_recipient_of_two_unknown_and_two_hundred_recordings_stay() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(200)?;
    let finished =
        finish(dialer.command().args(["--recipient", "nobody@example.org"]))?.expect_code(2)?;
    assert_eq!(
        finished.stderr,
        "Recipient 'nobody@example.org' is unknown: no certificate here matches. Import the \
         certificate or name its file with --certs, and check the spelling.\nNothing was sealed.\n"
    );
    for (name, octets) in &calls {
        assert!(fs::read(dialer.inbox().join(name))? == *octets, "{name}");
    }
    assert_eq!(dialer.spool.sealed_names()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn an_expired_and_a_misspelt_recipient_are_both_named() -> Outcome {
    let dialer = Dialer::new()?;
    let expired = dialer.home.generate("Erik Expired", Algorithm::Curve25519, "", "seconds=1")?;
    fs::write(
        &dialer.certs,
        [dialer.home.certificate(&dialer.listener)?, dialer.home.certificate(&expired)?].concat(),
    )?;
    std::thread::sleep(std::time::Duration::from_millis(2100));
    dialer.fill(1)?;
    let mut command = dialer.command();
    let finished =
        finish(command.args(["--recipient", &expired, "--recipient", "Lena"]))?.expect_code(2)?;
    let lines: Vec<&str> = finished.stderr.lines().collect();
    assert!(
        lines.iter().any(|line| line.contains("Erik Expired") && line.contains(" expired on 2")),
        "{lines:?}"
    );
    assert!(lines.iter().any(|line| line.starts_with("Recipient 'Lena' is not a fingerprint")));
    assert_eq!(dialer.waiting()?.len(), 1);
    Ok(())
}

#[test]
fn a_name_taken_by_another_call_keeps_both() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(1)?;
    dialer.run()?.expect_code(0)?;
    let name = &first(&calls).0;
    dialer.spool.put(Format::Mp3, name, b"another call of the same name")?;
    let finished = dialer.run()?.expect_code(0)?;
    assert!(finished.stderr.contains("both are kept"), "{}", finished.stderr);
    let second = name.replace("-all.mp3", "-all~2.mp3.pgp");
    assert_eq!(dialer.spool.sealed_names()?, [format!("{name}.pgp"), second.clone()]);
    assert!(dialer.opened(&format!("{name}.pgp"))? == first(&calls).1);
    assert_eq!(dialer.opened(&second)?, b"another call of the same name");
    // And the second one again: it is ours already, so nothing new appears.
    dialer.spool.put(Format::Mp3, name, b"another call of the same name")?;
    dialer.run()?.expect_code(0)?;
    assert_eq!(dialer.spool.sealed_names()?.len(), 2);
    assert_eq!(dialer.waiting()?.len(), 0);
    Ok(())
}

#[test]
fn a_file_sealed_for_others_does_not_count_as_this_recording() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(1)?;
    dialer.run()?.expect_code(0)?;
    let other = dialer.home.generate("Otto Other", Algorithm::Curve25519, "", "0")?;
    fs::write(
        &dialer.certs,
        [dialer.home.certificate(&dialer.listener)?, dialer.home.certificate(&other)?].concat(),
    )?;
    dialer.fill(1)?;
    finish(dialer.command().args(["--recipient", &other]))?.expect_code(0)?;
    let second = first(&calls).0.replace("-all.mp3", "-all~2.mp3.pgp");
    let packets = dialer.home.packets(&dialer.spool.sealed().join(second))?;
    assert_eq!(packets.matches(":pubkey enc packet:").count(), 2, "{packets}");
    Ok(())
}

#[test]
fn a_torso_in_the_way_is_set_aside() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(3)?;
    dialer.run()?.expect_code(0)?;
    let whole = fs::read(dialer.spool.sealed().join(format!("{}.pgp", first(&calls).0)))?;
    // An empty file, a cut one, and a web page, which is somebody else's and stays.
    let torsos: [&[u8]; 3] = [b"", whole.split_at(whole.len() / 2).0, b"<html>"];
    for ((name, octets), torso) in calls.iter().zip(torsos) {
        dialer.spool.put(Format::Mp3, name, octets)?;
        fs::write(dialer.spool.sealed().join(format!("{name}.pgp")), torso)?;
    }
    let finished = dialer.run()?.expect_code(0)?;
    assert_eq!(finished.stderr.matches("was moved to .sealing/set-aside").count(), 2);
    assert_eq!(finished.stderr.matches("both are kept").count(), 1);
    assert_eq!(fs::read_dir(dialer.spool.done().join(".sealing/set-aside"))?.count(), 2);
    assert_eq!(dialer.spool.sealed_names()?.len(), 4);
    for (name, octets) in calls.iter().take(2) {
        assert!(dialer.opened(&format!("{name}.pgp"))? == *octets);
    }
    Ok(())
}

#[test]
fn an_empty_recording_is_sealed_and_reported() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.spool.put(Format::Mp3, "empty-all.mp3", b"")?;
    let finished = dialer.run()?.expect_code(0)?;
    let words = "Warning: A recording was empty and was sealed as such: empty-all.mp3\n";
    assert_eq!(finished.stderr, words);
    assert_eq!(dialer.opened("empty-all.mp3.pgp")?, b"");
    Ok(())
}

#[test]
fn any_name_is_plain_octets() -> Outcome {
    let dialer = Dialer::new()?;
    let every: Vec<u8> = (1..=255).filter(|octet| *octet != b'/').collect();
    let mut names: Vec<Vec<u8>> = [
        &b"$(touch pwned)"[..],
        b"`touch pwned`",
        b"a'b",
        b"a\"b",
        b"a;b&c",
        b"a\\b c",
        b"a\nb",
        b"\xFF\xFE",
        "\u{202E}3pm".as_bytes(),
        b"-rf",
        b"--format",
        b".hidden",
        b"x_ROBIN",
        b"x_LOGIN",
        b"lost+found",
        b"out.in.x",
    ]
    .iter()
    .map(|name| name.to_vec())
    .collect();
    names.extend(every.chunks(64).map(<[u8]>::to_vec));
    for name in &names {
        let name = [name.as_slice(), b"-all.mp3"].concat();
        dialer.spool.put(Format::Mp3, OsStr::from_bytes(&name), &name)?;
    }
    dialer.run()?.expect_code(0)?;
    assert_eq!(dialer.waiting()?, Vec::<String>::new());
    for name in &names {
        let plain = [name.as_slice(), b"-all.mp3"].concat();
        let sealed = [plain.as_slice(), b".pgp"].concat();
        let sealed = dialer.spool.sealed().join(OsStr::from_bytes(&sealed));
        assert_eq!(dialer.home.decrypt(&sealed, "")?, plain);
    }
    assert!(!dialer.spool.path().join("pwned").exists());
    Ok(())
}

#[test]
fn a_name_too_long_for_the_ending_stays_and_stops_nobody() -> Outcome {
    let dialer = Dialer::new()?;
    let long = format!("{}-all.mp3", "x".repeat(244));
    dialer.spool.put(Format::Mp3, &long, b"long")?;
    let calls = dialer.fill(1)?;
    let finished = dialer.run()?.expect_code(1)?;
    assert_eq!(
        finished.stderr,
        format!(
            "Not sealed, and kept: {long} (the name is too long: 256 octets with the ending, and \
             255 is the limit)\nThe next run tries them again.\n"
        )
    );
    assert_eq!(dialer.waiting()?, [long]);
    assert_eq!(dialer.spool.sealed_names()?, [format!("{}.pgp", first(&calls).0)]);
    Ok(())
}

#[test]
fn what_somebody_still_writes_is_not_touched_however_long_it_is_still() -> Outcome {
    let dialer = Dialer::new()?;
    let path = dialer.spool.put(Format::Mp3, "growing-all.mp3", b"first half, ")?;
    let mut writer = File::options().append(true).open(&path)?;
    let text = finish(dialer.command().arg("--json"))?.expect_code(0)?.text();
    assert!(text.contains("\"busy\":1") && text.contains("\"sealed\":0"), "{text}");
    writer.write_all(b"second half")?;
    drop(writer);
    // Young now: the run waits for it to settle.
    let mut command = dialer.command();
    finish(command.args(["--settle-secs", "1"]))?.expect_code(0)?;
    assert_eq!(dialer.opened("growing-all.mp3.pgp")?, b"first half, second half");
    Ok(())
}

#[test]
fn links_pipes_and_folders_are_left_alone_and_a_hard_link_is_reported() -> Outcome {
    let dialer = Dialer::new()?;
    let inbox = dialer.inbox();
    let secret = dialer.spool.path().join("secret");
    fs::write(&secret, b"not a recording")?;
    symlink(&secret, inbox.join("link-all.mp3"))?;
    fs::create_dir(inbox.join("folder-all.mp3"))?;
    support::process::output_of(support::process::tool("mkfifo")?.arg(inbox.join("pipe-all.mp3")))?;
    let path = dialer.spool.put(Format::Mp3, "linked-all.mp3", b"a call")?;
    fs::hard_link(&path, dialer.spool.path().join("elsewhere"))?;
    let finished = dialer.run()?.expect_code(0)?;
    assert_eq!(finished.stderr.matches("is no regular file and was left alone").count(), 3);
    assert!(finished.stderr.contains("has another name elsewhere (a hard link)"));
    assert_eq!(dialer.spool.sealed_names()?, ["linked-all.mp3.pgp"]);
    assert_eq!(fs::read(&secret)?, b"not a recording");
    assert_eq!(fs::read_dir(&inbox)?.count(), 3);
    Ok(())
}

#[test]
fn a_second_run_leaves_at_once_and_says_so() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(1)?;
    let inbox = File::open(dialer.inbox())?;
    inbox.lock()?;
    let finished = finish(dialer.command().arg("--json"))?.expect_code(0)?;
    assert!(finished.text().contains("\"locked\":[\"mp3\"]"), "{}", finished.text());
    assert_eq!(dialer.waiting()?.len(), 1);
    // Another format is another folder, and not in the way.
    dialer.spool.put(Format::Gsm, "other-all.gsm", b"a call")?;
    dialer
        .spool
        .seal(common::encryptor(), Format::Gsm, &dialer.certs, &[&dialer.listener])?
        .expect_code(0)?;
    assert_eq!(dialer.spool.sealed_names()?, ["other-all.gsm.pgp"]);
    Ok(())
}

#[test]
fn the_stock_suffix_is_written_once() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.spool.put(Format::Mp3, "a-all.mp3", b"a call")?;
    finish(dialer.command().args(["--suffix", "gpg"]))?.expect_code(0)?;
    assert_eq!(dialer.spool.sealed_names()?, ["a-all.mp3.gpg"]);
    Ok(())
}

#[test]
fn a_sealed_file_can_be_read_by_the_web_server() -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    let dialer = Dialer::new()?;
    dialer.fill(1)?;
    dialer.run()?.expect_code(0)?;
    for name in dialer.spool.sealed_names()? {
        let mode = fs::metadata(dialer.spool.sealed().join(name))?.permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
    }
    let sealing = fs::metadata(dialer.spool.done().join(".sealing"))?.permissions().mode();
    assert_eq!(sealing & 0o777, 0o700);
    Ok(())
}

#[test]
fn what_comes_under_the_name_while_it_is_removed_is_another_recording() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(1)?;
    let (name, octets) = first(&calls);
    let run = dialer.command();
    let mut strace = support::process::tool("strace")?;
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=unlinkat"]);
    strace.args(["-e", "inject=unlinkat:delay_enter=1500000:when=1", "--"]);
    let mut run = strace.arg(run.get_program()).args(run.get_args()).spawn()?;
    // The recording is published and its removal is under way.
    support::process::wait_for("the removal", std::time::Duration::from_secs(20), || {
        let is_gone = !dialer.inbox().join(name).exists();
        Ok((is_gone && dialer.spool.sealed_names()?.len() == 1).then_some(()))
    })?;
    dialer.spool.put(Format::Mp3, name, b"a second call")?;
    assert!(run.wait()?.success());
    assert_eq!(fs::read(dialer.inbox().join(name))?, b"a second call");
    dialer.run()?.expect_code(0)?;
    assert!(dialer.opened(&format!("{name}.pgp"))? == *octets);
    let second = name.replace("-all.mp3", "-all~2.mp3.pgp");
    assert_eq!(dialer.opened(&second)?, b"a second call");
    Ok(())
}

#[test]
fn a_repair_for_other_people_seals_again() -> Outcome {
    let dialer = Dialer::new()?;
    let calls = dialer.fill(1)?;
    let (name, octets) = first(&calls);
    let other = dialer.home.generate("Otto Other", Algorithm::Curve25519, "", "0")?;
    fs::write(dialer.spool.path().join("other.asc"), dialer.home.certificate(&other)?)?;
    let run = dialer.command();
    let mut strace = support::process::tool("strace")?;
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=unlinkat"]);
    strace.args(["-e", "inject=unlinkat:signal=KILL:when=1", "--"]);
    strace.arg(run.get_program()).args(run.get_args()).status()?;
    let certs = dialer.spool.path().join("other.asc");
    dialer.spool.seal(common::encryptor(), Format::Mp3, &certs, &[&other])?.expect_code(0)?;
    let second = name.replace("-all.mp3", "-all~2.mp3.pgp");
    assert_eq!(dialer.spool.sealed_names()?, [format!("{name}.pgp"), second.clone()]);
    let packets = dialer.home.packets(&dialer.spool.sealed().join(&second))?;
    assert_eq!(packets.matches(":pubkey enc packet:").count(), 1, "{packets}");
    assert!(dialer.opened(&second)? == *octets);
    assert_eq!(dialer.waiting()?, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_missing_folder_of_one_format_does_not_hide_what_happened_to_another() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(2)?;
    fs::remove_dir(dialer.spool.inbox(Format::Ogg))?;
    let mut command = dialer.command();
    let finished = finish(command.args(["--format", "ogg", "--debug"]))?.expect_code(1)?;
    assert!(finished.text().starts_with("2 sealed, "), "{}", finished.text());
    let words = "Not sealed, and kept: every recording in ogg (The folder cannot be used";
    assert!(finished.stderr.starts_with(words), "{}", finished.stderr);
    Ok(())
}

#[test]
fn recordings_that_fail_do_not_use_up_the_limit() -> Outcome {
    let dialer = Dialer::new()?;
    let long = format!("0{}-all.mp3", "x".repeat(244));
    dialer.spool.put(Format::Mp3, &long, b"long")?;
    dialer.fill(3)?;
    let mut command = dialer.command();
    let finished = finish(command.args(["--max-files", "2", "--debug"]))?.expect_code(1)?;
    assert!(finished.text().contains(", 1 left for the next run"), "{}", finished.text());
    assert_eq!(dialer.spool.sealed_names()?.len(), 2);
    Ok(())
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() -> Outcome {
    let dialer = Dialer::new()?;
    dialer.fill(1)?;
    let folder = dialer.spool.path().join("certs");
    fs::create_dir(&folder)?;
    fs::copy(&dialer.certs, folder.join("listener.asc"))?;
    fs::write(folder.join("torso.pgp"), [0x99, 0x01, 0x0D, 0x04])?;
    let finished =
        dialer.spool.seal(common::encryptor(), Format::Mp3, &folder, &[&dialer.listener])?;
    let finished = finished.expect_code(0)?;
    assert!(finished.stderr.starts_with("Warning: A certificate was not read: "));
    assert!(finished.stderr.contains("torso.pgp"), "{}", finished.stderr);
    Ok(())
}
