//! What a tool may do: make threads and processes, but no namespace in which it would be root again, and nothing as root that another user can do.

use std::{
    env, fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use libtest_mimic::{Failed, Trial};
use serde_json::json;

use crate::{
    case,
    death::descendants,
    fixture::{self, must},
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("jail::namespaces", namespaces),
        Trial::test("jail::reads_no_dump_as_root", reads_no_dump_as_root),
    ]
}

/// Tries each way to a new namespace, by the system's own numbers and by those of x32, and then what every program does. Without an
/// argument, `clone3` makes nothing: it says that the argument is none.
const ATTEMPTS: &str = r#"
import ctypes, errno, os, platform, subprocess, threading
libc = ctypes.CDLL(None, use_errno=True)
clone, unshare, setns = {"x86_64": (56, 272, 308), "aarch64": (220, 97, 268)}[platform.machine()]
def call(number, *arguments):
    result = libc.syscall(*map(ctypes.c_long, (number, *arguments)))
    if result == 0 and number & 0x3fffffff == clone:
        os._exit(0)
    return errno.errorcode[ctypes.get_errno()] if result < 0 else "done"
user, child = 0x10000000, 17
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, user, 0x20000000, 0x40000000):
    print("clone", call(clone, flag | child, 0, 0, 0, 0))
print("unshare", call(unshare, user))
print("clone3", call(435, 0, 0))
if platform.machine() == "x86_64":
    for name, number in (("clone", clone), ("unshare", unshare), ("setns", setns), ("mount", 165), ("ptrace", 521)):
        print("x32", name, call(number | 0x40000000, user | child, 0, 0, 0, 0))
    print("x32 clone3", call(435 | 0x40000000, 0, 0))
thread = threading.Thread(target=print, args=("thread",))
thread.start()
thread.join()
subprocess.run(["echo", "process"], check=True)
child = os.fork()
if child == 0:
    os._exit(0)
print("fork", os.waitpid(child, 0)[1])
"#;

fn namespaces() -> Result<(), Failed> {
    // As the sandbox starts a tool of root's, which has the right to every one of them otherwise.
    let ran = must(
        Command::new(env::current_exe()?)
            .args(["__restore-exec", r#"{"identity": "Keep", "reach": null}"#])
            .args(["python3", "-uc", ATTEMPTS])
            .stdin(Stdio::null()),
    )?;
    let mut expected = vec!["clone EPERM"; 7];
    expected.extend(["unshare EPERM", "clone3 ENOSYS"]);
    if cfg!(target_arch = "x86_64") {
        expected.extend([
            "x32 clone EPERM",
            "x32 unshare EPERM",
            "x32 setns EPERM",
            "x32 mount EPERM",
            "x32 ptrace EPERM",
            "x32 clone3 ENOSYS",
        ]);
    }
    expected.extend(["thread", "process", "fork 0"]);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    if said.lines().ne(expected) {
        return Err(said.into());
    }
    Ok(())
}

/// The list of a dump is read by `pg_restore`: a dump that comes by standard input is, like everything that it holds, none of root's.
fn reads_no_dump_as_root() -> Result<(), Failed> {
    let fixture = fixture::get()?;
    let folder = fixture.path("cases").join("jail-reads-no-dump-as-root");
    fs::create_dir_all(&folder)?;
    for (name, format) in [("good.dump", "Custom"), ("good.tar", "Tar")] {
        let source = json!({"pgDump": {
            "format": format,
            "location": {"local": {"path": fixture.path(name)}},
            "encryption": "serverSide",
        }});
        let mut document = fixture.verification("jail", &source);
        document["spec"]["encryptionPolicy"] = json!({"required": "None"});
        let path = folder.join("verification.json");
        fs::write(&path, serde_json::to_vec(&document)?)?;
        let mut run = Command::new(env::current_exe()?)
            .arg(case::RUN)
            .arg(path)
            .arg(&fixture.secrets)
            .arg(folder.join("state"))
            .stdin(Stdio::null())
            .stdout(fs::File::create(folder.join("out"))?)
            .spawn()?;
        let (mut seen, mut as_root) = (0, 0);
        while run.try_wait()?.is_none() {
            for pid in descendants(run.id()).into_keys() {
                let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
                if status.starts_with("Name:\tpg_restore\n") {
                    seen += 1;
                    as_root += u32::from(status.contains("\nUid:\t0\t"));
                }
            }
            thread::sleep(Duration::from_millis(1));
        }
        let result: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("out"))?)?;
        if result[0]["verdict"] != "Passed" || seen == 0 || as_root > 0 {
            return Err(format!("{name}: {seen} seen, {as_root} as root: {result}").into());
        }
    }
    fs::remove_dir_all(&folder)?;
    Ok(())
}
