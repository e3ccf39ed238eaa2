//! Lists, tuples, sets, maps and objects.
//!
//! An element that stands for several (`many`) and one whose value is not known are told apart: with the second, the
//! length of a list is known.

use std::{collections::BTreeMap, sync::Arc};

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Args, Num, Refs, Val, holds_many, is_sequence, reasons, strings};
use crate::value::{
    Attribute, Bounds, Kind, Members, Type, Unk, any_of, one_of, unify, unify_values,
};

/// The greatest length that there is.
const MOST: usize = usize::MAX >> 1;

/// An element that stands for zero or more that are not known, made from `val`.
fn rest_of(val: &Val, element: Option<Val>) -> Val {
    let unk = Unk {
        reasons: val.reasons(),
        many: true,
        element: element.map(Box::new),
        ..Unk::default()
    };
    Val::unknown(unk)
        .mark(val.holds_sensitive())
        .with_refs(&val.all_refs())
        .at(val.span)
}

/// A list of which some elements stand for several: its length is not known, nor then where an element stands that
/// comes behind one of those. So the whole is unknown, and the list the one form that it can take.
fn partly_known(elements: Vec<Val>, args: &Args<'_>, list: fn(Vec<Val>) -> Val) -> Val {
    let many = |val: &Val| val.as_unknown().is_some_and(|unk| unk.many);
    let Some(first) = elements.iter().position(many) else {
        return list(elements);
    };
    let sensitive = elements.iter().any(Val::holds_sensitive);
    let refs: Vec<Refs> = elements.iter().map(Val::all_refs).collect();
    let behind = elements.iter().skip(first);
    let alternatives = if behind.into_iter().all(many) {
        vec![list(elements)]
    } else {
        vec![]
    };
    Val::unknown(Unk {
        reasons: reasons(args.values),
        set: true,
        // Of a tuple of unknown length Terraform does not even know that.
        not_null: matches!(list(vec![]).kind, Kind::List(_)),
        alternatives,
        ..Unk::default()
    })
    .mark(sensitive)
    .with_refs(&Refs::union_all(&refs))
}

/// What is not known of a list has the type of another.
fn of_list(mut val: Val, list: &Val) -> Val {
    if let Kind::Unknown(unk) = &mut val.kind {
        Arc::make_mut(unk).ty = list.type_of();
    }
    val
}

/// The members of a map or object; for an unknown object of a known type its members are unknown.
fn members_of(val: &Val) -> Option<Members> {
    if let Some(members) = val.members() {
        return Some(members.clone());
    }
    let unk = val.as_unknown()?;
    let Type::Object(attributes) = &unk.ty else {
        return None;
    };
    let member = |ty: &Type| {
        let unk = Unk {
            reasons: unk.reasons.clone(),
            ty: ty.clone(),
            ..Unk::default()
        };
        Val::unknown(unk).mark(val.sensitive).with_refs(&val.refs)
    };
    Some(
        attributes
            .iter()
            .map(|(key, attribute)| (Arc::clone(key), member(&attribute.ty)))
            .collect(),
    )
}

pub(super) fn alltrue(args: &Args<'_>) -> Result<Val, String> {
    all(args, false)
}

pub(super) fn anytrue(args: &Args<'_>) -> Result<Val, String> {
    all(args, true)
}

/// `decisive` settles the result; null counts as false. Terraform's `alltrue` stops at the first element that is not known.
fn all(args: &Args<'_>, decisive: bool) -> Result<Val, String> {
    let Some(elements) = args.get(0)?.elements() else {
        return Ok(args.unknown());
    };
    let refs = Refs::union_all(elements.iter().map(|element| &element.refs));
    let settles =
        |element: &Val| element.is_null() && !decisive || element.as_bool() == Some(decisive);
    let mut known = elements
        .iter()
        .take_while(|element| decisive || element.is_known());
    let result = if known.any(settles) {
        decisive.into()
    } else if elements.iter().all(Val::is_known) {
        (!decisive).into()
    } else {
        args.unknown()
    };
    let sensitive = if result.is_known() {
        elements.iter().any(Val::holds_marked)
    } else {
        elements.iter().any(Val::holds_sensitive)
    };
    Ok(result.mark(sensitive).with_refs(&refs))
}

