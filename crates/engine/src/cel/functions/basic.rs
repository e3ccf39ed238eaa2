//! CEL's own functions, where an answer can be given for what is known in part, or the library's would lose where a value came from.

use std::{cmp::Ordering, sync::Arc};

use super::{as_text, library};
use crate::cel::{
    eval::{Error, Outcome, Scope, scan, weight},
    value::{List, Partial, Val, compare, equal},
};

pub(super) fn size(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let count = |count: usize| Val::Int(i64::try_from(count).unwrap_or(i64::MAX));
    match args {
        [Val::Str(text)] => {
            scope.charge(weight(&Val::Str(Arc::clone(text))))?;
            Ok(count(text.chars().count()))
        }
        [Val::Bytes(bytes)] => Ok(count(bytes.len())),
        [Val::Map(members)] => {
            scope.charge(scan(members.len()))?;
            let open = members.open();
            if open.is_empty() {
                return Ok(count(members.len()));
            }
            let mut partial = Partial::of(&open);
            partial.set = true;
            partial.at_least = i64::try_from(members.len() - open.len()).ok();
            Ok(partial.into())
        }
        [Val::List(list)] => {
            scope.charge(scan(list.len()))?;
            if !list.is_open() {
                return Ok(count(list.len()));
            }
            scope.charge(list.len())?;
            let known = list.iter().filter(|element| !element.is_many()).count();
            let mut partial =
                Partial::of(list.iter().filter(Val::is_many).collect::<Vec<_>>().iter());
            partial.set = true;
            partial.at_least = i64::try_from(known).ok();
            Ok(partial.into())
        }
        [Val::Unknown(partial)] if partial.alternatives.is_empty() => {
            let known: usize = partial
                .template
                .iter()
                .flatten()
                .map(|text| text.chars().count())
                .sum();
            let mut answer = Partial::of(args);
            answer.set = true;
            answer.at_least = Some(i64::try_from(known).unwrap_or(0));
            Ok(answer.into())
        }
        [Val::Unknown(_)] => scope.lift(args, |args| size(scope, args)),
        [val] if scope.coerce => match as_text(val) {
            text @ Val::Str(_) => size(scope, &[text]),
            _ => Err(library::no_overload("size", args)),
        },
        args => Err(library::no_overload("size", args)),
    }
}

pub(super) fn type_name(_: &Scope<'_>, args: &[Val]) -> Outcome {
    Ok(Val::Type(
        args.first().map_or("null_type", Val::type_name).into(),
    ))
}

pub(super) fn dynamic(_: &Scope<'_>, args: &[Val]) -> Outcome {
    Ok(args.first().cloned().unwrap_or(Val::Null))
}

/// Asks a question about a text that what is known of it may answer already.
fn about_text(
    scope: &Scope<'_>,
    name: &str,
    args: &[Val],
    known: fn(&str, &str) -> bool,
    partly: fn(&Partial, &str) -> Option<bool>,
) -> Outcome {
    match args {
        [Val::Unknown(partial), Val::Str(wanted)] if partial.alternatives.is_empty() => {
            Ok(partly(partial, wanted).map_or_else(|| Partial::of(args).into(), Val::Bool))
        }
        _ => scope.lift(args, |args| match args {
            [subject, Val::Str(wanted)] => {
                scope.charge(weight(subject))?;
                let text = if scope.coerce {
                    as_text(subject)
                } else {
                    subject.clone()
                };
                match &text {
                    Val::Str(text) => Ok(known(text, wanted).into()),
                    _ => Err(library::no_overload(name, args)),
                }
            }
            args => Err(library::no_overload(name, args)),
        }),
    }
}

pub(super) fn starts_with(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    about_text(
        scope,
        "startsWith",
        args,
        |text, wanted| text.starts_with(wanted),
        |partial, wanted| {
            let (start, _) = partial.known_ends();
            if start.starts_with(wanted) {
                Some(true)
            } else {
                (!wanted.starts_with(start)).then_some(false)
            }
        },
    )
}

pub(super) fn ends_with(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    about_text(
        scope,
        "endsWith",
        args,
        |text, wanted| text.ends_with(wanted),
        |partial, wanted| {
            let (_, end) = partial.known_ends();
            if end.ends_with(wanted) {
                Some(true)
            } else {
                (!wanted.ends_with(end)).then_some(false)
            }
        },
    )
}

