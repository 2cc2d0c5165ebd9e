//! What must hold for any octets that claim to be messages, keys or certificates?

mod held;
pub mod keys;
pub mod messages;
