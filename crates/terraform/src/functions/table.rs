//! Which functions there are, with their parameters.

use super::{
    Function,
    Mode::{self, Open, Outer, Plain, Raw, Text},
    Param, Run,
    Ty::{self, Any, Bool, Number, String},
    collection as c, conversion as v, date as d, encoding as e, format, hash as h, ip,
    numeric as n, regexp as r, sets as set, string as s,
};

const S: Param = Param {
    ty: String,
    null: false,
};
const N: Param = Param {
    ty: Number,
    null: false,
};
const A: Param = Param {
    ty: Any,
    null: false,
};
/// Any value, null too.
const X: Param = Param {
    ty: Any,
    null: true,
};
const LIST: Param = Param {
    ty: Ty::List(&Any),
    null: false,
};
const STRINGS: Param = Param {
    ty: Ty::List(&String),
    null: false,
};
const BOOLS: Param = Param {
    ty: Ty::List(&Bool),
    null: false,
};
const SET: Param = Param {
    ty: Ty::Set(&Any),
    null: false,
};
const STRING_LISTS: Param = Param {
    ty: Ty::Map(&Ty::List(&String)),
    null: false,
};

const fn of(
    name: &'static str,
    params: &'static [Param],
    returns: Ty,
    mode: Mode,
    run: Run,
) -> Function {
    Function {
        name,
        params,
        rest: None,
        returns,
        mode,
        run,
    }
}

const fn many(
    name: &'static str,
    params: &'static [Param],
    rest: Param,
    returns: Ty,
    mode: Mode,
    run: Run,
) -> Function {
    Function {
        name,
        params,
        rest: Some(rest),
        returns,
        mode,
        run,
    }
}

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS
        .binary_search_by(|function| function.name.cmp(name))
        .ok()
        .and_then(|at| FUNCTIONS.get(at))
}

