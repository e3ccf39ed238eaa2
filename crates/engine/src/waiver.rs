//! Waivers: findings that are accepted for a time, with a reason and somebody who answers for it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use hipaa_iac_source::{Diagnostic, FileId, Inventory, Level, SourceFile, Sources, Span};

use crate::{
    classification::wildcard,
    config::{WaiverEntry, unknown_policy},
    date::Date,
    evaluate::{Finding, Settings, Verdict},
    policy::{self, PolicySet},
};

/// How far ahead a waiver may reach, in days: a year, leap or not.
const MAX_DAYS: u32 = 366;

/// Where a waiver was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverSource {
    /// A comment beside what it waives.
    Inline,
    /// An entry of `hipaa-iac.yaml`.
    Config,
    /// An exception of `baa.yaml`.
    Agreements,
}

/// A waiver that applied to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedWaiver {
    /// The policy.
    pub policy: Arc<str>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub until: Date,
    /// Where it is tracked.
    pub ticket: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// What protects instead.
    pub compensating_control: Option<String>,
    /// Where it was written.
    pub source: WaiverSource,
    /// Its place.
    pub span: Option<Span>,
}

/// Whether who answers for a waiver is who approved it, so that nobody else has looked at it.
pub fn is_self_approved(owner: &str, approved_by: Option<&str>) -> bool {
    let person = |text: &str| text.trim().to_lowercase();
    approved_by.is_some_and(|by| !by.trim().is_empty() && person(by) == person(owner))
}

fn self_approved(policy: &str) -> Diagnostic {
    let message = format!("the waiver of {policy} was approved by its own owner");
    Diagnostic::new(Level::Warning, "waiver-self-approved", message)
        .remedy("have somebody else approve it, and name them in `approvedBy`")
}

#[derive(Debug)]
struct Waiver {
    applied: AppliedWaiver,
    /// For the entries of the configuration.
    address: Option<String>,
    root: Option<String>,
    path: Option<Arc<str>>,
    used: bool,
}

/// The waivers of a run.
#[derive(Debug, Default)]
pub(crate) struct Waivers {
    all: Vec<Waiver>,
    /// Comments, by policy, file and the line that each speaks of.
    inline: HashMap<(Arc<str>, FileId), BTreeMap<u32, Vec<usize>>>,
    configured: HashMap<Arc<str>, Vec<usize>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What a waiver may be of: the block of the resource, and the place that the finding points at.
pub(crate) struct Concern<'a> {
    pub(crate) policy: &'a Arc<str>,
    pub(crate) address: &'a str,
    pub(crate) root: &'a str,
    pub(crate) extent: Option<Span>,
    pub(crate) span: Option<Span>,
}

impl Waivers {
    /// Collects the waivers of the configuration, further ones like them, and, unless told not to, those of the comments in `files`.
    pub(crate) fn collect(
        settings: &Settings,
        further: &[WaiverEntry],
        policies: &PolicySet,
        sources: &Sources,
        files: &[FileId],
    ) -> Self {
        let mut waivers = Self::default();
        waivers.add_configured(settings, further, policies, sources);
        if settings.inline_waivers {
            let mut by_path: Vec<Arc<SourceFile>> =
                files.iter().filter_map(|id| sources.get(*id)).collect();
            by_path.sort_by(|a, b| a.path().cmp(b.path()));
            by_path.dedup_by_key(|file| file.id());
            for file in by_path {
                waivers.add_inline(settings, policies, &file);
            }
        }
        waivers
    }

