//! Which resources hold or touch PHI.

use std::collections::{HashMap, HashSet};

use globset::{Glob, GlobMatcher};
use hipaa_iac_source::{Inventory, Node, Resource, ResourceKind, Sources};

use crate::{
    config::{Class, Config},
    pods,
    relations::{self, Relations},
};

/// Keys of labels and tags that classify in every configuration. The second one is plain, as most clouds allow no `/` in keys.
const KEYS: [&str; 2] = ["hipaa-iac.dev/data-class", "data-class"];

/// Arguments of Terraform resources that hold tags.
const TAGS: [&str; 6] = [
    "tags",
    "tags_all",
    "labels",
    "user_labels",
    "resource_labels",
    "settings.user_labels",
];

/// For each resource, whether it is classified as PHI. Of several answers the one that says so counts: forgetting to classify, or
/// classifying twice, hides no finding. A Terraform resource that nothing classifies and that has no tags of its own belongs to what
/// it refers to: a bucket's policy or access block is as much PHI as the bucket.
pub(crate) fn classify(
    config: &Config,
    inventory: &Inventory,
    relations: &Relations<'_>,
    sources: &Sources,
) -> Vec<bool> {
    let default = config.classification.default.unwrap_or(Class::Phi) == Class::Phi;
    let paths: Vec<Option<GlobMatcher>> = config
        .classification
        .rules
        .iter()
        .map(|rule| {
            rule.path
                .as_deref()
                .and_then(|path| Glob::new(path).ok())
                .map(|glob| glob.compile_matcher())
        })
        .collect();
    let of_providers: HashSet<(&str, Option<&str>, &str)> = inventory
        .resources
        .iter()
        .filter_map(|resource| {
            let id = resource.terraform().filter(|id| &*id.mode == "provider")?;
            let phi = default_tags(&resource.body).any(|tags| {
                tags.as_unknown().is_some() || classes(config, tags).contains(&Class::Phi)
            });
            phi.then_some((
                &*resource.root,
                resource.environment.as_deref(),
                &*id.provider,
            ))
        })
        .collect();
    let mut silent = Vec::new();
    let mut phi: Vec<bool> = inventory
        .resources
        .iter()
        .enumerate()
        .map(|(at, resource)| {
            let mut answers = Vec::new();
            for (rule, path) in config.classification.rules.iter().zip(&paths) {
                let address = rule
                    .address
                    .as_deref()
                    .is_none_or(|pattern| wildcard(pattern, &resource.address));
                let namespace = rule.namespace.as_deref().is_none_or(|pattern| {
                    resource.kubernetes().is_some_and(|id| {
                        let namespace = if &*id.kind == "Namespace" && id.group.is_empty() {
                            Some(&id.name)
                        } else {
                            id.namespace.as_ref()
                        };
                        namespace.is_some_and(|namespace| wildcard(pattern, namespace))
                    })
                });
                let in_path = rule.path.is_none()
                    || path
                        .as_ref()
                        .is_some_and(|glob| file_matches(glob, resource, sources));
                if address && namespace && in_path {
                    answers.push(rule.class);
                }
            }
            answers.extend(labelled(config, inventory, relations, at, resource));
            if answers.is_empty() {
                if resource.terraform().is_some() && tags(resource).next().is_none() {
                    silent.push(at);
                }
                // Tags that are not known may say so, and those that the provider gives to everything.
                default
                    || unknown_tags(resource)
                    || resource.terraform().is_some_and(|id| {
                        let key = (
                            &*resource.root,
                            resource.environment.as_deref(),
                            &*id.provider,
                        );
                        of_providers.contains(&key)
                    })
            } else {
                answers.contains(&Class::Phi)
            }
        })
        .collect();
    if !default {
        touching(inventory, relations, &silent, &mut phi);
    }
    phi
}

/// Makes PHI of those `silent` resources that refer to what is PHI, by reference or by its name, directly or through each other.
fn touching(inventory: &Inventory, relations: &Relations<'_>, silent: &[usize], phi: &mut [bool]) {
    // What a resource calls itself by names nothing else.
    const OWN: [&str; 4] = ["arn", "id", "identifier", "name"];
    let mut by_target: HashMap<usize, Vec<usize>> = HashMap::new();
    for at in silent {
        let members = inventory
            .resources
            .get(*at)
            .and_then(|resource| resource.body.as_map());
        let members = members
            .into_iter()
            .flatten()
            .filter(|(key, _)| !OWN.contains(&&***key));
        for (_, value) in members {
            let referred = relations.referred(*at, value, true);
            let texts = referred.texts.iter();
            let named = texts.flat_map(|(text, _)| relations.carrying(*at, text));
            for target in referred
                .certain
                .iter()
                .chain(&referred.perhaps)
                .chain(named)
            {
                by_target.entry(*target).or_default().push(*at);
            }
        }
    }
    let mut left: Vec<usize> = (0..phi.len())
        .filter(|at| phi.get(*at) == Some(&true))
        .collect();
    while let Some(target) = left.pop() {
        for at in by_target.remove(&target).into_iter().flatten() {
            if let Some(phi) = phi.get_mut(at).filter(|phi| !**phi) {
                *phi = true;
                left.push(at);
            }
        }
    }
}

