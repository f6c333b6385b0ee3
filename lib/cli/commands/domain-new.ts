import { relative, resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import { problemOf } from '#mesh/template/check-answers.ts';
import { fillPlaceholders } from '#mesh/template/placeholders.ts';
import type { Template } from '#mesh/template/template.ts';
import { type Invocation, textOption } from '../command.ts';
import { tone } from '../io.ts';
import { readMeshFile } from '../mesh-file.ts';
import { askChoice, askText, canAsk } from '../prompt.ts';
import { gatherAnswers } from '../template/ask-answers.ts';
import { enrolment } from '../template/join-mesh.ts';
import { repositoryFiles, weftDependency } from '../template/new-repository.ts';
import { listTemplates, templateNamed } from '../template/template-folder.ts';
import { inTheWay, writeFiles } from '../template/write-files.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const template = await chosenTemplate(invocation);
  const domain = await chosenName(invocation);
  const mesh = textOption(invocation, 'mesh');
  const known = mesh === undefined ? undefined : readMeshFile(mesh, io.cwd);
  const answers = await gatherAnswers(invocation, { domain, template, known, weft: weftDependency() });
  const files = repositoryFiles(template.name, answers, known);
  const enrolled = mesh === undefined ? undefined : enrolment(mesh, io.cwd, answers);
  const folder = resolve(io.cwd, textOption(invocation, 'dir') ?? domain);
  const shown = relative(io.cwd, folder) || '.';
  const next = [`cd ${shown}`, ...template.next].map(
    (line) => fillPlaceholders(line, (name) => ({ ...answers.parameters, domain })[name]).text,
  );
  const dry = invocation.options.dryRun === true;
  const taken = dry ? inTheWay(folder, files) : [];
  if (!dry) {
    writeFiles(folder, files);
    enrolled?.write();
  }
  const paths = files.map(({ path }) => path);
  if (invocation.json) {
    const { file, added } = enrolled ?? {};
    const joined = enrolled === undefined ? {} : { mesh: { file, added } };
    io.out(
      `${JSON.stringify({ domain, template: template.name, folder, dryRun: dry, files: paths, inTheWay: taken, ...joined, next })}\n`,
    );
    return;
  }
  if (dry) {
    for (const path of paths) io.out(`${shown}/${path}${taken.includes(path) ? '  is there already' : ''}\n`);
    if (enrolled?.added === true) io.out(`${enrolled.file}  gets the domain ${domain}\n`);
    io.err(`${tone(io, 'dim', 'dry run:')} nothing was written\n`);
    return;
  }
  io.err(`${tone(io, 'good', 'made')} ${shown} of ${files.length} files, from the template ${template.name}\n`);
  if (enrolled?.added === true)
    io.err(`${enrolled.file} has the domain now: that change is the pull request to the platform\n`);
  for (const line of next) io.err(`${tone(io, 'dim', 'next:')} ${line}\n`);
}

async function chosenTemplate(invocation: Invocation): Promise<Template> {
  const named = textOption(invocation, 'template');
  if (named !== undefined) return templateNamed(named);
  const templates = listTemplates();
  if (canAsk(invocation)) {
    const choices = templates.map(({ name, summary }) => ({ value: name, hint: summary }));
    return templateNamed(await askChoice('Which template?', choices));
  }
  throw userError('WEFT-TEMPLATE-005', 'no template is named', {
    hint: `add --template with one of ${templates.map(({ name }) => name).join(', ')}`,
  });
}

async function chosenName(invocation: Invocation): Promise<string> {
  const refuse = (text: string) => problemOf('domain', text);
  const named = invocation.args[0];
  if (named === undefined && canAsk(invocation))
    return askText('Name of the domain', { refuse: (text) => refuse(text)?.message });
  if (named === undefined) {
    throw userError('WEFT-TEMPLATE-005', 'the domain has no name', { hint: 'weft domain new <name> --template <t>' });
  }
  const problem = refuse(named);
  if (problem === undefined) return named;
  throw userError(problem.code, problem.message, { hint: problem.fix });
}
