//! `RestoreVerification`, its runs, and where their evidence goes.

use std::collections::BTreeMap;

use hipaa_iac_restore::config;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::CustomResource;
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{status::Condition, structural};

/// The longest name of a verification: names of runs and Jobs are made of it, and end as labels of 63 characters.
pub const NAME_LIMIT: usize = 40;

/// What is verified, how and when: the document of `hipaa-iac restore verify`.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "hipaa-iac.dev",
    version = "v1alpha1",
    kind = "RestoreVerification",
    plural = "restoreverifications",
    shortname = "rv",
    namespaced,
    status = "RestoreVerificationStatus",
    category = "hipaa-iac",
    doc = "A backup that is restored on a schedule into a scratch database, asserted on and destroyed (45 CFR 164.308(a)(7)(ii)). The spec is that of `hipaa-iac restore verify --config`.",
    validation = Rule::new("self.metadata.name.size() <= 40 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')").message("the name is of lower-case letters, digits and hyphens, at most 40 of them: runs and Jobs are named after it"),
    printcolumn = r#"{"name":"Last Passed","type":"date","jsonPath":".status.lastPassedTime"}"#,
    printcolumn = r#"{"name":"Verdict","type":"string","jsonPath":".status.lastVerdict"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.lastReason"}"#,
    printcolumn = r#"{"name":"Next","type":"string","jsonPath":".status.nextScheduleTime"}"#,
    printcolumn = r#"{"name":"Suspended","type":"boolean","jsonPath":".spec.suspend"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Schedule","type":"string","jsonPath":".spec.schedule.cron","priority":1}"#,
    printcolumn = r#"{"name":"Failures","type":"integer","jsonPath":".status.consecutiveFailures","priority":1}"#,
    printcolumn = r#"{"name":"Missed","type":"integer","jsonPath":".status.missedSlots","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(transparent)]
pub struct RestoreVerificationSpec(pub config::Spec);

/// The seconds of a span as `config::Span` reads it, for a rule on a text. The length of the text bounds its cost.
fn seconds(field: &str) -> String {
    format!(
        "{field}.findAll('[0-9]+[smhdw]').map(part, int(part.substring(0, part.size() - 1)) * (part.endsWith('w') ? 604800 : part.endsWith('d') ? 86400 : part.endsWith('h') ? 3600 : part.endsWith('m') ? 60 : 1)).sum()"
    )
}

/// The bounds of lists, maps and names: etcd takes objects of 1.5 MiB, and what reads them knows no other.
fn bound(schema: &mut Value) {
    for (list, most) in [
        ("covers", 64),
        ("checks/sql", 256),
        ("checks/manifest/digests", 1024),
        ("encryptionPolicy/recipients", 64),
        ("source/restic/selector/paths", 64),
        ("source/restic/selector/tags", 64),
        ("target/engine/postgres/extensions", 256),
        ("target/engine/postgres/roles", 256),
        ("target/tolerations", 64),
    ] {
        structural::set(schema, list, json!({"maxItems": most}));
    }
    for map in [
        COVERED_LABELS,
        SNAPSHOT_LABELS,
        "target/engine/postgres/parameters",
        "target/nodeSelector",
        "target/resources/limits",
        "target/resources/requests",
    ] {
        structural::set(schema, map, json!({"maxProperties": 64}));
    }
    // Names of objects and of groups have 253 characters at most, values of labels 63.
    for (text, longest) in [
        ("checks/manifest/digests/[]", 253),
        ("covers/[]/group", 253),
        ("covers/[]/selector/matchLabels/*", 63),
        ("encryptionPolicy/recipients/[]", 4096),
        ("source/cnpgBackup/location/cnpgCluster/name", 253),
        (
            "source/volumeSnapshot/location/volumeSnapshot/claimName",
            253,
        ),
        ("source/volumeSnapshot/location/volumeSnapshot/name", 253),
        (
            "source/volumeSnapshot/location/volumeSnapshot/selector/matchLabels/*",
            63,
        ),
        ("target/engine/postgres/extensions/[]", 253),
        ("target/engine/postgres/roles/[]", 253),
    ] {
        structural::set(schema, text, json!({"maxLength": longest}));
    }
}

