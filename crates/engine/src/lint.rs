//! What cannot be right in a policy, though it compiles.

use hipaa_iac_source::{Diagnostic, Level};

use crate::{
    policy::Policy,
    safeguard::{self, Implementation},
    vendor,
};

/// Tools whose checks `see` and `related` may name.
const TOOLS: [&str; 14] = [
    "checkov",
    "trivy",
    "kics",
    "kyverno",
    "aws-config",
    "prowler",
    "kube-score",
    "kubescape",
    "terrascan",
    "polaris",
    "datree",
    "kube-linter",
    "cis",
    "gatekeeper",
];

/// The types of resources and data sources of some providers, by the providers' own schemas, with those of older majors that are in use.
const TERRAFORM_TYPES: &str = include_str!("data/terraform-types.txt");
/// The providers of which every type is listed.
const LISTED: [&str; 5] = ["aws_", "azurerm_", "google_", "kubernetes_", "helm_"];

/// What is wrong or missing in a policy that was compiled, and what in it no input can meet.
pub fn lint(policy: &Policy) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Err(problems) = policy.compiled() {
        found.extend_from_slice(problems);
    }
    let spec = policy.spec();
    let mut add = |path: &[&str], message: String| {
        let message = format!("policy `{}`: {message}", policy.name);
        let mut diagnostic =
            Diagnostic::new(Level::Error, "policy-lint", message).in_path(policy.path.clone());
        diagnostic.span = policy.locate(path);
        found.push(diagnostic);
    };
    if spec.title.trim().is_empty() {
        add(&["spec", "title"], "it has no title".to_owned());
    }
    if spec.safeguards.is_empty() {
        add(&["spec", "safeguards"], "it cites no safeguard".to_owned());
    }
    let binding = |paragraph: &String| {
        safeguard::find(paragraph)
            .is_some_and(|safeguard| safeguard.implementation != Implementation::Proposed)
    };
    let proposed_only = spec
        .profiles
        .iter()
        .all(|profile| *profile == crate::Profile::Nprm2025);
    if !spec.safeguards.is_empty() && !proposed_only && !spec.safeguards.iter().any(binding) {
        add(
            &["spec", "safeguards"],
            "it cites no paragraph of the rule that is in force".to_owned(),
        );
    }
    if spec.profiles.is_empty() {
        add(
            &["spec", "profiles"],
            "it is in no profile, and so never runs".to_owned(),
        );
    }
    if spec.rationale.trim().is_empty() {
        add(&["spec", "rationale"], "it has no rationale".to_owned());
    }
    if spec.remediation.text.trim().is_empty() {
        add(
            &["spec", "remediation"],
            "its remediation has no text".to_owned(),
        );
    }
    for (at, word) in spec.matches.terraform.iter().enumerate() {
        let resource_type = word.split_once('.').map_or(word.as_str(), |(_, name)| name);
        // Of other providers no list is at hand.
        let listed = LISTED
            .iter()
            .any(|provider| resource_type.starts_with(provider));
        if listed
            && !word.starts_with("provider.")
            && !TERRAFORM_TYPES.lines().any(|line| line == resource_type)
        {
            let near = crate::policy::nearest(resource_type, TERRAFORM_TYPES.lines());
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            add(
                &["spec", "match", "terraform", &at.to_string()],
                format!("no provider is known to have `{word}`{near}"),
            );
        }
    }
    for (at, rule) in spec.rules.iter().enumerate() {
        let at = at.to_string();
        let message = rule.message.trim();
        if message.ends_with('.')
            || message.chars().next().is_some_and(char::is_uppercase) && !starts_with_name(message)
        {
            add(
                &["spec", "rules", &at, "message"],
                "a message is a lowercase fragment without a full stop".to_owned(),
            );
        }
        for (name, path) in [("each", &rule.each), ("select", &rule.select)] {
            let Some(path) = path else { continue };
            // A second parser, because the first one takes some paths that the standard forbids.
            if let Err(error) = serde_json_path::JsonPath::parse(path) {
                add(
                    &["spec", "rules", &at, name],
                    format!("`{path}` is not a JSONPath of RFC 9535: {error}"),
                );
            }
        }
        for text in rule.when.iter().chain([&rule.require]) {
            for id in vendor_arguments(text) {
                if vendor::find(&id).is_none() {
                    add(
                        &["spec", "rules", &at],
                        format!("the registry has no vendor `{id}`"),
                    );
                }
            }
        }
    }
    for (key, checks) in spec
        .see
        .iter()
        .map(|pair| ("see", pair))
        .chain(spec.related.iter().map(|pair| ("related", pair)))
    {
        let (tool, ids) = checks;
        if !TOOLS.contains(&tool.as_str()) {
            add(
                &["spec", key, tool],
                format!("no tool is known as `{tool}`"),
            );
        }
        if ids.is_empty() {
            add(
                &["spec", key, tool],
                format!("`{key}.{tool}` names no check"),
            );
        }
    }
    for (at, name) in not_boolean(policy) {
        let message = format!(
            "`{name}` may be neither true nor false: compare it, as in `resource.x == true`"
        );
        add(&["spec", "rules", &at.to_string(), name], message);
    }
    for unused in unused(policy) {
        add(
            &["spec", unused.0, &unused.1],
            format!("`{}` is not used", unused.1),
        );
    }
    found
}

