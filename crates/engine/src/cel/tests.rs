use std::{cell::Cell, collections::BTreeSet, sync::Arc};

use hipaa_iac_source::{
    Inventory, Map, Node, Reference, Resource, ResourceKind, Sources, TemplatePart, TerraformId,
    Unknown, Value, Written,
};
use proptest::prelude::*;

use super::{
    MAX_LITERAL_PATTERNS, Names, Patterns, Program, Scope, Val, library,
    value::{Partial, equal},
};
use crate::{evaluate::Settings, world::World};

fn json(text: &str) -> Node {
    Node::from(&serde_json::from_str::<serde_json::Value>(text).unwrap())
}

fn bucket(address: &str, body: Node) -> Resource {
    let (type_, name) = address.split_once('.').unwrap();
    Resource {
        address: address.into(),
        kind: ResourceKind::Terraform(TerraformId {
            mode: "managed".into(),
            type_: type_.into(),
            name: name.split('[').next().unwrap().into(),
            provider: "hashicorp/aws".into(),
            provider_major: Some(5),
            provider_config: None,
        }),
        root: ".".into(),
        environment: None,
        body,
        span: None,
        extent: None,
        symbolic: false,
    }
}

fn compile(text: &str) -> Result<Program, String> {
    Program::compile(
        text,
        &Names {
            variables: Vec::new(),
            parameters: BTreeSet::from(["days"]),
            pod: false,
            patterns: Cell::new(MAX_LITERAL_PATTERNS),
        },
    )
}

