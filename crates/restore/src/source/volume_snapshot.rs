//! Snapshots of a volume with a data folder: what a server finds after a crash of its machine.
//!
//! There is neither a label nor a manifest of files. The server goes by `pg_control` and by the log beside its data, and stops without a word
//! where a segment of the log is missing: that is looked for here. What a snapshot that was not taken at one moment tears is found by
//! `pg_checksums` and `pg_amcheck`.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use chrono::NaiveDateTime;

use super::{
    Form, Source,
    cnpg_backup::is_segment,
    pg_backrest::{Archive, Segments},
    pg_base_backup::{self, Found},
};
use crate::{
    config::RecoveryTarget,
    context::{Context, Failure},
    result::{ArtifactKind, Lsn, Phase, Reason, Time},
};

/// What a file system keeps in its root for itself, readable by root alone.
const LOST: &str = "lost+found";

/// A snapshot of a volume.
pub(crate) struct VolumeSnapshot;

impl Source for VolumeSnapshot {
    fn kind(&self) -> ArtifactKind {
        ArtifactKind::VolumeSnapshot
    }

    fn form(&self) -> Form {
        Form::Tree
    }

    fn restore(&self, context: &mut Context) -> Result<(), Failure> {
        context.begin(Phase::Restore);
        let tree = context.tree()?.to_owned();
        let entries = entries(&tree)?;
        let data = context.scratch.join("data");
        context.jail.folder(&data)?;
        pg_base_backup::copy(context, &entries, &data)?;
        pg_base_backup::start(context, &data, Found::Crashed, &RecoveryTarget::Latest)
    }
}

/// A failure to read the volume: who may read it is no fault of the backup.
fn unread(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::PermissionDenied => pg_base_backup::not_readable(),
        _ => Failure::new(
            Reason::ArtifactCorrupt,
            format!("the volume cannot be read: {error}"),
        ),
    }
}

/// What is in the data folder, where it is one and complete.
fn entries(data: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(data).map_err(|error| unread(&error))? {
        let name = entry.map_err(|error| unread(&error))?.file_name();
        if name != LOST {
            names.insert(name);
        }
    }
    if names.is_empty() {
        return Err(Failure::new(
            Reason::BackupMissing,
            "the volume is empty, or the folder that `path` names is",
        ));
    }
    if !names.contains(OsStr::new("PG_VERSION")) {
        let below = names
            .iter()
            .find(|name| data.join(name).join("PG_VERSION").is_file());
        return Err(match below {
            Some(_) => Failure::new(
                Reason::ConfigError,
                "a folder of the volume is a data folder, and not the one that is named: give its `path` below the root of the volume",
            ),
            None => Failure::new(
                Reason::ArtifactCorrupt,
                "there is no PG_VERSION: this is no data folder of PostgreSQL",
            ),
        });
    }
    let log = data.join("pg_wal");
    match fs::symlink_metadata(&log) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            return Err(Failure::new(
                Reason::ConfigError,
                "pg_wal is on a volume of its own: snapshots of two volumes are not of one moment, and are not restored; keep the log on \
                 the volume of the data, or back up by pgBackRest or CloudNativePG",
            ));
        }
        Err(_) => {
            return Err(Failure::new(
                Reason::WalMissing,
                "there is no pg_wal, without which the server cannot recover",
            ));
        }
    }
    Ok(names.into_iter().map(|name| data.join(name)).collect())
}

/// What `pg_control` says of a server that was not stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Control {
    /// When the last checkpoint was taken, which is before the snapshot was.
    pub(super) checkpoint_at: Option<Time>,
    /// Where recovery begins.
    pub(super) redo: Option<String>,
    /// The first segment of the log that recovery reads, and the one that its checkpoint is in.
    segments: Segments,
}

