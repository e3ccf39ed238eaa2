//! Agreements (BAAs) that the organisation declares in `baa.yaml`.

use std::{collections::BTreeSet, sync::Arc};

use globset::{Glob, GlobMatcher};
use hipaa_iac_source::{Diagnostic, Level, Node, Resource, SourceFile, Sources, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    classification::{file_matches, wildcard},
    date::Date,
    duration,
    evaluate::Finding,
    policy::API_VERSION,
    vendor,
    waiver::{AppliedWaiver, WaiverSource},
    yaml,
};

/// `baa.yaml`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgreementList {
    /// `hipaa-iac.dev/v1alpha1`.
    pub api_version: String,
    /// `AgreementList`.
    pub kind: String,
    /// When to warn.
    #[serde(default)]
    pub settings: AgreementSettings,
    /// The agreements.
    #[serde(default)]
    pub agreements: Vec<Agreement>,
    /// Uses of a vendor without an agreement that were decided on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// Vendors that the registry does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vendors: Vec<DeclaredVendor>,
}

/// When to warn about agreements.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AgreementSettings {
    /// Warn this long before an agreement expires: `60d`.
    pub warn_before: String,
    /// Warn where an agreement was not reviewed for this long: `365d`.
    pub review_every: String,
    /// Warn where an agreement does not say where its document is.
    pub require_document: bool,
}

impl Default for AgreementSettings {
    fn default() -> Self {
        Self {
            warn_before: "60d".to_owned(),
            review_every: "365d".to_owned(),
            require_document: false,
        }
    }
}

/// One agreement.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Agreement {
    /// Its own id.
    pub id: String,
    /// The vendor, by the registry's id or one under `vendors`.
    pub vendor: String,
    /// Where it stands.
    pub status: Status,
    /// The day it was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Date>,
    /// The first day it holds; the day it was signed unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Date>,
    /// The last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// It holds until it is terminated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub evergreen: bool,
    /// The day it was last reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_reviewed: Option<Date>,
    /// The plan that it was signed for; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Accounts, projects or workspaces that it is for; empty: all. What is told of a resource (`team_id`, `account_id` and the
    /// like) has to name one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// What it covers.
    #[serde(default)]
    pub scope: AgreementScope,
    /// Who signed, as roles; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory: Option<Signatory>,
    /// Where the document is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_ref: Option<String>,
    /// SHA-256 of the document in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_sha256: Option<String>,
    /// The vendor binds its subcontractors: 45 CFR 164.504(e)(2)(ii)(D).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcontractor_flowdown: Option<bool>,
    /// Days within which the vendor tells of a breach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach_notice_days: Option<u32>,
    /// Why a service is in scope although the registry says the vendor excludes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge_exclusion: Option<String>,
}

/// Where an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Both signed.
    Signed,
    /// Not signed yet.
    InNegotiation,
    /// At an end.
    Terminated,
}

/// What an agreement covers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgreementScope {
    /// Services or runtimes; `*` as the contract says. Empty: all that is not excluded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Services or runtimes that it does not cover.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes: Vec<String>,
    /// Environments that it covers; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

/// Who signed: roles or references, never personal data.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Signatory {
    /// On our side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub us: Option<String>,
    /// On theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub them: Option<String>,
}

/// A use of a vendor without an agreement that was decided on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exception {
    /// The vendor.
    pub vendor: String,
    /// Where; an exception for a vendor everywhere is refused.
    #[serde(rename = "match")]
    pub matches: ExceptionMatch,
    /// Why.
    pub reason: String,
    /// By whom, as a role.
    pub approved_by: String,
    /// Until when; at most a year ahead.
    pub expires: Date,
}

/// Where an exception holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExceptionMatch {
    /// A glob over paths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A glob over addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A vendor that the registry does not know.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclaredVendor {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
}

/// The agreements of a run.
#[derive(Clone, Debug, Default)]
pub struct Agreements {
    signed: Vec<Agreement>,
    exceptions: Vec<Excepted>,
    diagnostics: Vec<Diagnostic>,
}

/// An exception that holds on the day of the run.
#[derive(Clone, Debug)]
struct Excepted {
    vendor: String,
    path: Option<GlobMatcher>,
    address: Option<String>,
    applied: AppliedWaiver,
    file: Arc<str>,
}

