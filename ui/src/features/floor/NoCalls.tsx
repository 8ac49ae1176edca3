/** Nobody is on the line, or nobody who passes the filter: what to do about it. */
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { sandboxQuery } from "@/api/sandbox";
import { EmptyState } from "@/components/EmptyState";
import { IconPhone, IconSearch } from "@/components/icons";
import { openDialog } from "@/lib/opener";

export function NoCalls({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const { t } = useTranslation();
  const { data: sandbox } = useQuery(sandboxQuery);
  if (filtered) {
    return (
      <EmptyState
        icon={<IconSearch size={32} stroke={1.4} />}
        title={t("floor.noMatch")}
        hint={t("floor.noMatchHint")}
      >
        <Button variant="default" onClick={onClear}>
          {t("floor.clear")}
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<IconPhone size={34} stroke={1.4} />}
      title={t("floor.noCalls")}
      hint={t("floor.noCallsHint")}
    >
      <Group gap="xs" justify="center" mt="xs">
        <Button
          onClick={() => {
            openDialog({ kind: "place" });
          }}
        >
          {t("floor.placeTest")}
        </Button>
        {sandbox && (
          <Button
            variant="default"
            onClick={() => {
              openDialog({ kind: "callIn" });
            }}
          >
            {t("floor.simulate")}
          </Button>
        )}
      </Group>
    </EmptyState>
  );
}
