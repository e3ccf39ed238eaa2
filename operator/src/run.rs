//! The program: tasks, their wiring, and how it starts and stops.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpListener,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::{ArcSwap, ArcSwapOption};
use axum_server::Handle;
use futures::StreamExt as _;
use hipaa_iac_api::{Agreement, GROUP, Policy, Waiver};
use k8s_openapi::{
    ByteString,
    api::{
        admissionregistration::v1::{ValidatingWebhook, ValidatingWebhookConfiguration},
        core::v1::{ConfigMap, Secret},
        discovery::v1::EndpointSlice,
        rbac::v1::ClusterRole,
    },
    apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
};
use kube::{
    Api, Client, Resource as _, ResourceExt,
    api::{
        ApiResource, DynamicObject, GroupVersionKind, ListParams, PartialObjectMeta, Patch,
        PatchParams,
    },
    runtime::{WatchStreamExt as _, reflector, reflector::Store as Reader, watcher},
};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore, watch};

use crate::{
    args::{Mode, Serve},
    audit,
    catalog::{
        self, ActiveWaiver, Base, Catalog, CatalogError, GroupKind, MODE_KEY, PolicyInput,
        Resources,
    },
    certificates::{self, Bundle, Profile, Step, Trust},
    cluster::{Cluster, State},
    connections,
    discovery::{Discovered, discover},
    judge::Options,
    lease::{self, Leads},
    metrics::{KindLabels, Metrics, RoleLabels, StateLabels},
    register::{NAME_LABEL, Registration},
    restore, secret,
    server::{self, App, timestamp, today, unix_now},
    standing::Standing,
    status,
    tls::{self, Demands, Identity},
    watch::Watches,
};

/// The annotation of the state ConfigMap under which the operator leaves the webhook configuration alone.
const HOLD_KEY: &str = "hipaa-iac.dev/hold";
/// How long a new CA is trusted before the first certificate under it is served: API servers learn of it by their own watches.
const OVERLAP: Duration = Duration::from_secs(15);
/// How long after a change of its definition a kind may take to be served.
const SETTLING: Duration = Duration::from_secs(10);
/// Who writes, in the eyes of server-side apply.
const FIELD_MANAGER: &str = "hipaa-iac-operator";
/// How long connections may finish after the drain.
const GRACE: Duration = Duration::from_secs(10);

/// Why the operator ends.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A file or a socket.
    #[error("{what}: {error}")]
    Io {
        /// Which.
        what: String,
        /// Why.
        error: std::io::Error,
    },
    /// What is configured has a mistake.
    #[error("{0}")]
    Catalog(#[from] CatalogError),
    /// TLS.
    #[error("{0}")]
    Tls(#[from] tls::TlsError),
    /// No way to the API server is configured.
    #[error("there is no way to the API server: {0}")]
    Client(String),
}

fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> RunError {
    let what = what.into();
    move |error| RunError::Io { what, error }
}

/// What the tasks share beside [`App`].
struct Shared {
    app: Arc<App>,
    args: Serve,
    client: Client,
    objects: Objects,
    discovered: ArcSwap<Discovered>,
    /// The CAs that should be trusted, in PEM.
    authorities: ArcSwapOption<String>,
    /// What the webhook configuration says of CAs, as the leader sees it, and since when.
    trust: Mutex<(Trust, Instant)>,
    leads: Leads,
    /// When a definition of a custom resource that policies name was last heard of.
    defined: ArcSwapOption<Instant>,
    /// Something in force may have changed.
    changed: Notify,
    /// The catalog, the certificates or the leader have changed: the configuration and statuses are looked at.
    publish: Notify,
    tell: Notify,
}

/// The custom resources, as they come: one that cannot be read does not hide the others.
struct Objects {
    policies: Reader<DynamicObject>,
    waivers: Reader<DynamicObject>,
    agreements: Reader<DynamicObject>,
}

/// Policies need 8 MiB of stack at most, and get a new one for each review where the thread has less. What is not used costs no memory.
const STACK_BYTES: usize = 12 << 20;

/// What the operator runs on.
///
/// # Errors
/// Where the system gives no threads.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    raise_descriptors();
    tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
}

/// Takes as many descriptors as the system grants: each connection takes one, and a container may begin with 1,024. Where that is refused it goes on with
/// what there is.
fn raise_descriptors() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
    }
}

