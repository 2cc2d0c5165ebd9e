//! Does whatever other keys and messages GnuPG 1.4 and 2.2 make open, beside those of the corpus?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use shared::certs::SecretKey;
use shared::decrypt::{Integrity, Opener, Problem, Rules};
use shared::secret::Passphrase;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use support::gnupg::GnupgHome;
use support::process::{output_with_input, tool};
use tempfile::TempDir;

/// Compressible and not, longer than one chunk of any format.
fn recording() -> Vec<u8> {
    let noise = (0..40_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
    noise.chain(std::iter::repeat_n(0, 40_000)).collect()
}

/// GnuPG 1.4, which old dialers still run.
struct OldGpg {
    home: TempDir,
}

impl OldGpg {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
        Self { home }
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut gpg = tool("gpg1").unwrap();
        gpg.arg("--homedir").arg(self.home.path());
        gpg.args(["--no-options", "--batch", "--quiet", "--no-tty"]);
        output_with_input(gpg.args(arguments), input).unwrap()
    }

    /// Makes an RSA key protected as `options` say, and gives the exported secret key.
    fn secret_key(&self, options: &[&str], passphrase: &str) -> SecretKey {
        let recipe = format!(
            "Key-Type: RSA\nKey-Length: 1024\nSubkey-Type: RSA\nSubkey-Length: 1024\n\
             Name-Real: Old\nPassphrase: {passphrase}\n%commit\n"
        );
        self.run(&[options, &["--quick-random", "--gen-key"]].concat(), recipe.as_bytes());
        key(&self.run(&["--export-secret-keys", "Old"], b""))
    }
}

fn key(exported: &[u8]) -> SecretKey {
    SecretKey::read_all(exported).unwrap().pop().unwrap()
}

fn typed(passphrase: &str) -> Passphrase {
    Passphrase::new(passphrase.as_bytes().to_vec().into())
}

/// Opens it, or says why not; a wrong passphrase must be called one.
fn opened(held: &SecretKey, message: &[u8], passphrase: &str, rules: Rules) -> String {
    let mut opener = Opener::new(vec![held.clone()], rules);
    let wrong = opener.open(message, Some(&typed("never this one"))).unwrap_err();
    if wrong.problem() != Problem::WrongPassphrase {
        return format!("a wrong passphrase is called {}", wrong.problem().word());
    }
    match opener.open(message, Some(&typed(passphrase))) {
        Ok(opened) if *opened.data == recording() => "open".to_string(),
        Ok(_) => "open to something else".to_string(),
        Err(error) => format!("{}: {error}", error.problem().word()),
    }
}

/// Options with a value for each of several things, in all combinations that matter.
fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

const PASSPHRASES: [&str; 7] = [
    "correct horse",
    "pässwörter 日本語 ключ",
    "x",
    "\"quoted\" $(and) `more` \\ %41",
    "🔑🔒",
    "a passphrase of more than sixty-four octets, which is the block of SHA-1 and of SHA-256, and \
     longer than the block of SHA-512 too, since 128 octets end about here",
    // In a recipe for a key GnuPG would cut the spaces off; messages have it as it is.
    " leading and trailing ",
];

#[test]
fn every_kind_of_key_with_every_kind_of_passphrase_opens() {
    let kinds = [
        "Key-Type: DSA\nKey-Length: 1024\nSubkey-Type: RSA\nSubkey-Length: 1024",
        "Key-Type: RSA\nKey-Length: 2048\nSubkey-Type: RSA\nSubkey-Length: 4096",
        "Key-Type: EDDSA\nKey-Curve: ed25519\nSubkey-Type: ECDH\nSubkey-Curve: cv25519",
        "Key-Type: ECDSA\nKey-Curve: nistp256\nSubkey-Type: ECDH\nSubkey-Curve: nistp256",
        "Key-Type: ECDSA\nKey-Curve: nistp384\nSubkey-Type: ECDH\nSubkey-Curve: nistp384",
        "Key-Type: ECDSA\nKey-Curve: nistp521\nSubkey-Type: ECDH\nSubkey-Curve: nistp521",
    ];
    let home = GnupgHome::new().unwrap();
    for (kind, passphrase) in kinds.into_iter().zip(PASSPHRASES) {
        let recipe = format!("{kind}\nName-Real: Somebody\nExpire-Date: 0");
        let owner = home.generate_by(&recipe, passphrase, &[]).unwrap();
        let held = key(&home.secret_key(&owner, passphrase).unwrap());
        for options in ["", "--throw-keyids", "--armor --compress-algo bzip2"] {
            let message = home.encrypt(&recording(), &[&owner], &words(options)).unwrap();
            let got = opened(&held, &message, passphrase, Rules::default());
            assert_eq!(got, "open", "{kind:?} {passphrase:?} {options}");
        }
    }
}

