//! The audit log: one line of JSON for each decision, chained by hashes, so that a line that was removed, changed or moved shows.
//!
//! Every entry holds the hash of the one before and its own, SHA-256 over its text without the member `hash`. A file is continued where it
//! ended; standard output, which cannot be read back, has a chain for each start. Names of objects are in it, contents of objects never. The file
//! and standard output have a chain each: what a full disk takes from the one is in the other, and the one says how many entries it lost. A file
//! that may not grow for ever gives way to a new one, and is kept as `<file>.1` in place of the one before; the chain goes on from the one to the
//! other.
//!
//! A request that is refused before it is read has no entry of its own, for whoever reaches the port can send any number of them: they are counted,
//! and one line a minute tells of those of one webhook and status.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write},
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// What stands for the hash of the entry before the first one.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// How many entries wait to be written before more are dropped, and counted as such in the log itself.
const QUEUE: usize = 16 << 10;
/// The longest line that is read back, in bytes.
const MAX_LINE: u64 = 1 << 20;
/// How often the log is told of refused requests of one webhook and status, and how often it is looked for them.
const REFUSALS: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_secs(1);

/// One decision.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// When, in RFC 3339.
    pub time: String,
    /// The id of the review.
    pub uid: String,
    /// Which webhook was asked.
    pub entry: &'static str,
    /// Who.
    pub user: String,
    /// What was done.
    pub operation: &'static str,
    /// To what: group and kind.
    pub kind: String,
    /// The subresource.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subresource: String,
    /// Its namespace.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Nothing was kept of the request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Whether it was admitted.
    pub allowed: bool,
    /// The strictest mode that was in force for what is violated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
    /// The policies that are violated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violated: Vec<Arc<str>>,
    /// The policies for which it was denied.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<Arc<str>>,
    /// The policies whose verdict is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Arc<str>>,
    /// The policies that failed on the object, so that it was not judged by them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Arc<str>>,
    /// The waivers that were used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<String>,
    /// Annotations by which the object answers a policy itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asserted: Vec<&'static str>,
    /// Who approved what the guard otherwise denies, and why, as the annotation of the Namespace says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// The controller that made it: a violation of its template is told there too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<String>,
    /// Why it was not judged, where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unjudged: Option<&'static str>,
    /// The digest of the policies.
    pub policy_digest: String,
}

/// A sink for entries. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Log {
    sender: SyncSender<Entry>,
    dropped: Arc<Dropped>,
    refusals: Arc<Refusals>,
}

/// Requests that were refused, by webhook and status.
#[derive(Debug, Default)]
struct Refusals(Mutex<BTreeMap<(&'static str, u16), Refusal>>);

/// Those of one webhook and status.
#[derive(Debug)]
struct Refusal {
    /// How many the log was not told of.
    untold: u64,
    /// The address that the last one came from: nobody has said who he is.
    from: IpAddr,
    /// When the log was told last.
    told: Option<Instant>,
}

impl Refusals {
    fn count(&self, entry: &'static str, status: u16, from: IpAddr) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let refusal = all.entry((entry, status)).or_insert(Refusal {
            untold: 0,
            from,
            told: None,
        });
        refusal.untold += 1;
        refusal.from = from;
    }

    /// What the log is to be told by now; at its end everything.
    fn due(&self, now: Instant, end: bool) -> Vec<Value> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = Vec::new();
        for ((entry, status), refusal) in &mut *all {
            let is_due = refusal
                .told
                .is_none_or(|told| now.duration_since(told) >= REFUSALS);
            if refusal.untold == 0 || !(is_due || end) {
                continue;
            }
            lines.push(json!({
                "event": "refused",
                "time": crate::server::timestamp(),
                "entry": entry,
                "status": status,
                "requests": refusal.untold,
                "from": refusal.from.to_string(),
                "unjudged": "refused",
            }));
            refusal.untold = 0;
            refusal.told = Some(now);
        }
        lines
    }
}

