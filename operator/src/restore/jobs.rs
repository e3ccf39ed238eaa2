//! What a run makes in the namespace of the scratch, as manifests: pure functions of the run.
//!
//! The pod that fetches has the network and no key; the pod that restores has the keys and no network. What one hands to the other is the
//! backup as its store gives it. Neither has a token of the cluster.
//!
//! A Secret or claim `name` of a verification in the namespace `ns` is the Secret or claim `ns.name` in the namespace of the scratch: whoever
//! may make a verification in one namespace cannot use the keys of another. Nor its identity at the store: that is a service account of the
//! verification's namespace.

use hipaa_iac_api::RestoreVerificationRun as Run;
use hipaa_iac_restore::{
    RestoreVerification,
    config::{Location, SecretRef, Source, Spec, StorageTarget},
    fetch,
    message::Snapshot,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::machine::{Part, Plan, TTL};

/// The label of everything that belongs to a run.
pub const RUN_UID: &str = "hipaa-iac.dev/run-uid";
/// The label by which network policies know the two pods: `fetch` or `restore`.
pub const ROLE: &str = "hipaa-iac.dev/restore-role";
/// The annotation that says when a thing is to be gone, whoever made it.
pub const DESTROY_AFTER: &str = "hipaa-iac.dev/destroy-after";

/// The file of a run's configuration that says which snapshot was chosen.
pub const SNAPSHOT_FILE: &str = "snapshot.json";
/// The API of snapshots.
const SNAPSHOTS: &str = "snapshot.storage.k8s.io/v1";

/// What credentials of a store that last for an hour have beside the others.
const SESSION_TOKEN: &str = "sessionToken";

/// What the name of an account that gives pods that fetch an identity at the store begins with; a dot and the verification's namespace follow.
const FETCH_ACCOUNT: &str = "hipaa-iac-fetch";

/// The user of the runner's image.
const USER: i64 = 65532;
/// What a pod may take to end, in seconds.
const GRACE: i64 = 15;
/// Memory of the runner beside a scratch in memory, in bytes.
const BESIDE: u64 = 2 << 30;

/// What the operator is told about runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The namespace of the scratch.
    pub namespace: String,
    /// The runner's image, pinned by its digest.
    pub image: String,
    /// The namespaces whose verifications have an identity at the store, by a service account of their own.
    pub fetch_identities: Vec<String>,
    /// The size of the volume for a backup on its way.
    pub backup_size: String,
    /// Its class; the cluster's default unless given.
    pub backup_class: Option<String>,
    /// A ConfigMap of the namespace of the scratch whose `ca.crt` holds the authorities that pods that fetch trust, in place of the image's.
    pub store_ca: Option<String>,
    /// Whether volumes may be made of snapshots.
    pub snapshots: bool,
}

/// A template as canonical JSON: what the runner reads, and whose digest is in the evidence.
pub fn document(template: &Value) -> String {
    serde_json_canonicalizer::to_string(template).unwrap_or_default()
}

/// `sha256:` and the digest of a template.
pub fn digest(template: &Value) -> String {
    use std::fmt::Write as _;
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(document(template)) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What a run's template asks for.
///
/// # Errors
/// A sentence on why it cannot be run in a cluster.
pub fn plan(run: &Run, settings: &Settings) -> Result<Plan, String> {
    let template = &run.spec.template;
    if digest(template) != run.spec.spec_digest {
        return Err("spec.template is not what spec.specDigest says".to_owned());
    }
    let namespace = run.metadata.namespace.as_deref().unwrap_or_default();
    plan_of(template, namespace, &base_name(run), settings)
}

/// What the names of all that a run makes begin with. The runs of all namespaces share the namespace of the scratch, and two verifications of
/// one name, in two namespaces, have runs of one name at the same minute: part of the run's UID tells theirs apart.
pub fn base_name(run: &Run) -> String {
    let name = run.metadata.name.as_deref().unwrap_or_default();
    let uid = run.metadata.uid.as_deref().unwrap_or_default();
    let part: String = uid
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(6)
        .collect();
    format!("{name}-{}", part.to_ascii_lowercase())
}

/// What a template of a namespace asks for, in a run whose objects have names that begin so.
///
/// # Errors
/// A sentence on why it cannot be run in a cluster.
pub fn plan_of(
    template: &Value,
    namespace: &str,
    run: &str,
    settings: &Settings,
) -> Result<Plan, String> {
    let document = RestoreVerification::parse(&document(template)).map_err(|error| error.what)?;
    let spec = &document.spec;
    // Whoever chose the image could have it say `Passed`.
    if spec
        .target
        .engine
        .postgres
        .image
        .as_ref()
        .is_some_and(|image| *image != settings.image)
    {
        return Err(format!(
            "target.engine.postgres.image is the operator's own, {}; leave it out",
            settings.image
        ));
    }
    let location = spec.source.location();
    let log = log(&spec.source);
    let mut places = log.into_iter().chain([location]);
    if places.any(|place| matches!(place, Location::Local(_))) {
        return Err(
            "a location of the kind local exists only for the command; use s3 or pvc".to_owned(),
        );
    }
    if let Location::CnpgCluster(cluster) = location {
        return Err(format!(
            "it is not known where the backups of Cluster {} are: see the condition Ready of the verification",
            cluster.name
        ));
    }
    let snapshot = matches!(location, Location::VolumeSnapshot(_));
    if snapshot && !settings.snapshots {
        return Err(
            "volumes are not made of snapshots here: set restoreVerification.volumeSnapshots of the chart"
                .to_owned(),
        );
    }
    let s3 = |place: &Location| matches!(place, Location::S3(_));
    if log.is_some_and(|log| s3(log) != s3(location)) {
        return Err(
            "the backup and its archived log must both be in s3, or both in a pvc".to_owned(),
        );
    }
    // The backups that an identity opens are those of its own namespace.
    let has_identity = settings.fetch_identities.iter().any(|it| it == namespace);
    if needs_identity(&spec.source) && !has_identity {
        return Err(format!(
            "a location in s3 has no credentialsSecretRef, and the namespace {namespace} has no identity at the store: name a Secret, or list the \
             namespace under restoreVerification.fetchIdentities of the chart"
        ));
    }
    Ok(Plan {
        fetches: s3(location),
        snapshot,
        total: seconds(spec.deadlines.total_seconds),
        rto: seconds(spec.objectives.rto.0),
        spec_digest: digest(template),
        namespace: settings.namespace.clone(),
        run: run.to_owned(),
    })
}

fn seconds(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX / 4))
}

