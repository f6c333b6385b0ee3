import { describe, test } from '@jest/globals';

/**
 * A suite that needs a program of the machine. Without it the suite is one skipped test that says what is missing; with
 * `WEFT_REQUIRE_SERVERS=1` it fails.
 * @param missing what is missing, or undefined when all is there.
 */
export function describeWithServers(title: string, missing: string | undefined, suite: () => void): void {
  describe(title, () => {
    if (missing === undefined) {
      suite();
    } else if (process.env.WEFT_REQUIRE_SERVERS === '1') {
      test('the servers are installed', () => {
        throw new Error(`WEFT_REQUIRE_SERVERS=1 and ${missing}`);
      });
    } else test.skip(`not run: ${missing}`, () => {});
  });
}
