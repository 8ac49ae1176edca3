/** One room: its state, what is done to it, and who is in it. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Conference } from "@/api/types";
import { Elapsed } from "@/components/Elapsed";
import {
  IconLock,
  IconLockOpen,
  IconPhoneOff,
  IconPhonePlus,
  IconPlayerRecord,
  IconPlayerStop,
} from "@/components/icons";

import pane from "../QueuesPane.module.css";
import classes from "./Conferences.module.css";
import { MemberRow } from "./MemberRow";
import type { ConferenceActs } from "./useConferenceActs";

interface Props {
  room: Conference;
  chosen: string | undefined;
  marked: string | undefined;
  acts: ConferenceActs;
  onChoose: (id: string) => void;
}

export function ConferenceCard({ room, chosen, marked, acts, onChoose }: Props) {
  const { t } = useTranslation();
  const { id, name, members, locked, recording, started_at: started, created_at: created } = room;
  return (
    <section className={classes.card} aria-labelledby={`conference-${id}`}>
      <header className={classes.head}>
        <h2 id={`conference-${id}`} className={classes.name}>
          {name}
        </h2>
        <span className={classes.state} data-tone={started === null ? "wait" : "person"}>
          {started === null ? t("conferences.waitsToStart") : t("conferences.runs")}
          {" · "}
          <Elapsed since={started ?? created} />
        </span>
        {locked && (
          <span className={classes.state} data-tone="warn">
            <IconLock size={14} aria-hidden /> {t("conferences.locked")}
          </span>
        )}
        {recording && (
          <span className={classes.state} data-tone="bad">
            <IconPlayerRecord size={14} aria-hidden /> {t("conferences.recorded")}
          </span>
        )}
      </header>
      <ul className={pane.rows} aria-label={t("conferences.membersOf", { name })}>
        {members.map((member) => (
          <MemberRow
            key={member.call}
            room={room}
            member={member}
            chosen={chosen === member.call}
            marked={marked === member.call}
            acts={acts}
            onChoose={onChoose}
          />
        ))}
      </ul>
      <div className={classes.acts} role="group" aria-label={t("conferences.actsOn", { name })}>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<IconPhonePlus size={16} aria-hidden />}
          onClick={() => {
            acts.askDial(room);
          }}
        >
          {t("conferences.dial")}
        </Button>
        <Button
          variant={locked ? "filled" : "default"}
          {...(locked ? { color: "orange.9" } : {})}
          size="compact-md"
          aria-pressed={locked}
          leftSection={locked ? <IconLockOpen size={16} aria-hidden /> : <IconLock size={16} aria-hidden />}
          onClick={() => {
            acts.lock(room);
          }}
        >
          {t(locked ? "conferences.unlock" : "conferences.lock")}
        </Button>
        <Button
          variant="default"
          size="compact-md"
          aria-pressed={recording}
          leftSection={
            recording ? <IconPlayerStop size={16} aria-hidden /> : <IconPlayerRecord size={16} aria-hidden />
          }
          onClick={() => {
            acts.record(room);
          }}
        >
          {t(recording ? "conferences.stopRecording" : "conferences.record")}
        </Button>
        <span className={classes.gap} />
        <Button
          variant="outline"
          color="var(--bad)"
          size="compact-md"
          leftSection={<IconPhoneOff size={16} aria-hidden />}
          onClick={() => {
            acts.askEnd(room);
          }}
        >
          {t("conferences.end")}
        </Button>
      </div>
    </section>
  );
}
