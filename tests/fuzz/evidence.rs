//! Evidence logs: one that is whole, with files of it changed, removed, exchanged and added. What is changed is found, what is not is not, and
//! both verifiers say the same.

use std::{collections::BTreeMap, path::Path, process::Command, sync::LazyLock};

use hipaa_iac_evidence::{
    Checkpoint, Directory, Log, PublicKey, Signer, Statement, Store as _, Subject, Trust, VERIFIER,
    verify,
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::json;

use crate::{mutation::mutated, tree::Tree};

/// So many that the tree has full subtrees of three sizes.
const RECORDS: usize = 7;

/// The folder of the log in a tree.
const LOG: &str = "log/";

fn signer(seed: u8) -> Signer {
    Signer::from_seed(&[seed; 32]).unwrap()
}

static KEY: LazyLock<PublicKey> = LazyLock::new(|| signer(1).public().clone());

/// The files of a whole log.
static WHOLE: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let store = Directory::new(folder.path());
    let log = Log::new(Directory::new(folder.path()), signer(1));
    for number in 0..RECORDS {
        let subject = Subject::sha256(format!("backup-{number}"), format!("{number:064x}"));
        let predicate =
            json!({"verdict": "Failed", "finishedAt": "2026-11-24T03:17:00Z", "number": number});
        let kind = "https://hipaa-iac.dev/attestation/restore-result/v1";
        log.append(&Statement::new(vec![subject], kind, predicate).unwrap())
            .unwrap();
    }
    let keys = store.list("").unwrap();
    keys.into_iter()
        .map(|key| {
            let bytes = store.get(&key).unwrap().unwrap();
            (key, bytes)
        })
        .collect()
});

const WORDS: &[&str] = &[
    "payload",
    "payloadType",
    "signatures",
    "keyid",
    "sig",
    "\"verdict\":\"Passed\"",
    "application/vnd.in-toto+json",
    "hipaa-iac.dev/evidence/",
    "\u{2014} ",
    "\n\n",
    "AAAA",
    "=",
    "6",
    "7",
    "8",
    "\n",
];

/// Names that objects of a log have, or nearly.
const NAMES: &[&str] = &[
    "checkpoint",
    "checkpoints/000000000000",
    "checkpoints/000000000006",
    "checkpoints/000000000008",
    "checkpoints/7",
    "records/000000000006.dsse.json",
    "records/000000000007.dsse.json",
    "records/000000000008.dsse.json",
    "records/18446744073709551615.dsse.json",
    "records/1.dsse.json",
    "tile/0/000.p/7",
    "tile/0/000.p/8",
    "tile/0/000",
    "tile/1/000.p/1",
    "tile/0/001.p/1",
    "tile/7/x999/x999/999",
    "keys/0000000000000000.pem",
    "elsewhere/note",
];

#[derive(Clone, Debug)]
enum Change {
    /// A file with other bytes.
    Bytes(String, Vec<u8>),
    /// The bytes of one file in another.
    Copy(Index, Index),
    Swap(Index, Index),
    Remove(Index),
    /// A file's bytes under a name.
    Add(Index, &'static str),
    /// Everything that tells of the records from one on.
    Cut(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        6 => mutated(&WHOLE, WORDS).prop_map(|(path, bytes)| Change::Bytes(path, bytes)),
        2 => (at(), at()).prop_map(|(from, to)| Change::Copy(from, to)),
        2 => (at(), at()).prop_map(|(one, other)| Change::Swap(one, other)),
        2 => at().prop_map(Change::Remove),
        2 => (at(), select(NAMES)).prop_map(|(from, name)| Change::Add(from, name)),
        1 => (0..RECORDS).prop_map(Change::Cut),
    ]
}

/// Logs with a few changes, beside the checkpoint that somebody kept.
pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    vec(change(), 0..4).prop_map(|changes| {
        let mut files: BTreeMap<String, Vec<u8>> = WHOLE.iter().cloned().collect();
        let name = |at: Index| WHOLE[at.index(WHOLE.len())].0.clone();
        for change in changes {
            match change {
                Change::Bytes(path, bytes) => {
                    files.insert(path, bytes);
                }
                Change::Copy(from, to) => {
                    if let Some(bytes) = files.get(&name(from)).cloned() {
                        files.insert(name(to), bytes);
                    }
                }
                Change::Swap(one, other) => {
                    let (one, other) = (name(one), name(other));
                    let (first, second) = (files.remove(&one), files.remove(&other));
                    // Of one file with itself only the first is there.
                    files.extend(second.map(|bytes| (one, bytes)));
                    files.extend(first.map(|bytes| (other, bytes)));
                }
                Change::Remove(at) => {
                    files.remove(&name(at));
                }
                Change::Add(from, to) => {
                    if let Some(bytes) = files.get(&name(from)).cloned() {
                        files.insert(to.to_owned(), bytes);
                    }
                }
                Change::Cut(size) => cut(&mut files, size),
            }
        }
        let mut tree = Tree::default();
        for (path, bytes) in files {
            tree = tree.with(&format!("{LOG}{path}"), bytes);
        }
        tree.with("key.pub", KEY.to_pem())
            .with("verifier.py", VERIFIER)
            .with("witness", whole("checkpoint"))
    })
}

