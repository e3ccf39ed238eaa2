//! The operator in the cluster: installing it, and waiting for it.

use std::{
    fs,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use nix::sys::signal::{Signal, kill};
use serde_json::Value;

use crate::{
    cluster::{Cluster, NAMESPACE, RELEASE},
    restore::operator_processes,
};

/// Deployed and looked for by this name.
pub(crate) const DEPLOYMENT: &str = "deployment/hipaa-iac";
const CHART: &str = "charts/hipaa-iac";

/// Installs the chart, or brings it back to what tests start from: three replicas that deny.
pub(crate) fn install(cluster: &Cluster) {
    upgrade(cluster, &[]);
}

/// The operator's namespace, which admits restricted pods alone.
pub(crate) fn ensure_namespace(cluster: &Cluster) {
    if !cluster.kubectl(&["get", "namespace", NAMESPACE]).ok {
        cluster
            .apply(&format!(
                "{{apiVersion: v1, kind: Namespace, metadata: {{name: {NAMESPACE}, labels: {{pod-security.kubernetes.io/enforce: restricted}}}}}}"
            ))
            .success();
    }
}

/// Installs it unless it is there as tests start from. A test before may have left nodes and values behind.
pub(crate) fn ensure(cluster: &Cluster) {
    let _one_at_a_time = settling();
    let_back(cluster);
    let values = values(cluster);
    let names: Vec<&str> = values
        .as_object()
        .map(|values| values.keys().map(String::as_str).collect())
        .unwrap_or_default();
    if names != ["image", "mode"] || values["mode"] != "enforce" {
        install(cluster);
    }
}

/// Whoever holds it looks what is installed, and changes it: tests that run beside one another do so one after the other.
pub(crate) fn settling() -> MutexGuard<'static, ()> {
    static SETTLING: Mutex<()> = Mutex::new(());
    SETTLING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The values that it is installed with.
pub(crate) fn values(cluster: &Cluster) -> Value {
    let get = ["get", "values", RELEASE, "-n", NAMESPACE, "-o", "json"];
    serde_json::from_str(&cluster.helm(&get).stdout).unwrap_or_default()
}

/// `helm upgrade --install` with further values, whatever is there.
pub(crate) fn upgrade(cluster: &Cluster, values: &[&str]) {
    upgrade_with(cluster, values, &[]);
}

/// The same with further arguments.
pub(crate) fn upgrade_with(cluster: &Cluster, values: &[&str], more: &[&str]) {
    let_back(cluster);
    ensure_namespace(cluster);
    let image = Cluster::operator_image();
    let (repository, tag) = image.rsplit_once(':').unwrap();
    let repository = format!("image.repository={repository}");
    let tag = format!("image.tag={tag}");
    let mut arguments = vec![
        "upgrade",
        "--install",
        RELEASE,
        CHART,
        "-n",
        NAMESPACE,
        "--wait",
        "--timeout",
        "180s",
        "--set",
        &repository,
        "--set",
        &tag,
        "--set",
        "mode=enforce",
    ];
    for value in values {
        arguments.extend(["--set", value]);
    }
    arguments.extend(more);
    let ran = cluster.helm(&arguments);
    if !ran.ok {
        cluster.eventually(&format!("helm: {}", ran.stderr), Duration::ZERO, || false);
    }
    registered(cluster);
}

/// Waits until the webhook is registered and a violation is denied.
pub(crate) fn registered(cluster: &Cluster) {
    cluster.eventually(
        "the webhook to be registered",
        Duration::from_mins(1),
        || {
            let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
            configuration["webhooks"][0]["clientConfig"]["caBundle"].is_string()
        },
    );
}

/// Waits until every replica is ready.
pub(crate) fn ready(cluster: &Cluster) {
    cluster.eventually("every replica to be ready", Duration::from_mins(2), || {
        let status = &cluster.get(&[DEPLOYMENT, "-n", NAMESPACE])["status"];
        status["readyReplicas"] == status["replicas"]
            && status["updatedReplicas"] == status["replicas"]
            && status["unavailableReplicas"].is_null()
    });
}

/// The most resident memory of a replica, in MiB: half of what the chart lets it have.
const MEMORY: u64 = 128;

/// Prints how much memory the replicas hold, and held at most, where they run on our own node.
pub(crate) fn memory(cluster: &Cluster, when: &str) {
    if cluster.node().is_none() {
        return;
    }
    for process in operator_processes() {
        // It may just have ended.
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let mebibytes = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
            Some(kibibytes >> 10)
        };
        let (Some(now), Some(most)) = (mebibytes("VmRSS:"), mebibytes("VmHWM:")) else {
            continue;
        };
        eprintln!("{when} the operator holds {now} MiB, and held {most} MiB at most");
        assert!(now <= MEMORY, "{now} MiB");
    }
}

