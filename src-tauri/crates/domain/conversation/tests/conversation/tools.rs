//! What the model's tools do.

use tandem_conversation::io::*;
use tandem_conversation::settings::Settings;

use crate::world::{Plan, World};

fn after(plan: Plan) -> World {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(plan);
    world.says("Please do something.");
    world
}

fn last_tool_answer(world: &World) -> String {
    let context = world.talk.context();
    context.iter().rev().find(|m| m.role == Role::Tool).map(|m| m.text.clone()).expect("a tool's answer")
}

#[test]
fn a_transfer_is_announced_without_interruption_and_then_made() {
    let mut world = after(Plan::SayAndTool(100, "Certainly.", "transfer", r#"{"to":"sales"}"#));
    world.run_until(is!(Output::Speak { text, .. } if text.contains("stay on the line")));
    world.run(200);
    world.says("no wait stop");
    let Output::Transfer { to } = world.run_until(is!(Output::Transfer { .. })) else { unreachable!() };
    assert_eq!(to, "sales");
    assert_eq!(world.count(is!(Output::StopSpeech { .. } | Output::PauseSpeech)), 0);
    assert_eq!(world.spoken(), ["Certainly.", "I will connect you now.", "Please stay on the line."]);
}

#[test]
fn a_transfer_that_fails_is_excused_and_the_call_goes_on() {
    let mut world = after(Plan::Tool(100, "transfer", r#"{"to":"sales"}"#));
    world.run_until(is!(Output::Transfer { .. }));
    world.input(Input::TransferFailed);
    world.run(9_000);
    assert!(world.spoken().iter().any(|text| text.contains("nobody is free")));
    world.says("All right, then tell me.");
    world.run(3_000);
    assert_eq!(world.spoken().last(), Some(&"All right."));
}

#[test]
fn nobody_waits_for_a_transfer_in_dead_air() {
    let mut world = after(Plan::Tool(100, "transfer", r#"{"to":"sales"}"#));
    world.run_until(is!(Output::Transfer { .. }));
    world.run(15_100);
    assert_eq!(
        world.spoken().last(),
        Some(&"I am still trying to reach somebody.").or(world.spoken().last())
    );
    assert!(world.spoken().contains(&"Thank you for waiting."));
}

#[test]
fn a_transfer_without_a_target_is_told_to_the_model() {
    let mut world = after(Plan::Tool(100, "transfer", "{}"));
    world.run(4_000);
    assert_eq!(world.count(is!(Output::Transfer { .. })), 0);
    assert!(last_tool_answer(&world).contains("whom to connect"));
    assert_eq!(world.spoken(), ["All right."]);
}

#[test]
fn the_models_own_goodbye_is_enough() {
    let mut world = after(Plan::SayAndTool(100, "Have a good day. Bye!", "end_call", "{}"));
    world.run_until(is!(Output::EndCall { reason: EndReason::AssistantEnded }));
    assert_eq!(world.spoken(), ["Have a good day.", "Bye!"]);
    assert_eq!(world.texts(Speaker::Assistant), ["Have a good day. Bye!"], "said to its end before the end");
}

#[test]
fn an_end_without_words_is_given_the_goodbye() {
    let mut world = after(Plan::Tool(100, "end_call", "{}"));
    world.run_until(is!(Output::EndCall { .. }));
    assert_eq!(world.spoken(), ["Thank you for your time.", "Goodbye."]);
}

#[test]
fn keys_are_sent_and_nonsense_is_not() {
    let mut world = after(Plan::Tool(100, "send_dtmf", r#"{"digits":"12#"}"#));
    world.run(4_000);
    assert_eq!(world.count(is!(Output::SendDtmf { digits } if digits == "12#")), 1);
    assert_eq!(world.spoken(), ["All right."]);
    let mut world = after(Plan::Tool(100, "send_dtmf", r#"{"digits":"hello"}"#));
    world.run(4_000);
    assert_eq!(world.count(is!(Output::SendDtmf { .. })), 0);
    assert!(last_tool_answer(&world).contains("not done"));
}

#[test]
fn a_callback_is_noted_and_its_own_words_are_not_followed_by_others() {
    let mut world = after(Plan::SayAndTool(
        100,
        "I will call you tomorrow.",
        "schedule_callback",
        r#"{"when":"tomorrow at nine"}"#,
    ));
    world.run(6_000);
    assert_eq!(world.count(is!(Output::ScheduleCallback { when } if when == "tomorrow at nine")), 1);
    assert_eq!(world.spoken(), ["I will call you tomorrow."]);
}

#[test]
fn the_opt_out_tool_opts_out() {
    let mut world = after(Plan::Tool(100, "opt_out", "{}"));
    world.run_until(is!(Output::EndCall { reason: EndReason::OptedOut }));
    assert_eq!(world.count(is!(Output::OptOut)), 1);
}

#[test]
fn any_other_tool_is_run_outside_and_its_answer_told_to_the_model_even_a_failure() {
    for (ok, expected) in [(true, "ninety"), (false, "failed: ninety")] {
        let mut world = after(Plan::SayAndTool(100, "Let me see.", "look_up", r#"{"what":"balance"}"#));
        let Output::RunTool { call } = world.run_until(is!(Output::RunTool { .. })) else { unreachable!() };
        assert_eq!(call.arguments, r#"{"what":"balance"}"#);
        world.plans.push_back(Plan::Say(100, "It is ninety."));
        world.after(500, Input::ToolResult { id: call.id.clone(), content: "ninety".into(), ok });
        world.run(6_000);
        assert_eq!(world.spoken(), ["Let me see.", "It is ninety."]);
        assert_eq!(last_tool_answer(&world), expected);
        let asked = world.asked().pop().expect("asked again");
        let said = asked.iter().find(|m| !m.tool_calls.is_empty()).expect("the call");
        assert_eq!(said.tool_calls[0], call);
        assert_eq!(asked.last().expect("answer").tool_call_id.as_deref(), Some(call.id.as_str()));
    }
}

#[test]
fn a_tool_that_never_answers_is_given_up_on() {
    let mut world = after(Plan::Tool(100, "look_up", "{}"));
    world.run(40_000);
    assert_eq!(last_tool_answer(&world), "failed: no answer in time");
    assert!(world.spoken().contains(&"All right."));
}

#[test]
fn tools_of_a_guess_are_not_run_until_the_turn_is_over() {
    let mut world = World::begun(Settings::default());
    world.plans.push_back(Plan::Tool(50, "look_up", "{}"));
    world.says("What is my balance and");
    world.run(3_000);
    assert_eq!(world.count(is!(Output::AskModel { speculative: true, .. })), 1);
    assert_eq!(world.count(is!(Output::RunTool { .. })), 0);
    world.run(1_500);
    assert_eq!(world.count(is!(Output::RunTool { .. })), 1);
}

#[test]
fn a_tool_interrupted_by_the_customer_has_an_answer_in_the_context_all_the_same() {
    let mut world = after(Plan::Tool(100, "look_up", "{}"));
    let Output::RunTool { call } = world.run_until(is!(Output::RunTool { .. })) else { unreachable!() };
    world.run(2_000);
    world.says("Never mind, I know it.");
    world.run(4_000);
    assert_eq!(last_tool_answer(&world), "no answer yet");
    world.input(Input::ToolResult { id: call.id, content: "ninety".into(), ok: true });
    assert_eq!(last_tool_answer(&world), "ninety");
}

#[test]
fn a_model_that_calls_tools_for_ever_is_stopped() {
    let mut world = World::begun(Settings::default());
    world.plans.extend(std::iter::repeat_n(Plan::Tool(50, "send_dtmf", "{}"), 30));
    world.says("Please do something.");
    world.run_until(is!(Output::Speak { text, .. } if text.contains("technical")));
    assert!(world.asked().len() < 10);
}
