//! What may stand in a message to a person?

/// Whether there is no control character in a text, and nothing that turns the writing direction.
pub fn is_safe(text: &str) -> bool {
    let turns = |it: char| matches!(it, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !text.chars().any(|it| it.is_control() || turns(it))
}
