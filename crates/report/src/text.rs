//! The result for a terminal, in the manner of rustc.

use std::{collections::BTreeMap, fmt::Write as _};

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Message, Origin, Renderer, Snippet,
    normalize_untrusted_str,
};
use hipaa_iac_source::{Sources, Span};

use crate::{
    CheckResult,
    cause::{Cause, causes},
    result::{
        Diagnostic, DiagnosticLevel, Finding, SEVERITIES, Severity, Unresolved, Verdict, place,
    },
    scrub,
};

/// How the text looks.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// With ANSI colours.
    pub color: bool,
    /// The columns of the terminal; 80 where there is none.
    pub width: usize,
    /// How much is told.
    pub detail: Detail,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self {
            color: false,
            width: 80,
            detail: Detail::Normal,
        }
    }
}

/// How much the text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// A line for each finding and diagnostic, as compilers write them, in the order of the files; then the last line.
    Short,
    /// Every finding with its place, citation and remedy.
    Normal,
    /// Also why it matters, the remedy as code, and all that is grouped.
    Full,
}

/// How many resources a block lists before it counts the rest.
const LISTED: usize = 8;

/// Narrower terminals are written as if they had this many columns.
const MIN_WIDTH: usize = 40;

/// The result for people: findings (the worst first), waived ones, unknowns, what is unresolved, diagnostics, the summary.
pub fn text(result: &CheckResult, sources: &Sources, options: &TextOptions) -> String {
    let width = options.width.max(MIN_WIDTH);
    let renderer = if options.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    }
    .term_width(width);
    let mut page = Page {
        result,
        sources,
        width,
        detail: options.detail,
        color: options.color,
        renderer,
        out: String::new(),
    };
    let failures = causes(&result.findings, &[Verdict::Fail, Verdict::Error]);
    if options.detail == Detail::Short {
        page.lines();
    } else {
        for cause in &failures {
            page.finding(cause);
        }
        for cause in causes(&result.findings, &[Verdict::Waived]) {
            page.waived(&cause);
        }
        page.unknowns();
        page.judged();
        for unresolved in result.untold() {
            page.unresolved(unresolved);
        }
        for diagnostic in &result.diagnostics {
            page.diagnostic(diagnostic);
        }
        page.table();
    }
    page.unjudged();
    let failed = |cause: &&Cause<'_>| cause.first.verdict == Verdict::Fail;
    if let Some(worst) = failures.iter().find(failed)
        && options.detail == Detail::Normal
    {
        page.wrapped_line(&format!(
            "for more about a finding: hipaa-iac explain {}",
            worst.first.policy
        ));
    }
    page.wrapped_line(&result.sentence());
    page.out
}

/// The text as it grows.
struct Page<'a> {
    result: &'a CheckResult,
    sources: &'a Sources,
    width: usize,
    detail: Detail,
    color: bool,
    renderer: Renderer,
    out: String,
}

