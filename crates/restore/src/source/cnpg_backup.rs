//! Backups of CloudNativePG, as barman-cloud leaves them in a store.
//!
//! Below the server's folder there are `base/<id>/backup.info` with `data.tar` (and `data_0001.tar`, … when it is large), and the log
//! below `wals`, each perhaps compressed. There is no manifest of files: what is missing or damaged in them is found by the server, by
//! `pg_checksums` and `pg_amcheck`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use chrono::DateTime;

use super::{
    Form, Read, Source,
    pg_backrest::{Archive, Segments},
    pg_base_backup::{self, Found, OPENED},
};
use crate::{
    config,
    context::{Context, Failure},
    result::{ArtifactKind, Lsn, Phase, Reason, Time},
    stream,
};

/// What barman-cloud appends to the names of compressed files, and whether it is unpacked here.
const COMPRESSIONS: [(&str, bool); 6] = [
    (".gz", true),
    (".zst", true),
    (".bz2", false),
    (".snappy", false),
    (".lz4", false),
    (".xz", false),
];

/// A backup of CloudNativePG.
pub(crate) struct CnpgBackup(config::CnpgBackup);

impl CnpgBackup {
    pub(crate) const fn new(backup: config::CnpgBackup) -> Self {
        Self(backup)
    }

    /// The backup that is meant, among those of these ids.
    fn choose(
        &self,
        ids: &BTreeSet<String>,
        read: &mut dyn FnMut(&str) -> Result<Option<String>, Failure>,
    ) -> Result<Info, Failure> {
        let mut info = |id: &String| -> Result<Option<Info>, Failure> {
            Ok(read(id)?.map(|text| Info::read(id, &text)))
        };
        let wanted = &self.0.backup;
        if wanted != "latest" {
            let found = match ids.get(wanted) {
                Some(id) => info(id)?,
                None => None,
            };
            let found = found.ok_or_else(|| {
                Failure::new(
                    Reason::BackupMissing,
                    format!("there is no backup {wanted}"),
                )
            })?;
            return if found.is_done() {
                Ok(found)
            } else {
                Err(Failure::new(
                    Reason::BackupMissing,
                    format!("the backup {wanted} did not come to its end"),
                ))
            };
        }
        // The ids are times.
        for id in ids.iter().rev() {
            if let Some(found) = info(id)?.filter(Info::is_done) {
                return Ok(found);
            }
        }
        Err(Failure::new(
            Reason::BackupMissing,
            "there is no backup that came to its end: the location must be the server's folder, with `base` and `wals` in it",
        ))
    }
}

/// What `backup.info` says of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Info {
    id: String,
    fields: BTreeMap<String, String>,
}

