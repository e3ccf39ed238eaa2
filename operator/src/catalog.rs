//! What is in force: policies, waivers, agreements and modes, compiled and indexed by kind.
//!
//! A [`Catalog`] never changes; a change of a custom resource makes a new one, which takes the place of the old one at once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry},
    fmt::Write as _,
    sync::Arc,
};

use hipaa_iac_api::WaiverSpec;
use hipaa_iac_engine::{
    Agreement, Agreements, Config, Date, Policy, PolicySet, Prepared, Reach, RelatedKinds,
    Settings, Tested, selected,
};
use hipaa_iac_source::{Diagnostic, Level, Resource, SourceFile, Sources};
use serde_json::{Value, json};

use crate::{args::Mode, register::is_never_asked};

/// The annotation of a Policy, and the label of a Namespace, that says what a violation does.
pub const MODE_KEY: &str = "hipaa-iac.dev/mode";

/// The policy that asks for a verification of every PHI database, where the operator runs verifications.
pub const RESTORE_POLICY: &str = "database-restore-unverified";

/// The longest form of a policy that its status keeps: with its spec it has to fit into etcd.
const LONGEST_FORM: usize = 256 << 10;

/// Kinds whose replicas change without their template, by group, kind and plural. They are watched, so that a scale can be judged as the object
/// that it makes. `ReplicaSets` are not among them: Deployments make them by the thousand, and the Pods of one are judged whoever scales it.
const SCALED: [(&str, &str, &str); 6] = [
    ("", "ReplicationController", "replicationcontrollers"),
    ("apps", "Deployment", "deployments"),
    ("apps", "StatefulSet", "statefulsets"),
    ("apps.kruise.io", "CloneSet", "clonesets"),
    ("apps.openshift.io", "DeploymentConfig", "deploymentconfigs"),
    ("argoproj.io", "Rollout", "rollouts"),
];

/// A kind as policies and the API server call it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// The API group; empty for the core group.
    pub group: Arc<str>,
    /// The kind.
    pub kind: Arc<str>,
}

impl GroupKind {
    /// From its parts.
    pub fn new(group: &str, kind: &str) -> Self {
        Self {
            group: group.into(),
            kind: kind.into(),
        }
    }

    /// From the word by which policies match it: `ConfigMap`, `networking.k8s.io/Ingress`.
    pub fn from_word(word: &str) -> Self {
        let (group, kind) = word.rsplit_once('/').unwrap_or(("", word));
        Self::new(group, kind)
    }
}

/// Why there is no catalog, or a part is not in it.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// `hipaa-iac.yaml` has a mistake.
    #[error("the configuration has a mistake: {0}")]
    Config(String),
    /// A built-in policy does not compile, which is a mistake of this program.
    #[error("a built-in policy has a mistake: {0}")]
    BuiltIn(String),
}

/// The parts that do not change while the operator runs.
#[derive(Debug)]
pub struct Base {
    config: Config,
    built_in: Vec<Tested>,
    mode: Mode,
    policy_modes: BTreeMap<String, Mode>,
}

impl Base {
    /// Reads the configuration, and the built-in policies that judge Kubernetes objects. [`RESTORE_POLICY`] is among them where `restores` are
    /// verified by this operator.
    ///
    /// # Errors
    /// See [`CatalogError`].
    pub fn new(
        config: Option<(&str, &str)>,
        mode: Mode,
        policy_modes: &[(String, Mode)],
        restores: bool,
    ) -> Result<Self, CatalogError> {
        let sources = Sources::new();
        let built_in = hipaa_iac_policies::BUILT_IN
            .iter()
            .filter(|policy| policy.kubernetes)
            .filter(|policy| restores || name(policy.path) != Some(RESTORE_POLICY))
            .map(|policy| Tested {
                file: sources.add(policy.path, policy.text),
                json: policy.json,
            })
            .collect();
        let mut config = match config {
            Some((path, text)) => Config::parse(&sources.add(path, text))
                .map_err(|problem| CatalogError::Config(problem.message))?,
            None => Config::default(),
        };
        for (name, _) in policy_modes {
            if !Self::is_built_in(name) {
                tracing::warn!(policy = %name, "a mode is given for a policy that is not built in");
            }
        }
        // A database that nothing covers is one also where there is no verification at all.
        config
            .parameters
            .entry(RESTORE_POLICY.to_owned())
            .or_default()
            .insert("required".to_owned(), true.into());
        Ok(Self {
            config,
            built_in,
            mode,
            policy_modes: policy_modes.iter().cloned().collect(),
        })
    }