/// Serves until it is told to stop.
///
/// # Errors
/// See [`RunError`].
pub async fn serve(args: Serve) -> Result<(), RunError> {
    let began = Instant::now();
    // A second call would only say that there is one.
    let _ = tls::provider().install_default();
    let config = match &args.config {
        Some(path) => Some((
            path.display().to_string(),
            tokio::fs::read_to_string(path)
                .await
                .map_err(io(path.display().to_string()))?,
        )),
        None => None,
    };
    let base = Base::new(
        config
            .as_ref()
            .map(|(path, text)| (path.as_str(), text.as_str())),
        args.mode,
        &args.policy_modes,
        args.restore.restore_namespace.is_some(),
    )?;
    let client_authorities = match &args.client_ca_file {
        Some(path) => Some(
            tokio::fs::read_to_string(path)
                .await
                .map_err(io(path.display().to_string()))?,
        ),
        None => None,
    };
    let identity = Identity::new(Demands {
        client_authorities,
        client_name: args.client_name.clone(),
        minimum: args.tls_min,
    })?;
    let (log, writer) = audit::Log::open(
        args.audit_log.as_deref(),
        args.audit_log_limit,
        !args.no_audit_stdout,
        &args.pod_name,
        &settings(&base, &args),
    )
    .map_err(io("the audit log"))?;
    let app = Arc::new(App {
        base,
        catalog: ArcSwapOption::empty(),
        cluster: Cluster::default(),
        options: Options {
            connect_mode: args.connect_mode,
            connect_groups: args.connect_groups.clone(),
        },
        mode: args.mode,
        waiver_namespaces: args.waiver_namespaces(),
        metrics: Metrics::new(),
        audit: log,
        identity,
        connections: connections::MOST,
        permits: Arc::new(Semaphore::new(args.max_concurrent.max(1))),
        turns: server::Turns::default(),
        room: server::Room::default(),
        deadline: server::DEADLINE,
        stopping: AtomicBool::new(false),
    });
    let listener = TcpListener::bind(args.listen).map_err(io(args.listen.to_string()))?;
    let probes =
        TcpListener::bind(args.metrics_listen).map_err(io(args.metrics_listen.to_string()))?;
    let (handle, probe_handle) = (Handle::new(), Handle::new());
    let mut servers = tokio::task::JoinSet::new();
    servers.spawn(server::serve_webhook(
        Arc::clone(&app),
        listener,
        handle.clone(),
    ));
    servers.spawn(server::serve_probes(
        Arc::clone(&app),
        probes,
        probe_handle.clone(),
    ));

    let client = Client::try_default()
        .await
        .map_err(|error| RunError::Client(error.to_string()))?;
    let election = lease::start(client.clone(), &args.namespace, &args.name, &args.pod_name);
    let (policies, policy_events) = custom::<Policy>(&client);
    let (waivers, waiver_events) = custom::<Waiver>(&client);
    let (agreements, agreement_events) = custom::<Agreement>(&client);
    let shared = Arc::new(Shared::new(
        Arc::clone(&app),
        args.clone(),
        client.clone(),
        Objects {
            policies,
            waivers,
            agreements,
        },
        election.leads(),
    ));
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(tell_ready(Arc::clone(&app), began));
    for (kind, events) in [
        ("Policy", policy_events),
        ("Waiver", waiver_events),
        ("Agreement", agreement_events),
    ] {
        let shared = Arc::clone(&shared);
        tasks.spawn(async move { follow(kind, events, || shared.changed.notify_one()).await });
    }
    tasks.spawn(follow_definitions(Arc::clone(&shared)));
    tasks.spawn(keep_catalog(Arc::clone(&shared)));
    tasks.spawn(keep_certificates(Arc::clone(&shared)));
    tasks.spawn(keep_registered(Arc::clone(&shared)));
    tasks.spawn(keep_statuses(Arc::clone(&shared)));
    tasks.spawn(keep_figures(Arc::clone(&shared)));
    if let Some(options) = args.restore.options() {
        let recorder = restore::events::recorder(client.clone(), &args.pod_name);
        tasks.spawn(restore::coverage::run(
            Arc::clone(&app),
            recorder.clone(),
            election.leads(),
        ));
        let (listed, runs) = watch::channel(Arc::default());
        tasks.spawn(restore::stores::run(
            client.clone(),
            options.key.clone(),
            app.metrics.restores.clone(),
            election.leads(),
            runs,
        ));
        tasks.spawn(restore::controller::run(
            client,
            options,
            Arc::clone(&app),
            election.leads(),
            recorder,
            listed,
        ));
    }

    let outcome = tokio::select! {
        () = stop_signal() => Ok(()),
        ended = servers.join_next() => match ended {
            Some(Ok(Err(error))) => Err(io("the server")(error)),
            _ => Err(io("the server")(std::io::Error::other("it ended"))),
        },
    };
    tracing::info!("stopping: readiness has ended, requests are still taken");
    app.stopping.store(true, Ordering::Relaxed);
    // The next leader begins now: after a change of `tls.mode` nobody trusts its certificate before it has written so.
    election.resign().await;
    if outcome.is_ok() {
        tokio::time::sleep(args.drain).await;
    }
    tasks.shutdown().await;
    handle.graceful_shutdown(Some(GRACE));
    probe_handle.graceful_shutdown(Some(Duration::from_secs(1)));
    while servers.join_next().await.is_some() {}
    // The writer ends when the last sender is gone.
    drop(shared);
    drop(app);
    let written = tokio::task::spawn_blocking(move || writer.finish());
    if tokio::time::timeout(Duration::from_secs(5), written)
        .await
        .is_err()
    {
        tracing::error!("the audit log was not finished in time");
    }
    outcome
}

/// What changes answers beside the texts of policies, and what the custom resources say.
fn settings(base: &Base, args: &Serve) -> Value {
    json!({
        "policies": base.settings(),
        "connectMode": args.connect_mode,
        "connectGroups": args.connect_groups,
        "excludeNamespaces": args.exclude_namespaces,
        "waiverNamespaces": args.waiver_namespaces(),
    })
}

/// Tells when reviews can be answered for the first time, and after how long.
async fn tell_ready(app: Arc<App>, began: Instant) {
    while app.ready().is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tracing::info!(
        seconds = began.elapsed().as_secs_f64(),
        "ready to answer reviews"
    );
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

type Events = std::pin::Pin<
    Box<dyn futures::Stream<Item = Result<watcher::Event<DynamicObject>, watcher::Error>> + Send>,
>;

/// A store of the objects of one of our kinds, and the stream that fills it.
fn custom<K: kube::Resource<DynamicType = ()>>(client: &Client) -> (Reader<DynamicObject>, Events) {
    let resource = ApiResource::erase::<K>(&());
    let writer = reflector::store::Writer::new(resource.clone());
    let reader = writer.as_reader();
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
    let events = watcher(api, watcher::Config::default().page_size(250))
        .default_backoff()
        .map(|event| {
            event.map(|event| match event {
                watcher::Event::Apply(object) => watcher::Event::Apply(slim(object)),
                watcher::Event::InitApply(object) => watcher::Event::InitApply(slim(object)),
                other => other,
            })
        });
    (reader, Box::pin(reflector(writer, events)))
}

fn slim(mut object: DynamicObject) -> DynamicObject {
    object.managed_fields_mut().clear();
    object
        .annotations_mut()
        .remove("kubectl.kubernetes.io/last-applied-configuration");
    object
}

/// Hears of what becomes of our own resources. Where their definition is missing every attempt begins and fails: nothing has changed, and the
/// stream's own patience never grows.
async fn follow(kind: &'static str, mut events: Events, changed: impl Fn()) {
    let mut standing = Standing::default();
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Init) => {}
            Ok(_) => {
                if standing.becomes(None) {
                    tracing::info!(kind, "the custom resources are watched again");
                }
                changed();
            }
            Err(error) => {
                if standing.fails(&error.to_string(), Instant::now()) {
                    tracing::warn!(kind, %error, "the custom resources cannot be watched; it is tried again");
                }
                tokio::time::sleep(standing.pause()).await;
            }
        }
    }
}

