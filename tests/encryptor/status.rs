//! Does `status` tell how things stand, and go bad on failure as well as when nothing runs?

#[path = "status/broken.rs"]
mod broken;
mod common;
#[path = "status/exposition.rs"]
mod exposition;
#[path = "status/formats.rs"]
mod formats;
#[path = "status/forms.rs"]
mod forms;
#[path = "status/quiet.rs"]
mod quiet;
#[path = "status/site.rs"]
mod site;
