//! Where the self-managed certificates are kept, and the files of given ones.

use std::{collections::BTreeMap, path::Path};

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::{
    Api,
    api::{ObjectMeta, PostParams},
};

use crate::certificates::Bundle;

const AUTHORITIES: &str = "ca.crt";
const AUTHORITY_KEY: &str = "ca.key";
const CERTIFICATE: &str = "tls.crt";
const KEY: &str = "tls.key";

/// The bundle of a Secret; `None` where a part is missing.
pub fn read(secret: &Secret) -> Option<Bundle> {
    let data = secret.data.as_ref()?;
    let text = |name: &str| {
        let bytes = &data.get(name)?.0;
        String::from_utf8(bytes.clone())
            .ok()
            .filter(|text| !text.is_empty())
    };
    Some(Bundle {
        authorities: text(AUTHORITIES)?,
        authority_key: text(AUTHORITY_KEY)?,
        certificate: text(CERTIFICATE)?,
        key: text(KEY)?,
    })
}

/// Writes a bundle over the Secret that was read, or makes one. Whether it was written: somebody else may have been faster.
///
/// # Errors
/// The API server refuses.
pub async fn write(
    api: &Api<Secret>,
    name: &str,
    before: Option<Secret>,
    bundle: &Bundle,
) -> Result<bool, kube::Error> {
    let data: BTreeMap<String, ByteString> = [
        (AUTHORITIES, &bundle.authorities),
        (AUTHORITY_KEY, &bundle.authority_key),
        (CERTIFICATE, &bundle.certificate),
        (KEY, &bundle.key),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), ByteString(text.clone().into_bytes())))
    .collect();
    let written = if let Some(mut secret) = before {
        // With the version that was read: of two writers one loses.
        secret.data = Some(data);
        api.replace(name, &PostParams::default(), &secret).await
    } else {
        let secret = Secret {
            metadata: ObjectMeta {
                name: Some(name.to_owned()),
                labels: Some(
                    [(
                        crate::register::NAME_LABEL.to_owned(),
                        "hipaa-iac".to_owned(),
                    )]
                    .into(),
                ),
                ..ObjectMeta::default()
            },
            data: Some(data),
            ..Secret::default()
        };
        api.create(&PostParams::default(), &secret).await
    };
    match written {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}

/// A given certificate, its key and, if there is one, its CA.
///
/// # Errors
/// A file cannot be read.
pub async fn read_files(
    certificate: &Path,
    key: &Path,
    authority: Option<&Path>,
) -> std::io::Result<(String, String, Option<String>)> {
    let authority = match authority {
        Some(path) => Some(tokio::fs::read_to_string(path).await?),
        None => None,
    };
    Ok((
        tokio::fs::read_to_string(certificate).await?,
        tokio::fs::read_to_string(key).await?,
        authority,
    ))
}
