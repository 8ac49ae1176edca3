/** Mantine's theme: one accent, dense controls, targets of at least 24 px. */
import {
  Badge,
  Button,
  createTheme,
  Input,
  Kbd,
  type MantineColorsTuple,
  Modal,
  Tooltip,
} from "@mantine/core";
import type { TFunction } from "i18next";

const accent: MantineColorsTuple = [
  "#eaf1ff",
  "#d3e0fd",
  "#a9c3f8",
  "#7ba3f4",
  "#5586ef",
  "#3e72e6",
  "#2f63d8",
  "#2457c5",
  "#1d49a6",
  "#163a86",
];

/** Mantine's dark greys, in the console's own slate. */
const dark: MantineColorsTuple = [
  "#e7ebf0",
  "#c5cdd7",
  "#a6b1bf",
  "#8592a3",
  "#3d4754",
  "#2d3540",
  "#212832",
  "#191e25",
  "#141920",
  "#11151a",
];

const raised = { backgroundColor: "var(--raised)" };

/** The theme with its few texts (the crosses that close dialogs) in the reader's language. */
export const consoleTheme = (t: TFunction) =>
  createTheme({
    primaryColor: "accent",
    primaryShade: { light: 7, dark: 7 },
    colors: { accent, dark },
    fontFamily:
      "Inter, 'Segoe UI', system-ui, -apple-system, Roboto, 'Noto Sans', 'Noto Sans Devanagari', sans-serif",
    fontFamilyMonospace: "ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
    defaultRadius: "md",
    cursorType: "pointer",
    respectReducedMotion: true,
    components: {
      Button: Button.extend({ defaultProps: { size: "sm" } }),
      Badge: Badge.extend({ defaultProps: { variant: "light", radius: "sm" } }),
      Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true } }),
      Modal: Modal.extend({
        defaultProps: { centered: true, closeButtonProps: { "aria-label": t("common.close") } },
        styles: { content: raised, header: raised },
      }),
      // Hints stand below, so that fields side by side line up.
      InputWrapper: Input.Wrapper.extend({
        defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] },
      }),
      Kbd: Kbd.extend({ defaultProps: { size: "xs" } }),
    },
  });
