/** What a driver can do on this machine, found out by trying: `probe()` returns it. */
export interface Capabilities {
  /** What stands between an instance and the machine. */
  readonly isolation: 'none' | 'container' | 'user-space-kernel' | 'microvm';
  /** Can stop an instance in place so that it uses memory but no processor: `freeze` and `thaw`. */
  readonly freeze: boolean;
  /** Can write an instance to disk and start others from it: `checkpoint` and `start({ restoreFrom })`. */
  readonly checkpoint: boolean;
  /** Can bring an instance up and leave it paused until it is needed: `start({ paused: true })`, then `thaw` or `claim`. */
  readonly pools: boolean;
  /** Instances outlive this process and can be taken over by the next one: `reconcile`. */
  readonly adoption: boolean;
  readonly gpu: boolean;
  /** Can keep an instance from reaching the network. */
  readonly egressControl: boolean;
  /** Limits of `InstanceSpec.limits` that are enforced. */
  readonly limits: { readonly memory: boolean; readonly cpu: boolean };
  /** For people: which version of what was found, and why something is missing. */
  readonly notes: readonly string[];
}
