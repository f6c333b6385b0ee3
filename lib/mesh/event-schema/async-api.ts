import { type Channel, type EventSchema, eventSchemas } from './event-schemas.ts';

/** A document of AsyncAPI 3.0, as plain data. */
export type AsyncApi = { readonly [member: string]: unknown };

interface ChannelText {
  readonly address: string;
  readonly description: string;
  /** As the mesh sees it. */
  readonly action: 'send' | 'receive';
  readonly operation: string;
  readonly summary: string;
}

const CHANNELS: Readonly<Record<Channel, ChannelText>> = {
  mesh: {
    address: '{mesh}-{domain}',
    description:
      "What the mesh tells, on the bus of each domain in its audience and on the mesh bus. EventBridge source `weft.mesh`, detail type the event's type.",
    action: 'send',
    operation: 'tellOfTheMesh',
    summary: 'The mesh tells a domain what concerns it.',
  },
  reports: {
    address: '{mesh}-mesh',
    description: 'What the Lambdas of a domain report to the mesh. EventBridge source `weft.domain.<domain>`.',
    action: 'receive',
    operation: 'takeReports',
    summary: 'The mesh takes what a domain reports, from that domain’s account only.',
  },
  rows: {
    address: '{mesh}-{domain}',
    description:
      "What a domain's own pipeline says on its own bus, and the answer when it is refused. EventBridge source `weft.rows.<domain>`; no rule sends it on.",
    action: 'receive',
    operation: 'takeRows',
    summary: "The domain's event port takes rows that changed.",
  },
  products: {
    address: '{mesh}-{domain}',
    description:
      'What the event port of a product tells on the bus of a consumer: the columns and rows of one subscription. EventBridge source `weft.product.<account>.<domain>` with the account and domain of the owner.',
    action: 'send',
    operation: 'tellOfRows',
    summary: 'An event port tells a consumer which rows changed that its subscription shows.',
  },
};

const SCHEMA_FORMAT = 'application/schema+json;version=draft-2020-12';

/** The AsyncAPI 3.0 document of every event; `schemaFile` names the file with a type's schema, relative to the document. */
export function asyncApi(version: string, schemaFile: (event: EventSchema) => string): AsyncApi {
  const events = eventSchemas();
  const of = (channel: Channel) => events.filter((event) => event.channel === channel);
  const names = Object.keys(CHANNELS) as Channel[];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Weft',
      version,
      description: 'The events of a data mesh: CloudEvents 1.0 in the `detail` of EventBridge events.',
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(
      names.map((name) => [
        name,
        {
          address: CHANNELS[name].address,
          description: CHANNELS[name].description,
          parameters: parametersOf(CHANNELS[name].address),
          messages: Object.fromEntries(of(name).map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
        },
      ]),
    ),
    operations: Object.fromEntries(
      names.map((name) => [
        CHANNELS[name].operation,
        {
          action: CHANNELS[name].action,
          channel: { $ref: `#/channels/${name}` },
          summary: CHANNELS[name].summary,
          messages: of(name).map(({ type }) => ({ $ref: `#/channels/${name}/messages/${type}` })),
        },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        events.map((event) => [
          event.type,
          {
            name: event.type,
            title: event.type,
            summary: event.summary,
            contentType: 'application/cloudevents+json',
            payload: { schemaFormat: SCHEMA_FORMAT, schema: { $ref: schemaFile(event) } },
          },
        ]),
      ),
    },
  };
}

const PARAMETERS: Readonly<Record<string, string>> = {
  mesh: "The mesh's name.",
  domain: 'The domain whose bus it is.',
};

function parametersOf(address: string): Record<string, { description: string }> {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  return Object.fromEntries(names.map((name) => [name, { description: PARAMETERS[name] ?? '' }]));
}
