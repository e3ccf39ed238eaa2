//! Policies: the documents that people write, and what they compile to.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, LazyLock, OnceLock},
};

use hipaa_iac_source::{Diagnostic, Level, Node, Query, ResourceKind, SourceFile, Span};
use indexmap::IndexMap;
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    cel::{self, Program},
    safeguard, yaml,
};

/// The API version of policy documents.
pub const API_VERSION: &str = "hipaa-iac.dev/v1alpha1";

/// How much a violation weighs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good practice.
    Low,
    /// A weakness that needs another one to be used.
    Medium,
    /// A weakness that can expose PHI.
    High,
    /// PHI is exposed, or lost, as things stand.
    Critical,
}

impl Severity {
    /// Its word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which resources a policy speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Those that hold or touch PHI.
    #[default]
    Phi,
    /// All.
    All,
}

/// A set of policies that a run may ask for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Profile {
    /// What a run uses unless told otherwise.
    #[serde(rename = "hipaa")]
    Hipaa,
    /// Beyond what the rule asks for.
    #[serde(rename = "hardening")]
    Hardening,
    /// Staying up.
    #[serde(rename = "availability")]
    Availability,
    /// What the rule proposed in January 2025 would make mandatory.
    #[serde(rename = "nprm-2025")]
    Nprm2025,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 4] = [
        Self::Hipaa,
        Self::Hardening,
        Self::Availability,
        Self::Nprm2025,
    ];

    /// Its word in policies and options.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hipaa => "hipaa",
            Self::Hardening => "hardening",
            Self::Availability => "availability",
            Self::Nprm2025 => "nprm-2025",
        }
    }
}

impl std::str::FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.as_str() == text)
            .ok_or_else(|| {
                format!("no profile `{text}`: hipaa, hardening, availability or nprm-2025")
            })
    }
}

/// A policy as it is written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyDocument {
    /// `hipaa-iac.dev/v1alpha1`.
    pub api_version: String,
    /// `Policy`.
    pub kind: String,
    /// Its name.
    pub metadata: Metadata,
    /// What it says.
    pub spec: PolicySpec,
}

/// The name of a policy.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// Names the violation; the policy's only identifier.
    pub name: String,
    /// Kubernetes labels; not read.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub labels: IndexMap<String, String>,
    /// Kubernetes annotations; not read.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub annotations: IndexMap<String, String>,
}

/// What a policy says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySpec {
    /// What holds where the policy passes, in a sentence.
    pub title: String,
    /// How much a violation weighs.
    pub severity: Severity,
    /// Paragraphs of 45 CFR Part 164: `164.312(a)(2)(iv)`.
    pub safeguards: Vec<String>,
    /// Which resources it speaks of.
    #[serde(default)]
    pub scope: Scope,
    /// The runs that use it.
    #[serde(default = "default_profiles")]
    pub profiles: Vec<Profile>,
    /// What it judges.
    #[serde(rename = "match")]
    pub matches: Matches,
    /// Values that `hipaa-iac.yaml` may override; `params.<name>` in CEL.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub parameters: IndexMap<String, serde_json::Value>,
    /// Named CEL values; later ones may use earlier ones.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub variables: IndexMap<String, String>,
    /// What must hold.
    pub rules: Vec<Rule>,
    /// Why this matters for PHI.
    #[serde(default)]
    pub rationale: String,
    /// How to put it right.
    #[serde(default)]
    pub remediation: Remediation,
    /// Checks elsewhere that give the same answer, by tool.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub see: IndexMap<String, Vec<String>>,
    /// Checks elsewhere that are near, but do not give the same answer, by tool.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub related: IndexMap<String, Vec<String>>,
    /// What the rules select may be a credential: reports never show its text.
    #[serde(default)]
    pub secret: bool,
}

fn default_profiles() -> Vec<Profile> {
    vec![Profile::Hipaa]
}

/// What a policy judges.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Matches {
    /// Resource types; `data.<type>` for data sources, `provider.<name>` for provider blocks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terraform: Vec<String>,
    /// Kinds, or everything with a pod template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kubernetes: Vec<KubernetesMatch>,
}

