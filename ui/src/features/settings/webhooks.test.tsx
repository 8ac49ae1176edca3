/** Webhooks and published APIs: what is shown, what is sent, and that a secret is shown once. */
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Key, Webhook, WebhookDelivery } from "@/api/types";
import { live } from "@/lib/live/store";
import { openDialog } from "@/lib/opener";
import { type Answers, renderConsole, serve } from "@/test/render";
import { me } from "@/test/rows";

const webhook = (change: Partial<Webhook>): Webhook => ({
  id: "whep_1",
  contract: null,
  url: "https://crm.example/hook",
  description: "",
  topics: [],
  enabled: true,
  disabled_reason: null,
  failing_since: null,
  old_secret_until: null,
  created_at: "2026-01-01T00:00:00Z",
  ...change,
});
const delivery = (change: Partial<WebhookDelivery>): WebhookDelivery => ({
  id: "evt_1_0",
  webhook: "whep_1",
  contract: null,
  url: "https://crm.example/hook",
  topic: "call.completed",
  call: "call_1",
  state: "failed",
  attempts: 10,
  next_attempt_at: null,
  created_at: "2026-01-01T10:00:00Z",
  finished_at: "2026-01-04T10:00:00Z",
  ...change,
});
const gone = webhook({
  id: "whep_2",
  contract: "sauti",
  url: "https://old.example/",
  enabled: false,
  disabled_reason: "gone",
});
const base: Answers = {
  "GET /session": me,
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /webhooks": { items: [webhook({}), gone] },
  "GET /webhook-deliveries": { items: [delivery({})], next_cursor: null },
  "GET /webhook-deliveries/evt_1_0": {
    delivery: delivery({}),
    tries: [
      {
        at: "2026-01-01T10:00:00Z",
        duration_ms: 15000,
        status: null,
        error: "no answer in time",
        answer: null,
      },
      { at: "2026-01-01T10:00:20Z", duration_ms: 40, status: 500, error: null, answer: "out of order" },
    ],
  },
  "GET /keys": { items: [] },
};

// These dialogs are slow to draw where a machine is busy.
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  live.reset();
  openDialog({ kind: "none" });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const group = async (name: string) => within(await screen.findByRole("group", { name }, { timeout: 20000 }));

it("says why an address was switched off, and switches it on again", async () => {
  const asked = serve({ ...base, "PUT /webhooks/whep_2": webhook({}) });
  renderConsole("/settings?tab=webhooks");
  const row = await group("https://old.example/");
  expect(
    row.getByText(/switched off because the server answered that the address is gone/),
  ).toBeInTheDocument();
  expect(row.getByRole("button", { name: /Send a test/ })).toBeDisabled();
  await userEvent.click(row.getByRole("button", { name: /Switch on/ }));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({
      url: "https://old.example/",
      contract: "sauti",
      description: "",
      topics: [],
      enabled: true,
    });
  });
});

it("adds an address and shows its secret once", async () => {
  const asked = serve({ ...base, "POST /webhooks": { webhook: webhook({}), secret: "whsec_c2VjcmV0" } });
  renderConsole("/settings?tab=webhooks");
  await userEvent.click(await screen.findByRole("button", { name: "Add a webhook" }, { timeout: 20000 }));
  const dialog = within(await screen.findByRole("dialog", { name: "Add a webhook" }));
  fireEvent.change(dialog.getByLabelText(/Address/), { target: { value: "crm.example" } });
  await userEvent.click(dialog.getByRole("button", { name: "Add it" }));
  expect(dialog.getByText("An address that begins with https:// or http://")).toBeInTheDocument();
  fireEvent.change(dialog.getByLabelText(/Address/), { target: { value: "https://crm.example/hook" } });
  await userEvent.click(dialog.getByRole("button", { name: "Add it" }));
  expect(await dialog.findByTestId("secret")).toHaveTextContent("whsec_c2VjcmV0");
  expect(asked.find(({ method, path }) => method === "POST" && path === "/webhooks")?.body).toEqual({
    url: "https://crm.example/hook",
    description: "",
    topics: [],
    enabled: true,
  });
  await userEvent.click(dialog.getByRole("button", { name: "I have kept it" }));
  await waitFor(() => {
    expect(screen.queryByText("whsec_c2VjcmV0")).toBeNull();
  });
});

