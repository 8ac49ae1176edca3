/** Keys that work from other windows: which, whether the desktop gave them, and switching them off. */
import { Button, Switch, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { useHost } from "@/host";
import {
  type HotkeyAct,
  hotkeyActs,
  hotkeyLabel,
  hotkeyOf,
  type HotkeyTrouble,
  setHotkeys,
  useHotkeys,
} from "@/lib/keys/hotkeys";

import { useKeyQuestion } from "./useKeyQuestion";

export function HotkeysCard() {
  const { t } = useTranslation();
  const host = useHost();
  const { hotkeys, refused } = useHotkeys();
  const [unfit, setUnfit] = useState<HotkeyAct | null>(null);
  const { asking, ask } = useKeyQuestion<HotkeyAct>((event, act) => {
    const clears = event.key === "Backspace" || event.key === "Delete";
    const key = clears ? "" : hotkeyOf(event);
    setUnfit(key === null ? act : null);
    if (key !== null) setHotkeys({ ...hotkeys, keys: { ...hotkeys.keys, [act]: key } });
  });
  // A browser gives no keys of other windows.
  if (host.hotkeys === undefined) return null;
  const trouble = (act: HotkeyAct): HotkeyTrouble | undefined =>
    unfit === act ? "unreadable" : hotkeys.enabled && hotkeys.keys[act] !== "" ? refused[act] : undefined;
  return (
    <Card title={t("hotkeys.title")} hint={t("hotkeys.hint")}>
      <Switch
        label={t("hotkeys.enabled")}
        checked={hotkeys.enabled}
        onChange={({ currentTarget }) => {
          setHotkeys({ ...hotkeys, enabled: currentTarget.checked });
        }}
      />
      <Table aria-label={t("hotkeys.title")} maw={560}>
        <Table.Tbody>
          {hotkeyActs.map((act) => {
            const name = t(`hotkeys.acts.${act}`);
            const key = hotkeys.keys[act] === "" ? t("hotkeys.none") : hotkeyLabel(hotkeys.keys[act]);
            const wrong = trouble(act);
            return (
              <Table.Tr key={act}>
                <Table.Th scope="row" fw={400}>
                  {name}
                  {wrong !== undefined && (
                    <Text size="sm" c="var(--bad)" role="alert">
                      {t(`hotkeys.trouble.${wrong}`)}
                    </Text>
                  )}
                </Table.Th>
                <Table.Td ta="end">
                  <Button
                    size="compact-sm"
                    variant={asking === act ? "filled" : "default"}
                    disabled={!hotkeys.enabled}
                    aria-label={t("hotkeys.change", { name, key })}
                    onClick={() => {
                      ask(asking === act ? null : act);
                    }}
                  >
                    {asking === act ? t("hotkeys.press") : key}
                  </Button>
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
