//! Terraform and OpenTofu source, plan and state to evaluated resources.

use std::{path::PathBuf, sync::Arc};

use hipaa_iac_source::{Inventory, Node, Resource, Sources, WalkEntry};

mod data;
mod expression;
pub mod functions;
mod graph;
mod heredoc;
pub mod json;
mod json_syntax;
mod loader;
mod module;
pub mod number;
mod parse;
mod plan;
mod providers;
mod syntax;
#[cfg(test)]
mod tests;
mod types;
pub mod value;
mod variables;

pub use plan::load_json;

/// What the user says about how a configuration is evaluated.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--var` and `--var-file`, in order: a later one wins.
    pub assignments: Vec<Assignment>,
    /// `TF_VAR_name` of the environment, without the prefix.
    pub tf_var_env: Vec<(String, String)>,
    /// What `terraform.workspace` is. Where nobody says so it is `default`, and a note tells that it was taken for that.
    pub workspace: Option<String>,
    /// The environment of `hipaa-iac.yaml` that the run is for.
    pub environment: Option<Arc<str>>,
}

/// Values for variables of root modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// `--var name=value`.
    Var(String, String),
    /// `--var-file path`.
    File(PathBuf),
    /// `vars` of an environment of the configuration.
    ConfiguredVar(String, String),
    /// `varFiles` of an environment of the configuration.
    ConfiguredFile(PathBuf),
}

/// Reads every configuration file among `files`, works out which folders are root modules, and evaluates those.
///
/// Local modules are read wherever they lie; downloaded ones through `.terraform/modules`. Resources are sorted by
/// root and address; what could not be read or evaluated is told in the diagnostics.
pub fn load(sources: &Sources, files: &[WalkEntry], options: &Options) -> Inventory {
    loader::load(sources, files, options).0
}

/// Source that was evaluated: once for each set of options, and for a plan once more, with the plan's variables.
#[derive(Default)]
pub struct Source<'a> {
    /// What [`load`] makes of it, for all sets of options.
    pub inventory: Inventory,
    loaders: Vec<loader::Loader<'a>>,
}

impl<'a> Source<'a> {
    /// See [`load`].
    pub fn read(sources: &'a Sources, files: &[WalkEntry], runs: &[Options]) -> Self {
        let mut source = Self::default();
        for options in runs {
            let (inventory, loader) = loader::load(sources, files, options);
            source.inventory.extend(inventory);
            source.loaders.push(loader);
        }
        source
    }

    /// The resources of a root as they are with the variables of a plan; none where the root was not read.
    fn as_planned(&self, root: &str, environment: Option<&Arc<str>>, plan: &Node) -> Vec<Resource> {
        let mut loaders = self.loaders.iter();
        let loader = loaders.find(|loader| loader.environment.as_ref() == environment);
        loader.map_or_else(Vec::new, |loader| loader::as_planned(loader, root, plan))
    }
}
