//! What does a name say of its call, where the dialer's own template is known?
//!
//! VICIdial puts values in place of words such as `CUSTPHONE` wherever they stand in a campaign's
//! recording filename (`FULLDATE_CUSTPHONE_CAMPAIGN_AGENT`); here the same words take them out again.

use shared::recording::{CallFacts, call_time};

/// A hostile pair of template and name ends after so many tries.
const MOST_TRIES: u32 = 20_000;
/// Longer ones are nobody's: VICIdial's column holds 50.
const MOST_OCTETS: usize = 200;

/// The words that VICIdial knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    FullDate,
    Number,
    Campaign,
    Agent,
    /// Something that is not shown.
    Other,
}

/// Longer ones first where one begins like another.
const WORDS: [(&str, Word); 11] = [
    ("FULLDATE", Word::FullDate),
    ("CUSTPHONE", Word::Number),
    ("CAMPAIGN", Word::Campaign),
    ("AGENT", Word::Agent),
    ("INGROUP", Word::Other),
    ("TINYDATE", Word::Other),
    ("EPOCH", Word::Other),
    ("VENDORLEADCODE", Word::Other),
    ("LEADID", Word::Other),
    ("CALLID", Word::Other),
    ("RECID", Word::Other),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Word(Word),
    Literal(&'a str),
}

/// What the name says by this template; none if it does not fit, or the template has no word.
pub fn read(template: &str, name: &str) -> Option<CallFacts> {
    if template.len() > MOST_OCTETS || name.len() > 2 * MOST_OCTETS {
        return None;
    }
    let parts = parts(template);
    let has_word = parts.iter().any(|part| matches!(part, Part::Word(_)));
    let rest = ["S_", "CO_", "CM_", "FR_"].iter().find_map(|prefix| name.strip_prefix(prefix));
    let mut tries = 0;
    let mut facts = CallFacts { stereo: name.starts_with("S_"), ..CallFacts::default() };
    let is_fitting = has_word
        && (fits(&parts, name, &mut facts, &mut tries)
            || rest.is_some_and(|rest| fits(&parts, rest, &mut facts, &mut tries)));
    is_fitting.then_some(facts)
}

/// Whether a template has a word that says something.
pub fn is_useful(template: &str) -> bool {
    parts(template).iter().any(|part| matches!(part, Part::Word(word) if *word != Word::Other))
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let at_word = WORDS.iter().find_map(|(name, word)| Some((rest.strip_prefix(name)?, *word)));
        if let Some((after, word)) = at_word {
            parts.push(Part::Word(word));
            rest = after;
            continue;
        }
        let next = rest.char_indices().skip(1).map(|(index, _)| index).find(|index| {
            let after = rest.get(*index..).unwrap_or_default();
            WORDS.iter().any(|(name, _)| after.starts_with(name))
        });
        let (literal, after) = rest.split_at(next.unwrap_or(rest.len()));
        parts.push(Part::Literal(literal));
        rest = after;
    }
    parts
}

/// Fills `facts` if the whole of `name` is spoken for: each word takes as little as it can.
fn fits(parts: &[Part<'_>], name: &str, facts: &mut CallFacts, tries: &mut u32) -> bool {
    *tries += 1;
    if *tries > MOST_TRIES {
        return false;
    }
    let Some((first, others)) = parts.split_first() else { return name.is_empty() };
    let word = match first {
        Part::Literal(literal) => {
            return name.strip_prefix(literal).is_some_and(|it| fits(others, it, facts, tries));
        }
        Part::Word(word) => *word,
    };
    // An agentless or numberless call leaves its place empty.
    let ends = name.char_indices().map(|(index, _)| index).chain([name.len()]);
    for end in ends {
        let Some((value, rest)) = name.split_at_checked(end) else { continue };
        if could_be(word, value) && fits(others, rest, facts, tries) {
            keep(word, value, facts);
            return true;
        }
    }
    false
}

fn could_be(word: Word, value: &str) -> bool {
    match word {
        Word::FullDate => call_time(value).is_some(),
        Word::Number => {
            value.len() <= 18 && value.chars().all(|it| it.is_ascii_digit() || it == '+')
        }
        Word::Campaign | Word::Agent | Word::Other => true,
    }
}

fn keep(word: Word, value: &str, facts: &mut CallFacts) {
    let text = (!value.is_empty()).then(|| value.to_owned());
    match word {
        Word::FullDate => facts.start = call_time(value),
        Word::Number => facts.number = text,
        Word::Campaign => facts.campaign = text,
        Word::Agent => facts.agent = text,
        Word::Other => {}
    }
}
