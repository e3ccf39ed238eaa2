//! `hipaa-iac inspect`: every evaluated resource, shaped as Terraform's plan JSON shapes `after`, `after_unknown` and `after_sensitive`.

use std::{fmt::Write as _, sync::Arc};

use hipaa_iac_source::{
    Diagnostic, Inventory, Level, Node, Number, Resource, ResourceKind, Sources, Value,
};
use serde_json::{Map, Value as Json, json};

use crate::{
    Exit, Outcome, add_line,
    args::{Global, InspectArgs, ListFormat},
    count, input, note, print, terminal_width,
};

pub(crate) fn run(arguments: &InspectArgs, global: &Global) -> Outcome {
    let sources = Sources::new();
    let settings = input::settings(&sources, &arguments.input, hipaa_iac_engine::fixture_date())?;
    input::tell_unused(&arguments.input, global);
    let bar = input::progress(global);
    bar.set_message("reading");
    let folders = settings.policy_folders();
    let inventory = input::inventory(&sources, &arguments.input, &settings, &folders)?.inventory;
    bar.finish_and_clear();
    let text = match arguments.format {
        ListFormat::Json => format!(
            "{}\n",
            serde_json::to_string_pretty(&document(&inventory, &sources))?
        ),
        ListFormat::Text => list(&inventory, &sources, terminal_width()),
    };
    print(&text)?;
    let mut exit = Exit::Clean;
    for diagnostic in settings.diagnostics.iter().chain(&inventory.diagnostics) {
        exit = exit.max(match diagnostic.level {
            Level::Error => Exit::Input,
            Level::Usage => Exit::Usage,
            Level::Note | Level::Warning => Exit::Clean,
        });
        if !global.quiet && (diagnostic.level > Level::Note || global.verbose) {
            note(&say(diagnostic, &sources));
        }
    }
    Ok(exit)
}

/// A diagnostic in one line, as compilers print them.
pub(crate) fn say(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = diagnostic.span.and_then(|span| sources.locate(span));
    let place = place
        .map(|(path, start, _)| format!("{path}:{}:{}: ", start.line, start.column))
        .or_else(|| diagnostic.path.as_ref().map(|path| format!("{path}: ")))
        .unwrap_or_default();
    let level = match diagnostic.level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error | Level::Usage => "error",
    };
    let remedy = diagnostic
        .remedy
        .as_ref()
        .map(|remedy| format!("\n  help: {remedy}"))
        .unwrap_or_default();
    format!(
        "{place}{level}[{}]: {}{remedy}",
        diagnostic.code, diagnostic.message
    )
}

fn document(inventory: &Inventory, sources: &Sources) -> Json {
    let resources: Vec<Json> = inventory
        .resources
        .iter()
        .map(|resource| describe(resource, sources))
        .collect();
    json!({"schemaVersion": "1.0", "kind": "Inventory", "resources": resources})
}

fn describe(resource: &Resource, sources: &Sources) -> Json {
    let (mode, type_, name, provider, provider_config) = match &resource.kind {
        ResourceKind::Terraform(id) => (
            &*id.mode,
            id.type_.to_string(),
            &*id.name,
            Json::from(&*id.provider),
            id.provider_config.as_deref(),
        ),
        ResourceKind::Kubernetes(id) => (
            "kubernetes",
            resource.kind.matched_by(),
            &*id.name,
            Json::Null,
            None,
        ),
    };
    let place = resource.span.and_then(|span| sources.locate(span));
    let body = with_hidden(resource);
    json!({
        "address": &*resource.address,
        "mode": mode,
        "type": type_,
        "name": name,
        "provider": provider,
        "providerConfig": provider_config,
        "root": &*resource.root,
        "environment": resource.environment.as_deref(),
        "values": known(&body).unwrap_or(Json::Null),
        "unknown": mask(&body, &|node| unknown(node)),
        "sensitive": mask(&body, &|node| node.sensitive),
        "file": place.as_ref().map(|(path, ..)| path.to_string()),
        "line": place.map(|(_, start, _)| start.line),
    })
}

/// Arguments that hold a secret though neither their names nor the texts say so, by the type of resource.
const SECRETS: [(&str, &[&str]); 14] = [
    ("aws_ssm_parameter", &["value", "value_wo"]),
    ("azurerm_key_vault_secret", &["value", "value_wo"]),
    ("github_actions_environment_secret", GITHUB),
    ("github_actions_organization_secret", GITHUB),
    ("github_actions_secret", GITHUB),
    ("github_codespaces_secret", GITHUB),
    ("github_dependabot_secret", GITHUB),
    ("gitlab_project_variable", &["value"]),
    ("helm_release", &["set_sensitive", "set_wo"]),
    ("kubernetes_secret", KUBERNETES),
    ("kubernetes_secret_v1", KUBERNETES),
    ("kubernetes_secret_v1_data", KUBERNETES),
    ("local_sensitive_file", &["content", "content_base64"]),
    ("vault_generic_secret", &["data_json"]),
];
const GITHUB: &[&str] = &[
    "plaintext_value",
    "encrypted_value",
    "value",
    "value_encrypted",
];
const KUBERNETES: &[&str] = &["data", "binary_data", "data_wo", "binary_data_wo"];

