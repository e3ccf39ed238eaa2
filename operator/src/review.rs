//! The wire format: `AdmissionReview` of `admission.k8s.io/v1`.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use hipaa_iac_source::Node;
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
    },
};
use serde_json::{Value, json};

/// The API version that is spoken.
pub const API_VERSION: &str = "admission.k8s.io/v1";
/// The longest warning that clients show whole, in bytes.
const MAX_WARNING: usize = 256;
/// How many warnings an answer has at most: API servers cut what is longer than 4 KiB together.
const MAX_WARNINGS: usize = 14;
/// The longest text that says why something is denied, in bytes.
const MAX_MESSAGE: usize = 8 << 10;

/// The longest name in a review, in bytes: the id, the object, who asks. What an API server sends is shorter; names go into answers and the log.
const MAX_NAME: usize = 64 << 10;
/// In how many groups somebody is at most.
const MAX_GROUPS: usize = 10_000;

/// Which of the registered webhooks is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Labels of Namespaces and our own resources. Fails closed.
    Guard,
    /// Everything in namespaces that are labelled PHI. Fails closed.
    WorkloadsPhi,
    /// Everything in other namespaces. Fails open.
    Workloads,
    /// Cluster-scoped objects. Fails open.
    ClusterScoped,
    /// Our own Policies, Waivers and Agreements that are deleted. Fails open: it only records.
    Deletions,
    /// `RestoreVerification`s that are suspended, changed or deleted. Fails open: it only warns.
    Restores,
}

impl Entry {
    /// Every entry.
    pub const ALL: [Self; 6] = [
        Self::Guard,
        Self::WorkloadsPhi,
        Self::Workloads,
        Self::ClusterScoped,
        Self::Deletions,
        Self::Restores,
    ];

    /// The last part of its path, and the first of its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guard => "guard",
            Self::WorkloadsPhi => "workloads-phi",
            Self::Workloads => "workloads",
            Self::ClusterScoped => "cluster-scoped",
            Self::Deletions => "deletions",
            Self::Restores => "restores",
        }
    }

    /// The entry of a path.
    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.as_str() == text)
    }

    /// Whether the API server denies what it gets no answer for.
    pub fn fails_closed(self) -> bool {
        matches!(self, Self::Guard | Self::WorkloadsPhi)
    }
}

/// What is done to the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// It is new.
    Create,
    /// It is changed.
    Update,
    /// It is removed.
    Delete,
    /// Somebody connects to it.
    Connect,
}

impl Operation {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: Object")]
struct Review<T> {
    api_version: String,
    kind: String,
    request: Option<Request<T>>,
}

/// Group, version and kind.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Gvk {
    /// Group; empty for the core group.
    #[serde(default)]
    pub group: String,
    /// Version.
    #[serde(default)]
    pub version: String,
    /// Kind.
    pub kind: String,
}

/// Group and plural of a resource.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GroupResource {
    /// Group; empty for the core group.
    pub group: String,
    /// `deployments`.
    pub resource: String,
}

/// Who asks.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct UserInfo {
    /// The name.
    #[serde(default)]
    pub username: String,
    /// The groups.
    #[serde(default, deserialize_with = "groups")]
    pub groups: Vec<String>,
}

/// Reads no more groups than somebody is in: each takes ten times its JSON in memory.
fn groups<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Groups;

    impl<'de> Visitor<'de> for Groups {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {MAX_GROUPS} groups")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<String>, A::Error> {
            let mut groups = Vec::new();
            while let Some(group) = elements.next_element()? {
                if groups.len() == MAX_GROUPS {
                    return Err(A::Error::invalid_length(MAX_GROUPS + 1, &self));
                }
                groups.push(group);
            }
            Ok(groups)
        }
    }

    deserializer.deserialize_seq(Groups)
}

/// How the objects of a review are read: as policies see them, as JSON, or not at all.
pub trait Object: Default + DeserializeOwned {
    /// A text that it has as a member.
    fn text(&self, field: &str) -> Option<&str>;

    /// A text of its metadata.
    fn metadata(&self, field: &str) -> Option<&str>;

    /// An object of these members.
    fn of(members: Vec<(String, Self)>) -> Self;

    /// Reads one without its `managedFields`: whoever makes an object writes them as deep as he likes, and no policy reads them.
    ///
    /// # Errors
    /// It is no object, or nests too deep.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Members::whole().deserialize(deserializer)
    }
}

