/** How many calls are live and who holds them, one's own phone, theme, and oneself. */
import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { sessionQuery } from "@/api/session";
import { IconChevronDown, IconLogout } from "@/components/icons";
import { PhoneMenu } from "@/features/softphone/PhoneMenu";

import { LiveCounts } from "./LiveCounts";
import classes from "./Shell.module.css";
import { ThemeMenu } from "./ThemeMenu";
import { useSignOut } from "./useSignOut";

export function TopBar() {
  const { t } = useTranslation();
  const { data: me } = useQuery(sessionQuery);
  const leave = useSignOut();
  return (
    <header className={classes.topbar}>
      <LiveCounts />
      <PhoneMenu />
      <ThemeMenu />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="subtle" color="gray" c="var(--ink)" rightSection={<IconChevronDown size={14} />}>
            {me?.name}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label c="var(--ink-2)">
            {me?.organisation.name} · {me && t(`role.${me.role}`)}
          </Menu.Label>
          <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
            {t("session.signOut")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </header>
  );
}