/// What the arguments of a resource tell of the account, project or workspace that it is in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    named: Vec<Arc<str>>,
    unclear: bool,
}

impl Accounts {
    /// Arguments that name an account, in Terraform and in Kubernetes objects of operators.
    const ARGUMENTS: [&'static str; 15] = [
        "account",
        "account_id",
        "org",
        "org_id",
        "organization",
        "organization_id",
        "project",
        "project_id",
        "subscription_id",
        "team",
        "team_id",
        "team_slug",
        "tenant_id",
        "workspace",
        "workspace_id",
    ];

    pub(crate) fn of(body: &Node) -> Self {
        let mut accounts = Self::default();
        for node in Self::ARGUMENTS.iter().filter_map(|name| body.get(name)) {
            match &node.value {
                Value::String(text) => accounts.named.push(Arc::clone(text)),
                Value::Unknown(_) => accounts.unclear = true,
                _ => {}
            }
        }
        accounts
    }

    /// Whether one of them is among the accounts of an agreement; `None` where that is not told.
    fn among(&self, accounts: &[String]) -> Option<bool> {
        let named = |account: &String| self.named.iter().any(|name| **name == **account);
        if accounts.is_empty() || accounts.iter().any(named) {
            Some(true)
        } else if self.unclear || self.named.is_empty() {
            None
        } else {
            Some(false)
        }
    }
}

