//! [`CheckResult`], the document that every renderer projects and that others build on.
//!
//! Every field is always written (`null` where there is nothing), so that a reader needs no guard. There is no run id and no
//! clock in it: equal input gives equal bytes.

use std::{
    collections::BTreeSet,
    fmt::{self, Write as _},
    sync::Arc,
};

pub use hipaa_iac_engine::Severity;
use hipaa_iac_source::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one run of `hipaa-iac check` found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckResult {
    /// The version of this form. A reader refuses a major version that it does not know.
    pub schema_version: SchemaVersion,
    /// What the document is.
    pub kind: ResultKind,
    /// What made it.
    pub tool: Tool,
    /// The policies that were loaded.
    pub policy_bundle: PolicyBundle,
    /// What was checked, sorted by path, kind and environment.
    pub inputs: Vec<Input>,
    /// The counts.
    pub summary: Summary,
    /// The policies in play, sorted by name: a resource without a finding was judged by these.
    pub policies: Vec<PolicySummary>,
    /// The findings, sorted by place, policy and address.
    pub findings: Vec<Finding>,
    /// What hangs on input that is not there.
    pub unresolved: Vec<Unresolved>,
    /// What the user must know about input, configuration and policies.
    pub diagnostics: Vec<Diagnostic>,
}

/// The version of the form of a [`CheckResult`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SchemaVersion {
    /// The first one.
    #[serde(rename = "1.0")]
    V1_0,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ResultKind {
    /// The result of a check.
    CheckResult,
}

/// The program that made the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tool {
    /// `hipaa-iac`.
    pub name: String,
    /// Its semantic version.
    pub version: String,
}

/// The policies that were loaded, before any were selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyBundle {
    /// A digest over all policy files, `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// How many policies were loaded.
    pub policies: u64,
}

/// One input: a root module, a plan, a folder of manifests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// The folder or file, with `/`, relative to the working folder where it lies below it.
    pub path: String,
    /// What it is.
    pub kind: InputKind,
    /// The environment of `hipaa-iac.yaml` that it was evaluated for.
    pub environment: Option<String>,
    /// How many resources and objects it gave.
    pub resources: u64,
}

/// The kinds of input.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// Terraform or OpenTofu source.
    Terraform,
    /// Plan JSON.
    Plan,
    /// State JSON.
    State,
    /// Kubernetes manifests.
    Kubernetes,
    /// A Helm chart, rendered.
    Helm,
    /// A Kustomize folder, built.
    Kustomize,
}

/// The counts. They are over everything that was judged, whatever `--show` selects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Summary {
    /// How many resources and objects were read.
    pub resources: u64,
    /// How many policies were in play.
    pub policies: u64,
    /// How many inputs were not there (the length of `unresolved`).
    pub unresolved: u64,
    /// Findings by verdict.
    pub verdicts: VerdictCounts,
    /// Findings by severity and verdict.
    pub severities: SeverityCounts,
    /// Types of the input that no policy in play judges or reads, sorted by name: nothing is said of these resources.
    pub unjudged: Vec<UnjudgedType>,
    /// The exit code of the run.
    pub exit_code: u8,
}

/// A type that no policy in play judges or reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnjudgedType {
    /// As policies would match it: `helm_release`, `networking.k8s.io/IngressClass`.
    #[serde(rename = "type")]
    pub type_: String,
    /// How many resources are of it.
    pub resources: u64,
}

/// How many findings have each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerdictCounts {
    /// Requirements that are not met.
    pub fail: u64,
    /// Requirements of which this input does not tell whether they are met.
    pub unknown: u64,
    /// Policies that could not be evaluated.
    pub error: u64,
    /// Requirements that are not met, and waived.
    pub waived: u64,
    /// Pairs of resource and policy whose requirements are met.
    pub pass: u64,
    /// Pairs of resource and policy of which no rule applied.
    pub not_applicable: u64,
}

/// How many findings have each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeverityCounts {
    /// Those of severity critical.
    pub critical: VerdictCounts,
    /// Those of severity high.
    pub high: VerdictCounts,
    /// Those of severity medium.
    pub medium: VerdictCounts,
    /// Those of severity low.
    pub low: VerdictCounts,
}

