/** The call's particulars. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import type { Call } from "@/api/types";
import { customerNumber } from "@/components/callState";
import { Card } from "@/components/Card";
import { Timer } from "@/components/Timer";
import { DialNumber } from "@/components/dial/DialNumber";
import { moment } from "@/lib/format/time";

import classes from "./CallScreen.module.css";

export function CallFacts({ call }: { call: Call }) {
  const { t, i18n } = useTranslation();
  const { data: assistants } = useQuery(assistantsQuery);
  const assistant = assistants?.find(({ id }) => id === call.assistant);
  return (
    <Card title={t("facts.title")}>
      <dl className={classes.facts}>
        <dt>{t("facts.number")}</dt>
        <dd>
          <DialNumber number={customerNumber(call)} /> ({t(`direction.${call.direction}`)})
        </dd>
        <dt>{t("facts.begun")}</dt>
        <dd>{moment(call.created_at, i18n.language)}</dd>
        <dt>{t("facts.length")}</dt>
        <dd>{call.answered_at === null ? t("facts.notAnswered") : <Timer call={call} />}</dd>
        {call.end_reason !== null && (
          <>
            <dt>{t("facts.endedBy")}</dt>
            <dd>{call.end_reason.replaceAll("_", " ")}</dd>
          </>
        )}
        {call.assistant !== null && (
          <>
            <dt>{t("facts.assistant")}</dt>
            <dd>
              <Link to="/assistants/$id" params={{ id: call.assistant }} style={{ color: "var(--accent)" }}>
                {assistant?.name ?? call.assistant}
              </Link>
            </dd>
          </>
        )}
        {call.recording !== null && (
          <>
            <dt>{t("facts.recording")}</dt>
            <dd>
              {call.recording.format.toUpperCase()} · {call.recording.state.replaceAll("_", " ")}
            </dd>
            {call.recording.sha256 !== null && (
              <>
                <dt>{t("facts.sha256")}</dt>
                <dd style={{ overflowWrap: "anywhere" }}>
                  <code>{call.recording.sha256}</code>
                </dd>
              </>
            )}
          </>
        )}
        {Object.entries(call.variables).map(([name, value]) => (
          <FactRow key={name} name={name} value={value} />
        ))}
        <dt>{t("facts.id")}</dt>
        <dd>
          <code>{call.id}</code>
        </dd>
      </dl>
    </Card>
  );
}

const FactRow = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
);
