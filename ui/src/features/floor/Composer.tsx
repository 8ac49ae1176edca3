/** One line of text: heard by the customer in the assistant's voice, or read by the assistant alone. */
import { ActionIcon, SegmentedControl, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { IconMessage2Share } from "@/components/icons";
import { Shortcut } from "@/components/Shortcut";
import { useKeys } from "@/lib/keys/useKeys";

import classes from "./CallPanel.module.css";
import type { Acts } from "./useActs";

type Kind = "say" | "tell";

export function Composer({ acts, assistantSpeaks }: { acts: Acts; assistantSpeaks: boolean }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>("tell");
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const focus = (next: Kind) => {
    setKind(next);
    input.current?.focus();
  };
  useKeys({
    say: () => {
      focus("say");
    },
    tell: () => {
      focus("tell");
    },
  });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (words === "") return;
    try {
      await (kind === "say" ? acts.say(words) : acts.whisper(words));
      setText("");
    } catch {
      // What was written stays, and the panel says why it was refused.
    }
  };
  const usable = acts.canSay && (kind === "tell" || assistantSpeaks);
  return (
    <form
      className={classes.composer}
      data-heard={kind === "say" || undefined}
      onSubmit={(event) => void submit(event)}
    >
      <SegmentedControl
        size="xs"
        aria-label={t("composer.kind")}
        value={kind}
        onChange={(value) => {
          focus(value as Kind);
        }}
        data={(["tell", "say"] as const).map((value) => ({
          value,
          label: (
            <>
              {t(`composer.${value}`)} <Shortcut name={value} />
            </>
          ),
        }))}
      />
      <TextInput
        ref={input}
        flex={1}
        miw={220}
        maxLength={1000}
        value={text}
        disabled={!usable}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
        }}
        onKeyDown={({ key }) => {
          if (key === "Escape") input.current?.blur();
        }}
        aria-label={t(`composer.${kind}Label`)}
        placeholder={usable ? t(`composer.${kind}Label`) : t("composer.notNow")}
        rightSection={
          <ActionIcon
            type="submit"
            variant="subtle"
            disabled={!usable || text.trim() === ""}
            aria-label={t("composer.send")}
          >
            <IconMessage2Share size={18} />
          </ActionIcon>
        }
      />
    </form>
  );
}