    fn add_configured(
        &mut self,
        settings: &Settings,
        further: &[WaiverEntry],
        policies: &PolicySet,
        sources: &Sources,
    ) {
        let places = settings.config.waiver_places(sources);
        for (at, entry) in settings.config.waivers.iter().chain(further).enumerate() {
            let problem = |level, message: String| {
                let code = if level == Level::Usage {
                    "waiver-invalid"
                } else {
                    "waiver-expired"
                };
                let remedy = if level == Level::Usage {
                    "see docs/policies.md, or `hipaa-iac schema config`, for what a waiver needs"
                } else {
                    "mend what it waives, or renew it with a reason"
                };
                let mut diagnostic = Diagnostic::new(level, code, message).remedy(remedy);
                if let Some((path, spans)) = &places {
                    diagnostic.span = spans.get(at).copied().flatten();
                    diagnostic.path = Some(Arc::clone(path));
                }
                diagnostic
            };
            let mut wrong = Vec::new();
            if let Some(message) = wrong_name(policies, &entry.policy) {
                wrong.push(message);
            }
            if entry.reason.trim().is_empty() {
                wrong.push("a waiver needs a reason".to_owned());
            }
            if entry.owner.trim().is_empty() {
                wrong.push("a waiver needs an owner".to_owned());
            }
            if entry.address.trim().is_empty() {
                wrong.push("a waiver needs an address".to_owned());
            }
            if settings.as_of.plus_days(MAX_DAYS) < entry.until {
                wrong.push(too_long(&entry.policy, entry.until));
            }
            if !wrong.is_empty() {
                self.diagnostics.extend(
                    wrong
                        .into_iter()
                        .map(|message| problem(Level::Usage, message)),
                );
                continue;
            }
            if entry.until < settings.as_of {
                self.diagnostics
                    .push(problem(Level::Warning, expired(&entry.policy, entry.until)));
                continue;
            }
            let span = problem(Level::Note, String::new());
            if is_self_approved(&entry.owner, entry.approved_by.as_deref()) {
                let mut diagnostic = self_approved(&entry.policy);
                diagnostic.span = span.span;
                diagnostic.path.clone_from(&span.path);
                self.diagnostics.push(diagnostic);
            }
            let policy: Arc<str> = entry.policy.as_str().into();
            self.configured
                .entry(Arc::clone(&policy))
                .or_default()
                .push(self.all.len());
            self.all.push(Waiver {
                applied: AppliedWaiver {
                    policy,
                    reason: entry.reason.clone(),
                    owner: entry.owner.clone(),
                    until: entry.until,
                    ticket: entry.ticket.clone(),
                    approved_by: entry.approved_by.clone(),
                    compensating_control: entry.compensating_control.clone(),
                    source: WaiverSource::Config,
                    span: span.span,
                },
                address: Some(entry.address.clone()),
                root: entry.root.clone(),
                path: span.path,
                used: false,
            });
        }
    }

