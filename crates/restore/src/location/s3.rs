//! Objects of an S3-compatible store.
//!
//! Credentials, listing, retries and the resuming of broken answers are `object_store`'s. It does not tell how an
//! object is encrypted, nor the checksum that the store keeps of it, so that one question is asked here.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Write as _},
    path::Path as FilePath,
    sync::mpsc,
    thread,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures_util::StreamExt as _;
use http::{HeaderMap, Method};
use object_store::{
    BackoffConfig, ClientOptions, Error, GetOptions, ObjectStore as _, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, AwsAuthorizer},
    client::{
        HttpClient, HttpConnector as _, HttpErrorKind, HttpRequest, HttpResponse, ReqwestConnector,
    },
    path::Path,
};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Runtime;

use super::{
    Bucket, Finder, Located, LocatedForm, bucket, counts, manifest_too_large, suffix_told, weaker,
};
use crate::{
    config::{S3Location, Select},
    context::Failure,
    manifest,
    result::{Reason, ServerSide, ServerSideAlgorithm},
    source::Form,
    stream,
};

/// How long the store may be silent, while a connection stands.
const SILENCE: Duration = Duration::from_secs(15);

/// After this long nothing is tried again.
const RETRY: Duration = Duration::from_secs(30);

/// How often a request is tried again whose answer says so.
const RETRIES: usize = 4;

/// The longest setting of a bucket, in bytes: a policy has at most 20 KiB.
const SETTING: usize = 1 << 20;

/// How many pieces of an object wait to be read.
const AHEAD: usize = 16;

struct Client {
    runtime: Runtime,
    store: AmazonS3,
    http: HttpClient,
    bucket: String,
    bucket_url: String,
    region: String,
}

/// What a store says of an object.
struct Head {
    size: u64,
    etag: Option<String>,
    version: Option<String>,
    server_side: ServerSide,
    /// The SHA-256 of the whole object, where the store keeps one.
    sha256: Option<Vec<u8>>,
}

/// What the bucket says of itself.
pub(super) fn settings(s3: &S3Location, secrets: &FilePath) -> Result<Bucket, Failure> {
    let client = Client::new(s3, secrets)?;
    // Without any encryption of its own: Amazon S3 has encrypted by default since 2023, other stores need not.
    let none = "ServerSideEncryptionConfigurationNotFoundError";
    Ok(Bucket {
        encryption: client
            .setting("encryption", none)
            .map(|answer| bucket::encryption(answer.as_deref().unwrap_or_default())),
        refuses_plaintext: client
            .setting("policy", "NoSuchBucketPolicy")
            .map(|policy| {
                policy.is_some_and(|policy| bucket::refuses_plaintext(&policy, &client.bucket))
            }),
        name: client.bucket.clone(),
    })
}

/// Finds a backup.
pub(super) fn find(s3: &S3Location, finder: &Finder<'_>) -> Result<Located, Failure> {
    let client = Client::new(s3, finder.secrets)?;
    let whole = finder.form == Form::Tree
        || (finder.form == Form::Either && s3.select.is_none() && s3.prefix.ends_with('/'));
    if whole {
        return client.mirror(s3, finder);
    }
    let key = match s3.select {
        None => s3.prefix.clone(),
        Some(Select::Newest) => client.newest(s3, finder)?,
    };
    let head = client.head(&key)?;
    let manifest = client.manifest(finder.manifest_key, &key)?;
    let located = (
        format!("s3://{}/{key}", client.bucket),
        head.version.clone(),
        head.size,
        head.server_side.clone(),
    );
    let (uri, version_id, size, server_side) = located;
    Ok(Located {
        form: LocatedForm::Stream(Box::new(client.stream(&key, head)?)),
        uri,
        version_id,
        size: Some(size),
        server_side,
        manifest,
    })
}

