import { COST_UNITS } from './cost-units.ts';
import { NOTE, table } from './markdown.ts';
import type { SynthesizedStack } from './synthesized.ts';

/** The page of what costs something: by stack, and by service what is counted. Without a price: those are AWS's, and change. */
export function costPage(stacks: readonly SynthesizedStack[]): string {
  const billed = Object.entries(COST_UNITS).filter(([type, unit]) => unit !== undefined && usedIn(type, stacks));
  const units = table(
    ['service', 'what is counted', 'what makes more of it', 'source'],
    billed.map(([type, unit]) => [
      `${unit?.service} (\`${type}\`)`,
      unit?.units ?? '',
      unit?.driver ?? '',
      `[pricing](${unit?.source})`,
    ]),
  );
  const byStack = table(
    ['stack', 'account', 'what is billed'],
    stacks.map(({ name, account, resources }) => [
      `\`${name}\``,
      account,
      billed
        .map(([type, unit]) => ({ unit, count: resources.filter((resource) => resource.type === type).length }))
        .filter(({ count }) => count > 0)
        .map(({ unit, count }) => `${count} × ${unit?.service}`)
        .join(', ') || 'nothing by itself',
    ]),
  );
  const free = Object.keys(COST_UNITS).filter((type) => COST_UNITS[type] === undefined && usedIn(type, stacks));
  return `# Costs by component

${NOTE}What the stacks of the example's mesh consist of and by what AWS bills it. No price stands here: they are AWS's, differ by region and change. Everything that can carry tags carries \`weft:mesh\` and \`weft:domain\`: activate both as cost allocation tags, and the bill tells them apart.

What grows with the number of domains stands in the stacks with \`<domain>\` in their names; all of it is there once for each.

## By stack

${byStack}
## By what is counted

${units}
Lambdas that trace are billed for X-Ray's traces. Lake Formation, RAM and SSM parameters of the standard tier are not billed by themselves. Nor are: ${free.map((type) => `\`${type}\``).join(', ')}.

## What a query costs, and whom

Athena bills the account whose workgroup runs the query: the consumer's. Reading the data is billed to the account that owns the bucket, as requests to S3 and to KMS. What crosses a region is billed to that account, too, as transfer out. \`weft query\` prints the bytes that it scanned; the workgroup cancels what passes \`queryCutoffBytes\` ([platform](../platform.md)).
`;
}

function usedIn(type: string, stacks: readonly SynthesizedStack[]): boolean {
  return stacks.some(({ resources }) => resources.some((resource) => resource.type === type));
}
