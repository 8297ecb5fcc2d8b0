import { constants, createContext, runInContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/** Node's own, which test files and node:* modules must share for `instanceof`. */
const SHARED = new Set(['Buffer', 'ArrayBuffer', 'Uint8Array']);

/**
 * Jest's environment for Node with the plain global object of a new realm. The object that Jest gives it answers each
 * `Math` or `Map` by a Proxy, which makes code that counts ten to twenty times slower than where it will run.
 */
export default class PlainGlobals extends TestEnvironment {
  /** @type {ConstructorParameters<typeof TestEnvironment>} */
  constructor(config, context) {
    super(config, context);
    const proxied = this.global;
    this.context = createContext(constants.DONT_CONTEXTIFY);
    this.global = runInContext('globalThis', this.context);
    for (const name of Reflect.ownKeys(proxied)) {
      if (SHARED.has(name) || !(name in this.global)) adopt(this.global, proxied, name);
    }
    this.global.global = this.global;
    this.global.Error.stackTraceLimit = proxied.Error.stackTraceLimit;
    const { projectConfig } = config;
    this.moduleMocker = new this.moduleMocker.constructor(this.global);
    this.fakeTimersModern = new this.fakeTimersModern.constructor({
      config: projectConfig,
      global: this.global,
    });
  }
}

/** Defines what another global object has, without asking it for what nobody uses: some of it is loaded when asked. */
function adopt(global, from, name) {
  const { get, enumerable, value } = Object.getOwnPropertyDescriptor(from, name);
  const define = (descriptor) => {
    Object.defineProperty(global, name, { configurable: true, enumerable, ...descriptor });
  };
  const set = (to) => {
    define({ value: to, writable: true });
  };
  if (get === undefined) {
    set(value);
    return;
  }
  define({
    get: () => {
      const loaded = from[name];
      set(loaded);
      return loaded;
    },
    set,
  });
}