impl Client {
    fn new(s3: &S3Location, secrets: &FilePath) -> Result<Self, Failure> {
        let config = |what: &str| Failure::new(Reason::ConfigError, format!("s3: {what}"));
        // Whosever the credentials are, the environment may name the endpoint and the region.
        let ambient = AmazonS3Builder::from_env();
        let from_environment = |key: AmazonS3ConfigKey| ambient.get_config_value(&key);
        let mut builder = match &s3.credentials_secret_ref {
            None => ambient.clone(),
            Some(secret) => {
                let read = |key: &str| {
                    fs::read_to_string(secrets.join(&secret.name).join(key))
                        .ok()
                        .map(|text| text.trim().to_owned())
                };
                let (Some(id), Some(key)) = (read("accessKeyId"), read("secretAccessKey")) else {
                    return Err(config(&format!(
                        "the secret {} has not both accessKeyId and secretAccessKey",
                        secret.name
                    )));
                };
                let builder = AmazonS3Builder::new()
                    .with_access_key_id(id)
                    .with_secret_access_key(key);
                match read("sessionToken") {
                    Some(token) => builder.with_token(token),
                    None => builder,
                }
            }
        };
        let endpoint = s3
            .endpoint
            .clone()
            .filter(|endpoint| !endpoint.is_empty())
            .or_else(|| from_environment(AmazonS3ConfigKey::S3Endpoint))
            .or_else(|| from_environment(AmazonS3ConfigKey::Endpoint));
        let plain = endpoint
            .as_deref()
            .is_some_and(|endpoint| endpoint.starts_with("http://"));
        if plain && !endpoint.as_deref().is_some_and(is_loopback) {
            return Err(config(
                "the endpoint must be https:// unless it is on this machine",
            ));
        }
        let region = s3
            .region
            .clone()
            .or_else(|| from_environment(AmazonS3ConfigKey::Region))
            .unwrap_or_else(|| "us-east-1".to_owned());
        let options = ClientOptions::new()
            .with_allow_http(plain)
            .with_connect_timeout(Duration::from_secs(10))
            .with_read_timeout(SILENCE)
            // A backup may take hours; its phase has a deadline of its own.
            .with_timeout_disabled();
        builder = builder
            .with_bucket_name(&s3.bucket)
            .with_region(&region)
            .with_virtual_hosted_style_request(false)
            .with_client_options(options.clone())
            .with_retry(RetryConfig {
                backoff: BackoffConfig {
                    init_backoff: Duration::from_millis(200),
                    max_backoff: Duration::from_secs(5),
                    base: 2.0,
                },
                max_retries: RETRIES,
                retry_timeout: RETRY,
            });
        if let Some(endpoint) = &endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::system("s3", &error))?;
        let entered = runtime.enter();
        let store = builder
            .build()
            .map_err(|_| config("the location is not usable"))?;
        let http = ReqwestConnector::default()
            .connect(&options)
            .map_err(|_| config("the TLS certificates of this machine cannot be read"))?;
        drop(entered);
        let endpoint = endpoint.unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        Ok(Self {
            runtime,
            store,
            http,
            bucket_url: format!("{}/{}", endpoint.trim_end_matches('/'), s3.bucket),
            bucket: s3.bucket.clone(),
            region,
        })
    }

    fn path(key: &str) -> Result<Path, Failure> {
        Path::parse(key).map_err(|_| {
            Failure::new(
                Reason::ConfigError,
                "s3: the key has an empty or a dotted part",
            )
        })
    }

    fn failure(&self, key: &str, error: &Error) -> Failure {
        if let Error::InvalidPath { source } = error {
            return Failure::new(
                Reason::ConfigError,
                format!(
                    "s3://{}/{key} has a key below it with an empty or a dotted part, which is the name of no file: {source}",
                    self.bucket
                ),
            );
        }
        let (reason, what) = match (error, answer(error)) {
            (_, Some(Answer::Missing)) => (Reason::BackupMissing, "is not there"),
            (_, Some(Answer::Refused)) | (Error::PermissionDenied { .. }, None) => {
                (Reason::FetchDenied, "is refused")
            }
            (Error::Precondition { .. }, None) => {
                (Reason::FetchTimeout, "changed while it was read")
            }
            _ => (Reason::FetchTimeout, "could not be read"),
        };
        Failure::new(reason, format!("s3://{}/{key} {what}", self.bucket))
    }

    /// Asks what an object is, with its checksum.
    fn head(&self, key: &str) -> Result<Head, Failure> {
        let path = Self::path(key)?;
        let url = format!("{}/{}", self.bucket_url, encoded(path.as_ref()));
        let failed =
            |reason, what: &str| Failure::new(reason, format!("s3://{}/{key} {what}", self.bucket));
        self.runtime.block_on(async {
            let response = self.send(Method::HEAD, &url, &failed).await?;
            match response.status().as_u16() {
                200..=299 => Ok(Head::read(response.headers())),
                // Only the answer to GET has a body, which tells what was not found.
                404 => {
                    let options = GetOptions {
                        range: Some((0..1).into()),
                        ..GetOptions::default()
                    };
                    Err(match self.store.get_opts(&path, options).await {
                        Err(error) => self.failure(key, &error),
                        Ok(_) => failed(Reason::FetchTimeout, "changed while it was read"),
                    })
                }
                401 | 403 => Err(failed(Reason::FetchDenied, "is refused")),
                status => Err(failed(
                    Reason::FetchTimeout,
                    &format!("is answered with {status}"),
                )),
            }
        })
    }

    /// The same; nothing where there is only the marker of a folder, as consoles make: an object without bytes whose key has a slash behind it,
    /// which is lost in what is listed.
    fn head_of_listed(&self, key: &str) -> Result<Option<Head>, Failure> {
        match self.head(key) {
            // Without a right to list under any prefix an object that is not there is denied.
            Err(failure)
                if matches!(failure.reason, Reason::BackupMissing | Reason::FetchDenied) =>
            {
                let url = format!(
                    "{}/{}/",
                    self.bucket_url,
                    encoded(Self::path(key)?.as_ref())
                );
                let failed = |reason, what: &str| {
                    Failure::new(reason, format!("s3://{}/{key}/ {what}", self.bucket))
                };
                let response = self
                    .runtime
                    .block_on(self.send(Method::HEAD, &url, &failed))?;
                let is_marker =
                    response.status().is_success() && Head::read(response.headers()).size == 0;
                if is_marker { Ok(None) } else { Err(failure) }
            }
            head => head.map(Some),
        }
    }

    /// A setting of the bucket as the store writes it; nothing where its answer has the code that says that there is none.
    fn setting(&self, name: &str, none: &str) -> Result<Option<String>, bucket::Untold> {
        let failed = |reason, what: &str| {
            Failure::new(reason, format!("s3://{}?{name} {what}", self.bucket))
        };
        let url = format!("{}?{name}", self.bucket_url);
        let told = self.runtime.block_on(async {
            let response = self.send(Method::GET, &url, &failed).await?;
            let status = response.status().as_u16();
            let mut text = Vec::new();
            let mut body = response.into_body().bytes_stream();
            while let Some(piece) = body.next().await {
                let piece = piece.map_err(|_| failed(Reason::FetchTimeout, "was not answered to the end"))?;
                text.extend_from_slice(&piece);
                if text.len() > SETTING {
                    return Err(failed(Reason::FetchTimeout, "is answered without end"));
                }
            }
            let text = String::from_utf8_lossy(&text).into_owned();
            match status {
                200..=299 => Ok(Some(text)),
                404 if text.contains(&format!("<Code>{none}</Code>")) => Ok(None),
                401 | 403 => Err(failed(
                    Reason::FetchDenied,
                    "is refused: the credentials need s3:GetEncryptionConfiguration and s3:GetBucketPolicy",
                )),
                // What a store does not know, it does not have; what it has in its place it does not tell here.
                status => Err(failed(
                    Reason::ConfigError,
                    &format!("is answered with {status}: a store without this setting cannot prove it"),
                )),
            }
        });
        told.map_err(|failure: Failure| (failure.reason, failure.detail))
    }

    /// Asks once more while the answer may be another one later.
    async fn send(
        &self,
        method: Method,
        url: &str,
        failed: &impl Fn(Reason, &str) -> Failure,
    ) -> Result<HttpResponse, Failure> {
        let mut wait = Duration::from_millis(200);
        let mut attempt = 0;
        let begun = std::time::Instant::now();
        loop {
            let credential = self
                .store
                .credentials()
                .get_credential()
                .await
                .map_err(|_| failed(Reason::FetchDenied, "needs credentials"))?;
            let mut request: HttpRequest = http::Request::builder()
                .method(method.clone())
                .uri(url)
                .header("x-amz-checksum-mode", "ENABLED")
                .body(Vec::<u8>::new().into())
                .map_err(|_| failed(Reason::ConfigError, "has no address"))?;
            AwsAuthorizer::new(&credential, "s3", &self.region)
                .try_authorize(&mut request, None)
                .map_err(|_| failed(Reason::FetchDenied, "cannot be signed for"))?;
            let problem = match self.http.execute(request).await {
                Ok(response) => match response.status().as_u16() {
                    status @ (408 | 429 | 500 | 502..=599) => {
                        failed(Reason::FetchTimeout, &format!("is answered with {status}"))
                    }
                    _ => return Ok(response),
                },
                Err(error) => match error.kind() {
                    HttpErrorKind::Timeout => {
                        failed(Reason::FetchTimeout, "is not answered in time")
                    }
                    _ => failed(Reason::FetchTimeout, "cannot be asked for: no connection"),
                },
            };
            attempt += 1;
            if attempt > RETRIES || begun.elapsed() > RETRY {
                return Err(problem);
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }

    /// The producer's manifest of what has a key; none where there is none.
    fn manifest(&self, manifest_key: Option<&str>, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        let name = key.rsplit('/').next().unwrap_or_default();
        match manifest_key {
            Some(manifest) => self.small(&manifest.replace("{artifact}", name)),
            None => Ok(None),
        }
    }

    /// The bytes of a small object; none where it is not.
    fn small(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        let path = Self::path(key)?;
        self.runtime.block_on(async {
            let got = match self.store.get_opts(&path, GetOptions::default()).await {
                Ok(got) => got,
                Err(error) if answer(&error) == Some(Answer::Missing) => return Ok(None),
                Err(error) => return Err(self.failure(key, &error)),
            };
            if got.meta.size > manifest::LIMIT {
                return Err(manifest_too_large());
            }
            let bytes = got
                .bytes()
                .await
                .map_err(|error| self.failure(key, &error))?;
            Ok(Some(bytes.to_vec()))
        })
    }

    /// Looks at each key below a prefix, which may end within a name, and how long its object is. What a store lists is never held.
    fn list(
        &self,
        prefix: &str,
        finder: &Finder<'_>,
        at: &mut dyn FnMut(String, u64),
    ) -> Result<(), Failure> {
        // Listing is by whole folders; the rest of the prefix is compared here.
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = Self::path(folder)?;
        self.runtime.block_on(async {
            let mut listed = self.store.list((!folder.is_empty()).then_some(&path));
            while let Some(entry) = listed.next().await {
                (finder.go_on)()?;
                let entry = entry.map_err(|error| self.failure(prefix, &error))?;
                let size = entry.size;
                let key: String = entry.location.into();
                if key.starts_with(prefix) {
                    at(key, size);
                }
            }
            Ok(())
        })
    }

    fn newest(&self, s3: &S3Location, finder: &Finder<'_>) -> Result<String, Failure> {
        let mut last: Option<String> = None;
        // Those behind it that may be markers of folders.
        let mut empty = BTreeSet::new();
        let manifest_key = finder.manifest_key;
        self.list(&s3.prefix, finder, &mut |key, size| {
            let name = key.rsplit('/').next().unwrap_or_default();
            if counts(name, s3.suffix.as_deref(), manifest_key)
                && last.as_ref().is_none_or(|last| *last < key)
            {
                if size == 0 {
                    empty.insert(key);
                } else {
                    empty = empty.split_off(&key);
                    last = Some(key);
                }
            }
        })?;
        for key in empty.into_iter().rev() {
            if self.head_of_listed(&key)?.is_some() {
                return Ok(key);
            }
        }
        last.ok_or_else(|| {
            Failure::new(
                Reason::BackupMissing,
                format!(
                    "s3://{}/{} holds no backup{}",
                    self.bucket,
                    s3.prefix,
                    suffix_told(s3.suffix.as_deref())
                ),
            )
        })
    }

    /// Reads an object on a thread of its own, ahead of its reader but not far.
    fn stream(self, key: &str, head: Head) -> Result<Object, Failure> {
        let path = Self::path(key)?;
        let (send, pieces) = mpsc::sync_channel::<Result<Vec<u8>, Failure>>(AHEAD);
        let options = GetOptions {
            // The very object that was asked about. To ask for a version by its id is a permission of its own.
            version: head.version.filter(|_| head.etag.is_none()),
            if_match: head.etag,
            ..GetOptions::default()
        };
        let key = key.to_owned();
        thread::spawn(move || {
            let problem = self.runtime.block_on(async {
                let mut body = self.store.get_opts(&path, options).await?.into_stream();
                while let Some(piece) = body.next().await {
                    if send.send(Ok(piece?.to_vec())).is_err() {
                        return Ok(());
                    }
                }
                Ok(())
            });
            if let Err(error) = problem {
                let _ = send.send(Err(self.failure(&key, &error)));
            }
        });
        Ok(Object {
            pieces,
            piece: Vec::new(),
            at: 0,
            left: head.size,
            expected: head.sha256,
            hash: Sha256::new(),
            over: false,
        })
    }

    /// Copies the objects below a prefix that the source needs, as they are stored.
    fn mirror(self, s3: &S3Location, finder: &Finder<'_>) -> Result<Located, Failure> {
        let manifest = self.manifest(finder.manifest_key, s3.prefix.trim_end_matches('/'))?;
        let prefix = if s3.prefix.is_empty() || s3.prefix.ends_with('/') {
            s3.prefix.clone()
        } else {
            format!("{}/", s3.prefix)
        };
        // The one thing that grows with the number of objects.
        let mut names = Vec::new();
        self.list(&prefix, finder, &mut |key, _| {
            names.extend(key.strip_prefix(&prefix).map(str::to_owned));
        })?;
        names.sort_unstable();
        if names.is_empty() {
            return Err(Failure::new(
                Reason::BackupMissing,
                format!("s3://{}/{prefix} holds nothing", self.bucket),
            ));
        }
        if let Some(source) = finder.source {
            let mut read = |name: &str| self.small(&format!("{prefix}{name}"));
            names = source.wanted(names, &mut read)?;
        }
        let system = |error: io::Error| Failure::system("mirror", &error);
        fs::create_dir_all(finder.mirror).map_err(system)?;
        let mut size = 0;
        let mut weakest: Option<ServerSide> = None;
        let uri = format!("s3://{}/{prefix}", self.bucket);
        for name in names {
            let key = format!("{prefix}{name}");
            let Some(head) = self.head_of_listed(&key)? else {
                continue;
            };
            size += head.size;
            let this = head.server_side.clone();
            weakest = Some(match weakest {
                Some(known) => weaker(known, this),
                None => this,
            });
            let to = finder.mirror.join(&name);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(system)?;
            }
            let client = self.twin()?;
            let mut object = client.stream(&key, head)?;
            let mut file = File::create(&to).map_err(system)?;
            let mut buffer = vec![0; 1 << 16];
            loop {
                (finder.go_on)()?;
                let count = object
                    .read(&mut buffer)
                    .map_err(|error| stream::failure_of(&error))?;
                if count == 0 {
                    break;
                }
                file.write_all(buffer.get(..count).unwrap_or_default())
                    .map_err(system)?;
            }
        }
        Ok(Located {
            form: LocatedForm::Tree(finder.mirror.to_owned()),
            uri,
            version_id: None,
            size: Some(size),
            server_side: weakest.unwrap_or(UNKNOWN),
            manifest,
        })
    }

    /// Another of the same, for a thread of its own.
    fn twin(&self) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::system("s3", &error))?;
        Ok(Self {
            runtime,
            store: self.store.clone(),
            http: self.http.clone(),
            bucket: self.bucket.clone(),
            bucket_url: self.bucket_url.clone(),
            region: self.region.clone(),
        })
    }
}

