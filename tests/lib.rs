//! What the black-box suites share: running the built program on trees made for a test.

pub mod object_storage;
pub mod postgresql;

use std::{
    collections::BTreeMap,
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many threads [`in_parallel`] has.
const WORKERS: usize = 2;

/// The results of `f` for every item, in their order. On plain threads: one of rayon's takes up the next item while it
/// waits for a pool of the program's, and where it waits within the making of something shared it waits for itself.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { break };
            let result = f(item);
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.insert(at, result);
        }
    };
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(work);
        }
    });
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_values().collect()
}

/// The workspace folder.
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// The built `hipaa-iac`, beside the folder of the running test. `cargo xtask test` builds it first.
///
/// # Errors
/// It is not built.
pub fn program() -> io::Result<PathBuf> {
    let here = env::current_exe()?;
    let folder = here.ancestors().nth(2).unwrap_or(&here);
    let program = folder.join(format!("hipaa-iac{}", env::consts::EXE_SUFFIX));
    if program.is_file() {
        Ok(program)
    } else {
        Err(io::Error::other(
            "hipaa-iac is not built: cargo build --package hipaa-iac",
        ))
    }
}

/// A folder for one test, removed at its end.
#[derive(Debug)]
pub struct Tree(tempfile::TempDir);

impl Tree {
    /// An empty folder.
    ///
    /// # Errors
    /// The system's.
    pub fn new() -> io::Result<Self> {
        tempfile::Builder::new()
            .prefix("hipaa-iac-test")
            .tempdir()
            .map(Self)
    }

    /// A folder with these files.
    ///
    /// # Errors
    /// The system's.
    pub fn with(files: &[(&str, &str)]) -> io::Result<Self> {
        let tree = Self::new()?;
        for (path, text) in files {
            tree.write(path, text.as_bytes())?;
        }
        Ok(tree)
    }

    /// Writes a file, with its folders.
    ///
    /// # Errors
    /// The system's.
    pub fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.path().join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, bytes)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// What a run gave.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Standard output as JSON; null where it is not.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_default()
    }

    /// `policy verdict file:line` of every finding of a JSON result, in its order.
    pub fn findings(&self) -> Vec<String> {
        let result = self.json();
        let findings = result
            .get("findings")
            .and_then(|findings| findings.as_array())
            .cloned()
            .unwrap_or_default();
        findings
            .iter()
            .map(|finding| {
                let text = |path: &str| {
                    finding
                        .pointer(path)
                        .and_then(|value| value.as_str())
                        .unwrap_or("?")
                };
                let line = finding
                    .pointer("/resource/line")
                    .and_then(serde_json::Value::as_u64);
                format!(
                    "{} {} {}:{}",
                    text("/policy"),
                    text("/verdict"),
                    text("/resource/file"),
                    line.map_or_else(|| "?".to_owned(), |line| line.to_string())
                )
            })
            .collect()
    }
}

/// Runs the program in a folder, without the variables that would change what it does.
///
/// # Errors
/// When it cannot be started.
pub fn run_in(folder: &Path, arguments: &[&str]) -> io::Result<Ran> {
    run_with(folder, arguments, &[], None)
}

/// The same with environment variables and standard input.
///
/// # Errors
/// When it cannot be started.
pub fn run_with(
    folder: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
    input: Option<&str>,
) -> io::Result<Ran> {
    let mut command = Command::new(program()?);
    command.current_dir(folder).args(arguments).env_clear();
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(variables.iter().copied());
    command
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let (Some(text), Some(mut pipe)) = (input, child.stdin.take()) {
        // The program may end before it has read everything.
        let _ = io::Write::write_all(&mut pipe, text.as_bytes());
    }
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output()?;
    Ok(Ran {
        code: status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}
