import {
  createBeelinePolicy,
  createHpaPolicy,
  createKeepAlivePolicy,
  createKnativePolicy,
  createRayServePolicy,
  type ScalePolicy,
} from '@beeline/core/scaling';
import type { SimulateSettings } from './simulate-settings.ts';

interface PolicyEntry {
  readonly name: string;
  /** For the help: whose rules these are. */
  readonly summary: string;
  /** Makes it anew for a run. */
  create(settings: SimulateSettings): ScalePolicy;
}

const shared = ({ bounds }: SimulateSettings) => ({
  concurrency: bounds.target,
  maxReplicas: bounds.maxReplicas,
});

/** What `bl simulate` can replay a trace with: ours first, then those it is compared with. */
export const policyTable: readonly PolicyEntry[] = [
  {
    name: 'beeline',
    summary: 'the decision code of a location, with the settings that are given',
    create: ({ bounds }) => createBeelinePolicy(bounds),
  },
  {
    name: 'knative',
    summary: 'Knative with its defaults',
    create: (settings) => createKnativePolicy({ ...shared(settings), scaleDownDelayMs: 0 }),
  },
  {
    name: 'knative-delay',
    summary: 'Knative with a scale-down delay of 60s',
    create: (settings) => createKnativePolicy({ ...shared(settings), scaleDownDelayMs: 60_000 }),
  },
  {
    name: 'keep-alive',
    summary: 'a replica for each request that finds no room, kept for --keep-alive',
    create: (settings) => createKeepAlivePolicy({ ...shared(settings), keepMs: settings.keepAliveMs }),
  },
  {
    name: 'hpa',
    summary: "Kubernetes' Horizontal Pod Autoscaler with its defaults; never at zero",
    create: (settings) => createHpaPolicy(shared(settings)),
  },
  {
    name: 'ray-serve',
    summary: 'Ray Serve with its defaults; never at zero',
    create: (settings) => createRayServePolicy(shared(settings)),
  },
];
