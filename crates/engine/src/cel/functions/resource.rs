//! What a resource is, and what it is related to.

use std::sync::Arc;

use hipaa_iac_source::{Node, Resource, ResourceKind, Unknown, Value, Written};

use super::{library, text_of};
use crate::{
    cel::{
        eval::{Outcome, Scope, presence},
        value::{Key, List, MAX_ALTERNATIVES, Members, Partial, Val},
    },
    relations::{self, Found, Referred, Related},
};

/// The resource that a function is called on.
pub(super) fn resource<'a>(
    scope: &Scope<'a>,
    name: &str,
    args: &[Val],
) -> Result<(usize, &'a Resource), crate::cel::Error> {
    match args.first() {
        Some(Val::Resource(at)) => scope
            .world
            .resource(*at)
            .map(|resource| (*at, resource))
            .ok_or_else(|| library::no_overload(name, args)),
        _ => Err(library::no_overload(name, args)),
    }
}

pub(super) fn type_of(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    Ok(resource(scope, "type", args)?.1.kind.matched_by().into())
}

pub(super) fn name(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    Ok(Val::Str(match &resource(scope, "name", args)?.1.kind {
        ResourceKind::Terraform(id) => Arc::clone(&id.name),
        ResourceKind::Kubernetes(id) => Arc::clone(&id.name),
    }))
}

pub(super) fn namespace(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (_, resource) = resource(scope, "namespace", args)?;
    Ok(Val::Str(
        resource
            .kubernetes()
            .and_then(|id| id.namespace.clone())
            .unwrap_or_else(|| "".into()),
    ))
}

pub(super) fn namespace_object(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (at, resource) = resource(scope, "namespaceObject", args)?;
    let found = scope.world.relations.namespace_objects(at);
    let namespaced = resource
        .kubernetes()
        .is_some_and(|id| id.namespace.is_some());
    Ok(one_or_hidden(&found, || {
        if namespaced {
            scope.world.relations.hidden_objects(at)
        } else {
            Vec::new()
        }
    }))
}

/// What the verifications came to that speak for the resource; null where the configuration has no `restore`.
pub(super) fn restore_proofs(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (_, resource) = resource(scope, "restoreProofs", args)?;
    let Some(entries) = scope.world.restore_entries() else {
        return Ok(Val::Null);
    };
    scope.charge(entries.len())?;
    let nodes: Option<Vec<Node>> = crate::restore::proofs(entries, resource)
        .map(crate::restore::Proof::node)
        .collect();
    Ok(match nodes {
        Some(nodes) => Val::from(&Node::list(nodes)),
        None => Partial::because("the evidence log of `restore` could not be verified").into(),
    })
}

/// The resource, or null, unless something that could not be read may hold it. Several are alternatives.
pub(super) fn one_or_hidden(found: &[usize], hidden: impl FnOnce() -> Vec<Arc<str>>) -> Val {
    match found {
        [only] => Val::Resource(*only),
        [] => {
            let reasons = hidden();
            if reasons.is_empty() {
                Val::Null
            } else {
                Partial {
                    reasons,
                    ..Partial::default()
                }
                .into()
            }
        }
        several => Partial {
            set: true,
            alternatives: if several.len() <= MAX_ALTERNATIVES {
                several.iter().map(|at| Val::Resource(*at)).collect()
            } else {
                Vec::new()
            },
            ..Partial::because("the object is written more than once, and not alike")
        }
        .into(),
    }
}

pub(super) fn phi(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (at, _) = resource(scope, "phi", args)?;
    Ok(scope.world.phi(at).into())
}

pub(super) fn provider_major(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (_, resource) = resource(scope, "providerMajor", args)?;
    Ok(
        match resource
            .terraform()
            .map(|id| (id.provider_major, &id.provider))
        {
            Some((Some(major), _)) => Val::Int(i64::try_from(major).unwrap_or(i64::MAX)),
            Some((None, provider)) => Partial {
                set: true,
                ..Partial::because(format!(
                    "nothing fixes the major version of the provider {provider}"
                ))
            }
            .into(),
            None => Val::unknown("only Terraform resources have a provider"),
        },
    )
}

