/** Telephone numbers as people read them, and as the API takes them. */

const groups: readonly (readonly [prefix: string, sizes: readonly number[]])[] = [
  ["1", [3, 3, 4]],
  ["7", [3, 3, 2, 2]],
  ["62", [3, 4, 4]],
  ["91", [5, 5]],
  ["996", [3, 3, 3]],
  ["254", [3, 3, 3]],
  ["255", [3, 3, 3]],
  ["44", [4, 6]],
  ["49", [3, 4, 4]],
  ["33", [1, 2, 2, 2, 2]],
  ["61", [3, 3, 3]],
  ["27", [2, 3, 4]],
  ["234", [3, 3, 4]],
  ["256", [3, 3, 3]],
  ["880", [4, 6]],
  ["971", [2, 3, 4]],
];

/** `+919876543210` as `+91 98765 43210`; a wrong grouping misleads, so what is not known stays as it is. */
export function showNumber(number: string): string {
  const digits = number.slice(1);
  const known = isE164(number) ? groups.find(([prefix]) => digits.startsWith(prefix)) : undefined;
  if (known === undefined) return number;
  const [prefix, sizes] = known;
  const parts: string[] = [];
  let rest = digits.slice(prefix.length);
  for (const size of sizes) {
    if (rest === "") break;
    // A last group of one or two digits hangs on to the one before it.
    const take = rest.length - size <= 2 ? rest.length : size;
    parts.push(rest.slice(0, take));
    rest = rest.slice(take);
  }
  if (rest !== "") parts.push(rest);
  return `+${[prefix, ...parts].join(" ")}`;
}

/** Digits and a leading `+` of what was typed or pasted: `tel:` and grouping go. */
export function toE164(typed: string): string {
  const text = typed.trim().replace(/^tel:/i, "").replace(/^00/, "+");
  return text.replace(/[\s().\-/]/g, "");
}

export const isE164 = (number: string): boolean => /^\+[1-9][0-9]{1,14}$/.test(number);
