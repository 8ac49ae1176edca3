/** One published API. */
import {
  ActionIcon,
  Button,
  Code,
  CopyButton,
  Group,
  Paper,
  Stack,
  Text,
  Title,
  Tooltip,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { keysQuery, revokeKey } from "@/api/people";
import type { Key } from "@/api/types";
import { Confirm } from "@/components/Confirm";
import { IconCheck, IconCopy } from "@/components/icons";
import { Refused } from "@/components/Refused";
import { moment } from "@/lib/format/time";

import { ContractKeyDialog, type KeyWish } from "./ContractKeyDialog";
import { curl, type Published } from "./examples";

export function ContractCard({ api, keys }: { api: Published; keys: readonly Key[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [wish, setWish] = useState<KeyWish | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const revoke = useMutation({
    mutationFn: revokeKey,
    onSettled: () => queries.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  const { origin } = window.location;
  const example = curl(api, origin);
  return (
    <Paper withBorder p="sm" radius="sm" component="section" aria-label={api.contract}>
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={3} size="h6">
            {api.contract}
          </Title>
          <Button
            size="compact-sm"
            aria-label={t("integrations.makeFor", { contract: api.contract })}
            onClick={() => {
              setWish({ kind: "make", contract: api.contract });
            }}
          >
            {t("apiKeys.add")}
          </Button>
        </Group>
        <Copied label={t("integrations.base")} of={api.contract} text={`${origin}${api.base}`} />
        <Copied label={t("integrations.example")} of={api.contract} text={example} />
        <Refused error={revoke.error} />
        {keys.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("integrations.noKey")}
          </Text>
        )}
        {keys.map((key) => (
          <KeyLine
            key={key.id}
            of={key}
            onRotate={() => {
              setWish({ kind: "rotate", key });
            }}
            onRevoke={() => {
              setRevoking(key);
            }}
          />
        ))}
      </Stack>
      <ContractKeyDialog
        wish={wish}
        onClose={() => {
          setWish(null);
        }}
      />
      <Confirm
        opened={revoking !== null}
        title={t("apiKeys.revoke")}
        text={t("apiKeys.revokeText", { name: revoking?.name ?? "" })}
        action={t("apiKeys.revoke")}
        onConfirm={() => {
          if (revoking !== null) revoke.mutate(revoking.id);
        }}
        onClose={() => {
          setRevoking(null);
        }}
      />
    </Paper>
  );
}

function KeyLine({ of, onRotate, onRevoke }: { of: Key; onRotate: () => void; onRevoke: () => void }) {
  const { t, i18n } = useTranslation();
  const used =
    of.last_used_at === null
      ? t("integrations.unused")
      : t("integrations.used", { when: moment(of.last_used_at, i18n.language) });
  const ends =
    of.expires_at == null ? null : t("integrations.ends", { when: moment(of.expires_at, i18n.language) });
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm">
        {of.name} <Code>{of.shown_prefix}…</Code>{" "}
        <Text span size="xs" c="dimmed">
          {[used, ends].filter(Boolean).join(" · ")}
        </Text>
      </Text>
      <Group gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t("integrations.rotateOf", { name: of.name })}
          onClick={onRotate}
        >
          {t("integrations.rotate")}
        </Button>
        <Button
          size="compact-sm"
          variant="outline"
          color="var(--bad)"
          aria-label={t("apiKeys.revokeOf", { name: of.name })}
          onClick={onRevoke}
        >
          {t("apiKeys.revoke")}
        </Button>
      </Group>
    </Group>
  );
}

function Copied({ label, of, text }: { label: string; of: string; text: string }) {
  const { t } = useTranslation();
  const name = t("integrations.copyOf", { what: label, contract: of });
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Group gap="xs" align="flex-start" wrap="nowrap">
        <Code block style={{ flex: 1, minWidth: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {text}
        </Code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Tooltip label={t(copied ? "apiKeys.copied" : "apiKeys.copy")}>
              <ActionIcon variant="default" aria-label={name} onClick={copy}>
                {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
    </div>
  );
}
