//! The result as JUnit XML: a suite per policy, a case per resource.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::{
    CheckResult,
    result::{DiagnosticLevel, Finding, Verdict, place},
};

/// How the JUnit XML is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct JunitOptions {
    /// Unknown findings are errors, as they fail the run; else they are skipped cases.
    pub strict: bool,
}

/// The result as JUnit XML. What fails is a failure, what could not be evaluated an error, what is waived, unknown (unless
/// strict) or not applicable is skipped with its reason. What could not be read is a suite of its own, `hipaa-iac input`.
pub fn junit(result: &CheckResult, options: &JunitOptions) -> String {
    let mut report = Report::new(result.tool.name.as_str());
    let mut suites: BTreeMap<&str, BTreeMap<String, Vec<&Finding>>> = BTreeMap::new();
    for finding in &result.findings {
        suites
            .entry(&finding.policy)
            .or_default()
            .entry(finding.subject())
            .or_default()
            .push(finding);
    }
    for (policy, cases) in suites {
        let mut suite = TestSuite::new(policy);
        for (subject, findings) in cases {
            suite.add_test_case(case(policy, &subject, &findings, options.strict));
        }
        report.add_test_suite(suite);
    }
    let input = input_cases(result);
    if !input.is_empty() {
        let mut suite = TestSuite::new("hipaa-iac input");
        suite.add_test_cases(input);
        report.add_test_suite(suite);
    }
    // The two characters of `Char` in XML 1.0 that are left out beside the control characters, which are removed already.
    let text = report.to_string().unwrap_or_default();
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// The worst verdict gives the case its state.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Error => 0,
        Verdict::Fail => 1,
        Verdict::Unknown => 2,
        Verdict::Waived => 3,
        Verdict::Pass => 4,
        Verdict::NotApplicable => 5,
    }
}

fn case(policy: &str, subject: &str, findings: &[&Finding], strict: bool) -> TestCase {
    let mut findings = findings.to_vec();
    findings.sort_by_key(|finding| rank(finding.verdict));
    let Some(worst) = findings.first().copied() else {
        return TestCase::new(subject, TestCaseStatus::success());
    };
    let mut status = match worst.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Unknown if strict => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Unknown | Verdict::Waived | Verdict::NotApplicable => TestCaseStatus::skipped(),
    };
    status.set_type(match worst.verdict {
        Verdict::Fail => worst.severity.as_str(),
        verdict => verdict.as_str(),
    });
    let message = match &worst.waiver {
        Some(waiver) => format!(
            "waived until {} by {}: {}",
            waiver.until, waiver.owner, waiver.reason
        ),
        None if worst.verdict == Verdict::NotApplicable => "not applicable".to_owned(),
        None => worst.said(),
    };
    status.set_message(message);
    if !matches!(worst.verdict, Verdict::Pass | Verdict::NotApplicable) {
        status.set_description(description(&findings));
    }
    let mut case = TestCase::new(subject, status);
    case.set_classname(policy);
    if let Some(file) = &worst.resource.file {
        case.extra.insert("file".into(), file.as_str().into());
    }
    if let Some(line) = worst.resource.line {
        case.extra.insert("line".into(), line.to_string().into());
    }
    case
}

/// Every finding of the case with its place, then what the policy cites and how to put it right.
fn description(findings: &[&Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let place = finding
            .place()
            .map(|place| format!("{place}: "))
            .unwrap_or_default();
        lines.push(format!("{place}{}: {}", finding.verdict, finding.said()));
        lines.extend(finding.reasons.iter().map(|reason| format!("  {reason}")));
        lines.extend(
            finding
                .origin
                .iter()
                .map(|origin| format!("  value comes from {}", origin.describe())),
        );
    }
    if let Some(finding) = findings.first() {
        for safeguard in &*finding.safeguards {
            let implementation = safeguard.implementation.as_str();
            lines.push(format!(
                "{} ({implementation}): {}",
                safeguard.citation, safeguard.title
            ));
        }
        if finding.verdict == Verdict::Fail && !finding.remediation.text.is_empty() {
            lines.push(format!("help: {}", finding.remediation.text));
        }
    }
    lines.join("\n")
}

fn input_cases(result: &CheckResult) -> Vec<TestCase> {
    let wrong = result
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.level >= DiagnosticLevel::Error);
    let diagnostics = wrong.map(|diagnostic| {
        let place = place(
            diagnostic.file.as_deref(),
            diagnostic.line,
            diagnostic.column,
        );
        (
            place.unwrap_or_default(),
            &diagnostic.code,
            diagnostic.message.clone(),
            diagnostic.remedy.clone(),
            true,
        )
    });
    let code = "unresolved".to_owned();
    let unresolved = result.untold().map(|unresolved| {
        let message = unresolved.reasons.join(", ");
        // Below exit code 3 it was allowed.
        let wrong = result.summary.exit_code >= 3;
        (
            unresolved.address.clone(),
            &code,
            message,
            Some(unresolved.remedy.clone()),
            wrong,
        )
    });
    let made = diagnostics
        .chain(unresolved)
        .map(|(name, code, message, remedy, wrong)| {
            let mut status = if wrong {
                TestCaseStatus::non_success(NonSuccessKind::Error)
            } else {
                TestCaseStatus::skipped()
            };
            status.set_type(code).set_message(message);
            if let Some(remedy) = remedy {
                status.set_description(remedy);
            }
            let name = if name.is_empty() { code.clone() } else { name };
            let mut case = TestCase::new(name, status);
            case.set_classname(code);
            case
        });
    made.collect()
}
