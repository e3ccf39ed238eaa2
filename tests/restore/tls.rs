//! `restore manifest` and `restore canary` against a real server that takes sessions over TLS only.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::Stdio,
    time::Duration,
};

use hipaa_iac_tests::{Ran, run_with};
use libtest_mimic::{Failed, Trial};

use crate::{
    certificates::{self, Issued},
    fixture::{BIN, give, must, postgres},
};

/// The name that the server's certificate is for; nothing resolves it, so tests give the address too.
const NAME: &str = "db.example.org";

const PASSWORD: &str = "a-password-of-this-test";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("tls::verified", verified),
        Trial::test("tls::refused", refused),
    ]
}

/// A server with a certificate, whose sessions need TLS and a password.
struct Server {
    folder: PathBuf,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = postgres(&format!("{BIN}/pg_ctl"))
            .args(["stop", "-m", "immediate", "-D"])
            .arg(self.folder.join("data"))
            .output();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    fn start(issued: Option<&Issued>) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("hipaa-iac-tls-")
            .tempdir()?
            .keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let server = Self { folder, port };
        let own = |name: &str, text: &str| {
            let path = server.folder.join(name);
            fs::write(&path, text)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            give(&path)
        };
        let data = server.folder.join("data");
        fs::create_dir(&data)?;
        give(&data)?;
        own("password", PASSWORD)?;
        let mut settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nfsync = off\nautovacuum = off\n"
        );
        if let Some(issued) = issued {
            own("server.pem", &issued.certificate)?;
            own("server.key", &issued.key)?;
            fs::write(server.folder.join("ca.pem"), &issued.authority)?;
            let at = server.folder.display();
            settings = format!(
                "{settings}ssl = on\nssl_cert_file = '{at}/server.pem'\nssl_key_file = '{at}/server.key'\n"
            );
        }
        must(
            postgres(&format!("{BIN}/initdb"))
                .args([
                    "--no-sync",
                    "-A",
                    "scram-sha-256",
                    "-U",
                    "postgres",
                    "-E",
                    "UTF8",
                ])
                .arg("--locale=C.UTF-8")
                .arg("--pwfile")
                .arg(server.folder.join("password"))
                .arg("-D")
                .arg(&data),
        )?;
        fs::write(data.join("postgresql.auto.conf"), settings)?;
        // No line lets in who does not speak TLS.
        let access = if issued.is_some() { "hostssl" } else { "host" };
        fs::write(
            data.join("pg_hba.conf"),
            format!("{access} all all 127.0.0.1/32 scram-sha-256\n"),
        )?;
        must(
            postgres(&format!("{BIN}/pg_ctl"))
                .args(["start", "-w", "-t", "120", "-l"])
                .arg(server.folder.join("data/log"))
                .arg("-D")
                .arg(&data)
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )?;
        Ok(server)
    }

    /// Runs the program with this server's connection string, whose words for TLS are given.
    fn run(&self, arguments: &[&str], tls: &str, variables: &[(&str, &str)]) -> io::Result<Ran> {
        let dsn = format!(
            "host={NAME} hostaddr=127.0.0.1 port={} user=postgres dbname=postgres {tls}",
            self.port
        );
        let mut all = vec![("PGPASSWORD", PASSWORD)];
        all.extend(variables);
        run_with(
            &self.folder,
            &[arguments, &["--dsn", &dsn]].concat(),
            &all,
            None,
        )
    }

    fn create(&self, tls: &str) -> io::Result<Ran> {
        self.run(&["restore", "canary", "create"], tls, &[])
    }
}

fn day(names: &[&str]) -> io::Result<Issued> {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    certificates::issue(names, Duration::ZERO, Duration::from_hours(24))
}

fn is(ran: &Ran, code: i32, words: &str) -> Result<(), Failed> {
    if ran.code == code && ran.stderr.contains(words) {
        return Ok(());
    }
    Err(format!(
        "expected {code} with `{words}`: {} {}",
        ran.code, ran.stderr
    )
    .into())
}

