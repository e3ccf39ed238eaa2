//! pgBackRest repositories.
//!
//! `info` and `verify` exit with 0 whatever they find (pgbackrest#2502): another code is that of a tool that could not look. And neither
//! misses a segment of log that a backup needs, so the archive is looked through here before a server replays it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    Form, Source, list_of,
    pg_base_backup::{self, Found},
};
use crate::{
    check::{Magic, magic},
    config,
    context::{Context, Failure},
    jail::{self, Output},
    result::{ArtifactKind, Lsn, Phase, Reason, Time},
};

/// A pgBackRest repository.
pub(crate) struct PgBackRest(config::PgBackRest);

impl PgBackRest {
    pub(crate) const fn new(rest: config::PgBackRest) -> Self {
        Self(rest)
    }
}

#[derive(Deserialize)]
struct Stanza {
    #[serde(default)]
    backup: Vec<Backup>,
    #[serde(default)]
    db: Vec<Database>,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    code: i64,
}

#[derive(Deserialize)]
struct Database {
    id: u64,
    version: String,
}

#[derive(Deserialize)]
struct Backup {
    label: String,
    archive: Segments,
    backrest: Tool,
    database: DatabaseId,
    timestamp: Span,
    #[serde(default)]
    lsn: Option<Places>,
    #[serde(default)]
    info: Option<Size>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Segments {
    pub(super) start: Option<String>,
    pub(super) stop: Option<String>,
}

#[derive(Deserialize)]
struct Tool {
    version: String,
}

#[derive(Deserialize)]
struct DatabaseId {
    id: u64,
}

#[derive(Deserialize)]
struct Span {
    stop: i64,
}

#[derive(Deserialize)]
struct Places {
    start: String,
    stop: String,
}

#[derive(Deserialize)]
struct Size {
    #[serde(default)]
    repository: Option<RepositorySize>,
}

#[derive(Deserialize)]
struct RepositorySize {
    size: u64,
}

/// The first version whose `verify` says what it finds, by the release notes.
const LEAST: &str = "2.39";

/// The code of `info` for everything that has none of its own.
const OTHER: i64 = 99;

/// The exit code of what cannot be decrypted.
const CRYPTO_ERROR: i32 = 95;

/// How the program is called.
struct Program<'c> {
    context: &'c Context,
    path: PathBuf,
    config: PathBuf,
    stanza: String,
}

impl<'c> Program<'c> {
    /// Writes a configuration of its own, in a folder of its own, so that nothing of the machine's has a say.
    fn new(
        context: &'c Context,
        rest: &config::PgBackRest,
        folder: &str,
        passphrase: Option<&str>,
    ) -> Result<Self, Failure> {
        let path = jail::find("pgbackrest")?;
        let plain = |text: &str| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        if !plain(&rest.stanza) {
            return Err(Failure::new(
                Reason::ConfigError,
                "the stanza's name has signs that no stanza's has",
            ));
        }
        let folder = context.scratch.join(folder);
        context.jail.folder(&folder)?;
        let cipher = match passphrase {
            Some(passphrase) if passphrase.contains(['\n', '\r', '\0']) => {
                return Err(Failure::new(
                    Reason::ConfigError,
                    "the passphrase has a line break in it",
                ));
            }
            Some(passphrase) => {
                format!("repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass={passphrase}\n")
            }
            None => "repo1-cipher-type=none\n".to_owned(),
        };
        let text = format!(
            "[global]\nrepo1-path={}\n{cipher}lock-path={folder}\nspool-path={folder}\nlog-path={folder}\nlog-level-file=off\nlog-level-console=off\nlog-level-stderr=error\n\n[{}]\npg1-path={}\n",
            context.tree()?.display(),
            rest.stanza,
            context.scratch.join("data").display(),
            folder = folder.display(),
        );
        let config = folder.join("pgbackrest.conf");
        context.jail.file(&config, text.as_bytes())?;
        Ok(Self {
            context,
            path,
            config,
            stanza: rest.stanza.clone(),
        })
    }

