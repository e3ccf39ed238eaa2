//! What a YAML scalar means to the API server.
//!
//! Manifests reach the API server through `sigs.k8s.io/yaml`, a fork of go-yaml v2: YAML 1.1 with its own ideas of
//! integers and without base 60 numbers. A YAML 1.2 reader takes `hostNetwork: yes` for a text; the API server does not.

use std::{borrow::Cow, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hipaa_iac_source::{Number, Value};

/// Why a scalar has no value in JSON.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ScalarError {
    #[error("{0} is no number in JSON, and the API server rejects it")]
    NotFinite(Box<str>),
    #[error("the value cannot be read as the {0} that its tag says, and the API server rejects it")]
    Tag(Box<str>),
    #[error("the value is not valid base64, as its tag !!binary says")]
    Base64,
}

/// The tag of a scalar as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tag<'a> {
    /// `!!int`, `!!float`, `!!bool`, `!!null`, `!!timestamp`: the text is resolved, quoted or not, and must be that.
    Core(Cow<'a, str>),
    /// `!!binary`.
    Binary,
    /// `!!merge`, which says nothing about a value.
    Merge,
    /// `!!str`, `!` and every other tag: the text itself.
    Text,
}

/// The value of a scalar. `plain`: it stands without quotes.
pub(crate) fn resolve(
    text: &str,
    plain: bool,
    tag: Option<&Tag<'_>>,
) -> Result<Value, ScalarError> {
    match tag {
        None if plain => plain_scalar(text),
        None | Some(Tag::Text | Tag::Merge) => Ok(Value::String(text.into())),
        Some(Tag::Binary) => {
            let packed: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
            let bytes = STANDARD.decode(packed).map_err(|_| ScalarError::Base64)?;
            Ok(Value::String(String::from_utf8_lossy(&bytes).into()))
        }
        Some(Tag::Core(name)) => {
            if name == "timestamp" {
                // `YYYY-`, as all dates begin.
                let date = matches!(text.as_bytes(), [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()));
                return if date {
                    Ok(Value::String(text.into()))
                } else {
                    Err(ScalarError::Tag("timestamp".into()))
                };
            }
            let value = plain_scalar(text)?;
            let fits = match (&**name, &value) {
                ("bool", Value::Bool(_)) | ("null", Value::Null) | ("float", Value::Number(_)) => {
                    true
                }
                // `!!int 5.0` is refused: a float by its spelling.
                ("int", Value::Number(_)) => integer(&text.replace('_', "")).is_some(),
                _ => false,
            };
            if fits {
                Ok(value)
            } else {
                Err(ScalarError::Tag(name.as_ref().into()))
            }
        }
    }
}

/// A plain scalar without a tag.
fn plain_scalar(text: &str) -> Result<Value, ScalarError> {
    let Some(first) = text.bytes().next() else {
        return Ok(Value::Null);
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            if let Some(value) = word(text) {
                return Ok(value);
            }
        }
        b'.' | b'+' | b'-' | b'0'..=b'9' => {
            if matches!(text, ".nan" | ".NaN" | ".NAN")
                || matches!(
                    text.trim_start_matches(['+', '-']),
                    ".inf" | ".Inf" | ".INF"
                ) && text.len() <= 5
            {
                return Err(ScalarError::NotFinite(text.into()));
            }
            if let Some(number) = number(text, first) {
                return Ok(Value::Number(number));
            }
        }
        _ => {}
    }
    Ok(Value::String(text.into()))
}

fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => return None,
    })
}

fn number(text: &str, first: u8) -> Option<Number> {
    if first == b'.' {
        // go-yaml hands this to ParseFloat as it is, which takes underscores between digits only.
        let bytes = text.as_bytes();
        let digit = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(u8::is_ascii_digit)
        };
        let between = |at: usize| digit(at.checked_sub(1)) && digit(at.checked_add(1));
        let clean = bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| *byte != b'_' || between(at));
        return if clean {
            float(&text.replace('_', ""))
        } else {
            None
        };
    }
    let plain: Cow<'_, str> = if text.contains('_') {
        text.replace('_', "").into()
    } else {
        text.into()
    };
    integer(&plain).or_else(|| float(&plain)).or_else(|| {
        // A remnant in go-yaml: `0b-11`.
        i64::from_str_radix(plain.strip_prefix("0b")?, 2)
            .ok()
            .map(Number::Int)
    })
}

