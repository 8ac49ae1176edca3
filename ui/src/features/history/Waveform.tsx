/** Both sides of a recording on a canvas: the customer above the line, ours below; a slider for keyboards. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Waveform as Shape } from "@/api/types";
import { duration } from "@/lib/format/time";

import { type Clock, useClock } from "./usePlayback";
import classes from "./Waveform.module.css";

interface Props {
  shape: Shape | null;
  durationMs: number;
  /** Moments at which something happened. */
  marks: readonly number[];
  /** Stretches that were not recorded. */
  gaps: readonly { from: number; to: number }[];
  clock: Clock;
  onSeek: (ms: number) => void;
}

const height = 84;
const stepMs = 5000;

export function Waveform({ shape, durationMs, marks, gaps, clock, onSeek }: Props) {
  const { t } = useTranslation();
  const canvas = useRef<HTMLCanvasElement>(null);
  const seconds = useClock(clock, (ms) => Math.round(ms / 1000));
  useEffect(() => {
    const element = canvas.current;
    if (element === null || shape === null) return;
    const paint = () => {
      draw(element, shape, marks, gaps, durationMs, clock.ms);
    };
    paint();
    const stop = clock.subscribe(paint);
    const resized = new ResizeObserver(paint);
    resized.observe(element);
    const themed = new MutationObserver(paint);
    themed.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      stop();
      resized.disconnect();
      themed.disconnect();
    };
  }, [shape, marks, gaps, durationMs, clock]);
  return (
    <div
      className={classes.slider}
      role="slider"
      tabIndex={0}
      aria-label={t("player.place")}
      aria-valuemin={0}
      aria-valuemax={Math.round(durationMs / 1000)}
      aria-valuenow={seconds}
      aria-valuetext={duration(seconds * 1000)}
      onKeyDown={(event) => {
        const step = { ArrowRight: stepMs, ArrowLeft: -stepMs }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        onSeek(Math.max(0, Math.min(durationMs, clock.ms + step)));
      }}
      onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        onSeek(((event.clientX - box.left) / box.width) * durationMs);
      }}
    >
      <canvas ref={canvas} className={classes.canvas} style={{ height }} aria-hidden />
    </div>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  shape: Shape,
  marks: readonly number[],
  gaps: readonly { from: number; to: number }[],
  durationMs: number,
  nowMs: number,
): void {
  const context = canvas.getContext("2d");
  const width = canvas.clientWidth;
  if (context === null || width === 0) return;
  const scale = window.devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colour = (name: string) => style.getPropertyValue(name);
  const middle = height / 2;
  const step = width / Math.max(1, shape.customer.length);
  const played = (nowMs / Math.max(1, durationMs)) * width;
  const side = (peaks: readonly number[], upwards: boolean, fill: string) => {
    context.fillStyle = fill;
    for (const [index, peak] of peaks.entries()) {
      const x = index * step;
      context.globalAlpha = x <= played ? 1 : 0.45;
      const tall = Math.max(0.75, Math.sqrt(peak) * (middle - 4));
      context.fillRect(x, upwards ? middle - tall : middle, Math.max(1, step - 0.6), tall);
    }
  };
  side(shape.customer, true, colour("--wave-customer"));
  side(shape.ours, false, colour("--wave-ours"));
  context.fillStyle = colour("--wave-mark");
  context.globalAlpha = 0.25;
  const at = (ms: number) => (ms / Math.max(1, durationMs)) * width;
  for (const { from, to } of gaps) context.fillRect(at(from), 0, at(to) - at(from), height);
  context.globalAlpha = 1;
  for (const mark of marks) context.fillRect(at(mark) - 1, 0, 2, height);
  context.fillStyle = colour("--wave-now");
  context.fillRect(played - 0.75, 0, 1.5, height);
}
