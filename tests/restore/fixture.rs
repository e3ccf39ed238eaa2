//! One small clinic database and its backups, made once per run with the real tools.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use hipaa_iac_evidence::Signer;
use hipaa_iac_restore::{
    canary::{self, TableName},
    manifest::{self, Content, Look, Snapshot},
    result::Time,
};
pub(crate) use hipaa_iac_tests::postgresql::{
    BIN, give, must, postgres, postgres_with_environment,
};
use libtest_mimic::Failed;
use serde_json::{Value, json};

/// What is done to a folder before it is backed up.
type Damage<'a> = &'a dyn Fn(&Path) -> io::Result<()>;

/// A passphrase that is long and nobody's.
pub(crate) const PASSPHRASE: &str = "u7Jx2mQ0pV9sLr4TzWb6-of-this-run";

/// The rows of `public.encounters` once everything was written.
pub(crate) const ENCOUNTERS: u64 = 3100;

/// What happened after the base backups were taken.
pub(crate) const LATER: u64 = 100;

/// The fixture: every path is below one folder, which goes with it.
pub(crate) struct Fixture {
    root: PathBuf,
    /// The identity of age, and the folder of secrets for all cases.
    pub secrets: PathBuf,
    /// The manifest's content, as the producer saw it.
    pub content: Content,
    /// The same of all databases, once there was a second one: `billing` and `postgres` beside `ehr` and `empty`.
    pub cluster: Vec<Content>,
    /// When the dumps' snapshot was taken.
    pub taken_at: Time,
    /// The signer of manifests.
    pub signer: Signer,
    /// The file of `public.patients`, below a data folder.
    pub heap: String,
    /// The file of the index on `public.encounters`.
    pub index: String,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        stop(&self.path("pg"));
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A cluster of a test's own, in the folder `pg` of a folder; both go with it.
pub(crate) struct Cluster(pub PathBuf);

impl Drop for Cluster {
    fn drop(&mut self) {
        stop(&self.0.join("pg"));
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Cluster {
    /// The folder alone, which is the server's.
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("hipaa-iac-cluster-")
            .tempdir()?
            .keep();
        let cluster = Self(folder);
        fs::set_permissions(&cluster.0, fs::Permissions::from_mode(0o755))?;
        give(&cluster.0)?;
        Ok(cluster)
    }

    /// A folder in it that is the server's too.
    pub(crate) fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.0.join(name);
        fs::create_dir(&path)?;
        give(&path)?;
        Ok(path)
    }

    /// Makes the cluster, and starts its server with these settings.
    pub(crate) fn start(&self, initdb: &[&str], settings: &str) -> io::Result<()> {
        self.init(initdb)?;
        self.serve(settings)
    }

    /// Makes the cluster.
    pub(crate) fn init(&self, initdb: &[&str]) -> io::Result<()> {
        init(&self.folder("pg")?, initdb)
    }