/// A length that is not known but for its bounds.
fn counted(args: &Args<'_>, least: usize, most: Option<usize>) -> Val {
    bounded(args.unknown(), Some((least.into(), most.map(Num::from))))
}

fn bounded(mut result: Val, bounds: Option<Bounds>) -> Val {
    if let Kind::Unknown(unk) = &mut result.kind {
        Arc::make_mut(unk).bounds = bounds;
    }
    result
}

pub(super) fn length(args: &Args<'_>) -> Result<Val, String> {
    let value = args.get(0)?;
    let count = match &value.kind {
        Kind::Str(text) => {
            args.spend(text.len() / 8)?;
            text.graphemes(true).count()
        }
        _ if holds_many(value) => return Ok(counted(args, 0, Some(MOST))),
        Kind::Set(elements) if elements.len() > 1 && !elements.iter().all(Val::is_wholly_known) => {
            return Ok(counted(args, 1, Some(elements.len())));
        }
        Kind::List(elements) | Kind::Tuple(elements) | Kind::Set(elements) => elements.len(),
        Kind::Map(members) | Kind::Object(members) => members.len(),
        Kind::Unknown(unk) => match &unk.ty {
            Type::Tuple(types) => types.len(),
            Type::Object(attributes) => attributes.len(),
            Type::Bool | Type::Number => {
                return Err("a string or a collection is required".to_owned());
            }
            Type::Any => return Ok(args.unknown()),
            Type::String => {
                let begun = unk.known_prefix().graphemes(true).count();
                return Ok(counted(args, begun, None));
            }
            _ => {
                return Ok(match value.lengths() {
                    Some((least, Some(most))) if least == most => Val::num(least),
                    None => counted(args, 0, Some(MOST)),
                    bounds => bounded(args.unknown(), bounds),
                });
            }
        },
        _ => return Err("a string or a collection is required".to_owned()),
    };
    Ok(Val::num(Num::from(count)))
}

pub(super) fn element(args: &Args<'_>) -> Result<Val, String> {
    let list = args.get(0)?;
    let (Kind::List(elements) | Kind::Tuple(elements)) = &list.kind else {
        return Err("the first argument must be a list or tuple".to_owned());
    };
    let index = args.int(1)?;
    let length = i64::try_from(elements.len()).map_err(|error| error.to_string())?;
    if length == 0 {
        return Err("cannot use element with an empty list".to_owned());
    }
    let at = match index % length {
        // Counted from the end; with tuples Terraform fails.
        at if at < 0 && matches!(list.kind, Kind::List(_)) => at + length,
        at if at < 0 => return Err("cannot use element with a negative index".to_owned()),
        at => at,
    };
    let at = usize::try_from(at).unwrap_or(0);
    elements
        .get(at)
        .cloned()
        .ok_or_else(|| "no such element".to_owned())
}

pub(super) fn index(args: &Args<'_>) -> Result<Val, String> {
    let list = args.get(0)?;
    let value = args.get(1)?;
    // Then Terraform does not even look at the list.
    if !value.is_known() {
        return Ok(args.unknown());
    }
    let elements = match &list.kind {
        Kind::List(elements) | Kind::Tuple(elements) => elements,
        Kind::Unknown(_) => return Ok(args.unknown()),
        _ => return Err("the first argument must be a list or tuple".to_owned()),
    };
    args.spend(elements.len())?;
    let to_schema = list.all_refs().union(&value.all_refs()).to_schema();
    for (at, element) in elements.iter().enumerate() {
        let many = element.as_unknown().is_some_and(|unk| unk.many);
        match element.equals(value) {
            Some(equal) if to_schema && element.converts(value, equal) => {
                return Ok(args.unknown());
            }
            Some(true) => return Ok(Val::num(Num::from(at))),
            Some(false) if !many => {}
            _ => return Ok(args.unknown()),
        }
    }
    Err("item not found".to_owned())
}

