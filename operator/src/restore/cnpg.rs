//! Where the backups of a CloudNativePG cluster are: what its resources say, made into a location that a run can read.
//!
//! The operator asks for a `Cluster` and what that names, of the verification's namespace, and never for a Secret: the credentials are those
//! that the verification names.

use kube::{
    Api, Client,
    core::{ApiResource, DynamicObject, GroupVersionKind},
};
use serde_json::{Map, Value, json};

/// The plugin that calls barman-cloud.
const PLUGIN: &str = "barman-cloud.cloudnative-pg.io";

/// Why it is not known where a backup is.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// The API server did not answer. It is asked again.
    #[error("the API server: {0}")]
    Kube(#[from] kube::Error),
    /// What was found says no place, and what to do.
    #[error("source.cnpgBackup: {0}")]
    Mistake(String),
}

fn mistake(text: impl Into<String>) -> Unknown {
    Unknown::Mistake(text.into())
}

/// The kinds that are asked for.
const CLUSTER: (&str, &str, &str) = ("postgresql.cnpg.io", "Cluster", "clusters");
const BACKUP: (&str, &str, &str) = ("postgresql.cnpg.io", "Backup", "backups");
const STORE: (&str, &str, &str) = ("barmancloud.cnpg.io", "ObjectStore", "objectstores");

/// Whether a text is a name of the API: it becomes part of a path.
pub(super) fn is_name(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
        && !name.starts_with('.')
        && !name.is_empty()
}

/// Asks for an object.
async fn get(
    client: &Client,
    namespace: &str,
    (group, kind, plural): (&str, &str, &str),
    name: &str,
) -> Result<Value, Unknown> {
    if !is_name(name) {
        return Err(mistake(format!("`{name}` is no name of a {kind}")));
    }
    let resource =
        ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, "v1", kind), plural);
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
    match api.get(name).await {
        Ok(object) => Ok(object.data),
        Err(kube::Error::Api(answer)) if matches!(answer.code, 403 | 404) => {
            Err(mistake(format!("{kind} {name}: {}", answer.message)))
        }
        Err(error) => Err(error.into()),
    }
}

/// A verification's document with the place of the backups in place of the cluster that makes them; any other as it is.
///
/// # Errors
/// See [`Unknown`].
pub async fn located(client: &Client, namespace: &str, template: &Value) -> Result<Value, Unknown> {
    let Some(asked) = Asked::read(template) else {
        return Ok(template.clone());
    };
    let cluster = get(client, namespace, CLUSTER, asked.cluster).await?;
    let backup = match asked.backup {
        "latest" => None,
        name => Some(get(client, namespace, BACKUP, name).await?),
    };
    let store = match plugin(&cluster) {
        Some(parameters) => {
            let name = text(parameters, "/barmanObjectName").ok_or_else(|| {
                mistake(format!(
                    "the plugin {PLUGIN} of Cluster {} names no barmanObjectName",
                    asked.cluster
                ))
            })?;
            Some(get(client, namespace, STORE, name).await?)
        }
        None => None,
    };
    let (place, id) = place(&asked, &cluster, backup.as_ref(), store.as_ref())?;
    let mut template = template.clone();
    if let Some(source) = template.pointer_mut("/spec/source/cnpgBackup") {
        *source = json!({"location": {"s3": place}, "backup": id, "target": source.get("target")});
        if let Some(members) = source.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
    }
    Ok(template)
}

/// What a verification asks for.
struct Asked<'a> {
    cluster: &'a str,
    backup: &'a str,
    region: Option<&'a Value>,
    credentials: Option<&'a Value>,
}

fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value
        .pointer(path)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

impl<'a> Asked<'a> {
    fn read(template: &'a Value) -> Option<Self> {
        let source = template.pointer("/spec/source/cnpgBackup")?;
        let cluster = source.pointer("/location/cnpgCluster")?;
        let of = |name: &str| cluster.get(name).filter(|value| !value.is_null());
        Some(Self {
            cluster: text(cluster, "/name")?,
            backup: text(source, "/backup").unwrap_or("latest"),
            region: of("region"),
            credentials: of("credentialsSecretRef"),
        })
    }
}

/// The parameters of a cluster's plugin for backups.
fn plugin(cluster: &Value) -> Option<&Value> {
    let plugins = cluster.pointer("/spec/plugins")?.as_array()?;
    plugins
        .iter()
        .find(|plugin| {
            text(plugin, "/name") == Some(PLUGIN) && plugin.get("enabled") != Some(&false.into())
        })
        .map(|plugin| plugin.get("parameters").unwrap_or(&Value::Null))
}

