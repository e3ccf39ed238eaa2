//! What evaluation looks at, beside the policy: the resources, their relations and classes, and the settings.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

use hipaa_iac_source::{Inventory, Map, Node, Resource, Sources};

use crate::{
    cel::Val,
    classification,
    config::CoveredDatabase,
    evaluate::{Settings, holds_shape},
    pod_environment,
    relations::Relations,
    restore::{self, Proof},
};

pub(crate) struct World<'a> {
    pub(crate) inventory: &'a Inventory,
    pub(crate) relations: Relations<'a>,
    pub(crate) settings: &'a Settings,
    /// The moment in a cluster, in seconds since 1970.
    pub(crate) moment: Option<i64>,
    /// Everything is taken to hold PHI.
    all_phi: bool,
    /// For each resource, whether it is classified as PHI; found out when first asked for.
    phi: OnceLock<Vec<bool>>,
    /// What `restore` of the configuration covers; found out when first asked for.
    restores: OnceLock<Option<Vec<(CoveredDatabase, Proof)>>>,
    sources: &'a Sources,
    /// For each resource, with the variables of its containers as the kubelet expands them, where there are some; found out when first asked for.
    expanded: Vec<OnceLock<Option<Box<Node>>>>,
    /// For each resource, whether its value holds a collection that is known only by its form; found out when first asked for.
    shaped: Vec<OnceLock<bool>>,
    pub(crate) environments: Environments,
}

/// The environments of containers that were worked out, with the steps that each took: who asks again takes the same.
#[derive(Default)]
pub(crate) struct Environments(Mutex<HashMap<(usize, usize), Environment>>);

struct Environment {
    /// Kept, so that no other container can come to stand where it stands.
    container: Arc<Map>,
    steps: usize,
    value: Val,
}

/// How many environments are kept at a time.
const MAX_ENVIRONMENTS: usize = 1024;

impl Environments {
    fn key(resource: usize, container: &Arc<Map>) -> (usize, usize) {
        (resource, Arc::as_ptr(container).addr())
    }

    pub(crate) fn get(&self, resource: usize, container: &Arc<Map>) -> Option<(usize, Val)> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(&Self::key(resource, container))?;
        Arc::ptr_eq(&known.container, container).then(|| (known.steps, known.value.clone()))
    }

    pub(crate) fn keep(&self, resource: usize, container: &Arc<Map>, steps: usize, value: &Val) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_ENVIRONMENTS {
            known.clear();
        }
        let environment = Environment {
            container: Arc::clone(container),
            steps,
            value: value.clone(),
        };
        known.insert(Self::key(resource, container), environment);
    }
}

static NULL: LazyLock<Node> = LazyLock::new(Node::null);

impl<'a> World<'a> {
    pub(crate) fn new(
        inventory: &'a Inventory,
        settings: &'a Settings,
        sources: &'a Sources,
        all_phi: bool,
        moment: Option<i64>,
    ) -> Self {
        let resources = inventory.resources.len();
        Self {
            inventory,
            relations: Relations::new(inventory),
            settings,
            moment,
            all_phi,
            phi: OnceLock::new(),
            restores: OnceLock::new(),
            sources,
            expanded: std::iter::repeat_with(OnceLock::new)
                .take(resources)
                .collect(),
            shaped: std::iter::repeat_with(OnceLock::new)
                .take(resources)
                .collect(),
            environments: Environments::default(),
        }
    }

    /// Every entry of `restore` that covers something, with its proof; `None` without `restore` in the configuration.
    pub(crate) fn restore_entries(&self) -> Option<&[(CoveredDatabase, Proof)]> {
        let found = || restore::entries(self.settings, self.inventory);
        self.restores.get_or_init(found).as_deref()
    }

    pub(crate) fn resource(&self, at: usize) -> Option<&'a Resource> {
        self.inventory.resources.get(at)
    }

    /// The whole value of a resource.
    pub(crate) fn body(&self, at: usize) -> &Node {
        let Some(resource) = self.resource(at) else {
            return &NULL;
        };
        // It asks for ConfigMaps, in which nothing is expanded.
        let expand = || pod_environment::expanded(self, at, resource).map(Box::new);
        self.expanded
            .get(at)
            .and_then(|expanded| expanded.get_or_init(expand).as_deref())
            .unwrap_or(&resource.body)
    }

    /// Whether [`holds_shape`] of a resource's whole value.
    pub(crate) fn shaped(&self, at: usize) -> bool {
        let found = || holds_shape(self.body(at));
        self.shaped
            .get(at)
            .is_some_and(|shaped| *shaped.get_or_init(found))
    }

    fn classes(&self) -> &Vec<bool> {
        self.phi.get_or_init(|| {
            if self.all_phi {
                vec![true; self.inventory.resources.len()]
            } else {
                classification::classify(
                    &self.settings.config,
                    self.inventory,
                    &self.relations,
                    self.sources,
                )
            }
        })
    }

    /// Whether a resource is classified as PHI.
    pub(crate) fn phi(&self, at: usize) -> bool {
        self.all_phi || self.classes().get(at).copied().unwrap_or(true)
    }

    /// For each resource, whether it is classified as PHI.
    pub(crate) fn into_phi(self) -> Vec<bool> {
        self.classes().clone()
    }
}