/// A kind of Kubernetes objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KubernetesMatch {
    /// API group; empty for the core group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Kind, in any served version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Every Pod and everything that holds a pod template, with `$` at the pod spec.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pod_spec: bool,
}

/// What no match of `select` means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Absent {
    /// A violation.
    Fail,
    /// No violation.
    Pass,
    /// The value that the provider or the API server takes.
    Value(serde_json::Value),
}

/// One thing that must hold.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// CEL; where it is false the rule is not applicable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// JSONPath to the elements that are judged one by one; the resource itself unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// JSONPath from each element to what is judged and where findings point; the element unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<String>,
    /// Per element, what no match of `select` means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Absent>,
    /// CEL over the selected value, `self`.
    pub require: String,
    /// What is wrong: a lowercase fragment.
    pub message: String,
}

/// How to put a violation right.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Remediation {
    /// In a sentence or two.
    #[serde(default)]
    pub text: String,
    /// What to write in Terraform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform: Option<String>,
    /// What to write in a manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<String>,
}

/// A policy that was read. Its expressions are compiled when first needed.
#[derive(Debug)]
pub struct Policy {
    /// Its name, the only identifier.
    pub name: Arc<str>,
    /// The path of its file, as reports show it.
    pub path: Arc<str>,
    /// The whole document, as it is written.
    pub document: PolicyDocument,
    file: Arc<SourceFile>,
    compiled: OnceLock<Result<Compiled, Vec<Diagnostic>>>,
}

/// What a policy's document compiles to.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) variables: Vec<Variable>,
    pub(crate) rules: Vec<CompiledRule>,
    pub(crate) patterns: cel::Patterns,
}

/// A named CEL value of a policy.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) program: Program,
    /// It reads `self` or `element`, if only through another variable: evaluated anew for each.
    pub(crate) local: bool,
}

#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) when: Option<Program>,
    /// `when` reads `element`, and so is asked for each.
    pub(crate) when_local: bool,
    pub(crate) each: Option<Query>,
    pub(crate) select: Option<Query>,
    /// The normalized path behind `$` of `select`, where it is made of names alone.
    pub(crate) select_path: Option<String>,
    pub(crate) absent: AbsentValue,
    pub(crate) require: Program,
    pub(crate) message: Arc<str>,
}

#[derive(Debug)]
pub(crate) enum AbsentValue {
    Fail,
    Pass,
    Value(Node),
}

impl Policy {
    /// What it says.
    pub fn spec(&self) -> &PolicySpec {
        &self.document.spec
    }

    /// The text of its file.
    pub fn text(&self) -> &str {
        self.file.text()
    }

    /// The place of the value at a path of its file, or of the nearest value above.
    pub fn locate(&self, path: &[&str]) -> Option<Span> {
        yaml::locate(&self.file, path)
    }

    /// Reads and compiles the policy of one file.
    ///
    /// # Errors
    /// Everything that is wrong with it, with places.
    pub fn parse(file: &Arc<SourceFile>) -> Result<Self, Vec<Diagnostic>> {
        let policy = Self::read(file, None)?;
        match policy.compiled() {
            Ok(_) => Ok(policy),
            Err(problems) => Err(problems.to_vec()),
        }
    }

    /// Reads the policy of one file without compiling it; from `json`, where it is given and can be read.
    fn read(file: &Arc<SourceFile>, json: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        if !file.text().lines().any(|line| !line.trim().is_empty()) {
            let empty = Diagnostic::new(Level::Error, "policy-syntax", "the policy file is empty");
            return Err(vec![empty.in_path(Arc::clone(file.path()))]);
        }
        let document: PolicyDocument = json
            .and_then(|json| serde_json::from_str(json).ok())
            .map_or_else(|| yaml::parse(file, Level::Error, "policy-syntax"), Ok)
            .map_err(|diagnostic| vec![diagnostic])?;
        Ok(Self {
            name: document.metadata.name.as_str().into(),
            path: Arc::clone(file.path()),
            file: Arc::clone(file),
            document,
            compiled: OnceLock::new(),
        })
    }

