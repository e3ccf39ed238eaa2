//! What the chart's `NetworkPolicies` leave open, where they are enforced: by kube-router's controller for them.

use serde_json::{Value, json};

use crate::{
    Case, With,
    clinic::{self, Clinic, PATIENCE, SCRATCH, apply, finished, forget, slow, verification},
    cluster::{Cluster, NAMESPACE},
    node::Node,
    operator::{compliant, violating},
    restore::{Stopped, recorded_once, verdict},
};

pub(crate) const CASES: &[Case] = &[Case {
    name: "networks_are_closed_but_for_what_the_chart_says",
    own: true,
    with: With::Nothing,
    run: |cluster| clinic::with(cluster, networks),
}];

/// The namespace of a pod that has nothing to do with us.
const STRANGERS: &str = "strangers";

/// The pod of these labels that runs.
fn running(cluster: &Cluster, namespace: &str, labels: &str) -> Value {
    let running = || {
        let pods = cluster.get(&["pods", "-n", namespace, "-l", labels]);
        let mut pods = pods["items"].as_array().cloned().unwrap_or_default();
        pods.retain(|pod| pod["status"]["phase"] == "Running");
        pods.pop()
    };
    cluster.eventually(&format!("a pod of {labels}"), PATIENCE, || {
        running().is_some()
    });
    running().unwrap()
}

fn stranger() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "stranger", "namespace": STRANGERS, "labels": {"app": "stranger"}},
        "spec": {"terminationGracePeriodSeconds": 0, "containers": [{"name": "main", "image": Cluster::pause_image()}]},
    })
}

fn networks(cluster: &Cluster, clinic: &Clinic) {
    let node = cluster.node().unwrap();
    cluster.namespace(STRANGERS, false);
    clinic.volume_for_a_run(cluster, "run-of-fetches");
    apply(cluster, &[stranger(), verification("restores", &slow(600))]);
    let host = Node::address().to_string();
    let url = clinic.server.url();
    let (_, port) = url.rsplit_once(':').unwrap();
    let port: u16 = port.parse().unwrap();
    let uid = |pod: &Value| pod["metadata"]["uid"].as_str().unwrap().to_owned();
    let reaches =
        |pod: &Value, address: &str, port: u16| Node::reaches(&uid(pod), address, port).unwrap();
    let restores = running(cluster, SCRATCH, "hipaa-iac.dev/restore-role=restore");
    let stranger = running(cluster, STRANGERS, "app=stranger");
    let operator = running(cluster, NAMESPACE, "app.kubernetes.io/name=hipaa-iac");
    let operator = operator["status"]["podIP"].as_str().unwrap();

    // Without anybody who enforces them everything is open, and can be told so.
    assert!(reaches(&restores, &host, port) && reaches(&restores, &host, 6443));
    assert!(reaches(&stranger, operator, 8080));
    node.network_policies().unwrap();
    // The pod with the key reaches nothing, in the cluster or out of it.
    cluster.eventually("the pod with the key to be cut off", PATIENCE, || {
        !reaches(&restores, &host, port)
    });
    assert!(!reaches(&restores, &host, 6443) && !reaches(&restores, operator, 8443));
    // Nobody reads our metrics; reviews may come from everywhere, for the API server has no label.
    assert!(!reaches(&stranger, operator, 8080));
    assert!(reaches(&stranger, operator, 8443));

    // The pod that fetches reaches the store and nothing else: while the store hangs, it is there to be looked at.
    let stored = json!({"source": {"pgDump": {"location": {"pvc": null, "s3": {
        "bucket": "backups", "prefix": "daily/", "select": "Newest", "suffix": ".dump.age",
        "region": "us-east-1", "endpoint": clinic.server.url(), "credentialsSecretRef": {"name": "s3"},
    }}}}});
    let stopped = Stopped::new(clinic.server.id());
    apply(cluster, &[verification("fetches", &stored)]);
    let fetches = running(cluster, SCRATCH, "hipaa-iac.dev/restore-role=fetch");
    cluster.eventually("the rules of the pod that fetches", PATIENCE, || {
        reaches(&fetches, &host, port) && !reaches(&fetches, &host, 6443)
    });
    assert!(!reaches(&fetches, operator, 8443) && !reaches(&fetches, operator, 8080));
    drop(stopped);
    let run = finished(cluster, "fetches");
    assert_eq!(verdict(&run), ("Passed", "None"), "{run:#}");
    recorded_once(clinic, "fetches", &run);

    // The API server still asks the operator, and the operator the API server.
    let create = |object: &str| {
        let create = ["create", "--dry-run=server", "-n", STRANGERS, "-f", "-"];
        cluster.kubectl_with(&create, object)
    };
    create(&compliant("a")).success();
    let said = create(&violating("a")).failure();
    assert!(said.contains("configmap-literal-credential"), "{said}");
    node.end_network_policies().unwrap();
    cluster.eventually("the networks to be open again", PATIENCE, || {
        reaches(&restores, &host, port)
    });
    forget(cluster, &["restores", "fetches"]);
    cluster
        .kubectl(&["delete", "namespace", STRANGERS, "--wait=false"])
        .success();
}
