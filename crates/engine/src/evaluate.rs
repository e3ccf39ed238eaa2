//! Verdicts: every selected policy on every resource that it matches.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use hipaa_iac_source::{
    Diagnostic, FileId, Inventory, Level, Map, Node, Origin, Query, Resource, Sources, Span,
    Unknown, Value,
};
use rayon::prelude::*;

use crate::{
    agreement::Agreements,
    cel::{self, Scope, Val},
    config::{Config, WaiverEntry, unknown_policy},
    date::Date,
    pods,
    policy::{
        AbsentValue, CompiledRule, Judged, Policy, PolicySet, Profile, Scope as PolicyScope,
        Severity,
    },
    relations,
    restore::{self, RestoreRecords},
    waiver::{AppliedWaiver, Concern, Waivers},
    world::World,
};

/// What a run is asked to do, beside its input.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The day as of which waivers and agreements are judged.
    pub as_of: Date,
    /// `hipaa-iac.yaml`.
    pub config: Config,
    /// `baa.yaml`.
    pub agreements: Agreements,
    /// What the evidence log that the configuration names tells of restores.
    pub restores: RestoreRecords,
    /// Which policies run; what the configuration says holds where a part is empty.
    pub selection: Selection,
    /// Whether comments waive findings.
    pub inline_waivers: bool,
    /// Every resource is taken to hold PHI, whatever it is classified as.
    pub all_phi: bool,
    /// The moment in a cluster, in seconds since 1970. Files have none: a status that is written in one is nobody's word.
    pub moment: Option<i64>,
}

impl Settings {
    /// No configuration, no agreements, inline waivers allowed.
    pub fn new(as_of: Date) -> Self {
        Self {
            as_of,
            config: Config::default(),
            agreements: Agreements::default(),
            restores: RestoreRecords::default(),
            selection: Selection::default(),
            inline_waivers: true,
            all_phi: false,
            moment: None,
        }
    }
}

impl Default for Settings {
    /// As of the first day that can be told: give `as_of`.
    fn default() -> Self {
        Self::new(Date::MIN)
    }
}

/// Which policies run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Those of these profiles; `hipaa` where neither this nor the configuration says so.
    pub profiles: Vec<Profile>,
    /// These and no others, whatever their profile.
    pub only: Vec<String>,
    /// Not these.
    pub skip: Vec<String>,
}

/// What a policy says about a resource, or about a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It is violated.
    Fail,
    /// Whether it holds cannot be known from this input.
    Unknown,
    /// The policy has a mistake.
    Error,
    /// It is violated, or may be, and that is accepted for a time.
    Waived,
    /// No rule of the policy applies.
    NotApplicable,
}

impl Verdict {
    /// Its word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Error => "error",
            Self::Waived => "waived",
            Self::NotApplicable => "not-applicable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One verdict with its place. A resource that fails or may fail has a finding for each distinct attribute;
/// else it has one for the policy.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The policy.
    pub policy: Arc<Policy>,
    /// The verdict.
    pub verdict: Verdict,
    /// How much it weighs, with what the configuration overrides.
    pub severity: Severity,
    /// The resource, as an index into [`Inventory::resources`].
    pub resource: usize,
    /// The normalized JSONPath (RFC 9535) from the resource to what was judged; `None` for the whole resource.
    pub attribute: Option<String>,
    /// The rule's message; for an error what is wrong with the policy.
    pub message: String,
    /// For an unknown: why, from the nearest cause outwards.
    pub reasons: Vec<String>,
    /// Where it points.
    pub span: Option<Span>,
    /// Where the decisive value came from, if from elsewhere.
    pub origin: Option<Origin>,
    /// Reports must not show the text at the place.
    pub redact: bool,
    /// The waiver of a waived finding.
    pub waiver: Option<Box<AppliedWaiver>>,
    /// What a waived finding would be.
    pub waived_verdict: Option<Verdict>,
}

/// The outcome of a run.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// Every finding, ordered by file, offset, policy, address and attribute. Passes and not-applicable ones are among them.
    pub findings: Vec<Finding>,
    /// What the user must be told about configuration, waivers and agreements.
    pub diagnostics: Vec<Diagnostic>,
    /// The policies that ran, by name.
    pub selected: Vec<Arc<Policy>>,
    /// For each resource, whether it is classified as PHI.
    pub phi: Vec<bool>,
    /// How many resources are of types that no policy of the run judges or reads, by the word that policies would match them
    /// by. Data sources and provider blocks make nothing, and are not counted.
    pub unjudged: BTreeMap<String, u64>,
}

/// Judges an inventory.
pub fn evaluate(
    policies: &PolicySet,
    inventory: &Inventory,
    sources: &Sources,
    settings: &Settings,
) -> Evaluation {
    let mut diagnostics = settings.config.check(policies, sources);
    for (option, names) in [
        ("--only", &settings.selection.only),
        ("--skip", &settings.selection.skip),
    ] {
        for name in names.iter().filter(|name| policies.get(name).is_none()) {
            let message = format!("{option}: {}", unknown_policy(policies, name));
            diagnostics.push(Diagnostic::new(Level::Usage, "policy-unknown", message));
        }
    }
    diagnostics.extend(settings.agreements.diagnostics().iter().cloned());
    let chosen = choose(policies, settings);
    let world = World::new(
        inventory,
        settings,
        sources,
        settings.all_phi,
        settings.moment,
    );
    let (unjudged, mut findings) = crate::pool::run(|| {
        let pairs = pairs(&world, &chosen);
        let findings: Vec<Finding> = pairs
            .par_iter()
            .flat_map_iter(|(chosen, at)| judge_safely(&world, chosen, *at, sources))
            .collect();
        (unjudged(&world, &chosen, &pairs), findings)
    });
    let files: Vec<FileId> = waiver_files(inventory, &findings);
    let mut waivers = Waivers::collect(settings, &[], policies, sources, &files);
    waivers.refuse_ambiguous(&findings, inventory);
    for finding in &mut findings {
        apply(&mut waivers, finding, inventory, sources);
    }
    let selected: Vec<Arc<Policy>> = chosen.into_iter().map(|chosen| chosen.policy).collect();
    waivers.report_unused(
        &selected
            .iter()
            .map(|policy| Arc::clone(&policy.name))
            .collect(),
    );
    diagnostics.append(&mut waivers.diagnostics);
    diagnostics.extend(settings.agreements.unused_exceptions(&findings));
    diagnostics.extend(restore::diagnostics(
        &settings.config,
        &settings.restores,
        inventory,
        sources,
    ));
    if selected.iter().any(|policy| policy.judges_pods()) {
        diagnostics.extend(pods::unjudged(inventory, &world.relations));
    }
    sort(&mut findings, inventory, sources);
    Evaluation {
        findings,
        diagnostics,
        selected,
        phi: world.into_phi(),
        unjudged,
    }
}