pub(super) fn contains(args: &Args<'_>) -> Result<Val, String> {
    let list = args.get(0)?;
    let value = args.get(1)?;
    let Some(elements) = list.elements() else {
        return if list.is_known() && value.is_known() {
            Err("the first argument must be a list, tuple or set".to_owned())
        } else {
            Ok(args.unknown())
        };
    };
    args.spend(elements.len())?;
    let sensitive = elements.iter().any(Val::holds_sensitive) || value.holds_sensitive();
    if !value.is_known() {
        return Ok(args.unknown().mark(sensitive));
    }
    let to_schema = list.all_refs().union(&value.all_refs()).to_schema();
    let mut known = true;
    for element in elements {
        let many = element.as_unknown().is_some_and(|unk| unk.many);
        match element.equals(value) {
            Some(equal) if to_schema && element.converts(value, equal) => known = false,
            Some(true) => return Ok(Val::from(true).mark(sensitive)),
            Some(false) if !many => {}
            _ => known = false,
        }
    }
    Ok(if known { false.into() } else { args.unknown() }.mark(sensitive))
}

pub(super) fn coalesce(args: &Args<'_>) -> Result<Val, String> {
    let values = args.rest(0);
    let types: Vec<Type> = values.iter().map(Val::type_of).collect();
    let ty = unify(&types).ok_or("all arguments must have the same type")?;
    // Beside a primitive type, one that is not known is taken for it.
    let open = types.iter().any(Type::is_any) && !ty.is_primitive();
    let mut outcomes = Vec::new();
    for value in values {
        let mut value = value.clone();
        let converted = value.convert(&ty)?;
        // The type of what is not known may yet widen the common one.
        if !open || value.is_known() {
            value = converted;
        }
        match &value.kind {
            Kind::Null => {}
            Kind::Str(text) if text.is_empty() => {}
            Kind::Unknown(unk) => {
                let certain = unk.set || unk.not_null && !matches!(ty, Type::String | Type::Any);
                // Where it is chosen, it is not null.
                let mut chosen = value.with_kind(Kind::Unknown(Arc::new(Unk {
                    set: true,
                    ..(**unk).clone()
                })));
                chosen.span = value.span;
                outcomes.push(chosen);
                if certain {
                    break;
                }
            }
            _ => {
                outcomes.push(value);
                break;
            }
        }
    }
    let mut result = match outcomes.as_slice() {
        [] => return Err("no argument is set".to_owned()),
        [only] => only.clone(),
        _ => one_of(reasons(values), outcomes),
    };
    if let Kind::Unknown(unk) = &mut result.kind {
        let unk = Arc::make_mut(unk);
        unk.not_null = !open;
        unk.prefix = Some(0);
        unk.ty = if open { Type::Any } else { ty };
    }
    Ok(result)
}

pub(super) fn coalescelist(args: &Args<'_>) -> Result<Val, String> {
    // All that stand before one that is not known must be lists, also those that are not chosen.
    let mut before = args.rest(0).iter().take_while(|value| value.is_known());
    let is_list = |value: &Val| match &value.kind {
        Kind::Null => matches!(value.type_of(), Type::List(_) | Type::Tuple(_)),
        kind => matches!(kind, Kind::List(_) | Kind::Tuple(_)),
    };
    if !before.all(is_list) {
        return Err("all arguments must be lists or tuples".to_owned());
    }
    for value in args.rest(0) {
        match &value.kind {
            Kind::Unknown(_) => return Ok(args.unknown()),
            Kind::List(elements) | Kind::Tuple(elements) => {
                if elements
                    .iter()
                    .any(|element| !element.as_unknown().is_some_and(|unk| unk.many))
                {
                    return Ok(value.clone());
                }
                if !elements.is_empty() {
                    return Ok(args.unknown());
                }
            }
            _ => {}
        }
    }
    Err("no argument is a list with elements".to_owned())
}

/// An unknown element may be empty and so not be there.
pub(super) fn compact(args: &Args<'_>) -> Result<Val, String> {
    let Some(elements) = args.get(0)?.elements() else {
        return Ok(args.unknown());
    };
    args.spend(elements.len())?;
    let kept = elements
        .iter()
        .filter_map(|element| match element.as_str() {
            Some("") => None,
            Some(_) => Some(element.clone()),
            None if element.is_null() => None,
            None => match element.as_unknown() {
                Some(unk) if unk.is_set() || Unk::has_text(&unk.template) => Some(element.clone()),
                _ => Some(rest_of(element, Some(element.clone()))),
            },
        });
    let kept = partly_known(kept.collect(), args, Val::list);
    // As Terraform sees it, nothing is known of it before everything is.
    let kept = if kept.is_known() && !kept.is_wholly_known() {
        one_of(kept.reasons(), vec![kept])
    } else {
        kept
    };
    Ok(of_list(kept, args.get(0)?))
}

