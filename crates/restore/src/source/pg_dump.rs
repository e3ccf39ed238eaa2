//! Dumps by `pg_dump`, as a stream: opened, unpacked and restored as it comes, into an empty database.

use std::{
    fs::File,
    io::{self, BufRead as _, BufWriter, Read, Seek as _, Write as _},
    path::Path,
    time::Instant,
};

use chrono::{NaiveDate, TimeDelta};

use super::{Form, Source, pg_base_backup::nothing_waits, plain::Plain};
use crate::{
    config::{self, DumpFormat},
    context::{Context, Failure},
    jail::{self, Jail, Output},
    manifest,
    result::{ArtifactKind, Phase, Reason, Time, Verdict},
    server::{Installation, Server, Start, sql_failure},
    stream::{self, Opened},
};

/// The superuser of a cluster that is made here.
const SUPERUSER: &str = "postgres";

/// The same for a dump of a whole cluster, which makes its own roles, `postgres` among them.
const CLUSTER_SUPERUSER: &str = "hipaa_iac_restore";

/// The database in which a dump of a whole cluster begins, before it makes its own.
const MAINTENANCE: &str = "postgres";

/// Errors of a plain dump that take nothing from its data, as psql begins them: owners and grantees of another cluster, a tablespace of
/// another machine, a setting of a newer `pg_dump` than the server that was dumped.
const HARMLESS: [&str; 3] = [
    "42704: role \"",
    "22023: invalid value for parameter \"default_tablespace\": ",
    "42704: unrecognized configuration parameter \"",
];

/// A dump by `pg_dump`.
pub(crate) struct PgDump(config::PgDump);

impl PgDump {
    pub(crate) const fn new(dump: config::PgDump) -> Self {
        Self(dump)
    }
}

impl Source for PgDump {
    fn kind(&self) -> ArtifactKind {
        ArtifactKind::PgDump
    }

    fn form(&self) -> Form {
        match self.0.format {
            DumpFormat::Directory => Form::Either,
            _ => Form::Stream,
        }
    }

    fn restore(&self, context: &mut Context) -> Result<(), Failure> {
        context.begin(Phase::Decrypt);
        if context.is_tree() {
            let tree = context.tree()?.to_owned();
            // Its list has no hashes: all of it is what was signed.
            context.seen.list(manifest::digest(&tree).ok());
            let mut toc = Vec::new();
            File::open(tree.join("toc.dat"))
                .and_then(|file| file.take(4096).read_to_end(&mut toc))
                .map_err(|_| {
                    Failure::new(
                        Reason::ArtifactCorrupt,
                        "the folder has no toc.dat of pg_dump",
                    )
                })?;
            return restore_directory(context, &self.0, &tree, &toc);
        }
        let opened = stream::open(context, &self.0.encryption)?;
        restore_stream(context, &self.0, opened)
    }
}

/// Restores an opened dump, and says what was first wrong: the stream, before the tool that read it.
pub(crate) fn restore_stream(
    context: &mut Context,
    dump: &config::PgDump,
    mut opened: Opened,
) -> Result<(), Failure> {
    let restored = restore_opened(context, dump, &mut opened);
    let stopped = restored
        .as_ref()
        .err()
        .filter(|failure| failure.reason.verdict() != Verdict::Failed);
    if let Some(failure) = stopped
        && opened.cause.get().is_none()
    {
        context.seen = opened.abandon();
        return Err(failure.clone());
    }
    let (seen, broken) = opened.finish();
    context.seen = seen;
    match broken {
        // The scratch being full is no fault of the stream that could not be written.
        Some(broken)
            if restored.as_ref().err().is_none_or(|error| {
                error.reason == Reason::RestoreFailed
                    || error.reason == Reason::ArtifactCorrupt
                    || error.reason == Reason::ArtifactTruncated
                    || error.reason == Reason::VersionUnsupported
            }) =>
        {
            Err(broken)
        }
        _ => restored,
    }
}

