//! What the operator knows of the cluster: objects that policies relate to what they judge, kept by watches.
//!
//! A review never asks the API server. A kind that is not read yet, or may not be read, is an unknown to the policies, never an absence.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::{Read as _, Write as _},
    sync::{
        Arc, LazyLock, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use hipaa_iac_engine::Reach;
use hipaa_iac_source::{Inventory, Map, Node, Resource, ResourceKind, Unresolved, Value};

use crate::catalog::GroupKind;

/// The root that every object of the cluster belongs to.
pub const ROOT: &str = "cluster";

/// How long readiness waits for a kind.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the watch of a kind may be interrupted before what was read counts as unknown.
pub const STALE: Duration = Duration::from_mins(5);

/// Errors of a watch that are further apart have nothing to do with each other: attempts are at most half a minute apart.
pub const APART: Duration = Duration::from_mins(2);

/// How long news is waited for, how often it is looked for meanwhile, and how long nobody waits after it was in vain.
const NEWS: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_millis(10);
const IN_VAIN: Duration = Duration::from_secs(5);

/// Namespace (empty for a cluster-scoped object) and name.
type Key = (Arc<str>, Arc<str>);

/// How far the reading of a kind has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The first list has not come yet.
    Pending,
    /// Read, and kept current.
    Synced,
    /// The API server does not let us read it.
    Forbidden,
    /// Read, and not kept current for longer than [`STALE`]: what is there now is not known.
    Stale,
}

/// An object as it is kept.
#[derive(Clone, Debug)]
pub enum Kept {
    /// As policies read it.
    Whole(Arc<Resource>),
    /// As JSON, deflated, for a kind that is seldom asked for: a tenth of the size.
    Text(Box<[u8]>),
}

/// An object with what it is found by; nothing where it is no object.
#[derive(Clone, Debug)]
pub struct Found(Option<(Key, Kept)>);

impl From<Resource> for Found {
    fn from(resource: Resource) -> Self {
        Self(key(&resource).map(|key| (key, Kept::Whole(Arc::new(resource)))))
    }
}

/// The objects of one kind.
#[derive(Debug)]
pub struct Store {
    contents: RwLock<Contents>,
}

#[derive(Debug)]
struct Contents {
    state: State,
    objects: BTreeMap<Key, Kept>,
    /// What a list that is being read has brought so far.
    incoming: Option<BTreeMap<Key, Kept>>,
    heard: Instant,
    since: Instant,
    /// The first and the last error of a watch that is interrupted.
    trouble: Option<(Instant, Instant)>,
}

