//! The sandbox's own side: how it comes to stand, and its first process.
//!
//! The program starts itself twice. The first start ([`enter`]) makes the namespaces and waits; the second
//! ([`init`]) is process 1 of the new ones, mounts a root of its own, and does the work. Process 1 never changes its
//! user: a change would clear its parent-death signal (prctl(2)), and a killed caller would leave a server with the
//! data behind it. When process 1 ends, for whatever reason, the kernel kills every process of the namespace and the
//! file system in memory goes with the last of them.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File},
    io::{self, BufReader, Read as _, Write as _},
    os::{
        fd::AsFd as _,
        unix::{
            fs::{DirBuilderExt as _, PermissionsExt as _},
            net::UnixStream,
        },
    },
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use nix::{
    mount::{MntFlags, MsFlags, mount, umount2},
    sched::{CloneFlags, unshare},
    sys::{
        prctl,
        resource::{Resource, setrlimit},
        signal::{Signal, kill},
        statvfs::{FsFlags, statvfs},
    },
    unistd::{Pid, chdir, getgid, getppid, getuid, pivot_root},
};

use crate::{
    check::{self, Stage},
    config::SecretRef,
    context::{Context, Event, Failure, Input, Secrets, Seen},
    jail::{self, Identity, Jail, Reach},
    location::open_file,
    protocol::{Done, Frames, Kind, Layout, Message, Request, read_request, seconds_since},
    result::{Phase, Reason},
    source,
};

/// The argument that makes this program [`enter`].
pub(crate) const ENTER: &str = "__restore-sandbox";
/// The argument that makes this program [`guard`].
pub(crate) const GUARD: &str = "__restore-guard";
/// The argument that makes this program [`init`].
const INIT: &str = "__restore-init";

/// The user that tools run as where there is a choice: `nonroot` of the usual images, which owns nothing.
const NONROOT: u32 = 65532;

/// The longest secret, in bytes.
const SECRET_LIMIT: u64 = 1 << 16;

/// Runs a part of the sandbox when the program was started as one. A program that runs verifications calls this
/// first, before it makes any thread.
pub fn dispatch() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next()?;
    if first == jail::EXECUTE {
        let error = jail::execute(arguments);
        // 127: the convention of shells for a program that cannot be run.
        let _ = writeln!(io::stderr(), "{error}");
        return Some(ExitCode::from(127));
    }
    if first == GUARD {
        guard(arguments);
        return Some(ExitCode::SUCCESS);
    }
    let stage: fn(Layout) -> Result<(), String> = if first == ENTER {
        enter
    } else if first == INIT {
        init
    } else {
        return None;
    };
    let layout = arguments
        .next()
        .and_then(|text: OsString| serde_json::from_str(text.to_str()?).ok());
    Some(match layout.map(stage) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(problem)) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
        None => ExitCode::FAILURE,
    })
}

/// Empties folders when the caller goes, however it ends: the other end of standard input is the caller's alone.
fn guard(folders: impl Iterator<Item = OsString>) {
    let mut input = io::stdin().lock();
    let mut byte = [0];
    while !matches!(input.read(&mut byte), Ok(0) | Err(_)) {}
    for folder in folders {
        crate::scratch::empty(Path::new(&folder));
    }
}

fn told<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| format!("{what}: {error}"))
}

/// Dies with the process that started this one. With data on disk the lifeline alone says when to end, for then
/// there is something to do before.
fn die_with(layout: &Layout) -> Result<(), String> {
    if layout.memory.is_none() {
        return Ok(());
    }
    told("prctl", prctl::set_pdeathsig(Signal::SIGKILL))?;
    let parent = layout.parent;
    // It may have gone before the signal was asked for. A parent outside of the namespace has the number 0.
    if parent != 0 && getppid().as_raw() != parent {
        return Err("the caller is gone".to_owned());
    }
    Ok(())
}

