//! `hipaa-iac restore verify` against the same restore by hand, on the same machine, in turns.
//!
//! By hand is what an administrator would do: an empty server in memory with the scratch server's settings, and
//! `age --decrypt | pg_restore` into it. Ours is the whole command, with its checks told apart by its own phases.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::measure;

/// Where Debian keeps the programs of PostgreSQL 15.
const BIN: &str = "/usr/lib/postgresql/15/bin";

/// What the scratch server is started with (`QUICK` in `crates/restore/src/server.rs`).
const SETTINGS: &str = "listen_addresses = ''\nfsync = off\nfull_page_writes = off\nsynchronous_commit = off\nwal_level = minimal\nmax_wal_senders = 0\nmax_wal_size = 256MB\nshared_buffers = 128MB\nautovacuum = off\njit = off\n";

/// Bytes of a row with its header.
const ROW: u64 = 300;

/// How often each is measured, in turns.
const TIMES: usize = 3;

/// What a verification took.
struct Verified {
    wall: f64,
    /// Seconds by phase.
    phases: BTreeMap<String, f64>,
    /// Peak resident memory of the largest of our processes, in MiB.
    largest: f64,
    /// Memory of all of them at one time, at most, in MiB.
    all: f64,
}

/// Measures with a database of so many MiB.
pub(crate) fn run(mib: u64, program: &Path) -> io::Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("hipaa-iac-bench-")
        .tempdir_in("/dev/shm")?;
    let folder = folder.path();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    let bench = Bench {
        folder: folder.to_owned(),
        program: program.to_owned(),
    };
    let size = bench.prepare(mib)?;
    println!("database {} MiB, dump {} MiB", size.0 >> 20, size.1 >> 20);
    let (mut by_hand, mut ours) = (Vec::new(), Vec::new());
    for time in 1..=TIMES {
        by_hand.push(bench.by_hand()?);
        ours.push(bench.verify()?);
        if let (Some(hand), Some(verified)) = (by_hand.last(), ours.last()) {
            let checks = verified.phases.get("checks").copied().unwrap_or_default();
            println!(
                "run {time}: by hand {hand:.1} s, verification {:.1} s, of it checks {checks:.1} s; the largest of our processes {:.1} MiB, all {:.1} MiB at one time",
                verified.wall, verified.largest, verified.all
            );
        }
    }
    let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::INFINITY, f64::min);
    let hand = least(&mut by_hand.iter().copied());
    let without_checks = least(&mut ours.iter().map(|verified| {
        verified.wall - verified.phases.get("checks").copied().unwrap_or_default()
    }));
    let memory = ours.iter().map(|verified| verified.all).fold(0.0, f64::max);
    println!("\n{:<58} {:>9} {:>9}", "", "at most", "measured");
    crate::aim(
        "overhead over the bare restore, without checks, percent",
        15.0,
        Some((without_checks / hand - 1.0) * 100.0),
    );
    crate::aim(
        "memory of all our processes at one time, MiB",
        64.0,
        Some(memory),
    );
    if let Some(last) = ours.last() {
        for (phase, seconds) in &last.phases {
            println!("  {phase:<12} {seconds:>7.1} s");
        }
    }
    Ok(())
}

struct Bench {
    folder: PathBuf,
    program: PathBuf,
}

