//! Running `helm` and `kustomize`: with nothing of the user's environment, without network, for a bounded time.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::Read,
    path::{Component, Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use hipaa_iac_source::MAX_FILE_BYTES;

/// How many words of an error are looked at for the name of a file.
const MAX_WORDS: usize = 200;

/// What a program says where it fails, and how a report says so. Its own words are not shown: they may quote values.
const KNOWN: [(&str, &str); 15] = [
    ("YAML parse error", "what it renders is not YAML"),
    (
        "execution error at",
        "a template calls `fail`, or `required` for what is not set",
    ),
    (
        "nil pointer evaluating",
        "it reads below a value that is not set",
    ),
    ("no template", "it includes a template that is not there"),
    ("parse error at", "a template cannot be parsed"),
    (
        "meet the specifications of the schema",
        "the values do not fit values.schema.json",
    ),
    (
        "missing in charts/ directory",
        "a dependency is not in its charts/ folder",
    ),
    (
        "chart requires kubeVersion",
        "it asks for another version of Kubernetes",
    ),
    ("error converting YAML to JSON", "a values file is not YAML"),
    ("no matches for Id", "a patch finds no object"),
    ("already registered id", "two objects have one identity"),
    ("unknown field", "a field is not known"),
    (
        "is not in or below",
        "a file that it names lies outside of its folder",
    ),
    (
        "no such file or directory",
        "a file that it names is not there",
    ),
    ("executing", "a template cannot be executed"),
];

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
    /// What it said may quote values, and is not shown as it is: see [`Failure::shown`].
    #[error("{}", .0.shown())]
    Failed(Failure),
}

/// What a program said as it failed.
#[derive(Debug)]
pub(crate) struct Failure {
    said: String,
    /// The folder that it worked on.
    folder: PathBuf,
}

impl Failure {
    /// What of it holds no values: which known failure it is, and the file of the folder that it names, with the line.
    fn shown(&self) -> String {
        let is_error = |line: &&str| {
            line.get(..6)
                .is_some_and(|start| start.eq_ignore_ascii_case("error:"))
        };
        // Warnings may stand before it.
        let error = self.said.lines().find(is_error).unwrap_or(&self.said);
        let known = KNOWN.iter().find(|(word, _)| error.contains(word));
        let what = known.map_or("it failed", |(_, shown)| *shown);
        let ends = |letter: char| letter.is_whitespace() || "\"'`()<>[]{},;".contains(letter);
        let mut words = error.split(ends).take(MAX_WORDS);
        match words.find_map(|word| self.place(word)) {
            Some(place) => format!("{what} ({place})"),
            None => what.to_owned(),
        }
    }

    /// `path:line` of a file that is there, so that it is no value. Helm writes the name of the chart before it.
    fn place(&self, word: &str) -> Option<String> {
        let mut parts = word.split(':');
        let path = parts.next().filter(|path| path.contains('.'))?;
        let inner = path.split_once('/').map(|(_, inner)| inner);
        let is_file = |path: &&str| {
            let inside = |part: Component<'_>| matches!(part, Component::Normal(_));
            Path::new(path).components().all(inside) && self.folder.join(path).is_file()
        };
        let path = [Some(path), inner].into_iter().flatten().find(is_file)?;
        let file = hipaa_iac_source::display_path(&self.folder.join(path));
        let line = parts.next().and_then(|line| line.parse::<u16>().ok());
        Some(match line {
            Some(line) => format!("{file}:{line}"),
            None => file,
        })
    }
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

    /// Runs a program on a folder and returns what it writes.
    pub(crate) fn run<S: AsRef<OsStr>>(
        &self,
        program: &Path,
        arguments: &[S],
        folder: &Path,
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
            return Err(ToolError::Failed(Failure {
                said: String::from_utf8_lossy(&errors).into_owned(),
                folder: folder.to_owned(),
            }));
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
            match tools.run(&program, arguments, Path::new(".")) {
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
    fn a_failure_is_told_without_values() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("templates")).unwrap();
        fs::write(folder.path().join("templates/a.yaml"), "").unwrap();
        let shown = |said: &str| {
            let failure = Failure {
                said: said.to_owned(),
                folder: folder.path().to_owned(),
            };
            let place = hipaa_iac_source::display_path(folder.path());
            failure.shown().replace(&format!("{place}/"), "")
        };
        for (said, is) in [
            (
                "coalesce.go:286: warning: cannot overwrite table for c.db (map[password:hunter2])\nError: YAML parse error on c/templates/a.yaml: error converting YAML to JSON: yaml: line 3: could not find hunter2\n",
                "what it renders is not YAML (templates/a.yaml)",
            ),
            (
                "Error: execution error at (c/templates/a.yaml:16:3): x hunter2\n\nUse --debug flag to render out invalid YAML\n",
                "a template calls `fail`, or `required` for what is not set (templates/a.yaml:16)",
            ),
            (
                "Error: template: c/templates/a.yaml:1:13: executing \"c/templates/a.yaml\" at <.Values.x.y.z>: nil pointer evaluating interface {}.y",
                "it reads below a value that is not set (templates/a.yaml:1)",
            ),
            (
                "Error: open hunter2.yaml: no such file or directory",
                "a file that it names is not there",
            ),
            ("Error: hunter2", "it failed"),
            ("", "it failed"),
        ] {
            assert_eq!(shown(said), is, "{said}");
        }
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
