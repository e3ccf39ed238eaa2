//! Plans and states in JSON: what `terraform show -json` writes, and raw state files.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

use hipaa_iac_source::{
    Diagnostic, Inventory, Level, Map, Node, Origin, Reference, Resource, ResourceKind, SourceFile,
    Sources, Span, TerraformId, Unknown, Value, Written,
};

use crate::{
    Options, Source, json,
    providers::{self, only_major},
};

/// How far a reference is followed through modules' variables and outputs.
const MAX_HOPS: usize = 32;
/// How many references a value keeps.
const MAX_REFERENCES: usize = 256;
/// How long a text must be, in bytes, for its copies to be secrets too.
const MIN_SECRET: usize = 8;
/// Why it is not known which of several instances an argument mentions, and what tells.
const WHICH_INSTANCE: &str =
    "known after apply: the plan does not say of which instance, and its source beside it does";
/// How many pairs of nested blocks are compared to find those that belong together.
const MAX_PAIRS: usize = 4096;

/// Plan or state JSON, recognised by its keys; `None` where the file is neither. `source` is what it was made from, where
/// that is there: findings about a resource of it then point into it.
pub fn load_json(
    _sources: &Sources,
    file: &Arc<SourceFile>,
    source: &Source<'_>,
    options: &Options,
) -> Option<Inventory> {
    load(file, source, options.environment.as_ref())
}

fn load(
    file: &SourceFile,
    source: &Source<'_>,
    environment: Option<&Arc<str>>,
) -> Option<Inventory> {
    let text: &str = file.text();
    // As a key, not as a text that says so.
    let holds = |key: &str| {
        text.match_indices(key).any(|(at, _)| {
            let rest = text.get(at + key.len()..).unwrap_or_default();
            rest.trim_start().starts_with(':')
        })
    };
    let is_plan = holds("\"format_version\"");
    let is_state =
        holds("\"terraform_version\"") && (holds("\"resources\"") || holds("\"modules\""));
    if !text.trim_start().starts_with('{') || !(is_plan || is_state) {
        return None;
    }
    let changes = holds("\"resource_changes\"");
    let skip = |path: &[&str]| match path {
        ["planned_values"] => changes,
        ["resource_drift" | "relevant_attributes" | "checks"] => true,
        ["resource_changes", "change", "before" | "before_sensitive"] => true,
        _ => false,
    };
    let mut inventory = Inventory::default();
    let root = match json::parse_without(file, &skip) {
        Ok(root) => root,
        // Half a plan is still a plan.
        Err(error) => {
            let certain = is_plan && (changes || holds("\"planned_values\""))
                || holds("\"lineage\"") && is_state;
            inventory.diagnostics.push(error);
            return certain.then_some(inventory);
        }
    };
    let mut reader = Reader {
        file,
        environment,
        inventory,
        seen: HashSet::new(),
    };
    match (root.get("format_version"), root.get("version")) {
        (Some(version), _)
            if ["resource_changes", "planned_values", "values"]
                .iter()
                .any(|key| root.get(key).is_some()) =>
        {
            let major = version.as_str().and_then(|text| text.split('.').next());
            if major == Some("1") {
                reader.shown(&root);
            } else {
                reader.version(
                    version,
                    "`terraform show -json` of a Terraform from 1.1 on writes format version 1",
                );
            }
        }
        (None, Some(version)) if root.get("terraform_version").is_some() => {
            if version.as_int() == Some(4) && root.get("resources").is_some() {
                reader.state_file(&root);
            } else if root.get("resources").is_some() || root.get("modules").is_some() {
                reader.version(
                    version,
                    "Terraform from 0.12 on writes state files of version 4",
                );
            } else {
                return None;
            }
        }
        _ => return None,
    }
    let mut inventory = reader.inventory;
    hide_copies(&mut inventory.resources);
    let planned = ["resource_changes", "planned_values"]
        .iter()
        .any(|key| root.get(key).is_some());
    let plan = (is_plan && planned).then_some(&root);
    join_source(&mut inventory.resources, source, plan, file.path());
    inventory
        .resources
        .sort_by(|a, b| a.address.cmp(&b.address));
    Some(inventory)
}

/// Makes resources of a document.
struct Reader<'a> {
    file: &'a SourceFile,
    environment: Option<&'a Arc<str>>,
    inventory: Inventory,
    seen: HashSet<Arc<str>>,
}

