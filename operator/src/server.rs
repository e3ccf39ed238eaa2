//! The webhook over HTTPS, and the probes and metrics over HTTP.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwapOption;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, Version, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use axum_server::Handle;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use hipaa_iac_engine::Date;
use hipaa_iac_source::Node;
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    args::Mode,
    audit,
    catalog::{Base, Catalog, GroupKind},
    cluster::Cluster,
    connections::Connections,
    guard,
    judge::{self, Decision, Options},
    metrics::{Metrics, RequestLabels, RuleLabels},
    restore::cover,
    review::{self, Answer, Entry, Object, Request},
    tls::Identity,
};

/// The largest body that is read, in bytes: more than an API server can send. It takes 3 MiB of a client (`MaxRequestBodyBytes` of
/// `k8s.io/apiserver`), an update carries the object as it was too, and Go's JSON writes `<`, `>`, `&` and control characters as six bytes
/// each: 3 MiB x 2 x 6. The rest is for managed fields, defaults and who asks.
pub const MAX_BODY: usize = 40 << 20;
/// Bodies above this many bytes are large, and share [`LARGE_BUDGET`].
const LARGE: usize = 256 << 10;
/// How many bytes of large bodies are here at once. A larger body waits until it is the only one.
const LARGE_BUDGET: u32 = 8 << 20;
/// How many bytes of other bodies are here at once.
const SMALL_BUDGET: u32 = 16 << 20;
/// How many elements and members of large reviews are in memory at once, and so how many one may have; by [`review::elements`]. One takes 72 bytes
/// and what is in it: 420 where each is an object with one member, and so 120 MiB. Of what etcd keeps (1.5 MiB, twice in an update) each would
/// be of less than eleven bytes of JSON; those of manifests are of twenty.
const MAX_ELEMENTS: u32 = 300_000;
/// How many one may have that the guard judges, which are read as trees that take more, and compiled. The largest policy has a thousand.
const MAX_GUARDED: u32 = 50_000;
/// A review of more elements is large too, however short. It has as many at 16 bytes of JSON each.
const MANY_ELEMENTS: u32 = 16_000;
/// How many reviews are judged at once where there are more processors than that: each may take 7 MiB.
const MAX_TURNS: usize = 8;
/// When an answer is given without a verdict: before the three seconds after which the API server gives up.
pub const DEADLINE: Duration = Duration::from_millis(2500);

/// The longest text in an entry of the audit log, in bytes. Names are shorter; whoever else reaches the port may send anything.
const MAX_TEXT: usize = 1024;

/// Kinds that are asked about whether or not a policy judges them.
const NAMED: [(&str, &str); 8] = [
    ("", "Namespace"),
    ("", "PodAttachOptions"),
    ("", "PodExecOptions"),
    ("", "PodPortForwardOptions"),
    (hipaa_iac_api::GROUP, "Agreement"),
    (hipaa_iac_api::GROUP, "Policy"),
    (hipaa_iac_api::GROUP, "RestoreVerification"),
    (hipaa_iac_api::GROUP, "Waiver"),
];

/// Everything that a request needs.
#[derive(Debug)]
pub struct App {
    /// What does not change.
    pub base: Base,
    /// What is in force; `None` until custom resources are read.
    pub catalog: ArcSwapOption<Catalog>,
    /// What is known of the cluster.
    pub cluster: Cluster,
    /// Options.
    pub options: Options,
    /// The mode where nothing says otherwise.
    pub mode: Mode,
    /// The namespaces whose Waivers count.
    pub waiver_namespaces: Vec<String>,
    /// Figures.
    pub metrics: Arc<Metrics>,
    /// The audit log; gone when it is closed.
    pub audit: audit::Log,
    /// The certificate that is served.
    pub identity: Identity,
    /// How many connections one address may have at once; [`MOST`](crate::connections::MOST).
    pub connections: usize,
    /// How many reviews may be here at once.
    pub permits: Arc<Semaphore>,
    /// How many of them are judged at once; the others wait.
    pub turns: Turns,
    /// The bytes that may be here at once.
    pub room: Room,
    /// When an answer is given without a verdict; [`DEADLINE`].
    pub deadline: Duration,
    /// Told to stop: readiness has ended.
    pub stopping: AtomicBool,
}