impl Page<'_> {
    fn block(&mut self, group: Group<'_>, place: Option<&Place>) {
        let mut text = self.renderer.render(&[group]);
        // The renderer counts columns in the line that is shown, which differ behind what is hidden.
        if let Some(Place {
            shown: Some(shown),
            is,
            ..
        }) = place
        {
            text = text.replacen(shown, is, 1);
        }
        for line in text.lines() {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
        self.out.push('\n');
    }

    fn finding(&mut self, cause: &Cause<'_>) {
        let finding = cause.first;
        let (level, name) = match finding.verdict {
            Verdict::Error => (Level::ERROR, "error"),
            _ => (severity_level(finding.severity), finding.severity.as_str()),
        };
        let mut notes = Notes::new(self.width, finding.resource.line);
        let title = self.title(name, cause, &mut notes);
        notes.others(cause, self.limit());
        if finding.verdict == Verdict::Fail {
            notes.citations(finding);
        }
        if let Some(origin) = &finding.origin {
            notes.note(&format!("value comes from {}", origin.describe()));
        }
        for reason in &finding.reasons {
            notes.note(reason);
        }
        if self.detail == Detail::Full
            && let Some(policy) = self
                .result
                .policies
                .iter()
                .find(|policy| policy.name == finding.policy)
        {
            notes.note(&policy.rationale);
        }
        if finding.verdict == Verdict::Fail {
            notes.help(&finding.remediation.text);
            if let (Detail::Full, Some(code)) = (self.detail, &finding.remediation.code) {
                notes.code(code);
            }
        }
        let place = self
            .snippet(finding.span, finding.sensitive)
            .or_else(|| place_of(finding));
        let title = level
            .with_name(name)
            .primary_title(title)
            .id(one_line(&finding.policy));
        let element = place.as_ref().map(|place| place.element.clone());
        self.block(
            Group::with_title(title)
                .elements(element)
                .elements(notes.messages),
            place.as_ref(),
        );
    }

    fn waived(&mut self, cause: &Cause<'_>) {
        let finding = cause.first;
        let mut notes = Notes::new(self.width, None);
        let title = self.title("waived", cause, &mut notes);
        notes.others(cause, self.limit());
        if let Some(waiver) = &finding.waiver {
            let ticket = waiver
                .ticket
                .as_ref()
                .map(|ticket| format!(" ({ticket})"))
                .unwrap_or_default();
            notes.plain(&format!(
                "until {} by {}: {}{ticket}",
                waiver.until, waiver.owner, waiver.reason
            ));
        }
        let title = Level::INFO
            .with_name("waived")
            .primary_title(title)
            .id(one_line(&finding.policy));
        let element = place_of(finding).map(|place| place.element);
        self.block(
            Group::with_title(title)
                .elements(element)
                .elements(notes.messages),
            None,
        );
    }

    /// One block for all that the same thing keeps from being known, as that is what a reader can change.
    fn unknowns(&mut self) {
        let mut by_reason: Vec<(&[String], &str, Vec<&Finding>)> = Vec::new();
        let mut known: BTreeMap<(&[String], &str), usize> = BTreeMap::new();
        for finding in self
            .result
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Unknown)
        {
            // Without a reason the message is all that there is.
            let message = if finding.reasons.is_empty() {
                &*finding.message
            } else {
                ""
            };
            let next = by_reason.len();
            let at = *known.entry((&finding.reasons, message)).or_insert(next);
            match by_reason.get_mut(at) {
                Some((_, _, findings)) => findings.push(finding),
                None => by_reason.push((&finding.reasons, message, vec![finding])),
            }
        }
        for (reasons, message, findings) in by_reason {
            let mut notes = Notes::new(self.width, None);
            for reason in reasons.iter().skip(1) {
                notes.plain(reason);
            }
            let limit = self.limit();
            for finding in findings.iter().take(limit) {
                let place = finding
                    .place()
                    .map(|place| format!(", {place}"))
                    .unwrap_or_default();
                notes.plain(&format!(
                    "{}[{}]: {}{place}",
                    finding.severity,
                    finding.policy,
                    finding.subject()
                ));
            }
            if findings.len() > limit {
                notes.plain(&format!("and {} more", findings.len() - limit));
            }
            let title = self.wrapped(
                "unknown",
                "",
                reasons.first().map_or(message, |reason| reason),
            );
            let title = Level::WARNING.with_name("unknown").primary_title(title);
            self.block(Group::with_title(title).elements(notes.messages), None);
        }
    }

    /// What passed or did not apply, where the result holds it: a line for each, unless that is too long for the terminal.
    fn judged(&mut self) {
        let mut any = false;
        for verdict in [Verdict::Pass, Verdict::NotApplicable] {
            for finding in self
                .result
                .findings
                .iter()
                .filter(|finding| finding.verdict == verdict)
            {
                let place = finding
                    .place()
                    .map(|place| format!(", {place}"))
                    .unwrap_or_default();
                let line = format!(
                    "{verdict}[{}]: {}{place}",
                    finding.policy,
                    finding.subject()
                );
                let line = one_line(&line);
                // What goes on in a further line is set apart from what begins.
                let line = if line.chars().count() > self.width {
                    wrap(&line, self.width - 4).join("\n    ")
                } else {
                    line
                };
                let _ = writeln!(self.out, "{line}");
                any = true;
            }
        }
        if any {
            self.out.push('\n');
        }
    }

    fn unresolved(&mut self, unresolved: &Unresolved) {
        let mut notes = Notes::new(self.width, None);
        for reason in unresolved.reasons.iter().skip(1) {
            notes.note(reason);
        }
        notes.help(&unresolved.remedy);
        let environment = unresolved
            .environment
            .as_ref()
            .map(|name| format!(" ({name})"))
            .unwrap_or_default();
        let reason = unresolved
            .reasons
            .first()
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        let title = self.wrapped(
            "unresolved",
            "",
            &format!("{}{environment}{reason}", unresolved.address),
        );
        let title = Level::WARNING.with_name("unresolved").primary_title(title);
        let element = unresolved
            .file
            .as_ref()
            .map(|file| Place::of(file, unresolved.line, unresolved.column).element);
        self.block(
            Group::with_title(title)
                .elements(element)
                .elements(notes.messages),
            None,
        );
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        let level = match diagnostic.level {
            DiagnosticLevel::Note => Level::NOTE,
            DiagnosticLevel::Warning => Level::WARNING,
            DiagnosticLevel::Error | DiagnosticLevel::Usage => Level::ERROR,
        };
        let mut notes = Notes::new(self.width, diagnostic.line);
        if let Some(remedy) = &diagnostic.remedy {
            notes.help(remedy);
        }
        // Where the syntax is broken, what is a value and what is none cannot be told.
        let unread = diagnostic.sensitive && diagnostic.code.ends_with("-syntax");
        let place = self
            .snippet(diagnostic.span.filter(|_| !unread), diagnostic.sensitive)
            .or_else(|| {
                diagnostic
                    .file
                    .as_ref()
                    .map(|file| Place::of(file, diagnostic.line, diagnostic.column))
            });
        let name = diagnostic_word(diagnostic.level);
        let title = level.primary_title(self.wrapped(name, &diagnostic.code, &diagnostic.message));
        let element = place.as_ref().map(|place| place.element.clone());
        let group = Group::with_title(title.id(one_line(&diagnostic.code)))
            .elements(element)
            .elements(notes.messages);
        self.block(group, place.as_ref());
    }

    /// The message with its subject, if both fit on the line; else the subject becomes the first note.
    fn title(&self, name: &str, cause: &Cause<'_>, notes: &mut Notes) -> String {
        let Finding {
            policy, message, ..
        } = cause.first;
        let title = format!("{}: {message}", cause.subject());
        if name.len() + policy.len() + 4 + title.chars().count() <= self.width {
            return one_line(&title);
        }
        notes.plain(&format!("in {}", cause.first.subject()));
        self.wrapped(name, policy, message)
    }

    /// A title, in several lines where it does not fit behind `name[id]: `.
    fn wrapped(&self, name: &str, id: &str, title: &str) -> String {
        let prefix = name.len() + if id.is_empty() { 2 } else { id.len() + 4 };
        wrap(
            &one_line(title),
            self.width.saturating_sub(prefix).max(MIN_WIDTH / 2),
        )
        .join("\n")
    }

    /// The source line with the place marked.
    fn snippet(&self, span: Option<Span>, sensitive: bool) -> Option<Place> {
        let span = span?;
        let file = self.sources.get(span.file)?;
        let line = scrub::line(&file, span, sensitive)?;
        if line.text.trim().is_empty() {
            return None;
        }
        let path = one_line(file.path());
        let at = file.position(span.start);
        let column = line
            .text
            .get(..line.marked.start)
            .map_or(0, |before| before.chars().count())
            + 1;
        let snippet = Snippet::source(line.text)
            .line_start(line.number as usize)
            .path(path.clone())
            .annotation(AnnotationKind::Primary.span(line.marked));
        Some(Place {
            element: snippet.into(),
            is: format!("{path}:{}:{}", at.line, at.column),
            shown: (column != at.column as usize).then(|| format!("{path}:{}:{column}", at.line)),
        })
    }

    fn limit(&self) -> usize {
        if self.detail == Detail::Full {
            usize::MAX
        } else {
            LISTED
        }
    }

    /// `file:line:column: critical[policy]: address: message`.
    fn lines(&mut self) {
        for finding in &self.result.findings {
            let word = match finding.verdict {
                Verdict::Fail => finding.severity.as_str(),
                verdict => verdict.as_str(),
            };
            let why = finding
                .reasons
                .first()
                .map(|reason| format!(" ({reason})"))
                .unwrap_or_default();
            let what = format!(
                "{word}[{}]: {}: {}{why}",
                finding.policy,
                finding.subject(),
                finding.said()
            );
            self.line(finding.place(), &what);
        }
        for unresolved in self.result.untold() {
            let place = place(
                unresolved.file.as_deref(),
                unresolved.line,
                unresolved.column,
            );
            self.line(
                place,
                &format!(
                    "unresolved: {}: {}",
                    unresolved.address,
                    unresolved.reasons.join(", ")
                ),
            );
        }
        for diagnostic in &self.result.diagnostics {
            let place = place(
                diagnostic.file.as_deref(),
                diagnostic.line,
                diagnostic.column,
            );
            let word = diagnostic_word(diagnostic.level);
            self.line(
                place,
                &format!("{word}[{}]: {}", diagnostic.code, diagnostic.message),
            );
        }
    }

    fn line(&mut self, place: Option<String>, what: &str) {
        let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
        let _ = writeln!(self.out, "{}", one_line(&format!("{place}{what}")));
    }

    fn table(&mut self) {
        let summary = &self.result.summary;
        let rows = [
            Verdict::Fail,
            Verdict::Unknown,
            Verdict::Error,
            Verdict::Waived,
            Verdict::Pass,
        ];
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|verdict| summary.verdicts.of(*verdict) > 0)
            .collect();
        if !rows.is_empty() {
            let _ = write!(self.out, "{:<9}", "");
            for severity in SEVERITIES {
                let _ = write!(self.out, "{:>10}", severity.as_str());
            }
            let _ = writeln!(self.out, "{:>10}", "total");
            for verdict in rows {
                let _ = write!(self.out, "{:<9}", verdict.as_str());
                for severity in SEVERITIES {
                    self.cell(
                        summary.severities.of(severity).of(verdict),
                        Some((verdict, severity)),
                    );
                }
                self.cell(summary.verdicts.of(verdict), None);
                self.out.push('\n');
            }
            self.out.push('\n');
        }
    }

    fn cell(&mut self, count: u64, color: Option<(Verdict, Severity)>) {
        let text = if count == 0 {
            "-".to_owned()
        } else {
            count.to_string()
        };
        let style = match color {
            Some((Verdict::Fail, Severity::Critical | Severity::High)) => "\u{1b}[1;91m",
            Some((Verdict::Fail | Verdict::Error, _)) => "\u{1b}[1;33m",
            _ => "",
        };
        let pad = 10_usize.saturating_sub(text.len());
        if self.color && count > 0 && !style.is_empty() {
            let _ = write!(self.out, "{:pad$}{style}{text}\u{1b}[0m", "");
        } else {
            let _ = write!(self.out, "{:pad$}{text}", "");
        }
    }

    fn wrapped_line(&mut self, line: &str) {
        for line in wrap(&one_line(line), self.width) {
            let _ = writeln!(self.out, "{line}");
        }
    }

    /// What no policy has looked at; of a single policy that is told by its choice.
    fn unjudged(&mut self) {
        let types = &self.result.summary.unjudged;
        if types.is_empty() || self.result.summary.policies == 1 {
            return;
        }
        let limit = self.limit();
        let mut names: Vec<String> = types
            .iter()
            .take(limit)
            .map(|unjudged| match unjudged.resources {
                1 => unjudged.type_.clone(),
                count => format!("{} ({count})", unjudged.type_),
            })
            .collect();
        if types.len() > limit {
            names.push(format!("and {} more (-v names all)", types.len() - limit));
        }
        self.wrapped_line(&format!(
            "of types that no policy judges: {}",
            names.join(", ")
        ));
    }
}

