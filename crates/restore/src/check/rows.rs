//! That there is anything in what was restored: a backup of nothing restores, answers and is sound in every page.

use super::{Check, Outcome, Stage};
use crate::{
    canary,
    context::Context,
    manifest,
    result::{Observed, Reason, Severity},
};

pub(super) struct Rows;

impl Rows {
    fn look(context: &Context) -> Result<Outcome, Outcome> {
        let stop = |failure: crate::Failure| Outcome::error(failure.reason);
        let failed = |error: postgres::Error| super::sql::failed(&error);
        let mut tables = 0;
        for name in context.databases().map_err(stop)? {
            let mut client = context.connect(&name).map_err(stop)?;
            let mut transaction = client
                .build_transaction()
                .read_only(true)
                .start()
                .map_err(failed)?;
            manifest::settle(&mut transaction).map_err(failed)?;
            for table in manifest::tables(&mut transaction).map_err(failed)? {
                // Our own row, which the backup may well hold and nothing else.
                let configured = context.verification.spec.checks.canary.as_ref();
                if table == canary::TABLE || configured.is_some_and(|it| it.table == table) {
                    continue;
                }
                tables += 1;
                let row = transaction
                    .query_one(&format!("select exists (select from only {table})"), &[])
                    .map_err(failed)?;
                if row.try_get(0).map_err(failed)? {
                    return Ok(Outcome::pass().observed(true));
                }
            }
        }
        let reason = if tables == 0 {
            Reason::TableMissing
        } else {
            Reason::RowCountLow
        };
        Ok(Outcome::fail(reason).observed(Observed::text(&format!("{tables} tables, all empty"))))
    }
}

impl Check for Rows {
    fn id(&self) -> String {
        "rows".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        Self::look(context)
            .unwrap_or_else(|outcome| outcome)
            .expected("a table with a row in it, the canary's aside")
    }
}
