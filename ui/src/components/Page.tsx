/** The frame of every screen that scrolls: title, actions, content. */
import { Group, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Page.module.css";

interface Props {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
  /** Lists use the whole width, forms a readable one. */
  narrow?: boolean;
}

export function Page({ title, actions, children, narrow = false }: Props) {
  return (
    <div className={classes.page}>
      <Stack gap="md" className={narrow ? classes.narrow : classes.wide}>
        <Group justify="space-between" wrap="wrap" className={classes.head}>
          <Title order={1} size="h3">
            {title}
          </Title>
          <Group gap="xs">{actions}</Group>
        </Group>
        {children}
      </Stack>
    </div>
  );
}
