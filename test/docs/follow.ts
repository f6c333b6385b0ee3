import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COMMANDS } from '#cli/commands.ts';
import { type Block, blocksOf, commandsOf, guideText, patternOf } from './guide.ts';
import type { GuideShell, Ran } from './guide-shell.ts';

/** How a guide went: the commands that ran, and the blocks that did not, each with its reason. */
export interface Followed {
  readonly ran: readonly string[];
  readonly notRun: readonly { readonly line: number; readonly reason: string }[];
}

/**
 * Follows a guide from its first line to its last: writes the files that it shows, runs its commands, and looks for the output that it shows in what they say.
 * @throws Error that names the page and the line of whatever is not as the guide says.
 */
export async function followGuide(name: string, shell: GuideShell, folder: string): Promise<Followed> {
  const ran: string[] = [];
  const notRun: { line: number; reason: string }[] = [];
  let said: string | undefined;
  for (const block of blocksOf(guideText(name))) {
    const where = `docs/${name}:${block.line}`;
    if (block.language === 'text') {
      if (said !== undefined) compare(block, said, where);
      continue;
    }
    said = undefined;
    const reason = reasonNotToRun(block);
    if (block.notes.file !== undefined) write(block, folder);
    if (reason !== undefined) {
      checkSyntax(block, where);
      notRun.push({ line: block.line, reason });
    } else if (block.language === 'sh' || block.language === 'sql') {
      const commands = block.language === 'sh' ? commandsOf(block) : [sqlCommand(block)];
      said = '';
      for (const [index, command] of commands.entries()) {
        const result = await shell.run(command.text);
        expectExit(result, command, block.notes.fails !== undefined && index === commands.length - 1, name);
        said += result.said;
        ran.push(command.text);
      }
    } else checkSyntax(block, where);
  }
  return { ran, notRun };
}

function reasonNotToRun({ notes }: Block): string | undefined {
  if (notes['not-run'] !== undefined) return notes['not-run'];
  if (notes.needs === undefined || has(notes.needs)) return undefined;
  return `${notes.needs} is not here`;
}

/** `aws`, a module of Python as `python:boto3`, or a command of weft as `command:domain new`. */
function has(need: string): boolean {
  const [program = '', module] = need.split(':');
  if (program === 'command') return COMMANDS.some(({ name }) => name === module);
  const test = module === undefined ? [program, '--version'] : ['python3', '-c', `import ${module}`];
  return spawnSync(test[0] ?? '', test.slice(1), { stdio: 'ignore' }).status === 0;
}

function write({ notes, text }: Block, folder: string): void {
  const file = join(folder, notes.file ?? '');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}

/** SQL that a reader pastes into a console, as somebody of the mesh. */
function sqlCommand({ text, line, notes }: Block) {
  return { line, text: `weft query "${text.replaceAll('"', '\\"').replaceAll(/\s+/g, ' ')}" --as ${notes.as}` };
}

function checkSyntax({ language, text }: Block, where: string): void {
  const check: Readonly<Record<string, readonly string[]>> = {
    sh: ['bash', '-n'],
    python: ['python3', '-c', 'import ast, sys; ast.parse(sys.stdin.read())'],
  };
  const [program, ...args] = check[language] ?? [];
  if (program === undefined) return;
  if (language === 'python' && !has('python3')) return;
  try {
    execFileSync(program, args, { input: text, stdio: ['pipe', 'ignore', 'pipe'] });
  } catch (error) {
    throw new Error(`${where} is not ${language}: ${(error as { stderr?: Buffer }).stderr}`);
  }
}

function expectExit(
  { exit, said }: Ran,
  command: { readonly line: number; readonly text: string },
  fails: boolean,
  name: string,
): void {
  if ((exit !== 0) === fails) return;
  const what = fails ? 'went well, although the guide says that it is refused' : `ended with ${exit}`;
  throw new Error(`docs/${name}:${command.line}: \`${command.text}\` ${what}:\n${said}`);
}

function compare({ text }: Block, said: string, where: string): void {
  const plain = said.replaceAll(/\s+/g, ' ');
  for (const line of text.split('\n').filter((entry) => entry.trim() !== '')) {
    if (!patternOf(line).test(plain)) throw new Error(`${where}: \`${line}\` is not in what was said:\n${said}`);
  }
}
