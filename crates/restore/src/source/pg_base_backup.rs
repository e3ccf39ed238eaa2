//! Base backups by `pg_basebackup`, with the write-ahead log that makes them consistent.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufRead, BufReader, Read as _},
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use chrono::NaiveDateTime;

use super::{
    Form, Source,
    cnpg_backup::is_segment,
    list_of,
    pg_backrest::{Archive, Segments},
    volume_snapshot::{Control, position, segment_size},
};
use crate::{
    check::{self, Stage},
    config::{self, ClientEncryption, RecoveryTarget},
    context::{Context, Failure},
    jail,
    result::{ArtifactKind, Lsn, Phase, Reason, Time},
    server::{Server, Start, sql_failure},
    stream::{self, Opened},
};

/// The superuser of the backed up cluster that checks connect as.
const SUPERUSER: &str = "postgres";

/// A base backup by `pg_basebackup`.
pub(crate) struct PgBaseBackup(config::PgBaseBackup);

impl PgBaseBackup {
    pub(crate) const fn new(base: config::PgBaseBackup) -> Self {
        Self(base)
    }
}

impl Source for PgBaseBackup {
    fn kind(&self) -> ArtifactKind {
        ArtifactKind::PgBaseBackup
    }

    fn form(&self) -> Form {
        Form::Either
    }

    fn restore(&self, context: &mut Context) -> Result<(), Failure> {
        context.begin(Phase::Decrypt);
        let data = context.scratch.join("data");
        context.jail.folder(&data)?;
        if context.is_tree() {
            let tree = context.tree()?.to_owned();
            let copied = if tree.join("PG_VERSION").is_file() {
                context.begin(Phase::Restore);
                copy_tree(context, &tree, &data)
            } else {
                self.unpack_folder(context, &tree, &data)
            };
            context.seen.list(list_of(&tree, "backup_manifest"));
            copied?;
        } else {
            let opened = stream::open(context, &self.0.encryption)?;
            context.begin(Phase::Restore);
            let unpacked = unpack(context, opened, &data);
            unpacked?;
        }
        let archive = context.wal.clone();
        let archive = match archive {
            Some(archive) => {
                let copy = context.scratch.join("wal");
                context.jail.folder(&copy)?;
                copy_tree(context, &archive, &copy)?;
                log_is_whole(&data, &copy)?;
                Some(copy)
            }
            None => None,
        };
        start(
            context,
            &data,
            Found::BackedUp(archive.as_deref()),
            &RecoveryTarget::Latest,
        )
    }
}

impl PgBaseBackup {
    /// A folder as `pg_basebackup --format=tar` leaves it: `base.tar`, `pg_wal.tar` and `backup_manifest`, the
    /// archives perhaps compressed or encrypted one by one.
    fn unpack_folder(
        &self,
        context: &mut Context,
        tree: &Path,
        data: &Path,
    ) -> Result<(), Failure> {
        let base = member(tree, "base.tar").ok_or_else(|| {
            Failure::new(
                Reason::ArtifactCorrupt,
                "the folder is no base backup: neither PG_VERSION nor base.tar is in it",
            )
        })?;
        context.begin(Phase::Restore);
        self.unpack_file(context, &base, data)?;
        self.unpack_tablespaces(context, tree, data)?;
        if let Some(wal) = member(tree, "pg_wal.tar") {
            self.unpack_file(context, &wal, &data.join("pg_wal"))?;
        }
        let manifest = tree.join("backup_manifest");
        if manifest.is_file() && !data.join("backup_manifest").exists() {
            copy(context, &[manifest], data)?;
        }
        Ok(())
    }

    /// Each tablespace into a folder of the scratch, which the data folder's link leads to.
    fn unpack_tablespaces(
        &self,
        context: &mut Context,
        tree: &Path,
        data: &Path,
    ) -> Result<(), Failure> {
        let archives = tablespaces(tree);
        if let Some(oid) = mapped(data)?
            .into_iter()
            .find(|oid| !archives.contains_key(oid))
        {
            return Err(Failure::new(
                Reason::ArtifactCorrupt,
                format!("the archive of the tablespace {oid} is missing"),
            ));
        }
        if archives.is_empty() {
            return Ok(());
        }
        let links = data.join("pg_tblspc");
        if !fs::symlink_metadata(&links).is_ok_and(|links| links.is_dir()) {
            return Err(Failure::new(
                Reason::ArtifactCorrupt,
                "base.tar has no folder pg_tblspc",
            ));
        }
        let all = context.scratch.join("tablespaces");
        context.jail.folder(&all)?;
        for (oid, archive) in archives {
            let (place, link) = (all.join(&oid), links.join(&oid));
            context.jail.folder(&place)?;
            self.unpack_file(context, &archive, &place)?;
            std::os::unix::fs::symlink(&place, &link)
                .map_err(|error| Failure::system("scratch", &error))?;
            context.jail.own(&link)?;
        }
        Ok(())
    }