/// A policy that runs, with its parameters.
#[derive(Clone, Debug)]
struct Chosen {
    policy: Arc<Policy>,
    params: Val,
}

fn choose(policies: &PolicySet, settings: &Settings) -> Vec<Chosen> {
    selected(policies, settings)
        .into_iter()
        .map(|policy| Chosen {
            params: parameters(&policy, &settings.config),
            policy,
        })
        .collect()
}

/// Policies and settings made ready once, to judge one resource after the other: an admission webhook has a millisecond for each.
#[derive(Debug)]
pub struct Prepared {
    policies: PolicySet,
    settings: Arc<Settings>,
    chosen: Vec<Chosen>,
}

impl Prepared {
    /// Makes them ready. What the configuration says of policies that are not there is not told: [`evaluate`] does that.
    pub fn new(policies: PolicySet, settings: Arc<Settings>) -> Self {
        let chosen = choose(&policies, &settings);
        // The first resource does not wait for it.
        crate::pool::run(|| {
            for chosen in &chosen {
                let _ = chosen.policy.compiled();
            }
        });
        Self {
            policies,
            settings,
            chosen,
        }
    }

    /// Those of the policies that `keep` holds for. Their parameters are shared.
    pub fn subset(&self, keep: impl Fn(&Policy) -> bool) -> Self {
        let chosen = self.chosen.iter().filter(|chosen| keep(&chosen.policy));
        Self {
            policies: self.policies.subset(&keep),
            settings: Arc::clone(&self.settings),
            chosen: chosen.cloned().collect(),
        }
    }

    /// The policies that run, by name.
    pub fn policies(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.chosen.iter().map(|chosen| &chosen.policy)
    }

    /// What [`evaluate`] finds about one resource of an inventory that was not read from files; the others stand for relations alone.
    /// `waivers` count beside those of the configuration. With `all_phi` everything is taken to hold PHI. `moment` is [`Settings::moment`].
    /// Only policies that `wanted` holds for are asked.
    ///
    /// It runs on the calling thread, on a stack of its own unless that one has 8 MiB left.
    pub fn evaluate(
        &self,
        inventory: &Inventory,
        resource: usize,
        waivers: &[WaiverEntry],
        all_phi: bool,
        moment: Option<i64>,
        wanted: impl Fn(&Policy) -> bool,
    ) -> Vec<Finding> {
        let sources = &Sources::new();
        let all_phi = all_phi || self.settings.all_phi;
        let chosen = self.chosen.iter().filter(|chosen| wanted(&chosen.policy));
        crate::pool::here(|| {
            let world = World::new(inventory, &self.settings, sources, all_phi, moment);
            let mut findings = judge_one(&world, chosen, sources, resource);
            if !waivers.is_empty() || !self.settings.config.waivers.is_empty() {
                let mut waivers =
                    Waivers::collect(&self.settings, waivers, &self.policies, sources, &[]);
                for finding in &mut findings {
                    apply(&mut waivers, finding, inventory, sources);
                }
            }
            sort(&mut findings, inventory, sources);
            findings
        })
    }
}

/// The policies that a run uses, by name.
pub fn selected(policies: &PolicySet, settings: &Settings) -> Vec<Arc<Policy>> {
    let or = |given: &Vec<String>, configured: &Vec<String>| {
        if given.is_empty() {
            configured.clone()
        } else {
            given.clone()
        }
    };
    let only = or(&settings.selection.only, &settings.config.only);
    let profiles = [&settings.selection.profiles, &settings.config.profiles]
        .into_iter()
        .find(|profiles| !profiles.is_empty());
    let profiles = profiles.map_or(&[Profile::Hipaa][..], Vec::as_slice);
    // What is asked for by name on the command line runs, whatever the configuration says of it.
    let asked = |name: &str| settings.selection.only.iter().any(|only| only == name);
    let off = |name: &str| {
        settings.config.skip.iter().any(|skip| skip == name)
            || settings
                .config
                .severity
                .get(name)
                .is_some_and(|severity| severity.severity().is_none())
    };
    let skipped = |name: &str| {
        settings.selection.skip.iter().any(|skip| skip == name) || off(name) && !asked(name)
    };
    let wanted = |policy: &&Arc<Policy>| {
        let chosen = if only.is_empty() {
            policy
                .spec()
                .profiles
                .iter()
                .any(|profile| profiles.contains(profile))
        } else {
            only.iter().any(|name| **name == *policy.name)
        };
        chosen && !skipped(&policy.name)
    };
    policies.policies().iter().filter(wanted).cloned().collect()
}

/// Which policy judges which resource.
fn pairs<'a>(world: &World<'_>, chosen: &'a [Chosen]) -> Vec<(&'a Chosen, usize)> {
    let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
    let mut with_pods: Vec<usize> = Vec::new();
    for (at, resource) in world.inventory.resources.iter().enumerate() {
        by_word
            .entry(resource.kind.matched_by())
            .or_default()
            .push(at);
        if has_pod_of_its_own(world, at, resource) {
            with_pods.push(at);
        }
    }
    let mut pairs: Vec<(&Chosen, usize)> = Vec::new();
    for chosen in chosen {
        let matches = &chosen.policy.spec().matches;
        let mut found: BTreeSet<usize> = BTreeSet::new();
        for word in &matches.terraform {
            found.extend(by_word.get(word).into_iter().flatten());
        }
        for kind in &matches.kubernetes {
            if kind.pod_spec {
                found.extend(&with_pods);
            } else if let Some(name) = &kind.kind {
                let word = match kind.group.as_deref() {
                    None | Some("") => name.clone(),
                    Some(group) => format!("{group}/{name}"),
                };
                found.extend(by_word.get(&word).into_iter().flatten());
            }
        }
        pairs.extend(found.into_iter().map(|at| (chosen, at)));
    }
    pairs
}