/// The type of lists and tuples put together, where the length of each is known.
fn together(values: &[Val]) -> Option<Type> {
    let mut all = Vec::new();
    for value in values {
        match (value.type_of(), value.elements()) {
            (Type::Tuple(types), _) => all.extend(types.iter().cloned()),
            (Type::List(of), Some(elements)) => all.extend(elements.iter().map(|_| (*of).clone())),
            _ => return None,
        }
    }
    Some(Type::Tuple(Arc::new(all)))
}

/// An unknown list stands behind the known elements as one that stands for several.
pub(super) fn concat(args: &Args<'_>) -> Result<Val, String> {
    let values = args.rest(0);
    if values.is_empty() {
        return Err("at least one argument is required".to_owned());
    }
    let lists = values.iter().all(|value| match &value.kind {
        Kind::List(_) => true,
        Kind::Unknown(unk) => matches!(unk.ty, Type::List(_)),
        _ => false,
    });
    let mut all = Vec::new();
    let mut known = false;
    for value in values {
        match &value.kind {
            Kind::List(elements) | Kind::Tuple(elements) => {
                args.spend(elements.len())?;
                known |= !elements.is_empty();
                all.extend_from_slice(elements);
            }
            Kind::Unknown(unk) => match &unk.ty {
                Type::Any | Type::List(_) | Type::Tuple(_) => {
                    all.push(rest_of(value, unk.element.as_deref().cloned()));
                    // Without all the types Terraform looks at nothing of what follows.
                    if !lists && !matches!(unk.ty, Type::Tuple(_)) {
                        break;
                    }
                }
                _ => return Err("all arguments must be lists or tuples".to_owned()),
            },
            _ => return Err("all arguments must be lists or tuples".to_owned()),
        }
    }
    let typed = |mut result: Val, ty: Option<Type>| {
        if let (Kind::Unknown(unk), Some(ty)) = (&mut result.kind, ty) {
            let unk = Arc::make_mut(unk);
            (unk.ty, unk.not_null) = (ty, true);
        }
        result
    };
    if !known && values.iter().any(|value| !value.is_known()) {
        let types: Vec<Type> = values.iter().map(Val::type_of).collect();
        let ty = if lists {
            unify(&types)
        } else {
            together(values)
        };
        return Ok(typed(args.unknown(), ty));
    }
    let sensitive = values.iter().any(|value| value.sensitive);
    if !lists {
        let all = partly_known(all, args, Val::tuple).mark(sensitive);
        return Ok(typed(all, together(values)));
    }
    let all = unify_values(&all).map_or(all, |(_, values)| values);
    Ok(partly_known(all, args, Val::list).mark(sensitive))
}

/// Whether two values are equal is only known where both are: an unknown element may be one that is there already.
pub(super) fn distinct(args: &Args<'_>) -> Result<Val, String> {
    let Some(elements) = args.get(0)?.elements() else {
        return Ok(args.unknown());
    };
    let mut kept: Vec<Val> = Vec::new();
    for element in elements {
        args.spend(1 + kept.len())?;
        if !element.is_wholly_known() {
            // Alone it is there in any case.
            if elements.len() == 1 {
                let list = Val::list(vec![element.clone()]);
                return Ok(of_list(one_of(element.reasons(), vec![list]), args.get(0)?));
            }
            kept.push(rest_of(element, Some(element.clone())));
        } else if !kept.iter().any(|other| other.equals(element) == Some(true)) {
            kept.push(element.clone());
        }
    }
    Ok(of_list(partly_known(kept, args, Val::list), args.get(0)?))
}

pub(super) fn flatten(args: &Args<'_>) -> Result<Val, String> {
    let list = args.get(0)?;
    if !list.is_known() {
        return Ok(args.unknown());
    }
    if !is_sequence(list) {
        return Err("can only flatten lists, sets and tuples".to_owned());
    }
    let mut flat = Vec::new();
    let sensitive = flatten_into(list, args, &mut flat)?;
    Ok(partly_known(flat, args, Val::tuple).mark(sensitive))
}

