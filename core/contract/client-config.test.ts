import { describe, expect, it } from 'vitest';
import { Secret } from '../base/index.ts';
import { formatClientConfig, parseClientConfig } from './client-config.ts';

const credentials = {
  workspace: 'default',
  apiKey: new Secret('bl_secret'),
  apiUrl: 'http://127.0.0.1:8787/v0',
  runUrl: 'http://127.0.0.1:8787',
};

describe('parseClientConfig', () => {
  it('reads an empty file as an empty configuration', () => {
    expect(parseClientConfig('', 'f')).toEqual({ context: {}, workspaces: [] });
  });

  it('reads the context and the credentials of each workspace', () => {
    const config = parseClientConfig(
      'context: {workspace: acme, environment: development}\nworkspaces:\n- name: acme\n  credentials: {apiKey: k1, access_token: ""}\ntracking: false\n',
      'f',
    );
    expect(config.context).toEqual({ workspace: 'acme', environment: 'development' });
    expect(config.workspaces[0]?.apiKey?.reveal()).toBe('k1');
  });

  it('names every unknown key with a suggestion and repeats no value', () => {
    const text =
      'contxt: {}\nworkspaces:\n- name: a\n  apiKey: hidden-one\n  credentials: {apikey: hidden-two, apiKey: [hidden-three]}\n';
    expect(() => parseClientConfig(text, '/etc/bl.yaml')).toThrowError(
      [
        '/etc/bl.yaml: contxt is not a known key; did you mean "context"?',
        '/etc/bl.yaml: workspaces[0].apiKey is not a known key; known keys: name, id, env, apiUrl, runUrl, credentials',
        '/etc/bl.yaml: workspaces[0].credentials.apikey is not a known key; did you mean "apiKey"?',
        '/etc/bl.yaml: workspaces[0].credentials.apiKey must be a text',
      ].join('\n'),
    );
  });

  it('says where the text stops being YAML without repeating it', () => {
    expect(() => parseClientConfig('context: {workspace: "hidden', 'f')).toThrowError(
      /^f: is not valid YAML at line \d+, column \d+: .*; correct or remove the file$/,
    );
  });
});

describe('formatClientConfig', () => {
  it('makes a new file whose workspace is the current one', () => {
    expect(formatClientConfig('', 'f', credentials)).toBe(
      [
        'workspaces:',
        '  - name: default',
        '    apiUrl: http://127.0.0.1:8787/v0',
        '    runUrl: http://127.0.0.1:8787',
        '    credentials:',
        '      apiKey: bl_secret',
        'context:',
        '  workspace: default',
        '',
      ].join('\n'),
    );
  });

  it('keeps other workspaces, comments and the current workspace', () => {
    const text =
      '# mine\ncontext:\n  workspace: acme\nworkspaces:\n  - name: acme\n    credentials:\n      apiKey: k\n';
    const after = formatClientConfig(text, 'f', credentials);
    expect(after).toContain('# mine');
    expect(parseClientConfig(after, 'f').context.workspace).toBe('acme');
    expect(parseClientConfig(after, 'f').workspaces.map((entry) => entry.apiKey?.reveal())).toEqual([
      'k',
      'bl_secret',
    ]);
  });

  it('replaces the credentials of a workspace that is there, and makes it current when told', () => {
    const first = formatClientConfig('context:\nworkspaces: []\n', 'f', credentials);
    const other = formatClientConfig(first, 'f', { ...credentials, workspace: 'acme', makeCurrent: true });
    const again = formatClientConfig(other, 'f', { ...credentials, apiKey: new Secret('new') });
    expect(parseClientConfig(again, 'f').context.workspace).toBe('acme');
    expect(parseClientConfig(again, 'f').workspaces.map((entry) => entry.apiKey?.reveal())).toEqual([
      'new',
      'bl_secret',
    ]);
  });
});
