//! `hipaa-iac check`.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    str::FromStr as _,
    time::{SystemTime, UNIX_EPOCH},
};

use hipaa_iac_engine::{
    self as engine, Date, Evaluation, Finding, Profile, RestoreRecords, Selection, Verdict,
};
use hipaa_iac_report::{self as report, BuildOptions, CheckResult, Detail, result::Severity};
use hipaa_iac_source::{Diagnostic, Inventory, Level, Resource, Sources, Span};

use crate::{
    Exit, Failure, Outcome,
    args::{CheckArgs, FailOn, Global, Show},
    colored,
    evidence::{self, Recorder},
    input, note, policy, terminal_width,
};

/// The columns of a text that goes to no terminal: its bytes are the same everywhere.
const WIDTH: usize = 100;

/// Where a report goes: a format, and a file or standard output.
struct Target {
    format: Format,
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
    Sarif,
    Junit,
    Github,
}

pub(crate) fn run(arguments: &CheckArgs, global: &Global) -> Outcome {
    let targets = targets(&arguments.formats)?;
    let recorder = Recorder::new(&arguments.record)?;
    let as_of = match &arguments.as_of {
        Some(day) => {
            Date::from_str(day).map_err(|error| Failure(format!("--as-of {day}: {error}")))?
        }
        None => today(),
    };
    let sources = Sources::new();
    let settings = input::settings(&sources, &arguments.input, as_of)?;
    input::tell_unused(&arguments.input, global);
    if settings
        .diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level == Level::Usage)
    {
        // A verdict under a configuration that was not understood would be a guess.
        for diagnostic in &settings.diagnostics {
            note(&crate::inspect::say(diagnostic, &sources));
        }
        return Ok(Exit::Usage);
    }

    let bar = input::progress(global);
    bar.set_message("reading");
    let mut folders = settings.policy_folders();
    folders.extend(arguments.policies.folders.iter().cloned());
    let (policies, mut diagnostics) = policy::load(&sources, folders.iter().map(PathBuf::as_path))?;
    let selection = selection(arguments, &policies).inspect_err(|_| {
        // A policy that is broken is not there: what is wrong with it is the answer.
        policy::told(&diagnostics, &sources);
    })?;
    let read = input::inventory(&sources, &arguments.input, &settings, &folders)?;
    let restores = match &settings.config.restore {
        Some(restore) => {
            let (restores, problem) = evidence::restores(restore, |path| settings.path(path))?;
            diagnostics.extend(problem);
            restores
        }
        None => RestoreRecords::None,
    };
    bar.set_message("judging");

    let fail_on = arguments
        .fail_on
        .or_else(|| settings.config.fail_on.map(FailOn::from))
        .unwrap_or(FailOn::Low);
    let strict = arguments.strict || settings.config.strict;
    diagnostics.extend(settings.diagnostics);
    let engine_settings = engine::Settings {
        selection,
        config: settings.config,
        agreements: settings.agreements,
        restores,
        inline_waivers: !arguments.no_inline_waivers,
        ..engine::Settings::new(as_of)
    };
    let mut evaluation = engine::evaluate(&policies, &read.inventory, &sources, &engine_settings);
    evaluation.diagnostics.extend(diagnostics);
    evaluation
        .diagnostics
        .extend(nothing_judged(&read.inventory, &evaluation, strict));
    once(&mut evaluation, &read.inventory, &sources);
    let result = CheckResult::build(
        &evaluation,
        &read.inventory,
        &sources,
        BuildOptions {
            config: &engine_settings.config,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            policies: &policies,
            inputs: report::inputs(&read.inventory, &sources, &read.files),
            show: match arguments.show {
                Show::Findings => report::Show::Findings,
                Show::Failures => report::Show::Failures,
                Show::All => report::Show::All,
            },
            fail_on: fail_on.severity(),
            strict,
        },
    );
    bar.finish_and_clear();

    // All that the reports need is in the result and the sources.
    let files = read.files;
    drop((evaluation, read.inventory));
    for target in targets {
        deliver(&target, &result, &sources, global, strict)?;
    }
    if let Some(file) = env::var_os("GITHUB_STEP_SUMMARY")
        .filter(|_| arguments.formats.iter().any(|format| format == "github"))
    {
        append(Path::new(&file), &report::github_summary(&result))?;
    }
    let exit = match result.summary.exit_code {
        0 => Exit::Clean,
        1 => Exit::Findings,
        2 => Exit::Usage,
        _ => Exit::Input,
    };
    if let Some(recorder) = recorder
        && let Err(Failure(problem)) = recorder.check(&result, &sources, &files)
    {
        note(&format!("error: not recorded: {problem}"));
        return Ok(exit.max(Exit::Usage));
    }
    Ok(exit)
}