impl Control {
    /// Reads what `pg_controldata` prints in the locale C and in UTC.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        let field = |name| field(text, name);
        let damaged = || Failure::new(Reason::PhysicalCorruption, "pg_control is damaged");
        // It prints what it makes of a damaged file all the same.
        if text.contains("CRC checksum does not match") {
            return Err(damaged());
        }
        let redo_segment =
            field("Latest checkpoint's REDO WAL file").filter(|name| is_segment(name));
        let timeline = redo_segment.and_then(|name| name.get(..8));
        let size = field("Bytes per WAL segment").and_then(|size| size.parse::<u64>().ok());
        let checkpoint = field("Latest checkpoint location").and_then(position);
        let (Some(start), Some(timeline), Some(size), Some(checkpoint)) =
            (redo_segment, timeline, size, checkpoint)
        else {
            return Err(damaged());
        };
        if !size.is_power_of_two() || !((1 << 20)..=(1 << 30)).contains(&size) {
            return Err(damaged());
        }
        let (number, to_a_log) = (checkpoint / size, (1_u64 << 32) / size);
        Ok(Self {
            checkpoint_at: field("Time of latest checkpoint").and_then(moment),
            redo: field("Latest checkpoint's REDO location").and_then(pg_base_backup::lsn),
            segments: Segments {
                start: Some(start.to_owned()),
                stop: Some(format!(
                    "{timeline}{:08X}{:08X}",
                    number / to_a_log,
                    number % to_a_log
                )),
            },
        })
    }

    /// That the log which recovery reads is there, with no gap in it. Segments that are ready for later use follow the last without one.
    pub(super) fn log_is_whole(&self, data: &Path) -> Result<(), Failure> {
        let mut log = Archive::default();
        let folder = data.join("pg_wal");
        for entry in fs::read_dir(folder).map_err(|error| Failure::system("scratch", &error))? {
            let name = entry
                .map_err(|error| Failure::system("scratch", &error))?
                .file_name()
                .to_string_lossy()
                .into_owned();
            if is_segment(&name) {
                log.segments.insert(name);
            }
        }
        log.missing(&self.segments)
    }

    /// What the log says of where it begins.
    pub(super) fn lsn(&self) -> Lsn {
        Lsn {
            start: self.redo.clone(),
            stop: None,
            recovered: None,
        }
    }
}

/// How large a segment of the log is, in bytes, by what `pg_controldata` prints: 16 MiB where it does not say.
pub(super) fn segment_size(control: &str) -> u64 {
    field(control, "Bytes per WAL segment")
        .and_then(|size| size.parse().ok())
        .unwrap_or(16 << 20)
}

fn field<'t>(control: &'t str, name: &str) -> Option<&'t str> {
    control
        .lines()
        .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
}

/// A place in the log as a number of bytes.
pub(super) fn position(text: &str) -> Option<u64> {
    let (high, low) = text.split_once('/')?;
    let number = |part: &str| u32::from_str_radix(part, 16).ok().map(u64::from);
    Some(number(high)? << 32 | number(low)?)
}

