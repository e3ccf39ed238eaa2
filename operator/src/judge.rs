//! From a request to an answer: the engine judges the object as `hipaa-iac check` would, and the mode decides what follows.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use hipaa_iac_engine::{Finding, OUT_OF_STEPS, Policy, Severity, Verdict};
use hipaa_iac_source::{Map, Node, Resource, Value};

use crate::{
    args::Mode,
    catalog::{Catalog, GroupKind, KindRules, MODE_KEY, RESTORE_POLICY},
    cluster::{Cluster, ROOT},
    guard::{self, CLASS_KEY},
    review::{Answer, Entry, Operation, Request, UserInfo, cut, one_line},
    server::unix_now,
    waive,
};

/// How many violations an answer tells one by one, and how many policies its first line names.
const MAX_TOLD: usize = 5;
/// Annotations that some policy takes for an answer. Whoever may write the object may write them, so they are recorded.
const ASSERTIONS: [&str; 3] = [
    "hipaa-iac.dev/backup",
    "hipaa-iac.dev/break-glass",
    "hipaa-iac.dev/ingress-gateway",
];
/// The longest remedy in an answer, in letters.
const MAX_REMEDY: usize = 160;
/// The longest line about a violation, in bytes: keys of the object are in its path, and a policy of the cluster may say much.
const MAX_LINE: usize = 600;

/// What a review came to: the answer, and what the log and the metrics say of it.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The answer.
    pub answer: Answer,
    /// The policies that are violated, whatever follows from that.
    pub violated: Vec<Arc<str>>,
    /// The policies for which the request is denied.
    pub denied: Vec<Arc<str>>,
    /// The policies whose verdict is not known.
    pub unknown: Vec<Arc<str>>,
    /// The policies with a mistake.
    pub errors: Vec<Arc<str>>,
    /// The waivers that were used.
    pub waivers: Vec<String>,
    /// Annotations by which the object answers a policy itself, as [`ASSERTIONS`] lists them.
    pub asserted: Vec<&'static str>,
    /// The controller that made the object: its violations are told there.
    pub controller: Option<String>,
    /// The strictest mode that was in force for what is violated.
    pub mode: Option<Mode>,
    /// Every policy that was asked, with the verdict.
    pub outcomes: Vec<(Arc<str>, Verdict)>,
}

impl Decision {
    /// One that needs no thought.
    pub fn of(answer: Answer) -> Self {
        Self {
            answer,
            ..Self::default()
        }
    }
}

/// Options that are the same for every request.
#[derive(Clone, Debug)]
pub struct Options {
    /// What happens when somebody connects to a pod of a PHI namespace.
    pub connect_mode: Mode,
    /// Groups that may do so.
    pub connect_groups: Vec<String>,
}

/// Judges a request of the entries that concern workloads. What comes of it once `given_up` is set is nobody's: no further policy is asked.
pub fn judge(
    catalog: &Catalog,
    cluster: &Cluster,
    options: &Options,
    entry: Entry,
    request: &Request<Node>,
    given_up: &AtomicBool,
) -> Decision {
    match request.operation {
        Operation::Connect => return connect(options, request),
        Operation::Delete => return Decision::of(Answer::allow()),
        Operation::Create | Operation::Update => {}
    }
    match request.subresource() {
        // What is written with a status changes labels and annotations of most kinds.
        None | Some("ephemeralcontainers" | "status") => {}
        Some("scale") => return scale(catalog, cluster, entry, request, given_up),
        Some(_) => return Decision::of(Answer::allow()),
    }
    if request.operation == Operation::Update
        && unchanged(&request.old_object, &request.object, &request.user_info)
    {
        return Decision::of(Answer::allow());
    }
    let kind = GroupKind::new(&request.kind.group, &request.kind.kind);
    let Some(rules) = catalog.rules(&kind) else {
        let warning = format!(
            "hipaa-iac: no policy judges the kind {}, so this object was not judged",
            request.kind.kind
        );
        return Decision::of(Answer::allow().warn(warning));
    };
    let Some(object) = resource(&request.object, request) else {
        return Decision::of(Answer::deny(
            400,
            "hipaa-iac: the object of the review is no object",
        ));
    };
    let bench = Bench {
        catalog,
        cluster,
        entry,
        rules,
        request,
        given_up,
    };
    let was = || {
        let changed = request.operation == Operation::Update;
        changed.then(|| resource(&request.old_object, request))?
    };
    let mut decision = bench.decision(&object, was, |_| true);
    // The guard refuses it where the Namespace holds PHI, and is not asked where it says none or nothing.
    if kind == GroupKind::new("", "Namespace")
        && let Some(mode) = label(&object, MODE_KEY)
        && mode.parse::<Mode>().is_err()
    {
        decision.answer.warnings.push(format!(
            "hipaa-iac: label {MODE_KEY}: `{mode}` is no mode, so that of the cluster counts; write one of audit, warn, enforce"
        ));
    }
    decision
}