impl Reader<'_> {
    fn version(&mut self, version: &Node, remedy: &str) {
        let name = version
            .as_str()
            .map(str::to_owned)
            .or_else(|| version.as_int().map(|number| number.to_string()));
        let name = name
            .filter(|name| name.len() < 20)
            .unwrap_or_else(|| "unknown".to_owned());
        let message = format!("format version {name} of plans and states is not supported");
        let mut diagnostic = Diagnostic::new(Level::Error, "plan-version", message).remedy(remedy);
        diagnostic.span = version.span;
        self.inventory.diagnostics.push(diagnostic);
    }

    /// Says that something is not as Terraform writes it. The line is named and not shown: it may hold a secret.
    fn wrong(&mut self, at: &Node, what: &str) {
        let line = at
            .span
            .map(|span| format!("line {}: ", self.file.position(span.start).line))
            .unwrap_or_default();
        self.inventory.diagnostics.push(
            Diagnostic::new(Level::Error, "plan-shape", format!("{line}{what}"))
                .in_path(Arc::clone(self.file.path()))
                .remedy(
                    "write the file anew with `terraform show -json`, and change nothing in it",
                ),
        );
    }

    /// The elements of a member that is a list where it is there.
    fn elements<'n>(&mut self, of: &'n Node, key: &str) -> &'n [Node] {
        let Some(member) = of.get(key) else {
            return &[];
        };
        if member.as_list().is_none() {
            self.wrong(member, &format!("{key} is not a list"));
        }
        list(Some(member))
    }

    /// What a path leads to through objects, where it is there, which is an object too.
    fn object<'n>(&mut self, of: &'n Node, path: &[&str]) -> Option<&'n Node> {
        let mut found = of;
        for key in path {
            found = found.get(key)?;
            if found.as_map().is_none() {
                self.wrong(found, &format!("{key} is not an object"));
                return None;
            }
        }
        Some(found)
    }

    /// Whether an element says which resource it is.
    fn named(&mut self, resource: &Node, keys: &[&str]) -> bool {
        let name = text(resource, "address").unwrap_or("a resource");
        let missing = keys.iter().find(|key| text(resource, key).is_none());
        let known = ["managed", "data", "ephemeral"];
        if resource.as_map().is_none() {
            self.wrong(resource, "what stands for a resource is not an object");
        } else if let Some(key) = missing {
            self.wrong(
                resource,
                &format!("{name} has no {key}, or one that is not a text"),
            );
        } else if text(resource, "mode").is_none_or(|mode| !known.contains(&mode)) {
            self.wrong(resource, &format!("{name} has no mode that is known"));
        } else {
            return true;
        }
        false
    }

    /// What `terraform show -json` writes, of a plan or of a state.
    fn shown(&mut self, root: &Node) {
        if let Some(configuration) = self.object(root, &["configuration"]) {
            self.object(configuration, &["provider_config"]);
            self.object(configuration, &["root_module"]);
        }
        let mut configuration =
            Configuration::new(root.get("configuration"), root.get("variables"));
        if let Some(errored) = root
            .get("errored")
            .filter(|errored| errored.as_bool() == Some(true))
        {
            let message =
                "the plan was written when planning had failed, so resources may be missing";
            let mut diagnostic = Diagnostic::new(Level::Error, "plan-incomplete", message)
                .remedy("make `terraform plan` succeed, and write the plan again");
            diagnostic.span = errored.span;
            self.inventory.diagnostics.push(diagnostic);
        }
        if root.get("resource_changes").is_some() {
            let changes = self.elements(root, "resource_changes");
            configuration.count(changes);
            for change in changes {
                self.change(change, &mut configuration);
            }
            for deferred in self.elements(root, "deferred_changes") {
                match deferred.get("resource_change") {
                    Some(change) => self.change(change, &mut configuration),
                    None => self.wrong(deferred, "a deferred change has no resource_change"),
                }
            }
            // Data sources that were read while planning stand in the state before it. Where everything is destroyed, nothing is
            // left that they are for.
            let prior = self.object(root, &["prior_state", "values", "root_module"]);
            let all_gone = !changes.is_empty() && changes.iter().all(is_gone);
            if !all_gone || root.get("deferred_changes").is_some() {
                self.module(prior, true, &mut configuration);
            }
        } else {
            let values = if root.get("planned_values").is_some() {
                "planned_values"
            } else {
                "values"
            };
            let module = self.object(root, &[values, "root_module"]);
            self.module(module, false, &mut configuration);
        }
        let providers = configuration.provider_blocks();
        for (address, id, body, span) in providers {
            self.push(address, id, body, span, span);
        }
    }

    fn change(&mut self, resource: &Node, configuration: &mut Configuration<'_>) {
        if !self.named(resource, &["address", "type", "name"]) {
            return;
        }
        let address = text(resource, "address").unwrap_or_default();
        let change = resource.get("change");
        let Some(change) = change.filter(|change| change.as_map().is_some()) else {
            self.wrong(resource, &format!("{address} has no change"));
            return;
        };
        if is_gone(resource) {
            return;
        }
        let actions: Vec<&str> = list(change.get("actions"))
            .iter()
            .filter_map(Node::as_str)
            .collect();
        if actions.is_empty() || actions.len() < list(change.get("actions")).len() {
            self.wrong(
                change,
                &format!("the actions of {address} are not a list of texts"),
            );
        }
        let after = match change.get("after") {
            Some(after) if after.as_map().is_some() => after,
            Some(after) if !after.is_null() => {
                self.wrong(after, &format!("`after` of {address} is not an object"));
                return;
            }
            // Of what is gone already there is nothing to do and nothing after it (`no-op`).
            _ => {
                let is_there = |action: &&str| matches!(*action, "create" | "read" | "update");
                if actions.is_empty() || actions.iter().any(is_there) {
                    self.wrong(change, &format!("{address} has no `after`"));
                }
                return;
            }
        };
        if self.seen.contains(address) {
            self.wrong(resource, &format!("{address} is there twice"));
        }
        let [unknown, sensitive] = ["after_unknown", "after_sensitive"].map(|key| change.get(key));
        let tree = |node: &&Node| matches!(node.value, Value::Bool(_) | Value::Object(_));
        let mut body = merge(Some(after), unknown, sensitive);
        if let Some(other) = unknown.filter(|node| !tree(node)) {
            self.wrong(
                other,
                &format!("after_unknown of {address} is not an object"),
            );
        }
        if let Some(other) = sensitive.filter(|node| !tree(node)) {
            self.wrong(
                other,
                &format!("after_sensitive of {address} is not an object"),
            );
            body = hide(body);
        }
        self.resource(resource, body, configuration);
    }

    /// The resources of a module of a state, and of those below it.
    fn module(
        &mut self,
        module: Option<&Node>,
        only_data: bool,
        configuration: &mut Configuration<'_>,
    ) {
        let Some(module) = module else { return };
        for resource in self.elements(module, "resources") {
            if !self.named(resource, &["address", "type", "name"]) {
                continue;
            }
            let values = resource.get("values");
            if let Some(other) = values.filter(|values| values.as_map().is_none()) {
                self.wrong(other, "the values of a resource are not an object");
                continue;
            }
            let data = text(resource, "mode") == Some("data");
            if (data || !only_data) && resource.get("deposed_key").is_none() {
                let body = merge(values, None, resource.get("sensitive_values"));
                self.resource(resource, body, configuration);
            }
        }
        for child in self.elements(module, "child_modules") {
            if child.as_map().is_none() {
                self.wrong(child, "what stands for a module is not an object");
            }
            self.module(Some(child), only_data, configuration);
        }
    }

    fn resource(&mut self, resource: &Node, body: Node, configuration: &mut Configuration<'_>) {
        let (Some(address), Some(type_), Some(name)) = (
            text(resource, "address"),
            text(resource, "type"),
            text(resource, "name"),
        ) else {
            return;
        };
        let mode = text(resource, "mode").unwrap_or("managed");
        let provider = text(resource, "provider_name").unwrap_or_default();
        // State JSON has no module address: it is what stands before the type.
        let local = if mode == "data" {
            format!("data.{type_}.{name}")
        } else {
            format!("{type_}.{name}")
        };
        let module = match resource.get("module_address").and_then(Node::as_str) {
            Some(module) => module.to_owned(),
            None => module_of(address),
        };
        let body = configuration.describe(&module, &local, body);
        let id = TerraformId {
            mode: mode.into(),
            type_: type_.into(),
            name: name.into(),
            provider: provider_source(provider),
            provider_major: configuration.major(provider),
            provider_config: configuration.provider_of(&module, &local),
        };
        let at = resource.get("address").and_then(|address| address.span);
        self.push(address.into(), id, body, at, resource.span);
    }

    fn push(
        &mut self,
        address: Arc<str>,
        id: TerraformId,
        body: Node,
        span: Option<Span>,
        extent: Option<Span>,
    ) {
        // A deposed object and a data source that is also in the state before carry the same address.
        if self.seen.insert(Arc::clone(&address)) {
            self.inventory.resources.push(Resource {
                address,
                kind: ResourceKind::Terraform(id),
                root: Arc::clone(self.file.path()),
                environment: self.environment.cloned(),
                body,
                span,
                extent,
                symbolic: false,
            });
        }
    }

    /// A `.tfstate` file.
    fn state_file(&mut self, root: &Node) {
        for resource in self.elements(root, "resources") {
            let (Some(type_), Some(name)) = (text(resource, "type"), text(resource, "name")) else {
                self.named(resource, &["type", "name"]);
                continue;
            };
            self.named(resource, &[]);
            if resource.get("instances").is_none() {
                self.wrong(resource, &format!("{type_}.{name} has no instances"));
            }
            let mode = text(resource, "mode").unwrap_or("managed");
            let module = text(resource, "module")
                .map(|module| format!("{module}."))
                .unwrap_or_default();
            let data = if mode == "data" { "data." } else { "" };
            for instance in self.elements(resource, "instances") {
                // OpenTofu writes the provider at the instances where they have configurations of their own.
                let config = text(resource, "provider").or_else(|| text(instance, "provider"));
                let config = config.unwrap_or_default();
                let provider = match config
                    .split_once("[\"")
                    .and_then(|(_, rest)| rest.split_once("\"]"))
                {
                    Some((source, _)) => source,
                    None => config.trim_start_matches("provider."),
                };
                if instance.get("deposed").is_some() {
                    continue;
                }
                let attributes = instance.get("attributes");
                let Some(attributes) = attributes.filter(|all| all.as_map().is_some()) else {
                    // Or those of a provider for Terraform 0.11, which have another form.
                    let what = format!("an instance of {type_}.{name} has no `attributes`");
                    self.wrong(instance, &what);
                    continue;
                };
                let key = instance_key(instance.get("index_key"));
                // Paths lead through the values, not through how the file keeps them.
                let plain = map_children(attributes.clone(), |_, child| Some(without_type(child)));
                let mut body = unclear(hide_by_name(plain));
                for path in list(instance.get("sensitive_attributes")) {
                    body = hide_path(body, list(Some(path)));
                }
                let id = TerraformId {
                    mode: mode.into(),
                    type_: type_.into(),
                    name: name.into(),
                    provider: provider_source(provider),
                    provider_major: None,
                    provider_config: (!config.is_empty()).then(|| config.into()),
                };
                let at = resource.get("name").and_then(|name| name.span);
                self.push(
                    format!("{module}{data}{type_}.{name}{key}").into(),
                    id,
                    body,
                    at,
                    instance.span,
                );
            }
        }
    }
}

fn list(node: Option<&Node>) -> &[Node] {
    node.and_then(Node::as_list).map_or(&[], Vec::as_slice)
}

/// Whether a change leaves nothing behind that Terraform manages.
fn is_gone(change: &Node) -> bool {
    let actions = list(
        change
            .get("change")
            .and_then(|change| change.get("actions")),
    );
    let gone = |action: &Node| matches!(action.as_str(), Some("delete" | "forget"));
    !actions.is_empty() && actions.iter().all(gone)
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Node::as_str)
}

