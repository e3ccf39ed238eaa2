//! The backup against its producer's manifest.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use hipaa_iac_evidence::PublicKey;
use sha2::{Digest as _, Sha256};

use super::{Check, Outcome, Stage};
use crate::{
    config::{ManifestCheck, Requirement, Source, Spec},
    context::Context,
    manifest::{self, Content, Verified},
    result::{CheckStatus, Observed, Reason, Severity},
    stream::hex,
};

/// How exactly a backup tells when it was made.
const TICK: Duration = Duration::from_secs(1);

/// Those that need only the backup's bytes.
pub(super) fn of_artifact(spec: &Spec) -> Vec<Box<dyn Check>> {
    let mut checks: Vec<Box<dyn Check>> = Vec::new();
    if let Some(config) = &spec.checks.manifest {
        checks.push(Box::new(Part::Signature {
            required: config.required,
        }));
    }
    if spec.checks.builtin.checksum != Requirement::Off {
        checks.push(Box::new(Part::Checksum));
    }
    checks
}

/// Those that need the restored data.
pub(super) fn of_data(spec: &Spec) -> Vec<Box<dyn Check>> {
    let Some(config) = &spec.checks.manifest else {
        return Vec::new();
    };
    let mut checks: Vec<Box<dyn Check>> = vec![
        Box::new(Part::Schema),
        Box::new(Part::Extensions),
        Box::new(Part::Tables),
        Box::new(Part::Sequences),
    ];
    if config.digest_key_secret_ref.is_some() || !config.digests.is_empty() {
        checks.push(Box::new(Part::Digests));
    }
    checks
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Signature { required: bool },
    Checksum,
    Schema,
    Extensions,
    Tables,
    Sequences,
    Digests,
}

impl Check for Part {
    fn id(&self) -> String {
        match self {
            Self::Signature { .. } => "manifest.signature",
            Self::Checksum => "checksum",
            Self::Schema => "manifest.schema",
            Self::Extensions => "manifest.extensions",
            Self::Tables => "manifest.tables",
            Self::Sequences => "manifest.sequences",
            Self::Digests => "manifest.digests",
        }
        .to_owned()
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Extensions | Self::Sequences => Severity::High,
            _ => Severity::Critical,
        }
    }

    fn stage(&self) -> Stage {
        match self {
            Self::Signature { .. } | Self::Checksum => Stage::Artifact,
            _ => Stage::Running,
        }
    }

    fn run(&self, context: &mut Context) -> Outcome {
        let outcome = match self {
            Self::Signature { required } => signature(context, *required),
            Self::Checksum => checksum(context),
            _ => self.compare(context),
        };
        outcome.unwrap_or_else(|outcome| outcome)
    }
}

fn configured(context: &Context) -> Result<ManifestCheck, Outcome> {
    context
        .verification
        .spec
        .checks
        .manifest
        .clone()
        .ok_or_else(|| Outcome::not_run(Reason::ConfigError, "checks.manifest is not configured"))
}

/// The manifest, with its signature checked anew: nothing unverified is ever compared with.
pub(super) fn verified(context: &Context) -> Result<Arc<Verified>, Outcome> {
    if let Some(verified) = context.verified.get() {
        return Ok(Arc::clone(verified));
    }
    let config = configured(context)?;
    let Some(envelope) = &context.manifest else {
        return Err(if config.required {
            Outcome::not_run(
                Reason::ConfigError,
                "there is no manifest beside the backup",
            )
        } else {
            Outcome::not_applicable("there is no manifest beside the backup")
        });
    };
    let pem = context
        .secret(&config.public_key_secret_ref)
        .map_err(|failure| Outcome::not_run(failure.reason, failure.detail))?;
    let key = PublicKey::from_pem(&String::from_utf8_lossy(pem))
        .map_err(|error| Outcome::not_run(Reason::ConfigError, error.to_string()))?;
    let verified = manifest::verify(envelope, &key).map_err(|_| {
        Outcome::fail(Reason::ChecksumMismatch)
            .expected("a manifest signed by the producer's key")
            .observed(false)
    })?;
    let verified = context.verified.get_or_init(|| Arc::new(verified));
    Ok(Arc::clone(verified))
}

fn signature(context: &mut Context, required: bool) -> Result<Outcome, Outcome> {
    let verified = match verified(context) {
        Err(outcome) if !required && context.manifest.is_none() => return Ok(outcome),
        other => other?,
    };
    let envelope = context.manifest.as_deref().unwrap_or_default();
    context.artifact.manifest_digest = Some(format!("sha256:{}", hex(&Sha256::digest(envelope))));
    // Signed by the producer, it is a better word than none, and than the clock of a dump, whose zone is not told. One in a snapshot may have been
    // dumped long before both: the older word counts.
    let signed = verified.manifest.produced_at;
    let source = &context.verification.spec.source;
    let is_saved_dump = source.is_saved_dump();
    let produced_at = &mut context.artifact.produced_at;
    *produced_at = Some(match *produced_at {
        Some(at) if is_saved_dump => at.min(signed),
        Some(at) if !matches!(source, Source::PgDump(_)) => at,
        _ => signed,
    });
    Ok(Outcome::pass()
        .expected("a manifest signed by the producer's key")
        .observed(true))
}