/// Evaluates an expression with `self` and the first resource's body.
fn run_in(inventory: &Inventory, text: &str, this: Val, coerce: bool) -> Result<Val, String> {
    let settings = Settings::default();
    let sources = Sources::new();
    let world = World::new(inventory, &settings, &sources, true, settings.moment);
    let patterns = Patterns::default();
    let scope = Scope::new(
        &world,
        0,
        coerce,
        Val::from(&json(r#"{"days": 7}"#)),
        Val::Null,
        &[],
        &patterns,
    );
    scope.set_this(this);
    scope.run(&compile(text)?).map_err(|error| error.message)
}

fn run(text: &str, this: &Node) -> Result<Val, String> {
    let inventory = Inventory {
        resources: vec![bucket("aws_s3_bucket.a", Node::object(Map::default()))],
        ..Inventory::default()
    };
    run_in(&inventory, text, Val::from(this), false)
}

/// `true`, `false`, `?`, or what else it is.
fn verdict(text: &str, this: &Node) -> String {
    match run(text, this) {
        Ok(Val::Bool(value)) => value.to_string(),
        Ok(Val::Unknown(_)) => "?".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(message) => format!("error: {message}"),
    }
}

fn unknown(set: bool) -> Node {
    Node::new(Value::Unknown(Arc::new(Unknown {
        reasons: vec!["var.x has no value".to_owned()],
        set,
        ..Unknown::default()
    })))
}

fn either(alternatives: Vec<Node>) -> Node {
    Node::new(Value::Unknown(Arc::new(Unknown {
        reasons: vec!["var.c has no value".to_owned()],
        alternatives,
        ..Unknown::default()
    })))
}

fn object(members: Vec<(&str, Node)>) -> Node {
    Node::object(
        members
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect(),
    )
}

#[test]
fn kleene_logic() {
    let this = object(vec![
        ("t", true.into()),
        ("f", false.into()),
        ("u", unknown(true)),
    ]);
    for (a, b, or, and) in [
        ("t", "t", "true", "true"),
        ("t", "f", "true", "false"),
        ("f", "f", "false", "false"),
        ("t", "u", "true", "?"),
        ("u", "t", "true", "?"),
        ("f", "u", "?", "false"),
        ("u", "f", "?", "false"),
        ("u", "u", "?", "?"),
    ] {
        assert_eq!(
            verdict(&format!("self.{a} || self.{b}"), &this),
            or,
            "{a} || {b}"
        );
        assert_eq!(
            verdict(&format!("self.{a} && self.{b}"), &this),
            and,
            "{a} && {b}"
        );
    }
    assert_eq!(verdict("!self.u", &this), "?");
    // An error beside something unknown is no mistake of the policy: it may not matter.
    assert_eq!(verdict("self.u || self.absent", &this), "?");
    assert_eq!(verdict("self.t || self.absent", &this), "true");
    assert!(verdict("self.f || self.absent", &this).starts_with("error"));
}

#[test]
fn conditionals_with_unknown_conditions() {
    let this = object(vec![("u", unknown(true))]);
    assert_eq!(verdict("self.u ? true : true", &this), "true");
    assert_eq!(verdict("self.u ? 1 < 2 : 3 < 4", &this), "true");
    assert_eq!(verdict("self.u ? false : 1 > 2", &this), "false");
    assert_eq!(verdict("self.u ? true : false", &this), "?");
    assert_eq!(
        verdict("(self.u ? 'a' : 'b') in ['a', 'b', 'c']", &this),
        "true"
    );
}

#[test]
fn alternatives_are_followed() {
    let this = object(vec![
        ("sse", either(vec!["AES256".into(), "aws:kms".into()])),
        ("maybe", either(vec![Node::null(), "x".into()])),
        ("open", either(vec![unknown(true), "x".into()])),
    ]);
    assert_eq!(verdict("self.sse == 'AES256'", &this), "?");
    assert_eq!(verdict("self.sse != ''", &this), "true");
    assert_eq!(verdict("self.sse == 'none'", &this), "false");
    // Both sides are one of several, and each answer may be.
    assert_eq!(verdict("self.sse == self.sse", &this), "?");
    assert_eq!(verdict("self.maybe != self.sse", &this), "true");
    assert_eq!(verdict("self.open == self.open", &this), "?");
    assert_eq!(verdict("self.sse in ['AES256', 'aws:kms']", &this), "true");
    assert_eq!(verdict("has(self.sse)", &this), "true");
    assert_eq!(verdict("has(self.maybe)", &this), "?");
    assert_eq!(
        verdict("self.?maybe.orValue('y') in ['x', 'y']", &this),
        "true"
    );
    assert_eq!(verdict("self.?maybe.orValue('y') == 'x'", &this), "?");
}

#[test]
fn presence() {
    let this = object(vec![
        ("nil", Node::null()),
        ("set", unknown(true)),
        ("unset", unknown(false)),
        ("deep", object(vec![("x", unknown(false))])),
    ]);
    assert_eq!(verdict("has(self.nil)", &this), "false");
    assert_eq!(verdict("has(self.absent)", &this), "false");
    assert_eq!(verdict("has(self.set)", &this), "true");
    assert_eq!(verdict("has(self.unset)", &this), "?");
    assert_eq!(verdict("has(self.unset.member)", &this), "?");
    assert_eq!(verdict("self.?unset.hasValue()", &this), "?");
    assert_eq!(verdict("self.?set.hasValue()", &this), "true");
    assert_eq!(verdict("self.?absent.orValue('a') == 'a'", &this), "true");
    assert_eq!(verdict("self.?unset.orValue('a') == 'a'", &this), "?");
    assert_eq!(verdict("self.?deep.?x.orValue('a') == 'a'", &this), "?");
    assert_eq!(
        verdict("self.?absent.?x.orValue('a') == 'a'", &this),
        "true"
    );
    assert!(verdict("self.absent == 1", &this).starts_with("error"));
    assert!(verdict("self.nil == null", &this).starts_with("error"));
}

#[test]
fn texts_with_holes() {
    let template = |parts: Vec<Option<&str>>| {
        let template = parts
            .into_iter()
            .map(|part| match part {
                Some(text) => TemplatePart::Text(text.into()),
                None => TemplatePart::Hole(unknown(true)),
            })
            .collect();
        Node::new(Value::Unknown(Arc::new(Unknown {
            set: true,
            template,
            ..Unknown::default()
        })))
    };
    let arn = template(vec![Some("arn:aws:kms:"), None, Some(":key/x")]);
    for (text, expected) in [
        ("self.startsWith('arn:')", "true"),
        ("self.startsWith('http')", "false"),
        ("self.startsWith('arn:aws:kms:eu')", "?"),
        ("self.endsWith('/x')", "true"),
        ("self.endsWith('/y')", "false"),
        ("self.contains(':key/')", "true"),
        ("self.contains('eu-west-1')", "?"),
        ("self == 'alias/x'", "false"),
        ("self == 'arn:aws:kms:eu:key/x'", "?"),
        ("self != ''", "true"),
        ("self.size() > 3", "true"),
        ("outline(self) == 'arn:aws:kms:{}:key/x'", "true"),
        ("outline('a') == 'a'", "true"),
        ("outline(unknown('why')) == 'a'", "?"),
        ("self == null", "false"),
        ("('http://' + self).startsWith('http:')", "true"),
    ] {
        assert_eq!(verdict(text, &arn), expected, "{text}");
    }
}

fn open_list(known: Vec<Node>, shape: Option<Node>) -> Node {
    let rest = Unknown {
        reasons: vec!["var.rules has no value".to_owned()],
        many: true,
        element: shape.map(Box::new),
        ..Unknown::default()
    };
    let mut elements = known;
    elements.push(Node::new(Value::Unknown(Arc::new(rest))));
    elements.into()
}

#[test]
fn lists_with_an_unknown_rest() {
    let this = open_list(vec![1_i64.into(), 2_i64.into()], None);
    for (text, expected) in [
        ("self.exists(x, x == 2)", "true"),
        ("self.exists(x, x == 3)", "?"),
        ("self.all(x, x > 1)", "false"),
        ("self.all(x, x > 0)", "?"),
        ("self.all(x, true)", "true"),
        ("self.exists_one(x, x == 1)", "?"),
        ("self.size() > 1", "true"),
        ("self.size() >= 2", "true"),
        ("self.size() > 2", "?"),
        ("self.size() == 1", "false"),
        ("self.size() < 2", "false"),
        ("2 in self", "true"),
        ("3 in self", "?"),
        ("self[0] == 1", "true"),
        ("self[2] == 1", "?"),
        ("self.filter(x, x > 1).exists(x, x == 2)", "true"),
        ("self.map(x, x * 2).exists(x, x == 4)", "true"),
        ("self.map(x, x * 2).size() > 1", "true"),
        ("self == [1, 2]", "?"),
    ] {
        assert_eq!(verdict(text, &this), expected, "{text}");
    }
}

#[test]
fn the_shape_of_the_rest_decides() {
    let this = open_list(Vec::new(), Some(object(vec![("encrypted", true.into())])));
    assert_eq!(verdict("self.all(x, x.encrypted)", &this), "true");
    assert_eq!(verdict("self.exists(x, !x.encrypted)", &this), "false");
    assert_eq!(verdict("self.exists(x, x.encrypted)", &this), "?");
    assert_eq!(verdict("self.all(x, !x.encrypted)", &this), "?");
}

#[test]
fn reasons_are_those_of_what_matters() {
    let this = object(vec![
        ("a", Node::unknown("var.a has no value")),
        ("b", Node::unknown("var.b has no value")),
        ("t", true.into()),
    ]);
    let Ok(Val::Unknown(partial)) = run("self.t || self.a || self.b", &this) else {
        assert_eq!(verdict("self.t || self.a || self.b", &this), "true");
        let Ok(Val::Unknown(partial)) = run("self.a == 1 && self.t", &this) else {
            panic!("known")
        };
        assert_eq!(partial.reasons, ["var.a has no value".into()]);
        return;
    };
    panic!("{partial:?}");
}

#[test]
fn terraform_converts_texts() {
    let inventory = Inventory {
        resources: vec![bucket("aws_s3_bucket.a", Node::object(Map::default()))],
        ..Inventory::default()
    };
    let this = object(vec![
        ("t", "true".into()),
        ("n", "7".into()),
        ("i", 7_i64.into()),
        ("b", true.into()),
    ]);
    for (text, strict, coerced) in [
        ("self.t == true", false, true),
        ("self.n == 7", false, true),
        ("self.i == '7'", false, true),
        ("self.b in ['true', '1']", false, true),
        ("self.t != false", true, true),
    ] {
        for (coerce, expected) in [(false, strict), (true, coerced)] {
            let answer = run_in(&inventory, text, Val::from(&this), coerce);
            assert!(
                matches!(answer, Ok(Val::Bool(value)) if value == expected),
                "{text} {coerce}: {answer:?}"
            );
        }
    }
    for text in ["self.t < 5", "self.b > 0", "0 <= self.t"] {
        let answer = run_in(&inventory, text, Val::from(&this), true);
        assert!(matches!(answer, Ok(Val::Unknown(_))), "{text}: {answer:?}");
        assert!(run_in(&inventory, text, Val::from(&this), false).is_err());
    }
    assert!(matches!(
        run_in(&inventory, "self.n >= 5", Val::from(&this), true),
        Ok(Val::Bool(true))
    ));
    assert!(matches!(
        run_in(
            &inventory,
            "self.i.startsWith('7') && self.b.matches('^t')",
            Val::from(&this),
            true
        ),
        Ok(Val::Bool(true))
    ));
}

/// What the CEL library answers for known values is the truth for ours.
#[test]
fn the_library_is_the_second_opinion() {
    let this = json(
        r#"{"a": [1, 2, 3], "m": {"x": 1, "y": {"z": "q"}}, "s": "Hello, World", "d": 1.5, "n": -3, "t": true, "e": [], "l": [[1], [2, 3]]}"#,
    );
    for text in [
        "self.a.all(x, x > 0)",
        "self.a.exists(x, x == 2)",
        "self.a.exists_one(x, x > 2)",
        "self.a.map(x, x * 2)",
        "self.a.map(x, x > 1, x + 1)",
        "self.a.filter(x, x != 2)",
        "self.a.map(x, self.a.filter(y, y > x).size())",
        "self.a + [4]",
        "self.a[1]",
        "self.a.size() + size(self.s)",
        "self.m.x + 1 == 2",
        "self.m['y'].z",
        "has(self.m.x) && !has(self.m.q)",
        "'x' in self.m",
        "2 in self.a",
        "4 in self.a",
        "self.s.startsWith('Hell') && self.s.endsWith('ld') && self.s.contains(', ')",
        "self.s.matches('^H.*d$')",
        "self.s.lowerAscii().split(', ')",
        "self.s.replace('l', 'L').substring(2, 5)",
        "self.s.indexOf('o') - self.s.lastIndexOf('o')",
        "['a', 'b'].join('-')",
        "'%s has %d'.format([self.s, 3])",
        "self.d * 2.0 == 3.0",
        "self.d < 2",
        "1 == 1.0",
        "self.n / 2",
        "self.n % 2",
        "-self.n",
        "7 / 2 * 2 - 1",
        "int('12') + 1",
        "string(12) + double('1.5') > '1' || true",
        "double(self.n)",
        "uint(3) + 2u",
        "self.t ? 'yes' : 'no'",
        "type(self.a) == list",
        "type(self.s) == string && type(1) == int",
        "self.?m.?x.orValue(9)",
        "self.?m.?q.orValue(9)",
        "self.m[?'x'].hasValue()",
        "optional.of(3).value()",
        "optional.none().or(optional.of(2)).value()",
        "optional.ofNonZeroValue('').hasValue()",
        "[?self.?m.?x, ?self.?m.?q]",
        "self.l.flatten()",
        "[3, 1, 2].sort()",
        "['bb', 'a'].sortBy(x, x.size())",
        "[1, 1, 2].distinct()",
        "[1, 2, 3].reverse()",
        "[1, 2, 3].slice(1, 3)",
        "lists.range(3)",
        "math.greatest(1, 5, 3)",
        "math.least([4, 2])",
        "math.abs(self.n)",
        "math.ceil(self.d)",
        "duration('90m') > duration('1h')",
        "timestamp('2026-11-24T00:00:00Z').getFullYear()",
        "duration('1h') + duration('30m') == duration('90m')",
        "{'a': 1, 'b': [2]}['b'][0]",
        "[1, 2] == [1, 2] && {'a': 1} == {'a': 1}",
        "[1, 2] != [2, 1]",
        "true || 1 / 0 == 1",
        "1 / 0 == 1 || true",
        "false && 1 / 0 == 1",
        "'b' > 'a' && 2 > 1 && true > false",
        "b'abc' == b'abc' && bytes('a') == b'a'",
        "'ünï'.size()",
        "'abc'.charAt(1)",
        "'abc'.reverse()",
        "' a '.trim()",
        "strings.quote('a')",
        "bool('true')",
        "dyn(1) == 1",
    ] {
        let expected = library::oracle(text, &[("self", Val::from(&this))]);
        let ours = run(text, &this);
        match (&ours, &expected) {
            (Ok(ours), Ok(expected)) => {
                assert!(
                    matches!(equal(ours, expected, false), Val::Bool(true)),
                    "{text}: {ours:?}, not {expected:?}"
                );
            }
            (ours, expected) => panic!("{text}: {ours:?}, not {expected:?}"),
        }
    }
    for text in [
        "self.q",
        "self.a[9]",
        "1 / 0",
        "self.s + 1",
        "self.s < 1",
        "!1",
        "1 && true",
        "self.s.all(x, x)",
        "int('x')",
        "9223372036854775807 + 1",
    ] {
        assert!(
            library::oracle(text, &[("self", Val::from(&this))]).is_err(),
            "the library has an answer for {text}"
        );
        assert!(
            run(text, &this).is_err(),
            "{text} has an answer: {:?}",
            run(text, &this)
        );
    }
}

#[test]
fn hostile_expressions_are_refused() {
    let sum = vec!["1"; 10_000].join("+");
    let short_sum = vec!["1"; 1500].join("+");
    let nested = format!("{}1{}", "(".repeat(2000), ")".repeat(2000));
    let lists = format!("{}1{}", "[".repeat(1500), "]".repeat(1500));
    let not = format!("{}true", "!".repeat(3000));
    let minus = format!("{}1", "-".repeat(3000));
    let deep = "self".to_owned() + &".a".repeat(1000);
    let index = "self".to_owned() + &"[0]".repeat(1000);
    let ternary = "true?1:".repeat(500) + "1";
    let calls = "size(".repeat(200) + "self" + &")".repeat(200);
    let hostile = "[1].all(a, [1].all(b, [1].all(c, true)))";
    for text in [
        &sum, &short_sum, &nested, &lists, &not, &minus, &deep, &index, &ternary, &calls, hostile,
    ] {
        let refused = std::thread::scope(|scope| {
            let builder = std::thread::Builder::new().stack_size(8 << 20);
            builder
                .spawn_scoped(scope, || compile(text))
                .unwrap()
                .join()
                .unwrap()
        });
        assert!(
            refused.is_err(),
            "{}",
            text.chars().take(40).collect::<String>()
        );
    }
}

#[test]
fn evaluation_has_a_budget() {
    let many = Node::list((0..5000_i64).map(Node::int).collect());
    let answer = run("self.all(x, self.all(y, x + y >= 0))", &many);
    assert!(answer.unwrap_err().contains("steps"));
    // Looking through a list to say what it has at an index, or how many, is work too.
    let long = Node::list((0..40_000_i64).map(Node::int).collect());
    for text in [
        "lists.range(40000).all(i, self[i] >= 0)",
        "lists.range(40000).all(i, self.size() > i)",
    ] {
        assert!(run(text, &long).unwrap_err().contains("steps"), "{text}");
    }
    let short = Node::list((0..2_000_i64).map(Node::int).collect());
    let all = run("lists.range(2000).all(i, self[i] >= 0)", &short);
    assert!(matches!(all, Ok(Val::Bool(true))), "{all:?}");
    // Not even an error that is absorbed goes on.
    let answer = run("true || self.all(x, true)", &many);
    assert!(matches!(answer, Ok(Val::Bool(true))));
}

#[test]
fn a_policy_holds_no_more_regular_expressions_than_it_may() {
    let names = Names {
        variables: Vec::new(),
        parameters: BTreeSet::new(),
        pod: false,
        patterns: Cell::new(MAX_LITERAL_PATTERNS),
    };
    let half = vec!["self.matches('a')"; MAX_LITERAL_PATTERNS / 2].join(" && ");
    for _ in 0..2 {
        Program::compile(&half, &names).unwrap();
    }
    let message = Program::compile("self.matches('a')", &names).unwrap_err();
    assert!(message.contains("64 regular expressions"), "{message}");
}

#[test]
fn what_does_not_exist_is_refused_with_a_hint() {
    for (text, hint) in [
        ("self.startWith('a')", "startsWith"),
        ("startsWith(self, 'a')", "value.startsWith"),
        ("self.ref()", "takes 1"),
        ("resouce.a", "did you mean `resource`"),
        ("params.hours > 1", "no parameter `hours`"),
        ("pod.spec", "podSpec"),
        ("Foo{a: 1}", "not part"),
        ("self.matches('(')", "not a regular expression"),
        (
            r"self.matches('\\w{200}')",
            "too large a regular expression",
        ),
        ("1 +", "not an expression"),
    ] {
        let message = compile(text).unwrap_err();
        assert!(message.contains(hint), "{text}: {message}");
    }
}

#[test]
fn network_functions() {
    for (text, expected) in [
        ("cidrContains('10.0.0.0/8', '10.1.2.3')", "true"),
        ("cidrContains('10.0.0.0/8', '11.0.0.0/8')", "false"),
        ("cidrContains('0.0.0.0/0', '::1')", "false"),
        (
            "cidrPrefix('10.0.0.0/8') == 8 && cidrPrefix('::1') == 128",
            "true",
        ),
        (
            "isPublicCidr('0.0.0.0/0') && isPublicCidr('::/0') && isPublicCidr('*') && isPublicCidr('Internet')",
            "true",
        ),
        (
            "isPublicCidr('10.1.0.0/16') || isPublicCidr('fd00::/8') || isPublicCidr('100.64.0.0/10') || isPublicCidr('::ffff:10.0.0.0/104')",
            "false",
        ),
        ("isPublicCidr('10.0.0.0/7')", "true"),
        ("isPublicCidr('8.8.8.8')", "true"),
        ("isPublicCidr('not one')", "?"),
        ("portsInclude('20-30', [22])", "true"),
        (
            "portsInclude('*', [22]) && portsInclude(22, [22, 3389])",
            "true",
        ),
        ("portsInclude(['80', '443'], [22])", "false"),
        ("portsInclude('x', [22])", "?"),
    ] {
        assert_eq!(verdict(text, &Node::null()), expected, "{text}");
    }
    let open = open_list(vec!["80".into()], None);
    assert_eq!(verdict("portsInclude(self, [80])", &open), "true");
    assert_eq!(verdict("portsInclude(self, [22])", &open), "?");
}

#[test]
fn what_controllers_wrote_counts_in_a_cluster_alone() {
    let hours = |moment: Option<i64>, text: &str| {
        let settings = Settings {
            moment,
            ..Settings::default()
        };
        let (inventory, sources) = (Inventory::default(), Sources::new());
        let world = World::new(&inventory, &settings, &sources, true, settings.moment);
        let patterns = Patterns::default();
        let scope = Scope::new(&world, 0, false, Val::Null, Val::Null, &[], &patterns);
        match scope.run(&compile(text).unwrap()).unwrap() {
            Val::Bool(holds) => Some(holds),
            Val::Unknown(_) => None,
            other => panic!("{other:?}"),
        }
    };
    // 2026-11-24T12:00:00Z, by `date -u -d @1795521600`.
    let noon = Some(1_795_521_600);
    let text = "hoursSince('2026-11-23T10:30:00Z') == 25.5";
    assert_eq!(hours(noon, text), Some(true));
    assert_eq!(hours(None, text), None);
    // Another offset, and a clock that is a little ahead.
    assert_eq!(
        hours(noon, "hoursSince('2026-11-24T13:00:00+02:00') == 1.0"),
        Some(true)
    );
    assert_eq!(
        hours(noon, "hoursSince('2026-11-24T12:04:00Z') <= 0.0"),
        Some(true)
    );
    assert_eq!(
        hours(noon, "hoursSince('2026-11-24T12:06:00Z') <= 0.0"),
        None
    );
    assert_eq!(hours(noon, "hoursSince('lately') <= 0.0"), None);
}

#[test]
fn text_functions() {
    for (text, expected) in [
        ("versionAtLeast('TLSv1.2_2021', '1.2')", "true"),
        ("versionAtLeast('TLS1_1', '1.2')", "false"),
        (
            "versionAtLeast('TLS12', '1.2') && versionAtLeast('TLS_1_2', '1.2')",
            "true",
        ),
        (
            "versionAtLeast('TLSv1', '1.2') || versionAtLeast('SSLv3', '1.2')",
            "false",
        ),
        (
            "versionAtLeast('1.10', '1.9') && versionAtLeast('v1.27.3-gke.100', '1.27')",
            "true",
        ),
        ("versionAtLeast('1.2', '1.2.0')", "true"),
        ("versionAtLeast('none', '1.2')", "?"),
        ("days('72h') == 3.0 && days('P30D') == 30.0", "true"),
        ("days('soon') > 1.0", "?"),
        ("scheduleMaxGapHours('cron(0 5 ? * * *)') <= 24.0", "true"),
        ("scheduleMaxGapHours('whenever') <= 24.0", "?"),
        (
            "image('postgres:16').name == 'postgres' && image('postgres:16').tag == '16'",
            "true",
        ),
        (
            "image('r.example:5000/a/b@sha256:00').registry == 'r.example:5000'",
            "true",
        ),
        (
            "image('r.example:5000/a/b@sha256:00').repository == 'a/b'",
            "true",
        ),
        ("image('r.example:5000/a/b').tag == ''", "true"),
        (
            "urls('see https://a.example/x and http://b.example').exists(u, u.scheme == 'http')",
            "true",
        ),
        (
            "urls('postgres://u:p@h/d?SSLMODE=disable').all(u, u.query['sslmode'] == 'disable' && u.hasPassword)",
            "true",
        ),
        ("urls('nothing').size() == 0", "true"),
        ("has(urls('https://a.example')[0].port)", "false"),
        ("looksLikeCredential('DB_PASSWORD', 'hunter2')", "true"),
        ("looksLikeCredential('DB_PASSWORD', '${x}')", "false"),
        ("vendorBaa('vercel')  == 'plan-gated'", "true"),
        ("baaCovers('vercel', '')", "false"),
        ("eligibleService('aws_db_instance') == 'eligible'", "true"),
    ] {
        assert_eq!(verdict(text, &Node::null()), expected, "{text}");
    }
    assert_eq!(
        verdict("looksLikeCredential('DB_PASSWORD', self)", &unknown(false)),
        "?"
    );
    assert_eq!(
        verdict(
            "looksLikeCredential('DB_PASSWORD', self)",
            &referring("random_password.p", "result")
        ),
        "false"
    );
}

#[test]
fn documents_in_texts() {
    let this = object(vec![
        ("text", r#"{"a": [1, 2]}"#.into()),
        ("broken", "{".into()),
        ("unknown", unknown(true)),
    ]);
    assert_eq!(verdict("self.json('text').a[1] == 2", &this), "true");
    assert_eq!(verdict("self.json('broken').a == 1", &this), "?");
    assert_eq!(verdict("self.json('unknown').a == 1", &this), "?");
    assert_eq!(verdict("self.json('absent') == null", &this), "true");
    let policy = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["S3:GetObject"], "Resource": "x",
        "Condition": {"StringEquals": {"AWS:SourceVpc": "v"}}}}"#;
    let this = object(vec![("policy", policy.into())]);
    for text in [
        "self.iamPolicy('policy').statements.exists(s, s.effect == 'Allow' && '*' in s.principals)",
        "self.iamPolicy('policy').statements.all(s, s.actions == ['s3:getobject'] && s.resources == ['x'])",
        "self.iamPolicy('policy').statements[0].conditions.exists(c, c.key == 'aws:sourcevpc' && 'v' in c.values)",
        "self.iamPolicy('policy').statements[0].notActions.size() == 0",
        "self.iamPolicy('absent').statements.size() == 0",
    ] {
        assert_eq!(verdict(text, &this), "true", "{text}");
    }
}

fn referring(address: &str, attribute: &str) -> Node {
    let mut node = unknown(true);
    if let Value::Unknown(unknown) = &mut node.value {
        // As the evaluator says it of an attribute that only the provider sets.
        let unknown = Arc::make_mut(unknown);
        unknown.reasons = vec![format!("known after apply: {address}.{attribute}")];
        unknown.verbatim = true;
    }
    node.references = Some(
        vec![Reference {
            address: address.into(),
            attribute: attribute.into(),
        }]
        .into(),
    );
    node
}

#[test]
fn references_and_referrers() {
    let mut document = bucket(
        "aws_iam_policy_document.d",
        json(
            r#"{"statement": [{"actions": ["S3:*"], "principals": [{"type": "AWS", "identifiers": ["*"]}]}]}"#,
        ),
    );
    document.address = "data.aws_iam_policy_document.d".into();
    if let ResourceKind::Terraform(id) = &mut document.kind {
        id.mode = "data".into();
    }
    let mut symbolic = bucket(
        "aws_s3_bucket_logging.l[*]",
        object(vec![("bucket", referring("aws_s3_bucket.a", "id"))]),
    );
    symbolic.symbolic = true;
    let known = |written: Written| {
        let mut node = Node::from("text");
        node.written = written;
        node
    };
    let inventory = Inventory {
        resources: vec![
            bucket(
                "aws_s3_bucket.a",
                object(vec![
                    ("bucket", "logs".into()),
                    ("outside", known(Written::No)),
                    ("unclear", known(Written::Unclear)),
                    ("kms", referring("aws_kms_key.k", "arn")),
                    ("gone", referring("module.x.aws_kms_key.k", "arn")),
                    (
                        "policy",
                        referring("data.aws_iam_policy_document.d", "json"),
                    ),
                    ("literal", "text".into()),
                    ("unset", unknown(false)),
                    ("blocks", Node::list(Vec::new())),
                ]),
            ),
            bucket("aws_kms_key.k", Node::object(Map::default())),
            bucket(
                "aws_s3_bucket_versioning.by_reference",
                object(vec![
                    ("bucket", referring("aws_s3_bucket.a", "id")),
                    ("n", 1_i64.into()),
                ]),
            ),
            bucket(
                "aws_s3_bucket_versioning.by_name",
                object(vec![("bucket", "logs".into()), ("n", 2_i64.into())]),
            ),
            bucket(
                "aws_s3_bucket_versioning.of_other",
                object(vec![("bucket", "other".into()), ("n", 3_i64.into())]),
            ),
            bucket(
                "aws_s3_bucket_acl.unclear",
                object(vec![("bucket", unknown(true))]),
            ),
            symbolic,
            document,
        ],
        ..Inventory::default()
    };
    for (text, expected) in [
        ("resource.ref('kms').type() == 'aws_kms_key'", "true"),
        ("resource.ref('literal') == null", "true"),
        ("resource.ref('absent') == null", "true"),
        ("resource.ref('gone') == null", "?"),
        ("resource.ref('unset') == null", "?"),
        ("resource.refs('kms').all(r, r.name() == 'k')", "true"),
        (
            "resource.referrers('aws_s3_bucket_versioning', 'bucket').size() == 2",
            "true",
        ),
        (
            "resource.referrers('aws_s3_bucket_versioning', 'bucket').all(v, v.n < 3)",
            "true",
        ),
        (
            "resource.referrers('aws_s3_bucket_acl', 'bucket').size() > 0",
            "?",
        ),
        (
            "resource.referrers('aws_s3_bucket_logging', 'bucket').size() > 0",
            "?",
        ),
        (
            "resource.referrers('aws_s3_bucket_policy', 'bucket').size() == 0",
            "true",
        ),
        ("resources('aws_s3_bucket_versioning').size() == 3", "true"),
        (
            "resource.iamPolicy('policy').statements.exists(s, '*' in s.principals && 's3:*' in s.actions)",
            "true",
        ),
        (
            "isSet(resource, 'kms') && isSet(resource, 'literal')",
            "true",
        ),
        (
            "isSet(resource, 'absent') || isSet(resource, 'blocks')",
            "false",
        ),
        ("isSet(resource, 'unset')", "?"),
        ("isLiteral(resource, 'literal')", "true"),
        (
            "isLiteral(resource, 'kms') || isLiteral(resource, 'unset')",
            "false",
        ),
        ("isLiteral(resource, 'outside')", "false"),
        ("isLiteral(resource, 'unclear')", "?"),
        (
            "['literal', 'outside', 'unclear'].all(n, isKnown(resource, n))",
            "true",
        ),
        (
            "isKnown(resource, 'kms') || isKnown(resource, 'unset') || isKnown(resource, 'absent')",
            "false",
        ),
        ("resource.providerMajor() >= 5", "true"),
        ("resource.phi()", "true"),
        (
            "resource.type() == 'aws_s3_bucket' && resource.name() == 'a' && resource.namespace() == ''",
            "true",
        ),
        (
            "'bucket' in resource && resource['bucket'] == 'logs'",
            "true",
        ),
    ] {
        let answer = match run_in(&inventory, text, Val::Null, true) {
            Ok(Val::Bool(value)) => value.to_string(),
            Ok(Val::Unknown(_)) => "?".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(answer, expected, "{text}");
    }
}

/// Random values, and expressions that ask about them.
fn value() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Node::from),
        (-3_i64..4).prop_map(Node::from),
        "[a-c]{0,2}".prop_map(Node::from),
        Just(Node::null()),
    ];
    leaf.prop_recursive(2, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Node::list),
            prop::collection::vec(("[ab]", inner), 0..3).prop_map(|members| Node::object(
                members
                    .into_iter()
                    .map(|(key, value)| (key.as_str().into(), value))
                    .collect()
            )),
        ]
    })
}