/// What to tell of a run that cannot find anything. Who is strict is not told that all is well where nothing was looked at.
fn nothing_judged(
    inventory: &Inventory,
    evaluation: &Evaluation,
    strict: bool,
) -> Option<Diagnostic> {
    let level = if strict { Level::Error } else { Level::Warning };
    let told = |diagnostic: &Diagnostic| diagnostic.level >= Level::Error;
    if evaluation.selected.is_empty() {
        let text = "no policy is in play: nothing was judged";
        let remedy = "choose another --profile, or policies with --only";
        return Some(Diagnostic::new(level, "no-policies", text).remedy(remedy));
    }
    if inventory.resources.is_empty() && !inventory.diagnostics.iter().any(told) {
        let text = "no resource was found: nothing was judged";
        let remedy = "name the files or folders that hold Terraform or Kubernetes manifests";
        return Some(Diagnostic::new(level, "no-resources", text).remedy(remedy));
    }
    None
}

/// What a finding says, of which block.
#[derive(PartialEq, Eq, Hash)]
struct Said<'a> {
    policy: &'a str,
    verdict: Verdict,
    waived: Option<Verdict>,
    address: &'a str,
    extent: Span,
    span: Option<Span>,
    attribute: Option<&'a str>,
    message: &'a str,
}

impl<'a> Said<'a> {
    /// With the resource that it is of; `None` where that has no place.
    fn by(finding: &'a Finding, inventory: &'a Inventory) -> Option<(&'a Resource, Self)> {
        let resource = inventory.resources.get(finding.resource)?;
        let said = Self {
            policy: &finding.policy.name,
            verdict: finding.verdict,
            waived: finding.waived_verdict,
            address: &resource.address,
            extent: resource.extent?,
            span: finding.span,
            attribute: finding.attribute.as_deref(),
            message: &finding.message,
        };
        Some((resource, said))
    }
}

/// Takes out what is found in the source where a plan of it says the same of the same block: each is reported once. What the
/// two do not agree on is left, and so is a block that several roots have, for which of them the plan is of does not show.
fn once(evaluation: &mut Evaluation, inventory: &Inventory, sources: &Sources) {
    let is_plan = |root: &&str| {
        sources.find(root).is_some_and(|file| {
            let keys = ["\"resource_changes\"", "\"planned_values\""];
            keys.iter().any(|key| file.text().contains(*key))
        })
    };
    let roots: BTreeSet<&str> = inventory
        .resources
        .iter()
        .filter(|resource| resource.terraform().is_some())
        .map(|resource| &*resource.root)
        .collect();
    let plans: BTreeSet<&str> = roots.into_iter().filter(is_plan).collect();
    if plans.is_empty() {
        return;
    }
    let mut blocks: HashMap<(&str, Span), usize> = HashMap::new();
    for resource in &inventory.resources {
        if let Some(extent) = resource.extent
            && !plans.contains(&*resource.root)
        {
            *blocks.entry((&*resource.address, extent)).or_default() += 1;
        }
    }
    let findings = &evaluation.findings;
    let staying: Vec<bool> = {
        let in_plans: HashSet<Said<'_>> = findings
            .iter()
            .filter_map(|finding| Said::by(finding, inventory))
            .filter(|(resource, _)| plans.contains(&*resource.root))
            .map(|(_, said)| said)
            .collect();
        let stays = |finding| {
            Said::by(finding, inventory).is_none_or(|(resource, said)| {
                plans.contains(&*resource.root)
                    || blocks.get(&(said.address, said.extent)) != Some(&1)
                    || !in_plans.contains(&said)
            })
        };
        findings.iter().map(stays).collect()
    };
    let mut staying = staying.into_iter();
    evaluation
        .findings
        .retain(|_| staying.next().unwrap_or(true));
}

