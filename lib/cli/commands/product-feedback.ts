import type { FeedbackRecord } from '#mesh/product/feedback.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { callLife, neededNumber } from '../product-life.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const body = {
    major: numberOption(invocation, 'major'),
    rating: neededNumber(invocation, 'rating', 5),
    text: textOption(invocation, 'text'),
  };
  const { feedback } = (await callLife<{ feedback: FeedbackRecord }>(invocation, 'feedback', body)).answer;
  if (invocation.json) io.out(`${JSON.stringify({ feedback })}\n`);
  else
    io.err(
      `${feedback.rating} of 5 for ${feedback.domain}/${feedback.product} v${feedback.major}; the owner is told\n`,
    );
}
