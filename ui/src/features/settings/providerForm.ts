/** What can be said of an outside provider, by its vendor. */
import type { Provider, ProviderSettings } from "@/api/types";

export type Kind = Provider["kind"];
export type Vendor = "deepgram" | "elevenlabs" | "openai";

export const kinds: readonly Kind[] = ["recogniser", "voice", "model"];

export const vendorsOf: Readonly<Record<Kind, readonly Vendor[]>> = {
  recogniser: ["deepgram", "openai"],
  voice: ["elevenlabs", "openai"],
  model: ["openai"],
};

export const usualAddress: Readonly<Record<Vendor, string>> = {
  deepgram: "wss://api.deepgram.com",
  elevenlabs: "https://api.elevenlabs.io",
  openai: "https://api.openai.com/v1",
};

/** Empty: there is no usual one. */
export const usualModel = (kind: Kind, vendor: Vendor): string =>
  kind === "recogniser" ? { deepgram: "nova-3", openai: "whisper-1", elevenlabs: "" }[vendor] : "";

export interface Values {
  kind: Kind;
  vendor: Vendor;
  name: string;
  base_url: string;
  key: string;
  model: string;
  voice: string;
  sample_rate: number | "";
  stall_timeout_ms: number | "";
  connect_timeout_ms: number | "";
  endpointing_ms: number | "";
  legacy_max_tokens: boolean;
}

export const initial = (provider: Provider | null): Values => ({
  kind: provider?.kind ?? "model",
  vendor: (provider?.vendor as Vendor | undefined) ?? "openai",
  name: provider?.name ?? "",
  base_url: provider?.base_url ?? "",
  key: "",
  model: provider?.settings.model ?? "",
  voice: provider?.settings.voice ?? "",
  sample_rate: provider?.settings.sample_rate ?? "",
  stall_timeout_ms: provider?.settings.stall_timeout_ms ?? "",
  connect_timeout_ms: provider?.settings.connect_timeout_ms ?? "",
  endpointing_ms: provider?.settings.endpointing_ms ?? "",
  legacy_max_tokens: provider?.settings.legacy_max_tokens ?? false,
});

/** Only what a provider of this kind knows; empty fields keep the usual value. */
export function toSettings(values: Values, was: ProviderSettings | undefined): ProviderSettings {
  const number = (value: number | "") => (value === "" ? null : value);
  const text = (value: string) => value.trim() || null;
  const voice = values.kind === "voice";
  const recogniser = values.kind === "recogniser";
  return {
    model: text(values.model),
    voice: voice ? text(values.voice) : null,
    sample_rate: voice ? number(values.sample_rate) : null,
    stall_timeout_ms: voice ? number(values.stall_timeout_ms) : null,
    connect_timeout_ms: recogniser ? number(values.connect_timeout_ms) : null,
    endpointing_ms: recogniser ? number(values.endpointing_ms) : null,
    // Not in the form: what a program has set stays.
    eot_threshold: recogniser ? (was?.eot_threshold ?? null) : null,
    legacy_max_tokens: values.kind === "model" && values.legacy_max_tokens ? true : null,
  };
}

/** A refusal's field as the form calls it. */
export const formField = (field: string): string => field.replace(/^settings\./, "");
