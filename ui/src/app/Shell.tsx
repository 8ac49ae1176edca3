/** The frame: rail, top bar, offline banner, the screen, and what floats above it. */
import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { sessionQuery } from "@/api/session";
import { HotkeyWatch } from "@/features/desk/HotkeyWatch";
import { OfferWatch } from "@/features/desk/OfferWatch";
import { DialDialog } from "@/features/dial/DialDialog";
import { CallInDialog } from "@/features/sandbox/CallInDialog";
import { PlaceCallDialog } from "@/features/sandbox/PlaceCallDialog";
import { usePhoneRecovery } from "@/features/softphone/usePhoneRecovery";
import { openDialog } from "@/lib/opener";
import { useKeys } from "@/lib/keys/useKeys";
import { isAtLeast } from "@/lib/roles";

import { OfflineBanner } from "./OfflineBanner";
import { Palette } from "./Palette";
import { Rail } from "./Rail";
import classes from "./Shell.module.css";
import { TopBar } from "./TopBar";

export function Shell() {
  const { t } = useTranslation();
  usePhoneRecovery();
  const { data: me } = useQuery(sessionQuery);
  const supervises = me ? isAtLeast(me.role, "supervisor") : false;
  useKeys(
    supervises
      ? {
          placeCall: () => {
            openDialog({ kind: "place" });
          },
        }
      : {},
  );
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {t("nav.skip")}
      </a>
      <Rail />
      <div className={classes.column}>
        <TopBar />
        <OfflineBanner />
        <OfferWatch />
        <main id="main" tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
      <Palette />
      <PlaceCallDialog />
      <CallInDialog />
      <DialDialog />
      <HotkeyWatch />
    </div>
  );
}