    fn unpack_file(&self, context: &mut Context, file: &Path, to: &Path) -> Result<(), Failure> {
        let stored = File::open(file).map_err(|error| Failure::system("backup", &error))?;
        let deadline = context.deadline();
        let opened = stream::open_reader(context, Box::new(stored), &self.0.encryption, deadline)?;
        unpack(context, opened, to)
    }
}

/// The archives of tablespaces in a folder, by their numbers: `16400.tar`, perhaps compressed and encrypted.
fn tablespaces(tree: &Path) -> BTreeMap<String, PathBuf> {
    fs::read_dir(tree)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let (oid, ending) = name.split_once(".tar")?;
            let is_one = is_oid(oid) && (ending.is_empty() || ending.starts_with('.'));
            is_one.then(|| (oid.to_owned(), entry.path()))
        })
        .collect()
}

fn is_oid(text: &str) -> bool {
    (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A file of a folder by its name, whatever was appended for compression and encryption.
fn member(tree: &Path, name: &str) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(tree)
        .ok()?
        .flatten()
        .filter(|entry| {
            let file = entry.file_name();
            let file = file.to_string_lossy();
            file.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found.into_iter().next()
}

/// Looks at everything in a folder, whose links are not followed.
fn look(
    folder: &Path,
    at: &mut dyn FnMut(&Path, fs::FileType) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::system("scratch", &error);
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            at(&path, kind)?;
            if kind.is_dir() {
                folders.push(path);
            }
        }
    }
    Ok(())
}

/// That nothing in a folder keeps waiting whoever reads it: a pipe without a writer, a device.
pub(super) fn nothing_waits(folder: &Path) -> Result<(), Failure> {
    look(folder, &mut |_, kind| {
        if kind.is_fifo() || kind.is_char_device() || kind.is_block_device() {
            return Err(Failure::new(
                Reason::ArtifactCorrupt,
                "the backup has a pipe or a device among its files, which no server makes",
            ));
        }
        Ok(())
    })
}

/// That an archive which is unpacked into a folder stays in it. `tar` sees to the links of the archive itself, and follows those that
/// lie there from one before.
fn nothing_leads_away(folder: &Path) -> Result<(), Failure> {
    if !fs::symlink_metadata(folder).is_ok_and(|kind| kind.is_dir()) {
        return Err(Failure::new(
            Reason::ConfigError,
            "a folder of the backup is a link, which leads out of the scratch, or is missing",
        ));
    }
    look(folder, &mut |path, kind| {
        if kind.is_symlink() && !path.is_file() {
            return Err(Failure::new(
                Reason::ConfigError,
                "an archive of the backup has links to folders, through which the next one would be unpacked elsewhere",
            ));
        }
        Ok(())
    })
}

/// Unpacks a tar archive, and says first what was wrong with the stream.
pub(super) fn unpack(context: &mut Context, mut opened: Opened, to: &Path) -> Result<(), Failure> {
    nothing_leads_away(to)?;
    let result = context
        .jail
        .tool(jail::find("tar")?)
        .args([
            "--extract",
            "--no-same-owner",
            "--no-same-permissions",
            "--directory",
        ])
        .arg(to)
        .feed(&mut opened.reader, context.deadline());
    let (seen, broken) = opened.finish();
    context.seen = seen;
    if let Some(broken) = broken {
        return Err(broken);
    }
    let (output, _) = result?;
    context.exit_code(Phase::Restore, output.code);
    if output.success() {
        return nothing_waits(to);
    }
    let failure = output.failure(Reason::ArtifactCorrupt);
    if failure.reason == Reason::ArtifactCorrupt && context.scratch_is_full() {
        return Err(Failure::new(Reason::StorageFull, "the scratch is full"));
    }
    if output.stderr_text().contains("Unexpected EOF") {
        return Err(Failure::new(Reason::ArtifactTruncated, failure.detail));
    }
    Err(failure)
}

/// Copies a folder's content into another, for the user that tools run as.
pub(super) fn copy_tree(context: &mut Context, from: &Path, to: &Path) -> Result<(), Failure> {
    copy(context, &[from.join(".")], to)
}

/// Copies files and folders into a folder, for the user that tools run as.
pub(super) fn copy(context: &mut Context, from: &[PathBuf], to: &Path) -> Result<(), Failure> {
    let mut tool = context
        .jail
        .reader()
        .tool(jail::find("cp")?)
        .args(["--recursive", "--preserve=timestamps", "--target-directory"])
        .arg(to);
    for path in from {
        tool = tool.arg(path);
    }
    let output = tool.run(context.deadline())?;
    context.exit_code(Phase::Restore, output.code);
    if !output.success() {
        if context.scratch_is_full() {
            return Err(Failure::new(Reason::StorageFull, "the scratch is full"));
        }
        let failure = output.failure(Reason::ArtifactCorrupt);
        if failure.reason == Reason::ArtifactCorrupt
            && output.stderr_text().contains("Permission denied")
        {
            return Err(not_readable());
        }
        return Err(failure);
    }
    nothing_waits(to)?;
    context.jail.own_all(to)
}

/// That who runs this may not read the backup.
pub(super) fn not_readable() -> Failure {
    Failure::new(
        Reason::FetchDenied,
        "the user that runs this may not read all files of the backup; in a cluster the driver of the volume must support fsGroup",
    )
}

/// How a data folder was left.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    /// By a backup, with its label. Its log is followed by that of an archive, where there is one.
    BackedUp(Option<&'a Path>),
    /// As by a crash: there need not be a label, and the log is beside the data.
    Crashed,
}

/// Checks restored files, starts a server on them and lets it replay its log to the target.
pub(super) fn start(
    context: &mut Context,
    data: &Path,
    found: Found<'_>,
    target: &RecoveryTarget,
) -> Result<(), Failure> {
    let system = |error: std::io::Error| Failure::system("scratch", &error);
    fs::set_permissions(data, fs::Permissions::from_mode(0o700)).map_err(system)?;
    let major = check::data_major(data)?;
    let facts = Facts::read(data);
    // What lies in the folder of a server that was made from a backup is of that backup, and not of this one.
    if matches!(found, Found::BackedUp(_)) {
        let artifact = &mut context.artifact;
        artifact.produced_at = artifact.produced_at.or(facts.produced_at);
        artifact.label = artifact.label.take().or(facts.label);
        artifact.lsn = artifact.lsn.take().or(Some(facts.lsn));
    }
    context.data = Some(data.to_owned());
    stays_inside(context, data)?;
    if let Err(reason) = check::run_stage(context, Stage::Restored) {
        return Err(Failure::new(
            reason,
            "the restored files do not pass their checks",
        ));
    }
    // Without it a server starts from wherever its last checkpoint was, and answers with torn pages.
    if !facts.has_label && matches!(found, Found::BackedUp(_)) {
        return Err(Failure::new(
            Reason::PhysicalCorruption,
            "there is no backup_label: the folder is a copy, or somebody removed it",
        ));
    }
    context.begin(Phase::Recover);
    let configured = context
        .verification
        .spec
        .target
        .engine
        .postgres
        .version
        .parse()
        .ok();
    let installation = context.installation(configured.unwrap_or(major))?;
    let control = context
        .jail
        .tool(installation.program("pg_controldata")?)
        .arg(data)
        .run(context.deadline())?
        .or_fail(Reason::PhysicalCorruption)?
        .stdout_text();
    let segment_size = segment_size(&control);
    let archive = match found {
        Found::BackedUp(archive) => archive.map(Path::to_owned),
        Found::Crashed => {
            let control = Control::read(&control)?;
            control.log_is_whole(data)?;
            let artifact = &mut context.artifact;
            artifact.produced_at = artifact.produced_at.or(control.checkpoint_at);
            artifact.lsn = Some(control.lsn());
            // Recovery from an archive, if of one with nothing in it, tells how far it came, and ends only where the data is consistent, as far
            // as a standby has noted that.
            let empty = context.scratch.join("wal");
            context.jail.folder(&empty)?;
            Some(empty)
        }
    };
    // What the backup's owner has set by ALTER SYSTEM is for another machine; how far to recover is said here.
    for name in [
        // Tablespaces have their links, which lead into the scratch.
        "tablespace_map",
        "postgresql.auto.conf",
        "standby.signal",
        "recovery.signal",
        "postmaster.pid",
    ] {
        match fs::remove_file(data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(system(error));
            }
            _ => {}
        }
    }
    let mut recovery: Vec<(&str, String)> = vec![("recovery_target_action", "promote".to_owned())];
    if let Some(archive) = &archive {
        context.jail.file(&data.join("recovery.signal"), b"")?;
        recovery.push((
            "restore_command",
            format!("cp \"{}/%f\" \"%p\"", archive.display()),
        ));
        match target {
            RecoveryTarget::Latest => {}
            RecoveryTarget::Time(time) => recovery.push(("recovery_target_time", time.clone())),
            RecoveryTarget::Name(name) => recovery.push(("recovery_target_name", name.clone())),
        }
    }
    // Prepared transactions in the log need room for as many.
    let prepared = control
        .lines()
        .find_map(|line| line.strip_prefix("max_prepared_xacts setting:"))
        .map(|value| value.trim().to_owned())
        .filter(|value| value.chars().all(|c| c.is_ascii_digit()));
    recovery.extend(prepared.map(|value| ("max_prepared_transactions", value)));
    let control = context.scratch.join("pg");
    let start = Start {
        installation: &installation,
        data,
        control: &control,
        superuser: SUPERUSER,
        parameters: &context.verification.spec.target.engine.postgres.parameters,
        recovery: &recovery,
    };
    let server = Server::start(&context.jail, &start, context.deadline())?;
    let mut session = server.connect("postgres", context.deadline())?;
    let row = session
        .query_one(
            "select pg_is_in_recovery(), pg_last_wal_replay_lsn()::text",
            &[],
        )
        .map_err(|error| sql_failure(&error, Reason::BootFailed))?;
    if row.try_get::<_, bool>(0).unwrap_or(true) {
        return Err(Failure::new(Reason::BootFailed, "recovery did not end"));
    }
    let recovered = row.try_get::<_, Option<String>>(1).ok().flatten();
    if let (Found::BackedUp(Some(archive)), RecoveryTarget::Latest) = (found, target)
        && let Some(recovered) = &recovered
    {
        came_to_the_end(&segments_in(archive)?, segment_size, recovered)?;
    }
    if let (Some(lsn), Some(known)) = (recovered, &mut context.artifact.lsn) {
        known.recovered = Some(lsn);
    }
    context.server = Some(server);
    Ok(())
}

