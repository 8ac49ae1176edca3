/** The phone's audio: rates, frames, and a loudspeaker that neither starves for long nor falls behind. */
import { expect, it } from "vitest";

import { Framer, frameSamples, PlayoutBuffer, Resampler } from "./resample";

const tone = (rate: number, seconds: number, hertz = 400) =>
  Float32Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate));

const blocks = (samples: Float32Array, size = 128) =>
  Array.from({ length: Math.floor(samples.length / size) }, (_, index) =>
    samples.slice(index * size, (index + 1) * size),
  );

const rms = (samples: readonly number[]) =>
  Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

it.each([48_000, 44_100, 16_000])("brings %i Hz to 8000 Hz without loss of length or loudness", (rate) => {
  const resampler = new Resampler(rate, 8000);
  const output = blocks(tone(rate, 1)).flatMap((block) => resampler.push(block));
  expect(Math.abs(output.length - 8000)).toBeLessThan(30);
  expect(rms(output)).toBeCloseTo(Math.SQRT1_2, 1);
});

it("brings 8000 Hz to 48000 Hz", () => {
  const resampler = new Resampler(8000, 48_000);
  const output = blocks(tone(8000, 1), frameSamples).flatMap((block) => resampler.push(block));
  expect(Math.abs(output.length - 48_000)).toBeLessThan(10);
  expect(rms(output)).toBeCloseTo(Math.SQRT1_2, 1);
});

it("cuts frames of 160 samples and keeps the rest for the next", () => {
  const framer = new Framer();
  expect(framer.push(new Array<number>(100).fill(0))).toHaveLength(0);
  const frames = framer.push(new Array<number>(300).fill(2));
  expect(frames.map(({ length }) => length)).toEqual([160, 160]);
  expect(frames[1]?.[159]).toBe(32767);
});

it("waits for 60 ms, then plays; and drops the oldest of a late burst", () => {
  const buffer = new PlayoutBuffer(8000);
  const out = new Float32Array(160);
  buffer.push(new Array<number>(160).fill(0.5));
  buffer.pull(out);
  expect(out[0]).toBe(0);
  buffer.push(new Array<number>(400).fill(0.5));
  buffer.pull(out);
  expect(out[0]).toBe(0.5);
  buffer.push(new Array<number>(8000).fill(0.25));
  for (let pulled = 0; pulled < 3; pulled++) buffer.pull(out);
  expect(out[159]).toBe(0.25);
  buffer.pull(out);
  expect(out[0]).toBe(0);
});
