//! The result as SARIF 2.1.0, within the limits of GitHub code scanning.
//!
//! Failed, unknown and waived findings become results (waived ones with a suppression, unknown ones of kind `open`);
//! diagnostics, errors in policies and what is unresolved become notifications. What passed is not part of it.

use std::collections::BTreeMap;

use hipaa_iac_source::Sources;
use serde::Serialize;

use crate::{
    CheckResult,
    line_hash::LineHashes,
    result::{
        Diagnostic, DiagnosticLevel, Finding, PolicySummary, Severity, Unresolved, Verdict,
        WaiverForm, committed,
    },
};

/// How the SARIF is made.
#[derive(Clone, Debug, Default)]
pub struct SarifOptions {
    /// Tells apart several runs on one commit: code scanning keeps the latest upload per category. `staging` gives the run
    /// the id `hipaa-iac/staging/`.
    pub category: Option<String>,
    /// Unknown findings are results that alert, as they fail the run.
    pub strict: bool,
}

/// More results are cut, the least severe first and of the policies that have the most: code scanning keeps no more of a run.
pub const MAX_RESULTS: usize = 5_000;

/// Code scanning shows ten tags of a rule.
const MAX_TAGS: usize = 10;

/// Where the project is.
const HOME: &str = "https://github.com/hipaa-iac/hipaa-iac";

/// The result as SARIF 2.1.0, with a newline at the end.
pub fn sarif(result: &CheckResult, sources: &Sources, options: &SarifOptions) -> String {
    let mut text = serde_json::to_string_pretty(&log(result, sources, options)).unwrap_or_default();
    text.push('\n');
    text
}

fn log(result: &CheckResult, sources: &Sources, options: &SarifOptions) -> Log {
    let index: BTreeMap<&str, usize> = result
        .policies
        .iter()
        .enumerate()
        .map(|(index, policy)| (&*policy.name, index))
        .collect();
    let is_result = |finding: &&Finding| {
        matches!(
            finding.verdict,
            Verdict::Fail | Verdict::Unknown | Verdict::Waived
        )
    };
    let mut chosen: Vec<(usize, &Finding)> = result
        .findings
        .iter()
        .filter(is_result)
        .enumerate()
        .collect();
    let cut = chosen.len().saturating_sub(MAX_RESULTS);
    if cut > 0 {
        // Policies take turns, for one with thousands of results says no more by them than others by their first.
        let mut turns: BTreeMap<_, usize> = BTreeMap::new();
        let turns: Vec<usize> = chosen
            .iter()
            .map(|(_, finding)| {
                let turn = turns.entry((weight(finding), &finding.policy)).or_default();
                *turn += 1;
                *turn
            })
            .collect();
        chosen.sort_by_key(|(at, finding)| (weight(finding), turns.get(*at).copied(), *at));
        chosen.truncate(MAX_RESULTS);
        chosen.sort_by_key(|(at, _)| *at);
    }
    let hashes = LineHashes::of(chosen.iter().map(|(_, finding)| *finding), sources);
    let results = chosen.iter().map(|(_, finding)| {
        let mut made = made_result(finding, options.strict);
        made.rule_index = index.get(&*finding.policy).copied();
        if let Some(hash) = hashes.get(finding) {
            made.partial_fingerprints
                .insert("primaryLocationLineHash", hash);
        }
        made
    });
    let mut execution = Vec::new();
    let mut configuration = Vec::new();
    for diagnostic in &result.diagnostics {
        let list = if diagnostic.level == DiagnosticLevel::Usage {
            &mut configuration
        } else {
            &mut execution
        };
        list.push(notification(diagnostic));
    }
    execution.extend(
        result
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Error)
            .map(policy_error),
    );
    execution.extend(result.untold().map(unresolved));
    if cut > 0 {
        execution.push(Notification::new(
            "results-cut",
            "warning",
            format!("{cut} results, the least severe, were cut to keep to {MAX_RESULTS}; the JSON result has all"),
        ));
    }
    let category = options
        .category
        .as_ref()
        .map(|category| format!("{}/", category.trim_matches('/')))
        .unwrap_or_default();
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: result.tool.name.clone(),
                    version: result.tool.version.clone(),
                    semantic_version: result.tool.version.clone(),
                    information_uri: HOME,
                    rules: result.policies.iter().map(rule).collect(),
                },
            },
            automation_details: AutomationDetails {
                id: format!("hipaa-iac/{category}"),
            },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: [(
                SRCROOT,
                BaseId {
                    description: message(
                        "the folder that hipaa-iac was run in, the root of the repository"
                            .to_owned(),
                    ),
                },
            )]
            .into(),
            invocations: [Invocation {
                execution_successful: result.summary.exit_code < 2,
                exit_code: result.summary.exit_code,
                tool_execution_notifications: execution,
                tool_configuration_notifications: configuration,
            }],
            results: results.collect(),
        }],
    }
}

