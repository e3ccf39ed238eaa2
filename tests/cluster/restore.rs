//! Restore verification as its users have it: backups that are restored in pods, and evidence that others can check.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use hipaa_iac_tests::run_with;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

use crate::{
    Case, With, admission,
    clinic::{
        self, Clinic, EHR, LOGS, MARKER, PATIENCE, RECORDS, SCRATCH, all_left, apply, ask,
        finished, finished_of, forget, holding, left, reaches, runs, secret, slow, verification,
    },
    cluster::{Cluster, NAMESPACE, RELEASE},
    each_time,
    node::Node,
    operator::{self, DEPLOYMENT},
    restore_admission::{POLICY, database_in},
    restore_cnpg::why,
    traffic::{self, Tunnel},
};

pub(crate) const CASES: &[Case] = &[
    case(
        "restore_that_passes_leaves_evidence_and_nothing_else_and_lets_its_database_in",
        With::Nothing,
        |cluster| clinic::with(cluster, from_a_store),
    ),
    case("restore_faults_are_told_apart", With::Others, |cluster| {
        clinic::with(cluster, faults);
    }),
    case(
        "restore_of_an_older_backup_than_the_last_is_told",
        With::Others,
        |cluster| clinic::with(cluster, rolled_back),
    ),
    case(
        "restore_that_is_replaced_is_aborted_and_the_next_one_runs",
        With::Others,
        |cluster| clinic::with(cluster, replaced),
    ),
];

/// What takes away something that the others need. Those for which no more than one may be under way come one after the other: each change of that takes
/// an upgrade.
pub(crate) const OUTAGES: &[Case] = &[
    case(
        "restore_slots_are_all_accounted_for_and_its_deadline_ends_it_without_the_operator",
        With::Nothing,
        |cluster| clinic::with(cluster, operator_away),
    ),
    case(
        "restore_with_the_kubelet_away_goes_on_and_a_deleted_one_is_recorded_when_nothing_is_left",
        With::Nothing,
        |cluster| clinic::with(cluster, kubelet_away),
    ),
    case(
        "restore_waits_its_turn_and_a_suspended_one_does_not_run",
        With::Nothing,
        |cluster| clinic::with_limit(cluster, 1, turns),
    ),
    case(
        "restore_is_recorded_once_when_the_store_of_evidence_is_back_whoever_leads_and_whatever_restarts",
        With::Nothing,
        |cluster| clinic::with_limit(cluster, 1, store_away),
    ),
    case(
        "restore_with_the_operator_killed_in_each_phase_is_recorded_once",
        With::Nothing,
        |cluster| clinic::with_limit(cluster, 1, killed),
    ),
    case(
        "restore_left_nothing_of_a_patient_anywhere",
        With::Nothing,
        |cluster| clinic::with(cluster, nothing_left),
    ),
];

const fn case(name: &'static str, with: With, run: fn(&Cluster)) -> Case {
    Case {
        name,
        own: true,
        with,
        run,
    }
}

/// Verdict and reason.
pub(crate) fn verdict(run: &Value) -> (&str, &str) {
    let text = |name: &str| run["status"][name].as_str().unwrap_or_default();
    (text("verdict"), text("reason"))
}

/// The one record of a verification, which says the same as its run.
pub(crate) fn recorded_once(clinic: &Clinic, name: &str, run: &Value) -> Value {
    let mut records = clinic.records(name);
    each_time(|| assert_eq!(records.len(), 1, "{name}: {records:#?}"));
    let record = records.remove(0);
    each_time(|| is_of(&record, run));
    record
}

/// A record says what its run came to, and that nothing of it is left.
pub(crate) fn is_of(record: &Value, run: &Value) {
    assert_eq!(record["verdict"], run["status"]["verdict"]);
    assert_eq!(record["reason"], run["status"]["reason"]);
    assert_eq!(record["scratch"]["destroyed"], "Verified", "{record:#}");
}

/// Both verifiers say that the log is whole and ours.
pub(crate) fn verified(clinic: &Clinic) {
    let key = clinic.path("made/evidence.key.pub");
    let key = key.to_str().unwrap();
    let environment = clinic.server.environment();
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let ran = run_with(
        Path::new("/"),
        &[
            "evidence",
            "verify",
            "s3://evidence/clinic",
            "--trusted-key",
            key,
        ],
        &environment,
        None,
    )
    .unwrap();
    each_time(|| assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr));
    let log = clinic.log();
    let ran = Command::new("python3")
        .arg(log.join("verify.py"))
        .arg(&log)
        .args(["--trusted-key", key])
        .output()
        .unwrap();
    let said = [&*ran.stdout, &ran.stderr].map(String::from_utf8_lossy);
    each_time(|| assert!(ran.status.success(), "{}{}", said[0], said[1]));
}

