//! Documents to resources.

use std::{collections::HashMap, sync::Arc};

use hipaa_iac_source::{Diagnostic, KubernetesId, Level, Node, Resource, ResourceKind, SourceFile, Span, Value};

use crate::{
    schema::{self, About, Complaint},
    yaml::{self, Document},
};

/// How many complaints about one object are told.
const MAX_COMPLAINTS: usize = 50;
/// The annotation in which `kubectl apply` keeps the whole object, secrets included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The objects of a file and what is to be said about them.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) resources: Vec<Resource>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What could not be parsed. Whether that counts is for the caller to say: the file may not be Kubernetes at all.
    pub(crate) errors: Vec<Diagnostic>,
}

/// Reads the objects of a file.
pub(crate) fn read(file: &SourceFile, root: &Arc<str>, environment: Option<&Arc<str>>) -> Objects {
    let parsed = yaml::parse(file);
    let mut objects = Objects { errors: parsed.errors, ..Objects::default() };
    for document in parsed.documents {
        let Document { node, extent, diagnostics } = document;
        let before = objects.resources.len();
        let mut reader = Reader { root, environment, objects: &mut objects };
        let kubernetes = reader.document(node, extent, None);
        if kubernetes || objects.resources.len() > before {
            objects.diagnostics.extend(diagnostics);
        }
    }
    objects
}

struct Reader<'a> {
    root: &'a Arc<str>,
    environment: Option<&'a Arc<str>>,
    objects: &'a mut Objects,
}

impl Reader<'_> {
    /// Whether the document is an object or a list of such. `list`: the apiVersion and kind of what it is an item of.
    fn document(&mut self, mut node: Node, extent: Span, list: Option<(&str, &str)>) -> bool {
        if let (Some((api_version, kind)), Value::Object(members)) = (list, &mut node.value) {
            // `kubectl get --raw` leaves them out of the items of a typed list.
            if members.get("kind").is_none_or(Node::is_null) && members.get("apiVersion").is_none_or(Node::is_null) {
                let members = Arc::make_mut(members);
                members.insert("apiVersion".into(), api_version.into());
                members.insert("kind".into(), kind.into());
            }
        }
        let Some(members) = node.as_map() else { return false };
        let Some(api_version) = members.get("apiVersion").and_then(Node::as_str).map(Arc::<str>::from) else { return false };
        let Some((kind, kind_span)) = members.get("kind").and_then(|kind| Some((Arc::<str>::from(kind.as_str()?), kind.span))) else {
            return false;
        };
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", &api_version));
        if kind.is_empty() || version.is_empty() || group == "kustomize.config.k8s.io" {
            return false;
        }
        if group == "hipaa-iac.dev" && matches!(&*kind, "Policy" | "AgreementList") {
            return false;
        }
        if let Some(item_kind) = kind.strip_suffix("List")
            && let Some(items) = members.get("items").and_then(Node::as_list)
            && members.get("metadata").is_none_or(|metadata| metadata.get("name").is_none())
        {
            let typed = (!item_kind.is_empty()).then_some((&*api_version, item_kind));
            let items = items.clone();
            for item in items {
                let extent = item.span.unwrap_or(extent);
                self.document(item, extent, typed);
            }
            return true;
        }
        let span = kind_span.or(Some(extent));
        let complaints = schema::complaints(&api_version, &kind, members);
        self.complain(&kind, &mut node, complaints);
        if group.is_empty() && &*kind == "Secret" {
            mark_secret(&mut node);
        }
        let id = self.identity(&api_version, group, version, &kind, &node, span);
        self.objects.resources.push(Resource {
            address: address(&id),
            kind: ResourceKind::Kubernetes(id),
            root: Arc::clone(self.root),
            environment: self.environment.cloned(),
            body: node,
            span,
            extent: Some(extent),
            symbolic: false,
        });
        true
    }

    fn identity(&mut self, api_version: &str, group: &str, version: &str, kind: &Arc<str>, node: &Node, span: Option<Span>) -> KubernetesId {
        let metadata = node.get("metadata");
        let text = |field: &str| metadata.and_then(|metadata| metadata.get(field)?.as_str()).filter(|text| !text.is_empty());
        let name: Arc<str> = match (text("name"), text("generateName")) {
            (Some(name), _) => name.into(),
            (None, Some(prefix)) => format!("{prefix}*").into(),
            (None, None) => {
                let unclear = metadata.is_some_and(|metadata| {
                    let unknown = |field: &str| metadata.get(field).is_some_and(|name| name.as_unknown().is_some());
                    metadata.as_unknown().is_some() || unknown("name") || unknown("generateName")
                });
                // Configuration files of components have a kind but no name; they are no objects of the API.
                if schema::is_builtin(api_version, kind) && !unclear {
                    let message = format!("the {kind} has no metadata.name, and the API server rejects it");
                    let mut diagnostic = Diagnostic::new(Level::Error, "kubernetes-name", message).remedy("give it a metadata.name");
                    diagnostic.span = span;
                    self.objects.diagnostics.push(diagnostic);
                }
                "?".into()
            }
        };
        let namespace = if schema::is_cluster_scoped(group, kind) {
            None
        } else {
            Some(text("namespace").unwrap_or("default").into())
        };
        KubernetesId { group: group.into(), version: version.into(), kind: Arc::clone(kind), namespace, name }
    }

    fn complain(&mut self, kind: &str, node: &mut Node, complaints: Vec<Complaint>) {
        for (count, complaint) in complaints.into_iter().enumerate() {
            let path = schema::spell(&complaint.path);
            let mut diagnostic = match complaint.about {
                About::Type { expected, found, remedy } => {
                    schema::forget(node, &complaint.path);
                    let message = if expected.contains("base64") || expected.contains("quantity") {
                        format!("{path} of the {kind} is not {expected}, and the API server rejects it")
                    } else {
                        format!("{path} of the {kind} is {found} where the API server takes {expected} only")
                    };
                    Diagnostic::new(Level::Error, "kubernetes-type", message).remedy(remedy)
                }
                About::Field => {
                    let message = format!("the {kind} has no field {path}; kubectl rejects it and the API server drops it");
                    Diagnostic::new(Level::Warning, "kubernetes-field", message).remedy("correct the name or the place of the field")
                }
            };
            diagnostic.span = complaint.span;
            if count < MAX_COMPLAINTS {
                self.objects.diagnostics.push(diagnostic);
            }
        }
    }
}