/// What the document's own reader refuses (`config::RestoreVerification::parse`), as far as a schema can say it: rules name fields that have a type,
/// which `encryption` and `value` have not.
fn mean_something(schema: &mut Value) {
    for place in PLACES.map(|(place, _)| place) {
        for kind in ["local", "s3"] {
            structural::rule(
                schema,
                &format!("{place}/{kind}"),
                "!has(self.suffix) || has(self.select)",
                "suffix is read with select: Newest only",
            );
        }
        for kind in ["cnpgCluster", "s3"] {
            let name = format!("{place}/{kind}/credentialsSecretRef/name");
            structural::set(schema, &name, plain_name());
        }
    }
    for secret in [
        "checks/canary/macKeySecretRef",
        "checks/manifest/digestKeySecretRef",
        "checks/manifest/publicKeySecretRef",
        "source/pgBackRest/cipherPassSecretRef",
        "source/restic/passwordSecretRef",
    ] {
        for part in ["name", "key"] {
            structural::set(schema, &format!("{secret}/{part}"), plain_name());
        }
    }
    structural::set(
        schema,
        "evidence/storeRef/name",
        json!({"maxLength": 253, "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"}),
    );
    for labels in [COVERED_LABELS, SNAPSHOT_LABELS] {
        structural::set(schema, labels, json!({"minProperties": 1}));
    }
    for selector in [
        "covers/[]/selector",
        "source/volumeSnapshot/location/volumeSnapshot/selector",
    ] {
        structural::set(schema, selector, json!({"required": ["matchLabels"]}));
    }
    structural::rule(
        schema,
        "source/volumeSnapshot/location/volumeSnapshot",
        "[has(self.name), has(self.claimName), has(self.selector)].filter(there, there).size() == 1",
        "give exactly one of name, claimName, selector",
    );
    structural::rule(
        schema,
        "",
        "!has(self.encryptionPolicy) || !has(self.encryptionPolicy.recipients) || self.encryptionPolicy.recipients.size() == 0 || has(self.source.pgDump) || has(self.source.pgBaseBackup)",
        "encryptionPolicy.recipients are those of age, with which the source is not encrypted: leave them out",
    );
    let stores = PLACES
        .into_iter()
        .flat_map(|(place, kinds)| kinds.iter().map(move |kind| (place, *kind)))
        .filter(|(_, kind)| matches!(*kind, "cnpgCluster" | "s3"))
        .filter_map(|(place, kind)| {
            let source = place.strip_prefix("source/")?.strip_suffix("/location")?;
            Some(format!(
                "(has(self.source.{source}) && has(self.source.{source}.location.{kind}))"
            ))
        });
    let in_a_store = stores.collect::<Vec<_>>().join(" || ");
    structural::rule(
        schema,
        "",
        &format!(
            "!has(self.encryptionPolicy) || !has(self.encryptionPolicy.bucketSettings) || !self.encryptionPolicy.bucketSettings || {in_a_store}"
        ),
        "encryptionPolicy.bucketSettings is for a location in a store: s3 or cnpgCluster",
    );
    let keys = ["pgBackRest", "pgBaseBackup", "pgDump", "restic"].map(|source| {
        format!("(has(self.source.{source}) && has(self.source.{source}.manifestKey))")
    });
    structural::rule(
        schema,
        "",
        &format!(
            "(has(self.checks) && has(self.checks.manifest)) || !({})",
            keys.join(" || ")
        ),
        "manifestKey is read for checks.manifest, which is not there: add it with publicKeySecretRef, the producer's public key",
    );
    structural::set(
        schema,
        "target/engine/postgres/version",
        json!({"maxLength": 9, "pattern": "^(Auto|[0-9]+)$"}),
    );
    structural::rule(
        schema,
        "target/engine/postgres/parameters",
        &format!(
            "!['{}'].exists(name, name in self)",
            config::NOT_TO_SET.join("', '")
        ),
        "what belongs to the scratch, or would hide damage, cannot be set: leave it out",
    );
    // Merged by it where several write it, and refused where two have one.
    structural::set(
        schema,
        "checks/sql",
        json!({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"]}),
    );
    structural::set(
        schema,
        "checks/sql/[]/timeoutSeconds",
        json!({"minimum": 1, "maximum": 604_800}),
    );
    // `value` has no type that a rule could name.
    structural::set(
        schema,
        "checks/sql/[]/expect",
        json!({
            "anyOf": [{"required": ["op", "value"]}, {"required": ["matchesManifest"]}],
            "not": {"required": ["matchesManifest", "value"]},
        }),
    );
}

/// A plain name, of a Secret or a key of one.
fn plain_name() -> Value {
    json!({"minLength": 1, "maxLength": 253, "pattern": r"^[^./\\][^/\\]*$"})
}

/// Where each source may be, as its reader has it. A field that is not in the schema is refused or left out, and then there is none of these.
const PLACES: [(&str, &[&str]); 7] = [
    (
        "source/cnpgBackup/location",
        &["cnpgCluster", "local", "pvc", "s3"],
    ),
    ("source/pgBackRest/location", &["local", "pvc", "s3"]),
    ("source/pgBaseBackup/location", &["local", "pvc", "s3"]),
    ("source/pgBaseBackup/wal", &["local", "pvc", "s3"]),
    ("source/pgDump/location", &["local", "pvc", "s3"]),
    ("source/restic/location", &["local", "pvc", "s3"]),
    (
        "source/volumeSnapshot/location",
        &["local", "pvc", "volumeSnapshot"],
    ),
];

const COVERED_LABELS: &str = "covers/[]/selector/matchLabels";
const SNAPSHOT_LABELS: &str = "source/volumeSnapshot/location/volumeSnapshot/selector/matchLabels";

impl JsonSchema for RestoreVerificationSpec {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RestoreVerificationSpec".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> schemars::Schema {
        let mut schema = generator.subschema_for::<config::Spec>().to_value();
        structural::rewrite(&mut schema);
        let schema_of = &mut schema;
        for (place, kinds) in PLACES {
            structural::leave(schema_of, place, kinds);
        }
        bound(schema_of);
        mean_something(schema_of);
        let span = || json!({"maxLength": 24, "pattern": "^([0-9]{1,9}[smhdw])+$"});
        for path in [
            "objectives/maxBackupAge",
            "objectives/maxDataAge",
            "objectives/maxRecoveryPointLag",
            "objectives/rto",
            "enforcement/maxAge",
            "enforcement/gracePeriod",
            "checks/canary/maxAge",
        ] {
            structural::set(schema_of, path, span());
        }
        structural::rule(
            schema_of,
            "objectives",
            &format!("!has(self.rto) || {} <= 259200", seconds("self.rto")),
            "rto is at most 72h (proposed 45 CFR 164.308(a)(13), 90 FR 898)",
        );
        structural::rule(
            schema_of,
            "enforcement",
            &format!("!has(self.maxAge) || {} <= 2678400", seconds("self.maxAge")),
            "maxAge is at most 31d: a proof is renewed every month at least",
        );
        structural::rule(
            schema_of,
            "enforcement",
            &format!(
                "!has(self.gracePeriod) || {} <= 2678400",
                seconds("self.gracePeriod")
            ),
            "gracePeriod is at most 31d: no database is without a proof for longer",
        );
        structural::set(
            schema_of,
            "schedule/cron",
            json!({"maxLength": 120, "pattern": r"^[^\s=]+( [^\s=]+){4}$"}),
        );
        structural::set(
            schema_of,
            "schedule/timeZone",
            json!({"maxLength": 64, "pattern": "^[A-Za-z][A-Za-z0-9_+/-]*$"}),
        );
        structural::rule(
            schema_of,
            "schedule",
            "!has(self.timeZone) || self.timeZone != 'Local'",
            "timeZone is a name of the IANA database, such as America/New_York",
        );
        // An hour is half of the shortest useful interval: what is later is no jitter.
        structural::set(
            schema_of,
            "schedule/jitterSeconds",
            json!({"minimum": 0, "maximum": 3600}),
        );
        structural::set(
            schema_of,
            "schedule/startingDeadlineSeconds",
            json!({"minimum": 10, "maximum": 604_800}),
        );
        for path in [
            "target/storage/memory/sizeLimit",
            "target/storage/ephemeralVolume/size",
        ] {
            structural::set(
                schema_of,
                path,
                json!({"maxLength": 24, "pattern": "^0*[1-9][0-9]{0,14}([kMGT]|[KMGT]i)?$"}),
            );
        }
        structural::set(
            schema_of,
            "checks/manifest/rowCountTolerance",
            json!({"maxLength": 24, "pattern": "^(100([.]0{1,9})?|[0-9]{1,2}([.][0-9]{1,9})?)%$"}),
        );
        for path in ["passed", "failed"] {
            structural::set(
                schema_of,
                &format!("history/{path}"),
                json!({"maximum": 10_000}),
            );
        }
        structural::rule(
            schema_of,
            "covers/[]",
            "has(self.name) != has(self.selector)",
            "give either name or selector",
        );
        structural::set(
            schema_of,
            "covers/[]/name",
            json!({"minLength": 1, "maxLength": 253}),
        );
        structural::set(
            schema_of,
            "covers/[]/kind",
            json!({"minLength": 1, "maxLength": 63}),
        );
        for path in [
            "fetchSeconds",
            "restoreSeconds",
            "checksSeconds",
            "totalSeconds",
        ] {
            structural::set(
                schema_of,
                &format!("deadlines/{path}"),
                json!({"minimum": 1, "maximum": 604_800}),
            );
        }
        structural::set(
            schema_of,
            "checks/sql/[]/id",
            json!({"maxLength": 58, "pattern": "^[a-z0-9][a-z0-9.-]*$"}),
        );
        structural::set(
            schema_of,
            "checks/sql/[]/query",
            json!({"minLength": 1, "maxLength": 16384}),
        );
        structural::rule(
            schema_of,
            "checks/sql/[]/expect",
            "has(self.op) != has(self.matchesManifest)",
            "give either op and value, or matchesManifest",
        );
        structural::schema(schema)
    }
}

/// What came of a verification so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RestoreVerificationStatus {
    /// The generation of the spec that this was said about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// When it is to run next, jitter included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_schedule_time: Option<Time>,
    /// The slot that was last run, or missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_schedule_time: Option<Time>,
    /// When a run last passed, with its evidence recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_passed_time: Option<Time>,
    /// The digest of what the last run that passed proved: `covers`, `source`, `encryptionPolicy`, `objectives` and `checks` as they were then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_digest: Option<String>,
    /// The same of the spec as it is. Where the two differ, what is there now was never proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_digest: Option<String>,
    /// The last run that told whether the backup restores. One that was aborted, skipped or inconclusive changes nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decisive: Option<DecisiveRun>,
    /// What came of the last run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_verdict: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_reason: Option<String>,
    /// The last run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<LastRun>,
    /// Runs since the last that passed which failed or were inconclusive, as far as they are kept.
    pub consecutive_failures: u32,
    /// Slots that passed without a run since the last that passed, as far as their records are kept.
    pub missed_slots: u64,
    /// The annotation `hipaa-iac.dev/run-requested-by` for which a run was last made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub last_request: Option<String>,
    /// The canary's number in the last run that passed: one that is lower in a later run was rolled back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_canary_seq: Option<i64>,
    /// Seconds that the last run that passed measured, by objective.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub objectives_achieved: BTreeMap<String, f64>,
    /// Names of runs under way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub active: Vec<String>,
    /// `Ready`: the spec can be run. `Scheduled`: it has a next slot. `Covered`: what it covers is there. `EvidenceHealthy`: the last record was written.
    pub conditions: Vec<Condition>,
}

