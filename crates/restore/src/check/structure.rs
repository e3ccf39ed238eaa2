//! Whether what was restored is whole: by PostgreSQL's own tools, which read every byte.

use std::collections::BTreeSet;

use super::{Check, Outcome, Stage};
use crate::{
    config::DumpFormat,
    context::Context,
    result::{Observed, Reason, Severity},
    source::{self, pg_dump::is_of_cluster},
};

/// How far from the end of a plain dump its trailer may stand: `\unrestrict` follows it.
const TRAILER_WITHIN: usize = 1024;

/// The trailer of a plain dump, where the format has one.
pub(super) fn trailer(format: DumpFormat) -> Option<Box<dyn Check>> {
    (format == DumpFormat::Plain).then(|| Box::new(Trailer) as Box<dyn Check>)
}

struct Trailer;

impl Check for Trailer {
    fn id(&self) -> String {
        "dump-trailer".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Artifact
    }

    fn run(&self, context: &mut Context) -> Outcome {
        // psql exits with 0 over a dump whose producer was killed: nothing else in a plain dump tells its end.
        // In a dump of a whole cluster each database has its own; only the cluster's is its end.
        let trailer = if is_of_cluster(&context.seen.head) {
            "PostgreSQL database cluster dump complete"
        } else {
            "PostgreSQL database dump complete"
        };
        if context.seen.tail.is_empty() && context.seen.sha256.is_none() {
            return Outcome::not_run(Reason::RunnerLost, "the dump was not read to its end");
        }
        let whole = has_trailer(&context.seen.tail, trailer);
        let outcome = if whole {
            Outcome::pass()
        } else {
            Outcome::fail(Reason::ArtifactTruncated)
        };
        outcome
            .expected(format!("`{trailer}` at the end"))
            .observed(whole)
    }
}

/// Whether the last bytes of a plain dump have its trailer.
fn has_trailer(tail: &[u8], trailer: &str) -> bool {
    let end = tail
        .get(tail.len().saturating_sub(TRAILER_WITHIN)..)
        .unwrap_or_default();
    let text = format!("\n-- {trailer}\n");
    end.windows(text.len())
        .any(|window| window == text.as_bytes())
}

pub(super) struct VerifyBackup;

impl VerifyBackup {
    fn look(context: &mut Context) -> Result<Outcome, crate::Failure> {
        let Some(data) = context.data.clone() else {
            return Ok(Outcome::not_run(
                Reason::RestoreFailed,
                "no files were restored",
            ));
        };
        // A copy of a running server's folder has none, starts, answers, and may be torn in the middle.
        if !data.join("backup_manifest").is_file() {
            return Ok(Outcome::fail(Reason::PhysicalCorruption)
                .expected("a backup_manifest, as pg_basebackup writes")
                .observed(Observed::text("no backup_manifest: not a base backup")));
        }
        let installation = context.installation(data_major(&data)?)?;
        let output = context
            .jail
            .tool(installation.program("pg_verifybackup")?)
            // The log is replayed when the server starts, which says more.
            .args(["--no-parse-wal", "--quiet"])
            .arg(&data)
            .run(context.deadline())?;
        if output.timed_out {
            return Err(output.failure(Reason::DeadlineExceeded));
        }
        Ok(match output.code {
            // It compares checksums where there are some, and says nothing where there are none.
            Some(0) if !source::pg_base_backup::has_checksums(&data) => Outcome::not_run(
                Reason::ConfigError,
                "the backup's manifest has no checksums of its files, as by pg_basebackup --manifest-checksums=NONE",
            ),
            Some(0) => Outcome::pass(),
            Some(_) => {
                Outcome::fail(Reason::PhysicalCorruption).observed(findings(&output.stderr_text()))
            }
            None => return Err(output.failure(Reason::RunnerLost)),
        }
        .expected("pg_verifybackup finds nothing"))
    }
}

impl Check for VerifyBackup {
    fn id(&self) -> String {
        "pg-verifybackup".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Restored
    }

    fn run(&self, context: &mut Context) -> Outcome {
        Self::look(context)
            .unwrap_or_else(|failure| Outcome::not_run(failure.reason, failure.detail))
    }
}

