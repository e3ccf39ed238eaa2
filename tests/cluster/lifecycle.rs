//! Upgrade and uninstall.

use std::time::Duration;

use crate::{
    Case,
    admission::remove,
    cluster::{Cluster, NAMESPACE, RELEASE},
    operator::{self, compliant, violating},
    outage,
    traffic::Load,
};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "an_upgrade_fails_no_request_and_keeps_what_was_there",
        own: false,
        run: upgrade,
    },
    Case {
        name: "denials_reach_the_audit_log_of_the_api_server",
        own: true,
        run: audited,
    },
    Case {
        name: "uninstalled_while_down_it_leaves_nothing_in_the_way",
        own: false,
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
    operator::upgrade(cluster, &["podAnnotations.generation=second", "replicas=2"]);
    operator::ready(cluster);
    let (good, bad) = (good.stop(), bad.stop());
    assert_eq!(good.failed, [""; 0]);
    assert_eq!(bad.failed, [""; 0]);
    assert_eq!((good.denied, bad.admitted), (0, 0));
    assert_eq!(key(), before);
    operator::upgrade(cluster, &[]);
    remove(cluster, "upgraded");
}

fn audited(cluster: &Cluster) {
    operator::ensure(cluster);
    cluster.namespace("audited", true);
    cluster
        .kubectl_with(&["create", "-n", "audited", "-f", "-"], &violating("a"))
        .failure();
    cluster.eventually("the annotations", Duration::from_secs(20), || {
        outage::audit_annotations(cluster) > 0
    });
    remove(cluster, "audited");
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
