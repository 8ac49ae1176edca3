/** Who is on the line: name, number, queue, what is known, and earlier contacts. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { DeskCall } from "@/api/types";
import { customerNumber } from "@/components/callState";
import { words } from "@/components/Disposition";
import { DialNumber } from "@/components/dial/DialNumber";
import { LocalTime } from "@/components/dial/LocalTime";

import { Contacts } from "./Contacts";
import classes from "./Desk.module.css";
import { who } from "./who";

export function CustomerCard({ call: { live, queue, contacts } }: { call: DeskCall }) {
  const { t } = useTranslation();
  const { call } = live;
  const variables = Object.entries(call.variables);
  return (
    <section className={classes.side} aria-label={t("desk.customer")}>
      <h2 className={classes.name}>{who(call)}</h2>
      <dl className={classes.list}>
        <dt>{t("desk.number")}</dt>
        <dd>
          <DialNumber number={customerNumber(call)} />
        </dd>
        <dt>{t("desk.localTime")}</dt>
        <dd>
          <LocalTime number={customerNumber(call)} />
        </dd>
        {queue !== null && (
          <>
            <dt>{t("desk.queue")}</dt>
            <dd>{queue}</dd>
          </>
        )}
      </dl>
      <div>
        <h3 className={classes.heading}>{t("desk.variables")}</h3>
        {variables.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("desk.variablesNone")}
          </Text>
        ) : (
          <dl className={classes.list}>
            {variables.map(([name, value]) => (
              <div key={name}>
                <dt>{words(name)}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
      <Contacts contacts={contacts} />
    </section>
  );
}
