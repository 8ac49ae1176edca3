/** What a role may see; the server decides, this only hides what it would refuse. */
import type { Role } from "@/api/types";

const rank: Readonly<Record<Role, number>> = { agent: 0, supervisor: 1, admin: 2, owner: 3 };

export const isAtLeast = (role: Role, least: Role): boolean => rank[role] >= rank[least];

export const rolesUpTo = (role: Role): Role[] =>
  (Object.keys(rank) as Role[]).filter((each) => rank[each] <= rank[role]);