impl App {
    /// Whether requests can be answered as they should be; else why not.
    ///
    /// # Errors
    /// What is missing.
    pub fn ready(&self) -> Result<(), &'static str> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err("stopping");
        }
        if self.catalog.load().is_none() {
            return Err("the custom resources are not read yet");
        }
        if !self.cluster.is_synced() {
            return Err("the cluster is not read yet");
        }
        match self.identity.validity() {
            None => Err("there is no certificate yet"),
            Some(validity) if !validity.holds_at(unix_now()) => {
                Err("the certificate is not valid now")
            }
            Some(_) => Ok(()),
        }
    }
}

/// Whose turn it is to be judged, in the order of arrival.
#[derive(Clone, Debug)]
pub struct Turns {
    /// Of small reviews: as many as there are processors. More at once would take as long in all, and each of them longer.
    small: Arc<Semaphore>,
    /// Of large ones, which take a hundred times as long and so hold up none of the small.
    large: Arc<Semaphore>,
    /// The elements of large ones.
    elements: Arc<Semaphore>,
}

impl Turns {
    /// Waits for that of a review of so many bytes and elements.
    async fn take(&self, length: usize, elements: u32) -> Option<Vec<OwnedSemaphorePermit>> {
        if length <= LARGE && elements <= MANY_ELEMENTS {
            let turn = Arc::clone(&self.small).acquire_owned().await.ok()?;
            return Some(vec![turn]);
        }
        // What has more is not judged, and nothing of its objects is kept.
        let elements = elements.min(MAX_ELEMENTS);
        let share = Arc::clone(&self.elements).acquire_many_owned(elements);
        let share = share.await.ok()?;
        let turn = Arc::clone(&self.large).acquire_owned().await.ok()?;
        Some(vec![share, turn])
    }
}

impl Default for Turns {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            small: Arc::new(Semaphore::new(processors.min(MAX_TURNS))),
            large: Arc::new(Semaphore::new(2)),
            elements: Arc::new(Semaphore::new(MAX_ELEMENTS as usize)),
        }
    }
}

/// The bytes of bodies that may be here at once, read or half read.
#[derive(Clone, Debug)]
pub struct Room {
    /// Of small ones.
    pub small: Arc<Semaphore>,
    /// Of large ones.
    pub large: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            small: Arc::new(Semaphore::new(SMALL_BUDGET as usize)),
            large: Arc::new(Semaphore::new(LARGE_BUDGET as usize)),
        }
    }
}

impl Room {
    /// Reads a body of at most so many bytes, with its share of the room. A large one waits for it. The others have it for what has come of them,
    /// so that who sends nothing keeps nobody waiting.
    ///
    /// # Errors
    /// The status that says why not.
    async fn read(
        &self,
        body: Body,
        length: usize,
    ) -> Result<(OwnedSemaphorePermit, Bytes), StatusCode> {
        if length > LARGE {
            let bytes = u32::try_from(length).unwrap_or(LARGE_BUDGET);
            let share = Arc::clone(&self.large).acquire_many_owned(bytes.min(LARGE_BUDGET));
            let share = share.await.map_err(|_| StatusCode::TOO_MANY_REQUESTS)?;
            let body = to_bytes(body, length).await;
            return Ok((share, body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?));
        }
        let take = |bytes: usize| {
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            let share = Arc::clone(&self.small).try_acquire_many_owned(bytes);
            share.map_err(|_| StatusCode::TOO_MANY_REQUESTS)
        };
        let mut share = take(0)?;
        let mut whole = BytesMut::new();
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
            if whole.len() + chunk.len() > length {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            share.merge(take(chunk.len())?);
            whole.extend_from_slice(&chunk);
        }
        Ok((share, whole.freeze()))
    }
}

/// Seconds since 1970.
pub fn unix_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
}

/// Today, in UTC.
pub fn today() -> Date {
    Date::from_unix_days(unix_now() / 86_400)
}

/// The current time in RFC 3339.
pub fn timestamp() -> String {
    jiff::Timestamp::now().to_string()
}

/// The routes of the webhook.
pub fn webhook(app: Arc<App>) -> Router {
    Router::new()
        .route("/validate/{entry}", post(validate))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            close_unless_ready,
        ))
        .with_state(app)
}

