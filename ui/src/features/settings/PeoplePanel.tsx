/** Who may sign in, and as what. */
import { ActionIcon, Badge, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { usersQuery } from "@/api/people";
import { floorQuery } from "@/api/queues";
import type { AgentView, User } from "@/api/types";
import { Card } from "@/components/Card";
import { type Column, DataTable } from "@/components/DataTable";
import { IconAward, IconHeadset, IconPlus, IconSettings } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { useLive } from "@/lib/live/store";

import { PersonDialog } from "./PersonDialog";
import { SkillsDialog } from "./SkillsDialog";

export function PeoplePanel() {
  const { t } = useTranslation();
  const users = useQuery(usersQuery);
  const phones = useLive((state) => state.phones);
  const [editing, setEditing] = useState<User | "new" | null>(null);
  const rows = useMemo(
    () =>
      users.data?.map((user) => ({
        ...user,
        phone_connected: phones.get(user.id) ?? user.phone_connected,
      })) ?? [],
    [users.data, phones],
  );
  const [skilling, setSkilling] = useState<User | null>(null);
  const { data: floor } = useQuery(floorQuery);
  const columns = useColumns(floor?.agents, setEditing, setSkilling);
  return (
    <Card
      title={t("settings.people")}
      hint={t("people.hint")}
      actions={
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => {
            setEditing("new");
          }}
        >
          {t("people.add")}
        </Button>
      }
    >
      <Refused error={users.error} />
      {users.isPending ? (
        <Loading rows={4} />
      ) : (
        <DataTable label={t("settings.people")} columns={columns} rows={rows} rowId={({ id }) => id} />
      )}
      <PersonDialog
        person={editing}
        onClose={() => {
          setEditing(null);
        }}
      />
      <SkillsDialog
        person={skilling}
        onClose={() => {
          setSkilling(null);
        }}
      />
    </Card>
  );
}

/** “billing 5, hindi 7” */
const skillList = (skills: AgentView["skills"]) =>
  Object.entries(skills)
    .map(([name, level]) => `${name} ${String(level)}`)
    .join(", ");

function useColumns(
  agents: readonly AgentView[] | undefined,
  edit: (user: User) => void,
  skill: (user: User) => void,
): Column<User>[] {
  const { t } = useTranslation();
  return useMemo(
    () => [
      {
        id: "name",
        header: () => t("people.name"),
        cell: ({ row: { original: row } }) => (
          <>
            <Text fw={550} size="sm">
              {row.name}
            </Text>
            <Text size="xs" c="dimmed">
              {row.email}
            </Text>
          </>
        ),
      },
      { id: "role", header: () => t("people.role"), cell: ({ row }) => t(`role.${row.original.role}`) },
      {
        id: "state",
        header: () => t("people.state"),
        cell: ({ row: { original: row } }) =>
          row.enabled ? (
            row.phone_connected ? (
              <Text size="sm" c="var(--person)" component="span">
                <IconHeadset size={15} aria-hidden style={{ verticalAlign: "-2px" }} />{" "}
                {t("people.reachable")}
              </Text>
            ) : (
              t("people.enabled")
            )
          ) : (
            <Badge color="gray" variant="outline" c="var(--ink-2)">
              {t("people.disabled")}
            </Badge>
          ),
      },
      {
        id: "skills",
        header: () => t("skills.title"),
        cell: ({ row: { original: row } }) => {
          const agent = agents?.find(({ user }) => user === row.id);
          if (agent === undefined) return null;
          return (
            <>
              <Text size="sm">{skillList(agent.skills) || t("skills.none")}</Text>
              <Text size="xs" c="dimmed">
                {t("skills.atOnce", { count: agent.capacity })}
              </Text>
            </>
          );
        },
      },
      {
        id: "acts",
        header: () => <span className="visually-hidden">{t("common.actions")}</span>,
        cell: ({ row: { original: row } }) => (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--ink-2)"
              aria-label={t("skills.of", { name: row.name })}
              onClick={() => {
                skill(row);
              }}
            >
              <IconAward size={17} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--ink-2)"
              aria-label={t("common.editOf", { name: row.name })}
              onClick={() => {
                edit(row);
              }}
            >
              <IconSettings size={17} />
            </ActionIcon>
          </Group>
        ),
      },
    ],
    [t, agents, edit, skill],
  );
}
