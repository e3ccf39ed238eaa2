//! Policies: mutated ones over their own fixtures, and ones with generated conditions and paths.

use std::{collections::BTreeMap, sync::LazyLock};

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};

use crate::{
    hcl, manifest,
    mutation::{hostile, mutated},
    tree::{POLICY, Tree, seeds},
};

static POLICIES: LazyLock<Vec<(String, Vec<u8>)>> =
    LazyLock::new(|| seeds("policies", &["/policy.yaml"]));
/// The name that a fixture is read under, and its text.
type Fixture = (&'static str, Vec<u8>);

/// A fixture of each policy, by its folder.
static FIXTURES: LazyLock<BTreeMap<String, Fixture>> = LazyLock::new(|| {
    let mut found = BTreeMap::new();
    for (ending, name) in [(".tf", "main.tf"), (".yaml", "a.yaml")] {
        for (path, text) in seeds("policies", &[ending]) {
            if let Some((folder, file)) = path.rsplit_once('/')
                && file.starts_with("fail")
                && !file.ends_with("baa.yaml")
            {
                found.insert(folder.to_owned(), (name, text));
            }
        }
    }
    found
});

const WORDS: &[&str] = &[
    "self",
    "element",
    "resource",
    "pod",
    "params.x",
    "has(",
    "resource.x",
    ".?",
    ".orValue(",
    "[?0]",
    "[?'a']",
    ".exists(x, ",
    ".all(x, ",
    ".map(x, ",
    ".filter(x, ",
    ".exists_one(x, ",
    "true",
    "!",
    "&&",
    "||",
    " ? ",
    " : ",
    "==",
    "in",
    "size(",
    ".size()",
    ".matches('(a+)+$')",
    "int(",
    "double(",
    "string(",
    "bytes(",
    "timestamp('x')",
    "duration('1h')",
    "type(",
    "dyn(",
    "b'\\xff'",
    "r'\\'",
    "'''",
    "0u",
    "-9223372036854775808",
    "1/0",
    "1 % 0",
    ".ref('kms_key_id')",
    ".refs('')",
    ".referrers('aws_s3_bucket', 'bucket')",
    "resources('aws_db_instance')",
    "isSet(resource, 'a.b[0].c')",
    ".json('policy')",
    ".iamPolicy('policy')",
    "cidrPrefix(",
    "isPublicCidr(",
    "urls(",
    "image(",
    "days(",
    "scheduleMaxGapHours(",
    "vendorBaa(",
    "$",
    "$..*",
    "$.*",
    "$[*]",
    "$[?@.a == 'b']",
    "$[?match(@.a, '(a+)+$')]",
    "$[::-1]",
    "$[1:9:2]",
    "$['a','b']",
    "$.a[-1]",
    "$..a[?@.b]",
    "$[?length(@.a) > 1]",
    "absent: pass\n",
    "absent: {value: [1]}\n",
    "each: $..*\n",
    "select: $\n",
    "when: \"true\"\n",
    "scope: all\n",
    "podSpec: true",
    "kind: Pod",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "|\n",
    "\t",
    "parameters: {x: 1}\n",
    "secret: true\n",
    "variables: {v: v}\n",
    "require: self == self\n",
];

pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    let changed = mutated(&POLICIES, WORDS).prop_map(|(path, text)| {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        (text, FIXTURES.get(folder))
    });
    let generated = (generated(), any::<Index>()).prop_map(|(policy, fixture)| {
        let all: Vec<&Fixture> = FIXTURES.values().collect();
        (policy.to_string().into_bytes(), Some(*fixture.get(&all)))
    });
    prop_oneof![changed, generated].prop_map(|(policy, fixture)| {
        let mut tree = Tree::of(POLICY, policy)
            .with("planted.tf", hcl::planted())
            .with("planted.yaml", manifest::planted());
        if let Some((name, text)) = fixture {
            tree = tree.with(name, text.clone());
        }
        tree
    })
}

