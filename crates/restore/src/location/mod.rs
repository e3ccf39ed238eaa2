//! Where backups are: found, and read as they are stored.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use nix::fcntl::OFlag;

use crate::{
    config::{self, LocalLocation, Location, Select, Spec},
    context::Failure,
    manifest,
    result::{Reason, ServerSide, ServerSideAlgorithm},
    source::{Form, Source},
};

mod bucket;
mod s3;

pub(crate) use bucket::Bucket;

/// A backup that was found.
pub(crate) struct Located {
    pub(crate) form: LocatedForm,
    /// Without credentials.
    pub(crate) uri: String,
    pub(crate) version_id: Option<String>,
    pub(crate) size: Option<u64>,
    pub(crate) server_side: ServerSide,
    /// The producer's manifest beside it.
    pub(crate) manifest: Option<Vec<u8>>,
}

/// How a found backup is read.
pub(crate) enum LocatedForm {
    Stream(Box<dyn Read + Send>),
    Tree(PathBuf),
}

/// What finding a backup needs.
pub(crate) struct Finder<'a> {
    /// How the source wants it.
    pub(crate) form: Form,
    /// The key of the producer's manifest.
    pub(crate) manifest_key: Option<&'a str>,
    /// The folder of secrets.
    pub(crate) secrets: &'a Path,
    /// Where objects of a store are copied to, when the source wants a folder.
    pub(crate) mirror: &'a Path,
    /// What knows which of them it needs; without it all are copied.
    pub(crate) source: Option<&'a dyn Source>,
    /// Asked again and again while objects are listed and copied: the failure that ends it.
    pub(crate) go_on: &'a dyn Fn() -> Result<(), Failure>,
}

/// Opens a file to read. What is none, such as a pipe, would keep whoever opens it waiting.
pub(crate) fn open_file(path: &Path) -> io::Result<File> {
    let file = File::options()
        .read(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a file"))
    }
}

/// Finds a backup.
pub(crate) fn find(location: &Location, finder: &Finder<'_>) -> Result<Located, Failure> {
    match location {
        Location::Local(local) => find_local(local, finder),
        Location::S3(s3) => s3::find(s3, finder),
        Location::Pvc(_) => Err(Failure::new(
            Reason::ConfigError,
            "a location of the kind pvc exists only in a cluster; use local",
        )),
        Location::CnpgCluster(_) => Err(Failure::new(
            Reason::ConfigError,
            "a location of the kind cnpgCluster exists only in a cluster; use s3 with the prefix of the server's folder",
        )),
        Location::VolumeSnapshot(_) => Err(Failure::new(
            Reason::ConfigError,
            "a location of the kind volumeSnapshot exists only in a cluster; use local with a volume that was made of it",
        )),
    }
}

/// What the buckets of a verification say of themselves, where it asks for their settings.
pub(crate) fn buckets(spec: &Spec, secrets: &Path) -> Result<Vec<Bucket>, Failure> {
    if !spec.encryption_policy.bucket_settings {
        return Ok(Vec::new());
    }
    let log = match &spec.source {
        config::Source::PgBaseBackup(base) => base.wal.as_ref(),
        _ => None,
    };
    let mut buckets: Vec<Bucket> = Vec::new();
    for location in [Some(spec.source.location()), log].into_iter().flatten() {
        if let Location::S3(s3) = location
            && !buckets.iter().any(|bucket| bucket.name == s3.bucket)
        {
            buckets.push(s3::settings(s3, secrets)?);
        }
    }
    Ok(buckets)
}

/// How a store encrypts two objects: as it does the worse of them, and with no one key where each has its own.
pub(crate) fn weaker(first: ServerSide, second: ServerSide) -> ServerSide {
    use std::cmp::Ordering;
    let worth = |side: &ServerSide| match side.algorithm {
        ServerSideAlgorithm::NotApplicable => 0,
        ServerSideAlgorithm::None
        | ServerSideAlgorithm::Unknown
        | ServerSideAlgorithm::StorageClass => 1,
        ServerSideAlgorithm::Aes256 => 2,
        ServerSideAlgorithm::AwsKms => 3,
        ServerSideAlgorithm::AwsKmsDsse => 4,
    };
    match worth(&first).cmp(&worth(&second)) {
        Ordering::Less => first,
        Ordering::Greater => second,
        Ordering::Equal if first.key_arn == second.key_arn => first,
        Ordering::Equal => ServerSide {
            key_arn: None,
            ..first
        },
    }
}

/// That what lies where the producer's manifest should be is longer than one is read.
fn manifest_too_large() -> Failure {
    Failure::new(
        Reason::ConfigError,
        format!(
            "the manifest is longer than {} MiB, more than tens of thousands of tables make it: see that manifestKey does not name the backup, or sign without --digest-key",
            manifest::LIMIT >> 20
        ),
    )
}

/// What an error of the file system says about a backup.
fn failure(path: &Path, error: &io::Error) -> Failure {
    let reason = match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Reason::BackupMissing,
        io::ErrorKind::PermissionDenied => Reason::FetchDenied,
        io::ErrorKind::InvalidInput => Reason::ConfigError,
        _ => Reason::FetchTimeout,
    };
    Failure::new(reason, format!("{}: {error}", path.display()))
}

