// The way into every command of a fresh clone: needs nothing but Node and npm, brings the rest, then runs the command
// with the Node version that the repository pins. It must itself run, or complain clearly, on older ones.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Built services need a newer one, as their manifests say; here they run on the pinned one. */
const OLDEST_NODE = [20, 19];
const PINNED_NODE = join(ROOT, 'node_modules/node/bin/node');
/** The black-box tests take kafkajs as it is, negative timers included (its issue 1751). */
const QUIET_ORACLE = ['--disable-warning=TimeoutNegativeWarning'];
/** Commands, where they are, and whether they run the built services. */
const COMMANDS = {
  start: { file: 'tools/src/start.ts', builds: true },
  test: { file: 'tools/src/test.ts', builds: false },
  kafka: { file: 'tools/src/kafka.ts', builds: false },
  topics: { file: 'apps/ops/src/topics.ts', builds: false },
  redrive: { file: 'apps/ops/src/redrive.ts', builds: false },
  positions: { file: 'apps/ops/src/positions.ts', builds: false },
  transactions: { file: 'apps/ops/src/transactions.ts', builds: false },
  doctor: { file: 'apps/ops/src/doctor.ts', builds: false },
  'test:deploy': { file: 'apps/deploy-e2e/src/main.ts', builds: false },
  bench: { file: 'apps/bench/src/main.ts', builds: true },
  explore: { file: 'apps/explore/src/main.ts', builds: false },
  chaos: {
    file: 'apps/pipeline-e2e/src/chaos/main.ts',
    builds: true,
    nodeOptions: QUIET_ORACLE,
  },
  drill: {
    file: 'apps/pipeline-e2e/src/drill/main.ts',
    builds: true,
    nodeOptions: QUIET_ORACLE,
  },
};
const EXIT_UNAVAILABLE = 69;
const EXIT_CONFIG = 78;

const [command, ...args] = process.argv.slice(2);
if (command === undefined || !(command in COMMANDS)) {
  fail(`usage: node tools/bootstrap.mjs ${Object.keys(COMMANDS).join('|')}`, EXIT_CONFIG);
}
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  fail(`Node ${process.versions.node} is too old: install ${OLDEST_NODE.join('.')} or newer.`);
}

// Options meant for the user's own Node may not exist in ours; without its daemon Nx leaves no process behind.
const inherited = { ...process.env };
delete inherited.NODE_OPTIONS;
const env = {
  ...inherited,
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  PATH: [join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter),
};

if (!dependenciesMatchLockFile()) {
  say('installing dependencies (once, about a minute)');
  // Without warnings: npm would name all packages that the user's own Node is too old for, and none of them runs on it.
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    env: inherited,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.error) fail('npm is missing: install it (it comes with Node), then try again.');
  if (npm.status !== 0) fail('"npm ci" failed; its message stands above.');
}
if (!existsSync(PINNED_NODE)) {
  fail(
    'The pinned Node is missing from node_modules: its install script did not run. Run "npm rebuild node", or "npm config set ignore-scripts false" and "npm ci".',
  );
}
if (COMMANDS[command].builds && !args.includes('--help')) {
  say('building the services (cached)');
  const nx = [join(ROOT, 'node_modules/.bin/nx'), 'run-many', '--target=build'];
  const build = spawnSync(PINNED_NODE, [...nx, '--output-style=static'], { cwd: ROOT, env });
  if (build.status !== 0) {
    process.stderr.write(build.stdout);
    process.stderr.write(build.stderr);
    fail('The build failed; its output stands above.');
  }
}
run(COMMANDS[command]);

/** npm notes in node_modules what it has installed; optional packages of other platforms are missing there. */
function dependenciesMatchLockFile() {
  try {
    const wanted = packagesOf(join(ROOT, 'package-lock.json'));
    const installed = packagesOf(join(ROOT, 'node_modules/.package-lock.json'));
    return Object.entries(wanted).every(
      ([path, { version, integrity, optional, devOptional }]) =>
        path === '' ||
        optional ||
        devOptional ||
        (installed[path]?.version === version && installed[path]?.integrity === integrity),
    );
  } catch {
    return false;
  }
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** Runs the command and ends as it ends. The channel between us tells it when we are gone, whatever killed us. */
function run({ file, nodeOptions = [] }) {
  const child = spawn(PINNED_NODE, [...nodeOptions, join(ROOT, file), ...args], {
    cwd: ROOT,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal));
  }
  child.once('exit', (code, signal) => {
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
  });
  // npm may end before us, and when it is killed it cannot hand that on: then we get another parent.
  if (process.env.npm_command !== undefined) {
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, 500).unref();
  }
}

function say(line) {
  process.stdout.write(`login-pipeline: ${line}\n`);
}

function fail(message, exitCode = EXIT_UNAVAILABLE) {
  process.stderr.write(`login-pipeline: ${message}\n`);
  process.exit(exitCode);
}
