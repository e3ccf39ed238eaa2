//! Watches: one task for each kind that policies read beside what they judge.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{StreamExt as _, TryStream, TryStreamExt as _};
use kube::{
    Api, Client, Resource as _,
    api::{DynamicObject, ObjectMeta, PartialObjectMeta},
    runtime::{
        WatchStreamExt as _,
        watcher::{self, Event, watcher},
    },
};
use tokio::task::JoinHandle;

use crate::{
    catalog::GroupKind,
    cluster::{APART, Cluster, Found, State, Store, kept, kept_as_text, without_contents},
    discovery::Served,
};

/// How long a kind that may not be read is left alone.
const FORBIDDEN_PAUSE: Duration = Duration::from_mins(5);
/// Objects in a page of a list.
const PAGE: u32 = 250;
/// The same of `ConfigMaps`, each of which may hold 1 MiB of what nobody keeps.
const PAGE_OF_LARGE: u32 = 50;

/// The watches that run.
#[derive(Default)]
pub struct Watches {
    running: BTreeMap<GroupKind, Running>,
}

struct Running {
    version: String,
    /// Kept as text.
    text: bool,
    store: Arc<Store>,
    task: JoinHandle<()>,
}

impl Drop for Watches {
    fn drop(&mut self) {
        for running in self.running.values() {
            running.task.abort();
        }
    }
}

impl Watches {
    /// Watches these kinds, as far as they are served, and no others; those that are not read as text.
    pub fn set(
        &mut self,
        client: &Client,
        cluster: &Cluster,
        wanted: &BTreeSet<GroupKind>,
        read: &BTreeSet<GroupKind>,
        served: &BTreeMap<GroupKind, Served>,
        failed: &BTreeSet<String>,
    ) {
        self.running.retain(|kind, running| {
            let keep = wanted.contains(kind)
                && read.contains(kind) != running.text
                && served
                    .get(kind)
                    .is_some_and(|served| served.resource.api_version == running.version);
            if !keep {
                running.task.abort();
            }
            keep
        });
        for kind in wanted {
            let Some(served) = served.get(kind).filter(|served| served.watchable) else {
                continue;
            };
            if self.running.contains_key(kind) {
                continue;
            }
            let store = Arc::new(Store::new());
            let text = !read.contains(kind);
            let task = tokio::spawn(run(
                client.clone(),
                served.clone(),
                text,
                Arc::clone(&store),
            ));
            let running = Running {
                version: served.resource.api_version.clone(),
                text,
                store,
                task,
            };
            self.running.insert(kind.clone(), running);
        }
        let mut stores: HashMap<GroupKind, Arc<Store>> = self
            .running
            .iter()
            .map(|(kind, running)| (kind.clone(), Arc::clone(&running.store)))
            .collect();
        // What a server that is down holds is not known, and no absence.
        for kind in wanted.iter().filter(|kind| failed.contains(&*kind.group)) {
            stores.entry(kind.clone()).or_insert_with(|| {
                let store = Store::new();
                store.forbidden();
                Arc::new(store)
            });
        }
        cluster.set_stores(stores);
    }
}

async fn run(client: Client, served: Served, text: bool, store: Arc<Store>) {
    let is_of_core = |kind| served.resource.group.is_empty() && served.resource.kind == kind;
    let page = if is_of_core("ConfigMap") {
        PAGE_OF_LARGE
    } else {
        PAGE
    };
    let config = watcher::Config::default().page_size(page);
    // Of Secrets nothing but the metadata ever leaves the API server.
    if is_of_core("Secret") {
        let api: Api<PartialObjectMeta<DynamicObject>> = Api::all_with(client, &served.resource);
        let stream = watcher(api, config).map_ok(|event| map(event, partial));
        follow(&store, &served, Form::Metadata, stream).await;
    } else {
        let api: Api<DynamicObject> = Api::all_with(client, &served.resource);
        let stream = watcher(api, config);
        let form = if text { Form::Text } else { Form::Whole };
        follow(&store, &served, form, stream).await;
    }
}

fn map<K, T>(event: Event<K>, to: impl FnOnce(K) -> T) -> Event<T> {
    match event {
        Event::Apply(object) => Event::Apply(to(object)),
        Event::Delete(object) => Event::Delete(to(object)),
        Event::Init => Event::Init,
        Event::InitApply(object) => Event::InitApply(to(object)),
        Event::InitDone => Event::InitDone,
    }
}

fn partial(object: PartialObjectMeta<DynamicObject>) -> DynamicObject {
    DynamicObject {
        types: None,
        metadata: object.metadata,
        data: serde_json::Value::Null,
    }
}

/// What is kept of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    Text,
    /// Of Secrets.
    Metadata,
}

