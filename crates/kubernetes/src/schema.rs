//! What type the API server takes at each field of the built-in kinds, and what of an object it would reject.
//!
//! The table is `schema/types.txt`, made by `schema/generate.py` from the `OpenAPI` document of Kubernetes.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hipaa_iac_source::{Map, Node, Number, Span, Value};

static TYPES: LazyLock<Types> = LazyLock::new(|| Types::parse(include_str!("../schema/types.txt")));

/// A type of the table.
#[derive(Clone, Debug)]
enum Type {
    String,
    Bool,
    Int32,
    Int64,
    Double,
    IntOrString,
    Quantity,
    Bytes,
    Any,
    AnyObject,
    Object(usize),
    List(Box<Self>),
    Map(Box<Self>),
}

#[derive(Debug, Default)]
struct Types {
    objects: Vec<HashMap<&'static str, Type>>,
    /// The number in `objects`, by apiVersion and kind.
    kinds: HashMap<(&'static str, &'static str), usize>,
    /// Whether a kind is namespaced, by group and kind, for versions that the table does not have.
    scopes: HashMap<(&'static str, &'static str), bool>,
}

impl Type {
    fn parse(text: &str) -> Option<Self> {
        let rest = text.get(1..)?;
        Some(match text.as_bytes().first()? {
            b's' => Self::String,
            b'b' => Self::Bool,
            b'i' => Self::Int32,
            b'l' => Self::Int64,
            b'n' => Self::Double,
            b'x' => Self::IntOrString,
            b'q' => Self::Quantity,
            b'y' => Self::Bytes,
            b'*' => Self::Any,
            b'o' => Self::AnyObject,
            b'[' => Self::List(Box::new(Self::parse(rest)?)),
            b'{' => Self::Map(Box::new(Self::parse(rest)?)),
            _ => Self::Object(text.parse().ok()?),
        })
    }

    /// In words, for messages.
    fn words(&self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Bool => "a boolean",
            Self::Int32 => "a whole number of 32 bits",
            Self::Int64 => "a whole number",
            Self::Double => "a number",
            Self::IntOrString => "a whole number or a string",
            Self::Quantity => "a quantity such as 500m or 2Gi",
            Self::Bytes => "a base64 string",
            Self::Any => "a value",
            Self::AnyObject | Self::Object(_) | Self::Map(_) => "an object",
            Self::List(_) => "a list",
        }
    }
}

impl Types {
    fn parse(text: &'static str) -> Self {
        let mut types = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((head, entries)) = line.split_once('\t') else {
                continue;
            };
            let entries = entries.split(' ').filter_map(|entry| entry.split_once('='));
            if let Some((group, _)) = head.split_once('/') {
                let api_version = if group.is_empty() {
                    head.trim_start_matches('/')
                } else {
                    head
                };
                for (kind, entry) in entries {
                    let namespaced = entry.starts_with('N');
                    let Some(object) = entry.get(1..).and_then(|number| number.parse().ok()) else {
                        continue;
                    };
                    types.kinds.insert((api_version, kind), object);
                    types.scopes.insert((group, kind), namespaced);
                }
            } else {
                types.objects.push(
                    entries
                        .filter_map(|(field, entry)| Some((field, Type::parse(entry)?)))
                        .collect(),
                );
            }
        }
        types
    }

    /// The type number of a field's object, followed from a kind.
    fn field_object(&self, api_version: &str, kind: &str, path: &[&str]) -> Option<usize> {
        let mut object = *self.kinds.get(&(api_version, kind))?;
        for field in path {
            object = match self.objects.get(object)?.get(field)? {
                Type::Object(next) => *next,
                _ => return None,
            };
        }
        Some(object)
    }
}

