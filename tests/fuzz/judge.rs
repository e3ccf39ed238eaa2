//! One input from its files to every report, and what must be true of these.

use std::{
    collections::BTreeSet,
    panic::{self, AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use hipaa_iac_engine::{
    Agreements, Config, Evaluation, PolicySet, Profile, Selection, Settings, evaluate, fixture_date,
};
use hipaa_iac_kubernetes as kubernetes;
use hipaa_iac_policies::BUILT_IN;
use hipaa_iac_report::{
    self as report, BuildOptions, CheckResult, Detail, GithubOptions, JunitOptions, SarifOptions,
    Show, TextOptions,
    result::{DiagnosticLevel, Severity, Verdict},
};
use hipaa_iac_source::{Diagnostic, Inventory, Sources, Span, WalkEntry};
use hipaa_iac_terraform as terraform;
use serde_json::Value;

use crate::tree::{MARKER, MARKER_BASE64, POLICY, Tree};

/// The stack of the program's threads.
const STACK: usize = 16 << 20;

static POOL: LazyLock<rayon::ThreadPool> = LazyLock::new(|| {
    rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .stack_size(STACK)
        .build()
        .unwrap()
});

/// The built-in policies. Their places are of sources of their own, which nothing of a report refers to.
static POLICIES: LazyLock<PolicySet> = LazyLock::new(|| {
    let sources = Sources::new();
    let files: Vec<_> = BUILT_IN
        .iter()
        .map(|policy| sources.add(format!("built-in:{}", policy.path), policy.text))
        .collect();
    PolicySet::parse(&files).0
});

/// Every panic since the last look, also of those that the program itself caught.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

static HOOK: LazyLock<()> = LazyLock::new(|| {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // What a test asserts is told as ever.
        if thread_is_a_test() {
            return before(info);
        }
        let message = info.payload_as_str().unwrap_or("?");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        PANICS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(format!("panic at {place}: {message}"));
    }));
});

/// The test harness names the threads of tests after them.
fn thread_is_a_test() -> bool {
    std::thread::current()
        .name()
        .is_some_and(|name| !name.starts_with("policies-"))
}

/// What a run gave.
pub(crate) struct Report {
    pub(crate) result: CheckResult,
    /// By format.
    pub(crate) texts: Vec<(&'static str, String)>,
    sources: Sources,
    /// Places of resources, findings and diagnostics.
    spans: Vec<Span>,
}

/// Judges a tree that is written to a folder.
pub(crate) fn judge(tree: &Tree, folder: &Path) -> Result<Report, String> {
    LazyLock::force(&HOOK);
    // Not within the pool: a thread of it that waits for another pool takes up the next tree, which would wait for this.
    LazyLock::force(&POLICIES);
    let done = catch_unwind(AssertUnwindSafe(|| POOL.install(|| run(tree, folder))));
    let panics = std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner));
    match (done, panics.is_empty()) {
        (Ok(report), true) => Ok(report),
        _ => Err(panics.join("\n")),
    }
}

