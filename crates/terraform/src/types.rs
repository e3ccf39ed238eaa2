//! Type constraints of variables.

use std::{collections::BTreeMap, sync::Arc};

use hipaa_iac_source::Span;

use crate::{
    syntax::{Expr, ExprKind},
    value::{Attribute, Type, Val},
};

/// What is wrong with a type constraint, and where.
pub(crate) struct TypeError {
    pub(crate) message: String,
    pub(crate) span: Span,
}

/// Reads a type constraint. `constant` evaluates the default of an `optional` attribute.
pub(crate) fn constraint(
    expr: &Expr,
    constant: &dyn Fn(&Expr) -> Result<Val, String>,
) -> Result<Type, TypeError> {
    let error = |message: &str| {
        Err(TypeError {
            message: message.to_owned(),
            span: expr.span,
        })
    };
    match &expr.kind {
        ExprKind::Variable { name, steps } if steps.is_empty() => word(name).map_or_else(
            || error("a type is needed here: string, number, bool, any, list, set, map, object or tuple"),
            Ok,
        ),
        // As Terraform 0.11 wrote it.
        ExprKind::Literal(val) => match val.as_str().and_then(word) {
            Some(ty) => Ok(ty),
            None => error("a type is needed here"),
        },
        ExprKind::Call(call) => {
            let [argument] = call.args.as_slice() else {
                return error("the type takes one argument");
            };
            match &*call.name {
                "list" => Ok(Type::list_of(constraint(argument, constant)?)),
                "set" => Ok(Type::set_of(constraint(argument, constant)?)),
                "map" => Ok(Type::map_of(constraint(argument, constant)?)),
                "tuple" => {
                    let ExprKind::Tuple(types) = &argument.kind else {
                        return error("tuple takes a list of types");
                    };
                    let types = types.iter().map(|ty| constraint(ty, constant)).collect::<Result<_, _>>()?;
                    Ok(Type::Tuple(Arc::new(types)))
                }
                "object" => {
                    let ExprKind::Object(items) = &argument.kind else {
                        return error("object takes attributes and their types");
                    };
                    let mut attributes = BTreeMap::new();
                    for (key, ty) in items {
                        let Some(name) = key.text() else {
                            return error("an attribute name is needed here");
                        };
                        attributes.insert(name.into(), attribute(ty, constant)?);
                    }
                    Ok(Type::Object(Arc::new(attributes)))
                }
                _ => error("there is no such type"),
            }
        }
        _ => error("a type is needed here"),
    }
}

fn word(name: &str) -> Option<Type> {
    Some(match name {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "any" => Type::Any,
        "list" => Type::list_of(Type::Any),
        "set" => Type::set_of(Type::Any),
        "map" => Type::map_of(Type::Any),
        _ => return None,
    })
}

fn attribute(
    expr: &Expr,
    constant: &dyn Fn(&Expr) -> Result<Val, String>,
) -> Result<Attribute, TypeError> {
    let call = match &expr.kind {
        ExprKind::Call(call) if &*call.name == "optional" => call,
        _ => return Ok(Attribute::required(constraint(expr, constant)?)),
    };
    let Some(ty) = call.args.first() else {
        return Err(TypeError {
            message: "optional takes a type".into(),
            span: expr.span,
        });
    };
    let ty = constraint(ty, constant)?;
    let default = match call.args.get(1) {
        Some(default) => {
            let error = |message| TypeError {
                message,
                span: default.span,
            };
            let value = constant(default).map_err(error)?;
            value.convert(&ty).map_err(error)?;
            Some(value)
        }
        None => None,
    };
    Ok(Attribute {
        ty,
        optional: true,
        default,
    })
}
