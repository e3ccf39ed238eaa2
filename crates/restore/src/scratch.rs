//! The folder of a run, its lock, and the removal of what dead runs left.
//!
//! A run has one folder, `hipaa-iac-restore-<id>`, below the scratch folder. With the scratch in memory it holds
//! nothing but a lock and an empty mount point; else the data is in it. Whoever works on the run holds the lock
//! shared, and the kernel lets it go when they die, however they die: a folder whose lock can be had alone is one
//! whose run is over.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Write as _},
    os::{
        fd::AsRawFd as _,
        unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    },
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    fcntl::OFlag,
    sys::{
        signal::{Signal, kill},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::{Pid, getuid},
};

/// The start of the name of a run's folder.
const PREFIX: &str = "hipaa-iac-restore-";
/// The lock in it.
pub(crate) const LOCK: &str = "lock";
/// The mount point of the sandbox's root.
pub(crate) const ROOT: &str = "root";
/// The data, when it is on disk.
pub(crate) const DATA: &str = "data";
/// Copies of a store's objects, as stored.
pub(crate) const MIRROR: &str = "mirror";
/// The same of archived write-ahead log.
pub(crate) const LOG_MIRROR: &str = "wal";

/// The folder of state that outlives runs and restarts: which runs there are, and the canaries that were seen.
/// `/var/lib/hipaa-iac` for root, else `hipaa-iac` below `XDG_STATE_HOME` or `~/.local/state`.
pub fn default_state() -> PathBuf {
    if getuid().is_root() {
        return "/var/lib/hipaa-iac".into();
    }
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    variable("XDG_STATE_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/state")))
        .unwrap_or_else(std::env::temp_dir)
        .join("hipaa-iac")
}

/// The folder that runs have their folders in, when none is given: `TMPDIR` for a scratch in memory, `/var/tmp` for
/// one on disk.
pub fn default_base(memory: bool) -> PathBuf {
    if memory {
        std::env::temp_dir()
    } else {
        "/var/tmp".into()
    }
}

/// The folder of one run.
#[derive(Debug)]
pub(crate) struct RunFolder {
    pub(crate) path: PathBuf,
    record: PathBuf,
    lock: File,
}

impl RunFolder {
    pub(crate) fn create(base: &Path, state: &Path, id: &str) -> io::Result<Self> {
        let base = base.canonicalize()?;
        let path = base.join(format!("{PREFIX}{id}"));
        let runs = state.join("runs");
        private(&runs)?;
        // First the record: a run that dies between the two leaves a record of nothing.
        let record = runs.join(id);
        let mut known = File::create_new(&record)?;
        known.write_all(path.as_os_str().as_encoded_bytes())?;
        let folder = |path: &Path, mode| fs::DirBuilder::new().mode(mode).create(path);
        // The user that tools run as must get through to what is theirs below it.
        folder(&path, 0o711)?;
        // The lock comes into being locked, so that nobody takes the folder for a dead run's.
        let new = path.join("lock.new");
        let lock = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        lock.lock_shared()?;
        fs::rename(new, path.join(LOCK))?;
        folder(&path.join(ROOT), 0o700)?;
        folder(&path.join(DATA), 0o700)?;
        // Durable before there are data: after a power cut nothing else tells where they are.
        known.sync_all()?;
        File::open(&runs)?.sync_all()?;
        Ok(Self { path, record, lock })
    }

