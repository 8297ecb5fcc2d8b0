import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Where code may not go by itself: I/O frameworks and clients, each with the one project that may use it. */
const NEST = ['@nestjs/*', 'rxjs', 'reflect-metadata', 'fastify'];
const CLIENT = ['kafkajs'];
const LOGGERS = ['pino', 'pino-pretty', 'prom-client'];

/** What starts, measures, deploys, watches and operates the services. */
const COMMANDS = ['apps/{bench,deploy-e2e,monitoring,ops}/**', 'tools/**'];
/** What commands and tests are made with. */
const KIT = ['libs/{bundle,command,embedded-kafka,plain-wire,planting}/**'];

const environmentOnlyInConfig = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only libs/config reads the environment: declare a setting in settings.ts of the app.',
};
const noClient = {
  selector: "Literal[value='kafkajs']",
  message:
    'Ask brokers over the wire of libs/streams-kafkajs. In tests alone kafkajs is another program.',
};
const noInsideOfClient = {
  selector:
    ':matches(Literal, TemplateElement)[value=/^kafkajs\\//], TemplateElement[value.raw=/^kafkajs\\//]',
  message: "Only libs/streams-kafkajs/src/kafkajs-inside.ts knows kafkajs' inside.",
};
const noApp = {
  selector:
    'ImportDeclaration[source.value=/^@login-pipeline.(transformer|aggregator|data-generator)./]',
  message: 'No library and no other app knows what an app declares of itself.',
};
const noEnum = {
  selector: 'TSEnumDeclaration',
  message: 'Use a union of string literals or a const object.',
};

