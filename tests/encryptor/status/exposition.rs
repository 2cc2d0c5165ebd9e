//! Is a text what Prometheus reads? Its grammar, strictly, as its own documentation states it:
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::collections::{BTreeMap, BTreeSet};
use support::{Failure, Outcome, ensure, fail};

/// Every sample by its name with its labels, as they stand in the text.
pub fn samples(text: &str) -> Outcome<BTreeMap<String, f64>> {
    ensure!(text.ends_with('\n'), "the last line does not end");
    let mut samples = BTreeMap::new();
    let mut known = BTreeSet::new();
    let mut family = String::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            family = head(comment, &family, &mut known)?;
            continue;
        }
        let (key, value) = line.rsplit_once(' ').ok_or_else(|| Failure::new(line))?;
        let name = key.split('{').next().unwrap_or_default();
        ensure!(name == family, "{name} stands under {family}");
        labels(key.strip_prefix(name).unwrap_or_default())?;
        let value: f64 = value.parse()?;
        ensure!(samples.insert(key.to_string(), value).is_none(), "{key} is there twice");
    }
    Ok(samples)
}

/// HELP comes first and once, TYPE follows it.
fn head(comment: &str, family: &str, known: &mut BTreeSet<String>) -> Outcome<String> {
    let mut words = comment.splitn(3, ' ');
    let (kind, name, rest) = (words.next(), words.next().unwrap_or_default(), words.next());
    let is_name = |octet: u8| octet.is_ascii_lowercase() || octet == b'_';
    ensure!(name.starts_with("callseal_") && name.bytes().all(is_name), "no name: {name}");
    match (kind, rest) {
        (Some("HELP"), Some(help)) => {
            ensure!(known.insert(name.to_string()), "{name} is there twice");
            ensure!(help.ends_with('.') && !help.contains('\\'), "no help: {help}");
        }
        (Some("TYPE"), Some("gauge")) => ensure!(name == family, "TYPE without HELP: {name}"),
        _ => fail!("neither HELP nor TYPE: {comment}"),
    }
    Ok(name.to_string())
}

/// `{name="value"}`, or nothing.
fn labels(text: &str) -> Outcome {
    if text.is_empty() {
        return Ok(());
    }
    let inner = text.strip_prefix('{').and_then(|it| it.strip_suffix("\"}"));
    let (name, value) = inner
        .and_then(|it| it.split_once("=\""))
        .ok_or_else(|| Failure::new(format!("no labels: {text}")))?;
    ensure!(name.bytes().all(|octet| octet.is_ascii_lowercase()), "no label: {name}");
    let bare = value.replace("\\\\", "").replace("\\\"", "").replace("\\n", "");
    ensure!(!bare.contains(['\\', '"', '\n']), "no value: {value}");
    Ok(())
}

#[test]
fn what_prometheus_would_refuse_is_refused_here() -> Outcome {
    let head = "# HELP callseal_up Up.\n# TYPE callseal_up gauge\n";
    samples(&format!("{head}callseal_up 1\n"))?;
    for wrong in [
        "callseal_up 1\n".to_string(),
        format!("{head}callseal_up 1"),
        format!("{head}callseal_up one\n"),
        format!("{head}callseal_up 1\ncallseal_up 1\n"),
        format!("{head}callseal_down 1\n"),
        format!("{head}{head}callseal_up 1\n"),
        format!("{head}callseal_up{{kind=\"a\"b\"}} 1\n"),
    ] {
        ensure!(samples(&wrong).is_err(), "taken: {wrong}");
    }
    Ok(())
}
