import { describe, expect, it } from 'vitest';
import { judgeEnvName, loaderReason } from './env-names.ts';

const judge = judgeEnvName.process;

/** What readers of variables are known to be fooled by, from their manuals: at least these are never passed on. */
const dangerous = [
  ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'LD_DEBUG_OUTPUT', 'DYLD_INSERT_LIBRARIES'],
  ...['GCONV_PATH', 'LOCPATH', 'NLSPATH', 'TZDIR', 'MALLOC_CHECK_', 'GLIBC_TUNABLES', 'RES_OPTIONS'],
  ...['HOSTALIASES', 'TMPDIR', 'PATH', 'HOME', 'XDG_CONFIG_HOME'],
  ...['BASH_ENV', 'ENV', 'IFS', 'SHELLOPTS', 'PS4', 'PROMPT_COMMAND'],
  ...[
    'NODE_OPTIONS',
    'NODE_PATH',
    'NODE_EXTRA_CA_CERTS',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'UV_THREADPOOL_SIZE',
  ],
  ...['PYTHONPATH', 'PYTHONSTARTUP', 'PYTHONHOME', 'VIRTUAL_ENV', 'HF_HOME', 'HF_MODULES_CACHE'],
  ...['OPENSSL_CONF', 'OPENSSL_MODULES', 'OPENSSL_ENGINES', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SSLKEYLOGFILE'],
  ...['GNUTLS_SYSTEM_PRIORITY_FILE', 'NSS_CONFIG', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'CURL_HOME'],
  ...['GIT_SSH_COMMAND', 'GIT_CONFIG_GLOBAL', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'NO_PROXY'],
  ...['OMP_TOOL_LIBRARIES', 'KMP_SETTINGS', 'ORT_DYLIB_PATH', 'CUDA_INJECTION64_PATH', 'OCL_ICD_VENDORS'],
  ...[
    'PERL5LIB',
    'PERL5OPT',
    'RUBYOPT',
    'JAVA_TOOL_OPTIONS',
    '_JAVA_OPTIONS',
    'CLASSPATH',
    'LUA_PATH',
    'LUA_INIT',
  ],
  ...['BEELINE_INSTANCE'],
];

/** What people set for their models. */
const ordinary = [
  ...['MODEL_VERSION', 'APP_MODE', 'MY_SETTING', 'SERVED_FILE', 'A', 'TOKEN', 'HF_TOKEN', 'OPENAI_API_KEY'],
  ...['GOOGLE_API_KEY', 'DB_PASSWORD', 'AWS_SECRET_ACCESS_KEY', 'HF_HUB_OFFLINE', 'TOKENIZERS_PARALLELISM'],
  ...[
    'OMP_NUM_THREADS',
    'MKL_NUM_THREADS',
    'CUDA_VISIBLE_DEVICES',
    'LOG_LEVEL',
    'BL_THREADS',
    'BL_MAX_BATCH',
  ],
];

describe('names of variables for a process without isolation', () => {
  it.each(dangerous)('%s is refused, with what reads it', (name) => {
    expect(judge(name)).toMatchObject({ rule: expect.stringMatching(/^must not be set .*: .* by it$/) });
  });

  it.each(ordinary)('%s may be set', (name) => {
    expect([judge(name), loaderReason(name)]).toEqual([null, null]);
  });

  it.each(['SOMETHING', 'some_thing', 'XMODEL_A', 'TOKENS', 'BL_DATA_DIR', 'OMP_DISPLAY_ENV', '__proto__'])(
    'nobody knows who reads %s, so it is refused with what to do',
    (name) => {
      expect(judge(name)).toEqual({
        rule: 'is not among the names that may be set for generation process',
        hint: expect.stringContaining('names that begin with MODEL_ or APP_ are yours'),
      });
    },
  );

  it.each(['XMODEL_A', 'model_a', 'TOKENS', 'AB', 'a', 'XLD_A'])(
    'are matched as a whole: %s is none',
    (name) => {
      expect([judge(name) === null, loaderReason(name)]).toEqual([false, null]);
    },
  );
});
