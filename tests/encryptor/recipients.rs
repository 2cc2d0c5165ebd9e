//! Who is sealed for, and who is refused by what name and for what reason? Keys of the real gpg.

mod common;
#[path = "recipients/keyrings.rs"]
mod keyrings;
#[path = "recipients/refused.rs"]
mod refused;
#[path = "recipients/revoked.rs"]
mod revoked;
#[path = "recipients/site.rs"]
mod site;
#[path = "recipients/version5.rs"]
mod version5;
#[path = "recipients/warned.rs"]
mod warned;