fn whole(path: &str) -> &'static [u8] {
    let found = WHOLE.iter().find(|(known, _)| known == path);
    &found.unwrap().1
}

/// A shorter log, which is as sound as the whole one was when it was so short.
fn cut(files: &mut BTreeMap<String, Vec<u8>>, size: usize) {
    let number = |text: &str| text.parse::<usize>().ok();
    files.retain(|path, _| {
        let behind = if let Some(name) = path.strip_prefix("records/") {
            number(name.trim_end_matches(".dsse.json")).is_some_and(|index| index >= size)
        } else if let Some(name) = path.strip_prefix("checkpoints/") {
            number(name).is_some_and(|at| at > size)
        } else if let Some(width) = path.strip_prefix("tile/0/000.p/") {
            number(width).is_some_and(|width| width > size)
        } else {
            false
        };
        !behind
    });
    let newest = files.get(&format!("checkpoints/{size:012}")).cloned();
    files.extend(newest.map(|newest| ("checkpoint".to_owned(), newest)));
}

/// Whether a file says the same as in the whole log: another signature beside the good one takes nothing from a checkpoint.
fn says_the_same(path: &str, before: &[u8], now: &[u8]) -> bool {
    let opened = |note: &[u8]| {
        Checkpoint::open(note, [&*KEY])
            .ok()
            .map(|(opened, _)| opened)
    };
    before == now
        || (path.starts_with("checkpoint")
            && opened(before).is_some()
            && opened(before) == opened(now))
}

/// Whether a log is the whole one. Keys, the verifier, and what is in folders of others are not part of it.
fn is_whole(tree: &Tree) -> bool {
    let part = |path: &str| {
        path == "checkpoint"
            || ["records/", "checkpoints/", "tile/"]
                .iter()
                .any(|folder| path.starts_with(folder))
    };
    let here: BTreeMap<&str, &[u8]> = tree
        .files
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix(LOG)?, bytes.as_slice())))
        .filter(|(path, _)| part(path))
        .collect();
    let before: BTreeMap<&str, &[u8]> = WHOLE
        .iter()
        .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
        .filter(|(path, _)| part(path))
        .collect();
    // A tile that was not full is of no use once there is a wider one.
    let newest = format!("tile/0/000.p/{RECORDS}");
    let needed = |path: &&&str| !path.starts_with("tile/") || **path == newest;
    before
        .keys()
        .filter(needed)
        .all(|path| here.contains_key(path))
        && here.iter().all(|(path, now)| {
            before
                .get(path)
                .is_some_and(|before| says_the_same(path, before, now))
        })
}

/// Verifies a log, which lies in a folder, and says what is wrong with how that went. Tells whether it could be verified.
pub(crate) fn judge(tree: &Tree, folder: &Path, sampled: bool) -> Result<bool, String> {
    let trust = Trust {
        keys: vec![KEY.clone()],
        witnesses: vec![("witness".to_owned(), whole("checkpoint").to_vec())],
        ..Trust::default()
    };
    let store = Directory::new(folder.join("log"));
    let found = verify(&store, &trust).map_err(|error| error.to_string())?;
    // A key that is not what its name says is told beside.
    let of_log = |object: &str| !object.starts_with("keys/");
    let is_found = found.findings.iter().any(|finding| of_log(&finding.object));
    if is_found == is_whole(tree) {
        return Err(format!(
            "the log is {}changed, and the findings are {:?}",
            if is_found { "un" } else { "" },
            found.findings
        ));
    }
    if sampled {
        let ours: Vec<String> = found
            .findings
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.object))
            .collect();
        let python = Command::new("python3")
            .arg("verifier.py")
            .args(["log", "--trusted-key", "key.pub", "--checkpoint", "witness"])
            .current_dir(folder)
            .output()
            .map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&python.stdout).into_owned();
        let mut theirs: Vec<String> = said
            .lines()
            .filter(|line| {
                !["verified: ", "NOT VERIFIED: ", "note: "]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            .filter_map(|line| Some(line.split_once(": ")?.0.to_owned()))
            .collect();
        let mut ours_sorted = ours.clone();
        ours_sorted.sort();
        ours_sorted.dedup();
        theirs.sort();
        theirs.dedup();
        let code = i32::from(!ours.is_empty());
        if ours_sorted != theirs || python.status.code() != Some(code) {
            return Err(format!(
                "the program says {ours_sorted:?}, the verifier in Python {theirs:?}, {:?} {}",
                python.status.code(),
                String::from_utf8_lossy(&python.stderr)
            ));
        }
    }
    Ok(true)
}