fn restore_opened(
    context: &mut Context,
    dump: &config::PgDump,
    opened: &mut Opened,
) -> Result<(), Failure> {
    let head = opened
        .reader
        .fill_buf()
        .map_err(|_| Failure::new(Reason::ArtifactCorrupt, "the dump cannot be read"))?
        .to_vec();
    if head.is_empty() {
        return Err(Failure::new(Reason::ArtifactTruncated, "the dump is empty"));
    }
    match dump.format {
        DumpFormat::Custom => {
            if !head.starts_with(b"PGDMP") {
                return Err(not_a("custom"));
            }
            boot(context, dump, &Header::archive(&head))?;
            pg_restore(context, dump, "custom", opened)
        }
        DumpFormat::Tar => {
            // The first member of the archive is toc.dat, behind its header of 512 bytes.
            let toc = head.get(512..).unwrap_or_default();
            if !toc.starts_with(b"PGDMP") {
                return Err(not_a("tar"));
            }
            boot(context, dump, &Header::archive(toc))?;
            pg_restore(context, dump, "tar", opened)
        }
        DumpFormat::Directory => {
            if head.get(257..262) != Some(b"ustar") {
                return Err(not_a("directory (in a tar archive)"));
            }
            let folder = context.scratch.join("dump");
            context.jail.folder(&folder)?;
            let (output, _) = context
                .jail
                .tool(jail::find("tar")?)
                .args([
                    "--extract",
                    "--no-same-owner",
                    "--no-same-permissions",
                    "--directory",
                ])
                .arg(&folder)
                .feed(&mut opened.reader, context.deadline())?;
            output.or_fail(Reason::ArtifactCorrupt)?;
            nothing_waits(&folder)?;
            let folder = toc_folder(&folder).ok_or_else(|| not_a("directory"))?;
            let mut toc = Vec::new();
            File::open(folder.join("toc.dat"))
                .and_then(|file| file.take(4096).read_to_end(&mut toc))
                .map_err(|_| not_a("directory"))?;
            restore_directory(context, dump, &folder, &toc)
        }
        DumpFormat::Plain => {
            boot(context, dump, &Header::plain(&head))?;
            psql(context, opened)
        }
    }
}

fn not_a(format: &str) -> Failure {
    Failure::new(
        Reason::ArtifactCorrupt,
        format!("the backup is not a dump in the format {format}"),
    )
}

/// The folder with `toc.dat`: the one that was unpacked, or the only one in it.
fn toc_folder(folder: &Path) -> Option<std::path::PathBuf> {
    let here = |path: &Path| path.join("toc.dat").is_file();
    if here(folder) {
        return Some(folder.to_owned());
    }
    let mut below = std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| here(path));
    match (below.next(), below.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

fn restore_directory(
    context: &mut Context,
    dump: &config::PgDump,
    folder: &Path,
    toc: &[u8],
) -> Result<(), Failure> {
    if !toc.starts_with(b"PGDMP") {
        return Err(not_a("directory"));
    }
    boot(context, dump, &Header::archive(toc))?;
    // What was unpacked is that of who unpacked it.
    let jail = if folder.starts_with(&context.scratch) {
        context.jail.clone()
    } else {
        context.jail.reader()
    };
    let listed = list_tool(context, &jail)?
        .arg("--format=directory")
        .arg(folder)
        .run(context.deadline())?;
    list(context, &listed);
    let output = restore_tool(context, &jail, dump)?
        .args(["--format=directory", "--jobs=2"])
        .arg(folder)
        .run(context.deadline())?;
    finished(context, &output)
}

fn pg_restore(
    context: &mut Context,
    dump: &config::PgDump,
    format: &str,
    opened: &mut Opened,
) -> Result<(), Failure> {
    let format = format!("--format={format}");
    // The list stands at the beginning. What is read for it is kept, for the restore needs it too.
    let system = |error: io::Error| Failure::system("scratch", &error);
    let mut begin = unnamed(&context.scratch.join("beginning")).map_err(system)?;
    let mut tee = Tee {
        from: &mut opened.reader,
        copy: &mut begin,
    };
    // It comes by standard input: nothing needs to be opened that the server's user may not read.
    let tool = list_tool(context, &context.jail)?.arg(&format);
    let (listed, problem) = tool.feed(&mut tee, context.deadline())?;
    if let Some(error) = problem {
        return Err(match Failure::system("the dump", &error) {
            full if full.reason == Reason::StorageFull => full,
            _ => Failure::new(Reason::RestoreFailed, "the dump could not be read"),
        });
    }
    list(context, &listed);
    begin.rewind().map_err(system)?;
    let tool = restore_tool(context, &context.jail, dump)?.arg(&format);
    let mut whole = begin.chain(&mut opened.reader);
    let (output, _) = tool.feed(&mut whole, context.deadline())?;
    finished(context, &output)
}

/// A file without a name.
fn unnamed(path: &Path) -> io::Result<File> {
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

/// What is read is written elsewhere too.
struct Tee<'r> {
    from: &'r mut dyn Read,
    copy: &'r mut File,
}

impl Read for Tee<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.copy
            .write_all(buffer.get(..count).unwrap_or_default())?;
        Ok(count)
    }
}

