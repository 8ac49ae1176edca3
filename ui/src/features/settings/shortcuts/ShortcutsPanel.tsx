/** One's own shortcuts: remap them, say where two would meet, or switch them off. */
import { Alert, Button, Group, Switch, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { IconAlertTriangle } from "@/components/icons";
import {
  actions,
  type Bindings,
  conflicts,
  defaultKeys,
  keyLabel,
  type KeyName,
  keyOf,
  placesOf,
  rebind,
  setBindings,
  useBindings,
} from "@/lib/keys/bindings";

import { HotkeysCard } from "./HotkeysCard";
import { useKeyQuestion } from "./useKeyQuestion";

const sections = ["everywhere", "desk", "both", "floor"] as const;
type Section = (typeof sections)[number];

const sectionOf = (name: KeyName): Section => {
  const [first, second] = placesOf(name);
  return second === undefined ? (first ?? "everywhere") : "both";
};

const bySection = Object.fromEntries(
  sections.map((section) => [section, actions.filter((name) => sectionOf(name) === section)]),
) as Record<Section, KeyName[]>;

/** A key that somebody wants for an act while others have it. */
interface Wanted {
  name: KeyName;
  key: string;
  others: readonly KeyName[];
}

export function ShortcutsPanel() {
  const { t } = useTranslation();
  const bindings = useBindings();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const { asking, ask } = useKeyQuestion<KeyName>((event, name) => {
    const key = event.key === "Backspace" || event.key === "Delete" ? "" : keyOf(event);
    const others = conflicts(bindings, name, key);
    if (others.length > 0) setWanted({ name, key, others });
    else setBindings(rebind(bindings, name, key));
  });
  return (
    <>
      <Card title={t("settings.shortcuts")} hint={t("shortcuts.hint")}>
        <Switch
          label={t("shortcuts.enabled")}
          checked={bindings.enabled}
          onChange={({ currentTarget }) => {
            setBindings({ ...bindings, enabled: currentTarget.checked });
          }}
        />
        <Text size="sm" c="dimmed">
          {t("shortcuts.clearHint")} {t("shortcuts.palette")}
        </Text>
        {wanted !== null && (
          <Conflict
            wanted={wanted}
            bindings={bindings}
            onDone={() => {
              setWanted(null);
            }}
          />
        )}
        {sections.map((section) => (
          <Table key={section} aria-label={t(`shortcuts.places.${section}`)} maw={560}>
            <Table.Caption style={{ captionSide: "top", textAlign: "start" }}>
              {t(`shortcuts.places.${section}`)}
            </Table.Caption>
            <Table.Tbody>
              {bySection[section].map((name) => (
                <Row
                  key={name}
                  name={name}
                  bindings={bindings}
                  asking={asking === name}
                  onAsk={() => {
                    setWanted(null);
                    ask(asking === name ? null : name);
                  }}
                />
              ))}
            </Table.Tbody>
          </Table>
        ))}
        <Group>
          <Button
            variant="default"
            onClick={() => {
              setWanted(null);
              setBindings({ enabled: true, keys: { ...defaultKeys } });
            }}
          >
            {t("shortcuts.reset")}
          </Button>
        </Group>
      </Card>
      <HotkeysCard />
    </>
  );
}

interface RowProps {
  name: KeyName;
  bindings: Bindings;
  asking: boolean;
  onAsk: () => void;
}

function Row({ name, bindings, asking, onAsk }: RowProps) {
  const { t } = useTranslation();
  const what = t(`shortcuts.names.${name}`);
  const key = bindings.keys[name] === "" ? t("shortcuts.noKey") : keyLabel(bindings.keys[name]);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        {what}
      </Table.Th>
      <Table.Td ta="end">
        <Button
          size="compact-sm"
          variant={asking ? "filled" : "default"}
          disabled={!bindings.enabled}
          aria-label={t("shortcuts.change", { name: what, key })}
          onClick={onAsk}
        >
          {asking ? t("shortcuts.press") : key}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

/** Two acts cannot have one key in one place: asks which is to have it. */
function Conflict({ wanted, bindings, onDone }: { wanted: Wanted; bindings: Bindings; onDone: () => void }) {
  const { t } = useTranslation();
  const { name, key, others } = wanted;
  return (
    <Alert
      role="alert"
      color="orange"
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={t("shortcuts.conflict", {
        key: keyLabel(key),
        other: others.map((other) => t(`shortcuts.names.${other}`)).join(", "),
      })}
      styles={{ title: { color: "var(--wait)" } }}
    >
      <Group gap="xs">
        <Button
          size="compact-sm"
          onClick={() => {
            setBindings(rebind(bindings, name, key));
            onDone();
          }}
        >
          {t("shortcuts.swap")}
        </Button>
        <Button size="compact-sm" variant="default" onClick={onDone}>
          {t("shortcuts.keep")}
        </Button>
      </Group>
    </Alert>
  );
}
