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
    for _ in 0..3 {
    let t = std::time::Instant::now();
    let (set, _) = PolicySet::parse(&files);
    eprintln!("{} policies in {:?}", set.policies().len(), t.elapsed());
    let t = std::time::Instant::now();
    for f in &files { let d: PolicyDocument = serde_saphyr::from_str(f.text()).unwrap(); std::hint::black_box(d); }
    eprintln!("yaml alone, one thread {:?}", t.elapsed());
    }
    let bytes: usize = files.iter().map(|f| f.text().len()).sum();
    eprintln!("{bytes} bytes");
}