/// Where the list of a dump's objects is written.
const LIST: &str = "objects";

/// `pg_restore` for the list of what is in a dump.
fn list_tool(context: &Context, jail: &Jail) -> Result<jail::Tool, Failure> {
    let file = context.scratch.join(LIST);
    Ok(jail
        .tool(running(context)?.installation.program("pg_restore")?)
        .args(["--list", "--file"])
        .arg(file))
}

/// Notes the list. Where there is none, the restore says why.
fn list(context: &mut Context, output: &Output) {
    context.objects = output.success().then(|| context.scratch.join(LIST));
}

/// `pg_restore` into the scratch database. Owners and grants are left out, for their roles are of another cluster, and tablespaces, for
/// their folders are of another machine.
fn restore_tool(
    context: &Context,
    jail: &Jail,
    dump: &config::PgDump,
) -> Result<jail::Tool, Failure> {
    let server = running(context)?;
    Ok(jail
        .tool(server.installation.program("pg_restore")?)
        .args([
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--no-tablespaces",
            "--no-password",
        ])
        .arg("--host")
        .arg(server.socket())
        .args(["--username", server.superuser.as_str(), "--dbname"])
        .arg(&dump.database))
}

fn running(context: &Context) -> Result<&Server, Failure> {
    context
        .server
        .as_ref()
        .ok_or_else(|| Failure::new(Reason::BootFailed, "the scratch server does not run"))
}

fn finished(context: &mut Context, output: &Output) -> Result<(), Failure> {
    context.exit_code(Phase::Restore, output.code);
    if output.success() {
        return Ok(());
    }
    Err(why(context, output))
}

/// Why a restoring tool failed: a server that is gone, or a full scratch, are told apart from a bad dump.
fn why(context: &mut Context, output: &Output) -> Failure {
    let failure = output.failure(Reason::RestoreFailed);
    if failure.reason != Reason::RestoreFailed {
        return failure;
    }
    if context.scratch_is_full() {
        return Failure::new(Reason::StorageFull, "the scratch is full");
    }
    let text = output.stderr_text();
    if text.contains("unexpected end of file")
        || text.contains("could not read from input file: end of file")
    {
        return Failure::new(Reason::ArtifactTruncated, failure.detail);
    }
    // Owners and grants are left out, so that it is a policy or a user's mapping that names it.
    if text.contains("ERROR:  role \"") {
        return Failure::new(
            Reason::RestoreFailed,
            "a row security policy names a role that is not here: list it in target.engine.postgres.roles",
        );
    }
    if text.contains("unsupported version (") {
        return by_newer_tool(context);
    }
    failure
}

