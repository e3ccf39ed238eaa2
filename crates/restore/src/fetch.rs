//! A backup that one process fetches and another restores: what the first leaves in a folder for the second.
//!
//! In a cluster the first has the network and no key, the second the key and no network. The backup lies in the folder as it is stored.

use std::{
    fs::{self, File},
    io,
    path::{Component, Path},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::{
    config::{LocalLocation, Location, RestoreVerification, Source},
    context::Failure,
    location::{self, Bucket, Finder, Located, LocatedForm},
    result::{Reason, ServerSide},
    source, stream,
};

/// What is written last: its presence says that the rest is whole.
const CARD: &str = "located.json";
/// A backup that is one file or object.
const FILE: &str = "backup";
/// A backup that is a folder.
const TREE: &str = "tree";
/// The archived log that follows it.
const LOG: &str = "log";
/// The producer's manifest.
const MANIFEST: &str = "manifest";

/// What the store said of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Card {
    uri: String,
    version_id: Option<String>,
    size: Option<u64>,
    server_side: ServerSide,
    #[serde(default)]
    buckets: Vec<Bucket>,
    /// How long it took: a part of the recovery time.
    seconds: f64,
}

/// Fetches a backup of a store into an empty folder, for as long as `deadlines.fetchSeconds` lets it. What is too late goes on until the
/// process ends.
///
/// # Errors
/// Why it could not be fetched. What was fetched of it by then is not found by [`found`].
pub fn fetch(
    verification: &RestoreVerification,
    secrets: &Path,
    into: &Path,
) -> Result<(), Failure> {
    let limit = Duration::from_secs(verification.spec.deadlines.fetch_seconds);
    let (verification, secrets, into) = (verification.clone(), secrets.to_owned(), into.to_owned());
    let (end, ended) = mpsc::channel();
    thread::spawn(move || end.send(fetch_all(&verification, &secrets, &into)));
    match ended.recv_timeout(limit) {
        Ok(fetched) => fetched,
        Err(RecvTimeoutError::Timeout) => Err(Failure::over(Reason::FetchTimeout, "fetchSeconds")),
        Err(RecvTimeoutError::Disconnected) => Err(Failure::new(
            Reason::RunnerLost,
            "what fetched the backup died",
        )),
    }
}

fn fetch_all(
    verification: &RestoreVerification,
    secrets: &Path,
    into: &Path,
) -> Result<(), Failure> {
    let begun = Instant::now();
    let spec = &verification.spec;
    let system = |error: io::Error| Failure::system("the folder for the backup", &error);
    // The kubelet ends this process, at the Job's deadline or before.
    let go_on = || Ok::<(), Failure>(());
    let store = |place: &Location| matches!(place, Location::S3(_));
    if !store(spec.source.location()) {
        return Err(Failure::new(
            Reason::ConfigError,
            "only a backup in a store is fetched; what is in a folder can be read where it is",
        ));
    }
    let source = source::of(&spec.source);
    let located = location::find(
        spec.source.location(),
        &Finder {
            form: source.form(),
            manifest_key: spec.source.manifest_key(),
            secrets,
            mirror: &into.join(TREE),
            source: Some(&*source),
            go_on: &go_on,
        },
    )?;
    if let LocatedForm::Stream(mut stream) = located.form {
        let mut file = File::create_new(into.join(FILE)).map_err(system)?;
        copy(&mut stream, &mut file)?;
        file.sync_all().map_err(system)?;
    }
    if let Some(manifest) = &located.manifest {
        fs::write(into.join(MANIFEST), manifest).map_err(system)?;
    }
    let mut server_side = located.server_side;
    if let Source::PgBaseBackup(base) = &spec.source
        && let Some(log) = &base.wal
    {
        let log = location::find(
            log,
            &Finder {
                form: source::Form::Tree,
                manifest_key: None,
                secrets,
                mirror: &into.join(LOG),
                source: None,
                go_on: &go_on,
            },
        )?;
        server_side = location::weaker(server_side, log.server_side);
    }
    let card = Card {
        uri: located.uri,
        version_id: located.version_id,
        size: located.size,
        server_side,
        buckets: location::buckets(spec, secrets)?,
        seconds: begun.elapsed().as_secs_f64(),
    };
    let text = serde_json::to_vec(&card).map_err(|error| system(error.into()))?;
    let unnamed = into.join(".located.json");
    fs::write(&unnamed, text).map_err(system)?;
    fs::rename(unnamed, into.join(CARD)).map_err(system)
}

/// Copies, telling an error of the store from one of the folder.
fn copy(from: &mut dyn io::Read, to: &mut File) -> Result<(), Failure> {
    let mut buffer = vec![0; 256 << 10];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(stream::failure_of(&error)),
        };
        io::Write::write_all(to, buffer.get(..count).unwrap_or_default())
            .map_err(|error| Failure::system("the folder for the backup", &error))?;
    }
}

