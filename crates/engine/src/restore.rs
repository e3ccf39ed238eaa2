//! What an evidence log tells of restores, and which databases `restore` of `hipaa-iac.yaml` joins it to.

use std::collections::BTreeSet;

use hipaa_iac_source::{Diagnostic, Inventory, Level, Map, Node, Resource, Sources};

use crate::{
    classification::wildcard,
    config::{Config, CoveredDatabase},
    date::Date,
    duration,
    evaluate::Settings,
};

/// How old the last restore that passed may be where nothing is said: at least monthly, as 90 FR 898 proposes.
const MAX_AGE: &str = "31d";

/// One recorded verification that came to a conclusion about a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreRecord {
    /// The verification: its name, behind its namespace and the name of its cluster where the record has them, joined by `/`.
    pub verification: String,
    /// The day in UTC on which it ended.
    pub day: Date,
    /// Whether it passed; else it failed.
    pub passed: bool,
}

/// The verifications of an evidence log, in the order in which they were recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RestoreRecords {
    /// No log was read.
    #[default]
    None,
    /// A log that could not be verified, so that nothing in it counts.
    Unverified,
    /// Those of a log that is whole.
    Verified(Vec<RestoreRecord>),
}

/// What a database's covering verification came to.
pub(crate) struct Proof {
    verification: String,
    /// `Passed`, `Failed`, or nothing where none was recorded; `None` where the log does not tell.
    verdict: Option<&'static str>,
    age_days: i64,
    max_age_days: f64,
}

impl CoveredDatabase {
    fn means(&self, resource: &Resource) -> bool {
        let is = |pattern: &Option<String>, text: &str| {
            pattern
                .as_deref()
                .is_none_or(|pattern| wildcard(pattern, text))
        };
        wildcard(&self.address, &resource.address)
            && is(&self.root, &resource.root)
            && is(
                &self.environment,
                resource.environment.as_deref().unwrap_or_default(),
            )
    }

    /// Whether a record is of its verification, which it names as exactly as it likes: `ehr`, `clinic/ehr` or `prod/clinic/ehr`.
    fn names(&self, record: &RestoreRecord) -> bool {
        record
            .verification
            .strip_suffix(&*self.verification)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }

    /// The verifications of which there are records that it names. What restores in one namespace says nothing of its namesake in another.
    fn named<'r>(&self, records: &'r RestoreRecords) -> BTreeSet<&'r str> {
        let RestoreRecords::Verified(records) = records else {
            return BTreeSet::new();
        };
        records
            .iter()
            .filter(|record| self.names(record))
            .map(|record| &*record.verification)
            .collect()
    }

    /// Why it covers nothing: an address is one only within its root and environment, and the proof of one database must
    /// not count for its namesake.
    fn ambiguity(&self, inventory: &Inventory) -> Option<&'static str> {
        let meant = || {
            inventory
                .resources
                .iter()
                .filter(|resource| self.means(resource))
        };
        let roots: BTreeSet<&str> = meant().map(|resource| &*resource.root).collect();
        if self.root.is_none() && roots.len() > 1 {
            return Some("root");
        }
        let environments: BTreeSet<Option<&str>> = meant()
            .map(|resource| resource.environment.as_deref())
            .collect();
        (self.environment.is_none() && environments.len() > 1).then_some("environment")
    }
}

/// Every entry that covers something, with what its verification came to; `None` without `restore` in the configuration. It does not
/// depend on the resource that is judged, so it is found out once.
pub(crate) fn entries(
    settings: &Settings,
    inventory: &Inventory,
) -> Option<Vec<(CoveredDatabase, Proof)>> {
    let restore = settings.config.restore.as_ref()?;
    let max_age = restore.max_age.as_deref().unwrap_or(MAX_AGE);
    let entries = restore
        .databases
        .iter()
        .filter(|entry| {
            entry.ambiguity(inventory).is_none() && entry.named(&settings.restores).len() < 2
        })
        .map(|entry| {
            // A record of a later day is none yet, as an agreement that is signed later is none.
            let newest = match &settings.restores {
                RestoreRecords::None | RestoreRecords::Unverified => None,
                RestoreRecords::Verified(records) => Some(
                    records
                        .iter()
                        .rfind(|record| entry.names(record) && record.day <= settings.as_of)
                        .map(|record| {
                            let verdict = if record.passed { "Passed" } else { "Failed" };
                            (verdict, record.day.days_until(settings.as_of))
                        })
                        .unwrap_or_default(),
                ),
            };
            let allowed = entry.max_age.as_deref().unwrap_or(max_age);
            let proof = Proof {
                verification: entry.verification.clone(),
                verdict: newest.map(|(verdict, _)| verdict),
                age_days: newest.map_or(0, |(_, age)| age),
                max_age_days: duration::days(allowed).unwrap_or(0.0),
            };
            (entry.clone(), proof)
        });
    Some(entries.collect())
}

/// The proofs of the entries that cover a resource.
pub(crate) fn proofs<'e>(
    entries: &'e [(CoveredDatabase, Proof)],
    resource: &Resource,
) -> impl Iterator<Item = &'e Proof> {
    entries
        .iter()
        .filter(|(entry, _)| entry.means(resource))
        .map(|(_, proof)| proof)
}

impl Proof {
    /// As a policy sees it; `None` where the log does not tell.
    pub(crate) fn node(&self) -> Option<Node> {
        let verdict = self.verdict?;
        let members: Map = [
            ("verification", Node::string(self.verification.as_str())),
            ("verdict", Node::string(verdict)),
            ("ageDays", Node::int(self.age_days)),
            ("maxAgeDays", Node::from(self.max_age_days)),
        ]
        .into_iter()
        .map(|(key, value)| (key.into(), value))
        .collect();
        Some(Node::object(members))
    }
}

/// What is wrong with the entries, judged by what they meet.
pub(crate) fn diagnostics(
    config: &Config,
    records: &RestoreRecords,
    inventory: &Inventory,
    sources: &Sources,
) -> Vec<Diagnostic> {
    let entries = config.restore.iter().flat_map(|restore| &restore.databases);
    entries
        .enumerate()
        .filter_map(|(at, entry)| {
            let at = at.to_string();
            let path = ["restore", "databases", at.as_str()];
            let told = |level, code, message: String, remedy: &str| {
                config
                    .problem(sources, level, code, &path, message)
                    .remedy(remedy)
            };
            if let Some(key) = entry.ambiguity(inventory) {
                let message = format!(
                    "`{}` means resources of several {key}s and covers none of them",
                    entry.address
                );
                let remedy =
                    format!("say which with `{key}`, an entry for each; `{key}: \"*\"` means all");
                return Some(told(Level::Usage, "restore-ambiguous", message, &remedy));
            }
            let named = entry.named(records);
            if named.len() > 1 {
                let all = Vec::from_iter(named).join("`, `");
                let message = format!(
                    "`{}` names several verifications of the evidence log, and covers nothing by any of them: `{all}`",
                    entry.verification
                );
                let remedy = "name the one that is meant with its namespace, and its cluster where that does not tell them apart";
                return Some(told(Level::Usage, "restore-ambiguous", message, remedy));
            }
            let meets = inventory
                .resources
                .iter()
                .any(|resource| entry.means(resource));
            (!meets).then(|| {
                let message = format!("`{}` under `restore` covers nothing", entry.address);
                told(
                    Level::Warning,
                    "restore-unused",
                    message,
                    "correct the address, or remove the entry",
                )
            })
        })
        .collect()
}