/// That what made the dump is newer than what is to restore it. Tools read what older ones wrote, and not the other way round.
fn by_newer_tool(context: &Context) -> Failure {
    let tool = context.artifact.producer_tool.as_deref();
    let here = context
        .server
        .as_ref()
        .map_or("older", |server| server.installation.version.as_str());
    Failure::new(
        Reason::VersionUnsupported,
        format!(
            "the dump is by {}, and the PostgreSQL that restores it is {here}: install the newer one on this machine and name its major version in \
             target.engine.postgres.version, or dump with the pg_dump of the server's own version",
            tool.unwrap_or("a newer pg_dump"),
        ),
    )
}

/// Whether the tool that made the dump is of a newer major version than the server that restores it.
fn is_by_newer_tool(context: &Context) -> bool {
    let tool = context.artifact.producer_tool.as_deref();
    let tool = tool.and_then(|tool| major(tool.split_once(' ')?.1));
    let here = context
        .server
        .as_ref()
        .map(|server| server.installation.major);
    tool.is_some_and(|tool| here.is_some_and(|here| tool > here))
}

/// SQL for psql. Its exit code says little (a dump that was cut between two statements exits with 0), so errors are
/// read from what it prints. That may quote rows, and is matched and never shown.
fn psql(context: &mut Context, opened: &mut Opened) -> Result<(), Failure> {
    let server = running(context)?;
    let database = context.dumped.as_deref().unwrap_or(MAINTENANCE);
    let tool = context
        .jail
        .tool(server.installation.program("psql")?)
        .args([
            "--no-psqlrc",
            "--quiet",
            "--no-password",
            "--set=VERBOSITY=verbose",
            "--set=SHOW_CONTEXT=errors",
        ])
        .arg("--host")
        .arg(server.socket())
        .args([
            "--username",
            server.superuser.as_str(),
            "--dbname",
            database,
        ])
        .args(["--output=/dev/null", "--file=-"]);
    let list = context.scratch.join(LIST);
    let file = File::create_new(&list).map_err(|error| Failure::system("scratch", &error))?;
    let is_of_cluster = context.dumped.is_none();
    let mut plain = Plain::new(&mut opened.reader, is_of_cluster, BufWriter::new(file));
    let (output, problem) = tool.feed_and_sift(&mut plain, context.deadline(), harmful())?;
    plain.finish()?;
    if let Some(error) = problem
        && opened.cause.get().is_none()
    {
        return Err(Failure::system("the dump", &error));
    }
    context.objects = Some(list);
    context.exit_code(Phase::Restore, output.code);
    if !output.success() {
        return Err(why(context, &output));
    }
    let text = output.stderr_text();
    if output.stderr.len() >= jail::OUTPUT_LIMIT {
        return Err(Failure::new(
            Reason::RestoreFailed,
            "psql reports too many errors",
        ));
    }
    let state = text.lines().find_map(|line| {
        let (_, error) = line
            .split_once("ERROR:  ")
            .or_else(|| line.split_once("FATAL:  "))?;
        Some(error.split(':').next().unwrap_or_default())
    });
    match state {
        None => Ok(()),
        Some("53100") => Err(Failure::new(Reason::StorageFull, "the scratch is full")),
        Some("53200") => Err(Failure::new(
            Reason::OutOfMemory,
            "the server found no memory",
        )),
        Some(state) => {
            let state: String = state
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .take(5)
                .collect();
            if context.scratch_is_full() {
                return Err(Failure::new(Reason::StorageFull, "the scratch is full"));
            }
            // Syntax that the server does not know.
            if state == "42601" && is_by_newer_tool(context) {
                return Err(by_newer_tool(context));
            }
            Err(Failure::new(
                Reason::RestoreFailed,
                format!("psql reports SQLSTATE {state}"),
            ))
        }
    }
}