/// The names of a folder's segments of log, and of its timelines' histories.
fn segments_in(folder: &Path) -> Result<Archive, Failure> {
    let mut archive = Archive::default();
    for entry in fs::read_dir(folder).map_err(|error| Failure::system("log", &error))? {
        let name = entry
            .map_err(|error| Failure::system("log", &error))?
            .file_name()
            .to_string_lossy()
            .into_owned();
        if is_segment(&name) {
            archive.segments.insert(name);
        } else if name.ends_with(".history") {
            archive.histories.insert(name);
        }
    }
    Ok(archive)
}

/// That an archive goes on where a base backup begins, without a gap: a server recovers to the first segment that is missing, and says nothing
/// of those behind it.
fn log_is_whole(data: &Path, archive: &Path) -> Result<(), Failure> {
    let mut log = segments_in(archive)?;
    if log.segments.is_empty() {
        return Err(Failure::new(
            Reason::ConfigError,
            "the folder of archived log has no segment in it: its files must be as the server wrote them, neither compressed nor in folders of their own",
        ));
    }
    // Without a label no server is started.
    let Some(start) = Facts::read(data).start_segment else {
        return Ok(());
    };
    if !log
        .segments
        .iter()
        .any(|name| name.get(8..) >= start.get(8..))
    {
        return Err(Failure::new(
            Reason::WalMissing,
            "the archive has no log from the backup on: its newest segment is older",
        ));
    }
    let own = data.join("pg_wal");
    if own.is_dir() {
        log.segments.extend(segments_in(&own)?.segments);
    }
    log.missing(&Segments {
        start: Some(start.clone()),
        stop: Some(start),
    })
}