it("replaces a secret and lets the old one sign for a while", async () => {
  const asked = serve({
    ...base,
    "POST /webhooks/whep_1/rotate": { webhook: webhook({}), secret: "whsec_bmV3" },
  });
  renderConsole("/settings?tab=webhooks");
  const row = await group("https://crm.example/hook");
  await userEvent.click(row.getByRole("button", { name: /New secret/ }));
  const dialog = within(await screen.findByRole("dialog", { name: "New secret" }));
  await userEvent.click(dialog.getByRole("button", { name: "New secret" }));
  expect(await dialog.findByTestId("secret")).toHaveTextContent("whsec_bmV3");
  expect(asked.find(({ path }) => path.endsWith("/rotate"))?.body).toEqual({ overlap_s: 86400 });
});

it("shows every try of a delivery and sends it again", async () => {
  const asked = serve({
    ...base,
    "POST /webhook-deliveries/evt_1_0/redeliver": delivery({ state: "pending" }),
  });
  renderConsole("/settings?tab=webhooks");
  await userEvent.click(
    await screen.findByRole("button", { name: /Details: call.completed/ }, { timeout: 20000 }),
  );
  const dialog = within(await screen.findByRole("dialog", { name: "Delivery" }));
  expect(await dialog.findByText("no answer in time")).toBeInTheDocument();
  expect(dialog.getByText("out of order")).toBeInTheDocument();
  expect(dialog.getByText("evt_1_0")).toBeInTheDocument();
  await userEvent.click(dialog.getByRole("button", { name: "Send again" }));
  await waitFor(() => {
    expect(asked.some(({ path }) => path === "/webhook-deliveries/evt_1_0/redeliver")).toBe(true);
  });
});

it("sends what failed in a span of time again", async () => {
  const asked = serve({ ...base, "POST /webhooks/whep_1/redeliver": { count: 3 } });
  renderConsole("/settings?tab=webhooks");
  const row = await group("https://crm.example/hook");
  await userEvent.click(row.getByRole("button", { name: /Send again/ }));
  const dialog = within(await screen.findByRole("dialog", { name: "Send again" }));
  await userEvent.click(dialog.getByRole("button", { name: "Send again" }));
  expect(await dialog.findByText("3 messages are sent again.")).toBeInTheDocument();
  const body = asked.find(({ path }) => path.endsWith("/redeliver"))?.body as { from: string; until: string };
  expect(body).toMatchObject({ failed_only: true });
  expect(new Date(body.until).getTime() - new Date(body.from).getTime()).toBeGreaterThan(86_000_000);
});

const key = (change: Partial<Key>): Key => ({
  id: "key_1",
  name: "crm",
  role: "admin",
  contract: "sauti",
  shown_prefix: "sk_live_ab",
  created_at: "2026-01-01T00:00:00Z",
  last_used_at: null,
  expires_at: null,
  revoked_at: null,
  ...change,
});

it("shows each API's base URL, its first request, and its own keys alone", async () => {
  const asked = serve({
    ...base,
    "GET /keys": { items: [key({}), key({ id: "key_2", name: "old", revoked_at: "2026-01-02T00:00:00Z" })] },
    "POST /keys/key_1/rotate": { key: key({}), secret: "sk_live_new" },
    "POST /keys": { key: key({ contract: "voice" }), secret: "made" },
  });
  renderConsole("/settings?tab=integrations");
  const sauti = within(await screen.findByRole("region", { name: "sauti" }, { timeout: 20000 }));
  expect(sauti.getByText(`${window.location.origin}/sauti`)).toBeInTheDocument();
  expect(sauti.getByText(/"assistantId": "asst_jane_collections"/)).toHaveTextContent(
    `curl -X POST "${window.location.origin}/sauti/v1/calls"`,
  );
  expect(sauti.getByText(/crm/)).toBeInTheDocument();
  expect(sauti.queryByText(/old/)).toBeNull();
  const voice = within(screen.getByRole("region", { name: "voice" }));
  expect(voice.getByText("No key yet.")).toBeInTheDocument();

  await userEvent.click(sauti.getByRole("button", { name: "Replace crm" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Replace" }));
  await userEvent.click(dialog.getByRole("button", { name: "Replace" }));
  expect(await dialog.findByTestId("secret")).toHaveTextContent("sk_live_new");
  await userEvent.click(dialog.getByRole("button", { name: "I have kept it" }));

  await userEvent.click(voice.getByRole("button", { name: "Make a key for voice" }));
  const make = within(await screen.findByRole("dialog", { name: "Make the key" }));
  await userEvent.type(await make.findByLabelText(/Name/), "ivr");
  await userEvent.click(make.getByRole("button", { name: "Make the key" }));
  expect(await make.findByTestId("secret")).toHaveTextContent("made");
  expect(asked.find(({ method, path }) => method === "POST" && path === "/keys")?.body).toEqual({
    name: "ivr",
    role: "admin",
    contract: "voice",
  });
});