/// Keeps of psql's words those that tell of harm. A harmless error is one of a statement by itself: where psql quotes a line of the
/// statement or names a row of a `COPY`, data is lost.
fn harmful() -> impl FnMut(&[u8], &mut Vec<u8>) + Send {
    let mut waits: Option<Vec<u8>> = None;
    move |line, kept| {
        let begins = |words: &str| line.starts_with(words.as_bytes());
        // The last line of each error.
        if begins("LOCATION:  ") {
            waits = None;
            return;
        }
        if let Some(error) = waits.take() {
            if begins("DETAIL:  ") || begins("HINT:  ") {
                waits = Some(error);
                return;
            }
            if begins("LINE ") || begins("CONTEXT:  ") {
                kept.extend(error);
            }
        }
        if is_harmless(line) {
            waits = Some(line.to_vec());
        } else {
            kept.extend_from_slice(line);
        }
    }
}

fn is_harmless(line: &[u8]) -> bool {
    let line = String::from_utf8_lossy(line);
    line.split_once("ERROR:  ")
        .is_some_and(|(_, error)| HARMLESS.iter().any(|words| error.starts_with(words)))
}

/// Makes and starts the scratch server of the dump's major version, with an empty database.
fn boot(context: &mut Context, dump: &config::PgDump, header: &Header) -> Result<(), Failure> {
    let tool = if header.cluster {
        "pg_dumpall"
    } else {
        "pg_dump"
    };
    context.artifact.producer_tool = header
        .tool
        .as_ref()
        .map(|version| format!("{tool} {version}"));
    context.artifact.produced_at = header.created(context.started_at);
    context.begin(Phase::Restore);
    let configured = context
        .verification
        .spec
        .target
        .engine
        .postgres
        .version
        .parse()
        .ok();
    let major = configured.or(dump.major_version).or(header.major);
    let installation = match major {
        Some(major) => context.installation(major)?,
        None => {
            return Err(Failure::new(
                Reason::VersionUnsupported,
                "the dump does not say its version; set target.engine.postgres.version",
            ));
        }
    };
    if let Some(dumped) = header.major.filter(|dumped| *dumped > installation.major) {
        return Err(Failure::new(
            Reason::VersionUnsupported,
            format!(
                "the dump is of PostgreSQL {dumped}, and PostgreSQL {} is asked for: no older server restores it",
                installation.major
            ),
        ));
    }
    context.dumped = (!header.cluster).then(|| dump.database.clone());
    start(context, &installation)
}

fn start(context: &mut Context, installation: &Installation) -> Result<(), Failure> {
    let deadline: Instant = context.deadline();
    let data = context.scratch.join("data");
    let control = context.scratch.join("pg");
    context.jail.folder(&data)?;
    let superuser = match context.dumped {
        Some(_) => SUPERUSER,
        None => CLUSTER_SUPERUSER,
    };
    Server::init(&context.jail, installation, &data, superuser, deadline)?;
    let start = Start {
        installation,
        data: &data,
        control: &control,
        superuser,
        parameters: &context.verification.spec.target.engine.postgres.parameters,
        recovery: &[],
    };
    let server = Server::start(&context.jail, &start, deadline)?;
    // The dump of a whole cluster makes its roles and databases itself.
    if let Some(database) = &context.dumped {
        let mut session = server.connect(MAINTENANCE, deadline)?;
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        for role in &context.verification.spec.target.engine.postgres.roles {
            session
                .batch_execute(&format!("create role {} nologin", quoted(role)))
                .map_err(|error| sql_failure(&error, Reason::ConfigError))?;
        }
        session
            .batch_execute(&format!(
                "create database {} template template0",
                quoted(database)
            ))
            .map_err(|error| sql_failure(&error, Reason::ConfigError))?;
    }
    context.server = Some(server);
    Ok(())
}

/// What a dump says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Header {
    /// The major version of the server that was dumped.
    major: Option<u32>,
    /// The version of `pg_dump`.
    tool: Option<String>,
    /// The producer's wall clock, whose time zone is not told.
    clock: Option<chrono::NaiveDateTime>,
    /// Whether it is one by `pg_dumpall`, of a whole cluster.
    cluster: bool,
}

