//! Plans that Terraform 1.11.4 wrote (`fixtures/data`, `fixtures/index`, `fixtures/written`), and one in the documented format for AWS (`fixtures/aws.plan.json`).

use std::path::Path;

use hipaa_iac_source::{Number, walk};

use super::*;

const AWS: &str = include_str!("fixtures/aws.plan.json");
const DATA: &str = include_str!("fixtures/data/plan.json");

fn read(text: &str) -> (Arc<SourceFile>, Option<Inventory>) {
    let sources = Sources::new();
    let file = sources.add("infra/plan.json", text);
    let inventory = load_json(&sources, &file, &Source::default(), &Options::default());
    (file, inventory)
}

fn aws() -> (Arc<SourceFile>, Inventory) {
    let (file, inventory) = read(AWS);
    (file, inventory.unwrap())
}

fn find<'a>(inventory: &'a Inventory, address: &str) -> &'a Resource {
    inventory
        .resources
        .iter()
        .find(|resource| &*resource.address == address)
        .unwrap_or_else(|| panic!("no {address}"))
}

fn references(node: &Node) -> Vec<String> {
    let name = |reference: &Reference| {
        format!("{} {}", reference.address, reference.attribute)
            .trim_end()
            .to_owned()
    };
    node.references().iter().map(name).collect()
}

#[test]
fn every_resource_that_will_be_there_is_judged_once() {
    let (_, inventory) = aws();
    let addresses: Vec<_> = inventory
        .resources
        .iter()
        .map(|resource| &*resource.address)
        .collect();
    assert_eq!(
        addresses,
        [
            "aws_db_instance.phi",
            "aws_db_instance.plain",
            "aws_security_group.web",
            "data.aws_iam_policy_document.deferred",
            "data.aws_secretsmanager_secret_version.db",
            "module.data[\"eu.west\"].aws_rds_cluster.this[0]",
            "provider.aws",
            "provider.aws.us",
            // No block configures it, and it is in use all the same.
            "provider.random",
        ]
    );
    assert!(inventory.diagnostics.is_empty());
}

#[test]
fn identity_comes_from_the_change_and_the_provider_version_from_the_constraint() {
    let (_, inventory) = aws();
    let id = find(
        &inventory,
        "module.data[\"eu.west\"].aws_rds_cluster.this[0]",
    )
    .terraform()
    .unwrap();
    assert_eq!(
        (&*id.mode, &*id.type_, &*id.name),
        ("managed", "aws_rds_cluster", "this")
    );
    assert_eq!(
        (&*id.provider, id.provider_major),
        ("hashicorp/aws", Some(5))
    );
    let tofu = find(&inventory, "aws_security_group.web")
        .terraform()
        .unwrap();
    assert_eq!(&*tofu.provider, "hashicorp/aws");
    let data = find(&inventory, "data.aws_iam_policy_document.deferred");
    assert_eq!(data.kind.matched_by(), "data.aws_iam_policy_document");
    assert_eq!(&*data.root, "infra/plan.json");
}

#[test]
fn values_have_their_places_in_the_plan() {
    let (file, inventory) = aws();
    let resource = find(&inventory, "aws_db_instance.phi");
    let encrypted = resource.body.get("storage_encrypted").unwrap();
    assert_eq!(encrypted.as_bool(), Some(true));
    assert_eq!(file.position(encrypted.span.unwrap().start).line, 19);
    assert_eq!(
        file.slice(resource.span.unwrap()),
        "\"aws_db_instance.phi\""
    );
    assert!(file.slice(resource.extent.unwrap()).starts_with('{'));
}

#[test]
fn unknown_arguments_are_set_and_refer_to_what_makes_them() {
    let (_, inventory) = aws();
    let key = find(&inventory, "aws_db_instance.phi")
        .body
        .get("kms_key_id")
        .unwrap();
    assert!(key.as_unknown().unwrap().set);
    assert_eq!(references(key), ["aws_kms_key.phi arn"]);
    let groups = find(&inventory, "aws_db_instance.phi")
        .body
        .get("vpc_security_group_ids")
        .unwrap();
    assert_eq!(references(groups), ["aws_security_group.web[0] id"]);
}

#[test]
fn what_the_configuration_does_not_set_is_not_set() {
    let (_, inventory) = aws();
    let phi = &find(&inventory, "aws_db_instance.phi").body;
    // An id that nobody wrote is the provider's.
    assert!(phi.get("arn").is_none() && phi.get("id").is_none());
    assert!(
        find(&inventory, "aws_db_instance.plain")
            .body
            .get("kms_key_id")
            .is_none()
    );
    // This could be a dynamic block, which plans do not show.
    assert!(!phi.get("replicas").unwrap().as_unknown().unwrap().set);
}

