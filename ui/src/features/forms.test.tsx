/** The forms: what they send, what they refuse, and what they do when somebody else was quicker. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { live } from "@/lib/live/store";
import { openDialog } from "@/lib/opener";
import { type Answers, type Asked, refuse, renderConsole, serve } from "@/test/render";
import { assistantOf, call, me } from "@/test/rows";

import { codeFrom, newAssistant, toWrite } from "./assistants/draft";
import { routeFrom, routeKey } from "./numbers/NumberDialog";

const jane = assistantOf({
  ...newAssistant,
  name: "Jane",
  code: "jane",
  settings: { ...newAssistant.settings, fields: ["amount_due"], sample_variables: { amount_due: "120" } },
});
const base: Answers = {
  "GET /session": me,
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /assistants": { items: [jane] },
  "GET /assistants/asst_jane": jane,
  "GET /keys": { items: [] },
};

beforeEach(() => {
  live.reset();
  openDialog({ kind: "none" });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it("places a test call with pasted number and the sample of an empty field", async () => {
  const asked = serve({ ...base, "POST /calls": call() });
  renderConsole("/assistants");
  await userEvent.click(await screen.findByRole("button", { name: "Test call with Jane" }));
  const dialog = await screen.findByRole("dialog", { name: "Place a test call" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Call" }));
  expect(await within(dialog).findByText("Enter the number with + and country code")).toBeInTheDocument();
  await userEvent.type(within(dialog).getByLabelText("Number to call"), "tel:+62 812-345678");
  await userEvent.click(within(dialog).getByRole("button", { name: "Call" }));
  await waitFor(() => {
    const placed = asked.find(({ method, path }) => method === "POST" && path === "/calls");
    expect(placed?.body).toEqual({
      to: "+62812345678",
      assistant: "asst_jane",
      customer_name: null,
      variables: { amount_due: "120" },
    });
    expect(placed?.headers.get("Idempotency-Key")).toMatch(/.{30}/);
  });
});

it("saves an assistant against the version it read", async () => {
  const asked = serve({ ...base, "PUT /assistants/asst_jane": { ...jane, name: "Janet", version: 4 } });
  renderConsole("/assistants/asst_jane");
  const name = (await screen.findAllByLabelText(/^Name/))[0];
  if (name === undefined) throw new Error("no name");
  await userEvent.type(name, "t");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => {
    const saved = asked.find(({ method }) => method === "PUT");
    expect(saved?.headers.get("If-Match")).toBe('"3"');
    expect(saved?.body).toMatchObject({ name: "Janet", code: "jane" });
  });
});

it("loses nothing when somebody else saved first", async () => {
  const versions: string[] = [];
  const put = ({ headers }: Asked) => {
    versions.push(headers.get("If-Match") ?? "");
    return versions.length === 1 ? refuse(412, "precondition_failed", "changed") : { ...jane, version: 10 };
  };
  serve({ ...base, "PUT /assistants/asst_jane": put });
  renderConsole("/assistants/asst_jane");
  await userEvent.type((await screen.findAllByLabelText(/^Description/))[0] as HTMLElement, "mine");
  serve({ ...base, "PUT /assistants/asst_jane": put, "GET /assistants/asst_jane": { ...jane, version: 9 } });
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Somebody else saved this assistant in the meantime")).toBeVisible();
  expect((screen.getAllByLabelText(/^Description/)[0] as HTMLInputElement).value).toBe("mine");
  await userEvent.click(screen.getByRole("button", { name: "Save mine over theirs" }));
  await waitFor(() => {
    expect(versions).toEqual(['"3"', '"9"']);
  });
});

it("asks before unsaved changes are left behind", async () => {
  serve({ ...base, "GET /calls": { items: [], next_cursor: null } });
  const { router } = renderConsole("/assistants/asst_jane");
  await userEvent.type((await screen.findAllByLabelText(/^Description/))[0] as HTMLElement, "x");
  await userEvent.click(screen.getByRole("link", { name: "History" }));
  const dialog = await screen.findByRole("dialog", { name: "Leave without saving?" });
  expect(router.state.location.pathname).toBe("/assistants/asst_jane");
  await userEvent.click(within(dialog).getByRole("button", { name: "Discard changes" }));
  expect(await screen.findByRole("heading", { name: "History" })).toBeInTheDocument();
});

it("shows a new key's secret once", async () => {
  const key = {
    id: "k",
    name: "CRM",
    role: "supervisor",
    shown_prefix: "tk_live_ab",
    created_at: "2026-01-01T00:00:00Z",
    last_used_at: null,
    revoked_at: null,
  };
  const asked = serve({ ...base, "POST /keys": { key, secret: "tk_live_abcdef" } });
  renderConsole("/settings?tab=keys");
  await userEvent.click(await screen.findByRole("button", { name: "Make a key" }));
  const dialog = await screen.findByRole("dialog", { name: "Make a key" });
  await userEvent.type(within(dialog).getByLabelText(/Name/), "CRM");
  await userEvent.click(within(dialog).getByRole("button", { name: "Make the key" }));
  expect(await within(dialog).findByTestId("secret")).toHaveTextContent("tk_live_abcdef");
  expect(asked.find(({ method, path }) => method === "POST" && path === "/keys")?.body).toEqual({
    name: "CRM",
    role: "supervisor",
  });
  await userEvent.click(within(dialog).getByRole("button", { name: "I have kept it" }));
  await waitFor(() => {
    expect(screen.queryByText("tk_live_abcdef")).toBeNull();
  });
});

it("says why signing in did not work", async () => {
  serve({
    "GET /session": refuse(401, "unauthenticated", "Sign in"),
    "POST /session": refuse(401, "invalid_credentials", "wrong"),
  });
  renderConsole("/");
  await userEvent.type(await screen.findByLabelText("E-mail"), "ann@example.com");
  await userEvent.type(screen.getByLabelText("Password"), "nope{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("E-mail address or password is wrong.");
});

it("makes a code of a name, and drops samples of fields that are gone", () => {
  expect(codeFrom("Añá  Collections!")).toBe("ana-collections");
  const settings = { ...newAssistant.settings, fields: [" a ", ""], sample_variables: { a: "1", b: "2" } };
  expect(toWrite({ ...newAssistant, settings }).settings).toMatchObject({
    fields: ["a"],
    sample_variables: { a: "1" },
  });
});

it("writes and reads where a number's calls go", () => {
  expect(routeFrom(routeKey({ kind: "person", user: "user_a:b", otherwise: null }))).toEqual({
    kind: "person",
    user: "user_a:b",
  });
  expect(routeFrom(routeKey(null))).toBeNull();
  const more = { kind: "hangup", say: "Closed." } as const;
  expect(routeFrom(routeKey(more), more)).toBe(more);
  const person = { kind: "person", user: "user_1", otherwise: more } as const;
  expect(routeFrom(routeKey(person), person)).toBe(person);
});
