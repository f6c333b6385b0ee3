import { type FeedbackRecord, meanRating } from '#mesh/product/feedback.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { type Io, tone } from './io.ts';

/** Where a version stands in its life, what it promises, and what consumers say of it. */
export function lifeLines(io: Io, product: ProductRecord, feedback: readonly FeedbackRecord[]): string[] {
  const { deprecation, retirement, rollout, kpis = [], sla = {}, status } = product;
  const lines: string[] = [];
  const why = (reason: string | undefined) => (reason === undefined ? '' : `: ${reason}`);
  if (deprecation !== undefined) {
    const next = deprecation.successor === undefined ? '' : `, followed by v${deprecation.successor}`;
    lines.push(`${tone(io, 'warn', 'ends')} ${deprecation.sunset}${next}${why(deprecation.reason)}`);
  }
  if (retirement !== undefined) {
    lines.push(`${tone(io, 'warn', 'retired')} ${retirement.at} by ${retirement.by}${why(retirement.reason)}`);
    if (status.removedAt !== undefined) lines.push(`removed ${status.removedAt}`);
  }
  if (rollout !== undefined) lines.push(`rollout to v${rollout.to}: ${rollout.share} % of the subscriptions`);
  const { rollback } = status;
  if (rollback !== undefined) lines.push(`rollout to v${rollback.to} taken back ${rollback.at}: ${rollback.reason}`);
  for (const [property, value] of Object.entries(sla)) lines.push(`promises ${property} ${value}`);
  for (const { name, target, description } of kpis) {
    lines.push(`KPI ${name}${why(target)}${description === undefined ? '' : ` (${description})`}`);
  }
  const mean = meanRating(feedback);
  if (mean !== undefined) lines.push(`rated ${mean} of 5 by ${feedback.length}`);
  for (const { id, rating, text } of feedback) lines.push(`  ${rating} ${id}${why(text)}`);
  return lines;
}
