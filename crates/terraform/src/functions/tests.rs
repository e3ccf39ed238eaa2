//! What functions give, compared with Terraform, and what they do with values that are not known.

use std::{path::Path, process::Command, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hcl_edit::expr::{Expression, ObjectKey, UnaryOperator};
use hipaa_iac_source::Reference;

use super::{call, encoding::write_json, table::FUNCTIONS};
use crate::{
    number::Num,
    value::{CallContext, Fuel, Kind, Members, Part, Refs, Type, Unk, Val},
};

/// Expressions and what Terraform 1.11.4 makes of them: the result's JSON (`sensitive ` in front where it is), or `error`.
const CASES: &str = include_str!("cases.tsv");

/// Literals and calls, which is all that the cases are made of.
fn evaluate(expression: &Expression) -> Result<Val, String> {
    match expression {
        Expression::Null(_) => Ok(Val::null()),
        Expression::Bool(value) => Ok((*value.value()).into()),
        Expression::Number(number) => Ok(Num::parse(&number.value().to_string()).unwrap().into()),
        Expression::String(text) => Ok(text.value().as_str().into()),
        Expression::Array(elements) => Ok(Val::tuple(
            elements.iter().map(evaluate).collect::<Result<_, _>>()?,
        )),
        Expression::Object(object) => {
            let mut members = Members::new();
            for (key, value) in object {
                let key = match key {
                    ObjectKey::Ident(ident) => Arc::from(ident.as_str()),
                    ObjectKey::Expression(key) => evaluate(key)?.to_str()?.as_str().unwrap().into(),
                };
                members.insert(key, evaluate(value.expr())?);
            }
            Ok(Val::object(members))
        }
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Neg => {
            Ok(evaluate(&operation.expr)?.as_num().unwrap().neg().into())
        }
        Expression::FuncCall(function) => {
            let mut args = function
                .args
                .iter()
                .map(evaluate)
                .collect::<Result<Vec<_>, _>>()?;
            if function.args.expand_final() {
                let last = args.pop().unwrap();
                args.extend(last.elements().unwrap().iter().cloned());
            }
            run(function.name.name.as_str(), &args)
        }
        other => panic!("the cases do not use {other:?}"),
    }
}

fn run(name: &str, args: &[Val]) -> Result<Val, String> {
    let fuel = Fuel::new(1_000_000);
    call(name, args, &CallContext { fuel: &fuel })
        .unwrap_or_else(|| Err("no such function".to_owned()))
}

/// The result as the cases write it.
fn answer(expression: &str) -> String {
    match evaluate(&expression.parse().unwrap()) {
        Ok(value) if !value.is_wholly_known() => "unknown".to_owned(),
        Ok(value) => {
            let mut json = String::new();
            write_json(&value, &mut json);
            format!("{}{json}", if value.sensitive { "sensitive " } else { "" })
        }
        Err(_) => "error".to_owned(),
    }
}

fn cases() -> Vec<(&'static str, &'static str)> {
    CASES
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .collect()
}

#[test]
fn functions_give_what_terraform_gave() {
    let wrong: Vec<String> = cases()
        .into_iter()
        .filter_map(|(expression, expected)| {
            let ours = answer(expression);
            (ours != expected)
                .then(|| format!("{expression}\n  ours      {ours}\n  Terraform {expected}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        cases().len(),
        wrong.join("\n")
    );
}

/// Runs the Terraform of this machine over a list of expressions; `None` where there is none.
fn terraform(expressions: &[&str]) -> Option<Vec<String>> {
    let program = ["terraform", "tofu"]
        .into_iter()
        .find(|name| Command::new(name).arg("version").output().is_ok())?;
    let folder = tempfile::tempdir().unwrap();
    let items: Vec<String> = expressions
        .iter()
        .map(|e| {
            format!("try({{ s = issensitive({e}), v = jsonencode(nonsensitive({e})) }}, null)")
        })
        .collect();
    std::fs::write(
        folder.path().join("main.tf"),
        format!("locals {{\n  cases = [\n{}\n]\n}}\n", items.join(",\n")),
    )
    .unwrap();
    let output = console(
        program,
        folder.path(),
        "base64encode(jsonencode(nonsensitive(local.cases)))\n",
    );
    let json = STANDARD
        .decode(output.trim().trim_matches('"'))
        .unwrap_or_else(|_| panic!("{program} said: {output}"));
    let results: Vec<serde_json::Value> = serde_json::from_slice(&json).unwrap();
    Some(
        results
            .iter()
            .map(|result| match result["v"].as_str() {
                Some(value) => format!(
                    "{}{value}",
                    if result["s"] == true {
                        "sensitive "
                    } else {
                        ""
                    }
                ),
                None => "error".to_owned(),
            })
            .collect(),
    )
}

fn console(program: &str, folder: &Path, input: &str) -> String {
    use std::{io::Write as _, process::Stdio};
    let mut child = Command::new(program)
        .arg("console")
        .current_dir(folder)
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn functions_give_what_the_terraform_of_this_machine_gives() {
    // A call of a function that does not exist is refused before anything is evaluated.
    let expressions: Vec<&str> = cases()
        .into_iter()
        .map(|(e, _)| e)
        .filter(|e| !e.starts_with("nosuch"))
        .collect();
    let Some(theirs) = terraform(&expressions) else {
        eprintln!("skipped: neither terraform nor tofu is installed");
        return;
    };
    for (expression, theirs) in expressions.into_iter().zip(theirs) {
        assert_eq!(answer(expression), theirs, "{expression}");
    }
}

#[test]
fn every_function_of_terraform_is_here_or_the_evaluators() {
    let elsewhere = [
        "abspath",
        "can",
        "file",
        "filebase64",
        "filebase64sha256",
        "filebase64sha512",
        "fileexists",
        "filemd5",
        "fileset",
        "filesha1",
        "filesha256",
        "filesha512",
        "pathexpand",
        "templatefile",
        "templatestring",
        "try",
    ];
    let Ok(output) = Command::new("terraform")
        .args(["metadata", "functions", "-json"])
        .output()
    else {
        eprintln!("skipped: terraform is not installed");
        return;
    };
    let signatures: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let missing: Vec<&String> = signatures["function_signatures"]
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| !elsewhere.contains(&name.as_str()))
        .filter(|name| {
            let name = name.strip_prefix("core::").unwrap_or(name);
            !elsewhere.contains(&name) && super::table::find(name).is_none()
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_table_is_sorted() {
    assert!(FUNCTIONS.is_sorted_by(|a, b| a.name < b.name));
}

fn unknown(reason: &str) -> Val {
    Val::unknown_because(reason)
}

fn reference(address: &str) -> Refs {
    Refs::one(Reference {
        address: address.into(),
        attribute: "arn".into(),
    })
}

fn object(members: Vec<(&str, Val)>) -> Val {
    Val::object(
        members
            .into_iter()
            .map(|(key, value)| (Arc::from(key), value))
            .collect(),
    )
}

#[test]
fn what_is_not_known_makes_the_result_unknown_with_its_reasons_references_and_marks() {
    let argument = unknown("var.a has no value")
        .with_refs(&reference("aws_kms_key.a"))
        .mark(true);
    for result in [
        run("upper", std::slice::from_ref(&argument)),
        run("sha256", &[Val::str("x")]).and(run("replace", &[argument, "a".into(), "b".into()])),
    ] {
        let result = result.unwrap();
        let unk = result.as_unknown().unwrap();
        assert_eq!(unk.reasons, ["var.a has no value"]);
        // A text, which may be the empty one.
        assert!(!unk.set && unk.not_null && result.sensitive);
        assert_eq!(result.refs, reference("aws_kms_key.a"));
    }
}

#[test]
fn known_results_keep_references() {
    let name = Val::str("a").with_refs(&reference("aws_kms_key.a"));
    assert_eq!(
        run("upper", std::slice::from_ref(&name)).unwrap().refs,
        reference("aws_kms_key.a")
    );
    let list = Val::tuple(vec![name, "b".into()]);
    assert!(
        run("element", &[list.clone(), 1_i64.into()])
            .unwrap()
            .refs
            .is_empty()
    );
    assert_eq!(
        run("element", &[list.clone(), 0_i64.into()]).unwrap().refs,
        reference("aws_kms_key.a")
    );
    assert_eq!(
        run("join", &[",".into(), list]).unwrap().refs,
        reference("aws_kms_key.a")
    );
}

#[test]
fn what_is_certain_in_spite_of_unknown_parts_is_kept() {
    let list = Val::tuple(vec![unknown("x"), "b".into()]);
    assert_eq!(
        run("length", std::slice::from_ref(&list))
            .unwrap()
            .as_num()
            .unwrap()
            .to_i64(),
        Some(2)
    );
    assert_eq!(
        run("element", &[list.clone(), 1_i64.into()])
            .unwrap()
            .as_str(),
        Some("b")
    );
    assert_eq!(
        run("contains", &[list.clone(), "b".into()])
            .unwrap()
            .as_bool(),
        Some(true)
    );
    assert!(!run("contains", &[list, "c".into()]).unwrap().is_known());
    assert_eq!(
        run("alltrue", &[Val::tuple(vec![false.into(), unknown("x")])])
            .unwrap()
            .as_bool(),
        Some(false)
    );
    assert_eq!(
        run("anytrue", &[Val::tuple(vec![unknown("x"), true.into()])])
            .unwrap()
            .as_bool(),
        Some(true)
    );
    let map = object(vec![("a", unknown("x")), ("b", 1_i64.into())]);
    let merged = run("merge", &[map.clone(), object(vec![("c", 2_i64.into())])]).unwrap();
    assert_eq!(
        merged
            .members()
            .unwrap()
            .keys()
            .map(|key| &**key)
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    assert_eq!(
        run("keys", std::slice::from_ref(&map))
            .unwrap()
            .elements()
            .unwrap()
            .len(),
        2
    );
    assert!(
        run("lookup", &[map, "b".into(), "z".into()])
            .unwrap()
            .is_known()
    );
    assert!(
        !run("merge", &[object(vec![("a", 1_i64.into())]), unknown("y")])
            .unwrap()
            .is_known()
    );
}

/// The one outcome of a value that is not wholly known.
fn outcome(val: &Val) -> &Val {
    let [only] = &val.as_unknown().unwrap().alternatives[..] else {
        panic!("{val:?}")
    };
    only
}

#[test]
fn an_unknown_list_behind_known_elements_stands_for_several() {
    let known = Val::tuple(vec!["0.0.0.0/0".into()]);
    let more = unknown("var.more has no value");
    let list = run("concat", &[known.clone(), more.clone()]).unwrap();
    let elements = outcome(&list).elements().unwrap();
    assert_eq!(elements[0].as_str(), Some("0.0.0.0/0"));
    assert!(elements[1].as_unknown().unwrap().many);
    for (name, args) in [
        ("length", vec![list.clone()]),
        ("element", vec![list.clone(), 0_i64.into()]),
        ("join", vec![",".into(), list.clone()]),
        ("index", vec![list.clone(), "x".into()]),
        ("slice", vec![list.clone(), 0_i64.into(), 2_i64.into()]),
        ("one", vec![list.clone()]),
    ] {
        assert!(!run(name, &args).unwrap().is_known(), "{name}");
    }
    let found = run("contains", &[outcome(&list).clone(), "0.0.0.0/0".into()]).unwrap();
    assert_eq!(found.as_bool(), Some(true));
    let flat = run("flatten", &[Val::tuple(vec![known.clone(), more.clone()])]).unwrap();
    assert_eq!(outcome(&flat).elements().unwrap().len(), 2);
    // Where the known elements will stand is not known here.
    let behind = run("concat", &[more, known]).unwrap();
    assert!(behind.as_unknown().unwrap().alternatives.is_empty());
}

#[test]
fn elements_that_may_be_equal_or_empty_leave_the_length_open() {
    let list = Val::tuple(vec!["a".into(), unknown("x")]);
    for name in ["distinct", "compact", "toset"] {
        let result = run(name, std::slice::from_ref(&list)).unwrap();
        let length = run("length", &[result]).unwrap();
        assert!(!length.is_known(), "{name}");
    }
    let single = Val::tuple(vec![unknown("x")]);
    let result = run("distinct", &[single]).unwrap();
    let outcomes = &result.as_unknown().unwrap().alternatives;
    assert_eq!(outcomes[0].elements().unwrap().len(), 1);
}

#[test]
fn texts_keep_their_known_parts() {
    let hole =
        unknown("aws_iam_role.a is known after apply").with_refs(&reference("aws_iam_role.a"));
    let text = run("format", &["arn:aws:iam::%s:root".into(), hole.clone()]).unwrap();
    let parts = &text.as_unknown().unwrap().template;
    assert!(
        matches!(&parts[..], [Part::Text(a), Part::Hole(_), Part::Text(b)] if &**a == "arn:aws:iam::" && &**b == ":root")
    );
    assert_eq!(text.refs, reference("aws_iam_role.a"));
    assert_eq!(
        run("startswith", &[text.clone(), "arn:".into()])
            .unwrap()
            .as_bool(),
        Some(true)
    );
    assert_eq!(
        run("startswith", &[text.clone(), "http".into()])
            .unwrap()
            .as_bool(),
        Some(false)
    );
    assert!(
        !run("startswith", &[text, "arn:aws:iam::1".into()])
            .unwrap()
            .is_known()
    );
    let joined = run("join", &["-".into(), Val::tuple(vec!["a".into(), hole])]).unwrap();
    assert!(
        matches!(&joined.as_unknown().unwrap().template[..], [Part::Text(a), Part::Hole(_)] if &**a == "a-")
    );
}

#[test]
fn jsonencode_keeps_the_value_and_jsondecode_gives_it_back() {
    let value = object(vec![
        ("Action", "s3:*".into()),
        ("Resource", unknown("known after apply")),
    ]);
    let text = run("jsonencode", &[value]).unwrap();
    let json = text.as_unknown().unwrap().json.as_deref().unwrap();
    assert_eq!(json.members().unwrap()["Action"].as_str(), Some("s3:*"));
    let decoded = run("jsondecode", &[text]).unwrap();
    // Terraform does not know it yet; what it will be is certain.
    let decoded = &decoded.as_unknown().unwrap().alternatives;
    assert_eq!(decoded.len(), 1);
    assert_eq!(
        decoded[0].members().unwrap()["Action"].as_str(),
        Some("s3:*")
    );
}

#[test]
fn alternatives_go_through_functions() {
    let either = crate::value::one_of(
        vec!["var.a has no value".into()],
        vec!["x".into(), "y".into()],
    );
    let upper = run("upper", std::slice::from_ref(&either)).unwrap();
    let texts: Vec<_> = upper
        .as_unknown()
        .unwrap()
        .alternatives
        .iter()
        .map(|val| val.as_str().unwrap())
        .collect();
    assert_eq!(texts, ["X", "Y"]);
    let found = run(
        "lookup",
        &[
            object(vec![("x", 1_i64.into()), ("y", 2_i64.into())]),
            either,
        ],
    )
    .unwrap();
    assert_eq!(found.as_unknown().unwrap().alternatives.len(), 2);
}

#[test]
fn coalesce_keeps_every_outcome() {
    let variable = unknown("var.key has no value");
    let chosen = run(
        "coalesce",
        &[variable.clone(), "alias/aws/rds".into(), "never".into()],
    )
    .unwrap();
    let unk = chosen.as_unknown().unwrap();
    assert_eq!(unk.alternatives.len(), 2);
    assert!(unk.set);
    let certain = Val::unknown(Unk {
        set: true,
        ty: Type::String,
        ..Unk::because("known after apply")
    });
    let chosen = run("coalesce", &[Val::null(), certain, variable]).unwrap();
    assert!(chosen.as_unknown().unwrap().alternatives.is_empty());
    assert_eq!(chosen.as_unknown().unwrap().reasons, ["known after apply"]);
}

#[test]
fn what_differs_each_time_is_unknown_but_set() {
    for (name, args) in [
        ("timestamp", vec![]),
        ("plantimestamp", vec![]),
        ("uuid", vec![]),
        ("bcrypt", vec!["x".into()]),
    ] {
        assert!(
            run(name, &args).unwrap().as_unknown().unwrap().set,
            "{name}"
        );
    }
}

/// Values of OpenTofu's documentation.
#[test]
fn the_functions_that_only_opentofu_has() {
    assert_eq!(
        run("urldecode", &["Hello+World%21".into()])
            .unwrap()
            .as_str(),
        Some("Hello World!")
    );
    assert!(run("urldecode", &["%zz".into()]).is_err());
    for (outer, inner, expected) in [
        ("192.168.2.0/20", "192.168.2.1", true),
        ("192.168.2.0/20", "192.168.2.0/22", true),
        ("192.168.2.0/20", "192.126.2.1", false),
        ("192.168.2.0/20", "192.126.2.0/18", false),
        ("fe80::/48", "fe80::1", true),
    ] {
        assert_eq!(
            run("cidrcontains", &[outer.into(), inner.into()])
                .unwrap()
                .as_bool(),
            Some(expected),
            "{outer} {inner}"
        );
    }
    assert!(run("cidrcontains", &["10.0.0.0/8".into(), "fe80::1".into()]).is_err());
    assert!(!run("base64gunzip", &["H4sI".into()]).unwrap().is_known());
}

#[test]
fn hostile_arguments_are_refused_before_the_work_is_done() {
    let long = Val::str("a".repeat(1 << 20));
    let numbers = Val::tuple((0..20_000_i64).map(Val::from).collect());
    for (name, args) in [
        ("replace", vec![long.clone(), "a".into(), long.clone()]),
        ("replace", vec![long.clone(), "/a/".into(), long.clone()]),
        (
            "indent",
            vec![1_000_000_i64.into(), Val::str("\n".repeat(1_000_000))],
        ),
        (
            "setproduct",
            vec![numbers.clone(), numbers.clone(), numbers.clone()],
        ),
        ("format", vec!["%1000000000d".into(), 1_i64.into()]),
        ("regex", vec!["((a{1000}){1000}){1000}".into(), long]),
        ("regex", vec![Val::str("(".repeat(100_000)), "a".into()]),
        ("matchkeys", vec![numbers.clone(), numbers.clone(), numbers]),
        ("yamldecode", vec![Val::str("[".repeat(100_000))]),
        ("jsondecode", vec![Val::str("[".repeat(100_000))]),
        (
            "parseint",
            vec![Val::str("9".repeat(1_000_000)), 10_i64.into()],
        ),
    ] {
        assert!(run(name, &args).is_err(), "{name}");
    }
}

#[test]
fn a_yaml_bomb_stays_small() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        let list = vec![before; 10].join(", ");
        text = format!("{text}a{level}: &a{level} [{list}]\n");
    }
    let value = run("yamldecode", &[text.into()]).unwrap();
    assert!(value.weight() <= crate::value::MAX_WEIGHT);
}

#[test]
fn errors_name_the_function_and_never_a_value() {
    let error = run("tonumber", &["hunter2".into()]).unwrap_err();
    assert!(
        error.starts_with("tonumber: ") && !error.contains("hunter2"),
        "{error}"
    );
    assert!(run("max", &[]).is_err());
    assert!(matches!(
        run("max", &[1_i64.into(), "3".into()]).unwrap().kind,
        Kind::Num(_)
    ));
}
