//! A store in an S3 bucket with Object Lock.
//!
//! Credentials, regions, retries and listing are `object_store`'s. It cannot lock an object, remove a version or change a
//! retention, so the requests that do are made here, signed by its authorizer and sent by its client.

use std::time::{Duration, SystemTime};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::StreamExt as _;
use http::{HeaderMap, Method, StatusCode};
use object_store::{
    ClientOptions, ObjectStore as _, ObjectStoreExt as _,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, AwsAuthorizer, Checksum},
    client::{
        HttpClient, HttpConnector as _, HttpError, HttpErrorKind, HttpRequest, HttpResponseBody,
        ReqwestConnector,
    },
    path::Path,
};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Runtime;

use crate::{Created, Immutability, Store, StoreError, key::hex, store::MAX_OBJECT};

/// How long records are kept where nothing else is said, in days: the six years of 45 CFR 164.316(b)(2)(i), and thirty days.
const RETAIN_DAYS: u32 = 6 * 365 + 2 + 30;

/// How often a request is sent whose answer says to try again.
const ATTEMPTS: u32 = 4;

/// How long a probe's object is locked, in days: the shortest that S3 knows.
const PROBE_DAYS: u64 = 1;

/// Seconds of a day.
const DAY: u64 = 86_400;

/// The most of an answer that is read for its error code, in bytes.
const MAX_ANSWER: usize = 64 << 10;

/// How objects are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Nobody can shorten it, the account's owner neither.
    Compliance,
    /// Who has `s3:BypassGovernanceRetention` can.
    Governance,
}

impl Mode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Compliance => "COMPLIANCE",
            Self::Governance => "GOVERNANCE",
        }
    }
}

/// A store below a prefix of a bucket.
///
/// Region, endpoint and credentials come from where the AWS SDKs take them: `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`
/// and `AWS_SECRET_ACCESS_KEY`, a web identity (IRSA), the container's or the instance's role.
#[derive(Debug)]
pub struct S3 {
    runtime: Runtime,
    store: AmazonS3,
    http: HttpClient,
    bucket_url: String,
    bucket: String,
    prefix: String,
    region: String,
    lock: Option<(Mode, u32)>,
}

/// An answer to a request of our own.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// The `Code` of an error.
    code: String,
}

