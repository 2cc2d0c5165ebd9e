//! What follows while a recording is heard?

use std::time::{Duration, Instant};

use super::desk::Repeat;
use super::{AppState, Effect, Listening, Screen};
use crate::audio::play::Playback;
use crate::message::Recording;

impl AppState {
    pub(super) fn ready(&mut self, recording: Recording, now: Instant) -> Vec<Effect> {
        self.screen = Screen::Listening(Listening::of(recording.clone(), now));
        let mut effects = vec![
            Effect::SetVolume(self.settings.volume),
            Effect::SetHearing(self.hearing()),
            Effect::Play(recording),
        ];
        effects.extend(self.treat());
        let resume_at = self.selected.as_mut().map(|it| std::mem::take(&mut it.resume_at));
        if let Some(position) = resume_at.filter(|position| !position.is_zero()) {
            effects.extend(self.seek(position));
        }
        effects
    }

    pub(super) fn toggle_play(&mut self) -> Vec<Effect> {
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        listening.playback.is_playing = !listening.playback.is_playing;
        if !listening.playback.is_playing {
            listening.steps_back = true;
            return vec![Effect::Pause];
        }
        let mut effects = self.step_back_a_little();
        effects.push(Effect::Resume);
        effects
    }

    /// Whoever goes on after a pause has forgotten the last words.
    fn step_back_a_little(&mut self) -> Vec<Effect> {
        let step = Duration::from_millis(self.settings.desk.step_back_ms.into());
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        let is_due = std::mem::take(&mut listening.steps_back) && !listening.playback.has_ended;
        if !is_due || step.is_zero() {
            return Vec::new();
        }
        let here = listening.playback.position;
        let first = match &listening.repeat {
            Repeat::Between(range) if range.contains(&here) => range.start,
            _ => Duration::ZERO,
        };
        let back = here.saturating_sub(step).max(first);
        if back < here { self.seek(back) } else { Vec::new() }
    }

    pub(super) fn seek(&mut self, position: Duration) -> Vec<Effect> {
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        let position = position.min(listening.recording.pcm.duration());
        listening.playback.position = position;
        listening.steps_back = false;
        vec![Effect::Seek(position)]
    }

    pub(super) fn skip(&mut self, secs: i64) -> Vec<Effect> {
        let Screen::Listening(listening) = &self.screen else { return Vec::new() };
        let position = listening.playback.position;
        let distance = Duration::from_secs(secs.unsigned_abs());
        self.seek(if secs < 0 { position.saturating_sub(distance) } else { position + distance })
    }

    pub(super) fn set_volume(&mut self, volume: f32, is_final: bool) -> Vec<Effect> {
        self.settings.volume = volume.clamp(0.0, 1.0);
        let mut effects = vec![Effect::SetVolume(self.settings.volume)];
        if is_final {
            effects.push(Effect::SaveSettings);
        }
        effects
    }

    /// The player says what can be heard now.
    pub(super) fn played(&mut self, playback: Playback, now: Instant) -> Vec<Effect> {
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        if listening.hear(playback, now) { self.heard() } else { Vec::new() }
    }
}
