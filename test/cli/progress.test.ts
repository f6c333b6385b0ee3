import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { busy, type Io, processIo } from '#cli/io.ts';
import { type Progress, startProgress } from '#cli/progress.ts';

describe('progress', () => {
  let err = '';
  let progress: Progress;
  const start = (interactive: boolean, isAsking?: () => boolean) => {
    const write = (text: string) => {
      err += text;
    };
    const io: Io = { ...processIo(), colour: false, interactive, columns: 80, out: write, err: write };
    progress = startProgress(io, 'product publish', isAsking);
  };

  beforeEach(() => {
    err = '';
    jest.useFakeTimers();
  });

  afterEach(() => {
    progress.end();
    jest.useRealTimers();
  });

  test('says nothing of what is over at once', () => {
    start(true);
    jest.advanceTimersByTime(500);
    progress.end();
    jest.advanceTimersByTime(60_000);
    expect(err).toBe('');
  });

  test('turns on one line of a terminal, says what it is at, and leaves nothing', () => {
    start(true);
    busy(progress.io, 'waiting until sales/orders is registered');
    jest.advanceTimersByTime(2000);
    progress.io.out('done\n');
    progress.end();
    expect(err).toContain('waiting until sales/orders is registered … 2 s');
    expect(err.split('\n')).toHaveLength(2);
    expect(err.endsWith('\r\u001b[2Kdone\n')).toBe(true);
  });

  test('is a plain line in a log, and only when it takes long', () => {
    start(false);
    jest.advanceTimersByTime(10_000);
    expect(err).toBe('');
    jest.advanceTimersByTime(25_000);
    expect(err).toBe('weft: product publish … 15 s\nweft: product publish … 30 s\n');
  });

  test('says nothing while keys are read for a question, whoever asks it', () => {
    let asking = true;
    start(true, () => asking);
    jest.advanceTimersByTime(5000);
    expect(err).toBe('');
    asking = false;
    jest.advanceTimersByTime(200);
    expect(err).toContain('product publish');
  });

  test('rests while a question is asked, until the next step', () => {
    start(true);
    progress.io.progress?.pause();
    jest.advanceTimersByTime(60_000);
    expect(err).toBe('');
    busy(progress.io, 'going on');
    jest.advanceTimersByTime(1000);
    expect(err).toContain('going on');
  });
});