/// The document of docs/restore-verification.md: a dump in S3, opened by age, with its manifest and canary. And all of what is promised: a manifest, a
/// restore that passes, a database that is admitted for it and another that is not, and evidence that both verifiers take.
fn from_a_store(cluster: &Cluster, clinic: &Clinic) {
    cover_a_database(cluster);
    clinic.volume_for_a_run(cluster, "run-of-store");
    apply(
        cluster,
        &[verification(
            "store",
            &json!({
                "source": {"pgDump": {
                    "location": {"pvc": null, "s3": {
                        "bucket": "backups", "prefix": "daily/", "select": "Newest", "suffix": ".dump.age",
                        "region": "us-east-1", "endpoint": clinic.server.url(), "credentialsSecretRef": {"name": "s3"},
                    }},
                    "manifestKey": "daily/{artifact}.manifest.dsse.json",
                }},
                "checks": {
                    "canary": {"macKeySecretRef": {"name": "canary", "key": "mac"}, "maxAge": "26h"},
                    "manifest": {"publicKeySecretRef": {"name": "manifest", "key": "public"}},
                },
            }),
        )],
    );
    let run = finished(cluster, "store");
    assert_eq!(verdict(&run), ("Passed", "None"), "{run:#}");
    let record = recorded_once(clinic, "store", &run);
    assert_eq!(record["verification"]["namespace"], EHR);
    assert_eq!(record["verification"]["cluster"], clinic::CLUSTER);
    assert_eq!(record["scratch"]["isolation"], "TwoPod");
    let image = Cluster::runner_image();
    let (_, digest) = image.split_once('@').unwrap();
    assert_eq!(record["tool"]["imageDigest"], digest);
    let checks: Vec<&str> = record["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["status"] == "Pass")
        .filter_map(|check| check["id"].as_str())
        .collect();
    assert!(checks.contains(&"sql.patients"), "{checks:?}");
    lets_its_database_in(cluster, clinic);
    verified(clinic);

    // Nothing in the cluster, and the volume with the encrypted backup is gone too.
    assert_eq!(left(cluster, &["store"]), [""; 0]);
    assert!(cluster.get(&["pv", "run-of-store"]).is_null());
    assert!(!clinic.path("run-of-store").exists());
    runs_nothing_else(cluster);
    // What a user sees.
    let list = ["get", "restoreverifications", "-n", EHR];
    cluster.eventually("the list to tell that it passed", PATIENCE, || {
        cluster.kubectl(&list).stdout.contains("Passed")
    });

    // The record is locked: nobody takes it away, the owner of the store neither.
    let said = clinic
        .server
        .python(
            "for kept in s3.list_object_versions(Bucket='evidence', Prefix='clinic/records/')['Versions']:\n    s3.delete_object(Bucket='evidence', Key=kept['Key'], VersionId=kept['VersionId'])",
        )
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("AccessDenied") || said.contains("Locked"),
        "{said}"
    );
    verified(clinic);
    forget(cluster, &["store"]);
}

/// Whoever has the operator's account runs no other program beside the keys, and none that would stay there.
fn runs_nothing_else(cluster: &Cluster) {
    let account = format!("--as=system:serviceaccount:{NAMESPACE}:{RELEASE}");
    let job = |image: &str, pod: &Value| {
        let mut job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "other", "namespace": SCRATCH},
            "spec": {"activeDeadlineSeconds": 60, "ttlSecondsAfterFinished": 60, "template": {"spec": pod}}});
        job["spec"]["template"]["spec"]["restartPolicy"] = "Never".into();
        job["spec"]["template"]["spec"]["containers"] =
            json!([{"name": "main", "image": image, "args": ["restore", "verify"]}]);
        job
    };
    let (ours, closed) = (
        Cluster::runner_image(),
        json!({"automountServiceAccountToken": false}),
    );
    let mut endless = job(&ours, &closed);
    endless["spec"]["activeDeadlineSeconds"] = Value::Null;
    let with = |field: &str, value: Value| {
        let mut job = job(&ours, &closed);
        job["spec"]["template"]["spec"]["containers"][0][field] = value;
        job
    };
    let beside = "and nothing beside it";
    let shell = json!(["/bin/sh", "-c", "cat /secrets/*"]);
    let library = json!([{"name": "LD_PRELOAD", "value": "/spec/library"}]);
    let mut over = with(
        "volumeMounts",
        json!([{"name": "spec", "mountPath": "/usr/bin"}]),
    );
    over["spec"]["template"]["spec"]["volumes"] =
        json!([{"name": "spec", "configMap": {"name": "other"}}]);
    // What fetches has the network.
    let fetches = |volume: Value| {
        let mut job = with("args", json!(["restore", "fetch"]));
        let template = &mut job["spec"]["template"];
        template["metadata"] = json!({"labels": {"hipaa-iac.dev/restore-role": "fetch"}});
        template["spec"]["volumes"] = json!([volume]);
        job
    };
    let key = json!({"secret": {"name": "ehr.age", "items": [{"key": "identity", "path": "key"}]}});
    let key = json!({"name": "secrets", "projected": {"sources": [key]}});
    let all_keys = json!({"name": "secrets", "secret": {"secretName": "ehr.age"}});
    let create = ["create", "--dry-run=server", "-f", "-", &account];
    for (job, why) in [
        (with("command", shell), beside),
        (with("args", json!(["check", "/secrets"])), beside),
        (with("args", json!(["restore", "fetch"])), beside),
        (with("env", library), beside),
        (over, beside),
        (fetches(key), "sessionToken alone"),
        (fetches(all_keys), "sessionToken alone"),
        (job(&Cluster::pause_image(), &closed), "and no other"),
        (job(&ours, &json!({})), "have no token of the cluster"),
        (endless, "end and go by themselves"),
    ] {
        let said = cluster.kubectl_with(&create, &job.to_string()).failure();
        let told = format!("Jobs of the namespace {SCRATCH}");
        assert!(said.contains(&told) && said.contains(why), "{said}");
    }
}

