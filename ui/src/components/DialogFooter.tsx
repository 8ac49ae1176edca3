/** The end of a form in a dialog: cancel, or save it. */
import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  onClose: () => void;
  saving: boolean;
  disabled?: boolean;
  /** There is nothing to save for those who may only read. */
  readOnly?: boolean;
}

export function DialogFooter({ onClose, saving, disabled = false, readOnly = false }: Props) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        {t(readOnly ? "common.close" : "common.cancel")}
      </Button>
      {!readOnly && (
        <Button type="submit" loading={saving} disabled={disabled}>
          {t("common.save")}
        </Button>
      )}
    </Group>
  );
}