/// `hashicorp/aws`, from the name with the registry's host or from the bare name of Terraform 0.12.
fn provider_source(name: &str) -> Arc<str> {
    let hosts = ["registry.terraform.io/", "registry.opentofu.org/"];
    let short = hosts
        .iter()
        .find_map(|host| name.strip_prefix(host))
        .unwrap_or(name);
    if short.contains('/') || short.is_empty() {
        short.into()
    } else {
        format!("hashicorp/{short}").into()
    }
}

/// Whether an entry of the plan's provider configurations stands for a block, and not only for the provider's name.
fn says(provider: &Node) -> bool {
    provider.get("expressions").is_some()
        || text(provider, "alias").is_some_and(|alias| !alias.is_empty())
}

/// An index as Terraform writes it in addresses.
fn instance_key(key: Option<&Node>) -> String {
    match key.map(|key| &key.value) {
        Some(Value::String(key)) => {
            let escaped = key
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            format!(
                "[\"{}\"]",
                escaped.replace("${", "$${").replace("%{", "%%{")
            )
        }
        Some(Value::Number(number)) => format!("[{number}]"),
        _ => String::new(),
    }
}

// The value: what is planned, what is unknown of it, what is sensitive.

/// Puts the three parallel trees of a planned change into one.
fn merge(after: Option<&Node>, unknown: Option<&Node>, sensitive: Option<&Node>) -> Node {
    if unknown.and_then(Node::as_bool) == Some(true) {
        let mut node = unknown_after_apply();
        node.span = unknown.and_then(|unknown| unknown.span);
        return if sensitive.is_some_and(any_true) {
            hide(node)
        } else {
            node
        };
    }
    let mut node = after.cloned().unwrap_or_default();
    if sensitive.and_then(Node::as_bool) == Some(true) {
        // What is hidden may be partly unknown too.
        let plain = merge(after, unknown, None);
        return hide(plain);
    }
    if unknown.is_none_or(|unknown| !any_true(unknown))
        && sensitive.is_none_or(|sensitive| !any_true(sensitive))
    {
        return node;
    }
    match (&node.value, unknown.map(|unknown| &unknown.value)) {
        (Value::Object(members), _) => {
            let inner =
                |tree: Option<&Node>, key: &str| tree.and_then(|tree| tree.get(key)).cloned();
            let mut merged: Map = members
                .iter()
                .map(|(key, member)| {
                    let (unknown, sensitive) = (inner(unknown, key), inner(sensitive, key));
                    (
                        Arc::clone(key),
                        merge(Some(member), unknown.as_ref(), sensitive.as_ref()),
                    )
                })
                .collect();
            // What is not known is left out of the planned value.
            for (key, member) in unknown.and_then(Node::as_map).into_iter().flatten() {
                if !merged.contains_key(key) && any_true(member) {
                    merged.insert(
                        Arc::clone(key),
                        merge(None, Some(member), inner(sensitive, key).as_ref()),
                    );
                }
            }
            node.value = Value::Object(Arc::new(merged));
        }
        (Value::List(elements), _) => {
            let unknowns = list(unknown);
            let masks = list(sensitive);
            // Masks of another length cannot be told apart: all are hidden.
            let whole = sensitive.filter(|mask| any_true(mask) && masks.len() != elements.len());
            let merged = elements.iter().enumerate().map(|(at, element)| {
                let element = merge(Some(element), unknowns.get(at), masks.get(at));
                if whole.is_some() {
                    hide(element)
                } else {
                    element
                }
            });
            let rest = unknowns
                .iter()
                .enumerate()
                .skip(elements.len())
                .map(|(at, element)| merge(None, Some(element), masks.get(at)));
            node.value = Value::List(Arc::new(merged.chain(rest).collect()));
        }
        // Nothing is planned, but something below is unknown: a block whose every attribute is.
        (Value::Null, Some(Value::Object(members))) => {
            let merged = members.iter().map(|(key, member)| {
                (
                    Arc::clone(key),
                    merge(None, Some(member), sensitive.and_then(|mask| mask.get(key))),
                )
            });
            node.value = Value::Object(Arc::new(merged.collect()));
        }
        (Value::Null, Some(Value::List(elements))) => {
            let masks = list(sensitive);
            let merged = elements
                .iter()
                .enumerate()
                .map(|(at, element)| merge(None, Some(element), masks.get(at)));
            node.value = Value::List(Arc::new(merged.collect()));
        }
        _ => {}
    }
    node
}

fn unknown_after_apply() -> Node {
    Node::unknown("known after apply")
}

/// Whether a tree of truth values holds a true one.
fn any_true(tree: &Node) -> bool {
    match &tree.value {
        Value::Bool(value) => *value,
        Value::List(elements) => elements.iter().any(any_true),
        Value::Object(members) => members.values().any(any_true),
        _ => false,
    }
}

/// Marks a value and everything in it.
fn hide(mut node: Node) -> Node {
    node.sensitive = true;
    map_children(node, |_, child| Some(hide(child)))
}

/// The value of an attribute of any type, which state files keep as `{"type": "string", "value": …}`.
fn without_type(attribute: Node) -> Node {
    let written_type = |node: &Node| match &node.value {
        Value::String(name) => matches!(&**name, "string" | "number" | "bool" | "dynamic"),
        Value::List(elements) => elements
            .first()
            .and_then(Node::as_str)
            .is_some_and(|kind| matches!(kind, "object" | "tuple" | "list" | "set" | "map")),
        _ => false,
    };
    let dynamic = attribute.as_map().is_some_and(|members| members.len() == 2)
        && attribute.get("type").is_some_and(written_type);
    match attribute.get("value").filter(|_| dynamic) {
        Some(value) => value.clone(),
        None => attribute,
    }
}

/// Replaces every element or member; `None` drops a member.
fn map_children(mut node: Node, mut f: impl FnMut(&str, Node) -> Option<Node>) -> Node {
    node.value = match node.value {
        Value::List(elements) => {
            let elements = Arc::unwrap_or_clone(elements);
            Value::List(Arc::new(
                elements
                    .into_iter()
                    .filter_map(|element| f("", element))
                    .collect(),
            ))
        }
        Value::Object(members) => {
            let members = Arc::unwrap_or_clone(members);
            let members = members
                .into_iter()
                .filter_map(|(key, member)| Some((Arc::clone(&key), f(&key, member)?)));
            Value::Object(Arc::new(members.collect()))
        }
        other => other,
    };
    node
}

/// Marks what a path of a state file's `sensitive_attributes` leads to.
fn hide_path(node: Node, path: &[Node]) -> Node {
    let Some((step, rest)) = path.split_first() else {
        return hide(node);
    };
    let wanted = step.get("value");
    let wanted = wanted.and_then(|value| value.get("value")).or(wanted);
    let index = wanted
        .and_then(Node::as_int)
        .and_then(|index| usize::try_from(index).ok());
    let name = wanted.and_then(Node::as_str).map(str::to_owned);
    let mut at = 0;
    let is_list = node.as_list().is_some();
    map_children(node, |key, child| {
        // An element of a set is named by its value: every element is taken for it.
        let found = if is_list {
            index.is_none_or(|index| index == at)
        } else {
            name.as_deref() == Some(key)
        };
        at += 1;
        Some(if found { hide_path(child, rest) } else { child })
    })
}

/// A state file does not say what the provider's schema marks as sensitive: attributes whose names say so are hidden.
fn hide_by_name(node: Node) -> Node {
    const NAMES: [&str; 8] = [
        "password",
        "secret",
        "token",
        "private_key",
        "access_key",
        "credential",
        "connection_string",
        "passphrase",
    ];
    map_children(node, |key, child| {
        let telling = NAMES.iter().any(|name| key.contains(name))
            && !key.ends_with("_arn")
            && !key.ends_with("_id");
        let scalar = matches!(child.value, Value::String(_));
        Some(if telling && scalar {
            hide(child)
        } else {
            hide_by_name(child)
        })
    })
}

/// Says of every value in a node whether it stands in the configuration.
fn set_written(node: Node, of: &dyn Fn(&Node) -> Written) -> Node {
    let mut node = map_children(node, |_, child| Some(set_written(child, of)));
    node.written = of(&node);
    node
}

