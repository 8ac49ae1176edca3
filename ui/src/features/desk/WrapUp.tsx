/** After a call: what came of it, notes, and the time that is left for them. */
import { Alert, Button, Group, Input, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { IconCheck, IconClock } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { Shortcut } from "@/components/Shortcut";
import { useNow } from "@/lib/clock";
import { duration } from "@/lib/format/time";
import { type KeyName, useBindings } from "@/lib/keys/bindings";
import { useKeys } from "@/lib/keys/useKeys";

import { CallbackLater } from "./CallbackLater";
import classes from "./Desk.module.css";
import { KeyedButton } from "./KeyedButton";
import type { WrapUpForm } from "./useWrapUp";
import { who } from "./who";

const digits = [
  "disposition1",
  "disposition2",
  "disposition3",
  "disposition4",
  "disposition5",
  "disposition6",
  "disposition7",
  "disposition8",
  "disposition9",
] as const satisfies readonly KeyName[];

/** With less than this left the timer asks for attention. */
const soonMs = 10_000;

interface Props {
  form: WrapUpForm;
  until: string | null;
  me: string;
  /** Of the call, where it came through one. */
  queue: string | null;
}

export function WrapUp({ form, until, me, queue }: Props) {
  const { t } = useTranslation();
  const { draft, late } = form;
  const card = useRef<HTMLFormElement>(null);
  const words = useRef<HTMLInputElement>(null);
  const notes = useRef<HTMLTextAreaElement>(null);
  const { id } = draft.call;
  useEffect(() => {
    (words.current ?? card.current)?.focus();
  }, [id]);
  useKeys({
    ...Object.fromEntries(
      draft.dispositions.slice(0, digits.length).map((disposition, at) => [
        digits[at],
        () => {
          form.set({ disposition });
        },
      ]),
    ),
    extendWrapUp: form.extend,
    wrapUpDone: form.done,
    notes: () => {
      notes.current?.focus();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!form.pending) form.done();
  };
  const inNotes = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") card.current?.focus();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
  };
  const summary = draft.call.outcome?.summary ?? "";
  return (
    <form ref={card} tabIndex={-1} className={classes.wrapUp} aria-labelledby="wrap-up" onSubmit={submit}>
      <Group justify="space-between">
        <h2 id="wrap-up" className={classes.name}>
          {t("desk.wrapUp.title", { name: who(draft.call) })}
        </h2>
        {!late && until !== null && <TimeLeft until={until} onExtend={form.extend} pending={form.pending} />}
      </Group>
      {late && (
        <Alert color="orange" variant="light" role="alert" styles={{ message: { color: "var(--ink)" } }}>
          {t("desk.wrapUp.late")}
        </Alert>
      )}
      <Dispositions form={form} input={words} />
      {summary !== "" && (
        <div className={classes.summary}>
          <h3 className={classes.heading}>{t("desk.wrapUp.draft")}</h3>
          <p>{summary}</p>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => {
              form.set({ notes: draft.notes === "" ? summary : `${draft.notes}\n${summary}` });
              notes.current?.focus();
            }}
          >
            {t("desk.wrapUp.useDraft")}
          </Button>
        </div>
      )}
      <Textarea
        ref={notes}
        label={
          <>
            {t("desk.wrapUp.notes")} <Shortcut name="notes" />
          </>
        }
        autosize
        minRows={3}
        maxRows={10}
        maxLength={5000}
        value={draft.notes}
        onKeyDown={inNotes}
        onChange={({ currentTarget }) => {
          form.set({ notes: currentTarget.value });
        }}
      />
      {queue !== null && !late && <CallbackLater key={id} call={draft.call} queue={queue} me={me} />}
      <Refused error={form.error} />
      <Group justify="flex-end">
        {late && (
          <Button variant="default" onClick={form.discard}>
            {t("desk.wrapUp.discard")}
          </Button>
        )}
        <KeyedButton
          name="wrapUpDone"
          type="submit"
          loading={form.pending}
          leftSection={<IconCheck size={18} aria-hidden />}
        >
          {t(late ? "desk.wrapUp.save" : "desk.wrapUp.done")}
        </KeyedButton>
      </Group>
    </form>
  );
}

interface DispositionsProps {
  form: WrapUpForm;
  input: React.RefObject<HTMLInputElement | null>;
}

/** The queue's list, each with its digit; a line of one's own words where the queue has none. */
function Dispositions({ form: { draft, missing, set }, input }: DispositionsProps) {
  const { t } = useTranslation();
  const { enabled, keys } = useBindings();
  const error =
    missing === null
      ? null
      : t(missing === "required" ? "desk.wrapUp.missing" : "desk.wrapUp.missingForNotes");
  if (draft.dispositions.length === 0) {
    return (
      <TextInput
        ref={input}
        label={t("desk.wrapUp.disposition")}
        description={t("desk.wrapUp.dispositionHint")}
        withAsterisk={draft.required}
        maxLength={60}
        value={draft.disposition}
        error={error}
        onChange={({ currentTarget }) => {
          set({ disposition: currentTarget.value });
        }}
      />
    );
  }
  return (
    <div role="group" aria-labelledby="disposition" aria-describedby="disposition-missing">
      <h3 id="disposition" className={classes.heading}>
        {t("desk.wrapUp.disposition")}
        {draft.required && ` (${t("desk.wrapUp.required")})`}
      </h3>
      <div className={classes.dispositions} data-missing={error !== null || undefined}>
        {draft.dispositions.map((disposition, at) => {
          const name = digits[at];
          const chosen = draft.disposition === disposition;
          return (
            <Button
              key={disposition}
              variant={chosen ? "filled" : "default"}
              aria-pressed={chosen}
              {...(chosen ? { leftSection: <IconCheck size={16} aria-hidden /> } : {})}
              {...(name === undefined ? {} : { rightSection: <Shortcut name={name} /> })}
              {...(name === undefined || !enabled ? {} : { "aria-keyshortcuts": keys[name] })}
              onClick={() => {
                set({ disposition });
              }}
            >
              {disposition}
            </Button>
          );
        })}
      </div>
      <div id="disposition-missing" role="alert">
        {error !== null && <Input.Error mt={4}>{error}</Input.Error>}
      </div>
    </div>
  );
}

interface TimeLeftProps {
  until: string;
  pending: boolean;
  onExtend: () => void;
}

function TimeLeft({ until, pending, onExtend }: TimeLeftProps) {
  const { t } = useTranslation();
  const leftMs = Date.parse(until) - useNow();
  return (
    <Group gap="sm">
      <span className={classes.left} data-tone={leftMs < soonMs ? "bad" : "quiet"}>
        <IconClock size={18} aria-hidden />
        <span>{t("desk.wrapUp.left")}</span>
        <b role="timer">{duration(leftMs)}</b>
      </span>
      <KeyedButton
        name="extendWrapUp"
        variant="default"
        size="compact-sm"
        disabled={pending}
        onClick={onExtend}
      >
        {t("desk.wrapUp.extend")}
      </KeyedButton>
    </Group>
  );
}
