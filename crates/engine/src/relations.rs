//! How resources of an inventory are related: by reference, by equal name, and in Kubernetes by selector, name and owner.
//!
//! Relations hold within a root and an environment. Everything is looked up in indexes, built when first asked for:
//! no question costs more than its answer is long.

use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write as _,
    hash::Hash,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use hipaa_iac_source::{Inventory, Node, Reference, Resource, ResourceKind, TemplatePart, Value};

use crate::{cel::MAX_ALTERNATIVES, pods::FoundPods, policy};

/// The indexes of one inventory.
#[derive(Debug)]
pub(crate) struct Relations<'a> {
    inventory: &'a Inventory,
    groups: Vec<Group>,
    /// The group of each resource.
    group_of: Vec<usize>,
    names: Vec<OnceLock<HashMap<Arc<str>, Vec<usize>>>>,
    referrers: Cache<(usize, Arc<str>, Arc<str>), Referrers>,
    selectors: Cache<(usize, Arc<str>), Selectors>,
    pods: Vec<OnceLock<Pods>>,
    objects: OnceLock<Objects>,
    /// For each resource, what it holds of pods where its kind is not listed; found out when first asked for.
    found: Vec<OnceLock<Option<Box<FoundPods>>>>,
}

/// The resources of one root and environment.
#[derive(Debug, Default)]
struct Group {
    by_word: HashMap<String, Vec<usize>>,
    by_address: HashMap<Arc<str>, usize>,
    /// By address without instance keys.
    by_base: HashMap<String, Arc<[usize]>>,
    /// What hangs on missing input: the reasons.
    unresolved: Vec<usize>,
}

#[derive(Debug)]
struct Cache<K, V>(Mutex<HashMap<K, Arc<V>>>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V> Cache<K, V> {
    fn get(&self, key: K, make: impl FnOnce() -> V) -> Arc<V> {
        if let Some(found) = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Arc::clone(found);
        }
        // Made outside of the lock: two threads may make it twice, which is only wasteful.
        let made = Arc::new(make());
        Arc::clone(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(key)
                .or_insert(made),
        )
    }
}

/// Who refers to what by one attribute of one type.
#[derive(Debug, Default)]
struct Referrers {
    by_target: HashMap<usize, Vec<usize>>,
    by_text: HashMap<Arc<str>, Vec<usize>>,
    /// Those of which it is not known whether they do, with the reasons.
    perhaps_by_target: HashMap<usize, Vec<Unclear>>,
    perhaps_by_text: HashMap<Arc<str>, Vec<Unclear>>,
    /// Those that refer to no resource, with the texts by which they name one: it may be one whose name is not known.
    by_name: Vec<(usize, Arc<str>)>,
    /// Resources whose value is not known, with the reasons.
    unclear: Vec<Unclear>,
}

/// A resource, and why it is not known whether it belongs to an answer.
type Unclear = (usize, Vec<Arc<str>>);

/// What a value refers to.
#[derive(Debug, Default)]
pub(crate) struct Referred {
    /// Certainly.
    pub(crate) certain: BTreeSet<usize>,
    /// Perhaps: one branch of a conditional does, one of several instances is meant.
    pub(crate) perhaps: BTreeSet<usize>,
    /// Its texts, and whether they are certain.
    pub(crate) texts: Vec<(Arc<str>, bool)>,
    /// Why it may refer to anything else too.
    pub(crate) open: Vec<Arc<str>>,
}

impl Referred {
    /// Makes nothing of it certain.
    pub(crate) fn doubt(&mut self) {
        self.perhaps.append(&mut self.certain);
        for (_, certain) in &mut self.texts {
            *certain = false;
        }
    }
}

/// How many values are looked at to tell what one value refers to.
const MAX_REFERRED: usize = 4096;

/// The answer to a question for several resources.
#[derive(Debug, Default)]
pub(crate) struct Related {
    pub(crate) certain: Vec<usize>,
    /// Those of which it is not known whether they belong to the answer.
    pub(crate) unclear: Vec<(usize, Vec<Arc<str>>)>,
    /// Reasons why further ones may hide.
    pub(crate) hidden: Vec<Arc<str>>,
}

/// Where a reference leads.
#[derive(Debug)]
pub(crate) enum Target {
    Resources(Vec<usize>),
    /// To something that the inventory does not hold.
    Missing,
}

/// The attributes by whose text resources are named elsewhere.
const NAMES: [&str; 5] = ["id", "name", "bucket", "identifier", "arn"];

impl<'a> Relations<'a> {
    pub(crate) fn new(inventory: &'a Inventory) -> Self {
        let mut numbers: HashMap<(&str, Option<&str>), usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        let mut group_of = Vec::with_capacity(inventory.resources.len());
        let mut bases: Vec<HashMap<String, Vec<usize>>> = Vec::new();
        for (at, resource) in inventory.resources.iter().enumerate() {
            let key = (&*resource.root, resource.environment.as_deref());
            let number = *numbers.entry(key).or_insert_with(|| {
                groups.push(Group::default());
                bases.push(HashMap::new());
                groups.len() - 1
            });
            group_of.push(number);
            if let (Some(group), Some(bases)) = (groups.get_mut(number), bases.get_mut(number)) {
                group
                    .by_word
                    .entry(resource.kind.matched_by())
                    .or_default()
                    .push(at);
                group
                    .by_address
                    .entry(Arc::clone(&resource.address))
                    .or_insert(at);
                if resource.terraform().is_some() {
                    bases
                        .entry(split_address(&resource.address).0)
                        .or_default()
                        .push(at);
                }
            }
        }
        for (at, unresolved) in inventory.unresolved.iter().enumerate() {
            let key = (&*unresolved.root, unresolved.environment.as_deref());
            if let Some(group) = numbers.get(&key).and_then(|number| groups.get_mut(*number)) {
                group.unresolved.push(at);
            }
        }
        for (group, bases) in groups.iter_mut().zip(bases) {
            group.by_base = bases
                .into_iter()
                .map(|(base, found)| (base, found.into()))
                .collect();
        }
        Self {
            names: groups.iter().map(|_| OnceLock::new()).collect(),
            pods: groups.iter().map(|_| OnceLock::new()).collect(),
            inventory,
            groups,
            group_of,
            referrers: Cache::default(),
            selectors: Cache::default(),
            objects: OnceLock::new(),
            found: std::iter::repeat_with(OnceLock::new)
                .take(inventory.resources.len())
                .collect(),
        }
    }

