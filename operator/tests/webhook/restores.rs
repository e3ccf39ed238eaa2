//! A PHI database and the verification of its restore, as admission asks for it.

use hipaa_iac_operator::{
    args::Mode,
    catalog::{ActiveWaiver, GroupKind, RESTORE_POLICY, Resources},
    cluster::kept,
    restore::cover,
};
use hipaa_iac_source::Resource;
use serde_json::{Value, json};

use crate::served::{Served, Setup, request};

fn database(name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": {"name": name, "namespace": "clinic", "labels": {"app": name}},
        "spec": {
            "replicas": 0, "serviceName": name, "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "postgres", "image": image}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "20Gi"}}}}]},
    })
}

/// As its controller left it, this many hours ago.
fn verification(name: &str, covers: &Value, created: i64, passed: Option<i64>) -> Value {
    let at =
        |hours: i64| (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours)).to_string();
    json!({
        "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "RestoreVerification",
        "metadata": {"name": name, "namespace": "clinic", "creationTimestamp": at(created)},
        "spec": {
            "covers": covers,
            "schedule": {"cron": "17 3 * * 0"},
            "source": {"pgDump": {"format": "Custom", "location": {"pvc": {"claimName": "b", "path": "b.age"}},
                "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}}},
        "status": match passed.map(at) {
            Some(at) => json!({"lastPassedTime": at, "passedDigest": "sha256:a", "subjectDigest": "sha256:a",
                "decisive": {"verdict": "Passed", "finishedAt": at}}),
            None => json!({}),
        },
    })
}

fn known(objects: &[&Value]) -> Vec<Resource> {
    let read = |object: &&Value| kept((*object).clone(), Some("clinic")).unwrap();
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "clinic", "labels": {"hipaa-iac.dev/data-class": "phi"}}});
    let mut all: Vec<Resource> = objects.iter().map(read).collect();
    all.push(kept(namespace, None).unwrap());
    all
}

async fn served() -> Served {
    Served::start(Setup {
        config: "only: [database-restore-unverified]\n",
        restores: true,
        ..Setup::default()
    })
    .await
}

fn ehr() -> Value {
    json!([{"kind": "StatefulSet", "name": "ehr"}])
}

