import { WEFT_PROPERTIES, type WeftProperty } from '#mesh/contract/weft-properties.ts';
import { NOTE, table } from './markdown.ts';

const PLACES: Readonly<Record<WeftProperty['on'], string>> = {
  product: 'In the product file (`*.odps.yaml`)',
  'output port': 'In an output port of the product file',
  table: 'In a schema entry of a contract (`*.odcs.yaml`)',
  view: 'In a schema entry that is a view',
  column: 'In a property of a schema entry',
  'column of a view': 'In a property of a view',
};

/** The page of the custom properties that mean something to the mesh. */
export function propertyPage(): string {
  const sections = Object.entries(PLACES).map(([on, title]) => {
    const rows = Object.entries(WEFT_PROPERTIES)
      .filter(([, property]) => property.on === on)
      .map(([name, { meaning, otherwise, example }]) => [`\`${name}\``, meaning, otherwise, `\`${example}\``]);
    return `## ${title}\n\n${table(['property', 'what it says', 'without it', 'example'], rows)}`;
  });
  return `# Custom properties of contracts

${NOTE}What the standards have no member for stands in \`customProperties\`:

\`\`\`yaml
customProperties:
  - property: weft.unit
    value: minutes
\`\`\`

Any other custom property is yours: it is kept and means nothing to the mesh.

${sections.join('\n')}`;
}