    fn tool(&self) -> jail::Tool {
        self.context
            .jail
            .reader()
            .tool(&self.path)
            .arg(format!("--config={}", self.config.display()))
            .arg(format!("--stanza={}", self.stanza))
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Failure> {
        self.tool().args(arguments).run(self.context.deadline())
    }

    fn info(&self) -> Result<Stanza, Failure> {
        let output = self.run(&["info", "--output=json"])?;
        let output = output.or_fail(Reason::RunnerLost)?;
        if output.stdout.len() >= jail::OUTPUT_LIMIT {
            return Err(Failure::new(
                Reason::ConfigError,
                "pgbackrest lists more backups than are read: expire old ones (`repo1-retention-full`)",
            ));
        }
        // A wrong passphrase makes it quote what is no text, and so write what is no JSON.
        let Ok(stanzas) = serde_json::from_str::<Vec<Stanza>>(&output.stdout_text()) else {
            return Ok(Stanza {
                backup: Vec::new(),
                db: Vec::new(),
                status: Status { code: OTHER },
            });
        };
        stanzas
            .into_iter()
            .next()
            .ok_or_else(|| Failure::new(Reason::BackupMissing, "the repository has no such stanza"))
    }
}

/// Whether a passphrase opens the repository, by the file that names its backups and the copy of it. A refusal is what pgBackRest says of the
/// encryption, or bytes that are no such file, and no other failure.
pub(crate) fn opens_with(context: &Context, passphrase: &str) -> Result<bool, Failure> {
    let config::Source::PgBackRest(rest) = &context.verification.spec.source else {
        return Err(Failure::new(
            Reason::ConfigError,
            "the source is no pgBackRest repository",
        ));
    };
    let program = Program::new(context, rest, "pgbackrest-negative", Some(passphrase))?;
    let mut refused = false;
    for name in ["backup.info", "backup.info.copy"] {
        let path = format!("backup/{}/{name}", rest.stanza);
        if !context.tree()?.join(&path).is_file() {
            continue;
        }
        let output = program.run(&["repo-get", &path])?;
        match output.code {
            Some(0) if output.stdout.starts_with(b"[backrest]") => return Ok(true),
            // By chance the end of what a wrong passphrase gives is well formed.
            Some(0) if !output.timed_out && !output.stdout.is_empty() => refused = true,
            Some(CRYPTO_ERROR) if !output.timed_out => refused = true,
            _ => return Err(output.failure(Reason::RunnerLost)),
        }
    }
    if refused {
        Ok(false)
    } else {
        Err(Failure::new(
            Reason::BackupMissing,
            "the repository has no backup of the stanza",
        ))
    }
}

impl Source for PgBackRest {
    fn kind(&self) -> ArtifactKind {
        ArtifactKind::PgBackRest
    }

    fn form(&self) -> Form {
        Form::Tree
    }