fn run(tree: &Tree, folder: &Path) -> Report {
    let sources = Sources::new();
    let as_of = fixture_date();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut settings = Settings {
        selection: Selection {
            profiles: Profile::ALL.to_vec(),
            ..Selection::default()
        },
        // Also what classification says, for some.
        all_phi: tree
            .files
            .iter()
            .map(|(_, bytes)| bytes.len())
            .sum::<usize>()
            % 4
            != 0,
        ..Settings::new(as_of)
    };
    let mut entries = Vec::new();
    let mut own = None;
    for (path, _) in &tree.files {
        let full = folder.join(path);
        match path.as_str() {
            POLICY => {
                own = sources
                    .read(&full)
                    .ok()
                    .map(|file| PolicySet::parse(&[file]));
            }
            "hipaa-iac.yaml" => match sources.read(&full).map(|file| Config::parse(&file)) {
                Ok(Ok(config)) => settings.config = config,
                Ok(Err(diagnostic)) => diagnostics.push(diagnostic),
                Err(_) => {}
            },
            "baa.yaml" => match sources
                .read(&full)
                .map(|file| Agreements::parse(&file, as_of))
            {
                Ok(Ok(agreements)) => settings.agreements = agreements,
                Ok(Err(found)) => diagnostics.extend(found),
                Err(_) => {}
            },
            // Terraform looks for it; a walk passes it by.
            path if path.starts_with(".terraform") => {}
            _ => entries.push(WalkEntry {
                path: full,
                named: true,
            }),
        }
    }
    entries.sort();
    let policies = match &own {
        Some((policies, found)) => {
            diagnostics.extend(found.iter().cloned());
            for policy in policies.policies() {
                diagnostics.extend(hipaa_iac_engine::lint(policy));
            }
            policies
        }
        None => &POLICIES,
    };
    let inventory = inventory(&sources, &entries);
    let mut evaluation = evaluate(policies, &inventory, &sources, &settings);
    evaluation.diagnostics.extend(diagnostics);
    let result = CheckResult::build(
        &evaluation,
        &inventory,
        &sources,
        BuildOptions {
            config: &settings.config,
            tool_version: "0.0.0".to_owned(),
            policies,
            inputs: report::inputs(&inventory, &sources, &entries),
            show: Show::Findings,
            fail_on: Some(Severity::Low),
            strict: false,
        },
    );
    let full = TextOptions {
        color: false,
        width: 80,
        detail: Detail::Full,
    };
    let colored = TextOptions {
        color: true,
        width: 60,
        detail: Detail::Normal,
    };
    let texts = vec![
        ("json", json_text(&result)),
        ("text", report::text(&result, &sources, &full)),
        ("coloured text", report::text(&result, &sources, &colored)),
        (
            "sarif",
            report::sarif(
                &result,
                &sources,
                &SarifOptions {
                    category: None,
                    strict: false,
                },
            ),
        ),
        (
            "junit",
            report::junit(&result, &JunitOptions { strict: true }),
        ),
        (
            "github",
            report::github(&result, &GithubOptions { strict: true }),
        ),
        ("github summary", report::github_summary(&result)),
    ];
    let spans = spans(&inventory, &evaluation);
    Report {
        result,
        texts,
        sources,
        spans,
    }
}

/// As `hipaa-iac check` reads what it is given.
fn inventory(sources: &Sources, entries: &[WalkEntry]) -> Inventory {
    let options = terraform::Options::default();
    let source = terraform::Source::read(sources, entries, std::slice::from_ref(&options));
    let mut inventory = Inventory::default();
    let mut manifests = Vec::new();
    for entry in entries {
        let is_json = entry
            .path
            .extension()
            .is_some_and(|name| name == "json" || name == "tfstate");
        let file = if is_json {
            sources.read(&entry.path).ok()
        } else {
            None
        };
        match file.and_then(|file| terraform::load_json(sources, &file, &source, &options)) {
            Some(found) => inventory.extend(found),
            None if is_configuration(&entry.path) => {}
            None => manifests.push(entry.clone()),
        }
    }
    inventory.extend(source.inventory);
    inventory.extend(kubernetes::load(
        sources,
        &manifests,
        &kubernetes::Options::default(),
    ));
    inventory
}

