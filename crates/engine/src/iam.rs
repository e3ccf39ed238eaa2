//! IAM policy documents in one shape, whatever they were written as: JSON text, `jsonencode`, or a followed `aws_iam_policy_document`.

use std::{collections::BTreeSet, sync::Arc};

use hipaa_iac_source::{Map, Node, TemplatePart, Unknown, Value};

use crate::{
    cel::Caller,
    json_text::{self, Document},
    relations::{self, Target},
    world::World,
};

/// How many documents are followed through `source_policy_documents`.
const MAX_SOURCES: usize = 32;

/// A document without statements.
pub(crate) fn empty() -> Node {
    document(Vec::new())
}

fn document(statements: Vec<Node>) -> Node {
    object(vec![("statements", Node::list(statements))])
}

fn object(members: Vec<(&str, Node)>) -> Node {
    Node::object(
        members
            .into_iter()
            .map(|(key, value)| (Arc::from(key), value))
            .collect(),
    )
}

/// Any number of elements that are not known.
fn rest(reasons: Vec<String>) -> Node {
    Node::new(Value::Unknown(Arc::new(Unknown {
        reasons,
        many: true,
        ..Unknown::default()
    })))
}

/// The policy at a node of a resource.
pub(crate) fn policy(world: &World<'_>, at: usize, node: &Node) -> Node {
    let mut left = MAX_SOURCES;
    document(statements(world, at, node, &mut left))
}

fn statements(world: &World<'_>, at: usize, node: &Node, left: &mut usize) -> Vec<Node> {
    if *left == 0 {
        return vec![rest(vec![
            "the policy is made of too many documents".to_owned(),
        ])];
    }
    *left -= 1;
    if let Value::List(documents) = &node.value {
        return documents
            .iter()
            .flat_map(|document| statements(world, at, document, left))
            .collect();
    }
    // The plan does not know it, but it can only turn out one way.
    if let Some([only]) = node
        .as_unknown()
        .map(|unknown| unknown.alternatives.as_slice())
    {
        return statements(world, at, only, left);
    }
    if let Some(document) = written_as_document(world, at, node) {
        return of_document(world, document, left);
    }
    let alternatives = node
        .as_unknown()
        .is_some_and(|unknown| !unknown.alternatives.is_empty());
    if node
        .as_unknown()
        .is_some_and(|unknown| unknown.json.is_none() && unknown.template.is_empty())
        && !alternatives
    {
        return followed(world, at, node, left);
    }
    match json_text::read(node) {
        Document::Value(value) => from_json(&value),
        Document::Unknown(value) => match value.as_unknown() {
            Some(unknown) => either(world, at, unknown, left),
            None => from_json(&value),
        },
        Document::NotJson => vec![rest(vec!["the text is not a JSON document".to_owned()])],
    }
}

/// The data source whose whole text a known text is: there, every statement has a place of its own.
fn written_as_document(world: &World<'_>, at: usize, node: &Node) -> Option<usize> {
    let (text, [reference]) = (node.as_str()?, node.references()) else {
        return None;
    };
    let Target::Resources(targets) = world.relations.target(at, reference) else {
        return None;
    };
    let [only] = targets.as_slice() else {
        return None;
    };
    let is_document = world.resource(*only)?.kind.matched_by() == "data.aws_iam_policy_document";
    let same = world.body(*only).get(&reference.attribute)?.as_str() == Some(text);
    (is_document && same).then_some(*only)
}

/// One of several documents: a statement may be there or not.
fn either(world: &World<'_>, at: usize, unknown: &Unknown, left: &mut usize) -> Vec<Node> {
    if unknown.alternatives.is_empty() {
        return vec![rest(unknown.reasons.clone())];
    }
    let all = unknown
        .alternatives
        .iter()
        .flat_map(|alternative| statements(world, at, alternative, left));
    all.map(|statement| perhaps(statement, &unknown.reasons))
        .collect()
}

