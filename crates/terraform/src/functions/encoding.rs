//! Encodings: Base64, JSON, CSV, YAML, URLs.

use std::{fmt::Write as _, sync::Arc};

use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};

use super::{Args, Val, csv, yaml};
use crate::{
    json,
    value::{Kind, Type, Unk},
};

/// Go does not look at the bits that padding leaves over.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

pub(super) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let compact: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    LENIENT
        .decode(compact)
        .map_err(|_| "not valid Base64".to_owned())
}

pub(super) fn base64decode(args: &Args<'_>) -> Result<Val, String> {
    let text = String::from_utf8(decode(args.text(0)?)?);
    text.map(Val::str)
        .map_err(|_| "the result of decoding is not valid UTF-8".to_owned())
}

pub(super) fn base64encode(args: &Args<'_>) -> Result<Val, String> {
    let text = args.text(0)?;
    args.spend_text(text.len() / 3 * 4)?;
    Ok(Val::str(STANDARD.encode(text)))
}

/// `base64gzip` and `base64gunzip`.
pub(super) fn compressed(args: &Args<'_>) -> Result<Val, String> {
    args.text(0)?;
    let unk = Unk::because("gzip is not evaluated");
    Ok(Val::unknown(Unk {
        ty: Type::String,
        set: true,
        not_null: true,
        ..unk
    }))
}

/// The names of the IANA that Go's `ianaindex` knows for the encodings that are evaluated, as the preferred one.
fn encoding(name: &str) -> Option<&'static str> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "utf-8" | "csutf8" => "UTF-8",
        "utf-16" | "csutf16" => "UTF-16",
        "utf-16le" | "csutf16le" => "UTF-16LE",
        "utf-16be" | "csutf16be" => "UTF-16BE",
        _ => return None,
    })
}

fn other_encoding() -> Val {
    let unk = Unk::because("the text encoding is not evaluated");
    Val::unknown(Unk {
        ty: Type::String,
        set: true,
        not_null: true,
        ..unk
    })
}

pub(super) fn textencodebase64(args: &Args<'_>) -> Result<Val, String> {
    let text = args.text(0)?;
    args.spend_text(text.len() * 3)?;
    let bytes: Vec<u8> = match encoding(args.text(1)?) {
        Some("UTF-8") => text.bytes().collect(),
        Some("UTF-16LE") => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Some("UTF-16BE") => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        // With a byte order mark.
        Some("UTF-16") => std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(u16::to_be_bytes)
            .collect(),
        _ => return Ok(other_encoding()),
    };
    Ok(Val::str(STANDARD.encode(bytes)))
}

pub(super) fn textdecodebase64(args: &Args<'_>) -> Result<Val, String> {
    let bytes = decode(args.text(0)?)?;
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        rest.is_empty()
            .then(|| {
                char::decode_utf16(pairs.iter().copied().map(unit))
                    .collect::<Result<String, _>>()
                    .ok()
            })
            .flatten()
    };
    let text = match encoding(args.text(1)?) {
        Some("UTF-8") => String::from_utf8(bytes).ok(),
        Some("UTF-16LE") => wide(&bytes, u16::from_le_bytes),
        Some("UTF-16BE") => wide(&bytes, u16::from_be_bytes),
        // Without a byte order mark, the high byte comes first.
        Some("UTF-16") => match bytes.strip_prefix(&[0xff, 0xfe]) {
            Some(rest) => wide(rest, u16::from_le_bytes),
            None => wide(
                bytes.strip_prefix(&[0xfe, 0xff]).unwrap_or(&bytes),
                u16::from_be_bytes,
            ),
        },
        _ => return Ok(other_encoding()),
    };
    // Terraform takes U+FFFD for a mistake wherever it comes from.
    text.filter(|text| !text.contains('\u{fffd}'))
        .map(Val::str)
        .ok_or_else(|| "not text in this encoding".to_owned())
}

