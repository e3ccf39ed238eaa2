//! What evaluation looks at, beside the policy: the resources, their relations and classes, and the settings.

use std::sync::LazyLock;

use hipaa_iac_source::{Inventory, Node, Resource};

use crate::{evaluate::Settings, relations::Relations};

pub(crate) struct World<'a> {
    pub(crate) inventory: &'a Inventory,
    pub(crate) relations: Relations<'a>,
    pub(crate) settings: &'a Settings,
    /// For each resource, whether it is classified as PHI.
    pub(crate) phi: Vec<bool>,
}

static NULL: LazyLock<Node> = LazyLock::new(Node::null);

impl<'a> World<'a> {
    pub(crate) fn resource(&self, at: usize) -> Option<&'a Resource> {
        self.inventory.resources.get(at)
    }

    /// The whole value of a resource.
    pub(crate) fn body(&self, at: usize) -> &'a Node {
        self.inventory
            .resources
            .get(at)
            .map_or_else(|| &*NULL, |resource| &resource.body)
    }

    pub(crate) fn phi(&self, at: usize) -> bool {
        self.phi.get(at).copied().unwrap_or(true)
    }
}