/// The statements of the `aws_iam_policy_document` that an unknown text refers to.
fn followed(world: &World<'_>, at: usize, node: &Node, left: &mut usize) -> Vec<Node> {
    let is_document = |target: &usize| {
        world
            .resource(*target)
            .is_some_and(|target| target.kind.matched_by() == "data.aws_iam_policy_document")
    };
    // What a function makes of a document is another text.
    let verbatim = node.as_unknown().is_some_and(|unknown| unknown.verbatim);
    let all_of_document = verbatim
        && relations::references_in(node).iter().all(|reference| {
            matches!(&*reference.attribute, "json" | "minified_json" | "")
                && match world.relations.target(at, reference) {
                    Target::Resources(targets) => targets.iter().all(is_document),
                    Target::Missing => false,
                }
        });
    let referred = world.relations.referred(at, node, false);
    if !all_of_document || !referred.open.is_empty() || node.references().is_empty() {
        let mut reasons = Vec::new();
        relations::unknown_reasons(node, &mut reasons);
        return vec![rest(reasons.iter().map(ToString::to_string).collect())];
    }
    let mut found = Vec::new();
    for target in &referred.certain {
        found.extend(of_document(world, *target, left));
    }
    for target in &referred.perhaps {
        let reasons = node
            .as_unknown()
            .map(|unknown| unknown.reasons.clone())
            .unwrap_or_default();
        let statements = of_document(world, *target, left).into_iter();
        found.extend(statements.map(|statement| perhaps(statement, &reasons)));
    }
    found
}

/// An element that may be there or not.
fn perhaps(element: Node, reasons: &[String]) -> Node {
    if element.as_unknown().is_some_and(|unknown| unknown.many) {
        return element;
    }
    Node::new(Value::Unknown(Arc::new(Unknown {
        reasons: reasons.to_vec(),
        many: true,
        element: Some(Box::new(element)),
        ..Unknown::default()
    })))
}

/// The statements of a data source: of the documents that it is made from, its own, and those that override them. Of several with
/// one `sid` the last counts.
fn of_document(world: &World<'_>, at: usize, left: &mut usize) -> Vec<Node> {
    let body = world.body(at);
    let mut from = |names: [&str; 2]| {
        let sources = names.into_iter().filter_map(|name| body.get(name));
        let sources = sources.filter(|node| !node.is_null());
        let found: Vec<Node> = sources
            .flat_map(|sources| statements(world, at, sources, left))
            .collect();
        found
    };
    let sources = from(["source_json", "source_policy_documents"]);
    let overrides = from(["override_json", "override_policy_documents"]);
    let sid = |statement: &Node| match statement.get("sid").map(|sid| &sid.value) {
        Some(Value::String(text)) => Some(Arc::clone(text)),
        _ => None,
    };
    let mut kept = sources;
    for later in [from_blocks(body), overrides] {
        let named: BTreeSet<Arc<str>> = later.iter().filter_map(sid).collect();
        kept.retain(|before| sid(before).is_none_or(|sid| sid.is_empty() || !named.contains(&sid)));
        // What is not known may carry any `sid`.
        let mut open = Vec::new();
        for statement in later.iter().filter(|statement| sid(statement).is_none()) {
            relations::unknown_reasons(statement, &mut open);
        }
        if !open.is_empty() {
            let reasons: Vec<String> = open.iter().take(8).map(ToString::to_string).collect();
            let doubted = kept.into_iter().map(|before| match sid(&before) {
                Some(sid) if sid.is_empty() => before,
                _ => perhaps(before, &reasons),
            });
            kept = doubted.collect();
        }
        kept.extend(later);
    }
    kept
}

/// A value as a list: a single one is a list of one.
fn many(node: Option<&Node>) -> Node {
    match node.map(|node| (&node.value, node)) {
        None | Some((Value::Null, _)) => Node::list(Vec::new()),
        Some((Value::List(_), node)) => node.clone(),
        Some((Value::Unknown(unknown), _)) if !unknown.alternatives.is_empty() => {
            let several = unknown.alternatives.len() > 1;
            let all = unknown.alternatives.iter().flat_map(|alternative| {
                many(Some(alternative))
                    .as_list()
                    .cloned()
                    .unwrap_or_default()
            });
            let all = all.map(|element| {
                if several {
                    perhaps(element, &unknown.reasons)
                } else {
                    element
                }
            });
            Node::list(all.collect())
        }
        Some((_, node)) if Caller::of(node).is_some() => Node::list(vec![node.clone()]),
        Some((Value::Unknown(unknown), node)) if unknown.verbatim && names_one(node) => {
            Node::list(vec![node.clone()])
        }
        // Whether one or several is not known.
        Some((Value::Unknown(unknown), node)) if unknown.template.is_empty() && !unknown.many => {
            let element = Node {
                span: node.span,
                ..node.clone()
            };
            Node::list(vec![Node {
                value: Value::Unknown(Arc::new(Unknown {
                    reasons: unknown.reasons.clone(),
                    many: true,
                    element: Some(Box::new(element.clone())),
                    ..Unknown::default()
                })),
                ..element
            }])
        }
        Some((_, node)) => Node::list(vec![node.clone()]),
    }
}