/// A message may begin with a name: `IAM policy allows …`.
fn starts_with_name(message: &str) -> bool {
    let word = message.split_whitespace().next().unwrap_or("");
    word.chars()
        .filter(|c| c.is_uppercase() || c.is_ascii_digit())
        .count()
        > 1
        || word.contains(['.', '_', '/'])
        || message.chars().nth(1).is_none()
        || NAMES.contains(&word)
}

/// Names of products that are written with one capital.
const NAMES: [&str; 24] = [
    "Amazon",
    "Azure",
    "Google",
    "Kubernetes",
    "Terraform",
    "Lambda",
    "Secret",
    "Secrets",
    "Pod",
    "Pods",
    "Ingress",
    "Service",
    "Vercel",
    "Cloudflare",
    "Cognito",
    "Aurora",
    "Redis",
    "Envoy",
    "Istio",
    "Gateway",
    "Job",
    "Node",
    "Role",
    "Velero",
];

/// The literal vendor ids of `vendorBaa('…')` and `baaCovers('…', …)`.
fn vendor_arguments(text: &str) -> Vec<String> {
    static CALL: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
        crate::policy::regex(r#"\b(?:vendorBaa|baaCovers)\(\s*['"]([^'"]*)['"]"#)
    });
    CALL.captures_iter(text)
        .filter_map(|captures| captures.get(1))
        .map(|id| id.as_str().to_owned())
        .collect()
}

/// The conditions whose answer may be something else than true or false.
fn not_boolean(policy: &Policy) -> Vec<(usize, &'static str)> {
    let Ok(compiled) = policy.compiled() else {
        return Vec::new();
    };
    let parameters = &policy.spec().parameters;
    let parameter = |name: &str| {
        parameters
            .get(name)
            .is_some_and(serde_json::Value::is_boolean)
    };
    let mut variables: Vec<bool> = Vec::new();
    for variable in &compiled.variables {
        let known = |at: usize| variables.get(at).copied().unwrap_or(false);
        let boolean = variable.program.is_boolean(&parameter, &known);
        variables.push(boolean);
    }
    let known = |at: usize| variables.get(at).copied().unwrap_or(false);
    let mut found = Vec::new();
    for (at, rule) in compiled.rules.iter().enumerate() {
        let when = rule.when.iter().map(|when| ("when", when));
        for (name, program) in when.chain([("require", &rule.require)]) {
            if !program.is_boolean(&parameter, &known) {
                found.push((at, name));
            }
        }
    }
    found
}

/// Whether some input leaves the policy's verdict open: it reads arguments of Terraform, which may not be known.
pub fn may_be_unknown(policy: &Policy) -> bool {
    let Ok(compiled) = policy.compiled() else {
        return false;
    };
    let reads = |rule: &crate::policy::CompiledRule| {
        rule.select.is_some()
            || rule.each.is_some()
            || rule.require.reads_input()
            || rule
                .when
                .as_ref()
                .is_some_and(crate::cel::Program::reads_input)
    };
    !policy.spec().matches.terraform.is_empty()
        && (compiled.rules.iter().any(reads)
            || compiled
                .variables
                .iter()
                .any(|variable| variable.program.reads_input()))
}

/// Variables and parameters that nothing reads.
fn unused(policy: &Policy) -> Vec<(&'static str, String)> {
    let spec = policy.spec();
    let mut read = std::collections::BTreeSet::new();
    let Ok(compiled) = policy.compiled() else {
        return Vec::new();
    };
    let rules = compiled.rules.iter();
    let programs = rules
        .flat_map(|rule| rule.when.iter().chain([&rule.require]))
        .chain(compiled.variables.iter().map(|variable| &variable.program));
    for program in programs {
        read.extend(program.variables().iter().copied());
    }
    let variables = spec
        .variables
        .keys()
        .enumerate()
        .filter(|(at, _)| !read.contains(at))
        .map(|(_, name)| ("variables", name.clone()));
    let texts: Vec<&String> = spec
        .rules
        .iter()
        .flat_map(|rule| rule.when.iter().chain([&rule.require]))
        .chain(spec.variables.values())
        .collect();
    let parameters = spec.parameters.keys().filter(|name| {
        let (dot, quoted) = (format!("params.{name}"), format!("params['{name}']"));
        !texts
            .iter()
            .any(|text| text.contains(&dot) || text.contains(&quoted))
    });
    variables
        .chain(parameters.map(|name| ("parameters", name.clone())))
        .collect()
}
