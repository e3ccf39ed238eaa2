//! From an evaluation to a result.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use hipaa_iac_engine as engine;
use hipaa_iac_source::{self as source, Inventory, ResourceKind, Sources, Span, WalkEntry};
use regex::Regex;

use crate::{
    CheckResult, fingerprint,
    result::{
        Diagnostic, DiagnosticLevel, Finding, Implementation, Input, InputKind, Origin,
        PolicyBundle, PolicySummary, Remediation, Resource, ResultKind, Safeguard, SchemaVersion,
        Severity, Summary, Tool, UnjudgedType, Unresolved, Verdict, Waiver, WaiverForm,
    },
    scrub,
};

/// What a result says beyond the evaluation.
#[derive(Clone, Debug)]
pub struct BuildOptions<'a> {
    /// The configuration of the run, for the severities that it overrides.
    pub config: &'a engine::Config,
    /// The version of the program.
    pub tool_version: String,
    /// The policies that were loaded.
    pub policies: &'a engine::PolicySet,
    /// What was checked; see [`inputs`].
    pub inputs: Vec<Input>,
    /// Which verdicts the result holds.
    pub show: Show,
    /// The lowest severity that fails the run; `None` where nothing does.
    pub fail_on: Option<Severity>,
    /// Unknowns fail the run, too.
    pub strict: bool,
}

/// Which verdicts a result holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// `fail`, `unknown`, `error` and `waived`.
    #[default]
    Findings,
    /// `fail` and `error`.
    Failures,
    /// Every verdict on every resource.
    All,
}

impl Show {
    fn holds(self, verdict: Verdict) -> bool {
        match self {
            Self::All => true,
            Self::Findings => !matches!(verdict, Verdict::Pass | Verdict::NotApplicable),
            Self::Failures => matches!(verdict, Verdict::Fail | Verdict::Error),
        }
    }
}