/// The backup that was fetched into a folder, the settings of its buckets, and how long it took.
pub(crate) fn found(folder: &Path) -> Result<(Located, Vec<Bucket>, Duration), Failure> {
    let system = |error: io::Error| Failure::system("the fetched backup", &error);
    let missing = || Failure::new(Reason::RunnerLost, "the backup was not fetched to its end");
    let card = fs::read(folder.join(CARD)).map_err(|_| missing())?;
    let card: Card = serde_json::from_slice(&card).map_err(|_| missing())?;
    let took = Duration::try_from_secs_f64(card.seconds).map_err(|_| missing())?;
    let tree = folder.join(TREE);
    let form = if tree.is_dir() {
        LocatedForm::Tree(tree)
    } else {
        LocatedForm::Stream(Box::new(File::open(folder.join(FILE)).map_err(system)?))
    };
    let manifest = match fs::read(folder.join(MANIFEST)) {
        Ok(manifest) => Some(manifest),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(system(error)),
    };
    let located = Located {
        form,
        uri: card.uri,
        version_id: card.version_id,
        size: card.size,
        server_side: card.server_side,
        manifest,
    };
    Ok((located, card.buckets, took))
}

/// The archived log that was fetched into a folder.
pub(crate) fn found_log(folder: &Path) -> Option<std::path::PathBuf> {
    let log = folder.join(LOG);
    log.is_dir().then_some(log)
}

/// The name under which the volume that was made of a snapshot is mounted, beside claims.
pub const SNAPSHOT: &str = "volume-snapshot";

/// Has a verification read claims below a folder, where each is mounted under its name.
///
/// # Errors
/// A path that leads out of its claim.
pub fn mounted(verification: &mut RestoreVerification, claims: &Path) -> Result<(), Failure> {
    let source = &mut verification.spec.source;
    let (location, log) = match source {
        Source::PgDump(dump) => (&mut dump.location, None),
        Source::PgBaseBackup(base) => (&mut base.location, base.wal.as_mut()),
        Source::PgBackRest(rest) => (&mut rest.location, None),
        Source::Restic(restic) => (&mut restic.location, None),
        Source::CnpgBackup(backup) => (&mut backup.location, None),
        Source::VolumeSnapshot(snapshot) => (&mut snapshot.location, None),
    };
    for place in [Some(location), log].into_iter().flatten() {
        let (claim, path) = match place {
            Location::Pvc(claim) => (&*claim.claim_name, &claim.path),
            Location::VolumeSnapshot(snapshot) => (SNAPSHOT, &snapshot.path),
            Location::Local(_) | Location::S3(_) | Location::CnpgCluster(_) => continue,
        };
        let within = path.strip_prefix("/").unwrap_or(path);
        let plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        let name = Path::new(claim);
        if !within.components().all(plain)
            || !name.components().eq([Component::Normal(claim.as_ref())])
        {
            return Err(Failure::new(
                Reason::ConfigError,
                format!("{} leads out of the claim {claim}", path.display()),
            ));
        }
        *place = Location::Local(LocalLocation {
            path: claims.join(name).join(within),
            select: None,
            suffix: None,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verification(location: &str) -> RestoreVerification {
        RestoreVerification::parse(&format!(
            "apiVersion: hipaa-iac.dev/v1alpha1
kind: RestoreVerification
metadata: {{name: ehr}}
spec:
  source:
    pgDump:
      format: Custom
      location: {location}
      encryption: {{age: {{identitySecretRef: {{name: age, key: identity}}}}}}
"
        ))
        .unwrap()
    }

    #[test]
    fn a_claim_is_read_where_it_is_mounted_and_not_beside() {
        for path in ["/nightly/a.dump", "nightly/a.dump"] {
            let mut ours = verification(&format!("{{pvc: {{claimName: dumps, path: {path}}}}}"));
            mounted(&mut ours, Path::new("/claims")).unwrap();
            let Location::Local(local) = ours.spec.source.location() else {
                panic!("not local");
            };
            assert_eq!(local.path, Path::new("/claims/dumps/nightly/a.dump"));
        }
        for claim in [
            "{claimName: dumps, path: ../secrets}",
            "{claimName: .., path: a}",
            "{claimName: a/b, path: a}",
        ] {
            let mut theirs = verification(&format!("{{pvc: {claim}}}"));
            assert_eq!(
                mounted(&mut theirs, Path::new("/claims"))
                    .unwrap_err()
                    .reason,
                Reason::ConfigError,
                "{claim}"
            );
        }
    }

    #[test]
    fn what_was_not_fetched_to_its_end_is_not_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "half").unwrap();
        assert_eq!(
            found(folder.path()).err().unwrap().reason,
            Reason::RunnerLost
        );
    }

    /// One that takes connections and answers nothing is asked again for a minute and more.
    #[test]
    fn a_store_is_waited_for_until_the_deadline() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("s3")).unwrap();
        for key in ["accessKeyId", "secretAccessKey"] {
            fs::write(folder.path().join("s3").join(key), "x").unwrap();
        }
        let mut ours = verification(&format!(
            "{{s3: {{bucket: backups, prefix: a.dump.age, endpoint: 'http://{}', credentialsSecretRef: {{name: s3}}}}}}",
            silent.local_addr().unwrap()
        ));
        ours.spec.deadlines.fetch_seconds = 1;
        let failure = fetch(&ours, folder.path(), folder.path()).unwrap_err();
        assert_eq!(failure.reason, Reason::FetchTimeout);
        assert!(failure.detail.contains("fetchSeconds"), "{failure}");
    }

    #[test]
    fn only_a_store_is_fetched_from() {
        let folder = tempfile::tempdir().unwrap();
        let local = verification("{local: {path: /backups/a.dump}}");
        let failure = fetch(&local, folder.path(), folder.path()).unwrap_err();
        assert_eq!(failure.reason, Reason::ConfigError);
    }
}
