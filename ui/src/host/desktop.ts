/** The desktop's host: the softphone lives in the program, this only asks and listens. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type {
  Devices,
  DialHost,
  Host,
  HostSession,
  HotkeyHost,
  Level,
  PhoneChoice,
  PhoneHost,
  PhoneState,
} from "./host";
import { Signal } from "./signal";

class DesktopPhone implements PhoneHost {
  private readonly current = new Signal<PhoneState>({
    status: "off",
    detail: null,
    input: null,
    output: null,
    plain: false,
    muted: false,
  });
  private readonly level = new Signal<Level>({ input: 0, output: 0 });
  private readonly session: HostSession;

  constructor(session: HostSession) {
    this.session = session;
    void listen<PhoneState>("phone://status", ({ payload }) => {
      this.current.set(payload);
    });
    void listen<Level>("phone://level", ({ payload }) => {
      this.level.set(payload);
    });
    this.ask().catch((error: unknown) => {
      this.failed(error);
    });
  }

  state(): PhoneState {
    return this.current.value;
  }

  subscribe(listener: () => void): () => void {
    return this.current.watch(listener);
  }

  async connect(): Promise<void> {
    try {
      await invoke("phone_connect", { account: await this.session.account() });
      await this.ask();
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  async disconnect(): Promise<void> {
    await invoke("phone_disconnect");
    await this.ask();
  }

  answer(): Promise<void> {
    return invoke("phone_answer");
  }

  hangUp(): Promise<void> {
    return invoke("phone_hang_up");
  }

  mute(muted: boolean): void {
    // The program says so itself once it is.
    void invoke("phone_mute", { muted }).catch((error: unknown) => {
      this.failed(error);
    });
  }

  devices(): Promise<Devices> {
    return invoke<Devices>("phone_devices");
  }

  async select({ input, output, plain }: PhoneChoice): Promise<void> {
    const { value } = this.current;
    await invoke("phone_select", {
      input: input ?? value.input,
      output: output ?? value.output,
      plain: plain ?? value.plain,
    });
    await this.ask();
  }

  onLevel(listener: (level: Level) => void): () => void {
    return this.level.watch(listener);
  }

  echoTest(): Promise<void> {
    return invoke("phone_echo_test");
  }

  private async ask(): Promise<void> {
    this.current.set(await invoke<PhoneState>("phone_status"));
  }

  private failed(error: unknown): void {
    this.current.set({
      ...this.current.value,
      status: "failed",
      detail: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Listens to an event of the program until the answer is called, be that before listening has begun. */
function hear<T>(event: string, heard: (payload: T) => void): () => void {
  const listening = listen<T>(event, ({ payload }) => {
    heard(payload);
  });
  return () => {
    void listening.then((stop) => {
      stop();
    });
  };
}

const hotkeys: HotkeyHost = {
  set: (keys) => invoke("hotkeys_set", { keys }),
  onPress: (listener) => hear<string>("hotkey://pressed", listener),
};

const dial: DialHost = {
  take: () => invoke<string | null>("dial_take"),
  onWaiting: (listener) => hear<null>("dial://waits", listener),
};

export const desktopHost = (session: HostSession): Host => ({
  kind: "desktop",
  phone: new DesktopPhone(session),
  notify: (title, body) => {
    if (!document.hasFocus()) void invoke("notify", { title, body }).catch(() => undefined);
  },
  hotkeys,
  dial,
});
