//! Pod templates in objects of kinds that nobody listed: found by their shape.
//!
//! Operators keep them anywhere (`spec.pytorchReplicaSpecs.Worker.template` of a `PyTorchJob`, `spec.jobTargetRef.template` of a `ScaledJob`), so
//! a list of paths is never complete. What has containers as a `PodSpec` has them is judged as one.

use std::{collections::BTreeMap, sync::Arc};

use hipaa_iac_source::{
    Diagnostic, Inventory, Level, Map, Node, Resource, ResourceKind, Span, Value,
};

use crate::{policy, relations::Relations};

/// A step from an object to a value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(Arc<str>),
    Index(usize),
}

/// What an object of a kind that is not listed holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FoundPods {
    /// The paths of its pod specs.
    pub(crate) pods: Vec<Vec<Step>>,
    /// There is a container in no pod spec, or what lies too deep to be searched.
    loose: bool,
    /// The place of the first such.
    loose_at: Option<Span>,
}

/// Whether an object of a kind that nobody listed holds a pod, or what cannot be told from one.
pub fn holds_pods(resource: &Resource) -> bool {
    FoundPods::search(resource).is_some()
}

/// How deep an object is searched. Schemas of real kinds go to about 20.
const MAX_DEPTH: usize = 64;

/// Groups whose objects hold patterns and patches of pods, not pods.
const PATTERNS: [&str; 4] = [
    "kyverno.io",
    "policies.kyverno.io",
    "constraints.gatekeeper.sh",
    "mutations.gatekeeper.sh",
];

/// The lists of containers of a pod spec.
const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// Groups whose objects hold the values of Helm charts, which look like pods and become some.
const VALUES: [&str; 2] = ["helm.toolkit.fluxcd.io", "helm.cattle.io"];

/// Fields by which a container is known for one, beside its name.
const OF_CONTAINERS: [&str; 7] = [
    "args",
    "command",
    "env",
    "envFrom",
    "image",
    "securityContext",
    "volumeMounts",
];

/// Terraform's typed resources that run containers. What they hold has other names than in Kubernetes, and defaults of its own.
const TYPED: [&str; 16] = [
    "helm_release",
    "kubectl_manifest",
    "kubernetes_cron_job",
    "kubernetes_cron_job_v1",
    "kubernetes_daemon_set_v1",
    "kubernetes_daemonset",
    "kubernetes_deployment",
    "kubernetes_deployment_v1",
    "kubernetes_job",
    "kubernetes_job_v1",
    "kubernetes_pod",
    "kubernetes_pod_v1",
    "kubernetes_replication_controller",
    "kubernetes_replication_controller_v1",
    "kubernetes_stateful_set",
    "kubernetes_stateful_set_v1",
];

impl FoundPods {
    /// Searches an object; those of listed kinds and of the API server's own (whose groups hold no dot) are known without.
    pub(crate) fn search(resource: &Resource) -> Option<Self> {
        let id = resource.kubernetes()?;
        if !id.group.contains('.')
            || PATTERNS.contains(&&*id.group)
            || policy::pod_spec_path(&id.group, &id.kind).is_some()
        {
            return None;
        }
        let mut found = Self::default();
        for (key, value) in resource.body.as_map()? {
            if !matches!(&**key, "metadata" | "status") {
                found.look(value, &mut vec![Step::Key(Arc::clone(key))]);
            }
        }
        if VALUES.contains(&&*id.group) && !found.pods.is_empty() {
            found.pods.clear();
            found.add_loose(&resource.body);
        }
        (found != Self::default()).then_some(found)
    }

    fn add_loose(&mut self, node: &Node) {
        self.loose = true;
        self.loose_at = self.loose_at.or(node.span);
    }

    fn look(&mut self, node: &Node, path: &mut Vec<Step>) {
        if path.len() > MAX_DEPTH {
            self.add_loose(node);
            return;
        }
        match &node.value {
            Value::Object(members) => {
                let spec = is_pod_spec(members);
                if spec {
                    self.pods.push(path.clone());
                }
                if is_loose_container(members) {
                    self.add_loose(node);
                }
                for (key, value) in members.iter() {
                    if spec && CONTAINERS.contains(&&**key) {
                        continue;
                    }
                    path.push(Step::Key(Arc::clone(key)));
                    self.look(value, path);
                    path.pop();
                }
            }
            Value::List(elements) => {
                for (at, element) in elements.iter().enumerate() {
                    path.push(Step::Index(at));
                    self.look(element, path);
                    path.pop();
                }
            }
            _ => {}
        }
    }
}

