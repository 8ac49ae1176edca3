/** A ringing phone is said aloud and can be picked up; loudness fills the meter as ears hear it. */
import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { share } from "@/components/LevelMeter";
import { HostContext } from "@/host";
import { fakeHost } from "@/test/render";

import { Ringing } from "./Ringing";

it("says that the phone rings, and answers", async () => {
  const host = fakeHost("ringing");
  const answer = vi.spyOn(host.phone, "answer");
  render(
    <MantineProvider env="test">
      <HostContext value={host}>
        <Ringing />
      </HostContext>
    </MantineProvider>,
  );
  expect(screen.getByText("Your phone is ringing")).toHaveAttribute("aria-live", "assertive");
  await userEvent.click(screen.getByRole("button", { name: "Answer" }));
  expect(answer).toHaveBeenCalledOnce();
});

it("shows 50 dB from end to end", () => {
  expect([0, 1, 10 ** (-25 / 20), 10 ** (-80 / 20)].map((level) => Math.round(share(level) * 100))).toEqual([
    0, 100, 50, 0,
  ]);
});