fn verified() -> Result<(), Failed> {
    let server = Server::start(Some(&day(&[NAME])?))?;
    let tls = "sslmode=verify-full sslrootcert=ca.pem";
    is(&server.create(tls)?, 0, "")?;
    fs::write(
        server.folder.join("mac"),
        "0123456789abcdef0123456789abcdef",
    )?;
    let write = ["restore", "canary", "write", "--key", "mac"];
    is(&server.run(&write, tls, &[])?, 0, "wrote canary 1")?;
    // Another machine is spoken to so without being asked; the authority may stand in libpq's variable.
    let environment = [("PGSSLROOTCERT", "ca.pem")];
    is(&server.run(&write, "", &environment)?, 0, "wrote canary 2")?;
    let environment = [("PGSSLROOTCERT", "ca.pem"), ("PGSSLMODE", "verify-full")];
    is(&server.run(&write, "", &environment)?, 0, "wrote canary 3")?;

    is(
        &run_with(&server.folder, &["evidence", "keygen", "key"], &[], None)?,
        0,
        "",
    )?;
    fs::write(server.folder.join("backup"), "bytes")?;
    let manifest = [
        "restore",
        "manifest",
        "--artifact",
        "backup",
        "--key",
        "key",
    ];
    is(
        &server.run(&manifest, tls, &[])?,
        0,
        "wrote backup.manifest.dsse.json",
    )?;
    let key = hipaa_iac_evidence::PublicKey::from_pem(&fs::read_to_string(
        server.folder.join("key.pub"),
    )?)?;
    let envelope = fs::read(server.folder.join("backup.manifest.dsse.json"))?;
    let content = hipaa_iac_restore::manifest::verify(&envelope, &key)?
        .manifest
        .content;
    let rows = content
        .tables
        .get("hipaa_iac.restore_canary")
        .map(|table| table.rows);
    if rows != Some(3) {
        return Err(format!("three canaries were written, the manifest counts {rows:?}").into());
    }
    Ok(())
}

fn refused() -> Result<(), Failed> {
    let server = Server::start(Some(&day(&[NAME])?))?;
    // Another's authority, the system's, another name, none at all.
    fs::write(server.folder.join("other.pem"), day(&[NAME])?.authority)?;
    let unknown = "invalid peer certificate";
    is(&server.create("sslrootcert=other.pem")?, 2, unknown)?;
    is(&server.create("sslmode=verify-full")?, 2, unknown)?;
    is(&server.create("sslrootcert=system")?, 2, unknown)?;
    is(
        &server.create("sslrootcert=none.pem")?,
        2,
        "sslrootcert=none.pem",
    )?;
    is(
        &server.create("sslrootcert=password")?,
        2,
        "sslrootcert=password",
    )?;
    for weak in ["disable", "prefer", "require", "verify-ca"] {
        let ran = server.create(&format!("sslmode={weak} sslrootcert=ca.pem"))?;
        is(&ran, 2, "write sslmode=verify-full")?;
    }
    let dsn = format!(
        "postgres://postgres@localhost:{}/postgres?sslmode=verify-full&sslrootcert=ca.pem",
        server.port
    );
    let arguments = ["restore", "canary", "create", "--dsn", &dsn];
    let ran = run_with(
        &server.folder,
        &arguments,
        &[("PGPASSWORD", PASSWORD)],
        None,
    )?;
    is(&ran, 2, "not valid for name")?;
    // In the open the server lets nobody in.
    let arguments = [
        "restore",
        "canary",
        "create",
        "--dsn",
        &dsn.replace("verify-full", "disable"),
    ];
    let ran = run_with(
        &server.folder,
        &arguments,
        &[("PGPASSWORD", PASSWORD)],
        None,
    )?;
    is(&ran, 2, "no pg_hba.conf entry")?;
    let wrong = server.run(
        &["restore", "canary", "create"],
        "sslrootcert=ca.pem",
        &[("PGPASSWORD", "not-the-password")],
    )?;
    is(&wrong, 2, "password authentication failed")?;
    if wrong.stderr.contains("not-the-password") {
        return Err("the password is told".into());
    }
    drop(server);

    let server = Server::start(Some(&certificates::expired(vec![NAME.to_owned()])?))?;
    is(&server.create("sslrootcert=ca.pem")?, 2, unknown)?;
    drop(server);

    let server = Server::start(None)?;
    fs::write(server.folder.join("ca.pem"), day(&[NAME])?.authority)?;
    is(
        &server.create("sslrootcert=ca.pem")?,
        2,
        "server does not support TLS",
    )
}
