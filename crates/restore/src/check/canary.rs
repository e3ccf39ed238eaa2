//! The restore canary of the restored database.

use super::{Check, Outcome, Stage};
use crate::{
    canary::{self, CanaryError, TableName},
    config,
    context::Context,
    result::{ObjectiveName, Observed, Reason, Severity},
};

pub(super) struct CanaryCheck {
    config: config::Canary,
    /// A physical copy is of the very cluster that the canary was written to.
    physical: bool,
}

impl CanaryCheck {
    pub(super) const fn new(config: config::Canary, physical: bool) -> Self {
        Self { config, physical }
    }

    fn look(&self, context: &mut Context) -> Result<Outcome, Outcome> {
        let stop = |error: CanaryError| match error {
            CanaryError::Missing => Outcome::fail(Reason::CanaryMissing),
            CanaryError::ShortKey | CanaryError::Name(_) => {
                Outcome::not_run(Reason::ConfigError, error.to_string())
            }
            _ => Outcome::error(Reason::AssertionError),
        };
        let table = TableName::parse(&self.config.table).map_err(stop)?;
        let key = context
            .secret(&self.config.mac_key_secret_ref)
            .map_err(|failure| Outcome::not_run(failure.reason, failure.detail))?
            .to_vec();
        let mut client = super::database(context, self.config.database.as_deref())?;
        let Some(canary) = canary::newest(&mut client, &table).map_err(stop)? else {
            return Ok(Outcome::fail(Reason::CanaryMissing)
                .expected("a row")
                .observed(0));
        };
        if !canary.is_genuine(&key).map_err(stop)? {
            return Ok(Outcome::fail(Reason::CanaryMissing)
                .expected("its MAC by the configured key")
                .observed(false));
        }
        let seq = Observed::Number(canary.seq.into());
        let system = match &self.config.system_identifier {
            Some(text) => Some(text.parse::<i64>().map_err(|_| {
                Outcome::not_run(
                    Reason::ConfigError,
                    "checks.canary.systemIdentifier is not what pg_control_system() gives",
                )
            })?),
            None if self.config.monotonic => context.last_canary_system,
            None => None,
        };
        if let Some(system) = system
            && system != canary.system_identifier
        {
            return Ok(Outcome::fail(Reason::CanaryMissing)
                .expected(format!("a row written to the cluster {system}"))
                .observed(Observed::text(&canary.system_identifier.to_string())));
        }
        if self.physical {
            let here: i64 = client
                .query_one("select system_identifier from pg_control_system()", &[])
                .and_then(|row| row.try_get(0))
                .map_err(|_| Outcome::error(Reason::AssertionError))?;
            if here != canary.system_identifier {
                return Ok(Outcome::fail(Reason::CanaryMissing)
                    .expected("a row written to this very cluster")
                    .observed(false));
            }
        }
        let age = canary
            .time()
            .map(|written| context.started_at.seconds_since(written));
        let Some(age) = age.filter(|age| *age > -300.0) else {
            return Ok(Outcome::fail(Reason::TimestampInFuture).observed(seq));
        };
        context
            .measured
            .insert(ObjectiveName::DataAge, age.max(0.0));
        context.canary = Some((canary.seq, canary.system_identifier));
        if self.config.monotonic
            && let Some(last) = context.last_canary_seq
            && canary.seq < last
        {
            return Ok(Outcome::fail(Reason::CanaryRolledBack)
                .expected(format!(">= {last}"))
                .observed(seq));
        }
        if age > self.config.max_age.seconds() {
            return Ok(Outcome::fail(Reason::StaleData)
                .expected(format!("written at most {} s ago", self.config.max_age.0))
                .observed(seq));
        }
        Ok(Outcome::pass()
            .expected(format!("written at most {} s ago", self.config.max_age.0))
            .observed(seq))
    }
}

impl Check for CanaryCheck {
    fn id(&self) -> String {
        "canary".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        self.look(context).unwrap_or_else(|outcome| outcome)
    }
}