/// Go's `ParseInt` and `ParseUint` with base 0.
fn integer(text: &str) -> Option<Number> {
    let (negative, signed, digits) = match text.as_bytes().first()? {
        b'-' => (true, true, text.get(1..)?),
        b'+' => (false, true, text.get(1..)?),
        _ => (false, false, text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, digits.get(2..)?),
        [b'0', b'b' | b'B', _, ..] => (2, digits.get(2..)?),
        [b'0', b'o' | b'O', _, ..] => (8, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0_i64.checked_sub_unsigned(magnitude).map(Number::Int);
    }
    match i64::try_from(magnitude) {
        Ok(number) => Some(Number::Int(number)),
        Err(_) if signed => None,
        Err(_) => Some(Number::Big(magnitude.to_string().into())),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` that a double holds.
fn float(text: &str) -> Option<Number> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = digits(unsigned);
    let mut rest = unsigned.get(whole..)?;
    let mut fraction = 0;
    if let Some(behind) = rest.strip_prefix('.') {
        fraction = digits(behind);
        rest = behind.get(fraction..)?;
    }
    if whole + fraction == 0 {
        return None;
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if exponent.is_empty() || digits(exponent) != exponent.len() {
            return None;
        }
    } else if !rest.is_empty() {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    number.is_finite().then(|| Number::from_f64(number))
}

/// Whether a scalar is surely the text that it is written as. Costs less than [`resolve`].
pub(crate) fn is_text(text: &str, plain: bool, tag: Option<&Tag<'_>>) -> bool {
    match tag {
        None if plain => text.bytes().next().is_some_and(|first| {
            first.is_ascii_alphabetic()
                && (text.len() > 5
                    || !matches!(first.to_ascii_lowercase(), b'y' | b'n' | b't' | b'f' | b'o'))
        }),
        None | Some(Tag::Text) => true,
        Some(_) => false,
    }
}

/// A key as JSON has it: the decoder makes texts of booleans and numbers, and refuses everything else.
pub(crate) fn key(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::String(text) => Some(Arc::clone(text)),
        Value::Bool(value) => Some(if *value { "true" } else { "false" }.into()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn json(value: &Value) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => serde_json::to_string(text).unwrap(),
            _ => "?".to_owned(),
        }
    }

    fn plain(text: &str) -> String {
        resolve(text, true, None).map_or_else(|error| error.to_string(), |value| json(&value))
    }

    /// The scalar and the JSON that `sigs.k8s.io/yaml` v1.4.0, the API server's own decoder, makes of it.
    const OBSERVED: &[(&str, &str)] = &[
        ("yes", "true"),
        ("no", "false"),
        ("on", "true"),
        ("off", "false"),
        ("y", "true"),
        ("n", "false"),
        ("Y", "true"),
        ("True", "true"),
        ("TRUE", "true"),
        ("tRue", r#""tRue""#),
        ("0777", "511"),
        ("0o17", "15"),
        ("0b11", "3"),
        ("1_000", "1000"),
        ("12:30:45", r#""12:30:45""#),
        ("~", "null"),
        ("null", "null"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("0x1F", "31"),
        ("2001-01-01", r#""2001-01-01""#),
        ("1.0", "1"),
        ("+1", "1"),
        ("<<", r#""<<""#),
        ("=", r#""=""#),
        ("1__0", "10"),
        ("-0", "0"),
        ("0.1e-2", "0.001"),
        ("08", "8"),
        ("9223372036854775808", "9223372036854775808"),
        ("1:20", r#""1:20""#),
        ("1_000.5", "1000.5"),
        ("0x", r#""0x""#),
        ("-0b11", "-3"),
        ("-0x1F", "-31"),
        ("-0o17", "-15"),
        ("0o8", r#""0o8""#),
        ("-.5", "-0.5"),
        ("+.5", "0.5"),
        ("5.", "5"),
        (".", r#"".""#),
        ("1e400", r#""1e400""#),
        ("0b", r#""0b""#),
        ("_1", r#""_1""#),
        ("1_", "1"),
        ("0_7", "7"),
        ("+", r#""+""#),
        ("0777_", "511"),
        ("-0777", "-511"),
        ("+0x1F", "31"),
        ("0X1F", "31"),
        ("0B11", "3"),
        ("0O17", "15"),
        ("Null", "null"),
        ("NULL", "null"),
        ("nUll", r#""nUll""#),
        ("", "null"),
        ("Yes", "true"),
        ("yEs", r#""yEs""#),
        ("On", "true"),
        ("OFF", "false"),
        ("1:2.5", r#""1:2.5""#),
        (
            "2001-12-14t21:59:43.10-05:00",
            r#""2001-12-14t21:59:43.10-05:00""#,
        ),
        ("1.0e+2", "100"),
        ("1E5", "100000"),
        ("00", "0"),
        ("09.5", "9.5"),
        ("0x1.8p1", r#""0x1.8p1""#),
        ("0x1_F", "31"),
        ("__1", r#""__1""#),
        ("0b1_1", "3"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("0xFFFFFFFFFFFFFFFFFF", r#""0xFFFFFFFFFFFFFFFFFF""#),
        ("0b-11", "-3"),
        (".6_28", "0.628"),
        ("._5", r#""._5""#),
        (".5__0", r#"".5__0""#),
        (".5_e3", r#"".5_e3""#),
        ("-._5", "-0.5"),
        ("0x-5", r#""0x-5""#),
    ];

    #[test]
    fn plain_scalars_are_what_the_api_server_takes_them_for() {
        for (text, expected) in OBSERVED {
            assert_eq!(plain(text), *expected, "{text}");
        }
    }

    #[test]
    fn infinities_are_refused() {
        for text in [".inf", "-.INF", "+.Inf", ".nan", ".NaN"] {
            assert!(
                matches!(resolve(text, true, None), Err(ScalarError::NotFinite(_))),
                "{text}"
            );
        }
        assert_eq!(plain("-.iNF"), r#""-.iNF""#);
    }

    #[test]
    fn quotes_and_tags() {
        let core = |name: &'static str| Some(Tag::Core(name.into()));
        let with = |text: &str, plain: bool, tag: Option<Tag<'_>>| {
            resolve(text, plain, tag.as_ref()).map(|v| json(&v))
        };
        assert_eq!(with("yes", false, None), Ok(r#""yes""#.into()));
        assert_eq!(with("5", true, Some(Tag::Text)), Ok(r#""5""#.into()));
        assert_eq!(with("aGk=", true, Some(Tag::Binary)), Ok(r#""hi""#.into()));
        assert_eq!(
            with("aG\nk=\n", false, Some(Tag::Binary)),
            Ok(r#""hi""#.into())
        );
        assert_eq!(
            with("###", false, Some(Tag::Binary)),
            Err(ScalarError::Base64)
        );
        assert_eq!(with("5", false, core("int")), Ok("5".into()));
        assert_eq!(
            with("5.0", true, core("int")),
            Err(ScalarError::Tag("int".into()))
        );
        assert_eq!(with("0x10", true, core("float")), Ok("16".into()));
        assert_eq!(with("yes", false, core("bool")), Ok("true".into()));
        assert_eq!(
            with("x", true, core("bool")),
            Err(ScalarError::Tag("bool".into()))
        );
        assert_eq!(
            with("x", true, core("null")),
            Err(ScalarError::Tag("null".into()))
        );
        assert_eq!(
            with("2001-01-01", true, core("timestamp")),
            Ok(r#""2001-01-01""#.into())
        );
    }

    proptest! {
        #[test]
        fn any_text_resolves_or_is_refused(text in r"[-+.0-9_eExXoObBinfnaNyYsStTrRuU~:]{0,12}", plain: bool) {
            let value = resolve(&text, plain, None);
            if is_text(&text, plain, None) {
                prop_assert_eq!(value.map(|value| json(&value)), Ok(serde_json::to_string(&text).unwrap()));
            }
            let _ = resolve(&text, plain, Some(&Tag::Core("int".into())));
            let _ = resolve(&text, plain, Some(&Tag::Binary));
        }
    }
}