impl CheckResult {
    /// The result of an evaluation: findings with their places in words, fingerprints, counts and the exit code.
    pub fn build(
        evaluation: &engine::Evaluation,
        inventory: &Inventory,
        sources: &Sources,
        options: BuildOptions<'_>,
    ) -> Self {
        let mut shared = Shared::default();
        let mut findings: Vec<Finding> = evaluation
            .findings
            .iter()
            // Passes are many: those that are only counted are not made.
            .filter(|finding| {
                options.show == Show::All || Show::Findings.holds(verdict(finding.verdict))
            })
            .filter_map(|finding| made_finding(finding, inventory, sources, &mut shared))
            .collect();
        findings.sort_by(|a, b| order(a).cmp(&order(b)));
        // Before more is left out, so that a fingerprint does not depend on what is shown.
        fingerprint::assign(&mut findings);
        let secrets: Vec<Span> = inventory
            .resources
            .iter()
            .filter(|resource| is_secret(resource))
            .filter_map(|resource| resource.extent)
            .collect();
        let mut diagnostics: Vec<Diagnostic> = inventory
            .diagnostics
            .iter()
            .chain(&evaluation.diagnostics)
            .map(|diagnostic| Diagnostic {
                // A variable of a container may be a credential, though it is of a wrong type.
                sensitive: diagnostic.code == "kubernetes-type"
                    && diagnostic.message.contains(".env[")
                    // What was not understood may be anything.
                    || matches!(
                        diagnostic.code,
                        "hcl-syntax" | "json-syntax" | "unknown-name" | "yaml-syntax"
                    )
                    || diagnostic.code.ends_with("-syntax")
                        && diagnostic
                            .span
                            .is_some_and(|span| may_hold_secrets(span, sources))
                    || diagnostic
                        .span
                        .is_some_and(|span| secrets.iter().any(|secret| holds(*secret, span))),
                ..made_diagnostic(diagnostic, sources)
            })
            .collect();
        // A text that is a secret elsewhere.
        let marked = scrub::Secrets::of(inventory);
        let conceal = |span: &mut Option<Span>, sensitive: &mut bool| {
            if let Some(at) = *span
                && let Some(file) = sources.get(at.file)
                && marked.shown(&file, at, *sensitive)
            {
                *sensitive = true;
                if marked.shown(&file, at, true) {
                    *span = None;
                }
            }
        };
        for finding in &mut findings {
            conceal(&mut finding.span, &mut finding.sensitive);
        }
        for diagnostic in &mut diagnostics {
            conceal(&mut diagnostic.span, &mut diagnostic.sensitive);
        }
        diagnostics.sort_by(|a, b| diagnostic_order(a).cmp(&diagnostic_order(b)));
        diagnostics.dedup_by(|a, b| diagnostic_order(a) == diagnostic_order(b));
        let mut unresolved: Vec<Unresolved> = inventory
            .unresolved
            .iter()
            .map(|unresolved| made_unresolved(unresolved, sources))
            .collect();
        unresolved.sort();
        unresolved.dedup();
        let mut policies: Vec<PolicySummary> = evaluation
            .selected
            .iter()
            .map(|policy| made_policy(policy, options.config))
            .collect();
        policies.sort_by(|a, b| a.name.cmp(&b.name));

        let mut summary = Summary {
            resources: inventory.resources.len() as u64,
            policies: policies.len() as u64,
            unresolved: unresolved.len() as u64,
            unjudged: evaluation
                .unjudged
                .iter()
                .map(|(word, resources)| UnjudgedType {
                    type_: word.clone(),
                    resources: *resources,
                })
                .collect(),
            ..Summary::default()
        };
        for finding in &evaluation.findings {
            summary.add(verdict(finding.verdict), finding.severity);
        }
        summary.exit_code = exit_code(&findings, &diagnostics, options.fail_on, options.strict);
        findings.retain(|finding| options.show.holds(finding.verdict));
        let mut inputs = options.inputs;
        inputs.sort();
        Self {
            schema_version: SchemaVersion::V1_0,
            kind: ResultKind::CheckResult,
            tool: Tool {
                name: "hipaa-iac".to_owned(),
                version: options.tool_version,
            },
            policy_bundle: PolicyBundle {
                digest: format!("sha256:{}", options.policies.digest()),
                policies: options.policies.policies().len() as u64,
            },
            inputs,
            summary,
            policies,
            findings,
            unresolved,
            diagnostics,
        }
    }
}

/// The highest that applies; see `docs/result.md`. 4, a bug, is not for here to see.
fn exit_code(
    findings: &[Finding],
    diagnostics: &[Diagnostic],
    fail_on: Option<Severity>,
    strict: bool,
) -> u8 {
    let any = |level| {
        diagnostics
            .iter()
            .any(|diagnostic| diagnostic.level == level)
    };
    let fails = |finding: &Finding| {
        (finding.verdict == Verdict::Fail || strict && finding.verdict == Verdict::Unknown)
            && fail_on.is_some_and(|least| finding.severity >= least)
    };
    if any(DiagnosticLevel::Error)
        || findings
            .iter()
            .any(|finding| finding.verdict == Verdict::Error)
    {
        3
    } else if any(DiagnosticLevel::Usage) {
        2
    } else {
        u8::from(findings.iter().any(fails))
    }
}

/// The order of findings: by place, then by what tells them apart.
fn order(finding: &Finding) -> impl Ord + '_ {
    let at = &finding.resource;
    (
        (at.file.as_deref(), at.line, at.column),
        (
            &finding.policy,
            &at.root,
            &at.address,
            finding.environment.as_deref(),
        ),
        (
            finding.attribute.as_deref(),
            finding.verdict,
            &finding.message,
        ),
    )
}

fn diagnostic_order(diagnostic: &Diagnostic) -> impl Ord + '_ {
    (
        (
            diagnostic.file.as_deref(),
            diagnostic.line,
            diagnostic.column,
        ),
        (
            diagnostic.level,
            &diagnostic.code,
            &diagnostic.message,
            diagnostic.remedy.as_deref(),
        ),
    )
}

