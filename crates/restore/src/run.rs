//! A verification from the caller's side: the backup is found and read here, where the network is; the sandbox opens,
//! restores and checks it; and here the verdict is given, once the sandbox is gone.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt as _},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use nix::{sys::prctl, unistd::getuid};
use sha2::{Digest as _, Sha256};

use crate::{
    check,
    config::{Location, RestoreVerification, Source, StorageTarget},
    context::{Event, Failure},
    fetch, jail,
    location::{self, Bucket, Finder, Located, LocatedForm},
    message::Snapshot,
    protocol::{Done, Kind, Layout, Message, Request, seconds_since, send, uptime, write_request},
    record,
    result::{
        Artifact, CheckResult, CheckStatus, Destroyed, Encryption, EncryptionFormat, Isolation,
        Objective, ObjectiveName, Phase, PhaseTime, Reason, RestoreResult, SCHEMA_VERSION, Scratch,
        ServerSideAlgorithm, Severity, Storage, Time, Tool, Trigger, TriggerKind, Verdict,
        Verification,
    },
    sandbox, scratch, source,
};

/// How long after its deadlines a run may still be taken down, in seconds.
const GRACE: u64 = 60;

/// What is missing where Landlock is required.
const NEEDS_LANDLOCK: &str = "Landlock is required here: Linux 5.19 or later with it among its LSMs, and in a container a seccomp profile that allows it";

/// What a run needs besides the verification.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program that [`sandbox::dispatch`] is called in.
    pub program: PathBuf,
    /// The folder with the secrets.
    pub secrets: PathBuf,
    /// A folder that [`crate::fetch::fetch`] filled, in place of the verification's location.
    pub fetched: Option<PathBuf>,
    /// What the location's volume was made of, where it was of a snapshot.
    pub snapshot: Option<Snapshot>,
    /// The folder that the scratch is below; by default [`scratch::default_base`].
    pub scratch: Option<PathBuf>,
    /// The folder of state.
    pub state: PathBuf,
    /// The canary's number in an earlier run that passed, as somebody else remembers it.
    pub last_canary: Option<i64>,
    /// `sha256:` and the digest of the image that it runs from, where it does.
    pub image_digest: Option<String>,
    /// How the scratch is kept from the machine.
    pub isolation: IsolationChoice,
    /// Nothing is restored in a folder whose machine's files Landlock does not close: as in a pod, where what is restored is of the user that reads the
    /// keys and tells the result.
    pub landlock_required: bool,
    /// Why it runs.
    pub trigger: Trigger,
}

impl Options {
    /// A run by hand of this program.
    pub fn new(program: PathBuf, secrets: PathBuf) -> Self {
        Self {
            program,
            secrets,
            fetched: None,
            snapshot: None,
            scratch: None,
            state: scratch::default_state(),
            last_canary: None,
            image_digest: None,
            isolation: IsolationChoice::Auto,
            landlock_required: false,
            trigger: Trigger {
                kind: TriggerKind::Cli,
                scheduled_for: None,
                requested_by: None,
                attempt: None,
            },
        }
    }
}

/// How the scratch is kept from the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsolationChoice {
    /// Namespaces where this process may make them, else a folder.
    Auto,
    /// Namespaces or nothing.
    Namespaces,
    /// A folder that nobody else may enter.
    Directory,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The result.
    pub result: RestoreResult,
    /// What a person needs to find the cause, as lowercase fragments. Not for the record.
    pub notes: Vec<String>,
}

/// Runs a verification. `text` is the document as it was read, whose digest goes into the result; `stop` ends the
/// run when it becomes true; `progress` is told what happens.
///
/// The caller's process becomes the reaper of orphans, and must have no children of its own meanwhile.
pub fn verify(
    verification: &RestoreVerification,
    text: &str,
    options: &Options,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Event),
) -> Run {
    let mut run = Running::new(verification, text, options);
    run.go(stop, progress);
    run.end()
}

struct Running<'a> {
    verification: &'a RestoreVerification,
    options: &'a Options,
    spec_digest: String,
    id: String,
    started_at: Time,
    /// The same moment by [`uptime`].
    begun: Option<Duration>,
    /// How long another process fetched the backup before.
    fetched_for: Duration,
    artifact: Option<Artifact>,
    encryption: Encryption,
    phases: Vec<PhaseTime>,
    done: Option<Done>,
    failure: Option<Failure>,
    scratch: Scratch,
    /// Whether Landlock keeps a scratch that is a folder from the machine's other files.
    landlock: Option<bool>,
    notes: Vec<String>,
}

