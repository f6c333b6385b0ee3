import { Command, CommanderError } from 'commander';
import type { CommandSpec, Invocation } from './command.ts';
import { COMMANDS } from './commands.ts';
import type { Io } from './io.ts';
import { EXIT, reportError } from './report.ts';

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
  let exit: number = EXIT.ok;
  const program = new Command('weft')
    .description('a serverless data mesh on AWS: publish, share, query and audit data products')
    .showHelpAfterError('(weft --help shows what there is)')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  for (const spec of COMMANDS) {
    const command = place(program, spec);
    command.action(async () => {
      const invocation: Invocation = {
        io,
        args: command.args,
        options: command.opts(),
        json: command.opts().json === true,
        commands: COMMANDS,
      };
      try {
        const module = await spec.load();
        exit = (await module.run(invocation)) ?? EXIT.ok;
      } catch (error) {
        exit = reportError(io, error, invocation.json);
      }
    });
  }
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return EXIT.ok;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
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
  subscription: 'the right to use a product: request, decide, revoke',
  entitlement: 'access that a selector of products gives for good: plan, grant, revoke',
  drift: 'what somebody changed past the mesh: look, repair',
  policy: 'the rules of the mesh and its domains: check, propose, approve',
  edge: 'the agent of a site that cannot be reached from outside: check, run, status',
  lineage: 'what is made of what: a product, a table, a column',
  events: 'what products tell of their rows; replay, and what could not be delivered',
  audit: 'who asked, who decided, what was granted, what was read',
  retention: 'how long data is kept, what holds it, and what was removed',
};
