/** Who a member is: by name, else by number. */
import type { ConferenceMember } from "@/api/types";
import { showNumber } from "@/lib/format/number";

export const memberName = ({ name, number }: ConferenceMember): string => name ?? showNumber(number);