/// A scale carries no template: what it makes is the object that the watch knows, with other replicas. What had none begins with the first one,
/// and so nothing of it is old but what became of its backup.
fn scale(
    catalog: &Catalog,
    cluster: &Cluster,
    entry: Entry,
    request: &Request<Node>,
    given_up: &AtomicBool,
) -> Decision {
    let allow = || Decision::of(Answer::allow());
    let Some(kind) = catalog.scaled(&request.resource.group, &request.resource.resource) else {
        return allow();
    };
    let Some(rules) = catalog.rules(&kind) else {
        return allow();
    };
    let replicas = |scale: &Node| {
        let replicas = scale.get("spec").and_then(|spec| spec.get("replicas"));
        replicas.and_then(Node::as_int).unwrap_or(0)
    };
    let (old, new) = (replicas(&request.old_object), replicas(&request.object));
    if old == new {
        return allow();
    }
    let namespace = request.object_namespace();
    let Some(known) = cluster.object(&kind, namespace, &request.name) else {
        let warning = format!(
            "hipaa-iac: {}/{} is not known, so its scale was not judged; its Pods are",
            kind.kind, request.name
        );
        return Decision::of(Answer::allow().warn(warning));
    };
    let object = with_replicas(&known, new);
    let bench = Bench {
        catalog,
        cluster,
        entry,
        rules,
        request,
        given_up,
    };
    let was = || Some(with_replicas(&known, old));
    // What became of a backup is no reason to keep its database down.
    bench.decision(&object, was, |policy| old > 0 || policy == RESTORE_POLICY)
}

/// What an object is judged by, as it would be and as it was.
struct Bench<'a> {
    catalog: &'a Catalog,
    cluster: &'a Cluster,
    entry: Entry,
    rules: &'a KindRules,
    request: &'a Request<Node>,
    given_up: &'a AtomicBool,
}

impl Bench<'_> {
    /// What follows from the object. What was wrong with it already as it `was`, if it was, by policies that `counts` holds for, is excused.
    fn decision(
        &self,
        object: &Resource,
        was: impl FnOnce() -> Option<Resource>,
        counts: impl Fn(&str) -> bool,
    ) -> Decision {
        // The API server sends to this entry what its selector finds labelled, whatever our own watch has seen so far.
        let all_phi = self.entry == Entry::WorkloadsPhi;
        let waivers = waive::entries(self.catalog, self.request, object);
        let judged = |object: &Resource, wanted: &dyn Fn(&Policy) -> bool| -> Vec<Finding> {
            let wanted = |policy: &Policy| !self.given_up.load(Ordering::Relaxed) && wanted(policy);
            let by = |rules: &KindRules| {
                let inventory = self.cluster.inventory(object.clone(), &rules.related);
                let (policies, moment) = (&rules.policies, Some(unix_now()));
                policies.evaluate(&inventory, 0, &waivers, all_phi, moment, wanted)
            };
            self.rules.of(object).flat_map(by).collect()
        };
        let findings = judged(object, &|_| true);
        // Only what is wrong now is looked for.
        let wrong: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Error))
            .map(|finding| &*finding.policy.name)
            .filter(|name| counts(name))
            .collect();
        let old = if wrong.is_empty() { None } else { was() };
        let before = old.map(|old| {
            let before = judged(&old, &|policy| wrong.contains(&*policy.name));
            excused(&before, &old.body, &findings, &object.body)
        });
        decide(
            self.catalog,
            self.entry,
            self.request,
            object,
            &findings,
            &before.unwrap_or_default(),
            namespace_mode(self.cluster, self.entry, self.request, object, &findings),
        )
    }
}

