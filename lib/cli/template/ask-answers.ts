import { userError } from '#mesh/error.ts';
import { type AnswerName, problemOf } from '#mesh/template/check-answers.ts';
import type { Template } from '#mesh/template/template.ts';
import type { Answers } from '#mesh/template/values.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { type Invocation, listOption, textOption } from '../command.ts';
import { askText, canAsk } from '../prompt.ts';

/** The mesh of a repository that joins none yet. */
const ALONE = { mesh: 'weft', region: 'us-east-1', organization: 'o-weftlocal01', governance: '210000000001' };

const LADDER = ['public', 'internal', 'confidential', 'restricted'];

/** An account for one machine only. */
const MADE_UP_ACCOUNT = '210000000021';

/** Those of a repository's answers that `--set` gives beside a template's parameters. */
const SETTABLE = ['mesh', 'organization', 'governance'] as const;

/**
 * Everything that a repository is made of: what flags say, then what the mesh knows of the domain, then what somebody answers. `--yes` takes the defaults.
 * @throws WeftError `WEFT-TEMPLATE-005` when something is missing and nobody can be asked, `-010` for a `--set` that means nothing.
 */
export async function gatherAnswers(
  invocation: Invocation,
  { domain, template, known, weft }: { domain: string; template: Template; known?: Topology; weft: string },
): Promise<Answers> {
  const set = readSets(invocation, template);
  const there = known?.domains.find(({ name }) => name === domain);
  const alone = known === undefined;
  const missing: string[] = [];
  const answer = async (name: AnswerName, question: string, known: string | undefined, fallback?: string) => {
    const given = textOption(invocation, name) ?? known;
    if (given !== undefined) return given;
    if (invocation.options.yes === true && fallback !== undefined) return fallback;
    if (canAsk(invocation))
      return askText(question, { default: fallback, refuse: (text) => problemOf(name, text)?.message });
    if (name === 'contact' && fallback !== undefined) return fallback;
    // The contact is the owner, where nothing else is said.
    if (name !== 'contact') missing.push(`--${name}`);
    return '';
  };
  const account = await answer(
    'account',
    `AWS account of ${domain} (12 digits)`,
    there?.account,
    alone ? MADE_UP_ACCOUNT : undefined,
  );
  const owner = await answer(
    'owner',
    'e-mail address of who answers for it',
    there?.owners[0],
    alone ? `owner@${domain}.example` : undefined,
  );
  const contact = await answer('contact', 'e-mail address where it can be reached', there?.contact, owner || undefined);
  if (missing.length > 0) {
    throw userError(
      'WEFT-TEMPLATE-005',
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing and nobody is here to answer`,
      {
        hint: alone
          ? `add ${missing.map((flag) => `${flag} …`).join(' ')}, or --yes for made-up ones that do on one machine`
          : `add ${missing.map((flag) => `${flag} …`).join(' ')}`,
      },
    );
  }
  return {
    domain,
    account,
    owner,
    contact,
    mesh: set.mesh ?? known?.mesh ?? ALONE.mesh,
    region: textOption(invocation, 'region') ?? known?.region ?? ALONE.region,
    organization: set.organization ?? known?.organization ?? ALONE.organization,
    governance: set.governance ?? known?.governanceAccount ?? ALONE.governance,
    classification: `[${(known?.classification ?? LADDER).join(', ')}]`,
    weft,
    parameters: await parametersOf(invocation, template, set),
  };
}

async function parametersOf(invocation: Invocation, template: Template, set: Readonly<Record<string, string>>) {
  const parameters: Record<string, string> = {};
  for (const { name, question, default: fallback } of template.parameters) {
    const given = set[name];
    const asks = given === undefined && invocation.options.yes !== true && canAsk(invocation);
    parameters[name] = asks ? await askText(question, { default: fallback }) : (given ?? fallback);
  }
  return parameters;
}

function readSets(invocation: Invocation, template: Template): Readonly<Record<string, string>> {
  const allowed = [...SETTABLE, ...template.parameters.map(({ name }) => name)];
  return Object.fromEntries(
    listOption(invocation, 'set').map((text) => {
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (allowed.includes(name)) return [name, value];
      throw userError(
        'WEFT-TEMPLATE-010',
        `--set ${JSON.stringify(text)} is not <name>=<value> of the template ${template.name}`,
        {
          hint: `its names are ${allowed.join(', ')}`,
        },
      );
    }),
  );
}
