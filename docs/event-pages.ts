import { stringify } from 'yaml';
import { asyncApi } from '#mesh/event-schema/async-api.ts';
import { type Channel, type EventSchema, eventSchemas } from '#mesh/event-schema/event-schemas.ts';

/** The version of the events, raised when what they say changes. */
const VERSION = '1.0.0';

const WHO: Readonly<Record<Channel, string>> = {
  mesh: 'What the mesh tells the domains in `data.audience`',
  reports: 'What the Lambdas of a domain report to the mesh',
  rows: "What a domain's pipeline tells its own event port, and what that answers",
  products: "What a product's event port tells a consumer",
};

/** The pages about events: file below docs/reference → its text. */
export function eventPages(note: string): Record<string, () => string> {
  const schemas = Object.fromEntries(
    eventSchemas().map((event) => [`events/${fileOf(event)}`, () => `${json(event.schema, '')}\n`]),
  );
  return {
    'events.md': () => overview(note),
    'events/asyncapi.yaml': () =>
      `# Written by \`npm run docs\` from the source; change it there.\n${stringify(
        asyncApi(VERSION, (event) => `./${fileOf(event)}`),
        { lineWidth: 0 },
      )}`,
    ...schemas,
  };
}

function fileOf({ type }: EventSchema): string {
  return `${type}.schema.json`;
}

function overview(note: string): string {
  const sections = (Object.keys(WHO) as Channel[]).map((channel) => {
    const rows = eventSchemas()
      .filter((event) => event.channel === channel)
      .map((event) => `| [${event.type}](events/${fileOf(event)}) | ${event.summary} | ${membersOf(event)} |`);
    return `## ${WHO[channel]}\n\n| type | what | always in \`data\` |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Events\n\n${note}Each is a CloudEvents 1.0 envelope in the \`detail\` of an EventBridge event whose detail type is its type. The schemas are JSON Schema 2020-12; [asyncapi.yaml](events/asyncapi.yaml) is the AsyncAPI 3.0 document made of them.\n\n${sections.join('\n')}`;
}

function membersOf({ schema }: EventSchema): string {
  const { data } = schema.properties as { data: { required?: readonly string[] } };
  return (data.required ?? []).map((name) => `\`${name}\``).join(', ');
}

const WIDTH = 120;

/** JSON as the formatter of this repository writes it: a list of plain values stays on its line where it fits. */
function json(value: unknown, indent: string, before = indent.length): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = `[${value.map((entry) => JSON.stringify(entry)).join(', ')}]`;
    const plain = value.every((entry) => typeof entry !== 'object' || entry === null);
    // One more for the comma behind it.
    if (plain && before + flat.length < WIDTH) return flat;
    return `[\n${value.map((entry) => `${inner}${json(entry, inner)}`).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  const lines = members.map(([name, member]) => {
    const head = `${inner}${JSON.stringify(name)}: `;
    return `${head}${json(member, inner, head.length)}`;
  });
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