/// The data of a Secret, wherever it is kept in it, is never to be printed.
fn mark_secret(node: &mut Node) {
    for field in ["data", "stringData"] {
        let Some(data) = member_mut(node, field) else { continue };
        match &mut data.value {
            Value::Object(values) => Arc::make_mut(values).values_mut().for_each(|value| value.sensitive = true),
            _ => data.sensitive = true,
        }
    }
    let annotations = member_mut(node, "metadata").and_then(|metadata| member_mut(metadata, "annotations"));
    if let Some(applied) = annotations.and_then(|annotations| member_mut(annotations, LAST_APPLIED)) {
        applied.sensitive = true;
    }
}

fn member_mut<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    match &mut node.value {
        Value::Object(members) => Arc::make_mut(members).get_mut(key),
        _ => None,
    }
}

/// `Kind/namespace/name`, `Kind/name` for a cluster-scoped object.
pub(crate) fn address(id: &KubernetesId) -> Arc<str> {
    match &id.namespace {
        Some(namespace) => format!("{}/{namespace}/{}", id.kind, id.name).into(),
        None => format!("{}/{}", id.kind, id.name).into(),
    }
}

/// Takes the namespace from objects whose kind a CustomResourceDefinition of the same root makes cluster-scoped.
pub(crate) fn apply_definitions(resources: &mut [Resource]) {
    let mut cluster: HashMap<(Arc<str>, Option<Arc<str>>), Vec<(Arc<str>, Arc<str>)>> = HashMap::new();
    for resource in resources.iter() {
        let Some(id) = resource.kubernetes().filter(|id| &*id.kind == "CustomResourceDefinition") else { continue };
        let Some(spec) = resource.body.get("spec").filter(|_| &*id.group == "apiextensions.k8s.io") else { continue };
        if spec.get("scope").and_then(Node::as_str) != Some("Cluster") {
            continue;
        }
        let group = spec.get("group").and_then(Node::as_str);
        let kind = spec.get("names").and_then(|names| names.get("kind")?.as_str());
        if let (Some(group), Some(kind)) = (group, kind) {
            let place = (Arc::clone(&resource.root), resource.environment.clone());
            cluster.entry(place).or_default().push((group.into(), kind.into()));
        }
    }
    if cluster.is_empty() {
        return;
    }
    for resource in resources {
        let place = (Arc::clone(&resource.root), resource.environment.clone());
        let Some(kinds) = cluster.get(&place) else { continue };
        let ResourceKind::Kubernetes(id) = &mut resource.kind else { continue };
        if kinds.iter().any(|(group, kind)| *group == id.group && *kind == id.kind) {
            id.namespace = None;
            resource.address = address(id);
        }
    }
}

/// Objects that are written twice in a root: one of them would overwrite the other.
pub(crate) fn duplicates(resources: &[Resource]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut seen: HashMap<(&str, Option<&str>, &str, &str), &Resource> = HashMap::new();
    for resource in resources {
        let Some(id) = resource.kubernetes() else { continue };
        if id.name.ends_with('*') || &*id.name == "?" {
            continue;
        }
        let key = (&*resource.root, resource.environment.as_deref(), &*id.group, &*resource.address);
        if seen.insert(key, resource).is_some() {
            let message = format!("{} is written more than once below {}; applied together, one overwrites the other", resource.address, resource.root);
            let mut diagnostic = Diagnostic::new(Level::Warning, "duplicate-object", message)
                .remedy("name its namespace, or check folders that are applied apart one by one");
            diagnostic.span = resource.span;
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}
