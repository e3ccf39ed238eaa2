//! Fixtures are the tests of policies: a fixture says in comments which lines must be reported.

use std::{collections::BTreeSet, sync::Arc};

use hipaa_iac_source::{Diagnostic, Inventory, Level, SourceFile, Sources};

use crate::{
    date::Date,
    evaluate::{Finding, Settings, Verdict, evaluate},
    policy::{Policy, PolicySet},
};

/// What a fixture shows, by the start of its file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixtureKind {
    /// `pass*`: at least one pass and no finding.
    Pass,
    /// `fail*`: violations at the lines that say so, and nowhere else.
    Fail,
    /// `unknown*`: doubts at the lines that say so, and nowhere else.
    Unknown,
}

impl FixtureKind {
    /// The kind by the name of a file; `None` for one that is no fixture.
    pub fn of(file_name: &str) -> Option<Self> {
        [Self::Pass, Self::Fail, Self::Unknown]
            .into_iter()
            .find(|kind| file_name.starts_with(kind.as_str()))
    }

    /// How the names of such fixtures begin.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// The day as of which fixtures are judged: 2026-11-24.
pub fn fixture_date() -> Date {
    Date::FIXTURES
}

/// The moment at which a fixture is judged as in a cluster, noon of that day in UTC, by the name of its file: `pass-live.yaml`,
/// `fail-live-stale.yaml`. Others are judged as files.
pub fn fixture_moment(file_name: &str) -> Option<i64> {
    let (stem, _) = file_name.split_once('.')?;
    let noon = Date::FIXTURES.unix_seconds() + 12 * 3600;
    (stem.split('-').nth(1) == Some("live")).then_some(noon)
}

/// Checks a fixture: its inventory against one policy, whatever the policy's profile, with every resource classified as PHI.
///
/// # Errors
/// What differs, in lines for people.
pub fn check_fixture(
    policy: &Arc<Policy>,
    inventory: &Inventory,
    sources: &Sources,
    settings: &Settings,
    kind: FixtureKind,
) -> Result<(), String> {
    let mut problems: Vec<String> = Vec::new();
    // A value of a type that the API server would refuse may be what the fixture shows.
    let broken = |diagnostic: &&Diagnostic| {
        diagnostic.level >= Level::Error && diagnostic.code != "kubernetes-type"
    };
    for diagnostic in inventory.diagnostics.iter().filter(broken) {
        problems.push(format!(
            "the fixture cannot be read: {}",
            diagnostic.message
        ));
    }
    let mut settings = settings.clone();
    settings.all_phi = true;
    settings.selection.only = vec![policy.name.to_string()];
    settings.selection.skip.clear();
    let evaluation = evaluate(&PolicySet::of(policy), inventory, sources, &settings);
    problems.extend(
        evaluation
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.level >= Level::Error)
            .map(|diagnostic| diagnostic.message.clone()),
    );
    let mut files: Vec<Arc<SourceFile>> = Vec::new();
    for span in inventory
        .resources
        .iter()
        .flat_map(|resource| [resource.span, resource.extent])
        .flatten()
    {
        if !files.iter().any(|file| file.id() == span.file) {
            files.extend(sources.get(span.file));
        }
    }
    let line = |finding: &Finding| {
        let (path, start, _) = sources.locate(finding.span?)?;
        Some((path, start.line))
    };
    let address = |finding: &Finding| {
        inventory
            .resources
            .get(finding.resource)
            .map_or_else(String::new, |resource| resource.address.to_string())
    };
    let describe = |finding: &Finding| {
        let place = line(finding).map_or_else(
            || "elsewhere".to_owned(),
            |(path, line)| format!("{path}:{line}"),
        );
        let attribute = finding.attribute.as_deref().unwrap_or("$");
        let reasons = if finding.reasons.is_empty() {
            String::new()
        } else {
            format!(" ({})", finding.reasons.join("; "))
        };
        format!(
            "{place}: {} at {attribute} of {}: {}{reasons}",
            finding.verdict,
            address(finding),
            finding.message
        )
    };
    let wanted = match kind {
        FixtureKind::Pass => None,
        FixtureKind::Fail => Some(Verdict::Fail),
        FixtureKind::Unknown => Some(Verdict::Unknown),
    };
    let mut expected = BTreeSet::new();
    for file in files.iter().filter(|_| kind != FixtureKind::Pass) {
        let lines = expected_lines(file.text(), &policy.name);
        expected.extend(
            lines
                .into_iter()
                .map(|line| (Arc::clone(file.path()), line)),
        );
    }
    // JSON holds no comments.
    let is_json = files.iter().all(|file| file.path().ends_with(".json"));
    let mut met = BTreeSet::new();
    let mut any = false;
    for finding in &evaluation.findings {
        match finding.verdict {
            Verdict::Pass | Verdict::NotApplicable | Verdict::Waived => continue,
            Verdict::Error => {}
            verdict if Some(verdict) == wanted => {
                any = true;
                if is_json && expected.is_empty() {
                    continue;
                }
                if let Some(line) = line(finding).filter(|line| expected.contains(line)) {
                    met.insert(line);
                    continue;
                }
            }
            _ => {}
        }
        problems.push(format!("not expected: {}", describe(finding)));
    }
    for (path, line) in expected.difference(&met) {
        problems.push(format!("{path}:{line}: expected, but not reported"));
    }
    match wanted {
        None if !evaluation
            .findings
            .iter()
            .any(|finding| finding.verdict == Verdict::Pass) =>
        {
            problems.push("nothing passes".to_owned());
        }
        Some(verdict) if expected.is_empty() && !is_json => {
            problems.push(format!(
                "the fixture says nowhere `# expect: {}`, and so shows no {verdict}",
                policy.name
            ));
        }
        Some(verdict) if is_json && !any => {
            problems.push(format!("nothing is reported as {verdict}"));
        }
        _ => {}
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

/// The 1-based lines of which comments say that a policy reports them. A comment alone on a line speaks of the next one.
fn expected_lines(text: &str, policy: &str) -> BTreeSet<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let expects = |line: &str| {
        let (before, after) = line.split_once("# expect:")?;
        Some((
            before.trim().is_empty(),
            after.split([',', ' ']).any(|name| name.trim() == policy),
        ))
    };
    let mut expected = BTreeSet::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some((alone, true)) = expects(line) {
            let mut target = at;
            if alone {
                target += 1;
                while lines
                    .get(target)
                    .is_some_and(|line| expects(line).is_some_and(|(alone, _)| alone))
                {
                    target += 1;
                }
            }
            expected.insert(u32::try_from(target + 1).unwrap_or(u32::MAX));
        }
    }
    expected
}

#[cfg(test)]
mod tests {
    use super::expected_lines;

    #[test]
    fn a_comment_alone_speaks_of_the_next_line() {
        let text = "# expect: a\n# expect: b\nx = 1\ny = 2 # expect: a\nz = 3 # expect: ab\n";
        assert_eq!(
            expected_lines(text, "a").into_iter().collect::<Vec<_>>(),
            [3, 4]
        );
        assert_eq!(
            expected_lines(text, "b").into_iter().collect::<Vec<_>>(),
            [3]
        );
    }
}
