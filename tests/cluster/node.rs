//! A Kubernetes cluster of one node from its real programs: etcd, the control plane, containerd, the kubelet, kube-proxy.

use std::{
    fs, io,
    net::Ipv4Addr,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use rcgen::KeyPair;

use crate::{certificates, world};

/// The node's address: the bridge that pods hang on, and where the API server is found.
const NODE: [u8; 4] = [10, 85, 0, 1];
const POD_SUBNET: &str = "10.85.0.0/16";
const SERVICE_SUBNET: &str = "10.96.0.0/16";
/// The Service `kubernetes`: the first address of the range.
const API_SERVICE: [u8; 4] = [10, 96, 0, 1];

/// How long a program may take to end when it is asked to, and how long one that is to crash.
const PATIENCE: Duration = Duration::from_secs(15);
const CRASH: Duration = Duration::from_secs(2);

/// Who may come in with which token, and the groups. Names as kubeadm gives them.
const USERS: [(&str, &str, &str); 5] = [
    ("admin", "admin", "system:masters"),
    ("kubelet", "system:node:node", "system:nodes"),
    (
        "kube-controller-manager",
        "system:kube-controller-manager",
        "",
    ),
    ("kube-scheduler", "system:kube-scheduler", ""),
    ("kube-proxy", "system:kube-proxy", "system:node-proxier"),
];

/// A running cluster. It ends with the world that it was started in.
#[derive(Debug)]
pub(crate) struct Node {
    folder: PathBuf,
    processes: Mutex<Vec<(&'static str, Child)>>,
}

impl Node {
    /// Starts everything and waits until pods can run.
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        let node = Self {
            folder: folder.to_owned(),
            processes: Mutex::new(Vec::new()),
        };
        node.prepare()?;
        node.containerd()?;
        node.etcd()?;
        node.api_server()?;
        node.controllers()?;
        node.kubelet()?;
        node.proxy()?;
        node.wait_for("the node to be ready", Duration::from_mins(3), || {
            node.says(
                &[
                    "get",
                    "node",
                    "node",
                    "-o",
                    "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}",
                ],
                "True",
            )
        })?;
        node.wait_for("the default account", Duration::from_mins(2), || {
            node.says(
                &["get", "serviceaccount", "default", "-o", "name"],
                "serviceaccount/default",
            )
        })?;
        Ok(node)
    }

    /// Where an administrator's kubeconfig is.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.path("admin.kubeconfig")
    }

    /// The API server's audit log: one JSON object a line, metadata only.
    pub(crate) fn audit_log(&self) -> PathBuf {
        self.path("audit.log")
    }

    /// Ends the API server, which is given no time to send its clients away, and starts it again, and what lost its lease meanwhile and ended, as a
    /// kubelet would.
    pub(crate) fn restart_api_server(&self) -> io::Result<()> {
        for program in [
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
        ] {
            self.end(program, CRASH)?;
        }
        self.api_server()?;
        self.controllers()
    }

    /// The address at which pods reach what listens on the node.
    pub(crate) const fn address() -> Ipv4Addr {
        Ipv4Addr::new(NODE[0], NODE[1], NODE[2], NODE[3])
    }

    /// Where all that the cluster writes is: etcd's data, containers, volumes, logs.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends the kubelet; containers go on.
    pub(crate) fn stop_kubelet(&self) -> io::Result<()> {
        self.end("kubelet", PATIENCE)
    }

    /// Ends the controller manager and the scheduler and starts them again: they must get their leases anew.
    pub(crate) fn restart_controllers(&self) -> io::Result<()> {
        self.end("kube-controller-manager", CRASH)?;
        self.end("kube-scheduler", CRASH)?;
        self.controllers()
    }

    /// Drops what the node sends to a port of pods, until the cut is dropped.
    pub(crate) fn cut(port: u16) -> io::Result<Cut> {
        let cut = Cut { port };
        cut.rule("-I").map(|()| cut)
    }

    fn end(&self, program: &str, patience: Duration) -> io::Result<()> {
        let mut processes = self.processes.lock().map_err(|_| poisoned())?;
        if let Some(at) = processes.iter().position(|(name, _)| *name == program) {
            let (_, mut child) = processes.remove(at);
            world::end(&mut child, patience)?;
        }
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Private places for what is hard to talk out of fixed paths, the bridge, keys, and files of settings.
    fn prepare(&self) -> io::Result<()> {
        for place in ["/run", "/var/log"] {
            run("mount", &["-t", "tmpfs", "tmpfs", place])?;
        }
        fs::write("/proc/sys/net/ipv4/ip_forward", "1")?;
        let address = format!("{}/16", dotted(NODE));
        run("ip", &["link", "set", "lo", "up"])?;
        run("ip", &["link", "add", "cni0", "type", "bridge"])?;
        run("ip", &["address", "add", &address, "dev", "cni0"])?;
        run("ip", &["link", "set", "cni0", "up"])?;
        // Service addresses are rewritten after routing, so there has to be a route.
        run("ip", &["route", "add", "default", "dev", "cni0"])?;

        let tokens: String = USERS
            .iter()
            .map(|(name, user, group)| format!("{name}-token,{user},{name},\"{group}\""))
            .collect::<Vec<_>>()
            .join("\n");
        fs::write(self.path("tokens.csv"), tokens)?;
        let authority = self.keys()?;
        for (name, _, _) in USERS {
            let config = kubeconfig(name, &authority);
            fs::write(self.path(&format!("{name}.kubeconfig")), config)?;
        }
        fs::write(
            self.path("audit.yaml"),
            "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n",
        )?;
        fs::write(self.path("resolv.conf"), "")?;
        for folder in ["cni", "pods"] {
            fs::create_dir_all(self.path(folder))?;
        }
        fs::write(self.path("cni/10-bridge.conflist"), self.network())?;
        fs::write(self.path("containerd.toml"), self.runtime())?;
        fs::write(self.path("kubelet.yaml"), self.kubelet_settings())
    }

    /// An authority, the API server's certificate and the key that signs the tokens of service accounts.
    fn keys(&self) -> io::Result<String> {
        let mut names = ["localhost", "kubernetes", "kubernetes.default"]
            .map(str::to_owned)
            .to_vec();
        names.push("kubernetes.default.svc".to_owned());
        names.extend([NODE, API_SERVICE, [127, 0, 0, 1]].map(dotted));
        let issued = certificates::issue(names, Duration::ZERO, Duration::from_hours(24))?;
        fs::write(self.path("ca.crt"), &issued.authority)?;
        fs::write(self.path("apiserver.crt"), &issued.certificate)?;
        fs::write(self.path("apiserver.key"), &issued.key)?;
        let accounts = KeyPair::generate().map_err(io::Error::other)?;
        fs::write(self.path("accounts.key"), accounts.serialize_pem())?;
        fs::write(self.path("accounts.pub"), accounts.public_key_pem())?;
        Ok(issued.authority)
    }

    fn network(&self) -> String {
        format!(
            r#"{{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {{
      "type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
      "ipam": {{
        "type": "host-local", "dataDir": "{}",
        "ranges": [[{{"subnet": "{POD_SUBNET}", "gateway": "{}"}}]],
        "routes": [{{"dst": "0.0.0.0/0"}}]
      }}
    }},
    {{"type": "portmap", "capabilities": {{"portMappings": true}}}}
  ]
}}
"#,
            self.text("addresses"),
            dotted(NODE)
        )
    }

    fn runtime(&self) -> String {
        format!(
            r#"version = 2
root = "{root}"
state = "{state}"
[grpc]
address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "localhost/pause:1"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "{cni}"
"#,
            root = self.text("containerd"),
            state = "/run/containerd/state",
            socket = SOCKET,
            cni = self.text("cni"),
        )
    }

    fn kubelet_settings(&self) -> String {
        format!(
            r"apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {{anonymous: {{enabled: true}}, webhook: {{enabled: false}}}}
authorization: {{mode: AlwaysAllow}}
cgroupDriver: cgroupfs
cgroupRoot: /{group}
containerRuntimeEndpoint: unix://{SOCKET}
# What a test kills again and again starts again at once.
featureGates: {{KubeletCrashLoopBackOffMax: true}}
crashLoopBackOff: {{maxContainerRestartPeriod: 1s}}
enforceNodeAllocatable: []
evictionHard: {{memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%}}
failCgroupV1: false
failSwapOn: false
imageGCHighThresholdPercent: 100
nodeStatusUpdateFrequency: 2s
syncFrequency: 5s
podLogsDir: {logs}
resolvConf: {resolv}
",
            group = world::group(&self.folder),
            logs = self.text("pods"),
            resolv = self.text("resolv.conf"),
        )
    }

    fn containerd(&self) -> io::Result<()> {
        self.spawn(
            "containerd",
            "containerd",
            &["--config", &self.text("containerd.toml")],
        )?;
        self.wait_for("containerd", Duration::from_mins(2), || {
            command("ctr", &["--address", SOCKET, "version"])
                .output()
                .is_ok_and(|output| output.status.success())
        })?;
        let images = hipaa_iac_tests::workspace().join("target/tools/images");
        for name in ["pause", "hipaa-iac-operator", RUNNER] {
            let tar = images.join(format!("{name}.tar"));
            if tar.is_file() {
                let base = format!("localhost/{name}");
                let tar = tar.display().to_string();
                run(
                    "ctr",
                    &[
                        "--address",
                        SOCKET,
                        "-n",
                        "k8s.io",
                        "images",
                        "import",
                        "--snapshotter",
                        "native",
                        // By tag and by digest.
                        "--digests",
                        "--base-name",
                        &base,
                        &tar,
                    ],
                )?;
            }
        }
        Ok(())
    }

    fn etcd(&self) -> io::Result<()> {
        self.spawn(
            "etcd",
            "kubernetes",
            &[
                "etcd",
                "--data-dir",
                &self.text("etcd"),
                "--unsafe-no-fsync",
                "--log-level=warn",
            ],
        )
    }

    fn api_server(&self) -> io::Result<()> {
        let with = |flag: &str, name: &str| format!("--{flag}={}", self.text(name));
        let arguments = [
            "kube-apiserver".to_owned(),
            "--etcd-servers=http://127.0.0.1:2379".to_owned(),
            "--bind-address=0.0.0.0".to_owned(),
            format!("--advertise-address={}", dotted(NODE)),
            "--allow-privileged=true".to_owned(),
            "--authorization-mode=Node,RBAC".to_owned(),
            "--enable-admission-plugins=NodeRestriction".to_owned(),
            "--kubelet-preferred-address-types=InternalIP".to_owned(),
            format!("--service-cluster-ip-range={SERVICE_SUBNET}"),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            with("service-account-key-file", "accounts.pub"),
            with("service-account-signing-key-file", "accounts.key"),
            with("tls-cert-file", "apiserver.crt"),
            with("tls-private-key-file", "apiserver.key"),
            with("token-auth-file", "tokens.csv"),
            with("audit-policy-file", "audit.yaml"),
            with("audit-log-path", "audit.log"),
        ];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.spawn("kube-apiserver", "kubernetes", &arguments)?;
        self.wait_for("the API server", Duration::from_mins(3), || {
            self.says(&["get", "--raw", "/readyz"], "ok")
        })
    }

    fn controllers(&self) -> io::Result<()> {
        // Those before them are gone and renew nothing: nobody waits for the end of their leases.
        let delete = [
            "delete",
            "lease",
            "kube-controller-manager",
            "kube-scheduler",
            "-n",
            "kube-system",
            "--ignore-not-found",
        ];
        self.wait_for("no lease to be left", Duration::from_mins(2), || {
            self.says(&delete, "")
        })?;
        let with = |flag: &str, name: &str| format!("--{flag}={}", self.text(name));
        self.spawn(
            "kube-controller-manager",
            "kubernetes",
            &[
                "kube-controller-manager",
                &with("kubeconfig", "kube-controller-manager.kubeconfig"),
                &with("root-ca-file", "ca.crt"),
                &with("service-account-private-key-file", "accounts.key"),
                "--use-service-account-credentials=true",
            ],
        )?;
        self.spawn(
            "kube-scheduler",
            "kubernetes",
            &[
                "kube-scheduler",
                &with("kubeconfig", "kube-scheduler.kubeconfig"),
            ],
        )
    }

    pub(crate) fn kubelet(&self) -> io::Result<()> {
        let with = |flag: &str, name: &str| format!("--{flag}={}", self.text(name));
        self.spawn(
            "kubelet",
            "kubernetes",
            &[
                "kubelet",
                &with("config", "kubelet.yaml"),
                &with("kubeconfig", "kubelet.kubeconfig"),
                &with("root-dir", "kubelet"),
                &with("cert-dir", "kubelet/pki"),
                &format!("--node-ip={}", dotted(NODE)),
                NAME,
            ],
        )
    }

    fn proxy(&self) -> io::Result<()> {
        let with = |flag: &str, name: &str| format!("--{flag}={}", self.text(name));
        self.spawn(
            "kube-proxy",
            "kubernetes",
            &[
                "kube-proxy",
                &with("kubeconfig", "kube-proxy.kubeconfig"),
                "--proxy-mode=iptables",
                &format!("--cluster-cidr={POD_SUBNET}"),
                // Only the machine's first network namespace may set these.
                "--conntrack-max-per-core=0",
                "--conntrack-tcp-timeout-established=0s",
                "--conntrack-tcp-timeout-close-wait=0s",
                NAME,
            ],
        )
    }

    /// Starts a driver whose volumes are folders, and what makes volumes and snapshots by it. Where the folders are: `volumes` below this one,
    /// by the names of their `PersistentVolumes`, and `snapshots`.
    pub(crate) fn storage(&self) -> io::Result<PathBuf> {
        let registry = self.path("kubelet/plugins_registry");
        let folder = self.path("storage");
        fs::create_dir_all(&registry)?;
        self.spawn(
            "csi-folders",
            "csi-folders",
            &[
                "--folder",
                &self.text("storage"),
                "--socket",
                DRIVER,
                "--registry",
                &self.text("kubelet/plugins_registry"),
            ],
        )?;
        self.wait_for("the driver of volumes", Duration::from_mins(2), || {
            Path::new(DRIVER).exists()
        })?;
        let kubeconfig = self.text("admin.kubeconfig");
        let address = format!("--csi-address={DRIVER}");
        let own = ["--kubeconfig", &kubeconfig];
        for program in ["csi-provisioner", "csi-snapshotter"] {
            self.spawn(program, program, &[&own[..], &[&*address]].concat())?;
        }
        self.spawn("snapshot-controller", "snapshot-controller", &own)?;
        Ok(folder)
    }

    /// Ends what [`Self::storage`] started.
    pub(crate) fn end_storage(&self) -> io::Result<()> {
        for program in [
            "snapshot-controller",
            "csi-snapshotter",
            "csi-provisioner",
            "csi-folders",
        ] {
            self.end(program, PATIENCE)?;
        }
        Ok(())
    }

    /// Enforces `NetworkPolicies` until [`Self::end_network_policies`].
    pub(crate) fn network_policies(&self) -> io::Result<()> {
        self.spawn(
            "network-policies",
            "kubernetes",
            &[
                "network-policies",
                "--kubeconfig",
                &self.text("admin.kubeconfig"),
                "--service-cluster-ip-range",
                SERVICE_SUBNET,
                NAME,
            ],
        )
    }

    /// Ends that, and takes its rules away.
    pub(crate) fn end_network_policies(&self) -> io::Result<()> {
        self.end("network-policies", PATIENCE)
    }

    /// Whether a pod reaches a port, from its own network.
    pub(crate) fn reaches(pod: &str, address: &str, port: u16) -> io::Result<bool> {
        let target = processes_of(pod)?[0].to_string();
        let open = format!("</dev/tcp/{address}/{port}");
        let ran = command("nsenter", &["--net", "--target", &target, "--"])
            .args(["timeout", "2", "bash", "-c", &open])
            .output()?;
        Ok(ran.status.success())
    }

    /// Sends a signal to the processes of a pod, but not to the one that holds it open.
    pub(crate) fn signal(pod: &str, signal: Signal) -> io::Result<()> {
        for process in processes_of(pod)? {
            let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
            if name.trim() != "pause" {
                // One may have ended with another.
                let _ = kill(Pid::from_raw(process), signal);
            }
        }
        Ok(())
    }

    fn spawn(&self, name: &'static str, program: &str, arguments: &[&str]) -> io::Result<()> {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.path(&format!("{name}.log")))?;
        let child = command(program, arguments)
            .process_group(0)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| io::Error::other(format!("{program}: {error}")))?;
        self.processes
            .lock()
            .map_err(|_| poisoned())?
            .push((name, child));
        Ok(())
    }

    /// Whether kubectl says just this.
    fn says(&self, arguments: &[&str], expected: &str) -> bool {
        command(
            "kubernetes",
            &["kubectl", "--kubeconfig", &self.text("admin.kubeconfig")],
        )
        .args(arguments)
        .env("HOME", &self.folder)
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == expected)
    }

    /// Waits, and tells the log of a process that ended meanwhile.
    fn wait_for(&self, what: &str, patience: Duration, ready: impl Fn() -> bool) -> io::Result<()> {
        let until = Instant::now() + patience;
        while !ready() {
            for (name, child) in self.processes.lock().map_err(|_| poisoned())?.iter_mut() {
                if let Some(status) = child.try_wait()? {
                    return Err(io::Error::other(format!(
                        "{name} ended with {status}:\n{}",
                        self.log(name)
                    )));
                }
            }
            if Instant::now() > until {
                return Err(io::Error::other(format!(
                    "waited {patience:?} for {what}; the kubelet says:\n{}",
                    self.log("kubelet")
                )));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// The last lines of a program's log.
    pub(crate) fn log(&self, name: &str) -> String {
        let text = fs::read(self.path(&format!("{name}.log"))).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(30);
        lines.get(from..).unwrap_or_default().join("\n")
    }
}

/// A network that is cut.
#[derive(Debug)]
pub(crate) struct Cut {
    port: u16,
}

impl Cut {
    fn rule(&self, action: &str) -> io::Result<()> {
        let port = self.port.to_string();
        let of = [
            "-p", "tcp", "-d", POD_SUBNET, "--dport", &port, "-j", "DROP",
        ];
        run("iptables", &[&["-w", action, "OUTPUT"][..], &of].concat())
    }
}

impl Drop for Cut {
    fn drop(&mut self) {
        // Where it cannot be taken back the tests that follow fail and say so.
        let _ = self.rule("-D");
    }
}

/// The node's name.
const NAME: &str = "--hostname-override=node";

/// The runner's image.
const RUNNER: &str = "hipaa-iac-runner";

/// containerd's socket, in the world's own `/run`.
const SOCKET: &str = "/run/containerd/containerd.sock";

/// The socket of the driver of volumes, there too.
const DRIVER: &str = "/run/csi-folders.sock";

/// The processes of the pod of this uid.
fn processes_of(pod: &str) -> io::Result<Vec<i32>> {
    let of_pod = format!("pod{pod}");
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        if fs::read_to_string(entry.path().join("cgroup")).is_ok_and(|at| at.contains(&of_pod)) {
            found.push(id);
        }
    }
    if found.is_empty() {
        return Err(io::Error::other(format!("no process of the pod {pod}")));
    }
    Ok(found)
}

fn poisoned() -> io::Error {
    io::Error::other("a test ended while it held the list of processes")
}

fn dotted(address: [u8; 4]) -> String {
    Ipv4Addr::from(address).to_string()
}

fn kubeconfig(name: &str, authority: &str) -> String {
    let data = BASE64_STANDARD.encode(authority);
    let server = dotted(NODE);
    format!(
        "apiVersion: v1
kind: Config
current-context: test
contexts: [{{name: test, context: {{cluster: test, user: {name}}}}}]
clusters: [{{name: test, cluster: {{server: \"https://{server}:6443\", certificate-authority-data: {data}}}}}]
users: [{{name: {name}, user: {{token: {name}-token}}}}]
"
    )
}

fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    // A proxy would be asked for the cluster's own addresses.
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
        command.env_remove(name);
    }
    command
}

fn run(program: &str, arguments: &[&str]) -> io::Result<()> {
    let output = command(program, arguments)
        .output()
        .map_err(|error| io::Error::other(format!("{program}: {error}")))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!(
            "{program} {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        )))
    }
}
