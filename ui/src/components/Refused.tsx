/** Says plainly why something was refused. */
import { Alert, Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { refusalText } from "@/lib/refusalText";

import { IconAlertTriangle } from "./icons";

interface Props {
  error: unknown;
  /** What else there is to know. */
  note?: string | undefined;
  /** In place of the usual words for this refusal. */
  text?: string | undefined;
  retry?: () => void;
}

export function Refused({ error, note, text, retry }: Props) {
  const { t } = useTranslation();
  if (error === null || error === undefined) return null;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      styles={{ message: { color: "var(--ink)" } }}
    >
      {text ?? refusalText(t, error)}
      {note !== undefined && ` ${note}`}
      {retry !== undefined && (
        <Button variant="subtle" size="compact-sm" ml="sm" onClick={retry}>
          {t("common.tryAgain")}
        </Button>
      )}
    </Alert>
  );
}
