//! What texts say: versions, times, images, URLs, credentials.

use std::sync::Arc;

use hipaa_iac_source::{Map, Node, TemplatePart};

use super::{library, not_readable, text_of};
use crate::{
    cel::{
        eval::{Error, Outcome, Scope},
        value::{Caller, Partial, Val},
    },
    credential, duration, schedule, url_text,
};

pub(super) fn version_at_least(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let (version, least) = (
        text_of(scope, "versionAtLeast", args, 0)?,
        text_of(scope, "versionAtLeast", args, 1)?,
    );
    let Some(least) = numbers(&least) else {
        return Err(Error::new(
            "`versionAtLeast` needs a version of numbers to compare with",
        ));
    };
    match numbers(&version) {
        Some(version) => Ok((version >= least).into()),
        None => not_readable("the text is not a version"),
    }
}

/// The numbers of a version, without zeros at its end, behind letters, `_` and `v` in front. SSL is older than every TLS,
/// and `TLS12` is TLS 1.2.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let text = text.trim();
    let digits = text
        .trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '-' || c == ' ');
    let front = text.strip_suffix(digits).unwrap_or("").to_ascii_lowercase();
    let end = digits
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_'))
        .unwrap_or(digits.len());
    let parts = digits
        .get(..end)?
        .split(['.', '_'])
        .take_while(|part| !part.is_empty());
    let mut numbers: Vec<u64> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
    if front.starts_with("ssl") {
        return (!numbers.is_empty()).then(|| vec![0]);
    }
    if let ([packed @ 10..=13], true) = (numbers.as_slice(), front.starts_with("tls")) {
        numbers = vec![packed / 10, packed % 10];
    }
    if numbers.is_empty() {
        return None;
    }
    while numbers.last() == Some(&0) && numbers.len() > 1 {
        numbers.pop();
    }
    Some(numbers)
}

/// What the policy's author knows that the input does not tell.
pub(super) fn unknown(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    not_readable(text_of(scope, "unknown", args, 0)?)
}

/// The text with `{}` for each part of it that is not known.
pub(super) fn outline(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    match args {
        [Val::Unknown(partial)]
            if partial.alternatives.is_empty() && !partial.template.is_empty() =>
        {
            let parts = partial.template.iter();
            let text: String = parts.map(|part| part.as_deref().unwrap_or("{}")).collect();
            Ok((&*text).into())
        }
        _ => scope.lift(args, |args| {
            Ok((&*text_of(scope, "outline", args, 0)?).into())
        }),
    }
}

/// The text, or each text of a list, with examples in the place of what AWS tells of its caller: for patterns that ask for the
/// form alone.
pub(super) fn with_caller(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [text] = args else {
        return Err(library::no_overload("withCaller", args));
    };
    let partial = match text {
        Val::Unknown(partial) => partial,
        Val::List(list) => {
            let all = list.iter().map(|one| with_caller(scope, &[one]));
            return Ok(all.collect::<Result<Vec<_>, _>>()?.into());
        }
        known => return Ok(known.clone()),
    };
    let Some(node) = &partial.node else {
        return Ok(text.clone());
    };
    if let Some(caller) = Caller::of(node) {
        return Ok(caller.example().into());
    }
    let Some(parts) = node.as_unknown().map(|unknown| &unknown.template) else {
        return Ok(text.clone());
    };
    scope.charge(parts.len())?;
    let whole: Option<String> = parts
        .iter()
        .map(|part| match part {
            TemplatePart::Text(text) => Some(&**text),
            TemplatePart::Hole(hole) => Caller::of(hole).map(Caller::example),
        })
        .collect();
    Ok(match whole {
        Some(whole) if !parts.is_empty() => whole.into(),
        _ => text.clone(),
    })
}

pub(super) fn days(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    match duration::days(&text_of(scope, "days", args, 0)?) {
        Some(days) => Ok(Val::Double(days)),
        None => not_readable("the text is not a duration"),
    }
}

/// How far a clock of the cluster may be ahead of ours, in seconds.
const SKEW: f64 = 300.0;

