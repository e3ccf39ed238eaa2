//! `$(VAR)` in the environment, commands and arguments of containers, as the kubelet expands it.
//!
//! A variable of `env` sees `envFrom` and the entries of `env` above it; commands and arguments see all. `$$` is a dollar
//! sign, and a variable that is not there stays as it is written (Kubernetes API, `EnvVar.value` and `Container.args`).

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use hipaa_iac_source::{Map, Node, Origin, Resource, Span, TemplatePart, Unknown, Value};
use regex::Regex;

use crate::{
    pods::{self, Step},
    policy,
    world::World,
};

/// Lists of containers in a pod spec.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];
/// The longest text that is made: each `$(VAR)` may double it.
const MAX_TEXT: usize = 64 << 10;

/// Variables that the kubelet adds for the Services of the namespace, which hold addresses.
static OF_SERVICES: LazyLock<Regex> = LazyLock::new(|| {
    policy::regex(
        r"^[A-Z][A-Z0-9_]*_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$",
    )
});

/// What is known of a variable.
#[derive(Clone, Debug)]
enum Known {
    Text(Arc<str>, Option<Span>),
    /// Why it is not known.
    Hidden(Arc<str>),
}

#[derive(Debug, Default)]
struct Variables {
    known: HashMap<Arc<str>, Known>,
    /// Why there may be further ones, of any name.
    open: Option<Arc<str>>,
}

/// The object with the texts of its containers expanded; `None` where nothing is to expand.
pub(crate) fn expanded(world: &World<'_>, at: usize, resource: &Resource) -> Option<Node> {
    let id = resource.kubernetes()?;
    if let Some(path) = policy::pod_spec_path(&id.group, &id.kind) {
        let spec = path
            .iter()
            .try_fold(&resource.body, |node, key| node.get(key))?;
        let path: Vec<Step> = path.iter().map(|key| Step::Key(Arc::from(*key))).collect();
        return Some(replaced(
            &resource.body,
            &path,
            expanded_spec(world, at, spec)?,
        ));
    }
    let mut body = None;
    for path in &world.relations.found(at)?.pods {
        let before = body.as_ref().unwrap_or(&resource.body);
        if let Some(spec) = pods::at(before, path)
            && let Some(spec) = expanded_spec(world, at, spec)
        {
            body = Some(replaced(before, path, spec));
        }
    }
    body
}

fn expanded_spec(world: &World<'_>, at: usize, spec: &Node) -> Option<Value> {
    let mut members = spec.as_map()?.clone();
    let mut changed = false;
    for key in CONTAINERS {
        let Some(containers) = spec.get(key).and_then(Node::as_list) else {
            continue;
        };
        let made: Vec<Node> = containers
            .iter()
            .map(|container| {
                let made = expanded_container(world, at, container);
                changed |= made.is_some();
                made.unwrap_or_else(|| container.clone())
            })
            .collect();
        if let Some(member) = members.get_mut(key) {
            member.value = Value::List(Arc::new(made));
        }
    }
    changed.then(|| Value::Object(Arc::new(members)))
}

/// A tree with another value at a path.
fn replaced(node: &Node, path: &[Step], value: Value) -> Node {
    let mut node = node.clone();
    let Some((first, rest)) = path.split_first() else {
        node.value = value;
        return node;
    };
    let member = match (&mut node.value, first) {
        (Value::Object(members), Step::Key(key)) => Arc::make_mut(members).get_mut(key),
        (Value::List(elements), Step::Index(at)) => Arc::make_mut(elements).get_mut(*at),
        _ => None,
    };
    if let Some(member) = member {
        *member = replaced(member, rest, value);
    }
    node
}