/// Whether a value is an attribute that providers give one text for: an ARN or an id.
fn names_one(node: &Node) -> bool {
    match node.references() {
        [reference] => ["arn", "id"].iter().any(|end| {
            let before = reference.attribute.strip_suffix(end);
            before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
        }),
        _ => false,
    }
}

/// Actions in lower case, whatever of them is known.
fn lower(node: &Node) -> Node {
    let value = match &node.value {
        Value::String(text) => Value::String(text.to_ascii_lowercase().into()),
        Value::List(elements) => Value::List(Arc::new(elements.iter().map(lower).collect())),
        Value::Unknown(unknown) => {
            let mut unknown = (**unknown).clone();
            unknown.alternatives = unknown.alternatives.iter().map(lower).collect();
            unknown.element = unknown.element.map(|element| Box::new(lower(&element)));
            for part in &mut unknown.template {
                if let TemplatePart::Text(text) = part {
                    *text = text.to_ascii_lowercase().into();
                }
            }
            Value::Unknown(Arc::new(unknown))
        }
        other => other.clone(),
    };
    Node {
        value,
        ..node.clone()
    }
}

fn from_json(document: &Node) -> Vec<Node> {
    if let Some(unknown) = document.as_unknown() {
        return vec![rest(unknown.reasons.clone())];
    }
    let statements = many(member(document, "statement"));
    statements
        .as_list()
        .into_iter()
        .flatten()
        .map(statement)
        .collect()
}

/// A member whose name AWS takes in any case.
fn member<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.as_map()?
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn statement(node: &Node) -> Node {
    if node.as_unknown().is_some() {
        return node.clone();
    }
    let list = |name: &str| many(member(node, name));
    let denied = member(node, "effect").and_then(Node::as_str) != Some("Allow");
    let mut statement = object(vec![
        (
            "sid",
            member(node, "sid")
                .cloned()
                .unwrap_or_else(|| Node::string("")),
        ),
        (
            "effect",
            member(node, "effect")
                .cloned()
                .unwrap_or_else(|| Node::string("Deny")),
        ),
        ("principals", principals(member(node, "principal"), denied)),
        (
            "notPrincipals",
            principals(member(node, "notprincipal"), denied),
        ),
        ("actions", lower(&list("action"))),
        ("notActions", lower(&list("notaction"))),
        ("resources", list("resource")),
        ("notResources", list("notresource")),
        ("conditions", conditions(member(node, "condition"))),
    ]);
    statement.span = node.span;
    statement
}

/// `"*"`, `{"AWS": ["…"]}`: the identifiers of every kind.
fn principals(node: Option<&Node>, denied: bool) -> Node {
    match node.map(|node| &node.value) {
        Some(Value::Object(kinds)) => {
            let all = kinds.iter().flat_map(|(kind, identifiers)| {
                of_kind(Some(&Node::string(&**kind)), Some(identifiers), denied)
            });
            Node::list(all.collect())
        }
        _ => many(node),
    }
}

/// The identifiers of one kind. Who is denied as `{"Service": "*"}` is not everybody, as with `{"AWS": "*"}`; whom that lets in
/// is no narrower circle for certain.
fn of_kind(kind: Option<&Node>, identifiers: Option<&Node>, denied: bool) -> Vec<Node> {
    let all = many(identifiers);
    let all = all.as_list().into_iter().flatten();
    let word = kind.and_then(Node::as_str);
    all.map(|identifier| match (word, kind.and_then(Node::as_unknown)) {
        (Some("AWS" | "*"), _) => identifier.clone(),
        _ if !denied || identifier.as_str() != Some("*") => identifier.clone(),
        (_, Some(kind)) => Node::new(Value::Unknown(Arc::new(Unknown {
            reasons: kind.reasons.clone(),
            ..Unknown::default()
        }))),
        _ => Node::string(format!("{}:*", word.unwrap_or("?"))),
    })
    .collect()
}

