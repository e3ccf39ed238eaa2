//! Random configurations: typed, so that most expressions have a value; from a seed, so that they can be made again.

use std::fmt::Write as _;

use proptest::{
    prelude::RngExt,
    test_runner::{RngAlgorithm, TestRng},
};

use crate::{
    batch::{Configuration, Place, Slot},
    expression::{Expr, HOLE, Type},
    truth::Program,
};

/// Expressions that are probed in each configuration.
const PROBES: usize = 40;
const LOCALS: usize = 5;

/// Forms that give a value of the type that is asked for. After `@` stands the type of an operand: `s` string, `n`
/// number, `b` bool, `[…]` list, `<…>` set, `{…}` map, `T` the type asked for, `E` its elements' type, `P` any
/// primitive type, `A` any type, `S` one type for all operands of the form.
const ANY: &[&str] = &[
    "(@b ? @T : @T)",
    "(@b ? @T : @T)",
    "(@b ? @T : null)",
    "(@b ? null : @T)",
    "(@A == null ? @T : @T)",
    "try(@T, @T)",
    "try(@A, @T)",
    "try({ a = @A }.b, @T)",
    "coalesce(@T, @T)",
    "coalesce(null, @T)",
    "[@T, @T][0]",
    "[@A, @T][1]",
    "[@T, @T][length(@s) % 2]",
    "tolist([@T, @T])[length(@s) % 2]",
    "{ a = @T }.a",
    "{ a = @T, b = @A }[\"a\"]",
    "{ a = @T, (@s) = @T }.a",
    "element([@T, @T], 1)",
    "element([@T, @T], @n)",
    "lookup({ a = @T }, \"a\", @T)",
    "lookup({ b = @T }, \"a\", @T)",
    "lookup({ a = @T }, @s, @T)",
    "one([@T])",
    "one(toset([@T]))",
    "sensitive(@T)",
    "nonsensitive(@T)",
    "nonsensitive(sensitive(@T))",
    "(@T)",
    "[for x in [@T] : x][0]",
    "[for x in [@T, @T] : x if @b][0]",
    "{ for k, v in { a = @T, b = @T } : k => v }.a",
    "values({ a = @T })[0]",
    "tolist([@T, @T])[0]",
    "tomap({ a = @T, b = @T }).a",
    "merge({ a = @A }, { a = @T }).a",
    "merge({ a = @T }, @{S}).a",
    "flatten([[@P], [@T, @T]])[1]",
    "jsondecode(jsonencode(@T))",
    "yamldecode(yamlencode(@T))",
    "coalescelist([], [@T])[0]",
    "concat([@T], [@A])[0]",
    "reverse([@A, @T])[0]",
    "slice([@T, @A], 0, 1)[0]",
    "zipmap([\"a\", \"b\"], [@T, @A]).a",
    "[{ a = @T }, { a = @T }][*].a[1]",
    "[{ a = @T }].*.a[0]",
    "{ a = [@T] }.a.0",
    "distinct([@T, @T])[0]",
    "matchkeys([@T, @T], [@s, \"b\"], [\"a\", \"b\"])[0]",
    "chunklist([@T, @T], 1)[0][0]",
    "ephemeralasnull(@T)",
    "@T[*][0]",
    "setproduct([@T, @T], [@s])[0][0]",
    "(@T == null ? @T : @T)",
];

const BOOLS: &[&str] = &[
    "(@n < @n)",
    "(@n <= @n)",
    "(@n > @n)",
    "(@n >= @n)",
    "(@n == @n)",
    "(@n != @n)",
    "(@s == @s)",
    "(@s != @s)",
    "(@s == \"abc\")",
    "(@b && @b)",
    "(@b || @b)",
    "!@b",
    "(@b == @b)",
    "(@A == @A)",
    "(@S == @S)",
    "(@S != @S)",
    "(@A == null)",
    "(@A != null)",
    "(@[S] == @[S])",
    "([@S] == [@S])",
    "({ a = @S } == { a = @S })",
    "contains(@[s], @s)",
    "contains(@<n>, @n)",
    "contains(@[S], @S)",
    "contains([@P, @P], @P)",
    "alltrue(@[b])",
    "anytrue(@[b])",
    "alltrue([@b, @b])",
    "anytrue([@b, @b])",
    "can(@A)",
    "can({ a = @A }.b)",
    "startswith(@s, @s)",
    "startswith(@s, \"a\")",
    "endswith(@s, @s)",
    "strcontains(@s, \"a\")",
    "strcontains(@s, @s)",
    "issensitive(@A)",
    "tobool(@b)",
    "tobool(tostring(@b))",
];

