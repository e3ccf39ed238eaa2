//! Our own resources: Waivers, Agreements and Policies, who leads, and what an administrator holds.

use std::{thread, time::Duration};

use time::OffsetDateTime;

use crate::{
    Case, With,
    admission::{POLICY, remove},
    cluster::{Cluster, NAMESPACE, RELEASE},
    operator::{self, compliant, violating},
};

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "a_waiver_counts_where_it_should_and_its_end_is_recorded",
        own: false,
        with: With::Others,
        run: waivers,
    },
    Case {
        name: "agreements_tell_where_they_stand_whoever_leads",
        own: false,
        with: With::Nothing,
        run: agreements,
    },
    Case {
        name: "a_hold_keeps_what_was_changed_and_what_slips_in_is_quarantined",
        own: false,
        with: With::Nothing,
        run: hold,
    },
];

/// A day as our resources write it.
pub(crate) fn day(days_from_now: u32) -> String {
    let then = OffsetDateTime::now_utc() + Duration::from_hours(24) * days_from_now;
    then.date().to_string()
}

/// The logs of all replicas, with the lines of their audit logs. Of one that is just starting or ending there are none, and kubectl fails: who looks for
/// a line looks again.
pub(crate) fn logs(cluster: &Cluster) -> String {
    cluster
        .documented("docs/operator.md", "-n hipaa-iac-system logs")
        .stdout
}

/// Waits until an audit log has a line with all these words.
pub(crate) fn recorded(cluster: &Cluster, words: &[&str]) {
    let what = format!("the audit log to say {words:?}");
    cluster.eventually(&what, Duration::from_mins(1), || {
        logs(cluster)
            .lines()
            .any(|line| words.iter().all(|word| line.contains(word)))
    });
}

/// A Waiver of this name for the violation of a ConfigMap, which is given by its namespace and name.
pub(crate) fn waiver(
    namespace: &str,
    name: &str,
    [of, config]: [&str; 2],
    owner: &str,
    until: &str,
) -> String {
    format!(
        "{{apiVersion: hipaa-iac.dev/v1alpha1, kind: Waiver, metadata: {{name: {name}, namespace: {namespace}}}, spec: {{policy: configmap-literal-credential,
target: {{kind: ConfigMap, namespace: {of}, name: {config}}}, reason: synthetic, owner: {owner}, approvedBy: ciso, compensatingControl: no data, until: \"{until}\"}}}}"
    )
}

/// Makes the leader look at all that it keeps, as whatever becomes of our resources does: by a Waiver where none counts. Waits until it has.
pub(crate) fn looked(cluster: &Cluster) {
    let waiver = waiver("default", "look", ["default", "a"], "tests", &day(7));
    cluster.eventually("the Waiver to be written", Duration::from_secs(30), || {
        cluster.apply(&waiver).ok
    });
    cluster.eventually("the leader to look", Duration::from_mins(1), || {
        cluster.get(&["waiver", "look", "-n", "default"])["status"]["state"] == "Ignored"
    });
    // Statuses and the webhook configuration are looked at side by side.
    thread::sleep(Duration::from_secs(10));
    cluster
        .kubectl(&["delete", "waiver", "look", "-n", "default"])
        .success();
}

fn dry(cluster: &Cluster, namespace: &str, object: &str) -> crate::cluster::Ran {
    cluster.kubectl_with(
        &["create", "--dry-run=server", "-n", namespace, "-f", "-"],
        object,
    )
}