/// Entries that were lost.
#[derive(Debug, Default)]
struct Dropped {
    /// That no place in the queue was left for, since the last one that was written.
    queued: AtomicU64,
    /// That the log, or one of its two, does not have, since the start.
    all: AtomicU64,
}

/// The thread that writes.
#[derive(Debug)]
pub struct Writer {
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Waits until everything is written. Every [`Log`] must be gone.
    pub fn finish(mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer of the audit log failed");
        }
    }
}

impl Log {
    /// Opens the log. `limit` is how many bytes its files may take together; `replica` names who writes; each replica has a chain of its own. Of the
    /// `settings`, by which one text of the policies gives other verdicts, the start tells the digest.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn open(
        file: Option<&Path>,
        limit: Option<u64>,
        stdout: bool,
        replica: &str,
        settings: &Value,
    ) -> io::Result<(Self, Writer)> {
        let mut sinks = Vec::new();
        if let Some(path) = file {
            let (chain, file) = resume(path)?;
            let file = Rotated {
                file,
                path: path.to_owned(),
                // Two files, and room for what the file system takes beside.
                most: limit.map(|limit| limit / 5 * 2),
            };
            sinks.push(Sink::new(chain, Target::File(file)));
        }
        if stdout {
            sinks.push(Sink::new(Chain::new(), Target::Stdout));
        }
        let (sender, receiver) = sync_channel(QUEUE);
        let dropped = Arc::new(Dropped::default());
        let refusals = Arc::new(Refusals::default());
        let work = Work {
            sinks,
            replica: replica.to_owned(),
            settings: hex(&Sha256::digest(settings.to_string())),
            dropped: Arc::clone(&dropped),
            refusals: Arc::clone(&refusals),
        };
        let thread = std::thread::Builder::new()
            .name("audit-log".to_owned())
            .spawn(move || work.run(&receiver))?;
        let writer = Writer {
            thread: Some(thread),
        };
        let log = Self {
            sender,
            dropped,
            refusals,
        };
        Ok((log, writer))
    }

    /// Queues an entry; never waits.
    pub fn write(&self, entry: Entry) {
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) =
            self.sender.try_send(entry)
        {
            self.dropped.queued.fetch_add(1, Ordering::Relaxed);
            self.dropped.all.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a request that was refused before it could be judged; never waits.
    pub fn refuse(&self, entry: &'static str, status: u16, from: IpAddr) {
        self.refusals.count(entry, status, from);
    }

    /// How many entries were lost since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped.all.load(Ordering::Relaxed)
    }
}

struct Work {
    sinks: Vec<Sink>,
    replica: String,
    /// Their digest.
    settings: String,
    dropped: Arc<Dropped>,
    refusals: Arc<Refusals>,
}