fn expanded_container(world: &World<'_>, at: usize, container: &Node) -> Option<Node> {
    let members = container.as_map()?;
    let list = |key: &str| members.get(key).and_then(Node::as_list);
    let mentions = |node: &Node| node.as_str().is_some_and(|text| text.contains('$'));
    let in_env = list("env")
        .into_iter()
        .flatten()
        .any(|entry| entry.get("value").is_some_and(mentions));
    let in_arguments = ["command", "args"]
        .iter()
        .any(|key| list(key).into_iter().flatten().any(mentions));
    if !in_env && !in_arguments {
        return None;
    }
    let mut variables = Variables::default();
    variables.read_sources(world, at, members);
    let mut made = members.clone();
    if let Some(env) = list("env") {
        let entries = env
            .iter()
            .map(|entry| variables.read_entry(world, at, entry))
            .collect();
        if let Some(member) = made.get_mut("env") {
            member.value = Value::List(Arc::new(entries));
        }
    } else if let Some(env) = members.get("env").filter(|env| !env.is_null()) {
        variables.open = Some(reason_of(env));
    }
    for key in ["command", "args"] {
        let Some(texts) = list(key) else { continue };
        let texts = texts
            .iter()
            .map(|text| variables.expand(text, false))
            .collect();
        if let Some(member) = made.get_mut(key) {
            member.value = Value::List(Arc::new(texts));
        }
    }
    let mut container = container.clone();
    container.value = Value::Object(Arc::new(made));
    Some(container)
}

fn reason_of(node: &Node) -> Arc<str> {
    node.as_unknown()
        .and_then(|unknown| unknown.reasons.first())
        .map_or_else(
            || "the value is not known".into(),
            |reason| reason.as_str().into(),
        )
}

impl Variables {
    /// What `envFrom` reads.
    fn read_sources(&mut self, world: &World<'_>, at: usize, container: &Map) {
        let Some(sources) = container.get("envFrom").filter(|from| !from.is_null()) else {
            return;
        };
        let Some(sources) = sources.as_list() else {
            self.open = Some(reason_of(sources));
            return;
        };
        for source in sources {
            let name = |key: &str| source.get(key)?.get("name")?.as_str();
            let prefix = source.get("prefix").and_then(Node::as_str).unwrap_or("");
            if let Some(name) = name("configMapRef") {
                match config_map(world, at, name) {
                    Ok(data) => {
                        for (key, value) in data.iter() {
                            self.set(format!("{prefix}{key}").into(), value);
                        }
                    }
                    Err(reason) => self.hide_all(reason.into()),
                }
            } else {
                let secret = name("secretRef").unwrap_or("");
                self.hide_all(format!("the value is in the Secret {secret}").into());
            }
        }
    }

    fn set(&mut self, name: Arc<str>, value: &Node) {
        let known = match &value.value {
            Value::String(text) => Known::Text(Arc::clone(text), value.span),
            Value::Null => Known::Text("".into(), value.span),
            _ => Known::Hidden(reason_of(value)),
        };
        self.known.insert(name, known);
    }

    /// Any variable may be set anew.
    fn hide_all(&mut self, reason: Arc<str>) {
        self.known.clear();
        self.open = Some(reason);
    }

    /// An entry of `env` with its value expanded; it counts for those below it.
    fn read_entry(&mut self, world: &World<'_>, at: usize, entry: &Node) -> Node {
        let Some(name) = entry.get("name").and_then(Node::as_str) else {
            self.hide_all(reason_of(entry.get("name").unwrap_or(entry)));
            return entry.clone();
        };
        let name: Arc<str> = name.into();
        if let Some(from) = entry.get("valueFrom").filter(|from| !from.is_null()) {
            let value = value_from(world, at, from);
            self.set(name, &value);
            return entry.clone();
        }
        let Some(value) = entry.get("value") else {
            self.set(name, &Node::null());
            return entry.clone();
        };
        let value = self.expand(value, true);
        self.set(name, &value);
        let mut entry = entry.clone();
        if let Value::Object(members) = &mut entry.value
            && let Some(member) = Arc::make_mut(members).get_mut("value")
        {
            *member = value;
        }
        entry
    }

    fn get(&self, name: &str) -> Option<Known> {
        let open = || {
            let services = "the kubelet sets it from a Service";
            let of_service = OF_SERVICES.is_match(name).then(|| Arc::from(services));
            self.open.clone().or(of_service).map(Known::Hidden)
        };
        self.known.get(name).cloned().or_else(open)
    }

