/** What came of the call, and the lines that show it. */
import { Alert, Anchor, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Call, TranscriptItem } from "@/api/types";
import { Card } from "@/components/Card";
import { Disposition, words } from "@/components/Disposition";
import { IconAlertTriangle } from "@/components/icons";

import classes from "./CallScreen.module.css";

export function OutcomeCard({ call: { outcome }, items }: { call: Call; items: readonly TranscriptItem[] }) {
  const { t } = useTranslation();
  if (outcome === null) {
    return (
      <Card title={t("outcome.title")}>
        <Text size="sm" c="dimmed">
          {t("outcome.none")}
        </Text>
      </Card>
    );
  }
  return (
    <Card title={t("outcome.title")}>
      <Text fw={600} component="div">
        <Disposition outcome={outcome} />
      </Text>
      {outcome.needs_review && (
        <Alert
          color="yellow"
          variant="light"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          styles={{ message: { color: "var(--ink)" } }}
        >
          {t("outcome.reviewHint")}
        </Alert>
      )}
      {outcome.summary !== "" && <Text size="sm">{outcome.summary}</Text>}
      {outcome.sentiment !== "" && (
        <Text size="sm">
          <Text span c="dimmed">
            {t("outcome.sentiment")}
          </Text>{" "}
          {words(outcome.sentiment)}
        </Text>
      )}
      {outcome.fields.length > 0 && (
        <dl className={classes.facts}>
          {outcome.fields.map(({ name, value, evidence }) => (
            <Field key={name} name={name} value={value} evidence={evidence} items={items} />
          ))}
        </dl>
      )}
    </Card>
  );
}

interface FieldProps {
  name: string;
  value: unknown;
  evidence: readonly string[];
  items: readonly TranscriptItem[];
}

function Field({ name, value, evidence, items }: FieldProps) {
  const { t } = useTranslation();
  const lines = items.filter(({ id }) => evidence.includes(id));
  return (
    <>
      <dt>{words(name)}</dt>
      <dd>
        <Stack gap={0}>
          <span>{show(value)}</span>
          <Group gap={8}>
            {lines.map(({ id, position, text }) => (
              <Anchor key={id} href={`#item-${id}`} size="xs" title={text}>
                {t("outcome.evidence", { line: position })}
              </Anchor>
            ))}
          </Group>
        </Stack>
      </dd>
    </>
  );
}

/** A value as people read it: texts plain, objects as `amount 120, currency USD`. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.map(show).join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([key, part]) => `${words(key)} ${show(part)}`)
      .join(", ");
  }
  return String(value);
}