    fn add_inline(&mut self, settings: &Settings, policies: &PolicySet, file: &SourceFile) {
        let text = file.text();
        if !text.contains(MARK) {
            return;
        }
        let lines: Vec<&str> = text.lines().collect();
        let in_text = lines_of_texts(&lines);
        let mut offset = 0_usize;
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let start = offset;
            offset += line.len();
            let Some(comment) = comment(line).filter(|_| !in_text.contains(&at)) else {
                continue;
            };
            let column = comment.start;
            let span = Span::new(file.id(), start + column..start + line.trim_end().len());
            let parsed = parse(comment.text, settings.as_of, policies);
            match parsed {
                Ok(mut applied) => {
                    applied.span = Some(span);
                    if is_downloaded(file.path()) {
                        let message = "a comment of a downloaded module waives nothing: who wrote the module accepts no risk of yours";
                        self.diagnostics.push(
                            Diagnostic::new(Level::Warning, "waiver-downloaded", message)
                                .at(span)
                                .remedy("write it under `waivers` in hipaa-iac.yaml, with the address, if you accept it")
                                .in_path(Arc::clone(file.path())),
                        );
                        continue;
                    }
                    if applied.until < settings.as_of {
                        let message = expired(&applied.policy, applied.until);
                        self.diagnostics.push(
                            Diagnostic::new(Level::Warning, "waiver-expired", message)
                                .at(span)
                                .remedy("mend what it waives, or renew it with a reason")
                                .in_path(Arc::clone(file.path())),
                        );
                        continue;
                    }
                    if is_self_approved(&applied.owner, applied.approved_by.as_deref()) {
                        self.diagnostics.push(
                            self_approved(&applied.policy)
                                .at(span)
                                .in_path(Arc::clone(file.path())),
                        );
                    }
                    let target = target_line(&lines, at, comment.alone);
                    let key = (Arc::clone(&applied.policy), file.id());
                    self.inline
                        .entry(key)
                        .or_default()
                        .entry(target)
                        .or_default()
                        .push(self.all.len());
                    self.all.push(Waiver {
                        applied,
                        address: None,
                        root: None,
                        path: Some(Arc::clone(file.path())),
                        used: false,
                    });
                }
                Err(problems) => {
                    for message in problems {
                        let diagnostic = Diagnostic::new(Level::Usage, "waiver-invalid", message)
                            .at(span)
                            .in_path(Arc::clone(file.path()));
                        self.diagnostics.push(diagnostic.remedy(
                            "write it as `# hipaa-iac:ignore <policy> reason=\"…\" owner=\"…\" until=2027-01-31`",
                        ));
                    }
                }
            }
        }
    }

    /// The waiver of a finding, if it has one.
    pub(crate) fn find(
        &mut self,
        concern: &Concern<'_>,
        sources: &Sources,
    ) -> Option<AppliedWaiver> {
        let found = self.find_inline(concern, sources).or_else(|| {
            self.configured
                .get(concern.policy)?
                .iter()
                .copied()
                .find(|at| {
                    self.all
                        .get(*at)
                        .is_some_and(|waiver| waiver.means(concern.address, concern.root))
                })
        })?;
        let waiver = self.all.get_mut(found)?;
        waiver.used = true;
        Some(waiver.applied.clone())
    }

    fn find_inline(&self, concern: &Concern<'_>, sources: &Sources) -> Option<usize> {
        let within = |span: Span, whole: bool| {
            let lines = self.inline.get(&(Arc::clone(concern.policy), span.file))?;
            let file = sources.get(span.file)?;
            let first = file.position(span.start).line;
            let last = if whole {
                file.position(span.end.saturating_sub(1).max(span.start))
                    .line
            } else {
                first
            };
            lines
                .range(first..=last)
                .next()
                .and_then(|(_, waivers)| waivers.first())
                .copied()
        };
        concern
            .span
            .and_then(|span| within(span, false))
            .or_else(|| concern.extent.and_then(|extent| within(extent, true)))
    }

    /// Takes out the waivers of the configuration that could mean findings of several roots and do not say which: an address
    /// is one only within its root.
    pub(crate) fn refuse_ambiguous(&mut self, findings: &[Finding], inventory: &Inventory) {
        let open: BTreeSet<usize> = self
            .configured
            .values()
            .flatten()
            .copied()
            .filter(|at| {
                self.all
                    .get(*at)
                    .is_some_and(|waiver| waiver.root.is_none())
            })
            .collect();
        let mut roots: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for finding in findings {
            let doubtful = matches!(finding.verdict, Verdict::Fail | Verdict::Unknown);
            let of_policy = self.configured.get(&finding.policy.name);
            let (Some(waivers), true, Some(resource)) = (
                of_policy,
                doubtful,
                inventory.resources.get(finding.resource),
            ) else {
                continue;
            };
            for at in waivers.iter().filter(|at| open.contains(at)) {
                let means = |waiver: &Waiver| waiver.means(&resource.address, &resource.root);
                if self.all.get(*at).is_some_and(means) {
                    roots.entry(*at).or_default().insert(&resource.root);
                }
            }
        }
        for (at, roots) in roots.into_iter().filter(|(_, roots)| roots.len() > 1) {
            let Some(waiver) = self.all.get_mut(at) else {
                continue;
            };
            // What it could have waived is told; that it waived nothing need not be told as well.
            waiver.used = true;
            let mut names: Vec<String> = roots
                .iter()
                .take(3)
                .map(|root| format!("`{root}`"))
                .collect();
            if roots.len() > names.len() {
                names.push("others".to_owned());
            }
            let message = format!(
                "the waiver of `{}` means resources of several roots and waives none: {}",
                waiver.applied.policy,
                names.join(", ")
            );
            let mut diagnostic = Diagnostic::new(Level::Usage, "waiver-ambiguous", message)
                .remedy("say which with `root`, a waiver for each; `root: \"*\"` means all");
            diagnostic.span = waiver.applied.span;
            diagnostic.path.clone_from(&waiver.path);
            self.diagnostics.push(diagnostic);
            if let Some(waivers) = self.configured.get_mut(&*waiver.applied.policy) {
                waivers.retain(|other| *other != at);
            }
        }
    }

    /// Says which waivers waived nothing though their policy ran.
    pub(crate) fn report_unused(&mut self, ran: &BTreeSet<Arc<str>>) {
        for waiver in self
            .all
            .iter()
            .filter(|waiver| !waiver.used && ran.contains(&waiver.applied.policy))
        {
            let message = format!("the waiver of `{}` waives nothing", waiver.applied.policy);
            let mut diagnostic =
                Diagnostic::new(Level::Warning, "waiver-unused", message).remedy("remove it");
            diagnostic.span = waiver.applied.span;
            diagnostic.path.clone_from(&waiver.path);
            self.diagnostics.push(diagnostic);
        }
    }
}

