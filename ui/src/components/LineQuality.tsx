/** How good the customer's line is: in one word, and in the figures behind it. */
import { useTranslation } from "react-i18next";

import type { Quality } from "@/api/types";
import { latency } from "@/lib/format/time";

/** Share of packets lost, above which people ask “pardon?”. */
const badLoss = 0.03;
const badJitterMs = 40;
/** Below this, many are dissatisfied (ITU-T G.107, annex B). */
const badMos = 3.6;
/** There and back; beyond it people talk over each other (ITU-T G.114 allows 400 ms one way at the very most). */
const badRoundTripMs = 800;

export function LineQuality({ quality }: { quality: Quality }) {
  const { t, i18n } = useTranslation();
  const { jitter_ms: jitter, mos, remote_loss: remoteLoss, round_trip_ms: roundTrip } = quality;
  const loss = lost(quality);
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 });
  const score = new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const bad = isBad(quality);
  const parts = [
    t(bad ? "floor.lineBad" : "floor.lineGood", { loss: percent.format(loss), jitter: Math.round(jitter) }),
    mos !== null && t("floor.lineMos", { mos: score.format(mos) }),
    roundTrip !== null && t("floor.lineRoundTrip", { time: latency(Math.round(roundTrip), i18n.language) }),
    // Of interest only where there is any.
    remoteLoss !== null && remoteLoss > 0 && t("floor.lineRemoteLoss", { loss: percent.format(remoteLoss) }),
  ];
  return (
    <span data-tone={bad ? "bad" : "quiet"} style={{ color: "var(--tone)" }}>
      {parts.filter(Boolean).join(" · ")}
    </span>
  );
}

/** Whether somebody on this line will complain. */
export function isBad(quality: Quality): boolean {
  return (
    lost(quality) > badLoss ||
    quality.jitter_ms > badJitterMs ||
    (quality.mos !== null && quality.mos < badMos) ||
    (quality.remote_loss !== null && quality.remote_loss > badLoss) ||
    (quality.round_trip_ms !== null && quality.round_trip_ms > badRoundTripMs)
  );
}

function lost({ packets_lost, packets_received }: Quality): number {
  const seen = packets_received + packets_lost;
  return seen === 0 ? 0 : packets_lost / seen;
}