/// See [`Evaluation::unjudged`].
fn unjudged(
    world: &World<'_>,
    chosen: &[Chosen],
    pairs: &[(&Chosen, usize)],
) -> BTreeMap<String, u64> {
    let judged: HashSet<usize> = pairs.iter().map(|(_, at)| *at).collect();
    let mut types: BTreeMap<String, u64> = BTreeMap::new();
    for (at, resource) in world.inventory.resources.iter().enumerate() {
        let makes = resource.terraform().is_none_or(|id| {
            // The object that a manifest is stands beside it.
            &*id.mode == "managed" && &*id.type_ != "kubernetes_manifest"
        });
        if makes && !judged.contains(&at) {
            *types.entry(resource.kind.matched_by()).or_default() += 1;
        }
    }
    // What a policy reads beside what it judges is named in its expressions.
    let expressions = || {
        chosen.iter().flat_map(|chosen| {
            let spec = chosen.policy.spec();
            let rules = spec.rules.iter();
            let rules = rules.flat_map(|rule| rule.when.iter().chain([&rule.require]));
            spec.variables.values().chain(rules)
        })
    };
    types.retain(|word, _| {
        let quoted = [format!("'{word}'"), format!("\"{word}\"")];
        let read = |text: &String| {
            quoted.iter().any(|word| text.contains(word))
                || word == "ConfigMap" && text.contains("podEnv(")
        };
        !expressions().any(read)
    });
    types
}

/// The same of one resource, one policy after the other. It is judged by itself whoever owns it: the owner may have been there before the policies,
/// and what an object says of its owner anybody may write.
fn judge_one<'a>(
    world: &World<'_>,
    chosen: impl Iterator<Item = &'a Chosen>,
    sources: &Sources,
    at: usize,
) -> Vec<Finding> {
    let Some(resource) = world.resource(at) else {
        return Vec::new();
    };
    let holds_pod = holds_pod(world, at, resource);
    chosen
        .filter(|chosen| match chosen.policy.judges(&resource.kind) {
            Some(Judged::PodSpec(_) | Judged::FoundPods) => holds_pod,
            Some(Judged::Whole) => true,
            None => false,
        })
        .flat_map(|chosen| judge_safely(world, chosen, at, sources))
        .collect()
}

/// Whether it is or holds a pod.
fn holds_pod(world: &World<'_>, at: usize, resource: &Resource) -> bool {
    resource
        .kubernetes()
        .is_some_and(|id| crate::policy::pod_spec_path(&id.group, &id.kind).is_some())
        || world
            .relations
            .found(at)
            .is_some_and(|found| !found.pods.is_empty())
}

/// Whether it is or holds a pod, and one that is not judged at a controller of the input which made it after its template.
fn has_pod_of_its_own(world: &World<'_>, at: usize, resource: &Resource) -> bool {
    holds_pod(world, at, resource) && {
        let owner = world.relations.owner(at);
        let owner = owner.and_then(|owner| world.resource(owner));
        owner.is_none_or(|owner| !made_by(resource, owner))
    }
}

/// A mistake of the engine costs one verdict, not the run.
fn judge_safely(world: &World<'_>, chosen: &Chosen, at: usize, sources: &Sources) -> Vec<Finding> {
    let Chosen { policy, params } = chosen;
    catch_unwind(AssertUnwindSafe(|| {
        judge(world, policy, params, at, sources)
    }))
    .unwrap_or_else(|_| {
        let outcome = Outcome::error("the engine failed on this policy and resource".to_owned());
        vec![finding(world, policy, at, outcome)]
    })
}

/// Whether an object is what a controller makes after its template, but for what the API server and schedulers add.
fn made_by(owned: &Resource, owner: &Resource) -> bool {
    const ADDED: [&str; 14] = [
        "affinity",
        "containers",
        "enableServiceLinks",
        "ephemeralContainers",
        "hostname",
        "initContainers",
        "nodeName",
        "preemptionPolicy",
        "priority",
        "serviceAccount",
        "serviceAccountName",
        "subdomain",
        "tolerations",
        "volumes",
    ];
    let kind = |resource: &Resource| {
        resource
            .kubernetes()
            .map(|id| Arc::clone(&id.kind))
            .unwrap_or_default()
    };
    // Each makes only kinds behind it: no two objects hide each other.
    let makes = match &*kind(owner) {
        "Pod" => return false,
        "CronJob" => &["Job", "Pod"][..],
        "Deployment" | "DeploymentConfig" | "Rollout" => {
            &["ReplicaSet", "ReplicationController", "Pod"]
        }
        _ => &["Pod"],
    };
    let spec =
        |resource| relations::pod_template(resource).and_then(|pod| pod.get("spec")?.as_map());
    let (Some(made), Some(template)) = (spec(owned), spec(owner)) else {
        return false;
    };
    let without_mounts = |container: &Node| match container.as_map() {
        Some(members) => {
            let mut members = members.clone();
            members.shift_remove("volumeMounts");
            Node::object(members)
        }
        None => container.clone(),
    };
    let list = |spec: &Map, key: &str| {
        spec.get(key)
            .and_then(Node::as_list)
            .cloned()
            .unwrap_or_default()
    };
    makes.contains(&&*kind(owned))
        && made
            .iter()
            .filter(|(key, _)| !ADDED.contains(&&***key))
            .all(|(key, value)| template.get(key) == Some(value))
        && ["containers", "initContainers", "ephemeralContainers"]
            .iter()
            .all(|key| {
                let (made, template) = (list(made, key), list(template, key));
                made.len() == template.len()
                    && made
                        .iter()
                        .zip(&template)
                        .all(|(made, template)| without_mounts(made) == without_mounts(template))
            })
        && list(made, "volumes").iter().all(|volume| {
            volume.get("projected").is_some()
                || volume.get("persistentVolumeClaim").is_some()
                || list(template, "volumes").contains(volume)
        })
}