fn with_replicas(object: &Resource, replicas: i64) -> Resource {
    let mut object = object.clone();
    if let Value::Object(members) = &mut object.body.value
        && let Some(spec) = Arc::make_mut(members).get_mut("spec")
        && let Value::Object(spec) = &mut spec.value
    {
        Arc::make_mut(spec).insert("replicas".into(), Node::int(replicas));
    }
    object
}

fn resource(object: &Node, request: &Request<Node>) -> Option<Resource> {
    hipaa_iac_kubernetes::resource(object.clone(), &ROOT.into(), request.object_namespace())
}

/// What the label of the object's Namespace, or of the Namespace that is the object, says.
///
/// Whoever makes a Namespace and what is in it in one go is faster than the watch: where something is violated, it is waited for. What the API
/// server calls PHI and the watch still does not is judged as strictly as can be.
fn namespace_mode(
    cluster: &Cluster,
    entry: Entry,
    request: &Request<Node>,
    object: &Resource,
    findings: &[Finding],
) -> Option<Mode> {
    let mode = |resource: &Resource| -> Option<Mode> { label(resource, MODE_KEY)?.parse().ok() };
    let Some(name) = request.object_namespace() else {
        return Some(object)
            .filter(|_| request.kind.kind == "Namespace")
            .and_then(mode);
    };
    let all_phi = entry.fails_closed();
    let known = || {
        cluster.namespace(name).filter(|namespace| {
            !all_phi || label(namespace, CLASS_KEY).is_some_and(guard::says_phi)
        })
    };
    let violated = findings
        .iter()
        .any(|finding| weight(finding.verdict) >= weight(Verdict::Fail));
    let awaited = violated && cluster.was_read(&GroupKind::new("", "Namespace"));
    let namespace = if awaited {
        cluster.wait_for(known)
    } else {
        known()
    };
    if namespace.is_none() && awaited && all_phi {
        return Some(Mode::Enforce);
    }
    namespace.and_then(|namespace| mode(&namespace))
}

fn label<'a>(resource: &'a Resource, key: &str) -> Option<&'a str> {
    let metadata = resource.body.get("metadata")?;
    metadata.get("labels")?.get(key)?.as_str()
}

/// Who takes owners away that are gone, or that leave behind what they own.
const COLLECTORS: [&str; 2] = [
    "system:serviceaccount:kube-system:generic-garbage-collector",
    // A controller manager that does not use an account for each controller.
    "system:kube-controller-manager",
];

/// Whether an update changes nothing that a policy reads: bookkeeping, finalizers and status may differ. Policies read owners; of what is being
/// deleted they may go too, so that nothing keeps it, and the garbage collector may take them: denied that, it would ask without end, and an owner that
/// is deleted with `--cascade=orphan` would never go.
fn unchanged(old: &Node, new: &Node, user: &UserInfo) -> bool {
    const BOOKKEEPING: [&str; 8] = [
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generation",
        "managedFields",
        "resourceVersion",
        "uid",
    ];
    let same = |a: &Map, b: &Map, skip: &dyn Fn(&str) -> bool| {
        a.keys()
            .chain(b.keys())
            .all(|key| skip(key) || a.get(key) == b.get(key))
    };
    let metadata = |object: &Node| object.get("metadata").and_then(Node::as_map).cloned();
    let (Some(a), Some(b), Some(before), Some(after)) =
        (old.as_map(), new.as_map(), metadata(old), metadata(new))
    else {
        return false;
    };
    // Of the old object: whoever writes the new one writes what he likes.
    let ends = before
        .get("deletionTimestamp")
        .is_some_and(|time| !time.is_null());
    let collects = COLLECTORS.contains(&&*user.username);
    same(a, b, &|key| key == "metadata" || key == "status")
        && same(&before, &after, &|key| {
            BOOKKEEPING.contains(&key) || ((ends || collects) && key == "ownerReferences")
        })
}

