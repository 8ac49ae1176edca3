/** What the assistant may do besides talking. */
import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  JsonInput,
  Menu,
  Paper,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Tool } from "@/api/types";
import { Card } from "@/components/Card";
import { IconPlus, IconTrash } from "@/components/icons";

import { useAssistantForm } from "../form";

const simple = ["end_call", "send_dtmf", "callback", "opt_out"] as const;

export function ToolsSection() {
  const { t } = useTranslation();
  const form = useAssistantForm();
  const { tools } = form.values.settings;
  const set = (next: Tool[]) => {
    form.setFieldValue("settings.tools", next);
  };
  const toggle = (kind: (typeof simple)[number], on: boolean) => {
    set(on ? [...tools, { kind }] : tools.filter((tool) => tool.kind !== kind));
  };
  const replace = (index: number, tool: Tool) => {
    set(tools.map((old, at) => (at === index ? tool : old)));
  };
  const add: Tool[] = [
    { kind: "transfer", to: "", announcement: "" },
    { kind: "webhook", name: "", description: "", url: "", parameters: { type: "object", properties: {} } },
  ];
  return (
    <Card title={t("tools.title")} hint={t("tools.hint")}>
      <Stack gap="xs">
        {simple.map((kind) => (
          <Checkbox
            key={kind}
            label={t(`tools.${kind}`)}
            checked={tools.some((tool) => tool.kind === kind)}
            onChange={({ currentTarget }) => {
              toggle(kind, currentTarget.checked);
            }}
          />
        ))}
      </Stack>
      {tools.map((tool, index) =>
        tool.kind === "transfer" || tool.kind === "webhook" ? (
          <Paper key={index} withBorder p="sm" bg="transparent">
            <Group justify="space-between">
              <Text fw={550}>{t(`tools.${tool.kind}`)}</Text>
              <ActionIcon
                variant="subtle"
                color="var(--bad)"
                aria-label={t("tools.remove", { name: t(`tools.${tool.kind}`) })}
                onClick={() => {
                  set(tools.filter((_, at) => at !== index));
                }}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
            {tool.kind === "transfer" ? (
              <Transfer
                tool={tool}
                onChange={(next) => {
                  replace(index, next);
                }}
              />
            ) : (
              <Webhook
                tool={tool}
                onChange={(next) => {
                  replace(index, next);
                }}
              />
            )}
          </Paper>
        ) : null,
      )}
      <Menu>
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            style={{ alignSelf: "flex-start" }}
          >
            {t("tools.add")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {add.map((tool) => (
            <Menu.Item
              key={tool.kind}
              onClick={() => {
                set([...tools, tool]);
              }}
            >
              {t(`tools.${tool.kind}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Card>
  );
}

interface Editor<Kind extends Tool["kind"]> {
  tool: Extract<Tool, { kind: Kind }>;
  onChange: (tool: Tool) => void;
}

function Transfer({ tool, onChange }: Editor<"transfer">) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t("tools.to")}
        description={t("tools.toHint")}
        value={tool.to}
        onChange={({ currentTarget }) => {
          onChange({ ...tool, to: currentTarget.value });
        }}
      />
      <Textarea
        label={t("tools.announcement")}
        description={t("tools.announcementHint")}
        autosize
        value={tool.announcement}
        onChange={({ currentTarget }) => {
          onChange({ ...tool, announcement: currentTarget.value });
        }}
      />
    </>
  );
}

function Webhook({ tool, onChange }: Editor<"webhook">) {
  const { t } = useTranslation();
  // Half-written JSON has to stay on the screen; only whole JSON reaches the tool.
  const [text, setText] = useState(() => JSON.stringify(tool.parameters, null, 2));
  return (
    <>
      {(["name", "description", "url"] as const).map((field) => (
        <TextInput
          key={field}
          label={t(`tools.webhookFields.${field}`)}
          value={tool[field]}
          onChange={({ currentTarget }) => {
            onChange({ ...tool, [field]: currentTarget.value });
          }}
        />
      ))}
      <JsonInput
        label={t("tools.webhookFields.parameters")}
        description={t("tools.parametersHint")}
        validationError={t("tools.notJson")}
        autosize
        minRows={4}
        value={text}
        onChange={(value) => {
          setText(value);
          try {
            onChange({ ...tool, parameters: JSON.parse(value) as unknown });
          } catch {
            // The field itself says that this is not JSON yet.
          }
        }}
      />
    </>
  );
}
