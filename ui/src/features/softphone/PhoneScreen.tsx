/** One's own phone: connect it, choose devices, hear oneself. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { LevelMeter } from "@/components/LevelMeter";
import { Page } from "@/components/Page";
import { PhoneSwitch } from "@/components/PhoneSwitch";
import { Refused } from "@/components/Refused";
import { useReach } from "@/components/useReach";
import { useHost } from "@/host";

import { DevicePicker } from "./DevicePicker";

export function PhoneScreen() {
  const { t } = useTranslation();
  const reach = useReach();
  const { phone } = useHost();
  const echo = useMutation({ mutationFn: () => phone.echoTest() });
  return (
    <Page title={t("nav.phone")} narrow>
      <Card title={t(`phone.status.${reach}`)}>
        <Stack align="flex-start">
          <PhoneSwitch />
        </Stack>
      </Card>
      <Card title={t("phone.devices")}>
        <DevicePicker />
        <LevelMeter side="input" labelled />
        <LevelMeter side="output" labelled />
      </Card>
      <Card title={t("phone.echoTitle")} hint={t("phone.echoHint")}>
        <Refused error={echo.error} />
        <Group>
          <Button
            variant="default"
            disabled={echo.isPending}
            onClick={() => {
              echo.mutate();
            }}
          >
            {t("phone.echo")}
          </Button>
          <Text size="sm" role="status">
            {echo.isPending ? t("phone.echoRunning") : ""}
          </Text>
        </Group>
      </Card>
    </Page>
  );
}
