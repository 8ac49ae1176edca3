/** The rooms of the console, in the order of the rail. */
import {
  IconDesk,
  IconHeadset,
  IconHistory,
  IconPhone,
  IconReportAnalytics,
  IconRobot,
  IconRoute,
  IconSettings,
} from "@/components/icons";
import type { Role } from "@/api/types";

export const rooms = [
  { to: "/desk", name: "desk", icon: IconDesk, least: "agent" },
  { to: "/floor", name: "floor", icon: IconHeadset, least: "supervisor" },
  { to: "/history", name: "history", icon: IconHistory, least: "supervisor" },
  { to: "/reports", name: "reports", icon: IconReportAnalytics, least: "supervisor" },
  { to: "/assistants", name: "assistants", icon: IconRobot, least: "supervisor" },
  { to: "/lines", name: "lines", icon: IconRoute, least: "supervisor" },
  { to: "/phone", name: "phone", icon: IconPhone, least: "agent" },
  { to: "/settings", name: "settings", icon: IconSettings, least: "agent" },
] as const satisfies readonly { to: string; name: string; icon: unknown; least: Role }[];