/// A policy that was in play.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySummary {
    /// Its name.
    pub name: String,
    /// What it requires.
    pub title: String,
    /// Its severity, after the configuration's overrides.
    pub severity: Severity,
    /// The paragraphs that it serves, as in `findings[].safeguards[].citation`.
    pub safeguards: Vec<String>,
    /// Why it matters. Not part of the document: `hipaa-iac explain` prints it.
    #[serde(skip)]
    pub rationale: String,
    /// What to do. Not part of the document, as findings have it.
    #[serde(skip)]
    pub remediation: Remediation,
}

/// What a policy said of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Finding {
    /// The policy's name.
    pub policy: String,
    /// What the policy requires.
    pub title: Arc<str>,
    /// The verdict.
    pub verdict: Verdict,
    /// The severity, after the configuration's overrides.
    pub severity: Severity,
    /// The resource, and the place in it that the finding points at.
    pub resource: Resource,
    /// The environment of `hipaa-iac.yaml` that the resource was evaluated for.
    pub environment: Option<String>,
    /// What was judged: a normalized JSONPath (RFC 9535) in the resource, or `null` for the resource itself.
    pub attribute: Option<String>,
    /// The text at the place may be a credential: never print that line.
    pub sensitive: bool,
    /// What is wrong or not known: a lowercase fragment.
    pub message: String,
    /// For `unknown`: why, from the nearest cause outwards.
    pub reasons: Vec<String>,
    /// Where the decisive value came from, if from another place than the one pointed at.
    pub origin: Option<Origin>,
    /// The paragraphs of 45 CFR part 164 that the policy serves.
    pub safeguards: Arc<[Safeguard]>,
    /// What to do.
    pub remediation: Arc<Remediation>,
    /// What stays the same when lines move: 32 hexadecimal digits, unique in the document.
    pub fingerprint: String,
    /// The waiver of a `waived` finding.
    pub waiver: Option<Waiver>,
    /// The place in the sources that were read; not part of the document.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// A resource, and the place in it that a finding points at: the value that decides, or the block where it is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resource {
    /// Terraform's own address (`module.db["eu"].aws_db_instance.this[0]`), or `Kind/namespace/name`.
    pub address: String,
    /// `aws_db_instance`, `data.aws_iam_policy_document`, `provider.aws`, or the Kubernetes kind.
    #[serde(rename = "type")]
    pub type_: String,
    /// Kubernetes: the group and version, `networking.k8s.io/v1`.
    pub api_version: Option<String>,
    /// Terraform: the provider's source address, `hashicorp/aws`.
    pub provider: Option<String>,
    /// The folder of the root module, the plan or state file, or the folder, chart or overlay.
    pub root: String,
    /// The file, with `/`, relative to the working folder where it lies below it.
    pub file: Option<String>,
    /// First line, from 1.
    pub line: Option<u32>,
    /// First column, from 1, in Unicode scalar values.
    pub column: Option<u32>,
    /// Last line, from 1.
    pub end_line: Option<u32>,
    /// The column behind the last one, from 1.
    pub end_column: Option<u32>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Origin {
    /// In words: `default of var.encrypted`.
    pub what: String,
    /// The file.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// A paragraph of the HIPAA Security Rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Safeguard {
    /// The paragraph: `45 CFR 164.312(a)(2)(iv)`.
    pub citation: String,
    /// Its name, in our own words.
    pub title: String,
    /// Whether it is required or addressable.
    pub implementation: Implementation,
}

/// What the rule says of an implementation specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Implementation {
    /// It must be implemented. A standard without specifications of its own is required.
    Required,
    /// It must be implemented if reasonable and appropriate; otherwise the reason is documented.
    Addressable,
    /// A standard, whose specifications say it each for itself.
    Standard,
    /// Proposed in 2025 (90 FR 898), not in force.
    Proposed,
}

/// How to meet a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Remediation {
    /// In a sentence or two.
    pub text: String,
    /// The same as Terraform, or for an object as YAML.
    pub code: Option<String>,
}

