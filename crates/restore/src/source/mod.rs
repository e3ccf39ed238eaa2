//! Kinds of backup: one trait, one file each.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use crate::{
    config,
    context::{Context, Failure},
    result::ArtifactKind,
    stream,
};

pub(crate) mod cnpg_backup;
pub(crate) mod pg_backrest;
pub mod pg_base_backup;
pub mod pg_dump;
mod plain;
pub(crate) mod restic;
pub(crate) mod volume_snapshot;

/// Reads a small object of a store.
pub type Read<'a> = dyn FnMut(&str) -> Result<Option<Vec<u8>>, Failure> + 'a;

/// A kind of backup.
pub trait Source {
    /// Its name in the result.
    fn kind(&self) -> ArtifactKind;

    /// How the backup is to be handed in.
    fn form(&self) -> Form;

    /// Which of a store's objects a run needs, by their names below the location: all, unless the source knows better. `read` gives
    /// the bytes of a small one, and nothing where it is not there.
    fn wanted(&self, names: Vec<String>, _read: &mut Read<'_>) -> Result<Vec<String>, Failure> {
        Ok(names)
    }

    /// Restores the backup and leaves a server running in [`Context::server`].
    ///
    /// A source opens the phases that it goes through ([`Context::begin`]: decrypt, restore, recover), fills in
    /// [`Context::artifact`], [`Context::encryption`] and [`Context::seen`], and for a physical backup sets
    /// [`Context::data`] and runs the checks of [`crate::check::Stage::Restored`] before it starts the server
    /// ([`crate::check::run_stage`]).
    fn restore(&self, context: &mut Context) -> Result<(), Failure>;
}

/// How a backup is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One file or object, as a stream.
    Stream,
    /// A folder, read-only; objects of a store are copied there, as stored.
    Tree,
    /// A stream when the location is one file or object, a folder when it is a folder.
    Either,
}

/// The source of a verification.
pub fn of(source: &config::Source) -> Box<dyn Source> {
    match source {
        config::Source::PgDump(dump) => Box::new(pg_dump::PgDump::new(dump.clone())),
        config::Source::PgBaseBackup(base) => {
            Box::new(pg_base_backup::PgBaseBackup::new(base.clone()))
        }
        config::Source::PgBackRest(rest) => Box::new(pg_backrest::PgBackRest::new(rest.clone())),
        config::Source::Restic(restic) => Box::new(restic::Restic::new(restic.clone())),
        config::Source::CnpgBackup(backup) => {
            Box::new(cnpg_backup::CnpgBackup::new(backup.clone()))
        }
        config::Source::VolumeSnapshot(_) => Box::new(volume_snapshot::VolumeSnapshot),
    }
}

/// The bytes of a small file of a backup. What it is named for is small: of what claims to be it and is not, such as a link to a device
/// without end, no more is read than a mebibyte.
pub(crate) fn small(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(1 << 20).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The SHA-256 and the size of the file of a backup of several files that lists the others: it is what the producer's
/// manifest is about. None where it cannot be read.
fn list_of(backup: &Path, name: &str) -> Option<(String, u64)> {
    let mut file = File::open(backup.join(name)).ok()?;
    stream::digest(&mut file).ok()
}