/// A run that told whether the backup restores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisiveRun {
    /// `Passed`, with its evidence recorded, or `Failed`, as soon as that is known.
    #[schemars(extend("enum" = ["Passed", "Failed"]))]
    pub verdict: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it ended.
    pub finished_at: Time,
}

/// The last run of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastRun {
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// The SHA-256 of its record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_digest: Option<String>,
    /// The record's index in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_index: Option<u64>,
}

/// One execution of a verification. Its spec never changes.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "hipaa-iac.dev",
    version = "v1alpha1",
    kind = "RestoreVerificationRun",
    plural = "restoreverificationruns",
    shortname = "rvr",
    namespaced,
    status = "RestoreVerificationRunStatus",
    category = "hipaa-iac",
    doc = "One execution of a RestoreVerification. Its spec is a copy that never changes; its status is what is recorded as evidence.",
    printcolumn = r#"{"name":"Verification","type":"string","jsonPath":".spec.verificationRef.name"}"#,
    printcolumn = r#"{"name":"Phase","type":"string","jsonPath":".status.phase"}"#,
    printcolumn = r#"{"name":"Verdict","type":"string","jsonPath":".status.verdict"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.reason"}"#,
    printcolumn = r#"{"name":"Finished","type":"date","jsonPath":".status.finishedAt"}"#,
    printcolumn = r#"{"name":"Evidence","type":"string","jsonPath":".status.evidence.digest","priority":1}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [{"rule": "self == oldSelf", "message": "a run's spec never changes: make another run"}]))]