/// Cluster-scoped kinds of widespread extensions, by group and kind. `*` stands for every kind of the group.
const CLUSTER_SCOPED: &[(&str, &[&str])] = &[
    ("cert-manager.io", &["ClusterIssuer"]),
    ("trust.cert-manager.io", &["Bundle", "ClusterBundle"]),
    ("gateway.networking.k8s.io", &["GatewayClass"]),
    (
        "policy.networking.k8s.io",
        &[
            "AdminNetworkPolicy",
            "BaselineAdminNetworkPolicy",
            "ClusterNetworkPolicy",
        ],
    ),
    (
        "snapshot.storage.k8s.io",
        &["VolumeSnapshotClass", "VolumeSnapshotContent"],
    ),
    (
        "groupsnapshot.storage.k8s.io",
        &["VolumeGroupSnapshotClass", "VolumeGroupSnapshotContent"],
    ),
    (
        "kyverno.io",
        &[
            "ClusterPolicy",
            "ClusterCleanupPolicy",
            "GlobalContextEntry",
        ],
    ),
    (
        "policies.kyverno.io",
        &[
            "ValidatingPolicy",
            "MutatingPolicy",
            "GeneratingPolicy",
            "ImageValidatingPolicy",
            "DeletingPolicy",
        ],
    ),
    ("wgpolicyk8s.io", &["ClusterPolicyReport"]),
    ("reports.kyverno.io", &["ClusterEphemeralReport"]),
    ("templates.gatekeeper.sh", &["*"]),
    ("constraints.gatekeeper.sh", &["*"]),
    ("mutations.gatekeeper.sh", &["*"]),
    (
        "policies.kubewarden.io",
        &[
            "ClusterAdmissionPolicy",
            "ClusterAdmissionPolicyGroup",
            "PolicyServer",
        ],
    ),
    (
        "external-secrets.io",
        &[
            "ClusterSecretStore",
            "ClusterExternalSecret",
            "ClusterPushSecret",
        ],
    ),
    ("generators.external-secrets.io", &["ClusterGenerator"]),
    ("keda.sh", &["ClusterTriggerAuthentication"]),
    ("karpenter.sh", &["*"]),
    ("karpenter.k8s.aws", &["*"]),
    ("karpenter.azure.com", &["*"]),
    (
        "argoproj.io",
        &["ClusterWorkflowTemplate", "ClusterAnalysisTemplate"],
    ),
    ("tekton.dev", &["ClusterTask"]),
    (
        "triggers.tekton.dev",
        &["ClusterTriggerBinding", "ClusterInterceptor"],
    ),
    (
        "cilium.io",
        &[
            "CiliumClusterwideNetworkPolicy",
            "CiliumClusterwideEnvoyConfig",
            "CiliumNode",
            "CiliumIdentity",
            "CiliumEgressGatewayPolicy",
            "CiliumLoadBalancerIPPool",
            "CiliumBGPClusterConfig",
            "CiliumBGPPeeringPolicy",
            "CiliumL2AnnouncementPolicy",
            "CiliumCIDRGroup",
        ],
    ),
    (
        "crd.projectcalico.org",
        &[
            "BGPConfiguration",
            "BGPPeer",
            "ClusterInformation",
            "FelixConfiguration",
            "GlobalNetworkPolicy",
            "GlobalNetworkSet",
            "HostEndpoint",
            "IPPool",
            "IPReservation",
            "KubeControllersConfiguration",
        ],
    ),
    (
        "projectcalico.org",
        &[
            "BGPConfiguration",
            "BGPPeer",
            "ClusterInformation",
            "FelixConfiguration",
            "GlobalNetworkPolicy",
            "GlobalNetworkSet",
            "HostEndpoint",
            "IPPool",
            "IPReservation",
            "KubeControllersConfiguration",
            "Tier",
        ],
    ),
    (
        "operator.tigera.io",
        &["Installation", "APIServer", "TigeraStatus"],
    ),
    ("security.openshift.io", &["SecurityContextConstraints"]),
    ("project.openshift.io", &["Project"]),
    ("config.openshift.io", &["*"]),
    ("machineconfiguration.openshift.io", &["*"]),
    ("postgresql.cnpg.io", &["ClusterImageCatalog"]),
    ("pkg.crossplane.io", &["*"]),
    ("apiextensions.crossplane.io", &["*"]),
    (
        "kueue.x-k8s.io",
        &[
            "ClusterQueue",
            "ResourceFlavor",
            "AdmissionCheck",
            "WorkloadPriorityClass",
            "Cohort",
            "Topology",
        ],
    ),
    ("nvidia.com", &["ClusterPolicy", "NVIDIADriver"]),
    ("cluster.x-k8s.io", &["ClusterClass"]),
    (
        "capsule.clastix.io",
        &["Tenant", "CapsuleConfiguration", "GlobalTenantResource"],
    ),
    ("hnc.x-k8s.io", &["HNCConfiguration"]),
    (
        "spire.spiffe.io",
        &[
            "ClusterSPIFFEID",
            "ClusterFederatedTrustDomain",
            "ClusterStaticEntry",
        ],
    ),
];

