//! The webhook configuration: what the API server sends where, and what happens when nobody answers.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::admissionregistration::v1::{
    RuleWithOperations, ValidatingWebhookConfiguration,
};
use kube::api::{ApiResource, GroupVersionKind};
use serde_json::{Value, json};

use crate::{
    args::Serve,
    catalog::{Catalog, MODE_KEY},
    discovery::Discovered,
    guard::CLASS_KEY,
    review::Entry,
};

/// After how many seconds the API server gives up: well before the five after which a leader election is lost.
const TIMEOUT: i32 = 3;
/// The label by which everything of ours is found.
pub const NAME_LABEL: &str = "app.kubernetes.io/name";
/// The spellings of the class, for selectors know only exact ones.
const PHI: [&str; 3] = ["phi", "PHI", "Phi"];

/// Resources that are never registered, whatever a policy names: the cluster's own heartbeat. `*` stands for every resource of the group.
const FORBIDDEN: [(&str, &str); 16] = [
    ("coordination.k8s.io", "*"),
    ("events.k8s.io", "*"),
    ("authentication.k8s.io", "*"),
    ("authorization.k8s.io", "*"),
    ("admissionregistration.k8s.io", "*"),
    ("apiregistration.k8s.io", "*"),
    ("certificates.k8s.io", "*"),
    ("discovery.k8s.io", "*"),
    ("flowcontrol.apiserver.k8s.io", "*"),
    ("node.k8s.io", "*"),
    ("", "bindings"),
    ("", "componentstatuses"),
    ("", "endpoints"),
    ("", "events"),
    ("", "nodes"),
    ("storage.k8s.io", "csinodes"),
];

/// The accounts in `kube-system` under which the controllers of `kube-controller-manager` act where each has its own: the names by which they
/// bind roles (`pkg/controller` and `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go` of Kubernetes), of those that change
/// objects. Another account of that namespace is somebody's.
const CONTROLLERS: [&str; 31] = [
    "attachdetach-controller",
    "certificate-controller",
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "disruption-controller",
    "endpoint-controller",
    "endpointslice-controller",
    "endpointslicemirroring-controller",
    "ephemeral-volume-controller",
    "expand-controller",
    "generic-garbage-collector",
    "horizontal-pod-autoscaler",
    "job-controller",
    "namespace-controller",
    "node-controller",
    "persistent-volume-binder",
    "pod-garbage-collector",
    "pv-protection-controller",
    "pvc-protection-controller",
    "replicaset-controller",
    "replication-controller",
    "resource-claim-controller",
    "resourcequota-controller",
    "root-ca-cert-publisher",
    "service-account-controller",
    "service-cidrs-controller",
    "service-controller",
    "statefulset-controller",
    "ttl-after-finished-controller",
];

fn is_forbidden(group: &str, resource: &str) -> bool {
    FORBIDDEN
        .iter()
        .any(|(known, name)| *known == group && (*name == "*" || *name == resource))
}

/// Whether the webhook is never asked about a kind, by the plural that its name has as a rule.
pub(crate) fn is_never_asked(group: &str, kind: &str) -> bool {
    let id = GroupVersionKind::gvk(group, "v1", kind);
    is_forbidden(group, &ApiResource::from_gvk(&id).plural)
}

/// What the configuration is made of.
#[derive(Debug)]
pub struct Registration<'a> {
    /// Options.
    pub args: &'a Serve,
    /// What is in force.
    pub catalog: &'a Catalog,
    /// How kinds are served, and of which groups that is not known.
    pub discovered: &'a Discovered,
    /// The configuration that is there: what it says of groups that did not answer stays.
    pub live: Option<&'a ValidatingWebhookConfiguration>,
    /// The CAs of the webhook in base64 of PEM; `None` where somebody else enters them.
    pub authorities: Option<&'a str>,
    /// Name and UID of the ClusterRole that owns the configuration.
    pub owner: Option<(&'a str, &'a str)>,
}

/// Rules by group: the versions and the resources.
type Rules = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;

