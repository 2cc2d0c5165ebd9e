//! What follows while a recording is heard?

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::desk::Repeat;
use super::{AppState, Effect, Listening, Screen};
use crate::audio::analysis::Overview;
use crate::audio::play::Playback;
use crate::message::Recording;

impl AppState {
    pub(super) fn ready(&mut self, recording: Recording, now: Instant) -> Vec<Effect> {
        let mut listening = Listening::of(recording, now);
        let before = match &self.screen {
            // The same one, put together anew: what was chosen and heard stays.
            Screen::Listening(before) => {
                listening.playback = before.playback;
                listening.heard = before.heard.clone();
                listening.repeat = before.repeat.clone();
                Some(before.playback)
            }
            _ => {
                let heard = self.selected.as_mut().and_then(|selected| selected.heard.take());
                listening.heard = heard.unwrap_or(listening.heard);
                None
            }
        };
        self.screen = Screen::Listening(listening);
        let mut effects =
            vec![Effect::SetVolume(self.settings.loudness()), Effect::SetHearing(self.hearing())];
        effects.extend(self.play_when_there(before));
        effects
    }

    /// Plays it, from where it was if there is such a place: as soon as that is decoded.
    fn play_when_there(&mut self, before: Option<Playback>) -> Vec<Effect> {
        let Screen::Listening(listening) = &self.screen else { return Vec::new() };
        let recording = listening.recording.clone();
        let resume_at = self.selected.as_ref().map_or(Duration::ZERO, |it| it.resume_at);
        let position = before.map_or(Duration::ZERO, |it| it.position).max(resume_at);
        if position > recording.pcm.duration() && !recording.overview.is_complete() {
            return Vec::new();
        }
        if let Some(selected) = &mut self.selected {
            selected.resume_at = Duration::ZERO;
        }
        let mut effects = vec![Effect::Play(recording)];
        effects.extend(self.treat());
        if !position.is_zero() {
            effects.extend(self.seek(position));
        }
        if before.is_some_and(|before| !before.is_playing) {
            effects.push(Effect::Pause);
        }
        effects
    }

    /// More of it is decoded.
    pub(super) fn grown(
        &mut self,
        overview: Arc<Overview>,
        is_damaged: Option<bool>,
    ) -> Vec<Effect> {
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        listening.recording.overview = overview;
        listening.recording.is_damaged = is_damaged.unwrap_or(listening.recording.is_damaged);
        let is_waiting = self.selected.as_ref().is_some_and(|it| !it.resume_at.is_zero());
        // Working it out takes longer the more there is: it is done a few times, not ten a second.
        let is_due = listening.recording.overview.is_complete()
            || listening.recording.overview.duration() > listening.treated.mul_f32(1.5);
        match (is_waiting, is_due) {
            (true, _) => self.play_when_there(None),
            (false, true) => self.treat(),
            (false, false) => Vec::new(),
        }
    }

    /// Whether the worker is busy with what is shown.
    pub(super) fn is_decoding(&self) -> bool {
        match &self.screen {
            Screen::Opening(_) => true,
            Screen::Listening(listening) => !listening.recording.overview.is_complete(),
            _ => false,
        }
    }

    /// Decoding was given up when something else was selected, and that came to nothing.
    pub(super) fn reopen_if_begun(&mut self, now: Instant) -> Vec<Effect> {
        let Screen::Listening(listening) = &self.screen else { return Vec::new() };
        if self.pending.is_some() || !self.is_decoding() {
            return Vec::new();
        }
        let position = listening.playback.position;
        let mut effects = self.reopen(now);
        if let Some(pending) = &mut self.pending {
            pending.selected.resume_at = position;
        }
        effects.insert(0, Effect::Silence);
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
        listening.jump_count += 1;
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
        self.settings.is_muted = false;
        let mut effects = vec![Effect::SetVolume(self.settings.loudness())];
        if is_final {
            effects.push(Effect::SaveSettings);
        }
        effects
    }

    pub(super) fn toggle_mute(&mut self) -> Vec<Effect> {
        self.settings.is_muted ^= true;
        vec![Effect::SetVolume(self.settings.loudness())]
    }

    /// The player says what can be heard now.
    pub(super) fn played(&mut self, playback: Playback, now: Instant) -> Vec<Effect> {
        let skips_silence = self.settings.desk.skips_silence;
        let Screen::Listening(listening) = &mut self.screen else { return Vec::new() };
        if listening.hear(playback, skips_silence, now) { self.heard() } else { Vec::new() }
    }
}
