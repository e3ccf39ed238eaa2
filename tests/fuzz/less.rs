//! Knowing less never turns a verdict round: every value that a policy's Terraform fixture writes is hidden in turn behind a
//! variable that has none, and each verdict stays what it was or becomes unknown. What no rule applied to may also pass: the
//! rule that may apply now holds then.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use hipaa_iac_engine::{PolicySet, Profile, Selection, Settings, Verdict, evaluate, fixture_date};
use hipaa_iac_source::{Level, Sources, walk};
use hipaa_iac_terraform::{Options, load};

use crate::{campaign, judge::POLICIES};

/// The variable that has no value.
const HIDDEN: &str = "\nvariable \"hidden_by_the_test\" {}\n";
/// It asks whether a value is written down: one that is hidden is not.
const ABOUT_WRITING: &str = "database-password-literal";
/// Arguments of blocks that take no variables, and what makes another resource of it.
const STRUCTURE: [&str; 4] = ["source", "version", "provider", "type"];

#[test]
fn hiding_a_value_never_flips_a_verdict() {
    let _turn = campaign::turn();
    let mut fixtures = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    fixtures_below(&root, &mut fixtures);
    let (mut hidden, mut flipped) = (0, Vec::new());
    for fixture in &fixtures {
        let text = fs::read_to_string(fixture).unwrap();
        let Some(known) = verdicts(&text) else {
            continue;
        };
        for (at, line) in text.lines().enumerate() {
            let Some(less) = hide(&text, at) else {
                continue;
            };
            // What Terraform does not take there says nothing.
            let Some(less) = verdicts(&less) else {
                continue;
            };
            hidden += 1;
            for (key @ (policy, address), before) in &known {
                let after = less.get(key).copied();
                let resource_is_there = less.keys().any(|(_, other)| other == address);
                let kept = after == Some(*before)
                    || after == Some(Verdict::Unknown)
                    || *before == Verdict::NotApplicable && after == Some(Verdict::Pass);
                if resource_is_there && !kept && &**policy != ABOUT_WRITING {
                    flipped.push(format!(
                        "{}:{}: `{}` hidden: {policy} of {address} was {before}, is {}",
                        fixture.strip_prefix(&root).unwrap().display(),
                        at + 1,
                        line.trim(),
                        after.map_or("nothing", Verdict::as_str)
                    ));
                }
            }
        }
    }
    assert!(hidden > fixtures.len(), "only {hidden} values were hidden");
    assert!(
        flipped.is_empty(),
        "{} of {hidden}:\n{}",
        flipped.len(),
        flipped.join("\n")
    );
}

fn fixtures_below(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            fixtures_below(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "tf") {
            into.push(path);
        }
    }
}

/// The text with the value of one line hidden; `None` where the line sets no plain value.
fn hide(text: &str, at: usize) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let (name, value) = lines.get(at)?.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim());
    let value = value
        .split_once(" #")
        .map_or(value, |(value, _)| value.trim_end());
    let quoted = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .is_some_and(|inside| !inside.contains(['"', '$', '\\']));
    let plain = quoted || value == "true" || value == "false" || value.parse::<f64>().is_ok();
    let word = name.trim_start();
    let is_name = word
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !plain || !is_name || word.is_empty() || STRUCTURE.contains(&word) {
        return None;
    }
    let line = format!("{name} = var.hidden_by_the_test");
    *lines.get_mut(at)? = &line;
    Some(lines.join("\n") + HIDDEN)
}

/// By policy and address.
type Verdicts = BTreeMap<(Arc<str>, Arc<str>), Verdict>;

/// Every verdict, the worst of each; `None` where the configuration cannot be read.
fn verdicts(text: &str) -> Option<Verdicts> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.tf"), text).unwrap();
    let sources = Sources::new();
    let inventory = load(&sources, &walk(folder.path()).0, &Options::default());
    if inventory
        .diagnostics
        .iter()
        .any(|diagnostic| diagnostic.level >= Level::Error)
    {
        return None;
    }
    let settings = Settings {
        selection: Selection {
            profiles: Profile::ALL.to_vec(),
            ..Selection::default()
        },
        all_phi: true,
        ..Settings::new(fixture_date())
    };
    let policies: &PolicySet = &POLICIES;
    let mut worst = Verdicts::new();
    for finding in evaluate(policies, &inventory, &sources, &settings).findings {
        let address = Arc::clone(&inventory.resources.get(finding.resource)?.address);
        let verdict = worst
            .entry((Arc::clone(&finding.policy.name), address))
            .or_insert(finding.verdict);
        let weight = |verdict: Verdict| match verdict {
            Verdict::Error => 4,
            Verdict::Fail => 3,
            Verdict::Unknown => 2,
            Verdict::Pass => 1,
            Verdict::Waived | Verdict::NotApplicable => 0,
        };
        if weight(finding.verdict) > weight(*verdict) {
            *verdict = finding.verdict;
        }
    }
    Some(worst)
}
