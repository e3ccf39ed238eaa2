//! What sees and does what [`super::machine`] and [`super::verification`] decide: the only part of restore verification that talks to
//! anybody.
//!
//! It looks every few seconds instead of watching: a run takes minutes, and a list is no older than the status that is written against it. Where
//! there are so many runs that it takes long to read them, it looks more seldom. Only the leader does anything, and a status that was read before
//! somebody else wrote is refused by its resource version.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hipaa_iac_api::{
    Condition, EvidenceStatus, EvidenceStore, RestoreVerification, RestoreVerificationRun as Run,
    RestoreVerificationRunStatus, RestoreVerificationStatus, RunPhase, RunTrigger, set_condition,
};
use hipaa_iac_restore::{
    config::{ConcurrencyPolicy, Spec},
    message::{self, Ending, Said, Snapshot},
    result::Reason,
};
use jiff::Timestamp;
use k8s_openapi::{
    api::{
        batch::v1::Job,
        core::v1::{
            ConfigMap, Event as NodeEvent, ObjectReference, PersistentVolume,
            PersistentVolumeClaim, Pod, PodCondition, PodStatus,
        },
    },
    apimachinery::pkg::apis::meta::v1::OwnerReference,
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{
        DeleteParams, ListParams, LogParams, Patch, PatchParams, PostParams, Preconditions,
        PropagationPolicy,
    },
    core::{ApiResource, DynamicObject},
    runtime::events::Recorder,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::{JoinError, JoinHandle},
};

use super::{
    classes, cnpg, conditions, cover,
    events::{self, Told},
    figures::Figures,
    jobs::{self, RUN_UID, Settings},
    log,
    machine::{self, Action, JobState, Message, Part, Place, Scratch},
    notes::Notes,
    reading::{self, Found},
    reaper::{self, Labelled},
    record,
    runs::{self, Listed},
    schedule::Schedule,
    snapshots, verification,
};
use crate::{
    catalog::GroupKind,
    lease::Leads,
    server::App,
    standing::{Standing, Standings},
};

/// Keeps a run until nothing of it is left.
pub const FINALIZER: &str = "hipaa-iac.dev/scratch-cleanup";
/// How often it looks.
const PERIOD: Duration = Duration::from_secs(3);
/// What events say was done.
const ACTION: &str = "VerifyRestore";
/// How soon it looks again when something was done.
const SOON: Duration = Duration::from_millis(200);
/// How many times longer than the runs took to be read it does not read them again.
const SHARE: u32 = 4;
/// How long one look may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long a record may take until others are seen to.
const RECORD_PATIENCE: Duration = Duration::from_secs(10);
/// How long a Job may wait for its pod, and a pod for its node or its volumes, before it is asked why.
const EVENT_PATIENCE: jiff::SignedDuration = jiff::SignedDuration::from_mins(2);
/// What the API server keeps of a name that it adds five letters to, in bytes (`MaxGeneratedNameLength` of apiserver's `names`).
const GENERATED_NAME: usize = 58;
/// The longest log that is read for a result, in bytes.
const LOG_LIMIT: i64 = 4 << 20;

/// What restore verification needs to know.
#[derive(Clone, Debug)]
pub struct Options {
    /// About runs.
    pub settings: Settings,
    /// How many runs may be under way.
    pub limit: usize,
    /// The cluster's name, for the evidence.
    pub cluster: Option<String>,
    /// The file with the key that signs evidence, in PEM.
    pub key: PathBuf,
}

/// What was not done. It is tried again.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("the API server: {0}")]
    Kube(#[from] kube::Error),
    #[error("{0}")]
    Evidence(String),
    #[error("{0}")]
    Mistake(String),
    #[error("{1}")]
    NoSnapshot(Reason, String),
    #[error("the cluster is not read yet")]
    Early,
}

/// Sees to runs as long as this replica leads, until the task is aborted. Records are written beside everything else: a store that is away
/// holds up nothing but them.
pub async fn run(
    client: Client,
    options: Options,
    app: Arc<App>,
    leads: Leads,
    recorder: Recorder,
    listed: watch::Sender<Arc<Vec<Run>>>,
) {
    let new = listed.subscribe();
    let controller = Controller {
        client,
        options,
        leads,
        figures: app.metrics.restores.clone(),
        app,
        recorder,
        notes: Mutex::default(),
        standings: Standings::default(),
        listed,
        appends: Appends(Mutex::default()),
    };
    tokio::join!(controller.repeat(), controller.record_listed(new));
}

/// What a look came to.
struct Looked {
    /// Something was done.
    done: bool,
    /// How long it took to read the runs.
    reading: Duration,
}

impl Looked {
    /// How long it is until the next one.
    fn pause(&self) -> Duration {
        let pause = if self.done { SOON } else { PERIOD };
        pause.max(self.reading * SHARE)
    }
}

struct Controller {
    client: Client,
    options: Options,
    app: Arc<App>,
    leads: Leads,
    figures: Figures,
    recorder: Recorder,
    notes: Mutex<Notes>,
    /// How runs and verifications stand, by their UIDs.
    standings: Standings,
    /// For those who need the runs too.
    listed: watch::Sender<Arc<Vec<Run>>>,
    appends: Appends<Result<EvidenceStatus, String>>,
}

/// Appends by the names of their stores, each with the UID of its run.
type Begun<T> = BTreeMap<String, (String, JoinHandle<T>)>;

/// What is being appended.
struct Appends<T>(Mutex<Begun<T>>);

impl<T: Send + 'static> Appends<T> {
    fn lock(&self) -> MutexGuard<'_, Begun<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What came of an append, begun now or before; nothing where it is not over yet. A store that does not answer holds one thread until it
    /// does, and its other runs wait for that.
    async fn append(
        &self,
        store: &str,
        run: &str,
        patience: Duration,
        append: impl FnOnce() -> T + Send + 'static,
    ) -> Option<Result<T, JoinError>> {
        let before = self.lock().remove(store);
        let mut begun = match before {
            Some((whose, begun)) if whose == run => begun,
            Some((whose, begun)) if !begun.is_finished() => {
                self.lock().insert(store.to_owned(), (whose, begun));
                return None;
            }
            // What another's came to is in the log, where it is found.
            _ => tokio::task::spawn_blocking(append),
        };
        if let Ok(ended) = tokio::time::timeout(patience, &mut begun).await {
            return Some(ended);
        }
        let mine = (run.to_owned(), begun);
        self.lock().insert(store.to_owned(), mine);
        None
    }
}

/// What is in the namespace of the scratch.
#[derive(Default)]
struct Things {
    jobs: Vec<Job>,
    pods: Vec<Pod>,
    claims: Vec<PersistentVolumeClaim>,
    configs: Vec<ConfigMap>,
    volumes: Vec<PersistentVolume>,
    snapshots: Vec<DynamicObject>,
    contents: Vec<DynamicObject>,
}

fn label<K: Resource>(object: &K) -> Option<&str> {
    Some(object.meta().labels.as_ref()?.get(RUN_UID)?.as_str())
}

fn seen_object<K: Resource>(kind: &str, object: &K) -> machine::Object {
    let meta = object.meta();
    machine::Object {
        kind: kind.to_owned(),
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        terminating: meta.deletion_timestamp.is_some(),
        terminating_since: meta.deletion_timestamp.as_ref().map(|since| since.0),
    }
}

impl Things {
    /// Everything with a run's label, with the run.
    fn labelled(&self) -> Vec<Labelled> {
        fn of<K: Resource>(kind: &str, objects: &[K]) -> Vec<Labelled> {
            let owned = objects.iter().filter_map(|object| {
                let destroy_after = object.meta().annotations.as_ref();
                Some(Labelled {
                    run: label(object)?.to_owned(),
                    object: seen_object(kind, object),
                    destroy_after: destroy_after
                        .and_then(|them| them.get(jobs::DESTROY_AFTER)?.parse().ok()),
                })
            });
            owned.collect()
        }
        let mut all = of("Job", &self.jobs);
        all.extend(of("Pod", &self.pods));
        all.extend(of("PersistentVolumeClaim", &self.claims));
        all.extend(of("ConfigMap", &self.configs));
        all.extend(of("VolumeSnapshot", &self.snapshots));
        all.extend(of("VolumeSnapshotContent", &self.contents));
        all
    }

