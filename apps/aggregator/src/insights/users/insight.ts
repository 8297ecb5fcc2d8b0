import { defineMetrics } from '@login-pipeline/observability';
import { estimate } from '../../http/fields.ts';
import type { Insight, Kept } from '../insight.ts';
import { ACTIVE_DAYS, unionOf } from './active-users.ts';
import { UserSketch } from './user-sketch.ts';
import { usersRoute } from './users-route.ts';

const METRICS = defineMetrics({
  distinct_users: {
    kind: 'gauge',
    unit: 'users',
    help: 'Estimated distinct users of the last 1, 7 and 30 UTC days, today included',
    labels: { period: ['day', 'week', 'month'] },
  },
});

/** Its member of `/insights`. */
export const USERS_SUMMARY = {
  distinctUsers: estimate.describe(
    'Distinct users: of all counted logins, or of the UTC days that `period` names; relative standard error of the estimate.',
  ),
};

const KEPT_SKETCH: Kept<UserSketch> = {
  holds: 'sketch',
  empty: () => new UserSketch(),
  write(sketch, writer) {
    sketch.write(writer);
  },
  read: (reader) => UserSketch.read(reader),
  revision: (sketch) => sketch.revision,
};

/** Distinct users: since the beginning, and by UTC day. */
export const users: Insight<UserSketch, UserSketch, UserSketch, typeof USERS_SUMMARY> = {
  name: 'users',
  version: 1,
  always: KEPT_SKETCH,
  cells: { ...KEPT_SKETCH, of: 'day' },
  fold(always, day, { user }) {
    always.add(user);
    day.add(user);
  },
  merging: {
    empty: () => new UserSketch(),
    addAlways(into, sketch) {
      into.merge(sketch);
    },
    addCell(into, sketch) {
      into.merge(sketch);
    },
    add(into, other) {
      into.merge(other);
    },
  },
  summary: {
    shape: USERS_SUMMARY,
    of: ({ merged }) => ({ distinctUsers: merged.estimate() }),
  },
  previous: {
    shape: USERS_SUMMARY,
    of: (merged) => ({ distinctUsers: merged.estimate() }),
  },
  routes: [usersRoute],
  gauges: {
    metrics: METRICS,
    refresh(asked, metrics) {
      const samples = Object.entries(ACTIVE_DAYS).map(([period, days]) => ({
        labels: { period: period as keyof typeof ACTIVE_DAYS },
        value: unionOf(asked, asked.today - days + 1, asked.today + 1).estimate().estimate,
      }));
      metrics.setAll(METRICS.distinct_users, samples);
    },
  },
};