const NUMBERS: &[&str] = &[
    "(@n + @n)",
    "(@n - @n)",
    // Not two that may be zero and negative: Terraform has a negative zero.
    "(@n * (abs(@n) + 1))",
    "(@n / (abs(@n) + 1))",
    "(@n % (abs(@n) + 1))",
    "-(abs(@n) + 1)",
    "length(@s)",
    "length(@[S])",
    "length(@<S>)",
    "length(@{S})",
    "length([@A, @A])",
    "length({ a = @A })",
    "length(toset([@S, @S]))",
    "sum(@[n])",
    "sum([@n, @n])",
    "max(@n, @n)",
    "min(@n, @n)",
    "abs(@n)",
    "ceil(@n)",
    "floor(@n)",
    "signum(floor(@n))",
    "pow(@n, 2)",
    "floor(log(abs(@n) + 1, 10) * 1000)",
    "parseint(\"1f\", 16)",
    "parseint(tostring(floor(@n)), 10)",
    "tonumber(@n)",
    "tonumber(tostring(@n))",
    "tonumber(\"${@n}\")",
    "index([@s, \"a\"], \"a\")",
    "index(@[S], @S)",
    "timecmp(\"2020-01-01T00:00:00Z\", \"2021-01-01T00:00:00Z\")",
];

const TEXTS: &[&str] = &[
    "\"pre-${@P}\"",
    "\"${@P}-post\"",
    "\"${@P}${@P}\"",
    "\"${@s}\"",
    "\"a${@s}b${@s}c\"",
    "\"%{if @b}${@s}%{else}no%{endif}\"",
    "\"%{if @b}yes%{endif}${@s}\"",
    "\"%{for x in @[s]}${x},%{endfor}\"",
    "\"%{for i, x in [@P, @P]}${i}=${x};%{endfor}\"",
    "\"a  ${~ @s ~}  b\"",
    "upper(@s)",
    "lower(@s)",
    "title(@s)",
    "trimspace(@s)",
    "strrev(@s)",
    "chomp(@s)",
    "trim(@s, \"a\")",
    "trimprefix(@s, \"a\")",
    "trimsuffix(@s, @s)",
    "replace(@s, \"a\", @s)",
    "replace(@s, \"/[a-c]+/\", \"<$0>\")",
    "substr(@s, 0, 2)",
    "substr(@s, 1, -1)",
    "join(@s, @[s])",
    "join(\",\", [@P, @P])",
    "join(\"-\", @<s>)",
    "format(\"%s-%s\", @P, @P)",
    "format(\"%s\", @s)",
    "format(\"x%s\", @s)",
    "format(\"%v\", @A)",
    "format(\"%03d\", floor(@n))",
    "format(\"%.2f\", @n)",
    "format(\"%q\", @s)",
    "format(@s)",
    "formatlist(\"%s!\", [@s, @s])[0]",
    "jsonencode(@A)",
    "jsonencode(@A)",
    "yamlencode(@A)",
    "base64encode(@s)",
    "base64decode(base64encode(@s))",
    "md5(@s)",
    "sha256(@s)",
    "base64sha256(@s)",
    "urlencode(@s)",
    "indent(2, @s)",
    "tostring(@P)",
    "element(split(\",\", @s), 0)",
    "regex(\"[a-z]*\", @s)",
    "regexall(\"[a-z]\", @s)[0]",
    "try(regex(\"^[0-9]+$\", @s), \"none\")",
    "basename(@s)",
    "dirname(@s)",
    "keys({ (@s) = @A })[0]",
    "keys(@{S})[0]",
    "sort([@s, @s])[0]",
    "sort(@[s])[0]",
    "uuidv5(\"dns\", @s)",
    "cidrsubnet(\"10.0.0.0/16\", 8, length(@s))",
    "coalesce(@s, @P)",
    "textencodebase64(@s, \"UTF-16LE\")",
];