/// Whether a kind has no namespace: a built-in one, or one of a widespread extension.
pub(crate) fn is_cluster_scoped(group: &str, kind: &str) -> bool {
    if let Some(namespaced) = TYPES.scopes.get(&(group, kind)) {
        return !namespaced;
    }
    CLUSTER_SCOPED
        .iter()
        .any(|(known, kinds)| *known == group && (kinds.contains(&kind) || kinds.contains(&"*")))
}

/// The built-in kind of an API group that differs from a word in upper and lower case only.
pub(crate) fn misspelt(group: &str, kind: &str) -> Option<&'static str> {
    if TYPES.scopes.contains_key(&(group, kind)) {
        return None;
    }
    let kinds = TYPES.scopes.keys();
    kinds
        .filter(|(of, _)| *of == group)
        .map(|(_, kind)| *kind)
        .filter(|known| known.eq_ignore_ascii_case(kind))
        .min()
}

/// Whether the API server itself serves the kind, so that its objects must have a name.
pub(crate) fn is_builtin(api_version: &str, kind: &str) -> bool {
    TYPES.kinds.contains_key(&(api_version, kind))
}

/// A step from an object to a value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(Arc<str>),
    Index(usize),
}

/// What the API server would say to a value.
#[derive(Clone, Debug)]
pub(crate) struct Complaint {
    pub(crate) path: Vec<Step>,
    pub(crate) span: Option<Span>,
    pub(crate) about: About,
}

#[derive(Clone, Debug)]
pub(crate) enum About {
    /// It has another type than the one that is taken.
    Type {
        expected: &'static str,
        found: &'static str,
        remedy: &'static str,
    },
    /// There is no such field.
    Field,
}

/// The path as people write it: `spec.containers[0].image`, `metadata.labels['a.b/c']`.
pub(crate) fn spell(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Index(index) => out.extend(["[", &index.to_string(), "]"]),
            Step::Key(key)
                if key.is_empty()
                    || key.contains(|c: char| !c.is_alphanumeric() && c != '_' && c != '-') =>
            {
                out.extend(["['", &**key, "']"]);
            }
            Step::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
        }
    }
    out
}

/// The way to a value, kept on the stack; written out only for a complaint.
struct Path<'a> {
    parent: Option<&'a Self>,
    step: Way<'a>,
}

enum Way<'a> {
    Key(&'a Arc<str>),
    Index(usize),
}

impl Path<'_> {
    fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(path) = at {
            steps.push(match path.step {
                Way::Key(key) => Step::Key(Arc::clone(key)),
                Way::Index(index) => Step::Index(index),
            });
            at = path.parent;
        }
        steps.reverse();
        steps
    }
}

/// Everything in an object that the API server would reject or drop. Empty for kinds that it does not serve itself,
/// except for the pod template that such an object holds at `spec.template`.
pub(crate) fn complaints(api_version: &str, kind: &str, object: &Map) -> Vec<Complaint> {
    let types = &*TYPES;
    let mut out = Vec::new();
    if let Some(kind) = types.kinds.get(&(api_version, kind)) {
        check_members(types, *kind, object, None, &mut out);
        return out;
    }
    // Extensions that run pods (Rollout, Knative's Service) hold the same template.
    let holder = object
        .get_key_value("spec")
        .and_then(|(spec, node)| Some((spec, node.as_map()?.get_key_value("template")?)));
    if let Some((spec, (key, template))) = holder
        && template
            .get("spec")
            .is_some_and(|pod| pod.get("containers").is_some())
        && let Some(pod_template) =
            types.field_object("apps/v1", "Deployment", &["spec", "template"])
    {
        let spec = Path {
            parent: None,
            step: Way::Key(spec),
        };
        let path = Path {
            parent: Some(&spec),
            step: Way::Key(key),
        };
        check(
            types,
            &Type::Object(pod_template),
            template,
            &path,
            &mut out,
        );
        // Its own schema may allow more fields.
        out.retain(|complaint| matches!(complaint.about, About::Type { .. }));
    }
    out
}