impl<'a> Running<'a> {
    fn new(verification: &'a RestoreVerification, text: &str, options: &'a Options) -> Self {
        Self {
            verification,
            options,
            spec_digest: format!(
                "sha256:{}",
                crate::stream::hex(&Sha256::digest(text.as_bytes()))
            ),
            id: new_id(),
            started_at: Time::now(),
            begun: uptime(),
            fetched_for: Duration::ZERO,
            artifact: None,
            encryption: Encryption::unknown(),
            phases: Vec::new(),
            done: None,
            failure: None,
            scratch: Scratch {
                isolation: Isolation::LocalNamespaces,
                storage: None,
                max_lifetime_seconds: Some(
                    verification
                        .spec
                        .deadlines
                        .total_seconds
                        .saturating_add(GRACE),
                ),
                destroyed: Destroyed::NotCreated,
                verified_absent_at: None,
            },
            landlock: None,
            notes: Vec::new(),
        }
    }

    fn go(&mut self, stop: &AtomicBool, progress: &mut dyn FnMut(&Event)) {
        if self.verification.spec.suspend {
            self.failure = Some(Failure::new(Reason::Suspended, "spec.suspend is true"));
            return;
        }
        if let Err(failure) = self.attempt(stop, progress) {
            self.failure.get_or_insert(failure);
        }
    }

    fn attempt(
        &mut self,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(&Event),
    ) -> Result<(), Failure> {
        let spec = &self.verification.spec;
        let memory = match &spec.target.storage {
            StorageTarget::Memory(memory) => Some(memory.size_limit.0),
            StorageTarget::EphemeralVolume(_) => None,
        };
        let state = &self.options.state;
        let base = self
            .options
            .scratch
            .clone()
            .unwrap_or_else(|| scratch::default_base(memory.is_some()));
        let config = |what: &str, path: &Path, error: &std::io::Error| {
            Failure::new(
                Reason::ConfigError,
                format!("{what} {}: {error}", path.display()),
            )
        };
        scratch::private(state).map_err(|error| config("the state folder", state, &error))?;
        let collected = scratch::collect(state, std::slice::from_ref(&base));
        for folder in &collected.removed {
            self.notes.push(format!(
                "removed {}, which a dead run left",
                folder.display()
            ));
        }
        let _alone = self.alone()?;
        told(prctl::set_child_subreaper(true))?;
        let folder = scratch::RunFolder::create(&base, state, &self.id)
            .map_err(|error| config("the scratch folder", &base, &error))?;
        let kind = match self.kind(&folder.path) {
            Ok(kind) => kind,
            Err(failure) => {
                folder.destroy();
                return Err(failure);
            }
        };
        if kind == Kind::Folder {
            let landlock = jail::has_landlock();
            self.notes.push(beside(landlock).to_owned());
            self.landlock = Some(landlock);
        }
        // Without a file system of its own a folder is all there is.
        let memory = if kind == Kind::Folder { None } else { memory };
        self.scratch.isolation = match kind {
            Kind::Root | Kind::User => Isolation::LocalNamespaces,
            Kind::Folder => Isolation::LocalDirectory,
        };
        // Before a key is read, or a byte of the backup.
        if self.options.landlock_required && self.landlock == Some(false) {
            folder.destroy();
            return Err(Failure::new(Reason::ToolMissing, NEEDS_LANDLOCK));
        }
        self.scratch.storage = Some(if memory.is_some() {
            Storage::Memory
        } else {
            Storage::LocalDirectory
        });
        let outcome = self.in_folder(&folder.path, kind, memory, stop, progress);
        progress(&Event::Phase(Phase::Destroy));
        let begun = Instant::now();
        scratch::kill_descendants();
        let reaped = scratch::reap(Instant::now() + Duration::from_secs(30));
        let gone = folder.destroy();
        self.phases.push(PhaseTime {
            name: Phase::Destroy,
            seconds: seconds(begun.elapsed()),
            bytes: None,
            exit_code: None,
        });
        if reaped && gone {
            self.scratch.destroyed = Destroyed::Verified;
            self.scratch.verified_absent_at = Some(Time::now());
        } else {
            self.scratch.destroyed = Destroyed::NotVerified;
            self.notes.push(
                "the scratch could not be shown to be gone: run `hipaa-iac restore gc`".to_owned(),
            );
        }
        outcome
    }