impl Waiver {
    /// Whether an entry of the configuration is of a resource.
    fn means(&self, address: &str, root: &str) -> bool {
        let pattern = self.address.as_deref();
        pattern.is_some_and(|pattern| wildcard(pattern, address))
            && self
                .root
                .as_deref()
                .is_none_or(|pattern| wildcard(pattern, root))
    }
}

fn too_long(policy: &str, until: Date) -> String {
    format!("the waiver of `{policy}` until {until} reaches more than a year ahead")
}

/// Whether a file came from a registry or a repository: `terraform init` puts modules there.
fn is_downloaded(path: &str) -> bool {
    path.split('/').any(|part| part == ".terraform")
}

fn expired(policy: &str, until: Date) -> String {
    format!("the waiver of `{policy}` expired on {until} and no longer waives")
}

/// What is wrong with the name of a waiver's policy.
fn wrong_name(policies: &PolicySet, name: &str) -> Option<String> {
    if name.contains('*') {
        return Some("a waiver names one policy, never a pattern".to_owned());
    }
    policies
        .get(name)
        .is_none()
        .then(|| unknown_policy(policies, name))
}

const MARK: &str = "hipaa-iac:ignore";

struct Comment<'a> {
    /// What follows the mark.
    text: &'a str,
    /// The byte of the line at which the comment starts.
    start: usize,
    /// Nothing stands before it on its line.
    alone: bool,
}

/// The waiver comment of a line. The mark must follow the sign of a comment at once: it may be spoken of in a text.
fn comment(line: &str) -> Option<Comment<'_>> {
    let at = line.find(MARK)?;
    let before = line.get(..at)?;
    let trimmed = before.trim_end();
    let start = ["#", "//", "/*"]
        .iter()
        .find_map(|sign| trimmed.strip_suffix(sign))
        .map(str::len)?;
    // In a quoted text it is no comment.
    let mut escaped = false;
    let (mut double, mut single) = (false, false);
    for letter in before.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if double => escaped = true,
            '"' if !single => double = !double,
            // An apostrophe within a word quotes nothing; at the beginning of one it does.
            '\'' if !double => single = !single,
            _ => {}
        }
    }
    if double || single && before.matches('\'').count() == 1 && line.matches('\'').count() > 1 {
        return None;
    }
    let text = line.get(at + MARK.len()..)?.trim_end();
    let text = text.strip_suffix("*/").unwrap_or(text);
    // Another word that only begins like it.
    if !text.is_empty() && !text.starts_with(char::is_whitespace) {
        return None;
    }
    Some(Comment {
        text: text.trim(),
        start,
        alone: before
            .get(..start)
            .is_some_and(|before| before.trim().is_empty()),
    })
}