    /// The compiled policy, or all that is wrong with it.
    pub(crate) fn compiled(&self) -> Result<&Compiled, &[Diagnostic]> {
        let compiled = self
            .compiled
            .get_or_init(|| Self::compile(&self.document, &self.file));
        compiled.as_ref().map_err(Vec::as_slice)
    }

    fn compile(document: &PolicyDocument, file: &SourceFile) -> Result<Compiled, Vec<Diagnostic>> {
        let mut problems = Problems {
            file,
            name: &document.metadata.name,
            found: Vec::new(),
        };
        let spec = &document.spec;
        if document.api_version != API_VERSION {
            problems.add(
                &["apiVersion"],
                format!("apiVersion must be `{API_VERSION}`"),
            );
        }
        if document.kind != "Policy" {
            problems.add(&["kind"], "kind must be `Policy`".to_owned());
        }
        if !is_name(&document.metadata.name) {
            problems.add(
                &["metadata", "name"],
                "a policy's name is of lower-case letters, digits and single hyphens, at most 100 of them",
            );
        }
        for (at, paragraph) in spec.safeguards.iter().enumerate() {
            if safeguard::find(paragraph).is_none() {
                problems.add(
                    &["spec", "safeguards", &at.to_string()],
                    format!("`{paragraph}` is no paragraph of the safeguard table"),
                );
            }
        }
        check_matches(&spec.matches, &mut problems);
        if spec.rules.is_empty() {
            problems.add(&["spec", "rules"], "a policy needs at least one rule");
        }
        if spec.rules.len() > MAX_RULES {
            problems.add(
                &["spec", "rules"],
                format!("a policy has at most {MAX_RULES} rules"),
            );
        }
        if spec.variables.len() > MAX_VARIABLES {
            problems.add(
                &["spec", "variables"],
                format!("a policy has at most {MAX_VARIABLES} variables"),
            );
        }
        let parameters: BTreeSet<&str> = spec.parameters.keys().map(String::as_str).collect();
        let has_pod = spec.matches.kubernetes.iter().any(|kind| kind.pod_spec);
        let mut names = cel::Names {
            variables: Vec::new(),
            parameters,
            pod: has_pod,
            patterns: Cell::new(cel::MAX_LITERAL_PATTERNS),
        };
        let mut variables: Vec<Variable> = Vec::new();
        for (name, text) in spec.variables.iter().take(MAX_VARIABLES) {
            let path = ["spec", "variables", name];
            if !IDENTIFIER.is_match(name) || cel::RESERVED.contains(&name.as_str()) {
                problems.add(&path, format!("`{name}` cannot be the name of a variable"));
            }
            match Program::compile(text, &names) {
                Ok(program) => {
                    let reads =
                        |at: usize| variables.get(at).is_some_and(|variable| variable.local);
                    let local = program.reads_element()
                        || program.reads_self()
                        || program.variables().iter().any(|at| reads(*at));
                    variables.push(Variable { program, local });
                }
                Err(message) => {
                    problems.add(&path, message);
                    variables.push(Variable {
                        program: Program::null(),
                        local: false,
                    });
                }
            }
            names.variables.push(name.clone());
        }
        let mut rules = Vec::new();
        for (at, rule) in spec.rules.iter().take(MAX_RULES).enumerate() {
            if let Some(rule) = compile_rule(at, rule, &names, &variables, &mut problems) {
                rules.push(rule);
            }
        }
        if !problems.found.is_empty() {
            return Err(problems.found);
        }
        Ok(Compiled {
            variables,
            rules,
            patterns: cel::Patterns::default(),
        })
    }

