/** A phone in the browser: getUserMedia and an audio worklet on one side, the phone socket on the other. */
import { socketUrl } from "@/api/socketUrl";

import { echoTest } from "./echoTest";
import type { Devices, HostSession, Level, PhoneChoice, PhoneHost, PhoneState } from "./host";
import workletUrl from "./phoneWorklet.ts?worker&url";
import { Signal } from "./signal";

const off: PhoneState = { status: "off", detail: null, input: null, output: null, plain: false };

export class BrowserPhone implements PhoneHost {
  private readonly current = new Signal<PhoneState>(off);
  private readonly level = new Signal<Level>({ input: 0, output: 0 });
  private readonly session: HostSession;
  private socket: WebSocket | null = null;
  private context: AudioContext | null = null;
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
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: this.constraints() });
      this.mute(this.current.value.muted ?? false);
      await this.openSocket(await this.openAudio(this.stream));
      this.current.set({ ...this.current.value, status: "ready", detail: null });
    } catch (error) {
      await this.fail(reason(error));
      throw error;
    }
  }

  private async openAudio(stream: MediaStream): Promise<AudioWorkletNode> {
    const context = new AudioContext({ latencyHint: "interactive" });
    this.context = context;
    await context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(context, "tandem-phone", { outputChannelCount: [1] });
    context.createMediaStreamSource(stream).connect(node).connect(context.destination);
    const { output } = this.current.value;
    // Not every browser can choose its loudspeaker.
    if (output !== null && "setSinkId" in context) await (context as Sinkable).setSinkId(output);
    await context.resume();
    return node;
  }

  private async openSocket(node: AudioWorkletNode): Promise<void> {
    const socket = new WebSocket(socketUrl("/phone", await this.session.ticket()));
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    node.port.onmessage = ({ data }: MessageEvent<ArrayBuffer | Level>) => {
      if (!(data instanceof ArrayBuffer)) this.level.set(data);
      // A socket that cannot keep up drops sound; it must not delay it.
      else if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < 6400) socket.send(data);
    };
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => {
        resolve();
      };
      socket.onerror = () => {
        reject(new Error("offline"));
      };
    });
    let replaced = false;
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (data instanceof ArrayBuffer) node.port.postMessage(data, [data]);
      else replaced ||= (JSON.parse(data) as { type: string }).type === "replaced";
    };
    socket.onclose = () => {
      if (this.socket === socket) void this.fail(replaced ? "replaced" : "offline");
    };
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
    const { socket, context, stream } = this;
    this.socket = this.context = this.stream = null;
    socket?.close();
    for (const track of stream?.getTracks() ?? []) track.stop();
    await context?.close();
    this.level.set({ input: 0, output: 0 });
  }
}

type Sinkable = AudioContext & { setSinkId(id: string): Promise<void> };

function reason(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "no_device";
  return error instanceof Error && error.message !== "" ? error.message : "offline";
}