fn made_policy(policy: &engine::Policy, config: &engine::Config) -> PolicySummary {
    let spec = policy.spec();
    let overridden = config
        .severity
        .get(&*policy.name)
        .and_then(|severity| severity.severity());
    let remediation = &spec.remediation;
    let code: Vec<_> = [&remediation.terraform, &remediation.kubernetes]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    PolicySummary {
        name: policy.name.to_string(),
        title: spec.title.clone(),
        severity: overridden.unwrap_or(spec.severity),
        safeguards: spec
            .safeguards
            .iter()
            .map(|paragraph| citation(paragraph))
            .collect(),
        rationale: spec.rationale.trim().to_owned(),
        remediation: Remediation {
            text: remediation.text.trim().to_owned(),
            code: (!code.is_empty()).then(|| code.join("\n")),
        },
    }
}

fn verdict(verdict: engine::Verdict) -> Verdict {
    match verdict {
        engine::Verdict::Pass => Verdict::Pass,
        engine::Verdict::Fail => Verdict::Fail,
        engine::Verdict::Unknown => Verdict::Unknown,
        engine::Verdict::Error => Verdict::Error,
        engine::Verdict::Waived => Verdict::Waived,
        engine::Verdict::NotApplicable => Verdict::NotApplicable,
    }
}

fn made_waiver(waiver: &engine::AppliedWaiver, sources: &Sources) -> Waiver {
    let place = waiver.span.and_then(|span| sources.locate(span));
    Waiver {
        reason: scrub::text(&waiver.reason),
        owner: waiver.owner.clone(),
        until: waiver.until.to_string(),
        ticket: waiver.ticket.clone(),
        approved_by: waiver.approved_by.clone(),
        compensating_control: waiver.compensating_control.as_deref().map(scrub::text),
        form: match waiver.source {
            engine::WaiverSource::Inline => WaiverForm::Inline,
            engine::WaiverSource::Config | engine::WaiverSource::Agreements => {
                WaiverForm::Configuration
            }
        },
        line: place.as_ref().map(|(_, start, _)| start.line),
        file: place.map(|(file, ..)| file.to_string()),
    }
}

/// What every finding of a policy says, held once: there may be thousands.
#[derive(Default)]
struct Shared(BTreeMap<Arc<str>, OfPolicy>);

#[derive(Clone)]
struct OfPolicy {
    title: Arc<str>,
    safeguards: Arc<[Safeguard]>,
    terraform: Arc<Remediation>,
    kubernetes: Arc<Remediation>,
}

impl Shared {
    fn of(&mut self, policy: &engine::Policy) -> OfPolicy {
        if let Some(known) = self.0.get(&policy.name) {
            return known.clone();
        }
        let spec = policy.spec();
        let remediation = |code: &Option<String>| {
            Arc::new(Remediation {
                text: spec.remediation.text.trim().to_owned(),
                code: code.clone(),
            })
        };
        let made = OfPolicy {
            title: spec.title.as_str().into(),
            safeguards: spec
                .safeguards
                .iter()
                .map(|paragraph| made_safeguard(paragraph))
                .collect(),
            terraform: remediation(&spec.remediation.terraform),
            kubernetes: remediation(&spec.remediation.kubernetes),
        };
        self.0.insert(Arc::clone(&policy.name), made.clone());
        made
    }
}

fn made_finding(
    finding: &engine::Finding,
    inventory: &Inventory,
    sources: &Sources,
    shared: &mut Shared,
) -> Option<Finding> {
    let resource = inventory.resources.get(finding.resource)?;
    let span = finding.span.or(resource.span);
    let attribute = finding.attribute.as_ref().map(ToString::to_string);
    let of_policy = shared.of(&finding.policy);
    Some(Finding {
        policy: finding.policy.name.to_string(),
        title: of_policy.title,
        verdict: verdict(finding.verdict),
        severity: finding.severity,
        // Only a value is hidden, not the header of a block that lacks it.
        sensitive: finding.span.is_some()
            && finding.span != resource.span
            && (finding.redact || holds_secret_data(resource, attribute.as_deref())),
        resource: made_resource(resource, span, sources),
        environment: resource.environment.as_ref().map(ToString::to_string),
        attribute,
        message: scrub::text(&finding.message),
        reasons: finding
            .reasons
            .iter()
            .map(|reason| scrub::text(reason))
            .collect(),
        origin: finding
            .origin
            .as_ref()
            .map(|origin| made_origin(origin, sources)),
        safeguards: of_policy.safeguards,
        remediation: match resource.kind {
            ResourceKind::Terraform(_) => of_policy.terraform,
            ResourceKind::Kubernetes(_) => of_policy.kubernetes,
        },
        fingerprint: String::new(),
        waiver: finding
            .waiver
            .as_ref()
            .map(|waiver| made_waiver(waiver, sources)),
        span,
    })
}