fn waivers(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("waived", true);
    let waive = |namespace: &str, owner: &str, until: &str| {
        cluster.apply(&waiver(namespace, "tests", ["waived", "a"], owner, until))
    };
    let state = |namespace: &str| {
        cluster.get(&["waiver", "tests", "-n", namespace])["status"]["state"].clone()
    };
    // Where anybody might write one it counts for nothing.
    let foreign = waive("waived", "tests", &day(100));
    assert!(foreign.stderr.contains("do not count"), "{foreign:?}");
    foreign.success();
    cluster.eventually("the Waiver to be ignored", Duration::from_mins(1), || {
        state("waived") == "Ignored"
    });
    dry(cluster, "waived", &violating("a")).failure();
    let said = waive(NAMESPACE, "tests", "2026-01-01").failure();
    assert!(said.contains("ended on 2026-01-01"), "{said}");
    let said = waive(NAMESPACE, "tests", &day(500)).failure();
    assert!(said.contains("more than a year ahead"), "{said}");
    let said = waive(NAMESPACE, "CISO", &day(7));
    assert!(
        said.stderr.contains("approved by its own owner"),
        "{said:?}"
    );
    said.success();
    // It waives the one object, and says that it ends soon.
    cluster.eventually("the Waiver to count", Duration::from_mins(1), || {
        dry(cluster, "waived", &violating("a")).ok
    });
    dry(cluster, "waived", &violating("b")).failure();
    cluster.eventually("its state to be told", Duration::from_mins(1), || {
        state(NAMESPACE) == "Expiring"
    });
    let table = cluster
        .kubectl(&["get", "waivers", "-n", NAMESPACE])
        .success();
    assert!(
        table.contains("STATE") && table.contains("Expiring"),
        "{table}"
    );
    recorded(
        cluster,
        &[
            "\"name\":\"a\"",
            "\"waivers\":[\"configmap-literal-credential until",
        ],
    );
    cluster
        .kubectl(&["delete", "waivers", "--all", "-n", NAMESPACE])
        .success();
    cluster.eventually("the Waiver to end", Duration::from_mins(1), || {
        !dry(cluster, "waived", &violating("a")).ok
    });
    recorded(
        cluster,
        &[
            "\"operation\":\"DELETE\"",
            "\"kind\":\"hipaa-iac.dev/Waiver\"",
            "\"name\":\"tests\"",
            "\"user\":\"",
        ],
    );
    remove(cluster, "waived");
    recorded(
        cluster,
        &[
            "\"operation\":\"DELETE\"",
            "\"approvedBy\":\"tests: it held nothing\"",
        ],
    );
}

fn agreements(cluster: &Cluster) {
    operator::ensure(cluster);
    operator::ready(cluster);
    let agree = |vendor: &str, status: &str| {
        cluster.apply(&format!(
            "{{apiVersion: hipaa-iac.dev/v1alpha1, kind: Agreement, metadata: {{name: tests}}, spec: {{id: tests, vendor: {vendor}, status: {status},
signed: \"2026-01-15\", effective: \"2026-01-15\", expires: \"{}\"}}}}",
            day(30)
        ))
    };
    let is = |state: &str| cluster.get(&["agreement", "tests"])["status"]["state"] == state;
    let said = agree("no-such-vendor", "signed").failure();
    assert!(said.contains("no-such-vendor"), "{said}");
    agree("aws", "signed").success();
    cluster.eventually(
        "the Agreement to expire soon",
        Duration::from_mins(1),
        || is("Expiring"),
    );
    // The next one goes on where the one that writes statuses ended.
    let lease =
        || cluster.get(&["lease", RELEASE, "-n", NAMESPACE])["spec"]["holderIdentity"].clone();
    let leader = lease();
    let pod = leader.as_str().unwrap();
    cluster
        .kubectl(&["delete", "pod", pod, "-n", NAMESPACE, "--wait=false"])
        .success();
    cluster.eventually("another to lead", Duration::from_secs(30), || {
        let now = lease();
        now.as_str().is_some_and(|now| !now.is_empty()) && now != leader
    });
    agree("aws", "terminated").success();
    cluster.eventually("the Agreement to be over", Duration::from_mins(1), || {
        is("NotInForce")
    });
    cluster.kubectl(&["delete", "agreement", "tests"]).success();
    recorded(
        cluster,
        &[
            "\"operation\":\"DELETE\"",
            "\"kind\":\"hipaa-iac.dev/Agreement\"",
        ],
    );
    operator::ready(cluster);
}