pub struct RestoreVerificationRunSpec {
    /// The verification.
    pub verification_ref: VerificationRef,
    /// `sha256:` and the digest of the template as canonical JSON (RFC 8785): what the runner reads, and the evidence names.
    #[schemars(regex(pattern = "^sha256:[0-9a-f]{64}$"), length(max = 71))]
    pub spec_digest: String,
    /// Why it runs.
    pub trigger: RunTrigger,
    /// The slot of the schedule, before jitter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_for: Option<Time>,
    /// Slots that passed without a run, when this run only records that they did; `scheduledFor` is the newest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_slots: Option<u64>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub requested_by: Option<String>,
    /// The canary's number in the last run that passed, when this run was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_canary_seq: Option<i64>,
    /// The attempt, from 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 3))]
    pub attempt: u8,
    /// The verification's document as it was.
    #[schemars(schema_with = "any_object")]
    pub template: Value,
}

const fn one() -> u8 {
    1
}

fn any_object(_: &mut SchemaGenerator) -> schemars::Schema {
    structural::schema(json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}))
}

/// The verification that a run belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerificationRef {
    /// Its name, in the run's namespace.
    #[schemars(length(min = 1, max = 40))]
    pub name: String,
    /// Its UID.
    #[schemars(length(max = 64))]
    pub uid: String,
    /// Its generation.
    pub generation: i64,
}

