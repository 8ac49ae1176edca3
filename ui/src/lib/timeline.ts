/** A transcript and its marks in one order, for the floor and for history alike. */
import type { CallEvent, TranscriptItem } from "@/api/types";

export type Mark = Exclude<
  CallEvent,
  {
    kind:
      | `call.${string}`
      | `queue.${string}`
      | "agent.state"
      | "transcript.item"
      | "config.changed"
      | "retention.swept"
      | "voicemail.left"
      | "floor.silenced"
      | "floor.audible";
  }
>;

export type Entry =
  | { kind: "line"; key: string; atMs: number; item: TranscriptItem }
  | { kind: "mark"; key: string; atMs: number; event: Mark; silencedMs?: number; audibleMs?: number };

/** Merges by time; a takeover's measured silences belong to the change of the floor before them. */
export function timeline(items: readonly TranscriptItem[], events: readonly CallEvent[]): Entry[] {
  const handovers = events.flatMap((event) => (event.kind === "floor.changed" ? [event.data.at_ms] : []));
  const entries: Entry[] = items
    .filter((item) => !isTold(item, handovers))
    .map((item) => ({ kind: "line", key: item.id, atMs: item.start_ms, item }));
  let floor: (Entry & { kind: "mark" }) | null = null;
  for (const event of events) {
    switch (event.kind) {
      case "floor.silenced":
        if (floor !== null) floor.silencedMs = event.data.after_ms;
        break;
      case "floor.audible":
        if (floor !== null) floor.audibleMs = event.data.after_ms;
        break;
      case "floor.changed":
      case "tool.used":
      case "opt_out.recorded":
      case "key.pressed":
      case "keys.sent":
      case "hold.changed":
      case "provider.failed":
      case "recording.paused":
      case "recording.resumed":
      case "recording.failed": {
        const mark: Entry = {
          kind: "mark",
          key: `event-${String(event.seq)}`,
          atMs: event.data.at_ms,
          event,
        };
        if (event.kind === "floor.changed") floor = mark;
        entries.push(mark);
      }
    }
  }
  // Sorting is stable: a mark of the same moment comes after the line it follows.
  return entries.sort((a, b) => a.atMs - b.atMs);
}

/** A transcript notes a change of the floor in English; the event beside it says the same in any language. */
const isTold = ({ speaker, start_ms: at }: TranscriptItem, handovers: readonly number[]): boolean =>
  speaker === "system" && handovers.some((handover) => Math.abs(handover - at) < 1500);

/** What was meant but not heard: the rest of the intended text after what was heard, or all of it. */
export function unheard({
  text,
  intended_text: meant,
}: Pick<TranscriptItem, "text" | "intended_text">): string {
  if (meant === null) return "";
  const heard = text
    .trim()
    .replace(/(…|\.\.\.|-|–)$/u, "")
    .trim();
  return meant.startsWith(heard) ? meant.slice(heard.length).trim() : meant;
}

/** Stretches in which the recording was paused, ms; one that was not ended lasts to the recording's end. */
export function pauses(entries: readonly Entry[], endMs: number): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from: number | null = null;
  for (const entry of entries) {
    if (entry.kind !== "mark") continue;
    if (entry.event.kind === "recording.paused") from ??= entry.atMs;
    else if (entry.event.kind === "recording.resumed" && from !== null) {
      found.push({ from, to: entry.atMs });
      from = null;
    }
  }
  if (from !== null && from < endMs) found.push({ from, to: endMs });
  return found;
}