    /// What an object of a kind that is not listed holds of pods.
    pub(crate) fn found(&self, at: usize) -> Option<&FoundPods> {
        let search = || FoundPods::search(self.resource(at)?).map(Box::new);
        self.found.get(at)?.get_or_init(search).as_deref()
    }

    fn resource(&self, at: usize) -> Option<&'a Resource> {
        self.inventory.resources.get(at)
    }

    fn group(&self, at: usize) -> Option<(usize, &Group)> {
        let number = *self.group_of.get(at)?;
        Some((number, self.groups.get(number)?))
    }

    /// Every resource that a policy matches by `word`, in the root and environment of a resource.
    pub(crate) fn of_type(&self, at: usize, word: &str) -> Related {
        let Some((_, group)) = self.group(at) else {
            return Related::default();
        };
        let mut related = Related::default();
        for found in group.by_word.get(word).into_iter().flatten() {
            self.add(&mut related, *found);
        }
        related.hidden = self.reasons(&group.unresolved);
        related
    }

    /// A symbolic resource stands for any number of them, and so may be none.
    fn add(&self, related: &mut Related, at: usize) {
        match self.resource(at) {
            Some(resource) if resource.symbolic => {
                let reason = format!("how many {} there are is not known", resource.address);
                related.unclear.push((at, vec![reason.into()]));
            }
            _ => related.certain.push(at),
        }
    }

    fn reasons(&self, unresolved: &[usize]) -> Vec<Arc<str>> {
        unresolved
            .iter()
            .filter_map(|at| self.inventory.unresolved.get(*at))
            .map(|unresolved| format!("{}: {}", unresolved.address, unresolved.reason).into())
            .collect()
    }

    /// The resources that a reference of a resource leads to.
    pub(crate) fn target(&self, at: usize, reference: &Reference) -> Target {
        let Some((_, group)) = self.group(at) else {
            return Target::Missing;
        };
        if let Some(found) = group.by_address.get(&reference.address) {
            return Target::Resources(vec![*found]);
        }
        let (base, keys) = split_address(&reference.address);
        let candidates = group.by_base.get(&base).map_or(&[][..], |found| &**found);
        let found: Vec<usize> = candidates
            .iter()
            .copied()
            .filter(|candidate| {
                self.resource(*candidate)
                    .is_some_and(|resource| agree(&keys, &split_address(&resource.address).1))
            })
            .collect();
        if found.is_empty() {
            Target::Missing
        } else {
            Target::Resources(found)
        }
    }

    /// The one resource that carries a text as its `arn` or `id`, as in a state or plan.
    pub(crate) fn named(&self, at: usize, text: &str) -> Option<usize> {
        let (number, _) = self.group(at)?;
        let mut found = self
            .names(number)?
            .get(text)?
            .iter()
            .copied()
            .filter(|candidate| {
                self.resource(*candidate).is_some_and(|resource| {
                    resource
                        .terraform()
                        .is_some_and(|id| &*id.mode != "provider")
                        && ["arn", "id"].iter().any(|name| {
                            resource.body.get(name).and_then(Node::as_str) == Some(text)
                        })
                })
            });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The resources beside a resource that are named by a text.
    pub(crate) fn carrying(&self, at: usize, text: &str) -> &[usize] {
        self.group(at)
            .and_then(|(number, _)| self.names(number)?.get(text))
            .map_or(&[], Vec::as_slice)
    }

    fn names(&self, group: usize) -> Option<&HashMap<Arc<str>, Vec<usize>>> {
        let lock = self.names.get(group)?;
        Some(lock.get_or_init(|| {
            let mut names: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
            for (at, _) in self
                .group_of
                .iter()
                .enumerate()
                .filter(|(_, number)| **number == group)
            {
                let Some(resource) = self
                    .resource(at)
                    .filter(|resource| resource.terraform().is_some())
                else {
                    continue;
                };
                let texts: BTreeSet<&Arc<str>> = NAMES
                    .iter()
                    .filter_map(|name| text(resource.body.get(name)?))
                    .collect();
                for text in texts {
                    names.entry(Arc::clone(text)).or_default().push(at);
                }
            }
            names
        }))
    }

    /// The resources of a type whose value at `path` refers to a resource, or is its name.
    pub(crate) fn referrers(&self, at: usize, word: &str, path: &str) -> Related {
        let (Some((number, group)), Some(resource)) = (self.group(at), self.resource(at)) else {
            return Related::default();
        };
        let index = self.referrers.get((number, word.into(), path.into()), || {
            self.index_referrers(group, word, path)
        });
        let mut certain: BTreeSet<usize> = index
            .by_target
            .get(&at)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let mut perhaps: Vec<&Unclear> = index
            .perhaps_by_target
            .get(&at)
            .into_iter()
            .flatten()
            .collect();
        let mut unknown_name = None;
        for name in NAMES {
            match resource.body.get(name) {
                Some(node) if node.as_unknown().is_some() => {
                    unknown_name = unknown_name.or(Some(name));
                }
                Some(node) => {
                    if let Some(text) = text(node) {
                        certain.extend(index.by_text.get(text).into_iter().flatten());
                        perhaps.extend(index.perhaps_by_text.get(text).into_iter().flatten());
                    }
                }
                None => {}
            }
        }
        let mut related = Related::default();
        for found in &certain {
            let beside = self
                .resource(*found)
                .is_some_and(|found| in_one_instance(&found.address, &resource.address));
            if beside {
                related.certain.push(*found);
            } else {
                self.add(&mut related, *found);
            }
        }
        let mut said = BTreeSet::new();
        for (found, reasons) in perhaps.into_iter().chain(&index.unclear) {
            if !certain.contains(found) && said.insert(*found) {
                related.unclear.push((*found, reasons.clone()));
            }
        }
        if let Some(name) = unknown_name {
            // A text that is the name of another resource of this type is not the name of this one. That the referrer
            // itself carries it as its `bucket` or `name` says nothing.
            let word = resource.kind.matched_by();
            let taken = |text: &Arc<str>| {
                let holders = self.names(number).and_then(|names| names.get(text));
                holders.into_iter().flatten().any(|holder| {
                    *holder != at
                        && self
                            .resource(*holder)
                            .is_some_and(|holder| holder.kind.matched_by() == word)
                })
            };
            let dangling: BTreeSet<usize> = index
                .by_name
                .iter()
                .filter(|(found, text)| !certain.contains(found) && !taken(text))
                .map(|(found, _)| *found)
                .collect();
            for found in &dangling {
                let reason = format!("the {name} of {} is not known", resource.address);
                related.unclear.push((*found, vec![reason.into()]));
            }
        }
        // A module that could not be read and is handed the resource may hold its partner.
        let (base, keys) = split_address(&resource.address);
        let handed = |reference: &Reference| {
            let (other, other_keys) = split_address(&reference.address);
            other == base && agree(&keys, &other_keys)
        };
        let names: Vec<&Arc<str>> = NAMES
            .iter()
            .filter_map(|name| text(resource.body.get(name)?))
            .collect();
        let named = |text: &Arc<str>| {
            names
                .iter()
                .any(|name| *name == text || text.starts_with("arn:") && set_apart(text, name))
        };
        let holders: Vec<usize> = group
            .unresolved
            .iter()
            .copied()
            .filter(|at| {
                self.inventory
                    .unresolved
                    .get(*at)
                    .is_some_and(|unresolved| {
                        unresolved.references.iter().any(handed)
                            || unresolved.texts.iter().any(named)
                    })
            })
            .collect();
        related.hidden = self.reasons(&holders);
        related
    }

    fn index_referrers(&self, group: &Group, word: &str, path: &str) -> Referrers {
        let mut index = Referrers::default();
        for at in group.by_word.get(word).into_iter().flatten().copied() {
            let Some(resource) = self.resource(at) else {
                continue;
            };
            let found = find(&resource.body, path);
            let mut open: Vec<Arc<str>> = found.hidden;
            let certain = found.nodes.iter().map(|node| (node, true));
            let perhaps = found.perhaps.iter().map(|node| (node, false));
            for (node, is_there) in certain.chain(perhaps) {
                let mut referred = self.referred(at, node, true);
                if !is_there {
                    referred.doubt();
                }
                let mut why = Vec::new();
                unknown_reasons(node, &mut why);
                if why.is_empty() {
                    why.push(format!("what {} refers to is not known", resource.address).into());
                }
                for (text, certain) in &referred.texts {
                    if *certain {
                        index.by_text.entry(Arc::clone(text)).or_default().push(at);
                    } else {
                        let of_text = index.perhaps_by_text.entry(Arc::clone(text));
                        of_text.or_default().push((at, why.clone()));
                    }
                    if referred.certain.is_empty() {
                        index.by_name.push((at, Arc::clone(text)));
                    }
                }
                for target in &referred.perhaps {
                    let of_target = index.perhaps_by_target.entry(*target);
                    of_target.or_default().push((at, why.clone()));
                }
                for target in referred.certain {
                    index.by_target.entry(target).or_default().push(at);
                }
                open.extend(referred.open);
            }
            if !open.is_empty() {
                open.dedup();
                index.unclear.push((at, open));
            }
        }
        index
    }

    /// What a value of a resource refers to; with `through` also what the attributes that it is made from refer to.
    pub(crate) fn referred(&self, at: usize, node: &Node, through: bool) -> Referred {
        let mut referred = Referred::default();
        let mut left = MAX_REFERRED;
        self.refer(
            at,
            node,
            true,
            if through { 8 } else { 0 },
            &mut left,
            &mut referred,
        );
        referred.perhaps = &referred.perhaps - &referred.certain;
        referred
    }

    fn refer(
        &self,
        at: usize,
        node: &Node,
        sure: bool,
        hops: usize,
        left: &mut usize,
        into: &mut Referred,
    ) {
        let Some(rest) = left.checked_sub(1) else {
            into.open.push("it refers to too much".into());
            return;
        };
        *left = rest;
        if let Some((target, reference)) = self.argument(at, node) {
            let about = !reference.attribute.starts_with("tags");
            self.aim(&[target], reference, sure && about, hops, left, into);
            let unknown = node.as_unknown().into_iter();
            let texts = unknown.flat_map(|unknown| unknown.alternatives.iter().filter_map(text));
            into.texts
                .extend(texts.map(|text| (Arc::clone(text), false)));
            return;
        }
        match &node.value {
            Value::List(elements) => {
                // A plan tells of a list only all of what it is made from: of as many values as resources each is one, unless one of them may
                // be something else.
                let unknown = || elements.iter().filter_map(Node::as_unknown);
                let told = sure && unknown().all(|unknown| unknown.verbatim);
                let unknown = unknown().count();
                for reference in node.references().iter().filter(|_| !elements.is_empty()) {
                    let targets = self.instances(at, reference, into);
                    if unknown > 0 {
                        let certain = told && targets.len() <= unknown;
                        self.aim(&targets, reference, certain, hops, left, into);
                        continue;
                    }
                    for target in targets {
                        let named = |element: &Node| match text(element) {
                            Some(text) => self.named_in(target, reference, text),
                            None => Some(true),
                        };
                        let all: Vec<Option<bool>> = elements.iter().map(named).collect();
                        if all.contains(&Some(true)) {
                            self.aim(&[target], reference, sure, hops, left, into);
                        } else if all.contains(&None) {
                            self.aim(&[target], reference, false, hops, left, into);
                        }
                    }
                }
                for element in elements.iter() {
                    self.refer(at, element, sure, hops, left, into);
                }
            }
            Value::Object(members) => {
                self.refer_own(at, node, sure, hops, left, into);
                for member in members.values() {
                    self.refer(at, member, sure, hops, left, into);
                }
            }
            Value::String(text) => {
                if !text.is_empty() {
                    into.texts.push((Arc::clone(text), sure));
                }
                for reference in node.references() {
                    let Target::Resources(targets) = self.target(at, reference) else {
                        continue;
                    };
                    for target in targets {
                        let named = self.named_in(target, reference, text);
                        if named != Some(false) {
                            let sure = sure && named.is_some();
                            self.aim(&[target], reference, sure, hops, left, into);
                        }
                    }
                }
            }
            Value::Bool(_) | Value::Number(_) => self.refer_own(at, node, sure, hops, left, into),
            Value::Null => {}
            Value::Unknown(unknown) if !unknown.alternatives.is_empty() => {
                let mut all: Vec<Referred> = Vec::new();
                for alternative in &unknown.alternatives {
                    let mut one = Referred::default();
                    self.refer(at, alternative, sure, hops, left, &mut one);
                    all.push(one);
                }
                let every = all.iter().map(|one| one.certain.clone());
                let certain = every.reduce(|a, b| &a & &b).unwrap_or_default();
                for one in all {
                    into.perhaps.extend(&one.certain - &certain);
                    into.perhaps.extend(one.perhaps);
                    into.texts
                        .extend(one.texts.into_iter().map(|(text, _)| (text, false)));
                    into.open.extend(one.open);
                }
                into.certain.extend(certain);
            }
            Value::Unknown(unknown) if !unknown.template.is_empty() => {
                let text = written(&unknown.template);
                for reference in node.references() {
                    let Target::Resources(targets) = self.target(at, reference) else {
                        continue;
                    };
                    let name = |target: usize| {
                        let name = self.resource(target)?.body.get(&reference.attribute)?;
                        let name = written(&name.as_unknown()?.template);
                        Some((target, name)).filter(|(_, name)| !name.is_empty())
                    };
                    let names = targets.into_iter().filter_map(name);
                    let named = names.filter(|(_, name)| set_apart(&text, name));
                    let (named, names): (Vec<usize>, Vec<String>) = named.unzip();
                    let sure = sure && self.is_one(at, &named);
                    self.aim(&named, reference, sure, hops, left, into);
                    // What the name is made from is the business of whom it names.
                    if sure && names.contains(&text) {
                        return;
                    }
                }
                for (number, part) in unknown.template.iter().enumerate() {
                    let TemplatePart::Hole(hole) = part else {
                        continue;
                    };
                    let beside =
                        |at: Option<usize>| match at.and_then(|at| unknown.template.get(at)) {
                            Some(TemplatePart::Text(text)) => &**text,
                            // What is not known may go on with the name.
                            Some(TemplatePart::Hole(_)) => "-",
                            None => "",
                        };
                    let before = beside(number.checked_sub(1)).chars().next_back();
                    let behind = beside(number.checked_add(1)).chars().next();
                    let apart = !before.is_some_and(in_name) && !behind.is_some_and(in_name);
                    self.refer(at, hole, sure && apart, hops, left, into);
                }
                self.refer_own(at, node, false, hops, left, into);
            }
            Value::Unknown(unknown) => {
                let inner = [&unknown.json, &unknown.element].into_iter().flatten();
                for inner in inner {
                    self.refer(at, inner, sure && unknown.json.is_some(), hops, left, into);
                }
                // What hangs on something else beside the resource may be something else.
                let pure = unknown.verbatim
                    && unknown.json.is_none()
                    && !unknown.many
                    && node
                        .references()
                        .windows(2)
                        .all(|pair| matches!(pair, [a, b] if a.address == b.address))
                    && unknown
                        .reasons
                        .iter()
                        .all(|reason| reason.starts_with("known after apply"));
                self.refer_own(at, node, sure && pure, hops, left, into);
                if node.references().is_empty()
                    && unknown.json.is_none()
                    && unknown.element.is_none()
                {
                    unknown_reasons(node, &mut into.open);
                }
            }
        }
    }

    /// The resource whose argument a value that is not known is, as it stands: `bucket = aws_s3_bucket.a.bucket`, where that
    /// is one of two texts. What a function or a conditional makes of it has another origin.
    pub(crate) fn argument<'n>(&self, at: usize, node: &'n Node) -> Option<(usize, &'n Reference)> {
        let (value, [reference]) = (node.as_unknown()?, node.references()) else {
            return None;
        };
        let Target::Resources(targets) = self.target(at, reference) else {
            return None;
        };
        let target = *targets.first().filter(|_| self.is_one(at, &targets))?;
        let resource = self.resource(target)?;
        let written_there = resource.body.get(&reference.attribute)?;
        let argument = written_there.as_unknown()?;
        let origin = node.origin.as_deref()?;
        let comes_from_there = match written_there.origin.as_deref() {
            Some(there) => origin == there,
            None => *origin.what == *format!("{}.{}", resource.address, reference.attribute),
        };
        let same = |(a, b): (&Node, &Node)| match (a.as_unknown(), b.as_unknown()) {
            (Some(a), Some(b)) => a.reasons == b.reasons,
            _ => a == b,
        };
        let (own, there) = (&value.alternatives, &argument.alternatives);
        let is_same = value.reasons == argument.reasons
            && own.len() == there.len()
            && own.iter().zip(there).all(same)
            && written(&value.template) == written(&argument.template);
        let is_one_value = [value, argument]
            .iter()
            .all(|unknown| !unknown.many && unknown.json.is_none() && unknown.element.is_none());
        // What it is made from may refer to something itself, which says more.
        let inside = Node {
            references: None,
            ..node.clone()
        };
        let is_plain = references_in(&inside).is_empty();
        (comes_from_there && is_same && is_one_value && is_plain).then_some((target, reference))
    }

    /// What the references of a value itself lead to.
    fn refer_own(
        &self,
        at: usize,
        node: &Node,
        sure: bool,
        hops: usize,
        left: &mut usize,
        into: &mut Referred,
    ) {
        for reference in node.references() {
            let targets = self.instances(at, reference, into);
            // What stands in a tag may name anything.
            let about = !reference.attribute.starts_with("tags");
            let sure = sure && about && self.is_one(at, &targets);
            self.aim(&targets, reference, sure, hops, left, into);
        }
    }

    /// Whether it is clear which resource is meant: of several instances it is not.
    fn is_one(&self, at: usize, targets: &[usize]) -> bool {
        let symbolic = |at: usize| self.resource(at).is_some_and(|one| one.symbolic);
        matches!(targets, [only] if !symbolic(*only) || symbolic(at))
    }

    fn instances(&self, at: usize, reference: &Reference, into: &mut Referred) -> Vec<usize> {
        match self.target(at, reference) {
            Target::Resources(found) => found,
            Target::Missing => {
                into.open
                    .push(format!("{} could not be read", reference.address).into());
                Vec::new()
            }
        }
    }

    fn aim(
        &self,
        targets: &[usize],
        reference: &Reference,
        sure: bool,
        hops: usize,
        left: &mut usize,
        into: &mut Referred,
    ) {
        if sure {
            into.certain.extend(targets);
        } else {
            into.perhaps.extend(targets);
        }
        // `bucket = aws_s3_bucket_policy.phi.bucket` is the bucket that the policy names.
        if let Some(hops) = hops.checked_sub(1) {
            for target in targets {
                let Some(resource) = self.resource(*target) else {
                    continue;
                };
                // What a data source tells, and `terraform_data` hands on, may be what it was asked with.
                let word = resource.kind.matched_by();
                let tells = word.starts_with("data.") || word == "terraform_data";
                let value = resource.body.get(&reference.attribute);
                let handed_on = tells && value.is_none();
                let members = resource.body.as_map().filter(|_| handed_on);
                let members = members.into_iter().flat_map(|members| members.values());
                let sure = sure && !handed_on;
                for value in value.into_iter().chain(members) {
                    if !handed_on && references_in(value).is_empty() {
                        continue;
                    }
                    let mut further = Referred::default();
                    self.refer(*target, value, sure, hops, left, &mut further);
                    into.certain.extend(further.certain);
                    into.perhaps.extend(further.perhaps);
                    if handed_on {
                        into.open.extend(further.open);
                        // The name that a data source was asked with names a resource of the input, perhaps.
                        into.texts.extend(further.texts);
                    }
                }
            }
        }
    }

    /// Whether a known text that is made from an attribute of a resource names the resource: it is the attribute, or holds it
    /// set apart. `None` where the attribute is not known.
    fn named_in(&self, target: usize, reference: &Reference, of: &str) -> Option<bool> {
        let body = &self.resource(target)?.body;
        let names = NAMES.into_iter().filter_map(|name| text(body.get(name)?));
        let attribute = body.get(&reference.attribute);
        let known = attribute.and_then(text);
        if names.chain(known).any(|name| set_apart(of, name)) {
            return Some(true);
        }
        known.map(|_| false)
    }
}

