//! Does everything that was made to exhaust a workstation end in a clear answer, soon and in little
//! memory?

#[path = "bombs/keys.rs"]
mod keys;
#[path = "bombs/measured.rs"]
mod measured;
#[path = "bombs/nested.rs"]
mod nested;
#[path = "bombs/outside.rs"]
mod outside;
#[path = "bombs/silence.rs"]
mod silence;
#[path = "bombs/sound.rs"]
mod sound;
