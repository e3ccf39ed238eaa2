//! YAML as Terraform's `go-cty-yaml` reads and writes it.

use std::{borrow::Cow, collections::HashMap, fmt::Write as _, sync::Arc};

use granit_parser::{Event, Parser, ScalarStyle};

use super::{Val, date, encoding::decode as decode_base64};
use crate::{
    number::Num,
    value::{Kind, Members, Type, Unk},
};

/// How deep values may nest, here as in JSON.
const MAX_DEPTH: usize = 128;

/// A collection that is being read.
enum Open {
    List(Vec<Val>),
    Map(Members, Option<Key>),
}

enum Key {
    Text(Arc<str>),
    /// `<<`
    Merge,
}

/// Reads the one document of a text.
pub(super) fn decode(text: &str) -> Result<Val, String> {
    let invalid = |_| "not valid YAML".to_owned();
    let mut stack: Vec<(Open, usize)> = Vec::new();
    let mut anchors: HashMap<usize, Val> = HashMap::new();
    let mut document: Option<Val> = None;
    let (unended, length) = (!text.ends_with('\n'), text.chars().count());
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(invalid)?;
        let (value, anchor, merge) = match event {
            Event::Scalar(mut text, style, anchor, tag) => {
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                // The last line of a block has the end that the document gives it.
                if block && unended && span.end.index() >= length && text.ends_with('\n') {
                    text.to_mut().pop();
                }
                let plain = matches!(style, ScalarStyle::Plain);
                let merge = tag.is_none() && &*text == "<<";
                let value = match tag.as_ref().map(|tag| tag.suffix()) {
                    None if plain => resolve(&text)?,
                    // What a block means is worked out, and its text taken.
                    None if block => match resolve(&text)? {
                        value if value.is_null() => value,
                        value => value.convert(&Type::String)?,
                    },
                    None => Val::str(&*text),
                    Some(tag) => tagged(tag, &text, plain || block)?,
                };
                (value, anchor, merge)
            }
            Event::Alias(anchor) => {
                let value = anchors.get(&anchor).cloned();
                (value.ok_or("a YAML alias refers to itself")?, 0, false)
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if stack.len() >= MAX_DEPTH => {
                return Err("too deep nesting".to_owned());
            }
            Event::SequenceStart(_, anchor, tag) => {
                if tag.is_some_and(|tag| tag.suffix() != "seq") {
                    return Err("unsupported YAML tag".to_owned());
                }
                stack.push((Open::List(Vec::new()), anchor));
                continue;
            }
            Event::MappingStart(_, anchor, tag) => {
                if tag.is_some_and(|tag| tag.suffix() != "map") {
                    return Err("unsupported YAML tag".to_owned());
                }
                stack.push((Open::Map(Members::new(), None), anchor));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some((Open::List(elements), anchor)) => (Val::tuple(elements), anchor, false),
                Some((Open::Map(members, _), anchor)) => (Val::object(members), anchor, false),
                None => return Err("not valid YAML".to_owned()),
            },
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, value.clone());
        }
        match stack.last_mut() {
            None if document.is_some() => {
                return Err("only one YAML document is allowed".to_owned());
            }
            None => document = Some(value),
            Some((Open::List(elements), _)) => elements.push(value),
            Some((Open::Map(_, key @ None), _)) => {
                *key = Some(match &value.kind {
                    _ if merge => Key::Merge,
                    Kind::Str(text) => Key::Text(Arc::clone(text)),
                    Kind::Num(_) | Kind::Bool(_) => match value.convert(&Type::String)?.kind {
                        Kind::Str(text) => Key::Text(text),
                        _ => return Err("a YAML key is not a string".to_owned()),
                    },
                    _ => return Err("a YAML key is not a string".to_owned()),
                });
            }
            Some((Open::Map(members, key), _)) => {
                if let Some(Key::Text(name)) = key.take() {
                    members.insert(name, value);
                } else {
                    let merged = value.members().ok_or("only a YAML mapping can be merged")?;
                    // What stands later wins, be it merged or not.
                    for (name, member) in merged {
                        members.insert(Arc::clone(name), member.clone());
                    }
                }
            }
        }
    }
    document.ok_or_else(|| "missing start of YAML document".to_owned())
}

