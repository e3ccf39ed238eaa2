//! The result for GitHub Actions: annotations, and a summary of the job.

use std::fmt::Write as _;

use crate::{
    CheckResult,
    cause::causes,
    result::{DiagnosticLevel, Finding, SEVERITIES, Severity, Verdict, committed, place},
};

/// How the annotations are made.
#[derive(Clone, Copy, Debug, Default)]
pub struct GithubOptions {
    /// Unknown findings are warnings, as they fail the run; else they are notices.
    pub strict: bool,
}

/// How many findings the summary of a job lists.
const LISTED: usize = 50;

/// Workflow commands, one a line, the worst first: GitHub shows ten errors and ten warnings of a step. Critical and high
/// findings are errors, medium ones warnings, low ones notices. Waived ones are left out.
pub fn github(result: &CheckResult, options: &GithubOptions) -> String {
    let mut out = String::new();
    for diagnostic in &result.diagnostics {
        let command = match diagnostic.level {
            DiagnosticLevel::Note => "notice",
            DiagnosticLevel::Warning => "warning",
            DiagnosticLevel::Error | DiagnosticLevel::Usage => "error",
        };
        let place = Place {
            file: diagnostic.file.as_deref(),
            line: diagnostic.line,
            column: diagnostic.column,
            end_line: diagnostic.end_line,
            end_column: diagnostic.end_column,
        };
        let remedy = diagnostic
            .remedy
            .as_ref()
            .map(|remedy| format!("\nhelp: {remedy}"))
            .unwrap_or_default();
        annotate(
            &mut out,
            command,
            &place,
            &diagnostic.code,
            &format!("{}{remedy}", diagnostic.message),
        );
    }
    for unresolved in result.untold() {
        let place = Place {
            file: unresolved.file.as_deref(),
            line: unresolved.line,
            column: unresolved.column,
            end_line: None,
            end_column: None,
        };
        let text = format!(
            "{}: {}\nhelp: {}",
            unresolved.address,
            unresolved.reasons.join(", "),
            unresolved.remedy
        );
        annotate(&mut out, "warning", &place, "unresolved", &text);
    }
    for cause in causes(
        &result.findings,
        &[Verdict::Error, Verdict::Fail, Verdict::Unknown],
    ) {
        let finding = cause.first;
        let command = match (finding.verdict, finding.severity) {
            (Verdict::Error, _) | (Verdict::Fail, Severity::Critical | Severity::High) => "error",
            (Verdict::Fail, Severity::Medium) => "warning",
            (Verdict::Unknown, _) if options.strict => "warning",
            _ => "notice",
        };
        let at = &finding.resource;
        let place = Place {
            file: at.file.as_deref(),
            line: at.line,
            column: at.column,
            end_line: at.end_line,
            end_column: at.end_column,
        };
        let word = if finding.verdict == Verdict::Fail {
            finding.severity.as_str()
        } else {
            finding.verdict.as_str()
        };
        let title = format!("{} ({word})", finding.policy);
        annotate(
            &mut out,
            command,
            &place,
            &title,
            &details(finding, &cause.subject()),
        );
    }
    out
}

fn details(finding: &Finding, subject: &str) -> String {
    let mut text = format!("{subject}: {}", finding.said());
    for reason in &finding.reasons {
        let _ = write!(text, "\n{reason}");
    }
    if let Some(origin) = &finding.origin {
        let _ = write!(text, "\nvalue comes from {}", origin.describe());
    }
    for safeguard in &*finding.safeguards {
        let _ = write!(
            text,
            "\n{} ({}): {}",
            safeguard.citation,
            safeguard.implementation.as_str(),
            safeguard.title
        );
    }
    if finding.verdict == Verdict::Fail && !finding.remediation.text.is_empty() {
        let _ = write!(text, "\nhelp: {}", finding.remediation.text);
    }
    text
}

struct Place<'a> {
    file: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
}

fn annotate(out: &mut String, command: &str, place: &Place<'_>, title: &str, text: &str) {
    let _ = write!(out, "::{command} ");
    if let Some(file) = place.file {
        let (file, rendered) = committed(file);
        let _ = write!(out, "file={},", property(file));
        if let Some(line) = place.line.filter(|_| !rendered) {
            let _ = write!(out, "line={line},");
            if let Some(end) = place.end_line {
                let _ = write!(out, "endLine={end},");
            }
            // Columns are only taken for a place on one line.
            if let Some(column) = place
                .column
                .filter(|_| place.end_line.is_none_or(|end| end == line))
            {
                let _ = write!(out, "col={column},");
                if let Some(end) = place.end_column {
                    let _ = write!(out, "endColumn={end},");
                }
            }
        }
    }
    let _ = writeln!(out, "title={}::{}", property(title), data(text));
}

/// A text as the message of a workflow command. Control characters go: the log is read in terminals, too.
fn data(text: &str) -> String {
    let printable = |c: &char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    text.chars()
        .filter(printable)
        .collect::<String>()
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A text as a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The summary of a job in Markdown, for the file that `GITHUB_STEP_SUMMARY` names.
pub fn github_summary(result: &CheckResult) -> String {
    let summary = &result.summary;
    let verdicts = &summary.verdicts;
    let mut out = String::from("## hipaa-iac\n\n");
    let _ = writeln!(out, "{}.\n", result.sentence());
    out.push_str("| | critical | high | medium | low | total |\n|---|--:|--:|--:|--:|--:|\n");
    for verdict in [
        Verdict::Fail,
        Verdict::Unknown,
        Verdict::Error,
        Verdict::Waived,
    ] {
        let _ = write!(out, "| {verdict} |");
        for severity in SEVERITIES {
            let _ = write!(out, " {} |", summary.severities.of(severity).of(verdict));
        }
        let _ = writeln!(out, " {} |", verdicts.of(verdict));
    }
    if !summary.unjudged.is_empty() {
        let types = summary.unjudged.iter();
        let types: Vec<_> = types.map(|unjudged| markdown(&unjudged.type_)).collect();
        let _ = writeln!(
            out,
            "\nOf types that no policy judges: {}.",
            types.join(", ")
        );
    }
    let wrong: Vec<_> = result
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.level >= DiagnosticLevel::Error)
        .collect();
    if !wrong.is_empty() {
        out.push_str("\n### Errors\n\n");
        for diagnostic in wrong {
            let at = place(
                diagnostic.file.as_deref(),
                diagnostic.line,
                diagnostic.column,
            );
            let at = at.map(|at| format!("{}: ", markdown(&at)));
            let at = at.unwrap_or_default();
            let _ = writeln!(out, "- {at}{}", markdown(&diagnostic.message));
        }
    }
    let found = causes(&result.findings, &[Verdict::Fail, Verdict::Error]);
    if !found.is_empty() {
        out.push_str(
            "\n### Findings\n\n| severity | policy | resource | place | |\n|---|---|---|---|---|\n",
        );
        for cause in found.iter().take(LISTED) {
            let finding = cause.first;
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                finding.severity,
                markdown(&finding.policy),
                markdown(&cause.subject()),
                markdown(&finding.place().unwrap_or_default()),
                markdown(&finding.message)
            );
        }
        if found.len() > LISTED {
            let _ = writeln!(out, "\nand {} more.", found.len() - LISTED);
        }
    }
    out
}

/// A text that Markdown shows as it is, in a table too.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '@' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
