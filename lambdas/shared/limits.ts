import { userError } from '#mesh/error.ts';

/** How much a call may bring, checked before any of it is read. */
export interface CallLimits {
  /** Bytes of a body. API Gateway takes 10 MB, a Lambda's event 6 MB: both refuse without a word of ours. */
  readonly body: number;
}

/** Commands name things: the longest is a set of policies. */
export const COMMAND_LIMITS: CallLimits = { body: 512 * 1024 };

/** Contracts and product files, which the command sends up to 3.5 MB of: their line ends and quotes are escaped twice on the way. */
export const DOCUMENT_LIMITS: CallLimits = { body: 4_000_000 };

/** Objects and lists inside each other; the deepest body of the API has three. */
const DEEPEST = 16;
/** Characters of one part of a path, and of one value of a query. */
const LONGEST_NAME = 256;
const LONGEST_VALUE = 1024;
/** What may come back: a Lambda's answer takes 6 MB, which would be a failure without a word. In it a body is a text once more, quotes and all. */
const LARGEST_ANSWER = 5_500_000;

/** What of a call is measured. */
export interface MeasuredCall {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: string | null;
}

/** @throws WEFT-API-006 for a body that is too big, -007 for one nested too deeply, -008 for a name in the path or a value in the query that is too long or no text. */
export function refuseTooMuch({ path, query, body }: MeasuredCall, limits: CallLimits): void {
  const bytes = body === null ? 0 : Buffer.byteLength(body);
  if (bytes > limits.body) {
    throw userError('WEFT-API-006', `the body has ${bytes} bytes, at most ${limits.body} are read`, {
      hint: 'send less at once',
    });
  }
  if (body !== null && isDeeper(body, DEEPEST)) {
    throw userError('WEFT-API-007', `the body is nested more than ${DEEPEST} levels deep`, {
      hint: 'no command needs more than three',
    });
  }
  for (const [name, value = ''] of Object.entries(path)) refuseLong(`\`${name}\` in the path`, value, LONGEST_NAME);
  for (const [name, value = ''] of Object.entries(query)) {
    refuseLong('a name in the query', name, LONGEST_NAME);
    refuseLong(`\`${name}\` in the query`, value, LONGEST_VALUE);
  }
}

/** @throws WEFT-API-009 for an answer that would not fit. */
export function refuseLargeAnswer(text: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(text));
  if (bytes <= LARGEST_ANSWER) return;
  throw userError('WEFT-API-009', `the answer has ${bytes} bytes, at most ${LARGEST_ANSWER} can be told at once`, {
    hint: 'ask for less, e.g. of one domain, one product or one state',
  });
}

function refuseLong(what: string, value: string, most: number): void {
  if (value.length > most) {
    throw userError('WEFT-API-008', `${what} has ${value.length} characters, at most ${most} are read`, {
      hint: 'no name of the mesh is that long',
    });
  }
  if (/\p{Cc}/u.test(value)) {
    throw userError('WEFT-API-008', `${what} has control characters`, { hint: 'send a text of one line' });
  }
}

/** Counts brackets outside of texts: a parser's own stack, and those of whatever writes a bad value out again, end somewhere. */
function isDeeper(json: string, most: number): boolean {
  let depth = 0;
  let inText = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (inText) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > most) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
}
