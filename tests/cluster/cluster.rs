//! The cluster as its users have it: `kubectl` and `helm` with a kubeconfig.

use std::{
    env, fs, io,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::{Duration, Instant},
};

use hipaa_iac_tests::workspace;
use serde_json::Value;

use crate::{
    node::Node,
    traffic::{self, Tunnel},
};

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
    proxy: OnceLock<Tunnel>,
    kinds: Mutex<Vec<Kind>>,
}

/// A kind that the API server serves.
#[derive(Clone, Debug)]
struct Kind {
    /// What kubectl takes for it.
    words: Vec<String>,
    /// `/api/v1` or `/apis/apps/v1`.
    base: String,
    plural: String,
    namespaced: bool,
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
            proxy: OnceLock::new(),
            kinds: Mutex::default(),
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
            proxy: OnceLock::new(),
            kinds: Mutex::default(),
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

    /// An object or a list as JSON; null where there is none. It takes what `kubectl get` does, and is asked for so often that a process for each
    /// would be most of what the machine does.
    pub(crate) fn get(&self, arguments: &[&str]) -> Value {
        let (mut names, mut namespace, mut query) = (Vec::new(), Some("default"), String::new());
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().unwrap();
            match *argument {
                "-A" => namespace = None,
                "-n" => namespace = Some(value()),
                "-l" => query = format!("?labelSelector={}", value()),
                "--field-selector" => query = format!("?fieldSelector={}", value()),
                option if option.starts_with('-') => panic!("{option} is not known here"),
                name => names.extend(name.split('/')),
            }
        }
        let Some(kind) = self.kind(names[0]) else {
            return Value::Null;
        };
        let mut parts = vec![kind.base.as_str()];
        if let Some(namespace) = namespace.filter(|_| kind.namespaced) {
            parts.extend(["namespaces", namespace]);
        }
        parts.push(&kind.plural);
        parts.extend(names.get(1));
        let path = parts.join("/") + &query;
        let mut got = self.raw(&path, "");
        // The objects of a list do not say what they are.
        let of = got["kind"]
            .as_str()
            .and_then(|kind| kind.strip_suffix("List"));
        if let Some(of) = of.map(str::to_owned) {
            let version = got["apiVersion"].clone();
            for item in got["items"].as_array_mut().into_iter().flatten() {
                item["apiVersion"] = version.clone();
                item["kind"] = of.as_str().into();
            }
        }
        got
    }

    /// What the API server answers to a GET, null where there is nothing; waits for it where it cannot say. `form` is one of JSON that is asked for.
    fn raw(&self, path: &str, form: &str) -> Value {
        let proxy = self.proxy.get_or_init(|| Tunnel::api_server(self));
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: localhost\r\nAccept: application/json{form}\r\n\r\n"
        );
        let until = Instant::now() + Duration::from_mins(1);
        loop {
            let answer = traffic::connect(proxy.port)
                .and_then(|stream| traffic::exchange(stream, request.as_bytes()));
            let said = match answer {
                Ok(answer) if answer.status == 404 => return Value::Null,
                Ok(answer) if answer.status == 200 => match serde_json::from_str(&answer.body) {
                    Ok(value) => return value,
                    Err(error) => error.to_string(),
                },
                Ok(answer) => answer.body,
                Err(error) => error.to_string(),
            };
            assert!(Instant::now() < until, "GET {path}: {said}");
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// A kind by its plural, singular, short or full name. Looks again what is served where it is not known.
    fn kind(&self, word: &str) -> Option<Kind> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |kinds: &[Kind]| {
            let named = |kind: &&Kind| kind.words.iter().any(|name| name == word);
            kinds.iter().find(named).cloned()
        };
        if known(&kinds).is_none() {
            *kinds = self.served();
        }
        known(&kinds)
    }

    /// Every kind that is served, those of the core first.
    fn served(&self) -> Vec<Kind> {
        let form = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        let groups = ["/api", "/apis"].map(|root| (root, self.raw(root, form)));
        let mut kinds = Vec::new();
        for (root, group) in groups.iter().flat_map(|(root, groups)| {
            let groups = groups["items"].as_array().into_iter().flatten();
            groups.map(move |group| (root, group))
        }) {
            let name = group["metadata"]["name"].as_str().unwrap_or_default();
            let slash = if name.is_empty() { "" } else { "/" };
            let preferred = &group["versions"][0];
            let version = preferred["version"].as_str().unwrap_or_default();
            for resource in preferred["resources"].as_array().into_iter().flatten() {
                let plural = resource["resource"].as_str().unwrap_or_default();
                let short = resource["shortNames"].as_array();
                let mut words: Vec<String> = [&resource["singularResource"]]
                    .into_iter()
                    .chain(short.into_iter().flatten())
                    .filter_map(|word| word.as_str().map(str::to_owned))
                    .collect();
                words.extend([plural.to_owned(), format!("{plural}.{name}")]);
                kinds.push(Kind {
                    words,
                    base: format!("{root}{slash}{name}/{version}"),
                    plural: plural.to_owned(),
                    namespaced: resource["scope"] == "Namespaced",
                });
            }
        }
        kinds
    }

    /// Runs a command of the documentation as it is written there, by a shell: the first that begins with `kubectl` and these words.
    pub(crate) fn documented(&self, file: &str, words: &str) -> Ran {
        let text = fs::read_to_string(workspace().join(file)).unwrap();
        let found = text.split_once(&format!("`kubectl {words}"));
        let Some((_, rest)) = found else {
            panic!("{file} does not say `kubectl {words}`");
        };
        let (rest, _) = rest.split_once('`').unwrap();
        let command = format!("kubernetes kubectl {words}{rest}");
        run(self.command("sh").args(["-c", &command]), "")
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
        self.eventually("the namespace's account", Duration::from_mins(2), || {
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
            thread::sleep(Duration::from_millis(100));
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