/// The parameters of a policy, with what the configuration overrides.
fn parameters(policy: &Policy, config: &Config) -> Val {
    let overrides = config.parameters.get(&*policy.name);
    let members: Map = policy
        .spec()
        .parameters
        .iter()
        .map(|(name, default)| {
            let value = overrides
                .and_then(|overrides| overrides.get(name))
                .unwrap_or(default);
            (Arc::from(name.as_str()), Node::from(value))
        })
        .collect();
    Val::from(&Node::object(members))
}

/// What one rule says about one selected value.
#[derive(Clone, Debug)]
struct Outcome {
    verdict: Verdict,
    attribute: Option<String>,
    message: String,
    reasons: Vec<String>,
    span: Option<Span>,
    origin: Option<Origin>,
    redact: bool,
}

impl Outcome {
    fn error(message: String) -> Self {
        Self::of(Verdict::Error, message)
    }

    fn of(verdict: Verdict, message: String) -> Self {
        Self {
            verdict,
            attribute: None,
            message,
            reasons: Vec::new(),
            span: None,
            origin: None,
            redact: false,
        }
    }
}

fn finding(world: &World<'_>, policy: &Arc<Policy>, at: usize, outcome: Outcome) -> Finding {
    let overridden = world
        .settings
        .config
        .severity
        .get(&*policy.name)
        .and_then(|severity| severity.severity());
    Finding {
        policy: Arc::clone(policy),
        verdict: outcome.verdict,
        severity: overridden.unwrap_or(policy.spec().severity),
        resource: at,
        attribute: outcome.attribute,
        message: outcome.message,
        reasons: outcome.reasons,
        span: outcome
            .span
            .or_else(|| world.resource(at).and_then(|resource| resource.span)),
        origin: outcome.origin,
        redact: outcome.redact,
        waiver: None,
        waived_verdict: None,
    }
}

/// Every finding of a policy on a resource.
fn judge(
    world: &World<'_>,
    policy: &Arc<Policy>,
    params: &Val,
    at: usize,
    sources: &Sources,
) -> Vec<Finding> {
    let (outcomes, vendors) = Judge::outcomes(world, policy, params, at, sources);
    // One finding for each attribute, a violation before a doubt; and each mistake in the policy, which hides no violation by another rule.
    let mut by_attribute: Vec<Outcome> = Vec::new();
    let mut place: BTreeMap<(Option<String>, Option<String>), usize> = BTreeMap::new();
    let weight = |verdict: Verdict| match verdict {
        Verdict::Error => 3,
        Verdict::Fail => 2,
        Verdict::Unknown => 1,
        _ => 0,
    };
    let mut passed = false;
    for outcome in outcomes {
        if weight(outcome.verdict) == 0 {
            passed |= outcome.verdict == Verdict::Pass;
            continue;
        }
        let mistake = (outcome.verdict == Verdict::Error).then(|| outcome.message.clone());
        let key = (outcome.attribute.clone(), mistake);
        match place.get(&key).and_then(|at| by_attribute.get_mut(*at)) {
            Some(before) if weight(before.verdict) >= weight(outcome.verdict) => {}
            Some(before) => *before = outcome,
            None => {
                place.insert(key, by_attribute.len());
                by_attribute.push(outcome);
            }
        }
    }
    if by_attribute.is_empty() {
        let verdict = if passed {
            Verdict::Pass
        } else {
            Verdict::NotApplicable
        };
        by_attribute.push(Outcome::of(verdict, policy.spec().title.clone()));
    }
    let excepted = world.resource(at).and_then(|resource| {
        let agreements = &world.settings.agreements;
        agreements.exception(&vendors, resource, sources, world.settings.as_of)
    });
    by_attribute
        .into_iter()
        .map(|outcome| {
            let mut finding = finding(world, policy, at, outcome);
            if let Some(exception) = excepted
                && matches!(finding.verdict, Verdict::Fail | Verdict::Unknown)
            {
                finding.waived_verdict = Some(finding.verdict);
                finding.verdict = Verdict::Waived;
                finding.waiver = Some(Box::new(AppliedWaiver {
                    policy: Arc::clone(&policy.name),
                    ..exception.clone()
                }));
            }
            finding
        })
        .collect()
}

struct Judge<'a> {
    policy: &'a Policy,
    resource: &'a Resource,
    scope: Scope<'a>,
    at: usize,
    sources: &'a Sources,
    /// `$` of the paths: the resource's value or its pod spec, with the elements of unknown collections filled in.
    root: Node,
    /// The same as it was read, to tell which elements may not be there.
    read: &'a Node,
    /// Whether they differ.
    shaped: bool,
    /// The path of `$` in the resource, behind its `$`.
    prefix: String,
    whole: bool,
}

/// An element or a selected value.
#[derive(Clone, Debug)]
struct Place {
    /// As it was read: what expressions see holds no elements that may not be there.
    node: Node,
    /// From `$` of the policy's paths, without it.
    path: String,
    /// Why it may not be there at all.
    doubt: Option<Vec<String>>,
}

/// What a condition says.
enum Answer {
    Yes,
    No,
    Unknown(Vec<String>),
    Mistake(String),
}

