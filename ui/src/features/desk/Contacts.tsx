/** The last calls with the same customer: when, which way, and what came of them. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Call } from "@/api/types";
import { words } from "@/components/Disposition";
import { moment } from "@/lib/format/time";

import classes from "./Desk.module.css";

export function Contacts({ contacts, level = 3 }: { contacts: readonly Call[]; level?: 2 | 3 }) {
  const { t, i18n } = useTranslation();
  const Heading = `h${level}` as const;
  return (
    <div>
      <Heading className={classes.heading}>{t("desk.contacts")}</Heading>
      {contacts.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("desk.contactsNone")}
        </Text>
      ) : (
        <ul className={classes.contacts}>
          {contacts.map((call) => (
            <li key={call.id}>
              <time dateTime={call.created_at}>{moment(call.created_at, i18n.language)}</time>
              <span>{t(`direction.${call.direction}`)}</span>
              <b>
                {call.outcome === null || call.outcome.disposition === ""
                  ? t(call.status === "completed" ? "desk.contactNoOutcome" : `status.${call.status}`)
                  : words(call.outcome.disposition)}
              </b>
              {call.outcome !== null && call.outcome.summary !== "" && <p>{call.outcome.summary}</p>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
