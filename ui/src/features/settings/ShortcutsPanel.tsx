/** One's own single-key shortcuts: remap them, or switch them off. */
import { Button, Group, Switch, Table, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import {
  actions,
  defaultKeys,
  keyLabel,
  type KeyName,
  rebind,
  setBindings,
  useBindings,
} from "@/lib/keys/bindings";

export function ShortcutsPanel() {
  const { t } = useTranslation();
  const bindings = useBindings();
  const [asking, setAsking] = useState<KeyName | null>(null);
  useEffect(() => {
    if (asking === null) return;
    const pressed = (event: KeyboardEvent) => {
      if (["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      setBindings(rebind(bindings, asking, event.key.length === 1 ? event.key.toLowerCase() : event.key));
      setAsking(null);
    };
    window.addEventListener("keydown", pressed, { capture: true });
    return () => {
      window.removeEventListener("keydown", pressed, { capture: true });
    };
  }, [asking, bindings]);
  return (
    <Card title={t("settings.shortcuts")} hint={t("shortcuts.hint")}>
      <Switch
        label={t("shortcuts.enabled")}
        checked={bindings.enabled}
        onChange={({ currentTarget }) => {
          setBindings({ ...bindings, enabled: currentTarget.checked });
        }}
      />
      <Table aria-label={t("settings.shortcuts")} maw={520}>
        <Table.Tbody>
          {actions.map((name) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400}>
                {t(`shortcuts.names.${name}`)}
              </Table.Th>
              <Table.Td>
                <Button
                  size="compact-sm"
                  variant={asking === name ? "filled" : "default"}
                  disabled={!bindings.enabled}
                  aria-label={t("shortcuts.change", {
                    name: t(`shortcuts.names.${name}`),
                    key: keyLabel(bindings.keys[name]),
                  })}
                  onClick={() => {
                    setAsking(asking === name ? null : name);
                  }}
                >
                  {asking === name ? t("shortcuts.press") : keyLabel(bindings.keys[name])}
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group>
        <Button
          variant="default"
          onClick={() => {
            setBindings({ enabled: true, keys: { ...defaultKeys } });
          }}
        >
          {t("shortcuts.reset")}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {t("shortcuts.palette")}
      </Text>
    </Card>
  );
}