fn check_members(
    types: &Types,
    object: usize,
    members: &Map,
    parent: Option<&Path<'_>>,
    out: &mut Vec<Complaint>,
) {
    let Some(fields) = types.objects.get(object) else {
        return;
    };
    for (key, value) in members {
        let path = Path {
            parent,
            step: Way::Key(key),
        };
        match fields.get(&**key) {
            Some(wanted) => check(types, wanted, value, &path, out),
            // Left out of the table: read before types are known, or written by controllers.
            None if matches!(&**key, "apiVersion" | "kind" | "status") => {}
            None => out.push(Complaint {
                path: path.steps(),
                span: value.span,
                about: About::Field,
            }),
        }
    }
}

fn check(types: &Types, wanted: &Type, node: &Node, path: &Path<'_>, out: &mut Vec<Complaint>) {
    let fits = match (wanted, &node.value) {
        (Type::Any, _) | (_, Value::Null | Value::Unknown(_)) => true,
        (Type::Object(object), Value::Object(members)) => {
            check_members(types, *object, members, Some(path), out);
            true
        }
        (Type::List(element), Value::List(elements)) => {
            for (index, node) in elements.iter().enumerate() {
                check(
                    types,
                    element,
                    node,
                    &Path {
                        parent: Some(path),
                        step: Way::Index(index),
                    },
                    out,
                );
            }
            true
        }
        (Type::Map(element), Value::Object(members)) => {
            for (key, node) in &**members {
                check(
                    types,
                    element,
                    node,
                    &Path {
                        parent: Some(path),
                        step: Way::Key(key),
                    },
                    out,
                );
            }
            true
        }
        (Type::AnyObject, Value::Object(_))
        | (Type::String | Type::IntOrString, Value::String(_))
        | (Type::Bool, Value::Bool(_))
        | (Type::Int64, Value::Number(Number::Int(_)))
        | (Type::Double | Type::Quantity, Value::Number(_)) => true,
        (Type::Int32 | Type::IntOrString, Value::Number(Number::Int(number))) => {
            i32::try_from(*number).is_ok()
        }
        (Type::Quantity, Value::String(text)) => is_quantity(text.trim()),
        (Type::Bytes, Value::String(text)) => is_base64(text),
        _ => false,
    };
    if !fits {
        let about = About::Type {
            expected: wanted.words(),
            found: node.type_name(),
            remedy: remedy(wanted, &node.value),
        };
        out.push(Complaint {
            path: path.steps(),
            span: node.span,
            about,
        });
    }
}

fn remedy(wanted: &Type, found: &Value) -> &'static str {
    match (wanted, found) {
        (Type::Bool, Value::String(text))
            if matches!(&**text, "true" | "false" | "yes" | "no" | "on" | "off") =>
        {
            "write it without quotes"
        }
        (Type::Int32 | Type::Int64 | Type::Double, Value::String(text))
            if text.parse::<f64>().is_ok() =>
        {
            "write it without quotes"
        }
        (Type::String, Value::Bool(_) | Value::Number(_)) => "put it in quotes",
        (Type::Bytes, Value::String(_)) => "encode it in base64, or use stringData",
        (Type::List(_), _) => "write a list: each element behind a `-`",
        _ => "write a value of that type",
    }
}

fn is_base64(text: &str) -> bool {
    if text.contains(['\r', '\n']) {
        return STANDARD.decode(text.replace(['\r', '\n'], "")).is_ok();
    }
    STANDARD.decode(text).is_ok()
}

