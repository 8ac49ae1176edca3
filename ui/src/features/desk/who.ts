/** Who a caller is, in one line. */
import type { Call } from "@/api/types";
import { customerNumber } from "@/components/callState";
import { showNumber } from "@/lib/format/number";

type Known = Pick<Call, "customer_name" | "direction" | "from" | "to">;

/** The customer's name, or their number where no name is known. */
export const who = (call: Known): string => call.customer_name ?? showNumber(customerNumber(call));
