//! Documents to resources.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use hipaa_iac_source::{
    Diagnostic, KubernetesId, Level, Node, Resource, ResourceKind, SourceFile, Span, Unresolved,
    Value,
};

use crate::{
    schema::{self, About, Complaint},
    yaml::{self, Document},
};

/// How many complaints of a kind about one object are told.
const MAX_COMPLAINTS: usize = 50;
/// How many objects of a root that are written more than once are told one by one.
const MAX_DUPLICATES: usize = 10;
/// The annotation in which `kubectl apply` keeps the whole object, secrets included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The objects of a file and what is to be said about them.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    pub(crate) resources: Vec<Resource>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What could not be parsed. Whether that counts is for the caller to say: the file may not be Kubernetes at all.
    pub(crate) errors: Vec<Diagnostic>,
    /// A document says that it is an object, be it one that is judged or not.
    pub(crate) recognised: bool,
    /// What could not be rendered.
    pub(crate) unresolved: Vec<Unresolved>,
}

/// Reads the objects of a file.
pub(crate) fn read(file: &SourceFile, root: &Arc<str>, environment: Option<&Arc<str>>) -> Objects {
    let parsed = yaml::parse(file);
    let mut objects = Objects {
        errors: parsed.errors,
        ..Objects::default()
    };
    for document in parsed.documents {
        let Document {
            node,
            extent,
            diagnostics,
        } = document;
        let before = objects.resources.len();
        let nearly = nearly_object(&node);
        objects.diagnostics.extend(no_object(&node));
        objects.recognised |=
            nearly.is_some() || node.get("apiVersion").is_some() && node.get("kind").is_some();
        let mut reader = Reader {
            root,
            environment,
            lists: true,
            objects: &mut objects,
        };
        let kubernetes = reader.document(node, Some(extent), None);
        objects.diagnostics.extend(nearly);
        if kubernetes || objects.resources.len() > before {
            objects.diagnostics.extend(diagnostics);
        }
    }
    objects
}

/// Takes a value for the object that it is, as [`read`] does with the same text. `None` where it is no object.
///
/// The API server knows the scope of every kind, so `namespace` stands over what the value says.
pub(crate) fn from_node(node: Node, root: &Arc<str>, namespace: Option<&str>) -> Option<Resource> {
    let mut objects = Objects::default();
    Reader {
        root,
        environment: None,
        lists: false,
        objects: &mut objects,
    }
    .document(node, None, None);
    let mut resource = objects.resources.into_iter().next()?;
    if let ResourceKind::Kubernetes(id) = &mut resource.kind {
        id.namespace = namespace.map(Arc::from);
        resource.address = address(id);
    }
    Some(resource)
}

/// The objects of a value that a Terraform resource holds. What the API server would not take in them is unknown.
pub(crate) fn of_terraform(node: Node, holder: &Resource) -> Vec<Resource> {
    let mut objects = Objects::default();
    Reader {
        root: &holder.root,
        environment: holder.environment.as_ref(),
        lists: true,
        objects: &mut objects,
    }
    .document(node, holder.extent, None);
    for resource in &mut objects.resources {
        resource.address = Arc::clone(&holder.address);
        resource.span = holder.span;
        resource.extent = holder.extent;
        resource.symbolic = holder.symbolic;
    }
    objects.resources
}

/// What to say of a document that is an object but for its `apiVersion`.
fn nearly_object(node: &Node) -> Option<Diagnostic> {
    let kind = node.get("kind")?;
    node.get("metadata")?.as_map()?;
    if kind.as_str().is_none_or(str::is_empty)
        || node
            .get("apiVersion")
            .is_some_and(|version| version.as_str().is_some())
    {
        return None;
    }
    Some(unjudged(
        "kubernetes-api-version",
        "a document with kind and metadata but no apiVersion was not judged",
        "give it an apiVersion: without one kubectl rejects it",
        kind,
    ))
}

/// What to say of a document that is an object but for its `kind`, and of objects in an array. No name of a file makes it input.
fn no_object(node: &Node) -> Option<Diagnostic> {
    let has = |node: &Node, name: &str| node.get(name).is_some_and(|node| node.as_str().is_some());
    let described = |node: &Node| {
        let metadata = node.get("metadata");
        has(node, "apiVersion") && metadata.is_some_and(|metadata| metadata.as_map().is_some())
    };
    if let Some(elements) = node.as_list() {
        let object = elements
            .iter()
            .find(|element| described(element) && has(element, "kind"))?;
        return Some(unjudged(
            "kubernetes-array",
            "an array of objects was not judged",
            "make each a document, or an item of a List: kubectl rejects an array",
            object.get("kind")?,
        ));
    }
    if !described(node) || node.get("kind").is_some_and(|kind| !kind.is_null()) {
        return None;
    }
    Some(unjudged(
        "kubernetes-kind",
        "a document with apiVersion and metadata but no kind was not judged",
        "give it a kind: without one kubectl rejects it",
        node.get("apiVersion")?,
    ))
}

