import type { Cloud } from '#local/core/cloud.ts';

/** What the trail's appender asked of AWS, which nobody waits for, is counted under this prefix. */
export const TRAIL_CALLS = 'trail/';

/** Counts, at the wire, the AWS requests of the mesh's Lambdas; those of people and of deployments do not count. */
export class CallCounter {
  readonly #cloud: Cloud;
  #counts: Record<string, number> | undefined;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    cloud.observe({
      before: (call) => {
        if (this.#counts === undefined || call.caller.kind !== 'role' || call.caller.sessionName === 'demo') return;
        const own = call.caller.roleArn?.endsWith('-appender') === true ? TRAIL_CALLS : '';
        const name = `${own}${call.service}:${call.operation}`;
        this.#counts[name] = (this.#counts[name] ?? 0) + 1;
      },
    });
  }

  /** What `work` and all that it set off asked of AWS, e.g. `{ "glue:CreateTable": 1 }`. */
  async count(work: () => Promise<void>): Promise<Readonly<Record<string, number>>> {
    // What was set off before, e.g. by a query, is nobody's work here.
    await this.#cloud.settle();
    const counts: Record<string, number> = {};
    this.#counts = counts;
    try {
      await work();
    } finally {
      this.#counts = undefined;
    }
    return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)));
  }
}
