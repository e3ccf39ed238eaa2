//! Running tools: without network, without privileges, with an empty environment, and never past a deadline.
//!
//! A restored database is somebody else's code run by a superuser (functions, `COPY … PROGRAM`, extension scripts).
//! Each process that may run it starts through this program itself ([`execute`]), which gives up what it has before
//! it becomes the tool: privileges, core dumps, every kind of socket but local ones, and the machine's files where
//! it has no root of its own.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, BufRead as _, BufReader, Read, Write},
    os::unix::process::{CommandExt as _, ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Instant,
};

use landlock::{
    ABI, Access as _, AccessFs, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, Scope, path_beneath_rules,
};
use nix::{
    errno::Errno,
    sched::{CloneFlags, unshare},
    sys::{
        prctl,
        resource::{Resource, setrlimit},
        signal::{Signal, killpg},
    },
    unistd::{Gid, Pid, Uid, setgroups, setresgid, setresuid},
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use serde::{Deserialize, Serialize};

use crate::{context::Failure, result::Reason};

/// The argument that makes this program [`execute`].
pub(crate) const EXECUTE: &str = "__restore-exec";

/// The most that is kept of a tool's standard output or standard error, in bytes.
pub const OUTPUT_LIMIT: usize = 4 << 20;

/// The longest piece of a line that is read at once, in bytes.
const LINE_LIMIT: u64 = 1 << 14;

/// Who a tool runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Identity {
    /// As this process.
    Keep,
    /// As another user, for PostgreSQL refuses root.
    User { uid: u32, gid: u32 },
    /// As an ordinary user of a user namespace inside of this one, which maps to this process's user.
    Namespace { uid: u32, gid: u32 },
}

/// What tools may open of a machine whose files they see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reach {
    /// The scratch.
    pub(crate) scratch: PathBuf,
    /// The folders of the backup, to read.
    pub(crate) backup: Vec<PathBuf>,
}

/// How a tool starts: what [`execute`] is told.
#[derive(Serialize, Deserialize)]
struct Terms {
    identity: Identity,
    reach: Option<Reach>,
}

/// Runs tools.
#[derive(Clone, Debug)]
pub struct Jail {
    /// This program.
    pub(crate) program: PathBuf,
    pub(crate) identity: Identity,
    /// None in a root of its own, and where the kernel has no Landlock.
    pub(crate) reach: Option<Reach>,
    /// The folder that is `HOME` and `TMPDIR`.
    pub(crate) home: PathBuf,
}

impl Jail {
    /// A tool that is yet to be run.
    pub fn tool(&self, program: impl AsRef<OsStr>) -> Tool {
        let mut command = Command::new(&self.program);
        let terms = Terms {
            identity: self.identity,
            reach: self.reach.clone(),
        };
        let terms = serde_json::to_string(&terms).unwrap_or_default();
        command.args([OsStr::new(EXECUTE), OsStr::new(&terms)]);
        command.arg(program.as_ref());
        command
            .env_clear()
            .env("PATH", PATH)
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("HOME", &self.home)
            .env("TMPDIR", &self.home)
            .current_dir(&self.home)
            .process_group(0);
        Tool {
            command,
            name: Path::new(program.as_ref())
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
        }
    }

    /// A jail for tools that read the backup's own folder, whose files may be readable by root alone. It has no
    /// network either; it must not run anything that came with a backup.
    pub fn reader(&self) -> Self {
        let identity = match self.identity {
            Identity::User { .. } => Identity::Keep,
            other => other,
        };
        Self {
            identity,
            ..self.clone()
        }
    }

    /// Gives a folder and all that is in it to the user that tools run as.
    pub fn own_all(&self, folder: &Path) -> Result<(), Failure> {
        if !matches!(self.identity, Identity::User { .. }) {
            return Ok(());
        }
        let failed = |error: io::Error| Failure::system("scratch", &error);
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            self.own(&next)?;
            for entry in std::fs::read_dir(&next).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                if entry.file_type().map_err(failed)?.is_dir() {
                    folders.push(entry.path());
                } else {
                    self.own(&entry.path())?;
                }
            }
        }
        Ok(())
    }

    /// Gives a file or an empty folder to the user that tools run as.
    pub fn own(&self, path: &Path) -> Result<(), Failure> {
        if let Identity::User { uid, gid } = self.identity {
            std::os::unix::fs::lchown(path, Some(uid), Some(gid))
                .map_err(|error| Failure::system("scratch", &error))?;
        }
        Ok(())
    }

    /// Makes a folder that tools may write to, readable by nobody else.
    pub fn folder(&self, path: &Path) -> Result<(), Failure> {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(|error| Failure::system("scratch", &error))?;
        self.own(path)
    }

    /// Makes a file that tools may read, readable by nobody else.
    pub fn file(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        use std::os::unix::fs::OpenOptionsExt as _;
        File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(|error| Failure::system("scratch", &error))?;
        self.own(path)
    }
}