const QUESTIONS: [&str; 24] = [
    "self.a == self.b",
    "has(self.a) && self.a == true",
    "has(self.a) || has(self.b)",
    "!has(self.a) || self.a != 'a'",
    "self.?a.orValue(1) == 1",
    "self.?a.?b.orValue('x') != 'x'",
    "self.a.exists(x, x == 1)",
    "self.a.all(x, x != 'a')",
    "self.a.exists_one(x, x == true)",
    "self.a.filter(x, x != 1).size() > 0",
    "self.a.map(x, [x]).size() == 2",
    "self.a.size() > 1",
    "self.a in [1, 'a', true]",
    "self.a in self.b",
    "self.a ? self.b == 1 : self.b == 2",
    "self.a > 0 && self.b < 2",
    "self.a.startsWith('a')",
    "self.a + self.b == 'ab'",
    "self.a[0] == 1",
    "self['a'] == self.b",
    "self.a.b == 1 || self.b == 1",
    "[self.a, self.b] == [1, 'a']",
    "{'k': self.a}.k == 1",
    "has(self.a) && self.b != null",
];

/// Replaces the value at a place by one that is not known; `None` where the place is not there.
fn forget(node: &Node, place: &[usize]) -> Node {
    let Some((first, rest)) = place.split_first() else {
        return unknown(!node.is_null());
    };
    match &node.value {
        Value::List(elements) if !elements.is_empty() => {
            let at = first % elements.len();
            let elements = elements.iter().enumerate().map(|(i, element)| {
                if i == at {
                    forget(element, rest)
                } else {
                    element.clone()
                }
            });
            Node::list(elements.collect())
        }
        Value::Object(members) if !members.is_empty() => {
            let at = first % members.len();
            let members = members.iter().enumerate().map(|(i, (key, value))| {
                (
                    key.clone(),
                    if i == at {
                        forget(value, rest)
                    } else {
                        value.clone()
                    },
                )
            });
            Node::object(members.collect())
        }
        _ => unknown(!node.is_null()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Knowing less turns an answer into unknown, and never into another answer or into a mistake.
    #[test]
    fn knowing_less_never_flips(a in value(), b in value(), question in 0..QUESTIONS.len(), place in prop::collection::vec(0..3_usize, 1..3)) {
        let this = object(vec![("a", a), ("b", b)]);
        let question = QUESTIONS[question];
        let known = run(question, &this);
        let less = run(question, &forget(&this, &place));
        match (&known, &less) {
            (_, Ok(Val::Unknown(_))) => {}
            (Ok(known), Ok(less)) => prop_assert!(matches!(equal(known, less, false), Val::Bool(true)), "{}: {:?} {:?}", question, known, less),
            (Ok(_), Err(message)) => prop_assert!(false, "{}: a mistake: {}", question, message),
            (Err(_), _) => {}
        }
    }

    /// One of several values gives one of their answers, or unknown.
    #[test]
    fn alternatives_cover_their_values(a in value(), b in value(), c in value(), question in 0..QUESTIONS.len()) {
        let question = QUESTIONS[question];
        let either = run(question, &object(vec![("a", either(vec![a.clone(), b.clone()])), ("b", c.clone())]));
        for one in [a, b] {
            let known = run(question, &object(vec![("a", one), ("b", c.clone())]));
            match (&known, &either) {
                (_, Ok(Val::Unknown(_))) => {}
                (Ok(known), Ok(either)) => prop_assert!(matches!(equal(known, either, false), Val::Bool(true)), "{}: {:?} {:?}", question, known, either),
                (Ok(_), Err(message)) => prop_assert!(false, "{}: a mistake: {}", question, message),
                (Err(_), _) => {}
            }
        }
    }

    /// No text makes the compiler or the evaluator panic.
    #[test]
    fn no_text_panics(text in "[a-z0-9.()\\[\\]{}'\"+*<>=!&|?:, -]{0,60}") {
        let _ = run(&text, &json(r#"{"a": [1]}"#));
    }
}

/// `var.a` of two places is one value, whether it is null or not; what is made of it is another.
#[test]
fn an_unknown_value_equals_itself() {
    let of = |identity: &str, set: bool| {
        Node::new(Value::Unknown(Arc::new(Unknown {
            reasons: vec!["var.a has no value".to_owned()],
            set,
            identity: Some(identity.into()),
            ..Unknown::default()
        })))
    };
    let this = |set: bool| {
        object(vec![
            ("a", of("var.a", set)),
            ("b", of("var.a", set)),
            ("c", of("var.c", set)),
            ("d", unknown(set)),
            ("text", "text".into()),
        ])
    };
    for set in [true, false] {
        for (text, expected) in [
            ("self.a == self.b", "true"),
            ("self.a != self.b", "false"),
            ("self.a == self.c", "?"),
            ("self.a == self.d", "?"),
            ("self.d == self.d", "?"),
            ("self.a == self.text", "?"),
            ("self.?a.orValue('') == self.?b.orValue('')", "true"),
            ("self.?a.orValue('x') == self.?c.orValue('x')", "?"),
            ("[self.a] == [self.b]", "true"),
            ("{'k': self.a} == {'k': self.b}", "true"),
            ("self.a.lowerAscii() == self.b", "?"),
            ("(self.a == 'x') == self.b", "?"),
            ("!self.a == self.b", "?"),
        ] {
            assert_eq!(verdict(text, &this(set)), expected, "{text} {set}");
        }
    }
    let text = "self.?a.orValue('x') == self.?b.orValue('y')";
    assert_eq!(verdict(text, &this(false)), "?");
}

#[test]
fn an_unknown_value_equals_nothing_for_certain() {
    let partial = Val::from(Partial::because("x"));
    assert!(matches!(equal(&partial, &partial, false), Val::Unknown(_)));
}

#[test]
fn a_mistake_does_not_quote_a_key_that_was_computed() {
    let secrets = json(r#"{"a": {"b": 1}, "key": "S3CR-hunter2"}"#);
    let message = run("self.a[self.key]", &secrets).unwrap_err();
    assert!(message.contains("no member"), "{message}");
    assert!(!message.contains("S3CR"), "{message}");
}