/// The nodes at a dotted path of a map or resource.
pub(super) fn find(
    scope: &Scope<'_>,
    name: &str,
    args: &[Val],
) -> Result<Found, crate::cel::Error> {
    let at = args.len().saturating_sub(1).min(1);
    let path = text_of(scope, name, args, at)?;
    scope.charge(1 + path.len() / 8)?;
    match args.first() {
        Some(Val::Resource(at)) => Ok(relations::find(scope.world.body(*at), &path)),
        Some(Val::Map(Members::Nodes(members))) => Ok(relations::find(
            &Node::new(Value::Object(Arc::clone(members))),
            &path,
        )),
        Some(Val::Map(_)) => {
            let node = args.first().map_or_else(Node::null, to_node);
            Ok(relations::find(&node, &path))
        }
        Some(Val::List(List::Nodes(elements))) => Ok(relations::find(
            &Node::new(Value::List(Arc::clone(elements))),
            &path,
        )),
        Some(Val::Null) => Ok(Found::default()),
        _ => Err(library::no_overload(name, args)),
    }
}

/// A computed value as a node.
pub(super) fn to_node(val: &Val) -> Node {
    match val {
        Val::Bool(value) => (*value).into(),
        Val::Int(number) => (*number).into(),
        Val::Uint(number) => i64::try_from(*number).map_or_else(|_| Node::null(), Node::int),
        Val::Double(number) => (*number).into(),
        Val::Str(text) => Node::string(Arc::clone(text)),
        Val::List(List::Nodes(elements)) => Node::new(Value::List(Arc::clone(elements))),
        Val::List(list) => Node::list(list.iter().map(|element| to_node(&element)).collect()),
        Val::Map(Members::Nodes(members)) => Node::new(Value::Object(Arc::clone(members))),
        Val::Map(members) => Node::object(
            members
                .entries()
                .into_iter()
                .map(|(key, value)| {
                    let key = match key {
                        Key::Str(text) => text,
                        other => other.to_string().into(),
                    };
                    (key, to_node(&value))
                })
                .collect(),
        ),
        Val::Unknown(partial) => partial.node.clone().unwrap_or_else(|| {
            Node::new(Value::Unknown(Arc::new(Unknown {
                reasons: partial.reasons.iter().map(ToString::to_string).collect(),
                set: partial.set,
                many: partial.many,
                ..Unknown::default()
            })))
        }),
        Val::Null
        | Val::Bytes(_)
        | Val::Resource(_)
        | Val::Optional(_)
        | Val::Type(_)
        | Val::Foreign(_) => Node::null(),
    }
}

pub(super) fn reference(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let found = find(scope, "ref", args)?;
    let mut answer: Option<Val> = None;
    for node in &found.nodes {
        let next = one_reference(scope, node)?;
        // Of several values the first that refers to something counts, as there is one where policies ask.
        if found.hidden.is_empty() && matches!(next, Val::Resource(_)) {
            return Ok(next);
        }
        answer = Some(match answer {
            Some(before) => Val::either(before, next, false),
            None => next,
        });
    }
    if found.hidden.is_empty() {
        return Ok(answer.unwrap_or(Val::Null));
    }
    Ok(Partial {
        reasons: found.hidden,
        ..Partial::default()
    }
    .into())
}

