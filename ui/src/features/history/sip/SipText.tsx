/** The chosen message: what it means in plain words, and its text. */
import { Button, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { IconCheck, IconCopy } from "@/components/icons";
import { english } from "@/locales/en";

import type { Step } from "./ladder";
import classes from "./Sip.module.css";

/** Messages that are explained, each by its status or method. */
const explained = Object.keys(english.sip.meaning);
type Explained = keyof typeof english.sip.meaning;
const isExplained = (word: string): word is Explained => explained.includes(word);

export function SipText({ step, names }: { step: Step; names: readonly string[] }) {
  const { t, i18n } = useTranslation();
  const { message, from, to } = step;
  const time = new Intl.DateTimeFormat(i18n.language, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
  const word = String(message.status ?? message.method);
  return (
    <section className={classes.message} aria-label={t("sip.message", { number: message.position })}>
      <header>
        <h3>{message.summary}</h3>
        <CopyButton value={message.text}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              size="compact-sm"
              leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
              onClick={copy}
            >
              {t(copied ? "sip.copied" : "sip.copy")}
            </Button>
          )}
        </CopyButton>
      </header>
      {isExplained(word) && <p>{t(`sip.meaning.${word}`)}</p>}
      <p className={classes.route}>
        {t("sip.route", {
          time: time.format(new Date(message.at)),
          from: names[from],
          to: names[to],
          transport: message.transport.toUpperCase(),
          cseq: message.cseq,
        })}
      </p>
      {/* A text that scrolls has to be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes.text} tabIndex={0} aria-label={t("sip.text")}>
        {message.text.split(/\r?\n/).map((line, index) => (
          <Line key={index} line={line} first={index === 0} />
        ))}
      </pre>
    </section>
  );
}

/** A header's name is set apart from its value, and what was blanked from what was sent. */
function Line({ line, first }: { line: string; first: boolean }) {
  const name = first ? null : /^[A-Za-z-]+(?=\s*:)/.exec(line)?.[0];
  const value = line.slice(name?.length ?? 0).split("***");
  return (
    <>
      {first ? <b>{line}</b> : name && <span className={classes.name}>{name}</span>}
      {!first &&
        value.map((part, index) => (
          <span key={index}>
            {index > 0 && <mark>***</mark>}
            {part}
          </span>
        ))}
      {"\n"}
    </>
  );
}
