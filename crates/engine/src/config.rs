//! `hipaa-iac.yaml`, the configuration at the root of the checked tree.

use std::sync::Arc;

use hipaa_iac_source::{Diagnostic, FileId, Level, SourceFile, Sources, Span};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    date::Date,
    policy::{PolicySet, Profile, Severity},
    yaml,
};

/// `hipaa-iac.yaml`. Every part may be left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// What holds PHI.
    pub classification: Classification,
    /// Environments that the tree is judged for, each by itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Environment>,
    /// Folders with policies of your own, relative to this file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<String>,
    /// The profiles of policies that run; `hipaa` unless given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<Profile>,
    /// Policies that run, whatever their profile; empty: those of the profiles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Policies that do not run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<String>,
    /// Other severities, by policy; `off` switches it off.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub severity: IndexMap<String, SeverityOverride>,
    /// Other values of parameters, by policy and parameter.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub parameters: IndexMap<String, IndexMap<String, serde_json::Value>>,
    /// Findings that are accepted for a time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverEntry>,
    /// Restores that prove the backups of databases, from an evidence log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<Restore>,
    /// The file of agreements, relative to this file; `baa.yaml` unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreements: Option<String>,
    /// The severity from which findings fail a run; `low` unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<FailOn>,
    /// Unknown verdicts fail a run too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// Modules that are not there make verdicts unknown, and do not fail a run by themselves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_unresolved: bool,
    /// How charts are rendered.
    pub helm: Helm,
    #[serde(skip)]
    #[schemars(skip)]
    file: Option<FileId>,
}

/// What holds PHI.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Classification {
    /// What a resource is of which nothing is said; `phi` unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Class>,
    /// Keys of labels and tags that classify, beside `hipaa-iac.dev/data-class` and `data-class`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Classes by address, path or namespace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ClassificationRule>,
}

/// Whether a resource holds or touches PHI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// It does.
    Phi,
    /// It does not.
    None,
}

/// The class of the resources that every given pattern matches.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClassificationRule {
    /// A pattern over addresses, with `*` for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A glob over the paths of files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A pattern over Kubernetes namespaces, with `*` for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Their class.
    pub class: Class,
}

/// An environment: one way to evaluate the Terraform of the tree.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// Its name in reports.
    pub name: String,
    /// Variable files, relative to this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub var_files: Vec<String>,
    /// The workspace; `default` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// Variables.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub vars: IndexMap<String, serde_json::Value>,
}

impl Environment {
    /// The variables as `--var` takes them: texts as they are, everything else as JSON, which is HCL too.
    pub fn var_texts(&self) -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        self.vars
            .iter()
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    }
}

/// How charts are rendered.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Helm {
    /// Values files, relative to this file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// Restores that prove the backups of databases.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restore {
    /// The evidence log of `restore verify`: a folder, relative to this file.
    pub evidence: String,
    /// The files of the public keys whose records count, relative to this file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_keys: Vec<String>,
    /// Or the list of keys, by which each counts for its time only (`evidence key-list`), relative to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_list: Option<String>,
    /// The file of the public key that signed the list, relative to this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_key: Option<String>,
    /// A checkpoint that was kept elsewhere than the log, relative to this file: then a cut tail is found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// How old the last restore that passed may be; `31d` unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<String>,
    /// Which verification speaks for which databases.
    pub databases: Vec<CoveredDatabase>,
}

/// Databases that a restore verification speaks for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CoveredDatabase {
    /// The databases, as a pattern over addresses with `*` for anything.
    pub address: String,
    /// The verification: `metadata.name` of its document, and before it, where several have one name, its namespace and cluster: `clinic/ehr`.
    pub verification: String,
    /// The roots that they are of, as a pattern. Needed where the address is found in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The environments that they are of, as a pattern. Needed where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Another age for these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<String>,
}

/// From which severity findings fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Critical ones.
    Critical,
    /// High ones and worse.
    High,
    /// Medium ones and worse.
    Medium,
    /// All.
    Low,
    /// None.
    Never,
}

impl FailOn {
    /// Its word in the configuration and options.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Never => "never",
        }
    }
}