    /// One run of a verification at a time.
    fn alone(&self) -> Result<fs::File, Failure> {
        let failed = |error: std::io::Error| {
            Failure::new(Reason::ConfigError, format!("the state folder: {error}"))
        };
        let folder = self.options.state.join("verifications");
        scratch::private(&folder).map_err(failed)?;
        let path = folder.join(format!("{}.lock", self.verification.metadata.name));
        let file = fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(Failure::new(
                Reason::ConcurrencyForbid,
                "another run of this verification is under way",
            )),
            Err(fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// What this process may make, by trying.
    fn kind(&mut self, run: &Path) -> Result<Kind, Failure> {
        let wanted = if getuid().is_root() {
            Kind::Root
        } else {
            Kind::User
        };
        if self.options.isolation == IsolationChoice::Directory {
            return Ok(Kind::Folder);
        }
        let layout = self.layout(run, wanted, Some(16 << 20), None, None, true);
        let problem = match Sandbox::start(&layout) {
            Ok(sandbox) => match sandbox.probe() {
                None => return Ok(wanted),
                Some(problem) => problem,
            },
            Err(failure) => failure.detail,
        };
        if self.options.isolation == IsolationChoice::Namespaces {
            return Err(Failure::new(
                Reason::ConfigError,
                format!("namespaces cannot be made here: {problem}"),
            ));
        }
        self.notes.push(format!("no namespaces ({problem})"));
        Ok(Kind::Folder)
    }

    fn layout(
        &self,
        run: &Path,
        kind: Kind,
        memory: Option<u64>,
        tree: Option<PathBuf>,
        wal: Option<PathBuf>,
        probe: bool,
    ) -> Layout {
        Layout {
            program: self.options.program.clone(),
            parent: i32::try_from(std::process::id()).unwrap_or(0),
            kind,
            run: run.to_owned(),
            memory,
            secrets: self.options.secrets.clone(),
            tree,
            wal,
            probe,
        }
    }

    fn in_folder(
        &mut self,
        folder: &Path,
        kind: Kind,
        memory: Option<u64>,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(&Event),
    ) -> Result<(), Failure> {
        let spec = &self.verification.spec;
        let source = source::of(&spec.source);
        progress(&Event::Phase(Phase::Locate));
        let begun = Instant::now();
        let limit = begun + Duration::from_secs(spec.deadlines.fetch_seconds);
        let total = begun + Duration::from_secs(spec.deadlines.total_seconds);
        let go_on = || {
            if stop.load(Ordering::Relaxed) {
                Err(interrupted())
            } else if Instant::now() > total {
                Err(Failure::over(Reason::DeadlineExceeded, "totalSeconds"))
            } else if Instant::now() > limit {
                Err(Failure::over(Reason::FetchTimeout, "fetchSeconds"))
            } else {
                Ok(())
            }
        };
        let finder = |mirror| Finder {
            form: source.form(),
            manifest_key: spec.source.manifest_key(),
            secrets: &self.options.secrets,
            mirror,
            source: Some(&*source),
            go_on: &go_on,
        };
        let mirror = folder.join(scratch::MIRROR);
        let wal_mirror = folder.join(scratch::LOG_MIRROR);
        let fetched = self.options.fetched.as_deref();
        let log_at = match &spec.source {
            Source::PgBaseBackup(base) => base.wal.as_ref(),
            _ => None,
        };
        let is_copied = [Some(spec.source.location()), log_at]
            .into_iter()
            .any(|location| matches!(location, Some(Location::S3(_))));
        // Until this returns, and the folders are empty.
        let _guard = match fetched {
            None if is_copied => Some(self.guard([&mirror, &wal_mirror])?),
            _ => None,
        };
        let (located, buckets) = if let Some(fetched) = fetched {
            let (located, buckets, took) = fetch::found(fetched)?;
            self.fetched_for = took;
            (located, buckets)
        } else {
            let located = location::find(spec.source.location(), &finder(&mirror));
            // Also where not all of it came.
            if !check::is_client_side(&spec.source) {
                self.tell_copy(&mirror);
            }
            (located?, location::buckets(spec, &self.options.secrets)?)
        };
        let mut server_side = located.server_side.clone();
        let wal = match (log_at, fetched) {
            // Then what the store said of both was put together.
            (Some(_), Some(fetched)) => fetch::found_log(fetched),
            (Some(wal), None) => {
                let finder = Finder {
                    form: source::Form::Tree,
                    manifest_key: None,
                    secrets: &self.options.secrets,
                    mirror: &wal_mirror,
                    source: None,
                    go_on: &go_on,
                };
                let log = location::find(wal, &finder);
                // Segments of log are never encrypted by their producer: what restores them reads them as they are.
                self.tell_copy(&wal_mirror);
                let log = log?;
                server_side = location::weaker(server_side, log.server_side);
                match log.form {
                    LocatedForm::Tree(tree) => Some(tree),
                    LocatedForm::Stream(_) => None,
                }
            }
            (None, _) => None,
        };
        self.phases.push(PhaseTime {
            name: Phase::Locate,
            seconds: seconds(begun.elapsed()),
            bytes: None,
            exit_code: None,
        });
        self.encryption.server_side = server_side;
        let mut artifact = Artifact {
            kind: source.kind(),
            uri: located.uri.clone(),
            version_id: located.version_id.clone(),
            size_bytes: located.size,
            digest: None,
            produced_at: None,
            label: None,
            producer_tool: None,
            lsn: None,
            manifest_digest: None,
        };
        if let Some(snapshot) = &self.options.snapshot {
            artifact.uri.clone_from(&snapshot.uri);
            artifact.version_id = Some(snapshot.uid.clone());
            artifact.produced_at = snapshot.taken_at;
            self.encryption.server_side.algorithm = if snapshot.encrypted {
                ServerSideAlgorithm::StorageClass
            } else {
                ServerSideAlgorithm::Unknown
            };
        }
        self.artifact = Some(artifact.clone());
        let outcome = self.in_sandbox(
            folder,
            (kind, memory),
            (located, buckets),
            wal,
            artifact,
            stop,
            progress,
        );
        // Whatever the document says of it.
        let is_open = |done: &Done| done.encryption.client_side.format == EncryptionFormat::None;
        if self.done.as_ref().is_some_and(is_open) {
            self.tell_copy(&mirror);
        }
        outcome
    }

    /// Says of a copy of a store's objects in the clear that it lay on disk, where there is one.
    fn tell_copy(&mut self, copy: &Path) {
        let is_there = copy
            .read_dir()
            .is_ok_and(|mut entries| entries.next().is_some());
        let base = copy.ancestors().nth(2).unwrap_or(copy);
        let note = format!(
            "the copy of the backup, which its producer did not encrypt, lay on the disk of {} during the run: what is deleted there is not overwritten",
            base.display()
        );
        if is_there && !self.notes.contains(&note) {
            self.scratch.storage = Some(Storage::LocalDirectory);
            self.notes.push(note);
        }
    }

    /// A process that empties folders when this one goes, however it ends, and is ended with the others before.
    fn guard(&self, folders: [&PathBuf; 2]) -> Result<Guard, Failure> {
        Command::new(&self.options.program)
            .arg(sandbox::GUARD)
            .args(folders)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(Guard)
            .map_err(|error| Failure::system("the sandbox", &error))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one run, used once")]
    fn in_sandbox(
        &mut self,
        folder: &Path,
        (kind, memory): (Kind, Option<u64>),
        (located, buckets): (Located, Vec<Bucket>),
        wal: Option<PathBuf>,
        artifact: Artifact,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(&Event),
    ) -> Result<(), Failure> {
        let (tree, stream) = match located.form {
            LocatedForm::Tree(tree) => (Some(tree), None),
            LocatedForm::Stream(stream) => (None, Some(stream)),
        };
        let (last_canary_seq, last_canary_system) = self.last_canary()?;
        let request = Request {
            verification: self.verification.clone(),
            artifact,
            encryption: self.encryption.clone(),
            buckets,
            manifest: located.manifest,
            last_canary_seq,
            last_canary_system,
            started_at: self.started_at,
            begun: self.begun,
            stream: stream.is_some(),
            wal: wal.is_some(),
        };
        let layout = self.layout(folder, kind, memory, tree, wal, false);
        let mut sandbox = Sandbox::start(&layout)?;
        self.scratch.destroyed = Destroyed::NotVerified;
        let fetched = sandbox.feed(request, stream)?;
        let total =
            Instant::now() + Duration::from_secs(self.verification.spec.deadlines.total_seconds);
        let fetch_limit = Duration::from_secs(self.verification.spec.deadlines.fetch_seconds);
        let most = self.verification.spec.target.storage.size();
        let grown = memory
            .is_none()
            .then(|| scratch::watch_size(folder.join(scratch::DATA), most));
        let problem = loop {
            match sandbox.messages.recv_timeout(Duration::from_millis(50)) {
                Ok(Message::Ready) => {}
                Ok(Message::Event(event)) => progress(&event),
                Ok(Message::Done(done)) => {
                    self.done = Some(*done);
                    break None;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    break Some(Failure::new(
                        Reason::RunnerLost,
                        format!("the sandbox died{}", sandbox.last_words()),
                    ));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if stop.load(Ordering::Relaxed) {
                break Some(interrupted());
            }
            if Instant::now() > total {
                break Some(Failure::over(Reason::DeadlineExceeded, "totalSeconds"));
            }
            if grown
                .as_ref()
                .is_some_and(|grown| grown.load(Ordering::Relaxed))
            {
                break Some(Failure::new(
                    Reason::StorageFull,
                    format!(
                        "the scratch holds more than the {most} bytes of target.storage, or what nobody can look into"
                    ),
                ));
            }
            if fetched
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .seconds()
                > fetch_limit
            {
                break Some(Failure::over(Reason::FetchTimeout, "fetchSeconds"));
            }
        };
        sandbox.end(problem.is_none());
        let fetched = fetched.lock().unwrap_or_else(PoisonError::into_inner);
        if fetched.bytes > 0 || !self.fetched_for.is_zero() {
            self.phases.push(PhaseTime {
                name: Phase::Fetch,
                seconds: seconds(self.fetched_for + fetched.seconds()),
                bytes: (fetched.bytes > 0).then_some(fetched.bytes),
                exit_code: None,
            });
        }
        match problem {
            Some(problem) => Err(problem),
            None => Ok(()),
        }
    }

    fn canary_file(&self) -> PathBuf {
        self.options
            .state
            .join("canary")
            .join(&self.verification.metadata.name)
    }

    /// The sequence of the canary of the last run that passed, and the cluster that it was written to. What cannot be read is not the same as what
    /// is not there.
    fn last_canary(&self) -> Result<(Option<i64>, Option<i64>), Failure> {
        let elsewhere = self.options.last_canary;
        if self.verification.spec.checks.canary.is_none() {
            return Ok((elsewhere, None));
        }
        let file = self.canary_file();
        let failed = |what: &str| {
            Failure::new(
                Reason::ConfigError,
                format!("the state folder: {}: {what}", file.display()),
            )
        };
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok((elsewhere, None));
            }
            Err(error) => return Err(failed(&error.to_string())),
        };
        let numbers: Result<Vec<i64>, _> = text.split_ascii_whitespace().map(str::parse).collect();
        // Of two memories the one that saw more.
        match numbers.as_deref() {
            Ok([seq]) => Ok((elsewhere.max(Some(*seq)), None)),
            Ok([seq, system]) => Ok((elsewhere.max(Some(*seq)), Some(*system))),
            _ => Err(failed(
                "what is remembered of the canary is not understood; without the file it begins anew",
            )),
        }
    }

    fn keep_canary(&self, (seq, system): (i64, i64)) -> std::io::Result<()> {
        let file = self.canary_file();
        let folder = file.parent().unwrap_or(&file);
        scratch::private(folder)?;
        let new = folder.join(format!(".{}.{}", self.verification.metadata.name, self.id));
        let mut to = fs::File::create_new(&new)?;
        writeln!(to, "{seq} {system}")?;
        to.sync_all()?;
        fs::rename(new, file)
    }

    fn end(mut self) -> Run {
        let before = self.fetched_for.as_secs_f64();
        let elapsed = seconds_since(self.begun)
            .unwrap_or_else(|| Time::now().seconds_since(self.started_at))
            + before;
        let done = self.done.take();
        let failure = self.failure.take().or_else(|| {
            done.as_ref()
                .and_then(|done| done.failure.clone())
                .map(|(reason, detail)| Failure::new(reason, detail))
        });
        let rto = self.verification.spec.objectives.rto.seconds();
        let objectives = self.objectives(done.as_ref(), elapsed);
        let reason = judge(failure.as_ref(), done.as_ref(), &objectives, elapsed > rto);
        let mut verdict = reason.verdict();
        let mut reason = reason;
        if verdict == Verdict::Passed && self.scratch.destroyed != Destroyed::Verified {
            (verdict, reason) = (Verdict::Inconclusive, Reason::RunnerLost);
        }
        if let Some(failure) = &failure {
            self.notes.push(failure.detail.clone());
        }
        if verdict == Verdict::Passed
            && let Some(canary) = done.as_ref().and_then(|done| done.canary)
            && let Err(error) = self.keep_canary(canary)
        {
            self.notes
                .push(format!("the canary's sequence could not be kept: {error}"));
        }
        let mut phases = self.phases;
        let (artifact, encryption, mut checks, engine) = match done {
            Some(done) => {
                phases.extend(done.phases);
                let checks = done.checks.into_iter().map(|(check, _)| check).collect();
                (Some(done.artifact), done.encryption, checks, done.engine)
            }
            None => (self.artifact, self.encryption, Vec::new(), None),
        };
        let required = self.options.landlock_required;
        checks.extend(
            self.landlock
                .map(|landlock| files_are_closed(landlock, required)),
        );
        phases.sort_by_key(|phase| phase.name);
        let metadata = &self.verification.metadata;
        let result = RestoreResult {
            schema_version: SCHEMA_VERSION.to_owned(),
            kind: "RestoreVerificationResult".to_owned(),
            run_id: self.id,
            verification: Verification {
                cluster: None,
                namespace: metadata.namespace.clone(),
                name: metadata.name.clone(),
                uid: None,
                spec_digest: self.spec_digest,
            },
            trigger: self.options.trigger.clone(),
            tool: Tool {
                name: "hipaa-iac".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                git_commit: None,
                image_digest: self.options.image_digest.clone(),
                engine,
            },
            started_at: self.started_at,
            finished_at: Time::now(),
            verdict,
            reason,
            artifact,
            encryption,
            objectives,
            phases,
            checks,
            scratch: self.scratch,
            controls: record::controls(),
            prior: None,
        };
        Run {
            result,
            notes: self.notes,
        }
    }

    fn objectives(&self, done: Option<&Done>, elapsed: f64) -> BTreeMap<ObjectiveName, Objective> {
        let wanted = &self.verification.spec.objectives;
        let measured = |name| done.and_then(|done| done.measured.get(&name)).copied();
        let mut all = BTreeMap::new();
        for (name, target) in [
            (ObjectiveName::BackupAge, wanted.max_backup_age),
            (ObjectiveName::DataAge, wanted.max_data_age),
            (
                ObjectiveName::RecoveryPointLag,
                wanted.max_recovery_point_lag,
            ),
        ] {
            if let Some(target) = target {
                all.insert(name, Objective::judge(target.seconds(), measured(name)));
            }
        }
        let recovered = done.and_then(|done| done.recovery_seconds);
        // Who restores for real fetches the backup first.
        let recovered = recovered.map(|seconds| seconds + self.fetched_for.as_secs_f64());
        // Without a recovery its time is not known, only that it is no less than what has passed.
        let rto = wanted.rto.seconds();
        let measured = recovered.or((elapsed > rto).then_some(elapsed));
        all.insert(ObjectiveName::Rto, Objective::judge(rto, measured));
        all
    }
}

/// For the record of a scratch that is a folder. Every tool starts with Landlock where the kernel has it, or does not start.
fn files_are_closed(landlock: bool, required: bool) -> CheckResult {
    CheckResult {
        id: "isolation.files".to_owned(),
        status: if landlock {
            CheckStatus::Pass
        } else {
            CheckStatus::Fail
        },
        severity: Severity::Medium,
        required,
        expected: Some("the machine's files are closed to what is restored".to_owned()),
        observed: Some(landlock.into()),
        duration_ms: None,
        not_run_reason: None,
    }
}

/// What a scratch that is a folder does not keep out.
const fn beside(landlock: bool) -> &'static str {
    if landlock {
        "the scratch is a folder on this machine: Landlock keeps what is restored from opening other files than programs, but not from local sockets, \
         such as those of servers, nor from the names and modes of files"
    } else {
        "the scratch is a folder on this machine, whose kernel has no Landlock: what is restored reads and writes its files with the rights of the user \
         that it runs as"
    }
}

fn interrupted() -> Failure {
    Failure::new(Reason::Interrupted, "a signal stopped the run")
}

/// A ULID: the time, and 80 random bits.
fn new_id() -> String {
    let mut random = [0; 16];
    // Without randomness the time alone names the run; a folder that is there refuses the second of two.
    let _ = getrandom::fill(&mut random);
    let milliseconds = u64::try_from(Time::now().0.timestamp_millis()).unwrap_or(0);
    ulid::Ulid::from_parts(milliseconds, u128::from_le_bytes(random)).to_string()
}

fn told<T>(result: nix::Result<T>) -> Result<T, Failure> {
    result.map_err(|error| Failure::new(Reason::RunnerLost, error.to_string()))
}

fn seconds(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() * 1000.0).round() / 1000.0
}

/// The reason of a verdict. What is known of the backup comes before what could not be found out, and what names the
/// cause before what names only its effect.
fn judge(
    failure: Option<&Failure>,
    done: Option<&Done>,
    objectives: &BTreeMap<ObjectiveName, Objective>,
    late: bool,
) -> Reason {
    let not_passed = || {
        done.into_iter()
            .flat_map(|done| &done.checks)
            .filter(|(check, _)| check.required && check.status != CheckStatus::Pass)
            .map(|(check, reason)| match (reason, check.status) {
                (Reason::None, CheckStatus::NotRun) => (check, Reason::ToolMissing),
                (Reason::None, _) => (check, Reason::AssertionError),
                (reason, _) => (check, *reason),
            })
    };
    let known = |reason: Reason| reason.verdict() == Verdict::Failed;
    if let Some(failure) = failure {
        let effect = matches!(failure.reason, Reason::RestoreFailed | Reason::BootFailed);
        if known(failure.reason) && !effect {
            return failure.reason;
        }
        // A run that stopped half way says nothing of the rest, but what its first bytes are they are.
        let cause = not_passed().find(|(check, reason)| {
            known(*reason) && (effect || check.id.starts_with("encryption"))
        });
        if let Some((_, reason)) = cause {
            return reason;
        }
        if failure.reason == Reason::DeadlineExceeded && late {
            return Reason::RtoExceeded;
        }
        return failure.reason;
    }
    if let Some((_, reason)) = not_passed().find(|(_, reason)| known(*reason)) {
        return reason;
    }
    // What was missed goes before what is not known, and an objective that was not measured was not met either.
    let missed = |measured: bool| {
        objectives.iter().find_map(|(name, objective)| {
            let is_meant = !objective.met && objective.measured_seconds.is_some() == measured;
            is_meant.then_some(match name {
                ObjectiveName::BackupAge => Reason::StaleBackup,
                ObjectiveName::DataAge => Reason::StaleData,
                ObjectiveName::RecoveryPointLag => Reason::RecoveryPointLag,
                ObjectiveName::Rto => Reason::RtoExceeded,
            })
        })
    };
    let first = missed(true)
        .or_else(|| not_passed().next().map(|(_, reason)| reason))
        .or_else(|| missed(false));
    if let Some(reason) = first {
        return reason;
    }
    match done {
        Some(done)
            if done
                .checks
                .iter()
                .any(|(check, _)| check.status == CheckStatus::Pass) =>
        {
            Reason::None
        }
        // A run without a check proves nothing.
        _ => Reason::ConfigError,
    }
}

/// The process that empties folders.
struct Guard(Child);

impl Drop for Guard {
    /// They are empty before anybody kills it, unless something keeps it from that.
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until && matches!(self.0.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The sandbox as a process.
struct Sandbox {
    process: Child,
    messages: Receiver<Message>,
    /// Closed when the caller dies, which ends the sandbox.
    lifeline: UnixStream,
    words: Arc<Mutex<Vec<u8>>>,
}

/// How long the backup's location made us wait. What the restore makes it wait is no fault of the location.
#[derive(Default)]
struct Fetched {
    waited: Duration,
    waiting_since: Option<Instant>,
    bytes: u64,
}

impl Fetched {
    fn seconds(&self) -> Duration {
        self.waited
            + self
                .waiting_since
                .map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// A backup that is read, with the time that it takes.
struct Timed {
    inner: Box<dyn std::io::Read + Send>,
    fetched: Arc<Mutex<Fetched>>,
}

impl std::io::Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.fetched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .waiting_since = Some(Instant::now());
        let count = self.inner.read(buffer);
        let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
        fetched.waited = fetched.seconds();
        fetched.waiting_since = None;
        fetched.bytes += count.as_ref().map_or(0, |count| *count as u64);
        count
    }
}

impl Sandbox {
    fn start(layout: &Layout) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::system("the sandbox", &error);
        let text = serde_json::to_string(layout)
            .map_err(|_| Failure::new(Reason::ConfigError, "a path is not UTF-8"))?;
        let (lifeline, theirs) = UnixStream::pair().map_err(failed)?;
        let mut process = Command::new(&layout.program)
            .args([sandbox::ENTER, &text])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(OwnedFd::from(theirs)))
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let (to, messages) = mpsc::channel();
        let out = process.stdout.take();
        thread::spawn(move || {
            let Some(out) = out else { return };
            for line in BufReader::new(out).lines() {
                let Ok(message) = line
                    .map_err(drop)
                    .and_then(|line| serde_json::from_str(&line).map_err(drop))
                else {
                    return;
                };
                if to.send(message).is_err() {
                    return;
                }
            }
        });
        let words = Arc::new(Mutex::new(Vec::new()));
        if let Ok(mut from) = lifeline.try_clone() {
            let words = Arc::clone(&words);
            thread::spawn(move || {
                use std::io::Read as _;
                let mut buffer = [0; 512];
                while let Ok(count @ 1..) = from.read(&mut buffer) {
                    let mut words = words.lock().unwrap_or_else(PoisonError::into_inner);
                    if words.len() < 4096 {
                        words.extend_from_slice(buffer.get(..count).unwrap_or_default());
                    }
                }
            });
        }
        Ok(Self {
            process,
            messages,
            lifeline,
            words,
        })
    }

