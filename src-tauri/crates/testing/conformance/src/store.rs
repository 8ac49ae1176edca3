//! What every implementation of the storage port must do.
//!
//! Each check takes an open store and makes its own organisations, so that any number may run on one database.
//! [`store_conformance!`](crate::store_conformance) makes a test of each.

mod access;
mod callbacks;
mod calls;
pub mod cluster;
mod commits;
mod conferences;
mod directory;
mod event_log;
mod events;
pub mod fixtures;
mod idempotency;
mod queues;
mod routing;
mod sip_messages;

use std::sync::Arc;

use tandem_switchboard::ports::store::Store;

pub use access::*;
pub use callbacks::*;
pub use calls::*;
pub use commits::*;
pub use conferences::*;
pub use directory::*;
pub use event_log::*;
pub use events::*;
pub use idempotency::*;
pub use queues::*;
pub use routing::*;
pub use sip_messages::*;

/// A store under test.
pub type Subject = Arc<dyn Store>;

/// Makes a `#[tokio::test]` of every check. `$open` is an expression that awaits to (anything to keep, [`Subject`]).
#[macro_export]
macro_rules! store_conformance {
    ($open:expr) => {
        $crate::store_conformance!(@tests $open;
            a_call_is_read_back_with_every_field
            a_call_is_replaced_as_a_whole
            transcript_items_are_replaced_by_id_and_read_in_order
            lists_are_filtered
            a_search_finds_numbers_and_names_whatever_their_case
            a_search_takes_wildcards_as_text
            paging_neither_repeats_nor_misses_while_calls_arrive
            a_page_is_at_most_two_hundred
            unfinished_calls_are_found_over_all_organisations
            do_not_call_knows_a_number_however_it_is_written
            calls_are_isolated
            a_queue_is_read_as_it_was_written
            what_an_agent_is_at_is_kept_with_the_event_that_tells_it
            settings_are_an_organisations_own_and_replaced_as_a_whole
            a_commit_that_fails_leaves_nothing
            an_outbox_row_needs_its_event
            a_commit_to_another_organisation_is_refused
            fifty_commits_at_once_are_each_whole_and_in_order
            a_failing_commit_takes_no_neighbour_with_it
            events_are_resumed_after_a_sequence_number
            a_reader_never_sees_a_lower_number_appear
            every_body_of_an_event_survives
            events_are_read_by_kind_in_pages
            the_numbers_of_a_time_span_are_found_though_some_events_come_late
            what_was_last_told_of_an_agent_is_found
            an_assistant_is_changed_only_at_the_version_that_was_read
            two_editors_of_one_version_cannot_both_win
            an_assistants_code_is_unique_in_its_organisation
            trunks_and_numbers_are_read_back_with_every_field
            a_trunk_in_use_stays
            a_user_is_found_by_e_mail_whatever_its_case
            an_e_mail_address_and_a_phone_name_are_unique_on_the_server
            lists_of_the_directory_are_newest_first
            the_directory_is_isolated
            a_change_and_its_event_are_one
            a_key_is_found_by_its_hash_until_it_is_revoked
            a_session_ends_at_its_time_or_when_deleted
            access_is_isolated
            an_idempotency_key_replays_its_answer
            of_many_claims_at_once_one_is_fresh
            idempotency_keys_are_forgotten_after_a_day
            idempotency_keys_are_isolated
            sip_messages_are_read_back_with_every_field_in_their_order
            a_batch_of_sip_messages_may_be_written_again
            sip_messages_need_their_call_and_are_isolated
            sip_messages_are_kept_a_week_where_nobody_chose
            hours_are_kept_under_a_name_of_their_own
            messages_are_listed_by_box_heard_and_deleted
            a_routes_secret_is_read_back
            conferences_are_replaced_with_their_events_and_listed_newest_first
            who_is_to_be_called_back_is_read_as_written_and_found_while_it_is_not_over
            a_persons_queues_are_changed_all_at_once_and_nothing_else_of_them
        );
    };
    (@tests $open:expr; $($check:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            let (_kept, subject) = $open.await;
            $crate::store::$check(subject).await;
        }
    )*};
}
