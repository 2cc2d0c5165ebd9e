//! What does `workstation-app keys` do? The same as the window, for IT and scripts.

pub mod args;
mod change;
mod gnupg;
mod reply;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use shared::secret::Passphrase;
use zeroize::Zeroizing;

use super::bring::{self, Refused};
use super::cards;
use super::choose;
use super::create::{self, KeyKind, NewKey};
use super::store::{KeyStore, StoreError};
use crate::{check, open, texts};
use args::{KeysArgs, KeysCommand, PassphraseArgs};
use reply::{Reply, Stop};

/// What every part of the command needs.
struct Context<'a> {
    store: &'a KeyStore,
    reply: Reply,
    now: SystemTime,
}

/// Does what the flags ask for, and tells it.
pub fn run(args: &KeysArgs, data_folder: &Path) -> ExitCode {
    let store = KeyStore::in_folder(data_folder);
    let mut context =
        Context { store: &store, reply: Reply::new(args.json), now: SystemTime::now() };
    let outcome = context.run(&args.command);
    context.reply.exit_code(outcome)
}

impl Context<'_> {
    fn run(&mut self, command: &KeysCommand) -> Result<(), Stop> {
        match command {
            KeysCommand::List { gnupg: true } => self.list_gnupg(),
            KeysCommand::List { gnupg: false } => self.list(),
            KeysCommand::Create { name, email, rsa, years, passphrase } => {
                let kind = if *rsa { KeyKind::Rsa3072 } else { KeyKind::Curve25519 };
                let passphrase = read(passphrase)?;
                let (name, address) = (name.clone(), email.clone());
                self.create(&NewKey { name, address, passphrase, kind, years: *years })
            }
            KeysCommand::Import { what, gnupg: true, passphrase } => {
                self.take_over(what, &read(passphrase)?)
            }
            KeysCommand::Import { what, .. } => {
                what.iter().for_each(|file| self.import(file));
                Ok(())
            }
            KeysCommand::Export { key, revocation: true, .. } => self.export_revocation(key),
            KeysCommand::Export { key, secret, .. } => self.export(key, *secret),
            KeysCommand::Backup { key, test: Some(file), passphrase, .. } => {
                self.test_backup(key.as_deref(), file, &read(passphrase)?)
            }
            KeysCommand::Backup { key, to, .. } => {
                self.back_up(key.as_deref().unwrap_or_default(), to.as_deref())
            }
            KeysCommand::Passphrase { key, passphrase } => {
                let (old, new) = two_lines(&read(passphrase)?)?;
                self.change_passphrase(key, &old, &new)
            }
            KeysCommand::Expire { key, years, passphrase } => {
                self.extend(key, *years, &read(passphrase)?)
            }
            KeysCommand::Revoke { key, yes, passphrase } => {
                let passphrase = match passphrase.passphrase_fd {
                    Some(_) => Some(read(passphrase)?),
                    None => None,
                };
                self.revoke(key, yes, passphrase.as_ref())
            }
            KeysCommand::Delete { key, yes } => self.delete(key, yes),
        }
    }

    fn list(&mut self) -> Result<(), Stop> {
        let held = self.store.load().map_err(not_loaded)?;
        for card in cards(&held.keys) {
            self.reply.key(&card, self.now);
        }
        if !held.closed.is_empty() {
            self.reply.remark(&texts::keys_stood_open(self.store.folder()));
        }
        for path in &held.damaged {
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            self.reply.refuse(None, &texts::key_file_damaged(&shared::recording::escaped(name)));
        }
        Ok(())
    }

    fn create(&mut self, new: &NewKey) -> Result<(), Stop> {
        let made = create::create(self.store, new, self.now).map_err(Stop::refused)?;
        self.reply.kept(&made.card, self.now);
        self.reply.remark(&texts::back_it_up(&made.card.fingerprint));
        Ok(())
    }

    fn import(&mut self, file: &OsString) {
        let name = shared::recording::escaped(file.as_encoded_bytes());
        let octets = match open::read_file(Path::new(file)) {
            Ok(octets) => octets,
            Err(failure) => return self.reply.refuse(None, &failure.message_about(&name)),
        };
        let brought = bring::bring(self.store, &octets);
        for card in &brought.kept {
            self.reply.kept(card, self.now);
        }
        for Refused { owner, reason } in &brought.refused {
            self.reply.refuse(owner.as_deref(), &format!("{name}: {reason}"));
        }
    }

    /// The fingerprint of the one held key that somebody means.
    fn chosen(&self, name: &str) -> Result<String, Stop> {
        let held = self.store.load().map_err(not_loaded)?;
        choose::choose(&held.keys, name).map_err(Stop::refused)
    }
}

fn not_loaded(error: StoreError) -> Stop {
    Stop::could_not_run(error)
}

fn read(args: &PassphraseArgs) -> Result<Passphrase, Stop> {
    let descriptor =
        args.passphrase_fd.ok_or_else(|| Stop::could_not_run(texts::KEY_PASSPHRASE_NEEDED))?;
    check::read_passphrase(descriptor).map_err(Stop::could_not_run)
}

fn two_lines(typed: &Passphrase) -> Result<(Passphrase, Passphrase), Stop> {
    // Exposed: to be taken apart.
    let octets = typed.expose();
    let Some(end) = octets.iter().position(|octet| *octet == b'\n') else {
        return Err(Stop::could_not_run(texts::TWO_PASSPHRASES_NEEDED));
    };
    let (old, new) = octets.split_at(end);
    let line = |line: &[u8]| Passphrase::new(Zeroizing::new(line.to_vec()));
    let old = old.strip_suffix(b"\r").unwrap_or(old);
    Ok((line(old), line(new.get(1..).unwrap_or_default())))
}
