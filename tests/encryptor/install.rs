//! Does the crontab change as it should, and change back octet for octet?

mod common;
#[path = "install/file.rs"]
mod file;
#[path = "install/own.rs"]
mod own;
#[path = "install/refused.rs"]
mod refused;
#[path = "install/site.rs"]
mod site;