fn hold(cluster: &Cluster) {
    const NAME: &str = "configmap-without-owner";
    operator::ensure(cluster);
    operator::ready(cluster);
    cluster.namespace("held", true);
    let configuration = ["validatingwebhookconfiguration", RELEASE];
    let state = ["configmap", "hipaa-iac-state", "-n", NAMESPACE];
    cluster
        .kubectl(
            &[
                &["annotate"][..],
                &state,
                &["hipaa-iac.dev/hold=ticket-123"],
            ]
            .concat(),
        )
        .success();
    let patch = r#"[{"op": "add", "path": "/webhooks/1/matchConditions/-", "value": {"name": "of-an-administrator", "expression": "true"}}]"#;
    cluster
        .kubectl(
            &[
                &["patch"][..],
                &configuration,
                &["--type=json", "-p", patch],
            ]
            .concat(),
        )
        .success();
    let ready = |name: &str| {
        let policy = cluster.get(&["policies.hipaa-iac.dev", name]);
        policy["status"]["conditions"][0].clone()
    };
    cluster.apply(POLICY).success();
    // Every replica must have seen it.
    cluster.eventually("the policy to be in force", Duration::from_secs(30), || {
        ready(NAME)["reason"] == "InForce"
            && (0..12).all(|_| {
                let said = dry(cluster, "held", &compliant("a"));
                said.stderr.contains(NAME)
            })
    });
    // A policy that is new makes the leader look at the configuration; it leaves it alone.
    thread::sleep(Duration::from_secs(10));
    let text = cluster.get(&configuration).to_string();
    assert!(text.contains("of-an-administrator"), "{text}");

    // With nobody to refuse it, what does not compile gets in.
    cluster
        .kubectl(&[&["delete"][..], &configuration].concat())
        .success();
    let broken = POLICY.replace("self != ''", "self !=");
    cluster.apply(&broken).success();
    cluster
        .apply(&broken.replace(NAME, "configmap-never-good"))
        .success();
    for (name, serves) in [(NAME, true), ("configmap-never-good", false)] {
        cluster.eventually(
            "the policy to be quarantined",
            Duration::from_secs(30),
            || ready(name)["reason"] == "Quarantined",
        );
        let message = ready(name)["message"].as_str().unwrap().to_owned();
        assert_eq!(
            message.contains("its last good form keeps serving"),
            serves,
            "{message}"
        );
    }
    assert!(cluster.get(&configuration).is_null());
    cluster
        .kubectl(&[&["delete"][..], &state].concat())
        .success();
    operator::registered(cluster);
    let text = cluster.get(&configuration).to_string();
    assert!(!text.contains("of-an-administrator"), "{text}");
    // Nor is it lost with those that have seen it, and nobody else puts another in its place.
    let status = r#"{"status": {"inForce": "{}"}}"#;
    let policy = ["policies.hipaa-iac.dev", NAME, "--subresource=status"];
    let said = cluster
        .kubectl(&[&["patch"][..], &policy, &["--type=merge", "-p", status]].concat())
        .failure();
    assert!(said.contains("only the operator of hipaa-iac"), "{said}");
    let before = operator::pods(cluster);
    operator::roll(cluster);
    for pod in before {
        let pod = format!("pod/{pod}");
        let wait = ["wait", "--for=delete", &pod, "-n", NAMESPACE];
        cluster
            .kubectl(&[&wait[..], &["--timeout=2m"]].concat())
            .success();
    }
    cluster.eventually(
        "the last good form to deny",
        Duration::from_secs(30),
        || {
            let said = dry(cluster, "held", &compliant("a"));
            !said.ok && said.stderr.contains(NAME)
        },
    );
    let said = dry(cluster, "held", &violating("a")).failure();
    assert!(said.contains("configmap-literal-credential"), "{said}");
    cluster
        .kubectl(&[
            "delete",
            "policies.hipaa-iac.dev",
            NAME,
            "configmap-never-good",
        ])
        .success();
    recorded(
        cluster,
        &[
            "\"operation\":\"DELETE\"",
            "\"kind\":\"hipaa-iac.dev/Policy\"",
            NAME,
        ],
    );
    operator::admitting(cluster, "held");
    remove(cluster, "held");
}