/// Up to how many violations of one rule elements of lists are compared.
const MAX_COMPARED: usize = 64;

/// Which violations were so before: each old one excuses one of the same policy, rule and path. Elements of lists count by their name where they have
/// one; of those without one the outermost by what it is, so that nothing becomes new by moving, then by where it stands. Of a policy that fails on
/// the object it is excused if it failed in all the same ways before.
fn excused(before: &[Finding], old: &Node, now: &[Finding], new: &Node) -> BTreeSet<usize> {
    let mut were = by_rule(before, old);
    let mut excused = BTreeSet::new();
    for (rule, mut are) in by_rule(now, new) {
        let Some(mut left) = were.remove(&rule) else {
            continue;
        };
        if left.len().max(are.len()) <= MAX_COMPARED {
            are.retain(|(at, place)| {
                let same = |(_, was): &(usize, Place)| match (&was.element, &place.element) {
                    (Some((_, was)), Some((_, is))) => was == is,
                    _ => false,
                };
                let same = left.iter().position(same);
                if let Some(same) = same {
                    left.swap_remove(same);
                    excused.insert(*at);
                }
                same.is_none()
            });
        }
        let mut places: HashMap<Option<usize>, usize> = HashMap::new();
        for (_, was) in &left {
            *places.entry(was.index()).or_default() += 1;
        }
        for (at, place) in are {
            if let Some(count) = places.get_mut(&place.index()).filter(|count| **count > 0) {
                *count -= 1;
                excused.insert(at);
            }
        }
    }
    let (were, are) = (mistakes(before), mistakes(now));
    for (policy, are) in are {
        let were = were.get(policy);
        let is_old = |message: &&str| were.is_some_and(|were| were.contains_key(*message));
        if are.keys().all(is_old) {
            excused.extend(are.into_values().flatten());
        }
    }
    excused
}

/// What says by policy that it failed on the object, with the numbers of the findings. That it took too many steps says nothing of the object as it
/// was: what it is related to may have grown, and whoever may make that grow opens no door.
fn mistakes(findings: &[Finding]) -> BTreeMap<&str, BTreeMap<&str, Vec<usize>>> {
    let mut mistakes: BTreeMap<&str, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        if finding.verdict == Verdict::Error && !finding.message.contains(OUT_OF_STEPS) {
            let of_policy = mistakes.entry(&finding.policy.name).or_default();
            of_policy.entry(&finding.message).or_default().push(at);
        }
    }
    mistakes
}

/// Policy, rule and path.
type Rule = (Arc<str>, String, String);

/// Violations with their numbers.
fn by_rule(findings: &[Finding], body: &Node) -> BTreeMap<Rule, Vec<(usize, Place)>> {
    let mut rules: BTreeMap<Rule, Vec<(usize, Place)>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        if finding.verdict != Verdict::Fail {
            continue;
        }
        let mut place = Place::of(finding.attribute.as_deref().unwrap_or_default(), body);
        let path = std::mem::take(&mut place.path);
        let rule = (
            Arc::clone(&finding.policy.name),
            finding.message.clone(),
            path,
        );
        rules.entry(rule).or_default().push((at, place));
    }
    rules
}