/// What is wrong with a backup, and what is wrong with the question, each with its reason.
fn faults(cluster: &Cluster, clinic: &Clinic) {
    let at = |path: &str| json!({"source": {"pgDump": {"location": {"pvc": {"path": path}}}}});
    let key = |name: &str| json!({"source": {"pgDump": {"encryption": {"age": {"identitySecretRef": {"name": name}}}}}});
    let sql = |query: &str| json!({"checks": {"sql": [{"id": "asked", "query": query, "expect": {"op": ">=", "value": 1_000_000}, "severity": "Critical"}]}});
    let mut late = slow(3);
    late["objectives"] = json!({"rto": "1s"});
    let open = json!({"source": {"pgDump": {"location": {"pvc": {"path": "plain.dump"}}, "encryption": "serverSide"}}});
    // More than the pod may have.
    let mut starved =
        sql("select length(string_agg(repeat('x', 1000), '')) from generate_series(1, 900000)");
    starved["target"] = json!({"resources": {"limits": {"memory": "256Mi"}}});
    let cases = [
        // Nobody put it into the namespace of the scratch. Of all but those that are tried again it takes the longest.
        ("no-secret", key("absent"), "Inconclusive", "ConfigError"),
        ("lost", slow(600), "Inconclusive", "RunnerLost"),
        ("starved", starved, "Inconclusive", "OutOfMemory"),
        ("absent", at("none.dump.age"), "Failed", "BackupMissing"),
        (
            "flipped",
            at("flipped.dump.age"),
            "Failed",
            "ArtifactCorrupt",
        ),
        ("empty", at("empty.dump.age"), "Failed", "ArtifactTruncated"),
        ("foreign", key("other"), "Failed", "KeyMismatch"),
        (
            "stale",
            json!({"objectives": {"maxBackupAge": "1s"}}),
            "Failed",
            "StaleBackup",
        ),
        (
            "few",
            sql("select count(*) from public.patients"),
            "Failed",
            "AssertionFailed",
        ),
        (
            "gone",
            sql("select count(*) from public.nothing"),
            "Failed",
            "TableMissing",
        ),
        (
            "wrong",
            sql("select count(*) frm public.patients"),
            "Inconclusive",
            "AssertionError",
        ),
        ("open", open, "Failed", "NotEncrypted"),
        ("late", late, "Failed", "RtoExceeded"),
        (
            "full",
            json!({"target": {"storage": {"memory": {"sizeLimit": "24Mi"}}}}),
            "Inconclusive",
            "StorageFull",
        ),
        (
            "no-quantity",
            json!({"target": {"resources": {"limits": {"memory": "lots"}}}}),
            "Inconclusive",
            "ConfigError",
        ),
    ];
    // A bucket that is not there, one that lets nobody of that name in, and a store that takes connections and says nothing: a fetch tells.
    let stored = |bucket: &str, credentials: &str| {
        let location = json!({"bucket": bucket, "prefix": "daily/", "select": "Newest", "endpoint": clinic.server.url(), "credentialsSecretRef": {"name": credentials}});
        json!({"source": {"pgDump": {"location": {"pvc": null, "s3": location}}}})
    };
    let silent = TcpListener::bind((Node::address(), 0)).unwrap();
    let mut unanswered = stored("backups", "s3");
    unanswered["source"]["pgDump"]["location"]["s3"]["endpoint"] =
        format!("https://{}", silent.local_addr().unwrap()).into();
    unanswered["deadlines"] = json!({"fetchSeconds": 5});
    let fetches = [
        ("unanswered", unanswered, "Inconclusive", "FetchTimeout"),
        ("nowhere", stored("nobody", "s3"), "Failed", "BackupMissing"),
        (
            "denied",
            stored("backups", "nobody"),
            "Inconclusive",
            "FetchDenied",
        ),
    ];
    // Damaged, and no encryption tells; and another than the one that was signed.
    let damaged = json!({
        "source": {"pgDump": {"location": {"pvc": {"path": "damaged.dump"}}, "encryption": "serverSide"}},
        "encryptionPolicy": {"required": "None"},
    });
    let signed = json!({
        "source": {"pgDump": {"location": {"pvc": {"path": "again.dump.age"}}, "manifestKey": "{artifact}.manifest.dsse.json"}},
        "checks": {"manifest": {"publicKeySecretRef": {"name": "manifest", "key": "public"}}},
    });
    let contents = [
        ("damaged", damaged, "Failed", "RestoreFailed"),
        ("signed", signed, "Failed", "ChecksumMismatch"),
    ];
    let nobody = [
        ("accessKeyId", b"nobody".to_vec()),
        ("secretAccessKey", b"nobody".to_vec()),
    ];
    let mut documents = vec![secret(SCRATCH, "ehr.nobody", &nobody)];
    for (name, ..) in &fetches {
        clinic.volume_for_a_run(cluster, &format!("run-of-{name}"));
    }
    let cases = cases.into_iter().chain(fetches).chain(contents);
    let mut cases: Vec<(&str, Value, &str, &str)> = cases.collect();
    // First those that are tried again ten minutes after their end: then there are two runs.
    let again = ["RunnerLost", "OutOfMemory", "FetchTimeout"];
    cases.sort_by_key(|(.., reason)| !again.contains(reason));
    documents.extend(
        cases
            .iter()
            .map(|(name, more, ..)| verification(name, more)),
    );
    apply(cluster, &documents);
    // All that runs in its pod ends without a word, as where a machine loses it.
    reaches(cluster, "lost", "Running");
    let run = &runs(cluster, "lost")[0]["metadata"]["uid"];
    let of_it = format!("hipaa-iac.dev/run-uid={}", run.as_str().unwrap());
    let pods = cluster.get(&["pods", "-n", SCRATCH, "-l", &of_it]);
    let pod = pods["items"][0]["metadata"]["uid"].as_str().unwrap();
    Node::signal(pod, Signal::SIGKILL).unwrap();
    for (name, _, expected, reason) in &cases {
        let run = finished(cluster, name);
        assert_eq!(verdict(&run), (*expected, *reason), "{name}: {run:#}");
        recorded_once(clinic, name, &run);
    }
    let why = runs(cluster, "no-secret")[0]["status"]["conditions"].to_string();
    assert!(why.contains("ehr.absent"), "{why}");
    let names: Vec<&str> = cases.iter().map(|(name, ..)| *name).collect();
    assert_eq!(left(cluster, &names), [""; 0]);
    forget(cluster, &names);
}

/// A verification that covers the database `ehr` of a namespace, which judges by no other policy: the chart's `policyModes` names it.
fn cover_a_database(cluster: &Cluster) {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": RECORDS,
        "labels": {"hipaa-iac.dev/data-class": "phi", "hipaa-iac.dev/mode": "audit"},
        "annotations": {"hipaa-iac.dev/approved-by": "a test"}}});
    let covers = json!({"covers": [{"kind": "StatefulSet", "name": "ehr"}]});
    let mut verification = verification("proves", &covers);
    verification["metadata"]["namespace"] = RECORDS.into();
    apply(cluster, &[namespace, verification]);
}

