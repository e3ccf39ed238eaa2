//! The webhook gives the verdicts that the command line gives, for every Kubernetes fixture of every built-in policy.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use hipaa_iac_engine::{Config, PolicySet, Settings, Tested, Verdict, evaluate, fixture_date};
use hipaa_iac_source::{Inventory, Node, Number, Resource, Sources, Value};

use crate::served::{Served, Setup, request, review};

// What became of a restore is known in the cluster alone, and serving.rs asks about it there.
const CONFIG: &str =
    "profiles: [hipaa, hardening, availability, nprm-2025]\nskip: [database-restore-unverified]\n";

/// The JSON of a value; `None` where something in it is not known.
fn json(node: &Node) -> Option<serde_json::Value> {
    Some(match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(Number::Int(value)) => (*value).into(),
        Value::Number(Number::Float(value)) => (*value).into(),
        Value::Number(Number::Big(_)) | Value::Unknown(_) => return None,
        Value::String(text) => (**text).into(),
        Value::List(elements) => elements
            .iter()
            .map(json)
            .collect::<Option<Vec<_>>>()?
            .into(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| Some((key.to_string(), json(value)?)))
            .collect::<Option<serde_json::Map<_, _>>>()?
            .into(),
    })
}

fn fixtures() -> Vec<std::path::PathBuf> {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let mut found = Vec::new();
    for area in std::fs::read_dir(policies).unwrap() {
        let area = area.unwrap().path();
        for policy in std::fs::read_dir(&area).into_iter().flatten() {
            for file in std::fs::read_dir(policy.unwrap().path())
                .into_iter()
                .flatten()
            {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let is_fixture = ["pass", "fail", "unknown"]
                    .iter()
                    .any(|kind| name.starts_with(kind));
                if is_fixture
                    && path.extension().is_some_and(|ending| ending == "yaml")
                    && !name.ends_with(".baa.yaml")
                    && !name.ends_with(".config.yaml")
                {
                    found.push(path);
                }
            }
        }
    }
    found.sort();
    found
}

fn names(text: &serde_json::Value) -> BTreeSet<String> {
    text.as_str()
        .unwrap_or_default()
        .split(',')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhook_says_what_the_command_line_says() {
    let served = Served::start(Setup {
        config: CONFIG,
        ..Setup::default()
    })
    .await;
    let policy_sources = Sources::new();
    let files: Vec<_> = hipaa_iac_policies::BUILT_IN
        .iter()
        .map(|policy| Tested {
            file: policy_sources.add(policy.path, policy.text),
            json: policy.json,
        })
        .collect();
    let (policies, problems) = PolicySet::load(&files, &[]);
    assert!(problems.is_empty());
    let settings = Settings {
        config: Config::parse(&policy_sources.add("hipaa-iac.yaml", CONFIG)).unwrap(),
        inline_waivers: false,
        all_phi: true,
        ..Settings::new(fixture_date())
    };
    let mut client = served.connect().await;
    let (mut asked, mut skipped, mut denied) = (0, 0, 0);
    let all = fixtures();
    assert!(all.len() > 150, "{}", all.len());
    for path in all {
        let sources = Sources::new();
        let text = std::fs::read_to_string(&path).unwrap();
        let file = sources.add(path.display().to_string(), &text);
        let inventory: Inventory = hipaa_iac_kubernetes::load_text(
            &sources,
            &file,
            &hipaa_iac_kubernetes::Options::default(),
        );
        let addresses: BTreeSet<_> = inventory
            .resources
            .iter()
            .map(|resource| (resource.kind.matched_by(), Arc::clone(&resource.address)))
            .collect();
        // An object that is written twice is one object in a cluster.
        if addresses.len() != inventory.resources.len() {
            skipped += inventory.resources.len();
            continue;
        }
        let evaluation = evaluate(&policies, &inventory, &sources, &settings);
        let mut cluster = Vec::new();
        for resource in &inventory.resources {
            let mut resource: Resource = resource.clone();
            resource.root = hipaa_iac_operator::cluster::ROOT.into();
            cluster.push(resource);
        }
        served.know(&cluster);
        for (at, resource) in inventory.resources.iter().enumerate() {
            let mut verdicts: BTreeMap<Verdict, BTreeSet<String>> = BTreeMap::new();
            let mut judged = false;
            for finding in evaluation
                .findings
                .iter()
                .filter(|finding| finding.resource == at)
            {
                judged = true;
                verdicts
                    .entry(finding.verdict)
                    .or_default()
                    .insert(finding.policy.name.to_string());
            }
            let id = resource.kubernetes().unwrap();
            // Unknown values cannot be sent; what a controller of the input has made is judged there, and in a cluster by itself too.
            let Some(mut object) = json(&resource.body).filter(|_| judged) else {
                skipped += 1;
                continue;
            };
            if let (Some(namespace), Some(metadata)) =
                (&id.namespace, object["metadata"].as_object_mut())
            {
                metadata.insert("namespace".to_owned(), (**namespace).into());
            }
            let (status, body) = client
                .review("workloads-phi", &review(request("CREATE", &object, None)))
                .await;
            assert_eq!(status, 200);
            let response: serde_json::Value = serde_json::from_str(&body).unwrap();
            let response = &response["response"];
            let none = BTreeSet::new();
            let place = format!("{} {}: {body}", path.display(), resource.address);
            let fails = verdicts.get(&Verdict::Fail).unwrap_or(&none);
            assert_eq!(
                names(&response["auditAnnotations"]["violations"]),
                *fails,
                "{place}"
            );
            assert_eq!(
                names(&response["auditAnnotations"]["unknown"]),
                *verdicts.get(&Verdict::Unknown).unwrap_or(&none),
                "{place}"
            );
            assert_eq!(response["allowed"], fails.is_empty(), "{place}");
            asked += 1;
            denied += usize::from(!fails.is_empty());
        }
    }
    println!("{asked} objects asked, {denied} denied, {skipped} skipped");
    assert!(asked > 300 && denied > 100, "{asked} {denied} {skipped}");
    assert!(skipped * 5 < asked, "{asked} {denied} {skipped}");
}