#[test]
fn references_go_through_variables_and_outputs_of_modules() {
    let (_, inventory) = aws();
    let cluster = &find(
        &inventory,
        "module.data[\"eu.west\"].aws_rds_cluster.this[0]",
    )
    .body;
    assert_eq!(
        references(cluster.get("kms_key_id").unwrap()),
        ["aws_kms_key.phi arn"]
    );
    assert_eq!(
        references(cluster.get("db_subnet_group_name").unwrap()),
        ["module.data[\"eu.west\"].aws_db_subnet_group.this name"]
    );
    let document = &find(&inventory, "data.aws_iam_policy_document.deferred").body;
    let statement = &document.get("statement").unwrap().as_list().unwrap()[0];
    assert_eq!(
        statement.get("actions").unwrap().as_list().unwrap()[0].as_str(),
        Some("kms:*")
    );
    let resources = statement.get("resources").unwrap();
    assert_eq!(references(resources), ["module.keys.aws_kms_key.this"]);
    // All are of one resource, so the element is as well.
    assert_eq!(
        references(&resources.as_list().unwrap()[0]),
        ["module.keys.aws_kms_key.this"]
    );
}

#[test]
fn blocks_of_a_set_are_matched_by_what_is_written_in_them() {
    let (_, inventory) = aws();
    let ingress = find(&inventory, "aws_security_group.web")
        .body
        .get("ingress")
        .unwrap()
        .as_list()
        .unwrap();
    assert_eq!(
        ingress[0].get("cidr_blocks").unwrap().as_list().unwrap()[0].as_str(),
        Some("0.0.0.0/0")
    );
    let lists = ingress[1].get("prefix_list_ids").unwrap();
    assert_eq!(references(lists), ["aws_ec2_managed_prefix_list.office id"]);
    assert!(lists.as_unknown().unwrap().set);
    assert!(ingress[0].get("prefix_list_ids").unwrap().is_null());
}

#[test]
fn sensitive_values_are_marked() {
    let (_, inventory) = aws();
    let phi = &find(&inventory, "aws_db_instance.phi").body;
    assert!(phi.get("password").unwrap().sensitive);
    assert!(!phi.get("engine").unwrap().sensitive);
    assert!(
        find(&inventory, "data.aws_secretsmanager_secret_version.db")
            .body
            .get("secret_string")
            .unwrap()
            .sensitive
    );
}

#[test]
fn provider_blocks_are_resources() {
    let (_, inventory) = aws();
    let main = find(&inventory, "provider.aws");
    assert_eq!(main.kind.matched_by(), "provider.aws");
    assert!(main.body.get("region").unwrap().as_unknown().unwrap().set);
    let tags = main.body.get("default_tags").unwrap().as_list().unwrap()[0]
        .get("tags")
        .unwrap();
    assert_eq!(tags.get("team").unwrap().as_str(), Some("data"));
    let us = find(&inventory, "provider.aws.us");
    assert_eq!(&*us.terraform().unwrap().name, "us");
    assert_eq!(us.body.get("region").unwrap().as_str(), Some("us-east-1"));
}

#[test]
fn a_plan_of_terraform_is_read() {
    let (_, inventory) = read(DATA);
    let inventory = inventory.unwrap();
    assert!(inventory.diagnostics.is_empty());
    assert_eq!(inventory.resources.len(), 12);
    let input = |address: &str| find(&inventory, address).body.get("input").unwrap().clone();
    assert_eq!(
        references(&input("terraform_data.direct")),
        ["terraform_data.key id"]
    );
    assert_eq!(
        references(&input("module.child[\"eu\"].terraform_data.inner[0]")),
        ["terraform_data.key id"]
    );
    let deepest = input("module.child[\"us\"].module.deep.terraform_data.deepest");
    assert_eq!(deepest.as_list().unwrap()[0].as_str(), Some("a"));
    assert_eq!(
        references(&deepest.as_list().unwrap()[1]),
        ["terraform_data.key id"]
    );
    assert_eq!(
        references(&input("terraform_data.from_module")),
        ["module.child[\"eu\"].terraform_data.inner[0] id"]
    );
    let plain = input("terraform_data.plain");
    assert!(plain.get("password").unwrap().sensitive);
    assert!(plain.get("key").unwrap().as_unknown().unwrap().set);
    assert!(matches!(
        plain.get("size").unwrap().value,
        Value::Number(Number::Int(20))
    ));
    // Plans do not hold the values of locals.
    assert!(references(&input("terraform_data.local")).is_empty());
    assert_eq!(
        find(&inventory, "data.terraform_remote_state.none")
            .terraform()
            .unwrap()
            .mode,
        "data".into()
    );
}

#[test]
fn states_are_read_in_both_forms() {
    for text in [
        include_str!("fixtures/data/state.json"),
        include_str!("fixtures/data/terraform.tfstate.json"),
    ] {
        let inventory = read(text).1.unwrap();
        assert!(inventory.diagnostics.is_empty());
        let addresses: Vec<_> = inventory
            .resources
            .iter()
            .map(|resource| &*resource.address)
            .collect();
        assert_eq!(
            addresses,
            [
                "data.terraform_remote_state.none",
                "module.child[\"eu\"].module.deep.terraform_data.deepest",
                "module.child[\"eu\"].terraform_data.inner[0]",
                "module.child[\"us\"].module.deep.terraform_data.deepest",
                "module.child[\"us\"].terraform_data.inner[0]",
                "terraform_data.direct",
                "terraform_data.each[\"a\"]",
                "terraform_data.each[\"b\"]",
                "terraform_data.from_module",
                "terraform_data.key",
                "terraform_data.local",
                "terraform_data.plain",
            ]
        );
        let key = find(&inventory, "terraform_data.key");
        assert!(key.body.get("id").unwrap().as_str().is_some());
        assert_eq!(
            &*key.terraform().unwrap().provider,
            "terraform.io/builtin/terraform"
        );
    }
}