    /// Whether it judges resources of this kind, and for Kubernetes whether it does so at the pod spec.
    pub(crate) fn judges(&self, kind: &ResourceKind) -> Option<Judged> {
        match kind {
            ResourceKind::Terraform(_) => {
                let word = kind.matched_by();
                self.spec()
                    .matches
                    .terraform
                    .contains(&word)
                    .then_some(Judged::Whole)
            }
            ResourceKind::Kubernetes(id) => {
                let wanted = &self.spec().matches.kubernetes;
                let named = wanted.iter().any(|wanted| {
                    !wanted.pod_spec
                        && wanted.group.as_deref().unwrap_or("") == &*id.group
                        && wanted.kind.as_deref() == Some(&id.kind)
                });
                if named {
                    Some(Judged::Whole)
                } else if wanted.iter().any(|wanted| wanted.pod_spec) {
                    Some(match pod_spec_path(&id.group, &id.kind) {
                        Some(path) => Judged::PodSpec(path),
                        None => Judged::FoundPods,
                    })
                } else {
                    None
                }
            }
        }
    }
}

/// How far a policy looks for the objects of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// In the namespace of what it judges, and among cluster-scoped objects.
    Namespace,
    /// Everywhere.
    Everywhere,
}

/// The kinds of Kubernetes objects that a policy reads beside what it judges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelatedKinds {
    /// By the word that policies match them by (`ConfigMap`, `networking.k8s.io/Ingress`), how far it looks.
    pub kinds: BTreeMap<Arc<str>, Reach>,
    /// It computes the name of a kind, so which ones it reads cannot be told beforehand.
    pub computed: bool,
}

impl RelatedKinds {
    /// Adds a kind, or widens how far it is looked for.
    pub fn add(&mut self, word: impl Into<Arc<str>>, reach: Reach) {
        let known = self.kinds.entry(word.into()).or_insert(reach);
        *known = (*known).max(reach);
    }

    fn read(&mut self, program: &Program) {
        program.calls(&mut |function, word| match function {
            "resources" | "referrers" => match word {
                Some(word) => self.add(word, Reach::Everywhere),
                None => self.computed = true,
            },
            "lookup" | "selectedBy" => match word {
                Some(word) => self.add(word, Reach::Namespace),
                None => self.computed = true,
            },
            "podEnv" => self.add("ConfigMap", Reach::Namespace),
            "selects" | "owner" => {
                for (group, kind) in pod_spec_kinds() {
                    if group.is_empty() {
                        self.add(kind, Reach::Namespace);
                    } else {
                        self.add(format!("{group}/{kind}"), Reach::Namespace);
                    }
                }
            }
            _ => {}
        });
    }
}

impl Policy {
    /// The kinds of Kubernetes objects that its expressions read beside what it judges. Those of an expression that does not compile are not
    /// among them.
    pub fn related_kinds(&self) -> RelatedKinds {
        let mut related = RelatedKinds::default();
        if let Ok(compiled) = self.compiled() {
            for variable in &compiled.variables {
                related.read(&variable.program);
            }
            for rule in &compiled.rules {
                rule.when.iter().for_each(|when| related.read(when));
                related.read(&rule.require);
            }
        }
        related
    }

    /// Whether it judges pods, wherever they are.
    pub fn judges_pods(&self) -> bool {
        let mut wanted = self.spec().matches.kubernetes.iter();
        wanted.any(|wanted| wanted.pod_spec)
    }

    /// Whether it judges objects of a kind, by its name or because the kind is listed as one with pods.
    pub fn judges_kind(&self, group: &str, kind: &str) -> bool {
        self.spec().matches.kubernetes.iter().any(|wanted| {
            if wanted.pod_spec {
                pod_spec_path(group, kind).is_some()
            } else {
                wanted.group.as_deref().unwrap_or("") == group
                    && wanted.kind.as_deref() == Some(kind)
            }
        })
    }
}

/// Group and kind of what is known to be or to hold a pod. In files further kinds are judged by the shape of what they hold.
pub fn pod_spec_kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    POD_SPECS.iter().map(|(group, kind, _)| (*group, *kind))
}

/// Where the `$` of a policy's paths is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// The whole resource.
    Whole,
    /// The pod spec at this path.
    PodSpec(&'static [&'static str]),
    /// The pod specs that an object of another kind is found to hold, if any.
    FoundPods,
}