/// Says of every value that it is not known whether it stands in the configuration.
fn unclear(node: Node) -> Node {
    set_written(node, &|_| Written::Unclear)
}

/// Marks texts that are the same as one that is marked elsewhere: what a provider copies (the `output` of a
/// `terraform_data`), it copies without the mark.
fn hide_copies(resources: &mut [Resource]) {
    fn gather(node: &Node, marked: bool, into: &mut HashSet<Arc<str>>) {
        let marked = marked || node.sensitive;
        match &node.value {
            Value::String(text) if marked && text.len() >= MIN_SECRET => {
                into.insert(Arc::clone(text));
            }
            Value::List(elements) => elements.iter().for_each(|e| gather(e, marked, into)),
            Value::Object(members) => members.values().for_each(|m| gather(m, marked, into)),
            _ => {}
        }
    }
    fn hide_same(node: Node, secrets: &HashSet<Arc<str>>) -> Node {
        match &node.value {
            Value::String(text) if secrets.contains(text) => hide(node),
            Value::List(_) | Value::Object(_) => {
                map_children(node, |_, child| Some(hide_same(child, secrets)))
            }
            _ => node,
        }
    }
    let mut secrets = HashSet::new();
    for resource in resources.iter() {
        gather(&resource.body, false, &mut secrets);
    }
    if !secrets.is_empty() {
        for resource in resources {
            resource.body = hide_same(std::mem::take(&mut resource.body), &secrets);
        }
    }
}

// The configuration: where unknown values come from.

/// A step of an address or reference: a name and what stands in brackets behind it.
struct Step<'a> {
    name: &'a str,
    /// `[0]`, `["eu"]`; empty without.
    key: &'a str,
}

/// Takes an address apart at its points, leaving what is in brackets and quotes whole.
fn steps(address: &str) -> Vec<Step<'_>> {
    let mut all = Vec::new();
    let (mut start, mut bracket, mut end_of_key) = (0, None, None);
    let (mut quoted, mut escaped) = (false, false);
    let mut push = |start: usize, bracket: Option<usize>, end_of_key: Option<usize>, end: usize| {
        let name = address
            .get(start..bracket.unwrap_or(end))
            .unwrap_or_default();
        let key = bracket
            .and_then(|from| address.get(from..end_of_key?))
            .unwrap_or_default();
        all.push(Step { name, key });
    };
    for (at, byte) in address.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' => _ = bracket.get_or_insert(at),
            b']' => _ = end_of_key.get_or_insert(at + 1),
            b'.' if bracket.is_none() || end_of_key.is_some() => {
                push(start, bracket, end_of_key, at);
                (start, bracket, end_of_key) = (at + 1, None, None);
            }
            _ => {}
        }
    }
    push(start, bracket, end_of_key, address.len());
    all
}

/// The module part of a resource's address.
fn module_of(address: &str) -> String {
    let all = steps(address);
    let mut pairs = all.chunks(2);
    let mut module = String::new();
    while let Some([word, name]) = pairs.next()
        && word.name == "module"
    {
        module.push_str(if module.is_empty() {
            "module."
        } else {
            ".module."
        });
        module.push_str(name.name);
        module.push_str(name.key);
    }
    module
}

/// An address without instance keys.
fn without_keys(address: &str) -> String {
    steps(address)
        .iter()
        .map(|step| step.name)
        .collect::<Vec<_>>()
        .join(".")
}

/// A module instance and its configuration.
struct Scope<'a> {
    /// `module.db["eu"].`, empty for the root.
    prefix: String,
    module: &'a Node,
    resources: HashMap<&'a str, &'a Node>,
    /// The call and the module it stands in.
    call: Option<(&'a Node, Rc<Self>)>,
}

impl<'a> Scope<'a> {
    fn new(prefix: String, module: &'a Node, call: Option<(&'a Node, Rc<Self>)>) -> Self {
        let resources = list(module.get("resources"))
            .iter()
            .filter_map(|resource| Some((text(resource, "address")?, resource)));
        Self {
            prefix,
            module,
            resources: resources.collect(),
            call,
        }
    }
}

/// What a variable or a constant holds.
struct Given {
    /// Every truth value, number and text in it, as a text.
    scalars: HashSet<String>,
    written: Written,
}

impl Given {
    fn new(value: &Node, written: Written) -> Self {
        fn gather(node: &Node, into: &mut HashSet<String>) {
            match &node.value {
                Value::List(elements) => elements.iter().for_each(|one| gather(one, into)),
                Value::Object(members) => members.values().for_each(|one| gather(one, into)),
                _ => into.extend(scalar(node)),
            }
        }
        let mut scalars = HashSet::new();
        gather(value, &mut scalars);
        Self { scalars, written }
    }
}

/// Whether a value that was made from variables and constants stands in the configuration: where it is one of theirs as it is.
fn written_in(given: &[Rc<Given>], value: &Node) -> Written {
    let Some(text) = scalar(value).filter(|_| !given.is_empty()) else {
        return Written::Unclear;
    };
    let mut holders = given.iter().filter(|one| one.scalars.contains(&text));
    match holders.next() {
        Some(first) if holders.all(|other| other.written == first.written) => first.written,
        _ => Written::Unclear,
    }
}

/// What mentions lead to.
#[derive(Default)]
struct Behind {
    /// Attributes of resources.
    references: Vec<Reference>,
    /// Variables and constants.
    given: Vec<Rc<Given>>,
    /// One of them leads to what a plan does not hold, a local value for one: there may be others behind it.
    hidden: bool,
    /// There is a mention beside the resource, or `each`, that may choose among its instances.
    chosen: bool,
}

impl Behind {
    fn add(&mut self, other: &Self) {
        self.references.extend(other.references.iter().cloned());
        self.given.extend(other.given.iter().map(Rc::clone));
        self.hidden |= other.hidden;
        self.chosen |= other.chosen;
    }

    /// Each once, and no more than are kept.
    fn tidy(self) -> Self {
        let mut seen = HashSet::new();
        let mut given = self.given;
        given.retain(|one| seen.insert(Rc::as_ptr(one)));
        given.truncate(MAX_REFERENCES);
        Self {
            references: sorted(self.references),
            given,
            hidden: self.hidden,
            chosen: self.chosen,
        }
    }
}

/// What the arguments of a resource may hold, by the place of their expressions.
type GivenAt = HashMap<Span, Vec<Rc<Given>>>;

/// What the plan says of the configuration.
struct Configuration<'a> {
    root: Option<&'a Node>,
    /// The values of the root's variables.
    variables: Option<&'a Node>,
    providers: Option<&'a Node>,
    /// By module address.
    scopes: HashMap<String, Option<Rc<Scope<'a>>>>,
    /// What variables and outputs resolve to, by module prefix and text. Empty while one is being resolved.
    resolved: HashMap<(String, String), Rc<Behind>>,
    majors: HashMap<String, Option<u64>>,
    /// Of the resource that is described.
    given: GivenAt,
    /// How many instances there will be of a resource, by its address without the last key.
    counts: HashMap<String, usize>,
}

type ProviderBlock = (Arc<str>, TerraformId, Node, Option<Span>);

impl<'a> Configuration<'a> {
    fn new(configuration: Option<&'a Node>, variables: Option<&'a Node>) -> Self {
        let providers =
            configuration.and_then(|configuration| configuration.get("provider_config"));
        let mut constraints: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for provider in providers
            .and_then(Node::as_map)
            .into_iter()
            .flat_map(Map::values)
        {
            let name = text(provider, "full_name").or_else(|| text(provider, "name"));
            if let (Some(name), Some(constraint)) = (name, text(provider, "version_constraint")) {
                constraints.entry(name).or_default().push(constraint);
            }
        }
        let majors = constraints
            .into_iter()
            .map(|(name, all)| (name.to_owned(), only_major(&all)))
            .collect();
        let root = configuration.and_then(|configuration| configuration.get("root_module"));
        Self {
            root,
            variables,
            providers,
            scopes: HashMap::new(),
            resolved: HashMap::new(),
            majors,
            given: HashMap::new(),
            counts: HashMap::new(),
        }
    }

    fn count(&mut self, changes: &[Node]) {
        for change in changes.iter().filter(|change| !is_gone(change)) {
            let address = text(change, "address").unwrap_or_default();
            let key = steps(address).last().map_or("", |step| step.key);
            let name = address.strip_suffix(key).unwrap_or(address);
            *self.counts.entry(name.to_owned()).or_default() += 1;
        }
    }