/// Whether a letter may be a part of a name, so that what it touches is another name.
fn in_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.')
}

/// Whether a text holds a name, not as a part of a longer one.
fn set_apart(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let behind = text
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        !before.is_some_and(in_name) && !behind.is_some_and(in_name)
    })
}

/// A text with parts that are not known, written so that what is made from the same is the same. What stands for such a part
/// goes on with a name.
fn written(parts: &[TemplatePart]) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            TemplatePart::Text(part) => text.push_str(part),
            TemplatePart::Hole(hole) => {
                let reasons = hole.as_unknown().filter(|_| hole.references().is_empty());
                let reasons = reasons.map(|unknown| &unknown.reasons);
                _ = write!(text, "_{:?}{reasons:?}_", hole.references());
            }
        }
    }
    text
}

/// Nodes at a dotted path, and why further ones may hide.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) nodes: Vec<Node>,
    /// Those below something that is not known: perhaps there are none.
    pub(crate) perhaps: Vec<Node>,
    pub(crate) hidden: Vec<Arc<str>>,
}

/// The nodes at a dotted path. A list on the way means each of its elements, or the one of a number. Null is absence.
pub(crate) fn find(node: &Node, path: &str) -> Found {
    let mut found = Found::default();
    walk(node, path, &mut found);
    found
}

