/** What a pressed key does during a call. */
import { ActionIcon, Button, Group, Select, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { KeyRule } from "@/api/types";
import { Card } from "@/components/Card";
import { IconPlus, IconTrash } from "@/components/icons";

import { useAssistantForm } from "../form";

type Action = KeyRule["action"];
const kinds = ["say", "transfer", "hang_up", "store", "opt_out"] as const;

export const actionOf = (kind: Action["kind"]): Action => {
  switch (kind) {
    case "say":
      return { kind, text: "" };
    case "transfer":
      return { kind, to: "" };
    case "store":
      return { kind, variable: "" };
    default:
      return { kind };
  }
};

export function KeysSection() {
  const { t } = useTranslation();
  const form = useAssistantForm();
  const { keys } = form.values.settings;
  const set = (next: KeyRule[]) => {
    form.setFieldValue("settings.keys", next);
  };
  const replace = (index: number, rule: KeyRule) => {
    set(keys.map((old, at) => (at === index ? rule : old)));
  };
  return (
    <Card title={t("keys.title")} hint={t("keys.hint")}>
      {keys.map((rule, index) => (
        <Group
          key={index}
          align="flex-end"
          wrap="nowrap"
          role="group"
          aria-label={t("keys.rule", { number: index + 1 })}
        >
          <TextInput
            w={90}
            label={t("keys.digits")}
            value={rule.digits}
            onChange={({ currentTarget }) => {
              replace(index, { ...rule, digits: currentTarget.value });
            }}
          />
          <Select
            w={190}
            label={t("keys.action")}
            allowDeselect={false}
            data={kinds.map((kind) => ({ value: kind, label: t(`keys.actions.${kind}`) }))}
            value={rule.action.kind}
            onChange={(kind) => {
              if (kind !== null) replace(index, { ...rule, action: actionOf(kind as Action["kind"]) });
            }}
          />
          <Detail
            action={rule.action}
            onChange={(action) => {
              replace(index, { ...rule, action });
            }}
          />
          <ActionIcon
            size={36}
            variant="subtle"
            color="var(--bad)"
            aria-label={t("keys.remove", { digits: rule.digits })}
            onClick={() => {
              set(keys.filter((_, at) => at !== index));
            }}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        style={{ alignSelf: "flex-start" }}
        onClick={() => {
          set([...keys, { digits: "", action: actionOf("say") }]);
        }}
      >
        {t("keys.add")}
      </Button>
    </Card>
  );
}

function Detail({ action, onChange }: { action: Action; onChange: (action: Action) => void }) {
  const { t } = useTranslation();
  const props = { flex: 1, label: t(`keys.details.${action.kind}`) };
  switch (action.kind) {
    case "say":
      return (
        <TextInput
          {...props}
          value={action.text}
          onChange={(event) => {
            onChange({ ...action, text: event.currentTarget.value });
          }}
        />
      );
    case "transfer":
      return (
        <TextInput
          {...props}
          value={action.to}
          onChange={(event) => {
            onChange({ ...action, to: event.currentTarget.value });
          }}
        />
      );
    case "store":
      return (
        <TextInput
          {...props}
          value={action.variable}
          onChange={(event) => {
            onChange({ ...action, variable: event.currentTarget.value });
          }}
        />
      );
    default:
      return <span style={{ flex: 1 }} />;
  }
}