    /// What changes verdicts beside the texts of policies.
    pub fn settings(&self) -> Value {
        json!({"config": self.config, "mode": self.mode, "policyModes": self.policy_modes})
    }

    /// The names of the built-in policies that judge Kubernetes objects, sorted.
    pub fn names(&self) -> BTreeSet<&str> {
        self.built_in
            .iter()
            .filter_map(|tested| name(tested.file.path()))
            .collect()
    }

    /// Whether a built-in policy has this name.
    pub(crate) fn is_built_in(wanted: &str) -> bool {
        hipaa_iac_policies::BUILT_IN
            .iter()
            .any(|policy| name(policy.path) == Some(wanted))
    }
}

/// The name of a built-in policy, by the path of its file: that of its folder.
fn name(path: &str) -> Option<&str> {
    path.split('/').nth_back(1)
}

/// A policy of the cluster that is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its name.
    pub name: String,
    /// What the compiler says.
    pub message: String,
}

/// A waiver that is in force.
#[derive(Clone, Debug)]
pub struct ActiveWaiver {
    /// `namespace/name` of the Waiver.
    pub id: String,
    /// What it says.
    pub spec: WaiverSpec,
}

/// The policies that judge a kind, and what they read beside.
#[derive(Debug)]
pub struct KindRules {
    /// The policies, ready to judge.
    pub policies: Prepared,
    /// The kinds that they read.
    pub related: BTreeMap<GroupKind, Reach>,
    /// Those of pods, for objects of this kind that turn out to hold some.
    of_pods: Option<Arc<Self>>,
}

/// What asks for a verification of every database.
#[derive(Debug)]
pub struct RestoreRules {
    /// The kinds of databases.
    pub kinds: Vec<GroupKind>,
    /// [`RESTORE_POLICY`] alone.
    pub rules: KindRules,
}

/// What is in force.
#[derive(Debug)]
pub struct Catalog {
    /// By kind, the policies that judge it.
    kinds: HashMap<GroupKind, Arc<KindRules>>,
    modes: HashMap<Arc<str>, Mode>,
    default_mode: Mode,
    /// What asks for a verification of every database; nothing where no policy does.
    pub restores: Option<RestoreRules>,
    /// The waivers that are in force.
    pub waivers: Vec<ActiveWaiver>,
    /// The policies of the cluster that are not in force.
    pub quarantined: Vec<Quarantined>,
    /// By name, the form of each policy of the cluster that compiled last, as JSON; empty where it is too long to be kept.
    pub forms: BTreeMap<String, String>,
    /// Agreements that are not read, and why.
    pub bad_agreements: Vec<Quarantined>,
    /// A SHA-256 over the policies, in hexadecimal.
    pub digest: String,
    /// How many policies are in force.
    pub count: usize,
}

/// A policy of the cluster, read or not.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyInput {
    /// Its name.
    pub name: String,
    /// The mode that its annotation gives.
    pub mode: Option<Mode>,
    /// Its `spec`.
    pub spec: Value,
}

/// The custom resources that a catalog is made of.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// Policies.
    pub policies: Vec<PolicyInput>,
    /// By name, the [`Catalog::forms`] that statuses keep, where the spec is another: a replica that starts remembers none.
    pub kept: BTreeMap<String, String>,
    /// Waivers of the namespaces that count.
    pub waivers: Vec<ActiveWaiver>,
    /// Agreements, by name.
    pub agreements: Vec<(String, Agreement)>,
}

/// The document of a policy, as `hipaa-iac check` would read it from a file.
pub fn document(name: &str, spec: &Value) -> String {
    json!({
        "apiVersion": hipaa_iac_engine::API_VERSION,
        "kind": "Policy",
        "metadata": {"name": name},
        "spec": spec,
    })
    .to_string()
}

/// Compiles a policy by itself.
///
/// # Errors
/// What the compiler says, and what holds in a cluster only.
pub fn compile(name: &str, spec: &Value) -> Result<Arc<Policy>, String> {
    if Base::is_built_in(name) {
        return Err(format!(
            "policy `{name}` is built in; give yours another name, or skip the built-in one in hipaa-iac.yaml"
        ));
    }
    let sources = Sources::new();
    let file = sources.add(format!("policies/{name}"), &document(name, spec));
    let (set, problems) = PolicySet::parse(&[file]);
    if !problems.is_empty() {
        return Err(join(&problems));
    }
    let policy = set
        .policies()
        .first()
        .ok_or_else(|| "there is no policy in it".to_owned())?;
    if policy.related_kinds().computed {
        return Err(format!(
            "policy `{name}`: in a cluster the kinds of resources(), referrers(), lookup() and selectedBy() are written out, so that they can be watched"
        ));
    }
    Ok(Arc::clone(policy))
}