fn unjudged(code: &'static str, message: &str, remedy: &str, place: &Node) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Level::Warning, code, message).remedy(remedy);
    diagnostic.span = place.span;
    diagnostic
}

struct Reader<'a> {
    root: &'a Arc<str>,
    environment: Option<&'a Arc<str>>,
    /// Whatever has `items` is a list, as kubectl takes it. What the API server is sent is the object itself.
    lists: bool,
    objects: &'a mut Objects,
}

impl Reader<'_> {
    /// Whether the document is an object or a list of such. `list`: the apiVersion and kind of what it is an item of.
    fn document(
        &mut self,
        mut node: Node,
        extent: Option<Span>,
        list: Option<(&str, &str)>,
    ) -> bool {
        if let (Some((api_version, kind)), Value::Object(members)) = (list, &mut node.value) {
            // `kubectl get --raw` leaves them out of the items of a typed list.
            if members.get("kind").is_none_or(Node::is_null)
                && members.get("apiVersion").is_none_or(Node::is_null)
            {
                let members = Arc::make_mut(members);
                members.insert("apiVersion".into(), api_version.into());
                members.insert("kind".into(), kind.into());
            }
        }
        let Some(members) = node.as_map() else {
            return false;
        };
        let Some(api_version) = members
            .get("apiVersion")
            .and_then(Node::as_str)
            .map(Arc::<str>::from)
        else {
            return false;
        };
        let Some((kind, kind_span)) = members
            .get("kind")
            .and_then(|kind| Some((Arc::<str>::from(kind.as_str()?), kind.span)))
        else {
            return false;
        };
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", &api_version));
        if kind.is_empty() || version.is_empty() || group == "kustomize.config.k8s.io" {
            return false;
        }
        if group == "hipaa-iac.dev" && matches!(&*kind, "Policy" | "AgreementList") {
            return false;
        }
        if let Some(items) = members.get("items").and_then(Node::as_list)
            && self.lists
        {
            let item_kind = kind.strip_suffix("List").unwrap_or(&kind);
            let named = || {
                let metadata = members.get("metadata");
                metadata.is_some_and(|metadata| metadata.get("name").is_some())
            };
            let list_only = kind.ends_with("List") && (item_kind.is_empty() || !named());
            let typed =
                !item_kind.is_empty() && (list_only || schema::is_builtin(&api_version, item_kind));
            let typed = typed.then_some((&*api_version, item_kind));
            let items = items.clone();
            for item in items {
                let extent = item.span.or(extent);
                self.document(item, extent, typed);
            }
            if list_only {
                return true;
            }
        }
        let span = kind_span.or(extent);
        if &*kind == "List" && &*api_version == "v1" {
            if let Some(items) = members.get("items").filter(|items| !items.is_null()) {
                let message = format!(
                    "items of the List is {} where the API server takes a list only",
                    items.type_name()
                );
                let mut diagnostic = Diagnostic::new(Level::Error, "kubernetes-type", message)
                    .remedy("write a list: each element behind a `-`");
                diagnostic.span = items.span;
                self.objects.diagnostics.push(diagnostic);
            }
            return true;
        }
        if let Some(known) = schema::misspelt(group, &kind) {
            let message = format!("the API server has no kind {kind}, and rejects the object");
            let mut diagnostic = Diagnostic::new(Level::Error, "kubernetes-kind", message)
                .remedy(format!("write {known}"));
            diagnostic.span = span;
            self.objects.diagnostics.push(diagnostic);
        }
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
            extent,
            symbolic: false,
        });
        true
    }

    fn identity(
        &mut self,
        api_version: &str,
        group: &str,
        version: &str,
        kind: &Arc<str>,
        node: &Node,
        span: Option<Span>,
    ) -> KubernetesId {
        let metadata = node.get("metadata");
        let text = |field: &str| {
            metadata
                .and_then(|metadata| metadata.get(field)?.as_str())
                .filter(|text| !text.is_empty())
        };
        let name: Arc<str> = match (text("name"), text("generateName")) {
            (Some(name), _) => name.into(),
            (None, Some(prefix)) => format!("{prefix}*").into(),
            (None, None) => {
                let unclear = metadata.is_some_and(|metadata| {
                    let unknown = |field: &str| {
                        metadata
                            .get(field)
                            .is_some_and(|name| name.as_unknown().is_some())
                    };
                    metadata.as_unknown().is_some() || unknown("name") || unknown("generateName")
                });
                // Configuration files of components have a kind but no name; they are no objects of the API.
                if schema::is_builtin(api_version, kind) && !unclear {
                    let message =
                        format!("the {kind} has no metadata.name, and the API server rejects it");
                    let mut diagnostic = Diagnostic::new(Level::Error, "kubernetes-name", message)
                        .remedy("give it a metadata.name");
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
        KubernetesId {
            group: group.into(),
            version: version.into(),
            kind: Arc::clone(kind),
            namespace,
            name,
        }
    }

    fn complain(&mut self, kind: &str, node: &mut Node, complaints: Vec<Complaint>) {
        let (mut types, mut fields) = (0, 0);
        for complaint in complaints {
            let path = schema::spell(&complaint.path);
            let count;
            let mut diagnostic = match complaint.about {
                About::Type {
                    expected,
                    found,
                    remedy,
                } => {
                    count = &mut types;
                    schema::forget(node, &complaint.path);
                    let message = if expected.contains("base64") || expected.contains("quantity") {
                        format!(
                            "{path} of the {kind} is not {expected}, and the API server rejects it"
                        )
                    } else {
                        format!(
                            "{path} of the {kind} is {found} where the API server takes {expected} only"
                        )
                    };
                    Diagnostic::new(Level::Error, "kubernetes-type", message).remedy(remedy)
                }
                About::Field => {
                    count = &mut fields;
                    let message = format!(
                        "the {kind} has no field {path}; kubectl rejects it and the API server drops it"
                    );
                    Diagnostic::new(Level::Warning, "kubernetes-field", message)
                        .remedy("correct the name or the place of the field")
                }
            };
            diagnostic.span = complaint.span;
            *count += 1;
            if *count <= MAX_COMPLAINTS {
                self.objects.diagnostics.push(diagnostic);
            }
        }
    }
}

/// The data of a Secret, wherever it is kept in it, is never to be printed.
fn mark_secret(node: &mut Node) {
    for field in ["data", "stringData"] {
        let Some(data) = member_mut(node, field) else {
            continue;
        };
        match &mut data.value {
            Value::Object(values) => Arc::make_mut(values)
                .values_mut()
                .for_each(|value| value.sensitive = true),
            _ => data.sensitive = true,
        }
    }
    let annotations =
        member_mut(node, "metadata").and_then(|metadata| member_mut(metadata, "annotations"));
    if let Some(applied) = annotations.and_then(|annotations| member_mut(annotations, LAST_APPLIED))
    {
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

/// Takes the namespace from objects whose kind a `CustomResourceDefinition` of the same root makes cluster-scoped.
pub(crate) fn apply_definitions(resources: &mut [Resource]) {
    type Place = (Arc<str>, Option<Arc<str>>);
    type GroupKind = (Arc<str>, Arc<str>);
    let mut cluster: HashMap<Place, Vec<GroupKind>> = HashMap::new();
    for resource in resources.iter() {
        let Some(id) = resource
            .kubernetes()
            .filter(|id| &*id.kind == "CustomResourceDefinition")
        else {
            continue;
        };
        let Some(spec) = resource
            .body
            .get("spec")
            .filter(|_| &*id.group == "apiextensions.k8s.io")
        else {
            continue;
        };
        if spec.get("scope").and_then(Node::as_str) != Some("Cluster") {
            continue;
        }
        let group = spec.get("group").and_then(Node::as_str);
        let kind = spec
            .get("names")
            .and_then(|names| names.get("kind")?.as_str());
        if let (Some(group), Some(kind)) = (group, kind) {
            let place = (Arc::clone(&resource.root), resource.environment.clone());
            cluster
                .entry(place)
                .or_default()
                .push((group.into(), kind.into()));
        }
    }
    if cluster.is_empty() {
        return;
    }
    for resource in resources {
        let place = (Arc::clone(&resource.root), resource.environment.clone());
        let Some(kinds) = cluster.get(&place) else {
            continue;
        };
        let ResourceKind::Kubernetes(id) = &mut resource.kind else {
            continue;
        };
        if kinds
            .iter()
            .any(|(group, kind)| *group == id.group && *kind == id.kind)
        {
            id.namespace = None;
            resource.address = address(id);
        }
    }
}

/// Objects that are written more than once in a root: applied together, one overwrites the other.
/// The resources are in the order of their roots.
pub(crate) fn duplicates(resources: &[Resource]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut told: Option<(&Arc<str>, usize)> = None;
    let mut seen = HashSet::new();
    for resource in resources {
        let Some(id) = resource.kubernetes() else {
            continue;
        };
        let clear = !id.name.ends_with('*') && &*id.name != "?";
        if !clear || seen.insert((&*resource.root, &*id.group, &*resource.address)) {
            continue;
        }
        let count = match told {
            Some((root, count)) if *root == resource.root => count + 1,
            _ => 1,
        };
        told = Some((&resource.root, count));
        let message = match count {
            ..=MAX_DUPLICATES => {
                format!(
                    "{} is written more than once below {}; applied together, one overwrites the other",
                    resource.address, resource.root
                )
            }
            more if more == MAX_DUPLICATES + 1 => format!(
                "more objects are written more than once below {}",
                resource.root
            ),
            _ => continue,
        };
        let mut diagnostic = Diagnostic::new(Level::Warning, "duplicate-object", message)
            .remedy("check folders that are applied apart one by one, or name the namespaces");
        diagnostic.span = resource.span;
        diagnostics.push(diagnostic);
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use hipaa_iac_source::Sources;
    use proptest::prelude::*;

    use super::*;

    fn read_text(text: &str) -> (Arc<SourceFile>, Objects) {
        let file = Sources::new().add("a.yaml", text);
        let objects = read(&file, &".".into(), None);
        (file, objects)
    }

    fn addresses(objects: &Objects) -> Vec<&str> {
        objects
            .resources
            .iter()
            .map(|resource| &*resource.address)
            .collect()
    }

    /// The places of the Error diagnostics with a code: line and the text at the place.
    fn errors<'a>(file: &'a SourceFile, objects: &Objects, code: &str) -> Vec<(u32, &'a str)> {
        let found = objects
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.code == code);
        found
            .map(|diagnostic| diagnostic.span.unwrap())
            .map(|span| (file.position(span.start).line, file.slice(span)))
            .collect()
    }

    fn at<'a>(node: &'a Node, path: &str) -> &'a Node {
        path.split('.')
            .fold(node, |node, step| match step.parse::<usize>() {
                Ok(index) => &node.as_list().unwrap()[index],
                Err(_) => node.get(step).unwrap_or_else(|| panic!("{step} of {path}")),
            })
    }

    #[test]
    fn addresses_and_places() {
        let text = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
---
apiVersion: v1
kind: Namespace
metadata: {name: clinic}
---
apiVersion: batch/v1
kind: Job
metadata: {generateName: migrate-, namespace: clinic}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sRequired
metadata: {name: x, namespace: ''}
---
apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
---
not: kubernetes
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
---
apiVersion: hipaa-iac.dev/v1alpha1
kind: Policy
metadata: {name: p}
";
        let (file, objects) = read_text(text);
        assert_eq!(
            addresses(&objects),
            [
                "Pod/default/web",
                "Namespace/clinic",
                "Job/clinic/migrate-*",
                "K8sRequired/x",
                "Cluster/default/?"
            ]
        );
        assert!(objects.diagnostics.is_empty(), "{:?}", objects.diagnostics);
        let job = &objects.resources[2];
        assert_eq!(file.slice(job.span.unwrap()), "Job");
        assert_eq!(file.position(job.extent.unwrap().start).line, 9);
        assert_eq!(file.position(job.extent.unwrap().end).line, 11);
        let id = job.kubernetes().unwrap();
        assert_eq!(
            (&*id.group, &*id.version, id.namespace.as_deref()),
            ("batch", "v1", Some("clinic"))
        );
        assert_eq!(job.kind.matched_by(), "batch/Job");
    }

    #[test]
    fn lists_are_flattened() {
        let text = r#"{"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},
            {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}]}]}
{"apiVersion": "apps/v1", "kind": "DeploymentList", "items": [{"metadata": {"name": "d", "namespace": "x"}}]}
{"apiVersion": "v1", "kind": "List"}
{"apiVersion": "v1", "kind": "PodList", "metadata": {"name": "l"}, "items": [{"metadata": {"name": "b"}}]}
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"}, "items": [{"metadata": {"name": "d"}}]}
{"apiVersion": "x.io/v1", "kind": "Bundle", "metadata": {"name": "u"}, "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "e"}}]}
{"apiVersion": "x.io/v1", "kind": "AllowList", "metadata": {"name": "w"}, "items": [{"cidr": "10.0.0.0/8"}]}"#;
        let (file, objects) = read_text(text);
        assert_eq!(
            addresses(&objects),
            [
                "Pod/default/a",
                "Node/n",
                "Deployment/x/d",
                // `kubectl annotate --local -f` names these items too.
                "Pod/default/b",
                "PodList/default/l",
                "Pod/default/d",
                "Pod/default/c",
                "Pod/default/e",
                "Bundle/default/u",
                "AllowList/default/w"
            ]
        );
        assert_eq!(objects.resources[2].kind.matched_by(), "apps/Deployment");
        assert_eq!(file.slice(objects.resources[1].span.unwrap()), "\"Node\"");
    }

    #[test]
    fn what_the_api_server_rejects_is_an_error_and_no_longer_known() {
        let text = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    version: 1.10
    enabled: yes
spec:
  replicas: "3"
  template:
    metadata:
      annotations: {a.b/c: true}
    spec:
      hostNetwork: "yes"
      containers:
      - name: web
        env:
        - {name: A, value: true}
        - {name: B, value: 'true'}
        ports:
        - containerPort: "80"
        - containerPort: 99999999999
        resources:
          limits: {cpu: 1, memory: 1GB}
          requests: {cpu: 0.5, memory: 1Gi}
        securityContext:
          privileged: "true"
          runAsUser: 1000.0
        livenessProbe:
          httpGet: {port: http}
          periodSeconds: 1.5
      - {name: b, readinessProbe: {httpGet: {port: 8080}}, args: [1]}
      volumes: {name: x}
"#;
        let (file, objects) = read_text(text);
        assert_eq!(
            errors(&file, &objects, "kubernetes-type"),
            [
                (6, "1.10"),
                (7, "yes"),
                (9, "\"3\""),
                (12, "true"),
                (14, "\"yes\""),
                (18, "true"),
                (21, "\"80\""),
                (22, "99999999999"),
                (24, "1GB"),
                (27, "\"true\""),
                (31, "1.5"),
                (32, "1"),
                (33, "{name: x}"),
            ]
        );
        assert!(
            objects
                .diagnostics
                .iter()
                .all(|diagnostic| diagnostic.level == Level::Error && diagnostic.remedy.is_some())
        );
        let messages: Vec<_> = objects
            .diagnostics
            .iter()
            .map(|diagnostic| &*diagnostic.message)
            .collect();
        assert_eq!(
            messages[9],
            "spec.template.spec.containers[0].securityContext.privileged of the Deployment is a string where the API server takes a boolean only"
        );
        assert_eq!(
            objects.diagnostics[9].remedy.as_deref(),
            Some("write it without quotes")
        );
        assert!(
            messages[3].starts_with("spec.template.metadata.annotations['a.b/c'] of"),
            "{}",
            messages[3]
        );
        let body = &objects.resources[0].body;
        for path in [
            "spec.replicas",
            "spec.template.spec.hostNetwork",
            "spec.template.spec.containers.0.securityContext.privileged",
            "spec.template.spec.containers.0.env.0.value",
            "spec.template.spec.volumes",
        ] {
            let node = at(body, path);
            assert_eq!(
                node.as_unknown().unwrap().reasons,
                ["the API server rejects this value"],
                "{path}"
            );
            assert!(node.span.is_some());
        }
        assert_eq!(
            at(body, "spec.template.spec.containers.0.env.1.value").as_str(),
            Some("true")
        );
        assert_eq!(
            at(
                body,
                "spec.template.spec.containers.0.securityContext.runAsUser"
            )
            .as_int(),
            Some(1000)
        );
    }

    #[test]
    fn yaml_1_1_booleans_are_booleans() {
        let (_, objects) = read_text(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: yes, hostPID: on, hostIPC: y, containers: [{name: a, securityContext: {privileged: True}}]}\n",
        );
        assert!(objects.diagnostics.is_empty(), "{:?}", objects.diagnostics);
        let spec = objects.resources[0].body.get("spec").unwrap();
        for path in [
            "hostNetwork",
            "hostPID",
            "hostIPC",
            "containers.0.securityContext.privileged",
        ] {
            assert_eq!(at(spec, path).as_bool(), Some(true), "{path}");
        }
    }

    #[test]
    fn other_kinds_are_checked_where_they_are_known() {
        for (text, wrong) in [
            (
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: 5}\n",
                "5",
            ),
            (
                "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {x: hunter2}\n",
                "hunter2",
            ),
            (
                "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: '80', targetPort: http}]}\n",
                "'80'",
            ),
            (
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {ingress: {}}\n",
                "{}",
            ),
            (
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules: [{verbs: '*'}]\n",
                "'*'",
            ),
            (
                "apiVersion: extensions/v1beta1\nkind: DaemonSet\nmetadata: {name: a}\nspec: {template: {spec: {hostPID: 'x'}}}\n",
                "'x'",
            ),
            (
                "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {template: {spec: {hostIPC: 1}}}}}\n",
                "1",
            ),
            (
                "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{tty: 'on', new: 1}]}}}\n",
                "'on'",
            ),
            ("apiVersion: v1\nkind: Pod\nmetadata: [a]\n", "[a]"),
        ] {
            let (file, objects) = read_text(text);
            let found: Vec<_> = errors(&file, &objects, "kubernetes-type")
                .into_iter()
                .map(|(_, text)| text)
                .collect();
            assert_eq!(found, [wrong], "{text}");
            assert_eq!(objects.diagnostics.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_field_that_does_not_exist_is_a_warning() {
        let (_, objects) = read_text(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwrok: true}\n",
        );
        assert_eq!(objects.diagnostics.len(), 1);
        assert_eq!(
            (objects.diagnostics[0].level, objects.diagnostics[0].code),
            (Level::Warning, "kubernetes-field")
        );
    }

    #[test]
    fn secrets_are_marked_and_never_told() {
        let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{\"data\":\"hunter2\"}'\ndata: {x: aHVudGVyMg==, q: hunter2!}\nstringData: {z: 5, w: hunter2}\n";
        let (_, objects) = read_text(text);
        let body = &objects.resources[0].body;
        for path in ["data.x", "data.q", "stringData.z", "stringData.w"] {
            assert!(at(body, path).sensitive, "{path}");
        }
        assert!(
            at(body, "metadata.annotations")
                .as_map()
                .unwrap()
                .values()
                .all(|value| value.sensitive)
        );
        assert_eq!(objects.diagnostics.len(), 2);
        assert!(!format!("{:?}", objects.diagnostics).contains("hunter2"));
    }

    #[test]
    fn a_name_is_needed_of_what_the_api_server_keeps() {
        let (_, objects) = read_text("apiVersion: v1\nkind: Pod\nmetadata: {}\n");
        assert_eq!(
            objects
                .diagnostics
                .iter()
                .map(|diagnostic| diagnostic.code)
                .collect::<Vec<_>>(),
            ["kubernetes-name"]
        );
        assert_eq!(addresses(&objects), ["Pod/default/?"]);
    }

    #[test]
    fn warnings_of_foreign_documents_are_not_told() {
        let (_, objects) =
            read_text("a: 1\na: 2\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, name: b}\n");
        assert_eq!(objects.diagnostics.len(), 1);
        assert_eq!(addresses(&objects), ["Pod/default/b"]);
    }

    const MANIFEST: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: &m\n  name: web\n  labels: {a: b}\nspec:\n  replicas: 3\n  template:\n    metadata: *m\n    spec:\n      containers:\n      - name: a\n        env:\n        - {name: A, value: 'x'}\n        <<: {image: x}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {x: aGk=}\n---\nkind: List\napiVersion: v1\nitems:\n- {kind: Node, apiVersion: v1}\n";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn no_change_of_a_manifest_breaks_the_reader(
            changes in prop::collection::vec(
                (0..MANIFEST.len(), 0..12_usize, prop::sample::select(vec!["", " ", "\n", "- ", ": ", "&m ", "*m", "<<: ", "{", "]", "'", "1", "null", "---\n", "kind: List\n", "items:\n", "ü", "!!int "])),
                1..8,
            ),
        ) {
            let mut text = MANIFEST.to_owned();
            for (start, length, with) in changes {
                let start = start.min(text.len());
                let end = (start + length).min(text.len());
                if text.is_char_boundary(start) && text.is_char_boundary(end) {
                    text.replace_range(start..end, with);
                }
            }
            let (file, objects) = read_text(&text);
            for span in objects.diagnostics.iter().chain(&objects.errors).filter_map(|diagnostic| diagnostic.span) {
                prop_assert!(file.text().get(span.range()).is_some());
            }
        }
    }
}