impl Registration<'_> {
    /// The `ValidatingWebhookConfiguration`, as server-side apply takes it.
    pub fn configuration(&self) -> Value {
        let (namespaced, cluster) = self.rules();
        let mut webhooks = vec![self.guard()];
        let mut workloads = objects(&namespaced, "Namespaced", &["CREATE", "UPDATE"]);
        let has_pods = namespaced
            .get("")
            .is_some_and(|(_, resources)| resources.contains("pods"));
        if has_pods {
            workloads.push(rule(
                "",
                &["v1"],
                &["pods/ephemeralcontainers"],
                "Namespaced",
                &["UPDATE"],
            ));
        }
        workloads.extend(self.scales());
        if !workloads.is_empty() {
            let mut phi = workloads.clone();
            phi.push(rule(
                "",
                &["v1"],
                &["pods/exec", "pods/attach", "pods/portforward"],
                "Namespaced",
                &["CONNECT"],
            ));
            webhooks.push(self.webhook(
                Entry::WorkloadsPhi,
                &phi,
                &json!([self.not_excluded(), {"key": CLASS_KEY, "operator": "In", "values": PHI}]),
                &Self::traffic(),
            ));
            webhooks.push(self.webhook(
                Entry::Workloads,
                &workloads,
                &json!([self.not_excluded(), {"key": CLASS_KEY, "operator": "NotIn", "values": PHI}]),
                &Self::traffic(),
            ));
        }
        let cluster = objects(&cluster, "Cluster", &["CREATE", "UPDATE"]);
        if !cluster.is_empty() {
            // A selector speaks of Namespaces alone here; other cluster-scoped objects have none.
            webhooks.push(self.webhook(
                Entry::ClusterScoped,
                &cluster,
                &json!([self.not_excluded()]),
                &Self::traffic(),
            ));
        }
        webhooks.push(self.deletions());
        if self.catalog.restores.is_some() {
            let rules = [rule(
                "hipaa-iac.dev",
                &["v1alpha1"],
                &["restoreverifications"],
                "Namespaced",
                &["UPDATE", "DELETE"],
            )];
            webhooks.push(self.webhook(
                Entry::Restores,
                &rules,
                &json!([self.not_excluded()]),
                &Self::traffic(),
            ));
        }
        let mut metadata = json!({
            "name": self.args.name,
            "labels": {NAME_LABEL: "hipaa-iac", "app.kubernetes.io/managed-by": "hipaa-iac-operator"},
        });
        if let Some(members) = metadata.as_object_mut() {
            if let Some((name, uid)) = self.owner {
                let owner = json!([{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "name": name, "uid": uid}]);
                members.insert("ownerReferences".to_owned(), owner);
            }
            if let Some(certificate) = &self.args.cert_manager_certificate {
                members.insert(
                    "annotations".to_owned(),
                    json!({"cert-manager.io/inject-ca-from": certificate}),
                );
            }
        }
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": metadata,
            "webhooks": webhooks,
        })
    }

    /// The subresource `scale` of what has one.
    fn scales(&self) -> Vec<Value> {
        let mut scales = Vec::new();
        for (kind, plural) in self.catalog.scaled_kinds() {
            let scale = format!("{plural}/scale");
            let versions: BTreeSet<&str> = match self.discovered.served.get(&kind) {
                Some(served) if !served.scalable => continue,
                Some(served) => served.versions.iter().map(String::as_str).collect(),
                None => self
                    .unanswered()
                    .filter(|(group, rule)| {
                        *group == &*kind.group
                            && rule.resources.iter().flatten().any(|it| *it == scale)
                    })
                    .flat_map(|(_, rule)| named(rule.api_versions.as_deref()))
                    .collect(),
            };
            if !versions.is_empty() {
                let versions: Vec<&str> = versions.into_iter().collect();
                scales.push(rule(
                    &kind.group,
                    &versions,
                    &[&scale],
                    "Namespaced",
                    &["UPDATE"],
                ));
            }
        }
        scales
    }

    /// What policies judge and the API server serves: of namespaces, and of the cluster. Of a group that did not answer what is registered stays:
    /// else its objects would come in unseen, also where PHI is.
    fn rules(&self) -> (Rules, Rules) {
        let (mut namespaced, mut cluster) = (Rules::new(), Rules::new());
        for kind in self.catalog.judged_kinds() {
            let Some(served) = self.discovered.served.get(kind) else {
                continue;
            };
            if is_forbidden(&kind.group, &served.resource.plural) {
                continue;
            }
            let rules = if served.namespaced {
                &mut namespaced
            } else {
                &mut cluster
            };
            let (versions, resources) = rules.entry(kind.group.to_string()).or_default();
            versions.extend(served.versions.iter().cloned());
            resources.insert(served.resource.plural.clone());
        }
        for (group, rule) in self.unanswered() {
            let rules = match rule.scope.as_deref() {
                Some("Namespaced") => &mut namespaced,
                Some("Cluster") => &mut cluster,
                _ => continue,
            };
            // Subresources follow from these. What somebody else wrote there is not taken over where the cluster hangs on it.
            for resource in named(rule.resources.as_deref()) {
                if resource.contains('/') || is_forbidden(group, resource) {
                    continue;
                }
                let (versions, resources) = rules.entry(group.to_owned()).or_default();
                versions.extend(named(rule.api_versions.as_deref()).map(str::to_owned));
                resources.insert(resource.to_owned());
            }
        }
        (namespaced, cluster)
    }

    /// The rules that are registered for groups that did not answer, each with its group.
    fn unanswered(&self) -> impl Iterator<Item = (&str, &RuleWithOperations)> {
        let entries =
            [Entry::WorkloadsPhi, Entry::Workloads, Entry::ClusterScoped].map(webhook_name);
        self.live
            .into_iter()
            .flat_map(|live| live.webhooks.iter().flatten())
            .filter(move |webhook| entries.contains(&webhook.name))
            .flat_map(|webhook| webhook.rules.iter().flatten())
            .filter_map(move |rule| match rule.api_groups.as_deref()? {
                [group] if self.discovered.failed.contains(group) => Some((group.as_str(), rule)),
                _ => None,
            })
    }

    fn not_excluded(&self) -> Value {
        json!({"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": self.args.excluded()})
    }

    fn guarded(&self) -> Value {
        json!({"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": self.args.unguarded()})
    }

    /// What need not be asked about: nodes report their mirror Pods, and the controllers of the cluster remove finalizers and owners. They have no
    /// templates of their own.
    ///
    /// A status is the business of controllers, but most kinds keep what else is written with it of labels and annotations.
    fn traffic() -> Value {
        let accounts =
            CONTROLLERS.map(|name| format!("'system:serviceaccount:kube-system:{name}'"));
        let accounts = accounts.join(", ");
        let same = |part: &str| {
            let of = |object: &str| {
                format!("(has({object}.metadata.{part}) ? {object}.metadata.{part} : {{}})")
            };
            format!("{} == {}", of("object"), of("oldObject"))
        };
        json!([
            {"name": "not-a-node", "expression": "!('system:nodes' in request.userInfo.groups)"},
            {
                "name": "not-bookkeeping",
                "expression": format!("request.operation != 'UPDATE' || !(request.userInfo.username in ['system:kube-controller-manager', {accounts}])"),
            },
            {
                "name": "not-a-status-alone",
                "expression": format!("!has(request.subResource) || request.subResource != 'status' || !({} && {})", same("labels"), same("annotations")),
            },
        ])
    }

    fn guard(&self) -> Value {
        let rules = vec![
            rule(
                "",
                &["v1"],
                &["namespaces"],
                "Cluster",
                &["CREATE", "UPDATE", "DELETE"],
            ),
            rule(
                "",
                &["v1"],
                &["namespaces/finalize", "namespaces/status"],
                "Cluster",
                &["UPDATE"],
            ),
        ]
        .into_iter()
        .chain(own(&["CREATE", "UPDATE"]))
        .collect::<Vec<_>>();
        let labelled = |object: &str| {
            format!(
                "({object} != null && has({object}.metadata.labels) && '{CLASS_KEY}' in {object}.metadata.labels && {object}.metadata.labels['{CLASS_KEY}'] != 'none')"
            )
        };
        let concerns = format!(
            "request.resource.group == 'hipaa-iac.dev' || {} || {}",
            labelled("object"),
            labelled("oldObject")
        );
        // What the guard judges of an update. The rest is not sent, so that a Namespace that is being deleted goes, whether or not anybody answers.
        let differs =
            |member: &str| format!("object.metadata.{member} != oldObject.metadata.{member}");
        let changes = format!(
            "request.operation != 'UPDATE' || {} || {} || (request.resource.group == 'hipaa-iac.dev' && ({} || {}))",
            differs(&format!("?labels[?'{CLASS_KEY}']")),
            differs(&format!("?labels[?'{MODE_KEY}']")),
            differs(&format!("?annotations[?'{MODE_KEY}']")),
            // It counts the changes of a spec.
            differs("?generation"),
        );
        // Without Namespaces that say nothing about PHI or that they hold none, and never the system's: what keeps the cluster alive does not hang on
        // us. One that becomes PHI, or no longer is, says so before or after; what is misspelled is asked about.
        self.webhook(
            Entry::Guard,
            &rules,
            &json!([self.guarded()]),
            &json!([
                {"name": "of-the-guard", "expression": concerns},
                {"name": "a-change-of-what-is-guarded", "expression": changes},
            ]),
        )
    }

    /// Deletions of our own resources are never denied, and so not held up either: they are recorded.
    fn deletions(&self) -> Value {
        self.webhook(
            Entry::Deletions,
            &own(&["DELETE"]),
            &json!([self.guarded()]),
            &json!([]),
        )
    }

    fn webhook(
        &self,
        entry: Entry,
        rules: &[Value],
        selector: &Value,
        conditions: &Value,
    ) -> Value {
        let mut client = json!({"service": {
            "namespace": self.args.namespace,
            "name": self.args.service,
            "path": format!("/validate/{}", entry.as_str()),
            "port": self.args.service_port,
        }});
        if let (Some(members), Some(authorities)) = (client.as_object_mut(), self.authorities) {
            members.insert("caBundle".to_owned(), authorities.into());
        }
        let mut webhook = json!({
            "name": webhook_name(entry),
            "admissionReviewVersions": ["v1"],
            "clientConfig": client,
            "failurePolicy": if entry.fails_closed() { "Fail" } else { "Ignore" },
            "matchPolicy": "Equivalent",
            "namespaceSelector": {"matchExpressions": selector},
            "objectSelector": {},
            "rules": rules,
            "sideEffects": "None",
            "timeoutSeconds": TIMEOUT,
        });
        // The API server keeps no empty list, and what it keeps is compared with this.
        if let Some(members) = webhook.as_object_mut()
            && conditions != &json!([])
        {
            members.insert("matchConditions".to_owned(), conditions.clone());
        }
        webhook
    }
}

