//! temp
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout, reason = "x")]
use std::io::BufRead;
use hipaa_iac_source::*;
fn j(n:&Node)->serde_json::Value{ use serde_json::Value as J; match &n.value { Value::Null=>J::Null, Value::Bool(b)=>J::Bool(*b), Value::Number(Number::Int(i))=>(*i).into(), Value::Number(Number::Float(i))=>(*i).into(), Value::Number(Number::Big(i))=>i.parse::<u64>().map(J::from).unwrap_or(J::Null), Value::String(s)=>(&**s).into(), Value::List(l)=>l.iter().map(j).collect(), Value::Object(m)=>m.iter().map(|(k,v)|(k.to_string(),j(v))).collect(), Value::Unknown(_)=>"UNKNOWN".into() } }
fn main(){ let s=Sources::new(); for l in std::io::stdin().lock().lines(){ let t:String=serde_json::from_str(&l.unwrap()).unwrap(); let f=s.add("x",&t); let d=hipaa_iac_kubernetes::parse_yaml(&f);
 let bad = d.errors.len()>0 || d.documents.iter().any(|d|d.diagnostics.iter().any(|x|x.level==Level::Error));
 if bad { println!("ERR {:?}", d.errors.first().or(d.documents.iter().flat_map(|d|&d.diagnostics).next()).map(|d|&d.message)); } else { println!("{}", d.documents.first().map_or("null".to_owned(), |d| j(&d.node).to_string())); } } }