impl S3 {
    /// The store that a URL names: `s3://bucket/prefix`, where `?lock=governance` or `?lock=none` and `&retain-days=30` change how
    /// objects are locked. Without them it is COMPLIANCE for six years and thirty days.
    pub fn from_url(url: &str) -> Result<Self, StoreError> {
        let wrong = |problem: &str| StoreError::Io {
            place: url.to_owned(),
            problem: problem.to_owned(),
        };
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let rest = place
            .strip_prefix("s3://")
            .ok_or_else(|| wrong("not a URL of the form s3://bucket/prefix"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_matches('/');
        if bucket.is_empty() {
            return Err(wrong("no bucket in it"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let segment = |text: &str| !matches!(text, "" | "." | "..") && text.chars().all(plain);
        if !segment(bucket) || !(prefix.is_empty() || prefix.split('/').all(segment)) {
            return Err(wrong(
                "bucket and prefix are made of letters, digits, `.`, `_` and `-`",
            ));
        }
        let (mut mode, mut days) = (Some(Mode::Compliance), RETAIN_DAYS);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("lock", "compliance")) => mode = Some(Mode::Compliance),
                Some(("lock", "governance")) => mode = Some(Mode::Governance),
                Some(("lock", "none")) => mode = None,
                Some(("retain-days", number)) => {
                    days = number
                        .parse()
                        .ok()
                        .filter(|days| (1..=36_500).contains(days))
                        .ok_or_else(|| wrong("retain-days is a number from 1 to 36500"))?;
                }
                _ => {
                    return Err(wrong(
                        "after the `?` stands lock=compliance|governance|none or retain-days=N",
                    ));
                }
            }
        }
        Self::connect(bucket, prefix, mode.map(|mode| (mode, days)))
            .map_err(|problem| wrong(&problem))
    }

    fn connect(bucket: &str, prefix: &str, lock: Option<(Mode, u32)>) -> Result<Self, String> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(bucket)
            .with_virtual_hosted_style_request(false)
            .with_checksum_algorithm(Checksum::SHA256);
        let endpoint = builder
            .get_config_value(&AmazonS3ConfigKey::S3Endpoint)
            .or_else(|| builder.get_config_value(&AmazonS3ConfigKey::Endpoint));
        let plain = endpoint
            .as_ref()
            .is_some_and(|endpoint| endpoint.starts_with("http://"));
        // An endpoint without TLS is used if somebody names it: what is stored is signed, and the signature of a request does not
        // give the key away.
        builder = builder.with_allow_http(plain);
        let region = builder.get_config_value(&AmazonS3ConfigKey::Region);
        let region = region.unwrap_or_else(|| "us-east-1".to_owned());
        builder = builder.with_region(&region);
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let entered = runtime.enter();
        let store = builder.build().map_err(|error| error.to_string())?;
        let options = ClientOptions::new()
            .with_allow_http(plain)
            .with_timeout(Duration::from_mins(1));
        let http = ReqwestConnector::default()
            .connect(&options)
            .map_err(|error| error.to_string())?;
        drop(entered);
        Ok(Self {
            runtime,
            store,
            http,
            bucket_url: format!("{}/{bucket}", endpoint.trim_end_matches('/')),
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            region,
            lock,
        })
    }

    fn path(&self, key: &str) -> Path {
        Path::from(format!("{}/{key}", self.prefix))
    }

    fn at(&self, key: &str) -> String {
        let path = self.path(key);
        format!("s3://{}/{path}", self.bucket)
    }

    fn failed(&self, key: &str) -> impl FnOnce(object_store::Error) -> StoreError {
        let place = self.at(key);
        move |error| StoreError::Io {
            place,
            problem: error.to_string(),
        }
    }

    fn refused(&self, key: &str, what: &str, answer: &Answer) -> StoreError {
        StoreError::Io {
            place: self.at(key),
            problem: format!("{what}: {} {}", answer.status.as_u16(), answer.code),
        }
    }

    /// Sends a signed request until there is an answer that does not say to try again.
    fn send(
        &self,
        method: &Method,
        key: &str,
        query: &str,
        headers: &[(&str, String)],
        body: &[u8],
    ) -> Result<Answer, StoreError> {
        let url = format!("{}/{}{query}", self.bucket_url, self.path(key));
        let io = |problem: String| StoreError::Io {
            place: self.at(key),
            problem,
        };
        self.runtime.block_on(async {
            let mut wait = Duration::from_millis(200);
            for attempt in 1..=ATTEMPTS {
                let credential = self.store.credentials().get_credential().await;
                let credential = credential.map_err(self.failed(key))?;
                let mut request = http::Request::builder().method(method).uri(&url);
                for (name, value) in headers {
                    request = request.header(*name, value);
                }
                let mut request: HttpRequest = request
                    .body(body.to_vec().into())
                    .map_err(|error| io(error.to_string()))?;
                AwsAuthorizer::new(&credential, "s3", &self.region)
                    .try_authorize(&mut request, None)
                    .map_err(self.failed(key))?;
                match self.http.execute(request).await {
                    Ok(response) => {
                        let (parts, body) = response.into_parts();
                        let bytes = beginning(body)
                            .await
                            .map_err(|error| io(error.to_string()))?;
                        let answer = Answer {
                            status: parts.status,
                            headers: parts.headers,
                            code: code(&bytes),
                        };
                        let conflict = answer.code == "ConditionalRequestConflict";
                        let busy = answer.status.is_server_error()
                            || answer.status == StatusCode::TOO_MANY_REQUESTS;
                        if attempt == ATTEMPTS || !(conflict || busy) {
                            return Ok(answer);
                        }
                    }
                    Err(error) => {
                        let final_ = matches!(error.kind(), HttpErrorKind::Decode);
                        if attempt == ATTEMPTS || final_ {
                            return Err(io(error.to_string()));
                        }
                    }
                }
                tokio::time::sleep(wait).await;
                wait *= 3;
            }
            Err(io("no answer".to_owned()))
        })
    }

    /// Puts an object that must not be there, locked until a time.
    fn put_new(
        &self,
        key: &str,
        bytes: &[u8],
        lock: Option<(Mode, DateTime<Utc>)>,
    ) -> Result<Answer, StoreError> {
        let mut headers = vec![
            ("if-none-match", "*".to_owned()),
            ("x-amz-checksum-sha256", checksum(bytes)),
            // S3 asks for it beside a lock.
            ("x-amz-sdk-checksum-algorithm", "SHA256".to_owned()),
        ];
        if let Some((mode, until)) = lock {
            headers.push(("x-amz-object-lock-mode", mode.as_str().to_owned()));
            headers.push(("x-amz-object-lock-retain-until-date", rfc3339(until)));
        }
        self.send(&Method::PUT, key, "", &headers, bytes)
    }

    /// Looks whether an object has a lock, and, where it was put just now, that it holds these bytes and is locked in this mode
    /// until this time. What the answer to a PUT says proves nothing: some servers take the lock and forget it.
    fn is_kept(
        &self,
        key: &str,
        put: &Answer,
        new: Option<(&[u8], Mode, DateTime<Utc>)>,
    ) -> Result<(), StoreError> {
        let version = put.headers.get("x-amz-version-id");
        let query = version
            .and_then(|version| version.to_str().ok())
            .filter(|version| is_plain_version(version))
            .map(|version| format!("?versionId={version}"))
            .unwrap_or_default();
        let headers = [("x-amz-checksum-mode", "ENABLED".to_owned())];
        let head = self.send(&Method::HEAD, key, &query, &headers, b"")?;
        if !head.status.is_success() {
            return Err(self.refused(
                key,
                "its lock cannot be looked at, which needs s3:GetObject and s3:GetObjectRetention",
                &head,
            ));
        }
        let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let kept = text("x-amz-object-lock-retain-until-date")
            .and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        let problem = match (text("x-amz-object-lock-mode"), kept, new) {
            (None, _, _) | (_, None, _) => {
                "the store shows no lock on it: it forgets locks, or s3:GetObjectRetention is not granted"
                    .to_owned()
            }
            (Some(_), Some(_), None) => return Ok(()),
            (Some(locked), Some(kept), Some((bytes, mode, until))) => {
                if text("x-amz-checksum-sha256").is_some_and(|sum| sum != checksum(bytes)) {
                    "the store holds other bytes than were sent".to_owned()
                } else if locked != mode.as_str() {
                    format!("the store has not locked it in {} mode", mode.as_str())
                } else if kept.timestamp() < until.timestamp() {
                    // Servers may keep whole seconds only.
                    format!(
                        "the store has locked it until {} only, not until {}",
                        rfc3339(kept.into()),
                        rfc3339(until)
                    )
                } else {
                    return Ok(());
                }
            }
        };
        Err(StoreError::Io {
            place: self.at(key),
            problem: format!("not kept as asked: {problem}"),
        })
    }

    fn is_lockless(answer: &Answer) -> bool {
        answer.status == StatusCode::BAD_REQUEST
            && matches!(
                answer.code.as_str(),
                "InvalidRequest"
                    | "InvalidBucketObjectLockConfiguration"
                    | "ObjectLockConfigurationNotFoundError"
            )
    }
}

fn checksum(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(bytes))
}

