//! A clinic whose backups are to be proved: a database with patients, encrypted dumps of it, an S3 server, and the chart with restore
//! verification on.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    thread,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use hipaa_iac_tests::{
    object_storage::{Bucket, Server},
    postgresql, program, run_in, workspace,
};
use serde_json::{Value, json};

use crate::{
    certificates,
    cluster::{Cluster, NAMESPACE},
    node::Node,
    operator,
};

/// The namespace of the verifications.
pub(crate) const EHR: &str = "ehr";
/// A namespace of PHI with a database and its verification.
pub(crate) const RECORDS: &str = "records";
/// The namespace of the scratch.
pub(crate) const SCRATCH: &str = "hipaa-iac-restore";
/// The label of what runs make.
const RUN_UID: &str = "hipaa-iac.dev/run-uid";
/// A name in the database.
pub(crate) const MARKER: &str = "Patient 993";
/// The bucket of the evidence, and its prefix.
const EVIDENCE: (&str, &str) = ("evidence", "clinic");
/// What evidence calls the cluster.
pub(crate) const CLUSTER: &str = "test";
/// How many runs there may be at a time: more than the tests that run beside one another wait for.
pub(crate) const LIMIT: u32 = 8;
/// How long a verification may take on a loaded machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

/// The folder with the logs of all pods of the scratch.
pub(crate) const LOGS: &str = "logs";

/// Everything outside of the cluster. It lives as long as the cluster does.
pub(crate) struct Clinic {
    /// Keys, backups and what else `examples/restore/run.sh` makes.
    folder: PathBuf,
    /// The store of backups and evidence.
    pub(crate) server: Server,
}

static CLINIC: OnceLock<Clinic> = OnceLock::new();

/// Calls a function with the clinic, which is made when it is first needed, and with the operator installed for it.
pub(crate) fn with(cluster: &Cluster, test: fn(&Cluster, &Clinic)) {
    with_limit(cluster, LIMIT, test);
}

/// The same where no more than so many runs are under way at a time.
pub(crate) fn with_limit(cluster: &Cluster, limit: u32, test: fn(&Cluster, &Clinic)) {
    let clinic = CLINIC.get_or_init(|| Clinic::make(cluster));
    clinic.ensure(cluster, limit);
    test(cluster, clinic);
}

/// A verification by a dump in a claim, that is quick; `more` is merged into its `spec`, where null removes.
pub(crate) fn verification(name: &str, more: &Value) -> Value {
    let mut document = json!({
        "apiVersion": "hipaa-iac.dev/v1alpha1",
        "kind": "RestoreVerification",
        "metadata": {"name": name, "namespace": EHR},
        "spec": {
            "source": {"pgDump": {
                "format": "Custom",
                "location": {"pvc": {"claimName": "backups", "path": "good.dump.age"}},
                "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}},
            }},
            "target": {
                "storage": {"memory": {"sizeLimit": "512Mi"}},
                "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "1Gi"}},
            },
            "objectives": {"maxBackupAge": "26h", "rto": "1h"},
            "checks": {"sql": [
                {"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": ">=", "value": 1000}, "severity": "Critical"},
            ]},
        },
    });
    merge(&mut document["spec"], more);
    document
}

/// A check that takes this many seconds.
pub(crate) fn slow(seconds: u32) -> Value {
    let query = format!("select count(*) from (select pg_sleep({seconds})) as slept");
    json!({"checks": {"sql": [{"id": "slow", "query": query, "expect": {"op": "==", "value": 1}, "severity": "Critical"}]}})
}

fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                if value.is_null() {
                    into.remove(name);
                } else {
                    merge(into.entry(name).or_insert(Value::Null), value);
                }
            }
        }
        (into, more) => *into = more.clone(),
    }
}

/// A record of the log: its payload's predicate.
pub(crate) type Record = Value;

