//! From the schema that serde's types have to one that a cluster takes: a structural schema.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use schemars::Schema;
use serde_json::{Map, Value, json};

/// Rewrites a schema in place. What a structural schema cannot say (a value that is a word or an object) is left open, and is looked at
/// by who reads it.
pub(crate) fn rewrite(schema: &mut Value) {
    if *schema == Value::Bool(true) {
        *schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    }
    let Value::Object(object) = schema else {
        return;
    };
    // Defaults are those of the reader, in one place.
    for word in ["default", "title", "examples", "$schema"] {
        object.remove(word);
    }
    without_null(object);
    if object.get("additionalProperties") == Some(&Value::Bool(false)) {
        object.remove("additionalProperties");
    }
    for group in ["oneOf", "anyOf"] {
        if let Some(Value::Array(variants)) = object.remove(group) {
            unite(object, variants);
        }
    }
    for group in ["properties"] {
        if let Some(Value::Object(properties)) = object.get_mut(group) {
            properties.values_mut().for_each(rewrite);
        }
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(inner) = object.get_mut(inner) {
            rewrite(inner);
        }
    }
}

/// `Option<T>` is `T`, or absent.
fn without_null(object: &mut Map<String, Value>) {
    let null = json!({"type": "null"});
    let mut optional = false;
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        optional = true;
        if let [one] = types.as_slice() {
            let one = one.clone();
            object.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(variants)) = object.get_mut("anyOf") {
        let before = variants.len();
        variants.retain(|variant| *variant != null);
        optional |= variants.len() < before;
        if let [Value::Object(one)] = variants.as_slice() {
            let one = one.clone();
            object.remove("anyOf");
            for (key, value) in one {
                object.entry(key).or_insert(value);
            }
        }
    }
    if optional {
        object.insert("nullable".to_owned(), true.into());
    }
}

/// An enum of Rust: words become an `enum`, members of one property an object of which exactly one is there.
fn unite(object: &mut Map<String, Value>, variants: Vec<Value>) {
    let mut words = Vec::new();
    let mut members = Map::new();
    let mut others = false;
    for variant in variants {
        if let Some(word) = variant.get("const") {
            words.push(word.clone());
        } else if let Some(Value::Array(several)) = variant.get("enum") {
            words.extend(several.iter().cloned());
        } else if let Some(Value::Object(properties)) = variant.get("properties") {
            for (name, inner) in properties {
                let mut inner = inner.clone();
                if let (Some(inner), Some(said)) =
                    (inner.as_object_mut(), variant.get("description"))
                {
                    inner.insert("description".to_owned(), said.clone());
                }
                members.insert(name.clone(), inner);
            }
        } else {
            others = true;
        }
    }
    match (words.is_empty(), members.is_empty(), others) {
        (false, true, false) => {
            object.insert("type".to_owned(), "string".into());
            object.insert("enum".to_owned(), words.into());
        }
        (true, false, false) => {
            let names: Vec<&str> = members.keys().map(String::as_str).collect();
            let rule = exactly_one(&names);
            object.insert("type".to_owned(), "object".into());
            object.insert("x-kubernetes-validations".to_owned(), rule);
            object.insert("properties".to_owned(), members.into());
        }
        _ => {
            object.remove("type");
            object.insert(
                "x-kubernetes-preserve-unknown-fields".to_owned(),
                true.into(),
            );
        }
    }
}

/// The rule of an object of which exactly one member is there.
fn exactly_one(names: &[&str]) -> Value {
    let there: Vec<String> = names
        .iter()
        .map(|name| format!("has(self.{name})"))
        .collect();
    json!([{
        "rule": format!("[{}].filter(there, there).size() == 1", there.join(", ")),
        "message": format!("give exactly one of {}", names.join(", ")),
    }])
}

/// Leaves of the members of an object, of which exactly one is there, those of these names.
pub(crate) fn leave(schema: &mut Value, path: &str, names: &[&str]) {
    if let Some(object) = at(schema, path) {
        if let Some(Value::Object(members)) = object.get_mut("properties") {
            members.retain(|name, _| names.contains(&name.as_str()));
        }
        object.insert("x-kubernetes-validations".to_owned(), exactly_one(names));
    }
}

/// The schema at a pointer of properties, `source/pgDump`, where `[]` are the items of a list and `*` the values of a map.
pub(crate) fn at<'a>(schema: &'a mut Value, path: &str) -> Option<&'a mut Map<String, Value>> {
    let mut pointer = String::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        match part {
            "[]" => pointer.push_str("/items"),
            "*" => pointer.push_str("/additionalProperties"),
            name => {
                pointer.push_str("/properties/");
                pointer.push_str(name);
            }
        }
    }
    schema.pointer_mut(&pointer)?.as_object_mut()
}

/// Adds a rule to a schema.
pub(crate) fn rule(schema: &mut Value, path: &str, rule: &str, message: &str) {
    if let Some(object) = at(schema, path) {
        let rules = object
            .entry("x-kubernetes-validations")
            .or_insert_with(|| json!([]));
        if let Some(rules) = rules.as_array_mut() {
            rules.push(json!({"rule": rule, "message": message}));
        }
    }
}

/// Sets words of a schema: `maxLength`, `pattern`.
pub(crate) fn set(schema: &mut Value, path: &str, words: Value) {
    if let (Some(object), Value::Object(words)) = (at(schema, path), words) {
        object.extend(words);
    }
}

/// Back to a schema of schemars, which takes any object.
pub(crate) fn schema(value: Value) -> Schema {
    Schema::try_from(value).unwrap_or_default()
}

/// Kubernetes knows no format of unsigned integers: `minimum: 0` says it.
pub(crate) fn signed(schema: &mut JSONSchemaProps) {
    if schema
        .format
        .as_ref()
        .is_some_and(|format| format.starts_with("uint"))
    {
        schema.format = Some("int64".to_owned());
    }
    schema
        .properties
        .iter_mut()
        .flat_map(|all| all.values_mut())
        .for_each(signed);
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &mut schema.items {
        signed(items);
    }
    if let Some(JSONSchemaPropsOrBool::Schema(values)) = &mut schema.additional_properties {
        signed(values);
    }
}
