/** Sample-rate conversion and framing for the phone: pure, so that it is tested outside of the worklet. */

export const phoneRate = 8000;
export const frameSamples = 160;

/**
 * Converts a stream of samples (−1 to 1) from one rate to another, keeping its place between blocks. Going down,
 * each output is the mean of the inputs it covers, which is filter enough for a telephone's 3.4 kHz; going up, it
 * is a line between its neighbours.
 */
export class Resampler {
  private position = 0;
  private last = 0;
  private rest: number[] = [];
  private readonly step: number;

  constructor(from: number, to: number) {
    this.step = from / to;
  }

  push(block: Float32Array): number[] {
    return this.step > 1 ? this.down(block) : this.up(block);
  }

  private down(block: Float32Array): number[] {
    const input = [...this.rest, ...block];
    const output: number[] = [];
    while (this.position + this.step <= input.length) {
      const from = Math.floor(this.position);
      const to = Math.floor(this.position + this.step);
      let sum = 0;
      for (let index = from; index < to; index++) sum += input[index] ?? 0;
      output.push(sum / Math.max(1, to - from));
      this.position += this.step;
    }
    const used = Math.floor(this.position);
    this.rest = input.slice(used);
    this.position -= used;
    return output;
  }

  private up(block: Float32Array): number[] {
    const output: number[] = [];
    for (const sample of block) {
      while (this.position < 1) {
        output.push(this.last + (sample - this.last) * this.position);
        this.position += this.step;
      }
      this.position -= 1;
      this.last = sample;
    }
    return output;
  }
}

/** Cuts a stream of samples into frames of 160 signed 16-bit samples. */
export class Framer {
  private pending: number[] = [];

  push(samples: readonly number[]): Int16Array<ArrayBuffer>[] {
    this.pending.push(...samples);
    const frames: Int16Array<ArrayBuffer>[] = [];
    while (this.pending.length >= frameSamples) {
      const frame = new Int16Array(frameSamples);
      for (let index = 0; index < frameSamples; index++) {
        frame[index] = Math.max(-1, Math.min(1, this.pending[index] ?? 0)) * 32767;
      }
      this.pending.splice(0, frameSamples);
      frames.push(frame);
    }
    return frames;
  }
}

/**
 * What the loudspeaker plays from: waits until 60 ms are there, plays silence when it runs dry, and drops the
 * oldest above 240 ms so that a late burst does not stay as delay.
 */
export class PlayoutBuffer {
  private samples: number[] = [];
  private playing = false;
  private readonly start: number;
  private readonly most: number;

  constructor(rate: number) {
    this.start = rate * 0.06;
    this.most = rate * 0.24;
  }

  push(samples: readonly number[]): void {
    this.samples.push(...samples);
    if (this.samples.length > this.most) this.samples.splice(0, this.samples.length - this.start);
    if (this.samples.length >= this.start) this.playing = true;
  }

  /** Fills `out`; what is missing is silence. */
  pull(out: Float32Array): void {
    out.fill(0);
    if (!this.playing) return;
    const take = Math.min(out.length, this.samples.length);
    for (let index = 0; index < take; index++) out[index] = this.samples[index] ?? 0;
    this.samples.splice(0, take);
    if (take < out.length) this.playing = false;
  }
}
