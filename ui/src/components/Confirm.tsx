/** Asks before what cannot be undone. */
import { Button, Group, Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  opened: boolean;
  title: string;
  text: string;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
}

export function Confirm({ opened, title, text, action, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm" centered>
      <Text size="sm">{text}</Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          color="red.9"
          data-autofocus
          onClick={() => {
            // Confirmed before closed: to a guard, closing first would mean staying.
            onConfirm();
            onClose();
          }}
        >
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