/// Kinds that are or hold a pod: group, kind, path of the pod spec. What holds `metadata` and `spec` of the pod is one step above.
const POD_SPECS: [(&str, &str, &[&str]); 17] = [
    ("", "Pod", &["spec"]),
    ("", "PodTemplate", &["template", "spec"]),
    ("", "ReplicationController", &["spec", "template", "spec"]),
    ("apps", "Deployment", &["spec", "template", "spec"]),
    ("apps", "StatefulSet", &["spec", "template", "spec"]),
    ("apps", "DaemonSet", &["spec", "template", "spec"]),
    ("apps", "ReplicaSet", &["spec", "template", "spec"]),
    ("batch", "Job", &["spec", "template", "spec"]),
    (
        "batch",
        "CronJob",
        &["spec", "jobTemplate", "spec", "template", "spec"],
    ),
    // Clusters no longer serve this group, but files still use it.
    ("extensions", "Deployment", &["spec", "template", "spec"]),
    ("extensions", "DaemonSet", &["spec", "template", "spec"]),
    ("extensions", "ReplicaSet", &["spec", "template", "spec"]),
    (
        "apps.openshift.io",
        "DeploymentConfig",
        &["spec", "template", "spec"],
    ),
    ("apps.kruise.io", "CloneSet", &["spec", "template", "spec"]),
    ("argoproj.io", "Rollout", &["spec", "template", "spec"]),
    (
        "serving.knative.dev",
        "Configuration",
        &["spec", "template", "spec"],
    ),
    (
        "serving.knative.dev",
        "Service",
        &["spec", "template", "spec"],
    ),
];

/// The path of the pod spec in objects of a kind.
pub(crate) fn pod_spec_path(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    POD_SPECS
        .iter()
        .find(|(g, k, _)| *g == group && *k == kind)
        .map(|(_, _, path)| *path)
}

const MAX_VARIABLES: usize = 32;
const MAX_RULES: usize = 64;

static NAME: LazyLock<Regex> = LazyLock::new(|| regex("^[a-z0-9]+(-[a-z0-9]+)*$"));
static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| regex("^[A-Za-z_][A-Za-z0-9_]*$"));
static TERRAFORM_MATCH: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        "^((data|ephemeral)\\.[a-z0-9]+(_[a-z0-9]+)*|provider\\.[a-z0-9_-]+|[a-z0-9]+(_[a-z0-9]+)*)$",
    )
});

#[expect(
    clippy::expect_used,
    reason = "the patterns are constants, tried by the tests"
)]
pub(crate) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// Whether a text can name a policy.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= 100 && NAME.is_match(text)
}

struct Problems<'a> {
    file: &'a SourceFile,
    name: &'a str,
    found: Vec<Diagnostic>,
}

impl Problems<'_> {
    fn add(&mut self, path: &[&str], message: impl fmt::Display) {
        let message = format!("policy `{}`: {message}", self.name);
        let mut diagnostic = Diagnostic::new(Level::Error, "policy-invalid", message)
            .in_path(Arc::clone(self.file.path()));
        diagnostic.span = yaml::locate(self.file, path);
        self.found.push(diagnostic);
    }
}

fn check_matches(matches: &Matches, problems: &mut Problems<'_>) {
    if matches.terraform.is_empty() && matches.kubernetes.is_empty() {
        problems.add(
            &["spec", "match"],
            "it matches nothing: name `terraform` types or `kubernetes` kinds",
        );
    }
    for (at, word) in matches.terraform.iter().enumerate() {
        if !TERRAFORM_MATCH.is_match(word) {
            problems.add(
                &["spec", "match", "terraform", &at.to_string()],
                format!("`{word}` is no resource type, `data.<type>` or `provider.<name>`"),
            );
        }
    }
    for (at, kind) in matches.kubernetes.iter().enumerate() {
        let wrong = match (&kind.group, &kind.kind, kind.pod_spec) {
            (None, None, true) => None,
            (_, _, true) => Some("`podSpec: true` stands alone"),
            (None, _, false) => Some("`group` is missing (`\"\"` for the core group)"),
            (_, None, false) => Some("`kind` is missing"),
            (Some(_), Some(_), false) => None,
        };
        if let Some(wrong) = wrong {
            problems.add(
                &["spec", "match", "kubernetes", &at.to_string()],
                wrong.to_owned(),
            );
        }
    }
}

