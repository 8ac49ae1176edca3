/** English. */
import assistants from "./assistants.json";
import calls from "./calls.json";
import common from "./common.json";
import floor from "./floor.json";
import floorQueues from "./floorQueues.json";
import history from "./history.json";
import lines from "./lines.json";
import phone from "./phone.json";
import queues from "./queues.json";
import settings from "./settings.json";
import sip from "./sip.json";

export const english = {
  ...common,
  ...calls,
  ...floor,
  ...floorQueues,
  ...history,
  ...assistants,
  ...lines,
  ...phone,
  ...queues,
  ...settings,
  ...sip,
};

export type English = typeof english;
