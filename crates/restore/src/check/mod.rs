//! Checks: one trait, one file each. A check that did not run is never a pass.

use std::time::Instant;

use crate::{
    config::{Amcheck, Auto, Requirement, ResticLayout, RestoreVerification, Source},
    context::{Context, Event, Failure},
    result::{CheckResult, CheckStatus, Observed, Reason, Severity},
};

mod age;
mod canary;
mod encryption;
mod manifest;
mod objects;
mod rows;
mod sql;
mod structure;

pub(crate) use encryption::is_client_side;
pub use encryption::{Magic, magic};
pub(crate) use objects::CONNECT;
pub(crate) use sql::evaluate;
pub(crate) use structure::data_major;

/// Something that must hold of a backup or of what it was restored to.
pub trait Check {
    /// Its name in the result: lowercase letters, digits, dots and hyphens, at most 63.
    fn id(&self) -> String;

    /// How bad it is when it does not pass.
    fn severity(&self) -> Severity;

    /// Whether the verdict needs it to pass: so it does unless the user says otherwise.
    fn required(&self) -> bool {
        true
    }

    /// When it runs.
    fn stage(&self) -> Stage;

    /// Runs it.
    fn run(&self, context: &mut Context) -> Outcome;
}

/// When a check runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Once the backup has been read to its end; what was seen of it stands in the context.
    Artifact,
    /// A physical backup is restored and its server not yet started.
    Restored,
    /// The server runs.
    Running,
    /// The server was stopped cleanly.
    Stopped,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What came of it.
    pub status: CheckStatus,
    /// The reason of the verdict, when the check decides it; `None` for a pass.
    pub reason: Reason,
    /// What it expected.
    pub expected: Option<String>,
    /// What it saw.
    pub observed: Option<Observed>,
    /// Why it did not run.
    pub not_run_reason: Option<String>,
    /// Whether the verdict can do without it, for it has no object here: a cluster without checksums.
    pub not_applicable: bool,
}

impl Outcome {
    /// It holds.
    pub const fn pass() -> Self {
        Self {
            status: CheckStatus::Pass,
            reason: Reason::None,
            expected: None,
            observed: None,
            not_run_reason: None,
            not_applicable: false,
        }
    }

    /// It does not hold.
    pub fn fail(reason: Reason) -> Self {
        Self {
            status: CheckStatus::Fail,
            reason,
            ..Self::pass()
        }
    }

    /// It could not be evaluated.
    pub fn error(reason: Reason) -> Self {
        Self {
            status: CheckStatus::Error,
            reason,
            ..Self::pass()
        }
    }

    /// It did not run: a lowercase fragment says why.
    pub fn not_run(reason: Reason, why: impl Into<String>) -> Self {
        Self {
            status: CheckStatus::NotRun,
            reason,
            not_run_reason: Some(why.into()),
            ..Self::pass()
        }
    }

    /// There is nothing here for it to look at, which the verdict does not need.
    pub fn not_applicable(why: impl Into<String>) -> Self {
        Self {
            not_applicable: true,
            ..Self::not_run(Reason::None, why)
        }
    }

    /// With what was expected.
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(
            expected
                .into()
                .chars()
                .take(crate::result::OBSERVED_LIMIT)
                .collect(),
        );
        self
    }

    /// With what was seen.
    pub fn observed(mut self, observed: impl Into<Observed>) -> Self {
        self.observed = Some(observed.into());
        self
    }
}

