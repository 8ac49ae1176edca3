/** What a supervisor does to a room and those who are in it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import {
  conferencesQuery,
  dialIntoConference,
  endConference,
  lockConference,
  muteMember,
  recordConference,
  removeMember,
} from "@/api/conferences";
import type { Conference, ConferenceMember } from "@/api/types";
import { Confirm } from "@/components/Confirm";

import { DialDialog } from "./DialDialog";
import { memberName } from "./memberName";

export interface ConferenceActs {
  error: unknown;
  /** What was done last, for those who do not see the list change. */
  said: string | undefined;
  dialog: ReactNode;
  mute: (room: Conference, member: ConferenceMember) => void;
  lock: (room: Conference) => void;
  record: (room: Conference) => void;
  askRemove: (room: Conference, member: ConferenceMember) => void;
  askDial: (room: Conference) => void;
  askEnd: (room: Conference) => void;
}

type Asking =
  { what: "remove"; room: Conference; member: ConferenceMember } | { what: "dial" | "end"; room: Conference };

interface Change {
  act: () => Promise<unknown>;
  said: string;
}

export function useConferenceActs(): ConferenceActs {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<Asking | null>(null);
  const { mutate, error, data } = useMutation({
    mutationFn: async ({ act, said }: Change) => {
      await act();
      return said;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: conferencesQuery.queryKey }),
  });
  const close = () => {
    setAsking(null);
  };
  const removing = asking?.what === "remove" ? asking : null;
  const ending = asking?.what === "end" ? asking.room : null;
  const dialling = asking?.what === "dial" ? asking.room : null;
  const leaving = removing === null ? "" : memberName(removing.member);
  return {
    error,
    said: data,
    mute: ({ id }, member) => {
      const name = memberName(member);
      mutate({
        act: () => muteMember(id, member.call, !member.muted),
        said: t(member.muted ? "conferences.said.unmuted" : "conferences.said.muted", { name }),
      });
    },
    lock: ({ id, name, locked }) => {
      mutate({
        act: () => lockConference(id, !locked),
        said: t(locked ? "conferences.said.unlocked" : "conferences.said.locked", { name }),
      });
    },
    record: ({ id, name, recording }) => {
      mutate({
        act: () => recordConference(id, !recording),
        said: t(recording ? "conferences.said.notRecorded" : "conferences.said.recorded", { name }),
      });
    },
    askRemove: (room, member) => {
      setAsking({ what: "remove", room, member });
    },
    askDial: (room) => {
      setAsking({ what: "dial", room });
    },
    askEnd: (room) => {
      setAsking({ what: "end", room });
    },
    dialog: (
      <>
        <Confirm
          opened={removing !== null}
          title={t("conferences.removeTitle")}
          text={t("conferences.removeText", { name: leaving, room: removing?.room.name ?? "" })}
          action={t("conferences.remove")}
          onConfirm={() => {
            if (removing === null) return;
            mutate({
              act: () => removeMember(removing.room.id, removing.member.call),
              said: t("conferences.said.removed", { name: leaving }),
            });
          }}
          onClose={close}
        />
        <Confirm
          opened={ending !== null}
          title={t("conferences.endTitle")}
          text={t("conferences.endText", { name: ending?.name ?? "", count: ending?.members.length ?? 0 })}
          action={t("conferences.end")}
          onConfirm={() => {
            if (ending === null) return;
            mutate({
              act: () => endConference(ending.id),
              said: t("conferences.said.ended", { name: ending.name }),
            });
          }}
          onClose={close}
        />
        <DialDialog
          room={dialling}
          onClose={close}
          onDial={({ id }, body) => {
            mutate({ act: () => dialIntoConference(id, body), said: t("conferences.said.dialled") });
          }}
        />
      </>
    ),
  };
}
