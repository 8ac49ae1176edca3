/** The keys of a telephone, for machines that ask for them; by mouse and by keyboard. */
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { sendKeys } from "@/api/desk";
import type { Call } from "@/api/types";

import { ActFailed } from "./ActFailed";
import classes from "./Desk.module.css";

const keys = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", "+"],
  ["#", ""],
] as const;

/** Digits that stay in sight. */
const mostShown = 32;

export function Keypad({ call, onClose }: { call: Call; onClose: () => void }) {
  const { t } = useTranslation();
  const pad = useRef<HTMLDivElement>(null);
  const [sent, setSent] = useState("");
  // One after the other: digits that overtake each other are another number.
  const { mutate, error } = useMutation({
    mutationFn: (digit: string) => sendKeys(call.id, digit),
    scope: { id: `keys ${call.id}` },
    onSuccess: (_, digit) => {
      setSent((before) => (before + digit).slice(-mostShown));
    },
  });
  useEffect(() => {
    pad.current?.focus();
  }, []);
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") onClose();
    else if (keys.some(([digit]) => digit === event.key)) {
      if (!event.repeat) mutate(event.key);
    } else return;
    event.preventDefault();
  };
  return (
    // The keys are buttons; what is typed while one of them has the focus is heard here for all.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={pad}
      role="group"
      tabIndex={-1}
      className={classes.keypad}
      aria-label={t("desk.keypad")}
      onKeyDown={pressed}
    >
      <output className={classes.digits} aria-label={t("desk.keysSent")}>
        {sent === "" ? t("desk.keysHint") : sent}
      </output>
      <ActFailed error={error} call={call} />
      <div className={classes.keys}>
        {keys.map(([digit, letters]) => (
          <Button
            key={digit}
            variant="default"
            className={classes.key}
            aria-label={digit}
            onClick={() => {
              mutate(digit);
            }}
          >
            <b>{digit}</b> <small aria-hidden>{letters}</small>
          </Button>
        ))}
      </div>
    </div>
  );
}