/// Why a run is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RunTrigger {
    /// A slot of the schedule.
    Schedule,
    /// A person.
    Manual,
    /// The verification is new.
    Create,
}

/// Where a run is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub enum RunPhase {
    /// It was made.
    #[default]
    Pending,
    /// It waits for its turn.
    Queued,
    /// Its Jobs are made, and its pods wait for a node.
    Provisioning,
    /// The backup is fetched, restored and checked.
    Running,
    /// Its result is read.
    Collecting,
    /// What it made is deleted, and looked for.
    Cleaning,
    /// Its evidence is written.
    Recording,
    /// It is over.
    Finished,
}

/// What came of a run so far. The record is made of this alone, so that it has the same bytes whoever writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RestoreVerificationRunStatus {
    /// Where it is.
    pub phase: RunPhase,
    /// `Passed`, `Failed`, `Inconclusive`, `Skipped` or `Aborted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["Passed", "Failed", "Inconclusive", "Skipped", "Aborted"]))]
    pub verdict: Option<String>,
    /// Why: a name of the closed list in docs/restore-verification.md.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when it waits for its turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued_since: Option<Time>,
    /// When it was admitted: the start of the recovery time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When it must be over, whoever is alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    /// Since when its phase lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase_since: Option<Time>,
    /// When the backup was fetched, where that is a step of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<Time>,
    /// When its restore ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// How often its result could not be read.
    pub collect_attempts: u8,
    /// What it made.
    pub scratch: ScratchStatus,
    /// What its runner said, then what is recorded of it: the restore result of docs/schemas/restore-result.schema.json.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "any_object")]
    pub result: Option<Value>,
    /// Where its record is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceStatus>,
    /// `Admitted`, `Provisioned`, `RestoreSucceeded`, `ChecksPassed`, `ScratchDestroyed`, `EvidenceRecorded`.
    pub conditions: Vec<Condition>,
}

/// What a run made, and whether it is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ScratchStatus {
    /// The namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The names of what it makes, written before they are made: `Job/ehr-29412417-f`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<String>,
    /// When none of them was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_absent_at: Option<Time>,
}

/// Where a run's record is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceStatus {
    /// The SHA-256 of its envelope, in hexadecimal digits.
    pub digest: String,
    /// Its index in the log.
    pub log_index: u64,
    /// The size of the log whose checkpoint has it.
    pub log_size: u64,
}