impl Work {
    fn run(mut self, receiver: &Receiver<Entry>) {
        self.put(json!({
            "event": "start",
            "version": env!("CARGO_PKG_VERSION"),
            "settingsDigest": self.settings,
        }));
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(entry) => self.decision(&entry),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.refused(false);
        }
        self.refused(true);
        self.put(json!({"event": "stop"}));
        for sink in &self.sinks {
            if let Target::File(file) = &sink.target
                && let Err(error) = file.file.sync_all()
            {
                tracing::error!(%error, "the audit log could not be synced");
            }
        }
    }

    fn decision(&mut self, entry: &Entry) {
        let dropped = self.dropped.queued.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            self.put(json!({"event": "dropped", "entries": dropped}));
        }
        match serde_json::to_value(entry) {
            Ok(value) => self.put(value),
            Err(error) => tracing::error!(%error, "an audit entry could not be written"),
        }
    }

    fn refused(&mut self, end: bool) {
        for line in self.refusals.due(Instant::now(), end) {
            self.put(line);
        }
    }

    fn put(&mut self, mut entry: Value) {
        if let Some(members) = entry.as_object_mut() {
            members.insert("replica".to_owned(), self.replica.clone().into());
        }
        for sink in &mut self.sinks {
            if !sink.put(&entry, &self.replica) {
                self.dropped.all.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

enum Target {
    File(Rotated),
    Stdout,
}

/// A file that gives way to a new one before it grows too large.
struct Rotated {
    file: File,
    path: PathBuf,
    /// How many bytes it may have.
    most: Option<u64>,
}

impl Rotated {
    /// Appends a line. What is not written whole is taken back.
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let mut length = self.file.metadata()?.len();
        let after = length.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        if length > 0 && self.most.is_some_and(|most| after > most) {
            self.file.sync_all()?;
            match std::fs::rename(&self.path, older(&self.path)) {
                // An attempt before has put it away and could not open the next, or somebody has taken it away.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                renamed => renamed?,
            }
            self.file = open(&self.path)?;
            length = 0;
        }
        self.file.write_all(line).inspect_err(|_| {
            let _ = self.file.set_len(length);
        })
    }
}

/// The file before a file.
fn older(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    name.into()
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)
}

/// One of the places that entries are written to.
struct Sink {
    chain: Chain,
    target: Target,
    /// How many entries it lost since the last one that was written, because it could not be written to.
    lost: u64,
}

impl Sink {
    const fn new(chain: Chain, target: Target) -> Self {
        Self {
            chain,
            target,
            lost: 0,
        }
    }

    /// Writes an entry, and before it how many could not be written. Whether it stands there now.
    fn put(&mut self, entry: &Value, replica: &str) -> bool {
        let told = self.lost == 0
            || self.append(json!({"event": "dropped", "entries": self.lost, "replica": replica}));
        if told {
            self.lost = 0;
        }
        let written = told && self.append(entry.clone());
        if !written {
            self.lost += 1;
        }
        written
    }

    /// Links and writes an entry. The next one follows the last that is whole.
    fn append(&mut self, entry: Value) -> bool {
        let before = self.chain.clone();
        let line = self.chain.link(entry);
        let written = match &mut self.target {
            Target::File(file) => file.append(line.as_bytes()),
            Target::Stdout => io::stdout().lock().write_all(line.as_bytes()),
        };
        if let Err(error) = &written {
            // One line tells of the first: a full disk loses every one.
            if self.lost == 0 && error.kind() != io::ErrorKind::BrokenPipe {
                tracing::error!(%error, "the audit log could not be written; entries are lost until it can be");
            }
            self.chain = before;
        }
        written.is_ok()
    }
}

/// Where a chain has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Chain {
    sequence: u64,
    previous: String,
}

impl Chain {
    fn new() -> Self {
        Self {
            sequence: 0,
            previous: GENESIS.to_owned(),
        }
    }

    /// The line of the next entry.
    fn link(&mut self, entry: Value) -> String {
        let mut members = match entry {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        members.insert("sequence".to_owned(), self.sequence.into());
        members.insert("previous".to_owned(), self.previous.clone().into());
        let hash = digest(&members);
        members.insert("hash".to_owned(), hash.clone().into());
        self.sequence += 1;
        self.previous = hash;
        format!("{}\n", Value::Object(members))
    }

    /// Takes the next line, and gives its members but for the hash.
    fn follow(&mut self, line: &str) -> Result<Map<String, Value>, &'static str> {
        let Ok(Value::Object(mut members)) = serde_json::from_str(line) else {
            return Err("it is no entry");
        };
        let hash = members.remove("hash");
        let hash = hash
            .as_ref()
            .and_then(Value::as_str)
            .ok_or("it has no hash")?;
        if digest(&members) != hash {
            return Err("it was changed: its hash is another");
        }
        if members.get("previous").and_then(Value::as_str) != Some(&self.previous) {
            return Err(if self.sequence > 0 && starts(&members) {
                "a start begins a chain of its own here: if this is what a pod wrote to its standard output, say --runs"
            } else {
                "it does not follow the entry before: one was removed, added or moved"
            });
        }
        if members.get("sequence").and_then(Value::as_u64) != Some(self.sequence) {
            return Err("its number does not follow");
        }
        self.sequence += 1;
        hash.clone_into(&mut self.previous);
        Ok(members)
    }
}

