//! What evaluation looks at, beside the policy: the resources, their relations and classes, and the settings.

use std::{collections::HashMap, sync::LazyLock};

use hipaa_iac_source::{Inventory, Node, Resource};

use crate::{evaluate::Settings, pod_environment, relations::Relations};

pub(crate) struct World<'a> {
    pub(crate) inventory: &'a Inventory,
    pub(crate) relations: Relations<'a>,
    pub(crate) settings: &'a Settings,
    /// For each resource, whether it is classified as PHI.
    pub(crate) phi: Vec<bool>,
    /// Objects with pods whose containers have variables to expand, as the kubelet expands them.
    expanded: HashMap<usize, Node>,
}

static NULL: LazyLock<Node> = LazyLock::new(Node::null);

impl<'a> World<'a> {
    pub(crate) fn new(
        inventory: &'a Inventory,
        relations: Relations<'a>,
        settings: &'a Settings,
        phi: Vec<bool>,
    ) -> Self {
        let mut world = Self {
            inventory,
            relations,
            settings,
            phi,
            expanded: HashMap::new(),
        };
        world.expanded = inventory
            .resources
            .iter()
            .enumerate()
            .filter_map(|(at, resource)| {
                Some((at, pod_environment::expanded(&world, at, resource)?))
            })
            .collect();
        world
    }

    pub(crate) fn resource(&self, at: usize) -> Option<&'a Resource> {
        self.inventory.resources.get(at)
    }

    /// The whole value of a resource.
    pub(crate) fn body(&self, at: usize) -> &Node {
        self.expanded
            .get(&at)
            .or_else(|| Some(&self.inventory.resources.get(at)?.body))
            .unwrap_or(&NULL)
    }

    pub(crate) fn phi(&self, at: usize) -> bool {
        self.phi.get(at).copied().unwrap_or(true)
    }
}