/// Hears of definitions of custom resources that come, change and go, so that a kind that policies name is watched and registered at once.
/// Without the right to watch them, the look that is taken once a minute finds it.
async fn follow_definitions(shared: Arc<Shared>) {
    let api: Api<PartialObjectMeta<CustomResourceDefinition>> = Api::all(shared.client.clone());
    let config = watcher::Config::default().page_size(250);
    let mut events = Box::pin(watcher(api, config).default_backoff());
    let mut standing = Standing::default();
    while let Some(event) = events.next().await {
        match event {
            Ok(watcher::Event::Init) => {}
            Ok(watcher::Event::Apply(definition) | watcher::Event::Delete(definition)) => {
                // Its name is the plural and the group.
                let name = definition.name_any();
                let group = name.split_once('.').map_or("", |(_, group)| group);
                let named = shared.app.catalog.load().as_ref().is_some_and(|catalog| {
                    catalog
                        .judged_kinds()
                        .iter()
                        .any(|kind| &*kind.group == group)
                        || catalog
                            .watched_kinds()
                            .iter()
                            .any(|kind| &*kind.group == group)
                });
                if named {
                    shared.defined.store(Some(Arc::new(Instant::now())));
                    shared.changed.notify_one();
                }
            }
            Ok(_) => {
                standing.becomes(None);
            }
            Err(error) => {
                standing.fails(&error.to_string(), Instant::now());
                tracing::debug!(%error, "the definitions of custom resources could not be watched");
                tokio::time::sleep(standing.pause()).await;
            }
        }
    }
}

fn policy_input(object: &DynamicObject) -> PolicyInput {
    PolicyInput {
        name: object.name_any(),
        mode: object
            .annotations()
            .get(MODE_KEY)
            .and_then(|mode| mode.parse().ok()),
        spec: object.data.get("spec").cloned().unwrap_or_default(),
    }
}

/// The form of a policy that its status keeps, where it is not the one of now.
fn kept_form(object: &DynamicObject) -> Option<(String, String)> {
    let form = object.data.get("status")?.get("inForce")?.as_str()?;
    let now = object.data.get("spec").map(catalog::form);
    (now.as_deref() != Some(form)).then(|| (object.name_any(), form.to_owned()))
}

fn active_waiver(object: &DynamicObject) -> Option<ActiveWaiver> {
    let spec = serde_json::from_value(object.data.get("spec")?.clone()).ok()?;
    Some(ActiveWaiver {
        id: format!(
            "{}/{}",
            object.namespace().unwrap_or_default(),
            object.name_any()
        ),
        spec,
    })
}

fn agreement_spec(object: &DynamicObject) -> Option<hipaa_iac_engine::Agreement> {
    serde_json::from_value(object.data.get("spec")?.clone()).ok()
}

impl Shared {
    /// One that knows nothing of the cluster yet.
    fn new(app: Arc<App>, args: Serve, client: Client, objects: Objects, leads: Leads) -> Self {
        Self {
            app,
            args,
            client,
            objects,
            discovered: ArcSwap::default(),
            authorities: ArcSwapOption::empty(),
            trust: Mutex::new((Trust::default(), Instant::now())),
            leads,
            defined: ArcSwapOption::empty(),
            changed: Notify::new(),
            publish: Notify::new(),
            tell: Notify::new(),
        }
    }

    fn leads(&self) -> bool {
        self.leads.now()
    }

    /// Takes note of what the webhook configuration says of CAs.
    fn sees(&self, trust: Trust) {
        let mut known = self.trust.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 != trust {
            *known = (trust, Instant::now());
        }
    }

    /// Whom API servers trust, and whether all of them have had time to hear of it by their own watches.
    fn trust(&self) -> (Trust, bool) {
        if self.args.no_register {
            return (Trust::Nobody, true);
        }
        let known = self.trust.lock().unwrap_or_else(PoisonError::into_inner);
        (known.0.clone(), known.1.elapsed() >= OVERLAP)
    }

    fn counts(&self, object: &DynamicObject) -> bool {
        object
            .namespace()
            .is_some_and(|namespace| self.app.waiver_namespaces.contains(&namespace))
    }

    fn resources(&self) -> Resources {
        let of_cluster = self.objects.policies.state();
        let mut policies: Vec<PolicyInput> = of_cluster
            .iter()
            .map(|object| policy_input(object))
            .collect();
        let kept = of_cluster
            .iter()
            .filter_map(|object| kept_form(object))
            .collect();
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        let waivers = self
            .objects
            .waivers
            .state()
            .iter()
            .filter(|object| self.counts(object))
            .filter_map(|object| active_waiver(object))
            .collect();
        let mut agreements: Vec<(String, hipaa_iac_engine::Agreement)> = self
            .objects
            .agreements
            .state()
            .iter()
            .filter_map(|object| Some((object.name_any(), agreement_spec(object)?)))
            .collect();
        agreements.sort_by(|a, b| a.0.cmp(&b.0));
        Resources {
            policies,
            kept,
            waivers,
            agreements,
        }
    }
}