/// `resource.ParseQuantity` of `k8s.io/apimachinery`.
fn is_quantity(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = digits(unsigned);
    let mut suffix = unsigned.get(whole..).unwrap_or("");
    if let Some(behind) = suffix.strip_prefix('.') {
        suffix = behind.get(digits(behind)..).unwrap_or("");
    }
    // It does take `Gi` and `.`, for zero.
    if matches!(text, "" | "E") {
        return false;
    }
    if matches!(
        suffix,
        "" | "n"
            | "u"
            | "m"
            | "k"
            | "M"
            | "G"
            | "T"
            | "P"
            | "E"
            | "Ki"
            | "Mi"
            | "Gi"
            | "Ti"
            | "Pi"
            | "Ei"
    ) {
        return true;
    }
    suffix.strip_prefix(['e', 'E']).is_some_and(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent) == exponent.len()
    })
}

/// Replaces the value at a path by one that is not known.
pub(crate) fn forget(node: &mut Node, path: &[Step]) {
    let Some((step, rest)) = path.split_first() else {
        let span = node.span;
        *node = Node::unknown("the API server rejects this value");
        node.span = span;
        return;
    };
    let next = match (&mut node.value, step) {
        (Value::Object(members), Step::Key(key)) => Arc::make_mut(members).get_mut(key),
        (Value::List(elements), Step::Index(index)) => Arc::make_mut(elements).get_mut(*index),
        _ => None,
    };
    if let Some(next) = next {
        forget(next, rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let lines = include_str!("../schema/types.txt")
            .lines()
            .filter(|line| !line.starts_with('#'));
        for line in lines {
            let (head, entries) = line.split_once('\t').unwrap();
            for entry in entries.split(' ').filter(|entry| !entry.is_empty()) {
                let (name, entry) = entry.split_once('=').unwrap();
                if head.contains('/') {
                    let object: usize = entry[1..].parse().unwrap();
                    assert!(TYPES.objects.get(object).is_some(), "{head} {name}");
                } else {
                    let mut wanted = Type::parse(entry).unwrap();
                    while let Type::List(inner) | Type::Map(inner) = wanted {
                        wanted = *inner;
                    }
                    assert!(
                        !matches!(wanted, Type::Object(object) if object >= TYPES.objects.len()),
                        "{head} {name}"
                    );
                }
            }
        }
        for (api_version, kind) in [
            ("v1", "Pod"),
            ("apps/v1", "Deployment"),
            ("extensions/v1beta1", "Ingress"),
            ("batch/v1beta1", "CronJob"),
        ] {
            assert!(is_builtin(api_version, kind), "{kind}");
        }
    }

    #[test]
    fn scopes() {
        for (group, kind) in [
            ("", "Namespace"),
            ("", "Node"),
            ("", "PersistentVolume"),
            ("rbac.authorization.k8s.io", "ClusterRole"),
            ("storage.k8s.io", "StorageClass"),
            ("node.k8s.io", "RuntimeClass"),
            ("networking.k8s.io", "IngressClass"),
            ("policy", "PodSecurityPolicy"),
            ("apiextensions.k8s.io", "CustomResourceDefinition"),
            (
                "admissionregistration.k8s.io",
                "ValidatingWebhookConfiguration",
            ),
            ("cert-manager.io", "ClusterIssuer"),
            ("gateway.networking.k8s.io", "GatewayClass"),
            ("constraints.gatekeeper.sh", "K8sRequiredLabels"),
        ] {
            assert!(is_cluster_scoped(group, kind), "{kind}");
        }
        for (group, kind) in [
            ("", "Pod"),
            ("", "Secret"),
            ("apps", "Deployment"),
            ("rbac.authorization.k8s.io", "Role"),
            ("cert-manager.io", "Issuer"),
            ("x.io", "Y"),
        ] {
            assert!(!is_cluster_scoped(group, kind), "{kind}");
        }
    }

    /// Observed with `resource.ParseQuantity` of k8s.io/apimachinery v0.34.3.
    #[test]
    fn quantities() {
        for text in [
            "1", "0.5", "500m", "2Gi", "1e3", "1E", "1E3", "1e+3", "-1", "+.5k", "1.", "100n",
            "Gi", ".", "+", "e3",
        ] {
            assert!(is_quantity(text), "{text}");
        }
        for text in [
            "", "1 Gi", "2GB", "1e", "1K", "true", "1,5", "E", "1i", "1mm", "1.2.3", "1e3.5",
        ] {
            assert!(!is_quantity(text), "{text}");
        }
    }
}