#[test]
fn attributes_of_a_state_file_are_hidden_by_path_and_by_name() {
    let text = r#"{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": [
        {"module": "module.a", "mode": "managed", "type": "aws_db_instance", "name": "x",
         "provider": "module.a.provider[\"registry.terraform.io/hashicorp/aws\"].us",
         "instances": [
            {"index_key": "k\"1", "schema_version": 1,
             "attributes": {"password": "hunter2", "secret_arn": "arn:x", "engine": "postgres", "map": {"a": "1", "b": "2"}, "list": ["s", "t"]},
             "sensitive_attributes": [[{"type": "get_attr", "value": "map"}, {"type": "index", "value": {"value": "a", "type": "string"}}],
                                      [{"type": "get_attr", "value": "list"}, {"type": "index", "value": {"value": 1, "type": "number"}}]]},
            {"deposed": "00000001", "attributes": {}}
         ]}]}"#;
    let inventory = read(text).1.unwrap();
    assert_eq!(inventory.resources.len(), 1);
    let resource = find(&inventory, "module.a.aws_db_instance.x[\"k\\\"1\"]");
    assert_eq!(&*resource.terraform().unwrap().provider, "hashicorp/aws");
    let hidden = |path: &[&str]| {
        path.iter()
            .fold(&resource.body, |node, key| node.get(key).unwrap())
            .sensitive
    };
    assert!(hidden(&["password"]) && hidden(&["map", "a"]));
    assert!(!hidden(&["map", "b"]) && !hidden(&["engine"]) && !hidden(&["secret_arn"]));
    let list = resource.body.get("list").unwrap().as_list().unwrap();
    assert!(list[1].sensitive && !list[0].sensitive);
}

/// As Terraform 1.11 writes the state of `terraform_data` with `input = { p = sensitive("x"), q = "y" }`.
#[test]
fn a_path_leads_into_a_value_of_any_type() {
    let text = r#"{"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": [
        {"mode": "managed", "type": "terraform_data", "name": "d", "provider": "provider[\"terraform.io/builtin/terraform\"]",
         "instances": [{"attributes": {"input": {"value": {"p": "x", "q": "y"}, "type": ["object", {"p": "string", "q": "string"}]}},
          "sensitive_attributes": [[{"type": "get_attr", "value": "input"}, {"type": "get_attr", "value": "p"}]]}]}]}"#;
    let inventory = read(text).1.unwrap();
    let input = find(&inventory, "terraform_data.d")
        .body
        .get("input")
        .unwrap()
        .clone();
    assert!(input.get("p").unwrap().sensitive);
    assert!(!input.get("q").unwrap().sensitive);
}

#[test]
fn what_is_no_plan_is_passed_by() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"format_version": "1.0"}"#,
        r#"{"format_version": "1.0", "provider_schemas": {}}"#,
        r#"{"version": 4, "resources": []}"#,
        r#"{"a": "\"format_version\""}"#,
        r#"{"terraform_version": "1", "resources": ["#,
        "not json \"format_version\"",
    ] {
        assert!(read(text).1.is_none(), "{text}");
    }
}