async fn follow(
    store: &Store,
    served: &Served,
    form: Form,
    stream: impl TryStream<
        Ok = Event<DynamicObject>,
        Error = watcher::Error,
        Item = Result<Event<DynamicObject>, watcher::Error>,
    > + Send,
) {
    let kind = &served.resource.kind;
    let mut trouble = Trouble::default();
    let mut stream = Box::pin(stream.default_backoff());
    while let Some(event) = stream.next().await {
        let read = |object: DynamicObject| {
            let namespace = served
                .namespaced
                .then(|| object.meta().namespace.clone())
                .flatten();
            let mut value = serde_json::to_value(object).ok()?;
            let members = value.as_object_mut()?;
            // Lists leave them out.
            members.insert(
                "apiVersion".to_owned(),
                served.resource.api_version.clone().into(),
            );
            members.insert("kind".to_owned(), served.resource.kind.clone().into());
            if form == Form::Text {
                return kept_as_text(value, namespace.as_deref());
            }
            let mut resource = kept(value, namespace.as_deref())?;
            if form == Form::Metadata {
                without_contents(&mut resource);
            }
            Some(Found::from(resource))
        };
        match event {
            Ok(Event::Init) => store.begin(),
            Ok(Event::InitApply(object)) => {
                if let Some(resource) = read(object) {
                    store.listed(resource);
                }
            }
            Ok(Event::InitDone) => store.finish(),
            Ok(Event::Apply(object)) => {
                let ObjectMeta {
                    namespace, name, ..
                } = object.meta().clone();
                match read(object) {
                    Some(resource) => store.apply(resource),
                    // What it was before says nothing of what it is now.
                    None => store.delete(namespace.as_deref(), &name.unwrap_or_default()),
                }
            }
            Ok(Event::Delete(object)) => {
                let metadata = object.meta();
                store.delete(
                    metadata.namespace.as_deref(),
                    metadata.name.as_deref().unwrap_or_default(),
                );
            }
            Err(error) => {
                if is_refused(&error, store.state()) {
                    if store.forbidden() {
                        tracing::warn!(%kind, "the operator's role does not allow to watch this kind; what depends on it is unknown");
                    }
                    // Each attempt begins well, so the stream's own patience never grows.
                    tokio::time::sleep(FORBIDDEN_PAUSE).await;
                } else {
                    tracing::debug!(%kind, %error, "a watch was interrupted");
                    let now = Instant::now();
                    let (began, tell) = trouble.lasts(now);
                    store.interrupted(began, now);
                    if tell {
                        tracing::warn!(%kind, "this kind could not be watched for a minute; what depends on it is judged by what was last read, and after five minutes is unknown");
                    }
                }
            }
        }
    }
}

/// Errors of a watch, one after the other. That there are none is no news: where nothing changes, nothing is heard.
#[derive(Debug, Default)]
struct Trouble {
    began: Option<Instant>,
    last: Option<Instant>,
    told: bool,
}

impl Trouble {
    /// How long a watch may be interrupted before it is told.
    const PATIENCE: Duration = Duration::from_mins(1);
    /// Takes note of an error: since when there are some, and whether it is time to tell that they last.
    fn lasts(&mut self, now: Instant) -> (Instant, bool) {
        let goes_on = self
            .last
            .is_some_and(|last| now.duration_since(last) < APART);
        if !goes_on {
            *self = Self::default();
        }
        self.last = Some(now);
        let began = *self.began.get_or_insert(now);
        let tell = !self.told && now.duration_since(began) >= Self::PATIENCE;
        self.told |= tell;
        (began, tell)
    }
}

/// Whether the role does not allow it. What was read once may be forbidden for a moment, while the API server starts.
fn is_refused(error: &watcher::Error, state: State) -> bool {
    matches!(state, State::Pending | State::Forbidden) && is_forbidden(error)
}

fn is_forbidden(error: &watcher::Error) -> bool {
    match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status)) => status.is_forbidden(),
        watcher::Error::WatchError(status) => status.is_forbidden(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::apps::v1::Deployment;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_role_does_not_allow_is_asked_for_seldom_each_time() {
        let error = |reason, code| {
            let status = kube::core::Status::failure("no", reason).with_code(code);
            watcher::Error::InitialListFailed(kube::Error::Api(status.boxed()))
        };
        let forbidden = error("Forbidden", 403);
        // The first time, and every time after it.
        assert!(is_refused(&forbidden, State::Pending));
        assert!(is_refused(&forbidden, State::Forbidden));
        for state in [State::Synced, State::Stale] {
            assert!(!is_refused(&forbidden, state));
        }
        assert!(!is_refused(&error("InternalError", 500), State::Pending));
    }

    #[tokio::test]
    async fn what_grows_too_large_is_not_known_as_it_was() {
        let deployment = |text: &str| -> DynamicObject {
            let metadata =
                json!({"name": "web", "namespace": "clinic", "annotations": {"text": text}});
            serde_json::from_value(json!({"metadata": metadata})).unwrap()
        };
        let served = Served {
            resource: kube::core::ApiResource::erase::<Deployment>(&()),
            namespaced: true,
            versions: BTreeSet::new(),
            watchable: true,
            scalable: true,
        };
        let store = Store::new();
        let read = [
            Event::Init,
            Event::InitApply(deployment("small")),
            Event::InitDone,
        ];
        let list = futures::stream::iter(read.map(Ok));
        follow(&store, &served, Form::Text, list).await;
        assert_eq!(store.figures().0, 1);
        let grown = Event::Apply(deployment(&"x".repeat(1 << 20)));
        let news = futures::stream::iter([Ok(grown)]);
        follow(&store, &served, Form::Text, news).await;
        assert_eq!(store.figures().0, 0);
    }

    #[test]
    fn trouble_that_lasts_is_told_once() {
        let start = Instant::now();
        let mut trouble = Trouble::default();
        let mut lasts = |seconds| trouble.lasts(start + Duration::from_secs(seconds)).1;
        assert!(!lasts(0) && !lasts(30) && !lasts(59));
        assert!(lasts(61));
        assert!(!lasts(90) && !lasts(120));
        // Hours later it is another one.
        assert!(!lasts(9000) && !lasts(9030));
        assert!(lasts(9060));
    }
}