    /// Removes the folder, and says whether it is gone.
    pub(crate) fn destroy(self) -> bool {
        let gone = remove_run(&self.path);
        drop(self.lock);
        // Who collects what dead runs left may have been first.
        let forgotten = match fs::remove_file(&self.record) {
            Ok(()) => true,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        gone && forgotten
    }
}

/// Makes a folder that is its owner's alone.
pub(crate) fn private(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// Removes a folder and all that is in it, and says whether it is gone.
fn remove(path: &Path) -> bool {
    for _ in 0..3 {
        open_up(path);
        match fs::remove_dir_all(path) {
            Ok(()) => break,
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            Err(_) => {}
        }
    }
    matches!(fs::symlink_metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

/// Removes the folder of a dead run. One that stays gets its lock again, which nobody holds: without, it would be taken for one
/// that is just being made.
fn remove_run(path: &Path) -> bool {
    let held = hold(path);
    let gone = remove(path);
    if !gone && let Ok(held) = held {
        let _ = File::create_new(inside(&held).join(LOCK));
    }
    gone
}

/// Holds a folder itself, whatever its mode: a link that somebody puts in its place, then or later, is not followed.
fn hold(path: &Path) -> io::Result<File> {
    File::options()
        .read(true)
        .custom_flags((OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW).bits())
        .open(path)
}

/// The path of a folder for as long as it is held.
fn inside(held: &File) -> PathBuf {
    format!("/proc/self/fd/{}", held.as_raw_fd()).into()
}

/// Removes all that is in a folder.
pub(crate) fn empty(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove(&entry.path());
        } else {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// How much the files in a folder take, in bytes, without those that are deleted and still open.
fn size(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let mut size = 0_u64;
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let entries = match fs::read_dir(next) {
            Ok(entries) => entries,
            // What is closed, or lies too deep for a path, may hold anything.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidFilename
                ) =>
            {
                return u64::MAX;
            }
            Err(_) => continue,
        };
        for entry in entries.flatten() {
            // Of a link itself, and of what went meanwhile nothing.
            let Ok(data) = entry.metadata() else {
                continue;
            };
            // Of 512 bytes, whatever the file system's are (stat(2)).
            size = size.saturating_add(data.blocks().saturating_mul(512));
            if data.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    size
}

/// Watches whether a folder grows beyond a size, which no file system of its own bounds, for as long as somebody has what is returned: true then.
pub(crate) fn watch_size(folder: PathBuf, most: u64) -> Arc<AtomicBool> {
    let grown = Arc::new(AtomicBool::new(false));
    let told = Arc::downgrade(&grown);
    std::thread::spawn(move || {
        while let Some(grown) = told.upgrade() {
            let begun = Instant::now();
            if size(&folder) > most {
                grown.store(true, Ordering::Relaxed);
                return;
            }
            drop(grown);
            // A tenth of one processor at most.
            std::thread::sleep((begun.elapsed() * 9).max(Duration::from_millis(100)));
        }
    });
    grown
}

/// Opens every folder below one, and moves it up to it. A database may have closed them, or nested them deeper than there are descriptors to
/// remove them by, or room on the stack.
fn open_up(path: &Path) {
    let Ok(top) = hold(path) else {
        return;
    };
    let open = |folder: &File| {
        let _ = fs::set_permissions(inside(folder), fs::Permissions::from_mode(0o700));
    };
    open(&top);
    let mut waiting = folders_in(&top);
    let mut number = 0_u64;
    while let Some(next) = waiting.pop() {
        let Ok(next) = hold(&next) else {
            continue;
        };
        open(&next);
        for folder in folders_in(&next) {
            // One that is closed cannot be moved: what `..` is there would change.
            if let Ok(folder) = hold(&folder) {
                open(&folder);
            }
            let to = loop {
                number += 1;
                let to = inside(&top).join(number.to_string());
                if fs::symlink_metadata(&to).is_err() {
                    break to;
                }
            };
            if fs::rename(&folder, &to).is_ok() {
                waiting.push(to);
            }
        }
    }
}

/// The folders in one that is held, no links to any.
fn folders_in(held: &File) -> Vec<PathBuf> {
    let entries = fs::read_dir(inside(held)).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// What [`collect`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Folders of dead runs that were removed.
    pub removed: Vec<PathBuf>,
    /// Folders of runs that are under way.
    pub active: Vec<PathBuf>,
    /// Folders of dead runs that are still there.
    pub failed: Vec<PathBuf>,
}

/// Removes what dead runs left: those that the state names, and those below the given folders.
pub fn collect(state: &Path, bases: &[PathBuf]) -> Collected {
    let mut folders = BTreeSet::new();
    let mut records = Vec::new();
    let mut cut = Vec::new();
    for entry in fs::read_dir(state.join("runs"))
        .into_iter()
        .flatten()
        .flatten()
    {
        use std::os::unix::ffi::OsStringExt as _;
        if let Ok(bytes) = fs::read(entry.path()) {
            let folder = PathBuf::from(std::ffi::OsString::from_vec(bytes));
            let expected = folder.file_name().is_some_and(|name| {
                name.to_string_lossy()
                    .strip_prefix(PREFIX)
                    .is_some_and(|id| *id == *entry.file_name().to_string_lossy())
            });
            if expected {
                folders.insert(folder.clone());
                records.push((folder, entry.path()));
            } else if ulid::Ulid::from_string(&entry.file_name().to_string_lossy()).is_ok() {
                cut.push(entry.path());
            }
        }
    }
    for base in bases {
        // As the records have it.
        let base = base.canonicalize().unwrap_or_else(|_| base.clone());
        for entry in fs::read_dir(base).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let id = name.to_string_lossy();
            let id = id.strip_prefix(PREFIX);
            if id.is_some_and(|id| ulid::Ulid::from_string(id).is_ok())
                && entry.file_type().is_ok_and(|kind| kind.is_dir())
            {
                folders.insert(entry.path());
            }
        }
    }
    let mut collected = Collected::default();
    for folder in folders {
        let Ok(held) = hold(&folder) else {
            continue;
        };
        if !is_ours(&held) {
            continue;
        }
        match open_lock(&held) {
            Ok(lock) if lock.try_lock().is_err() => {
                collected.active.push(folder);
                continue;
            }
            // Without a lock it died while it was made, or is just being made.
            Err(_) if held.metadata().is_ok_and(|data| is_young(&data)) => {
                collected.active.push(folder);
                continue;
            }
            _ => {}
        }
        kill_inside(&folder);
        if remove_run(&folder) {
            collected.removed.push(folder);
        } else {
            collected.failed.push(folder);
        }
    }
    let young = |record: &Path| fs::symlink_metadata(record).is_ok_and(|data| is_young(&data));
    for (folder, record) in records {
        // With all of its base away it may be on a disk that comes back.
        let is_away = !folder.parent().is_some_and(Path::exists);
        if !folder.exists() && !is_away && !young(&record) {
            let _ = fs::remove_file(record);
        }
    }
    // One that was cut short is of a run that had no data yet.
    for record in cut {
        if !young(&record) {
            let _ = fs::remove_file(record);
        }
    }
    collected
}

/// Whether a folder is one of this user's: others may write to `/tmp` too.
fn is_ours(held: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    getuid().is_root()
        || held
            .metadata()
            .is_ok_and(|data| data.uid() == getuid().as_raw())
}

/// Opens the lock of a run's folder. Others may make such a folder too, with a pipe in it that nobody writes to, or a link.
fn open_lock(held: &File) -> io::Result<File> {
    let lock = File::options()
        .read(true)
        .custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOFOLLOW).bits())
        .open(inside(held).join(LOCK))?;
    if lock.metadata()?.is_file() {
        Ok(lock)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

fn is_young(data: &fs::Metadata) -> bool {
    data.modified().is_ok_and(|time| {
        time.elapsed()
            .is_ok_and(|age| age < Duration::from_secs(10))
    })
}

/// Processes and their parents.
fn processes() -> BTreeMap<i32, i32> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        // After the name, which may hold anything, come the state and the parent (proc_pid_stat(5)).
        let parent = fs::read_to_string(entry.path().join("stat"))
            .ok()
            .and_then(|stat| {
                let (_, rest) = stat.rsplit_once(')')?;
                rest.split_whitespace().nth(1)?.parse().ok()
            });
        if let Some(parent) = parent {
            all.insert(pid, parent);
        }
    }
    all
}

/// Kills all processes that come from this one, until none is left.
pub(crate) fn kill_descendants() {
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    for _ in 0..50 {
        let all = processes();
        let mut ours = BTreeSet::from([own]);
        loop {
            let before = ours.len();
            for (pid, parent) in &all {
                if ours.contains(parent) {
                    ours.insert(*pid);
                }
            }
            if ours.len() == before {
                break;
            }
        }
        ours.remove(&own);
        let mut living = 0;
        for pid in ours {
            if kill(Pid::from_raw(pid), Signal::SIGKILL).is_ok() && !is_dead(pid) {
                living += 1;
            }
        }
        if living == 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process has ended and only waits to be reaped.
fn is_dead(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| Some(stat.rsplit_once(')')?.1.trim_start().starts_with('Z')))
        .unwrap_or(true)
}

/// Kills processes that work inside of a dead run's folder.
fn kill_inside(folder: &Path) {
    for pid in processes().into_keys() {
        let inside =
            fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        if inside && pid != i32::try_from(std::process::id()).unwrap_or(0) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// Waits until this process has no child left, killing as it waits. True when there is none.
pub(crate) fn reap(deadline: Instant) -> bool {
    loop {
        match waitpid(None::<Pid>, Some(WaitPidFlag::WNOHANG)) {
            Err(Errno::ECHILD) => return true,
            Ok(WaitStatus::StillAlive) => {
                if Instant::now() > deadline {
                    return false;
                }
                kill_descendants();
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(Errno::EINTR) | Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn age(path: &Path) {
        let hour = Duration::from_hours(1);
        let before = SystemTime::now() - hour;
        File::open(path).unwrap().set_modified(before).unwrap();
    }

    #[test]
    fn a_run_on_a_disk_that_is_away_is_not_forgotten() {
        let place = tempfile::tempdir().unwrap();
        let state = place.path().join("state");
        let base = place.path().join("disk/scratch");
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let folder = base.join(format!("{PREFIX}{id}"));
        let record = state.join("runs").join(id);
        private(&state.join("runs")).unwrap();
        fs::write(&record, folder.as_os_str().as_encoded_bytes()).unwrap();
        age(&record);
        assert_eq!(collect(&state, &[]), Collected::default());
        assert!(record.exists());
        fs::create_dir_all(&folder).unwrap();
        age(&folder);
        assert_eq!(collect(&state, &[]).removed, [folder]);
        assert!(!record.exists());
    }

    #[test]
    fn a_record_that_was_cut_short_is_removed_and_hides_no_folder() {
        let place = tempfile::tempdir().unwrap();
        let (state, base) = (place.path().join("state"), place.path().join("scratch"));
        let runs = state.join("runs");
        private(&runs).unwrap();
        let [empty, half, new] =
            ["V", "W", "X"].map(|end| format!("01ARZ3NDEKTSV4RRFFQ69G5FA{end}"));
        for (id, path) in [(&empty, ""), (&half, "/scratch/hipaa-ia"), (&new, "")] {
            fs::write(runs.join(id), path).unwrap();
        }
        // None of a run.
        fs::write(runs.join("README"), "").unwrap();
        let folder = base.join(format!("{PREFIX}{empty}"));
        fs::create_dir_all(&folder).unwrap();
        for old in [
            &folder,
            &runs.join(&empty),
            &runs.join(&half),
            &runs.join("README"),
        ] {
            age(old);
        }
        assert_eq!(collect(&state, &[base]).removed, [folder]);
        let mut left: Vec<_> = fs::read_dir(&runs)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [new, "README".to_owned()]);
    }

    #[test]
    fn what_a_link_leads_to_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let outside = place.path().join("outside");
        fs::create_dir_all(outside.join("below")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::set_permissions(&outside, fs::Permissions::from_mode(0o755)).unwrap();
        let base = place.path().join("scratch");
        let run = |id| base.join(format!("{PREFIX}{id}"));
        let folder = run("01ARZ3NDEKTSV4RRFFQ69G5FAV");
        let closed = folder.join("data/closed");
        fs::create_dir_all(&closed).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        let link = |path: &Path| std::os::unix::fs::symlink(&outside, path).unwrap();
        link(&folder.join("data/link"));
        open_up(&folder);
        let opened = folder.join("1");
        assert_eq!((mode(&opened), closed.exists()), (0o700, false));
        // Somebody was quicker, and put a link where there was a folder.
        open_up(&folder.join("data/link"));
        assert!(hold(&folder.join("data/link")).is_err());
        assert_eq!(mode(&outside), 0o755);
        let replaced = run("01ARZ3NDEKTSV4RRFFQ69G5FAW");
        link(&replaced);
        age(&folder);
        let state = place.path().join("state");
        private(&state.join("runs")).unwrap();
        fs::write(
            state.join("runs/01ARZ3NDEKTSV4RRFFQ69G5FAW"),
            replaced.as_os_str().as_encoded_bytes(),
        )
        .unwrap();
        let collected = collect(&state, &[base]);
        assert_eq!(collected.removed, [folder]);
        assert!(collected.failed.is_empty());
        assert!(outside.join("below").exists());
        assert_eq!(mode(&outside), 0o755);
    }

    #[test]
    fn folders_that_are_nested_deeper_than_a_path_are_removed() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("run");
        fs::create_dir(&folder).unwrap();
        let nest = "for (1..3000) { mkdir 'a'; chdir 'a' or exit 1 } chmod 0, '.'";
        let nested = std::process::Command::new("perl")
            .args(["-e", nest])
            .current_dir(&folder)
            .status()
            .unwrap();
        assert!(nested.success());
        assert_eq!(size(&folder), u64::MAX);
        assert!(remove(&folder));
        assert!(!folder.exists());
    }

    #[test]
    fn a_folder_that_stays_gets_its_lock_and_no_other_does() {
        let place = tempfile::tempdir().unwrap();
        let held = hold(place.path()).unwrap();
        fs::write(place.path().join("file"), "").unwrap();
        assert!(open_lock(&held).is_err());
        std::os::unix::fs::symlink("file", place.path().join(LOCK)).unwrap();
        assert!(open_lock(&held).is_err());
        fs::remove_file(place.path().join(LOCK)).unwrap();
        File::create_new(inside(&held).join(LOCK)).unwrap();
        assert!(open_lock(&held).is_ok());
        assert!(place.path().join(LOCK).is_file());
    }
}