    /// Whether a mention may be of any of several instances: what stands in its brackets is not in the plan.
    fn is_of_several(&self, mentioned: &Reference) -> bool {
        let count = self.counts.get(&*mentioned.address);
        mentioned.attribute.is_empty() && count.is_some_and(|count| *count > 1)
    }

    fn major(&self, provider: &str) -> Option<u64> {
        self.majors.get(provider).copied().flatten()
    }

    fn scope(&mut self, module: &str) -> Option<Rc<Scope<'a>>> {
        if let Some(known) = self.scopes.get(module) {
            return known.clone();
        }
        let scope = self.find_scope(module);
        self.scopes.insert(module.to_owned(), scope.clone());
        scope
    }

    fn find_scope(&mut self, module: &str) -> Option<Rc<Scope<'a>>> {
        if module.is_empty() {
            return Some(Rc::new(Scope::new(String::new(), self.root?, None)));
        }
        let all = steps(module);
        let last = all.last()?;
        if all.len() > 2 * MAX_HOPS {
            return None;
        }
        let tail = format!("module.{}{}", last.name, last.key);
        let outer = self.scope(module.strip_suffix(&tail)?.trim_end_matches('.'))?;
        let call = outer.module.get("module_calls")?.get(last.name)?;
        Some(Rc::new(Scope::new(
            format!("{module}."),
            call.get("module")?,
            Some((call, outer)),
        )))
    }

    /// The address of the provider configuration of a resource. The keys of the plan lead from a module to the one that it is
    /// passed from; one without an alias and without a block is that of the module above.
    fn provider_of(&mut self, module: &str, local: &str) -> Option<Arc<str>> {
        let resource = self.scope(module)?.resources.get(local).copied()?;
        let mut key = text(resource, "provider_config_key")?.to_owned();
        loop {
            let (module, name) = key.rsplit_once(':').unwrap_or(("", &key));
            let entry = self.providers.and_then(|all| all.get(&key));
            if let Some(entry) = entry.filter(|entry| says(entry)) {
                let alias = text(entry, "alias").unwrap_or_default();
                let path = if module.is_empty() {
                    String::new()
                } else {
                    format!("{module}.")
                };
                let local = text(entry, "name")?;
                return Some(providers::address(&path, local, alias).into());
            }
            if name.contains('.') {
                return None;
            }
            if module.is_empty() {
                return Some(providers::address("", name, "").into());
            }
            key = match module.rsplit_once(".module.") {
                Some((above, _)) => format!("{above}:{name}"),
                None => name.to_owned(),
            };
        }
    }

    /// Adds to a planned value what the configuration says: which unknown arguments are set, what they refer to, and which
    /// known ones are written in it.
    fn describe(&mut self, module: &str, local: &str, body: Node) -> Node {
        let Some(scope) = self.scope(module) else {
            return unclear(body);
        };
        let Some(resource) = scope.resources.get(local).copied() else {
            return unclear(body);
        };
        self.given.clear();
        let Some(expressions) = resource.get("expressions") else {
            return overlay(body, &Node::object(Map::default()), &self.given);
        };
        let shape = self.block(&scope, Some(resource), expressions);
        overlay(body, &shape, &self.given)
    }

    /// The arguments of a block as values: constants, and unknown ones with their references.
    fn block(
        &mut self,
        scope: &Rc<Scope<'a>>,
        resource: Option<&'a Node>,
        expressions: &'a Node,
    ) -> Node {
        let members = expressions.as_map().into_iter().flatten();
        let members = members.map(|(key, expression)| {
            (
                Arc::clone(key),
                self.expression(scope, resource, expression),
            )
        });
        Node {
            span: expressions.span,
            ..Node::object(members.collect())
        }
    }

    fn expression(
        &mut self,
        scope: &Rc<Scope<'a>>,
        resource: Option<&'a Node>,
        expression: &'a Node,
    ) -> Node {
        if let Some(blocks) = expression.as_list() {
            let blocks = blocks
                .iter()
                .map(|block| self.block(scope, resource, block))
                .collect();
            return Node {
                span: expression.span,
                ..Node::list(blocks)
            };
        }
        if let Some(constant) = expression.get("constant_value") {
            return constant.clone();
        }
        let references = expression.get("references").and_then(Node::as_list);
        let texts = references.map(|references| {
            references
                .iter()
                .all(|reference| reference.as_str().is_some())
        });
        match (texts, expression.as_map()) {
            (Some(true), _) => {
                let mentioned = mentions(expression);
                let mut behind = Behind {
                    chosen: mentioned.len() > 1,
                    ..Behind::default()
                };
                for mention in &mentioned {
                    self.resolve(scope, resource, mention, 0, &mut behind);
                }
                let found = behind.references;
                if let Some(span) = expression.span {
                    self.given.insert(span, behind.given);
                }
                let mut node = Node::unknown(format!(
                    "known after apply: made from {}",
                    first_of(&mentioned)
                ));
                if let Value::Unknown(unknown) = &mut node.value {
                    let unknown = Arc::make_mut(unknown);
                    let open = behind.chosen && found.iter().any(|one| self.is_of_several(one));
                    // A plan says what an argument mentions and not what it makes of it: one mention is taken to be the value.
                    unknown.verbatim = !behind.hidden && !open;
                    if open {
                        unknown.reasons.push(WHICH_INSTANCE.to_owned());
                    }
                }
                node.span = expression.span;
                if !found.is_empty() {
                    node.references = Some(sorted(found).into());
                    if behind.hidden {
                        node = or_hidden(node);
                    }
                }
                node
            }
            // A single nested block, or blocks by key.
            (_, Some(members)) if !members.is_empty() => self.block(scope, resource, expression),
            _ => Node {
                span: expression.span,
                ..unknown_after_apply()
            },
        }
    }

    /// Follows a mention to the resources behind it.
    fn resolve(
        &mut self,
        scope: &Rc<Scope<'a>>,
        resource: Option<&'a Node>,
        mention: &str,
        hops: usize,
        found: &mut Behind,
    ) {
        if hops > MAX_HOPS || found.references.len() >= MAX_REFERENCES {
            found.hidden = true;
            return;
        }
        let all = steps(mention);
        let mut words = all.iter().map(|step| step.name);
        match (words.next(), words.next(), words.next()) {
            (Some("var"), Some(name), _) => {
                let passed = scope.call.as_ref().and_then(|(call, outer)| {
                    let expression = call.get("expressions")?.get(name)?;
                    Some((*call, outer, expression))
                });
                let Some((call, outer, expression)) = passed else {
                    found.given.extend(self.variable(scope, name));
                    return;
                };
                // In the outer module, `each` is that of the call.
                self.resolve_all(
                    outer,
                    Some(call),
                    expression,
                    hops,
                    &format!("var.{name}"),
                    &scope.prefix,
                    found,
                );
            }
            (Some("each"), Some("value" | "key"), _) => {
                found.chosen = true;
                if let Some(expression) =
                    resource.and_then(|resource| resource.get("for_each_expression"))
                {
                    // It cannot speak of itself.
                    let at = expression.span.map_or(0, |span| span.start);
                    let name = format!("each of {at}");
                    self.resolve_all(scope, None, expression, hops, &name, &scope.prefix, found);
                }
            }
            (Some("module"), Some(name), Some(output)) => {
                let key = all.get(1).map_or("", |step| step.key);
                let Some(inner) = self.scope(&format!("{}module.{name}{key}", scope.prefix)) else {
                    found.hidden = true;
                    return;
                };
                let output_value = inner
                    .module
                    .get("outputs")
                    .and_then(|outputs| outputs.get(output));
                let Some(expression) = output_value.and_then(|output| output.get("expression"))
                else {
                    found.hidden = true;
                    return;
                };
                let prefix = inner.prefix.clone();
                self.resolve_all(
                    &inner,
                    None,
                    expression,
                    hops,
                    &format!("output.{output}"),
                    &prefix,
                    found,
                );
            }
            (Some("local" | "module"), ..) => found.hidden = true,
            (Some("count" | "path" | "terraform" | "self" | "var" | "each"), ..) | (_, None, _) => {
            }
            (Some(mode @ ("data" | "ephemeral")), Some(type_), Some(name)) => {
                let key = all.get(2).map_or("", |step| step.key);
                let attribute = all.get(3).map_or("", |step| step.name);
                let address = format!("{}{mode}.{type_}.{name}{key}", scope.prefix);
                found.references.push(Reference {
                    address: address.into(),
                    attribute: attribute.into(),
                });
            }
            (Some(type_), Some(name), attribute) => {
                let key = all.get(1).map_or("", |step| step.key);
                let address = format!("{}{type_}.{name}{key}", scope.prefix);
                found.references.push(Reference {
                    address: address.into(),
                    attribute: attribute.unwrap_or_default().into(),
                });
            }
            _ => {}
        }
    }

    /// Resolves an expression once, however often it is mentioned.
    #[expect(
        clippy::too_many_arguments,
        reason = "a place, an expression and where to keep the answer"
    )]
    fn resolve_all(
        &mut self,
        scope: &Rc<Scope<'a>>,
        resource: Option<&'a Node>,
        expression: &'a Node,
        hops: usize,
        name: &str,
        prefix: &str,
        found: &mut Behind,
    ) {
        let key = (prefix.to_owned(), name.to_owned());
        if let Some(known) = self.resolved.get(&key) {
            found.add(known);
            return;
        }
        self.resolved.insert(key.clone(), Rc::default());
        let mentioned = mentions(expression);
        let mut all = Behind {
            chosen: mentioned.len() > 1,
            ..Behind::default()
        };
        if let Some(constant) = expression.get("constant_value") {
            all.given.push(Rc::new(Given::new(constant, Written::Yes)));
        }
        for mention in mentioned {
            self.resolve(scope, resource, mention, hops + 1, &mut all);
        }
        let all = all.tidy();
        found.add(&all);
        self.resolved.insert(key, Rc::new(all));
    }

    /// What a variable holds that no call passes: its default, and in the root module what was given instead.
    fn variable(&mut self, scope: &Scope<'a>, name: &str) -> Vec<Rc<Given>> {
        let key = (scope.prefix.clone(), format!("var.{name}"));
        if let Some(known) = self.resolved.get(&key) {
            return known.given.clone();
        }
        let declared = scope.module.get("variables").and_then(|all| all.get(name));
        let default = declared.and_then(|variable| variable.get("default"));
        let default = default.map(|value| Given::new(value, Written::Yes));
        let variables = self.variables.filter(|_| scope.call.is_none());
        let value = variables.and_then(|all| all.get(name)?.get("value"));
        let value = value.map(|value| {
            // A plan does not tell what `-var` gave from what a variable file did.
            let mut value = Given::new(value, Written::Unclear);
            if let Some(default) = &default {
                value.scalars.retain(|text| !default.scalars.contains(text));
            }
            value
        });
        let given: Vec<Rc<Given>> = default.into_iter().chain(value).map(Rc::new).collect();
        let behind = Behind {
            given: given.clone(),
            ..Behind::default()
        };
        self.resolved.insert(key, Rc::new(behind));
        given
    }

    /// Provider blocks that say something, and each provider that none of them configures once.
    fn provider_blocks(&mut self) -> Vec<ProviderBlock> {
        let source = |provider: &Node| {
            let name = text(provider, "full_name").or_else(|| text(provider, "name"));
            name.map(provider_source)
        };
        let all: Vec<&Node> = self
            .providers
            .and_then(Node::as_map)
            .into_iter()
            .flat_map(Map::values)
            .collect();
        let mut known: BTreeSet<_> = all
            .iter()
            .copied()
            .filter(|provider| says(provider))
            .filter_map(source)
            .collect();
        let mut blocks = Vec::new();
        for provider in all {
            let Some(name) = text(provider, "name") else {
                continue;
            };
            let alias = text(provider, "alias").unwrap_or_default();
            let expressions = provider.get("expressions");
            // No block: only the provider's name in a resource or in `required_providers`.
            let builtin = |source: &Arc<str>| source.starts_with("terraform.io/builtin/");
            if !says(provider)
                && source(provider).is_none_or(|source| builtin(&source) || !known.insert(source))
            {
                continue;
            }
            let module = text(provider, "module_address").unwrap_or_default();
            let Some(scope) = self.scope(module) else {
                continue;
            };
            let source = text(provider, "full_name").unwrap_or(name);
            let address: Arc<str> = providers::address(&scope.prefix, name, alias).into();
            let id = TerraformId {
                mode: "provider".into(),
                type_: providers::type_of(source),
                name: alias.into(),
                provider: provider_source(source),
                provider_major: self.major(source),
                provider_config: Some(Arc::clone(&address)),
            };
            let body = expressions.map(|expressions| self.block(&scope, None, expressions));
            blocks.push((
                address,
                id,
                // Nor does the configuration in a plan say what the schema marks.
                hide_by_name(set_all(
                    body.unwrap_or_else(|| Node::object(Map::default())),
                )),
                provider.span,
            ));
        }
        blocks
    }
}

