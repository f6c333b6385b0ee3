import type { JsonCall } from './json-call.ts';

/** A public key of CloudTrail. */
export interface PublicKey {
  readonly fingerprint: string;
  /** DER, base64. */
  readonly value: string;
}

/**
 * The public keys that signed digests of the caller's region between two moments.
 * @param call made for the service `cloudtrail` with the target `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101`
 */
export async function listPublicKeys(call: JsonCall, from: Date, to: Date): Promise<PublicKey[]> {
  const keys: PublicKey[] = [];
  let NextToken: string | undefined;
  do {
    const page = (await call('ListPublicKeys', {
      StartTime: from.getTime() / 1000,
      EndTime: to.getTime() / 1000,
      NextToken,
    })) as { PublicKeyList?: readonly { Fingerprint: string; Value: string }[]; NextToken?: string };
    keys.push(
      ...(page.PublicKeyList ?? []).map(({ Fingerprint, Value }) => ({ fingerprint: Fingerprint, value: Value })),
    );
    NextToken = page.NextToken || undefined;
  } while (NextToken !== undefined);
  return keys;
}
