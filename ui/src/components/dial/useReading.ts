/** What was typed as a number, with the country and the time of day of whom it rings. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { sessionQuery } from "@/api/session";
import { useNow } from "@/lib/clock";
import { type Clock, clocksOf, countryOf, isOutside, type Reading, readNumber } from "@/lib/dial/reading";

export interface Called {
  /** Null where it is no number. */
  reading: Reading | null;
  clocks: readonly Clock[];
  outside: "no" | "some" | "all";
}

const minuteMs = 60_000;

export function useReading(typed: string): Called {
  const { i18n } = useTranslation();
  const { data: me } = useQuery(sessionQuery);
  const zone = me?.organisation.time_zone;
  const minute = Math.floor(useNow() / minuteMs);
  const reading = useMemo(
    () => readNumber(typed, zone === undefined ? undefined : countryOf(zone)),
    [typed, zone],
  );
  return useMemo(() => {
    const country = reading?.country ?? null;
    const clocks = country === null ? [] : clocksOf(country, minute * minuteMs, i18n.language);
    return { reading, clocks, outside: isOutside(clocks) };
  }, [reading, minute, i18n.language]);
}