/// What is cut last has the least weight.
fn weight(finding: &Finding) -> (std::cmp::Reverse<Severity>, Verdict) {
    (std::cmp::Reverse(finding.severity), finding.verdict)
}

fn rule(policy: &PolicySummary) -> Rule {
    let mut tags = vec!["security".to_owned(), "hipaa".to_owned()];
    tags.extend(policy.safeguards.iter().cloned());
    tags.truncate(MAX_TAGS);
    let help = if policy.remediation.text.is_empty() {
        &policy.title
    } else {
        &policy.remediation.text
    };
    let mut markdown = format!(
        "{}\n\n{}\n\n**Remedy:** {help}\n",
        policy.rationale,
        policy.safeguards.join(", ")
    );
    if let Some(code) = &policy.remediation.code {
        markdown.push_str("\n```\n");
        markdown.push_str(code.trim_end());
        markdown.push_str("\n```\n");
    }
    let full = if policy.rationale.is_empty() {
        &policy.title
    } else {
        &policy.rationale
    };
    Rule {
        id: policy.name.clone(),
        short_description: message(policy.title.clone()),
        full_description: message(full.clone()),
        help: Help {
            text: help.clone(),
            markdown: markdown.trim_start().to_owned(),
        },
        default_configuration: Configuration {
            level: level(policy.severity),
        },
        properties: RuleProperties {
            tags,
            precision: "very-high",
            security_severity: security_severity(policy.severity),
        },
    }
}

fn made_result(finding: &Finding, strict: bool) -> SarifResult {
    let unknown = finding.verdict == Verdict::Unknown;
    let mut text = format!("{}: {}", finding.subject(), finding.said());
    if unknown && !finding.reasons.is_empty() {
        text.push_str(": ");
        text.push_str(&finding.reasons.join(", "));
    }
    if let Some(origin) = &finding.origin {
        text.push_str("; value comes from ");
        text.push_str(&origin.describe());
    }
    let at = &finding.resource;
    let mut locations = vec![SarifLocation {
        physical_location: at.file.as_ref().map(|file| {
            let region = at.line.map(|line| Region {
                start_line: line.max(1),
                start_column: at.column.map(|column| column.max(1)),
                end_line: at.end_line.map(|end| end.max(line).max(1)),
                end_column: at.end_column.map(|column| column.max(1)),
            });
            physical(file, region)
        }),
        logical_locations: vec![Logical {
            fully_qualified_name: finding.subject(),
            kind: "resource",
        }],
        message: None,
        id: None,
    }];
    if locations
        .iter()
        .all(|location| location.physical_location.is_none())
    {
        // Code scanning refuses a result without a file; the root is the nearest thing.
        for location in &mut locations {
            location.physical_location = Some(Physical {
                artifact_location: artifact(&at.root),
                region: None,
            });
        }
    }
    let related = finding.origin.as_ref().and_then(|origin| {
        let file = origin.file.as_ref()?;
        Some(SarifLocation {
            id: Some(1),
            physical_location: Some(Physical {
                artifact_location: artifact(file),
                region: origin.line.map(|line| Region {
                    start_line: line.max(1),
                    start_column: origin.column.map(|column| column.max(1)),
                    end_line: None,
                    end_column: None,
                }),
            }),
            logical_locations: Vec::new(),
            message: Some(message(format!("value comes from {}", origin.what))),
        })
    });
    let suppressions = finding
        .waiver
        .as_ref()
        .filter(|_| finding.verdict == Verdict::Waived)
        .map(|waiver| {
            vec![Suppression {
                kind: match waiver.form {
                    WaiverForm::Inline => "inSource",
                    WaiverForm::Configuration => "external",
                },
                status: "accepted",
                justification: format!(
                    "{} (owner {}, until {})",
                    waiver.reason, waiver.owner, waiver.until
                ),
            }]
        });
    SarifResult {
        rule_id: finding.policy.clone(),
        rule_index: None,
        kind: if unknown && !strict { "open" } else { "fail" },
        level: if unknown && !strict {
            "none"
        } else {
            level(finding.severity)
        },
        message: message(text),
        locations,
        related_locations: related.into_iter().collect(),
        partial_fingerprints: [("hipaaIac/v1", finding.fingerprint.clone())].into(),
        suppressions,
    }
}