/// That recovery came as far as the archive goes. At a damaged segment a server takes the log to be at its end, and says nothing of those behind.
fn came_to_the_end(archive: &Archive, segment_size: u64, recovered: &str) -> Result<(), Failure> {
    // Recovery follows the newest timeline.
    let timeline = archive
        .histories
        .iter()
        .chain(&archive.segments)
        .filter_map(|name| name.get(..8))
        .max();
    let newest = archive
        .segments
        .iter()
        .rfind(|name| name.get(..8) == timeline);
    let begin = newest.and_then(|name| {
        let number = |part: Option<&str>| u64::from_str_radix(part?, 16).ok();
        let (log, segment) = (number(name.get(8..16))?, number(name.get(16..))?);
        (log << 32).checked_add(segment.checked_mul(segment_size)?)
    });
    match (newest, begin, position(recovered)) {
        (Some(newest), Some(begin), Some(recovered)) if recovered < begin => Err(Failure::new(
            Reason::ArtifactCorrupt,
            format!(
                "recovery ended before {newest}, which is in the archive: a segment before it is damaged"
            ),
        )),
        _ => Ok(()),
    }
}

fn has_tablespaces() -> Failure {
    Failure::new(
        Reason::ConfigError,
        "the base backup has tablespaces that lead out of the scratch: back the cluster up with pg_basebackup --format=tar or with \
         pgBackRest, whose tablespaces are restored",
    )
}