fn enter(layout: Layout) -> Result<(), String> {
    die_with(&layout)?;
    let apart = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS;
    match layout.kind {
        Kind::Root => told("namespaces", unshare(apart))?,
        Kind::User => {
            let (uid, gid) = (getuid(), getgid());
            told("namespaces", unshare(apart | CloneFlags::CLONE_NEWUSER))?;
            told("setgroups", fs::write("/proc/self/setgroups", "deny"))?;
            told(
                "gid_map",
                fs::write("/proc/self/gid_map", format!("0 {gid} 1")),
            )?;
            told(
                "uid_map",
                fs::write("/proc/self/uid_map", format!("0 {uid} 1")),
            )?;
        }
        Kind::Folder => {}
    }
    if layout.kind != Kind::Folder {
        // Nothing that is mounted from here on is seen outside.
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        told(
            "mount",
            mount(None::<&str>, "/", None::<&str>, private, None::<&str>),
        )?;
    }
    told("subreaper", prctl::set_child_subreaper(true))?;
    let parent = if layout.kind == Kind::Folder {
        i32::try_from(std::process::id()).unwrap_or(0)
    } else {
        0
    };
    let inner = Layout { parent, ..layout };
    let text = told("layout", serde_json::to_string(&inner))?;
    let mut child = told(
        "start",
        Command::new(&inner.program).arg(INIT).arg(text).spawn(),
    )?;
    let status = told("wait", child.wait())?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the sandbox ended: {status}"))
    }
}

/// The places inside of the sandbox.
struct Places {
    program: PathBuf,
    scratch: PathBuf,
    tree: Option<PathBuf>,
    wal: Option<PathBuf>,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it owns what it works on to its end"
)]
fn init(layout: Layout) -> Result<(), String> {
    die_with(&layout)?;
    told("rlimit", setrlimit(Resource::RLIMIT_CORE, 0, 0))?;
    told("subreaper", prctl::set_child_subreaper(true))?;
    let lifeline = UnixStream::from(told("lifeline", io::stderr().as_fd().try_clone_to_owned())?);
    // Held as long as this process lives: who can lock it alone knows that the run is over.
    let lock = told("lock", File::open(layout.run.join(crate::scratch::LOCK)))?;
    told("lock", lock.lock_shared())?;
    let disk = layout
        .memory
        .is_none()
        .then(|| layout.run.join(crate::scratch::DATA));
    let identity = identity(&layout);
    let mut secrets = None;
    let mut input = BufReader::with_capacity(1 << 17, io::stdin());
    let mut request = None;
    if !layout.probe {
        let asked = told("request", read_request(&mut input))?;
        secrets = Some(read_secrets(
            &layout.secrets,
            &asked.verification.secret_refs(),
        ));
        request = Some(asked);
    }
    let places = match layout.kind {
        Kind::Folder => {
            let data = layout.run.join(crate::scratch::DATA);
            Places {
                program: layout.program.clone(),
                scratch: data,
                tree: layout.tree.clone(),
                wal: layout.wal.clone(),
            }
        }
        Kind::Root | Kind::User => told("root", new_root(&layout))?,
    };
    told("prctl", prctl::set_dumpable(false))?;
    watch(lifeline, disk.clone(), layout.kind);
    let Some(request) = request else {
        // The probe runs one tool, for the tools have a step of their own.
        let jail = jail_of(&places, identity, layout.kind)?;
        let output = jail
            .tool("/bin/true")
            .run(Instant::now() + Duration::from_secs(10))
            .map_err(|failure| failure.to_string())?;
        say(&Message::Ready);
        return if output.success() {
            Ok(())
        } else {
            Err("a tool cannot be run".to_owned())
        };
    };
    let jail = jail_of(&places, identity, layout.kind)?;
    say(&Message::Ready);
    let done = work(request, secrets.unwrap_or_default(), &places, jail, input);
    // Whoever notices first that the caller has gone removes the data; this thread does not end the process before that is done. Nor is data on
    // disk left to the caller, which may be killed before it comes to that.
    if !say(&Message::Done(Box::new(done))) || disk.is_some() || LEAVING.load(Ordering::Acquire) {
        leave(disk.as_deref(), layout.kind);
    }
    drop(lock);
    Ok(())
}

/// Whether the sandbox is being ended from within.
static LEAVING: AtomicBool = AtomicBool::new(false);

fn jail_of(places: &Places, identity: Identity, kind: Kind) -> Result<Jail, String> {
    let home = places.scratch.join("home");
    let reach = (kind == Kind::Folder && jail::has_landlock()).then(|| Reach {
        scratch: places.scratch.clone(),
        backup: places.tree.iter().chain(&places.wal).cloned().collect(),
    });
    let jail = Jail {
        program: places.program.clone(),
        identity,
        reach,
        home: home.clone(),
    };
    jail.own(&places.scratch)
        .map_err(|failure| failure.to_string())?;
    jail.folder(&home).map_err(|failure| failure.to_string())?;
    Ok(jail)
}

