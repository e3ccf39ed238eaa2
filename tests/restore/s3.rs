//! Backups in object storage: real servers, and one that misbehaves on purpose.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hipaa_iac_restore::{
    Reason, RestoreResult,
    result::{CheckStatus, ServerSideAlgorithm, Storage},
};
use hipaa_iac_tests::{
    object_storage::{Bucket, Server},
    run_with,
};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::{
    case,
    fixture::{self, Fixture, must},
};

/// Every test of this module.
pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("s3::versitygw", versitygw),
        Trial::test("s3::moto", moto),
        Trial::test("s3::many_objects", many_objects),
        Trial::test("s3::folder_markers", folder_markers),
        Trial::test("s3::versions", versions),
        Trial::test("s3::slow_folder", slow_folder),
        Trial::test("s3::fetched_wrong_checksum", fetched_wrong_checksum),
    ];
    let faults: [(&'static str, Fault, Reason); 13] = [
        ("none", Fault::None, Reason::None),
        ("forbidden", Fault::Forbidden, Reason::FetchDenied),
        // Who may ask about an object and not read it has seen nothing of it.
        ("unreadable", Fault::Unreadable, Reason::FetchDenied),
        // So it is with the bucket's settings.
        (
            "settings_forbidden",
            Fault::SettingsForbidden,
            Reason::FetchDenied,
        ),
        (
            "settings_endless",
            Fault::SettingsEndless,
            Reason::FetchTimeout,
        ),
        // Who may read objects need not be one who may read versions of them.
        ("versions_forbidden", Fault::VersionsForbidden, Reason::None),
        ("not_found", Fault::NotFound, Reason::BackupMissing),
        (
            "unavailable_at_first",
            Fault::UnavailableAtFirst,
            Reason::None,
        ),
        ("unavailable", Fault::Unavailable, Reason::FetchTimeout),
        ("silent", Fault::Silent, Reason::FetchTimeout),
        ("slow", Fault::Slow, Reason::FetchTimeout),
        ("truncated", Fault::Truncated, Reason::FetchTimeout),
        (
            "wrong_checksum",
            Fault::WrongChecksum,
            Reason::ChecksumMismatch,
        ),
    ];
    for (name, fault, reason) in faults {
        trials.push(Trial::test(format!("s3::fault::{name}"), move || {
            misbehaving(name, fault, reason)
        }));
    }
    trials
}

struct Bench {
    fixture: Arc<Fixture>,
    folder: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Result<Self, Failed> {
        let fixture = fixture::get()?;
        let folder = fixture.path("cases").join(format!("s3-{name}"));
        fs::create_dir_all(&folder)?;
        Ok(Self { fixture, folder })
    }

    /// The good dump, encrypted with age, and its manifest.
    fn stored(&self) -> io::Result<PathBuf> {
        let stored = self.folder.join("2026-11-24.dump.age");
        self.fixture.age(&self.fixture.path("good.dump"), &stored)?;
        fs::write(
            format!("{}.manifest.dsse.json", stored.display()),
            self.fixture.sign(&stored)?,
        )?;
        Ok(stored)
    }

    fn document(&self, name: &str, location: &Value, encryption: &Value) -> Value {
        let source = json!({"pgDump": {
            "format": "Custom",
            "location": {"s3": location},
            "encryption": encryption,
        }});
        self.fixture
            .verification(&format!("s3-{}", name.replace('_', "-")), &source)
    }