    fn restore(&self, context: &mut Context) -> Result<(), Failure> {
        context.begin(Phase::Decrypt);
        let passphrase = self
            .0
            .cipher_pass_secret_ref
            .as_ref()
            .map(|reference| {
                context
                    .secret(reference)
                    .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            })
            .transpose()?;
        let tree = context.tree()?.to_owned();
        self.look_at(&tree, passphrase.is_some())?;
        let program = Program::new(context, &self.0, "pgbackrest", passphrase.as_deref())?;
        self.judge_version(&program)?;
        let stanza = program.info()?;
        if stanza.status.code != 0 {
            return Err(self.why(&program, stanza.status.code));
        }
        let _ = context.opened.set(());
        let backup = match self.0.set.as_str() {
            "latest" => stanza.backup.last(),
            label => stanza.backup.iter().find(|backup| backup.label == label),
        };
        let backup = backup.ok_or_else(|| {
            Failure::new(Reason::BackupMissing, "the repository has no such backup")
        })?;
        // Every file is in it with its hash.
        let folder = tree.join("backup").join(&self.0.stanza);
        let listed = list_of(&folder.join(&backup.label), "backup.manifest");
        let database = stanza
            .db
            .iter()
            .find(|database| database.id == backup.database.id)
            .ok_or_else(|| {
                Failure::new(
                    Reason::ArtifactCorrupt,
                    "the backup's database is not listed",
                )
            })?;
        let archive_id = format!("{}-{}", database.version, database.id);
        let segments = Archive::read(&tree.join("archive").join(&self.0.stanza).join(&archive_id));
        let missing = segments.missing(&backup.archive);
        let verified = verify(&program);
        // The archive is looked through before the verdict of `verify`, which does not see what is not there.
        missing?;
        verified?;
        // As root it takes owners that it does not know from the folder, which must be there for it.
        context.jail.folder(&context.scratch.join("data"))?;
        let tablespaces = context.scratch.join("tablespaces");
        let output = program
            .tool()
            .args([
                "restore",
                "--archive-mode=off",
                "--job-retry=0",
                "--process-max=2",
                "--type=none",
            ])
            .arg(format!("--set={}", backup.label))
            // Never to where they were.
            .arg(format!("--tablespace-map-all={}", tablespaces.display()))
            .run(context.deadline())?;
        let code = output.code;
        let restored = if output.success() {
            Ok(())
        } else {
            Err(output.failure(Reason::RestoreFailed))
        };
        let wal = context.scratch.join("wal");
        let fetched = restored.and_then(|()| {
            context.jail.folder(&wal)?;
            segments.fetch(&program, &backup.archive, &wal)
        });
        let facts = (
            backup.label.clone(),
            backup.backrest.version.clone(),
            backup.timestamp.stop,
            backup
                .lsn
                .as_ref()
                .map(|lsn| (lsn.start.clone(), lsn.stop.clone())),
            backup
                .info
                .as_ref()
                .and_then(|info| Some(info.repository.as_ref()?.size)),
        );
        let (label, version, stop, lsn, size) = facts;
        context.exit_code(Phase::Restore, code);
        context.artifact.label = Some(label);
        context.artifact.producer_tool = Some(format!("pgBackRest {version}"));
        context.artifact.produced_at = chrono::DateTime::from_timestamp(stop, 0).map(Time);
        context.artifact.lsn = lsn.map(|(start, stop)| Lsn {
            start: pg_base_backup::lsn(&start),
            stop: pg_base_backup::lsn(&stop),
            recovered: None,
        });
        context.artifact.size_bytes = size;
        context.seen.list(listed);
        if let Err(failure) = fetched {
            return Err(if context.scratch_is_full() {
                Failure::new(Reason::StorageFull, "the scratch is full")
            } else {
                failure
            });
        }
        context.jail.own_all(&wal)?;
        let data = context.scratch.join("data");
        context.jail.own_all(&data)?;
        if tablespaces.is_dir() {
            context.jail.own_all(&tablespaces)?;
        }
        pg_base_backup::start(context, &data, Found::BackedUp(Some(&wal)), &self.0.target)
    }
}

impl PgBackRest {
    /// What the repository looks like from outside, which needs no key.
    fn look_at(&self, tree: &Path, has_passphrase: bool) -> Result<(), Failure> {
        let folder = tree.join("backup").join(&self.0.stanza);
        let mut any = false;
        for name in ["backup.info", "backup.info.copy"] {
            let mut head = Vec::new();
            let Ok(file) = File::open(folder.join(name)) else {
                continue;
            };
            any = true;
            let _ = file.take(512).read_to_end(&mut head);
            match (magic(&head), has_passphrase) {
                (Magic::Plain(_), true) => {
                    return Err(Failure::new(
                        Reason::NotEncrypted,
                        "the repository is not encrypted, though a passphrase is configured",
                    ));
                }
                (Magic::Salted, false) => {
                    return Err(Failure::new(
                        Reason::KeyMismatch,
                        "the repository is encrypted, and no passphrase is configured",
                    ));
                }
                _ => {}
            }
        }
        if any {
            Ok(())
        } else {
            Err(Failure::new(
                Reason::BackupMissing,
                "the repository has no backup of the stanza",
            ))
        }
    }

    fn judge_version(&self, program: &Program<'_>) -> Result<(), Failure> {
        let output = program
            .context
            .jail
            .reader()
            .tool(&program.path)
            .arg("version")
            .run(program.context.deadline())?
            .or_fail(Reason::RunnerLost)?;
        let numbers = |text: &str| -> Vec<u64> {
            text.split(|c: char| !c.is_ascii_digit())
                .filter_map(|part| part.parse().ok())
                .collect()
        };
        let here = numbers(&output.stdout_text());
        for (least, why) in [
            (self.0.min_version.as_deref(), "minVersion says so"),
            (Some(LEAST), "no `verify` before it says what it finds"),
        ] {
            if let Some(least) = least
                && here < numbers(least)
            {
                return Err(Failure::new(
                    Reason::ToolMissing,
                    format!("pgbackrest {least} or later is needed: {why}"),
                ));
            }
        }
        Ok(())
    }