/// A waiver that applies to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day that it holds, `2027-01-31`.
    pub until: String,
    /// A ticket.
    pub ticket: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// What protects instead.
    pub compensating_control: Option<String>,
    /// Where it stands.
    pub form: WaiverForm,
    /// The file that holds it.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
}

/// Where a waiver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverForm {
    /// In a comment beside the resource.
    Inline,
    /// In `hipaa-iac.yaml`.
    Configuration,
}

/// Something that hangs on input that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unresolved {
    /// What: `module.vpc`.
    pub address: String,
    /// As in `findings[].resource.root`.
    pub root: String,
    /// The environment.
    pub environment: Option<String>,
    /// Why.
    pub reasons: Vec<String>,
    /// What to do.
    pub remedy: String,
    /// The file that calls it.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
}

/// What the user must know about input, configuration or policies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Diagnostic {
    /// How much it weighs.
    pub level: DiagnosticLevel,
    /// A stable word in kebab-case.
    pub code: String,
    /// What is wrong: a lowercase fragment.
    pub message: String,
    /// What to do.
    pub remedy: Option<String>,
    /// The file or folder.
    pub file: Option<String>,
    /// First line, from 1.
    pub line: Option<u32>,
    /// First column, from 1.
    pub column: Option<u32>,
    /// Last line, from 1.
    pub end_line: Option<u32>,
    /// The column behind the last one, from 1.
    pub end_column: Option<u32>,
    /// The text at the place may be a secret: it is not printed. Not part of the document.
    #[serde(skip)]
    pub sensitive: bool,
    /// The place in the sources that were read; not part of the document.
    #[serde(skip)]
    pub span: Option<Span>,
}

/// How much a diagnostic weighs.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DiagnosticLevel {
    /// Worth knowing.
    Note,
    /// Likely a mistake.
    Warning,
    /// Some input could not be read, parsed, resolved or evaluated: exit code 3.
    Error,
    /// The user's own configuration, options or waivers are wrong: exit code 2.
    Usage,
}

/// A verdict.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A requirement is not met.
    Fail,
    /// This input does not tell whether it is met.
    Unknown,
    /// The policy could not be evaluated.
    Error,
    /// It is not met, and that is waived.
    Waived,
    /// Every requirement is met. Only with `--show all`.
    Pass,
    /// No rule applied. Only with `--show all`.
    NotApplicable,
}

impl Verdict {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Error => "error",
            Self::Waived => "waived",
            Self::Pass => "pass",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// The worst first.
pub(crate) const SEVERITIES: [Severity; 4] = [
    Severity::Critical,
    Severity::High,
    Severity::Medium,
    Severity::Low,
];

impl Implementation {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Addressable => "addressable",
            Self::Standard => "standard",
            Self::Proposed => "proposed",
        }
    }
}

impl DiagnosticLevel {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Usage => "usage",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl SeverityCounts {
    /// The counts of a severity.
    pub fn of(&self, severity: Severity) -> &VerdictCounts {
        match severity {
            Severity::Critical => &self.critical,
            Severity::High => &self.high,
            Severity::Medium => &self.medium,
            Severity::Low => &self.low,
        }
    }

    fn of_mut(&mut self, severity: Severity) -> &mut VerdictCounts {
        match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
        }
    }
}

impl VerdictCounts {
    /// The count of a verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::Fail => self.fail,
            Verdict::Unknown => self.unknown,
            Verdict::Error => self.error,
            Verdict::Waived => self.waived,
            Verdict::Pass => self.pass,
            Verdict::NotApplicable => self.not_applicable,
        }
    }

    fn add(&mut self, verdict: Verdict) {
        let count = match verdict {
            Verdict::Fail => &mut self.fail,
            Verdict::Unknown => &mut self.unknown,
            Verdict::Error => &mut self.error,
            Verdict::Waived => &mut self.waived,
            Verdict::Pass => &mut self.pass,
            Verdict::NotApplicable => &mut self.not_applicable,
        };
        *count += 1;
    }
}

impl Summary {
    /// Counts a finding.
    pub(crate) fn add(&mut self, verdict: Verdict, severity: Severity) {
        self.verdicts.add(verdict);
        self.severities.of_mut(severity).add(verdict);
    }
}