/// Reads an object, or its metadata.
struct Members<T> {
    in_metadata: bool,
    of: PhantomData<T>,
}

impl<T> Members<T> {
    const fn whole() -> Self {
        Self {
            in_metadata: false,
            of: PhantomData,
        }
    }
}

impl<'de, T: Object> DeserializeSeed<'de> for Members<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Object> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if self.in_metadata && key == "managedFields" {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = if !self.in_metadata && key == "metadata" {
                map.next_value_seed(Self {
                    in_metadata: true,
                    of: PhantomData,
                })?
            } else {
                map.next_value()?
            };
            members.push((key, value));
        }
        Ok(T::of(members))
    }
}

impl Object for Node {
    fn of(members: Vec<(String, Self)>) -> Self {
        let members = members.into_iter();
        Self::object(members.map(|(key, value)| (key.into(), value)).collect())
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str()
    }

    fn metadata(&self, field: &str) -> Option<&str> {
        self.get("metadata")?.get(field)?.as_str()
    }
}

impl Object for Value {
    fn of(members: Vec<(String, Self)>) -> Self {
        members.into_iter().collect()
    }

    fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str()
    }

    fn metadata(&self, field: &str) -> Option<&str> {
        self.get("metadata")?.get(field)?.as_str()
    }
}

impl Object for IgnoredAny {
    fn of(_: Vec<(String, Self)>) -> Self {
        Self
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    fn text(&self, _: &str) -> Option<&str> {
        None
    }

    fn metadata(&self, _: &str) -> Option<&str> {
        None
    }
}

/// What is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: Object")]
pub struct Request<T> {
    /// The id that the answer carries.
    pub uid: String,
    /// The kind of `object`.
    pub kind: Gvk,
    /// What is asked for; of a subresource the object that has it.
    #[serde(default)]
    pub resource: GroupResource,
    /// The subresource, `scale`; empty for the object itself.
    #[serde(default)]
    pub sub_resource: Option<String>,
    /// The name of the object; empty where the API server makes one.
    #[serde(default)]
    pub name: String,
    /// The namespace of the object.
    #[serde(default)]
    pub namespace: Option<String>,
    /// What is done.
    pub operation: Operation,
    /// Who asks.
    pub user_info: UserInfo,
    /// The object as it would be.
    #[serde(default, deserialize_with = "Object::read")]
    pub object: T,
    /// The object as it is.
    #[serde(default, deserialize_with = "Object::read")]
    pub old_object: T,
    /// Nothing is kept of the request.
    #[serde(default)]
    pub dry_run: Option<bool>,
}

impl<T: Object> Request<T> {
    /// The namespace, unless the object is cluster-scoped. Of a Namespace the API server gives its own name.
    pub fn object_namespace(&self) -> Option<&str> {
        if self.kind.group.is_empty() && self.kind.kind == "Namespace" {
            return None;
        }
        self.namespace
            .as_deref()
            .filter(|namespace| !namespace.is_empty())
    }

    /// The subresource, if it is one.
    pub fn subresource(&self) -> Option<&str> {
        self.sub_resource
            .as_deref()
            .filter(|subresource| !subresource.is_empty())
    }

    /// The name of the object; of one that gets its name from the API server, the beginning and `*`.
    pub fn object_name(&self) -> String {
        if !self.name.is_empty() {
            return self.name.clone();
        }
        // Of each of a collection that is deleted only the object tells it.
        let deleted = || self.old_object.metadata("name").map(str::to_owned);
        let generated = self.object.metadata("generateName");
        generated
            .map(|prefix| format!("{prefix}*"))
            .or_else(deleted)
            .unwrap_or_default()
    }

    /// Whether every name in it is one that an API server sends.
    fn is_named(&self) -> bool {
        let objects = [&self.object, &self.old_object];
        let of_objects = objects.into_iter().flat_map(|object| {
            [
                object.text("apiVersion"),
                object.text("kind"),
                object.metadata("generateName"),
                object.metadata("name"),
                object.metadata("namespace"),
            ]
        });
        [
            &self.uid,
            &self.kind.group,
            &self.kind.version,
            &self.kind.kind,
            &self.resource.group,
            &self.resource.resource,
            &self.name,
            &self.user_info.username,
        ]
        .into_iter()
        .map(|name| Some(name.as_str()))
        .chain([self.sub_resource.as_deref(), self.namespace.as_deref()])
        .chain(of_objects)
        .flatten()
        .all(|name| name.len() <= MAX_NAME)
    }

