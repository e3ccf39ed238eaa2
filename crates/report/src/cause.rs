//! Findings with one cause: one line of a module that is called three times is one thing to fix.

use std::collections::BTreeMap;

use crate::result::{Finding, Verdict};

/// The findings of one policy at one place, in the order of the result. Never empty.
#[derive(Debug)]
pub(crate) struct Cause<'a> {
    /// The first of them.
    pub(crate) first: &'a Finding,
    /// The others.
    pub(crate) others: Vec<&'a Finding>,
}

impl Cause<'_> {
    /// Whom it concerns, in a few words: `module.db["a"].aws_db_instance.this and 2 more`.
    pub(crate) fn subject(&self) -> String {
        match self.others.len() {
            0 => self.first.subject(),
            more => format!("{} and {more} more", self.first.subject()),
        }
    }
}

/// Groups the findings of the given verdicts by policy, place and message; the worst first, then in the order of the result.
pub(crate) fn causes<'a>(findings: &'a [Finding], verdicts: &[Verdict]) -> Vec<Cause<'a>> {
    let mut groups: Vec<Cause<'a>> = Vec::new();
    let mut known = BTreeMap::new();
    for finding in findings
        .iter()
        .filter(|finding| verdicts.contains(&finding.verdict))
    {
        let at = &finding.resource;
        let key = (
            (
                &finding.policy,
                finding.verdict,
                finding.severity,
                &finding.message,
            ),
            (&at.file, at.line, at.column, at.end_line, at.end_column),
            // Without a place nothing says that two have the same cause.
            at.line.is_none().then_some(&finding.fingerprint),
        );
        let next = groups.len();
        let group = *known.entry(key).or_insert(next);
        match groups.get_mut(group) {
            Some(group) => group.others.push(finding),
            None => groups.push(Cause {
                first: finding,
                others: Vec::new(),
            }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.first.severity));
    groups
}
