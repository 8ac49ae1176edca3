/** A phone in the browser: its microphone and loudspeaker on one side, a line to the exchange on the other. */
import { echoTest } from "./echoTest";
import type { Devices, HostSession, Level, PhoneChoice, PhoneHost, PhoneState } from "./host";
import type { Line } from "./line";
import { openPeerLine } from "./peerLine";
import { Signal } from "./signal";
import { openSocketLine } from "./socketLine";

const off: PhoneState = { status: "off", detail: null, input: null, output: null, plain: false };

export class BrowserPhone implements PhoneHost {
  private readonly current = new Signal<PhoneState>(off);
  private readonly level = new Signal<Level>({ input: 0, output: 0 });
  private readonly session: HostSession;
  private line: Line | null = null;
  private stream: MediaStream | null = null;
  private connecting: Promise<void> | null = null;

  constructor(session: HostSession) {
    this.session = session;
  }

  state(): PhoneState {
    return this.current.value;
  }

  subscribe(listener: () => void): () => void {
    return this.current.watch(listener);
  }

  connect(): Promise<void> {
    if (this.current.value.status === "ready") return Promise.resolve();
    this.connecting ??= this.open().finally(() => (this.connecting = null));
    return this.connecting;
  }

  async disconnect(): Promise<void> {
    await this.release();
    this.current.set({ ...this.current.value, status: "off", detail: null });
  }

  answer(): Promise<void> {
    return Promise.resolve();
  }

  hangUp(): Promise<void> {
    return Promise.resolve();
  }

  mute(muted: boolean): void {
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !muted;
    this.current.set({ ...this.current.value, muted });
  }

  async devices(): Promise<Devices> {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const of = (kind: MediaDeviceKind) =>
      all
        .filter((device) => device.kind === kind && device.deviceId !== "")
        .map(({ deviceId, label }) => ({ id: deviceId, name: label || deviceId.slice(0, 8) }));
    return { inputs: of("audioinput"), outputs: of("audiooutput") };
  }

  async select(choice: PhoneChoice): Promise<void> {
    this.current.set({ ...this.current.value, ...choice });
    if (this.current.value.status !== "ready") return;
    await this.release();
    this.current.set({ ...this.current.value, status: "off" });
    await this.connect();
  }

  onLevel(listener: (level: Level) => void): () => void {
    return this.level.watch(listener);
  }

  echoTest(): Promise<void> {
    return echoTest(this.constraints());
  }

  private async open(): Promise<void> {
    this.current.set({ ...this.current.value, status: "connecting", detail: null });
    try {
      if (navigator.mediaDevices === undefined) throw new DOMException("", "NotFoundError");
      const stream = await navigator.mediaDevices.getUserMedia({ audio: this.constraints() });
      this.stream = stream;
      this.mute(this.current.value.muted ?? false);
      this.line = await this.openLine(stream);
      this.current.set({ ...this.current.value, status: "ready", detail: null });
    } catch (error) {
      await this.fail(reason(error));
      throw error;
    }
  }

  /** WebRTC, and the socket where the browser has none or its packets do not get through. */
  private async openLine(stream: MediaStream): Promise<Line> {
    const { output } = this.current.value;
    const events = {
      onLevel: (level: Level) => {
        this.level.set(level);
      },
      onLost: (detail: string) => void this.fail(detail),
    };
    if ("RTCPeerConnection" in window) {
      try {
        return await openPeerLine(stream, output, (sdp) => this.session.offer(sdp), events);
      } catch {
        // What is wrong with the session or the exchange is wrong with the socket as well, which says so.
      }
    }
    return openSocketLine(stream, output, () => this.session.ticket(), events);
  }

  private constraints(): MediaTrackConstraints {
    const { input, plain } = this.current.value;
    return {
      echoCancellation: !plain,
      noiseSuppression: !plain,
      autoGainControl: !plain,
      ...(input === null ? {} : { deviceId: { exact: input } }),
    };
  }

  private async fail(detail: string): Promise<void> {
    await this.release();
    this.current.set({ ...this.current.value, status: "failed", detail });
  }

  private async release(): Promise<void> {
    const { line, stream } = this;
    this.line = this.stream = null;
    await line?.close();
    for (const track of stream?.getTracks() ?? []) track.stop();
    this.level.set({ input: 0, output: 0 });
  }
}

function reason(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "no_device";
  return error instanceof Error && error.message !== "" ? error.message : "offline";
}
