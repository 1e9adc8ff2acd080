import { AccountError } from '../errors/AccountError.js';
import { HashQueue } from './HashQueue.js';

/** Jobs that end when they are told to, and a record of what has started. */
function jobs(): {
  started: number[];
  job: (name: number) => () => Promise<number>;
  end: (name: number, error?: Error) => void;
} {
  const started: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  return {
    started,
    job: (name) => () =>
      new Promise((resolve, reject) => {
        started.push(name);
        ends.set(name, (error) => (error ? reject(error) : resolve(name)));
      }),
    end: (name, error) => ends.get(name)?.(error),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('HashQueue', () => {
  it('runs a few at once and the others in their order, each when a place is free', async () => {
    const queue = new HashQueue({ concurrency: 2, maxQueued: 3 });
    const { started, job, end } = jobs();
    const results = [1, 2, 3, 4, 5].map((name) => queue.run(job(name)));
    await settle();
    expect(started).toEqual([1, 2]);
    end(2);
    await settle();
    expect(started).toEqual([1, 2, 3]);
    end(1);
    end(3);
    await settle();
    end(4);
    end(5);
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4, 5]);
    expect(started).toEqual([1, 2, 3, 4, 5]);
  });

  it('ASVS 15.1.3, 15.2.2: refuses at once what finds no place to wait, and nothing else', async () => {
    const queue = new HashQueue({ concurrency: 2, maxQueued: 3 });
    const { started, job, end } = jobs();
    const results = [1, 2, 3, 4, 5].map((name) => queue.run(job(name)));
    const error: unknown = await queue.run(job(6)).catch((reason: unknown) => reason);
    expect(AccountError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: 'TooBusy', status: 503, details: {} });
    end(1);
    await settle();
    const seventh = queue.run(job(7));
    for (const name of [2, 3, 4, 5, 7]) {
      end(name);
      await settle();
    }
    expect(await Promise.all([...results, seventh])).toEqual([1, 2, 3, 4, 5, 7]);
    expect(started).not.toContain(6);
  });

  it('is free again after jobs that fail, or throw before they wait', async () => {
    const queue = new HashQueue({ concurrency: 1, maxQueued: 1 });
    const { job, end } = jobs();
    const first = queue.run(job(1));
    const second = queue.run(() => {
      throw new Error('second');
    });
    await settle();
    end(1, new Error('first'));
    await expect(first).rejects.toThrow('first');
    await expect(second).rejects.toThrow('second');
    expect(await queue.run(() => Promise.resolve('third'))).toBe('third');
  });

  it('lets nobody take the place that the next in line is given', async () => {
    const queue = new HashQueue({ concurrency: 1, maxQueued: 1 });
    const { started, job, end } = jobs();
    void queue.run(job(1)).then(() => queue.run(job(3)));
    void queue.run(job(2));
    await settle();
    end(1);
    await settle();
    expect(started).toEqual([1, 2]);
    end(2);
    await settle();
    expect(started).toEqual([1, 2, 3]);
    end(3);
  });

  it.each([
    [{ concurrency: 0, maxQueued: 1 }, 'concurrency'],
    [{ concurrency: 1.5, maxQueued: 1 }, 'concurrency'],
    [{ concurrency: 65, maxQueued: 1 }, 'concurrency'],
    [{ concurrency: 1, maxQueued: -1 }, 'maxQueued'],
    [{ concurrency: 1, maxQueued: Infinity }, 'maxQueued'],
  ])('refuses to be built with %p', (options, path) => {
    expect(() => new HashQueue(options)).toThrow(
      expect.objectContaining({
        code: 'InvalidConfiguration',
        details: { path, reason: expect.any(String) },
      }),
    );
  });
});
