//! Upgrade and uninstall.

use std::time::Duration;

use crate::{
    Case, With,
    admission::remove,
    cluster::{Cluster, NAMESPACE, RELEASE},
    operator::{self, DEPLOYMENT, compliant, violating},
    traffic::Load,
};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "an_upgrade_fails_no_request_and_keeps_what_was_there",
        own: false,
        with: With::Nothing,
        run: upgrade,
    },
    Case {
        name: "uninstalled_while_down_it_leaves_nothing_in_the_way",
        own: false,
        with: With::Nothing,
        run: uninstall,
    },
];

fn upgrade(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("upgraded", true);
    let key =
        || cluster.get(&["secret", "hipaa-iac-tls", "-n", NAMESPACE])["data"]["ca.key"].clone();
    let before = key();
    assert!(before.is_string());
    let good = Load::start(cluster, "upgraded", &compliant("a"));
    let bad = Load::start(cluster, "upgraded", &violating("b"));
    let image = Cluster::pause_image();
    cluster
        .apply(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: upgraded}}, spec: {{terminationGracePeriodSeconds: 0, containers: [{{name: main, image: {image:?}, imagePullPolicy: IfNotPresent}}]}}}}"
        ))
        .success();
    operator::upgrade(
        cluster,
        &[
            "podAnnotations.generation=second",
            "replicas=2",
            "connect.mode=enforce",
            "connect.groups={on-call}",
            "auditLog.file=true",
        ],
    );
    operator::ready(cluster);
    let (good, bad) = (good.stop(), bad.stop());
    assert_eq!(good.failed, [""; 0]);
    assert_eq!(bad.failed, [""; 0]);
    assert_eq!((good.denied, bad.admitted), (0, 0));
    assert_eq!(key(), before);
    let verify = [
        "exec",
        "-n",
        NAMESPACE,
        DEPLOYMENT,
        "--",
        "/hipaa-iac-operator",
        "audit",
        "verify",
        "/var/log/hipaa-iac/audit.jsonl",
    ];
    // A line may just be written.
    cluster.eventually("an unbroken audit log", Duration::from_secs(20), || {
        cluster.kubectl(&verify).stdout.contains("unbroken")
    });
    // What it was told is in force: shells in PHI pods are for those who are on call.
    let exec = ["exec", "a", "-n", "upgraded"];
    let command = ["--", "/pause", "end"];
    // Those of before answer on the connections that they have until they have drained.
    cluster.eventually("the new ones to answer", Duration::from_mins(1), || {
        let ran = cluster.kubectl(&[&exec[..], &command].concat());
        !ran.ok && ran.stderr.contains("exec into a pod of a PHI namespace")
    });
    let said = cluster
        .kubectl(&["attach", "a", "-n", "upgraded"])
        .failure();
    assert!(
        said.contains("attach into a pod of a PHI namespace"),
        "{said}"
    );
    let on_call = [
        "--as=nurse",
        "--as-group=system:masters",
        "--as-group=on-call",
    ];
    cluster
        .kubectl(&[&exec[..], &on_call, &command].concat())
        .success();
    remove(cluster, "upgraded");
}

fn uninstall(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("left", true);
    operator::take_down(cluster);
    let create = || {
        cluster.kubectl_with(
            &["create", "--dry-run=server", "-n", "left", "-f", "-"],
            &compliant("a"),
        )
    };
    cluster.eventually("nobody to answer", Duration::from_secs(90), || !create().ok);
    cluster
        .helm(&[
            "uninstall",
            RELEASE,
            "-n",
            NAMESPACE,
            "--wait",
            "--timeout",
            "120s",
        ])
        .success();
    cluster.eventually("the webhook to be gone", Duration::from_mins(1), || {
        cluster
            .get(&["validatingwebhookconfiguration", RELEASE])
            .is_null()
    });
    create().success();
    operator::let_back(cluster);
    // What users wrote stays, and the next installation finds it.
    assert!(!cluster.get(&["crd", "policies.hipaa-iac.dev"]).is_null());
    operator::install(cluster);
    operator::ready(cluster);
    cluster.eventually("violations to be denied", Duration::from_secs(30), || {
        let ran = cluster.kubectl_with(
            &["create", "--dry-run=server", "-n", "left", "-f", "-"],
            &violating("a"),
        );
        !ran.ok && ran.stderr.contains("configmap-literal-credential")
    });
    remove(cluster, "left");
}