/// The folders that have the machine's programs.
pub(crate) const PROGRAMS: [&str; 8] = [
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt",
];
/// What programs are found by.
pub(crate) const LINKS: [&str; 2] = ["/etc/ld.so.cache", "/etc/alternatives"];
/// Devices that programs need.
pub(crate) const DEVICES: [&str; 5] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];
/// What programs ask for the name of their user, and how `OpenSSL` (on Debian and on Red Hat) and `GnuPG` (2.3 and later) are set up: what
/// is there and may not be read is an error to some, unlike what is not there.
const NAMES: [&str; 7] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/etc/ssl/openssl.cnf",
    "/etc/pki/tls/openssl.cnf",
    "/etc/crypto-policies",
    "/etc/gnupg",
];

/// Where tools are looked for.
pub(crate) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The place of a program on the path of tools.
pub fn find(program: &str) -> Result<PathBuf, Failure> {
    std::env::split_paths(PATH)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .ok_or_else(|| Failure::new(Reason::ToolMissing, format!("{program} is not installed")))
}

/// A tool that is yet to be run.
#[derive(Debug)]
pub struct Tool {
    command: Command,
    name: String,
}

/// What a tool left. Its text may quote rows of the database: it is for matching, never for showing.
#[derive(Debug)]
pub struct Output {
    /// The exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The first [`OUTPUT_LIMIT`] bytes of standard output.
    pub stdout: Vec<u8>,
    /// The first [`OUTPUT_LIMIT`] bytes of standard error.
    pub stderr: Vec<u8>,
    /// Whether it was stopped at its deadline.
    pub timed_out: bool,
    name: String,
}

impl Output {
    /// Whether it exited with 0.
    pub fn success(&self) -> bool {
        self.code == Some(0) && !self.timed_out
    }

    /// Standard output, bytes that are not UTF-8 replaced.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error, bytes that are not UTF-8 replaced.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// The failure of a tool that did not succeed: what the system did to it, else the reason given.
    pub fn failure(&self, reason: Reason) -> Failure {
        let text = self.stderr_text();
        let (reason, how) = if self.timed_out {
            (
                Reason::DeadlineExceeded,
                "was stopped at its deadline".to_owned(),
            )
        } else if text.contains("No space left on device") || text.contains("disk full") {
            (Reason::StorageFull, "found the scratch full".to_owned())
        } else if self.signal == Some(9) || text.contains("Cannot allocate memory") {
            (
                Reason::OutOfMemory,
                "was killed or found no memory".to_owned(),
            )
        } else {
            let how = match (self.code, self.signal) {
                (Some(code), _) => format!("exited with {code}"),
                (None, Some(signal)) => format!("was ended by signal {signal}"),
                (None, None) => "ended".to_owned(),
            };
            (reason, how)
        };
        Failure::new(reason, format!("{} {how}", self.name))
    }

    /// Itself when the tool succeeded, else [`Self::failure`].
    pub fn or_fail(self, reason: Reason) -> Result<Self, Failure> {
        if self.success() {
            Ok(self)
        } else {
            Err(self.failure(reason))
        }
    }
}

impl Tool {
    /// Adds an argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end without input.
    pub fn run(self, deadline: Instant) -> Result<Output, Failure> {
        self.feed(&mut io::empty(), deadline)
            .map(|(output, _)| output)
    }

    /// Runs it to its end with a stream as its standard input. The second value is what went wrong with the stream
    /// itself, if anything: a tool that reads a cut stream may well succeed.
    pub fn feed(
        self,
        input: &mut dyn Read,
        deadline: Instant,
    ) -> Result<(Output, Option<io::Error>), Failure> {
        self.feed_and_sift(input, deadline, |line, kept| kept.extend_from_slice(line))
    }

