use super::*;

fn schema(plural: &str) -> serde_json::Value {
    let all = definitions();
    let definition = all
        .iter()
        .find(|definition| definition.spec.names.plural == plural)
        .unwrap();
    serde_json::to_value(definition.spec.versions[0].schema.as_ref().unwrap()).unwrap()
}

/// A structural schema gives every value a type, but for those that may be anything (Kubernetes, "Specifying a structural schema").
fn check_structural(at: &str, schema: &serde_json::Value) {
    assert!(
        schema.get("type").is_some()
            || schema.get("x-kubernetes-preserve-unknown-fields").is_some()
            || schema.get("x-kubernetes-int-or-string").is_some(),
        "{at} has no type: {schema}"
    );
    for forbidden in ["$ref", "definitions", "$defs", "const"] {
        assert!(schema.get(forbidden).is_none(), "{at} has {forbidden}");
    }
    if let Some(properties) = schema.get("properties").and_then(|p| p.as_object()) {
        assert!(
            schema.get("additionalProperties").is_none(),
            "{at} has properties and additionalProperties"
        );
        for (name, inner) in properties {
            check_structural(&format!("{at}.{name}"), inner);
        }
    }
    if let Some(items) = schema.get("items") {
        check_structural(&format!("{at}[]"), items);
    }
    if let Some(inner) = schema.get("additionalProperties").filter(|s| s.is_object()) {
        check_structural(&format!("{at}.*"), inner);
    }
    // Within these, a structural schema has no types.
    for group in ["oneOf", "anyOf", "allOf"] {
        for inner in schema
            .get(group)
            .and_then(|group| group.as_array())
            .into_iter()
            .flatten()
        {
            assert!(inner.get("type").is_none(), "{at}.{group} has a type");
        }
    }
}

#[test]
fn schemas_are_structural() {
    for plural in [
        "agreements",
        "evidencestores",
        "policies",
        "restoreverificationruns",
        "restoreverifications",
        "waivers",
    ] {
        let schema = schema(plural);
        check_structural(plural, &schema["openAPIV3Schema"]);
    }
}

#[test]
fn policies_of_files_are_policies_of_clusters() {
    let text = r#"{"apiVersion":"hipaa-iac.dev/v1alpha1","kind":"Policy","metadata":{"name":"ingress-without-tls"},
        "spec":{"title":"t","severity":"high","safeguards":["164.312(e)(1)"],"match":{"kubernetes":[{"group":"","kind":"Service"}]},
        "parameters":{"a":[1]},"rules":[{"select":"$.x","absent":{"value":1},"require":"true","message":"m"}]}}"#;
    let policy: Policy = serde_json::from_str(text).unwrap();
    let document: hipaa_iac_engine::PolicyDocument = serde_json::from_str(text).unwrap();
    assert_eq!(
        serde_json::to_value(&policy.spec).unwrap(),
        serde_json::to_value(&document.spec).unwrap()
    );
}

