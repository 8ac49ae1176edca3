/** Says that what is on the screen stands still, and until when. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { IconWifiOff } from "@/components/icons";
import { reconnectNow } from "@/lib/live/current";
import { useLive } from "@/lib/live/store";

import classes from "./Shell.module.css";

export function OfflineBanner() {
  const { t } = useTranslation();
  const connection = useLive((state) => state.connection);
  return (
    <div role="status">
      {connection === "offline" && (
        <div className={classes.banner}>
          <IconWifiOff size={18} aria-hidden />
          <span>{t("offline.text")}</span>
          <Button size="compact-sm" variant="default" onClick={reconnectNow}>
            {t("offline.retry")}
          </Button>
        </div>
      )}
    </div>
  );
}
