//! Verifications that name a CloudNativePG cluster: its backups, made by barman-cloud's own programs, restored in pods.
//!
//! CloudNativePG itself does not run here. Its resources are those of a user, and what its operator would write into them is written by the
//! test; the definitions have the fields of its API that are read, and no others.

use hipaa_iac_tests::postgresql::{self, ROWS};
use serde_json::{Value, json};

use crate::{
    Case, With,
    clinic::{self, Clinic, EHR, PATIENCE, apply, finished, forget, left, runs, verification},
    cluster::Cluster,
    restore::{recorded_once, verdict},
};

pub(crate) const CASES: &[Case] = &[Case {
    name: "restore_of_the_backups_of_a_cloudnativepg_cluster",
    own: true,
    with: With::Others,
    run: |cluster| clinic::with(cluster, backups),
}];

/// A definition of a kind whose objects have these fields, each with its schema.
pub(crate) fn definition(
    group: &str,
    kind: &str,
    plural: &str,
    spec: &Value,
    status: &Value,
) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"kind": kind, "listKind": format!("{kind}List"), "plural": plural, "singular": kind.to_lowercase()},
            "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                    "spec": {"type": "object", "properties": spec},
                    "status": {"type": "object", "properties": status},
                }}}}],
        },
    })
}

fn text() -> Value {
    json!({"type": "string"})
}

/// Where barman-cloud writes, as in `BarmanObjectStoreConfiguration` of CloudNativePG.
fn store() -> Value {
    let key = json!({"type": "object", "properties": {"name": text(), "key": text()}});
    json!({"type": "object", "required": ["destinationPath"], "properties": {
        "destinationPath": {"type": "string", "minLength": 1}, "endpointURL": text(), "serverName": text(),
        "s3Credentials": {"type": "object", "properties": {"accessKeyId": key, "secretAccessKey": key}},
    }})
}

/// `Cluster`, `Backup` and `ObjectStore`.
pub(crate) fn definitions() -> [Value; 3] {
    let parameters = json!({"type": "object", "additionalProperties": text()});
    let plugin = json!({"type": "object", "required": ["name"], "properties": {"name": text(), "enabled": {"type": "boolean"},
        "isWALArchiver": {"type": "boolean"}, "parameters": parameters}});
    let of = json!({"type": "object", "required": ["name"], "properties": {"name": text()}});
    [
        definition(
            "postgresql.cnpg.io",
            "Cluster",
            "clusters",
            &json!({"instances": {"type": "integer", "minimum": 1}, "plugins": {"type": "array", "items": plugin},
                "backup": {"type": "object", "properties": {"barmanObjectStore": store()}}}),
            &json!({"phase": text()}),
        ),
        definition(
            "postgresql.cnpg.io",
            "Backup",
            "backups",
            &json!({"cluster": of, "method": {"type": "string", "default": "barmanObjectStore",
                "enum": ["barmanObjectStore", "volumeSnapshot", "plugin"]}}),
            &json!({"phase": text(), "method": text(), "backupId": text(), "destinationPath": text(), "endpointURL": text(),
                "serverName": text()}),
        ),
        definition(
            "barmancloud.cnpg.io",
            "ObjectStore",
            "objectstores",
            &json!({"configuration": store()}),
            &json!({}),
        ),
    ]
}

/// Defines the kinds, and waits until they are served.
pub(crate) fn define(cluster: &Cluster) {
    apply(cluster, &definitions());
    let wait = ["wait", "--for=condition=Established", "--timeout=60s"];
    let names = [
        "crd/clusters.postgresql.cnpg.io",
        "crd/backups.postgresql.cnpg.io",
        "crd/objectstores.barmancloud.cnpg.io",
    ];
    cluster.kubectl(&[&wait[..], &names[..]].concat()).success();
}

fn object(group: &str, kind: &str, name: &str, spec: &Value) -> Value {
    json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": name, "namespace": EHR}, "spec": spec})
}

/// A verification of a cluster's backups.
fn of_cluster(name: &str, cluster: &str, backup: &str) -> Value {
    verification(
        name,
        &json!({
            "source": {"pgDump": null, "cnpgBackup": {"backup": backup,
                "location": {"cnpgCluster": {"name": cluster, "region": "us-east-1", "credentialsSecretRef": {"name": "s3"}}}}},
            "encryptionPolicy": {"required": "None"},
            "checks": {"sql": [{"id": "patients", "query": "select count(*) from public.patients",
                "expect": {"op": "==", "value": ROWS}, "severity": "Critical"}]},
        }),
    )
}

