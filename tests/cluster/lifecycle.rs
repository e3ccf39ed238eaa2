//! Upgrade, uninstall, and the way from a new installation to one that denies.

use std::time::Duration;

use crate::{
    Case, With,
    admission::{remove, violating_workload},
    cluster::{Cluster, NAMESPACE, RELEASE},
    operator::{self, DEPLOYMENT, compliant, violating},
    resources::{day, recorded, waiver},
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
    Case {
        name: "what_is_installed_anew_audits_then_warns_then_denies",
        own: false,
        with: With::Nothing,
        run: rollout,
    },
];

fn upgrade(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("upgraded", true);
    cluster.namespace("upgraded-out", true);
    cluster.namespace("upgraded-waivers", false);
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
            "policyModes.environment-literal-credential=warn",
            "excludeNamespaces={upgraded-out}",
            "waiverNamespaces={upgraded-waivers}",
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
    // Those of before answer on the connections that they have until they have drained.
    cluster.eventually("the new ones to be alone", Duration::from_mins(3), || {
        let of_operator = "app.kubernetes.io/name=hipaa-iac";
        let pods = cluster.get(&["pods", "-n", NAMESPACE, "-l", of_operator]);
        pods["items"].as_array().is_some_and(|pods| {
            let mut generations = pods.iter().map(|pod| &pod["metadata"]["annotations"]);
            generations.all(|of| of["generation"] == "second")
        })
    });
    // What it was told is in force: shells in PHI pods are for those who are on call.
    let exec = ["exec", "a", "-n", "upgraded"];
    let command = ["--", "/pause", "end"];
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
    let path = "/api/v1/namespaces/upgraded/pods/a/portforward";
    let said = cluster.kubectl(&["get", "--raw", path]).failure();
    assert!(
        said.contains("portforward into a pod of a PHI namespace"),
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

    let create = |namespace: &str, object: &str| {
        let create = ["create", "--dry-run=server", "-n", namespace, "-f", "-"];
        cluster.kubectl_with(&create, object)
    };
    cluster.eventually("one policy to warn", Duration::from_mins(1), || {
        let ran = create("upgraded", &violating_workload("upgraded", "Deployment"));
        ran.ok && ran.stderr.contains("environment-literal-credential")
    });
    cluster.eventually(
        "one namespace to be left out",
        Duration::from_mins(1),
        || create("upgraded-out", &violating("a")).ok,
    );
    let wanted = |namespace: &str, config: &str| {
        waiver(
            namespace,
            "upgraded",
            ["upgraded", config],
            "tests",
            &day(7),
        )
    };
    let elsewhere = wanted(NAMESPACE, "elsewhere");
    cluster.eventually("others to be told", Duration::from_mins(1), || {
        let create = ["create", "--dry-run=server", "-f", "-"];
        let said = cluster.kubectl_with(&create, &elsewhere);
        said.stderr.contains("do not count")
    });
    cluster.apply(&elsewhere).success();
    cluster
        .apply(&wanted("upgraded-waivers", "waived"))
        .success();
    cluster.eventually(
        "Waivers of one namespace to count",
        Duration::from_mins(1),
        || create("upgraded", &violating("waived")).ok,
    );
    let said = create("upgraded", &violating("elsewhere")).failure();
    assert!(said.contains("configmap-literal-credential"), "{said}");
    for namespace in [NAMESPACE, "upgraded-waivers"] {
        cluster
            .kubectl(&["delete", "waiver", "upgraded", "-n", namespace])
            .success();
    }
    for namespace in ["upgraded-out", "upgraded-waivers"] {
        cluster
            .kubectl(&["delete", "namespace", namespace, "--wait=false"])
            .success();
    }
    remove(cluster, "upgraded");
}

/// Of whatever is installed.
fn uninstall(cluster: &Cluster) {
    if operator::values(cluster).is_null() {
        operator::install(cluster);
    }
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
    remove(cluster, "left");
}

/// As the documentation has it: at first nothing is denied, then people see what would be, then it is.
fn rollout(cluster: &Cluster) {
    operator::upgrade(cluster, &["mode=audit"]);
    operator::ready(cluster);
    cluster.namespace("rollout", true);
    let create = || {
        cluster.kubectl_with(
            &["create", "--dry-run=server", "-n", "rollout", "-f", "-"],
            &violating("a"),
        )
    };
    let name = "configmap-literal-credential";
    let label = |mode: &str| {
        let mode = format!("hipaa-iac.dev/mode={mode}");
        cluster
            .kubectl(&["label", "namespace", "rollout", "--overwrite", &mode])
            .success();
    };
    let patience = Duration::from_secs(30);
    cluster.eventually("violations to be admitted", patience, || {
        let ran = create();
        ran.ok && !ran.stderr.contains(name)
    });
    recorded(cluster, &["\"namespace\":\"rollout\"", name]);
    label("warn");
    cluster.eventually("violations to be warned of", patience, || {
        let ran = create();
        ran.ok && ran.stderr.contains("Warning: ") && ran.stderr.contains(name)
    });
    label("enforce");
    cluster.eventually("violations to be denied", patience, || {
        let ran = create();
        !ran.ok && ran.stderr.contains(name)
    });
    remove(cluster, "rollout");
}
