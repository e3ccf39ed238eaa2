//! The scratch PostgreSQL: found on the machine, reachable through a socket in a private folder and by nothing else.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead as _, BufReader, Read, Seek as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::Signal;

use crate::{
    context::Failure,
    jail::{self, Jail},
    result::Reason,
};

/// The oldest major version whose backups are restored.
const OLDEST: u32 = 10;
/// One more than the newest that is looked for.
const NEWEST: u32 = 30;

/// A PostgreSQL on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// The major version.
    pub major: u32,
    /// Its full version, such as `15.18`.
    pub version: String,
    /// The folder of its programs.
    pub bin: PathBuf,
}

impl Installation {
    /// The PostgreSQL of this major version.
    pub fn find(major: u32) -> Result<Self, Failure> {
        candidates()
            .into_iter()
            .filter_map(|bin| Self::at(&bin))
            .find(|found| found.major == major)
            .ok_or_else(|| {
                let here: Vec<String> = Self::all()
                    .iter()
                    .map(|found| found.major.to_string())
                    .collect();
                let here = if here.is_empty() {
                    "none is".to_owned()
                } else {
                    format!("{} is", here.join(", "))
                };
                // Of the machine, which says nothing of the backup.
                Failure::new(
                    Reason::ToolMissing,
                    format!("PostgreSQL {major} is not installed here; {here}"),
                )
            })
    }

    /// Every PostgreSQL here, the newest first.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = candidates()
            .iter()
            .filter_map(|bin| Self::at(bin))
            .collect();
        all.sort_by_key(|found| std::cmp::Reverse(found.major));
        all.dedup_by_key(|found| found.major);
        all
    }

    fn at(bin: &Path) -> Option<Self> {
        let postgres = bin.join("postgres");
        if !postgres.is_file() {
            return None;
        }
        // A link leads to the folder that has the other programs.
        let postgres = postgres.canonicalize().ok()?;
        let output = Command::new(&postgres)
            .arg("--version")
            .env_clear()
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let version = text.split_whitespace().nth(2)?.to_owned();
        let digits = version
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(version.len());
        Some(Self {
            major: version.get(..digits)?.parse().ok()?,
            version,
            bin: postgres.parent()?.to_owned(),
        })
    }

    /// One of its programs.
    pub fn program(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.bin.join(name);
        if path.is_file() {
            return Ok(path);
        }
        Err(Failure::new(
            Reason::ToolMissing,
            format!("{name} of PostgreSQL {} is not installed", self.major),
        ))
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut all = Vec::new();
    for major in (OLDEST..NEWEST).rev() {
        all.push(PathBuf::from(format!("/usr/lib/postgresql/{major}/bin")));
        all.push(PathBuf::from(format!("/usr/pgsql-{major}/bin")));
    }
    all.push("/usr/local/pgsql/bin".into());
    all.extend(std::env::split_paths(jail::PATH));
    all
}

/// Settings that the verification may not change ([`crate::config`] refuses them): they are what isolates the scratch, and what keeps rows out of
/// logs. A physical backup brings settings of its own; those on the command line win.
const FIXED: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("unix_socket_group", ""),
    ("ssl", "off"),
    ("archive_mode", "off"),
    ("archive_command", ""),
    ("primary_conninfo", ""),
    ("hot_standby", "off"),
    ("external_pid_file", ""),
    ("logging_collector", "off"),
    ("log_destination", "stderr"),
    ("log_statement", "none"),
    ("log_min_error_statement", "panic"),
    ("log_min_duration_statement", "-1"),
    ("log_error_verbosity", "terse"),
    ("log_line_prefix", "%p "),
    ("log_connections", "off"),
    ("lc_messages", "C"),
    ("max_wal_senders", "0"),
    ("autovacuum", "off"),
];

/// Settings that are quick for a server whose data is thrown away; the verification may change them.
const QUICK: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("synchronous_commit", "off"),
    ("wal_level", "minimal"),
    ("max_wal_size", "256MB"),
    ("shared_buffers", "128MB"),
    ("dynamic_shared_memory_type", "mmap"),
    ("huge_pages", "off"),
    ("jit", "off"),
    ("max_connections", "100"),
    ("shared_preload_libraries", ""),
];

/// How long after the end of a session the postmaster may take to say that its process was killed, on a machine without memory.
const KILL_IS_TOLD: Duration = Duration::from_secs(2);
/// How many bytes of a server's log are read: what a dump makes the server say goes into it too.
const LOG_LIMIT: u64 = 64 << 20;

/// How many bytes of the end of the log are looked at when a server does not start.
const BOOT_LOG: u64 = 1 << 20;

