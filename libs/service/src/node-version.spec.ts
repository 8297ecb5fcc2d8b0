import { describe, expect, it } from '@jest/globals';
import { refuseOldNode } from './node-version.ts';

describe('refuseOldNode', () => {
  it('lets the Node pass that runs the tests', () => {
    expect(refuseOldNode).not.toThrow();
  });

  it('names a Node without Zstandard, and those that have it, as a fault of the settings', () => {
    const { node } = process.versions;
    const error = `Node ${node} is too old: run the service on Node 24, or on 22.15 or a later 22.`;
    expect(() => {
      refuseOldNode({ gzip: true });
    }).toThrow(
      expect.objectContaining({ message: error, fault: 'settings', code: 'NODE_TOO_OLD' }),
    );
  });
});
