/** The command palette: rooms, every act of the screen, dialogs, live calls, assistants. Opened by Ctrl/Cmd-K anywhere. */
import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery } from "@/api/assistants";
import { sandboxQuery } from "@/api/sandbox";
import { sessionQuery } from "@/api/session";
import { customerNumber } from "@/components/callState";
import {
  IconLogout,
  IconMoon,
  IconPhoneIncoming,
  IconPhonePlus,
  IconRobot,
  IconSearch,
} from "@/components/icons";
import { Shortcut } from "@/components/Shortcut";
import { showNumber } from "@/lib/format/number";
import { perform, possibleActs } from "@/lib/keys/acts";
import type { KeyName } from "@/lib/keys/bindings";
import { live, useLive } from "@/lib/live/store";
import { openDialog } from "@/lib/opener";
import { isAtLeast } from "@/lib/roles";

import { rooms } from "./rooms";
import { useSignOut } from "./useSignOut";

const mostCalls = 200;

export function Palette() {
  const { t } = useTranslation();
  // What can be done is asked when it opens, for it changes with every call.
  const [possible, setPossible] = useState<readonly KeyName[]>([]);
  const actions = useActions(possible);
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound={t("palette.nothing")}
      limit={40}
      scrollable
      maxHeight={460}
      onSpotlightOpen={() => {
        setPossible(possibleActs());
      }}
      highlightQuery
      styles={{ content: { backgroundColor: "var(--raised)" }, search: { backgroundColor: "var(--raised)" } }}
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: t("palette.placeholder"),
        "aria-label": t("palette.placeholder"),
      }}
    />
  );
}

function useActions(possible: readonly KeyName[]): SpotlightActionGroupData[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const { data: me } = useQuery(sessionQuery);
  const supervises = me ? isAtLeast(me.role, "supervisor") : false;
  const { data: assistants } = useQuery({ ...assistantsQuery, enabled: supervises });
  const { data: sandbox } = useQuery({ ...sandboxQuery, enabled: supervises });
  // The list of calls is read anew when one comes or goes, not with every word that is said.
  const size = useLive((state) => state.calls.size);
  const leave = useSignOut();
  return useMemo(() => {
    const go: SpotlightActionData[] = rooms
      .filter(({ least }) => me && isAtLeast(me.role, least))
      .map(({ to, name, icon: Icon }) => ({
        id: `room-${name}`,
        label: t(`nav.${name}`),
        leftSection: <Icon size={18} />,
        onClick: () => void navigate({ to }),
      }));
    const act: SpotlightActionData[] = [
      {
        id: "place",
        label: t("palette.place"),
        leftSection: <IconPhonePlus size={18} />,
        onClick: () => {
          openDialog({ kind: "place" });
        },
      },
      {
        id: "theme",
        label: t("palette.theme"),
        leftSection: <IconMoon size={18} />,
        onClick: () => {
          setColorScheme(colorScheme === "dark" ? "light" : "dark");
        },
      },
    ];
    const always: SpotlightActionData[] = [
      {
        id: "sign-out",
        label: t("session.signOut"),
        leftSection: <IconLogout size={18} />,
        onClick: () => void leave(),
      },
    ];
    if (sandbox) {
      act.splice(1, 0, {
        id: "call-in",
        label: t("palette.callIn"),
        leftSection: <IconPhoneIncoming size={18} />,
        onClick: () => {
          openDialog({ kind: "callIn" });
        },
      });
    }
    const here: SpotlightActionData[] = possible
      .filter((name) => name !== "placeCall")
      .map((name) => ({
        id: `act-${name}`,
        label: t(`shortcuts.names.${name}`),
        rightSection: <Shortcut name={name} />,
        onClick: () => void perform(name),
      }));
    const calls: SpotlightActionData[] = [...live.get().calls.values()]
      .slice(0, mostCalls)
      .map(({ call }) => ({
        id: call.id,
        label: call.customer_name ?? showNumber(customerNumber(call)),
        description: showNumber(customerNumber(call)),
        keywords: customerNumber(call),
        onClick: () => void navigate({ to: "/floor", search: { call: call.id } }),
      }));
    const personas: SpotlightActionData[] = (assistants ?? []).map(({ id, name, code }) => ({
      id,
      label: name,
      description: code,
      leftSection: <IconRobot size={18} />,
      onClick: () => void navigate({ to: "/assistants/$id", params: { id } }),
    }));
    return [
      { group: t("palette.here"), actions: here },
      { group: t("palette.go"), actions: go },
      { group: t("palette.do"), actions: supervises ? [...act, ...always] : always },
      { group: t("palette.calls"), actions: size > 0 ? calls : [] },
      { group: t("palette.assistants"), actions: personas },
    ];
  }, [t, me, possible, supervises, sandbox, assistants, size, navigate, leave, setColorScheme, colorScheme]);
}