impl Contents {
    /// News came, so the watch works.
    fn heard(&mut self) {
        self.heard = Instant::now();
        self.trouble = None;
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            contents: RwLock::new(Contents {
                state: State::Pending,
                objects: BTreeMap::new(),
                incoming: None,
                heard: Instant::now(),
                since: Instant::now(),
                trouble: None,
            }),
        }
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Contents> {
        self.contents
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Contents> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new list begins.
    pub fn begin(&self) {
        self.write().incoming = Some(BTreeMap::new());
    }

    /// An object of the list that is being read.
    pub fn listed(&self, object: impl Into<Found>) {
        if let Found(Some((key, kept))) = object.into() {
            let mut contents = self.write();
            contents
                .incoming
                .get_or_insert_with(BTreeMap::new)
                .insert(key, kept);
        }
    }

    /// The list is complete: it takes the place of what was there.
    pub fn finish(&self) {
        let mut contents = self.write();
        if let Some(objects) = contents.incoming.take() {
            contents.objects = objects;
        }
        contents.state = State::Synced;
        contents.heard();
    }

    /// An object is new or has changed.
    pub fn apply(&self, object: impl Into<Found>) {
        if let Found(Some((key, kept))) = object.into() {
            let mut contents = self.write();
            contents.objects.insert(key, kept);
            contents.heard();
        }
    }

    /// An object is gone.
    pub fn delete(&self, namespace: Option<&str>, name: &str) {
        let mut contents = self.write();
        contents
            .objects
            .remove(&(namespace.unwrap_or_default().into(), name.into()));
        contents.heard();
    }

    /// The API server does not let us read it. Whether that is news.
    pub fn forbidden(&self) -> bool {
        let mut contents = self.write();
        let news = contents.state == State::Pending;
        if news {
            contents.state = State::Forbidden;
        }
        news
    }

    /// The watch failed, as it has since `began`.
    pub fn interrupted(&self, began: Instant, now: Instant) {
        let mut contents = self.write();
        // What was heard since it began was news of a watch that worked.
        contents.trouble = Some((began.max(contents.heard), now));
    }

    /// How far the reading has come.
    pub fn state(&self) -> State {
        self.state_at(Instant::now())
    }

    fn state_at(&self, now: Instant) -> State {
        let contents = self.read();
        let lasts = |(began, last): (Instant, Instant)| {
            last.saturating_duration_since(began) >= STALE
                && now.saturating_duration_since(last) < APART
        };
        match contents.state {
            State::Synced if contents.trouble.is_some_and(lasts) => State::Stale,
            state => state,
        }
    }

    /// Whether there is more to wait for. A kind that its server does not give is waited for no longer than [`PATIENCE`]: it is an unknown then,
    /// and the other kinds are judged.
    fn is_awaited(&self) -> bool {
        let contents = self.read();
        contents.state == State::Pending && contents.since.elapsed() < PATIENCE
    }

    /// How many objects there are, and how many seconds ago the last news came.
    pub fn figures(&self) -> (usize, f64) {
        let contents = self.read();
        (
            contents.objects.len(),
            contents.heard.elapsed().as_secs_f64(),
        )
    }

    fn get(&self, namespace: Option<&str>, name: &str) -> Option<Arc<Resource>> {
        let kept = self
            .read()
            .objects
            .get(&(namespace.unwrap_or_default().into(), name.into()))
            .cloned()?;
        match kept {
            Kept::Whole(resource) => Some(resource),
            Kept::Text(deflated) => {
                let mut text = Vec::new();
                DeflateDecoder::new(&*deflated)
                    .read_to_end(&mut text)
                    .ok()?;
                let node = serde_json::from_slice(&text).ok()?;
                hipaa_iac_kubernetes::resource(node, &ROOT.into(), namespace).map(Arc::new)
            }
        }
    }
}

fn key(resource: &Resource) -> Option<Key> {
    let id = resource.kubernetes()?;
    Some((
        id.namespace.clone().unwrap_or_default(),
        Arc::clone(&id.name),
    ))
}

/// All stores.
#[derive(Debug, Default)]
pub struct Cluster {
    stores: ArcSwap<HashMap<GroupKind, Arc<Store>>>,
    was_synced: AtomicBool,
    /// When news was waited for in vain.
    vain: Mutex<Option<Instant>>,
}

impl Cluster {
    /// Replaces the set of kinds that are read.
    pub fn set_stores(&self, stores: HashMap<GroupKind, Arc<Store>>) {
        self.stores.store(Arc::new(stores));
    }

    /// The stores, by kind.
    pub fn stores(&self) -> Arc<HashMap<GroupKind, Arc<Store>>> {
        self.stores.load_full()
    }

    /// Whether everything that can be read has been read once. What a new policy wants read on top makes no replica unready: it is an unknown
    /// until it is there.
    pub fn is_synced(&self) -> bool {
        if self.was_synced.load(Ordering::Relaxed) {
            return true;
        }
        let stores = self.stores.load();
        // Namespaces always are among them.
        let synced = !stores.is_empty() && !stores.values().any(|store| store.is_awaited());
        if synced {
            self.was_synced.store(true, Ordering::Relaxed);
        }
        synced
    }

    /// Whether the objects of a kind are read and kept current.
    pub fn is_read(&self, kind: &GroupKind) -> bool {
        let stores = self.stores.load();
        stores
            .get(kind)
            .is_some_and(|store| store.state() == State::Synced)
    }