    /// A text with its variables put in. With `holes`, one that is not known leaves a hole; without, it stays as it is
    /// written, because an argument that a variable fills is told from one that is written out.
    fn expand(&self, node: &Node, holes: bool) -> Node {
        let Some(text) = node.as_str().filter(|text| text.contains('$')) else {
            return node.clone();
        };
        let mut parts: Vec<TemplatePart> = Vec::new();
        let mut made = String::new();
        let mut reasons: Vec<String> = Vec::new();
        let mut origin: Option<Arc<Origin>> = None;
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('$') {
            made.push_str(before);
            if let Some(escaped) = behind.strip_prefix('$') {
                made.push('$');
                rest = escaped;
                continue;
            }
            let Some((name, after)) = behind
                .strip_prefix('(')
                .and_then(|inner| inner.split_once(')'))
            else {
                made.push('$');
                rest = behind;
                continue;
            };
            rest = after;
            match self.get(name) {
                Some(Known::Text(value, span)) => {
                    made.push_str(&value);
                    origin = origin.or_else(|| {
                        let what = format!("variable {name} of the container");
                        Some(Arc::new(Origin::new(what, span)))
                    });
                }
                Some(Known::Hidden(reason)) if holes => {
                    parts.push(TemplatePart::Text(std::mem::take(&mut made).into()));
                    parts.push(TemplatePart::Hole(Node::unknown(&*reason)));
                    if !reasons.iter().any(|known| **known == *reason) {
                        reasons.push(reason.to_string());
                    }
                }
                _ => made.extend(["$(", name, ")"]),
            }
            if made.len() > MAX_TEXT {
                let long = Node::unknown("the variables make it too long to be read");
                return Node {
                    value: long.value,
                    ..node.clone()
                };
            }
        }
        made.push_str(rest);
        let value = if parts.is_empty() {
            Value::String(made.into())
        } else {
            if !made.is_empty() {
                parts.push(TemplatePart::Text(made.into()));
            }
            parts.retain(|part| !matches!(part, TemplatePart::Text(text) if text.is_empty()));
            Value::Unknown(Arc::new(Unknown {
                reasons,
                set: true,
                template: parts,
                ..Unknown::default()
            }))
        };
        Node {
            value,
            origin: origin.or_else(|| node.origin.clone()),
            ..node.clone()
        }
    }
}

/// What an entry of `env` takes from elsewhere.
pub(crate) fn value_from(world: &World<'_>, at: usize, from: &Node) -> Node {
    let unknown = |reason: String| {
        Node::new(Value::Unknown(Arc::new(Unknown {
            reasons: vec![reason],
            set: true,
            ..Unknown::default()
        })))
    };
    let text = |source: &str, key: &str| from.get(source)?.get(key)?.as_str();
    if let Some(name) = text("configMapKeyRef", "name") {
        let value = config_map(world, at, name).and_then(|data| {
            let value = text("configMapKeyRef", "key").and_then(|key| data.get(key));
            value
                .cloned()
                .ok_or_else(|| format!("the ConfigMap {name} has no such key in the input"))
        });
        return value.unwrap_or_else(unknown);
    }
    if from
        .get("secretKeyRef")
        .is_some_and(|secret| !secret.is_null())
    {
        let name = text("secretKeyRef", "name").unwrap_or("");
        return unknown(format!("the value is in the Secret {name}"));
    }
    unknown("the value is known at run time".to_owned())
}

/// The data of the `ConfigMap` of a name; why it is not known, where it is not.
pub(crate) fn config_map(world: &World<'_>, at: usize, name: &str) -> Result<Arc<Map>, String> {
    let found = world.relations.lookup(at, "ConfigMap", name);
    let at = match found.as_slice() {
        [only] => *only,
        [] => return Err(format!("the ConfigMap {name} is not in the input")),
        _ => {
            return Err(format!(
                "the ConfigMap {name} is written more than once, and not alike"
            ));
        }
    };
    match world.body(at).get("data").map(|data| &data.value) {
        Some(Value::Object(members)) => Ok(Arc::clone(members)),
        None | Some(Value::Null) => Ok(Arc::default()),
        _ => Err(format!("the data of the ConfigMap {name} is not known")),
    }
}