/// Whether the path leads into the data of a Secret, whatever the policy says of it.
fn holds_secret_data(resource: &source::Resource, attribute: Option<&str>) -> bool {
    is_secret(resource)
        && attribute.is_some_and(|path| {
            path.starts_with("$['data']") || path.starts_with("$['stringData']")
        })
}

fn is_secret(resource: &source::Resource) -> bool {
    resource
        .kubernetes()
        .is_some_and(|id| id.group.is_empty() && &*id.kind == "Secret")
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

fn made_resource(resource: &source::Resource, span: Option<Span>, sources: &Sources) -> Resource {
    let (type_, api_version, provider) = match &resource.kind {
        ResourceKind::Terraform(id) => (
            resource.kind.matched_by(),
            None,
            Some(id.provider.to_string()),
        ),
        ResourceKind::Kubernetes(id) => {
            let version = match &*id.group {
                "" => id.version.to_string(),
                group => format!("{group}/{}", id.version),
            };
            (id.kind.to_string(), Some(version), None)
        }
    };
    let place = span.and_then(|span| sources.locate(span));
    Resource {
        address: resource.address.to_string(),
        type_,
        api_version,
        provider,
        root: resource.root.to_string(),
        line: place.as_ref().map(|(_, start, _)| start.line),
        column: place.as_ref().map(|(_, start, _)| start.column),
        end_line: place.as_ref().map(|(_, _, end)| end.line),
        end_column: place.as_ref().map(|(_, _, end)| end.column),
        file: place.map(|(file, ..)| file.to_string()),
    }
}

fn made_origin(origin: &source::Origin, sources: &Sources) -> Origin {
    let place = origin.span.and_then(|span| sources.locate(span));
    Origin {
        what: scrub::text(&origin.what),
        line: place.as_ref().map(|(_, start, _)| start.line),
        column: place.as_ref().map(|(_, start, _)| start.column),
        file: place.map(|(file, ..)| file.to_string()),
    }
}

/// `45 CFR 164.312(a)(2)(iv)`; `45 CFR proposed 164.312(d)` reads ill.
fn citation(paragraph: &str) -> String {
    match paragraph.strip_prefix("proposed ") {
        Some(paragraph) => format!("proposed 45 CFR {paragraph}"),
        None => format!("45 CFR {paragraph}"),
    }
}

fn made_safeguard(paragraph: &str) -> Safeguard {
    // A policy with a paragraph that is not in the table is refused when it is read.
    let known = engine::safeguard::find(paragraph);
    Safeguard {
        citation: citation(paragraph),
        title: known.map(|known| known.title.clone()).unwrap_or_default(),
        implementation: known.map_or(Implementation::Standard, |known| {
            match known.implementation {
                engine::safeguard::Implementation::Required => Implementation::Required,
                engine::safeguard::Implementation::Addressable => Implementation::Addressable,
                engine::safeguard::Implementation::Standard => Implementation::Standard,
                engine::safeguard::Implementation::Proposed => Implementation::Proposed,
            }
        }),
    }
}

/// Whether a file of the user's own that was not understood may hold a secret: it names one, or is JSON.
fn may_hold_secrets(span: Span, sources: &Sources) -> bool {
    static SECRET: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i)secret").ok());
    sources.get(span.file).is_none_or(|file| {
        file.text().trim_start().starts_with('{')
            || SECRET
                .as_ref()
                .is_none_or(|word| word.is_match(file.text()))
    })
}