    /// Waits for a sandbox that only stands up. The problem, if it does not.
    fn probe(mut self) -> Option<String> {
        let ready = matches!(
            self.messages.recv_timeout(Duration::from_secs(20)),
            Ok(Message::Ready)
        );
        let status = if ready {
            self.process.wait()
        } else {
            Err(std::io::Error::other("not ready"))
        };
        if status.is_ok_and(|status| status.success()) {
            return None;
        }
        thread::sleep(Duration::from_millis(20));
        let words = self.last_words();
        self.end(false);
        Some(words.trim_start_matches(": ").to_owned())
    }

    /// What the sandbox said before it died: its own words about mounts and paths, which hold no data.
    fn last_words(&self) -> String {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&words);
        text.lines()
            .next()
            .map(|line| format!(": {line}"))
            .unwrap_or_default()
    }

    /// Sends the request and the backup, from a thread of its own.
    fn feed(
        &mut self,
        request: Request,
        stream: Option<Box<dyn std::io::Read + Send>>,
    ) -> Result<Arc<Mutex<Fetched>>, Failure> {
        let mut to = self
            .process
            .stdin
            .take()
            .ok_or_else(|| Failure::new(Reason::RunnerLost, "the sandbox takes no input"))?;
        let fetched = Arc::new(Mutex::new(Fetched::default()));
        let shared = Arc::clone(&fetched);
        thread::spawn(move || {
            // A sandbox that died no longer listens; its end is seen elsewhere.
            if write_request(&mut to, &request).is_ok()
                && let Some(inner) = stream
            {
                let _ = send(
                    &mut Timed {
                        inner,
                        fetched: shared,
                    },
                    &mut to,
                );
            }
        });
        Ok(fetched)
    }