    /// As [`Self::feed`], where `sift` is given each line of standard error, or a piece of a long one, and appends what is to be kept.
    pub fn feed_and_sift(
        mut self,
        input: &mut dyn Read,
        deadline: Instant,
        sift: impl FnMut(&[u8], &mut Vec<u8>) + Send + 'static,
    ) -> Result<(Output, Option<io::Error>), Failure> {
        let mut child = self.spawn(Stdio::piped(), Stdio::piped(), Stdio::piped())?;
        let stdin = child.stdin.take();
        let watch = Watch::over(&child, deadline);
        let stdout = collect(child.stdout.take());
        let stderr = collect_sifted(child.stderr.take(), sift);
        let mut problem = None;
        if let Some(stdin) = stdin {
            problem = copy(input, stdin);
        }
        let status = child.wait();
        let timed_out = watch.end();
        let status = status.map_err(|error| Failure::system(&self.name, &error))?;
        let stdout = stdout.join().unwrap_or_default();
        let stderr = stderr.join().unwrap_or_default();
        Ok((
            Output {
                code: status.code(),
                signal: status.signal(),
                stdout,
                stderr,
                timed_out,
                name: self.name,
            },
            problem,
        ))
    }

    /// Starts it as a filter: reads from one stream, is read from as another. Its end is judged by
    /// [`Filter::finish`].
    pub fn filter(
        mut self,
        mut input: Box<dyn Read + Send>,
        deadline: Instant,
    ) -> Result<Filter, Failure> {
        let mut child = self.spawn(Stdio::piped(), Stdio::piped(), Stdio::piped())?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take();
        let stderr = collect(child.stderr.take());
        let watch = Watch::over(&child, deadline);
        let feeder = thread::spawn(move || stdin.and_then(|stdin| copy(&mut *input, stdin)));
        Ok(Filter {
            child,
            stdout,
            stderr: Some(stderr),
            feeder: Some(feeder),
            watch: Some(watch),
            name: self.name,
        })
    }

    /// Starts it with its output in a file, and leaves it running.
    pub(crate) fn daemon(mut self, log: File) -> Result<Child, Failure> {
        let other = log
            .try_clone()
            .map_err(|error| Failure::system("log", &error))?;
        self.spawn(Stdio::null(), Stdio::from(log), Stdio::from(other))
    }

    fn spawn(&mut self, stdin: Stdio, stdout: Stdio, stderr: Stdio) -> Result<Child, Failure> {
        self.command
            .stdin(stdin)
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .map_err(|error| Failure::system(&self.name, &error))
    }
}

/// A tool that runs as a filter.
#[derive(Debug)]
pub struct Filter {
    child: Child,
    stdout: Option<std::process::ChildStdout>,
    stderr: Option<thread::JoinHandle<Vec<u8>>>,
    feeder: Option<thread::JoinHandle<Option<io::Error>>>,
    watch: Option<Watch>,
    name: String,
}

impl Read for Filter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stdout.as_mut().map_or(Ok(0), |out| out.read(buffer))
    }
}

impl Filter {
    /// Waits for its end; its output must have been read.
    pub fn finish(mut self) -> Result<(Output, Option<io::Error>), Failure> {
        drop(self.stdout.take());
        let status = self.child.wait();
        let timed_out = self.watch.take().is_some_and(Watch::end);
        let problem = self
            .feeder
            .take()
            .and_then(|feeder| feeder.join().ok())
            .flatten();
        let stderr = self
            .stderr
            .take()
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default();
        let status = status.map_err(|error| Failure::system(&self.name, &error))?;
        Ok((
            Output {
                code: status.code(),
                signal: status.signal(),
                stdout: Vec::new(),
                stderr,
                timed_out,
                name: std::mem::take(&mut self.name),
            },
            problem,
        ))
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        if self.watch.is_some() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Copies a stream into a tool. A tool that stops reading ends the copy, and its exit code says why.
fn copy(input: &mut dyn Read, mut to: impl Write) -> Option<io::Error> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => return None,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Some(error),
        };
        if to
            .write_all(buffer.get(..count).unwrap_or_default())
            .is_err()
        {
            return None;
        }
    }
}