/// Whether Terraform, too, knows no type of it: the attributes of `terraform_data` have none, those of other resources the
/// one of a schema.
fn has_no_type(val: &Val) -> bool {
    let refs = val.all_refs();
    !refs.is_empty() && !refs.to_schema()
}

/// Whether any of the lists is sensitive as a whole, which makes the result so.
fn flatten_into(list: &Val, args: &Args<'_>, flat: &mut Vec<Val>) -> Result<bool, String> {
    let mut sensitive = list.sensitive;
    let elements = list.elements().unwrap_or_default();
    args.spend(elements.len())?;
    for element in elements {
        match &element.kind {
            // How many elements such a set has is not known.
            Kind::Set(inner) if inner.len() > 1 && !element.is_wholly_known() => {
                sensitive |= element.sensitive;
                let shape = any_of(element, inner.to_vec(), Type::Any);
                flat.push(rest_of(element, Some(shape)));
            }
            Kind::List(_) | Kind::Tuple(_) | Kind::Set(_) => {
                sensitive |= flatten_into(element, args, flat)?;
            }
            // What is not known may be a list. Of no known type and with a mark, Terraform plans it as one element, and
            // refuses to apply it as any other number.
            Kind::Unknown(unk)
                if !(unk.many
                    || unk.ty.is_any() && element.is_marked() && has_no_type(element))
                    && matches!(
                        unk.ty,
                        Type::Any | Type::List(_) | Type::Set(_) | Type::Tuple(_)
                    ) =>
            {
                sensitive |= element.sensitive;
                flat.push(rest_of(element, unk.element.as_deref().cloned()));
            }
            _ => flat.push(element.clone().with_refs(&list.refs)),
        }
    }
    Ok(sensitive)
}

pub(super) fn keys(args: &Args<'_>) -> Result<Val, String> {
    let map = args.get(0)?;
    let Some(members) = members_of(map) else {
        return match map.as_unknown().map(|unk| &unk.ty) {
            Some(Type::Any | Type::Map(_)) => Ok(args.unknown()),
            _ => Err("must have map or object type".to_owned()),
        };
    };
    args.spend(members.len())?;
    let keys = members.keys().map(|key| Val::str(Arc::clone(key)));
    Ok(if matches!(map.kind, Kind::Map(_)) {
        Val::list(keys.collect())
    } else {
        Val::tuple(keys.collect())
    })
}

pub(super) fn values(args: &Args<'_>) -> Result<Val, String> {
    let map = args.get(0)?;
    let members = map.members().ok_or("values() requires a map or object")?;
    args.spend(members.len())?;
    let values: Vec<Val> = members.values().cloned().collect();
    Ok(if matches!(map.kind, Kind::Map(_)) {
        Val::list(values)
    } else {
        Val::tuple(values)
    })
}

pub(super) fn lookup(args: &Args<'_>) -> Result<Val, String> {
    let (map, key) = (args.get(0)?, args.get(1)?);
    let default = match args.rest(2) {
        [] => None,
        [default] => Some(default),
        _ => return Err("takes two or three arguments".to_owned()),
    };
    let unclear = || {
        let refs: Vec<Refs> = args.rest(0).iter().map(Val::all_refs).collect();
        args.unknown()
            .mark(map.sensitive || key.sensitive)
            .with_refs(&Refs::union_all(&refs))
    };
    match map.as_unknown().map(|unk| &unk.ty) {
        Some(Type::Any | Type::Map(_)) => return Ok(unclear()),
        Some(Type::Object(_)) | None => {}
        Some(_) => return Err("the first argument must be a map or object".to_owned()),
    }
    let known = members_of(map);
    let members = known
        .as_ref()
        .ok_or("the first argument must be a map or object")?;
    let Some(name) = key.as_str() else {
        return Ok(unclear());
    };
    let seen = |value: Val| {
        let refs = map.refs.union(&key.refs);
        value.mark(map.sensitive || key.sensitive).with_refs(&refs)
    };
    if let Some(value) = members.get(name) {
        return Ok(seen(value.clone()));
    }
    let default = default.ok_or("the key is not in the map, and there is no default")?;
    match map.type_of() {
        Type::Map(of) if !of.is_any() => default
            .convert(&of)
            .map(seen)
            .map_err(|_| "the default must have the type of the map's elements".to_owned()),
        _ => Ok(seen(default.clone())),
    }
}