impl Header {
    /// The header of an archive (`src/bin/pg_dump/pg_backup_archiver.c`, `ReadHead`): magic, version, sizes, format,
    /// compression, seven integers of time, and three strings.
    fn archive(bytes: &[u8]) -> Self {
        fn parse(bytes: &[u8]) -> Option<Header> {
            let mut rest = bytes.strip_prefix(b"PGDMP")?;
            let byte = |rest: &mut &[u8]| {
                let (first, tail) = rest.split_first()?;
                *rest = tail;
                Some(*first)
            };
            let version = (byte(&mut rest)?, byte(&mut rest)?);
            let _revision = byte(&mut rest)?;
            let size = usize::from(byte(&mut rest)?);
            let _offset_size = byte(&mut rest)?;
            let _format = byte(&mut rest)?;
            if size > 8 {
                return None;
            }
            // A sign, and then the bytes from the lowest.
            let integer = |rest: &mut &[u8]| -> Option<i64> {
                let (sign, tail) = rest.split_first()?;
                let (digits, tail) = tail.split_at_checked(size)?;
                *rest = tail;
                let value = digits
                    .iter()
                    .rev()
                    .fold(0_u64, |value, digit| (value << 8) | u64::from(*digit));
                let value = i64::try_from(value).ok()?;
                Some(if *sign == 0 { value } else { -value })
            };
            let text = |rest: &mut &[u8]| -> Option<String> {
                let length = usize::try_from(integer(rest)?).ok()?;
                let (text, tail) = rest.split_at_checked(length)?;
                *rest = tail;
                Some(String::from_utf8_lossy(text).into_owned())
            };
            // Since 1.15 compression is one byte, for its algorithm.
            if version >= (1, 15) {
                byte(&mut rest)?;
            } else {
                integer(&mut rest)?;
            }
            let mut time = [0_i64; 7];
            for field in &mut time {
                *field = integer(&mut rest)?;
            }
            let [second, minute, hour, day, month, year, _] = time;
            let number = |value: i64| u32::try_from(value).ok();
            let clock = (|| {
                NaiveDate::from_ymd_opt(
                    i32::try_from(year.checked_add(1900)?).ok()?,
                    number(month.checked_add(1)?)?,
                    number(day)?,
                )?
                .and_hms_opt(number(hour)?, number(minute)?, number(second)?)
            })();
            let _database = text(&mut rest)?;
            let server = text(&mut rest)?;
            let tool = text(&mut rest)?;
            Some(Header {
                major: major(&server),
                tool: version_word(&tool),
                clock,
                cluster: false,
            })
        }
        parse(bytes).unwrap_or_default()
    }

    /// The comments at the head of a plain dump; in one of a cluster those of its first database, behind the roles.
    fn plain(bytes: &[u8]) -> Self {
        let cluster = is_of_cluster(bytes);
        let (length, lines) = if cluster {
            (bytes.len(), usize::MAX)
        } else {
            (bytes.len().min(4096), 40)
        };
        let text = String::from_utf8_lossy(bytes.get(..length).unwrap_or_default());
        let after = |words: &str| {
            text.lines()
                .take(lines)
                .find_map(|line| line.strip_prefix(words))
                .map(str::trim)
        };
        Self {
            major: after("-- Dumped from database version ").and_then(major),
            tool: after("-- Dumped by pg_dump version ").and_then(version_word),
            clock: None,
            cluster,
        }
    }

    /// The time of making, taking the producer's clock for UTC. A clock ahead by no more than a time zone is one of
    /// such a zone: then the time is not known.
    fn created(&self, now: Time) -> Option<Time> {
        let created = self.clock?.and_utc();
        let ahead = created - now.0;
        (ahead <= TimeDelta::seconds(5) || ahead > TimeDelta::hours(14)).then_some(Time(created))
    }
}

/// Whether a plain dump that begins so is by `pg_dumpall`.
pub(crate) fn is_of_cluster(head: &[u8]) -> bool {
    head.starts_with(b"--\n-- PostgreSQL database cluster dump\n--\n")
}

