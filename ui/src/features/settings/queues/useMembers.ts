/** Who can be a member of a queue: people and assistants, by name. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import { usersQuery } from "@/api/people";
import { floorQuery } from "@/api/queues";
import { sessionQuery } from "@/api/session";
import { isAtLeast } from "@/lib/roles";

export function useMembers() {
  const { t } = useTranslation();
  const { data: me } = useQuery(sessionQuery);
  const admin = me ? isAtLeast(me.role, "admin") : false;
  const { data: users } = useQuery({ ...usersQuery, enabled: admin });
  // Supervisors may not list people; those who take calls they see on the floor.
  const { data: floor } = useQuery({ ...floorQuery, enabled: me !== undefined && !admin });
  const { data: assistants } = useQuery(assistantsQuery);
  return useMemo(() => {
    const people =
      users?.map(({ id, name, enabled }) => ({ value: `person:${id}`, label: name, enabled })) ??
      floor?.agents.map(({ user, name }) => ({ value: `person:${user}`, label: name, enabled: true })) ??
      [];
    const personas = assistants?.map(({ id, name }) => ({ value: `assistant:${id}`, label: name })) ?? [];
    const names = new Map([...people, ...personas].map(({ value, label }) => [value, label]));
    return {
      nameOf: (key: string) => names.get(key) ?? key.slice(key.indexOf(":") + 1),
      assistants: personas,
      /** Grouped, for a list of both. */
      choices: [
        {
          group: t("settings.people"),
          items: people.filter(({ enabled }) => enabled).map(({ value, label }) => ({ value, label })),
        },
        { group: t("nav.assistants"), items: personas },
      ],
    };
  }, [users, floor, assistants, t]);
}
