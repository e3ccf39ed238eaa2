//! What must hold of every configuration, tried on the fixtures of all policies: knowing less never turns a verdict
//! around, and the order of blocks and files does not matter.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use hipaa_iac_engine::{
    Agreements, Config, Policy, PolicyDocument, PolicySet, Profile, Settings, Verdict, evaluate,
    fixture_date,
};
use hipaa_iac_policies::BUILT_IN;
use hipaa_iac_source::{Sources, WalkEntry, walk};
use hipaa_iac_terraform as terraform;
use hipaa_iac_tests::{Tree, in_parallel, run_in, workspace};

static POLICIES: LazyLock<PolicySet> = LazyLock::new(|| {
    let sources = Sources::new();
    let files: Vec<_> = BUILT_IN
        .iter()
        .map(|policy| sources.add(policy.path, policy.text))
        .collect();
    PolicySet::parse(&files).0
});

#[test]
fn every_built_in_policy_says_the_same_in_both_forms_that_are_embedded() {
    for policy in BUILT_IN {
        let read: PolicyDocument = serde_json::from_str(policy.json)
            .unwrap_or_else(|error| panic!("{}: quote the value: {error}", policy.path));
        let written = Policy::parse(&Sources::new().add(policy.path, policy.text)).unwrap();
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            serde_json::to_string(&written.document).unwrap(),
            "{}",
            policy.path
        );
    }
}

/// By policy and address: the verdict, and what it says.
type Verdicts = BTreeMap<(Arc<str>, String), (Verdict, String)>;

struct Fixture {
    folder: PathBuf,
    path: PathBuf,
    text: String,
}

/// The Terraform fixtures of every policy.
fn fixtures() -> Vec<Fixture> {
    let (files, _) = walk(&workspace().join("policies"));
    let mut found = Vec::new();
    for entry in files {
        let path = entry.path;
        if path.extension().is_none_or(|extension| extension != "tf") {
            continue;
        }
        let Some(folder) = path
            .ancestors()
            .skip(1)
            .find(|folder| folder.join("policy.yaml").is_file())
        else {
            continue;
        };
        found.push(Fixture {
            folder: folder.to_owned(),
            text: fs::read_to_string(&path).unwrap(),
            path,
        });
    }
    assert!(found.len() > 400, "only {} fixtures", found.len());
    found
}

/// The worst verdict of every policy about each resource.
fn verdicts(fixture: &Fixture, files: &[(&str, &str)]) -> Verdicts {
    let folder = tempfile::tempdir().unwrap();
    let entries: Vec<WalkEntry> = files
        .iter()
        .map(|(name, text)| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            WalkEntry { path, named: true }
        })
        .collect();
    let sources = Sources::new();
    let inventory = terraform::load(&sources, &entries, &terraform::Options::default());
    let mut settings = Settings::new(fixture_date());
    let beside = |name: &str| {
        let path = fixture.folder.join(name);
        path.is_file().then(|| sources.read(&path).unwrap())
    };
    if let Some(file) = beside("config.yaml") {
        settings.config = Config::parse(&file).unwrap();
    }
    let stem = fixture.path.file_stem().unwrap().to_string_lossy();
    let own = beside(&format!("{stem}.baa.yaml"));
    if let Some(file) = own.or_else(|| beside("baa.yaml")) {
        settings.agreements = Agreements::parse(&file, fixture_date()).unwrap();
    }
    settings.all_phi = true;
    settings.selection.profiles = Profile::ALL.to_vec();
    let evaluation = evaluate(&POLICIES, &inventory, &sources, &settings);
    let mut all = Verdicts::new();
    let rank = |verdict: Verdict| match verdict {
        Verdict::Error => 4,
        Verdict::Fail => 3,
        Verdict::Unknown => 2,
        Verdict::Pass | Verdict::Waived => 1,
        Verdict::NotApplicable => 0,
    };
    for finding in &evaluation.findings {
        let address = inventory.resources[finding.resource].address.to_string();
        let said = || (finding.verdict, finding.message.clone());
        let known = all
            .entry((Arc::clone(&finding.policy.name), address))
            .or_insert_with(said);
        if rank(finding.verdict) > rank(known.0) {
            *known = said();
        }
    }
    all
}