/// The major version of a data folder, from its `PG_VERSION`.
pub(crate) fn data_major(data: &std::path::Path) -> Result<u32, crate::Failure> {
    source::small(&data.join("PG_VERSION"))
        .ok()
        .and_then(|bytes| std::str::from_utf8(&bytes).ok()?.trim().parse().ok())
        .ok_or_else(|| {
            crate::Failure::new(
                Reason::ArtifactCorrupt,
                "there is no PG_VERSION: this is no data folder of PostgreSQL",
            )
        })
}

/// How much a tool found: its lines are counted and not kept.
fn findings(text: &str) -> Observed {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    Observed::text(&format!("{lines} findings"))
}

pub(super) struct Checksums;

impl Checksums {
    fn look(context: &mut Context) -> Result<Outcome, crate::Failure> {
        let Some(data) = context.data.clone() else {
            return Ok(Outcome::not_run(
                Reason::RestoreFailed,
                "no files were restored",
            ));
        };
        let installation = context.installation(data_major(&data)?)?;
        let control = context
            .jail
            .tool(installation.program("pg_controldata")?)
            .arg(&data)
            .run(context.deadline())?
            .or_fail(Reason::PhysicalCorruption)?
            .stdout_text();
        let version = control
            .lines()
            .find_map(|line| line.strip_prefix("Data page checksum version:"));
        if version.is_none_or(|version| version.trim() == "0") {
            return Ok(Outcome::not_applicable(
                "the cluster was made without checksums (initdb --data-checksums)",
            ));
        }
        let output = context
            .jail
            .tool(installation.program("pg_checksums")?)
            .args(["--check", "-D"])
            .arg(&data)
            .run(context.deadline())?;
        if output.timed_out {
            return Err(output.failure(Reason::DeadlineExceeded));
        }
        let bad = output.stdout_text().lines().find_map(|line| {
            line.strip_prefix("Bad checksums:")?
                .trim()
                .parse::<u64>()
                .ok()
        });
        Ok(match (output.code, bad) {
            (Some(0), Some(0)) => Outcome::pass().observed(0),
            (Some(_), Some(bad)) if bad > 0 => {
                Outcome::fail(Reason::PhysicalCorruption).observed(bad)
            }
            _ => {
                let text = output.stderr_text();
                if text.contains("cluster must be shut down") {
                    Outcome::not_run(Reason::RunnerLost, "the server was not stopped cleanly")
                } else {
                    Outcome::fail(Reason::PhysicalCorruption).observed(findings(&text))
                }
            }
        }
        .expected("0 bad checksums"))
    }
}

impl Check for Checksums {
    fn id(&self) -> String {
        "pg-checksums".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Stopped
    }

    fn run(&self, context: &mut Context) -> Outcome {
        Self::look(context)
            .unwrap_or_else(|failure| Outcome::not_run(failure.reason, failure.detail))
    }
}

pub(super) struct Amcheck {
    /// Whether every row must be in its indexes.
    pub(super) every_row: bool,
}

impl Amcheck {
    fn look(&self, context: &mut Context) -> Result<Outcome, crate::Failure> {
        let Some(server) = &context.server else {
            return Ok(Outcome::not_run(
                Reason::BootFailed,
                "the server does not run",
            ));
        };
        let mut tool = context
            .jail
            .tool(server.installation.program("pg_amcheck")?)
            .args([
                "--all",
                "--install-missing=pg_catalog",
                "--jobs=2",
                "--no-password",
            ])
            .arg("--host")
            .arg(server.socket())
            .args(["--username", &server.superuser])
            .args(["--maintenance-db", "postgres"]);
        if self.every_row {
            tool = tool.arg("--heapallindexed");
        }
        let output = tool.run(context.deadline())?;
        if output.timed_out {
            return Err(output.failure(Reason::DeadlineExceeded));
        }
        let errors = output.stderr_text();
        let expected = "pg_amcheck finds nothing";
        Ok(match output.code {
            Some(0) => Outcome::pass(),
            // Without its extension nothing was looked at, which is no finding.
            Some(_)
                if errors.contains("extension \"amcheck\" is not available")
                    || errors.contains("extension control file")
                    || errors.contains("amcheck is not installed") =>
            {
                Outcome::not_run(
                    Reason::ToolMissing,
                    "the extension amcheck is not installed (Debian: postgresql-N has it)",
                )
            }
            Some(2) => {
                Outcome::fail(Reason::PhysicalCorruption).observed(findings(&output.stdout_text()))
            }
            Some(1)
                if errors.contains("could not connect")
                    || errors.contains("server closed the connection") =>
            {
                Outcome::error(Reason::BootFailed)
            }
            Some(_) => Outcome::fail(Reason::PhysicalCorruption).observed(findings(&errors)),
            None => return Err(output.failure(Reason::RunnerLost)),
        }
        .expected(expected))
    }
}

