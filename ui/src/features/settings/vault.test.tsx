/** Providers and retention: what is shown, what is sent, and that a key is written only. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Provider } from "@/api/types";
import { live } from "@/lib/live/store";
import { openDialog } from "@/lib/opener";
import { type Answers, refuse, renderConsole, serve } from "@/test/render";
import { me } from "@/test/rows";

import { initial, toSettings } from "./providerForm";

const provider = (change: Partial<Provider>): Provider => ({
  id: "prov_1",
  name: "groq",
  kind: "model",
  vendor: "openai",
  source: "console",
  base_url: "https://api.groq.com/openai/v1",
  settings: {
    model: "llama",
    voice: null,
    sample_rate: null,
    stall_timeout_ms: null,
    connect_timeout_ms: null,
    endpointing_ms: null,
    eot_threshold: null,
    legacy_max_tokens: null,
  },
  has_key: true,
  key_ends: "6789",
  last_check: null,
  used_by: [{ id: "asst_jane", name: "Jane" }],
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  ...change,
});
const builtIn = provider({
  id: "voice:embedded",
  name: "embedded",
  kind: "voice",
  vendor: "flite",
  source: "built_in",
  base_url: null,
  has_key: false,
  key_ends: null,
  used_by: [],
});
const base: Answers = {
  "GET /session": me,
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /providers": { items: [builtIn, provider({})] },
  "GET /provider-fallback": { voices: [], models: [] },
};

beforeEach(() => {
  live.reset();
  openDialog({ kind: "none" });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const row = async (name: string) => {
  const cell = await screen.findByText(name, { selector: "td *" }, { timeout: 5000 });
  const found = cell.closest("tr");
  if (found === null) throw new Error(`no row of ${name}`);
  return within(found);
};

it("lists providers with the end of the key and who uses them, and leaves built-in ones alone", async () => {
  serve(base);
  renderConsole("/settings?tab=providers");
  const groq = await row("groq");
  expect(groq.getByText("ends in …6789")).toBeInTheDocument();
  expect(groq.getByText("Jane")).toBeInTheDocument();
  expect(groq.getByText("Not checked yet")).toBeInTheDocument();
  const flite = await row("embedded");
  expect(flite.getByText("Built in")).toBeInTheDocument();
  expect(flite.queryByRole("button", { name: /Change|Delete/ })).toBeNull();
});

it("keeps the key that is not typed again", async () => {
  const asked = serve({ ...base, "PATCH /providers/prov_1": provider({}) });
  renderConsole("/settings?tab=providers");
  await userEvent.click((await row("groq")).getByRole("button", { name: "Change groq" }));
  const dialog = await screen.findByRole("dialog", { name: "Change groq" });
  expect(within(dialog).getByText("Kept, ends in …6789. Leave it empty to keep it.")).toBeInTheDocument();
  expect(within(dialog).getByLabelText("Key")).toHaveValue("");
  const model = within(dialog).getByLabelText("Model");
  await userEvent.clear(model);
  await userEvent.type(model, "qwen");
  await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PATCH")?.body).toMatchObject({
      key: null,
      settings: { model: "qwen" },
    });
  });
});

it("sets up a voice with its vendor's fields, and shows which one was wrong", async () => {
  const wrong = { errors: [{ field: "settings.voice", expected: "1 to 200 characters" }] };
  const asked = serve({ ...base, "POST /providers": refuse(422, "validation_failed", "wrong", wrong) });
  renderConsole("/settings?tab=providers");
  await userEvent.click(await screen.findByRole("button", { name: "Add a provider" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Add a provider" }));
  await userEvent.click(dialog.getByRole("combobox", { name: "What it does" }));
  await userEvent.click(await screen.findByRole("option", { name: "Voice", hidden: true }));
  await userEvent.type(dialog.getByLabelText(/^Name/), "eleven");
  await userEvent.type(dialog.getByLabelText("Key"), "hush-hush");
  await userEvent.click(dialog.getByRole("button", { name: "Save" }));
  expect(await dialog.findByText("1 to 200 characters")).toBeInTheDocument();
  expect(asked.find(({ method, path }) => method === "POST" && path === "/providers")?.body).toMatchObject({
    name: "eleven",
    kind: "voice",
    vendor: "elevenlabs",
    base_url: "https://api.elevenlabs.io",
    key: "hush-hush",
  });
});

it("says what came of a check, aloud too", async () => {
  const failed = { at: "2026-01-01T00:00:00Z", ok: false, latency_ms: 0, message: "The key was refused" };
  serve({ ...base, "POST /providers/prov_1/check": failed });
  renderConsole("/settings?tab=providers");
  await userEvent.click(await screen.findByRole("button", { name: "Check Model groq" }));
  expect(await screen.findByText("Does not answer")).toBeInTheDocument();
  await waitFor(() => {
    const said = screen.getAllByRole("status").map(({ textContent }) => textContent);
    expect(said).toContain("groq: The key was refused");
  });
});

it("says who still uses a provider that was to be deleted", async () => {
  serve({ ...base, "DELETE /providers/prov_1": refuse(409, "in_use", "assistants use it: Jane") });
  renderConsole("/settings?tab=providers");
  await userEvent.click(await screen.findByRole("button", { name: "Delete groq" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Jane");
});

it("orders the fallbacks", async () => {
  const order = { voices: [], models: [{ provider: "groq", option: "" }] };
  const asked = serve({ ...base, "GET /provider-fallback": order, "PUT /provider-fallback": order });
  renderConsole("/settings?tab=providers");
  await userEvent.click(await screen.findByRole("button", { name: "Add a voice" }));
  const voices = within(screen.getByRole("region", { name: "Voices" }));
  await userEvent.type(voices.getByRole("textbox", { name: "Its voice at place 1" }), "slt");
  await userEvent.click(screen.getByRole("button", { name: "Save the order" }));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({
      voices: [{ provider: "embedded", option: "slt" }],
      models: [{ provider: "groq", option: "" }],
    });
  });
});

it("shows what the next sweep deletes, and warns before more of it goes", async () => {
  const settings = { recordings_days: 90, transcripts_days: null, events_days: null, sip_traces_days: null };
  const retention = {
    settings,
    due: { recordings: 12, transcript_items: 0, events: 0, sip_messages: 0 },
    last_sweep: {
      at: "2026-01-01T00:00:00Z",
      swept: { recordings: 3, transcript_items: 4, events: 5, sip_messages: 6 },
    },
  };
  const asked = serve({ ...base, "GET /retention": retention, "PUT /retention": retention });
  renderConsole("/settings?tab=retention");
  expect(await screen.findByText("12 go next")).toBeInTheDocument();
  expect(screen.getByText(/3 recordings, 4 lines, 5 events, 6 SIP messages deleted/)).toBeInTheDocument();
  expect(screen.queryByText(/deletes more than before/)).toBeNull();
  await userEvent.click(screen.getByRole("switch", { name: "Keep Events for ever" }));
  expect(screen.getByText(/deletes more than before/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ ...settings, events_days: 365 });
  });
});

it("sends no setting of another kind", () => {
  const values = { ...initial(null), kind: "recogniser" as const, voice: "left over", endpointing_ms: 400 };
  expect(toSettings(values, undefined)).toMatchObject({ voice: null, endpointing_ms: 400 });
});