/// It passes, and by that its database is admitted without a word, and another is not.
fn lets_its_database_in(cluster: &Cluster, clinic: &Clinic) {
    let run = finished(cluster, "proves");
    assert_eq!(verdict(&run), ("Passed", "None"), "{run:#}");
    let record = recorded_once(clinic, "proves", &run);
    assert_eq!(record["verification"]["namespace"], RECORDS);
    let create = |name: &str, dry: bool| {
        let mut arguments = vec!["create", "-f", "-"];
        arguments.extend(dry.then_some("--dry-run=server"));
        cluster.kubectl_with(&arguments, &database_in(RECORDS, name))
    };
    // Until its status is read the verification is one that is new, of which there is a warning.
    cluster.eventually("its database to be admitted", PATIENCE, || {
        let ran = create("ehr", true);
        ran.ok && !ran.stderr.contains(POLICY)
    });
    cluster.eventually("another to be denied", PATIENCE, || {
        let ran = create("billing", true);
        !ran.ok && ran.stderr.contains(POLICY) && ran.stderr.contains("no RestoreVerification")
    });
    let ran = create("ehr", false);
    assert!(ran.ok && !ran.stderr.contains(POLICY), "{}", ran.stderr);
    create("billing", false).failure();
    assert_eq!(left(cluster, &["proves"]), [""; 0]);
    let delete = ["delete", "-n", RECORDS, "--timeout=120s"];
    for object in ["statefulset/ehr", "restoreverification/proves"] {
        cluster
            .kubectl(&[&delete[..], &[object]].concat())
            .success();
    }
    cluster.eventually("its run to be gone", PATIENCE, || {
        runs(cluster, "proves").is_empty()
    });
    admission::remove(cluster, RECORDS);
}

/// One day an older backup lies where the newest was, and restores as well: the canary's number goes from run to run.
fn rolled_back(cluster: &Cluster, clinic: &Clinic) {
    let place = clinic.path("volume/rolled-back.dump.age");
    clinic.backup_of_later(&place);
    let checks = json!({
        "source": {"pgDump": {"location": {"pvc": {"path": "rolled-back.dump.age"}}}},
        "checks": {"canary": {"macKeySecretRef": {"name": "canary", "key": "mac"}, "maxAge": "26h"}},
    });
    apply(cluster, &[verification("rolled-back", &checks)]);
    let run = finished(cluster, "rolled-back");
    assert_eq!(verdict(&run), ("Passed", "None"), "{run:#}");
    recorded_once(clinic, "rolled-back", &run);
    // The first of the database, and the second of what was made of its backup.
    cluster.eventually("the number to be told", PATIENCE, || {
        let object = cluster.get(&["restoreverification", "rolled-back", "-n", EHR]);
        object["status"]["lastCanarySeq"] == 2
    });
    fs::copy(clinic.path("volume/good.dump.age"), &place).unwrap();
    ask(cluster, "rolled-back");
    let run = finished_of(cluster, "rolled-back", Some("Manual"));
    assert_eq!(verdict(&run), ("Failed", "CanaryRolledBack"), "{run:#}");
    let records = clinic.records("rolled-back");
    each_time(|| assert_eq!(records.len(), 2, "{records:#?}"));
    is_of(&records[1], &run);
    assert_eq!(left(cluster, &["rolled-back"]), [""; 0]);
    forget(cluster, &["rolled-back"]);
    fs::remove_file(place).unwrap();
}

/// With `concurrencyPolicy: Replace` the next run takes the place of one that is under way, and begins when nothing of that is left.
fn replaced(cluster: &Cluster, clinic: &Clinic) {
    let schedule = json!({"cron": "0 0 1 1 *", "concurrencyPolicy": "Replace"});
    let mut endless = slow(600);
    endless["schedule"] = schedule.clone();
    apply(cluster, &[verification("replaced", &endless)]);
    reaches(cluster, "replaced", "Running");
    // The next run is of the document as it is then.
    let quick = json!({"schedule": schedule});
    apply(cluster, &[verification("replaced", &quick)]);
    ask(cluster, "replaced");
    let next = finished_of(cluster, "replaced", Some("Manual"));
    assert_eq!(verdict(&next), ("Passed", "None"), "{next:#}");
    let first = finished_of(cluster, "replaced", Some("Create"));
    assert_eq!(verdict(&first), ("Aborted", "Interrupted"), "{first:#}");
    let gone = first["status"]["scratch"]["verifiedAbsentAt"].as_str();
    assert!(gone.is_some() && gone <= next["status"]["startedAt"].as_str());
    let records = clinic.records("replaced");
    each_time(|| assert_eq!(records.len(), 2, "{records:#?}"));
    for run in [&first, &next] {
        let of_it = |record: &&Value| record["verdict"] == run["status"]["verdict"];
        is_of(records.iter().find(of_it).unwrap(), run);
    }
    assert_eq!(left(cluster, &["replaced"]), [""; 0]);
    // Without it the next one is skipped.
    apply(cluster, &[verification("twice", &slow(12))]);
    reaches(cluster, "twice", "Running");
    ask(cluster, "twice");
    let second = finished_of(cluster, "twice", Some("Manual"));
    assert_eq!(verdict(&second), ("Skipped", "ConcurrencyForbid"));
    let first = finished_of(cluster, "twice", Some("Create"));
    assert_eq!(verdict(&first), ("Passed", "None"), "{first:#}");
    let records = clinic.records("twice");
    each_time(|| assert_eq!(records.len(), 2, "{records:#?}"));
    forget(cluster, &["replaced", "twice"]);
}

/// The operator's processes.
pub(crate) fn operator_processes() -> Vec<Pid> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let found = processes.filter_map(|entry| {
        let id: i32 = entry.file_name().to_str()?.parse().ok()?;
        let name = fs::read_to_string(entry.path().join("comm")).ok()?;
        // The kernel keeps fifteen bytes.
        (name.trim() == "hipaa-iac-opera").then(|| Pid::from_raw(id))
    });
    found.collect()
}

