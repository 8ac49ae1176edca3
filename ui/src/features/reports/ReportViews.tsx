/** A report of queues, and one of agents. */
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { usersQuery } from "@/api/people";
import { queuesQuery } from "@/api/queues";
import { agentReportQuery, csvAddress, queueReportQuery, type ReportAsked } from "@/api/reports";
import { EmptyState } from "@/components/EmptyState";
import { IconReportAnalytics } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { agentFigures, queueFigures } from "./figures";
import { ReportFilter } from "./ReportFilter";
import { ReportTable } from "./ReportTable";

function useAsked(): ReportAsked {
  const { from, to, interval = "60m", id } = useSearch({ from: "/reports" });
  return { from, to, interval, id };
}

export function QueueReportView() {
  const { t } = useTranslation();
  const asked = useAsked();
  const report = useQuery(queueReportQuery(asked));
  const { data: queues = [] } = useQuery(queuesQuery);
  const columns = queueFigures.map((figure) => ({ ...figure, title: t(`reports.columns.${figure.name}`) }));
  return (
    <>
      <ReportFilter
        asked={asked}
        report={report.data}
        of={queues}
        ofLabel={t("reports.queue")}
        ofAll={t("reports.anyQueue")}
        file={csvAddress("queues", asked)}
      />
      <Refused error={report.error} />
      {report.isPending && <Loading rows={8} />}
      {report.data?.rows.length === 0 && <Nothing />}
      {report.data !== undefined && report.data.rows.length > 0 && (
        <ReportTable
          label={t("reports.queues")}
          who={t("reports.queue")}
          columns={columns}
          rows={report.data.rows}
          total={report.data.total}
          interval={report.data.interval}
          timeZone={report.data.time_zone}
        />
      )}
      {report.data !== undefined && (
        <Text size="xs" c="dimmed">
          {t("reports.zone", { zone: report.data.time_zone })}
        </Text>
      )}
    </>
  );
}

export function AgentReportView() {
  const { t } = useTranslation();
  const asked = useAsked();
  const report = useQuery(agentReportQuery(asked));
  const { data: people = [] } = useQuery(usersQuery);
  const columns = agentFigures.map((figure) => ({ ...figure, title: t(`reports.columns.${figure.name}`) }));
  return (
    <>
      <ReportFilter
        asked={asked}
        report={report.data}
        of={people}
        ofLabel={t("reports.agent")}
        ofAll={t("reports.anyAgent")}
        file={csvAddress("agents", asked)}
      />
      <Refused error={report.error} />
      {report.isPending && <Loading rows={8} />}
      {report.data?.rows.length === 0 && <Nothing />}
      {report.data !== undefined && report.data.rows.length > 0 && (
        <ReportTable
          label={t("reports.agents")}
          who={t("reports.agent")}
          columns={columns}
          rows={report.data.rows}
          total={report.data.total}
          interval={report.data.interval}
          timeZone={report.data.time_zone}
        />
      )}
      {report.data !== undefined && (
        <Text size="xs" c="dimmed">
          {t("reports.zoneAgents", { zone: report.data.time_zone })}
        </Text>
      )}
    </>
  );
}

function Nothing() {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={<IconReportAnalytics size={34} stroke={1.4} />}
      title={t("reports.none")}
      hint={t("reports.noneHint")}
    />
  );
}