/// Keys of later arguments win.
pub(super) fn merge(args: &Args<'_>) -> Result<Val, String> {
    let values = args.rest(0);
    let mut merged = Members::new();
    let mut unclear = false;
    let mut types: Option<Vec<Type>> = Some(Vec::new());
    for value in values {
        if value.is_null() {
            if !matches!(value.type_of(), Type::Any | Type::Map(_) | Type::Object(_)) {
                return Err("arguments must be maps or objects".to_owned());
            }
            continue;
        }
        match (value.type_of(), &mut types) {
            (ty @ Type::Map(_), Some(types)) => types.push(ty),
            _ => types = None,
        }
        match value.members() {
            Some(members) => {
                args.spend(members.len())?;
                let own = members.iter();
                merged.extend(own.map(|(key, member)| (Arc::clone(key), member.clone())));
            }
            None if matches!(
                value.as_unknown().map(|unk| &unk.ty),
                Some(Type::Any | Type::Map(_) | Type::Object(_))
            ) =>
            {
                unclear = true;
                // Of what follows a value of unknown type Terraform looks at nothing.
                if value.as_unknown().is_some_and(|unk| unk.ty.is_any()) {
                    break;
                }
            }
            None => return Err("arguments must be maps or objects".to_owned()),
        }
    }
    if unclear {
        // Which keys there are is not known: nor, then, is the whole.
        let refs: Vec<Refs> = values.iter().map(Val::all_refs).collect();
        let certain = values
            .iter()
            .any(|value| !value.is_null() && value.is_known());
        let ty = merged_type(values);
        let unk = Unk {
            reasons: reasons(values),
            set: certain,
            not_null: ty.is_some(),
            ty: ty.unwrap_or_default(),
            veiled: !values.iter().any(Val::is_marked),
            ..Unk::default()
        };
        let sensitive = values.iter().any(Val::holds_sensitive);
        return Ok(Val::unknown(unk)
            .mark(sensitive)
            .with_refs(&Refs::union_all(&refs)));
    }
    // Maps of one type stay a map.
    let known = |types: &Vec<Type>| {
        types
            .iter()
            .filter(|ty| **ty != Type::map_of(Type::Any))
            .cloned()
            .collect()
    };
    let same = types
        .as_ref()
        .map(known)
        .is_some_and(|types: Vec<Type>| types.windows(2).all(|pair| pair.first() == pair.last()));
    let mut given = values.iter().filter(|value| !value.is_null()).peekable();
    let merged = if same && given.peek().is_some() {
        Val::map(merged)
    } else {
        Val::object(merged)
    };
    Ok(merged.mark(given.any(|value| value.sensitive)))
}

/// The type of what is merged, where Terraform knows it: the one type of all, or the attributes of all.
fn merged_type(values: &[Val]) -> Option<Type> {
    let types: Vec<Type> = values.iter().map(Val::type_of).collect();
    let (first, rest) = types.split_first()?;
    if types.iter().any(Type::is_any) {
        return None;
    }
    if rest.iter().all(|ty| ty == first) {
        return Some(first.clone());
    }
    let mut merged = BTreeMap::new();
    for (value, ty) in values.iter().zip(&types) {
        match (ty, value.members()) {
            _ if value.is_null() => {}
            (Type::Object(attributes), _) => merged.extend(
                attributes
                    .iter()
                    .map(|(key, attribute)| (Arc::clone(key), attribute.clone())),
            ),
            (Type::Map(of), Some(members)) => merged.extend(
                members
                    .keys()
                    .map(|key| (Arc::clone(key), Attribute::required((**of).clone()))),
            ),
            // Any keys.
            _ => return None,
        }
    }
    Some(Type::Object(Arc::new(merged)))
}