/// The form of a policy that its status keeps. It is a text, as a patch takes nothing out of an object that it does not name.
pub fn form(spec: &Value) -> String {
    let text = spec.to_string();
    if text.len() > LONGEST_FORM {
        return String::new();
    }
    text
}

/// What a status keeps of a policy, where it compiles: another version of this program may have written it.
fn kept_form(name: &str, form: &str) -> Option<Value> {
    let spec: Value = serde_json::from_str(form).ok()?;
    compile(name, &spec).is_ok().then_some(spec)
}

/// What the compiler says, in one text.
fn join(problems: &[Diagnostic]) -> String {
    let shown: Vec<&str> = problems
        .iter()
        .take(5)
        .map(|problem| problem.message.as_str())
        .collect();
    let rest = problems.len().saturating_sub(shown.len());
    let mut text = shown.join("; ");
    if rest > 0 {
        _ = write!(text, "; and {rest} more");
    }
    text
}

impl Catalog {
    /// Puts together what is in force on a day.
    ///
    /// `last_good` are the texts of policies that compiled before, by name: one that no longer does keeps serving in its last good form, which its
    /// status keeps for those who have not seen it.
    ///
    /// # Errors
    /// A mistake in what does not come from the cluster.
    pub fn build(
        base: &Base,
        resources: &Resources,
        last_good: &mut BTreeMap<String, Value>,
        today: Date,
    ) -> Result<Self, CatalogError> {
        let mut quarantined = Vec::new();
        let mut modes: HashMap<Arc<str>, Mode> = HashMap::new();
        let mut texts: Vec<(String, String)> = Vec::new();
        let mut present = BTreeSet::new();
        for PolicyInput { name, mode, spec } in &resources.policies {
            present.insert(name.clone());
            let in_force = match compile(name, spec) {
                Ok(_) => {
                    last_good.insert(name.clone(), spec.clone());
                    Some(spec)
                }
                Err(message) => {
                    quarantined.push(Quarantined {
                        name: name.clone(),
                        message,
                    });
                    if let Entry::Vacant(unknown) = last_good.entry(name.clone())
                        && let Some(form) = resources.kept.get(name)
                        && let Some(form) = kept_form(name, form)
                    {
                        unknown.insert(form);
                    }
                    last_good.get(name)
                }
            };
            // One that is not in force says nothing: it may carry the name of a built-in policy, whose mode is not its business.
            let Some(spec) = in_force else { continue };
            texts.push((name.clone(), document(name, spec)));
            if let Some(mode) = mode {
                modes.insert(name.as_str().into(), *mode);
            }
        }
        last_good.retain(|name, _| present.contains(name));
        let forms = last_good
            .iter()
            .map(|(name, spec)| (name.clone(), form(spec)))
            .collect();
        for (name, mode) in &base.policy_modes {
            modes.insert(name.as_str().into(), *mode);
        }

        let sources = Sources::new();
        let own: Vec<Arc<SourceFile>> = texts
            .iter()
            .map(|(name, text)| sources.add(format!("policies/{name}"), text))
            .collect();
        let (set, problems) = PolicySet::load(&base.built_in, &own);
        if let Some(problem) = problems
            .iter()
            .find(|problem| problem.level == Level::Error)
        {
            return Err(CatalogError::BuiltIn(problem.message.clone()));
        }
        let (agreements, bad_agreements) = agreements(&resources.agreements, today);
        let settings = Arc::new(Settings {
            as_of: today,
            config: base.config.clone(),
            agreements,
            inline_waivers: false,
            ..Settings::new(today)
        });
        let in_force = selected(&set, &settings);
        let kinds = index(&set, &in_force, &settings);
        let restores = restores(&set, &in_force, &settings);
        let mut waivers: Vec<ActiveWaiver> = resources
            .waivers
            .iter()
            .filter(|waiver| {
                waiver.spec.until >= today && check_waiver(&waiver.spec, today).is_ok()
            })
            .cloned()
            .collect();
        waivers.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self {
            kinds,
            modes,
            default_mode: base.mode,
            restores,
            waivers,
            quarantined,
            forms,
            bad_agreements,
            digest: set.digest().to_owned(),
            count: in_force.len(),
        })
    }

    /// Whether a policy is in force.
    pub fn is_in_force(&self, name: &str) -> bool {
        self.kinds.values().any(|rules| {
            rules
                .policies
                .policies()
                .any(|policy| &*policy.name == name)
        })
    }

    /// Whether the webhook is asked about a kind that a policy judges.
    pub fn is_asked_for(&self, name: &str) -> bool {
        self.kinds.iter().any(|(kind, rules)| {
            let mut policies = rules.policies.policies();
            !is_never_asked(&kind.group, &kind.kind) && policies.any(|policy| &*policy.name == name)
        })
    }

    /// The policies that judge a kind.
    pub fn rules(&self, kind: &GroupKind) -> Option<&Arc<KindRules>> {
        self.kinds.get(kind)
    }

    /// The kinds that some policy judges, sorted.
    pub fn judged_kinds(&self) -> Vec<&GroupKind> {
        let mut kinds: Vec<&GroupKind> = self.kinds.keys().collect();
        kinds.sort();
        kinds
    }

    /// The kind of an object that is scaled, by group and plural, where a policy judges it.
    pub fn scaled(&self, group: &str, plural: &str) -> Option<GroupKind> {
        self.scaled_kinds()
            .find(|(kind, known)| &*kind.group == group && *known == plural)
            .map(|(kind, _)| kind)
    }

    /// The kinds that can be scaled and some policy judges, with their plurals.
    pub fn scaled_kinds(&self) -> impl Iterator<Item = (GroupKind, &'static str)> {
        SCALED
            .iter()
            .map(|(group, kind, plural)| (GroupKind::new(group, kind), *plural))
            .filter(|(kind, _)| self.kinds.contains_key(kind))
    }

    /// The kinds that are watched: what policies read, what can be scaled, and databases whose restores are verified.
    pub fn watched_kinds(&self) -> BTreeSet<GroupKind> {
        let mut all = self.read_kinds();
        all.extend(self.scaled_kinds().map(|(kind, _)| kind));
        all.extend(
            self.restores
                .iter()
                .flat_map(|restores| restores.kinds.clone()),
        );
        all
    }

    /// The kinds that policies read beside what they judge; Namespaces always are.
    pub fn read_kinds(&self) -> BTreeSet<GroupKind> {
        let mut all: BTreeSet<GroupKind> = self
            .kinds
            .values()
            .flat_map(|rules| rules.related.keys().cloned())
            .collect();
        all.insert(GroupKind::new("", "Namespace"));
        all
    }

    /// What a violation of a policy does: the policy's own mode, else the namespace's, else the default.
    pub fn mode(&self, policy: &str, namespace: Option<Mode>) -> Mode {
        self.modes
            .get(policy)
            .copied()
            .or(namespace)
            .unwrap_or(self.default_mode)
    }
}

