//! scratch
use hipaa_iac_source::{Node, Number, Sources, Value, walk};
fn json(n: &Node) -> serde_json::Value {
    if std::env::var("SENS").is_ok() && n.sensitive {
        let mut plain = n.clone();
        plain.sensitive = false;
        return serde_json::json!({"__s": json0(&plain)});
    }
    json0(n)
}
fn json0(n: &Node) -> serde_json::Value {
    use serde_json::Value as J;
    match &n.value {
        Value::Null => J::Null,
        Value::Bool(b) => J::Bool(*b),
        Value::Number(Number::Int(i)) => J::from(*i),
        Value::Number(x) => serde_json::from_str(&x.to_string()).unwrap(),
        Value::String(s) => J::String(s.to_string()),
        Value::List(l) => J::Array(l.iter().map(json).collect()),
        Value::Object(m) => J::Object(m.iter().map(|(k, v)| (k.to_string(), json(v))).collect()),
        Value::Unknown(u) => {
            let mut m = serde_json::Map::new();
            m.insert("__unknown".into(), J::from(u.reasons.clone()));
            if std::env::var("FULL").is_ok() {
                m.insert("set".into(), u.set.into());
                m.insert(
                    "alt".into(),
                    J::Array(u.alternatives.iter().map(json).collect()),
                );
                m.insert("many".into(), u.many.into());
                m.insert("element".into(), u.element.as_deref().map_or(J::Null, json));
                m.insert(
                    "template".into(),
                    J::from(format!("{:?}", u.template.len())),
                );
                m.insert(
                    "refs".into(),
                    J::from(
                        n.references()
                            .iter()
                            .map(|r| format!("{}:{}", r.address, r.attribute))
                            .collect::<Vec<_>>(),
                    ),
                );
            }
            J::Object(m)
        }
    }
}
fn main() {
    let sources = Sources::new();
    let (files, _) = walk(std::path::Path::new(&std::env::args().nth(1).unwrap()));
    let mut options = hipaa_iac_terraform::Options::default();
    for v in std::env::args().skip(2) {
        let (a, b) = v.split_once('=').unwrap();
        options.vars.push((a.into(), b.into()));
    }
    let inv = hipaa_iac_terraform::load(&sources, &files, &options);
    let mut out = serde_json::Map::new();
    for r in &inv.resources {
        let t = r.terraform().unwrap();
        let at = sources.locate(r.span.unwrap()).unwrap();
        let mut v = json(&r.body);
        if std::env::var("FULL").is_ok() {
            v = serde_json::json!({"body": v, "mode": &*t.mode, "provider": &*t.provider, "major": t.provider_major, "symbolic": r.symbolic, "at": format!("{}:{}", at.0, at.1.line)});
        }
        out.insert(format!("{}|{}", r.root, r.address), v);
    }
    println!("{}", serde_json::to_string_pretty(&out).unwrap());
    for u in &inv.unresolved {
        eprintln!("UNRESOLVED {} {} {:?}", u.address, u.reason, u.references);
    }
    for d in &inv.diagnostics {
        eprintln!(
            "{:?} {} {} {:?}",
            d.level,
            d.code,
            d.message,
            d.span
                .and_then(|s| sources.locate(s))
                .map(|(p, s, _)| format!("{p}:{}:{}", s.line, s.column))
        );
    }
}
