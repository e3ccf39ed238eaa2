//! Base backups, and repositories of pgBackRest and restic, restored in pods: what the tools of the runner's image need there.

use std::fs;

use hipaa_iac_tests::postgresql::{self, BASE_ROWS, PASSPHRASE, ROWS};
use serde_json::{Value, json};

use crate::{
    Case, With,
    clinic::{self, Clinic, SCRATCH, apply, finished, forget, left, secret, verification},
    cluster::Cluster,
    restore::{recorded_once, verdict},
};

pub(crate) const CASES: &[Case] = &[Case {
    name: "restore_of_base_backups_and_repositories",
    own: true,
    with: With::Others,
    run: |cluster| clinic::with(cluster, repositories),
}];

/// A verification of a server's backup that has so many rows.
fn of_server(name: &str, source: Value, encrypted_by: &str, rows: u32) -> Value {
    let mut document = verification(
        name,
        &json!({
            "encryptionPolicy": {"required": encrypted_by},
            "checks": {"sql": [{"id": "patients", "query": "select count(*) from public.patients",
                "expect": {"op": "==", "value": rows}, "severity": "Critical"}]},
        }),
    );
    document["spec"]["source"] = source;
    document
}

fn repositories(cluster: &Cluster, clinic: &Clinic) {
    // Below the folder that is the claim `backups`.
    let folder = clinic.path("volume/server");
    fs::create_dir_all(&folder).unwrap();
    postgresql::repositories(&folder).unwrap();
    for name in ["pgbackrest", "restic"] {
        clinic
            .server
            .python(&format!(
                "import os\nroot = '{}'\nfor folder, _, names in os.walk(root):\n    for name in names:\n        path = os.path.join(folder, name)\n        s3.upload_file(path, 'backups', '{name}/' + os.path.relpath(path, root))",
                folder.join(name).display()
            ))
            .unwrap();
        clinic.volume_for_a_run(cluster, &format!("run-of-{name}"));
    }
    let stored = |name: &str| {
        json!({"s3": {"bucket": "backups", "prefix": format!("{name}/"), "region": "us-east-1",
            "endpoint": clinic.server.url(), "credentialsSecretRef": {"name": "s3"}}})
    };
    let claimed = |path: &str| json!({"pvc": {"claimName": "backups", "path": path}});
    let key = json!({"name": "repositories", "key": "passphrase"});
    let base = json!({"pgBaseBackup": {"location": claimed("server/base"), "wal": claimed("server/wal"), "encryption": "serverSide"}});
    let backrest = |location: Value| json!({"pgBackRest": {"stanza": "ehr", "location": location, "cipherPassSecretRef": key}});
    let restic = json!({"restic": {"location": stored("restic"), "passwordSecretRef": key, "layout": "pgBaseBackup"}});
    // An archive that ends before the backup does.
    let early = folder.join("wal-before");
    fs::create_dir_all(&early).unwrap();
    fs::write(early.join("000000010000000000000001"), [0; 8192]).unwrap();
    let mut without_log = base.clone();
    without_log["pgBaseBackup"]["wal"] = claimed("server/wal-before");
    let cases = [
        ("base", "pgBaseBackup", base, "None", ROWS),
        (
            "backrest",
            "pgBackRest",
            backrest(stored("pgbackrest")),
            "ClientSide",
            ROWS,
        ),
        (
            "backrest-claim",
            "pgBackRest",
            backrest(claimed("server/pgbackrest")),
            "ClientSide",
            ROWS,
        ),
        ("restic", "restic", restic, "ClientSide", BASE_ROWS),
    ];
    let mut objects = vec![secret(
        SCRATCH,
        "ehr.repositories",
        &[("passphrase", PASSPHRASE.into())],
    )];
    objects.extend(
        cases
            .iter()
            .map(|(name, _, source, by, rows)| of_server(name, source.clone(), by, *rows)),
    );
    objects.push(of_server("log", without_log, "None", ROWS));
    apply(cluster, &objects);
    let run = finished(cluster, "log");
    assert_eq!(verdict(&run), ("Failed", "WalMissing"), "{run:#}");
    recorded_once(clinic, "log", &run);
    for (name, kind, ..) in &cases {
        let run = finished(cluster, name);
        assert_eq!(verdict(&run), ("Passed", "None"), "{name}: {run:#}");
        let record = recorded_once(clinic, name, &run);
        assert_eq!(record["artifact"]["kind"], *kind, "{name}");
        // The time of the pod that fetched is told too.
        let phases = record["phases"].as_array().unwrap();
        let fetched = phases.iter().any(|phase| phase["name"] == "fetch");
        assert_eq!(fetched, ["backrest", "restic"].contains(name), "{phases:?}");
    }
    let mut names = vec!["log"];
    names.extend(cases.map(|(name, ..)| name));
    assert_eq!(left(cluster, &names), [""; 0]);
    forget(cluster, &names);
    cluster
        .kubectl(&["delete", "secret", "ehr.repositories", "-n", SCRATCH])
        .success();
    for name in ["pgbackrest", "restic"] {
        clinic
            .server
            .python(&format!(
                "for page in s3.get_paginator('list_objects_v2').paginate(Bucket='backups', Prefix='{name}/'):\n    for kept in page.get('Contents', []):\n        s3.delete_object(Bucket='backups', Key=kept['Key'])"
            ))
            .unwrap();
    }
    fs::remove_dir_all(folder).unwrap();
}