/// Where a violation is.
#[derive(Debug, Default)]
struct Place {
    /// Its path, with the outermost element of a list that has no name left open.
    path: String,
    /// The number of that element, and what it is.
    element: Option<(usize, Node)>,
}

impl Place {
    fn of(path: &str, body: &Node) -> Self {
        let mut place = Self::default();
        let mut node = Some(body);
        for step in steps(path) {
            match step {
                Step::Name(name) => {
                    place.path.extend(["/", &*name]);
                    node = node.and_then(|node| node.get(&name));
                }
                Step::Index(index) => {
                    node = node.and_then(|node| node.as_list()?.get(index));
                    let name = node.and_then(|node| node.get("name")?.as_str());
                    match name {
                        Some(name) => _ = write!(place.path, "/[{name}]"),
                        None if place.element.is_none() => {
                            place.path.push_str("/*");
                            place.element = Some((index, node.cloned().unwrap_or_default()));
                        }
                        None => _ = write!(place.path, "/{index}"),
                    }
                }
            }
        }
        place
    }

    fn index(&self) -> Option<usize> {
        self.element.as_ref().map(|(index, _)| *index)
    }
}

/// The steps of a normalized JSONPath: names and indexes.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    while let Some(step) = rest.strip_prefix('[') {
        if let Some(quoted) = step.strip_prefix('\'') {
            let Some((name, behind)) = unquoted(quoted) else {
                break;
            };
            steps.push(Step::Name(name));
            rest = behind;
        } else {
            let Some((index, behind)) = step.split_once(']') else {
                break;
            };
            let Ok(index) = index.parse() else { break };
            steps.push(Step::Index(index));
            rest = behind;
        }
    }
    steps
}

/// A name up to its quote, and what stands behind the bracket. Quotes and backslashes in it are escaped.
fn unquoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut escaped = false;
    let end = text.find(|letter: char| {
        let ends = letter == '\'' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    let (name, behind) = text.split_at(end);
    let behind = behind.strip_prefix("']")?;
    if !name.contains('\\') {
        return Some((name.into(), behind));
    }
    let mut plain = String::new();
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' {
            letters.next()
        } else {
            Some(letter)
        });
    }
    Some((plain.into(), behind))
}

enum Step<'a> {
    Name(Cow<'a, str>),
    Index(usize),
}

/// A path as people write it: `spec.template.spec.containers[0].env[1].value`.
fn dotted(path: &str) -> String {
    let mut text = String::new();
    for step in steps(path) {
        match step {
            Step::Name(name)
                if name
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || letter == '_') =>
            {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&name);
            }
            Step::Name(name) => _ = write!(text, "['{name}']"),
            Step::Index(index) => _ = write!(text, "[{index}]"),
        }
    }
    text
}

/// Why a request is denied: worst first, then by name and place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Denial {
    severity: std::cmp::Reverse<Severity>,
    policy: Arc<str>,
    line: String,
}

impl Denial {
    fn of(finding: &Finding, line: String) -> Self {
        Self {
            severity: std::cmp::Reverse(finding.severity),
            policy: Arc::clone(&finding.policy.name),
            line,
        }
    }
}

/// Policy, citation, path, what is wrong and what to do, in one line. The value itself is never in it.
fn line(finding: &Finding) -> String {
    let spec = finding.policy.spec();
    let mut text = finding.policy.name.to_string();
    if let Some(paragraph) = spec.safeguards.first() {
        _ = write!(text, " (45 CFR {paragraph})");
    }
    text.push_str(": ");
    if let Some(attribute) = &finding.attribute {
        let path = dotted(attribute);
        if !path.is_empty() {
            _ = write!(text, "{path}: ");
        }
    }
    text.push_str(&finding.message);
    let remedy = first_sentence(&spec.remediation.text);
    if !remedy.is_empty() {
        _ = write!(text, "; {remedy}");
    }
    cut(&one_line(&text), MAX_LINE)
}

