//! Reviews: somebody else than the recorder looks at a recorded result, decides, and says what is done about it. The record itself
//! is never edited; a review is a record of its own.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use chrono::NaiveDate;
use hipaa_iac_evidence::{self as evidence, Envelope, PublicKey, Statement, Store, Subject, Trust};
use serde_json::{Value, json};

use crate::{
    Exit, Failure, Outcome,
    args::{ExceptionsArgs, ListFormat, ReviewArgs},
    evidence::{Recorder, now, public_key, records, store},
    print,
};

/// What the predicate of a review is.
const REVIEW: &str = "https://hipaa-iac.dev/attestation/review/v1";

/// What the predicate of a restore's result is.
const RESTORE: &str = "https://hipaa-iac.dev/attestation/restore-result/v1";

/// A log that is whole, and signed by these keys: its name, its store, and its records.
struct Whole {
    origin: String,
    store: Box<dyn Store>,
    records: Vec<(u64, Envelope, Statement)>,
    keys: Vec<PublicKey>,
}

impl Whole {
    fn open(location: &str, keys: &[PathBuf]) -> Result<Self, Failure> {
        let store = store(location)?;
        let mut trust = Trust::default();
        for file in keys {
            trust.keys.push(public_key(file)?);
        }
        let found = evidence::verify(&store, &trust)?;
        if let Some(first) = found.findings.first() {
            return Err(Failure(format!(
                "{location}: {} {}: {}; nothing in a log counts that is not whole: run `hipaa-iac evidence verify`",
                first.code, first.object, first.message
            )));
        }
        Ok(Self {
            origin: found.origin.unwrap_or_default(),
            records: records(&*store)?,
            store,
            keys: trust.keys,
        })
    }

    /// The key of a record, and the digest of its bytes.
    fn digest(&self, index: u64) -> Result<(String, String), Failure> {
        let key = format!("records/{index:012}.dsse.json");
        let bytes = self.store.get(&key)?.unwrap_or_default();
        Ok((key, evidence::sha256(&bytes)))
    }
}

/// `ticket=…,owner=…,due=YYYY-MM-DD`.
fn corrective_action(text: &str) -> Result<Value, Failure> {
    let wrong = || {
        Failure(format!(
            "--corrective-action {text}: ticket=…,owner=…,due=YYYY-MM-DD"
        ))
    };
    let mut parts = BTreeMap::new();
    for part in text.split(',') {
        let (key, value) = part.split_once('=').ok_or_else(wrong)?;
        let is_known = ["ticket", "owner", "due"].contains(&key.trim());
        if !is_known || value.trim().is_empty() {
            return Err(wrong());
        }
        parts.insert(key.trim(), value.trim());
    }
    let is_day = |day: &&str| day.parse::<NaiveDate>().is_ok();
    if parts.len() == 3 && parts.get("due").is_some_and(is_day) {
        Ok(json!(parts))
    } else {
        Err(wrong())
    }
}

/// Records a review of a record.
pub(crate) fn review(arguments: &ReviewArgs) -> Outcome {
    let recorder = Recorder::new(&arguments.record)?.ok_or_else(|| {
        Failure(
            "--evidence LOG --evidence-key FILE: where the review is recorded, and by whom"
                .to_owned(),
        )
    })?;
    let mut actions = Vec::new();
    for text in &arguments.corrective_actions {
        actions.push(corrective_action(text)?);
    }
    let log = Whole::open(&arguments.log, &arguments.signers)?;
    let index = arguments.index;
    let (_, envelope, statement) = log
        .records
        .iter()
        .find(|(at, _, _)| *at == index)
        .ok_or_else(|| Failure(format!("{}: no record {index}", arguments.log)))?;
    let (_, signer) = envelope.verify(&log.keys)?;
    if signer == recorder.key() {
        return Err(Failure(
            "the key that signed the record cannot review it: a review is another person's"
                .to_owned(),
        ));
    }
    let (key, digest) = log.digest(index)?;
    let of_result = |name: &str| statement.predicate.get(name).cloned().unwrap_or_default();
    let predicate = json!({
        "recordedAt": now(),
        "decision": arguments.decision.as_str(),
        "by": arguments.by,
        "note": arguments.note,
        "correctiveActions": actions,
        "reviewed": {
            "log": log.origin,
            "index": index,
            "predicateType": statement.predicate_type,
            "verdict": of_result("verdict"),
            "reason": of_result("reason"),
        },
    });
    let subject = Subject::sha256(key, digest);
    let receipt = recorder.record(&Statement::new(vec![subject], REVIEW, predicate)?)?;
    recorder.tell(&receipt);
    Ok(Exit::Clean)
}