impl<'a> Judge<'a> {
    /// What the rules say, and the vendors whose agreements they asked for in vain.
    fn outcomes(
        world: &'a World<'a>,
        policy: &'a Policy,
        params: &Val,
        at: usize,
        sources: &'a Sources,
    ) -> (Vec<Outcome>, BTreeSet<String>) {
        let nothing = (Vec::new(), BTreeSet::new());
        let Some(resource) = world.resource(at) else {
            return nothing;
        };
        if policy.spec().scope == PolicyScope::Phi && !world.phi(at) {
            return nothing;
        }
        let Some(judged) = policy.judges(&resource.kind) else {
            return nothing;
        };
        let body = world.body(at);
        // Where `$` is, what stands there, and the pod.
        let mut places: Vec<(String, &Node, Val)> = Vec::new();
        match judged {
            Judged::Whole => places.push((String::new(), body, Val::Null)),
            Judged::PodSpec(path) => {
                let (mut prefix, mut read) = (String::new(), body);
                for key in path {
                    match read.get(key) {
                        Some(next) => read = next,
                        None if read.as_unknown().is_some() => break,
                        // No pod, no verdict about it.
                        None => return nothing,
                    }
                    prefix.extend(["['", key, "']"]);
                }
                if read.is_null() {
                    return nothing;
                }
                let pod = relations::pod_template_in(&resource.kind, body);
                places.push((prefix, read, pod.map_or(Val::Null, Val::from)));
            }
            Judged::FoundPods => {
                let found = world.relations.found(at);
                for path in found.iter().flat_map(|found| &found.pods) {
                    if let (Some(read), Some(pod)) =
                        (pods::at(body, path), pods::template(body, path))
                    {
                        places.push((pods::normalized(path), read, Val::from(&pod)));
                    }
                }
            }
        }
        let coerce = resource.terraform().is_some();
        let compiled = match policy.compiled() {
            Ok(compiled) => compiled,
            Err(problems) => {
                let problems = problems.iter().map(|problem| problem.message.as_str());
                let problems: Vec<&str> = problems.collect();
                return (vec![Outcome::error(problems.join("; "))], BTreeSet::new());
            }
        };
        let mut outcomes = Vec::new();
        let mut vendors = BTreeSet::new();
        for (prefix, read, pod) in places {
            let scope = Scope::new(
                world,
                at,
                coerce,
                params.clone(),
                pod,
                &compiled.variables,
                &compiled.patterns,
            );
            let shaped = world.shaped(at) && holds_shape(read);
            let root = if shaped { filled(read) } else { read.clone() };
            let judge = Self {
                policy,
                resource,
                scope,
                at,
                sources,
                root,
                read,
                shaped,
                prefix,
                whole: judged == Judged::Whole,
            };
            for (number, rule) in compiled.rules.iter().enumerate() {
                judge.rule(number, rule, &mut outcomes);
            }
            vendors.append(&mut judge.scope.uncovered.take());
        }
        (outcomes, vendors)
    }

    fn root_element(&self) -> Val {
        if self.whole {
            Val::Resource(self.at)
        } else {
            Val::from(self.read)
        }
    }

    fn rule(&self, number: usize, rule: &CompiledRule, outcomes: &mut Vec<Outcome>) {
        self.scope.set_this(Val::Null);
        self.scope.set_element(self.root_element());
        let mut doubt = None;
        if let Some(when) = rule.when.as_ref().filter(|_| !rule.when_local) {
            match answer(self.scope.run(when), self.scope.coerce) {
                Answer::Yes => {}
                Answer::No => return,
                Answer::Unknown(reasons) => doubt = Some(reasons),
                Answer::Mistake(message) => {
                    outcomes.push(Outcome::error(format!(
                        "rule {}, `when`: {message}",
                        number + 1
                    )));
                    return;
                }
            }
        }
        let (elements, hidden) = match &rule.each {
            None => (
                vec![Place {
                    node: self.read.clone(),
                    path: String::new(),
                    doubt: None,
                }],
                Vec::new(),
            ),
            Some(each) => self.places(each, &self.root, self.read, ""),
        };
        for (node, path) in hidden {
            outcomes.push(self.unknown(rule, &path, node.span, reasons_of(&node)));
        }
        for element in &elements {
            self.element(number, rule, element, doubt.as_ref(), outcomes);
        }
    }

    fn unknown(
        &self,
        rule: &CompiledRule,
        path: &str,
        span: Option<Span>,
        reasons: Vec<String>,
    ) -> Outcome {
        Outcome {
            verdict: Verdict::Unknown,
            attribute: self.attribute(path),
            message: rule.message.to_string(),
            reasons,
            span: span.and_then(|span| self.first_line(span)),
            origin: None,
            redact: self.policy.spec().secret,
        }
    }

    fn attribute(&self, path: &str) -> Option<String> {
        let path = without_secret_keys(&self.root, path);
        let whole = self.prefix.is_empty() && path.is_empty();
        (!whole).then(|| format!("${}{path}", self.prefix))
    }

    /// The matches of a path, and the unknown values behind which further ones may lie, with the path of what they hide.
    fn places(
        &self,
        query: &Query,
        root: &Node,
        read: &Node,
        base: &str,
    ) -> (Vec<Place>, Vec<(Node, String)>) {
        let is_many = |node: &Node| node.as_unknown().is_some_and(|unknown| unknown.many);
        let fitted = if self.scope.coerce {
            query.expecting(root)
        } else {
            Cow::Borrowed(root)
        };
        let root = &*fitted;
        let places = query
            .select(root)
            .into_iter()
            .filter(|found| !is_many(found.node))
            .map(|found| {
                let mut path = found.path;
                path.remove(0);
                let (doubt, node) = if self.shaped {
                    (doubt_at(read, &path), read_at(read, &path))
                } else {
                    (None, None)
                };
                path.insert_str(0, base);
                Place {
                    doubt,
                    path,
                    node: node.unwrap_or(found.node).clone(),
                }
            })
            .collect();
        let hidden = query.hidden(root);
        if hidden.is_empty() {
            return (places, Vec::new());
        }
        let text = query.text().trim();
        let raw = || text.strip_prefix('$').unwrap_or(text).to_owned();
        let text = crate::policy::plain_path(text, true).unwrap_or_else(raw);
        let hidden = hidden
            .into_iter()
            .map(|node| (node.clone(), format!("{base}{text}")));
        (places, hidden.collect())
    }