    /// Starts the server of the cluster that was made, with these settings.
    pub(crate) fn serve(&self, settings: &str) -> io::Result<()> {
        let data = self.0.join("pg");
        fs::write(data.join("postgresql.auto.conf"), settings)?;
        start(&data)
    }
}

/// Makes a cluster in an empty folder.
fn init(data: &Path, arguments: &[&str]) -> io::Result<()> {
    must(
        postgres(&format!("{BIN}/initdb"))
            .args(["--no-sync", "-U", "postgres", "-E", "UTF8"])
            .arg("--locale=C.UTF-8")
            .args(arguments)
            .arg("-D")
            .arg(data),
    )
    .map(drop)
}

fn start(data: &Path) -> io::Result<()> {
    must(
        postgres(&format!("{BIN}/pg_ctl"))
            .args(["start", "-w", "-t", "120", "-l"])
            .arg(data.join("log"))
            .arg("-D")
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )
    .map(drop)
}

fn stop(data: &Path) {
    let _ = postgres(&format!("{BIN}/pg_ctl"))
        .args(["stop", "-m", "immediate", "-D"])
        .arg(data)
        .output();
}

/// Whether a result is of the published schema.
pub(crate) fn is_of_schema(result: &Value) -> Result<(), Failed> {
    let schema = include_str!("../../docs/schemas/restore-result.schema.json");
    let schema: Value = serde_json::from_str(schema)?;
    let validator = jsonschema::validator_for(&schema)?;
    match validator.iter_errors(result).next() {
        None => Ok(()),
        Some(error) => {
            Err(format!("not of the schema: {error} at {}", error.instance_path()).into())
        }
    }
}

impl Fixture {
    /// Makes everything.
    pub(crate) fn make() -> io::Result<Self> {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let root = tempfile::Builder::new()
            .prefix("hipaa-iac-restore-")
            .tempdir_in(base)?
            .keep();
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755))?;
        let mut fixture = Self {
            secrets: root.join("secrets"),
            root,
            content: Content::default(),
            cluster: Vec::new(),
            taken_at: Time::now(),
            signer: Signer::from_seed(&[42; 32]).map_err(io::Error::other)?,
            heap: String::new(),
            index: String::new(),
        };
        fixture.write_secrets()?;
        fixture.make_cluster()?;
        fixture.make_backups()?;
        Ok(fixture)
    }

    /// A path of the fixture.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path(name);
        fs::create_dir_all(&path)?;
        give(&path)?;
        Ok(path)
    }

    fn write_secrets(&self) -> io::Result<()> {
        let write = |name: &str, key: &str, text: &[u8]| {
            let folder = self.secrets.join(name);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(key), text)
        };
        for name in ["age", "other"] {
            let made = must(&mut Command::new("age-keygen"))?;
            write(name, "identity", &made.stdout)?;
        }
        write("canary", "mac", b"0123456789abcdef0123456789abcdef")?;
        write("canary", "other", b"fedcba9876543210fedcba9876543210")?;
        write("digest", "key", b"a key for the digests of rows...")?;
        write("pass", "good", PASSPHRASE.as_bytes())?;
        write("pass", "wrong", b"another-passphrase-of-nobody-1")?;
        write("pass", "known", b"static-passw0rd")?;
        write(
            "producer",
            "public",
            self.signer.public().to_pem().as_bytes(),
        )?;
        let other = Signer::from_seed(&[43; 32]).map_err(io::Error::other)?;
        write("producer", "other", other.public().to_pem().as_bytes())
    }

    /// The public key of the identity `age`.
    pub(crate) fn recipient(&self) -> io::Result<String> {
        let text = fs::read_to_string(self.secrets.join("age/identity"))?;
        text.lines()
            .find_map(|line| line.strip_prefix("# public key: ").map(str::to_owned))
            .ok_or_else(|| io::Error::other("age-keygen names no public key"))
    }

    fn socket(&self) -> PathBuf {
        self.path("socket")
    }

    /// Runs SQL in a database.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> io::Result<String> {
        let output = must(
            postgres(&format!("{BIN}/psql"))
                .args([
                    "-X",
                    "-q",
                    "-t",
                    "-A",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-U",
                    "postgres",
                    "-h",
                ])
                .arg(self.socket())
                .args(["-d", database, "-c", sql]),
        )?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// A session.
    pub(crate) fn connect(&self, database: &str) -> io::Result<::postgres::Client> {
        ::postgres::Config::new()
            .host_path(self.socket())
            .user("postgres")
            .dbname(database)
            .connect(::postgres::NoTls)
            .map_err(io::Error::other)
    }

    fn backrest(&self) -> Command {
        let mut command = postgres("pgbackrest");
        command
            .arg(format!(
                "--config={}",
                self.path("pgbackrest.conf").display()
            ))
            .arg("--stanza=ehr");
        command
    }

    fn make_cluster(&mut self) -> io::Result<()> {
        let (pg, socket) = (self.folder("pg")?, self.folder("socket")?);
        let (repo, spool) = (self.folder("pgbackrest")?, self.folder("spool")?);
        self.folder("wal")?;
        init(&pg, &["--data-checksums", "-A", "trust"])?;
        fs::write(
            self.path("pgbackrest.conf"),
            format!(
                "[global]\nrepo1-path={}\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass={PASSPHRASE}\nrepo1-retention-full=9\nlock-path={spool}\nlog-path={spool}\nlog-level-file=off\nlog-level-console=warn\nstart-fast=y\ncompress-level=1\n[ehr]\npg1-path={}\npg1-socket-path={}\npg1-user=postgres\n",
                repo.display(),
                pg.display(),
                socket.display(),
                spool = spool.display(),
            ),
        )?;
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nfsync = off\nautovacuum = off\nshared_buffers = 32MB\nmax_wal_senders = 4\nwal_level = replica\narchive_mode = on\narchive_command = 'pgbackrest --config={} --stanza=ehr archive-push %p && cp %p {}/%f'\n",
            socket.display(),
            self.path("pgbackrest.conf").display(),
            self.path("wal").display(),
        );
        let file = pg.join("postgresql.conf");
        let mut text = fs::read_to_string(&file)?;
        text.push_str(&settings);
        fs::write(&file, text)?;
        start(&pg)?;
        must(self.backrest().arg("stanza-create"))?;
        self.sql("postgres", "create database ehr")?;
        self.sql(
            "ehr",
            "create table patients (id serial primary key, name text not null, mrn text unique, born date);
             create table encounters (id bigserial primary key, patient int references patients, note text, at timestamptz default now());
             create index encounters_note on encounters (note);
             create table schema_migrations (version int);
             insert into schema_migrations values (42);
             insert into patients (name, mrn, born)
               select 'Planted Patient ' || g, 'MRN' || lpad(g::text, 8, '0'), date '1950-01-01' + g from generate_series(1, 2000) g;
             insert into encounters (patient, note)
               select 1 + g % 2000, md5(g::text) || ' seen' from generate_series(1, 3000) g;
             create role clerk login; grant select on all tables in schema public to clerk;
             grant usage on schema public to clerk;
             select lo_from_bytea(90001, 'a scan of a letter'); grant select on large object 90001 to clerk;
             create role reader login; grant reader to postgres;",
        )?;
        self.heap = self.sql("ehr", "select pg_relation_filepath('patients')")?;
        self.index = self.sql("ehr", "select pg_relation_filepath('encounters_note')")?;
        let table = TableName::parse(canary::TABLE).map_err(io::Error::other)?;
        let mut client = self.connect("ehr")?;
        canary::create(&mut client, &table).map_err(io::Error::other)?;
        self.write_canary(&mut client)
    }

    fn write_canary(&self, client: &mut ::postgres::Client) -> io::Result<()> {
        let table = TableName::parse(canary::TABLE).map_err(io::Error::other)?;
        let key = fs::read(self.secrets.join("canary/mac"))?;
        canary::write(client, &table, &key)
            .map_err(io::Error::other)
            .map(drop)
    }

    /// `pg_dump` of the database into a file.
    pub(crate) fn dump(&self, name: &str, arguments: &[&str]) -> io::Result<PathBuf> {
        let output = must(
            postgres(&format!("{BIN}/pg_dump"))
                .args(["-U", "postgres", "-h"])
                .arg(self.socket())
                .args(arguments),
        )?;
        let path = self.path(name);
        fs::write(&path, output.stdout)?;
        Ok(path)
    }

    fn base_backup(&self, name: &str, arguments: &[&str]) -> io::Result<PathBuf> {
        let path = self.folder(name)?;
        must(
            postgres(&format!("{BIN}/pg_basebackup"))
                .args(["-U", "postgres", "--no-sync", "-c", "fast", "-h"])
                .arg(self.socket())
                .arg("-D")
                .arg(&path)
                .args(arguments),
        )?;
        Ok(path)
    }

    fn make_backups(&mut self) -> io::Result<()> {
        // The dumps that all hold the same, with the manifest of their snapshot.
        self.dump("stale.dump", &["-Fc", "ehr"])?;
        let key = fs::read(self.secrets.join("digest/key"))?;
        let mut client = self.connect("ehr")?;
        self.write_canary(&mut client)?;
        // Base backups before the last rows, which only the archive has.
        must(self.backrest().args(["backup", "--type=full"]))?;
        self.base_backup("base", &["-Fp", "-X", "stream"])?;
        self.base_backup("base-tar", &["-Ft", "-X", "stream"])?;
        self.base_backup("base-no-wal", &["-Fp", "-X", "none"])?;
        self.base_backup("base-no-sums", &["-Fp", "--manifest-checksums=NONE"])?;
        must(
            Command::new("cp")
                .arg("-a")
                .arg(self.path("pg"))
                .arg(self.path("live")),
        )?;
        fs::remove_file(self.path("live/postmaster.pid"))?;
        self.sql(
            "ehr",
            &format!("insert into encounters (patient, note) select 1, 'later ' || g from generate_series(1, {LATER}) g"),
        )?;
        let mut client = self.connect("ehr")?;
        self.write_canary(&mut client)?;
        let values = [(
            "schemaVersion".to_owned(),
            "select max(version) from public.schema_migrations".to_owned(),
        )];
        let mut snapshot = Snapshot::export(&mut client).map_err(io::Error::other)?;
        self.content = snapshot
            .observe(Look {
                digest_key: Some(&key),
                values: &values,
            })
            .map_err(io::Error::other)?;
        self.taken_at = snapshot.taken_at();
        let shared = format!("--snapshot={}", snapshot.id());
        self.dump("good.dump", &["-Fc", &shared, "ehr"])?;
        self.dump("good.sql", &["-Fp", &shared, "ehr"])?;
        self.dump("good.tar", &["-Ft", &shared, "ehr"])?;
        self.dump("schema.dump", &["-Fc", "--schema-only", "ehr"])?;
        self.dump("no-blobs.dump", &["-Fc", "--no-blobs", &shared, "ehr"])?;
        self.dump(
            "canary.dump",
            &["-Fc", "--no-blobs", "--exclude-table-data=public.*", "ehr"],
        )?;
        self.dump(
            "excluded.dump",
            &["-Fc", "--exclude-table-data=public.encounters", "ehr"],
        )?;
        drop(snapshot);
        self.sql("postgres", "create database empty")?;
        self.dump("empty.dump", &["-Fc", "empty"])?;
        self.sql(
            "ehr",
            "alter table encounters enable row level security;
             create policy few on encounters for select to clerk using (id <= 10);
             grant usage on schema hipaa_iac to clerk;
             grant select on all tables in schema hipaa_iac to clerk;
             grant select on all sequences in schema public, hipaa_iac to clerk;",
        )?;
        let filtered = must(
            postgres(&format!("{BIN}/pg_dump"))
                .args(["-U", "clerk", "--enable-row-security", "-Fc", "-h"])
                .arg(self.socket())
                .arg("ehr"),
        )?;
        fs::write(self.path("filtered.dump"), filtered.stdout)?;
        self.sql(
            "ehr",
            "drop policy few on encounters; alter table encounters disable row level security",
        )?;
        // The last of the log into the archive: a segment of its own for the rows that came later.
        self.sql("postgres", "select pg_switch_wal()")?;
        self.sql("postgres", "checkpoint")?;
        let last = self.sql("postgres", "select pg_walfile_name(pg_switch_wal())")?;
        self.archived(&last)?;
        self.make_restic()?;
        self.make_cluster_backups(&key)
    }

    /// Waits until a file of the log is in the archive: it is there before all of it is.
    fn archived(&self, last: &str) -> io::Result<()> {
        for _ in 0..1200 {
            let archived =
                self.sql("postgres", "select last_archived_wal from pg_stat_archiver")?;
            if archived.as_str() >= last {
                return Ok(());
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Err(io::Error::other("the log is not archived"))
    }

    /// Backups of a cluster with several databases that hold something.
    fn make_cluster_backups(&mut self, key: &[u8]) -> io::Result<()> {
        self.sql("postgres", "create database billing")?;
        self.sql(
            "billing",
            "create extension citext;
             create table invoices (id serial primary key, patient citext);
             insert into invoices (patient) select 'Planted Patient ' || g from generate_series(1, 50) g;",
        )?;
        for name in ["ehr", "billing", "empty", "postgres"] {
            let mut client = self.connect(name)?;
            let look = Look {
                digest_key: Some(key),
                values: &[],
            };
            let content = Snapshot::export(&mut client)
                .and_then(|mut snapshot| snapshot.observe(look))
                .map_err(io::Error::other)?;
            self.cluster.push(content);
        }
        self.base_backup("base-cluster", &["-Fp", "-X", "stream"])?;
        let dumped = must(
            postgres(&format!("{BIN}/pg_dumpall"))
                .args(["-U", "postgres", "-h"])
                .arg(self.socket()),
        )?;
        fs::write(self.path("cluster.sql"), dumped.stdout)?;
        let folder = self.folder("dumped")?;
        must(
            postgres(&format!("{BIN}/pg_dump"))
                .args(["-U", "postgres", "-Fd", "-h"])
                .arg(self.socket())
                .arg("-f")
                .arg(folder.join("ehr"))
                .arg("ehr"),
        )
        .map(drop)
    }

    /// One repository with a snapshot for each thing that may be wrong before restic.
    fn make_restic(&self) -> io::Result<()> {
        let flip_page = |root: &Path, file: &str, page: u64| -> io::Result<()> {
            let path = root.join(file);
            let mut bytes = fs::read(&path)?;
            let at = usize::try_from(page * 8192 + 8000).map_err(io::Error::other)?;
            let at = at.min(bytes.len() - 100);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 0x10;
            }
            fs::write(path, bytes)
        };
        must(self.restic().arg("init"))?;
        let variants: [(&str, Damage<'_>); 7] = [
            ("heap", &|root| flip_page(root, &self.heap, 1)),
            ("index", &|root| flip_page(root, &self.index, 1)),
            ("relation", &|root| fs::remove_file(root.join(&self.heap))),
            ("label", &|root| fs::remove_file(root.join("backup_label"))),
            ("empty", &|root| {
                fs::remove_dir_all(root)?;
                fs::create_dir(root)
            }),
            ("live", &|_| Ok(())),
            ("no-wal", &|_| Ok(())),
        ];
        self.snapshot("good", &self.path("base"))?;
        for (tag, damage) in variants {
            let folder = self.path("snapshot");
            let from = match tag {
                "live" => self.path("live"),
                "no-wal" => self.path("base-no-wal"),
                _ => self.path("base"),
            };
            must(Command::new("cp").arg("-a").arg(from).arg(&folder))?;
            damage(&folder)?;
            self.snapshot(tag, &folder)?;
            fs::remove_dir_all(&folder)?;
        }
        let dump = fs::File::open(self.path("good.dump"))?;
        must(
            self.restic()
                .args([
                    "backup",
                    "--stdin",
                    "--stdin-filename",
                    "ehr.dump",
                    "--tag",
                    "stdin",
                ])
                .stdin(dump),
        )?;
        Ok(())
    }

    /// restic over the fixture's repository.
    pub(crate) fn restic(&self) -> Command {
        let mut command = Command::new("restic");
        command
            .args(["--quiet", "--no-cache", "--repo"])
            .arg(self.path("restic"))
            .env("RESTIC_PASSWORD", PASSPHRASE)
            .stdin(Stdio::null());
        command
    }

    fn snapshot(&self, tag: &str, folder: &Path) -> io::Result<()> {
        must(self.restic().args(["backup", "--tag", tag]).arg(folder)).map(drop)
    }

    /// Encrypts with age, as a producer does.
    pub(crate) fn age(&self, from: &Path, to: &Path) -> io::Result<()> {
        must(
            Command::new("age")
                .args(["-r", &self.recipient()?, "-o"])
                .arg(to)
                .arg(from),
        )
        .map(drop)
    }

    /// Signs the manifest of a stored backup of `ehr`.
    pub(crate) fn sign(&self, artifact: &Path) -> io::Result<Vec<u8>> {
        self.sign_all(artifact, std::slice::from_ref(&self.content))
    }

    /// Signs the manifest of a stored backup of these databases.
    pub(crate) fn sign_all(&self, artifact: &Path, contents: &[Content]) -> io::Result<Vec<u8>> {
        self.sign_as_of(artifact, contents, self.taken_at)
    }

    /// The same, taken at another time.
    pub(crate) fn sign_as_of(
        &self,
        artifact: &Path,
        contents: &[Content],
        taken_at: Time,
    ) -> io::Result<Vec<u8>> {
        let (first, others) = contents
            .split_first()
            .ok_or_else(|| io::Error::other("no database"))?;
        let name = artifact
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        manifest::sign(
            &name,
            manifest::digest(artifact)?,
            taken_at,
            (first.clone(), others.to_vec()),
            &self.signer,
        )
        .map(|envelope| envelope.to_json())
        .map_err(io::Error::other)
    }

    /// A verification with the checks that every case has.
    #[expect(clippy::unused_self, reason = "reads as what is the fixture's")]
    pub(crate) fn verification(&self, name: &str, source: &Value) -> Value {
        let mut document = json!({
            "apiVersion": "hipaa-iac.dev/v1alpha1",
            "kind": "RestoreVerification",
            "metadata": {"name": name},
            "spec": {
                "source": source,
                "target": {"storage": {"memory": {"sizeLimit": "1Gi"}},
                           "engine": {"postgres": {"parameters": {"shared_buffers": "32MB"}, "roles": ["clerk"]}}},
                "deadlines": {"fetchSeconds": 300, "restoreSeconds": 300, "checksSeconds": 300, "totalSeconds": 600},
                "objectives": {"maxBackupAge": "1d", "maxDataAge": "1d", "maxRecoveryPointLag": "1d", "rto": "4h"},
                "checks": {
                    "canary": {"macKeySecretRef": {"name": "canary", "key": "mac"}, "maxAge": "26h"},
                    "sql": [
                        {"id": "patients", "query": "select count(*) from public.patients", "expect": {"op": ">=", "value": 2000}, "severity": "Critical"},
                        {"id": "encounters", "query": "select count(*) from public.encounters", "expect": {"op": ">=", "value": 3000}},
                    ],
                },
            },
        });
        if ["pgBaseBackup", "pgBackRest"]
            .iter()
            .any(|kind| source.get(kind).is_some())
        {
            // A cluster has several databases, later or sooner.
            let checks = &mut document["spec"]["checks"];
            checks["canary"]["database"] = json!("ehr");
            for at in 0..2 {
                checks["sql"][at]["database"] = json!("ehr");
            }
        }
        document
    }
}

static SHARED: Mutex<Option<Result<Arc<Fixture>, String>>> = Mutex::new(None);

/// The fixture of this run, made when it is first asked for.
pub(crate) fn get() -> Result<Arc<Fixture>, Failed> {
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared
        .get_or_insert_with(|| {
            Fixture::make()
                .map(Arc::new)
                .map_err(|error| error.to_string())
        })
        .clone()
        .map_err(Failed::from)
}

/// Ends the fixture's server and removes its folder.
pub(crate) fn forget() {
    drop(SHARED.lock().unwrap_or_else(PoisonError::into_inner).take());
}