impl Check for Amcheck {
    fn id(&self) -> String {
        "pg-amcheck".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Critical
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        self.look(context)
            .unwrap_or_else(|failure| Outcome::not_run(failure.reason, failure.detail))
    }
}

/// Of several databases one must have each: which one, its manifest tells.
pub(super) struct Extensions;

impl Extensions {
    fn look(context: &Context) -> Result<BTreeSet<String>, Outcome> {
        let stop = |failure: crate::Failure| Outcome::error(failure.reason);
        let databases = match &context.dumped {
            Some(name) => vec![name.clone()],
            None => context.databases().map_err(stop)?,
        };
        let mut here = BTreeSet::new();
        for name in databases {
            let mut client = context.connect(&name).map_err(stop)?;
            let of_it = crate::manifest::extensions(&mut client);
            here.extend(
                of_it
                    .map_err(|error| super::sql::failed(&error))?
                    .into_keys(),
            );
        }
        Ok(here)
    }
}

impl Check for Extensions {
    fn id(&self) -> String {
        "extensions".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::High
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        let wanted = context
            .verification
            .spec
            .target
            .engine
            .postgres
            .extensions
            .clone();
        let here = match Self::look(context) {
            Ok(here) => here,
            Err(outcome) => return outcome,
        };
        let missing: Vec<&str> = wanted
            .iter()
            .map(String::as_str)
            .filter(|name| !here.contains(*name))
            .collect();
        let outcome = if missing.is_empty() {
            Outcome::pass()
        } else {
            Outcome::fail(Reason::SchemaMismatch)
        };
        outcome
            .expected(wanted.join(", "))
            .observed(Observed::text(&format!(
                "missing: {}",
                if missing.is_empty() {
                    "none".to_owned()
                } else {
                    missing.join(", ")
                }
            )))
    }
}

pub(super) struct Sequences;

/// The sequences that feed a column of whole numbers, upwards.
const OWNED: &str = "
    select format('%I.%I', n.nspname, s.relname), format('%I.%I', tn.nspname, t.relname), quote_ident(a.attname)
    from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S'
    join pg_namespace n on n.oid = s.relnamespace
    join pg_sequence q on q.seqrelid = s.oid and q.seqincrement > 0 and not q.seqcycle
    join pg_class t on t.oid = d.refobjid and t.relkind in ('r', 'p')
    join pg_namespace tn on tn.oid = t.relnamespace
    join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid and a.atttypid in (20, 21, 23)
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
      and d.deptype in ('a', 'i') and n.nspname !~ '^pg_'
    order by 1";

impl Sequences {
    /// How many a database has, and how many of them are behind.
    fn look(client: &mut postgres::Client) -> Result<(u64, u64), postgres::Error> {
        let mut transaction = client.build_transaction().read_only(true).start()?;
        let (mut all, mut behind) = (0_u64, 0_u64);
        let owned = transaction.bind(OWNED, &[])?;
        loop {
            // A few at a time: there may be very many.
            let rows = transaction.query_portal(&owned, 1000)?;
            if rows.is_empty() {
                return Ok((all, behind));
            }
            for row in rows {
                let (sequence, table, column): (String, String, String) =
                    (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                let query = format!(
                    "select coalesce((select max({column}) from {table}) >
                            (select case when is_called then last_value else last_value - 1 end from {sequence}), false)"
                );
                all += 1;
                behind += u64::from(transaction.query_one(&query, &[])?.try_get::<_, bool>(0)?);
            }
        }
    }
}

