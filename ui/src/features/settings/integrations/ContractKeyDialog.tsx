/** Makes or replaces a key of a published API and shows its secret, this once. */
import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { createKey, keysQuery, rotateKey } from "@/api/people";
import type { Contract, Key } from "@/api/types";
import { Refused } from "@/components/Refused";
import { SecretOnce } from "@/components/SecretOnce";

export type KeyWish = { kind: "make"; contract: Contract } | { kind: "rotate"; key: Key };

const OVERLAPS = { "0": "now", "3600": "hour", "86400": "day", "604800": "week" } as const;

export function ContractKeyDialog({ wish, onClose }: { wish: KeyWish | null; onClose: () => void }) {
  const { t } = useTranslation();
  const title = t(wish?.kind === "rotate" ? "integrations.rotate" : "apiKeys.make");
  return (
    <Modal opened={wish !== null} onClose={onClose} title={title} closeOnClickOutside={false}>
      {wish !== null && <WishForm wish={wish} onClose={onClose} />}
    </Modal>
  );
}

function WishForm({ wish, onClose }: { wish: KeyWish; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [overlap, setOverlap] = useState("3600");
  const carryOut = useMutation({
    // An administrator's: a client of a published API may do all that its text has.
    mutationFn: () =>
      wish.kind === "make"
        ? createKey({ name: name.trim(), role: "admin", contract: wish.contract })
        : rotateKey(wish.key.id, Number(overlap)),
    onSuccess: () => queries.invalidateQueries({ queryKey: keysQuery.queryKey }),
  });
  if (carryOut.data !== undefined) {
    return <SecretOnce secret={carryOut.data.secret} hint={t("apiKeys.header")} onClose={onClose} />;
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        carryOut.mutate();
      }}
      noValidate
    >
      <Stack>
        <Refused error={carryOut.error} />
        {wish.kind === "make" ? (
          <TextInput
            data-autofocus
            required
            label={t("apiKeys.name")}
            description={t("apiKeys.nameHint")}
            value={name}
            onChange={({ currentTarget }) => {
              setName(currentTarget.value);
            }}
          />
        ) : (
          <>
            <Text size="sm">{t("integrations.rotateText", { name: wish.key.name })}</Text>
            <Select
              label={t("integrations.overlap")}
              allowDeselect={false}
              data={Object.entries(OVERLAPS).map(([value, one]) => ({
                value,
                label: t(`webhooks.overlaps.${one}`),
              }))}
              value={overlap}
              onChange={(value) => {
                setOverlap(value ?? "0");
              }}
            />
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            type="submit"
            disabled={wish.kind === "make" && name.trim() === ""}
            loading={carryOut.isPending}
          >
            {t(wish.kind === "rotate" ? "integrations.rotate" : "apiKeys.make")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
