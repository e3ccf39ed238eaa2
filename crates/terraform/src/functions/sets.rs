//! Operations on sets.

use super::{Args, Val};
use crate::value::{Kind, Type, unify, unify_values};

/// The elements of all arguments in one type, argument by argument.
fn unified(args: &Args<'_>) -> Result<(Type, Vec<Vec<Val>>), String> {
    let sets: Vec<&[Val]> = args.rest(0).iter().filter_map(Val::elements).collect();
    let types: Vec<Type> = args.rest(0).iter().map(Val::type_of).collect();
    let ty = unify(&types).unwrap_or_default();
    let (_, mut all) = unify_values(&sets.concat())?;
    args.spend(all.len())?;
    let mut unified = Vec::new();
    for set in sets {
        let rest = all.split_off(set.len().min(all.len()));
        unified.push(std::mem::replace(&mut all, rest));
    }
    Ok((ty, unified))
}

/// A set that keeps its type where it is empty.
fn typed(elements: Vec<Val>, ty: &Type) -> Result<Val, String> {
    let set = Val::set(elements);
    match ty {
        Type::Set(_) => set.convert(ty),
        _ => Ok(set),
    }
}

fn holds(set: &[Val], element: &Val) -> bool {
    set.iter().any(|other| other.equals(element) == Some(true))
}

pub(super) fn union(args: &Args<'_>) -> Result<Val, String> {
    if args.rest(0).iter().any(|set| !set.is_known()) {
        return Ok(args.unknown());
    }
    let (ty, sets) = unified(args)?;
    typed(sets.concat(), &ty)
}

pub(super) fn intersection(args: &Args<'_>) -> Result<Val, String> {
    let (ty, sets) = unified(args)?;
    let (first, others) = sets.split_first().ok_or("at least one set is required")?;
    for other in others {
        args.spend(first.len().saturating_mul(other.len()))?;
    }
    let kept = first
        .iter()
        .filter(|element| others.iter().all(|other| holds(other, element)));
    typed(kept.cloned().collect(), &ty)
}

pub(super) fn subtract(args: &Args<'_>) -> Result<Val, String> {
    let (ty, sets) = unified(args)?;
    let [first, second] = sets.as_slice() else {
        return Err("two sets are required".to_owned());
    };
    args.spend(first.len().saturating_mul(second.len()))?;
    let kept = first.iter().filter(|element| !holds(second, element));
    typed(kept.cloned().collect(), &ty)
}

/// A set of tuples where every argument is a set, else a list of them in order.
pub(super) fn product(args: &Args<'_>) -> Result<Val, String> {
    let values = args.rest(0);
    if values.len() < 2 {
        return Err("requires at least two arguments".to_owned());
    }
    let mut tuples: Vec<Vec<Val>> = vec![vec![]];
    for value in values {
        let elements = value.elements().ok_or("a set or a list is required")?;
        let (_, elements) = unify_values(elements)?;
        args.spend(
            tuples
                .len()
                .saturating_mul(elements.len())
                .saturating_mul(values.len()),
        )?;
        tuples = tuples
            .iter()
            .flat_map(|tuple| {
                elements
                    .iter()
                    .map(|element| [tuple.as_slice(), std::slice::from_ref(element)].concat())
            })
            .collect();
    }
    let tuples = tuples.into_iter().map(Val::tuple).collect();
    let sets = values
        .iter()
        .all(|value| matches!(value.kind, Kind::Set(_)));
    Ok(if sets {
        Val::set(tuples)
    } else {
        Val::list(tuples)
    })
}
