//! How does a stream begin that needs nothing converted by the server?

use std::ffi::CStr;
use std::time::Duration;

use pulseaudio::protocol::command::GetSinkInfo;
use pulseaudio::protocol::stream::{BufferAttr, StreamFlags};
use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, CreatePlaybackStreamReply, PlaybackStreamParams, Prop,
    Props, SampleSpec, SetClientNameReply, SinkInfo, SinkInfoList,
};

use super::connection::{Connection, LinkError};
use super::format::{channel_map, frame_octets, stream_spec};
use crate::audio::play::choice::{Choice, told_apart};

/// The device that servers make while there is none, so that programs play on, unheard.
const DUMMY: &CStr = c"auto_null";
const COOKIE_OCTETS: usize = 256;
/// More devices than this are no list that anybody reads.
const MOST_DEVICES: usize = 200;
/// What the server holds in advance.
pub const QUEUE_MS: u64 = 500;
/// But no more than this, whatever a device calls its rate.
const QUEUE_OCTETS: u32 = 1 << 20;
/// How often the server asks for more, which is also how much of it the device may have taken.
const PERIOD_MS: u64 = 20;
/// A server that takes longer to answer hangs.
pub const ANSWER_LIMIT: Duration = Duration::from_millis(1500);

/// The greeting each connection begins with.
pub fn greet(connection: &mut Connection) -> Result<(), LinkError> {
    let mut cookie = pulseaudio::cookie_path_from_env()
        .and_then(|path| std::fs::read(path).ok())
        .unwrap_or_default();
    // A server that asks for none still wants the place of one.
    cookie.resize(COOKIE_OCTETS, 0);
    let auth = AuthParams {
        version: protocol::MAX_VERSION,
        supports_shm: false,
        supports_memfd: false,
        cookie,
    };
    let reply: AuthReply = connection.ask(&Command::Auth(auth), ANSWER_LIMIT)?;
    connection.set_version(reply.version);
    let mut props = Props::new();
    props.set(Prop::ApplicationName, c"Callseal");
    let name = Command::SetClientName(props);
    connection.ask::<SetClientNameReply>(&name, ANSWER_LIMIT).map(drop)
}

/// A device by its number, or the default.
pub fn device_info(connection: &mut Connection, index: Option<u32>) -> Result<SinkInfo, LinkError> {
    let name = index.is_none().then(|| protocol::DEFAULT_SINK.to_owned());
    let command = Command::GetSinkInfo(GetSinkInfo { index, name });
    let device: SinkInfo = connection.ask(&command, ANSWER_LIMIT)?;
    if device.name.as_c_str() == DUMMY { Err(LinkError::NoDevice) } else { Ok(device) }
}

/// The devices, by the names that people know them by.
pub fn named_devices(connection: &mut Connection) -> Result<Vec<(String, SinkInfo)>, LinkError> {
    let devices: SinkInfoList = connection.ask(&Command::GetSinkInfoList, ANSWER_LIMIT)?;
    let real = devices.into_iter().filter(|device| device.name.as_c_str() != DUMMY);
    let named = real.take(MOST_DEVICES).map(|device| {
        let name = device.description.as_ref().unwrap_or(&device.name);
        (name.to_string_lossy().into_owned(), device)
    });
    Ok(told_apart(named.collect()))
}

/// The number of the device that was chosen, if it is there.
pub fn chosen_device(
    connection: &mut Connection,
    choice: &Choice,
) -> Result<Option<u32>, LinkError> {
    let Some(wanted) = choice.name() else { return Ok(None) };
    let found = named_devices(connection)?.into_iter().find(|(name, _)| *name == wanted);
    Ok(found.map(|(_, device)| device.index))
}

/// Creates a stream in what its device works in; the server may know better than the default
/// where this program's sound belongs.
pub fn create(
    connection: &mut Connection,
    chosen: Option<u32>,
) -> Result<(SampleSpec, CreatePlaybackStreamReply), LinkError> {
    let mut device = device_info(connection, chosen)?;
    loop {
        let spec = stream_spec(device.sample_spec);
        let command = Command::CreatePlaybackStream(parameters(spec, chosen));
        let stream: CreatePlaybackStreamReply = connection.ask(&command, ANSWER_LIMIT)?;
        if stream.sink_index == device.index {
            return Ok((spec, stream));
        }
        device = device_info(connection, Some(stream.sink_index))?;
        if stream_spec(device.sample_spec) == spec {
            return Ok((spec, stream));
        }
        connection.tell(&Command::DeletePlaybackStream(stream.channel))?;
    }
}

fn parameters(spec: SampleSpec, sink_index: Option<u32>) -> PlaybackStreamParams {
    let octets = |milliseconds: u64| {
        let frames = u64::from(spec.sample_rate) * milliseconds / 1000;
        u32::try_from(frames * frame_octets(spec) as u64).unwrap_or(u32::MAX)
    };
    let mut props = Props::new();
    // Other programs can read this: it says nothing of the call.
    props.set(Prop::MediaName, c"Recording");
    PlaybackStreamParams {
        sample_spec: spec,
        channel_map: channel_map(spec),
        sink_index,
        buffer_attr: BufferAttr {
            target_length: octets(QUEUE_MS).min(QUEUE_OCTETS),
            pre_buffering: octets(PERIOD_MS),
            minimum_request_length: octets(PERIOD_MS),
            ..BufferAttr::default()
        },
        // The queue stays the server's: its device holds no more than a period of it.
        flags: StreamFlags { early_requests: true, ..StreamFlags::default() },
        props,
        ..PlaybackStreamParams::default()
    }
}