fn checksum(context: &mut Context) -> Result<Outcome, Outcome> {
    let required = context.verification.spec.checks.builtin.checksum == Requirement::Required;
    let absent = |why: &str| {
        if required {
            Outcome::not_run(Reason::ConfigError, why)
        } else {
            Outcome::not_applicable(why)
        }
    };
    if context.verification.spec.checks.manifest.is_none() {
        return Err(absent("no manifest says what the bytes must be"));
    }
    let verified = verified(context).map_err(|outcome| {
        if context.manifest.is_none() {
            absent("there is no manifest beside the backup")
        } else {
            outcome
        }
    })?;
    let Some(seen) = context.seen.sha256.clone() else {
        return Err(if context.is_tree() {
            Outcome::fail(Reason::ChecksumMismatch)
                .expected(format!("a file with sha256 {}", verified.sha256))
                .observed(Observed::text(
                    "what lists the backup's files, or one of them, cannot be read",
                ))
        } else {
            absent("the backup was not read to its end")
        });
    };
    // Of a repository the newest is restored: when that is older than what was signed, what was signed is gone.
    let source = &context.verification.spec.source;
    let saved_at = context.saved_at.or(context.artifact.produced_at);
    let older = matches!(source, Source::PgBackRest(_) | Source::Restic(_))
        && saved_at.is_some_and(|saved| {
            verified.manifest.produced_at.seconds_since(saved) > TICK.as_secs_f64()
        });
    let outcome = if verified.manifest.size_bytes == context.seen.bytes && verified.sha256 == seen {
        Outcome::pass()
    } else if older {
        Outcome::fail(Reason::BackupMissing)
    } else {
        Outcome::fail(Reason::ChecksumMismatch)
    };
    Ok(outcome
        .expected(format!(
            "{} bytes, sha256 {}",
            verified.manifest.size_bytes, verified.sha256
        ))
        .observed(Observed::text(&format!(
            "{} bytes, sha256 {seen}",
            context.seen.bytes
        ))))
}

impl Part {
    /// Compares every database that the manifest tells of. What the first says that does not hold is what comes of it.
    fn compare(self, context: &mut Context) -> Result<Outcome, Outcome> {
        let verified = verified(context)?;
        let manifest = &verified.manifest;
        let several = !manifest.others.is_empty();
        if several && context.dumped.is_some() {
            return Err(Outcome::not_run(
                Reason::ConfigError,
                "the manifest tells of several databases, and the backup is of one",
            ));
        }
        let mut first = None;
        for content in std::iter::once(&manifest.content).chain(&manifest.others) {
            let outcome = self
                .compare_one(context, content)
                .unwrap_or_else(|outcome| outcome);
            let holds = outcome.status == CheckStatus::Pass;
            let outcome = match outcome.expected.clone() {
                Some(expected) if several => {
                    outcome.expected(format!("database {}: {expected}", content.database))
                }
                _ => outcome,
            };
            if !holds {
                return Ok(outcome);
            }
            first.get_or_insert(outcome);
        }
        first.ok_or_else(|| Outcome::error(Reason::ConfigError))
    }

