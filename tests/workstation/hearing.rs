//! Is a recording heard as it is wished: its speed, its sides, without silence, over and over, through
//! the device that was chosen?

#![expect(clippy::print_stdout, reason = "the figures are for people to read")]

#[path = "hearing/devices.rs"]
mod devices;
#[path = "hearing/growing.rs"]
mod growing;
#[path = "hearing/hostile.rs"]
mod hostile;
#[path = "listener.rs"]
mod listener;
#[path = "hearing/places.rs"]
mod places;
#[path = "hearing/sides.rs"]
mod sides;
#[path = "hearing/silence.rs"]
mod silence;
#[path = "hearing/speed.rs"]
mod speed;
#[path = "hearing/stage.rs"]
mod stage;
