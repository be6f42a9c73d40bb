import { describe, expect, it } from 'vitest';
import {
  gatewayRow,
  locationRow,
  pictureTimeMs as now,
  observation,
  deploymentPicture as picture,
  revisionRow,
} from '../testing/deployment-pictures.ts';
import { isRetired } from './is-retired.ts';

const since = now - 20_000;
const revisions = [revisionRow(1, 'one', { retiringSince: since, retiringFrom: 9 })];
const letGo = gatewayRow('g', 9, now - 5_000);

describe('isRetired', () => {
  it.each([
    ['yes: gateways let go and the location is idle', { gateways: [letGo] }, true],
    ['no: one of two gateways still names it', { gateways: [letGo, gatewayRow('h', 8)] }, false],
    [
      'no: the location reported right when the gateway let go',
      { gateways: [gatewayRow('g', 9, now - 500)] },
      false,
    ],
    [
      'no: a request runs',
      { gateways: [letGo], observations: [observation('here', 'rev_1', { inFlight: 1 })] },
      false,
    ],
    [
      'no: a request waits',
      { gateways: [letGo], observations: [observation('here', 'rev_1', { waiting: 1 })] },
      false,
    ],
    [
      'yes: the only location with requests is unreachable',
      {
        gateways: [letGo],
        locations: [locationRow('here', { lastSeenAt: now - 31_000 })],
        observations: [observation('here', 'rev_1', { inFlight: 1 })],
      },
      true,
    ],
    ['no: no gateway is known yet', { gateways: [] }, false],
    [
      'no: this process has only begun to listen',
      { gateways: [], listeningSinceMs: now - 59_000, revisions: [{ ...revisions[0], retiringSince: 0 }] },
      false,
    ],
    [
      'yes: no gateway has been there for a minute',
      { gateways: [], revisions: [{ ...revisions[0], retiringSince: now - 60_000 }] },
      true,
    ],
  ])('%s', (_name, changes, retired) => {
    const of = picture({ revisions, ...(changes as object) });
    expect(isRetired(of, 'rev_1').retired).toBe(retired);
  });
});
