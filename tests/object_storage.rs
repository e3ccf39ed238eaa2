//! Real S3 servers for tests, on a free port of this machine, with an own folder, ended with the value.
//!
//! - [`Server::versitygw`] enforces `SigV4`, Object Lock and conditional writes. `cargo xtask` builds it from the Go module proxy.
//! - [`Server::moto`] knows more of S3 (server-side encryption headers) but lies about Object Lock. `cargo xtask` installs it from PyPI
//!   below `target/tools/moto`.
//! - [`Server::barman`] runs barman-cloud, which writes the backups of CloudNativePG. It is installed there too.
//!
//! ```no_run
//! # fn main() -> std::io::Result<()> {
//! use hipaa_iac_tests::object_storage::{Bucket, Server};
//!
//! let server = Server::versitygw()?;
//! server.make_bucket("backups", Bucket::Plain)?;
//! // AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL: for the program's environment (`run_with`).
//! let environment = server.environment();
//! // Anything else that S3 can do: Python with `s3`, a client of boto3.
//! server.python("s3.put_object(Bucket='backups', Key='daily/a.dump', Body=b'x', ServerSideEncryption='AES256')")?;
//! # Ok(())
//! # }
//! ```

use std::{
    fs::File,
    io::{self, Read as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::workspace;

/// The credentials of the servers.
const KEY: (&str, &str) = ("AKIATESTTESTTESTTEST", "test-secret-of-this-run-only");

/// How long a server may take to answer on a loaded machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What kind of bucket to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// Without versions and locks.
    Plain,
    /// With versions and Object Lock.
    Locked,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
    authority: Option<PathBuf>,
    folder: tempfile::TempDir,
}

impl Server {
    /// versitygw over a folder.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn versitygw() -> io::Result<Self> {
        Self::versitygw_at(Ipv4Addr::LOCALHOST, None)
    }

    /// The same at an address of this machine, with TLS where there are the files of a certificate, its key and its authority, in PEM.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn versitygw_at(address: Ipv4Addr, tls: Option<[PathBuf; 3]>) -> io::Result<Self> {
        let mut server = Self::start(address, |folder, port| {
            let (objects, versions) = (folder.join("objects"), folder.join("versions"));
            std::fs::create_dir_all(&objects)?;
            std::fs::create_dir_all(&versions)?;
            let mut command = Command::new("versitygw");
            command
                .args(["--quiet", "--port"])
                .arg(format!("{address}:{port}"))
                .args(["--access", KEY.0, "--secret", KEY.1]);
            if let Some([certificate, key, _]) = &tls {
                command.arg("--cert").arg(certificate).arg("--key").arg(key);
            }
            command
                .args(["posix", "--versioning-dir"])
                .arg(versions)
                .arg(objects);
            Ok(command)
        })?;
        if let Some([_, _, authority]) = tls {
            server.url = server.url.replace("http:", "https:");
            server.authority = Some(authority);
        }
        Ok(server)
    }

    /// moto's server, in memory.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub fn moto() -> io::Result<Self> {
        Self::start(Ipv4Addr::LOCALHOST, |_, port| {
            let mut command = Command::new(python());
            command
                .args(["-m", "moto.server", "-H", "127.0.0.1", "-p"])
                .arg(port.to_string());
            Ok(command)
        })
    }

    fn start(
        address: Ipv4Addr,
        command: impl Fn(&std::path::Path, u16) -> io::Result<Command>,
    ) -> io::Result<Self> {
        let mut problem = io::Error::other("not started");
        // Between finding a port free and using it another process may take it.
        for _ in 0..3 {
            let folder = tempfile::Builder::new().prefix("hipaa-iac-s3").tempdir()?;
            let port = TcpListener::bind((address, 0))?.local_addr()?.port();
            let said = folder.path().join("said");
            let child = command(folder.path(), port)?
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(File::create(&said)?)
                .spawn()
                .map_err(|error| {
                    io::Error::other(format!(
                        "no S3 server ({error}); `cargo xtask test` gets it, with target/tools/bin on PATH"
                    ))
                })?;
            let mut server = Self {
                child,
                url: format!("http://{address}:{port}"),
                authority: None,
                folder,
            };
            let started = Instant::now();
            while started.elapsed() < PATIENCE {
                if TcpStream::connect((address, port)).is_ok() {
                    return Ok(server);
                }
                if server.child.try_wait()?.is_some() {
                    break;
                }
                thread::sleep(Duration::from_millis(50));
            }
            let mut text = String::new();
            File::open(said)?.read_to_string(&mut text)?;
            problem = io::Error::other(format!("the S3 server did not start: {text}"));
        }
        Err(problem)
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A folder that lives as long as the server.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The variables with which an S3 client finds the server and is let in.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("AWS_ACCESS_KEY_ID", KEY.0.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", KEY.1.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL", self.url()),
        ];
        if let Some(authority) = &self.authority {
            let authority = authority.display().to_string();
            environment.push(("SSL_CERT_FILE", authority.clone()));
            environment.push(("AWS_CA_BUNDLE", authority));
        }
        environment
    }

    /// Makes a bucket.
    ///
    /// # Errors
    /// What the server says.
    pub fn make_bucket(&self, name: &str, kind: Bucket) -> io::Result<()> {
        let lock = match kind {
            Bucket::Plain => "False",
            Bucket::Locked => "True",
        };
        let script =
            format!("s3.create_bucket(Bucket='{name}', ObjectLockEnabledForBucket={lock})");
        self.python(&script).map(drop)
    }

    /// Runs Python with `s3`, a boto3 client of this server, and gives what it printed.
    ///
    /// # Errors
    /// What it printed to standard error, where it failed.
    pub fn python(&self, script: &str) -> io::Result<String> {
        let whole = format!("import boto3\ns3 = boto3.client('s3')\n{script}\n");
        let ran = Command::new(python())
            .args(["-c", &whole])
            .envs(self.environment())
            .env("NO_PROXY", "*")
            .stdin(Stdio::null())
            .output()?;
        if ran.status.success() {
            Ok(String::from_utf8_lossy(&ran.stdout).into_owned())
        } else {
            Err(io::Error::other(
                String::from_utf8_lossy(&ran.stderr).into_owned(),
            ))
        }
    }

    /// Runs a program of barman-cloud against this server: `cloud_backup` or `cloud_walarchive`.
    ///
    /// # Errors
    /// What it printed to standard error, where it failed.
    pub fn barman(&self, program: &str, arguments: &[&str]) -> io::Result<()> {
        let ran = Command::new(python())
            .args(["-m", &format!("barman.clients.{program}")])
            .args(["--cloud-provider", "aws-s3", "--endpoint-url", &self.url])
            .args(arguments)
            .envs(self.environment())
            .env("NO_PROXY", "*")
            .stdin(Stdio::null())
            .output()?;
        if ran.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        Err(io::Error::other(format!(
            "{program}: {}: {said}",
            ran.status
        )))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Python with moto, boto3 and barman.
fn python() -> PathBuf {
    workspace().join("target/tools/moto/bin/python")
}