/// A replica that is not ready, or no longer, ends the connection with every answer. The API server speaks HTTP/1.1 to webhooks and keeps its
/// connections: it would go on asking this replica, whatever its Service says, and does not repeat a request that meets one being closed.
async fn close_unless_ready(
    State(app): State<Arc<App>>,
    request: axum::extract::Request,
    next: middleware::Next,
) -> Response {
    let version = request.version();
    let mut response = next.run(request).await;
    if version < Version::HTTP_2 && app.ready().is_err() {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The routes of probes and metrics.
pub fn probes(app: Arc<App>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/startupz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(app)
}

async fn readyz(State(app): State<Arc<App>>) -> Response {
    match app.ready() {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(missing) => (StatusCode::SERVICE_UNAVAILABLE, format!("{missing}\n")).into_response(),
    }
}

async fn metrics(State(app): State<Arc<App>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}

/// Serves the webhook until the handle says stop.
///
/// # Errors
/// The system refuses.
pub async fn serve_webhook(
    app: Arc<App>,
    listener: TcpListener,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let refused = app.metrics.connections_refused.clone();
    let connections = Connections::new(app.connections, refused);
    let mut server = axum_server::from_tcp_rustls(listener, app.identity.config())?
        .map(|tls| tls.acceptor(connections))
        .handle(handle)
        .http1_only();
    // An idle connection holds a little memory and no more, and is kept for longer than an API server keeps it (90 seconds), also where nothing came on
    // it yet: what is sent on one that is just closed is a review that fails.
    server
        .http_builder()
        .http1()
        .max_buf_size(32 << 10)
        .header_read_timeout(Duration::from_mins(5));
    let service = webhook(app).into_make_service_with_connect_info::<SocketAddr>();
    server.serve(service).await
}

/// Serves probes and metrics until the handle says stop.
///
/// # Errors
/// The system refuses.
pub async fn serve_probes(
    app: Arc<App>,
    listener: TcpListener,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let refused = app.metrics.connections_refused.clone();
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(Connections::new(app.connections, refused))
        .handle(handle)
        .http1_only();
    server
        .http_builder()
        .http1()
        .header_read_timeout(Duration::from_mins(5));
    server.serve(probes(app).into_make_service()).await
}

/// One call of the webhook.
#[derive(Clone, Copy, Debug)]
struct Call {
    entry: Entry,
    /// Where it comes from.
    from: IpAddr,
    began: Instant,
}

async fn validate(
    State(app): State<Arc<App>>,
    Path(entry): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let began = Instant::now();
    let Some(entry) = Entry::find(&entry) else {
        return (StatusCode::NOT_FOUND, "no such webhook\n").into_response();
    };
    let call = Call {
        entry,
        from: peer.ip().to_canonical(),
        began,
    };
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            kind.split(';')
                .next()
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        });
    if !is_json {
        return refuse(
            &app,
            call,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "",
            "the content type is not application/json",
        );
    }
    // API servers tell the length; of one that does not the worst is assumed.
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .unwrap_or(MAX_BODY);
    if length > MAX_BODY {
        return refuse(
            &app,
            call,
            StatusCode::PAYLOAD_TOO_LARGE,
            "",
            "the body is too large",
        );
    }
    let read = app.room.read(body, length);
    let (share, body) = match tokio::time::timeout(app.deadline, read).await {
        Ok(Ok(read)) => read,
        Ok(Err(status)) => {
            let message = if status == StatusCode::TOO_MANY_REQUESTS {
                "too much came at once"
            } else {
                "the body is too large, or ended early"
            };
            return refuse(&app, call, status, "", message);
        }
        Err(_) => {
            return refuse(
                &app,
                call,
                StatusCode::REQUEST_TIMEOUT,
                "",
                "the body came too slowly, or too many large ones came at once",
            );
        }
    };
    let Ok(permit) = Arc::clone(&app.permits).try_acquire_owned() else {
        return unjudged(&app, call, &body, Unjudged::Overload);
    };
    let deadline = app.deadline;
    let left = || deadline.saturating_sub(began.elapsed());
    let elements = elements(&body);
    let turn = app.turns.take(length, elements);
    let Ok(turn) = tokio::time::timeout(left(), turn).await else {
        return unjudged(&app, call, &body, Unjudged::Deadline);
    };
    app.metrics.in_flight.inc();
    let told = Arc::new(AtomicBool::new(false));
    let mut work = {
        let app = Arc::clone(&app);
        let body = body.clone();
        let told = Arc::clone(&told);
        tokio::task::spawn_blocking(move || {
            let work = || work(&app, call, &told, &body, elements);
            let outcome = catch_unwind(AssertUnwindSafe(work));
            app.metrics.in_flight.dec();
            drop((permit, turn, share));
            outcome
        })
    };
    let outcome = match tokio::time::timeout(left(), &mut work).await {
        Ok(outcome) => outcome,
        Err(_) if is_first(&told) => return unjudged(&app, call, &body, Unjudged::Deadline),
        // It was judged in time, and is written down so.
        Err(_) => work.await,
    };
    if let Ok(Ok(Some(response))) = outcome {
        return response;
    }
    tracing::error!(entry = entry.as_str(), "a review made the program fail");
    unjudged(&app, call, &body, Unjudged::Failure)
}

