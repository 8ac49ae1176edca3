/** People, queues, programs' keys, providers, retention, and one's own shortcuts. */
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { sessionQuery } from "@/api/session";
import {
  IconBell,
  IconHourglass,
  IconKey,
  IconKeyboard,
  IconMessage2Share,
  IconPlayerRecord,
  IconRobot,
  IconRoute,
  IconStack2,
  IconUsers,
} from "@/components/icons";
import { Page } from "@/components/Page";
import { isAtLeast } from "@/lib/roles";

import { AlertsPanel } from "./AlertsPanel";
import { IntegrationsPanel } from "./integrations/IntegrationsPanel";
import { KeysPanel } from "./KeysPanel";
import { PeoplePanel } from "./PeoplePanel";
import { ProvidersPanel } from "./ProvidersPanel";
import { QueuesPanel } from "./queues/QueuesPanel";
import { RecordingPanel } from "./RecordingPanel";
import { RetentionPanel } from "./RetentionPanel";
import { ShortcutsPanel } from "./shortcuts/ShortcutsPanel";
import { WebhooksPanel } from "./webhooks/WebhooksPanel";

const tabs = [
  { name: "people", icon: IconUsers, panel: PeoplePanel, least: "admin" },
  { name: "queues", icon: IconStack2, panel: QueuesPanel, least: "supervisor" },
  { name: "keys", icon: IconKey, panel: KeysPanel, least: "admin" },
  { name: "webhooks", icon: IconMessage2Share, panel: WebhooksPanel, least: "admin" },
  { name: "integrations", icon: IconRoute, panel: IntegrationsPanel, least: "admin" },
  { name: "providers", icon: IconRobot, panel: ProvidersPanel, least: "admin" },
  { name: "alerts", icon: IconBell, panel: AlertsPanel, least: "admin" },
  { name: "recording", icon: IconPlayerRecord, panel: RecordingPanel, least: "admin" },
  { name: "retention", icon: IconHourglass, panel: RetentionPanel, least: "admin" },
  { name: "shortcuts", icon: IconKeyboard, panel: ShortcutsPanel, least: "agent" },
] as const;

export function SettingsScreen() {
  const { t } = useTranslation();
  const { data: me } = useQuery(sessionQuery);
  const { tab } = useSearch({ from: "/settings" });
  const navigate = useNavigate({ from: "/settings" });
  const shown = tabs.filter(({ least }) => me && isAtLeast(me.role, least));
  const current = shown.find(({ name }) => name === tab)?.name ?? shown[0]?.name ?? null;
  return (
    <Page title={t("nav.settings")} narrow>
      <Tabs
        value={current}
        onChange={(name) => void navigate({ search: { tab: name ?? undefined }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {shown.map(({ name, icon: Icon }) => (
            <Tabs.Tab key={name} value={name} leftSection={<Icon size={16} aria-hidden />}>
              {t(`settings.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {shown.map(({ name, panel: Panel }) => (
          <Tabs.Panel key={name} value={name}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