/// What decides how many instances there are.
const INSTANCES: [&str; 2] = ["count", "for_each"];

/// Where on a line an argument's value stands, if it stands on this line alone.
fn value_of(line: &str) -> Option<(usize, usize)> {
    // These are not for expressions.
    let fixed = [
        "provider",
        "source",
        "version",
        "type",
        "default",
        "iterator",
        "depends_on",
        "sensitive",
        "nullable",
        "alias",
    ];
    let (name, start, end) = argument(line)?;
    let hidden = fixed.contains(&name) || INSTANCES.contains(&name);
    (!hidden).then_some((start, end))
}

/// The same of what decides how many instances there are.
fn instances_of(line: &str) -> Option<(usize, usize)> {
    let (name, start, end) = argument(line)?;
    INSTANCES.contains(&name).then_some((start, end))
}

/// The name of an argument, and where its value begins and ends.
fn argument(line: &str) -> Option<(&str, usize, usize)> {
    let at = line.find(" = ")?;
    let name = line[..at].trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let start = at + 3;
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    let mut end = line.len();
    for (at, c) in line.char_indices().skip_while(|(at, _)| *at < start) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth -= 1,
            '#' => {
                end = at;
                break;
            }
            ',' if depth == 0 => {
                end = at;
                break;
            }
            _ => {}
        }
        if depth < 0 {
            end = at;
            break;
        }
    }
    let value = line[start..end].trim_end();
    let whole = depth <= 0 && !quoted && !value.is_empty() && !value.starts_with("<<");
    whole.then_some((name, start, start + value.len()))
}

/// The fixture with one value replaced by one that is not known, for each value; and what was replaced.
fn mutants(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let (mut inside, mut heredoc): (&str, Option<String>) = ("", None);
    let mut all = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(end) = &heredoc {
            if line.trim() == end {
                heredoc = None;
            }
            continue;
        }
        if let Some((_, word)) = line.split_once("<<") {
            heredoc = Some(word.trim_start_matches('-').trim().to_owned());
            continue;
        }
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            inside = line.split_whitespace().next().unwrap_or_default();
        }
        if !["resource", "data", "locals", "provider", "module"].contains(&inside) {
            continue;
        }
        let Some((start, end)) = value_of(line).or_else(|| instances_of(line)) else {
            continue;
        };
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        changed[at].replace_range(start..end, "var.hipaa_iac_unset");
        changed.push("variable \"hipaa_iac_unset\" {}".to_owned());
        all.push((
            changed.join("\n") + "\n",
            format!("line {}: {}", at + 1, line.trim()),
        ));
    }
    all
}

/// Policies about where a value is written, not about what it is: a variable instead of the literal mends the violation.
const ABOUT_WRITING: [&str; 12] = [
    "aws-provider-credentials-literal",
    "azure-app-setting-credential",
    "azure-password-literal",
    "database-password-literal",
    "gcp-disk-key-literal",
    "gcp-secret-literal",
    "gcp-sql-password-literal",
    "provider-credential-literal",
    "secret-value-literal",
    "service-password-literal",
    "terraform-secret-literal",
    "vendor-password-literal",
];

/// Whether a verdict may become another where less is known. What no rule was about may also pass: the rule that may apply
/// now holds then.
fn may_become(before: Verdict, after: Verdict) -> bool {
    after == before
        || after == Verdict::Unknown
        || before == Verdict::NotApplicable && after == Verdict::Pass
}