/// The name of a webhook in the configuration.
fn webhook_name(entry: Entry) -> String {
    format!("{}.hipaa-iac.dev", entry.as_str())
}

/// The names of a list of a rule, without those that stand for every one.
fn named(list: Option<&[String]>) -> impl Iterator<Item = &str> {
    let names = list.into_iter().flatten().map(String::as_str);
    names.filter(|name| !name.contains('*'))
}

/// Our own resources.
fn own(operations: &[&str]) -> [Value; 2] {
    let resources =
        |names: &[&str], scope| rule("hipaa-iac.dev", &["v1alpha1"], names, scope, operations);
    [
        resources(&["policies", "agreements"], "Cluster"),
        resources(&["waivers"], "Namespaced"),
    ]
}

fn objects(rules: &Rules, scope: &str, operations: &[&str]) -> Vec<Value> {
    rules
        .iter()
        .map(|(group, (versions, resources))| {
            let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
            let statuses = resources.iter().map(|plural| format!("{plural}/status"));
            let resources: Vec<String> = resources.iter().cloned().chain(statuses).collect();
            let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
            rule(group, &versions, &resources, scope, operations)
        })
        .collect()
}

fn rule(
    group: &str,
    versions: &[&str],
    resources: &[&str],
    scope: &str,
    operations: &[&str],
) -> Value {
    json!({
        "apiGroups": [group],
        "apiVersions": versions,
        "operations": operations,
        "resources": resources,
        "scope": scope,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use hipaa_iac_engine::Date;

    use super::*;
    use crate::{
        args::{Cli, Command, Mode},
        catalog::{Base, Resources},
        discovery::Served,
    };

    fn serve() -> Serve {
        match Cli::parse_from(["x", "serve", "--exclude-namespace", "monitoring"]).command {
            Command::Serve(serve) => *serve,
            other => panic!("{other:?}"),
        }
    }

    /// Every judged kind, as if the API server served it, and some that must never be registered.
    fn configuration(restores: bool) -> Value {
        configuration_but(restores, &[], BTreeSet::new(), None)
    }

    /// The same without what some groups serve; and those of which that is not known.
    fn configuration_but(
        restores: bool,
        missing: &[&str],
        failed: BTreeSet<String>,
        live: Option<&ValidatingWebhookConfiguration>,
    ) -> Value {
        let base = Base::new(None, Mode::Audit, &[], restores).unwrap();
        let today = Date::new(2026, 11, 24).unwrap();
        let catalog =
            Catalog::build(&base, &Resources::default(), &mut BTreeMap::new(), today).unwrap();
        let cluster_scoped = [
            "Namespace",
            "StorageClass",
            "ClusterRoleBinding",
            "IngressClass",
        ];
        let served = catalog
            .judged_kinds()
            .into_iter()
            .filter(|kind| !missing.contains(&&*kind.group))
            .map(|kind| {
                let plural = match &*kind.kind {
                    "Ingress" => "ingresses".to_owned(),
                    name => format!("{}s", name.to_lowercase()),
                };
                let served = Served {
                    resource: ApiResource {
                        group: kind.group.to_string(),
                        version: "v1".into(),
                        api_version: format!("{}/v1", kind.group),
                        kind: kind.kind.to_string(),
                        plural,
                    },
                    namespaced: !cluster_scoped.contains(&&*kind.kind),
                    versions: ["v1".to_owned(), "v1beta1".to_owned()].into(),
                    watchable: true,
                    scalable: matches!(&*kind.kind, "Deployment" | "StatefulSet"),
                };
                (kind.clone(), served)
            })
            .collect();
        let args = serve();
        Registration {
            args: &args,
            catalog: &catalog,
            discovered: &Discovered { served, failed },
            live,
            authorities: Some("Q0E="),
            owner: Some(("hipaa-iac", "1")),
        }
        .configuration()
    }

    fn webhook<'a>(configuration: &'a Value, entry: &str) -> &'a Value {
        configuration["webhooks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|webhook| webhook["name"] == format!("{entry}.hipaa-iac.dev"))
            .unwrap()
    }

    #[test]
    fn it_is_what_the_api_server_takes() {
        let configuration = configuration(true);
        let typed: ValidatingWebhookConfiguration = serde_json::from_value(configuration).unwrap();
        assert_eq!(typed.webhooks.unwrap().len(), 6);
    }

    /// What the API server makes of it the cluster suite shows.
    #[test]
    fn the_guard_is_asked_about_namespaces_that_say_they_hold_something() {
        let configuration = configuration(true);
        let conditions = &webhook(&configuration, "guard")["matchConditions"];
        let concerns = conditions[0]["expression"].as_str().unwrap();
        for object in ["object", "oldObject"] {
            let key = "'hipaa-iac.dev/data-class'";
            let labels = format!("{object}.metadata.labels");
            let said = format!("{key} in {labels} && {labels}[{key}] != 'none'");
            assert!(concerns.contains(&said), "{concerns}");
        }
    }

    /// As a leader finds it that has just begun, and never heard of what the groups serve.
    #[test]
    fn what_groups_serve_that_do_not_answer_stays_registered() {
        let whole = configuration(true);
        let live: ValidatingWebhookConfiguration = serde_json::from_value(whole.clone()).unwrap();
        let groups = ["apps", "networking.k8s.io", "storage.k8s.io"];
        let failed = BTreeSet::from(groups.map(str::to_owned));
        let now = |failed: &BTreeSet<String>, live| {
            configuration_but(true, &groups, failed.clone(), live)
        };
        assert_eq!(now(&failed, Some(&live)), whole);
        // What answers and serves them no longer goes, and where nothing is registered nothing stays.
        let without = now(&BTreeSet::new(), Some(&live));
        assert_eq!(now(&failed, None), without);
        for word in [
            "apps",
            "deployments/scale",
            "networking.k8s.io",
            "storage.k8s.io",
        ] {
            let word = format!("\"{word}\"");
            assert!(whole.to_string().contains(&word), "{word}");
            assert!(!without.to_string().contains(&word), "{word}");
        }
    }

    #[test]
    fn what_others_register_for_groups_that_do_not_answer_holds_up_no_heartbeat() {
        let mut live: ValidatingWebhookConfiguration =
            serde_json::from_value(configuration(true)).unwrap();
        for webhook in live.webhooks.iter_mut().flatten() {
            let rules = [
                rule(
                    "coordination.k8s.io",
                    &["v1"],
                    &["leases"],
                    "Namespaced",
                    &["UPDATE"],
                ),
                rule(
                    "coordination.k8s.io",
                    &["*"],
                    &["*", "*/*"],
                    "Namespaced",
                    &["*"],
                ),
                rule("*", &["*"], &["*"], "*", &["*"]),
            ];
            let rules = rules.map(|rule| serde_json::from_value(rule).unwrap());
            webhook.rules.get_or_insert_default().extend(rules);
        }
        let failed = BTreeSet::from(["coordination.k8s.io".to_owned()]);
        assert_eq!(
            configuration_but(true, &[], failed, Some(&live)),
            configuration(true)
        );
    }

    #[test]
    fn verifications_are_asked_about_where_they_are_run() {
        let asks =
            |configuration: &Value| configuration.to_string().contains("restoreverifications");
        assert!(asks(&configuration(true)));
        assert!(!asks(&configuration(false)));
    }

    #[test]
    fn nothing_that_keeps_the_cluster_alive_hangs_on_us() {
        let configuration = configuration(true);
        for webhook in configuration["webhooks"].as_array().unwrap() {
            for rule in webhook["rules"].as_array().unwrap() {
                for field in ["apiGroups", "apiVersions", "resources", "operations"] {
                    for value in rule[field].as_array().unwrap() {
                        let text = value.as_str().unwrap();
                        assert!(!text.contains('*'), "{field} {text}");
                        // Controllers write statuses all the time; the guard asks about Namespaces alone.
                        assert!(
                            !text.ends_with("/status")
                                || text == "namespaces/status"
                                || webhook["matchConditions"]
                                    .to_string()
                                    .contains("not-a-status-alone"),
                            "{text}"
                        );
                        assert!(
                            ![
                                "leases",
                                "nodes",
                                "endpoints",
                                "endpointslices",
                                "events",
                                "bindings",
                                "tokenreviews",
                                "subjectaccessreviews",
                                "csinodes",
                                "validatingwebhookconfigurations"
                            ]
                            .contains(&text),
                            "{text}"
                        );
                    }
                }
            }
            assert_eq!(webhook["timeoutSeconds"], 3);
            assert_eq!(webhook["sideEffects"], "None");
            let excluded = &webhook["namespaceSelector"]["matchExpressions"][0]["values"];
            for namespace in ["kube-system", "kube-public", "kube-node-lease"] {
                assert!(excluded.as_array().unwrap().contains(&json!(namespace)));
            }
        }
    }

    #[test]
    fn entries_fail_as_they_should() {
        let configuration = configuration(true);
        for (entry, policy) in [
            ("guard", "Fail"),
            ("workloads-phi", "Fail"),
            ("workloads", "Ignore"),
            ("cluster-scoped", "Ignore"),
            ("deletions", "Ignore"),
            ("restores", "Ignore"),
        ] {
            assert_eq!(
                webhook(&configuration, entry)["failurePolicy"],
                policy,
                "{entry}"
            );
        }
        let phi = webhook(&configuration, "workloads-phi");
        let selector = &phi["namespaceSelector"]["matchExpressions"];
        assert_eq!(selector[1]["operator"], "In");
        assert!(
            selector[0]["values"]
                .as_array()
                .unwrap()
                .contains(&json!("hipaa-iac-system"))
        );
        assert!(
            selector[0]["values"]
                .as_array()
                .unwrap()
                .contains(&json!("monitoring"))
        );
        let resources: Vec<&str> = phi["rules"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|rule| rule["resources"].as_array().unwrap())
            .map(|resource| resource.as_str().unwrap())
            .collect();
        for door in [
            "pods",
            "pods/ephemeralcontainers",
            "pods/exec",
            "pods/attach",
            "pods/portforward",
            "deployments/scale",
            "statefulsets/scale",
            "deployments",
            "ingresses",
            "ingresses/status",
            "configmaps",
        ] {
            assert!(resources.contains(&door), "{door}");
        }
        assert!(
            !webhook(&configuration, "workloads")["rules"]
                .to_string()
                .contains("exec")
        );
    }
}