/// A program as a user that PostgreSQL accepts.
fn postgres(program: &str) -> Command {
    let mut command;
    if is_root() {
        command = Command::new("setpriv");
        command.args([
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            program,
        ]);
    } else {
        command = Command::new(program);
    }
    command
        .env("PATH", format!("{BIN}:/usr/local/bin:/usr/bin:/bin"))
        .current_dir("/")
        .stdin(Stdio::null());
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn must(command: &mut Command) -> io::Result<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(io::Error::other(format!(
        "{}: {} {}",
        command.get_program().display(),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// A server with its folder, which goes with it.
struct Server(PathBuf);

impl Server {
    fn start(folder: PathBuf) -> io::Result<Self> {
        let made = postgres("install").arg("-d").arg(&folder).status();
        if !made?.success() {
            return Err(io::Error::other(format!("{}: not made", folder.display())));
        }
        let server = Self(folder);
        must(
            postgres("initdb")
                .args(["--no-sync", "--auth=trust", "--username=postgres"])
                .args(["--encoding=UTF8", "--locale=C.UTF-8", "-D"])
                .arg(server.data()),
        )?;
        let settings = format!(
            "{SETTINGS}unix_socket_directories = '{}'\n",
            server.0.display()
        );
        fs::write(server.data().join("postgresql.auto.conf"), settings)?;
        let started = postgres("pg_ctl")
            .args(["start", "--wait", "--silent", "-l"])
            .arg(server.0.join("log"))
            .arg("-D")
            .arg(server.data())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if !started.success() {
            return Err(io::Error::other("the server does not start"));
        }
        Ok(server)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    fn client(&self, program: &str) -> Command {
        let mut command = postgres(program);
        command.env("PGHOST", &self.0).env("PGUSER", "postgres");
        command
    }

    fn sql(&self, database: &str, sql: &str) -> io::Result<String> {
        must(self.client("psql").args([
            "-XqtA",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            sql,
        ]))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = postgres("pg_ctl")
            .args(["stop", "--mode=immediate", "--silent", "-D"])
            .arg(self.data())
            .status();
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes the database and its encrypted dump; their sizes in bytes.
    fn prepare(&self, mib: u64) -> io::Result<(u64, u64)> {
        let folder = self.path("servers");
        fs::create_dir(&folder)?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777))?;
        let server = Server::start(folder.join("producer"))?;
        server.sql("postgres", "create database ehr")?;
        let rows = (mib << 20) / ROW;
        server.sql(
            "ehr",
            &format!(
                "create table encounters (id bigint, note text not null);
                 insert into encounters select g, encode(sha512((g || 'a')::bytea), 'hex') || encode(sha512((g || 'b')::bytea), 'hex') from generate_series(1, {rows}) g;
                 alter table encounters add primary key (id)"
            ),
        )?;
        let size = server.sql("ehr", "select pg_database_size('ehr')")?;
        let key = must(&mut Command::new("age-keygen"))?;
        let recipient = key
            .lines()
            .find_map(|line| line.strip_prefix("# public key: "))
            .ok_or_else(|| io::Error::other("age-keygen names no public key"))?
            .to_owned();
        fs::create_dir_all(self.path("secrets/age"))?;
        fs::write(self.path("secrets/age/identity"), key)?;
        let mut dump = server
            .client("pg_dump")
            .args(["--format=custom", "ehr"])
            .stdout(Stdio::piped())
            .spawn()?;
        let from = dump
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("no pipe"))?;
        must(
            Command::new("age")
                .args(["--recipient", &recipient, "--output"])
                .arg(self.path("ehr.dump.age"))
                .stdin(from),
        )?;
        if !dump.wait()?.success() {
            return Err(io::Error::other("pg_dump failed"));
        }
        let document = format!(
            "apiVersion: hipaa-iac.dev/v1alpha1\nkind: RestoreVerification\nmetadata: {{name: bench}}\nspec:\n  source:\n    pgDump:\n      format: Custom\n      location: {{local: {{path: {}}}}}\n      encryption: {{age: {{identitySecretRef: {{name: age, key: identity}}}}}}\n  target: {{storage: {{memory: {{sizeLimit: {}Mi}}}}}}\n  objectives: {{rto: 4h}}\n  checks:\n    sql:\n      - {{id: encounters, query: \"select count(*) from public.encounters\", expect: {{op: \"==\", value: {rows}}}}}\n",
            self.path("ehr.dump.age").display(),
            mib * 3 + 512,
        );
        fs::write(self.path("verification.yaml"), document)?;
        Ok((
            size.parse().map_err(io::Error::other)?,
            fs::metadata(self.path("ehr.dump.age"))?.len(),
        ))
    }

    /// Seconds of the bare restore, from nothing to the end of `pg_restore`.
    fn by_hand(&self) -> io::Result<f64> {
        let begun = Instant::now();
        let server = Server::start(self.path("servers/bare"))?;
        server.sql("postgres", "create database restored template template0")?;
        let mut age = Command::new("age")
            .arg("--decrypt")
            .arg("--identity")
            .arg(self.path("secrets/age/identity"))
            .arg(self.path("ehr.dump.age"))
            .stdout(Stdio::piped())
            .spawn()?;
        let from = age
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("no pipe"))?;
        must(
            server
                .client("pg_restore")
                .args(["--exit-on-error", "--no-owner", "--no-privileges"])
                .args(["--dbname", "restored"])
                .stdin(from),
        )?;
        let restored = age.wait()?.success();
        let seconds = begun.elapsed().as_secs_f64();
        if restored {
            Ok(seconds)
        } else {
            Err(io::Error::other("age failed"))
        }
    }

    fn verify(&self) -> io::Result<Verified> {
        let begun = Instant::now();
        let mut child = Command::new(&self.program)
            .args([
                "restore", "verify", "--quiet", "--format", "json", "--config",
            ])
            .arg(self.path("verification.yaml"))
            .arg("--scratch")
            .arg(&self.folder)
            .arg("--state")
            .arg(self.path("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (mut largest, mut all) = (0.0_f64, 0.0_f64);
        while child.try_wait()?.is_none() {
            let mut now = 0.0;
            for process in ours(&self.program) {
                largest = largest.max(measure::peak_mib(process).unwrap_or_default());
                now += measure::resident_mib(process).unwrap_or_default();
            }
            all = all.max(now);
            thread::sleep(Duration::from_millis(10));
        }
        let wall = begun.elapsed().as_secs_f64();
        let mut text = String::new();
        if let Some(mut out) = child.stdout.take() {
            out.read_to_string(&mut text)?;
        }
        if !text.contains("\"verdict\": \"Passed\"") {
            return Err(io::Error::other(format!("not passed: {text}")));
        }
        Ok(Verified {
            wall,
            phases: phases(&text),
            largest,
            all,
        })
    }
}

/// The phases of a result with their seconds: `"name"` and then `"seconds"`, as the result writes them.
fn phases(result: &str) -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    let Some((_, rest)) = result.split_once("\"phases\": [") else {
        return all;
    };
    let list = rest.split_once(']').map_or(rest, |(list, _)| list);
    for part in list.split('{') {
        let value = |key: &str| {
            let (_, rest) = part.split_once(&format!("\"{key}\": "))?;
            Some(
                rest.split([',', '\n', '}'])
                    .next()?
                    .trim()
                    .trim_matches('"'),
            )
        };
        if let (Some(name), Some(Ok(seconds))) = (value("name"), value("seconds").map(str::parse)) {
            all.insert(name.to_owned(), seconds);
        }
    }
    all
}

/// Our processes by number. Those that became a tool are the tool's.
fn ours(program: &Path) -> Vec<u32> {
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let process = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(process) = process else { continue };
        let exe = fs::read_link(entry.path().join("exe")).unwrap_or_default();
        // In the sandbox the program lies in the root.
        let is_there = exe == program || exe.parent() == Some(Path::new("/"));
        if is_there && exe.file_name() == program.file_name() {
            all.push(process);
        }
    }
    all
}

/// The program to measure: `HIPAA_IAC_PROGRAM`, or else the release build.
pub(crate) fn given() -> Option<PathBuf> {
    env::var_os("HIPAA_IAC_PROGRAM").map(PathBuf::from)
}
