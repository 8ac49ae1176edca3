/** What an assistant begins as, and how its form becomes a request. */
import type { Assistant, AssistantSettings, AssistantWrite } from "@/api/types";

export type Draft = Pick<Assistant, "name" | "code" | "enabled" | "settings">;

export const newAssistant: Draft = {
  name: "",
  code: "",
  enabled: true,
  settings: {
    language: "en",
    description: "",
    system_prompt: "",
    first_message: "",
    first_message_interruptible: true,
    speech: {
      recogniser: "embedded",
      voice_provider: "embedded",
      voice: "",
      speed: null,
      model_provider: "scripted",
      model: "",
      temperature: null,
      max_tokens: null,
      script: "",
      key_terms: [],
    },
    turns: {
      end_of_turn_min_ms: null,
      end_of_turn_max_ms: null,
      barge_in_pause_ms: null,
      barge_in_commit_ms: null,
      false_interruption_resume_ms: null,
      idle_prompt_s: null,
      idle_prompts: null,
      longest_call_s: null,
    },
    tools: [{ kind: "end_call" }, { kind: "opt_out" }],
    keys: [],
    fields: [],
    sample_variables: {},
    record: true,
    resume_line: "",
    bridge_line: "",
    goodbye_line: "",
    filler_line: "",
    apology_line: "",
    when_failed: { kind: "goodbye" },
  },
};

/** The draft's own parts, without what the server adds. */
export const toDraft = ({ name, code, enabled, settings }: Draft): Draft =>
  structuredClone({ name, code, enabled, settings });

/** Trims names, and keeps samples of present fields only. */
export function toWrite({ name, code, enabled, settings }: Draft): AssistantWrite {
  const fields = settings.fields.map((field) => field.trim()).filter((field) => field !== "");
  const samples = Object.entries(settings.sample_variables).filter(([field]) => fields.includes(field));
  return {
    name: name.trim(),
    code: code.trim(),
    enabled,
    settings: { ...settings, fields, sample_variables: Object.fromEntries(samples) },
  };
}

/** A code made of a name: `Jane Collections` becomes `jane-collections`. */
export const codeFrom = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 64);

/** Turn-taking numbers with the value each has where it is left empty. */
export const turnKnobs = [
  { name: "end_of_turn_min_ms", unit: "ms", fallback: 300 },
  { name: "end_of_turn_max_ms", unit: "ms", fallback: 2500 },
  { name: "barge_in_pause_ms", unit: "ms", fallback: 200 },
  { name: "barge_in_commit_ms", unit: "ms", fallback: 500 },
  { name: "false_interruption_resume_ms", unit: "ms", fallback: 1500 },
  { name: "idle_prompt_s", unit: "s", fallback: 10 },
  { name: "idle_prompts", unit: "times", fallback: 2 },
  { name: "longest_call_s", unit: "s", fallback: 600 },
] as const satisfies readonly { name: keyof AssistantSettings["turns"]; unit: string; fallback: number }[];
