/** One's transfer while it is under way: who hears whom, and the ways on and back. Then what became of it. */
import { Alert } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { abandonTransfer, completeTransfer, swapTransfer, threeWay } from "@/api/desk";
import type { CallEvent, LiveCall, TransferView } from "@/api/types";
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowsExchange,
  IconCheck,
  IconUsers,
} from "@/components/icons";
import { useKeys } from "@/lib/keys/useKeys";
import { useLive } from "@/lib/live/store";

import { ActFailed } from "./ActFailed";
import classes from "./Desk.module.css";
import { KeyedButton } from "./KeyedButton";
import { isUnderWay, lastFailure, possible, type TransferAct, transferActs } from "./transfers";
import { who } from "./who";

const calls: Readonly<Record<TransferAct, (id: string) => Promise<unknown>>> = {
  completeTransfer,
  swapTransfer,
  threeWay,
  abandonTransfer,
};
const icons: Readonly<Record<TransferAct, typeof IconCheck>> = {
  completeTransfer: IconCheck,
  swapTransfer: IconArrowsExchange,
  threeWay: IconUsers,
  abandonTransfer: IconArrowBackUp,
};
const none: readonly CallEvent[] = [];

export function TransferCard({ live, user }: { live: LiveCall; user: string }) {
  const { transfer } = live;
  if (transfer !== null && isUnderWay(transfer.state)) {
    return transfer.by === user ? (
      <UnderWay live={live} transfer={transfer} />
    ) : (
      <Others live={live} transfer={transfer} user={user} />
    );
  }
  return <Failure live={live} user={user} />;
}

interface Props {
  live: LiveCall;
  transfer: TransferView;
}

function UnderWay({ live: { call }, transfer: { name, state } }: Props) {
  const { t } = useTranslation();
  const { mutate, error, isPending } = useMutation({
    mutationFn: (act: TransferAct) => calls[act](call.id),
  });
  const customer = who(call);
  const acts = isUnderWay(state) ? possible[state] : [];
  const act = (name: TransferAct) => () => {
    if (!isPending) mutate(name);
  };
  useKeys(Object.fromEntries(acts.map((name) => [name, act(name)])));
  if (!isUnderWay(state)) return null;
  // What an act does depends on how far it has come.
  const label = (act: TransferAct) =>
    act === "completeTransfer"
      ? t(`desk.transfer.complete.${state === "calling" || state === "three_way" ? state : "talking"}`, {
          name,
        })
      : act === "swapTransfer"
        ? t("desk.transfer.swap", { name: state === "consulting" ? customer : name })
        : act === "threeWay"
          ? t("desk.transfer.threeWay")
          : t(`desk.transfer.${state === "three_way" ? "drop" : "abandon"}`, { name });
  return (
    <section className={classes.transfer} aria-label={t("desk.transfer.label")}>
      <h3 className={classes.heading}>{t("desk.transfer.to", { name })}</h3>
      <p role="status">{t(`desk.transfer.hears.${state}`, { name, customer })}</p>
      <ActFailed error={error} call={call} />
      <div className={classes.acts}>
        {transferActs
          .filter((one) => acts.includes(one))
          .map((one) => {
            const Icon = icons[one];
            return (
              <KeyedButton
                key={one}
                name={one}
                size="sm"
                variant={one === "completeTransfer" ? "filled" : "default"}
                leftSection={<Icon size={16} aria-hidden />}
                disabled={isPending}
                onClick={act(one)}
              >
                {label(one)}
              </KeyedButton>
            );
          })}
      </div>
    </section>
  );
}

/** A transfer of somebody else's that one is part of. */
function Others({ live: { call }, transfer: { to, name, state }, user }: Props & { user: string }) {
  const { t } = useTranslation();
  const toMe = to === user;
  if (!isUnderWay(state)) return null;
  return (
    <p className={classes.transfer} role="status">
      {toMe
        ? t(`desk.transfer.toMe.${state === "three_way" ? "threeWay" : "waits"}`, { customer: who(call) })
        : t("desk.transfer.others", { customer: who(call), name })}
    </p>
  );
}

function Failure({ live, user }: { live: LiveCall; user: string }) {
  const { t } = useTranslation();
  const marks = useLive((state) => state.marks.get(live.call.id) ?? none);
  const [seen, setSeen] = useState(0);
  const failed = lastFailure(live, marks, user);
  if (failed === null || failed.seq <= seen) return null;
  const { floor, status } = live.call;
  const withMe = floor.holder === "person" && floor.user === user;
  const customer = who(live.call);
  return (
    <Alert
      role="alert"
      color={failed.why === "abandoned" ? "gray" : "orange"}
      variant="light"
      icon={<IconAlertTriangle size={18} />}
      title={t(`desk.transfer.failed.${failed.why}`, { name: failed.name })}
      withCloseButton
      closeButtonLabel={t("common.close")}
      onClose={() => {
        setSeen(failed.seq);
      }}
      styles={{ title: { color: "var(--wait)" }, message: { color: "var(--ink)" } }}
    >
      {status === "in_progress" &&
        t(withMe ? "desk.transfer.withYou" : "desk.transfer.stillInCall", { customer })}
    </Alert>
  );
}