    /// Waits for a sandbox that is done, or ends one that is not.
    fn end(mut self, done: bool) {
        let patience = Instant::now() + Duration::from_secs(if done { 20 } else { 0 });
        while Instant::now() < patience {
            if matches!(self.process.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
        // First the lifeline, at whose end the sandbox cleans up behind itself; then by force.
        let _ = self.lifeline.shutdown(std::net::Shutdown::Both);
        let patience = Instant::now() + Duration::from_secs(10);
        while Instant::now() < patience {
            if matches!(self.process.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(2));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::{CheckResult, Severity};

    fn done(checks: &[(&str, CheckStatus, Reason)]) -> Done {
        let checks = checks.iter().map(|(id, status, reason)| {
            let check = CheckResult {
                id: (*id).to_owned(),
                status: *status,
                severity: Severity::High,
                required: true,
                expected: None,
                observed: None,
                duration_ms: None,
                not_run_reason: None,
            };
            (check, *reason)
        });
        Done {
            artifact: Artifact {
                kind: crate::result::ArtifactKind::PgDump,
                uri: String::new(),
                version_id: None,
                size_bytes: None,
                digest: None,
                produced_at: None,
                label: None,
                producer_tool: None,
                lsn: None,
                manifest_digest: None,
            },
            encryption: Encryption::unknown(),
            phases: Vec::new(),
            checks: checks.collect(),
            measured: BTreeMap::new(),
            failure: None,
            engine: None,
            canary: None,
            recovery_seconds: Some(1.0),
        }
    }

    #[test]
    fn a_check_that_did_not_run_is_never_a_pass() {
        use CheckStatus as S;
        let none = BTreeMap::new();
        let reason = |checks: &[_]| judge(None, Some(&done(checks)), &none, false);
        assert_eq!(reason(&[("a", S::Pass, Reason::None)]), Reason::None);
        assert_eq!(reason(&[]), Reason::ConfigError);
        assert_eq!(
            reason(&[
                ("a", S::Pass, Reason::None),
                ("b", S::NotRun, Reason::ToolMissing)
            ]),
            Reason::ToolMissing
        );
        // What is known goes before what is not.
        assert_eq!(
            reason(&[
                ("b", S::NotRun, Reason::ToolMissing),
                ("c", S::Fail, Reason::StaleData)
            ]),
            Reason::StaleData
        );
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_recovery_faster() {
        let text = format!("{}  objectives: {{rto: 1s}}\n", crate::config::tests::SMALL);
        let verification = RestoreVerification::parse(&text).unwrap();
        let options = Options::new(PathBuf::new(), PathBuf::new());
        let mut run = Running::new(&verification, &text, &options);
        run.begun = run.begun.unwrap().checked_sub(Duration::from_secs(2));
        run.started_at = Time(run.started_at.0 + Duration::from_hours(1));
        let rto = run.end().result.objectives[&ObjectiveName::Rto];
        assert!(rto.measured_seconds.unwrap() >= 2.0);
        assert!(!rto.met);
    }

    #[test]
    fn causes_go_before_effects() {
        use CheckStatus as S;
        let none = BTreeMap::new();
        let cut = done(&[("dump-trailer", S::Fail, Reason::ArtifactTruncated)]);
        let of = |reason| Failure::new(reason, "");
        assert_eq!(
            judge(Some(&of(Reason::RestoreFailed)), Some(&cut), &none, false),
            Reason::ArtifactTruncated
        );
        assert_eq!(
            judge(Some(&of(Reason::KeyMismatch)), Some(&cut), &none, false),
            Reason::KeyMismatch
        );
        assert_eq!(
            judge(Some(&of(Reason::StorageFull)), Some(&cut), &none, false),
            Reason::StorageFull
        );
        assert_eq!(
            judge(Some(&of(Reason::DeadlineExceeded)), None, &none, true),
            Reason::RtoExceeded
        );
    }

    #[test]
    fn what_was_not_measured_was_not_met() {
        let objectives = BTreeMap::from([(ObjectiveName::DataAge, Objective::judge(60.0, None))]);
        let passed = done(&[("a", CheckStatus::Pass, Reason::None)]);
        assert_eq!(
            judge(None, Some(&passed), &objectives, false),
            Reason::StaleData
        );
    }
}