    /// Whether nothing is kept of the request.
    pub fn is_dry_run(&self) -> bool {
        self.dry_run.unwrap_or(false)
    }
}

/// Why a body is no review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The id of the request, where there is one.
    pub uid: String,
    /// Why: a lowercase fragment without contents of the body.
    pub message: String,
}

/// The id of what is no review, where it has one. Nothing else of it is kept: anybody may send it.
fn id(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Outline {
        request: Identified,
    }

    #[derive(Deserialize)]
    struct Identified {
        uid: String,
    }

    serde_json::from_slice(body)
        .map(|outline: Outline| outline.request.uid)
        .ok()
        .filter(|uid| uid.len() <= MAX_NAME)
        .unwrap_or_default()
}

/// Reads a review.
///
/// # Errors
/// What is wrong with it.
pub fn parse<T: Object>(body: &[u8]) -> Result<Request<T>, Malformed> {
    let malformed = |message: String| Malformed {
        uid: id(body),
        message,
    };
    let review: Review<T> = serde_json::from_slice(body).map_err(|error| {
        // The message of the parser may quote what stands there; its place is enough.
        let what = match error.classify() {
            serde_json::error::Category::Data => "is no AdmissionReview",
            _ => "is not JSON",
        };
        malformed(format!(
            "the body {what} (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    if review.kind != "AdmissionReview" || review.api_version != API_VERSION {
        return Err(malformed(format!(
            "the body is no AdmissionReview of {API_VERSION}"
        )));
    }
    let request = review
        .request
        .ok_or_else(|| malformed("the review has no request".to_owned()))?;
    if !request.is_named() {
        return Err(malformed(format!(
            "the review has a name of more than {} KiB",
            MAX_NAME >> 10
        )));
    }
    Ok(request)
}

/// How many elements and members there are in a text of JSON, counted until there are more than `most`. What it takes in memory goes by that
/// more than by its length. What comes after a mistake is never read.
pub fn elements(body: &[u8], most: usize) -> usize {
    let mut count = 0;
    let mut in_text = false;
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_text = !in_text,
            b'\\' if in_text => _ = bytes.next(),
            // Each but the first of a list or an object comes after a comma.
            b',' | b'[' | b'{' if !in_text => {
                count += 1;
                if count > most {
                    break;
                }
            }
            _ => {}
        }
    }
    count
}

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Whether it may be.
    pub allowed: bool,
    /// Why not.
    pub message: String,
    /// The HTTP code that the client of a denied request gets.
    pub code: u16,
    /// For the person at the terminal.
    pub warnings: Vec<String>,
    /// For the audit log of the API server.
    pub annotations: BTreeMap<&'static str, String>,
}

impl Answer {
    /// It may be.
    pub fn allow() -> Self {
        Self {
            allowed: true,
            code: 200,
            ..Self::default()
        }
    }

    /// It may not be.
    pub fn deny(code: u16, message: impl Into<String>) -> Self {
        Self {
            allowed: false,
            message: message.into(),
            code,
            ..Self::default()
        }
    }

    /// Adds a warning.
    #[must_use]
    pub fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// The review that carries it.
    pub fn into_json(self, uid: &str) -> Value {
        let mut response = serde_json::Map::from_iter([
            ("uid".to_owned(), Value::from(uid)),
            ("allowed".to_owned(), Value::from(self.allowed)),
        ]);
        if !self.allowed {
            let reason = match self.code {
                400 => "BadRequest",
                429 => "TooManyRequests",
                422 => "Invalid",
                500 => "InternalError",
                503 => "ServiceUnavailable",
                504 => "Timeout",
                _ => "Forbidden",
            };
            let status = json!({
                "status": "Failure",
                "code": self.code,
                "reason": reason,
                "message": cut(&self.message, MAX_MESSAGE),
            });
            response.insert("status".to_owned(), status);
        }
        let mut warnings: Vec<String> = self
            .warnings
            .iter()
            .map(|warning| cut(&one_line(warning), MAX_WARNING))
            .collect();
        if warnings.len() > MAX_WARNINGS {
            let more = warnings.len() - (MAX_WARNINGS - 1);
            warnings.truncate(MAX_WARNINGS - 1);
            warnings.push(format!("hipaa-iac: {more} more warnings"));
        }
        if !warnings.is_empty() {
            response.insert("warnings".to_owned(), json!(warnings));
        }
        if !self.annotations.is_empty() {
            response.insert("auditAnnotations".to_owned(), json!(self.annotations));
        }
        json!({"apiVersion": API_VERSION, "kind": "AdmissionReview", "response": response})
    }
}

