/** Which line the browser's phone takes, and what its state says when it ends. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { BrowserPhone } from "./browserPhone";
import { openPeerLine } from "./peerLine";
import { openSocketLine } from "./socketLine";

vi.mock("./peerLine", () => ({ openPeerLine: vi.fn() }));
vi.mock("./socketLine", () => ({ openSocketLine: vi.fn() }));

const line = { close: vi.fn(() => Promise.resolve()) };
const stop = vi.fn();
const getUserMedia = vi.fn(() => Promise.resolve({ getTracks: () => [{ stop }], getAudioTracks: () => [] }));
const session = {
  ticket: () => Promise.resolve("t"),
  account: () => Promise.resolve(null),
  offer: () => Promise.resolve("answer"),
};

beforeEach(() => {
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  vi.stubGlobal("RTCPeerConnection", vi.fn());
  vi.mocked(openPeerLine).mockResolvedValue(line);
  vi.mocked(openSocketLine).mockResolvedValue(line);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

it("takes WebRTC with the microphone's echo taken out", async () => {
  const phone = new BrowserPhone(session);
  await phone.connect();
  expect(phone.state().status).toBe("ready");
  const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  expect(getUserMedia).toHaveBeenCalledWith({ audio: wanted });
  expect(openSocketLine).not.toHaveBeenCalled();
  await phone.disconnect();
  expect([line.close, stop].map((end) => end.mock.calls.length)).toEqual([1, 1]);
});

it("takes the socket where WebRTC is missing or does not get through", async () => {
  vi.mocked(openPeerLine).mockRejectedValueOnce(new Error("offline"));
  const phone = new BrowserPhone(session);
  await phone.connect();
  expect(phone.state().status).toBe("ready");
  expect(openSocketLine).toHaveBeenCalledOnce();
  Reflect.deleteProperty(window, "RTCPeerConnection");
  await new BrowserPhone(session).connect();
  expect(openPeerLine).toHaveBeenCalledOnce();
  expect(openSocketLine).toHaveBeenCalledTimes(2);
});

it("opens a new line on another device, and says why a line ended", async () => {
  const phone = new BrowserPhone(session);
  await phone.connect();
  await phone.select({ output: "headset" });
  expect(vi.mocked(openPeerLine).mock.lastCall?.[1]).toBe("headset");
  expect(line.close).toHaveBeenCalledOnce();
  vi.mocked(openPeerLine).mock.lastCall?.[3].onLost("replaced");
  await vi.waitFor(() => {
    expect(phone.state()).toMatchObject({ status: "failed", detail: "replaced" });
  });
});
