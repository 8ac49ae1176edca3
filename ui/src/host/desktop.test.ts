/** The desktop's phone: asks the program, follows its events, connects with the person's own account. */
import { expect, it, vi } from "vitest";

const heard = new Map<string, (event: { payload: unknown }) => void>();
const invoke = vi.hoisted(() => vi.fn());
vi.mock("@tauri-apps/api/core", () => ({ invoke }));
vi.mock("@tauri-apps/api/event", () => ({
  listen: (name: string, listener: (event: { payload: unknown }) => void) => {
    heard.set(name, listener);
    return Promise.resolve(() => undefined);
  },
}));

const { desktopHost } = await import("./desktop");

const ready = { status: "ready", detail: null, input: "mic", output: "ear", plain: false };
const host = () => {
  invoke.mockImplementation((command: string) =>
    Promise.resolve(command === "phone_status" ? ready : undefined),
  );
  return desktopHost({
    ticket: () => Promise.resolve("t"),
    account: () => Promise.resolve({ name: "ann" }),
    offer: () => Promise.reject(new Error("a browser's way")),
  });
};

it("connects with the account of whoever is signed in", async () => {
  const { phone } = host();
  await phone.connect();
  expect(invoke).toHaveBeenCalledWith("phone_connect", { account: { name: "ann" } });
  expect(phone.state()).toEqual(ready);
});

it("keeps the other device when one is chosen", async () => {
  const { phone } = host();
  await phone.connect();
  await phone.select({ input: "headset" });
  expect(invoke).toHaveBeenCalledWith("phone_select", { input: "headset", output: "ear", plain: false });
});

it("tells of states and levels as the program reports them", () => {
  const { phone } = host();
  const changed = vi.fn();
  const level = vi.fn();
  phone.subscribe(changed);
  phone.onLevel(level);
  heard.get("phone://status")?.({ payload: { ...ready, status: "in_call" } });
  heard.get("phone://level")?.({ payload: { input: 0.5, output: 0 } });
  expect(phone.state().status).toBe("in_call");
  expect(changed).toHaveBeenCalled();
  expect(level).toHaveBeenCalledWith({ input: 0.5, output: 0 });
});

it("says why the program refused", async () => {
  const { phone } = host();
  invoke.mockImplementation((command: string) =>
    command === "phone_connect" ? Promise.reject(new Error("no sound device")) : Promise.resolve(ready),
  );
  await expect(phone.connect()).rejects.toThrow("no sound device");
  expect(phone.state()).toMatchObject({ status: "failed", detail: "no sound device" });
});

it("mutes in the program, which says when it is", async () => {
  const { phone } = host();
  await phone.connect();
  phone.mute?.(true);
  expect(invoke).toHaveBeenCalledWith("phone_mute", { muted: true });
  heard.get("phone://status")?.({ payload: { ...ready, muted: true } });
  expect(phone.state().muted).toBe(true);
});

it("asks for keys of other windows, and hears them", async () => {
  const { hotkeys } = host();
  const refused = [{ act: "end", why: "taken" }];
  invoke.mockImplementation(() => Promise.resolve(refused));
  const pressed = vi.fn();
  const stop = hotkeys?.onPress(pressed);
  expect(await hotkeys?.set({ answer: "Control+Alt+KeyA" })).toEqual(refused);
  expect(invoke).toHaveBeenCalledWith("hotkeys_set", { keys: { answer: "Control+Alt+KeyA" } });
  heard.get("hotkey://pressed")?.({ payload: "answer" });
  expect(pressed).toHaveBeenCalledExactlyOnceWith("answer");
  stop?.();
});