/// Who tools run as.
fn identity(layout: &Layout) -> Identity {
    match layout.kind {
        Kind::Root => Identity::User {
            uid: NONROOT,
            gid: NONROOT,
        },
        Kind::User => Identity::Namespace {
            uid: NONROOT,
            gid: NONROOT,
        },
        // Never the user of a server of this machine: what is restored is somebody else's code, and here it sees the machine's files. It
        // must be one that has a name, which initdb asks for.
        Kind::Folder if getuid().is_root() => nix::unistd::User::from_name("nobody")
            .ok()
            .flatten()
            .map_or(
                Identity::User {
                    uid: NONROOT,
                    gid: NONROOT,
                },
                |user| Identity::User {
                    uid: user.uid.as_raw(),
                    gid: user.gid.as_raw(),
                },
            ),
        Kind::Folder => Identity::Keep,
    }
}

/// Ends this process, and with it the sandbox, when the caller goes.
fn watch(mut lifeline: UnixStream, disk: Option<PathBuf>, kind: Kind) {
    thread::spawn(move || {
        let mut byte = [0];
        while !matches!(lifeline.read(&mut byte), Ok(0) | Err(_)) {}
        leave(disk.as_deref(), kind)
    });
}

/// Kills what runs here, removes what is on disk, and ends.
#[expect(
    clippy::exit,
    reason = "the first process of a sandbox has nobody to return to"
)]
fn leave(disk: Option<&Path>, kind: Kind) -> ! {
    LEAVING.store(true, Ordering::Release);
    kill_all(kind);
    if let Some(disk) = disk {
        // Behind a root of its own the folder is the scratch.
        let here = if kind == Kind::Folder {
            disk
        } else {
            Path::new(SCRATCH)
        };
        for _ in 0..50 {
            crate::scratch::empty(here);
            kill_all(kind);
            if fs::read_dir(here).is_ok_and(|mut left| left.next().is_none()) {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
    std::process::exit(1)
}

/// Kills every other process of the sandbox.
fn kill_all(kind: Kind) {
    if kind == Kind::Folder {
        crate::scratch::kill_descendants();
    } else {
        // In a namespace of our own, all but this one.
        let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
    }
}

/// Tells the caller; whether it is still there.
fn say(message: &Message) -> bool {
    static OUT: Mutex<()> = Mutex::new(());
    let _alone = OUT.lock().unwrap_or_else(PoisonError::into_inner);
    let Ok(mut line) = serde_json::to_vec(message) else {
        return true;
    };
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).is_ok()
}

fn read_secrets(folder: &Path, references: &[SecretRef]) -> Secrets {
    let mut all = BTreeMap::new();
    for reference in references {
        let mut bytes = Vec::new();
        let read = open_file(&folder.join(&reference.name).join(&reference.key))
            .and_then(|file| file.take(SECRET_LIMIT).read_to_end(&mut bytes));
        // What is missing is told by the one that needs it.
        if read.is_ok() {
            all.insert(reference.clone(), bytes);
        }
    }
    Secrets(all)
}

/// The scratch, inside of a root of its own.
const SCRATCH: &str = "/scratch";

/// A root with the machine's programs, read-only, and nothing of its data.
fn new_root(layout: &Layout) -> Result<Places, String> {
    let root = layout.run.join(crate::scratch::ROOT);
    let size = layout.memory.unwrap_or(16 << 20);
    let plain = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    // `noswap` is of Linux 6.4, and not for user namespaces.
    let options = format!("mode=0755,size={size}");
    let unswapped = format!("{options},noswap");
    if mount(
        Some("tmpfs"),
        &root,
        Some("tmpfs"),
        plain,
        Some(unswapped.as_str()),
    )
    .is_err()
    {
        told(
            "tmpfs",
            mount(
                Some("tmpfs"),
                &root,
                Some("tmpfs"),
                plain,
                Some(options.as_str()),
            ),
        )?;
    }
    let folder = |path: &str, mode: u32| {
        let path = root.join(path.trim_start_matches('/'));
        told(
            "folder",
            fs::DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(&path)
                .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(mode))),
        )
    };
    for path in ["/dev", "/proc", "/etc", "/run", "/var"] {
        folder(path, 0o755)?;
    }
    folder("/tmp", 0o1777)?;
    folder("/dev/shm", 0o1777)?;
    folder(SCRATCH, 0o700)?;
    let bind = |from: &Path, to: &Path| -> Result<(), String> {
        let to = root.join(to.strip_prefix("/").unwrap_or(to));
        if from.is_dir() {
            told("folder", fs::create_dir_all(&to))?;
        } else {
            told("file", File::create(&to).map(drop))?;
        }
        read_only(from, &to)
    };
    for path in jail::PROGRAMS {
        let path = Path::new(path);
        match fs::symlink_metadata(path) {
            Ok(data) if data.is_symlink() => {
                let to = told("link", fs::read_link(path))?;
                let at = root.join(path.strip_prefix("/").unwrap_or(path));
                told("link", std::os::unix::fs::symlink(to, at))?;
            }
            Ok(data) if data.is_dir() => bind(path, path)?,
            _ => {}
        }
    }
    for path in jail::LINKS {
        if Path::new(path).exists() {
            bind(Path::new(path), Path::new(path))?;
        }
    }
    for device in jail::DEVICES {
        let to = root.join(device.trim_start_matches('/'));
        told("device", File::create(&to).map(drop))?;
        told(
            "device",
            mount(
                Some(device),
                &to,
                None::<&str>,
                MsFlags::MS_BIND,
                None::<&str>,
            ),
        )?;
    }
    for (to, link) in [
        ("/proc/self/fd", "dev/fd"),
        ("/proc/self/fd/0", "dev/stdin"),
        ("/proc/self/fd/1", "dev/stdout"),
        ("/proc/self/fd/2", "dev/stderr"),
    ] {
        told("link", std::os::unix::fs::symlink(to, root.join(link)))?;
    }
    let users = format!(
        "root:x:0:0:root:{SCRATCH}:/bin/false\npostgres:x:{NONROOT}:{NONROOT}:postgres:{SCRATCH}:/bin/false\n"
    );
    told("passwd", fs::write(root.join("etc/passwd"), users))?;
    told(
        "group",
        fs::write(
            root.join("etc/group"),
            format!("root:x:0:\npostgres:x:{NONROOT}:\n"),
        ),
    )?;
    told(
        "nsswitch",
        fs::write(
            root.join("etc/nsswitch.conf"),
            "passwd: files\ngroup: files\n",
        ),
    )?;
    bind(&layout.program, Path::new("/hipaa-iac"))?;
    let mut places = Places {
        program: "/hipaa-iac".into(),
        scratch: SCRATCH.into(),
        tree: None,
        wal: None,
    };
    if let Some(tree) = &layout.tree {
        bind(tree, Path::new("/source"))?;
        places.tree = Some("/source".into());
    }
    if let Some(wal) = &layout.wal {
        bind(wal, Path::new("/wal"))?;
        places.wal = Some("/wal".into());
    }
    if layout.memory.is_none() {
        let data = layout.run.join(crate::scratch::DATA);
        let to = root.join(SCRATCH.trim_start_matches('/'));
        told(
            "scratch",
            mount(
                Some(&data),
                &to,
                None::<&str>,
                MsFlags::MS_BIND,
                None::<&str>,
            ),
        )?;
    }
    let proc = plain | MsFlags::MS_NOEXEC;
    told(
        "proc",
        mount(
            Some("proc"),
            &root.join("proc"),
            Some("proc"),
            proc,
            None::<&str>,
        ),
    )?;
    // The old root ends up below the new one, and is let go (pivot_root(2), NOTES).
    told("root", chdir(&root))?;
    told("root", pivot_root(".", "."))?;
    told("root", umount2(".", MntFlags::MNT_DETACH))?;
    told("root", chdir("/"))?;
    Ok(places)
}