fn compile_rule(
    at: usize,
    rule: &Rule,
    names: &cel::Names<'_>,
    variables: &[Variable],
    problems: &mut Problems<'_>,
) -> Option<CompiledRule> {
    let at = at.to_string();
    let before = problems.found.len();
    let query = |name: &str, text: Option<&String>, problems: &mut Problems<'_>| {
        let text = text?;
        match Query::parse(text) {
            Ok(query) => Some(query),
            Err(error) => {
                problems.add(&["spec", "rules", &at, name], format!("`{text}`: {error}"));
                None
            }
        }
    };
    let each = query("each", rule.each.as_ref(), problems);
    let select = query("select", rule.select.as_ref(), problems);
    let program = |name: &str, text: &String, problems: &mut Problems<'_>| match Program::compile(
        text, names,
    ) {
        Ok(program) => Some(program),
        Err(message) => {
            problems.add(&["spec", "rules", &at, name], message);
            None
        }
    };
    let when = rule
        .when
        .as_ref()
        .and_then(|text| program("when", text, problems));
    let require = program("require", &rule.require, problems);
    let local = |program: &Program| {
        program
            .variables()
            .iter()
            .any(|at| variables.get(*at).is_some_and(|v| v.local))
    };
    if when.as_ref().is_some_and(Program::reads_self) {
        problems.add(
            &["spec", "rules", &at, "when"],
            "`when` is asked before a value is selected: it cannot read `self`",
        );
    }
    if rule.select.is_none() && rule.absent.is_some() {
        problems.add(
            &["spec", "rules", &at, "absent"],
            "`absent` says nothing without `select`",
        );
    }
    if rule.select.is_some() && rule.absent.is_none() {
        problems.add(
            &["spec", "rules", &at, "select"],
            "`select` needs `absent`: what no match means",
        );
    }
    if rule.message.trim().is_empty() {
        problems.add(&["spec", "rules", &at, "message"], "the message is empty");
    }
    if problems.found.len() > before {
        return None;
    }
    let when_local = when
        .as_ref()
        .is_some_and(|when| when.reads_element() || local(when));
    Some(CompiledRule {
        when_local,
        when,
        each,
        select_path: rule
            .select
            .as_deref()
            .and_then(|select| plain_path(select, false)),
        select,
        absent: match &rule.absent {
            Some(Absent::Pass) => AbsentValue::Pass,
            Some(Absent::Value(value)) => AbsentValue::Value(value.into()),
            Some(Absent::Fail) | None => AbsentValue::Fail,
        },
        require: require?,
        message: rule.message.trim().into(),
    })
}

/// The normalized form, without `$`, of a path of names and indexes alone: `['a']['b'][0]`. With `stars`, `[*]` may stand in it.
pub(crate) fn plain_path(text: &str, stars: bool) -> Option<String> {
    let mut rest = text.trim().strip_prefix('$')?;
    let mut path = String::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, left) = after.split_at(end);
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                return None;
            }
            path.extend(["['", name, "']"]);
            rest = left;
        } else {
            let (inside, left) = rest.strip_prefix('[')?.split_once(']')?;
            let inside = inside.trim();
            let quoted = inside
                .strip_prefix(['\'', '"'])
                .and_then(|inner| inner.strip_suffix(['\'', '"']));
            match quoted {
                Some(name) if !name.contains(['\'', '"', '\\']) => {
                    path.extend(["['", name, "']"]);
                }
                None if inside.parse::<u32>().is_ok() || stars && inside == "*" => {
                    path.extend(["[", inside, "]"]);
                }
                _ => return None,
            }
            rest = left;
        }
    }
    Some(path)
}

/// The file of a policy that is known to be right.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The file, which places and digests are of.
    pub file: Arc<SourceFile>,
    /// The same document as JSON, which is read many times faster than YAML.
    pub json: &'static str,
}