#[test]
fn plans_that_cannot_be_trusted_are_said() {
    let codes = |text: &str| -> Vec<&'static str> {
        read(text)
            .1
            .unwrap()
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    };
    assert_eq!(
        codes(r#"{"format_version": "2.0", "resource_changes": []}"#),
        ["plan-version"]
    );
    assert_eq!(
        codes(r#"{"format_version": "0.1", "planned_values": {}}"#),
        ["plan-version"]
    );
    assert_eq!(
        codes(r#"{"version": 3, "terraform_version": "0.11", "modules": []}"#),
        ["plan-version"]
    );
    assert_eq!(
        codes(r#"{"format_version": "1.2", "errored": true, "resource_changes": []}"#),
        ["plan-incomplete"]
    );
    assert_eq!(codes(AWS.get(..2000).unwrap()), ["json-syntax"]);
    assert!(codes(r#"{"format_version": "1.2", "planned_values": {}}"#).is_empty());
}

/// A change of a plan as Terraform writes it, but for what is put in its place.
fn one_change(element: &str) -> String {
    format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [
{element},
{{"address": "a_b.rest", "mode": "managed", "type": "a_b", "name": "rest", "provider_name": "x",
  "change": {{"actions": ["create"], "after": {{}}, "after_unknown": {{}}, "after_sensitive": {{}}}}}}]}}"#
    )
}

/// The diagnostics of what is not as Terraform writes it, and the addresses that are judged.
fn shape(text: &str) -> (Vec<String>, Vec<String>) {
    let inventory = read(text).1.unwrap();
    let wrong = inventory.diagnostics.iter().map(|diagnostic| {
        assert_eq!(
            (
                diagnostic.code,
                diagnostic.level,
                diagnostic.path.as_deref()
            ),
            ("plan-shape", Level::Error, Some("infra/plan.json"))
        );
        diagnostic.message.clone()
    });
    let judged = inventory.resources.iter();
    (
        wrong.collect(),
        judged.map(|one| one.address.to_string()).collect(),
    )
}

#[test]
fn what_is_not_as_terraform_writes_it_is_told_and_the_rest_is_judged() {
    let whole = r#"{"address": "a_b.c", "mode": "managed", "type": "a_b", "name": "c", "provider_name": "x", "change": {"actions": ["create"], "after": {"v": 1}, "after_unknown": {}, "after_sensitive": {}}}"#;
    let (wrong, judged) = shape(&one_change(whole));
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(judged, ["a_b.c", "a_b.rest"]);
    // What is put for what, what is said, and whether the resource is judged all the same.
    for (from, to, said, is_judged) in [
        (
            whole,
            "\"a\"",
            "what stands for a resource is not an object",
            false,
        ),
        (
            whole,
            "null",
            "what stands for a resource is not an object",
            false,
        ),
        (
            "\"address\": \"a_b.c\", ",
            "",
            "a resource has no address, or one that is not a text",
            false,
        ),
        (
            "\"type\": \"a_b\"",
            "\"type\": 1",
            "a_b.c has no type, or one that is not a text",
            false,
        ),
        (
            "\"name\": \"c\"",
            "\"name\": null",
            "a_b.c has no name, or one that is not a text",
            false,
        ),
        (
            "\"mode\": \"managed\", ",
            "",
            "a_b.c has no mode that is known",
            false,
        ),
        (
            "\"mode\": \"managed\"",
            "\"mode\": \"odd\"",
            "a_b.c has no mode that is known",
            false,
        ),
        ("\"change\"", "\"changed\"", "a_b.c has no change", false),
        (
            "\"change\": {",
            "\"change\": \"x\", \"rest\": {",
            "a_b.c has no change",
            false,
        ),
        (
            "\"actions\": [\"create\"], ",
            "",
            "the actions of a_b.c are not a list of texts",
            true,
        ),
        (
            "[\"create\"]",
            "\"create\"",
            "the actions of a_b.c are not a list of texts",
            true,
        ),
        (
            "[\"create\"]",
            "[\"delete\", 1]",
            "the actions of a_b.c are not a list of texts",
            true,
        ),
        ("\"after\": {\"v\": 1}, ", "", "a_b.c has no `after`", false),
        ("{\"v\": 1}", "null", "a_b.c has no `after`", false),
        (
            "{\"v\": 1}",
            "[]",
            "`after` of a_b.c is not an object",
            false,
        ),
        (
            "{\"v\": 1}",
            "\"x\"",
            "`after` of a_b.c is not an object",
            false,
        ),
        (
            "\"after_unknown\": {}",
            "\"after_unknown\": \"x\"",
            "after_unknown of a_b.c is not an object",
            true,
        ),
        (
            "\"after_sensitive\": {}",
            "\"after_sensitive\": [1]",
            "after_sensitive of a_b.c is not an object",
            true,
        ),
    ] {
        assert_eq!(whole.matches(from).count(), 1, "{from}");
        let (wrong, judged) = shape(&one_change(&whole.replace(from, to)));
        assert_eq!(wrong, [format!("line 2: {said}")], "{from}: {to}");
        let expected: &[&str] = if is_judged {
            &["a_b.c", "a_b.rest"]
        } else {
            &["a_b.rest"]
        };
        assert_eq!(judged, expected, "{from}: {to}");
    }
    // The second would be hidden behind the first.
    let (wrong, _) = shape(&one_change(&format!("{whole},\n{whole}")));
    assert_eq!(wrong, ["line 3: a_b.c is there twice"]);
    // What nobody knows the marks of is hidden.
    let odd = whole.replace("\"after_sensitive\": {}", "\"after_sensitive\": \"x\"");
    let inventory = read(&one_change(&odd)).1.unwrap();
    assert!(find(&inventory, "a_b.c").body.get("v").unwrap().sensitive);
}

#[test]
fn lists_and_objects_of_another_kind_are_told() {
    let resource =
        r#"{"address": "a_b.c", "mode": "managed", "type": "a_b", "name": "c", "values": {}}"#;
    for (text, said) in [
        (
            r#"{"format_version": "1.2", "resource_changes": "x"}"#,
            "resource_changes is not a list",
        ),
        (
            r#"{"format_version": "1.2", "resource_changes": null}"#,
            "resource_changes is not a list",
        ),
        (
            r#"{"format_version": "1.2", "resource_changes": {}}"#,
            "resource_changes is not a list",
        ),
        (
            r#"{"format_version": "1.2", "planned_values": "x"}"#,
            "planned_values is not an object",
        ),
        (
            r#"{"format_version": "1.2", "values": {"root_module": []}}"#,
            "root_module is not an object",
        ),
        (
            r#"{"format_version": "1.2", "values": {"root_module": {"resources": {}}}}"#,
            "resources is not a list",
        ),
        (
            r#"{"format_version": "1.2", "values": {"root_module": {"child_modules": [1]}}}"#,
            "what stands for a module is not an object",
        ),
        (
            r#"{"format_version": "1.2", "resource_changes": [], "prior_state": {"values": 1}}"#,
            "values is not an object",
        ),
        (
            r#"{"format_version": "1.2", "resource_changes": [], "deferred_changes": [{}]}"#,
            "a deferred change has no resource_change",
        ),
        (
            r#"{"format_version": "1.2", "resource_changes": [], "configuration": "x"}"#,
            "configuration is not an object",
        ),
        (
            r#"{"version": 4, "terraform_version": "1.11.4", "resources": {}}"#,
            "resources is not a list",
        ),
        (
            r#"{"version": 4, "terraform_version": "1.11.4", "resources": [{"mode": "managed", "name": "c", "instances": []}]}"#,
            "a resource has no type, or one that is not a text",
        ),
        (
            r#"{"version": 4, "terraform_version": "1.11.4", "resources": [{"mode": "managed", "type": "a_b", "name": "c"}]}"#,
            "a_b.c has no instances",
        ),
        (
            r#"{"version": 4, "terraform_version": "1.11.4", "resources": [{"mode": "managed", "type": "a_b", "name": "c", "instances": {}}]}"#,
            "instances is not a list",
        ),
        (
            r#"{"version": 4, "terraform_version": "1.11.4", "resources": [{"mode": "managed", "type": "a_b", "name": "c", "instances": [{"attributes_flat": {}}]}]}"#,
            "an instance of a_b.c has no `attributes`",
        ),
    ] {
        let (wrong, judged) = shape(text);
        assert_eq!(wrong, [format!("line 1: {said}")], "{text}");
        assert!(judged.is_empty(), "{text}");
    }
    let values = format!(
        r#"{{"format_version": "1.2", "values": {{"root_module": {{"resources": [{}, {resource}]}}}}}}"#,
        resource.replace("{}", "\"x\"")
    );
    let (wrong, judged) = shape(&values);
    assert_eq!(
        wrong,
        ["line 1: the values of a resource are not an object"]
    );
    assert_eq!(judged, ["a_b.c"]);
}

/// What Terraform and OpenTofu write where there is nothing after a change, and for the actions other than `create`.
#[test]
fn no_action_of_the_real_programs_is_refused() {
    for (actions, after, is_judged) in [
        (r#"["no-op"]"#, "{}", true),
        (r#"["update"]"#, "{}", true),
        (r#"["read"]"#, "{}", true),
        (r#"["delete", "create"]"#, "{}", true),
        (r#"["create", "delete"]"#, "{}", true),
        (r#"["create", "forget"]"#, "{}", true),
        (r#"["delete"]"#, "null", false),
        (r#"["forget"]"#, "null", false),
        // An object of the state that was gone already.
        (r#"["no-op"]"#, "null", false),
    ] {
        for more in ["", r#", "importing": {"id": "x"}"#] {
            let element = format!(
                r#"{{"address": "a_b.c", "mode": "managed", "type": "a_b", "name": "c", "provider_name": "x", "change": {{"actions": {actions}, "before": null, "after": {after}, "after_unknown": false, "before_sensitive": false, "after_sensitive": false{more}}}}}"#
            );
            let (wrong, judged) = shape(&one_change(&element));
            assert!(wrong.is_empty(), "{actions}: {wrong:?}");
            assert_eq!(judged.contains(&"a_b.c".to_owned()), is_judged, "{actions}");
        }
    }
}

/// As Terraform 1.11 writes `plan -destroy`: the data sources are those of the state before it.
#[test]
fn of_a_plan_that_destroys_everything_no_data_source_is_judged() {
    let plan = |actions: &str, after: &str| {
        format!(
            r#"{{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [{{"address": "a_b.c", "mode": "managed", "type": "a_b", "name": "c", "change": {{"actions": {actions}, "after": {after}, "after_unknown": false, "after_sensitive": false}}}}],
"prior_state": {{"values": {{"root_module": {{"resources": [{{"address": "data.a_b.d", "mode": "data", "type": "a_b", "name": "d", "values": {{}}}}]}}}}}}}}"#
        )
    };
    let (wrong, judged) = shape(&plan(r#"["delete"]"#, "null"));
    assert!(
        wrong.is_empty() && judged.is_empty(),
        "{wrong:?} {judged:?}"
    );
    let (wrong, judged) = shape(&plan(r#"["no-op"]"#, "{}"));
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(judged, ["a_b.c", "data.a_b.d"]);
}

#[test]
fn a_configuration_that_runs_in_circles_comes_to_an_end() {
    let text = r#"{"format_version": "1.2", "resource_changes": [
        {"address": "module.a.x_y.z", "module_address": "module.a", "mode": "managed", "type": "x_y", "name": "z", "provider_name": "x",
         "change": {"actions": ["create"], "after": {}, "after_unknown": {"v": true}}}],
      "configuration": {"root_module": {"module_calls": {"a": {
        "expressions": {"v": {"references": ["module.a.o"]}},
        "module": {"outputs": {"o": {"expression": {"references": ["var.v", "x_y.w.id"]}}},
                   "resources": [{"address": "x_y.z", "expressions": {"v": {"references": ["var.v"]}}}]}}}}}}"#;
    let inventory = read(text).1.unwrap();
    assert_eq!(
        references(inventory.resources[0].body.get("v").unwrap()),
        ["module.a.x_y.w id"]
    );
}

#[test]
fn findings_point_into_the_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/fixtures/data");
    let sources = Sources::new();
    let (files, _) = walk(&folder);
    let source = Source::read(&sources, &files, &[Options::default()]);
    let plan = sources.read(&folder.join("plan.json")).unwrap();
    let inventory = load_json(&sources, &plan, &source, &Options::default()).unwrap();
    let place = |node: &Node| {
        let (path, start, _) = sources.locate(node.span.unwrap()).unwrap();
        let name = path.rsplit("data/").next().unwrap().to_owned();
        (name, start.line, start.column)
    };
    let plain = find(&inventory, "terraform_data.plain");
    let (path, start, _) = sources.locate(plain.span.unwrap()).unwrap();
    assert!(
        path.ends_with("main.tf") && start.line == 18,
        "{path}:{}",
        start.line
    );
    let input = plain.body.get("input").unwrap();
    assert_eq!(
        place(input.get("encrypted").unwrap()),
        ("main.tf".to_owned(), 20, 17)
    );
    assert_eq!(input.get("encrypted").unwrap().as_bool(), Some(true));
    assert!(input.get("password").unwrap().sensitive);
    let deepest = &find(
        &inventory,
        "module.child[\"eu\"].module.deep.terraform_data.deepest",
    )
    .body;
    assert_eq!(
        place(deepest.get("input").unwrap()),
        ("mod/deep/main.tf".to_owned(), 3, 11)
    );
    // The source knows what stands behind the local.
    let local = find(&inventory, "terraform_data.local")
        .body
        .get("input")
        .unwrap();
    assert_eq!(references(local), ["terraform_data.key id"]);
    // What neither sets is not there; what the plan alone knows points at the block.
    assert!(plain.body.get("output").is_none());
    assert_eq!(&*plain.root, &**plan.path());
}

/// `fixtures/index`: a plan says that an index is made of something and not how, and the source beside it does.
#[test]
fn the_source_says_which_instance_an_index_means() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/fixtures/index");
    let sources = Sources::new();
    let (files, _) = walk(&folder);
    let source = Source::read(&sources, &files, &[Options::default()]);
    let plan = sources.read(&folder.join("plan.json")).unwrap();
    let judge =
        |source: &Source<'_>| load_json(&sources, &plan, source, &Options::default()).unwrap();
    let (alone, joined) = (judge(&Source::default()), judge(&source));
    let of = |inventory: &Inventory, name: &str| {
        let resource = find(inventory, &format!("terraform_data.{name}"));
        references(resource.body.get("input").unwrap()).join(", ")
    };
    for (name, by_plan, by_source) in [
        ("local", "each", "each[\"eu\"] id"),
        ("same[1]", "count", "count[1] id"),
        ("turned[1]", "count", "count[0] id"),
        ("rest[1]", "count", "count[1] id"),
        ("rest[2]", "count", "count[0] id"),
        // Of the whole list nothing more is to be said than of its elements.
        ("list", "count, terraform_data.each", ""),
    ] {
        let full = |text: &str| {
            if text.is_empty() {
                String::new()
            } else {
                format!("terraform_data.{text}")
            }
        };
        assert_eq!(of(&alone, name), full(by_plan), "{name}, the plan");
        assert_eq!(of(&joined, name), full(by_source), "{name}, the source");
    }
    let list = find(&joined, "terraform_data.list").body.get("input");
    let elements = list.unwrap().as_list().unwrap().iter();
    assert_eq!(
        elements.map(references).collect::<Vec<_>>(),
        [
            ["terraform_data.each[\"eu\"] id"],
            ["terraform_data.count[0] id"]
        ]
    );
}

/// As providers plan a set with an element that is not known: nothing is known of the whole.
#[test]
fn the_source_says_what_a_set_holds_that_is_not_known_before_apply() {
    let sources = Sources::new();
    let text = "locals {\n  key = \"eu\"\n}\nresource \"aws_security_group\" \"s\" {\n  for_each = toset([\"eu\", \"us\"])\n}\n\
                resource \"aws_instance\" \"i\" {\n  vpc_security_group_ids = [aws_security_group.s[local.key].id, \"sg-1\"]\n}\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), text).unwrap();
    let (files, _) = walk(folder.path());
    let source = Source::read(&sources, &files, &[Options::default()]);
    let change = |address: &str, rest: &str, unknown: &str| {
        let (type_, name) = address.split_once('.').unwrap();
        let name = name.split('[').next().unwrap();
        let address = address.replace('"', "\\\"");
        format!(
            r#"{{"address": "{address}", "mode": "managed", "type": "{type_}", "name": "{name}", {rest} "change": {{"actions": ["create"], "before": null, "after": {{}}, "after_unknown": {unknown}, "after_sensitive": {{}}}}}}"#
        )
    };
    let changes = [
        change(
            "aws_security_group.s[\"eu\"]",
            r#""index": "eu","#,
            r#"{"id": true}"#,
        ),
        change(
            "aws_security_group.s[\"us\"]",
            r#""index": "us","#,
            r#"{"id": true}"#,
        ),
        change("aws_instance.i", "", r#"{"vpc_security_group_ids": true}"#),
    ];
    let plan = format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [{}], "configuration": {{"root_module": {{"resources": [
{{"address": "aws_security_group.s", "mode": "managed", "type": "aws_security_group", "name": "s"}},
{{"address": "aws_instance.i", "mode": "managed", "type": "aws_instance", "name": "i", "expressions": {{"vpc_security_group_ids": {{"references": ["aws_security_group.s", "local.key"]}}}}}}]}}}}}}"#,
        changes.join(",")
    );
    let file = sources.add("plan.json", &plan);
    let inventory = load_json(&sources, &file, &source, &Options::default()).unwrap();
    let groups = find(&inventory, "aws_instance.i")
        .body
        .get("vpc_security_group_ids")
        .unwrap();
    assert!(groups.references().is_empty());
    let [made, given] = groups.as_list().unwrap().as_slice() else {
        panic!("{groups:?}");
    };
    assert_eq!(references(made), ["aws_security_group.s[\"eu\"] id"]);
    assert_eq!(given.as_str(), Some("sg-1"));
}

/// `fixtures/written`: what begins with `hunter2` stands in the configuration, what begins with `outside` was given with
/// `-var` and `TF_VAR_given`.
#[test]
fn a_plan_says_what_is_written_in_the_configuration() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/plan/fixtures/written");
    let sources = Sources::new();
    let (files, _) = walk(&folder);
    let source = Source::read(&sources, &files, &[Options::default()]);
    let plan = sources.read(&folder.join("plan.json")).unwrap();
    let judge = |source: &Source<'_>| {
        let inventory = load_json(&sources, &plan, source, &Options::default()).unwrap();
        let resources = inventory.resources.iter();
        let managed = resources.filter(|one| one.address.contains("terraform_data."));
        let all = managed.map(|one| {
            let input = one.body.get("input").unwrap();
            (one.address.replace("terraform_data.", ""), input.clone())
        });
        all.collect::<BTreeMap<String, Node>>()
    };
    let alone = judge(&Source::default());
    let told = |all: &BTreeMap<String, Node>, wanted: Written| -> Vec<String> {
        let all = all.iter().filter(|(_, node)| scalar(node).is_some());
        let all = all.filter(|(_, node)| node.written == wanted);
        all.map(|(name, _)| name.clone()).collect()
    };
    // `-var` gave it, or a variable file that is in the repository: the plan is the same.
    assert_eq!(told(&alone, Written::No), [""; 0]);
    assert_eq!(
        told(&alone, Written::Yes),
        [
            "constant",
            "default",
            "each_constant[\"a\"]",
            "each_default[\"a\"]",
            "each_default[\"b\"]",
            "module.each[\"x\"].inner",
            "module.each[\"x\"].password",
            "module.m.inner",
            "module.m.text",
            "output_text",
        ]
    );
    // Locals are not in a plan, and it does not show what functions and templates make.
    let unclear = [
        "call",
        "call_given",
        "count[0]",
        "each[\"q\"]",
        "either",
        "element",
        "given",
        "local",
        "local_text",
        "member",
        "module.each[\"x\"].text",
        "module.m.password",
        "object",
        "output",
        "replaced",
        "template",
    ];
    assert_eq!(told(&alone, Written::Unclear), unclear);
    let parts = |name: &str| alone.get("parts").unwrap().get(name).unwrap().written;
    assert_eq!(
        (parts("given"), parts("text")),
        (Written::Unclear, Written::Unclear)
    );
    // The source with the variables of the plan knows no more.
    let joined = judge(&source);
    assert_eq!(told(&joined, Written::Unclear), unclear);
    assert_eq!(told(&joined, Written::Yes), told(&alone, Written::Yes));
}

/// A state says nothing of expressions; the source beside it does.
#[test]
fn a_state_does_not_say_what_is_written_in_the_configuration() {
    let sources = Sources::new();
    let text = "variable \"p\" {\n}\nvariable \"n\" {\n  default = null\n}\nresource \"a_b\" \"c\" {\n  a = \"hunter2\"\n  b = var.p\n  c = \"other\"\n  d = \"hunter2-${var.p}\"\n  e = var.n\n}\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), text).unwrap();
    let (files, _) = walk(folder.path());
    let source = Source::read(&sources, &files, &[Options::default()]);
    let state = |resource: &str| {
        format!(
            r#"{{"version": 4, "terraform_version": "1.11.4", "resources": [{{"mode": "managed", "type": "a_b", "name": "c", "instances": [{{"attributes": {resource}}}]}}]}}"#
        )
    };
    let judge = |source: &Source<'_>, attributes: &str| {
        let file = sources.add("terraform.tfstate", &state(attributes));
        let inventory = load_json(&sources, &file, source, &Options::default()).unwrap();
        let body = &find(&inventory, "a_b.c").body;
        ["a", "b", "d", "e"].map(|name| body.get(name).unwrap().written)
    };
    let same = r#"{"a": "hunter2", "b": "x", "c": "other", "d": "hunter2-x", "e": "y"}"#;
    assert_eq!(judge(&Source::default(), same), [Written::Unclear; 4]);
    // What is made with a variable may hold what is written.
    let told = [
        Written::Yes,
        Written::No,
        Written::Unclear,
        Written::Unclear,
    ];
    assert_eq!(judge(&source, same), told);
    // Another source than the one that the state was made from.
    let other = same.replace("other", "changed");
    assert_eq!(judge(&source, &other), [Written::Unclear; 4]);
}

/// A source that was changed since the state was written.
#[test]
fn a_value_that_is_not_the_one_on_its_line_says_where_it_stands() {
    let sources = Sources::new();
    let written = sources.add("infra/main.tf", "a = true\nb = \"x\"\nc = []\nd = 7\n");
    let at = |node: Node, text: &str| {
        let start = written.text().find(text).unwrap();
        node.at(Span::new(written.id(), start..start + text.len()))
    };
    let mut resource = find(&aws().1, "aws_db_instance.plain").clone();
    resource.address = "a_b.c".into();
    resource.root = "infra".into();
    let arguments: [(Arc<str>, Node); 4] = [
        ("a".into(), at(Node::from(true), "true")),
        ("b".into(), at(Node::from("x"), "\"x\"")),
        ("c".into(), at(Node::list(vec![Node::from("y")]), "[]")),
        ("d".into(), at(Node::int(7), "7")),
    ];
    resource.body = Node::object(arguments.into_iter().collect());
    let mut source = Source::default();
    source.inventory.resources.push(resource);
    let text = r#"{"version": 4, "terraform_version": "1.11.4", "resources": [{"mode": "managed", "type": "a_b", "name": "c", "instances": [{"attributes":
{"a": false,
"b": null,
"c": [],
"d": "7"}}]}]}"#;
    let state = sources.add("infra/terraform.tfstate", text);
    let inventory = load_json(&sources, &state, &source, &Options::default()).unwrap();
    let body = &find(&inventory, "a_b.c").body;
    for (name, line, in_state) in [
        ("a", 1, Some(2)),
        ("b", 2, Some(3)),
        ("c", 3, Some(4)),
        ("d", 4, None),
    ] {
        let node = body.get(name).unwrap();
        let (path, start, _) = sources.locate(node.span.unwrap()).unwrap();
        assert_eq!((&*path, start.line), ("infra/main.tf", line), "{name}");
        let origin = node.origin.as_ref().map(|origin| {
            let (path, start, _) = sources.locate(origin.span.unwrap()).unwrap();
            assert_eq!(
                (&*origin.what, &*path),
                ("the state", "infra/terraform.tfstate")
            );
            start.line
        });
        assert_eq!(origin, in_state, "{name}");
    }
}

