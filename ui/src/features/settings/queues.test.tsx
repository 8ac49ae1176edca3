/** Queues and skills in the settings: what is shown, what is sent, which field was wrong, and who may only read. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { live } from "@/lib/live/store";
import { openDialog } from "@/lib/opener";
import { type Answers, refuse, renderConsole, serve } from "@/test/render";
import { agentOf, queueOf } from "@/test/queueRows";
import { me, trunk } from "@/test/rows";

import {
  formField,
  initial,
  memberFrom,
  memberKey,
  overflowFrom,
  overflowKey,
  toWrite,
} from "./queues/queueForm";

const user = (id: string, name: string) => ({
  id,
  email: `${id}@example.com`,
  name,
  role: "agent",
  phone_name: null,
  enabled: true,
  created_at: "2026-01-01T00:00:00Z",
  phone_connected: true,
});
const support = queueOf({}, { needs: [{ skill: "hindi", level: 5, relaxed: [{ after_s: 30, level: 2 }] }] });
const base: Answers = {
  "GET /session": me,
  "POST /live/ticket": () => new Promise(() => undefined),
  "GET /assistants": { items: [] },
  "GET /users": { items: [user("user_ben", "Ben Otieno"), user("user_cara", "Cara Diaz")] },
  "GET /queues": { items: [support] },
  "GET /floor": { queues: [], agents: [agentOf({})] },
};

beforeEach(() => {
  live.reset();
  openDialog({ kind: "none" });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const dialogOf = async (name: string) => within(await screen.findByRole("dialog", { name }));

it("lists queues with strategy, members by name and service level", async () => {
  serve(base);
  renderConsole("/settings?tab=queues");
  const table = await screen.findByRole("table", { name: "Queues" }, { timeout: 5000 });
  await waitFor(() => {
    expect(table).toHaveTextContent(/Support.*Longest idle.*Ben Otieno.*20 seconds/);
  });
});

/** Roles take long to work out in so large a form. */
const input = { selector: "input" };

it("creates a queue, and shows at the field what was wrong with it", async () => {
  const wrong = {
    errors: [
      { field: "settings.offer_timeout_s", expected: "3 to 120" },
      { field: "settings.overflow.queue", expected: "the id of one of your queues" },
    ],
  };
  const asked = serve({ ...base, "POST /queues": refuse(422, "validation_failed", "wrong", wrong) });
  renderConsole("/settings?tab=queues");
  await userEvent.click(await screen.findByRole("button", { name: "Add a queue" }));
  const dialog = await dialogOf("Add a queue");
  await userEvent.click(dialog.getByText("Save"));
  expect(await dialog.findByText("Please fill this in")).toBeInTheDocument();
  await userEvent.type(dialog.getByLabelText(/^Name/), "Sales");
  await userEvent.click(dialog.getByLabelText("Add a person or an assistant", input));
  const people = within(
    await screen.findByRole("listbox", { name: "Add a person or an assistant", hidden: true }),
  );
  await userEvent.click(await people.findByRole("option", { name: "Cara Diaz", hidden: true }));
  await userEvent.click(dialog.getByText("Save"));
  const ring = dialog.getByLabelText("Let it ring for (seconds)");
  await waitFor(() => {
    expect(ring).toHaveAccessibleDescription(/3 to 120/);
  });
  expect(ring).toHaveFocus();
  expect(dialog.getByLabelText("Elsewhere is", input)).toHaveAccessibleDescription(
    /the id of one of your queues/,
  );
  expect(asked.find(({ method, path }) => method === "POST" && path === "/queues")?.body).toMatchObject({
    name: "Sales",
    members: [{ kind: "person", user: "user_cara", rank: 0 }],
    settings: { strategy: "longest_idle", offer_timeout_s: 15, overflow: { kind: "hang_up" } },
  });
}, 60_000);

it("changes strategy, rank, a limit and what is asked of skills", async () => {
  const asked = serve({ ...base, "PUT /queues/queue_1": support });
  renderConsole("/settings?tab=queues");
  await userEvent.click(await screen.findByRole("button", { name: "Change Support" }));
  const dialog = await dialogOf("Change Support");
  await userEvent.click(dialog.getByLabelText("Who is asked first", input));
  await userEvent.click(await screen.findByRole("option", { name: /^By rank/, hidden: true }));
  await userEvent.type(await dialog.findByLabelText("Rank of Ben Otieno"), "{Backspace}2");
  await userEvent.type(dialog.getByLabelText("Longest wait (seconds)"), "600");
  await userEvent.click(dialog.getByText("Ask for less after a wait"));
  await userEvent.click(dialog.getByText("Save"));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toMatchObject({
      name: "Support",
      members: [{ kind: "person", user: "user_ben", rank: 2 }],
      settings: {
        strategy: "ranked",
        longest_wait_s: 600,
        needs: [
          {
            skill: "hindi",
            level: 5,
            relaxed: [
              { after_s: 30, level: 2 },
              { after_s: 60, level: 0 },
            ],
          },
        ],
      },
    });
  });
}, 60_000);