impl Clinic {
    fn make(cluster: &Cluster) -> Self {
        let node = cluster.node().unwrap().folder();
        let base = node.join("clinic");
        fs::create_dir_all(&base).unwrap();
        keep_logs(node.join("pods"), base.join(LOGS));
        // What a user does first on one machine: a database, keys, a backup with its manifest.
        let made = base.join("made");
        let ran = Command::new(workspace().join("examples/restore/run.sh"))
            .arg(&made)
            .env("HIPAA_IAC", program().unwrap())
            .output()
            .unwrap();
        assert!(
            ran.status.success(),
            "{}{}",
            String::from_utf8_lossy(&ran.stdout),
            String::from_utf8_lossy(&ran.stderr)
        );
        let issued = certificates::issue(
            vec![Node::address().to_string()],
            Duration::ZERO,
            Duration::from_hours(24),
        )
        .unwrap();
        let file = |name: &str, text: &str| {
            let path = base.join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let tls = [
            file("store.crt", &issued.certificate),
            file("store.key", &issued.key),
            file("store-ca.crt", &issued.authority),
        ];
        let server = Server::versitygw_at(Node::address(), Some(tls)).unwrap();
        server.make_bucket("backups", Bucket::Plain).unwrap();
        server.make_bucket(EVIDENCE.0, Bucket::Locked).unwrap();
        let clinic = Self {
            folder: base,
            server,
        };
        clinic.place_backups(cluster);
        clinic
    }

    /// A file or folder of the clinic.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn dump(&self) -> PathBuf {
        fs::read_dir(self.path("made/backups"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|ending| ending == "age"))
            .unwrap()
    }

