//! Restores and admission: no PHI database without a verification that passed, and nobody but the operator who may say that one did.
//!
//! No backup is restored here: what a run comes to is written by the operator's own account, as its controller would. That its controller does so,
//! `restore.rs` tries.

use std::time::Duration;

use hipaa_iac_evidence::Signer;
use serde_json::{Value, json};

use crate::{
    Case, With,
    admission::remove,
    cluster::{Cluster, NAMESPACE, RELEASE},
    operator, restore_cnpg,
};

pub(crate) const CASES: &[Case] = &[
    case("restores_are_asked_for_at_admission", admission),
    case(
        "restores_of_cloudnativepg_clusters_are_asked_for_at_admission",
        cnpg,
    ),
    case("restores_that_passed_cannot_be_forged", forging),
];

const fn case(name: &'static str, run: fn(&Cluster)) -> Case {
    Case {
        name,
        own: false,
        with: With::Nothing,
        run,
    }
}

const CLINIC: &str = "restore-admission";
pub(crate) const POLICY: &str = "database-restore-unverified";

/// The chart with restore verification, and this policy alone.
fn install(cluster: &Cluster) {
    operator::ensure_namespace(cluster);
    let key = Signer::generate().unwrap().to_pem().unwrap();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "restore-admission", "namespace": NAMESPACE},
        "stringData": {"evidence.key": key}});
    cluster.apply(&secret.to_string()).success();
    let image = format!(
        "restoreVerification.image=localhost/none@sha256:{}",
        "0".repeat(64)
    );
    operator::upgrade(
        cluster,
        &[
            "restoreVerification.enabled=true",
            "restoreVerification.evidenceKeySecret=restore-admission",
            &image,
            "config.only={database-restore-unverified}",
        ],
    );
    operator::ready(cluster);
    cluster.eventually("the door for verifications", Duration::from_mins(1), || {
        let configuration = cluster.get(&["validatingwebhookconfiguration", RELEASE]);
        configuration.to_string().contains("restores.hipaa-iac.dev")
    });
    cluster.namespace(CLINIC, true);
}

fn database(name: &str) -> String {
    database_in(CLINIC, name)
}

/// A StatefulSet that is a database.
pub(crate) fn database_in(namespace: &str, name: &str) -> String {
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 0, "serviceName": name, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "postgres", "image": "localhost/postgres:16"}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"},
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]},
    })
    .to_string()
}

