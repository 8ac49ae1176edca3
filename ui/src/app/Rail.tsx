/** The rail: every room one click away. */
import { Kbd } from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { sessionQuery } from "@/api/session";
import { IconSearch } from "@/components/icons";
import { isAtLeast } from "@/lib/roles";

import { rooms } from "./rooms";
import classes from "./Shell.module.css";

export function Rail() {
  const { t } = useTranslation();
  const { data: me } = useQuery(sessionQuery);
  return (
    <nav className={classes.rail} aria-label={t("nav.label")}>
      <span className={classes.mark}>
        <img src="/favicon.svg" width={30} height={30} alt={t("common.product")} />
      </span>
      <ul>
        {rooms
          .filter(({ least }) => me && isAtLeast(me.role, least))
          .map(({ to, name, icon: Icon }) => (
            <li key={to}>
              <Link to={to} className={classes.link}>
                <Icon size={21} stroke={1.7} aria-hidden />
                <span>{t(`nav.${name}`)}</span>
              </Link>
            </li>
          ))}
      </ul>
      <div className={classes.spacer} />
      <button type="button" className={classes.link} onClick={spotlight.open} aria-keyshortcuts="Control+K">
        <IconSearch size={20} stroke={1.7} aria-hidden />
        <span>{t("nav.palette")}</span>
        <Kbd size="xs" aria-hidden>
          {t("nav.paletteKey")}
        </Kbd>
      </button>
    </nav>
  );
}
