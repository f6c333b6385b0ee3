import { userError } from '#mesh/error.ts';
import type { FeedbackRecord } from '#mesh/product/feedback.ts';
import { productId } from '#mesh/product/product.ts';
import { authorize } from './authorize.ts';
import { optimistically } from './optimistic.ts';
import { feedbackOf, versionOf } from './products.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';

export interface FeedbackWish {
  readonly major?: number;
  /** 1 to 5. */
  readonly rating: number;
  readonly text?: string;
}

const LONGEST = 2000;

/**
 * Takes a consumer's word on a product; the same role's next one replaces it. The owner is told.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001, -002, -012 for a rating or a text that is none, -013 for a domain that never had access.
 */
export async function giveFeedback(
  name: { readonly domain: string; readonly name: string },
  wish: FeedbackWish,
  request: Request,
  deps: ApiDeps,
): Promise<FeedbackRecord> {
  const { domain: consumer, kind } = request.caller;
  authorize('product.rate', request.caller, { consumer });
  checkWish(wish);
  return optimistically(async () => {
    const { product, subscriptions } = await versionOf({ ...name, major: wish.major }, deps);
    const had = subscriptions.some((entry) => entry.consumer === consumer && entry.status.activatedAt !== undefined);
    if (consumer === undefined || kind === undefined || !had) {
      throw userError(
        'WEFT-PRODUCT-013',
        `\`${consumer}\` has never had access to ${productId(product)} v${product.major}`,
        {
          hint: 'those who use a product rate it: weft subscription request',
        },
      );
    }
    const id = `${consumer}.${kind}`;
    const known = (await feedbackOf(product, deps)).find((entry) => entry.id === id);
    const at = deps.now();
    const record: FeedbackRecord = {
      type: 'feedback',
      id,
      domain: product.domain,
      product: product.name,
      major: product.major,
      consumer,
      rating: wish.rating,
      ...(wish.text === undefined ? {} : { text: wish.text }),
      revision: (known?.revision ?? 0) + 1,
      change: changeBy(request, 'FeedbackGiven', at, wish.text === undefined ? {} : { reason: wish.text }),
      createdAt: known?.createdAt ?? at.toISOString(),
    };
    await deps.registry.write([{ record, replaces: known?.revision }]);
    return record;
  });
}

function checkWish({ rating, text = '' }: FeedbackWish): void {
  if (!Number.isInteger(rating) || rating < 1 || rating > 5) {
    throw userError('WEFT-PRODUCT-012', `the rating ${rating} is not a whole number from 1 to 5`, { hint: 'e.g. 4' });
  }
  if (text.length > LONGEST) {
    throw userError('WEFT-PRODUCT-012', `the text has ${text.length} characters, at most ${LONGEST} are kept`, {
      hint: 'say it shorter',
    });
  }
}