/// What a scalar with a tag means.
fn tagged(tag: &str, text: &str, unquoted: bool) -> Result<Val, String> {
    let value = match tag {
        "null" => return Ok(Val::null()),
        "str" => return Ok(Val::str(text)),
        "binary" => return decode_base64(text).map(|_| Val::str(text)),
        "int" | "float" | "bool" | "timestamp" if !unquoted => return Ok(Val::str(text)),
        _ => resolve(text)?,
    };
    let fits = match tag {
        "int" | "float" => matches!(value.kind, Kind::Num(_) | Kind::Unknown(_)),
        "bool" => matches!(value.kind, Kind::Bool(_)),
        "timestamp" => timestamp(text).is_some(),
        _ => return Err("unsupported YAML tag".to_owned()),
    };
    if fits {
        Ok(value)
    } else {
        Err("a YAML scalar is not of the type of its tag".to_owned())
    }
}

/// What a plain scalar means.
fn resolve(text: &str) -> Result<Val, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Val::null()),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
            return Ok(true.into());
        }
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => {
            return Ok(false.into());
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Ok(Val::unknown(Unk::because("the number is infinite")));
        }
        ".nan" | ".NaN" | ".NAN" => return Err("not a number".to_owned()),
        _ => {}
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && let Ok(number) = i64::from_str_radix(digits, radix)
        {
            return Ok(Val::num(number));
        }
    }
    if let Some(number) = decimal(text) {
        return Ok(Val::num(number));
    }
    if let Some(time) = timestamp(text) {
        return Ok(Val::str(time));
    }
    Ok(Val::str(text))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn decimal(text: &str) -> Option<Num> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    let sign = if text.starts_with('-') { "-" } else { "" };
    let exponent = unsigned
        .find(['e', 'E'])
        .and_then(|at| unsigned.get(at..))
        .unwrap_or_default();
    let plain = format!(
        "{sign}{}.{}{exponent}",
        if whole.is_empty() { "0" } else { whole },
        if fraction.is_empty() { "0" } else { fraction }
    );
    if well_formed {
        Num::parse(&plain)
    } else {
        None
    }
}

/// A date, or a date and time, as RFC 3339 without fractions of a second: `go-yaml` takes short numbers, `t`, and a space where
/// there is no zone.
fn timestamp(text: &str) -> Option<String> {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let two = |part: &str| {
        (matches!(part.len(), 1 | 2) && all_digits(part)).then(|| format!("{part:0>2}"))
    };
    let (year, rest) = text.split_once('-')?;
    let (month, rest) = rest.split_once('-')?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    let (day, time) = rest.split_at(end.unwrap_or(rest.len()));
    let (clock, zone) = match time.as_bytes().first() {
        None => ("0:0:0", "Z"),
        Some(b'T' | b't') => {
            let zone = time.find(['Z', '+', '-'])?;
            (time.get(1..zone)?, time.get(zone..)?)
        }
        Some(b' ') => (time.get(1..)?, "Z"),
        _ => return None,
    };
    let (hour, rest) = clock.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let zone = match zone {
        "+00:00" | "-00:00" => "Z",
        zone => zone,
    };
    if fraction.is_empty() || !all_digits(fraction) {
        return None;
    }
    let (month, day) = (two(month)?, two(day)?);
    let (hour, minute, second) = (two(hour)?, two(minute)?, two(second)?);
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}{zone}");
    date::is_timestamp(&text).then_some(text)
}