/// The checks of a verification, in the order in which they run within a stage.
pub fn of(verification: &RestoreVerification) -> Vec<Box<dyn Check>> {
    let spec = &verification.spec;
    let builtin = &spec.checks.builtin;
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    if builtin.encryption_proof != Requirement::Off {
        checks.extend(encryption::of(spec));
    }
    checks.extend(manifest::of_artifact(spec));
    let dumped = match &spec.source {
        Source::PgDump(dump) => Some(dump.format),
        Source::Restic(restic) => match restic.layout {
            ResticLayout::PgDumpStdin(format) => Some(format),
            ResticLayout::PgBaseBackup => None,
        },
        Source::PgBaseBackup(_)
        | Source::PgBackRest(_)
        | Source::CnpgBackup(_)
        | Source::VolumeSnapshot(_) => None,
    };
    if let Some(format) = dumped {
        if builtin.dump_trailer {
            checks.extend(structure::trailer(format));
        }
    } else {
        // pgBackRest keeps a manifest of its own, which its restore goes by; barman-cloud has none, nor has a snapshot.
        let has_manifest = !matches!(
            spec.source,
            Source::PgBackRest(_) | Source::CnpgBackup(_) | Source::VolumeSnapshot(_)
        );
        match builtin.pg_verify_backup {
            Auto::Off => {}
            Auto::Auto if !has_manifest => {}
            Auto::Auto | Auto::Required => checks.push(Box::new(structure::VerifyBackup)),
        }
        if builtin.pg_checksums {
            checks.push(Box::new(structure::Checksums));
        }
    }
    if let Some(canary) = &spec.checks.canary {
        checks.push(Box::new(canary::CanaryCheck::new(
            canary.clone(),
            dumped.is_none(),
        )));
    }
    // After the canary, which tells the age of the data.
    checks.extend(age::of(&spec.objectives));
    if dumped.is_some() {
        checks.push(Box::new(objects::Objects));
        checks.push(Box::new(objects::Roles));
    }
    if builtin.rows {
        checks.push(Box::new(rows::Rows));
    }
    checks.extend(manifest::of_data(spec));
    if builtin.extensions && !spec.target.engine.postgres.extensions.is_empty() {
        checks.push(Box::new(structure::Extensions));
    }
    if builtin.sequences {
        checks.push(Box::new(structure::Sequences));
    }
    if dumped.is_none() {
        checks.push(Box::new(structure::COLLATIONS));
        checks.push(Box::new(structure::CLOSED));
    }
    for assertion in &spec.checks.sql {
        checks.push(Box::new(sql::Assertion::new(
            assertion.clone(),
            spec.checks.redaction.store_values,
        )));
    }
    // Last, for it reads everything.
    if builtin.amcheck != Amcheck::Off {
        checks.push(Box::new(structure::Amcheck {
            every_row: builtin.amcheck == Amcheck::Heapallindexed,
        }));
    }
    checks
}

/// Runs the checks of a stage and records what came of them. Gives the reason of the first required one that does
/// not hold.
pub fn run_stage(context: &mut Context, stage: Stage) -> Result<(), Reason> {
    let mut first = Ok(());
    for check in of(&context.verification) {
        if check.stage() != stage {
            continue;
        }
        let begun = Instant::now();
        let outcome = check.run(context);
        let result = CheckResult {
            id: check.id(),
            status: outcome.status,
            severity: check.severity(),
            required: check.required() && !outcome.not_applicable,
            expected: outcome.expected,
            observed: outcome.observed,
            duration_ms: u64::try_from(begun.elapsed().as_millis()).ok(),
            not_run_reason: outcome.not_run_reason,
        };
        if result.required && result.status != CheckStatus::Pass {
            first = first.and(Err(outcome.reason));
        }
        (context.events)(Event::Check(Box::new(result.clone())));
        context.checks.push((result, outcome.reason));
    }
    first
}

/// A session on the database that a check names, or on the one that was restored.
fn database(context: &Context, named: Option<&str>) -> Result<postgres::Client, Outcome> {
    let stop = |failure: Failure| Outcome::error(failure.reason);
    if let Some(name) = named.or(context.dumped.as_deref()) {
        return context.connect(name).map_err(stop);
    }
    let all = context.databases().map_err(stop)?;
    let own: Vec<&String> = all.iter().filter(|name| *name != "postgres").collect();
    match own.as_slice() {
        [] => context.connect("postgres").map_err(stop),
        [name] => context.connect(name).map_err(stop),
        _ => Err(Outcome::not_run(
            Reason::ConfigError,
            "the backup holds several databases: name the one that is meant",
        )),
    }
}