/// A policy whose conditions and paths are generated.
fn generated() -> impl Strategy<Value = Value> {
    let rule = (
        option::of(condition()),
        option::of(path()),
        option::of(path()),
        condition(),
        any::<Index>(),
    )
        .prop_map(|(when, each, select, require, absent)| {
            let mut rule = json!({"require": require, "message": "it is not so"});
            for (key, value) in [("when", when), ("each", each), ("select", select.clone())] {
                if let Some(value) = value {
                    rule[key] = value.into();
                }
            }
            if select.is_some() {
                rule["absent"] = absent
                    .get(&[
                        json!("fail"),
                        json!("pass"),
                        json!({"value": [1, "a"]}),
                        json!({"value": null}),
                    ])
                    .clone();
            }
            rule
        });
    (vec(rule, 1..4), vec(condition(), 0..3), any::<bool>(), any::<bool>()).prop_map(|(rules, variables, pods, secret)| {
        let variables: serde_json::Map<String, Value> =
            variables.into_iter().enumerate().map(|(at, text)| (format!("v{at}"), text.into())).collect();
        let kubernetes = if pods { json!([{"podSpec": true}]) } else { json!([{"group": "", "kind": "Secret"}, {"group": "apps", "kind": "Deployment"}]) };
        json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1", "kind": "Policy", "metadata": {"name": "generated"},
            "spec": {
                "title": "Generated", "severity": "high", "safeguards": ["164.312(a)(2)(iv)"], "scope": "all", "profiles": ["hipaa"],
                "match": {
                    "terraform": ["aws_db_instance", "aws_ecs_task_definition", "aws_security_group", "aws_lambda_function", "aws_s3_bucket", "aws_iam_policy"],
                    "kubernetes": kubernetes,
                },
                "parameters": {"x": 7, "words": ["a", "b"]},
                "variables": variables, "rules": rules, "secret": secret,
                "rationale": "None.", "remediation": {"text": "None."},
            },
        })
    })
}

/// A JSONPath, mostly one that parses.
fn path() -> impl Strategy<Value = String> {
    const SEGMENTS: &[&str] = &[
        ".storage_encrypted",
        ".tags",
        ".password",
        ".ingress",
        ".containers",
        ".env",
        ".value",
        ".name",
        ".spec",
        ".template",
        ".metadata",
        ".data",
        ".stringData",
        "[*]",
        ".*",
        "[0]",
        "[-1]",
        "[99999999999]",
        "[1:3]",
        "[::-1]",
        "[::0]",
        "['a','b']",
        "['containers','initContainers'][*]",
        "..value",
        "..*",
        "[?@.name]",
        "[?@.name == 'PGPASSWORD']",
        "[?@ == true]",
        "[?!@.a]",
        "[?@.from_port >= 22 && @.to_port <= 22]",
        "[?match(@.name, '.*')]",
        "[?search(@.value, '(a|b)*c')]",
        "[?length(@.tags) > 0]",
        "[?count(@.*) == 1]",
        "[?value(@..a) == 1]",
        "[?$.a == @.b]",
        "[?nosuch(@.a)]",
        "[?@..a]",
        "[?@[?@.b == 1]]",
    ];
    let segment = prop_oneof![12 => select(SEGMENTS).prop_map(str::to_owned), 1 => hostile(WORDS)];
    vec(segment, 0..5).prop_map(|segments| format!("${}", segments.concat()))
}

