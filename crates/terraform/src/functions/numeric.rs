//! Numbers.

use bigdecimal::{RoundingMode, num_bigint::BigInt};

use super::{Args, Num, Val, double, number};
use crate::value::Kind;

pub(super) fn abs(args: &Args<'_>) -> Result<Val, String> {
    Ok(Val::num(args.number(0)?.abs()))
}

pub(super) fn ceil(args: &Args<'_>) -> Result<Val, String> {
    number(args.number(0)?.whole(RoundingMode::Ceiling))
}

pub(super) fn floor(args: &Args<'_>) -> Result<Val, String> {
    number(args.number(0)?.whole(RoundingMode::Floor))
}

/// Terraform calculates logarithms and powers with doubles.
pub(super) fn log(args: &Args<'_>) -> Result<Val, String> {
    double(args.number(0)?.to_f64().ln() / args.number(1)?.to_f64().ln())
}

pub(super) fn pow(args: &Args<'_>) -> Result<Val, String> {
    double(args.number(0)?.to_f64().powf(args.number(1)?.to_f64()))
}

pub(super) fn max(args: &Args<'_>) -> Result<Val, String> {
    let numbers = args.rest(0).iter().filter_map(Val::as_num);
    numbers
        .cloned()
        .reduce(Num::largest)
        .map(Val::num)
        .ok_or_else(|| "must pass at least one number".to_owned())
}

pub(super) fn min(args: &Args<'_>) -> Result<Val, String> {
    let numbers = args.rest(0).iter().filter_map(Val::as_num);
    numbers
        .cloned()
        .reduce(Num::smallest)
        .map(Val::num)
        .ok_or_else(|| "must pass at least one number".to_owned())
}

pub(super) fn signum(args: &Args<'_>) -> Result<Val, String> {
    Ok(Val::num(args.int(0)?.signum()))
}

pub(super) fn parseint(args: &Args<'_>) -> Result<Val, String> {
    let Kind::Str(text) = &args.get(0)?.kind else {
        return Err("the first argument must be a string".to_owned());
    };
    let base = args.int(1)?;
    if !(2..=62).contains(&base) {
        return Err("the base must be from 2 to 62".to_owned());
    }
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() {
        return Err("not a number in this base".to_owned());
    }
    if digits.len() > 4096 {
        return Err("the number is too large".to_owned());
    }
    let mut sum = BigInt::from(0);
    for digit in digits {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'z' => digit - b'a' + 10,
            b'A'..=b'Z' if base <= 36 => digit - b'A' + 10,
            b'A'..=b'Z' => digit - b'A' + 36,
            _ => u8::MAX,
        };
        if i64::from(value) >= base {
            return Err("not a number in this base".to_owned());
        }
        sum = sum * base + value;
    }
    number(Num::of_whole(if negative { -sum } else { sum }))
}

pub(super) fn sum(args: &Args<'_>) -> Result<Val, String> {
    let elements = args.elements(0)?;
    let mut total: Option<Num> = None;
    for element in elements {
        if element.is_null() {
            return Err("argument must be list, set, or tuple of number values".to_owned());
        }
        let element = element.convert(&crate::value::Type::Number)?;
        let number = element
            .as_num()
            .ok_or("argument must be list, set, or tuple of number values")?;
        total = Some(match total {
            None => number.clone(),
            Some(total) => total.add(number).ok_or("the number is too large")?,
        });
    }
    total
        .map(Val::num)
        .ok_or_else(|| "cannot sum an empty list".to_owned())
}
