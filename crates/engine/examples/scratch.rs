#![allow(clippy::all, clippy::pedantic, clippy::restriction, missing_docs)]
use hipaa_iac_engine::*;
use hipaa_iac_source::*;
fn main() {
    let sources = Sources::new();
    let mut files = vec![];
    for root in std::env::args().skip(1) {
        let (entries, _) = walk(std::path::Path::new(&root));
        for e in entries { if e.path.file_name().unwrap() == "policy.yaml" { files.push(sources.read(&e.path).unwrap()); } }
    }
    let t = std::time::Instant::now();
    let (set, diagnostics) = PolicySet::parse(&files);
    eprintln!("{} policies in {:?}, digest {}", set.policies().len(), t.elapsed(), set.digest());
    let show = |d: &Diagnostic| {
        let at = d.span.and_then(|s| sources.locate(s)).map(|(p, a, _)| format!("{p}:{}:{}", a.line, a.column)).unwrap_or_else(|| d.path.clone().unwrap_or_default().to_string());
        println!("{at}: {}", d.message);
    };
    for d in &diagnostics { show(d); }
    println!("--- lint");
    for p in set.policies() {
        
        for d in lint(p) { { show(&d) } }
    }
}