const LISTS: &[&str] = &[
    "tolist([@E, @E])",
    "[@E, @E]",
    "[@E]",
    "tolist(@<E>)",
    "concat(@[E], @[E])",
    "concat(@[E], [@E])",
    "reverse(@[E])",
    "distinct(@[E])",
    "distinct([@E, @E])",
    "slice(@[E], 0, 1)",
    "slice([@E, @E, @E], 1, 3)",
    "values(@{E})",
    "values({ a = @E, b = @E })",
    "flatten([@[E], @[E]])",
    "flatten([@E, [@E]])",
    "coalescelist(@[E], @[E])",
    "@[E][*]",
    "@E[*]",
    "chunklist([@E, @E, @E], 2)[0]",
    "matchkeys(@[E], @[E], @[E])",
    "matchkeys([@E, @E], [@s, @s], [@s])",
    "[for x in @[E] : x]",
    "[for x in @<E> : x]",
    "[for k, x in @{E} : x]",
    "[for i, x in @[E] : x if i > 0]",
    "[for x in @[E] : x if @b]",
    "[for x in @[E] : x if x != null]",
    "[for x in @[E] : @E]",
    "tolist(@[E])",
    "@{E}[*]",
    "values(@{E})[*]",
];

const TEXT_LISTS: &[&str] = &[
    "keys(@{S})",
    "keys({ a = @A, b = @A })",
    "split(\",\", @s)",
    "split(@s, \"a,b\")",
    "sort(@[s])",
    "compact(@[s])",
    "compact([@s, @s])",
    "formatlist(\"%s-%s\", @[s], @s)",
    "formatlist(\"x\")",
    "regexall(\"[a-z]\", @s)",
    "[for x in @[s] : upper(x)]",
    "[for x in @[n] : \"n${x}\"]",
    "[for k, x in @{S} : k]",
    "[for x in @[s] : \"${x}!\" if x != \"a\"]",
];

const NUMBER_LISTS: &[&str] = &[
    "range(3)",
    "range(length(@s))",
    "range(@n)",
    "[for x in @[n] : x + 1]",
    "[for x in @[s] : length(x)]",
];

const SETS: &[&str] = &[
    "toset(@[E])",
    "toset([@E, @E])",
    "setunion(@<E>, @<E>)",
    "setintersection(@<E>, @<E>)",
    "setsubtract(@<E>, @<E>)",
    "setunion([@E], @[E])",
    "toset([for x in @<E> : x])",
];

const MAPS: &[&str] = &[
    "tomap({ a = @E, b = @E })",
    "{ a = @E, b = @E }",
    "{ a = @E }",
    "merge(@{E}, @{E})",
    "merge(@{E}, { c = @E })",
    "merge(@{E}, null)",
    "merge([@{E}, @{E}]...)",
    "zipmap([\"a\", \"b\"], [@E, @E])",
    "zipmap([@s, \"b\"], tolist([@E, @E]))",
    "zipmap(@[s], @[E])",
    "{ (@s) = @E, b = @E }",
    "{ \"${@s}\" = @E }",
    "{ for k, v in @{E} : k => v }",
    "{ for k, v in @{E} : upper(k) => v if @b }",
    "{ for i, x in @[E] : \"k${i}\" => x }",
    "{ for x in @<s> : x => @E }",
    "tomap(@{E})",
];

const LIST_MAPS: &[&str] = &[
    "{ for x in @[E] : \"k\" => x... }",
    "{ for k, x in @{E} : (@b ? \"yes\" : \"no\") => x... }",
    "{ for i, x in [@E, @E] : i % 2 => x... }",
];

const WORDS: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"abc\"",
    "\"Hello World\"",
    "\"10\"",
    "\"true\"",
    "\"h\\u00e9\"",
    "\"a,b,c\"",
    "\"x-1\"",
    "\"  pad \"",
    "\"one\\ntwo\"",
    "\"$${x}\"",
    "\"<&>\"",
    "\"0.50\"",
];
const FIGURES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "10",
    "0.5",
    "-1",
    "2.25",
    "1e3",
    "100000",
    "1e-7",
    "12345678901234567890",
];

/// What OpenTofu does not have, or does in another way (`known.md`).
const NOT_OPENTOFU: &[&str] = &["element(", "ephemeralasnull(", "issensitive(", "&&", "||"];