fn walk(node: &Node, path: &str, found: &mut Found) {
    if path.is_empty() {
        if !node.is_null() {
            found.nodes.push(node.clone());
        }
        return;
    }
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    match &node.value {
        Value::Object(members) => {
            // Keys may hold dots: labels do.
            if let Some(member) = members.get(path) {
                walk(member, "", found);
            } else if let Some(member) = members.get(head) {
                walk(member, rest, found);
            }
        }
        Value::List(elements) => match head.parse::<usize>() {
            Ok(at) => {
                if let Some(element) = elements.get(at) {
                    walk(element, rest, found);
                }
            }
            Err(_) => {
                for element in elements.iter() {
                    walk(element, if head == "*" { rest } else { path }, found);
                }
            }
        },
        Value::Unknown(unknown) if !unknown.alternatives.is_empty() => {
            found.hidden.extend(
                unknown
                    .reasons
                    .iter()
                    .map(|reason| Arc::from(reason.as_str())),
            );
            for alternative in &unknown.alternatives {
                perhaps(alternative, path, found);
            }
        }
        Value::Unknown(unknown) => {
            if unknown.reasons.is_empty() {
                found.hidden.push("the value is not known".into());
            }
            found.hidden.extend(
                unknown
                    .reasons
                    .iter()
                    .map(|reason| Arc::from(reason.as_str())),
            );
            if let Some(shape) = &unknown.element {
                perhaps(shape, path, found);
            }
        }
        _ => {}
    }
}