/// All policies of a run.
#[derive(Debug, Default)]
pub struct PolicySet {
    policies: Vec<Arc<Policy>>,
    digest: String,
}

impl PolicySet {
    /// Reads and compiles policy files. What is wrong with a file is a diagnostic, and the file's policy is left out.
    /// Of two policies of one name the one of the later file is left out.
    pub fn parse(files: &[Arc<SourceFile>]) -> (Self, Vec<Diagnostic>) {
        Self::load(&[], files)
    }

    /// The same, of policies that are known to be right and others. The former are compiled when a resource needs them, which most of them
    /// never do.
    pub fn load(tested: &[Tested], files: &[Arc<SourceFile>]) -> (Self, Vec<Diagnostic>) {
        let read = crate::pool::run(|| {
            use rayon::prelude::*;
            let mut read: Vec<_> = tested
                .par_iter()
                .map(|tested| Policy::read(&tested.file, Some(tested.json)))
                .collect();
            read.par_extend(files.par_iter().map(Policy::parse));
            read
        });
        let files: Vec<Arc<SourceFile>> = tested
            .iter()
            .map(|tested| &tested.file)
            .chain(files)
            .cloned()
            .collect();
        let mut policies: Vec<Arc<Policy>> = Vec::new();
        let mut diagnostics = Vec::new();
        let mut seen: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        for (policy, file) in read.into_iter().zip(&files) {
            match policy {
                Ok(policy) => {
                    if let Some(first) = seen.get(&policy.name) {
                        let message = format!("policy `{}` stands in {first} already", policy.name);
                        let mut diagnostic =
                            Diagnostic::new(Level::Error, "policy-duplicate", message)
                                .in_path(Arc::clone(file.path()))
                                .remedy("give one of them another name");
                        diagnostic.span = yaml::locate(file, &["metadata", "name"]);
                        diagnostics.push(diagnostic);
                    } else {
                        seen.insert(Arc::clone(&policy.name), Arc::clone(file.path()));
                        policies.push(Arc::new(policy));
                    }
                }
                Err(found) => diagnostics.extend(found),
            }
        }
        policies.sort_by(|a, b| a.name.cmp(&b.name));
        (
            Self {
                policies,
                digest: digest(&files),
            },
            diagnostics,
        )
    }

    /// A set of one policy.
    pub(crate) fn of(policy: &Arc<Policy>) -> Self {
        Self {
            policies: vec![Arc::clone(policy)],
            digest: String::new(),
        }
    }

    /// The policies of the set that `keep` holds for. The digest stays that of the whole.
    pub fn subset(&self, keep: impl Fn(&Policy) -> bool) -> Self {
        let policies = self.policies.iter().filter(|policy| keep(policy));
        Self {
            policies: policies.cloned().collect(),
            digest: self.digest.clone(),
        }
    }

    /// Every policy, by name.
    pub fn policies(&self) -> &[Arc<Policy>] {
        &self.policies
    }

    /// The policy of a name.
    pub fn get(&self, name: &str) -> Option<&Arc<Policy>> {
        let at = self
            .policies
            .binary_search_by(|policy| (*policy.name).cmp(name))
            .ok()?;
        self.policies.get(at)
    }

    /// A SHA-256 in hexadecimal over the paths and texts of the files, whatever their order and line ends.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The name nearest to one that does not exist, if any is near.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.policies.iter().map(|policy| &*policy.name))
    }
}

fn digest(files: &[Arc<SourceFile>]) -> String {
    use std::fmt::Write as _;
    let mut sorted: Vec<(&str, String)> = files
        .iter()
        .map(|file| (&**file.path(), file.text().replace("\r\n", "\n")))
        .collect();
    sorted.sort();
    let mut hash = Sha256::new();
    for (path, text) in sorted {
        hash.update((path.len() as u64).to_be_bytes());
        hash.update(path);
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The candidate with the fewest edits from `word`, if at most a third of its letters differ.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .map(|candidate| (edits(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            next.push(
                (at(&row, j) + usize::from(x != *y))
                    .min(at(&row, j + 1) + 1)
                    .min(at(&next, j) + 1),
            );
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
