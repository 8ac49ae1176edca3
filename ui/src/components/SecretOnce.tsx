/** A secret that is shown this once. */
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { IconCheck, IconCopy } from "./icons";

interface Props {
  secret: string;
  /** What one does with it. */
  hint: string;
  onClose: () => void;
}

export function SecretOnce({ secret, hint, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Alert color="yellow" role="status" styles={{ message: { color: "var(--ink)" } }}>
        {t("apiKeys.once")}
      </Alert>
      <Code block data-testid="secret" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {secret}
      </Code>
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
      <Group justify="flex-end">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              data-autofocus
              variant="default"
              leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
              onClick={copy}
            >
              {t(copied ? "apiKeys.copied" : "apiKeys.copy")}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>{t("apiKeys.kept")}</Button>
      </Group>
    </Stack>
  );
}
