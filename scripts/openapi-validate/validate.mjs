// validate.mjs FILE… prints what the official JSON Schema of OpenAPI, and a check of every reference, say against each document.
import { Validator } from "@seriousme/openapi-schema-validator";

let failed = false;
for (const file of process.argv.slice(2)) {
  const result = await new Validator({ strict: true }).validate(file);
  if (!result.valid) {
    failed = true;
    console.error(`${file}: ${JSON.stringify(result.errors, null, 2)}`);
  }
}
process.exit(failed ? 1 : 0);
