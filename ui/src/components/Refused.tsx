/** Says plainly why something was refused. */
import { Alert, Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { refusalText } from "@/lib/refusalText";

import { IconAlertTriangle } from "./icons";

export function Refused({ error, retry }: { error: unknown; retry?: () => void }) {
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
      {refusalText(t, error)}
      {retry !== undefined && (
        <Button variant="subtle" size="compact-sm" ml="sm" onClick={retry}>
          {t("common.tryAgain")}
        </Button>
      )}
    </Alert>
  );
}
