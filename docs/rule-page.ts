import { MESH_PACK } from '../test/rules/mesh-pack/pack.ts';
import { WEAKENINGS } from '../test/rules/mutants/oracle.ts';
import { NOTE, sentence, table } from './markdown.ts';

/** The page of the rules that every template is held against, and of what no rule of the pack can find. */
export function rulePage(): string {
  const sections = Object.entries(MESH_PACK).map(([name, rules]) => {
    const rows = rules.map(({ id, why, fails }) => [
      `\`${id}\``,
      sentence(why),
      `what ${Object.keys(fails).join('; ')}`,
    ]);
    return `## ${name}\n\n${table(['rule', 'why', 'refuses'], rows)}`;
  });
  const held = WEAKENINGS.flatMap(({ type, at, held: by }) =>
    by === undefined ? [] : [[type.split(' ').join(', '), at === '' ? 'the whole resource' : `\`${at}\``, by]],
  );
  return `# Rules for templates\n\n${NOTE}cdk-nag and cfn-lint know AWS; these rules know the mesh. Each holds in every template of ours, lets pass what is right, and refuses what the last column says. How they are tested is in [proof without an account](../proof.md#rules-for-templates).\n\n${sections.join('\n')}\n## Found elsewhere\n\nWeakenings that no template alone shows, and what finds them.\n\n${table(['type', 'place', 'found by'], held)}`;
}