/// Whether an entry is the first of a chain.
fn starts(entry: &Map<String, Value>) -> bool {
    entry.get("event").and_then(Value::as_str) == Some("start")
        && entry.get("previous").and_then(Value::as_str) == Some(GENESIS)
}

/// The hash of an entry. The members of a map are in the order of their names, so the text is one and the same.
fn digest(members: &Map<String, Value>) -> String {
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    let mut hash = Sha256::new();
    for (name, value) in sorted {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(value.to_string().as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Opens a log to continue it. A line that a crash has left half written is closed, and the next entry says so.
fn resume(path: &Path) -> io::Result<(Chain, File)> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = open(path)?;
    let (mut chain, torn) = end_of(path, &mut file)?;
    let before = older(path);
    if chain == Chain::new() && before.exists() {
        // It had just given way to this one.
        chain = end_of(&before, &mut File::open(&before)?)?.0;
    }
    if !torn.is_empty() {
        let line = chain.link(json!({"event": "recovered", "torn": hex(&Sha256::digest(torn))}));
        file.write_all(b"\n")?;
        file.write_all(line.as_bytes())?;
    }
    Ok((chain, file))
}

/// Where the chain of a file has come to, and what stands behind its last whole line.
fn end_of(path: &Path, file: &mut File) -> io::Result<(Chain, Vec<u8>)> {
    let length = file.metadata()?.len();
    // The last whole line is within the last two lines' worth of bytes.
    file.seek(SeekFrom::Start(length.saturating_sub(2 * MAX_LINE)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let whole = tail.iter().rposition(|byte| *byte == b'\n');
    let (lines, torn) = match whole {
        Some(end) => (
            tail.get(..end).unwrap_or_default(),
            tail.get(end + 1..).unwrap_or_default(),
        ),
        None => (&[][..], &tail[..]),
    };
    let last = lines
        .rsplit(|byte| *byte == b'\n')
        .find(|line| !line.is_empty())
        .map(String::from_utf8_lossy);
    let chain = match last {
        Some(line) => {
            let value: Value = serde_json::from_str(&line).map_err(|_| unreadable(path))?;
            let hash = value.get("hash").and_then(Value::as_str);
            let sequence = value.get("sequence").and_then(Value::as_u64);
            match (hash, sequence) {
                (Some(hash), Some(sequence)) => Chain {
                    sequence: sequence + 1,
                    previous: hash.to_owned(),
                },
                _ => return Err(unreadable(path)),
            }
        }
        None => Chain::new(),
    };
    Ok((chain, torn.to_vec()))
}

fn unreadable(path: &Path) -> io::Error {
    io::Error::other(format!(
        "the last line of {} is no entry of an audit log; move the file away to begin a new one",
        path.display()
    ))
}

/// What is wrong with a log.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The chain is broken.
    #[error("{path}:{line}: {problem}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        problem: &'static str,
    },
    /// The chain holds, but ends elsewhere.
    #[error(
        "{path}: the log ends with {found}, not with {expected}: its end was cut off, or it is another log"
    )]
    Head {
        /// The file.
        path: PathBuf,
        /// The hash of the last entry.
        found: String,
        /// The hash that was asked for.
        expected: String,
    },
}

/// A chain that was followed to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// How many entries it has.
    pub entries: u64,
    /// The hash of the last one.
    pub head: String,
    /// Whether that one tells of the stop, and so is the last that there was.
    pub is_stopped: bool,
}

