/** What a typed or pasted number is: its international form, its country, and what time it is there. All of it offline. */
import { getTimezone, getTimezonesForCountry } from "countries-and-timezones";
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/min";

export interface Reading {
  e164: string;
  /** ISO 3166-1; null where the number belongs to no one country. */
  country: string | null;
  /** Whether there can be such a number there. */
  possible: boolean;
}

/** The country whose national numbers are meant where people leave out the country code. */
export function countryOf(timeZone: string): CountryCode | undefined {
  const first = getTimezone(timeZone)?.countries[0];
  return first !== undefined && isSupportedCountry(first) ? first : undefined;
}

/** Reads a number of any spelling: `tel:` links, `00` in place of `+`, grouping, and national numbers of `country`. */
export function readNumber(typed: string, country?: CountryCode): Reading | null {
  const text = typed
    .trim()
    .replace(/^tel:/i, "")
    .replace(/^00(?=[1-9])/, "+");
  if (text === "") return null;
  const found = parsePhoneNumberFromString(text, country === undefined ? {} : { defaultCountry: country });
  if (found === undefined) return null;
  // Without data of its exact plan, a number's country is that of its calling code, where there is but one.
  const countries = found.country === undefined ? found.getPossibleCountries() : [found.country];
  return {
    e164: found.number,
    country: countries.length === 1 ? (countries[0] ?? null) : null,
    possible: found.isPossible(),
  };
}

/** A time of day somewhere. */
export interface Clock {
  /** Minutes since midnight there. */
  minutes: number;
  /** As people there write it. */
  shown: string;
  /** The day of the week, where it is not the viewer's. */
  day: string | null;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string, language: string, options: Intl.DateTimeFormatOptions) {
  const key = `${timeZone} ${language} ${Object.keys(options).join()}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, { ...options, timeZone });
  formats.set(key, known);
  return known;
}

/** The times of day in a country at a moment, one for each that differs, from the earliest on. */
export function clocksOf(country: string, at: number, language: string, here?: string): Clock[] {
  const zones = getTimezonesForCountry(country) ?? [];
  const byOffset = new Map<number, string>();
  for (const { name } of zones) {
    const offset = offsetOf(name, at);
    if (offset !== null && !byOffset.has(offset)) byOffset.set(offset, name);
  }
  const viewer = here ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const today = format(viewer, language, { weekday: "long" }).format(at);
  return [...byOffset]
    .sort(([a], [b]) => a - b)
    .map(([offset, zone]) => {
      const day = format(zone, language, { weekday: "long" }).format(at);
      const dayMinutes = 24 * 60;
      return {
        minutes: (((Math.floor(at / 60_000) + offset) % dayMinutes) + dayMinutes) % dayMinutes,
        shown: format(zone, language, { hour: "numeric", minute: "2-digit" }).format(at),
        day: day === today ? null : day,
      };
    });
}

/** Minutes that a zone's clocks are ahead of UTC; null for one that this machine does not know. */
function offsetOf(zone: string, at: number): number | null {
  try {
    const parts = format(zone, "en-US-u-hc-h23", {
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    }).formatToParts(at);
    const part = (type: Intl.DateTimeFormatPartTypes) =>
      Number(parts.find((one) => one.type === type)?.value ?? Number.NaN);
    const there = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
    return Math.round((there - Math.floor(at / 60_000) * 60_000) / 60_000);
  } catch {
    return null;
  }
}

/** People are called between these hours of theirs. */
export const hours = { from: 8, to: 21 } as const;

/** Whether it is the wrong time to call: `some` where it is in a part of the country alone. */
export function isOutside(clocks: readonly Clock[]): "no" | "some" | "all" {
  const wrong = clocks.filter(({ minutes }) => minutes < hours.from * 60 || minutes >= hours.to * 60).length;
  return wrong === 0 ? "no" : wrong === clocks.length ? "all" : "some";
}

/** A country's name in the reader's language. */
export const countryName = (country: string, language: string): string =>
  new Intl.DisplayNames(language, { type: "region", fallback: "code" }).of(country) ?? country;