    /// The backup into the store, and it and damaged ones into the folder of a volume.
    fn place_backups(&self, cluster: &Cluster) {
        let dump = self.dump();
        for file in [
            dump.clone(),
            format!("{}.manifest.dsse.json", dump.display()).into(),
        ] {
            self.server
                .python(&format!(
                    "s3.upload_file('{}', 'backups', 'daily/{}')",
                    file.display(),
                    file.file_name().unwrap().to_string_lossy()
                ))
                .unwrap();
        }
        let volume = self.path("volume");
        fs::create_dir_all(&volume).unwrap();
        let good = fs::read(&dump).unwrap();
        fs::write(volume.join("good.dump.age"), &good).unwrap();
        let mut flipped = good.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        fs::write(volume.join("flipped.dump.age"), flipped).unwrap();
        fs::write(volume.join("empty.dump.age"), "").unwrap();
        let opened = Command::new("age")
            .args(["--decrypt", "--identity"])
            .arg(self.path("made/secrets/age/identity"))
            .arg(&dump)
            .output()
            .unwrap();
        assert!(opened.status.success());
        let mut damaged = opened.stdout.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        fs::write(volume.join("damaged.dump"), damaged).unwrap();
        fs::write(volume.join("plain.dump"), opened.stdout).unwrap();
        // The same encrypted once more is other bytes.
        self.encrypt(&volume.join("plain.dump"), &volume.join("again.dump.age"));
        let manifest = format!("{}.manifest.dsse.json", dump.display());
        fs::copy(manifest, volume.join("again.dump.age.manifest.dsse.json")).unwrap();
        for entry in fs::read_dir(&volume).unwrap() {
            let path = entry.unwrap().path();
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        let other = Command::new("age-keygen").output().unwrap();
        fs::create_dir_all(self.path("made/secrets/other")).unwrap();
        fs::write(self.path("made/secrets/other/identity"), other.stdout).unwrap();
        cluster.namespace(EHR, false);
    }

    /// An encrypted backup of what the database is some time later: its canary is the next.
    pub(crate) fn backup_of_later(&self, to: &Path) {
        let key = self.path("made/secrets/canary/mac");
        let dump = postgresql::dump_of_later(&self.path("volume/plain.dump"), |dsn| {
            let key = key.to_str().unwrap();
            let write = ["restore", "canary", "write", "--dsn", dsn, "--key", key];
            let ran = run_in(Path::new("/"), &write)?;
            assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
            Ok(())
        });
        let plain = self.path("later.dump");
        fs::write(&plain, dump.unwrap()).unwrap();
        self.encrypt(&plain, to);
        fs::remove_file(plain).unwrap();
        fs::set_permissions(to, fs::Permissions::from_mode(0o644)).unwrap();
    }

    /// To the recipient that the identity is of.
    fn encrypt(&self, plain: &Path, to: &Path) {
        let closed = Command::new("age")
            .args(["--encrypt", "--identity"])
            .arg(self.path("made/secrets/age/identity"))
            .arg("--output")
            .args([to, plain])
            .status();
        assert!(closed.unwrap().success());
    }

    /// What is beside the chart: secrets and claims that were put into the namespace of the scratch, and the store.
    fn place_objects(&self, cluster: &Cluster) {
        let read = |name: &str| fs::read(self.path("made/secrets").join(name)).unwrap();
        let mut objects = vec![
            secret(SCRATCH, "ehr.age", &[("identity", read("age/identity"))]),
            secret(
                SCRATCH,
                "records.age",
                &[("identity", read("age/identity"))],
            ),
            secret(
                SCRATCH,
                "ehr.other",
                &[("identity", read("other/identity"))],
            ),
            secret(SCRATCH, "ehr.canary", &[("mac", read("canary/mac"))]),
            secret(
                SCRATCH,
                "ehr.manifest",
                &[("public", read("manifest/public"))],
            ),
            self.credentials(SCRATCH, "ehr.s3"),
        ];
        // Volumes that are there already, as a share of backups would be.
        for namespace in [EHR, RECORDS] {
            let name = format!("backups-of-{namespace}");
            let claim = format!("{namespace}.backups");
            objects.push(json!({
                "apiVersion": "v1", "kind": "PersistentVolume",
                "metadata": {"name": name},
                "spec": {
                    "capacity": {"storage": "1Gi"}, "accessModes": ["ReadOnlyMany"], "storageClassName": "",
                    "persistentVolumeReclaimPolicy": "Retain",
                    "claimRef": {"namespace": SCRATCH, "name": claim},
                    "hostPath": {"path": self.path("volume"), "type": "Directory"},
                },
            }));
            objects.push(json!({
                "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": {"name": claim, "namespace": SCRATCH},
                "spec": {
                    "accessModes": ["ReadOnlyMany"], "storageClassName": "", "volumeName": name,
                    "resources": {"requests": {"storage": "1Gi"}},
                },
            }));
        }
        objects.push(json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "EvidenceStore", "metadata": {"name": "default"},
            "spec": {"s3": {"bucket": EVIDENCE.0, "prefix": EVIDENCE.1}},
        }));
        apply(cluster, &objects);
    }

    /// An empty volume for the backup that a run fetches. Its controller removes the folder with it.
    pub(crate) fn volume_for_a_run(&self, cluster: &Cluster, name: &str) {
        let folder = self.path(name);
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        apply(
            cluster,
            &[json!({
                "apiVersion": "v1", "kind": "PersistentVolume",
                "metadata": {"name": name},
                "spec": {
                    "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "runs",
                    "persistentVolumeReclaimPolicy": "Delete",
                    "hostPath": {"path": folder, "type": "Directory"},
                },
            })],
        );
    }

    /// The chart with restore verification, and one replica, so that it is known who is to be killed.
    fn ensure(&self, cluster: &Cluster, limit: u32) {
        let one_at_a_time = operator::settling();
        operator::ensure_namespace(cluster);
        operator::let_back(cluster);
        let values = operator::values(cluster);
        let restore = &values["restoreVerification"];
        if restore["cluster"] != CLUSTER || restore["limit"] != limit {
            let key = fs::read(self.path("made/evidence.key")).unwrap();
            apply(
                cluster,
                &[
                    secret(NAMESPACE, "evidence-key", &[("evidence.key", key)]),
                    self.credentials(NAMESPACE, "evidence-store"),
                ],
            );
            self.upgrade(cluster, limit);
            self.place_objects(cluster);
        }
        drop(one_at_a_time);
        operator::ready(cluster);
    }

    /// `helm upgrade` to so many runs at a time.
    pub(crate) fn upgrade(&self, cluster: &Cluster, limit: u32) {
        let image = format!("restoreVerification.image={}", Cluster::runner_image());
        let url = self.server.url();
        let endpoint = format!("restoreVerification.evidenceStore.endpoint={url}");
        let (_, port) = url.rsplit_once(':').unwrap();
        let ports = format!("restoreVerification.storePorts={{{port}}}");
        let authority = format!(
            "restoreVerification.storeCA={}",
            self.path("store-ca.crt").display()
        );
        let cluster_name = format!("restoreVerification.cluster={CLUSTER}");
        let limit = format!("restoreVerification.limit={limit}");
        let all = [
            "replicas=1",
            "restoreVerification.enabled=true",
            &*image,
            "restoreVerification.evidenceKeySecret=evidence-key",
            "restoreVerification.evidenceStore.credentialsSecret=evidence-store",
            &*endpoint,
            &*cluster_name,
            &*limit,
            "restoreVerification.backupVolume.storageClassName=runs",
            "restoreVerification.backupVolume.size=1Gi",
            "restoreVerification.volumeSnapshots=true",
            "policyModes.database-restore-unverified=enforce",
            // The operator's policies hold for its own volumes: somebody has to say that the classes encrypt.
            "config.parameters.volume-claim-encryption-unproven.encryptedClasses={runs,folders}",
            &*ports,
        ];
        operator::upgrade_with(cluster, &all, &["--set-file", &authority]);
    }

    /// A Secret that lets in at the store.
    fn credentials(&self, namespace: &str, name: &str) -> Value {
        let environment: BTreeMap<_, _> = self.server.environment().into_iter().collect();
        let value = |name: &str| environment[name].clone().into_bytes();
        let data = [
            ("accessKeyId", value("AWS_ACCESS_KEY_ID")),
            ("secretAccessKey", value("AWS_SECRET_ACCESS_KEY")),
        ];
        secret(namespace, name, &data)
    }

    /// Where the evidence is, as files: versitygw keeps objects as such.
    pub(crate) fn log(&self) -> PathBuf {
        let (bucket, prefix) = EVIDENCE;
        self.server
            .folder()
            .join("objects")
            .join(bucket)
            .join(prefix)
    }

    /// The records of a verification.
    pub(crate) fn records(&self, verification: &str) -> Vec<Record> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.log().join("records"))
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
            .unwrap_or_default();
        files.sort();
        files
            .iter()
            .map(|file| {
                let envelope: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
                let payload = BASE64_STANDARD
                    .decode(envelope["payload"].as_str().unwrap())
                    .unwrap();
                let statement: Value = serde_json::from_slice(&payload).unwrap();
                statement["predicate"].clone()
            })
            .filter(|record| record["verification"]["name"] == verification)
            .collect()
    }
}