fn collect(from: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    collect_sifted(from, |line, kept| kept.extend_from_slice(line))
}

fn collect_sifted(
    from: Option<impl Read + Send + 'static>,
    mut sift: impl FnMut(&[u8], &mut Vec<u8>) + Send + 'static,
) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut kept = Vec::new();
        let Some(from) = from else { return kept };
        let mut from = BufReader::with_capacity(1 << 14, from);
        let mut line = Vec::new();
        loop {
            line.clear();
            match from.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return kept,
                Ok(_) if kept.len() < OUTPUT_LIMIT => {
                    sift(&line, &mut kept);
                    kept.truncate(OUTPUT_LIMIT);
                }
                Ok(_) => {}
            }
        }
    })
}

/// Kills a process group at a deadline.
#[derive(Debug)]
struct Watch {
    done: mpsc::Sender<()>,
    thread: thread::JoinHandle<bool>,
}

impl Watch {
    fn over(child: &Child, deadline: Instant) -> Self {
        let (done, wait) = mpsc::channel();
        let group = i32::try_from(child.id()).unwrap_or(i32::MAX);
        let thread = thread::spawn(move || {
            let left = deadline.saturating_duration_since(Instant::now());
            let late = wait.recv_timeout(left) == Err(mpsc::RecvTimeoutError::Timeout);
            if late {
                let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
            }
            late
        });
        Self { done, thread }
    }

    /// Stands it down. True when it had to kill.
    fn end(self) -> bool {
        let _ = self.done.send(());
        self.thread.join().unwrap_or(false)
    }
}

/// Stops a process of [`Tool::daemon`]: asks, waits, kills.
pub(crate) fn stop(child: &mut Child, signal: Signal, deadline: Instant) -> io::Result<ExitStatus> {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or(i32::MAX));
    let _ = nix::sys::signal::kill(pid, signal);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= deadline {
            let _ = killpg(pid, Signal::SIGKILL);
            return child.wait();
        }
        thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// What this program does when it is started as [`EXECUTE`]: gives up what it has and becomes the tool.
pub(crate) fn execute(mut arguments: impl Iterator<Item = OsString>) -> io::Error {
    let terms = arguments
        .next()
        .and_then(|text| serde_json::from_str(text.to_str()?).ok());
    let (Some(terms), Some(program)) = (terms, arguments.next()) else {
        return io::Error::from(io::ErrorKind::InvalidInput);
    };
    if let Err(error) = give_up(&terms) {
        return error;
    }
    Command::new(program).args(arguments).exec()
}

fn give_up(terms: &Terms) -> io::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    match terms.identity {
        Identity::Keep => {}
        Identity::User { uid, gid } => {
            match setgroups(&[]) {
                Ok(()) | Err(Errno::EPERM) => {}
                Err(error) => return Err(error.into()),
            }
            let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
            setresgid(gid, gid, gid)?;
            setresuid(uid, uid, uid)?;
        }
        Identity::Namespace { uid, gid } => {
            unshare(CloneFlags::CLONE_NEWUSER)?;
            std::fs::write("/proc/self/setgroups", "deny")?;
            std::fs::write("/proc/self/gid_map", format!("{gid} 0 1"))?;
            std::fs::write("/proc/self/uid_map", format!("{uid} 0 1"))?;
        }
    }
    // Cleared by a change of user, so after it.
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    prctl::set_no_new_privs()?;
    if let Some(reach) = &terms.reach {
        confine(reach).map_err(io::Error::other)?;
    }
    for filter in [local_sockets_only(), old_clone_only()] {
        let filter = filter.map_err(io::Error::other)?;
        seccompiler::apply_filter(&filter).map_err(io::Error::other)?;
    }
    Ok(())
}

/// Whether the kernel can keep a process from the machine's files: Landlock in its second version (Linux 5.19), for in the first one no
/// file goes from one folder to another.
pub(crate) fn has_landlock() -> bool {
    rules().and_then(Ruleset::create).is_ok()
}

/// Rules of Landlock that allow nothing yet: what the second version knows, and what the kernel has beyond it.
fn rules() -> Result<Ruleset, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V2))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V6))?
        .scope(Scope::from_all(ABI::V6))
}