impl Run {
    const fn new(head: String) -> Self {
        Self {
            entries: 0,
            head,
            is_stopped: false,
        }
    }
}

/// Follows the chain of a log through its files, the oldest first; with `several`, one after the other those that begin with a start.
///
/// `after` is the hash of the entry before the first one, where the files before are no longer there; `heads` those of some that have to be among them.
///
/// # Errors
/// See [`VerifyError`].
pub fn verify(
    paths: &[PathBuf],
    after: Option<&str>,
    heads: &[String],
    several: bool,
) -> Result<Vec<Run>, VerifyError> {
    let mut chain = Chain::new();
    let mut runs = vec![Run::new(after.unwrap_or(GENESIS).to_owned())];
    let mut missed: Vec<&String> = heads.iter().collect();
    let mut tell = |entry: &Map<String, Value>, hash: &str| {
        missed.retain(|head| *head != hash);
        if starts(entry) && runs.last().is_some_and(|run| run.entries > 0) {
            runs.push(Run::new(String::new()));
        }
        if let Some(run) = runs.last_mut() {
            run.entries += 1;
            hash.clone_into(&mut run.head);
            run.is_stopped = entry.get("event").and_then(Value::as_str) == Some("stop");
        }
    };
    for (at, path) in paths.iter().enumerate() {
        let begin = if at > 0 {
            Begin::Continued
        } else {
            after.map_or(Begin::First, Begin::After)
        };
        verify_file(path, &mut chain, begin, several, &mut tell)?;
    }
    if let Some(head) = missed.first() {
        return Err(VerifyError::Head {
            path: paths.last().cloned().unwrap_or_default(),
            found: chain.previous,
            expected: (*head).clone(),
        });
    }
    Ok(runs)
}

/// How a file begins.
#[derive(Clone, Copy)]
enum Begin<'a> {
    /// With the first entry of all.
    First,
    /// With the one after this hash.
    After(&'a str),
    /// Where the file before ended.
    Continued,
}