/// Mounts a folder or a file once more, read-only. In a user namespace the flags that it has may not be dropped.
fn read_only(from: &Path, to: &Path) -> Result<(), String> {
    let what = from.display().to_string();
    told(
        &what,
        mount(
            Some(from),
            to,
            None::<&str>,
            MsFlags::MS_BIND | MsFlags::MS_REC,
            None::<&str>,
        ),
    )?;
    let mut flags = MsFlags::MS_BIND
        | MsFlags::MS_REMOUNT
        | MsFlags::MS_RDONLY
        | MsFlags::MS_NOSUID
        | MsFlags::MS_NODEV;
    let now = told(&what, statvfs(to))?.flags();
    for (has, keep) in [
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ] {
        if now.contains(has) {
            flags |= keep;
        }
    }
    told(
        &what,
        mount(None::<&str>, to, None::<&str>, flags, None::<&str>),
    )
}

/// Whether a reason is what a server that was killed looks like to who speaks with it.
fn lost_its_server(reason: Reason) -> bool {
    matches!(reason, Reason::RestoreFailed | Reason::BootFailed)
}

/// That the system killed the server or one of its processes: the machine's want of memory is no fault of the backup.
fn out_of_memory(context: &mut Context) -> Option<Failure> {
    context.server.as_mut()?.was_killed().then(|| {
        Failure::new(
            Reason::OutOfMemory,
            "the system killed a process of the server, as it does when memory runs out",
        )
    })
}