/// Whether a glob matches the path of a resource's file.
pub(crate) fn file_matches(glob: &GlobMatcher, resource: &Resource, sources: &Sources) -> bool {
    let span = resource.extent.or(resource.span);
    span.and_then(|span| sources.get(span.file))
        .is_some_and(|file| glob.is_match(&**file.path()))
}

/// The tags and labels that a provider block gives to all of its resources.
fn default_tags(provider: &Node) -> impl Iterator<Item = &Node> {
    let blocks = provider
        .get("default_tags")
        .and_then(Node::as_list)
        .into_iter()
        .flatten();
    blocks
        .filter_map(|block| match block.as_unknown() {
            Some(_) => Some(block),
            None => block.get("tags"),
        })
        .chain(provider.get("default_labels"))
}

/// The tags and labels that a Terraform resource gives itself.
fn tags(resource: &Resource) -> impl Iterator<Item = Node> {
    TAGS.iter()
        .map(|path| relations::find(&resource.body, path))
        .flat_map(|found| found.nodes.into_iter().chain(found.perhaps))
        .filter(|tags| !tags.is_null())
}

fn unknown_tags(resource: &Resource) -> bool {
    let unknown = |node: Option<&Node>| node.is_some_and(|node| node.as_unknown().is_some());
    match &resource.kind {
        ResourceKind::Terraform(_) => TAGS.iter().any(|tags| unknown(resource.body.get(tags))),
        ResourceKind::Kubernetes(_) => {
            let metadata = resource.body.get("metadata");
            unknown(metadata) || unknown(metadata.and_then(|metadata| metadata.get("labels")))
        }
    }
}

/// What labels and tags say.
fn labelled(
    config: &Config,
    inventory: &Inventory,
    relations: &Relations<'_>,
    at: usize,
    resource: &Resource,
) -> Vec<Class> {
    match &resource.kind {
        ResourceKind::Terraform(_) => tags(resource)
            .flat_map(|tags| classes(config, &tags))
            .collect(),
        ResourceKind::Kubernetes(id) => {
            let labels = |node: &Node| {
                node.get("metadata")
                    .and_then(|metadata| metadata.get("labels"))
                    .cloned()
            };
            let own = labels(&resource.body)
                .map(|labels| classes(config, &labels))
                .unwrap_or_default();
            let found = relations.found(at).into_iter();
            let found = found.flat_map(|found| &found.pods);
            let found = found.filter_map(|path| labels(&pods::template(&resource.body, path)?));
            let pods = relations::pod_template(resource).and_then(labels);
            let pods = pods.into_iter().chain(found);
            let pods = pods.flat_map(|labels| classes(config, &labels));
            let own = own.into_iter().chain(pods);
            if id.namespace.is_none() {
                return own.collect();
            }
            // The Namespace decides; what stands on the object itself can only raise it to PHI.
            let namespaces = relations.namespace_objects(at).into_iter();
            let namespace = namespaces
                .filter_map(|namespace| labels(&inventory.resources.get(namespace)?.body))
                .flat_map(|labels| classes(config, &labels));
            own.filter(|class| *class == Class::Phi)
                .chain(namespace)
                .collect()
        }
    }
}

/// The classes that labels name. A value that is not known may be PHI.
fn classes(config: &Config, labels: &Node) -> Vec<Class> {
    let keys = KEYS
        .into_iter()
        .chain(config.classification.labels.iter().map(String::as_str));
    let found = keys.filter_map(|key| Some((key, labels.get(key)?)));
    found
        .filter_map(|(key, value)| match value.as_str().map(str::trim) {
            Some(text) if text.eq_ignore_ascii_case("phi") => Some(Class::Phi),
            Some(text) if text.eq_ignore_ascii_case("none") => Some(Class::None),
            // The plain keys may be used for other schemes; a misspelt class under our own must hide nothing.
            Some(_) => KEYS.first().filter(|own| **own == key).map(|_| Class::Phi),
            None => value.as_unknown().map(|_| Class::Phi),
        })
        .collect()
}

/// Whether a text has the form of a pattern in which `*` stands for anything, and every other letter for itself: addresses hold
/// brackets, which are no classes of letters.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or(""),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn patterns_over_addresses() {
        assert!(wildcard(
            "module.sandbox.*",
            "module.sandbox.aws_db_instance.a"
        ));
        assert!(wildcard(
            r#"module.db["eu"].*"#,
            r#"module.db["eu"].aws_db_instance.this[0]"#
        ));
        assert!(wildcard("*", ""));
        assert!(wildcard("a*b*c", "a1b2c"));
        assert!(!wildcard("a*b*c", "a1c"));
        assert!(!wildcard("module.sandbox", "module.sandbox.x"));
        assert!(!wildcard("aws_s3_bucket.[ab]", "aws_s3_bucket.a"));
    }
}
