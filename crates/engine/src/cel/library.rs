//! The `cel` crate: its parser, and its standard library for the functions that are not of our own.

use std::sync::{Arc, LazyLock};

use ::cel::{
    Context, Env, ExecutionError, IdedExpr, Value,
    common::ast::{CallExpr, Expr},
    extensions,
    objects::{Key as LibraryKey, Map as LibraryMap},
};

use super::{
    eval::{Error, Outcome},
    value::{Key, List, Members, Partial, Val},
};

static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    for extension in [extensions::strings, extensions::lists, extensions::math] {
        // Fails only where a name is declared twice, which the tests would show as functions that do not work.
        let _ = env.add_extension(extension);
    }
    Arc::new(env)
});

/// Parses an expression and expands its macros.
pub(super) fn parse(text: &str) -> Result<IdedExpr, String> {
    ENV.parser()
        .enable_ident_escape_syntax(true)
        .parse(text)
        .map_err(|errors| {
            errors.errors.first().map_or_else(
                || "not an expression".to_owned(),
                |error| {
                    format!(
                        "not an expression, at {}:{}: {}",
                        error.pos.0,
                        error.pos.1,
                        first_line(&error.msg)
                    )
                },
            )
        })
}

fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or("");
    line.chars().take(200).collect()
}

/// Calls a function of the library. `name` may carry a namespace (`math.abs`); with `member` the first value is what it is called on.
/// Something unknown among the values makes the answer unknown.
pub(super) fn call(name: &str, member: bool, args: &[Val]) -> Outcome {
    let mut unknown = Partial::default();
    let mut values = Vec::with_capacity(args.len());
    for arg in args {
        match to_library(arg) {
            Ok(value) => values.push(value),
            Err(Some(partial)) => unknown.add_reasons(&partial.reasons),
            Err(None) => return Err(no_overload(name, args)),
        }
    }
    if values.len() < args.len() {
        return Ok(unknown.into());
    }
    let mut context = Context::with_env(Arc::clone(&ENV));
    let mut idents = Vec::with_capacity(args.len());
    for (at, value) in values.into_iter().enumerate() {
        let variable = format!("a{at}");
        context.add_variable_from_value(&variable, value);
        idents.push(IdedExpr {
            id: 0,
            expr: Expr::Ident(variable),
        });
    }
    let (space, function) = name
        .split_once('.')
        .map_or((None, name), |(space, name)| (Some(space), name));
    let target = if member {
        (!idents.is_empty()).then(|| Box::new(idents.remove(0)))
    } else {
        space.map(|space| {
            Box::new(IdedExpr {
                id: 0,
                expr: Expr::Ident(space.to_owned()),
            })
        })
    };
    let call = CallExpr {
        func_name: function.to_owned(),
        target,
        args: idents,
    };
    match Value::resolve(
        &IdedExpr {
            id: 0,
            expr: Expr::Call(call),
        },
        &context,
    ) {
        Ok(value) => Ok(from_library(&value)),
        // The library's messages hold values, which may be secret.
        Err(ExecutionError::NoSuchOverload(_)) => Err(no_overload(name, args)),
        Err(_) => Err(Error::new(format!(
            "`{name}` has no answer for these values"
        ))),
    }
}

pub(super) fn no_overload(name: &str, args: &[Val]) -> Error {
    let types: Vec<&str> = args.iter().map(Val::type_name).collect();
    Error::new(format!("`{name}` does not take ({})", types.join(", ")))
}

fn to_library(val: &Val) -> Result<Value, Option<Arc<Partial>>> {
    Ok(match val {
        Val::Null => Value::Null,
        Val::Bool(value) => Value::Bool(*value),
        Val::Int(number) => Value::Int(*number),
        Val::Uint(number) => Value::UInt(*number),
        Val::Double(number) => Value::Float(*number),
        Val::Str(text) => Value::String(Arc::new(text.to_string())),
        Val::Bytes(bytes) => Value::Bytes(Arc::new(bytes.to_vec())),
        Val::List(list) => Value::List(Arc::new(
            list.iter()
                .map(|element| to_library(&element))
                .collect::<Result<_, _>>()?,
        )),
        Val::Map(members) => {
            let mut map = std::collections::HashMap::new();
            for (key, value) in members.entries() {
                let key = match key {
                    Key::Bool(value) => LibraryKey::Bool(value),
                    Key::Int(number) => LibraryKey::Int(number),
                    Key::Str(text) => LibraryKey::String(Arc::new(text.to_string())),
                };
                map.insert(key, to_library(&value)?);
            }
            Value::Map(LibraryMap { map: Arc::new(map) })
        }
        Val::Foreign(value) => value.clone(),
        Val::Unknown(partial) => return Err(Some(Arc::clone(partial))),
        Val::Resource(_) | Val::Optional(_) | Val::Type(_) => return Err(None),
    })
}

fn from_library(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(value) => Val::Bool(*value),
        Value::Int(number) => Val::Int(*number),
        Value::UInt(number) => Val::Uint(*number),
        Value::Float(number) => Val::Double(*number),
        Value::String(text) => Val::Str(text.as_str().into()),
        Value::Bytes(bytes) => Val::Bytes(bytes.as_slice().into()),
        Value::List(elements) => Val::List(List::Vals(Arc::new(
            elements.iter().map(from_library).collect(),
        ))),
        Value::Map(map) => {
            let mut entries: Vec<(Key, Val)> = map
                .map
                .iter()
                .filter_map(|(key, value)| {
                    let key = match key {
                        LibraryKey::Int(number) => Key::Int(*number),
                        LibraryKey::Uint(number) => Key::Int(i64::try_from(*number).ok()?),
                        LibraryKey::Bool(value) => Key::Bool(*value),
                        LibraryKey::String(text) => Key::Str(text.as_str().into()),
                    };
                    Some((key, from_library(value)))
                })
                .collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Val::Map(Members::Vals(Arc::new(entries.into_iter().collect())))
        }
        other => Val::Foreign(other.clone()),
    }
}

/// Evaluates a whole expression by the library, as the tests' second opinion.
#[cfg(test)]
pub(super) fn oracle(text: &str, variables: &[(&str, Val)]) -> Result<Val, String> {
    let program = ENV.compile(text).map_err(|errors| errors.to_string())?;
    let mut context = Context::with_env(Arc::clone(&ENV));
    for (name, value) in variables {
        let value = to_library(value).map_err(|_| "not a value of the library".to_owned())?;
        context.add_variable_from_value(*name, value);
    }
    program
        .execute(&context)
        .map(|value| from_library(&value))
        .map_err(|error| error.to_string())
}
