import { expect, test } from '@jest/globals';
import { resourceClass, resourcePatterns } from './resource-class.ts';

const POLICY = {
  Statement: [
    { Resource: ['arn:aws:s3:::b/in/*', 'arn:aws:s3:::b/in/?.txt'] },
    { NotResource: 'arn:aws:s3:::b/in/secret' },
  ],
};

test('resources that fit the same patterns are of one class, others are not', () => {
  const patterns = resourcePatterns(POLICY);
  expect(patterns).toHaveLength(3);
  const classOf = (key: string) => resourceClass(`arn:aws:s3:::b/${key}`, patterns);
  expect(classOf('in/one')).toBe(classOf('in/two'));
  const others = ['out/one', 'in/1.txt', 'in/secret'].map(classOf);
  expect(new Set([classOf('in/one'), ...others]).size).toBe(4);
});

test('a dot is a dot', () => {
  expect(resourceClass('arn:aws:s3:::b/in/1xtxt', ['arn:aws:s3:::b/in/?.txt'])).toBe('0');
});

test('a pattern with a variable has no classes', () => {
  expect(resourceClass('arn:aws:s3:::b/x', ['arn:aws:s3:::b/${aws:username}/*'])).toBeUndefined();
});

test('one statement need not stand in a list', () => {
  expect(resourcePatterns({ Statement: { Resource: '*' } })).toEqual(['*']);
  expect(resourcePatterns(undefined)).toEqual([]);
});