/// The resource that a value refers to: each that it may refer to is an alternative.
fn one_reference(scope: &Scope<'_>, node: &Node) -> Outcome {
    let relations = &scope.world.relations;
    let is_argument = relations.argument(scope.resource, node).is_some();
    if let Some(unknown) = node.as_unknown()
        && !unknown.alternatives.is_empty()
        && !is_argument
    {
        let mut answer: Option<Val> = None;
        for alternative in &unknown.alternatives {
            let next = one_reference(scope, alternative)?;
            answer = Some(match answer {
                Some(before) => Val::either(before, next, false),
                None => next,
            });
        }
        return Ok(match answer {
            Some(Val::Unknown(answer)) => {
                let mut answer = (*answer).clone();
                let mut reasons = Vec::new();
                relations::unknown_reasons(node, &mut reasons);
                answer.add_reasons(&reasons);
                answer.into()
            }
            Some(known) => known,
            None => Val::Null,
        });
    }
    let referred = targets(scope, node)?;
    let mut reasons = referred.open;
    // One of several instances, whichever; what is made from more than a reference may be anything else as well.
    // An argument that turns out null is computed, and so set to whom it is read from.
    let is_set = is_argument || node.as_unknown().is_none_or(|unknown| unknown.set);
    let whole = is_set && reasons.is_empty();
    let all: Vec<Val> = referred
        .certain
        .iter()
        .chain(&referred.perhaps)
        .map(|target| Val::Resource(*target))
        .collect();
    relations::unknown_reasons(node, &mut reasons);
    Ok(match all.as_slice() {
        [] if whole => Val::Null,
        [only] if whole && referred.perhaps.is_empty() => only.clone(),
        _ => Partial {
            reasons,
            set: whole && !all.is_empty(),
            alternatives: if whole && all.len() <= MAX_ALTERNATIVES {
                all
            } else {
                Vec::new()
            },
            ..Partial::default()
        }
        .into(),
    })
}

pub(super) fn references(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let found = find(scope, "refs", args)?;
    let mut all = Referred {
        open: found.hidden,
        ..Referred::default()
    };
    let mut reasons = Vec::new();
    let certain = found.nodes.iter().map(|node| (node, true));
    let perhaps = found.perhaps.iter().map(|node| (node, false));
    for (node, is_there) in certain.chain(perhaps) {
        let mut referred = targets(scope, node)?;
        if !is_there {
            referred.doubt();
        }
        if !referred.perhaps.is_empty() {
            relations::unknown_reasons(node, &mut reasons);
        }
        all.certain.extend(referred.certain);
        all.perhaps.extend(referred.perhaps);
        all.open.extend(referred.open);
    }
    let mut list: Vec<Val> = all.certain.iter().map(|at| Val::Resource(*at)).collect();
    if reasons.is_empty() {
        reasons.push("which resource is meant is not known".into());
    }
    let perhaps = all.perhaps.difference(&all.certain);
    list.extend(perhaps.map(|at| Val::many(Some(Val::Resource(*at)), reasons.clone())));
    if !all.open.is_empty() {
        all.open.dedup();
        list.push(Val::many(None, all.open));
    }
    Ok(list.into())
}

/// The resources that a value or anything in it refers to, and why there may be more.
fn targets(scope: &Scope<'_>, node: &Node) -> Result<Referred, crate::cel::Error> {
    let mut referred = scope.world.relations.referred(scope.resource, node, false);
    scope.charge(1 + referred.certain.len() + referred.perhaps.len())?;
    if referred.certain.is_empty() && referred.perhaps.is_empty() {
        let mut named = Vec::new();
        collect_named(scope, node, &mut named);
        referred.certain.extend(named);
    }
    Ok(referred)
}

fn collect_named(scope: &Scope<'_>, node: &Node, targets: &mut Vec<usize>) {
    match &node.value {
        Value::String(text) => targets.extend(scope.world.relations.named(scope.resource, text)),
        Value::List(elements) => elements
            .iter()
            .for_each(|element| collect_named(scope, element, targets)),
        Value::Object(members) => members
            .values()
            .for_each(|member| collect_named(scope, member, targets)),
        _ => {}
    }
}

/// A list of resources, with those of which it is not known whether they belong to it, and what may hide.
pub(super) fn list(scope: &Scope<'_>, related: Related) -> Outcome {
    scope.charge(related.certain.len() + related.unclear.len())?;
    let mut all: Vec<Val> = related.certain.into_iter().map(Val::Resource).collect();
    all.extend(
        related
            .unclear
            .into_iter()
            .map(|(at, reasons)| Val::many(Some(Val::Resource(at)), reasons)),
    );
    if !related.hidden.is_empty() {
        all.push(Val::many(None, related.hidden));
    }
    Ok(all.into())
}