fn conditions(node: Option<&Node>) -> Node {
    let mut conditions = Vec::new();
    match node.map(|node| &node.value) {
        Some(Value::Object(operators)) => {
            for (operator, keys) in operators.iter() {
                match &keys.value {
                    Value::Object(keys) => {
                        for (key, values) in keys.iter() {
                            conditions.push(condition(
                                Node::string(Arc::clone(operator)),
                                Node::string(key.to_ascii_lowercase()),
                                many(Some(values)),
                            ));
                        }
                    }
                    Value::Unknown(unknown) => conditions.push(rest(unknown.reasons.clone())),
                    _ => {}
                }
            }
        }
        Some(Value::Unknown(unknown)) => conditions.push(rest(unknown.reasons.clone())),
        _ => {}
    }
    Node::list(conditions)
}

fn condition(operator: Node, key: Node, values: Node) -> Node {
    // AWS takes numbers and truth values as texts.
    let text = |node: &Node| {
        let text = match &node.value {
            Value::Number(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            _ => return node.clone(),
        };
        Node {
            value: Value::String(text.into()),
            ..node.clone()
        }
    };
    let values = match &values.value {
        Value::List(all) => Node {
            value: Value::List(Arc::new(all.iter().map(text).collect())),
            ..values.clone()
        },
        _ => values,
    };
    object(vec![
        ("operator", operator),
        ("key", key),
        ("values", values),
    ])
}

/// The statements of a data source, written in blocks.
fn from_blocks(body: &Node) -> Vec<Node> {
    let blocks = many(body.get("statement"));
    let blocks = blocks.as_list().cloned().unwrap_or_default();
    blocks
        .iter()
        .map(|block| {
            if let Some(unknown) = block.as_unknown() {
                let element = unknown
                    .element
                    .as_deref()
                    .map(|shape| Box::new(from_block(shape)));
                let open = Unknown {
                    reasons: unknown.reasons.clone(),
                    many: true,
                    element,
                    ..Unknown::default()
                };
                return Node::new(Value::Unknown(Arc::new(open)));
            }
            from_block(block)
        })
        .collect()
}

fn from_block(block: &Node) -> Node {
    if block.as_unknown().is_some() {
        return block.clone();
    }
    let list = |name: &str| many(block.get(name));
    let text = |name: &str, default: &str| {
        block
            .get(name)
            .filter(|node| !node.is_null())
            .cloned()
            .unwrap_or_else(|| Node::string(default))
    };
    let nested = |name: &str, convert: &dyn Fn(&Map) -> Vec<Node>| {
        let blocks = list(name);
        let mut converted = Vec::new();
        for block in blocks.as_list().into_iter().flatten() {
            match (
                &block.value,
                block
                    .as_unknown()
                    .and_then(|unknown| unknown.element.as_deref()),
            ) {
                (Value::Object(members), _) => converted.extend(convert(members)),
                (
                    Value::Unknown(unknown),
                    Some(Node {
                        value: Value::Object(members),
                        ..
                    }),
                ) => {
                    converted.extend(convert(members).into_iter().map(|shape| {
                        Node::new(Value::Unknown(Arc::new(Unknown {
                            reasons: unknown.reasons.clone(),
                            many: true,
                            element: Some(Box::new(shape)),
                            ..Unknown::default()
                        })))
                    }));
                }
                (Value::Unknown(unknown), _) => converted.push(rest(unknown.reasons.clone())),
                _ => {}
            }
        }
        Node::list(converted)
    };
    let effect = text("effect", "Allow");
    let denied = effect.as_str() != Some("Allow");
    let identifiers =
        |members: &Map| of_kind(members.get("type"), members.get("identifiers"), denied);
    let conditions = |members: &Map| {
        let part = |name: &str| members.get(name).cloned().unwrap_or_default();
        let key = lower(&part("variable"));
        vec![condition(part("test"), key, many(members.get("values")))]
    };
    let mut statement = object(vec![
        ("sid", text("sid", "")),
        ("effect", effect),
        ("principals", nested("principals", &identifiers)),
        ("notPrincipals", nested("not_principals", &identifiers)),
        ("actions", lower(&list("actions"))),
        ("notActions", lower(&list("not_actions"))),
        ("resources", list("resources")),
        ("notResources", list("not_resources")),
        ("conditions", nested("condition", &conditions)),
    ]);
    statement.span = block.span;
    statement
}