/// The lines (from 0) of heredocs and of YAML block scalars: what looks like a comment there is text.
fn lines_of_texts(lines: &[&str]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if let Some(end) = heredoc(line) {
            let length = lines.iter().skip(at).position(|line| line.trim() == end);
            if let Some(length) = length {
                found.extend(at..at + length);
                at += length;
            }
        } else if let Some(indent) = block_scalar(line) {
            while let Some(line) = lines.get(at)
                && (line.trim().is_empty()
                    || line.len() - line.trim_start_matches(' ').len() > indent)
            {
                found.insert(at);
                at += 1;
            }
        }
    }
    found
}

/// The word that ends the heredoc that begins on a line.
fn heredoc(line: &str) -> Option<&str> {
    let (before, word) = line.trim_end().rsplit_once("<<")?;
    let word = word.strip_prefix('-').unwrap_or(word);
    let is_word = !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    (is_word && !before.trim_start().starts_with(['#', '/'])).then_some(word)
}

/// The indentation of what holds the block scalar that begins on a line: its text stands further right.
fn block_scalar(line: &str) -> Option<usize> {
    let line = line.trim_end();
    let line = line
        .rsplit_once(" #")
        .map_or(line, |(before, _)| before)
        .trim_end();
    let header = line.trim_end_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    let before = header.strip_suffix(['|', '>'])?;
    if !(before.is_empty() || before.ends_with(' ')) || before.trim_start().starts_with('#') {
        return None;
    }
    let mut rest = before.trim_start_matches(' ');
    let mut indent = before.len() - rest.len();
    while let Some(item) = rest.strip_prefix("- ") {
        let key = item.trim_start_matches(' ');
        if key.is_empty() {
            break;
        }
        indent += rest.len() - key.len();
        rest = key;
    }
    Some(indent)
}

/// The 1-based line that a comment on line `at` (from 0) speaks of: its own, or if it stands alone the next one that is no comment.
fn target_line(lines: &[&str], at: usize, alone: bool) -> u32 {
    let mut line = at;
    if alone {
        line += 1;
        while lines.get(line).is_some_and(|text| {
            let text = text.trim();
            text.starts_with('#')
                || text.starts_with("//")
                || text.starts_with("/*")
                || text == "---"
        }) {
            line += 1;
        }
    }
    u32::try_from(line + 1).unwrap_or(u32::MAX)
}

/// Reads `<policy> reason="…" owner="…" until=2027-01-31`.
fn parse(text: &str, as_of: Date, policies: &PolicySet) -> Result<AppliedWaiver, Vec<String>> {
    let mut problems = Vec::new();
    let mut words = words(text);
    let name = match words.first() {
        Some((None, name)) => name.clone(),
        _ => String::new(),
    };
    if name.is_empty() {
        problems.push("a waiver names its policy first".to_owned());
    } else if let Some(message) = wrong_name(policies, &name) {
        problems.push(message);
    }
    let mut fields: BTreeMap<&str, String> = BTreeMap::new();
    const FIELDS: [&str; 6] = [
        "reason",
        "owner",
        "until",
        "ticket",
        "approvedBy",
        "compensatingControl",
    ];
    for (key, value) in words.drain(usize::from(!name.is_empty())..) {
        let known = key
            .as_deref()
            .and_then(|key| FIELDS.into_iter().find(|field| *field == key));
        match (known, key) {
            (Some(field), _) => {
                fields.insert(field, value);
            }
            (None, Some(key)) => {
                let near = policy::nearest(&key, FIELDS.into_iter());
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                problems.push(format!("a waiver has no field `{key}`{near}"));
            }
            (None, None) => problems.push(format!("`{value}` in a waiver is no `field=value`")),
        }
    }
    let mut take = |field: &str| {
        fields
            .remove(field)
            .filter(|value| !value.trim().is_empty())
    };
    let (reason, owner, until) = (take("reason"), take("owner"), take("until"));
    for (field, value) in [
        ("a reason", &reason),
        ("an owner", &owner),
        ("`until`", &until),
    ] {
        if value.is_none() {
            problems.push(format!("a waiver needs {field}"));
        }
    }
    let until = until.and_then(|text| {
        text.parse::<Date>()
            .map_err(|message| problems.push(message))
            .ok()
    });
    if let Some(until) = until
        && as_of.plus_days(MAX_DAYS) < until
    {
        problems.push(too_long(&name, until));
    }
    match (reason, owner, until) {
        (Some(reason), Some(owner), Some(until)) if problems.is_empty() => Ok(AppliedWaiver {
            policy: name.into(),
            reason,
            owner,
            until,
            ticket: take("ticket"),
            approved_by: take("approvedBy"),
            compensating_control: take("compensatingControl"),
            source: WaiverSource::Inline,
            span: None,
        }),
        _ => Err(problems),
    }
}

