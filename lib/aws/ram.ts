import { isNamed, type Patience, persist } from './retry.ts';
import { awsError, createSigned, type Way } from './signed-request.ts';

/** The invitations by which something is shared with an account that is in no organization with who shares it. */
export interface Invitations {
  /** Accepts every invitation of Lake Formation that waits from that account, and tells how many there were. */
  accept(sender: string): Promise<number>;
  /** How many invitations of Lake Formation wait, from whatever account. */
  waiting(): Promise<number>;
}

interface Invitation {
  readonly resourceShareInvitationArn: string;
  readonly resourceShareName?: string;
  readonly senderAccountId: string;
  readonly status: string;
}

/** The names of the resource shares that Lake Formation makes begin with this. */
const LAKE_FORMATION = 'LakeFormation';

export function createInvitations(way: Way, patience: Patience): Invitations {
  const send = createSigned('ram', way);
  const call = (path: string, input: object): Promise<Record<string, unknown>> =>
    persist(async () => {
      const headers = { 'content-type': 'application/json' };
      const { status, text } = await send({ method: 'POST', path, headers, body: JSON.stringify(input) });
      const answer = JSON.parse(text || '{}') as Record<string, unknown>;
      if (status < 300) return answer;
      const name = String(answer.__type ?? answer.code ?? 'Unknown').replace(/^.*#/, '');
      throw awsError(name, String(answer.message ?? answer.Message ?? `status ${status}`), status);
    }, patience);
  const pending = async (): Promise<Invitation[]> => {
    const found: Invitation[] = [];
    let nextToken: string | undefined;
    do {
      const page = await call('/getresourceshareinvitations', { maxResults: 100, nextToken });
      found.push(...((page.resourceShareInvitations ?? []) as Invitation[]).filter(isPending));
      nextToken = page.nextToken as string | undefined;
    } while (nextToken !== undefined);
    return found;
  };
  return {
    waiting: async () => (await pending()).length,
    async accept(sender) {
      const waiting = (await pending()).filter(({ senderAccountId }) => senderAccountId === sender);
      for (const { resourceShareInvitationArn } of waiting) {
        await call('/acceptresourceshareinvitation', { resourceShareInvitationArn }).catch((error: unknown) => {
          if (!isNamed(error, 'ResourceShareInvitationAlreadyAcceptedException')) throw error;
        });
      }
      return waiting.length;
    },
  };
}

function isPending({ status, resourceShareName = '' }: Invitation): boolean {
  return status === 'PENDING' && resourceShareName.startsWith(LAKE_FORMATION);
}