/// A CEL expression, mostly one that parses.
fn condition() -> impl Strategy<Value = String> {
    const LEAVES: &[&str] = &[
        "self",
        "element",
        "resource",
        "pod",
        "params.x",
        "params.words",
        "v0",
        "v1",
        "x",
        "true",
        "false",
        "null",
        "0",
        "1",
        "-1",
        "2.5",
        "7u",
        "''",
        "'a'",
        "'true'",
        "[]",
        "{}",
        "[1, 'a', null]",
        "{'a': 1}",
        "resource.password",
        "resource.tags",
        "resource.tags['secret']",
        "resource.storage_encrypted",
        "resource.?tags.?secret.orValue('')",
        "has(resource.tags)",
        "has(self.a.b)",
        "resource.container_definitions",
        "resource.json('container_definitions')",
        "resource.ref('kms_key_id')",
        "resource.refs('vpc_security_group_ids')",
        "resource.refs('')",
        "resource.referrers('aws_s3_bucket', 'bucket')",
        "resources('aws_db_instance')",
        "resources('')",
        "isSet(resource, 'password')",
        "isLiteral(resource, 'password')",
        "isKnown(resource, 'arn')",
        "isSet(resource, 'tags[0]..x')",
        "resource.type()",
        "resource.name()",
        "resource.namespace()",
        "resource.namespaceObject()",
        "resource.phi()",
        "resource.providerMajor()",
        "withCaller(self)",
        "resource.provider()",
        "resource.region()",
        "resource.sameAccount(resource)",
        "resource.sameRegion(resource)",
        "resource.iamPolicy('policy').statements",
        "resource.selectedBy('Service')",
        "resource.selects()",
        "resource.owner()",
        "resource.lookup('Secret', 'planted')",
        "resource.lookup('', self)",
        "vendorBaa('vercel')",
        "baaCovers('cloudflare', '')",
        "eligibleService(resource.type())",
        "pod.spec.containers",
        "resource.stringData",
        "resource.spec.template.spec.containers[0].env",
        "podEnv(element)",
        "cidrContains('10.0.0.0/8', '10.1.0.0/16')",
        "9223372036854775807",
        "b'abc'",
        "timestamp('2024-01-01T00:00:00Z')",
        "duration('1h')",
        "optional.none()",
    ];
    const FUNCTIONS: &[&str] = &[
        "size",
        "int",
        "uint",
        "double",
        "string",
        "bytes",
        "bool",
        "type",
        "dyn",
        "duration",
        "timestamp",
        "cidrPrefix",
        "isPublicCidr",
        "image",
        "urls",
        "days",
        "scheduleMaxGapHours",
        "podEnv",
        "vendorBaa",
        "eligibleService",
        "math.abs",
        "math.greatest",
        "optional.of",
        "base64.decode",
        "nosuch",
    ];
    const BINARY: &[&str] = &[
        "cidrContains",
        "portsInclude",
        "versionAtLeast",
        "looksLikeCredential",
        "baaCovers",
        "isSet",
        "isLiteral",
        "isKnown",
        "math.least",
    ];
    const METHODS: &[&str] = &[
        "size",
        "startsWith",
        "endsWith",
        "contains",
        "matches",
        "lowerAscii",
        "upperAscii",
        "trim",
        "split",
        "join",
        "replace",
        "substring",
        "charAt",
        "indexOf",
        "lastIndexOf",
        "reverse",
        "sort",
        "flatten",
        "distinct",
        "slice",
        "first",
        "last",
        "orValue",
        "hasValue",
        "value",
        "or",
        "json",
        "iamPolicy",
        "ref",
        "refs",
        "type",
        "name",
        "phi",
        "owner",
        "selects",
        "selectedBy",
        "referrers",
        "lookup",
        "format",
        "range",
        "getFullYear",
        "nosuch",
    ];
    const OPERATORS: &[&str] = &[
        "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "in",
    ];
    const MACROS: &[&str] = &["exists", "all", "map", "filter", "exists_one"];
    let leaf = prop_oneof![
        20 => select(LEAVES).prop_map(str::to_owned),
        1 => hostile(WORDS).prop_map(|word| word.chars().take(300).collect::<String>()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(6, 30, 3, |inner| {
        let one = || inner.clone();
        prop_oneof![
            6 => (one(), select(OPERATORS), one()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            2 => (one(), one(), one()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            3 => (select(FUNCTIONS), one()).prop_map(|(name, a)| format!("{name}({a})")),
            2 => (select(BINARY), one(), one()).prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
            5 => (one(), select(METHODS), vec(one(), 0..3)).prop_map(|(a, name, rest)| format!("{a}.{name}({})", rest.join(", "))),
            5 => (one(), select(MACROS), one()).prop_map(|(a, name, b)| format!("{a}.{name}(x, {b})")),
            1 => (one(), one(), one()).prop_map(|(a, b, c)| format!("{a}.map(x, {b}, {c})")),
            1 => one().prop_map(|a| format!("!{a}")),
            1 => one().prop_map(|a| format!("-{a}")),
            1 => (one(), one()).prop_map(|(a, b)| format!("{a}[{b}]")),
            1 => (one(), one()).prop_map(|(a, b)| format!("{a}[?{b}].orValue({b})")),
            1 => one().prop_map(|a| format!("{a}.a")),
            1 => one().prop_map(|a| format!("has({a}.a)")),
            1 => vec(one(), 0..4).prop_map(|elements| format!("[{}]", elements.join(", "))),
            1 => (one(), one()).prop_map(|(a, b)| format!("{{{a}: {b}}}")),
        ]
    })
}
