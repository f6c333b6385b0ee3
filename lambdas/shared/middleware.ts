import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { symptomOf } from '#aws/retry.ts';
import { WeftError } from '#mesh/error.ts';

/** What a handler gets beside its event. */
export interface Tools {
  readonly logger: Logger;
  readonly requestId: string;
}

/**
 * The one stack around every handler: a structured log with the request's id, metrics that go out with the invocation, and an error that is
 * logged whole here and thrown on for the event source to act on.
 */
export function meshHandler<Event, Result>(
  name: string,
  work: (event: Event, tools: Tools) => Promise<Result>,
  metrics?: { publishStoredMetrics(): void },
) {
  const logger = new Logger({ serviceName: `weft-${name}` });
  return middy<Event, Result>()
    .use({
      before: ({ context }) => logger.addContext(context),
      after: () => flush(),
      onError: ({ error }) => {
        logger.error(`${name} failed`, { cause: describe(error) });
        flush();
      },
    })
    .handler((event: Event, context: Context) => work(event, { logger, requestId: context.awsRequestId }));

  function flush(): void {
    metrics?.publishStoredMetrics();
    logger.resetKeys();
  }
}

/** Problems that a log line names. */
const MOST_PROBLEMS = 20;

/**
 * An error as the log keeps it: never sent to a caller. What a user did wrong is told by its code and place: the sentence, which the caller gets, repeats
 * what was sent, e.g. the values of a row filter, and whoever reads logs need not know those.
 */
export function describe(error: unknown): Record<string, unknown> {
  if (error instanceof WeftError) {
    const { code, message, details, hint, problems } = error;
    if (error.source === 'user') {
      const places = problems.slice(0, MOST_PROBLEMS).map((one) => ({ code: one.code, line: one.line }));
      return places.length === 0 ? { code } : { code, problems: places };
    }
    return { code, message, details, hint, problems: problems.slice(0, MOST_PROBLEMS) };
  }
  return { ...symptomOf(error), stack: error instanceof Error ? error.stack : undefined };
}
