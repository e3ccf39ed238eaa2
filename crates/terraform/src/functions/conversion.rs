//! Conversions of types and marks.

use super::{Args, Val};
use std::sync::Arc;

use crate::value::{Kind, Type, one_of};

pub(super) fn same(args: &Args<'_>) -> Result<Val, String> {
    args.get(0).cloned()
}

fn to(args: &Args<'_>, ty: &Type) -> Result<Val, String> {
    let value = args.get(0)?;
    args.spend(value.children().count())?;
    let mut result = value.convert(ty)?;
    if !value.is_known() && result.is_known() {
        // The list that a tuple of unknown elements becomes: Terraform does not look into it here.
        let whole = one_of(value.reasons(), vec![result.clone()]);
        result = result.with_kind(whole.kind);
    }
    if let Kind::Unknown(unk) = &mut result.kind {
        // All that Terraform knows of it now is the type.
        let unk = Arc::make_mut(unk);
        unk.set = unk.is_set();
        unk.not_null = false;
        unk.prefix = Some(0);
        unk.ty = if ty.is_primitive() {
            unk.ty.clone()
        } else {
            ty.clone()
        };
        unk.bounds = None;
    }
    Ok(result)
}

pub(super) fn tobool(args: &Args<'_>) -> Result<Val, String> {
    to(args, &Type::Bool)
}

pub(super) fn tonumber(args: &Args<'_>) -> Result<Val, String> {
    to(args, &Type::Number)
}

pub(super) fn tostring(args: &Args<'_>) -> Result<Val, String> {
    to(args, &Type::String)
}

pub(super) fn tolist(args: &Args<'_>) -> Result<Val, String> {
    to(args, &Type::list_of(Type::Any))
}

pub(super) fn toset(args: &Args<'_>) -> Result<Val, String> {
    to(args, &Type::set_of(Type::Any))
}

pub(super) fn tomap(args: &Args<'_>) -> Result<Val, String> {
    to(args, &Type::map_of(Type::Any))
}

pub(super) fn sensitive(args: &Args<'_>) -> Result<Val, String> {
    let mut marked = args.get(0)?.clone().mark(true);
    // Marked at once, whether or not it is known.
    if let Kind::Unknown(unk) = &mut marked.kind {
        Arc::make_mut(unk).veiled = false;
    }
    Ok(marked)
}

/// Takes the mark off the value itself; those in it stay.
pub(super) fn nonsensitive(args: &Args<'_>) -> Result<Val, String> {
    let mut plain = args.get(0)?.clone();
    plain.sensitive = false;
    Ok(plain)
}

/// Never itself sensitive.
pub(super) fn issensitive(args: &Args<'_>) -> Result<Val, String> {
    let value = args.get(0)?;
    match &value.kind {
        Kind::Unknown(_) if !value.is_marked() => {
            let mut result = args.unknown();
            if let Kind::Unknown(unk) = &mut result.kind {
                Arc::make_mut(unk).not_null = false;
            }
            Ok(result)
        }
        _ => Ok(value.sensitive.into()),
    }
}