fn first_sentence(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at);
    let sentence = text.get(..end).unwrap_or(&text).trim_end_matches('.');
    if sentence.chars().count() <= MAX_REMEDY {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(MAX_REMEDY - 1).collect();
    format!("{cut}…")
}

fn decide(
    catalog: &Catalog,
    entry: Entry,
    request: &Request<Node>,
    object: &Resource,
    findings: &[Finding],
    before: &BTreeSet<usize>,
    namespace_mode: Option<Mode>,
) -> Decision {
    let mut decision = Decision {
        controller: waive::controller(&object.body, &request.user_info)
            .map(|owner| format!("{}/{}", owner.kind, owner.name)),
        asserted: asserted(&object.body),
        ..Decision::default()
    };
    let mut denials = Vec::new();
    let mut warnings = Vec::new();
    let mut worst: BTreeMap<Arc<str>, Verdict> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let name = Arc::clone(&finding.policy.name);
        worst
            .entry(Arc::clone(&name))
            .and_modify(|known| {
                if weight(finding.verdict) > weight(*known) {
                    *known = finding.verdict;
                }
            })
            .or_insert(finding.verdict);
        let mode = catalog.mode(&name, namespace_mode);
        match finding.verdict {
            Verdict::Fail => {
                push(&mut decision.violated, &name);
                decision.mode = decision.mode.max(Some(mode));
                let old = before.contains(&at);
                match mode {
                    Mode::Enforce if !old => {
                        push(&mut decision.denied, &name);
                        denials.push(Denial::of(finding, line(finding)));
                    }
                    Mode::Enforce => {
                        warnings.push(format!("hipaa-iac (was so before): {}", line(finding)));
                    }
                    Mode::Warn => warnings.push(format!("hipaa-iac: {}", line(finding))),
                    Mode::Audit => {}
                }
            }
            Verdict::Unknown => {
                push(&mut decision.unknown, &name);
                if mode > Mode::Audit {
                    let why = finding.reasons.first().map_or("", String::as_str);
                    warnings.push(format!(
                        "hipaa-iac: {name}: not known whether {}: {why}",
                        finding.message
                    ));
                }
            }
            Verdict::Error => {
                if decision.errors.contains(&name) {
                    continue;
                }
                push(&mut decision.errors, &name);
                // An object can be made too large to be judged: where PHI is, that opens no door.
                let old = before.contains(&at);
                if mode == Mode::Enforce && entry.fails_closed() && !old {
                    push(&mut decision.denied, &name);
                    denials.push(Denial::of(finding, format!(
                        "{name}: could not be evaluated on this object: it is too large, or the policy has a mistake"
                    )));
                } else {
                    let since = if old { " (was so before)" } else { "" };
                    warnings.push(format!(
                        "hipaa-iac{since}: policy {name} has a mistake, or the object is too large for it: not judged"
                    ));
                }
            }
            Verdict::Waived => {
                if let Some(waiver) = &finding.waiver {
                    let text = format!("{name} until {}", waiver.until);
                    let text = match &waiver.ticket {
                        Some(ticket) => format!("{text} ({ticket})"),
                        None => text,
                    };
                    if !decision.waivers.contains(&text) {
                        decision.waivers.push(text);
                    }
                }
            }
            Verdict::Pass | Verdict::NotApplicable => {}
        }
    }
    decision.outcomes = worst.into_iter().collect();
    let mut answer = if denials.is_empty() {
        Answer::allow()
    } else {
        denials.sort();
        Answer::deny(403, denial(request, object, &denials))
    };
    // Nobody reads the warnings that a controller gets; what is wrong was told where the template was written.
    if decision.controller.is_none() {
        answer.warnings = warnings;
    }
    annotate(&mut answer, &decision, catalog);
    decision.answer = answer;
    decision
}

fn asserted(object: &Node) -> Vec<&'static str> {
    let metadata = object.get("metadata");
    let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
    let has = |key: &&str| annotations.is_some_and(|annotations| annotations.get(key).is_some());
    ASSERTIONS.into_iter().filter(has).collect()
}