/// Ends all replicas at once and lets none start: the node takes no pods until [`let_back`].
pub(crate) fn take_down(cluster: &Cluster) {
    let nodes = cluster.get(&["nodes"]);
    for node in nodes["items"].as_array().unwrap() {
        let name = node["metadata"]["name"].as_str().unwrap();
        cluster.kubectl(&["cordon", name]).success();
    }
    cluster
        .kubectl(&[
            "delete",
            "pods",
            "-n",
            NAMESPACE,
            "-l",
            "app.kubernetes.io/name=hipaa-iac",
            "--force",
            "--grace-period=0",
        ])
        .success();
    // The packet filter has to hear of it, and the program to be gone.
    cluster.eventually("no endpoint to be left", Duration::from_secs(30), || {
        let slices = cluster.get(&[
            "endpointslices",
            "-n",
            NAMESPACE,
            "-l",
            "kubernetes.io/service-name=hipaa-iac",
        ]);
        slices["items"].as_array().is_some_and(|slices| {
            slices
                .iter()
                .all(|slice| slice["endpoints"].as_array().is_none_or(Vec::is_empty))
        })
    });
    // Who is told to stop gives its lease back at once, and the next one need not wait for the lease to end.
    let until = Instant::now() + Duration::from_secs(5);
    while !leader(cluster).is_empty() && Instant::now() < until {
        thread::sleep(Duration::from_millis(100));
    }
    // A pod that is deleted by force drains all the same, and answers on the connections that it has. On our own node nobody waits for that.
    cluster.eventually("the program to be gone", Duration::from_mins(2), || {
        if cluster.node().is_some() {
            for process in operator_processes() {
                // It may just have ended.
                let _ = kill(process, Signal::SIGKILL);
            }
        }
        nodes["items"].as_array().unwrap().iter().all(|node| {
            let name = node["metadata"]["name"].as_str().unwrap();
            let path = format!("/api/v1/nodes/{name}/proxy/runningpods/");
            let running = cluster.kubectl(&["get", "--raw", &path]).success();
            let running: Value = serde_json::from_str(&running).unwrap();
            !running["items"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|pod| {
                    pod["metadata"]["namespace"] == NAMESPACE
                        && pod["spec"]["containers"][0]["name"] == "operator"
                })
        })
    });
}

/// The pods that are there to stay.
pub(crate) fn pods(cluster: &Cluster) -> Vec<String> {
    let of_operator = "app.kubernetes.io/name=hipaa-iac";
    let pods = cluster.get(&["pods", "-n", NAMESPACE, "-l", of_operator]);
    let pods = pods["items"].as_array().unwrap().iter();
    pods.filter(|pod| pod["metadata"]["deletionTimestamp"].is_null())
        .map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The pod that leads; empty where none does.
pub(crate) fn leader(cluster: &Cluster) -> String {
    let lease = cluster.get(&["lease", RELEASE, "-n", NAMESPACE]);
    let holder = lease["spec"]["holderIdentity"].as_str();
    holder.unwrap_or_default().to_owned()
}

/// Lets pods start again.
pub(crate) fn let_back(cluster: &Cluster) {
    let nodes = cluster.get(&["nodes"]);
    for node in nodes["items"].as_array().unwrap() {
        let name = node["metadata"]["name"].as_str().unwrap();
        cluster.kubectl(&["uncordon", name]).success();
    }
}

/// Waits until every replica admits what violates nothing: each hears by itself that a policy of the cluster is gone.
pub(crate) fn admitting(cluster: &Cluster, namespace: &str) {
    let create = ["create", "--dry-run=server", "-n", namespace, "-f", "-"];
    cluster.eventually("every replica to admit", Duration::from_mins(1), || {
        (0..12).all(|_| cluster.kubectl_with(&create, &compliant("a")).ok)
    });
}

/// A ConfigMap that violates a policy of ours (`configmap-literal-credential`), as JSON.
pub(crate) fn violating(name: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}},"data":{{"DATABASE_PASSWORD":"hunter2-winter-24"}}}}"#
    )
}

/// A ConfigMap that violates nothing, as JSON.
pub(crate) fn compliant(name: &str) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}},"data":{{"color":"blue"}}}}"#
    )
}

/// Replaces every replica, one after the other.
pub(crate) fn roll(cluster: &Cluster) {
    cluster
        .kubectl(&["rollout", "restart", DEPLOYMENT, "-n", NAMESPACE])
        .success();
    cluster
        .kubectl(&[
            "rollout",
            "status",
            DEPLOYMENT,
            "-n",
            NAMESPACE,
            "--timeout=180s",
        ])
        .success();
}
