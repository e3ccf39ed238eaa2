//! Verifications that name a `VolumeSnapshot`: the database's volume as it was while a client wrote to it, made into a volume of a pod.
//!
//! The kinds are those of the external-snapshotter, and it, the external-provisioner and the kubelet do what they do in any cluster. The driver is
//! the tests' own: its volumes are folders, its snapshots copies of them.

use std::{fs, path::Path, process::Command};

use hipaa_iac_tests::{
    postgresql::{self, Frozen, ROWS},
    workspace,
};
use serde_json::{Value, json};

use crate::{
    Case, With,
    clinic::{self, Clinic, EHR, PATIENCE, SCRATCH, apply, finished, forget, left, verification},
    cluster::{Cluster, NAMESPACE, RELEASE},
    restore::{recorded_once, verdict},
};

pub(crate) const CASES: &[Case] = &[Case {
    name: "restore_of_volume_snapshots",
    own: true,
    with: With::Others,
    run: |cluster| clinic::with(cluster, snapshots),
}];

/// The driver's name, and that of the class of its volumes.
const DRIVER: &str = "folders.csi.hipaa-iac.dev";
const CLASS: &str = "folders";
const API: &str = "snapshot.storage.k8s.io/v1";

/// The kinds, the driver and the classes. Where the driver's volumes and snapshots are.
fn storage(cluster: &Cluster) -> std::path::PathBuf {
    let definitions = fs::read_to_string(workspace().join("target/tools/snapshots.yaml")).unwrap();
    // Larger than the annotation may be in which `apply` keeps what it was given.
    cluster
        .kubectl_with(&["create", "-f", "-"], &definitions)
        .success();
    cluster
        .kubectl_with(
            &[
                "wait",
                "--for=condition=Established",
                "--timeout=60s",
                "-f",
                "-",
            ],
            &definitions,
        )
        .success();
    let folder = cluster.node().unwrap().storage().unwrap();
    apply(
        cluster,
        &[
            json!({"apiVersion": "storage.k8s.io/v1", "kind": "CSIDriver", "metadata": {"name": DRIVER},
                "spec": {"attachRequired": false, "podInfoOnMount": false, "fsGroupPolicy": "File"}}),
            json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": CLASS},
                "provisioner": DRIVER, "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}),
            json!({"apiVersion": API, "kind": "VolumeSnapshotClass", "metadata": {"name": CLASS},
                "driver": DRIVER, "deletionPolicy": "Delete"}),
        ],
    );
    folder
}

/// A claim of the driver's class that holds a data folder in `pgdata`, as a database would have left it there.
fn claim(cluster: &Cluster, folder: &Path, name: &str, data: &Path) {
    apply(
        cluster,
        &[json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": EHR},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": CLASS, "resources": {"requests": {"storage": "1Gi"}}},
        })],
    );
    let volume = || {
        let claim = cluster.get(&["pvc", name, "-n", EHR]);
        let bound = claim["status"]["phase"] == "Bound";
        bound.then(|| claim["spec"]["volumeName"].as_str().unwrap().to_owned())
    };
    cluster.eventually("the volume to be made", PATIENCE, || volume().is_some());
    let to = folder
        .join("volumes")
        .join(volume().unwrap())
        .join("pgdata");
    let copied = Command::new("cp").arg("-a").arg(data).arg(to).status();
    assert!(copied.unwrap().success());
}

/// A snapshot of a claim, once it is ready.
fn snapshot(cluster: &Cluster, name: &str, claim: &str) {
    apply(
        cluster,
        &[json!({
            "apiVersion": API, "kind": "VolumeSnapshot",
            "metadata": {"name": name, "namespace": EHR, "labels": {"of": claim}},
            "spec": {"volumeSnapshotClassName": CLASS, "source": {"persistentVolumeClaimName": claim}},
        })],
    );
    cluster.eventually("the snapshot to be ready", PATIENCE, || {
        cluster.get(&["volumesnapshot", name, "-n", EHR])["status"]["readyToUse"] == true
    });
}

