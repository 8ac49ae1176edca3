/** Fails where src/api/schema.ts is not what src/api/openapi.json generates. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "tandem-schema-"));
const fresh = join(folder, "schema.ts");
execFileSync("node_modules/.bin/openapi-typescript", ["src/api/openapi.json", "-o", fresh], {
  stdio: "ignore",
});
const same = readFileSync(fresh, "utf8") === readFileSync("src/api/schema.ts", "utf8");
rmSync(folder, { recursive: true });
if (!same) {
  process.stderr.write("src/api/schema.ts is out of date: run `npm run generate`\n");
  process.exit(1);
}