/// A name that an expression may mention, with its type.
type Name = (String, Type);

struct Generator {
    rng: TestRng,
    names: Vec<Name>,
    program: Program,
}

/// The configuration of a number, of those that a seed gives.
pub(crate) fn configuration(program: Program, seed: u64, number: usize) -> Configuration {
    let mut bytes = [0; 32];
    for (target, byte) in bytes.iter_mut().zip(
        seed.to_le_bytes()
            .into_iter()
            .chain((number as u64).to_le_bytes()),
    ) {
        *target = byte;
    }
    let mut generator = Generator {
        rng: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
        names: vec![],
        program,
    };
    generator.configuration(number)
}

impl Generator {
    fn configuration(&mut self, number: usize) -> Configuration {
        let mut arguments = String::new();
        // What is known of it: a text that is not null.
        let mut preamble =
            String::from("resource \"terraform_data\" \"text\" {\n  input = \"text\"\n}\n\n");
        self.names
            .push(("terraform_data.text.id".into(), Type::Text));
        self.names
            .push(("terraform_data.text.output".into(), Type::Text));
        self.names
            .push(("terraform_data.text.input".into(), Type::Text));
        for at in 0..6 {
            let ty = self.ty(2);
            let name = format!("v{at}");
            let sensitive = self.rng.random_range(0..4) == 0;
            let passed = self.rng.random_range(0..3) == 0;
            let constraint = if self.rng.random_range(0..4) == 0 {
                "any".to_owned()
            } else {
                ty.to_string()
            };
            let literal = self.literal(&ty);
            let _ = write!(preamble, "variable \"{name}\" {{\n  type = {constraint}\n");
            if passed {
                let _ = writeln!(arguments, "  {name} = {literal}");
            } else {
                let _ = writeln!(preamble, "  default = {literal}");
            }
            if sensitive {
                preamble.push_str("  sensitive = true\n");
            }
            preamble.push_str("}\n\n");
            self.names.push((format!("var.{name}"), ty));
        }
        // Unknown, from outside.
        for (name, constraint, given) in [
            ("u0", "string", "id"),
            ("u1", "any", "output"),
            ("u2", "string", "output"),
        ] {
            let _ = write!(
                preamble,
                "variable \"{name}\" {{\n  type = {constraint}\n}}\n\n"
            );
            let _ = writeln!(arguments, "  {name} = terraform_data.root.{given}");
            self.names.push((format!("var.{name}"), Type::Text));
        }
        // Unknown, of any type.
        for at in 0..5 {
            let ty = self.ty(2);
            let literal = self.typed(&ty);
            let _ = write!(
                preamble,
                "resource \"terraform_data\" \"r{at}\" {{\n  input = {literal}\n}}\n\n"
            );
            self.names
                .push((format!("terraform_data.r{at}.output"), ty.clone()));
            if at < 2 {
                self.names.push((format!("terraform_data.r{at}.input"), ty));
            }
        }
        let word = self.literal(&Type::Text);
        let _ = write!(
            preamble,
            "resource \"terraform_data\" \"many\" {{\n  count = 2\n  input = \"${{count.index}}-${{{word}}}\"\n}}\n\n"
        );
        let _ = write!(
            preamble,
            "resource \"terraform_data\" \"each\" {{\n  for_each = {{ a = {word}, b = \"b\" }}\n  input = each.value\n}}\n\n"
        );
        self.names.push((
            "terraform_data.many[*].input".into(),
            Type::List(Box::new(Type::Text)),
        ));
        self.names.push((
            "terraform_data.many[*].output".into(),
            Type::List(Box::new(Type::Text)),
        ));
        self.names
            .push(("terraform_data.each[\"a\"].output".into(), Type::Text));
        self.names.push((
            "{ for k, r in terraform_data.each : k => r.input }".into(),
            Type::Map(Box::new(Type::Text)),
        ));

        let mut slots = Vec::new();
        for at in 0..LOCALS {
            let ty = self.ty(2);
            let expr = self.expr(&ty, 2);
            slots.push(Slot {
                place: Place::Local(format!("l{at}")),
                expr,
            });
            self.names.push((format!("local.l{at}"), ty));
        }
        for (name, ty) in [("value", self.ty(2)), ("text", Type::Text)] {
            let expr = self.expr(&ty, 2);
            slots.push(Slot {
                place: Place::Argument(name),
                expr,
            });
            self.names.push((format!("module.child.{name}"), ty));
        }
        for slot in slots.clone() {
            let name = match slot.place {
                Place::Local(name) => format!("local.{name}"),
                Place::Argument(name) => format!("module.child.{name}"),
                Place::Probe => continue,
            };
            slots.push(Slot {
                place: Place::Probe,
                expr: Expr::leaf(name, slot.expr.ty),
            });
        }
        while slots.len() < 2 * (LOCALS + 2) + PROBES {
            let ty = self.ty(2);
            let depth = self.rng.random_range(1..4);
            slots.push(Slot {
                place: Place::Probe,
                expr: self.expr(&ty, depth),
            });
        }
        Configuration {
            name: format!("c{number}"),
            arguments,
            preamble,
            slots,
        }
    }

