//! What can be done while a recording is heard, and what follows from it?

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::arrival::card;
use super::{AppState, Effect, Listening, Place, Screen};
use crate::audio::play::hearing::{Hearing, Side};
use crate::call::CallCard;
use crate::desk::{SPEED_STEP, Switch, nearest_speed};
use crate::marks::Marks;
use crate::queue::Item;

/// What is shorter cannot be repeated.
pub const SHORTEST_REPEAT: Duration = Duration::from_millis(300);

/// What a person did at the listening desk.
#[derive(Clone, Debug, PartialEq)]
pub enum DeskAction {
    /// Chose a speed.
    Speed(f32),
    /// A number of steps faster, or slower.
    SpeedStep(i32),
    /// Turned a switch.
    Toggle(Switch),
    /// Chose a side.
    Side(Side),
    /// Wants the next one of the sides.
    NextSide,
    /// Sets A, then B, then ends the repeat.
    Repeat,
    /// Chose what is repeated on the picture.
    RepeatRange(Range<Duration>),
    /// Holds a key down that plays, or lets it go.
    Hold(bool),
    /// Set a mark where it plays.
    Mark,
    /// Noted something.
    WriteMark(u64, String),
    /// Took one away.
    RemoveMark(u64),
    /// Wants the recording before.
    Previous,
    /// Wants one of the list.
    Pick(usize),
    /// Takes one out of the list.
    TakeOut(usize),
    /// Wants to hear whether the device plays.
    TestSound,
    /// Wants to know which devices there are.
    AskDevices,
}

/// What is played over and over, as far as it was chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Repeat {
    /// Nothing.
    Off,
    /// From here, to a place that is still to come.
    From(Duration),
    /// All of it.
    Between(Range<Duration>),
}

impl AppState {
    pub(super) fn act_at_desk(&mut self, action: DeskAction, now: Instant) -> Vec<Effect> {
        match action {
            DeskAction::Speed(speed) => self.set_speed(speed),
            DeskAction::SpeedStep(steps) => {
                self.set_speed(self.settings.desk.speed + steps as f32 * SPEED_STEP)
            }
            DeskAction::Toggle(switch) => {
                self.settings.desk.toggle(switch);
                self.changed_hearing()
            }
            DeskAction::Side(side) => {
                self.settings.desk.side = side;
                self.changed_hearing()
            }
            DeskAction::NextSide => {
                self.settings.desk.side = self.next_side();
                self.changed_hearing()
            }
            DeskAction::Repeat => self.step_repeat(),
            DeskAction::RepeatRange(range) => self.set_repeat(Repeat::Between(range)),
            DeskAction::Hold(is_down) => self.hold(is_down),
            DeskAction::Mark => {
                self.mark();
                Vec::new()
            }
            DeskAction::WriteMark(number, text) => {
                self.with_marks(|marks| marks.write(number, &text));
                Vec::new()
            }
            DeskAction::RemoveMark(number) => {
                self.with_marks(|marks| marks.remove(number));
                Vec::new()
            }
            DeskAction::Previous => self.previous(now),
            DeskAction::Pick(index) => self.pick(index, now),
            DeskAction::TakeOut(index) => {
                self.queue.remove(index);
                Vec::new()
            }
            DeskAction::TestSound => vec![Effect::TestSound],
            DeskAction::AskDevices => vec![Effect::AskDevices],
        }
    }

    /// How what is open is to sound.
    pub(super) fn hearing(&self) -> Hearing {
        let repeated = match &self.screen {
            Screen::Listening(Listening { repeat: Repeat::Between(range), .. }) => {
                Some(range.clone())
            }
            _ => None,
        };
        Hearing { repeated, ..self.settings.desk.hearing() }
    }

    fn changed_hearing(&self) -> Vec<Effect> {
        vec![Effect::SetHearing(self.hearing()), Effect::SaveSettings]
    }

    fn set_speed(&mut self, speed: f32) -> Vec<Effect> {
        self.settings.desk.speed = nearest_speed(speed);
        self.changed_hearing()
    }

    fn next_side(&self) -> Side {
        let desk = &self.settings.desk;
        let (agent, customer) = (desk.side_of(true), desk.side_of(false));
        match desk.side {
            Side::Both => agent,
            side if side == agent => customer,
            Side::Mixed => Side::Both,
            _ => Side::Mixed,
        }
    }

