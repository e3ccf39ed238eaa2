//! The pure functions of Terraform 1.11 and OpenTofu 1.10: those that need no files, no clock and no evaluator.
//!
//! One place decides what happens to arguments before a function sees them: their number, conversion to the
//! parameter's type, null, and what becomes of unknown parts, sensitive marks and references. What a function gives
//! for known arguments was compared with Terraform's own answers (`cases.tsv`).

mod collection;
mod conversion;
mod csv;
mod date;
mod encoding;
mod format;
mod hash;
mod ip;
mod numeric;
mod regexp;
mod sets;
mod string;
mod table;
#[cfg(test)]
mod tests;
mod yaml;

use std::sync::Arc;

pub(crate) use {encoding::write_json_text, format::general, hash::of_file};

use crate::{
    number::Num,
    value::{BY_SCHEMA, CallContext, Kind, MAX_TEXT, Members, Refs, Type, Unk, Val, one_of, unify},
};

/// How many reasons an unknown result names.
const MAX_REASONS: usize = 4;
/// How many combinations of its arguments' alternatives a function is tried with.
const MAX_COMBINATIONS: usize = 16;
/// How many elements are compared with each other; of more it is not known whether two are the same.
const MAX_COMPARED: usize = 64;

/// Calls a function by the name written in the configuration; `None` where there is no such function here (`try`,
/// `can`, `templatefile`, those that read files: the evaluator's own; functions of providers).
///
/// # Errors
/// Where Terraform refuses the arguments: a lowercase fragment that names the function and never a value.
pub fn call(name: &str, args: &[Val], context: &CallContext<'_>) -> Option<Result<Val, String>> {
    let function = table::find(name.strip_prefix("core::").unwrap_or(name))?;
    Some(
        function
            .call(args, context)
            .map_err(|error| format!("{}: {error}", function.name)),
    )
}

