/** Numbers of any spelling, and the time where they ring. */
import { expect, it } from "vitest";

import { clocksOf, countryName, countryOf, isOutside, readNumber } from "./reading";

it.each([
  ["+62 812-3456-78", undefined, "+62812345678", "ID"],
  ["tel:+62-812-345-678", undefined, "+62812345678", "ID"],
  ["0062 812 345678", "KG", "+62812345678", "ID"],
  ["0812 3456 78", "ID", "+62812345678", "ID"],
  ["(415) 555-2671", "US", "+14155552671", "US"],
  ["011 996 700 000 000", "US", "+996700000000", "KG"],
] as const)("reads %s as dialled in %s", (typed, country, e164, where) => {
  expect(readNumber(typed, country)).toEqual({ e164, country: where, possible: true });
});

it("knows what is no number", () => {
  expect(["", "  ", "alice", "+"].map((typed) => readNumber(typed, "ID"))).toEqual([null, null, null, null]);
  expect(readNumber("0812 3456 78")).toBeNull();
  expect(readNumber("+62 1")?.possible ?? false).toBe(false);
});

it("takes the country of the organisation's time zone for its own", () => {
  expect(["Asia/Jakarta", "Asia/Bishkek", "Etc/Nowhere"].map(countryOf)).toEqual(["ID", "KG", undefined]);
});

const noon = Date.parse("2026-11-20T12:00:00Z");

it("tells every time of day of a country, once each", () => {
  const shown = (country: string) => clocksOf(country, noon, "en-GB", "UTC").map(({ shown }) => shown);
  expect(shown("KG")).toEqual(["18:00"]);
  expect(shown("ID")).toEqual(["19:00", "20:00", "21:00"]);
  expect(clocksOf("KG", Date.parse("2026-11-20T23:00:00Z"), "en-GB", "UTC")).toEqual([
    { minutes: 300, shown: "5:00", day: "Saturday" },
  ]);
});

it("follows summer time", () => {
  const july = Date.parse("2026-07-20T12:00:00Z");
  expect(clocksOf("DE", noon, "en-GB", "UTC")[0]?.minutes).toBe(13 * 60);
  expect(clocksOf("DE", july, "en-GB", "UTC")[0]?.minutes).toBe(14 * 60);
});

it("warns before eight and from nine in the evening", () => {
  const at = (...minutes: number[]) =>
    isOutside(minutes.map((one) => ({ minutes: one, shown: "", day: null })));
  expect([at(480), at(479), at(1259), at(1260), at(480, 1300), at()]).toEqual([
    "no",
    "all",
    "no",
    "all",
    "some",
    "no",
  ]);
});

it("names countries in the reader's language", () => {
  expect(countryName("ID", "en")).toBe("Indonesia");
});
