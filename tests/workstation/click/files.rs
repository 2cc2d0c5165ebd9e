//! Are the files of `installer/browser` what they claim to be, and do they say the same?

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use support::{Outcome, ensure, fail};

use super::installer;

fn json_file(name: &str) -> Outcome<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(installer("browser").join(name))?)?)
}

/// Keys of a registry with their values, as the Windows registry editor reads the file.
fn registry_file(text: &str) -> Outcome<BTreeMap<String, BTreeMap<String, String>>> {
    let Some(rest) = text.strip_prefix("Windows Registry Editor Version 5.00\r\n\r\n") else {
        fail!("not the file of a registry editor");
    };
    let (mut keys, mut key) = (BTreeMap::<_, BTreeMap<_, _>>::new(), String::new());
    for line in rest.split_terminator("\r\n").filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            name.clone_into(&mut key);
        } else if let Some((name, value)) = line.split_once('=') {
            // Quotes and backslashes are written as JSON writes them.
            let (name, value) = (serde_json::from_str(name)?, serde_json::from_str(value)?);
            keys.entry(key.clone()).or_default().insert(name, value);
        } else {
            fail!("{line} is no line of a registry file");
        }
    }
    Ok(keys)
}

#[test]
fn windows_gets_the_same_policy_as_linux() -> Outcome {
    same_policy("chromium.json", "chrome-edge.reg")?;
    same_policy("optional-http-chromium.json", "optional-http-chrome-edge.reg")
}

#[test]
fn nothing_loosens_a_browser_but_the_files_that_are_called_optional() -> Outcome {
    for entry in fs::read_dir(installer("browser"))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path())?;
        // On a page by https it allows scripts by http too; on one by http it takes nothing away.
        let is_policy = name.ends_with(".json") || name.ends_with(".reg");
        let is_of_all = text.matches("[*.]").count() > text.matches("http://[*.]").count();
        ensure!((is_policy && is_of_all) == name.starts_with("optional-"), "{name}");
    }
    Ok(())
}

fn same_policy(linux: &str, windows: &str) -> Outcome {
    let policy = json_file(linux)?;
    let text = fs::read_to_string(installer("browser").join(windows))?;
    ensure!(text.is_ascii(), "the registry editor guesses what else could be meant");
    let mut keys = registry_file(&text)?;
    for browser in ["Google\\Chrome", "Microsoft\\Edge"] {
        let root = format!("HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\{browser}");
        for (name, value) in policy.as_object().into_iter().flatten() {
            let lists_of_words = value.as_array().is_some_and(|it| it.iter().all(Value::is_string));
            let found = if lists_of_words {
                // A list is a key with numbered values.
                let list = keys.remove(&format!("{root}\\{name}")).unwrap_or_default();
                let numbers: Vec<String> = (1..=list.len()).map(|it| it.to_string()).collect();
                assert!(list.keys().eq(numbers.iter()), "{name}: {list:?}");
                json!(list.into_values().collect::<Vec<_>>())
            } else {
                let text = keys.get_mut(&root).and_then(|it| it.remove(name)).unwrap_or_default();
                serde_json::from_str(&text)?
            };
            assert_eq!(&found, value, "{browser}: {name}");
        }
        let more = keys.remove(&root).unwrap_or_default();
        assert_eq!(more, BTreeMap::new(), "{browser}: more than on Linux");
    }
    assert_eq!(keys, BTreeMap::new());
    Ok(())
}

#[test]
fn firefox_is_told_the_same_in_its_own_words() -> Outcome {
    let policies = json_file("firefox-policies.json")?;
    let without_asking = json!({ "action": "useSystemDefault", "ask": false });
    for place in [
        "/mimeTypes/application~1pgp-encrypted",
        "/extensions/pgp",
        "/extensions/gpg",
        "/schemes/callseal",
    ] {
        let found = policies.pointer(&format!("/policies/Handlers{place}"));
        assert_eq!(found, Some(&without_asking), "{place}");
    }
    let origins = policies.pointer("/policies/AutoLaunchProtocolsFromOrigins/0");
    let origins = origins.cloned().unwrap_or_default();
    assert_eq!(origins.get("protocol"), Some(&json!("callseal")));
    assert_eq!(
        origins.get("allowed_origins"),
        Some(&json!(["https://vicidial.example", "http://vicidial.example"]))
    );
    Ok(())
}

#[test]
fn the_domain_is_the_one_thing_to_edit_and_stands_in_every_file() -> Outcome {
    for name in [
        "chromium.json",
        "chrome-edge.reg",
        "firefox-policies.json",
        "callseal.user.js",
        "optional-http-chromium.json",
        "optional-http-chrome-edge.reg",
    ] {
        let text = fs::read_to_string(installer("browser").join(name))?;
        ensure!(text.contains("vicidial.example"), "{name} names no domain");
        let edited = text.replace("vicidial.example", "");
        ensure!(!edited.contains("example"), "{name} has another place to edit");
    }
    Ok(())
}
