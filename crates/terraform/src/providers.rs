//! Which provider a resource belongs to, and its major version where something fixes it to one.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use hipaa_iac_source::{Diagnostic, Sources};

use crate::{
    module::{Module, Requirement},
    parse,
};

/// Versions that `.terraform.lock.hcl` fixes, by source address.
pub(crate) type Lock = BTreeMap<Arc<str>, String>;

/// The lock file of a root.
pub(crate) fn lock_file(sources: &Sources, dir: &Path, diagnostics: &mut Vec<Diagnostic>) -> Lock {
    let path = dir.join(".terraform.lock.hcl");
    if !path.is_file() {
        return Lock::new();
    }
    let body = match sources.read(&path) {
        Ok(file) => parse::parse(&file),
        Err(error) => Err(crate::module::unreadable(&path, &error)),
    };
    let body = match body {
        Ok(body) => body,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return Lock::new();
        }
    };
    body.blocks_of("provider")
        .filter_map(|block| {
            let source = without_host(block.labels.first()?);
            Some((source, block.body.attr("version")?.expr.text()?.to_owned()))
        })
        .collect()
}

/// The providers of one root.
pub(crate) struct Providers {
    root: BTreeMap<Arc<str>, Requirement>,
    lock: Lock,
}

impl Providers {
    pub(crate) fn new(root: &Module, lock: &Lock) -> Self {
        Self {
            root: root.required.clone(),
            lock: lock.clone(),
        }
    }

    /// What the root module calls a provider; `local` where it does not say.
    pub(crate) fn local_of(&self, source: &str, local: &str) -> Arc<str> {
        let entry = self.root.iter().find(|(name, requirement)| {
            let own = requirement.source.as_deref();
            *own.map_or_else(|| default_source(name), without_host) == *source
        });
        entry.map_or_else(|| local.into(), |(name, _)| Arc::clone(name))
    }

    /// Source address and major version of a module's provider by its local name.
    pub(crate) fn of(&self, module: &Module, local: &str) -> (Arc<str>, Option<u64>) {
        let own = module.required.get(local);
        let source = own
            .and_then(|own| own.source.clone())
            .map_or_else(|| default_source(local), |s| without_host(&s));
        if let Some(version) = self.lock.get(&source) {
            return (
                source,
                version
                    .split('.')
                    .next()
                    .and_then(|major| major.parse().ok()),
            );
        }
        // The root's entry may have another local name: what counts is the source.
        let at_root = self.root.iter().filter(|(name, requirement)| {
            requirement
                .source
                .as_ref()
                .map_or_else(|| default_source(name), |s| without_host(s))
                == source
        });
        let versions = own
            .into_iter()
            .chain(at_root.map(|(_, requirement)| requirement));
        let constraints: Vec<&str> = versions
            .flat_map(|requirement| requirement.versions.iter().map(String::as_str))
            .collect();
        (source, only_major(&constraints))
    }
}

/// The address of a provider block in the module of a path.
pub(crate) fn address(path: &str, local: &str, alias: &str) -> String {
    let dot = if alias.is_empty() { "" } else { "." };
    format!("{path}provider.{local}{dot}{alias}")
}

/// What policies call a provider: the last part of its source, whatever a configuration calls it.
pub(crate) fn type_of(source: &str) -> Arc<str> {
    source.rsplit('/').next().unwrap_or(source).into()
}

fn default_source(local: &str) -> Arc<str> {
    if local == "terraform" {
        "terraform.io/builtin/terraform".into()
    } else {
        format!("hashicorp/{local}").into()
    }
}

/// A source address without the registry's host, in lower case as registries take it.
fn without_host(source: &str) -> Arc<str> {
    let source = source.to_ascii_lowercase();
    let short = ["registry.terraform.io/", "registry.opentofu.org/"]
        .iter()
        .find_map(|host| source.strip_prefix(host));
    short.unwrap_or(&source).into()
}

/// The one major version that all constraints allow.
pub(crate) fn only_major(constraints: &[&str]) -> Option<u64> {
    let (low, high) = range(constraints)?;
    let [major, ..] = low;
    (low < high? && high? <= [major + 1, 0, 0]).then_some(major)
}

/// Whether a constraint rules a version out, as far as both can be read.
pub(crate) fn excludes(constraint: &str, version: &str) -> bool {
    let numbers = version_numbers(version).unwrap_or_default();
    let (Some((low, high)), false) = (range(&[constraint]), numbers.is_empty()) else {
        return false;
    };
    let at = |n: usize| numbers.get(n).copied().unwrap_or(0);
    let version = [at(0), at(1), at(2)];
    version < low || high.is_some_and(|high| version >= high)
}

/// The versions that all constraints allow: from the first on, below the second.
fn range(constraints: &[&str]) -> Option<([u64; 3], Option<[u64; 3]>)> {
    let mut low = [0_u64; 3];
    let mut high: Option<[u64; 3]> = None;
    for constraint in constraints.iter().flat_map(|text| text.split(',')) {
        let constraint = constraint.trim();
        let digits = constraint
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(constraint.len());
        let (operator, version) = constraint.split_at(digits);
        let numbers = version_numbers(version)?;
        let full = |numbers: &[u64]| {
            let at = |n: usize| numbers.get(n).copied().unwrap_or(0);
            [at(0), at(1), at(2)]
        };
        let next = |numbers: &[u64], at: usize| {
            let mut next = [0; 3];
            for (to, from) in next.iter_mut().zip(numbers).take(at + 1) {
                *to = *from;
            }
            if let Some(last) = next.get_mut(at) {
                *last += 1;
            }
            next
        };
        let mut below =
            |bound: [u64; 3]| high = Some(high.map_or(bound, |high: [u64; 3]| high.min(bound)));
        match operator.trim().trim_end_matches('v').trim() {
            "" | "=" => {
                low = low.max(full(&numbers));
                below(next(&full(&numbers), 2));
            }
            "~>" => {
                low = low.max(full(&numbers));
                below(next(&numbers, numbers.len().saturating_sub(2).min(1)));
            }
            ">=" => low = low.max(full(&numbers)),
            ">" => low = low.max(next(&full(&numbers), 2)),
            "<" => below(full(&numbers)),
            "<=" => below(next(&full(&numbers), 2)),
            "!=" => {}
            _ => return None,
        }
    }
    Some((low, high))
}

fn version_numbers(version: &str) -> Option<Vec<u64>> {
    let release = version.split(['-', '+']).next()?;
    let numbers: Vec<u64> = release
        .trim()
        .split('.')
        .map(|part| part.parse().ok().filter(|n| *n < 1 << 40))
        .collect::<Option<_>>()?;
    (!numbers.is_empty() && numbers.len() <= 3).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_major_or_none() {
        for (constraint, major) in [
            ("~> 5.0", Some(5)),
            ("~> 5", Some(5)),
            ("~> 5.1.2", Some(5)),
            ("= 5.1", Some(5)),
            ("6.2.0", Some(6)),
            (">= 6.0, < 7.0", Some(6)),
            (">= 6.0, < 7.1", None),
            (">= 5.0", None),
            ("< 6.0", None),
            ("< 1.0", Some(0)),
            (">= 5.0, <= 5.9", Some(5)),
            ("~> 5.0, != 5.3.0", Some(5)),
            ("> 5.0, < 5.0", None),
            ("latest", None),
            ("", None),
        ] {
            assert_eq!(only_major(&[constraint]), major, "{constraint}");
        }
        assert_eq!(only_major(&[">= 5.0", "< 6.0"]), Some(5));
    }
}
