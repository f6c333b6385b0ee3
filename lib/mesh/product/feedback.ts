import type { Change } from '../record.ts';

/** What a consumer says of a version. Each role of a consumer has one word, which it may change. */
export interface FeedbackRecord {
  readonly type: 'feedback';
  /** `<consumer>.<role>`. */
  readonly id: string;
  /** The owning domain. */
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  /** The consuming domain. */
  readonly consumer: string;
  /** 1 (bad) to 5 (good). */
  readonly rating: number;
  readonly text?: string;
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
}

/** The mean of the ratings, to one decimal; undefined without any. */
export function meanRating(feedback: readonly FeedbackRecord[]): number | undefined {
  if (feedback.length === 0) return undefined;
  const sum = feedback.reduce((total, { rating }) => total + rating, 0);
  return Math.round((sum / feedback.length) * 10) / 10;
}
