//! Kubernetes: environments of containers, selectors, owners and objects by name.

use std::sync::Arc;

use hipaa_iac_source::{Map, Node, Unknown, Value};

use super::{
    library,
    resource::{self, one_or_hidden},
    text_of,
};
use crate::{
    cel::{
        eval::{Outcome, Scope},
        value::{Members, Val},
    },
    pod_environment,
};

pub(super) fn selected_by(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (at, _) = resource::resource(scope, "selectedBy", args)?;
    let word = text_of(scope, "selectedBy", args, 1)?;
    resource::list(scope, scope.world.relations.selected_by(at, &word))
}

pub(super) fn selects(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (at, _) = resource::resource(scope, "selects", args)?;
    resource::list(scope, scope.world.relations.selects(at))
}

pub(super) fn owner(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (at, _) = resource::resource(scope, "owner", args)?;
    Ok(scope
        .world
        .relations
        .owner(at)
        .map_or(Val::Null, Val::Resource))
}

pub(super) fn lookup(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (at, _) = resource::resource(scope, "lookup", args)?;
    let (word, name) = (
        text_of(scope, "lookup", args, 1)?,
        text_of(scope, "lookup", args, 2)?,
    );
    let relations = &scope.world.relations;
    Ok(one_or_hidden(&relations.lookup(at, &word, &name), || {
        relations.hidden_objects(at)
    }))
}

/// The environment of a container, which several policies ask for.
pub(super) fn pod_env(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let Some(Val::Map(Members::Nodes(container))) = args.first() else {
        return Err(library::no_overload("podEnv", args));
    };
    let environments = &scope.world.environments;
    if let Some((steps, known)) = environments.get(scope.resource, container) {
        scope.charge(steps)?;
        return Ok(known);
    }
    let before = scope.steps_left();
    let made = environment(scope, container)?;
    let steps = before.saturating_sub(scope.steps_left());
    environments.keep(scope.resource, container, steps, &made);
    Ok(made)
}

/// Names that `env` sets hide those of `envFrom`, and of several the last counts.
fn environment(scope: &Scope<'_>, container: &Map) -> Outcome {
    let mut variables: Map = Map::default();
    let mut rest: Vec<Node> = Vec::new();
    let hide = |reason: String, rest: &mut Vec<Node>| {
        rest.push(Node::new(Value::Unknown(Arc::new(Unknown {
            reasons: vec![reason],
            many: true,
            ..Unknown::default()
        }))));
    };
    if let Some(from) = container.get("envFrom") {
        if from.as_unknown().is_some() {
            rest.push(open(from));
        }
        for source in from.as_list().into_iter().flatten() {
            scope.charge(1)?;
            if source.as_unknown().is_some() {
                overlay(&mut variables, "what `envFrom` reads is not known");
                rest.push(open(source));
                continue;
            }
            let prefix = source.get("prefix").and_then(Node::as_str).unwrap_or("");
            if let Some(name) = source
                .get("configMapRef")
                .and_then(|map| map.get("name"))
                .and_then(Node::as_str)
            {
                match pod_environment::config_map(scope.world, scope.resource, name) {
                    Ok(data) => {
                        scope.charge(data.len())?;
                        for (key, value) in data.iter().filter(|(_, value)| !value.is_null()) {
                            let name: Arc<str> = format!("{prefix}{key}").into();
                            let origin =
                                format!("ConfigMap/{}", source_name(source, "configMapRef"));
                            variables
                                .insert(Arc::clone(&name), variable(&name, value.clone(), &origin));
                        }
                    }
                    Err(reason) => {
                        overlay(&mut variables, &reason);
                        hide(reason, &mut rest);
                    }
                }
            } else if source
                .get("secretRef")
                .is_some_and(|secret| !secret.is_null())
            {
                let secret = source_name(source, "secretRef");
                let reason = format!("the Secret {secret} holds further variables");
                overlay(&mut variables, &reason);
                hide(reason, &mut rest);
            }
        }
    }
    if let Some(env) = container.get("env") {
        if env.as_unknown().is_some() {
            rest.push(open(env));
        }
        for entry in env.as_list().into_iter().flatten() {
            scope.charge(1)?;
            match entry.get("name").and_then(Node::as_str) {
                Some(name) => {
                    let name: Arc<str> = name.into();
                    let (value, from) = value_of(scope, entry);
                    variables.shift_remove(&name);
                    variables.insert(Arc::clone(&name), variable(&name, value, &from));
                }
                None => rest.push(open(entry)),
            }
        }
    }
    Ok(Val::from(&Node::list(
        variables.into_values().chain(rest).collect(),
    )))
}

/// What `envFrom` reads later may set each of the variables again.
fn overlay(variables: &mut Map, reason: &str) {
    for variable in variables.values_mut() {
        if variable.as_unknown().is_none() {
            *variable = Node::new(Value::Unknown(Arc::new(Unknown {
                reasons: vec![reason.to_owned()],
                many: true,
                element: Some(Box::new(variable.clone())),
                ..Unknown::default()
            })));
        }
    }
}

/// An unknown value as any number of list elements.
fn open(node: &Node) -> Node {
    let reasons = node.as_unknown().map_or_else(
        || vec!["a variable's name is not known".to_owned()],
        |unknown| unknown.reasons.clone(),
    );
    Node::new(Value::Unknown(Arc::new(Unknown {
        reasons,
        many: true,
        ..Unknown::default()
    })))
}

fn source_name<'a>(source: &'a Node, key: &str) -> &'a str {
    source
        .get(key)
        .and_then(|from| from.get("name"))
        .and_then(Node::as_str)
        .unwrap_or("")
}

fn variable(name: &Arc<str>, value: Node, from: &str) -> Node {
    let mut members = Map::default();
    members.insert("name".into(), Node::string(Arc::clone(name)));
    members.insert("value".into(), value);
    members.insert("from".into(), Node::string(from));
    Node::object(members)
}

/// The value of an entry of `env`, and where it is from: `literal`, `ConfigMap/name`, `Secret/name`, `field` or `resource`.
fn value_of(scope: &Scope<'_>, entry: &Node) -> (Node, String) {
    let Some(from) = entry.get("valueFrom").filter(|from| !from.is_null()) else {
        let value = entry.get("value").filter(|value| !value.is_null());
        return (
            value.cloned().unwrap_or_else(|| Node::string("")),
            "literal".to_owned(),
        );
    };
    let value = pod_environment::value_from(scope.world, scope.resource, from);
    let named = |source: &str| from.get(source).is_some_and(|source| !source.is_null());
    let origin = if named("configMapKeyRef") {
        format!("ConfigMap/{}", source_name(from, "configMapKeyRef"))
    } else if named("secretKeyRef") {
        format!("Secret/{}", source_name(from, "secretKeyRef"))
    } else if named("fieldRef") {
        "field".to_owned()
    } else {
        "resource".to_owned()
    };
    (value, origin)
}
