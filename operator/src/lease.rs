//! Leader election by a Lease. Only what writes needs the lease; answering reviews does not.

use std::time::Duration;

use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
    jiff::Timestamp,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use tokio::{sync::watch, time::Instant};

/// How long a lease holds without being renewed.
const DURATION: Duration = Duration::from_secs(15);
/// How long its holder counts on it, from before it asked for it: what was sent until then has time to arrive before somebody else may begin.
const RELIED_ON: Duration = Duration::from_secs(11);
/// How often it is renewed, or asked for.
const PERIOD: Duration = Duration::from_secs(4);
/// How soon who leads tries again when it could not be renewed.
const RETRY: Duration = Duration::from_secs(1);

/// The most that [`Election::resign`] waits for the API server.
const FAREWELL: Duration = Duration::from_secs(2);

/// This replica's part in the election, until it resigns.
#[derive(Debug)]
pub struct Election {
    api: Api<Lease>,
    name: String,
    holder: String,
    leads: watch::Sender<Option<Instant>>,
    task: tokio::task::JoinHandle<()>,
}

/// Tells whether this replica leads.
#[derive(Clone, Debug)]
pub struct Leads(watch::Receiver<Option<Instant>>);

impl Leads {
    /// Whether it leads at this moment, by the clock: an answer that does not come, or a process that stood still, tells nobody that the time is
    /// over.
    pub fn now(&self) -> bool {
        self.0.borrow().is_some_and(|until| Instant::now() < until)
    }

    /// One that leads for an hour.
    #[cfg(test)]
    pub(crate) fn an_hour() -> Self {
        let until = Instant::now() + Duration::from_hours(1);
        Self(watch::channel(Some(until)).1)
    }
}

/// Takes part in the election.
pub fn start(client: Client, namespace: &str, name: &str, holder: &str) -> Election {
    let leads = watch::Sender::new(None);
    let api = Api::namespaced(client, namespace);
    let candidate = Candidate {
        api: api.clone(),
        name: name.to_owned(),
        holder: holder.to_owned(),
        seen: None,
    };
    let task = tokio::spawn(candidate.campaign(leads.clone()));
    Election {
        api,
        name: name.to_owned(),
        holder: holder.to_owned(),
        leads,
        task,
    }
}

impl Election {
    /// Tells whether this replica leads.
    pub fn leads(&self) -> Leads {
        Leads(self.leads.subscribe())
    }

    /// Leads no longer, says so to everybody who asks, and gives the lease back, so that the next leader need not wait.
    pub async fn resign(self) {
        self.task.abort();
        // It may be in the middle of saying that it leads.
        let _ = self.task.await;
        self.leads.send_replace(None);
        let release = release(&self.api, &self.name, &self.holder);
        let _ = tokio::time::timeout(FAREWELL, release).await;
    }
}

struct Candidate {
    api: Api<Lease>,
    name: String,
    holder: String,
    /// The last state of somebody else's lease, and when it was first seen: clocks of machines differ, so only our own counts.
    seen: Option<(String, Instant)>,
}

