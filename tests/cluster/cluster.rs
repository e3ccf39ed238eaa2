//! The cluster as its users have it: `kubectl` and `helm` with a kubeconfig.

use std::{
    env, fs, io,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use hipaa_iac_tests::workspace;
use serde_json::Value;

use crate::node::Node;

/// Where the operator is installed, and its release's name.
pub(crate) const NAMESPACE: &str = "hipaa-iac-system";
/// The Helm release's name; the chart gives its objects the same.
pub(crate) const RELEASE: &str = "hipaa-iac";

/// A cluster to test on: our own, or the one that `KUBECONFIG` names.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    kubeconfig: PathBuf,
    node: Option<Node>,
}

/// What a command gave.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// Whether it succeeded.
    pub(crate) ok: bool,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Ran {
    /// Standard output, where it succeeded.
    #[track_caller]
    pub(crate) fn success(self) -> String {
        assert!(self.ok, "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Standard error, where it failed.
    #[track_caller]
    pub(crate) fn failure(self) -> String {
        assert!(!self.ok, "should have failed: {}", self.stdout);
        self.stderr
    }
}

impl Cluster {
    /// Our own cluster, in the world that this process runs in.
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        let node = Node::start(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            kubeconfig: node.kubeconfig(),
            node: Some(node),
        })
    }

    /// The cluster that `KUBECONFIG` names.
    pub(crate) fn given(folder: &Path) -> io::Result<Self> {
        let kubeconfig = env::var_os("KUBECONFIG")
            .ok_or_else(|| io::Error::other("KUBECONFIG names no cluster"))?;
        Ok(Self {
            folder: folder.to_owned(),
            kubeconfig: kubeconfig.into(),
            node: None,
        })
    }

    /// Our own node; none where the cluster was given.
    pub(crate) fn node(&self) -> Option<&Node> {
        self.node.as_ref()
    }

    /// The image of the operator.
    pub(crate) fn operator_image() -> String {
        env::var("HIPAA_IAC_OPERATOR_IMAGE")
            .unwrap_or_else(|_| "localhost/hipaa-iac-operator:test".to_owned())
    }

    /// The image of the pods that fetch and restore, with its digest.
    pub(crate) fn runner_image() -> String {
        if let Ok(image) = env::var("HIPAA_IAC_RUNNER_IMAGE") {
            return image;
        }
        let index = workspace().join("target/tools/images/hipaa-iac-runner/index.json");
        let index: Value = serde_json::from_slice(&fs::read(index).unwrap()).unwrap();
        let digest = index["manifests"][0]["digest"].as_str().unwrap();
        format!("localhost/hipaa-iac-runner@{digest}")
    }

    /// An image whose program waits for ever.
    pub(crate) fn pause_image() -> String {
        env::var("HIPAA_IAC_PAUSE_IMAGE").unwrap_or_else(|_| "localhost/pause:1".to_owned())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("KUBECONFIG", &self.kubeconfig)
            .env("HOME", &self.folder)
            .current_dir(workspace());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
            command.env_remove(name);
        }
        command
    }

    /// A kubectl command that has not been started.
    pub(crate) fn kubectl_command(&self) -> Command {
        let mut command = self.command("kubernetes");
        command.arg("kubectl");
        command
    }

    /// Runs kubectl.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Ran {
        run(self.kubectl_command().args(arguments), "")
    }

    /// Runs kubectl with standard input.
    pub(crate) fn kubectl_with(&self, arguments: &[&str], input: &str) -> Ran {
        run(self.kubectl_command().args(arguments), input)
    }

    /// `kubectl apply` of this text.
    pub(crate) fn apply(&self, manifests: &str) -> Ran {
        self.kubectl_with(&["apply", "-f", "-"], manifests)
    }

    /// An object as JSON; null where there is none.
    pub(crate) fn get(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["get", "-o", "json"];
        all.extend(arguments);
        let ran = self.kubectl(&all);
        serde_json::from_str(&ran.stdout).unwrap_or_default()
    }

    /// Runs Helm.
    pub(crate) fn helm(&self, arguments: &[&str]) -> Ran {
        run(self.command("helm").args(arguments), "")
    }

    /// A namespace of a test's own; `phi` says that it holds PHI.
    pub(crate) fn namespace(&self, name: &str, phi: bool) {
        let label = if phi { "phi" } else { "none" };
        self.apply(&format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{hipaa-iac.dev/data-class: {label}}}}}}}"
        ))
        .success();
        self.eventually("the namespace's account", Duration::from_secs(30), || {
            !self
                .get(&["serviceaccount", "default", "-n", name])
                .is_null()
        });
    }

    /// Waits until something holds.
    #[track_caller]
    pub(crate) fn eventually(&self, what: &str, patience: Duration, holds: impl Fn() -> bool) {
        let until = Instant::now() + patience;
        while !holds() {
            assert!(
                Instant::now() < until,
                "waited {patience:?} for {what}\n{}",
                self.state()
            );
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// What one looks at first when something does not come up.
    fn state(&self) -> String {
        let look = |arguments: &[&str]| {
            let ran = self.kubectl(arguments);
            format!(
                "$ kubectl {}\n{}{}\n",
                arguments.join(" "),
                ran.stdout,
                ran.stderr
            )
        };
        let mut state = look(&["get", "pods", "-A", "-o", "wide"]);
        state += &look(&["get", "validatingwebhookconfigurations"]);
        state += &look(&["get", "events", "-n", NAMESPACE, "--sort-by=.lastTimestamp"]);
        state += &look(&[
            "logs",
            "-n",
            NAMESPACE,
            "-l",
            "app.kubernetes.io/name=hipaa-iac",
            "--tail=20",
            "--prefix",
        ]);
        state
    }
}

fn run(command: &mut Command, input: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // kubectl may refuse and end before it has read everything.
    let _ = pipe.write_all(input.as_bytes());
    drop(pipe);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    Ran {
        ok: status.success(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}