/// That nothing in restored files leads the server out of the scratch: a tablespace's link, or the map from which the server
/// makes such links, names the folder of the machine that was backed up, which may be this one.
fn stays_inside(context: &Context, data: &Path) -> Result<(), Failure> {
    let mut inside = BTreeSet::new();
    for entry in fs::read_dir(data.join("pg_tblspc")).into_iter().flatten() {
        let entry = entry.map_err(|error| Failure::system("scratch", &error))?;
        let path = entry.path();
        if fs::symlink_metadata(&path).is_ok_and(|data| data.is_symlink()) {
            if !fs::read_link(&path).is_ok_and(|to| to.starts_with(&context.scratch)) {
                return Err(has_tablespaces());
            }
            inside.extend(entry.file_name().into_string());
        }
    }
    if mapped(data)?.iter().any(|oid| !inside.contains(oid)) {
        return Err(has_tablespaces());
    }
    if fs::symlink_metadata(data.join("pg_wal")).is_ok_and(|wal| wal.is_symlink()) {
        return Err(Failure::new(
            Reason::ConfigError,
            "pg_wal of the backup is a link, which leads out of the scratch",
        ));
    }
    Ok(())
}

/// The numbers of the tablespaces in the map of a data folder, which a backup in tar format has: lines of a number, a space and a path.
fn mapped(data: &Path) -> Result<Vec<String>, Failure> {
    match super::small(&data.join("tablespace_map")) {
        Ok(map) => Ok(String::from_utf8_lossy(&map)
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(oid, _)| oid.to_owned())
            .filter(|oid| is_oid(oid))
            .collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Failure::system("scratch", &error)),
    }
}

/// The longest manifest that is read for what it says of the backup, in bytes.
const MANIFEST_LIMIT: u64 = 4 << 30;

/// The longest line of it, in bytes: a path of 4,096, each of which may be escaped.
const LINE_LIMIT: u64 = 32 << 10;

/// What a base backup says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Facts {
    has_label: bool,
    label: Option<String>,
    /// The first segment of the log that the backup needs.
    start_segment: Option<String>,
    lsn: Lsn,
    produced_at: Option<Time>,
    /// How many files the manifest has a checksum of, and of how many it has none.
    summed: u64,
    unsummed: u64,
}

/// Whether the manifest of a base backup has a checksum of each file: it need not, and then nothing tells of a change that keeps the size.
pub(crate) fn has_checksums(data: &Path) -> bool {
    let facts = Facts::read(data);
    facts.summed > 0 && facts.unsummed == 0
}

impl Facts {
    fn read(data: &Path) -> Self {
        let mut facts = Self::default();
        let read = |name: &str, most: u64| {
            let mut text = String::new();
            File::open(data.join(name))
                .and_then(|file| file.take(most).read_to_string(&mut text))
                .map(|_| text)
        };
        if let Ok(text) = read("backup_label", 1 << 16) {
            facts.has_label = true;
            facts.read_label(&text);
        }
        if let Ok(manifest) = File::open(data.join("backup_manifest")) {
            facts.read_manifest(BufReader::new(manifest.take(MANIFEST_LIMIT)));
        }
        facts
    }