/// What is below something of which it is not known whether it will be there.
fn perhaps(node: &Node, path: &str, found: &mut Found) {
    let below = find(node, path);
    found.perhaps.extend(below.nodes);
    found.perhaps.extend(below.perhaps);
    found.hidden.extend(below.hidden);
}

/// The references of a value and of everything in it.
pub(crate) fn references_in(node: &Node) -> Vec<Reference> {
    fn collect(node: &Node, into: &mut Vec<Reference>) {
        for reference in node.references() {
            if !into.contains(reference) {
                into.push(reference.clone());
            }
        }
        match &node.value {
            Value::List(elements) => elements.iter().for_each(|element| collect(element, into)),
            Value::Object(members) => members.values().for_each(|member| collect(member, into)),
            Value::Unknown(unknown) => {
                unknown
                    .alternatives
                    .iter()
                    .for_each(|alternative| collect(alternative, into));
                for part in &unknown.template {
                    if let TemplatePart::Hole(hole) = part {
                        collect(hole, into);
                    }
                }
                if let Some(json) = &unknown.json {
                    collect(json, into);
                }
                if let Some(element) = &unknown.element {
                    collect(element, into);
                }
            }
            _ => {}
        }
    }
    let mut references = Vec::new();
    collect(node, &mut references);
    references
}

/// The reasons of everything unknown in a value.
pub(crate) fn unknown_reasons(node: &Node, into: &mut Vec<Arc<str>>) {
    match &node.value {
        Value::List(elements) => elements
            .iter()
            .for_each(|element| unknown_reasons(element, into)),
        Value::Object(members) => members
            .values()
            .for_each(|member| unknown_reasons(member, into)),
        Value::Unknown(unknown) => {
            if unknown.reasons.is_empty() {
                into.push("the value is not known".into());
            }
            into.extend(
                unknown
                    .reasons
                    .iter()
                    .map(|reason| Arc::from(reason.as_str())),
            );
        }
        _ => {}
    }
}