/// What a verification says of why it is not ready.
pub(crate) fn why(cluster: &Cluster, name: &str) -> String {
    let object = cluster.get(&["restoreverification", name, "-n", EHR]);
    let conditions = object["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .find(|condition| condition["type"] == "Ready" && condition["status"] == "False")
        .and_then(|condition| condition["message"].as_str())
        .unwrap_or_default()
        .to_owned()
}

fn backups(cluster: &Cluster, clinic: &Clinic) {
    define(cluster);
    let ids = postgresql::barman(&clinic.server).unwrap();

    // First the verification, then its cluster, as a user applies them whose database is not admitted without one.
    apply(cluster, &[of_cluster("cnpg", "ehr", "latest")]);
    cluster.eventually("it to say what is missing", PATIENCE, || {
        let why = why(cluster, "cnpg");
        why.contains("Cluster ehr") && why.contains("not found")
    });
    assert!(runs(cluster, "cnpg").is_empty());

    let place = json!({"destinationPath": "s3://backups/cnpg/", "endpointURL": clinic.server.url(),
        "s3Credentials": {"accessKeyId": {"name": "writer", "key": "ID"}, "secretAccessKey": {"name": "writer", "key": "KEY"}}});
    for name in ["cnpg", "cnpg-first", "cnpg-plugin"] {
        clinic.volume_for_a_run(cluster, &format!("run-of-{name}"));
    }
    let group = "postgresql.cnpg.io";
    let plugin = json!([{"name": "barman-cloud.cloudnative-pg.io", "isWALArchiver": true,
        "parameters": {"barmanObjectName": "store", "serverName": "ehr"}}]);
    apply(
        cluster,
        &[
            object(
                group,
                "Cluster",
                "ehr",
                &json!({"instances": 1, "backup": {"barmanObjectStore": place}}),
            ),
            object(
                group,
                "Cluster",
                "ehr-plugin",
                &json!({"instances": 1, "plugins": plugin}),
            ),
            object(
                "barmancloud.cnpg.io",
                "ObjectStore",
                "store",
                &json!({"configuration": place}),
            ),
            object(
                group,
                "Backup",
                "first",
                &json!({"cluster": {"name": "ehr"}}),
            ),
            object(
                group,
                "Backup",
                "snapshot",
                &json!({"cluster": {"name": "ehr"}, "method": "volumeSnapshot"}),
            ),
        ],
    );
    let status = json!({"status": {"phase": "completed", "method": "barmanObjectStore", "backupId": ids[0],
        "destinationPath": "s3://backups/cnpg/", "endpointURL": clinic.server.url(), "serverName": "ehr"}});
    cluster
        .kubectl(&[
            "patch",
            "backups.postgresql.cnpg.io",
            "first",
            "-n",
            EHR,
            "--subresource=status",
            "--type=merge",
            "-p",
            &status.to_string(),
        ])
        .success();
    apply(
        cluster,
        &[
            of_cluster("cnpg-first", "ehr", "first"),
            of_cluster("cnpg-plugin", "ehr-plugin", "latest"),
            of_cluster("cnpg-snapshot", "ehr", "snapshot"),
        ],
    );
    for (name, id) in [
        ("cnpg", &ids[1]),
        ("cnpg-first", &ids[0]),
        ("cnpg-plugin", &ids[1]),
    ] {
        let run = finished(cluster, name);
        assert_eq!(verdict(&run), ("Passed", "None"), "{name}: {run:#}");
        let record = recorded_once(clinic, name, &run);
        assert_eq!(record["artifact"]["kind"], "cnpgBackup");
        assert_eq!(record["artifact"]["label"], **id, "{name}");
        assert_eq!(record["artifact"]["uri"], "s3://backups/cnpg/ehr/");
        cluster.eventually("what was proved to be told", PATIENCE, || {
            let object = cluster.get(&["restoreverification", name, "-n", EHR]);
            let status = &object["status"];
            status["passedDigest"].is_string() && status["passedDigest"] == status["subjectDigest"]
        });
    }
    // What is no backup that can be restored is said, with what to do.
    cluster.eventually("a snapshot to be refused", PATIENCE, || {
        why(cluster, "cnpg-snapshot")
            .contains("is a VolumeSnapshot: name it by source.volumeSnapshot")
    });
    assert!(runs(cluster, "cnpg-snapshot").is_empty());

    // The cluster backs up to elsewhere: what was proved is not of that.
    let elsewhere = json!({"spec": {"backup": {"barmanObjectStore": {"destinationPath": "s3://backups/elsewhere/"}}}});
    cluster
        .kubectl(&[
            "patch",
            "clusters.postgresql.cnpg.io",
            "ehr",
            "-n",
            EHR,
            "--type=merge",
            "-p",
            &elsewhere.to_string(),
        ])
        .success();
    cluster.eventually("the proof to be of another place", PATIENCE, || {
        let object = cluster.get(&["restoreverification", "cnpg", "-n", EHR]);
        object["status"]["passedDigest"] != object["status"]["subjectDigest"]
    });
    assert_eq!(
        left(cluster, &["cnpg", "cnpg-first", "cnpg-plugin"]),
        [""; 0]
    );
    forget(
        cluster,
        &["cnpg", "cnpg-first", "cnpg-plugin", "cnpg-snapshot"],
    );
    clinic
        .server
        .python("for kept in s3.list_objects_v2(Bucket='backups', Prefix='cnpg/')['Contents']:\n    s3.delete_object(Bucket='backups', Key=kept['Key'])")
        .unwrap();
    undefine(cluster);
}

/// Takes the kinds away, with their objects.
pub(crate) fn undefine(cluster: &Cluster) {
    cluster
        .kubectl(&[
            "delete",
            "crd",
            "clusters.postgresql.cnpg.io",
            "backups.postgresql.cnpg.io",
            "objectstores.barmancloud.cnpg.io",
        ])
        .success();
}