    /// What there is of a run, by its UID and the beginning of its objects' names.
    fn of(&self, uid: &str, name: &str, namespace: &str) -> Scratch {
        let mut objects: Vec<machine::Object> = self
            .labelled()
            .into_iter()
            .filter(|labelled| labelled.run == uid)
            .map(|labelled| labelled.object)
            .collect();
        // A volume carries no label of ours. Its claim names it, and its driver deletes it: that is waited for. The claim of a pod's own volume
        // is named after the pod, whose name is cut.
        let mut prefix = format!("{name}-");
        prefix.truncate(GENERATED_NAME);
        for volume in &self.volumes {
            let claim = volume
                .spec
                .as_ref()
                .and_then(|spec| spec.claim_ref.as_ref());
            let ours = claim.is_some_and(|claim| {
                claim.namespace.as_deref() == Some(namespace)
                    && claim
                        .name
                        .as_ref()
                        .is_some_and(|name| name.starts_with(&prefix))
            });
            if ours {
                let mut object = seen_object("PersistentVolume", volume);
                object.terminating = true;
                objects.push(object);
            }
        }
        objects.sort();
        let there = |part: Part| {
            let (kind, name) = part.object(name);
            objects
                .iter()
                .any(|object| object.kind == kind && object.name == name)
        };
        let parts = [
            Part::Config,
            Part::Volume,
            Part::Content,
            Part::Snapshot,
            Part::Fetch,
            Part::Restore,
        ]
        .into_iter()
        .filter(|part| there(*part))
        .collect();
        let job = |part: Part| {
            let (job, pod) = self.job(uid, &part.object(name).1)?;
            Some(seen_job(job, pod))
        };
        Scratch {
            fetch: job(Part::Fetch),
            restore: job(Part::Restore),
            parts,
            objects,
        }
    }

    /// A Job of a run, by the run's UID and its name, and its pod.
    fn job(&self, uid: &str, name: &str) -> Option<(&Job, Option<&Pod>)> {
        let mut jobs = self.jobs.iter();
        let job = jobs.find(|job| label(*job) == Some(uid) && job.name_any() == name)?;
        let pod = self.pods.iter().find(|pod| {
            pod.owner_references()
                .iter()
                .any(|owner| Some(&owner.uid) == job.uid().as_ref())
        });
        Some((job, pod))
    }

    /// The snapshot that was chosen for a run.
    fn chosen(&self, uid: &str) -> Option<Snapshot> {
        let config = self
            .configs
            .iter()
            .find(|config| label(*config) == Some(uid))?;
        serde_json::from_str(config.data.as_ref()?.get(jobs::SNAPSHOT_FILE)?).ok()
    }

    /// The pod of a Job.
    fn pod_of(&self, job: &str) -> Option<&Pod> {
        self.pods.iter().find(|pod| {
            pod.owner_references()
                .iter()
                .any(|owner| owner.kind == "Job" && owner.name == job)
        })
    }
}

fn seen_job(job: &Job, pod: Option<&Pod>) -> machine::Job {
    let conditions = job
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_deref())
        .unwrap_or_default();
    let holds = |kind: &str| {
        conditions
            .iter()
            .find(|condition| condition.type_ == kind && condition.status == "True")
    };
    let state = match (holds("Complete"), holds("Failed")) {
        (Some(_), _) => JobState::Complete,
        (None, Some(failed)) if failed.reason.as_deref() == Some("DeadlineExceeded") => {
            JobState::DeadlineExceeded
        }
        (None, Some(_)) => JobState::Failed,
        (None, None) => JobState::Active,
    };
    let mut seen = machine::Job {
        state,
        ..machine::Job::default()
    };
    let Some(status) = pod.and_then(|pod| pod.status.as_ref()) else {
        return seen;
    };
    for condition in status.conditions.iter().flatten() {
        if condition.type_ == "PodScheduled" && condition.reason.as_deref() == Some("Unschedulable")
        {
            seen.unschedulable_since = condition.last_transition_time.as_ref().map(|time| time.0);
        }
    }
    let Some(container) = status.container_statuses.iter().flatten().next() else {
        return seen;
    };
    let state = container.state.as_ref();
    if let Some(waiting) = state.and_then(|state| state.waiting.as_ref())
        && matches!(
            waiting.reason.as_deref(),
            Some("ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull")
        )
    {
        // What came before, volumes that were made and attached, is no time of the image's.
        let ready = has_sandbox(status);
        let ready = ready.and_then(|condition| condition.last_transition_time.as_ref());
        seen.pull_fails_since = ready.or(status.start_time.as_ref()).map(|time| time.0);
    }
    let terminated = state.and_then(|state| state.terminated.as_ref());
    seen.started = terminated.is_some() || state.is_some_and(|state| state.running.is_some());
    if let Some(terminated) = terminated {
        seen.out_of_memory = terminated.reason.as_deref() == Some("OOMKilled");
        if let Some(text) = &terminated.message {
            seen.message = Some(match message::read(text, "") {
                Some(Said::Stopped(reason)) => Message::Stopped(reason),
                // A result is in the log, which is read when it is wanted.
                _ => Message::Unreadable,
            });
        }
    }
    seen
}

/// What the runner of a run said at its end. Where its log cannot be read now, nothing yet: all else that is seen of the run counts meanwhile.
async fn said(pods: &Api<Pod>, pod: &Pod) -> Option<Message> {
    let containers = pod.status.as_ref()?.container_statuses.as_ref()?;
    let state = containers.first()?.state.as_ref()?;
    let text = state.terminated.as_ref()?.message.as_deref()?;
    let has_result =
        serde_json::from_str::<Ending>(text).is_ok_and(|ending| ending.sha256.is_some());
    let log = if has_result {
        let parameters = LogParams {
            limit_bytes: Some(LOG_LIMIT),
            ..LogParams::default()
        };
        match pods.logs(&pod.name_any(), &parameters).await {
            Ok(log) => log,
            Err(error) => {
                tracing::warn!(pod = %pod.name_any(), %error, "the log of a run could not be read; it is tried again");
                return None;
            }
        }
    } else {
        String::new()
    };
    Some(match message::read(text, &log) {
        Some(Said::Result(result)) => Message::Result(result),
        Some(Said::Stopped(reason)) => Message::Stopped(reason),
        None => Message::Unreadable,
    })
}

/// What tells that a pod has its sandbox, before which its volumes are there.
fn has_sandbox(status: &PodStatus) -> Option<&PodCondition> {
    let mut conditions = status.conditions.iter().flatten();
    conditions.find(|it| it.type_ == "PodReadyToStartContainers" && it.status == "True")
}

/// Whether a pod waits for its volumes.
fn waits_for_volumes(status: &PodStatus) -> bool {
    // Then it waits for its image.
    if has_sandbox(status).is_some() {
        return false;
    }
    let mut containers = status.container_statuses.iter().flatten();
    containers.any(|container| {
        let state = container.state.as_ref();
        let waiting = state.and_then(|state| state.waiting.as_ref());
        waiting.is_some_and(|waiting| waiting.reason.as_deref() == Some("ContainerCreating"))
    })
}

/// What does not begin, and the reason of the events that would tell why.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    uid: String,
    event: &'static str,
    since: Timestamp,
}

/// What of a Job has waited so long that it is worth asking why.
fn held(job: &Job, pod: Option<&Pod>, now: Timestamp) -> Option<Held> {
    if seen_job(job, None).state != JobState::Active {
        return None;
    }
    let (uid, event, since) = match pod {
        None => (job.uid(), "FailedCreate", job.creation_timestamp()),
        // The claim of its own volume is made before it has a node.
        Some(pod) if pod.spec.as_ref()?.node_name.is_none() => {
            (pod.uid(), "FailedBinding", pod.creation_timestamp())
        }
        Some(pod) => {
            let status = pod.status.as_ref().filter(|it| waits_for_volumes(it))?;
            (pod.uid(), "FailedMount", status.start_time.clone())
        }
    };
    let (uid, since) = (uid?, since?.0);
    (now > since + EVENT_PATIENCE).then_some(Held { uid, event, since })
}

/// Whether an event tells what asking again would not help against.
fn is_final(reason: &str, message: &str) -> bool {
    if reason == "FailedMount" {
        is_of_a_secret(message)
    } else {
        is_denial(message)
    }
}

/// Whether a controller says that the API server will not have what it makes for a run: what [`is_refusal`] tells by its code, an event has
/// in words only, those of the API server.
fn is_denial(message: &str) -> bool {
    let words = [" is forbidden: ", " denied the request", " is invalid: "];
    // What our own webhook could not judge just then is no refusal.
    let passing = ["exceeded quota", "hipaa-iac: not judged"];
    words.iter().any(|words| message.contains(words))
        && !passing.iter().any(|words| message.contains(words))
}

/// Whether a node says that a Secret, or a key of one, is not there: the kubelet's words.
fn is_of_a_secret(message: &str) -> bool {
    (message.contains("secret \"") && message.contains("\" not found"))
        || message.contains("references non-existent secret key")
}

