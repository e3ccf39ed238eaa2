//! The functions of expressions, a file for each family; the table says what there is.

#![expect(
    clippy::unnecessary_wraps,
    clippy::only_used_in_recursion,
    reason = "the functions of the table are of one type"
)]

mod basic;
mod document;
mod kubernetes;
mod network;
mod provider;
mod resource;
mod text;
mod vendor;

use super::{
    eval::{Error, Outcome, Scope},
    library,
    value::{Partial, Val},
};

type Native = fn(&Scope<'_>, &[Val]) -> Outcome;

/// How a function is carried out.
pub(crate) enum Call {
    /// By us. A strict one never sees an unknown value: its answer is then unknown, or comes from the alternatives.
    Native { strict: bool, run: Native },
    /// By the `cel` crate.
    Library,
}

/// A function of the language.
pub(crate) struct Function {
    /// Its name, with a namespace where it has one.
    pub(crate) name: &'static str,
    /// It is called on a value, the first of its arguments.
    pub(crate) member: bool,
    /// The fewest and most arguments, without the value it is called on.
    arity: (usize, usize),
    /// It works on texts: Terraform's numbers and truth values become texts.
    pub(crate) of_text: bool,
    pub(crate) call: Call,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// First parts of qualified function names.
pub(crate) const NAMESPACES: [&str; 4] = ["math", "strings", "lists", "optional"];

const fn strict(name: &'static str, member: bool, min: usize, max: usize, run: Native) -> Function {
    Function {
        name,
        member,
        arity: (min, max),
        of_text: false,
        call: Call::Native { strict: true, run },
    }
}
const fn lenient(
    name: &'static str,
    member: bool,
    min: usize,
    max: usize,
    run: Native,
) -> Function {
    Function {
        name,
        member,
        arity: (min, max),
        of_text: false,
        call: Call::Native { strict: false, run },
    }
}
const fn library_function(name: &'static str, member: bool, min: usize, max: usize) -> Function {
    Function {
        name,
        member,
        arity: (min, max),
        of_text: false,
        call: Call::Library,
    }
}
const fn text(name: &'static str, min: usize, max: usize) -> Function {
    Function {
        name,
        member: true,
        arity: (min, max),
        of_text: true,
        call: Call::Library,
    }
}

static TABLE: &[Function] = &[
    // Resources and relations.
    strict("type", true, 0, 0, resource::type_of),
    strict("name", true, 0, 0, resource::name),
    strict("namespace", true, 0, 0, resource::namespace),
    strict("namespaceObject", true, 0, 0, resource::namespace_object),
    strict("phi", true, 0, 0, resource::phi),
    strict("providerMajor", true, 0, 0, resource::provider_major),
    strict("provider", true, 0, 0, provider::provider),
    strict("region", true, 0, 0, provider::region),
    strict("sameAccount", true, 1, 1, provider::same_account),
    strict("sameRegion", true, 1, 1, provider::same_region),
    strict("ref", true, 1, 1, resource::reference),
    strict("refs", true, 1, 1, resource::references),
    strict("referrers", true, 2, 2, resource::referrers),
    strict("resources", false, 1, 1, resource::resources),
    strict("isSet", false, 2, 2, resource::is_set),
    strict("isLiteral", false, 2, 2, resource::is_literal),
    strict("isKnown", false, 2, 2, resource::is_known),
    strict("podEnv", false, 1, 1, kubernetes::pod_env),
    strict("selectedBy", true, 1, 1, kubernetes::selected_by),
    strict("selects", true, 0, 0, kubernetes::selects),
    strict("owner", true, 0, 0, kubernetes::owner),
    strict("lookup", true, 2, 2, kubernetes::lookup),
    strict("restoreProofs", true, 0, 0, resource::restore_proofs),
    // Documents in texts.
    strict("json", true, 1, 1, document::json),
    strict("iamPolicy", true, 1, 1, document::iam_policy),
    // Networks.
    strict("cidrContains", false, 2, 2, network::cidr_contains),
    strict("cidrPrefix", false, 1, 1, network::cidr_prefix),
    strict("isPublicCidr", false, 1, 1, network::is_public_cidr),
    lenient("portsInclude", false, 2, 2, network::ports_include),
    // What the input does not tell.
    strict("unknown", false, 1, 1, text::unknown),
    // Texts.
    strict("versionAtLeast", false, 2, 2, text::version_at_least),
    lenient("outline", false, 1, 1, text::outline),
    lenient("withCaller", false, 1, 1, text::with_caller),
    strict("days", false, 1, 1, text::days),
    strict("hoursSince", false, 1, 1, text::hours_since),
    strict(
        "scheduleMaxGapHours",
        false,
        1,
        1,
        text::schedule_max_gap_hours,
    ),
    strict("image", false, 1, 1, text::image),
    strict("urls", false, 1, 1, text::urls),
    lenient(
        "looksLikeCredential",
        false,
        2,
        2,
        text::looks_like_credential,
    ),
    // Agreements.
    strict("vendorBaa", false, 1, 1, vendor::vendor_baa),
    strict("baaCovers", false, 2, 2, vendor::baa_covers),
    strict("eligibleService", false, 1, 1, vendor::eligible_service),
    // CEL's own, where what is known in part gives an answer.
    lenient("size", true, 0, 0, basic::size),
    lenient("size", false, 1, 1, basic::size),
    strict("type", false, 1, 1, basic::type_name),
    lenient("dyn", false, 1, 1, basic::dynamic),
    lenient("startsWith", true, 1, 1, basic::starts_with),
    lenient("endsWith", true, 1, 1, basic::ends_with),
    lenient("contains", true, 1, 1, basic::contains),
    strict("matches", true, 1, 1, basic::matches),
    strict("matches", false, 2, 2, basic::matches),
    lenient("flatten", true, 0, 0, basic::flatten),
    strict("distinct", true, 0, 0, basic::distinct),
    strict("reverse", true, 0, 0, basic::reverse),
    strict("slice", true, 2, 2, basic::slice),
    strict("sort", true, 0, 0, basic::sort),
    strict("@sortByAssociatedKeys", true, 1, 1, basic::sort_by_keys),
    lenient("optional.of", false, 1, 1, basic::optional_of),
    strict("optional.none", false, 0, 0, basic::optional_none),
    strict(
        "optional.ofNonZeroValue",
        false,
        1,
        1,
        basic::optional_of_non_zero,
    ),
    strict("hasValue", true, 0, 0, basic::has_value),
    strict("value", true, 0, 0, basic::value),
    lenient("or", true, 1, 1, basic::or),
    lenient("orValue", true, 1, 1, basic::or_value),
    // CEL's own.
    library_function("bool", false, 1, 1),
    library_function("bytes", false, 1, 1),
    library_function("double", false, 1, 1),
    library_function("duration", false, 1, 1),
    library_function("int", false, 1, 1),
    library_function("string", false, 1, 1),
    library_function("timestamp", false, 1, 1),
    library_function("uint", false, 1, 1),
    library_function("getDate", true, 0, 1),
    library_function("getDayOfMonth", true, 0, 1),
    library_function("getDayOfWeek", true, 0, 1),
    library_function("getDayOfYear", true, 0, 1),
    library_function("getFullYear", true, 0, 1),
    library_function("getHours", true, 0, 1),
    library_function("getMilliseconds", true, 0, 1),
    library_function("getMinutes", true, 0, 1),
    library_function("getMonth", true, 0, 1),
    library_function("getSeconds", true, 0, 1),
    text("charAt", 1, 1),
    text("indexOf", 1, 2),
    text("lastIndexOf", 1, 2),
    text("lowerAscii", 0, 0),
    text("upperAscii", 0, 0),
    text("trim", 0, 0),
    text("replace", 2, 3),
    text("split", 1, 2),
    text("substring", 1, 2),
    library_function("format", true, 1, 1),
    library_function("join", true, 0, 1),
    library_function("strings.quote", false, 1, 1),
    library_function("lists.range", false, 1, 1),
    library_function("math.@max", false, 1, 2),
    library_function("math.@min", false, 1, 2),
    library_function("math.abs", false, 1, 1),
    library_function("math.bitAnd", false, 2, 2),
    library_function("math.bitNot", false, 1, 1),
    library_function("math.bitOr", false, 2, 2),
    library_function("math.bitShiftLeft", false, 2, 2),
    library_function("math.bitShiftRight", false, 2, 2),
    library_function("math.bitXor", false, 2, 2),
    library_function("math.ceil", false, 1, 1),
    library_function("math.floor", false, 1, 1),
    library_function("math.isFinite", false, 1, 1),
    library_function("math.isInf", false, 1, 1),
    library_function("math.isNaN", false, 1, 1),
    library_function("math.round", false, 1, 1),
    library_function("math.sign", false, 1, 1),
    library_function("math.sqrt", false, 1, 1),
    library_function("math.trunc", false, 1, 1),
];

/// The function of a name, called on a value or not, with this many arguments.
pub(crate) fn find(name: &str, member: bool, arity: usize) -> Option<&'static Function> {
    TABLE.iter().find(|function| {
        function.name == name
            && function.member == member
            && (function.arity.0..=function.arity.1).contains(&arity)
    })
}

/// What is near to a function that does not exist.
pub(crate) fn similar(name: &str, member: bool, arity: usize) -> Option<String> {
    let named: Vec<&Function> = TABLE
        .iter()
        .filter(|function| function.name == name)
        .collect();
    if let Some(function) = named.iter().find(|function| function.member == member) {
        let (min, max) = function.arity;
        let wanted = if min == max {
            min.to_string()
        } else {
            format!("{min} to {max}")
        };
        return Some(format!("`{name}` takes {wanted} arguments, not {arity}"));
    }
    if let Some(function) = named.first() {
        let form = if function.member {
            format!("value.{name}(…)")
        } else {
            format!("{name}(…)")
        };
        return Some(format!("`{name}` is called as `{form}`"));
    }
    let near = crate::policy::nearest(name, TABLE.iter().map(|function| function.name))?;
    Some(format!(
        "no function is named `{name}`; did you mean `{near}`?"
    ))
}

/// A number or truth value as Terraform makes a text of it; everything else as it is.
pub(crate) fn as_text(val: &Val) -> Val {
    match val {
        Val::Bool(value) => value.to_string().into(),
        Val::Int(number) => number.to_string().into(),
        Val::Uint(number) => number.to_string().into(),
        Val::Double(number) => number.to_string().into(),
        other => other.clone(),
    }
}

/// The text of an argument.
fn text_of<'a>(
    scope: &Scope<'_>,
    name: &str,
    args: &'a [Val],
    at: usize,
) -> Result<std::borrow::Cow<'a, str>, Error> {
    match args.get(at) {
        Some(Val::Str(text)) => Ok(std::borrow::Cow::Borrowed(text)),
        Some(val @ (Val::Bool(_) | Val::Int(_) | Val::Double(_) | Val::Uint(_)))
            if scope.coerce =>
        {
            match as_text(val) {
                Val::Str(text) => Ok(std::borrow::Cow::Owned(text.to_string())),
                _ => Err(library::no_overload(name, args)),
            }
        }
        _ => Err(library::no_overload(name, args)),
    }
}

/// An answer that a mistake in the input, not in the policy, makes impossible.
fn not_readable(what: impl Into<std::sync::Arc<str>>) -> Outcome {
    Ok(Partial {
        set: true,
        ..Partial::because(what)
    }
    .into())
}