    fn read_label(&mut self, text: &str) {
        let fields: BTreeMap<&str, &str> = text
            .lines()
            .filter_map(|line| line.split_once(": "))
            .collect();
        self.label = fields
            .get("LABEL")
            .filter(|label| {
                label.len() <= 100 && label.chars().all(|c| c.is_ascii_graphic() || c == ' ')
            })
            .map(|label| (*label).to_owned());
        self.lsn.start = fields
            .get("START WAL LOCATION")
            .and_then(|place| place.split(' ').next())
            .and_then(lsn);
        self.start_segment = fields
            .get("START WAL LOCATION")
            .and_then(|place| Some(place.split_once("(file ")?.1.split_once(')')?.0))
            .filter(|name| is_segment(name))
            .map(str::to_owned);
        // The server's own time zone, by a name that need not be known here.
        self.produced_at = fields
            .get("START TIME")
            .and_then(|time| {
                time.strip_suffix(" UTC")
                    .or_else(|| time.strip_suffix(" GMT"))
            })
            .and_then(moment);
    }

    /// The manifest's times are GMT, whatever the server's zone: the label was written when the backup began.
    ///
    /// It has a line for each file and each range of the log (`src/backend/backup/backup_manifest.c`), and is as long as the backup has
    /// files: a line at a time is held, and a line that is longer than a path can make it is passed over.
    fn read_manifest(&mut self, mut manifest: impl BufRead) {
        #[derive(serde::Deserialize)]
        struct Line {
            #[serde(default, rename = "Path")]
            path: String,
            #[serde(default, rename = "Size")]
            size: Option<u64>,
            #[serde(default, rename = "Checksum")]
            checksum: Option<String>,
            #[serde(default, rename = "Last-Modified")]
            modified: String,
            #[serde(default, rename = "End-LSN")]
            end: Option<String>,
        }
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = manifest
                .by_ref()
                .take(LINE_LIMIT)
                .read_until(b'\n', &mut line);
            if !read.is_ok_and(|count| count > 0) {
                return;
            }
            if !line.ends_with(b"\n") && manifest.skip_until(b'\n').is_err() {
                return;
            }
            let entry = line.trim_ascii();
            let entry = entry.strip_suffix(b",").unwrap_or(entry);
            let Ok(entry) = serde_json::from_slice::<Line>(entry) else {
                continue;
            };
            // Each file has its size; a name that is no text is not in `Path`.
            match (entry.size, entry.checksum) {
                (None, _) => {}
                (Some(_), Some(_)) => self.summed += 1,
                (Some(_), None) => self.unsummed += 1,
            }
            if entry.path == "backup_label"
                && let Some(time) = entry.modified.strip_suffix(" GMT").and_then(moment)
            {
                self.produced_at = Some(time);
            }
            if let Some(end) = entry.end {
                self.lsn.stop = lsn(&end);
            }
        }
    }
}

fn moment(text: &str) -> Option<Time> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .ok()
        .map(|time| Time(time.and_utc()))
}

/// A place in the log, if it is one.
pub(super) fn lsn(text: &str) -> Option<String> {
    let (high, low) = text.split_once('/')?;
    let hex =
        |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_hexdigit());
    (hex(high) && hex(low)).then(|| text.to_owned())
}