const UNKNOWN: ServerSide = ServerSide {
    algorithm: ServerSideAlgorithm::Unknown,
    key_arn: None,
    matches_expected: None,
};

impl Head {
    fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        // Silence is no answer: some stores encrypt and do not say.
        let algorithm = bucket::algorithm(text("x-amz-server-side-encryption").unwrap_or_default());
        Self {
            size: text("content-length")
                .and_then(|size| size.parse().ok())
                .unwrap_or(0),
            etag: text("etag").map(str::to_owned),
            version: text("x-amz-version-id")
                .filter(|id| *id != "null")
                .map(str::to_owned),
            server_side: ServerSide {
                algorithm,
                key_arn: text("x-amz-server-side-encryption-aws-kms-key-id").map(str::to_owned),
                matches_expected: None,
            },
            // A checksum of checksums (`…-3`) is of an upload's parts, not of the object.
            sha256: text("x-amz-checksum-sha256")
                .filter(|_| text("x-amz-checksum-type") != Some("COMPOSITE"))
                .and_then(|sum| BASE64_STANDARD.decode(sum).ok())
                .filter(|sum| sum.len() == 32),
        }
    }
}

/// An object, read to the end that its store told, and compared with the checksum that it keeps.
struct Object {
    pieces: mpsc::Receiver<Result<Vec<u8>, Failure>>,
    piece: Vec<u8>,
    at: usize,
    left: u64,
    expected: Option<Vec<u8>>,
    hash: Sha256,
    over: bool,
}

