/** Reports: which days, at which interval, of queues or of agents. */
import { SegmentedControl } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";

import { AgentReportView, QueueReportView } from "./ReportViews";

export function ReportsScreen() {
  const { t } = useTranslation();
  const { of = "queues" } = useSearch({ from: "/reports" });
  const navigate = useNavigate({ from: "/reports" });
  return (
    <Page
      title={t("nav.reports")}
      actions={
        <SegmentedControl
          aria-label={t("reports.of")}
          value={of}
          data={[
            { value: "queues", label: t("reports.queues") },
            { value: "agents", label: t("reports.agents") },
          ]}
          onChange={(value) => {
            const agents = value === "agents";
            // An id is of the one or of the other.
            void navigate({
              search: (old) => ({ ...old, of: agents ? "agents" : undefined, id: undefined }),
            });
          }}
        />
      }
    >
      {of === "agents" ? <AgentReportView /> : <QueueReportView />}
    </Page>
  );
}
