/** Records three seconds of the microphone and plays them back. */
const recordMs = 3000;

export async function echoTest(audio: MediaTrackConstraints): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  try {
    const recorder = new MediaRecorder(stream);
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    setTimeout(() => {
      recorder.stop();
    }, recordMs);
    await stopped;
    await play(new Blob(parts, { type: recorder.mimeType }));
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

async function play(recording: Blob): Promise<void> {
  const context = new AudioContext();
  try {
    const source = context.createBufferSource();
    source.buffer = await context.decodeAudioData(await recording.arrayBuffer());
    source.connect(context.destination);
    const ended = new Promise((resolve) => (source.onended = resolve));
    source.start();
    await ended;
  } finally {
    await context.close();
  }
}
