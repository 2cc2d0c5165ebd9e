//! What is known of a recording before it is heard? Found out in [`analysis`](super::analysis).

pub use super::analysis::overview::{Growing, Overview};
pub use super::analysis::silence::SilenceRule;
