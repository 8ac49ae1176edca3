/** The audio thread of the browser's phone: microphone to 20 ms frames, frames to the loudspeaker, levels. */
import { Framer, phoneRate, PlayoutBuffer, Resampler } from "./resample";

// The audio worklet's own globals, which TypeScript's DOM library does not declare.
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const levelEveryBlocks = 24;

class PhoneProcessor extends AudioWorkletProcessor {
  private readonly microphone = new Resampler(sampleRate, phoneRate);
  private readonly loudspeaker = new Resampler(phoneRate, sampleRate);
  private readonly framer = new Framer();
  private readonly playout = new PlayoutBuffer(sampleRate);
  private loudest = { input: 0, output: 0 };
  private blocks = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      const frame = Float32Array.from(new Int16Array(data), (sample) => sample / 32768);
      this.playout.push(this.loudspeaker.push(frame));
    };
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const heard = inputs[0]?.[0];
    const spoken = outputs[0]?.[0];
    if (heard !== undefined) {
      this.loudest.input = loudest(heard, this.loudest.input);
      for (const frame of this.framer.push(this.microphone.push(heard))) {
        this.port.postMessage(frame.buffer, [frame.buffer]);
      }
    }
    if (spoken !== undefined) {
      this.playout.pull(spoken);
      this.loudest.output = loudest(spoken, this.loudest.output);
    }
    this.blocks += 1;
    if (this.blocks >= levelEveryBlocks) {
      this.port.postMessage(this.loudest);
      this.loudest = { input: 0, output: 0 };
      this.blocks = 0;
    }
    return true;
  }
}

function loudest(block: Float32Array, start: number): number {
  let most = start;
  for (const sample of block) most = Math.max(most, Math.abs(sample));
  return most;
}

registerProcessor("tandem-phone", PhoneProcessor);