fn of_snapshot(name: &str, which: &Value, frozen: &Frozen) -> Value {
    let mut location = which.clone();
    location["path"] = "pgdata".into();
    verification(
        name,
        &json!({
            "source": {"pgDump": null, "volumeSnapshot": {"location": {"volumeSnapshot": location}}},
            "encryptionPolicy": {"required": "ServerSide"},
            "target": {"storage": {"memory": {"sizeLimit": "1Gi"}}, "resources": {"limits": {"memory": "2Gi"}}},
            "checks": {"sql": [
                {"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": "==", "value": ROWS}},
                {"id": "visits", "query": "select count(*) from public.visits", "expect": {"op": ">=", "value": frozen.visits}},
            ]},
        }),
    )
}

/// The names of all objects of a kind; of volumes, of those that a provisioner made.
fn names(cluster: &Cluster, kind: &str) -> Vec<String> {
    let listed = cluster
        .kubectl(&["get", kind, "-A", "-o", "name"])
        .success();
    let mut names: Vec<String> = listed.lines().map(str::to_owned).collect();
    names.retain(|name| !name.starts_with("persistentvolume/") || name.contains("/pvc-"));
    names.sort();
    names
}

fn entries(folder: &Path) -> Vec<String> {
    let all = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = all
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn snapshots(cluster: &Cluster, clinic: &Clinic) {
    let frozen_in = clinic.path("frozen");
    fs::create_dir_all(&frozen_in).unwrap();
    let frozen = postgresql::frozen(&frozen_in).unwrap();
    let folder = storage(cluster);
    let primary = frozen_in.join("primary");
    claim(cluster, &folder, "data-ehr-0", &primary);
    // Half of a page of another moment, as where a storage takes no snapshots at one moment.
    let heap = primary.join(&frozen.heap);
    let mut bytes = fs::read(&heap).unwrap();
    bytes[4096..8192].fill(0);
    fs::write(&heap, bytes).unwrap();
    claim(cluster, &folder, "data-torn-0", &primary);
    claim(
        cluster,
        &folder,
        "data-standby-0",
        &frozen_in.join("standby"),
    );
    for (name, of) in [
        ("monday", "data-ehr-0"),
        ("torn", "data-torn-0"),
        ("standby", "data-standby-0"),
    ] {
        snapshot(cluster, name, of);
    }
    let before = [
        names(cluster, "volumesnapshots"),
        names(cluster, "volumesnapshotcontents"),
        names(cluster, "pv"),
        entries(&folder.join("volumes")),
        entries(&folder.join("snapshots")),
    ];

    let cases = [
        ("newest", json!({"claimName": "data-ehr-0"}), "None"),
        (
            "labelled",
            json!({"selector": {"matchLabels": {"of": "data-standby-0"}}}),
            "None",
        ),
        ("torn", json!({"name": "torn"}), "PhysicalCorruption"),
        ("never-taken", json!({"name": "sunday"}), "BackupMissing"),
        // Restored to a volume, which is to be gone too.
        ("on-disk", json!({"name": "monday"}), "None"),
    ];
    let documents: Vec<Value> = cases
        .iter()
        .map(|(name, which, _)| {
            let mut document = of_snapshot(name, which, &frozen);
            if *name == "on-disk" {
                document["spec"]["target"]["storage"] =
                    json!({"ephemeralVolume": {"storageClassName": CLASS, "size": "1Gi"}});
            }
            document
        })
        .collect();
    apply(cluster, &documents);
    for (name, _, reason) in &cases {
        let run = finished(cluster, name);
        let expected = if *reason == "None" {
            "Passed"
        } else {
            "Failed"
        };
        assert_eq!(verdict(&run), (expected, *reason), "{name}: {run:#}");
        let mut records = clinic.records(name);
        assert_eq!(records.len(), 1, "{name}: {records:#?}");
        if *reason != "BackupMissing" {
            let record = recorded_once(clinic, name, &run);
            assert_eq!(record["artifact"]["kind"], "volumeSnapshot");
            assert_eq!(
                record["encryption"]["serverSide"]["algorithm"],
                "storageClass"
            );
            let storage = if *name == "on-disk" {
                "EphemeralVolume"
            } else {
                "Memory"
            };
            assert_eq!(record["scratch"]["storage"], storage);
            records.push(record);
        }
        if *name == "newest" {
            let snapshot = cluster.get(&["volumesnapshot", "monday", "-n", EHR]);
            let artifact = &records[0]["artifact"];
            assert_eq!(artifact["uri"], format!("volumesnapshot://{EHR}/monday"));
            assert_eq!(artifact["versionId"], snapshot["metadata"]["uid"]);
            let taken = snapshot["status"]["creationTime"].as_str().unwrap();
            assert_eq!(artifact["producedAt"], taken.replace('Z', ".000Z"));
        }
    }

    // What runs made is gone, and what they were made of is there as it was.
    let all = cases.each_ref().map(|(name, ..)| *name);
    assert_eq!(left(cluster, &all), [""; 0]);
    let after = [
        names(cluster, "volumesnapshots"),
        names(cluster, "volumesnapshotcontents"),
        names(cluster, "pv"),
        entries(&folder.join("volumes")),
        entries(&folder.join("snapshots")),
    ];
    assert_eq!(after, before);

    // The operator's account cannot use its rights against the snapshots of others, whoever has its token.
    let content = cluster.get(&["volumesnapshot", "monday", "-n", EHR])["status"]["boundVolumeSnapshotContentName"].clone();
    let operator = format!("system:serviceaccount:{NAMESPACE}:{RELEASE}");
    let said = cluster
        .kubectl(&[
            "delete",
            "volumesnapshotcontent",
            content.as_str().unwrap(),
            "--as",
            &operator,
        ])
        .failure();
    assert!(
        said.contains(&format!("of the namespace {SCRATCH} alone")),
        "{said}"
    );
    for (namespace, policy) in [(SCRATCH, "Delete"), (EHR, "Retain")] {
        let theirs = json!({
            "apiVersion": API, "kind": "VolumeSnapshotContent", "metadata": {"name": "theirs"},
            "spec": {"driver": DRIVER, "deletionPolicy": policy, "source": {"snapshotHandle": "x"},
                "volumeSnapshotRef": {"name": "theirs", "namespace": namespace}},
        });
        let said = cluster
            .kubectl_with(
                &["create", "-f", "-", "--as", &operator],
                &theirs.to_string(),
            )
            .failure();
        assert!(
            said.contains(&format!("of the namespace {SCRATCH} alone")),
            "{said}"
        );
    }

    forget(cluster, &all);
    let delete = ["delete", "--timeout=60s", "-n", EHR];
    cluster
        .kubectl(&[&delete[..], &["volumesnapshots", "--all"]].concat())
        .success();
    cluster
        .kubectl(
            &[
                &delete[..],
                &["pvc", "data-ehr-0", "data-torn-0", "data-standby-0"],
            ]
            .concat(),
        )
        .success();
    cluster.eventually("the driver to have deleted all", PATIENCE, || {
        entries(&folder.join("volumes")).is_empty() && entries(&folder.join("snapshots")).is_empty()
    });
    cluster.node().unwrap().end_storage().unwrap();
    let definitions = workspace().join("target/tools/snapshots.yaml");
    cluster
        .kubectl(&[
            "delete",
            "-f",
            definitions.to_str().unwrap(),
            "--timeout=60s",
        ])
        .success();
    cluster
        .kubectl(&[
            "delete",
            &format!("csidriver/{DRIVER}"),
            &format!("storageclass/{CLASS}"),
        ])
        .success();
}