fn text(node: &Node) -> Option<&Arc<str>> {
    match &node.value {
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// An address without its instance keys, and the key (or none) of each of its parts.
pub(crate) fn split_address(address: &str) -> (String, Vec<Option<String>>) {
    let mut base = String::with_capacity(address.len());
    let mut keys = Vec::new();
    let mut key: Option<String> = None;
    let mut chars = address.chars();
    while let Some(c) = chars.next() {
        match c {
            '.' => {
                keys.push(key.take());
                base.push('.');
            }
            '[' => {
                let mut text = String::new();
                let (mut quoted, mut escaped) = (false, false);
                for c in chars.by_ref() {
                    match c {
                        _ if escaped => escaped = false,
                        '\\' if quoted => escaped = true,
                        '"' => quoted = !quoted,
                        ']' if !quoted => break,
                        _ => {}
                    }
                    text.push(c);
                }
                key = Some(text);
            }
            c => base.push(c),
        }
    }
    keys.push(key);
    (base, keys)
}

/// Whether the first is there wherever the second is: all that is open of it is how many instances there are of a module
/// that both are in.
fn in_one_instance(first: &str, second: &str) -> bool {
    let ((base, keys), (other_base, other_keys)) = (split_address(first), split_address(second));
    let Some(last) = keys.iter().rposition(|key| key.as_deref() == Some("*")) else {
        return false;
    };
    let parts = base.split('.').zip(&keys);
    let others = other_base.split('.').zip(&other_keys);
    last + 2 < keys.len() && parts.take(last + 1).eq(others.take(last + 1))
}

/// Whether the keys of two addresses with the same base may be of one instance.
fn agree(a: &[Option<String>], b: &[Option<String>]) -> bool {
    a.iter().zip(b).all(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => a == b || a == "*" || b == "*",
        _ => true,
    })
}

// Kubernetes.

/// Objects by what names them.
#[derive(Debug, Default)]
struct Objects {
    /// By environment, kind word, namespace and name.
    by_name: HashMap<ObjectName, Vec<usize>>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ObjectName {
    environment: Option<Arc<str>>,
    word: String,
    namespace: Option<Arc<str>>,
    name: Arc<str>,
}

/// The pods and controllers of a group, by each of the labels of their pods.
#[derive(Debug, Default)]
struct Pods {
    by_label: HashMap<Label, Vec<usize>>,
    by_namespace: HashMap<Arc<str>, Vec<usize>>,
    /// Those whose labels are not all known.
    unclear: HashMap<Arc<str>, Vec<usize>>,
}

/// The objects of one kind that select pods, by one label that each demands.
#[derive(Debug, Default)]
struct Selectors {
    by_label: HashMap<Label, Vec<usize>>,
    /// Those that demand no label's value, by namespace.
    others: HashMap<Arc<str>, Vec<usize>>,
}

/// A namespace, and a label with its value.
type Label = (Arc<str>, Arc<str>, Arc<str>);

/// A key, an operator and its values.
type Expression = (Arc<str>, Arc<str>, Vec<Arc<str>>);

/// What a selector demands.
#[derive(Debug, Default)]
struct Selector {
    labels: Vec<(Arc<str>, Arc<str>)>,
    expressions: Vec<Expression>,
    unclear: Vec<Arc<str>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Picks {
    Yes,
    No,
    Unclear(Vec<Arc<str>>),
}

impl Relations<'_> {
    fn objects(&self) -> &Objects {
        self.objects.get_or_init(|| {
            let mut objects = Objects::default();
            for (at, resource) in self.inventory.resources.iter().enumerate() {
                if let Some(id) = resource.kubernetes() {
                    let name = ObjectName {
                        environment: resource.environment.clone(),
                        word: resource.kind.matched_by(),
                        namespace: id.namespace.clone(),
                        name: Arc::clone(&id.name),
                    };
                    objects.by_name.entry(name).or_default().push(at);
                }
            }
            objects
        })
    }

    /// The objects of a kind and name in the namespace of a resource, or of no namespace: those of its own root, else those of
    /// all. Several are one object written differently in several places, and which one counts is not known.
    pub(crate) fn lookup(&self, at: usize, word: &str, name: &str) -> Vec<usize> {
        let Some(id) = self.resource(at).and_then(Resource::kubernetes) else {
            return Vec::new();
        };
        let found = self.objects_named(at, word, id.namespace.clone(), name);
        if found.is_empty() && id.namespace.is_some() {
            return self.distinct(self.objects_named(at, word, None, name));
        }
        self.distinct(found)
    }

    fn objects_named(
        &self,
        at: usize,
        word: &str,
        namespace: Option<Arc<str>>,
        name: &str,
    ) -> Vec<usize> {
        let Some(resource) = self.resource(at) else {
            return Vec::new();
        };
        let key = ObjectName {
            environment: resource.environment.clone(),
            word: word.to_owned(),
            namespace,
            name: name.into(),
        };
        let all = self
            .objects()
            .by_name
            .get(&key)
            .map_or(&[][..], Vec::as_slice);
        let is_own = |found: &usize| self.group_of.get(*found) == self.group_of.get(at);
        let any_own = all.iter().any(is_own);
        let found = all.iter().filter(|found| !any_own || is_own(found));
        found.copied().collect()
    }

    /// One of objects that are alike.
    fn distinct(&self, mut found: Vec<usize>) -> Vec<usize> {
        // That many are not compared.
        if (2..=MAX_ALTERNATIVES).contains(&found.len()) {
            let body = |at: usize| self.resource(at).map(|resource| &resource.body);
            let mut kept: Vec<usize> = Vec::new();
            found.retain(|at| {
                let new = !kept.iter().any(|known| body(*known) == body(*at));
                if new {
                    kept.push(*at);
                }
                new
            });
        }
        found
    }

    /// The Namespace objects that may be the one of a resource's namespace.
    pub(crate) fn namespace_objects(&self, at: usize) -> Vec<usize> {
        let id = self.resource(at).and_then(Resource::kubernetes);
        match id.and_then(|id| id.namespace.clone()) {
            Some(namespace) => self.objects_named(at, "Namespace", None, &namespace),
            None => Vec::new(),
        }
    }

    /// Why further objects of a resource's root may hide.
    pub(crate) fn hidden_objects(&self, at: usize) -> Vec<Arc<str>> {
        self.group(at)
            .map(|(_, group)| self.reasons(&group.unresolved))
            .unwrap_or_default()
    }

    /// The object that a controller owner reference names.
    pub(crate) fn owner(&self, at: usize) -> Option<usize> {
        let resource = self.resource(at)?;
        let id = resource.kubernetes()?;
        let owners = resource
            .body
            .get("metadata")?
            .get("ownerReferences")?
            .as_list()?;
        owners.iter().find_map(|owner| {
            if owner.get("controller").and_then(Node::as_bool) != Some(true) {
                return None;
            }
            let version = owner.get("apiVersion").and_then(Node::as_str)?;
            let kind = owner.get("kind").and_then(Node::as_str)?;
            let name = owner.get("name").and_then(Node::as_str)?;
            let word = match version.split_once('/') {
                Some((group, _)) => format!("{group}/{kind}"),
                None => kind.to_owned(),
            };
            [id.namespace.clone(), None]
                .into_iter()
                .find_map(|namespace| {
                    let found = self.objects_named(at, &word, namespace, name);
                    found.first().copied()
                })
        })
    }

    /// The objects of a kind whose selector picks the pods of a resource.
    pub(crate) fn selected_by(&self, at: usize, word: &str) -> Related {
        let mut related = Related::default();
        let (Some((number, group)), Some(resource)) = (self.group(at), self.resource(at)) else {
            return related;
        };
        related.hidden = self.reasons(&group.unresolved);
        let Some((namespace, labels)) = pod_labels(resource) else {
            return related;
        };
        let index = self
            .selectors
            .get((number, word.into()), || self.index_selectors(group, word));
        let mut candidates: BTreeSet<usize> = index
            .others
            .get(&namespace)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        match labels {
            Some(labels)
                if labels
                    .iter()
                    .all(|(_, value)| text_or_empty(value).is_some()) =>
            {
                for (key, value) in labels {
                    if let Some(value) = text_or_empty(value) {
                        let key = (Arc::clone(&namespace), Arc::clone(key), value);
                        candidates.extend(index.by_label.get(&key).into_iter().flatten());
                    }
                }
            }
            None if pod_metadata_known(resource) => {}
            // Labels that are not known may be demanded by any selector of the namespace.
            _ => {
                let of_namespace = index
                    .by_label
                    .iter()
                    .filter(|((other, _, _), _)| *other == namespace);
                candidates.extend(of_namespace.flat_map(|(_, found)| found.iter().copied()));
            }
        }
        for candidate in candidates {
            if let Some(selecting) = self.resource(candidate) {
                match picks(selecting, resource) {
                    Picks::Yes => related.certain.push(candidate),
                    Picks::No => {}
                    Picks::Unclear(reasons) => related.unclear.push((candidate, reasons)),
                }
            }
        }
        related
    }

    fn index_selectors(&self, group: &Group, word: &str) -> Selectors {
        let mut index = Selectors::default();
        for at in group.by_word.get(word).into_iter().flatten().copied() {
            let Some(resource) = self.resource(at) else {
                continue;
            };
            let Some(namespace) = resource.kubernetes().and_then(|id| id.namespace.clone()) else {
                continue;
            };
            match selector(resource) {
                Some(Selector {
                    labels, unclear, ..
                }) if unclear.is_empty() && !labels.is_empty() => {
                    if let Some((key, value)) = labels.into_iter().next() {
                        index
                            .by_label
                            .entry((namespace, key, value))
                            .or_default()
                            .push(at);
                    }
                }
                Some(_) => index.others.entry(namespace).or_default().push(at),
                None => {}
            }
        }
        index
    }

    /// The pods and controllers whose pods a resource's selector picks.
    pub(crate) fn selects(&self, at: usize) -> Related {
        let mut related = Related::default();
        let (Some((number, group)), Some(resource)) = (self.group(at), self.resource(at)) else {
            return related;
        };
        related.hidden = self.reasons(&group.unresolved);
        let (Some(wanted), Some(namespace)) = (
            selector(resource),
            resource.kubernetes().and_then(|id| id.namespace.clone()),
        ) else {
            return related;
        };
        let Some(pods) = self
            .pods
            .get(number)
            .map(|lock| lock.get_or_init(|| self.index_pods(number)))
        else {
            return related;
        };
        let by_label = wanted.labels.first().filter(|_| wanted.unclear.is_empty());
        let mut candidates: BTreeSet<usize> = match by_label {
            Some((key, value)) => {
                let key = (Arc::clone(&namespace), Arc::clone(key), Arc::clone(value));
                pods.by_label
                    .get(&key)
                    .into_iter()
                    .flatten()
                    .copied()
                    .collect()
            }
            None => pods
                .by_namespace
                .get(&namespace)
                .into_iter()
                .flatten()
                .copied()
                .collect(),
        };
        candidates.extend(pods.unclear.get(&namespace).into_iter().flatten());
        for candidate in candidates {
            if let Some(pod) = self.resource(candidate) {
                match picks(resource, pod) {
                    Picks::Yes => related.certain.push(candidate),
                    Picks::No => {}
                    Picks::Unclear(reasons) => related.unclear.push((candidate, reasons)),
                }
            }
        }
        related
    }

    fn index_pods(&self, number: usize) -> Pods {
        let mut pods = Pods::default();
        for (at, _) in self
            .group_of
            .iter()
            .enumerate()
            .filter(|(_, group)| **group == number)
        {
            let Some(resource) = self.resource(at) else {
                continue;
            };
            let Some((namespace, labels)) = pod_labels(resource) else {
                continue;
            };
            pods.by_namespace
                .entry(Arc::clone(&namespace))
                .or_default()
                .push(at);
            match labels {
                Some(labels) => {
                    for (key, value) in labels {
                        match text_or_empty(value) {
                            Some(value) => {
                                let key = (Arc::clone(&namespace), Arc::clone(key), value);
                                pods.by_label.entry(key).or_default().push(at);
                            }
                            None => pods
                                .unclear
                                .entry(Arc::clone(&namespace))
                                .or_default()
                                .push(at),
                        }
                    }
                }
                None if pod_metadata_known(resource) => {}
                None => pods.unclear.entry(namespace).or_default().push(at),
            }
        }
        pods
    }
}

/// What holds `metadata` and `spec` of the pods of an object: the Pod itself or the template.
pub(crate) fn pod_template(resource: &Resource) -> Option<&Node> {
    pod_template_in(&resource.kind, &resource.body)
}

/// The same of another value of the object.
pub(crate) fn pod_template_in<'a>(kind: &ResourceKind, body: &'a Node) -> Option<&'a Node> {
    let ResourceKind::Kubernetes(id) = kind else {
        return None;
    };
    let path = policy::pod_spec_path(&id.group, &id.kind)?;
    let (_, above) = path.split_last()?;
    above.iter().try_fold(body, |node, key| node.get(key))
}