/// Where evidence goes.
#[derive(CustomResource, Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[kube(
    group = "hipaa-iac.dev",
    version = "v1alpha1",
    kind = "EvidenceStore",
    plural = "evidencestores",
    status = "EvidenceStoreStatus",
    category = "hipaa-iac",
    doc = "Where signed records of restore verifications go: an append-only log in a bucket with Object Lock. The signing key and the store's credentials are the operator's own (files and environment of its pod), never named here.",
    printcolumn = r#"{"name":"Bucket","type":"string","jsonPath":".spec.s3.bucket"}"#,
    printcolumn = r#"{"name":"Records","type":"integer","jsonPath":".status.treeSize"}"#,
    printcolumn = r#"{"name":"Writable","type":"string","jsonPath":".status.conditions[?(@.type==\"Writable\")].status"}"#,
    printcolumn = r#"{"name":"Immutable","type":"string","jsonPath":".status.conditions[?(@.type==\"Immutable\")].status"}"#,
    printcolumn = r#"{"name":"Consistent","type":"string","jsonPath":".status.conditions[?(@.type==\"ChainConsistent\")].status"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceStoreSpec {
    /// The bucket.
    pub s3: EvidenceBucket,
    /// How records are locked.
    #[serde(default)]
    pub object_lock: ObjectLock,
}

/// A bucket for evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceBucket {
    /// Its name.
    #[schemars(
        length(min = 3, max = 63),
        regex(pattern = "^[a-z0-9][a-z0-9.-]*[a-z0-9]$")
    )]
    pub bucket: String,
    /// What all keys begin with.
    #[serde(default)]
    #[schemars(
        length(max = 512),
        regex(pattern = "^([A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*)?$")
    )]
    pub prefix: String,
}

/// How records are locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectLock {
    /// Who can shorten it.
    pub mode: LockMode,
    /// For how many days; six years and thirty days unless given (45 CFR 164.316(b)(2)(i)).
    #[schemars(range(min = 1, max = 36500))]
    pub retain_days: u32,
}

impl Default for ObjectLock {
    fn default() -> Self {
        Self {
            mode: LockMode::Compliance,
            retain_days: 6 * 365 + 2 + 30,
        }
    }
}

/// Who can shorten a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LockMode {
    /// Nobody.
    Compliance,
    /// Who has `s3:BypassGovernanceRetention`.
    Governance,
    /// Everybody: records are not locked, and the store is never `Immutable`.
    None,
}

impl EvidenceStoreSpec {
    /// Where its log is: `s3://bucket/prefix`.
    pub fn place(&self) -> String {
        format!("s3://{}/{}", self.s3.bucket, self.s3.prefix)
    }

    /// The store's URL, as `hipaa-iac evidence` takes it.
    pub fn url(&self) -> String {
        let mode = match self.object_lock.mode {
            LockMode::Compliance => "compliance",
            LockMode::Governance => "governance",
            LockMode::None => "none",
        };
        format!(
            "{}?lock={mode}&retain-days={}",
            self.place(),
            self.object_lock.retain_days
        )
    }
}

/// What the store was seen to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct EvidenceStoreStatus {
    /// Where the log is of which the next four tell: `s3://bucket/prefix`. Of another place they tell nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Records in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree_size: Option<u64>,
    /// The root of the Merkle tree over them, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_hash: Option<String>,
    /// The signed checkpoint of the two (C2SP tlog-checkpoint): a witness, kept elsewhere than the log. Nothing is appended to a log that does not go on
    /// from it, and `hipaa-iac evidence verify --checkpoint` takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// When the log was first seen to have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_checkpoint_at: Option<Time>,
    /// When the lock was last tried: an object is written, and its removal must be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_verified_at: Option<Time>,
    /// `Writable`, `Immutable`, `ChainConsistent`.
    pub conditions: Vec<Condition>,
}

impl EvidenceStore {
    /// The checkpoint that its log was last seen to have.
    pub fn witness(&self) -> Option<&str> {
        let status = self.status.as_ref()?;
        let place = status.place.as_ref();
        status
            .checkpoint
            .as_deref()
            .filter(|_| place == Some(&self.spec.place()))
    }
}
