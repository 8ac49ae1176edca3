/** A refusal in the reader's language. */
import type { TFunction } from "i18next";

import { isRefusal } from "@/api/refusal";

export function refusalText(t: TFunction, error: unknown): string {
  if (!isRefusal(error)) return t("refusal.unknown", { detail: error instanceof Error ? error.message : "" });
  switch (error.code) {
    case "floor_taken":
      return floorTaken(t, error.floor?.holder, error.floor?.name ?? null);
    case "validation_failed":
      return error.errors.length > 0
        ? error.errors.map(({ field, expected }) => t("refusal.field", { field, expected })).join(" ")
        : error.message;
    case "offline":
    case "unauthenticated":
    case "invalid_credentials":
    case "forbidden":
    case "not_found":
    case "no_phone":
    case "agent_busy":
    case "colleague_unreachable":
    case "at_capacity":
    case "not_offered":
    case "disposition_required":
    case "do_not_call":
    case "too_many_attempts":
    case "precondition_failed":
    case "draining":
    case "storage_unavailable":
    case "internal":
      return t(`refusal.${error.code}`);
    default:
      return error.message;
  }
}

function floorTaken(t: TFunction, holder: string | undefined, name: string | null): string {
  if (holder === "person" && name !== null) return t("refusal.floor_taken_person", { name });
  if (holder === "assistant") return t("refusal.floor_taken_assistant");
  return t("refusal.floor_taken");
}
