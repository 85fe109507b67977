// The audits of the npm package `graphql-http` against a running server: MUST, SHOULD and MAY of the GraphQL-over-HTTP
// specification. Exit code 1 when one does not pass.
import { serverAudits } from 'graphql-http';

const url = process.env.KONTOR_URL;
const failed = [];
let passed = 0;
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const result = await audit.fn();
  if (result.status === 'ok') {
    passed += 1;
  } else {
    failed.push(`${audit.id} ${result.status}: ${audit.name}: ${result.reason}`);
    await result.response?.body?.cancel();
  }
}
console.log(`${passed} audits passed, ${failed.length} failed`);
for (const line of failed) console.log(line);
process.exit(failed.length === 0 && passed > 0 ? 0 : 1);