/// Where the archived log of a base backup is.
const fn log(source: &Source) -> Option<&Location> {
    match source {
        Source::PgBaseBackup(base) => base.wal.as_ref(),
        _ => None,
    }
}

/// Whether a backup or its archived log is fetched without a Secret.
fn needs_identity(source: &Source) -> bool {
    let mut places = log(source).into_iter().chain([source.location()]);
    places.any(|place| matches!(place, Location::S3(s3) if s3.credentials_secret_ref.is_none()))
}

/// The name, in the namespace of the scratch, of what a verification names.
pub fn placed(namespace: &str, name: &str) -> String {
    format!("{namespace}.{name}")
}

/// The manifest of a part of a run; the snapshot is the one that was chosen for it, where it is to make a volume of one, and `fetch` the UID of
/// its Job that fetches, where that is there.
///
/// # Errors
/// The template cannot be read, which [`plan`] would have said, or the snapshot or the Job is not there.
pub fn manifest(
    part: Part,
    run: &Run,
    snapshot: Option<&Snapshot>,
    fetch: Option<&str>,
    settings: &Settings,
    now: Timestamp,
) -> Result<Value, String> {
    let text = document(&run.spec.template);
    let verification = RestoreVerification::parse(&text).map_err(|error| error.what)?;
    let status = run.status.clone().unwrap_or_default();
    let deadline = status.deadline.map_or(now, |deadline| deadline.0);
    let chosen = || snapshot.ok_or("no snapshot was chosen for the run");
    if matches!(
        verification.spec.source.location(),
        Location::VolumeSnapshot(_)
    ) {
        chosen()?;
    }
    let builder = Builder {
        run,
        snapshot,
        settings,
        verification: &verification,
        spec: &verification.spec,
        part,
        // What is left of the time of the run, and never nothing.
        left: deadline.duration_since(now).as_secs().max(1),
        destroy_after: deadline + TTL + SignedDuration::from_secs(GRACE),
    };
    Ok(match part {
        Part::Config => {
            let mut data = json!({"verification.json": text});
            if let Some(snapshot) = snapshot {
                set(&mut data, SNAPSHOT_FILE, json!(json!(snapshot).to_string()));
            }
            builder.object("v1", json!({"immutable": true, "data": data}))
        }
        Part::Volume => {
            let mut claim = json!({
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": settings.backup_size}},
            });
            if let Some(class) = &settings.backup_class {
                set(&mut claim, "storageClassName", json!(class));
            }
            let owner = fetch.ok_or("the Job that fetches is not there")?;
            let mut claim = builder.object("v1", json!({"spec": claim}));
            if let Some(metadata) = claim.get_mut("metadata") {
                let (kind, name) = Part::Fetch.object(&base_name(run));
                let owner =
                    json!({"apiVersion": "batch/v1", "kind": kind, "name": name, "uid": owner});
                set(metadata, "ownerReferences", json!([owner]));
            }
            claim
        }
        Part::Content => builder.content(chosen()?),
        Part::Snapshot => builder.snapshot(chosen()?),
        Part::Fetch => builder.job(builder.fetch()),
        Part::Restore => builder.job(builder.restore()),
    })
}

struct Builder<'a> {
    run: &'a Run,
    snapshot: Option<&'a Snapshot>,
    settings: &'a Settings,
    verification: &'a RestoreVerification,
    spec: &'a Spec,
    part: Part,
    left: i64,
    destroy_after: Timestamp,
}