/// A process that is stopped until this is dropped, however the test ends.
pub(crate) struct Stopped(Pid);

impl Stopped {
    pub(crate) fn new(process: u32) -> Self {
        let process = Pid::from_raw(i32::try_from(process).unwrap());
        kill(process, Signal::SIGSTOP).unwrap();
        Self(process)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = kill(self.0, Signal::SIGCONT);
    }
}

/// So many replicas from now on; who waits for them does so by itself.
fn scale(cluster: &Cluster, replicas: u32) {
    let replicas = format!("--replicas={replicas}");
    cluster
        .kubectl(&["scale", DEPLOYMENT, "-n", NAMESPACE, &replicas])
        .success();
}

/// Waits until the run of a verification is in a phase, and kills the operator there; whether the run was in that phase still when it was dead. None is
/// killed where the phase was over before anybody looked.
fn kill_in(cluster: &Cluster, name: &str, phase: &str) -> bool {
    // A phase lasts a fraction of a second: too short for kubectl.
    let tunnel = Tunnel::api_server(cluster);
    let path = format!("/apis/hipaa-iac.dev/v1alpha1/namespaces/{EHR}/restoreverificationruns");
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    let look = || -> Option<Value> {
        let stream = traffic::connect(tunnel.port).ok()?;
        let answer = traffic::exchange(stream, request.as_bytes()).ok()?;
        let list: Value = serde_json::from_str(&answer.body).ok()?;
        let runs = list["items"].as_array()?;
        let run = runs
            .iter()
            .find(|run| run["spec"]["verificationRef"]["name"] == *name)?;
        Some(run.clone())
    };
    let phase_of = |run: &Value| {
        let phase = &run["status"]["phase"];
        phase.as_str().unwrap_or("Pending").to_owned()
    };
    let until = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < until, "{name}: never {phase}");
        match look().as_ref().map(phase_of) {
            Some(now) if now == phase => break,
            Some(now) if now == "Finished" => return false,
            _ => {}
        }
        thread::sleep(Duration::from_millis(5));
    }
    let [process] = *operator_processes() else {
        panic!("not one operator");
    };
    kill(process, Signal::SIGKILL).unwrap();
    // A write may have been on its way, but no other comes.
    thread::sleep(Duration::from_millis(100));
    let mut at_death = look();
    thread::sleep(Duration::from_millis(400));
    // On a busy machine it may have been for longer; while there is no operator nobody writes another.
    let now = look();
    if now != at_death && operator_processes().is_empty() {
        at_death = now;
        thread::sleep(Duration::from_millis(300));
    }
    assert_eq!(look(), at_death, "{name}: who was killed is not who acts");
    cluster.eventually("the operator to be back", PATIENCE, || {
        operator_processes().len() == 1
    });
    at_death.is_some_and(|run| phase_of(&run) == phase)
}

/// How often it is tried to kill an operator in one phase: a write that was on its way may have taken the run on, or the phase was missed.
const KILLS: usize = 6;

/// Several are under way by the end: each death meets one in a phase, and others somewhere.
fn killed(cluster: &Cluster, clinic: &Clinic) {
    let alone = || {
        cluster.eventually("the old operator to be gone", PATIENCE, || {
            operator_processes().len() == 1
        });
    };
    alone();
    // One that holds up the next.
    apply(cluster, &[verification("killed-first", &slow(20))]);
    reaches(cluster, "killed-first", "Running");
    apply(cluster, &[verification("killed-queued", &json!({}))]);
    assert!(kill_in(cluster, "killed-queued", "Queued"));
    // The namespace of the scratch is of PHI, and what the chart has there is judged too.
    operator::admitting(cluster, SCRATCH);
    clinic.upgrade(cluster, clinic::LIMIT);
    alone();
    let phases = [
        "Pending",
        "Provisioning",
        "Running",
        "Collecting",
        "Cleaning",
        "Finished",
        // The last, so that the one that comes back has something to do and to log.
        "Recording",
    ];
    let mut names = vec!["killed-first".to_owned(), "killed-queued".to_owned()];
    for phase in phases {
        let died = (0..KILLS).any(|attempt| {
            let name = format!("killed-{}-{attempt}", phase.to_lowercase());
            apply(cluster, &[verification(&name, &json!({}))]);
            let died = kill_in(cluster, &name, phase);
            names.push(name);
            died
        });
        assert!(died, "never killed in {phase}");
    }
    for name in names {
        let run = finished(cluster, &name);
        assert_eq!(verdict(&run), ("Passed", "None"), "{name}: {run:#}");
        recorded_once(clinic, &name, &run);
        forget(cluster, &[&name]);
    }
    assert_eq!(all_left(cluster), [""; 0]);
    verified(clinic);
}