/// Restores and checks.
fn work(
    request: Request,
    secrets: Secrets,
    places: &Places,
    jail: Jail,
    input: BufReader<io::Stdin>,
) -> Done {
    let source = source::of(&request.verification.spec.source);
    let input = if request.stream {
        Input::Stream(Box::new(Frames::new(input)))
    } else {
        places.tree.clone().map_or(Input::Taken, Input::Tree)
    };
    let now = Instant::now();
    let (started_at, begun) = (request.started_at, request.begun);
    let mut context = Context {
        scratch: places.scratch.clone(),
        jail,
        artifact: request.artifact,
        encryption: request.encryption,
        buckets: request.buckets,
        verified: OnceLock::new(),
        opened: OnceLock::new(),
        seen: Seen::default(),
        manifest: request.manifest,
        last_canary_seq: request.last_canary_seq,
        last_canary_system: request.last_canary_system,
        canary: None,
        started_at,
        dumped: None,
        objects: None,
        data: None,
        wal: if request.wal {
            places.wal.clone()
        } else {
            None
        },
        server: None,
        measured: BTreeMap::new(),
        saved_at: None,
        aside: Duration::ZERO,
        input,
        secrets,
        phases: Vec::new(),
        checks: Vec::new(),
        phase: None,
        deadline: now,
        events: Box::new(|event: Event| {
            say(&Message::Event(event));
        }),
        exit_codes: BTreeMap::new(),
        verification: request.verification,
    };
    let mut failure = source.restore(&mut context).err();
    if failure
        .as_ref()
        .is_some_and(|failure| lost_its_server(failure.reason))
    {
        failure = out_of_memory(&mut context).or(failure);
    }
    let mut engine = context
        .server
        .as_ref()
        .map(|server| format!("postgres {}", server.installation.version));
    context.begin(Phase::Checks);
    let _ = check::run_stage(&mut context, Stage::Artifact);
    if failure.is_none() {
        let _ = check::run_stage(&mut context, Stage::Running);
        if context
            .checks
            .iter()
            .any(|(_, reason)| lost_its_server(*reason))
        {
            failure = out_of_memory(&mut context);
        }
        if failure.is_none()
            && let Some(mut server) = context.server.take()
        {
            let deadline = context.deadline();
            if server.stop(deadline) {
                let _ = check::run_stage(&mut context, Stage::Stopped);
            } else if context.scratch_is_full() {
                failure = Some(Failure::new(Reason::StorageFull, "the scratch is full"));
            } else {
                failure = Some(Failure::new(
                    Reason::BootFailed,
                    "the server did not stop cleanly",
                ));
            }
        }
    }
    let recovery_seconds = if failure.is_none() {
        seconds_since(begun).map(|all| (all - context.aside.as_secs_f64()).max(0.0))
    } else {
        None
    };
    drop(context.server.take());
    context.end();
    if let Some(failure) = &failure
        && failure.reason == Reason::VersionUnsupported
    {
        engine = None;
    }
    if let Some(digest) = &context.seen.sha256 {
        context.artifact.digest = Some(format!("sha256:{digest}"));
        if !context.is_tree() {
            context.artifact.size_bytes = Some(context.seen.bytes);
        }
    }
    for phase in &mut context.phases {
        phase.exit_code = context.exit_codes.get(&phase.name).copied();
    }
    Done {
        artifact: context.artifact,
        encryption: context.encryption,
        phases: context.phases,
        checks: context.checks,
        measured: context.measured,
        failure: failure.map(|failure| (failure.reason, failure.detail)),
        engine,
        canary: context.canary,
        recovery_seconds,
    }
}
