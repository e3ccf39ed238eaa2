//! Evaluated resources, whatever they were written in.

use std::sync::Arc;

use crate::{Diagnostic, Node, Reference, Span};

/// One resource instance or Kubernetes object: what policies judge.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Terraform's own address (`module.db["eu"].aws_db_instance.this[0]`, `[*]` for a symbolic instance) or
    /// `Kind/namespace/name`, `Kind/name` where cluster-scoped, `name-*` for a `generateName`.
    pub address: Arc<str>,
    /// What it is.
    pub kind: ResourceKind,
    /// Its root: the folder of the Terraform root module (`.` for the working folder), the plan or state file, or
    /// for Kubernetes the folder, chart or overlay that it was read from. Relations hold within a root and an environment.
    pub root: Arc<str>,
    /// The environment of `hipaa-iac.yaml` that it was evaluated for.
    pub environment: Option<Arc<str>>,
    /// The whole value: `$` of a policy's paths, shaped as Terraform's plan JSON shapes it, or the Kubernetes object.
    pub body: Node,
    /// Where findings about something absent point: the block's header, or the object's `kind`.
    pub span: Option<Span>,
    /// The whole block or document, for comments that concern it (waivers) and for end lines.
    pub extent: Option<Span>,
    /// It stands for zero or more instances: `count` or `for_each` is not known.
    pub symbolic: bool,
}

/// What a resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceKind {
    /// A Terraform resource, data source or provider block.
    Terraform(TerraformId),
    /// A Kubernetes object.
    Kubernetes(KubernetesId),
}

/// What Terraform calls a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerraformId {
    /// `managed`, `data`, `provider` (a provider block) or `ephemeral`.
    pub mode: Arc<str>,
    /// The type, `aws_db_instance`; the local provider name for a provider block.
    pub type_: Arc<str>,
    /// The name in the configuration; the alias (or an empty text) for a provider block.
    pub name: Arc<str>,
    /// The provider's source address without the default registry host (`hashicorp/aws`).
    pub provider: Arc<str>,
    /// The provider's major version when `.terraform.lock.hcl`, `required_providers` or the plan fixes it to one.
    pub provider_major: Option<u64>,
    /// The configuration of the provider that makes it, by the address that a `provider` block of it has
    /// (`provider.aws.west`, `module.db.provider.aws`), whether or not there is one; in a state file as it stands
    /// there (`provider["registry.terraform.io/hashicorp/aws"].west`). `None` where the input does not tell.
    pub provider_config: Option<Arc<str>>,
}

/// What Kubernetes calls an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubernetesId {
    /// API group, empty for the core group.
    pub group: Arc<str>,
    /// API version without the group.
    pub version: Arc<str>,
    /// Kind.
    pub kind: Arc<str>,
    /// Namespace; `default` where none is written, `None` for kinds known to be cluster-scoped.
    pub namespace: Option<Arc<str>>,
    /// Name; `prefix*` for a `generateName`.
    pub name: Arc<str>,
}

impl ResourceKind {
    /// The word by which policies match it: `aws_db_instance`, `data.aws_iam_policy_document`, `provider.aws`,
    /// or `networking.k8s.io/Ingress` (`Pod` for the core group).
    pub fn matched_by(&self) -> String {
        match self {
            Self::Terraform(id) if &*id.mode == "managed" => id.type_.to_string(),
            Self::Terraform(id) => format!("{}.{}", id.mode, id.type_),
            Self::Kubernetes(id) if id.group.is_empty() => id.kind.to_string(),
            Self::Kubernetes(id) => format!("{}/{}", id.group, id.kind),
        }
    }
}

impl Resource {
    /// The Kubernetes identity, if it is an object.
    pub fn kubernetes(&self) -> Option<&KubernetesId> {
        match &self.kind {
            ResourceKind::Kubernetes(id) => Some(id),
            ResourceKind::Terraform(_) => None,
        }
    }

    /// The Terraform identity, if it is a resource.
    pub fn terraform(&self) -> Option<&TerraformId> {
        match &self.kind {
            ResourceKind::Terraform(id) => Some(id),
            ResourceKind::Kubernetes(_) => None,
        }
    }
}

/// Something that hangs on input that is not there: a module of a registry, a chart dependency.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// What: `module.vpc`, with its module path.
    pub address: Arc<str>,
    /// The root it belongs to, as in [`Resource::root`].
    pub root: Arc<str>,
    /// The environment, as in [`Resource::environment`].
    pub environment: Option<Arc<str>>,
    /// Why, and what to run: two lowercase fragments.
    pub reason: String,
    /// What to do.
    pub remedy: String,
    /// Where it is called.
    pub span: Option<Span>,
    /// What is handed to it; a partner resource may hide behind each.
    pub references: Vec<Reference>,
    /// The known texts that are handed to it: a resource may be named by one.
    pub texts: Vec<Arc<str>>,
}

/// All that was read: the input of the engine.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// Every resource, in the order of root, environment and address.
    pub resources: Vec<Resource>,
    /// What hangs on missing input.
    pub unresolved: Vec<Unresolved>,
    /// What the user must be told about the input.
    pub diagnostics: Vec<Diagnostic>,
}

impl Inventory {
    /// Adds everything of another inventory.
    pub fn extend(&mut self, other: Self) {
        self.resources.extend(other.resources);
        self.unresolved.extend(other.unresolved);
        self.diagnostics.extend(other.diagnostics);
    }
}
