/** How long things are kept, and what the next sweep takes away. */
import { Button, Group, NumberInput, Stack, Switch, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { retentionQuery, saveRetention } from "@/api/retention";
import type { Retention, RetentionSettings } from "@/api/types";
import { Card } from "@/components/Card";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { moment } from "@/lib/format/time";

type What = keyof RetentionSettings;

const rows: readonly { what: What; usual: number; due: keyof Retention["due"] }[] = [
  { what: "recordings_days", usual: 90, due: "recordings" },
  { what: "transcripts_days", usual: 180, due: "transcript_items" },
  { what: "events_days", usual: 365, due: "events" },
  { what: "sip_traces_days", usual: 7, due: "sip_messages" },
];

export function RetentionPanel() {
  const { t } = useTranslation();
  const retention = useQuery(retentionQuery);
  return (
    <Card title={t("settings.retention")} hint={t("retention.hint")}>
      <Refused error={retention.error} />
      {retention.isPending && <Loading rows={4} />}
      {retention.data !== undefined && <RetentionForm retention={retention.data} />}
    </Card>
  );
}

function RetentionForm({ retention }: { retention: Retention }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<RetentionSettings | null>(null);
  const save = useMutation({
    mutationFn: saveRetention,
    onSuccess: (kept) => {
      queries.setQueryData(retentionQuery.queryKey, kept);
      setDraft(null);
    },
  });
  const settings = draft ?? retention.settings;
  const put = (what: What, days: number | null) => {
    setDraft({ ...settings, [what]: days });
  };
  const sooner = rows.some(
    ({ what }) => (settings[what] ?? Infinity) < (retention.settings[what] ?? Infinity),
  );
  const { last_sweep: last } = retention;
  const figure = new Intl.NumberFormat(i18n.language);
  return (
    <Stack>
      <Refused error={save.error} />
      {rows.map(({ what, usual, due }) => {
        const days = settings[what];
        const name = t(`retention.${what}`);
        return (
          <Group key={what} gap="lg" wrap="wrap">
            <div style={{ flex: "1 1 16rem" }}>
              <Text fw={550} size="sm">
                {name}
              </Text>
              <Text size="xs" c="dimmed">
                {t(`retention.${what}_hint`)}
              </Text>
            </div>
            <Switch
              label={t("retention.keep")}
              aria-label={t("retention.keepOf", { name })}
              checked={days === null}
              onChange={({ currentTarget }) => {
                put(what, currentTarget.checked ? null : usual);
              }}
            />
            <NumberInput
              w={130}
              aria-label={t("retention.daysOf", { name })}
              suffix={` ${t("retention.days")}`}
              placeholder={t("retention.forEver")}
              min={1}
              max={36500}
              allowDecimal={false}
              disabled={days === null}
              value={days ?? ""}
              onChange={(value) => {
                if (typeof value === "number") put(what, value);
              }}
            />
            <Text size="sm" w={170} c={retention.due[due] > 0 ? undefined : "dimmed"}>
              {retention.settings[what] === null
                ? t("retention.nothingDue")
                : t("retention.due", { count: retention.due[due], shown: figure.format(retention.due[due]) })}
            </Text>
          </Group>
        );
      })}
      {sooner && (
        <Text size="sm" c="var(--bad)" role="status">
          {t("retention.warning")}
        </Text>
      )}
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {last === null
            ? t("retention.never")
            : t("retention.last", {
                when: moment(last.at, i18n.language),
                recordings: figure.format(last.swept.recordings),
                items: figure.format(last.swept.transcript_items),
                events: figure.format(last.swept.events),
                messages: figure.format(last.swept.sip_messages),
              })}
        </Text>
        <Group>
          {draft !== null && (
            <Button
              variant="default"
              onClick={() => {
                setDraft(null);
              }}
            >
              {t("common.cancel")}
            </Button>
          )}
          <Button
            disabled={draft === null}
            loading={save.isPending}
            onClick={() => {
              if (draft !== null) save.mutate(draft);
            }}
          >
            {t("common.save")}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}