    /// Why `info` is not content. A wrong passphrase and a damaged file make it say the same; a file that opens tells
    /// them apart.
    fn why(&self, program: &Program<'_>, code: i64) -> Failure {
        match code {
            1 => {
                return Failure::new(
                    Reason::BackupMissing,
                    "pgbackrest: the stanza's path is missing",
                );
            }
            2 => {
                return Failure::new(
                    Reason::BackupMissing,
                    "pgbackrest: there is no valid backup",
                );
            }
            3 => {
                return Failure::new(
                    Reason::BackupMissing,
                    "pgbackrest: the stanza's data is missing",
                );
            }
            _ => {}
        }
        let stanza = &self.0.stanza;
        let mut opens = false;
        for path in [
            format!("backup/{stanza}/backup.info"),
            format!("backup/{stanza}/backup.info.copy"),
            format!("archive/{stanza}/archive.info"),
            format!("archive/{stanza}/archive.info.copy"),
        ] {
            let output = match program.run(&["repo-get", &path]) {
                Ok(output) => output,
                Err(failure) => return failure,
            };
            // What dies was refused nothing.
            if output.timed_out || output.code.is_none() {
                return output.failure(Reason::RunnerLost);
            }
            // It decrypts what it prints, block by block.
            if output.stdout.starts_with(b"[backrest]") || output.stdout.starts_with(b"[db]") {
                opens = true;
                break;
            }
        }
        if opens || self.0.cipher_pass_secret_ref.is_none() {
            Failure::new(
                Reason::ArtifactCorrupt,
                "pgbackrest: backup.info is damaged, and its copy too",
            )
        } else {
            Failure::new(
                Reason::KeyMismatch,
                "pgbackrest: the passphrase does not open the repository",
            )
        }
    }
}

/// `verify`, by what it prints.
fn verify(program: &Program<'_>) -> Result<(), Failure> {
    let output = program.run(&["verify", "--output=text", "--verbose"])?;
    let text = output.stdout_text();
    let status = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("status: "));
    // Of what it looked at it says something, be it damaged.
    if output.timed_out || output.code.is_none() || status.is_none() {
        return Err(output.failure(Reason::RunnerLost));
    }
    if let (Some("ok"), Some(0)) = (status, output.code) {
        Ok(())
    } else {
        let (mut missing, mut truncated, mut damaged) = (0_u64, 0_u64, 0_u64);
        for part in text.split([',', '\n']) {
            let count = |name: &str| {
                part.trim()
                    .strip_prefix(name)
                    .and_then(|count| count.trim().parse::<u64>().ok())
                    .unwrap_or(0)
            };
            missing += count("missing:");
            truncated += count("size invalid:");
            damaged += count("checksum invalid:") + count("other:");
        }
        let reason = if truncated > 0 && damaged == 0 {
            Reason::ArtifactTruncated
        } else {
            Reason::ArtifactCorrupt
        };
        Err(Failure::new(
            reason,
            format!(
                "pgbackrest verify finds {missing} files missing, {truncated} of the wrong size, {damaged} damaged"
            ),
        ))
    }
}

/// The segments of log that an archive holds, by name.
#[derive(Default)]
pub(super) struct Archive {
    pub(super) segments: BTreeSet<String>,
    pub(super) histories: BTreeSet<String>,
}

