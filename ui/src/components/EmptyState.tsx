/** An empty list: what it would show, and what to do next. */
import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  icon: ReactNode;
  title: string;
  hint: string;
  children?: ReactNode;
}

export function EmptyState({ icon, title, hint, children }: Props) {
  return (
    <Stack align="center" justify="center" gap="xs" p="xl" h="100%" mih={220} ta="center">
      <span aria-hidden style={{ color: "var(--ink-2)" }}>
        {icon}
      </span>
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text c="dimmed" size="sm" maw={420}>
        {hint}
      </Text>
      {children}
    </Stack>
  );
}
