//! Plan and state JSON: values, keys and whole parts changed, and plain damage to the text.

use std::sync::LazyLock;

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};

use crate::{
    mutation::{hostile, mutated},
    tree::{MARKER, Tree, seeds},
};

static SEEDS: LazyLock<Vec<(String, Vec<u8>)>> =
    LazyLock::new(|| seeds("crates/terraform/src/plan/fixtures", &[".json"]));
static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    SEEDS
        .iter()
        .map(|(_, text)| serde_json::from_slice(text).unwrap())
        .collect()
});

const WORDS: &[&str] = &[
    "format_version",
    "\"1.2\"",
    "\"2.0\"",
    "planned_values",
    "root_module",
    "child_modules",
    "resources",
    "resource_changes",
    "change",
    "actions",
    "[\"create\"]",
    "[\"delete\"]",
    "[\"no-op\"]",
    "before",
    "after",
    "after_unknown",
    "after_sensitive",
    "values",
    "sensitive_values",
    "configuration",
    "module_calls",
    "module",
    "expressions",
    "references",
    "constant_value",
    "prior_state",
    "provider_config",
    "version_constraint",
    "variables",
    "address",
    "index",
    "mode",
    "\"managed\"",
    "\"data\"",
    "type",
    "aws_db_instance",
    "aws_s3_bucket",
    "name",
    "provider_name",
    "deposed",
    "storage_encrypted",
    "tags",
    "policy",
    "instances",
    "attributes",
    "sensitive_attributes",
    "each",
    "for_each_expression",
    "count_expression",
    "module.a",
    "module.a[\"b\"].aws_s3_bucket.x[0]",
    "[\"\\\"]\"]",
    "each.value",
    "null",
    "{}",
    "[]",
];

/// A change to one place of a document.
#[derive(Clone, Debug)]
enum Change {
    Replace(Value),
    Drop,
    /// By the value at another place.
    Copy(Index),
    /// The key of the place in its object.
    Rename(String),
    /// In this many lists or objects.
    Wrap(usize, bool),
    Repeat(usize),
    /// The kind of value, not what it says.
    Retype,
}

fn change() -> impl Strategy<Value = Change> {
    let scalar = prop_oneof![
        4 => hostile(WORDS).prop_map(|word| Value::from(word.trim_matches('"'))),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        2 => any::<bool>().prop_map(Value::from),
        2 => Just(Value::Null),
        1 => Just(json!([])),
        1 => Just(json!({})),
        1 => Just(json!([true, {"a": [null]}])),
    ];
    prop_oneof![
        6 => scalar.prop_map(Change::Replace),
        4 => Just(Change::Drop),
        5 => any::<Index>().prop_map(Change::Copy),
        2 => hostile(WORDS).prop_map(|word| Change::Rename(word.trim_matches('"').to_owned())),
        2 => (1_usize..100, any::<bool>()).prop_map(|(times, list)| Change::Wrap(times, list)),
        1 => (2_usize..20).prop_map(Change::Repeat),
        4 => Just(Change::Retype),
    ]
}

pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    let damaged = mutated(&SEEDS, WORDS).prop_map(|(_, text)| Tree::of("plan.json", text));
    let changes = prop_oneof![5 => vec((any::<Index>(), change()), 1..4), 1 => vec((any::<Index>(), change()), 4..30)];
    let changed = (
        any::<Index>(),
        changes,
        any::<bool>(),
        select(&["plan.json", "terraform.tfstate"][..]),
    )
        .prop_map(|(seed, changes, pretty, name)| {
            let mut document = seed.get(&DOCUMENTS).clone();
            for (at, change) in changes {
                let copied = if let Change::Copy(from) = &change {
                    pick(&mut document, *from).clone()
                } else {
                    Value::Null
                };
                change.apply(&mut document, at, copied);
            }
            plant(&mut document);
            let text = if pretty {
                serde_json::to_string_pretty(&document).unwrap()
            } else {
                document.to_string()
            };
            Tree::of(name, text)
        });
    // Beside the source that it is a plan of: places are joined by address.
    let source = "resource \"aws_db_instance\" \"phi\" {\n  storage_encrypted = true\n}\nmodule \"a\" {\n  source = \"./none\"\n}\n";
    (prop_oneof![1 => damaged, 4 => changed], any::<bool>()).prop_map(move |(tree, beside)| {
        if beside {
            tree.with("main.tf", source)
        } else {
            tree
        }
    })
}

