/** Numbers and times as they are shown and read. */
import { expect, it } from "vitest";

import { isE164, showNumber, toE164 } from "./number";
import { duration, latency, moment } from "./time";

it.each([
  ["+62812345678", "+62 812 345678"],
  ["+919876543210", "+91 98765 43210"],
  ["+996700000000", "+996 700 000 000"],
  ["+15005550007", "+1 500 555 0007"],
  ["+3545551234", "+3545551234"],
  ["alice", "alice"],
])("shows %s as %s", (number, shown) => {
  expect(showNumber(number)).toBe(shown);
});

it.each(["tel:+62-812-345678", "0062 812 345678", " +62 (812) 345.678 "])("reads %s", (typed) => {
  expect(toE164(typed)).toBe("+62812345678");
});

it("knows what a number is", () => {
  expect(["+62812345678", "0812345678", "+0812", "+", "+1234567890123456"].map(isE164)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});

it("counts minutes and hours", () => {
  expect([0, 9_999, 65_000, 3_727_000, -5].map(duration)).toEqual([
    "0:00",
    "0:09",
    "1:05",
    "1:02:07",
    "0:00",
  ]);
});

it("says milliseconds below a second, and seconds above", () => {
  expect(latency(840, "en")).toBe("840 ms");
  expect(latency(1240, "en")).toBe("1.24 sec");
});

it("leaves out today's date and this year's year", () => {
  const now = new Date(2026, 4, 20, 12);
  expect(moment(new Date(2026, 4, 20, 9, 5).toISOString(), "en-GB", now)).toBe("9:05");
  expect(moment(new Date(2026, 4, 19, 9, 5).toISOString(), "en-GB", now)).toMatch(/19 May/);
  expect(moment(new Date(2025, 4, 19, 9, 5).toISOString(), "en-GB", now)).toMatch(/2025/);
});
