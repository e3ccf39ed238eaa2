//! `format` and `formatlist`.

use bigdecimal::{BigDecimal, RoundingMode, Zero as _, num_bigint::BigInt};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Args, Val, encoding::write_json, holds_many, string::Template};
use crate::{
    number::Num,
    value::{Kind, Type, Unk},
};

/// The widest field and the most decimals that are written.
const MAX_WIDTH: usize = 4096;

/// One `%…` of a format.
#[derive(Default)]
struct Verb {
    plus: bool,
    space: bool,
    minus: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// `[2]`
    argument: Option<usize>,
    mode: char,
}

/// A format, taken apart.
enum Piece<'a> {
    Text(&'a str),
    Verb(Verb),
}

fn parse(format: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let (text, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        let mut tail = tail.get(1..).unwrap_or_default();
        if let Some(after) = tail.strip_prefix('%') {
            pieces.push(Piece::Text("%"));
            rest = after;
            continue;
        }
        let mut verb = Verb::default();
        while let Some(flag) = tail
            .chars()
            .next()
            .filter(|c| matches!(c, '+' | ' ' | '-' | '0' | '#'))
        {
            match flag {
                '+' => verb.plus = true,
                ' ' => verb.space = true,
                '-' => verb.minus = true,
                '0' => verb.zero = true,
                _ => verb.sharp = true,
            }
            tail = tail.get(1..).unwrap_or_default();
        }
        verb.width = digits(&mut tail)?;
        if let Some(after) = tail.strip_prefix('.') {
            tail = after;
            verb.precision = Some(digits(&mut tail)?.unwrap_or(0));
        }
        if let Some(after) = tail.strip_prefix('[') {
            tail = after;
            verb.argument = Some(
                digits(&mut tail)?
                    .filter(|at| *at > 0)
                    .ok_or("unrecognized format character")?,
            );
            tail = tail
                .strip_prefix(']')
                .ok_or("unrecognized format character")?;
        }
        verb.mode = tail
            .chars()
            .next()
            .ok_or("unterminated verb at end of format string")?;
        if !matches!(
            verb.mode,
            'v' | 't' | 'b' | 'd' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'g' | 'G' | 's' | 'q'
        ) {
            return Err("unsupported format verb".to_owned());
        }
        rest = tail.get(verb.mode.len_utf8()..).unwrap_or_default();
        pieces.push(Piece::Verb(verb));
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

fn digits(text: &mut &str) -> Result<Option<usize>, String> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Ok(None);
    }
    let (number, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    *text = rest;
    let number = number.parse().ok().filter(|number| *number <= MAX_WIDTH);
    number
        .map(Some)
        .ok_or_else(|| "a width or precision is too large to be evaluated".to_owned())
}

/// An unknown argument leaves a text whose known parts are kept.
pub(super) fn format(args: &Args<'_>) -> Result<Val, String> {
    let Some(format) = args.get(0)?.as_str() else {
        return Ok(args.unknown());
    };
    let values = args.rest(1);
    match parse(format).and_then(|pieces| apply(&pieces, values, args)) {
        // Terraform does not look at what is wrong before everything is known.
        Err(_) if !values.iter().all(Val::is_wholly_known) => Ok(args.unknown()),
        result => result,
    }
}

fn apply(pieces: &[Piece<'_>], values: &[Val], args: &Args<'_>) -> Result<Val, String> {
    let mut text = Template::default();
    let (mut next, mut used) = (0, 0);
    for piece in pieces {
        match piece {
            Piece::Text(known) => text.push(known),
            Piece::Verb(verb) => {
                // A numbered argument sets where those without a number go on.
                let at = verb.argument.map_or(next, |at| at - 1);
                next = at + 1;
                used = used.max(next);
                let value = values.get(at).ok_or("not enough arguments")?;
                if value.is_null() && !values.iter().all(Val::is_wholly_known) {
                    let unk = Unk {
                        reasons: super::reasons(values),
                        ty: Type::String,
                        set: true,
                        not_null: true,
                        ..Unk::default()
                    };
                    return Ok(Val::unknown(unk));
                }
                if value.is_null() && verb.mode != 'v' {
                    return Err("null cannot be formatted with this verb".to_owned());
                }
                if value.is_wholly_known() {
                    text.push(&verb.write(value)?);
                } else if matches!(verb.mode, 's' | 'v')
                    && verb.width.is_none()
                    && verb.precision.is_none()
                    && !value.is_known()
                {
                    text.hole(value);
                } else {
                    let unk = Unk {
                        reasons: value.reasons(),
                        ty: Type::String,
                        set: true,
                        not_null: true,
                        ..Unk::default()
                    };
                    text.hole(&Val::unknown(unk).with_refs(&value.all_refs()));
                }
            }
        }
        args.spend_text(text.bytes)?;
    }
    if used < values.len() {
        return Err("too many arguments".to_owned());
    }
    let beginning = match pieces.first() {
        Some(Piece::Text(text)) => text.len(),
        _ => 0,
    };
    Ok(text.finish(args, beginning))
}

/// Lists go in step; what is no list stands in every line.
pub(super) fn formatlist(args: &Args<'_>) -> Result<Val, String> {
    let Some(format) = args.get(0)?.as_str() else {
        return Ok(args.unknown());
    };
    let pieces = parse(format)?;
    let values = args.rest(1);
    let mut length = None;
    for value in values {
        match (&value.kind, value.elements()) {
            (Kind::Unknown(unk), _) if !unk.ty.is_primitive() => return Ok(args.unknown()),
            (_, Some(_)) if holds_many(value) => return Ok(args.unknown()),
            (_, Some(elements)) if length.is_some_and(|length| length != elements.len()) => {
                return Err("the lists have different lengths".to_owned());
            }
            (_, Some(elements)) => length = Some(elements.len()),
            _ => {}
        }
    }
    let mut lines = Vec::new();
    for line in 0..length.unwrap_or(1) {
        args.spend(1 + values.len())?;
        let row: Vec<Val> = values
            .iter()
            .map(|value| {
                value.elements().map_or_else(
                    || value.clone(),
                    |e| e.get(line).cloned().unwrap_or_else(Val::null),
                )
            })
            .collect();
        // What is wrong with a line that is not wholly known is not looked at.
        let mut line = match apply(&pieces, &row, args) {
            Err(_) if !row.iter().all(Val::is_wholly_known) => Val::unknown(Unk {
                reasons: super::reasons(&row),
                ty: Type::String,
                set: true,
                not_null: true,
                ..Unk::default()
            }),
            line => line?,
        };
        if let Kind::Unknown(unk) = &mut line.kind {
            std::sync::Arc::make_mut(unk).prefix = Some(0);
        }
        lines.push(line);
    }
    Ok(Val::list(lines))
}

impl Verb {
    fn write(&self, value: &Val) -> Result<String, String> {
        match self.mode {
            'v' => Ok(self.pad(match &value.kind {
                Kind::Str(text) if !self.sharp => text.to_string(),
                Kind::Num(number) if !self.sharp => shortest(number.decimal(), 'g'),
                _ => json(value),
            })),
            't' => {
                let value = value.convert(&Type::Bool)?;
                // Terraform pads no truth values.
                Ok(json(&value))
            }
            's' | 'q' => {
                let value = value.convert(&Type::String)?;
                let mut text = value.as_str().unwrap_or_default().to_owned();
                if let Some(precision) = self.precision.filter(|precision| *precision > 0) {
                    text = text.graphemes(true).take(precision).collect();
                }
                Ok(self.pad(if self.mode == 'q' {
                    json(&Val::str(text))
                } else {
                    text
                }))
            }
            _ => {
                let value = value.convert(&Type::Number)?;
                let number = value.as_num().ok_or("a number is required")?;
                match self.mode {
                    'b' | 'd' | 'o' | 'x' | 'X' => self.integer(number),
                    _ => Ok(self.float(number)),
                }
            }
        }
    }

    /// Fills up to the width, counted in grapheme clusters.
    fn pad(&self, text: String) -> String {
        let missing = self
            .width
            .unwrap_or(0)
            .saturating_sub(text.graphemes(true).count());
        if missing == 0 {
            return text;
        }
        let filling = if self.zero { "0" } else { " " }.repeat(missing);
        if self.minus {
            text + &filling
        } else {
            filling + &text
        }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    /// As Go formats a `big.Int`.
    fn integer(&self, number: &Num) -> Result<String, String> {
        if !number.is_whole() {
            return Err("a whole number is required".to_owned());
        }
        let negative = number.is_negative();
        let size = if negative {
            number.neg()
        } else {
            number.clone()
        };
        let (size, _) = size.exact().with_scale(0).into_bigint_and_exponent();
        let (radix, prefix) = match self.mode {
            'b' => (2, "0b"),
            'o' => (8, "0"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let mut digits = size.to_str_radix(radix);
        if self.mode == 'X' {
            digits.make_ascii_uppercase();
        }
        if self.precision == Some(0) && size == BigInt::from(0) {
            digits.clear();
            return Ok(digits);
        }
        let prefix = if self.sharp { prefix } else { "" };
        let sign = self.sign(negative);
        let mut zeros = self.precision.unwrap_or(0).saturating_sub(digits.len());
        let length = sign.len() + prefix.len() + zeros + digits.len();
        let missing = self.width.unwrap_or(0).saturating_sub(length);
        let (mut left, mut right) = (0, 0);
        if self.minus {
            right = missing;
        } else if self.zero && self.precision.is_none() {
            zeros = missing;
        } else {
            left = missing;
        }
        Ok(format!(
            "{}{sign}{prefix}{}{digits}{}",
            " ".repeat(left),
            "0".repeat(zeros),
            " ".repeat(right)
        ))
    }

    /// As Go formats a `big.Float`.
    fn float(&self, number: &Num) -> String {
        let negative = number.is_negative();
        let size = number.exact().abs();
        let digits = match self.mode {
            'f' => {
                let scale = i64::try_from(self.precision.unwrap_or(6)).unwrap_or(6);
                size.with_scale_round(scale, RoundingMode::HalfEven)
                    .to_plain_string()
            }
            'e' | 'E' => exponential(&size, Some(self.precision.unwrap_or(6)), self.mode),
            _ => match self.precision {
                None => shortest(&number.decimal().abs(), self.mode),
                Some(precision) => general(&size, precision, self.mode),
            },
        };
        let sign = self.sign(negative);
        let missing = self
            .width
            .unwrap_or(0)
            .saturating_sub(sign.len() + digits.len());
        if self.zero && !self.minus {
            format!("{sign}{}{digits}", "0".repeat(missing))
        } else if self.minus {
            format!("{sign}{digits}{}", " ".repeat(missing))
        } else {
            format!("{}{sign}{digits}", " ".repeat(missing))
        }
    }
}

fn json(value: &Val) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

/// The decimal digits of a number that is not negative, and the place of the point: 12.5 is (`125`, 2).
fn digits_of(number: &BigDecimal) -> (String, i64) {
    if number.is_zero() {
        return (String::new(), 0);
    }
    let (digits, scale) = number.normalized().into_bigint_and_exponent();
    let digits = digits.to_string();
    let point = i64::try_from(digits.len()).unwrap_or(0) - scale;
    (digits, point)
}

/// `1.25e+02`, with as many decimals as there are digits where none are asked for.
fn exponential(number: &BigDecimal, decimals: Option<usize>, mode: char) -> String {
    let (mut digits, mut point) = digits_of(number);
    if let Some(decimals) = decimals
        && digits.len() > decimals + 1
    {
        let precision = std::num::NonZeroU64::new(decimals as u64 + 1);
        let rounded = precision.map_or_else(
            || number.clone(),
            |p| number.with_precision_round(p, RoundingMode::HalfEven),
        );
        (digits, point) = digits_of(&rounded);
    }
    let wanted = decimals.unwrap_or(digits.len().saturating_sub(1));
    let exponent = if digits.is_empty() { 0 } else { point - 1 };
    let first = digits.get(..1).unwrap_or("0");
    let mut fraction = digits.get(1..).unwrap_or_default().to_owned();
    while fraction.len() < wanted {
        fraction.push('0');
    }
    let dot = if fraction.is_empty() { "" } else { "." };
    let letter = if mode.is_ascii_uppercase() { 'E' } else { 'e' };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{dot}{fraction}{letter}{sign}{:02}", exponent.abs())
}

/// `%g` without a precision: all digits, with an exponent from 1e6 and below 1e-4.
fn shortest(number: &BigDecimal, mode: char) -> String {
    let negative = number.sign() == bigdecimal::num_bigint::Sign::Minus;
    let size = number.abs();
    let (digits, point) = digits_of(&size);
    let exponent = point - 1;
    let text = if !digits.is_empty() && !(-4..SHORTEST_EXPONENT).contains(&exponent) {
        exponential(&size, None, mode)
    } else {
        size.to_plain_string()
    };
    if negative { format!("-{text}") } else { text }
}

/// Go decides by six digits where no precision is given.
const SHORTEST_EXPONENT: i64 = 6;

/// `%.3g`: so many significant digits, without zeros at the end.
pub(crate) fn general(number: &BigDecimal, precision: usize, mode: char) -> String {
    let precision = precision.max(1);
    let rounded = std::num::NonZeroU64::new(precision as u64).map_or_else(
        || number.clone(),
        |p| number.with_precision_round(p, RoundingMode::HalfEven),
    );
    let (digits, point) = digits_of(&rounded);
    let length = i64::try_from(digits.len()).unwrap_or(0);
    let mut limit = i64::try_from(precision).unwrap_or(i64::MAX);
    if limit > length && length >= point {
        limit = length;
    }
    let exponent = point - 1;
    if !digits.is_empty() && !(-4..limit).contains(&exponent) {
        exponential(&rounded, Some(digits.len().saturating_sub(1)), mode)
    } else {
        rounded.normalized().to_plain_string()
    }
}
