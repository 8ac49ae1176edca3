/** Light, dark, or as the system. */
import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { IconCheck, IconDeviceDesktop, IconMoon, IconSun } from "@/components/icons";

const schemes = [
  { name: "light", icon: IconSun },
  { name: "dark", icon: IconMoon },
  { name: "auto", icon: IconDeviceDesktop },
] as const;

export function ThemeMenu() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Current = schemes.find(({ name }) => name === colorScheme)?.icon ?? IconDeviceDesktop;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="var(--ink-2)" size="lg" aria-label={t("theme.label")}>
          <Current size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ name, icon: Icon }) => (
          <Menu.Item
            key={name}
            role="menuitemradio"
            aria-checked={colorScheme === name}
            leftSection={<Icon size={16} />}
            rightSection={colorScheme === name ? <IconCheck size={14} /> : null}
            onClick={() => {
              setColorScheme(name);
            }}
          >
            {t(`theme.${name}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
