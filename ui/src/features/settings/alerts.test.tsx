/** Alert rules and recording rules: what is shown and what is sent. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { live } from "@/lib/live/store";
import { type Answers, renderConsole, serve } from "@/test/render";
import { me } from "@/test/rows";

const base: Answers = {
  "GET /session": me,
  "GET /assistants": { items: [{ id: "asst_jane", name: "Jane" }] },
  "GET /queues": { items: [] },
  "GET /numbers": { items: [] },
  "POST /live/ticket": () => new Promise(() => undefined),
};

beforeEach(() => {
  live.reset();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("adds a rule of words and switches a figure off", async () => {
  const settings = {
    keywords: [],
    sentiment: -5,
    silence_s: 30,
    cross_talk_s: null,
    hold_s: 120,
    call_s: 1800,
  };
  const asked = serve({ ...base, "GET /alerts/settings": settings, "PUT /alerts/settings": settings });
  renderConsole("/settings?tab=alerts");
  await userEvent.click(await screen.findByRole("button", { name: "Add a rule" }, { timeout: 10_000 }));
  await userEvent.type(screen.getByLabelText("Name"), "Legal threat");
  await userEvent.type(screen.getByRole("combobox", { name: "Words and phrases" }), "lawyer{Enter}");
  await userEvent.click(screen.getByRole("switch", { name: "Watch Silence" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  const rule = { name: "Legal threat", phrases: ["lawyer"], side: null, queue: null, rearm_s: 300 };
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({
      ...settings,
      silence_s: null,
      keywords: [rule],
    });
  });
});

it("records on demand, and an assistant never", async () => {
  const rules = {
    default: "all",
    numbers: {},
    queues: {},
    assistants: { asst_jane: "all" },
    card_pause_s: 15,
  };
  const asked = serve({ ...base, "GET /recording/settings": rules, "PUT /recording/settings": rules });
  renderConsole("/settings?tab=recording");
  const [onDemand] = await screen.findAllByRole("radio", { name: "On demand" });
  if (onDemand !== undefined) await userEvent.click(onDemand);
  const never = screen.getAllByRole("radio", { name: "Never" })[1];
  if (never !== undefined) await userEvent.click(never);
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({
      ...rules,
      default: "on_demand",
      assistants: { asst_jane: "never" },
    });
  });
});