/// The body with the secrets marked that no `sensitive` marks: a provider's schema marks its passwords, and a Secret holds
/// nothing else.
fn with_hidden(resource: &Resource) -> Node {
    match &resource.kind {
        // Its values are of any shape, and Terraform knows of no secret among them.
        ResourceKind::Terraform(id) if &*id.type_ == "terraform_data" => resource.body.clone(),
        ResourceKind::Terraform(id) => {
            let secrets = SECRETS.iter().find(|(type_, _)| *type_ == &*id.type_);
            let secrets = secrets.map_or(&[][..], |(_, arguments)| arguments);
            match resource.body.as_map() {
                Some(members) => Node {
                    value: Value::Object(Arc::new(
                        members
                            .iter()
                            .map(|(key, value)| {
                                (Arc::clone(key), hide(value, key, secrets.contains(&&**key)))
                            })
                            .collect(),
                    )),
                    ..resource.body.clone()
                },
                None => hide(&resource.body, "", false),
            }
        }
        ResourceKind::Kubernetes(_) => hide(&resource.body, "", false),
    }
}

/// Marks the texts that reports hide; every value with `all`.
fn hide(node: &Node, name: &str, all: bool) -> Node {
    let value = match &node.value {
        Value::String(text)
            if all
                || hipaa_iac_report::is_hidden(name, text)
                // Manifests in a text.
                || text.contains("kind: Secret") =>
        {
            return Node {
                sensitive: true,
                ..node.clone()
            };
        }
        Value::Number(_) | Value::Bool(_) if all => {
            return Node {
                sensitive: true,
                ..node.clone()
            };
        }
        Value::List(elements) => {
            let mut before = None;
            let elements = elements.iter().map(|element| {
                // Of a command, what an option is followed by.
                let argument = element
                    .as_str()
                    .zip(before.replace(element).and_then(Node::as_str))
                    .is_some_and(|(text, option)| {
                        option.starts_with('-')
                            && !hipaa_iac_report::is_hidden("", option)
                            && hipaa_iac_report::is_hidden("", &format!("{option} {text}"))
                    });
                hide(element, name, all || argument)
            });
            Value::List(Arc::new(elements.collect()))
        }
        Value::Object(members) => {
            // In `{name: DB_PASSWORD, value: x}` the name is a value.
            let pair = node.get("name").and_then(Node::as_str);
            let kind = node.get("kind").and_then(Node::as_str);
            let secret = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("Secret"));
            let members = members.iter().map(|(key, value)| {
                let name = match (&**key, pair) {
                    ("value", Some(pair)) => pair,
                    // Of a pair, the name is no secret.
                    ("name", _) => "",
                    (key, _) => key,
                };
                let all = all || secret && matches!(&**key, "data" | "stringData");
                (Arc::clone(key), hide(value, name, all))
            });
            Value::Object(Arc::new(members.collect()))
        }
        _ => return node.clone(),
    };
    Node {
        value,
        ..node.clone()
    }
}

/// A list of which it is not known how many elements it has is not known, as Terraform sees it.
fn unknown(node: &Node) -> bool {
    match &node.value {
        Value::Unknown(_) => true,
        Value::List(elements) => elements
            .iter()
            .any(|element| element.as_unknown().is_some_and(|unknown| unknown.many)),
        _ => false,
    }
}

/// The known values: members that are not known are left out, elements are null. What is sensitive is null.
fn known(node: &Node) -> Option<Json> {
    if unknown(node) {
        return None;
    }
    if node.sensitive {
        return Some(Json::Null);
    }
    Some(match &node.value {
        Value::Null | Value::Unknown(_) => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Number(Number::Int(number)) => Json::from(*number),
        Value::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        Value::String(text) => Json::from(&**text),
        Value::List(elements) => elements
            .iter()
            .map(|element| known(element).unwrap_or(Json::Null))
            .collect(),
        Value::Object(members) => members
            .iter()
            .filter_map(|(key, value)| Some((key.to_string(), known(value)?)))
            .collect::<Map<_, _>>()
            .into(),
    })
}

/// Where a mark holds, as Terraform writes it: `true` for a whole value, members without it left out.
fn mask(node: &Node, marked: &impl Fn(&Node) -> bool) -> Json {
    if marked(node) {
        return Json::Bool(true);
    }
    match &node.value {
        Value::List(elements) => elements
            .iter()
            .map(|element| mask(element, marked))
            .collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.to_string(), mask(value, marked)))
            .filter(|(_, value)| *value != Json::Bool(false))
            .collect::<Map<_, _>>()
            .into(),
        _ => Json::Bool(false),
    }
}

fn list(inventory: &Inventory, sources: &Sources, width: Option<usize>) -> String {
    let mut text = String::new();
    for resource in &inventory.resources {
        let place = resource.span.and_then(|span| sources.locate(span));
        let place = place
            .map(|(path, start, _)| format!("{path}:{}", start.line))
            .unwrap_or_default();
        let environment = resource
            .environment
            .as_ref()
            .map(|name| format!("  ({name})"))
            .unwrap_or_default();
        let line = format!("{}  {place}{environment}", resource.address);
        add_line(&mut text, 0, &line, width);
        let mut unknowns = Vec::new();
        reasons(&resource.body, "", &mut unknowns);
        for (path, reason) in unknowns {
            let line = format!("{path} is unknown: {reason}");
            add_line(&mut text, 4, &line, width);
        }
    }
    let _ = writeln!(
        text,
        "{}, {} unresolved",
        count(inventory.resources.len(), "resource", "resources"),
        inventory.unresolved.len()
    );
    text
}

fn reasons(node: &Node, path: &str, found: &mut Vec<(String, String)>) {
    match &node.value {
        Value::Unknown(unknown) => found.push((path.to_owned(), unknown.reasons.join("; "))),
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                reasons(element, &format!("{path}[{index}]"), found);
            }
        }
        Value::Object(members) => {
            for (key, value) in members.iter() {
                reasons(
                    value,
                    &if path.is_empty() {
                        key.to_string()
                    } else {
                        format!("{path}.{key}")
                    },
                    found,
                );
            }
        }
        _ => {}
    }
}
