import { invalidArgument } from './model.ts';

/** What a prefix's expressions are filled from. */
export interface PrefixFacts {
  /** Arrival of the oldest record of the object, epoch milliseconds. */
  readonly at: number;
  readonly timeZone: string;
  readonly random: string;
  /** Of an object of failed records. */
  readonly errorType?: string;
}

const EXPRESSION = /!\{([a-z-]+):([^}]+)\}/gi;
const BY_HOUR = '!{timestamp:yyyy/MM/dd/HH/}';

/**
 * Where an object goes: the prefix with its expressions filled. Without a timestamp expression the hour of arrival is added, as a path.
 */
export function evaluatePrefix(prefix: string, facts: PrefixFacts): string {
  const whole = prefix.includes('!{timestamp:') ? prefix : `${prefix}${BY_HOUR}`;
  return whole.replace(EXPRESSION, (_, kind: string, argument: string) => value(kind, argument, facts));
}

/** @throws AwsError `InvalidArgumentException` for an expression that is not known, or stands where it may not */
export function checkPrefixes(prefix = '', errorPrefix: string | undefined): void {
  const kinds = (text: string) => [...text.matchAll(EXPRESSION)].map(([, kind, argument]) => `${kind}:${argument}`);
  const unknown = [...kinds(prefix), ...kinds(errorPrefix ?? '')].find(
    (one) => !/^(timestamp:|firehose:(random-string|error-output-type)$)/.test(one),
  );
  if (unknown !== undefined) throw invalidArgument(`weft local knows no prefix expression !{${unknown}}`);
  if (kinds(prefix).includes('firehose:error-output-type')) {
    throw invalidArgument('!{firehose:error-output-type} can only be used in ErrorOutputPrefix');
  }
  if (kinds(prefix).length === 0) return;
  if (errorPrefix === undefined) {
    throw invalidArgument('ErrorOutputPrefix must be specified when Prefix contains expressions');
  }
  if (kinds(errorPrefix).length > 0 && !kinds(errorPrefix).includes('firehose:error-output-type')) {
    throw invalidArgument('ErrorOutputPrefix with expressions must contain !{firehose:error-output-type}');
  }
}

function value(kind: string, argument: string, facts: PrefixFacts): string {
  if (kind === 'timestamp') return formatTime(argument, facts.at, facts.timeZone);
  return argument === 'random-string' ? facts.random : (facts.errorType ?? '');
}

/** A time by a pattern of Java's DateTimeFormatter, of which numbers of date and time are taken, and text in quotes. */
function formatTime(pattern: string, at: number, timeZone: string): string {
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const fields: Readonly<Record<string, string | undefined>> = {
    y: parts.get('year'),
    Y: parts.get('year'),
    M: parts.get('month'),
    d: parts.get('day'),
    H: parts.get('hour'),
    m: parts.get('minute'),
    s: parts.get('second'),
  };
  return pattern.replace(/'([^']*)'|([A-Za-z])\2*/g, (run, quoted: string | undefined, letter: string) => {
    if (quoted !== undefined) return quoted;
    const field = fields[letter];
    if (field === undefined) throw invalidArgument(`weft local knows no letter ${letter} in a timestamp expression`);
    return run.length === 1 ? String(Number(field)) : field;
  });
}