/// Writes a value as one document in block style, with every text in double quotes or as a block.
pub(super) fn encode(value: &Val) -> String {
    let mut out = String::new();
    match &value.kind {
        Kind::Null | Kind::Bool(_) | Kind::Num(_) => {
            scalar(value, 0, &mut out);
            out.push_str("\n...");
        }
        Kind::Str(_) => scalar(value, 1, &mut out),
        _ if is_flow(value) => scalar(value, 1, &mut out),
        _ => block(value, 0, false, &mut out),
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn is_flow(value: &Val) -> bool {
    value.children().next().is_none()
}

/// A scalar or an empty collection; a block's lines stand `level` steps in.
fn scalar(value: &Val, level: usize, out: &mut String) {
    match &value.kind {
        Kind::Null | Kind::Unknown(_) => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Num(number) => _ = write!(out, "{number}"),
        Kind::Str(text) => text_scalar(text, level, out),
        Kind::List(_) | Kind::Tuple(_) | Kind::Set(_) => out.push_str("[]"),
        Kind::Map(_) | Kind::Object(_) => out.push_str("{}"),
    }
}

fn block(value: &Val, level: usize, inline: bool, out: &mut String) {
    let indent = "  ".repeat(level);
    let mut first = inline;
    let mut begin = |out: &mut String| {
        if !std::mem::take(&mut first) {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(&indent);
        }
    };
    if let Some(members) = value.members() {
        for (key, member) in members {
            begin(out);
            quoted(key, None, out);
            out.push(':');
            if is_flow(member) {
                out.push(' ');
                scalar(member, level + 1, out);
            } else {
                // A list in a mapping is not indented further.
                let inner = if member.members().is_some() {
                    level + 1
                } else {
                    level
                };
                block(member, inner, false, out);
            }
        }
    } else {
        for element in value.elements().unwrap_or_default() {
            begin(out);
            out.push_str("- ");
            if is_flow(element) {
                scalar(element, level + 1, out);
            } else {
                block(element, level + 1, true, out);
            }
        }
    }
}

fn printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && c != '\u{feff}'
}

fn text_scalar(text: &str, level: usize, out: &mut String) {
    let blocks = text.contains('\n')
        && text
            .chars()
            .all(|c| printable(c) && !matches!(c, '\u{2028}' | '\u{2029}'))
        && !text.ends_with(' ')
        && !text.contains(" \n");
    if !blocks {
        quoted(text, Some(level.max(1)), out);
        return;
    }
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    let body = text.trim_end_matches('\n');
    match text.len() - body.len() {
        0 => out.push('-'),
        1 if !body.is_empty() => {}
        _ => out.push('+'),
    }
    let indent = "  ".repeat(level.max(1));
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
    }
    out.push('\n');
}

/// The column behind which a text in quotes is continued on the next line.
const WIDTH: usize = 80;

/// A text in double quotes; with a level, broken at spaces into lines of that indentation.
fn quoted(text: &str, level: Option<usize>, out: &mut String) {
    let mut column = out
        .get(out.rfind('\n').map_or(0, |at| at + 1)..)
        .map_or(0, |line| line.chars().count());
    out.push('"');
    column += 1;
    let mut spaces = false;
    let mut characters = text.chars().enumerate().peekable();
    while let Some((at, c)) = characters.next() {
        let before = out.len();
        if c == ' '
            && let (Some(level), Some((_, next))) = (level, characters.peek())
            && !spaces
            && column > WIDTH
            && at > 0
        {
            out.push('\n');
            out.push_str(&"  ".repeat(level));
            column = level * 2;
            if *next == ' ' {
                out.push('\\');
                column += 1;
            }
            spaces = true;
            continue;
        }
        spaces = c == ' ';
        write_escaped(c, out);
        column += out.get(before..).map_or(0, |added| added.chars().count());
    }
    out.push('"');
}

fn write_escaped(c: char, out: &mut String) {
    let escape: Cow<'_, str> = match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\0' => "\\0".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        '\r' => "\\r".into(),
        '\u{1b}' => "\\e".into(),
        '\u{85}' => "\\N".into(),
        '\u{2028}' => "\\L".into(),
        '\u{2029}' => "\\P".into(),
        c if printable(c) => {
            out.push(c);
            return;
        }
        c if u32::from(c) <= 0xff => format!("\\x{:02X}", u32::from(c)).into(),
        c if u32::from(c) <= 0xffff => format!("\\u{:04X}", u32::from(c)).into(),
        c => format!("\\U{:08X}", u32::from(c)).into(),
    };
    out.push_str(&escape);
}
