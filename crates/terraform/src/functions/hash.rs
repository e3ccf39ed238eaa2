//! Digests.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::Digest;

use super::{Args, Ty, Val};
use crate::value::Unk;

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

fn hexadecimal<D: Digest>(bytes: &[u8]) -> String {
    hex(&D::digest(bytes))
}

fn base64<D: Digest>(bytes: &[u8]) -> String {
    STANDARD.encode(D::digest(bytes))
}

/// What the function of the name that begins with `file` makes of the bytes of a file; `None` for what reads texts.
pub(crate) fn of_file(name: &str) -> Option<fn(&[u8]) -> String> {
    Some(match name {
        "filebase64" => |bytes| STANDARD.encode(bytes),
        "filemd5" => hexadecimal::<md5::Md5>,
        "filesha1" => hexadecimal::<sha1::Sha1>,
        "filesha256" => hexadecimal::<sha2::Sha256>,
        "filesha512" => hexadecimal::<sha2::Sha512>,
        "filebase64sha256" => base64::<sha2::Sha256>,
        "filebase64sha512" => base64::<sha2::Sha512>,
        _ => return None,
    })
}

fn of_text(digest: fn(&[u8]) -> String, args: &Args<'_>) -> Result<Val, String> {
    Ok(Val::str(digest(args.text(0)?.as_bytes())))
}

pub(super) fn md5(args: &Args<'_>) -> Result<Val, String> {
    of_text(hexadecimal::<md5::Md5>, args)
}

pub(super) fn sha1(args: &Args<'_>) -> Result<Val, String> {
    of_text(hexadecimal::<sha1::Sha1>, args)
}

pub(super) fn sha256(args: &Args<'_>) -> Result<Val, String> {
    of_text(hexadecimal::<sha2::Sha256>, args)
}

pub(super) fn sha512(args: &Args<'_>) -> Result<Val, String> {
    of_text(hexadecimal::<sha2::Sha512>, args)
}

pub(super) fn base64sha256(args: &Args<'_>) -> Result<Val, String> {
    of_text(base64::<sha2::Sha256>, args)
}

pub(super) fn base64sha512(args: &Args<'_>) -> Result<Val, String> {
    of_text(base64::<sha2::Sha512>, args)
}

/// RFC 4122, version 5: the namespace is one of the four well-known ones or a UUID.
pub(super) fn uuidv5(args: &Args<'_>) -> Result<Val, String> {
    let namespace = match args.text(0)? {
        "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
        "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
        "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
        other => other,
    };
    let namespace = parse_uuid(namespace).ok_or("the namespace is not a UUID")?;
    let mut bytes: Vec<u8> = sha1::Sha1::new()
        .chain_update(namespace)
        .chain_update(args.text(1)?)
        .finalize()
        .to_vec();
    bytes.truncate(16);
    if let Some(byte) = bytes.get_mut(6) {
        *byte = (*byte & 0x0f) | 0x50;
    }
    if let Some(byte) = bytes.get_mut(8) {
        *byte = (*byte & 0x3f) | 0x80;
    }
    let digits = hex(&bytes);
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    Ok(Val::str(
        [
            part(0..8),
            part(8..12),
            part(12..16),
            part(16..20),
            part(20..32),
        ]
        .join("-"),
    ))
}

/// With dashes, without, in braces, or as a URN.
fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let text = text.strip_prefix("urn:uuid:").unwrap_or(text);
    let text = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
        .unwrap_or(text);
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return u128::from_str_radix(text, 16).ok().map(u128::to_be_bytes);
    }
    let dashes = text
        .bytes()
        .enumerate()
        .all(|(at, byte)| (byte == b'-') == matches!(at, 8 | 13 | 18 | 23));
    if text.len() != 36 || !dashes {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let number = u128::from_str_radix(&digits, 16).ok()?;
    (digits.len() == 32).then(|| number.to_be_bytes())
}

/// A text that is set, but different each time.
fn unrepeatable(reason: &str) -> Val {
    Val::unknown(Unk {
        ty: Ty::String.into(),
        set: true,
        not_null: true,
        ..Unk::because(reason)
    })
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions of the table have one signature"
)]
pub(super) fn bcrypt(_: &Args<'_>) -> Result<Val, String> {
    Ok(unrepeatable("bcrypt() gives another text each time"))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions of the table have one signature"
)]
pub(super) fn uuid(_: &Args<'_>) -> Result<Val, String> {
    Ok(unrepeatable("uuid() gives another text each time"))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions of the table have one signature"
)]
pub(super) fn rsadecrypt(_: &Args<'_>) -> Result<Val, String> {
    Ok(unrepeatable("rsadecrypt() is not evaluated"))
}