/// Named Terraform files are Terraform's alone.
fn is_configuration(path: &Path) -> bool {
    let name = path.to_string_lossy();
    [".tf", ".tf.json", ".tofu", ".tfvars", ".tftpl", ".hcl"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

fn spans(inventory: &Inventory, evaluation: &Evaluation) -> Vec<Span> {
    let resources = inventory
        .resources
        .iter()
        .flat_map(|resource| [resource.span, resource.extent]);
    let findings = evaluation.findings.iter().flat_map(|finding| {
        [
            finding.span,
            finding.origin.as_ref().and_then(|origin| origin.span),
        ]
    });
    let diagnostics = inventory.diagnostics.iter().chain(&evaluation.diagnostics);
    let unresolved = inventory
        .unresolved
        .iter()
        .map(|unresolved| unresolved.span);
    resources
        .chain(findings)
        .chain(diagnostics.map(|diagnostic| diagnostic.span))
        .chain(unresolved)
        .flatten()
        .collect()
}

impl Report {
    /// No error is said of the input, apart from what is planted beside it.
    pub(crate) fn understood(&self) -> bool {
        !self.result.diagnostics.iter().any(|said| {
            said.level >= DiagnosticLevel::Error
                && !said
                    .file
                    .as_ref()
                    .is_some_and(|file| file.contains("/planted."))
        })
    }

    /// What holds of every report.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (format, text) in &self.texts {
            if text.contains(MARKER) || text.contains(MARKER_BASE64) {
                let at = text
                    .find(MARKER)
                    .or_else(|| text.find(MARKER_BASE64))
                    .unwrap_or(0);
                let around: String = text[..at]
                    .chars()
                    .rev()
                    .take(200)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .collect();
                return Err(format!("a secret is in the {format}, behind {around:?}"));
            }
            if *format != "coloured text" && text.contains('\u{1b}') {
                return Err(format!("an escape character is in the {format}"));
            }
        }
        for (format, text) in self
            .texts
            .iter()
            .filter(|(format, _)| matches!(*format, "json" | "sarif"))
        {
            serde_json::from_str::<Value>(text).map_err(|error| format!("{format}: {error}"))?;
        }
        for span in &self.spans {
            let file = self.sources.get(span.file).ok_or("a place in no file")?;
            if file.text().get(span.range()).is_none() {
                let length = file.text().len();
                return Err(format!(
                    "a place outside of {} ({length} bytes): {:?}",
                    file.path(),
                    span.range()
                ));
            }
        }
        self.check_places()?;
        self.check_counts()
    }

    /// Every place in words lies in its file.
    fn check_places(&self) -> Result<(), String> {
        let findings = self.result.findings.iter().map(|finding| {
            let at = &finding.resource;
            (
                &finding.policy,
                at.file.as_deref(),
                (at.line, at.column),
                (at.end_line, at.end_column),
            )
        });
        let diagnostics = self.result.diagnostics.iter().map(|said| {
            (
                &said.code,
                said.file.as_deref(),
                (said.line, said.column),
                (said.end_line, said.end_column),
            )
        });
        for (what, path, start, end) in findings.chain(diagnostics) {
            let (Some(path), (Some(line), Some(column))) = (path, start) else {
                continue;
            };
            let problem = || format!("{what} points to {path}:{line}:{column} up to {end:?}");
            // A path may have been read more than once; equal paths have equal texts.
            let file: Arc<_> = self.sources.find(path).ok_or_else(problem)?;
            let text = file.line(line).ok_or_else(problem)?;
            // The end of a line counts, with a carriage return before it.
            if column == 0 || column as usize > text.chars().count() + 2 {
                return Err(problem());
            }
            if let (Some(end_line), Some(end_column)) = end
                && (end_line, end_column) < (line, column)
            {
                return Err(problem());
            }
        }
        Ok(())
    }

    /// Exit code, counts and fingerprints follow from what is told.
    fn check_counts(&self) -> Result<(), String> {
        let CheckResult {
            findings,
            diagnostics,
            summary,
            ..
        } = &self.result;
        let any = |level| {
            diagnostics
                .iter()
                .any(|diagnostic| diagnostic.level == level)
        };
        let has = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
        let expected = if any(DiagnosticLevel::Error) || has(Verdict::Error) {
            3
        } else if any(DiagnosticLevel::Usage) {
            2
        } else {
            u8::from(has(Verdict::Fail))
        };
        if summary.exit_code != expected {
            return Err(format!("exit code {}, not {expected}", summary.exit_code));
        }
        for verdict in [
            Verdict::Fail,
            Verdict::Unknown,
            Verdict::Error,
            Verdict::Waived,
        ] {
            let told = findings
                .iter()
                .filter(|finding| finding.verdict == verdict)
                .count();
            if summary.verdicts.of(verdict) != told as u64 {
                return Err(format!(
                    "{told} are {}, not {}",
                    verdict.as_str(),
                    summary.verdicts.of(verdict)
                ));
            }
        }
        let fingerprints: BTreeSet<_> = findings
            .iter()
            .map(|finding| &finding.fingerprint)
            .collect();
        if fingerprints.len() != findings.len() {
            return Err("two findings share a fingerprint".to_owned());
        }
        match findings
            .iter()
            .find(|finding| finding.message.contains("the engine failed"))
        {
            Some(finding) => Err(format!("{}: {}", finding.policy, finding.message)),
            None => Ok(()),
        }
    }

    /// The JSON against its published schema.
    pub(crate) fn check_schema(&self) -> Result<(), String> {
        static SCHEMA: LazyLock<jsonschema::Validator> =
            LazyLock::new(|| jsonschema::validator_for(&report::result_schema()).unwrap());
        let (_, json) = self.texts.first().ok_or("no JSON")?;
        let json: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        SCHEMA
            .validate(&json)
            .map_err(|error| format!("{error} at {}", error.instance_path()))
    }
}

fn json_text(result: &CheckResult) -> String {
    let mut text = Vec::new();
    report::json(result, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}