/// The type of a parameter or result.
#[derive(Clone, Copy, Debug)]
enum Ty {
    /// Any type; as a result, null too.
    Any,
    Bool,
    Number,
    String,
    List(&'static Self),
    Set(&'static Self),
    Map(&'static Self),
}

impl From<Ty> for Type {
    fn from(ty: Ty) -> Self {
        match ty {
            Ty::Any => Self::Any,
            Ty::Bool => Self::Bool,
            Ty::Number => Self::Number,
            Ty::String => Self::String,
            Ty::List(of) => Self::list_of((*of).into()),
            Ty::Set(of) => Self::set_of((*of).into()),
            Ty::Map(of) => Self::map_of((*of).into()),
        }
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
struct Param {
    ty: Ty,
    /// Null may be passed.
    null: bool,
}

/// What the caller settles before a function sees its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Every part of every argument is known and unmarked; anything unknown makes the result unknown, any mark marks it.
    Plain,
    /// The arguments themselves are known; their elements may be unknown and keep their marks and references.
    Outer,
    /// The function decides about unknowns; elements keep their marks and references.
    Open,
    /// The function decides about unknowns; sensitive marks are taken off everything and put on the result.
    Text,
    /// The function sees the arguments as they are and sets all marks itself.
    Raw,
}

type Run = fn(&Args<'_>) -> Result<Val, String>;

/// A function of the table.
#[derive(Clone, Copy, Debug)]
struct Function {
    name: &'static str,
    params: &'static [Param],
    /// Further arguments, any number.
    rest: Option<Param>,
    /// What it gives, for results that are not known.
    returns: Ty,
    mode: Mode,
    run: Run,
}

/// The functions whose type Terraform knows, though it does not know that of an argument.
const ANY_TYPE: [&str; 17] = [
    "coalesce",
    "coalescelist",
    "ephemeralasnull",
    "issensitive",
    "jsonencode",
    "length",
    "lookup",
    "merge",
    "nonsensitive",
    "sensitive",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "toset",
    "tostring",
    "yamlencode",
];

impl Function {
    fn call(&self, args: &[Val], context: &CallContext<'_>) -> Result<Val, String> {
        if args.len() < self.params.len() {
            return Err(format!(
                "takes {} arguments, not {}",
                self.params.len(),
                args.len()
            ));
        }
        let mut values = Vec::with_capacity(args.len());
        for (at, arg) in args.iter().enumerate() {
            let param = self.params.get(at).copied().or(self.rest);
            let param = param.ok_or_else(|| {
                format!("takes {} arguments, not {}", self.params.len(), args.len())
            })?;
            if arg.is_null() && !param.null {
                // A type that is not known keeps Terraform from looking further.
                let mut before = args.iter().zip(self.all_params()).take(at);
                if let Some((before, _)) =
                    before.find(|(arg, param)| is_untyped(arg) && matches!(param.ty, Ty::Any))
                {
                    let unk = Unk {
                        reasons: before.reasons(),
                        ..Unk::default()
                    };
                    return Ok(Val::unknown(unk));
                }
                return Err(format!("argument {} must not be null", at + 1));
            }
            values.push(
                arg.convert(&param.ty.into())
                    .map_err(|error| format!("argument {}: {error}", at + 1))?,
            );
        }
        if self.name == "zipmap"
            && let [keys, list] = values.as_slice()
            && let (true, Some(keys), Type::Tuple(types)) =
                (keys.is_wholly_known(), keys.elements(), list.type_of())
            && keys.len() != types.len()
        {
            return Err("number of keys does not match number of values".to_owned());
        }
        if let Some(open) = self.by_schema(&values, context)? {
            return Ok(open);
        }
        // Of arguments of unknown type, a null that no conversion gave a type among them, Terraform looks at nothing.
        let untyped = !ANY_TYPE.contains(&self.name)
            && values.iter().zip(self.all_params()).any(|(value, param)| {
                let null = value.is_null() && value.type_of().is_any();
                matches!(param.ty, Ty::Any) && (null || is_untyped(value))
            });
        let mut result = match self.apply(&values, context) {
            Err(_) if untyped && !context.fuel.is_empty() => {
                Val::unknown(Unk::because("the type of an argument is not known"))
            }
            result => result?,
        };
        if untyped && result.is_known() && values.iter().any(Val::is_null) {
            result = result.with_kind(Kind::Unknown(Arc::new(Unk::because(
                "the null has no type",
            ))));
        }
        if untyped && let Kind::Unknown(unk) = &mut result.kind {
            let unk = Arc::make_mut(unk);
            (unk.ty, unk.not_null) = (Type::Any, false);
        }
        if let Kind::Unknown(unk) = &mut result.kind
            && unk.ty.is_any()
            && let Some(ty) = self.type_of(&values)
        {
            let unk = Arc::make_mut(unk);
            // Terraform knows of these that they are never null.
            unk.not_null |= matches!(self.name, "reverse" | "slice" | "values" | "zipmap");
            unk.ty = ty;
        }
        if let Kind::Unknown(unk) = &mut result.kind
            && let Some(ty) = self.set_type(&values)
        {
            Arc::make_mut(unk).ty = ty;
        }
        // Made of what is marked only once it is known.
        if result.sensitive
            && self.name != "sensitive"
            && !self.marks(&values)
            && let Kind::Unknown(unk) = &mut result.kind
        {
            Arc::make_mut(unk).veiled = true;
        }
        // YAML's library does not say that a text is never null.
        if self.name == "yamlencode"
            && let Kind::Unknown(unk) = &mut result.kind
        {
            Arc::make_mut(unk).not_null = false;
        }
        match result.as_unknown() {
            Some(unk) if unk.alternatives.is_empty() && unk.json.is_none() => {
                Ok(match self.by_alternatives(&values, context) {
                    Some(outcomes) => of_type(outcomes, unk),
                    None => result,
                })
            }
            _ => Ok(result),
        }
    }

    /// What is made of the form of another resource's argument is not known where the provider's schema may have converted that:
    /// a list to a set, which has neither its order nor its duplicates, a block to an object, a number to its text.
    fn by_schema(&self, values: &[Val], context: &CallContext<'_>) -> Result<Option<Val>, String> {
        let shows_type = values
            .first()
            .and_then(Val::as_str)
            .is_some_and(|text| text.contains('#'));
        let mut open = false;
        for value in values {
            open |= match (self.name, &value.kind) {
                ("yamlencode", _) => value.opened().is_some(),
                ("format" | "formatlist", _) => shows_type && value.opened().is_some(),
                ("join" | "tolist", Kind::List(all) | Kind::Tuple(all)) => {
                    all.len() > 1 && value.refs.to_schema()
                }
                ("length" | "sort", Kind::List(all) | Kind::Tuple(all))
                    if value.refs.to_schema() && !holds_many(value) =>
                {
                    spend(context, all.len().min(MAX_COMPARED).pow(2) as u64)?;
                    let is_block = |all: &[Val]| matches!(all, [only] if only.is_object());
                    may_repeat(all) || self.name == "length" && is_block(all)
                }
                _ => false,
            };
        }
        if !open {
            return Ok(None);
        }
        let args = Args {
            values,
            returns: self.returns,
            context,
        };
        let mut result = args.unknown();
        if let Kind::Unknown(unk) = &mut result.kind {
            let unk = Arc::make_mut(unk);
            unk.reasons.push(BY_SCHEMA.to_owned());
            if self.name == "length" {
                // A block that is written once may be an object of any size.
                let most = values.first().and_then(Val::elements).map(<[Val]>::len);
                let most = most.filter(|most| *most > 1).map(Num::from);
                unk.bounds = Some((Num::from(1_usize), most));
            }
        }
        let refs: Vec<Refs> = values.iter().map(Val::all_refs).collect();
        Ok(Some(
            result
                .mark(values.iter().any(Val::holds_sensitive))
                .with_refs(&Refs::union_all(&refs)),
        ))
    }

    /// Whether Terraform marks a result that is not known: the functions that put marks on what they pick, element by element,
    /// have dropped those of the collection by then.
    fn marks(&self, values: &[Val]) -> bool {
        match (self.mode, self.name) {
            (Mode::Outer, "setproduct") => values.iter().any(Val::is_marked),
            (Mode::Outer, _) => values.iter().skip(1).any(Val::holds_marked),
            _ => values.iter().any(Val::holds_marked),
        }
    }

    /// The parameters, the last one again and again where there may be any number.
    fn all_params(&self) -> impl Iterator<Item = Param> {
        self.params
            .iter()
            .copied()
            .chain(self.rest.into_iter().cycle())
    }

    /// The type of a set that is not known, where those of all the sets that it is made from are.
    fn set_type(&self, values: &[Val]) -> Option<Type> {
        if !matches!(self.name, "setintersection" | "setsubtract" | "setunion") {
            return None;
        }
        let empty = |val: &&Val| val.elements().is_some_and(<[Val]>::is_empty);
        let open = Type::set_of(Type::Any);
        let types = values
            .iter()
            .filter(|val| !(empty(val) && val.type_of() == open));
        let types: Vec<Type> = types.map(Val::type_of).collect();
        unify(&types).filter(|ty| !types.contains(&open) && !ty.is_any())
    }

    /// The type of a result that is not known, where it follows from that of the first argument.
    fn type_of(&self, values: &[Val]) -> Option<Type> {
        let first = values.first()?.type_of();
        Some(match (self.name, first) {
            ("element" | "one", Type::List(of)) | ("one", Type::Set(of)) => (*of).clone(),
            ("slice" | "reverse", list @ Type::List(_)) => list,
            ("values", Type::Map(of)) => Type::List(of),
            ("values", Type::Object(all)) => {
                Type::Tuple(Arc::new(all.values().map(|one| one.ty.clone()).collect()))
            }
            ("reverse", Type::Set(of)) => Type::List(of),
            ("reverse", Type::Tuple(types)) => {
                Type::Tuple(Arc::new(types.iter().rev().cloned().collect()))
            }
            ("slice", Type::Tuple(types)) => {
                let at = |at: usize| values.get(at)?.as_num()?.to_index();
                Type::Tuple(Arc::new(types.get(at(1)?..at(2)?)?.to_vec()))
            }
            ("element", Type::Tuple(types)) => {
                let index = values.get(1)?.as_num()?.to_i64()?;
                let length = i64::try_from(types.len()).ok()?;
                let at = index.checked_rem_euclid(length)?;
                types.get(usize::try_from(at).ok()?)?.clone()
            }
            ("one", Type::Tuple(types)) if types.len() == 1 => types.first()?.clone(),
            ("lookup", Type::Map(of)) => (*of).clone(),
            ("zipmap", _) => match values.get(1)?.type_of() {
                Type::List(of) => Type::Map(of),
                Type::Tuple(types) => {
                    let keys = values.first()?.elements()?.iter().map(Val::as_str);
                    let members = keys.zip(types.iter()).map(|(key, ty)| {
                        Some((
                            Arc::from(key?),
                            crate::value::Attribute::required(ty.clone()),
                        ))
                    });
                    Type::Object(Arc::new(members.collect::<Option<_>>()?))
                }
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Applies the function to each value that the unknown arguments can take, where every one of them has a
    /// complete and short list of those.
    fn by_alternatives(&self, args: &[Val], context: &CallContext<'_>) -> Option<Val> {
        let mut combinations: Vec<Vec<Val>> = vec![Vec::with_capacity(args.len())];
        let mut any = false;
        for arg in args {
            let alternatives = arg.as_unknown().map_or(&[][..], |unk| &unk.alternatives);
            let single = std::slice::from_ref(arg);
            let choices = if alternatives.is_empty() {
                single
            } else {
                alternatives
            };
            any |= !alternatives.is_empty();
            if combinations.len() * choices.len() > MAX_COMBINATIONS {
                return None;
            }
            combinations = choices
                .iter()
                .flat_map(|choice| {
                    combinations
                        .iter()
                        .map(|before| [before.as_slice(), std::slice::from_ref(choice)].concat())
                })
                .collect();
        }
        if !any {
            return None;
        }
        let mut outcomes = Vec::new();
        for combination in &combinations {
            let null = combination.iter().enumerate().any(|(at, arg)| {
                arg.is_null()
                    && !self
                        .params
                        .get(at)
                        .copied()
                        .or(self.rest)
                        .is_some_and(|param| param.null)
            });
            // What Terraform would refuse is no outcome.
            if !null && let Ok(outcome) = self.apply(combination, context) {
                outcomes.push(outcome);
            }
        }
        if outcomes.is_empty() {
            // Terraform will refuse it, but does not know so yet.
            return None;
        }
        let marked = args.iter().any(|arg| arg.sensitive);
        let refs = Refs::union_all(args.iter().map(|arg| &arg.refs));
        Some(
            one_of(reasons(args), outcomes)
                .mark(marked)
                .with_refs(&refs),
        )
    }

    fn apply(&self, args: &[Val], context: &CallContext<'_>) -> Result<Val, String> {
        let args_of = |values| Args {
            values,
            returns: self.returns,
            context,
        };
        match self.mode {
            Mode::Raw => (self.run)(&args_of(args)),
            Mode::Plain | Mode::Text => {
                let weight: u64 = args.iter().map(|arg| u64::from(arg.weight())).sum();
                spend(context, weight)?;
                let sensitive = args.iter().any(Val::holds_sensitive);
                let marked = args.iter().any(Val::holds_marked);
                let refs: Vec<Refs> = args.iter().map(Val::all_refs).collect();
                let refs = Refs::union_all(&refs);
                let plain: Vec<Val>;
                let args = if sensitive {
                    plain = args.iter().map(Val::strip_sensitive).collect();
                    &plain
                } else {
                    args
                };
                let known = self.mode == Mode::Text || args.iter().all(Val::is_wholly_known);
                let call = args_of(args);
                let result = if known {
                    (self.run)(&call)?
                } else {
                    call.unknown()
                };
                // What is known though an argument is not has the marks that Terraform's plan knows of.
                let sensitive = if result.is_wholly_known() {
                    marked
                } else {
                    sensitive
                };
                Ok(result.mark(sensitive).with_refs(&refs))
            }
            Mode::Outer | Mode::Open => {
                let children: usize = args.iter().map(|arg| arg.children().count()).sum();
                spend(context, 1 + children as u64 / 8)?;
                let call = args_of(args);
                // A null has no part in what `merge` gives.
                let sensitive = args
                    .iter()
                    .any(|arg| arg.sensitive && !(self.name == "merge" && arg.is_null()));
                if self.mode == Mode::Outer
                    && args.iter().any(|arg| !arg.is_known() || holds_many(arg))
                {
                    // Any element may have been picked.
                    let refs: Vec<Refs> = args.iter().map(Val::all_refs).collect();
                    let sensitive = args.iter().any(Val::holds_sensitive);
                    return Ok(call
                        .unknown()
                        .mark(sensitive)
                        .with_refs(&Refs::union_all(&refs)));
                }
                let refs = Refs::union_all(args.iter().map(|arg| &arg.refs));
                Ok((self.run)(&call)?.mark(sensitive).with_refs(&refs))
            }
        }
    }
}

/// The arguments of a call, converted to the parameters' types.
struct Args<'a> {
    values: &'a [Val],
    returns: Ty,
    context: &'a CallContext<'a>,
}

/// An argument that is not there or of another kind than its parameter: cannot happen after conversion.
const MISSING: &str = "an argument is missing";

impl<'a> Args<'a> {
    fn get(&self, at: usize) -> Result<&'a Val, String> {
        self.values.get(at).ok_or_else(|| MISSING.to_owned())
    }

    fn rest(&self, from: usize) -> &'a [Val] {
        self.values.get(from..).unwrap_or_default()
    }

    fn text(&self, at: usize) -> Result<&'a str, String> {
        self.get(at)?
            .as_str()
            .ok_or_else(|| "a string is required".to_owned())
    }

    fn number(&self, at: usize) -> Result<&'a Num, String> {
        self.get(at)?
            .as_num()
            .ok_or_else(|| "a number is required".to_owned())
    }

    fn int(&self, at: usize) -> Result<i64, String> {
        self.number(at)?
            .to_i64()
            .ok_or_else(|| "a whole number is required".to_owned())
    }

    fn index(&self, at: usize) -> Result<usize, String> {
        self.number(at)?
            .to_index()
            .ok_or_else(|| "a whole number from zero is required".to_owned())
    }

    fn elements(&self, at: usize) -> Result<&'a [Val], String> {
        self.get(at)?
            .elements()
            .ok_or_else(|| "a list is required".to_owned())
    }

    fn members(&self, at: usize) -> Result<&'a Members, String> {
        self.get(at)?
            .members()
            .ok_or_else(|| "a map is required".to_owned())
    }

    /// Takes fuel for elements that will be made or looked at.
    fn spend(&self, steps: usize) -> Result<(), String> {
        spend(self.context, steps as u64)
    }

    /// Takes fuel for a text that will be made, before it is.
    fn spend_text(&self, bytes: usize) -> Result<(), String> {
        if bytes > MAX_TEXT {
            return Err("the result would be too long to be evaluated".to_owned());
        }
        self.spend(1 + bytes / 64)
    }

    /// A result that is not known because something in the arguments is not.
    fn unknown(&self) -> Val {
        let certain = !matches!(self.returns, Ty::Any);
        Val::unknown(Unk {
            reasons: reasons(self.values),
            ty: self.returns.into(),
            // A text may be empty.
            set: certain && !matches!(self.returns, Ty::String),
            not_null: certain,
            ..Unk::default()
        })
    }
}

fn spend(context: &CallContext<'_>, steps: u64) -> Result<(), String> {
    if context.fuel.spend(steps) {
        Ok(())
    } else {
        Err("too much work".to_owned())
    }
}

/// Whether a collection has an element that stands for several.
fn holds_many(val: &Val) -> bool {
    val.elements().is_some_and(|elements| {
        elements
            .iter()
            .any(|e| e.as_unknown().is_some_and(|unk| unk.many))
    })
}

/// Whether two elements of a list may be one in a set.
fn may_repeat(elements: &[Val]) -> bool {
    elements.len() > MAX_COMPARED
        || elements.iter().enumerate().any(|(at, one)| {
            let mut rest = elements.iter().skip(at + 1);
            rest.any(|other| one.may_convert_to(other))
        })
}

/// Whether it is not even known of what type it is.
fn is_untyped(val: &Val) -> bool {
    val.as_unknown().is_some_and(|unk| unk.ty.is_any())
}

/// What is known of a result by its outcomes, under the type that Terraform knows.
fn of_type(mut outcomes: Val, known: &Unk) -> Val {
    if let Kind::Unknown(unk) = &mut outcomes.kind {
        let unk = Arc::make_mut(unk);
        unk.ty = known.ty.clone();
        unk.not_null = known.not_null;
        unk.bounds.clone_from(&known.bounds);
        unk.veiled |= known.veiled;
    }
    outcomes
}

/// The first reasons for which any of the values is not known.
fn reasons(args: &[Val]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for reason in args.iter().flat_map(Val::reasons) {
        if all.len() < MAX_REASONS && !all.contains(&reason) {
            all.push(reason);
        }
    }
    all
}

/// A list of texts.
fn strings(texts: impl IntoIterator<Item = impl Into<Arc<str>>>) -> Val {
    Val::list(texts.into_iter().map(Val::str).collect())
}

/// A number, where it is not too large.
fn number(number: Option<Num>) -> Result<Val, String> {
    number
        .map(Val::num)
        .ok_or_else(|| "the number is too large".to_owned())
}

/// A double as Terraform takes it from Go.
fn double(value: f64) -> Result<Val, String> {
    if value.is_infinite() {
        return Ok(Val::unknown(Unk {
            set: true,
            not_null: true,
            ty: Type::Number,
            ..Unk::because("the number is infinite")
        }));
    }
    Num::of_double(value)
        .map(Val::num)
        .ok_or_else(|| "the result is not a number".to_owned())
}

/// A value without null, by its Terraform kind, for error messages.
fn is_sequence(val: &Val) -> bool {
    matches!(val.kind, Kind::List(_) | Kind::Tuple(_) | Kind::Set(_))
}
