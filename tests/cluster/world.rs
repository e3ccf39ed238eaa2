//! A world of its own for the cluster: namespaces of the kernel for processes, mounts and the network.
//!
//! Whatever runs in them ends with the first process in them: processes, mounts, the bridge, addresses and packet
//! filter rules. Nothing has to be found and undone one by one, however the test ends, and nothing of the machine is
//! touched. What the kernel does not clear, the folder and the control groups, the outer process does.

use std::{
    env, fs, io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Set in the inner process: the folder that it works in.
const INSIDE: &str = "HIPAA_IAC_CLUSTER_FOLDER";

/// Set in the inner process of a second attempt: the tests to run, one a line.
const AGAIN: &str = "HIPAA_IAC_CLUSTER_AGAIN";

/// The most tests that are tried again: where more fail it is no accident.
const MOST_AGAIN: usize = 3;

/// Name of the control group that all pods live in, and where control groups are.
const CGROUPS: &str = "/sys/fs/cgroup";

/// The folder of the run, where this is the inner process.
pub(crate) fn inside() -> Option<PathBuf> {
    env::var_os(INSIDE).map(PathBuf::from)
}

/// The tests of a second attempt, in its inner process.
pub(crate) fn again() -> Option<Vec<String>> {
    let names = env::var(AGAIN).ok()?;
    Some(names.lines().map(str::to_owned).collect())
}

/// Tells the outer process which tests failed that may be tried again.
pub(crate) fn failed(folder: &Path, names: &[&str]) -> io::Result<()> {
    fs::write(folder.join("failed"), names.join("\n"))
}

/// Runs this program again in namespaces of its own and clears up after it. A few tests that failed are tried once more on a new cluster, and
/// both attempts are told: what a machine that was busy for a moment brought about does not come again, what is wrong does. Evidence that was wrong once is
/// wrong, and then nothing is tried again.
pub(crate) fn enter() -> io::Result<ExitCode> {
    let (code, failed) = attempt(None)?;
    let names: Vec<&str> = failed.lines().collect();
    if names.is_empty() || names.len() > MOST_AGAIN {
        return Ok(code);
    }
    eprintln!("once more, on a new cluster: {}", names.join(", "));
    Ok(attempt(Some(&failed))?.0)
}

/// One attempt at all tests or at some, and which of them failed.
fn attempt(again: Option<&str>) -> io::Result<(ExitCode, String)> {
    let folder = tempfile::Builder::new()
        .prefix("hipaa-iac-cluster-")
        .tempdir()?;
    let ended = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&ended))?;
    }
    let groups = Groups::new(folder.path())?;
    // Should this process be killed outright, the inner one goes too.
    let mut inner = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "unshare"])
        .args(["--net", "--mount", "--pid", "--fork", "--kill-child"])
        .arg("--mount-proc")
        .arg(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(INSIDE, folder.path())
        .envs(again.map(|names| (AGAIN, names)))
        .process_group(0)
        .spawn()?;
    let status = loop {
        if let Some(status) = inner.try_wait()? {
            break status;
        }
        if ended.load(Ordering::Relaxed) {
            inner.kill()?;
        }
        thread::sleep(Duration::from_millis(100));
    };
    drop(groups);
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    let failed = fs::read_to_string(folder.path().join("failed")).unwrap_or_default();
    Ok((code.map_or(ExitCode::FAILURE, ExitCode::from), failed))
}

/// The control group of a run, in every hierarchy of the machine.
struct Groups(Vec<PathBuf>);

/// The control group's name for a run's folder.
pub(crate) fn group(folder: &Path) -> String {
    folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

impl Groups {
    fn new(folder: &Path) -> io::Result<Self> {
        let name = group(folder);
        let unified = Path::new(CGROUPS).join("cgroup.procs").is_file();
        let mut groups = Vec::new();
        if unified {
            groups.push(Path::new(CGROUPS).join(&name));
        } else {
            for entry in fs::read_dir(CGROUPS)? {
                // Controllers that share a hierarchy are links to it.
                let path = entry?.path();
                if path.join("cgroup.procs").is_file() && !path.is_symlink() {
                    groups.push(path.join(&name));
                }
            }
        }
        for group in &groups {
            fs::create_dir_all(group)?;
        }
        Ok(Self(groups))
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        let until = Instant::now() + Duration::from_secs(10);
        for group in &self.0 {
            // Processes that were killed a moment ago may still be in it.
            while remove(group).is_err() && Instant::now() < until {
                thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn remove(group: &Path) -> io::Result<()> {
    for entry in fs::read_dir(group)? {
        let path = entry?.path();
        if path.is_dir() {
            remove(&path)?;
        }
    }
    fs::remove_dir(group)
}

/// Asks a process to end and waits; kills it where it does not.
pub(crate) fn end(child: &mut Child, patience: Duration) -> io::Result<()> {
    let asked = Command::new("sh")
        .args(["-c", &format!("kill -TERM {}", child.id())])
        .status();
    let until = Instant::now() + patience;
    while asked.is_ok() && Instant::now() < until {
        if child.try_wait()?.is_some() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait().map(drop)
}
