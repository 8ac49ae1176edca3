/** Deletes an assistant that nothing uses any more. */
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { assistantsQuery, deleteAssistant } from "@/api/assistants";
import type { Assistant } from "@/api/types";
import { Confirm } from "@/components/Confirm";
import { IconTrash } from "@/components/icons";
import { Refused } from "@/components/Refused";

export function DeleteAssistant({ assistant, onDeleted }: { assistant: Assistant; onDeleted: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => deleteAssistant(assistant.id),
    onSuccess: async () => {
      onDeleted();
      await navigate({ to: "/assistants" });
      void queries.invalidateQueries({ queryKey: assistantsQuery.queryKey, exact: true });
    },
  });
  return (
    <>
      <Refused error={remove.error} />
      <Button
        variant="outline"
        color="var(--bad)"
        leftSection={<IconTrash size={16} aria-hidden />}
        loading={remove.isPending}
        onClick={() => {
          setAsking(true);
        }}
      >
        {t("assistants.delete")}
      </Button>
      <Confirm
        opened={asking}
        title={t("assistants.delete")}
        text={t("assistants.deleteText", { name: assistant.name })}
        action={t("common.delete")}
        onConfirm={() => {
          remove.mutate();
        }}
        onClose={() => {
          setAsking(false);
        }}
      />
    </>
  );
}