/// Follows the chain through one file, and tells each entry and its hash.
fn verify_file(
    path: &Path,
    chain: &mut Chain,
    begin: Begin<'_>,
    several: bool,
    mut tell: impl FnMut(&Map<String, Value>, &str),
) -> Result<(), VerifyError> {
    let io_error = |error| VerifyError::Io {
        path: path.to_owned(),
        error,
    };
    let broken = |line, problem| VerifyError::Broken {
        path: path.to_owned(),
        line,
        problem,
    };
    let mut reader = BufReader::new(File::open(path).map_err(io_error)?);
    let mut number = 0_u64;
    // A line that a crash has torn is in order if the next entry tells of it.
    let mut torn: Option<(u64, &'static str, String)> = None;
    loop {
        let mut bytes = Vec::new();
        let read = reader
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut bytes)
            .map_err(io_error)?;
        if read == 0 {
            break;
        }
        number += 1;
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let text = String::from_utf8_lossy(line);
        if number == 1 && !matches!(begin, Begin::Continued) {
            let entry: Value = serde_json::from_str(&text).unwrap_or_default();
            let sequence = entry.get("sequence").and_then(Value::as_u64).unwrap_or(0);
            if let Begin::After(hash) = begin {
                *chain = Chain {
                    sequence,
                    previous: hash.to_owned(),
                };
            } else if sequence > 0 {
                return Err(broken(
                    1,
                    "it is not the first entry: name the file before this one too, or with --after the hash of the entry before",
                ));
            }
        }
        if several
            && serde_json::from_str(&text).is_ok_and(|entry: Map<String, Value>| starts(&entry))
        {
            *chain = Chain::new();
        }
        match chain.follow(&text) {
            Ok(entry) => {
                tell(&entry, &chain.previous);
                if let Some((at, problem, hash)) = torn.take() {
                    let told = entry.get("event").and_then(Value::as_str) == Some("recovered")
                        && entry.get("torn").and_then(Value::as_str) == Some(&hash);
                    if !told {
                        return Err(broken(at, problem));
                    }
                }
            }
            Err(problem) if torn.is_none() => {
                torn = Some((number, problem, hex(&Sha256::digest(line))));
            }
            Err(_) => {
                let (at, problem) =
                    torn.map_or((number, "it is no entry"), |(at, problem, _)| (at, problem));
                return Err(broken(at, problem));
            }
        }
    }
    match torn {
        Some((line, problem, _)) => Err(broken(line, problem)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What there is of one chain.
    fn verify(
        paths: &[PathBuf],
        after: Option<&str>,
        head: Option<&str>,
    ) -> Result<(u64, String), VerifyError> {
        let heads: Vec<String> = head.map(str::to_owned).into_iter().collect();
        let mut runs = super::verify(paths, after, &heads, false)?;
        let run = runs.pop().unwrap();
        assert!(runs.is_empty());
        Ok((run.entries, run.head))
    }

    fn write(path: &Path, count: usize) {
        let (log, writer) = Log::open(Some(path), None, false, "r", &Value::Null).unwrap();
        for at in 0..count {
            log.write(Entry {
                uid: format!("u{at}"),
                ..Entry::default()
            });
        }
        drop(log);
        writer.finish();
    }

    fn check(path: &Path, head: Option<&str>) -> Result<(u64, String), VerifyError> {
        verify(&[path.to_owned()], None, head)
    }

    fn lines(path: &Path) -> Vec<String> {
        std::fs::read_to_string(path)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn what_a_full_disk_takes_is_told_and_the_chain_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        let (chain, file) = resume(&path).unwrap();
        let of = |file| {
            Target::File(Rotated {
                file,
                path: path.clone(),
                most: None,
            })
        };
        let mut sink = Sink::new(chain, of(file));
        assert!(sink.put(&json!({"number": 1}), "r"));
        // Linux's device on which every write finds the disk full.
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let file = std::mem::replace(&mut sink.target, of(full));
        for number in 2..5 {
            assert!(!sink.put(&json!({"number": number}), "r"));
        }
        sink.target = file;
        assert!(sink.put(&json!({"number": 5}), "r"));
        assert_eq!(check(&path, None).unwrap().0, 3);
        let lines = lines(&path);
        assert!(
            lines[1].contains(r#""entries":3,"event":"dropped""#),
            "{}",
            lines[1]
        );
    }

    #[test]
    fn refusals_are_told_once_a_minute_however_many_there_are() {
        let refusals = Refusals::default();
        let start = Instant::now();
        let from = |last: u8| IpAddr::from([10, 0, 0, last]);
        let due = |seconds, end| refusals.due(start + Duration::from_secs(seconds), end);
        assert!(due(0, true).is_empty());
        refusals.count("guard", 400, from(1));
        assert_eq!(due(0, false)[0]["requests"], 1);
        for last in 0..=200 {
            refusals.count("guard", 400, from(last));
        }
        refusals.count("workloads", 413, from(9));
        let of = |line: &Value| (line["entry"].clone(), line["status"].clone());
        // Another status of another webhook waits for nobody.
        let lines = due(1, false);
        assert_eq!(
            lines.iter().map(of).collect::<Vec<_>>(),
            [(json!("workloads"), json!(413))]
        );
        assert!(due(59, false).is_empty());
        let lines = due(60, false);
        assert_eq!((lines.len(), &lines[0]["requests"]), (1, &json!(201)));
        assert_eq!(lines[0]["from"], "10.0.0.200");
        // The end waits for nothing.
        refusals.count("guard", 400, from(2));
        assert!(due(61, false).is_empty());
        assert_eq!(due(61, true)[0]["requests"], 1);
    }

    #[test]
    fn refusals_stand_in_the_chain_at_its_end_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        let (log, writer) = Log::open(Some(&path), None, false, "r", &Value::Null).unwrap();
        for _ in 0..1000 {
            log.refuse("workloads", 413, IpAddr::from([10, 0, 0, 1]));
        }
        drop(log);
        writer.finish();
        check(&path, None).unwrap();
        let refused: u64 = lines(&path)
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|entry| entry["event"] == "refused")
            .map(|entry| entry["requests"].as_u64().unwrap())
            .sum();
        assert_eq!(refused, 1000);
    }

    #[test]
    fn files_give_way_and_the_chain_goes_on() {
        const LIMIT: u64 = 20_000;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        let write = |count: usize| {
            let (log, writer) =
                Log::open(Some(&path), Some(LIMIT), false, "r", &Value::Null).unwrap();
            for _ in 0..count {
                log.write(Entry::default());
            }
            drop(log);
            writer.finish();
        };
        write(5);
        assert!(!older(&path).exists());
        let (_, early) = check(&path, None).unwrap();
        for _ in 0..4 {
            write(50);
            let taken: u64 = std::fs::read_dir(folder.path())
                .unwrap()
                .map(|file| file.unwrap().metadata().unwrap().len())
                .sum();
            assert!(taken <= LIMIT, "{taken}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        // What is left follows an entry that the log store has.
        let both = [older(&path), path.clone()];
        let first: Value = serde_json::from_str(&lines(&both[0])[0]).unwrap();
        let before = first["previous"].as_str();
        let (entries, _) = verify(&both, before, None).unwrap();
        assert_eq!(entries, (lines(&both[0]).len() + lines(&path).len()) as u64);
        let said = |after, head| verify(&both, after, head).unwrap_err().to_string();
        assert!(said(None, None).contains("--after"), "{}", said(None, None));
        assert!(said(Some(GENESIS), None).contains("does not follow"));
        assert!(said(before, Some(&early)).contains("ends with"));
        assert!(verify(&both[1..], before, None).is_err());
        // It ended just when the one had given way and the next had no entry yet.
        let second: Value = serde_json::from_str(&lines(&path)[0]).unwrap();
        std::fs::write(&path, "").unwrap();
        write(1);
        let next: Value = serde_json::from_str(&lines(&path)[0]).unwrap();
        assert_eq!(next["previous"], second["previous"]);
    }

    /// As where the new file could not be opened, for want of a descriptor, when the old one was put away.
    #[test]
    fn a_file_that_is_put_away_already_gives_way_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        let (chain, file) = resume(&path).unwrap();
        let file = Rotated {
            file,
            path: path.clone(),
            most: Some(500),
        };
        let mut sink = Sink::new(chain, Target::File(file));
        assert!(sink.put(&json!({"number": 1, "text": "x".repeat(200)}), "r"));
        std::fs::rename(&path, older(&path)).unwrap();
        assert!(sink.put(&json!({"number": 2}), "r"));
        assert!(sink.put(&json!({"number": 3}), "r"));
        assert_eq!(lines(&older(&path)).len() + lines(&path).len(), 3);
        let (entries, _) = verify(&[older(&path), path], None, None).unwrap();
        assert_eq!(entries, 3);
    }

    #[test]
    fn restarts_continue_the_chain() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        write(&path, 3);
        let (_, middle) = check(&path, None).unwrap();
        write(&path, 2);
        let (count, head) = check(&path, None).unwrap();
        // Two starts and stops, five entries.
        assert_eq!(count, 9);
        assert_eq!(check(&path, Some(&head)).unwrap().0, 9);
        assert!(check(&path, Some(&middle)).is_ok());
        assert!(matches!(
            check(&path, Some(&"1".repeat(64))),
            Err(VerifyError::Head { .. })
        ));
    }

    /// As standard output goes, which nobody can read back: a chain for each start.
    #[test]
    fn runs_are_followed_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        write(&one, 3);
        write(&two, 2);
        let (first, second) = (check(&one, None).unwrap().1, check(&two, None).unwrap().1);
        let path = folder.path().join("both");
        let text = |path: &Path| std::fs::read_to_string(path).unwrap();
        let both = [text(&one), text(&two)].concat();
        std::fs::write(&path, &both).unwrap();
        let said = check(&path, None).unwrap_err().to_string();
        assert!(
            said.contains("both:6: ") && said.contains("--runs"),
            "{said}"
        );
        let heads = [second.clone(), first.clone()];
        let follow =
            |heads: &[String]| super::verify(std::slice::from_ref(&path), None, heads, true);
        let run = |entries, head: &String, is_stopped| Run {
            entries,
            head: head.clone(),
            is_stopped,
        };
        let expected = [run(5, &first, true), run(4, &second, true)];
        assert_eq!(follow(&heads).unwrap(), expected);
        // In files of their own, as a restart leaves them.
        let files = [one, two];
        let runs = super::verify(&files, None, &heads, true).unwrap();
        assert_eq!(runs, expected);
        // The end of the first one is cut off: it has no stop, and not the head that was noted.
        let cut = both.lines().enumerate().filter(|(at, _)| *at != 4);
        let cut: Vec<&str> = cut.map(|(_, line)| line).collect();
        std::fs::write(&path, format!("{}\n", cut.join("\n"))).unwrap();
        let runs = follow(&[]).unwrap();
        assert_eq!((runs[0].entries, runs[0].is_stopped), (4, false));
        assert!(matches!(follow(&heads), Err(VerifyError::Head { .. })));
        // What is missing within a run is found as ever.
        let gap = both.lines().enumerate().filter(|(at, _)| *at != 6);
        let gap: Vec<&str> = gap.map(|(_, line)| line).collect();
        std::fs::write(&path, format!("{}\n", gap.join("\n"))).unwrap();
        assert!(matches!(
            follow(&[]),
            Err(VerifyError::Broken { line: 7, .. })
        ));
    }

    #[test]
    fn what_was_removed_changed_or_moved_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        write(&path, 5);
        let good = lines(&path);
        let (_, head) = check(&path, None).unwrap();
        let find = |lines: &[String], at: u64| {
            std::fs::write(&path, format!("{}\n", lines.join("\n"))).unwrap();
            match check(&path, None) {
                Err(VerifyError::Broken { line, .. }) => assert_eq!(line, at),
                other => panic!("{other:?}"),
            }
        };
        for at in 0..good.len() - 1 {
            let mut removed = good.clone();
            removed.remove(at);
            find(&removed, at as u64 + 1);
        }
        let mut changed = good.clone();
        changed[3] = changed[3].replace("u2", "u9");
        find(&changed, 4);
        let mut moved = good.clone();
        moved.swap(2, 3);
        find(&moved, 3);
        // An end that is cut off shows against a head that was noted.
        std::fs::write(&path, format!("{}\n", good[..4].join("\n"))).unwrap();
        assert!(check(&path, None).is_ok());
        assert!(check(&path, Some(&head)).is_err());
    }

    #[test]
    fn a_line_torn_by_a_crash_is_told_and_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        write(&path, 2);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 20]).unwrap();
        write(&path, 1);
        check(&path, None).unwrap();
        assert!(lines(&path).iter().any(|line| line.contains("recovered")));
        // The same line, torn otherwise, is not what the entry tells of.
        let text = std::fs::read_to_string(&path).unwrap();
        let at = text.find("\"event\":\"stop\"").unwrap();
        std::fs::write(&path, format!("{}x{}", &text[..at], &text[at + 1..])).unwrap();
        assert!(check(&path, None).is_err());
    }

    #[test]
    fn another_file_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.log");
        std::fs::write(&path, "something else\n").unwrap();
        assert!(Log::open(Some(&path), None, false, "r", &Value::Null).is_err());
        assert_eq!(lines(&path), ["something else"]);
    }
}
