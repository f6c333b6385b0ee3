import { createHash } from 'node:crypto';

/** An attribute that goes with a message; binary values are base64 text. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** The MD5 of message attributes as SQS defines it: sorted by name, each part with its length before it. */
export function md5OfAttributes(attributes: MessageAttributes | undefined): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (names.length === 0 || attributes === undefined) return undefined;
  const hash = createHash('md5');
  const part = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const value = attributes[name];
    if (value === undefined) continue;
    part(Buffer.from(name));
    part(Buffer.from(value.DataType));
    const binary = value.BinaryValue !== undefined;
    hash.update(Buffer.from([binary ? 2 : 1]));
    part(binary ? Buffer.from(value.BinaryValue ?? '', 'base64') : Buffer.from(value.StringValue ?? ''));
  }
  return hash.digest('hex');
}

/** Bytes that a message counts against the size limit: body and attributes. */
export function messageSize(body: string, attributes: MessageAttributes | undefined): number {
  return Object.entries(attributes ?? {}).reduce(
    (sum, [name, { DataType, StringValue, BinaryValue }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue ?? '') +
      Buffer.from(BinaryValue ?? '', 'base64').length,
    Buffer.byteLength(body),
  );
}