    fn element(
        &self,
        number: usize,
        rule: &CompiledRule,
        element: &Place,
        doubt: Option<&Vec<String>>,
        outcomes: &mut Vec<Outcome>,
    ) {
        if let Some(unknown) = element.node.as_unknown()
            && !unknown.alternatives.is_empty()
            && rule.select.is_some()
        {
            self.element_alternatives(number, rule, element, unknown, doubt, outcomes);
            return;
        }
        let is_root = element.path.is_empty();
        self.scope.set_this(Val::Null);
        self.scope.set_element(if is_root {
            self.root_element()
        } else {
            Val::from(&element.node)
        });
        let mut doubts: Vec<String> = doubt
            .into_iter()
            .chain(&element.doubt)
            .flatten()
            .cloned()
            .collect();
        let mut in_doubt = doubt.is_some() || element.doubt.is_some();
        if let Some(when) = rule.when.as_ref().filter(|_| rule.when_local) {
            match answer(self.scope.run(when), self.scope.coerce) {
                Answer::Yes => {}
                Answer::No => return,
                Answer::Unknown(reasons) => {
                    in_doubt = true;
                    doubts.extend(reasons);
                }
                // Terraform refuses what stands in the place of a block and is none.
                Answer::Mistake(_) if !is_root && self.is_misplaced(&element.node) => {
                    in_doubt = true;
                    doubts.push("an object is wanted here".to_owned());
                }
                Answer::Mistake(message) => {
                    outcomes.push(Outcome::error(format!(
                        "rule {}, `when`: {message}",
                        number + 1
                    )));
                    return;
                }
            }
        }
        let element_span = if is_root {
            self.resource.span
        } else {
            element
                .node
                .span
                .and_then(|span| self.first_line(span))
                .or(self.resource.span)
        };
        let before = outcomes.len();
        match &rule.select {
            None => {
                let verdict = self.check(rule, &element.node, is_root);
                outcomes.push(self.outcome(
                    number,
                    rule,
                    verdict,
                    &element.path,
                    element_span,
                    &element.node,
                ));
            }
            Some(select) => {
                let inside;
                let read = &element.node;
                let root = if is_root {
                    &self.root
                } else if self.shaped {
                    inside = filled(read);
                    &inside
                } else {
                    read
                };
                let (selected, hidden) = self.places(select, root, read, &element.path);
                if selected.is_empty() && hidden.is_empty() {
                    let verdict = self.check_absent(rule);
                    let path = match &rule.select_path {
                        Some(path) => format!("{}{path}", element.path),
                        None => element.path.clone(),
                    };
                    // An argument that is null is as absent as one that is not written, but it has a place, and perhaps an origin.
                    let null = rule.select_path.as_deref();
                    let null = null.and_then(|path| null_at(read, path));
                    let null = null.cloned().unwrap_or_default();
                    let span = null.span.and_then(|span| self.first_line(span));
                    let span = span.or(element_span);
                    let mut outcome = self.outcome(number, rule, verdict, &path, span, &null);
                    outcome.redact = self.policy.spec().secret;
                    outcomes.push(outcome);
                }
                for (node, path) in hidden {
                    let path = match &rule.select_path {
                        Some(plain) => format!("{}{plain}", element.path),
                        None => path,
                    };
                    outcomes.push(self.unknown(
                        rule,
                        &path,
                        node.span.or(element_span),
                        reasons_of(&node),
                    ));
                }
                // Where nothing is certainly selected, it may be absent as well.
                let perhaps_absent = selected.iter().all(|place| place.doubt.is_some());
                for place in selected {
                    let mut verdict = self.check(rule, &place.node, false);
                    if let Some(doubt) = place.doubt.as_ref().filter(|_| perhaps_absent) {
                        verdict = combine(vec![verdict, self.check_absent(rule)], doubt);
                    }
                    let span = place.node.span.or(element_span);
                    let mut outcome =
                        self.outcome(number, rule, verdict, &place.path, span, &place.node);
                    if let Some(doubt) = place.doubt.filter(|_| !perhaps_absent) {
                        outcome.doubt(&doubt);
                    }
                    outcomes.push(outcome);
                }
            }
        }
        if in_doubt {
            for outcome in outcomes.iter_mut().skip(before) {
                outcome.doubt(&doubts);
            }
        }
    }

    /// Whether an argument of Terraform holds no block where its policy asks for the members of one.
    fn is_misplaced(&self, node: &Node) -> bool {
        self.scope.coerce && !matches!(node.value, Value::Object(_) | Value::Unknown(_))
    }

    /// An element that is one of several values: what all of them give.
    fn element_alternatives(
        &self,
        number: usize,
        rule: &CompiledRule,
        element: &Place,
        unknown: &Unknown,
        doubt: Option<&Vec<String>>,
        outcomes: &mut Vec<Outcome>,
    ) {
        let mut all = Vec::new();
        for alternative in &unknown.alternatives {
            let mut found = Vec::new();
            if !alternative.is_null() {
                let mut node = alternative.clone();
                node.span = node.span.or(element.node.span);
                let place = Place {
                    node,
                    path: element.path.clone(),
                    doubt: element.doubt.clone(),
                };
                self.element(number, rule, &place, doubt, &mut found);
            }
            all.push(found);
        }
        let verdict = |found: &Vec<Outcome>| {
            let has = |verdict: Verdict| found.iter().any(|outcome| outcome.verdict == verdict);
            [
                Verdict::Error,
                Verdict::Fail,
                Verdict::Unknown,
                Verdict::Pass,
            ]
            .into_iter()
            .find(|verdict| has(*verdict))
        };
        let first = all.first().and_then(verdict);
        if all.iter().all(|found| verdict(found) == first)
            || all
                .iter()
                .any(|found| verdict(found) == Some(Verdict::Error))
        {
            outcomes.extend(all.into_iter().flatten());
        } else {
            outcomes.push(self.unknown(
                rule,
                &element.path,
                element.node.span,
                reasons_of(&element.node),
            ));
        }
    }

    fn outcome(
        &self,
        number: usize,
        rule: &CompiledRule,
        answer: Answer,
        path: &str,
        span: Option<Span>,
        node: &Node,
    ) -> Outcome {
        let (verdict, message, reasons) = match answer {
            // Of what passes nothing is told but that it does.
            Answer::Yes => return Outcome::of(Verdict::Pass, String::new()),
            Answer::No => (Verdict::Fail, rule.message.to_string(), Vec::new()),
            Answer::Unknown(reasons) => (Verdict::Unknown, rule.message.to_string(), reasons),
            Answer::Mistake(message) => (
                Verdict::Error,
                format!("rule {}, `require`: {message}", number + 1),
                Vec::new(),
            ),
        };
        Outcome {
            verdict,
            attribute: self.attribute(path),
            message,
            reasons,
            span,
            origin: node.origin.as_deref().cloned(),
            redact: self.policy.spec().secret
                || node.holds_sensitive()
                || without_secret_keys(&self.root, path).len() < path.len(),
        }
    }