    /// Whether the objects of a kind were read, kept current or not.
    pub fn was_read(&self, kind: &GroupKind) -> bool {
        let stores = self.stores.load();
        let state = stores.get(kind).map(|store| store.state());
        matches!(state, Some(State::Synced | State::Stale))
    }

    /// What `find` finds, which watches may bring any moment. It blocks the thread for at most [`NEWS`], and where that was in vain a moment ago not
    /// at all: whoever waits holds up others.
    pub fn wait_for<T>(&self, find: impl Fn() -> Option<T>) -> Option<T> {
        let vain = || self.vain.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = find() {
            return Some(found);
        }
        if vain().is_some_and(|at| at.elapsed() < IN_VAIN) {
            return None;
        }
        let until = Instant::now() + NEWS;
        while Instant::now() < until {
            std::thread::sleep(LOOK);
            if let Some(found) = find() {
                return Some(found);
            }
        }
        *vain() = Some(Instant::now());
        None
    }

    /// The Namespace of a name.
    pub fn namespace(&self, name: &str) -> Option<Arc<Resource>> {
        self.object(&GroupKind::new("", "Namespace"), None, name)
    }

    /// The object of a kind, namespace and name, as far as it is known.
    pub fn object(
        &self,
        kind: &GroupKind,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<Arc<Resource>> {
        self.stores.load().get(kind)?.get(namespace, name)
    }

    /// The objects of a kind, of one namespace or of all, as far as they are known.
    pub fn objects(&self, kind: &GroupKind, namespace: Option<&str>) -> Vec<Arc<Resource>> {
        let stores = self.stores.load();
        let Some(store) = stores.get(kind) else {
            return Vec::new();
        };
        let keys: Vec<Key> = store
            .read()
            .objects
            .keys()
            .filter(|(space, _)| namespace.is_none_or(|namespace| **space == *namespace))
            .cloned()
            .collect();
        keys.iter()
            .filter_map(|(space, name)| {
                store.get(Some(&**space).filter(|space| !space.is_empty()), name)
            })
            .collect()
    }

    /// The inventory in which an object is judged: the object first, its Namespace, and what its policies relate it to.
    pub fn inventory(&self, object: Resource, related: &BTreeMap<GroupKind, Reach>) -> Inventory {
        let stores = self.stores.load();
        let id = object.kubernetes().cloned();
        let namespace = id.as_ref().and_then(|id| id.namespace.clone());
        let own = key(&object);
        let own_kind = id.as_ref().map(|id| GroupKind::new(&id.group, &id.kind));
        let mut inventory = Inventory {
            resources: vec![object],
            ..Inventory::default()
        };
        let namespaces = GroupKind::new("", "Namespace");
        let mut hidden = |kind: &GroupKind, why: &str| {
            inventory.unresolved.push(Unresolved {
                address: kind.kind.clone(),
                root: ROOT.into(),
                environment: None,
                reason: format!("{} {why}", plural_name(kind)),
                remedy: String::new(),
                span: None,
                references: Vec::new(),
                texts: Vec::new(),
            });
        };
        // What policies read beside the object is kept whole.
        let whole = |(_, kept): (&Key, &Kept)| match kept {
            Kept::Whole(resource) => Some(Arc::clone(resource)),
            Kept::Text(_) => None,
        };
        let mut add = Vec::new();
        if let Some(namespace) = &namespace
            && !related.contains_key(&namespaces)
            && let Some(found) = stores
                .get(&namespaces)
                .and_then(|store| store.get(None, namespace))
        {
            add.push(found);
        }
        for (kind, reach) in related {
            // A kind that the cluster does not serve has no objects.
            let Some(store) = stores.get(kind) else {
                continue;
            };
            match store.state() {
                State::Pending => hidden(kind, "are not read yet"),
                State::Forbidden => hidden(kind, "may not be read by the operator"),
                State::Stale => hidden(kind, "could not be watched for some minutes"),
                State::Synced => {}
            }
            let contents = store.read();
            let is_own = |key: &Key| own_kind.as_ref() == Some(kind) && own.as_ref() == Some(key);
            match (reach, &namespace) {
                (Reach::Namespace, Some(namespace)) => {
                    for space in ["".into(), Arc::clone(namespace)] {
                        let first: Key = (Arc::clone(&space), "".into());
                        let found = contents
                            .objects
                            .range(first..)
                            .take_while(|((in_space, _), _)| *in_space == space)
                            .filter(|(key, _)| !is_own(key));
                        add.extend(found.filter_map(whole));
                    }
                }
                _ => add.extend(
                    contents
                        .objects
                        .iter()
                        .filter(|(key, _)| !is_own(key))
                        .filter_map(whole),
                ),
            }
        }
        inventory
            .resources
            .extend(add.iter().map(|resource| Resource::clone(resource)));
        inventory
    }
}

fn plural_name(kind: &GroupKind) -> String {
    if kind.group.is_empty() {
        format!("objects of the kind {}", kind.kind)
    } else {
        format!("objects of the kind {}/{}", kind.group, kind.kind)
    }
}

/// An object of a watch, without what no policy reads: `metadata.managedFields`, what `kubectl` keeps of the last apply, `status` but that of a
/// `RestoreVerification`, and binary data.
pub fn kept(mut value: serde_json::Value, namespace: Option<&str>) -> Option<Resource> {
    trim(&mut value);
    let node = words().share(bounded(Node::from(&value)));
    drop(value);
    let mut words = words();
    let mut resource = hipaa_iac_kubernetes::resource(node, &words.word(&ROOT.into()), namespace)?;
    if let ResourceKind::Kubernetes(id) = &mut resource.kind {
        let namespace = id.namespace.iter_mut();
        for text in namespace.chain([&mut id.group, &mut id.version, &mut id.kind, &mut id.name]) {
            *text = words.word(text);
        }
    }
    Some(resource)
}

/// The same as JSON; nothing of one that is larger than [`MAX_OBJECT`].
pub fn kept_as_text(mut value: serde_json::Value, namespace: Option<&str>) -> Option<Found> {
    trim(&mut value);
    let found = || {
        let name = value.pointer("/metadata/name")?.as_str()?;
        let text = value.to_string();
        if text.len() > MAX_OBJECT {
            return None;
        }
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(text.as_bytes()).ok()?;
        let deflated = deflated.finish().ok()?;
        let key = (namespace.unwrap_or_default().into(), name.into());
        Some((key, Kept::Text(deflated.into())))
    };
    found().map(|found| Found(Some(found)))
}

/// Whether these are a `RestoreVerification`'s.
fn is_verification(api_version: Option<&str>, kind: Option<&str>) -> bool {
    kind == Some("RestoreVerification")
        && api_version.is_some_and(|version| version.starts_with("hipaa-iac.dev/"))
}

fn trim(value: &mut serde_json::Value) {
    let text = |member| value.get(member).and_then(serde_json::Value::as_str);
    let tells = is_verification(text("apiVersion"), text("kind"));
    if tells {
        name_nothing_long(value);
    }
    let Some(object) = value.as_object_mut() else {
        return;
    };
    if !tells {
        object.remove("status");
    }
    object.remove("binaryData");
    if let Some(metadata) = object
        .get_mut("metadata")
        .and_then(serde_json::Value::as_object_mut)
    {
        metadata.remove("managedFields");
        if let Some(annotations) = metadata
            .get_mut("annotations")
            .and_then(serde_json::Value::as_object_mut)
        {
            annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    }
}

/// The longest text that is kept of an object that others are judged by: 8 KiB. No policy reads so long a one.
const MAX_TEXT: usize = 8 << 10;
/// The most values that are kept of one.
const MAX_VALUES: usize = 4 << 10;
/// The most members of one that is kept in parts.
const MAX_MEMBERS: usize = 512;
/// The largest object that is kept as text: 256 KiB.
const MAX_OBJECT: usize = 256 << 10;

/// What is kept in any case of an object with too many values, by its path. Of what its metadata and its spec have beside, all that there is room for.
const IDENTITY: [&str; 8] = [
    "/apiVersion",
    "/kind",
    "/metadata/creationTimestamp",
    "/metadata/generation",
    "/metadata/name",
    "/metadata/namespace",
    "/metadata/uid",
    "/spec/",
];
/// The same of a `RestoreVerification`, of what databases are judged by. Who writes an object of another kind could write one that passes, and change it
/// afterwards. That a restore was proved is not his to write, so nothing that he writes may make it an unknown, for which nobody is denied.
const PROOF: [&str; 10] = [
    "/spec/covers",
    "/spec/enforcement",
    CLUSTER_NAME,
    CLAIM_NAME,
    "/spec/suspend",
    "/status/decisive",
    "/status/lastPassedTime",
    "/status/observedGeneration",
    "/status/passedDigest",
    "/status/subjectDigest",
];
const CLUSTER_NAME: &str = "/spec/source/cnpgBackup/location/cnpgCluster/name";
const CLAIM_NAME: &str = "/spec/source/volumeSnapshot/location/volumeSnapshot/claimName";

/// The most objects that a verification covers, and labels that it selects them by, as its definition has it.
const MAX_COVERED: usize = 64;
/// Longer than any name or label of an object.
const NO_NAME: usize = 1 << 10;

/// What a verification names. What is longer than names are is nobody's name, cut or whole; as an unknown it might be anybody's.
fn name_nothing_long(verification: &mut serde_json::Value) {
    fn cut(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) if text.len() > NO_NAME => {
                *text = text.chars().take(NO_NAME).collect();
            }
            serde_json::Value::Array(elements) => elements.iter_mut().for_each(cut),
            serde_json::Value::Object(members) => members.values_mut().for_each(cut),
            _ => {}
        }
    }
    if let Some(serde_json::Value::Array(covers)) = verification.pointer_mut("/spec/covers") {
        covers.truncate(MAX_COVERED);
        covers.retain(|covered| {
            let labels = covered.pointer("/selector/matchLabels");
            let labels = labels.and_then(serde_json::Value::as_object);
            labels.is_none_or(|labels| labels.len() <= MAX_COVERED)
        });
    }
    for named in ["/spec/covers", CLUSTER_NAME, CLAIM_NAME] {
        if let Some(named) = verification.pointer_mut(named) {
            cut(named);
        }
    }
}

/// An object of which no more is known than there is room for: who may write `ConfigMaps` must not fill the memory.
fn bounded(node: Node) -> Node {
    if values(&node) <= MAX_VALUES {
        return node;
    }
    let mut read = IDENTITY.to_vec();
    let text = |member| node.get(member).and_then(Node::as_str);
    if is_verification(text("apiVersion"), text("kind")) {
        read.extend(PROOF);
    }
    let mut room = MAX_VALUES;
    only(&node, "", &read, &mut room)
}

/// What of an object is read, by its path, and what else there is room for: the smallest first, so that what somebody adds hides itself alone. The rest is
/// unknown.
fn only(node: &Node, at: &str, read: &[&str], room: &mut usize) -> Node {
    let members = node.as_map().into_iter().flatten();
    let mut members: Vec<(usize, &Arc<str>, &Node)> = members
        .map(|(key, value)| (values(value), key, value))
        .collect();
    members.sort_by_key(|(size, ..)| *size);
    let mut kept = Map::default();
    for (size, key, value) in members {
        let here = format!("{at}/{key}");
        let goes_on = |path: &&str| {
            path.strip_prefix(&*here)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let has_few = value
            .as_map()
            .is_some_and(|members| members.len() <= MAX_MEMBERS);
        // A name that is empty or has a slash in it is no step of a path.
        let is_step = !key.is_empty() && !key.contains('/');
        let value = if is_step && read.contains(&&*here) {
            value.clone()
        } else if size <= *room {
            *room -= size;
            value.clone()
        } else if is_step && has_few && read.iter().any(goes_on) {
            only(value, &here, read, room)
        } else {
            Node::unknown("the object has more values than the operator keeps")
        };
        kept.insert(Arc::clone(key), value);
    }
    Node::object(kept)
}

/// How many values there are in one, itself among them.
fn values(node: &Node) -> usize {
    let within: usize = match &node.value {
        Value::List(elements) => elements.iter().map(values).sum(),
        Value::Object(members) => members.values().map(values).sum(),
        _ => 0,
    };
    within + 1
}

/// Names of fields, labels and namespaces, which thousands of objects repeat: each is kept once.
#[derive(Debug, Default)]
struct Words(HashSet<Arc<str>>);

/// Longer texts are seldom repeated.
const MAX_WORD: usize = 48;
/// How many words are kept: what objects are named and hold must not fill the memory.
const MAX_WORDS: usize = 16 << 10;

fn words() -> std::sync::MutexGuard<'static, Words> {
    static WORDS: LazyLock<Mutex<Words>> = LazyLock::new(Mutex::default);
    WORDS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Words {
    fn word(&mut self, text: &Arc<str>) -> Arc<str> {
        if text.len() > MAX_WORD {
            return Arc::clone(text);
        }
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        if self.0.len() < MAX_WORDS {
            self.0.insert(Arc::clone(text));
        }
        Arc::clone(text)
    }

    fn share(&mut self, mut node: Node) -> Node {
        node.value = match node.value {
            Value::String(text) if text.len() > MAX_TEXT => {
                return Node::unknown("the text is longer than the operator keeps");
            }
            Value::String(text) => Value::String(self.word(&text)),
            Value::List(elements) => Value::List(Arc::new(
                elements
                    .iter()
                    .map(|element| self.share(element.clone()))
                    .collect(),
            )),
            Value::Object(members) => {
                let mut shared = Map::default();
                shared.reserve_exact(members.len());
                for (key, value) in &*members {
                    shared.insert(self.word(key), self.share(value.clone()));
                }
                Value::Object(Arc::new(shared))
            }
            other => other,
        };
        node
    }
}

/// A Secret of which only the metadata is read: its contents are unknown, and certainly never printed.
pub fn without_contents(resource: &mut Resource) {
    if let Value::Object(members) = &mut resource.body.value {
        let members: &mut Map = Arc::make_mut(members);
        for field in ["data", "stringData"] {
            let mut unknown = Node::unknown("the contents of Secrets are not read");
            unknown.sensitive = true;
            members.insert(field.into(), unknown);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(kind: &str, namespace: Option<&str>, name: &str) -> Resource {
        let api_version = if kind == "StorageClass" {
            "storage.k8s.io/v1"
        } else {
            "v1"
        };
        let value = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace, "managedFields": [1]}, "status": {"x": 1}});
        kept(value, namespace).unwrap()
    }

    fn addresses(inventory: &Inventory) -> Vec<&str> {
        inventory
            .resources
            .iter()
            .map(|resource| &*resource.address)
            .collect()
    }

    #[test]
    fn an_inventory_holds_what_policies_reach() {
        let cluster = Cluster::default();
        let mut stores = HashMap::new();
        for (kind, objects) in [
            (
                GroupKind::new("", "Namespace"),
                vec![
                    object("Namespace", None, "a"),
                    object("Namespace", None, "b"),
                ],
            ),
            (
                GroupKind::new("", "ConfigMap"),
                vec![
                    object("ConfigMap", Some("a"), "x"),
                    object("ConfigMap", Some("a"), "y"),
                    object("ConfigMap", Some("aa"), "z"),
                ],
            ),
            (
                GroupKind::new("storage.k8s.io", "StorageClass"),
                vec![object("StorageClass", None, "fast")],
            ),
        ] {
            let store = Arc::new(Store::new());
            store.begin();
            for object in objects {
                store.listed(object);
            }
            store.finish();
            stores.insert(kind, store);
        }
        cluster.set_stores(stores);
        let related: BTreeMap<GroupKind, Reach> = [
            (GroupKind::new("", "ConfigMap"), Reach::Namespace),
            (
                GroupKind::new("storage.k8s.io", "StorageClass"),
                Reach::Namespace,
            ),
            (GroupKind::new("not.there", "Kind"), Reach::Everywhere),
        ]
        .into();
        let inventory = cluster.inventory(object("ConfigMap", Some("a"), "y"), &related);
        assert_eq!(
            addresses(&inventory),
            [
                "ConfigMap/a/y",
                "Namespace/a",
                "ConfigMap/a/x",
                "StorageClass/fast"
            ]
        );
        assert!(inventory.unresolved.is_empty());
        let everywhere = [(GroupKind::new("", "ConfigMap"), Reach::Everywhere)].into();
        let inventory = cluster.inventory(object("Service", Some("a"), "y"), &everywhere);
        assert_eq!(inventory.resources.len(), 5);
    }

    #[test]
    fn what_is_not_read_hides_and_is_no_absence() {
        let cluster = Cluster::default();
        let kind = GroupKind::new("", "ConfigMap");
        let store = Arc::new(Store::new());
        cluster.set_stores([(kind.clone(), Arc::clone(&store))].into());
        assert!(!cluster.is_synced());
        let related = [(kind, Reach::Namespace)].into();
        let inventory = cluster.inventory(object("Pod", Some("a"), "p"), &related);
        assert_eq!(inventory.unresolved.len(), 1);
        assert!(store.forbidden() && !store.forbidden());
        assert!(cluster.is_synced());
        let inventory = cluster.inventory(object("Pod", Some("a"), "p"), &related);
        assert!(inventory.unresolved[0].reason.contains("may not be read"));
    }

    #[test]
    fn a_list_takes_the_place_of_what_was_there() {
        let store = Store::new();
        store.begin();
        store.listed(object("ConfigMap", Some("a"), "gone"));
        store.finish();
        store.begin();
        store.listed(object("ConfigMap", Some("a"), "new"));
        assert!(store.get(Some("a"), "gone").is_some());
        store.finish();
        assert!(store.get(Some("a"), "gone").is_none());
        store.delete(Some("a"), "new");
        assert_eq!(store.figures().0, 0);
    }

    #[test]
    fn what_is_kept_as_text_is_found_and_no_relation() {
        let store = Arc::new(Store::new());
        let value = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "a"}, "status": {}});
        store.listed(kept_as_text(value, Some("a")).unwrap());
        store.finish();
        let kind = GroupKind::new("", "ConfigMap");
        let cluster = Cluster::default();
        cluster.set_stores([(kind.clone(), store)].into());
        let found = cluster.object(&kind, Some("a"), "x").unwrap();
        assert_eq!(&*found.address, "ConfigMap/a/x");
        assert!(found.body.get("status").is_none());
        assert!(cluster.object(&kind, Some("b"), "x").is_none());
        let related = [(kind, Reach::Everywhere)].into();
        let inventory = cluster.inventory(object("Service", Some("a"), "y"), &related);
        assert_eq!(inventory.resources.len(), 1);
    }

    #[test]
    fn who_fills_objects_does_not_fill_the_memory() {
        let long = "x".repeat(1 << 20);
        let value = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "a"},
            "data": {"dashboard": long, "PGSSLMODE": "disable"}});
        let resource = kept(value.clone(), Some("a")).unwrap();
        let data = resource.body.get("data").unwrap();
        assert!(matches!(
            data.get("dashboard").unwrap().value,
            Value::Unknown(_)
        ));
        assert_eq!(data.get("PGSSLMODE").unwrap().as_str(), Some("disable"));
        assert!(kept_as_text(value, Some("a")).is_none());

        let many: serde_json::Map<String, serde_json::Value> =
            (0..5000).map(|at| (format!("k{at}"), "v".into())).collect();
        let labels = json!({"app": "web"});
        let value = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "a", "labels": labels, "annotations": many}, "data": many});
        let resource = kept(value, Some("a")).unwrap();
        assert_eq!(&*resource.address, "ConfigMap/a/x");
        let metadata = resource.body.get("metadata").unwrap();
        let app = metadata.get("labels").and_then(|labels| labels.get("app"));
        assert_eq!(app.unwrap().as_str(), Some("web"));
        for node in [metadata.get("annotations"), resource.body.get("data")] {
            assert!(matches!(node.unwrap().value, Value::Unknown(_)));
        }
    }

    /// A route of another team says nothing of a Gateway that it does not name, however much is written into it.
    #[test]
    fn what_is_added_to_an_object_hides_itself_alone() {
        let many: serde_json::Map<String, serde_json::Value> =
            (0..5000).map(|at| (format!("k{at}"), "v".into())).collect();
        let route = |annotations: &serde_json::Value, matches: usize| {
            let rules: Vec<_> = (0..matches)
                .map(|at| json!({"path": format!("/{at}")}))
                .collect();
            let value = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
                "metadata": {"name": "x", "namespace": "a", "annotations": annotations},
                "spec": {"parentRefs": [{"name": "edge"}], "rules": rules}});
            kept(value, Some("a")).unwrap()
        };
        let spec = |route: &Resource, field: &str| {
            let spec = route.body.get("spec").unwrap();
            spec.get(field).unwrap().clone()
        };
        let parents = Node::from(&json!([{"name": "edge"}]));
        let noted = route(&serde_json::Value::from(many), 1);
        assert_eq!(spec(&noted, "parentRefs"), parents);
        assert_eq!(spec(&noted, "rules"), Node::from(&json!([{"path": "/0"}])));
        let metadata = noted.body.get("metadata").unwrap();
        let annotations = metadata.get("annotations").unwrap();
        assert!(matches!(annotations.value, Value::Unknown(_)));
        let long = route(&json!({"team": "web"}), 5000);
        assert_eq!(spec(&long, "parentRefs"), parents);
        assert!(matches!(spec(&long, "rules").value, Value::Unknown(_)));
        assert_eq!(&*long.address, "HTTPRoute/a/x");
        // No name of a member reads like the path of what is kept in any case.
        let many: Vec<usize> = (0..5000).collect();
        for (within, name) in [("spec", ""), ("", "metadata/name")] {
            let mut object = json!({"kind": "Odd", "spec": {}});
            let at = if within.is_empty() {
                &mut object
            } else {
                &mut object[within]
            };
            at[name] = json!(many);
            let kept = bounded(Node::from(&object));
            assert!(values(&kept) < MAX_VALUES, "{name:?}");
        }
    }

    #[test]
    fn what_was_not_watched_for_long_is_unknown() {
        let store = Store::new();
        store.listed(object("ConfigMap", Some("a"), "x"));
        store.finish();
        let began = Instant::now();
        let after = |seconds| began + Duration::from_secs(seconds);
        store.interrupted(began, after(299));
        assert_eq!(store.state_at(after(299)), State::Synced);
        store.interrupted(began, after(300));
        assert_eq!(store.state_at(after(330)), State::Stale);
        // No error since: it is watched again, and nothing has changed.
        assert_eq!(store.state_at(after(420)), State::Synced);
        // Errors with news between them are those of a watch that works.
        let long_ago = began.checked_sub(STALE * 2).unwrap();
        store.interrupted(long_ago, after(1));
        assert_eq!(store.state_at(after(2)), State::Synced);
        store.interrupted(began, after(421));
        store.begin();
        store.finish();
        assert_eq!(store.state_at(after(430)), State::Synced);
    }

    #[test]
    fn what_nobody_reads_is_not_kept() {
        let resource = object("ConfigMap", Some("a"), "x");
        assert!(resource.body.get("status").is_none());
        assert!(
            resource
                .body
                .get("metadata")
                .unwrap()
                .get("managedFields")
                .is_none()
        );
    }
}