/// The runs of all verifications, in the order of the machine.
fn place(run: &Run, settings: &Settings) -> Place {
    let status = run.status.as_ref();
    let phase = status.map_or(RunPhase::Pending, |status| status.phase);
    let is_deleted = run.meta().deletion_timestamp.is_some();
    Place {
        uid: run.uid().unwrap_or_default(),
        verification: run.spec.verification_ref.uid.clone(),
        created: run
            .meta()
            .creation_timestamp
            .as_ref()
            .map_or(Timestamp::UNIX_EPOCH, |time| time.0),
        phase,
        started: status.is_some_and(|status| status.started_at.is_some()),
        missed: run.spec.missed_slots.is_some(),
        replaces: policy(run) == ConcurrencyPolicy::Replace,
        // Only one that waits takes a place; to read all templates would take long.
        can_run: !is_deleted && (phase > RunPhase::Queued || jobs::plan(run, settings).is_ok()),
    }
}

/// Whether a run's record is what comes next.
fn records(run: &Run) -> bool {
    run.status
        .as_ref()
        .is_some_and(|status| status.phase == RunPhase::Recording)
}

/// The policy of a run, as its template has it.
fn policy(run: &Run) -> ConcurrencyPolicy {
    let policy = run
        .spec
        .template
        .pointer("/spec/schedule/concurrencyPolicy");
    policy
        .and_then(|policy| serde_json::from_value(policy.clone()).ok())
        .unwrap_or_default()
}

/// Whether the API server will not have an object, now or later: it is denied, is not valid, or is none of its kind, as with a quantity that
/// is no number (400). A quota that is used up is no such refusal, nor is a webhook that is away (500).
fn is_refusal(answer: &kube::core::Status) -> bool {
    matches!(answer.code, 400 | 403 | 422) && !answer.message.contains("exceeded quota")
}

/// Why what a run makes cannot be made, where asking again would not help.
fn refusal(trouble: &Trouble) -> Option<(Reason, String)> {
    match trouble {
        Trouble::Kube(kube::Error::Api(answer)) if is_refusal(answer) => {
            Some((Reason::ConfigError, answer.message.clone()))
        }
        Trouble::NoSnapshot(reason, why) => Some((*reason, why.clone())),
        // The document has something in it that is no part of a pod, such as a toleration that is a number.
        Trouble::Mistake(why) => Some((Reason::ConfigError, why.clone())),
        _ => None,
    }
}

/// How an object is deleted: if it is the one that was seen, and a Job when its pods are gone. As long as it is there its controller knows that it
/// makes no other pod.
fn deletion(object: &machine::Object) -> DeleteParams {
    let policy = if object.kind == "Job" {
        PropagationPolicy::Foreground
    } else {
        PropagationPolicy::Background
    };
    DeleteParams {
        preconditions: Some(Preconditions {
            uid: Some(object.uid.clone()),
            resource_version: None,
        }),
        propagation_policy: Some(policy),
        ..DeleteParams::default()
    }
}

/// Whether a run was made in another namespace than what is made now.
fn is_elsewhere(status: &RestoreVerificationRunStatus, settings: &Settings) -> bool {
    let namespace = status.scratch.namespace.as_ref();
    namespace.is_some_and(|namespace| *namespace != settings.namespace)
}

/// What a run said that it makes and is not looked for any more, because the operator was told otherwise meanwhile: another namespace, or no
/// snapshots. That it is not seen does not show that it is gone.
fn out_of_sight(
    status: &RestoreVerificationRunStatus,
    settings: &Settings,
) -> Vec<machine::Object> {
    let elsewhere = is_elsewhere(status, settings);
    let objects = status.scratch.objects.iter();
    objects
        .filter_map(|object| object.split_once('/'))
        .filter(|(kind, _)| {
            elsewhere || (!settings.snapshots && kind.starts_with("VolumeSnapshot"))
        })
        .map(|(kind, name)| machine::Object {
            kind: kind.to_owned(),
            name: name.to_owned(),
            uid: String::new(),
            // It cannot be asked to go either.
            terminating: true,
            terminating_since: None,
        })
        .collect()
}

impl Controller {
    fn leads(&self) -> bool {
        self.leads.now()
    }

    fn scratch<K>(&self) -> Api<K>
    where
        K: Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>,
    {
        Api::namespaced(self.client.clone(), &self.options.settings.namespace)
    }

    async fn things(&self, runs: &[Run]) -> Result<Things, Trouble> {
        let ours = ListParams::default().labels(RUN_UID);
        // What makes something is listed before that: what is not seen in either is not made in between.
        Ok(Things {
            jobs: self.scratch().list(&ours).await?.items,
            pods: self.scratch().list(&ours).await?.items,
            claims: self.scratch().list(&ours).await?.items,
            configs: self.scratch().list(&ours).await?.items,
            volumes: if runs.iter().any(runs::waits_for_volumes) {
                self.volumes().await?
            } else {
                Vec::new()
            },
            snapshots: self.snapshots(Part::Snapshot, &ours).await?,
            contents: self.snapshots(Part::Content, &ours).await?,
        })
    }

    /// The volumes of claims in the namespace of the scratch.
    async fn volumes(&self) -> Result<Vec<PersistentVolume>, Trouble> {
        let namespace = Some(&self.options.settings.namespace);
        let ours = |volume: PersistentVolume| {
            let claim = volume.spec.as_ref()?.claim_ref.as_ref()?;
            (claim.namespace.as_ref() == namespace).then_some(volume)
        };
        let api: Api<PersistentVolume> = Api::all(self.client.clone());
        Ok(runs::list(&api, ours).await?)
    }