/// The lines below a place, wrapped to the width.
struct Notes {
    width: usize,
    messages: Vec<Message<'static>>,
}

impl Notes {
    fn new(width: usize, line: Option<u32>) -> Self {
        // The renderer indents by the digits of the line number, and writes ` = ` before a note.
        let gutter = line.map_or(1, |line| line.to_string().len()) + 3;
        Self {
            width: width.saturating_sub(gutter),
            messages: Vec::new(),
        }
    }

    fn add(&mut self, level: Level<'static>, name: &'static str, text: &str) {
        let text = one_line(text);
        if text.is_empty() {
            return;
        }
        let prefix = if name.is_empty() { 0 } else { name.len() + 2 };
        let lines = wrap(&text, self.width.saturating_sub(prefix));
        let level = if name.is_empty() {
            level.no_name()
        } else {
            level.with_name(name)
        };
        self.messages.push(level.message(lines.join("\n")));
    }

    fn note(&mut self, text: &str) {
        self.add(Level::NOTE, "note", text);
    }

    fn help(&mut self, text: &str) {
        self.add(Level::HELP, "help", text);
    }

    fn plain(&mut self, text: &str) {
        self.add(Level::NOTE, "", text);
    }

    fn code(&mut self, code: &str) {
        let lines: Vec<_> = code
            .trim_end()
            .lines()
            .map(|line| format!("  {}", normalize_untrusted_str(&scrub::without_c1(line))))
            .collect();
        self.messages
            .push(Level::HELP.no_name().message(lines.join("\n")));
    }

