/** What went wrong with an act on the call, and that the customer is still there. */
import { useTranslation } from "react-i18next";

import type { Call } from "@/api/types";
import { Refused } from "@/components/Refused";

import { who } from "./who";

export function ActFailed({ error, call }: { error: unknown; call: Call }) {
  const { t } = useTranslation();
  const note = call.status === "in_progress" ? t("desk.stillThere", { name: who(call) }) : undefined;
  return <Refused error={error} note={note} />;
}