fn notification(diagnostic: &Diagnostic) -> Notification {
    let mut text = diagnostic.message.clone();
    if let Some(remedy) = &diagnostic.remedy {
        text.push_str("; ");
        text.push_str(remedy);
    }
    let level = match diagnostic.level {
        DiagnosticLevel::Note => "note",
        DiagnosticLevel::Warning => "warning",
        DiagnosticLevel::Error | DiagnosticLevel::Usage => "error",
    };
    let mut made = Notification::new(&diagnostic.code, level, text);
    made.locations.extend(
        diagnostic
            .file
            .as_ref()
            .map(|file| at(file, diagnostic.line, diagnostic.column)),
    );
    made
}

fn policy_error(finding: &Finding) -> Notification {
    let text = format!(
        "policy {} at {}: {}",
        finding.policy,
        finding.subject(),
        finding.message
    );
    let mut made = Notification::new("policy-error", "error", text);
    made.associated_rule = Some(RuleReference {
        id: finding.policy.clone(),
    });
    let place = &finding.resource;
    made.locations.extend(
        place
            .file
            .as_ref()
            .map(|file| at(file, place.line, place.column)),
    );
    made
}

fn unresolved(unresolved: &Unresolved) -> Notification {
    let text = format!(
        "{}: {}; {}",
        unresolved.address,
        unresolved.reasons.join(", "),
        unresolved.remedy
    );
    let mut made = Notification::new("unresolved", "warning", text);
    made.locations.extend(
        unresolved
            .file
            .as_ref()
            .map(|file| at(file, unresolved.line, unresolved.column)),
    );
    made
}

/// A place in a file that code scanning can show: of what is rendered, the whole template.
fn physical(path: &str, region: Option<Region>) -> Physical {
    let (file, rendered) = committed(path);
    Physical {
        artifact_location: artifact(file),
        region: region.filter(|_| !rendered),
    }
}

fn at(file: &str, line: Option<u32>, column: Option<u32>) -> SarifLocation {
    let region = line.map(|line| Region {
        start_line: line.max(1),
        start_column: column.map(|column| column.max(1)),
        end_line: None,
        end_column: None,
    });
    SarifLocation {
        id: None,
        physical_location: Some(physical(file, region)),
        logical_locations: Vec::new(),
        message: None,
    }
}

fn message(text: String) -> Text {
    Text { text }
}

/// The level of a severity.
pub(crate) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// The score that code scanning turns into a severity again: over 9.0 critical, from 7.0 high, from 4.0 medium.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

const SRCROOT: &str = "%SRCROOT%";

fn artifact(path: &str) -> Artifact {
    let path = path.replace('\\', "/");
    let encoded = percent_encoded(&path);
    if path.starts_with('/') {
        Artifact {
            uri: format!("file://{encoded}"),
            uri_base_id: None,
        }
    } else {
        Artifact {
            uri: encoded,
            uri_base_id: Some(SRCROOT),
        }
    }
}

/// A path with all but the unreserved characters of RFC 3986 and `/` in percent form.
fn percent_encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A SARIF log, as far as it is used here.
#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: AutomationDetails,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, BaseId>,
    invocations: [Invocation; 1],
    results: Vec<SarifResult>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: String,
    version: String,
    semantic_version: String,
    information_uri: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<String>,
    precision: &'static str,
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
}

#[derive(Serialize)]
struct AutomationDetails {
    id: String,
}

#[derive(Serialize)]
struct BaseId {
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification>,
    tool_configuration_notifications: Vec<Notification>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    descriptor: RuleReference,
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<RuleReference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<SarifLocation>,
}

impl Notification {
    fn new(code: &str, level: &'static str, text: String) -> Self {
        let descriptor = RuleReference {
            id: code.to_owned(),
        };
        Self {
            descriptor,
            level,
            message: message(text),
            associated_rule: None,
            locations: Vec::new(),
        }
    }
}

#[derive(Serialize)]
struct RuleReference {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: Vec<SarifLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression>>,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}
