//! JSON documents in texts, of which parts may not be known.

use std::sync::Arc;

use hipaa_iac_source::{Map, Node, TemplatePart, Unknown, Value};

/// What a value is as a document.
#[derive(Debug)]
pub(crate) enum Document {
    Value(Node),
    /// Not known; its reasons.
    Unknown(Node),
    NotJson,
}

/// Reads the document in a text: a known one, one that `jsonencode` made, or a template with holes. A value that is no text is taken as the document itself.
pub(crate) fn read(node: &Node) -> Document {
    match &node.value {
        Value::String(text) => serde_json::from_str::<serde_json::Value>(text)
            .map_or(Document::NotJson, |json| {
                Document::Value(marked(Node::from(&json), node))
            }),
        Value::Unknown(unknown) => match (&unknown.json, unknown.template.is_empty()) {
            (Some(json), _) => Document::Value((**json).clone()),
            (None, false) => {
                template(&unknown.template, node).map_or(Document::NotJson, Document::Value)
            }
            (None, true) if !unknown.alternatives.is_empty() => {
                let mut alternatives = Vec::new();
                for alternative in &unknown.alternatives {
                    match read(alternative) {
                        Document::Value(value) | Document::Unknown(value) => {
                            alternatives.push(value);
                        }
                        Document::NotJson => return Document::NotJson,
                    }
                }
                let either = Unknown {
                    reasons: unknown.reasons.clone(),
                    set: true,
                    alternatives,
                    ..Unknown::default()
                };
                Document::Unknown(Node::new(Value::Unknown(Arc::new(either))))
            }
            (None, true) => Document::Unknown(node.clone()),
        },
        Value::Object(_) | Value::List(_) => Document::Value(node.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => Document::NotJson,
    }
}

/// A document made of a sensitive text is sensitive, and stands where the text stands.
fn marked(mut document: Node, text: &Node) -> Node {
    document.sensitive = text.sensitive;
    document.span = text.span;
    document
}

/// Holes are letters of the private use area while the text is parsed.
const OPEN: char = '\u{f8f0}';
const CLOSE: char = '\u{f8f1}';

fn template(parts: &[TemplatePart], node: &Node) -> Option<Node> {
    let mut text = String::new();
    let mut holes = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    for part in parts {
        match part {
            TemplatePart::Text(known) => {
                if known.contains([OPEN, CLOSE]) {
                    return None;
                }
                for c in known.chars() {
                    match c {
                        _ if escaped => escaped = false,
                        '\\' if in_string => escaped = true,
                        '"' => in_string = !in_string,
                        _ => {}
                    }
                }
                text.push_str(known);
            }
            TemplatePart::Hole(hole) => {
                let mark = format!("{OPEN}{}{CLOSE}", holes.len());
                // Outside of a text the hole is a whole value.
                if in_string {
                    text.push_str(&mark);
                } else {
                    text.extend(["\"", OPEN.encode_utf8(&mut [0; 4]), "=", &mark, "\""]);
                }
                holes.push(hole);
            }
        }
    }
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(marked(fill(&Node::from(&json), &holes), node))
}

fn fill(node: &Node, holes: &[&Node]) -> Node {
    match &node.value {
        Value::String(text) if text.contains(OPEN) => fill_text(text, holes),
        Value::List(elements) => Node::list(
            elements
                .iter()
                .map(|element| fill(element, holes))
                .collect(),
        ),
        Value::Object(members) => {
            let mut filled = Map::default();
            let mut open = Vec::new();
            for (key, value) in members.iter() {
                if key.contains(OPEN) {
                    open.push("a key of the document is not known".to_owned());
                }
                filled.insert(Arc::clone(key), fill(value, holes));
            }
            if open.is_empty() {
                Node::object(filled)
            } else {
                Node::new(Value::Unknown(Arc::new(Unknown {
                    reasons: open,
                    set: true,
                    ..Unknown::default()
                })))
            }
        }
        _ => node.clone(),
    }
}

fn fill_text(text: &str, holes: &[&Node]) -> Node {
    let hole = |number: &str| {
        number
            .parse::<usize>()
            .ok()
            .and_then(|at| holes.get(at))
            .copied()
    };
    if let Some(number) = text
        .strip_prefix(&format!("{OPEN}={OPEN}"))
        .and_then(|rest| rest.strip_suffix(CLOSE))
    {
        return hole(number).cloned().unwrap_or_default();
    }
    let mut unknown = Unknown {
        set: true,
        ..Unknown::default()
    };
    let mut references = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        if !before.is_empty() {
            unknown.template.push(TemplatePart::Text(before.into()));
        }
        let (number, behind) = after.split_once(CLOSE).unwrap_or((after, ""));
        if let Some(node) = hole(number) {
            if let Some(inner) = node.as_unknown() {
                unknown.reasons.extend(inner.reasons.iter().cloned());
            }
            references.extend(node.references().iter().cloned());
            unknown.template.push(TemplatePart::Hole(node.clone()));
        }
        rest = behind;
    }
    if !rest.is_empty() {
        unknown.template.push(TemplatePart::Text(rest.into()));
    }
    let mut node = Node::new(Value::Unknown(Arc::new(unknown)));
    if !references.is_empty() {
        node.references = Some(references.into());
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(known: &str) -> TemplatePart {
        TemplatePart::Text(known.into())
    }

    #[test]
    fn holes_become_unknown_texts_and_values() {
        let hole = || TemplatePart::Hole(Node::unknown("var.x has no value"));
        let parts = vec![
            text(r#"{"a": "pre-"#),
            hole(),
            text(r#"-post", "b": "#),
            hole(),
            text(r#", "c": [1]}"#),
        ];
        let node = Node::new(Value::Unknown(Arc::new(Unknown {
            template: parts,
            ..Unknown::default()
        })));
        let Document::Value(document) = read(&node) else {
            panic!("not read")
        };
        let a = document.get("a").unwrap().as_unknown().unwrap();
        assert_eq!(
            (a.template.len(), a.reasons.as_slice()),
            (3, &["var.x has no value".to_owned()][..])
        );
        assert!(
            document
                .get("b")
                .unwrap()
                .as_unknown()
                .unwrap()
                .template
                .is_empty()
        );
        assert_eq!(document.get("c").unwrap().as_list().unwrap().len(), 1);
    }

    #[test]
    fn what_is_no_json_is_said() {
        assert!(matches!(read(&Node::string("{")), Document::NotJson));
        assert!(matches!(read(&Node::unknown("x")), Document::Unknown(_)));
    }
}