/// A Secret.
pub(crate) fn secret(namespace: &str, name: &str, data: &[(&str, Vec<u8>)]) -> Value {
    let data: BTreeMap<&str, String> = data
        .iter()
        .map(|(key, bytes)| (*key, BASE64_STANDARD.encode(bytes)))
        .collect();
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "data": data})
}

/// `kubectl apply` of objects.
pub(crate) fn apply(cluster: &Cluster, objects: &[Value]) {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    cluster.apply(&list.to_string()).success();
}

/// The runs of a verification.
pub(crate) fn runs(cluster: &Cluster, verification: &str) -> Vec<Value> {
    let list = cluster.get(&["restoreverificationruns", "-A"]);
    let all = list["items"].as_array().cloned().unwrap_or_default();
    all.into_iter()
        .filter(|run| run["spec"]["verificationRef"]["name"] == verification)
        .collect()
}

/// Whether a run is over, with nothing left of it.
fn is_over(run: &Value) -> bool {
    run["status"]["phase"] == "Finished" && run["metadata"]["finalizers"].is_null()
}

/// Waits for the one run of a verification, and gives it.
#[track_caller]
pub(crate) fn finished(cluster: &Cluster, verification: &str) -> Value {
    finished_of(cluster, verification, None)
}

/// Waits for the run of a verification that this was the reason for, or for its one run, and gives it.
#[track_caller]
pub(crate) fn finished_of(cluster: &Cluster, verification: &str, trigger: Option<&str>) -> Value {
    let over = || {
        let mut runs = runs(cluster, verification).into_iter();
        let run = runs.find(|run| trigger.is_none_or(|known| run["spec"]["trigger"] == known))?;
        is_over(&run).then_some(run)
    };
    cluster.eventually(&format!("{verification} to be over"), PATIENCE, || {
        over().is_some()
    });
    over().unwrap()
}

/// Asks for a run of a verification by hand, in our own name.
pub(crate) fn ask(cluster: &Cluster, verification: &str) {
    let name = "jsonpath={.status.userInfo.username}";
    let name = cluster.kubectl(&["auth", "whoami", "-o", name]).success();
    let request = format!("hipaa-iac.dev/run-requested-by={} 1", name.trim());
    let object = ["restoreverification", verification, "-n", EHR];
    cluster
        .kubectl(&[&["annotate"][..], &object, &[&*request]].concat())
        .success();
}