/// How bad a verdict is: of several the worst counts.
pub(crate) fn weight(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotApplicable => 0,
        Verdict::Pass => 1,
        Verdict::Waived => 2,
        Verdict::Unknown => 3,
        Verdict::Fail => 4,
        Verdict::Error => 5,
    }
}

fn push(names: &mut Vec<Arc<str>>, name: &Arc<str>) {
    if !names.contains(name) {
        names.push(Arc::clone(name));
    }
}

fn denial(request: &Request<Node>, object: &Resource, denials: &[Denial]) -> String {
    let what = match request.subresource() {
        Some(subresource) => format!("{subresource} of {}", object.address),
        None => object.address.to_string(),
    };
    let mut names: Vec<&str> = Vec::new();
    for denial in denials {
        if !names.contains(&&*denial.policy) {
            names.push(&denial.policy);
        }
    }
    let more = names.len().saturating_sub(MAX_TOLD);
    names.truncate(MAX_TOLD);
    let plural = if denials.len() == 1 { "" } else { "s" };
    let mut text = format!(
        "hipaa-iac denied {}: {} violation{plural} of {}",
        one_line(&what),
        denials.len(),
        names.join(", ")
    );
    if more > 0 {
        _ = write!(text, " and {more} more");
    }
    for denial in denials.iter().take(MAX_TOLD) {
        _ = write!(text, "\n  - {}", denial.line);
    }
    if denials.len() > MAX_TOLD {
        _ = write!(
            text,
            "\n  and {} more: `hipaa-iac check` on the manifest tells them all",
            denials.len() - MAX_TOLD
        );
    }
    text
}

fn annotate(answer: &mut Answer, decision: &Decision, catalog: &Catalog) {
    let list = |names: &[Arc<str>]| {
        names
            .iter()
            .map(|name| &**name)
            .collect::<Vec<_>>()
            .join(",")
    };
    if !decision.violated.is_empty() {
        answer
            .annotations
            .insert("violations", list(&decision.violated));
    }
    if !decision.denied.is_empty() {
        answer.annotations.insert("denied", list(&decision.denied));
    }
    if !decision.unknown.is_empty() {
        answer
            .annotations
            .insert("unknown", list(&decision.unknown));
    }
    if !decision.errors.is_empty() {
        answer.annotations.insert("errors", list(&decision.errors));
    }
    if !decision.waivers.is_empty() {
        answer
            .annotations
            .insert("waivers", decision.waivers.join(","));
    }
    if !decision.asserted.is_empty() {
        answer
            .annotations
            .insert("asserted", decision.asserted.join(","));
    }
    if let Some(controller) = &decision.controller {
        answer.annotations.insert("controller", controller.clone());
    }
    answer
        .annotations
        .insert("policy-digest", catalog.digest.clone());
}