pub(super) fn one(args: &Args<'_>) -> Result<Val, String> {
    let list = args.get(0)?;
    let unclear = match &list.kind {
        Kind::Unknown(_) => true,
        Kind::Set(elements) => elements.len() > 1 && !list.is_wholly_known(),
        _ => holds_many(list),
    };
    if unclear {
        return Ok(args.unknown());
    }
    match args.get(0)?.elements() {
        Some([]) => Ok(Val::null()),
        Some([only]) => Ok(only.clone()),
        _ => Err("must be a list, set or tuple with zero or one elements".to_owned()),
    }
}

pub(super) fn reverse(args: &Args<'_>) -> Result<Val, String> {
    let list = args.get(0)?;
    let elements = args.elements(0)?;
    args.spend(elements.len())?;
    let reversed: Vec<Val> = elements.iter().rev().cloned().collect();
    Ok(if matches!(list.kind, Kind::Tuple(_)) {
        Val::tuple(reversed)
    } else {
        Val::list(reversed)
    })
}

pub(super) fn slice(args: &Args<'_>) -> Result<Val, String> {
    let list = args.get(0)?;
    if matches!(list.kind, Kind::Set(_)) {
        return Err("cannot slice a set".to_owned());
    }
    let (start, end) = (args.index(1)?, args.index(2)?);
    let part = args
        .elements(0)?
        .get(start..end)
        .ok_or("the indices are outside the list or in the wrong order")?;
    args.spend(part.len())?;
    Ok(if matches!(list.kind, Kind::Tuple(_)) {
        Val::tuple(part.to_vec())
    } else {
        Val::list(part.to_vec())
    })
}

pub(super) fn sort(args: &Args<'_>) -> Result<Val, String> {
    let list = args.get(0)?;
    let Some(elements) = list.elements() else {
        return Ok(bounded(args.unknown(), list.lengths()));
    };
    if !elements.iter().all(Val::is_known) {
        // Only the length is known.
        if elements
            .iter()
            .any(|e| e.as_unknown().is_some_and(|unk| unk.many))
        {
            return Ok(args.unknown());
        }
        let unk = Unk {
            reasons: reasons(elements),
            ty: Type::String,
            ..Unk::default()
        };
        return Ok(Val::list(vec![Val::unknown(unk); elements.len()]));
    }
    let mut texts = Vec::new();
    for element in elements {
        texts.push(element.as_str().ok_or("an element is null")?);
    }
    texts.sort_unstable();
    Ok(strings(texts))
}

pub(super) fn chunklist(args: &Args<'_>) -> Result<Val, String> {
    let elements = args.elements(0)?;
    let size = args.index(1)?;
    args.spend(elements.len())?;
    let size = if size == 0 { elements.len() } else { size };
    Ok(Val::list(
        elements
            .chunks(size.max(1))
            .map(|chunk| Val::list(chunk.to_vec()))
            .collect(),
    ))
}

pub(super) fn matchkeys(args: &Args<'_>) -> Result<Val, String> {
    if args
        .rest(0)
        .iter()
        .any(|list| !list.is_known() || holds_many(list))
    {
        return Ok(args.unknown());
    }
    let (values, keys, wanted) = (args.elements(0)?, args.elements(1)?, args.elements(2)?);
    if values.len() != keys.len() {
        return Err("lengths of keys and values should be equal".to_owned());
    }
    // An empty list keeps the type of the values.
    let none = || Val::list(vec![]).convert(&args.get(0)?.type_of());
    if wanted.is_empty() {
        return none();
    }
    let both = [keys, wanted].concat();
    let (_, both) = unify_values(&both)?;
    let (keys, wanted) = both.split_at_checked(keys.len()).unwrap_or_default();
    if !values.iter().chain(keys).all(Val::is_wholly_known) {
        return Ok(of_list(args.unknown(), args.get(0)?));
    }
    args.spend(keys.len().saturating_mul(wanted.len()))?;
    // Terraform gives up, with an empty list, at a comparison that it cannot make before the key is found.
    for key in keys {
        let answer = wanted.iter().map(|other| other.equals(key));
        if answer
            .take_while(|answer| *answer != Some(true))
            .any(|answer| answer.is_none())
        {
            return none();
        }
    }
    let matching = |key: &Val| wanted.iter().any(|other| other.equals(key) == Some(true));
    let matched: Vec<Val> = values
        .iter()
        .zip(keys)
        .filter(|(_, key)| matching(key))
        .map(|(value, _)| value.clone())
        .collect();
    if matched.is_empty() {
        return none();
    }
    Ok(Val::list(matched))
}

