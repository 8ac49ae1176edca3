/**
 * The phone's sound over WebRTC: one offer, one answer, and a data channel on which the exchange says `hello` once this
 * browser is the person's phone, and `replaced` when another window is.
 */
import type { Line, LineEvents } from "./line";

/** Where UDP does not get through there is silence, not a refusal. */
const patienceMs = 6000;
const levelEveryMs = 60;

export async function openPeerLine(
  stream: MediaStream,
  output: string | null,
  offer: (sdp: string) => Promise<string>,
  events: LineEvents,
): Promise<Line> {
  const peer = new RTCPeerConnection();
  const player = new Audio();
  player.autoplay = true;
  const meter = new Meter(events);
  let over = false;
  const close = async () => {
    over = true;
    peer.close();
    player.srcObject = null;
    await meter.close();
  };
  try {
    // Not every browser can choose its loudspeaker.
    if (output !== null && "setSinkId" in player) await player.setSinkId(output);
    meter.watch("input", stream);
    for (const track of stream.getAudioTracks()) peer.addTrack(track, stream);
    peer.ontrack = ({ track }) => {
      const heard = new MediaStream([track]);
      player.srcObject = heard;
      meter.watch("output", heard);
    };
    const greeted = greeting(peer, (detail) => {
      if (!over) events.onLost(detail);
    });
    // Whoever fails first is told of; this one may fail after that.
    greeted.catch(() => undefined);
    // Without candidates: the exchange has a public side, and answers our checks wherever they come from.
    await peer.setLocalDescription();
    const sdp = await offer(peer.localDescription?.sdp ?? "");
    await peer.setRemoteDescription({ type: "answer", sdp });
    await greeted;
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

/** Resolves at `hello`; tells of the end only after that. */
function greeting(peer: RTCPeerConnection, onEnd: LineEvents["onLost"]): Promise<void> {
  const channel = peer.createDataChannel("phone");
  return new Promise((resolve, reject) => {
    let [greeted, replaced, ended] = [false, false, false];
    const timer = setTimeout(end, patienceMs);
    function end() {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      if (greeted) onEnd(replaced ? "replaced" : "offline");
      else reject(new Error("offline"));
    }
    channel.onmessage = ({ data }: MessageEvent<string>) => {
      const { type } = JSON.parse(data) as { type: string };
      replaced ||= type === "replaced";
      if (type !== "hello") return;
      greeted = true;
      clearTimeout(timer);
      resolve();
    };
    channel.onclose = end;
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "failed" || peer.connectionState === "closed") end();
    };
  });
}

/** How loud both sides are. */
class Meter {
  private readonly context = new AudioContext();
  private readonly analysers: { input?: AnalyserNode; output?: AnalyserNode } = {};
  private readonly samples = new Float32Array(4096);
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(events: LineEvents) {
    this.timer = setInterval(() => {
      events.onLevel({ input: this.loudest("input"), output: this.loudest("output") });
    }, levelEveryMs);
  }

  watch(side: "input" | "output", stream: MediaStream): void {
    void this.context.resume();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = this.samples.length;
    this.context.createMediaStreamSource(stream).connect(analyser);
    this.analysers[side] = analyser;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.context.close();
  }

  private loudest(side: "input" | "output"): number {
    const analyser = this.analysers[side];
    if (analyser === undefined) return 0;
    analyser.getFloatTimeDomainData(this.samples);
    return this.samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  }
}
