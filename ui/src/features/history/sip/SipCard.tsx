/** The SIP messages of a call: what went to and fro, in order, and each one's text. */
import { Alert, Anchor, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { trunksQuery } from "@/api/lines";
import { sipQuery, sipTextAddress } from "@/api/sip";
import type { Call, SipTrace } from "@/api/types";
import { Card } from "@/components/Card";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { latency } from "@/lib/format/time";

import { ladder, type Summary, summary } from "./ladder";
import { LadderList } from "./LadderList";
import classes from "./Sip.module.css";
import { SipText } from "./SipText";

export function SipCard({ call }: { call: Call }) {
  const { t } = useTranslation();
  const trace = useQuery(sipQuery(call.id, call.ended_at === null));
  const some = (trace.data?.items.length ?? 0) > 0;
  return (
    <Card
      title={t("sip.title")}
      hint={t("sip.hint")}
      actions={
        some && (
          <Anchor href={sipTextAddress(call.id)} download={`${call.id}-sip.txt`} size="sm">
            {t("sip.download")}
          </Anchor>
        )
      }
    >
      {trace.isPending && <Loading rows={5} height={28} />}
      {trace.isError && <Refused error={trace.error} retry={() => void trace.refetch()} />}
      {trace.data !== undefined &&
        (some ? <Trace call={call} trace={trace.data} /> : <None trace={trace.data} />)}
    </Card>
  );
}

function None({ trace: { kept_days } }: { trace: SipTrace }) {
  const { t } = useTranslation();
  return (
    <Text size="sm" c="dimmed">
      {t("sip.none")} {kept_days !== null && t("sip.kept", { count: kept_days })}
    </Text>
  );
}

function Trace({ call, trace }: { call: Call; trace: SipTrace }) {
  const { t } = useTranslation();
  const { data: trunks } = useQuery(trunksQuery);
  const [position, setPosition] = useState(1);
  const { columns, steps } = useMemo(() => ladder(trace.items), [trace.items]);
  const chosen = steps.find(({ message }) => message.position === position) ?? steps[0];
  if (chosen === undefined) return null;
  const trunk = trunks?.find(({ id }) => id === call.trunk)?.name;
  const names = columns.map(({ party }) =>
    party === "customer" && trunk !== undefined ? trunk : t(`sip.party.${party}`),
  );
  return (
    <>
      <Summed told={summary(trace.items)} />
      {trace.cut_short && (
        <Alert color="yellow" variant="light" p="xs" styles={{ message: { color: "var(--ink)" } }}>
          {t("sip.cutShort", { count: trace.items.length })}
        </Alert>
      )}
      <div className={classes.columns}>
        <LadderList
          columns={columns}
          names={names}
          steps={steps}
          chosen={chosen.message.position}
          onChoose={setPosition}
        />
        <SipText step={chosen} names={names} />
      </div>
      {trace.kept_days !== null && (
        <Text size="xs" c="dimmed">
          {t("sip.blanked")} {t("sip.kept", { count: trace.kept_days })}
        </Text>
      )}
    </>
  );
}

function Summed({ told }: { told: Summary }) {
  const { t, i18n } = useTranslation();
  const show = (ms: number) => latency(ms, i18n.language);
  const parts = [
    told.ringingMs !== null && t("sip.rang", { after: show(told.ringingMs) }),
    told.answeredMs !== null && t("sip.answered", { after: show(told.answeredMs) }),
    told.refused !== null && t("sip.refused", { answer: told.refused }),
    told.ended !== null && t(`sip.ended.${told.ended}`),
    t("sip.messages", { count: told.messages }),
    told.again > 0 && t("sip.sentAgain", { count: told.again }),
  ];
  return (
    <Text size="sm" className={classes.told ?? ""}>
      {parts.filter(Boolean).join(" · ")}
    </Text>
  );
}