    /// Whether the requirement holds for a value, whatever it may be of what it can be. Null is absence.
    fn check(&self, rule: &CompiledRule, node: &Node, is_root: bool) -> Answer {
        let this = if is_root {
            self.root_element()
        } else {
            Val::from(node)
        };
        let Some(unknown) = node.as_unknown() else {
            return self.require(rule, this);
        };
        let Val::Unknown(partial) = &this else {
            return self.require(rule, this);
        };
        let mut answers = Vec::new();
        if partial.alternatives.is_empty() {
            answers.push(self.require(rule, this.clone()));
            if !partial.set && !unknown.many && rule.select.is_some() {
                answers.push(self.check_absent(rule));
            }
        } else {
            for alternative in &partial.alternatives {
                answers.push(match alternative {
                    Val::Null if rule.select.is_some() => self.check_absent(rule),
                    alternative => self.require(rule, alternative.clone()),
                });
            }
        }
        combine(answers, &reasons_of(node))
    }

    fn check_absent(&self, rule: &CompiledRule) -> Answer {
        match &rule.absent {
            AbsentValue::Pass => Answer::Yes,
            AbsentValue::Fail => Answer::No,
            AbsentValue::Value(value) => self.require(rule, Val::from(value)),
        }
    }

    fn require(&self, rule: &CompiledRule, this: Val) -> Answer {
        self.scope.set_this(this);
        answer(self.scope.run(&rule.require), self.scope.coerce)
    }

    /// The first line of a place: of a whole block its head.
    fn first_line(&self, span: Span) -> Option<Span> {
        let file = self.sources.get(span.file)?;
        let text = file.slice(span);
        let length = text.find('\n').map_or(text.len(), |end| {
            text.get(..end).map_or(end, |line| line.trim_end().len())
        });
        Some(Span {
            end: span
                .start
                .saturating_add(u32::try_from(length).unwrap_or(u32::MAX)),
            ..span
        })
    }
}

impl Outcome {
    /// It may not be asked at all: what passes passes, what fails may fail.
    fn doubt(&mut self, reasons: &[String]) {
        if self.verdict == Verdict::Fail {
            self.verdict = Verdict::Unknown;
        }
        if self.verdict == Verdict::Unknown {
            for reason in reasons {
                if !self.reasons.contains(reason) {
                    self.reasons.push(reason.clone());
                }
            }
        }
    }
}

fn answer(outcome: Result<Val, cel::Error>, coerce: bool) -> Answer {
    match outcome {
        Ok(Val::Bool(true)) => Answer::Yes,
        Ok(Val::Bool(false)) => Answer::No,
        Ok(Val::Str(text)) if coerce && &*text == "true" => Answer::Yes,
        Ok(Val::Str(text)) if coerce && &*text == "false" => Answer::No,
        Ok(Val::Unknown(partial)) => {
            let reasons: Vec<String> = partial.reasons.iter().map(ToString::to_string).collect();
            if partial.alternatives.is_empty() {
                return Answer::Unknown(or_unsaid(reasons));
            }
            let answers = partial
                .alternatives
                .iter()
                .map(|alternative| answer(Ok(alternative.clone()), coerce))
                .collect();
            combine(answers, &reasons)
        }
        Ok(other) => Answer::Mistake(format!(
            "the answer is of type {}, not true or false",
            other.type_name()
        )),
        Err(error) => Answer::Mistake(error.message),
    }
}

/// One answer from those for everything that a value can be.
fn combine(answers: Vec<Answer>, reasons: &[String]) -> Answer {
    let mut yes = false;
    let mut no = false;
    let mut unknown: Option<Vec<String>> = None;
    let mut mistake = None;
    for answer in answers {
        match answer {
            Answer::Yes => yes = true,
            Answer::No => no = true,
            Answer::Unknown(reasons) => unknown.get_or_insert_with(Vec::new).extend(reasons),
            Answer::Mistake(message) => mistake = mistake.or(Some(message)),
        }
    }
    match (yes, no, unknown, mistake) {
        (true, false, None, None) => Answer::Yes,
        (false, true, None, None) => Answer::No,
        (false, false, None, Some(message)) => Answer::Mistake(message),
        (_, _, unknown, _) => {
            let mut all: Vec<String> = reasons.to_vec();
            for reason in unknown.into_iter().flatten() {
                if !all.contains(&reason) {
                    all.push(reason);
                }
            }
            Answer::Unknown(or_unsaid(all))
        }
    }
}

fn or_unsaid(reasons: Vec<String>) -> Vec<String> {
    if reasons.is_empty() {
        vec!["the value is not known".to_owned()]
    } else {
        reasons
    }
}

fn reasons_of(node: &Node) -> Vec<String> {
    let mut reasons = Vec::new();
    relations::unknown_reasons(node, &mut reasons);
    if matches!(
        node.value,
        Value::Bool(_) | Value::Number(_) | Value::String(_)
    ) {
        reasons.push("a list is wanted here".into());
    }
    let mut all: Vec<String> = Vec::new();
    for reason in reasons {
        if !all.iter().any(|known| **known == *reason) && all.len() < 8 {
            all.push(reason.to_string());
        }
    }
    or_unsaid(all)
}