#[test]
fn two_roots_that_fit_equally_are_told_apart_by_the_folder_or_not_at_all() {
    let sources = Sources::new();
    let written = |root: &str, line: usize| {
        let file = sources.add(format!("{root}/main.tf"), "resource \"a_b\" \"c\" {\n}\n");
        let mut resource = find(&aws().1, "aws_db_instance.plain").clone();
        resource.root = root.into();
        resource.span = Some(Span::new(file.id(), line..line + 3));
        resource.body = Node::object(Map::default());
        resource
    };
    let mut source = Source::default();
    source.inventory.resources = vec![written("infra", 1), written("other", 2)];
    let join = |path: &str| {
        let file = sources.add(path, AWS);
        let inventory = load_json(&sources, &file, &source, &Options::default()).unwrap();
        let span = find(&inventory, "aws_db_instance.plain").span.unwrap();
        sources.locate(span).unwrap().0.to_string()
    };
    assert_eq!(join("infra/plan.json"), "infra/main.tf");
    assert_eq!(join("other/plan.json"), "other/main.tf");
    assert_eq!(join("elsewhere/plan.json"), "elsewhere/plan.json");
}

#[test]
fn addresses_are_taken_apart_at_their_points_alone() {
    let names = |text: &str| {
        steps(text)
            .iter()
            .map(|step| format!("{}{}", step.name, step.key))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names("module.a[\"x.y\"].b_c.d[0].e"),
        ["module", "a[\"x.y\"]", "b_c", "d[0]", "e"]
    );
    assert_eq!(names("a.b[\"q\\\".]\"].c"), ["a", "b[\"q\\\".]\"]", "c"]);
    assert_eq!(names(""), [""]);
    assert_eq!(
        without_keys("module.a[\"x.y\"].b_c.d[0].e"),
        "module.a.b_c.d.e"
    );
    assert_eq!(
        module_of("module.a[\"x.y\"].module.b.c_d.e[0]"),
        "module.a[\"x.y\"].module.b"
    );
    assert_eq!(module_of("data.a.b"), "");
}

proptest::proptest! {
    #[test]
    fn no_address_is_too_strange(text in "[a-c.\\[\\]\"\\\\0é$]{0,40}") {
        steps(&text);
        module_of(&text);
        without_keys(&text);
    }

    /// A plan in which values are swapped for others is read without a panic.
    #[test]
    fn mutated_plans_do_not_panic(from in 0_usize..12000, length in 0_usize..40, with in "[\\[\\]{}:,\"a-z0-9 ]{0,12}") {
        let mut text = AWS.to_owned();
        let start = from.min(text.len());
        let end = (start + length).min(text.len());
        if text.is_char_boundary(start) && text.is_char_boundary(end) {
            text.replace_range(start..end, &with);
            read(&text);
        }
    }
}
