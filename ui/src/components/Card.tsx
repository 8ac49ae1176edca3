/** A titled section on a page. */
import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  hint?: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Card({ title, hint, actions, children }: Props) {
  return (
    <Paper withBorder p="md" radius="md" component="section" bg="var(--surface)">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="wrap">
          <div>
            <Title order={2} size="h5">
              {title}
            </Title>
            {hint !== undefined && (
              <Text size="sm" c="dimmed">
                {hint}
              </Text>
            )}
          </div>
          {actions}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
