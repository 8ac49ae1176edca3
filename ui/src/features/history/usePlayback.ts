/** The recording's place in time, shared by player, waveform and transcript. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

export interface Playback {
  attach: (element: HTMLAudioElement | null) => void;
  seek: (ms: number) => void;
  toggle: () => void;
  playing: boolean;
  clock: Clock;
}

/** Tells the time ten times a second while it plays, without rendering those who did not ask. */
export class Clock {
  private readonly listeners = new Set<() => void>();
  ms = 0;

  set(ms: number): void {
    this.ms = ms;
    for (const listener of this.listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** The place in time, or what is made of it: renders only where that changes. */
export const useClock = <T>(clock: Clock, select: (ms: number) => T): T =>
  useSyncExternalStore(clock.subscribe, () => select(clock.ms));

export function usePlayback(): Playback {
  const audio = useRef<HTMLAudioElement | null>(null);
  const [playing, setPlaying] = useState(false);
  const [clock] = useState(() => new Clock());
  const tell = useCallback(() => {
    if (audio.current !== null) clock.set(audio.current.currentTime * 1000);
  }, [clock]);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(tell, 100);
    return () => {
      clearInterval(timer);
    };
  }, [playing, tell]);
  const attach = useCallback(
    (element: HTMLAudioElement | null) => {
      audio.current = element;
      if (element === null) return;
      element.onplay = () => {
        setPlaying(true);
      };
      element.onpause = () => {
        setPlaying(false);
      };
      element.onseeked = tell;
      element.onended = () => {
        setPlaying(false);
      };
    },
    [tell],
  );
  const seek = useCallback(
    (ms: number) => {
      clock.set(ms);
      if (audio.current === null) return;
      audio.current.currentTime = ms / 1000;
      void audio.current.play().catch(() => undefined);
    },
    [clock],
  );
  const toggle = useCallback(() => {
    const element = audio.current;
    if (element === null) return;
    if (element.paused) void element.play().catch(() => undefined);
    else element.pause();
  }, []);
  return useMemo(() => ({ attach, seek, toggle, playing, clock }), [attach, seek, toggle, playing, clock]);
}
