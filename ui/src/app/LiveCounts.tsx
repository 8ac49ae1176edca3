/** Live calls in numbers: all, held by AI, held by people, still ringing. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { LiveCall } from "@/api/types";
import { liveState } from "@/components/callState";
import { useLive } from "@/lib/live/store";

import classes from "./Shell.module.css";

export function counts(calls: ReadonlyMap<string, LiveCall>) {
  const count = { all: calls.size, ai: 0, person: 0, wait: 0 };
  for (const row of calls.values()) {
    const state = liveState(row);
    if (state === "ai") count.ai += 1;
    else if (state === "person") count.person += 1;
    else if (state === "queued" || state === "ringing") count.wait += 1;
  }
  return count;
}

export function LiveCounts() {
  const { t } = useTranslation();
  const calls = useLive((state) => state.calls);
  const loaded = useLive((state) => state.loaded);
  const { all, ai, person, wait } = useMemo(() => counts(calls), [calls]);
  const show = (value: number) => (loaded ? value : "–");
  return (
    <dl className={classes.counts} aria-label={t("counts.label")}>
      <div>
        <dt>{t("counts.live")}</dt>
        <dd>{show(all)}</dd>
      </div>
      <div data-tone="ai">
        <dt>{t("counts.ai")}</dt>
        <dd>{show(ai)}</dd>
      </div>
      <div data-tone="person">
        <dt>{t("counts.people")}</dt>
        <dd>{show(person)}</dd>
      </div>
      <div data-tone="wait">
        <dt>{t("counts.ringing")}</dt>
        <dd>{show(wait)}</dd>
      </div>
    </dl>
  );
}