/// The namespace of an object with pods, and the labels of its pods where these are a map.
fn pod_labels(resource: &Resource) -> Option<(Arc<str>, Option<&hipaa_iac_source::Map>)> {
    let id = resource.kubernetes()?;
    policy::pod_spec_path(&id.group, &id.kind)?;
    let namespace = id.namespace.clone()?;
    let labels =
        pod_template(resource).and_then(|pod| pod.get("metadata")?.get("labels")?.as_map());
    Some((namespace, labels))
}

/// Whether absent labels are certainly absent.
fn pod_metadata_known(resource: &Resource) -> bool {
    let Some(pod) = pod_template(resource) else {
        return true;
    };
    let known = |node: Option<&Node>| node.is_none_or(|node| node.as_unknown().is_none());
    pod.as_unknown().is_none()
        && known(pod.get("metadata"))
        && known(pod.get("metadata").and_then(|node| node.get("labels")))
}

fn text_or_empty(node: &Node) -> Option<Arc<str>> {
    match &node.value {
        Value::String(text) => Some(Arc::clone(text)),
        _ => None,
    }
}

/// The selector for pods of an object; `None` where it has none and so picks nothing.
fn selector(resource: &Resource) -> Option<Selector> {
    let id = resource.kubernetes()?;
    let spec = resource.body.get("spec")?;
    let plain = matches!(
        (&*id.group, &*id.kind),
        ("", "Service" | "ReplicationController")
    );
    let node = match (&*id.group, &*id.kind) {
        ("networking.k8s.io", "NetworkPolicy") => match spec.get("podSelector") {
            Some(node) if !node.is_null() => node,
            // Newer API versions let it be left out, which picks every pod.
            _ => return Some(Selector::default()),
        },
        ("cilium.io", "CiliumNetworkPolicy") => spec.get("endpointSelector")?,
        _ => spec.get("selector").filter(|node| !node.is_null())?,
    };
    let mut selector = Selector::default();
    if let Some(unknown) = node.as_unknown() {
        selector.unclear.extend(
            unknown
                .reasons
                .iter()
                .map(|reason| Arc::from(reason.as_str())),
        );
        selector.unclear.push("the selector is not known".into());
        return Some(selector);
    }
    let map = node.as_map()?;
    let labels =
        if plain || !(map.contains_key("matchLabels") || map.contains_key("matchExpressions")) {
            // An empty selector of a Service picks nothing; one of the LabelSelector form picks all.
            if plain && map.is_empty() {
                return None;
            }
            Some(node)
        } else {
            node.get("matchLabels")
        };
    let expressions = if plain {
        None
    } else {
        node.get("matchExpressions")
    };
    let is_odd = |node: Option<&Node>, list: bool| {
        node.is_some_and(|node| {
            !node.is_null()
                && if list {
                    node.as_list().is_none()
                } else {
                    node.as_map().is_none()
                }
        })
    };
    if is_odd(labels, false) || is_odd(expressions, true) {
        selector.unclear.push("the selector is not known".into());
    }
    for (key, value) in labels.and_then(Node::as_map).into_iter().flatten() {
        match text_or_empty(value) {
            Some(value) => selector.labels.push((Arc::clone(key), value)),
            None => selector
                .unclear
                .push(format!("the selector's `{key}` is not known").into()),
        }
    }
    for expression in expressions.and_then(Node::as_list).into_iter().flatten() {
        let part = |name: &str| expression.get(name).and_then(text_or_empty);
        let values = match expression.get("values") {
            Some(values) if !values.is_null() => values
                .as_list()
                .and_then(|values| values.iter().map(text_or_empty).collect()),
            _ => Some(Vec::new()),
        };
        match (part("key"), part("operator"), values) {
            (Some(key), Some(operator), Some(values)) => {
                selector.expressions.push((key, operator, values));
            }
            _ => selector.unclear.push("the selector is not known".into()),
        }
    }
    Some(selector)
}

