/** Which days, at which interval, of whom; and the same report as a file. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { ReportAsked } from "@/api/reports";
import type { ReportInterval } from "@/api/types";
import { IconDownload } from "@/components/icons";

import { dayOf } from "./figures";

interface Props {
  asked: ReportAsked;
  /** What is shown now, from which the days are read where none were chosen. */
  report: { from: string; to: string; time_zone: string } | undefined;
  of: readonly { id: string; name: string }[];
  ofLabel: string;
  ofAll: string;
  file: string;
}

const intervals: ReportInterval[] = ["15m", "30m", "60m", "day"];

export function ReportFilter({ asked, report, of, ofLabel, ofAll, file }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: "/reports" });
  const change = (part: Partial<ReportAsked>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const day = (at: number) => (report === undefined ? "" : dayOf(at, report.time_zone));
  const from = asked.from ?? day(Date.parse(report?.from ?? ""));
  const to = asked.to ?? day(Date.parse(report?.to ?? "") - 1);
  return (
    <Group role="search" aria-label={t("reports.filter")} align="end">
      <TextInput
        type="date"
        label={t("reports.from")}
        value={from}
        max={to}
        onChange={({ currentTarget: { value } }) => {
          if (value !== "") change({ from: value, to: to < value ? value : to });
        }}
      />
      <TextInput
        type="date"
        label={t("reports.to")}
        value={to}
        min={from}
        onChange={({ currentTarget: { value } }) => {
          if (value !== "") change({ to: value, from: value < from ? value : from });
        }}
      />
      <Select
        label={t("reports.interval")}
        w={140}
        allowDeselect={false}
        data={intervals.map((value) => ({ value, label: t(`reports.intervals.${value}`) }))}
        value={asked.interval}
        onChange={(interval) => {
          change({ interval: (interval as ReportInterval | null) ?? "60m" });
        }}
      />
      <Select
        label={ofLabel}
        placeholder={ofAll}
        clearable
        searchable
        data={of.map(({ id, name }) => ({ value: id, label: name }))}
        value={asked.id ?? null}
        onChange={(id) => {
          change({ id: id ?? undefined });
        }}
      />
      <Button
        component="a"
        href={file}
        download
        variant="default"
        leftSection={<IconDownload size={16} aria-hidden />}
      >
        {t("reports.csv")}
      </Button>
    </Group>
  );
}