/// A value that may be made from something else than what it mentions: from what a plan does not hold.
fn or_hidden(mut node: Node) -> Node {
    let made = set_all(node.clone());
    let hidden = Node {
        references: None,
        ..made.clone()
    };
    if let Value::Unknown(unknown) = &mut node.value {
        Arc::make_mut(unknown).alternatives = vec![made, hidden];
    }
    node
}

/// The references of an expression, each in its longest form: Terraform lists `aws_kms_key.a.arn` and `aws_kms_key.a`.
fn mentions(expression: &Node) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::new();
    for mention in list(expression.get("references"))
        .iter()
        .filter_map(Node::as_str)
    {
        let bare = without_keys(mention);
        let known = kept.last().is_some_and(|before| {
            let begins = |whole: &str, part: &str| {
                whole
                    .strip_prefix(part)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            begins(before, mention) || begins(&without_keys(before), &bare)
        });
        if !known && kept.len() < MAX_REFERENCES {
            kept.push(mention);
        }
    }
    kept
}

fn first_of(mentions: &[&str]) -> String {
    match mentions {
        [] => "an expression".to_owned(),
        [first] => (*first).to_owned(),
        [first, ..] => format!("{first} and others"),
    }
}

fn sorted(mut references: Vec<Reference>) -> Vec<Reference> {
    references.sort_by(|a, b| (&a.address, &a.attribute).cmp(&(&b.address, &b.attribute)));
    references.dedup();
    references.truncate(MAX_REFERENCES);
    references
}

/// Marks every unknown of a value as certainly set.
fn set_all(node: Node) -> Node {
    let mut node = map_children(node, |_, child| Some(set_all(child)));
    if let Value::Unknown(unknown) = &mut node.value {
        Arc::make_mut(unknown).set = true;
    }
    node
}

/// Puts what the configuration says over a planned value.
fn overlay(mut node: Node, shape: &Node, given: &GivenAt) -> Node {
    match (&mut node.value, &shape.value) {
        (_, Value::Unknown(said)) => {
            let mut node = explain(node, said, single(shape.references.as_ref()));
            node.references.clone_from(&shape.references);
            let holders = shape.span.and_then(|span| given.get(&span));
            let holders = holders.map_or(&[][..], Vec::as_slice);
            set_written(node, &|value| written_in(holders, value))
        }
        (Value::Unknown(_), _) => set_all(node),
        (Value::Object(_), Value::Object(arguments)) => {
            map_children(node, |key, member| match arguments.get(key) {
                Some(argument) => Some(overlay(member, argument, given)),
                None => computed(key, member),
            })
        }
        (Value::List(elements), Value::List(blocks)) => {
            let pairs = pair(elements, blocks);
            let elements = Arc::unwrap_or_clone(std::mem::take(elements));
            let elements = elements.into_iter().zip(pairs).map(|(element, block)| {
                match block.and_then(|at| blocks.get(at)) {
                    Some(block) => overlay(element, block, given),
                    None => unclear(element),
                }
            });
            node.value = Value::List(Arc::new(elements.collect()));
            node
        }
        _ => node,
    }
}