    /// A form that means the same to both programs.
    fn form(&mut self, from: &[&'static str]) -> &'static str {
        loop {
            let form = from[self.rng.random_range(0..from.len())];
            if self.program == Program::Terraform
                || !NOT_OPENTOFU.iter().any(|part| form.contains(part))
            {
                return form;
            }
        }
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.rng.random_range(0..from.len())]
    }

    fn primitive(&mut self) -> Type {
        match self.rng.random_range(0..4) {
            0 => Type::Bool,
            1 => Type::Number,
            _ => Type::Text,
        }
    }

    fn ty(&mut self, depth: u32) -> Type {
        if depth == 0 || self.rng.random_range(0..5) < 2 {
            return self.primitive();
        }
        match self.rng.random_range(0..10) {
            0..3 => Type::List(Box::new(self.ty(depth - 1))),
            3..5 => Type::Set(Box::new(self.primitive())),
            5..7 => Type::Map(Box::new(self.ty(depth - 1))),
            7 => Type::Tuple(vec![self.ty(depth - 1), self.primitive()]),
            _ => Type::Object(vec![("a", self.ty(depth - 1)), ("name", self.primitive())]),
        }
    }

    fn literal(&mut self, ty: &Type) -> String {
        match ty {
            Type::Bool => self.pick(&["true", "false"]).to_owned(),
            Type::Number => self.pick(FIGURES).to_owned(),
            Type::Text => self.pick(WORDS).to_owned(),
            Type::List(of) | Type::Set(of) => {
                let count = self.rng.random_range(1..4);
                let all: Vec<String> = (0..count).map(|_| self.literal(of)).collect();
                format!("[{}]", all.join(", "))
            }
            Type::Map(of) => {
                let count = self.rng.random_range(1..3);
                let all: Vec<String> = (0..count)
                    .map(|at| format!("{} = {}", ["a", "b"][at], self.literal(of)))
                    .collect();
                format!("{{ {} }}", all.join(", "))
            }
            Type::Tuple(all) => {
                let all: Vec<String> = all.iter().map(|ty| self.literal(ty)).collect();
                format!("[{}]", all.join(", "))
            }
            Type::Object(all) => {
                let all: Vec<String> = all
                    .iter()
                    .map(|(name, ty)| format!("{name} = {}", self.literal(ty)))
                    .collect();
                format!("{{ {} }}", all.join(", "))
            }
        }
    }

    /// A literal that has the very type, not one that can be converted to it.
    fn typed(&mut self, ty: &Type) -> String {
        let literal = self.literal(ty);
        match ty {
            Type::List(_) => format!("tolist({literal})"),
            Type::Set(_) => format!("toset({literal})"),
            Type::Map(_) => format!("tomap({literal})"),
            _ => literal,
        }
    }

    fn leaf(&mut self, ty: &Type) -> Expr {
        let known: Vec<String> = self
            .names
            .iter()
            .filter(|(_, of)| of == ty)
            .map(|(name, _)| name.clone())
            .collect();
        let text = match self.rng.random_range(0..20) {
            // A bare null has no type, with which Terraform's functions do not begin anything.
            0 => format!("(true ? null : {})", self.typed(ty)),
            0..13 if !known.is_empty() => known[self.rng.random_range(0..known.len())].clone(),
            13..16 => self.typed(ty),
            _ => self.literal(ty),
        };
        Expr::leaf(text, ty.clone())
    }

    fn expr(&mut self, ty: &Type, depth: u32) -> Expr {
        if depth == 0 || self.rng.random_range(0..8) == 0 {
            return self.leaf(ty);
        }
        let forms: &[&[&str]] = match ty {
            Type::Bool => &[BOOLS],
            Type::Number => &[NUMBERS],
            Type::Text => &[TEXTS],
            Type::List(of) => match **of {
                Type::Text => &[LISTS, TEXT_LISTS],
                Type::Number => &[LISTS, NUMBER_LISTS],
                _ => &[LISTS],
            },
            Type::Set(_) => &[SETS],
            Type::Map(of) => match **of {
                Type::List(_) => &[MAPS, LIST_MAPS],
                _ => &[MAPS],
            },
            Type::Tuple(_) | Type::Object(_) => &[],
        };
        if self.rng.random_range(0..5) < 2 {
            let form = self.form(ANY);
            return self.fill(form, ty, depth);
        }
        if let Some(forms) = forms.get(self.rng.random_range(0..forms.len().max(1))) {
            let form = self.form(forms);
            return self.fill(form, ty, depth);
        }
        match ty {
            Type::Tuple(all) => {
                let children = all.iter().map(|ty| self.expr(ty, depth - 1)).collect();
                let holes = vec![HOLE.to_string(); all.len()];
                Expr {
                    form: format!("[{}]", holes.join(", ")),
                    children,
                    ty: ty.clone(),
                }
            }
            Type::Object(all) => {
                let children = all.iter().map(|(_, ty)| self.expr(ty, depth - 1)).collect();
                let members: Vec<String> = all
                    .iter()
                    .map(|(name, _)| format!("{name} = {HOLE}"))
                    .collect();
                Expr {
                    form: format!("{{ {} }}", members.join(", ")),
                    children,
                    ty: ty.clone(),
                }
            }
            _ => self.leaf(ty),
        }
    }

    /// An expression of a form.
    fn fill(&mut self, form: &str, ty: &Type, depth: u32) -> Expr {
        let element = match ty {
            Type::List(of) | Type::Set(of) | Type::Map(of) => match (&**of, form.contains("...")) {
                (Type::List(inner), true) if form.contains("@E") && !form.starts_with("merge") => {
                    (**inner).clone()
                }
                _ => (**of).clone(),
            },
            _ => Type::Text,
        };
        // Objects are compared member by member in no certain order, and the first that is not known ends it.
        let same = match self.ty(1) {
            Type::Map(_) | Type::Object(_) => self.primitive(),
            ty => ty,
        };
        let mut text = String::new();
        let mut children = Vec::new();
        let mut rest = form;
        while let Some((before, after)) = rest.split_once('@') {
            text.push_str(before);
            let (operand, after) = self.operand(after, ty, &element, &same);
            children.push(self.expr(&operand, depth - 1));
            text.push(HOLE);
            rest = after;
        }
        text.push_str(rest);
        Expr {
            form: text,
            children,
            ty: ty.clone(),
        }
    }

    /// Reads the type of an operand.
    fn operand<'a>(
        &mut self,
        spec: &'a str,
        ty: &Type,
        element: &Type,
        same: &Type,
    ) -> (Type, &'a str) {
        let (first, rest) = spec.split_at(1);
        let inner = |generator: &mut Self| {
            let (of, rest) = generator.operand(rest, ty, element, same);
            (Box::new(of), rest.split_at(1).1)
        };
        match first {
            "s" => (Type::Text, rest),
            "n" => (Type::Number, rest),
            "b" => (Type::Bool, rest),
            "T" => (ty.clone(), rest),
            "E" => (element.clone(), rest),
            "S" => (same.clone(), rest),
            "P" => (self.primitive(), rest),
            "A" => (self.ty(1), rest),
            "[" => {
                let (of, rest) = inner(self);
                (Type::List(of), rest)
            }
            "<" => {
                let (of, rest) = inner(self);
                (Type::Set(of), rest)
            }
            "{" => {
                let (of, rest) = inner(self);
                (Type::Map(of), rest)
            }
            other => panic!("{other:?} is no type of an operand"),
        }
    }
}