impl Read for Object {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.over {
            return Ok(0);
        }
        while self.at >= self.piece.len() {
            match self.pieces.recv() {
                Ok(Ok(piece)) => {
                    self.left = self.left.checked_sub(piece.len() as u64).ok_or_else(|| {
                        io::Error::other(Failure::new(
                            Reason::FetchTimeout,
                            "s3: the object is longer than the store said",
                        ))
                    })?;
                    self.hash.update(&piece);
                    self.piece = piece;
                    self.at = 0;
                }
                Ok(Err(failure)) => return Err(io::Error::other(failure)),
                Err(_) => {
                    self.over = true;
                    if self.left > 0 {
                        return Err(io::Error::other(Failure::new(
                            Reason::FetchTimeout,
                            "s3: the store's answer ended before the object's end",
                        )));
                    }
                    if let Some(expected) = &self.expected
                        && self.hash.clone().finalize().as_slice() != expected.as_slice()
                    {
                        return Err(io::Error::other(Failure::new(
                            Reason::ChecksumMismatch,
                            "s3: the object's bytes are not those of the store's own SHA-256",
                        )));
                    }
                    return Ok(0);
                }
            }
        }
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

/// What a store's answer that is no success means, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// The object or its bucket is not there.
    Missing,
    /// The caller may not, or is not known.
    Refused,
}

