//! Which certificates does a server show, and who vouches for them?

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::Outcome;
use crate::process::{output_of, tool};

const CONFIG: &str = "\
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
";

/// A certificate authority of its own, with a certificate for a server on 127.0.0.1.
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// Makes the authority and the server's certificate, by openssl.
    pub fn new() -> Outcome<Authority> {
        let authority =
            Authority { folder: tempfile::Builder::new().prefix("authority").tempdir()? };
        fs::write(authority.file("openssl.cnf"), CONFIG)?;
        authority.certify("authority", &[])?;
        let (ca, key) = (authority.certificate(), authority.file("authority.key"));
        authority.certify(
            "server",
            &["-CA".as_ref(), ca.as_os_str(), "-CAkey".as_ref(), key.as_os_str()],
        )?;
        Ok(authority)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn certify(&self, name: &str, issuer: &[&std::ffi::OsStr]) -> Outcome {
        let mut openssl = tool("openssl")?;
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        openssl.args(["-nodes", "-days", "30", "-subj", &format!("/CN=tests {name}")]);
        openssl.arg("-config").arg(self.file("openssl.cnf")).args(["-extensions", name]);
        openssl.arg("-keyout").arg(self.file(&format!("{name}.key")));
        openssl.arg("-out").arg(self.file(&format!("{name}.pem"))).args(issuer);
        output_of(&mut openssl).map(drop)
    }

    /// The authority's certificate, which a client trusts.
    pub fn certificate(&self) -> PathBuf {
        self.file("authority.pem")
    }

    /// The server's certificate and key.
    pub fn server(&self) -> (PathBuf, PathBuf) {
        (self.file("server.pem"), self.file("server.key"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_vouched_for_by_its_own_authority_only() -> Outcome {
        let (one, two) = (Authority::new()?, Authority::new()?);
        let verify = |ca: &Authority| -> Outcome<Vec<u8>> {
            output_of(
                tool("openssl")?
                    .args(["verify", "-CAfile"])
                    .arg(ca.certificate())
                    .arg(one.server().0),
            )
        };
        verify(&one)?;
        assert!(verify(&two).is_err());
        Ok(())
    }
}