fn index(
    set: &PolicySet,
    in_force: &[Arc<Policy>],
    settings: &Arc<Settings>,
) -> HashMap<GroupKind, Arc<KindRules>> {
    let mut kinds: BTreeSet<GroupKind> = BTreeSet::new();
    for policy in in_force {
        for wanted in &policy.spec().matches.kubernetes {
            if wanted.pod_spec {
                kinds.extend(
                    hipaa_iac_engine::pod_spec_kinds()
                        .map(|(group, kind)| GroupKind::new(group, kind)),
                );
            } else if let Some(kind) = &wanted.kind {
                kinds.insert(GroupKind::new(
                    wanted.group.as_deref().unwrap_or_default(),
                    kind,
                ));
            }
        }
    }
    let names: BTreeSet<&Arc<str>> = in_force.iter().map(|policy| &policy.name).collect();
    let all = set.subset(|policy| names.contains(&policy.name));
    let all = Prepared::new(all, Arc::clone(settings));
    let of_pods = Arc::new(KindRules::new(all.subset(Policy::judges_pods)));
    kinds
        .into_iter()
        .map(|kind| {
            let policies = all.subset(|policy| policy.judges_kind(&kind.group, &kind.kind));
            let mut rules = KindRules::new(policies);
            rules.of_pods = hipaa_iac_engine::pod_spec_kinds()
                .all(|listed| listed != (&kind.group, &kind.kind))
                .then(|| Arc::clone(&of_pods));
            (kind, Arc::new(rules))
        })
        .collect()
}

