//! Which of the kinds that policies name the API server serves, and how.

use std::collections::{BTreeMap, BTreeSet};

use kube::{
    Client,
    api::ApiResource,
    discovery::{self, Scope, verbs},
};

use crate::catalog::GroupKind;

/// How a kind is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// In the version that the API server prefers.
    pub resource: ApiResource,
    /// Its objects live in namespaces.
    pub namespaced: bool,
    /// Every version that is served.
    pub versions: BTreeSet<String>,
    /// It can be listed and watched.
    pub watchable: bool,
    /// It has the subresource `scale`.
    pub scalable: bool,
}

/// What the API server serves.
#[derive(Clone, Debug, Default)]
pub struct Discovered {
    /// How kinds are served; those that are not served are not in it.
    pub served: BTreeMap<GroupKind, Served>,
    /// Groups whose own server does not answer: what it would serve is not known.
    pub failed: BTreeSet<String>,
}

/// Asks how kinds are served.
///
/// # Errors
/// The API server could not be asked.
pub async fn discover(
    client: &Client,
    kinds: &BTreeSet<GroupKind>,
) -> Result<Discovered, kube::Error> {
    let groups: BTreeSet<&str> = kinds.iter().map(|kind| &*kind.group).collect();
    let there: BTreeSet<String> = client
        .list_api_groups()
        .await?
        .groups
        .into_iter()
        .map(|group| group.name)
        .chain([String::new()])
        .collect();
    // An API server that has just started lists its aggregated groups alone for a moment: that says nothing of the others.
    if !there.contains("apps") {
        let missing = kube::error::DiscoveryError::MissingApiGroup("apps".to_owned());
        return Err(kube::Error::Discovery(missing));
    }
    let mut found: BTreeMap<GroupKind, Served> = BTreeMap::new();
    let mut failed = BTreeSet::new();
    for group in groups.into_iter().filter(|group| there.contains(*group)) {
        let answer = match discovery::group(client, group).await {
            Ok(answer) => answer,
            Err(kube::Error::Api(status)) => {
                tracing::debug!(group, reason = %status.reason, "an API group could not be read");
                failed.insert(group.to_owned());
                continue;
            }
            Err(error) => return Err(error),
        };
        let preferred = answer.preferred_version_or_latest().to_owned();
        // The preferred version first: it names the resource.
        let versions = std::iter::once(preferred.as_str())
            .chain(answer.versions().filter(|version| **version != *preferred));
        for version in versions {
            for (resource, capabilities) in answer.versioned_resources(version) {
                let kind = GroupKind::new(group, &resource.kind);
                if !kinds.contains(&kind) {
                    continue;
                }
                let watchable = capabilities.supports_operation(verbs::LIST)
                    && capabilities.supports_operation(verbs::WATCH);
                let scalable = capabilities
                    .subresources
                    .iter()
                    .any(|(subresource, _)| subresource.plural == "scale");
                found
                    .entry(kind)
                    .or_insert_with(|| Served {
                        namespaced: capabilities.scope == Scope::Namespaced,
                        resource,
                        versions: BTreeSet::new(),
                        watchable,
                        scalable,
                    })
                    .versions
                    .insert(version.to_owned());
            }
        }
    }
    Ok(Discovered {
        served: found,
        failed,
    })
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::get};
    use serde_json::json;

    use super::*;

    /// As one does that has just started, until it has read which others there are.
    #[tokio::test]
    async fn an_api_server_that_lists_its_own_group_alone_says_nothing_of_the_others() {
        let version = json!({"groupVersion": "apiregistration.k8s.io/v1", "version": "v1"});
        let groups = json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": [
            {"name": "apiregistration.k8s.io", "versions": [version], "preferredVersion": version}]});
        let list = get(move || async move { groups.to_string() });
        let client = Client::new(Router::new().route("/apis", list), "default");
        let kinds = [GroupKind::new("apps", "Deployment")].into();
        let asked = discover(&client, &kinds).await;
        assert!(matches!(asked, Err(kube::Error::Discovery(_))));
    }
}
