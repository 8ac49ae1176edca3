/** The rooms in which calls meet. Keys act on the member that had the focus last, arrow keys move between members. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { conferencesQuery } from "@/api/conferences";
import { EmptyState } from "@/components/EmptyState";
import { IconUsersGroup } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { Shortcut } from "@/components/Shortcut";
import { useKeys } from "@/lib/keys/useKeys";

import { target } from "../CallList";
import classes from "../QueuesPane.module.css";
import { ConferenceCard } from "./ConferenceCard";
import { useConferenceActs } from "./useConferenceActs";

interface Props {
  chosen: string | undefined;
  onChoose: (id: string | undefined) => void;
}

export function ConferencesPane({ chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const pane = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<string | null>(null);
  const { data: rooms, error, isPending } = useQuery(conferencesQuery);
  const acts = useConferenceActs();

  const marked = at ?? chosen;
  const room = rooms?.find(({ members }) => members.some(({ call }) => call === marked));
  const member = room?.members.find(({ call }) => call === marked);
  useKeys({
    muteMember: () => {
      if (room !== undefined && member !== undefined && member.state !== "ringing") acts.mute(room, member);
    },
    removeMember: () => {
      if (room !== undefined && member !== undefined) acts.askRemove(room, member);
    },
  });

  const move = (event: KeyboardEvent) => {
    const rows = [...(pane.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const here = rows.findIndex((row) => row.parentElement?.contains(event.target as Node));
    const next = here < 0 ? null : target(event.key, here, rows.length);
    if (next === null) return;
    event.preventDefault();
    rows[next]?.focus();
  };

  if (isPending) return <Loading rows={6} height={48} />;
  return (
    <>
      {/* Focus is the rows' own; the pane only hears of it, and their arrow keys. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        ref={pane}
        className={classes.pane}
        onKeyDown={move}
        onFocus={({ target: focused }) => {
          setAt(focused.closest<HTMLElement>("li[data-member]")?.dataset["member"] ?? null);
        }}
      >
        <div role="status" className="visually-hidden">
          {acts.said}
        </div>
        {error !== null && <Refused error={error} />}
        {acts.error !== null && <Refused error={acts.error} />}
        {rooms === undefined || rooms.length === 0 ? (
          <EmptyState
            icon={<IconUsersGroup size={34} stroke={1.4} />}
            title={t("conferences.none")}
            hint={t("conferences.noneHint")}
          />
        ) : (
          <>
            <p className={classes.legend}>
              <span>
                {t("conferences.legend")}
                {(["muteMember", "removeMember"] as const).map((name) => (
                  <span key={name} className={classes.key}>
                    <Shortcut name={name} /> {t(`conferences.acts.${name}`)}
                  </span>
                ))}
              </span>
            </p>
            <div className={classes.boards}>
              {rooms.map((one) => (
                <ConferenceCard
                  key={one.id}
                  room={one}
                  chosen={chosen}
                  marked={marked}
                  acts={acts}
                  onChoose={onChoose}
                />
              ))}
            </div>
          </>
        )}
      </div>
      {acts.dialog}
    </>
  );
}