    /// The snapshots that runs made, or their contents. Where the cluster does not know the kind there are none.
    async fn snapshots(
        &self,
        part: Part,
        ours: &ListParams,
    ) -> Result<Vec<DynamicObject>, Trouble> {
        if !self.options.settings.snapshots {
            return Ok(Vec::new());
        }
        match self.snapshot_api(part).list(ours).await {
            Ok(list) => Ok(list.items),
            Err(kube::Error::Api(answer)) if answer.code == 404 => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn snapshot_api(&self, part: Part) -> Api<DynamicObject> {
        let resource = snapshots::resource(part);
        match part {
            Part::Content => Api::all_with(self.client.clone(), &resource),
            _ => Api::namespaced_with(
                self.client.clone(),
                &self.options.settings.namespace,
                &resource,
            ),
        }
    }

    /// Looks again and again, sooner when something was done.
    async fn repeat(&self) {
        let mut standing = Standing::default();
        loop {
            let mut pause = PERIOD;
            if self.leads() {
                let looked = match tokio::time::timeout(PATIENCE, self.look()).await {
                    Ok(looked) => looked,
                    Err(_) => Err(Trouble::Mistake("a look took too long".to_owned())),
                };
                let trouble = looked.as_ref().err().map(ToString::to_string);
                if standing.becomes(trouble.as_deref())
                    && let Some(trouble) = trouble
                {
                    tracing::warn!(%trouble, "restore verification");
                }
                pause = looked.map_or(PERIOD, |looked| looked.pause());
            } else {
                self.forget();
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Appends the records that wait for it, each time that runs were listed.
    async fn record_listed(&self, mut new: Listed) {
        while new.changed().await.is_ok() {
            let runs = Arc::clone(&new.borrow_and_update());
            for run in runs.iter().filter(|run| records(run)) {
                // A record asks nothing of the other runs.
                let this = place(run, &self.options.settings);
                self.try_step(run, &this, &[], &Things::default()).await;
            }
        }
    }

    /// Everything but records.
    async fn look(&self) -> Result<Looked, Trouble> {
        // What there is of a run is listed after its status was read, and whether it is a run's after that again.
        let began = Instant::now();
        let runs = Arc::new(self.runs().await?);
        let reading = began.elapsed();
        self.listed.send_replace(Arc::clone(&runs));
        let things = self.things(&runs).await?;
        if let Err(trouble) = self.reap(&things, &runs).await {
            tracing::warn!(%trouble, "what runs left behind could not be looked for");
        }
        let mut done = false;
        let settings = &self.options.settings;
        let places: Vec<Place> = runs.iter().map(|run| place(run, settings)).collect();
        for (run, this) in runs.iter().zip(&places).filter(|(run, _)| !records(run)) {
            done |= self.try_step(run, this, &places, &things).await;
        }
        let found = self.verifications().await?;
        let stores = self.stores().await?;
        for verification in &found {
            if !self.leads() {
                break;
            }
            let kept = self.keep(verification, &runs, &stores).await;
            let is_news = self.is_news(&verification.object, kept.as_ref().err());
            match kept {
                Ok(made) => done |= made,
                Err(trouble) if is_news => {
                    let name = verification.object.name_any();
                    tracing::warn!(verification = %name, %trouble, "a verification could not be seen to");
                }
                Err(_) => {}
            }
        }
        if self.leads() {
            let verifications: Vec<RestoreVerification> =
                found.into_iter().map(|found| found.object).collect();
            self.report(&verifications, &runs).await;
            self.figures.looked(Timestamp::now());
        }
        Ok(Looked { done, reading })
    }

    /// One step of a run, unless this replica leads no longer; whether something was done.
    async fn try_step(&self, run: &Run, this: &Place, places: &[Place], things: &Things) -> bool {
        if !self.leads() {
            return false;
        }
        let stepped = self.step(run, this, places, things).await;
        let is_news = self.is_news(run, stepped.as_ref().err());
        match stepped {
            Ok(done) => done,
            Err(trouble) => {
                if is_news {
                    tracing::warn!(run = %run.name_any(), %trouble, "a run could not go on; it is tried again");
                }
                false
            }
        }
    }

    /// Whether what is wrong with an object now, if anything, is to be logged: it is tried again every few seconds.
    fn is_news(&self, object: &impl ResourceExt, trouble: Option<&impl ToString>) -> bool {
        let trouble = trouble.map(ToString::to_string);
        let uid = object.uid().unwrap_or_default();
        self.standings.is_news(&uid, trouble.as_deref())
    }

    async fn runs(&self) -> Result<Vec<Run>, Trouble> {
        Ok(runs::all(&self.client).await?)
    }

    /// Every verification, also what cannot be read.
    async fn verifications(&self) -> Result<Vec<Found>, Trouble> {
        let kind = ApiResource::erase::<RestoreVerification>(&());
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &kind);
        let objects = api.list(&ListParams::default()).await?.items;
        let mut all = Vec::new();
        for object in &objects {
            match reading::read(object) {
                Ok(found) => all.push(found),
                Err(error) if self.is_news(object, Some(&error)) => {
                    tracing::warn!(verification = %object.name_any(), %error, "a verification could not be read");
                }
                Err(_) => {}
            }
        }
        Ok(all)
    }

    /// The names of the evidence stores that are there.
    async fn stores(&self) -> Result<BTreeSet<String>, Trouble> {
        let api: Api<EvidenceStore> = Api::all(self.client.clone());
        let stores = api.list_metadata(&ListParams::default()).await?.items;
        Ok(stores.iter().map(ResourceExt::name_any).collect())
    }

    /// Deletes what runs left behind.
    async fn reap(&self, things: &Things, runs: &[Run]) -> Result<(), Trouble> {
        let labelled = things.labelled();
        let now = Timestamp::now();
        if reaper::orphans(&labelled, runs, now).is_empty() {
            return Ok(());
        }
        // A run that was made since is none that is gone.
        let runs = self.runs().await?;
        for Labelled { object, .. } in reaper::orphans(&labelled, &runs, now) {
            tracing::warn!(kind = %object.kind, name = %object.name, "what a run left behind is deleted");
            if let Err(trouble) = self.delete(object).await {
                tracing::warn!(kind = %object.kind, name = %object.name, %trouble, "it could not be deleted, and is tried again");
                continue;
            }
            self.figures.reaped();
            let about = ObjectReference {
                kind: Some(object.kind.clone()),
                name: Some(object.name.clone()),
                namespace: Some(self.options.settings.namespace.clone()),
                uid: Some(object.uid.clone()),
                ..ObjectReference::default()
            };
            let told = Told {
                warning: true,
                reason: "OrphanScratchReaped".to_owned(),
                text: "its run is over or gone, or its time is: it was deleted".to_owned(),
                action: ACTION,
                secondary: None,
            };
            events::publish(&self.recorder, &about, told).await;
        }
        Ok(())
    }

    /// Events and figures of what is so now.
    async fn report(&self, verifications: &[RestoreVerification], runs: &[Run]) {
        self.figures.tell(verifications, runs);
        let news = self.notes().news(runs, Timestamp::now());
        for note in news {
            let Some(run) = runs
                .iter()
                .find(|run| run.uid().as_ref() == Some(&note.run))
            else {
                continue;
            };
            if let Some((verdict, reason)) = &note.ended {
                self.figures.ended(run, verdict, reason);
            }
            let verification = verifications
                .iter()
                .find(|known| known.uid().as_ref() == Some(&run.spec.verification_ref.uid));
            let about = match verification {
                Some(verification) => verification.object_ref(&()),
                None => run.object_ref(&()),
            };
            let told = Told {
                warning: note.warning,
                reason: note.reason,
                text: note.text,
                action: ACTION,
                secondary: Some(run.object_ref(&())),
            };
            events::publish(&self.recorder, &about, told).await;
        }
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another leads: what is told from here on is told there.
    fn forget(&self) {
        self.figures.clear();
        self.notes().forget();
        self.standings.forget();
        self.listed.send_if_modified(|runs| {
            let held = !runs.is_empty();
            *runs = Arc::default();
            held
        });
    }

    async fn step(
        &self,
        run: &Run,
        this: &Place,
        places: &[Place],
        things: &Things,
    ) -> Result<bool, Trouble> {
        let settings = &self.options.settings;
        let precedence = machine::precedence(this, places, self.options.limit);
        let name = jobs::base_name(run);
        let mut scratch = things.of(&this.uid, &name, &settings.namespace);
        let status = run.status.clone().unwrap_or_default();
        scratch.objects.extend(out_of_sight(&status, settings));
        let plan = if is_elsewhere(&status, settings) {
            Err("the namespace of the scratch was another when the run began".to_owned())
        } else {
            jobs::plan(run, settings)
        };
        if status.phase == RunPhase::Collecting
            && let Some(job) = &mut scratch.restore
            && let Some(pod) = things.pod_of(&Part::Restore.object(&name).1)
            && let Some(said) = said(&self.scratch(), pod).await
        {
            job.message = Some(said);
        }
        let mut seen = machine::Observed {
            now: Timestamp::now(),
            status,
            stopped: run.meta().deletion_timestamp.is_some() || precedence.replaced,
            finalizer: run.finalizers().iter().any(|known| known == FINALIZER),
            plan,
            missed: run.spec.missed_slots.is_some(),
            sibling: precedence.sibling,
            turn: precedence.turn,
            scratch,
            recorded: None,
            refused: None,
        };
        if seen.status.phase == RunPhase::Provisioning {
            let why = self.held_back(things, &this.uid, &name).await;
            seen.refused = why.map(|why| (Reason::ConfigError, why));
        }
        let mut done = false;
        let mut deleted: Result<(), Trouble> = Ok(());
        for action in machine::reduce(&seen) {
            if !self.leads() {
                break;
            }
            done |= !matches!(action, Action::Wait(_));
            match action {
                Action::Write(mut status) => {
                    if status.phase == RunPhase::Recording {
                        let cluster = self.options.cluster.as_deref();
                        status.result = record::freeze(run, &status, cluster);
                    }
                    self.write(run, &status).await?;
                }
                Action::Create(part) => {
                    if let Err(trouble) = self.create(part, run, things).await {
                        seen.refused = Some(refusal(&trouble).ok_or(trouble)?);
                        self.write_all(run, &seen).await?;
                    }
                }
                // What may not go keeps nothing else: what was restored is asked to go all the same.
                Action::Delete(object) => deleted = deleted.and(self.delete(&object).await),
                Action::Record => {
                    seen.recorded = Some(self.record(run).await?);
                    self.write_all(run, &seen).await?;
                }
                Action::Release => self.release(run).await?,
                Action::Wait(_) => {}
            }
        }
        deleted.map(|()| done)
    }

    /// Why a pod of a run does not begin, where that will not change: admission refuses the pod, or the claim of its own volume, or a Secret that
    /// the verification names is not there. Others make these, and the operator may not look for Secrets: events tell.
    async fn held_back(&self, things: &Things, uid: &str, name: &str) -> Option<String> {
        for part in [Part::Fetch, Part::Restore] {
            let Some((job, pod)) = things.job(uid, &part.object(name).1) else {
                continue;
            };
            let Some(held) = held(job, pod, Timestamp::now()) else {
                continue;
            };
            let asked = format!("involvedObject.uid={},reason={}", held.uid, held.event);
            let events = self
                .scratch::<NodeEvent>()
                .list(&ListParams::default().fields(&asked))
                .await;
            match events {
                Ok(events) => {
                    // What was so at first only is not so any more: a Secret that came late, a webhook that was not ready.
                    let late = held.since + EVENT_PATIENCE / 3;
                    let still = |event: &NodeEvent| {
                        let last = event.last_timestamp.as_ref();
                        last.is_some_and(|last| last.0 > late)
                    };
                    let events = events.items.into_iter().filter(still);
                    let mut told = events.filter_map(|event| event.message);
                    if let Some(why) = told.find(|message| is_final(held.event, message)) {
                        return Some(why);
                    }
                }
                // It waits on, until its deadline if it must.
                Err(error) => {
                    tracing::warn!(job = %job.name_any(), %error, "why a pod does not begin could not be asked");
                }
            }
        }
        None
    }

    /// Writes what follows from something that was seen just now.
    async fn write_all(&self, run: &Run, seen: &machine::Observed) -> Result<(), Trouble> {
        for action in machine::reduce(seen) {
            if let Action::Write(status) = action {
                self.write(run, &status).await?;
            }
        }
        Ok(())
    }

    async fn write(&self, run: &Run, status: &RestoreVerificationRunStatus) -> Result<(), Trouble> {
        let api: Api<Run> =
            Api::namespaced(self.client.clone(), &run.namespace().unwrap_or_default());
        let mut new = run.clone();
        new.status = Some(status.clone());
        match api
            .replace_status(&run.name_any(), &PostParams::default(), &new)
            .await
        {
            Ok(_) => {
                tracing::info!(run = %run.name_any(), phase = ?status.phase, verdict = ?status.verdict, reason = ?status.reason, "a run goes on");
                Ok(())
            }
            // Somebody wrote in between: what was decided is decided anew.
            Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn create(&self, part: Part, run: &Run, things: &Things) -> Result<(), Trouble> {
        let snapshot = match part {
            Part::Config => {
                self.may_write(run).await?;
                self.choose(run).await?
            }
            _ => things.chosen(&run.uid().unwrap_or_default()),
        };
        let settings = &self.options.settings;
        let fetch = Part::Fetch.object(&jobs::base_name(run)).1;
        let fetch = things.job(&run.uid().unwrap_or_default(), &fetch);
        let fetch = fetch.and_then(|(job, _)| job.uid());
        let manifest = jobs::manifest(
            part,
            run,
            snapshot.as_ref(),
            fetch.as_deref(),
            settings,
            Timestamp::now(),
        )
        .map_err(Trouble::Mistake)?;
        match part {
            Part::Config => self.make::<ConfigMap>(self.scratch(), manifest).await,
            Part::Volume => {
                self.make::<PersistentVolumeClaim>(self.scratch(), manifest)
                    .await
            }
            Part::Content | Part::Snapshot => self.make(self.snapshot_api(part), manifest).await,
            Part::Fetch | Part::Restore => self.make::<Job>(self.scratch(), manifest).await,
        }
    }

    /// That what a run writes to disk may be there.
    async fn may_write(&self, run: &Run) -> Result<(), Trouble> {
        // What encrypts is told by policies, of what they have read.
        let cluster = &self.app.cluster;
        let classes = GroupKind::new("storage.k8s.io", "StorageClass");
        let is_stale = cluster.was_read(&classes) && !cluster.is_read(&classes);
        if self.app.catalog.load().is_none() || !cluster.is_synced() || is_stale {
            return Err(Trouble::Early);
        }
        let settings = &self.options.settings;
        match classes::refusal(&self.client, &self.app, &run.spec.template, settings).await? {
            Some(why) => Err(Trouble::Mistake(why)),
            None => Ok(()),
        }
    }

    /// The snapshot that a run is to restore, where it is to restore one.
    async fn choose(&self, run: &Run) -> Result<Option<Snapshot>, Trouble> {
        let Some(asked) = snapshots::asked(&run.spec.template) else {
            return Ok(None);
        };
        let namespace = run.namespace().unwrap_or_default();
        match snapshots::choose(&self.client, &self.app, &namespace, &asked).await {
            Ok(snapshot) => Ok(Some(snapshot)),
            Err(snapshots::Unusable::Kube(error)) => Err(error.into()),
            Err(snapshots::Unusable::No(reason, why)) => Err(Trouble::NoSnapshot(reason, why)),
        }
    }

    async fn make<K>(&self, api: Api<K>, manifest: Value) -> Result<(), Trouble>
    where
        K: Clone + std::fmt::Debug + Serialize + DeserializeOwned,
    {
        let object: K = serde_json::from_value(manifest)
            .map_err(|error| Trouble::Mistake(error.to_string()))?;
        match api.create(&PostParams::default(), &object).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(answer)) if answer.reason == "AlreadyExists" => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an object, if it is the one that was seen.
    async fn delete(&self, object: &machine::Object) -> Result<(), Trouble> {
        let parameters = deletion(object);
        let name = &object.name;
        let deleted = match &*object.kind {
            "Job" => self
                .scratch::<Job>()
                .delete(name, &parameters)
                .await
                .map(drop),
            "Pod" => self
                .scratch::<Pod>()
                .delete(name, &parameters)
                .await
                .map(drop),
            "ConfigMap" => self
                .scratch::<ConfigMap>()
                .delete(name, &parameters)
                .await
                .map(drop),
            "PersistentVolumeClaim" => {
                let api = self.scratch::<PersistentVolumeClaim>();
                api.delete(name, &parameters).await.map(drop)
            }
            "VolumeSnapshot" => {
                let api = self.snapshot_api(Part::Snapshot);
                api.delete(name, &parameters).await.map(drop)
            }
            "VolumeSnapshotContent" => {
                let api = self.snapshot_api(Part::Content);
                api.delete(name, &parameters).await.map(drop)
            }
            _ => Ok(()),
        };
        match deleted {
            Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(()) => Ok(()),
        }
    }

    async fn release(&self, run: &Run) -> Result<(), Trouble> {
        let api: Api<Run> =
            Api::namespaced(self.client.clone(), &run.namespace().unwrap_or_default());
        let rest: Vec<&String> = run
            .finalizers()
            .iter()
            .filter(|known| *known != FINALIZER)
            .collect();
        // With the resource version another's finalizer, added meanwhile, is not lost.
        let patch =
            json!({"metadata": {"finalizers": rest, "resourceVersion": run.resource_version()}});
        match api
            .patch(
                &run.name_any(),
                &PatchParams::default(),
                &Patch::Merge(&patch),
            )
            .await
        {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Appends a run's record to the log of its store.
    async fn record(&self, run: &Run) -> Result<EvidenceStatus, Trouble> {
        let name = record::store_name(&run.spec.template);
        let stores: Api<EvidenceStore> = Api::all(self.client.clone());
        let store = stores.get_opt(name).await?.ok_or_else(|| {
            Trouble::Evidence(format!(
                "there is no EvidenceStore `{name}`; the record waits for it"
            ))
        })?;
        let url = store.spec.url();
        let witness = store.witness().map(ToOwned::to_owned);
        let file = self.options.key.clone();
        let (statement, left_out) = record::statement(run, self.options.cluster.as_deref())
            .map_err(|error| Trouble::Evidence(error.to_string()))?;
        let append = move || {
            // A run that died before it told of its record may find another key: it has one record all the same.
            let receipt = log::open(&url, &file, witness.as_deref())?
                .append_once(&statement)
                .map_err(|error| error.to_string())?;
            Ok::<_, String>(EvidenceStatus {
                digest: receipt.digest,
                log_index: receipt.index,
                log_size: receipt.size,
            })
        };
        let uid = run.uid().unwrap_or_default();
        let appends = &self.appends;
        let appended = appends.append(name, &uid, RECORD_PATIENCE, append).await;
        let appended = appended
            .ok_or_else(|| Trouble::Evidence(format!("the store `{name}` has not answered yet")))?
            .map_err(|error| Trouble::Evidence(error.to_string()))?
            .map_err(Trouble::Evidence)?;
        for suspect in &left_out {
            tracing::error!(run = %run.name_any(), %suspect, "left out of the evidence");
        }
        if let Some(text) = record::redacted(&left_out) {
            self.figures.redacted();
            let verification = &run.spec.verification_ref;
            let about = ObjectReference {
                api_version: Some("hipaa-iac.dev/v1alpha1".to_owned()),
                kind: Some("RestoreVerification".to_owned()),
                name: Some(verification.name.clone()),
                namespace: run.namespace(),
                uid: Some(verification.uid.clone()),
                ..ObjectReference::default()
            };
            let told = Told {
                warning: true,
                reason: "EvidenceRedacted".to_owned(),
                text,
                action: ACTION,
                secondary: Some(run.object_ref(&())),
            };
            events::publish(&self.recorder, &about, told).await;
        }
        Ok(appended)
    }

    /// Makes the runs that a verification asks for, lets old ones go, and writes its status; whether a run was made.
    async fn keep(
        &self,
        found: &Found,
        all: &[Run],
        stores: &BTreeSet<String>,
    ) -> Result<bool, Trouble> {
        let verification = &found.object;
        let uid = verification.uid().unwrap_or_default();
        let name = verification.name_any();
        let namespace = verification.namespace().unwrap_or_default();
        if verification.meta().deletion_timestamp.is_some() {
            return Ok(false);
        }
        let spec: &Spec = &verification.spec.0;
        let runs: Vec<Run> = all
            .iter()
            .filter(|run| run.spec.verification_ref.uid == uid)
            .cloned()
            .collect();
        let document = &found.document;
        // What the digests are of: where the backups of a cluster are is part of what is proved.
        let (template, unknown) = match cnpg::located(&self.client, &namespace, document).await {
            Ok(located) => (located, None),
            Err(cnpg::Unknown::Kube(error)) => return Err(error.into()),
            Err(unknown) => (document.clone(), Some(unknown.to_string())),
        };
        let digest = jobs::digest(&template);
        let schedule = spec
            .schedule
            .as_ref()
            .map(|schedule| {
                Schedule::new(
                    &schedule.cron,
                    schedule.time_zone.as_deref(),
                    schedule.jitter_seconds,
                    schedule.starting_deadline_seconds,
                    &uid,
                )
            })
            .transpose();
        let history = spec.history.as_ref();
        let kept = |number: Option<u32>, otherwise| {
            number.map_or(otherwise, |number| {
                usize::try_from(number).unwrap_or(usize::MAX)
            })
        };
        let stored = verification.status.clone().unwrap_or_default();
        let seen = verification::Observed {
            now: Timestamp::now(),
            name: &name,
            uid: &uid,
            generation: verification.meta().generation.unwrap_or(0),
            created: verification
                .meta()
                .creation_timestamp
                .as_ref()
                .map_or(Timestamp::UNIX_EPOCH, |time| time.0),
            suspended: spec.suspend,
            requested: verification
                .annotations()
                .get(verification::REQUEST)
                .map(String::as_str),
            schedule: schedule.as_ref().ok().and_then(Option::as_ref),
            template: &template,
            digest: &digest,
            status: &stored,
            runs: &runs,
            history: (
                kept(history.and_then(|history| history.passed), 10),
                kept(history.and_then(|history| history.failed), 20),
            ),
        };
        let asked = verification::ask(&seen);
        let mut made = false;
        let api: Api<Run> = Api::namespaced(self.client.clone(), &namespace);
        for (run_name, run_spec) in asked.create {
            // The first run waits for the cluster, which may be made after its verification; a slot that comes meanwhile is recorded.
            if unknown.is_some() && run_spec.trigger == RunTrigger::Create {
                continue;
            }
            let mut run = Run::new(&run_name, run_spec);
            run.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
            run.metadata.owner_references = Some(vec![OwnerReference {
                api_version: "hipaa-iac.dev/v1alpha1".to_owned(),
                kind: "RestoreVerification".to_owned(),
                name: name.clone(),
                uid: uid.clone(),
                controller: Some(true),
                block_owner_deletion: None,
            }]);
            match api.create(&PostParams::default(), &run).await {
                Ok(_) => {
                    tracing::info!(run = %run_name, "a run was made");
                    made = true;
                }
                Err(kube::Error::Api(answer)) if answer.reason == "AlreadyExists" => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut said = verification::tell(&seen);
        let problem = match &schedule {
            Err(error) => Some(error.to_string()),
            Ok(_) => unknown.or_else(|| readiness(&template, &namespace, &self.options.settings)),
        };
        let (holds, reason, message) = ready(problem, &template, stores);
        let ready = Condition::new(
            "Ready",
            holds,
            reason,
            message,
            said.observed_generation,
            seen.now.to_string(),
        );
        set_condition(&mut said.conditions, ready);
        for condition in conditions::conditions(&seen, &said) {
            set_condition(&mut said.conditions, condition);
        }
        // A replica that has just begun has read nothing yet: what was said of it stays.
        if self.app.cluster.is_synced() {
            let catalog = self.app.catalog.load_full();
            let cluster = &self.app.cluster;
            let (holds, reason, message) =
                cover::covered(document, &namespace, catalog.as_deref(), cluster);
            let now = seen.now.to_string();
            let generation = said.observed_generation;
            let covered = Condition::new("Covered", holds, reason, message, generation, now);
            set_condition(&mut said.conditions, covered);
        }
        if said != stored && !self.tell(verification, &said).await? {
            return Ok(made);
        }
        // What is gone tells nothing: not that its slot was seen to, nor what it came to.
        for old in asked.prune {
            match api.delete(&old, &DeleteParams::default()).await {
                Err(kube::Error::Api(answer)) if answer.code == 404 => {}
                Err(error) => return Err(error.into()),
                Ok(_) => {}
            }
        }
        Ok(made)
    }

    /// Writes the status of a verification; whether it is written: not where somebody changed it in between.
    async fn tell(
        &self,
        verification: &RestoreVerification,
        said: &RestoreVerificationStatus,
    ) -> Result<bool, Trouble> {
        let namespace = verification.namespace().unwrap_or_default();
        let api: Api<RestoreVerification> = Api::namespaced(self.client.clone(), &namespace);
        let mut new = verification.clone();
        new.status = Some(said.clone());
        match api
            .replace_status(&verification.name_any(), &PostParams::default(), &new)
            .await
        {
            Ok(_) => Ok(true),
            Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a verification can be run and its runs recorded, by what is wrong with its document and the stores that are there.
fn ready(
    problem: Option<String>,
    document: &Value,
    stores: &BTreeSet<String>,
) -> (bool, &'static str, String) {
    if let Some(problem) = problem {
        return (false, "InvalidSpec", problem);
    }
    let store = record::store_name(document);
    if stores.contains(store) {
        return (true, "Valid", String::new());
    }
    let why = format!(
        "there is no EvidenceStore `{store}`: make it, or name another in spec.evidence.storeRef.name; a run counts when its record is in a store"
    );
    (false, "NoEvidenceStore", why)
}

/// Why a verification cannot be run in this cluster.
fn readiness(template: &Value, namespace: &str, settings: &Settings) -> Option<String> {
    jobs::plan_of(template, namespace, "", settings).err()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use axum::{
        Router,
        http::{StatusCode, Uri},
        routing::get,
    };
    use prometheus_client::{encoding::text::encode, registry::Registry};

    use super::*;
    use crate::restore::sample;

    fn volume(name: &str, claim: &str) -> PersistentVolume {
        serde_json::from_value(json!({"metadata": {"name": name},
            "spec": {"claimRef": {"namespace": "hipaa-iac-restore", "name": claim}}}))
        .unwrap()
    }

    /// The longest name of a verification, a slot, a second try: the Job's pod is named by the first 58 letters and five more.
    #[test]
    fn the_volume_of_a_pod_is_waited_for_whatever_is_left_of_its_name() {
        let run = format!("{}-29628180-r2-0c7d5f", "a".repeat(40));
        let pod = format!("{run}-r-").chars().take(58).collect::<String>() + "x7k2p";
        let things = Things {
            volumes: vec![
                volume("scratch", &format!("{pod}-scratch")),
                volume("backup", &format!("{run}-backup")),
                volume(
                    "another",
                    &format!("{}-29628181-0c7d5f-backup", "a".repeat(40)),
                ),
            ],
            ..Things::default()
        };
        let found = things.of("0c7d5f", &run, "hipaa-iac-restore").objects;
        let names: Vec<&str> = found.iter().map(|object| &*object.name).collect();
        assert_eq!(names, ["backup", "scratch"]);
    }

    /// One that leads, with an API server of these routes.
    fn controller(server: Router) -> Controller {
        let args = crate::run::tests::serve(&[
            "--restore-namespace=restore",
            "--restore-image=runner",
            "--evidence-key-file=key",
        ]);
        let client = Client::new(server, "default");
        Controller {
            options: args.restore.options().unwrap(),
            leads: Leads::an_hour(),
            figures: Figures::default(),
            app: Arc::new(crate::run::tests::app(&args)),
            recorder: events::recorder(client.clone(), "pod"),
            notes: Mutex::default(),
            standings: Standings::default(),
            listed: watch::Sender::new(Arc::default()),
            appends: Appends(Mutex::default()),
            client,
        }
    }

    /// An object of the run with the UID `r`.
    fn made<K: DeserializeOwned>(name: &str) -> K {
        let labels = BTreeMap::from([(RUN_UID, "r")]);
        serde_json::from_value(json!({"metadata": {"name": name, "uid": name, "labels": labels}}))
            .unwrap()
    }

    /// The alert hangs on it.
    #[tokio::test]
    async fn a_look_counts_when_everything_could_be_read() {
        for (code, counts) in [
            (StatusCode::OK, true),
            (StatusCode::INTERNAL_SERVER_ERROR, false),
        ] {
            let nothing = json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": []});
            let answer = move || {
                let answer = (code, nothing.to_string());
                async move { answer }
            };
            let controller = controller(Router::new().fallback(answer));
            let looked = controller.look().await;
            assert_eq!(looked.is_ok(), counts, "{code}");
            let mut registry = Registry::with_prefix("hipaa_iac");
            controller.figures.register(&mut registry);
            let mut text = String::new();
            encode(&mut text, &registry).unwrap();
            let never = text.contains("hipaa_iac_restore_looked_timestamp_seconds 0\n");
            assert_eq!(never, !counts, "{code}: {text}");
        }
    }

    /// Admission lets one of them not go.
    #[tokio::test]
    async fn what_may_not_be_deleted_keeps_nothing_else() {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&asked);
        let answer = move |uri: Uri| {
            let told = Arc::clone(&told);
            async move {
                told.lock().unwrap().push(uri.path().to_owned());
                let (code, status) = if uri.path().contains("/configmaps/") {
                    (StatusCode::FORBIDDEN, "Failure")
                } else {
                    (StatusCode::OK, "Success")
                };
                let answer = json!({"apiVersion": "v1", "kind": "Status", "metadata": {}, "status": status,
                    "message": "denied the request", "reason": "Forbidden", "code": code.as_u16()});
                (code, answer.to_string())
            }
        };
        let controller = controller(Router::new().fallback(answer));
        let things = Things {
            configs: vec![made("ehr-spec")],
            jobs: vec![made("ehr-r")],
            claims: vec![made("ehr-backup")],
            pods: vec![made("ehr-r-x7k2p")],
            ..Things::default()
        };
        let mut run = sample::run("ehr", "r");
        run.metadata.namespace = Some("clinic".into());
        run.status = Some(RestoreVerificationRunStatus {
            phase: RunPhase::Cleaning,
            phase_since: Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(
                Timestamp::now(),
            )),
            ..RestoreVerificationRunStatus::default()
        });
        let this = place(&run, &controller.options.settings);
        let stepped = controller.step(&run, &this, &[], &things).await;
        assert!(stepped.is_err(), "{stepped:?}");
        let mut asked = asked.lock().unwrap().clone();
        asked.sort();
        assert_eq!(
            asked,
            [
                "/api/v1/namespaces/restore/configmaps/ehr-spec",
                "/api/v1/namespaces/restore/persistentvolumeclaims/ehr-backup",
                "/api/v1/namespaces/restore/pods/ehr-r-x7k2p",
                "/apis/batch/v1/namespaces/restore/jobs/ehr-r",
            ]
        );
    }

    #[tokio::test]
    async fn what_cannot_be_run_is_known_before_it_takes_a_place() {
        let settings = controller(Router::new()).options.settings;
        let mut run = sample::run("ehr", "r");
        run.spec.template = json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "RestoreVerification",
            "metadata": {"name": "ehr", "namespace": "clinic"},
            "spec": {"source": {"pgDump": {"format": "Custom", "location": {"pvc": {"claimName": "b", "path": "b.age"}},
                "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}},
                "checks": {"canary": {"macKeySecretRef": {"name": "canary", "key": "mac"}, "maxAge": "26h"}}},
        });
        run.spec.spec_digest = jobs::digest(&run.spec.template);
        assert!(place(&run, &settings).can_run);
        let mut deleted = run.clone();
        deleted.metadata.deletion_timestamp = Some(
            k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(Timestamp::now()),
        );
        assert!(!place(&deleted, &settings).can_run);
        run.spec.template["spec"]["source"]["pgDump"]["format"] = json!("Costum");
        run.spec.spec_digest = jobs::digest(&run.spec.template);
        assert!(!place(&run, &settings).can_run);
    }

    #[test]
    fn a_store_that_is_not_there_is_told() {
        let stores = BTreeSet::from(["default".to_owned(), "vault".to_owned()]);
        let of = |problem: Option<&str>, document: Value| {
            let (holds, reason, message) = ready(problem.map(str::to_owned), &document, &stores);
            (holds, reason, message.contains('`'))
        };
        let named = |name: &str| json!({"spec": {"evidence": {"storeRef": {"name": name}}}});
        assert_eq!(of(None, json!({"spec": {}})), (true, "Valid", false));
        assert_eq!(of(None, named("vault")), (true, "Valid", false));
        let missing = (false, "NoEvidenceStore", true);
        assert_eq!(of(None, named("valut")), missing);
        let wrong = (false, "InvalidSpec", false);
        assert_eq!(of(Some("a mistake"), named("vault")), wrong);
        let (.., message) = ready(None, &json!({}), &BTreeSet::new());
        assert!(message.contains("`default`"), "{message}");
    }

    /// The API server asks the kubelet for it, which may be away.
    #[tokio::test]
    async fn a_log_that_cannot_be_read_is_no_answer() {
        let result = record::result(&sample::run("ehr-1", "r"), None);
        let (line, ending) = message::write(&result).unwrap();
        let pod: Pod = serde_json::from_value(json!({"metadata": {"name": "ehr-r-x7k2p"}, "status": {
            "containerStatuses": [{"name": "restore", "image": "", "imageID": "", "ready": false, "restartCount": 0,
                "state": {"terminated": {"exitCode": 0, "message": ending}}}]}}))
        .unwrap();
        let read = async |answer: (StatusCode, String)| {
            let path = "/api/v1/namespaces/restore/pods/ehr-r-x7k2p/log";
            let log = get(move || async move { answer });
            let client = Client::new(Router::new().route(path, log), "default");
            said(&Api::namespaced(client, "restore"), &pod).await
        };
        let away = "dial tcp 10.0.0.7:10250: connect: connection refused";
        let away = read((StatusCode::BAD_GATEWAY, away.to_owned())).await;
        assert_eq!(away, None);
        let whole = read((StatusCode::OK, format!("restored\n{line}\n"))).await;
        assert_eq!(whole, Some(Message::Result(Box::new(result))));
        let cut = read((StatusCode::OK, line[..line.len() / 2].to_owned())).await;
        assert_eq!(cut, Some(Message::Unreadable));
    }

    /// One that hangs holds up its own runs and no others, and one thread.
    #[tokio::test]
    async fn a_store_that_does_not_answer_is_asked_once_and_not_waited_for() {
        let appends = Appends(Mutex::default());
        let begun = Arc::new(AtomicU32::new(0));
        let (answer, answers) = std::sync::mpsc::channel();
        let answers = Arc::new(Mutex::new(answers));
        let hangs = || {
            let (begun, answers) = (Arc::clone(&begun), Arc::clone(&answers));
            move || {
                begun.fetch_add(1, Ordering::Relaxed);
                answers.lock().unwrap().recv().unwrap()
            }
        };
        let short = Duration::from_millis(50);
        let long = Duration::from_mins(1);
        for _ in 0..2 {
            let first = appends.append("away", "first", short, hangs()).await;
            assert!(first.is_none());
            let second = appends.append("away", "second", long, hangs()).await;
            assert!(second.is_none());
        }
        let beside = appends.append("default", "third", long, || 1).await;
        assert_eq!(beside.unwrap().unwrap(), 1);
        answer.send(7).unwrap();
        let first = appends.append("away", "first", long, hangs()).await;
        assert_eq!(first.unwrap().unwrap(), 7);
        assert_eq!(begun.load(Ordering::Relaxed), 1);
        let second = appends.append("away", "second", long, || 8).await;
        assert_eq!(second.unwrap().unwrap(), 8);
    }

    /// A volume that takes long to attach leaves the image its time.
    #[test]
    fn an_image_has_its_time_from_when_it_can_be_pulled() {
        let seen = |conditions: Value| {
            let pod: Pod = serde_json::from_value(json!({"metadata": {"name": "a"}, "status": {
                "startTime": "2026-05-02T03:00:00Z", "conditions": conditions,
                "containerStatuses": [{"name": "restore", "image": "", "imageID": "", "ready": false, "restartCount": 0,
                    "state": {"waiting": {"reason": "ErrImagePull"}}}]}}))
            .unwrap();
            let since = seen_job(&Job::default(), Some(&pod)).pull_fails_since;
            since.unwrap().to_string()
        };
        let ready = |status: &str| json!([{"type": "PodReadyToStartContainers", "status": status, "lastTransitionTime": "2026-05-02T03:07:00Z"}]);
        assert_eq!(seen(ready("True")), "2026-05-02T03:07:00Z");
        assert_eq!(seen(ready("False")), "2026-05-02T03:00:00Z");
        assert_eq!(seen(json!([])), "2026-05-02T03:00:00Z");
    }

    /// The words are those of the kubelet (`pkg/volume/projected`, `pkg/volume/secret` of Kubernetes).
    #[test]
    fn a_pod_that_waits_for_a_secret_is_known() {
        for told in [
            r#"MountVolume.SetUp failed for volume "secrets" : secret "ehr.age" not found"#,
            r#"MountVolume.SetUp failed for volume "secrets" : [secret "ehr.age" not found, secret "ehr.canary" not found]"#,
            r#"MountVolume.SetUp failed for volume "secrets" : references non-existent secret key: identity"#,
        ] {
            assert!(is_of_a_secret(told), "{told}");
        }
        for other in [
            r#"MountVolume.SetUp failed for volume "secrets" : failed to sync secret cache: timed out waiting for the condition"#,
            r#"MountVolume.SetUp failed for volume "spec" : configmap "ehr-spec" not found"#,
            "AttachVolume.Attach failed for volume",
        ] {
            assert!(!is_of_a_secret(other), "{other}");
        }
    }

    /// The words are those of the job controller and of the controller of ephemeral volumes, around those of the API server: of Pod Security, of a
    /// policy, of a webhook, of a `LimitRange`.
    #[test]
    fn what_admission_refuses_a_controller_is_known() {
        for told in [
            r#"Error creating: pods "ehr-r-x7k2p" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true"#,
            r#"Error creating: pods "ehr-r-x7k2p" is forbidden: ValidatingAdmissionPolicy 'images' with binding 'images' denied request: not ours"#,
            r#"Error creating: admission webhook "validate.kyverno.svc-fail" denied the request: no"#,
            r#"(combined from similar events): Error creating: pods "ehr-r-p2k7x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 8Gi"#,
            r#"Error creating: Pod "ehr-r-x7k2p" is invalid: spec.tolerations[0].effect: Unsupported value"#,
            r#"ephemeral volume scratch: create PVC ehr-r-x7k2p-scratch: admission webhook "workloads.hipaa-iac.dev" denied the request: no"#,
        ] {
            assert!(is_final("FailedCreate", told), "{told}");
        }
        for other in [
            r#"Error creating: pods "ehr-r-x7k2p" is forbidden: exceeded quota: runs, requested: pods=1, used: pods=4, limited: pods=4"#,
            r#"Error creating: Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": context deadline exceeded"#,
            "Error creating: etcdserver: request timed out",
        ] {
            assert!(!is_final("FailedCreate", other), "{other}");
        }
    }

    /// Each has its time before it is asked of, and what goes on or is over is not asked of at all.
    #[test]
    fn what_does_not_begin_is_asked_why() {
        let job = |status: Value| -> Job {
            serde_json::from_value(json!({"metadata": {"name": "ehr-r", "uid": "job", "creationTimestamp": "2026-05-02T03:00:00Z"},
                "status": status}))
            .unwrap()
        };
        let pod = |node: Option<&str>, reason: &str| -> Pod {
            serde_json::from_value(json!({"metadata": {"name": "ehr-r-x7k2p", "uid": "pod", "creationTimestamp": "2026-05-02T03:00:00Z"},
                "spec": {"containers": [], "nodeName": node}, "status": {"startTime": "2026-05-02T03:01:00Z",
                "containerStatuses": [{"name": "restore", "image": "", "imageID": "", "ready": false, "restartCount": 0,
                    "state": {"waiting": {"reason": reason}}}]}}))
            .unwrap()
        };
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let active = job(json!({}));
        let asked = |pod: Option<&Pod>, now: &str| {
            held(&active, pod, at(now)).map(|held| format!("{} {}", held.event, held.uid))
        };
        let (early, late) = ("2026-05-02T03:02:00Z", "2026-05-02T03:02:01Z");
        assert_eq!(asked(None, early), None);
        assert_eq!(asked(None, late).as_deref(), Some("FailedCreate job"));
        let waits = pod(None, "ContainerCreating");
        assert_eq!(asked(Some(&waits), early), None);
        assert_eq!(
            asked(Some(&waits), late).as_deref(),
            Some("FailedBinding pod")
        );
        // From when the node took it.
        let mounts = pod(Some("node"), "ContainerCreating");
        assert_eq!(asked(Some(&mounts), "2026-05-02T03:03:00Z"), None);
        assert_eq!(
            asked(Some(&mounts), "2026-05-02T03:03:01Z").as_deref(),
            Some("FailedMount pod")
        );
        let pulls = pod(Some("node"), "ImagePullBackOff");
        assert_eq!(asked(Some(&pulls), "2026-05-02T04:00:00Z"), None);
        let over = job(
            json!({"conditions": [{"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}]}),
        );
        assert_eq!(held(&over, None, at(late)), None);
    }

    /// `helm upgrade` with another namespace, or without snapshots, while a run is under way.
    #[test]
    fn what_is_not_looked_for_is_not_gone() {
        let settings = |namespace: &str, snapshots| Settings {
            namespace: namespace.into(),
            image: "runner".into(),
            fetch_identities: Vec::new(),
            backup_size: "1Gi".into(),
            backup_class: None,
            store_ca: None,
            snapshots,
        };
        let mut status = RestoreVerificationRunStatus::default();
        status.scratch.namespace = Some("restore".into());
        status.scratch.objects = vec![
            "ConfigMap/ehr-spec".into(),
            "VolumeSnapshotContent/hipaa-iac-ehr".into(),
            "VolumeSnapshot/ehr-snapshot".into(),
            "Job/ehr-r".into(),
        ];
        let kinds = |settings: &Settings| -> Vec<String> {
            let objects = out_of_sight(&status, settings);
            objects.into_iter().map(|object| object.kind).collect()
        };
        assert!(kinds(&settings("restore", true)).is_empty());
        assert_eq!(
            kinds(&settings("restore", false)),
            ["VolumeSnapshotContent", "VolumeSnapshot"]
        );
        assert_eq!(kinds(&settings("elsewhere", true)).len(), 4);

        // So it is waited for, and told in the end; not a word says that it is gone.
        let now: Timestamp = "2026-05-02T03:00:00Z".parse().unwrap();
        status.phase = RunPhase::Cleaning;
        status.verdict = Some("Passed".into());
        status.phase_since = Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(now));
        let mut seen = machine::Observed {
            now,
            scratch: Scratch {
                objects: out_of_sight(&status, &settings("elsewhere", true)),
                ..Scratch::default()
            },
            status,
            stopped: false,
            finalizer: true,
            plan: Err(String::new()),
            missed: false,
            sibling: false,
            turn: false,
            recorded: None,
            refused: None,
        };
        assert!(matches!(&*machine::reduce(&seen), [Action::Wait(_)]));
        seen.now += machine::CLEANUP_PATIENCE + jiff::SignedDuration::from_secs(1);
        let actions = machine::reduce(&seen);
        let [Action::Write(written)] = &*actions else {
            panic!("{actions:?}");
        };
        assert_eq!(written.phase, RunPhase::Recording);
        assert_eq!(written.verdict.as_deref(), Some("Inconclusive"));
        assert_eq!(written.scratch.verified_absent_at, None);
    }

    #[test]
    fn the_longer_runs_take_to_be_read_the_more_seldom_they_are() {
        let pause = |done, reading| {
            let reading = Duration::from_millis(reading);
            Looked { done, reading }.pause()
        };
        assert_eq!(pause(false, 20), PERIOD);
        assert_eq!(pause(true, 20), SOON);
        assert_eq!(pause(true, 2000), Duration::from_secs(8));
        assert_eq!(pause(false, 2000), Duration::from_secs(8));
    }

    #[test]
    fn a_job_goes_after_its_pods() {
        let sent = |kind: &str| {
            let object = machine::Object {
                kind: kind.into(),
                name: "ehr-r".into(),
                uid: "7".into(),
                terminating: false,
                terminating_since: None,
            };
            json!(deletion(&object))
        };
        let foreground = json!({"preconditions": {"uid": "7"}, "propagationPolicy": "Foreground"});
        assert_eq!(sent("Job"), foreground);
        assert_eq!(sent("Pod")["propagationPolicy"], "Background");
    }

    #[test]
    fn what_will_never_be_made_is_told_from_what_may_be() {
        let said = |code: u16, message: &str| {
            let answer =
                json!({"status": "Failure", "message": message, "reason": "", "code": code});
            let answer: kube::core::Status = serde_json::from_value(answer).unwrap();
            refusal(&Trouble::Kube(kube::Error::Api(Box::new(answer)))).map(|(reason, _)| reason)
        };
        let never = Some(Reason::ConfigError);
        assert_eq!(
            said(400, "quantities must match the regular expression"),
            never
        );
        assert_eq!(said(403, "denied the request"), never);
        assert_eq!(said(422, "is invalid"), never);
        assert_eq!(said(403, "exceeded quota: runs"), None);
        assert_eq!(said(500, "failed calling webhook"), None);
        assert_eq!(said(409, "the object has been modified"), None);
        // What the types of a Job do not take.
        let no_job =
            json!({"spec": {"template": {"spec": {"containers": [], "tolerations": [7]}}}});
        let why = serde_json::from_value::<Job>(no_job).unwrap_err();
        let mistake = Trouble::Mistake(why.to_string());
        assert_eq!(refusal(&mistake).map(|(reason, _)| reason), never);
    }
}