impl Archive {
    /// Reads the names, which are not encrypted: segment, hash, and how it is compressed.
    fn read(folder: &Path) -> Self {
        let mut archive = Self::default();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".history") {
                archive.histories.insert(name);
                continue;
            }
            for file in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
                let name = file.file_name().to_string_lossy().into_owned();
                if let (Some(segment), Some(b'-')) = (name.get(..24), name.as_bytes().get(24))
                    && segment.chars().all(|c| c.is_ascii_hexdigit())
                {
                    archive.segments.insert(segment.to_owned());
                }
            }
        }
        archive
    }

    /// Whether a segment that the backup needs, or one between it and the archive's end, is not there.
    pub(super) fn missing(&self, needed: &Segments) -> Result<(), Failure> {
        let (Some(start), Some(stop)) = (&needed.start, &needed.stop) else {
            return Ok(());
        };
        let here = self.from(start);
        for ends in [start, stop] {
            if !here.contains(ends) {
                return Err(Failure::new(
                    Reason::WalMissing,
                    format!("the log does not have {ends}, which the backup needs"),
                ));
            }
        }
        // Within a timeline the names follow each other; how many there are to a log depends on their size.
        let number = |part: Option<&str>| part.and_then(|hex| u64::from_str_radix(hex, 16).ok());
        let largest = self
            .segments
            .iter()
            .filter_map(|name| number(name.get(16..)))
            .max();
        let ends_log = |place: u64| {
            let segment = place & u64::from(u32::MAX);
            (segment + 1).is_power_of_two() && Some(segment) >= largest
        };
        let mut by_timeline: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for name in here {
            if let (Some(line), Some(log), Some(segment)) = (
                name.get(..8),
                number(name.get(8..16)),
                number(name.get(16..)),
            ) {
                by_timeline
                    .entry(line)
                    .or_default()
                    .push(log << 32 | segment);
            }
        }
        for numbers in by_timeline.values() {
            for pair in numbers.windows(2) {
                if let [first, second] = *pair
                    && second != first + 1
                    // The next log begins again with segment 0.
                    && !(second >> 32 == (first >> 32) + 1
                        && second.trailing_zeros() >= 32
                        && ends_log(first))
                {
                    return Err(Failure::new(
                        Reason::WalMissing,
                        "the log has a gap after the backup: what came later cannot be recovered",
                    ));
                }
            }
        }
        Ok(())
    }

    fn from(&self, start: &str) -> BTreeSet<&String> {
        // By place in the log: a timeline that branched off earlier may be needed as well.
        self.segments
            .iter()
            .filter(|name| name.get(8..) >= start.get(8..))
            .collect()
    }

    /// Takes what recovery may ask for out of the archive. The server's own user need not be able to read the
    /// repository, nor know its passphrase.
    fn fetch(&self, program: &Program<'_>, needed: &Segments, to: &Path) -> Result<(), Failure> {
        let start = needed.start.clone().unwrap_or_default();
        for name in self.from(&start).into_iter().chain(&self.histories) {
            let place = to.join(name);
            program
                .tool()
                .arg("archive-get")
                .arg(name)
                .arg(&place)
                .run(program.context.deadline())?
                .or_fail(Reason::ArtifactCorrupt)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_name_in_an_archive_is_too_hostile(
            names in prop::collection::vec(prop_oneof!["[0-9A-F]{24}", ".{0,30}", "[F0]{24}"], 0..8),
            start in prop_oneof!["[0-9A-F]{24}", ".{0,30}"], stop in prop_oneof!["[0-9A-F]{24}", ".{0,30}"],
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let needed = Segments { start: Some(start.clone()), stop: Some(stop) };
            let held = archive(&names).missing(&needed);
            // Without its first segment no backup has what it needs.
            prop_assert!(held.is_err() || names.contains(&start.as_str()));
        }
    }

    fn archive(names: &[&str]) -> Archive {
        Archive {
            segments: names.iter().map(|name| (*name).to_owned()).collect(),
            histories: BTreeSet::new(),
        }
    }

    fn missing(names: &[&str]) -> Option<Reason> {
        missing_from("0000000100000000000000FE", names)
    }

    fn missing_from(start: &str, names: &[&str]) -> Option<Reason> {
        let needed = Segments {
            start: Some(start.to_owned()),
            stop: Some(start.to_owned()),
        };
        archive(names)
            .missing(&needed)
            .err()
            .map(|failure| failure.reason)
    }

    #[test]
    fn gaps_in_an_archive_are_seen() {
        let whole = [
            "0000000100000000000000FE",
            "0000000100000000000000FF",
            "000000010000000100000000",
        ];
        assert_eq!(missing(&whole), None);
        assert_eq!(missing(&whole[1..]), Some(Reason::WalMissing));
        assert_eq!(
            missing(&[whole[0], "000000010000000100000001"]),
            Some(Reason::WalMissing)
        );
        assert_eq!(missing(&[whole[0], whole[2]]), Some(Reason::WalMissing));
        // Of segments of 64 MiB there are 64 to a log, and of those of 16 MiB, as an older one shows, 256.
        let small = ["00000001000000010000003F", "000000010000000200000000"];
        assert_eq!(missing_from(small[0], &small), None);
        assert_eq!(
            missing_from(small[0], &[whole[1], small[0], small[1]]),
            Some(Reason::WalMissing)
        );
        // What is older than the backup does not matter.
        assert_eq!(missing(&["000000010000000000000001", whole[0]]), None);
    }
}
