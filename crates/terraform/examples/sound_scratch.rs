use hipaa_iac_source::{Node, Sources, TemplatePart, Value, walk};
fn show(n: &Node, d: usize) {
    let p = "  ".repeat(d);
    let refs: Vec<String> = n
        .references()
        .iter()
        .map(|r| format!("{}.{}", r.address, r.attribute))
        .collect();
    match &n.value {
        Value::Unknown(u) => {
            println!(
                "{p}UNKNOWN set={} many={} refs={refs:?} reasons={:?}",
                u.set, u.many, u.reasons
            );
            for a in &u.alternatives {
                println!("{p} alt:");
                show(a, d + 1)
            }
            for t in &u.template {
                match t {
                    TemplatePart::Text(t) => println!("{p} text {t:?}"),
                    TemplatePart::Hole(h) => {
                        println!("{p} hole:");
                        show(h, d + 1)
                    }
                }
            }
            if let Some(e) = &u.element {
                println!("{p} element:");
                show(e, d + 1)
            }
            if let Some(e) = &u.json {
                println!("{p} json:");
                show(e, d + 1)
            }
        }
        Value::List(l) => {
            println!("{p}[ refs={refs:?}");
            for e in l.iter() {
                show(e, d + 1)
            }
        }
        Value::Object(m) => {
            println!("{p}{{ refs={refs:?}");
            for (k, e) in m.iter() {
                println!("{p} {k}:");
                show(e, d + 1)
            }
        }
        other => println!("{p}{other:?} refs={refs:?}"),
    }
}
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let sources = Sources::new();
    let (entries, _) = walk(std::path::Path::new(&a[1]));
    let inv =
        hipaa_iac_terraform::load(&sources, &entries, &hipaa_iac_terraform::Options::default());
    for d in &inv.diagnostics {
        println!("{:?} {}", d.level, d.message)
    }
    for u in &inv.unresolved {
        println!("unresolved {} {} {:?}", u.address, u.reason, u.references)
    }
    for r in &inv.resources {
        if r.address.contains(&a[2]) {
            println!("== {} symbolic={}", r.address, r.symbolic);
            let n = if a.len() > 3 {
                r.body.get(&a[3])
            } else {
                Some(&r.body)
            };
            if let Some(n) = n {
                show(n, 0)
            }
        }
    }
}
