/** A call in a room: whose it is, how it is there, and what is done to it. */
import { ActionIcon } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Conference, ConferenceMember } from "@/api/types";
import { Elapsed } from "@/components/Elapsed";
import {
  IconCrown,
  IconHourglass,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneCalling,
  IconX,
} from "@/components/icons";
import { showNumber } from "@/lib/format/number";
import { keyLabel, useBindings } from "@/lib/keys/bindings";

import classes from "../QueuesPane.module.css";
import { memberName } from "./memberName";
import type { ConferenceActs } from "./useConferenceActs";

interface Props {
  room: Conference;
  member: ConferenceMember;
  chosen: boolean;
  marked: boolean;
  acts: ConferenceActs;
  onChoose: (id: string) => void;
}

export function MemberRow({ room, member, chosen, marked, acts, onChoose }: Props) {
  const { t } = useTranslation();
  const { enabled, keys } = useBindings();
  const name = memberName(member);
  const hint = (key: "muteMember" | "removeMember", label: string) =>
    enabled
      ? { "aria-keyshortcuts": keys[key], title: `${label} (${keyLabel(keys[key])})` }
      : { title: label };
  const mute = t(member.muted ? "conferences.unmuteOf" : "conferences.muteOf", { name });
  const remove = t("conferences.removeOf", { name });
  return (
    <li
      className={classes.row}
      data-member={member.call}
      data-marked={marked || undefined}
      data-chosen={chosen || undefined}
    >
      <button
        type="button"
        className={classes.main}
        data-row
        aria-pressed={chosen}
        onClick={() => {
          onChoose(member.call);
        }}
      >
        <span className={classes.first}>
          <span className={classes.name}>{name}</span>
          {member.ends && (
            <span data-tone="person" style={{ color: "var(--tone)", display: "inline-flex" }}>
              <IconCrown size={15} aria-label={t("conferences.ends")} />
            </span>
          )}
          <span className={classes.time}>
            <Elapsed since={member.since} />
          </span>
        </span>
        <span className={classes.second}>
          {member.name !== null && <span>{showNumber(member.number)}</span>}
          <State member={member} />
        </span>
      </button>
      <span className={classes.acts}>
        <ActionIcon
          variant={member.muted ? "light" : "subtle"}
          color={member.muted ? "orange" : "gray"}
          c={member.muted ? "var(--warn)" : "var(--ink-2)"}
          {...(member.state === "ringing" ? { disabled: true, bg: "transparent" } : {})}
          aria-label={mute}
          aria-pressed={member.muted}
          {...hint("muteMember", mute)}
          onClick={() => {
            acts.mute(room, member);
          }}
        >
          {member.muted ? <IconMicrophoneOff size={17} /> : <IconMicrophone size={17} />}
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--ink-2)"
          aria-label={remove}
          {...hint("removeMember", remove)}
          onClick={() => {
            acts.askRemove(room, member);
          }}
        >
          <IconX size={17} />
        </ActionIcon>
      </span>
    </li>
  );
}

function State({ member: { state, muted } }: { member: ConferenceMember }) {
  const { t } = useTranslation();
  if (state === "ringing") {
    return (
      <span className={classes.rings} data-tone="wait">
        <IconPhoneCalling size={14} aria-hidden /> {t("conferences.states.ringing")}
      </span>
    );
  }
  return (
    <>
      {state === "waiting" && (
        <span className={classes.rings} data-tone="wait">
          <IconHourglass size={14} aria-hidden /> {t("conferences.states.waiting")}
        </span>
      )}
      {muted && (
        <span className={classes.rings} data-tone="warn">
          <IconMicrophoneOff size={14} aria-hidden /> {t("conferences.states.muted")}
        </span>
      )}
      {state === "present" && !muted && <span>{t("conferences.states.present")}</span>}
    </>
  );
}