/// Another severity for a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeverityOverride {
    /// It does not run.
    Off,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl SeverityOverride {
    /// The severity; `None` for `off`.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Low => Some(Severity::Low),
            Self::Medium => Some(Severity::Medium),
            Self::High => Some(Severity::High),
            Self::Critical => Some(Severity::Critical),
        }
    }
}

/// Findings that are accepted for a time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiverEntry {
    /// One policy; never a pattern.
    pub policy: String,
    /// The resources, as a pattern over addresses with `*` for anything.
    pub address: String,
    /// The roots that they are of, as a pattern with `*` for anything. Needed where the address is found in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds; at most a year ahead.
    pub until: Date,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// What protects instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensating_control: Option<String>,
}

impl Config {
    /// Reads `hipaa-iac.yaml`. A file of comments alone is an empty configuration.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(file: &SourceFile) -> Result<Self, Diagnostic> {
        let says_something = |line: &str| {
            !line.trim().is_empty() && !line.trim_start().starts_with('#') && line.trim() != "---"
        };
        if !file.text().lines().any(says_something) {
            return Ok(Self {
                file: Some(file.id()),
                ..Self::default()
            });
        }
        let mut config: Self = yaml::parse(file, Level::Usage, "config-syntax")?;
        config.file = Some(file.id());
        for (at, rule) in config.classification.rules.iter().enumerate() {
            let at = at.to_string();
            let refuse = |message: String| {
                let mut diagnostic = Diagnostic::new(Level::Usage, "config-invalid", message)
                    .in_path(Arc::clone(file.path()))
                    .remedy("write it as `path: \"sandbox/**\"`, with `class`");
                diagnostic.span = yaml::locate(file, &["classification", "rules", &at]);
                diagnostic
            };
            if rule.address.is_none() && rule.path.is_none() && rule.namespace.is_none() {
                return Err(refuse(
                    "a classification rule needs `address`, `path` or `namespace`".to_owned(),
                ));
            }
            if let Some(path) = &rule.path
                && globset::Glob::new(path).is_err()
            {
                return Err(refuse(format!("`{path}` is not a glob")));
            }
        }
        if let Some(restore) = &config.restore {
            restore.check(file)?;
        }
        let mut names = std::collections::BTreeSet::new();
        for (at, environment) in config.environments.iter().enumerate() {
            if !names.insert(environment.name.as_str()) {
                let message = format!("two environments are called `{}`", environment.name);
                let mut diagnostic = Diagnostic::new(Level::Usage, "config-invalid", message)
                    .in_path(Arc::clone(file.path()))
                    .remedy("give one of them another name");
                diagnostic.span = yaml::locate(file, &["environments", &at.to_string()]);
                return Err(diagnostic);
            }
        }
        Ok(config)
    }

    /// A problem with a part of the configuration, at its place where the file is known.
    pub(crate) fn problem(
        &self,
        sources: &Sources,
        level: Level,
        code: &'static str,
        path: &[&str],
        message: String,
    ) -> Diagnostic {
        let remedy = match code {
            "policy-unknown" => "`hipaa-iac policy list` shows every policy",
            _ => "`hipaa-iac policy show NAME` shows its parameters",
        };
        let mut diagnostic = Diagnostic::new(level, code, message).remedy(remedy);
        if let Some(file) = self.file.and_then(|file| sources.get(file)) {
            // What is misspelt is an element of `only` and `skip`, and elsewhere a key.
            diagnostic.span = match (code, path) {
                ("parameter-unknown", _) | ("policy-unknown", ["severity" | "parameters", ..]) => {
                    yaml::locate_key(&file, path)
                }
                _ => yaml::locate(&file, path),
            };
            diagnostic = diagnostic.in_path(Arc::clone(file.path()));
        }
        diagnostic
    }

    /// The path of its file, and the places of its waivers in it.
    pub(crate) fn waiver_places(&self, sources: &Sources) -> Option<(Arc<str>, Vec<Option<Span>>)> {
        let file = self.file.and_then(|file| sources.get(file))?;
        Some((
            Arc::clone(file.path()),
            yaml::locate_elements(&file, "waivers"),
        ))
    }

    /// What in it speaks of policies or parameters that do not exist.
    pub(crate) fn check(&self, policies: &PolicySet, sources: &Sources) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut name = |name: &str, path: &[&str]| {
            if policies.get(name).is_none() {
                found.push(self.problem(
                    sources,
                    Level::Usage,
                    "policy-unknown",
                    path,
                    unknown_policy(policies, name),
                ));
            }
        };
        for (key, list) in [("only", &self.only), ("skip", &self.skip)] {
            for (at, policy) in list.iter().enumerate() {
                name(policy, &[key, &at.to_string()]);
            }
        }
        for policy in self.severity.keys() {
            name(policy, &["severity", policy]);
        }
        for policy in self.parameters.keys() {
            name(policy, &["parameters", policy]);
        }
        for (policy, values) in &self.parameters {
            let Some(known) = policies.get(policy) else {
                continue;
            };
            for (parameter, value) in values {
                let path = ["parameters", policy, parameter];
                match known.spec().parameters.get(parameter) {
                    None => {
                        let near = crate::policy::nearest(
                            parameter,
                            known.spec().parameters.keys().map(String::as_str),
                        );
                        let near =
                            near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                        let message =
                            format!("policy `{policy}` has no parameter `{parameter}`{near}");
                        found.push(self.problem(
                            sources,
                            Level::Usage,
                            "parameter-unknown",
                            &path,
                            message,
                        ));
                    }
                    Some(default) if kind(default) != kind(value) => {
                        let message = format!(
                            "parameter `{parameter}` of policy `{policy}` is {}, not {}",
                            kind(default),
                            kind(value)
                        );
                        found.push(self.problem(
                            sources,
                            Level::Usage,
                            "parameter-type",
                            &path,
                            message,
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
        found
    }
}

impl Restore {
    fn check(&self, file: &SourceFile) -> Result<(), Diagnostic> {
        let refuse = |path: &[&str], message: &str, remedy: &str| {
            let mut diagnostic = Diagnostic::new(Level::Usage, "config-invalid", message)
                .in_path(Arc::clone(file.path()))
                .remedy(remedy);
            diagnostic.span = yaml::locate(file, path);
            Err(diagnostic)
        };
        if self.evidence.contains("://") {
            return refuse(
                &["restore", "evidence"],
                "a check reads the evidence log from a folder, without a network",
                "copy the bucket into a folder before, such as by `aws s3 sync`",
            );
        }
        let by_list = self.key_list.is_some();
        if self.trusted_keys.is_empty() && !by_list {
            return refuse(
                &["restore", "trustedKeys"],
                "without a trusted key anybody's records would count",
                "name the public key of the recorder, `evidence.key.pub`",
            );
        }
        if by_list != self.root_key.is_some() || by_list && !self.trusted_keys.is_empty() {
            return refuse(
                &["restore", "keyList"],
                "a list of keys counts by the key that signed it, and in place of `trustedKeys`",
                "write `keyList` and `rootKey`, or `trustedKeys`",
            );
        }
        let own = self.databases.iter().enumerate().map(|(at, entry)| {
            (
                vec!["restore".to_owned(), "databases".to_owned(), at.to_string()],
                &entry.max_age,
            )
        });
        let whole = (vec!["restore".to_owned()], &self.max_age);
        for (mut path, age) in std::iter::once(whole).chain(own) {
            if age
                .as_deref()
                .is_some_and(|age| crate::duration::days(age).is_none())
            {
                path.push("maxAge".to_owned());
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                return refuse(&path, "not a duration", "write it as `31d` or `48h`");
            }
        }
        Ok(())
    }
}

fn kind(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "true or false",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a text",
        serde_json::Value::Array(_) => "a list",
        serde_json::Value::Object(_) => "a mapping",
    }
}

/// Says that no policy has a name, and which one may be meant.
pub(crate) fn unknown_policy(policies: &PolicySet, name: &str) -> String {
    match policies.nearest(name) {
        Some(near) => format!("no policy is named `{name}`; did you mean `{near}`?"),
        None => format!("no policy is named `{name}`"),
    }
}