/// One that is suspended restores nothing.
fn verification(name: &str, database: &str, suspend: bool) -> String {
    json!({
        "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "RestoreVerification", "metadata": {"name": name, "namespace": CLINIC},
        "spec": {
            "suspend": suspend,
            // Far away: it runs when it is made, and not again.
            "covers": [{"kind": "StatefulSet", "name": database}],
            "source": {"pgDump": {"format": "Custom", "location": {"pvc": {"claimName": "dumps", "path": "ehr.dump.age"}},
                "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}}},
    })
    .to_string()
}

/// What the operator's account makes of the status of a verification: that it passed these hours ago, as it is now.
fn conclude(cluster: &Cluster, name: &str, hours: u64) {
    let at = hours_ago(hours);
    let status = json!({"lastVerdict": "Passed", "lastPassedTime": at, "decisive": {"verdict": "Passed", "finishedAt": at}});
    let account = format!("--as=system:serviceaccount:{NAMESPACE}:{RELEASE}");
    cluster.eventually("the status to be written", Duration::from_mins(1), || {
        let mut object = cluster.get(&["restoreverification", name, "-n", CLINIC]);
        // The operator has looked at it first.
        let Some(digest) = object["status"]["subjectDigest"]
            .as_str()
            .map(str::to_owned)
        else {
            return false;
        };
        object["status"]["passedDigest"] = digest.into();
        for (member, value) in status.as_object().unwrap() {
            object["status"][member] = value.clone();
        }
        // The controller writes too: a conflict is tried again.
        cluster
            .kubectl_with(
                &[
                    "replace",
                    "--subresource=status",
                    "--validate=false",
                    &account,
                    "-f",
                    "-",
                ],
                &object.to_string(),
            )
            .ok
    });
}

fn hours_ago(hours: u64) -> String {
    let then = time::OffsetDateTime::now_utc() - Duration::from_hours(hours);
    then.format(&time::format_description::well_known::Rfc3339)
        .unwrap()
}

fn create(cluster: &Cluster, manifest: &str) -> crate::cluster::Ran {
    cluster.kubectl_with(&["create", "-f", "-"], manifest)
}

/// Tries until the watches have caught up with what was just written.
fn created(cluster: &Cluster, manifest: &str) -> String {
    let said = std::cell::RefCell::new(String::new());
    cluster.eventually("it to be admitted", Duration::from_mins(1), || {
        let ran = create(cluster, manifest);
        said.borrow_mut().clone_from(&ran.stderr);
        ran.ok
    });
    said.into_inner()
}

fn admission(cluster: &Cluster) {
    install(cluster);
    // Replicas of before the upgrade answer until their connections are closed; the other policies deny it too.
    cluster.eventually(
        "it to be denied for want of one",
        Duration::from_mins(1),
        || {
            let denied = create(cluster, &database("ehr")).failure();
            denied.contains(POLICY) && denied.contains("no RestoreVerification")
        },
    );
    // A new verification: admitted, and said.
    create(cluster, &verification("new", "new", false)).success();
    let warned = created(cluster, &database("new"));
    assert!(
        warned.contains("is new, and no run of it has passed yet"),
        "{warned}"
    );
    for [kind, name] in [["statefulset", "new"], ["restoreverification", "new"]] {
        // Its run is destroyed first, which nobody waits for here.
        cluster
            .kubectl(&["delete", kind, name, "-n", CLINIC, "--wait=false"])
            .success();
    }
    // No grace where no run of it will come.
    create(cluster, &verification("ehr", "ehr", true)).success();
    cluster.eventually(
        "one that is suspended to be none",
        Duration::from_mins(1),
        || {
            let denied = create(cluster, &database("ehr")).failure();
            denied.contains("has passed within")
        },
    );

    conclude(cluster, "ehr", 32 * 24);
    cluster.eventually("a stale proof to be none", Duration::from_mins(1), || {
        let ran = create(cluster, &database("ehr"));
        if ran.ok {
            cluster
                .kubectl(&["delete", "statefulset", "ehr", "-n", CLINIC])
                .success();
        }
        !ran.ok && ran.stderr.contains("has passed within")
    });
    conclude(cluster, "ehr", 1);
    let said = created(cluster, &database("ehr"));
    assert!(!said.contains("Warning"), "{said}");

    // What a leader finds at its first look is no news: it has to have seen the proof.
    cluster.eventually(
        "the leader to see it proved",
        Duration::from_mins(1),
        || {
            let lease = cluster.get(&["lease", RELEASE, "-n", NAMESPACE]);
            let Some(leader) = lease["spec"]["holderIdentity"].as_str() else {
                return false;
            };
            let metrics =
                format!("/api/v1/namespaces/{NAMESPACE}/pods/{leader}:8080/proxy/metrics");
            let ran = cluster.kubectl(&["get", "--raw", &metrics]);
            ran.stdout
                .contains("hipaa_iac_restore_databases{verdict=\"pass\"} 1")
        },
    );
    // Its proof grows old: the database may still be changed.
    conclude(cluster, "ehr", 32 * 24);
    cluster.eventually("the change to be warned of", Duration::from_mins(1), || {
        let ran = cluster.kubectl(&["scale", "statefulset", "ehr", "--replicas=1", "-n", CLINIC]);
        assert!(ran.ok, "{}", ran.stderr);
        cluster
            .kubectl(&["scale", "statefulset", "ehr", "--replicas=0", "-n", CLINIC])
            .success();
        ran.stderr.contains("was so before")
    });
    let events = |reason: &str| {
        let field = format!("reason={reason}");
        let events = cluster.get(&["events", "-n", CLINIC, "--field-selector", &field]);
        !events["items"].as_array().is_none_or(Vec::is_empty)
    };
    cluster.eventually("the event of it", Duration::from_mins(1), || {
        events("RestoreUnverified")
    });

    // Whoever ends the only verification is told.
    create(cluster, &verification("second", "ehr", false)).success();
    let second = ["restoreverification", "second", "-n", CLINIC];
    cluster.eventually("the suspension to be warned of", Duration::from_mins(1), || {
        let patch = |suspend: bool| {
            let patch = format!(r#"{{"spec":{{"suspend":{suspend}}}}}"#);
            let mut arguments = vec!["patch"];
            arguments.extend(second);
            arguments.extend(["--type=merge", "-p", &patch]);
            cluster.kubectl(&arguments)
        };
        patch(false).success();
        let ran = patch(true);
        assert!(ran.ok, "{}", ran.stderr);
        ran.stderr.contains("second is suspended, and no other verifies the restore of StatefulSet/restore-admission/ehr")
    });
    cluster.eventually("the event of it", Duration::from_mins(1), || {
        events("SuspendedOnlyCover")
    });
}

/// A database that is CloudNativePG's: its definition on the real API server, and no operator of it.
fn cnpg(cluster: &Cluster) {
    restore_cnpg::define(cluster);
    install(cluster);
    let database = json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster",
        "metadata": {"name": "ehr-cnpg", "namespace": CLINIC}, "spec": {"instances": 3}})
    .to_string();
    cluster.eventually(
        "it to be denied for want of one",
        Duration::from_mins(1),
        || {
            let ran = create(cluster, &database);
            if ran.ok {
                cluster
                    .kubectl(&[
                        "delete",
                        "clusters.postgresql.cnpg.io",
                        "ehr-cnpg",
                        "-n",
                        CLINIC,
                    ])
                    .success();
            }
            !ran.ok && ran.stderr.contains(POLICY) && ran.stderr.contains("no RestoreVerification")
        },
    );
    let mut covering: Value =
        serde_json::from_str(&verification("cnpg", "ehr-cnpg", false)).unwrap();
    covering["spec"]["covers"] =
        json!([{"group": "postgresql.cnpg.io", "kind": "Cluster", "name": "ehr-cnpg"}]);
    create(cluster, &covering.to_string()).success();
    let warned = created(cluster, &database);
    assert!(
        warned.contains("is new, and no run of it has passed yet"),
        "{warned}"
    );
    restore_cnpg::undefine(cluster);
    cluster
        .kubectl(&["delete", "restoreverification", "cnpg", "-n", CLINIC])
        .success();
}

fn forging(cluster: &Cluster) {
    install(cluster);
    if cluster
        .get(&["restoreverification", "ehr", "-n", CLINIC])
        .is_null()
    {
        create(cluster, &verification("ehr", "ehr", true)).success();
    }
    let forge = || {
        let patch = format!(
            r#"{{"status":{{"lastVerdict":"Passed","lastPassedTime":"{}"}}}}"#,
            hours_ago(0)
        );
        cluster
            .kubectl(&[
                "patch",
                "restoreverification",
                "ehr",
                "-n",
                CLINIC,
                "--subresource=status",
                "--type=merge",
                "-p",
                &patch,
            ])
            .failure()
    };
    assert!(
        forge().contains("only the operator of hipaa-iac"),
        "{}",
        forge()
    );

    // A run by hand: in one's own name only.
    let whoami = cluster
        .kubectl(&[
            "auth",
            "whoami",
            "-o",
            "jsonpath={.status.userInfo.username}",
        ])
        .success();
    let whoami = whoami.trim();
    let ask = |who: &str| {
        let annotation = format!("hipaa-iac.dev/run-requested-by={who} 1");
        cluster.kubectl(&[
            "annotate",
            "restoreverification",
            "ehr",
            "-n",
            CLINIC,
            "--overwrite",
            &annotation,
        ])
    };
    for forged in ["somebody-else", &format!("{whoami} somebody-else")] {
        let denied = ask(forged).failure();
        assert!(denied.contains("is your own name"), "{denied}");
    }
    ask(whoami).success();
    let manual = || {
        let runs = cluster.get(&["restoreverificationruns", "-n", CLINIC]);
        runs["items"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|run| run["spec"]["trigger"] == "Manual")
            .cloned()
    };
    cluster.eventually("the run", Duration::from_secs(30), || manual().is_some());
    let run = manual().unwrap();
    assert_eq!(run["spec"]["requestedBy"], whoami);
    let name = run["metadata"]["name"].as_str().unwrap();

    let mut copy = json!({"apiVersion": run["apiVersion"], "kind": run["kind"], "spec": run["spec"],
        "metadata": {"name": "forged", "namespace": CLINIC}});
    let denied = create(cluster, &copy.to_string()).failure();
    assert!(
        denied.contains("only the operator of hipaa-iac"),
        "{denied}"
    );
    copy["metadata"] = json!({"name": name, "namespace": CLINIC});
    copy["spec"]["requestedBy"] = json!("somebody-else");
    let denied = cluster.apply(&copy.to_string()).failure();
    assert!(denied.contains("never changes"), "{denied}");

    // All of it holds while nobody of the operator is there.
    operator::take_down(cluster);
    assert!(
        forge().contains("only the operator of hipaa-iac"),
        "{}",
        forge()
    );
    let status = format!(
        r#"{{"status":{{"phase":"Finished","verdict":"Passed","finishedAt":"{}"}}}}"#,
        hours_ago(0)
    );
    let denied = cluster
        .kubectl(&[
            "patch",
            "restoreverificationrun",
            name,
            "-n",
            CLINIC,
            "--subresource=status",
            "--type=merge",
            "-p",
            &status,
        ])
        .failure();
    assert!(
        denied.contains("only the operator of hipaa-iac"),
        "{denied}"
    );
    let release = |name: &str, annotations: Value| {
        let patch =
            json!({"metadata": {"finalizers": null, "annotations": annotations}}).to_string();
        cluster.kubectl(&[
            "patch",
            "restoreverificationrun",
            name,
            "-n",
            CLINIC,
            "--type=merge",
            "-p",
            &patch,
        ])
    };
    let denied = release(name, json!({})).failure();
    assert!(denied.contains("approved-by"), "{denied}");
    // There is no evidence store: an administrator lets the runs go, and says so.
    let runs = cluster.get(&["restoreverificationruns", "-n", CLINIC]);
    for run in runs["items"].as_array().unwrap() {
        let name = run["metadata"]["name"].as_str().unwrap();
        release(name, json!({"hipaa-iac.dev/approved-by": "a test"})).success();
    }
    cluster
        .kubectl(&["delete", "restoreverifications", "--all", "-n", CLINIC])
        .success();
    operator::let_back(cluster);
    remove(cluster, CLINIC);
}