    fn compare_one(self, context: &Context, content: &Content) -> Result<Outcome, Outcome> {
        let config = configured(context)?;
        // A dump of one database is restored under a name of the verification's.
        if context.dumped.is_none() {
            let here = context
                .databases()
                .map_err(|failure| Outcome::error(failure.reason))?;
            if !here.contains(&content.database) {
                return Err(Outcome::fail(Reason::TableMissing)
                    .expected("a database of this name")
                    .observed(false));
            }
        }
        let named = match context.dumped {
            Some(_) => None,
            None => Some(content.database.as_str()),
        };
        let mut client = super::database(context, named)?;
        // A transaction: the settings that rows are written with end with it.
        let mut transaction = client
            .build_transaction()
            .read_only(true)
            .start()
            .map_err(|error| super::sql::failed(&error))?;
        let failed = |error: postgres::Error| super::sql::failed(&error);
        manifest::settle(&mut transaction).map_err(failed)?;
        match self {
            Self::Schema => {
                let here = manifest::schema_digest(&mut transaction).map_err(failed)?;
                let outcome = if here == content.schema_digest {
                    Outcome::pass()
                } else {
                    Outcome::fail(Reason::SchemaMismatch)
                };
                Ok(outcome
                    .expected(content.schema_digest.clone())
                    .observed(Observed::text(&here)))
            }
            Self::Extensions => {
                let here = manifest::extensions(&mut transaction).map_err(failed)?;
                let missing = content
                    .extensions
                    .keys()
                    .filter(|name| !here.contains_key(*name));
                Ok(none_of(
                    missing.count(),
                    "extensions missing",
                    Reason::SchemaMismatch,
                ))
            }
            Self::Sequences => {
                let here = manifest::sequences(&mut transaction).map_err(failed)?;
                let behind = content
                    .sequences
                    .iter()
                    .filter(|(name, value)| here.get(*name).is_none_or(|here| here < *value));
                Ok(none_of(
                    behind.count(),
                    "sequences behind",
                    Reason::AssertionFailed,
                ))
            }
            Self::Tables => {
                let tolerance = u128::from(config.row_count_tolerance.0);
                let here = manifest::tables(&mut transaction).map_err(failed)?;
                let (mut missing, mut fewer, mut more) = (0, 0, 0);
                for (name, table) in &content.tables {
                    if !here.contains(name) {
                        missing += 1;
                        continue;
                    }
                    let rows = manifest::observe_table(&mut transaction, name, None)
                        .map_err(failed)?
                        .rows;
                    let slack = u128::from(table.rows) * tolerance / 1_000_000;
                    if u128::from(rows) + slack < u128::from(table.rows) {
                        fewer += 1;
                    } else if u128::from(rows) > u128::from(table.rows) + slack {
                        more += 1;
                    }
                }
                let outcome = match (missing, fewer, more) {
                    (0, 0, 0) => Outcome::pass(),
                    (0, 0, _) => Outcome::fail(Reason::DigestMismatch),
                    (0, _, _) => Outcome::fail(Reason::RowCountLow),
                    _ => Outcome::fail(Reason::TableMissing),
                };
                Ok(outcome
                    .expected(format!(
                        "the rows of {} tables within {}",
                        content.tables.len(),
                        config.row_count_tolerance
                    ))
                    .observed(Observed::text(&format!(
                        "{missing} tables missing, {fewer} with fewer rows, {more} with more"
                    ))))
            }
            Self::Digests => {
                let reference = config.digest_key_secret_ref.as_ref().ok_or_else(|| {
                    Outcome::not_run(
                        Reason::ConfigError,
                        "checks.manifest.digestKeySecretRef is needed to digest rows",
                    )
                })?;
                let key = context
                    .secret(reference)
                    .map_err(|failure| Outcome::not_run(failure.reason, failure.detail))?;
                manifest::of_length(key)
                    .map_err(|error| Outcome::not_run(Reason::ConfigError, error.to_string()))?;
                let wanted: BTreeSet<&String> = if config.digests.is_empty() {
                    content
                        .tables
                        .iter()
                        .filter(|(_, table)| table.digest.is_some())
                        .map(|(name, _)| name)
                        .collect()
                } else {
                    config.digests.iter().collect()
                };
                // Of rows that nobody digested none differs.
                let mut tables = content.tables.keys();
                if wanted.is_empty() && tables.any(|name| name != manifest::LARGE_OBJECTS) {
                    return Err(Outcome::not_run(
                        Reason::ConfigError,
                        "the producer's manifest digests no rows: it was signed without --digest-key",
                    ));
                }
                let here = manifest::tables(&mut transaction).map_err(failed)?;
                let mut different = 0;
                for name in &wanted {
                    let Some(expected) = content
                        .tables
                        .get(*name)
                        .and_then(|table| table.digest.as_ref())
                    else {
                        return Err(Outcome::not_run(
                            Reason::ConfigError,
                            format!("the producer's manifest does not digest {name}"),
                        ));
                    };
                    if !here.contains(*name) {
                        return Err(Outcome::fail(Reason::TableMissing));
                    }
                    let seen = manifest::observe_table(&mut transaction, name, Some(key))
                        .map_err(failed)?;
                    if seen.digest.as_ref() != Some(expected) {
                        different += 1;
                    }
                }
                Ok(none_of(
                    different,
                    &format!("of {} tables differ", wanted.len()),
                    Reason::DigestMismatch,
                ))
            }
            Self::Signature { .. } | Self::Checksum => Err(Outcome::error(Reason::ConfigError)),
        }
    }
}

fn none_of(count: usize, what: &str, reason: Reason) -> Outcome {
    let outcome = if count == 0 {
        Outcome::pass()
    } else {
        Outcome::fail(reason)
    };
    outcome.expected(format!("0 {what}")).observed(count as u64)
}