    fn expect(
        &self,
        document: &Value,
        environment: &[(&'static str, String)],
        reason: Reason,
    ) -> Result<RestoreResult, Failed> {
        let (result, notes) =
            case::run(&self.folder, document, &self.fixture.secrets, environment)?;
        if (result.verdict, result.reason) == (reason.verdict(), reason) {
            return Ok(result);
        }
        let text = serde_json::to_string_pretty(&result)?;
        Err(format!(
            "expected {reason}, got {}\n{notes:#?}\n{text}",
            result.reason
        )
        .into())
    }
}

fn age() -> Value {
    json!({"age": {"identitySecretRef": {"name": "age", "key": "identity"}}})
}

fn put(server: &Server, bucket: &str, key: &str, file: &Path, more: &str) -> io::Result<()> {
    server
        .python(&format!(
            "s3.put_object(Bucket='{bucket}', Key='{key}', Body=open('{}', 'rb'){more})",
            file.display()
        ))
        .map(drop)
}

/// versitygw checks signatures, and keeps what it is given.
fn versitygw() -> Result<(), Failed> {
    let bench = Bench::new("versitygw")?;
    let server = Server::versitygw()?;
    server.make_bucket("backups", Bucket::Plain)?;
    let environment = server.environment();
    let location =
        json!({"bucket": "backups", "prefix": "daily/", "select": "Newest", "suffix": ".dump.age"});

    let document = bench.document("nothing", &location, &age());
    bench.expect(&document, &environment, Reason::BackupMissing)?;

    let stored = bench.stored()?;
    let manifest = PathBuf::from(format!("{}.manifest.dsse.json", stored.display()));
    put(
        &server,
        "backups",
        "daily/2026-11-23.dump.age",
        &bench.fixture.path("empty.dump"),
        "",
    )?;
    put(&server, "backups", "daily/2026-11-24.dump.age", &stored, "")?;
    put(
        &server,
        "backups",
        "daily/2026-11-24.dump.age.manifest.dsse.json",
        &manifest,
        "",
    )?;
    let mut document = bench.document("newest", &location, &age());
    document["spec"]["source"]["pgDump"]["manifestKey"] =
        json!("daily/{artifact}.manifest.dsse.json");
    document["spec"]["checks"]["manifest"] =
        json!({"publicKeySecretRef": {"name": "producer", "key": "public"}});
    document["spec"]["checks"]["builtin"] = json!({"checksum": "Required"});
    let result = bench.expect(&document, &environment, Reason::None)?;
    let artifact = result.artifact.ok_or("no artifact")?;
    assert_eq!(artifact.uri, "s3://backups/daily/2026-11-24.dump.age");
    assert_eq!(artifact.size_bytes, Some(fs::metadata(&stored)?.len()));

    // Another's credentials.
    let mut document = bench.document("denied", &location, &age());
    let secret = bench.fixture.secrets.join("s3-wrong");
    fs::create_dir_all(&secret)?;
    fs::write(secret.join("accessKeyId"), "AKIAWRONGWRONGWRONGW")?;
    fs::write(secret.join("secretAccessKey"), "not-the-secret")?;
    document["spec"]["source"]["pgDump"]["location"]["s3"]["credentialsSecretRef"] =
        json!({"name": "s3-wrong"});
    bench.expect(&document, &environment, Reason::FetchDenied)?;
    // It does not know what a default encryption is, and has no policy for the bucket.
    let mut document = bench.document("settings", &location, &age());
    document["spec"]["encryptionPolicy"] = json!({"bucketSettings": true});
    let result = bench.expect(&document, &environment, Reason::NotEncrypted)?;
    let found = ["encryption.bucket-default", "encryption.bucket-transport"].map(|id| {
        let check = result.checks.iter().find(|check| check.id == id);
        check.map(|check| check.status)
    });
    assert_eq!(found, [Some(CheckStatus::NotRun), Some(CheckStatus::Fail)]);
    // Here, too, the answer to an unknown key is 404, which says nothing of the backup.
    document["spec"]["source"]["pgDump"]["location"]["s3"] = json!({
        "bucket": "backups", "prefix": "daily/2026-11-24.dump.age", "credentialsSecretRef": {"name": "s3-wrong"},
    });
    bench.expect(&document, &environment, Reason::FetchDenied)?;

    // Repositories and folders are copied as they are stored, and restored without network.
    let base = bench.folder.join("base-cluster");
    let from = bench.fixture.path("base-cluster");
    fs::create_dir(&base)?;
    // As `pg_basebackup --format=tar` leaves it.
    let list = base.join("backup_manifest");
    fs::copy(from.join("backup_manifest"), &list)?;
    must(
        Command::new("tar")
            .arg("-C")
            .arg(&from)
            .arg("-cf")
            .arg(base.join("base.tar"))
            .arg("."),
    )?;
    let (restic, backrest) = (
        bench.fixture.path("restic"),
        bench.fixture.path("pgbackrest"),
    );
    for (name, path) in [
        ("restic", restic),
        ("pgbackrest", backrest),
        ("base-cluster", base),
    ] {
        server.python(&format!(
            "import os\nroot = '{}'\nfor folder, _, names in os.walk(root):\n    for name in names:\n        path = os.path.join(folder, name)\n        s3.put_object(Bucket='backups', Key='{name}/' + os.path.relpath(path, root), Body=open(path, 'rb'))",
            path.display()
        ))?;
    }
    let document = bench.fixture.verification(
        "s3-restic",
        &json!({"restic": {
            "location": {"s3": {"bucket": "backups", "prefix": "restic/"}},
            "passwordSecretRef": {"name": "pass", "key": "good"},
            "selector": {"tags": ["stdin"]},
            "layout": {"pgDumpStdin": "Custom"},
        }}),
    );
    let result = bench.expect(&document, &environment, Reason::None)?;
    assert_eq!(result.scratch.storage, Some(Storage::Memory));
    let document = bench.fixture.verification(
        "s3-pgbackrest",
        &json!({"pgBackRest": {
            "stanza": "ehr",
            "location": {"s3": {"bucket": "backups", "prefix": "pgbackrest/"}},
            "cipherPassSecretRef": {"name": "pass", "key": "good"},
        }}),
    );
    bench.expect(&document, &environment, Reason::None)?;
    // The manifest is about the file that lists the others, and is found by the name of the folder.
    let envelope = bench.folder.join("envelope");
    fs::write(
        &envelope,
        bench.fixture.sign_all(&list, &bench.fixture.cluster)?,
    )?;
    put(&server, "backups", "base-cluster.signed", &envelope, "")?;
    let mut document = bench.fixture.verification(
        "s3-base",
        &json!({"pgBaseBackup": {
            "location": {"s3": {"bucket": "backups", "prefix": "base-cluster/"}},
            "encryption": "serverSide",
            "manifestKey": "{artifact}.signed",
        }}),
    );
    document["spec"]["encryptionPolicy"] = json!({"required": "None"});
    document["spec"]["checks"]["manifest"] =
        json!({"publicKeySecretRef": {"name": "producer", "key": "public"}});
    document["spec"]["checks"]["builtin"] = json!({"checksum": "Required"});
    let result = bench.expect(&document, &environment, Reason::None)?;
    // The copy of this one holds rows in the clear, though they are restored in memory.
    assert_eq!(result.scratch.storage, Some(Storage::LocalDirectory));
    Ok(())
}

/// A bucket may hold any number of objects: whoever looks for one of them does not hold the list, and whoever needs many holds their names once.
fn many_objects() -> Result<(), Failed> {
    const OBJECTS: usize = 200_000;
    let bench = Bench::new("many")?;
    let server = Server::versitygw()?;
    server.make_bucket("backups", Bucket::Plain)?;
    // Its objects are files; as barman-cloud archives log, 256 segments a folder.
    let log = server.folder().join("objects/backups/ehr/wals");
    for number in 0..OBJECTS {
        let folder = log.join(format!("{:016X}", (1_u64 << 32) + (number / 256) as u64));
        if number % 256 == 0 {
            fs::create_dir_all(&folder)?;
        }
        let name = format!("{:08X}{:08X}{:08X}", 1, number / 256, number % 256);
        fs::File::create(folder.join(name))?;
    }
    let environment = [server.environment(), vec![(case::PEAK, "1".to_owned())]].concat();
    let newest = bench.document(
        "newest-of-many",
        &json!({"bucket": "backups", "prefix": "ehr/", "select": "Newest", "suffix": ".dump.age"}),
        &age(),
    );
    let mut folder = bench.fixture.verification(
        "s3-cnpg-of-many",
        &json!({"cnpgBackup": {"location": {"s3": {"bucket": "backups", "prefix": "ehr/"}}}}),
    );
    folder["spec"]["encryptionPolicy"] = json!({"required": "None"});
    for (document, most) in [(newest, 32 << 20), (folder, 64 << 20)] {
        let secrets = &bench.fixture.secrets;
        let (result, notes) = case::run(&bench.folder, &document, secrets, &environment)?;
        let peak: u64 = notes.last().ok_or("no peak is told")?.parse()?;
        if result.reason != Reason::BackupMissing || peak * 1024 > most {
            return Err(format!("{}, {peak} KiB: {notes:?}", result.reason).into());
        }
    }
    Ok(())
}

/// moto tells how it encrypts.
fn moto() -> Result<(), Failed> {
    let bench = Bench::new("moto")?;
    let server = Server::moto()?;
    server.make_bucket("backups", Bucket::Plain)?;
    let environment = server.environment();
    let plain = bench.fixture.path("good.dump");
    let key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    let kms = format!(", ServerSideEncryption='aws:kms', SSEKMSKeyId='{key}'");
    put(&server, "backups", "kms.dump", &plain, &kms)?;
    put(
        &server,
        "backups",
        "aes.dump",
        &plain,
        ", ServerSideEncryption='AES256'",
    )?;

    let document = |name: &str, object: &str, policy: &Value| {
        let mut document = bench.document(
            name,
            &json!({"bucket": "backups", "prefix": object}),
            &json!("serverSide"),
        );
        document["spec"]["encryptionPolicy"] = policy.clone();
        document
    };
    let policy =
        json!({"required": "ServerSide", "serverSide": {"algorithm": "aws:kms", "keyArn": key}});
    let result = bench.expect(
        &document("kms", "kms.dump", &policy),
        &environment,
        Reason::None,
    )?;
    let side = result.encryption.server_side;
    assert_eq!(side.algorithm, ServerSideAlgorithm::AwsKms);
    assert_eq!(side.key_arn.as_deref(), Some(key));
    assert_eq!(side.matches_expected, Some(true));

    bench.expect(
        &document("aes-for-kms", "aes.dump", &policy),
        &environment,
        Reason::WrongServerSideKey,
    )?;
    let other = json!({"required": "ServerSide", "serverSide": {"algorithm": "aws:kms", "keyArn": "arn:aws:kms:us-east-1:123456789012:key/other"}});
    bench.expect(
        &document("other-key", "kms.dump", &other),
        &environment,
        Reason::WrongServerSideKey,
    )?;
    bucket_settings(&server, key, |name, expected, reason| {
        let policy = json!({
            "required": "ServerSide",
            "serverSide": {"algorithm": "aws:kms", "keyArn": key},
            "bucketSettings": true,
        });
        let result = bench.expect(&document(name, "kms.dump", &policy), &environment, reason)?;
        let found = ["encryption.bucket-default", "encryption.bucket-transport"].map(|id| {
            let check = result.checks.iter().find(|check| check.id == id);
            check.map(|check| check.status)
        });
        if found != expected.map(Some) {
            return Err(format!("{name}: {found:?}").into());
        }
        Ok(())
    })?;
    // The store's encryption is not the producer's.
    let client = json!({"required": "ClientSide"});
    bench.expect(
        &document("client-side", "kms.dump", &client),
        &environment,
        Reason::NotEncrypted,
    )?;
    Ok(())
}

/// Consoles and programs that synchronize make an object for a folder, whose key ends with a slash. It is no backup, and none of its files.
fn folder_markers() -> Result<(), Failed> {
    let bench = Bench::new("markers")?;
    let server = Server::moto()?;
    server.make_bucket("backups", Bucket::Plain)?;
    let environment = server.environment();
    let stored = bench.stored()?;
    put(&server, "backups", "daily/2026-11-24.dump.age", &stored, "")?;
    let dumped = bench.fixture.path("dumped/ehr");
    server.python(&format!(
        "import os\nfor name in os.listdir('{0}'):\n    s3.put_object(Bucket='backups', Key='folder/' + name, Body=open(os.path.join('{0}', name), 'rb'))\nfor key in ['daily/', 'daily/zzz/', 'folder/', 'folder/archive/', 'markers/daily/', 'odd//a.dump.age', 'empty/a.dump.age', 'empty/b.dump.age']:\n    s3.put_object(Bucket='backups', Key=key, Body=b'a' if key == 'empty/a.dump.age' else b'')",
        dumped.display()
    ))?;
    let newest = |folder: &str| {
        let prefix = format!("{folder}/");
        let location = json!({"bucket": "backups", "prefix": prefix, "select": "Newest"});
        bench.document(&format!("markers-{folder}"), &location, &age())
    };
    let location = json!({"bucket": "backups", "prefix": "folder/"});
    let mut folder = bench.document("markers-folder", &location, &json!("serverSide"));
    folder["spec"]["source"]["pgDump"]["format"] = json!("Directory");
    folder["spec"]["encryptionPolicy"] = json!({"required": "None"});
    for (document, reason) in [
        (newest("daily"), Reason::None),
        (folder, Reason::None),
        (newest("markers"), Reason::BackupMissing),
        // It is an object, if of no bytes, and what is older does not take its place.
        (newest("empty"), Reason::ArtifactTruncated),
        (newest("odd"), Reason::ConfigError),
    ] {
        bench.expect(&document, &environment, reason)?;
    }
    Ok(())
}

/// Of a key with several versions the newest is restored; where the newest is that it was deleted, there is none.
fn versions() -> Result<(), Failed> {
    let bench = Bench::new("versions")?;
    let server = Server::versitygw()?;
    server.make_bucket("backups", Bucket::Plain)?;
    server.python(
        "s3.put_bucket_versioning(Bucket='backups', VersioningConfiguration={'Status': 'Enabled'})",
    )?;
    let environment = server.environment();
    let empty = bench.folder.join("empty.dump.age");
    bench
        .fixture
        .age(&bench.fixture.path("empty.dump"), &empty)?;
    put(&server, "backups", "ehr.dump.age", &empty, "")?;
    put(&server, "backups", "ehr.dump.age", &bench.stored()?, "")?;
    let newest = server.python(
        "print(s3.head_object(Bucket='backups', Key='ehr.dump.age')['VersionId'], end='')",
    )?;
    let location = json!({"bucket": "backups", "prefix": "ehr.dump.age"});
    let document = bench.document("versions", &location, &age());
    let result = bench.expect(&document, &environment, Reason::None)?;
    let version = result.artifact.and_then(|artifact| artifact.version_id);
    if version.as_deref() != Some(newest.as_str()) {
        return Err(format!("{version:?}, and the newest is {newest}").into());
    }
    server.python("s3.delete_object(Bucket='backups', Key='ehr.dump.age')")?;
    bench.expect(&document, &environment, Reason::BackupMissing)?;
    Ok(())
}

/// The object is encrypted as it must be; what the bucket does with the next one, and who may read it how, is told of the bucket alone.
fn bucket_settings(
    server: &Server,
    key: &str,
    expect: impl Fn(&str, [CheckStatus; 2], Reason) -> Result<(), Failed>,
) -> Result<(), Failed> {
    use CheckStatus::{Fail, Pass};
    let encrypt = |by: &str| {
        server.python(&format!(
            "s3.put_bucket_encryption(Bucket='backups', ServerSideEncryptionConfiguration={{'Rules': [{{'ApplyServerSideEncryptionByDefault': {by}}}]}})"
        ))
    };
    // moto passes over conditions, and would refuse everything; it does not know an action in capitals, which Amazon S3 does.
    let policy = |resources: &str| {
        server.python(&format!(
            "import json\ns3.put_bucket_policy(Bucket='backups', Policy=json.dumps({{'Version': '2012-10-17', 'Statement': [{{'Effect': 'Deny', 'Principal': '*', 'Action': 'S3:*', 'Resource': {resources}, 'Condition': {{'Bool': {{'aws:SecureTransport': 'false'}}}}}}]}}))"
        ))
    };
    expect("bucket-bare", [Fail, Fail], Reason::NotEncrypted)?;
    encrypt("{'SSEAlgorithm': 'AES256'}")?;
    policy("['arn:aws:s3:::backups', 'arn:aws:s3:::backups/*']")?;
    expect("bucket-aes", [Fail, Pass], Reason::WrongServerSideKey)?;
    encrypt(&format!(
        "{{'SSEAlgorithm': 'aws:kms', 'KMSMasterKeyID': '{key}'}}"
    ))?;
    expect("bucket-kms", [Pass, Pass], Reason::None)?;
    policy("['arn:aws:s3:::backups', 'arn:aws:s3:::backups/daily/*']")?;
    expect("bucket-narrow", [Pass, Fail], Reason::NotEncrypted)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Forbidden,
    Unreadable,
    SettingsForbidden,
    SettingsEndless,
    VersionsForbidden,
    NotFound,
    UnavailableAtFirst,
    Unavailable,
    Silent,
    Slow,
    Truncated,
    /// Most of the object, and then nothing for as long as anybody waits.
    Stalled,
    WrongChecksum,
}

fn misbehaving(name: &str, fault: Fault, reason: Reason) -> Result<(), Failed> {
    let bench = Bench::new(name)?;
    let stored = bench.stored()?;
    let port = serve(fs::read(&stored)?, fault)?;
    let environment = [
        ("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
    ];
    let location = json!({
        "bucket": "backups",
        "prefix": "a b.dump.age",
        "region": "us-east-1",
        "endpoint": format!("http://127.0.0.1:{port}"),
    });
    let mut document = bench.document(name, &location, &age());
    if fault == Fault::Slow {
        document["spec"]["deadlines"]["fetchSeconds"] = json!(4);
    }
    let settings = matches!(fault, Fault::SettingsForbidden | Fault::SettingsEndless);
    document["spec"]["encryptionPolicy"] =
        json!({"required": "ClientSide", "bucketSettings": settings});
    let result = bench.expect(&document, &environment, reason)?;
    let digest = result.artifact.and_then(|artifact| artifact.digest);
    if digest.is_some() != (settings || reason == Reason::None) {
        return Err(format!("the digest of it is {digest:?}").into());
    }
    Ok(())
}

/// The deadline holds for a backup of several objects, which are copied before anything is opened.
fn slow_folder() -> Result<(), Failed> {
    let bench = Bench::new("slow_folder")?;
    let port = serve(fs::read(bench.stored()?)?, Fault::Slow)?;
    let environment = [
        ("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
    ];
    let source = json!({"pgBaseBackup": {
        "location": {"s3": {
            "bucket": "backups",
            "prefix": "base/",
            "region": "us-east-1",
            "endpoint": format!("http://127.0.0.1:{port}"),
        }},
        "encryption": age(),
    }});
    let mut document = bench.fixture.verification("s3-slow-folder", &source);
    document["spec"]["deadlines"]["fetchSeconds"] = json!(4);
    bench
        .expect(&document, &environment, Reason::FetchTimeout)
        .map(drop)
}

/// A process that only fetches tells bytes that are not those of the store's checksum from a store that falls silent, which is asked again.
fn fetched_wrong_checksum() -> Result<(), Failed> {
    let bench = Bench::new("fetched_wrong_checksum")?;
    let port = serve(fs::read(bench.stored()?)?, Fault::WrongChecksum)?;
    let location = json!({
        "bucket": "backups",
        "prefix": "a.dump.age",
        "region": "us-east-1",
        "endpoint": format!("http://127.0.0.1:{port}"),
    });
    let document = bench.document("fetched-wrong-checksum", &location, &age());
    fs::write(
        bench.folder.join("verification.yaml"),
        serde_json::to_vec_pretty(&document)?,
    )?;
    fs::create_dir(bench.folder.join("fetched"))?;
    let ran = run_with(
        &bench.folder,
        &[
            ["restore", "fetch", "--config", "verification.yaml"],
            ["--into", "fetched", "--termination-log", "log"],
        ]
        .concat(),
        &[
            ("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ],
        None,
    )?;
    let log: Value = serde_json::from_slice(&fs::read(bench.folder.join("log"))?)?;
    if (ran.code, log["reason"].as_str()) != (1, Some("ChecksumMismatch")) {
        return Err(format!("{} {log}: {}", ran.code, ran.stderr).into());
    }
    Ok(())
}

/// A server of one object, until the process ends.
pub(crate) fn serve(object: Vec<u8>, fault: Fault) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    let object = Arc::new(object);
    let asked = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (object, asked) = (Arc::clone(&object), Arc::clone(&asked));
            thread::spawn(move || {
                let _ = answer(stream, &object, fault, &asked);
            });
        }
    });
    Ok(port)
}

fn answer(stream: TcpStream, object: &[u8], fault: Fault, asked: &AtomicUsize) -> io::Result<()> {
    let mut input = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    loop {
        let mut request = String::new();
        if input.read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut range = None;
        loop {
            let mut line = String::new();
            input.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(from) = line.strip_prefix("range: bytes=") {
                range = from
                    .split('-')
                    .next()
                    .and_then(|from| from.parse::<usize>().ok());
            }
        }
        let is_setting = request.contains("?encryption") || request.contains("?policy");
        let count = asked.fetch_add(1, Ordering::SeqCst);
        let empty = |out: &mut TcpStream, status: &str| {
            write!(
                out,
                "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
        };
        match fault {
            Fault::Forbidden => return empty(&mut out, "403 Forbidden"),
            Fault::Unreadable if request.starts_with("GET") => {
                return empty(&mut out, "403 Forbidden");
            }
            Fault::SettingsForbidden if is_setting => return empty(&mut out, "403 Forbidden"),
            Fault::SettingsEndless if is_setting => {
                write!(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
                loop {
                    out.write_all(&[b' '; 4096])?;
                }
            }
            Fault::VersionsForbidden if request.contains("versionId") => {
                return empty(&mut out, "403 Forbidden");
            }
            Fault::NotFound => return empty(&mut out, "404 Not Found"),
            Fault::Unavailable => return empty(&mut out, "503 Service Unavailable"),
            Fault::UnavailableAtFirst if count < 2 => {
                return empty(&mut out, "503 Service Unavailable");
            }
            Fault::Silent => {
                thread::park();
                return Ok(());
            }
            _ => {}
        }
        if request.contains("?list-type=2") {
            let text = format!(
                "<ListBucketResult><Name>backups</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated><Contents><Key>base/base.tar.age</Key><LastModified>2026-11-24T00:00:00.000Z</LastModified><ETag>\"0123\"</ETag><Size>{}</Size></Contents></ListBucketResult>",
                object.len()
            );
            write!(
                out,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}",
                text.len()
            )?;
            continue;
        }
        let from = range.unwrap_or(0).min(object.len());
        let body = &object[from..];
        let mut sum = sha256(object);
        if fault == Fault::WrongChecksum {
            sum[0] ^= 1;
        }
        let version = if fault == Fault::VersionsForbidden {
            "x-amz-version-id: 3sL4kqtJlcpXroDTDmJ\r\n"
        } else {
            ""
        };
        let status = if range.is_some() {
            "206 Partial Content"
        } else {
            "200 OK"
        };
        write!(
            out,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nETag: \"0123\"\r\nLast-Modified: Tue, 24 Nov 2026 00:00:00 GMT\r\nx-amz-checksum-sha256: {}\r\nx-amz-checksum-type: FULL_OBJECT\r\n{version}",
            body.len(),
            BASE64_STANDARD.encode(sum),
        )?;
        if range.is_some() {
            write!(
                out,
                "Content-Range: bytes {from}-{}/{}\r\n",
                object.len() - 1,
                object.len()
            )?;
        }
        write!(out, "\r\n")?;
        if request.starts_with("HEAD") {
            continue;
        }
        if fault == Fault::Slow {
            // Never silent for long, and never done in time.
            for byte in body {
                out.write_all(&[*byte])?;
                thread::sleep(Duration::from_millis(50));
            }
        }
        if fault == Fault::Stalled {
            out.write_all(&body[..body.len() * 3 / 4])?;
            out.flush()?;
            thread::park();
            return Ok(());
        }
        if fault == Fault::Truncated {
            if range.is_none() {
                out.write_all(&body[..body.len() / 2])?;
            }
            out.flush()?;
            return Ok(());
        }
        out.write_all(body)?;
    }
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).to_vec()
}
