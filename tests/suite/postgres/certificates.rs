//! Certificates such as servers use. The `openssl` command creates all of them that it can.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A directory with an authority (`ca`), another authority that signed nothing (`other`) and server certificates.
pub struct Certificates(TempDir);

impl Certificates {
    pub fn new() -> Certificates {
        let certificates = Certificates(tempfile::tempdir().unwrap());
        let dir = certificates.0.path();
        std::fs::write(
            dir.join("san.ext"),
            "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\n",
        )
        .unwrap();
        std::fs::write(dir.join("cn.ext"), "basicConstraints=CA:FALSE\n").unwrap();
        for (name, subject) in [
            ("ca", "authority"),
            ("other", "another"),
            ("self", "localhost"),
        ] {
            openssl(
                dir,
                &format!(
                    "req -x509 {KEY} -days 9 -keyout {name}.key -out {name}.crt -subj /CN={subject}"
                ),
            );
        }
        for (name, subject) in [
            ("san", "localhost"),
            ("cn", "localhost"),
            ("client", "by_cert"),
        ] {
            let extensions = if name == "san" { "san.ext" } else { "cn.ext" };
            openssl(
                dir,
                &format!("req -new {KEY} -keyout {name}.key -out {name}.csr -subj /CN={subject}"),
            );
            openssl(
                dir,
                &format!(
                    "x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 9 -extfile {extensions} -out {name}.crt"
                ),
            );
        }
        for (name, key) in [("v1", KEY), ("v1rsa", "-newkey rsa:2048 -nodes")] {
            openssl(
                dir,
                &format!("req -new {key} -keyout {name}.key -out {name}.csr -subj /CN=localhost"),
            );
            openssl(
                dir,
                &format!("x509 -req -in {name}.csr -signkey {name}.key -days 9 -out {name}.crt"),
            );
            let text = openssl(dir, &format!("x509 -in {name}.crt -noout -text"));
            assert!(
                text.contains("Version: 1 "),
                "this openssl makes no version 1: {text}"
            );
        }
        certificates.create_weak();
        certificates
    }

    /// Creates certificates of neglected servers: a SHA-1 signature, a short key, a rare curve, an expired date.
    fn create_weak(&self) {
        let dir = self.0.path();
        for (name, key, digest) in [
            ("sha1", "-newkey rsa:2048 -nodes", "-sha1"),
            ("rsa1024", "-newkey rsa:1024 -nodes", "-sha256"),
            (
                "p521",
                "-newkey ec -pkeyopt ec_paramgen_curve:P-521 -nodes",
                "-sha256",
            ),
        ] {
            openssl(
                dir,
                &format!("req -new {key} -keyout {name}.key -out {name}.csr -subj /CN=localhost"),
            );
            openssl(
                dir,
                &format!(
                    "x509 -req {digest} -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 9 -extfile san.ext -out {name}.crt"
                ),
            );
        }
        self.create_expired();
    }

    /// Creates the expired certificate with rcgen, because the openssl command cannot create one.
    fn create_expired(&self) {
        let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(self.path("expired.crt"), certificate.pem()).unwrap();
        std::fs::write(self.path("expired.key"), key.serialize_pem()).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn read_pem(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}

const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

fn openssl(dir: &Path, arguments: &str) -> String {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(dir)
        .output()
        .expect("the openssl command is there");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {stderr}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
