import type { Letter, LetterBox } from '#aws/dead-letter-queue.ts';
import type { Bus } from '#aws/eventbridge.ts';
import type { Invoke } from '#aws/invoke.ts';
import { userError } from '#mesh/error.ts';
import { type DeadLetter, type Destination, destinationOf, nameOf, whatOf, whyOf } from '#mesh/event/dead-letter.ts';

/** A dead-letter queue of the account. */
export interface LetterQueue {
  /** Its place in the stack, e.g. `Agent/IntentsDeadLetters`. */
  readonly name: string;
  readonly url: string;
  /** The function whose failed invocations it takes. */
  readonly lambda?: string;
}

export interface DeadLettersDeps {
  readonly queues: readonly LetterQueue[];
  readonly letters: LetterBox;
  readonly invoke: Invoke;
  /** A bus by its ARN. */
  busOf(arn: string): Bus;
  /** The message group that a rule gives a queue. */
  groupOf(ruleArn: string, targetArn: string): Promise<string | undefined>;
}

export interface Redriven {
  readonly redriven: readonly DeadLetter[];
  readonly failed: readonly (DeadLetter & { readonly error: string })[];
}

/** What one call takes from one queue at most. */
const MOST = 200;

/** Everything that could not be delivered, oldest first; it stays where it is. */
export async function listDeadLetters(
  filter: { readonly queue?: string },
  deps: DeadLettersDeps,
): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (const queue of queuesNamed(filter.queue, deps)) {
    const letters = await deps.letters.take(queue.url, MOST);
    found.push(...letters.map((letter) => shown(queue, letter)));
    await deps.letters.release(queue.url, letters);
  }
  return found.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/**
 * Delivers again, as it is, what could not be delivered: all of it, or what the filter names. Each is taken away once it has gone.
 * @throws WEFT-EVENT-006 when no message has the id.
 */
export async function redrive(
  filter: { readonly queue?: string; readonly id?: string },
  deps: DeadLettersDeps,
): Promise<Redriven> {
  const redriven: DeadLetter[] = [];
  const failed: (DeadLetter & { error: string })[] = [];
  for (const queue of queuesNamed(filter.queue, deps)) {
    // Of a FIFO queue no more than ten of a group are given at once, and more when those are gone.
    for (let round = redriven.length; ; round = redriven.length) {
      const before = failed.length;
      const taken = await deps.letters.take(queue.url, MOST);
      const [wanted, others] = [
        taken.filter(({ id }) => (filter.id ?? id) === id),
        taken.filter(({ id }) => (filter.id ?? id) !== id),
      ];
      await deps.letters.release(queue.url, others);
      for (const letter of wanted) {
        const about = shown(queue, letter);
        try {
          await deliver(letter, destinationOf({ ...letter, lambda: queue.lambda }), deps);
          await deps.letters.remove(queue.url, letter);
          redriven.push(about);
        } catch (error) {
          failed.push({ ...about, error: error instanceof Error ? error.message : String(error) });
          await deps.letters.release(queue.url, [letter]);
        }
      }
      const done = redriven.length - round;
      if (filter.id !== undefined || done === 0 || redriven.length >= MOST || failed.length > before) break;
      if (!queue.url.endsWith('.fifo')) break;
    }
  }
  if (filter.id !== undefined && redriven.length + failed.length === 0) {
    throw userError('WEFT-EVENT-006', `no undelivered message has the id \`${filter.id}\``, {
      hint: 'see weft events dead-letters',
    });
  }
  return { redriven, failed };
}

function queuesNamed(name: string | undefined, { queues }: DeadLettersDeps): readonly LetterQueue[] {
  const found = queues.filter((queue) => (name ?? queue.name) === queue.name);
  if (found.length > 0 || name === undefined) return found;
  throw userError('WEFT-EVENT-005', `there is no dead-letter queue \`${name}\``, {
    hint: `it is one of ${queues.map((queue) => queue.name).join(', ')}`,
  });
}

async function deliver(letter: Letter, to: Destination | undefined, deps: DeadLettersDeps): Promise<void> {
  if (to === undefined) throw new Error('it cannot be delivered again: the sweep does again what it stood for');
  if (to.kind === 'lambda') return deps.invoke(to.arn, letter.body);
  if (to.kind === 'queue') {
    const group = to.rule === undefined ? letter.group : await deps.groupOf(to.rule, to.arn);
    return deps.letters.send(to.arn, letter, group);
  }
  const event = JSON.parse(letter.body) as { source: string; 'detail-type': string; detail: object };
  const outcome = await deps
    .busOf(to.arn)
    .put([{ source: event.source, type: event['detail-type'], detail: event.detail }]);
  const lost = [...outcome.failed, ...outcome.unclear][0];
  if (lost !== undefined) throw new Error(`${lost.symptom.name}: ${lost.symptom.message}`);
}

function shown(queue: LetterQueue, letter: Letter): DeadLetter {
  const about = { ...letter, lambda: queue.lambda };
  const to = destinationOf(about);
  return {
    queue: queue.name,
    id: letter.id,
    at: new Date(letter.sentAt).toISOString(),
    what: whatOf(about),
    why: whyOf(about).slice(0, 500),
    ...(to === undefined ? {} : { to: `${to.kind} ${nameOf(to.arn)}` }),
  };
}