fn scaled(from: i64, to: i64) -> Value {
    let scale = |replicas: i64| {
        json!({"apiVersion": "autoscaling/v1", "kind": "Scale",
        "metadata": {"name": "ehr", "namespace": "clinic"}, "spec": {"replicas": replicas}})
    };
    let mut ask = request("UPDATE", &scale(to), Some(&scale(from)));
    ask["resource"] = json!({"group": "apps", "version": "v1", "resource": "statefulsets"});
    ask["subResource"] = json!("scale");
    ask
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phi_database_is_admitted_where_its_restore_was_proved() {
    let served = served().await;
    let database = database("ehr", "registry.example/postgres:16");
    let create = || served.ask("workloads-phi", request("CREATE", &database, None));
    served.know(&known(&[]));
    let response = create().await;
    assert_eq!(response["allowed"], false, "{response}");
    let message = response["status"]["message"].as_str().unwrap();
    for part in [
        RESTORE_POLICY,
        "164.308(a)(7)(ii)(D)",
        "no RestoreVerification of the namespace covers",
    ] {
        assert!(message.contains(part), "{message}");
    }

    served.know(&known(&[&verification(
        "ehr",
        &ehr(),
        2000,
        Some(31 * 24 - 1),
    )]));
    let response = create().await;
    assert_eq!(response["allowed"], true, "{response}");
    assert_eq!(response["warnings"], Value::Null, "{response}");

    // New, and not yet run: admitted, and said.
    served.know(&known(&[&verification("ehr", &ehr(), 71, None)]));
    let response = create().await;
    assert_eq!(response["allowed"], true, "{response}");
    assert!(
        response["warnings"][0].as_str().unwrap().contains("is new"),
        "{response}"
    );

    for stale in [
        verification("ehr", &ehr(), 2000, Some(31 * 24 + 1)),
        verification("ehr", &ehr(), 73, None),
    ] {
        served.know(&known(&[&stale]));
        let response = create().await;
        assert_eq!(response["allowed"], false, "{response}");
        let message = response["status"]["message"].as_str().unwrap();
        assert!(message.contains("has passed within"), "{message}");
    }
    // One that covers another database is none.
    let other = json!([{"kind": "StatefulSet", "name": "billing"}]);
    served.know(&known(&[&verification("ehr", &other, 2000, Some(1))]));
    assert_eq!(create().await["allowed"], false);
}

/// Who may write a verification makes no other database of its namespace unknown: that would admit each of them with a warning.
#[tokio::test(flavor = "multi_thread")]
async fn a_verification_that_is_too_large_hides_nothing() {
    let served = served().await;
    let database = database("ehr", "postgres:16");
    let create = || served.ask("workloads-phi", request("CREATE", &database, None));
    let large = |covers: &Value| {
        let recipients: Vec<String> = (0..5000).map(|at| format!("age1{at}")).collect();
        let mut large = verification("large", covers, 2000, Some(1));
        large["spec"]["encryptionPolicy"] = json!({"recipients": recipients});
        large
    };
    let long = "x".repeat(9 << 10);
    let labels: serde_json::Map<String, Value> =
        (0..5000).map(|at| (format!("k{at}"), json!("v"))).collect();
    let of = |source: Value| {
        let mut of = verification("another", &ehr(), 2000, Some(1));
        of["spec"]["source"] = source;
        of
    };
    for hides in [
        large(&json!([{"kind": "StatefulSet", "name": "billing"}])),
        large(&json!([{"group": long, "kind": "StatefulSet", "name": "ehr"}])),
        large(&json!([{"kind": long, "name": "ehr"}])),
        large(&json!([{"kind": "StatefulSet", "name": long}])),
        large(&json!([{"kind": "StatefulSet", "selector": {"matchLabels": {"app": long}}}])),
        large(&json!([{"kind": "StatefulSet", "selector": {"matchLabels": labels}}])),
        of(json!({"cnpgBackup": {"location": {"cnpgCluster": {"name": long}}}})),
        of(json!({"volumeSnapshot": {"location": {"volumeSnapshot": {"claimName": long}}}})),
    ] {
        served.know(&known(&[&hides]));
        let response = create().await;
        assert_eq!(response["allowed"], false, "{response}");
    }
    // Nor does it lose what it proves itself.
    served.know(&known(&[&large(&ehr())]));
    let response = create().await;
    assert_eq!(response["allowed"], true, "{response}");
    assert_eq!(response["warnings"], Value::Null, "{response}");
    let mut stale = large(&ehr());
    stale["status"]["subjectDigest"] = json!("sha256:b");
    served.know(&known(&[&stale]));
    assert_eq!(create().await["allowed"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_fails_does_not_keep_its_database_from_being_mended() {
    let served = served().await;
    let was = database("ehr", "postgres:16.1");
    let stale = verification("ehr", &ehr(), 2000, Some(32 * 24));
    served.know(&known(&[&was, &stale]));
    let mut is = was.clone();
    is["spec"]["template"]["spec"]["containers"][0]["image"] = json!("postgres:16.2");
    let response = served
        .ask("workloads-phi", request("UPDATE", &is, Some(&was)))
        .await;
    assert_eq!(response["allowed"], true, "{response}");
    assert!(
        response["warnings"].to_string().contains("was so before"),
        "{response}"
    );
    for (from, to) in [(0, 1), (1, 3), (3, 0)] {
        let response = served.ask("workloads-phi", scaled(from, to)).await;
        assert_eq!(response["allowed"], true, "{response}");
        assert!(
            response["warnings"].to_string().contains("was so before"),
            "{response}"
        );
    }
    // What becomes a database by the change is a new one.
    let before = database("billing", "billing:1");
    let response = served
        .ask(
            "workloads-phi",
            request("UPDATE", &database("billing", "postgres:16"), Some(&before)),
        )
        .await;
    assert_eq!(response["allowed"], false, "{response}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_read_yet_is_no_verdict_and_without_the_controller_nothing_is_asked() {
    let served = served().await;
    let database = database("ehr", "postgres:16");
    served.know(&known(&[]));
    let mut stores = (*served.app.cluster.stores()).clone();
    let pending = std::sync::Arc::new(hipaa_iac_operator::cluster::Store::new());
    stores.insert(
        GroupKind::new("hipaa-iac.dev", "RestoreVerification"),
        pending,
    );
    served.app.cluster.set_stores(stores);
    let response = served
        .ask("workloads-phi", request("CREATE", &database, None))
        .await;
    assert_eq!(response["allowed"], true, "{response}");
    assert!(
        response["warnings"][0]
            .as_str()
            .unwrap()
            .contains("not read yet"),
        "{response}"
    );
    let catalog = served.app.catalog.load_full().unwrap();
    let read = catalog.read_kinds();
    assert!(
        read.contains(&GroupKind::new("hipaa-iac.dev", "RestoreVerification")),
        "{read:?}"
    );

    let off = Served::start(Setup::default()).await;
    off.know(&known(&[]));
    let response = off
        .ask("workloads-phi", request("CREATE", &database, None))
        .await;
    assert!(!response.to_string().contains(RESTORE_POLICY), "{response}");
    assert!(off.app.catalog.load_full().unwrap().restores.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_the_only_verification_of_a_database_is_told_and_recorded() {
    let served = served().await;
    let only = verification("only", &ehr(), 2000, Some(1));
    let database = database("ehr", "postgres:16");
    let ask = async |operation: &str, new: &Value| {
        served
            .ask("restores", request(operation, new, Some(&only)))
            .await
    };
    let told = |response: &Value| {
        assert_eq!(response["allowed"], true, "{response}");
        response["auditAnnotations"]["restore-cover-lost"]
            .as_str()
            .map(str::to_owned)
    };
    let lost = Some("StatefulSet/clinic/ehr".to_owned());
    let mut suspended = only.clone();
    suspended["spec"]["suspend"] = json!(true);
    let mut elsewhere = only.clone();
    elsewhere["spec"]["covers"] = json!([{"kind": "StatefulSet", "name": "billing"}]);
    let mut rescheduled = only.clone();
    rescheduled["spec"]["schedule"]["cron"] = json!("17 4 * * 0");

    served.know(&known(&[&database, &only]));
    let response = ask("DELETE", &Value::Null).await;
    assert_eq!(told(&response), lost);
    let warning = response["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("only is deleted") && warning.contains("StatefulSet/clinic/ehr"),
        "{warning}"
    );
    assert_eq!(told(&ask("UPDATE", &suspended).await), lost);
    assert_eq!(told(&ask("UPDATE", &elsewhere).await), lost);
    assert_eq!(told(&ask("UPDATE", &rescheduled).await), None);
    // Who lets it run and keeps admission from insisting has ended as much.
    let with_mode = |verification: &Value, mode: &str| {
        let mut with = verification.clone();
        with["spec"]["enforcement"] = json!({"mode": mode});
        with
    };
    for mode in ["Off", "Warn"] {
        let response = ask("UPDATE", &with_mode(&only, mode)).await;
        assert_eq!(told(&response), lost, "{mode}");
        let warning = response["warnings"][0].as_str().unwrap();
        assert!(warning.contains("does not insist"), "{warning}");
    }
    let graced = with_mode(&only, "DenyAfterGrace");
    assert_eq!(told(&ask("UPDATE", &graced).await), None);
    let log = served.audit("\"operation\":\"DELETE\"").await;
    let line = log
        .lines()
        .find(|line| line.contains("\"operation\":\"DELETE\""))
        .unwrap();
    assert!(
        line.contains("\"user\":\"jane\"") && line.contains(RESTORE_POLICY),
        "{line}"
    );

    // Another that covers it counts, unless it is suspended itself, or admission does not insist on it.
    let second = verification(
        "second",
        &json!([{"kind": "StatefulSet", "selector": {"matchLabels": {"app": "ehr"}}}]),
        2000,
        Some(5),
    );
    served.know(&known(&[&database, &only, &second]));
    assert_eq!(told(&ask("DELETE", &Value::Null).await), None);
    assert_eq!(told(&ask("UPDATE", &suspended).await), None);
    assert_eq!(told(&ask("UPDATE", &with_mode(&only, "Off")).await), None);
    served.know(&known(&[&database, &only, &with_mode(&second, "Warn")]));
    assert_eq!(told(&ask("DELETE", &Value::Null).await), lost);
    let mut idle = second;
    idle["spec"]["suspend"] = json!(true);
    served.know(&known(&[&database, &only, &idle]));
    assert_eq!(told(&ask("DELETE", &Value::Null).await), lost);
    // Nothing is lost where there is no database.
    served.know(&known(&[&only]));
    assert_eq!(told(&ask("DELETE", &Value::Null).await), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_of_what_was_restored_and_a_failure_is_not_forgotten() {
    let served = served().await;
    let database = database("ehr", "postgres:16");
    let proved = verification("ehr", &ehr(), 2000, Some(1));
    let ask = async |status: &[(&str, Value)], generation: i64| {
        let mut changed = proved.clone();
        changed["metadata"]["generation"] = json!(generation);
        for (field, value) in status {
            changed["status"][field] = value.clone();
        }
        served.know(&known(&[&changed]));
        served
            .ask("workloads-phi", request("CREATE", &database, None))
            .await
    };
    let seen = ("observedGeneration", json!(2));
    let response = ask(std::slice::from_ref(&seen), 2).await;
    assert_eq!(response["allowed"], true, "{response}");
    assert_eq!(response["warnings"], Value::Null, "{response}");
    let response = ask(std::slice::from_ref(&seen), 3).await;
    assert_eq!(response["allowed"], true, "{response}");
    assert!(
        response["warnings"].to_string().contains("was changed"),
        "{response}"
    );
    let edited = ("subjectDigest", json!("sha256:b"));
    let response = ask(&[seen.clone(), edited], 2).await;
    assert_eq!(response["allowed"], false, "{response}");
    let failed = json!({"verdict": "Failed", "finishedAt": jiff::Timestamp::now().to_string()});
    let after = [
        seen,
        ("decisive", failed),
        ("lastVerdict", json!("Aborted")),
    ];
    let response = ask(&after, 2).await;
    assert_eq!(response["allowed"], false, "{response}");
    let message = response["status"]["message"].as_str().unwrap();
    assert!(
        message.contains("the last restore of its backup failed"),
        "{message}"
    );
}

/// Who deletes a verification that failed and makes it anew has gained nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_verification_that_is_made_anew_gives_a_database_no_second_grace() {
    let served = served().await;
    let made = |hours: i64| {
        let mut database = database("ehr", "postgres:16");
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        database["metadata"]["creationTimestamp"] = json!(at.to_string());
        database
    };
    let anew = verification("ehr", &ehr(), 1, None);
    let passed = verification("ehr", &ehr(), 1, Some(0));
    for (hours, verification, expected) in [
        (71, &anew, "unknown"),
        (73, &anew, "fail"),
        (73, &passed, "pass"),
    ] {
        served.know(&known(&[&made(hours), verification]));
        let catalog = served.app.catalog.load_full().unwrap();
        let restores = catalog.restores.as_ref().unwrap();
        let database = cover::databases(restores, &served.app.cluster, None)
            .next()
            .unwrap();
        let (verdict, message) =
            cover::verdict(&catalog, restores, &served.app.cluster, &database).unwrap();
        assert_eq!(verdict.to_string(), expected, "{hours} {message}");
    }
    // What is there is changed all the same: it was so before.
    let old = made(73);
    served.know(&known(&[&old, &anew]));
    let mut scaled = old.clone();
    scaled["spec"]["replicas"] = json!(3);
    let response = served
        .ask("workloads-phi", request("UPDATE", &scaled, Some(&old)))
        .await;
    assert_eq!(response["allowed"], true, "{response}");
    assert!(
        response["warnings"].to_string().contains("was so before"),
        "{response}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_waived_is_waived_when_it_is_judged_again() {
    let waiver = json!({"policy": RESTORE_POLICY,
        "target": {"group": "apps", "kind": "StatefulSet", "namespace": "clinic", "name": "ehr"},
        "reason": "r", "owner": "o", "approvedBy": "ciso", "compensatingControl": "c", "until": "2027-01-31"});
    let served = Served::start(Setup {
        config: "only: [database-restore-unverified]\n",
        restores: true,
        resources: Resources {
            waivers: vec![ActiveWaiver {
                id: "hipaa-iac-system/w".to_owned(),
                spec: serde_json::from_value(waiver).unwrap(),
            }],
            ..Resources::default()
        },
        ..Setup::default()
    })
    .await;
    let (waived, other) = (
        database("ehr", "postgres:16"),
        database("billing", "postgres:16"),
    );
    served.know(&known(&[&waived, &other]));
    let response = served
        .ask("workloads-phi", request("CREATE", &waived, None))
        .await;
    assert_eq!(response["allowed"], true, "{response}");
    let catalog = served.app.catalog.load_full().unwrap();
    let restores = catalog.restores.as_ref().unwrap();
    let verdict = |name: &str| {
        let database = cover::databases(restores, &served.app.cluster, None)
            .find(|database| database.address.ends_with(name))
            .unwrap();
        cover::verdict(&catalog, restores, &served.app.cluster, &database)
            .unwrap()
            .0
            .to_string()
    };
    assert_eq!(verdict("/ehr"), "waived");
    assert_eq!(verdict("/billing"), "fail");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_judged_from_the_watches() {
    let served = served().await;
    let stale = json!([{"kind": "StatefulSet", "name": "stale"}]);
    served.know(&known(&[
        &database("ehr", "postgres:16"),
        &verification("ehr", &ehr(), 2000, Some(1)),
        &database("stale", "postgres:16"),
        &verification("stale", &stale, 2000, Some(32 * 24)),
        &database("nobodys", "postgres:16"),
        &database("cache", "redis:7"),
    ]));
    let catalog = served.app.catalog.load_full().unwrap();
    let restores = catalog.restores.as_ref().unwrap();
    let mut all: Vec<String> = cover::databases(restores, &served.app.cluster, None)
        .filter_map(|database| {
            let (verdict, _) = cover::verdict(&catalog, restores, &served.app.cluster, &database)?;
            Some(format!("{} {verdict}", database.address))
        })
        .collect();
    all.sort();
    assert_eq!(
        all,
        [
            "StatefulSet/clinic/ehr pass",
            "StatefulSet/clinic/nobodys fail",
            "StatefulSet/clinic/stale fail"
        ]
    );
    assert_eq!(catalog.mode(RESTORE_POLICY, None), Mode::Enforce);
}
