/** A way for the sound between this browser and the exchange. */
import type { Level } from "./host";

export interface Line {
  close(): Promise<void>;
}

export interface LineEvents {
  onLevel(level: Level): void;
  /** It ended by itself: `replaced` by another window, or `offline`. */
  onLost(detail: "replaced" | "offline"): void;
}