/// A time so many seconds from now.
fn after(seconds: u64) -> DateTime<Utc> {
    (SystemTime::now() + Duration::from_secs(seconds)).into()
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Whether the name of a version can stand in a URL as it is.
fn is_plain_version(version: &str) -> bool {
    version
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The beginning of an answer, which may have no end.
async fn beginning(body: HttpResponseBody) -> Result<Vec<u8>, HttpError> {
    let mut bytes = Vec::new();
    let mut pieces = body.bytes_stream();
    while bytes.len() < MAX_ANSWER
        && let Some(piece) = pieces.next().await
    {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes)
}

/// The `Code` of an error's XML: a word, whatever else is there.
fn code(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer.get(..MAX_ANSWER).unwrap_or(answer));
    let code = text
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map_or("", |(code, _)| code);
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(80)
        .collect()
}

impl Store for S3 {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.runtime.block_on(async {
            let found = match self.store.get(&self.path(key)).await {
                Err(object_store::Error::NotFound { .. }) => return Ok(None),
                found => found.map_err(self.failed(key))?,
            };
            if found.meta.size > MAX_OBJECT {
                return Err(StoreError::TooLarge(self.at(key)));
            }
            let bytes = found.bytes().await.map_err(self.failed(key))?;
            Ok(Some(bytes.to_vec()))
        })
    }

    fn create(&self, key: &str, bytes: &[u8]) -> Result<Created, StoreError> {
        let lock = self
            .lock
            .map(|(mode, days)| (mode, after(u64::from(days) * DAY)));
        let answer = self.put_new(key, bytes, lock)?;
        if self.lock.is_some() && Self::is_lockless(&answer) {
            // Who asked for a lock is not to find out in six years that there was none.
            return Err(StoreError::Io {
                place: self.at(key),
                problem: format!(
                    "not written, because the bucket takes no Object Lock ({}): make one that has it, or write `?lock=none` behind the URL to keep a log that can be removed",
                    answer.code
                ),
            });
        }
        match answer.status {
            StatusCode::PRECONDITION_FAILED => {
                if lock.is_some() {
                    self.is_kept(key, &answer, None)?;
                }
                Ok(Created::Exists)
            }
            status if status.is_success() => {
                // A server that does not know the condition has just written over what was there.
                if let Some((mode, until)) = lock {
                    self.is_kept(key, &answer, Some((bytes, mode, until)))?;
                }
                Ok(Created::New)
            }
            _ => Err(self.refused(key, "not written", &answer)),
        }
    }

    fn replace(&self, key: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.path(key);
        let put = self.store.put(&path, bytes.to_vec().into());
        self.runtime.block_on(put).map_err(self.failed(key))?;
        Ok(())
    }

    fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let root = if self.prefix.is_empty() {
            String::new()
        } else {
            format!("{}/", Path::from(self.prefix.as_str()))
        };
        self.runtime.block_on(async {
            let mut keys = Vec::new();
            let mut folders = vec![self.path(prefix)];
            while let Some(folder) = folders.pop() {
                let listed = self
                    .store
                    .list_with_delimiter(Some(&folder))
                    .await
                    .map_err(self.failed(prefix))?;
                folders.extend(listed.common_prefixes);
                let found = listed.objects.iter().filter_map(|object| {
                    let key = object.location.as_ref().strip_prefix(&root)?;
                    key.starts_with(prefix).then(|| key.to_owned())
                });
                keys.extend(found);
            }
            keys.sort();
            Ok(keys)
        })
    }

    /// Puts an object, locked for a day, and tries to remove it, to shorten its lock and to write over it. Servers lie: some take
    /// the lock and forget it, some write over an object in spite of the condition.
    fn probe(&self) -> Result<Immutability, StoreError> {
        let mutable = |reason: &str| Ok(Immutability::Mutable(reason.to_owned()));
        let Some((mode, _)) = self.lock else {
            return mutable("objects are not locked: the URL says lock=none");
        };
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(|error| StoreError::Io {
            place: self.place(),
            problem: error.to_string(),
        })?;
        let key = format!("probe/{}", hex(&name));
        let put = self.put_new(
            &key,
            b"hipaa-iac tries to remove this object\n",
            Some((mode, after(PROBE_DAYS * DAY))),
        )?;
        if Self::is_lockless(&put) {
            return mutable("the bucket has no Object Lock");
        }
        if !put.status.is_success() {
            return Err(self.refused(&key, "the probe was not written", &put));
        }
        let Some(version) = put.headers.get("x-amz-version-id") else {
            return mutable("the bucket keeps no versions, so what is written over is lost");
        };
        let version = version.to_str().unwrap_or_default();
        if !is_plain_version(version) {
            return mutable("the server names versions in a way that is not understood");
        }
        let query = format!("?versionId={version}");
        let head = self.send(&Method::HEAD, &key, &query, &[], b"")?;
        let locked = head.headers.get("x-amz-object-lock-mode");
        if locked.is_none_or(|locked| locked.as_bytes() != mode.as_str().as_bytes()) {
            return mutable(
                "the server takes a lock, but the object does not have it, or it may not be seen",
            );
        }
        let retention = format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{}</Mode><RetainUntilDate>{}</RetainUntilDate></Retention>",
            mode.as_str(),
            rfc3339(after(3600)),
        );
        let headers = [
            ("x-amz-checksum-sha256", checksum(retention.as_bytes())),
            ("x-amz-sdk-checksum-algorithm", "SHA256".to_owned()),
        ];
        let query = format!("?retention=&versionId={version}");
        let shorten = self.send(&Method::PUT, &key, &query, &headers, retention.as_bytes())?;
        if shorten.status.is_success() {
            return mutable("the lock of an object can be shortened");
        }
        let again = self.put_new(
            &key,
            b"written over\n",
            Some((mode, after(PROBE_DAYS * DAY))),
        )?;
        if again.status.is_success() {
            return mutable("an object can be written over in spite of If-None-Match");
        }
        let query = format!("?versionId={version}");
        let delete = self.send(&Method::DELETE, &key, &query, &[], b"")?;
        if delete.status.is_success() {
            return mutable("a version of a locked object can be removed");
        }
        for (what, answer, expected) in [
            ("shortening a lock", &shorten, StatusCode::FORBIDDEN),
            ("writing over", &again, StatusCode::PRECONDITION_FAILED),
            ("removing a version", &delete, StatusCode::FORBIDDEN),
        ] {
            // Another refusal may only mean that the question was not understood.
            if answer.status != expected {
                return Err(self.refused(&key, what, answer));
            }
        }
        if mode == Mode::Governance {
            return mutable(
                "locked in GOVERNANCE mode: who has s3:BypassGovernanceRetention can remove it",
            );
        }
        Ok(Immutability::Immutable)
    }

    fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }
}
