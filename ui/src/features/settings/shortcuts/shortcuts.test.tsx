/** Shortcuts are remapped by pressing a key; two that would meet are told of first. */
import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { conflicts, defaultKeys, getBindings, rebind, setBindings } from "@/lib/keys/bindings";
import { defaultHotkeys, hotkeyLabel, hotkeyOf, setHotkeys, setRefused } from "@/lib/keys/hotkeys";
import { fakeHost, renderPart } from "@/test/render";

import { ShortcutsPanel } from "./ShortcutsPanel";

const row = (name: RegExp) => screen.getByRole("button", { name });

beforeEach(() => {
  setBindings({ enabled: true, keys: defaultKeys });
  setHotkeys(defaultHotkeys);
  setRefused({});
});
afterEach(() => {
  setBindings({ enabled: true, keys: defaultKeys });
});

it("takes the key that is pressed next", async () => {
  renderPart(<ShortcutsPanel />);
  await userEvent.click(row(/^Mute or unmute the microphone: M/));
  await userEvent.keyboard("y");
  expect(getBindings().keys.mute).toBe("y");
  expect(row(/^Mute or unmute the microphone: Y/)).toBeVisible();
});

it("tells of an act that has the key already, and swaps only when asked to", async () => {
  renderPart(<ShortcutsPanel />);
  await userEvent.click(row(/^Mute or unmute the microphone/));
  await userEvent.keyboard("h");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("H is “Hold, or take off hold” there already.");
  expect(getBindings().keys.mute).toBe("m");
  await userEvent.click(within(alert).getByRole("button", { name: "Swap the two" }));
  expect(getBindings().keys).toMatchObject({ mute: "h", hold: "m" });
  expect(screen.queryByRole("alert")).toBeNull();
  // The panel alone has no landmarks; its page does.
  const rules = { "color-contrast": { enabled: false }, region: { enabled: false } };
  const found = await axe.run(document.body, { rules });
  expect(found.violations).toEqual([]);
});

it("lets acts of different rooms share a key", async () => {
  renderPart(<ShortcutsPanel />);
  await userEvent.click(row(/^Mute or unmute the microphone/));
  await userEvent.keyboard("l");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(getBindings().keys).toMatchObject({ mute: "l", listen: "l" });
});

it("leaves an act without a key", async () => {
  renderPart(<ShortcutsPanel />);
  await userEvent.click(row(/^Mute or unmute the microphone/));
  await userEvent.keyboard("{Backspace}");
  expect(getBindings().keys.mute).toBe("");
  expect(row(/^Mute or unmute the microphone: none/)).toBeVisible();
});

it("has no two defaults that meet", () => {
  const bindings = { enabled: true, keys: defaultKeys };
  const met = Object.entries(defaultKeys).filter(
    ([name, key]) => conflicts(bindings, name as keyof typeof defaultKeys, key).length > 0,
  );
  expect(met).toEqual([]);
});

it("gives the old key to whoever loses theirs only where it is free", () => {
  const keys = { ...defaultKeys, dial: "m", mute: "y" };
  const after = rebind({ enabled: true, keys }, "dial", "l").keys;
  expect(after).toMatchObject({ dial: "l", listen: "m" });
});

it("shows keys of other windows only where the desktop gives them, with what was refused", async () => {
  const { unmount } = renderPart(<ShortcutsPanel />);
  expect(screen.queryByText("Keys that work from other windows")).toBeNull();
  unmount();
  const set = vi.fn(() => Promise.resolve([]));
  renderPart(<ShortcutsPanel />, { ...fakeHost(), hotkeys: { set, onPress: () => () => undefined } });
  expect(row(/^Answer: Ctrl \+ Alt \+ A/)).toBeVisible();
  act(() => {
    setRefused({ end: "taken" });
  });
  expect(screen.getByRole("alert")).toHaveTextContent("Another program has this key.");
  await userEvent.click(row(/^Answer: Ctrl/));
  await userEvent.keyboard("{Control>}{Shift>}[KeyY]{/Shift}{/Control}");
  expect(row(/^Answer: Ctrl \+ Shift \+ Y/)).toBeVisible();
  await userEvent.click(row(/^Answer: Ctrl/));
  await userEvent.keyboard("y");
  expect(screen.getAllByRole("alert")[0]).toHaveTextContent("take a key together with Ctrl");
});

it("reads keys as the desktop names them", () => {
  const press = (code: string, mods: object) =>
    hotkeyOf({ code, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...mods });
  expect(press("KeyA", { ctrlKey: true, altKey: true })).toBe("Control+Alt+KeyA");
  expect(press("KeyA", {})).toBeNull();
  expect(press("KeyA", { shiftKey: true })).toBeNull();
  expect(press("ControlLeft", { ctrlKey: true })).toBeNull();
  expect(hotkeyLabel("Control+Alt+Digit1")).toBe("Ctrl + Alt + 1");
});