impl Agreements {
    /// Reads `baa.yaml`. What is expired, expires soon or was not reviewed is among [`Agreements::diagnostics`].
    ///
    /// # Errors
    /// Everything that is wrong with the file.
    pub fn parse(file: &SourceFile, as_of: Date) -> Result<Self, Vec<Diagnostic>> {
        let list: AgreementList = yaml::parse(file, Level::Usage, "agreements-syntax")
            .map_err(|diagnostic| vec![diagnostic])?;
        let mut refused = Vec::new();
        let mut refuse = |path: &[&str], message: String| {
            let mut diagnostic = Diagnostic::new(Level::Usage, "agreements-invalid", message)
                .in_path(Arc::clone(file.path()))
                .remedy("docs/configuration.md tells what an agreement needs");
            diagnostic.span = yaml::locate(file, path);
            refused.push(diagnostic);
        };
        if list.api_version != API_VERSION {
            refuse(
                &["apiVersion"],
                format!("apiVersion must be `{API_VERSION}`"),
            );
        }
        if list.kind != "AgreementList" {
            refuse(&["kind"], "kind must be `AgreementList`".to_owned());
        }
        let (Some(warn_before), Some(review_every)) = (
            duration::days(&list.settings.warn_before),
            duration::days(&list.settings.review_every),
        ) else {
            refuse(
                &["settings"],
                "`warnBefore` and `reviewEvery` are durations such as `60d`".to_owned(),
            );
            return Err(refused);
        };
        let mut diagnostics = Vec::new();
        let mut ids = BTreeSet::new();
        for (at, agreement) in list.agreements.iter().enumerate() {
            let at = at.to_string();
            let id = &agreement.id;
            if !ids.insert(id.as_str()) {
                refuse(
                    &["agreements", &at, "id"],
                    format!("two agreements have the id `{id}`"),
                );
            }
            if vendor::find(&agreement.vendor).is_none()
                && !list
                    .vendors
                    .iter()
                    .any(|vendor| vendor.id == agreement.vendor)
            {
                let near = crate::policy::nearest(
                    &agreement.vendor,
                    vendor::vendors().map(|vendor| vendor.id.as_str()),
                );
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                let message = format!(
                    "agreement `{id}`: the registry has no vendor `{}`{near}",
                    agreement.vendor
                );
                refuse(&["agreements", &at, "vendor"], message);
            }
            if let Err(message) = agreement.check_dates() {
                refuse(&["agreements", &at], format!("agreement `{id}`: {message}"));
            }
            let mut warn = |message: String, remedy: &str| {
                let mut diagnostic = Diagnostic::new(Level::Warning, "agreement", message)
                    .in_path(Arc::clone(file.path()))
                    .remedy(remedy);
                diagnostic.span = yaml::locate(file, &["agreements", &at]);
                diagnostics.push(diagnostic);
            };
            if agreement.status != Status::Signed {
                continue;
            }
            if let Some(expires) = agreement.expires {
                let left = as_of.days_until(expires);
                #[expect(clippy::cast_precision_loss, reason = "days between two dates")]
                let soon = left as f64 <= warn_before;
                if left < 0 {
                    warn(
                        format!("agreement `{id}` expired on {expires} and covers nothing"),
                        "renew it, and enter the new dates",
                    );
                } else if soon {
                    warn(
                        format!("agreement `{id}` expires on {expires}"),
                        "renew it before it expires",
                    );
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "days between two dates")]
            let overdue = agreement
                .last_reviewed
                .or(agreement.signed)
                .is_some_and(|day| day.days_until(as_of) as f64 > review_every);
            if overdue {
                warn(
                    format!(
                        "agreement `{id}` was not reviewed for more than {}",
                        list.settings.review_every
                    ),
                    "review it, and enter `lastReviewed`",
                );
            }
            if list.settings.require_document
                && (agreement.document_ref.is_none() || agreement.document_sha256.is_none())
            {
                warn(
                    format!("agreement `{id}` does not say where its document is"),
                    "enter `documentRef` and `documentSha256`",
                );
            }
        }
        let places = yaml::locate_elements(file, "exceptions");
        let mut exceptions = Vec::new();
        for (number, exception) in list.exceptions.iter().enumerate() {
            let at = number.to_string();
            let vendor = &exception.vendor;
            if exception.matches.path.is_none() && exception.matches.address.is_none() {
                let message = format!(
                    "the exception for `{vendor}` needs `match`: a vendor is never excepted everywhere",
                );
                refuse(&["exceptions", &at], message);
            }
            if as_of.plus_days(366) < exception.expires {
                let message = format!("the exception for `{vendor}` lasts more than a year");
                refuse(&["exceptions", &at, "expires"], message);
            }
            if exception.reason.trim().is_empty() || exception.approved_by.trim().is_empty() {
                let message =
                    format!("the exception for `{vendor}` needs a reason and `approvedBy`");
                refuse(&["exceptions", &at], message);
            }
            if vendor::find(vendor).is_none()
                && !list.vendors.iter().any(|declared| declared.id == *vendor)
            {
                let message =
                    format!("the exception is for `{vendor}`, which the registry has not");
                refuse(&["exceptions", &at, "vendor"], message);
            }
            let path = exception.matches.path.as_deref().map(Glob::new);
            let Ok(path) = path.transpose() else {
                let message = "`path` of the exception is not a glob".to_owned();
                refuse(&["exceptions", &at, "match", "path"], message);
                continue;
            };
            let path = path.map(|glob| glob.compile_matcher());
            let span = places.get(number).copied().flatten();
            if exception.expires < as_of {
                let message = format!(
                    "the exception for `{vendor}` expired on {} and excepts nothing",
                    exception.expires
                );
                let mut diagnostic = Diagnostic::new(Level::Warning, "exception-expired", message)
                    .in_path(Arc::clone(file.path()))
                    .remedy("remove it, or decide anew and enter the new day");
                diagnostic.span = span;
                diagnostics.push(diagnostic);
                continue;
            }
            exceptions.push(Excepted {
                vendor: vendor.clone(),
                path,
                address: exception.matches.address.clone(),
                applied: AppliedWaiver {
                    policy: "".into(),
                    reason: exception.reason.clone(),
                    owner: exception.approved_by.clone(),
                    until: exception.expires,
                    ticket: None,
                    approved_by: Some(exception.approved_by.clone()),
                    compensating_control: None,
                    source: WaiverSource::Agreements,
                    span,
                },
                file: Arc::clone(file.path()),
            });
        }
        if refused.is_empty() {
            Ok(Self {
                signed: list.agreements,
                exceptions,
                diagnostics,
            })
        } else {
            Err(refused)
        }
    }

    /// What the user should know about the agreements.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Whether a signed, current agreement covers a vendor's service or runtime on a day; with an empty service, the vendor at all.
    /// `None` where it does for certain accounts only, and the input does not tell the resource's.
    pub(crate) fn covers(
        &self,
        vendor: &str,
        service: &str,
        environment: Option<&str>,
        accounts: &Accounts,
        as_of: Date,
    ) -> Option<bool> {
        let mut answer = Some(false);
        for covering in vendor::coverers(vendor) {
            let agreements = self.signed.iter().filter(|agreement| {
                agreement.vendor == covering
                    && agreement.is_current(as_of)
                    && agreement.scope.covers(vendor, service, environment)
            });
            for agreement in agreements {
                match accounts.among(&agreement.accounts) {
                    Some(true) => return Some(true),
                    None => answer = None,
                    Some(false) => {}
                }
            }
        }
        answer
    }