/// What the store answered: by the status and the code in the error's text, for its type is not public.
fn answer(error: &(dyn std::error::Error + 'static)) -> Option<Answer> {
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if let Some((_, rest)) = text.split_once("status code: ") {
            return meaning(rest);
        }
        next = error.source();
    }
    None
}

/// What `404 Not Found: <Error><Code>NoSuchKey</Code>…` means.
///
/// A status alone is not enough: to an unknown access key versitygw answers 404, and to an expired token Amazon S3
/// answers 400. Neither says anything of the object.
/// Codes: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
fn meaning(answer: &str) -> Option<Answer> {
    let code = answer
        .split_once("<Code>")
        .and_then(|(_, rest)| rest.split_once("</Code>"))
        .map(|(code, _)| code);
    match (answer.get(..3)?, code) {
        ("404", None | Some("NoSuchKey" | "NoSuchBucket" | "NoSuchVersion" | "NotFound")) => {
            Some(Answer::Missing)
        }
        ("401" | "403" | "404", _)
        | (
            "400",
            Some(
                "ExpiredToken"
                | "InvalidToken"
                | "InvalidAccessKeyId"
                | "AuthorizationHeaderMalformed",
            ),
        ) => Some(Answer::Refused),
        _ => None,
    }
}

/// A key in a URL: every sign but the unreserved ones (RFC 3986, section 2.3) and the slash is escaped.
fn encoded(key: &str) -> String {
    use std::fmt::Write as _;
    key.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

/// Whether a URL is of this machine.
fn is_loopback(url: &str) -> bool {
    let host = url.trim_start_matches("http://");
    let host = host.split(['/', '?']).next().unwrap_or_default();
    if host.contains('@') {
        return false;
    }
    let name = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_spoken_to_in_the_open() {
        for (url, expected) in [
            ("http://127.0.0.1:9000", true),
            ("http://localhost", true),
            ("http://[::1]:9000/", true),
            ("http://127.0.0.1.example.com", false),
            ("http://localhost@example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(url), expected, "{url}");
        }
    }

    /// Answers as the servers gave them: Amazon S3, moto 5.2, versitygw 1.8.
    #[test]
    fn what_is_missing_is_told_from_who_is_not_known() {
        for (answer, expected) in [
            (
                "404 Not Found: <Error><Code>NoSuchKey</Code></Error>",
                Some(Answer::Missing),
            ),
            ("404 Not Found: ", Some(Answer::Missing)),
            (
                "404 Not Found: <Error><Code>XAdminUserNotFound</Code></Error>",
                Some(Answer::Refused),
            ),
            (
                "403 Forbidden: <Error><Code>InvalidAccessKeyId</Code></Error>",
                Some(Answer::Refused),
            ),
            (
                "400 Bad Request: <Error><Code>ExpiredToken</Code></Error>",
                Some(Answer::Refused),
            ),
            (
                "400 Bad Request: <Error><Code>InvalidArgument</Code></Error>",
                None,
            ),
            ("503 Service Unavailable: ", None),
            ("", None),
        ] {
            assert_eq!(meaning(answer), expected, "{answer}");
        }
    }

    #[test]
    fn keys_are_escaped_as_signatures_want() {
        assert_eq!(encoded("daily/a b+é.dump"), "daily/a%20b%2B%C3%A9.dump");
    }
}