/// Waits until the run of a verification is in a phase.
#[track_caller]
pub(crate) fn reaches(cluster: &Cluster, verification: &str, phase: &str) {
    cluster.eventually(&format!("{verification} to be {phase}"), PATIENCE, || {
        runs(cluster, verification)
            .first()
            .is_some_and(|run| run["status"]["phase"] == phase)
    });
}

/// The kinds of what runs make, with what Kubernetes makes of it.
const KINDS: [&str; 6] = [
    "jobs",
    "pods",
    "configmaps",
    "persistentvolumeclaims",
    "volumesnapshots",
    "volumesnapshotcontents",
];

/// What is left of any run.
pub(crate) fn all_left(cluster: &Cluster) -> Vec<String> {
    left_of(cluster, None)
}

/// What is left of the runs of these verifications.
pub(crate) fn left(cluster: &Cluster, verifications: &[&str]) -> Vec<String> {
    let all = |name: &&str| runs(cluster, name);
    let runs: Vec<Value> = verifications.iter().flat_map(all).collect();
    assert!(
        runs.len() >= verifications.len(),
        "a verification had no run"
    );
    left_of(cluster, Some(&runs))
}

/// What carries a run's label, and volumes: those carry none, and are known by the claim that they were bound to.
fn left_of(cluster: &Cluster, runs: Option<&[Value]>) -> Vec<String> {
    let is_of = |matches: &dyn Fn(&Value) -> bool| runs.is_none_or(|runs| runs.iter().any(matches));
    let name = |object: &Value| object["metadata"]["name"].as_str().unwrap().to_owned();
    let mut left = Vec::new();
    for kind in KINDS {
        let list = cluster.get(&[kind, "-n", SCRATCH, "-l", RUN_UID]);
        for object in list["items"].as_array().into_iter().flatten() {
            let uid = &object["metadata"]["labels"][RUN_UID];
            if is_of(&|run| run["metadata"]["uid"] == *uid) {
                left.push(format!("{kind}/{}", name(object)));
            }
        }
    }
    let volumes = cluster.get(&["persistentvolumes"]);
    for volume in volumes["items"].as_array().into_iter().flatten() {
        let claim = &volume["spec"]["claimRef"];
        let claimed = claim["name"].as_str().unwrap_or_default();
        // The clinic's own claims there are named after their namespace, with a dot.
        if claim["namespace"] == SCRATCH
            && !claimed.contains('.')
            && is_of(&|run| claimed.starts_with(&format!("{}-", name(run))))
        {
            left.push(format!("persistentvolumes/{}", name(volume)));
        }
    }
    left
}

/// Removes verifications, and waits until they and their runs are gone.
pub(crate) fn forget(cluster: &Cluster, names: &[&str]) {
    let mut arguments = vec![
        "delete",
        "restoreverifications",
        "-n",
        EHR,
        "--timeout=120s",
    ];
    arguments.extend(names);
    cluster.kubectl(&arguments).success();
    for name in names {
        cluster.eventually("the runs to be gone", PATIENCE, || {
            runs(cluster, name).is_empty()
        });
    }
}

/// Keeps the logs of pods of the scratch for whoever searches them later: the kubelet removes those of a pod that is deleted. A file has what is written to
/// it under each of its names.
fn keep_logs(pods: PathBuf, kept: PathBuf) {
    let within = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let is_ours = |pod: &PathBuf| {
        let name = pod.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&format!("{SCRATCH}_"))
    };
    fs::create_dir_all(&kept).unwrap();
    thread::spawn(move || {
        while kept.is_dir() {
            for pod in within(&pods).into_iter().filter(is_ours) {
                let containers = within(&pod);
                for log in containers.iter().flat_map(|container| within(container)) {
                    let name = log.strip_prefix(&pods).unwrap().to_string_lossy();
                    // Most are kept already, and some are removed meanwhile.
                    let _ = fs::hard_link(&log, kept.join(name.replace('/', "_")));
                }
            }
            thread::sleep(Duration::from_millis(100));
        }
    });
}

/// The files below a folder that hold some text.
pub(crate) fn holding(folder: &Path, text: &str) -> String {
    let ran = Command::new("grep")
        .args([
            "--recursive",
            "--files-with-matches",
            "--text",
            "--fixed-strings",
            "--devices=skip",
            text,
        ])
        .arg(folder)
        .output()
        .unwrap();
    String::from_utf8_lossy(&ran.stdout).into_owned()
}