/// References that may be given to the parts of a value as well: all of one resource.
fn single(references: Option<&Arc<Vec<Reference>>>) -> Option<&Arc<Vec<Reference>>> {
    references.filter(|all| {
        all.windows(2)
            .all(|pair| matches!(pair, [a, b] if a.address == b.address))
    })
}

/// Says of every unknown in an argument that it is set, and why it is not known.
fn explain(node: Node, said: &Unknown, references: Option<&Arc<Vec<Reference>>>) -> Node {
    let mut node = map_children(node, |_, child| Some(explain(child, said, references)));
    if let Value::Unknown(unknown) = &mut node.value {
        let unknown = Arc::make_mut(unknown);
        (unknown.set, unknown.verbatim) = (true, said.verbatim);
        unknown.reasons.clone_from(&said.reasons);
        unknown.alternatives.clone_from(&said.alternatives);
        node.references = references.cloned();
    }
    node
}

/// What the configuration does not set. Where it is not known before apply, the provider decides it, or a `dynamic`
/// block does, which the plan does not show: then it is unknown whether it is set. No block is named like an id.
fn computed(key: &str, mut node: Node) -> Option<Node> {
    let is_id = key == "id"
        || key == "arn"
        || ["_id", "_arn", "_name"]
            .iter()
            .any(|end| key.ends_with(end));
    if let Value::Unknown(unknown) = &mut node.value {
        if is_id {
            return None;
        }
        let unknown = Arc::make_mut(unknown);
        unknown.reasons = vec![
            "known after apply, and the plan does not show an argument that sets it".to_owned(),
        ];
    }
    // No block is a single value, and every argument is shown.
    let alone = scalar(&node).is_some();
    Some(set_written(node, &|_| {
        if alone { Written::No } else { Written::Unclear }
    }))
}

/// Which block each element was written as: in order where that fits, else the first free one that fits (sets are
/// sorted in plans).
fn pair(elements: &[Node], blocks: &[Node]) -> Vec<Option<usize>> {
    let in_order = || {
        (0..elements.len())
            .map(|at| (at < blocks.len()).then_some(at))
            .collect()
    };
    let fits_in_order =
        elements.len() == blocks.len() && elements.iter().zip(blocks).all(|(e, b)| agree(e, b));
    if fits_in_order || elements.len().saturating_mul(blocks.len()) > MAX_PAIRS {
        return in_order();
    }
    let many = blocks
        .iter()
        .position(|block| block.as_unknown().is_some_and(|unknown| unknown.many));
    let mut free: Vec<bool> = (0..blocks.len()).map(|at| Some(at) != many).collect();
    elements
        .iter()
        .map(|element| {
            let at = blocks
                .iter()
                .enumerate()
                .position(|(at, block)| free.get(at) == Some(&true) && agree(element, block));
            if let Some(taken) = at.and_then(|at| free.get_mut(at)) {
                *taken = false;
            }
            at.or(many)
        })
        .collect()
}

/// A truth value, number or text as a text.
fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.to_string()),
        _ => None,
    }
}

/// Whether nothing that was written contradicts a planned value.
fn agree(planned: &Node, written: &Node) -> bool {
    match (&planned.value, &written.value) {
        (Value::Unknown(_), _) | (_, Value::Unknown(_) | Value::Null) => true,
        (Value::Object(planned), Value::Object(written)) => written.iter().all(|(key, written)| {
            planned
                .get(key)
                .is_none_or(|planned| agree(planned, written))
        }),
        (Value::List(planned), Value::List(written)) => {
            let many = written
                .iter()
                .any(|element| element.as_unknown().is_some_and(|unknown| unknown.many));
            many || planned.len() == written.len()
        }
        _ => scalar(planned)
            .is_some_and(|planned| scalar(written).is_some_and(|written| written == planned)),
    }
}

// The source: where findings point.

/// Gives resources of a plan or state the places of the source resources of the same name, and what the source knows of the
/// instance with the same address. A plan is joined with the source as it is with the plan's variables.
fn join_source(resources: &mut [Resource], source: &Source<'_>, plan: Option<&Node>, path: &str) {
    let mut by_address: HashMap<String, Vec<&Resource>> = HashMap::new();
    for resource in source
        .inventory
        .resources
        .iter()
        .filter(|resource| resource.terraform().is_some())
    {
        by_address
            .entry(without_keys(&resource.address))
            .or_default()
            .push(resource);
    }
    // Several roots may have resources of the same names: the plan belongs to the one that has most of them.
    let mut votes: BTreeMap<(&Arc<str>, Option<&Arc<str>>), usize> = BTreeMap::new();
    for resource in resources.iter() {
        let mut counted = HashSet::new();
        for found in by_address
            .get(&without_keys(&resource.address))
            .into_iter()
            .flatten()
        {
            if counted.insert((&found.root, &found.environment)) {
                *votes
                    .entry((&found.root, found.environment.as_ref()))
                    .or_default() += 1;
            }
        }
    }
    let folder = match path.rsplit_once('/') {
        Some((folder, _)) => folder,
        // What comes through a pipe lies in no folder.
        None if path == "<stdin>" => "",
        None => ".",
    };
    let environment = resources
        .first()
        .and_then(|resource| resource.environment.clone());
    let best = votes.iter().max_by_key(|((root, env), votes)| {
        (
            **votes,
            ***root == *folder,
            env.cloned() == environment,
            std::cmp::Reverse((Arc::clone(root), env.cloned())),
        )
    });
    let Some(((root, of), most)) = best else {
        return;
    };
    // Where two roots fit equally and the plan lies in neither, no line is better than a wrong one.
    let rivals = votes
        .iter()
        .any(|((other, _), votes)| other != root && votes == most);
    if rivals && ***root != *folder {
        return;
    }
    let of_root = |one: &&Resource| one.root == **root && one.environment.as_ref() == *of;
    let planned = plan.map(|plan| source.as_planned(root, *of, plan));
    let evaluated = planned.as_ref().unwrap_or(&source.inventory.resources);
    let exact: HashMap<&str, &Resource> = evaluated
        .iter()
        .filter(of_root)
        .filter(|one| !one.symbolic)
        .map(|one| (&*one.address, one))
        .collect();
    // A resource of the plan that the source does not hold: it is not what the plan was made from.
    let names: HashSet<String> = evaluated
        .iter()
        .filter(of_root)
        .map(|one| without_keys(&one.address))
        .collect();
    let stale = plan.is_some()
        && resources.iter().any(|one| {
            one.terraform().is_some_and(|id| &*id.mode == "managed")
                && !one.address.starts_with("module.")
                && !names.contains(&without_keys(&one.address))
        });
    let what = if plan.is_some() {
        "the plan"
    } else {
        "the state"
    };
    for resource in resources {
        let same = exact.get(&*resource.address).copied();
        let trusted = !stale && same.is_some_and(|same| consistent(&resource.body, &same.body));
        let Some(written) = same.or_else(|| {
            let found = by_address.get(&without_keys(&resource.address))?;
            found.iter().copied().find(of_root)
        }) else {
            continue;
        };
        resource.span = written.span;
        resource.extent = written.extent;
        let join = Join {
            what,
            trusted,
            planned: plan.is_some(),
        };
        let body = std::mem::take(&mut resource.body);
        resource.body = place(body, &written.body, written.span, true, join);
    }
}