/// Whether nobody has written down an answer yet: there is one for each review, by who works on it or, at the deadline, by who waits for that.
fn is_first(told: &AtomicBool) -> bool {
    !told.swap(true, Ordering::Relaxed)
}

/// The elements of a review; more than [`MAX_ELEMENTS`] are not counted.
fn elements(body: &[u8]) -> u32 {
    let count = review::elements(body, MAX_ELEMENTS as usize);
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Reads and judges one review. Nothing where its answer was told meanwhile.
fn work(app: &App, call: Call, told: &AtomicBool, body: &[u8], elements: u32) -> Option<Response> {
    let no_verdict = |why| is_first(told).then(|| unjudged(app, call, body, why));
    let entry = call.entry;
    let is_guarded = matches!(entry, Entry::Guard | Entry::Deletions);
    let most = if is_guarded {
        MAX_GUARDED
    } else {
        MAX_ELEMENTS
    };
    if elements > most {
        return no_verdict(Unjudged::Unreadable);
    }
    let answered = if is_guarded {
        review::parse::<Value>(body).map(|request| {
            let decision = guard::judge(&app.waiver_namespaces, app.mode, today(), &request);
            is_first(told).then(|| finish(app, call, &request, decision, None))
        })
    } else {
        review::parse::<Node>(body).map(|request| {
            let Some(catalog) = app.catalog.load_full() else {
                return no_verdict(Unjudged::Starting);
            };
            let decision = if entry == Entry::Restores {
                cover::judge(&catalog, &app.cluster, &request, told)
            } else {
                judge::judge(&catalog, &app.cluster, &app.options, entry, &request, told)
            };
            is_first(told).then(|| finish(app, call, &request, decision, None))
        })
    };
    answered.unwrap_or_else(|_| no_verdict(Unjudged::Unreadable))
}

/// Why there is an answer without a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unjudged {
    Overload,
    Deadline,
    Failure,
    Starting,
    Unreadable,
}

impl Unjudged {
    fn as_str(self) -> &'static str {
        match self {
            Self::Overload => "overload",
            Self::Deadline => "deadline",
            Self::Failure => "failure",
            Self::Starting => "starting",
            Self::Unreadable => "unreadable",
        }
    }

    fn code(self) -> u16 {
        match self {
            Self::Overload => 429,
            Self::Deadline => 504,
            Self::Failure => 500,
            Self::Starting => 503,
            Self::Unreadable => 400,
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Overload => "too many reviews at once",
            Self::Deadline => "the review took too long",
            Self::Failure => "the review failed",
            Self::Starting => "the operator is starting",
            Self::Unreadable => {
                "the object cannot be read, nests too deep, or has too many elements"
            }
        }
    }
}

fn without_verdict(entry: Entry, why: Unjudged) -> Answer {
    let mut answer = if entry.fails_closed() {
        Answer::deny(
            why.code(),
            format!(
                "hipaa-iac: not judged, {}; try again, or see docs/operator.md, \"failure modes\"",
                why.what()
            ),
        )
    } else {
        Answer::allow().warn(format!("hipaa-iac: not judged, {}", why.what()))
    };
    // Warnings reach who asks, and nobody where that is a controller.
    answer
        .annotations
        .insert("unjudged", why.as_str().to_owned());
    answer
}

/// Answers without a verdict: closed where PHI is, open elsewhere.
fn unjudged(app: &App, call: Call, body: &[u8], why: Unjudged) -> Response {
    // Read without its objects, a review has no depth, and without the id there is no answer.
    match review::parse::<IgnoredAny>(body) {
        Ok(request) => {
            let decision = Decision::of(without_verdict(call.entry, why));
            finish(app, call, &request, decision, Some(why))
        }
        Err(malformed) => refuse(
            app,
            call,
            StatusCode::BAD_REQUEST,
            &malformed.uid,
            &malformed.message,
        ),
    }
}

