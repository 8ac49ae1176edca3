/** The line's quality in words, with what the customer's side reports of it. */
import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import type { Quality } from "@/api/types";
import { renderPart } from "@/test/render";

import { isBad, LineQuality } from "@/components/LineQuality";

const quality = (over: Partial<Quality> = {}): Quality => ({
  packets_received: 990,
  packets_lost: 10,
  packets_sent: 1000,
  jitter_ms: 4,
  buffer_ms: 40,
  round_trip_ms: null,
  remote_loss: null,
  mos: null,
  ...over,
});

it("says what is known of a good line and nothing of what is not", () => {
  renderPart(<LineQuality quality={quality({ mos: 4.32, round_trip_ms: 83.6, remote_loss: 0 })} />);
  expect(screen.getByText("Line good · 1% lost · MOS 4.3 · 84 ms there and back")).toHaveAttribute(
    "data-tone",
    "quiet",
  );
  renderPart(<LineQuality quality={quality()} />);
  expect(screen.getByText("Line good · 1% lost")).toBeInTheDocument();
});

it("calls a line poor that sounds good here and not at the other end", () => {
  renderPart(<LineQuality quality={quality({ remote_loss: 0.125, mos: 4.3 })} />);
  expect(
    screen.getByText("Line poor · 1% lost · jitter 4 ms · MOS 4.3 · customer misses 12.5%"),
  ).toHaveAttribute("data-tone", "bad");
});

it.each([
  [{}, false],
  [{ packets_lost: 50 }, true],
  [{ jitter_ms: 41 }, true],
  [{ mos: 3.5 }, true],
  [{ round_trip_ms: 801 }, true],
  [{ packets_received: 0, packets_lost: 0, round_trip_ms: 300, remote_loss: 0.01, mos: 3.9 }, false],
])("judges %o", (over, bad) => {
  expect(isBad(quality(over))).toBe(bad);
});