/// Lists the restores that did not pass, with what is done about each.
pub(crate) fn exceptions(arguments: &ExceptionsArgs) -> Outcome {
    let log = Whole::open(&arguments.log, &arguments.signers)?;
    let mut reviews: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    if let Some(location) = &arguments.reviews {
        let reviewed = Whole::open(location, &arguments.reviewers)?;
        if let Some(both) = reviewed.keys.iter().find(|key| log.keys.contains(key)) {
            return Err(Failure(format!(
                "--reviewer-key: the key {} is a --trusted-key too: whoever records a failure cannot answer it; give the reviewer a key of their own",
                both.id()
            )));
        }
        for (_, _, statement) in reviewed.records {
            let digest = statement
                .subjects
                .first()
                .and_then(|subject| subject.digest.get("sha256"));
            if let (REVIEW, Some(digest)) = (statement.predicate_type.as_str(), digest) {
                reviews
                    .entry(digest.clone())
                    .or_default()
                    .push(statement.predicate);
            }
        }
    }
    let text = |statement: &Statement, pointer: &str| {
        let value = statement.predicate.pointer(pointer).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    // Its name alone is another's in another namespace or cluster.
    let verification = |statement: &Statement| {
        ["cluster", "namespace", "name"]
            .map(|part| text(statement, &format!("/verification/{part}")))
    };
    let restores: Vec<&(u64, Envelope, Statement)> = log
        .records
        .iter()
        .filter(|(_, _, statement)| statement.predicate_type == RESTORE)
        .collect();
    let mut all = Vec::new();
    for (index, _, statement) in &restores {
        let verdict = text(statement, "/verdict");
        if verdict == "Passed" {
            continue;
        }
        let of = verification(statement);
        let (_, digest) = log.digest(*index)?;
        let reviews = reviews.remove(&digest).unwrap_or_default();
        let actions: Vec<Value> = reviews
            .iter()
            .filter_map(|review| review.get("correctiveActions")?.as_array())
            .flatten()
            .cloned()
            .collect();
        let passed_since = restores.iter().find(|(later, _, statement)| {
            later > index
                && text(statement, "/verdict") == "Passed"
                && verification(statement) == of
        });
        all.push(json!({
            "index": index,
            "time": statement.time(),
            "verification": text(statement, "/verification/name"),
            "verdict": verdict,
            "reason": text(statement, "/reason"),
            "decisions": reviews.iter().filter_map(|review| review.get("decision")).collect::<Vec<_>>(),
            "correctiveActions": actions,
            "passedSince": passed_since.map(|(index, _, _)| index),
            "open": actions.is_empty(),
        }));
    }
    // What nobody has answered comes first.
    all.sort_by_key(|exception| exception["open"] == json!(false));
    let is_open = all.iter().any(|exception| exception["open"] == json!(true));
    let shown = match arguments.format {
        ListFormat::Json => format!("{}\n", serde_json::to_string_pretty(&all)?),
        ListFormat::Text => listed(&all),
    };
    print(&shown)?;
    Ok(if is_open { Exit::Findings } else { Exit::Clean })
}

fn listed(all: &[Value]) -> String {
    if all.is_empty() {
        return "no restore in the log that did not pass\n".to_owned();
    }
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut shown = String::new();
    for exception in all {
        let state = if exception["open"] == json!(true) {
            "OPEN"
        } else {
            "answered"
        };
        let _ = write!(
            shown,
            "{:>6}  {:<20}  {state:<8}  {}: {} {}",
            exception["index"].to_string(),
            word(&exception["time"]),
            word(&exception["verification"]),
            word(&exception["verdict"]),
            word(&exception["reason"]),
        );
        for action in exception["correctiveActions"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let part = |name: &str| action.get(name).map(word).unwrap_or_default();
            let _ = write!(
                shown,
                "; {} by {} until {}",
                part("ticket"),
                part("owner"),
                part("due")
            );
        }
        if let Some(index) = exception["passedSince"].as_u64() {
            let _ = write!(shown, "; passed since, record {index}");
        }
        shown.push('\n');
    }
    shown
}