fn count(document: &Value) -> usize {
    1 + match document {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0_usize,
    }
}

/// One of all values in a document.
fn pick(document: &mut Value, at: Index) -> &mut Value {
    let mut left = at.index(count(document));
    let mut node = document;
    while left > 0 {
        left -= 1;
        let children: Vec<&mut Value> = match node {
            Value::Array(elements) => elements.iter_mut().collect(),
            Value::Object(members) => members.values_mut().collect(),
            _ => unreachable!("a value without children is counted once"),
        };
        let mut chosen = None;
        for child in children {
            let size = count(child);
            if left < size {
                chosen = Some(child);
                break;
            }
            left -= size;
        }
        node = chosen.unwrap();
    }
    node
}

impl Change {
    fn apply(self, document: &mut Value, at: Index, copied: Value) {
        let node = pick(document, at);
        match self {
            Self::Replace(value) => *node = value,
            Self::Copy(_) => *node = copied,
            Self::Drop => match node {
                Value::Array(elements) => drop(elements.pop()),
                Value::Object(members) => {
                    let first = members.keys().nth(at.index(members.len().max(1))).cloned();
                    first.and_then(|key| members.remove(&key));
                }
                node => *node = Value::Null,
            },
            Self::Rename(name) => {
                if let Value::Object(members) = node
                    && let Some(key) = members.keys().nth(at.index(members.len().max(1))).cloned()
                {
                    let value = members.remove(&key).unwrap_or_default();
                    members.insert(name, value);
                }
            }
            Self::Wrap(times, list) => {
                for _ in 0..times {
                    let inner = node.take();
                    *node = if list {
                        json!([inner])
                    } else {
                        json!({ "a": inner })
                    };
                }
            }
            Self::Repeat(times) => {
                if let Value::Array(elements) = node
                    && elements.len() < 100
                {
                    *elements = vec![elements.clone(); times].concat();
                }
            }
            Self::Retype => {
                *node = match node.take() {
                    Value::Null => json!(false),
                    Value::Bool(value) => json!(value.to_string()),
                    Value::Number(number) => json!(number.to_string()),
                    Value::String(text) => json!([text]),
                    Value::Array(elements) => elements
                        .into_iter()
                        .enumerate()
                        .map(|(at, value)| (at.to_string(), value))
                        .collect(),
                    Value::Object(members) => members.into_iter().map(|(_, value)| value).collect(),
                }
            }
        }
    }
}

/// Adds resources with values marked sensitive, wherever the document still has room for them.
fn plant(document: &mut Value) {
    let identity = json!({
        "address": "aws_db_instance.planted", "mode": "managed", "type": "aws_db_instance", "name": "planted",
        "provider_name": "registry.terraform.io/hashicorp/aws",
    });
    let with = |more: Value| {
        let (Value::Object(mut all), Value::Object(more)) = (identity.clone(), more) else {
            unreachable!("objects")
        };
        all.extend(more);
        Value::Object(all)
    };
    let values = json!({"engine": "postgres", "password": MARKER, "storage_encrypted": MARKER, "tags": {"a": MARKER}});
    let marks = json!({"password": true, "storage_encrypted": true, "tags": {"a": true}});
    let mut push = |pointer: &str, value: Value| {
        if let Some(Value::Array(elements)) = document.pointer_mut(pointer) {
            elements.push(value);
        }
    };
    let change = json!({"actions": ["create"], "before": null, "after": values, "after_unknown": {}, "before_sensitive": false, "after_sensitive": marks});
    push("/resource_changes", with(json!({ "change": change })));
    for pointer in [
        "/planned_values/root_module/resources",
        "/values/root_module/resources",
    ] {
        push(
            pointer,
            with(json!({"values": values, "sensitive_values": marks})),
        );
    }
    let path = |steps: &[&str]| {
        json!(
            steps
                .iter()
                .map(|step| json!({"type": "get_attr", "value": step}))
                .collect::<Vec<_>>()
        )
    };
    push(
        "/resources",
        json!({
            "mode": "managed", "type": "aws_db_instance", "name": "planted", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{"schema_version": 0, "attributes": values, "sensitive_attributes": [path(&["password"]), path(&["storage_encrypted"]), path(&["tags"])]}],
        }),
    );
}