/// The most numbers that Terraform generates.
const MAX_RANGE: usize = 1024;

pub(super) fn range(args: &Args<'_>) -> Result<Val, String> {
    let (zero, one) = (Num::from(0_i64), Num::from(1_i64));
    let numbers: Vec<&Num> = args.rest(0).iter().filter_map(Val::as_num).collect();
    let (start, end, step) = match numbers.as_slice() {
        [end] => (&zero, *end, None),
        [start, end] => (*start, *end, None),
        [start, end, step] => (*start, *end, Some((*step).clone())),
        _ => return Err("takes one, two or three arguments".to_owned()),
    };
    let (backwards, forwards) = (end.compare(start).is_lt(), start.compare(end).is_lt());
    let step = step.unwrap_or_else(|| if backwards { one.neg() } else { one.clone() });
    if step == zero || backwards && !step.is_negative() || forwards && step.is_negative() {
        return Err("the step must be in the direction of the range".to_owned());
    }
    let mut all = Vec::new();
    let mut next = start.clone();
    while if step.is_negative() {
        next.compare(end).is_gt()
    } else {
        next.compare(end).is_lt()
    } {
        if all.len() == MAX_RANGE {
            return Err("more than 1024 values".to_owned());
        }
        args.spend(1)?;
        all.push(Val::num(next.clone()));
        next = next.add(&step).ok_or("the number is too large")?;
    }
    Ok(Val::list(all))
}

pub(super) fn transpose(args: &Args<'_>) -> Result<Val, String> {
    let mut transposed: BTreeMap<Arc<str>, Vec<Val>> = BTreeMap::new();
    for (key, list) in args.members(0)? {
        let elements = list.elements().ok_or("an element is null")?;
        args.spend(elements.len())?;
        for element in elements {
            let Kind::Str(text) = &element.kind else {
                return Err("an element is null".to_owned());
            };
            transposed
                .entry(Arc::clone(text))
                .or_default()
                .push(Val::str(Arc::clone(key)));
        }
    }
    Ok(Val::map(
        transposed
            .into_iter()
            .map(|(key, keys)| (key, Val::list(keys)))
            .collect(),
    ))
}

pub(super) fn zipmap(args: &Args<'_>) -> Result<Val, String> {
    let (names, list) = (args.get(0)?, args.get(1)?);
    // The type of the values is looked at before the keys are known.
    if !matches!(list.type_of(), Type::Any | Type::List(_) | Type::Tuple(_)) {
        return Err("the second argument must be a list or tuple".to_owned());
    }
    let unclear = |of: &Val| !of.is_known() || holds_many(of);
    if unclear(names) || unclear(list) || !names.is_wholly_known() {
        let mut result = args.unknown();
        if let (Kind::Unknown(unk), Type::List(of)) = (&mut result.kind, list.type_of()) {
            let unk = Arc::make_mut(unk);
            (unk.ty, unk.not_null) = (Type::Map(of), true);
        }
        let refs = names.all_refs().union(&list.all_refs());
        let sensitive = names.sensitive
            || unclear(names) && names.holds_sensitive()
            || unclear(list) && list.holds_sensitive();
        return Ok(result.mark(sensitive).with_refs(&refs));
    }
    let (keys, values) = (args.elements(0)?, args.elements(1)?);
    if keys.len() != values.len() {
        return Err("number of keys does not match number of values".to_owned());
    }
    args.spend(keys.len())?;
    let mut members = Members::new();
    for (key, value) in keys.iter().zip(values.iter()) {
        match &key.kind {
            Kind::Str(text) => _ = members.insert(Arc::clone(text), value.clone()),
            _ => return Err("a key is null".to_owned()),
        }
    }
    let zipped = if matches!(list.kind, Kind::List(_)) {
        Val::map(members)
    } else {
        Val::object(members)
    };
    Ok(zipped.mark(keys.iter().any(|key| key.sensitive)))
}