    fn step_repeat(&mut self) -> Vec<Effect> {
        let Screen::Listening(listening) = &self.screen else { return Vec::new() };
        let here = listening.playback.position;
        let next = match &listening.repeat {
            Repeat::Off => Repeat::From(here),
            Repeat::From(start) => Repeat::Between((*start).min(here)..(*start).max(here)),
            Repeat::Between(_) => Repeat::Off,
        };
        self.set_repeat(next)
    }

    fn set_repeat(&mut self, repeat: Repeat) -> Vec<Effect> {
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        let length = listening.recording.pcm.duration();
        listening.repeat = match repeat {
            Repeat::Between(range) => {
                let start = range.start.min(length.saturating_sub(SHORTEST_REPEAT));
                let end = range.end.max(start + SHORTEST_REPEAT).min(length);
                if start < end { Repeat::Between(start..end) } else { Repeat::Off }
            }
            other => other,
        };
        let start = match &listening.repeat {
            Repeat::Between(range) if !range.contains(&listening.playback.position) => {
                Some(range.start)
            }
            _ => None,
        };
        let mut effects = vec![Effect::SetHearing(self.hearing())];
        effects.extend(start.into_iter().flat_map(|start| self.seek(start)));
        effects
    }

    fn hold(&mut self, is_down: bool) -> Vec<Effect> {
        match &self.screen {
            Screen::Listening(listening) if listening.playback.is_playing != is_down => {
                self.toggle_play()
            }
            _ => Vec::new(),
        }
    }

    fn mark(&mut self) {
        let Screen::Listening(listening) = &self.screen else { return };
        let at = listening.playback.position;
        self.settings.desk.shows_marks = true;
        self.last_mark += 1;
        let number = self.last_mark;
        let mut is_set = false;
        self.with_marks(|marks| is_set = marks.set(number, at));
        self.mark_to_write = is_set.then_some(number);
    }

    /// The marks of what is open.
    pub fn marks(&self) -> Option<&Marks> {
        let source = &self.selected.as_ref()?.source;
        self.marked.iter().find(|(marked, _)| marked == source).map(|(_, marks)| marks)
    }

    fn with_marks(&mut self, change: impl FnOnce(&mut Marks)) {
        let Some(selected) = &self.selected else { return };
        let known = self.marked.iter().position(|(source, _)| *source == selected.source);
        let index = known.unwrap_or_else(|| {
            self.marked.push((selected.source.clone(), Marks::default()));
            self.marked.len() - 1
        });
        if let Some((_, marks)) = self.marked.get_mut(index) {
            change(marks);
        }
    }

    fn previous(&mut self, now: Instant) -> Vec<Effect> {
        match self.queue.previous().map(|item| item.source.clone()) {
            Some(source) => self.read(source, now),
            None => Vec::new(),
        }
    }

    fn pick(&mut self, index: usize, now: Instant) -> Vec<Effect> {
        let picked = self.queue.items().get(index).map(|item| item.source.clone());
        match picked {
            Some(source) if self.queue.current() != Some(index) => self.read(source, now),
            _ => Vec::new(),
        }
    }

    /// What the name of one of the list says.
    pub fn card_of(&self, item: &Item) -> CallCard {
        if item.name.is_empty() {
            card(&item.source, &self.settings.desk)
        } else {
            CallCard::of_name(&item.name, &self.settings.desk)
        }
    }

    /// What was found out about the recording tells what silence is, by the rule of now.
    pub(super) fn treat(&mut self) -> Vec<Effect> {
        let rule = self.settings.desk.silence_rule();
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        listening.treated = listening.recording.overview.duration();
        listening.treatment = Arc::new(listening.recording.overview.treatment(&rule));
        listening.silences = listening.recording.overview.silences(&rule);
        vec![Effect::Treat(Arc::clone(&listening.treatment))]
    }

    /// Whether the keys of the desk do what they say: where something is typed they do not.
    pub fn is_at_desk(&self) -> bool {
        self.place == Place::Recording && matches!(self.screen, Screen::Listening(_))
    }
}