/// A time as `strftime` writes it by `%c` in the locale C.
fn moment(text: &str) -> Option<Time> {
    let time = NaiveDateTime::parse_from_str(text, "%a %b %e %H:%M:%S %Y").ok()?;
    Some(Time(time.and_utc()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_control_file_is_too_hostile(at in any::<prop::sample::Index>(), length in 0_usize..40, put in ".{0,30}", name in "[0-9A-F]{0,26}") {
            let from = at.index(CONTROL.len());
            let to = (from + length).min(CONTROL.len());
            let text = format!("{}{put}{}", &CONTROL[..from], &CONTROL[to..]);
            if let Ok(control) = Control::read(&text) {
                prop_assert!(is_segment(control.segments.start.as_deref().unwrap()));
            }
            let _ = (segment_size(&text), position(&put), position(&format!("{name}/{name}")));
        }
    }

    /// As `pg_controldata` 15.18 prints it, with some lines left out.
    const CONTROL: &str = "\
pg_control version number:            1300
Catalog version number:               202209061
Database system identifier:           7446133212345678901
Database cluster state:               in production
pg_control last modified:             Sun Nov 29 23:59:58 2026
Latest checkpoint location:           2/FF000098
Latest checkpoint's REDO location:    2/FE000060
Latest checkpoint's REDO WAL file:    0000000300000002000000FE
Latest checkpoint's TimeLineID:       3
Time of latest checkpoint:            Sun Nov  1 03:07:05 2026
Minimum recovery ending location:     0/0
Bytes per WAL segment:                16777216
";

    #[test]
    fn a_control_file_says_where_recovery_begins() {
        let control = Control::read(CONTROL).unwrap();
        assert_eq!(
            control.checkpoint_at.unwrap().to_string(),
            "2026-11-01T03:07:05.000Z"
        );
        assert_eq!(control.redo.as_deref(), Some("2/FE000060"));
        assert_eq!(
            control.segments.start.as_deref(),
            Some("0000000300000002000000FE")
        );
        assert_eq!(
            control.segments.stop.as_deref(),
            Some("0000000300000002000000FF")
        );
        // 64 MiB: 64 segments to a log.
        let large = CONTROL.replace("16777216", "67108864");
        assert_eq!(
            Control::read(&large).unwrap().segments.stop.as_deref(),
            Some("00000003000000020000003F")
        );
    }

    #[test]
    fn a_damaged_control_file_is_told() {
        let warned = format!(
            "WARNING: Calculated CRC checksum does not match value stored in file.\n{CONTROL}"
        );
        for text in [
            warned,
            CONTROL.replace("16777216", "0"),
            CONTROL.replace("0000000300000002000000FE", "garbage"),
            String::new(),
        ] {
            assert_eq!(
                Control::read(&text).unwrap_err().reason,
                Reason::PhysicalCorruption
            );
        }
    }

    #[test]
    fn a_segment_that_recovery_needs_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("pg_wal");
        fs::create_dir(&log).unwrap();
        let control = Control::read(CONTROL).unwrap();
        let touch = |name: &str| fs::write(log.join(name), "").unwrap();
        let missing = || {
            control
                .log_is_whole(folder.path())
                .err()
                .map(|failure| failure.reason)
        };
        touch("0000000300000002000000FE");
        assert_eq!(missing(), Some(Reason::WalMissing));
        touch("0000000300000002000000FF");
        touch("00000003.history");
        assert_eq!(missing(), None);
        // The next was there, for there is one behind it.
        touch("000000030000000300000001");
        assert_eq!(missing(), Some(Reason::WalMissing));
        touch("000000030000000300000000");
        assert_eq!(missing(), None);
    }

    #[test]
    fn what_is_no_data_folder_is_told() {
        let volume = tempfile::tempdir().unwrap();
        let root = volume.path();
        let reason = |path: &Path| entries(path).unwrap_err().reason;
        assert_eq!(reason(root), Reason::BackupMissing);
        fs::create_dir(root.join(LOST)).unwrap();
        assert_eq!(reason(root), Reason::BackupMissing);
        let data = root.join("pgdata");
        fs::create_dir(&data).unwrap();
        fs::write(data.join("postgresql.conf"), "").unwrap();
        assert_eq!(reason(root), Reason::ArtifactCorrupt);
        assert_eq!(reason(&data), Reason::ArtifactCorrupt);
        fs::write(data.join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(reason(root), Reason::ConfigError);
        assert_eq!(reason(&data), Reason::WalMissing);
        std::os::unix::fs::symlink("/elsewhere", data.join("pg_wal")).unwrap();
        assert_eq!(reason(&data), Reason::ConfigError);
        fs::remove_file(data.join("pg_wal")).unwrap();
        fs::create_dir(data.join("pg_wal")).unwrap();
        assert_eq!(entries(&data).unwrap().len(), 3);
    }
}