/// What differs between the two pods.
struct Pod {
    role: &'static str,
    account: Option<String>,
    arguments: Vec<String>,
    environment: Value,
    volumes: Vec<Value>,
    mounts: Vec<Value>,
    resources: Value,
}

fn volume(name: &str, source: Value) -> Value {
    let mut volume = Map::new();
    volume.insert("name".to_owned(), name.into());
    if let Value::Object(source) = source {
        volume.extend(source);
    }
    volume.into()
}

fn mount(name: &str, path: &str, read_only: bool) -> Value {
    json!({"name": name, "mountPath": path, "readOnly": read_only})
}

impl Builder<'_> {
    fn namespace(&self) -> &str {
        self.run.metadata.namespace.as_deref().unwrap_or_default()
    }

    fn labels(&self) -> Map<String, Value> {
        let mut labels = Map::new();
        for (key, value) in [
            ("app.kubernetes.io/name", "hipaa-iac-restore"),
            ("app.kubernetes.io/managed-by", "hipaa-iac"),
            (
                RUN_UID,
                self.run.metadata.uid.as_deref().unwrap_or_default(),
            ),
        ] {
            labels.insert(key.to_owned(), value.into());
        }
        labels
    }

    fn object(&self, version: &str, rest: Value) -> Value {
        let (kind, name) = self.part.object(&base_name(self.run));
        let mut object = json!({
            "apiVersion": version,
            "kind": kind,
            "metadata": {
                "name": name,
                "namespace": self.settings.namespace,
                "labels": self.labels(),
                "annotations": {
                    DESTROY_AFTER: self.destroy_after.to_string(),
                    "hipaa-iac.dev/run": placed(self.namespace(), self.run.metadata.name.as_deref().unwrap_or_default()),
                },
            },
        });
        if let (Some(object), Value::Object(rest)) = (object.as_object_mut(), rest) {
            object.extend(rest);
        }
        object
    }

    fn name_of(&self, part: Part) -> String {
        part.object(&base_name(self.run)).1
    }

    /// A second name for the user's snapshot. That it is retained, and so are its bytes when this name goes, is not left to anybody's class.
    fn content(&self, snapshot: &Snapshot) -> Value {
        let mut spec = json!({
            "deletionPolicy": "Retain",
            "driver": snapshot.driver,
            "source": {"snapshotHandle": snapshot.handle},
            "sourceVolumeMode": "Filesystem",
            "volumeSnapshotRef": {
                "apiVersion": SNAPSHOTS,
                "kind": "VolumeSnapshot",
                "name": self.name_of(Part::Snapshot),
                "namespace": self.settings.namespace,
            },
        });
        if let Some(class) = &snapshot.class {
            set(&mut spec, "volumeSnapshotClassName", json!(class));
        }
        let mut content = self.object(SNAPSHOTS, json!({"spec": spec}));
        if let Some(Value::Object(metadata)) = content.get_mut("metadata") {
            metadata.remove("namespace");
        }
        content
    }

    fn snapshot(&self, snapshot: &Snapshot) -> Value {
        let mut spec =
            json!({"source": {"volumeSnapshotContentName": self.name_of(Part::Content)}});
        if let Some(class) = &snapshot.class {
            set(&mut spec, "volumeSnapshotClassName", json!(class));
        }
        self.object(SNAPSHOTS, json!({"spec": spec}))
    }

    /// How long a Job stays after its end, in seconds. With the one that fetches goes the volume with the backup: whenever it ends, it stays until
    /// the restore has ended at its deadline.
    fn stays(&self) -> i64 {
        let left = if self.part == Part::Fetch {
            self.left
        } else {
            0
        };
        left + TTL.as_secs()
    }

    fn job(&self, pod: Pod) -> Value {
        let mut labels = self.labels();
        labels.insert(ROLE.to_owned(), pod.role.into());
        let mut volumes = vec![
            volume(
                "spec",
                json!({"configMap": {"name": self.name_of(Part::Config)}}),
            ),
            volume(
                "tmp",
                json!({"emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}),
            ),
        ];
        volumes.extend(pod.volumes);
        let mut mounts = vec![mount("spec", "/spec", true), mount("tmp", "/tmp", false)];
        mounts.extend(pod.mounts);
        let mut template = json!({
            "restartPolicy": "Never",
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "terminationGracePeriodSeconds": GRACE,
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": USER,
                "runAsGroup": USER,
                "fsGroup": USER,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [{
                "name": pod.role,
                "image": self.settings.image,
                "args": pod.arguments,
                "env": pod.environment,
                "resources": pod.resources,
                "terminationMessagePolicy": "File",
                "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "readOnlyRootFilesystem": true,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": mounts,
            }],
            "volumes": volumes,
        });
        if let Some(account) = pod.account {
            set(&mut template, "serviceAccountName", account.into());
        }
        if !self.spec.target.node_selector.is_empty() {
            set(
                &mut template,
                "nodeSelector",
                json!(self.spec.target.node_selector),
            );
        }
        if !self.spec.target.tolerations.is_empty() {
            set(
                &mut template,
                "tolerations",
                json!(self.spec.target.tolerations),
            );
        }
        self.object(
            "batch/v1",
            json!({"spec": {
                "backoffLimit": 0,
                "activeDeadlineSeconds": self.left,
                "ttlSecondsAfterFinished": self.stays(),
                "podReplacementPolicy": "Failed",
                "template": {"metadata": {"labels": labels}, "spec": template},
            }}),
        )
    }

    /// Files of secrets, as the runner looks for them: a folder for each, a file for each key. A pod does not begin without one that is not
    /// optional.
    fn secrets(&self, references: &[SecretRef], is_optional: fn(&SecretRef) -> bool) -> Value {
        let sources: Vec<Value> = references
            .iter()
            .map(|reference| {
                let mut secret = json!({
                    "name": placed(self.namespace(), &reference.name),
                    "items": [{"key": reference.key, "path": format!("{}/{}", reference.name, reference.key)}],
                });
                if is_optional(reference) {
                    set(&mut secret, "optional", true.into());
                }
                json!({"secret": secret})
            })
            .collect();
        volume(
            "secrets",
            json!({"projected": {"defaultMode": 0o440, "sources": sources}}),
        )
    }

    fn fetch(&self) -> Pod {
        let mut volumes = vec![volume(
            "backup",
            json!({"persistentVolumeClaim": {"claimName": self.name_of(Part::Volume)}}),
        )];
        let mut mounts = vec![mount("backup", "/backup", false)];
        let mut references = Vec::new();
        for place in [Some(self.spec.source.location()), log(&self.spec.source)] {
            if let Some(Location::S3(s3)) = place
                && let Some(secret) = &s3.credentials_secret_ref
            {
                for key in ["accessKeyId", "secretAccessKey", SESSION_TOKEN] {
                    references.push(SecretRef::new(&secret.name, key));
                }
            }
        }
        references.sort();
        references.dedup();
        if !references.is_empty() {
            let is_optional = |reference: &SecretRef| reference.key == SESSION_TOKEN;
            volumes.push(self.secrets(&references, is_optional));
            mounts.push(mount("secrets", "/secrets", true));
        }
        let mut environment = json!([]);
        if let Some(authorities) = &self.settings.store_ca {
            volumes.push(volume(
                "store-ca",
                json!({"configMap": {"name": authorities}}),
            ));
            mounts.push(mount("store-ca", "/store-ca", true));
            environment = json!([{"name": "SSL_CERT_FILE", "value": "/store-ca/ca.crt"}]);
        }
        Pod {
            role: "fetch",
            account: needs_identity(&self.spec.source)
                .then(|| format!("{FETCH_ACCOUNT}.{}", self.namespace())),
            environment,
            arguments: [
                "restore",
                "fetch",
                "--config",
                "/spec/verification.json",
                "--secrets",
                "/secrets",
                "--into",
                "/backup",
                "--termination-log",
                "/dev/termination-log",
            ]
            .map(ToOwned::to_owned)
            .to_vec(),
            volumes,
            mounts,
            resources: json!({
                "requests": {"cpu": "100m", "memory": "128Mi"},
                "limits": {"memory": "512Mi"},
            }),
        }
    }

    fn restore(&self) -> Pod {
        let mut volumes = Vec::new();
        let mut mounts = Vec::new();
        let mut arguments: Vec<String> = [
            "restore",
            "verify",
            "--quiet",
            "--config",
            "/spec/verification.json",
            "--secrets",
            "/secrets",
            "--isolation",
            "directory",
            "--scratch",
            "/scratch",
            "--state",
            "/scratch/state",
            "--termination-log",
            "/dev/termination-log",
        ]
        .map(ToOwned::to_owned)
        .to_vec();
        if let Some((_, digest)) = self.settings.image.split_once('@') {
            arguments.extend(["--image-digest".to_owned(), digest.to_owned()]);
        }
        if let Some(seq) = self.run.spec.last_canary_seq {
            arguments.extend(["--last-canary".to_owned(), seq.to_string()]);
        }
        let mut claims: Vec<&str> = [Some(self.spec.source.location()), log(&self.spec.source)]
            .into_iter()
            .flatten()
            .filter_map(|place| match place {
                Location::Pvc(claim) => Some(&*claim.claim_name),
                Location::S3(_)
                | Location::Local(_)
                | Location::CnpgCluster(_)
                | Location::VolumeSnapshot(_) => None,
            })
            .collect();
        claims.sort_unstable();
        claims.dedup();
        for (index, claim) in claims.iter().enumerate() {
            let volume_name = format!("claim-{index}");
            volumes.push(volume(
                &volume_name,
                json!({"persistentVolumeClaim": {"claimName": placed(self.namespace(), claim), "readOnly": true}}),
            ));
            mounts.push(mount(&volume_name, &format!("/claims/{claim}"), true));
        }
        if let Some(snapshot) = self.snapshot {
            // The volume is the pod's own: Kubernetes deletes it with the Job, also when the operator is dead. Its files are made readable
            // for the pod's group, which a volume that is mounted read-only cannot be.
            let claim = json!({
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": snapshot.storage_class,
                "resources": {"requests": {"storage": snapshot.size}},
                "dataSource": {
                    "apiGroup": "snapshot.storage.k8s.io",
                    "kind": "VolumeSnapshot",
                    "name": self.name_of(Part::Snapshot),
                },
            });
            volumes.push(volume(
                fetch::SNAPSHOT,
                json!({"ephemeral": {"volumeClaimTemplate": {"metadata": {"labels": self.labels()}, "spec": claim}}}),
            ));
            let path = format!("/claims/{}", fetch::SNAPSHOT);
            mounts.push(mount(fetch::SNAPSHOT, &path, true));
            arguments.extend(["--claims", "/claims", "--snapshot"].map(ToOwned::to_owned));
            arguments.push(format!("/spec/{SNAPSHOT_FILE}"));
        } else if claims.is_empty() {
            volumes.push(volume(
                "backup",
                json!({"persistentVolumeClaim": {"claimName": self.name_of(Part::Volume), "readOnly": true}}),
            ));
            mounts.push(mount("backup", "/backup", true));
            arguments.extend(["--fetched".to_owned(), "/backup".to_owned()]);
        } else {
            arguments.extend(["--claims".to_owned(), "/claims".to_owned()]);
        }
        let mut references = self.verification.secret_refs();
        references.sort();
        references.dedup();
        if !references.is_empty() {
            volumes.push(self.secrets(&references, |_| false));
            mounts.push(mount("secrets", "/secrets", true));
        }
        let beside = match &self.spec.target.storage {
            StorageTarget::Memory(memory) => {
                let size = memory.size_limit.to_string();
                volumes.push(volume(
                    "scratch",
                    json!({"emptyDir": {"medium": "Memory", "sizeLimit": size}}),
                ));
                memory.size_limit.0
            }
            StorageTarget::EphemeralVolume(disk) => {
                let mut claim = json!({
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": disk.size.to_string()}},
                });
                if let Some(class) = &disk.storage_class_name {
                    set(&mut claim, "storageClassName", json!(class));
                }
                volumes.push(volume(
                    "scratch",
                    json!({"ephemeral": {"volumeClaimTemplate": {"metadata": {"labels": self.labels()}, "spec": claim}}}),
                ));
                0
            }
        };
        mounts.push(mount("scratch", "/scratch", false));
        let memory = beside.saturating_add(BESIDE).to_string();
        let resources = match &self.spec.target.resources {
            Some(resources) => json!(resources),
            None => json!({
                "requests": {"cpu": "500m", "memory": memory},
                "limits": {"memory": memory},
            }),
        };
        Pod {
            role: "restore",
            account: None,
            environment: json!([]),
            arguments,
            volumes,
            mounts,
            resources,
        }
    }
}

fn set(object: &mut Value, member: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(member.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use hipaa_iac_api::RestoreVerificationRunStatus;
    use k8s_openapi::{
        api::{
            batch::v1::Job,
            core::v1::{ConfigMap, PersistentVolumeClaim},
        },
        apimachinery::pkg::apis::meta::v1::Time,
    };
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::restore::sample;

    const NOW: &str = "2026-05-02T03:05:00Z";

    fn settings() -> Settings {
        Settings {
            namespace: "hipaa-iac-restore".into(),
            image: format!("example.com/runner@sha256:{}", "0".repeat(64)),
            fetch_identities: Vec::new(),
            backup_size: "10Gi".into(),
            backup_class: None,
            store_ca: Some("hipaa-iac-store-ca".into()),
            snapshots: true,
        }
    }

    fn snapshot() -> Snapshot {
        Snapshot {
            uri: "volumesnapshot://clinic/monday".into(),
            uid: "5a1e".into(),
            taken_at: None,
            encrypted: true,
            driver: "ebs.csi.aws.com".into(),
            handle: "snap-1".into(),
            class: None,
            storage_class: "gp3".into(),
            size: "20Gi".into(),
        }
    }

    fn run(location: &Value) -> Run {
        let template = json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1",
            "kind": "RestoreVerification",
            "metadata": {"name": "ehr", "namespace": "clinic"},
            "spec": {
                "source": {"pgDump": {"format": "Custom", "location": location,
                    "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}},
                "checks": {"canary": {"macKeySecretRef": {"name": "canary", "key": "mac"}, "maxAge": "26h"}},
            },
        });
        let at = |text: &str| Some(Time(text.parse().unwrap()));
        let mut run = sample::run("ehr-29628180", "0c7d");
        run.spec.spec_digest = digest(&template);
        run.spec.template = template;
        run.metadata.namespace = Some("clinic".into());
        run.status = Some(RestoreVerificationRunStatus {
            started_at: at("2026-05-02T03:00:00Z"),
            deadline: at("2026-05-02T09:00:00Z"),
            ..RestoreVerificationRunStatus::default()
        });
        run
    }

    fn s3() -> Run {
        run(
            &json!({"s3": {"bucket": "ehr", "prefix": "daily/", "select": "Newest",
            "credentialsSecretRef": {"name": "s3-ro"}}}),
        )
    }

    fn made(part: Part, run: &Run, snapshot: Option<&Snapshot>) -> Value {
        let now = NOW.parse().unwrap();
        manifest(part, run, snapshot, Some("f-uid"), &settings(), now).unwrap()
    }

    /// A manifest as Kubernetes' own types read it, which know no other field than theirs.
    fn typed<T: DeserializeOwned + serde::Serialize>(part: Part, run: &Run) -> T {
        let value = made(part, run, None);
        let typed: T = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(
            serde_json::to_value(&typed).unwrap(),
            value,
            "a field that is not one"
        );
        typed
    }

    fn secrets(job: &Job) -> Vec<String> {
        let volumes = job
            .spec
            .as_ref()
            .unwrap()
            .template
            .spec
            .as_ref()
            .unwrap()
            .volumes
            .iter()
            .flatten();
        let projected = volumes.filter_map(|volume| volume.projected.as_ref()?.sources.as_ref());
        projected
            .flatten()
            .filter_map(|source| Some(source.secret.as_ref()?.name.clone()))
            .collect()
    }

    #[test]
    fn the_network_and_the_key_never_meet() {
        let run = s3();
        assert!(plan(&run, &settings()).unwrap().fetches);
        let fetch: Job = typed(Part::Fetch, &run);
        let restore: Job = typed(Part::Restore, &run);
        assert_eq!(secrets(&fetch), ["clinic.s3-ro"; 3]);
        assert_eq!(secrets(&restore), ["clinic.age", "clinic.canary"]);
        let role = |job: &Job| {
            let labels = job
                .spec
                .as_ref()
                .unwrap()
                .template
                .metadata
                .as_ref()
                .unwrap()
                .labels
                .clone();
            labels.unwrap()[ROLE].clone()
        };
        assert_eq!(
            (role(&fetch), role(&restore)),
            ("fetch".into(), "restore".into())
        );
    }

    /// Credentials that last have no token, and the pod begins without; it does not without the others.
    #[test]
    fn a_token_of_the_session_is_there_where_the_secret_has_one() {
        let job = made(Part::Fetch, &s3(), None);
        let volumes = job["spec"]["template"]["spec"]["volumes"]
            .as_array()
            .unwrap();
        let secrets = volumes.iter().find(|volume| volume["name"] == "secrets");
        let sources = secrets.unwrap()["projected"]["sources"].as_array().unwrap();
        let told: Vec<(&str, &str, bool)> = sources
            .iter()
            .map(|source| {
                let item = &source["secret"]["items"][0];
                (
                    item["key"].as_str().unwrap(),
                    item["path"].as_str().unwrap(),
                    source["secret"]["optional"] == true,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("accessKeyId", "s3-ro/accessKeyId", false),
                ("secretAccessKey", "s3-ro/secretAccessKey", false),
                ("sessionToken", "s3-ro/sessionToken", true),
            ]
        );
    }

    /// The record says what came to its verdict.
    #[test]
    fn the_runner_is_told_which_image_it_is_of() {
        let job = made(Part::Restore, &s3(), None);
        let container = &job["spec"]["template"]["spec"]["containers"][0];
        let arguments = container["args"].as_array().unwrap();
        let at = arguments
            .iter()
            .position(|argument| argument == "--image-digest")
            .unwrap();
        let digest = arguments[at + 1].as_str().unwrap();
        let image = container["image"].as_str().unwrap();
        assert_eq!(image, format!("example.com/runner@{digest}"));
    }

    #[test]
    fn kubernetes_itself_bounds_the_life_of_a_run() {
        // Five minutes of the six hours are over.
        let left = 6 * 3600 - 300;
        for (part, stays) in [(Part::Fetch, left + 600), (Part::Restore, 600)] {
            let job: Job = typed(part, &s3());
            let spec = job.spec.unwrap();
            assert_eq!(spec.active_deadline_seconds, Some(i64::from(left)));
            assert_eq!(
                (spec.backoff_limit, spec.ttl_seconds_after_finished),
                (Some(0), Some(stays))
            );
            let pod = spec.template.spec.unwrap();
            assert_eq!(pod.restart_policy.as_deref(), Some("Never"));
            assert_eq!(pod.automount_service_account_token, Some(false));
            assert_eq!(pod.termination_grace_period_seconds, Some(15));
            let annotations = job.metadata.annotations.unwrap();
            assert_eq!(annotations[DESTROY_AFTER], "2026-05-02T09:10:15Z");
        }
    }

    /// Of what only its store encrypts the rows are on that volume.
    #[test]
    fn the_volume_with_the_backup_goes_with_the_job_that_fetched_it() {
        let run = s3();
        let parts = plan(&run, &settings()).unwrap().parts();
        let at = |part| parts.iter().position(|known| *known == part).unwrap();
        assert!(at(Part::Fetch) < at(Part::Volume));
        let claim: PersistentVolumeClaim = typed(Part::Volume, &run);
        let owners = claim.metadata.owner_references.unwrap();
        let fetch: Job = typed(Part::Fetch, &run);
        assert_eq!(owners.len(), 1);
        let owner = (&*owners[0].api_version, &*owners[0].kind, &*owners[0].uid);
        assert_eq!(owner, ("batch/v1", "Job", "f-uid"));
        assert_eq!(Some(&owners[0].name), fetch.metadata.name.as_ref());
        let now = NOW.parse().unwrap();
        let alone = manifest(Part::Volume, &run, None, None, &settings(), now);
        assert!(alone.unwrap_err().contains("Job that fetches"));
    }

    #[test]
    fn the_runner_reads_what_the_digest_is_of() {
        let run = s3();
        let config: ConfigMap = typed(Part::Config, &run);
        let text = &config.data.unwrap()["verification.json"];
        // As the runner does: SHA-256 of the bytes of the file.
        let sum = Sha256::digest(text)
            .iter()
            .fold(String::new(), |sum, byte| format!("{sum}{byte:02x}"));
        assert_eq!(format!("sha256:{sum}"), run.spec.spec_digest);
        assert_eq!(
            RestoreVerification::parse(text).unwrap().metadata.name,
            "ehr"
        );
        let claim: PersistentVolumeClaim = typed(Part::Volume, &run);
        assert_eq!(
            claim.metadata.name.as_deref(),
            Some("ehr-29628180-0c7d-backup")
        );
    }

    /// Their slot is the same minute, and their scratch the same namespace.
    #[test]
    fn runs_of_one_name_in_two_namespaces_share_no_object() {
        let ours = s3();
        let mut theirs = s3();
        theirs.metadata.namespace = Some("billing".into());
        theirs.metadata.uid = Some("5f3a9c1e-0000-4000-8000-000000000000".into());
        assert_eq!(ours.metadata.name, theirs.metadata.name);
        for part in plan(&ours, &settings()).unwrap().parts() {
            let name = |run| made(part, run, None)["metadata"]["name"].clone();
            assert_ne!(name(&ours), name(&theirs));
            assert!(
                name(&theirs)
                    .as_str()
                    .unwrap()
                    .starts_with("ehr-29628180-5f3a9c-")
            );
        }
        // The longest name of a verification, a slot, a second try: a Job's name ends as a label.
        theirs.metadata.name = Some(format!(
            "{}-29628180-r2",
            "a".repeat(hipaa_iac_api::NAME_LIMIT)
        ));
        let job = made(Part::Restore, &theirs, None);
        assert!(job["metadata"]["name"].as_str().unwrap().len() <= 63);
    }

    #[test]
    fn a_claim_needs_no_network() {
        let run = run(&json!({"pvc": {"claimName": "dumps", "path": "newest.dump.age"}}));
        let plan = plan(&run, &settings()).unwrap();
        assert_eq!(plan.parts(), [Part::Config, Part::Restore]);
        let job: Job = typed(Part::Restore, &run);
        let pod = job.spec.unwrap().template.spec.unwrap();
        let claims: Vec<_> = pod
            .volumes
            .unwrap()
            .into_iter()
            .filter_map(|volume| volume.persistent_volume_claim)
            .collect();
        assert_eq!(claims.len(), 1);
        assert_eq!(
            (&*claims[0].claim_name, claims[0].read_only),
            ("clinic.dumps", Some(true))
        );
    }

    #[test]
    fn a_volume_of_a_snapshot_is_the_pods_own_and_the_snapshot_stays() {
        let mut run = s3();
        run.spec.template["spec"]["source"] = json!({"volumeSnapshot": {"location":
            {"volumeSnapshot": {"claimName": "data-ehr-0", "path": "pgdata"}}}});
        run.spec.spec_digest = digest(&run.spec.template);
        assert_eq!(
            plan(&run, &settings()).unwrap().parts(),
            [Part::Config, Part::Content, Part::Snapshot, Part::Restore]
        );
        let off = Settings {
            snapshots: false,
            ..settings()
        };
        assert!(plan(&run, &off).unwrap_err().contains("volumeSnapshots"));
        // Nothing is made before the snapshot is chosen.
        let now = NOW.parse().unwrap();
        for part in plan(&run, &settings()).unwrap().parts() {
            assert!(manifest(part, &run, None, None, &settings(), now).is_err());
        }
        let chosen = snapshot();
        let config = made(Part::Config, &run, Some(&chosen));
        let kept: Snapshot =
            serde_json::from_str(config["data"][SNAPSHOT_FILE].as_str().unwrap()).unwrap();
        assert_eq!(kept, chosen);
        let content = made(Part::Content, &run, Some(&chosen));
        assert_eq!(content["spec"]["deletionPolicy"], "Retain");
        assert_eq!(content["spec"]["source"]["snapshotHandle"], "snap-1");
        assert_eq!(
            content["spec"]["volumeSnapshotRef"]["namespace"],
            "hipaa-iac-restore"
        );
        assert!(content["metadata"]["namespace"].is_null());
        let snapshot = made(Part::Snapshot, &run, Some(&chosen));
        assert_eq!(
            snapshot["spec"]["source"]["volumeSnapshotContentName"],
            content["metadata"]["name"]
        );
        assert_eq!(
            content["spec"]["volumeSnapshotRef"]["name"],
            snapshot["metadata"]["name"]
        );
        let value = made(Part::Restore, &run, Some(&chosen));
        let job: Job = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(&job).unwrap(), value);
        let pod = job.spec.unwrap().template.spec.unwrap();
        let volumes = pod.volumes.unwrap();
        let claim = volumes
            .iter()
            .find_map(|volume| volume.ephemeral.as_ref())
            .and_then(|ephemeral| ephemeral.volume_claim_template.as_ref())
            .unwrap();
        let labels = claim.metadata.as_ref().unwrap().labels.as_ref().unwrap();
        assert_eq!(labels[RUN_UID], "0c7d");
        assert_eq!(claim.spec.storage_class_name.as_deref(), Some("gp3"));
        let source = claim.spec.data_source.as_ref().unwrap();
        assert_eq!(
            (&*source.kind, json!(source.name)),
            ("VolumeSnapshot", snapshot["metadata"]["name"].clone())
        );
        let mounts = pod.containers[0].volume_mounts.as_ref().unwrap();
        let mounted = mounts
            .iter()
            .find(|mount| mount.mount_path == "/claims/volume-snapshot")
            .unwrap();
        assert_eq!(mounted.read_only, Some(true));
    }

    /// Whoever may make a verification in one namespace names the bucket of another there.
    #[test]
    fn an_identity_at_the_store_is_its_namespaces_own() {
        let open = json!({"s3": {"bucket": "ehr", "prefix": "daily/", "select": "Newest"}});
        let ours = run(&open);
        let listed = Settings {
            fetch_identities: vec!["clinic".into()],
            ..settings()
        };
        let account = |run: &Run| {
            let job = made(Part::Fetch, run, None);
            job["spec"]["template"]["spec"]["serviceAccountName"].clone()
        };
        assert!(plan(&ours, &listed).unwrap().fetches);
        assert_eq!(account(&ours), "hipaa-iac-fetch.clinic");
        let mut theirs = run(&open);
        theirs.metadata.namespace = Some("billing".into());
        for (run, settings) in [(&theirs, &listed), (&ours, &settings())] {
            let why = plan(run, settings).unwrap_err();
            assert!(why.contains("credentialsSecretRef"), "{why}");
            assert!(why.contains("fetchIdentities"), "{why}");
        }
        // With a Secret nobody needs one, and no pod has one.
        assert!(plan(&s3(), &settings()).is_ok());
        assert_eq!(account(&s3()), Value::Null);
        // An archived log is fetched as well.
        let mut base = s3();
        base.spec.template["spec"]["source"] = json!({"pgBaseBackup": {
            "location": {"s3": {"bucket": "ehr", "prefix": "base/", "credentialsSecretRef": {"name": "s3-ro"}}},
            "wal": {"s3": {"bucket": "ehr", "prefix": "wal/"}},
            "encryption": "serverSide",
        }});
        base.spec.template["spec"]["checks"] = json!({});
        base.spec.spec_digest = digest(&base.spec.template);
        assert!(plan(&base, &listed).unwrap().fetches);
        let why = plan(&base, &settings()).unwrap_err();
        assert!(why.contains("fetchIdentities"), "{why}");
        assert_eq!(account(&base), "hipaa-iac-fetch.clinic");
    }

    #[test]
    fn what_cannot_run_in_a_cluster_is_told() {
        let local = run(&json!({"local": {"path": "/backups"}}));
        assert!(plan(&local, &settings()).unwrap_err().contains("local"));
        let mut theirs = s3();
        let image = json!({"engine": {"postgres": {"image": "example.com/says-passed@sha256:0"}}});
        theirs.spec.template["spec"]["target"] = image;
        theirs.spec.spec_digest = digest(&theirs.spec.template);
        assert!(plan(&theirs, &settings()).unwrap_err().contains("image"));
        let mut changed = s3();
        changed.spec.template["spec"]["suspend"] = true.into();
        assert!(
            plan(&changed, &settings())
                .unwrap_err()
                .contains("specDigest")
        );
    }
}
