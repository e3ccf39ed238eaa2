//! What must hold of every configuration, tried on the fixtures of all policies: knowing less never turns a verdict
//! around, and the order of blocks and files does not matter.

use std::{collections::BTreeMap, env, fs, path::PathBuf, sync::Arc};

use hipaa_iac_engine::{Agreements, Config, PolicySet, Settings, Verdict, evaluate, fixture_date};
use hipaa_iac_source::{Sources, WalkEntry, walk};
use hipaa_iac_terraform as terraform;
use hipaa_iac_tests::workspace;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

/// Of how many replacements one is tried; `HIPAA_IAC_PROPERTIES_EVERY=1` tries all.
const EVERY: usize = 3;

struct Fixture {
    /// One policy.
    policy: Arc<PolicySet>,
    folder: PathBuf,
    path: PathBuf,
    text: String,
}

/// The Terraform fixtures of every policy.
fn fixtures() -> Vec<Fixture> {
    let (files, _) = walk(&workspace().join("policies"));
    let mut folders: BTreeMap<PathBuf, Arc<PolicySet>> = BTreeMap::new();
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
        let policy = folders.entry(folder.to_owned()).or_insert_with(|| {
            let sources = Sources::new();
            let file = sources.read(&folder.join("policy.yaml")).unwrap();
            Arc::new(PolicySet::parse(&[file]).0)
        });
        found.push(Fixture {
            policy: Arc::clone(policy),
            folder: folder.to_owned(),
            text: fs::read_to_string(&path).unwrap(),
            path,
        });
    }
    assert!(found.len() > 400, "only {} fixtures", found.len());
    found
}

/// The results for every item, worked out with the stack that the program gives its threads.
fn in_parallel<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(16 << 20)
        .build()
        .unwrap();
    pool.install(|| items.par_iter().map(&f).collect())
}

/// The worst verdict of each resource, by address. What does not apply is not told apart from a pass: a resource that
/// no rule is about violates none.
fn verdicts(fixture: &Fixture, files: &[(&str, &str)]) -> BTreeMap<String, (Verdict, String)> {
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
    settings.selection.only = vec![fixture.policy.policies()[0].name.to_string()];
    let evaluation = evaluate(&fixture.policy, &inventory, &sources, &settings);
    let mut all: BTreeMap<String, (Verdict, String)> = BTreeMap::new();
    for resource in &inventory.resources {
        all.insert(
            resource.address.to_string(),
            (Verdict::NotApplicable, String::new()),
        );
    }
    let rank = |verdict: Verdict| match verdict {
        Verdict::Error => 4,
        Verdict::Fail => 3,
        Verdict::Unknown => 2,
        Verdict::Pass | Verdict::Waived => 1,
        Verdict::NotApplicable => 0,
    };
    for finding in &evaluation.findings {
        let address = inventory.resources[finding.resource].address.to_string();
        let known = all.get_mut(&address).unwrap();
        if rank(finding.verdict) > rank(known.0) {
            *known = (finding.verdict, finding.message.clone());
        }
    }
    all
}

/// Where on a line an argument's value stands, if it stands on this line alone.
fn value_of(line: &str) -> Option<(usize, usize)> {
    let at = line.find(" = ")?;
    let name = line[..at].trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    // What decides about instances changes addresses; the rest is not for expressions.
    let fixed = [
        "count",
        "for_each",
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
    if name.is_empty() || !name.chars().all(plain) || fixed.contains(&name) {
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
    whole.then_some((start, start + value.len()))
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
        let Some((start, end)) = value_of(line) else {
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
const ABOUT_WRITING: [&str; 2] = [
    "aws-provider-credentials-literal",
    "database-password-literal",
];

#[test]
fn a_value_that_is_not_known_never_turns_a_verdict_around() {
    let every = env::var("HIPAA_IAC_PROPERTIES_EVERY").map_or(EVERY, |text| text.parse().unwrap());
    let fixtures = fixtures();
    let numbered: Vec<(usize, &Fixture)> = fixtures.iter().enumerate().collect();
    let outcomes: Vec<(usize, Vec<String>)> = in_parallel(&numbered, |(number, fixture)| {
        let policy = &*fixture.policy.policies()[0].name;
        if ABOUT_WRITING.contains(&policy) {
            return (0, vec![]);
        }
        let mutants = mutants(&fixture.text);
        let chosen: Vec<_> = mutants
            .iter()
            .enumerate()
            .filter(|(at, _)| (at + number) % every == 0)
            .map(|(_, mutant)| mutant)
            .collect();
        if chosen.is_empty() {
            return (0, vec![]);
        }
        let before = verdicts(fixture, &[("main.tf", &fixture.text)]);
        let mut problems = Vec::new();
        for (text, what) in &chosen {
            let after = verdicts(fixture, &[("main.tf", text)]);
            for (address, (verdict, message)) in &before {
                let Some((now, told)) = after.get(address) else {
                    continue;
                };
                let good = |verdict: &Verdict| {
                    matches!(
                        verdict,
                        Verdict::Pass | Verdict::NotApplicable | Verdict::Waived
                    )
                };
                let turned = match verdict {
                    Verdict::Fail => good(now),
                    Verdict::Unknown => false,
                    verdict if good(verdict) => *now == Verdict::Fail,
                    _ => true,
                };
                if turned || *now == Verdict::Error {
                    problems.push(format!(
                        "{} {what}\n  {address}: {verdict} ({message}) becomes {now} ({told})",
                        fixture.path.strip_prefix(workspace()).unwrap().display()
                    ));
                }
            }
        }
        (chosen.len(), problems)
    });
    let tried: usize = outcomes.iter().map(|(tried, _)| tried).sum();
    let problems: Vec<String> = outcomes.into_iter().flat_map(|(_, found)| found).collect();
    assert!(tried * every > 3000, "only {tried} replacements");
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
