// validate.mjs FILE… prints what the official JSON Schema of OpenAPI, and a check of every reference, say against each document. A
// NAME.yaml with a NAME.json beside it must say the same, to readers of YAML 1.2 and of YAML 1.1, in the same order.
import { existsSync, readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { parse } from "yaml";

let failed = false;
function fail(text) {
  failed = true;
  console.error(text);
}

for (const file of process.argv.slice(2)) {
  const result = await new Validator({ strict: true }).validate(file);
  if (!result.valid) fail(`${file}: ${JSON.stringify(result.errors, null, 2)}`);
  const twin = file.replace(/\.yaml$/, ".json");
  if (twin === file || !existsSync(twin)) continue;
  const want = JSON.stringify(JSON.parse(readFileSync(twin, "utf8")));
  for (const version of ["1.2", "1.1"]) {
    const got = JSON.stringify(parse(readFileSync(file, "utf8"), { version }));
    if (got !== want) fail(`${file}: read as YAML ${version} it differs from ${twin}`);
  }
}
process.exit(failed ? 1 : 0);