impl Check for Sequences {
    fn id(&self) -> String {
        "sequences".to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Medium
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        let databases = match context.databases() {
            Ok(databases) => databases,
            Err(failure) => return Outcome::error(failure.reason),
        };
        let (mut all, mut behind) = (0, 0);
        for name in databases {
            let mut client = match context.connect(&name) {
                Ok(client) => client,
                Err(failure) => return Outcome::error(failure.reason),
            };
            match Self::look(&mut client) {
                Ok((here, late)) => {
                    all += here;
                    behind += late;
                }
                Err(error) => return super::sql::failed(&error),
            }
        }
        let outcome = if behind == 0 {
            Outcome::pass()
        } else {
            Outcome::fail(Reason::AssertionFailed)
        };
        outcome
            .expected(format!("0 of {all} sequences behind their columns"))
            .observed(behind)
    }
}

/// Warns of what should not be there.
pub(super) struct Warning {
    id: &'static str,
    reason: Reason,
    expected: &'static str,
    count: fn(&Context) -> Result<u64, Outcome>,
}

/// Whether the machine sorts texts as the one that was backed up: with another version of a collation indexes may be in another
/// order than searches expect. It warns, for `pg_amcheck` finds indexes in which it matters.
pub(super) const COLLATIONS: Warning = Warning {
    id: "collations",
    reason: Reason::PhysicalCorruption,
    expected: "0 collations of another version than on the backed up machine",
    count: other_collations,
};

/// Databases that the others pass over: they take no sessions, or are templates of the user's own.
pub(super) const CLOSED: Warning = Warning {
    id: "closed-databases",
    reason: Reason::AssertionFailed,
    expected: "0 databases that are not looked into: they take no sessions or are templates",
    count: closed_databases,
};

impl Check for Warning {
    fn id(&self) -> String {
        self.id.to_owned()
    }

    fn severity(&self) -> Severity {
        Severity::Medium
    }

    fn required(&self) -> bool {
        false
    }

    fn stage(&self) -> Stage {
        Stage::Running
    }

    fn run(&self, context: &mut Context) -> Outcome {
        match (self.count)(context) {
            Ok(0) => Outcome::pass().observed(0),
            Ok(count) => Outcome::fail(self.reason).observed(count),
            Err(outcome) => return outcome,
        }
        .expected(self.expected)
    }
}

fn count(client: &mut postgres::Client, query: &str) -> Result<u64, Outcome> {
    client
        .query_one(query, &[])
        .and_then(|row| row.try_get::<_, i64>(0))
        .map(i64::unsigned_abs)
        .map_err(|error| super::sql::failed(&error))
}

/// Used collations that have another version here (the documentation of `ALTER COLLATION`).
const OTHER_COLLATIONS: &str = "
    select count(distinct c.oid) from pg_depend d join pg_collation c
      on d.refclassid = 'pg_collation'::regclass and d.refobjid = c.oid
    where c.collversion <> pg_collation_actual_version(c.oid)";

/// The same of the database itself, which has one since PostgreSQL 15.
const OTHER_DATABASE: &str = "
    select count(*) from pg_database
    where datname = current_database() and datcollversion <> pg_database_collation_actual_version(oid)";

fn other_collations(context: &Context) -> Result<u64, Outcome> {
    let stop = |failure: crate::Failure| Outcome::error(failure.reason);
    let has_own = context.data.as_deref().map(data_major);
    let has_own = has_own.transpose().map_err(stop)? >= Some(15);
    let mut all = 0;
    for name in context.databases().map_err(stop)? {
        let mut client = context.connect(&name).map_err(stop)?;
        all += count(&mut client, OTHER_COLLATIONS)?;
        if has_own {
            all += count(&mut client, OTHER_DATABASE)?;
        }
    }
    Ok(all)
}

fn closed_databases(context: &Context) -> Result<u64, Outcome> {
    let mut client = context
        .connect("postgres")
        .map_err(|failure| Outcome::error(failure.reason))?;
    count(
        &mut client,
        "select count(*) from pg_database
         where (not datallowconn or datistemplate) and datname not in ('template0', 'template1')",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_may_be_followed_by_unrestrict_only() {
        let of_one = |tail: &[u8]| has_trailer(tail, "PostgreSQL database dump complete");
        let end = "\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n";
        assert!(of_one(end.as_bytes()));
        assert!(!of_one(b"COPY public.t (id) FROM stdin;\n1\n"));
        // The words within a row are not at the beginning of a line.
        assert!(!of_one(b"1\tx -- PostgreSQL database dump complete\n"));
        let mut far = end.as_bytes().to_vec();
        far.extend(vec![b'x'; 2048]);
        assert!(!of_one(&far));
    }
}