pub(super) fn contains(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    about_text(
        scope,
        "contains",
        args,
        |text, wanted| text.contains(wanted),
        |partial, wanted| {
            (wanted.is_empty()
                || partial
                    .template
                    .iter()
                    .flatten()
                    .any(|text| text.contains(wanted)))
            .then_some(true)
        },
    )
}

pub(super) fn matches(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [subject, Val::Str(pattern)] = args else {
        return Err(library::no_overload("matches", args));
    };
    // A pattern that is computed may have to be compiled; which of them are kept changes nothing of the budget.
    scope.charge(1000 + pattern.len() + weight(subject))?;
    let pattern = scope
        .patterns
        .get(pattern)
        .map_err(|_| Error::new("the pattern is not a regular expression"))?;
    let text = if scope.coerce {
        as_text(subject)
    } else {
        subject.clone()
    };
    match &text {
        Val::Str(text) => Ok(pattern.is_match(text).into()),
        _ => Err(library::no_overload("matches", args)),
    }
}

fn list<'a>(name: &str, args: &'a [Val]) -> Result<&'a List, Error> {
    match args.first() {
        Some(Val::List(list)) => Ok(list),
        _ => Err(library::no_overload(name, args)),
    }
}

pub(super) fn flatten(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    if matches!(args, [Val::Unknown(_)]) {
        return scope.lift(args, |args| flatten(scope, args));
    }
    let mut flat = Vec::new();
    for element in list("flatten", args)?.iter() {
        match element {
            Val::List(inner) => {
                scope.charge(inner.len())?;
                flat.extend(inner.iter());
            }
            // An unknown element may be a list of any length.
            Val::Unknown(partial) => {
                let shape = match &partial.element {
                    Some(Val::List(_)) | None => None,
                    Some(other) => Some(other.clone()),
                };
                flat.push(Val::many(shape, partial.reasons.clone()));
            }
            other => flat.push(other),
        }
    }
    Ok(flat.into())
}

pub(super) fn distinct(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let list = list("distinct", args)?;
    if list.iter().any(|element| element.holds_unknown()) {
        return Ok(Partial::of(list.iter().collect::<Vec<_>>().iter()).into());
    }
    scope.charge(list.len().saturating_mul(list.len()))?;
    let mut kept: Vec<Val> = Vec::new();
    for element in list.iter() {
        if !kept
            .iter()
            .any(|other| matches!(equal(other, &element, false), Val::Bool(true)))
        {
            kept.push(element);
        }
    }
    Ok(kept.into())
}

pub(super) fn reverse(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    match args {
        [Val::List(list)] => {
            scope.charge(list.len())?;
            let mut elements: Vec<Val> = list.iter().collect();
            elements.reverse();
            Ok(elements.into())
        }
        args => library::call("reverse", true, args),
    }
}

pub(super) fn slice(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let list = list("slice", args)?;
    scope.charge(list.len())?;
    let bounds = match args {
        [_, Val::Int(start), Val::Int(end)] => {
            usize::try_from(*start).ok().zip(usize::try_from(*end).ok())
        }
        _ => None,
    };
    let Some((start, end)) = bounds.filter(|(start, end)| start <= end && *end <= list.len())
    else {
        return Err(Error::new("`slice` has no such bounds"));
    };
    if list.is_open() {
        return Ok(Partial::of(list.iter().collect::<Vec<_>>().iter()).into());
    }
    Ok(list
        .iter()
        .skip(start)
        .take(end - start)
        .collect::<Vec<_>>()
        .into())
}

pub(super) fn sort(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let list = list("sort", args)?;
    sorted(scope, "sort", list, list)
}

pub(super) fn sort_by_keys(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [Val::List(list), Val::List(keys)] = args else {
        return Err(library::no_overload("sortBy", args));
    };
    sorted(scope, "sortBy", list, keys)
}

fn sorted(scope: &Scope<'_>, name: &str, list: &List, keys: &List) -> Outcome {
    scope.charge(list.len().saturating_mul(8))?;
    let unknown: Vec<Val> = list
        .iter()
        .chain(keys.iter())
        .filter(Val::is_unknown)
        .collect();
    if !unknown.is_empty() {
        return Ok(Partial::of(&unknown).into());
    }
    let mut pairs: Vec<(Val, Val)> = keys.iter().zip(list.iter()).collect();
    let first = pairs.first().map(|(key, _)| key.clone());
    if pairs.iter().any(|(key, _)| {
        first
            .as_ref()
            .is_some_and(|first| compare(first, key, false).is_none())
    }) {
        return Err(Error::new(format!(
            "`{name}` needs keys of one type that has an order"
        )));
    }
    pairs.sort_by(|(a, _), (b, _)| compare(a, b, false).unwrap_or(Ordering::Equal));
    Ok(pairs
        .into_iter()
        .map(|(_, value)| value)
        .collect::<Vec<_>>()
        .into())
}