/// Rebuilds what is in force when something has changed, when the day has, and once a minute looks what the API server serves, sooner where it
/// could not be asked all.
async fn keep_catalog(shared: Arc<Shared>) {
    for reader in [
        &shared.objects.policies,
        &shared.objects.waivers,
        &shared.objects.agreements,
    ] {
        if reader.wait_until_ready().await.is_err() {
            return;
        }
    }
    let mut last_good: BTreeMap<String, Value> = BTreeMap::new();
    let mut watches = Watches::default();
    // What the catalog was made of.
    let mut made_of = String::new();
    let mut made: Option<Arc<Catalog>> = None;
    let (mut building, mut reading) = (Standing::default(), Standing::default());
    let mut is_read = true;
    loop {
        let resources = shared.resources();
        let now = format!("{} {resources:?}", today());
        if now != made_of {
            match build(&shared, resources, &mut last_good).await {
                Ok(catalog) => {
                    for bad in &catalog.quarantined {
                        tracing::warn!(policy = %bad.name, message = %bad.message, "a policy is quarantined");
                    }
                    tracing::info!(policies = catalog.count, digest = %catalog.digest, "policies were put together");
                    made = Some(Arc::new(catalog));
                    made_of = now;
                    building.becomes(None);
                }
                Err(error) => {
                    if building.becomes(Some(&error)) {
                        tracing::error!(%error, "the policies could not be put together; the last good set keeps serving");
                    }
                }
            }
        }
        if let Some(catalog) = &made {
            let trouble = read_cluster(&shared, catalog, &mut watches).await;
            is_read = trouble.is_none();
            if reading.becomes(trouble.as_deref())
                && let Some(trouble) = trouble
            {
                tracing::warn!(%trouble, "the API server could not be asked all that it serves");
            }
            // Before the first answer of the API server the kinds that are watched are not known, and nothing is ready.
            if !shared.discovered.load().served.is_empty() {
                shared.app.catalog.store(Some(Arc::clone(catalog)));
                shared.publish.notify_one();
                shared.tell.notify_one();
            }
        }
        let news = shared
            .defined
            .load()
            .as_ref()
            .is_some_and(|at| at.elapsed() < SETTLING);
        let wait = if news || shared.app.catalog.load().is_none() {
            Duration::from_secs(2)
        } else if is_read {
            Duration::from_mins(1)
        } else {
            reading.pause()
        };
        tokio::select! {
            () = shared.changed.notified() => {
                // Changes come in bursts.
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn build(
    shared: &Arc<Shared>,
    resources: Resources,
    last_good: &mut BTreeMap<String, Value>,
) -> Result<Catalog, String> {
    let for_build = Arc::clone(shared);
    let mut good = last_good.clone();
    let built = tokio::task::spawn_blocking(move || {
        let catalog = Catalog::build(&for_build.app.base, &resources, &mut good, today());
        catalog.map(|catalog| (catalog, good))
    })
    .await;
    match built {
        Ok(Ok((catalog, good))) => {
            *last_good = good;
            Ok(catalog)
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// Asks what the API server serves of what the catalog names, and watches what policies read. What could not be asked, if anything.
async fn read_cluster(shared: &Shared, catalog: &Catalog, watches: &mut Watches) -> Option<String> {
    let watched: BTreeSet<GroupKind> = catalog.watched_kinds();
    let mut kinds = watched.clone();
    kinds.extend(catalog.judged_kinds().into_iter().cloned());
    match discover(&shared.client, &kinds).await {
        Ok(Discovered { mut served, failed }) => {
            for (kind, known) in &shared.discovered.load().served {
                if failed.contains(&*kind.group) && kinds.contains(kind) {
                    served.insert(kind.clone(), known.clone());
                }
            }
            watches.set(
                &shared.client,
                &shared.app.cluster,
                &watched,
                &catalog.read_kinds(),
                &served,
                &failed,
            );
            let groups: Vec<&str> = failed.iter().map(String::as_str).collect();
            let trouble =
                (!groups.is_empty()).then(|| format!("no answer for {}", groups.join(", ")));
            shared
                .discovered
                .store(Arc::new(Discovered { served, failed }));
            trouble
        }
        Err(error) => Some(error.to_string()),
    }
}

/// Keeps the certificate that is served: from files, or from the Secret, which the leader renews; and the CAs of clients, if they are to show theirs.
async fn keep_certificates(shared: Arc<Shared>) {
    let (mut standing, mut demanding) = (Standing::default(), Standing::default());
    loop {
        let result = read_clients(&shared).await;
        tell_kept(
            &mut demanding,
            result,
            "client certificates of other CAs are taken from now on",
            "the CAs for client certificates could not be kept current",
        );
        let result = match (&shared.args.tls_cert_file, &shared.args.tls_key_file) {
            (Some(certificate), Some(key)) => {
                let authority = shared.args.tls_ca_file.as_deref();
                match secret::read_files(certificate, key, authority).await {
                    Ok((chain, key, authority)) => {
                        if let Some(authority) = authority {
                            set_authorities(&shared, authority);
                        }
                        shared
                            .app
                            .identity
                            .set(&chain, &key)
                            .map_err(|error| error.to_string())
                    }
                    Err(error) => Err(error.to_string()),
                }
            }
            _ => managed(&shared).await,
        };
        tell_kept(
            &mut standing,
            result,
            "another certificate is served from now on",
            "the certificate could not be kept current",
        );
        let wait = if shared.app.identity.validity().is_none() {
            // Every replica is ready as soon as the leader has made one.
            Duration::from_millis(250)
        } else {
            // Wall-clock time is compared each time: a machine that slept is noticed.
            Duration::from_secs(10)
        };
        tokio::time::sleep(wait).await;
    }
}

/// Logs that what is kept became another, or why it could not be kept: that is tried again every few seconds, and said once.
fn tell_kept(standing: &mut Standing, kept: Result<bool, String>, other: &str, not: &str) {
    let is_news = standing.becomes(kept.as_ref().err().map(String::as_str));
    match kept {
        Ok(true) => tracing::info!("{other}"),
        Err(error) if is_news => tracing::warn!(%error, "{not}"),
        Ok(false) | Err(_) => {}
    }
}

/// Reads the CAs of clients again, which change when the API server's do. Whether they were others.
async fn read_clients(shared: &Shared) -> Result<bool, String> {
    let Some(path) = &shared.args.client_ca_file else {
        return Ok(false);
    };
    let told = |error: String| format!("{}: {error}", path.display());
    let pem = tokio::fs::read_to_string(path)
        .await
        .map_err(|error| told(error.to_string()))?;
    let identity = &shared.app.identity;
    identity
        .set_client_authorities(&pem)
        .map_err(|error| told(error.to_string()))
}

fn set_authorities(shared: &Shared, pem: String) {
    let known = shared.authorities.load();
    if known.as_deref() != Some(&pem) {
        shared.authorities.store(Some(Arc::new(pem)));
        shared.publish.notify_one();
    }
}

async fn managed(shared: &Shared) -> Result<bool, String> {
    let args = &shared.args;
    let api: Api<Secret> = Api::namespaced(shared.client.clone(), &args.namespace);
    let secret = api
        .get_opt(&args.tls_secret)
        .await
        .map_err(|error| format!("Secret {}: {error}", args.tls_secret))?;
    let bundle = secret.as_ref().and_then(secret::read);
    let profile = profile(args);
    let (trust, settled) = shared.trust();
    let step = certificates::safe_step(bundle.as_ref(), &profile, unix_now(), &trust, settled);
    // Where there is nothing to serve, nobody waits for a leader: during a change of `tls.mode` it may be one that keeps no Secret. Of two that write
    // one loses.
    let may_write = shared.leads() || step == Step::Everything;
    if step != Step::None && may_write {
        let new = certificates::take_step(bundle.as_ref(), step, &profile, unix_now())
            .map_err(|error| error.to_string())?;
        let written = secret::write(&api, &args.tls_secret, secret, &new)
            .await
            .map_err(|error| format!("Secret {}: {error}", args.tls_secret))?;
        if written {
            tracing::info!(?step, "certificates were renewed");
            return serve_bundle(shared, &new);
        }
        return Ok(false);
    }
    match bundle {
        Some(bundle) => serve_bundle(shared, &bundle),
        None => Ok(false),
    }
}

fn profile(args: &Serve) -> Profile {
    Profile {
        names: vec![
            format!("{}.{}.svc", args.service, args.namespace),
            format!("{}.{}.svc.cluster.local", args.service, args.namespace),
            format!("{}.{}", args.service, args.namespace),
            args.service.clone(),
        ],
        authority: format!("{} webhook CA", args.name),
        ca_lifetime: args.ca_lifetime,
        lifetime: args.certificate_lifetime,
    }
}

fn serve_bundle(shared: &Shared, bundle: &Bundle) -> Result<bool, String> {
    set_authorities(shared, bundle.authorities.clone());
    shared
        .app
        .identity
        .set(&bundle.certificate, &bundle.key)
        .map_err(|error| error.to_string())
}

/// Keeps the webhook configuration: made when there is somebody who answers, and never against an administrator who took it away.
async fn keep_registered(shared: Arc<Shared>) {
    let mut standing = Standing::default();
    loop {
        if !shared.leads() {
            shared.sees(Trust::Unknown);
        }
        let mut registered = false;
        if shared.leads() && !shared.args.no_register && shared.app.ready().is_ok() {
            match register(&shared).await {
                Ok(Registered::Yes) => {
                    registered = true;
                    if standing.becomes(None) {
                        tracing::info!("the webhook configuration is kept again");
                    }
                }
                Ok(Registered::Held(why)) => {
                    if standing.becomes(Some(why)) {
                        tracing::warn!(why, "the webhook configuration is left alone");
                    }
                }
                Ok(Registered::Waiting) => {}
                Err(error) => {
                    if standing.becomes(Some(&error.to_string())) {
                        tracing::warn!(%error, "the webhook configuration could not be written");
                    }
                }
            }
        }
        // What was seen before may be over, and a replica that goes on telling it hides that from the alert.
        shared.app.metrics.registered.set(i64::from(registered));
        let wait = Duration::from_secs(if registered { 20 } else { 2 });
        tokio::select! {
            () = shared.publish.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

enum Registered {
    Yes,
    /// An administrator took it away.
    Held(&'static str),
    /// Nobody would answer yet.
    Waiting,
}

async fn register(shared: &Shared) -> Result<Registered, kube::Error> {
    let args = &shared.args;
    let Some(catalog) = shared.app.catalog.load_full() else {
        return Ok(Registered::Waiting);
    };
    let states: Api<ConfigMap> = Api::namespaced(shared.client.clone(), &args.namespace);
    let state_name = format!("{}-state", args.name);
    let state = states.get_opt(&state_name).await?;
    let api: Api<ValidatingWebhookConfiguration> = Api::all(shared.client.clone());
    let there = api.get_opt(&args.name).await?;
    if state
        .as_ref()
        .is_some_and(|state| state.annotations().contains_key(HOLD_KEY))
    {
        shared.sees(there.as_ref().map_or(Trust::Nobody, held));
        return Ok(Registered::Held(
            "the state ConfigMap carries the annotation hipaa-iac.dev/hold",
        ));
    }
    let was = state
        .as_ref()
        .and_then(|state| state.data.as_ref()?.get("registered"))
        .is_some_and(|registered| registered == "true");
    if there.is_none() && was {
        shared.sees(Trust::Nobody);
        return Ok(Registered::Held(
            "somebody deleted it; delete the state ConfigMap to have it made again",
        ));
    }
    let authorities = shared.authorities.load_full();
    let injected = args.cert_manager_certificate.is_some();
    let given = args.tls_cert_file.is_some();
    if authorities.is_none() && !injected && !given {
        return Ok(Registered::Waiting);
    }
    if there.is_none() && !somebody_answers(shared).await? {
        return Ok(Registered::Waiting);
    }
    let owner = match &args.owner_cluster_role {
        Some(name) => {
            let roles: Api<ClusterRole> = Api::all(shared.client.clone());
            roles
                .get_opt(name)
                .await?
                .and_then(|role| role.uid())
                .map(|uid| (name.clone(), uid))
        }
        None => None,
    };
    let encoded = authorities
        .as_ref()
        .filter(|_| !injected)
        .and_then(|pem| serde_json::to_value(ByteString(pem.as_bytes().to_vec())).ok())
        .and_then(|value| value.as_str().map(str::to_owned));
    let mut configuration = Registration {
        args,
        catalog: &catalog,
        discovered: &shared.discovered.load(),
        live: there.as_ref(),
        authorities: encoded.as_deref(),
        owner: owner
            .as_ref()
            .map(|(name, uid)| (name.as_str(), uid.as_str())),
    }
    .configuration();
    // With the UID the API server does not make it anew should somebody have deleted it this very moment.
    if let Some(uid) = there.as_ref().and_then(ResourceExt::uid)
        && let Some(metadata) = configuration
            .get_mut("metadata")
            .and_then(Value::as_object_mut)
    {
        metadata.insert("uid".to_owned(), uid.into());
    }
    // What was asked for may have been long in coming, and another may lead by now.
    if !shared.leads() {
        return Ok(Registered::Waiting);
    }
    let live = api
        .patch(
            &args.name,
            &PatchParams::apply(FIELD_MANAGER).force(),
            &Patch::Apply(&configuration),
        )
        .await?;
    if let Some(webhooks) = put_right(&configuration, &live) {
        tracing::warn!("somebody changed the webhook configuration; it is put right");
        let webhooks = Patch::Merge(json!({"webhooks": webhooks}));
        api.patch(&args.name, &PatchParams::default(), &webhooks)
            .await?;
    }
    shared.sees(Trust::In {
        authorities: authorities.as_deref().into_iter().cloned().collect(),
        held: false,
    });
    if !was {
        let mut metadata = json!({"name": state_name, "labels": {NAME_LABEL: "hipaa-iac"}});
        if let (Some((name, uid)), Some(members)) = (&owner, metadata.as_object_mut()) {
            let owner = json!([{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "name": name, "uid": uid}]);
            members.insert("ownerReferences".to_owned(), owner);
        }
        let state = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"registered": "true"}});
        states
            .patch(
                &state_name,
                &PatchParams::apply(FIELD_MANAGER).force(),
                &Patch::Apply(&state),
            )
            .await?;
        tracing::info!("the webhook is registered");
    }
    Ok(Registered::Yes)
}

/// What a configuration that is left as it is says of CAs.
fn held(configuration: &ValidatingWebhookConfiguration) -> Trust {
    let webhooks = configuration.webhooks.iter().flatten();
    let authorities = webhooks.map(|webhook| {
        let pem = webhook.client_config.ca_bundle.as_ref();
        pem.map_or_else(String::new, |pem| {
            String::from_utf8_lossy(&pem.0).into_owned()
        })
    });
    Trust::In {
        authorities: authorities.collect(),
        held: true,
    }
}

/// The webhooks as they should be, where others are there: server-side apply leaves conditions, selectors and webhooks that another has added.
/// The authorities that cert-manager enters stay.
fn put_right(
    configuration: &Value,
    live: &ValidatingWebhookConfiguration,
) -> Option<Vec<ValidatingWebhook>> {
    let live = live.webhooks.as_deref().unwrap_or_default();
    let mut wanted: Vec<ValidatingWebhook> =
        serde_json::from_value(configuration.get("webhooks")?.clone()).ok()?;
    for webhook in &mut wanted {
        let there = live.iter().find(|there| there.name == webhook.name);
        if webhook.client_config.ca_bundle.is_none() {
            webhook.client_config.ca_bundle =
                there.and_then(|there| there.client_config.ca_bundle.clone());
        }
    }
    (wanted != live).then_some(wanted)
}

/// Whether the Service has a ready endpoint: a configuration before that would only fail.
async fn somebody_answers(shared: &Shared) -> Result<bool, kube::Error> {
    let api: Api<EndpointSlice> = Api::namespaced(shared.client.clone(), &shared.args.namespace);
    let selector = format!("kubernetes.io/service-name={}", shared.args.service);
    let slices = match api.list(&ListParams::default().labels(&selector)).await {
        Ok(slices) => slices,
        Err(kube::Error::Api(status)) if status.is_forbidden() => return Ok(true),
        Err(error) => return Err(error),
    };
    Ok(slices.items.iter().any(|slice| {
        slice.endpoints.iter().any(|endpoint| {
            endpoint
                .conditions
                .as_ref()
                .is_none_or(|conditions| conditions.ready.unwrap_or(true))
        })
    }))
}

/// Writes the status of custom resources, as the leader.
async fn keep_statuses(shared: Arc<Shared>) {
    loop {
        if shared.leads()
            && let Some(catalog) = shared.app.catalog.load_full()
        {
            tell_statuses(&shared, &catalog).await;
        }
        tokio::select! {
            () = shared.tell.notified() => {}
            () = tokio::time::sleep(Duration::from_mins(1)) => {}
        }
    }
}

async fn tell_statuses(shared: &Shared, catalog: &Catalog) {
    let today = today();
    for object in shared.objects.policies.state() {
        let said = status::policy(&policy_input(&object), catalog);
        tell::<Policy>(shared, &object, &said).await;
    }
    for object in shared.objects.waivers.state() {
        let waiver = active_waiver(&object);
        let said = status::waiver(waiver.as_ref(), shared.counts(&object), today);
        tell::<Waiver>(shared, &object, &said).await;
    }
    for object in shared.objects.agreements.state() {
        let said = status::agreement(agreement_spec(&object).as_ref(), today);
        tell::<Agreement>(shared, &object, &said).await;
    }
}

async fn tell<K: kube::Resource<DynamicType = ()>>(
    shared: &Shared,
    object: &DynamicObject,
    said: &status::Said,
) {
    let Ok(value) = serde_json::to_value(object) else {
        return;
    };
    let Some(patch) = said.patch(&value, &timestamp()) else {
        return;
    };
    // The lease may have been lost in the middle of the list.
    if !shared.leads() {
        return;
    }
    let resource = ApiResource::erase::<K>(&());
    let api: Api<DynamicObject> = match object.meta().namespace.as_deref() {
        Some(namespace) => Api::namespaced_with(shared.client.clone(), namespace, &resource),
        None => Api::all_with(shared.client.clone(), &resource),
    };
    let written = api
        .patch_status(
            &object.name_any(),
            &PatchParams::default(),
            &Patch::Merge(&patch),
        )
        .await;
    if let Err(error) = written {
        tracing::debug!(kind = %resource.kind, group = GROUP, %error, "a status could not be written");
    }
}

/// Keeps the gauges of the kinds that are read. Those of kinds that are read no longer go: `told` is which there are.
fn tell_stores(metrics: &Metrics, cluster: &Cluster, told: &mut BTreeSet<String>) {
    let mut kinds = BTreeSet::new();
    #[expect(clippy::iter_over_hash_type, reason = "gauges have no order")]
    for (kind, store) in &*cluster.stores() {
        let labels = KindLabels {
            kind: if kind.group.is_empty() {
                kind.kind.to_string()
            } else {
                format!("{}/{}", kind.group, kind.kind)
            },
        };
        let (count, age) = store.figures();
        metrics
            .cached
            .get_or_create(&labels)
            .set(i64::try_from(count).unwrap_or(i64::MAX));
        metrics.cache_age.get_or_create(&labels).set(age);
        let stale = store.state() == State::Stale;
        metrics
            .cache_stale
            .get_or_create(&labels)
            .set(i64::from(stale));
        kinds.insert(labels.kind);
    }
    for gone in told.difference(&kinds) {
        let labels = KindLabels { kind: gone.clone() };
        metrics.cached.remove(&labels);
        metrics.cache_age.remove(&labels);
        metrics.cache_stale.remove(&labels);
    }
    *told = kinds;
}

/// Keeps the gauges.
async fn keep_figures(shared: Arc<Shared>) {
    let metrics = Arc::clone(&shared.app.metrics);
    let mut told = BTreeSet::new();
    loop {
        metrics.leader.set(i64::from(shared.leads()));
        tell_stores(&metrics, &shared.app.cluster, &mut told);
        let state = |state| StateLabels { state };
        if let Some(catalog) = shared.app.catalog.load_full() {
            let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            metrics
                .policies
                .get_or_create(&state("in-force"))
                .set(number(catalog.count));
            metrics
                .policies
                .get_or_create(&state("quarantined"))
                .set(number(catalog.quarantined.len()));
        }
        let mut waivers: BTreeMap<&'static str, i64> = ["Active", "Expiring", "Expired", "Ignored"]
            .into_iter()
            .map(|state| (state, 0))
            .collect();
        for object in shared.objects.waivers.state() {
            let said = status::waiver(
                active_waiver(&object).as_ref(),
                shared.counts(&object),
                today(),
            );
            if let Some((_, state)) = said.members.first() {
                *waivers.entry(state).or_default() += 1;
            }
        }
        for (name, count) in waivers {
            metrics.exceptions.get_or_create(&state(name)).set(count);
        }
        let mut agreements: BTreeMap<&'static str, i64> =
            ["Active", "Expiring", "Expired", "NotInForce"]
                .into_iter()
                .map(|state| (state, 0))
                .collect();
        for object in shared.objects.agreements.state() {
            let said = status::agreement(agreement_spec(&object).as_ref(), today());
            if let Some((_, state)) = said.members.first() {
                *agreements.entry(state).or_default() += 1;
            }
        }
        for (name, count) in agreements {
            metrics.agreements.get_or_create(&state(name)).set(count);
        }
        if let Some(validity) = shared.app.identity.validity() {
            metrics
                .certificate_end
                .get_or_create(&RoleLabels { role: "leaf" })
                .set(validity.not_after);
        }
        if let Some(validity) = shared
            .authorities
            .load()
            .as_ref()
            .and_then(|pem| certificates::validity(pem))
        {
            metrics
                .certificate_end
                .get_or_create(&RoleLabels { role: "ca" })
                .set(validity.not_after);
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}

/// The built-in policies that judge objects, and the kinds that they judge and read, with the plurals as Kubernetes builds them, for the chart.
///
/// # Errors
/// A mistake of this program.
pub fn kinds() -> Result<Value, CatalogError> {
    let base = Base::new(None, Mode::Audit, &[], false)?;
    let catalog = Catalog::build(&base, &Resources::default(), &mut BTreeMap::new(), today())?;
    let list = |kinds: Vec<&GroupKind>| {
        kinds
            .into_iter()
            .map(|kind| {
                let id = GroupVersionKind::gvk(&kind.group, "v1", &kind.kind);
                let resource = match &*kind.kind {
                    // Named in the plural already, which the usual rule does not see.
                    "IngressClassParams" => "ingressclassparams".to_owned(),
                    _ => ApiResource::from_gvk(&id).plural,
                };
                json!({"group": kind.group, "kind": kind.kind, "resource": resource})
            })
            .collect::<Vec<_>>()
    };
    let restores = Base::new(None, Mode::Audit, &[], true)?;
    Ok(json!({
        "policies": restores.names(),
        "judged": list(catalog.judged_kinds()),
        "watched": list(catalog.watched_kinds().iter().collect()),
    }))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{cell::Cell, collections::HashMap};

    use clap::Parser as _;

    use super::*;
    use crate::{
        args::{Cli, Command},
        cluster::Store,
    };

    /// What the operator is told by these arguments.
    pub(crate) fn serve(arguments: &[&str]) -> Serve {
        let all = ["x", "serve"].into_iter().chain(arguments.iter().copied());
        match Cli::parse_from(all).command {
            Command::Serve(serve) => *serve,
            other => panic!("{other:?}"),
        }
    }

    /// What answers reviews, ready.
    pub(crate) fn app(args: &Serve) -> App {
        // A second call would only say that there is one.
        let _ = tls::provider().install_default();
        let base = Base::new(None, Mode::Audit, &[], false).unwrap();
        let catalog =
            Catalog::build(&base, &Resources::default(), &mut BTreeMap::new(), today()).unwrap();
        let cluster = Cluster::default();
        let namespaces = Arc::new(Store::new());
        namespaces.finish();
        cluster.set_stores(HashMap::from([(
            GroupKind::new("", "Namespace"),
            namespaces,
        )]));
        let identity = Identity::new(Demands::default()).unwrap();
        let bundle =
            certificates::take_step(None, Step::Everything, &profile(args), unix_now()).unwrap();
        identity.set(&bundle.certificate, &bundle.key).unwrap();
        let (audit, _) = audit::Log::open(None, None, false, "test", &Value::Null).unwrap();
        let app = App {
            base,
            catalog: ArcSwapOption::from_pointee(catalog),
            cluster,
            options: Options {
                connect_mode: Mode::Audit,
                connect_groups: Vec::new(),
            },
            mode: Mode::Audit,
            waiver_namespaces: Vec::new(),
            metrics: Metrics::new(),
            audit,
            identity,
            connections: connections::MOST,
            permits: Arc::new(Semaphore::new(1)),
            turns: server::Turns::default(),
            room: server::Room::default(),
            deadline: server::DEADLINE,
            stopping: AtomicBool::new(false),
        };
        assert_eq!(app.ready(), Ok(()));
        app
    }

    /// A leader to whom no API server answers, and that is otherwise ready.
    fn leader() -> Arc<Shared> {
        let args = serve(&[]);
        let app = app(&args);
        // Nobody listens there.
        let nobody = kube::Config::new("http://127.0.0.1:1".parse().unwrap());
        let client = Client::try_from(nobody).unwrap();
        let (policies, _) = custom::<Policy>(&client);
        let (waivers, _) = custom::<Waiver>(&client);
        let (agreements, _) = custom::<Agreement>(&client);
        Arc::new(Shared::new(
            Arc::new(app),
            args,
            client,
            Objects {
                policies,
                waivers,
                agreements,
            },
            Leads::an_hour(),
        ))
    }

    /// The alert hangs on it.
    #[tokio::test]
    async fn a_leader_that_cannot_write_or_is_not_ready_does_not_say_that_the_webhook_is_registered()
     {
        for is_ready in [true, false] {
            let shared = leader();
            shared.app.stopping.store(!is_ready, Ordering::Relaxed);
            let registered = shared.app.metrics.registered.clone();
            registered.set(1);
            let keeps = tokio::spawn(keep_registered(shared));
            let told = async {
                while registered.get() == 1 {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            let told = tokio::time::timeout(Duration::from_mins(1), told).await;
            keeps.abort();
            assert!(told.is_ok(), "ready: {is_ready}");
        }
    }

    /// The alert of a kind that could not be watched, and is not there any more, ends.
    #[test]
    fn figures_of_kinds_that_are_read_no_longer_go() {
        let (metrics, cluster) = (Metrics::new(), Cluster::default());
        let mut told = BTreeSet::new();
        let mut read = |kinds: &[&str]| {
            let store = |kind: &&str| (GroupKind::new("", kind), Arc::new(Store::new()));
            cluster.set_stores(kinds.iter().map(store).collect());
            tell_stores(&metrics, &cluster, &mut told);
            let text = metrics.text();
            ["Namespace", "Service"].map(|kind| text.matches(&format!("kind=\"{kind}\"")).count())
        };
        assert_eq!(read(&["Namespace", "Service"]), [3, 3]);
        assert_eq!(read(&["Namespace"]), [3, 0]);
    }

    #[tokio::test]
    async fn the_authorities_of_clients_are_read_again() {
        let mut shared = leader();
        let file = tempfile::NamedTempFile::new().unwrap();
        let bundle = || {
            let profile = profile(&shared.args);
            certificates::take_step(None, Step::Everything, &profile, unix_now()).unwrap()
        };
        let (before, after) = (bundle().authorities, bundle().authorities);
        std::fs::write(file.path(), &before).unwrap();
        Arc::get_mut(&mut shared).unwrap().args.client_ca_file = Some(file.path().to_owned());
        assert_eq!(read_clients(&shared).await, Ok(true));
        assert_eq!(read_clients(&shared).await, Ok(false));
        // What is none changes nothing.
        std::fs::write(file.path(), "").unwrap();
        assert!(read_clients(&shared).await.is_err());
        std::fs::write(file.path(), &after).unwrap();
        let app = Arc::clone(&shared.app);
        let keeps = tokio::spawn(keep_certificates(shared));
        let taken = async {
            while !format!("{:?}", app.identity)
                .replace("\\n", "\n")
                .contains(&after)
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let taken = tokio::time::timeout(Duration::from_mins(1), taken).await;
        keeps.abort();
        assert!(taken.is_ok());
    }

    /// As a watch of a kind that is not defined goes on, and what follows when it is.
    #[tokio::test]
    async fn attempts_that_fail_are_no_changes_and_wait_for_each_other() {
        let events: [Result<watcher::Event<DynamicObject>, watcher::Error>; 4] = [
            Ok(watcher::Event::Init),
            Err(watcher::Error::NoResourceVersion),
            Ok(watcher::Event::Init),
            Ok(watcher::Event::InitDone),
        ];
        let changes = Cell::new(0);
        let began = Instant::now();
        let events = Box::pin(futures::stream::iter(events));
        follow("Policy", events, || changes.set(changes.get() + 1)).await;
        assert_eq!(changes.get(), 1);
        assert!(began.elapsed() >= Duration::from_secs(1));
    }
}
