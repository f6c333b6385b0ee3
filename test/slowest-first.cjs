const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Seconds that files took in a whole run, roughly: on a clean clone jest knows none, and a long file that begins late leaves the other worker without work. Files
 * that are not here follow by their size, as jest has them.
 */
const SECONDS = {
  'docs/commands': 144,
  'audit-rules/audit-rules': 84,
  'templates/templates': 57,
  'local/athena/enforcement': 47,
  'e2e/who-read': 46,
  'e2e/access-in-time': 42,
  'e2e/resilience': 38,
  'events/three-ports': 37,
  'docs/guides': 36,
  'clients/boto3': 35,
  'lambdas/policies': 32,
  'e2e/federated-source': 31,
  'stacks/app': 31,
  'e2e/pipeline': 30,
  'templates/package': 29,
  'e2e/retention': 27,
  'events/dead-letters': 27,
  'stacks/audit-apart': 26,
  'e2e/storyline': 26,
};

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const seconds = ({ path }) => SECONDS[/test\/(.+)\.test\.ts$/.exec(path)?.[1] ?? ''] ?? 0;
    return super.sort(tests).sort((one, other) => seconds(other) - seconds(one));
  }
};