/// The encryption of what a repository has decrypted already.
pub(super) const OPENED: ClientEncryption = ClientEncryption::ServerSide;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_label_nor_manifest_is_too_hostile(
            field in prop::sample::select(vec!["START WAL LOCATION", "START TIME", "LABEL"]),
            value in ".{0,60}", file in ".{0,30}", time in "[0-9: -]{0,25}( GMT)?",
        ) {
            let mut facts = Facts::default();
            facts.read_label(&format!("{field}: {value}\n"));
            let manifest = serde_json::json!({
                "Files": [{"Path": file, "Last-Modified": time}], "WAL-Ranges": [{"End-LSN": value}],
            });
            facts.read_manifest(manifest.to_string().as_bytes());
            for line in [&manifest["Files"][0], &manifest["WAL-Ranges"][0]] {
                facts.read_manifest(format!("{line},\n{value}").as_bytes());
            }
            // What goes into the result is a place in the log, or a short label in ASCII.
            for place in [&facts.lsn.start, &facts.lsn.stop].into_iter().flatten() {
                prop_assert!(place.len() <= 17 && place.chars().all(|c| c.is_ascii_hexdigit() || c == '/'));
            }
            prop_assert!(facts.label.is_none_or(|label| label.is_ascii() && label.len() <= 100));
        }

        #[test]
        fn maps_name_numbers_alone(map in prop::collection::vec(any::<u8>(), 0..80)) {
            let data = tempfile::tempdir().unwrap();
            let map = [b"16400 /srv/far\n".to_vec(), map].concat();
            fs::write(data.path().join("tablespace_map"), map).unwrap();
            let oids = mapped(data.path()).unwrap();
            prop_assert_eq!(oids.first().map(String::as_str), Some("16400"));
            prop_assert!(oids.iter().all(|oid| is_oid(oid)));
        }
    }

    /// What claims to be a small file and has no end.
    #[test]
    fn a_device_is_not_read_to_its_end() {
        let data = tempfile::tempdir().unwrap();
        for name in [
            "tablespace_map",
            "PG_VERSION",
            "backup_label",
            "backup_manifest",
        ] {
            std::os::unix::fs::symlink("/dev/zero", data.path().join(name)).unwrap();
        }
        assert_eq!(mapped(data.path()), Ok(Vec::new()));
        assert!(check::data_major(data.path()).is_err());
    }

    /// Where an archive was unpacked, the next is not unpacked through its links.
    #[test]
    fn links_of_one_archive_are_no_way_for_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let (data, outside) = (folder.path().join("data"), folder.path().join("outside"));
        fs::create_dir_all(data.join("base/1")).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(folder.path().join("server.crt"), "").unwrap();
        let link = |to: &Path, at: &str| std::os::unix::fs::symlink(to, data.join(at)).unwrap();
        let reason = |folder: &Path| {
            nothing_leads_away(folder)
                .err()
                .map(|failure| failure.reason)
        };
        // A file is replaced, and not written through its link.
        link(&folder.path().join("server.crt"), "server.crt");
        assert_eq!(reason(&data), None);
        for (to, at) in [
            (&*outside, "pg_wal"),
            (Path::new("../../outside"), "base/2"),
            (&*folder.path().join("not-there-yet"), "base/1/3"),
        ] {
            link(to, at);
            assert_eq!(reason(&data), Some(Reason::ConfigError), "{at}");
            assert_eq!(reason(&data.join(at)), Some(Reason::ConfigError), "{at}");
            fs::remove_file(data.join(at)).unwrap();
        }
        assert_eq!(reason(&data.join("pg_wal")), Some(Reason::ConfigError));
    }

    /// Nobody writes to a pipe in a backup: to open it is to wait.
    #[test]
    fn a_pipe_is_not_waited_for() {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(nothing_waits(data.path()), Ok(()));
        fs::create_dir(data.path().join("base")).unwrap();
        let mode = nix::sys::stat::Mode::S_IRWXU;
        nix::unistd::mkfifo(&data.path().join("base/1"), mode).unwrap();
        let failure = nothing_waits(data.path()).unwrap_err();
        assert_eq!(failure.reason, Reason::ArtifactCorrupt);
    }

    /// An archive that recovery should have come to the end of.
    #[test]
    fn recovery_that_ends_early_is_told() {
        let archive = |names: &[&str]| Archive {
            segments: names
                .iter()
                .filter(|name| is_segment(name))
                .map(|name| (*name).to_owned())
                .collect(),
            histories: names
                .iter()
                .filter(|name| !is_segment(name))
                .map(|name| (*name).to_owned())
                .collect(),
        };
        let one = [
            "0000000100000002000000FE",
            "0000000100000002000000FF",
            "000000010000000300000000",
        ];
        let reason = |names: &[&str], recovered: &str| {
            came_to_the_end(&archive(names), 16 << 20, recovered)
                .err()
                .map(|failure| failure.reason)
        };
        assert_eq!(reason(&one, "3/28"), None);
        assert_eq!(reason(&one, "2/FFFFFFF8"), Some(Reason::ArtifactCorrupt));
        // The old timeline went on for a while when the new one had begun.
        let two = [&one[..], &["0000000200000002000000FF", "00000002.history"]].concat();
        assert_eq!(reason(&two, "2/FF000100"), None);
        assert_eq!(reason(&two, "2/FE000100"), Some(Reason::ArtifactCorrupt));
        // A history without a segment of its own tells nothing.
        assert_eq!(
            reason(&[&one[..], &["00000002.history"]].concat(), "2/0"),
            None
        );
        assert_eq!(reason(&[], "2/0"), None);
    }

    #[test]
    fn an_archive_goes_on_where_the_backup_begins() {
        let folder = tempfile::tempdir().unwrap();
        let (data, archive) = (folder.path().join("data"), folder.path().join("wal"));
        for path in [&data, &archive, &data.join("pg_wal")] {
            fs::create_dir_all(path).unwrap();
        }
        fs::write(
            data.join("backup_label"),
            "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\n",
        )
        .unwrap();
        let reason = || {
            log_is_whole(&data, &archive)
                .err()
                .map(|failure| failure.reason)
        };
        let add = |folder: &Path, name: &str| fs::write(folder.join(name), "").unwrap();
        add(&archive, "000000010000000000000003.gz");
        assert_eq!(reason(), Some(Reason::ConfigError));
        add(&archive, "000000010000000000000001");
        assert_eq!(reason(), Some(Reason::WalMissing));
        add(&archive, "000000010000000000000004");
        assert_eq!(reason(), Some(Reason::WalMissing));
        add(&data.join("pg_wal"), "000000010000000000000002");
        assert_eq!(reason(), Some(Reason::WalMissing));
        add(&archive, "000000010000000000000003");
        assert_eq!(reason(), None);
    }

    /// A manifest of a large cluster is read without being held, and a line without an end is no line.
    #[test]
    fn a_manifest_may_be_of_any_length() {
        let file = "{ \"Path\": \"base/1/1\", \"Size\": 8192, \"Last-Modified\": \"2026-11-24 19:49:16 GMT\" },\n";
        let label =
            "{ \"Path\": \"backup_label\", \"Last-Modified\": \"2026-11-24 19:49:17 GMT\" }\n";
        let end = "{ \"Timeline\": 1, \"End-LSN\": \"0/2000100\" }\n";
        let endless = std::io::repeat(b' ').take(100 << 20);
        let manifest = "{\n\"Files\": [\n"
            .as_bytes()
            .chain(std::io::Cursor::new(file.repeat(10_000)))
            .chain(endless)
            .chain(&b"\n"[..])
            .chain(label.as_bytes())
            .chain(end.as_bytes());
        let mut facts = Facts::default();
        facts.read_manifest(BufReader::new(manifest));
        assert_eq!(
            facts.produced_at.unwrap().to_string(),
            "2026-11-24T19:49:17.000Z"
        );
        assert_eq!(facts.lsn.stop.as_deref(), Some("0/2000100"));
        assert_eq!((facts.summed, facts.unsummed), (0, 10_000));
    }

    #[test]
    fn a_label_and_a_manifest_are_read() {
        let mut facts = Facts::default();
        // As PostgreSQL 15 writes them.
        facts.read_label("START WAL LOCATION: 0/2000028 (file 000000010000000000000002)\nCHECKPOINT LOCATION: 0/2000060\nBACKUP METHOD: streamed\nBACKUP FROM: primary\nSTART TIME: 2026-11-24 14:49:16 EST\nLABEL: pg_basebackup base backup\nSTART TIMELINE: 1\n");
        assert_eq!(facts.lsn.start.as_deref(), Some("0/2000028"));
        assert_eq!(facts.label.as_deref(), Some("pg_basebackup base backup"));
        assert_eq!(
            facts.start_segment.as_deref(),
            Some("000000010000000000000002")
        );
        assert_eq!(facts.produced_at, None);
        facts.read_manifest(r#"{ "PostgreSQL-Backup-Manifest-Version": 1,
"Files": [
{ "Path": "backup_label", "Size": 227, "Last-Modified": "2026-11-24 19:49:16 GMT", "Checksum-Algorithm": "CRC32C", "Checksum": "9a32ea4c" }
],
"WAL-Ranges": [
{ "Timeline": 1, "Start-LSN": "0/2000028", "End-LSN": "0/2000100" }
],
"Manifest-Checksum": "00"}"#.as_bytes());
        assert_eq!(
            facts.produced_at.unwrap().to_string(),
            "2026-11-24T19:49:16.000Z"
        );
        assert_eq!(facts.lsn.stop.as_deref(), Some("0/2000100"));
        assert_eq!((facts.summed, facts.unsummed), (1, 0));
        assert_eq!(lsn("0/20; drop"), None);
    }
}