    fn others(&mut self, cause: &Cause<'_>, limit: usize) {
        for finding in cause.others.iter().take(limit) {
            let subject = finding.subject();
            // One place in a module, and another value for each call of it.
            let own = finding.origin.as_ref();
            match own.filter(|own| cause.first.origin.as_ref() != Some(*own)) {
                Some(own) => self.plain(&format!(
                    "also in {subject}, where the value comes from {}",
                    own.describe()
                )),
                None => self.plain(&format!("also in {subject}")),
            }
        }
        if cause.others.len() > limit {
            self.plain(&format!("and in {} more", cause.others.len() - limit));
        }
    }

    fn citations(&mut self, finding: &Finding) {
        for safeguard in &*finding.safeguards {
            self.plain(&format!(
                "{} ({}): {}",
                safeguard.citation,
                safeguard.implementation.as_str(),
                safeguard.title
            ));
        }
    }
}

/// To a reader, both kinds of errors are errors.
fn diagnostic_word(level: DiagnosticLevel) -> &'static str {
    match level {
        DiagnosticLevel::Usage => "error",
        level => level.as_str(),
    }
}

fn severity_level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::NOTE,
    }
}

/// A place as the renderer takes it.
struct Place {
    element: Element<'static>,
    /// `file:line:column`.
    is: String,
    /// What the renderer makes of it, where that differs.
    shown: Option<String>,
}

impl Place {
    /// A place without its line of source.
    fn of(file: &str, line: Option<u32>, column: Option<u32>) -> Self {
        let mut origin = Origin::path(one_line(file));
        if let Some(line) = line {
            origin = origin.line(line as usize);
        }
        if let Some(column) = column {
            origin = origin.char_column(column as usize);
        }
        Self {
            element: origin.into(),
            is: String::new(),
            shown: None,
        }
    }
}

fn place_of(finding: &Finding) -> Option<Place> {
    let at = &finding.resource;
    at.file
        .as_ref()
        .map(|file| Place::of(file, at.line, at.column))
}

/// A text of the input on one line, without control characters that a terminal would obey.
fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    normalize_untrusted_str(&scrub::without_c1(&text))
}

/// Breaks a text at spaces so that no line is longer than `width` characters, except a longer word.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let word_length = word.chars().count();
        if length > 0 && length + 1 + word_length > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word_length;
    }
    lines.push(line);
    lines
}