fn made_diagnostic(diagnostic: &source::Diagnostic, sources: &Sources) -> Diagnostic {
    let place = diagnostic.span.and_then(|span| sources.locate(span));
    Diagnostic {
        level: match diagnostic.level {
            source::Level::Note => DiagnosticLevel::Note,
            source::Level::Warning => DiagnosticLevel::Warning,
            source::Level::Error => DiagnosticLevel::Error,
            source::Level::Usage => DiagnosticLevel::Usage,
        },
        code: diagnostic.code.to_owned(),
        message: scrub::text(&diagnostic.message),
        remedy: diagnostic.remedy.as_deref().map(scrub::text),
        line: place.as_ref().map(|(_, start, _)| start.line),
        column: place.as_ref().map(|(_, start, _)| start.column),
        end_line: place.as_ref().map(|(_, _, end)| end.line),
        end_column: place.as_ref().map(|(_, _, end)| end.column),
        file: place
            .map(|(file, ..)| file.to_string())
            .or_else(|| diagnostic.path.as_ref().map(ToString::to_string)),
        sensitive: false,
        span: diagnostic.span,
    }
}

fn made_unresolved(unresolved: &source::Unresolved, sources: &Sources) -> Unresolved {
    let place = unresolved.span.and_then(|span| sources.locate(span));
    Unresolved {
        address: unresolved.address.to_string(),
        root: unresolved.root.to_string(),
        environment: unresolved.environment.as_ref().map(ToString::to_string),
        reasons: vec![scrub::text(&unresolved.reason)],
        remedy: scrub::text(&unresolved.remedy),
        line: place.as_ref().map(|(_, start, _)| start.line),
        column: place.as_ref().map(|(_, start, _)| start.column),
        file: place.map(|(file, ..)| file.to_string()),
    }
}

/// What an inventory was read from: its roots, with their kinds. `files` are those that were walked, by which charts and
/// Kustomize folders are known.
pub fn inputs(inventory: &Inventory, sources: &Sources, files: &[WalkEntry]) -> Vec<Input> {
    let files: BTreeSet<String> = files
        .iter()
        .map(|file| source::display_path(&file.path))
        .collect();
    let mut terraform: BTreeMap<&str, InputKind> = BTreeMap::new();
    let mut counts: BTreeMap<(&str, InputKind, Option<&str>), u64> = BTreeMap::new();
    for resource in &inventory.resources {
        let kind = match resource.kind {
            ResourceKind::Terraform(_) => *terraform
                .entry(&resource.root)
                .or_insert_with(|| terraform_kind(&resource.root, sources)),
            ResourceKind::Kubernetes(_) => {
                let holds = |name: &str| {
                    files.contains(&if &*resource.root == "." {
                        name.to_owned()
                    } else {
                        format!("{}/{name}", resource.root)
                    })
                };
                if holds("Chart.yaml") {
                    InputKind::Helm
                } else if ["kustomization.yaml", "kustomization.yml", "Kustomization"]
                    .into_iter()
                    .any(holds)
                {
                    InputKind::Kustomize
                } else {
                    InputKind::Kubernetes
                }
            }
        };
        *counts
            .entry((&resource.root, kind, resource.environment.as_deref()))
            .or_default() += 1;
    }
    let made = counts
        .into_iter()
        .map(|((path, kind, environment), resources)| Input {
            path: path.to_owned(),
            kind,
            environment: environment.map(ToOwned::to_owned),
            resources,
        });
    made.collect()
}

/// The root of source is a folder, that of a plan or state its file.
fn terraform_kind(root: &str, sources: &Sources) -> InputKind {
    if root.ends_with(".tfstate") {
        return InputKind::State;
    }
    match sources.find(root) {
        None => InputKind::Terraform,
        Some(file) if file.text().contains("\"planned_values\"") => InputKind::Plan,
        Some(_) => InputKind::State,
    }
}