/// How many bytes of a line of it are held; the rest of a longer line is passed over.
const LINE_LIMIT: u64 = 4096;

/// A running scratch server.
#[derive(Debug)]
pub struct Server {
    /// What it is.
    pub installation: Installation,
    /// Its data folder.
    pub data: PathBuf,
    /// The role that checks connect as.
    pub superuser: String,
    socket: PathBuf,
    process: Child,
    log: fs::File,
}

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Start<'a> {
    /// What to start.
    pub installation: &'a Installation,
    /// The data folder.
    pub data: &'a Path,
    /// A folder for its socket, configuration and log, which must not exist.
    pub control: &'a Path,
    /// A role that is superuser.
    pub superuser: &'a str,
    /// The verification's own settings.
    pub parameters: &'a BTreeMap<String, String>,
    /// Further settings that recovery needs, such as `restore_command`.
    pub recovery: &'a [(&'a str, String)],
}

impl Server {
    /// Makes an empty cluster.
    pub fn init(
        jail: &Jail,
        installation: &Installation,
        data: &Path,
        superuser: &str,
        deadline: Instant,
    ) -> Result<(), Failure> {
        jail.tool(installation.program("initdb")?)
            .args([
                "--no-sync",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .arg(format!("--username={superuser}"))
            .arg("-D")
            .arg(data)
            .run(deadline)?
            .or_fail(Reason::RunnerLost)
            .map(|_| ())
    }

    /// Starts a server and waits until it takes sessions.
    pub fn start(jail: &Jail, start: &Start<'_>, deadline: Instant) -> Result<Self, Failure> {
        jail.folder(start.control)?;
        let config = start.control.join("postgresql.conf");
        let access = start.control.join("pg_hba.conf");
        let names = start.control.join("pg_ident.conf");
        jail.file(&config, b"")?;
        jail.file(&access, b"local all all trust\n")?;
        jail.file(&names, b"")?;
        let mut settings: BTreeMap<&str, String> = QUICK
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        for (name, value) in start.parameters {
            settings.insert(name, value.clone());
        }
        for (name, value) in start.recovery {
            settings.insert(name, value.clone());
        }
        for (name, value) in FIXED {
            settings.insert(name, (*value).to_owned());
        }
        settings.insert(
            "unix_socket_directories",
            start.control.display().to_string(),
        );
        settings.insert("hba_file", access.display().to_string());
        settings.insert("ident_file", names.display().to_string());
        settings.insert("data_directory", start.data.display().to_string());
        settings.insert("config_file", config.display().to_string());
        let log_path = start.control.join("log");
        let no_log = |error: io::Error| Failure::system("log", &error);
        let log = fs::File::create(&log_path).map_err(no_log)?;
        // To read, with a place of its own in the file, and opened before anything can put another in its stead.
        let read_log = fs::File::open(&log_path).map_err(no_log)?;
        let mut tool = jail.tool(start.installation.program("postgres")?);
        for (name, value) in &settings {
            tool = tool.arg("-c").arg(format!("{name}={value}"));
        }
        let process = tool.daemon(log)?;
        let mut server = Self {
            installation: start.installation.clone(),
            data: start.data.to_owned(),
            superuser: start.superuser.to_owned(),
            socket: start.control.to_owned(),
            process,
            log: read_log,
        };
        loop {
            if let Ok(Some(status)) = server.process.try_wait() {
                if server.was_killed() {
                    return Err(Failure::new(
                        Reason::OutOfMemory,
                        "the server did not start: the system killed it or one of its processes",
                    ));
                }
                // Why it ended stands at its end.
                let mut log = Vec::new();
                let length = server.log.metadata().map_or(0, |data| data.len());
                let begin = length.saturating_sub(BOOT_LOG);
                let _ = server.log.seek(io::SeekFrom::Start(begin));
                let _ = server.log.by_ref().take(BOOT_LOG).read_to_end(&mut log);
                return Err(boot_failure(&String::from_utf8_lossy(&log), status.code()));
            }
            match server.connect("postgres", deadline) {
                Ok(_) => return Ok(server),
                Err(_) if Instant::now() < deadline => thread::sleep(Duration::from_millis(20)),
                Err(_) => {
                    server.kill();
                    return Err(Failure::new(
                        Reason::DeadlineExceeded,
                        "the server did not take sessions before the deadline",
                    ));
                }
            }
        }
    }

    /// The folder of its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// A session as the superuser. No statement in it outlives the deadline.
    pub fn connect(&self, database: &str, deadline: Instant) -> Result<postgres::Client, Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        let milliseconds = left.as_millis().clamp(1, 2_000_000_000);
        let mut options = format!(
            "-c statement_timeout={milliseconds} -c search_path=pg_catalog -c default_transaction_read_only=off -c event_triggers=off"
        );
        if self.installation.major < 17 {
            // Login triggers, and the setting that stops them, came with PostgreSQL 17.
            options.truncate(options.len() - " -c event_triggers=off".len());
        }
        postgres::Config::new()
            .host_path(&self.socket)
            .user(&self.superuser)
            .dbname(database)
            .application_name("hipaa-iac")
            .options(&options)
            .connect_timeout(
                left.min(Duration::from_secs(10))
                    .max(Duration::from_millis(1)),
            )
            .connect(postgres::NoTls)
            .map_err(|error| {
                let state = error
                    .code()
                    .map_or("no session", postgres::error::SqlState::code);
                Failure::new(Reason::BootFailed, format!("database {database}: {state}"))
            })
    }

    /// The databases that are not the server's own, by name.
    pub fn databases(&self, deadline: Instant) -> Result<Vec<String>, Failure> {
        let query =
            "select datname from pg_database where datallowconn and not datistemplate order by 1";
        let rows = self
            .connect("postgres", deadline)?
            .query(query, &[])
            .map_err(|error| sql_failure(&error, Reason::BootFailed))?;
        Ok(rows.iter().map(|row| row.get::<_, String>(0)).collect())
    }

    /// Whether the system killed it or one of its processes, as it does when memory runs out. The log stays in the scratch. Who spoke with a
    /// process that was killed knows of it before the postmaster says so: that is waited for.
    pub fn was_killed(&mut self) -> bool {
        use std::os::unix::process::ExitStatusExt as _;
        let until = Instant::now() + KILL_IS_TOLD;
        loop {
            let ended = self.process.try_wait().ok().flatten();
            if ended.is_some_and(|status| status.signal() == Some(9)) {
                return true;
            }
            let postmaster = self.process.id();
            if says_killed(self.log_from_start(), postmaster) {
                return true;
            }
            if ended.is_some() || Instant::now() > until {
                return false;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Its log from the start, and no more of it than the limit.
    fn log_from_start(&mut self) -> impl Read {
        let _ = self.log.rewind();
        self.log.by_ref().take(LOG_LIMIT)
    }

    /// Stops it cleanly, so that its files can be checked. True when it went as asked.
    pub fn stop(&mut self, deadline: Instant) -> bool {
        jail::stop(&mut self.process, Signal::SIGINT, deadline).is_ok_and(|status| status.success())
    }

    /// Stops it at once.
    pub fn kill(&mut self) {
        let _ = jail::stop(
            &mut self.process,
            Signal::SIGQUIT,
            Instant::now() + Duration::from_secs(2),
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What an error of SQL means: what the server ran out of, else the reason given. Only the SQLSTATE is told.
pub fn sql_failure(error: &postgres::Error, reason: Reason) -> Failure {
    let Some(code) = error.code() else {
        return Failure::new(Reason::BootFailed, "the server closed the session");
    };
    let reason = match code.code() {
        "53100" => Reason::StorageFull,
        "53200" => Reason::OutOfMemory,
        "57014" => Reason::DeadlineExceeded,
        _ => reason,
    };
    Failure::new(reason, format!("SQLSTATE {}", code.code()))
}

/// Whether the postmaster itself says in the log that a process of the server was killed. What sessions say stands in the log too, but
/// behind the number of another process, and behind a tab where it has several lines.
fn says_killed(log: impl Read, postmaster: u32) -> bool {
    let start = format!("{postmaster} LOG:  ");
    let mut log = BufReader::new(log);
    let mut line = Vec::new();
    let mut is_begin = true;
    loop {
        line.clear();
        let read = log.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut line);
        if !read.is_ok_and(|count| count > 0) {
            return false;
        }
        let was_begin = std::mem::replace(&mut is_begin, line.ends_with(b"\n"));
        let line = String::from_utf8_lossy(&line);
        if was_begin && line.strip_prefix(&start).is_some_and(is_kill) {
            return true;
        }
    }
}

/// `server process (PID 19951) was terminated by signal 9: Killed` (`src/backend/postmaster/postmaster.c`, `LogChildExit`).
fn is_kill(message: &str) -> bool {
    let Some((process, rest)) = message.split_once(" (PID ") else {
        return false;
    };
    // Names of settings and their values, which a dump can choose, are quoted.
    let is_process = !process.contains('"') || process.starts_with("background worker \"");
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    is_process && rest.starts_with(") was terminated by signal 9")
}

/// Why a server did not start, from its log. The log itself stays in the scratch.
fn boot_failure(log: &str, code: Option<i32>) -> Failure {
    let known: &[(&str, Reason, &str)] = &[
        (
            "No space left on device",
            Reason::StorageFull,
            "the scratch is full",
        ),
        ("Cannot allocate memory", Reason::OutOfMemory, "no memory"),
        (
            "could not locate required checkpoint record",
            Reason::WalMissing,
            "the checkpoint record is missing",
        ),
        (
            "could not locate a valid checkpoint record",
            Reason::WalMissing,
            "no valid checkpoint record",
        ),
        (
            "invalid checkpoint record",
            Reason::WalMissing,
            "no valid checkpoint record",
        ),
        (
            "WAL ends before end of online backup",
            Reason::WalMissing,
            "the log ends before the backup's end",
        ),
        (
            "WAL ends before consistent recovery point",
            Reason::WalMissing,
            "the log ends before consistency",
        ),
        (
            "recovery ended before configured recovery target was reached",
            Reason::WalMissing,
            "the log ends before the target",
        ),
        (
            "requested timeline",
            Reason::WalMissing,
            "a timeline is missing",
        ),
        (
            "is not compatible with server",
            Reason::VersionUnsupported,
            "the data folder is of another version",
        ),
        (
            "could not access file",
            Reason::ToolMissing,
            "a library that the backup's settings preload is not installed",
        ),
        // Of the command line: the files of settings that a server reads here are empty.
        (
            "FATAL:  unrecognized configuration parameter",
            Reason::ConfigError,
            "target.engine.postgres.parameters has a setting that this version does not know",
        ),
        (
            "FATAL:  invalid value for parameter",
            Reason::ConfigError,
            "a setting in target.engine.postgres.parameters has no such value",
        ),
        (
            "is outside the valid range for parameter",
            Reason::ConfigError,
            "a setting in target.engine.postgres.parameters has a value that is too small or too large",
        ),
    ];
    for (text, reason, what) in known {
        if log.contains(text) {
            return Failure::new(*reason, format!("the server did not start: {what}"));
        }
    }
    Failure::new(
        Reason::BootFailed,
        format!(
            "the server did not start (exit code {})",
            code.unwrap_or(-1)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PostgreSQL 15.18 wrote before a process of it was killed, of a session that says what the postmaster would, and of a
    /// setting.
    const BEFORE: &str = "\
19913 LOG:  starting PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14+deb12u1) 12.2.0, 64-bit
19913 LOG:  database system is ready to accept connections
19933 LOG:  server process (PID 1) was terminated by signal 9: Killed
19933 ERROR:  x
\t19913 LOG:  server process (PID 1) was terminated by signal 9: Killed
19913 LOG:  received SIGHUP, reloading configuration files
19913 LOG:  parameter \"application_name\" changed to \"server process (PID 1) was terminated by signal 9: Killed\"
";

    const KILLED: &str = "19913 LOG:  server process (PID 19951) was terminated by signal 9: Killed\n19913 LOG:  terminating any other active server processes\n";

    #[test]
    fn only_the_postmaster_says_that_a_process_was_killed() {
        assert!(!says_killed(BEFORE.as_bytes(), 19913));
        let log = format!("{BEFORE}{KILLED}");
        assert!(says_killed(log.as_bytes(), 19913));
        assert!(!says_killed(log.as_bytes(), 1991));
        let aborted = KILLED.replace("signal 9: Killed", "signal 6: Aborted");
        assert!(!says_killed(aborted.as_bytes(), 19913));
    }

    #[test]
    fn what_is_fixed_cannot_be_asked_for() {
        for (name, _) in FIXED {
            assert!(!crate::config::may_set(name), "{name}");
        }
    }

    /// What PostgreSQL 15.18 says of a command line with such settings.
    #[test]
    fn a_wrong_setting_is_no_fault_of_the_backup() {
        for line in [
            "postgres: FATAL:  unrecognized configuration parameter \"shared_bufers\"",
            "29169 FATAL:  invalid value for parameter \"shared_buffers\": \"lots\"",
            "29172 FATAL:  -5 is outside the valid range for parameter \"max_connections\" (1 .. 262143)",
        ] {
            assert_eq!(
                boot_failure(line, Some(1)).reason,
                Reason::ConfigError,
                "{line}"
            );
        }
    }

    #[test]
    fn a_line_of_any_length_is_one_line() {
        let limit = usize::try_from(LINE_LIMIT).unwrap();
        for length in [limit - 1, limit, limit + 1, 3 * limit] {
            let long = "x".repeat(length);
            assert!(!says_killed(format!("{long}{KILLED}").as_bytes(), 19913));
            assert!(says_killed(format!("{long}\n{KILLED}").as_bytes(), 19913));
        }
    }
}