/// Writes a decision down and answers with it.
fn finish<T: Object>(
    app: &App,
    call: Call,
    request: &Request<T>,
    decision: Decision,
    unjudged: Option<Unjudged>,
) -> Response {
    record(app, call, request, &decision, unjudged);
    respond(StatusCode::OK, &request.uid, decision.answer)
}

fn record<T: Object>(
    app: &App,
    Call { entry, began, .. }: Call,
    request: &Request<T>,
    decision: &Decision,
    unjudged: Option<Unjudged>,
) {
    let catalog = app.catalog.load();
    // A scale is of an object of another kind.
    let kind = catalog
        .as_ref()
        .filter(|_| request.subresource() == Some("scale"))
        .and_then(|catalog| catalog.scaled(&request.resource.group, &request.resource.resource))
        .unwrap_or_else(|| GroupKind::new(&request.kind.group, &request.kind.kind));
    // Whoever reaches the port may speak of kinds that there are none of: they do not become labels.
    let known = catalog
        .as_ref()
        .is_some_and(|catalog| catalog.rules(&kind).is_some())
        || NAMED
            .iter()
            .any(|(group, name)| *group == &*kind.group && *name == &*kind.kind);
    let kind = if kind.group.is_empty() {
        kind.kind.to_string()
    } else {
        format!("{}/{}", kind.group, kind.kind)
    };
    let outcome = match unjudged {
        Some(why) => why.as_str(),
        None if !decision.answer.allowed => "denied",
        None if !decision.answer.warnings.is_empty() => "warned",
        None => "allowed",
    };
    let labels = RequestLabels {
        entry: entry.as_str(),
        operation: request.operation.as_str(),
        kind: if known {
            kind.clone()
        } else {
            "other".to_owned()
        },
        decision: outcome,
        mode: decision.mode.map_or("none", Mode::as_str),
        dry_run: request.is_dry_run().to_string(),
    };
    app.metrics.requests.get_or_create(&labels).inc();
    for (policy, verdict) in &decision.outcomes {
        let labels = RuleLabels {
            rule: policy.to_string(),
            outcome: verdict.as_str(),
        };
        app.metrics.rules.get_or_create(&labels).inc();
    }
    let text = |text: &str| review::cut(text, MAX_TEXT);
    app.audit.write(audit::Entry {
        time: timestamp(),
        uid: text(&request.uid),
        entry: entry.as_str(),
        user: text(&request.user_info.username),
        operation: request.operation.as_str(),
        kind: text(&kind),
        subresource: text(request.subresource().unwrap_or_default()),
        namespace: text(request.object_namespace().unwrap_or_default()),
        name: text(&request.object_name()),
        dry_run: request.is_dry_run(),
        allowed: decision.answer.allowed,
        mode: decision.mode.map(Mode::as_str),
        violated: decision.violated.clone(),
        denied: decision.denied.clone(),
        unknown: decision.unknown.clone(),
        errors: decision.errors.clone(),
        waivers: decision.waivers.clone(),
        asserted: decision.asserted.clone(),
        approved_by: decision
            .answer
            .annotations
            .get("approved-by")
            .map(|by| text(by)),
        controller: decision.controller.as_deref().map(text),
        unjudged: unjudged.map(Unjudged::as_str),
        policy_digest: catalog
            .as_ref()
            .map(|catalog| catalog.digest.clone())
            .unwrap_or_default(),
    });
    app.metrics
        .audit_dropped
        .set(i64::try_from(app.audit.dropped()).unwrap_or(i64::MAX));
    app.metrics.duration.observe(began.elapsed().as_secs_f64());
}

/// What is no review gets a review that denies, with the status that says whose fault it is: the API server then does as the failure policy says.
/// It is counted, in the audit log too: what was asked is not known.
fn refuse(app: &App, call: Call, status: StatusCode, uid: &str, message: &str) -> Response {
    let entry = call.entry.as_str();
    app.audit.refuse(entry, status.as_u16(), call.from);
    let labels = RequestLabels {
        entry,
        operation: "none",
        kind: "other".to_owned(),
        decision: "refused",
        mode: "none",
        dry_run: "false".to_owned(),
    };
    app.metrics.requests.get_or_create(&labels).inc();
    respond(
        status,
        uid,
        Answer::deny(status.as_u16(), format!("hipaa-iac: {message}")),
    )
}

fn respond(status: StatusCode, uid: &str, answer: Answer) -> Response {
    let body = answer.into_json(uid).to_string();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