/// Keeps this process, and all that come from it, from opening any file of the machine but programs and what it works on.
fn confine(reach: &Reach) -> Result<(), RulesetError> {
    let read = AccessFs::from_read(ABI::V6);
    let machine = PROGRAMS.iter().chain(&LINKS).chain(&NAMES);
    let device = AccessFs::ReadFile | AccessFs::WriteFile;
    rules()?
        .create()?
        .add_rules(path_beneath_rules(machine, read))?
        .add_rules(path_beneath_rules(&reach.backup, read))?
        .add_rules(path_beneath_rules(DEVICES, device))?
        // Which descriptors are its own; of other processes no more than their numbers.
        .add_rules(path_beneath_rules(["/proc"], AccessFs::ReadDir))?
        .add_rules(path_beneath_rules(
            [&reach.scratch],
            AccessFs::from_all(ABI::V6),
        ))?
        .restrict_self()
        .map(drop)
}

/// Sockets of the local kind only, and no way round it: no `io_uring`, no foreign system call tables, no new
/// namespaces (where a process would be root again), no tracing of others. With [`old_clone_only`].
fn local_sockets_only() -> Result<BpfProgram, seccompiler::BackendError> {
    const LOCAL: u64 = nix::libc::AF_UNIX as u64;
    let other_family = || {
        SeccompRule::new(vec![SeccompCondition::new(
            0,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::Ne,
            LOCAL,
        )?])
    };
    // Each kind of namespace has a flag of its own. Threads and processes are made with none of them.
    let new_namespace = |flag: CloneFlags| {
        let flag = u64::from(flag.bits().cast_unsigned());
        SeccompRule::new(vec![SeccompCondition::new(
            0,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::MaskedEq(flag),
            flag,
        )?])
    };
    let namespaces = [
        CloneFlags::CLONE_NEWNS,
        CloneFlags::CLONE_NEWCGROUP,
        CloneFlags::CLONE_NEWUTS,
        CloneFlags::CLONE_NEWIPC,
        CloneFlags::CLONE_NEWUSER,
        CloneFlags::CLONE_NEWPID,
        CloneFlags::CLONE_NEWNET,
    ];
    let mut rules = vec![
        (nix::libc::SYS_socket, vec![other_family()?]),
        (nix::libc::SYS_socketpair, vec![other_family()?]),
        (
            nix::libc::SYS_clone,
            namespaces
                .into_iter()
                .map(new_namespace)
                .collect::<Result<_, _>>()?,
        ),
    ];
    for call in [
        nix::libc::SYS_io_uring_setup,
        nix::libc::SYS_unshare,
        nix::libc::SYS_setns,
        nix::libc::SYS_ptrace,
        nix::libc::SYS_process_vm_readv,
        nix::libc::SYS_process_vm_writev,
        nix::libc::SYS_pidfd_getfd,
        nix::libc::SYS_mount,
        nix::libc::SYS_bpf,
        nix::libc::SYS_keyctl,
        nix::libc::SYS_add_key,
        nix::libc::SYS_request_key,
    ] {
        rules.push((call, Vec::new()));
    }
    // The x32 table of amd64: the same calls by other numbers, of which `ptrace` and `process_vm_*` have their own.
    #[cfg(target_arch = "x86_64")]
    {
        let calls: Vec<_> = rules.iter().map(|(call, _)| *call).collect();
        for call in calls.into_iter().chain([521, 539, 540]) {
            rules.push((call | X32, Vec::new()));
        }
    }
    filter(rules, nix::libc::EPERM as u32)
}

/// The bit that makes a number one of the x32 table of amd64; elsewhere no call has it.
const X32: i64 = 0x4000_0000;

/// No `clone3`, whose flags lie in memory where no filter sees them. Where it is not there, `clone` is used.
fn old_clone_only() -> Result<BpfProgram, seccompiler::BackendError> {
    let calls = [nix::libc::SYS_clone3, nix::libc::SYS_clone3 | X32];
    let rules = calls.map(|call| (call, Vec::new()));
    filter(rules.into(), nix::libc::ENOSYS as u32)
}

/// A filter that answers calls with an error.
fn filter(
    rules: Vec<(i64, Vec<SeccompRule>)>,
    error: u32,
) -> Result<BpfProgram, seccompiler::BackendError> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(
        rules.into_iter().collect(),
        SeccompAction::Allow,
        SeccompAction::Errno(error),
        architecture,
    )?
    .try_into()
}
