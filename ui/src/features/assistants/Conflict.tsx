/** Somebody else saved in the meantime: take theirs, or put one's own over it. Nothing is lost without asking. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { assistantQuery, readAssistant } from "@/api/assistants";

interface Props {
  id: string;
  onKeepMine: (version: number) => void;
  onDropMine: () => void;
}

export function Conflict({ id, onKeepMine, onDropMine }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const keep = useMutation({
    // Read beside the cache: what is in the cache starts the form anew.
    mutationFn: () => readAssistant(id),
    onSuccess: ({ version }) => {
      onKeepMine(version);
    },
  });
  return (
    <Alert
      color="yellow"
      role="alert"
      title={t("conflict.title")}
      styles={{ message: { color: "var(--ink)" } }}
    >
      <Text size="sm">{t("conflict.text")}</Text>
      <Group mt="sm">
        <Button
          variant="default"
          onClick={() => {
            onDropMine();
            void queries.invalidateQueries({ queryKey: assistantQuery(id).queryKey });
          }}
        >
          {t("conflict.takeTheirs")}
        </Button>
        <Button
          loading={keep.isPending}
          onClick={() => {
            keep.mutate();
          }}
        >
          {t("conflict.keepMine")}
        </Button>
      </Group>
    </Alert>
  );
}
