//! Can this workstation open a recording? The answer without a window, for sysadmins and scripts.

use std::ffi::OsStr;
use std::io::Read;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use shared::certs::SecretKey;
use shared::decrypt::{Integrity, Opened, Opener, Problem, Rules};
use shared::secret::Passphrase;
use zeroize::Zeroizing;

use crate::keys::KeyCard;
use crate::keys::store::KeyStore;
use crate::link::Link;
use crate::link::fetch::{FetchError, fetch};
use crate::link::host_of;
use crate::link::login::{Login, Logins, Question, site_of};
use crate::message::Seal;
use crate::open::source::Source;
use crate::policy::{self, Policy};
use crate::report::Report;
use crate::texts::{self, Failure, FailureKind};
use crate::{call, open, opening, platform};

/// A passphrase longer than this is a file given by mistake.
const PASSPHRASE_OCTETS: u64 = 64 << 10;

/// The answer, or why there is none: exit code 0, 1 or 2.
pub enum Outcome {
    /// The file was looked at.
    Answered(Box<Report>),
    /// It could not be looked at, whatever it is: no such file, no passphrase, a broken policy.
    CouldNotRun(Box<Report>),
}

impl Outcome {
    fn could_not_run(message: impl Into<String>) -> Self {
        Self::not_run(Report { message: message.into(), ..Report::default() })
    }

    fn not_run(report: Report) -> Self {
        Self::CouldNotRun(Box::new(report))
    }

    fn answered(report: Report) -> Self {
        Self::Answered(Box::new(report))
    }

    /// The report in either case.
    pub fn report(&self) -> &Report {
        match self {
            Self::Answered(report) | Self::CouldNotRun(report) => report,
        }
    }

    /// 0 opens, 1 does not, 2 could not run.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Answered(report) => u8::from(!report.ok),
            Self::CouldNotRun(_) => 2,
        }
    }
}

/// Checks one file after the other. What the passphrase unlocks for one stays unlocked for the next
/// ones, until this is dropped.
pub struct Checker {
    held: Vec<SecretKey>,
    rules: Rules,
    opener: Opener,
    descriptor: Option<u32>,
    passphrase: Option<Passphrase>,
    login: Option<Login>,
    logins: Logins,
    warning: Option<String>,
}

impl Checker {
    /// With the keys in `store`, and the passphrase from `descriptor` once it is needed.
    ///
    /// # Errors
    /// The answer for every file: under a broken policy, or without the keys, none can be checked.
    pub fn new(store: &KeyStore, descriptor: Option<u32>) -> Result<Self, Outcome> {
        let rules = rules()?;
        let held = match store.load() {
            Ok(held) => held.keys,
            Err(error) => return Err(Outcome::could_not_run(error.to_string())),
        };
        let opener = opening::opener(held.clone(), rules).keep_unlocked();
        Ok(Self {
            held,
            rules,
            opener,
            descriptor,
            passphrase: None,
            login: None,
            logins: Logins::default(),
            warning: None,
        })
    }

    /// Signs in with `name`, and the password from `descriptor`, at the first link's site that asks.
    ///
    /// # Errors
    /// The answer for every file, when there is no such password.
    pub fn sign_in(&mut self, name: String, descriptor: u32) -> Result<(), Outcome> {
        // The first of two that read it would leave the other nothing.
        if self.descriptor == Some(descriptor) {
            return Err(Outcome::could_not_run(texts::one_descriptor_for_two(descriptor)));
        }
        let password = read_secret(descriptor).map_err(|error| {
            Outcome::could_not_run(texts::password_unreadable(descriptor, error))
        })?;
        self.login = Some(Login { name, password });
        Ok(())
    }

    /// What whoever runs this must know of the last answer, once.
    pub fn take_warning(&mut self) -> Option<String> {
        self.warning.take()
    }

    /// Checks one file or link.
    pub fn check(&mut self, argument: &OsStr) -> Outcome {
        let source = Source::of_argument(argument);
        let mut outcome = match &source {
            Ok(source) => self.answer(source),
            Err(error) => unread(argument, &Failure::new(FailureKind::LinkBad, error.to_string())),
        };
        let (Outcome::Answered(report) | Outcome::CouldNotRun(report)) = &mut outcome;
        report.file = shared::recording::escaped(argument.as_encoded_bytes());
        outcome
    }

    /// The octets, and where a link's came from.
    fn bring(&mut self, source: &Source) -> Result<(Zeroizing<Vec<u8>>, Option<String>), Failure> {
        let link = match source {
            Source::File(path) => return open::read_file(path).map(|octets| (octets, None)),
            Source::Link(link) => link,
        };
        loop {
            match fetch(link, &self.logins, &mut |_| ControlFlow::Continue(())) {
                Ok(fetched) => return Ok((fetched.octets, Some(host_of(&fetched.address)))),
                Err(FetchError::Failed(failure)) => return Err(failure),
                Err(FetchError::SignIn(question)) => self.answer_site(link, &question)?,
                Err(FetchError::Stopped) => return Err(Failure::new(FailureKind::Internal, "")),
            }
        }
    }

    /// The one login goes to the site of the first link that asks, and to no other: nobody is here to
    /// look at the name of a site that a redirect leads to.
    fn answer_site(&mut self, link: &Link, question: &Question) -> Result<(), Failure> {
        let named = site_of(link.address());
        let asks = format!("{} asks for {:?}", question.site, question.realm);
        if question.site != named {
            let detail = format!("{asks}, the link names {named}");
            return Err(Failure::new(FailureKind::LinkSignInElsewhere, detail));
        }
        match self.login.take() {
            Some(login) if !question.is_wrong => {
                if question.is_open {
                    self.warning = Some(texts::sent_in_the_open(&question.site));
                }
                self.logins.insert(question.site.clone(), login);
                Ok(())
            }
            _ => Err(Failure::new(FailureKind::LinkSignIn, asks)),
        }
    }