impl Info {
    fn read(id: &str, text: &str) -> Self {
        Self {
            id: id.to_owned(),
            fields: text
                .lines()
                .filter_map(|line| line.split_once('='))
                .filter(|(_, value)| *value != "None")
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    fn is_done(&self) -> bool {
        self.get("status") == Some("DONE")
    }

    fn segment(&self, name: &str) -> Option<String> {
        self.get(name)
            .filter(|name| is_segment(name))
            .map(str::to_owned)
    }

    fn produced_at(&self) -> Option<Time> {
        let text = self.get("end_time")?;
        let time = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%:z").ok()?;
        Some(Time(time.to_utc()))
    }

    /// How large a segment of the log is, in bytes.
    fn segment_size(&self) -> u64 {
        self.get("xlog_segment_size")
            .and_then(|size| size.parse().ok())
            .unwrap_or(16 << 20)
    }
}

/// The id of the backup whose `backup.info` a name is.
fn id_of(name: &str) -> Option<&str> {
    let id = name.strip_prefix("base/")?.strip_suffix("/backup.info")?;
    (!id.contains('/')).then_some(id)
}

/// Whether this is a segment's name.
pub(super) fn is_segment(name: &str) -> bool {
    name.len() == 24 && name.chars().all(|c| c.is_ascii_hexdigit())
}

/// A name without what compression appended to it.
fn plain(name: &str) -> &str {
    COMPRESSIONS
        .iter()
        .find_map(|(ending, _)| name.strip_suffix(ending))
        .unwrap_or(name)
}

/// That a file can be unpacked here.
fn readable(name: &str) -> Result<(), Failure> {
    match COMPRESSIONS
        .iter()
        .find(|(ending, _)| name.ends_with(ending))
    {
        Some((ending, false)) => Err(Failure::new(
            Reason::ConfigError,
            format!(
                "files that end in {ending} are not read yet: have barman-cloud compress by gzip, or WAL by zstd"
            ),
        )),
        _ => Ok(()),
    }
}

impl Source for CnpgBackup {
    fn kind(&self) -> ArtifactKind {
        ArtifactKind::CnpgBackup
    }

    fn form(&self) -> Form {
        Form::Tree
    }

    /// One backup, and the log from its beginning on.
    fn wanted(&self, names: Vec<String>, read: &mut Read<'_>) -> Result<Vec<String>, Failure> {
        let ids = names
            .iter()
            .filter_map(|name| id_of(name))
            .map(str::to_owned)
            .collect();
        let info = self.choose(&ids, &mut |id| {
            let bytes = read(&format!("base/{id}/backup.info"))?;
            Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        })?;
        let base = format!("base/{}/", info.id);
        let begin = info.segment("begin_wal");
        let needed = |name: &str| {
            let file = plain(name.rsplit('/').next().unwrap_or_default());
            !is_segment(file)
                || begin
                    .as_ref()
                    .is_none_or(|begin| file.get(8..) >= begin.get(8..))
        };
        Ok(names
            .into_iter()
            .filter(|name| name.starts_with(&base) || (name.starts_with("wals/") && needed(name)))
            .collect())
    }

    fn restore(&self, context: &mut Context) -> Result<(), Failure> {
        context.begin(Phase::Restore);
        let tree = context.tree()?.to_owned();
        let system = |error: io::Error| Failure::system("backup", &error);
        let base = tree.join("base");
        let ids = fs::read_dir(&base)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().join("backup.info").is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        let info = self.choose(&ids, &mut |id| {
            super::small(&base.join(id).join("backup.info"))
                .map(|bytes| Some(String::from_utf8_lossy(&bytes).into_owned()))
                .map_err(system)
        })?;
        context.artifact.label = Some(info.id.clone());
        context.artifact.producer_tool = Some("barman-cloud-backup".to_owned());
        context.artifact.produced_at = info.produced_at();
        context.artifact.lsn = Some(Lsn {
            start: info.get("begin_xlog").and_then(pg_base_backup::lsn),
            stop: info.get("end_xlog").and_then(pg_base_backup::lsn),
            recovered: None,
        });
        if info.get("tablespaces").is_some_and(|all| all != "[]") {
            return Err(Failure::new(
                Reason::ConfigError,
                "the backup has tablespaces of its own, which are not restored yet",
            ));
        }
        let (Some(begin), Some(end)) = (info.segment("begin_wal"), info.segment("end_wal")) else {
            return Err(Failure::new(
                Reason::ArtifactCorrupt,
                "backup.info does not tell which log the backup needs",
            ));
        };
        let (archive, files) = log_of(&tree.join("wals"))?;
        archive.missing(&Segments {
            start: Some(begin.clone()),
            stop: Some(end),
        })?;
        let data = context.scratch.join("data");
        context.jail.folder(&data)?;
        for part in parts(&base.join(&info.id))? {
            let stored = File::open(&part).map_err(system)?;
            let deadline = context.deadline();
            let opened = stream::open_reader(context, Box::new(stored), &OPENED, deadline)?;
            pg_base_backup::unpack(context, opened, &data)?;
        }
        // A log on a volume of its own is behind a link, which barman-cloud leaves out.
        if fs::symlink_metadata(data.join("pg_wal")).is_err() {
            context.jail.folder(&data.join("pg_wal"))?;
        }
        // Several files have no hash in common.
        context.seen.sha256 = None;
        let wal = context.scratch.join("wal");
        context.jail.folder(&wal)?;
        for (name, file) in &files {
            if !is_segment(name) || name.get(8..) >= begin.get(8..) {
                let size = is_segment(name).then(|| info.segment_size());
                unpack_log(context, file, &wal.join(name), size)?;
            }
        }
        context.jail.own_all(&wal)?;
        pg_base_backup::start(context, &data, Found::BackedUp(Some(&wal)), &self.0.target)
    }
}

/// The archives of the data folder, in their order.
fn parts(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut parts = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let number = match plain(&name) {
            "data.tar" => Some(0),
            other => other
                .strip_prefix("data_")
                .and_then(|rest| rest.strip_suffix(".tar")?.parse::<usize>().ok()),
        };
        if let Some(number) = number {
            readable(&name)?;
            parts.insert(number, entry.path());
        }
    }
    // The last has the backup's label, which the server does not start without.
    if parts.is_empty() || parts.keys().copied().ne(0..parts.len()) {
        return Err(Failure::new(
            Reason::ArtifactCorrupt,
            "an archive of the backup's data is missing, though backup.info says that it came to its end",
        ));
    }
    Ok(parts.into_values().collect())
}

/// The log below a folder: what there is of it, and each file by the name that the server knows.
fn log_of(folder: &Path) -> Result<(Archive, BTreeMap<String, PathBuf>), Failure> {
    let mut archive = Archive::default();
    let mut files = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((next, depth)) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if depth == 0 {
                    folders.push((path, 1));
                }
                continue;
            }
            let stored = entry.file_name().to_string_lossy().into_owned();
            let name = plain(&stored).to_owned();
            // Not the labels of backups, nor what a server had begun when another took its place.
            if is_segment(&name) {
                archive.segments.insert(name.clone());
            } else if name.len() == 16 && name.ends_with(".history") {
                archive.histories.insert(name.clone());
            } else {
                continue;
            }
            readable(&stored)?;
            files.insert(name, path);
        }
    }
    Ok((archive, files))
}

