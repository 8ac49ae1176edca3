//! The code behind each operation.

mod alerts;
mod assistants;
mod callbacks;
mod calls;
mod conferences;
mod desk;
mod desk_calls;
mod hours;
mod keys;
mod lines;
mod providers;
mod queues;
pub(crate) mod recordings;
mod reports;
mod retention;
mod sandbox;
pub(crate) mod session;
mod sip;
mod supervision;
mod transfers;
mod users;
mod voicemail;
mod webhooks;

use std::sync::Arc;

use crate::ask::{Ask, Reply};
use crate::dispatch::Handler;
use crate::{live, peer_phone, phone};

/// Every handler under its operation's id.
pub(crate) fn all() -> Vec<(&'static str, Handler)> {
    vec![
        ("sign_in", handler(session::sign_in)),
        ("get_session", handler(session::me)),
        ("sign_out", handler(session::sign_out)),
        ("get_my_phone", handler(session::my_phone)),
        ("list_calls", handler(calls::list)),
        ("place_call", handler(calls::place)),
        ("list_live_calls", handler(calls::live)),
        ("get_call", handler(calls::get)),
        ("get_transcript", handler(calls::transcript)),
        ("get_call_events", handler(calls::events)),
        ("get_sip_trace", handler(sip::trace)),
        ("get_sip_trace_text", handler(sip::text)),
        ("get_recording", handler(recordings::file)),
        ("get_waveform", handler(recordings::waveform)),
        ("supervise", handler(supervision::supervise)),
        ("take_over", handler(supervision::take_over)),
        ("hand_back", handler(supervision::hand_back)),
        ("whisper_text", handler(supervision::whisper)),
        ("say", handler(supervision::say)),
        ("pause_recording", handler(supervision::pause_recording)),
        ("resume_recording", handler(supervision::resume_recording)),
        ("start_recording", handler(supervision::start_recording)),
        ("list_alerts", handler(alerts::list)),
        ("acknowledge_alert", handler(alerts::acknowledge)),
        ("get_alert_settings", handler(alerts::settings)),
        ("replace_alert_settings", handler(alerts::replace_settings)),
        ("get_recording_rules", handler(alerts::recording)),
        ("replace_recording_rules", handler(alerts::replace_recording)),
        ("end_call", handler(supervision::end)),
        ("list_queues", handler(queues::list)),
        ("create_queue", handler(queues::create)),
        ("replace_queue", handler(queues::replace)),
        ("delete_queue", handler(queues::delete)),
        ("replace_agent", handler(queues::replace_agent)),
        ("set_agent_queues", handler(queues::set_agent_queues)),
        ("list_callbacks", handler(callbacks::list)),
        ("create_callback", handler(callbacks::create)),
        ("cancel_callback", handler(callbacks::cancel)),
        ("settle_callback", handler(callbacks::settle)),
        ("get_floor", handler(desk::floor)),
        ("set_agent_presence", handler(desk::set_presence)),
        ("set_my_presence", handler(desk::set_my_presence)),
        ("end_wrap_up", handler(desk::wrap_up)),
        ("reorder_caller", handler(desk::reorder)),
        ("report_queues", handler(reports::queues)),
        ("report_agents", handler(reports::agents)),
        ("get_wallboard", handler(reports::wallboard)),
        ("get_desk", handler(desk::desk)),
        ("answer_offer", handler(desk::answer)),
        ("decline_offer", handler(desk::decline)),
        ("dispose_call", handler(desk::dispose)),
        ("transfer", handler(transfers::transfer)),
        ("complete_transfer", handler(transfers::complete)),
        ("abandon_transfer", handler(transfers::abandon)),
        ("swap_transfer", handler(transfers::swap)),
        ("three_way", handler(transfers::three_way)),
        ("dial", handler(desk_calls::dial)),
        ("list_colleagues", handler(desk_calls::colleagues)),
        ("hold_call", handler(desk_calls::hold)),
        ("resume_call", handler(desk_calls::resume)),
        ("send_keys", handler(desk_calls::send_keys)),
        ("list_conferences", handler(conferences::list)),
        ("list_live_conferences", handler(conferences::live)),
        ("get_conference", handler(conferences::get)),
        ("get_conference_recording", handler(conferences::recording)),
        ("join_conference", handler(conferences::join)),
        ("leave_conference", handler(conferences::leave)),
        ("mute_conference_member", handler(conferences::mute)),
        ("remove_conference_member", handler(conferences::remove)),
        ("lock_conference", handler(conferences::lock)),
        ("record_conference", handler(conferences::record)),
        ("dial_into_conference", handler(conferences::dial)),
        ("end_conference", handler(conferences::end)),
        ("list_assistants", handler(assistants::list)),
        ("create_assistant", handler(assistants::create)),
        ("get_assistant", handler(assistants::get)),
        ("replace_assistant", handler(assistants::replace)),
        ("delete_assistant", handler(assistants::delete)),
        ("list_trunks", handler(lines::list_trunks)),
        ("create_trunk", handler(lines::create_trunk)),
        ("replace_trunk", handler(lines::replace_trunk)),
        ("delete_trunk", handler(lines::delete_trunk)),
        ("list_numbers", handler(lines::list_numbers)),
        ("create_number", handler(lines::create_number)),
        ("replace_number", handler(lines::replace_number)),
        ("delete_number", handler(lines::delete_number)),
        ("list_hours", handler(hours::list)),
        ("create_hours", handler(hours::create)),
        ("replace_hours", handler(hours::replace)),
        ("delete_hours", handler(hours::delete)),
        ("list_voicemails", handler(voicemail::list)),
        ("get_voicemail_audio", handler(voicemail::audio)),
        ("update_voicemail", handler(voicemail::update)),
        ("delete_voicemail", handler(voicemail::delete)),
        ("list_sandbox_customers", handler(sandbox::customers)),
        ("sandbox_call_in", handler(sandbox::call_in)),
        ("list_users", handler(users::list)),
        ("create_user", handler(users::create)),
        ("update_user", handler(users::update)),
        ("list_keys", handler(keys::list)),
        ("create_key", handler(keys::create)),
        ("rotate_key", handler(keys::rotate)),
        ("revoke_key", handler(keys::revoke)),
        ("list_providers", handler(providers::list)),
        ("create_provider", handler(providers::create)),
        ("get_provider", handler(providers::get)),
        ("update_provider", handler(providers::update)),
        ("delete_provider", handler(providers::delete)),
        ("check_provider", handler(providers::check)),
        ("get_provider_fallback", handler(providers::fallback)),
        ("replace_provider_fallback", handler(providers::replace_fallback)),
        ("list_webhooks", handler(webhooks::list)),
        ("create_webhook", handler(webhooks::create)),
        ("replace_webhook", handler(webhooks::replace)),
        ("delete_webhook", handler(webhooks::delete)),
        ("rotate_webhook_secret", handler(webhooks::rotate)),
        ("test_webhook", handler(webhooks::test)),
        ("redeliver_webhooks", handler(webhooks::redeliver_span)),
        ("list_webhook_deliveries", handler(webhooks::deliveries)),
        ("get_webhook_delivery", handler(webhooks::delivery)),
        ("redeliver_webhook", handler(webhooks::redeliver)),
        ("get_retention", handler(retention::get)),
        ("replace_retention", handler(retention::replace)),
        ("sweep", handler(retention::sweep)),
        ("create_ticket", handler(session::ticket)),
        ("open_live", handler(live::open)),
        ("open_phone", handler(phone::open)),
        ("offer_phone", handler(peer_phone::offer)),
    ]
}

fn handler<F, Fut>(run: F) -> Handler
where
    F: Fn(Ask) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Reply> + Send + 'static,
{
    Arc::new(move |ask| Box::pin(run(ask)))
}