#[test]
fn a_value_that_is_not_known_never_turns_a_verdict_around() {
    let outcomes = in_parallel(&fixtures(), |fixture| {
        let mutants = mutants(&fixture.text);
        let before = verdicts(fixture, &[("main.tf", &fixture.text)]);
        let mut problems = Vec::new();
        for (text, what) in &mutants {
            let after = verdicts(fixture, &[("main.tf", text)]);
            let addresses: BTreeSet<&str> = after.keys().map(|(_, of)| &**of).collect();
            for (key @ (policy, address), (verdict, message)) in &before {
                if !addresses.contains(&**address) || ABOUT_WRITING.contains(&&**policy) {
                    continue;
                }
                let (now, told) = match after.get(key) {
                    Some((now, told)) => (Some(*now), &**told),
                    None => (None, ""),
                };
                if !now.is_some_and(|now| may_become(*verdict, now)) {
                    problems.push(format!(
                        "{} {what}\n  {policy} of {address}: {verdict} ({message}) becomes {} ({told})",
                        fixture.path.strip_prefix(workspace()).unwrap().display(),
                        now.map_or("nothing", Verdict::as_str)
                    ));
                }
            }
        }
        (mutants.len(), problems)
    });
    let tried: usize = outcomes.iter().map(|(tried, _)| tried).sum();
    let problems: Vec<String> = outcomes.into_iter().flat_map(|(_, found)| found).collect();
    assert!(tried > 3000, "only {tried} replacements");
    assert!(
        problems.is_empty(),
        "{} of {tried} replacements turn a verdict around:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

/// The blocks of a file with the comments above them.
fn blocks(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut block = String::new();
    let mut heredoc: Option<String> = None;
    for line in text.lines() {
        block.push_str(line);
        block.push('\n');
        if let Some(end) = &heredoc {
            if line.trim() == end {
                heredoc = None;
            }
            continue;
        }
        if let Some((_, word)) = line.split_once("<<") {
            heredoc = Some(word.trim_start_matches('-').trim().to_owned());
            continue;
        }
        let ends = line.starts_with('}')
            || line.starts_with(|c: char| c.is_ascii_alphabetic())
                && line.trim_end().ends_with('}');
        if ends {
            all.push(std::mem::take(&mut block));
        }
    }
    all.push(block);
    all
}

#[test]
fn the_order_of_blocks_and_files_changes_nothing() {
    let fixtures = fixtures();
    let problems = in_parallel(&fixtures, |fixture| {
        let expected = verdicts(fixture, &[("main.tf", &fixture.text)]);
        let mut blocks = blocks(&fixture.text);
        if blocks.len() < 2 {
            return None;
        }
        blocks.reverse();
        let reversed = blocks.concat();
        let half = blocks.len() / 2;
        let (first, second) = (blocks[..half].concat(), blocks[half..].concat());
        let orders: [&[(&str, &str)]; 2] = [
            &[("main.tf", &reversed)],
            &[("z.tf", &first), ("a.tf", &second)],
        ];
        let differs = orders
            .iter()
            .any(|files| verdicts(fixture, files) != expected);
        differs.then(|| fixture.path.display().to_string())
    });
    let problems: Vec<String> = problems.into_iter().flatten().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// So that the test itself is tested.
#[test]
fn replacements_are_whole_values() {
    let of = |line: &str| value_of(line).map(|(start, end)| line[start..end].to_owned());
    assert_eq!(of("  a = true # expect: x").as_deref(), Some("true"));
    assert_eq!(of("  a = [\"#\", 1]").as_deref(), Some("[\"#\", 1]"));
    assert_eq!(
        of("  a = { b = 1, c = 2 }").as_deref(),
        Some("{ b = 1, c = 2 }")
    );
    assert_eq!(of("  a = {"), None);
    assert_eq!(of("  a = <<EOT"), None);
    assert_eq!(of("  for_each = toset([])"), None);
    assert_eq!(of("    \"x\" = 1"), None);
}

#[test]
fn a_fingerprint_hangs_on_no_file_that_holds_nothing() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: c, image: x, securityContext: {privileged: true}}]\n";
    let tree = Tree::with(&[("k8s/apps/pod.yaml", pod)]).unwrap();
    let fingerprints = || {
        let ran = run_in(
            tree.path(),
            &[
                "check",
                ".",
                "--format",
                "json",
                "--only",
                "container-privileged",
            ],
        )
        .unwrap();
        let result = ran.json();
        let findings = result["findings"].as_array().unwrap().clone();
        assert_eq!(findings.len(), 1, "{}", ran.stdout);
        (
            findings[0]["fingerprint"].as_str().unwrap().to_owned(),
            result["inputs"].clone(),
        )
    };
    let before = fingerprints();
    for (path, text) in [
        ("k8s/README.md", ""),
        ("ci/values.yaml", "a: 1\n"),
        ("b.json", "{\"apiVersion\": 1}"),
    ] {
        tree.write(path, text.as_bytes()).unwrap();
        assert_eq!(fingerprints(), before, "{path}");
    }
}
