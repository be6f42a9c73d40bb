/** Names of variables, and why they are allowed or refused. */
export interface EnvNameRule {
  /** `*` stands for any letters, digits and underscores, `?` for one capital letter. */
  readonly names: readonly string[];
  readonly reason: string;
}

/**
 * What a manifest may set for a model server that runs as a process of this machine, without isolation. Nothing else
 * is allowed: what a loader, a library or a shell reads decides which code runs, with the rights of the platform.
 */
export const processEnvNames: readonly EnvNameRule[] = [
  {
    names: [
      ...[
        'APP_*',
        'CUSTOM_*',
        'FEATURE_*',
        'MODEL_*',
        'MY_*',
        'PROJECT_*',
        'PROMPT_*',
        'SERVED_*',
        'SERVICE_*',
      ],
      ...['TEAM_*', 'TENANT_*'],
    ],
    reason: 'names of your own: no loader, library or shell reads names with these beginnings',
  },
  { names: ['?'], reason: 'a single letter: means something to nobody but you' },
  {
    names: ['TOKEN', 'API_KEY', 'ACCESS_KEY', 'SECRET', 'PASSWORD'].flatMap((name) => [name, `*_${name}`]),
    reason: 'credentials: what is called so is sent to somebody, and never loaded',
  },
  {
    names: [
      ...['BL_THREADS', 'BL_MAX_BATCH', 'BL_MAX_BODY_BYTES', 'BL_MAX_INPUTS', 'BL_MAX_WAITING'],
      ...['BL_DEFAULT_NEW_TOKENS', 'BL_WORK_TIMEOUT_MS', 'BL_DRAIN_MS'],
    ],
    reason: 'numbers of the engine `transformers`, which it checks itself',
  },
  {
    names: [
      ...['OMP_NUM_THREADS', 'OMP_THREAD_LIMIT', 'MKL_NUM_THREADS', 'OPENBLAS_NUM_THREADS'],
      ...['NUMEXPR_NUM_THREADS', 'VECLIB_MAXIMUM_THREADS'],
    ],
    reason: 'numbers of threads; others of these libraries name tools that are loaded',
  },
  {
    names: ['CUDA_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES', 'ROCR_VISIBLE_DEVICES'],
    reason: 'numbers of devices',
  },
  {
    names: [
      ...[
        'HF_HUB_OFFLINE',
        'HF_DATASETS_OFFLINE',
        'HF_HUB_DISABLE_TELEMETRY',
        'HF_HUB_DISABLE_PROGRESS_BARS',
      ],
      ...['TRANSFORMERS_OFFLINE', 'TRANSFORMERS_VERBOSITY', 'TOKENIZERS_PARALLELISM'],
    ],
    reason: 'switches; others of these libraries name directories that code is loaded from',
  },
  { names: ['DEBUG', 'VERBOSE', 'LOG_LEVEL', 'LOG_FORMAT'], reason: 'decide what is printed' },
];

/**
 * Names that are known to decide which code runs, or whom a program trusts: never passed on to a process, whoever let
 * them by. A name that the table above has as it stands does not count.
 */
export const loaderEnvNames: readonly EnvNameRule[] = [
  { names: ['LD_*', 'DYLD_*'], reason: 'the dynamic linker loads libraries by it' },
  {
    names: [
      ...['GCONV_PATH', 'GETCONF_DIR', 'GLIBC_TUNABLES', 'HOSTALIASES', 'LANGUAGE', 'LOCALDOMAIN', 'LOCPATH'],
      ...[
        'MALLOC_*',
        'NIS_PATH',
        'NLSPATH',
        'RESOLV_HOST_CONF',
        'RES_OPTIONS',
        'TZDIR',
        'TMPDIR',
        'TMP',
        'TEMP',
      ],
    ],
    reason: 'the C library reads files or loads modules by it',
  },
  {
    names: ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'PWD', 'OLDPWD', 'XDG_*'],
    reason: 'programs look for other programs and for their settings by it',
  },
  {
    names: [
      ...['BASH*', 'ENV', 'IFS', 'CDPATH', 'GLOBIGNORE', 'PS0', 'PS1', 'PS2', 'PS3', 'PS4', 'PROMPT_COMMAND'],
      ...['SHELLOPTS', 'ZDOTDIR', 'FPATH', 'EDITOR', 'VISUAL', 'PAGER', 'BROWSER', 'LESS*'],
    ],
    reason: 'shells and tools run code by it',
  },
  {
    names: ['NODE_*', 'UV_*', 'NPM_*', 'npm_*', 'ELECTRON_*', 'DENO_*', 'BUN_*', 'V8_*'],
    reason: 'Node loads code by it',
  },
  {
    names: [
      ...['PYTHON*', 'VIRTUAL_ENV', 'CONDA_*', 'PIP_*', 'PYTEST_*', 'HF_HOME', 'HF_MODULES_CACHE'],
      ...['TRANSFORMERS_CACHE', 'TORCH_*', 'XLA_*', 'TF_*'],
    ],
    reason: 'Python and its libraries load code by it',
  },
  {
    names: [
      ...[
        'OPENSSL_*',
        'SSL_*',
        'SSLKEYLOGFILE',
        'GNUTLS_*',
        'NSS_*',
        'P11_KIT_*',
        'PKCS11_*',
        'CURL_*',
        'GIT_*',
      ],
      ...['REQUESTS_CA_BUNDLE', 'SSH_*', 'KRB5*', 'GSS_*', 'SASL_*'],
    ],
    reason: 'TLS and network libraries load modules, or decide whom they trust, by it',
  },
  {
    names: ['HTTP', 'HTTPS', 'ALL', 'FTP', 'NO'].flatMap((name) => [
      `${name}_PROXY`,
      `${name.toLowerCase()}_proxy`,
    ]),
    reason: 'traffic of the process goes elsewhere by it',
  },
  {
    names: [
      ...['OMP_TOOL*', 'OMPT_*', 'KMP_*', 'MKL_*', 'ORT_*', 'CUDA_*', 'OCL_*', 'OPENCL_*', 'VK_*', 'LIBGL_*'],
      ...['NCCL_*', 'UCX_*', 'OMPI_*'],
    ],
    reason: 'libraries of engines load tools and providers by it',
  },
  {
    names: [
      ...[
        'PERL*',
        'RUBY*',
        'GEM_*',
        'BUNDLE_*',
        'JAVA_*',
        '_JAVA_OPTIONS',
        'JDK_*',
        'CLASSPATH',
        'LUA_*',
        'PHP*',
      ],
      ...[
        'DOTNET_*',
        'CORECLR_*',
        'COR_*',
        'GODEBUG',
        'GOPATH',
        'GOROOT',
        'GOFLAGS',
        'CARGO_*',
        'RUST*',
        'R_*',
      ],
      ...['GUILE_*', 'TCL*'],
    ],
    reason: 'an interpreter loads code by it',
  },
  { names: ['BEELINE_*', '_'], reason: 'the platform marks its processes by it' },
];