/// Words and `key=value` pairs, with values in double quotes where they hold spaces.
fn words(text: &str) -> Vec<(Option<String>, String)> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if let Some(behind) = behind.strip_prefix('=') {
            let (value, left) = value(behind);
            words.push((Some(word.to_owned()), value));
            rest = left.trim_start();
        } else {
            words.push((None, word.to_owned()));
            rest = behind.trim_start();
        }
    }
    words
}

fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return (value, quoted.get(at + 1..).unwrap_or("")),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_quotes() {
        let found = words(r#"name reason="two words, \"quoted\"" until=2027-01-31"#);
        assert_eq!(found.len(), 3);
        assert_eq!(
            found[1],
            (
                Some("reason".to_owned()),
                "two words, \"quoted\"".to_owned()
            )
        );
        assert_eq!(found[2].1, "2027-01-31");
    }

    #[test]
    fn a_comment_is_known_by_its_sign() {
        assert!(
            comment("  # hipaa-iac:ignore x\n")
                .is_some_and(|comment| comment.alone && comment.start == 2)
        );
        assert!(comment("a = 1 // hipaa-iac:ignore x").is_some_and(|comment| !comment.alone));
        assert!(comment("/* hipaa-iac:ignore x */").is_some_and(|comment| comment.text == "x"));
        assert!(comment("text = \"hipaa-iac:ignore x\"").is_none());
        assert!(comment("# hipaa-iac:ignored x").is_none());
    }

    #[test]
    fn texts_hold_no_comments() {
        assert!(comment("text = \"say # hipaa-iac:ignore x\"").is_none());
        assert!(comment("args: ['x # hipaa-iac:ignore x']").is_none());
        assert!(comment("name: it's # hipaa-iac:ignore x").is_some());
        assert!(comment("a = \"x\" # hipaa-iac:ignore x").is_some());
        let lines = |text: &str| {
            let lines: Vec<&str> = text.lines().collect();
            lines_of_texts(&lines).into_iter().collect::<Vec<_>>()
        };
        assert_eq!(lines("a = <<-EOT\n  # x\n  EOT\nb = 1\n"), [1]);
        assert_eq!(lines("a: |\n  # x\n\n  y\nb: 1\n"), [1, 2, 3]);
        assert_eq!(lines("- a: >-\n    # x\n  b: 1\n"), [1]);
        assert_eq!(lines("- |\n  # x\n- b\n"), [1]);
        assert_eq!(lines("a: b\n# x |\n  c: d\n"), [0_usize; 0]);
    }

    #[test]
    fn a_comment_alone_speaks_of_the_next_line_that_is_none() {
        let lines = [
            "# hipaa-iac:ignore a",
            "# hipaa-iac:ignore b",
            "---",
            "kind: Pod",
        ];
        assert_eq!(target_line(&lines, 0, true), 4);
        assert_eq!(target_line(&lines, 1, true), 4);
        assert_eq!(target_line(&["x = 1 # hipaa-iac:ignore a"], 0, false), 1);
    }
}
