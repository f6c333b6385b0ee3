import { COMMAND_VARIABLES } from './command-variables.ts';
import { NOTE, table } from './markdown.ts';
import { readable, type SynthesizedStack } from './synthesized.ts';

/** The page of every variable that the command, the Lambdas and the tests read. */
export function environmentPage(stacks: readonly SynthesizedStack[]): string {
  const command = table(
    ['variable', 'what it says', 'without it'],
    COMMAND_VARIABLES.map(({ name, what, otherwise }) => [`\`${name}\``, what, otherwise]),
  );
  const tests = table(
    ['variable', 'what it says'],
    TEST_VARIABLES.map(([name, what]) => [`\`${name}\``, what]),
  );
  return `# Environment

${NOTE}## The command and the app of the stacks

${command}
On AWS the command's own credentials come the way the AWS SDK finds them: \`AWS_ACCESS_KEY_ID\`, \`AWS_SECRET_ACCESS_KEY\` and \`AWS_SESSION_TOKEN\`, else \`AWS_PROFILE\` and the shared files (\`AWS_CONFIG_FILE\`, \`AWS_SHARED_CREDENTIALS_FILE\`), single sign-on among them, else the container or the instance. \`weft local env\` prints what other clients of AWS need for the local mesh.

## Lambdas

Set by the stacks; none has a default but those that are empty where they do not apply. A Lambda that lacks one says so when it starts (\`WEFT-LAMBDA-001\`).

${table(['variable', 'read by', 'value in the example'], lambdaRows(stacks))}
Beside them Lambda's own, \`AWS_REGION\` and the keys of its role among them, and \`POWERTOOLS_*\` of the logger.

## Tests

${tests}`;
}

function lambdaRows(stacks: readonly SynthesizedStack[]): string[][] {
  const readers = new Map<string, { readonly by: Set<string>; readonly values: Set<string> }>();
  for (const { resources } of stacks) {
    for (const { id, type, properties } of resources) {
      if (type !== 'AWS::Lambda::Function') continue;
      const { Variables = {} } = (properties.Environment ?? {}) as {
        readonly Variables?: Readonly<Record<string, unknown>>;
      };
      const name = readable(properties.FunctionName ?? id);
      for (const [variable, value] of Object.entries(Variables)) {
        if (!variable.startsWith('WEFT_')) continue;
        const known = readers.get(variable) ?? { by: new Set<string>(), values: new Set<string>() };
        known.by.add(name);
        known.values.add(readable(value));
        readers.set(variable, known);
      }
    }
  }
  return [...readers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([variable, { by, values }]) => [
      `\`${variable}\``,
      [...by]
        .sort()
        .map((name) => `\`${name}\``)
        .join(', '),
      [...values]
        .sort()
        .map((value) => `\`${value}\``)
        .join(', '),
    ]);
}

/** What the tests of this repository read. */
const TEST_VARIABLES = [
  ['WEFT_CASES_UPDATE', '`1`: write what came out as what is expected (`npm run cases:update`)'],
  ['WEFT_REQUIRE_MOTO', '`1`: fail where `moto_server` is missing, instead of leaving its tests out'],
  ['WEFT_REQUIRE_SERVERS', '`1`: fail where PostgreSQL or Mosquitto is missing, instead of leaving their tests out'],
  [
    'WEFT_STANDARDS_DIR',
    'a folder with the published schemas of the standards, to hold the contracts against those as well',
  ],
] as const;
