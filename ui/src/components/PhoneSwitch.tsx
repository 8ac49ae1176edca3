/** Connects and disconnects the phone, and says why it could not. */
import { Alert, Button, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";

import { useHost, usePhone } from "@/host";

export function PhoneSwitch() {
  const { t } = useTranslation();
  const { phone, kind } = useHost();
  const { status, detail } = usePhone();
  const on = status === "ready" || status === "ringing" || status === "in_call";
  const turn = useMutation({ mutationFn: () => (on ? phone.disconnect() : phone.connect()) });
  return (
    <>
      <Text size="sm">{t(`phone.explain.${kind}`)}</Text>
      {status === "failed" && (
        <Alert color="red" role="alert" variant="light" styles={{ message: { color: "var(--ink)" } }}>
          {failure(t, detail)}
        </Alert>
      )}
      <Button
        variant={on ? "default" : "filled"}
        loading={status === "connecting"}
        onClick={() => {
          turn.mutate();
        }}
      >
        {t(on ? "phone.disconnect" : "phone.connect")}
      </Button>
    </>
  );
}

function failure(t: TFunction, detail: string | null): string {
  switch (detail) {
    case "denied":
    case "no_device":
    case "replaced":
    case "offline":
      return t(`phone.failure.${detail}`);
    default:
      return t("phone.failure.other", { detail: detail ?? "" });
  }
}