fn is_pod_spec(members: &Map) -> bool {
    let lists = CONTAINERS
        .iter()
        .filter_map(|key| members.get(*key)?.as_list());
    lists.flatten().filter_map(Node::as_map).any(|members| {
        let named = members
            .get("name")
            .is_some_and(|name| name.as_str().is_some() || name.as_unknown().is_some());
        named && OF_CONTAINERS.iter().any(|key| members.contains_key(*key))
    })
}

/// An image with something to run it by, such as `container` of a template of a Workflow or a step of a Task.
fn is_loose_container(members: &Map) -> bool {
    members
        .get("image")
        .is_some_and(|image| image.as_str().is_some())
        && ["args", "command", "env", "securityContext", "volumeMounts"]
            .iter()
            .any(|key| members.contains_key(*key))
}

/// The value at a path.
pub(crate) fn at<'a>(node: &'a Node, path: &[Step]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, step| match step {
        Step::Key(key) => node.get(key),
        Step::Index(at) => node.as_list()?.get(*at),
    })
}

/// What holds `metadata` and `spec` of the pod whose spec is at a path.
pub(crate) fn template(body: &Node, path: &[Step]) -> Option<Node> {
    match path.split_last()? {
        (Step::Key(key), above) if &**key == "spec" => at(body, above).cloned(),
        _ => {
            let spec = at(body, path)?.clone();
            Some(Node::object(Map::from_iter([("spec".into(), spec)])))
        }
    }
}

/// The path behind the `$` of a normalized one.
pub(crate) fn normalized(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) => {
                let key = key.replace('\\', "\\\\").replace('\'', "\\'");
                text.extend(["['", &key, "']"]);
            }
            Step::Index(at) => text.extend(["[", &at.to_string(), "]"]),
        }
    }
    text
}

/// What runs containers and was not judged as pods: a warning for each kind of a root, with the first of its addresses.
pub(crate) fn unjudged(inventory: &Inventory, relations: &Relations<'_>) -> Vec<Diagnostic> {
    const TOLD: usize = 3;
    type Places<'a> = Vec<(&'a str, Option<Span>)>;
    let mut by_kind: BTreeMap<(&Arc<str>, String), Places<'_>> = BTreeMap::new();
    for (at, resource) in inventory.resources.iter().enumerate() {
        let span = match &resource.kind {
            ResourceKind::Terraform(id) => {
                (&*id.mode == "managed" && TYPED.contains(&&*id.type_)).then_some(resource.span)
            }
            ResourceKind::Kubernetes(_) => relations
                .found(at)
                .filter(|found| found.loose)
                .map(|found| found.loose_at.or(resource.span)),
        };
        if let Some(span) = span {
            by_kind
                .entry((&resource.root, resource.kind.matched_by()))
                .or_default()
                .push((&resource.address, span));
        }
    }
    by_kind
        .into_iter()
        .map(|((_, kind), mut resources)| {
            resources.sort_by_key(|(address, _)| *address);
            resources.dedup_by_key(|(address, _)| *address);
            let first: Vec<&str> = resources.iter().take(TOLD).map(|of| of.0).collect();
            let more = match resources.len().saturating_sub(TOLD) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let named = format!("{}{more}", first.join(", "));
            let message = if kind.contains('/') {
                format!(
                    "containers of {kind} were not judged, for they stand in no pod template: {named}"
                )
            } else {
                format!("the policies for Kubernetes did not judge what {kind} makes: {named}")
            };
            let remedy = if kind.contains('/') {
                "judge the pods that its controller makes: the operator sees each as it is created"
            } else if kind == "helm_release" {
                "check the chart with its values, or the output of `helm template`"
            } else {
                "check the manifest by itself, or write it as kubernetes_manifest, which is judged"
            };
            let mut diagnostic =
                Diagnostic::new(Level::Warning, "containers-unjudged", message).remedy(remedy);
            diagnostic.span = resources.first().and_then(|of| of.1);
            diagnostic
        })
        .collect()
}