pub(super) fn optional_of(_: &Scope<'_>, args: &[Val]) -> Outcome {
    Ok(Val::Optional(args.first().cloned().map(Arc::new)))
}

pub(super) fn optional_none(_: &Scope<'_>, _: &[Val]) -> Outcome {
    Ok(Val::Optional(None))
}

pub(super) fn optional_of_non_zero(_: &Scope<'_>, args: &[Val]) -> Outcome {
    let zero = match args.first() {
        None
        | Some(Val::Null | Val::Bool(false) | Val::Int(0) | Val::Uint(0) | Val::Optional(None)) => {
            true
        }
        Some(Val::Double(number)) => *number == 0.0,
        Some(Val::Str(text)) => text.is_empty(),
        Some(Val::Bytes(bytes)) => bytes.is_empty(),
        Some(Val::List(list)) => list.len() == 0,
        Some(Val::Map(members)) => members.len() == 0,
        _ => false,
    };
    Ok(Val::Optional(
        args.first().filter(|_| !zero).cloned().map(Arc::new),
    ))
}

pub(super) fn has_value(_: &Scope<'_>, args: &[Val]) -> Outcome {
    match args {
        [Val::Optional(value)] => Ok(value.is_some().into()),
        args => Err(library::no_overload("hasValue", args)),
    }
}

pub(super) fn value(_: &Scope<'_>, args: &[Val]) -> Outcome {
    match args {
        [Val::Optional(Some(value))] => Ok((**value).clone()),
        [Val::Optional(None)] => Err(Error::new(
            "the optional has no value: ask `hasValue()` first",
        )),
        args => Err(library::no_overload("value", args)),
    }
}

pub(super) fn or(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    match args {
        [some @ Val::Optional(Some(_)), _] => Ok(some.clone()),
        [Val::Optional(None), other] => Ok(other.clone()),
        [Val::Unknown(_), other] => {
            each_alternative(args, other, |optional, other| or(scope, &[optional, other]))
        }
        args => Err(library::no_overload("or", args)),
    }
}

/// Whether a value is a list, or a map, where the one that stands in for it is.
fn stands_for(value: &Val, other: &Val) -> bool {
    match other {
        Val::List(_) => matches!(value, Val::List(_) | Val::Unknown(_)),
        Val::Map(_) => matches!(value, Val::Map(_) | Val::Resource(_) | Val::Unknown(_)),
        _ => true,
    }
}

pub(super) fn or_value(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    match args {
        // Where a list or a map is meant, Terraform refuses anything else.
        [Val::Optional(Some(value)), other] if scope.coerce && !stands_for(value, other) => {
            let wanted = if matches!(other, Val::List(_)) {
                "a list"
            } else {
                "a map"
            };
            Ok(Val::unknown(format!("{wanted} is wanted here")))
        }
        [Val::Optional(Some(value)), _] => Ok((**value).clone()),
        [Val::Optional(None), other] => Ok(other.clone()),
        [Val::Unknown(partial), other] => {
            let answer = each_alternative(args, other, |optional, other| {
                or_value(scope, &[optional, other])
            })?;
            Ok(match (answer, &partial.identity, other) {
                // The same in place of what is not there makes the same of it.
                (Val::Unknown(answer), Some(of), Val::Str(text)) => Partial {
                    identity: Some(format!("{of}, or {text:?}").into()),
                    ..(*answer).clone()
                }
                .into(),
                (answer, ..) => answer,
            })
        }
        args => Err(library::no_overload("orValue", args)),
    }
}

/// The answers of every optional that it may be, though the other value may not be known either.
fn each_alternative(args: &[Val], other: &Val, run: impl Fn(Val, Val) -> Outcome) -> Outcome {
    let Some(Val::Unknown(partial)) = args.first() else {
        return Ok(Val::Null);
    };
    let mut answer: Option<Val> = None;
    for alternative in &partial.alternatives {
        let next = run(alternative.clone(), other.clone())?;
        answer = Some(match answer {
            Some(before) => Val::either(before, next, false),
            None => next,
        });
    }
    Ok(match answer {
        Some(Val::Unknown(answer)) => {
            let mut answer = (*answer).clone();
            answer.add_reasons(&partial.reasons);
            answer.into()
        }
        Some(known) => known,
        None => Partial::of(args).into(),
    })
}
