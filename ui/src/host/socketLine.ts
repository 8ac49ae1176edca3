/** The phone's sound over a WebSocket, cut into frames by an audio worklet: for browsers and networks without WebRTC. */
import { socketUrl } from "@/api/socketUrl";

import type { Level } from "./host";
import type { Line, LineEvents } from "./line";
import workletUrl from "./phoneWorklet.ts?worker&url";

export async function openSocketLine(
  stream: MediaStream,
  output: string | null,
  ticket: () => Promise<string>,
  events: LineEvents,
): Promise<Line> {
  const context = new AudioContext({ latencyHint: "interactive" });
  let socket: WebSocket | null = null;
  const close = async () => {
    if (socket !== null) socket.onclose = null;
    socket?.close();
    await context.close();
  };
  try {
    const node = await openAudio(context, stream, output);
    socket = new WebSocket(socketUrl("/phone", await ticket()));
    await carry(socket, node, events);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

async function openAudio(
  context: AudioContext,
  stream: MediaStream,
  output: string | null,
): Promise<AudioWorkletNode> {
  await context.audioWorklet.addModule(workletUrl);
  const node = new AudioWorkletNode(context, "tandem-phone", { outputChannelCount: [1] });
  context.createMediaStreamSource(stream).connect(node).connect(context.destination);
  // Not every browser can choose its loudspeaker.
  if (output !== null && "setSinkId" in context) await (context as Sinkable).setSinkId(output);
  await context.resume();
  return node;
}

async function carry(socket: WebSocket, node: AudioWorkletNode, events: LineEvents): Promise<void> {
  socket.binaryType = "arraybuffer";
  node.port.onmessage = ({ data }: MessageEvent<ArrayBuffer | Level>) => {
    if (!(data instanceof ArrayBuffer)) events.onLevel(data);
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
    events.onLost(replaced ? "replaced" : "offline");
  };
}

type Sinkable = AudioContext & { setSinkId(id: string): Promise<void> };