impl Candidate {
    /// Asks for the lease again and again, and says until when it may be counted on.
    async fn campaign(mut self, leads: watch::Sender<Option<Instant>>) {
        loop {
            let asked = Instant::now();
            let pause = match tokio::time::timeout(PERIOD, self.attempt()).await {
                Ok(Ok(holds)) => {
                    leads.send_replace(holds.then(|| asked + RELIED_ON));
                    PERIOD
                }
                // It is not known whether it was renewed: what was said before stays.
                failed => {
                    if let Ok(Err(error)) = failed {
                        tracing::debug!(%error, "the lease could not be renewed");
                    }
                    let until = *leads.borrow();
                    if until.is_some_and(|until| Instant::now() < until) {
                        RETRY
                    } else {
                        PERIOD
                    }
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Whether the lease is ours now.
    async fn attempt(&mut self) -> Result<bool, kube::Error> {
        let Some(mut lease) = self.api.get_opt(&self.name).await? else {
            let lease = Lease {
                metadata: ObjectMeta {
                    name: Some(self.name.clone()),
                    ..ObjectMeta::default()
                },
                spec: Some(self.spec(None)),
            };
            return written(self.api.create(&PostParams::default(), &lease).await);
        };
        let spec = lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.clone().unwrap_or_default();
        if holder != self.holder && !holder.is_empty() {
            let version = format!("{holder} {:?}", spec.renew_time);
            let since = match &self.seen {
                Some((known, since)) if *known == version => *since,
                _ => {
                    self.seen = Some((version, Instant::now()));
                    return Ok(false);
                }
            };
            if since.elapsed() < DURATION {
                return Ok(false);
            }
        }
        lease.spec = Some(self.spec(Some(&spec)));
        written(
            self.api
                .replace(&self.name, &PostParams::default(), &lease)
                .await,
        )
    }

    fn spec(&self, before: Option<&LeaseSpec>) -> LeaseSpec {
        let now = MicroTime(Timestamp::now());
        let same =
            before.is_some_and(|before| before.holder_identity.as_ref() == Some(&self.holder));
        let transitions = before
            .and_then(|before| before.lease_transitions)
            .unwrap_or(0);
        LeaseSpec {
            holder_identity: Some(self.holder.clone()),
            lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
            acquire_time: before
                .filter(|_| same)
                .and_then(|before| before.acquire_time.clone())
                .or_else(|| Some(now.clone())),
            renew_time: Some(now),
            lease_transitions: Some(if same || before.is_none() {
                transitions
            } else {
                transitions.saturating_add(1)
            }),
            ..LeaseSpec::default()
        }
    }
}

fn written(result: Result<Lease, kube::Error>) -> Result<bool, kube::Error> {
    match result {
        Ok(_) => Ok(true),
        // Somebody was faster.
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

async fn release(api: &Api<Lease>, name: &str, holder: &str) {
    let Ok(Some(mut lease)) = api.get_opt(name).await else {
        return;
    };
    let spec = lease.spec.get_or_insert_default();
    if spec.holder_identity.as_deref() != Some(holder) {
        return;
    }
    spec.holder_identity = Some(String::new());
    if let Err(error) = api.replace(name, &PostParams::default(), &lease).await {
        tracing::debug!(%error, "the lease could not be given back");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    };

    use axum::{
        Router,
        extract::Request,
        http::{Method, StatusCode},
        response::{IntoResponse as _, Response},
    };
    use serde_json::{Value, json};
    use tokio::time::sleep;

    use super::*;

    /// What an API server keeps of a lease: who writes it must have seen it as it is.
    #[derive(Default)]
    struct Server(Mutex<(Value, u64)>);

    impl Server {
        fn answer(&self, method: &Method, body: &[u8]) -> (StatusCode, Value) {
            let mut kept = self.0.lock().unwrap();
            let failure = |code: StatusCode, reason: &str| {
                let said = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                    "message": reason, "reason": reason, "code": code.as_u16()});
                (code, said)
            };
            if *method == Method::GET {
                return if kept.0.is_null() {
                    failure(StatusCode::NOT_FOUND, "NotFound")
                } else {
                    (StatusCode::OK, kept.0.clone())
                };
            }
            let mut new: Value = serde_json::from_slice(body).unwrap();
            if new["metadata"]["resourceVersion"] != kept.0["metadata"]["resourceVersion"] {
                return failure(StatusCode::CONFLICT, "Conflict");
            }
            kept.1 += 1;
            new["metadata"]["resourceVersion"] = kept.1.to_string().into();
            kept.0 = new.clone();
            (StatusCode::OK, new)
        }
    }

    /// A replica's way to the server: how long answers take, and whether nothing comes through.
    struct Line {
        server: Arc<Server>,
        delay: Duration,
        is_cut: AtomicBool,
    }

    impl Line {
        fn new(server: &Arc<Server>, delay: Duration) -> Arc<Self> {
            Arc::new(Self {
                server: Arc::clone(server),
                delay,
                is_cut: AtomicBool::new(false),
            })
        }

        fn cut(&self, is_cut: bool) {
            self.is_cut.store(is_cut, Ordering::Relaxed);
        }

        async fn carry(self: Arc<Self>, request: Request) -> Response {
            if self.is_cut.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            let (head, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
            let (code, said) = self.server.answer(&head.method, &body);
            sleep(self.delay).await;
            (code, said.to_string()).into_response()
        }

        fn start(self: &Arc<Self>, holder: &str) -> Election {
            let line = Arc::clone(self);
            let router =
                Router::new().fallback(move |request: Request| Arc::clone(&line).carry(request));
            start(Client::new(router, "system"), "system", "leader", holder)
        }
    }

    /// Whatever the leader waits for, it has stopped, with time to spare, when another may begin.
    #[tokio::test(start_paused = true)]
    async fn a_leader_whose_requests_hang_stops_before_another_begins() {
        for delay in [Duration::ZERO, Duration::from_millis(1500)] {
            // Cut off at any moment between two renewals.
            for moment in 0..8 {
                let server = Arc::new(Server::default());
                let line = Line::new(&server, delay);
                let first = line.start("first");
                sleep(Duration::from_secs(10)).await;
                let second = Line::new(&server, delay).start("second");
                sleep(Duration::from_secs(20) + Duration::from_secs(1) * moment).await;
                assert!(first.leads().now() && !second.leads().now());
                line.cut(true);
                let cut = Instant::now();
                let mut ended = None;
                while !second.leads().now() {
                    if ended.is_none() && !first.leads().now() {
                        ended = Some(Instant::now());
                    }
                    assert!(cut.elapsed() < Duration::from_mins(1));
                    sleep(Duration::from_millis(50)).await;
                }
                let spare = ended.map(|ended| ended.elapsed());
                let least = DURATION.saturating_sub(RELIED_ON);
                assert!(spare >= Some(least), "{delay:?} {moment}: {spare:?}");
                assert!(!first.leads().now());
            }
        }
    }

    /// As after `SIGSTOP`: nobody was there to say that it is over.
    #[tokio::test(start_paused = true)]
    async fn a_leader_that_stood_still_leads_no_longer() {
        let leader = Line::new(&Arc::default(), Duration::ZERO).start("first");
        sleep(Duration::from_secs(1)).await;
        leader.task.abort();
        sleep(Duration::from_secs(9)).await;
        assert!(leader.leads().now());
        sleep(Duration::from_secs(2)).await;
        assert!(!leader.leads().now());
    }

    #[tokio::test(start_paused = true)]
    async fn one_answer_that_does_not_come_costs_no_lease() {
        let line = Line::new(&Arc::default(), Duration::ZERO);
        let leader = line.start("first");
        sleep(Duration::from_secs(1)).await;
        line.cut(true);
        sleep(Duration::from_secs(5)).await;
        line.cut(false);
        for _ in 0..200 {
            assert!(leader.leads().now());
            sleep(Duration::from_millis(100)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_resigns_need_not_be_waited_for() {
        let server = Arc::default();
        let first = Line::new(&server, Duration::ZERO).start("first");
        sleep(Duration::from_secs(1)).await;
        let second = Line::new(&server, Duration::ZERO).start("second");
        sleep(Duration::from_secs(1)).await;
        let leads = first.leads();
        assert!(leads.now() && !second.leads().now());
        first.resign().await;
        assert!(!leads.now());
        sleep(PERIOD * 2).await;
        assert!(second.leads().now());
    }
}
