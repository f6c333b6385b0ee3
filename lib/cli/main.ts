import { Command, CommanderError } from 'commander';
import type { CommandSpec, Invocation } from './command.ts';
import { COMMANDS } from './commands.ts';
import type { Io } from './io.ts';
import { startProgress } from './progress.ts';
import { EXIT, reportError } from './report.ts';
import { terminalText } from './terminal-text.ts';
import { usageError } from './usage.ts';

const CONNECTION_OPTIONS = [
  {
    flags: '--as <principal>',
    description:
      'who you are: <domain>/<role>, governance/<role> or a role ARN (default: $WEFT_AS, else your AWS credentials)',
  },
  { flags: '--folder <path>', description: 'the folder of a local mesh (default: .weft)' },
] as const;

/** Runs one command line and gives its exit code; nothing is written but through `io`. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === 'complete') {
    // Asked by a shell between two keys: no parser stands in its way, and it is in no list.
    const { complete } = await import('./complete/complete.ts');
    await complete(argv.slice(1), COMMANDS, io);
    return EXIT.ok;
  }
  let exit: number = EXIT.ok;
  const program = new Command('weft')
    .description('a serverless data mesh on AWS: publish, share, query and audit data products')
    .enablePositionalOptions()
    .exitOverride()
    // What is wrong with the line is told below, with what to do next.
    .configureOutput({ writeOut: io.out, writeErr: io.err, outputError: () => undefined });
  for (const spec of COMMANDS) {
    const command = place(program, spec);
    command.action(async () => {
      exit = await perform(spec, { args: command.args, options: command.opts() }, io);
    });
  }
  try {
    await program.parseAsync(isBare(argv) ? [NEXT, ...argv] : [...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    // A noun alone has shown its help.
    if (error.code !== 'commander.help') reportError(io, usageError(error, argv, COMMANDS), isJson(argv));
    return EXIT.usage;
  }
}

/** The command that `weft` alone is. */
const NEXT = 'next';

/** True for `weft` alone, whatever options it has; `--help` and `--version` are of the whole. */
function isBare([first]: readonly string[]): boolean {
  return first === undefined || /^--(json|as|folder)\b/.test(first);
}

function isJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

async function perform(
  spec: CommandSpec,
  { args, options }: Pick<Invocation, 'args' | 'options'>,
  streams: Io,
): Promise<number> {
  const json = options.json === true;
  const progress = json ? undefined : startProgress(streams, spec.name, () => process.stdin.isRaw === true);
  const io = guarded(progress?.io ?? streams);
  try {
    const module = await spec.load();
    return (await module.run({ io, args, options, json, commands: COMMANDS })) ?? EXIT.ok;
  } catch (error) {
    return reportError(io, error, json);
  } finally {
    progress?.end();
  }
}

/** What people read sets no terminal, whoever wrote it: stderr always, stdout where it is a terminal, for in a pipe it is data. */
function guarded(io: Io): Io {
  return {
    ...io,
    out: io.terminal === true ? (text) => io.out(terminalText(text)) : io.out,
    err: (text) => io.err(terminalText(text)),
  };
}

/** Adds a command below its noun, which is made when it is not there yet. */
function place(program: Command, spec: CommandSpec): Command {
  const [noun = '', verb] = spec.name.split(' ');
  const parent =
    verb === undefined ? program : (program.commands.find((entry) => entry.name() === noun) ?? group(program, noun));
  const command = parent
    .command(verb ?? noun)
    .description(spec.summary)
    // A verb may stand below a noun that is a command itself: what follows the verb is the verb's.
    .enablePositionalOptions()
    .exitOverride();
  command.configureOutput(program.configureOutput());
  for (const argument of spec.arguments ?? [])
    command.argument(argument.name.replace('…', '...'), argument.description);
  for (const option of [...(spec.options ?? []), ...(spec.connects ? CONNECTION_OPTIONS : [])]) {
    if ('repeatable' in option && option.repeatable) {
      command.option(option.flags, option.description, (value: string, all: string[] | undefined) => [
        ...(all ?? []),
        value,
      ]);
    } else {
      command.option(option.flags, option.description);
    }
  }
  command.option('--json', 'print one JSON document for programs');
  const examples = spec.examples.map((example) => `  ${example.line}\n      ${example.what}`).join('\n');
  command.addHelpText('after', `\nExamples:\n${examples}\n\nWith --json:\n  ${spec.shape}`);
  return command;
}

function group(program: Command, noun: string): Command {
  const command = program
    .command(noun)
    .description(NOUNS[noun] ?? noun)
    .exitOverride();
  command.configureOutput(program.configureOutput());
  return command;
}

const NOUNS: Readonly<Record<string, string>> = {
  local: 'a whole mesh on this machine',
  mesh: 'the mesh itself: domains and accounts',
  domain: 'a domain as a whole: make its repository, suspend it, resume it, take it out',
  product: 'data products: validate, publish, find',
  pipeline: "how a domain's tables come about: check, run, look what became of it",
  subscription: 'the right to use a product: request, decide, revoke',
  entitlement: 'access that a selector of products gives for good: plan, grant, revoke',
  drift: 'what somebody changed past the mesh: look, repair',
  policy: 'the rules of the mesh and its domains: check, propose, approve',
  lineage: 'what is made of what: a product, a table, a column',
  edge: 'the agent of a site that cannot be reached from outside: check, run, status',
  events: 'what products tell of their rows; replay, and what could not be delivered',
  audit: 'who asked, who decided, what was granted, what was read',
  quality: 'how good products are: measure, compare',
  retention: 'how long data is kept, what holds it, and what was removed',
};
