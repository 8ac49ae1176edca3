/** Gives the floor back to the assistant, with a note that only it reads. Enter hands back. */
import { Button, Group, Modal, Text, Textarea } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  opened: boolean;
  onClose: () => void;
  onHandBack: (note: string) => void;
}

export function HandBackDialog({ opened, onClose, onHandBack }: Props) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  const submit = () => {
    onHandBack(note);
    setNote("");
    onClose();
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t("handBack.title")}>
      <Text size="sm" c="dimmed" mb="sm">
        {t("handBack.text")}
      </Text>
      <Textarea
        data-autofocus
        autosize
        minRows={3}
        maxLength={2000}
        label={t("handBack.note")}
        placeholder={t("handBack.placeholder")}
        value={note}
        onChange={({ currentTarget }) => {
          setNote(currentTarget.value);
        }}
        onKeyDown={pressed}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button color="teal.9" onClick={submit}>
          {t("acts.handBack")}
        </Button>
      </Group>
    </Modal>
  );
}
