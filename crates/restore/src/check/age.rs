//! The three ages: of the backup, of the data in it, and of the last transaction that can be recovered.
//!
//! A modification time proves nothing (a copy of an old backup has a new one), and the backup's own time says
//! nothing of a job that backs up a frozen replica, or of log that never arrived: hence three.

use std::time::Duration;

use postgres::types::Type;

use super::{Check, Outcome, Stage};
use crate::{
    config::{Objectives, Source, Span},
    context::Context,
    result::{ObjectiveName, Observed, Reason, Severity, Time},
};

/// How far a clock may be ahead of ours.
const SKEW: Duration = Duration::from_mins(5);

/// How far a time zone is ahead of UTC at most.
const AHEAD: Duration = Duration::from_hours(14);

/// How far time zones are apart at most.
const APART: Duration = Duration::from_hours(14 + 12);

/// The ages that are measured; those with an objective must meet it.
pub(super) fn of(objectives: &Objectives) -> Vec<Box<dyn Check>> {
    vec![
        Box::new(Age {
            name: ObjectiveName::BackupAge,
            most: objectives.max_backup_age,
        }),
        Box::new(Age {
            name: ObjectiveName::DataAge,
            most: objectives.max_data_age,
        }),
        Box::new(Age {
            name: ObjectiveName::RecoveryPointLag,
            most: objectives.max_recovery_point_lag,
        }),
    ]
}

struct Age {
    name: ObjectiveName,
    most: Option<Span>,
}

impl Check for Age {
    fn id(&self) -> String {
        match self.name {
            ObjectiveName::DataAge => "age.data",
            ObjectiveName::RecoveryPointLag => "age.recovery-point",
            ObjectiveName::BackupAge | ObjectiveName::Rto => "age.backup",
        }
        .to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        let seconds = match self.name {
            // The canary has been read before.
            ObjectiveName::DataAge => context.measured.get(&ObjectiveName::DataAge).copied(),
            ObjectiveName::RecoveryPointLag => match recovered(context) {
                Ok(at) => at,
                Err(outcome) => return outcome,
            }
            .or(context.artifact.produced_at)
            .map(|at| context.started_at.seconds_since(at)),
            ObjectiveName::BackupAge | ObjectiveName::Rto => context
                .artifact
                .produced_at
                .map(|at| context.started_at.seconds_since(at)),
        };
        let Some(seconds) = seconds else {
            return match (self.most, self.name) {
                (None, _) => Outcome::not_applicable("nothing tells it, and no objective asks"),
                (Some(_), ObjectiveName::DataAge) => Outcome::not_run(
                    Reason::ConfigError,
                    "the age of the data is that of the restore canary: configure checks.canary",
                ),
                (Some(_), _) => Outcome::not_run(
                    Reason::ConfigError,
                    "the backup does not say when it was made: give it a manifest",
                ),
            };
        };
        // Of a repository the newest is restored, which one of the future is whatever is in it.
        let newest = match context.saved_at {
            Some(at) if self.name != ObjectiveName::DataAge => {
                context.started_at.seconds_since(at).min(seconds)
            }
            _ => seconds,
        };
        if newest < -SKEW.as_secs_f64() {
            return Outcome::fail(Reason::TimestampInFuture)
                .expected("not in the future")
                .observed(number(newest));
        }
        let seconds = seconds.max(0.0);
        // By a clock that was ahead of UTC a dump looks younger than it is: it passes for as old as it may be.
        let more = if self.name == ObjectiveName::DataAge {
            Duration::ZERO
        } else {
            without_zone(context)
        };
        let oldest = seconds + more.as_secs_f64();
        let (outcome, seconds) = match self.most {
            Some(most) if seconds > most.seconds() => {
                let reason = match self.name {
                    ObjectiveName::DataAge => Reason::StaleData,
                    ObjectiveName::RecoveryPointLag => Reason::RecoveryPointLag,
                    ObjectiveName::BackupAge | ObjectiveName::Rto => Reason::StaleBackup,
                };
                (Outcome::fail(reason), seconds)
            }
            Some(most) if oldest > most.seconds() => {
                return Outcome::not_run(
                    Reason::ConfigError,
                    format!(
                        "the dump's clock has no time zone, and it may be up to {} h older than it looks: give it a manifest (`restore manifest`), \
                         which has a signed time, or the objective as many hours more",
                        more.as_secs() / 3600
                    ),
                )
                .expected(format!("<= {} s", most.0))
                .observed(number(oldest));
            }
            _ => (Outcome::pass(), oldest),
        };
        context.measured.insert(self.name, seconds);
        let outcome = match self.most {
            Some(most) => outcome.expected(format!("<= {} s", most.0)),
            None => outcome,
        };
        outcome.observed(number(seconds))
    }
}

/// How much older than it looks a backup may be: nothing where more tells when it was made than the clock of a dump, which says no zone.
fn without_zone(context: &Context) -> Duration {
    if context.verified.get().is_some() {
        return Duration::ZERO;
    }
    match &context.verification.spec.source {
        Source::PgDump(_) => AHEAD,
        // It was older than its snapshot even in the zone furthest behind, and is taken for one of there.
        source if source.is_saved_dump() && context.artifact.produced_at != context.saved_at => {
            APART
        }
        _ => Duration::ZERO,
    }
}

/// Seconds as a number of the result: whole ones, for a digit more would claim what clocks do not know.
fn number(seconds: f64) -> Observed {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded, and no span is beyond 2^53"
    )]
    let whole = seconds.round() as i64;
    Observed::Number(whole.into())
}

/// The commit time of the last transaction that recovery replayed; none when there was no recovery, or none in it.
fn recovered(context: &Context) -> Result<Option<Time>, Outcome> {
    if context.data.is_none() {
        return Ok(None);
    }
    let mut client = context
        .connect("postgres")
        .map_err(|failure| Outcome::error(failure.reason))?;
    let row = client
        .query_typed_one(
            "select (extract(epoch from pg_last_xact_replay_timestamp()) * 1000000)::bigint",
            &[] as &[(&(dyn postgres::types::ToSql + Sync), Type)],
        )
        .map_err(|_| Outcome::error(Reason::AssertionError))?;
    let micros: Option<i64> = row
        .try_get(0)
        .map_err(|_| Outcome::error(Reason::AssertionError))?;
    Ok(micros
        .and_then(chrono::DateTime::from_timestamp_micros)
        .map(Time))
}
