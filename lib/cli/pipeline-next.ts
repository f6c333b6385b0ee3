import type { RunRecord } from '#control/pipeline/run-record.ts';

/** What somebody does next who sees these runs, the newest first: look at what was put aside, mend what failed, or land a first file. */
export function nextOfRuns(runs: readonly RunRecord[], step: string | undefined, bucket: string): string[] {
  if (runs.length === 0)
    return step === undefined
      ? [`land a file in the folder of a step of s3://${bucket}, or: weft pipeline run <step>`]
      : ['see the steps that ran: weft pipeline status'];
  const lines: string[] = [];
  if (runs.some(({ unfit = 0 }) => unfit > 0))
    lines.push(`rows put aside lie below s3://${bucket}/quarantine/, each with why (weft_reasons)`);
  // An older failure of a step that has run well since is mended already.
  const newest = [...new Map(runs.toReversed().map((run) => [run.step, run])).values()];
  // What is put off runs by itself.
  for (const { error, state, step: name, putOffUntil } of newest)
    if (error !== undefined && state !== 'done' && putOffUntil === undefined)
      lines.push(`mend what failed, deploy it, then: weft pipeline run ${name}`);
  return lines;
}
