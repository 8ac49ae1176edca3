/** Calls somebody from anywhere in the console; opened by key, by a click on a number, or by a link of another program. */
import { Modal } from "@mantine/core";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Loading } from "@/components/Loading";
import { useHost } from "@/host";
import { useKeys } from "@/lib/keys/useKeys";
import { closeDialog, openDialog, useOpenDialog } from "@/lib/opener";

// What is known of all countries' numbers is large, and few screens need it.
const DialForm = lazy(async () => ({ default: (await import("./DialForm")).DialForm }));

export function DialDialog() {
  const { t } = useTranslation();
  const dialog = useOpenDialog();
  useHandedOver();
  useKeys({
    dial: () => {
      openDialog({ kind: "dial" });
    },
  });
  return (
    <Modal opened={dialog.kind === "dial"} onClose={closeDialog} title={t("dial.title")} size="md">
      {dialog.kind === "dial" && (
        <Suspense fallback={<Loading rows={3} />}>
          <DialForm key={dialog.to ?? ""} number={dialog.to ?? ""} atOnce={dialog.atOnce ?? false} />
        </Suspense>
      )}
    </Modal>
  );
}

/** A number of another program is shown, never called: any page may have a link to one. */
function useHandedOver(): void {
  const { dial } = useHost();
  useEffect(() => {
    if (dial === undefined) return;
    const take = () => {
      void dial.take().then(
        (number) => {
          if (number !== null) openDialog({ kind: "dial", to: number });
        },
        () => undefined,
      );
    };
    take();
    return dial.onWaiting(take);
  }, [dial]);
}