    /// The policy may have changed since the last file; with it goes what was unlocked.
    fn look_at_policy(&mut self) -> Result<(), Outcome> {
        let rules = rules()?;
        if rules != self.rules {
            self.rules = rules;
            self.opener = opening::opener(self.held.clone(), rules).keep_unlocked();
        }
        Ok(())
    }

    fn answer(&mut self, source: &Source) -> Outcome {
        if let Err(outcome) = self.look_at_policy() {
            return outcome;
        }
        let (octets, host) = match self.bring(source) {
            Ok(brought) => brought,
            Err(failure) => return unread(source.shown().as_ref(), &failure),
        };
        let held = self.held.iter().map(|key| KeyCard::of(key).into()).collect();
        let mut report = Report { held, ..Report::default() };
        let seal = match opening::locate(&octets, &self.held) {
            Ok((_, seal)) => seal,
            Err((failure, sealed_to)) => {
                report.sealed_to = sealed_to;
                let failure = match host {
                    Some(host) => failure.of_link(&host),
                    None => failure,
                };
                return Outcome::answered(report.failed(&failure));
            }
        };
        report.sealed_to.clone_from(&seal.sealed_to);
        match self.open(&octets) {
            Ok(Ok(opened)) => Outcome::answered(describe(report, opened)),
            Ok(Err(failure)) => Outcome::answered(not_opened(report, &failure, &seal)),
            Err(message) => Outcome::could_not_run(message),
        }
    }

    /// With what is unlocked already; with the passphrase where that does not do.
    fn open(&mut self, octets: &[u8]) -> Result<Result<Opened, Failure>, String> {
        if self.opener.is_unlocked()
            && let Ok(opened) = opening::open_message(&mut self.opener, octets, None)
        {
            return Ok(Ok(opened));
        }
        let passphrase = match self.passphrase.take() {
            Some(passphrase) => passphrase,
            None => read_passphrase(self.descriptor.ok_or(texts::PASSPHRASE_NEEDED)?)?,
        };
        let typed = self.passphrase.insert(passphrase);
        Ok(opening::open_message(&mut self.opener, octets, Some(typed)))
    }
}

fn rules() -> Result<Rules, Outcome> {
    let failed = |failure| Outcome::not_run(Report::default().failed(&failure));
    policy::read().map(Policy::rules).map_err(failed)
}

fn unread(name: &OsStr, failure: &Failure) -> Outcome {
    let mut report = Report::default().failed(failure);
    if failure.word().is_some() {
        return Outcome::answered(report);
    }
    let name = shared::recording::escaped(name.as_encoded_bytes());
    report.message = failure.message_about(&name);
    Outcome::not_run(report)
}

fn not_opened(report: Report, failure: &Failure, seal: &Seal) -> Report {
    let mut report = report.failed(failure);
    if failure.kind == FailureKind::Problem(Problem::WrongPassphrase) {
        let title = texts::not_the_passphrase(seal);
        report.message = format!("{title}. {}.", failure.words().advice);
    }
    report
}

fn describe(mut report: Report, opened: Opened) -> Report {
    report.key = opened.key;
    report.integrity = Some(opened.integrity.word());
    report.sha256 = Some(hexadecimal(&Sha256::digest(&opened.data)));
    report.signed_by = opened.signed_by;
    report.unlock_ms = Some(millis(opened.unlock_time));
    report.decrypt_ms = Some(millis(opened.decrypt_time));
    let started = Instant::now();
    let decoded = opening::decode_audio(&opened.data, &mut |_, _| ControlFlow::Continue(()));
    match decoded {
        Ok(Some(decoded)) => {
            report.decode_ms = Some(millis(started.elapsed()));
            report.duration_ms = Some(millis(decoded.pcm.duration()));
            report.codec = Some(decoded.codec);
            report.ok = true;
            let may_be_altered = opened.integrity == Integrity::None;
            report.message =
                opens_message(decoded.pcm.duration(), may_be_altered, decoded.is_damaged);
            report
        }
        Ok(None) => report,
        Err(failure) => report.failed(&failure),
    }
}

/// That it opens, and what is wrong with it all the same.
fn opens_message(duration: Duration, may_be_altered: bool, is_damaged: bool) -> String {
    let opens = format!("This workstation can open it and play {}", call::clock(duration));
    let altered = may_be_altered.then_some(texts::WITHOUT_INTEGRITY);
    let damaged = is_damaged.then_some(texts::PART_IS_MISSING);
    let marks: Vec<&str> = altered.into_iter().chain(damaged).map(texts::Text::get).collect();
    if marks.is_empty() { opens } else { format!("{opens}. {}.", marks.join(". ")) }
}

pub(crate) fn read_passphrase(descriptor: u32) -> Result<Passphrase, String> {
    read_secret(descriptor).map_err(|error| texts::passphrase_unreadable(descriptor, error))
}

/// Reads to the end; one line break at the end belongs to the shell, not to the secret.
fn read_secret(descriptor: u32) -> std::io::Result<Passphrase> {
    let source = platform::passphrase_source(descriptor)?;
    // Room for all of it at once: a growing buffer would leave copies behind.
    let mut octets = Zeroizing::new(Vec::with_capacity(PASSPHRASE_OCTETS as usize + 1));
    source.take(PASSPHRASE_OCTETS).read_to_end(&mut octets)?;
    if octets.last() == Some(&b'\n') {
        octets.pop();
        if octets.last() == Some(&b'\r') {
            octets.pop();
        }
    }
    Ok(Passphrase::new(octets))
}

fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