    /// The exception for a resource, where one holds for each of the vendors that no agreement covers.
    pub(crate) fn exception(
        &self,
        vendors: &BTreeSet<String>,
        resource: &Resource,
        sources: &Sources,
        as_of: Date,
    ) -> Option<&AppliedWaiver> {
        let of_vendor = |vendor: &String| {
            self.exceptions.iter().find(|exception| {
                exception.vendor == *vendor
                    && as_of <= exception.applied.until
                    && exception
                        .address
                        .as_deref()
                        .is_none_or(|pattern| wildcard(pattern, &resource.address))
                    && exception
                        .path
                        .as_ref()
                        .is_none_or(|glob| file_matches(glob, resource, sources))
            })
        };
        let found: Option<Vec<&Excepted>> = vendors.iter().map(of_vendor).collect();
        found?.first().map(|exception| &exception.applied)
    }

    /// Says which exceptions excepted nothing.
    pub(crate) fn unused_exceptions(&self, findings: &[Finding]) -> Vec<Diagnostic> {
        let used = |exception: &&Excepted| {
            findings.iter().any(|finding| {
                finding.waiver.as_ref().is_some_and(|waiver| {
                    waiver.source == WaiverSource::Agreements
                        && waiver.span == exception.applied.span
                })
            })
        };
        let unused = self.exceptions.iter().filter(|exception| !used(exception));
        unused
            .map(|exception| {
                let message = format!("the exception for `{}` excepts nothing", exception.vendor);
                let mut diagnostic = Diagnostic::new(Level::Warning, "exception-unused", message)
                    .in_path(Arc::clone(&exception.file))
                    .remedy("remove it");
                diagnostic.span = exception.applied.span;
                diagnostic
            })
            .collect()
    }
}

impl Agreement {
    /// What is wrong with its days, as a lowercase fragment.
    ///
    /// # Errors
    /// Days that are missing or contradict each other.
    pub fn check_dates(&self) -> Result<(), String> {
        if self.status == Status::Signed && self.signed.is_none() {
            return Err("a signed agreement has the day it was `signed`".to_owned());
        }
        if self.status == Status::Signed && self.expires.is_none() && !self.evergreen {
            return Err("it says when it `expires`, or that it is `evergreen: true`".to_owned());
        }
        if self.expires.is_some() && self.evergreen {
            return Err("it either `expires` or is `evergreen`".to_owned());
        }
        if let (Some(signed), Some(expires)) = (self.signed, self.expires)
            && expires < signed
        {
            return Err(format!(
                "it expires on {expires}, before it was signed on {signed}"
            ));
        }
        if let (Some(effective), Some(expires)) = (self.effective, self.expires)
            && expires < effective
        {
            return Err(format!(
                "it expires on {expires}, before it takes effect on {effective}"
            ));
        }
        Ok(())
    }

    /// Whether it is signed and in force on a day.
    pub fn is_current(&self, as_of: Date) -> bool {
        self.status == Status::Signed
            && self.signed.is_some_and(|signed| signed <= as_of)
            && self.effective.is_none_or(|effective| effective <= as_of)
            && self.expires.is_none_or(|expires| as_of <= expires)
    }
}

impl AgreementScope {
    fn covers(&self, vendor: &str, service: &str, environment: Option<&str>) -> bool {
        // A run that knows no environments is judged by the agreement's other terms.
        let environment = environment.is_none_or(|environment| {
            self.environments.is_empty()
                || self
                    .environments
                    .iter()
                    .any(|covered| covered == environment)
        });
        if !environment {
            return false;
        }
        if service.is_empty() {
            return true;
        }
        let names = |list: &[String]| list.iter().any(|name| name == service || name == vendor);
        !names(&self.excludes)
            && (self.services.is_empty()
                || self.services.iter().any(|name| name == "*")
                || names(&self.services))
    }
}