export default tseslint.config(
  {
    ignores: ['**/dist', '**/.tsc', '**/.nx', '**/.kafka', '**/coverage', '**/node_modules'],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    plugins: { '@nx': nx },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', 'tools/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // What apps declare of themselves, for what documents and watches them.
          allow: ['transformer', 'aggregator', 'data-generator'].flatMap((app) => [
            `@login-pipeline/${app}/settings`,
            `@login-pipeline/${app}/metrics`,
            `@login-pipeline/${app}/errors`,
          ]),
          banTransitiveDependencies: true,
          depConstraints: [
            {
              sourceTag: 'layer:contract',
              onlyDependOnLibsWithTags: [],
              bannedExternalImports: [...NEST, ...CLIENT, ...LOGGERS],
            },
            {
              sourceTag: 'layer:domain',
              onlyDependOnLibsWithTags: [],
              bannedExternalImports: [...NEST, ...CLIENT, ...LOGGERS],
            },
            {
              sourceTag: 'layer:config',
              onlyDependOnLibsWithTags: [],
              bannedExternalImports: [...NEST, ...CLIENT, ...LOGGERS],
            },
            {
              sourceTag: 'layer:infra',
              onlyDependOnLibsWithTags: ['layer:domain', 'layer:config', 'layer:infra'],
              bannedExternalImports: [...NEST, ...CLIENT],
            },
            {
              // A Kafka client behind the ports of the engine.
              sourceTag: 'layer:client',
              onlyDependOnLibsWithTags: ['layer:domain'],
              bannedExternalImports: [...NEST, ...LOGGERS],
            },
            {
              sourceTag: 'layer:service',
              onlyDependOnLibsWithTags: [
                'layer:domain',
                'layer:config',
                'layer:infra',
                'layer:client',
                'layer:service',
              ],
            },
            {
              sourceTag: 'layer:app',
              onlyDependOnLibsWithTags: [
                'layer:contract',
                'layer:domain',
                'layer:config',
                'layer:infra',
                'layer:service',
              ],
              bannedExternalImports: CLIENT,
            },
            {
              // What commands and tests are made with.
              sourceTag: 'layer:kit',
              onlyDependOnLibsWithTags: ['layer:infra', 'layer:service', 'layer:kit'],
              bannedExternalImports: ['@nestjs/*', 'rxjs', 'fastify', ...CLIENT, ...LOGGERS],
            },
            {
              sourceTag: 'layer:operations',
              onlyDependOnLibsWithTags: [
                'layer:contract',
                'layer:config',
                'layer:infra',
                'layer:service',
                'layer:kit',
              ],
              bannedExternalImports: [...NEST, ...CLIENT],
            },
            {
              // What starts, deploys, watches and measures the services.
              sourceTag: 'layer:workshop',
              onlyDependOnLibsWithTags: [
                'layer:contract',
                'layer:config',
                'layer:infra',
                'layer:service',
                'layer:operations',
                'layer:kit',
              ],
            },
            {
              sourceTag: 'layer:e2e',
              onlyDependOnLibsWithTags: ['layer:contract', 'layer:kit', 'layer:workshop'],
              bannedExternalImports: NEST,
            },
            {
              sourceTag: 'layer:lab',
              onlyDependOnLibsWithTags: ['layer:domain', 'layer:kit'],
              bannedExternalImports: [...NEST, ...CLIENT, ...LOGGERS],
            },
            { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
            {
              sourceTag: 'scope:transformer',
              onlyDependOnLibsWithTags: ['scope:shared', 'scope:transformer'],
            },
            {
              sourceTag: 'scope:aggregator',
              onlyDependOnLibsWithTags: ['scope:shared', 'scope:aggregator'],
            },
            {
              sourceTag: 'scope:data-generator',
              onlyDependOnLibsWithTags: ['scope:shared', 'scope:data-generator'],
            },
            { sourceTag: 'scope:e2e', onlyDependOnLibsWithTags: ['scope:shared', 'scope:tools'] },
            {
              sourceTag: 'scope:tools',
              onlyDependOnLibsWithTags: ['scope:shared', 'scope:tools'],
            },
          ],
        },
      ],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest declares its options as classes and takes plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-syntax': [
        'error',
        noEnum,
        environmentOnlyInConfig,
        noClient,
        noInsideOfClient,
        noApp,
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['libs/*/src/**/*.spec.ts'],
    rules: {
      'no-restricted-syntax': ['error', noEnum, environmentOnlyInConfig, noInsideOfClient, noApp],
    },
  },
  {
    // The project that owns each exception: settings come from the environment in config alone, Node's own options are none.
    files: ['libs/config/src/**', 'libs/observability/src/heap-limit.ts'],
    rules: { 'no-restricted-syntax': ['error', noEnum, noClient, noInsideOfClient, noApp] },
  },
  {
    // Commands print and read the environment; those that are about the apps know what these declare of themselves.
    files: [...COMMANDS, ...KIT],
    rules: {
      'no-console': 'off',
      'no-restricted-syntax': ['error', noEnum, noClient, noInsideOfClient, noApp],
    },
  },
  {
    files: COMMANDS,
    rules: { 'no-restricted-syntax': ['error', noEnum, noClient, noInsideOfClient] },
  },
  {
    files: [
      'libs/nest-streams/src/testing/**',
      'libs/streams-kafkajs/src/testing/**',
      'libs/bundle/src/bundle.ts',
      'apps/pipeline-e2e/**',
    ],
    rules: { 'no-restricted-syntax': ['error', noEnum, noInsideOfClient, noApp] },
  },
  {
    // What uses or mends the client's inside, and what is measured and held against it.
    files: [
      'libs/streams-kafkajs/src/kafkajs-inside.ts',
      'libs/streams-kafkajs/src/record-batch/murmur2.spec.ts',
      'libs/streams-kafkajs/bench/**',
      'apps/pipeline-e2e/src/aborted-records.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', noEnum, environmentOnlyInConfig] },
  },
  {
    // Another client is another line in that file.
    files: ['**/*.ts'],
    ignores: ['libs/nest-streams/src/client/kafka-client.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@login-pipeline/streams-*'],
              message:
                'One file names the library with the client: libs/nest-streams/src/client/kafka-client.ts.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['apps/monitoring/**'],
    rules: {
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          // Its second version is not what Grafana reads from files.
          allow: [
            {
              from: 'package',
              package: '@grafana/grafana-foundation-sdk',
              name: ['Dashboard', 'DashboardBuilder'],
            },
          ],
        },
      ],
    },
  },
  {
    files: ['*.mjs'],
    rules: { 'no-restricted-syntax': ['error', noEnum] },
  },
  {
    files: ['**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@nx/enforce-module-boundaries': 'off',
      // JavaScript has no types to write there.
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  prettier,
);