#[test]
fn every_way_of_sealing_opens() {
    let home = GnupgHome::new().unwrap();
    let recipe = "Key-Type: RSA\nKey-Length: 2048\nSubkey-Type: RSA\nSubkey-Length: 2048\n\
                  Name-Real: Somebody\nExpire-Date: 0";
    let owner = home.generate_by(recipe, "correct horse", &[]).unwrap();
    let held = key(&home.secret_key(&owner, "correct horse").unwrap());
    let ciphers = "AES AES192 AES256 3DES CAST5 BLOWFISH TWOFISH CAMELLIA128 CAMELLIA192 \
                   CAMELLIA256 IDEA";
    let mut ways: Vec<String> =
        words(ciphers).iter().map(|cipher| format!("--cipher-algo {cipher}")).collect();
    for compression in ["none", "zip", "zlib", "bzip2"] {
        ways.push(format!("--compress-algo {compression} --armor --throw-keyids"));
        ways.push(format!("--compress-algo {compression} --set-filename ../../../etc/passwd"));
    }
    ways.extend(
        ["--for-your-eyes-only", "--pgp7", "--comment =?;|&", "--set-filename _CONSOLE"]
            .map(str::to_owned),
    );
    for way in ways {
        let message = home.encrypt(&recording(), &[&owner], &words(&way)).unwrap();
        let got = opened(&held, &message, "correct horse", Rules::default());
        assert_eq!(got, "open", "{way}");
    }
}

#[test]
fn every_way_from_a_passphrase_to_a_message_opens() {
    let home = GnupgHome::new().unwrap();
    let nobodys = OldGpg::new().secret_key(&[], "correct horse");
    for (number, way) in [
        "--s2k-mode 0",
        "--s2k-mode 1 --s2k-digest-algo SHA512",
        "--s2k-mode 3 --s2k-count 65011712 --s2k-digest-algo SHA256",
        "--s2k-mode 3 --s2k-count 1024 --s2k-digest-algo RIPEMD160",
        "--s2k-cipher-algo BLOWFISH --s2k-digest-algo SHA224",
        "--s2k-cipher-algo CAMELLIA256 --s2k-digest-algo SHA384",
        "--s2k-cipher-algo 3DES --armor",
        "--cipher-algo IDEA --s2k-cipher-algo CAST5",
    ]
    .into_iter()
    .enumerate()
    {
        let passphrase = PASSPHRASES.get(number % PASSPHRASES.len()).unwrap();
        let mut gpg = home.gpg().unwrap();
        let secret = home.path().join("typed");
        fs::write(&secret, passphrase).unwrap();
        gpg.args(words(way)).arg("--passphrase-file").arg(&secret).arg("--symmetric");
        let message = output_with_input(&mut gpg, &recording()).unwrap();
        let got = opened(&nobodys, &message, passphrase, Rules::default());
        assert_eq!(got, "open", "{way} {passphrase:?}");
    }
}

#[test]
fn what_gnupg_1_4_protected_and_sealed_opens_the_old_way_only_where_that_is_allowed() {
    let allowing = Rules { allow_without_integrity: true };
    for (number, protection) in [
        "--s2k-mode 0",
        "--s2k-mode 1 --s2k-cipher-algo 3DES",
        "--s2k-mode 3 --s2k-digest-algo SHA512 --s2k-cipher-algo AES256",
        "--simple-sk-checksum --s2k-cipher-algo CAST5",
        "--simple-sk-checksum --s2k-cipher-algo BLOWFISH --s2k-digest-algo RIPEMD160",
        "--s2k-cipher-algo TWOFISH --s2k-digest-algo SHA256",
    ]
    .into_iter()
    .enumerate()
    {
        let (gpg, passphrase) = (OldGpg::new(), *PASSPHRASES.get(number).unwrap());
        let held = gpg.secret_key(&words(protection), passphrase);
        let sealing = ["--always-trust", "--recipient", "Old", "--encrypt"];
        let protected = gpg.run(&[&["--force-mdc"][..], &sealing].concat(), &recording());
        let got = opened(&held, &protected, passphrase, Rules::default());
        assert_eq!(got, "open", "{protection}");
        for cipher in words("3DES CAST5 BLOWFISH AES AES256 TWOFISH CAMELLIA192 IDEA") {
            let options = ["--disable-mdc", "--cipher-algo", cipher];
            let message = gpg.run(&[&options[..], &sealing].concat(), &recording());
            let mut refusing = Opener::new(vec![held.clone()], Rules::default());
            let refused = refusing.open(&message, Some(&typed(passphrase))).unwrap_err();
            assert_eq!(refused.problem(), Problem::NoIntegrity, "{cipher}");
            let got = opened(&held, &message, passphrase, allowing);
            assert_eq!(got, "open", "{protection} {cipher}");
        }
        let old = gpg.run(
            &["--disable-mdc", "--pgp2", "--always-trust", "--recipient", "Old", "--encrypt"],
            &recording(),
        );
        let mut opener = Opener::new(vec![held], allowing);
        let integrity = opener.open(&old, Some(&typed(passphrase))).map(|opened| opened.integrity);
        assert_eq!(integrity.unwrap(), Integrity::None);
    }
}
