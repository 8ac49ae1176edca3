/** English. */
import alerts from "./alerts.json";
import assistants from "./assistants.json";
import calls from "./calls.json";
import conferences from "./conferences.json";
import common from "./common.json";
import desk from "./desk.json";
import floor from "./floor.json";
import floorQueues from "./floorQueues.json";
import history from "./history.json";
import lines from "./lines.json";
import phone from "./phone.json";
import reports from "./reports.json";
import queues from "./queues.json";
import settings from "./settings.json";
import sip from "./sip.json";
import webhooks from "./webhooks.json";

export const english = {
  ...common,
  ...alerts,
  ...calls,
  ...conferences,
  ...desk,
  ...floor,
  ...floorQueues,
  ...history,
  ...assistants,
  ...lines,
  ...phone,
  ...reports,
  ...queues,
  ...settings,
  ...sip,
  ...webhooks,
};

export type English = typeof english;