#[test]
fn a_waiver_is_never_a_pattern() {
    let schema = schema("waivers");
    let spec = &schema["openAPIV3Schema"]["properties"]["spec"];
    assert_eq!(
        spec["properties"]["policy"]["pattern"],
        "^[a-z0-9]+(-[a-z0-9]+)*$"
    );
    let required: Vec<_> = spec["required"].as_array().unwrap().iter().collect();
    for field in [
        "approvedBy",
        "compensatingControl",
        "owner",
        "policy",
        "reason",
        "target",
        "until",
    ] {
        assert!(required.contains(&&serde_json::json!(field)), "{field}");
    }
    assert_eq!(
        spec["properties"]["target"]["x-kubernetes-validations"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

/// The rules themselves are the API server's to evaluate: what is tested here is that a limit stands for each span that admission waits for.
#[test]
fn no_database_is_without_a_proof_for_more_than_a_month() {
    let schema = schema("restoreverifications");
    let enforcement = &schema["openAPIV3Schema"]["properties"]["spec"]["properties"]["enforcement"];
    let rules = enforcement["x-kubernetes-validations"].as_array().unwrap();
    for span in ["maxAge", "gracePeriod"] {
        let limit = format!("!has(self.{span}) || ");
        assert!(
            rules
                .iter()
                .filter_map(|rule| rule["rule"].as_str())
                .any(|rule| {
                    rule.starts_with(&limit)
                        && rule.contains(&format!("self.{span}.findAll"))
                        && rule.ends_with(" <= 2678400")
                }),
            "{span}: {rules:?}"
        );
    }
}

#[test]
fn conditions_keep_the_time_of_the_last_change() {
    let condition = |status, time: &str| Condition {
        type_: "Ready".into(),
        status,
        reason: "R".into(),
        message: String::new(),
        observed_generation: None,
        last_transition_time: time.into(),
    };
    let mut all = Vec::new();
    set_condition(&mut all, condition(ConditionStatus::True, "a"));
    set_condition(&mut all, condition(ConditionStatus::True, "b"));
    assert_eq!(all[0].last_transition_time, "a");
    set_condition(&mut all, condition(ConditionStatus::False, "c"));
    assert_eq!((all.len(), &*all[0].last_transition_time), (1, "c"));
}

/// Every verification that the documentation shows: the command takes it, and the definition's schema allows it.
#[test]
fn verifications_of_files_are_verifications_of_clusters() {
    let document = include_str!("../../../docs/restore-verification.md");
    let blocks = document
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .flat_map(|(block, _)| block.split("---\n"));
    let example = include_str!("../../../examples/restore/run.sh");
    let example = example.split_once("<<YAML\n").unwrap().1;
    let example = example.split_once("\nYAML\n").unwrap().0;
    let example = example.replace("$work", "/work");
    let schema = schema("restoreverifications");
    let validator = jsonschema::validator_for(&schema["openAPIV3Schema"]).unwrap();
    let mut count = 0;
    for text in blocks.chain([&*example]) {
        let value: serde_json::Value = serde_saphyr::from_str(text).unwrap();
        if value["kind"] != "RestoreVerification" {
            continue;
        }
        count += 1;
        hipaa_iac_restore::RestoreVerification::parse(text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{text}");
        let resource: RestoreVerification = serde_json::from_value(value).unwrap();
        // What the server keeps are the fields that the schema knows: nothing that serde writes may be pruned.
        let written = serde_json::to_value(&resource.spec).unwrap();
        check_known(
            "spec",
            &written,
            &schema["openAPIV3Schema"]["properties"]["spec"],
        );
    }
    assert!(count >= 3, "{count}");
}

/// What is refused when it is applied need not be looked for in a status. Kubernetes writes quantities so.
#[test]
fn sizes_and_shares_that_are_none_are_refused() {
    let schema = schema("restoreverifications");
    let validator = jsonschema::validator_for(&schema["openAPIV3Schema"]).unwrap();
    let takes = |more: serde_json::Value| {
        let mut document = serde_json::json!({"metadata": {"name": "ehr"}, "spec": {"source": {"pgDump": {
            "format": "Custom", "location": {"pvc": {"claimName": "b", "path": "b.age"}},
            "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}}}});
        for (field, value) in more.as_object().unwrap() {
            document["spec"][field] = value.clone();
        }
        validator.is_valid(&document)
    };
    let key = serde_json::json!({"name": "manifest", "key": "public"});
    for (size, is_one) in [
        ("8Gi", true),
        ("512Mi", true),
        ("2G", true),
        ("1000k", true),
        ("1073741824", true),
        ("8GB", false),
        ("8 Gi", false),
        ("1.5Gi", false),
        ("1Ei", false),
        ("", false),
    ] {
        let memory = serde_json::json!({"target": {"storage": {"memory": {"sizeLimit": size}}}});
        let disk = serde_json::json!({"target": {"storage": {"ephemeralVolume": {"size": size}}}});
        assert_eq!((takes(memory), takes(disk)), (is_one, is_one), "{size}");
    }
    for (share, is_one) in [
        ("0.5%", true),
        ("100%", true),
        ("100.0%", true),
        ("99.95%", true),
        ("101%", false),
        ("100.5%", false),
        ("0.5", false),
        ("half", false),
    ] {
        let manifest = serde_json::json!({"publicKeySecretRef": key, "rowCountTolerance": share});
        let checks = serde_json::json!({"checks": {"manifest": manifest}});
        assert_eq!(takes(checks), is_one, "{share}");
    }
    assert!(takes(
        serde_json::json!({"history": {"passed": 10, "failed": 20}})
    ));
    assert!(!takes(
        serde_json::json!({"history": {"passed": 5_000_000_000_u64}})
    ));
}

/// What is kept of a verification in memory is bounded, and no list or name of one is longer than what reads it expects.
#[test]
fn lists_maps_and_names_of_a_verification_have_bounds() {
    let schema = schema("restoreverifications");
    let spec = &schema["openAPIV3Schema"]["properties"]["spec"];
    check_bounded("spec", spec);
    let validator = jsonschema::validator_for(spec).unwrap();
    let takes = |covers: serde_json::Value, recipients: usize| {
        let location = serde_json::json!({"pvc": {"claimName": "b", "path": "b.age"}});
        let recipients: Vec<String> = (0..recipients).map(|at| format!("age1{at}")).collect();
        validator.is_valid(&serde_json::json!({
            "covers": [covers],
            "encryptionPolicy": {"recipients": recipients},
            "source": {"pgDump": {"format": "Custom", "location": location, "encryption": "serverSide"}},
        }))
    };
    let labels = |count: usize, value: &str| -> serde_json::Value {
        let labels: serde_json::Map<String, serde_json::Value> = (0..count)
            .map(|at| (format!("k{at}"), value.into()))
            .collect();
        serde_json::json!({"kind": "StatefulSet", "selector": {"matchLabels": labels}})
    };
    let in_group =
        |group: String| serde_json::json!({"group": group, "kind": "StatefulSet", "name": "ehr"});
    assert!(takes(in_group("apps".to_owned()), 64));
    assert!(!takes(in_group("apps".to_owned()), 65));
    assert!(!takes(in_group("x".repeat(9 << 10)), 1));
    assert!(takes(labels(64, &"v".repeat(63)), 1));
    assert!(!takes(labels(65, "v"), 1));
    assert!(!takes(labels(1, &"v".repeat(64)), 1));
}

/// A field that the schema does not know is refused by `kubectl`, and left out by the API server: then there is no place at all.
#[test]
fn each_source_is_at_places_of_its_own() {
    let schema = schema("restoreverifications");
    let source = &schema["openAPIV3Schema"]["properties"]["spec"]["properties"]["source"];
    for (source_of, place, kinds) in [
        ("cnpgBackup", "location", "cnpgCluster, local, pvc, s3"),
        ("pgBackRest", "location", "local, pvc, s3"),
        ("pgBaseBackup", "location", "local, pvc, s3"),
        ("pgBaseBackup", "wal", "local, pvc, s3"),
        ("pgDump", "location", "local, pvc, s3"),
        ("restic", "location", "local, pvc, s3"),
        ("volumeSnapshot", "location", "local, pvc, volumeSnapshot"),
    ] {
        let place = &source["properties"][source_of]["properties"][place];
        let known: Vec<&str> = place["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(known.join(", "), kinds, "{source_of}");
        let rules = place["x-kubernetes-validations"].as_array().unwrap();
        let asks = format!("give exactly one of {kinds}");
        assert!(rules[0]["message"] == asks.as_str(), "{rules:?}");
    }
}

/// That each list and each map of a schema has a bound.
fn check_bounded(at: &str, schema: &serde_json::Value) {
    if schema["type"] == "array" {
        assert!(schema.get("maxItems").is_some(), "{at} has no maxItems");
        check_bounded(&format!("{at}[]"), &schema["items"]);
    }
    if let Some(values) = schema.get("additionalProperties") {
        assert!(
            schema.get("maxProperties").is_some(),
            "{at} has no maxProperties"
        );
        check_bounded(&format!("{at}.*"), values);
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        check_bounded(&format!("{at}.{name}"), inner);
    }
}

/// Each mistake that the reader tells is refused when it is applied, but for those that no schema can say, and what is right is taken.
#[test]
fn what_the_reader_refuses_is_refused_when_it_is_applied() {
    use serde_json::{Value, json};
    let schema = schema("restoreverifications");
    let definition = &schema["openAPIV3Schema"]["properties"]["spec"];
    let validator = jsonschema::validator_for(definition).unwrap();
    let refusals = |spec: &Value| -> Vec<String> {
        let mut refusals = Vec::new();
        let known = known(definition, spec, &mut refusals);
        refusals.extend(validator.iter_errors(&known).map(|error| error.to_string()));
        break_rules(definition, &known, &mut refusals);
        refusals
    };
    let judged = |spec: Value| {
        let document = json!({"apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "RestoreVerification", "metadata": {"name": "ehr"}, "spec": spec});
        let read = hipaa_iac_restore::RestoreVerification::parse(&document.to_string());
        (
            read.err().map(|error| error.to_string()),
            refusals(&document["spec"]),
        )
    };
    let at = |location: Value| {
        json!({"source": {"pgDump": {"format": "Custom", "location": location,
        "encryption": {"age": {"identitySecretRef": {"name": "age", "key": "identity"}}}}}})
    };
    let dump = || at(json!({"pvc": {"claimName": "b", "path": "b.age"}}));
    let with = |field: &str, value: Value| {
        let mut spec = dump();
        spec[field] = value;
        spec
    };
    let rest = |location: Value| json!({"source": {"pgBackRest": {"stanza": "ehr", "location": location}}});
    let snapshot = |location: Value| json!({"source": {"volumeSnapshot": {"location": location}}});
    let of = |snapshot: Value| json!({"source": {"volumeSnapshot": {"location": {"volumeSnapshot": snapshot}}}});
    let in_s3 = || json!({"s3": {"bucket": "b", "prefix": "p"}});
    let asks = |fields: Value| {
        let mut one = json!({"id": "a", "query": "select 1", "expect": {"op": "==", "value": 1}});
        for (field, value) in fields.as_object().unwrap() {
            one[field] = value.clone();
        }
        with("checks", json!({"sql": [one]}))
    };
    let postgres = |fields: Value| with("target", json!({"engine": {"postgres": fields}}));
    let covers =
        |selector: Value| with("covers", json!([{"kind": "Cluster", "selector": selector}]));
    let secret = |name: &str, key: &str| {
        let manifest = json!({"publicKeySecretRef": {"name": name, "key": key}});
        with("checks", json!({"manifest": manifest}))
    };
    let and = |mut spec: Value, field: &str, value: Value| {
        spec[field] = value;
        spec
    };
    let mut keyed = dump();
    keyed["source"]["pgDump"]["manifestKey"] = json!("m");
    let two = |ids: [&str; 2]| {
        let of = |id: &str| json!({"id": id, "query": "select 1", "expect": {"matchesManifest": "rows"}});
        with("checks", json!({"sql": ids.map(of)}))
    };
    let memory = |size: &str| {
        with(
            "target",
            json!({"storage": {"memory": {"sizeLimit": size}}}),
        )
    };
    let bucket = json!({"bucketSettings": true});
    let recipients = json!({"recipients": ["age1x"]});
    for right in [
        dump(),
        of(json!({"claimName": "data-ehr-0", "path": "pgdata"})),
        of(json!({"selector": {"matchLabels": {"app": "ehr"}}})),
        snapshot(json!({"local": {"path": "/mnt/pgdata"}})),
        snapshot(json!({"pvc": {"claimName": "copy", "path": "pgdata"}})),
        json!({"source": {"cnpgBackup": {"location": {"cnpgCluster": {"name": "ehr"}}}}, "encryptionPolicy": bucket}),
        and(at(in_s3()), "encryptionPolicy", bucket.clone()),
        and(rest(in_s3()), "encryptionPolicy", bucket.clone()),
        at(json!({"local": {"path": "/b", "select": "Newest", "suffix": ".age"}})),
        with("encryptionPolicy", recipients.clone()),
        and(
            keyed.clone(),
            "checks",
            secret("manifest", "public.pem")["checks"].clone(),
        ),
        covers(json!({"matchLabels": {"app": "ehr"}})),
        asks(json!({"timeoutSeconds": 1})),
        two(["a", "b"]),
        memory("8Gi"),
        postgres(json!({"version": "15", "parameters": {"shared_buffers": "1GB"}})),
        postgres(json!({"version": "Auto"})),
    ] {
        let (read, applied) = judged(right.clone());
        assert!(
            read.is_none() && applied.is_empty(),
            "{right} {read:?} {applied:?}"
        );
    }
    for wrong in [
        of(json!({"path": "pgdata"})),
        of(json!({"name": "a", "claimName": "b"})),
        of(json!({"selector": {}})),
        of(json!({"selector": {"matchLabels": {}}})),
        snapshot(in_s3()),
        snapshot(json!({"cnpgCluster": {"name": "ehr"}})),
        rest(json!({"volumeSnapshot": {"name": "a"}})),
        rest(json!({"cnpgCluster": {"name": "ehr"}})),
        at(json!({"local": {"path": "/b", "suffix": ".age"}})),
        at(json!({"s3": {"bucket": "b", "prefix": "p", "suffix": ".age"}})),
        and(dump(), "encryptionPolicy", bucket.clone()),
        and(of(json!({"name": "a"})), "encryptionPolicy", bucket),
        and(rest(in_s3()), "encryptionPolicy", recipients),
        keyed,
        covers(json!({})),
        covers(json!({"matchLabels": {}})),
        asks(json!({"timeoutSeconds": 0})),
        asks(json!({"expect": {"op": "=="}})),
        asks(json!({"expect": {"value": 1}})),
        asks(json!({"expect": {"matchesManifest": "rows", "value": 1}})),
        asks(json!({"expect": {"matchesManifest": "rows", "op": "==", "value": 1}})),
        two(["a", "a"]),
        memory("0"),
        memory("00Gi"),
        postgres(json!({"version": "fifteen"})),
        postgres(json!({"version": "15.3"})),
        postgres(json!({"parameters": {"port": "1"}})),
        postgres(json!({"parameters": {"zero_damaged_pages": "on"}})),
        secret("manifest", "../../etc/shadow"),
        secret("a/b", "key"),
        secret("", "key"),
        with("deadlines", json!({"fetchSeconds": 0})),
    ] {
        let (read, applied) = judged(wrong.clone());
        assert!(read.is_some(), "{wrong} is read");
        assert!(
            !applied.is_empty(),
            "{wrong} is applied, and not read: {read:?}"
        );
    }
}

/// A value with the fields that a schema knows: `kubectl` refuses the others, and the API server leaves them out.
fn known(
    schema: &serde_json::Value,
    value: &serde_json::Value,
    refusals: &mut Vec<String>,
) -> serde_json::Value {
    if schema.get("x-kubernetes-preserve-unknown-fields").is_some() {
        return value.clone();
    }
    match value {
        serde_json::Value::Object(fields) => {
            let mut kept = serde_json::Map::new();
            for (name, value) in fields {
                let inner = of_member(schema, name);
                match inner {
                    Some(inner) => {
                        kept.insert(name.clone(), known(inner, value, refusals));
                    }
                    None => refusals.push(format!("unknown field {name}")),
                }
            }
            kept.into()
        }
        serde_json::Value::Array(items) => items
            .iter()
            .map(|item| known(&schema["items"], item, refusals))
            .collect(),
        other => other.clone(),
    }
}

/// What the rules of a schema say of a value, and the keys of its lists, as the API server has them. Spans are left out: their functions are Kubernetes' own.
fn break_rules(schema: &serde_json::Value, value: &serde_json::Value, refusals: &mut Vec<String>) {
    for rule in schema["x-kubernetes-validations"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let text = rule["rule"].as_str().unwrap();
        if !text.contains("findAll") && !holds(text, value) {
            refusals.push(rule["message"].to_string());
        }
    }
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let inner = of_member(schema, name);
                if let Some(inner) = inner {
                    break_rules(inner, value, refusals);
                }
            }
        }
        serde_json::Value::Array(items) => {
            for key in schema["x-kubernetes-list-map-keys"]
                .as_array()
                .into_iter()
                .flatten()
            {
                let keys: Vec<_> = items
                    .iter()
                    .map(|item| &item[key.as_str().unwrap()])
                    .collect();
                if (1..keys.len()).any(|at| keys[..at].contains(&keys[at])) {
                    refusals.push(format!("two of one {key}"));
                }
            }
            for item in items {
                break_rules(&schema["items"], item, refusals);
            }
        }
        _ => {}
    }
}

/// Whether a rule holds for a value, by the CEL of our policies.
fn holds(rule: &str, value: &serde_json::Value) -> bool {
    use hipaa_iac_engine::{PolicySet, Prepared, Settings, Verdict, fixture_date};
    use hipaa_iac_source::{Inventory, Node, Sources};
    let policy = serde_json::json!({"apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "Policy", "metadata": {"name": "rule"},
        "spec": {"title": "t", "severity": "high", "safeguards": ["164.312(e)(1)"],
            "match": {"kubernetes": [{"group": "example.org", "kind": "Ruled"}]},
            "rules": [{"select": "$.spec", "absent": "fail", "require": rule, "message": "m"}]}});
    let file = Sources::new().add("rule.yaml", &policy.to_string());
    let (policies, problems) = PolicySet::parse(&[file]);
    assert!(problems.is_empty(), "{rule}: {problems:?}");
    let settings = std::sync::Arc::new(Settings::new(fixture_date()));
    let object = serde_json::json!({"apiVersion": "example.org/v1", "kind": "Ruled", "metadata": {"name": "a"}, "spec": value});
    let resource =
        hipaa_iac_kubernetes::resource(Node::from(&object), &".".into(), Some("a")).unwrap();
    let inventory = Inventory {
        resources: vec![resource],
        ..Inventory::default()
    };
    let findings =
        Prepared::new(policies, settings).evaluate(&inventory, 0, &[], true, None, |_| true);
    match findings.as_slice() {
        [finding] if finding.verdict == Verdict::Pass => true,
        [finding] if finding.verdict == Verdict::Fail => false,
        _ => panic!("{rule} on {value}: {findings:?}"),
    }
}

/// The API server takes no definition of which a rule names a field that the schema does not know, or that has no type.
#[test]
fn rules_name_fields_that_have_a_type() {
    let schema = schema("restoreverifications");
    check_rules("spec", &schema["openAPIV3Schema"]["properties"]["spec"]);
}

fn check_rules(at: &str, schema: &serde_json::Value) {
    for rule in schema["x-kubernetes-validations"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let rule = rule["rule"].as_str().unwrap();
        for named in rule.split("self.").skip(1) {
            let end = named.find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            let (path, rest) = named.split_at(end.unwrap_or(named.len()));
            let mut names: Vec<&str> = path.split('.').collect();
            if rest.starts_with('(') {
                names.pop();
            }
            let mut field = schema;
            for name in names {
                field = &field["properties"][name];
                assert!(field.get("type").is_some(), "{at}: {path} in {rule}");
            }
        }
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        check_rules(&format!("{at}.{name}"), inner);
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(schema) = schema.get(inner) {
            check_rules(&format!("{at}.{inner}"), schema);
        }
    }
}

/// That a schema knows every field of a value.
/// The schema of a member of an object.
fn of_member<'a>(schema: &'a serde_json::Value, name: &str) -> Option<&'a serde_json::Value> {
    let known = schema["properties"].get(name);
    known.or_else(|| schema.get("additionalProperties"))
}

fn check_known(at: &str, value: &serde_json::Value, schema: &serde_json::Value) {
    if schema.get("x-kubernetes-preserve-unknown-fields").is_some() {
        return;
    }
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                let inner = of_member(schema, name);
                let inner = inner.unwrap_or_else(|| panic!("{at}.{name} would be pruned"));
                check_known(&format!("{at}.{name}"), value, inner);
            }
        }
        serde_json::Value::Array(items) => {
            for value in items {
                check_known(&format!("{at}[]"), value, &schema["items"]);
            }
        }
        _ => {}
    }
}
