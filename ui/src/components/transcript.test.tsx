/** How lines of a transcript look and read: acknowledgements, cut sentences, marks. */
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { timeline } from "@/lib/timeline";
import { renderPart } from "@/test/render";
import { ann, event, item } from "@/test/rows";

import { TranscriptLine } from "./TranscriptLine";
import { TranscriptMark } from "./TranscriptMark";

it("shows what was heard, and on request what was meant", async () => {
  const cut = item({
    text: "If you like I can",
    intended_text: "If you like I can offer two parts.",
    interrupted: true,
  });
  renderPart(<TranscriptLine item={cut} />);
  expect(screen.getByText("If you like I can")).toBeVisible();
  const more = screen.getByRole("button", { name: "interrupted" });
  expect(more).toHaveAttribute("aria-expanded", "false");
  expect(more).toHaveAttribute("title", "offer two parts.");
  await userEvent.click(more);
  expect(more).toHaveAttribute("aria-expanded", "true");
  expect(screen.getByText("offer two parts.")).toBeInTheDocument();
});

it("says that an acknowledgement was one", () => {
  renderPart(<TranscriptLine item={item({ speaker: "customer", text: "mm-hm", acknowledgement: true })} />);
  expect(screen.getByText("acknowledgement")).toBeVisible();
});

it("plays from a line", async () => {
  const seek = vi.fn();
  renderPart(<TranscriptLine item={item({ start_ms: 65_000 })} onSeek={seek} />);
  await userEvent.click(screen.getByRole("button", { name: "Play from 1:05" }));
  expect(seek).toHaveBeenCalledWith(65_000);
});

it("marks a takeover with how quick it was", () => {
  const [entry] = timeline(
    [],
    [
      event(1, {
        kind: "floor.changed",
        data: { floor: ann, by: "user_ann", reason: "take_over", at_ms: 5000 },
      }),
      event(2, { kind: "floor.silenced", data: { after_ms: 92 } }),
    ],
  );
  if (entry?.kind !== "mark") throw new Error("no mark");
  renderPart(<TranscriptMark entry={entry} />);
  expect(screen.getByText("Ann Lee took the floor · assistant silent after 92 ms")).toBeVisible();
});