fn targets(formats: &[String]) -> Result<Vec<Target>, Failure> {
    let mut targets = Vec::new();
    for text in formats {
        let (name, file) = text
            .split_once('=')
            .map_or((text.as_str(), None), |(name, file)| {
                (name, Some(PathBuf::from(file)))
            });
        if file
            .as_ref()
            .is_some_and(|file| file.as_os_str().is_empty())
        {
            return Err(Failure(format!("--format {text}: no file behind `=`")));
        }
        let format = match name {
            "text" => Format::Text,
            "json" => Format::Json,
            "sarif" => Format::Sarif,
            "junit" => Format::Junit,
            "github" => Format::Github,
            _ => {
                return Err(Failure(format!(
                    "--format {name}: one of text, json, sarif, junit, github"
                )));
            }
        };
        targets.push(Target { format, file });
    }
    let mut files = BTreeSet::new();
    for file in targets.iter().filter_map(|target| target.file.as_ref()) {
        if !files.insert(std::path::absolute(file)?) {
            return Err(Failure(format!(
                "{}: two formats cannot go to one file; give each its own",
                file.display()
            )));
        }
    }
    if targets.is_empty() {
        targets.push(Target {
            format: Format::Text,
            file: None,
        });
    }
    if targets
        .iter()
        .filter(|target| target.file.is_none())
        .count()
        > 1
    {
        return Err(Failure("only one format can go to standard output; give the others a file: --format sarif=hipaa-iac.sarif".into()));
    }
    Ok(targets)
}

fn deliver(
    target: &Target,
    result: &CheckResult,
    sources: &Sources,
    global: &Global,
    strict: bool,
) -> Result<(), Failure> {
    let write = |out: &mut dyn io::Write| {
        let mut out = io::BufWriter::new(out);
        match target.format {
            // As a text it would be the largest thing in memory.
            Format::Json => report::json(result, &mut out)?,
            _ => out.write_all(render(target, result, sources, global, strict).as_bytes())?,
        }
        out.flush()
    };
    let Some(file) = &target.file else {
        return crate::print_with(write).map(|_| ());
    };
    let failed = |error| Failure(format!("{}: {error}", file.display()));
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
    }
    let mut file = fs::File::create(file).map_err(failed)?;
    write(&mut file).map_err(failed)
}

/// A report as a text.
fn render(
    target: &Target,
    result: &CheckResult,
    sources: &Sources,
    global: &Global,
    strict: bool,
) -> String {
    match target.format {
        // Written as it is made, by `deliver`.
        Format::Json => String::new(),
        Format::Text => {
            let color = target.file.is_none() && colored(global.color);
            let width = target
                .file
                .is_none()
                .then(terminal_width)
                .flatten()
                .unwrap_or(WIDTH);
            let detail = match (global.quiet, global.verbose) {
                (true, _) => Detail::Short,
                (_, true) => Detail::Full,
                _ => Detail::Normal,
            };
            report::text(
                result,
                sources,
                &report::TextOptions {
                    color,
                    width,
                    detail,
                },
            )
        }
        Format::Sarif => report::sarif(
            result,
            sources,
            &report::SarifOptions {
                category: None,
                strict,
            },
        ),
        Format::Junit => report::junit(result, &report::JunitOptions { strict }),
        Format::Github => report::github(result, &report::GithubOptions { strict }),
    }
}

fn append(file: &Path, text: &str) -> Result<(), Failure> {
    let opened = fs::OpenOptions::new().append(true).create(true).open(file);
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure(format!("{}: {error}", file.display())))
}

fn selection(arguments: &CheckArgs, policies: &engine::PolicySet) -> Result<Selection, Failure> {
    for name in arguments.only.iter().chain(&arguments.skip) {
        policy::find(policies, name)?;
    }
    let mut profiles = Vec::new();
    for name in &arguments.profiles {
        let known = Profile::ALL
            .into_iter()
            .find(|profile| profile.as_str() == name);
        profiles.push(known.ok_or_else(|| {
            Failure(format!(
                "--profile {name}: one of {}",
                Profile::ALL.map(Profile::as_str).join(", ")
            ))
        })?);
    }
    Ok(Selection {
        profiles,
        only: arguments.only.clone(),
        skip: arguments.skip.clone(),
    })
}

impl From<engine::FailOn> for FailOn {
    fn from(word: engine::FailOn) -> Self {
        match word {
            engine::FailOn::Critical => Self::Critical,
            engine::FailOn::High => Self::High,
            engine::FailOn::Medium => Self::Medium,
            engine::FailOn::Low => Self::Low,
            engine::FailOn::Never => Self::Never,
        }
    }
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Never => None,
        }
    }
}

/// The day by the system's clock, in UTC: the only place that reads it.
fn today() -> Date {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    Date::from_unix_days(i64::try_from(seconds / 86_400).unwrap_or(0))
}
