//! `restore manifest` and `restore canary` against a real server that takes sessions over TLS only.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::Duration,
};

use hipaa_iac_tests::{Ran, run_with};
use libtest_mimic::{Failed, Trial};

use crate::{
    certificates::{self, Issued},
    fixture::{Cluster, give},
};

/// The name that the server's certificate is for; nothing resolves it, so tests give the address too.
const NAME: &str = "db.example.org";

const PASSWORD: &str = "a-password-of-this-test";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("tls::verified", verified),
        Trial::test("tls::refused", refused),
        Trial::test("tls::client_certificate", client_certificate),
    ]
}

/// A server with a certificate, whose sessions need TLS and a password.
struct Server {
    cluster: Cluster,
    port: u16,
}

impl Server {
    /// With the authority of the certificates that clients must have, where they must have one.
    fn start(issued: Option<&Issued>, clients: Option<&Issued>) -> io::Result<Self> {
        let cluster = Cluster::new()?;
        let own = |name: &str, text: &str| {
            let path = cluster.0.join(name);
            fs::write(&path, text)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            give(&path)
        };
        own("password", PASSWORD)?;
        let at = cluster.0.display();
        // No line lets in who does not speak TLS.
        let mut access = "host all all 127.0.0.1/32 scram-sha-256".to_owned();
        let mut settings = format!(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\nautovacuum = off\nhba_file = '{at}/access'\n"
        );
        if let Some(issued) = issued {
            own("server.pem", &issued.certificate)?;
            own("server.key", &issued.key)?;
            fs::write(cluster.0.join("ca.pem"), &issued.authority)?;
            access = access.replacen("host", "hostssl", 1);
            settings = format!(
                "{settings}ssl = on\nssl_cert_file = '{at}/server.pem'\nssl_key_file = '{at}/server.key'\n"
            );
        }
        if let Some(clients) = clients {
            own("clients.pem", &clients.authority)?;
            access.push_str(" clientcert=verify-ca");
            settings = format!("{settings}ssl_ca_file = '{at}/clients.pem'\n");
        }
        own("access", &format!("{access}\n"))?;
        let password = format!("--pwfile={at}/password");
        cluster.init(&["-A", "scram-sha-256", &password])?;
        let mut problem = io::Error::other("not started");
        // Between finding a port free and using it another process may take it.
        for _ in 0..3 {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
                .local_addr()?
                .port();
            match cluster.serve(&format!("{settings}port = {port}\n")) {
                Ok(()) => return Ok(Self { cluster, port }),
                Err(error) => problem = error,
            }
        }
        Err(problem)
    }

    fn folder(&self) -> &Path {
        &self.cluster.0
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
            self.folder(),
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
    let server = Server::start(Some(&day(&[NAME])?), None)?;
    let tls = "sslmode=verify-full sslrootcert=ca.pem";
    is(&server.create(tls)?, 0, "")?;
    fs::write(
        server.folder().join("mac"),
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
        &run_with(server.folder(), &["evidence", "keygen", "key"], &[], None)?,
        0,
        "",
    )?;
    fs::write(server.folder().join("backup"), "bytes")?;
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
        server.folder().join("key.pub"),
    )?)?;
    let envelope = fs::read(server.folder().join("backup.manifest.dsse.json"))?;
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
    let server = Server::start(Some(&day(&[NAME])?), None)?;
    // Another's authority, the system's, another name, none at all.
    fs::write(server.folder().join("other.pem"), day(&[NAME])?.authority)?;
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
        server.folder(),
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
        server.folder(),
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

    let server = Server::start(Some(&certificates::expired(vec![NAME.to_owned()])?), None)?;
    is(&server.create("sslrootcert=ca.pem")?, 2, unknown)?;
    drop(server);

    let server = Server::start(None, None)?;
    fs::write(server.folder().join("ca.pem"), day(&[NAME])?.authority)?;
    is(
        &server.create("sslrootcert=ca.pem")?,
        2,
        "server does not support TLS",
    )
}

fn client_certificate() -> Result<(), Failed> {
    let clients = day(&["backup.example.org"])?;
    let other = day(&["backup.example.org"])?;
    let server = Server::start(Some(&day(&[NAME])?), Some(&clients))?;
    for (name, issued) in [("client", &clients), ("other", &other)] {
        fs::write(
            server.folder().join(format!("{name}.pem")),
            &issued.certificate,
        )?;
        fs::write(server.folder().join(format!("{name}.key")), &issued.key)?;
    }
    let with = |words: &str| server.create(&format!("sslrootcert=ca.pem {words}"));
    is(&with("sslcert=client.pem sslkey=client.key")?, 0, "")?;
    let environment = [
        ("PGSSLROOTCERT", "ca.pem"),
        ("PGSSLCERT", "client.pem"),
        ("PGSSLKEY", "client.key"),
    ];
    let create = ["restore", "canary", "create"];
    is(&server.run(&create, "", &environment)?, 0, "")?;
    // None, one of another authority, another's key, half of it, no key and no file.
    is(&with("")?, 2, "requires a valid client certificate")?;
    is(
        &with("sslcert=other.pem sslkey=other.key")?,
        2,
        "the database: ",
    )?;
    is(
        &with("sslcert=client.pem sslkey=other.key")?,
        2,
        "sslkey=other.key: ",
    )?;
    is(
        &with("sslcert=client.pem")?,
        2,
        "give both sslcert and sslkey",
    )?;
    is(
        &with("sslkey=client.key")?,
        2,
        "give both sslcert and sslkey",
    )?;
    is(
        &with("sslcert=client.key sslkey=client.key")?,
        2,
        "sslcert=client.key: ",
    )?;
    is(
        &with("sslcert=client.pem sslkey=none.key")?,
        2,
        "sslkey=none.key: ",
    )
}