/// Every function, sorted by name.
pub(super) static FUNCTIONS: &[Function] = &[
    of("abs", &[N], Number, Plain, n::abs),
    of("alltrue", &[BOOLS], Bool, Open, c::alltrue),
    of("anytrue", &[BOOLS], Bool, Open, c::anytrue),
    of("base64decode", &[S], String, Plain, e::base64decode),
    of("base64encode", &[S], String, Plain, e::base64encode),
    of("base64gunzip", &[S], String, Plain, e::compressed),
    of("base64gzip", &[S], String, Plain, e::compressed),
    of("base64sha256", &[S], String, Plain, h::base64sha256),
    of("base64sha512", &[S], String, Plain, h::base64sha512),
    of("basename", &[S], String, Plain, s::basename),
    many("bcrypt", &[S], N, String, Plain, h::bcrypt),
    of("ceil", &[N], Number, Plain, n::ceil),
    of("chomp", &[S], String, Plain, s::chomp),
    of(
        "chunklist",
        &[LIST, N],
        Ty::List(&Ty::List(&Any)),
        Outer,
        c::chunklist,
    ),
    of("cidrcontains", &[S, S], Bool, Plain, ip::cidrcontains),
    of("cidrhost", &[S, N], String, Plain, ip::cidrhost),
    of("cidrnetmask", &[S], String, Plain, ip::cidrnetmask),
    of("cidrsubnet", &[S, N, N], String, Plain, ip::cidrsubnet),
    many(
        "cidrsubnets",
        &[S],
        N,
        Ty::List(&String),
        Plain,
        ip::cidrsubnets,
    ),
    many("coalesce", &[], X, Any, Text, c::coalesce),
    many("coalescelist", &[], X, Any, Text, c::coalescelist),
    of("compact", &[STRINGS], Ty::List(&String), Text, c::compact),
    many("concat", &[], A, Any, Open, c::concat),
    of("contains", &[A, A], Bool, Open, c::contains),
    of("csvdecode", &[S], Any, Plain, e::csvdecode),
    of("dirname", &[S], String, Plain, s::dirname),
    of("distinct", &[LIST], Ty::List(&Any), Text, c::distinct),
    of("element", &[A, N], Any, Outer, c::element),
    of("endswith", &[S, S], Bool, Plain, s::endswith),
    of("ephemeralasnull", &[X], Any, Open, v::same),
    of("flatten", &[A], Any, Open, c::flatten),
    of("floor", &[N], Number, Plain, n::floor),
    many("format", &[S], X, String, Text, format::format),
    of("formatdate", &[S, S], String, Plain, d::formatdate),
    many(
        "formatlist",
        &[S],
        X,
        Ty::List(&String),
        Text,
        format::formatlist,
    ),
    of("indent", &[N, S], String, Plain, s::indent),
    of("index", &[A, A], Number, Text, c::index),
    of("issensitive", &[X], Bool, Raw, v::issensitive),
    many("join", &[S], STRINGS, String, Text, s::join),
    of("jsondecode", &[S], Any, Text, e::jsondecode),
    of("jsonencode", &[X], String, Text, e::jsonencode),
    of("keys", &[A], Ty::List(&String), Open, c::keys),
    of("length", &[A], Number, Open, c::length),
    of("log", &[N, N], Number, Plain, n::log),
    many("lookup", &[A, S], X, Any, Raw, c::lookup),
    of("lower", &[S], String, Plain, s::lower),
    of(
        "matchkeys",
        &[LIST, LIST, LIST],
        Ty::List(&Any),
        Text,
        c::matchkeys,
    ),
    many("max", &[], N, Number, Plain, n::max),
    of("md5", &[S], String, Plain, h::md5),
    many("merge", &[], X, Any, Open, c::merge),
    many("min", &[], N, Number, Plain, n::min),
    of("nonsensitive", &[X], Any, Raw, v::nonsensitive),
    of("one", &[A], Any, Text, c::one),
    of("parseint", &[A, N], Number, Plain, n::parseint),
    of("plantimestamp", &[], String, Plain, d::now),
    of("pow", &[N, N], Number, Plain, n::pow),
    many("range", &[], N, Ty::List(&Number), Plain, c::range),
    of("regex", &[S, S], Any, Text, r::regex),
    of("regexall", &[S, S], Ty::List(&Any), Text, r::regexall),
    of("replace", &[S, S, S], String, Plain, r::replace),
    of("reverse", &[A], Any, Outer, c::reverse),
    of("rsadecrypt", &[S, S], String, Plain, h::rsadecrypt),
    of("sensitive", &[X], Any, Raw, v::sensitive),
    many(
        "setintersection",
        &[SET],
        SET,
        Ty::Set(&Any),
        Plain,
        set::intersection,
    ),
    many("setproduct", &[], A, Any, Outer, set::product),
    of(
        "setsubtract",
        &[SET, SET],
        Ty::Set(&Any),
        Plain,
        set::subtract,
    ),
    many("setunion", &[SET], SET, Ty::Set(&Any), Open, set::union),
    of("sha1", &[S], String, Plain, h::sha1),
    of("sha256", &[S], String, Plain, h::sha256),
    of("sha512", &[S], String, Plain, h::sha512),
    of("signum", &[N], Number, Plain, n::signum),
    of("slice", &[A, N, N], Any, Outer, c::slice),
    of("sort", &[STRINGS], Ty::List(&String), Text, c::sort),
    of("split", &[S, S], Ty::List(&String), Plain, s::split),
    of("startswith", &[S, S], Bool, Text, s::startswith),
    of("strcontains", &[S, S], Bool, Text, s::strcontains),
    of("strrev", &[S], String, Plain, s::strrev),
    of("substr", &[S, N, N], String, Plain, s::substr),
    of("sum", &[A], Number, Plain, n::sum),
    of(
        "textdecodebase64",
        &[S, S],
        String,
        Plain,
        e::textdecodebase64,
    ),
    of(
        "textencodebase64",
        &[S, S],
        String,
        Plain,
        e::textencodebase64,
    ),
    of("timeadd", &[S, S], String, Plain, d::timeadd),
    of("timecmp", &[S, S], Number, Plain, d::timecmp),
    of("timestamp", &[], String, Plain, d::now),
    of("title", &[S], String, Plain, s::title),
    of("tobool", &[X], Bool, Open, v::tobool),
    of("tolist", &[X], Ty::List(&Any), Open, v::tolist),
    of("tomap", &[X], Ty::Map(&Any), Open, v::tomap),
    of("tonumber", &[X], Number, Open, v::tonumber),
    of("toset", &[X], Ty::Set(&Any), Open, v::toset),
    of("tostring", &[X], String, Open, v::tostring),
    of(
        "transpose",
        &[STRING_LISTS],
        Ty::Map(&Ty::List(&String)),
        Plain,
        c::transpose,
    ),
    of("trim", &[S, S], String, Plain, s::trim),
    of("trimprefix", &[S, S], String, Plain, s::trimprefix),
    of("trimspace", &[S], String, Plain, s::trimspace),
    of("trimsuffix", &[S, S], String, Plain, s::trimsuffix),
    of("upper", &[S], String, Plain, s::upper),
    of("urldecode", &[S], String, Plain, e::urldecode),
    of("urlencode", &[S], String, Plain, e::urlencode),
    of("uuid", &[], String, Plain, h::uuid),
    of("uuidv5", &[S, S], String, Plain, h::uuidv5),
    of("values", &[A], Any, Outer, c::values),
    of("yamldecode", &[S], Any, Plain, e::yamldecode),
    of("yamlencode", &[X], String, Plain, e::yamlencode),
    of("zipmap", &[STRINGS, A], Any, Open, c::zipmap),
];