/// A text without line ends and control characters: some clients refuse such a warning.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// A text of at most this many bytes.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    const MORE: &str = "…";
    if text.len() <= bytes {
        return text.to_owned();
    }
    let mut end = bytes - MORE.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{MORE}", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &[u8]) -> Result<Request<Node>, Malformed> {
        super::parse(body)
    }

    #[test]
    fn reviews_are_read_and_malformed_ones_keep_their_id() {
        let body = json!({"apiVersion": API_VERSION, "kind": "AdmissionReview", "request": {
            "uid": "u", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE", "userInfo": {},
            "namespace": "a", "object": {}, "oldObject": null, "dryRun": true}});
        let request = parse(body.to_string().as_bytes()).unwrap();
        assert!(request.is_dry_run() && request.old_object.is_null());
        assert_eq!(request.object_namespace(), Some("a"));

        let mut wrong = body.clone();
        wrong["request"]["operation"] = json!("EAT");
        let malformed = parse(wrong.to_string().as_bytes()).unwrap_err();
        assert_eq!(malformed.uid, "u");
        let mut beta = body;
        beta["apiVersion"] = json!("admission.k8s.io/v1beta1");
        assert_eq!(parse(beta.to_string().as_bytes()).unwrap_err().uid, "u");
        for text in [
            "",
            "{",
            "[]",
            "null",
            "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"}",
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap_err().uid, "", "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(deep.as_bytes()).is_err());
    }

    #[test]
    fn names_and_groups_are_as_long_as_those_of_an_api_server() {
        let asked = |path: &str, value: Value| {
            let mut body = json!({"apiVersion": API_VERSION, "kind": "AdmissionReview", "request": {
                "uid": "u", "kind": {"kind": "Pod"}, "operation": "CREATE", "userInfo": {"groups": []}, "name": "a",
                "object": {"kind": "Pod", "metadata": {"name": "a"}}}});
            *body.pointer_mut(path).unwrap() = value;
            parse(body.to_string().as_bytes())
        };
        for path in [
            "/request/uid",
            "/request/name",
            "/request/kind/kind",
            "/request/object/kind",
            "/request/object/metadata/name",
        ] {
            assert!(asked(path, json!("x".repeat(MAX_NAME))).is_ok(), "{path}");
            let malformed = asked(path, json!("x".repeat(MAX_NAME + 1))).unwrap_err();
            let uid = if path == "/request/uid" { "" } else { "u" };
            assert_eq!(malformed.uid, uid, "{path}");
        }
        let groups = |count| asked("/request/userInfo/groups", json!(vec!["g"; count]));
        assert_eq!(
            groups(MAX_GROUPS).unwrap().user_info.groups.len(),
            MAX_GROUPS
        );
        assert_eq!(groups(MAX_GROUPS + 1).unwrap_err().uid, "u");
    }

    #[test]
    fn elements_are_counted_outside_of_texts() {
        for (body, count) in [
            ("", 0),
            ("0", 0),
            ("[]", 1),
            ("[0,0,0]", 3),
            (r#"{"a": {"b": [1, 2]}, "c": 0}"#, 5),
            (r#"["[,{", "\"[,{", "\\", 0]"#, 4),
        ] {
            assert_eq!(elements(body.as_bytes(), 10), count, "{body}");
        }
        assert_eq!(elements(&[b','; 100], 10), 11);
    }

    #[test]
    fn malformed_reviews_are_not_quoted() {
        let body = r#"{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"hunter2"}}"#;
        assert!(
            !parse(body.as_bytes())
                .unwrap_err()
                .message
                .contains("hunter2")
        );
    }

    #[test]
    fn warnings_fit_what_clients_take() {
        let mut answer = Answer::allow();
        for _ in 0..40 {
            answer = answer.warn(format!("{}\n", "ä".repeat(400)));
        }
        let review = answer.into_json("u");
        let warnings = review["response"]["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), MAX_WARNINGS);
        for warning in warnings {
            let text = warning.as_str().unwrap();
            assert!(text.len() <= MAX_WARNING && !text.contains('\n'));
        }
    }
}
