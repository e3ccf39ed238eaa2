//! Agreements (BAAs) that the organisation declares in `baa.yaml`.

use std::sync::Arc;

use hipaa_iac_source::{Diagnostic, Level, SourceFile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{date::Date, duration, policy::API_VERSION, vendor, yaml};

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
    /// Accounts, projects or workspaces that it is for; for people.
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
    agreements: Vec<Agreement>,
    diagnostics: Vec<Diagnostic>,
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
                .in_path(Arc::clone(file.path()));
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
        let mut ids = std::collections::BTreeSet::new();
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
        for (at, exception) in list.exceptions.iter().enumerate() {
            if exception.matches.path.is_none() && exception.matches.address.is_none() {
                let message = format!(
                    "the exception for `{}` needs `match`: a vendor is never excepted everywhere",
                    exception.vendor
                );
                refuse(&["exceptions", &at.to_string()], message);
            }
            if as_of.plus_days(366) < exception.expires {
                let message = format!(
                    "the exception for `{}` lasts more than a year",
                    exception.vendor
                );
                refuse(&["exceptions", &at.to_string(), "expires"], message);
            }
        }
        if refused.is_empty() {
            Ok(Self {
                agreements: list.agreements,
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
    pub fn covers(
        &self,
        vendor: &str,
        service: &str,
        environment: Option<&str>,
        as_of: Date,
    ) -> bool {
        vendor::coverers(vendor).any(|covering| {
            self.agreements.iter().any(|agreement| {
                agreement.vendor == covering
                    && agreement.is_current(as_of)
                    && agreement.scope.covers(vendor, service, environment)
            })
        })
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