pub(super) fn referrers(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (at, _) = resource(scope, "referrers", args)?;
    let (word, path) = (
        text_of(scope, "referrers", args, 1)?,
        text_of(scope, "referrers", args, 2)?,
    );
    list(scope, scope.world.relations.referrers(at, &word, &path))
}

pub(super) fn resources(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let word = text_of(scope, "resources", args, 0)?;
    list(scope, scope.world.relations.of_type(scope.resource, &word))
}

/// An empty list is as good as absent: an absent block is one.
pub(super) fn is_set(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let found = find(scope, "isSet", args)?;
    let mut unknown = Partial {
        reasons: found.hidden.clone(),
        ..Partial::default()
    };
    let mut unclear = !found.hidden.is_empty();
    for node in &found.nodes {
        match set(&Val::from(node)) {
            Val::Bool(true) => return Ok(true.into()),
            Val::Unknown(partial) => {
                unclear = true;
                unknown.add_reasons(&partial.reasons);
            }
            _ => {}
        }
    }
    Ok(if unclear {
        unknown.into()
    } else {
        false.into()
    })
}

fn set(val: &Val) -> Val {
    match val {
        // Providers take an empty text for an argument that is left out.
        Val::Str(text) if text.is_empty() => false.into(),
        Val::List(list) if list.len() == 0 => false.into(),
        Val::List(list) if list.iter().all(|element| element.is_many()) => {
            Partial::of(list.iter().collect::<Vec<_>>().iter()).into()
        }
        Val::Unknown(partial) if !partial.alternatives.is_empty() => {
            let mut answers = partial.alternatives.iter().map(set);
            let first = answers.next().unwrap_or(Val::Null);
            match answers.fold(first, |answer, next| Val::either(answer, next, false)) {
                Val::Unknown(_) => Partial::of([val]).into(),
                known => known,
            }
        }
        other => presence(Some(other)),
    }
}

pub(super) fn is_literal(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    any_is(scope, "isLiteral", args, &|written| match written {
        Written::Yes => true.into(),
        Written::No => false.into(),
        Written::Unclear => Val::unknown(
            "the plan or state does not say whether the value is written in the configuration",
        ),
    })
}

pub(super) fn is_known(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    any_is(scope, "isKnown", args, &|_| true.into())
}

/// Whether a value at the path is known, refers to nothing, and `answer` says so of where it is written.
fn any_is(scope: &Scope<'_>, name: &str, args: &[Val], answer: &dyn Fn(Written) -> Val) -> Outcome {
    let found = find(scope, name, args)?;
    let mut unknown = Partial {
        reasons: found.hidden.clone(),
        ..Partial::default()
    };
    let mut unclear = !found.hidden.is_empty();
    for node in &found.nodes {
        match known(node, answer) {
            Val::Bool(true) => return Ok(true.into()),
            Val::Unknown(partial) => {
                unclear = true;
                unknown.add_reasons(&partial.reasons);
            }
            _ => {}
        }
    }
    Ok(if unclear {
        unknown.into()
    } else {
        false.into()
    })
}

fn known(node: &Node, answer: &dyn Fn(Written) -> Val) -> Val {
    match &node.value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) if node.references().is_empty() => {
            answer(node.written)
        }
        Value::Unknown(unknown) if !unknown.alternatives.is_empty() => {
            let mut answers = unknown
                .alternatives
                .iter()
                .map(|alternative| known(alternative, answer));
            let first = answers.next().unwrap_or(Val::Bool(false));
            match answers.fold(first, |answer, next| Val::either(answer, next, false)) {
                Val::Unknown(_) => Val::from(node),
                known => known,
            }
        }
        // A variable that nothing sets is given from outside, and so not written in the configuration.
        Value::Unknown(unknown) => {
            let outside = unknown
                .reasons
                .iter()
                .any(|reason| reason.contains("var.") && reason.contains("no value"));
            if outside || !relations::references_in(node).is_empty() {
                false.into()
            } else {
                Val::from(node)
            }
        }
        _ => false.into(),
    }
}
