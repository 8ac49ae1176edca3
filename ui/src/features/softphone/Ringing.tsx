/** A call for this person's own phone: said at once, picked up or refused with one click. */
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { IconPhoneIncoming, IconPhoneOff } from "@/components/icons";
import { useHost, usePhone } from "@/host";

export function Ringing() {
  const { t } = useTranslation();
  const { kind, phone } = useHost();
  const { status } = usePhone();
  return (
    <Group gap="xs">
      <span aria-live="assertive" className="visually-hidden">
        {status === "ringing" ? t("phone.incoming") : ""}
      </span>
      {status === "ringing" && (
        <Button
          color="teal.9"
          leftSection={<IconPhoneIncoming size={17} aria-hidden />}
          onClick={() => void phone.answer()}
        >
          {t("phone.answer")}
        </Button>
      )}
      {kind === "desktop" && (status === "ringing" || status === "in_call") && (
        <Button
          variant="outline"
          color="var(--bad)"
          leftSection={<IconPhoneOff size={17} aria-hidden />}
          onClick={() => void phone.hangUp()}
        >
          {t(status === "ringing" ? "phone.refuse" : "phone.hangUp")}
        </Button>
      )}
    </Group>
  );
}