/// The location in S3, and the id of the backup.
fn place(
    asked: &Asked<'_>,
    cluster: &Value,
    backup: Option<&Value>,
    store: Option<&Value>,
) -> Result<(Value, String), Unknown> {
    let name = asked.cluster;
    let configured = match (plugin(cluster), store) {
        (Some(parameters), Some(store)) => store
            .pointer("/spec/configuration")
            .map(|configuration| (configuration, text(parameters, "/serverName"))),
        _ => cluster
            .pointer("/spec/backup/barmanObjectStore")
            .map(|configuration| (configuration, text(configuration, "/serverName"))),
    };
    let mut id = "latest";
    let mut from = configured;
    if let Some(backup) = backup {
        let told = |what: &str| Err(mistake(format!("Backup {} {what}", asked.backup)));
        if text(backup, "/spec/cluster/name") != Some(name) {
            return told(&format!("is not of Cluster {name}"));
        }
        let method = text(backup, "/status/method").or_else(|| text(backup, "/spec/method"));
        if method == Some("volumeSnapshot") {
            return told(
                "is a VolumeSnapshot: name it by source.volumeSnapshot, with `path: pgdata`, instead of by source.cnpgBackup",
            );
        }
        if text(backup, "/status/phase") != Some("completed") {
            return told("is not completed");
        }
        let Some(known) = text(backup, "/status/backupId") else {
            return told("has no status.backupId");
        };
        id = known;
        // It may have been made before the cluster got another place.
        if let Some(status) = backup.get("status")
            && text(status, "/destinationPath").is_some()
        {
            from = Some((status, text(status, "/serverName")));
        }
    }
    let (configuration, server) = from.ok_or_else(|| {
        mistake(format!(
            "Cluster {name} has no spec.backup.barmanObjectStore and no plugin {PLUGIN}: for backups by VolumeSnapshot use source.volumeSnapshot"
        ))
    })?;
    let path = text(configuration, "/destinationPath").unwrap_or_default();
    let (bucket, folder) = path
        .strip_prefix("s3://")
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
        .filter(|(bucket, _)| !bucket.is_empty())
        .ok_or_else(|| {
            mistake(format!(
                "the backups of Cluster {name} are at `{path}`: only s3:// is read"
            ))
        })?;
    let folder = folder.trim_matches('/');
    let server = server.unwrap_or(name);
    let prefix = if folder.is_empty() {
        format!("{server}/")
    } else {
        format!("{folder}/{server}/")
    };
    let mut s3 = Map::new();
    s3.insert("bucket".to_owned(), bucket.into());
    s3.insert("prefix".to_owned(), prefix.into());
    let endpoint = text(configuration, "/endpointURL").map(Value::from);
    for (member, value) in [
        ("endpoint", endpoint.as_ref()),
        ("region", asked.region),
        ("credentialsSecretRef", asked.credentials),
    ] {
        if let Some(value) = value {
            s3.insert(member.to_owned(), value.clone());
        }
    }
    Ok((s3.into(), id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(backup: &str) -> Value {
        json!({"spec": {"source": {"cnpgBackup": {"backup": backup, "location": {"cnpgCluster":
            {"name": "ehr", "credentialsSecretRef": {"name": "s3-ro"}}}}}}})
    }

    fn placed(
        backup: &str,
        cluster: &Value,
        of: Option<&Value>,
        store: Option<&Value>,
    ) -> Result<(Value, String), String> {
        let template = asked(backup);
        let asked = Asked::read(&template).unwrap();
        place(&asked, cluster, of, store).map_err(|error| error.to_string())
    }

    fn in_tree(path: &str) -> Value {
        json!({"spec": {"backup": {"barmanObjectStore": {"destinationPath": path, "endpointURL": "https://store.example",
            "s3Credentials": {"accessKeyId": {"name": "writer", "key": "ID"}}}}}})
    }

    #[test]
    fn the_place_is_the_clusters_and_the_credentials_are_ours() {
        let (place, id) = placed("latest", &in_tree("s3://backups/cnpg/"), None, None).unwrap();
        assert_eq!(
            place,
            json!({"bucket": "backups", "prefix": "cnpg/ehr/", "endpoint": "https://store.example",
                "credentialsSecretRef": {"name": "s3-ro"}})
        );
        assert_eq!(id, "latest");
        for bare in ["s3://backups", "s3://backups/"] {
            let (place, _) = placed("latest", &in_tree(bare), None, None).unwrap();
            assert_eq!(place["prefix"], "ehr/");
        }
        for other in ["https://account.blob.core.windows.net/x", "gs://x/y", ""] {
            let told = placed("latest", &in_tree(other), None, None).unwrap_err();
            assert!(told.contains("only s3:// is read"), "{told}");
        }
    }

    #[test]
    fn a_plugin_names_its_store() {
        let cluster = json!({"spec": {"plugins": [{"name": PLUGIN, "isWALArchiver": true,
            "parameters": {"barmanObjectName": "s3-store", "serverName": "ehr-2"}}]}});
        let store = json!({"spec": {"configuration": {"destinationPath": "s3://backups/cnpg"}}});
        let (place, _) = placed("latest", &cluster, None, Some(&store)).unwrap();
        assert_eq!(place["prefix"], "cnpg/ehr-2/");
        let mut off = cluster;
        off["spec"]["plugins"][0]["enabled"] = false.into();
        let told = placed("latest", &off, None, None).unwrap_err();
        assert!(told.contains("VolumeSnapshot"), "{told}");
    }

    #[test]
    fn a_backup_is_one_of_the_cluster_that_came_to_its_end() {
        let backup = json!({"spec": {"cluster": {"name": "ehr"}, "method": "barmanObjectStore"}, "status": {"phase": "completed",
            "backupId": "20261124T031701", "destinationPath": "s3://old/", "serverName": "ehr-1"}});
        let (place, id) = placed("daily", &in_tree("s3://backups/"), Some(&backup), None).unwrap();
        assert_eq!(
            (&*id, &place["bucket"], &place["prefix"]),
            ("20261124T031701", &json!("old"), &json!("ehr-1/"))
        );
        for (path, value, says) in [
            ("/spec/cluster/name", json!("billing"), "not of Cluster ehr"),
            ("/spec/method", json!("volumeSnapshot"), "VolumeSnapshot"),
            ("/status/phase", json!("running"), "not completed"),
            ("/status/backupId", json!(""), "backupId"),
        ] {
            let mut other = backup.clone();
            *other.pointer_mut(path).unwrap() = value;
            let told = placed("daily", &in_tree("s3://backups/"), Some(&other), None).unwrap_err();
            assert!(
                told.contains(says) && told.contains("Backup daily"),
                "{told}"
            );
        }
    }
}
