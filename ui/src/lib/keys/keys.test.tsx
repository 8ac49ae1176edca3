/** Single keys act, but not while somebody types, not with a dialog open, not when switched off. */
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { defaultKeys, getBindings, keyLabel, rebind, setBindings } from "./bindings";
import { useKeys } from "./useKeys";

const takeOver = vi.fn();

function Panel({ modal = false }: { modal?: boolean }) {
  useKeys({ takeOver });
  return (
    <>
      <input aria-label="text" />
      {modal && <div role="dialog" aria-modal="true" />}
    </>
  );
}

beforeEach(() => {
  takeOver.mockReset();
});
afterEach(() => {
  setBindings({ enabled: true, keys: defaultKeys });
});

it("takes over with T, in either case", async () => {
  render(<Panel />);
  await userEvent.keyboard("t");
  await userEvent.keyboard("T");
  expect(takeOver).toHaveBeenCalledTimes(2);
});

it("leaves letters to whoever types", async () => {
  render(<Panel />);
  await userEvent.type(screen.getByLabelText("text"), "talk to them");
  expect(takeOver).not.toHaveBeenCalled();
});

it.each(["{Control>}t{/Control}", "{Alt>}t{/Alt}", "{Meta>}t{/Meta}"])(
  "leaves %s to the browser",
  async (keys) => {
    render(<Panel />);
    await userEvent.keyboard(keys);
    expect(takeOver).not.toHaveBeenCalled();
  },
);

it("does nothing behind a dialog", async () => {
  render(<Panel modal />);
  await userEvent.keyboard("t");
  expect(takeOver).not.toHaveBeenCalled();
});

it("does nothing when switched off", async () => {
  setBindings({ enabled: false, keys: defaultKeys });
  render(<Panel />);
  await userEvent.keyboard("t");
  expect(takeOver).not.toHaveBeenCalled();
});

it("follows a remapped key and remembers it", async () => {
  setBindings(rebind(getBindings(), "takeOver", "l"));
  render(<Panel />);
  await userEvent.keyboard("tl");
  expect(takeOver).toHaveBeenCalledOnce();
  expect(getBindings().keys.listen).toBe("t");
  expect(localStorage.getItem("tandem.shortcuts")).toContain('"takeOver":"l"');
});

it("names keys as they are printed", () => {
  expect(["t", "Escape", " ", "F2"].map(keyLabel)).toEqual(["T", "Esc", "␣", "F2"]);
});