fn turns(cluster: &Cluster, clinic: &Clinic) {
    let mut suspended = verification("suspended", &json!({}));
    suspended["spec"]["suspend"] = true.into();
    // The schema of the cluster says nothing of a value to compare with: one that is none stands in nobody's way.
    let unreadable = json!({"checks": {"sql": [{"id": "a", "query": "select 1", "expect": {"op": "==", "value": "one"}}]}});
    apply(
        cluster,
        &[
            verification("unreadable", &unreadable),
            verification("first", &slow(6)),
            verification("second", &slow(1)),
            suspended,
        ],
    );
    // One at a time.
    let mut most = 0;
    let mut queued = false;
    cluster.eventually("both to be over", PATIENCE, || {
        let jobs = cluster.get(&["jobs", "-n", SCRATCH]);
        let active = jobs["items"].as_array().map_or(0, |jobs| {
            jobs.iter()
                .filter(|job| job["status"]["active"] == 1)
                .count()
        });
        assert!(active <= 1, "{active} at once");
        let all = [runs(cluster, "first"), runs(cluster, "second")];
        all.iter().all(|runs| {
            runs.first()
                .is_some_and(|run| run["status"]["phase"] == "Finished")
        })
    });
    for name in ["first", "second"] {
        let run = finished(cluster, name);
        assert_eq!(verdict(&run), ("Passed", "None"), "{run:#}");
        recorded_once(clinic, name, &run);
        most += 1;
        queued |= run["status"]["queuedSince"].is_string();
    }
    assert!(queued && most == 2, "none waited");
    cluster.eventually("it to be told what cannot be read", PATIENCE, || {
        why(cluster, "unreadable").contains("one")
    });
    let run = finished(cluster, "unreadable");
    assert_eq!(verdict(&run), ("Inconclusive", "ConfigError"), "{run:#}");

    // Who asks for a run of one that is suspended has it.
    assert!(runs(cluster, "suspended").is_empty());
    ask(cluster, "suspended");
    let run = finished(cluster, "suspended");
    assert_eq!(run["spec"]["trigger"], "Manual");
    assert_eq!(verdict(&run), ("Passed", "None"), "{run:#}");
    recorded_once(clinic, "suspended", &run);
    forget(cluster, &["first", "second", "suspended", "unreadable"]);
}

/// The slots of `30 2 * * *` in Berlin since two nights before the clocks last went to summer time there, as Python has them: one a night. In the night of which
/// the hour is left out it is the end of that hour, and in the one in which it comes twice the first of the two.
fn nights() -> Vec<String> {
    const SLOTS: &str = "
import datetime, zoneinfo
berlin, day, utc = zoneinfo.ZoneInfo('Europe/Berlin'), datetime.timedelta(days=1), datetime.timezone.utc
def at(date, hour, minute): return datetime.datetime(date.year, date.month, date.day, hour, minute, tzinfo=berlin)
def slot(date):
    there = at(date, 2, 30).astimezone(utc)
    return there if there.astimezone(berlin).hour == 2 else at(date, 3, 0).astimezone(utc)
now = datetime.datetime.now(utc)
date = now.astimezone(berlin).date()
while at(date, 12, 0).utcoffset() <= at(date - day, 12, 0).utcoffset(): date -= day
date -= 2 * day
while slot(date) <= now:
    print(slot(date).strftime('%Y-%m-%dT%H:%M:%SZ'))
    date += day
";
    let ran = Command::new("python3")
        .args(["-c", SLOTS])
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    let slots = String::from_utf8(ran.stdout).unwrap();
    slots.lines().map(str::to_owned).collect()
}

/// What the operator's account wrote of the slots of a verification before it went away: the last that was seen to, and the next.
fn seen_to(cluster: &Cluster, name: &str, last: &str, next: &str) {
    let account = format!("--as=system:serviceaccount:{NAMESPACE}:{RELEASE}");
    let mut object = cluster.get(&["restoreverification", name, "-n", EHR]);
    object["status"] = json!({"lastScheduleTime": last, "nextScheduleTime": next});
    let replace = ["replace", "--subresource=status", "--validate=false"];
    cluster
        .kubectl_with(
            &[&replace[..], &[&*account, "-f", "-"]].concat(),
            &object.to_string(),
        )
        .success();
}

/// The runs of the slots of a verification.
fn scheduled(cluster: &Cluster, name: &str) -> Vec<Value> {
    let mut all = runs(cluster, name);
    all.retain(|run| run["spec"]["trigger"] == "Schedule");
    all
}

/// The label of all that the first run of a verification made.
fn made_by(cluster: &Cluster, name: &str) -> String {
    let uid = &runs(cluster, name)[0]["metadata"]["uid"];
    format!("hipaa-iac.dev/run-uid={}", uid.as_str().unwrap())
}