fn find_local(local: &LocalLocation, finder: &Finder<'_>) -> Result<Located, Failure> {
    let path = match local.select {
        None => local.path.clone(),
        Some(Select::Newest) => newest(local, finder.manifest_key)?,
    };
    let path = path
        .canonicalize()
        .map_err(|error| failure(&path, &error))?;
    let data = fs::metadata(&path).map_err(|error| failure(&path, &error))?;
    let (form, size) = match (data.is_dir(), finder.form) {
        (true, Form::Tree | Form::Either) => {
            let mut entries = fs::read_dir(&path).map_err(|error| failure(&path, &error))?;
            if entries.next().is_none() {
                return Err(Failure::new(
                    Reason::BackupMissing,
                    format!("{} is an empty folder", path.display()),
                ));
            }
            (LocatedForm::Tree(path.clone()), None)
        }
        (false, Form::Stream | Form::Either) => {
            let file = open_file(&path).map_err(|error| failure(&path, &error))?;
            (LocatedForm::Stream(Box::new(file)), Some(data.len()))
        }
        (true, Form::Stream) => {
            return Err(Failure::new(
                Reason::ConfigError,
                format!(
                    "{} is a folder; name the file, or add `select: Newest`",
                    path.display()
                ),
            ));
        }
        (false, Form::Tree) => {
            return Err(Failure::new(
                Reason::ConfigError,
                format!(
                    "{} is a file, where a repository's folder is expected",
                    path.display()
                ),
            ));
        }
    };
    let manifest = finder.manifest_key.and_then(|key| {
        let name = path.file_name()?.to_string_lossy();
        Some(path.parent()?.join(key.replace("{artifact}", &name)))
    });
    let manifest = match manifest {
        Some(beside) => manifest_in(&beside)?,
        None => None,
    };
    Ok(Located {
        form,
        uri: format!("file://{}", path.display()),
        version_id: None,
        size,
        server_side: ServerSide {
            algorithm: ServerSideAlgorithm::NotApplicable,
            key_arn: None,
            matches_expected: None,
        },
        manifest,
    })
}

/// The producer's manifest; none where there is nothing. One that cannot be read is not taken for none.
fn manifest_in(beside: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    let read =
        open_file(beside).and_then(|file| file.take(manifest::LIMIT + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) if bytes.len() as u64 > manifest::LIMIT => Err(manifest_too_large()),
        Ok(_) => Ok(Some(bytes)),
        Err(error) => match failure(beside, &error) {
            absent if absent.reason == Reason::BackupMissing => Ok(None),
            other => Err(other),
        },
    }
}

/// The entry whose name comes last, manifests left out.
fn newest(local: &LocalLocation, manifest_key: Option<&str>) -> Result<PathBuf, Failure> {
    let entries = fs::read_dir(&local.path).map_err(|error| failure(&local.path, &error))?;
    let mut last: Option<String> = None;
    for entry in entries {
        let entry = entry.map_err(|error| failure(&local.path, &error))?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if counts(&name, local.suffix.as_deref(), manifest_key)
            && last.as_ref().is_none_or(|last| *last < name)
        {
            last = Some(name);
        }
    }
    let last = last.ok_or_else(|| {
        Failure::new(
            Reason::BackupMissing,
            format!(
                "{} holds no backup{}",
                local.path.display(),
                suffix_told(local.suffix.as_deref())
            ),
        )
    })?;
    Ok(local.path.join(last))
}

fn suffix_told(suffix: Option<&str>) -> String {
    suffix
        .map(|suffix| format!(" whose name ends in `{suffix}`"))
        .unwrap_or_default()
}

/// Whether a name is one of a backup.
fn counts(name: &str, suffix: Option<&str>, manifest_key: Option<&str>) -> bool {
    let manifest = manifest_key
        .and_then(|key| key.rsplit_once("{artifact}"))
        .is_some_and(|(_, ending)| !ending.is_empty() && name.ends_with(ending));
    !manifest && !name.starts_with('.') && suffix.is_none_or(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_object_under_another_key_is_not_under_the_key() {
        let side = |algorithm, key: Option<&str>| ServerSide {
            algorithm,
            key_arn: key.map(str::to_owned),
            matches_expected: None,
        };
        use ServerSideAlgorithm as A;
        let ours = side(A::AwsKms, Some("ours"));
        assert_eq!(weaker(ours.clone(), ours.clone()), ours);
        assert_eq!(
            weaker(ours.clone(), side(A::AwsKms, Some("theirs"))),
            side(A::AwsKms, None)
        );
        for worse in [
            side(A::Aes256, None),
            side(A::Unknown, None),
            side(A::NotApplicable, None),
        ] {
            assert_eq!(weaker(ours.clone(), worse.clone()), worse);
            assert_eq!(weaker(worse.clone(), ours.clone()), worse);
        }
    }
}