it("shows a supervisor everything and lets them change nothing", async () => {
  serve({ ...base, "GET /session": { ...me, role: "supervisor" } });
  renderConsole("/settings?tab=queues");
  await userEvent.click(await screen.findByRole("button", { name: "Queue Support" }));
  expect(screen.queryByRole("button", { name: "Add a queue" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Delete Support" })).toBeNull();
  const dialog = await dialogOf("Queue Support");
  expect(dialog.getByLabelText(/^Name/)).toBeDisabled();
  expect(dialog.getByLabelText("Who is asked first", input)).toBeDisabled();
  expect(await dialog.findByText("Ben Otieno")).toBeInTheDocument();
  expect(dialog.queryByRole("button", { name: "Save" })).toBeNull();
});

it("says why a queue cannot be deleted", async () => {
  const refused = refuse(409, "in_use", "a number still leads to this queue");
  serve({ ...base, "DELETE /queues/queue_1": refused });
  renderConsole("/settings?tab=queues");
  await userEvent.click(await screen.findByRole("button", { name: "Delete Support" }));
  const dialog = await dialogOf("Delete this queue");
  await userEvent.click(dialog.getByRole("button", { name: "Delete" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("a number still leads to this queue");
});

it("saves skills with their levels, and calls at once", async () => {
  const asked = serve({ ...base, "PUT /agents/user_ben": agentOf({}) });
  renderConsole("/settings?tab=people");
  expect(await screen.findByText("hindi 7")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "Skills of Ben Otieno" }));
  const dialog = await dialogOf("Skills of Ben Otieno");
  await userEvent.click(await dialog.findByRole("button", { name: "Add a skill" }));
  await userEvent.type(dialog.getByRole("combobox", { name: "Skill 2" }), "billing");
  await userEvent.type(dialog.getByLabelText("Level of skill 1, 1 to 10"), "{Backspace}9");
  await userEvent.type(dialog.getByLabelText("Calls at once"), "{Backspace}3");
  await userEvent.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({
      skills: { hindi: 9, billing: 5 },
      capacity: 3,
      pinned: false,
    });
  });
});

it("names the skill that was wrong", async () => {
  const wrong = { errors: [{ field: "skills.hindi", expected: "a level from 1 to 10" }] };
  serve({ ...base, "PUT /agents/user_ben": refuse(422, "validation_failed", "wrong", wrong) });
  renderConsole("/settings?tab=people");
  await userEvent.click(await screen.findByRole("button", { name: "Skills of Ben Otieno" }));
  const dialog = await dialogOf("Skills of Ben Otieno");
  await userEvent.click(await dialog.findByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(dialog.getByRole("combobox", { name: "Skill 1" })).toHaveAccessibleDescription(
      "a level from 1 to 10",
    );
  });
});

it("lets a number lead to a queue", async () => {
  const number = { id: "num_1", number: "+62215551234", label: "", trunk: "trunk_1", route: null };
  const asked = serve({
    ...base,
    "GET /trunks": { items: [trunk] },
    "GET /numbers": { items: [{ ...number, created_at: "2026-01-01T00:00:00Z" }] },
    "PUT /numbers/num_1": number,
  });
  renderConsole("/lines");
  await userEvent.click(await screen.findByRole("button", { name: "Change +62215551234" }));
  const dialog = await dialogOf("Change the number");
  await userEvent.click(dialog.getByRole("combobox", { name: "Answered by" }));
  await userEvent.click(await screen.findByRole("option", { name: "Support", hidden: true }));
  await userEvent.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(asked.find(({ method }) => method === "PUT")?.body).toMatchObject({
      route: { kind: "queue", queue: "queue_1" },
    });
  });
});

it("reads back what it writes, and knows a refusal's fields", () => {
  const { name, settings, members } = support;
  expect(toWrite(initial(support))).toEqual({ name, settings, members });
  const overflows = [
    { kind: "hang_up" },
    { kind: "queue", queue: "q:1" },
    { kind: "person", user: "u" },
  ] as const;
  expect(overflows.map(overflowKey).map(overflowFrom)).toEqual(overflows);
  expect(memberFrom(memberKey({ kind: "assistant", assistant: "asst_1" }))).toEqual({
    kind: "assistant",
    assistant: "asst_1",
  });
  expect(
    ["settings.overflow.queue", "members.3.user", "settings.dispositions.1", "settings.needs.0.skill"].map(
      formField,
    ),
  ).toEqual(["settings.overflow", "members.3", "settings.dispositions", "settings.needs.0.skill"]);
});