/// What an unknown can only turn out to be.
fn only_outcome(node: &Node) -> Option<&Node> {
    match node.as_unknown()?.alternatives.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

/// A tree in which the elements of unknown collections stand, where their form is known, so that paths lead into them.
fn filled(node: &Node) -> Node {
    if let Some(only) = only_outcome(node).filter(|only| is_collection(only)) {
        return filled(only);
    }
    let value = match &node.value {
        Value::List(elements) => Value::List(Arc::new(elements.iter().map(filled).collect())),
        Value::Object(members) => Value::Object(Arc::new(
            members
                .iter()
                .map(|(key, value)| (Arc::clone(key), filled(value)))
                .collect(),
        )),
        Value::Unknown(unknown) => match &unknown.element {
            Some(element) if unknown.many => return filled(element),
            Some(element) => Value::List(Arc::new(vec![filled(element)])),
            None => node.value.clone(),
        },
        other => other.clone(),
    };
    Node {
        value,
        ..node.clone()
    }
}

fn is_collection(node: &Node) -> bool {
    matches!(node.value, Value::List(_) | Value::Object(_))
}

/// Whether [`filled`] may change a tree or one of the values that something in it can take.
pub(crate) fn holds_shape(node: &Node) -> bool {
    match &node.value {
        Value::List(elements) => elements.iter().any(holds_shape),
        Value::Object(members) => members.values().any(holds_shape),
        Value::Unknown(unknown) => unknown.element.is_some() || !unknown.alternatives.is_empty(),
        _ => false,
    }
}

/// What stands at a normalized path of the filled tree, in the tree as it was read.
fn read_at<'a>(read: &'a Node, path: &str) -> Option<&'a Node> {
    let shape = |node: &'a Node| {
        node.as_unknown()
            .and_then(|unknown| unknown.element.as_deref())
    };
    let many = |node: &Node| node.as_unknown().is_some_and(|unknown| unknown.many);
    let mut node = read;
    let mut rest = path;
    while let Some(step) = rest.strip_prefix('[') {
        node = only_outcome(node).unwrap_or(node);
        if let Some(name) = step.strip_prefix('\'') {
            let (name, behind) = name.split_once("']")?;
            node = node.get(name)?;
            rest = behind;
        } else {
            let (index, behind) = step.split_once(']')?;
            node = match node.as_list() {
                Some(elements) => elements.get(index.parse::<usize>().ok()?)?,
                None => shape(node)?,
            };
            rest = behind;
        }
        while many(node) {
            node = shape(node)?;
        }
    }
    Some(node)
}

/// The null that was written at a path of names and indexes, or on the way to it.
fn null_at<'a>(read: &'a Node, path: &str) -> Option<&'a Node> {
    let ends = path.match_indices(']').map(|(at, _)| at + 1);
    ends.filter_map(|end| read_at(read, path.get(..end)?))
        .find(|node| node.is_null())
        .filter(|node| node.span.is_some_and(|span| span.start < span.end))
}

/// Why what stands at a normalized path of the filled tree may not be there: the tree as it was read is unknown on the way.
fn doubt_at(read: &Node, path: &str) -> Option<Vec<String>> {
    let mut node = read;
    let mut rest = path;
    while let Some(step) = rest.strip_prefix('[') {
        node = only_outcome(node).unwrap_or(node);
        if let Some(unknown) = node.as_unknown() {
            return unknown.element.is_some().then(|| reasons_of(node));
        }
        if let Some(name) = step.strip_prefix('\'') {
            let (name, behind) = name.split_once("']")?;
            node = node.get(name)?;
            rest = behind;
        } else {
            let (index, behind) = step.split_once(']')?;
            node = node.as_list()?.get(index.parse::<usize>().ok()?)?;
            rest = behind;
        }
    }
    let unknown = node.as_unknown()?;
    (unknown.many && unknown.element.is_some()).then(|| reasons_of(node))
}

/// A normalized path up to the first collection that is sensitive as a whole: its keys may be the secret.
fn without_secret_keys<'a>(root: &Node, path: &'a str) -> &'a str {
    let mut node = root;
    let mut rest = path;
    while let Some(step) = rest.strip_prefix('[') {
        if node.sensitive {
            return path.strip_suffix(rest).unwrap_or_default();
        }
        let next = match step.strip_prefix('\'') {
            Some(name) => name
                .split_once("']")
                .and_then(|(name, behind)| Some((node.get(name)?, behind))),
            None => step.split_once(']').and_then(|(index, behind)| {
                Some((node.as_list()?.get(index.parse::<usize>().ok()?)?, behind))
            }),
        };
        let Some((child, behind)) = next else { break };
        node = child;
        rest = behind;
    }
    path
}

/// The files in which a waiver may stand.
fn waiver_files(inventory: &Inventory, findings: &[Finding]) -> Vec<FileId> {
    let of_resources = inventory
        .resources
        .iter()
        .flat_map(|resource| [resource.extent, resource.span])
        .flatten();
    let of_findings = findings.iter().filter_map(|finding| finding.span);
    let mut seen = HashSet::new();
    of_resources
        .chain(of_findings)
        .map(|span| span.file)
        .filter(|file| seen.insert(*file))
        .collect()
}

fn apply(waivers: &mut Waivers, finding: &mut Finding, inventory: &Inventory, sources: &Sources) {
    if !matches!(finding.verdict, Verdict::Fail | Verdict::Unknown) {
        return;
    }
    let Some(resource) = inventory.resources.get(finding.resource) else {
        return;
    };
    let concern = Concern {
        policy: &finding.policy.name,
        address: &resource.address,
        root: &resource.root,
        extent: resource.extent.or(resource.span),
        span: finding.span,
    };
    if let Some(waiver) = waivers.find(&concern, sources) {
        finding.waived_verdict = Some(finding.verdict);
        finding.verdict = Verdict::Waived;
        finding.waiver = Some(Box::new(waiver));
    }
}

fn sort(findings: &mut [Finding], inventory: &Inventory, sources: &Sources) {
    let mut paths: HashMap<FileId, Arc<str>> = HashMap::new();
    for span in findings.iter().filter_map(|finding| finding.span) {
        if let std::collections::hash_map::Entry::Vacant(entry) = paths.entry(span.file)
            && let Some(file) = sources.get(span.file)
        {
            entry.insert(Arc::clone(file.path()));
        }
    }
    findings.sort_by_cached_key(|finding| {
        let resource = inventory.resources.get(finding.resource);
        let path = finding.span.and_then(|span| paths.get(&span.file).cloned());
        (
            path,
            finding.span.map(|span| span.start),
            Arc::clone(&finding.policy.name),
            resource.map(|resource| Arc::clone(&resource.address)),
            resource.and_then(|resource| resource.environment.clone()),
            resource.map(|resource| Arc::clone(&resource.root)),
            finding.attribute.clone(),
            finding.verdict,
        )
    });
}
