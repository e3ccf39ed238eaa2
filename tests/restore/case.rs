//! One verification as a process of its own: a run must be the only parent of its processes.

use std::{
    env, fs, io,
    path::Path,
    process::{Command, ExitCode, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use hipaa_iac_restore::{
    IsolationChoice, Options, RestoreResult, RestoreVerification, context::Event, result::Phase,
    verify,
};
use nix::sys::resource::{UsageWho, getrusage};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// The argument that makes this program run one verification.
pub(crate) const RUN: &str = "__case";
/// The variable with the folder for the scratch.
pub(crate) const SCRATCH: &str = "HIPAA_IAC_CASE_SCRATCH";
/// The variable that asks for a plain folder, by `directory`.
pub(crate) const ISOLATION: &str = "HIPAA_IAC_CASE_ISOLATION";

/// The variable of a kernel without Landlock.
pub(crate) const NO_LANDLOCK: &str = "HIPAA_IAC_CASE_NO_LANDLOCK";
/// The variable that requires Landlock, as a pod does.
pub(crate) const LANDLOCK_REQUIRED: &str = "HIPAA_IAC_CASE_LANDLOCK_REQUIRED";

/// The variable that asks for a note of how much memory the largest of all processes of the run had, in KiB.
pub(crate) const PEAK: &str = "HIPAA_IAC_CASE_PEAK";
/// The variable that has a run wait when it comes to destroying, until it is asked to stop, with a file that tells that it waits.
pub(crate) const HOLD: &str = "HIPAA_IAC_CASE_HOLD";

/// Runs a verification when this program was started for one: document, secrets and state follow, and the result
/// goes to standard output.
pub(crate) fn dispatch() -> Option<ExitCode> {
    let mut arguments = env::args_os().skip(1);
    if arguments.next()? != RUN {
        return None;
    }
    let (document, secrets, state) = (arguments.next()?, arguments.next()?, arguments.next()?);
    let outcome = || -> io::Result<()> {
        let text = fs::read_to_string(document)?;
        let verification = RestoreVerification::parse(&text).map_err(io::Error::other)?;
        let mut options = Options::new(env::current_exe()?, secrets.into());
        options.state = state.into();
        options.scratch = env::var_os(SCRATCH).map(Into::into);
        if env::var_os(ISOLATION).is_some_and(|isolation| isolation == "directory") {
            options.isolation = IsolationChoice::Directory;
        }
        options.landlock_required = env::var_os(LANDLOCK_REQUIRED).is_some();
        if env::var_os(NO_LANDLOCK).is_some() {
            without_landlock().map_err(io::Error::other)?;
        }
        // As the command does: a signal ends the run, which then has a result.
        let stop = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::clone(&stop))?;
        let held = env::var_os(HOLD);
        let mut run = verify(&verification, &text, &options, &stop, &mut |event| {
            if let (Event::Phase(Phase::Destroy), Some(held)) = (event, &held) {
                let _ = fs::write(held, "");
                while !stop.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(20));
                }
            }
        });
        if env::var_os(PEAK).is_some() {
            // Of this process and of those that it waited for, and so on. What `getrusage` tells of this one is at least what the
            // tests had that started it.
            let status = fs::read_to_string("/proc/self/status")?;
            let own = status.lines().find_map(|line| {
                let size = line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?;
                size.parse::<i64>().ok()
            });
            let own = own.ok_or_else(|| io::Error::other("no VmHWM"))?;
            let below = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
            run.notes.push(own.max(below).to_string());
        }
        serde_json::to_writer(io::stdout(), &(run.result, run.notes)).map_err(io::Error::other)
    };
    Some(match outcome() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = io::Write::write_all(&mut io::stderr(), format!("{error}\n").as_bytes());
            ExitCode::FAILURE
        }
    })
}

/// From here on the kernel answers this process, and all that come from it, as one that was built without Landlock.
fn without_landlock() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let filter = SeccompFilter::new(
        [(nix::libc::SYS_landlock_create_ruleset, Vec::new())].into(),
        SeccompAction::Allow,
        SeccompAction::Errno(nix::libc::ENOSYS.unsigned_abs()),
        TargetArch::try_from(env::consts::ARCH)?,
    )?;
    seccompiler::apply_filter(&BpfProgram::try_from(filter)?)?;
    Ok(())
}

/// Runs a verification, and gives its result with the notes for a person.
pub(crate) fn run(
    folder: &Path,
    document: &serde_json::Value,
    secrets: &Path,
    environment: &[(&str, String)],
) -> io::Result<(RestoreResult, Vec<String>)> {
    let this = Command::new(env::current_exe()?);
    start(this, folder, document, secrets, environment)
}

/// Starts a program in a place of its own, where a file of the machine is none any more: a program is covered, and another file is
/// missing from a copy of its folder.
const HIDE: &str = r#"
file=$1 folder=$(dirname "$1")
shift
test -f "$file"
case $file in
*/bin/*) mount --bind /dev/null "$file" ;;
*)
    mount -t tmpfs tmpfs /mnt
    cp -a "$folder/." /mnt
    rm "/mnt/$(basename "$file")"
    mount --bind /mnt "$folder" ;;
esac
exec "$@"
"#;

/// The same on a machine without a file.
pub(crate) fn run_without(
    file: &str,
    folder: &Path,
    document: &serde_json::Value,
    secrets: &Path,
) -> io::Result<(RestoreResult, Vec<String>)> {
    let mut apart = Command::new("unshare");
    apart
        .args([
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-ec",
            HIDE,
            "sh",
            file,
        ])
        .arg(env::current_exe()?);
    start(apart, folder, document, secrets, &[])
}

/// Starts a program in a place of its own, where a script stands in for a program of the machine, which is `/opt/real` there.
const REPLACE: &str = r#"
program=$1 script=$2
shift 2
mount -t tmpfs tmpfs /opt
cp "$program" /opt/real
cp "$script" /opt/script
chmod 755 /opt/script
mount --bind /opt/script "$program"
exec "$@"
"#;

/// The same on a machine where a script stands in for a program.
pub(crate) fn run_replaced(
    program: &str,
    script: &str,
    folder: &Path,
    document: &serde_json::Value,
    secrets: &Path,
) -> io::Result<(RestoreResult, Vec<String>)> {
    let file = folder.join("script");
    fs::write(&file, script)?;
    let mut apart = Command::new("unshare");
    apart
        .args(["--mount", "--propagation", "private", "sh", "-ec", REPLACE])
        .args(["sh", program])
        .arg(file)
        .arg(env::current_exe()?);
    start(apart, folder, document, secrets, &[])
}

fn start(
    mut this: Command,
    folder: &Path,
    document: &serde_json::Value,
    secrets: &Path,
    environment: &[(&str, String)],
) -> io::Result<(RestoreResult, Vec<String>)> {
    let path = folder.join("verification.yaml");
    fs::write(&path, serde_json::to_vec_pretty(document)?)?;
    let state = folder.join("state");
    let output = this
        .arg(RUN)
        .arg(path)
        .arg(secrets)
        .arg(state)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!(
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    serde_json::from_slice(&output.stdout).map_err(io::Error::other)
}
