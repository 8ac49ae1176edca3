/** The trunk's form: what it sends of transport, encryption and codecs. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { live } from "@/lib/live/store";
import { openDialog } from "@/lib/opener";
import { renderConsole, serve } from "@/test/render";
import { me, trunk } from "@/test/rows";

beforeEach(() => {
  live.reset();
  openDialog({ kind: "none" });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const choose = async (within_: ReturnType<typeof within>, field: string, option: string) => {
  await userEvent.click(within_.getByRole("combobox", { name: field }));
  await userEvent.click(await screen.findByRole("option", { name: option, hidden: true }));
};

it("sends how a new trunk is to be reached and what its audio is to be", async () => {
  const asked = serve({
    "GET /session": me,
    "POST /live/ticket": () => new Promise(() => undefined),
    "GET /trunks": { items: [] },
    "GET /numbers": { items: [] },
    "GET /assistants": { items: [] },
    "GET /users": { items: [] },
    "POST /trunks": trunk,
  });
  renderConsole("/lines");
  await userEvent.click((await screen.findAllByRole("button", { name: "Add a trunk" }))[0] as HTMLElement);
  const dialog = within(await screen.findByRole("dialog", { name: "Add a trunk" }));
  await userEvent.type(dialog.getByLabelText(/^Name/), "Carrier");
  await userEvent.type(dialog.getByLabelText(/^Server/), "sip.carrier.example");
  await choose(dialog, "Transport", "TLS");
  expect(dialog.getByDisplayValue("Automatic: optional with TLS")).toBeInTheDocument();
  await choose(dialog, "Encrypted audio (SRTP)", "Required: other calls are refused");
  await choose(dialog, "Codecs", "Opus");
  await choose(dialog, "Codecs", "G.711 A-law");
  await userEvent.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() => {
    const sent = asked.find(({ method, path }) => method === "POST" && path === "/trunks");
    expect(sent?.body).toMatchObject({ transport: "tls", srtp: "required", codecs: ["opus", "pcma"] });
  });
});
