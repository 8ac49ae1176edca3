/** Save and cancel under a form whose changes are kept until then. */
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  changed: boolean;
  saving: boolean;
  onCancel: () => void;
  onSave: () => void;
}

export function SaveDraft({ changed, saving, onCancel, onSave }: Props) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      {changed && (
        <Button variant="default" onClick={onCancel}>
          {t("common.cancel")}
        </Button>
      )}
      <Button disabled={!changed} loading={saving} onClick={onSave}>
        {t("common.save")}
      </Button>
    </Group>
  );
}