impl CheckResult {
    /// What is unresolved and no diagnostic tells of at the same place or in the same words.
    pub(crate) fn untold(&self) -> impl Iterator<Item = &Unresolved> {
        let told: BTreeSet<(Option<&str>, u32)> = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.code.ends_with("unresolved"))
            .filter_map(|diagnostic| Some((diagnostic.file.as_deref(), diagnostic.line?)))
            .collect();
        let words: BTreeSet<&str> = self
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.message.as_str())
            .collect();
        let unsaid = move |unresolved: &&Unresolved| {
            let said = |reason: &String| words.contains(reason.as_str());
            unresolved.reasons.is_empty() || !unresolved.reasons.iter().all(said)
        };
        self.unresolved
            .iter()
            .filter(unsaid)
            .filter(move |unresolved| {
                unresolved
                    .line
                    .is_none_or(|line| !told.contains(&(unresolved.file.as_deref(), line)))
            })
    }

    /// What there is to say in one sentence, without its full stop.
    pub(crate) fn sentence(&self) -> String {
        let summary = &self.summary;
        let VerdictCounts {
            fail,
            unknown,
            error,
            waived,
            ..
        } = summary.verdicts;
        let wrong = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.level >= DiagnosticLevel::Error)
            .count();
        let errors = error + wrong as u64;
        let mut line = String::new();
        if errors > 0 {
            let errors = plural(errors, "error", "errors");
            let _ = write!(line, "incomplete ({errors}): ");
        }
        line.push_str(&if fail == 0 {
            "no findings".to_owned()
        } else {
            plural(fail, "finding", "findings")
        });
        let severities: Vec<_> = SEVERITIES
            .into_iter()
            .map(|severity| (summary.severities.of(severity).fail, severity))
            .filter(|(count, _)| *count > 0)
            .map(|(count, severity)| format!("{count} {severity}"))
            .collect();
        if !severities.is_empty() {
            let _ = write!(line, " ({})", severities.join(", "));
        }
        for (count, word) in [
            (unknown, "unknown"),
            (waived, "waived"),
            (summary.unresolved, "unresolved"),
        ] {
            if count > 0 {
                let _ = write!(line, ", {count} {word}");
            }
        }
        let _ = write!(
            line,
            " in {} by {}",
            plural(summary.resources, "resource", "resources"),
            plural(summary.policies, "policy", "policies")
        );
        line
    }
}

impl Finding {
    /// `file:line:column` of the place, for people.
    pub(crate) fn place(&self) -> Option<String> {
        place(
            self.resource.file.as_deref(),
            self.resource.line,
            self.resource.column,
        )
    }

    /// The message as a sentence that is true: of what is unknown it says that.
    pub(crate) fn said(&self) -> String {
        match self.verdict {
            Verdict::Unknown => format!("not known whether {}", self.message),
            _ => self.message.clone(),
        }
    }

    /// The address, with the environment where there is one.
    pub(crate) fn subject(&self) -> String {
        match &self.environment {
            Some(environment) => format!("{} ({environment})", self.resource.address),
            None => self.resource.address.clone(),
        }
    }
}

impl Origin {
    /// What and where, for people.
    pub(crate) fn describe(&self) -> String {
        match place(self.file.as_deref(), self.line, None) {
            Some(place) => format!("{}, {place}", self.what),
            None => self.what.clone(),
        }
    }
}

/// `file:line:column`, as far as it is known.
pub(crate) fn place(file: Option<&str>, line: Option<u32>, column: Option<u32>) -> Option<String> {
    Some(match (file?, line, column) {
        (file, Some(line), Some(column)) => format!("{file}:{line}:{column}"),
        (file, Some(line), None) => format!("{file}:{line}"),
        (file, None, _) => file.to_owned(),
    })
}

/// The committed file of a path, and whether the place is in what Helm or Kustomize renders from it: such a line is none of
/// the file.
pub(crate) fn committed(path: &str) -> (&str, bool) {
    match path.strip_suffix(" (rendered)") {
        Some(file) => (file, true),
        None => (path, false),
    }
}

/// How many of something, with its noun.
pub(crate) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
