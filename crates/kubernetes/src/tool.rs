//! Running `helm` and `kustomize`: with nothing of the user's environment, without network, for a bounded time.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use hipaa_iac_source::MAX_FILE_BYTES;

/// How much of an error's text is told.
const MAX_ERROR: usize = 600;

/// Where programs are looked for, and how long they may run.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    pub(crate) path: Option<OsString>,
    pub(crate) timeout: Duration,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            path: env::var_os("PATH"),
            timeout: Duration::from_mins(1),
        }
    }
}

/// Why there is no output.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ToolError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("it ran for more than {} seconds and was stopped", .0.as_secs())]
    Timeout(Duration),
    #[error("its output has more than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    #[error("its output is not valid UTF-8")]
    NotUtf8,
    #[error("{0}")]
    Failed(String),
}

impl Tools {
    /// The program's file on the PATH. Entries that are not absolute would find programs in the input, and are passed over.
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        env::split_paths(self.path.as_deref()?)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(&name))
            .find(|file| is_executable(file))
    }

    /// Runs a program and returns what it writes.
    pub(crate) fn run<S: AsRef<OsStr>>(
        &self,
        program: &Path,
        arguments: &[S],
    ) -> Result<String, ToolError> {
        let home = tempfile::tempdir()?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", self.path.as_deref().unwrap_or_default())
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .env("LC_ALL", "C")
            // Whatever would reach for the network all the same meets a closed port.
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .env("ALL_PROXY", "http://127.0.0.1:9")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let deadline = Instant::now() + self.timeout;
        let mut child = command.spawn()?;
        let output = child.stdout.take().map(read_bounded);
        let errors = child.stderr.take().map(read_bounded);
        let mut pause = Duration::from_millis(1);
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() >= deadline {
                // It may have ended just now; then there is nothing to stop.
                let _ = child.kill();
                child.wait()?;
                return Err(ToolError::Timeout(self.timeout));
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        };
        // A grandchild may hold the pipe open beyond the end of its parent: no waiting for that.
        let receive = |channel: Option<mpsc::Receiver<Option<Vec<u8>>>>| {
            channel?
                .recv_timeout(Duration::from_secs(10))
                .ok()
                .flatten()
        };
        let output = receive(output);
        if !status.success() {
            let errors = receive(errors).unwrap_or_default();
            let errors =
                String::from_utf8_lossy(&errors).replace(&*home.path().to_string_lossy(), "$HOME");
            return Err(ToolError::Failed(first_lines(&errors)));
        }
        String::from_utf8(output.ok_or(ToolError::TooLarge)?).map_err(|_| ToolError::NotUtf8)
    }
}

/// Reads a pipe to its end on a thread of its own; `None` is sent where it holds too much.
fn read_bounded(pipe: impl Read + Send + 'static) -> mpsc::Receiver<Option<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
        let complete = read.is_ok() && bytes.len() as u64 <= MAX_FILE_BYTES;
        // Nobody listens any more where the program was stopped.
        let _ = sender.send(complete.then_some(bytes));
    });
    receiver
}

/// The first lines of an error, on one line, without what differs from run to run or from machine to machine.
fn first_lines(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| without_log_header(line.trim()))
        .filter(|line| !line.is_empty());
    let mut text = lines.take(3).collect::<Vec<_>>().join("; ");
    if let Ok(folder) = env::current_dir() {
        text = text.replace(&format!("{}/", folder.display()), "");
    }
    if text.is_empty() {
        return "it failed without a word".to_owned();
    }
    if let Some((cut, _)) = text.char_indices().nth(MAX_ERROR) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

/// Drops the header of Kubernetes' log lines, which has the time and the process in it:
/// `E1124 15:54:09.959467   16774 run.go:72] "command failed" err="…"`.
fn without_log_header(line: &str) -> &str {
    let is_header = line.starts_with(['I', 'W', 'E', 'F'])
        && line
            .get(1..5)
            .is_some_and(|day| day.bytes().all(|byte| byte.is_ascii_digit()));
    match line.split_once("] ").filter(|_| is_header) {
        Some((_, message)) => message
            .strip_prefix("\"command failed\" err=")
            .unwrap_or(message),
        None => line,
    }
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
#[cfg(unix)]
pub(crate) mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    /// A PATH with one program, a shell script.
    pub(crate) fn fake(name: &str, script: &str) -> (tempfile::TempDir, Tools) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        let tools = Tools {
            path: Some(folder.path().into()),
            timeout: Duration::from_secs(20),
        };
        (folder, tools)
    }

    /// Writing a script and starting it races with forks of other tests that hold the file open for writing.
    fn run(tools: &Tools, arguments: &[&str]) -> Result<String, ToolError> {
        let program = tools.find("tool").unwrap();
        loop {
            match tools.run(&program, arguments) {
                Err(ToolError::Io(error))
                    if error.kind() == std::io::ErrorKind::ExecutableFileBusy =>
                {
                    thread::sleep(Duration::from_millis(5));
                }
                result => return result,
            }
        }
    }

    #[test]
    fn the_environment_is_empty_but_for_a_home_of_its_own() {
        let (_folder, tools) = fake(
            "tool",
            "echo \"$1 $CARGO_MANIFEST_DIR|\"; cd \"$HOME\" && echo ok",
        );
        assert_eq!(run(&tools, &["a b"]).unwrap(), "a b |\nok\n");
    }

    #[test]
    fn a_failure_tells_its_first_lines() {
        let (_folder, tools) = fake(
            "tool",
            "echo Error: one >&2; echo two >&2; echo three >&2; echo four >&2; exit 1",
        );
        assert_eq!(
            run(&tools, &[]).unwrap_err().to_string(),
            "Error: one; two; three"
        );
    }

    #[test]
    fn times_and_folders_of_the_run_are_left_out() {
        let here = env::current_dir().unwrap().display().to_string();
        let script = format!(
            "echo 'E1124 15:54:09.959467   16774 run.go:72] \"command failed\" err=\"lstat {here}/a/b.yaml: no\"' >&2; echo \"$HOME/x\" >&2; exit 1"
        );
        let (_folder, tools) = fake("tool", &script);
        assert_eq!(
            run(&tools, &[]).unwrap_err().to_string(),
            "\"lstat a/b.yaml: no\"; $HOME/x"
        );
    }

    #[test]
    fn what_runs_too_long_is_stopped() {
        let (_folder, mut tools) = fake("tool", "while :; do :; done");
        tools.timeout = Duration::from_millis(300);
        let start = Instant::now();
        assert!(matches!(run(&tools, &[]), Err(ToolError::Timeout(_))));
        assert!(start.elapsed() < Duration::from_secs(15));
    }

    #[test]
    fn endless_output_is_cut() {
        let (_folder, tools) = fake(
            "tool",
            "while echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; do :; done",
        );
        let tools = Tools {
            timeout: Duration::from_mins(2),
            ..tools
        };
        // The shell dies of the closed pipe or sees `echo` fail.
        assert!(matches!(
            run(&tools, &[]),
            Err(ToolError::TooLarge | ToolError::Failed(_))
        ));
    }
}
