import { Secret } from '@beeline/core/base';
import { makeMasterKey } from '@beeline/core/secrets';
import { givenSecretKeys, type SecretKeys } from '../secrets/secret-keys.ts';

/** Keys of which the first is current; one that is made for the test unless told otherwise. */
export const testSecretKeys = (keys = [makeMasterKey()]): SecretKeys =>
  givenSecretKeys(new Secret(keys.map(({ key }) => key.reveal()).join(',')));