impl KindRules {
    fn new(policies: Prepared) -> Self {
        let mut related = RelatedKinds::default();
        for policy in policies.policies() {
            for (word, reach) in policy.related_kinds().kinds {
                related.add(word, reach);
            }
        }
        let related = related
            .kinds
            .iter()
            .map(|(word, reach)| (GroupKind::from_word(word), *reach))
            .collect();
        Self {
            policies,
            related,
            of_pods: None,
        }
    }

    /// These, and those of the pods that an object turns out to hold.
    pub fn of(&self, object: &Resource) -> impl Iterator<Item = &Self> {
        let of_pods = self.of_pods.as_deref();
        std::iter::once(self).chain(of_pods.filter(|_| hipaa_iac_engine::holds_pods(object)))
    }
}

/// [`RESTORE_POLICY`] by itself, where it is in force.
fn restores(
    set: &PolicySet,
    in_force: &[Arc<Policy>],
    settings: &Arc<Settings>,
) -> Option<RestoreRules> {
    let policy = in_force
        .iter()
        .find(|policy| &*policy.name == RESTORE_POLICY)?;
    let wanted = &policy.spec().matches.kubernetes;
    Some(RestoreRules {
        kinds: wanted
            .iter()
            .filter_map(|wanted| {
                Some(GroupKind::new(
                    wanted.group.as_deref().unwrap_or_default(),
                    wanted.kind.as_deref()?,
                ))
            })
            .collect(),
        rules: KindRules::new(Prepared::new(
            set.subset(|known| known.name == policy.name),
            Arc::clone(settings),
        )),
    })
}

/// What is wrong with a waiver.
///
/// # Errors
/// A lowercase fragment.
pub fn check_waiver(spec: &WaiverSpec, today: Date) -> Result<(), String> {
    for (field, text) in [
        ("reason", &spec.reason),
        ("owner", &spec.owner),
        ("approvedBy", &spec.approved_by),
        ("compensatingControl", &spec.compensating_control),
    ] {
        if text.trim().is_empty() {
            return Err(format!("a waiver needs `{field}`"));
        }
    }
    if spec.policy.contains('*') {
        return Err("a waiver names one policy, never a pattern".to_owned());
    }
    match (&spec.target.name, &spec.target.match_labels) {
        (Some(name), None) if !name.contains('*') && !name.is_empty() => {}
        (None, Some(labels)) if !labels.is_empty() => {}
        (Some(_), None) => return Err("a waiver names one object, never a pattern".to_owned()),
        _ => return Err("`target` has either `name` or `matchLabels`".to_owned()),
    }
    if today.plus_days(366) < spec.until {
        return Err(format!(
            "a waiver until {} reaches more than a year ahead",
            spec.until
        ));
    }
    Ok(())
}

/// What is wrong with an agreement.
///
/// # Errors
/// What the reader of `baa.yaml` says.
pub fn check_agreement(spec: &Agreement, today: Date) -> Result<(), String> {
    read_agreements(std::slice::from_ref(spec), today).map(|_| ())
}

fn read_agreements(specs: &[Agreement], today: Date) -> Result<Agreements, String> {
    let text = json!({
        "apiVersion": hipaa_iac_engine::API_VERSION,
        "kind": "AgreementList",
        "agreements": specs,
    })
    .to_string();
    let file = Sources::new().add("agreements", &text);
    Agreements::parse(&file, today).map_err(|problems| join(&problems))
}

/// The agreements that can be read, and those that cannot.
fn agreements(resources: &[(String, Agreement)], today: Date) -> (Agreements, Vec<Quarantined>) {
    let mut good: Vec<Agreement> = Vec::new();
    let mut bad = Vec::new();
    for (name, agreement) in resources {
        match check_agreement(agreement, today) {
            // Two resources may carry one id; the names are their own.
            Ok(()) => good.push(Agreement {
                id: name.clone(),
                ..agreement.clone()
            }),
            Err(message) => bad.push(Quarantined {
                name: name.clone(),
                message,
            }),
        }
    }
    match read_agreements(&good, today) {
        Ok(agreements) => (agreements, bad),
        Err(message) => {
            bad.push(Quarantined {
                name: String::new(),
                message,
            });
            (Agreements::default(), bad)
        }
    }
}