/// Whether what was written may have become what is planned, as far as both are known.
fn consistent(planned: &Node, written: &Node) -> bool {
    match (&planned.value, &written.value) {
        // What is not set is the provider's to decide.
        (Value::Unknown(_), _) | (_, Value::Unknown(_) | Value::Null) => true,
        // Providers take the empty value of a type for none.
        (Value::Null, Value::Bool(value)) => !value,
        (Value::Null, Value::Number(number)) => number.to_string() == "0",
        (Value::Null, Value::String(text)) => text.is_empty(),
        (Value::Null, Value::List(elements)) => elements.is_empty(),
        (Value::Null, Value::Object(members)) => members.is_empty(),
        (Value::Object(planned), Value::Object(written)) => written.iter().all(|(key, written)| {
            // No plan holds what is write-only.
            let said = planned.get(key).filter(|_| !key.ends_with("_wo"));
            said.is_none_or(|planned| consistent(planned, written))
        }),
        // A block of which there is one at most.
        (Value::Object(_), Value::List(blocks)) => match blocks.as_slice() {
            [block] => consistent(planned, block),
            _ => false,
        },
        (Value::List(planned), Value::List(written)) => {
            let known: Vec<&Node> = written
                .iter()
                .filter(|one| one.as_unknown().is_none_or(|unknown| !unknown.many))
                .collect();
            if known.len() == written.len() && planned.len() > written.len() {
                return false;
            }
            if planned.len().saturating_mul(known.len()) > MAX_PAIRS {
                let mut pairs = planned.iter().zip(&known);
                return pairs.all(|(planned, written)| consistent(planned, written));
            }
            // Sets are sorted in plans, and hold each value once.
            known
                .iter()
                .all(|written| planned.iter().any(|planned| consistent(planned, written)))
                && (known.len() < written.len()
                    || planned
                        .iter()
                        .all(|planned| known.iter().any(|written| consistent(planned, written))))
        }
        (Value::String(planned), Value::String(written)) => {
            // Providers write JSON anew.
            let json = |text: &str| {
                let may_be = text.starts_with(['{', '[']);
                may_be.then(|| json::parse_text(text).ok()).flatten()
            };
            planned == written
                || json(planned).is_some_and(|planned| json(written) == Some(planned))
        }
        _ => scalar(planned)
            .is_some_and(|planned| scalar(written).is_some_and(|written| written == planned)),
    }
}

/// Whether the references of the source may be those that the plan speaks of. Behind a data source there may be others.
fn may_refer(planned: &[Reference], written: &[Reference]) -> bool {
    let same = |a: &str, b: &str| {
        let (a, b) = (steps(a), steps(b));
        let any = |key: &str| key.is_empty() || key == "[*]";
        a.len() == b.len()
            && a.iter()
                .zip(&b)
                .all(|(a, b)| a.name == b.name && (a.key == b.key || any(a.key) || any(b.key)))
    };
    planned.is_empty()
        || written.is_empty()
        || planned.iter().any(|planned| {
            steps(&planned.address)
                .iter()
                .any(|step| step.name == "data")
                || written
                    .iter()
                    .any(|written| same(&planned.address, &written.address))
        })
}

/// How a resource is joined with the source.
#[derive(Clone, Copy)]
struct Join {
    /// What is joined, in words.
    what: &'static str,
    /// Whether what the source knows of an unknown value is taken, and not its places alone.
    trusted: bool,
    /// The source was evaluated with the variables of the plan.
    planned: bool,
}

impl Join {
    /// Whether a value of which a plan or state does not say it stands in the configuration.
    fn written(self, node: &Node, written: &Node) -> Written {
        // A variable of the root as it stands: what is made with one may hold text of the configuration.
        let unset = |unknown: &Unknown| {
            let variable = unknown.identity.as_deref();
            let variable = variable.and_then(|text| text.rsplit('\n').next());
            variable.is_some_and(|variable| {
                let reason = format!("{variable} has no value");
                unknown.reasons.as_slice() == [reason]
            })
        };
        match &written.value {
            Value::Unknown(unknown) if unset(unknown) => Written::No,
            Value::Unknown(_) | Value::Null => Written::Unclear,
            // With the variables of a plan, what was given is no longer told from what is written.
            _ if self.planned => Written::Unclear,
            _ if scalar(node).is_some() && consistent(node, written) => written.written,
            _ => Written::Unclear,
        }
    }

    /// For a value that is not the one on the line in the source.
    fn origin(self, span: Option<Span>) -> Arc<Origin> {
        Arc::new(Origin::new(self.what, span))
    }
}

/// Whether every part of a planned collection is written by itself, with what it refers to: a plan speaks of the whole only.
fn says_of_each(planned: &Node, written: &Node) -> bool {
    match (&planned.value, &written.value) {
        (Value::List(planned), Value::List(written)) => {
            let many = |one: &Node| one.as_unknown().is_some_and(|unknown| unknown.many);
            planned.len() == written.len() && !written.iter().any(many)
        }
        (Value::Object(planned), Value::Object(written)) => {
            planned.keys().all(|key| written.contains_key(key))
        }
        (Value::Unknown(_), Value::List(_) | Value::Object(_)) => written.holds_unknown(),
        _ => false,
    }
}

/// The references of a value and of what is in it.
fn references_in(node: &Node, into: &mut Vec<Reference>) {
    into.extend_from_slice(node.references());
    match &node.value {
        Value::List(elements) => elements.iter().for_each(|one| references_in(one, into)),
        Value::Object(members) => members.values().for_each(|one| references_in(one, into)),
        _ => {}
    }
}

/// Gives a planned value, and what is in it, the places of what was written; `nearest` stands in where nothing was.
fn place(mut node: Node, written: &Node, nearest: Option<Span>, top: bool, mut join: Join) -> Node {
    let own = if top { None } else { written.span };
    let nearest = own.or(nearest);
    let planned_at = node.span;
    if !node.references().is_empty() {
        let mut all = Vec::new();
        references_in(written, &mut all);
        join.trusted &= may_refer(node.references(), &all);
    }
    node.span = nearest.or(planned_at);
    let alone = match &node.value {
        Value::Unknown(_) | Value::Object(_) => false,
        Value::List(elements) => elements.is_empty(),
        _ => true,
    };
    let other = written.is_null() != node.is_null() && written.as_unknown().is_none();
    if alone && (other || !consistent(&node, written)) {
        node.origin = Some(join.origin(planned_at));
    } else if !top && (join.trusted || node.as_unknown().is_none()) {
        node.origin.clone_from(&written.origin);
    }
    if join.trusted && (written.references.is_some() || says_of_each(&node, written)) {
        node.references.clone_from(&written.references);
    }
    if join.trusted && node.written == Written::Unclear {
        node.written = join.written(&node, written);
    }
    node.sensitive |= written.sensitive;
    match (&mut node.value, &written.value) {
        // The source knows more: the parts of a text, both outcomes of a conditional.
        (Value::Unknown(planned), Value::Unknown(said)) if join.trusted => {
            let mut said = Unknown::clone(said);
            said.set |= planned.set;
            said.many = false;
            *planned = Arc::new(said);
            node
        }
        // Of a set with an element that is not known a plan knows nothing.
        (Value::Unknown(_), Value::List(_) | Value::Object(_))
            if join.trusted && written.holds_unknown() =>
        {
            let mut said = set_written(written.clone(), &|one| match one.written {
                Written::No => Written::No,
                _ => Written::Unclear,
            });
            said.span = node.span;
            if node.sensitive { hide(said) } else { said }
        }
        (Value::Object(_), Value::Object(arguments)) => {
            map_children(node, |key, member| match arguments.get(key) {
                Some(argument) => Some(place(member, argument, nearest, false, join)),
                // The source sets it nowhere, so it is the provider's to decide.
                None if join.trusted && member.as_unknown().is_some_and(|unknown| !unknown.set) => {
                    None
                }
                None => Some(place_default(member, nearest, join)),
            })
        }
        (Value::List(elements), Value::List(blocks)) => {
            let pairs = pair(elements, blocks);
            let elements = Arc::unwrap_or_clone(std::mem::take(elements));
            let elements = elements.into_iter().zip(pairs).map(|(element, at)| {
                match at.and_then(|at| blocks.get(at)) {
                    Some(block) => match block.as_unknown().filter(|unknown| unknown.many) {
                        Some(unknown) => {
                            let like = unknown.element.as_deref().unwrap_or(block);
                            place(element, like, block.span.or(nearest), false, join)
                        }
                        None => place(element, block, nearest, false, join),
                    },
                    None => place_default(element, nearest, join),
                }
            });
            node.value = Value::List(Arc::new(elements.collect()));
            node
        }
        _ => map_children(node, |_, child| Some(place_default(child, nearest, join))),
    }
}

/// Points a value that the source does not hold at what holds it, and says where it was found.
fn place_default(mut node: Node, nearest: Option<Span>, join: Join) -> Node {
    let found = node.span;
    if nearest.is_some() {
        node.span = nearest;
        let scalar = !matches!(node.value, Value::Null | Value::List(_) | Value::Object(_));
        if scalar && found.is_some() {
            node.origin = Some(join.origin(found));
        }
    }
    map_children(node, |_, child| Some(place_default(child, nearest, join)))
}

#[cfg(test)]
mod tests;