/// Somebody opens a shell or a port in a pod of a PHI namespace: information system activity, 45 CFR 164.308(a)(1)(ii)(D).
fn connect(options: &Options, request: &Request<Node>) -> Decision {
    let door = request.subresource().unwrap_or("connect").to_owned();
    let exempt = request
        .user_info
        .groups
        .iter()
        .any(|group| options.connect_groups.contains(group));
    let text = format!(
        "hipaa-iac: {door} into a pod of a PHI namespace (45 CFR 164.312(a)(1), 164.312(b))"
    );
    let mut answer = match options.connect_mode {
        Mode::Enforce if !exempt => Answer::deny(
            403,
            format!("{text} is denied; members of the groups that the operator is told may do it"),
        ),
        Mode::Enforce | Mode::Warn => Answer::allow().warn(format!("{text} is recorded")),
        Mode::Audit => Answer::allow(),
    };
    answer.annotations.insert("connect", door);
    Decision {
        answer,
        mode: Some(options.connect_mode),
        ..Decision::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bookkeeping_is_no_change() {
        use serde_json::Value;
        let by = |user: &str, old: &Value, new: &Value| {
            let user = UserInfo {
                username: user.to_owned(),
                groups: Vec::new(),
            };
            unchanged(&Node::from(old), &Node::from(new), &user)
        };
        let unchanged = |old: &Value, new: &Value| by("jane", old, new);
        let old = json!({"metadata": {"name": "a", "finalizers": ["x"], "resourceVersion": "1", "labels": {"a": "b"}}, "spec": {"x": 1}, "status": {"a": 1}});
        let mut new = old.clone();
        new["metadata"]["finalizers"] = json!([]);
        new["metadata"]["resourceVersion"] = json!("2");
        new["metadata"]["managedFields"] = json!([{}]);
        new["status"] = json!({});
        assert!(unchanged(&old, &new));
        for path in ["/spec/x", "/metadata/labels/a"] {
            let mut new = old.clone();
            *new.pointer_mut(path).unwrap() = json!("other");
            assert!(!unchanged(&old, &new), "{path}");
        }
        let mut new = old.clone();
        new["metadata"]["annotations"] = json!({"a": "b"});
        assert!(!unchanged(&old, &new));
        assert!(!unchanged(&Value::Null, &new));
        // Owners count, but for those of what is being deleted.
        let mut owned = old.clone();
        owned["metadata"]["ownerReferences"] = json!([{"kind": "A", "name": "a"}]);
        assert!(!unchanged(&old, &owned) && !unchanged(&owned, &old));
        let mut ends = owned.clone();
        ends["metadata"]["deletionTimestamp"] = json!("2026-11-24T00:00:00Z");
        assert!(!unchanged(&old, &ends));
        let mut orphaned = ends.clone();
        orphaned["metadata"]["ownerReferences"] = json!([]);
        assert!(unchanged(&ends, &orphaned));
        // The garbage collector takes owners, and changes nothing else.
        for collector in COLLECTORS {
            assert!(by(collector, &owned, &old), "{collector}");
            let mut other = old.clone();
            other["spec"]["x"] = json!(2);
            assert!(!by(collector, &owned, &other), "{collector}");
        }
    }

    #[test]
    fn paths_are_told_as_people_write_them_and_do_not_move() {
        let path = "['spec']['containers'][1]['env'][0]['value']";
        assert_eq!(dotted(path), "spec.containers[1].env[0].value");
        assert_eq!(dotted("['data']['a.b']"), "data['a.b']");
        let body = |names: &[&str]| {
            Node::from(
                &json!({"spec": {"containers": names.iter().map(|name| json!({"name": name, "env": [{"value": "x"}]})).collect::<Vec<_>>()}}),
            )
        };
        let place = |path: &str, names: &[&str]| Place::of(path, &body(names)).path;
        assert_eq!(
            place(path, &["a", "b"]),
            place("['spec']['containers'][0]['env'][0]['value']", &["b"])
        );
        assert_ne!(place(path, &["a", "b"]), place(path, &["b", "a"]));
        let place = Place::of(path, &body(&["a", "b"]));
        assert_eq!(place.path, "/spec/containers/[b]/env/*/value");
        assert_eq!(place.element, Some((0, Node::from(&json!({"value": "x"})))));
    }

    #[test]
    fn quotes_in_names_end_no_path() {
        let names: Vec<String> = steps(r"$['data']['a\']b\\'][2]['c']")
            .into_iter()
            .map(|step| match step {
                Step::Name(name) => name.into_owned(),
                Step::Index(index) => index.to_string(),
            })
            .collect();
        assert_eq!(names, ["data", r"a']b\", "2", "c"]);
    }

    #[test]
    fn remedies_are_one_sentence() {
        assert_eq!(first_sentence("Do this.\n  Then that."), "Do this");
        assert_eq!(
            first_sentence(&"a ".repeat(400)).chars().count(),
            MAX_REMEDY
        );
    }
}
