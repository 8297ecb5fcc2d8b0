import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Questions } from './questions.ts';
import type { Question } from './questions.ts';

let asked: string[];
let answer: (() => void) | undefined;
let wanted: Question[];
let questions: Questions;

beforeEach(() => {
  jest.useFakeTimers();
  asked = [];
  answer = undefined;
  wanted = [];
  questions = new Questions(() => wanted);
});
afterEach(() => {
  jest.useRealTimers();
});

function question(path: string, soonMs = 1_000, everyMs = 10_000): Question {
  const ask = (): Promise<void> => {
    asked.push(path);
    return Promise.resolve();
  };
  return { path, soonMs, everyMs, ask };
}

/** One that is answered when the test says so. */
function slow(path: string): Question {
  const ask = async (): Promise<void> => {
    asked.push(path);
    await new Promise<void>((resolve) => (answer = resolve));
  };
  return { ...question(path), ask };
}

describe('Questions', () => {
  it('are asked at once, in their order, and again when their time has come', async () => {
    wanted = [question('a'), question('b', 1_000, 20_000)];
    await questions.ask();
    expect(asked).toEqual(['a', 'b']);
    jest.advanceTimersByTime(10_000);
    await questions.ask();
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('are asked sooner when the server tells of a change', async () => {
    wanted = [question('a')];
    await questions.ask();
    jest.advanceTimersByTime(1_000);
    await questions.ask();
    expect(asked).toEqual(['a']);
    questions.changed();
    await questions.ask();
    expect(asked).toEqual(['a', 'a']);
    jest.advanceTimersByTime(1_000);
    await questions.ask();
    expect(asked).toEqual(['a', 'a']);
  });

  it('wait for the answer to the one before', async () => {
    wanted = [slow('a'), question('b')];
    const first = questions.ask();
    await questions.ask();
    expect(asked).toEqual(['a']);
    answer?.();
    await first;
    expect(asked).toEqual(['a', 'b']);
  });

  it('all have their turn when there is no time for all', async () => {
    wanted = [slow('a'), slow('b'), slow('c')];
    void questions.ask();
    for (let turn = 0; turn < 8; turn += 1) {
      jest.advanceTimersByTime(20_000);
      answer?.();
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(asked).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('that were not wanted for a while are asked at once when they are again', async () => {
    const one = question('a');
    wanted = [one];
    await questions.ask();
    wanted = [];
    await questions.ask();
    wanted = [one];
    await questions.ask();
    expect(asked).toEqual(['a', 'a']);
  });
});