/// Whether the selector of one object picks the pods of another in the same namespace.
fn picks(selecting: &Resource, pod: &Resource) -> Picks {
    let Some(wanted) = selector(selecting) else {
        return Picks::No;
    };
    let mut unclear = wanted.unclear;
    let labels = pod_labels(pod).and_then(|(_, labels)| labels);
    if labels.is_none() && !pod_metadata_known(pod) {
        unclear.push("the labels of the pods are not known".into());
    }
    let label = |key: &str| {
        labels
            .and_then(|labels| labels.get(key))
            .filter(|node| !node.is_null())
    };
    for (key, value) in &wanted.labels {
        match label(key) {
            Some(node) => match text_or_empty(node) {
                Some(text) if text == *value => {}
                Some(_) => return Picks::No,
                None => unclear.push(format!("the label `{key}` is not known").into()),
            },
            None if unclear.is_empty() => return Picks::No,
            None => {}
        }
    }
    for (key, operator, values) in &wanted.expressions {
        let has = label(key);
        let among = has
            .and_then(text_or_empty)
            .map(|text| values.contains(&text));
        let holds = match (&**operator, has.is_some(), among) {
            ("In", true, Some(among)) => among,
            ("In", false, _) => false,
            ("NotIn", true, Some(among)) => !among,
            ("NotIn" | "DoesNotExist", false, _) | ("Exists", true, _) => true,
            ("Exists", false, _) | ("DoesNotExist", true, _) => false,
            _ => {
                unclear.push(format!("the label `{key}` is not known").into());
                continue;
            }
        };
        if !holds && unclear.is_empty() {
            return Picks::No;
        }
    }
    if unclear.is_empty() {
        Picks::Yes
    } else {
        Picks::Unclear(unclear)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_keys() {
        let (base, keys) = split_address(r#"module.db["e.u]"].aws_db_instance.this[0]"#);
        assert_eq!(base, "module.db.aws_db_instance.this");
        assert_eq!(
            keys,
            [
                None,
                Some("\"e.u]\"".to_owned()),
                None,
                Some("0".to_owned())
            ]
        );
    }

    #[test]
    fn neighbours_in_a_module_are_there_together() {
        let beside = in_one_instance;
        assert!(beside("module.a[*].x.y[0]", "module.a[*].z.z"));
        assert!(!beside("module.a[*].x.y[*]", "module.a[*].z.z"));
        assert!(!beside("module.a[*].x.y", "module.b[*].z.z"));
        assert!(!beside("x.y[*]", "x.y[*]"));
        assert!(!beside("x.y", "x.z"));
    }

    #[test]
    fn keys_agree_where_one_is_open() {
        let keys = |address: &str| split_address(address).1;
        assert!(agree(&keys("a.b"), &keys("a.b[0]")));
        assert!(agree(&keys("a.b[*]"), &keys("a.b[0]")));
        assert!(!agree(&keys("a.b[1]"), &keys("a.b[0]")));
    }
}