fn major(version: &str) -> Option<u32> {
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version.get(..digits)?.parse().ok()
}

/// A version's first word, when it looks like one.
fn version_word(version: &str) -> Option<String> {
    let word = version.split_whitespace().next()?;
    word.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '.')
        .then(|| word.chars().take(32).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headers_are_read_and_bad_ones_are_not_guessed() {
        let plain = b"--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)\n-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)\n";
        let header = Header::plain(plain);
        assert_eq!(header.major, Some(15));
        assert_eq!(header.tool.as_deref(), Some("15.18"));
        assert_eq!(Header::archive(b"PGDMP\x01"), Header::default());
        assert_eq!(Header::archive(b""), Header::default());
        assert_eq!(Header::plain(b"select 1;"), Header::default());
    }

    /// What psql 15 says, by `VERBOSITY=verbose` and `SHOW_CONTEXT=errors`.
    #[test]
    fn an_error_that_loses_data_is_told_from_one_that_does_not() {
        let kept = |said: &str| {
            let mut sift = harmful();
            let mut kept = Vec::new();
            for line in said.split_inclusive('\n') {
                sift(line.as_bytes(), &mut kept);
            }
            String::from_utf8(kept).unwrap()
        };
        let grant = "psql:<stdin>:6: ERROR:  42704: role \"clerk\" does not exist\nLOCATION:  get_role_oid, acl.c:5201\n";
        let place = "psql:<stdin>:8: ERROR:  22023: invalid value for parameter \"default_tablespace\": \"far\"\nDETAIL:  Tablespace \"far\" does not exist.\nLOCATION:  call_string_check_hook, guc.c:12053\n";
        let newer = "psql:<stdin>:9: ERROR:  42704: unrecognized configuration parameter \"transaction_timeout\"\nLOCATION:  find_option, guc.c:5739\n";
        assert_eq!(kept(&[grant, place, newer, grant].concat()), "");
        let insert = "psql:<stdin>:2: ERROR:  42704: role \"clerk\" does not exist\nLINE 1: insert into rr values ('clerk', 1);\n                               ^\n";
        let copy = "psql:<stdin>:5: ERROR:  42704: role \"clerk\" does not exist\nCONTEXT:  COPY rr, line 1, column r: \"clerk\"\n";
        let kind = "psql:<stdin>:9: ERROR:  42704: type \"mood\" does not exist\nLINE 1: create table r2 (a mood);\n                           ^\n";
        let end = "LOCATION:  get_role_oid, acl.c:5201\n";
        for harm in [insert, copy, kind] {
            assert_eq!(kept(&[grant, harm, end, place].concat()), harm);
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_hostile(tail in prop::collection::vec(any::<u8>(), 0..200), size in 0_u8..10, minor in 12_u8..18) {
            let mut dump = vec![b'P', b'G', b'D', b'M', b'P', 1, minor, 0, size, 8, 1];
            dump.extend(tail);
            let header = Header::archive(&dump);
            let _ = header.created(Time::now());
            let _ = Header::plain(&dump);
        }
    }

    /// Integers as long as a header may have them: no arithmetic on them overflows.
    #[test]
    fn the_largest_times_are_no_times() {
        for byte in [0x7f, 0x80, 0xff] {
            for sign in [0, 1] {
                let mut dump = b"PGDMP\x01\x0e\x00\x08\x08\x01".to_vec();
                for _ in 0..11 {
                    dump.push(sign);
                    dump.extend([byte; 8]);
                }
                assert_eq!(Header::archive(&dump), Header::default());
            }
        }
    }

    #[test]
    fn a_clock_ahead_by_a_zone_is_unknown() {
        let now = Time::now();
        let at = |hours| Header {
            clock: Some(now.0.naive_utc() + TimeDelta::hours(hours)),
            ..Header::default()
        };
        assert!(at(-3).created(now).is_some());
        assert!(at(9).created(now).is_none());
        assert!(at(48).created(now).is_some());
    }
}