/// Hours since a moment that a controller of the cluster wrote down. Nothing is known of it from files.
pub(super) fn hours_since(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let text = text_of(scope, "hoursSince", args, 0)?;
    let Some(moment) = scope.world.moment else {
        return not_readable("what became of it, and when, is known in the cluster alone");
    };
    let Ok(then) = chrono::DateTime::parse_from_rfc3339(&text) else {
        return not_readable("the text is not a time");
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of any year fit into 53 bits"
    )]
    let seconds = moment.saturating_sub(then.timestamp()) as f64;
    if seconds < -SKEW {
        return not_readable("the time lies in the future");
    }
    Ok(Val::Double(seconds / 3600.0))
}

pub(super) fn schedule_max_gap_hours(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    scope.charge(20_000)?;
    match schedule::max_gap_hours(&text_of(scope, "scheduleMaxGapHours", args, 0)?) {
        Some(hours) => Ok(Val::Double(hours)),
        None => not_readable("the text is not a schedule"),
    }
}

pub(super) fn image(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let text = text_of(scope, "image", args, 0)?;
    let text = text.trim();
    let (rest, digest) = text.split_once('@').unwrap_or((text, ""));
    let last = rest.rfind('/').map_or(0, |at| at + 1);
    let (rest, tag) = match rest.get(last..).and_then(|name| name.find(':')) {
        Some(at) => (
            rest.get(..last + at).unwrap_or(""),
            rest.get(last + at + 1..).unwrap_or(""),
        ),
        None => (rest, ""),
    };
    let (registry, repository) = match rest.split_once('/') {
        Some((first, left)) if first.contains(['.', ':']) || first == "localhost" => (first, left),
        _ => ("", rest),
    };
    let name = repository.rsplit('/').next().unwrap_or("");
    let members = [
        ("registry", registry),
        ("repository", repository),
        ("name", name),
        ("tag", tag),
        ("digest", digest),
    ];
    let map: Map = members
        .into_iter()
        .map(|(key, value)| (Arc::from(key), Node::string(value)))
        .collect();
    Ok(Val::from(&Node::object(map)))
}

pub(super) fn urls(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let text = text_of(scope, "urls", args, 0)?;
    scope.charge(text.len() / 4)?;
    let urls = url_text::find(&text)
        .iter()
        .map(url_text::Url::node)
        .collect();
    Ok(Val::from(&Node::list(urls)))
}

/// A value that another resource, a Secret or the run gives is no literal; of a text with unknown parts the known ones are looked at.
pub(super) fn looks_like_credential(scope: &Scope<'_>, args: &[Val]) -> Outcome {
    let [name, value] = args else {
        return Err(library::no_overload("looksLikeCredential", args));
    };
    let Val::Str(name) = name else {
        return match name {
            Val::Unknown(_) => Ok(Partial::of(args).into()),
            _ => Err(library::no_overload("looksLikeCredential", args)),
        };
    };
    match value {
        Val::Null | Val::List(_) | Val::Map(_) => Ok(false.into()),
        Val::Str(text) => {
            scope.charge(1 + text.len() / 4)?;
            Ok(credential::is_literal(name, text).into())
        }
        Val::Unknown(partial) if partial.alternatives.is_empty() => {
            if !partial.template.is_empty() {
                // A hole stands for a letter that no password shape holds.
                let text: String = partial
                    .template
                    .iter()
                    .map(|part| part.as_deref().unwrap_or("\u{fffc}"))
                    .collect();
                return Ok(credential::has_literal_password(&text).into());
            }
            let referred = partial
                .node
                .as_ref()
                .is_some_and(|node| !crate::relations::references_in(node).is_empty());
            let outside = |reason: &Arc<str>| {
                reason.starts_with("the value is in the Secret")
                    || &**reason == "the value is known at run time"
            };
            if referred || partial.reasons.iter().any(outside) {
                Ok(false.into())
            } else {
                Ok(Partial::of(args).into())
            }
        }
        Val::Unknown(_) => scope.lift(&[Val::Str(Arc::clone(name)), value.clone()], |args| {
            looks_like_credential(scope, args)
        }),
        Val::Bool(_) | Val::Int(_) | Val::Double(_) | Val::Uint(_) => Ok(false.into()),
        _ => Err(library::no_overload("looksLikeCredential", args)),
    }
}
