//! Leader election by a Lease. Only what writes needs the lease; answering reviews does not.

use std::time::{Duration, Instant};

use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
    jiff::Timestamp,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use tokio::sync::watch;

/// How long a lease holds without being renewed.
const DURATION: Duration = Duration::from_secs(15);
/// How often it is renewed, or asked for.
const PERIOD: Duration = Duration::from_secs(4);

/// The most that [`Election::resign`] waits for the API server.
const FAREWELL: Duration = Duration::from_secs(2);

/// This replica's part in the election, until it resigns.
#[derive(Debug)]
pub struct Election {
    api: Api<Lease>,
    name: String,
    holder: String,
    leads: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

/// Takes part in the election.
pub fn start(client: Client, namespace: &str, name: &str, holder: &str) -> Election {
    let leads = watch::Sender::new(false);
    let api = Api::namespaced(client, namespace);
    let sender = leads.clone();
    let mut candidate = Candidate {
        api: api.clone(),
        name: name.to_owned(),
        holder: holder.to_owned(),
        seen: None,
        renewed: None,
    };
    let task = tokio::spawn(async move {
        loop {
            let leads = match tokio::time::timeout(PERIOD, candidate.attempt()).await {
                Ok(Ok(leads)) => leads,
                Ok(Err(error)) => {
                    tracing::debug!(%error, "the lease could not be renewed");
                    candidate.still_holds()
                }
                Err(_) => candidate.still_holds(),
            };
            sender.send_if_modified(|known| {
                let changed = *known != leads;
                *known = leads;
                changed
            });
            tokio::time::sleep(PERIOD).await;
        }
    });
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
    pub fn leads(&self) -> watch::Receiver<bool> {
        self.leads.subscribe()
    }

    /// Leads no longer, says so to everybody who asks, and gives the lease back, so that the next leader need not wait.
    pub async fn resign(self) {
        self.task.abort();
        // It may be in the middle of saying that it leads.
        let _ = self.task.await;
        self.leads.send_replace(false);
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
    renewed: Option<Instant>,
}

impl Candidate {
    /// Writers stop well before somebody else may begin.
    fn still_holds(&mut self) -> bool {
        let holds = self
            .renewed
            .is_some_and(|at| at.elapsed() < DURATION.saturating_sub(PERIOD));
        if !holds {
            self.renewed = None;
        }
        holds
    }

    async fn attempt(&mut self) -> Result<bool, kube::Error> {
        let Some(mut lease) = self.api.get_opt(&self.name).await? else {
            let lease = Lease {
                metadata: ObjectMeta {
                    name: Some(self.name.clone()),
                    ..ObjectMeta::default()
                },
                spec: Some(self.spec(None)),
            };
            return self.written(self.api.create(&PostParams::default(), &lease).await);
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
        let written = self
            .api
            .replace(&self.name, &PostParams::default(), &lease)
            .await;
        self.written(written)
    }

    fn written(&mut self, result: Result<Lease, kube::Error>) -> Result<bool, kube::Error> {
        match result {
            Ok(_) => {
                self.renewed = Some(Instant::now());
                Ok(true)
            }
            // Somebody was faster.
            Err(kube::Error::Api(status)) if status.code == 409 => {
                self.renewed = None;
                Ok(false)
            }
            Err(error) => Err(error),
        }
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
