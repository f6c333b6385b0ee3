import { AwsError } from './error.ts';

/**
 * Refuses the members of an input that weft local does not model, so that none is accepted and then ignored.
 * @throws AwsError `WeftLocalNotImplemented`, 501, naming the first such member.
 */
export function refuseOthers(service: string, operation: string, input: object, known: ReadonlySet<string>): void {
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || known.has(name)) continue;
    throw new AwsError(
      'WeftLocalNotImplemented',
      `weft local does not implement ${service}:${operation} with ${name}`,
      501,
    );
  }
}

/** What a record holds under a name that came from outside; nothing that every object has, like `constructor`. */
export function ownMember<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
