//! `Policy`: a rule, in the format of the command line.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSONSchemaProps, ValidationRule,
};
use kube::{CustomResource, CustomResourceExt as _};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::status::Condition;

/// What a policy says: the `spec` of the files that `hipaa-iac check` reads.
#[derive(CustomResource, Clone, Debug, Serialize, Deserialize)]
#[kube(
    group = "hipaa-iac.dev",
    version = "v1alpha1",
    kind = "Policy",
    plural = "policies",
    status = "PolicyStatus",
    category = "hipaa-iac",
    doc = "A rule on Kubernetes objects and Terraform resources, cited from 45 CFR Part 164. The format is that of `hipaa-iac check`; the annotation hipaa-iac.dev/mode (enforce, warn or audit) decides what a violation does.",
    printcolumn = r#"{"name":"Severity","type":"string","jsonPath":".spec.severity"}"#,
    printcolumn = r#"{"name":"Mode","type":"string","jsonPath":".status.mode"}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}"#,
    printcolumn = r#"{"name":"Reason","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].reason"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#
)]
#[serde(transparent)]
pub struct PolicySpec(pub hipaa_iac_engine::PolicySpec);

impl JsonSchema for PolicySpec {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PolicySpec".into()
    }

    /// That of the files, but for what no structural schema can say: that is left to the operator.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut value = generator
            .subschema_for::<hipaa_iac_engine::PolicySpec>()
            .to_value();
        let open = |description: &str| json!({"description": description, "x-kubernetes-preserve-unknown-fields": true});
        if let Some(absent) = value.pointer_mut("/properties/rules/items/properties/absent") {
            *absent = open(
                "What no match of `select` means: fail, pass, or {value: …}, the value that the API server takes.",
            );
        }
        if let Some(Value::Object(parameters)) = value.pointer_mut("/properties/parameters") {
            parameters.insert(
                "additionalProperties".to_owned(),
                open("A number, text or list."),
            );
        }
        Schema::try_from(value).unwrap_or_else(|_| json_schema!({"type": "object"}))
    }
}

/// What the operator made of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyStatus {
    /// The mode that is in force where no namespace says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The last form that compiled, as JSON; empty where it is too large to be kept. It serves where the one of now does not compile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_force: Option<String>,
    /// `Ready`: compiled and in force. `False` with the reason `Quarantined`: it has a mistake, and the last good set keeps serving.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

/// The definition, with what a schema made from Rust types cannot say.
pub(crate) fn definition() -> CustomResourceDefinition {
    let mut definition = Policy::crd();
    for version in &mut definition.spec.versions {
        let Some(root) = version
            .schema
            .as_mut()
            .and_then(|schema| schema.open_api_v3_schema.as_mut())
        else {
            continue;
        };
        // The name is the identifier in reports and waivers.
        root.x_kubernetes_validations = Some(vec![rule(
            "self.metadata.name.size() <= 100 && self.metadata.name.matches('^[a-z0-9]+(-[a-z0-9]+)*$')",
            "a policy's name is of lower-case letters, digits and single hyphens, at most 100 of them",
        )]);
        let Some(spec) = property(root, "spec") else {
            continue;
        };
        if let Some(matches) = property(spec, "match") {
            matches.x_kubernetes_validations = Some(vec![rule(
                "(has(self.terraform) && self.terraform.size() > 0) || (has(self.kubernetes) && self.kubernetes.size() > 0)",
                "it matches nothing: name terraform types or kubernetes kinds",
            )]);
            if let Some(kinds) = property(matches, "kubernetes") {
                kinds.max_items = Some(64);
                if let Some(kind) = items(kinds) {
                    kind.x_kubernetes_validations = Some(vec![rule(
                        "(has(self.podSpec) && self.podSpec) ? !has(self.group) && !has(self.kind) : has(self.group) && has(self.kind)",
                        "give group (\"\" for the core group) and kind, or podSpec: true alone",
                    )]);
                }
            }
        }
        if let Some(rules) = property(spec, "rules") {
            rules.min_items = Some(1);
            rules.max_items = Some(64);
            if let Some(rule) = items(rules) {
                for field in ["when", "require"] {
                    if let Some(text) = property(rule, field) {
                        text.max_length = Some(4096);
                    }
                }
                for field in ["each", "select"] {
                    if let Some(text) = property(rule, field) {
                        text.max_length = Some(1024);
                    }
                }
            }
        }
    }
    definition
}

fn rule(rule: &str, message: &str) -> ValidationRule {
    ValidationRule {
        rule: rule.to_owned(),
        message: Some(message.to_owned()),
        ..ValidationRule::default()
    }
}

fn property<'a>(schema: &'a mut JSONSchemaProps, name: &str) -> Option<&'a mut JSONSchemaProps> {
    schema.properties.as_mut()?.get_mut(name)
}

fn items(schema: &mut JSONSchemaProps) -> Option<&mut JSONSchemaProps> {
    use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaPropsOrArray;
    match schema.items.as_mut()? {
        JSONSchemaPropsOrArray::Schema(schema) => Some(schema),
        JSONSchemaPropsOrArray::Schemas(_) => None,
    }
}
