/** The line over WebRTC: when it counts as connected, and how it ends. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { openPeerLine } from "./peerLine";

class FakePeer {
  static last: FakePeer;
  readonly channel = {
    onmessage: null as ((event: { data: string }) => void) | null,
    onclose: null as (() => void) | null,
  };
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  answer = "";
  closed = false;
  onconnectionstatechange: (() => void) | null = null;

  constructor() {
    FakePeer.last = this;
  }
  addTrack(): void {}
  createDataChannel() {
    return this.channel;
  }
  setLocalDescription() {
    this.localDescription = { sdp: "our offer" };
    return Promise.resolve();
  }
  setRemoteDescription({ sdp }: { sdp: string }) {
    this.answer = sdp;
    return Promise.resolve();
  }
  close(): void {
    this.closed = true;
    this.channel.onclose?.();
  }
  says(type: string): void {
    this.channel.onmessage?.({ data: JSON.stringify({ type }) });
  }
}

const closing = vi.fn(() => Promise.resolve());
class FakeContext {
  close = closing;
  resume = () => Promise.resolve();
  createAnalyser = () => ({ getFloatTimeDomainData: (samples: Float32Array) => samples.fill(-0.5, 0, 1) });
  createMediaStreamSource = () => ({ connect: () => undefined });
}

const stream = { getAudioTracks: () => [{}] } as unknown as MediaStream;
const events = { onLevel: vi.fn(), onLost: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("AudioContext", FakeContext);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

const open = (offer = vi.fn((sdp: string) => Promise.resolve(`an answer to ${sdp}`))) =>
  openPeerLine(stream, null, offer, events);

it("offers once and is connected when the exchange says hello", async () => {
  let connected = false;
  const opening = open().then((line) => {
    connected = true;
    return line;
  });
  await vi.advanceTimersByTimeAsync(200);
  expect(FakePeer.last.answer).toBe("an answer to our offer");
  expect(connected).toBe(false);
  expect(events.onLevel).toHaveBeenLastCalledWith({ input: 0.5, output: 0 });
  FakePeer.last.says("hello");
  const line = await opening;
  await line.close();
  expect(FakePeer.last.closed).toBe(true);
  expect(closing).toHaveBeenCalledOnce();
  expect(events.onLost).not.toHaveBeenCalled();
});

it("tells whether another window or the network ended it", async () => {
  for (const [word, detail] of [
    ["replaced", "replaced"],
    ["nothing", "offline"],
  ] as const) {
    const opening = open();
    await vi.advanceTimersByTimeAsync(1);
    FakePeer.last.says("hello");
    await opening;
    FakePeer.last.says(word);
    FakePeer.last.channel.onclose?.();
    expect(events.onLost).toHaveBeenLastCalledWith(detail);
  }
  expect(events.onLost).toHaveBeenCalledTimes(2);
});

it("gives up where no packet gets through, or the offer is refused", async () => {
  const silent = open();
  const gaveUp = expect(silent).rejects.toThrow("offline");
  await vi.advanceTimersByTimeAsync(7000);
  await gaveUp;
  expect(FakePeer.last.closed).toBe(true);
  await expect(open(vi.fn(() => Promise.reject(new Error("404"))))).rejects.toThrow("404");
  expect(FakePeer.last.closed).toBe(true);
  expect(events.onLost).not.toHaveBeenCalled();
});