/// Unpacks a file of the log.
fn unpack_log(
    context: &mut Context,
    from: &Path,
    to: &Path,
    size: Option<u64>,
) -> Result<(), Failure> {
    let stored = File::open(from).map_err(|error| Failure::system("backup", &error))?;
    let deadline = context.deadline();
    let mut opened = stream::open_reader(context, Box::new(stored), &OPENED, deadline)?;
    let copied = File::create_new(to).and_then(|mut file| io::copy(&mut opened.reader, &mut file));
    let (_, broken) = opened.finish();
    if let Some(broken) = broken {
        return Err(broken);
    }
    let count = copied.map_err(|error| Failure::system("scratch", &error))?;
    if size.is_some_and(|size| size != count) {
        return Err(Failure::new(
            Reason::ArtifactTruncated,
            "a segment of the log is not as long as segments are",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever stands in it: what is taken for a segment is one, and a backup that is chosen came to its end.
        #[test]
        fn no_backup_info_is_too_hostile(
            lines in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(DONE.lines().map(str::to_owned).collect::<Vec<_>>()),
                    ("[a-z_]{0,12}", ".{0,40}").prop_map(|(name, value)| format!("{name}={value}")),
                    prop::sample::select(vec!["status=DONE", "status=FAILED", "status=", "begin_wal=", "xlog_segment_size=-1", "end_time=0"]).prop_map(str::to_owned),
                    ".{0,40}",
                ],
                0..20,
            ),
            names in prop::collection::vec(prop_oneof!["base/[0-9T]{0,4}/(backup.info|data.tar|data_[0-9]{0,9}.tar.gz)", "wals/[0-9A-F]{0,16}/[0-9A-F]{20,26}(.gz)?", ".{0,30}"], 0..12),
        ) {
            let text = lines.join("\n");
            let info = Info::read("1", &text);
            prop_assert!(info.segment("begin_wal").is_none_or(|name| is_segment(&name)));
            let _ = (info.produced_at(), info.segment_size());
            let wanted = source("latest").wanted(names.clone(), &mut |_| Ok(Some(text.clone().into_bytes())));
            if let Ok(wanted) = wanted {
                prop_assert!(info.is_done());
                prop_assert!(wanted.iter().all(|name| names.contains(name)));
            }
        }
    }

    // As barman-cloud-backup 3.19.1 writes it, with some lines left out.
    const DONE: &str =
        "backup_label='START WAL LOCATION: 0/4000028 (file 000000010000000000000004)\\n'
begin_time=2026-11-24 03:17:01.123456+00:00
begin_wal=000000010000000000000004
begin_xlog=0/4000028
end_time=2026-11-24 03:17:04+00:00
end_wal=000000010000000000000005
end_xlog=0/5000050
error=None
status=DONE
tablespaces=None
xlog_segment_size=16777216
";

    fn source(backup: &str) -> CnpgBackup {
        let location = serde_json::json!({"location": {"local": {"path": "/"}}, "backup": backup});
        CnpgBackup::new(serde_json::from_value(location).unwrap())
    }

    #[test]
    fn a_backup_info_is_read() {
        let info = Info::read("20261124T031701", DONE);
        assert!(info.is_done());
        assert_eq!(
            info.produced_at().unwrap().to_string(),
            "2026-11-24T03:17:04.000Z"
        );
        assert_eq!(
            info.segment("begin_wal").unwrap(),
            "000000010000000000000004"
        );
        assert_eq!(info.get("tablespaces"), None);
    }

    #[test]
    fn one_backup_and_its_log_are_wanted() {
        let names = [
            "base/20261123T031701/backup.info",
            "base/20261123T031701/data.tar",
            "base/20261124T031701/backup.info",
            "base/20261124T031701/data.tar.gz",
            "base/20261124T031701/data_0001.tar.gz",
            "base/20261125T031701/backup.info",
            "wals/0000000100000000/000000010000000000000003.gz",
            "wals/0000000100000000/000000010000000000000004.gz",
            "wals/0000000200000000/000000020000000000000006",
            "wals/00000002.history.gz",
        ];
        let wanted = |backup: &str| {
            source(backup).wanted(names.map(str::to_owned).into(), &mut |name| {
                let text = if name.contains("20261125") {
                    DONE.replace("DONE", "FAILED")
                } else {
                    DONE.to_owned()
                };
                Ok(Some(text.into_bytes()))
            })
        };
        let chosen: Vec<&str> = [2, 3, 4, 7, 8, 9].map(|at| names[at]).into();
        // The newest did not come to its end.
        assert_eq!(wanted("latest").unwrap(), chosen);
        assert_eq!(wanted("20261123T031701").unwrap().len(), 5);
        for none in ["20261125T031701", "20261101T000000"] {
            assert_eq!(wanted(none).unwrap_err().reason, Reason::BackupMissing);
        }
    }

    #[test]
    fn what_cannot_be_unpacked_is_told() {
        for name in ["data.tar.xz", "000000010000000000000004.snappy"] {
            assert_eq!(readable(name).unwrap_err().reason, Reason::ConfigError);
        }
        readable("data.tar.gz").unwrap();
        assert_eq!(
            plain("000000010000000000000004.zst"),
            "000000010000000000000004"
        );
    }

    #[test]
    fn a_missing_part_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let touch = |name: &str| fs::write(folder.path().join(name), "").unwrap();
        assert!(parts(folder.path()).is_err());
        touch("data_0001.tar.gz");
        assert!(parts(folder.path()).is_err());
        touch("data.tar.gz");
        let all = parts(folder.path()).unwrap();
        assert!(all[0].ends_with("data.tar.gz") && all.len() == 2);
    }
}