/// Slots that pass while the operator is away: of every minute, and of nights over a change of the clocks. What it had written before is written for it,
/// as if it had been away for that long. And two that would not end by themselves, which Kubernetes ends meanwhile; it takes the backup that was fetched
/// for one of them too.
fn operator_away(cluster: &Cluster, clinic: &Clinic) {
    let mut endless = slow(600);
    endless["deadlines"] = json!({"totalSeconds": 60});
    let mut fetched = slow(600);
    fetched["deadlines"] = json!({"totalSeconds": 90});
    fetched["source"] = json!({"pgDump": {"location": {"pvc": null, "s3": {
        "bucket": "backups", "prefix": "daily/", "select": "Newest", "suffix": ".dump.age",
        "region": "us-east-1", "endpoint": clinic.server.url(), "credentialsSecretRef": {"name": "s3"},
    }}}});
    clinic.volume_for_a_run(cluster, "run-of-away");
    apply(cluster, &[verification("fetched", &fetched)]);
    reaches(cluster, "fetched", "Running");
    let of_fetched = made_by(cluster, "fetched");
    let made = |kind: &str| cluster.get(&[kind, "-n", SCRATCH, "-l", &of_fetched]);
    let jobs = made("jobs");
    let mut jobs = jobs["items"].as_array().unwrap().iter();
    let job = jobs.find(|job| job["metadata"]["name"].as_str().unwrap().ends_with("-f"));
    let job = job.unwrap();
    // Ten minutes longer than the run may take: nobody waits for that here.
    let stays = job["spec"]["ttlSecondsAfterFinished"].as_i64().unwrap();
    assert!((601..=690).contains(&stays), "{job:#}");
    let claim = &made("persistentvolumeclaims")["items"][0];
    let volume = claim["spec"]["volumeName"].as_str().unwrap().to_owned();
    apply(cluster, &[verification("endless", &endless)]);
    reaches(cluster, "endless", "Running");
    let base = job["metadata"]["name"].as_str().unwrap();
    let base = base.strip_suffix("-f").unwrap();
    for part in ["f", "r"] {
        let patch = ["patch", "job", "-n", SCRATCH, "--type=merge", "-p"];
        let soon = r#"{"spec":{"ttlSecondsAfterFinished":1}}"#;
        let job = format!("{base}-{part}");
        cluster
            .kubectl(&[&patch[..], &[soon, &job]].concat())
            .success();
    }
    scale(cluster, 0);
    cluster.eventually("the operator to be gone", Duration::from_mins(1), || {
        operator_processes().is_empty()
    });
    let at = |cron: &str| json!({"schedule": {"cron": cron, "timeZone": "Europe/Berlin"}});
    apply(
        cluster,
        &[
            verification("slots", &at("* * * * *")),
            verification("nights", &at("30 2 * * *")),
        ],
    );
    let nights = nights();
    seen_to(cluster, "nights", &nights[0], &nights[1]);
    let seen = time::OffsetDateTime::now_utc().unix_timestamp() / 60 - 10;
    let minute = |minute: i64| {
        let at = time::OffsetDateTime::from_unix_timestamp(minute * 60).unwrap();
        at.format(&time::format_description::well_known::Rfc3339)
            .unwrap()
    };
    seen_to(cluster, "slots", &minute(seen), &minute(seen + 1));

    // It stays while there is a pod that has it, and goes with that.
    let gone = || {
        let claims = made("persistentvolumeclaims");
        claims["items"].as_array().is_some_and(Vec::is_empty)
            && cluster.get(&["pv", &volume]).is_null()
    };
    cluster.eventually("the backup to be gone", Duration::from_mins(3), gone);
    assert!(operator_processes().is_empty());
    assert!(!clinic.path(&volume).exists());
    let of_endless = made_by(cluster, "endless");
    let made = |kind: &str| cluster.get(&[kind, "-n", SCRATCH, "-l", &of_endless]);
    cluster.eventually("Kubernetes to end the pod", PATIENCE, || {
        made("pods")["items"].as_array().is_some_and(Vec::is_empty)
    });
    let job = &made("jobs")["items"][0];
    assert_eq!(
        job["status"]["conditions"][0]["reason"], "DeadlineExceeded",
        "{job:#}"
    );
    assert!(clinic.records("endless").is_empty());
    assert!(runs(cluster, "slots").is_empty());
    scale(cluster, 1);
    // How long anything of it could be there: the time of the run, twice where the backup is fetched, ten minutes, and the end of a pod.
    // What is told of one whose Job is gone too is that.
    for (name, reason, lifetime) in [
        ("endless", "DeadlineExceeded", 60 + 615),
        ("fetched", "RunnerLost", 2 * 90 + 615),
    ] {
        let run = finished(cluster, name);
        assert_eq!(verdict(&run), ("Inconclusive", reason), "{run:#}");
        let record = recorded_once(clinic, name, &run);
        assert_eq!(record["scratch"]["maxLifetimeSeconds"], lifetime);
    }

    // The newest slot is run, and those before it are one record.
    let is_over = |run: &Value| run["status"]["phase"] == "Finished";
    let told = |name: &str, expected: (&str, &str)| {
        let mut all = scheduled(cluster, name).into_iter();
        all.find(|run| verdict(run) == expected && is_over(run))
    };
    for name in ["slots", "nights"] {
        for expected in [("Skipped", "MissedSlot"), ("Passed", "None")] {
            cluster.eventually(&format!("{name} to be {expected:?}"), PATIENCE, || {
                told(name, expected).is_some()
            });
        }
        let suspend = ["restoreverification", name, "-n", EHR, "--type=merge"];
        let suspend = [&suspend[..], &["-p", r#"{"spec":{"suspend":true}}"#]].concat();
        cluster.eventually("it to be suspended", PATIENCE, || {
            cluster.kubectl(&[&["patch"][..], &suspend[..]].concat()).ok
        });
    }
    let names = ["slots", "nights"];
    cluster.eventually("all to be over", PATIENCE, || {
        let mut all = names.iter().flat_map(|name| runs(cluster, name));
        all.all(|run| is_over(&run))
    });
    let missed = told("nights", ("Skipped", "MissedSlot")).unwrap();
    let passed = told("nights", ("Passed", "None")).unwrap();
    let [.., before, newest] = &nights[..] else {
        panic!("{nights:?}");
    };
    assert_eq!(passed["spec"]["scheduledFor"], **newest);
    assert_eq!(missed["spec"]["scheduledFor"], **before);
    // All but the one that was seen to and the one that is run.
    assert_eq!(missed["spec"]["missedSlots"], nights.len() - 2);
    // Every minute from the first to the last is one that was run, or one of those that are recorded as missed.
    // A run of a slot is named after its minute.
    let minute = |run: &Value| -> i64 {
        let name = run["metadata"]["name"].as_str().unwrap();
        name.rsplit('-').next().unwrap().parse().unwrap()
    };
    let (mut first, mut last, mut accounted) = (i64::MAX, 0, 0);
    for run in scheduled(cluster, "slots") {
        let missed = run["spec"]["missedSlots"].as_i64();
        let slot = minute(&run);
        accounted += missed.unwrap_or(1);
        first = first.min(slot + 1 - missed.unwrap_or(1));
        last = last.max(slot);
    }
    assert_eq!(first, seen + 1);
    assert_eq!(last - first + 1, accounted);
    // Each of them once, in the log too.
    for name in names {
        let records = clinic.records(name);
        let all = runs(cluster, name).len();
        each_time(|| assert_eq!(records.len(), all, "{name}"));
        let mut told: Vec<&str> = records
            .iter()
            .filter_map(|record| record["trigger"]["scheduledFor"].as_str())
            .collect();
        told.sort_unstable();
        told.dedup();
        each_time(|| assert_eq!(told.len(), all, "{name}"));
        assert!(
            records
                .iter()
                .any(|record| record["reason"] == "MissedSlot")
        );
    }
    verified(clinic);
    forget(cluster, &["slots", "nights", "endless", "fetched"]);
}

/// What runs goes on meanwhile, and nothing is said of it; of one that is deleted nothing is said either, for its pod cannot be ended.
fn kubelet_away(cluster: &Cluster, clinic: &Clinic) {
    let node = cluster.node().unwrap();
    apply(cluster, &[verification("deleted", &slow(300))]);
    reaches(cluster, "deleted", "Running");
    // Still so when the kubelet stops.
    apply(cluster, &[verification("unwatched", &slow(20))]);
    reaches(cluster, "unwatched", "Running");
    node.stop_kubelet().unwrap();
    cluster
        .kubectl(&[
            "delete",
            "restoreverification",
            "deleted",
            "-n",
            EHR,
            "--wait=false",
        ])
        .success();
    reaches(cluster, "deleted", "Cleaning");
    thread::sleep(Duration::from_secs(10));
    for (name, phase) in [("deleted", "Cleaning"), ("unwatched", "Running")] {
        assert_eq!(runs(cluster, name)[0]["status"]["phase"], phase, "{name}");
        assert!(clinic.records(name).is_empty(), "{name}");
    }
    assert!(!all_left(cluster).is_empty());
    node.kubelet().unwrap();
    cluster.eventually("the run to be gone", PATIENCE, || {
        runs(cluster, "deleted").is_empty()
    });
    let records = clinic.records("deleted");
    each_time(|| assert_eq!(records.len(), 1, "{records:#?}"));
    assert_eq!(records[0]["verdict"], "Aborted");
    assert_eq!(records[0]["scratch"]["destroyed"], "Verified");
    let run = finished(cluster, "unwatched");
    assert_eq!(verdict(&run), ("Passed", "None"), "{run:#}");
    recorded_once(clinic, "unwatched", &run);
    assert_eq!(all_left(cluster), [""; 0]);
    verified(clinic);
    forget(cluster, &["unwatched"]);
}

/// In the middle of a run whoever leads is stopped until another does. Then it goes on where it was, and has to find that it leads no longer.
fn another_leads(cluster: &Cluster) {
    operator::ready(cluster);
    apply(cluster, &[verification("led", &slow(30))]);
    reaches(cluster, "led", "Running");
    let holder =
        || cluster.get(&["lease", RELEASE, "-n", NAMESPACE])["spec"]["holderIdentity"].clone();
    let leader = holder();
    let pod = cluster.get(&["pod", leader.as_str().unwrap(), "-n", NAMESPACE]);
    let pod = pod["metadata"]["uid"].as_str().unwrap();
    Node::signal(pod, Signal::SIGSTOP).unwrap();
    cluster.eventually("another to lead", Duration::from_mins(1), || {
        let now = holder();
        now.as_str().is_some_and(|now| !now.is_empty()) && now != leader
    });
    Node::signal(pod, Signal::SIGCONT).unwrap();
    reaches(cluster, "led", "Recording");
}

/// In the middle of a run the API server starts anew.
fn api_server_restarts(cluster: &Cluster) {
    apply(cluster, &[verification("restarted", &slow(5))]);
    reaches(cluster, "restarted", "Running");
    cluster.node().unwrap().restart_api_server().unwrap();
    reaches(cluster, "restarted", "Recording");
}

/// A store that takes connections and answers nothing, for two minutes: worse than one that refuses them. Meanwhile another replica takes over, and the
/// API server starts anew.
fn store_away(cluster: &Cluster, clinic: &Clinic) {
    scale(cluster, 2);
    let before = clinic.records("away").len();
    let stopped = Stopped::new(clinic.server.id());
    apply(
        cluster,
        &[
            verification("away", &json!({})),
            verification("beside", &json!({})),
        ],
    );
    reaches(cluster, "away", "Recording");
    // The next one goes on meanwhile.
    reaches(cluster, "beside", "Recording");
    assert_eq!(all_left(cluster), [""; 0]);
    let status = cluster.get(&["restoreverification", "away", "-n", EHR])["status"].clone();
    assert!(status["lastPassedTime"].is_null(), "{status:#}");
    another_leads(cluster);
    api_server_restarts(cluster);
    cluster.eventually("somebody to be told", PATIENCE, || {
        let field = "reason=EvidencePending";
        let events = cluster.get(&["events", "-n", EHR, "--field-selector", field]);
        !events["items"].as_array().is_none_or(Vec::is_empty)
    });
    drop(stopped);
    // Two wait with the same records, the one that led and the one that leads.
    let names = ["away", "beside", "led", "restarted"];
    for name in names {
        let run = finished(cluster, name);
        assert_eq!(verdict(&run), ("Passed", "None"), "{run:#}");
        recorded_once(clinic, name, &run);
    }
    assert_eq!(before, 0);
    assert_eq!(left(cluster, &names), [""; 0]);
    verified(clinic);
    scale(cluster, 1);
    cluster.eventually("one operator to be there", PATIENCE, || {
        operator_processes().len() == 1
    });
    operator::ready(cluster);
    forget(cluster, &names);
}

/// After all of it: disks, logs, etcd, evidence.
fn nothing_left(cluster: &Cluster, clinic: &Clinic) {
    let folder = cluster.node().unwrap().folder();
    let proof = folder.join("clinic/proof");
    fs::write(&proof, MARKER).unwrap();
    assert!(
        holding(folder, MARKER).contains("clinic/proof"),
        "the search finds nothing"
    );
    fs::remove_file(&proof).unwrap();
    // What pods said is kept, though they are gone: a result is a line of the log of the container `restore`.
    let results = holding(&clinic.path(LOGS), "RestoreVerificationResult");
    assert!(results.contains("_restore_"), "no log was kept");
    each_time(|| assert_eq!(holding(folder, MARKER), ""));
    each_time(|| assert_eq!(holding(clinic.server.folder(), MARKER), ""));
    let logs = cluster
        .kubectl(&["logs", DEPLOYMENT, "-n", NAMESPACE])
        .success();
    assert!(logs.contains("a run goes on") && !logs.contains(MARKER));
    assert_eq!(all_left(cluster), [""; 0]);
    verified(clinic);
}