pub(super) fn jsondecode(args: &Args<'_>) -> Result<Val, String> {
    let value = args.get(0)?;
    if let Some(unk) = value.as_unknown() {
        // What `jsonencode` made of a value with unknown parts is that value again, though Terraform does not know it yet.
        let mut result = match unk.json.as_deref() {
            Some(json) => crate::value::one_of(value.reasons(), vec![json.clone()]),
            None => args.unknown(),
        };
        // How the text begins tells the type.
        let ty = match unk.known_prefix().trim_start().chars().next() {
            None | Some('{' | '[' | 'n') => Type::Any,
            Some('"') => Type::String,
            Some('t' | 'f') => Type::Bool,
            Some('-' | '.' | '0'..='9') => Type::Number,
            Some(_) => return Err("no JSON begins like this".to_owned()),
        };
        if let Kind::Unknown(unk) = &mut result.kind {
            let unk = Arc::make_mut(unk);
            (unk.ty, unk.not_null) = (ty, false);
        }
        return Ok(result);
    }
    Ok(Val::from_node(
        &json::parse_text(args.text(0)?).map_err(|error| format!("not valid JSON: {error}"))?,
    ))
}

/// A value with unknown parts is kept beside the unknown text, so that policies can look into it.
pub(super) fn jsonencode(args: &Args<'_>) -> Result<Val, String> {
    let value = args.get(0)?;
    let opened = value.opened();
    if opened.is_none() && value.is_wholly_known() {
        let mut out = String::new();
        write_json(value, &mut out);
        return Ok(Val::str(out));
    }
    let value = opened.as_ref().unwrap_or(value);
    // Of these it is known how the text begins.
    let begun = value.as_unknown().is_some_and(|unk| {
        unk.not_null && !matches!(unk.ty, Type::Any | Type::Bool | Type::Number)
    });
    let json = (value.is_known() || begun).then(|| Box::new(value.clone()));
    let unk = Unk {
        reasons: value.reasons(),
        ty: Type::String,
        set: true,
        not_null: true,
        json,
        ..Unk::default()
    };
    Ok(Val::unknown(unk))
}

/// As Go writes JSON: compact, with `<`, `>`, `&` and the line separators escaped.
pub(super) fn write_json(value: &Val, out: &mut String) {
    match &value.kind {
        Kind::Null | Kind::Unknown(_) => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Num(number) => _ = write!(out, "{number}"),
        Kind::Str(text) => write_json_text(text, out),
        Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_json(element, out);
            }
            out.push(']');
        }
        Kind::Map(members) | Kind::Object(members) => {
            out.push('{');
            for (at, (key, member)) in members.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_json_text(key, out);
                out.push(':');
                write_json(member, out);
            }
            out.push('}');
        }
    }
}

pub(crate) fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{0}'..='\u{1f}' | '\u{2028}' | '\u{2029}' => {
                _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

pub(super) fn csvdecode(args: &Args<'_>) -> Result<Val, String> {
    let mut records = csv::parse(args.text(0)?)?.into_iter();
    let header = records.next().ok_or("missing header line")?;
    let keys: Vec<Arc<str>> = header.into_iter().map(Into::into).collect();
    let mut rows = Vec::new();
    for record in records {
        args.spend(1 + record.len())?;
        let values = record.into_iter().map(Val::str);
        let members: crate::value::Members = keys.iter().cloned().zip(values).collect();
        if members.len() < keys.len() {
            return Err("duplicate column name".to_owned());
        }
        rows.push(Val::object(members));
    }
    Ok(Val::list(rows))
}

/// Go's `url.QueryEscape`.
pub(super) fn urlencode(args: &Args<'_>) -> Result<Val, String> {
    let text = args.text(0)?;
    args.spend_text(text.len() * 3)?;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
    Ok(Val::str(out))
}

/// OpenTofu's: Go's `url.QueryUnescape`.
pub(super) fn urldecode(args: &Args<'_>) -> Result<Val, String> {
    let mut bytes = Vec::new();
    let mut rest = args.text(0)?.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                let value = digit()
                    .zip(digit())
                    .and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
                value.ok_or("invalid URL escape")?
            }
            other => other,
        });
    }
    String::from_utf8(bytes)
        .map(Val::str)
        .map_err(|_| "the result of decoding is not valid UTF-8".to_owned())
}

pub(super) fn yamlencode(args: &Args<'_>) -> Result<Val, String> {
    Ok(Val::str(yaml::encode(args.get(0)?)))
}

pub(super) fn yamldecode(args: &Args<'_>) -> Result<Val, String> {
    yaml::decode(args.text(0)?)
}
